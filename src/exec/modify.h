/*
 * modify.h: what the nodes that change tables share.
 */
#pragma once

#include "exec/nodes.h"
#include "exec/table_writer.h"

/* A table that UPDATE or DELETE writes to: the one named, or one of its tree. */
struct change_code {
    const struct table_code *table;
    const attr_no *map;   /* its column for each of the named table's; null: the same */
    bool *touched;        /* [table columns]: that SET or a generated column may change */
    bool touches_key;     /* SET may change a unique key */
    struct layout reread; /* the columns of plan->reread */
};

struct modify_code {
    struct node_code node;
    const struct route_code *route; /* rows of a partitioned table; null: it is none */
    const struct table_code *table; /* INSERT */
    uint32_t change_count;          /* UPDATE, DELETE */
    struct change_code *changes;
    const struct expr_code *assigns;   /* SET's values over the child; null: none */
    const struct expr_code *recheck;   /* filter over the child; null: none */
    const struct expr_code *views;     /* over the table's columns; null: none */
    const struct expr_code *returning; /* over the table's columns, then the child's */
    /* ON CONFLICT DO UPDATE, over the old row's columns, then the proposed row's. */
    const struct expr_code *conflict_assigns, *conflict_where, *conflict_views;
    bool *conflict_touched; /* [table columns]: that ON CONFLICT's SET may change */
    bool may_repeat;        /* the child may name a row twice */
};

/* What of a state belongs to one table of a tree. */
struct change_target {
    struct table_writer *writer; /* null: no row of the table has come yet */
    struct column *row_columns, *old_columns;
};

struct modify_state {
    struct node_state node;
    /* Of a tree: writer, row_columns and old_columns are those of targets[change_idx]. */
    uint32_t change_idx;
    struct change_target *targets; /* [change_count]; null: no tree */
    struct table_writer *writer;
    struct expr_state *assigns, *recheck, *views, *returning, *conflict_assigns;
    struct expr_state *conflict_where, *conflict_views;
    struct column *row_columns;  /* [table columns]: the rows as written */
    struct column *old_columns;  /* [table columns]: the rows as they were; with buffers */
    struct column *both_columns; /* returning's and conflict's input */
    struct router *router;       /* UPDATE that may move rows to other partitions; else null */
    int32_t shown_table;         /* INSERT: the table whose rows RETURNING shows */
    uint64_t count;              /* rows changed */
    bool is_done;
    uint16_t kept[COLUMN_ROWS_MAX];
    struct slice *keys; /* UPDATE, DELETE: [capacity], of the rows of the batch at hand */
    struct column *reread_columns;
    struct batch copy; /* the child's batch, once a row of it has been read again */
    bool has_copy;
};

void modify_compile(struct compiler *compiler, struct node_code *node);
void modify_open(struct exec *exec, struct node_state *node);
/* Makes the table of a tree the one that is written to. */
void modify_select(struct exec *exec, struct modify_state *state, uint32_t change_idx);
/* A new batch of the child begins: what was made for the last one goes. */
void modify_begin(struct modify_state *state);

/* Code of assignments' values, null for none; [table columns]: which may change, generated ones
 * too; and whether a unique key is among them. */
const struct expr_code *modify_compile_assigns(struct compiler *compiler,
                                               const struct plan_assign *assigns, uint32_t count);
bool *modify_touched(struct compiler *compiler, const struct table_code *table, const attr_no *map,
                     const struct plan_assign *assigns, uint32_t count);
bool modify_touches_key(const struct table *table, const bool *touched);

/* Buffers for old rows; on first use. */
void modify_old_columns(struct exec *exec, struct modify_state *state);
/* A constant null; of a table with row ids, the column after the last. */
struct column modify_null_column(enum phys phys);
/* A batch over the table's columns for the child's columns: the targets', and nulls elsewhere. */
struct batch modify_row_batch(struct modify_state *state, const struct batch *in);
/* Computes RETURNING of `rows` and the child's `in` into `out`, at rows' selection. */
void modify_returning(struct modify_state *state, const struct batch *rows, const struct batch *in,
                      struct batch *out);
/* Asks WITH CHECK OPTION of the views that the rows were written through. */
void modify_check_views(struct modify_state *state, const struct batch *rows);
/* The first view whose condition does not hold for a row of the batch; UINT32_MAX: none. */
uint32_t modify_failing_view(struct expr_state *views, uint32_t count, const struct batch *rows,
                             uint32_t *row);
/* Ends the statement's part of the node: foreign keys, the count. */
void modify_end(struct exec *exec, struct modify_state *state);

/* ON CONFLICT for one row that was refused; true if a row was changed: `rows` (row_columns) then
 * holds the new version at `row`. (insert_conflict.c) */
bool modify_on_conflict(struct exec *exec, struct modify_state *state, struct batch *rows,
                        uint32_t row, const struct row_conflict *conflict);

/* The key of the row that the child's row `row` names, into `key`; false: none, an outer join's
 * nulls. (node_update.c) */
bool modify_row_key(struct modify_state *state, const struct batch *in, uint32_t row,
                    struct buf *key);
/* Puts the new version of a row into the child's batch (a copy of it: state->has_copy), and asks
 * the conditions. (node_update.c) */
bool modify_recheck(struct modify_state *state, struct batch *in, uint32_t row, struct slice key,
                    struct slice value);
struct router; /* exec/partition_route.h */
struct leaf;
/* The same for a row of a partition; `rows` has the partition's columns. */
bool modify_on_conflict_routed(struct exec *exec, struct modify_state *state, struct router *router,
                               struct leaf *leaf, struct batch *rows, uint32_t row,
                               const struct row_conflict *conflict);

/* Decodes a stored row into row `row` of old_columns; bytes are copied into the writer's arena. */
void modify_decode_old(struct modify_state *state, struct slice key, struct slice value,
                       uint32_t row);
