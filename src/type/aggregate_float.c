/*
 * aggregate_float.c: sums, averages, variances and regressions of floating-point columns.
 *
 * Means and spreads are kept as PostgreSQL keeps them, by the recurrence of Youngs and Cramer
 * ("Some results relevant to choice of sum and sum-of-product algorithms", 1971): the spread grows
 * by (n * x - sum)^2 / (n * (n - 1)), which does not subtract large numbers of similar size.
 */
#include "type/aggregate.h"

#include <math.h>

static _Noreturn void
raise_overflow(void)
{
    raise(SQLSTATE_NUMERIC_VALUE_OUT_OF_RANGE, "value out of range: overflow");
}

/* ---- sums ---- */

struct float8_sum {
    double sum;
    int64_t count;
};

struct float4_sum {
    float sum;
    int64_t count;
};

static inline void
float8_sum_take(struct float8_sum *s, double value)
{
    double sum = s->sum + value;
    if (UNLIKELY(isinf(sum)) && !isinf(s->sum) && !isinf(value))
        raise_overflow();
    s->sum = s->count == 0 ? value : sum;
    s->count++;
}

static void
float8_sum_step(struct func_call *call, void *state, const union datum *args)
{
    (void)call;
    float8_sum_take(state, args[0].f64);
}

static void
float8_sum_step_vector(struct func_call *call, uint32_t count, const uint16_t *sel,
                       void *const *states, const struct column *args)
{
    (void)call;
    const double *values = args[0].data;
    uint32_t step = !args[0].is_const;
    for (uint32_t i = 0; i < count; i++)
        float8_sum_take(states[i], values[(sel != NULL ? sel[i] : i) * step]);
}

static void
float8_sum_combine(struct func_call *call, void *into, const void *from)
{
    (void)call;
    const struct float8_sum *s = from;
    struct float8_sum *to = into;
    if (s->count == 0)
        return;
    int64_t count = to->count + s->count;
    float8_sum_take(to, s->sum);
    to->count = count;
}

static union datum
float8_sum_finish(struct func_call *call, void *state)
{
    const struct float8_sum *s = state;
    call->result_is_null = s->count == 0;
    return f64_datum(s->sum);
}

/* A sum of real is real at each step, as PostgreSQL's. */
static inline void
float4_sum_take(struct float4_sum *s, float value)
{
    float sum = s->sum + value;
    if (UNLIKELY(isinf(sum)) && !isinf(s->sum) && !isinf(value))
        raise_overflow();
    s->sum = s->count == 0 ? value : sum;
    s->count++;
}

static void
float4_sum_step(struct func_call *call, void *state, const union datum *args)
{
    (void)call;
    float4_sum_take(state, args[0].f32);
}

static void
float4_sum_step_vector(struct func_call *call, uint32_t count, const uint16_t *sel,
                       void *const *states, const struct column *args)
{
    (void)call;
    const float *values = args[0].data;
    uint32_t step = !args[0].is_const;
    for (uint32_t i = 0; i < count; i++)
        float4_sum_take(states[i], values[(sel != NULL ? sel[i] : i) * step]);
}

static void
float4_sum_combine(struct func_call *call, void *into, const void *from)
{
    (void)call;
    const struct float4_sum *s = from;
    struct float4_sum *to = into;
    if (s->count == 0)
        return;
    int64_t count = to->count + s->count;
    float4_sum_take(to, s->sum);
    to->count = count;
}

static union datum
float4_sum_finish(struct func_call *call, void *state)
{
    const struct float4_sum *s = state;
    call->result_is_null = s->count == 0;
    return f32_datum(s->sum);
}

/* ---- one column's spread ---- */

struct spread {
    double count, sum, squares; /* squares: of the distances from the mean */
};

static inline void
spread_take(struct spread *s, double value)
{
    double before = s->count, sum_before = s->sum;
    s->count++;
    s->sum += value;
    if (before == 0) {
        if (!isfinite(value))
            s->squares = NAN;
        return;
    }
    double distance = value * s->count - s->sum;
    s->squares += distance * distance / (s->count * before);
    if (UNLIKELY(isinf(s->sum) || isinf(s->squares))) {
        if (isfinite(sum_before) && !isinf(value))
            raise_overflow();
        s->squares = NAN;
    }
}

static void
float8_spread_step(struct func_call *call, void *state, const union datum *args)
{
    (void)call;
    spread_take(state, args[0].f64);
}

static void
float4_spread_step(struct func_call *call, void *state, const union datum *args)
{
    (void)call;
    spread_take(state, args[0].f32);
}

static void
float8_spread_step_vector(struct func_call *call, uint32_t count, const uint16_t *sel,
                          void *const *states, const struct column *args)
{
    (void)call;
    const double *values = args[0].data;
    uint32_t step = !args[0].is_const;
    for (uint32_t i = 0; i < count; i++)
        spread_take(states[i], values[(sel != NULL ? sel[i] : i) * step]);
}

static void
spread_combine(struct func_call *call, void *into, const void *from)
{
    (void)call;
    struct spread *to = into;
    const struct spread *s = from;
    if (s->count == 0)
        return;
    if (to->count == 0) {
        *to = *s;
        return;
    }
    double count = to->count + s->count;
    double distance = to->sum / to->count - s->sum / s->count;
    to->squares += s->squares + to->count * s->count * distance * distance / count;
    to->sum += s->sum;
    to->count = count;
}

static union datum
spread_average(struct func_call *call, void *state)
{
    const struct spread *s = state;
    call->result_is_null = s->count == 0;
    return f64_datum(s->sum / s->count);
}

static union datum
spread_var_pop(struct func_call *call, void *state)
{
    const struct spread *s = state;
    call->result_is_null = s->count == 0;
    return f64_datum(s->squares / s->count);
}

static union datum
spread_var_samp(struct func_call *call, void *state)
{
    const struct spread *s = state;
    call->result_is_null = s->count <= 1;
    return f64_datum(s->squares / (s->count - 1));
}

static union datum
spread_stddev_pop(struct func_call *call, void *state)
{
    return f64_datum(sqrt(spread_var_pop(call, state).f64));
}

static union datum
spread_stddev_samp(struct func_call *call, void *state)
{
    return f64_datum(sqrt(spread_var_samp(call, state).f64));
}

/* ---- two columns: the first argument is y, the second x ---- */

struct relation {
    double count, x, xx, y, yy, xy;
};

static void
relation_step(struct func_call *call, void *state, const union datum *args)
{
    (void)call;
    struct relation *s = state;
    double y = args[0].f64, x = args[1].f64;
    double before = s->count, x_before = s->x, y_before = s->y;
    s->count++;
    s->x += x;
    s->y += y;
    if (before == 0) {
        if (!isfinite(x))
            s->xx = s->xy = NAN;
        if (!isfinite(y))
            s->yy = s->xy = NAN;
        return;
    }
    double x_distance = x * s->count - s->x, y_distance = y * s->count - s->y;
    double scale = 1.0 / (s->count * before);
    s->xx += x_distance * x_distance * scale;
    s->yy += y_distance * y_distance * scale;
    s->xy += x_distance * y_distance * scale;
    bool x_is_finite = isfinite(x_before) && !isinf(x),
         y_is_finite = isfinite(y_before) && !isinf(y);
    bool is_infinite = isinf(s->x) || isinf(s->y) || isinf(s->xx) || isinf(s->yy) || isinf(s->xy);
    if (LIKELY(!is_infinite))
        return;
    if (((isinf(s->x) || isinf(s->xx)) && x_is_finite) ||
        ((isinf(s->y) || isinf(s->yy)) && y_is_finite) ||
        (isinf(s->xy) && x_is_finite && y_is_finite))
        raise_overflow();
    s->xx = isinf(s->xx) ? (double)NAN : s->xx;
    s->yy = isinf(s->yy) ? (double)NAN : s->yy;
    s->xy = isinf(s->xy) ? (double)NAN : s->xy;
}

static void
relation_combine(struct func_call *call, void *into, const void *from)
{
    (void)call;
    struct relation *to = into;
    const struct relation *s = from;
    if (s->count == 0)
        return;
    if (to->count == 0) {
        *to = *s;
        return;
    }
    double count = to->count + s->count, weight = to->count * s->count / count;
    double x_distance = to->x / to->count - s->x / s->count;
    double y_distance = to->y / to->count - s->y / s->count;
    to->xx += s->xx + weight * x_distance * x_distance;
    to->yy += s->yy + weight * y_distance * y_distance;
    to->xy += s->xy + weight * x_distance * y_distance;
    to->x += s->x;
    to->y += s->y;
    to->count = count;
}

/* regr_count only counts: it meets no overflow. */
static void
relation_count_step(struct func_call *call, void *state, const union datum *args)
{
    (void)call;
    (void)args;
    struct relation *s = state;
    s->count++;
}

static union datum
relation_count(struct func_call *call, void *state)
{
    (void)call;
    const struct relation *s = state;
    return i64_datum((int64_t)s->count);
}

static union datum
relation_sxx(struct func_call *call, void *state)
{
    const struct relation *s = state;
    call->result_is_null = s->count < 1;
    return f64_datum(s->xx);
}

static union datum
relation_syy(struct func_call *call, void *state)
{
    const struct relation *s = state;
    call->result_is_null = s->count < 1;
    return f64_datum(s->yy);
}

static union datum
relation_sxy(struct func_call *call, void *state)
{
    const struct relation *s = state;
    call->result_is_null = s->count < 1;
    return f64_datum(s->xy);
}

static union datum
relation_avgx(struct func_call *call, void *state)
{
    const struct relation *s = state;
    call->result_is_null = s->count < 1;
    return f64_datum(s->x / s->count);
}

static union datum
relation_avgy(struct func_call *call, void *state)
{
    const struct relation *s = state;
    call->result_is_null = s->count < 1;
    return f64_datum(s->y / s->count);
}

static union datum
relation_covar_pop(struct func_call *call, void *state)
{
    const struct relation *s = state;
    call->result_is_null = s->count < 1;
    return f64_datum(s->xy / s->count);
}

static union datum
relation_covar_samp(struct func_call *call, void *state)
{
    const struct relation *s = state;
    call->result_is_null = s->count < 2;
    return f64_datum(s->xy / (s->count - 1));
}

static union datum
relation_corr(struct func_call *call, void *state)
{
    const struct relation *s = state;
    call->result_is_null = s->count < 1 || s->xx == 0 || s->yy == 0;
    return f64_datum(s->xy / sqrt(s->xx * s->yy));
}

static union datum
relation_r2(struct func_call *call, void *state)
{
    const struct relation *s = state;
    call->result_is_null = s->count < 1 || s->xx == 0;
    return f64_datum(s->yy == 0 ? 1 : (s->xy * s->xy) / (s->xx * s->yy));
}

static union datum
relation_slope(struct func_call *call, void *state)
{
    const struct relation *s = state;
    call->result_is_null = s->count < 1 || s->xx == 0;
    return f64_datum(s->xy / s->xx);
}

static union datum
relation_intercept(struct func_call *call, void *state)
{
    const struct relation *s = state;
    call->result_is_null = s->count < 1 || s->xx == 0;
    return f64_datum((s->y - s->x * s->xy / s->xx) / s->count);
}

#define SUM(state, prefix)                                                                         \
    .state_bytes = sizeof(state), .is_strict = true, .step = prefix##_step,                        \
    .step_vector = prefix##_step_vector, .combine = prefix##_combine, .finish = prefix##_finish,   \
    .agg_kind = 'n'
#define SPREAD(step_, vector_, finish_)                                                            \
    .state_bytes = sizeof(struct spread), .is_strict = true, .step = step_,                        \
    .step_vector = vector_, .combine = spread_combine, .finish = finish_, .agg_kind = 'n'
#define RELATION(step_, finish_)                                                                   \
    .state_bytes = sizeof(struct relation), .is_strict = true, .step = step_,                      \
    .combine = relation_combine, .finish = finish_, .agg_kind = 'n'

static const struct aggregate_info sum_float4 = {SUM(struct float4_sum, float4_sum)};
static const struct aggregate_info sum_float8 = {SUM(struct float8_sum, float8_sum)};
static const struct aggregate_info avg_float4 = {SPREAD(float4_spread_step, NULL, spread_average)};
static const struct aggregate_info var_samp_float4 = {
    SPREAD(float4_spread_step, NULL, spread_var_samp)};
static const struct aggregate_info var_pop_float4 = {
    SPREAD(float4_spread_step, NULL, spread_var_pop)};
static const struct aggregate_info stddev_samp_float4 = {
    SPREAD(float4_spread_step, NULL, spread_stddev_samp)};
static const struct aggregate_info stddev_pop_float4 = {
    SPREAD(float4_spread_step, NULL, spread_stddev_pop)};
static const struct aggregate_info avg_float8 = {
    SPREAD(float8_spread_step, float8_spread_step_vector, spread_average)};
static const struct aggregate_info var_samp_float8 = {
    SPREAD(float8_spread_step, float8_spread_step_vector, spread_var_samp)};
static const struct aggregate_info var_pop_float8 = {
    SPREAD(float8_spread_step, float8_spread_step_vector, spread_var_pop)};
static const struct aggregate_info stddev_samp_float8 = {
    SPREAD(float8_spread_step, float8_spread_step_vector, spread_stddev_samp)};
static const struct aggregate_info stddev_pop_float8 = {
    SPREAD(float8_spread_step, float8_spread_step_vector, spread_stddev_pop)};
static const struct aggregate_info regr_count = {RELATION(relation_count_step, relation_count)};
static const struct aggregate_info regr_sxx = {RELATION(relation_step, relation_sxx)};
static const struct aggregate_info regr_syy = {RELATION(relation_step, relation_syy)};
static const struct aggregate_info regr_sxy = {RELATION(relation_step, relation_sxy)};
static const struct aggregate_info regr_avgx = {RELATION(relation_step, relation_avgx)};
static const struct aggregate_info regr_avgy = {RELATION(relation_step, relation_avgy)};
static const struct aggregate_info regr_r2 = {RELATION(relation_step, relation_r2)};
static const struct aggregate_info regr_slope = {RELATION(relation_step, relation_slope)};
static const struct aggregate_info regr_intercept = {RELATION(relation_step, relation_intercept)};
static const struct aggregate_info covar_pop = {RELATION(relation_step, relation_covar_pop)};
static const struct aggregate_info covar_samp = {RELATION(relation_step, relation_covar_samp)};
static const struct aggregate_info corr = {RELATION(relation_step, relation_corr)};

/* ---- what this file brings ---- */

static const struct func_info funcs[] = {
    {AGGREGATE_FUNC(2104, "avg", TYPE_FLOAT8, &avg_float4, TYPE_FLOAT4)},
    {AGGREGATE_FUNC(2105, "avg", TYPE_FLOAT8, &avg_float8, TYPE_FLOAT8)},
    {AGGREGATE_FUNC(2110, "sum", TYPE_FLOAT4, &sum_float4, TYPE_FLOAT4)},
    {AGGREGATE_FUNC(2111, "sum", TYPE_FLOAT8, &sum_float8, TYPE_FLOAT8)},
    {AGGREGATE_FUNC(2151, "variance", TYPE_FLOAT8, &var_samp_float4, TYPE_FLOAT4)},
    {AGGREGATE_FUNC(2152, "variance", TYPE_FLOAT8, &var_samp_float8, TYPE_FLOAT8)},
    {AGGREGATE_FUNC(2157, "stddev", TYPE_FLOAT8, &stddev_samp_float4, TYPE_FLOAT4)},
    {AGGREGATE_FUNC(2158, "stddev", TYPE_FLOAT8, &stddev_samp_float8, TYPE_FLOAT8)},
    {AGGREGATE_FUNC(2644, "var_samp", TYPE_FLOAT8, &var_samp_float4, TYPE_FLOAT4)},
    {AGGREGATE_FUNC(2645, "var_samp", TYPE_FLOAT8, &var_samp_float8, TYPE_FLOAT8)},
    {AGGREGATE_FUNC(2715, "stddev_samp", TYPE_FLOAT8, &stddev_samp_float4, TYPE_FLOAT4)},
    {AGGREGATE_FUNC(2716, "stddev_samp", TYPE_FLOAT8, &stddev_samp_float8, TYPE_FLOAT8)},
    {AGGREGATE_FUNC(2721, "var_pop", TYPE_FLOAT8, &var_pop_float4, TYPE_FLOAT4)},
    {AGGREGATE_FUNC(2722, "var_pop", TYPE_FLOAT8, &var_pop_float8, TYPE_FLOAT8)},
    {AGGREGATE_FUNC(2727, "stddev_pop", TYPE_FLOAT8, &stddev_pop_float4, TYPE_FLOAT4)},
    {AGGREGATE_FUNC(2728, "stddev_pop", TYPE_FLOAT8, &stddev_pop_float8, TYPE_FLOAT8)},
    {AGGREGATE_FUNC(2818, "regr_count", TYPE_INT8, &regr_count, TYPE_FLOAT8, TYPE_FLOAT8)},
    {AGGREGATE_FUNC(2819, "regr_sxx", TYPE_FLOAT8, &regr_sxx, TYPE_FLOAT8, TYPE_FLOAT8)},
    {AGGREGATE_FUNC(2820, "regr_syy", TYPE_FLOAT8, &regr_syy, TYPE_FLOAT8, TYPE_FLOAT8)},
    {AGGREGATE_FUNC(2821, "regr_sxy", TYPE_FLOAT8, &regr_sxy, TYPE_FLOAT8, TYPE_FLOAT8)},
    {AGGREGATE_FUNC(2822, "regr_avgx", TYPE_FLOAT8, &regr_avgx, TYPE_FLOAT8, TYPE_FLOAT8)},
    {AGGREGATE_FUNC(2823, "regr_avgy", TYPE_FLOAT8, &regr_avgy, TYPE_FLOAT8, TYPE_FLOAT8)},
    {AGGREGATE_FUNC(2824, "regr_r2", TYPE_FLOAT8, &regr_r2, TYPE_FLOAT8, TYPE_FLOAT8)},
    {AGGREGATE_FUNC(2825, "regr_slope", TYPE_FLOAT8, &regr_slope, TYPE_FLOAT8, TYPE_FLOAT8)},
    {AGGREGATE_FUNC(2826, "regr_intercept", TYPE_FLOAT8, &regr_intercept, TYPE_FLOAT8,
                    TYPE_FLOAT8)},
    {AGGREGATE_FUNC(2827, "covar_pop", TYPE_FLOAT8, &covar_pop, TYPE_FLOAT8, TYPE_FLOAT8)},
    {AGGREGATE_FUNC(2828, "covar_samp", TYPE_FLOAT8, &covar_samp, TYPE_FLOAT8, TYPE_FLOAT8)},
    {AGGREGATE_FUNC(2829, "corr", TYPE_FLOAT8, &corr, TYPE_FLOAT8, TYPE_FLOAT8)},
};

const struct type_tables aggregate_float_tables = {
    .funcs = funcs,
    .func_count = COUNT_OF(funcs),
};
