/*
 * query_map.h: a copy of a bound query, the queries in it included, with columns renamed.
 */
#pragma once

#include "plan/planner_int.h"

/*
 * What stands for a column (EXPR_COLUMN) or an aggregate (EXPR_AGGREGATE, its arguments changed
 * already), found `depth` queries below the query that the copy began with. Null: it cannot be
 * said, and the whole copy fails.
 */
typedef struct expr *(*column_change)(void *object, struct expr *e, uint32_t depth);

struct query_map {
    struct arena *arena;
    column_change change;
    void *object;
    int32_t shift;  /* of how far out the CTEs are that belong around the query */
    uint32_t depth; /* where the walk is; begin with 0 */
    bool has_failed;
};

/* Each returns a copy, of no use if map->has_failed. Null gives null. */
struct expr *map_expr(struct query_map *map, struct expr *e);
struct query *map_query(struct query_map *map, const struct query *query);
struct range *map_range(struct query_map *map, const struct range *range);
struct join_tree *map_tree(struct query_map *map, const struct join_tree *tree, uint32_t base);

/* True if the query, or one in it, reads a column or an aggregate of the query `depth` around it
 * (1: the one that it stands in). */
bool query_reads_outer(const struct query *query, uint32_t depth);
bool expr_reads_outer(const struct expr *e, uint32_t depth);
/* True if `e`, or a query in it, reads a column of a range from `first` on of the query that it
 * stands in. */
bool expr_reads_ranges(const struct expr *e, uint32_t first);

/* ---- pull_up.c: what it shares with unnest.c ---- */

#define LEVEL_RANGES_MAX 1000u
#define PULL_UPS_MAX 64u

/* For move_out: columns of a query that becomes part of the one around it. */
struct move {
    struct arena *arena;
    uint32_t base; /* of its ranges there */
};
struct expr *move_out(void *object, struct expr *e, uint32_t depth);

/* Joins and conditions only: nothing that counts, cuts, locks or repeats its rows. */
bool query_is_plain(const struct query *query);
struct expr *and_exprs(struct arena *arena, struct expr *a, struct expr *b);
/* FROM's items as one tree of inner joins, ranges renamed by `base`. */
struct join_tree *join_from(struct query_map *map, const struct query *query, uint32_t base);
/* Appends the ranges of `from` to those of `query`, by a map of move_out; the number of the first.
 */
uint32_t add_ranges(struct query_map *map, struct query *query, const struct query *from);
