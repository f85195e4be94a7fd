/*
 * find.c: objects by name and oid, loaded into the catalog's generation when first asked for.
 *
 * Built-in relations and schemas come before the trees: nobody can make another of their names or
 * oids.
 */
#include "base/check.h"
#include "base/hash.h"
#include "base/raise.h"
#include "catalog/catalog_int.h"
#include "catalog/object.h"
#include "type/composite.h"
#include <stdlib.h>

static const struct schema_def built_in_schemas[] = {
    {.schema = SCHEMA_PG_CATALOG,
     .owner = 10,
     .name = "pg_catalog",
     .comment = "system catalog schema"},
    {.schema = SCHEMA_INFORMATION, .owner = 10, .name = "information_schema"},
    {.schema = SCHEMA_ROWAN,
     .owner = 10,
     .name = "rowan",
     .comment = "branches, history and the server's own functions"},
};

/* A new branch has it; a row of its oid, empty once dropped, takes its place. */
static const struct schema_def public_schema = {
    .schema = SCHEMA_PUBLIC, .owner = 10, .name = "public", .comment = "standard public schema"};

struct slice
object_key(uint8_t to[OBJECT_KEY_BYTES], enum row_kind kind, oid object)
{
    to[0] = (uint8_t)kind;
    be32_set(to + 1, object);
    return slice_of(to, OBJECT_KEY_BYTES);
}

struct slice
name_key(uint8_t to[NAME_KEY_BYTES_MAX], enum row_kind kind, oid schema, const char *name)
{
    size_t bytes = strnlen(name, NAME_BYTES_MAX);
    to[0] = (uint8_t)kind;
    be32_set(to + 1, schema);
    memcpy(to + 5, name, bytes);
    return slice_of(to, 5 + bytes);
}

uint64_t
name_hash(oid schema, const char *name)
{
    return hash_bytes_seed(name, strlen(name), schema);
}

/* A row of a catalog tree, copied into `arena`; data null if there is none. Raises on failure. */
static struct slice
read_row(struct catalog *catalog, tree_no tree, struct slice key, struct arena *arena)
{
    struct buf spill;
    buf_init(&spill);
    struct slice value;
    enum status st = txn_get(catalog->txn, tree, key, &spill, &value);
    struct slice copy = {0};
    if (st == ST_OK) {
        uint8_t *data = arena_try_alloc(arena, value.bytes + 1);
        st = data == NULL ? ST_NO_MEMORY : ST_OK;
        if (data != NULL)
            copy = slice_of(memcpy(data, value.data, value.bytes), value.bytes);
    }
    buf_deinit(&spill);
    if (st != ST_OK && st != ST_NOT_FOUND)
        raise_status(st, "could not read the catalog");
    return copy;
}

static _Noreturn void
raise_broken(const char *what, oid object)
{
    raise(SQLSTATE_DATA_CORRUPTED, "the catalog's row of %s %u is not readable", what, object);
}

static void
remember(struct map *map, oid object, const void *value)
{
    enum status st = map_put(map, object, (void *)(uintptr_t)value);
    if (st != ST_OK)
        raise_status(st, "could not read the catalog");
}

static void
remember_name(struct generation *generation, const struct table *table)
{
    uint64_t hash = name_hash(table->schema, table->name);
    struct name_entry *entry = arena_alloc(generation->arena, sizeof *entry);
    *entry = (struct name_entry){.next = map_find(&generation->names_by_hash, hash),
                                 .schema = table->schema,
                                 .name = table->name,
                                 .table = table};
    enum status st = map_put(&generation->names_by_hash, hash, entry);
    if (st != ST_OK)
        raise_status(st, "could not read the catalog");
}

/* The name of a schema that find_or_load has loaded before it took the mutex. */
static const char *
schema_name_loaded(const struct generation *generation, oid schema)
{
    for (size_t i = 0; i < sizeof built_in_schemas / sizeof *built_in_schemas; i++)
        if (built_in_schemas[i].schema == schema)
            return built_in_schemas[i].name;
    const struct schema_def *def = map_find(&generation->schemas, schema);
    return def != NULL ? def->name : public_schema.name;
}

/* Reads a table's row into the generation, with its indexes. The mutex is held. */
static const void *
load_table(struct catalog *catalog, oid object, struct slice row)
{
    struct generation *generation = catalog->generation;
    struct table *table = object_read_table(row, generation->arena);
    if (table == NULL)
        raise_broken("relation", object);
    struct relation *relation = arena_alloc_zero(generation->arena, sizeof *relation);
    relation->table = *table;
    relation->generation = generation;
    relation->table.schema_name = schema_name_loaded(generation, table->schema);
    remember(&generation->relations, object, relation);
    for (uint16_t i = 0; i < table->index_count; i++)
        remember(&generation->indexes, table->indexes[i]->index, table->indexes[i]);
    remember_name(generation, &relation->table);
    return relation;
}

/* A sequence is a relation too: a table of kind TABLE_SEQUENCE with the columns that PostgreSQL
 * shows. */
static const void *
load_sequence(struct catalog *catalog, oid object, struct slice row)
{
    static const struct column_def columns[] = {
        {.attr = 1, .name = "last_value", .type = TYPE_INT8, .typmod = -1, .is_not_null = true},
        {.attr = 2, .name = "log_cnt", .type = TYPE_INT8, .typmod = -1, .is_not_null = true},
        {.attr = 3, .name = "is_called", .type = TYPE_BOOL, .typmod = -1, .is_not_null = true},
    };
    struct generation *generation = catalog->generation;
    struct sequence_def *sequence = object_read_sequence(row, generation->arena);
    if (sequence == NULL)
        raise_broken("sequence", object);
    sequence->schema_name = schema_name_loaded(generation, sequence->schema);
    struct relation *relation = arena_alloc_zero(generation->arena, sizeof *relation);
    relation->generation = generation;
    relation->table = (struct table){.table = object,
                                     .schema = sequence->schema,
                                     .owner = sequence->owner,
                                     .name = sequence->name,
                                     .schema_name = sequence->schema_name,
                                     .kind = TABLE_SEQUENCE,
                                     .persistence = sequence->schema == SCHEMA_TEMP ? 't' : 'p',
                                     .column_count = 3,
                                     .columns = columns,
                                     .virtual_table = catalog->cache->sequence_rows,
                                     .comment = sequence->comment};
    remember(&generation->sequences, object, sequence);
    remember(&generation->relations, object, relation);
    remember_name(generation, &relation->table);
    return relation;
}

static const void *
load_schema(struct catalog *catalog, oid object, struct slice row)
{
    struct schema_def *schema = object_read_schema(row, catalog->generation->arena);
    if (schema == NULL)
        raise_broken("schema", object);
    remember(&catalog->generation->schemas, object, schema);
    return schema;
}

/*
 * The object of the map, or from its row if it has not been loaded. Null: there is no row. An error
 * while it is being loaded gives the mutex back; what was half loaded is never found.
 */
static const void *
find_or_load(struct catalog *catalog, struct map *map, enum row_kind kind, oid object,
             const void *(*load)(struct catalog *catalog, oid object, struct slice row))
{
    struct generation *generation = catalog->generation;
    mutex_lock(&generation->mutex);
    const void *found = map_find(map, object);
    mutex_unlock(&generation->mutex);
    if (found != NULL)
        return found;

    uint8_t key[OBJECT_KEY_BYTES];
    struct slice row =
        read_row(catalog, TREE_OBJECTS, object_key(key, kind, object), catalog->arena);
    if (row.data == NULL || row.bytes == 0)
        return NULL;
    /* Relations name their schema, whose oid follows the version byte and their own oid. */
    if (kind != ROW_SCHEMA && row.bytes >= 9)
        (void)catalog_schema(catalog, le32_get(row.data + 5));

    struct catch frame;
    mutex_lock(&generation->mutex);
    if (catch_begin(&frame, catalog->arena)) {
        found = map_find(map, object); /* another thread may have been quicker */
        const void *loaded = found != NULL ? found : load(catalog, object, row);
        catch_end(&frame);
        mutex_unlock(&generation->mutex);
        return loaded;
    }
    mutex_unlock(&generation->mutex);
    raise_again(frame.error);
}

/* ---- schemas ---- */

/* The public schema has no row until it is changed, and an empty one once it is dropped. */
static const struct schema_def *
public_or_dropped(struct catalog *catalog)
{
    uint8_t key[OBJECT_KEY_BYTES];
    struct slice row =
        read_row(catalog, TREE_OBJECTS, object_key(key, ROW_SCHEMA, SCHEMA_PUBLIC), catalog->arena);
    return row.data == NULL ? &public_schema : NULL;
}

const struct schema_def *
catalog_schema(struct catalog *catalog, oid schema)
{
    catalog = catalog_for(catalog, schema);
    for (size_t i = 0; i < sizeof built_in_schemas / sizeof *built_in_schemas; i++)
        if (built_in_schemas[i].schema == schema)
            return &built_in_schemas[i];
    const struct schema_def *found =
        find_or_load(catalog, &catalog->generation->schemas, ROW_SCHEMA, schema, load_schema);
    return found == NULL && schema == SCHEMA_PUBLIC ? public_or_dropped(catalog) : found;
}

const struct schema_def *
catalog_find_schema(struct catalog *catalog, const char *name)
{
    for (size_t i = 0; i < sizeof built_in_schemas / sizeof *built_in_schemas; i++)
        if (strcmp(built_in_schemas[i].name, name) == 0)
            return &built_in_schemas[i];
    uint8_t key[NAME_KEY_BYTES_MAX];
    struct slice row =
        read_row(catalog, TREE_NAMES, name_key(key, ROW_SCHEMA, 0, name), catalog->arena);
    if (row.data != NULL && row.bytes == 4)
        return catalog_schema(catalog, le32_get(row.data));
    if (catalog->temp != NULL && strncmp(name, "pg_temp", 7) == 0)
        return catalog_find_schema(catalog->temp, name);
    if (strcmp(name, public_schema.name) == 0) {
        const struct schema_def *schema = catalog_schema(catalog, SCHEMA_PUBLIC);
        return schema != NULL && strcmp(schema->name, name) == 0 ? schema : NULL;
    }
    return NULL;
}

/* ---- relations ---- */

static const struct table *
user_table(struct catalog *catalog, oid table)
{
    struct generation *generation = catalog->generation;
    const struct relation *relation =
        find_or_load(catalog, &generation->relations, ROW_TABLE, table, load_table);
    if (relation == NULL)
        relation =
            find_or_load(catalog, &generation->relations, ROW_SEQUENCE, table, load_sequence);
    return relation == NULL ? NULL : &relation->table;
}

const struct table *
catalog_table(struct catalog *catalog, oid table)
{
    /* No variable here: user_table, inlined, has a frame that catches. */
    if (map_find(&catalog->cache->virtuals, table) != NULL)
        return map_find(&catalog->cache->virtuals, table);
    return user_table(catalog_for(catalog, table), table);
}

static const struct table *
find_name(const struct map *names, oid schema, const char *name)
{
    const struct name_entry *entry = map_find(names, name_hash(schema, name));
    while (entry != NULL && (entry->schema != schema || strcmp(entry->name, name) != 0))
        entry = entry->next;
    return entry == NULL ? NULL : entry->table;
}

/* An index seen as a relation, for those that ask for its kind and name. */
static const struct table *
index_relation(struct catalog *catalog, oid index, oid schema, const char *name)
{
    const struct index_def *def = catalog_index(catalog, index);
    if (def == NULL)
        return NULL;
    struct table *table = arena_alloc_zero(catalog->arena, sizeof *table);
    table->table = index;
    table->schema = schema;
    table->name = arena_text(catalog->arena, name);
    table->kind = TABLE_INDEX;
    table->persistence = schema == SCHEMA_TEMP ? 't' : 'p';
    return table;
}

const struct table *
catalog_find_relation(struct catalog *catalog, oid schema, const char *name)
{
    const struct table *table = find_name(&catalog->cache->virtual_names, schema, name);
    if (table != NULL)
        return table;
    catalog = catalog_for(catalog, schema);
    struct generation *generation = catalog->generation;
    mutex_lock(&generation->mutex);
    table = find_name(&generation->names_by_hash, schema, name);
    mutex_unlock(&generation->mutex);
    if (table != NULL)
        return table;

    uint8_t key[NAME_KEY_BYTES_MAX];
    struct slice row = read_row(catalog, TREE_NAMES, name_key(key, ROW_RELATION_NAME, schema, name),
                                catalog->arena);
    if (row.data == NULL)
        return NULL;
    if (row.bytes != 5)
        raise(SQLSTATE_DATA_CORRUPTED, "the catalog's row of name \"%s\" is not readable", name);
    oid object = le32_get(row.data);
    return row.data[4] == ROW_INDEX ? index_relation(catalog, object, schema, name)
                                    : catalog_table(catalog, object);
}

const struct index_def *
catalog_index(struct catalog *catalog, oid index)
{
    catalog = catalog_for(catalog, index);
    struct generation *generation = catalog->generation;
    mutex_lock(&generation->mutex);
    const struct index_def *def = map_find(&generation->indexes, index);
    mutex_unlock(&generation->mutex);
    if (def != NULL)
        return def;
    uint8_t key[OBJECT_KEY_BYTES];
    struct slice row =
        read_row(catalog, TREE_OBJECTS, object_key(key, ROW_INDEX, index), catalog->arena);
    if (row.data == NULL || row.bytes != 4)
        return NULL;
    const struct table *table = catalog_table(catalog, le32_get(row.data));
    for (uint16_t i = 0; table != NULL && i < table->index_count; i++)
        if (table->indexes[i]->index == index)
            return table->indexes[i];
    return NULL;
}

const struct sequence_def *
catalog_sequence(struct catalog *catalog, oid sequence)
{
    const struct table *table = catalog_table(catalog, sequence);
    if (table == NULL || table->kind != TABLE_SEQUENCE)
        return NULL;
    struct generation *generation = catalog_for(catalog, sequence)->generation;
    mutex_lock(&generation->mutex);
    const struct sequence_def *def = map_find(&generation->sequences, sequence);
    mutex_unlock(&generation->mutex);
    return def;
}

/* ---- types of users ---- */

static const void *
load_type(struct catalog *catalog, oid object, struct slice row)
{
    struct generation *generation = catalog->generation;
    struct user_type *type = object_read_type(row, generation->arena);
    if (type == NULL)
        raise_broken("type", object);
    remember(&generation->user_types, object, type);
    remember(&generation->user_types, type->info.array, type);
    return type;
}

/* The row type of a relation. The mutex is held. */
static const struct user_type *
make_row_type(struct generation *generation, const struct table *table)
{
    struct arena *arena = generation->arena;
    struct user_type *type = arena_alloc_zero(arena, sizeof *type);
    struct record_shape *shape = arena_alloc_zero(arena, sizeof *shape);
    oid *types = arena_alloc_array(arena, table->column_count + 1u, sizeof *types);
    int32_t *typmods = arena_alloc_array(arena, table->column_count + 1u, sizeof *typmods);
    const char **names = arena_alloc_array(arena, table->column_count + 1u, sizeof *names);
    for (uint16_t i = 0; i < table->column_count; i++) {
        const struct column_def *column = &table->columns[i];
        types[i] = column->is_dropped ? OID_NONE : column->type;
        typmods[i] = column->typmod;
        names[i] = arena_text(arena, column->name);
    }
    *shape = (struct record_shape){.type = table->row_type,
                                   .count = table->column_count,
                                   .types = types,
                                   .typmods = typmods,
                                   .names = names};
    type->schema = table->schema;
    type->owner = table->owner;
    composite_type_init(type, table->row_type, table->array_type, arena_text(arena, table->name),
                        arena_format(arena, "_%s", table->name), table->table, shape);
    remember(&generation->user_types, table->row_type, type);
    remember(&generation->user_types, table->array_type, type);
    return type;
}

/* By its number or its array's; null: none has it. */
static const struct user_type *
find_row_type(struct catalog *catalog, oid type)
{
    uint8_t key[OBJECT_KEY_BYTES];
    struct slice row =
        read_row(catalog, TREE_OBJECTS, object_key(key, ROW_ROW_TYPE, type), catalog->arena);
    const struct table *table =
        row.data == NULL || row.bytes != 4 ? NULL : catalog_table(catalog, le32_get(row.data));
    if (table == NULL)
        return NULL;
    struct generation *generation = catalog->generation;
    struct catch frame;
    mutex_lock(&generation->mutex);
    if (catch_begin(&frame, catalog->arena)) {
        const struct user_type *found = map_find(&generation->user_types, type);
        if (found == NULL)
            found = make_row_type(generation, table);
        catch_end(&frame);
        mutex_unlock(&generation->mutex);
        return found;
    }
    mutex_unlock(&generation->mutex);
    raise_again(frame.error);
}

const struct user_type *
catalog_user_type(struct catalog *catalog, oid type)
{
    catalog = catalog_for(catalog, type);
    if (type < OID_USER_FIRST)
        return NULL;
    const struct user_type *found =
        find_or_load(catalog, &catalog->generation->user_types, ROW_TYPE, type, load_type);
    if (found != NULL)
        return found;
    uint8_t key[OBJECT_KEY_BYTES];
    struct slice row =
        read_row(catalog, TREE_OBJECTS, object_key(key, ROW_ARRAY_TYPE, type), catalog->arena);
    if (row.data == NULL || row.bytes != 4)
        return find_row_type(catalog, type);
    return find_or_load(catalog, &catalog->generation->user_types, ROW_TYPE, le32_get(row.data),
                        load_type);
}

const struct type_info *
catalog_type_info(struct catalog *catalog, oid type)
{
    const struct user_type *found = catalog_user_type(catalog, type);
    if (found == NULL)
        return NULL;
    return found->info.type == type ? &found->info : &found->array;
}

const struct user_type *
catalog_find_user_type(struct catalog *catalog, oid schema, const char *name)
{
    uint8_t key[NAME_KEY_BYTES_MAX];
    catalog = catalog_for(catalog, schema);
    struct slice row =
        read_row(catalog, TREE_NAMES, name_key(key, ROW_TYPE, schema, name), catalog->arena);
    if (row.data != NULL && row.bytes == 4)
        return catalog_user_type(catalog, le32_get(row.data));
    const struct table *table = catalog_find_relation(catalog, schema, name);
    if (table == NULL && *name == '_')
        table = catalog_find_relation(catalog, schema, name + 1);
    return table == NULL || table->row_type == OID_NONE
               ? NULL
               : catalog_user_type(catalog, table->row_type);
}

/* ---- all of a kind ---- */

/* The oids of a kind's rows, rising, in the catalog's arena. */
static oid *
list_rows(struct catalog *catalog, enum row_kind kind, uint32_t *count)
{
    uint8_t from[1] = {(uint8_t)kind}, to[1] = {(uint8_t)(kind + 1)};
    struct key_range range = {.from = slice_of(from, 1), .to = slice_of(to, 1)};
    struct txn_cursor *cursor;
    enum status st =
        txn_cursor_open(catalog->txn, TREE_OBJECTS, range, false, catalog->arena, &cursor);
    uint32_t capacity = 64;
    oid *oids = arena_alloc_array(catalog->arena, capacity, sizeof *oids);
    *count = 0;
    while (st == ST_OK) {
        struct slice key, value;
        st = txn_cursor_next(cursor, &key, &value);
        if (st != ST_OK || key.bytes != OBJECT_KEY_BYTES || value.bytes == 0)
            continue;
        if (*count == capacity) {
            oids = arena_resize(catalog->arena, oids, capacity * sizeof *oids,
                                2 * capacity * sizeof *oids);
            capacity *= 2;
        }
        oids[(*count)++] = be32_get(key.data + 1);
    }
    if (st != ST_NOT_FOUND)
        raise_status(st, "could not read the catalog");
    txn_cursor_close(cursor);
    return oids;
}

static int
compare_tables(const void *a, const void *b)
{
    const struct table *x = *(const struct table *const *)a, *y = *(const struct table *const *)b;
    return (x->table > y->table) - (x->table < y->table);
}

/* Tables, views and sequences of the rows, those of built-in relations left out. */
static const struct table **
stored_relations(struct catalog *catalog, struct arena *arena, uint32_t *count)
{
    uint32_t table_count, sequence_count;
    oid *tables = list_rows(catalog, ROW_TABLE, &table_count);
    oid *sequences = list_rows(catalog, ROW_SEQUENCE, &sequence_count);
    const struct table **list =
        arena_alloc_array(arena, (size_t)table_count + sequence_count + 1, sizeof *list);
    *count = 0;
    for (uint32_t i = 0; i < table_count + sequence_count; i++) {
        oid object = i < table_count ? tables[i] : sequences[i - table_count];
        const struct table *table = catalog_table(catalog, object);
        if (table != NULL)
            list[(*count)++] = table;
    }
    return list;
}

const struct table **
catalog_relations(struct catalog *catalog, struct arena *arena, uint32_t *count)
{
    uint32_t own_count, temp_count = 0;
    const struct table **own = stored_relations(catalog, arena, &own_count);
    const struct table **temps =
        catalog->temp == NULL ? NULL : stored_relations(catalog->temp, arena, &temp_count);
    const struct map *virtuals = &catalog->cache->virtuals;
    size_t room = (size_t)own_count + temp_count + virtuals->count + 1;
    const struct table **list = arena_alloc_array(arena, room, sizeof *list);
    uint32_t n = 0;
    for (uint32_t i = 0; i < virtuals->capacity; i++)
        if (virtuals->entries[i].value != NULL)
            list[n++] = virtuals->entries[i].value;
    for (uint32_t i = 0; i < own_count; i++)
        list[n++] = own[i];
    for (uint32_t i = 0; i < temp_count; i++)
        list[n++] = temps[i];
    qsort(list, n, sizeof *list, compare_tables);
    *count = n;
    return list;
}

const struct table **
catalog_children(struct catalog *catalog, const struct table *table, struct arena *arena,
                 uint32_t *count)
{
    uint32_t temp_count = 0;
    const struct table **temps = catalog->temp == NULL || table->table >= OID_TEMP_FIRST
                                     ? NULL
                                     : stored_relations(catalog->temp, arena, &temp_count);
    const struct table **list =
        arena_alloc_array(arena, (size_t)table->child_count + temp_count + 1, sizeof *list);
    uint32_t n = 0;
    for (uint32_t i = 0; i < table->child_count; i++) {
        const struct table *child = catalog_table(catalog, table->children[i]);
        if (child != NULL)
            list[n++] = child;
    }
    for (uint32_t i = 0; i < temp_count; i++)
        for (uint16_t k = 0; k < temps[i]->parent_count; k++)
            if (temps[i]->parents[k] == table->table)
                list[n++] = temps[i];
    *count = n;
    return list;
}

const struct schema_def **
catalog_schemas(struct catalog *catalog, struct arena *arena, uint32_t *count)
{
    uint32_t row_count;
    oid *rows = list_rows(catalog, ROW_SCHEMA, &row_count);
    size_t built_in_count = sizeof built_in_schemas / sizeof *built_in_schemas;
    const struct schema_def **list =
        arena_alloc_array(arena, row_count + built_in_count + 2, sizeof *list);
    uint32_t n = 0;
    bool has_public_row = false;
    list[n++] = &built_in_schemas[0];
    for (uint32_t i = 0; i < row_count; i++)
        has_public_row |= rows[i] == SCHEMA_PUBLIC;
    const struct schema_def *public =
        has_public_row ? NULL : catalog_schema(catalog, SCHEMA_PUBLIC);
    if (public != NULL)
        list[n++] = public;
    for (uint32_t i = 1; i < built_in_count; i++)
        list[n++] = &built_in_schemas[i];
    for (uint32_t i = 0; i < row_count; i++) {
        const struct schema_def *schema = catalog_schema(catalog, rows[i]);
        if (schema != NULL)
            list[n++] = schema;
    }
    const struct schema_def *temp =
        catalog->temp == NULL ? NULL : catalog_schema(catalog, SCHEMA_TEMP);
    if (temp != NULL)
        list[n++] = temp;
    *count = n;
    return list;
}

const struct user_type **
catalog_user_types(struct catalog *catalog, struct arena *arena, uint32_t *count)
{
    oid *numbers = list_rows(catalog, ROW_TYPE, count);
    const struct user_type **list = arena_alloc_array(arena, *count + 1u, sizeof *list);
    uint32_t n = 0;
    for (uint32_t i = 0; i < *count; i++) {
        const struct user_type *type = catalog_user_type(catalog, numbers[i]);
        if (type != NULL)
            list[n++] = type;
    }
    *count = n;
    return list;
}

/* ---- derived ---- */

/* The types come first: finding them takes the mutex. */
static const struct row_format *
make_format(struct catalog *catalog, struct relation *relation)
{
    struct generation *generation = relation->generation;
    const struct type_info *const *infos =
        row_format_types(catalog, &relation->table, catalog->arena);
    struct catch frame;
    mutex_lock(&generation->mutex);
    if (catch_begin(&frame, catalog->arena)) {
        if (relation->format == NULL)
            relation->format =
                row_format_make(catalog->cache->types, &relation->table, infos, generation->arena);
        catch_end(&frame);
        mutex_unlock(&generation->mutex);
        return relation->format;
    }
    mutex_unlock(&generation->mutex);
    raise_again(frame.error);
}

const struct row_format *
catalog_row_format(struct catalog *catalog, const struct table *table)
{
    check(table_is_stored(table) || table->kind == TABLE_PARTITIONED);
    struct relation *relation = (struct relation *)(uintptr_t)table; /* all plain tables are */
    struct generation *generation = relation->generation;
    mutex_lock(&generation->mutex);
    struct row_format *format = relation->format;
    mutex_unlock(&generation->mutex);
    return format != NULL ? format : make_format(catalog, relation);
}

const struct table_stats *
catalog_stats(struct catalog *catalog, oid table)
{
    const struct table *def = catalog_table(catalog, table);
    if (def == NULL || !table_is_stored(def))
        return NULL;
    struct relation *relation = (struct relation *)(uintptr_t)def;
    struct generation *generation = relation->generation;
    mutex_lock(&generation->mutex);
    bool is_loaded = relation->stats_are_loaded;
    const struct table_stats *stats = relation->stats;
    mutex_unlock(&generation->mutex);
    if (is_loaded)
        return stats;

    uint8_t key[OBJECT_KEY_BYTES];
    struct slice row = read_row(catalog_for(catalog, table), TREE_STATISTICS,
                                object_key(key, ROW_TABLE, table), catalog->arena);
    struct catch frame;
    mutex_lock(&generation->mutex);
    if (catch_begin(&frame, catalog->arena)) {
        if (!relation->stats_are_loaded) {
            if (row.data != NULL)
                relation->stats =
                    object_read_stats(catalog->cache->types, def, row, generation->arena);
            relation->stats_are_loaded = true;
        }
        catch_end(&frame);
        mutex_unlock(&generation->mutex);
        return relation->stats;
    }
    mutex_unlock(&generation->mutex);
    raise_again(frame.error);
}

/* ---- for other files ---- */

const void *
catalog_load(struct catalog *catalog, struct map *map, enum row_kind kind, oid object,
             object_load load)
{
    return find_or_load(catalog, map, kind, object, load);
}

_Noreturn void
catalog_raise_broken(const char *what, oid object)
{
    raise_broken(what, object);
}

void
catalog_remember(struct map *map, uint64_t key, const void *value)
{
    enum status st = map_put(map, key, (void *)(uintptr_t)value);
    if (st != ST_OK)
        raise_status(st, "could not read the catalog");
}

oid *
catalog_list_rows(struct catalog *catalog, enum row_kind kind, uint32_t *count)
{
    return list_rows(catalog, kind, count);
}

oid
catalog_read_name(struct catalog *catalog, struct slice key)
{
    struct slice row = read_row(catalog, TREE_NAMES, key, catalog->arena);
    return row.data == NULL || row.bytes != 4 ? OID_NONE : le32_get(row.data);
}
