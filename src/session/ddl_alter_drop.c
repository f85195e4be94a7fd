/*
 * ddl_alter_drop.c: ALTER TABLE DROP COLUMN, and what of a table reads a column.
 *
 * A column takes its indexes, constraints and checks along. Generated columns and views that read
 * it, and foreign keys to a key of it, go with CASCADE only.
 */
#include "base/raise.h"
#include "session/ddl_alter.h"
#include "session/ddl_draft.h"
#include "session/ddl_inherit.h"
#include "session/ddl_partition.h"
#include "session/definition.h"
#include "session/type_use.h"
#include "sql/expr.h"

/* ---- what reads a column ---- */

static bool
names_column(void *object, const struct expr *e)
{
    const attr_no *attr = object;
    if (e->kind == EXPR_COLUMN && e->column.number == *attr)
        return true;
    return expr_walk(e, names_column, object);
}

bool
alter_text_reads(struct session *session, const struct table *table, const char *sql, attr_no attr)
{
    struct analyze_options options = {.arena = session->statement_arena, .scope = &session->scope};
    return sql != NULL && names_column(&attr, analyze_expr(&options, table, sql, OID_NONE, -1));
}

bool
alter_index_reads(struct session *session, const struct table *table, const struct index_def *index,
                  attr_no attr)
{
    for (uint16_t i = 0; i < index->key_count; i++)
        if (index->keys[i].attr == attr ||
            alter_text_reads(session, table, index->keys[i].expr_sql, attr))
            return true;
    for (uint16_t i = 0; i < index->include_count; i++)
        if (index->include[i] == attr)
            return true;
    return alter_text_reads(session, table, index->predicate_sql, attr);
}

bool
alter_check_reads(struct session *session, const struct table *table,
                  const struct constraint_def *constraint, attr_no attr)
{
    for (uint16_t i = 0; i < constraint->attr_count; i++)
        if (constraint->attrs[i] == attr)
            return true;
    return alter_text_reads(session, table, constraint->check_sql, attr);
}

/* True if the text names the column as a word. */
static bool
text_names(const char *sql, const char *name)
{
    size_t bytes = strlen(name);
    for (const char *p = strstr(sql, name); p != NULL; p = strstr(p + 1, name)) {
        char before = p == sql ? ' ' : p[-1], after = p[bytes];
        bool starts = !((before >= 'a' && before <= 'z') || (before >= '0' && before <= '9') ||
                        before == '_');
        bool ends =
            !((after >= 'a' && after <= 'z') || (after >= '0' && after <= '9') || after == '_');
        if (starts && ends)
            return true;
    }
    return false;
}

const struct table **
alter_views_of(struct session *session, const struct table *table, attr_no attr, uint32_t *count)
{
    struct arena *arena = session->statement_arena;
    uint32_t needs_count;
    struct dependency *list = catalog_dependents(
        session->catalog, (struct object_ref){.class_oid = CLASS_RELATION, .object = table->table},
        arena, &needs_count);
    const struct table **views = arena_alloc_array(arena, needs_count + 1, sizeof *views);
    *count = 0;
    for (uint32_t i = 0; i < needs_count; i++) {
        const struct table *other = list[i].object.class_oid == CLASS_RELATION
                                        ? catalog_table(session->catalog, list[i].object.object)
                                        : NULL;
        if (other != NULL && other->view_sql != NULL &&
            text_names(other->view_sql, table->columns[attr - 1].name))
            views[(*count)++] = other;
    }
    return views;
}

/* ---- what goes with CASCADE only ---- */

/* What needs the column and is not its own. */
struct needs {
    struct session *session;
    const struct table *table;
    attr_no attr;
    uint32_t count;
    const char *only;  /* the last thing found */
    const char *lines; /* DETAIL */
    bool is_cascade;
};

static void
note_need(struct needs *needs, const char *what)
{
    struct arena *arena = needs->session->statement_arena;
    const char *table = definition_relation_name(needs->session, needs->table, arena);
    const char *line = needs->is_cascade
                           ? arena_format(arena, "drop cascades to %s", what)
                           : arena_format(arena, "%s depends on column %s of table %s", what,
                                          needs->table->columns[needs->attr - 1].name, table);
    needs->lines = arena_format(arena, "%s%s%s", needs->lines, needs->count == 0 ? "" : "\n", line);
    needs->only = what;
    needs->count++;
}

static bool
is_key_of(struct session *session, const struct table *table, oid index, attr_no attr)
{
    for (uint16_t i = 0; i < table->index_count; i++)
        if (table->indexes[i]->index == index)
            return alter_index_reads(session, table, table->indexes[i], attr);
    return false;
}

/* Foreign keys to a key that has the column; the table's own that read it go with it. */
static void
find_foreign(struct needs *needs, const struct alter_step *drop)
{
    struct session *session = needs->session;
    const struct table *table = needs->table;
    for (uint16_t i = 0; i < table->referenced_count; i++) {
        const struct table *other = catalog_table(session->catalog, table->referencing[i]);
        for (uint16_t k = 0; other != NULL && k < other->constraint_count; k++) {
            const struct constraint_def *def = &other->constraints[k];
            if (def->kind != CONSTRAINT_FOREIGN || def->foreign_table != table->table ||
                !is_key_of(session, table, def->index, needs->attr) ||
                (other->table == table->table &&
                 alter_check_reads(session, table, def, needs->attr)))
                continue;
            if (drop == NULL) {
                note_need(needs,
                          arena_format(
                              session->statement_arena, "constraint %s on table %s", def->name,
                              definition_relation_name(session, other, session->statement_arena)));
                continue;
            }
            struct alter_command command = {.kind = ALTER_DROP_CONSTRAINT, .name = def->name};
            struct alter_step step = {.session = session, .command = &command};
            alter_drop_constraint(&step, other);
            other = catalog_table(session->catalog, other->table);
            k = UINT16_MAX; /* from the beginning: the list is another one */
        }
    }
}

/* Notes what needs the column (drop null), or drops it. */
static void
visit_needs(struct needs *needs, const struct alter_step *drop)
{
    struct session *session = needs->session;
    struct arena *arena = session->statement_arena;
    const struct table *table = needs->table;
    const char *table_name = definition_relation_name(session, table, arena);
    for (uint16_t i = 0; i < table->column_count; i++) {
        const struct column_def *column = &table->columns[i];
        if (column->is_dropped || column->attr == needs->attr ||
            !alter_text_reads(session, table, column->generated_sql, needs->attr))
            continue;
        if (drop == NULL) {
            note_need(needs,
                      arena_format(arena, "column %s of table %s", column->name, table_name));
            continue;
        }
        struct alter_command command = *drop->command;
        command.name = column->name;
        struct alter_step step = *drop;
        step.command = &command;
        alter_drop_column(&step, catalog_table(session->catalog, table->table));
    }
    uint32_t count;
    const struct table **views = alter_views_of(session, table, needs->attr, &count);
    for (uint32_t i = 0; i < count; i++) {
        if (drop == NULL)
            note_need(needs,
                      arena_format(arena, "%sview %s",
                                   views[i]->kind == TABLE_MATERIALISED ? "materialized " : "",
                                   definition_relation_name(session, views[i], arena)));
        else if (catalog_table(session->catalog, views[i]->table) != NULL)
            ddl_drop_quietly(session, views[i]);
    }
    find_foreign(needs, drop);
}

/* Refuses to drop what others need, or drops them. */
static void
drop_needs(const struct alter_step *step, const struct table *table, attr_no attr)
{
    struct session *session = step->session;
    struct needs needs = {.session = session,
                          .table = table,
                          .attr = attr,
                          .lines = "",
                          .is_cascade = step->command->is_cascade};
    visit_needs(&needs, NULL);
    if (needs.count == 0)
        return;
    if (!needs.is_cascade)
        raise_error(.code = SQLSTATE_DEPENDENT_OBJECTS_STILL_EXIST,
                    .message = raise_text(
                        "cannot drop column %s of table %s because other objects depend on it",
                        table->columns[attr - 1].name,
                        definition_relation_name(session, table, session->statement_arena)),
                    .detail = needs.lines,
                    .hint = "Use DROP ... CASCADE to drop the dependent objects too.");
    if (needs.count == 1)
        notice(SEVERITY_NOTICE, SQLSTATE_SUCCESSFUL_COMPLETION, "drop cascades to %s", needs.only);
    else
        notice_fields(
            &(struct error){.severity = SEVERITY_NOTICE,
                            .code = SQLSTATE_SUCCESSFUL_COMPLETION,
                            .message = raise_text("drop cascades to %u other objects", needs.count),
                            .detail = needs.lines});
    visit_needs(&needs, step);
}

/* ---- DROP COLUMN ---- */

static void
drop_own(struct session *session, const struct table *table, attr_no attr)
{
    struct draft draft;
    draft_of(&draft, session, table);
    bool loses_key =
        table->primary != NULL && alter_index_reads(session, table, table->primary, attr);
    for (uint16_t i = draft.table.constraint_count; i-- > 0;) {
        struct constraint_def def = draft.constraints[i];
        if (!alter_check_reads(session, table, &def, attr))
            continue;
        catalog_forget_dependencies(
            session->catalog,
            (struct object_ref){.class_oid = CLASS_CONSTRAINT, .object = def.constraint});
        draft_remove_constraint(&draft, def.constraint);
    }
    for (uint16_t i = draft.table.index_count; i-- > 0;) {
        const struct index_def *index = draft.indexes[i];
        if (!alter_index_reads(session, table, index, attr))
            continue;
        if (!index->is_primary && !loses_key && table_is_stored(table) &&
            txn_tree_drop(session->txn, index->tree) != ST_OK)
            raise(SQLSTATE_INTERNAL_ERROR, "could not drop index \"%s\"", index->name);
        draft_remove_index(&draft, index->index);
    }
    struct column_def *column = &draft.columns[attr - 1];
    column->is_dropped = true;
    column->is_not_null = false;
    column->default_sql = column->generated_sql = NULL;
    column->name = arena_format(session->statement_arena, "........pg.dropped.%d........", attr);
    if (loses_key)
        ddl_rebuild(session, table, &draft);
    else
        (void)draft_put(&draft);
    for (uint16_t i = 0; i < table->constraint_count; i++)
        if (table->constraints[i].kind == CONSTRAINT_FOREIGN)
            ddl_forget_foreign(session, table->constraints[i].foreign_table, table->table);
    type_refresh_stored(session, table->row_type);
}

/* A child has the column from one parent less. */
static void
release_heir(const struct alter_step *step, const struct table *child)
{
    struct session *session = step->session;
    struct draft draft;
    draft_of(&draft, session, child);
    struct column_def *column = draft_column(&draft, step->command->name);
    if (column == NULL || column->inherit_count == 0)
        return;
    if (!step->is_only && column->inherit_count == 1 && !column->is_local) {
        struct alter_step heir = alter_heir_step(step);
        alter_drop_column(&heir, child);
        return;
    }
    column->inherit_count--;
    if (step->is_only)
        column->is_local = true;
    (void)draft_put(&draft);
}

void
alter_drop_column(const struct alter_step *step, const struct table *table)
{
    struct session *session = step->session;
    const struct alter_command *command = step->command;
    struct draft draft;
    draft_of(&draft, session, table);
    struct column_def *column = draft_column(&draft, command->name);
    if (column == NULL && command->if_exists) {
        notice(SEVERITY_NOTICE, SQLSTATE_UNDEFINED_COLUMN,
               "column \"%s\" of relation \"%s\" does not exist, skipping", command->name,
               table->name);
        return;
    }
    column = draft_get_column(&draft, command->name);
    attr_no attr = column->attr;
    if (column->inherit_count != 0 && !step->is_heir)
        raise(SQLSTATE_INVALID_TABLE_DEFINITION, "cannot drop inherited column \"%s\"",
              command->name);
    partition_refuse_column(session, table, attr, "drop");
    uint32_t count;
    const oid *heirs = ddl_heirs(session, table, &count);
    if (step->is_only && count != 0 && table->kind == TABLE_PARTITIONED)
        raise_error(.code = SQLSTATE_INVALID_TABLE_DEFINITION,
                    .message = "cannot drop column from only the partitioned table when "
                               "partitions exist",
                    .hint = "Do not specify the ONLY keyword.");
    for (uint32_t i = 0; i < count; i++)
        release_heir(step, catalog_table(session->catalog, heirs[i]));
    table = catalog_table(session->catalog, table->table);
    drop_needs(step, table, attr);
    struct object_ref ref = {.class_oid = CLASS_RELATION, .object = table->table, .sub = attr};
    ddl_drop_dependents(session, ref, command->is_cascade,
                        arena_format(session->statement_arena, "column %s of table %s",
                                     command->name, table->name));
    drop_own(session, catalog_table(session->catalog, table->table), attr);
}

void
ddl_drop_column(struct session *session, oid table, attr_no attr)
{
    const struct table *def = catalog_table(session->catalog, table);
    if (def != NULL && table_is_stored(def))
        def = ddl_lock_table(session, def, TABLE_ACCESS_EXCLUSIVE);
    if (def == NULL || def->columns[attr - 1].is_dropped)
        return;
    struct alter_command command = {
        .kind = ALTER_DROP_COLUMN, .name = def->columns[attr - 1].name, .is_cascade = true};
    struct alter_step step = {.session = session, .command = &command};
    drop_needs(&step, def, attr);
    drop_own(session, catalog_table(session->catalog, table), attr);
}
