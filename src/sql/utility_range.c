/*
 * utility_range.c: CREATE TYPE ... AS RANGE.
 */
#include "sql/utility_int.h"

struct range_options {
    const PgQuery__DefElem *subtype, *opclass, *collation, *canonical, *diff, *multirange;
};

static const PgQuery__DefElem **
option_place(struct range_options *options, const char *name)
{
    const struct {
        const char *name;
        const PgQuery__DefElem **place;
    } places[] = {
        {"subtype", &options->subtype},     {"subtype_opclass", &options->opclass},
        {"collation", &options->collation}, {"canonical", &options->canonical},
        {"subtype_diff", &options->diff},   {"multirange_type_name", &options->multirange}};
    for (size_t i = 0; i < sizeof places / sizeof *places; i++) {
        if (strcmp(places[i].name, name) == 0)
            return places[i].place;
    }
    return NULL;
}

static void
read_options(struct analysis *an, const PgQuery__CreateRangeStmt *stmt,
             struct range_options *options)
{
    for (size_t i = 0; i < stmt->n_params; i++) {
        const PgQuery__DefElem *option = stmt->params[i]->def_elem;
        const PgQuery__DefElem **place = option_place(options, option->defname);
        if (place == NULL)
            fail(an, -1, SQLSTATE_SYNTAX_ERROR, "type attribute \"%s\" not recognized",
                 option->defname);
        if (*place != NULL)
            fail(an, option->location, SQLSTATE_SYNTAX_ERROR, "conflicting or redundant options");
        *place = option;
    }
}

/* An option's value as a name: type names are how the parser reads them. */
static struct object_name
option_name(struct analysis *an, const PgQuery__DefElem *option)
{
    const PgQuery__Node *arg = option->arg;
    if (arg != NULL && arg->node_case == PG_QUERY__NODE__NODE_TYPE_NAME)
        return object_name(an, NODES(arg->type_name, names), arg->type_name->location);
    if (arg != NULL && arg->node_case == PG_QUERY__NODE__NODE_LIST)
        return object_name(an, NODES(arg->list, items), option->location);
    const char *text = arg == NULL ? NULL : tree_string(arg);
    if (text == NULL)
        fail(an, option->location, SQLSTATE_SYNTAX_ERROR, "%s requires a parameter",
             option->defname);
    return (struct object_name){.name = text, .at = option->location};
}

static oid
bind_subtype(struct analysis *an, const struct range_options *options)
{
    const PgQuery__Node *arg = options->subtype == NULL ? NULL : options->subtype->arg;
    if (arg == NULL)
        fail(an, -1, SQLSTATE_SYNTAX_ERROR, "type attribute \"subtype\" is required");
    oid subtype;
    int32_t typmod;
    if (arg->node_case == PG_QUERY__NODE__NODE_TYPE_NAME) {
        PgQuery__TypeName type = *arg->type_name;
        type.location = -1;
        subtype = typename_get(an, &type, &typmod);
    } else {
        struct object_name name = option_name(an, options->subtype);
        const struct type_info *named = scope_type_named(an->scope, name.schema, name.name);
        if (named == NULL)
            fail(an, -1, SQLSTATE_UNDEFINED_OBJECT, "type \"%s\" does not exist", name.name);
        subtype = named->type;
    }
    const struct type_info *info = scope_type(an->scope, subtype);
    if (info->kind == 'p' && subtype != TYPE_RECORD)
        fail(an, -1, SQLSTATE_DATATYPE_MISMATCH, "range subtype cannot be %s",
             type_text(an, subtype, -1));
    if (order_operators(an, subtype).less == NULL)
        fail_hint(an, -1, SQLSTATE_UNDEFINED_OBJECT,
                  "You must specify an operator class for the range type or define a default "
                  "operator class for the subtype.",
                  "data type %s has no default operator class for access method \"%s\"",
                  type_text(an, subtype, -1), "btree");
    return subtype;
}

static oid
bind_collation(struct analysis *an, const struct range_options *options, oid subtype)
{
    const struct type_info *info = scope_type(an->scope, subtype);
    if (options->collation == NULL)
        return info->is_collatable ? COLLATION_DEFAULT : OID_NONE;
    if (!info->is_collatable)
        fail(an, -1, SQLSTATE_WRONG_OBJECT_TYPE,
             "range collation specified but subtype does not support collation");
    struct object_name name = option_name(an, options->collation);
    oid found = an->scope->collation == NULL
                    ? OID_NONE
                    : an->scope->collation(an->scope->object, name.schema, name.name);
    if (found == OID_NONE)
        fail(an, -1, SQLSTATE_UNDEFINED_OBJECT,
             "collation \"%s\" for encoding \"%s\" does not exist", name.name, "UTF8");
    return found;
}

/* The function of exactly (subtype, subtype). */
static const struct func_info *
find_diff(struct analysis *an, struct object_name name, oid subtype)
{
    const struct func_info *const *lists[] = {
        scope_funcs_builtin(an->scope, name.schema, name.name),
        scope_funcs_user(an->scope, name.schema, name.name)};
    for (int i = 0; i < 2; i++) {
        for (const struct func_info *const *func = lists[i]; *func != NULL; func++) {
            if ((*func)->arg_count == 2 && (*func)->args[0] == subtype &&
                (*func)->args[1] == subtype)
                return *func;
        }
    }
    return NULL;
}

static oid
bind_diff(struct analysis *an, const struct range_options *options, oid subtype)
{
    if (options->diff == NULL)
        return OID_NONE;
    struct object_name name = option_name(an, options->diff);
    oid types[2] = {subtype, subtype};
    const struct func_info *func = find_diff(an, name, subtype);
    if (func == NULL)
        fail(an, -1, SQLSTATE_UNDEFINED_FUNCTION, "function %s does not exist",
             func_signature_text(an, name, 2, types, NULL));
    const char *text = func_signature_text(an, name, 2, types, NULL);
    if (func->result != TYPE_FLOAT8)
        fail(an, -1, SQLSTATE_INVALID_OBJECT_DEFINITION,
             "range subtype diff function %s must return type %s", text, "double precision");
    if (func->volatility != FUNC_IMMUTABLE)
        fail(an, -1, SQLSTATE_INVALID_OBJECT_DEFINITION,
             "range subtype diff function %s must be immutable", text);
    return func->func;
}

void
bind_create_range(struct analysis *an, struct utility *u, const PgQuery__CreateRangeStmt *stmt)
{
    u->kind = UTILITY_CREATE_RANGE;
    u->tag = "CREATE TYPE";
    struct range_options options = {.subtype = NULL};
    read_options(an, stmt, &options);
    struct range_spec *spec = &u->create_range;
    spec->name = object_name(an, NODES(stmt, type_name), -1);
    spec->subtype = bind_subtype(an, &options);
    spec->collation = bind_collation(an, &options, spec->subtype);
    if (options.opclass != NULL)
        spec->opclass = option_name(an, options.opclass).name;
    if (options.canonical != NULL)
        fail_hint(an, -1, SQLSTATE_INVALID_OBJECT_DEFINITION,
                  "Create the type as a shell type, then create its canonicalization function, "
                  "then do a full CREATE TYPE.",
                  "cannot specify a canonical function without a pre-created shell type");
    spec->diff = bind_diff(an, &options, spec->subtype);
    if (options.multirange != NULL)
        spec->multirange = option_name(an, options.multirange);
}
