/*
 * path.h: ways to compute a set of rels, before one is chosen.
 *
 * A path is small and cheap to make; only those of the chosen tree become nodes (path_make).
 */
#pragma once

#include "plan/planner_int.h"

enum path_kind {
    PATH_SCAN,     /* a rel: all its rows, or (index not null) ranges of an index */
    PATH_SUBQUERY, /* a rel whose rows another plan makes */
    PATH_JOIN,
    PATH_APPEND, /* a tree: paths of its members */
};

enum join_method { METHOD_NEST_LOOP, METHOD_HASH };

/* Rows are sorted by the items, first to last. */
struct order_item {
    struct expr *expr;
    bool is_descending, nulls_first;
};

struct ordering {
    uint32_t count;
    struct order_item *items;
};

/* A bound of an index scan, and the condition that it stands for. */
struct path_bound {
    enum bound_kind kind;
    enum btree_op op;
    uint16_t key;
    struct expr *value; /* in the level's terms */
    struct expr *condition;
    oid item_op; /* BOUND_ITEM */
};

struct path {
    enum path_kind kind;
    relset rels;
    relset needs; /* rels whose columns must be set as params: an inner side only */
    double rows, startup_cost, total_cost;
    double rows_found; /* by an index, before the filter */
    struct ordering order;

    /* PATH_SCAN, PATH_SUBQUERY */
    struct rel *rel;
    const struct index_def *index;
    bool is_backward;
    bool is_unique; /* one row at most for each set of params */
    bool is_index_only;
    uint32_t bound_count;
    struct path_bound *bounds;
    uint32_t arm_count; /* not 0: rows of any of these paths over indexes */
    struct path **arms;
    struct expr_list filter; /* conditions that the bounds leave to be asked */

    /* PATH_JOIN */
    enum join_method method;
    enum plan_join join;
    struct path *left, *right;
    struct expr_list keys_left, keys_right;
    struct key_operators *key_ops; /* [keys_left.count] */
    struct expr_list condition;    /* of the join */
    struct expr_list after;        /* asked of the joined rows */

    /* PATH_APPEND: `filter` is what the members ask; with an order they are merged. */
    uint32_t member_count;
    struct path **members;
};

struct key_operators {
    const struct operator_info *equal;
    oid collation;
};

/* Paths of one set of rels, none worse than another in every way. */
#define PATHS_MAX 12
struct path_list {
    uint32_t count;
    struct path *paths[PATHS_MAX];
};

/* Keeps the path if no other is at least as good in cost, order and needs; drops those that it
 * beats. */
void path_add(struct path_list *list, struct path *path);
/* True if rows in order `have` are in order `want` too. */
bool order_satisfies(const struct ordering *have, const struct ordering *want);

/*
 * Scans of a rel. available 0: those that need no other rel. Else those that look rows up by
 * columns of rels in `available`, by the given join conditions.
 */
void scan_paths(struct level *level, struct rel *rel, relset available,
                const struct expr_list *conditions, struct path_list *list);

/* Columns of the outer side of a nested loop that its inner side reads as params. */
struct nest_params {
    struct expr_list columns;
    uint32_t *slots; /* [columns.count] */
};

/* `e` with the columns of the rels outside as params. */
struct expr *with_params(struct level *level, const struct nest_params *params, struct expr *e);
struct flow scan_make(struct level *level, const struct path *path,
                      const struct nest_params *params);
/* Scans of a member of a tree, also those without an index that ask `conditions` of each row. */
void member_paths(struct level *level, struct rel *rel, relset available,
                  const struct expr_list *conditions, struct path_list *list);

/* ---- trees of tables (append_path.c): as scan_paths and scan_make ---- */

void append_paths(struct level *level, struct rel *rel, relset available,
                  const struct expr_list *conditions, struct path_list *list);
struct flow append_make(struct level *level, const struct path *path,
                        const struct nest_params *params);

/* value op x as x op' value. */
static inline enum btree_op
btree_mirrored(enum btree_op op)
{
    static const enum btree_op mirrored[] = {0, BTREE_GT, BTREE_GE, BTREE_EQ, BTREE_LE, BTREE_LT};

    return mirrored[op];
}

/* ---- expressions and predicates of indexes (predicate.c) ---- */

/* Analyses those of the rel's table, over the rel's columns. */
void rel_index_exprs(struct level *level, struct rel *rel);
/* Null: the index has columns only, and all rows. */
const struct plan_index_exprs *rel_exprs_of(const struct rel *rel, const struct index_def *index);
/* An expression over the rel's table as one over the rel; null: it reads a column that is not
 * shown. */
struct expr *predicate_over_rel(struct level *level, const struct rel *rel, struct expr *e);
/* expr op constant; false: it is not that. */
struct predicate_comparison {
    const struct expr *left, *value;
    enum btree_op op;
};
bool predicate_read_comparison(const struct level *level, const struct expr *e,
                               struct predicate_comparison *comparison);
/* True if `condition` cannot be true where `part` is null. */
bool predicate_refuses_null(const struct expr *condition, const struct expr *part);
/* True if rows for which all the conditions are true are among those of the predicate. */
bool predicate_is_implied(const struct level *level, const struct expr *predicate,
                          const struct expr_list *conditions);
/* True if the condition is one of the predicate's conjuncts: its rows need not be asked. */
bool predicate_tells(const struct expr *predicate, const struct expr *condition);

/* ---- beginnings of texts (pattern.c) ---- */

#define PATTERN_PREFIX_MAX 256u

/* x LIKE 'constant', or x ^@ 'constant'. */
struct pattern {
    const struct expr *text;
    uint32_t bytes;    /* of the prefix; more than 0 */
    bool is_cut;       /* more may follow; else LIKE is = */
    double rest_share; /* of the texts with the prefix, how many pass the rest: a guess */
    uint8_t prefix[PATTERN_PREFIX_MAX];
};

/* False: not such a condition, or the pattern begins with a wildcard. */
bool pattern_read(const struct expr *e, struct pattern *pattern);
/* A pattern of which the value will tell. */
bool pattern_is_param(const struct expr *e);
/* The first text after all that begin with the prefix, into `end` (PATTERN_PREFIX_MAX + 4 bytes);
 * returns its bytes, 0: there is none. */
uint32_t pattern_end(const struct pattern *pattern, uint8_t *end);

/* ---- conditions with OR (union_path.c) ---- */

/* The path over an index, with those of `conditions` that bound it; null if it is of no use. */
struct path *index_path(struct level *level, struct rel *rel, const struct index_def *index,
                        const struct expr_list *conditions, bool is_backward);
/* `whole`, one of the rel's conditions `all`, by an index for each arm; null: one has none. */
struct path *union_path(struct level *level, struct rel *rel, const struct expr *whole,
                        const struct expr_list *all);

/* ---- indexes by items (item_path.c) ---- */

/* The path over an index that is no btree; null: it answers none of the conditions. */
struct path *item_path(struct level *level, struct rel *rel, const struct index_def *index,
                       const struct expr_list *conditions);

/* ---- what an index condition looks like (index_match.c) ---- */

/* Whether `e` is what the index's key `key` holds. */
bool index_has_key(const struct rel *rel, const struct index_def *index, const struct expr *e,
                   uint16_t key);
/* A value that does not depend on the rel, nor changes from row to row. */
bool index_is_outside(struct level *level, const struct rel *rel, const struct expr *value);

/*
 * Finds conditions among `conditions` that bound the index's key columns, as plan.h's struct
 * plan_bound wants them; a value may read rels outside the rel (then they are added to *needs).
 * Returns the number of bounds; is_taken[i] says which conditions are wholly answered. Conditions
 * that a bound only narrows (LIKE, row comparisons) are not taken.
 */
uint32_t index_match(struct level *level, const struct rel *rel, const struct index_def *index,
                     const struct expr_list *conditions, struct path_bound *bounds, bool *is_taken,
                     relset *needs);
