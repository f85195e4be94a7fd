/*
 * partition_route.h: rows of a partitioned table on their way to the partitions that hold them.
 *
 * A router finds the leaf of each row of a batch, level by level, and hands out what is needed to
 * write there: a writer, opened when the first row comes, and how the columns correspond. All
 * functions raise.
 */
#pragma once

#include "exec/table_writer.h"

struct route_code;

const struct route_code *route_compile(struct compiler *compiler, const struct plan_route *route);

#define ROUTE_DROPPED UINT16_MAX

/* A partition that rows are written to. */
struct leaf {
    const struct table *table;
    struct table_writer *writer;
    const uint16_t *to_leaf;    /* [root's columns]: the leaf's column, 0-based, or ROUTE_DROPPED */
    const uint16_t *to_root;    /* [leaf's columns]: the root's column, or ROUTE_DROPPED */
    struct column *columns;     /* [leaf's columns + 1]: of router_rows */
    struct column *old_columns; /* the same; null until router_old_columns */
    const bool *touched;        /* [leaf's columns]: by ON CONFLICT; null until asked for */
    oid *arbiters;              /* the leaf's indexes for those of the statement; null: not found */
};

struct router {
    struct exec *exec;
    const struct plan_route *root;
    uint32_t capacity;
    bool is_repeated;
    struct route_state *state;
    struct leaf **leaves; /* [root->leaf_count]; null: no row has come yet */
    uint32_t *found;      /* [capacity]: the leaf of each row */
    struct arena *scratch;
};

/* For batches whose rows are numbered below `capacity`. */
struct router *router_open(struct exec *exec, const struct route_code *code, uint32_t capacity,
                           bool is_repeated);
/* Fills router->found for the rows of the batch, columns being the root's; 23514 for a row that no
 * partition takes. */
void router_find(struct router *router, const struct batch *rows);
/* [from's columns]: the column of that name, 0-based, in `to`, or ROUTE_DROPPED. */
const uint16_t *route_match_columns(struct arena *arena, const struct table *from,
                                    const struct table *to);
/* The leaf of a number in `found`. */
struct leaf *router_leaf(struct router *router, uint32_t number);
/* Rows in the root's columns as the leaf's; and its writer starts a new batch. They share data. */
struct batch router_rows(struct leaf *leaf, const struct batch *rows);
/* Rows in the leaf's columns back in the root's, into `columns`. */
void router_rows_back(const struct leaf *leaf, const struct batch *rows, uint32_t root_count,
                      struct column *columns);
/* Buffers of the leaf for one old row. */
void router_old_columns(struct router *router, struct leaf *leaf);
