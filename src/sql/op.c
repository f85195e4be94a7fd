/*
 * op.c: operators: finding the one meant, and binding a use of it.
 */
#include "sql/analysis_int.h"

struct op_lookup {
    struct analysis *an;
    const char *schema, *name;
    oid left, right; /* left OID_NONE: prefix */
    int32_t at;
};

static bool
is_side(const struct operator_info *op, bool is_prefix)
{
    return (op->left == OID_NONE) == is_prefix;
}

/* The operator of exactly these types, the user's hiding behind the built-in ones. */
static const struct operator_info *
find_exact(const struct op_lookup *look, oid left, oid right)
{
    const struct name_scope *scope = look->an->scope;
    const struct operator_info *const *lists[] = {
        scope_operators_builtin(scope, look->schema, look->name),
        scope_operators_user(scope, look->schema, look->name)};
    for (int i = 0; i < 2; i++) {
        for (const struct operator_info *const *op = lists[i]; *op != NULL; op++) {
            if ((*op)->left == left && (*op)->right == right)
                return *op;
        }
    }
    return NULL;
}

/* An exact match, an unknown side taken to be what the other is. */
static const struct operator_info *
find_nearly_exact(const struct op_lookup *look)
{
    oid left = look->left, right = look->right;
    if (left == OID_NONE)
        return right == TYPE_UNKNOWN ? NULL : find_exact(look, left, right);
    if (left == TYPE_UNKNOWN && right != TYPE_UNKNOWN)
        left = right;
    else if (right == TYPE_UNKNOWN && left != TYPE_UNKNOWN)
        right = left;
    return find_exact(look, left, right);
}

static struct candidate **
list_candidates(const struct op_lookup *look, uint32_t *count)
{
    struct analysis *an = look->an;
    struct list list = {.count = 0};
    const struct operator_info *const *lists[] = {
        scope_operators_builtin(an->scope, look->schema, look->name),
        scope_operators_user(an->scope, look->schema, look->name)};
    for (int i = 0; i < 2; i++) {
        for (const struct operator_info *const *op = lists[i]; *op != NULL; op++) {
            if (!is_side(*op, look->left == OID_NONE))
                continue;
            struct candidate *candidate = arena_alloc_zero(an->arena, sizeof *candidate);
            candidate->types = arena_alloc_array(an->arena, 2, sizeof(oid));
            candidate->types[0] = (*op)->left == OID_NONE ? (*op)->right : (*op)->left;
            candidate->types[1] = (*op)->right;
            candidate->op = *op;
            list_add(an->arena, &list, candidate);
        }
    }
    *count = list.count;
    return (struct candidate **)list.items;
}

static const char *
signature(const struct op_lookup *look)
{
    struct analysis *an = look->an;
    const char *name = dotted_name(an, look->schema, look->name);
    if (look->left == OID_NONE)
        return arena_format(an->arena, "%s %s", name, type_text(an, look->right, -1));
    return arena_format(an->arena, "%s %s %s", type_text(an, look->left, -1), name,
                        type_text(an, look->right, -1));
}

static _Noreturn void
fail_operator(const struct op_lookup *look, bool is_ambiguous)
{
    if (is_ambiguous)
        fail_hint(look->an, look->at, SQLSTATE_AMBIGUOUS_FUNCTION,
                  "Could not choose a best candidate operator. You might need to add explicit "
                  "type casts.",
                  "operator is not unique: %s", signature(look));
    fail_hint(look->an, look->at, SQLSTATE_UNDEFINED_FUNCTION,
              look->left != OID_NONE
                  ? "No operator matches the given name and argument types. You might need to add "
                    "explicit type casts."
                  : "No operator matches the given name and argument type. You might need to add "
                    "an explicit type cast.",
              "operator does not exist: %s", signature(look));
}

static const struct operator_info *
choose(const struct op_lookup *look, bool may_miss)
{
    const struct operator_info *exact = find_nearly_exact(look);
    if (exact != NULL)
        return exact;
    struct analysis *an = look->an;
    uint32_t count;
    struct candidate **list = list_candidates(look, &count);
    oid types[2] = {look->left == OID_NONE ? look->right : look->left, look->right};
    uint32_t arg_count = look->left == OID_NONE ? 1 : 2;
    bool is_ambiguous = false;
    if (count > 0)
        count = candidates_match(an, list, count, types, arg_count);
    if (count == 1)
        return list[0]->op;
    if (count > 1) {
        struct candidate *best = candidates_select(an, list, count, types, arg_count);
        if (best != NULL)
            return best->op;
        is_ambiguous = true;
    }
    if (may_miss)
        return NULL;
    fail_operator(look, is_ambiguous);
}

const struct operator_info *
operator_choose(struct analysis *an, struct object_name name, oid left, oid right, bool may_miss)
{
    struct op_lookup look = {an, name.schema, name.name, left, right, name.at};
    return choose(&look, may_miss);
}

struct object_name
operator_name(struct analysis *an, struct nodes names, int32_t at)
{
    struct object_name name = {.at = at};
    if (names.count > 1)
        name.schema = tree_string(names.items[names.count - 2]);
    name.name = tree_string(names.items[names.count - 1]);
    if (name.name == NULL)
        fail(an, at, SQLSTATE_SYNTAX_ERROR, "improper operator name");
    return name;
}

/* ---- binding ---- */

struct expr *
bind_operator(struct level *level, struct object_name name, struct expr *left, struct expr *right)
{
    struct analysis *an = level->an;
    const struct operator_info *op =
        operator_choose(an, name, left == NULL ? OID_NONE : left->type, right->type, false);
    struct expr *args[2] = {left == NULL ? right : left, right};
    return operator_node(level, op, args, left == NULL ? 1 : 2, name.at);
}

struct expr *
operator_node(struct level *level, const struct operator_info *op, struct expr *const *args,
              uint32_t arg_count, int32_t at)
{
    struct analysis *an = level->an;
    const struct func_info *func = scope_func(an->scope, op->func);
    if (func == NULL)
        fail(an, at, SQLSTATE_FEATURE_NOT_SUPPORTED, "operator %s is not supported yet", op->name);
    oid actual[2], declared[2];
    for (uint32_t i = 0; i < arg_count; i++)
        actual[i] = args[i]->type;
    declared[0] = arg_count == 1 ? op->right : op->left;
    declared[1] = op->right;
    oid result = generic_resolve(an, actual, declared, arg_count, op->result);

    struct expr *e = expr_new(an->arena, EXPR_FUNC, result, at);
    e->func = (struct func_ref){.func = func, .op = op, .form = FORM_OPERATOR};
    e->arg_count = arg_count;
    e->args = arena_alloc_array(an->arena, arg_count, sizeof *e->args);
    for (uint32_t i = 0; i < arg_count; i++)
        e->args[i] = coerce_implicit(an, args[i], declared[i]);
    if (func->is_set)
        note_set_function(level, e, at);
    expr_done(an, e);
    return e;
}

/* ---- equality and order of types ---- */

/* Types that use another's operators as they are. */
static oid
order_type(const struct analysis *an, oid type)
{
    const struct type_info *info = scope_type(an->scope, type);
    if (type == TYPE_VARCHAR)
        return TYPE_TEXT;
    if (type == TYPE_CIDR)
        return TYPE_INET;
    if (info == NULL)
        return type;
    if (info->element != OID_NONE && info->length == -1 && info->category == 'A')
        return TYPE_ANYARRAY;
    switch (info->kind) {
    case 'e':
        return TYPE_ANYENUM;
    case 'r':
        return TYPE_ANYRANGE;
    case 'm':
        return TYPE_ANYMULTIRANGE;
    case 'c':
        return TYPE_RECORD;
    default:
        return type;
    }
}

static const struct operator_info *
order_operator(const struct analysis *an, oid type, enum btree_op which)
{
    const struct operator_info *op = types_btree_operator(an->types, type, type, which);
    oid other = order_type(an, type);
    if (op == NULL && other != type)
        op = types_btree_operator(an->types, other, other, which);
    return op;
}

/* A composite type is ordered, and has equality, only if all its columns do. */
static void
limit_to_columns(const struct analysis *an, oid type, struct order_operators *found)
{
    const struct table *row =
        an->scope->row_type == NULL ? NULL : an->scope->row_type(an->scope->object, type);
    for (uint16_t i = 0; row != NULL && i < row->column_count; i++) {
        if (row->columns[i].is_dropped)
            continue;
        struct order_operators of_column = order_operators(an, row->columns[i].type);
        if (of_column.less == NULL)
            found->less = found->greater = NULL;
        if (of_column.equal == NULL)
            found->equal = NULL;
    }
}

struct order_operators
order_operators(const struct analysis *an, oid type)
{
    type = base_type(an, type);
    /* An array is ordered only if its elements are. */
    oid element = array_element(an, type);
    const struct type_info *info = scope_type(an->scope, type);
    if (element != OID_NONE && info->category == 'A' && order_operators(an, element).equal == NULL)
        return (struct order_operators){.equal = NULL};
    struct order_operators found = {.less = order_operator(an, type, BTREE_LT),
                                    .equal = order_operator(an, type, BTREE_EQ),
                                    .greater = order_operator(an, type, BTREE_GT)};
    if (info != NULL && info->kind == 'c')
        limit_to_columns(an, type, &found);
    else if (found.equal == NULL) {
        /* Some types are hashed only: a "=" of the type with itself will do. */
        struct op_lookup look = {(struct analysis *)an, NULL, "=", type, type, -1};
        found.equal = find_exact(&look, type, type);
        if (found.equal != NULL && !found.equal->can_hash)
            found.equal = NULL; /* such as that of areas */
    }
    found.can_hash = found.equal != NULL && found.equal->can_hash;
    return found;
}
