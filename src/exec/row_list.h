/*
 * row_list.h: batches kept as rows, to be read any number of times.
 */
#pragma once

#include "exec/nodes.h"
#include "exec/row_store.h"

struct row_list {
    struct arena *arena;
    struct row_shape shape;
    struct row_store store;
};

/* For rows of the plan node's columns. */
void row_list_init(struct exec *exec, struct row_list *list, const struct plan_node *plan);
void row_list_clear(struct row_list *list);
void row_list_add(struct row_list *list, const struct batch *in);
/* Rows [*at, ...) into columns (with buffers for `capacity`): their number; moves *at on. */
uint32_t row_list_read(const struct row_list *list, uint64_t *at, uint32_t capacity,
                       const uint32_t *columns_wanted, uint32_t column_count,
                       struct column *columns);
