/*
 * row_list.c: see row_list.h.
 */
#include "exec/row_list.h"

void
row_list_init(struct exec *exec, struct row_list *list, const struct plan_node *plan)
{
    enum phys *phys = arena_alloc_array(exec->arena, plan->column_count, sizeof *phys);

    for (uint32_t i = 0; i < plan->column_count; i++)
        phys[i] = plan->columns[i].phys;
    list->arena = exec_new_arena(exec, "row list");
    row_shape_init(&list->shape, exec->arena, phys, plan->column_count, 0, 0);
    row_store_init(&list->store, &list->shape, list->arena);
}

void
row_list_clear(struct row_list *list)
{
    arena_reset(list->arena);
    row_store_init(&list->store, &list->shape, list->arena);
}

void
row_list_add(struct row_list *list, const struct batch *in)
{
    uint8_t *rows[COLUMN_ROWS_MAX];

    row_store_append(&list->store, in, rows);
}

uint32_t
row_list_read(const struct row_list *list, uint64_t *at, uint32_t capacity,
              const uint32_t *columns_wanted, uint32_t column_count, struct column *columns)
{
    const uint8_t *rows[COLUMN_ROWS_MAX];
    uint32_t count = 0;

    for (; count < capacity && *at < list->store.row_count; count++)
        rows[count] = row_store_row(&list->store, (*at)++);
    for (uint32_t c = 0; c < column_count; c++) {
        columns[c].has_nulls = false;
        row_gather(&list->shape, rows, count, columns_wanted == NULL ? c : columns_wanted[c],
                   &columns[c], 0);
    }
    return count;
}
