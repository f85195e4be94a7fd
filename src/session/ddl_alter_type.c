/*
 * ddl_alter_type.c: ALTER TABLE ... ALTER COLUMN ... TYPE: the rows go to new trees, converted.
 */
#include "base/raise.h"
#include "session/ddl_alter.h"
#include "session/ddl_draft.h"
#include "session/ddl_inherit.h"
#include "session/ddl_partition.h"
#include "session/definition.h"
#include "session/feed.h"
#include "session/type_use.h"

/* What reads the column and cannot follow it. */
static void
refuse_readers(const struct alter_step *step, const struct table *table, attr_no attr)
{
    struct session *session = step->session;
    const char *name = table->columns[attr - 1].name;
    uint32_t count;
    const struct table **views = alter_views_of(session, table, attr, &count);
    if (count != 0)
        raise_error(.code = SQLSTATE_FEATURE_NOT_SUPPORTED,
                    .message = "cannot alter type of a column used by a view or rule",
                    .detail = raise_text(
                        "rule _RETURN on %sview %s depends on column \"%s\"",
                        views[0]->kind == TABLE_MATERIALISED ? "materialized " : "",
                        definition_relation_name(session, views[0], session->statement_arena),
                        name));
    for (uint16_t i = 0; i < table->column_count; i++) {
        const struct column_def *other = &table->columns[i];
        if (!other->is_dropped && other->attr != attr &&
            alter_text_reads(session, table, other->generated_sql, attr))
            raise_error(.code = SQLSTATE_SYNTAX_ERROR,
                        .message = "cannot alter type of a column used by a generated column",
                        .detail = raise_text("Column \"%s\" is used by generated column \"%s\".",
                                             name, other->name));
    }
}

/* Keys over the column, and over expressions that read it, have other types now. */
static void
retype_keys(const struct alter_step *step, struct draft *draft, attr_no attr)
{
    struct session *session = step->session;
    struct arena *arena = session->statement_arena;
    struct analyze_options options = {.arena = arena, .scope = &session->scope};
    struct table sketch = draft->table;
    sketch.columns = draft->columns;
    for (uint16_t i = 0; i < draft->table.index_count; i++) {
        struct index_def *index = draft->indexes[i];
        struct index_key *keys = arena_copy(arena, index->keys, index->key_count * sizeof *keys);
        for (uint16_t k = 0; k < index->key_count; k++) {
            if (keys[k].attr == attr)
                keys[k].type = step->command->type;
            else if (keys[k].expr_sql != NULL)
                keys[k].type =
                    analyze_expr(&options, &sketch, keys[k].expr_sql, OID_NONE, -1)->type;
        }
        index->keys = keys;
    }
}

/* The list of a SELECT that converts the column and takes the others as they are. */
static const char *
select_list(const struct alter_step *step, const struct table *now, attr_no attr, attr_no *attrs,
            uint32_t *count)
{
    struct arena *arena = step->session->statement_arena;
    const char *columns = "";
    *count = 0;
    for (uint16_t i = 0; i < now->column_count; i++) {
        const struct column_def *other = &now->columns[i];
        if (other->is_dropped || other->generated_sql != NULL)
            continue;
        const char *source = other->attr == attr ? step->command->using_expr.sql
                                                 : definition_name(other->name, arena);
        columns = arena_format(arena, "%s%s%s", columns, *count == 0 ? "" : ", ", source);
        attrs[(*count)++] = other->attr;
    }
    return columns;
}

static void
convert(const struct alter_step *step, const struct table *table, struct draft *draft, attr_no attr)
{
    struct session *session = step->session;
    if (!table_is_stored(table)) {
        (void)draft_put(draft);
        return;
    }
    draft->table.tree = ddl_new_tree(session, draft->table.schema);
    for (uint16_t i = 0; i < draft->table.index_count; i++)
        draft->indexes[i]->tree = draft->indexes[i]->is_primary
                                      ? draft->table.tree
                                      : ddl_new_tree(session, draft->table.schema);
    const struct table *now = draft_put(draft);
    attr_no *attrs =
        arena_alloc_array(session->statement_arena, now->column_count + 1u, sizeof *attrs);
    uint32_t count;
    const char *columns = select_list(step, now, attr, attrs, &count);
    feed_rewrite(session, table, now, columns, attrs, count);
    for (uint16_t i = 0; i < now->constraint_count; i++) {
        const struct constraint_def *def = &now->constraints[i];
        if (def->kind == CONSTRAINT_CHECK && def->is_validated &&
            alter_check_reads(session, now, def, attr))
            ddl_validate_check(session, now, def);
    }
}

static void
change_one(const struct alter_step *step, const struct table *table)
{
    struct session *session = step->session;
    const struct alter_command *command = step->command;
    struct draft draft;
    draft_of(&draft, session, table);
    struct column_def *column = draft_get_column(&draft, command->name);
    attr_no attr = column->attr;
    partition_refuse_column(session, table, attr, "alter");
    refuse_readers(step, table, attr);
    type_refuse_stored(session, table);
    column->type = command->type;
    column->typmod = command->typmod;
    column->collation = command->collation;
    column->has_missing = false;
    if (command->default_expr.sql != NULL && !step->is_heir)
        column->default_sql = command->default_expr.sql;
    retype_keys(step, &draft, attr);
    convert(step, table, &draft, attr);
}

/* Refuses a column that comes from other parents, too, than those of the tables. */
static void
check_origin(const struct alter_step *step, const struct table *table, const oid *tables,
             uint32_t count)
{
    struct draft draft;
    draft_of(&draft, step->session, table);
    const struct column_def *column = draft_get_column(&draft, step->command->name);
    if (column->inherit_count <= ddl_parents_among(table, tables, count))
        return;
    if (table->table == tables[0])
        raise(SQLSTATE_INVALID_TABLE_DEFINITION, "cannot alter inherited column \"%s\"",
              column->name);
    raise(SQLSTATE_INVALID_TABLE_DEFINITION,
          "cannot alter inherited column \"%s\" of relation \"%s\"", column->name, table->name);
}

void
alter_column_type(const struct alter_step *step, const struct table *table)
{
    struct session *session = step->session;
    uint32_t count;
    const oid *tables = ddl_descendants(session, table, &count);
    for (uint32_t i = 0; i < count; i++)
        check_origin(step, catalog_table(session->catalog, tables[i]), tables, count);
    if (count > 1 && step->is_only)
        raise(SQLSTATE_INVALID_TABLE_DEFINITION,
              "type of inherited column \"%s\" must be changed in child tables too",
              step->command->name);
    change_one(step, catalog_table(session->catalog, table->table));
    struct alter_step heir = alter_heir_step(step);
    for (uint32_t i = 1; i < count; i++)
        change_one(&heir, catalog_table(session->catalog, tables[i]));
}
