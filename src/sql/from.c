/*
 * from.c: the FROM clause: its ranges, joins, and which names are visible where.
 *
 * While FROM is being built, the items to the left are "lateral only": LATERAL subqueries and
 * functions see them, others do not. Inside a JOIN the same holds for the left side while the
 * right one is bound. A join's own item holds the columns of both sides, merged by USING; the
 * sides' items stay for qualified names unless the join has an alias.
 */
#include "sql/analysis_int.h"

static struct join_tree *bind_from_node(struct level *level, const PgQuery__Node *node,
                                        struct list *items);

/* ---- items ---- */

static void
set_lateral(struct list *items, bool is_lateral_only, bool is_lateral_ok)
{
    for (uint32_t i = 0; i < items->count; i++) {
        struct item *item = items->items[i];
        item->is_lateral_only = is_lateral_only;
        item->is_lateral_ok = is_lateral_ok;
    }
}

static void
append(struct arena *arena, struct list *to, const struct list *from)
{
    for (uint32_t i = 0; i < from->count; i++)
        list_add(arena, to, from->items[i]);
}

static bool
may_share_name(const struct level *level, const struct item *a, const struct item *b)
{
    if (a->schema == NULL || b->schema == NULL)
        return false;
    const struct range *one = range_get(level, a->range), *other = range_get(level, b->range);
    return one->kind == RANGE_TABLE && other->kind == RANGE_TABLE &&
           one->table.table != other->table.table;
}

static void
check_item_names(const struct level *level, const struct list *before, const struct list *added)
{
    for (uint32_t i = 0; i < added->count; i++) {
        const struct item *item = added->items[i];
        if (!item->is_name_visible || item->name == NULL)
            continue;
        for (uint32_t j = 0; j < before->count; j++) {
            const struct item *other = before->items[j];
            if (other->is_name_visible && other->name != NULL &&
                strcmp(other->name, item->name) == 0 && !may_share_name(level, item, other))
                fail(level->an, -1, SQLSTATE_DUPLICATE_ALIAS,
                     "table name \"%s\" specified more than once", item->name);
        }
    }
}

static struct join_tree *
leaf(struct level *level, uint32_t range)
{
    struct join_tree *tree = arena_alloc_zero(level->an->arena, sizeof *tree);
    tree->range = range;
    return tree;
}

/* Shows a range by an item, and returns its leaf. */
static struct join_tree *
show_range(struct level *level, uint32_t range, struct list *items)
{
    list_add(level->an->arena, items, item_of_range(level, range));
    return leaf(level, range);
}

static struct nodes
alias_columns(const PgQuery__Alias *alias)
{
    return alias == NULL ? (struct nodes){0, NULL} : NODES(alias, colnames);
}

/* ---- tables, views, WITH items ---- */

static uint32_t
add_cte(struct level *level, const PgQuery__RangeVar *node, struct cte *cte, uint32_t cte_number,
        uint32_t levels_up, bool is_self)
{
    const char *alias = node->alias == NULL ? NULL : node->alias->aliasname;
    uint32_t number;
    struct range *range =
        range_add(level, RANGE_CTE, alias != NULL ? alias : cte->name, cte->column_count, &number);
    range->is_alias = alias != NULL;
    range->at = node->location;
    range->cte.cte = cte_number;
    range->cte.levels_up = levels_up;
    range->cte.is_self = is_self;
    memcpy(range->columns, cte->columns, cte->column_count * sizeof *range->columns);
    uint32_t hidden = is_self ? cte->added_count : cte->hidden_count;
    for (uint32_t i = cte->column_count - hidden; i < cte->column_count; i++)
        range->columns[i].is_hidden = true;
    range_alias_columns(level, range, alias_columns(node->alias), "table");
    if (is_self)
        cte->is_recursive = true;
    else
        cte->reference_count++;
    return number;
}

static void
check_readable(struct level *level, const struct table *table, int32_t at)
{
    const char *what = table->kind == TABLE_INDEX       ? "indexes"
                       : table->kind == TABLE_COMPOSITE ? "composite types"
                                                        : NULL;
    if (what != NULL)
        fail_detail(level->an, at, SQLSTATE_WRONG_OBJECT_TYPE,
                    arena_format(level->an->arena, "This operation is not supported for %s.", what),
                    "cannot open relation \"%s\"", table->name);
}

static uint32_t
add_relation(struct level *level, const PgQuery__RangeVar *node, const struct table *table)
{
    struct analysis *an = level->an;
    const char *alias = node->alias == NULL ? NULL : node->alias->aliasname;
    check_readable(level, table, node->location);
    if (table->kind != TABLE_VIEW) {
        uint32_t number = range_add_table(level, table, alias, node->location);
        range_get(level, number)->table.is_only = !node->inh;
        return number;
    }
    struct query *q = bind_view(an, table);
    uint32_t number = range_add_subquery(level, q, alias != NULL ? alias : table->name);
    struct range *range = range_get(level, number);
    range->is_alias = alias != NULL;
    range->at = node->location;
    range->subquery.view = table->table;
    for (uint16_t i = 0; i < table->column_count && i < range->column_count; i++)
        range->columns[i].name = table->columns[i].name;
    return number;
}

static struct join_tree *
bind_range_var(struct level *level, const PgQuery__RangeVar *node, struct list *items)
{
    struct analysis *an = level->an;
    if (tree_text(node->schemaname) == NULL) {
        uint32_t levels_up, cte_number;
        bool is_self;
        struct cte *cte = cte_find(level, node->relname, &cte_number, &levels_up, &is_self);
        if (cte != NULL) {
            cte_check_use(level, cte, is_self, node->location);
            uint32_t number = add_cte(level, node, cte, cte_number, levels_up, is_self);
            return show_range(level, number, items);
        }
    }
    const struct table *table = relation_find(an, node);
    if (table == NULL)
        fail_missing_relation(level, node);
    uint32_t number = add_relation(level, node, table);
    range_alias_columns(level, range_get(level, number), alias_columns(node->alias), "table");
    struct item *item = item_of_range(level, number);
    if (node->alias == NULL)
        item->schema = table->schema_name;
    list_add(an->arena, items, item);
    return leaf(level, number);
}

/* ---- subqueries ---- */

static struct join_tree *
bind_range_subselect(struct level *level, const PgQuery__RangeSubselect *node, struct list *items)
{
    enum clause outer = level->clause;
    bool was_active = level->is_lateral_active;
    level->clause = CLAUSE_FROM_SUBQUERY;
    level->is_lateral_active = node->lateral;
    struct query *q = bind_query_node(level->an, level, node->subquery, NULL);
    level->is_lateral_active = was_active;
    level->clause = outer;

    uint32_t number = range_add_subquery(
        level, q, node->alias == NULL ? "unnamed_subquery" : node->alias->aliasname);
    struct range *range = range_get(level, number);
    range->is_alias = true;
    range->is_lateral = node->lateral;
    range_alias_columns(level, range, alias_columns(node->alias), "table");
    return show_range(level, number, items);
}

/* ---- joins ---- */

struct join {
    struct level *level;
    const PgQuery__JoinExpr *node;
    enum join_kind kind;
    struct join_tree *tree;
    struct item *left, *right; /* the columns of each side */
    struct list left_items, right_items;
    struct nodes using_names;
    struct list merged; /* struct item_column */
    bool *left_used, *right_used;
};

/* The last item of a side has all its columns: a range's, or the topmost join's. */
static struct item *
side_item(const struct list *items)
{
    for (uint32_t i = items->count; i > 0; i--) {
        struct item *item = items->items[i - 1];
        if (item->are_columns_visible)
            return item;
    }
    return items->items[items->count - 1];
}

static uint32_t
side_column(const struct join *join, const struct item *side, const char *name,
            const char *side_name)
{
    uint32_t found = UINT32_MAX;
    for (uint32_t i = 0; i < side->column_count; i++) {
        if (side->columns[i].name == NULL || strcmp(side->columns[i].name, name) != 0)
            continue;
        if (found != UINT32_MAX)
            fail(join->level->an, -1, SQLSTATE_AMBIGUOUS_COLUMN,
                 "common column name \"%s\" appears more than once in %s table", name, side_name);
        found = i;
    }
    if (found == UINT32_MAX)
        fail(join->level->an, -1, SQLSTATE_UNDEFINED_COLUMN,
             "column \"%s\" specified in USING clause does not exist in %s table", name, side_name);
    return found;
}

/* What the merged column is: a side's, or for FULL the first that is not null. */
static struct expr *
merge_column(struct join *join, struct expr *left, struct expr *right)
{
    struct analysis *an = join->level->an;
    struct expr *both[2] = {left, right};
    oid type = common_type(an, both, 2, "JOIN/USING", NULL);
    both[0] = coerce_common(an, left, type, "JOIN/USING");
    both[1] = coerce_common(an, right, type, "JOIN/USING");
    switch (join->kind) {
    case JOIN_LEFT:
        return both[0];
    case JOIN_RIGHT:
        return both[1];
    case JOIN_FULL: {
        struct expr *e = expr_new(an->arena, EXPR_COALESCE, type, -1);
        e->typmod = common_typmod(both, 2, type);
        e->arg_count = 2;
        e->args = arena_copy(an->arena, both, sizeof both);
        expr_done(an, e);
        return e;
    }
    default:
        return both[0]->kind == EXPR_COLUMN || both[1]->kind != EXPR_COLUMN ? both[0] : both[1];
    }
}

static void
bind_using(struct join *join)
{
    struct level *level = join->level;
    struct analysis *an = level->an;
    struct list conditions = {.count = 0};
    for (size_t i = 0; i < join->using_names.count; i++) {
        const char *name = tree_string(join->using_names.items[i]);
        for (size_t j = 0; j < i; j++) {
            if (strcmp(tree_string(join->using_names.items[j]), name) == 0)
                fail(an, -1, SQLSTATE_DUPLICATE_COLUMN,
                     "column name \"%s\" appears more than once in USING clause", name);
        }
        uint32_t left_idx = side_column(join, join->left, name, "left");
        uint32_t right_idx = side_column(join, join->right, name, "right");
        join->left_used[left_idx] = join->right_used[right_idx] = true;
        struct expr *left = item_column_expr(level, join->left, left_idx, 0, -1);
        struct expr *right = item_column_expr(level, join->right, right_idx, 0, -1);
        struct object_name equals = {NULL, "=", -1};
        struct expr *test = bind_operator(level, equals, left, right);
        list_add(an->arena, &conditions, coerce_boolean(an, test, "JOIN/USING"));
        struct item_column *column = arena_alloc_zero(an->arena, sizeof *column);
        column->name = name;
        column->expr = merge_column(join, left, right);
        list_add(an->arena, &join->merged, column);
    }
    if (conditions.count > 0)
        join->tree->on =
            join_conditions(an, EXPR_AND, (struct expr **)conditions.items, conditions.count, -1);
}

/* NATURAL: USING all names that both sides have. */
static void
natural_names(struct join *join)
{
    struct analysis *an = join->level->an;
    struct list names = {.count = 0};
    for (uint32_t i = 0; i < join->left->column_count; i++) {
        const char *name = join->left->columns[i].name;
        for (uint32_t j = 0; name != NULL && j < join->right->column_count; j++) {
            if (join->right->columns[j].name == NULL ||
                strcmp(join->right->columns[j].name, name) != 0)
                continue;
            PgQuery__Node *node = arena_alloc_zero(an->arena, sizeof *node);
            pg_query__node__init(node);
            node->node_case = PG_QUERY__NODE__NODE_STRING;
            node->string = arena_alloc_zero(an->arena, sizeof *node->string);
            pg_query__string__init(node->string);
            node->string->sval = (char *)name;
            list_add(an->arena, &names, node);
            break;
        }
    }
    join->using_names = (struct nodes){names.count, (PgQuery__Node **)names.items};
}

static void
bind_on(struct join *join, const struct list *both)
{
    struct level *level = join->level;
    struct list outer = level->items;
    level->items = (struct list){.count = 0};
    append(level->an->arena, &level->items, both);
    join->tree->on = bind_where(level, join->node->quals, CLAUSE_JOIN_ON);
    level->items = outer;
}

/* The join's range and item: merged columns, then the rest of the left side, then of the right. */
static struct item *
join_item(struct join *join)
{
    struct analysis *an = join->level->an;
    const PgQuery__Alias *alias = join->node->alias;
    struct list columns = {.count = 0};
    append(an->arena, &columns, &join->merged);
    for (uint32_t i = 0; i < join->left->column_count; i++) {
        if (!join->left_used[i] && join->left->columns[i].name != NULL)
            list_add(an->arena, &columns, &join->left->columns[i]);
    }
    for (uint32_t i = 0; i < join->right->column_count; i++) {
        if (!join->right_used[i] && join->right->columns[i].name != NULL)
            list_add(an->arena, &columns, &join->right->columns[i]);
    }
    uint32_t number;
    struct range *range =
        range_add(join->level, RANGE_JOIN, alias == NULL ? "unnamed_join" : alias->aliasname,
                  columns.count, &number);
    range->is_alias = alias != NULL;
    range->join.kind = join->kind;
    range->join.exprs = arena_alloc_array(an->arena, columns.count, sizeof(struct expr *));
    struct item *item = arena_alloc_zero(an->arena, sizeof *item);
    item->name = alias == NULL ? NULL : alias->aliasname;
    item->range = number;
    item->column_count = columns.count;
    item->columns = list_flatten(an->arena, &columns, sizeof(struct item_column));
    for (uint32_t i = 0; i < columns.count; i++) {
        const struct expr *e = item->columns[i].expr;
        range->join.exprs[i] = item->columns[i].expr;
        range->columns[i] = (struct range_column){.name = item->columns[i].name,
                                                  .type = e->type,
                                                  .typmod = e->typmod,
                                                  .collation = e->collation};
    }
    struct nodes names = alias_columns(alias);
    if (names.count > columns.count)
        fail(an, -1, SQLSTATE_SYNTAX_ERROR, "column alias list for \"%s\" has too many entries",
             range->name);
    range_alias_columns(join->level, range, names, "table");
    for (uint32_t i = 0; i < columns.count; i++)
        item->columns[i].name = range->columns[i].name;
    join->tree->range = number;
    item->is_name_visible = alias != NULL;
    item->are_columns_visible = item->is_lateral_ok = true;
    return item;
}

/* JOIN ... USING (...) AS name: an item of the merged columns alone. */
static void
add_using_alias(struct join *join, const struct item *whole, struct list *items)
{
    const PgQuery__Alias *alias = join->node->join_using_alias;
    struct item *item = arena_alloc_zero(join->level->an->arena, sizeof *item);
    item->name = alias->aliasname;
    item->range = whole->range;
    item->column_count = join->merged.count;
    item->columns = whole->columns;
    item->is_name_visible = item->is_lateral_ok = true;
    list_add(join->level->an->arena, items, item);
}

static enum join_kind
join_kind_of(PgQuery__JoinType type)
{
    switch (type) {
    case PG_QUERY__JOIN_TYPE__JOIN_LEFT:
        return JOIN_LEFT;
    case PG_QUERY__JOIN_TYPE__JOIN_RIGHT:
        return JOIN_RIGHT;
    case PG_QUERY__JOIN_TYPE__JOIN_FULL:
        return JOIN_FULL;
    default:
        return JOIN_INNER;
    }
}

static void
bind_sides(struct join *join)
{
    struct level *level = join->level;
    join->tree->left = bind_from_node(level, join->node->larg, &join->left_items);
    bool is_ok = join->kind == JOIN_INNER || join->kind == JOIN_LEFT;
    set_lateral(&join->left_items, true, is_ok);
    uint32_t visible = level->items.count;
    append(level->an->arena, &level->items, &join->left_items);
    join->tree->right = bind_from_node(level, join->node->rarg, &join->right_items);
    level->items.count = visible;
    check_item_names(level, &join->left_items, &join->right_items);
    set_lateral(&join->left_items, false, true);
    join->left = side_item(&join->left_items);
    join->right = side_item(&join->right_items);
    join->left_used = arena_alloc_zero(level->an->arena, join->left->column_count + 1);
    join->right_used = arena_alloc_zero(level->an->arena, join->right->column_count + 1);
}

static struct join_tree *
bind_join(struct level *level, const PgQuery__JoinExpr *node, struct list *items)
{
    struct arena *arena = level->an->arena;
    struct join join = {.level = level, .node = node, .kind = join_kind_of(node->jointype)};
    join.tree = arena_alloc_zero(arena, sizeof *join.tree);
    join.tree->is_join = true;
    join.tree->kind = join.kind;
    bind_sides(&join);

    join.using_names = NODES(node, using_clause);
    if (node->is_natural)
        natural_names(&join);
    if (join.using_names.count > 0)
        bind_using(&join);
    struct list both = {.count = 0};
    append(arena, &both, &join.left_items);
    append(arena, &both, &join.right_items);
    if (node->quals != NULL)
        bind_on(&join, &both);

    struct item *item = join_item(&join);
    if (node->alias == NULL) {
        for (uint32_t i = 0; i < both.count; i++)
            ((struct item *)both.items[i])->are_columns_visible = false;
        append(arena, items, &both);
    }
    if (node->join_using_alias != NULL)
        add_using_alias(&join, item, items);
    list_add(arena, items, item);
    return join.tree;
}

/* ---- the clause ---- */

static struct join_tree *
bind_table_sample(struct level *level, const PgQuery__RangeTableSample *node, struct list *items)
{
    struct analysis *an = level->an;
    struct join_tree *tree = bind_from_node(level, node->relation, items);
    struct range *range = range_get(level, tree->range);
    if (range->kind != RANGE_TABLE ||
        (range->table.table->kind != TABLE_PLAIN && range->table.table->kind != TABLE_MATERIALISED))
        fail(an, node->location, SQLSTATE_FEATURE_NOT_SUPPORTED,
             "TABLESAMPLE clause can only be applied to tables and materialized views");
    struct table_sample *sample = arena_alloc_zero(an->arena, sizeof *sample);
    sample->method = tree_string(node->method[node->n_method - 1]);
    if (strcmp(sample->method, "system") != 0 && strcmp(sample->method, "bernoulli") != 0)
        fail(an, node->location, SQLSTATE_UNDEFINED_OBJECT, "tablesample method %s does not exist",
             sample->method);
    if (node->n_args != 1)
        fail(an, node->location, SQLSTATE_INVALID_TABLESAMPLE_ARGUMENT,
             "tablesample method %s requires %d argument, not %zu", sample->method, 1,
             node->n_args);
    sample->arg_count = 1;
    sample->args = arena_alloc_array(an->arena, 1, sizeof *sample->args);
    struct expr *arg = bind_in_clause(level, node->args[0], CLAUSE_FROM_FUNCTION);
    sample->args[0] = coerce_specific(an, arg, TYPE_FLOAT4, -1, "TABLESAMPLE");
    if (node->repeatable != NULL) {
        struct expr *seed = bind_in_clause(level, node->repeatable, CLAUSE_FROM_FUNCTION);
        sample->repeatable = coerce_specific(an, seed, TYPE_FLOAT8, -1, "REPEATABLE");
    }
    range->table.sample = sample;
    return tree;
}

static struct join_tree *
bind_from_item(struct level *level, const PgQuery__Node *node, struct list *items)
{
    switch (node->node_case) {
    case PG_QUERY__NODE__NODE_RANGE_VAR:
        return bind_range_var(level, node->range_var, items);
    case PG_QUERY__NODE__NODE_RANGE_SUBSELECT:
        return bind_range_subselect(level, node->range_subselect, items);
    case PG_QUERY__NODE__NODE_RANGE_FUNCTION:
        return show_range(level, bind_range_function(level, node->range_function), items);
    case PG_QUERY__NODE__NODE_RANGE_TABLE_SAMPLE:
        return bind_table_sample(level, node->range_table_sample, items);
    case PG_QUERY__NODE__NODE_JOIN_EXPR:
        return bind_join(level, node->join_expr, items);
    case PG_QUERY__NODE__NODE_RANGE_TABLE_FUNC:
        fail_unsupported(level->an, node->range_table_func->location, "XMLTABLE");
    default:
        fail_unsupported(level->an, -1, "this FROM item");
    }
}

static struct join_tree *
bind_from_node(struct level *level, const PgQuery__Node *node, struct list *items)
{
    depth_enter(level->an, 2);
    struct join_tree *tree = bind_from_item(level, node, items);
    depth_leave(level->an, 2);
    return tree;
}

void
bind_from(struct level *level, struct nodes from)
{
    struct arena *arena = level->an->arena;
    struct list trees = {.count = 0};
    uint32_t before = level->items.count;
    for (size_t i = 0; i < from.count; i++) {
        struct list items = {.count = 0};
        list_add(arena, &trees, bind_from_node(level, from.items[i], &items));
        check_item_names(level, &level->items, &items);
        set_lateral(&items, true, true);
        append(arena, &level->items, &items);
    }
    for (uint32_t i = before; i < level->items.count; i++)
        ((struct item *)level->items.items[i])->is_lateral_only = false;
    level->query->from_count = trees.count;
    level->query->from = (struct join_tree **)trees.items;
}

struct expr *
bind_where(struct level *level, const PgQuery__Node *node, enum clause clause)
{
    if (node == NULL)
        return NULL;
    static const char *const names[CLAUSE_COUNT] = {
        [CLAUSE_WHERE] = "WHERE",           [CLAUSE_HAVING] = "HAVING",
        [CLAUSE_JOIN_ON] = "JOIN/ON",       [CLAUSE_FILTER] = "FILTER",
        [CLAUSE_MERGE_WHEN] = "WHEN",       [CLAUSE_COPY_WHERE] = "WHERE",
        [CLAUSE_INDEX_PREDICATE] = "WHERE", [CLAUSE_CHECK] = "CHECK",
    };
    struct expr *e = bind_in_clause(level, node, clause);
    return coerce_boolean(level->an, e, names[clause]);
}
