/*
 * ddl_rename.c: RENAME, SET SCHEMA, OWNER TO, COMMENT ON.
 */
#include "base/raise.h"
#include "session/ddl_draft.h"
#include "session/ddl_inherit.h"
#include "session/ddl_rebind.h"
#include "session/ddl_routine.h"
#include "session/ddl_type.h"
#include "session/ddl_typed.h"
#include "session/scope.h"
#include "session/utility_run.h"
#include "sql/deparse.h"

static const struct table *
find_relation(struct session *session, const struct object_name *name, bool if_exists)
{
    const struct table *table = session->scope.relation(session, name->schema, name->name);
    if (table == NULL && if_exists) {
        notice(SEVERITY_NOTICE, SQLSTATE_UNDEFINED_TABLE,
               "relation \"%s\" does not exist, skipping", name->name);
        return NULL;
    }
    if (table == NULL)
        table = session_find_table(session, name);
    if (table->table < OID_USER_FIRST)
        raise(SQLSTATE_INSUFFICIENT_PRIVILEGE, "permission denied: \"%s\" is a system catalog",
              table->name);
    return table;
}

static void
check_free(struct session *session, oid schema, const char *name)
{
    if (catalog_find_relation(session->catalog, schema, name) != NULL)
        raise(SQLSTATE_DUPLICATE_TABLE, "relation \"%s\" already exists", name);
}

/* ---- RENAME ---- */

static void
rename_index(struct session *session, oid index_oid, const char *new_name)
{
    const struct index_def *index = catalog_index(session->catalog, index_oid);
    const struct table *table = catalog_table(session->catalog, index->table);
    struct draft draft;
    draft_of(&draft, session, table);
    for (uint16_t i = 0; i < draft.table.index_count; i++)
        if (draft.indexes[i]->index == index_oid)
            draft.indexes[i]->name = new_name;
    for (uint16_t i = 0; i < draft.table.constraint_count; i++)
        if (draft.constraints[i].index == index_oid &&
            draft.constraints[i].kind != CONSTRAINT_FOREIGN)
            draft.constraints[i].name = new_name;
    (void)draft_put(&draft);
}

/* The sequence of a serial column has another name: the column's default learns of it. */
static void
refresh_serial(struct session *session, oid sequence)
{
    struct arena *arena = session->statement_arena;
    const struct sequence_def *def = catalog_sequence(session->catalog, sequence);
    const struct table *table =
        def->owner_table == OID_NONE ? NULL : catalog_table(session->catalog, def->owner_table);
    if (table == NULL)
        return;
    struct draft draft;
    draft_of(&draft, session, table);
    struct column_def *column = &draft.columns[def->owner_attr - 1];
    if (column->sequence != sequence || column->identity != IDENTITY_NONE ||
        column->default_sql == NULL || strncmp(column->default_sql, "nextval(", 8) != 0)
        return;
    const char *name = arena_format(arena, "%s.%s", deparse_name(arena, def->schema_name),
                                    deparse_name(arena, def->name));
    column->default_sql =
        arena_format(arena, "nextval(%s::regclass)", deparse_literal(arena, name));
    (void)draft_put(&draft);
}

static void
rename_relation(struct session *session, const struct rename *rename)
{
    const struct table *table = find_relation(session, &rename->item.name, rename->if_exists);
    if (table == NULL)
        return;
    check_free(session, table->schema, rename->new_name);
    if (table->kind == TABLE_INDEX) {
        rename_index(session, table->table, rename->new_name);
    } else if (table->kind == TABLE_SEQUENCE) {
        struct sequence_def def = *catalog_sequence(session->catalog, table->table);
        def.name = rename->new_name;
        catalog_put_sequence(session->catalog, &def);
        refresh_serial(session, def.sequence);
    } else {
        struct draft draft;
        struct rebind *rebind = rebind_begin(session, table);
        draft_of(&draft, session, table);
        draft.table.name = rename->new_name;
        (void)draft_put(&draft);
        rebind_end(rebind);
    }
}

static void
rename_own_column(struct session *session, const struct table *table, const struct rename *rename,
                  uint16_t parent_count)
{
    struct draft draft;
    draft_of(&draft, session, table);
    struct column_def *column = draft_column(&draft, rename->item.column);
    if (column == NULL)
        raise(SQLSTATE_UNDEFINED_COLUMN, "column \"%s\" does not exist", rename->item.column);
    if (column->inherit_count > parent_count)
        raise(SQLSTATE_INVALID_TABLE_DEFINITION, "cannot rename inherited column \"%s\"",
              rename->item.column);
    if (draft_column(&draft, rename->new_name) != NULL)
        raise(SQLSTATE_DUPLICATE_COLUMN, "column \"%s\" of relation \"%s\" already exists",
              rename->new_name, table->name);
    struct rebind *rebind = rebind_begin(session, table);
    column->name = rename->new_name;
    (void)draft_put(&draft);
    rebind_end(rebind);
}

static void
rename_column(struct session *session, const struct rename *rename)
{
    const struct table *table = find_relation(session, &rename->item.name, rename->if_exists);
    if (table == NULL)
        return;
    if (rename->object == OBJECT_KIND_ATTRIBUTE && table->kind != TABLE_COMPOSITE)
        raise(SQLSTATE_WRONG_OBJECT_TYPE, "\"%s\" is not a composite type", table->name);
    if (table->of_type != OID_NONE && rename->object != OBJECT_KIND_ATTRIBUTE)
        raise(SQLSTATE_WRONG_OBJECT_TYPE, "cannot rename column of typed table");
    uint32_t count;
    if (rename->object == OBJECT_KIND_ATTRIBUTE) {
        const struct table **typed = typed_tables(session, table, &count);
        typed_require_cascade(table, count, rename->is_cascade);
        for (uint32_t i = 0; i < count; i++)
            rename_own_column(session, typed[i], rename, 0);
    }
    const oid *tables = ddl_descendants(session, table, &count);
    if (rename->is_only && count > 1)
        raise(SQLSTATE_INVALID_TABLE_DEFINITION,
              "inherited column \"%s\" must be renamed in child tables too", rename->item.column);
    for (uint32_t i = 0; i < count; i++) {
        const struct table *one = catalog_table(session->catalog, tables[i]);
        rename_own_column(session, one, rename, ddl_parents_among(one, tables, count));
    }
}

static void
rename_own_constraint(struct session *session, const struct table *table,
                      const struct rename *rename, uint16_t parent_count)
{
    struct draft draft;
    draft_of(&draft, session, table);
    struct constraint_def *constraint = draft_constraint(&draft, rename->item.column);
    if (constraint == NULL)
        raise(SQLSTATE_UNDEFINED_OBJECT, "constraint \"%s\" for table \"%s\" does not exist",
              rename->item.column, table->name);
    if (constraint->inherit_count > parent_count)
        raise(SQLSTATE_INVALID_TABLE_DEFINITION, "cannot rename inherited constraint \"%s\"",
              rename->item.column);
    if (draft_constraint(&draft, rename->new_name) != NULL)
        raise(SQLSTATE_DUPLICATE_OBJECT, "constraint \"%s\" for relation \"%s\" already exists",
              rename->new_name, table->name);
    constraint->name = rename->new_name;
    bool has_index =
        constraint->kind == CONSTRAINT_PRIMARY || constraint->kind == CONSTRAINT_UNIQUE;
    for (uint16_t i = 0; has_index && i < draft.table.index_count; i++)
        if (draft.indexes[i]->index == constraint->index) {
            check_free(session, table->schema, rename->new_name);
            draft.indexes[i]->name = rename->new_name;
        }
    (void)draft_put(&draft);
}

static void
rename_constraint(struct session *session, const struct rename *rename)
{
    const struct table *table = find_relation(session, &rename->item.name, rename->if_exists);
    if (table == NULL)
        return;
    struct draft draft;
    draft_of(&draft, session, table);
    const struct constraint_def *constraint = draft_constraint(&draft, rename->item.column);
    bool is_inherited =
        constraint != NULL && constraint->kind == CONSTRAINT_CHECK && !constraint->is_no_inherit;
    uint32_t count = 1;
    const oid *tables = is_inherited ? ddl_descendants(session, table, &count) : &table->table;
    if (rename->is_only && count > 1)
        raise(SQLSTATE_INVALID_TABLE_DEFINITION,
              "inherited constraint \"%s\" must be renamed in child tables too",
              rename->item.column);
    for (uint32_t i = 0; i < count; i++) {
        const struct table *one = catalog_table(session->catalog, tables[i]);
        rename_own_constraint(session, one, rename, ddl_parents_among(one, tables, count));
    }
}

static void
rename_schema(struct session *session, const struct rename *rename)
{
    const char *name = rename->item.name.name;
    const struct schema_def *schema = catalog_find_schema(session->catalog, name);
    if (schema == NULL)
        raise(SQLSTATE_UNDEFINED_SCHEMA, "schema \"%s\" does not exist", name);
    if (schema->schema < OID_USER_FIRST && schema->schema != SCHEMA_PUBLIC)
        raise(SQLSTATE_INSUFFICIENT_PRIVILEGE, "permission denied to rename schema \"%s\"", name);
    if (catalog_find_schema(session->catalog, rename->new_name) != NULL)
        raise(SQLSTATE_DUPLICATE_SCHEMA, "schema \"%s\" already exists", rename->new_name);
    struct schema_def changed = *schema;
    changed.name = rename->new_name;
    uint32_t count;
    const struct table **tables =
        catalog_relations(session->catalog, session->statement_arena, &count);
    struct rebind **rebinds =
        arena_alloc_zero(session->statement_arena, (count + 1) * sizeof(struct rebind *));
    for (uint32_t i = 0; i < count; i++)
        if (tables[i]->schema == schema->schema && tables[i]->kind != TABLE_SEQUENCE)
            rebinds[i] = rebind_begin(session, tables[i]);
    catalog_put_schema(session->catalog, &changed);
    for (uint32_t i = 0; i < count; i++) {
        if (rebinds[i] != NULL)
            rebind_end(rebinds[i]);
        else if (tables[i]->schema == changed.schema)
            refresh_serial(session, tables[i]->table);
    }
}

void
ddl_rename(struct session *session, const struct rename *rename)
{
    switch (rename->object) {
    case OBJECT_KIND_TABLE:
    case OBJECT_KIND_INDEX:
    case OBJECT_KIND_SEQUENCE:
    case OBJECT_KIND_VIEW:
    case OBJECT_KIND_MATVIEW:
        rename_relation(session, rename);
        break;
    case OBJECT_KIND_COLUMN:
    case OBJECT_KIND_ATTRIBUTE:
        rename_column(session, rename);
        break;
    case OBJECT_KIND_TABLE_CONSTRAINT:
        rename_constraint(session, rename);
        break;
    case OBJECT_KIND_SCHEMA:
        rename_schema(session, rename);
        break;
    case OBJECT_KIND_DOMAIN_CONSTRAINT:
        ddl_rename_domain_constraint(session, rename);
        break;
    case OBJECT_KIND_TYPE:
    case OBJECT_KIND_DOMAIN:
        ddl_rename_type(session, rename);
        break;
    case OBJECT_KIND_FUNCTION:
    case OBJECT_KIND_PROCEDURE:
    case OBJECT_KIND_ROUTINE:
    case OBJECT_KIND_AGGREGATE:
        ddl_rename_routine(session, rename);
        break;
    default:
        raise(SQLSTATE_FEATURE_NOT_SUPPORTED, "this form of RENAME is not supported yet");
    }
}

/* ---- SET SCHEMA, OWNER TO ---- */

void
ddl_set_schema(struct session *session, const struct alter_object *alter)
{
    if (alter->object == OBJECT_KIND_TYPE || alter->object == OBJECT_KIND_DOMAIN) {
        ddl_set_type_schema(session, alter);
        return;
    }
    if (ddl_is_routine_kind(alter->object)) {
        ddl_set_routine_schema(session, alter);
        return;
    }
    if (alter->object == OBJECT_KIND_OPERATOR) {
        ddl_set_operator_schema(session, alter);
        return;
    }
    if (alter->object > OBJECT_KIND_MATVIEW)
        raise(SQLSTATE_FEATURE_NOT_SUPPORTED, "this form of SET SCHEMA is not supported yet");
    const struct table *table = find_relation(session, &alter->item.name, alter->if_exists);
    if (table == NULL)
        return;
    struct object_name target = {.schema = alter->value, .name = table->name};
    const struct schema_def *schema = session_target_schema(session, &target);
    if (schema->schema == table->schema)
        return;
    if (schema->schema == SCHEMA_TEMP || table->schema == SCHEMA_TEMP)
        raise(SQLSTATE_FEATURE_NOT_SUPPORTED,
              "cannot move objects into or out of temporary schemas");
    check_free(session, schema->schema, table->name);
    if (table->kind == TABLE_SEQUENCE) {
        struct sequence_def def = *catalog_sequence(session->catalog, table->table);
        def.schema = schema->schema;
        catalog_put_sequence(session->catalog, &def);
        refresh_serial(session, def.sequence);
        return;
    }
    struct draft draft;
    struct rebind *rebind = rebind_begin(session, table);
    draft_of(&draft, session, table);
    draft.table.schema = schema->schema;
    draft.table.schema_name = schema->name;
    (void)draft_put(&draft);
    rebind_end(rebind);
}

void
ddl_set_owner(struct session *session, const struct alter_object *alter)
{
    /* There is one owner of everything until roles exist: to name it changes nothing. */
    if (strcmp(alter->value, session->user) != 0 && strcmp(alter->value, "postgres") != 0 &&
        strcmp(alter->value, "current_user") != 0 && strcmp(alter->value, "session_user") != 0)
        raise(SQLSTATE_UNDEFINED_OBJECT, "role \"%s\" does not exist", alter->value);
    if (alter->object == OBJECT_KIND_TYPE || alter->object == OBJECT_KIND_DOMAIN)
        ddl_set_type_owner(session, alter);
    if (alter->object <= OBJECT_KIND_MATVIEW)
        (void)find_relation(session, &alter->item.name, alter->if_exists);
    else if (ddl_is_routine_kind(alter->object))
        (void)ddl_find_routine(session, alter->object, &alter->item, false);
    else if (alter->object == OBJECT_KIND_OPERATOR)
        (void)ddl_find_operator(session, &alter->item, false);
}

/* ---- COMMENT ON ---- */

static void
comment_relation(struct session *session, const struct comment *comment)
{
    const struct table *table = find_relation(session, &comment->item.name, false);
    if (table->kind == TABLE_SEQUENCE) {
        struct sequence_def def = *catalog_sequence(session->catalog, table->table);
        def.comment = comment->text;
        catalog_put_sequence(session->catalog, &def);
        return;
    }
    const struct index_def *index =
        table->kind == TABLE_INDEX ? catalog_index(session->catalog, table->table) : NULL;
    struct draft draft;
    draft_of(&draft, session,
             index == NULL ? table : catalog_table(session->catalog, index->table));
    if (comment->object == OBJECT_KIND_COLUMN) {
        draft_get_column(&draft, comment->item.column)->comment = comment->text;
    } else if (comment->object == OBJECT_KIND_TABLE_CONSTRAINT) {
        struct constraint_def *constraint = draft_constraint(&draft, comment->item.column);
        if (constraint == NULL)
            raise(SQLSTATE_UNDEFINED_OBJECT, "constraint \"%s\" for table \"%s\" does not exist",
                  comment->item.column, table->name);
        constraint->comment = comment->text;
    } else if (index != NULL) {
        for (uint16_t i = 0; i < draft.table.index_count; i++)
            if (draft.indexes[i]->index == index->index)
                draft.indexes[i]->comment = comment->text;
    } else {
        draft.table.comment = comment->text;
    }
    (void)draft_put(&draft);
}

void
ddl_comment(struct session *session, const struct comment *comment)
{
    switch (comment->object) {
    case OBJECT_KIND_TABLE:
    case OBJECT_KIND_INDEX:
    case OBJECT_KIND_SEQUENCE:
    case OBJECT_KIND_VIEW:
    case OBJECT_KIND_MATVIEW:
    case OBJECT_KIND_COLUMN:
    case OBJECT_KIND_TABLE_CONSTRAINT:
        comment_relation(session, comment);
        break;
    case OBJECT_KIND_TYPE:
    case OBJECT_KIND_DOMAIN:
        ddl_comment_type(session, comment);
        break;
    case OBJECT_KIND_FUNCTION:
    case OBJECT_KIND_PROCEDURE:
    case OBJECT_KIND_ROUTINE:
    case OBJECT_KIND_AGGREGATE:
        ddl_comment_routine(session, comment);
        break;
    case OBJECT_KIND_OPERATOR:
        ddl_comment_operator(session, comment);
        break;
    case OBJECT_KIND_SCHEMA: {
        const struct schema_def *schema =
            catalog_find_schema(session->catalog, comment->item.name.name);
        if (schema == NULL)
            raise(SQLSTATE_UNDEFINED_SCHEMA, "schema \"%s\" does not exist",
                  comment->item.name.name);
        struct schema_def changed = *schema;
        changed.comment = comment->text;
        catalog_put_schema(session->catalog, &changed);
        break;
    }
    default:
        raise(SQLSTATE_FEATURE_NOT_SUPPORTED,
              "COMMENT ON this kind of object is not supported yet");
    }
}
