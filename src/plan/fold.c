/*
 * fold.c: what can be known of an expression before it is run.
 *
 * A function that is immutable and has constant arguments only is computed at plan time. If it
 * raises, the call is left as it is: perhaps no row ever reaches it.
 */
#include "plan/planner_int.h"
#include "sql/routine.h"
#include "sql/scope.h"
#include "type/array.h"

/* Shorter ones are listed element by element by EXPLAIN, and counted by the costs. */
#define ARRAY_FOLDED_MIN 256u

static bool
is_volatile_node(void *object, const struct expr *e)
{
    (void)object;
    if (e->kind == EXPR_NEXTVAL)
        return true;
    if ((e->kind == EXPR_FUNC || e->kind == EXPR_DISTINCT || e->kind == EXPR_NULLIF) &&
        e->func.func->volatility == FUNC_VOLATILE)
        return true;
    return expr_walk(e, is_volatile_node, NULL);
}

bool
expr_is_volatile(const struct expr *e)
{
    return is_volatile_node(NULL, e);
}

static bool
has_column(void *object, const struct expr *e)
{
    if (e->kind == EXPR_COLUMN || e->kind == EXPR_AGGREGATE || e->kind == EXPR_WINDOW)
        return true;
    return expr_walk(e, has_column, object);
}

bool
expr_has_columns(const struct expr *e)
{
    return has_column(NULL, e);
}

bool
expr_is_true(const struct expr *e)
{
    return e->kind == EXPR_CONST && e->type == TYPE_BOOL && !e->constant.is_null &&
           e->constant.value.b;
}

bool
expr_is_false_or_null(const struct expr *e)
{
    return e->kind == EXPR_CONST && e->type == TYPE_BOOL &&
           (e->constant.is_null || !e->constant.value.b);
}

static bool
is_false(const struct expr *e)
{
    return expr_is_false_or_null(e) && !e->constant.is_null;
}

static bool
args_are_const(const struct expr *e, bool *has_null)
{
    bool are_const = true;

    *has_null = false;
    for (uint32_t i = 0; i < e->arg_count; i++) {
        if (e->args[i]->kind == EXPR_CONST)
            *has_null |= e->args[i]->constant.is_null;
        else
            are_const = false;
    }
    return are_const;
}

/* The call's value as a constant; the call itself if it raises. */
static struct expr *
call_now(struct planner *planner, struct expr *e)
{
    const struct func_info *func = e->func.func;
    union datum args[FUNC_ARGS_MAX];
    bool nulls[FUNC_ARGS_MAX];
    oid types[FUNC_ARGS_MAX];
    int32_t typmods[FUNC_ARGS_MAX];
    struct catch frame;
    struct expr *volatile result = e;

    for (uint32_t i = 0; i < e->arg_count; i++) {
        args[i] = e->args[i]->constant.value;
        nulls[i] = e->args[i]->constant.is_null;
        types[i] = e->args[i]->type;
        typmods[i] = e->args[i]->typmod;
    }
    struct func_call call = {
        .arena = planner->arena,
        .env = planner->scope->env,
        .func = func,
        .result_type = e->type,
        .result_typmod = e->typmod,
        .arg_types = types,
        .arg_typmods = typmods,
        .arg_count = e->arg_count,
        .is_variadic_array = e->func.is_variadic_array,
        .columns = e->func.columns,
        .arg_nulls = func->is_strict ? NULL : nulls,
        .state_arena = planner->arena,
        .collation = e->func.input_collation,
    };
    if (catch_begin(&frame, planner->arena)) {
        union datum value = func->scalar(&call, args);
        catch_end(&frame);
        result = call.result_is_null ? expr_null(planner->arena, e->type, e->typmod, e->at)
                                     : expr_const(planner->arena, e->type, e->typmod, value, e->at);
        result->collation = e->collation;
    }
    return result;
}

/* The body of a function in SQL in place of its call, folded; null: the call stays. */
static struct expr *
fold_body(struct planner *planner, const struct expr *e)
{
    struct analyze_options options = {.arena = planner->arena, .scope = planner->scope};
    if (planner->inline_depth == PLAN_INLINE_MAX)
        return NULL;
    struct expr *body = routine_inline(&options, e);
    if (body == NULL)
        return NULL;
    planner->inline_depth++;
    body = fold_expr(planner, body);
    planner->inline_depth--;
    return body;
}

static struct expr *
fold_func(struct planner *planner, struct expr *e)
{
    const struct func_info *func = e->func.func;
    struct expr *body = func->routine == NULL ? NULL : fold_body(planner, e);

    if (body != NULL)
        return body;
    bool has_null, are_const = args_are_const(e, &has_null);

    if (func->is_set || func->scalar == NULL)
        return e;
    /* Whatever the other arguments are: they are not even computed. */
    if (func->is_strict && has_null) {
        struct expr *null = expr_null(planner->arena, e->type, e->typmod, e->at);
        null->collation = e->collation;
        return null;
    }
    if (func->volatility != FUNC_IMMUTABLE || e->arg_count > FUNC_ARGS_MAX || !are_const)
        return e;
    if (func->routine != NULL)
        return e; /* a plan may outlive the session that would run the body */
    return call_now(planner, e);
}

/* AND without its true arguments, false if one is false; OR the mirror. */
static struct expr *
fold_logic(struct planner *planner, struct expr *e)
{
    bool is_and = e->kind == EXPR_AND;
    struct expr **args = arena_alloc_array(planner->arena, e->arg_count, sizeof(struct expr *));
    uint32_t count = 0;

    for (uint32_t i = 0; i < e->arg_count; i++) {
        struct expr *arg = e->args[i];
        if (is_and ? is_false(arg) : expr_is_true(arg))
            return arg;
        if (is_and ? !expr_is_true(arg) : !is_false(arg))
            args[count++] = arg;
    }
    if (count == e->arg_count)
        return e;
    if (count == 0)
        return expr_bool(planner->arena, is_and);
    if (count == 1)
        return args[0];
    struct expr *less = arena_copy(planner->arena, e, sizeof *e);
    less->args = args;
    less->arg_count = count;
    return less;
}

static struct expr *
fold_not(struct planner *planner, struct expr *e)
{
    const struct expr *arg = e->args[0];

    if (arg->kind == EXPR_CONST)
        return arg->constant.is_null ? e->args[0]
                                     : expr_bool(planner->arena, !arg->constant.value.b);
    if (arg->kind == EXPR_NOT)
        return arg->args[0];
    return e;
}

/* Searched CASE: branches that cannot be taken go. */
static struct expr *
fold_case(struct planner *planner, struct expr *e)
{
    struct expr **args;
    uint32_t count = 0;
    bool is_ended = false;

    if (e->case_.operand != NULL)
        return e;
    args = arena_alloc_array(planner->arena, e->arg_count, sizeof(struct expr *));
    for (uint32_t i = 0; i + 1 < e->arg_count && !is_ended; i += 2) {
        if (expr_is_false_or_null(e->args[i]))
            continue;
        if (expr_is_true(e->args[i])) {
            args[count++] = e->args[i + 1];
            is_ended = true;
            break;
        }
        args[count++] = e->args[i];
        args[count++] = e->args[i + 1];
    }
    if (!is_ended)
        args[count++] = e->args[e->arg_count - 1];
    if (count == e->arg_count)
        return e;
    if (count == 1)
        return args[0];
    struct expr *less = arena_copy(planner->arena, e, sizeof *e);
    less->args = args;
    less->arg_count = count;
    return less;
}

/* ARRAY[...] of constants: a constant, however long. */
static struct expr *
fold_array(struct planner *planner, struct expr *e)
{
    bool has_null;

    if (e->array.is_nested || e->arg_count < ARRAY_FOLDED_MIN || !args_are_const(e, &has_null))
        return e;
    union datum *values = arena_alloc_array(planner->arena, e->arg_count, sizeof *values);
    bool *nulls = arena_alloc_array(planner->arena, e->arg_count, sizeof *nulls);
    for (uint32_t i = 0; i < e->arg_count; i++) {
        values[i] = e->args[i]->constant.value;
        nulls[i] = e->args[i]->constant.is_null;
    }
    union datum value = array_make_flat(planner->scope->env, planner->arena, e->array.element,
                                        values, nulls, e->arg_count);
    struct expr *folded = expr_const(planner->arena, e->type, e->typmod, value, e->at);
    folded->collation = e->collation;
    return folded;
}

static struct expr *
fold_node(struct planner *planner, struct expr *e)
{
    switch (e->kind) {
    case EXPR_FUNC:
        return fold_func(planner, e);
    case EXPR_AND:
    case EXPR_OR:
        return fold_logic(planner, e);
    case EXPR_NOT:
        return fold_not(planner, e);
    case EXPR_ARRAY:
        return fold_array(planner, e);
    case EXPR_CASE:
        return fold_case(planner, e);
    case EXPR_NULL_TEST:
        if (!e->null_test.is_row && e->args[0]->kind == EXPR_CONST)
            return expr_bool(planner->arena, e->args[0]->constant.is_null != e->null_test.is_not);
        return e;
    case EXPR_RELABEL:
        if (e->args[0]->kind == EXPR_CONST) {
            struct expr *copy = arena_copy(planner->arena, e->args[0], sizeof *copy);
            copy->type = e->type;
            copy->typmod = e->typmod;
            copy->collation = e->collation;
            return copy;
        }
        return e;
    default:
        return e;
    }
}

static struct expr *
fold_change(void *object, struct expr *e)
{
    return fold_expr(object, e);
}

struct expr *
fold_expr(struct planner *planner, struct expr *e)
{
    if (e->kind == EXPR_CONST || e->kind == EXPR_PARAM || e->kind == EXPR_COLUMN)
        return e;
    return fold_node(planner, expr_map(planner->arena, e, fold_change, planner));
}
