/*
 * routine_inline.c: a call of a function in SQL replaced by the function's body.
 *
 * Only where nothing can tell the difference, by PostgreSQL's rules: the body is one SELECT of
 * one expression over the parameters; it is no more volatile than the function says; a strict
 * function's body gives null for any null argument; and an argument that would be computed more
 * or less often than before is cheap and has no effects.
 */
#include "sql/analysis_int.h"
#include "sql/routine.h"

struct inlining {
    struct arena *arena;
    const struct expr *call;
    uint32_t *uses; /* of each parameter */
};

/* ---- the body ---- */

static bool
is_bare_select(const struct query *q)
{
    return q->command == COMMAND_SELECT && !q->has_aggregates && !q->has_windows &&
           !q->has_sublinks && !q->has_set_functions && q->cte_count == 0 && q->range_count == 0 &&
           q->from_count == 0 && q->where == NULL && q->group_count == 0 && !q->has_group_by &&
           q->having == NULL && q->distinct == DISTINCT_NONE && q->order_count == 0 &&
           q->limit == NULL && q->offset == NULL && q->target_count == 1;
}

static enum func_volatility
node_volatility(const struct expr *e)
{
    switch (e->kind) {
    case EXPR_FUNC:
    case EXPR_DISTINCT:
    case EXPR_NULLIF:
        return e->func.func->volatility;
    case EXPR_ARRAY_COMPARE:
        return e->array_compare.ref.func->volatility;
    case EXPR_VALUE_FUNC:
        return FUNC_STABLE;
    case EXPR_NEXTVAL:
        return FUNC_VOLATILE;
    default:
        return FUNC_IMMUTABLE;
    }
}

static bool
is_looser(void *object, const struct expr *e)
{
    const enum func_volatility *most = object;
    return node_volatility(e) > *most || expr_walk(e, is_looser, object);
}

/* Whether a null argument need not make it null. */
static bool
is_lenient(void *object, const struct expr *e)
{
    switch (e->kind) {
    case EXPR_FUNC:
        if (!e->func.func->is_strict)
            return true;
        break;
    case EXPR_CONST:
    case EXPR_PARAM:
    case EXPR_COLUMN:
    case EXPR_NOT:
    case EXPR_RELABEL:
    case EXPR_CAST_INOUT:
    case EXPR_COLLATE:
        break;
    default:
        return true;
    }
    return expr_walk(e, is_lenient, object);
}

/* ---- the arguments ---- */

static bool
count_uses(void *object, const struct expr *e)
{
    struct inlining *in = object;
    if (e->kind == EXPR_PARAM && e->param.kind == PARAM_EXTERNAL)
        in->uses[e->param.number - 1]++;
    return expr_walk(e, count_uses, object);
}

static bool
is_dear(void *object, const struct expr *e)
{
    if (e->kind == EXPR_SUBLINK || e->kind == EXPR_SUBPLAN)
        return true;
    if (e->kind == EXPR_FUNC && e->func.func->routine != NULL)
        return true;
    return expr_walk(e, is_dear, object);
}

/* Its meaning is given by the construct around it. */
static bool
is_bound(void *object, const struct expr *e)
{
    return e->kind == EXPR_PLACEHOLDER || expr_walk(e, is_bound, object);
}

static bool
args_allow(const struct inlining *in, bool is_strict)
{
    enum func_volatility stable = FUNC_STABLE;
    for (uint32_t i = 0; i < in->call->arg_count; i++) {
        const struct expr *arg = in->call->args[i];
        if (is_bound(NULL, arg) || (in->uses[i] == 0 && is_strict))
            return false;
        if (in->uses[i] != 1 && (is_dear(NULL, arg) || is_looser(&stable, arg)))
            return false;
    }
    return true;
}

static struct expr *
put_arg(void *object, struct expr *e)
{
    struct inlining *in = object;
    if (e->kind == EXPR_PARAM && e->param.kind == PARAM_EXTERNAL)
        return in->call->args[e->param.number - 1];
    return expr_map(in->arena, e, put_arg, in);
}

/* ---- the call ---- */

static bool
is_inlinable(const struct routine *routine)
{
    return routine != NULL && routine->language == LANGUAGE_SQL && routine->kind == 'f' &&
           !routine->info.is_set && !routine->is_security_definer && routine->config_count == 0 &&
           routine->info.result != TYPE_RECORD && routine->info.result != TYPE_VOID &&
           routine->info.out_count < 2;
}

static struct routine_body *
bind_body(const struct analyze_options *options, const struct routine *routine,
          const struct expr *call)
{
    oid *types = arena_alloc_array(options->arena, call->arg_count + 1u, sizeof *types);
    for (uint32_t i = 0; i < call->arg_count; i++)
        types[i] = call->args[i]->type;
    struct routine_use use = {.arg_count = call->arg_count, .args = types, .result = call->type};
    struct catch frame;
    if (catch_begin(&frame, options->arena)) {
        struct routine_body *body = analyze_routine(options, routine, &use);
        catch_end(&frame);
        return body;
    }
    struct error told = *frame.error;
    if (told.position != 0) {
        told.internal_position = told.position;
        told.internal_query = routine->source;
        told.position = 0;
    }
    const char *line = raise_text("SQL function \"%s\" during inlining", routine->info.name);
    told.context = told.context == NULL ? line : raise_text("%s\n%s", told.context, line);
    raise_again(&told);
}

struct expr *
routine_inline(const struct analyze_options *options, const struct expr *call)
{
    const struct func_info *func = call->func.func;
    const struct routine *routine = func->routine;
    if (!is_inlinable(routine))
        return NULL;
    const struct routine_body *body = bind_body(options, routine, call);
    if (body->count != 1 || body->result != RESULT_VALUE || !is_bare_select(body->last))
        return NULL;
    struct expr *e = body->last->targets[0].expr;
    struct inlining in = {.arena = options->arena, .call = call};
    in.uses = arena_alloc_zero(options->arena, (call->arg_count + 1u) * sizeof *in.uses);
    enum func_volatility most = func->volatility;
    if (call->depth + e->depth >= EXPR_DEPTH_MAX || e->type != call->type || is_looser(&most, e) ||
        (func->is_strict && is_lenient(NULL, e)))
        return NULL;
    (void)count_uses(&in, e);
    if (!args_allow(&in, func->is_strict))
        return NULL;
    struct expr *made = put_arg(&in, e);
    if (made->collation != call->collation) {
        struct expr *copy = arena_copy(options->arena, made, sizeof *made);
        copy->collation = call->collation;
        made = copy;
    }
    return made;
}
