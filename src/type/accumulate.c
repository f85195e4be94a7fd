/*
 * accumulate.c: the functions that built-in aggregates are made of where those are visible in SQL:
 * float8_accum, float8_regr_accum, int4_avg_accum and kin. Aggregates of users are built from them.
 *
 * A state is an array. That of the aggregates over double precision has the numbers of the C state
 * of avg and regr_sxx in the same order, so the functions here run those aggregates' own steps.
 */
#include "base/raise.h"
#include "type/array.h"
#include "type/numeric.h"
#include "type/tables.h"

/* ---- double precision ---- */

#define NUMBERS_MAX 6

struct numbers {
    double values[NUMBERS_MAX]; /* aligned as the aggregates' states */
};

static struct numbers
read_numbers(struct func_call *call, const union datum *value, uint32_t count)
{
    struct array array = array_read(value);
    if (array.dim_count != 1 || array.count != count || array.nulls != NULL)
        raise(SQLSTATE_INTERNAL_ERROR, "%s: expected %u-element float8 array", call->func->name,
              count);
    struct numbers numbers = {{0}};
    for (uint32_t i = 0; i < count; i++)
        numbers.values[i] = array_get(&array, i).f64;
    return numbers;
}

static union datum
write_numbers(struct func_call *call, const struct numbers *numbers, uint32_t count)
{
    union datum values[NUMBERS_MAX];
    for (uint32_t i = 0; i < count; i++)
        values[i] = f64_datum(numbers->values[i]);
    return array_make_flat(call->env, call->arena, TYPE_FLOAT8, values, NULL, count);
}

/* The aggregates whose states these are, and whose ends the functions with one argument give. */
static const struct aggregate_info *
aggregate_of(struct func_call *call)
{
    static const struct {
        oid func, aggregate;
    } pairs[] = {{208, 2104},  {222, 2105},  {276, 2105},  {1830, 2105}, {1831, 2645}, {1832, 2716},
                 {2512, 2722}, {2513, 2728}, {2806, 2819}, {3342, 2819}, {2807, 2819}, {2808, 2820},
                 {2809, 2821}, {2810, 2822}, {2811, 2823}, {2812, 2824}, {2813, 2825}, {2814, 2826},
                 {2815, 2827}, {2816, 2828}, {2817, 2829}};
    for (size_t i = 0; i < COUNT_OF(pairs); i++) {
        if (pairs[i].func == call->func->func)
            return types_func(call->env->types, pairs[i].aggregate)->aggregate;
    }
    raise(SQLSTATE_INTERNAL_ERROR, "no aggregate belongs to function %s", call->func->name);
}

static union datum
accumulate(struct func_call *call, const union datum *args, uint32_t count)
{
    struct numbers numbers = read_numbers(call, &args[0], count);
    aggregate_of(call)->step(call, &numbers, args + 1);
    return write_numbers(call, &numbers, count);
}

static union datum
combine(struct func_call *call, const union datum *args, uint32_t count)
{
    struct numbers into = read_numbers(call, &args[0], count);
    struct numbers from = read_numbers(call, &args[1], count);
    aggregate_of(call)->combine(call, &into, &from);
    return write_numbers(call, &into, count);
}

static union datum
spread_accum(struct func_call *call, const union datum *args)
{
    return accumulate(call, args, 3);
}

static union datum
spread_combine(struct func_call *call, const union datum *args)
{
    return combine(call, args, 3);
}

static union datum
spread_end(struct func_call *call, const union datum *args)
{
    struct numbers numbers = read_numbers(call, &args[0], 3);
    return aggregate_of(call)->finish(call, &numbers);
}

static union datum
relation_accum(struct func_call *call, const union datum *args)
{
    return accumulate(call, args, 6);
}

static union datum
relation_combine(struct func_call *call, const union datum *args)
{
    return combine(call, args, 6);
}

static union datum
relation_end(struct func_call *call, const union datum *args)
{
    struct numbers numbers = read_numbers(call, &args[0], 6);
    return aggregate_of(call)->finish(call, &numbers);
}

/* ---- integers ---- */

/* {count, sum} of avg(integer). */
struct int_average {
    int64_t count, sum;
};

static struct int_average
read_average(const union datum *value)
{
    struct array array = array_read(value);
    if (array.dim_count != 1 || array.count != 2 || array.nulls != NULL)
        raise(SQLSTATE_INTERNAL_ERROR, "expected 2-element int8 array");
    return (struct int_average){array_get(&array, 0).i64, array_get(&array, 1).i64};
}

static union datum
write_average(struct func_call *call, struct int_average average)
{
    union datum values[2] = {i64_datum(average.count), i64_datum(average.sum)};
    return array_make_flat(call->env, call->arena, TYPE_INT8, values, NULL, 2);
}

static union datum
average_add(struct func_call *call, const union datum *args, int64_t value, int64_t count)
{
    struct int_average average = read_average(&args[0]);
    average.count += count;
    average.sum = (int64_t)((uint64_t)average.sum + (uint64_t)value);
    return write_average(call, average);
}

static union datum
int2_average(struct func_call *call, const union datum *args)
{
    return average_add(call, args, args[1].i16, 1);
}

static union datum
int4_average(struct func_call *call, const union datum *args)
{
    return average_add(call, args, args[1].i32, 1);
}

static union datum
int2_average_back(struct func_call *call, const union datum *args)
{
    return average_add(call, args, -(int64_t)args[1].i16, -1);
}

static union datum
int4_average_back(struct func_call *call, const union datum *args)
{
    return average_add(call, args, -(int64_t)args[1].i32, -1);
}

static union datum
int_average_combine(struct func_call *call, const union datum *args)
{
    struct int_average more = read_average(&args[1]);
    return average_add(call, args, more.sum, more.count);
}

static union datum
int_average_end(struct func_call *call, const union datum *args)
{
    struct int_average average = read_average(&args[0]);
    if (average.count == 0)
        return func_null(call);
    return numeric_divide(call->arena, numeric_of_i64(call->arena, average.sum),
                          numeric_of_i64(call->arena, average.count));
}

static union datum
int_sum_end(struct func_call *call, const union datum *args)
{
    struct int_average average = read_average(&args[0]);
    return average.count == 0 ? func_null(call) : i64_datum(average.sum);
}

/* A sum of what was not null so far: null until there is something. */
static union datum
sum_add(struct func_call *call, const union datum *args, int64_t value)
{
    bool no_sum = func_arg_is_null(call, 0), no_value = func_arg_is_null(call, 1);
    if (no_sum && no_value)
        return func_null(call);
    if (no_sum || no_value)
        return no_value ? args[0] : i64_datum(value);
    return i64_datum((int64_t)((uint64_t)args[0].i64 + (uint64_t)value));
}

static union datum
int2_sum(struct func_call *call, const union datum *args)
{
    return sum_add(call, args, args[1].i16);
}

static union datum
int4_sum(struct func_call *call, const union datum *args)
{
    return sum_add(call, args, args[1].i32);
}

static union datum
int8_sum(struct func_call *call, const union datum *args)
{
    bool no_sum = func_arg_is_null(call, 0), no_value = func_arg_is_null(call, 1);
    if (no_sum && no_value)
        return func_null(call);
    if (no_value)
        return args[0];
    union datum value = numeric_of_i64(call->arena, args[1].i64);
    return no_sum ? value : numeric_add(call->arena, args[0], value);
}

/* count's steps; what is counted is not looked at. */
static union datum
count_up(struct func_call *call, const union datum *args)
{
    (void)call;
    int64_t count;
    if (__builtin_add_overflow(args[0].i64, 1, &count))
        raise(SQLSTATE_NUMERIC_VALUE_OUT_OF_RANGE, "bigint out of range");
    return i64_datum(count);
}

static union datum
count_down(struct func_call *call, const union datum *args)
{
    (void)call;
    int64_t count;
    if (__builtin_sub_overflow(args[0].i64, 1, &count))
        raise(SQLSTATE_NUMERIC_VALUE_OUT_OF_RANGE, "bigint out of range");
    return i64_datum(count);
}

/* ---- what this file brings ---- */

#define FLOATS TYPE_FLOAT8_ARRAY
#define INTS TYPE_INT8_ARRAY

static const struct func_info funcs[] = {
    {FUNC(208, "float4_accum", FLOATS, spread_accum, FLOATS, TYPE_FLOAT4)},
    {FUNC(222, "float8_accum", FLOATS, spread_accum, FLOATS, TYPE_FLOAT8)},
    {FUNC(276, "float8_combine", FLOATS, spread_combine, FLOATS, FLOATS)},
    {FUNC(1830, "float8_avg", TYPE_FLOAT8, spread_end, FLOATS)},
    {FUNC(1831, "float8_var_samp", TYPE_FLOAT8, spread_end, FLOATS)},
    {FUNC(1832, "float8_stddev_samp", TYPE_FLOAT8, spread_end, FLOATS)},
    {FUNC(2512, "float8_var_pop", TYPE_FLOAT8, spread_end, FLOATS)},
    {FUNC(2513, "float8_stddev_pop", TYPE_FLOAT8, spread_end, FLOATS)},
    {FUNC(2806, "float8_regr_accum", FLOATS, relation_accum, FLOATS, TYPE_FLOAT8, TYPE_FLOAT8)},
    {FUNC(3342, "float8_regr_combine", FLOATS, relation_combine, FLOATS, FLOATS)},
    {FUNC(2807, "float8_regr_sxx", TYPE_FLOAT8, relation_end, FLOATS)},
    {FUNC(2808, "float8_regr_syy", TYPE_FLOAT8, relation_end, FLOATS)},
    {FUNC(2809, "float8_regr_sxy", TYPE_FLOAT8, relation_end, FLOATS)},
    {FUNC(2810, "float8_regr_avgx", TYPE_FLOAT8, relation_end, FLOATS)},
    {FUNC(2811, "float8_regr_avgy", TYPE_FLOAT8, relation_end, FLOATS)},
    {FUNC(2812, "float8_regr_r2", TYPE_FLOAT8, relation_end, FLOATS)},
    {FUNC(2813, "float8_regr_slope", TYPE_FLOAT8, relation_end, FLOATS)},
    {FUNC(2814, "float8_regr_intercept", TYPE_FLOAT8, relation_end, FLOATS)},
    {FUNC(2815, "float8_covar_pop", TYPE_FLOAT8, relation_end, FLOATS)},
    {FUNC(2816, "float8_covar_samp", TYPE_FLOAT8, relation_end, FLOATS)},
    {FUNC(2817, "float8_corr", TYPE_FLOAT8, relation_end, FLOATS)},
    {FUNC(1962, "int2_avg_accum", INTS, int2_average, INTS, TYPE_INT2)},
    {FUNC(1963, "int4_avg_accum", INTS, int4_average, INTS, TYPE_INT4)},
    {FUNC(3570, "int2_avg_accum_inv", INTS, int2_average_back, INTS, TYPE_INT2)},
    {FUNC(3571, "int4_avg_accum_inv", INTS, int4_average_back, INTS, TYPE_INT4)},
    {FUNC(3324, "int4_avg_combine", INTS, int_average_combine, INTS, INTS)},
    {FUNC(1964, "int8_avg", TYPE_NUMERIC, int_average_end, INTS)},
    {FUNC(3572, "int2int4_sum", TYPE_INT8, int_sum_end, INTS)},
    {FUNC_NULLS(1840, "int2_sum", TYPE_INT8, int2_sum, TYPE_INT8, TYPE_INT2)},
    {FUNC_NULLS(1841, "int4_sum", TYPE_INT8, int4_sum, TYPE_INT8, TYPE_INT4)},
    {FUNC_NULLS(1842, "int8_sum", TYPE_NUMERIC, int8_sum, TYPE_NUMERIC, TYPE_INT8)},
    {FUNC(2804, "int8inc_any", TYPE_INT8, count_up, TYPE_INT8, TYPE_ANY)},
    {FUNC(3547, "int8dec_any", TYPE_INT8, count_down, TYPE_INT8, TYPE_ANY)},
    {FUNC(2805, "int8inc_float8_float8", TYPE_INT8, count_up, TYPE_INT8, TYPE_FLOAT8, TYPE_FLOAT8)},
};

const struct type_tables accumulate_tables = {
    .funcs = funcs,
    .func_count = COUNT_OF(funcs),
};
