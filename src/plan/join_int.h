/*
 * join_int.h: FROM taken apart for the join search.
 *
 * The join tree becomes groups. A group is a set of items that may be joined in any order: base
 * rels, and groups of their own (the sides of FULL JOIN, the nullable side of an outer join if it
 * is more than a rel). An item that is not joined INNER (LEFT, SEMI, ANTI) is only ever the right
 * side of a join whose left side has all rels in `left`:
 *
 *   (A left join B on p(A, B)) join D  =  (A join D) left join B on p(A, B)
 *
 * holds for inner and for further left joins, so left joins need no group of their own.
 */
#pragma once

#include "plan/path.h"

#define GROUP_ITEMS_DP 10 /* more are joined greedily */

struct join_item {
    relset rels;
    struct rel *rel;          /* null: a group */
    struct join_group *group; /* solved before */
    enum plan_join join;
    relset left;         /* that must be joined before */
    struct expr_list on; /* not INNER: the join's conditions */
    bool is_null_aware;  /* ANTI from NOT IN */
    struct path_list paths;
};

struct join_group {
    struct join_group *outer;
    uint32_t item_count, item_capacity;
    struct join_item *items;
    uint32_t qual_count, qual_capacity;
    struct qual *quals;
    relset rels;
    bool is_full; /* two items, joined FULL by full_on */
    struct expr_list full_on;
    struct expr_list full_after; /* conditions on its rows from outside */
    struct path_list paths;      /* of all its rels, once solved */
};

/* ---- join_search.c: all ways to join a group's items; fills group->paths ---- */
void join_search(struct level *level, struct join_group *group);

/* ---- join_pair.c ---- */

/* Two sides, with everything known about joining them. */
struct join_pair {
    relset left_rels, right_rels;
    const struct path_list *left, *right;
    struct join_item *item; /* right side alone; null: both are joined INNER */
    enum plan_join join;
    struct expr_list on;    /* conditions of the join */
    struct expr_list after; /* asked of its rows (outer joins) */
    double rows;
};
void join_pair_paths(struct level *level, struct join_pair *pair, struct path_list *list);

/* ---- join_make.c ---- */
struct flow path_make(struct level *level, const struct path *path, const struct expr_list *needed);

/* ---- nonnull.c ---- */

/* Rels of which some column must be not null for `e` to be true. */
relset nonnull_rels(const struct level *level, const struct expr *e);
