/*
 * system_relations.c: relations that are made on demand: registering them, and handing their rows
 * to the executor.
 */
#include "session/system_relations.h"

#include "base/check.h"
#include "base/raise.h"
#include "session/system_int.h"
#include "type/array.h"
#include "type/inet.h"
#include "type/values.h"

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

static const struct system_table *
table_of(const struct system_rows *rows)
{
    return (const struct system_table *)(uintptr_t)rows->scan->table->virtual_table;
}

static oid
next_type(const struct system_rows *rows)
{
    check(rows->column < rows->column_count);
    return rows->scan->table->columns[rows->column].type;
}

static union datum *
next_cell(struct system_rows *rows, enum phys phys)
{
    check(rows->column < rows->column_count);
    check(table_of(rows)->phys[rows->column] == phys);
    size_t at = (size_t)(rows->row_count - 1) * rows->column_count + rows->column++;
    rows->nulls[at] = false;
    return &rows->values[at];
}

void
put_oid(struct system_rows *rows, oid value)
{
    next_cell(rows, PHYS_I32)->i32 = (int32_t)value;
}

void
put_i16(struct system_rows *rows, int16_t value)
{
    next_cell(rows, PHYS_I16)->i16 = value;
}

void
put_i32(struct system_rows *rows, int32_t value)
{
    next_cell(rows, PHYS_I32)->i32 = value;
}

void
put_i64(struct system_rows *rows, int64_t value)
{
    next_cell(rows, PHYS_I64)->i64 = value;
}

void
put_f32(struct system_rows *rows, float value)
{
    next_cell(rows, PHYS_F32)->f32 = value;
}

void
put_f64(struct system_rows *rows, double value)
{
    next_cell(rows, PHYS_F64)->f64 = value;
}

void
put_bool(struct system_rows *rows, bool value)
{
    next_cell(rows, PHYS_BOOL)->b = value;
}

void
put_char(struct system_rows *rows, char value)
{
    next_cell(rows, PHYS_VIEW)->view = view_of(&value, value != '\0');
}

void
put_fixed(struct system_rows *rows, const char *value)
{
    if (value == NULL)
        put_null(rows);
    else
        next_cell(rows, PHYS_VIEW)->view = view_of(value, strlen(value));
}

void
put_text(struct system_rows *rows, const char *value)
{
    put_fixed(rows, value == NULL || strlen(value) <= VIEW_INLINE_BYTES
                        ? value
                        : arena_text(rows->arena, value));
}

void
put_null(struct system_rows *rows)
{
    check(rows->column < rows->column_count);
    rows->column++;
}

void
put_nulls(struct system_rows *rows, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++)
        put_null(rows);
}

void
put_interval(struct system_rows *rows, int64_t us)
{
    *next_cell(rows, PHYS_WIDE) = interval_datum((struct interval){.us = us});
}

void
put_inet(struct system_rows *rows, const char *value)
{
    struct inet inet;
    if (value != NULL && inet_read(slice_text(value), false, &inet))
        *next_cell(rows, PHYS_VIEW) = inet_datum(rows->arena, &inet);
    else
        put_null(rows);
}

void
put_zeros(struct system_rows *rows, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        check(rows->column < rows->column_count);
        (void)next_cell(rows, table_of(rows)->phys[rows->column]);
    }
}

/* The array that the next column's type asks for. */
static void
put_array(struct system_rows *rows, const union datum *values, uint32_t count)
{
    oid type = next_type(rows);
    bool is_vector = type == TYPE_INT2VECTOR || type == TYPE_OIDVECTOR;
    oid element = types_find(catalog_types(rows->catalog), type)->element;
    struct array_dim dim = {.length = (int32_t)count, .lower = is_vector ? 0 : 1};
    uint32_t dim_count = count == 0 && !is_vector ? 0 : 1;
    *next_cell(rows, PHYS_VIEW) =
        array_make(rows->scan->env, rows->arena, element, values, NULL, dim_count, &dim);
}

void
put_numbers(struct system_rows *rows, const int16_t *values, uint32_t count)
{
    union datum *elements = arena_alloc_array(rows->arena, count + 1, sizeof *elements);
    for (uint32_t i = 0; i < count; i++)
        elements[i] = i16_datum(values[i]);
    put_array(rows, elements, count);
}

void
put_oids(struct system_rows *rows, const oid *values, uint32_t count)
{
    union datum *elements = arena_alloc_array(rows->arena, count + 1, sizeof *elements);
    for (uint32_t i = 0; i < count; i++)
        elements[i] = i32_datum((int32_t)values[i]);
    put_array(rows, elements, count);
}

void
put_fractions(struct system_rows *rows, const double *values, uint32_t count)
{
    union datum *elements = arena_alloc_array(rows->arena, count + 1, sizeof *elements);
    for (uint32_t i = 0; i < count; i++)
        elements[i] = f32_datum((float)values[i]);
    if (count == 0)
        put_null(rows);
    else
        put_array(rows, elements, count);
}

void
put_texts(struct system_rows *rows, const char *const *values, uint32_t count)
{
    union datum *elements = arena_alloc_array(rows->arena, count + 1, sizeof *elements);
    for (uint32_t i = 0; i < count; i++)
        elements[i] = slice_datum(slice_text(values[i]));
    put_array(rows, elements, count);
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
    return type == TYPE_NAME || type == TYPE_NAME_ARRAY                           ? 950
           : type == TYPE_TEXT || type == TYPE_TEXT_ARRAY || type == TYPE_VARCHAR ? 100
                                                                                  : OID_NONE;
}

static struct column_def
column_of(const char *name, oid type)
{
    return (struct column_def){
        .name = name, .type = type, .typmod = -1, .collation = collation_of(type)};
}

/* The next "name type" of a list, `at` behind it; the name lives in `arena`. */
static struct column_def
read_column(const struct types *types, struct arena *arena, const char **at)
{
    const char *space = strchr(*at, ' ');
    size_t type_bytes = strcspn(space + 1, ",");
    bool is_array = space[type_bytes] == ']';
    struct slice name = arena_slice(arena, slice_of(*at, (size_t)(space - *at)));
    struct slice type_name =
        arena_slice(arena, slice_of(space + 1, type_bytes - (is_array ? 2 : 0)));
    const struct type_info *type = types_find_name(types, (const char *)type_name.data);
    check(type != NULL);
    *at = space + 1 + type_bytes;
    *at += strspn(*at, ", ");
    oid number = is_array ? type->array : type->type;
    return column_of((const char *)name.data, number);
}

static uint16_t
count_columns(const char *text)
{
    uint16_t count = 1;
    for (; *text != '\0'; text++)
        count = (uint16_t)(count + (*text == ','));
    return count;
}

static void
add_source(struct catalog_cache *cache, const struct types *types,
           const struct system_source *source)
{
    struct arena *arena = catalog_cache_arena(cache);
    struct system_table *made = arena_alloc_zero(arena, sizeof *made);
    bool is_text = source->text != NULL;
    uint16_t count = is_text ? count_columns(source->text) : source->column_count;
    struct column_def *columns = arena_alloc_zero(arena, count * sizeof *columns);
    made->phys = arena_alloc(arena, count);
    const char *at = source->text;
    for (uint16_t c = 0; c < count; c++) {
        columns[c] = is_text ? read_column(types, arena, &at)
                             : column_of(source->columns[c].name, source->columns[c].type);
        columns[c].attr = (attr_no)(c + 1);
        made->phys[c] = (uint8_t)types_find(types, columns[c].type)->phys;
    }
    made->virtual_table =
        (struct virtual_table){.name = source->name, .open = system_open, .next = system_next};
    made->fill = source->fill;
    made->table =
        (struct table){.table = source->table,
                       .schema = source->schema,
                       .owner = ROLE_OWNER,
                       .name = source->name,
                       .schema_name = schema_name(source->schema),
                       .kind = source->view != NULL ? TABLE_VIEW : TABLE_VIRTUAL,
                       .persistence = 'p',
                       .column_count = count,
                       .columns = columns,
                       .view_sql = source->view,
                       .virtual_table = source->view != NULL ? NULL : &made->virtual_table};
    const struct table *table = &made->table;
    catalog_cache_add_virtual(cache, &table, 1);
}

void
system_relations_add(struct catalog_cache *cache, const struct types *types)
{
    const struct {
        const struct system_source *sources;
        uint32_t count;
    } lists[] = {
        {system_activity_sources, system_activity_source_count},
        {system_class_sources, system_class_source_count},
        {system_depend_sources, system_depend_source_count},
        {system_empty_sources, system_empty_source_count},
        {system_information_sources, system_information_source_count},
        {system_inherit_sources, system_inherit_source_count},
        {system_partition_sources, system_partition_source_count},
        {system_opclass_sources, system_opclass_source_count},
        {system_proc_sources, system_proc_source_count},
        {system_server_sources, system_server_source_count},
        {system_stats_sources, system_stats_source_count},
        {system_type_sources, system_type_source_count},
        {system_views_sources, system_views_source_count},
    };
    for (size_t i = 0; i < sizeof lists / sizeof *lists; i++)
        for (uint32_t k = 0; k < lists[i].count; k++)
            add_source(cache, types, &lists[i].sources[k]);
}
