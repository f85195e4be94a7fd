/*
 * print.c: see print.h.
 *
 *   constants   4:int4, 'abc':text, null:unknown     columns   r0.1 (levels up: ^r0.1)
 *   calls       (int4pl a b), an operator shows its function
 *   casts       (as numeric x), (io text x), (elements int8[] x)
 */
#include "sql/print.h"

#include "base/arena.h"

struct print {
    struct buf *to;
    const struct type_env *env;
};

static void print_one(struct print *p, const struct expr *e);
static void print_whole(struct print *p, const struct query *q);

static void
put(struct print *p, const char *text)
{
    buf_put_text(p->to, text);
}

static void
put_type(struct print *p, oid type, int32_t typmod)
{
    const struct type_info *info = p->env == NULL ? NULL : types_find(p->env->types, type);
    if (info == NULL)
        buf_format(p->to, "%u", type);
    else
        put(p, info->name);
    if (typmod >= 0)
        buf_format(p->to, "(%d)", typmod);
}

static void
put_bytes(struct print *p, struct slice bytes)
{
    put(p, "'");
    buf_put_slice(p->to, bytes);
    put(p, "'");
}

static void
put_constant(struct print *p, const struct expr *e)
{
    const struct type_info *info = p->env == NULL ? NULL : types_find(p->env->types, e->type);
    if (e->constant.is_null)
        put(p, "null");
    else if (info != NULL && info->output != NULL) {
        bool is_quoted = info->category != 'N' && info->category != 'B';
        put(p, is_quoted ? "'" : "");
        struct type_call call = {.env = p->env, .type = info, .typmod = e->typmod};
        call.arena = arena_new(&(struct arena_options){.name = "print"});
        info->output(&call, e->constant.value, p->to);
        arena_free(call.arena);
        put(p, is_quoted ? "'" : "");
    } else if (e->constant.phys == PHYS_VIEW) {
        put_bytes(p, view_slice(&e->constant.value.view));
    } else {
        for (uint32_t i = 0; i < phys_bytes(e->constant.phys); i++)
            buf_format(p->to, "%02x", e->constant.value.wide[i]);
    }
    put(p, ":");
    put_type(p, e->type, e->typmod);
}

static void
put_list(struct print *p, struct expr *const *list, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        put(p, " ");
        print_one(p, list[i]);
    }
}

static void
put_call(struct print *p, const char *name, const struct expr *e)
{
    buf_format(p->to, "(%s", name);
    put_list(p, e->args, e->arg_count);
    put(p, ")");
}

static void
put_cast(struct print *p, const char *name, const struct expr *e)
{
    buf_format(p->to, "(%s%s ", e->cast_form == FORM_CAST_EXPLICIT ? "!" : "", name);
    put_type(p, e->type, e->typmod);
    put_list(p, e->args, e->arg_count);
    put(p, ")");
}

static void
put_keys(struct print *p, const char *name, const struct sort_key *keys, uint32_t count)
{
    if (count == 0)
        return;
    buf_format(p->to, " (%s", name);
    for (uint32_t i = 0; i < count; i++)
        buf_format(p->to, " %u%s%s", keys[i].item, keys[i].is_descending ? "-" : "",
                   keys[i].nulls_first != keys[i].is_descending ? "n" : "");
    put(p, ")");
}

static void
put_aggregate(struct print *p, const struct expr *e)
{
    const struct aggregate_call *a = &e->aggregate;
    buf_format(p->to, "(agg %s%s%s", a->ref.func->name, a->is_star ? " *" : "",
               a->is_distinct ? " distinct" : "");
    if (a->levels_up > 0)
        buf_format(p->to, " ^%u", a->levels_up);
    for (uint32_t i = 0; i < a->direct_count; i++) {
        put(p, " (direct ");
        print_one(p, a->direct[i]);
        put(p, ")");
    }
    put_list(p, e->args, e->arg_count);
    put_keys(p, "order", a->order, a->order_count);
    if (a->filter != NULL) {
        put(p, " (filter ");
        print_one(p, a->filter);
        put(p, ")");
    }
    put(p, ")");
}

static void
put_window(struct print *p, const struct expr *e)
{
    buf_format(p->to, "(window %u %s%s", e->window.window, e->window.ref.func->name,
               e->window.is_star ? " *" : "");
    put_list(p, e->args, e->arg_count);
    if (e->window.filter != NULL) {
        put(p, " (filter ");
        print_one(p, e->window.filter);
        put(p, ")");
    }
    put(p, ")");
}

static void
put_sublink(struct print *p, const struct expr *e)
{
    static const char *const names[] = {"exists", "any", "all", "scalar", "row", "array"};
    buf_format(p->to, "(%s", names[e->sublink.kind]);
    put_list(p, e->args, e->arg_count);
    put(p, " ");
    print_whole(p, e->sublink.query);
    put(p, ")");
}

static void
put_subscript(struct print *p, const struct expr *e)
{
    put(p, e->subscript.assign != NULL ? "(store" : e->subscript.is_slice ? "(slice" : "(at");
    put_list(p, e->args, e->arg_count);
    for (uint32_t i = 0; i < e->subscript.part_count; i++) {
        const struct subscript_part *part = &e->subscript.parts[i];
        put(p, " [");
        if (part->lower != NULL)
            print_one(p, part->lower);
        if (e->subscript.is_slice)
            put(p, ":");
        if (part->upper != NULL)
            print_one(p, part->upper);
        put(p, "]");
    }
    if (e->subscript.assign != NULL) {
        put(p, " ");
        print_one(p, e->subscript.assign);
    }
    put(p, ")");
}

static void
put_column(struct print *p, const struct expr *e)
{
    for (uint32_t i = 0; i < e->column.levels_up; i++)
        put(p, "^");
    buf_format(p->to, "r%u.%d", e->column.range, e->column.number);
}

static void
put_case(struct print *p, const struct expr *e)
{
    put(p, "(case");
    if (e->case_.operand != NULL) {
        put(p, " of ");
        print_one(p, e->case_.operand);
    }
    put_list(p, e->args, e->arg_count);
    put(p, ")");
}

static void
put_array_compare(struct print *p, const struct expr *e)
{
    buf_format(p->to, "(%s %s", e->array_compare.is_all ? "all" : "any",
               e->array_compare.ref.func->name);
    put_list(p, e->args, e->arg_count);
    put(p, ")");
}

static void
put_param(struct print *p, const struct expr *e)
{
    static const char *const marks[] = {"$", "#", "@"};
    buf_format(p->to, "%s%u:", marks[e->param.kind], e->param.number);
    put_type(p, e->type, e->typmod);
}

static const char *const bool_tests[] = {"is-true",      "is-not-true", "is-false",
                                         "is-not-false", "is-unknown",  "is-not-unknown"};
static const char *const value_funcs[] = {
    "current_date",   "current_time",    "current_timestamp", "localtime",
    "localtimestamp", "current_role",    "current_user",      "user",
    "session_user",   "current_catalog", "current_schema",
};

static void
put_other(struct print *p, const struct expr *e)
{
    switch (e->kind) {
    case EXPR_AND:
        put_call(p, "and", e);
        break;
    case EXPR_OR:
        put_call(p, "or", e);
        break;
    case EXPR_NOT:
        put_call(p, "not", e);
        break;
    case EXPR_NULL_TEST:
        put_call(p, e->null_test.is_not ? "is-not-null" : "is-null", e);
        break;
    case EXPR_BOOL_TEST:
        put_call(p, bool_tests[e->bool_test], e);
        break;
    case EXPR_COALESCE:
        put_call(p, "coalesce", e);
        break;
    case EXPR_MINMAX:
        put_call(p, e->minmax.is_greatest ? "greatest" : "least", e);
        break;
    case EXPR_ROW_COMPARE:
        buf_format(p->to, "(row-compare %d", e->row_compare.op);
        put_list(p, e->args, e->arg_count);
        put(p, ")");
        break;
    case EXPR_GROUPING:
        put_call(p, "grouping", e);
        break;
    case EXPR_ROW:
        put_call(p, "row", e);
        break;
    case EXPR_ARRAY:
        put_call(p, e->array.is_nested ? "arrays" : "array", e);
        break;
    case EXPR_FIELD:
        buf_format(p->to, "(field %d ", e->field.number);
        print_one(p, e->args[0]);
        put(p, ")");
        break;
    case EXPR_FIELD_ASSIGN:
        put_call(p, "set-field", e);
        break;
    case EXPR_COLLATE:
        buf_format(p->to, "(collate %u ", e->collation);
        print_one(p, e->args[0]);
        put(p, ")");
        break;
    case EXPR_VALUE_FUNC:
        put(p, value_funcs[e->value_func]);
        break;
    case EXPR_NEXTVAL:
        buf_format(p->to, "(nextval %u)", e->nextval.sequence);
        break;
    case EXPR_CURRENT_OF:
        buf_format(p->to, "(current-of %s)", e->current_of.cursor);
        break;
    case EXPR_PLACEHOLDER:
        put(p, "_");
        break;
    default:
        put(p, "default");
    }
}

static void
print_one(struct print *p, const struct expr *e)
{
    switch (e->kind) {
    case EXPR_CONST:
        put_constant(p, e);
        break;
    case EXPR_PARAM:
        put_param(p, e);
        break;
    case EXPR_COLUMN:
        put_column(p, e);
        break;
    case EXPR_FUNC:
        put_call(p, e->func.func->name, e);
        break;
    case EXPR_DISTINCT:
        put_call(p, "distinct", e);
        break;
    case EXPR_NULLIF:
        put_call(p, "nullif", e);
        break;
    case EXPR_CASE:
        put_case(p, e);
        break;
    case EXPR_ARRAY_COMPARE:
        put_array_compare(p, e);
        break;
    case EXPR_SUBLINK:
        put_sublink(p, e);
        break;
    case EXPR_AGGREGATE:
        put_aggregate(p, e);
        break;
    case EXPR_WINDOW:
        put_window(p, e);
        break;
    case EXPR_SUBSCRIPT:
        put_subscript(p, e);
        break;
    case EXPR_RELABEL:
        put_cast(p, "as", e);
        break;
    case EXPR_CAST_INOUT:
        put_cast(p, "io", e);
        break;
    case EXPR_CAST_ARRAY:
        put_cast(p, "elements", e);
        break;
    case EXPR_CAST_DOMAIN:
        put_cast(p, "domain", e);
        break;
    case EXPR_CAST_ROW:
        put_cast(p, "row-as", e);
        break;
    default:
        put_other(p, e);
    }
}

/* ---- queries ---- */

static void
put_clause(struct print *p, const char *name, const struct expr *e)
{
    if (e == NULL)
        return;
    buf_format(p->to, " (%s ", name);
    print_one(p, e);
    put(p, ")");
}

static void
put_targets(struct print *p, const char *name, const struct target *targets, uint32_t count)
{
    if (count == 0)
        return;
    buf_format(p->to, " (%s", name);
    for (uint32_t i = 0; i < count; i++) {
        put(p, " ");
        if (targets[i].column != 0)
            buf_format(p->to, "%d=", targets[i].column);
        else
            buf_format(p->to, "%s=", targets[i].is_junk ? "" : targets[i].name);
        print_one(p, targets[i].expr);
    }
    put(p, ")");
}

static void
put_setop(struct print *p, const struct setop *s)
{
    static const char *const kinds[] = {"union", "intersect", "except"};
    if (s->query != NULL) {
        print_whole(p, s->query);
    } else {
        buf_format(p->to, "(%s%s ", kinds[s->kind], s->is_all ? "-all" : "");
        put_setop(p, s->left);
        put(p, " ");
        put_setop(p, s->right);
        put(p, ")");
    }
}

static void
put_range(struct print *p, const struct range *range)
{
    switch (range->kind) {
    case RANGE_TABLE:
        put(p, range->table.table->name);
        break;
    case RANGE_SUBQUERY:
        print_whole(p, range->subquery.query);
        break;
    case RANGE_VALUES:
        put(p, "(values");
        for (uint32_t i = 0; i < range->values.row_count; i++) {
            put(p, " (row");
            put_list(p, range->values.rows[i], range->column_count);
            put(p, ")");
        }
        put(p, ")");
        break;
    case RANGE_FUNCTION:
        put(p, "(functions");
        for (uint32_t i = 0; i < range->function.function_count; i++) {
            put(p, " ");
            print_one(p, range->function.functions[i].call);
        }
        put(p, range->function.has_ordinality ? " ordinality)" : ")");
        break;
    case RANGE_JOIN:
        put(p, "join");
        break;
    case RANGE_CTE:
        buf_format(p->to, "(cte %u^%u%s)", range->cte.cte, range->cte.levels_up,
                   range->cte.is_self ? " self" : "");
        break;
    case RANGE_SETOP:
        put_setop(p, range->setop);
        break;
    }
    put(p, range->is_lateral ? " lateral" : "");
}

static void
put_tree(struct print *p, const struct join_tree *tree)
{
    static const char *const kinds[] = {"inner", "left", "right", "full"};
    if (!tree->is_join) {
        buf_format(p->to, " r%u", tree->range);
        return;
    }
    buf_format(p->to, " (%s", kinds[tree->kind]);
    put_tree(p, tree->left);
    put_tree(p, tree->right);
    put_clause(p, "on", tree->on);
    put(p, ")");
}

static void
put_windows(struct print *p, const struct query *q)
{
    for (uint32_t i = 0; i < q->window_count; i++) {
        const struct window *w = &q->windows[i];
        put(p, " (window");
        put_keys(p, "partition", w->partition, w->partition_count);
        put_keys(p, "order", w->order, w->order_count);
        if (!w->has_default_frame)
            buf_format(p->to, " (frame %d %d %d %d)", w->mode, w->start, w->end, w->exclude);
        put_clause(p, "start", w->start_offset);
        put_clause(p, "end", w->end_offset);
        put(p, ")");
    }
}

static void
put_grouping(struct print *p, const struct query *q)
{
    put_keys(p, "group", q->groups, q->group_count);
    for (uint32_t i = 0; i < q->grouping_set_count; i++) {
        put(p, " (set");
        for (uint32_t j = 0; j < q->grouping_sets[i].count; j++)
            buf_format(p->to, " %u", q->grouping_sets[i].groups[j]);
        put(p, ")");
    }
}

static void
put_change(struct print *p, const struct query *q)
{
    if (q->result != RANGE_NONE)
        buf_format(p->to, " (into r%u)", q->result);
    for (uint32_t i = 0; q->rules != NULL && i < q->rules->generated_count; i++) {
        buf_format(p->to, " (generated %d ", q->rules->generated[i].column);
        print_one(p, q->rules->generated[i].expr);
        put(p, ")");
    }
    for (uint32_t i = 0; q->rules != NULL && i < q->rules->check_count; i++) {
        buf_format(p->to, " (check %s ",
                   q->rules->checks[i].name == NULL ? "of the partition"
                                                    : q->rules->checks[i].name);
        print_one(p, q->rules->checks[i].expr);
        put(p, ")");
    }
    if (q->on_conflict != NULL) {
        put(p, " (conflict");
        for (uint32_t i = 0; i < q->on_conflict->arbiter_count; i++)
            buf_format(p->to, " %u", q->on_conflict->arbiters[i]);
        put_targets(p, "set", q->on_conflict->targets, q->on_conflict->target_count);
        put_clause(p, "where", q->on_conflict->where);
        put(p, ")");
    }
    put_targets(p, "returning", q->returning, q->returning_count);
}

static void
put_ctes(struct print *p, const struct query *q)
{
    for (uint32_t i = 0; i < q->cte_count; i++) {
        buf_format(p->to, " (with%s %s ", q->ctes[i].is_recursive ? "-recursive" : "",
                   q->ctes[i].name);
        print_whole(p, q->ctes[i].query);
        put(p, ")");
    }
}

static void
put_distinct(struct print *p, const struct query *q)
{
    if (q->distinct == DISTINCT_NONE)
        return;
    put_keys(p, q->distinct == DISTINCT_ON ? "distinct-on" : "distinct", q->distinct_keys,
             q->distinct_count);
}

static void
print_whole(struct print *p, const struct query *q)
{
    static const char *const commands[] = {"select", "insert", "update",
                                           "delete", "merge",  "utility"};
    buf_format(p->to, "(%s", commands[q->command]);
    put_ctes(p, q);
    put_targets(p, "targets", q->targets, q->target_count);
    for (uint32_t i = 0; i < q->range_count; i++) {
        if (q->ranges[i]->kind == RANGE_JOIN)
            continue;
        buf_format(p->to, " (r%u ", i);
        put_range(p, q->ranges[i]);
        put(p, ")");
    }
    if (q->from_count > 0) {
        put(p, " (from");
        for (uint32_t i = 0; i < q->from_count; i++)
            put_tree(p, q->from[i]);
        put(p, ")");
    }
    put_clause(p, "where", q->where);
    put_grouping(p, q);
    put_clause(p, "having", q->having);
    put_windows(p, q);
    put_distinct(p, q);
    put_keys(p, "order", q->order, q->order_count);
    put_clause(p, "offset", q->offset);
    put_clause(p, "limit", q->limit);
    put(p, q->has_ties ? " ties" : "");
    for (uint32_t i = 0; i < q->row_mark_count; i++)
        buf_format(p->to, " (lock r%u %d)", q->row_marks[i].range, q->row_marks[i].strength);
    put_change(p, q);
    put(p, ")");
}

void
print_query(struct buf *to, const struct type_env *env, const struct query *q)
{
    struct print print = {to, env};
    print_whole(&print, q);
}

bool
print_equal(const struct query *a, const struct query *b)
{
    struct buf one, other;
    buf_init(&one);
    buf_init(&other);
    print_query(&one, NULL, a);
    print_query(&other, NULL, b);
    bool is_equal =
        !one.is_failed && !other.is_failed && slice_equal(buf_slice(&one), buf_slice(&other));
    buf_deinit(&one);
    buf_deinit(&other);
    return is_equal;
}
