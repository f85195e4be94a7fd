/*
 * describe.c: objects as people name them ("column a of table t"), and facts about relations that
 * functions ask for.
 */
#include "session/describe.h"
#include "session/ddl_routine.h"

#include "base/raise.h"
#include "session/definition.h"
#include "session/system_class.h"
#include "sql/analyze.h"

char
describe_relation_kind(void *object, oid relation)
{
    struct session *session = object;
    const struct table *table = catalog_table(session->catalog, relation);
    if (table == NULL)
        return catalog_index(session->catalog, relation) == NULL ? '\0' : TABLE_INDEX;
    return table->kind == TABLE_VIRTUAL ? TABLE_PLAIN : (char)table->kind;
}

uint32_t
describe_updatable(void *object, oid relation, int attr)
{
    struct session *session = object;
    struct analyze_options options = {.arena = session->statement_arena, .scope = &session->scope};
    const struct table *table = catalog_table(session->catalog, relation);
    return table == NULL ? 0 : analyze_updatable(&options, table, (int16_t)attr);
}

bool
describe_has_column(void *object, oid relation, const char *name, int attr)
{
    struct session *session = object;
    const struct table *table = catalog_table(session->catalog, relation);
    for (uint16_t i = 0; table != NULL && i < table->column_count; i++) {
        const struct column_def *column = &table->columns[i];
        if (!column->is_dropped &&
            (name != NULL ? strcmp(column->name, name) == 0 : column->attr == attr))
            return true;
    }
    return false;
}

static const char *
kind_name(char kind)
{
    switch (kind) {
    case TABLE_VIEW:
        return "view";
    case TABLE_SEQUENCE:
        return "sequence";
    case TABLE_INDEX:
        return "index";
    case TABLE_MATERIALISED:
        return "materialized view";
    case TABLE_COMPOSITE:
        return "composite type";
    default:
        return "table";
    }
}

static const char *
relation_text(struct session *session, oid relation, int sub, struct arena *arena)
{
    const char *name = session->access.relation_name(session, relation, arena);
    if (name == NULL)
        return NULL;
    const char *text =
        arena_format(arena, "%s %s", kind_name(describe_relation_kind(session, relation)), name);
    const struct table *table = catalog_table(session->catalog, relation);
    if (sub <= 0 || table == NULL || sub > table->column_count)
        return text;
    return arena_format(arena, "column %s of %s",
                        definition_name(table->columns[sub - 1].name, arena), text);
}

/* Constraints, defaults and rules are found in the relation that has them. */
static const char *
part_text(struct session *session, oid class_oid, oid part, struct arena *arena)
{
    uint32_t count;
    const struct table **tables = catalog_relations(session->catalog, arena, &count);
    for (uint32_t i = 0; i < count; i++) {
        const struct table *table = tables[i];
        oid relation = table->table;
        for (uint16_t k = 0; class_oid == CLASS_CONSTRAINT && k < table->constraint_count; k++)
            if (table->constraints[k].constraint == part)
                return arena_format(arena, "constraint %s on %s",
                                    definition_name(table->constraints[k].name, arena),
                                    relation_text(session, relation, 0, arena));
        for (uint16_t c = 0; class_oid == CLASS_ATTRDEF && c < table->column_count; c++)
            if (system_default_oid(relation, table->columns[c].attr) == part)
                return arena_format(
                    arena, "default value for %s",
                    relation_text(session, relation, table->columns[c].attr, arena));
        if (class_oid == CLASS_RULE && table->kind == TABLE_VIEW &&
            system_rule_oid(relation) == part)
            return arena_format(arena, "rule _RETURN on %s",
                                relation_text(session, relation, 0, arena));
    }
    return NULL;
}

const char *
describe_object(void *object, oid class_oid, oid object_oid, int sub, struct arena *arena)
{
    struct session *session = object;
    const struct types *types = session->engine->types;
    switch (class_oid) {
    case CLASS_RELATION:
        return relation_text(session, object_oid, sub, arena);
    case CLASS_SCHEMA: {
        const struct schema_def *schema = catalog_schema(session->catalog, object_oid);
        return schema == NULL
                   ? NULL
                   : arena_format(arena, "schema %s", definition_name(schema->name, arena));
    }
    case CLASS_TYPE: {
        const char *name = types_find(types, object_oid) != NULL
                               ? type_format(types, arena, object_oid, -1)
                               : session->access.type_name(session, object_oid, arena);
        return name == NULL ? NULL : arena_format(arena, "type %s", name);
    }
    case CLASS_PROC: {
        const struct func_info *func = types_func(types, object_oid);
        const struct routine *routine =
            func != NULL ? NULL : catalog_routine(session->catalog, object_oid);
        if (routine != NULL)
            return routine_kind_text(session, routine, arena);
        if (func == NULL)
            return NULL;
        const char *args = "";
        for (uint16_t i = 0; i < func->arg_count; i++)
            args = arena_format(arena, "%s%s%s", args, i == 0 ? "" : ",",
                                type_format(types, arena, func->args[i], -1));
        return arena_format(arena, "function %s(%s)", func->name, args);
    }
    default:
        return part_text(session, class_oid, object_oid, arena);
    }
}

oid
describe_database_named(void *object, const char *name)
{
    struct session *session = object;
    struct branch *branch;
    enum status st = branch_open(session->engine->db, name, &branch);
    if (st == ST_NOT_FOUND || st == ST_INVALID)
        return OID_NONE;
    if (st != ST_OK)
        raise_status(st, "could not open database \"%s\"", name);
    struct branch_info info;
    branch_describe(branch, &info);
    branch_release(branch);
    return info.branch;
}

bool
describe_has_database(void *object, oid database)
{
    struct session *session = object;
    struct branch *branch;
    if (branch_open_no(session->engine->db, database, &branch) != ST_OK)
        return false;
    branch_release(branch);
    return true;
}

/* Only the session's own: another branch's relations are not at hand. */
int64_t
describe_database_bytes(void *object, oid database)
{
    struct session *session = object;
    if (describe_database_named(session, session->branch_name) != database)
        return -1;
    uint32_t count;
    int64_t bytes = 0;
    const struct table **tables =
        catalog_relations(session->catalog, session->statement_arena, &count);
    for (uint32_t i = 0; i < count; i++)
        if (table_is_stored(tables[i]))
            bytes += definition_relation_bytes(session, tables[i]->table, true);
    return bytes;
}

bool
describe_sequence_value(void *object, oid sequence, int64_t *value)
{
    struct session *session = object;
    struct sequence_state state;
    if (sequence_get(session->txn, sequence, &state) != ST_OK || !state.is_called)
        return false;
    *value = state.last_value;
    return true;
}
