/*
 * utility_object.c: statements about objects of any kind: DROP, RENAME, SET SCHEMA, OWNER,
 * COMMENT; VACUUM, REINDEX and TRUNCATE; schemas, databases, roles and privileges.
 */
#include "sql/utility_int.h"

/* ---- naming objects ---- */

/* An object as the parser names it: a string, a list, a type or a signature. */
static struct object_item
item_of(struct analysis *an, const PgQuery__Node *node, bool may_miss)
{
    struct object_item item = {.name = {.at = -1}};
    switch (node->node_case) {
    case PG_QUERY__NODE__NODE_LIST:
        item.name = object_name(an, tree_list(node), -1);
        break;
    case PG_QUERY__NODE__NODE_TYPE_NAME:
        item.name = object_name(an, NODES(node->type_name, names), node->type_name->location);
        break;
    case PG_QUERY__NODE__NODE_OBJECT_WITH_ARGS:
        return routine_item(an, node->object_with_args, may_miss);
    case PG_QUERY__NODE__NODE_RANGE_VAR:
        item.name = range_name(an, node->range_var);
        break;
    case PG_QUERY__NODE__NODE_ROLE_SPEC:
        item.name.name = role_name(node->role_spec);
        break;
    default:
        item.name.name = tree_string(node);
    }
    return item;
}

/* The last name of a list belongs to what the others name: t.c, s.t.c; trigger and constraint. */
static struct object_item
part_of(struct analysis *an, const PgQuery__Node *node)
{
    struct nodes names = tree_list(node);
    struct object_item item = {.name = {.at = -1}};
    if (names.count < 2)
        fail(an, -1, SQLSTATE_SYNTAX_ERROR, "column name must be qualified");
    item.column = tree_string(names.items[names.count - 1]);
    names.count--;
    item.name = object_name(an, names, -1);
    return item;
}

static const char *
tag(struct analysis *an, const char *verb, enum object_kind kind)
{
    return arena_format(an->arena, "%s %s", verb, object_kind_name(kind));
}

/* ---- DROP, RENAME and kin ---- */

void
bind_drop(struct analysis *an, struct utility *u, const PgQuery__DropStmt *stmt)
{
    if (stmt->remove_type == PG_QUERY__OBJECT_TYPE__OBJECT_CAST) {
        bind_drop_cast(an, u, stmt);
        return;
    }
    if (bind_drop_absent(an, u, stmt))
        return;
    u->kind = UTILITY_DROP;
    struct drop *drop = &u->drop;
    drop->object = object_kind_of(an, stmt->remove_type);
    drop->if_exists = stmt->missing_ok;
    drop->is_cascade = stmt->behavior == PG_QUERY__DROP_BEHAVIOR__DROP_CASCADE;
    drop->is_concurrent = stmt->concurrent;
    drop->item_count = (uint32_t)stmt->n_objects;
    drop->items = arena_alloc_array(an->arena, drop->item_count, sizeof *drop->items);
    for (uint32_t i = 0; i < drop->item_count; i++)
        drop->items[i] = drop->object == OBJECT_KIND_TRIGGER
                             ? part_of(an, stmt->objects[i])
                             : item_of(an, stmt->objects[i], stmt->missing_ok);
    u->tag = tag(an, "DROP", drop->object);
}

void
bind_create_enum(struct analysis *an, struct utility *u, const PgQuery__CreateEnumStmt *stmt)
{
    u->kind = UTILITY_CREATE_ENUM;
    u->tag = "CREATE TYPE";
    struct enum_spec *spec = &u->create_enum;
    spec->name = object_name(an, NODES(stmt, type_name), -1);
    spec->labels.count = (uint32_t)stmt->n_vals;
    spec->labels.names = arena_alloc_array(an->arena, stmt->n_vals + 1, sizeof *spec->labels.names);
    for (size_t i = 0; i < stmt->n_vals; i++)
        spec->labels.names[i] = tree_string(stmt->vals[i]);
}

void
bind_alter_enum(struct analysis *an, struct utility *u, const PgQuery__AlterEnumStmt *stmt)
{
    u->kind = UTILITY_ALTER_ENUM;
    u->tag = "ALTER TYPE";
    u->alter_enum = (struct alter_enum){.name = object_name(an, NODES(stmt, type_name), -1),
                                        .old_label = tree_text(stmt->old_val),
                                        .new_label = stmt->new_val,
                                        .neighbour = tree_text(stmt->new_val_neighbor),
                                        .is_after = stmt->new_val_is_after,
                                        .if_not_exists = stmt->skip_if_new_val_exists};
}

void
bind_rename(struct analysis *an, struct utility *u, const PgQuery__RenameStmt *stmt)
{
    u->kind = UTILITY_RENAME;
    struct rename *rename = &u->rename;
    rename->object = object_kind_of(an, stmt->rename_type);
    rename->relation = rename->object == OBJECT_KIND_COLUMN
                           ? object_kind_of(an, stmt->relation_type)
                           : OBJECT_KIND_TABLE;
    rename->if_exists = stmt->missing_ok;
    rename->is_cascade = stmt->behavior == PG_QUERY__DROP_BEHAVIOR__DROP_CASCADE;
    rename->new_name = stmt->newname;
    if (stmt->relation != NULL) {
        rename->item.name = range_name(an, stmt->relation);
        rename->item.column = tree_text(stmt->subname);
        rename->is_only = !stmt->relation->inh;
    } else if (stmt->object != NULL) {
        rename->item = item_of(an, stmt->object, stmt->missing_ok);
        rename->item.column = tree_text(stmt->subname);
    } else {
        rename->item.name = (struct object_name){.name = stmt->subname, .at = -1};
    }
    bool is_part =
        rename->object == OBJECT_KIND_COLUMN || rename->object == OBJECT_KIND_TABLE_CONSTRAINT;
    if (rename->object == OBJECT_KIND_DOMAIN_CONSTRAINT)
        u->tag = tag(an, "ALTER", OBJECT_KIND_DOMAIN);
    else
        u->tag = tag(an, "ALTER", is_part ? rename->relation : rename->object);
}

void
bind_set_schema(struct analysis *an, struct utility *u, const PgQuery__AlterObjectSchemaStmt *stmt)
{
    u->kind = UTILITY_SET_SCHEMA;
    struct alter_object *alter = &u->alter_object;
    alter->object = object_kind_of(an, stmt->object_type);
    alter->if_exists = stmt->missing_ok;
    if (stmt->relation != NULL)
        alter->item.name = range_name(an, stmt->relation);
    else
        alter->item = item_of(an, stmt->object, false);
    alter->value = stmt->newschema;
    u->tag = tag(an, "ALTER", alter->object);
}

void
bind_owner(struct analysis *an, struct utility *u, const PgQuery__AlterOwnerStmt *stmt)
{
    u->kind = UTILITY_OWNER;
    struct alter_object *alter = &u->alter_object;
    alter->object = object_kind_of(an, stmt->object_type);
    if (stmt->relation != NULL)
        alter->item.name = range_name(an, stmt->relation);
    else
        alter->item = item_of(an, stmt->object, false);
    alter->value = role_name(stmt->newowner);
    u->tag = tag(an, "ALTER", alter->object);
}

void
bind_comment(struct analysis *an, struct utility *u, const PgQuery__CommentStmt *stmt)
{
    if (stmt->objtype == PG_QUERY__OBJECT_TYPE__OBJECT_CAST) {
        bind_comment_cast(an, u, stmt);
        return;
    }
    u->kind = UTILITY_COMMENT;
    u->tag = "COMMENT";
    struct comment *comment = &u->comment;
    comment->object = object_kind_of(an, stmt->objtype);
    bool is_part = comment->object == OBJECT_KIND_COLUMN ||
                   comment->object == OBJECT_KIND_TABLE_CONSTRAINT ||
                   comment->object == OBJECT_KIND_TRIGGER;
    comment->item = is_part ? part_of(an, stmt->object) : item_of(an, stmt->object, false);
    comment->text = tree_text(stmt->comment);
}

/* ---- upkeep ---- */

static void
take_vacuum_option(struct analysis *an, const PgQuery__DefElem *def, struct vacuum *vacuum)
{
    static const char *const accepted[] = {"disable_page_skipping", "index_cleanup",
                                           "process_toast", "truncate", "parallel"};
    const char *name = def->defname;
    if (strcmp(name, "verbose") == 0) {
        vacuum->is_verbose = def_bool(an, def);
    } else if (strcmp(name, "skip_locked") == 0) {
        vacuum->skip_locked = def_bool(an, def);
    } else if (vacuum->is_vacuum && strcmp(name, "analyze") == 0) {
        vacuum->is_analyze = def_bool(an, def);
    } else if (vacuum->is_vacuum && strcmp(name, "freeze") == 0) {
        vacuum->is_freeze = def_bool(an, def);
    } else if (vacuum->is_vacuum && strcmp(name, "full") == 0) {
        vacuum->is_full = def_bool(an, def);
    } else {
        for (size_t i = 0; vacuum->is_vacuum && i < sizeof accepted / sizeof accepted[0]; i++) {
            if (strcmp(name, accepted[i]) == 0)
                return;
        }
        fail(an, def->location, SQLSTATE_SYNTAX_ERROR, "unrecognized %s option \"%s\"",
             vacuum->is_vacuum ? "VACUUM" : "ANALYZE", name);
    }
}

void
bind_vacuum(struct analysis *an, struct utility *u, const PgQuery__VacuumStmt *stmt)
{
    u->kind = UTILITY_VACUUM;
    u->tag = stmt->is_vacuumcmd ? "VACUUM" : "ANALYZE";
    struct vacuum *vacuum = &u->vacuum;
    vacuum->is_vacuum = stmt->is_vacuumcmd;
    vacuum->is_analyze = !stmt->is_vacuumcmd;
    for (size_t i = 0; i < stmt->n_options; i++)
        take_vacuum_option(an, stmt->options[i]->def_elem, vacuum);
    vacuum->table_count = (uint32_t)stmt->n_rels;
    vacuum->tables = arena_alloc_zero(an->arena, stmt->n_rels * sizeof *vacuum->tables);
    for (size_t i = 0; i < stmt->n_rels; i++) {
        const PgQuery__VacuumRelation *rel = stmt->rels[i]->vacuum_relation;
        vacuum->tables[i].table = range_name(an, rel->relation);
        vacuum->tables[i].columns = names_of(an, NODES(rel, va_cols));
        if (rel->n_va_cols > 0 && !vacuum->is_analyze)
            fail(an, -1, SQLSTATE_FEATURE_NOT_SUPPORTED,
                 "ANALYZE option must be specified when a column list is provided");
    }
}

void
bind_reindex(struct analysis *an, struct utility *u, const PgQuery__ReindexStmt *stmt)
{
    u->kind = UTILITY_REINDEX;
    u->tag = "REINDEX";
    struct reindex *reindex = &u->reindex;
    switch (stmt->kind) {
    case PG_QUERY__REINDEX_OBJECT_TYPE__REINDEX_OBJECT_INDEX:
        reindex->object = OBJECT_KIND_INDEX;
        break;
    case PG_QUERY__REINDEX_OBJECT_TYPE__REINDEX_OBJECT_TABLE:
        reindex->object = OBJECT_KIND_TABLE;
        break;
    case PG_QUERY__REINDEX_OBJECT_TYPE__REINDEX_OBJECT_SCHEMA:
        reindex->object = OBJECT_KIND_SCHEMA;
        break;
    default:
        reindex->object = OBJECT_KIND_DATABASE;
        reindex->is_system = stmt->kind == PG_QUERY__REINDEX_OBJECT_TYPE__REINDEX_OBJECT_SYSTEM;
    }
    if (stmt->relation != NULL)
        reindex->name = range_name(an, stmt->relation);
    else
        reindex->name = (struct object_name){.name = tree_text(stmt->name), .at = -1};
    for (size_t i = 0; i < stmt->n_params; i++) {
        const PgQuery__DefElem *def = stmt->params[i]->def_elem;
        if (strcmp(def->defname, "verbose") == 0)
            reindex->is_verbose = def_bool(an, def);
        else if (strcmp(def->defname, "concurrently") == 0)
            reindex->is_concurrent = def_bool(an, def);
        else if (strcmp(def->defname, "tablespace") == 0)
            fail_unsupported(an, def->location, "TABLESPACE");
        else
            fail(an, def->location, SQLSTATE_SYNTAX_ERROR, "unrecognized REINDEX option \"%s\"",
                 def->defname);
    }
}

void
bind_truncate(struct analysis *an, struct utility *u, const PgQuery__TruncateStmt *stmt)
{
    u->kind = UTILITY_TRUNCATE;
    u->tag = "TRUNCATE TABLE";
    struct truncate *truncate = &u->truncate;
    truncate->count = (uint32_t)stmt->n_relations;
    truncate->tables = arena_alloc_array(an->arena, truncate->count, sizeof *truncate->tables);
    truncate->is_only = arena_alloc_zero(an->arena, truncate->count + 1);
    for (uint32_t i = 0; i < truncate->count; i++) {
        truncate->tables[i] = range_name(an, stmt->relations[i]->range_var);
        truncate->is_only[i] = !stmt->relations[i]->range_var->inh;
    }
    truncate->restart_identity = stmt->restart_seqs;
    truncate->is_cascade = stmt->behavior == PG_QUERY__DROP_BEHAVIOR__DROP_CASCADE;
}

/* ---- schemas and databases ---- */

#define ELEMENT_RANK_MAX 5

/* Elements are made in this order, whatever the one that they are written in. */
static int
element_rank(const PgQuery__Node *node)
{
    switch (node->node_case) {
    case PG_QUERY__NODE__NODE_CREATE_SEQ_STMT:
        return 0;
    case PG_QUERY__NODE__NODE_CREATE_STMT:
        return 1;
    case PG_QUERY__NODE__NODE_VIEW_STMT:
        return 2;
    case PG_QUERY__NODE__NODE_INDEX_STMT:
        return 3;
    case PG_QUERY__NODE__NODE_CREATE_TRIG_STMT:
        return 4;
    default:
        return ELEMENT_RANK_MAX;
    }
}

static void
check_element_schema(struct analysis *an, const PgQuery__Node *node, const char *schema)
{
    const PgQuery__RangeVar *name =
        node->node_case == PG_QUERY__NODE__NODE_CREATE_SEQ_STMT ? node->create_seq_stmt->sequence
        : node->node_case == PG_QUERY__NODE__NODE_CREATE_STMT   ? node->create_stmt->relation
        : node->node_case == PG_QUERY__NODE__NODE_VIEW_STMT     ? node->view_stmt->view
                                                                : NULL;
    const char *written = name == NULL ? NULL : tree_text(name->schemaname);
    if (written != NULL && strcmp(written, schema) != 0)
        fail(an, -1, SQLSTATE_INVALID_SCHEMA_DEFINITION,
             "CREATE specifies a schema (%s) different from the one being created (%s)", written,
             schema);
}

void
bind_create_schema(struct analysis *an, struct utility *u, const struct raw_statement *raw,
                   const PgQuery__CreateSchemaStmt *stmt)
{
    u->kind = UTILITY_CREATE_SCHEMA;
    u->tag = "CREATE SCHEMA";
    struct create_schema *create = &u->create_schema;
    create->owner = stmt->authrole == NULL ? NULL : role_name(stmt->authrole);
    create->name = tree_text(stmt->schemaname) != NULL ? stmt->schemaname : create->owner;
    create->if_not_exists = stmt->if_not_exists;
    create->statement_count = (uint32_t)stmt->n_schema_elts;
    create->statements =
        arena_alloc_array(an->arena, stmt->n_schema_elts, sizeof *create->statements);
    uint32_t count = 0;
    for (int rank = 0; rank <= ELEMENT_RANK_MAX; rank++) {
        for (size_t i = 0; i < stmt->n_schema_elts; i++) {
            const PgQuery__Node *node = stmt->schema_elts[i];
            if (element_rank(node) != rank)
                continue;
            check_element_schema(an, node, create->name);
            create->statements[count++] =
                (struct raw_statement){.node = node, .text = raw->text, .source = raw->source};
        }
    }
}

void
bind_create_database(struct analysis *an, struct utility *u, const PgQuery__CreatedbStmt *stmt)
{
    u->kind = UTILITY_CREATE_DATABASE;
    u->tag = "CREATE DATABASE";
    u->create_database.name = stmt->dbname;
    u->create_database.options = def_options(an, NODES(stmt, options));
}

void
bind_drop_database(struct analysis *an, struct utility *u, const PgQuery__DropdbStmt *stmt)
{
    u->kind = UTILITY_DROP_DATABASE;
    u->tag = "DROP DATABASE";
    u->drop_database.name = stmt->dbname;
    u->drop_database.if_exists = stmt->missing_ok;
    for (size_t i = 0; i < stmt->n_options; i++) {
        const PgQuery__DefElem *def = stmt->options[i]->def_elem;
        if (strcmp(def->defname, "force") != 0)
            fail(an, def->location, SQLSTATE_SYNTAX_ERROR,
                 "unrecognized DROP DATABASE option \"%s\"", def->defname);
        u->drop_database.is_force = true;
    }
}

/* ---- roles and privileges ---- */

void
bind_create_role(struct analysis *an, struct utility *u, const PgQuery__CreateRoleStmt *stmt)
{
    u->kind = UTILITY_CREATE_ROLE;
    u->tag = "CREATE ROLE";
    u->role.name = stmt->role;
    u->role.kind = stmt->stmt_type == PG_QUERY__ROLE_STMT_TYPE__ROLESTMT_USER    ? "user"
                   : stmt->stmt_type == PG_QUERY__ROLE_STMT_TYPE__ROLESTMT_GROUP ? "group"
                                                                                 : "role";
    u->role.options = def_options(an, NODES(stmt, options));
}

void
bind_alter_role(struct analysis *an, struct utility *u, const PgQuery__AlterRoleStmt *stmt)
{
    u->kind = UTILITY_ALTER_ROLE;
    u->tag = "ALTER ROLE";
    u->role.name = role_name(stmt->role);
    u->role.kind = "role";
    u->role.options = def_options(an, NODES(stmt, options));
}

void
bind_alter_role_set(struct analysis *an, struct utility *u, const PgQuery__AlterRoleSetStmt *stmt)
{
    u->kind = UTILITY_ALTER_ROLE;
    u->tag = "ALTER ROLE";
    u->role.name = stmt->role == NULL ? NULL : role_name(stmt->role);
    u->role.kind = "role";
    u->role.database = tree_text(stmt->database);
    u->role.set = arena_alloc_zero(an->arena, sizeof *u->role.set);
    *u->role.set = set_of(an, stmt->setstmt);
}

void
bind_drop_role(struct analysis *an, struct utility *u, const PgQuery__DropRoleStmt *stmt)
{
    u->kind = UTILITY_DROP_ROLE;
    u->tag = "DROP ROLE";
    u->drop_role.names = names_of(an, NODES(stmt, roles));
    u->drop_role.if_exists = stmt->missing_ok;
}

void
bind_grant(struct analysis *an, struct utility *u, const PgQuery__GrantStmt *stmt)
{
    u->kind = UTILITY_GRANT;
    u->tag = stmt->is_grant ? "GRANT" : "REVOKE";
    struct grant *grant = &u->grant;
    grant->is_grant = stmt->is_grant;
    grant->has_grant_option = stmt->grant_option;
    grant->is_cascade = stmt->behavior == PG_QUERY__DROP_BEHAVIOR__DROP_CASCADE;
    grant->is_all_in_schema =
        stmt->targtype == PG_QUERY__GRANT_TARGET_TYPE__ACL_TARGET_ALL_IN_SCHEMA;
    grant->object = object_kind_of(an, stmt->objtype);
    grant->item_count = (uint32_t)stmt->n_objects;
    grant->items = arena_alloc_array(an->arena, stmt->n_objects, sizeof *grant->items);
    for (size_t i = 0; i < stmt->n_objects; i++)
        grant->items[i] = item_of(an, stmt->objects[i], false);
    grant->privilege_count = (uint32_t)stmt->n_privileges;
    grant->privileges = arena_alloc_zero(an->arena, stmt->n_privileges * sizeof *grant->privileges);
    for (size_t i = 0; i < stmt->n_privileges; i++) {
        const PgQuery__AccessPriv *privilege = stmt->privileges[i]->access_priv;
        grant->privileges[i].name = tree_text(privilege->priv_name);
        grant->privileges[i].columns = names_of(an, NODES(privilege, cols));
    }
    grant->grantees = names_of(an, NODES(stmt, grantees));
}

void
bind_grant_role(struct analysis *an, struct utility *u, const PgQuery__GrantRoleStmt *stmt)
{
    u->kind = UTILITY_GRANT_ROLE;
    u->tag = stmt->is_grant ? "GRANT ROLE" : "REVOKE ROLE";
    struct grant_role *grant = &u->grant_role;
    grant->is_grant = stmt->is_grant;
    grant->has_admin_option = stmt->admin_opt;
    grant->is_cascade = stmt->behavior == PG_QUERY__DROP_BEHAVIOR__DROP_CASCADE;
    grant->roles.names =
        arena_alloc_array(an->arena, stmt->n_granted_roles, sizeof *grant->roles.names);
    for (size_t i = 0; i < stmt->n_granted_roles; i++)
        grant->roles.names[grant->roles.count++] = stmt->granted_roles[i]->access_priv->priv_name;
    grant->grantees = names_of(an, NODES(stmt, grantee_roles));
}
