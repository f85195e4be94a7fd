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
    *list = (struct row_list){.exec = exec, .arena = exec_new_arena(exec, "row list")};
    list->shape = arena_alloc(exec->arena, sizeof *list->shape);
    row_shape_init(list->shape, exec->arena, phys, plan->column_count, 0, 0);
    row_store_init(&list->store, list->shape, list->arena);
}

void
row_list_clear(struct row_list *list)
{
    if (list->spill_arena != NULL) {
        spill_end(&list->spill);
        arena_reset(list->spill_arena);
        spill_init(&list->spill, list->exec, list->shape, list->spill_arena);
    }
    arena_reset(list->arena);
    row_store_init(&list->store, list->shape, list->arena);
}

/* The rows in memory follow those in the file. */
static void
write_rows(struct row_list *list)
{
    if (list->spill_arena == NULL) {
        list->spill_arena = exec_new_arena(list->exec, "row list's file");
        spill_init(&list->spill, list->exec, list->shape, list->spill_arena);
    }
    for (uint64_t i = 0; i < list->store.row_count; i++)
        spill_put(&list->spill, row_store_row(&list->store, i), slice_of(NULL, 0));
    spill_finish(&list->spill);
    arena_reset(list->arena);
    row_store_init(&list->store, list->shape, list->arena);
}

void
row_list_add(struct row_list *list, const struct batch *in)
{
    uint8_t *rows[COLUMN_ROWS_MAX];

    if (arena_bytes(list->arena) > list->exec->work_mem_bytes)
        write_rows(list);
    row_store_append(&list->store, in, rows);
}

uint64_t
row_list_count(const struct row_list *list)
{
    return list->spill.row_count + list->store.row_count;
}

void
row_reader_restart(struct row_reader *reader)
{
    reader->at = 0;
    spill_reader_restart(&reader->file);
}

/* The next rows of the file. */
static uint32_t
read_file(struct row_list *list, struct row_reader *reader, uint32_t capacity, const uint8_t **rows)
{
    struct row_store store;
    struct slice none;
    uint32_t count = 0;
    uint8_t *row;

    if (reader->arena == NULL) {
        reader->arena = exec_new_arena(list->exec, "rows read back");
        reader->buffer_arena = exec_new_arena(list->exec, "file's buffer");
        spill_reader_init(&reader->file, reader->buffer_arena);
    }
    arena_reset(reader->arena);
    row_store_init(&store, list->shape, reader->arena);
    /* Rows that it has read in memory before they were written. */
    while (reader->file.row_at < reader->at) {
        check(spill_read(&list->spill, &reader->file, &store, &row, &none));
        if (store.row_count == ROW_CHUNK_ROWS) {
            exec_check(list->exec);
            arena_reset(reader->arena);
            row_store_init(&store, list->shape, reader->arena);
        }
    }
    while (count < capacity && spill_read(&list->spill, &reader->file, &store, &row, &none))
        rows[count++] = row;
    exec_check(list->exec);
    return count;
}

uint32_t
row_list_read(struct row_list *list, struct row_reader *reader, uint32_t capacity,
              const uint32_t *columns_wanted, uint32_t column_count, struct column *columns)
{
    const uint8_t *rows[COLUMN_ROWS_MAX];
    uint64_t in_file = list->spill.row_count;
    uint32_t count = 0;

    if (reader->at < in_file)
        count = read_file(list, reader, capacity, rows);
    else
        for (uint64_t i = reader->at - in_file; count < capacity && i < list->store.row_count; i++)
            rows[count++] = row_store_row(&list->store, i);
    reader->at += count;
    for (uint32_t c = 0; c < column_count; c++) {
        columns[c].has_nulls = false;
        row_gather(list->shape, rows, count, columns_wanted == NULL ? c : columns_wanted[c],
                   &columns[c], 0);
    }
    return count;
}
