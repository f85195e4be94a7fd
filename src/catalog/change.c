/*
 * change.c: objects written, replaced and dropped, as rows of the transaction.
 *
 * Names are unique by their rows: the key of a name is locked before it is taken, so two
 * transactions that make the same table wait for each other and the second one learns of the first.
 */
#include "base/check.h"
#include "base/raise.h"
#include "catalog/catalog_int.h"
#include "catalog/object.h"

static _Noreturn void
raise_change(enum status st, const char *name)
{
    if (st == ST_CONFLICT)
        raise(SQLSTATE_SERIALIZATION_FAILURE,
              "could not serialize access due to concurrent update");
    raise_status(st, "could not change the catalog for \"%s\"", name);
}

/* Locks a row of the catalog and refuses if another transaction has changed it since the snapshot.
 */
static void
lock_row(struct catalog *catalog, tree_no tree, struct slice key, const char *name)
{
    struct buf spill;
    buf_init(&spill);
    struct row_now now = {0};
    enum status st = txn_lock_row(catalog->txn, tree, key, LOCK_UPDATE, LOCK_WAIT, &spill, &now);
    buf_deinit(&spill);
    if (st != ST_OK)
        raise_change(st, name);
    if (!now.is_changed)
        return;
    if (tree == TREE_NAMES && now.exists)
        raise(SQLSTATE_DUPLICATE_TABLE, "relation \"%s\" already exists", name);
    raise(SQLSTATE_SERIALIZATION_FAILURE, "\"%s\" was changed by a concurrent transaction", name);
}

static void
put_row(struct catalog *catalog, tree_no tree, struct slice key, struct slice value,
        const char *name)
{
    lock_row(catalog, tree, key, name);
    enum status st = txn_put(catalog->txn, tree, key, value);
    if (st != ST_OK)
        raise_change(st, name);
}

static void
delete_row(struct catalog *catalog, tree_no tree, struct slice key, const char *name)
{
    lock_row(catalog, tree, key, name);
    enum status st = txn_delete(catalog->txn, tree, key);
    if (st != ST_OK && st != ST_NOT_FOUND)
        raise_change(st, name);
}

static void
put_object(struct catalog *catalog, enum row_kind kind, oid object, struct buf *row,
           const char *name)
{
    uint8_t key[OBJECT_KEY_BYTES];
    if (row->is_failed)
        raise_status(ST_NO_MEMORY, "could not change the catalog for \"%s\"", name);
    put_row(catalog, TREE_OBJECTS, object_key(key, kind, object), buf_slice(row), name);
}

static void
delete_object(struct catalog *catalog, enum row_kind kind, oid object, const char *name)
{
    uint8_t key[OBJECT_KEY_BYTES];
    delete_row(catalog, TREE_OBJECTS, object_key(key, kind, object), name);
}

static void
put_relation_name(struct catalog *catalog, oid schema, const char *name, enum row_kind kind,
                  oid object)
{
    uint8_t key[NAME_KEY_BYTES_MAX], value[5];
    le32_set(value, object);
    value[4] = (uint8_t)kind;
    put_row(catalog, TREE_NAMES, name_key(key, ROW_RELATION_NAME, schema, name),
            slice_of(value, sizeof value), name);
}

static void
delete_relation_name(struct catalog *catalog, oid schema, const char *name)
{
    uint8_t key[NAME_KEY_BYTES_MAX];
    delete_row(catalog, TREE_NAMES, name_key(key, ROW_RELATION_NAME, schema, name), name);
}

oid
catalog_new_oid(struct catalog *catalog)
{
    uint32_t id;
    enum status st = txn_new_id(catalog->txn, &id);
    if (st != ST_OK)
        raise_status(st, "could not number a new object");
    return id;
}

oid
catalog_new_oid_in(struct catalog *catalog, oid schema)
{
    if (schema < OID_TEMP_FIRST)
        return catalog_new_oid(catalog);
    oid object = catalog_new_oid(catalog->temp);
    if (object >= OID_TEMP_FIRST) /* that many objects no session lives to make */
        raise(SQLSTATE_PROGRAM_LIMIT_EXCEEDED, "too many temporary objects");
    return OID_TEMP_FIRST + object;
}

/* A row buffer that raises when it cannot grow and is freed with the catalog's arena. */
static void
free_buf(void *object)
{
    buf_deinit(object);
}

static struct buf *
row_buf(struct catalog *catalog)
{
    struct buf *row = arena_alloc(catalog->arena, sizeof *row);
    buf_init(row);
    arena_on_end(catalog->arena, free_buf, row);
    return row;
}

/* ---- schemas ---- */

void
catalog_put_schema(struct catalog *catalog, const struct schema_def *schema)
{
    catalog = catalog_for(catalog, schema->schema);
    const struct schema_def *old = catalog_schema(catalog, schema->schema);
    uint8_t key[NAME_KEY_BYTES_MAX], value[4];
    if (old != NULL && strcmp(old->name, schema->name) != 0)
        delete_row(catalog, TREE_NAMES, name_key(key, ROW_SCHEMA, 0, old->name), old->name);
    struct buf *row = row_buf(catalog);
    object_write_schema(schema, row);
    put_object(catalog, ROW_SCHEMA, schema->schema, row, schema->name);
    le32_set(value, schema->schema);
    put_row(catalog, TREE_NAMES, name_key(key, ROW_SCHEMA, 0, schema->name),
            slice_of(value, sizeof value), schema->name);
    catalog_changed(catalog);
}

void
catalog_drop_schema(struct catalog *catalog, oid schema)
{
    catalog = catalog_for(catalog, schema);
    const struct schema_def *old = catalog_schema(catalog, schema);
    check(old != NULL);
    uint8_t key[NAME_KEY_BYTES_MAX], object[OBJECT_KEY_BYTES];
    delete_row(catalog, TREE_NAMES, name_key(key, ROW_SCHEMA, 0, old->name), old->name);
    if (schema == SCHEMA_PUBLIC) /* an empty row says that it is gone */
        put_row(catalog, TREE_OBJECTS, object_key(object, ROW_SCHEMA, schema), slice_of("", 0),
                old->name);
    else
        delete_object(catalog, ROW_SCHEMA, schema, old->name);
    catalog_changed(catalog);
}

/* ---- tables ---- */

static const struct index_def *
find_index(const struct table *table, oid index)
{
    for (uint16_t i = 0; table != NULL && i < table->index_count; i++)
        if (table->indexes[i]->index == index)
            return table->indexes[i];
    return NULL;
}

/* Takes away names and index rows of `old` that `table` (null: nothing) does not have any more. */
static void
drop_left_over(struct catalog *catalog, const struct table *old, const struct table *table)
{
    if (table == NULL || strcmp(old->name, table->name) != 0 || old->schema != table->schema)
        delete_relation_name(catalog, old->schema, old->name);
    for (uint16_t i = 0; i < old->index_count; i++) {
        const struct index_def *index = old->indexes[i];
        const struct index_def *now = find_index(table, index->index);
        if (now == NULL || strcmp(now->name, index->name) != 0 || old->schema != table->schema)
            delete_relation_name(catalog, old->schema, index->name);
        if (now == NULL)
            delete_object(catalog, ROW_INDEX, index->index, index->name);
    }
}

/* Writes names and index rows of `table` that `old` (null: nothing) did not have. */
static void
put_new(struct catalog *catalog, const struct table *old, const struct table *table)
{
    bool is_moved = old == NULL || old->schema != table->schema;
    if (is_moved || strcmp(old->name, table->name) != 0)
        put_relation_name(catalog, table->schema, table->name, ROW_TABLE, table->table);
    for (uint16_t i = 0; i < table->index_count; i++) {
        const struct index_def *index = table->indexes[i];
        const struct index_def *was = find_index(old, index->index);
        if (is_moved || was == NULL || strcmp(was->name, index->name) != 0)
            put_relation_name(catalog, table->schema, index->name, ROW_INDEX, index->index);
        if (was == NULL) {
            uint8_t key[OBJECT_KEY_BYTES], value[4];
            le32_set(value, table->table);
            put_row(catalog, TREE_OBJECTS, object_key(key, ROW_INDEX, index->index),
                    slice_of(value, sizeof value), index->name);
        }
    }
}

/* Writes or, with `is_gone`, takes away what leads from its row type's numbers to the table. */
static void
note_row_type(struct catalog *catalog, const struct table *table, bool is_gone)
{
    const oid types[] = {table->row_type, table->array_type};
    for (int i = 0; i < 2 && table->row_type != OID_NONE; i++) {
        uint8_t key[OBJECT_KEY_BYTES], value[4];
        struct slice row = object_key(key, ROW_ROW_TYPE, types[i]);
        le32_set(value, table->table);
        if (is_gone)
            delete_row(catalog, TREE_OBJECTS, row, table->name);
        else
            put_row(catalog, TREE_OBJECTS, row, slice_of(value, sizeof value), table->name);
    }
}

void
catalog_put_table(struct catalog *catalog, const struct table *table)
{
    catalog = catalog_for(catalog, table->table);
    const struct table *old = catalog_table(catalog, table->table);
    if (old != NULL)
        drop_left_over(catalog, old, table);
    put_new(catalog, old, table);
    if (old == NULL || old->row_type != table->row_type) {
        if (old != NULL)
            note_row_type(catalog, old, true);
        note_row_type(catalog, table, false);
    }
    struct buf *row = row_buf(catalog);
    object_write_table(table, row);
    put_object(catalog, ROW_TABLE, table->table, row, table->name);
    catalog_changed(catalog);
}

void
catalog_drop_table(struct catalog *catalog, oid table)
{
    catalog = catalog_for(catalog, table);
    const struct table *old = catalog_table(catalog, table);
    check(old != NULL);
    drop_left_over(catalog, old, NULL);
    note_row_type(catalog, old, true);
    delete_object(catalog, ROW_TABLE, table, old->name);
    uint8_t key[OBJECT_KEY_BYTES];
    delete_row(catalog, TREE_STATISTICS, object_key(key, ROW_TABLE, table), old->name);
    catalog_changed(catalog);
}

void
catalog_put_stats(struct catalog *catalog, oid table, const struct table_stats *stats)
{
    catalog = catalog_for(catalog, table);
    const struct table *def = catalog_table(catalog, table);
    check(def != NULL);
    struct buf *row = row_buf(catalog);
    object_write_stats(catalog->cache->types, def, stats, catalog->arena, row);
    if (row->is_failed)
        raise_status(ST_NO_MEMORY, "could not keep the statistics of \"%s\"", def->name);
    uint8_t key[OBJECT_KEY_BYTES];
    put_row(catalog, TREE_STATISTICS, object_key(key, ROW_TABLE, table), buf_slice(row), def->name);
    catalog_changed(catalog);
}

/* ---- types ---- */

static void
delete_type_name(struct catalog *catalog, oid schema, const char *name)
{
    uint8_t key[NAME_KEY_BYTES_MAX];
    delete_row(catalog, TREE_NAMES, name_key(key, ROW_TYPE, schema, name), name);
}

static void
put_type_name(struct catalog *catalog, oid schema, const char *name, oid type)
{
    uint8_t key[NAME_KEY_BYTES_MAX], value[4];
    le32_set(value, type);
    put_row(catalog, TREE_NAMES, name_key(key, ROW_TYPE, schema, name),
            slice_of(value, sizeof value), name);
}

void
catalog_put_user_type(struct catalog *catalog, const struct user_type *type)
{
    catalog = catalog_for(catalog, type->schema);
    const struct type_info *info = &type->info;
    const struct user_type *old = catalog_user_type(catalog, info->type);
    bool is_moved = old != NULL && old->schema != type->schema;
    bool is_renamed = is_moved || (old != NULL && strcmp(old->info.name, info->name) != 0);
    bool are_arrays_renamed =
        is_moved || (old != NULL && strcmp(old->array.name, type->array.name) != 0);
    if (is_renamed)
        delete_type_name(catalog, old->schema, old->info.name);
    if (are_arrays_renamed)
        delete_type_name(catalog, old->schema, old->array.name);
    if (old == NULL || is_renamed)
        put_type_name(catalog, type->schema, info->name, info->type);
    if (old == NULL || are_arrays_renamed)
        put_type_name(catalog, type->schema, type->array.name, info->array);
    if (old == NULL) {
        uint8_t key[OBJECT_KEY_BYTES], value[4];
        le32_set(value, info->type);
        put_row(catalog, TREE_OBJECTS, object_key(key, ROW_ARRAY_TYPE, info->array),
                slice_of(value, sizeof value), info->name);
    }
    struct buf *row = row_buf(catalog);
    object_write_type(type, row);
    put_object(catalog, ROW_TYPE, info->type, row, info->name);
    catalog_changed(catalog);
}

void
catalog_drop_user_type(struct catalog *catalog, oid type)
{
    catalog = catalog_for(catalog, type);
    const struct user_type *old = catalog_user_type(catalog, type);
    check(old != NULL);
    delete_type_name(catalog, old->schema, old->info.name);
    delete_type_name(catalog, old->schema, old->array.name);
    delete_object(catalog, ROW_ARRAY_TYPE, old->info.array, old->info.name);
    delete_object(catalog, ROW_TYPE, type, old->info.name);
    catalog_changed(catalog);
}

/* ---- sequences ---- */

void
catalog_put_sequence(struct catalog *catalog, const struct sequence_def *sequence)
{
    catalog = catalog_for(catalog, sequence->sequence);
    const struct sequence_def *old = catalog_sequence(catalog, sequence->sequence);
    bool is_renamed =
        old != NULL && (old->schema != sequence->schema || strcmp(old->name, sequence->name) != 0);
    if (is_renamed)
        delete_relation_name(catalog, old->schema, old->name);
    if (old == NULL || is_renamed)
        put_relation_name(catalog, sequence->schema, sequence->name, ROW_SEQUENCE,
                          sequence->sequence);
    struct buf *row = row_buf(catalog);
    object_write_sequence(sequence, row);
    put_object(catalog, ROW_SEQUENCE, sequence->sequence, row, sequence->name);
    catalog_changed(catalog);
}

void
catalog_drop_sequence(struct catalog *catalog, oid sequence)
{
    catalog = catalog_for(catalog, sequence);
    const struct sequence_def *old = catalog_sequence(catalog, sequence);
    check(old != NULL);
    delete_relation_name(catalog, old->schema, old->name);
    delete_object(catalog, ROW_SEQUENCE, sequence, old->name);
    catalog_changed(catalog);
}

/* ---- for other files ---- */

void
catalog_put_object(struct catalog *catalog, enum row_kind kind, oid object, struct buf *row,
                   const char *name)
{
    put_object(catalog, kind, object, row, name);
}

void
catalog_delete_object(struct catalog *catalog, enum row_kind kind, oid object, const char *name)
{
    delete_object(catalog, kind, object, name);
}

void
catalog_put_name(struct catalog *catalog, struct slice key, oid object, const char *name)
{
    uint8_t value[4];
    le32_set(value, object);
    put_row(catalog, TREE_NAMES, key, slice_of(value, sizeof value), name);
}

void
catalog_delete_name(struct catalog *catalog, struct slice key, const char *name)
{
    delete_row(catalog, TREE_NAMES, key, name);
}

struct buf *
catalog_row_buf(struct catalog *catalog)
{
    return row_buf(catalog);
}
