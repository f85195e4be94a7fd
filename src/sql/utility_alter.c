/*
 * utility_alter.c: ALTER TABLE and the statements that share its subcommands.
 */
#include "sql/deparse.h"
#include "sql/utility_int.h"

struct alter_bind {
    struct analysis *an;
    struct sketch sketch;
    const struct table *table;
    struct list commands; /* struct alter_command */
};

static const struct {
    PgQuery__AlterTableType type;
    enum alter_kind kind;
} kinds[] = {
    {PG_QUERY__ALTER_TABLE_TYPE__AT_AddColumn, ALTER_ADD_COLUMN},
    {PG_QUERY__ALTER_TABLE_TYPE__AT_DropColumn, ALTER_DROP_COLUMN},
    {PG_QUERY__ALTER_TABLE_TYPE__AT_AlterColumnType, ALTER_COLUMN_TYPE},
    {PG_QUERY__ALTER_TABLE_TYPE__AT_SetNotNull, ALTER_SET_NOT_NULL},
    {PG_QUERY__ALTER_TABLE_TYPE__AT_DropNotNull, ALTER_DROP_NOT_NULL},
    {PG_QUERY__ALTER_TABLE_TYPE__AT_DropExpression, ALTER_DROP_EXPRESSION},
    {PG_QUERY__ALTER_TABLE_TYPE__AT_SetStatistics, ALTER_SET_STATISTICS},
    {PG_QUERY__ALTER_TABLE_TYPE__AT_SetStorage, ALTER_SET_STORAGE},
    {PG_QUERY__ALTER_TABLE_TYPE__AT_SetCompression, ALTER_SET_COMPRESSION},
    {PG_QUERY__ALTER_TABLE_TYPE__AT_AddIdentity, ALTER_ADD_IDENTITY},
    {PG_QUERY__ALTER_TABLE_TYPE__AT_SetIdentity, ALTER_SET_IDENTITY},
    {PG_QUERY__ALTER_TABLE_TYPE__AT_DropIdentity, ALTER_DROP_IDENTITY},
    {PG_QUERY__ALTER_TABLE_TYPE__AT_AddConstraint, ALTER_ADD_CONSTRAINT},
    {PG_QUERY__ALTER_TABLE_TYPE__AT_AlterConstraint, ALTER_ALTER_CONSTRAINT},
    {PG_QUERY__ALTER_TABLE_TYPE__AT_ValidateConstraint, ALTER_VALIDATE_CONSTRAINT},
    {PG_QUERY__ALTER_TABLE_TYPE__AT_DropConstraint, ALTER_DROP_CONSTRAINT},
    {PG_QUERY__ALTER_TABLE_TYPE__AT_ChangeOwner, ALTER_OWNER},
    {PG_QUERY__ALTER_TABLE_TYPE__AT_SetRelOptions, ALTER_SET_OPTIONS},
    {PG_QUERY__ALTER_TABLE_TYPE__AT_ResetRelOptions, ALTER_RESET_OPTIONS},
    {PG_QUERY__ALTER_TABLE_TYPE__AT_SetLogged, ALTER_SET_LOGGED},
    {PG_QUERY__ALTER_TABLE_TYPE__AT_SetUnLogged, ALTER_SET_UNLOGGED},
    {PG_QUERY__ALTER_TABLE_TYPE__AT_SetOptions, ALTER_SET_COLUMN_OPTIONS},
    {PG_QUERY__ALTER_TABLE_TYPE__AT_ResetOptions, ALTER_SET_COLUMN_OPTIONS},
    {PG_QUERY__ALTER_TABLE_TYPE__AT_ClusterOn, ALTER_CLUSTER_ON},
    {PG_QUERY__ALTER_TABLE_TYPE__AT_DropCluster, ALTER_SET_WITHOUT_CLUSTER},
    {PG_QUERY__ALTER_TABLE_TYPE__AT_ReplicaIdentity, ALTER_REPLICA_IDENTITY},
    {PG_QUERY__ALTER_TABLE_TYPE__AT_AttachPartition, ALTER_ATTACH_PARTITION},
    {PG_QUERY__ALTER_TABLE_TYPE__AT_DetachPartition, ALTER_DETACH_PARTITION},
    {PG_QUERY__ALTER_TABLE_TYPE__AT_DetachPartitionFinalize, ALTER_FINALIZE_DETACH},
    {PG_QUERY__ALTER_TABLE_TYPE__AT_AddOf, ALTER_OF},
    {PG_QUERY__ALTER_TABLE_TYPE__AT_DropOf, ALTER_NOT_OF},
    {PG_QUERY__ALTER_TABLE_TYPE__AT_DropOids, ALTER_WITHOUT_OIDS},
    {PG_QUERY__ALTER_TABLE_TYPE__AT_AddInherit, ALTER_INHERIT},
    {PG_QUERY__ALTER_TABLE_TYPE__AT_DropInherit, ALTER_NO_INHERIT},
};

static enum alter_kind
kind_of(struct alter_bind *bind, const PgQuery__AlterTableCmd *cmd)
{
    if (cmd->subtype == PG_QUERY__ALTER_TABLE_TYPE__AT_ColumnDefault)
        return cmd->def == NULL ? ALTER_DROP_DEFAULT : ALTER_SET_DEFAULT;
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
        if (kinds[i].type == cmd->subtype)
            return kinds[i].kind;
    }
    fail_unsupported(bind->an, -1, "this form of ALTER TABLE");
}

/* The column that a subcommand names, as the table has it; 42703 if it has none. */
static const struct column_def *
existing_column(struct alter_bind *bind, const char *name)
{
    for (uint32_t i = 0; i < bind->sketch.columns.count; i++) {
        const struct column_def *def = bind->sketch.columns.items[i];
        if (!def->is_dropped && strcmp(def->name, name) == 0)
            return def;
    }
    fail(bind->an, -1, SQLSTATE_UNDEFINED_COLUMN, "column \"%s\" of relation \"%s\" does not exist",
         name, bind->table->name);
}

static struct column_spec
spec_of(const struct column_def *def)
{
    return (struct column_spec){
        .name = def->name, .type = def->type, .typmod = def->typmod, .collation = def->collation};
}

/* ---- subcommands ---- */

static void
add_constraint_command(struct alter_bind *bind, struct constraint_spec *spec)
{
    struct alter_command *command = arena_alloc_zero(bind->an->arena, sizeof *command);
    command->kind = ALTER_ADD_CONSTRAINT;
    command->constraint = spec;
    command->at = spec->at;
    list_add(bind->an->arena, &bind->commands, command);
}

/* Its constraints follow it as subcommands of their own. */
static void
add_column(struct alter_bind *bind, const PgQuery__AlterTableCmd *cmd,
           struct alter_command *command)
{
    const PgQuery__ColumnDef *def = cmd->def->column_def;
    command->name = def->colname;
    command->if_not_exists = cmd->missing_ok;
    for (uint32_t i = 0; cmd->missing_ok && i < bind->sketch.columns.count; i++) {
        const struct column_def *other = bind->sketch.columns.items[i];
        if (!other->is_dropped && strcmp(other->name, def->colname) == 0)
            return; /* there already: whoever runs it tells */
    }
    command->column = sketch_column(&bind->sketch, def);
    const char *text = bind->an->text;
    bind->an->text = NULL; /* as in add_constraint */
    sketch_column_constraints(&bind->sketch, def, command->column);
    bind->an->text = text;
}

static void
change_type(struct alter_bind *bind, const PgQuery__AlterTableCmd *cmd,
            struct alter_command *command)
{
    struct analysis *an = bind->an;
    const PgQuery__ColumnDef *def = cmd->def->column_def;
    const struct column_def *column = existing_column(bind, cmd->name);
    command->type = typename_get(an, def->type_name, &command->typmod);
    command->collation = column_collation(an, def, command->type);
    if (bind->table->kind == TABLE_COMPOSITE)
        return;
    struct expr *e;
    if (def->raw_default != NULL) {
        e = sketch_expr(&bind->sketch, def->raw_default, CLAUSE_ALTER_TYPE).expr;
    } else {
        struct level *level = level_of_table(an, sketch_table(&bind->sketch), 0);
        e = range_column_expr(level, 0, (uint32_t)column->attr - 1, -1);
    }
    struct coercion how = {CAST_ASSIGNMENT, command->typmod, FORM_CAST_IMPLICIT, -1};
    struct expr *made = coerce_to(an, e, command->type, &how);
    const char *type = type_text(an, command->type, command->typmod);
    if (made == NULL && def->raw_default != NULL)
        fail_hint(an, -1, SQLSTATE_DATATYPE_MISMATCH, "You might need to add an explicit cast.",
                  "result of USING clause for column \"%s\" cannot be cast automatically to type "
                  "%s",
                  column->name, type_text(an, command->type, -1));
    if (made == NULL)
        fail_hint(an, -1, SQLSTATE_DATATYPE_MISMATCH,
                  arena_format(an->arena, "You might need to specify \"USING %s::%s\".",
                               deparse_name(an->arena, column->name), type),
                  "column \"%s\" cannot be cast automatically to type %s", column->name,
                  type_text(an, command->type, -1));
    struct deparse_options options = {.arena = an->arena, .scope = an->scope, .qualify_all = true};
    command->using_expr =
        (struct stored_expr){deparse_expr(&options, sketch_table(&bind->sketch), made), made};

    if (column->default_sql == NULL)
        return;
    struct expr *old = bind_stored(an, NULL, column->default_sql, CLAUSE_DEFAULT);
    made = coerce_to(an, old, command->type, &how);
    if (made == NULL)
        fail(an, -1, SQLSTATE_DATATYPE_MISMATCH,
             "default for column \"%s\" cannot be cast automatically to type %s", column->name,
             type_text(an, command->type, -1));
    command->default_expr = (struct stored_expr){deparse_expr(&options, NULL, made), made};
}

static void
set_default(struct alter_bind *bind, const PgQuery__AlterTableCmd *cmd,
            struct alter_command *command)
{
    const struct column_def *column = existing_column(bind, cmd->name);
    struct analysis *an = bind->an;
    if (column->identity != IDENTITY_NONE)
        fail(an, -1, SQLSTATE_SYNTAX_ERROR,
             "column \"%s\" of relation \"%s\" is an identity column", column->name,
             bind->table->name);
    if (column->generated_sql != NULL)
        fail(an, -1, SQLSTATE_SYNTAX_ERROR,
             "column \"%s\" of relation \"%s\" is a generated column", column->name,
             bind->table->name);
    if (command->kind == ALTER_DROP_DEFAULT)
        return;
    struct column_spec spec = spec_of(column);
    const char *text = an->text;
    an->text = NULL; /* as in add_constraint */
    command->default_expr = sketch_default(&bind->sketch, cmd->def, &spec, false);
    an->text = text;
}

static void
identity(struct alter_bind *bind, const PgQuery__AlterTableCmd *cmd, struct alter_command *command)
{
    struct analysis *an = bind->an;
    const struct column_def *column = existing_column(bind, cmd->name);
    if (command->kind == ALTER_SET_IDENTITY) {
        /* A list of options, "generated" among them. */
        struct nodes all = tree_list(cmd->def), rest = {0, NULL};
        rest.items = arena_alloc_array(an->arena, all.count, sizeof(PgQuery__Node *));
        for (size_t i = 0; i < all.count; i++) {
            const PgQuery__DefElem *def = all.items[i]->def_elem;
            if (strcmp(def->defname, "generated") == 0)
                command->identity =
                    def->arg->integer->ival == 'a' ? IDENTITY_ALWAYS : IDENTITY_BY_DEFAULT;
            else
                rest.items[rest.count++] = all.items[i];
        }
        bind_sequence_options(an, rest, false, &command->sequence);
        return;
    }
    const PgQuery__Constraint *node = cmd->def->constraint;
    if (column->type != TYPE_INT2 && column->type != TYPE_INT4 && column->type != TYPE_INT8)
        fail(an, -1, SQLSTATE_INVALID_PARAMETER_VALUE,
             "identity column type must be smallint, integer, or bigint");
    command->identity = node->generated_when[0] == 'a' ? IDENTITY_ALWAYS : IDENTITY_BY_DEFAULT;
    bind_sequence_options(an, NODES(node, options), true, &command->sequence);
    command->sequence.type = column->type;
    command->sequence_name =
        command->sequence.name.name != NULL
            ? command->sequence.name.name
            : choose_relation_name(an, bind->sketch.schema, &bind->sketch.taken, bind->table->name,
                                   column->name, "seq");
}

/* Errors in it have no place, as in PostgreSQL, which looks into it after parsing is over. */
static void
add_constraint(struct alter_bind *bind, const PgQuery__Constraint *node)
{
    const char *text = bind->an->text;
    bind->an->text = NULL;
    sketch_constraint(&bind->sketch, node, NULL);
    bind->an->text = text;
}

static void
alter_constraint(struct alter_bind *bind, const PgQuery__AlterTableCmd *cmd,
                 struct alter_command *command)
{
    const PgQuery__Constraint *node = cmd->def->constraint;
    struct constraint_spec *spec = arena_alloc_zero(bind->an->arena, sizeof *spec);
    spec->kind = CONSTRAINT_FOREIGN;
    spec->name = node->conname;
    spec->is_named = true;
    spec->is_deferrable = node->deferrable;
    spec->is_deferred = node->initdeferred;
    command->name = node->conname;
    command->constraint = spec;
}

static void
take_value(struct alter_bind *bind, const PgQuery__AlterTableCmd *cmd,
           struct alter_command *command)
{
    switch (command->kind) {
    case ALTER_OWNER:
        command->name = role_name(cmd->newowner);
        break;
    case ALTER_INHERIT:
    case ALTER_NO_INHERIT:
        command->parent = range_name(bind->an, cmd->def->range_var);
        break;
    case ALTER_SET_STATISTICS:
        command->number = cmd->def == NULL ? -1 : cmd->def->integer->ival;
        break;
    case ALTER_SET_STORAGE:
    case ALTER_SET_COMPRESSION:
        command->value = tree_string(cmd->def);
        break;
    case ALTER_SET_OPTIONS:
    case ALTER_RESET_OPTIONS:
    case ALTER_SET_COLUMN_OPTIONS:
        command->options = def_options(bind->an, tree_list(cmd->def));
        break;
    default:
        break;
    }
}

static void
take_partition(struct alter_bind *bind, const PgQuery__AlterTableCmd *cmd,
               struct alter_command *command)
{
    struct analysis *an = bind->an;
    const PgQuery__PartitionCmd *node = cmd->def->partition_cmd;
    bool is_attach = command->kind == ALTER_ATTACH_PARTITION;
    bool is_index = bind->table->kind == TABLE_INDEX;
    command->partition = range_name(an, node->name);
    command->is_concurrent = node->concurrent;
    if (is_index)
        return;
    if (bind->table->kind != TABLE_PARTITIONED)
        fail(an, -1, SQLSTATE_INVALID_TABLE_DEFINITION, "table \"%s\" is not partitioned",
             bind->table->name);
    const struct table *partition = relation_find(an, node->name);
    if (partition == NULL)
        fail(an, -1, SQLSTATE_UNDEFINED_TABLE, "relation \"%s\" does not exist",
             dotted_name(an, command->partition.schema, command->partition.name));
    command->partition.schema = partition->schema_name;
    if (is_attach && node->bound != NULL)
        command->bound = bind_partition_bound(an, bind->table, node->bound);
}

/* Whether the subcommand is about a column that is there. */
static bool
names_column(enum alter_kind kind)
{
    switch (kind) {
    case ALTER_DROP_COLUMN:
    case ALTER_COLUMN_TYPE:
    case ALTER_SET_DEFAULT:
    case ALTER_DROP_DEFAULT:
    case ALTER_SET_NOT_NULL:
    case ALTER_DROP_NOT_NULL:
    case ALTER_DROP_EXPRESSION:
    case ALTER_SET_STATISTICS:
    case ALTER_SET_STORAGE:
    case ALTER_SET_COMPRESSION:
    case ALTER_ADD_IDENTITY:
    case ALTER_SET_IDENTITY:
    case ALTER_DROP_IDENTITY:
    case ALTER_SET_COLUMN_OPTIONS:
        return true;
    default:
        return false;
    }
}

static void
take_command(struct alter_bind *bind, const PgQuery__AlterTableCmd *cmd)
{
    struct alter_command *command = arena_alloc_zero(bind->an->arena, sizeof *command);
    command->kind = kind_of(bind, cmd);
    command->name = tree_text(cmd->name);
    command->if_exists = cmd->missing_ok;
    command->is_cascade = cmd->behavior == PG_QUERY__DROP_BEHAVIOR__DROP_CASCADE;
    command->at = -1;
    if (names_column(command->kind) && command->name != NULL && is_system_column(command->name))
        fail(bind->an, -1, SQLSTATE_FEATURE_NOT_SUPPORTED, "cannot %s system column \"%s\"",
             command->kind == ALTER_DROP_COLUMN ? "drop" : "alter", command->name);
    uint32_t before = bind->sketch.constraints.count;
    list_add(bind->an->arena, &bind->commands, command);
    switch (command->kind) {
    case ALTER_OF:
        (void)composite_table(bind->an, cmd->def->type_name, &command->type);
        break;
    case ALTER_ADD_COLUMN:
        add_column(bind, cmd, command);
        break;
    case ALTER_COLUMN_TYPE:
        change_type(bind, cmd, command);
        break;
    case ALTER_SET_DEFAULT:
    case ALTER_DROP_DEFAULT:
        set_default(bind, cmd, command);
        break;
    case ALTER_SET_NOT_NULL:
    case ALTER_DROP_NOT_NULL:
        (void)existing_column(bind, cmd->name);
        break;
    case ALTER_SET_STATISTICS:
    case ALTER_SET_STORAGE:
    case ALTER_SET_COMPRESSION:
        if (command->name != NULL && bind->table->kind != TABLE_INDEX)
            (void)existing_column(bind, cmd->name);
        take_value(bind, cmd, command);
        break;
    case ALTER_ADD_IDENTITY:
    case ALTER_SET_IDENTITY:
        identity(bind, cmd, command);
        break;
    case ALTER_ADD_CONSTRAINT:
        bind->commands.count--;
        add_constraint(bind, cmd->def->constraint);
        break;
    case ALTER_ALTER_CONSTRAINT:
        alter_constraint(bind, cmd, command);
        break;
    case ALTER_ATTACH_PARTITION:
    case ALTER_DETACH_PARTITION:
    case ALTER_FINALIZE_DETACH:
        take_partition(bind, cmd, command);
        break;
    default:
        take_value(bind, cmd, command);
    }
    for (uint32_t i = before; i < bind->sketch.constraints.count; i++)
        add_constraint_command(bind, bind->sketch.constraints.items[i]);
}

/* ---- the statement ---- */

static void
begin_draft(struct alter_bind *bind)
{
    struct analysis *an = bind->an;
    const struct table *table = bind->table;
    bind->sketch = (struct sketch){.an = an, .before = table, .schema = table->schema_name};
    bind->sketch.name = (struct object_name){table->schema_name, table->name, -1};
    bind->sketch.persistence = table->persistence;
    for (uint16_t i = 0; i < table->column_count; i++)
        list_add(an->arena, &bind->sketch.columns,
                 arena_copy(an->arena, &table->columns[i], sizeof table->columns[i]));
}

void
bind_alter_table(struct analysis *an, struct utility *u, const PgQuery__AlterTableStmt *stmt)
{
    u->kind = UTILITY_ALTER_TABLE;
    struct alter_table *alter = &u->alter_table;
    alter->object = object_kind_of(an, stmt->objtype);
    alter->name = range_name(an, stmt->relation);
    alter->if_exists = stmt->missing_ok;
    alter->is_only = !stmt->relation->inh;
    u->tag = arena_format(an->arena, "ALTER %s", object_kind_name(alter->object));
    struct alter_bind bind = {.an = an, .table = relation_find(an, stmt->relation)};
    if (bind.table == NULL && stmt->missing_ok) {
        alter->is_missing = true;
        return;
    }
    if (bind.table == NULL)
        fail(an, -1, SQLSTATE_UNDEFINED_TABLE, "relation \"%s\" does not exist",
             dotted_name(an, alter->name.schema, alter->name.name));
    alter->name.schema = bind.table->schema_name;
    begin_draft(&bind);
    for (size_t i = 0; i < stmt->n_cmds; i++)
        take_command(&bind, stmt->cmds[i]->alter_table_cmd);
    sketch_finish(&bind.sketch);
    alter->command_count = bind.commands.count;
    alter->commands = list_flatten(an->arena, &bind.commands, sizeof(struct alter_command));
}
