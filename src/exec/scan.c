/*
 * scan.c: see scan.h.
 */
#include "exec/scan.h"

#include "exec/index_key.h"

static struct column
fixed_column(struct compiler *compiler, enum phys phys, union datum value, bool is_null)
{
    union datum *place = arena_alloc(compiler->arena, sizeof *place + 1);
    uint8_t *null = (uint8_t *)(place + 1);

    *place = value;
    *null = is_null;
    return (struct column){
        .phys = phys, .is_const = true, .has_nulls = is_null, .data = place, .nulls = null};
}

/* The stored columns that the key of a row is made of. */
static void
compile_key(struct compiler *compiler, struct scan_reads *reads, const struct plan_scan *plan,
            uint16_t *column_idx)
{
    const struct index_def *primary = plan->table->primary;
    uint32_t count = primary == NULL ? 1 : primary->key_count;

    reads->key_count = count;
    if (primary == NULL)
        column_idx[reads->layout.column_count++] = plan->table->column_count;
    else
        reads->key_types = arena_alloc_array(compiler->arena, count, sizeof *reads->key_types);
    for (uint32_t i = 0; primary != NULL && i < count; i++) {
        reads->key_types[i] = compiler_type(compiler, primary->keys[i].type);
        column_idx[reads->layout.column_count++] = (uint16_t)(primary->keys[i].attr - 1);
    }
}

void
scan_reads_compile(struct compiler *compiler, struct scan_reads *reads,
                   const struct plan_scan *plan)
{
    uint32_t count = plan->node.column_count;
    uint16_t *column_idx =
        arena_alloc_array(compiler->arena, count + INDEX_COLUMNS_MAX, sizeof *column_idx);

    reads->column_count = count;
    reads->stored_to = arena_alloc_array(compiler->arena, count, sizeof *reads->stored_to);
    reads->fixed = arena_alloc_array(compiler->arena, count, sizeof *reads->fixed);
    reads->fixed_to = arena_alloc_array(compiler->arena, count, sizeof *reads->fixed_to);
    reads->layout.format = plan->format;
    reads->layout.column_idx = column_idx;
    for (uint32_t i = 0; i < count; i++) {
        attr_no attr = plan->reads[i];
        if (attr > 0) {
            uint32_t stored = reads->layout.column_count++;
            column_idx[stored] =
                attr == READ_ROW_ID ? plan->table->column_count : (uint16_t)(attr - 1);
            reads->stored_to[stored] = i;
            continue;
        }
        if (attr == READ_ROW_KEY) {
            reads->has_key = true;
            reads->key_to = i;
            continue;
        }
        if (attr != READ_TABLE_OID && attr != READ_XMIN)
            raise(SQLSTATE_FEATURE_NOT_SUPPORTED,
                  "system column %d of table \"%s\" is not supported", attr, plan->table->name);
        union datum value = {.words = {0, 0}};
        if (attr == READ_TABLE_OID)
            value.i32 = (int32_t)plan->table->table;
        reads->fixed_to[reads->fixed_count] = i;
        reads->fixed[reads->fixed_count++] =
            fixed_column(compiler, plan->node.columns[i].phys, value, false);
    }
    reads->is_plain = reads->fixed_count == 0 && !reads->has_key;
    if (reads->has_key)
        compile_key(compiler, reads, plan, column_idx);
}

static void
end_key_text(void *object)
{
    buf_deinit(object);
}

void
scan_output_open(struct exec *exec, const struct scan_reads *reads, const struct plan_scan *plan,
                 uint32_t capacity, struct scan_output *output)
{
    if (plan->table->is_unpopulated)
        raise_error(.code = SQLSTATE_OBJECT_NOT_IN_PREREQUISITE_STATE,
                    .message = raise_text("materialized view \"%s\" has not been populated",
                                          plan->table->name),
                    .hint = "Use the REFRESH MATERIALIZED VIEW command.");
    output->columns = arena_alloc_array(exec->arena, reads->column_count, sizeof *output->columns);
    output->stored = output->columns;
    output->stored_count = reads->layout.column_count;
    if (!reads->is_plain)
        output->stored =
            arena_alloc_array(exec->arena, reads->layout.column_count, sizeof *output->stored);
    for (uint32_t i = 0; i < reads->layout.column_count; i++)
        vector_init(&output->stored[i], plan->format->columns[reads->layout.column_idx[i]].phys,
                    capacity, exec->arena);
    if (reads->has_key) {
        vector_init(&output->key, PHYS_VIEW, capacity, exec->arena);
        output->key_text = arena_alloc(exec->arena, sizeof *output->key_text);
        buf_init(output->key_text);
        output->key_text->raise_on_full = true;
        arena_on_end(exec->arena, end_key_text, output->key_text);
    }
    for (uint32_t i = 0; i < reads->fixed_count; i++)
        output->columns[reads->fixed_to[i]] = reads->fixed[i];
}

static void
make_keys(const struct scan_reads *reads, struct scan_output *output, uint32_t count,
          struct arena *arena)
{
    const struct column *parts = output->stored + output->stored_count - reads->key_count;
    struct buf *text = output->key_text;

    for (uint32_t row = 0; row < count; row++) {
        buf_clear(text);
        for (uint32_t i = 0; i < reads->key_count; i++) {
            union datum value = vector_get(&parts[i], row);
            if (reads->key_types == NULL)
                row_id_key_put(text, row_id_of_column(value.i64));
            else
                primary_key_put(text, reads->key_types[i], value);
        }
        struct slice key = arena_slice(arena, buf_slice(text));
        vector_set(&output->key, row,
                   (union datum){.view = view_of(key.data, (uint32_t)key.bytes)});
    }
    output->columns[reads->key_to] = output->key;
}

void
scan_output_finish(const struct scan_reads *reads, struct scan_output *output, uint32_t count,
                   struct arena *arena)
{
    if (reads->is_plain)
        return;
    for (uint32_t i = 0; i < reads->layout.column_count - reads->key_count; i++)
        output->columns[reads->stored_to[i]] = output->stored[i];
    if (reads->has_key)
        make_keys(reads, output, count, arena);
}

void
raise_read_status(enum status st, const char *table)
{
    raise_status(st, "could not read table \"%s\"", table);
}
