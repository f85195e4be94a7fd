/*
 * date.c: dates: days since 2000-01-01, and the two infinities.
 */
#include "base/hash.h"
#include "type/generic.h"
#include "type/input.h"
#include "type/iso.h"
#include "type/kernel.h"
#include "type/tables.h"
#include "type/timestamp.h"

/* ---- input, output, order ---- */

static union datum
date_input(struct type_call *call, struct slice text)
{
    int32_t iso;
    if (LIKELY(iso_date_read(text, &iso)))
        return i32_datum(iso);
    struct datetime_text source = {.env = call->env, .type_name = "date", .text = text};
    struct datetime dt;
    switch (datetime_parse(&source, &dt)) {
    case DATETIME_INFINITY:
        return i32_datum(DATE_MAX);
    case DATETIME_MINUS_INFINITY:
        return i32_datum(DATE_MIN);
    case DATETIME_EPOCH:
        return i32_datum(-EPOCH_SHIFT_DAYS);
    case DATETIME_FIELDS:
        break;
    }
    int64_t day = civil_day(dt.year, dt.month, dt.day);
    if (!civil_is_near(dt.year, dt.month) || !date_is_valid(day))
        raise(SQLSTATE_DATETIME_FIELD_OVERFLOW, "date out of range: \"%.*s\"", (int)text.bytes,
              (const char *)text.data);
    return i32_datum((int32_t)day);
}

static void
date_output(struct type_call *call, union datum value, struct buf *to)
{
    if (!date_is_finite(value.i32)) {
        buf_put_text(to, value.i32 == DATE_MIN ? "-infinity" : "infinity");
        return;
    }
    char *at = (char *)buf_reserve(to, ISO_TIMESTAMP_BYTES_MAX);
    if (at != NULL && call->env->date_style == DATE_STYLE_ISO) {
        uint32_t written = iso_date_write(at, value.i32);
        to->bytes += written;
        if (written > 0)
            return;
    }
    struct civil civil = day_civil(value.i32);
    struct datetime dt = {.year = civil.year, .month = civil.month, .day = civil.day};
    datetime_print_date(call->env, &dt, to);
}

static union datum
date_recv(struct type_call *call, struct slice bytes)
{
    (void)call;
    recv_expect(bytes, 4);
    int32_t date = (int32_t)be32_get(bytes.data);
    if (date_is_finite(date) && !date_is_valid(date))
        raise(SQLSTATE_DATETIME_FIELD_OVERFLOW, "date out of range");
    return i32_datum(date);
}

static void
date_send(struct type_call *call, union datum value, struct buf *to)
{
    (void)call;
    buf_put_be32(to, (uint32_t)value.i32);
}

static int
date_compare(union datum a, union datum b)
{
    return (a.i32 > b.i32) - (a.i32 < b.i32);
}

static uint64_t
date_hash(union datum value)
{
    return hash_u64((uint64_t)(int64_t)value.i32);
}

static bool
date_key_put(union datum value, struct buf *to)
{
    buf_put_be32(to, (uint32_t)value.i32 ^ 0x80000000u);
    return true;
}

static bool
date_key_get(const uint8_t **at, const uint8_t *end, struct arena *arena, union datum *value)
{
    (void)arena;
    if (end - *at < 4)
        return false;
    *value = i32_datum((int32_t)(be32_get(*at) ^ 0x80000000u));
    *at += 4;
    return true;
}

#define EQUAL(a, b) ((a) == (b))
#define LESS(a, b) ((a) < (b))
#define MORE(a, b) ((a) > (b))
#define PREFIX date
#define LEFT int32_t
#define RIGHT int32_t
#define LEFT_FIELD i32
#define RIGHT_FIELD i32
#include "type/kernel_compare.inc"

/* ---- arithmetic ---- */

_Noreturn static void
fail_arithmetic(unsigned fault)
{
    if ((fault & KERNEL_UNDERFLOW) != 0)
        raise(SQLSTATE_DATETIME_FIELD_OVERFLOW, "cannot subtract infinite dates");
    raise(SQLSTATE_DATETIME_FIELD_OVERFLOW, "date out of range");
}

static inline unsigned
shift_days(int32_t date, int64_t days, int32_t *result)
{
    int64_t sum = date + days;
    bool is_finite = date_is_finite(date);
    *result = is_finite ? (int32_t)sum : date;
    return is_finite && !date_is_valid(sum) ? KERNEL_OVERFLOW : 0;
}

static inline unsigned
days_between(int32_t a, int32_t b, int32_t *result)
{
    *result = (int32_t)((uint32_t)a - (uint32_t)b);
    return date_is_finite(a) && date_is_finite(b) ? 0 : KERNEL_UNDERFLOW;
}

#define LEFT int32_t
#define RIGHT int32_t
#define RESULT int32_t
#define LEFT_FIELD i32
#define RIGHT_FIELD i32
#define RESULT_FIELD i32
#define FAIL(fault) fail_arithmetic(fault)
#define NAME date_add_days
#define APPLY(a, b, result) shift_days(a, b, result)
#include "type/kernel_checked.inc"
#define NAME date_take_days
#define APPLY(a, b, result) shift_days(a, -(int64_t)(b), result)
#include "type/kernel_checked.inc"
#define NAME days_add_date
#define APPLY(a, b, result) shift_days(b, a, result)
#include "type/kernel_checked.inc"
#define NAME date_take_date
#define APPLY(a, b, result) days_between(a, b, result)
#include "type/kernel_checked.inc"

static union datum
date_add_interval(struct func_call *call, const union datum *args)
{
    (void)call;
    return i64_datum(timestamp_add(date_to_timestamp(args[0].i32), datum_interval(args[1])));
}

static union datum
interval_add_date(struct func_call *call, const union datum *args)
{
    (void)call;
    return i64_datum(timestamp_add(date_to_timestamp(args[1].i32), datum_interval(args[0])));
}

static union datum
date_take_interval(struct func_call *call, const union datum *args)
{
    (void)call;
    int64_t timestamp = date_to_timestamp(args[0].i32);
    return i64_datum(timestamp_add(timestamp, interval_negate(datum_interval(args[1]))));
}

static int64_t
join_time(int32_t date, int64_t time)
{
    int64_t timestamp = date_to_timestamp(date);
    if (!timestamp_is_finite(timestamp))
        return timestamp;
    timestamp += time;
    if (!timestamp_is_valid(timestamp))
        fail_timestamp_range();
    return timestamp;
}

static union datum
date_add_time(struct func_call *call, const union datum *args)
{
    (void)call;
    return i64_datum(join_time(args[0].i32, args[1].i64));
}

static union datum
time_add_date(struct func_call *call, const union datum *args)
{
    (void)call;
    return i64_datum(join_time(args[1].i32, args[0].i64));
}

static int64_t
join_timetz(int32_t date, struct timetz time)
{
    int64_t timestamp = date_to_timestamp(date);
    if (!timestamp_is_finite(timestamp))
        return timestamp;
    timestamp += time.us + time.seconds_west * US_PER_SECOND;
    if (!timestamp_is_valid(timestamp))
        raise(SQLSTATE_DATETIME_FIELD_OVERFLOW, "date out of range for timestamp");
    return timestamp;
}

static union datum
date_add_timetz(struct func_call *call, const union datum *args)
{
    (void)call;
    return i64_datum(join_timetz(args[0].i32, datum_timetz(args[1])));
}

static union datum
timetz_add_date(struct func_call *call, const union datum *args)
{
    (void)call;
    return i64_datum(join_timetz(args[1].i32, datum_timetz(args[0])));
}

static union datum
date_isfinite(struct func_call *call, const union datum *args)
{
    (void)call;
    return bool_datum(date_is_finite(args[0].i32));
}

/* ---- casts ---- */

static union datum
timestamp_of_date(struct func_call *call, const union datum *args)
{
    (void)call;
    return i64_datum(date_to_timestamp(args[0].i32));
}

static union datum
timestamptz_of_date(struct func_call *call, const union datum *args)
{
    return i64_datum(date_to_timestamptz(call->env, args[0].i32));
}

static union datum
date_of_timestamp(struct func_call *call, const union datum *args)
{
    (void)call;
    return i32_datum(timestamp_to_date(args[0].i64));
}

static union datum
date_of_timestamptz(struct func_call *call, const union datum *args)
{
    return i32_datum(timestamptz_to_date(call->env, args[0].i64));
}

/* timestamptz(date, time) */
static union datum
timestamptz_of_date_time(struct func_call *call, const union datum *args)
{
    return i64_datum(timestamp_to_timestamptz(call->env, join_time(args[0].i32, args[1].i64)));
}

int64_t
date_to_timestamp(int32_t date)
{
    if (!date_is_finite(date))
        return date == DATE_MIN ? TIMESTAMP_MIN : TIMESTAMP_MAX;
    if (date >= DAY_TIMESTAMP_END)
        raise(SQLSTATE_DATETIME_FIELD_OVERFLOW, "date out of range for timestamp");
    return date * US_PER_DAY;
}

int64_t
date_to_timestamptz(const struct type_env *env, int32_t date)
{
    int64_t timestamp = date_to_timestamp(date);
    if (!timestamp_is_finite(timestamp))
        return timestamp;
    struct civil civil = day_civil(date);
    struct datetime dt = {.year = civil.year, .month = civil.month, .day = civil.day};
    datetime_set_zone(&dt, datetime_session_zone(env));
    timestamp -= dt.seconds_east * US_PER_SECOND;
    if (!timestamp_is_valid(timestamp))
        raise(SQLSTATE_DATETIME_FIELD_OVERFLOW, "date out of range for timestamp");
    return timestamp;
}

int32_t
timestamp_to_date(int64_t timestamp)
{
    if (!timestamp_is_finite(timestamp))
        return timestamp == TIMESTAMP_MIN ? DATE_MIN : DATE_MAX;
    return (int32_t)floor_div(timestamp, US_PER_DAY);
}

int32_t
timestamptz_to_date(const struct type_env *env, int64_t timestamp)
{
    if (!timestamp_is_finite(timestamp))
        return timestamp_to_date(timestamp);
    struct datetime dt;
    datetime_set_timestamptz(&dt, datetime_session_zone(env), timestamp);
    return (int32_t)civil_day(dt.year, dt.month, dt.day);
}

/* ---- what this file brings ---- */

static const struct type_info types[] = {
    {.type = TYPE_DATE,
     .array = TYPE_DATE_ARRAY,
     .name = "date",
     .sql_name = "date",
     .length = 4,
     .is_by_value = true,
     .align = 'i',
     .category = 'D',
     .kind = 'b',
     .storage = 'p',
     .delimiter = ',',
     .phys = PHYS_I32,
     .input_oid = 1084,
     .output_oid = 1085,
     .recv_oid = 2468,
     .send_oid = 2469,
     .input = date_input,
     .output = date_output,
     .recv = date_recv,
     .send = date_send,
     .compare = date_compare,
     .hash = date_hash,
     .key_put = date_key_put,
     .key_get = date_key_get},
};

static const struct func_info funcs[] = {
    {FUNC(1084, "date_in", TYPE_DATE, generic_in, TYPE_CSTRING), .volatility = FUNC_STABLE},
    {FUNC(1085, "date_out", TYPE_CSTRING, generic_out, TYPE_DATE), .volatility = FUNC_STABLE},
    {FUNC(1086, "date_eq", TYPE_BOOL, date_eq, TYPE_DATE, TYPE_DATE), .vector = date_eq_vector},
    {FUNC(1087, "date_lt", TYPE_BOOL, date_lt, TYPE_DATE, TYPE_DATE), .vector = date_lt_vector},
    {FUNC(1088, "date_le", TYPE_BOOL, date_le, TYPE_DATE, TYPE_DATE), .vector = date_le_vector},
    {FUNC(1089, "date_gt", TYPE_BOOL, date_gt, TYPE_DATE, TYPE_DATE), .vector = date_gt_vector},
    {FUNC(1090, "date_ge", TYPE_BOOL, date_ge, TYPE_DATE, TYPE_DATE), .vector = date_ge_vector},
    {FUNC(1091, "date_ne", TYPE_BOOL, date_ne, TYPE_DATE, TYPE_DATE), .vector = date_ne_vector},
    {FUNC(1092, "date_cmp", TYPE_INT4, generic_compare, TYPE_DATE, TYPE_DATE)},
    {FUNC(1138, "date_larger", TYPE_DATE, generic_larger, TYPE_DATE, TYPE_DATE)},
    {FUNC(1139, "date_smaller", TYPE_DATE, generic_smaller, TYPE_DATE, TYPE_DATE)},
    {FUNC(1140, "date_mi", TYPE_INT4, date_take_date, TYPE_DATE, TYPE_DATE),
     .vector = date_take_date_vector},
    {FUNC(1141, "date_pli", TYPE_DATE, date_add_days, TYPE_DATE, TYPE_INT4),
     .vector = date_add_days_vector},
    {FUNC(1142, "date_mii", TYPE_DATE, date_take_days, TYPE_DATE, TYPE_INT4),
     .vector = date_take_days_vector},
    {FUNC(1174, "timestamptz", TYPE_TIMESTAMPTZ, timestamptz_of_date, TYPE_DATE),
     .volatility = FUNC_STABLE},
    {FUNC(1176, "timestamptz", TYPE_TIMESTAMPTZ, timestamptz_of_date_time, TYPE_DATE, TYPE_TIME),
     .volatility = FUNC_STABLE},
    {FUNC(1178, "date", TYPE_DATE, date_of_timestamptz, TYPE_TIMESTAMPTZ),
     .volatility = FUNC_STABLE},
    {FUNC(1272, "datetime_pl", TYPE_TIMESTAMP, date_add_time, TYPE_DATE, TYPE_TIME)},
    {FUNC(1296, "timedate_pl", TYPE_TIMESTAMP, time_add_date, TYPE_TIME, TYPE_DATE)},
    {FUNC(1297, "datetimetz_pl", TYPE_TIMESTAMPTZ, date_add_timetz, TYPE_DATE, TYPE_TIMETZ)},
    {FUNC(1298, "timetzdate_pl", TYPE_TIMESTAMPTZ, timetz_add_date, TYPE_TIMETZ, TYPE_DATE)},
    {FUNC(1359, "timestamptz", TYPE_TIMESTAMPTZ, date_add_timetz, TYPE_DATE, TYPE_TIMETZ)},
    {FUNC(1373, "isfinite", TYPE_BOOL, date_isfinite, TYPE_DATE)},
    {FUNC(2024, "timestamp", TYPE_TIMESTAMP, timestamp_of_date, TYPE_DATE)},
    {FUNC(2025, "timestamp", TYPE_TIMESTAMP, date_add_time, TYPE_DATE, TYPE_TIME)},
    {FUNC(2029, "date", TYPE_DATE, date_of_timestamp, TYPE_TIMESTAMP)},
    {FUNC(2071, "date_pl_interval", TYPE_TIMESTAMP, date_add_interval, TYPE_DATE, TYPE_INTERVAL)},
    {FUNC(2072, "date_mi_interval", TYPE_TIMESTAMP, date_take_interval, TYPE_DATE, TYPE_INTERVAL)},
    {FUNC(2468, "date_recv", TYPE_DATE, generic_recv, TYPE_INTERNAL)},
    {FUNC(2469, "date_send", TYPE_BYTEA, generic_send, TYPE_DATE)},
    {FUNC(2546, "interval_pl_date", TYPE_TIMESTAMP, interval_add_date, TYPE_INTERVAL, TYPE_DATE)},
    {FUNC(2550, "integer_pl_date", TYPE_DATE, days_add_date, TYPE_INT4, TYPE_DATE),
     .vector = days_add_date_vector},
};

static const struct operator_info operators[] = {
    {1076, "+", TYPE_DATE, TYPE_INTERVAL, TYPE_TIMESTAMP, 2071, 2551, 0, false, false, NULL, NULL},
    {1077, "-", TYPE_DATE, TYPE_INTERVAL, TYPE_TIMESTAMP, 2072, 0, 0, false, false, NULL, NULL},
    {1093, "=", TYPE_DATE, TYPE_DATE, TYPE_BOOL, 1086, 1093, 1094, true, true, "eqsel",
     "eqjoinsel"},
    {1094, "<>", TYPE_DATE, TYPE_DATE, TYPE_BOOL, 1091, 1094, 1093, false, false, "neqsel",
     "neqjoinsel"},
    {1095, "<", TYPE_DATE, TYPE_DATE, TYPE_BOOL, 1087, 1097, 1098, false, false, "scalarltsel",
     "scalarltjoinsel"},
    {1096, "<=", TYPE_DATE, TYPE_DATE, TYPE_BOOL, 1088, 1098, 1097, false, false, "scalarlesel",
     "scalarlejoinsel"},
    {1097, ">", TYPE_DATE, TYPE_DATE, TYPE_BOOL, 1089, 1095, 1096, false, false, "scalargtsel",
     "scalargtjoinsel"},
    {1098, ">=", TYPE_DATE, TYPE_DATE, TYPE_BOOL, 1090, 1096, 1095, false, false, "scalargesel",
     "scalargejoinsel"},
    {1099, "-", TYPE_DATE, TYPE_DATE, TYPE_INT4, 1140, 0, 0, false, false, NULL, NULL},
    {1100, "+", TYPE_DATE, TYPE_INT4, TYPE_DATE, 1141, 2555, 0, false, false, NULL, NULL},
    {1101, "-", TYPE_DATE, TYPE_INT4, TYPE_DATE, 1142, 0, 0, false, false, NULL, NULL},
    {1360, "+", TYPE_DATE, TYPE_TIME, TYPE_TIMESTAMP, 1272, 1363, 0, false, false, NULL, NULL},
    {1361, "+", TYPE_DATE, TYPE_TIMETZ, TYPE_TIMESTAMPTZ, 1297, 1366, 0, false, false, NULL, NULL},
    {1363, "+", TYPE_TIME, TYPE_DATE, TYPE_TIMESTAMP, 1296, 1360, 0, false, false, NULL, NULL},
    {1366, "+", TYPE_TIMETZ, TYPE_DATE, TYPE_TIMESTAMPTZ, 1298, 1361, 0, false, false, NULL, NULL},
    {2551, "+", TYPE_INTERVAL, TYPE_DATE, TYPE_TIMESTAMP, 2546, 1076, 0, false, false, NULL, NULL},
    {2555, "+", TYPE_INT4, TYPE_DATE, TYPE_DATE, 2550, 1100, 0, false, false, NULL, NULL},
};

static const struct cast_info casts[] = {
    {TYPE_DATE, TYPE_TIMESTAMP, 2024, CAST_IMPLICIT, CAST_FUNC},
    {TYPE_DATE, TYPE_TIMESTAMPTZ, 1174, CAST_IMPLICIT, CAST_FUNC},
    {TYPE_TIMESTAMP, TYPE_DATE, 2029, CAST_ASSIGNMENT, CAST_FUNC},
    {TYPE_TIMESTAMPTZ, TYPE_DATE, 1178, CAST_ASSIGNMENT, CAST_FUNC},
};

const struct type_tables date_tables = {
    .types = types,
    .type_count = COUNT_OF(types),
    .funcs = funcs,
    .func_count = COUNT_OF(funcs),
    .operators = operators,
    .operator_count = COUNT_OF(operators),
    .casts = casts,
    .cast_count = COUNT_OF(casts),
};
