/*
 * time.c: times of day without a zone: microseconds since midnight, 24:00:00 among them; and the
 * rounding to a typmod's digits that all types of the family share.
 */
#include "base/hash.h"
#include "type/generic.h"
#include "type/input.h"
#include "type/kernel.h"
#include "type/tables.h"
#include "type/timestamp.h"

#define PRECISION_MAX 6

/* ---- typmods ---- */

int64_t
us_round(int64_t us, int32_t typmod)
{
    static const int64_t scales[] = {1000000, 100000, 10000, 1000, 100, 10, 1};
    if (typmod < 0 || typmod > PRECISION_MAX)
        return us;
    int64_t scale = scales[typmod], half = scale / 2;
    return us >= 0 ? (us + half) / scale * scale : -((-us + half) / scale * scale);
}

int32_t
precision_typmod(const int64_t *args, uint32_t count, const char *name, const char *zone)
{
    if (count != 1)
        raise(SQLSTATE_INVALID_PARAMETER_VALUE, "invalid type modifier");
    if (args[0] < 0)
        raise(SQLSTATE_INVALID_PARAMETER_VALUE, "%s(%d)%s precision must not be negative", name,
              (int)args[0], zone);
    if (args[0] > PRECISION_MAX) {
        notice(SEVERITY_WARNING, SQLSTATE_INVALID_PARAMETER_VALUE,
               "%s(%d)%s precision reduced to maximum allowed, %d", name, (int)args[0], zone,
               PRECISION_MAX);
        return PRECISION_MAX;
    }
    return (int32_t)args[0];
}

static int32_t
time_typmod_in(struct type_call *call, const int64_t *args, uint32_t count)
{
    (void)call;
    return precision_typmod(args, count, "TIME", "");
}

static void
time_typmod_out(struct type_call *call, int32_t typmod, struct buf *to)
{
    (void)call;
    if (typmod >= 0)
        buf_format(to, "(%d)", typmod);
    buf_put_text(to, " without time zone");
}

/* ---- input, output, order ---- */

static union datum
time_input(struct type_call *call, struct slice text)
{
    struct datetime_text source = {.env = call->env, .type_name = "time", .text = text};
    struct datetime dt;
    time_parse(&source, &dt);
    return i64_datum(us_round(datetime_time_us(&dt), call->typmod));
}

static void
time_output(struct type_call *call, union datum value, struct buf *to)
{
    (void)call;
    struct datetime dt = {.year = 0};
    datetime_set_time(&dt, value.i64);
    datetime_print_time(&dt, false, to);
}

static union datum
time_recv(struct type_call *call, struct slice bytes)
{
    recv_expect(bytes, 8);
    int64_t us = (int64_t)be64_get(bytes.data);
    if (us < 0 || us > US_PER_DAY)
        raise(SQLSTATE_DATETIME_FIELD_OVERFLOW, "time out of range");
    return i64_datum(us_round(us, call->typmod));
}

static void
time_send(struct type_call *call, union datum value, struct buf *to)
{
    (void)call;
    buf_put_be64(to, (uint64_t)value.i64);
}

static int
time_compare(union datum a, union datum b)
{
    return (a.i64 > b.i64) - (a.i64 < b.i64);
}

static uint64_t
time_hash(union datum value)
{
    return hash_u64((uint64_t)value.i64);
}

static bool
time_key_put(union datum value, struct buf *to)
{
    buf_put_be64(to, (uint64_t)value.i64 ^ UINT64_C(0x8000000000000000));
    return true;
}

static bool
time_key_get(const uint8_t **at, const uint8_t *end, struct arena *arena, union datum *value)
{
    (void)arena;
    if (end - *at < 8)
        return false;
    *value = i64_datum((int64_t)(be64_get(*at) ^ UINT64_C(0x8000000000000000)));
    *at += 8;
    return true;
}

#define EQUAL(a, b) ((a) == (b))
#define LESS(a, b) ((a) < (b))
#define MORE(a, b) ((a) > (b))
#define PREFIX time
#define LEFT int64_t
#define RIGHT int64_t
#define LEFT_FIELD i64
#define RIGHT_FIELD i64
#include "type/kernel_compare.inc"

/* ---- arithmetic and casts ---- */

static union datum
time_add_interval(struct func_call *call, const union datum *args)
{
    (void)call;
    int64_t us = args[0].i64 + floor_mod(datum_interval(args[1]).us, US_PER_DAY);
    return i64_datum(us % US_PER_DAY);
}

static union datum
interval_add_time(struct func_call *call, const union datum *args)
{
    const union datum swapped[] = {args[1], args[0]};
    return time_add_interval(call, swapped);
}

static union datum
time_take_interval(struct func_call *call, const union datum *args)
{
    (void)call;
    int64_t us = args[0].i64 - floor_mod(datum_interval(args[1]).us, US_PER_DAY);
    return i64_datum(floor_mod(us, US_PER_DAY));
}

static union datum
time_take_time(struct func_call *call, const union datum *args)
{
    (void)call;
    return interval_datum((struct interval){.us = args[0].i64 - args[1].i64});
}

/* time(value, digits) */
static union datum
time_scale(struct func_call *call, const union datum *args)
{
    (void)call;
    return i64_datum(us_round(args[0].i64, args[1].i32));
}

static union datum
time_of_interval(struct func_call *call, const union datum *args)
{
    (void)call;
    return i64_datum(floor_mod(datum_interval(args[0]).us, US_PER_DAY));
}

static union datum
interval_of_time(struct func_call *call, const union datum *args)
{
    (void)call;
    return interval_datum((struct interval){.us = args[0].i64});
}

static union datum
time_of_timestamp(struct func_call *call, const union datum *args)
{
    if (!timestamp_is_finite(args[0].i64)) {
        call->result_is_null = true;
        return i64_datum(0);
    }
    return i64_datum(floor_mod(args[0].i64, US_PER_DAY));
}

static union datum
time_of_timestamptz(struct func_call *call, const union datum *args)
{
    if (!timestamp_is_finite(args[0].i64)) {
        call->result_is_null = true;
        return i64_datum(0);
    }
    struct datetime dt;
    datetime_set_timestamptz(&dt, datetime_session_zone(call->env), args[0].i64);
    return i64_datum(datetime_time_us(&dt));
}

/* ---- what this file brings ---- */

static const struct type_info types[] = {
    {.type = TYPE_TIME,
     .array = TYPE_TIME_ARRAY,
     .name = "time",
     .sql_name = "time without time zone",
     .length = 8,
     .is_by_value = true,
     .align = 'd',
     .category = 'D',
     .kind = 'b',
     .storage = 'p',
     .delimiter = ',',
     .phys = PHYS_I64,
     .input_oid = 1143,
     .output_oid = 1144,
     .recv_oid = 2470,
     .send_oid = 2471,
     .typmod_in_oid = 2909,
     .typmod_out_oid = 2910,
     .input = time_input,
     .output = time_output,
     .recv = time_recv,
     .send = time_send,
     .typmod_in = time_typmod_in,
     .typmod_out = time_typmod_out,
     .compare = time_compare,
     .hash = time_hash,
     .key_put = time_key_put,
     .key_get = time_key_get},
};

static const struct func_info funcs[] = {
    {FUNC(1102, "time_lt", TYPE_BOOL, time_lt, TYPE_TIME, TYPE_TIME), .vector = time_lt_vector},
    {FUNC(1103, "time_le", TYPE_BOOL, time_le, TYPE_TIME, TYPE_TIME), .vector = time_le_vector},
    {FUNC(1104, "time_gt", TYPE_BOOL, time_gt, TYPE_TIME, TYPE_TIME), .vector = time_gt_vector},
    {FUNC(1105, "time_ge", TYPE_BOOL, time_ge, TYPE_TIME, TYPE_TIME), .vector = time_ge_vector},
    {FUNC(1106, "time_ne", TYPE_BOOL, time_ne, TYPE_TIME, TYPE_TIME), .vector = time_ne_vector},
    {FUNC(1107, "time_cmp", TYPE_INT4, generic_compare, TYPE_TIME, TYPE_TIME)},
    {FUNC(1143, "time_in", TYPE_TIME, generic_in, TYPE_CSTRING, TYPE_OID, TYPE_INT4),
     .volatility = FUNC_STABLE},
    {FUNC(1144, "time_out", TYPE_CSTRING, generic_out, TYPE_TIME)},
    {FUNC(1145, "time_eq", TYPE_BOOL, time_eq, TYPE_TIME, TYPE_TIME), .vector = time_eq_vector},
    {FUNC(1316, "time", TYPE_TIME, time_of_timestamp, TYPE_TIMESTAMP)},
    {FUNC(1370, "interval", TYPE_INTERVAL, interval_of_time, TYPE_TIME)},
    {FUNC(1377, "time_larger", TYPE_TIME, generic_larger, TYPE_TIME, TYPE_TIME)},
    {FUNC(1378, "time_smaller", TYPE_TIME, generic_smaller, TYPE_TIME, TYPE_TIME)},
    {FUNC(1419, "time", TYPE_TIME, time_of_interval, TYPE_INTERVAL)},
    {FUNC(1690, "time_mi_time", TYPE_INTERVAL, time_take_time, TYPE_TIME, TYPE_TIME)},
    {FUNC(1747, "time_pl_interval", TYPE_TIME, time_add_interval, TYPE_TIME, TYPE_INTERVAL)},
    {FUNC(1748, "time_mi_interval", TYPE_TIME, time_take_interval, TYPE_TIME, TYPE_INTERVAL)},
    {FUNC(1848, "interval_pl_time", TYPE_TIME, interval_add_time, TYPE_INTERVAL, TYPE_TIME)},
    {FUNC(1968, "time", TYPE_TIME, time_scale, TYPE_TIME, TYPE_INT4)},
    {FUNC(2019, "time", TYPE_TIME, time_of_timestamptz, TYPE_TIMESTAMPTZ),
     .volatility = FUNC_STABLE},
    {FUNC(2470, "time_recv", TYPE_TIME, generic_recv, TYPE_INTERNAL, TYPE_OID, TYPE_INT4)},
    {FUNC(2471, "time_send", TYPE_BYTEA, generic_send, TYPE_TIME)},
    {FUNC(2909, "timetypmodin", TYPE_INT4, generic_typmod_in, TYPE_CSTRING_ARRAY)},
    {FUNC(2910, "timetypmodout", TYPE_CSTRING, generic_typmod_out, TYPE_INT4)},
};

static const struct operator_info operators[] = {
    {1108, "=", TYPE_TIME, TYPE_TIME, TYPE_BOOL, 1145, 1108, 1109, true, true, "eqsel",
     "eqjoinsel"},
    {1109, "<>", TYPE_TIME, TYPE_TIME, TYPE_BOOL, 1106, 1109, 1108, false, false, "neqsel",
     "neqjoinsel"},
    {1110, "<", TYPE_TIME, TYPE_TIME, TYPE_BOOL, 1102, 1112, 1113, false, false, "scalarltsel",
     "scalarltjoinsel"},
    {1111, "<=", TYPE_TIME, TYPE_TIME, TYPE_BOOL, 1103, 1113, 1112, false, false, "scalarlesel",
     "scalarlejoinsel"},
    {1112, ">", TYPE_TIME, TYPE_TIME, TYPE_BOOL, 1104, 1110, 1111, false, false, "scalargtsel",
     "scalargtjoinsel"},
    {1113, ">=", TYPE_TIME, TYPE_TIME, TYPE_BOOL, 1105, 1111, 1110, false, false, "scalargesel",
     "scalargejoinsel"},
    {1399, "-", TYPE_TIME, TYPE_TIME, TYPE_INTERVAL, 1690, 0, 0, false, false, NULL, NULL},
    {1800, "+", TYPE_TIME, TYPE_INTERVAL, TYPE_TIME, 1747, 1849, 0, false, false, NULL, NULL},
    {1801, "-", TYPE_TIME, TYPE_INTERVAL, TYPE_TIME, 1748, 0, 0, false, false, NULL, NULL},
    {1849, "+", TYPE_INTERVAL, TYPE_TIME, TYPE_TIME, 1848, 1800, 0, false, false, NULL, NULL},
};

static const struct cast_info casts[] = {
    {TYPE_TIME, TYPE_TIME, 1968, CAST_IMPLICIT, CAST_FUNC},
    {TYPE_TIME, TYPE_INTERVAL, 1370, CAST_IMPLICIT, CAST_FUNC},
    {TYPE_TIMESTAMP, TYPE_TIME, 1316, CAST_ASSIGNMENT, CAST_FUNC},
    {TYPE_TIMESTAMPTZ, TYPE_TIME, 2019, CAST_ASSIGNMENT, CAST_FUNC},
    {TYPE_INTERVAL, TYPE_TIME, 1419, CAST_ASSIGNMENT, CAST_FUNC},
};

const struct type_tables time_tables = {
    .types = types,
    .type_count = COUNT_OF(types),
    .funcs = funcs,
    .func_count = COUNT_OF(funcs),
    .operators = operators,
    .operator_count = COUNT_OF(operators),
    .casts = casts,
    .cast_count = COUNT_OF(casts),
};
