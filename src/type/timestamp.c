/*
 * timestamp.c: timestamp and timestamptz: microseconds since 2000-01-01, of no zone or of UTC, and
 * the two infinities. A timestamptz is shown on the clocks of the session's zone.
 */
#include "type/timestamp.h"
#include "base/hash.h"
#include "type/generic.h"
#include "type/input.h"
#include "type/iso.h"
#include "type/kernel.h"
#include "type/tables.h"

_Noreturn void
fail_timestamp_range(void)
{
    raise(SQLSTATE_DATETIME_FIELD_OVERFLOW, "timestamp out of range");
}

/* ---- typmods ---- */

static int32_t
timestamp_typmod_in(struct type_call *call, const int64_t *args, uint32_t count)
{
    (void)call;
    return precision_typmod(args, count, "TIMESTAMP", "");
}

static int32_t
timestamptz_typmod_in(struct type_call *call, const int64_t *args, uint32_t count)
{
    (void)call;
    return precision_typmod(args, count, "TIMESTAMP", " WITH TIME ZONE");
}

static void
timestamp_typmod_out(struct type_call *call, int32_t typmod, struct buf *to)
{
    (void)call;
    if (typmod >= 0)
        buf_format(to, "(%d)", typmod);
    buf_put_text(to, " without time zone");
}

static void
timestamptz_typmod_out(struct type_call *call, int32_t typmod, struct buf *to)
{
    (void)call;
    if (typmod >= 0)
        buf_format(to, "(%d)", typmod);
    buf_put_text(to, " with time zone");
}

int64_t
timestamp_fit(int64_t timestamp, int32_t typmod)
{
    if (typmod == -1 || !timestamp_is_finite(timestamp))
        return timestamp;
    if (typmod < 0 || typmod > 6)
        raise(SQLSTATE_INVALID_PARAMETER_VALUE, "timestamp(%d) precision must be between %d and %d",
              typmod, 0, 6);
    return us_round(timestamp, typmod);
}

/* ---- input and output ---- */

static union datum
read_timestamp(struct type_call *call, const char *type_name, struct slice text, bool has_zone)
{
    struct datetime_text source = {.env = call->env, .type_name = type_name, .text = text};
    struct datetime dt;
    switch (datetime_parse(&source, &dt)) {
    case DATETIME_INFINITY:
        return i64_datum(TIMESTAMP_MAX);
    case DATETIME_MINUS_INFINITY:
        return i64_datum(TIMESTAMP_MIN);
    case DATETIME_EPOCH:
        return i64_datum(-EPOCH_SHIFT_US);
    case DATETIME_FIELDS:
        break;
    }
    int64_t timestamp;
    bool fits =
        has_zone ? datetime_timestamptz(&dt, &timestamp) : datetime_timestamp(&dt, &timestamp);
    if (!fits)
        raise(SQLSTATE_DATETIME_FIELD_OVERFLOW, "timestamp out of range: \"%.*s\"", (int)text.bytes,
              (const char *)text.data);
    return i64_datum(timestamp_fit(timestamp, call->typmod));
}

static union datum
timestamp_input(struct type_call *call, struct slice text)
{
    int64_t iso;
    if (LIKELY(iso_timestamp_read(text, &iso)))
        return i64_datum(timestamp_fit(iso, call->typmod));
    return read_timestamp(call, "timestamp", text, false);
}

static union datum
timestamptz_input(struct type_call *call, struct slice text)
{
    return read_timestamp(call, "timestamp with time zone", text, true);
}

static bool
put_infinity(int64_t timestamp, struct buf *to)
{
    if (timestamp_is_finite(timestamp))
        return false;
    buf_put_text(to, timestamp == TIMESTAMP_MIN ? "-infinity" : "infinity");
    return true;
}

static void
timestamp_output(struct type_call *call, union datum value, struct buf *to)
{
    if (put_infinity(value.i64, to))
        return;
    char *at = (char *)buf_reserve(to, ISO_TIMESTAMP_BYTES_MAX);
    if (at != NULL && call->env->date_style == DATE_STYLE_ISO) {
        uint32_t written = iso_timestamp_write(at, value.i64);
        to->bytes += written;
        if (written > 0)
            return;
    }
    struct datetime dt = {.year = 0};
    datetime_set_timestamp(&dt, value.i64);
    datetime_print(call->env, &dt, false, to);
}

static void
timestamptz_output(struct type_call *call, union datum value, struct buf *to)
{
    if (put_infinity(value.i64, to))
        return;
    struct datetime dt;
    datetime_set_timestamptz(&dt, datetime_session_zone(call->env), value.i64);
    datetime_print(call->env, &dt, true, to);
}

/* Of both types. */
static union datum
timestamp_recv(struct type_call *call, struct slice bytes)
{
    recv_expect(bytes, 8);
    int64_t timestamp = (int64_t)be64_get(bytes.data);
    if (timestamp_is_finite(timestamp) && !timestamp_is_valid(timestamp))
        fail_timestamp_range();
    return i64_datum(timestamp_fit(timestamp, call->typmod));
}

static void
timestamp_send(struct type_call *call, union datum value, struct buf *to)
{
    (void)call;
    buf_put_be64(to, (uint64_t)value.i64);
}

/* ---- order ---- */

static int
timestamp_compare(union datum a, union datum b)
{
    return (a.i64 > b.i64) - (a.i64 < b.i64);
}

static uint64_t
timestamp_hash(union datum value)
{
    return hash_u64((uint64_t)value.i64);
}

static bool
timestamp_key_put(union datum value, struct buf *to)
{
    buf_put_be64(to, (uint64_t)value.i64 ^ UINT64_C(0x8000000000000000));
    return true;
}

static bool
timestamp_key_get(const uint8_t **at, const uint8_t *end, struct arena *arena, union datum *value)
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
#define PREFIX timestamp
#define LEFT int64_t
#define RIGHT int64_t
#define LEFT_FIELD i64
#define RIGHT_FIELD i64
#include "type/kernel_compare.inc"

/* ---- casts ---- */

int64_t
timestamp_to_timestamptz(const struct type_env *env, int64_t timestamp)
{
    return timestamp_to_instant(datetime_session_zone(env), timestamp);
}

int64_t
timestamptz_to_timestamp(const struct type_env *env, int64_t timestamp)
{
    return timestamp_from_instant(datetime_session_zone(env), timestamp);
}

static union datum
timestamptz_of_timestamp(struct func_call *call, const union datum *args)
{
    return i64_datum(timestamp_to_timestamptz(call->env, args[0].i64));
}

static union datum
timestamp_of_timestamptz(struct func_call *call, const union datum *args)
{
    return i64_datum(timestamptz_to_timestamp(call->env, args[0].i64));
}

/* timestamp(value, digits), and of timestamptz */
static union datum
timestamp_scale(struct func_call *call, const union datum *args)
{
    (void)call;
    return i64_datum(timestamp_fit(args[0].i64, args[1].i32));
}

static union datum
timestamp_isfinite(struct func_call *call, const union datum *args)
{
    (void)call;
    return bool_datum(timestamp_is_finite(args[0].i64));
}

/* ---- what this file brings ---- */

static const struct type_info types[] = {
    {.type = TYPE_TIMESTAMP,
     .array = TYPE_TIMESTAMP_ARRAY,
     .name = "timestamp",
     .sql_name = "timestamp without time zone",
     .length = 8,
     .is_by_value = true,
     .align = 'd',
     .category = 'D',
     .kind = 'b',
     .storage = 'p',
     .delimiter = ',',
     .phys = PHYS_I64,
     .input_oid = 1312,
     .output_oid = 1313,
     .recv_oid = 2474,
     .send_oid = 2475,
     .typmod_in_oid = 2905,
     .typmod_out_oid = 2906,
     .input = timestamp_input,
     .output = timestamp_output,
     .recv = timestamp_recv,
     .send = timestamp_send,
     .typmod_in = timestamp_typmod_in,
     .typmod_out = timestamp_typmod_out,
     .compare = timestamp_compare,
     .hash = timestamp_hash,
     .key_put = timestamp_key_put,
     .key_get = timestamp_key_get},
    {.type = TYPE_TIMESTAMPTZ,
     .array = TYPE_TIMESTAMPTZ_ARRAY,
     .name = "timestamptz",
     .sql_name = "timestamp with time zone",
     .length = 8,
     .is_by_value = true,
     .align = 'd',
     .category = 'D',
     .kind = 'b',
     .storage = 'p',
     .is_preferred = true,
     .delimiter = ',',
     .phys = PHYS_I64,
     .input_oid = 1150,
     .output_oid = 1151,
     .recv_oid = 2476,
     .send_oid = 2477,
     .typmod_in_oid = 2907,
     .typmod_out_oid = 2908,
     .input = timestamptz_input,
     .output = timestamptz_output,
     .recv = timestamp_recv,
     .send = timestamp_send,
     .typmod_in = timestamptz_typmod_in,
     .typmod_out = timestamptz_typmod_out,
     .compare = timestamp_compare,
     .hash = timestamp_hash,
     .key_put = timestamp_key_put,
     .key_get = timestamp_key_get},
};

static const struct func_info funcs[] = {
    {FUNC(1150, "timestamptz_in", TYPE_TIMESTAMPTZ, generic_in, TYPE_CSTRING, TYPE_OID, TYPE_INT4),
     .volatility = FUNC_STABLE},
    {FUNC(1151, "timestamptz_out", TYPE_CSTRING, generic_out, TYPE_TIMESTAMPTZ),
     .volatility = FUNC_STABLE},
    {FUNC(1152, "timestamptz_eq", TYPE_BOOL, timestamp_eq, TYPE_TIMESTAMPTZ, TYPE_TIMESTAMPTZ),
     .vector = timestamp_eq_vector},
    {FUNC(1153, "timestamptz_ne", TYPE_BOOL, timestamp_ne, TYPE_TIMESTAMPTZ, TYPE_TIMESTAMPTZ),
     .vector = timestamp_ne_vector},
    {FUNC(1154, "timestamptz_lt", TYPE_BOOL, timestamp_lt, TYPE_TIMESTAMPTZ, TYPE_TIMESTAMPTZ),
     .vector = timestamp_lt_vector},
    {FUNC(1155, "timestamptz_le", TYPE_BOOL, timestamp_le, TYPE_TIMESTAMPTZ, TYPE_TIMESTAMPTZ),
     .vector = timestamp_le_vector},
    {FUNC(1156, "timestamptz_ge", TYPE_BOOL, timestamp_ge, TYPE_TIMESTAMPTZ, TYPE_TIMESTAMPTZ),
     .vector = timestamp_ge_vector},
    {FUNC(1157, "timestamptz_gt", TYPE_BOOL, timestamp_gt, TYPE_TIMESTAMPTZ, TYPE_TIMESTAMPTZ),
     .vector = timestamp_gt_vector},
    {FUNC(1195, "timestamptz_smaller", TYPE_TIMESTAMPTZ, generic_smaller, TYPE_TIMESTAMPTZ,
          TYPE_TIMESTAMPTZ)},
    {FUNC(1196, "timestamptz_larger", TYPE_TIMESTAMPTZ, generic_larger, TYPE_TIMESTAMPTZ,
          TYPE_TIMESTAMPTZ)},
    {FUNC(1312, "timestamp_in", TYPE_TIMESTAMP, generic_in, TYPE_CSTRING, TYPE_OID, TYPE_INT4),
     .volatility = FUNC_STABLE},
    {FUNC(1313, "timestamp_out", TYPE_CSTRING, generic_out, TYPE_TIMESTAMP),
     .volatility = FUNC_STABLE},
    {FUNC(1314, "timestamptz_cmp", TYPE_INT4, generic_compare, TYPE_TIMESTAMPTZ, TYPE_TIMESTAMPTZ)},
    {FUNC(1389, "isfinite", TYPE_BOOL, timestamp_isfinite, TYPE_TIMESTAMPTZ)},
    {FUNC(1961, "timestamp", TYPE_TIMESTAMP, timestamp_scale, TYPE_TIMESTAMP, TYPE_INT4)},
    {FUNC(1967, "timestamptz", TYPE_TIMESTAMPTZ, timestamp_scale, TYPE_TIMESTAMPTZ, TYPE_INT4)},
    {FUNC(2027, "timestamp", TYPE_TIMESTAMP, timestamp_of_timestamptz, TYPE_TIMESTAMPTZ),
     .volatility = FUNC_STABLE},
    {FUNC(2028, "timestamptz", TYPE_TIMESTAMPTZ, timestamptz_of_timestamp, TYPE_TIMESTAMP),
     .volatility = FUNC_STABLE},
    {FUNC(2035, "timestamp_smaller", TYPE_TIMESTAMP, generic_smaller, TYPE_TIMESTAMP,
          TYPE_TIMESTAMP)},
    {FUNC(2036, "timestamp_larger", TYPE_TIMESTAMP, generic_larger, TYPE_TIMESTAMP,
          TYPE_TIMESTAMP)},
    {FUNC(2045, "timestamp_cmp", TYPE_INT4, generic_compare, TYPE_TIMESTAMP, TYPE_TIMESTAMP)},
    {FUNC(2048, "isfinite", TYPE_BOOL, timestamp_isfinite, TYPE_TIMESTAMP)},
    {FUNC(2052, "timestamp_eq", TYPE_BOOL, timestamp_eq, TYPE_TIMESTAMP, TYPE_TIMESTAMP),
     .vector = timestamp_eq_vector},
    {FUNC(2053, "timestamp_ne", TYPE_BOOL, timestamp_ne, TYPE_TIMESTAMP, TYPE_TIMESTAMP),
     .vector = timestamp_ne_vector},
    {FUNC(2054, "timestamp_lt", TYPE_BOOL, timestamp_lt, TYPE_TIMESTAMP, TYPE_TIMESTAMP),
     .vector = timestamp_lt_vector},
    {FUNC(2055, "timestamp_le", TYPE_BOOL, timestamp_le, TYPE_TIMESTAMP, TYPE_TIMESTAMP),
     .vector = timestamp_le_vector},
    {FUNC(2056, "timestamp_ge", TYPE_BOOL, timestamp_ge, TYPE_TIMESTAMP, TYPE_TIMESTAMP),
     .vector = timestamp_ge_vector},
    {FUNC(2057, "timestamp_gt", TYPE_BOOL, timestamp_gt, TYPE_TIMESTAMP, TYPE_TIMESTAMP),
     .vector = timestamp_gt_vector},
    {FUNC(2474, "timestamp_recv", TYPE_TIMESTAMP, generic_recv, TYPE_INTERNAL, TYPE_OID,
          TYPE_INT4)},
    {FUNC(2475, "timestamp_send", TYPE_BYTEA, generic_send, TYPE_TIMESTAMP)},
    {FUNC(2476, "timestamptz_recv", TYPE_TIMESTAMPTZ, generic_recv, TYPE_INTERNAL, TYPE_OID,
          TYPE_INT4)},
    {FUNC(2477, "timestamptz_send", TYPE_BYTEA, generic_send, TYPE_TIMESTAMPTZ)},
    {FUNC(2905, "timestamptypmodin", TYPE_INT4, generic_typmod_in, TYPE_CSTRING_ARRAY)},
    {FUNC(2906, "timestamptypmodout", TYPE_CSTRING, generic_typmod_out, TYPE_INT4)},
    {FUNC(2907, "timestamptztypmodin", TYPE_INT4, generic_typmod_in, TYPE_CSTRING_ARRAY)},
    {FUNC(2908, "timestamptztypmodout", TYPE_CSTRING, generic_typmod_out, TYPE_INT4)},
};

static const struct operator_info operators[] = {
    {1320, "=", TYPE_TIMESTAMPTZ, TYPE_TIMESTAMPTZ, TYPE_BOOL, 1152, 1320, 1321, true, true,
     "eqsel", "eqjoinsel"},
    {1321, "<>", TYPE_TIMESTAMPTZ, TYPE_TIMESTAMPTZ, TYPE_BOOL, 1153, 1321, 1320, false, false,
     "neqsel", "neqjoinsel"},
    {1322, "<", TYPE_TIMESTAMPTZ, TYPE_TIMESTAMPTZ, TYPE_BOOL, 1154, 1324, 1325, false, false,
     "scalarltsel", "scalarltjoinsel"},
    {1323, "<=", TYPE_TIMESTAMPTZ, TYPE_TIMESTAMPTZ, TYPE_BOOL, 1155, 1325, 1324, false, false,
     "scalarlesel", "scalarlejoinsel"},
    {1324, ">", TYPE_TIMESTAMPTZ, TYPE_TIMESTAMPTZ, TYPE_BOOL, 1157, 1322, 1323, false, false,
     "scalargtsel", "scalargtjoinsel"},
    {1325, ">=", TYPE_TIMESTAMPTZ, TYPE_TIMESTAMPTZ, TYPE_BOOL, 1156, 1323, 1322, false, false,
     "scalargesel", "scalargejoinsel"},
    {2060, "=", TYPE_TIMESTAMP, TYPE_TIMESTAMP, TYPE_BOOL, 2052, 2060, 2061, true, true, "eqsel",
     "eqjoinsel"},
    {2061, "<>", TYPE_TIMESTAMP, TYPE_TIMESTAMP, TYPE_BOOL, 2053, 2061, 2060, false, false,
     "neqsel", "neqjoinsel"},
    {2062, "<", TYPE_TIMESTAMP, TYPE_TIMESTAMP, TYPE_BOOL, 2054, 2064, 2065, false, false,
     "scalarltsel", "scalarltjoinsel"},
    {2063, "<=", TYPE_TIMESTAMP, TYPE_TIMESTAMP, TYPE_BOOL, 2055, 2065, 2064, false, false,
     "scalarlesel", "scalarlejoinsel"},
    {2064, ">", TYPE_TIMESTAMP, TYPE_TIMESTAMP, TYPE_BOOL, 2057, 2062, 2063, false, false,
     "scalargtsel", "scalargtjoinsel"},
    {2065, ">=", TYPE_TIMESTAMP, TYPE_TIMESTAMP, TYPE_BOOL, 2056, 2063, 2062, false, false,
     "scalargesel", "scalargejoinsel"},
};

static const struct cast_info casts[] = {
    {TYPE_TIMESTAMP, TYPE_TIMESTAMP, 1961, CAST_IMPLICIT, CAST_FUNC},
    {TYPE_TIMESTAMP, TYPE_TIMESTAMPTZ, 2028, CAST_IMPLICIT, CAST_FUNC},
    {TYPE_TIMESTAMPTZ, TYPE_TIMESTAMP, 2027, CAST_ASSIGNMENT, CAST_FUNC},
    {TYPE_TIMESTAMPTZ, TYPE_TIMESTAMPTZ, 1967, CAST_IMPLICIT, CAST_FUNC},
};

const struct type_tables timestamp_tables = {
    .types = types,
    .type_count = COUNT_OF(types),
    .funcs = funcs,
    .func_count = COUNT_OF(funcs),
    .operators = operators,
    .operator_count = COUNT_OF(operators),
    .casts = casts,
    .cast_count = COUNT_OF(casts),
};
