/*
 * select.c: SELECT and VALUES, clause by clause in the order that names are resolved in.
 */
#include "sql/analysis_int.h"

/* ---- LIMIT and OFFSET ---- */

static enum visit
find_own_column(void *object, const struct expr *e, uint32_t depth)
{
    (void)object;
    return e->kind == EXPR_COLUMN && e->column.levels_up == depth ? VISIT_STOP : VISIT_INTO;
}

static struct expr *
bind_limit(struct level *level, const PgQuery__Node *node, enum clause clause, bool has_ties)
{
    struct analysis *an = level->an;
    if (node == NULL)
        return NULL;
    const char *name = clause == CLAUSE_LIMIT ? "LIMIT" : "OFFSET";
    struct expr *e = bind_in_clause(level, node, clause);
    bool is_null = e->kind == EXPR_CONST && e->constant.is_null;
    e = coerce_specific(an, e, TYPE_INT8, -1, name);
    if (levels_walk(e, find_own_column, NULL))
        fail(an, expr_start(e), SQLSTATE_INVALID_COLUMN_REFERENCE,
             "argument of %s must not contain variables", name);
    if (is_null && has_ties)
        fail(an, -1, SQLSTATE_INVALID_ROW_COUNT_IN_LIMIT_CLAUSE,
             "row count cannot be null in FETCH FIRST ... WITH TIES clause");
    return is_null && clause == CLAUSE_LIMIT ? NULL : e;
}

void
bind_limits(struct level *level, const PgQuery__SelectStmt *stmt)
{
    struct query *q = level->query;
    q->has_ties = stmt->limit_option == PG_QUERY__LIMIT_OPTION__LIMIT_OPTION_WITH_TIES;
    q->offset = bind_limit(level, stmt->limit_offset, CLAUSE_OFFSET, false);
    q->limit = bind_limit(level, stmt->limit_count, CLAUSE_LIMIT, q->has_ties);
}

/* ---- locking ---- */

static enum mark_strength
strength_of(PgQuery__LockClauseStrength strength)
{
    switch (strength) {
    case PG_QUERY__LOCK_CLAUSE_STRENGTH__LCS_FORKEYSHARE:
        return MARK_KEY_SHARE;
    case PG_QUERY__LOCK_CLAUSE_STRENGTH__LCS_FORSHARE:
        return MARK_SHARE;
    case PG_QUERY__LOCK_CLAUSE_STRENGTH__LCS_FORNOKEYUPDATE:
        return MARK_NO_KEY_UPDATE;
    default:
        return MARK_UPDATE;
    }
}

const char *
lock_name(const PgQuery__LockingClause *lock)
{
    static const char *const names[] = {
        [MARK_KEY_SHARE] = "FOR KEY SHARE",
        [MARK_SHARE] = "FOR SHARE",
        [MARK_NO_KEY_UPDATE] = "FOR NO KEY UPDATE",
        [MARK_UPDATE] = "FOR UPDATE",
    };
    return names[strength_of(lock->strength)];
}

static void
check_lockable(const struct analysis *an, const struct query *q, const PgQuery__LockingClause *lock)
{
    const char *with = NULL;
    for (uint32_t i = 0; i < q->range_count; i++) {
        if (q->ranges[i]->kind == RANGE_SETOP)
            with = "UNION/INTERSECT/EXCEPT";
    }
    if (q->distinct != DISTINCT_NONE)
        with = "DISTINCT clause";
    else if (q->has_group_by)
        with = "GROUP BY clause";
    else if (q->having != NULL)
        with = "HAVING clause";
    else if (q->has_aggregates)
        with = "aggregate functions";
    else if (q->has_windows)
        with = "window functions";
    else if (q->has_set_functions)
        with = "set-returning functions in the target list";
    if (with != NULL)
        fail(an, -1, SQLSTATE_FEATURE_NOT_SUPPORTED, "%s is not allowed with %s", lock_name(lock),
             with);
}

static void
mark_range(struct analysis *an, struct query *q, uint32_t range, const PgQuery__LockingClause *lock)
{
    enum mark_strength strength = strength_of(lock->strength);
    enum mark_wait wait =
        lock->wait_policy == PG_QUERY__LOCK_WAIT_POLICY__LockWaitSkip    ? MARK_SKIP_LOCKED
        : lock->wait_policy == PG_QUERY__LOCK_WAIT_POLICY__LockWaitError ? MARK_NOWAIT
                                                                         : MARK_WAIT;
    for (uint32_t i = 0; i < q->row_mark_count; i++) {
        struct row_mark *mark = &q->row_marks[i];
        if (mark->range != range)
            continue;
        mark->strength = strength > mark->strength ? strength : mark->strength;
        mark->wait = wait > mark->wait ? wait : mark->wait;
        return;
    }
    struct row_mark *marks = arena_alloc_array(an->arena, q->row_mark_count + 1, sizeof *marks);
    if (q->row_mark_count > 0)
        memcpy(marks, q->row_marks, q->row_mark_count * sizeof *marks);
    marks[q->row_mark_count++] = (struct row_mark){range, strength, wait};
    q->row_marks = marks;
}

/* Marks a range, or all ranges of the query that it is. */
static void
lock_range(struct analysis *an, struct query *q, uint32_t number,
           const PgQuery__LockingClause *lock)
{
    struct range *range = q->ranges[number];
    if (range->kind == RANGE_TABLE) {
        mark_range(an, q, number, lock);
    } else if (range->kind == RANGE_SUBQUERY) {
        struct query *inner = range->subquery.query;
        check_lockable(an, inner, lock);
        for (uint32_t i = 0; i < inner->range_count; i++)
            lock_range(an, inner, i, lock);
    }
}

static void
lock_named(struct level *level, const PgQuery__LockingClause *lock, const PgQuery__RangeVar *name)
{
    struct analysis *an = level->an;
    struct query *q = level->query;
    static const char *const kinds[] = {
        [RANGE_JOIN] = "a join",
        [RANGE_FUNCTION] = "a function",
        [RANGE_VALUES] = "VALUES",
        [RANGE_CTE] = "a WITH query",
    };
    if (tree_text(name->catalogname) != NULL || tree_text(name->schemaname) != NULL)
        fail(an, name->location, SQLSTATE_SYNTAX_ERROR,
             "%s must specify unqualified relation names", lock_name(lock));
    for (uint32_t i = 0; i < q->range_count; i++) {
        const struct range *range = q->ranges[i];
        if (strcmp(range->name, name->relname) != 0 ||
            (range->kind == RANGE_JOIN && !range->is_alias))
            continue;
        if (range->kind != RANGE_TABLE && range->kind != RANGE_SUBQUERY)
            fail(an, name->location, SQLSTATE_FEATURE_NOT_SUPPORTED, "%s cannot be applied to %s",
                 lock_name(lock), kinds[range->kind]);
        lock_range(an, q, i, lock);
        return;
    }
    fail(an, name->location, SQLSTATE_UNDEFINED_TABLE,
         "relation \"%s\" in %s clause not found in FROM clause", name->relname, lock_name(lock));
}

/* The query's ranges are all there: after level_finish. */
static void
bind_locking(struct level *level, struct nodes nodes)
{
    for (size_t i = 0; i < nodes.count; i++) {
        const PgQuery__LockingClause *lock = nodes.items[i]->locking_clause;
        check_lockable(level->an, level->query, lock);
        for (size_t j = 0; j < lock->n_locked_rels; j++)
            lock_named(level, lock, lock->locked_rels[j]->range_var);
        for (uint32_t j = 0; lock->n_locked_rels == 0 && j < level->query->range_count; j++)
            lock_range(level->an, level->query, j, lock);
    }
}

/* ---- SELECT ---- */

static bool
is_plain_distinct(struct nodes distinct)
{
    return distinct.count == 1 && distinct.items[0]->node_case == PG_QUERY__NODE__NODE__NOT_SET;
}

static void
bind_distinct_clause(struct level *level, struct nodes distinct, struct list *targets,
                     const struct list *order)
{
    struct query *q = level->query;
    struct list keys = {.count = 0};
    if (distinct.count == 0)
        return;
    if (is_plain_distinct(distinct)) {
        q->distinct = DISTINCT_ALL;
        bind_distinct_all(level, targets, order, &keys, false);
    } else {
        q->distinct = DISTINCT_ON;
        bind_distinct_on(level, distinct, targets, order, &keys);
    }
    q->distinct_count = keys.count;
    q->distinct_keys = list_flatten(level->an->arena, &keys, sizeof(struct sort_key));
}

static void
check_no_into(const struct level *level, const PgQuery__SelectStmt *stmt)
{
    if (stmt->into_clause != NULL)
        fail(level->an, stmt->into_clause->rel == NULL ? -1 : stmt->into_clause->rel->location,
             SQLSTATE_SYNTAX_ERROR, "SELECT ... INTO is not allowed here");
}

static void
bind_plain_select(struct level *level, const PgQuery__SelectStmt *stmt)
{
    struct arena *arena = level->an->arena;
    struct query *q = level->query;
    struct list order = {.count = 0};
    if (stmt->with_clause != NULL)
        bind_with(level, stmt->with_clause);
    check_no_into(level, stmt);
    for (size_t i = 0; i < stmt->n_window_clause; i++)
        list_add(arena, &level->window_defs, stmt->window_clause[i]->window_def);

    bind_from(level, NODES(stmt, from_clause));
    bind_targets(level, NODES(stmt, target_list), CLAUSE_TARGET, &level->targets);
    q->where = bind_where(level, stmt->where_clause, CLAUSE_WHERE);
    q->having = bind_where(level, stmt->having_clause, CLAUSE_HAVING);
    bind_sort(level, NODES(stmt, sort_clause), &level->targets, &order, CLAUSE_ORDER_BY);
    bind_groups(level, stmt, &order);
    bind_distinct_clause(level, NODES(stmt, distinct_clause), &level->targets, &order);
    bind_limits(level, stmt);
    bind_windows(level);
    if (!level->keep_unknown)
        settle_unknown_targets(level, &level->targets);

    q->order_count = order.count;
    q->order = list_flatten(arena, &order, sizeof(struct sort_key));
    targets_finish(level, &level->targets, &q->targets, &q->target_count);
    level_finish(level);
    bind_locking(level, NODES(stmt, locking_clause));
    check_grouping(level);
}

/* ---- VALUES ---- */

struct values {
    struct level *level;
    struct nodes lists;
    uint32_t column_count;
    struct expr ***rows;
};

static void
bind_rows(struct values *values)
{
    struct level *level = values->level;
    struct analysis *an = level->an;
    values->rows = arena_alloc_array(an->arena, values->lists.count, sizeof *values->rows);
    enum clause outer = level->clause;
    level->clause = CLAUSE_VALUES;
    for (size_t i = 0; i < values->lists.count; i++) {
        struct nodes list = tree_list(values->lists.items[i]);
        struct list exprs = {.count = 0};
        for (size_t j = 0; j < list.count; j++)
            bind_expr_or_star(level, list.items[j], &exprs);
        if (i == 0)
            values->column_count = exprs.count;
        else if (exprs.count != values->column_count)
            fail(an, tree_at(values->lists.items[i]), SQLSTATE_SYNTAX_ERROR,
                 "VALUES lists must all be the same length");
        values->rows[i] = (struct expr **)exprs.items;
    }
    level->clause = outer;
}

static uint32_t
values_range(struct values *values)
{
    struct level *level = values->level;
    struct analysis *an = level->an;
    uint32_t rows = (uint32_t)values->lists.count, number;
    struct range *range = range_add(level, RANGE_VALUES, "*VALUES*", values->column_count, &number);
    range->values.row_count = rows;
    range->values.rows = values->rows;
    struct expr **column = arena_alloc_array(an->arena, rows, sizeof *column);
    for (uint32_t j = 0; j < values->column_count; j++) {
        for (uint32_t i = 0; i < rows; i++)
            column[i] = values->rows[i][j];
        oid type = common_type(an, column, rows, "VALUES", NULL);
        for (uint32_t i = 0; i < rows; i++) {
            column[i] = coerce_common(an, column[i], type, "VALUES");
            values->rows[i][j] = column[i];
        }
        range->columns[j] =
            (struct range_column){.name = arena_format(an->arena, "column%u", j + 1),
                                  .type = type,
                                  .typmod = common_typmod(column, rows, type),
                                  .collation = column[0]->collation};
    }
    return number;
}

static void
show_values(struct level *level, uint32_t number)
{
    struct item *item = item_of_range(level, number);
    item_show(level, item);
    for (uint32_t i = 0; i < item->column_count; i++)
        target_add(level, &level->targets, item_column_expr(level, item, i, 0, -1),
                   item->columns[i].name, false);
    struct join_tree *leaf = arena_alloc_zero(level->an->arena, sizeof *leaf);
    leaf->range = number;
    level->query->from_count = 1;
    level->query->from = arena_copy(level->an->arena, &leaf, sizeof leaf);
}

static void
bind_values(struct level *level, const PgQuery__SelectStmt *stmt)
{
    struct arena *arena = level->an->arena;
    struct query *q = level->query;
    struct values values = {.level = level, .lists = NODES(stmt, values_lists)};
    if (stmt->with_clause != NULL)
        bind_with(level, stmt->with_clause);
    bind_rows(&values);
    show_values(level, values_range(&values));

    struct list order = {.count = 0};
    bind_sort(level, NODES(stmt, sort_clause), &level->targets, &order, CLAUSE_ORDER_BY);
    bind_limits(level, stmt);
    if (stmt->n_locking_clause > 0)
        fail(level->an, -1, SQLSTATE_FEATURE_NOT_SUPPORTED, "%s cannot be applied to VALUES",
             lock_name(stmt->locking_clause[0]->locking_clause));
    q->order_count = order.count;
    q->order = list_flatten(arena, &order, sizeof(struct sort_key));
    targets_finish(level, &level->targets, &q->targets, &q->target_count);
    level_finish(level);
}

/* ---- entry ---- */

struct query *
bind_select(struct analysis *an, struct level *parent, const PgQuery__SelectStmt *stmt,
            const struct subquery_options *options)
{
    struct level *level = level_new(an, parent, COMMAND_SELECT);
    if (options != NULL) {
        level->keep_unknown = options->keep_unknown;
        level->self_cte = options->self_cte;
        level->self_node = options->self_node;
        level->is_sublink = options->is_sublink;
    }
    if (stmt->n_values_lists > 0)
        bind_values(level, stmt);
    else if (stmt->op != PG_QUERY__SET_OPERATION__SETOP_NONE)
        bind_setop(level, stmt);
    else
        bind_plain_select(level, stmt);
    return level->query;
}

struct query *
bind_query_node(struct analysis *an, struct level *parent, const PgQuery__Node *node,
                const struct subquery_options *options)
{
    depth_enter(an, 8);
    struct query *q;
    switch (node->node_case) {
    case PG_QUERY__NODE__NODE_SELECT_STMT:
        q = bind_select(an, parent, node->select_stmt, options);
        break;
    case PG_QUERY__NODE__NODE_INSERT_STMT:
        q = bind_insert(an, parent, node->insert_stmt);
        break;
    case PG_QUERY__NODE__NODE_UPDATE_STMT:
        q = bind_update(an, parent, node->update_stmt);
        break;
    case PG_QUERY__NODE__NODE_DELETE_STMT:
        q = bind_delete(an, parent, node->delete_stmt);
        break;
    case PG_QUERY__NODE__NODE_MERGE_STMT:
        q = bind_merge(an, parent, node->merge_stmt);
        break;
    default:
        fail(an, -1, SQLSTATE_SYNTAX_ERROR, "statement is not allowed here");
    }
    depth_leave(an, 8);
    return q;
}

struct query *
bind_subselect(struct level *level, const PgQuery__Node *node)
{
    struct subquery_options options = {.is_sublink = true};
    return bind_query_node(level->an, level, node, &options);
}
