/*
 * ddl_typed.c: see ddl_typed.h.
 */
#include "session/ddl_typed.h"

#include "base/raise.h"
#include "session/ddl_draft.h"
#include "session/definition.h"
#include "session/type_use.h"

const struct table **
typed_tables(struct session *session, const struct table *row, uint32_t *count)
{
    const struct user_type *type = catalog_user_type(session->catalog, row->row_type);
    uint32_t use_count = 0;
    struct object_ref *uses = type == NULL ? NULL : type_uses(session, type, &use_count);
    const struct table **list =
        arena_alloc_array(session->statement_arena, use_count + 1u, sizeof *list);
    *count = 0;
    for (uint32_t i = 0; i < use_count; i++)
        if (uses[i].class_oid == CLASS_RELATION && uses[i].sub == 0)
            list[(*count)++] = catalog_table(session->catalog, uses[i].object);
    return list;
}

void
typed_require_cascade(const struct table *row, uint32_t typed_count, bool is_cascade)
{
    if (typed_count != 0 && !is_cascade)
        raise_error(.code = SQLSTATE_DEPENDENT_OBJECTS_STILL_EXIST,
                    .message = raise_text(
                        "cannot alter type \"%s\" because it is the type of a typed table",
                        row->name),
                    .hint = "Use ALTER ... CASCADE to alter the typed tables too.");
}

static bool
changes_columns(enum alter_kind kind)
{
    return kind == ALTER_ADD_COLUMN || kind == ALTER_DROP_COLUMN || kind == ALTER_COLUMN_TYPE;
}

void
typed_refuse(const struct table *table, enum alter_kind kind)
{
    const char *what = kind == ALTER_ADD_COLUMN    ? "add column to"
                       : kind == ALTER_DROP_COLUMN ? "drop column from"
                       : kind == ALTER_COLUMN_TYPE ? "alter column type of"
                       : kind == ALTER_INHERIT     ? "change inheritance of"
                                                   : NULL;
    if (table->of_type != OID_NONE && what != NULL)
        raise(SQLSTATE_WRONG_OBJECT_TYPE, "cannot %s typed table", what);
}

void
typed_follow(const struct alter_step *step, const struct table *row,
             void (*run)(const struct alter_step *step, const struct table *table))
{
    struct session *session = step->session;
    if (!changes_columns(step->command->kind))
        return;
    uint32_t count;
    const struct table **tables = typed_tables(session, row, &count);
    typed_require_cascade(row, count, step->command->is_cascade);
    struct arena *arena = session->statement_arena;
    struct alter_command command = *step->command;
    if (command.kind == ALTER_COLUMN_TYPE)
        command.using_expr.sql = arena_format(
            arena, "%s::%s", definition_name(command.name, arena),
            scope_type_full_text(&session->scope, arena, command.type, command.typmod));
    struct alter_step each = *step;
    each.command = &command;
    for (uint32_t i = 0; i < count; i++) {
        const struct table *table = tables[i];
        if (table_is_stored(table))
            table = ddl_lock_table(session, table, TABLE_ACCESS_EXCLUSIVE);
        run(&each, table);
    }
}

/* ---- ALTER TABLE ... OF ---- */

static const struct column_def *
next_column(const struct table *table, uint16_t *at)
{
    while (*at < table->column_count && table->columns[*at].is_dropped)
        (*at)++;
    return *at < table->column_count ? &table->columns[(*at)++] : NULL;
}

static void
require_columns(const struct table *table, const struct table *row)
{
    uint16_t own = 0, wanted = 0;
    const struct column_def *type_column, *column;
    while ((type_column = next_column(row, &wanted)) != NULL) {
        column = next_column(table, &own);
        if (column == NULL)
            raise(SQLSTATE_DATATYPE_MISMATCH, "table is missing column \"%s\"", type_column->name);
        if (strcmp(column->name, type_column->name) != 0)
            raise(SQLSTATE_DATATYPE_MISMATCH, "table has column \"%s\" where type requires \"%s\"",
                  column->name, type_column->name);
        if (column->type != type_column->type || column->typmod != type_column->typmod ||
            column->collation != type_column->collation)
            raise(SQLSTATE_DATATYPE_MISMATCH, "table \"%s\" has different type for column \"%s\"",
                  table->name, column->name);
    }
    column = next_column(table, &own);
    if (column != NULL)
        raise(SQLSTATE_DATATYPE_MISMATCH, "table has extra column \"%s\"", column->name);
}

void
alter_of(const struct alter_step *step, const struct table *table)
{
    struct session *session = step->session;
    const struct user_type *type = catalog_user_type(session->catalog, step->command->type);
    if (table->parent_count != 0)
        raise(SQLSTATE_WRONG_OBJECT_TYPE, "typed tables cannot inherit");
    require_columns(table, catalog_table(session->catalog, type->composite.relation));
    struct draft draft;
    draft_of(&draft, session, table);
    draft.table.of_type = type->info.type;
    (void)draft_put(&draft);
}

void
alter_not_of(const struct alter_step *step, const struct table *table)
{
    if (table->of_type == OID_NONE)
        raise(SQLSTATE_WRONG_OBJECT_TYPE, "\"%s\" is not a typed table", table->name);
    struct draft draft;
    draft_of(&draft, step->session, table);
    draft.table.of_type = OID_NONE;
    (void)draft_put(&draft);
}
