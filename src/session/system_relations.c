/*
 * system_relations.c: relations that are made on demand: registering them, and handing their rows
 * to the executor.
 */
#include "session/system_relations.h"

#include "base/raise.h"
#include "session/system_int.h"

/* ---- rows ---- */

void
row_begin(struct system_rows *rows)
{
    if (rows->row_count == rows->room) {
        uint32_t room = rows->room == 0 ? 64 : rows->room * 2;
        size_t old_cells = (size_t)rows->room * rows->column_count;
        size_t cells = (size_t)room * rows->column_count;
        rows->values = arena_resize(rows->arena, rows->values, old_cells * sizeof *rows->values,
                                    cells * sizeof *rows->values);
        rows->nulls = arena_resize(rows->arena, rows->nulls, old_cells * sizeof *rows->nulls,
                                   cells * sizeof *rows->nulls);
        rows->room = room;
    }
    size_t at = (size_t)rows->row_count * rows->column_count;
    memset(rows->values + at, 0, rows->column_count * sizeof *rows->values);
    memset(rows->nulls + at, true, rows->column_count);
    rows->row_count++;
    rows->column = 0;
}

static union datum *
next_cell(struct system_rows *rows)
{
    size_t at = (size_t)(rows->row_count - 1) * rows->column_count + rows->column++;
    rows->nulls[at] = false;
    return &rows->values[at];
}

void
put_oid(struct system_rows *rows, oid value)
{
    next_cell(rows)->i32 = (int32_t)value;
}

void
put_i16(struct system_rows *rows, int16_t value)
{
    next_cell(rows)->i16 = value;
}

void
put_i32(struct system_rows *rows, int32_t value)
{
    next_cell(rows)->i32 = value;
}

void
put_i64(struct system_rows *rows, int64_t value)
{
    next_cell(rows)->i64 = value;
}

void
put_f32(struct system_rows *rows, float value)
{
    next_cell(rows)->f32 = value;
}

void
put_bool(struct system_rows *rows, bool value)
{
    next_cell(rows)->b = value;
}

void
put_char(struct system_rows *rows, char value)
{
    next_cell(rows)->view = view_of(&value, value != '\0');
}

void
put_text(struct system_rows *rows, const char *value)
{
    if (value == NULL) {
        put_null(rows);
        return;
    }
    struct slice copy = arena_slice(rows->arena, slice_text(value));
    next_cell(rows)->view = view_of(copy.data, copy.bytes);
}

void
put_null(struct system_rows *rows)
{
    rows->column++;
}

void
put_numbers(struct system_rows *rows, const int16_t *values, uint32_t count)
{
    const char *text = "";
    for (uint32_t i = 0; i < count; i++)
        text = arena_format(rows->arena, "%s%s%d", text, i == 0 ? "" : " ", values[i]);
    put_text(rows, text);
}

/* ---- the executor's side ---- */

static void
system_open(struct virtual_scan *scan)
{
    const struct system_table *table =
        (const struct system_table *)(uintptr_t)scan->table->virtual_table;
    if (scan->env->access == NULL)
        raise(SQLSTATE_OBJECT_NOT_IN_PREREQUISITE_STATE, "\"%s\" needs a session",
              scan->table->name);
    struct system_rows *rows = arena_alloc_zero(scan->arena, sizeof *rows);
    rows->scan = scan;
    rows->session = scan->env->access->object;
    rows->catalog = scan->catalog;
    rows->arena = scan->arena;
    rows->column_count = scan->table->column_count;
    scan->state = rows;
    table->fill(rows);
}

static bool
system_next(struct virtual_scan *scan, union datum *values, bool *nulls)
{
    struct system_rows *rows = scan->state;
    if (rows->next == rows->row_count)
        return false;
    size_t at = (size_t)rows->next++ * rows->column_count;
    memcpy(values, rows->values + at, rows->column_count * sizeof *values);
    memcpy(nulls, rows->nulls + at, rows->column_count);
    return true;
}

static const char *
schema_name(oid schema)
{
    return schema == SCHEMA_PG_CATALOG ? "pg_catalog"
           : schema == SCHEMA_ROWAN    ? "rowan"
                                       : "information_schema";
}

/* As pg_attribute has it: names compare as bytes everywhere. */
static oid
collation_of(oid type)
{
    return type == TYPE_NAME ? 950 : type == TYPE_TEXT ? 100 : OID_NONE;
}

static void
add_sources(struct catalog_cache *cache, const struct system_source *sources, uint32_t count)
{
    struct arena *arena = catalog_cache_arena(cache);
    for (uint32_t i = 0; i < count; i++) {
        const struct system_source *source = &sources[i];
        struct system_table *made = arena_alloc_zero(arena, sizeof *made);
        struct column_def *columns =
            arena_alloc_zero(arena, source->column_count * sizeof *columns);
        for (uint16_t c = 0; c < source->column_count; c++)
            columns[c] = (struct column_def){.attr = (attr_no)(c + 1),
                                             .name = source->columns[c].name,
                                             .type = source->columns[c].type,
                                             .typmod = -1,
                                             .collation = collation_of(source->columns[c].type)};
        made->virtual_table =
            (struct virtual_table){.name = source->name, .open = system_open, .next = system_next};
        made->fill = source->fill;
        made->table = (struct table){.table = source->table,
                                     .schema = source->schema,
                                     .owner = 10,
                                     .name = source->name,
                                     .schema_name = schema_name(source->schema),
                                     .kind = TABLE_VIRTUAL,
                                     .persistence = 'p',
                                     .column_count = source->column_count,
                                     .columns = columns,
                                     .virtual_table = &made->virtual_table};
        const struct table *table = &made->table;
        catalog_cache_add_virtual(cache, &table, 1);
    }
}

void
system_relations_add(struct catalog_cache *cache)
{
    add_sources(cache, system_class_sources, system_class_source_count);
    add_sources(cache, system_server_sources, system_server_source_count);
}
