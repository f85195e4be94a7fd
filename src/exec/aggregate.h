/*
 * aggregate.h: groups and the states of their aggregates.
 *
 * A group is a stored row: hash_header, the group keys' columns, the set number (grouping sets),
 * and in its tail the aggregates' states, each at a multiple of 16 bytes. An aggregate with
 * DISTINCT or ORDER BY keeps its arguments' rows instead of a state, and folds them in at the end.
 */
#pragma once

#include "exec/hash_table.h"
#include "exec/keys.h"
#include "exec/nodes.h"
#include "exec/sort_key.h"

struct agg_call_code {
    const struct plan_aggregate_call *plan;
    const struct func_info *func;
    const struct aggregate_info *info;
    const struct call_site *site; /* types for the func_call */
    uint32_t first_output;        /* of args: arguments, order arguments, */
    uint32_t arg_count;           /* all of them */
    uint32_t filter_output;       /* UINT32_MAX: none */
    uint32_t first_direct;        /* direct arguments' outputs */
    uint32_t state_at;            /* in the tail */
    bool is_collected;            /* DISTINCT, ORDER BY, WITHIN GROUP */
    bool is_ordered_set;          /* WITHIN GROUP */
    struct row_shape collected;   /* of collected arguments */
    struct sort_code sort;        /* their order */
    uint32_t distinct_count;      /* leading sort keys that make rows equal; 0: none */
};

struct agg_code {
    struct node_code node;
    const struct expr_code *args;   /* over the child: all calls' arguments and filters */
    const struct expr_code *direct; /* the same of direct arguments; null: there are none */
    uint32_t call_count;
    struct agg_call_code *calls;
    struct key_code *keys;
    uint32_t *key_columns;  /* identity: of the keys in the shape */
    struct row_shape shape; /* key columns, then the set number */
};

/* Argument rows of one group. */
struct collected {
    uint8_t **rows;
    uint32_t count, capacity;
};

struct agg_state {
    struct node_state node;
    struct expr_state *args, *direct;
    struct func_call *calls;
    struct arena *table_arena; /* groups and what their states point to */
    struct row_store groups;
    struct hash_table table;
    struct row_store *collected; /* [call_count] */
    bool is_computed;
    /* Groups to put out: of the stores, those that are not matched (merged into another's). */
    struct row_store **stores;
    uint32_t store_count, store_idx;
    uint64_t at;                    /* next group of the store */
    uint8_t *rows[COLUMN_ROWS_MAX]; /* the groups of the batch's rows */
    struct column *columns;
    struct buf key;
    struct agg_spill *spill;   /* null until the groups outgrow work_mem */
    struct parallel *parallel; /* null until several threads take rows in */
    struct agg_merge *merge;   /* while groups of several threads become one table */
    bool has_spilled;          /* the batch at hand: rows without a group, null in `rows` */
    uint16_t kept[COLUMN_ROWS_MAX];
};

struct agg_spill;
struct parallel;
struct agg_merge;

/* No groups, but for GROUP_PLAIN's one. */
void aggregate_begin(struct agg_state *state);
/* Finds or makes the group of each row of the child's batch, and folds the rows in. */
void aggregate_take(struct exec *exec, struct agg_state *state, const struct batch *in);
/* aggregate_parallel.c: all of the child's rows, by several threads; false: nothing is done. */
bool aggregate_parallel(struct exec *exec, struct agg_state *state);

/* Folds the batch's rows into the states of their groups: state->rows[i] for the i-th row. */
void aggregate_step(struct exec *exec, struct agg_state *state, const struct batch *in);
/* The result of call `call_idx` for a group. */
union datum aggregate_finish(struct exec *exec, struct agg_state *state, uint32_t call_idx,
                             uint8_t *group, bool *is_null);

/* aggregate_order.c */
void aggregate_collect(struct agg_state *state, uint32_t call_idx, uint8_t *const *groups,
                       uint32_t count, const uint16_t *sel);
void aggregate_sort_collected(const struct agg_call_code *call, struct collected *list);
int aggregate_compare_collected(const struct agg_call_code *call, const uint8_t *left,
                                const uint8_t *right);
void aggregate_fold_collected(struct agg_state *state, uint32_t call_idx,
                              struct collected *collected, void *fresh);

/* aggregate_ordered.c: the result over the group's sorted rows. */
union datum aggregate_finish_ordered(struct agg_state *state, uint32_t call_idx, uint8_t *group,
                                     struct collected *list);
