/*
 * deparse_query.c: SELECT back to SQL, for views.
 *
 * Laid out, each clause begins a line, indented so that the words end in one column as PostgreSQL
 * has them, and each column of the result, and each item of FROM, has a line of its own.
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

/* ---- layout ---- */

#define INDENT_QUERY 8
#define INDENT_JOIN 4
#define INDENT_ITEM 4
#define INDENT_MAX 40 /* from there on it grows more slowly */

void
deparse_word(struct deparse *d, const char *word, int32_t before, int32_t after, int32_t plus)
{
    if (!d->options->is_laid_out) {
        put(d, word);
        return;
    }
    d->indent += before;
    while (d->to->bytes > 0 && d->to->data[d->to->bytes - 1] == ' ')
        d->to->bytes--;
    put(d, "\n");
    int32_t indent = d->indent < 0 ? 0 : d->indent;
    if (indent >= INDENT_MAX)
        indent = INDENT_MAX + (indent - INDENT_MAX) / (INDENT_QUERY / 2) % INDENT_MAX;
    for (int32_t i = 0; i < indent + plus; i++)
        put(d, " ");
    put(d, word);
    d->indent += after;
    if (d->indent < 0)
        d->indent = 0;
}

/* A clause of the query at hand. */
static void
put_clause(struct deparse *d, const char *word, int32_t plus)
{
    deparse_word(d, word, -INDENT_QUERY, INDENT_QUERY, plus);
}

/* Where a SELECT, a WITH or VALUES begins. */
static void
begin_query(struct deparse *d)
{
    if (!d->options->is_laid_out)
        return;
    d->indent += INDENT_QUERY;
    const struct buf *to = d->to;
    bool has_space =
        to->bytes >= 2 && to->data[to->bytes - 1] == ' ' && to->data[to->bytes - 2] == '(';
    put(d, has_space ? "" : " ");
}

/* The next item of a list, which was written at `start`, goes to a line of its own. */
static void
wrap_item(struct deparse *d, uint32_t start)
{
    /* What begins with a line's end has one. */
    if (!d->options->is_laid_out || d->to->data[start - 1] == '\n')
        return;
    struct slice item =
        arena_slice(d->options->arena, (struct slice){d->to->data + start, d->to->bytes - start});
    d->to->bytes = start;
    deparse_word(d, "", -INDENT_QUERY, INDENT_QUERY, INDENT_ITEM);
    buf_put_slice(d->to, item);
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

static bool
is_taken_around(const struct deparse_level *level, const char *name)
{
    for (; level != NULL; level = level->parent) {
        if (level->query != NULL && is_taken(level->names, level->query->range_count, name))
            return true;
    }
    return false;
}

/* Ranges of one name (of different schemas, or in queries around) are told apart by a number. */
static const char **
range_names(struct deparse *d, const struct query *q, const struct deparse_level *parent)
{
    struct arena *arena = d->options->arena;
    const char **names = arena_alloc_zero(arena, (q->range_count + 1) * sizeof *names);
    for (uint32_t i = 0; i < q->range_count; i++) {
        const struct range *range = q->ranges[i];
        if (range->kind == RANGE_JOIN)
            continue;
        const char *name = range->name;
        for (int number = 1; is_taken(names, i, name) || is_taken_around(parent, name); number++)
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

/* Whether columns are called other than the query calls them. */
static bool
has_other_names(const struct range_column *columns, const struct query *q)
{
    const struct target *targets;
    uint32_t count = query_result_columns(q, &targets);
    for (uint32_t i = 0; i < count; i++) {
        if (strcmp(columns[i].name, targets[i].name) != 0)
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
                          const struct deparse_level *parent, bool is_right);

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
        deparse_alias(d, number,
                      !d->options->is_laid_out ||
                          has_other_names(range->columns, range->subquery.query));
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
    bool is_laid_out = d->options->is_laid_out;
    bool is_open = is_laid_out && d->options->is_pretty;
    bool is_nested = is_open && tree->right->is_join;
    put(d, is_open ? "" : "(");
    deparse_join(d, tree->left);
    const char *kind = tree->on == NULL ? "CROSS JOIN" : kinds[tree->kind];
    deparse_word(d, arena_format(d->options->arena, " %s ", kind), -INDENT_QUERY, INDENT_QUERY,
                 INDENT_JOIN);
    put(d, is_nested ? "(" : "");
    deparse_join(d, tree->right);
    put(d, is_nested ? ")" : "");
    if (tree->on != NULL) {
        put(d, is_laid_out && !is_open ? " ON (" : " ON ");
        deparse_one(d, tree->on, false);
        put(d, is_laid_out && !is_open ? ")" : "");
    }
    put(d, is_open ? "" : ")");
}

static const struct range *
only_range(const struct query *q, enum range_kind kind)
{
    if (q->from_count != 1 || q->from[0]->is_join)
        return NULL;
    const struct range *range = q->ranges[q->from[0]->range];
    return range->kind == kind ? range : NULL;
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

/* Laid out, all that is computed stands in parentheses, as operators do anyway. */
static void
deparse_key(struct deparse *d, const struct expr *e)
{
    bool is_call = (e->kind == EXPR_FUNC && e->func.op == NULL) || e->kind == EXPR_AGGREGATE ||
                   e->kind == EXPR_WINDOW;
    bool is_enclosed = d->options->is_laid_out && e->kind != EXPR_COLUMN && e->kind != EXPR_CONST &&
                       (d->options->is_pretty || is_call);
    put(d, is_enclosed ? "(" : "");
    deparse_one(d, e, true);
    put(d, is_enclosed ? ")" : "");
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
        bool is_numbered = has_order && targets != NULL && items == NULL &&
                           d->options->is_laid_out &&
                           only_range(d->level->query, RANGE_SETOP) != NULL;
        if (is_numbered || (targets != NULL && e->kind == EXPR_CONST))
            buf_format(d->to, "%u", keys[i].item + 1);
        else
            deparse_key(d, e);
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
deparse_targets(struct deparse *d, const struct query *q, const struct target *names,
                bool hides_unnamed)
{
    for (uint32_t i = 0; i < q->target_count && !q->targets[i].is_junk; i++) {
        const struct target *target = &q->targets[i];
        put(d, i == 0 ? " " : ", ");
        uint32_t start = d->to->bytes;
        deparse_one(d, target->expr, true);
        const char *own = NULL;
        if (target->expr->kind == EXPR_COLUMN && target->expr->column.levels_up == 0 &&
            target->expr->column.number > 0)
            own = q->ranges[target->expr->column.range]
                      ->columns[target->expr->column.number - 1]
                      .name;
        const char *name = names != NULL ? names[i].name : target->name;
        bool is_hidden = hides_unnamed && own == NULL && strcmp(name, "?column?") == 0;
        if (!is_hidden && (own == NULL || strcmp(own, name) != 0))
            buf_format(d->to, " AS %s", name_of(d, name));
        if (i != 0)
            wrap_item(d, start);
    }
}

static void
deparse_groups(struct deparse *d, const struct query *q)
{
    if (!q->has_group_by)
        return;
    put_clause(d, " GROUP BY ", 1);
    put(d, q->is_group_distinct ? "DISTINCT " : "");
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
        put_clause(d, " ORDER BY ", 1);
        deparse_keys(d, q->order, q->order_count, NULL, q->targets, true);
    }
    if (q->offset != NULL) {
        put_clause(d, " OFFSET ", 0);
        deparse_one(d, q->offset, false);
    }
    if (q->limit != NULL && q->has_ties) {
        put_clause(d, " FETCH FIRST (", 0);
        deparse_one(d, q->limit, false);
        put(d, ") ROWS WITH TIES");
    } else if (q->limit != NULL) {
        put_clause(d, " LIMIT ", 0);
        deparse_one(d, q->limit, false);
    }
    static const char *const strengths[] = {"KEY SHARE", "SHARE", "NO KEY UPDATE", "UPDATE"};
    for (uint32_t i = 0; i < q->row_mark_count; i++) {
        const struct row_mark *mark = &q->row_marks[i];
        put_clause(d, arena_format(d->options->arena, " FOR %s", strengths[mark->strength]), 0);
        buf_format(d->to, " OF %s", name_of(d, d->level->names[mark->range]));
    }
}

static void
deparse_ctes(struct deparse *d, const struct query *q)
{
    static const char *const materialize[] = {"", "MATERIALIZED ", "NOT MATERIALIZED "};
    bool is_laid_out = d->options->is_laid_out;
    if (q->cte_count > 0)
        begin_query(d);
    for (uint32_t i = 0; i < q->cte_count; i++) {
        const struct cte *cte = &q->ctes[i];
        put(d, i > 0 ? ", " : q->is_recursive ? "WITH RECURSIVE " : "WITH ");
        put(d, name_of(d, cte->name));
        bool has_names = !is_laid_out || has_other_names(cte->columns, cte->query);
        for (uint32_t j = 0; has_names && j < cte->column_count; j++)
            buf_format(d->to, "%s%s", j == 0 ? "(" : ", ", name_of(d, cte->columns[j].name));
        buf_format(d->to, "%s AS %s(%s", has_names && cte->column_count > 0 ? ")" : "",
                   materialize[cte->materialize], is_laid_out ? "" : " ");
        if (is_laid_out)
            deparse_word(d, "", 0, 0, 0);
        deparse_select(d, cte->query, d->level);
        if (is_laid_out)
            deparse_word(d, "", 0, 0, 0);
        put(d, ")");
    }
    if (q->cte_count == 0)
        return;
    if (is_laid_out)
        deparse_word(d, "", -INDENT_QUERY, 0, 0);
    else
        put(d, " ");
}

static void deparse_branch(struct deparse *d, const struct setop *s,
                           const struct deparse_level *parent, bool has_parentheses, bool is_right);

static void
deparse_setop(struct deparse *d, const struct setop *s, const struct deparse_level *parent,
              bool is_right)
{
    static const char *const kinds[] = {"UNION", "INTERSECT", "EXCEPT"};
    if (s->query != NULL) {
        bool is_nested = s->query->order_count > 0 || s->query->limit != NULL ||
                         s->query->offset != NULL || s->query->cte_count > 0;
        put(d, is_nested ? "(" : "");
        d->column_names = parent->column_names;
        d->hides_unnamed = d->options->is_laid_out && is_right;
        deparse_select(d, s->query, parent);
        put(d, is_nested ? ")" : "");
        return;
    }
    const struct setop *left = s->left;
    bool is_other = left->query == NULL && (left->kind != s->kind || left->is_all != s->is_all);
    bool is_left_open = d->options->is_laid_out ? !is_other : left->query != NULL;
    deparse_branch(d, left, parent, !is_left_open, false);
    if (d->options->is_laid_out && is_left_open)
        deparse_word(d, "", 0, 0, 0);
    else
        put(d, " ");
    buf_format(d->to, "%s%s ", kinds[s->kind], s->is_all ? " ALL" : "");
    if (d->options->is_laid_out && s->right->query != NULL)
        deparse_word(d, "", 0, 0, 0);
    deparse_branch(d, s->right, parent, s->right->query == NULL, true);
}

/* An arm that is a set operation itself, in parentheses. */
static void
deparse_branch(struct deparse *d, const struct setop *s, const struct deparse_level *parent,
               bool has_parentheses, bool is_right)
{
    bool is_laid_out = d->options->is_laid_out && has_parentheses;
    put(d, has_parentheses ? "(" : "");
    if (is_laid_out)
        deparse_word(d, "", INDENT_QUERY, 0, 0);
    deparse_setop(d, s, parent, is_right);
    if (is_laid_out)
        deparse_word(d, "", -INDENT_QUERY, 0, 0);
    put(d, has_parentheses ? ")" : "");
}

static bool
is_values(const struct query *q)
{
    const struct range *range = only_range(q, RANGE_VALUES);
    return range != NULL && strcmp(range->name, "*VALUES*") == 0;
}

static void
deparse_body(struct deparse *d, const struct query *q, const struct target *names,
             bool hides_unnamed)
{
    begin_query(d);
    put(d, "SELECT");
    if (q->distinct == DISTINCT_ALL) {
        put(d, " DISTINCT");
    } else if (q->distinct == DISTINCT_ON) {
        put(d, " DISTINCT ON (");
        deparse_keys(d, q->distinct_keys, q->distinct_count, NULL, q->targets, false);
        put(d, ")");
    }
    deparse_targets(d, q, names, hides_unnamed);
    for (uint32_t i = 0; i < q->from_count; i++) {
        if (i == 0)
            put_clause(d, " FROM ", 2);
        else
            put(d, ", ");
        uint32_t start = d->to->bytes;
        deparse_join(d, q->from[i]);
        if (i != 0)
            wrap_item(d, start);
    }
    if (q->where != NULL) {
        put_clause(d, " WHERE ", 1);
        deparse_one(d, q->where, false);
    }
    deparse_groups(d, q);
    if (q->having != NULL) {
        put_clause(d, " HAVING ", 0);
        deparse_one(d, q->having, false);
    }
    bool is_first = true;
    for (uint32_t i = 0; i < q->window_count; i++) {
        if (q->windows[i].name == NULL)
            continue;
        if (is_first)
            put_clause(d, " WINDOW ", 1);
        buf_format(d->to, "%s%s AS ", is_first ? "" : ", ", name_of(d, q->windows[i].name));
        deparse_window_definition(d, &q->windows[i]);
        is_first = false;
    }
}

static void
deparse_from(struct deparse *d, const struct query *q, const char *word)
{
    for (uint32_t i = 0; i < q->from_count; i++) {
        put(d, i == 0 ? word : ", ");
        deparse_join(d, q->from[i]);
    }
}

static void
deparse_insert(struct deparse *d, const struct query *q, const struct table *table)
{
    bool is_first = true;
    put(d, " (");
    for (uint32_t i = 0; i < q->target_count; i++) {
        if (q->targets[i].column == 0 || q->targets[i].expr->kind == EXPR_NEXTVAL)
            continue; /* an identity column's own value */
        buf_format(d->to, "%s%s", is_first ? "" : ", ",
                   name_of(d, table->columns[q->targets[i].column - 1].name));
        is_first = false;
    }
    put(d, q->from_count == 0 ? ") VALUES (" : ") SELECT ");
    is_first = true;
    for (uint32_t i = 0; i < q->target_count; i++) {
        if (q->targets[i].column == 0 || q->targets[i].expr->kind == EXPR_NEXTVAL)
            continue;
        put(d, is_first ? "" : ", ");
        deparse_one(d, q->targets[i].expr, false);
        is_first = false;
    }
    put(d, q->from_count == 0 ? ")" : "");
    deparse_from(d, q, " FROM ");
}

/* INSERT, UPDATE, DELETE. */
static void
deparse_change(struct deparse *d, const struct query *q)
{
    if (q->command == COMMAND_MERGE || q->on_conflict != NULL || q->result == RANGE_NONE ||
        q->overriding != OVERRIDING_NONE)
        raise(SQLSTATE_FEATURE_NOT_SUPPORTED,
              "MERGE, ON CONFLICT and OVERRIDING cannot be stored yet");
    const struct range *range = q->ranges[q->result];
    const struct table *table = range->table.table;
    static const char *const verbs[] = {[COMMAND_INSERT] = "INSERT INTO",
                                        [COMMAND_UPDATE] = "UPDATE",
                                        [COMMAND_DELETE] = "DELETE FROM"};
    buf_format(d->to, "%s %s.%s AS %s", verbs[q->command], name_of(d, table->schema_name),
               name_of(d, table->name), name_of(d, d->level->names[q->result]));
    if (q->command == COMMAND_INSERT)
        deparse_insert(d, q, table);
    for (uint32_t i = 0; q->command == COMMAND_UPDATE && i < q->target_count; i++) {
        buf_format(d->to, "%s%s = ", i == 0 ? " SET " : ", ",
                   name_of(d, table->columns[q->targets[i].column - 1].name));
        deparse_one(d, q->targets[i].expr, false);
    }
    if (q->command != COMMAND_INSERT)
        deparse_from(d, q, q->command == COMMAND_UPDATE ? " FROM " : " USING ");
    if (q->where != NULL) {
        put(d, " WHERE ");
        deparse_one(d, q->where, false);
    }
    for (uint32_t i = 0; i < q->returning_count; i++) {
        put(d, i == 0 ? " RETURNING " : ", ");
        deparse_one(d, q->returning[i].expr, true);
        buf_format(d->to, " AS %s", name_of(d, q->returning[i].name));
    }
}

void
deparse_select(struct deparse *d, const struct query *q, const struct deparse_level *parent)
{
    const struct deparse_level *outer = d->level;
    struct deparse_level level = {.parent = parent, .query = q};
    level.names = range_names(d, q, parent);
    const struct range *setop = only_range(q, RANGE_SETOP);
    int32_t indent = d->indent;
    const struct target *names = d->column_names;
    bool hides_unnamed = d->hides_unnamed;
    d->column_names = NULL;
    d->hides_unnamed = false;
    level.has_prefix = (d->options->is_laid_out && setop == NULL) || live_range_count(q) > 1;
    d->level = &level;
    deparse_ctes(d, q);
    if (q->command != COMMAND_SELECT) {
        level.has_prefix = live_range_count(q) > 1;
        deparse_change(d, q);
    } else if (setop != NULL) {
        level.column_names = parent == NULL && d->options->is_laid_out ? q->targets : NULL;
        deparse_setop(d, setop->setop, &level, false);
    } else if (is_values(q)) {
        begin_query(d);
        deparse_values(d, q->ranges[q->from[0]->range]);
    } else {
        deparse_body(d, q, names, hides_unnamed);
    }
    if (q->command == COMMAND_SELECT)
        deparse_tail(d, q);
    d->level = outer;
    d->indent = indent;
}
