/*
 * ddl_alter.c: ALTER TABLE, subcommand by subcommand, in the order written.
 *
 * A change that rows must follow (a new key, another type, a computed default) puts the rows into
 * new trees with the new definition at the end of its subcommand; all others only change the
 * definition.
 */
#include "session/ddl_alter.h"

#include "base/raise.h"
#include "session/constraints.h"
#include "session/ddl_draft.h"
#include "session/ddl_partition.h"
#include "session/ddl_typed.h"
#include "session/ddl_view.h"
#include "session/scope.h"
#include "session/utility_run.h"

static void
set_owner(const struct alter_step *step, const struct table *table)
{
    struct alter_object owner = {.object = OBJECT_KIND_TABLE, .value = step->command->name};
    owner.item.name = (struct object_name){.schema = table->schema_name, .name = table->name};
    ddl_set_owner(step->session, &owner);
}

/* What links the table with others, and what is not there. */
static void
run_link(const struct alter_step *step, const struct table *table)
{
    switch (step->command->kind) {
    case ALTER_ATTACH_PARTITION:
        partition_attach(step->session, table, step->command);
        break;
    case ALTER_DETACH_PARTITION:
    case ALTER_FINALIZE_DETACH:
        partition_detach(step->session, table, step->command);
        break;
    case ALTER_SET_STATISTICS:
    case ALTER_SET_STORAGE:
    case ALTER_SET_COMPRESSION:
        alter_column_property(step, table);
        break;
    case ALTER_OF:
        alter_of(step, table);
        break;
    case ALTER_NOT_OF:
        alter_not_of(step, table);
        break;
    case ALTER_WITHOUT_OIDS:
        break;
    case ALTER_INHERIT:
        alter_inherit(step, table);
        break;
    case ALTER_NO_INHERIT:
        alter_no_inherit(step, table);
        break;
    case ALTER_SET_OPTIONS:
    case ALTER_RESET_OPTIONS:
        if (table->kind == TABLE_VIEW) {
            ddl_alter_view_options(step->session, table, step->command);
            break;
        }
        /* fall through */
    default:
        raise(SQLSTATE_FEATURE_NOT_SUPPORTED, "this form of ALTER TABLE is not supported yet");
    }
}

static void
run_command(const struct alter_step *step, const struct table *table)
{
    switch (step->command->kind) {
    case ALTER_ADD_COLUMN:
        alter_add_column(step, table);
        break;
    case ALTER_DROP_COLUMN:
        alter_drop_column(step, table);
        break;
    case ALTER_COLUMN_TYPE:
        alter_column_type(step, table);
        break;
    case ALTER_ADD_CONSTRAINT:
        alter_add_constraint(step, table);
        break;
    case ALTER_ALTER_CONSTRAINT:
        alter_constraint(step, table);
        break;
    case ALTER_VALIDATE_CONSTRAINT:
        alter_validate_constraint(step, table);
        break;
    case ALTER_DROP_CONSTRAINT:
        alter_drop_constraint(step, table);
        break;
    case ALTER_OWNER:
        set_owner(step, table);
        break;
    case ALTER_SET_DEFAULT:
    case ALTER_DROP_DEFAULT:
    case ALTER_SET_NOT_NULL:
    case ALTER_DROP_NOT_NULL:
    case ALTER_ADD_IDENTITY:
    case ALTER_SET_IDENTITY:
    case ALTER_DROP_IDENTITY:
    case ALTER_DROP_EXPRESSION:
        alter_column(step, table);
        break;
    default:
        run_link(step, table);
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

static const char *
action_name(enum alter_kind kind)
{
    switch (kind) {
    case ALTER_ADD_COLUMN:
        return "ADD COLUMN";
    case ALTER_DROP_COLUMN:
        return "DROP COLUMN";
    case ALTER_COLUMN_TYPE:
        return "ALTER COLUMN ... TYPE";
    case ALTER_SET_NOT_NULL:
        return "ALTER COLUMN ... SET NOT NULL";
    case ALTER_DROP_NOT_NULL:
        return "ALTER COLUMN ... DROP NOT NULL";
    case ALTER_DROP_EXPRESSION:
        return "ALTER COLUMN ... DROP EXPRESSION";
    case ALTER_SET_STATISTICS:
        return "ALTER COLUMN ... SET STATISTICS";
    case ALTER_SET_STORAGE:
        return "ALTER COLUMN ... SET STORAGE";
    case ALTER_SET_COMPRESSION:
        return "ALTER COLUMN ... SET COMPRESSION";
    case ALTER_ADD_IDENTITY:
        return "ALTER COLUMN ... ADD IDENTITY";
    case ALTER_SET_IDENTITY:
        return "ALTER COLUMN ... SET";
    case ALTER_DROP_IDENTITY:
        return "ALTER COLUMN ... DROP IDENTITY";
    case ALTER_ADD_CONSTRAINT:
        return "ADD CONSTRAINT";
    case ALTER_ALTER_CONSTRAINT:
        return "ALTER CONSTRAINT";
    case ALTER_VALIDATE_CONSTRAINT:
        return "VALIDATE CONSTRAINT";
    case ALTER_DROP_CONSTRAINT:
        return "DROP CONSTRAINT";
    case ALTER_INHERIT:
        return "INHERIT";
    case ALTER_NO_INHERIT:
        return "NO INHERIT";
    default:
        return NULL;
    }
}

/* A view has columns with defaults, and an owner: nothing else of it can be changed. */
static void
refuse_for_view(const struct alter_table *alter, const struct table *table)
{
    for (uint32_t i = 0; i < alter->command_count; i++) {
        const char *action = action_name(alter->commands[i].kind);
        if (action != NULL)
            raise_error(.code = SQLSTATE_WRONG_OBJECT_TYPE,
                        .message =
                            raise_text("ALTER action %s cannot be performed on relation \"%s\"",
                                       action, table->name),
                        .detail = "This operation is not supported for views.");
    }
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
    if (table->table < OID_USER_FIRST)
        raise(SQLSTATE_INSUFFICIENT_PRIVILEGE, "permission denied: \"%s\" is a system catalog",
              table->name);
    if (table->kind == TABLE_VIEW)
        refuse_for_view(alter, table);
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
    for (uint32_t i = 0; i < alter->command_count; i++) {
        const struct alter_step step = {
            .session = session, .command = &alter->commands[i], .is_only = alter->is_only};
        table = catalog_table(session->catalog, table->table);
        typed_refuse(table, step.command->kind);
        if (is_type)
            typed_follow(&step, table, run_command);
        run_command(&step, table);
    }
}
