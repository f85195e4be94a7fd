/*
 * deparse_query.c: SELECT back to SQL, for views.
 */
#include "sql/deparse_int.h"

#include "base/raise.h"

static void
put(struct deparse *d, const char *text)
{
    buf_put_text(d->to, text);
}

static const char *
name_of(struct deparse *d, const char *name)
{
    return deparse_name(d->options->arena, name);
}

/* ---- names of ranges ---- */

static bool
is_taken(const char *const *names, uint32_t count, const char *name)
{
    for (uint32_t i = 0; i < count; i++) {
        if (names[i] != NULL && strcmp(names[i], name) == 0)
            return true;
    }
    return false;
}

/* Two ranges of one name (of different schemas) are told apart by a number. */
static const char **
range_names(struct deparse *d, const struct query *q)
{
    struct arena *arena = d->options->arena;
    const char **names = arena_alloc_zero(arena, (q->range_count + 1) * sizeof *names);
    for (uint32_t i = 0; i < q->range_count; i++) {
        const struct range *range = q->ranges[i];
        if (range->kind == RANGE_JOIN)
            continue;
        const char *name = range->name;
        for (int number = 1; is_taken(names, i, name); number++)
            name = arena_format(arena, "%s_%d", range->name, number);
        names[i] = name;
    }
    return names;
}

static uint32_t
live_range_count(const struct query *q)
{
    uint32_t count = 0;
    for (uint32_t i = 0; i < q->range_count; i++)
        count += q->ranges[i]->kind != RANGE_JOIN;
    return count;
}

/* ---- FROM ---- */

static void
deparse_alias(struct deparse *d, uint32_t number, bool with_columns)
{
    const struct range *range = d->level->query->ranges[number];
    buf_format(d->to, " %s", name_of(d, d->level->names[number]));
    if (!with_columns || range->column_count == 0)
        return;
    bool is_first = true;
    put(d, "(");
    for (uint32_t i = 0; i < range->column_count; i++) {
        if (range->columns[i].is_dropped)
            continue;
        buf_format(d->to, "%s%s", is_first ? "" : ", ", name_of(d, range->columns[i].name));
        is_first = false;
    }
    put(d, ")");
}

static void
deparse_relation(struct deparse *d, const char *schema, const char *name, bool is_visible)
{
    if (d->options->qualify_all || !is_visible)
        buf_format(d->to, "%s.", name_of(d, schema));
    put(d, name_of(d, name));
}

static bool
is_visible(const struct deparse *d, const struct table *table)
{
    const struct name_scope *scope = d->options->scope;
    return scope->is_visible == NULL || scope->is_visible(scope->object, table);
}

static bool
has_new_names(const struct range *range, const struct table *table)
{
    for (uint32_t i = 0; i < range->column_count; i++) {
        if (!range->columns[i].is_dropped &&
            strcmp(range->columns[i].name, table->columns[i].name) != 0)
            return true;
    }
    return false;
}

static bool
cte_has_new_names(const struct range *range, const struct cte *cte)
{
    for (uint32_t i = 0; i < range->column_count; i++) {
        if (strcmp(range->columns[i].name, cte->columns[i].name) != 0)
            return true;
    }
    return false;
}

static void
deparse_sample(struct deparse *d, const struct table_sample *sample)
{
    buf_format(d->to, " TABLESAMPLE %s (", sample->method);
    for (uint32_t i = 0; i < sample->arg_count; i++) {
        put(d, i == 0 ? "" : ", ");
        deparse_one(d, sample->args[i], true);
    }
    put(d, ")");
    if (sample->repeatable == NULL)
        return;
    put(d, " REPEATABLE (");
    deparse_one(d, sample->repeatable, true);
    put(d, ")");
}

static void
deparse_table(struct deparse *d, uint32_t number)
{
    const struct range *range = d->level->query->ranges[number];
    const struct table *table = range->table.table;
    put(d, range->table.is_only ? "ONLY " : "");
    deparse_relation(d, table->schema_name, table->name, is_visible(d, table));
    bool is_renamed = strcmp(d->level->names[number], table->name) != 0;
    bool has_columns = has_new_names(range, table);
    if (is_renamed || has_columns)
        deparse_alias(d, number, has_columns);
    if (range->table.sample != NULL)
        deparse_sample(d, range->table.sample);
}

static void
deparse_values(struct deparse *d, const struct range *range)
{
    put(d, "VALUES ");
    for (uint32_t i = 0; i < range->values.row_count; i++) {
        put(d, i == 0 ? "(" : ", (");
        for (uint32_t j = 0; j < range->column_count; j++) {
            put(d, j == 0 ? "" : ",");
            deparse_one(d, range->values.rows[i][j], false);
        }
        put(d, ")");
    }
}

static void
deparse_functions(struct deparse *d, const struct range *range)
{
    bool is_many = range->function.function_count > 1;
    put(d, is_many ? "ROWS FROM(" : "");
    for (uint32_t i = 0; i < range->function.function_count; i++) {
        put(d, i == 0 ? "" : ", ");
        deparse_one(d, range->function.functions[i].call, true);
    }
    put(d, is_many ? ")" : "");
    put(d, range->function.has_ordinality ? " WITH ORDINALITY" : "");
}

static void deparse_setop(struct deparse *d, const struct setop *s,
                          const struct deparse_level *parent);

static void
deparse_range(struct deparse *d, uint32_t number)
{
    const struct range *range = d->level->query->ranges[number];
    const struct name_scope *scope = d->options->scope;
    put(d, range->is_lateral && range->kind == RANGE_SUBQUERY ? "LATERAL " : "");
    switch (range->kind) {
    case RANGE_TABLE:
        deparse_table(d, number);
        break;
    case RANGE_SUBQUERY:
        if (range->subquery.view != OID_NONE) {
            const struct table *view = scope->relation_oid(scope->object, range->subquery.view);
            deparse_relation(d, view->schema_name, view->name, is_visible(d, view));
            bool has_columns = has_new_names(range, view);
            if (has_columns || strcmp(d->level->names[number], view->name) != 0)
                deparse_alias(d, number, has_columns);
            break;
        }
        put(d, "( ");
        deparse_select(d, range->subquery.query, d->level);
        put(d, ")");
        deparse_alias(d, number, true);
        break;
    case RANGE_VALUES:
        put(d, "( ");
        deparse_values(d, range);
        put(d, ")");
        deparse_alias(d, number, true);
        break;
    case RANGE_FUNCTION:
        deparse_functions(d, range);
        deparse_alias(d, number, true);
        break;
    case RANGE_CTE: {
        const struct deparse_level *level = d->level;
        for (uint32_t i = 0; i < range->cte.levels_up; i++)
            level = level->parent;
        const struct cte *cte = &level->query->ctes[range->cte.cte];
        put(d, name_of(d, cte->name));
        bool has_columns = cte_has_new_names(range, cte);
        if (has_columns || strcmp(cte->name, d->level->names[number]) != 0)
            deparse_alias(d, number, has_columns);
        break;
    }
    default:
        break;
    }
}

static void
deparse_join(struct deparse *d, const struct join_tree *tree)
{
    static const char *const kinds[] = {"JOIN", "LEFT JOIN", "RIGHT JOIN", "FULL JOIN"};
    if (!tree->is_join) {
        deparse_range(d, tree->range);
        return;
    }
    put(d, "(");
    deparse_join(d, tree->left);
    buf_format(d->to, " %s ", tree->on == NULL ? "CROSS JOIN" : kinds[tree->kind]);
    deparse_join(d, tree->right);
    if (tree->on != NULL) {
        put(d, " ON ");
        deparse_one(d, tree->on, false);
    }
    put(d, ")");
}

/* ---- ORDER BY and windows ---- */

/* ORDER BY a means the result column a, if there is one: then a range's column needs a prefix. */
static bool
is_shadowed(const struct deparse *d, const struct expr *e, const struct target *targets)
{
    const struct query *q = d->level->query;
    if (targets == NULL || e->kind != EXPR_COLUMN || e->column.levels_up != 0 ||
        e->column.number <= 0 || d->level->has_prefix)
        return false;
    const char *name = q->ranges[e->column.range]->columns[e->column.number - 1].name;
    for (uint32_t i = 0; i < q->target_count && !q->targets[i].is_junk; i++) {
        if (strcmp(q->targets[i].name, name) == 0 && !expr_equal(q->targets[i].expr, e))
            return true;
    }
    return false;
}

void
deparse_keys(struct deparse *d, const struct sort_key *keys, uint32_t count,
             struct expr *const *items, const struct target *targets, bool has_order)
{
    for (uint32_t i = 0; i < count; i++) {
        put(d, i == 0 ? "" : ", ");
        const struct expr *e = items != NULL ? items[keys[i].item] : targets[keys[i].item].expr;
        if (is_shadowed(d, e, targets))
            buf_format(d->to, "%s.", name_of(d, d->level->names[e->column.range]));
        if (targets != NULL && e->kind == EXPR_CONST)
            buf_format(d->to, "%u", keys[i].item + 1);
        else
            deparse_one(d, e, true);
        if (!has_order)
            continue;
        put(d, keys[i].is_descending ? " DESC" : "");
        if (keys[i].nulls_first != keys[i].is_descending)
            put(d, keys[i].nulls_first ? " NULLS FIRST" : " NULLS LAST");
    }
}

static void
deparse_bound(struct deparse *d, enum frame_bound bound, const struct expr *offset)
{
    static const char *const names[] = {"UNBOUNDED PRECEDING", "PRECEDING", "CURRENT ROW",
                                        "FOLLOWING", "UNBOUNDED FOLLOWING"};
    if (offset != NULL) {
        deparse_one(d, offset, false);
        put(d, " ");
    }
    put(d, names[bound]);
}

void
deparse_window_definition(struct deparse *d, const struct window *w)
{
    static const char *const modes[] = {"RANGE", "ROWS", "GROUPS"};
    static const char *const excludes[] = {"", " EXCLUDE CURRENT ROW", " EXCLUDE GROUP",
                                           " EXCLUDE TIES"};
    const struct target *targets = d->level->query->targets;
    const char *gap = "";
    put(d, "(");
    if (w->partition_count > 0) {
        put(d, "PARTITION BY ");
        deparse_keys(d, w->partition, w->partition_count, NULL, targets, false);
        gap = " ";
    }
    if (w->order_count > 0) {
        buf_format(d->to, "%sORDER BY ", gap);
        deparse_keys(d, w->order, w->order_count, NULL, targets, true);
        gap = " ";
    }
    if (!w->has_default_frame) {
        buf_format(d->to, "%s%s BETWEEN ", gap, modes[w->mode]);
        deparse_bound(d, w->start, w->start_offset);
        put(d, " AND ");
        deparse_bound(d, w->end, w->end_offset);
        put(d, excludes[w->exclude]);
    }
    put(d, ")");
}

/* ---- clauses ---- */

static void
deparse_targets(struct deparse *d, const struct query *q)
{
    for (uint32_t i = 0; i < q->target_count && !q->targets[i].is_junk; i++) {
        const struct target *target = &q->targets[i];
        put(d, i == 0 ? " " : ", ");
        deparse_one(d, target->expr, true);
        const char *own = NULL;
        if (target->expr->kind == EXPR_COLUMN && target->expr->column.levels_up == 0 &&
            target->expr->column.number > 0)
            own = q->ranges[target->expr->column.range]
                      ->columns[target->expr->column.number - 1]
                      .name;
        if (own == NULL || strcmp(own, target->name) != 0)
            buf_format(d->to, " AS %s", name_of(d, target->name));
    }
}

static void
deparse_groups(struct deparse *d, const struct query *q)
{
    if (!q->has_group_by)
        return;
    put(d, q->is_group_distinct ? " GROUP BY DISTINCT " : " GROUP BY ");
    if (q->grouping_set_count == 0) {
        deparse_keys(d, q->groups, q->group_count, NULL, q->targets, false);
        return;
    }
    put(d, "GROUPING SETS (");
    for (uint32_t i = 0; i < q->grouping_set_count; i++) {
        put(d, i == 0 ? "(" : ", (");
        for (uint32_t j = 0; j < q->grouping_sets[i].count; j++) {
            put(d, j == 0 ? "" : ", ");
            deparse_keys(d, &q->groups[q->grouping_sets[i].groups[j]], 1, NULL, q->targets, false);
        }
        put(d, ")");
    }
    put(d, ")");
}

static void
deparse_tail(struct deparse *d, const struct query *q)
{
    if (q->order_count > 0) {
        put(d, " ORDER BY ");
        deparse_keys(d, q->order, q->order_count, NULL, q->targets, true);
    }
    if (q->offset != NULL) {
        put(d, " OFFSET ");
        deparse_one(d, q->offset, false);
    }
    if (q->limit != NULL && q->has_ties) {
        put(d, " FETCH FIRST (");
        deparse_one(d, q->limit, false);
        put(d, ") ROWS WITH TIES");
    } else if (q->limit != NULL) {
        put(d, " LIMIT ");
        deparse_one(d, q->limit, false);
    }
    static const char *const strengths[] = {"KEY SHARE", "SHARE", "NO KEY UPDATE", "UPDATE"};
    for (uint32_t i = 0; i < q->row_mark_count; i++)
        buf_format(d->to, " FOR %s OF %s", strengths[q->row_marks[i].strength],
                   name_of(d, d->level->names[q->row_marks[i].range]));
}

static void
deparse_ctes(struct deparse *d, const struct query *q)
{
    static const char *const materialize[] = {"", "MATERIALIZED ", "NOT MATERIALIZED "};
    for (uint32_t i = 0; i < q->cte_count; i++) {
        const struct cte *cte = &q->ctes[i];
        put(d, i > 0 ? ", " : q->is_recursive ? "WITH RECURSIVE " : "WITH ");
        put(d, name_of(d, cte->name));
        for (uint32_t j = 0; j < cte->column_count; j++)
            buf_format(d->to, "%s%s", j == 0 ? "(" : ", ", name_of(d, cte->columns[j].name));
        buf_format(d->to, "%s AS %s( ", cte->column_count > 0 ? ")" : "",
                   materialize[cte->materialize]);
        deparse_select(d, cte->query, d->level);
        put(d, ")");
    }
    put(d, q->cte_count > 0 ? " " : "");
}

static void
deparse_setop(struct deparse *d, const struct setop *s, const struct deparse_level *parent)
{
    static const char *const kinds[] = {"UNION", "INTERSECT", "EXCEPT"};
    if (s->query != NULL) {
        bool is_nested = s->query->order_count > 0 || s->query->limit != NULL ||
                         s->query->offset != NULL || s->query->cte_count > 0;
        put(d, is_nested ? "(" : "");
        deparse_select(d, s->query, parent);
        put(d, is_nested ? ")" : "");
        return;
    }
    put(d, s->left->query == NULL ? "(" : "");
    deparse_setop(d, s->left, parent);
    put(d, s->left->query == NULL ? ")" : "");
    buf_format(d->to, " %s%s ", kinds[s->kind], s->is_all ? " ALL" : "");
    put(d, s->right->query == NULL ? "(" : "");
    deparse_setop(d, s->right, parent);
    put(d, s->right->query == NULL ? ")" : "");
}

static const struct range *
only_range(const struct query *q, enum range_kind kind)
{
    if (q->from_count != 1 || q->from[0]->is_join)
        return NULL;
    const struct range *range = q->ranges[q->from[0]->range];
    return range->kind == kind ? range : NULL;
}

static bool
is_values(const struct query *q)
{
    const struct range *range = only_range(q, RANGE_VALUES);
    return range != NULL && strcmp(range->name, "*VALUES*") == 0;
}

static void
deparse_body(struct deparse *d, const struct query *q)
{
    put(d, "SELECT");
    if (q->distinct == DISTINCT_ALL) {
        put(d, " DISTINCT");
    } else if (q->distinct == DISTINCT_ON) {
        put(d, " DISTINCT ON (");
        deparse_keys(d, q->distinct_keys, q->distinct_count, NULL, q->targets, false);
        put(d, ")");
    }
    deparse_targets(d, q);
    for (uint32_t i = 0; i < q->from_count; i++) {
        put(d, i == 0 ? " FROM " : ", ");
        deparse_join(d, q->from[i]);
    }
    if (q->where != NULL) {
        put(d, " WHERE ");
        deparse_one(d, q->where, false);
    }
    deparse_groups(d, q);
    if (q->having != NULL) {
        put(d, " HAVING ");
        deparse_one(d, q->having, false);
    }
    bool is_first = true;
    for (uint32_t i = 0; i < q->window_count; i++) {
        if (q->windows[i].name == NULL)
            continue;
        buf_format(d->to, "%s%s AS ", is_first ? " WINDOW " : ", ", name_of(d, q->windows[i].name));
        deparse_window_definition(d, &q->windows[i]);
        is_first = false;
    }
}

void
deparse_select(struct deparse *d, const struct query *q, const struct deparse_level *parent)
{
    if (q->command != COMMAND_SELECT)
        raise(SQLSTATE_FEATURE_NOT_SUPPORTED, "only SELECT can be stored");
    const struct deparse_level *outer = d->level;
    struct deparse_level level = {.parent = parent, .query = q};
    level.names = range_names(d, q);
    level.has_prefix = live_range_count(q) > 1;
    d->level = &level;
    deparse_ctes(d, q);
    const struct range *setop = only_range(q, RANGE_SETOP);
    if (setop != NULL)
        deparse_setop(d, setop->setop, &level);
    else if (is_values(q))
        deparse_values(d, q->ranges[q->from[0]->range]);
    else
        deparse_body(d, q);
    deparse_tail(d, q);
    d->level = outer;
}
