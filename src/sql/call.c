/*
 * call.c: a call as written: plain functions here; aggregates and window functions pass through to
 * agg.c and window.c once their arguments are bound.
 */
#include "sql/analysis_int.h"
#include "type/routine.h"

struct call {
    struct level *level;
    const PgQuery__FuncCall *node;
    struct func_use use;
    struct expr **args; /* as given; then as the function wants them */
    uint32_t arg_count;
};

/* ---- arguments ---- */

static void
check_names(struct call *call)
{
    struct analysis *an = call->level->an;
    bool seen = false;
    for (uint32_t i = 0; i < call->arg_count; i++) {
        const char *name = call->use.names[i];
        if (name == NULL && seen)
            fail(an, call->args[i]->at, SQLSTATE_SYNTAX_ERROR,
                 "positional argument cannot follow named argument");
        if (name == NULL)
            continue;
        seen = true;
        for (uint32_t j = 0; j < i; j++) {
            if (call->use.names[j] != NULL && strcmp(call->use.names[j], name) == 0)
                fail(an, call->node->args[i]->named_arg_expr->location, SQLSTATE_SYNTAX_ERROR,
                     "argument name \"%s\" used more than once", name);
        }
    }
}

static void
bind_args(struct call *call)
{
    struct analysis *an = call->level->an;
    const PgQuery__FuncCall *node = call->node;
    size_t ordered = node->agg_within_group ? node->n_agg_order : 0;
    size_t room = node->n_args + ordered;
    if (room > FUNC_ARGS_MAX)
        fail(an, node->location, SQLSTATE_TOO_MANY_ARGUMENTS,
             "cannot pass more than %d arguments to a function", FUNC_ARGS_MAX);
    call->args = arena_alloc_array(an->arena, room, sizeof *call->args);
    const char **names = arena_alloc_array(an->arena, room, sizeof *names);
    oid *types = arena_alloc_array(an->arena, room, sizeof *types);
    for (size_t i = 0; i < room; i++) {
        const PgQuery__Node *arg =
            i < node->n_args ? node->args[i] : node->agg_order[i - node->n_args]->sort_by->node;
        names[i] = NULL;
        if (arg->node_case == PG_QUERY__NODE__NODE_NAMED_ARG_EXPR) {
            names[i] = arg->named_arg_expr->name;
            arg = arg->named_arg_expr->arg;
        }
        call->args[call->arg_count++] = bind_expr(call->level, arg);
        types[i] = call->args[i]->type;
    }
    call->use.arg_count = call->arg_count;
    call->use.types = types;
    call->use.names = names;
    check_names(call);
}

/* A default, from its stored text. */
static struct expr *
default_arg(struct analysis *an, const struct func_info *func, uint32_t place)
{
    uint32_t first = func->arg_count - func->default_count;
    return bind_stored(an, NULL, func->defaults[place - first], CLAUSE_DEFAULT);
}

/* Puts the arguments in the function's places, defaults filled in; *types their declared types. */
static void
place_args(struct call *call, const struct candidate *c, oid **declared)
{
    struct analysis *an = call->level->an;
    const struct func_info *func = c->func;
    uint32_t count = c->spread > 0 ? call->arg_count : func->arg_count;
    struct expr **placed = arena_alloc_zero(an->arena, (count + 1) * sizeof *placed);
    *declared = arena_alloc_array(an->arena, count + 1, sizeof(oid));
    for (uint32_t i = 0; i < call->arg_count; i++) {
        uint32_t place = c->places != NULL ? c->places[i] : i;
        placed[place] = call->args[i];
    }
    for (uint32_t i = 0; i < count; i++) {
        bool is_spread = c->spread > 0 && i + 1 >= func->arg_count;
        (*declared)[i] = is_spread ? func->variadic : func->args[i];
        if (placed[i] == NULL)
            placed[i] = default_arg(an, func, i);
    }
    call->args = placed;
    call->arg_count = count;
}

/* Converts the arguments to what is declared; the call's result type. */
static oid
convert_args(struct call *call, oid *declared, oid result)
{
    struct analysis *an = call->level->an;
    oid *actual = arena_alloc_array(an->arena, call->arg_count, sizeof *actual);
    for (uint32_t i = 0; i < call->arg_count; i++)
        actual[i] = call->args[i]->type;
    result = generic_resolve(an, actual, declared, call->arg_count, result);
    for (uint32_t i = 0; i < call->arg_count; i++) {
        bool is_open = declared[i] == TYPE_ANY && call->args[i]->type == TYPE_UNKNOWN;
        call->args[i] = coerce_implicit(an, call->args[i], is_open ? TYPE_TEXT : declared[i]);
    }
    return result;
}

/* The loose arguments of VARIADIC become one array. */
static void
gather_variadic(struct call *call, const struct candidate *c)
{
    struct analysis *an = call->level->an;
    uint32_t first = c->func->arg_count - 1;
    oid element = call->args[first]->type;
    oid array = array_of(an, element);
    if (array == OID_NONE)
        fail(an, call->args[first]->at, SQLSTATE_UNDEFINED_OBJECT,
             "could not find array type for data type %s", type_text(an, element, -1));
    struct expr *e = expr_new(an->arena, EXPR_ARRAY, array, call->args[first]->at);
    e->array.element = element;
    e->arg_count = c->spread;
    e->args = arena_copy(an->arena, call->args + first, c->spread * sizeof *e->args);
    expr_done(an, e);
    call->args[first] = e;
    call->arg_count = c->func->arg_count;
}

/* ---- what a kind of function may be decorated with ---- */

static _Noreturn void
fail_kind(struct call *call, const char *format)
{
    struct analysis *an = call->level->an;
    const char *name = dotted_name(an, call->use.name.schema, call->use.name.name);
    const char *message = "";
    for (const char *at = format; *at != '\0'; at++)
        message = *at == '%' ? arena_format(an->arena, "%s%s", message, name)
                             : arena_format(an->arena, "%s%c", message, *at);
    fail(an, call->node->location, SQLSTATE_WRONG_OBJECT_TYPE, "%s", message);
}

static void
check_plain(struct call *call)
{
    const PgQuery__FuncCall *node = call->node;
    if (node->agg_star)
        fail_kind(call, "%(*) specified, but % is not an aggregate function");
    if (node->agg_distinct)
        fail_kind(call, "DISTINCT specified, but % is not an aggregate function");
    if (node->agg_within_group)
        fail_kind(call, "WITHIN GROUP specified, but % is not an aggregate function");
    if (node->n_agg_order > 0)
        fail_kind(call, "ORDER BY specified, but % is not an aggregate function");
    if (node->agg_filter != NULL)
        fail_kind(call, "FILTER specified, but % is not an aggregate function");
    if (node->over != NULL)
        fail_kind(call, "OVER specified, but % is not a window function nor an aggregate function");
}

static _Noreturn void
fail_direct(struct call *call, const char *hint)
{
    struct analysis *an = call->level->an;
    fail_hint(an, call->node->location, SQLSTATE_UNDEFINED_FUNCTION, hint,
              "function %s does not exist",
              func_signature_text(an, call->use.name, call->use.arg_count, call->use.types,
                                  call->use.names));
}

/* Are there as many arguments before WITHIN GROUP as the aggregate wants? */
static void
check_direct(struct call *call, const struct func_info *func)
{
    struct arena *arena = call->level->an->arena;
    uint32_t ordered = (uint32_t)call->node->n_agg_order, direct = call->arg_count - ordered;
    uint32_t wanted = func->aggregate->direct_count;
    const char *name = dotted_name(call->level->an, call->use.name.schema, call->use.name.name);
    if (func->variadic == OID_NONE && direct != wanted)
        fail_direct(call, arena_format(arena,
                                       "There is an ordered-set aggregate %s, but it requires %u "
                                       "direct argument%s, not %u.",
                                       name, wanted, wanted == 1 ? "" : "s", direct));
    if (func->variadic != OID_NONE && direct != ordered)
        fail_direct(call, arena_format(arena,
                                       "To use the hypothetical-set aggregate %s, the number of "
                                       "hypothetical direct arguments (here %u) must match the "
                                       "number of ordering columns (here %u).",
                                       name, direct, ordered));
}

/* A hypothetical row is of the types that it is ordered by: each pair of arguments becomes one. */
static void
unify_hypothetical(struct call *call)
{
    struct analysis *an = call->level->an;
    uint32_t count = (uint32_t)call->node->n_agg_order;
    for (uint32_t i = 0; i < count; i++) {
        struct expr *pair[2] = {call->args[i], call->args[count + i]};
        oid type = common_type(an, pair, 2, "WITHIN GROUP", NULL);
        call->args[i] = coerce_common(an, pair[0], type, "WITHIN GROUP");
        call->args[count + i] = coerce_common(an, pair[1], type, "WITHIN GROUP");
    }
}

static void
check_aggregate(struct call *call, const struct func_info *func)
{
    const PgQuery__FuncCall *node = call->node;
    bool is_ordered_set = func->aggregate != NULL && func->aggregate->agg_kind != 'n' &&
                          func->aggregate->agg_kind != 0;
    if (is_ordered_set && !node->agg_within_group)
        fail_kind(call, "WITHIN GROUP is required for ordered-set aggregate %");
    if (is_ordered_set && node->over != NULL)
        fail(call->level->an, node->location, SQLSTATE_FEATURE_NOT_SUPPORTED,
             "OVER is not supported for ordered-set aggregate %s", func->name);
    if (!is_ordered_set && node->agg_within_group)
        fail_kind(call, "% is not an ordered-set aggregate, so it cannot have WITHIN GROUP");
    if (is_ordered_set)
        check_direct(call, func);
    if (call->arg_count == 0 && !node->agg_star)
        fail_kind(call, "%(*) must be used to call a parameterless aggregate function");
}

static void
check_window(struct call *call)
{
    const PgQuery__FuncCall *node = call->node;
    if (node->over == NULL)
        fail_kind(call, "window function % requires an OVER clause");
    if (node->agg_within_group)
        fail_kind(call, "window function % cannot have WITHIN GROUP");
}

/* ---- building ---- */

/* A user's function whose columns are polymorphic, with the types that they have in this call. */
static const struct func_info *
with_outs(const struct call *call, const struct func_info *func)
{
    struct analysis *an = call->level->an;
    bool is_open = false;
    for (uint16_t i = 0; func->routine != NULL && i < func->out_count; i++)
        is_open |= type_is_polymorphic(func->out_types[i]);
    if (!is_open || call->arg_count != func->arg_count)
        return func;
    struct func_info *copy = arena_copy(an->arena, func, sizeof *func);
    oid *given = arena_alloc_array(an->arena, func->arg_count + 1u, sizeof *given);
    oid *outs = arena_copy(an->arena, func->out_types, func->out_count * sizeof *outs);
    for (uint32_t i = 0; i < func->arg_count; i++)
        given[i] = call->args[i]->type;
    for (uint16_t i = 0; i < func->out_count; i++)
        outs[i] = routine_resolve(an->env, outs[i], func->arg_count, func->args, given);
    copy->out_types = outs;
    return copy;
}

static struct expr *
plain_node(struct call *call, const struct candidate *c, oid result)
{
    struct level *level = call->level;
    struct expr *e = expr_new(level->an->arena, EXPR_FUNC, result, call->node->location);
    e->func.func = with_outs(call, c->func);
    e->func.form = call->node->funcformat == PG_QUERY__COERCION_FORM__COERCE_SQL_SYNTAX
                       ? FORM_SYNTAX
                       : FORM_CALL;
    e->func.is_variadic = c->spread > 0 || call->node->func_variadic;
    e->func.is_variadic_array = call->node->func_variadic && c->func->variadic == TYPE_ANY;
    e->arg_count = call->arg_count;
    e->args = call->args;
    if (c->func->is_set)
        note_set_function(level, e, call->node->location);
    expr_done(level->an, e);
    return e;
}

static struct expr *
aggregate_or_window(struct call *call, const struct candidate *c, oid result)
{
    struct bound_call bound = {.node = call->node,
                               .ref = {.func = c->func,
                                       .form = FORM_CALL,
                                       .is_variadic = c->spread > 0 || call->node->func_variadic},
                               .args = call->args,
                               .arg_count = call->arg_count,
                               .type = result};
    if (call->node->over == NULL)
        return bind_aggregate(call->level, &bound);
    if (call->node->agg_distinct)
        fail(call->level->an, call->node->location, SQLSTATE_FEATURE_NOT_SUPPORTED,
             "DISTINCT is not implemented for window functions");
    if (call->node->n_agg_order > 0)
        fail(call->level->an, call->node->location, SQLSTATE_FEATURE_NOT_SUPPORTED,
             "aggregate ORDER BY is not implemented for window functions");
    if (call->node->agg_filter != NULL && c->func->kind == FUNC_WINDOW)
        fail(call->level->an, call->node->location, SQLSTATE_FEATURE_NOT_SUPPORTED,
             "FILTER is not implemented for non-aggregate window functions");
    return bind_window_call(call->level, &bound);
}

static struct expr *
build(struct call *call, const struct candidate *c)
{
    struct analysis *an = call->level->an;
    const struct func_info *func = c->func;
    if (func->kind == FUNC_PROCEDURE && !call->use.is_procedure)
        fail_hint(
            an, call->node->location, SQLSTATE_WRONG_OBJECT_TYPE, "To call a procedure, use CALL.",
            "%s is a procedure",
            func_signature_text(an, call->use.name, call->use.arg_count, call->use.types, NULL));
    if (func->kind != FUNC_PROCEDURE && call->use.is_procedure)
        fail_hint(
            an, call->node->location, SQLSTATE_WRONG_OBJECT_TYPE, "To call a function, use SELECT.",
            "%s is not a procedure",
            func_signature_text(an, call->use.name, call->use.arg_count, call->use.types, NULL));
    if (func->kind == FUNC_PLAIN || func->kind == FUNC_PROCEDURE)
        check_plain(call);
    else if (func->kind == FUNC_AGGREGATE)
        check_aggregate(call, func);
    else
        check_window(call);

    if (func->aggregate != NULL && func->aggregate->agg_kind == 'h')
        unify_hypothetical(call);
    oid *declared;
    place_args(call, c, &declared);
    oid result = convert_args(call, declared, func->result);
    if (c->spread > 0 && func->variadic != TYPE_ANY)
        gather_variadic(call, c);
    if (call->node->func_variadic &&
        array_element(an, call->args[call->arg_count - 1]->type) == OID_NONE)
        fail(an, expr_start(call->args[call->arg_count - 1]), SQLSTATE_DATATYPE_MISMATCH,
             "VARIADIC argument must be an array");
    if (func->kind == FUNC_PLAIN || func->kind == FUNC_PROCEDURE)
        return plain_node(call, c, result);
    return aggregate_or_window(call, c, result);
}

static bool
is_decorated(const PgQuery__FuncCall *node)
{
    return node->agg_star || node->agg_distinct || node->agg_within_group ||
           node->n_agg_order > 0 || node->agg_filter != NULL || node->over != NULL;
}

struct expr *
bind_call(struct level *level, const PgQuery__FuncCall *node)
{
    struct analysis *an = level->an;
    struct call call = {.level = level, .node = node};
    call.use.name = object_name(an, NODES(node, funcname), node->location);
    call.use.is_variadic = node->func_variadic;
    call.use.has_decoration = is_decorated(node);
    call.use.has_order = node->n_agg_order > 1 && !node->agg_within_group;
    call.use.is_procedure = level->calls_procedure;
    level->calls_procedure = false;
    bind_args(&call);

    struct func_choice choice = func_choose(an, &call.use);
    switch (choice.kind) {
    case CHOICE_FUNC:
        return build(&call, choice.candidate);
    case CHOICE_CAST: {
        struct coercion how = {CAST_EXPLICIT, -1, FORM_CAST_EXPLICIT, node->location};
        return coerce_type(an, call.args[0], choice.cast_target, &how);
    }
    default:
        break;
    }
    /* f(row) may be row.f. */
    if (call.arg_count == 1 && !call.use.has_decoration && call.use.name.schema == NULL &&
        type_is_row(an, call.args[0]->type)) {
        struct expr *field = field_find(level, call.args[0], call.use.name.name, node->location);
        if (field != NULL)
            return field;
    }
    fail_function(an, &call.use, choice.kind == CHOICE_AMBIGUOUS);
}

static struct expr *
call_found(struct level *level, struct object_name name, struct expr **args, uint32_t count)
{
    struct analysis *an = level->an;
    PgQuery__FuncCall *node = arena_alloc(an->arena, sizeof *node);
    pg_query__func_call__init(node);
    node->location = name.at;
    struct call call = {.level = level, .node = node, .args = args, .arg_count = count};
    oid *types = arena_alloc_array(an->arena, count, sizeof *types);
    for (uint32_t i = 0; i < count; i++)
        types[i] = args[i]->type;
    call.use = (struct func_use){.name = name, .arg_count = count, .types = types};
    struct func_choice choice = func_choose(an, &call.use);
    if (choice.kind != CHOICE_FUNC)
        fail_function(an, &call.use, choice.kind == CHOICE_AMBIGUOUS);
    return build(&call, choice.candidate);
}

struct expr *
call_named(struct level *level, const char *name, struct expr **args, uint32_t count, int32_t at)
{
    return call_found(level, (struct object_name){"pg_catalog", name, at}, args, count);
}

struct expr *
call_named_anywhere(struct level *level, const char *name, struct expr **args, uint32_t count,
                    int32_t at)
{
    return call_found(level, (struct object_name){NULL, name, at}, args, count);
}
