/*
 * ddl_alter_column.c: ALTER TABLE: columns added, their defaults and NOT NULL.
 */
#include "base/raise.h"
#include "session/ddl_alter.h"
#include "session/ddl_draft.h"
#include "session/ddl_inherit.h"
#include "session/ddl_sequence.h"
#include "session/scope.h"
#include "session/type_use.h"
#include <strings.h>

/* ---- ADD COLUMN ---- */

/* A child that has such a column already takes it for the parent's. */
static void
merge_column(const struct alter_step *step, struct draft *draft, struct column_def *column)
{
    const struct column_spec *spec = step->command->column;
    const char *name = draft->table.name;
    if (column->type != spec->type || column->typmod != spec->typmod)
        raise(SQLSTATE_DATATYPE_MISMATCH, "child table \"%s\" has different type for column \"%s\"",
              name, spec->name);
    if (column->collation != spec->collation)
        raise(SQLSTATE_COLLATION_MISMATCH,
              "child table \"%s\" has different collation for column \"%s\"", name, spec->name);
    column->inherit_count++;
    notice(SEVERITY_NOTICE, SQLSTATE_SUCCESSFUL_COMPLETION,
           "merging definition of column \"%s\" for child \"%s\"", spec->name, name);
    (void)draft_put(draft);
}

/* Puts the draft with the new column, and gives the rows that are there their values. */
static void
put_with_column(struct session *session, const struct table *table, struct draft *draft,
                const struct column_spec *spec)
{
    if (!table_is_stored(table)) {
        (void)draft_put(draft);
        return;
    }
    if (spec->default_expr.sql != NULL)
        type_refuse_stored(session, table);
    /* A domain may have a default, and refuse nulls. */
    bool is_domain = scope_type(&session->scope, spec->type)->kind == 'd';
    bool needs_rows = is_domain || spec->default_expr.sql != NULL || spec->generated.sql != NULL ||
                      spec->serial != SERIAL_NONE;
    if (needs_rows) {
        ddl_rebuild(session, table, draft);
        return;
    }
    uint64_t rows = 0;
    enum status st = txn_row_count(session->txn, table->tree, &rows);
    if (st != ST_OK)
        raise_status(st, "could not read table \"%s\"", table->name);
    struct column_def *column = draft_column(draft, spec->name);
    if (column->is_not_null && rows != 0)
        raise(SQLSTATE_NOT_NULL_VIOLATION, "column \"%s\" of relation \"%s\" contains null values",
              spec->name, table->name);
    column->has_missing = true;
    column->missing_is_null = true;
    (void)draft_put(draft);
}

void
alter_add_column(const struct alter_step *step, const struct table *table)
{
    struct session *session = step->session;
    const struct column_spec *spec = step->command->column;
    if (table->bound != NULL && !step->is_heir)
        raise(SQLSTATE_WRONG_OBJECT_TYPE, "cannot add column to a partition");
    if (spec == NULL) { /* IF NOT EXISTS, and analysis found it */
        notice(SEVERITY_NOTICE, SQLSTATE_DUPLICATE_COLUMN,
               "column \"%s\" of relation \"%s\" already exists, skipping", step->command->name,
               table->name);
        return;
    }
    uint32_t count;
    const oid *heirs = ddl_heirs(session, table, &count);
    if (count != 0 && spec->identity != IDENTITY_NONE)
        raise(SQLSTATE_INVALID_TABLE_DEFINITION,
              "cannot recursively add identity column to table that has child tables");
    struct draft draft;
    draft_of(&draft, session, table);
    struct column_def *known = step->is_heir ? draft_column(&draft, spec->name) : NULL;
    if (known != NULL) {
        merge_column(step, &draft, known);
        return;
    }
    struct column_spec own = *spec;
    if (step->is_heir) { /* a parent's sequence serves it too */
        own.serial = SERIAL_NONE;
        own.is_inherited = true;
        own.inherit_count = 1;
    }
    draft_take_column(&draft, &own);
    put_with_column(session, table, &draft, &own);
    if (count != 0 && step->is_only)
        raise(SQLSTATE_INVALID_TABLE_DEFINITION, "column must be added to child tables too");
    struct alter_step heir = alter_heir_step(step);
    for (uint32_t i = 0; i < count; i++)
        alter_add_column(&heir, catalog_table(session->catalog, heirs[i]));
}

/* ---- SET and DROP of properties ---- */

static void
set_not_null(const struct alter_step *step, const struct table *table, struct column_def *column)
{
    if (!column->is_not_null)
        ddl_validate_not_null(step->session, table, column->name);
    column->is_not_null = true;
}

static void
drop_not_null(const struct alter_step *step, const struct table *table, struct column_def *column)
{
    if (column->identity != IDENTITY_NONE)
        raise(SQLSTATE_SYNTAX_ERROR, "column \"%s\" of relation \"%s\" is an identity column",
              column->name, table->name);
    for (uint16_t i = 0; table->primary != NULL && i < table->primary->key_count; i++)
        if (table->primary->keys[i].attr == column->attr)
            raise(SQLSTATE_INVALID_TABLE_DEFINITION, "column \"%s\" is in a primary key",
                  column->name);
    if (table->bound != NULL && !step->is_heir) {
        const struct table *parent = catalog_table(step->session->catalog, table->parents[0]);
        for (uint16_t i = 0; i < parent->column_count; i++)
            if (!parent->columns[i].is_dropped && parent->columns[i].is_not_null &&
                strcmp(parent->columns[i].name, column->name) == 0)
                raise(SQLSTATE_INVALID_TABLE_DEFINITION,
                      "column \"%s\" is marked NOT NULL in parent table", column->name);
    }
    column->is_not_null = false;
}

static void
add_identity(const struct alter_step *step, const struct table *table, struct column_def *column)
{
    const struct alter_command *command = step->command;
    struct object_name name = {.schema = table->schema_name, .name = command->sequence_name};
    if (!column->is_not_null)
        raise(SQLSTATE_OBJECT_NOT_IN_PREREQUISITE_STATE,
              "column \"%s\" of relation \"%s\" must be declared NOT NULL before identity can be "
              "added",
              column->name, table->name);
    if (column->identity != IDENTITY_NONE)
        raise(SQLSTATE_OBJECT_NOT_IN_PREREQUISITE_STATE,
              "column \"%s\" of relation \"%s\" is already an identity column", column->name,
              table->name);
    if (column->default_sql != NULL)
        raise(SQLSTATE_OBJECT_NOT_IN_PREREQUISITE_STATE,
              "column \"%s\" of relation \"%s\" already has a default value", column->name,
              table->name);
    column->identity = command->identity;
    column->sequence = sequence_make(step->session, &name, &command->sequence, column->type,
                                     table->table, column->attr);
}

static void
drop_identity(const struct alter_step *step, const struct table *table, struct column_def *column)
{
    if (column->identity == IDENTITY_NONE) {
        if (!step->command->if_exists)
            raise(SQLSTATE_OBJECT_NOT_IN_PREREQUISITE_STATE,
                  "column \"%s\" of relation \"%s\" is not an identity column", column->name,
                  table->name);
        notice(SEVERITY_NOTICE, SQLSTATE_SUCCESSFUL_COMPLETION,
               "column \"%s\" of relation \"%s\" is not an identity column, skipping", column->name,
               table->name);
        return;
    }
    sequence_remove(step->session, column->sequence);
    column->identity = IDENTITY_NONE;
    column->sequence = OID_NONE;
}

static void
drop_expression(const struct alter_step *step, const struct table *table, struct column_def *column)
{
    if (column->generated_sql == NULL) {
        if (!step->command->if_exists)
            raise(SQLSTATE_OBJECT_NOT_IN_PREREQUISITE_STATE,
                  "column \"%s\" of relation \"%s\" is not a stored generated column", column->name,
                  table->name);
        notice(SEVERITY_NOTICE, SQLSTATE_SUCCESSFUL_COMPLETION,
               "column \"%s\" of relation \"%s\" is not a stored generated column, skipping",
               column->name, table->name);
        return;
    }
    if (column->inherit_count != 0 && !step->is_heir)
        raise(SQLSTATE_INVALID_TABLE_DEFINITION,
              "cannot drop generation expression from inherited column");
    column->generated_sql = NULL;
}

static void
change_column(const struct alter_step *step, const struct table *table, struct column_def *column)
{
    const struct alter_command *command = step->command;
    switch (command->kind) {
    case ALTER_SET_DEFAULT:
        column->default_sql = command->default_expr.sql;
        break;
    case ALTER_DROP_DEFAULT:
        column->default_sql = NULL;
        break;
    case ALTER_SET_NOT_NULL:
        set_not_null(step, table, column);
        break;
    case ALTER_DROP_NOT_NULL:
        drop_not_null(step, table, column);
        break;
    case ALTER_ADD_IDENTITY:
        add_identity(step, table, column);
        break;
    case ALTER_SET_IDENTITY:
        if (column->identity == IDENTITY_NONE)
            raise(SQLSTATE_OBJECT_NOT_IN_PREREQUISITE_STATE,
                  "column \"%s\" of relation \"%s\" is not an identity column", column->name,
                  table->name);
        if (command->identity != IDENTITY_NONE)
            column->identity = command->identity;
        sequence_alter(step->session, column->sequence, &command->sequence);
        break;
    case ALTER_DROP_IDENTITY:
        drop_identity(step, table, column);
        break;
    default:
        drop_expression(step, table, column);
    }
}

/* Whether what a subcommand does to a column is done to children too. */
static bool
is_recursive(enum alter_kind kind)
{
    return kind != ALTER_ADD_IDENTITY && kind != ALTER_SET_IDENTITY && kind != ALTER_DROP_IDENTITY;
}

void
alter_column(const struct alter_step *step, const struct table *table)
{
    struct session *session = step->session;
    struct draft draft;
    draft_of(&draft, session, table);
    struct column_def *column = draft_get_column(&draft, step->command->name);
    change_column(step, table, column);
    (void)draft_put(&draft);
    if (!is_recursive(step->command->kind))
        return;
    uint32_t count;
    const oid *heirs = ddl_heirs(session, table, &count);
    if (step->is_only) {
        if (count != 0 && step->command->kind == ALTER_DROP_EXPRESSION)
            raise(SQLSTATE_INVALID_TABLE_DEFINITION,
                  "ALTER TABLE / DROP EXPRESSION must be applied to child tables too");
        if (count != 0 && table->kind == TABLE_PARTITIONED &&
            step->command->kind == ALTER_SET_NOT_NULL)
            raise_error(.code = SQLSTATE_INVALID_TABLE_DEFINITION,
                        .message = "constraint must be added to child tables too",
                        .hint = "Do not specify the ONLY keyword.");
        if (count != 0 && table->kind == TABLE_PARTITIONED &&
            step->command->kind == ALTER_DROP_NOT_NULL)
            raise_error(.code = SQLSTATE_INVALID_TABLE_DEFINITION,
                        .message = "cannot remove constraint from only the partitioned table when "
                                   "partitions exist",
                        .hint = "Do not specify the ONLY keyword.");
        return;
    }
    struct alter_step heir = alter_heir_step(step);
    for (uint32_t i = 0; i < count; i++)
        alter_column(&heir, catalog_table(session->catalog, heirs[i]));
}

/* ---- SET STATISTICS, STORAGE, COMPRESSION ---- */

#define STATISTICS_TARGET_MAX 10000

static uint16_t
statistics_of(int64_t target)
{
    if (target < -1)
        raise(SQLSTATE_INVALID_PARAMETER_VALUE, "statistics target %lld is too low",
              (long long)target);
    if (target <= STATISTICS_TARGET_MAX)
        return (uint16_t)(target + 1);
    notice(SEVERITY_WARNING, SQLSTATE_INVALID_PARAMETER_VALUE, "lowering statistics target to %d",
           STATISTICS_TARGET_MAX);
    return STATISTICS_TARGET_MAX + 1;
}

static const struct type_info *
column_type(struct session *session, const struct column_def *column)
{
    const struct type_info *type = scope_type(&session->scope, column->type);
    if (type == NULL)
        raise(SQLSTATE_UNDEFINED_OBJECT, "type with OID %u does not exist", column->type);
    return type;
}

static char
storage_of(struct session *session, const struct column_def *column, const char *name)
{
    static const char *const names[] = {"plain", "external", "extended", "main"};
    static const char letters[] = {'p', 'e', 'x', 'm'};
    const struct type_info *type = column_type(session, column);
    for (size_t i = 0; i < sizeof letters; i++) {
        if (strcasecmp(name, names[i]) != 0)
            continue;
        if (letters[i] != 'p' && type->storage == 'p')
            raise(SQLSTATE_FEATURE_NOT_SUPPORTED, "column data type %s can only have storage PLAIN",
                  type->sql_name);
        return letters[i];
    }
    raise(SQLSTATE_INVALID_PARAMETER_VALUE, "invalid storage type \"%s\"", name);
}

static char
compression_of(struct session *session, const struct column_def *column, const char *name)
{
    const struct type_info *type = column_type(session, column);
    if (strcmp(name, "default") == 0)
        return 0;
    if (strcmp(name, "pglz") != 0 && strcmp(name, "lz4") != 0)
        raise(SQLSTATE_INVALID_PARAMETER_VALUE, "invalid compression method \"%s\"", name);
    if (type->storage == 'p')
        raise(SQLSTATE_FEATURE_NOT_SUPPORTED, "column data type %s does not support compression",
              type->sql_name);
    return name[0];
}

void
alter_column_property(const struct alter_step *step, const struct table *table)
{
    struct session *session = step->session;
    const struct alter_command *command = step->command;
    struct draft draft;
    draft_of(&draft, session, table);
    struct column_def *column = draft_get_column(&draft, command->name);
    if (command->kind == ALTER_SET_STATISTICS)
        column->statistics = statistics_of(command->number);
    else if (command->kind == ALTER_SET_STORAGE)
        column->storage = storage_of(session, column, command->value);
    else
        column->compression = compression_of(session, column, command->value);
    (void)draft_put(&draft);
    /* Compression is a matter of each table. */
    if (step->is_only || command->kind == ALTER_SET_COMPRESSION)
        return;
    uint32_t count;
    const oid *heirs = ddl_heirs(session, table, &count);
    struct alter_step heir = alter_heir_step(step);
    for (uint32_t i = 0; i < count; i++)
        alter_column_property(&heir, catalog_table(session->catalog, heirs[i]));
}
