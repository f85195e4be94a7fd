/*
 * system_class.c: pg_class, pg_attribute, pg_index and the like: what there is in the branch.
 */
#include "session/system_int.h"

static const struct table **
all_relations(struct system_rows *rows, uint32_t *count)
{
    return catalog_relations(rows->catalog, rows->arena, count);
}

static char
relation_kind(const struct table *table)
{
    return table->kind == TABLE_VIRTUAL ? 'r' : (char)table->kind;
}

/* ---- pg_namespace ---- */

static const struct made_column namespace_columns[] = {
    {"oid", TYPE_OID}, {"nspname", TYPE_NAME}, {"nspowner", TYPE_OID}, {"nspacl", TYPE_TEXT}};

static void
fill_namespace(struct system_rows *rows)
{
    uint32_t count;
    const struct schema_def **schemas = catalog_schemas(rows->catalog, rows->arena, &count);
    for (uint32_t i = 0; i < count; i++) {
        row_begin(rows);
        put_oid(rows, schemas[i]->schema);
        put_text(rows, schemas[i]->name);
        put_oid(rows, 10);
    }
}

/* ---- pg_class ---- */

static const struct made_column class_columns[] = {
    {"oid", TYPE_OID},
    {"relname", TYPE_NAME},
    {"relnamespace", TYPE_OID},
    {"reltype", TYPE_OID},
    {"reloftype", TYPE_OID},
    {"relowner", TYPE_OID},
    {"relam", TYPE_OID},
    {"relfilenode", TYPE_OID},
    {"reltablespace", TYPE_OID},
    {"relpages", TYPE_INT4},
    {"reltuples", TYPE_FLOAT4},
    {"relallvisible", TYPE_INT4},
    {"reltoastrelid", TYPE_OID},
    {"relhasindex", TYPE_BOOL},
    {"relisshared", TYPE_BOOL},
    {"relpersistence", TYPE_CHAR},
    {"relkind", TYPE_CHAR},
    {"relnatts", TYPE_INT2},
    {"relchecks", TYPE_INT2},
    {"relhasrules", TYPE_BOOL},
    {"relhastriggers", TYPE_BOOL},
    {"relhassubclass", TYPE_BOOL},
    {"relrowsecurity", TYPE_BOOL},
    {"relforcerowsecurity", TYPE_BOOL},
    {"relispopulated", TYPE_BOOL},
    {"relreplident", TYPE_CHAR},
    {"relispartition", TYPE_BOOL},
    {"reloptions", TYPE_TEXT},
};

struct class_row {
    oid relation, type, access_method;
    oid schema;
    const char *name;
    char kind, persistence;
    double rows;
    uint16_t column_count, check_count;
    bool has_index, has_rules;
};

static void
put_class(struct system_rows *rows, const struct class_row *row)
{
    row_begin(rows);
    put_oid(rows, row->relation);
    put_text(rows, row->name);
    put_oid(rows, row->schema);
    put_oid(rows, row->type);
    put_oid(rows, 0);
    put_oid(rows, 10);
    put_oid(rows, row->access_method);
    put_oid(rows, row->relation);
    put_oid(rows, 0);
    put_i32(rows, (int32_t)(row->rows / 100));
    put_f32(rows, (float)row->rows);
    put_i32(rows, 0);
    put_oid(rows, 0);
    put_bool(rows, row->has_index);
    put_bool(rows, false);
    put_char(rows, row->persistence);
    put_char(rows, row->kind);
    put_i16(rows, (int16_t)row->column_count);
    put_i16(rows, (int16_t)row->check_count);
    put_bool(rows, row->has_rules);
    for (int i = 0; i < 4; i++) /* triggers, subclasses, row security twice */
        put_bool(rows, false);
    put_bool(rows, true);
    put_char(rows, 'd');
    put_bool(rows, false);
}

static void
fill_class(struct system_rows *rows)
{
    uint32_t count;
    const struct table **tables = all_relations(rows, &count);
    for (uint32_t i = 0; i < count; i++) {
        const struct table *table = tables[i];
        uint64_t live = 0;
        if (table->kind == TABLE_PLAIN)
            (void)!txn_row_count(catalog_txn(rows->catalog), table->tree, &live);
        struct class_row row = {.relation = table->table,
                                .type = table->row_type,
                                .schema = table->schema,
                                .name = table->name,
                                .kind = relation_kind(table),
                                .persistence = table->persistence,
                                .access_method = table->kind == TABLE_PLAIN ? 2 : 0,
                                .rows = (double)live,
                                .column_count = table->column_count,
                                .has_index = table->index_count != 0,
                                .has_rules = table->kind == TABLE_VIEW};
        for (uint16_t k = 0; k < table->constraint_count; k++)
            row.check_count += table->constraints[k].kind == CONSTRAINT_CHECK;
        put_class(rows, &row);
        for (uint16_t k = 0; k < table->index_count; k++)
            put_class(rows, &(struct class_row){.relation = table->indexes[k]->index,
                                                .schema = table->schema,
                                                .name = table->indexes[k]->name,
                                                .kind = 'i',
                                                .persistence = table->persistence,
                                                .access_method = 403,
                                                .rows = (double)live,
                                                .column_count = table->indexes[k]->key_count});
    }
}

/* ---- pg_attribute, pg_attrdef ---- */

static const struct made_column attribute_columns[] = {
    {"attrelid", TYPE_OID},        {"attname", TYPE_NAME},     {"atttypid", TYPE_OID},
    {"attstattarget", TYPE_INT4},  {"attlen", TYPE_INT2},      {"attnum", TYPE_INT2},
    {"attndims", TYPE_INT4},       {"attcacheoff", TYPE_INT4}, {"atttypmod", TYPE_INT4},
    {"attbyval", TYPE_BOOL},       {"attalign", TYPE_CHAR},    {"attstorage", TYPE_CHAR},
    {"attcompression", TYPE_CHAR}, {"attnotnull", TYPE_BOOL},  {"atthasdef", TYPE_BOOL},
    {"atthasmissing", TYPE_BOOL},  {"attidentity", TYPE_CHAR}, {"attgenerated", TYPE_CHAR},
    {"attisdropped", TYPE_BOOL},   {"attislocal", TYPE_BOOL},  {"attinhcount", TYPE_INT4},
    {"attcollation", TYPE_OID},    {"attoptions", TYPE_TEXT},
};

static void
put_attribute(struct system_rows *rows, oid relation, const struct column_def *column,
              attr_no number)
{
    const struct type_info *type = types_find(catalog_types(rows->catalog), column->type);
    row_begin(rows);
    put_oid(rows, relation);
    put_text(rows, column->name);
    put_oid(rows, column->is_dropped ? 0 : column->type);
    put_i32(rows, -1);
    put_i16(rows, type == NULL ? -1 : type->length);
    put_i16(rows, number);
    put_i32(rows, 0);
    put_i32(rows, -1);
    put_i32(rows, column->typmod);
    put_bool(rows, type != NULL && type->is_by_value);
    put_char(rows, type == NULL ? 'i' : type->align);
    put_char(rows, type == NULL ? 'p' : type->storage);
    put_char(rows, '\0');
    put_bool(rows, column->is_not_null);
    put_bool(rows, column->default_sql != NULL || column->generated_sql != NULL);
    put_bool(rows, column->has_missing && !column->missing_is_null);
    put_char(rows, (char)column->identity);
    put_char(rows, column->generated_sql != NULL ? 's' : '\0');
    put_bool(rows, column->is_dropped);
    put_bool(rows, true);
    put_i32(rows, 0);
    put_oid(rows, column->collation);
}

static void
fill_attribute(struct system_rows *rows)
{
    uint32_t count;
    const struct table **tables = all_relations(rows, &count);
    for (uint32_t i = 0; i < count; i++) {
        const struct table *table = tables[i];
        for (uint16_t c = 0; c < table->column_count; c++)
            put_attribute(rows, table->table, &table->columns[c], table->columns[c].attr);
        for (uint16_t k = 0; k < table->index_count; k++)
            for (uint16_t c = 0; c < table->indexes[k]->key_count; c++) {
                const struct index_key *key = &table->indexes[k]->keys[c];
                struct column_def column = {
                    .name = key->attr != 0 ? table->columns[key->attr - 1].name : "expr",
                    .type = key->type,
                    .typmod = -1,
                    .collation = key->collation};
                put_attribute(rows, table->indexes[k]->index, &column, (attr_no)(c + 1));
            }
    }
}

static const struct made_column attrdef_columns[] = {
    {"oid", TYPE_OID}, {"adrelid", TYPE_OID}, {"adnum", TYPE_INT2}, {"adbin", TYPE_TEXT}};

static void
fill_attrdef(struct system_rows *rows)
{
    uint32_t count;
    const struct table **tables = all_relations(rows, &count);
    for (uint32_t i = 0; i < count; i++)
        for (uint16_t c = 0; c < tables[i]->column_count; c++) {
            const struct column_def *column = &tables[i]->columns[c];
            const char *sql =
                column->default_sql != NULL ? column->default_sql : column->generated_sql;
            if (sql == NULL || column->is_dropped)
                continue;
            row_begin(rows);
            put_oid(rows, tables[i]->table); /* the expression has no number of its own */
            put_oid(rows, tables[i]->table);
            put_i16(rows, column->attr);
            put_text(rows, sql);
        }
}

/* ---- pg_index ---- */

static const struct made_column index_columns[] = {
    {"indexrelid", TYPE_OID},      {"indrelid", TYPE_OID},
    {"indnatts", TYPE_INT2},       {"indnkeyatts", TYPE_INT2},
    {"indisunique", TYPE_BOOL},    {"indnullsnotdistinct", TYPE_BOOL},
    {"indisprimary", TYPE_BOOL},   {"indisexclusion", TYPE_BOOL},
    {"indimmediate", TYPE_BOOL},   {"indisclustered", TYPE_BOOL},
    {"indisvalid", TYPE_BOOL},     {"indcheckxmin", TYPE_BOOL},
    {"indisready", TYPE_BOOL},     {"indislive", TYPE_BOOL},
    {"indisreplident", TYPE_BOOL}, {"indkey", TYPE_TEXT},
    {"indexprs", TYPE_TEXT},       {"indpred", TYPE_TEXT},
};

static void
fill_index(struct system_rows *rows)
{
    uint32_t count;
    const struct table **tables = all_relations(rows, &count);
    for (uint32_t i = 0; i < count; i++)
        for (uint16_t k = 0; k < tables[i]->index_count; k++) {
            const struct index_def *index = tables[i]->indexes[k];
            int16_t numbers[INDEX_COLUMNS_MAX];
            for (uint16_t c = 0; c < index->key_count; c++)
                numbers[c] = index->keys[c].attr;
            row_begin(rows);
            put_oid(rows, index->index);
            put_oid(rows, tables[i]->table);
            put_i16(rows, (int16_t)(index->key_count + index->include_count));
            put_i16(rows, (int16_t)index->key_count);
            put_bool(rows, index->is_unique);
            put_bool(rows, !index->is_nulls_distinct);
            put_bool(rows, index->is_primary);
            put_bool(rows, false);
            put_bool(rows, true);
            put_bool(rows, false);
            put_bool(rows, true);
            put_bool(rows, false);
            put_bool(rows, true);
            put_bool(rows, true);
            put_bool(rows, false);
            put_numbers(rows, numbers, index->key_count);
            put_null(rows);
            put_text(rows, index->predicate_sql);
        }
}

/* ---- pg_constraint ---- */

static const struct made_column constraint_columns[] = {
    {"oid", TYPE_OID},           {"conname", TYPE_NAME},       {"connamespace", TYPE_OID},
    {"contype", TYPE_CHAR},      {"condeferrable", TYPE_BOOL}, {"condeferred", TYPE_BOOL},
    {"convalidated", TYPE_BOOL}, {"conrelid", TYPE_OID},       {"contypid", TYPE_OID},
    {"conindid", TYPE_OID},      {"conparentid", TYPE_OID},    {"confrelid", TYPE_OID},
    {"confupdtype", TYPE_CHAR},  {"confdeltype", TYPE_CHAR},   {"confmatchtype", TYPE_CHAR},
    {"conislocal", TYPE_BOOL},   {"coninhcount", TYPE_INT4},   {"connoinherit", TYPE_BOOL},
};

static void
fill_constraint(struct system_rows *rows)
{
    uint32_t count;
    const struct table **tables = all_relations(rows, &count);
    for (uint32_t i = 0; i < count; i++)
        for (uint16_t k = 0; k < tables[i]->constraint_count; k++) {
            const struct constraint_def *constraint = &tables[i]->constraints[k];
            row_begin(rows);
            put_oid(rows, constraint->constraint);
            put_text(rows, constraint->name);
            put_oid(rows, tables[i]->schema);
            put_char(rows, (char)constraint->kind);
            put_bool(rows, constraint->is_deferrable);
            put_bool(rows, constraint->is_deferred);
            put_bool(rows, constraint->is_validated);
            put_oid(rows, tables[i]->table);
            put_oid(rows, 0);
            put_oid(rows, constraint->index);
            put_oid(rows, 0);
            put_oid(rows, constraint->foreign_table);
            put_char(rows, constraint->on_update);
            put_char(rows, constraint->on_delete);
            put_char(rows, constraint->match);
            put_bool(rows, true);
            put_i32(rows, 0);
            put_bool(rows, constraint->is_no_inherit);
        }
}

/* ---- pg_type ---- */

static const struct made_column type_columns[] = {
    {"oid", TYPE_OID},           {"typname", TYPE_NAME},     {"typnamespace", TYPE_OID},
    {"typowner", TYPE_OID},      {"typlen", TYPE_INT2},      {"typbyval", TYPE_BOOL},
    {"typtype", TYPE_CHAR},      {"typcategory", TYPE_CHAR}, {"typispreferred", TYPE_BOOL},
    {"typisdefined", TYPE_BOOL}, {"typdelim", TYPE_CHAR},    {"typrelid", TYPE_OID},
    {"typelem", TYPE_OID},       {"typarray", TYPE_OID},     {"typbasetype", TYPE_OID},
    {"typtypmod", TYPE_INT4},    {"typnotnull", TYPE_BOOL},  {"typcollation", TYPE_OID},
};

static void
fill_type(struct system_rows *rows)
{
    const struct types *types = catalog_types(rows->catalog);
    const struct type_info *type;
    for (uint32_t i = 0; (type = types_at(types, i)) != NULL; i++) {
        row_begin(rows);
        put_oid(rows, type->type);
        put_text(rows, type->name);
        put_oid(rows, SCHEMA_PG_CATALOG);
        put_oid(rows, 10);
        put_i16(rows, type->length);
        put_bool(rows, type->is_by_value);
        put_char(rows, type->kind);
        put_char(rows, type->category);
        put_bool(rows, type->is_preferred);
        put_bool(rows, true);
        put_char(rows, type->delimiter);
        put_oid(rows, 0);
        put_oid(rows, type->element);
        put_oid(rows, type->array);
        put_oid(rows, 0);
        put_i32(rows, -1);
        put_bool(rows, false);
        put_oid(rows, type->is_collatable ? 100 : 0);
    }
}

const struct system_source system_class_sources[] = {
    SYSTEM_SOURCE(2615, SCHEMA_PG_CATALOG, "pg_namespace", namespace_columns, fill_namespace),
    SYSTEM_SOURCE(1259, SCHEMA_PG_CATALOG, "pg_class", class_columns, fill_class),
    SYSTEM_SOURCE(1249, SCHEMA_PG_CATALOG, "pg_attribute", attribute_columns, fill_attribute),
    SYSTEM_SOURCE(2604, SCHEMA_PG_CATALOG, "pg_attrdef", attrdef_columns, fill_attrdef),
    SYSTEM_SOURCE(2610, SCHEMA_PG_CATALOG, "pg_index", index_columns, fill_index),
    SYSTEM_SOURCE(2606, SCHEMA_PG_CATALOG, "pg_constraint", constraint_columns, fill_constraint),
    SYSTEM_SOURCE(1247, SCHEMA_PG_CATALOG, "pg_type", type_columns, fill_type),
};
const uint32_t system_class_source_count =
    sizeof system_class_sources / sizeof *system_class_sources;
