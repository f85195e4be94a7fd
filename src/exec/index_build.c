/*
 * index_build.c: see index_build.h.
 *
 * The program of an INSERT into the table knows how entries are made, so it is opened and never
 * run: its writer makes them from rows that are read one by one. Only the columns that the index
 * wants are decoded, all of them if it has expressions.
 */
#include "exec/index_build.h"
#include "exec/index_key.h"
#include "exec/item_index.h"
#include "exec/modify.h"
#include "txn/load.h"

#define ROWS_A_CHECK 256u

struct build {
    struct exec *exec;
    struct table_writer *writer;
    const struct table_code *code;
    const struct index_code *index;
    bool is_items;          /* it goes by items */
    uint32_t index_idx;     /* among those of its kind */
    struct layout layout;   /* the columns that entries are made from */
    struct column *columns; /* [table columns]: one row */
    struct column *decoded; /* [layout columns]: those of them that are read, moved there */
    struct tree_load *load;
};

static void
build_end(void *object)
{
    struct build *build = object;

    tree_load_free(build->load);
}

static _Noreturn void
raise_build_status(const struct build *build, enum status st)
{
    raise_status(st, "could not build index \"%s\"", build->index->def->name);
}

static void
find_index(struct build *build, oid index)
{
    const struct table_code *code = build->code;

    for (uint32_t i = 0; i < code->index_count && build->index == NULL; i++) {
        build->index_idx = i;
        build->index = code->indexes[i].def->index == index ? &code->indexes[i] : NULL;
    }
    for (uint32_t i = 0; i < code->item_count && build->index == NULL; i++) {
        build->index_idx = i;
        build->index = code->items[i].index.def->index == index ? &code->items[i].index : NULL;
        build->is_items = build->index != NULL;
    }
    check(build->index != NULL);
}

/* The columns that are read, and vectors of one row for all of them. */
static void
build_columns(struct build *build)
{
    const struct table_code *code = build->code;
    struct arena *arena = build->exec->arena;
    uint32_t count = code->table->column_count;
    uint16_t *wanted = arena_alloc_array(arena, count + 1u, sizeof *wanted);

    build->layout = (struct layout){.format = code->format, .column_idx = wanted};
    for (uint32_t c = 0; c < count; c++) {
        bool is_wanted = build->index->exprs != NULL;
        for (uint32_t k = 0; k < build->index->def->key_count; k++)
            is_wanted |= build->index->columns[k] == c;
        if (is_wanted && !code->table->columns[c].is_dropped)
            wanted[build->layout.column_count++] = (uint16_t)c;
    }
    build->columns = arena_alloc_array(arena, count + 1u, sizeof *build->columns);
    build->decoded = arena_alloc_array(arena, count + 1u, sizeof *build->decoded);
    for (uint32_t c = 0; c < count; c++)
        build->columns[c] = modify_null_column(code->format->columns[c].phys);
    for (uint32_t i = 0; i < build->layout.column_count; i++)
        vector_init(&build->decoded[i], code->format->columns[wanted[i]].phys, 1, arena);
}

/* A row, as a batch of one. */
static struct batch
build_row(struct build *build, struct slice key, struct slice value)
{
    enum status st = row_decode_columns(&build->layout, key, value, build->decoded, 0);

    if (st != ST_OK)
        raise_build_status(build, st);
    for (uint32_t i = 0; i < build->layout.column_count; i++)
        build->columns[build->layout.column_idx[i]] = build->decoded[i];
    return (struct batch){
        .count = 1, .column_count = build->code->table->column_count, .columns = build->columns};
}

static _Noreturn void
raise_build_duplicate(struct build *build)
{
    const struct index_def *index = build->index->def;
    struct table_writer *writer = build->writer;
    struct slice key, value, primary, row;

    tree_load_duplicate(build->load, &key, &value);
    if (!index_entry_primary(key, value, &primary))
        raise(SQLSTATE_INTERNAL_ERROR, "an entry of index \"%s\" names no row", index->name);
    enum status st =
        txn_get(build->exec->txn, build->code->table->tree, primary, &writer->spill, &row);
    if (st != ST_OK)
        raise_build_status(build, st);
    struct batch batch = build_row(build, primary, row);
    raise_duplicate_built(writer, index, &batch, 0);
}

static void
build_item_entries(struct build *build, const struct batch *batch, struct slice key)
{
    struct item_entries entries;

    item_entries_make(build->writer, build->index_idx, batch, 0, key, &entries);
    for (uint32_t i = 0; i < entries.count; i++) {
        enum status st = tree_load_add(build->load, entries.keys[i], entries.value);
        if (st != ST_OK)
            raise_build_status(build, st);
    }
}

static void
build_entry(struct build *build, struct slice key, struct slice value)
{
    struct table_writer *writer = build->writer;
    struct batch batch = build_row(build, key, value);

    if (build->is_items) {
        table_writer_begin(writer);
        /* The row's bytes lie in a page, which adding an entry may take away. */
        build_item_entries(build, &batch, arena_slice(writer->arena, key));
        return;
    }
    if (build->index->exprs != NULL) {
        table_writer_begin(writer);
        expr_run(writer->index_exprs[build->index_idx], &batch);
    }
    if (!index_entry_make(writer, build->index_idx, &batch, 0, key, &writer->entry_key,
                          &writer->entry_value))
        return;
    enum status st =
        tree_load_add(build->load, buf_slice(&writer->entry_key), buf_slice(&writer->entry_value));
    if (st == ST_EXISTS)
        raise_build_duplicate(build);
    if (st != ST_OK)
        raise_build_status(build, st);
}

void
index_build(const struct program *insert, const struct exec_context *context,
            const struct index_def *index, uint64_t memory_bytes)
{
    struct exec *exec = exec_open(insert, context);
    struct build *build = arena_alloc_zero(exec->arena, sizeof *build);
    struct txn_cursor *cursor;
    struct slice key, value;
    struct key_range all = {.from = {NULL, 0}};

    build->exec = exec;
    build->writer = ((struct modify_state *)exec->root)->writer;
    build->code = build->writer->code;
    find_index(build, index->index);
    build_columns(build);
    arena_on_end(exec->arena, build_end, build);
    enum status st = tree_load_new(exec->txn, index->tree, memory_bytes, &build->load);
    if (st == ST_OK)
        st = txn_cursor_open(exec->txn, build->code->table->tree, all, false, exec->arena, &cursor);
    for (uint32_t i = 1; st == ST_OK; i++) {
        st = txn_cursor_next(cursor, &key, &value);
        if (st == ST_OK)
            build_entry(build, key, value);
        if (i % ROWS_A_CHECK == 0) {
            exec_check(exec);
            exec_refresh(exec);
        }
    }
    if (st == ST_NOT_FOUND)
        st = tree_load_finish(build->load);
    if (st == ST_EXISTS)
        raise_build_duplicate(build);
    if (st != ST_OK)
        raise_build_status(build, st);
    tree_load_free(build->load);
    build->load = NULL;
    txn_cursor_close(cursor);
    exec_close(exec);
}
