/*
 * merge.c: see merge.h.
 */
#include "catalog/merge.h"

#include "base/raise.h"
#include "catalog/catalog_int.h"
#include "catalog/object.h"
#include "catalog/routine_row.h"

#define REF_BYTES 12

bool
catalog_object_key(struct slice key, enum catalog_row_kind *kind, oid *object)
{
    if (key.bytes != OBJECT_KEY_BYTES)
        return false;
    *kind = (enum catalog_row_kind)key.data[0];
    *object = be32_get(key.data + 1);
    return true;
}

const char *
catalog_name_of_key(struct slice key, struct arena *arena)
{
    if (key.bytes < 5)
        return "?";
    return (const char *)arena_slice(arena, slice_of(key.data + 5, key.bytes - 5)).data;
}

static struct object_ref
ref_get(const uint8_t *from)
{
    return (struct object_ref){.class_oid = be32_get(from),
                               .object = be32_get(from + 4),
                               .sub = (int32_t)be32_get(from + 8)};
}

bool
catalog_dependency_key(struct slice key, struct object_ref *on, struct object_ref *object)
{
    if (key.bytes != 1 + 2 * REF_BYTES || key.data[0] != 'r')
        return false;
    *on = ref_get(key.data + 1);
    *object = ref_get(key.data + 1 + REF_BYTES);
    return true;
}

static const char *
schema_name(struct catalog *catalog, oid schema)
{
    const struct schema_def *def = catalog_schema(catalog, schema);
    return def == NULL ? "?" : def->name;
}

struct table *
catalog_read_table(struct catalog *catalog, struct slice row, struct arena *arena)
{
    struct table *table = object_read_table(row, arena);
    if (table == NULL)
        raise(SQLSTATE_DATA_CORRUPTED, "the definition of a table cannot be read");
    table->schema_name = schema_name(catalog, table->schema);
    return table;
}

struct sequence_def *
catalog_read_sequence(struct catalog *catalog, struct slice row, struct arena *arena)
{
    struct sequence_def *sequence = object_read_sequence(row, arena);
    if (sequence == NULL)
        raise(SQLSTATE_DATA_CORRUPTED, "the definition of a sequence cannot be read");
    sequence->schema_name = schema_name(catalog, sequence->schema);
    return sequence;
}

const char *
catalog_read_routine_name(enum catalog_row_kind kind, struct slice row, struct arena *arena)
{
    const struct routine *routine = (int)kind == ROW_ROUTINE ? routine_read(row, arena) : NULL;
    const struct user_operator *op = (int)kind == ROW_OPERATOR ? operator_read(row, arena) : NULL;
    return routine != NULL ? routine->info.name : op != NULL ? op->info.name : NULL;
}

const struct row_format *
catalog_read_format(struct catalog *catalog, const struct table *table, struct arena *arena)
{
    return row_format_make(catalog->cache->types, table, row_format_types(catalog, table, arena),
                           arena);
}

struct slice
catalog_table_row(const struct table *table, struct arena *arena)
{
    struct buf row;
    buf_init(&row);
    object_write_table(table, &row);
    bool is_failed = row.is_failed;
    struct slice copy = is_failed ? slice_of(NULL, 0) : arena_slice(arena, buf_slice(&row));
    buf_deinit(&row);
    if (is_failed)
        raise_status(ST_NO_MEMORY, "could not write the definition of table \"%s\"", table->name);
    return copy;
}

static _Noreturn void
raise_concurrent(void)
{
    raise(SQLSTATE_SERIALIZATION_FAILURE,
          "could not merge the schema due to a concurrent change of it");
}

void
catalog_merge_row(struct catalog *catalog, tree_no tree, struct slice key, struct slice value)
{
    struct row_now now = {.exists = false};
    struct buf spill;
    buf_init(&spill);
    enum status st = txn_lock_row(catalog->txn, tree, key, LOCK_UPDATE, LOCK_WAIT, &spill, &now);
    buf_deinit(&spill);
    if (st == ST_CONFLICT || (st == ST_OK && now.is_changed))
        raise_concurrent();
    if (st == ST_OK && value.data != NULL)
        st = txn_put(catalog->txn, tree, key, value);
    else if (st == ST_OK)
        st = txn_delete(catalog->txn, tree, key);
    if (st != ST_OK && st != ST_NOT_FOUND)
        raise_status(st, "could not merge the schema");
}

void
catalog_merge_end(struct catalog *catalog)
{
    catalog_changed(catalog);
}
