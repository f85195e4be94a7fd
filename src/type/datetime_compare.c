/*
 * datetime_compare.c: dates, timestamps and timestamptzs compared with each other.
 *
 * The narrower side is brought to the wider: a date is its midnight, a timestamp of no zone is an
 * instant of the session's zone. A value too far away for the other type is beyond all of its
 * finite values, and no error.
 */
#include "type/generic.h"
#include "type/kernel.h"
#include "type/tables.h"
#include "type/timestamp.h"

/* The midnight of a date among timestamps; one beyond all of them is just below infinity. */
static int64_t
date_midnight(int32_t date)
{
    if (date == DATE_MIN)
        return TIMESTAMP_MIN;
    if (date == DATE_MAX)
        return TIMESTAMP_MAX;
    return date >= DAY_TIMESTAMP_END ? TIMESTAMP_MAX - 1 : date * US_PER_DAY;
}

/* Dates and timestamps without a zone, also as vectors: conditions on dates are often such. */
#define PREFIX date_stamp
#define LEFT int32_t
#define RIGHT int64_t
#define LEFT_FIELD i32
#define RIGHT_FIELD i64
#define EQUAL(a, b) (date_midnight(a) == (b))
#define LESS(a, b) (date_midnight(a) < (b))
#define MORE(a, b) (date_midnight(a) > (b))
#include "type/kernel_compare.inc"
#undef EQUAL
#undef LESS
#undef MORE

#define PREFIX stamp_date
#define LEFT int64_t
#define RIGHT int32_t
#define LEFT_FIELD i64
#define RIGHT_FIELD i32
#define EQUAL(a, b) ((a) == date_midnight(b))
#define LESS(a, b) ((a) < date_midnight(b))
#define MORE(a, b) ((a) > date_midnight(b))
#include "type/kernel_compare.inc"
#undef EQUAL
#undef LESS
#undef MORE

/* The instant of a zoneless timestamp; out of range it is just inside the infinity it is near to.
 */
static int64_t
instant_of(const struct type_env *env, int64_t timestamp)
{
    if (!timestamp_is_finite(timestamp) || timestamp == TIMESTAMP_MAX - 1)
        return timestamp;
    int64_t local = floor_div(timestamp, US_PER_SECOND) + EPOCH_SHIFT_SECONDS;
    struct timezone_span span = timezone_local(datetime_session_zone(env), local);
    int64_t instant = timestamp - span.seconds_east * US_PER_SECOND;
    if (instant < TIMESTAMP_FIRST)
        return TIMESTAMP_MIN + 1;
    return instant >= TIMESTAMP_END ? TIMESTAMP_MAX - 1 : instant;
}

/* One side's value on the scale that both sides share. */
static int64_t
on_scale(const struct func_call *call, uint32_t arg_idx, union datum value)
{
    oid type = call->func->args[arg_idx], other = call->func->args[1 - arg_idx];
    int64_t timestamp = type == TYPE_DATE ? date_midnight(value.i32) : value.i64;
    return type != TYPE_TIMESTAMPTZ && other == TYPE_TIMESTAMPTZ ? instant_of(call->env, timestamp)
                                                                 : timestamp;
}

static int
order(const struct func_call *call, const union datum *args)
{
    int64_t a = on_scale(call, 0, args[0]), b = on_scale(call, 1, args[1]);
    return (a > b) - (a < b);
}

static union datum
mixed_eq(struct func_call *call, const union datum *args)
{
    return bool_datum(order(call, args) == 0);
}

static union datum
mixed_ne(struct func_call *call, const union datum *args)
{
    return bool_datum(order(call, args) != 0);
}

static union datum
mixed_lt(struct func_call *call, const union datum *args)
{
    return bool_datum(order(call, args) < 0);
}

static union datum
mixed_le(struct func_call *call, const union datum *args)
{
    return bool_datum(order(call, args) <= 0);
}

static union datum
mixed_gt(struct func_call *call, const union datum *args)
{
    return bool_datum(order(call, args) > 0);
}

static union datum
mixed_ge(struct func_call *call, const union datum *args)
{
    return bool_datum(order(call, args) >= 0);
}

static union datum
mixed_cmp(struct func_call *call, const union datum *args)
{
    return i32_datum(order(call, args));
}

/* ---- what this file brings ---- */

static const struct func_info funcs[] = {
    {FUNC(2338, "date_lt_timestamp", TYPE_BOOL, date_stamp_lt, TYPE_DATE, TYPE_TIMESTAMP),
     .vector = date_stamp_lt_vector},
    {FUNC(2339, "date_le_timestamp", TYPE_BOOL, date_stamp_le, TYPE_DATE, TYPE_TIMESTAMP),
     .vector = date_stamp_le_vector},
    {FUNC(2340, "date_eq_timestamp", TYPE_BOOL, date_stamp_eq, TYPE_DATE, TYPE_TIMESTAMP),
     .vector = date_stamp_eq_vector},
    {FUNC(2341, "date_gt_timestamp", TYPE_BOOL, date_stamp_gt, TYPE_DATE, TYPE_TIMESTAMP),
     .vector = date_stamp_gt_vector},
    {FUNC(2342, "date_ge_timestamp", TYPE_BOOL, date_stamp_ge, TYPE_DATE, TYPE_TIMESTAMP),
     .vector = date_stamp_ge_vector},
    {FUNC(2343, "date_ne_timestamp", TYPE_BOOL, date_stamp_ne, TYPE_DATE, TYPE_TIMESTAMP),
     .vector = date_stamp_ne_vector},
    {FUNC(2344, "date_cmp_timestamp", TYPE_INT4, mixed_cmp, TYPE_DATE, TYPE_TIMESTAMP)},
    {FUNC(2351, "date_lt_timestamptz", TYPE_BOOL, mixed_lt, TYPE_DATE, TYPE_TIMESTAMPTZ),
     .volatility = FUNC_STABLE},
    {FUNC(2352, "date_le_timestamptz", TYPE_BOOL, mixed_le, TYPE_DATE, TYPE_TIMESTAMPTZ),
     .volatility = FUNC_STABLE},
    {FUNC(2353, "date_eq_timestamptz", TYPE_BOOL, mixed_eq, TYPE_DATE, TYPE_TIMESTAMPTZ),
     .volatility = FUNC_STABLE},
    {FUNC(2354, "date_gt_timestamptz", TYPE_BOOL, mixed_gt, TYPE_DATE, TYPE_TIMESTAMPTZ),
     .volatility = FUNC_STABLE},
    {FUNC(2355, "date_ge_timestamptz", TYPE_BOOL, mixed_ge, TYPE_DATE, TYPE_TIMESTAMPTZ),
     .volatility = FUNC_STABLE},
    {FUNC(2356, "date_ne_timestamptz", TYPE_BOOL, mixed_ne, TYPE_DATE, TYPE_TIMESTAMPTZ),
     .volatility = FUNC_STABLE},
    {FUNC(2357, "date_cmp_timestamptz", TYPE_INT4, mixed_cmp, TYPE_DATE, TYPE_TIMESTAMPTZ),
     .volatility = FUNC_STABLE},
    {FUNC(2364, "timestamp_lt_date", TYPE_BOOL, stamp_date_lt, TYPE_TIMESTAMP, TYPE_DATE),
     .vector = stamp_date_lt_vector},
    {FUNC(2365, "timestamp_le_date", TYPE_BOOL, stamp_date_le, TYPE_TIMESTAMP, TYPE_DATE),
     .vector = stamp_date_le_vector},
    {FUNC(2366, "timestamp_eq_date", TYPE_BOOL, stamp_date_eq, TYPE_TIMESTAMP, TYPE_DATE),
     .vector = stamp_date_eq_vector},
    {FUNC(2367, "timestamp_gt_date", TYPE_BOOL, stamp_date_gt, TYPE_TIMESTAMP, TYPE_DATE),
     .vector = stamp_date_gt_vector},
    {FUNC(2368, "timestamp_ge_date", TYPE_BOOL, stamp_date_ge, TYPE_TIMESTAMP, TYPE_DATE),
     .vector = stamp_date_ge_vector},
    {FUNC(2369, "timestamp_ne_date", TYPE_BOOL, stamp_date_ne, TYPE_TIMESTAMP, TYPE_DATE),
     .vector = stamp_date_ne_vector},
    {FUNC(2370, "timestamp_cmp_date", TYPE_INT4, mixed_cmp, TYPE_TIMESTAMP, TYPE_DATE)},
    {FUNC(2377, "timestamptz_lt_date", TYPE_BOOL, mixed_lt, TYPE_TIMESTAMPTZ, TYPE_DATE),
     .volatility = FUNC_STABLE},
    {FUNC(2378, "timestamptz_le_date", TYPE_BOOL, mixed_le, TYPE_TIMESTAMPTZ, TYPE_DATE),
     .volatility = FUNC_STABLE},
    {FUNC(2379, "timestamptz_eq_date", TYPE_BOOL, mixed_eq, TYPE_TIMESTAMPTZ, TYPE_DATE),
     .volatility = FUNC_STABLE},
    {FUNC(2380, "timestamptz_gt_date", TYPE_BOOL, mixed_gt, TYPE_TIMESTAMPTZ, TYPE_DATE),
     .volatility = FUNC_STABLE},
    {FUNC(2381, "timestamptz_ge_date", TYPE_BOOL, mixed_ge, TYPE_TIMESTAMPTZ, TYPE_DATE),
     .volatility = FUNC_STABLE},
    {FUNC(2382, "timestamptz_ne_date", TYPE_BOOL, mixed_ne, TYPE_TIMESTAMPTZ, TYPE_DATE),
     .volatility = FUNC_STABLE},
    {FUNC(2383, "timestamptz_cmp_date", TYPE_INT4, mixed_cmp, TYPE_TIMESTAMPTZ, TYPE_DATE),
     .volatility = FUNC_STABLE},
    {FUNC(2520, "timestamp_lt_timestamptz", TYPE_BOOL, mixed_lt, TYPE_TIMESTAMP, TYPE_TIMESTAMPTZ),
     .volatility = FUNC_STABLE},
    {FUNC(2521, "timestamp_le_timestamptz", TYPE_BOOL, mixed_le, TYPE_TIMESTAMP, TYPE_TIMESTAMPTZ),
     .volatility = FUNC_STABLE},
    {FUNC(2522, "timestamp_eq_timestamptz", TYPE_BOOL, mixed_eq, TYPE_TIMESTAMP, TYPE_TIMESTAMPTZ),
     .volatility = FUNC_STABLE},
    {FUNC(2523, "timestamp_gt_timestamptz", TYPE_BOOL, mixed_gt, TYPE_TIMESTAMP, TYPE_TIMESTAMPTZ),
     .volatility = FUNC_STABLE},
    {FUNC(2524, "timestamp_ge_timestamptz", TYPE_BOOL, mixed_ge, TYPE_TIMESTAMP, TYPE_TIMESTAMPTZ),
     .volatility = FUNC_STABLE},
    {FUNC(2525, "timestamp_ne_timestamptz", TYPE_BOOL, mixed_ne, TYPE_TIMESTAMP, TYPE_TIMESTAMPTZ),
     .volatility = FUNC_STABLE},
    {FUNC(2526, "timestamp_cmp_timestamptz", TYPE_INT4, mixed_cmp, TYPE_TIMESTAMP,
          TYPE_TIMESTAMPTZ),
     .volatility = FUNC_STABLE},
    {FUNC(2527, "timestamptz_lt_timestamp", TYPE_BOOL, mixed_lt, TYPE_TIMESTAMPTZ, TYPE_TIMESTAMP),
     .volatility = FUNC_STABLE},
    {FUNC(2528, "timestamptz_le_timestamp", TYPE_BOOL, mixed_le, TYPE_TIMESTAMPTZ, TYPE_TIMESTAMP),
     .volatility = FUNC_STABLE},
    {FUNC(2529, "timestamptz_eq_timestamp", TYPE_BOOL, mixed_eq, TYPE_TIMESTAMPTZ, TYPE_TIMESTAMP),
     .volatility = FUNC_STABLE},
    {FUNC(2530, "timestamptz_gt_timestamp", TYPE_BOOL, mixed_gt, TYPE_TIMESTAMPTZ, TYPE_TIMESTAMP),
     .volatility = FUNC_STABLE},
    {FUNC(2531, "timestamptz_ge_timestamp", TYPE_BOOL, mixed_ge, TYPE_TIMESTAMPTZ, TYPE_TIMESTAMP),
     .volatility = FUNC_STABLE},
    {FUNC(2532, "timestamptz_ne_timestamp", TYPE_BOOL, mixed_ne, TYPE_TIMESTAMPTZ, TYPE_TIMESTAMP),
     .volatility = FUNC_STABLE},
    {FUNC(2533, "timestamptz_cmp_timestamp", TYPE_INT4, mixed_cmp, TYPE_TIMESTAMPTZ,
          TYPE_TIMESTAMP),
     .volatility = FUNC_STABLE},
};

static const struct operator_info operators[] = {
    {2345, "<", TYPE_DATE, TYPE_TIMESTAMP, TYPE_BOOL, 2338, 2375, 2348, false, false, "scalarltsel",
     "scalarltjoinsel"},
    {2346, "<=", TYPE_DATE, TYPE_TIMESTAMP, TYPE_BOOL, 2339, 2374, 2349, false, false,
     "scalarlesel", "scalarlejoinsel"},
    {2347, "=", TYPE_DATE, TYPE_TIMESTAMP, TYPE_BOOL, 2340, 2373, 2350, false, true, "eqsel",
     "eqjoinsel"},
    {2348, ">=", TYPE_DATE, TYPE_TIMESTAMP, TYPE_BOOL, 2342, 2372, 2345, false, false,
     "scalargesel", "scalargejoinsel"},
    {2349, ">", TYPE_DATE, TYPE_TIMESTAMP, TYPE_BOOL, 2341, 2371, 2346, false, false, "scalargtsel",
     "scalargtjoinsel"},
    {2350, "<>", TYPE_DATE, TYPE_TIMESTAMP, TYPE_BOOL, 2343, 2376, 2347, false, false, "neqsel",
     "neqjoinsel"},
    {2358, "<", TYPE_DATE, TYPE_TIMESTAMPTZ, TYPE_BOOL, 2351, 2388, 2361, false, false,
     "scalarltsel", "scalarltjoinsel"},
    {2359, "<=", TYPE_DATE, TYPE_TIMESTAMPTZ, TYPE_BOOL, 2352, 2387, 2362, false, false,
     "scalarlesel", "scalarlejoinsel"},
    {2360, "=", TYPE_DATE, TYPE_TIMESTAMPTZ, TYPE_BOOL, 2353, 2386, 2363, false, true, "eqsel",
     "eqjoinsel"},
    {2361, ">=", TYPE_DATE, TYPE_TIMESTAMPTZ, TYPE_BOOL, 2355, 2385, 2358, false, false,
     "scalargesel", "scalargejoinsel"},
    {2362, ">", TYPE_DATE, TYPE_TIMESTAMPTZ, TYPE_BOOL, 2354, 2384, 2359, false, false,
     "scalargtsel", "scalargtjoinsel"},
    {2363, "<>", TYPE_DATE, TYPE_TIMESTAMPTZ, TYPE_BOOL, 2356, 2389, 2360, false, false, "neqsel",
     "neqjoinsel"},
    {2371, "<", TYPE_TIMESTAMP, TYPE_DATE, TYPE_BOOL, 2364, 2349, 2374, false, false, "scalarltsel",
     "scalarltjoinsel"},
    {2372, "<=", TYPE_TIMESTAMP, TYPE_DATE, TYPE_BOOL, 2365, 2348, 2375, false, false,
     "scalarlesel", "scalarlejoinsel"},
    {2373, "=", TYPE_TIMESTAMP, TYPE_DATE, TYPE_BOOL, 2366, 2347, 2376, false, true, "eqsel",
     "eqjoinsel"},
    {2374, ">=", TYPE_TIMESTAMP, TYPE_DATE, TYPE_BOOL, 2368, 2346, 2371, false, false,
     "scalargesel", "scalargejoinsel"},
    {2375, ">", TYPE_TIMESTAMP, TYPE_DATE, TYPE_BOOL, 2367, 2345, 2372, false, false, "scalargtsel",
     "scalargtjoinsel"},
    {2376, "<>", TYPE_TIMESTAMP, TYPE_DATE, TYPE_BOOL, 2369, 2350, 2373, false, false, "neqsel",
     "neqjoinsel"},
    {2384, "<", TYPE_TIMESTAMPTZ, TYPE_DATE, TYPE_BOOL, 2377, 2362, 2387, false, false,
     "scalarltsel", "scalarltjoinsel"},
    {2385, "<=", TYPE_TIMESTAMPTZ, TYPE_DATE, TYPE_BOOL, 2378, 2361, 2388, false, false,
     "scalarlesel", "scalarlejoinsel"},
    {2386, "=", TYPE_TIMESTAMPTZ, TYPE_DATE, TYPE_BOOL, 2379, 2360, 2389, false, true, "eqsel",
     "eqjoinsel"},
    {2387, ">=", TYPE_TIMESTAMPTZ, TYPE_DATE, TYPE_BOOL, 2381, 2359, 2384, false, false,
     "scalargesel", "scalargejoinsel"},
    {2388, ">", TYPE_TIMESTAMPTZ, TYPE_DATE, TYPE_BOOL, 2380, 2358, 2385, false, false,
     "scalargtsel", "scalargtjoinsel"},
    {2389, "<>", TYPE_TIMESTAMPTZ, TYPE_DATE, TYPE_BOOL, 2382, 2363, 2386, false, false, "neqsel",
     "neqjoinsel"},
    {2534, "<", TYPE_TIMESTAMP, TYPE_TIMESTAMPTZ, TYPE_BOOL, 2520, 2544, 2537, false, false,
     "scalarltsel", "scalarltjoinsel"},
    {2535, "<=", TYPE_TIMESTAMP, TYPE_TIMESTAMPTZ, TYPE_BOOL, 2521, 2543, 2538, false, false,
     "scalarlesel", "scalarlejoinsel"},
    {2536, "=", TYPE_TIMESTAMP, TYPE_TIMESTAMPTZ, TYPE_BOOL, 2522, 2542, 2539, false, true, "eqsel",
     "eqjoinsel"},
    {2537, ">=", TYPE_TIMESTAMP, TYPE_TIMESTAMPTZ, TYPE_BOOL, 2524, 2541, 2534, false, false,
     "scalargesel", "scalargejoinsel"},
    {2538, ">", TYPE_TIMESTAMP, TYPE_TIMESTAMPTZ, TYPE_BOOL, 2523, 2540, 2535, false, false,
     "scalargtsel", "scalargtjoinsel"},
    {2539, "<>", TYPE_TIMESTAMP, TYPE_TIMESTAMPTZ, TYPE_BOOL, 2525, 2545, 2536, false, false,
     "neqsel", "neqjoinsel"},
    {2540, "<", TYPE_TIMESTAMPTZ, TYPE_TIMESTAMP, TYPE_BOOL, 2527, 2538, 2543, false, false,
     "scalarltsel", "scalarltjoinsel"},
    {2541, "<=", TYPE_TIMESTAMPTZ, TYPE_TIMESTAMP, TYPE_BOOL, 2528, 2537, 2544, false, false,
     "scalarlesel", "scalarlejoinsel"},
    {2542, "=", TYPE_TIMESTAMPTZ, TYPE_TIMESTAMP, TYPE_BOOL, 2529, 2536, 2545, false, true, "eqsel",
     "eqjoinsel"},
    {2543, ">=", TYPE_TIMESTAMPTZ, TYPE_TIMESTAMP, TYPE_BOOL, 2531, 2535, 2540, false, false,
     "scalargesel", "scalargejoinsel"},
    {2544, ">", TYPE_TIMESTAMPTZ, TYPE_TIMESTAMP, TYPE_BOOL, 2530, 2534, 2541, false, false,
     "scalargtsel", "scalargtjoinsel"},
    {2545, "<>", TYPE_TIMESTAMPTZ, TYPE_TIMESTAMP, TYPE_BOOL, 2532, 2539, 2542, false, false,
     "neqsel", "neqjoinsel"},
};

const struct type_tables datetime_compare_tables = {
    .funcs = funcs,
    .func_count = COUNT_OF(funcs),
    .operators = operators,
    .operator_count = COUNT_OF(operators),
};
