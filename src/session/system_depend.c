/*
 * system_depend.c: pg_depend and pg_description: who needs whom, and what people wrote about it.
 *
 * Most dependencies follow from the tables themselves; those of views come from the catalog.
 */
#include "session/system_class.h"
#include "session/system_int.h"

/* ---- pg_depend ---- */

static const char depend_columns[] =
    "classid oid, objid oid, objsubid int4, refclassid oid, refobjid oid, refobjsubid int4, "
    "deptype char";

static void
put_depend(struct system_rows *rows, struct object_ref object, struct object_ref on, char kind)
{
    row_begin(rows);
    put_oid(rows, object.class_oid);
    put_oid(rows, object.object);
    put_i32(rows, object.sub);
    put_oid(rows, on.class_oid);
    put_oid(rows, on.object);
    put_i32(rows, on.sub);
    put_char(rows, kind);
}

static struct object_ref
relation_ref(oid relation, int32_t sub)
{
    return (struct object_ref){.class_oid = CLASS_RELATION, .object = relation, .sub = sub};
}

static void
put_column_dependencies(struct system_rows *rows, const struct table *table)
{
    for (uint16_t c = 0; c < table->column_count; c++) {
        const struct column_def *column = &table->columns[c];
        bool is_identity = column->identity != IDENTITY_NONE;
        if (column->is_dropped)
            continue;
        if (column->sequence != OID_NONE)
            put_depend(rows, relation_ref(column->sequence, 0),
                       relation_ref(table->table, column->attr), is_identity ? 'i' : 'a');
        if (column->default_sql == NULL && column->generated_sql == NULL)
            continue;
        struct object_ref value = {.class_oid = CLASS_ATTRDEF,
                                   .object = system_default_oid(table->table, column->attr)};
        put_depend(rows, value, relation_ref(table->table, column->attr), 'a');
        if (column->sequence != OID_NONE)
            put_depend(rows, value, relation_ref(column->sequence, 0), 'n');
    }
}

static void
put_index_dependencies(struct system_rows *rows, const struct table *table)
{
    for (uint16_t k = 0; k < table->index_count; k++) {
        const struct index_def *index = table->indexes[k];
        struct object_ref object = relation_ref(index->index, 0);
        if (index->constraint != OID_NONE) {
            struct object_ref on = {.class_oid = CLASS_CONSTRAINT, .object = index->constraint};
            put_depend(rows, object, on, 'i');
            continue;
        }
        for (uint16_t c = 0; c < index->key_count; c++)
            put_depend(rows, object, relation_ref(table->table, index->keys[c].attr), 'a');
    }
}

static void
put_constraint_dependencies(struct system_rows *rows, const struct table *table)
{
    for (uint16_t k = 0; k < table->constraint_count; k++) {
        const struct constraint_def *constraint = &table->constraints[k];
        struct object_ref object = {.class_oid = CLASS_CONSTRAINT,
                                    .object = constraint->constraint};
        for (uint16_t c = 0; c < constraint->attr_count; c++)
            put_depend(rows, object, relation_ref(table->table, constraint->attrs[c]), 'a');
        if (constraint->kind != CONSTRAINT_FOREIGN)
            continue;
        for (uint16_t c = 0; c < constraint->attr_count; c++)
            put_depend(rows, object,
                       relation_ref(constraint->foreign_table, constraint->foreign_attrs[c]), 'n');
        put_depend(rows, object, relation_ref(constraint->index, 0), 'n');
    }
}

/* What needs the relation and is not part of a table: views, through their rules. */
static void
put_dependents(struct system_rows *rows, const struct table *table)
{
    uint32_t count;
    const struct dependency *list =
        catalog_dependents(rows->catalog, relation_ref(table->table, 0), rows->arena, &count);
    for (uint32_t i = 0; i < count; i++) {
        const struct table *view = list[i].object.class_oid == CLASS_RELATION
                                       ? catalog_table(rows->catalog, list[i].object.object)
                                       : NULL;
        if (view == NULL || view->view_sql == NULL)
            continue;
        struct object_ref rule = {.class_oid = CLASS_RULE, .object = system_rule_oid(view->table)};
        put_depend(rows, rule, list[i].on, 'n');
    }
}

static void
fill_depend(struct system_rows *rows)
{
    uint32_t count;
    const struct table **tables = catalog_relations(rows->catalog, rows->arena, &count);
    for (uint32_t i = 0; i < count; i++) {
        const struct table *table = tables[i];
        if (table->table < OID_USER_FIRST)
            continue;
        struct object_ref self = relation_ref(table->table, 0);
        struct object_ref schema = {.class_oid = CLASS_SCHEMA, .object = table->schema};
        put_depend(rows, self, schema, 'n');
        if (table->row_type != OID_NONE) {
            struct object_ref type = {.class_oid = CLASS_TYPE, .object = table->row_type};
            put_depend(rows, type, self, 'i');
        }
        if (table->view_sql != NULL) {
            struct object_ref rule = {.class_oid = CLASS_RULE,
                                      .object = system_rule_oid(table->table)};
            put_depend(rows, rule, self, 'i');
        }
        for (uint16_t k = 0; k < table->parent_count; k++)
            put_depend(rows, self, relation_ref(table->parents[k], 0),
                       table->bound != NULL ? 'a' : 'n');
        put_column_dependencies(rows, table);
        put_index_dependencies(rows, table);
        put_constraint_dependencies(rows, table);
        put_dependents(rows, table);
    }
}

/* ---- pg_description ---- */

static const char description_columns[] =
    "objoid oid, classoid oid, objsubid int4, description text";

static void
put_description(struct system_rows *rows, struct object_ref object, const char *comment)
{
    if (comment == NULL)
        return;
    row_begin(rows);
    put_oid(rows, object.object);
    put_oid(rows, object.class_oid);
    put_i32(rows, object.sub);
    put_text(rows, comment);
}

static void
put_table_descriptions(struct system_rows *rows, const struct table *table)
{
    struct object_ref self = {.class_oid = CLASS_TYPE, .object = table->row_type};
    put_description(rows, table->kind == TABLE_COMPOSITE ? self : relation_ref(table->table, 0),
                    table->comment);
    for (uint16_t c = 0; c < table->column_count; c++)
        put_description(rows, relation_ref(table->table, table->columns[c].attr),
                        table->columns[c].is_dropped ? NULL : table->columns[c].comment);
    for (uint16_t k = 0; k < table->index_count; k++)
        put_description(rows, relation_ref(table->indexes[k]->index, 0),
                        table->indexes[k]->comment);
    for (uint16_t k = 0; k < table->constraint_count; k++) {
        struct object_ref constraint = {.class_oid = CLASS_CONSTRAINT,
                                        .object = table->constraints[k].constraint};
        put_description(rows, constraint, table->constraints[k].comment);
    }
}

static void
fill_description(struct system_rows *rows)
{
    uint32_t count;
    const struct schema_def **schemas = catalog_schemas(rows->catalog, rows->arena, &count);
    for (uint32_t i = 0; i < count; i++) {
        struct object_ref schema = {.class_oid = CLASS_SCHEMA, .object = schemas[i]->schema};
        put_description(rows, schema, schemas[i]->comment);
    }
    const struct table **tables = catalog_relations(rows->catalog, rows->arena, &count);
    for (uint32_t i = 0; i < count; i++)
        put_table_descriptions(rows, tables[i]);
    const struct user_type **types = catalog_user_types(rows->catalog, rows->arena, &count);
    for (uint32_t i = 0; i < count; i++) {
        struct object_ref type = {.class_oid = CLASS_TYPE, .object = types[i]->info.type};
        put_description(rows, type, types[i]->comment);
    }
}

const struct system_source system_depend_sources[] = {
    SYSTEM_RELATION(2608, "pg_depend", depend_columns, fill_depend),
    SYSTEM_RELATION(2609, "pg_description", description_columns, fill_description),
};
const uint32_t system_depend_source_count =
    sizeof system_depend_sources / sizeof *system_depend_sources;
