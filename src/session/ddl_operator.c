/*
 * ddl_operator.c: operators and casts of users: made, changed, found by what a statement names.
 *
 * A commutator or negator that is not there yet is made as a shell: it has a number, so that the
 * operator that names it can point to it, and is filled in when it is created itself.
 */
#include "base/raise.h"
#include "session/ddl_routine.h"
#include "session/definition.h"
#include "session/scope.h"
#include "session/utility_run.h"

/* ---- naming ---- */

static const char *
type_name(struct session *session, oid type)
{
    return scope_type_text(&session->scope, session->statement_arena, type, -1);
}

static const char *
usage(struct session *session, const char *name, oid left, oid right)
{
    struct arena *arena = session->statement_arena;
    return left == OID_NONE ? arena_format(arena, "%s %s", name, type_name(session, right))
                            : arena_format(arena, "%s %s %s", type_name(session, left), name,
                                           type_name(session, right));
}

const char *
operator_text(struct session *session, const struct user_operator *op)
{
    struct arena *arena = session->statement_arena;
    return arena_format(arena, "operator %s",
                        session->access.operator_text(session, op->info.op, true, arena));
}

static const struct user_operator *
find_in_path(struct session *session, const struct object_name *name, oid left, oid right)
{
    if (name->schema != NULL) {
        const struct schema_def *schema = session_find_schema(session, name->schema);
        return schema == NULL ? NULL
                              : catalog_find_operator(session->catalog, schema->schema, name->name,
                                                      left, right);
    }
    for (const oid *path = session_search_path(session); *path != OID_NONE; path++) {
        const struct user_operator *op =
            catalog_find_operator(session->catalog, *path, name->name, left, right);
        if (op != NULL)
            return op;
    }
    return NULL;
}

/* A built-in one of exactly these types; OID_NONE: there is none. */
static oid
find_builtin(struct session *session, const struct object_name *name, oid left, oid right)
{
    const struct operator_info *const *list =
        scope_operators_builtin(&session->scope, name->schema, name->name);
    for (; *list != NULL; list++)
        if ((*list)->left == left && (*list)->right == right)
            return (*list)->op;
    return OID_NONE;
}

const struct user_operator *
ddl_find_operator(struct session *session, const struct object_item *item, bool may_miss)
{
    const struct func_signature *signature = &item->signature;
    if (may_miss && item->name.schema != NULL &&
        session_find_schema(session, item->name.schema) == NULL) {
        notice(SEVERITY_NOTICE, SQLSTATE_SUCCESSFUL_COMPLETION,
               "schema \"%s\" does not exist, skipping", item->name.schema);
        return NULL;
    }
    if (may_miss && signature->missing != NULL) {
        notice(SEVERITY_NOTICE, SQLSTATE_SUCCESSFUL_COMPLETION, "%s", signature->missing);
        return NULL;
    }
    oid left = signature->arg_count > 0 ? signature->args[0] : OID_NONE;
    oid right = signature->arg_count > 1 ? signature->args[1] : OID_NONE;
    if (right == OID_NONE)
        raise(SQLSTATE_FEATURE_NOT_SUPPORTED, "postfix operators are not supported");
    const struct user_operator *op = find_in_path(session, &item->name, left, right);
    if (op != NULL && !op->is_shell)
        return op;
    if (find_builtin(session, &item->name, left, right) != OID_NONE)
        raise(SQLSTATE_DEPENDENT_OBJECTS_STILL_EXIST,
              "cannot drop operator %s because it is required by the database system",
              usage(session, item->name.name, left, right));
    if (may_miss) {
        notice(SEVERITY_NOTICE, SQLSTATE_SUCCESSFUL_COMPLETION,
               "operator %s does not exist, skipping", item->name.name);
        return NULL;
    }
    raise(SQLSTATE_UNDEFINED_FUNCTION, "operator does not exist: %s",
          usage(session, item->name.name, left, right));
}

/* ---- CREATE OPERATOR ---- */

static void
depend(struct session *session, struct object_ref object, oid class_oid, oid on)
{
    if (on >= OID_USER_FIRST)
        catalog_depend(session->catalog,
                       &(struct dependency){.object = object,
                                            .on = {.class_oid = class_oid, .object = on},
                                            .kind = 'n'});
}

static void
check_name(const char *name)
{
    if (strspn(name, "+-*/<>=~!@#%^&|`?") != strlen(name) || strlen(name) > NAME_BYTES_MAX)
        raise(SQLSTATE_INVALID_NAME, "\"%s\" is not a valid operator name", name);
}

static const struct schema_def *
target_schema(struct session *session, const struct object_name *name)
{
    const struct schema_def *schema = session_target_schema(session, name);
    if (schema->schema == SCHEMA_TEMP)
        raise(SQLSTATE_FEATURE_NOT_SUPPORTED, "temporary operators are not supported yet");
    return schema;
}

/* The operator that another names as its commutator or negator: one that is there, or a shell. */
static oid
find_partner(struct session *session, const struct object_name *name, oid left, oid right,
             const struct user_operator *self)
{
    if (name->name == NULL)
        return OID_NONE;
    oid found = find_builtin(session, name, left, right);
    const struct user_operator *op = find_in_path(session, name, left, right);
    if (op != NULL)
        return op->info.op;
    if (found != OID_NONE)
        return found;
    bool is_self = strcmp(name->name, self->info.name) == 0 && left == self->info.left &&
                   right == self->info.right;
    if (is_self)
        return self->info.op;
    check_name(name->name);
    const struct schema_def *schema = target_schema(session, name);
    struct user_operator shell = {.info = {.op = catalog_new_oid(session->catalog),
                                           .name = name->name,
                                           .left = left,
                                           .right = right},
                                  .schema = schema->schema,
                                  .owner = ROLE_OWNER,
                                  .is_shell = true};
    catalog_put_operator(session->catalog, &shell);
    return shell.info.op;
}

/* The partner points back, if it points nowhere yet. */
static void
link_back(struct session *session, oid partner, oid self, bool is_negator)
{
    const struct user_operator *op = catalog_operator(session->catalog, partner);
    if (op == NULL || partner == self)
        return;
    struct user_operator changed = *op;
    oid *link = is_negator ? &changed.info.negator : &changed.info.commutator;
    if (*link != OID_NONE)
        return;
    *link = self;
    catalog_put_operator(session->catalog, &changed);
}

void
ddl_create_operator(struct session *session, const struct create_operator *create)
{
    check_name(create->name.name);
    const struct schema_def *schema = target_schema(session, &create->name);
    const struct operator_info *info = &create->info;
    const struct user_operator *old = catalog_find_operator(
        session->catalog, schema->schema, create->name.name, info->left, info->right);
    if (old != NULL && !old->is_shell)
        raise(SQLSTATE_DUPLICATE_FUNCTION, "operator %s already exists", create->name.name);
    struct user_operator op = {.info = *info, .schema = schema->schema, .owner = ROLE_OWNER};
    op.info.op = old != NULL ? old->info.op : catalog_new_oid(session->catalog);
    op.info.commutator = find_partner(session, &create->commutator, info->right, info->left, &op);
    op.info.negator = find_partner(session, &create->negator, info->left, info->right, &op);
    if (op.info.negator == op.info.op)
        raise(SQLSTATE_INVALID_FUNCTION_DEFINITION, "operator cannot be its own negator");
    if (old != NULL && op.info.commutator == OID_NONE)
        op.info.commutator = old->info.commutator;
    if (old != NULL && op.info.negator == OID_NONE)
        op.info.negator = old->info.negator;
    catalog_put_operator(session->catalog, &op);
    link_back(session, op.info.commutator, op.info.op, false);
    link_back(session, op.info.negator, op.info.op, true);
    struct object_ref self = {.class_oid = CLASS_OPERATOR, .object = op.info.op};
    catalog_forget_dependencies(session->catalog, self);
    depend(session, self, CLASS_PROC, info->func);
    depend(session, self, CLASS_TYPE, info->left);
    depend(session, self, CLASS_TYPE, info->right);
}

void
ddl_alter_operator(struct session *session, const struct alter_operator *alter)
{
    struct user_operator changed = *ddl_find_operator(session, &alter->item, false);
    if (alter->sets_restrict)
        changed.info.restrict_est = alter->restrict_est;
    if (alter->sets_join)
        changed.info.join_est = alter->join_est;
    catalog_put_operator(session->catalog, &changed);
}

void
ddl_set_operator_schema(struct session *session, const struct alter_object *alter)
{
    struct user_operator changed = *ddl_find_operator(session, &alter->item, false);
    struct object_name target = {.schema = alter->value, .name = changed.info.name};
    const struct schema_def *schema = target_schema(session, &target);
    const struct user_operator *other = catalog_find_operator(
        session->catalog, schema->schema, changed.info.name, changed.info.left, changed.info.right);
    if (schema->schema == changed.schema)
        return;
    if (other != NULL)
        raise(SQLSTATE_DUPLICATE_FUNCTION, "operator %s already exists in schema \"%s\"",
              usage(session, changed.info.name, changed.info.left, changed.info.right),
              schema->name);
    changed.schema = schema->schema;
    catalog_put_operator(session->catalog, &changed);
}

void
ddl_comment_operator(struct session *session, const struct comment *comment)
{
    struct user_operator changed = *ddl_find_operator(session, &comment->item, false);
    changed.comment = comment->text;
    catalog_put_operator(session->catalog, &changed);
}

/* Those that name it as their partner name none any more. */
static void
unlink_partner(struct session *session, oid partner, oid gone)
{
    const struct user_operator *op = catalog_operator(session->catalog, partner);
    if (op == NULL || partner == gone)
        return;
    struct user_operator changed = *op;
    if (changed.info.commutator == gone)
        changed.info.commutator = OID_NONE;
    if (changed.info.negator == gone)
        changed.info.negator = OID_NONE;
    catalog_put_operator(session->catalog, &changed);
}

void
ddl_remove_operator(struct session *session, oid number)
{
    const struct user_operator *op = catalog_operator(session->catalog, number);
    if (op == NULL)
        return;
    oid commutator = op->info.commutator, negator = op->info.negator;
    catalog_forget_dependencies(session->catalog,
                                (struct object_ref){.class_oid = CLASS_OPERATOR, .object = number});
    catalog_drop_operator(session->catalog, number);
    unlink_partner(session, commutator, number);
    unlink_partner(session, negator, number);
}

/* ---- casts ---- */

const char *
cast_text(struct session *session, const struct cast_info *cast)
{
    return arena_format(session->statement_arena, "cast from %s to %s",
                        type_name(session, cast->source), type_name(session, cast->target));
}

const struct user_cast *
ddl_cast_numbered(struct session *session, oid number)
{
    uint32_t count;
    const struct user_cast **casts =
        catalog_casts(session->catalog, session->statement_arena, &count);
    for (uint32_t i = 0; i < count; i++)
        if (casts[i]->cast == number)
            return casts[i];
    return NULL;
}

void
ddl_create_cast(struct session *session, const struct cast_statement *statement)
{
    const struct cast_info *info = &statement->info;
    if (scope_cast(&session->scope, info->source, info->target) != NULL)
        raise(SQLSTATE_DUPLICATE_OBJECT, "cast from type %s to type %s already exists",
              type_name(session, info->source), type_name(session, info->target));
    struct user_cast cast = {.info = *info, .cast = catalog_new_oid(session->catalog)};
    catalog_put_cast(session->catalog, &cast);
    struct object_ref self = {.class_oid = CLASS_CAST, .object = cast.cast};
    depend(session, self, CLASS_PROC, info->func);
    depend(session, self, CLASS_TYPE, info->source);
    depend(session, self, CLASS_TYPE, info->target);
}

static const struct user_cast *
find_cast(struct session *session, const struct cast_statement *statement)
{
    const struct cast_info *info = &statement->info;
    const char *source = type_name(session, info->source);
    const char *target = type_name(session, info->target);
    if (statement->missing != NULL) {
        notice(SEVERITY_NOTICE, SQLSTATE_SUCCESSFUL_COMPLETION, "%s", statement->missing);
        return NULL;
    }
    const struct user_cast *cast = catalog_cast(session->catalog, info->source, info->target);
    if (cast != NULL)
        return cast;
    if (scope_cast(&session->scope, info->source, info->target) != NULL)
        raise(SQLSTATE_DEPENDENT_OBJECTS_STILL_EXIST,
              "cannot drop cast from %s to %s because it is required by the database system",
              source, target);
    if (!statement->if_exists)
        raise(SQLSTATE_UNDEFINED_OBJECT, "cast from type %s to type %s does not exist", source,
              target);
    notice(SEVERITY_NOTICE, SQLSTATE_SUCCESSFUL_COMPLETION,
           "cast from type %s to type %s does not exist, skipping", source, target);
    return NULL;
}

void
ddl_remove_cast(struct session *session, oid number)
{
    const struct user_cast *cast = ddl_cast_numbered(session, number);
    if (cast == NULL)
        return;
    catalog_forget_dependencies(session->catalog,
                                (struct object_ref){.class_oid = CLASS_CAST, .object = number});
    catalog_drop_cast(session->catalog, cast->info.source, cast->info.target);
}

void
ddl_drop_cast(struct session *session, const struct cast_statement *statement)
{
    const struct user_cast *cast = find_cast(session, statement);
    if (cast != NULL)
        ddl_remove_cast(session, cast->cast);
}

void
ddl_comment_cast(struct session *session, const struct cast_statement *statement)
{
    struct user_cast changed = *find_cast(session, statement);
    changed.comment = statement->comment;
    catalog_put_cast(session->catalog, &changed);
}
