/*
 * routine_body.c: bodies of functions in SQL: bound, and fitted to the result.
 */
#include "sql/analysis_int.h"
#include "sql/routine.h"
#include "sql/utility_int.h"

bool
routine_type_is_polymorphic(oid type)
{
    return type_is_polymorphic(type);
}

bool
routine_type_is_usable(const struct name_scope *scope, oid type, bool is_result)
{
    const struct type_info *info = scope_type(scope, type);
    if (info == NULL || info->kind != 'p' || type_is_polymorphic(type))
        return true;
    return type == TYPE_RECORD || (is_result && type == TYPE_VOID);
}

struct routine_use
routine_use_of(const struct routine *routine, struct arena *arena)
{
    struct routine_use use = {.result = routine->info.result,
                              .out_count = routine->info.out_count,
                              .outs = routine->info.out_types,
                              .out_names = routine->info.out_names};
    use.args = routine_signature(routine, arena, &use.arg_count);
    return use;
}

/* ---- names of parameters ---- */

static struct expr *
routine_param(struct analysis *an, uint32_t idx, int32_t at)
{
    struct expr *e = expr_new(an->arena, EXPR_PARAM, an->params->types[idx], at);
    e->param.kind = PARAM_EXTERNAL;
    e->param.number = idx + 1;
    const struct type_info *info = scope_type(an->scope, e->type);
    e->collation = info != NULL && info->is_collatable ? COLLATION_DEFAULT : OID_NONE;
    expr_done(an, e);
    return e;
}

struct expr *
routine_param_named(struct analysis *an, const char *name, int32_t at)
{
    for (uint32_t i = 0; an->routine != NULL && i < an->routine->count; i++)
        if (an->routine->names[i] != NULL && strcmp(an->routine->names[i], name) == 0)
            return routine_param(an, i, at);
    return NULL;
}

struct expr *
routine_param_qualified(struct level *level, const char *first, const char *second, int32_t at)
{
    struct analysis *an = level->an;
    if (an->routine == NULL)
        return NULL;
    if (strcmp(an->routine->function, first) == 0) {
        struct expr *e = routine_param_named(an, second, at);
        if (e != NULL)
            return e;
    }
    struct expr *row = routine_param_named(an, first, at);
    return row == NULL ? NULL : field_find(level, row, second, at);
}

/* ---- the result ---- */

struct fitting {
    struct analysis *an;
    const struct routine_use *use;
    struct routine_body *body;
    bool is_procedure;
};

static _Noreturn void
fail_result(const struct fitting *f, const char *detail)
{
    raise_error(.code = SQLSTATE_INVALID_FUNCTION_DEFINITION,
                .message = raise_text("return type mismatch in function declared to return %s",
                                      type_text(f->an, f->use->result, -1)),
                .detail = detail);
}

/* The last statement that gives rows; null: there is none. */
static struct query *
last_query(const struct routine_body *body)
{
    struct query *q = body->count == 0 ? NULL : body->statements[body->count - 1].query;
    if (q == NULL || q->command == COMMAND_UTILITY)
        return NULL;
    return q->command == COMMAND_SELECT || q->returning_count > 0 ? q : NULL;
}

/* The statement with its columns converted, as a query around it. */
static struct query *
wrap(struct query *inner, struct expr *const *converted, uint32_t count, struct level *level)
{
    const struct target *targets;
    (void)query_result_columns(inner, &targets);
    for (uint32_t i = 0; i < count; i++)
        target_add(level, &level->targets, converted[i], targets[i].name, false);
    targets_finish(level, &level->targets, &level->query->targets, &level->query->target_count);
    level_finish(level);
    return level->query;
}

/*
 * Converts the statement's columns to the types; false: column *bad cannot be. A SELECT goes
 * into a query around it, RETURNING is changed where it stands.
 */
static bool
convert(struct fitting *f, struct query **query, const oid *types, uint32_t count, uint32_t *bad)
{
    struct analysis *an = f->an;
    struct query *q = *query;
    const struct target *targets;
    (void)query_result_columns(q, &targets);
    bool is_same = true;
    for (uint32_t i = 0; i < count; i++)
        is_same &= targets[i].expr->type == types[i];
    if (is_same)
        return true;
    struct coercion how = {CAST_ASSIGNMENT, -1, FORM_CAST_IMPLICIT, -1};
    struct level *level = NULL;
    uint32_t number = 0;
    bool is_plain = q->command != COMMAND_SELECT ||
                    (q->distinct == DISTINCT_NONE && q->order_count == 0 && q->group_count == 0);
    if (!is_plain) {
        level = level_new(an, NULL, COMMAND_SELECT);
        number = range_add_subquery(level, q, "*SELECT*");
        struct join_tree *leaf = arena_alloc_zero(an->arena, sizeof *leaf);
        leaf->range = number;
        level->query->from_count = 1;
        level->query->from = arena_copy(an->arena, &leaf, sizeof leaf);
    }
    struct expr **converted = arena_alloc_array(an->arena, count + 1, sizeof *converted);
    for (uint32_t i = 0; i < count; i++) {
        struct expr *from = is_plain ? targets[i].expr : range_column_expr(level, number, i, -1);
        converted[i] = coerce_to(an, from, types[i], &how);
        *bad = i;
        if (converted[i] == NULL)
            return false;
    }
    if (!is_plain) {
        *query = wrap(q, converted, count, level);
        return true;
    }
    struct target *own = q->command == COMMAND_SELECT ? q->targets : q->returning;
    for (uint32_t i = 0; i < count; i++)
        own[i].expr = converted[i];
    return true;
}

static void
put_last(struct fitting *f, struct query *q)
{
    f->body->last = q;
    f->body->statements[f->body->count - 1].query = q;
}

static void
fit_value(struct fitting *f, struct query *q)
{
    const struct target *targets;
    if (query_result_columns(q, &targets) != 1)
        fail_result(f, "Final statement must return exactly one column.");
    oid from = targets[0].expr->type;
    uint32_t bad;
    if (!convert(f, &q, &f->use->result, 1, &bad))
        fail_result(f, raise_text("Actual return type is %s.", type_text(f->an, from, -1)));
    f->body->result = RESULT_VALUE;
    put_last(f, q);
}

/* The columns that the result is to have; null: any. */
static const oid *
wanted_columns(struct fitting *f, uint32_t *count)
{
    struct analysis *an = f->an;
    *count = f->use->out_count;
    if (f->use->result == TYPE_RECORD)
        return f->use->out_count == 0 ? NULL : f->use->outs;
    struct level level = {.an = an};
    struct expr row = {.kind = EXPR_PLACEHOLDER, .type = f->use->result};
    uint32_t all;
    const struct range_column *columns = record_columns(&level, &row, &all);
    if (columns == NULL)
        return NULL;
    oid *types = arena_alloc_array(an->arena, all + 1, sizeof *types);
    *count = 0;
    for (uint32_t i = 0; i < all; i++)
        if (!columns[i].is_dropped)
            types[(*count)++] = columns[i].type;
    return types;
}

static void
fit_row(struct fitting *f, struct query *q)
{
    struct analysis *an = f->an;
    const struct target *targets;
    uint32_t count = query_result_columns(q, &targets), wanted_count;
    const oid *wanted = wanted_columns(f, &wanted_count);
    if (count == 1 && !f->is_procedure) {
        oid from = targets[0].expr->type;
        uint32_t bad;
        bool is_row = type_is_row(an, from) && (f->use->result != TYPE_RECORD || wanted == NULL);
        if (from == f->use->result || (is_row && convert(f, &q, &f->use->result, 1, &bad))) {
            f->body->result = RESULT_VALUE;
            put_last(f, q);
            return;
        }
    }
    f->body->result = RESULT_ROW;
    if (wanted == NULL) {
        put_last(f, q);
        return;
    }
    if (count < wanted_count)
        fail_result(f, "Final statement returns too few columns.");
    if (count > wanted_count)
        fail_result(f, "Final statement returns too many columns.");
    oid *given = arena_alloc_array(an->arena, count + 1, sizeof *given);
    for (uint32_t i = 0; i < count; i++)
        given[i] = targets[i].expr->type;
    uint32_t bad;
    if (!convert(f, &q, wanted, count, &bad))
        fail_result(f, raise_text("Final statement returns %s instead of %s at column %u.",
                                  type_text(an, given[bad], -1), type_text(an, wanted[bad], -1),
                                  bad + 1));
    put_last(f, q);
}

static void
fit_result(struct fitting *f)
{
    f->body->result = RESULT_NOTHING;
    if (f->use->result == TYPE_VOID)
        return;
    struct query *q = last_query(f->body);
    if (q == NULL)
        fail_result(f, "Function's final statement must be SELECT or INSERT/UPDATE/DELETE "
                       "RETURNING.");
    bool is_row = type_is_row(f->an, f->use->result);
    if (is_row)
        fit_row(f, q);
    else
        fit_value(f, q);
}

/* ---- bodies ---- */

static void
refuse_utility(const struct query *q)
{
    if (q->command != COMMAND_UTILITY)
        return;
    switch (q->utility->kind) {
    case UTILITY_BEGIN:
    case UTILITY_COMMIT:
    case UTILITY_ROLLBACK:
    case UTILITY_SAVEPOINT:
    case UTILITY_RELEASE:
    case UTILITY_ROLLBACK_TO:
    case UTILITY_VACUUM:
    case UTILITY_CREATE_DATABASE:
    case UTILITY_DROP_DATABASE:
        raise(SQLSTATE_FEATURE_NOT_SUPPORTED, "%s is not allowed in an SQL function",
              q->utility->tag);
    case UTILITY_COPY:
        if (q->utility->copy.file == NULL)
            raise(SQLSTATE_FEATURE_NOT_SUPPORTED, "cannot COPY to/from client in an SQL function");
        return;
    case UTILITY_CALL:
        if (q->utility->call_routine->call->func.func->out_count > 0)
            raise(SQLSTATE_FEATURE_NOT_SUPPORTED,
                  "calling procedures with output arguments is not supported in SQL functions");
        return;
    default:
        return;
    }
}

struct routine_body *
analyze_routine(const struct analyze_options *options, const struct routine *routine,
                const struct routine_use *use)
{
    struct arena *arena = options->arena;
    uint32_t count = 0;
    const char **names = arena_alloc_zero(arena, (routine->arg_count + 1u) * sizeof *names);
    for (uint16_t i = 0; i < routine->arg_count; i++)
        if (routine_arg_is_given(routine->args[i].mode))
            names[count++] = routine->args[i].name;
    struct routine_names known = {.function = routine->info.name, .count = count, .names = names};
    struct param_types params = {.count = use->arg_count,
                                 .types =
                                     arena_copy(arena, use->args, use->arg_count * sizeof(oid))};

    struct raw_list *list = parse_sql(arena, slice_text(routine->source));
    struct routine_body *body = arena_alloc_zero(arena, sizeof *body);
    body->statements = arena_alloc_zero(arena, (list->count + 1) * sizeof *body->statements);
    const char *text =
        routine->body == BODY_TEXT && list->count > 0 ? list->statements[0].text : NULL;
    struct analysis an;
    for (uint32_t i = 0; i < list->count; i++) {
        an = analysis_begin(options, text);
        an.params = &params;
        an.routine = &known;
        struct routine_statement *statement = &body->statements[body->count++];
        statement->raw = &list->statements[i];
        statement->query = bind_statement(&an, statement->raw, statement->raw->node);
        refuse_utility(statement->query);
    }
    an = analysis_begin(options, NULL);
    struct fitting fitting = {
        .an = &an, .use = use, .body = body, .is_procedure = routine->kind == 'p'};
    fit_result(&fitting);
    return body;
}
