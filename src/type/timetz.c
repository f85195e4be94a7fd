/*
 * timetz.c: times of day with a zone's offset. They are ordered by the moment they mean, then by
 * offset, so that only times with the same offset are equal.
 */
#include "base/hash.h"
#include "type/generic.h"
#include "type/input.h"
#include "type/kernel.h"
#include "type/tables.h"
#include "type/timestamp.h"

#define OFFSET_SECONDS_END (16 * 3600)

static int32_t
timetz_typmod_in(struct type_call *call, const int64_t *args, uint32_t count)
{
    (void)call;
    return precision_typmod(args, count, "TIME", " WITH TIME ZONE");
}

static void
timetz_typmod_out(struct type_call *call, int32_t typmod, struct buf *to)
{
    (void)call;
    if (typmod >= 0)
        buf_format(to, "(%d)", typmod);
    buf_put_text(to, " with time zone");
}

static union datum
timetz_input(struct type_call *call, struct slice text)
{
    struct datetime_text source = {
        .env = call->env, .type_name = "time with time zone", .text = text};
    struct datetime dt;
    time_parse(&source, &dt);
    return timetz_datum(us_round(datetime_time_us(&dt), call->typmod), -dt.seconds_east);
}

static void
timetz_output(struct type_call *call, union datum value, struct buf *to)
{
    (void)call;
    struct timetz time = datum_timetz(value);
    struct datetime dt = {.seconds_east = -time.seconds_west};
    datetime_set_time(&dt, time.us);
    datetime_print_time(&dt, true, to);
}

static union datum
timetz_recv(struct type_call *call, struct slice bytes)
{
    recv_expect(bytes, 12);
    int64_t us = (int64_t)be64_get(bytes.data);
    int32_t seconds_west = (int32_t)be32_get(bytes.data + 8);
    if (us < 0 || us > US_PER_DAY)
        raise(SQLSTATE_DATETIME_FIELD_OVERFLOW, "time out of range");
    if (seconds_west <= -OFFSET_SECONDS_END || seconds_west >= OFFSET_SECONDS_END)
        raise(SQLSTATE_INVALID_TIME_ZONE_DISPLACEMENT_VALUE, "time zone displacement out of range");
    return timetz_datum(us_round(us, call->typmod), seconds_west);
}

static void
timetz_send(struct type_call *call, union datum value, struct buf *to)
{
    (void)call;
    struct timetz time = datum_timetz(value);
    buf_put_be64(to, (uint64_t)time.us);
    buf_put_be32(to, (uint32_t)time.seconds_west);
}

/* The time in Greenwich, perhaps of the day before or after. */
static int64_t
greenwich_us(struct timetz time)
{
    return time.us + time.seconds_west * US_PER_SECOND;
}

int
timetz_order(struct timetz a, struct timetz b)
{
    int64_t at = greenwich_us(a), bt = greenwich_us(b);
    if (at != bt)
        return at > bt ? 1 : -1;
    return (a.seconds_west > b.seconds_west) - (a.seconds_west < b.seconds_west);
}

static int
timetz_compare(union datum a, union datum b)
{
    return timetz_order(datum_timetz(a), datum_timetz(b));
}

static uint64_t
timetz_hash(union datum value)
{
    struct timetz time = datum_timetz(value);
    return hash_combine(hash_u64((uint64_t)time.us), (uint64_t)(int64_t)time.seconds_west);
}

static bool
timetz_key_put(union datum value, struct buf *to)
{
    struct timetz time = datum_timetz(value);
    buf_put_be64(to, (uint64_t)greenwich_us(time) ^ UINT64_C(0x8000000000000000));
    buf_put_be32(to, (uint32_t)time.seconds_west ^ 0x80000000u);
    return true;
}

static bool
timetz_key_get(const uint8_t **at, const uint8_t *end, struct arena *arena, union datum *value)
{
    (void)arena;
    if (end - *at < 12)
        return false;
    int64_t us = (int64_t)(be64_get(*at) ^ UINT64_C(0x8000000000000000));
    int32_t seconds_west = (int32_t)(be32_get(*at + 8) ^ 0x80000000u);
    int64_t local;
    if (__builtin_sub_overflow(us, seconds_west * US_PER_SECOND, &local) || local < 0 ||
        local > US_PER_DAY)
        return false;
    *value = timetz_datum(local, seconds_west);
    *at += 12;
    return true;
}

/* ---- arithmetic and casts ---- */

static union datum
timetz_add_interval(struct func_call *call, const union datum *args)
{
    (void)call;
    struct timetz time = datum_timetz(args[0]);
    int64_t us = time.us + floor_mod(datum_interval(args[1]).us, US_PER_DAY);
    return timetz_datum(us % US_PER_DAY, time.seconds_west);
}

static union datum
interval_add_timetz(struct func_call *call, const union datum *args)
{
    const union datum swapped[] = {args[1], args[0]};
    return timetz_add_interval(call, swapped);
}

static union datum
timetz_take_interval(struct func_call *call, const union datum *args)
{
    (void)call;
    struct timetz time = datum_timetz(args[0]);
    int64_t us = time.us - floor_mod(datum_interval(args[1]).us, US_PER_DAY);
    return timetz_datum(floor_mod(us, US_PER_DAY), time.seconds_west);
}

/* timetz(value, digits) */
static union datum
timetz_scale(struct func_call *call, const union datum *args)
{
    (void)call;
    struct timetz time = datum_timetz(args[0]);
    return timetz_datum(us_round(time.us, args[1].i32), time.seconds_west);
}

static union datum
time_of_timetz(struct func_call *call, const union datum *args)
{
    (void)call;
    return i64_datum(datum_timetz(args[0]).us);
}

/* With the offset that the session's zone has today at that time. */
static union datum
timetz_of_time(struct func_call *call, const union datum *args)
{
    const struct timezone *zone = datetime_session_zone(call->env);
    struct datetime dt;
    datetime_set_timestamptz(&dt, zone, call->env->transaction_us);
    datetime_set_time(&dt, args[0].i64);
    datetime_set_zone(&dt, zone);
    return timetz_datum(args[0].i64, -dt.seconds_east);
}

static union datum
timetz_of_timestamptz(struct func_call *call, const union datum *args)
{
    if (!timestamp_is_finite(args[0].i64)) {
        call->result_is_null = true;
        return timetz_datum(0, 0);
    }
    struct datetime dt;
    datetime_set_timestamptz(&dt, datetime_session_zone(call->env), args[0].i64);
    return timetz_datum(datetime_time_us(&dt), -dt.seconds_east);
}

static union datum
move_to_offset(struct timetz time, int32_t seconds_east)
{
    int64_t us = greenwich_us(time) + seconds_east * US_PER_SECOND;
    return timetz_datum(floor_mod(us, US_PER_DAY), -seconds_east);
}

static union datum
timetz_at_zone(struct func_call *call, const union datum *args)
{
    struct slice name = datum_slice(&args[0]);
    int32_t seconds_east = zone_offset_at(call->env, name, call->env->transaction_us);
    return move_to_offset(datum_timetz(args[1]), seconds_east);
}

static union datum
timetz_at_offset(struct func_call *call, const union datum *args)
{
    int32_t seconds_east = zone_offset_interval(call->env, datum_interval(args[0]));
    return move_to_offset(datum_timetz(args[1]), seconds_east);
}

/* ---- what this file brings ---- */

static const struct type_info types[] = {
    {.type = TYPE_TIMETZ,
     .array = TYPE_TIMETZ_ARRAY,
     .name = "timetz",
     .sql_name = "time with time zone",
     .length = 12,
     .align = 'd',
     .category = 'D',
     .kind = 'b',
     .storage = 'p',
     .delimiter = ',',
     .phys = PHYS_WIDE,
     .input_oid = 1350,
     .output_oid = 1351,
     .recv_oid = 2472,
     .send_oid = 2473,
     .typmod_in_oid = 2911,
     .typmod_out_oid = 2912,
     .input = timetz_input,
     .output = timetz_output,
     .recv = timetz_recv,
     .send = timetz_send,
     .typmod_in = timetz_typmod_in,
     .typmod_out = timetz_typmod_out,
     .compare = timetz_compare,
     .hash = timetz_hash,
     .key_put = timetz_key_put,
     .key_get = timetz_key_get},
};

static const struct func_info funcs[] = {
    {FUNC(1350, "timetz_in", TYPE_TIMETZ, generic_in, TYPE_CSTRING, TYPE_OID, TYPE_INT4),
     .volatility = FUNC_STABLE},
    {FUNC(1351, "timetz_out", TYPE_CSTRING, generic_out, TYPE_TIMETZ)},
    {FUNC(1352, "timetz_eq", TYPE_BOOL, generic_eq, TYPE_TIMETZ, TYPE_TIMETZ)},
    {FUNC(1353, "timetz_ne", TYPE_BOOL, generic_ne, TYPE_TIMETZ, TYPE_TIMETZ)},
    {FUNC(1354, "timetz_lt", TYPE_BOOL, generic_lt, TYPE_TIMETZ, TYPE_TIMETZ)},
    {FUNC(1355, "timetz_le", TYPE_BOOL, generic_le, TYPE_TIMETZ, TYPE_TIMETZ)},
    {FUNC(1356, "timetz_ge", TYPE_BOOL, generic_ge, TYPE_TIMETZ, TYPE_TIMETZ)},
    {FUNC(1357, "timetz_gt", TYPE_BOOL, generic_gt, TYPE_TIMETZ, TYPE_TIMETZ)},
    {FUNC(1358, "timetz_cmp", TYPE_INT4, generic_compare, TYPE_TIMETZ, TYPE_TIMETZ)},
    {FUNC(1379, "timetz_larger", TYPE_TIMETZ, generic_larger, TYPE_TIMETZ, TYPE_TIMETZ)},
    {FUNC(1380, "timetz_smaller", TYPE_TIMETZ, generic_smaller, TYPE_TIMETZ, TYPE_TIMETZ)},
    {FUNC(1388, "timetz", TYPE_TIMETZ, timetz_of_timestamptz, TYPE_TIMESTAMPTZ),
     .volatility = FUNC_STABLE},
    {FUNC(1749, "timetz_pl_interval", TYPE_TIMETZ, timetz_add_interval, TYPE_TIMETZ,
          TYPE_INTERVAL)},
    {FUNC(1750, "timetz_mi_interval", TYPE_TIMETZ, timetz_take_interval, TYPE_TIMETZ,
          TYPE_INTERVAL)},
    {FUNC(1969, "timetz", TYPE_TIMETZ, timetz_scale, TYPE_TIMETZ, TYPE_INT4)},
    {FUNC(2037, "timezone", TYPE_TIMETZ, timetz_at_zone, TYPE_TEXT, TYPE_TIMETZ),
     .volatility = FUNC_STABLE},
    {FUNC(2038, "timezone", TYPE_TIMETZ, timetz_at_offset, TYPE_INTERVAL, TYPE_TIMETZ)},
    {FUNC(2046, "time", TYPE_TIME, time_of_timetz, TYPE_TIMETZ)},
    {FUNC(2047, "timetz", TYPE_TIMETZ, timetz_of_time, TYPE_TIME), .volatility = FUNC_STABLE},
    {FUNC(2472, "timetz_recv", TYPE_TIMETZ, generic_recv, TYPE_INTERNAL, TYPE_OID, TYPE_INT4)},
    {FUNC(2473, "timetz_send", TYPE_BYTEA, generic_send, TYPE_TIMETZ)},
    {FUNC(2547, "interval_pl_timetz", TYPE_TIMETZ, interval_add_timetz, TYPE_INTERVAL,
          TYPE_TIMETZ)},
    {FUNC(2911, "timetztypmodin", TYPE_INT4, generic_typmod_in, TYPE_CSTRING_ARRAY)},
    {FUNC(2912, "timetztypmodout", TYPE_CSTRING, generic_typmod_out, TYPE_INT4)},
};

static const struct operator_info operators[] = {
    {1550, "=", TYPE_TIMETZ, TYPE_TIMETZ, TYPE_BOOL, 1352, 1550, 1551, true, true, "eqsel",
     "eqjoinsel"},
    {1551, "<>", TYPE_TIMETZ, TYPE_TIMETZ, TYPE_BOOL, 1353, 1551, 1550, false, false, "neqsel",
     "neqjoinsel"},
    {1552, "<", TYPE_TIMETZ, TYPE_TIMETZ, TYPE_BOOL, 1354, 1554, 1555, false, false, "scalarltsel",
     "scalarltjoinsel"},
    {1553, "<=", TYPE_TIMETZ, TYPE_TIMETZ, TYPE_BOOL, 1355, 1555, 1554, false, false, "scalarlesel",
     "scalarlejoinsel"},
    {1554, ">", TYPE_TIMETZ, TYPE_TIMETZ, TYPE_BOOL, 1357, 1552, 1553, false, false, "scalargtsel",
     "scalargtjoinsel"},
    {1555, ">=", TYPE_TIMETZ, TYPE_TIMETZ, TYPE_BOOL, 1356, 1553, 1552, false, false, "scalargesel",
     "scalargejoinsel"},
    {1802, "+", TYPE_TIMETZ, TYPE_INTERVAL, TYPE_TIMETZ, 1749, 2552, 0, false, false, NULL, NULL},
    {1803, "-", TYPE_TIMETZ, TYPE_INTERVAL, TYPE_TIMETZ, 1750, 0, 0, false, false, NULL, NULL},
    {2552, "+", TYPE_INTERVAL, TYPE_TIMETZ, TYPE_TIMETZ, 2547, 1802, 0, false, false, NULL, NULL},
};

static const struct cast_info casts[] = {
    {TYPE_TIME, TYPE_TIMETZ, 2047, CAST_IMPLICIT, CAST_FUNC},
    {TYPE_TIMESTAMPTZ, TYPE_TIMETZ, 1388, CAST_ASSIGNMENT, CAST_FUNC},
    {TYPE_TIMETZ, TYPE_TIME, 2046, CAST_ASSIGNMENT, CAST_FUNC},
    {TYPE_TIMETZ, TYPE_TIMETZ, 1969, CAST_IMPLICIT, CAST_FUNC},
};

const struct type_tables timetz_tables = {
    .types = types,
    .type_count = COUNT_OF(types),
    .funcs = funcs,
    .func_count = COUNT_OF(funcs),
    .operators = operators,
    .operator_count = COUNT_OF(operators),
    .casts = casts,
    .cast_count = COUNT_OF(casts),
};
