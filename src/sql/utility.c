/*
 * utility.c: statements that are not queries: the switch over their kinds, and reading the option
 * lists that many of them have.
 */
#include "sql/utility_int.h"

#include <errno.h>

/* ---- options ---- */

static const char *
list_text(struct analysis *an, struct nodes nodes)
{
    const char *text = "";
    for (size_t i = 0; i < nodes.count; i++) {
        const char *part = tree_string(nodes.items[i]);
        text = arena_format(an->arena, "%s%s%s", text, i == 0 ? "" : ".", part == NULL ? "" : part);
    }
    return text;
}

const char *
def_text(struct analysis *an, const PgQuery__DefElem *def)
{
    const PgQuery__Node *arg = def->arg;
    if (arg == NULL)
        return NULL;
    switch (arg->node_case) {
    case PG_QUERY__NODE__NODE_STRING:
        return arg->string->sval;
    case PG_QUERY__NODE__NODE_INTEGER:
        return arena_format(an->arena, "%d", arg->integer->ival);
    case PG_QUERY__NODE__NODE_FLOAT:
        return arg->float_->fval;
    case PG_QUERY__NODE__NODE_BOOLEAN:
        return arg->boolean->boolval ? "true" : "false";
    case PG_QUERY__NODE__NODE_A_STAR:
        return "*";
    case PG_QUERY__NODE__NODE_LIST:
        return list_text(an, tree_list(arg));
    case PG_QUERY__NODE__NODE_TYPE_NAME:
        return list_text(an, NODES(arg->type_name, names));
    case PG_QUERY__NODE__NODE_ROLE_SPEC:
        return role_name(arg->role_spec);
    case PG_QUERY__NODE__NODE_A_CONST:
        switch (arg->a_const->val_case) {
        case PG_QUERY__A__CONST__VAL_IVAL:
            return arena_format(an->arena, "%d", arg->a_const->ival->ival);
        case PG_QUERY__A__CONST__VAL_FVAL:
            return arg->a_const->fval->fval;
        case PG_QUERY__A__CONST__VAL_SVAL:
            return arg->a_const->sval->sval;
        case PG_QUERY__A__CONST__VAL_BOOLVAL:
            return arg->a_const->boolval->boolval ? "true" : "false";
        default:
            return NULL;
        }
    default:
        return NULL;
    }
}

static bool
is_one_of(const char *text, const char *a, const char *b, const char *c)
{
    return strcasecmp(text, a) == 0 || strcasecmp(text, b) == 0 || strcasecmp(text, c) == 0;
}

bool
def_bool(struct analysis *an, const PgQuery__DefElem *def)
{
    const char *text = def_text(an, def);
    if (text == NULL || is_one_of(text, "true", "on", "1"))
        return true;
    if (is_one_of(text, "false", "off", "0"))
        return false;
    fail(an, -1, SQLSTATE_SYNTAX_ERROR, "%s requires a Boolean value", def->defname);
}

int64_t
def_int(struct analysis *an, const PgQuery__DefElem *def)
{
    const char *text = def_text(an, def);
    if (text == NULL)
        fail(an, -1, SQLSTATE_SYNTAX_ERROR, "%s requires a numeric value", def->defname);
    char *end;
    errno = 0;
    long long value = strtoll(text, &end, 10);
    if (end == text || *end != '\0')
        fail(an, -1, SQLSTATE_SYNTAX_ERROR, "%s requires a numeric value", def->defname);
    if (errno != 0)
        fail(an, -1, SQLSTATE_NUMERIC_VALUE_OUT_OF_RANGE,
             "value \"%s\" is out of range for type %s", text, "bigint");
    return value;
}

struct option_list
def_options(struct analysis *an, struct nodes nodes)
{
    struct option_list list = {.count = (uint32_t)nodes.count};
    list.options = arena_alloc_zero(an->arena, nodes.count * sizeof *list.options);
    for (size_t i = 0; i < nodes.count; i++) {
        const PgQuery__DefElem *def = nodes.items[i]->def_elem;
        list.options[i] = (struct option){.name_space = tree_text(def->defnamespace),
                                          .name = def->defname,
                                          .value = def_text(an, def),
                                          .at = def->location};
    }
    return list;
}

struct name_list
names_of(struct analysis *an, struct nodes nodes)
{
    struct name_list list = {.count = 0};
    list.names = arena_alloc_array(an->arena, nodes.count, sizeof *list.names);
    for (size_t i = 0; i < nodes.count; i++) {
        const PgQuery__Node *node = nodes.items[i];
        const char *name = node->node_case == PG_QUERY__NODE__NODE_ROLE_SPEC
                               ? role_name(node->role_spec)
                               : tree_string(node);
        if (name != NULL)
            list.names[list.count++] = name;
    }
    return list;
}

const char *
role_name(const PgQuery__RoleSpec *role)
{
    switch (role->roletype) {
    case PG_QUERY__ROLE_SPEC_TYPE__ROLESPEC_CURRENT_ROLE:
    case PG_QUERY__ROLE_SPEC_TYPE__ROLESPEC_CURRENT_USER:
        return "current_user";
    case PG_QUERY__ROLE_SPEC_TYPE__ROLESPEC_SESSION_USER:
        return "session_user";
    case PG_QUERY__ROLE_SPEC_TYPE__ROLESPEC_PUBLIC:
        return "public";
    default:
        return role->rolename;
    }
}

/* ---- kinds of objects ---- */

static const struct {
    PgQuery__ObjectType type;
    enum object_kind kind;
    const char *name;
} object_kinds[] = {
    {PG_QUERY__OBJECT_TYPE__OBJECT_TABLE, OBJECT_KIND_TABLE, "TABLE"},
    {PG_QUERY__OBJECT_TYPE__OBJECT_INDEX, OBJECT_KIND_INDEX, "INDEX"},
    {PG_QUERY__OBJECT_TYPE__OBJECT_SEQUENCE, OBJECT_KIND_SEQUENCE, "SEQUENCE"},
    {PG_QUERY__OBJECT_TYPE__OBJECT_VIEW, OBJECT_KIND_VIEW, "VIEW"},
    {PG_QUERY__OBJECT_TYPE__OBJECT_MATVIEW, OBJECT_KIND_MATVIEW, "MATERIALIZED VIEW"},
    {PG_QUERY__OBJECT_TYPE__OBJECT_COLUMN, OBJECT_KIND_COLUMN, "COLUMN"},
    {PG_QUERY__OBJECT_TYPE__OBJECT_TABCONSTRAINT, OBJECT_KIND_TABLE_CONSTRAINT, "CONSTRAINT"},
    {PG_QUERY__OBJECT_TYPE__OBJECT_DOMCONSTRAINT, OBJECT_KIND_DOMAIN_CONSTRAINT, "CONSTRAINT"},
    {PG_QUERY__OBJECT_TYPE__OBJECT_SCHEMA, OBJECT_KIND_SCHEMA, "SCHEMA"},
    {PG_QUERY__OBJECT_TYPE__OBJECT_DATABASE, OBJECT_KIND_DATABASE, "DATABASE"},
    {PG_QUERY__OBJECT_TYPE__OBJECT_TYPE, OBJECT_KIND_TYPE, "TYPE"},
    {PG_QUERY__OBJECT_TYPE__OBJECT_DOMAIN, OBJECT_KIND_DOMAIN, "DOMAIN"},
    {PG_QUERY__OBJECT_TYPE__OBJECT_ATTRIBUTE, OBJECT_KIND_ATTRIBUTE, "TYPE"},
    {PG_QUERY__OBJECT_TYPE__OBJECT_FUNCTION, OBJECT_KIND_FUNCTION, "FUNCTION"},
    {PG_QUERY__OBJECT_TYPE__OBJECT_PROCEDURE, OBJECT_KIND_PROCEDURE, "PROCEDURE"},
    {PG_QUERY__OBJECT_TYPE__OBJECT_ROUTINE, OBJECT_KIND_ROUTINE, "ROUTINE"},
    {PG_QUERY__OBJECT_TYPE__OBJECT_AGGREGATE, OBJECT_KIND_AGGREGATE, "AGGREGATE"},
    {PG_QUERY__OBJECT_TYPE__OBJECT_OPERATOR, OBJECT_KIND_OPERATOR, "OPERATOR"},
    {PG_QUERY__OBJECT_TYPE__OBJECT_ROLE, OBJECT_KIND_ROLE, "ROLE"},
    {PG_QUERY__OBJECT_TYPE__OBJECT_TRIGGER, OBJECT_KIND_TRIGGER, "TRIGGER"},
    {PG_QUERY__OBJECT_TYPE__OBJECT_EXTENSION, OBJECT_KIND_EXTENSION, "EXTENSION"},
    {PG_QUERY__OBJECT_TYPE__OBJECT_COLLATION, OBJECT_KIND_COLLATION, "COLLATION"},
    {PG_QUERY__OBJECT_TYPE__OBJECT_LANGUAGE, OBJECT_KIND_LANGUAGE, "LANGUAGE"},
};

enum object_kind
object_kind_of(struct analysis *an, PgQuery__ObjectType type)
{
    for (size_t i = 0; i < sizeof object_kinds / sizeof object_kinds[0]; i++) {
        if (object_kinds[i].type == type)
            return object_kinds[i].kind;
    }
    fail_unsupported(an, -1, "this kind of object");
}

const char *
object_kind_name(enum object_kind kind)
{
    for (size_t i = 0; i < sizeof object_kinds / sizeof object_kinds[0]; i++) {
        if (object_kinds[i].kind == kind)
            return object_kinds[i].name;
    }
    return "OBJECT";
}

const char *
create_schema(struct analysis *an, const struct object_name *name)
{
    if (name->schema != NULL) {
        if (an->scope->has_schema != NULL &&
            !an->scope->has_schema(an->scope->object, name->schema))
            fail(an, name->at, SQLSTATE_UNDEFINED_SCHEMA, "schema \"%s\" does not exist",
                 name->schema);
        return name->schema;
    }
    const char *schema =
        an->scope->create_schema == NULL ? NULL : an->scope->create_schema(an->scope->object);
    if (schema == NULL)
        fail(an, name->at, SQLSTATE_UNDEFINED_SCHEMA, "no schema has been selected to create in");
    return schema;
}

const char *
create_schema_for(struct analysis *an, const struct object_name *name, char persistence)
{
    if (persistence != 't')
        return create_schema(an, name);
    if (name->schema != NULL && strncmp(name->schema, "pg_temp", 7) != 0)
        fail(an, name->at, SQLSTATE_INVALID_TABLE_DEFINITION,
             "cannot create temporary relation in non-temporary schema");
    return name->schema == NULL ? "pg_temp" : create_schema(an, name);
}

/* ---- the switch ---- */

static void
set_simple(struct utility *u, enum utility_kind kind, const char *tag)
{
    u->kind = kind;
    u->tag = tag;
}

static void
bind_notify(struct utility *u, const PgQuery__Node *node)
{
    if (node->node_case == PG_QUERY__NODE__NODE_LISTEN_STMT) {
        set_simple(u, UTILITY_LISTEN, "LISTEN");
        u->notify.channel = node->listen_stmt->conditionname;
    } else if (node->node_case == PG_QUERY__NODE__NODE_UNLISTEN_STMT) {
        set_simple(u, UTILITY_UNLISTEN, "UNLISTEN");
        u->notify.channel = tree_text(node->unlisten_stmt->conditionname);
    } else {
        set_simple(u, UTILITY_NOTIFY, "NOTIFY");
        u->notify.channel = node->notify_stmt->conditionname;
        u->notify.payload = node->notify_stmt->payload;
    }
}

/* Upkeep of tables; false: it is another. */
static bool
bind_upkeep(struct analysis *an, struct utility *u, const PgQuery__Node *node)
{
    switch (node->node_case) {
    case PG_QUERY__NODE__NODE_VACUUM_STMT:
        bind_vacuum(an, u, node->vacuum_stmt);
        return true;
    case PG_QUERY__NODE__NODE_CHECK_POINT_STMT:
        set_simple(u, UTILITY_CHECKPOINT, "CHECKPOINT");
        return true;
    case PG_QUERY__NODE__NODE_REINDEX_STMT:
        bind_reindex(an, u, node->reindex_stmt);
        return true;
    case PG_QUERY__NODE__NODE_TRUNCATE_STMT:
        bind_truncate(an, u, node->truncate_stmt);
        return true;
    default:
        return false;
    }
}

/* Statements about the session; false: it is another. */
static bool
bind_session_statement(struct analysis *an, struct utility *u, const struct raw_statement *raw,
                       const PgQuery__Node *node)
{
    switch (node->node_case) {
    case PG_QUERY__NODE__NODE_TRANSACTION_STMT:
        bind_transaction(an, u, node->transaction_stmt);
        return true;
    case PG_QUERY__NODE__NODE_VARIABLE_SET_STMT:
        bind_set(an, u, node->variable_set_stmt);
        return true;
    case PG_QUERY__NODE__NODE_VARIABLE_SHOW_STMT:
        set_simple(u, UTILITY_SHOW, "SHOW");
        u->show.name = strcmp(node->variable_show_stmt->name, "all") == 0
                           ? NULL
                           : node->variable_show_stmt->name;
        return true;
    case PG_QUERY__NODE__NODE_DISCARD_STMT:
        bind_discard(u, node->discard_stmt);
        return true;
    case PG_QUERY__NODE__NODE_PREPARE_STMT:
        bind_prepare(an, u, raw, node->prepare_stmt);
        return true;
    case PG_QUERY__NODE__NODE_EXECUTE_STMT:
        bind_execute(an, u, node->execute_stmt);
        return true;
    case PG_QUERY__NODE__NODE_DEALLOCATE_STMT:
        u->name = tree_text(node->deallocate_stmt->name);
        set_simple(u, UTILITY_DEALLOCATE, u->name == NULL ? "DEALLOCATE ALL" : "DEALLOCATE");
        return true;
    case PG_QUERY__NODE__NODE_DECLARE_CURSOR_STMT:
        bind_declare(an, u, raw, node->declare_cursor_stmt);
        return true;
    case PG_QUERY__NODE__NODE_FETCH_STMT:
        bind_fetch(u, node->fetch_stmt);
        return true;
    case PG_QUERY__NODE__NODE_CLOSE_PORTAL_STMT:
        u->name = tree_text(node->close_portal_stmt->portalname);
        set_simple(u, UTILITY_CLOSE, u->name == NULL ? "CLOSE CURSOR ALL" : "CLOSE CURSOR");
        return true;
    case PG_QUERY__NODE__NODE_LISTEN_STMT:
    case PG_QUERY__NODE__NODE_UNLISTEN_STMT:
    case PG_QUERY__NODE__NODE_NOTIFY_STMT:
        bind_notify(u, node);
        return true;
    case PG_QUERY__NODE__NODE_LOCK_STMT:
        bind_lock(an, u, node->lock_stmt);
        return true;
    case PG_QUERY__NODE__NODE_EXPLAIN_STMT:
        bind_explain(an, u, raw, node->explain_stmt);
        return true;
    case PG_QUERY__NODE__NODE_COPY_STMT:
        bind_copy(an, u, node->copy_stmt);
        return true;
    case PG_QUERY__NODE__NODE_CONSTRAINTS_SET_STMT:
        bind_set_constraints(an, u, node->constraints_set_stmt);
        return true;
    default:
        return false;
    }
}

/* Statements about objects of any kind; false: it is another. */
static bool
bind_object_statement(struct analysis *an, struct utility *u, const struct raw_statement *raw,
                      const PgQuery__Node *node)
{
    switch (node->node_case) {
    case PG_QUERY__NODE__NODE_DROP_STMT:
        bind_drop(an, u, node->drop_stmt);
        return true;
    case PG_QUERY__NODE__NODE_RENAME_STMT:
        bind_rename(an, u, node->rename_stmt);
        return true;
    case PG_QUERY__NODE__NODE_ALTER_OBJECT_SCHEMA_STMT:
        bind_set_schema(an, u, node->alter_object_schema_stmt);
        return true;
    case PG_QUERY__NODE__NODE_ALTER_OWNER_STMT:
        bind_owner(an, u, node->alter_owner_stmt);
        return true;
    case PG_QUERY__NODE__NODE_COMMENT_STMT:
        bind_comment(an, u, node->comment_stmt);
        return true;
    case PG_QUERY__NODE__NODE_CREATE_SCHEMA_STMT:
        bind_create_schema(an, u, raw, node->create_schema_stmt);
        return true;
    case PG_QUERY__NODE__NODE_CREATEDB_STMT:
        bind_create_database(an, u, node->createdb_stmt);
        return true;
    case PG_QUERY__NODE__NODE_DROPDB_STMT:
        bind_drop_database(an, u, node->dropdb_stmt);
        return true;
    case PG_QUERY__NODE__NODE_CREATE_ROLE_STMT:
        bind_create_role(an, u, node->create_role_stmt);
        return true;
    case PG_QUERY__NODE__NODE_ALTER_ROLE_STMT:
        bind_alter_role(an, u, node->alter_role_stmt);
        return true;
    case PG_QUERY__NODE__NODE_ALTER_ROLE_SET_STMT:
        bind_alter_role_set(an, u, node->alter_role_set_stmt);
        return true;
    case PG_QUERY__NODE__NODE_DROP_ROLE_STMT:
        bind_drop_role(an, u, node->drop_role_stmt);
        return true;
    case PG_QUERY__NODE__NODE_GRANT_STMT:
        bind_grant(an, u, node->grant_stmt);
        return true;
    case PG_QUERY__NODE__NODE_GRANT_ROLE_STMT:
        bind_grant_role(an, u, node->grant_role_stmt);
        return true;
    case PG_QUERY__NODE__NODE_CREATE_FUNCTION_STMT:
        bind_create_routine(an, u, raw, node->create_function_stmt);
        return true;
    case PG_QUERY__NODE__NODE_ALTER_FUNCTION_STMT:
        bind_alter_routine(an, u, node->alter_function_stmt);
        return true;
    case PG_QUERY__NODE__NODE_CALL_STMT:
        bind_call_statement(an, u, node->call_stmt);
        return true;
    case PG_QUERY__NODE__NODE_DEFINE_STMT:
        return bind_define(an, u, node->define_stmt);
    case PG_QUERY__NODE__NODE_ALTER_OPERATOR_STMT:
        bind_alter_operator(an, u, node->alter_operator_stmt);
        return true;
    case PG_QUERY__NODE__NODE_CREATE_CAST_STMT:
        bind_create_cast(an, u, node->create_cast_stmt);
        return true;
    case PG_QUERY__NODE__NODE_DO_STMT:
        fail_hint(an, -1, SQLSTATE_FEATURE_NOT_SUPPORTED, "PL/pgSQL is still to come.",
                  "DO is not supported yet");
    default:
        return false;
    }
}

static bool
bind_definition(struct analysis *an, struct utility *u, const struct raw_statement *raw,
                const PgQuery__Node *node)
{
    switch (node->node_case) {
    case PG_QUERY__NODE__NODE_CREATE_STMT:
        bind_create_table(an, u, node->create_stmt);
        return true;
    case PG_QUERY__NODE__NODE_CREATE_TABLE_AS_STMT:
        bind_create_table_as(an, u, raw, node->create_table_as_stmt);
        return true;
    case PG_QUERY__NODE__NODE_SELECT_STMT:
        bind_select_into(an, u, node->select_stmt);
        return true;
    case PG_QUERY__NODE__NODE_ALTER_TABLE_STMT:
        bind_alter_table(an, u, node->alter_table_stmt);
        return true;
    case PG_QUERY__NODE__NODE_INDEX_STMT:
        bind_create_index(an, u, node->index_stmt);
        return true;
    case PG_QUERY__NODE__NODE_COMPOSITE_TYPE_STMT:
        bind_create_composite(an, u, node->composite_type_stmt);
        return true;
    case PG_QUERY__NODE__NODE_CREATE_DOMAIN_STMT:
        bind_create_domain(an, u, node->create_domain_stmt);
        return true;
    case PG_QUERY__NODE__NODE_ALTER_DOMAIN_STMT:
        bind_alter_domain(an, u, node->alter_domain_stmt);
        return true;
    case PG_QUERY__NODE__NODE_CREATE_ENUM_STMT:
        bind_create_enum(an, u, node->create_enum_stmt);
        return true;
    case PG_QUERY__NODE__NODE_CREATE_RANGE_STMT:
        bind_create_range(an, u, node->create_range_stmt);
        return true;
    case PG_QUERY__NODE__NODE_ALTER_ENUM_STMT:
        bind_alter_enum(an, u, node->alter_enum_stmt);
        return true;
    case PG_QUERY__NODE__NODE_CREATE_SEQ_STMT:
        bind_create_sequence(an, u, node->create_seq_stmt);
        return true;
    case PG_QUERY__NODE__NODE_ALTER_SEQ_STMT:
        bind_alter_sequence(an, u, node->alter_seq_stmt);
        return true;
    case PG_QUERY__NODE__NODE_REFRESH_MAT_VIEW_STMT:
        set_simple(u, UTILITY_REFRESH_VIEW, "REFRESH MATERIALIZED VIEW");
        u->refresh_view =
            (struct refresh_view){.name = range_name(an, node->refresh_mat_view_stmt->relation),
                                  .is_concurrent = node->refresh_mat_view_stmt->concurrent,
                                  .with_no_data = node->refresh_mat_view_stmt->skip_data};
        return true;
    case PG_QUERY__NODE__NODE_VIEW_STMT:
        bind_create_view(an, u, node->view_stmt);
        return true;
    default:
        return false;
    }
}

struct query *
bind_utility(struct analysis *an, const struct raw_statement *raw, const PgQuery__Node *node)
{
    struct query *q = arena_alloc_zero(an->arena, sizeof *q);
    q->command = COMMAND_UTILITY;
    q->result = RANGE_NONE;
    q->utility = arena_alloc_zero(an->arena, sizeof *q->utility);
    if (!bind_session_statement(an, q->utility, raw, node) && !bind_upkeep(an, q->utility, node) &&
        !bind_object_statement(an, q->utility, raw, node) &&
        !bind_definition(an, q->utility, raw, node))
        raise_error(.code = SQLSTATE_FEATURE_NOT_SUPPORTED,
                    .message = "this statement is not supported yet",
                    .hint = "docs/status.md lists the statements that are.");
    return q;
}
