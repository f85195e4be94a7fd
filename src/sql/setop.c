/*
 * setop.c: UNION, INTERSECT, EXCEPT.
 *
 * The tree of branches becomes one range; the query around it selects that range's columns and has
 * the ORDER BY and LIMIT. Columns meet in a common type pair by pair, bottom up, as in PostgreSQL;
 * branches whose types differ from those settled on further up are converted in their targets.
 */
#include "sql/analysis_int.h"

struct setop_bind {
    struct level *level;
    struct cte *recursive; /* not null: the right arm refers to it */
};

/* A bound node and the columns that it gives. */
struct branch {
    struct setop *setop;
    struct range_column *columns;
    uint32_t count;
};

static const char *
setop_name(const PgQuery__SelectStmt *stmt)
{
    switch (stmt->op) {
    case PG_QUERY__SET_OPERATION__SETOP_UNION:
        return "UNION";
    case PG_QUERY__SET_OPERATION__SETOP_INTERSECT:
        return "INTERSECT";
    default:
        return "EXCEPT";
    }
}

static enum setop_kind
setop_kind_of(const PgQuery__SelectStmt *stmt)
{
    switch (stmt->op) {
    case PG_QUERY__SET_OPERATION__SETOP_UNION:
        return SETOP_UNION;
    case PG_QUERY__SET_OPERATION__SETOP_INTERSECT:
        return SETOP_INTERSECT;
    default:
        return SETOP_EXCEPT;
    }
}

static bool
is_leaf(const PgQuery__SelectStmt *stmt)
{
    return stmt->op == PG_QUERY__SET_OPERATION__SETOP_NONE || stmt->n_sort_clause > 0 ||
           stmt->limit_offset != NULL || stmt->limit_count != NULL || stmt->n_locking_clause > 0 ||
           stmt->with_clause != NULL;
}

/* ---- branches ---- */

static struct branch
branch_of_query(struct setop_bind *bind, struct query *q)
{
    struct arena *arena = bind->level->an->arena;
    struct branch branch = {.setop = arena_alloc_zero(arena, sizeof(struct setop))};
    const struct target *targets;
    branch.count = query_result_columns(q, &targets);
    branch.setop->query = q;
    branch.setop->column_count = branch.count;
    branch.columns = arena_alloc_zero(arena, branch.count * sizeof *branch.columns);
    for (uint32_t i = 0; i < branch.count; i++)
        branch.columns[i] = (struct range_column){.name = targets[i].name,
                                                  .type = targets[i].expr->type,
                                                  .typmod = targets[i].expr->typmod,
                                                  .collation = targets[i].expr->collation};
    return branch;
}

static struct branch
bind_leaf(struct setop_bind *bind, const PgQuery__SelectStmt *stmt)
{
    struct level *level = bind->level;
    if (stmt->into_clause != NULL)
        fail(level->an, -1, SQLSTATE_SYNTAX_ERROR,
             "INTO is only allowed on first SELECT of UNION/INTERSECT/EXCEPT");
    struct subquery_options options = {.keep_unknown = true};
    return branch_of_query(bind, bind_select(level->an, level, stmt, &options));
}

static void
remap(struct sort_key *keys, uint32_t count, uint32_t from, uint32_t to)
{
    for (uint32_t i = 0; i < count; i++) {
        if (keys[i].item == from)
            keys[i].item = to;
    }
}

/* Sorting, grouping and DISTINCT go on by what the column was: a target of its own, not shown. */
static void
keep_keys(struct analysis *an, struct query *q, uint32_t column)
{
    struct target *targets = arena_alloc_array(an->arena, q->target_count + 1, sizeof *targets);
    uint32_t kept = q->target_count;
    memcpy(targets, q->targets, kept * sizeof *targets);
    targets[kept] = (struct target){.expr = q->targets[column].expr, .is_junk = true};
    q->targets = targets;
    q->target_count++;
    remap(q->order, q->order_count, column, kept);
    remap(q->groups, q->group_count, column, kept);
    remap(q->distinct_keys, q->distinct_count, column, kept);
    for (uint32_t i = 0; i < q->window_count; i++) {
        remap(q->windows[i].partition, q->windows[i].partition_count, column, kept);
        remap(q->windows[i].order, q->windows[i].order_count, column, kept);
    }
    if (q->distinct == DISTINCT_ALL)
        q->distinct = DISTINCT_ON;
}

/* True if a target of the query can change its type without changing what the query means. */
static bool
is_free(const struct query *q)
{
    return q->order_count == 0 && q->distinct == DISTINCT_NONE && q->group_count == 0 &&
           q->window_count == 0;
}

/* Makes all branches below give the column in the type. */
static void
convert_column(struct setop_bind *bind, struct setop *setop, uint32_t column, oid type,
               const char *context)
{
    struct analysis *an = bind->level->an;
    if (setop->query == NULL) {
        convert_column(bind, setop->left, column, type, context);
        convert_column(bind, setop->right, column, type, context);
        if (setop->keys != NULL) {
            struct order_operators order = order_operators(an, type);
            struct sort_key *key = &setop->keys[column];
            key->less = order.less;
            key->equal = order.equal;
            key->can_hash = order.can_hash;
        }
        return;
    }
    struct query *q = setop->query;
    struct expr *from = q->targets[column].expr;
    if (from->type == type)
        return;
    if (from->type != TYPE_UNKNOWN && !is_free(q))
        keep_keys(an, q, column);
    q->targets[column].expr = coerce_common(an, from, type, context);
}

static void
convert(struct setop_bind *bind, struct branch *branch, const struct range_column *wanted,
        const char *context)
{
    for (uint32_t i = 0; i < branch->count; i++) {
        if (branch->columns[i].type != wanted[i].type)
            convert_column(bind, branch->setop, i, wanted[i].type, context);
    }
}

/* ---- nodes ---- */

/* What stands for a branch's column when types are compared: the target itself where there is one,
 * so that errors have its place. */
static struct expr *
column_stand_in(struct setop_bind *bind, const struct branch *branch, uint32_t column)
{
    if (branch->setop->query != NULL) {
        const struct target *targets;
        query_result_columns(branch->setop->query, &targets);
        return targets[column].expr;
    }
    struct expr *e =
        expr_new(bind->level->an->arena, EXPR_PLACEHOLDER, branch->columns[column].type, -1);
    e->typmod = branch->columns[column].typmod;
    return e;
}

static struct range_column *
common_columns(struct setop_bind *bind, const struct branch *left, const struct branch *right,
               const char *context)
{
    struct analysis *an = bind->level->an;
    struct range_column *columns = arena_alloc_zero(an->arena, left->count * sizeof *columns);
    for (uint32_t i = 0; i < left->count; i++) {
        struct expr *pair[2] = {column_stand_in(bind, left, i), column_stand_in(bind, right, i)};
        columns[i] = left->columns[i];
        columns[i].type = common_type(an, pair, 2, context, NULL);
        columns[i].typmod = left->columns[i].type == right->columns[i].type &&
                                    left->columns[i].typmod == right->columns[i].typmod
                                ? left->columns[i].typmod
                                : -1;
        const struct type_info *info = scope_type(an->scope, columns[i].type);
        if (info != NULL && info->is_collatable && columns[i].collation == OID_NONE)
            columns[i].collation = right->columns[i].collation;
    }
    return columns;
}

static struct sort_key *
setop_keys(struct setop_bind *bind, const struct range_column *columns, uint32_t count, int32_t at)
{
    struct analysis *an = bind->level->an;
    struct sort_key *keys = arena_alloc_zero(an->arena, count * sizeof *keys);
    for (uint32_t i = 0; i < count; i++) {
        struct order_operators order = order_operators(an, columns[i].type);
        if (order.equal == NULL)
            fail(an, at, SQLSTATE_UNDEFINED_FUNCTION,
                 "could not identify an equality operator for type %s",
                 type_text(an, columns[i].type, -1));
        keys[i] = (struct sort_key){.item = i,
                                    .less = order.less,
                                    .equal = order.equal,
                                    .can_hash = order.can_hash,
                                    .collation = columns[i].collation};
    }
    return keys;
}

static void
check_recursive_types(struct setop_bind *bind, const struct branch *left,
                      const struct range_column *columns)
{
    struct analysis *an = bind->level->an;
    for (uint32_t i = 0; i < left->count; i++) {
        if (left->columns[i].type != columns[i].type ||
            (left->columns[i].typmod != columns[i].typmod && columns[i].typmod >= 0))
            fail_hint(an, column_stand_in(bind, left, i)->at, SQLSTATE_DATATYPE_MISMATCH,
                      "Cast the output of the non-recursive term to the correct type.",
                      "recursive query \"%s\" column %u has type %s in non-recursive term but "
                      "type %s overall",
                      bind->recursive->name, i + 1,
                      type_text(an, left->columns[i].type, left->columns[i].typmod),
                      type_text(an, columns[i].type, columns[i].typmod));
    }
}

static struct branch
combine(struct setop_bind *bind, const PgQuery__SelectStmt *stmt, struct branch *left,
        struct branch *right)
{
    struct analysis *an = bind->level->an;
    const char *context = setop_name(stmt);
    int32_t at = right->setop->query != NULL && right->setop->query->target_count > 0
                     ? expr_start(right->setop->query->targets[0].expr)
                     : -1;
    if (left->count != right->count)
        fail(an, at, SQLSTATE_SYNTAX_ERROR, "each %s query must have the same number of columns",
             context);
    struct range_column *columns = common_columns(bind, left, right, context);
    if (bind->recursive != NULL)
        check_recursive_types(bind, left, columns);
    convert(bind, left, columns, context);
    convert(bind, right, columns, context);
    struct setop *setop = arena_alloc_zero(an->arena, sizeof *setop);
    setop->kind = setop_kind_of(stmt);
    setop->is_all = stmt->all;
    setop->left = left->setop;
    setop->right = right->setop;
    setop->column_count = left->count;
    if (!stmt->all)
        setop->keys = setop_keys(bind, columns, left->count, at);
    return (struct branch){.setop = setop, .columns = columns, .count = left->count};
}

static struct branch bind_node(struct setop_bind *bind, const PgQuery__SelectStmt *stmt);

/* A long chain leans to the left: walked down and up again without recursion. */
static struct branch
bind_chain(struct setop_bind *bind, const PgQuery__SelectStmt *stmt)
{
    struct arena *arena = bind->level->an->arena;
    struct list chain = {.count = 0};
    for (;; stmt = stmt->larg) {
        list_add(arena, &chain, (void *)stmt);
        if (is_leaf(stmt->larg))
            break;
    }
    if (chain.count > EXPR_DEPTH_MAX)
        raise(SQLSTATE_STATEMENT_TOO_COMPLEX, "stack depth limit exceeded");
    struct branch branch = bind_leaf(bind, stmt->larg);
    for (uint32_t i = chain.count; i > 0; i--) {
        const PgQuery__SelectStmt *node = chain.items[i - 1];
        struct branch right = bind_node(bind, node->rarg);
        branch = combine(bind, node, &branch, &right);
    }
    return branch;
}

static struct branch
bind_node(struct setop_bind *bind, const PgQuery__SelectStmt *stmt)
{
    if (is_leaf(stmt))
        return bind_leaf(bind, stmt);
    struct setop_bind inner = {.level = bind->level};
    depth_enter(bind->level->an, 4);
    struct branch branch = bind_chain(&inner, stmt);
    depth_leave(bind->level->an, 4);
    return branch;
}

/* WITH RECURSIVE's body: the left arm gives the columns that the right one may read. */
static struct branch
bind_recursive(struct setop_bind *bind, const PgQuery__SelectStmt *stmt)
{
    struct setop_bind plain = {.level = bind->level};
    struct branch left = bind_node(&plain, stmt->larg);
    for (uint32_t i = 0; i < left.count; i++) {
        if (left.columns[i].type != TYPE_UNKNOWN)
            continue;
        struct target *target = &left.setop->query->targets[i];
        target->expr = coerce_implicit(bind->level->an, target->expr, TYPE_TEXT);
        left.columns[i].type = TYPE_TEXT;
    }
    cte_take_columns(bind->level, bind->recursive, left.columns, left.count,
                     bind->level->self_node);
    struct branch right = bind_node(&plain, stmt->rarg);
    return combine(bind, stmt, &left, &right);
}

/* ---- the query around ---- */

static void
bind_order(struct level *level, const PgQuery__SelectStmt *stmt)
{
    struct analysis *an = level->an;
    struct query *q = level->query;
    struct list order = {.count = 0};
    uint32_t count = level->targets.count;
    bind_sort(level, NODES(stmt, sort_clause), &level->targets, &order, CLAUSE_ORDER_BY);
    if (level->targets.count > count) {
        const struct target *added = level->targets.items[count];
        raise_error(.code = SQLSTATE_FEATURE_NOT_SUPPORTED,
                    .message = "invalid UNION/INTERSECT/EXCEPT ORDER BY clause",
                    .detail = "Only result column names can be used, not expressions or functions.",
                    .hint = "Add the expression/function to every SELECT, or move the UNION into "
                            "a FROM clause.",
                    .position = place_of(an, expr_start(added->expr)));
    }
    q->order_count = order.count;
    q->order = list_flatten(an->arena, &order, sizeof(struct sort_key));
}

void
bind_setop(struct level *level, const PgQuery__SelectStmt *stmt)
{
    struct analysis *an = level->an;
    struct query *q = level->query;
    struct setop_bind bind = {.level = level, .recursive = level->self_cte};
    if (stmt->n_locking_clause > 0)
        fail(an, -1, SQLSTATE_FEATURE_NOT_SUPPORTED,
             "%s is not allowed with UNION/INTERSECT/EXCEPT",
             lock_name(stmt->locking_clause[0]->locking_clause));
    if (stmt->with_clause != NULL)
        bind_with(level, stmt->with_clause);
    struct branch branch =
        bind.recursive != NULL ? bind_recursive(&bind, stmt) : bind_chain(&bind, stmt);

    uint32_t number;
    struct range *range = range_add(level, RANGE_SETOP, "*SETOP*", branch.count, &number);
    range->setop = branch.setop;
    memcpy(range->columns, branch.columns, branch.count * sizeof *range->columns);
    struct join_tree *leaf = arena_alloc_zero(an->arena, sizeof *leaf);
    leaf->range = number;
    q->from_count = 1;
    q->from = arena_copy(an->arena, &leaf, sizeof leaf);
    struct item *item = item_of_range(level, number);
    item->is_name_visible = false;
    item_show(level, item);
    for (uint32_t i = 0; i < branch.count; i++)
        target_add(level, &level->targets, range_column_expr(level, number, i, -1),
                   range->columns[i].name, false);
    bind_order(level, stmt);
    bind_limits(level, stmt);
    targets_finish(level, &level->targets, &q->targets, &q->target_count);
    level_finish(level);
}
