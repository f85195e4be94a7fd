/*
 * expr_rows.c: the kinds of expression that are computed row by row: GREATEST and LEAST, row
 * comparisons, casts by way of text, CURRENT_TIMESTAMP and kin, identity columns.
 */
#include "exec/exec_int.h"
#include "exec/expr_build.h"
#include "type/access.h"

/* A call of `func` inside a row function, with a func_call of its own. */
static void
add_call(struct code_builder *b, struct row_site *site, const struct func_info *func, oid collation)
{
    struct call_site *call = build_call_site(b, func, func->arg_count);

    call->collation = collation;
    site->call = call;
    site->call_idx = call->call_idx;
}

static const struct func_info *
operator_func(const struct code_builder *b, const struct operator_info *op)
{
    const struct func_info *func = scope_func(b->compiler->scope, op->func);

    if (func == NULL)
        raise(SQLSTATE_UNDEFINED_FUNCTION, "operator %s has no function", op->name);
    return func;
}

/* ---- GREATEST, LEAST ---- */

static union datum
minmax_row(struct expr_state *state, const struct row_site *site, const union datum *args,
           const bool *nulls, bool *is_null)
{
    struct func_call *call = &state->calls[site->call_idx];
    union datum best = {.words = {0, 0}};
    bool has_best = false;

    for (uint32_t i = 0; i < site->arg_count; i++) {
        if (nulls[i])
            continue;
        union datum pair[2] = {args[i], best};
        if (site->expr->minmax.is_greatest) {
            pair[0] = best;
            pair[1] = args[i];
        }
        if (!has_best || site->call->func->scalar(call, pair).b)
            best = args[i];
        has_best = true;
    }
    *is_null = !has_best;
    return best;
}

static reg_no
build_minmax(struct code_builder *b, const struct expr *e, sel_no sel)
{
    struct row_site *site = build_row_site(b, e, minmax_row, e->args, e->arg_count, sel);

    add_call(b, site, operator_func(b, e->minmax.less), e->minmax.input_collation);
    site->is_const_foldable = true;
    return build_rows(b, site, sel);
}

/* ---- (a, b) < (c, d) ---- */

struct row_compare_data {
    uint32_t *less_calls, *equal_calls; /* a column: func_call indexes */
    const struct func_info **less, **equal;
    bool is_greater, or_equal;
};

static union datum
row_compare_row(struct expr_state *state, const struct row_site *site, const union datum *args,
                const bool *nulls, bool *is_null)
{
    const struct row_compare_data *data = site->data;
    uint32_t count = site->expr->row_compare.column_count;
    union datum result = {.words = {0, 0}};

    for (uint32_t i = 0; i < count; i++) {
        union datum pair[2] = {args[i], args[count + i]};
        if (nulls[i] || nulls[count + i]) {
            *is_null = true;
            return result;
        }
        if (data->equal[i]->scalar(&state->calls[data->equal_calls[i]], pair).b)
            continue;
        /* `less` is the strict operator as written: < for < and <=, > for > and >=. */
        result.b = data->less[i]->scalar(&state->calls[data->less_calls[i]], pair).b;
        return result;
    }
    result.b = data->or_equal;
    return result;
}

static reg_no
build_row_compare(struct code_builder *b, const struct expr *e, sel_no sel)
{
    uint32_t count = e->row_compare.column_count;
    struct row_compare_data *data = arena_alloc_zero(b->arena, sizeof *data);
    struct row_site *site = build_row_site(b, e, row_compare_row, e->args, e->arg_count, sel);

    data->less_calls = arena_alloc_array(b->arena, count, sizeof *data->less_calls);
    data->equal_calls = arena_alloc_array(b->arena, count, sizeof *data->equal_calls);
    data->less = arena_alloc_array(b->arena, count, sizeof *data->less);
    data->equal = arena_alloc_array(b->arena, count, sizeof *data->equal);
    data->is_greater = e->row_compare.op == BTREE_GT || e->row_compare.op == BTREE_GE;
    data->or_equal = e->row_compare.op == BTREE_LE || e->row_compare.op == BTREE_GE;
    for (uint32_t i = 0; i < count; i++) {
        const struct operator_info *op = e->row_compare.operators[i];
        const struct operator_info *strict = types_btree_operator(
            b->compiler->types, op->left, op->right, data->is_greater ? BTREE_GT : BTREE_LT);
        const struct operator_info *equal =
            types_btree_operator(b->compiler->types, op->left, op->right, BTREE_EQ);
        if (strict == NULL || equal == NULL)
            raise(SQLSTATE_FEATURE_NOT_SUPPORTED,
                  "could not determine interpretation of row comparison operator %s", op->name);
        data->less[i] = operator_func(b, strict);
        data->equal[i] = operator_func(b, equal);
        struct call_site *less = build_call_site(b, data->less[i], 2);
        struct call_site *same = build_call_site(b, data->equal[i], 2);
        less->collation = same->collation = e->row_compare.input_collations[i];
        data->less_calls[i] = less->call_idx;
        data->equal_calls[i] = same->call_idx;
    }
    site->data = data;
    site->is_const_foldable = true;
    return build_rows(b, site, sel);
}

/* ---- casts by way of text ---- */

struct inout_data {
    const struct type_info *from, *to;
};

static union datum
cast_inout_row(struct expr_state *state, const struct row_site *site, const union datum *args,
               const bool *nulls, bool *is_null)
{
    const struct inout_data *data = site->data;
    struct type_call from = {.arena = state->arena,
                             .env = state->exec->context.env,
                             .type = data->from,
                             .typmod = site->expr->args[0]->typmod,
                             .element = data->from->element};
    struct type_call to = {.arena = state->arena,
                           .env = state->exec->context.env,
                           .type = data->to,
                           .typmod = site->expr->typmod,
                           .element = data->to->element};

    if (nulls[0]) {
        *is_null = true;
        return (union datum){.words = {0, 0}};
    }
    struct buf *text = buf_new(state->arena);
    data->from->output(&from, args[0], text);
    struct slice copy = arena_slice(state->arena, buf_slice(text));
    buf_deinit(text);
    return data->to->input(&to, copy);
}

static reg_no
build_cast_inout(struct code_builder *b, const struct expr *e, sel_no sel)
{
    struct row_site *site = build_row_site(b, e, cast_inout_row, e->args, 1, sel);
    struct inout_data *data = arena_alloc_zero(b->arena, sizeof *data);

    data->from = compiler_type(b->compiler, e->args[0]->type);
    data->to = compiler_type(b->compiler, e->type);
    site->data = data;
    return build_rows(b, site, sel);
}

/* ---- CURRENT_TIMESTAMP and kin ---- */

static reg_no
build_call_of(struct code_builder *b, const struct func_info *func, const reg_no *args,
              uint32_t arg_count, sel_no sel)
{
    struct call_site *site = build_call_site(b, func, arg_count);
    reg_no *copy = arena_alloc_array(b->arena, arg_count, sizeof *copy);

    for (uint32_t i = 0; i < arg_count; i++)
        copy[i] = args[i];
    site->args = copy;
    site->result_phys = compiler_type(b->compiler, func->result)->phys;
    return build_call(b, site, sel);
}

static const struct func_info *
named_func(const struct code_builder *b, const char *name, uint32_t arg_count)
{
    const struct func_info *const *list = types_funcs_named(b->compiler->types, name);

    for (; *list != NULL; list++) {
        if ((*list)->arg_count == arg_count && (*list)->scalar != NULL)
            return *list;
    }
    raise(SQLSTATE_FEATURE_NOT_SUPPORTED, "%s is not supported yet", name);
}

/* The time of the transaction as another type, cut to the precision. */
static reg_no
build_clock(struct code_builder *b, const struct expr *e, sel_no sel)
{
    reg_no reg = build_call_of(b, named_func(b, "now", 0), NULL, 0, sel);
    union datum typmod = {.i32 = e->typmod};

    if (e->type != TYPE_TIMESTAMPTZ) {
        const struct cast_info *cast = scope_cast(b->compiler->scope, TYPE_TIMESTAMPTZ, e->type);
        check(cast != NULL && cast->method == CAST_FUNC);
        reg = build_call_of(b, scope_func(b->compiler->scope, cast->func), &reg, 1, sel);
    }
    const struct cast_info *length = types_length_cast(b->compiler->types, e->type);
    if (e->typmod >= 0 && length != NULL) {
        reg_no args[2] = {reg, build_const(b, PHYS_I32, typmod, false)};
        reg = build_call_of(b, scope_func(b->compiler->scope, length->func), args, 2, sel);
    }
    return reg;
}

static reg_no
build_value_func(struct code_builder *b, const struct expr *e, sel_no sel)
{
    const char *name = NULL;

    switch (e->value_func) {
    case VALUE_CURRENT_DATE:
    case VALUE_CURRENT_TIME:
    case VALUE_CURRENT_TIMESTAMP:
    case VALUE_LOCALTIME:
    case VALUE_LOCALTIMESTAMP:
        return build_clock(b, e, sel);
    case VALUE_CURRENT_ROLE:
    case VALUE_CURRENT_USER:
    case VALUE_USER:
        name = "current_user";
        break;
    case VALUE_SESSION_USER:
        name = "session_user";
        break;
    case VALUE_CURRENT_CATALOG:
        name = "current_database";
        break;
    case VALUE_CURRENT_SCHEMA:
        name = "current_schema";
        break;
    }
    return build_call_of(b, named_func(b, name, 0), NULL, 0, sel);
}

/* ---- identity columns ---- */

static union datum
current_of_row(struct expr_state *state, const struct row_site *site, const union datum *args,
               const bool *nulls, bool *is_null)
{
    const struct type_env *env = state->exec->context.env;
    const struct expr *e = site->expr;
    union datum value = {.words = {0, 0}};

    (void)args;
    (void)nulls;
    check(env->access != NULL);
    *is_null = !env->access->current_key(env->access->object, e->current_of.cursor,
                                         e->current_of.table, e->current_of.key, &value);
    return value;
}

static union datum
nextval_row(struct expr_state *state, const struct row_site *site, const union datum *args,
            const bool *nulls, bool *is_null)
{
    const struct type_env *env = state->exec->context.env;
    oid sequence = site->expr->nextval.sequence;
    union datum value = {.words = {0, 0}};
    int64_t number;

    (void)args;
    (void)nulls;
    (void)is_null;
    if (env->access != NULL) {
        number = env->access->sequence_next(env->access->object, sequence);
    } else {
        enum status st = sequence_next(state->exec->txn, sequence, &number);
        if (st != ST_OK)
            raise_status(st, "could not take a value of sequence %u", sequence);
    }
    switch (site->expr->type) {
    case TYPE_INT2:
        if (number < INT16_MIN || number > INT16_MAX)
            raise(SQLSTATE_NUMERIC_VALUE_OUT_OF_RANGE, "smallint out of range");
        value.i16 = (int16_t)number;
        break;
    case TYPE_INT4:
        if (number < INT32_MIN || number > INT32_MAX)
            raise(SQLSTATE_NUMERIC_VALUE_OUT_OF_RANGE, "integer out of range");
        value.i32 = (int32_t)number;
        break;
    default:
        value.i64 = number;
        break;
    }
    return value;
}

/* ---- GROUPING(a, b): a bit for each, the last one the lowest, set if it is not grouped by ---- */

static union datum
grouping_row(struct expr_state *state, const struct row_site *site, const union datum *args,
             const bool *nulls, bool *is_null)
{
    const uint32_t *groups = site->expr->grouping.groups;
    union datum value = {.words = {0, 0}};

    (void)state;
    (void)nulls;
    (void)is_null;
    for (uint32_t i = 1; i <= groups[0]; i++)
        value.i32 = value.i32 * 2 + (int32_t)((uint32_t)args[0].i32 >> groups[i] & 1);
    return value;
}

/* ---- values of domains ---- */

/* One test of a value: nothing to do but to raise. */
static union datum
domain_row(struct expr_state *state, const struct row_site *site, const union datum *args,
           const bool *nulls, bool *is_null)
{
    const char *check = site->data;

    (void)state;
    *is_null = nulls[0];
    if (check == NULL && nulls[0])
        raise(SQLSTATE_NOT_NULL_VIOLATION, "domain %s does not allow null values",
              site->expr->domain.name);
    if (check != NULL && !nulls[1] && !args[1].b)
        raise(SQLSTATE_CHECK_VIOLATION, "value for domain %s violates check constraint \"%s\"",
              site->expr->domain.name, check);
    return args[0];
}

static reg_no
build_test(struct code_builder *b, const struct expr *e, reg_no value, reg_no test,
           const char *check, sel_no sel)
{
    reg_no *args = arena_alloc_array(b->arena, 2, sizeof *args);
    struct row_site *site = build_row_site(b, e, domain_row, NULL, 0, sel);

    args[0] = value;
    args[1] = test;
    site->args = args;
    site->arg_count = test == REG_NONE ? 1 : 2;
    site->data = check;
    return build_rows(b, site, sel);
}

static reg_no
build_cast_domain(struct code_builder *b, const struct expr *e, sel_no sel)
{
    reg_no value = build_expr(b, e->args[0], sel), outer = b->placeholder;

    if (e->domain.is_not_null)
        value = build_test(b, e, value, REG_NONE, NULL, sel);
    for (uint32_t i = 1; i < e->arg_count; i++) {
        b->placeholder = value;
        reg_no test = build_expr(b, e->args[i], sel);
        b->placeholder = outer;
        value = build_test(b, e, value, test, e->domain.checks[i - 1], sel);
    }
    return value;
}

reg_no
build_row_kind(struct code_builder *b, const struct expr *e, sel_no sel)
{
    switch (e->kind) {
    case EXPR_MINMAX:
        return build_minmax(b, e, sel);
    case EXPR_ROW_COMPARE:
        return build_row_compare(b, e, sel);
    case EXPR_CAST_INOUT:
        return build_cast_inout(b, e, sel);
    case EXPR_VALUE_FUNC:
        return build_value_func(b, e, sel);
    case EXPR_NEXTVAL:
        return build_rows(b, build_row_site(b, e, nextval_row, NULL, 0, sel), sel);
    case EXPR_GROUPING:
        return build_rows(b, build_row_site(b, e, grouping_row, e->args, 1, sel), sel);
    case EXPR_CURRENT_OF:
        return build_rows(b, build_row_site(b, e, current_of_row, NULL, 0, sel), sel);
    case EXPR_CAST_DOMAIN:
        return build_cast_domain(b, e, sel);
    default:
        raise(SQLSTATE_INTERNAL_ERROR, "an expression of kind %d cannot be evaluated here",
              (int)e->kind);
    }
}
