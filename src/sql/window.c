/*
 * window.c: window function calls and WINDOW definitions.
 *
 * A call notes the number of its definition, which are bound together at the end of the query,
 * when all of its targets are known: what they sort by are targets too.
 */
#include "sql/analysis_int.h"

/* PostgreSQL's frame option bits, as the parser hands them on. */
enum frame_option {
    OPTION_WRITTEN = 0x1,
    OPTION_RANGE = 0x2,
    OPTION_ROWS = 0x4,
    OPTION_GROUPS = 0x8,
    OPTION_START_UNBOUNDED_PRECEDING = 0x20,
    OPTION_END_UNBOUNDED_FOLLOWING = 0x100,
    OPTION_START_CURRENT_ROW = 0x200,
    OPTION_END_CURRENT_ROW = 0x400,
    OPTION_START_OFFSET_PRECEDING = 0x800,
    OPTION_END_OFFSET_PRECEDING = 0x1000,
    OPTION_START_OFFSET_FOLLOWING = 0x2000,
    OPTION_END_OFFSET_FOLLOWING = 0x4000,
    OPTION_EXCLUDE_CURRENT_ROW = 0x8000,
    OPTION_EXCLUDE_GROUP = 0x10000,
    OPTION_EXCLUDE_TIES = 0x20000,
};

/* ---- calls ---- */

static uint32_t
definition_named(struct level *level, const PgQuery__WindowDef *over)
{
    for (uint32_t i = 0; i < level->window_defs.count; i++) {
        const PgQuery__WindowDef *def = level->window_defs.items[i];
        if (tree_text(def->name) != NULL && strcmp(def->name, over->name) == 0)
            return i;
    }
    fail(level->an, over->location, SQLSTATE_UNDEFINED_OBJECT, "window \"%s\" does not exist",
         over->name);
}

/* The same text of definition, by its packed bytes: one window for both. */
static bool
is_same_definition(struct level *level, const PgQuery__WindowDef *a, const PgQuery__WindowDef *b)
{
    PgQuery__WindowDef one = *a, other = *b;
    one.location = other.location = 0;
    size_t bytes = pg_query__window_def__get_packed_size(&one);
    if (bytes != pg_query__window_def__get_packed_size(&other))
        return false;
    uint8_t *packed = arena_alloc(level->an->arena, 2 * bytes + 1);
    pg_query__window_def__pack(&one, packed);
    pg_query__window_def__pack(&other, packed + bytes);
    return memcmp(packed, packed + bytes, bytes) == 0;
}

static uint32_t
definition_of(struct level *level, const PgQuery__WindowDef *over)
{
    if (tree_text(over->name) != NULL)
        return definition_named(level, over);
    for (uint32_t i = 0; i < level->window_defs.count; i++) {
        const PgQuery__WindowDef *def = level->window_defs.items[i];
        if (tree_text(def->name) == NULL && is_same_definition(level, def, over))
            return i;
    }
    list_add(level->an->arena, &level->window_defs, (void *)over);
    return level->window_defs.count - 1;
}

static bool
is_window(void *object, const struct expr *e)
{
    const struct expr **found = object;
    if (e->kind == EXPR_WINDOW) {
        *found = e;
        return true;
    }
    return expr_walk(e, is_window, object);
}

struct expr *
bind_window_call(struct level *level, struct bound_call *call)
{
    struct analysis *an = level->an;
    const PgQuery__FuncCall *node = call->node;
    struct expr *e = expr_new(an->arena, EXPR_WINDOW, call->type, node->location);
    e->window.ref = call->ref;
    e->window.is_star = node->agg_star;
    e->window.filter = bind_where(level, node->agg_filter, CLAUSE_FILTER);
    e->args = call->args;
    e->arg_count = call->arg_count;
    const struct expr *nested = NULL;
    if (expr_walk(e, is_window, &nested))
        fail(an, nested->at, SQLSTATE_WINDOWING_ERROR, "window function calls cannot be nested");
    for (uint32_t i = 0; i < e->arg_count; i++) {
        if (expr_returns_set(e->args[i]))
            fail_hint(an, level->last_set_function->at, SQLSTATE_FEATURE_NOT_SUPPORTED,
                      "You might be able to move the set-returning function into a LATERAL FROM "
                      "item.",
                      "window function calls cannot contain set-returning function calls");
    }
    check_window_clause(level, node->location);
    level->query->has_windows = true;
    e->window.window = definition_of(level, node->over);
    expr_done(an, e);
    return e;
}

/* ---- definitions ---- */

struct definition {
    struct level *level;
    const PgQuery__WindowDef *node;
    struct window *window;
};

static void
inherit(struct definition *d, uint32_t number, struct window *windows)
{
    struct analysis *an = d->level->an;
    const PgQuery__WindowDef *node = d->node;
    const char *name = tree_text(node->refname);
    const PgQuery__WindowDef *base_node = NULL;
    const struct window *base = NULL;
    for (uint32_t i = 0; i < number; i++) {
        const PgQuery__WindowDef *other = d->level->window_defs.items[i];
        if (tree_text(other->name) != NULL && strcmp(other->name, name) == 0) {
            base = &windows[i];
            base_node = other;
        }
    }
    if (base == NULL)
        fail(an, node->location, SQLSTATE_UNDEFINED_OBJECT, "window \"%s\" does not exist", name);
    if (node->n_partition_clause > 0)
        fail(an, node->location, SQLSTATE_WINDOWING_ERROR,
             "cannot override PARTITION BY clause of window \"%s\"", name);
    d->window->partition = base->partition;
    d->window->partition_count = base->partition_count;
    if (node->n_order_clause > 0 && base->order_count > 0)
        fail(an, node->location, SQLSTATE_WINDOWING_ERROR,
             "cannot override ORDER BY clause of window \"%s\"", name);
    if (node->n_order_clause == 0) {
        d->window->order = base->order;
        d->window->order_count = base->order_count;
    }
    if ((base_node->frame_options & OPTION_WRITTEN) == 0)
        return;
    bool is_bare = tree_text(node->name) == NULL && node->n_order_clause == 0 &&
                   (node->frame_options & OPTION_WRITTEN) == 0;
    fail_hint(an, node->location, SQLSTATE_WINDOWING_ERROR,
              is_bare ? "Omit the parentheses in this OVER clause." : NULL,
              "cannot copy window \"%s\" because it has a frame clause", name);
}

static enum frame_bound
start_bound(int32_t options)
{
    if (options & OPTION_START_UNBOUNDED_PRECEDING)
        return BOUND_UNBOUNDED_PRECEDING;
    if (options & OPTION_START_OFFSET_PRECEDING)
        return BOUND_OFFSET_PRECEDING;
    return options & OPTION_START_OFFSET_FOLLOWING ? BOUND_OFFSET_FOLLOWING : BOUND_CURRENT_ROW;
}

static enum frame_bound
end_bound(int32_t options)
{
    if (options & OPTION_END_UNBOUNDED_FOLLOWING)
        return BOUND_UNBOUNDED_FOLLOWING;
    if (options & OPTION_END_OFFSET_PRECEDING)
        return BOUND_OFFSET_PRECEDING;
    return options & OPTION_END_OFFSET_FOLLOWING ? BOUND_OFFSET_FOLLOWING : BOUND_CURRENT_ROW;
}

/* in_range(column, column, offset, bool, bool) for the sort column; the offset as it wants it. */
static struct expr *
range_offset(struct definition *d, struct expr *offset, const struct func_info **in_range)
{
    struct analysis *an = d->level->an;
    const struct expr *column =
        ((struct target *)d->level->targets.items[d->window->order[0].item])->expr;
    struct list list = {.count = 0};
    for (const struct func_info *const *func = types_funcs_named(an->types, "in_range");
         *func != NULL; func++) {
        if ((*func)->args[0] != column->type)
            continue;
        struct candidate *c = arena_alloc_zero(an->arena, sizeof *c);
        c->func = *func;
        c->types = arena_copy(an->arena, &(*func)->args[2], sizeof(oid));
        list_add(an->arena, &list, c);
    }
    struct candidate **candidates = (struct candidate **)list.items;
    if (list.count == 0)
        fail(an, expr_start(offset), SQLSTATE_FEATURE_NOT_SUPPORTED,
             "RANGE with offset PRECEDING/FOLLOWING is not supported for column type %s",
             type_text(an, column->type, -1));
    oid given = offset->type;
    struct candidate *best = NULL;
    for (uint32_t i = 0; i < list.count; i++) {
        if (candidates[i]->types[0] == given ||
            (given == TYPE_UNKNOWN && candidates[i]->types[0] == column->type))
            best = candidates[i];
    }
    uint32_t count = list.count;
    if (best == NULL) {
        count = candidates_match(an, candidates, count, &given, 1);
        if (count == 1)
            best = candidates[0];
        else if (count > 1)
            best = candidates_select(an, candidates, count, &given, 1);
    }
    if (best == NULL)
        fail_hint(an, expr_start(offset), SQLSTATE_FEATURE_NOT_SUPPORTED,
                  "Cast the offset value to an appropriate type.",
                  "RANGE with offset PRECEDING/FOLLOWING is not supported for column type %s and "
                  "offset type %s",
                  type_text(an, column->type, -1), type_text(an, given, -1));
    *in_range = best->func;
    return coerce_implicit(an, offset, best->types[0]);
}

static enum visit
find_own_column(void *object, const struct expr *e, uint32_t depth)
{
    (void)object;
    return e->kind == EXPR_COLUMN && e->column.levels_up == depth ? VISIT_STOP : VISIT_INTO;
}

static struct expr *
bind_offset(struct definition *d, const PgQuery__Node *node, const struct func_info **in_range)
{
    static const enum clause clauses[] = {CLAUSE_FRAME_RANGE, CLAUSE_FRAME_ROWS,
                                          CLAUSE_FRAME_GROUPS};
    static const char *const names[] = {"RANGE", "ROWS", "GROUPS"};
    struct analysis *an = d->level->an;
    if (node == NULL)
        return NULL;
    enum frame_mode mode = d->window->mode;
    struct expr *e = bind_in_clause(d->level, node, clauses[mode]);
    if (mode == FRAME_RANGE)
        e = range_offset(d, e, in_range);
    else
        e = coerce_specific(an, e, TYPE_INT8, -1, names[mode]);
    if (levels_walk(e, find_own_column, NULL))
        fail(an, expr_start(e), SQLSTATE_INVALID_COLUMN_REFERENCE,
             "argument of %s must not contain variables", names[mode]);
    return e;
}

static void
bind_frame(struct definition *d)
{
    struct analysis *an = d->level->an;
    struct window *w = d->window;
    int32_t options = d->node->frame_options;
    w->mode = options & OPTION_ROWS     ? FRAME_ROWS
              : options & OPTION_GROUPS ? FRAME_GROUPS
                                        : FRAME_RANGE;
    w->start = start_bound(options);
    w->end = end_bound(options);
    w->has_default_frame = (options & OPTION_WRITTEN) == 0;
    w->exclude = options & OPTION_EXCLUDE_CURRENT_ROW ? EXCLUDE_CURRENT_ROW
                 : options & OPTION_EXCLUDE_GROUP     ? EXCLUDE_GROUP
                 : options & OPTION_EXCLUDE_TIES      ? EXCLUDE_TIES
                                                      : EXCLUDE_NONE;
    bool has_offset = d->node->start_offset != NULL || d->node->end_offset != NULL;
    if (w->mode == FRAME_RANGE && has_offset && w->order_count != 1)
        fail(an, d->node->location, SQLSTATE_WINDOWING_ERROR,
             "RANGE with offset PRECEDING/FOLLOWING requires exactly one ORDER BY column");
    if (w->mode == FRAME_GROUPS && w->order_count == 0)
        fail(an, d->node->location, SQLSTATE_WINDOWING_ERROR,
             "GROUPS mode requires an ORDER BY clause");
    w->start_offset = bind_offset(d, d->node->start_offset, &w->in_range_start);
    w->end_offset = bind_offset(d, d->node->end_offset, &w->in_range_end);
}

static void
bind_definition(struct level *level, uint32_t number, struct window *windows)
{
    struct analysis *an = level->an;
    struct definition d = {level, level->window_defs.items[number], &windows[number]};
    const PgQuery__WindowDef *node = d.node;
    d.window->name = tree_text(node->name);
    for (uint32_t i = 0; d.window->name != NULL && i < number; i++) {
        if (windows[i].name != NULL && strcmp(windows[i].name, d.window->name) == 0)
            fail(an, node->location, SQLSTATE_WINDOWING_ERROR, "window \"%s\" is already defined",
                 d.window->name);
    }
    struct list order = {.count = 0}, partition = {.count = 0};
    bind_sort(level, NODES(node, order_clause), &level->targets, &order, CLAUSE_WINDOW_ORDER);
    for (size_t i = 0; i < node->n_partition_clause; i++) {
        const PgQuery__Node *part = node->partition_clause[i];
        uint32_t item = target_of_expr(level, part, &level->targets, CLAUSE_WINDOW_PARTITION);
        list_add(an->arena, &partition,
                 group_key_new(level, &level->targets, item, tree_start(part)));
    }
    d.window->order_count = order.count;
    d.window->order = list_flatten(an->arena, &order, sizeof(struct sort_key));
    d.window->partition_count = partition.count;
    d.window->partition = list_flatten(an->arena, &partition, sizeof(struct sort_key));
    if (tree_text(node->refname) != NULL)
        inherit(&d, number, windows);
    bind_frame(&d);
}

void
bind_windows(struct level *level)
{
    uint32_t count = level->window_defs.count;
    struct window *windows = arena_alloc_zero(level->an->arena, count * sizeof *windows);
    for (uint32_t i = 0; i < count; i++)
        bind_definition(level, i, windows);
    level->query->window_count = count;
    level->query->windows = windows;
}
