/*
 * ddl_alter.c: ALTER TABLE, subcommand by subcommand, in the order written.
 *
 * A change that rows must follow (a new key, another type, a computed default) puts the rows into
 * new trees with the new definition at the end of its subcommand; all others only change the
 * definition.
 */
#include "base/raise.h"
#include "session/constraints.h"
#include "session/ddl_draft.h"
#include "session/ddl_partition.h"
#include "session/ddl_sequence.h"
#include "session/definition.h"
#include "session/feed.h"
#include "session/run_query.h"
#include "session/scope.h"
#include "session/type_use.h"
#include "session/utility_run.h"

/* ---- rows that must satisfy something ---- */

/* True if the query gives a row. */
static bool
finds_row(struct session *session, const char *sql)
{
    struct inner_query *query = inner_query_open(session, session->statement_arena, sql);
    struct batch batch;
    bool found = inner_query_next(query, &batch);
    inner_query_close(query);
    return found;
}

static const char *
table_text(const struct table *table, struct arena *arena)
{
    return arena_format(arena, "%s.%s", definition_name(table->schema_name, arena),
                        definition_name(table->name, arena));
}

void
ddl_validate_not_null(struct session *session, const struct table *table, const char *column)
{
    struct arena *arena = session->statement_arena;
    if (finds_row(session, arena_format(arena, "SELECT 1 FROM %s WHERE %s IS NULL LIMIT 1",
                                        table_text(table, arena), definition_name(column, arena))))
        raise(SQLSTATE_NOT_NULL_VIOLATION, "column \"%s\" of relation \"%s\" contains null values",
              column, table->name);
}

static void
validate_check(struct session *session, const struct table *table,
               const struct constraint_def *constraint)
{
    struct arena *arena = session->statement_arena;
    if (finds_row(session, arena_format(arena, "SELECT 1 FROM %s WHERE NOT (%s) LIMIT 1",
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
    const char *match = "", *present = "";
    for (uint16_t i = 0; i < constraint->attr_count; i++) {
        const char *from = definition_name(table->columns[constraint->attrs[i] - 1].name, arena);
        const char *to =
            definition_name(target->columns[constraint->foreign_attrs[i] - 1].name, arena);
        match = arena_format(arena, "%s%st.%s = f.%s", match, i == 0 ? "" : " AND ", to, from);
        present = arena_format(arena, "%s AND f.%s IS NOT NULL", present, from);
    }
    const char *sql = arena_format(
        arena, "SELECT 1 FROM %s f WHERE NOT EXISTS (SELECT 1 FROM %s t WHERE %s)%s LIMIT 1",
        table_text(table, arena), table_text(target, arena), match, present);
    if (finds_row(session, sql))
        raise(SQLSTATE_FOREIGN_KEY_VIOLATION,
              "insert or update on table \"%s\" violates foreign key constraint \"%s\"",
              table->name, constraint->name);
}

/* ---- columns ---- */

static void
add_column(struct session *session, const struct table *table, const struct alter_command *command)
{
    const struct column_spec *spec = command->column;
    if (spec == NULL) { /* IF NOT EXISTS, and analysis found it */
        notice(SEVERITY_NOTICE, SQLSTATE_DUPLICATE_COLUMN,
               "column \"%s\" of relation \"%s\" already exists, skipping", command->name,
               table->name);
        return;
    }
    struct draft draft;
    draft_of(&draft, session, table);
    draft_take_column(&draft, spec);
    if (!table_is_stored(table)) {
        (void)draft_put(&draft);
        return;
    }
    if (spec->default_expr.sql != NULL)
        type_refuse_stored(session, table);
    bool needs_rows = spec->default_expr.sql != NULL || spec->generated.sql != NULL ||
                      spec->serial != SERIAL_NONE;
    if (needs_rows) {
        ddl_rebuild(session, table, &draft);
        return;
    }
    uint64_t rows;
    enum status st = txn_row_count(session->txn, table->tree, &rows);
    if (st != ST_OK)
        raise_status(st, "could not read table \"%s\"", table->name);
    struct column_def *column = draft_column(&draft, spec->name);
    if (column->is_not_null && rows != 0)
        raise(SQLSTATE_NOT_NULL_VIOLATION, "column \"%s\" of relation \"%s\" contains null values",
              spec->name, table->name);
    column->has_missing = true;
    column->missing_is_null = true;
    (void)draft_put(&draft);
}

static bool
index_uses(const struct index_def *index, attr_no attr)
{
    for (uint16_t i = 0; i < index->key_count; i++)
        if (index->keys[i].attr == attr)
            return true;
    for (uint16_t i = 0; i < index->include_count; i++)
        if (index->include[i] == attr)
            return true;
    return false;
}

static bool
constraint_uses(const struct constraint_def *constraint, attr_no attr)
{
    for (uint16_t i = 0; i < constraint->attr_count; i++)
        if (constraint->attrs[i] == attr)
            return true;
    return false;
}

/* True if the expression names the column as a word: SQL text is all that is stored of it. */
static bool
text_names(const char *sql, const char *name)
{
    if (sql == NULL)
        return false;
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

void
ddl_refuse_named_use(struct session *session, const struct table *table, attr_no attr,
                     const char *what)
{
    const char *name = table->columns[attr - 1].name;
    bool is_used = false;
    for (uint16_t i = 0; i < table->column_count; i++)
        is_used |= !table->columns[i].is_dropped && i != attr - 1 &&
                   text_names(table->columns[i].generated_sql, name);
    for (uint16_t i = 0; i < table->constraint_count; i++)
        is_used |= text_names(table->constraints[i].check_sql, name);
    for (uint16_t i = 0; i < table->index_count; i++) {
        is_used |= text_names(table->indexes[i]->predicate_sql, name);
        for (uint16_t k = 0; k < table->indexes[i]->key_count; k++)
            is_used |= text_names(table->indexes[i]->keys[k].expr_sql, name);
    }
    uint32_t count;
    struct dependency *list = catalog_dependents(
        session->catalog, (struct object_ref){.class_oid = CLASS_RELATION, .object = table->table},
        session->statement_arena, &count);
    for (uint32_t i = 0; i < count; i++) {
        const struct table *other = list[i].object.class_oid == CLASS_RELATION
                                        ? catalog_table(session->catalog, list[i].object.object)
                                        : NULL;
        is_used |= other != NULL && other->view_sql != NULL && text_names(other->view_sql, name);
    }
    if (is_used)
        raise_error(.code = SQLSTATE_FEATURE_NOT_SUPPORTED,
                    .message = raise_text("cannot %s column \"%s\" of table \"%s\" because a view, "
                                          "check, index or generated column reads it",
                                          what, name, table->name),
                    .hint = "Drop what reads it, and make it again afterwards.");
}

static void take_column_away(struct session *session, const struct table *table, attr_no attr);

static void
drop_column(struct session *session, const struct table *table, const struct alter_command *command)
{
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
    ddl_refuse_named_use(session, table, attr, "drop");
    struct object_ref ref = {.class_oid = CLASS_RELATION, .object = table->table, .sub = attr};
    type_refuse_stored(session, table);
    ddl_drop_dependents(session, ref, command->is_cascade,
                        arena_format(session->statement_arena, "column %s of table %s",
                                     command->name, table->name));
    take_column_away(session, catalog_table(session->catalog, table->table), attr);
}

void
ddl_drop_column(struct session *session, oid table, attr_no attr)
{
    const struct table *def = catalog_table(session->catalog, table);
    if (def != NULL && table_is_stored(def))
        def = ddl_lock_table(session, def, TABLE_ACCESS_EXCLUSIVE);
    if (def == NULL || def->columns[attr - 1].is_dropped)
        return;
    ddl_refuse_named_use(session, def, attr, "drop");
    type_refuse_stored(session, def);
    take_column_away(session, def, attr);
}

static void
take_column_away(struct session *session, const struct table *table, attr_no attr)
{
    struct draft draft;
    draft_of(&draft, session, table);
    bool loses_key = table->primary != NULL && index_uses(table->primary, attr);
    for (uint16_t i = draft.table.constraint_count; i-- > 0;)
        if (constraint_uses(&draft.constraints[i], attr))
            draft_remove_constraint(&draft, draft.constraints[i].constraint);
    for (uint16_t i = draft.table.index_count; i-- > 0;) {
        const struct index_def *index = draft.indexes[i];
        if (!index_uses(index, attr))
            continue;
        if (!index->is_primary && !loses_key && txn_tree_drop(session->txn, index->tree) != ST_OK)
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
}

static void
change_type(struct session *session, const struct table *table, const struct alter_command *command)
{
    struct arena *arena = session->statement_arena;
    struct draft draft;
    draft_of(&draft, session, table);
    struct column_def *column = draft_get_column(&draft, command->name);
    ddl_refuse_named_use(session, table, column->attr, "change the type of");
    type_refuse_stored(session, table);
    attr_no attr = column->attr;
    column->type = command->type;
    column->typmod = command->typmod;
    column->collation = command->collation;
    column->has_missing = false;
    if (command->default_expr.sql != NULL)
        column->default_sql = command->default_expr.sql;
    for (uint16_t i = 0; i < draft.table.index_count; i++) {
        struct index_key *keys =
            arena_copy(arena, draft.indexes[i]->keys, draft.indexes[i]->key_count * sizeof *keys);
        for (uint16_t k = 0; k < draft.indexes[i]->key_count; k++)
            if (keys[k].attr == attr)
                keys[k].type = command->type;
        draft.indexes[i]->keys = keys;
    }
    if (!table_is_stored(table)) {
        (void)draft_put(&draft);
        return;
    }
    draft.table.tree = ddl_new_tree(session, draft.table.schema);
    for (uint16_t i = 0; i < draft.table.index_count; i++)
        draft.indexes[i]->tree = draft.indexes[i]->is_primary
                                     ? draft.table.tree
                                     : ddl_new_tree(session, draft.table.schema);
    const struct table *now = draft_put(&draft);
    const char *columns = "";
    attr_no *attrs = arena_alloc_array(arena, now->column_count + 1u, sizeof *attrs);
    uint32_t count = 0;
    for (uint16_t i = 0; i < now->column_count; i++) {
        const struct column_def *other = &now->columns[i];
        if (other->is_dropped || other->generated_sql != NULL)
            continue;
        const char *source =
            other->attr == attr ? command->using_expr.sql : definition_name(other->name, arena);
        columns = arena_format(arena, "%s%s%s", columns, count == 0 ? "" : ", ", source);
        attrs[count++] = other->attr;
    }
    feed_rewrite(session, table, now, columns, attrs, count);
}

static void
change_column(struct session *session, const struct table *table,
              const struct alter_command *command)
{
    struct draft draft;
    draft_of(&draft, session, table);
    struct column_def *column = draft_get_column(&draft, command->name);
    switch (command->kind) {
    case ALTER_SET_DEFAULT:
        column->default_sql = command->default_expr.sql;
        break;
    case ALTER_DROP_DEFAULT:
        column->default_sql = NULL;
        break;
    case ALTER_SET_NOT_NULL:
        ddl_validate_not_null(session, table, column->name);
        column->is_not_null = true;
        break;
    case ALTER_DROP_NOT_NULL:
        if (table->primary != NULL && index_uses(table->primary, column->attr))
            raise(SQLSTATE_INVALID_TABLE_DEFINITION, "column \"%s\" is in a primary key",
                  column->name);
        if (column->identity != IDENTITY_NONE)
            raise(SQLSTATE_SYNTAX_ERROR, "column \"%s\" of relation \"%s\" is an identity column",
                  column->name, table->name);
        column->is_not_null = false;
        break;
    case ALTER_ADD_IDENTITY: {
        struct object_name name = {.schema = table->schema_name, .name = command->sequence_name};
        if (column->identity != IDENTITY_NONE)
            raise(SQLSTATE_OBJECT_NOT_IN_PREREQUISITE_STATE,
                  "column \"%s\" of relation \"%s\" is already an identity column", column->name,
                  table->name);
        column->identity = command->identity;
        column->sequence = sequence_make(session, &name, &command->sequence, column->type,
                                         table->table, column->attr);
        break;
    }
    case ALTER_DROP_IDENTITY:
        if (column->identity == IDENTITY_NONE && !command->if_exists)
            raise(SQLSTATE_OBJECT_NOT_IN_PREREQUISITE_STATE,
                  "column \"%s\" of relation \"%s\" is not an identity column", column->name,
                  table->name);
        if (column->identity != IDENTITY_NONE)
            sequence_remove(session, column->sequence);
        column->identity = IDENTITY_NONE;
        column->sequence = OID_NONE;
        break;
    default:
        raise(SQLSTATE_FEATURE_NOT_SUPPORTED, "this form of ALTER COLUMN is not supported yet");
    }
    (void)draft_put(&draft);
}

/* ---- constraints ---- */

static void
add_constraint(struct session *session, const struct table *table,
               const struct alter_command *command)
{
    struct draft draft;
    draft_of(&draft, session, table);
    const struct constraint_def made = *draft_take_constraint(&draft, command->constraint);
    if (made.kind == CONSTRAINT_UNIQUE) {
        ddl_build_index(session, &draft, draft.indexes[draft.table.index_count - 1]);
        return;
    }
    if (made.kind == CONSTRAINT_PRIMARY) {
        for (uint16_t i = 0; i < made.attr_count; i++)
            ddl_validate_not_null(session, table, table->columns[made.attrs[i] - 1].name);
        ddl_rebuild(session, table, &draft);
        return;
    }
    const struct table *now = draft_put(&draft);
    draft_link_foreign(&draft);
    if (made.is_validated && made.kind == CONSTRAINT_CHECK)
        validate_check(session, now, &made);
    else if (made.is_validated && made.kind == CONSTRAINT_FOREIGN)
        ddl_validate_foreign(session, now, &made);
}

static void
validate_constraint(struct session *session, const struct table *table, const char *name)
{
    struct draft draft;
    draft_of(&draft, session, table);
    struct constraint_def *constraint = draft_constraint(&draft, name);
    if (constraint == NULL)
        raise(SQLSTATE_UNDEFINED_OBJECT, "constraint \"%s\" of relation \"%s\" does not exist",
              name, table->name);
    if (constraint->kind == CONSTRAINT_CHECK)
        validate_check(session, table, constraint);
    else if (constraint->kind == CONSTRAINT_FOREIGN)
        ddl_validate_foreign(session, table, constraint);
    constraint->is_validated = true;
    (void)draft_put(&draft);
}

static void
drop_constraint(struct session *session, const struct table *table,
                const struct alter_command *command)
{
    struct draft draft;
    draft_of(&draft, session, table);
    struct constraint_def *found = draft_constraint(&draft, command->name);
    if (found == NULL && command->if_exists) {
        notice(SEVERITY_NOTICE, SQLSTATE_UNDEFINED_OBJECT,
               "constraint \"%s\" of relation \"%s\" does not exist, skipping", command->name,
               table->name);
        return;
    }
    if (found == NULL)
        raise(SQLSTATE_UNDEFINED_OBJECT, "constraint \"%s\" of relation \"%s\" does not exist",
              command->name, table->name);
    struct constraint_def constraint = *found;
    bool is_key = constraint.kind == CONSTRAINT_PRIMARY || constraint.kind == CONSTRAINT_UNIQUE;
    for (uint16_t i = 0; is_key && i < table->referenced_count; i++) {
        const struct table *other = catalog_table(session->catalog, table->referencing[i]);
        for (uint16_t k = 0; other != NULL && k < other->constraint_count; k++)
            if (other->constraints[k].kind == CONSTRAINT_FOREIGN &&
                other->constraints[k].index == constraint.index)
                raise_error(.code = SQLSTATE_DEPENDENT_OBJECTS_STILL_EXIST,
                            .message = raise_text("cannot drop constraint %s on table %s because "
                                                  "other objects depend on it",
                                                  constraint.name, table->name),
                            .detail = raise_text("constraint %s on table %s depends on it",
                                                 other->constraints[k].name, other->name),
                            .hint = "Drop the foreign key first.");
    }
    catalog_forget_dependencies(
        session->catalog,
        (struct object_ref){.class_oid = CLASS_CONSTRAINT, .object = constraint.constraint});
    draft_remove_constraint(&draft, constraint.constraint);
    if (constraint.kind == CONSTRAINT_PRIMARY) {
        draft_remove_index(&draft, constraint.index);
        ddl_rebuild(session, table, &draft);
        return;
    }
    if (constraint.kind == CONSTRAINT_UNIQUE) {
        for (uint16_t i = 0; i < table->index_count; i++)
            if (table->indexes[i]->index == constraint.index &&
                txn_tree_drop(session->txn, table->indexes[i]->tree) != ST_OK)
                raise(SQLSTATE_INTERNAL_ERROR, "could not drop index \"%s\"", constraint.name);
        draft_remove_index(&draft, constraint.index);
    }
    (void)draft_put(&draft);
    if (constraint.kind == CONSTRAINT_FOREIGN)
        ddl_forget_referencing(session, constraint.foreign_table, table->table);
}

/* ---- dispatch ---- */

static void
alter_constraint(struct session *session, const struct table *table,
                 const struct alter_command *command)
{
    struct draft draft;
    draft_of(&draft, session, table);
    struct constraint_def *constraint = draft_constraint(&draft, command->name);
    if (constraint == NULL)
        raise(SQLSTATE_UNDEFINED_OBJECT, "constraint \"%s\" of relation \"%s\" does not exist",
              command->name, table->name);
    if (constraint->kind != CONSTRAINT_FOREIGN)
        raise(SQLSTATE_WRONG_OBJECT_TYPE,
              "constraint \"%s\" of relation \"%s\" is not a foreign key constraint", command->name,
              table->name);
    constraint->is_deferrable = command->constraint->is_deferrable;
    constraint->is_deferred = command->constraint->is_deferred;
    (void)draft_put(&draft);
}

static void
run_command(struct session *session, const struct table *table, const struct alter_command *command)
{
    switch (command->kind) {
    case ALTER_ADD_COLUMN:
        add_column(session, table, command);
        break;
    case ALTER_DROP_COLUMN:
        drop_column(session, table, command);
        break;
    case ALTER_COLUMN_TYPE:
        change_type(session, table, command);
        break;
    case ALTER_ADD_CONSTRAINT:
        add_constraint(session, table, command);
        break;
    case ALTER_ALTER_CONSTRAINT:
        alter_constraint(session, table, command);
        break;
    case ALTER_VALIDATE_CONSTRAINT:
        validate_constraint(session, table, command->name);
        break;
    case ALTER_DROP_CONSTRAINT:
        drop_constraint(session, table, command);
        break;
    case ALTER_OWNER: {
        struct alter_object owner = {.object = OBJECT_KIND_TABLE, .value = command->name};
        owner.item.name = (struct object_name){.schema = table->schema_name, .name = table->name};
        ddl_set_owner(session, &owner);
        break;
    }
    case ALTER_SET_DEFAULT:
    case ALTER_DROP_DEFAULT:
    case ALTER_SET_NOT_NULL:
    case ALTER_DROP_NOT_NULL:
    case ALTER_ADD_IDENTITY:
    case ALTER_DROP_IDENTITY:
        change_column(session, table, command);
        break;
    case ALTER_ATTACH_PARTITION:
        partition_attach(session, table, command);
        break;
    case ALTER_DETACH_PARTITION:
    case ALTER_FINALIZE_DETACH:
        partition_detach(session, table, command);
        break;
    default:
        raise(SQLSTATE_FEATURE_NOT_SUPPORTED, "this form of ALTER TABLE is not supported yet");
    }
}

/* What the commands together need: as PostgreSQL, foreign keys come and are checked beside readers,
 * and are checked beside writers. */
static enum table_lock
lock_of(const struct alter_table *alter)
{
    enum table_lock strongest = TABLE_SHARE_UPDATE_EXCLUSIVE;
    for (uint32_t i = 0; i < alter->command_count; i++) {
        const struct alter_command *command = &alter->commands[i];
        enum table_lock mode = TABLE_ACCESS_EXCLUSIVE;
        if (command->kind == ALTER_VALIDATE_CONSTRAINT)
            mode = TABLE_SHARE_UPDATE_EXCLUSIVE;
        else if (command->kind == ALTER_ADD_CONSTRAINT &&
                 command->constraint->kind == CONSTRAINT_FOREIGN)
            mode = TABLE_SHARE_ROW_EXCLUSIVE;
        if (mode > strongest)
            strongest = mode;
    }
    return strongest;
}

void
ddl_alter_table(struct session *session, const struct alter_table *alter)
{
    if (alter->is_missing) {
        notice(SEVERITY_NOTICE, SQLSTATE_UNDEFINED_TABLE,
               "relation \"%s\" does not exist, skipping", alter->name.name);
        return;
    }
    const struct table *table = session_find_table(session, &alter->name);
    if (table->kind == TABLE_INDEX && alter->commands[0].kind == ALTER_ATTACH_PARTITION) {
        partition_attach_index(session, table, &alter->commands[0]);
        return;
    }
    bool is_type = alter->object == OBJECT_KIND_TYPE;
    if (is_type && table->kind != TABLE_COMPOSITE)
        raise(SQLSTATE_WRONG_OBJECT_TYPE, "\"%s\" is not a composite type", table->name);
    if (!is_type && table->kind == TABLE_COMPOSITE)
        raise_error(.code = SQLSTATE_WRONG_OBJECT_TYPE,
                    .message = raise_text("\"%s\" is a composite type", table->name),
                    .hint = "Use ALTER TYPE instead.");
    if (!table_is_stored(table) && table->kind != TABLE_VIEW && !is_type &&
        table->kind != TABLE_PARTITIONED)
        raise(SQLSTATE_WRONG_OBJECT_TYPE, "ALTER TABLE cannot change \"%s\"", table->name);
    if (table_is_stored(table))
        table = ddl_lock_table(session, table, lock_of(alter));
    constraints_refuse_pending(session, table, "ALTER TABLE");
    for (uint32_t i = 0; i < alter->command_count; i++)
        run_command(session, catalog_table(session->catalog, table->table), &alter->commands[i]);
}
