/*
 * format.c: how a table's rows are stored: which columns lie in the key, and what old rows lack.
 */
#include "base/raise.h"
#include "catalog/catalog_int.h"

/* Types whose key encoding is their big-endian bytes with the sign flipped, and nothing else. */
static bool
type_is_plain_key(oid type)
{
    switch (type) {
    case TYPE_INT2:
    case TYPE_INT4:
    case TYPE_INT8:
    case TYPE_DATE:
    case TYPE_TIME:
    case TYPE_TIMESTAMP:
    case TYPE_TIMESTAMPTZ:
        return true;
    default:
        return false;
    }
}

static uint16_t
plain_key_bytes(oid type)
{
    return type == TYPE_INT2 ? 2 : type == TYPE_INT4 || type == TYPE_DATE ? 4 : 8;
}

/* The column's offset in the primary key's bytes; -1 if it cannot be read from there. */
static int
column_key_offset(const struct table *table, attr_no attr)
{
    if (table->primary == NULL)
        return -1;
    int offset = 0;
    for (uint16_t i = 0; i < table->primary->key_count; i++) {
        const struct index_key *key = &table->primary->keys[i];
        if (!type_is_plain_key(key->type))
            return -1;
        if (key->attr == attr)
            return offset;
        offset += plain_key_bytes(key->type);
    }
    return -1;
}

static void
fill_missing(const struct types *types, const struct column_def *def, const struct type_info *type,
             struct arena *arena, struct stored_column *stored)
{
    stored->is_missing_null = true;
    if (!def->has_missing || def->missing_is_null || def->missing_text == NULL)
        return;
    /* Written by session's ALTER TABLE under these same settings. */
    struct type_env env = {.types = (struct types *)(uintptr_t)types,
                           .extra_float_digits = 1,
                           .standard_conforming_strings = true};
    struct type_call call = {
        .arena = arena, .env = &env, .type = type, .typmod = def->typmod, .element = type->element};
    stored->missing = type->input(&call, slice_text(def->missing_text));
    stored->is_missing_null = false;
}

const struct type_info *const *
row_format_types(struct catalog *catalog, const struct table *table, struct arena *arena)
{
    const struct type_info **infos =
        arena_alloc_array(arena, table->column_count + 1u, sizeof *infos);
    for (uint16_t i = 0; i < table->column_count; i++) {
        infos[i] = types_find(catalog->cache->types, table->columns[i].type);
        if (infos[i] == NULL)
            infos[i] = catalog_type_info(catalog, table->columns[i].type);
    }
    return infos;
}

struct row_format *
row_format_make(const struct types *types, const struct table *table,
                const struct type_info *const *infos, struct arena *arena)
{
    bool has_row_id = table->primary == NULL;
    struct row_format *format = arena_alloc_zero(arena, sizeof *format);
    format->column_count = (uint32_t)table->column_count + has_row_id;
    format->columns = arena_alloc_zero(arena, (format->column_count + 1) * sizeof *format->columns);
    for (uint16_t i = 0; i < table->column_count; i++) {
        const struct column_def *def = &table->columns[i];
        const struct type_info *type = infos[i];
        struct stored_column *stored = &format->columns[i];
        int key_offset = column_key_offset(table, def->attr);
        stored->phys = type != NULL ? type->phys : PHYS_VIEW;
        stored->place = key_offset >= 0 ? PLACE_KEY : PLACE_VALUE;
        stored->key_offset = (uint16_t)(key_offset >= 0 ? key_offset : 0);
        if (type != NULL)
            fill_missing(types, def, type, arena, stored);
    }
    if (has_row_id)
        format->columns[table->column_count] =
            (struct stored_column){.phys = PHYS_I64, .place = PLACE_KEY};
    enum status st = row_format_init(format, arena);
    if (st != ST_OK)
        raise_status(st, "could not read the definition of table \"%s\"", table->name);
    return format;
}
