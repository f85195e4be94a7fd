/*
 * ddl_alter_constraint.c: ALTER TABLE: constraints added, validated, changed and dropped.
 *
 * Checks are inherited; keys and foreign keys are not.
 */
#include "base/raise.h"
#include "session/ddl_alter.h"
#include "session/ddl_draft.h"
#include "session/ddl_inherit.h"
#include "session/ddl_partition.h"
#include "session/definition.h"
#include "session/run_query.h"

/* ---- rows that must satisfy something ---- */

/* The first row of a query of texts, "a, b"; null: it gives none. A null is shown as such. */
static const char *
first_row(struct session *session, const char *sql)
{
    struct arena *arena = session->statement_arena;
    struct inner_query *query = inner_query_open(session, arena, sql);
    struct batch batch;
    const char *text = NULL;
    if (inner_query_next(query, &batch)) {
        uint32_t row = batch.sel != NULL ? batch.sel[0] : 0;
        text = "";
        for (uint32_t i = 0; i < batch.column_count; i++) {
            union datum value = column_get(&batch.columns[i], row);
            struct slice bytes = column_is_null(&batch.columns[i], row) ? slice_text("null")
                                                                        : view_slice(&value.view);
            text = arena_format(arena, "%s%s%.*s", text, i == 0 ? "" : ", ", (int)bytes.bytes,
                                (const char *)bytes.data);
        }
    }
    inner_query_close(query);
    return text;
}

bool
ddl_finds_row(struct session *session, const char *sql)
{
    struct inner_query *query = inner_query_open(session, session->statement_arena, sql);
    struct batch batch;
    bool found = inner_query_next(query, &batch);
    inner_query_close(query);
    return found;
}

/* The table alone, as FROM names it. */
static const char *
table_text(const struct table *table, struct arena *arena)
{
    return arena_format(arena, "ONLY %s", definition_qualified_name(table, arena));
}

void
ddl_validate_not_null(struct session *session, const struct table *table, const char *column)
{
    struct arena *arena = session->statement_arena;
    if (ddl_finds_row(session,
                      arena_format(arena, "SELECT 1 FROM %s WHERE %s IS NULL LIMIT 1",
                                   table_text(table, arena), definition_name(column, arena))))
        raise(SQLSTATE_NOT_NULL_VIOLATION, "column \"%s\" of relation \"%s\" contains null values",
              column, table->name);
}

void
ddl_validate_check(struct session *session, const struct table *table,
                   const struct constraint_def *constraint)
{
    struct arena *arena = session->statement_arena;
    if (ddl_finds_row(session, arena_format(arena, "SELECT 1 FROM %s WHERE NOT (%s) LIMIT 1",
                                            table_text(table, arena), constraint->check_sql)))
        raise(SQLSTATE_CHECK_VIOLATION,
              "check constraint \"%s\" of relation \"%s\" is violated by some row",
              constraint->name, table->name);
}

void
ddl_validate_foreign(struct session *session, const struct table *table,
                     const struct constraint_def *constraint)
{
    struct arena *arena = session->statement_arena;
    const struct table *target = catalog_table(session->catalog, constraint->foreign_table);
    const char *match = "", *present = "", *some = "", *names = "", *texts = "";
    for (uint16_t i = 0; i < constraint->attr_count; i++) {
        const char *from = definition_name(table->columns[constraint->attrs[i] - 1].name, arena);
        const char *to =
            definition_name(target->columns[constraint->foreign_attrs[i] - 1].name, arena);
        match = arena_format(arena, "%s%st.%s = f.%s", match, i == 0 ? "" : " AND ", to, from);
        present = arena_format(arena, "%s AND f.%s IS NOT NULL", present, from);
        some = arena_format(arena, "%s%sf.%s IS NOT NULL", some, i == 0 ? "" : " OR ", from);
        names = arena_format(arena, "%s%s%s", names, i == 0 ? "" : ", ",
                             table->columns[constraint->attrs[i] - 1].name);
        texts = arena_format(arena, "%s%sf.%s::text", texts, i == 0 ? "" : ", ", from);
    }
    /* The rows of a partitioned table are those of its partitions. */
    const char *target_text = target->kind == TABLE_PARTITIONED
                                  ? definition_qualified_name(target, arena)
                                  : table_text(target, arena);
    const char *sql = arena_format(
        arena, "SELECT %s FROM %s f WHERE NOT EXISTS (SELECT 1 FROM %s t WHERE %s)%s LIMIT 1",
        texts, table_text(table, arena), target_text, match, present);
    const char *key = first_row(session, sql), *detail = NULL;
    if (key != NULL)
        detail =
            raise_text("Key (%s)=(%s) is not present in table \"%s\".", names, key, target->name);
    else if (constraint->match == 'f' && constraint->attr_count > 1 &&
             ddl_finds_row(session,
                           arena_format(arena,
                                        "SELECT 1 FROM %s f WHERE (%s) AND NOT (true%s) LIMIT 1",
                                        table_text(table, arena), some, present)))
        detail = "MATCH FULL does not allow mixing of null and nonnull key values.";
    if (detail != NULL)
        raise_error(.code = SQLSTATE_FOREIGN_KEY_VIOLATION,
                    .message = raise_text(
                        "insert or update on table \"%s\" violates foreign key constraint \"%s\"",
                        table->name, constraint->name),
                    .detail = detail, .schema_name = table->schema_name, .table_name = table->name,
                    .constraint_name = constraint->name);
}

/* ---- ADD CONSTRAINT ---- */

static _Noreturn void
raise_conflict(const struct constraint_def *known, const struct table *table, const char *with)
{
    raise(SQLSTATE_INVALID_OBJECT_DEFINITION,
          "constraint \"%s\" conflicts with %s constraint on relation \"%s\"", known->name, with,
          table->name);
}

/* True if the table has the check, and now has it from a parent, or as its own, too. */
static bool
merge_check(const struct alter_step *step, const struct table *table)
{
    struct session *session = step->session;
    const struct constraint_spec *spec = step->command->constraint;
    struct draft draft;
    draft_of(&draft, session, table);
    struct constraint_def *known = draft_constraint(&draft, spec->name);
    if (known == NULL || spec->kind != CONSTRAINT_CHECK || known->kind != CONSTRAINT_CHECK ||
        strcmp(known->check_sql, spec->check.sql) != 0)
        return false;
    /* Only what came from a parent, or comes from one now, may be there already. */
    if (!step->is_heir && (known->is_local || known->inherit_count == 0))
        return false;
    if (known->is_no_inherit)
        raise_conflict(known, table, "non-inherited");
    if (spec->is_no_inherit && known->inherit_count != 0)
        raise_conflict(known, table, "inherited");
    if (!spec->is_not_valid && !known->is_validated)
        raise_conflict(known, table, "NOT VALID");
    notice(SEVERITY_NOTICE, SQLSTATE_SUCCESSFUL_COMPLETION,
           "merging constraint \"%s\" with inherited definition", known->name);
    if (step->is_heir)
        known->inherit_count++;
    else
        known->is_local = true;
    (void)draft_put(&draft);
    return true;
}

static void
add_to_heirs(const struct alter_step *step, const struct table *table)
{
    struct session *session = step->session;
    const struct constraint_spec *spec = step->command->constraint;
    if (spec->kind != CONSTRAINT_CHECK || spec->is_no_inherit)
        return;
    uint32_t count;
    const oid *heirs = ddl_heirs(session, table, &count);
    if (count != 0 && step->is_only)
        raise(SQLSTATE_INVALID_TABLE_DEFINITION, "constraint must be added to child tables too");
    struct alter_step heir = alter_heir_step(step);
    for (uint32_t i = 0; i < count; i++)
        alter_add_constraint(&heir, catalog_table(session->catalog, heirs[i]));
}

/* The columns of a primary key are not null in tables that inherit, either. */
static void
set_heirs_not_null(const struct alter_step *step, const struct table *table,
                   const struct constraint_def *made)
{
    for (uint16_t i = 0; !step->is_only && i < made->attr_count; i++) {
        struct alter_command command = {.kind = ALTER_SET_NOT_NULL,
                                        .name = table->columns[made->attrs[i] - 1].name};
        struct alter_step not_null = *step;
        not_null.command = &command;
        alter_column(&not_null, catalog_table(step->session->catalog, table->table));
    }
}

/* A foreign key of a partitioned table is one of all its partitions, and holds for all rows. */
static void
refuse_foreign_form(const struct alter_step *step, const struct table *table)
{
    const struct constraint_spec *spec = step->command->constraint;
    const char *target = spec->foreign_table.name;
    if (step->is_only)
        raise(SQLSTATE_WRONG_OBJECT_TYPE,
              "cannot use ONLY for foreign key on partitioned table \"%s\" referencing relation "
              "\"%s\"",
              table->name, target);
    if (spec->is_not_valid)
        raise_error(.code = SQLSTATE_WRONG_OBJECT_TYPE,
                    .message = raise_text("cannot add NOT VALID foreign key on partitioned table "
                                          "\"%s\" referencing relation \"%s\"",
                                          table->name, target),
                    .detail = "This feature is not yet supported on partitioned tables.");
}

/* A key, or a foreign key, of a partitioned table: the partitions get theirs. */
static void
add_to_partitions(const struct alter_step *step, struct draft *draft,
                  const struct constraint_def *made)
{
    struct session *session = step->session;
    const struct table *now = draft_put(draft);
    if (made->kind == CONSTRAINT_FOREIGN) {
        draft_link_foreign(draft);
        partition_spread_foreign(session, now->table, made->constraint);
    } else if (!step->is_only) {
        partition_spread_index(session, now->table, made->index);
    }
}

void
alter_add_constraint(const struct alter_step *step, const struct table *table)
{
    struct session *session = step->session;
    if (merge_check(step, table))
        return;
    struct constraint_spec own = *step->command->constraint;
    if (step->is_heir) {
        own.is_inherited = true;
        own.is_named = true;
        own.inherit_count = 1;
    }
    struct draft draft;
    draft_of(&draft, session, table);
    if (table->kind == TABLE_PARTITIONED && own.kind == CONSTRAINT_FOREIGN)
        refuse_foreign_form(step, table);
    const struct constraint_def made = *draft_take_constraint(&draft, &own);
    if (table->kind == TABLE_PARTITIONED && made.kind != CONSTRAINT_CHECK) {
        add_to_partitions(step, &draft, &made);
        return;
    }
    if (made.kind == CONSTRAINT_UNIQUE) {
        ddl_build_index(session, &draft, draft.indexes[draft.table.index_count - 1]);
        return;
    }
    if (made.kind == CONSTRAINT_PRIMARY) {
        for (uint16_t i = 0; i < made.attr_count; i++)
            ddl_validate_not_null(session, table, table->columns[made.attrs[i] - 1].name);
        ddl_rebuild(session, table, &draft);
        set_heirs_not_null(step, catalog_table(session->catalog, table->table), &made);
        return;
    }
    const struct table *now = draft_put(&draft);
    draft_link_foreign(&draft);
    if (made.is_validated && made.kind == CONSTRAINT_CHECK)
        ddl_validate_check(session, now, &made);
    else if (made.is_validated && made.kind == CONSTRAINT_FOREIGN)
        ddl_validate_foreign(session, now, &made);
    add_to_heirs(step, now);
}

/* ---- VALIDATE, ALTER ---- */

static struct constraint_def *
get_constraint(const struct alter_step *step, struct draft *draft)
{
    struct constraint_def *constraint = draft_constraint(draft, step->command->name);
    if (constraint == NULL)
        raise(SQLSTATE_UNDEFINED_OBJECT, "constraint \"%s\" of relation \"%s\" does not exist",
              step->command->name, draft->table.name);
    return constraint;
}

void
alter_validate_constraint(const struct alter_step *step, const struct table *table)
{
    struct session *session = step->session;
    struct draft draft;
    draft_of(&draft, session, table);
    struct constraint_def *constraint = get_constraint(step, &draft);
    if (constraint->kind != CONSTRAINT_CHECK && constraint->kind != CONSTRAINT_FOREIGN)
        raise(SQLSTATE_WRONG_OBJECT_TYPE,
              "constraint \"%s\" of relation \"%s\" is not a foreign key or check constraint",
              constraint->name, table->name);
    if (constraint->is_validated)
        return;
    if (constraint->kind == CONSTRAINT_CHECK)
        ddl_validate_check(session, table, constraint);
    else
        ddl_validate_foreign(session, table, constraint);
    constraint->is_validated = true;
    bool is_inherited = constraint->kind == CONSTRAINT_CHECK && !constraint->is_no_inherit;
    (void)draft_put(&draft);
    uint32_t count = 0;
    const oid *heirs = is_inherited ? ddl_heirs(session, table, &count) : NULL;
    if (count != 0 && step->is_only)
        raise(SQLSTATE_INVALID_TABLE_DEFINITION,
              "constraint must be validated on child tables too");
    struct alter_step heir = alter_heir_step(step);
    for (uint32_t i = 0; i < count; i++)
        alter_validate_constraint(&heir, catalog_table(session->catalog, heirs[i]));
}

/* The parts of a foreign key in all partitions follow it. */
static void
alter_parts(const struct alter_step *step, const struct table *table, oid parent)
{
    struct session *session = step->session;
    for (uint32_t i = 0; table->kind == TABLE_PARTITIONED && i < table->child_count; i++) {
        const struct table *child = catalog_table(session->catalog, table->children[i]);
        struct draft draft;
        draft_of(&draft, session, child);
        for (uint16_t k = 0; k < draft.table.constraint_count; k++) {
            struct constraint_def *part = &draft.constraints[k];
            if (part->parent != parent)
                continue;
            const oid number = part->constraint;
            part->is_deferrable = step->command->constraint->is_deferrable;
            part->is_deferred = step->command->constraint->is_deferred;
            (void)draft_put(&draft);
            alter_parts(step, child, number);
            break;
        }
    }
}

static _Noreturn void
refuse_part(struct session *session, const struct table *table,
            const struct constraint_def *constraint)
{
    const struct table *parent = catalog_table(session->catalog, table->parents[0]);
    const char *above = constraint->name;
    for (uint16_t i = 0; i < parent->constraint_count; i++)
        if (parent->constraints[i].constraint == constraint->parent)
            above = parent->constraints[i].name;
    raise_error(.code = SQLSTATE_OBJECT_NOT_IN_PREREQUISITE_STATE,
                .message = raise_text("cannot alter constraint \"%s\" on relation \"%s\"",
                                      constraint->name, table->name),
                .detail = raise_text("Constraint \"%s\" is derived from constraint \"%s\" of "
                                     "relation \"%s\".",
                                     constraint->name, above, parent->name),
                .hint = "You may alter the constraint it derives from, instead.");
}

void
alter_constraint(const struct alter_step *step, const struct table *table)
{
    struct draft draft;
    draft_of(&draft, step->session, table);
    struct constraint_def *constraint = get_constraint(step, &draft);
    if (constraint->kind != CONSTRAINT_FOREIGN)
        raise(SQLSTATE_WRONG_OBJECT_TYPE,
              "constraint \"%s\" of relation \"%s\" is not a foreign key constraint",
              step->command->name, table->name);
    if (constraint->parent != OID_NONE)
        refuse_part(step->session, table, constraint);
    const oid number = constraint->constraint;
    constraint->is_deferrable = step->command->constraint->is_deferrable;
    constraint->is_deferred = step->command->constraint->is_deferred;
    (void)draft_put(&draft);
    alter_parts(step, table, number);
}

/* ---- DROP CONSTRAINT ---- */

/* Foreign keys of other tables that need the key. */
static void
drop_references(const struct alter_step *step, const struct table *table, oid index)
{
    struct session *session = step->session;
    for (uint16_t i = 0; i < table->referenced_count; i++) {
        const struct table *other = catalog_table(session->catalog, table->referencing[i]);
        for (uint16_t k = 0; other != NULL && k < other->constraint_count; k++) {
            const struct constraint_def *def = &other->constraints[k];
            if (def->kind != CONSTRAINT_FOREIGN || def->index != index)
                continue;
            const char *name = definition_relation_name(session, other, session->statement_arena);
            if (!step->command->is_cascade)
                raise_error(.code = SQLSTATE_DEPENDENT_OBJECTS_STILL_EXIST,
                            .message = raise_text("cannot drop constraint %s on table %s because "
                                                  "other objects depend on it",
                                                  step->command->name, table->name),
                            .detail = raise_text("constraint %s on table %s depends on index %s",
                                                 def->name, name, step->command->name),
                            .hint = "Use DROP ... CASCADE to drop the dependent objects too.");
            notice(SEVERITY_NOTICE, SQLSTATE_SUCCESSFUL_COMPLETION,
                   "drop cascades to constraint %s on table %s", def->name, name);
            struct alter_command command = {.kind = ALTER_DROP_CONSTRAINT, .name = def->name};
            struct alter_step drop = {.session = session, .command = &command};
            alter_drop_constraint(&drop, other);
            other = catalog_table(session->catalog, table->referencing[i]);
            k = UINT16_MAX; /* from the beginning: the list is another one */
        }
    }
}

/* A child has the check from one parent less. */
static void
release_heir(const struct alter_step *step, const struct table *child)
{
    struct session *session = step->session;
    struct draft draft;
    draft_of(&draft, session, child);
    struct constraint_def *constraint = get_constraint(step, &draft);
    if (constraint->inherit_count == 0)
        return;
    if (!step->is_only && constraint->inherit_count == 1 && !constraint->is_local) {
        struct alter_step heir = alter_heir_step(step);
        alter_drop_constraint(&heir, child);
        return;
    }
    constraint->inherit_count--;
    if (step->is_only)
        constraint->is_local = true;
    (void)draft_put(&draft);
}

static void
remove_constraint(const struct alter_step *step, const struct table *table,
                  const struct constraint_def *constraint)
{
    struct session *session = step->session;
    struct draft draft;
    draft_of(&draft, session, table);
    catalog_forget_dependencies(
        session->catalog,
        (struct object_ref){.class_oid = CLASS_CONSTRAINT, .object = constraint->constraint});
    draft_remove_constraint(&draft, constraint->constraint);
    if (constraint->kind == CONSTRAINT_PRIMARY && table_is_stored(table)) {
        draft_remove_index(&draft, constraint->index);
        ddl_rebuild(session, table, &draft);
        return;
    }
    if (constraint->kind == CONSTRAINT_UNIQUE || constraint->kind == CONSTRAINT_PRIMARY) {
        for (uint16_t i = 0; table_is_stored(table) && i < table->index_count; i++)
            if (table->indexes[i]->index == constraint->index &&
                txn_tree_drop(session->txn, table->indexes[i]->tree) != ST_OK)
                raise(SQLSTATE_INTERNAL_ERROR, "could not drop index \"%s\"", constraint->name);
        draft_remove_index(&draft, constraint->index);
    }
    (void)draft_put(&draft);
    if (constraint->kind == CONSTRAINT_FOREIGN)
        ddl_forget_foreign(session, constraint->foreign_table, table->table);
}

void
alter_drop_constraint(const struct alter_step *step, const struct table *table)
{
    struct session *session = step->session;
    const struct alter_command *command = step->command;
    struct draft draft;
    draft_of(&draft, session, table);
    struct constraint_def *found = draft_constraint(&draft, command->name);
    if (found == NULL && command->if_exists) {
        notice(SEVERITY_NOTICE, SQLSTATE_UNDEFINED_OBJECT,
               "constraint \"%s\" of relation \"%s\" does not exist, skipping", command->name,
               table->name);
        return;
    }
    struct constraint_def constraint = *get_constraint(step, &draft);
    if (constraint.inherit_count != 0 && !step->is_heir)
        raise(SQLSTATE_INVALID_TABLE_DEFINITION,
              "cannot drop inherited constraint \"%s\" of relation \"%s\"", command->name,
              table->name);
    if (constraint.kind == CONSTRAINT_PRIMARY || constraint.kind == CONSTRAINT_UNIQUE)
        drop_references(step, table, constraint.index);
    table = catalog_table(session->catalog, table->table);
    if (constraint.kind == CONSTRAINT_FOREIGN)
        partition_drop_foreign(session, table, constraint.constraint);
    else if (constraint.kind != CONSTRAINT_CHECK)
        partition_drop_parts(session, table, constraint.index);
    uint32_t count = 0;
    const oid *heirs = constraint.kind == CONSTRAINT_CHECK && !constraint.is_no_inherit
                           ? ddl_heirs(session, table, &count)
                           : NULL;
    if (count != 0 && step->is_only && table->kind == TABLE_PARTITIONED)
        raise_error(.code = SQLSTATE_INVALID_TABLE_DEFINITION,
                    .message = "cannot remove constraint from only the partitioned table when "
                               "partitions exist",
                    .hint = "Do not specify the ONLY keyword.");
    remove_constraint(step, catalog_table(session->catalog, table->table), &constraint);
    for (uint32_t i = 0; i < count; i++)
        release_heir(step, catalog_table(session->catalog, heirs[i]));
}
