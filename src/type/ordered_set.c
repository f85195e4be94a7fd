/*
 * ordered_set.c: the ordered-set and hypothetical-set aggregates as the catalog knows them.
 *
 * They see all rows of a group in order at once, which only the executor has
 * (exec/aggregate_ordered.c): there is no step and no finish here.
 */
#include "type/tables.h"

/* Percentiles and mode leave rows out whose value is null. */
static const struct aggregate_info percentile = {
    .is_strict = true, .agg_kind = 'o', .direct_count = 1};
static const struct aggregate_info mode = {.is_strict = true, .agg_kind = 'o'};
static const struct aggregate_info hypothetical = {.agg_kind = 'h', .direct_count = 1};

static const struct func_info funcs[] = {
    {AGGREGATE_FUNC(3972, "percentile_disc", TYPE_ANYELEMENT, &percentile, TYPE_FLOAT8,
                    TYPE_ANYELEMENT)},
    {AGGREGATE_FUNC(3974, "percentile_cont", TYPE_FLOAT8, &percentile, TYPE_FLOAT8, TYPE_FLOAT8)},
    {AGGREGATE_FUNC(3976, "percentile_cont", TYPE_INTERVAL, &percentile, TYPE_FLOAT8,
                    TYPE_INTERVAL)},
    {AGGREGATE_FUNC(3978, "percentile_disc", TYPE_ANYARRAY, &percentile, TYPE_FLOAT8_ARRAY,
                    TYPE_ANYELEMENT)},
    {AGGREGATE_FUNC(3980, "percentile_cont", TYPE_FLOAT8_ARRAY, &percentile, TYPE_FLOAT8_ARRAY,
                    TYPE_FLOAT8)},
    {AGGREGATE_FUNC(3982, "percentile_cont", TYPE_INTERVAL_ARRAY, &percentile, TYPE_FLOAT8_ARRAY,
                    TYPE_INTERVAL)},
    {AGGREGATE_FUNC(3984, "mode", TYPE_ANYELEMENT, &mode, TYPE_ANYELEMENT)},
    {AGGREGATE_FUNC(3986, "rank", TYPE_INT8, &hypothetical, TYPE_ANY), .variadic = TYPE_ANY},
    {AGGREGATE_FUNC(3988, "percent_rank", TYPE_FLOAT8, &hypothetical, TYPE_ANY),
     .variadic = TYPE_ANY},
    {AGGREGATE_FUNC(3990, "cume_dist", TYPE_FLOAT8, &hypothetical, TYPE_ANY), .variadic = TYPE_ANY},
    {AGGREGATE_FUNC(3992, "dense_rank", TYPE_INT8, &hypothetical, TYPE_ANY), .variadic = TYPE_ANY},
};

const struct type_tables ordered_set_tables = {
    .funcs = funcs,
    .func_count = COUNT_OF(funcs),
};
