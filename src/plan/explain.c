/*
 * explain.c: a plan's nodes with their costs and, after ANALYZE, what they really did.
 *
 * Projections are not shown, as PostgreSQL shows none: their child stands for them.
 */
#include "catalog/catalog.h"
#include "plan/explain_int.h"

/* ---- properties ---- */

static bool
is_text(const struct explainer *x)
{
    return x->w->format == EXPLAIN_TEXT;
}

static void
put_conditions(struct explainer *x, const char *label, const struct explain_input *input,
               struct plan_list conditions)
{
    if (conditions.count == 0)
        return;
    struct buf *text = buf_new(x->arena);
    explain_conditions(x, input, conditions, text);
    explain_text(x->w, label, buf_slice(text));
    buf_deinit(text);
}

static struct slice
take_item(struct explainer *x, struct buf *item)
{
    struct slice text = arena_slice(x->arena, buf_slice(item));

    buf_deinit(item);
    return text;
}

static void
put_keys(struct explainer *x, const char *label, const struct plan_node *child,
         const struct plan_key *keys, uint32_t count, bool is_order)
{
    struct slice *items = arena_alloc_array(x->arena, count, sizeof *items);

    for (uint32_t i = 0; i < count; i++) {
        struct buf *item = buf_new(x->arena);
        explain_column(x, child, keys[i].column, item);
        if (is_order && keys[i].is_descending)
            buf_put_text(item, " DESC");
        if (is_order && keys[i].nulls_first != keys[i].is_descending)
            buf_put_text(item, keys[i].nulls_first ? " NULLS FIRST" : " NULLS LAST");
        items[i] = take_item(x, item);
    }
    explain_list(x->w, label, items, count);
}

static void
put_output(struct explainer *x, const struct plan_node *node)
{
    struct slice *items = arena_alloc_array(x->arena, node->column_count, sizeof *items);
    bool has_prefixes = x->has_prefixes;

    x->has_prefixes = x->is_joined;
    for (uint32_t i = 0; i < node->column_count; i++) {
        struct buf *item = buf_new(x->arena);
        explain_column(x, node, i, item);
        items[i] = take_item(x, item);
    }
    explain_list(x->w, "Output", items, node->column_count);
    x->has_prefixes = has_prefixes;
}

/* ---- what a node is called ---- */

static const char *
join_word(enum plan_join join)
{
    static const char *const words[] = {
        [PLAN_JOIN_INNER] = "",     [PLAN_JOIN_LEFT] = " Left", [PLAN_JOIN_RIGHT] = " Right",
        [PLAN_JOIN_FULL] = " Full", [PLAN_JOIN_SEMI] = " Semi", [PLAN_JOIN_ANTI] = " Anti",
    };

    return words[join];
}

static const char *
aggregate_name(const struct plan_aggregate *agg)
{
    switch (agg->strategy) {
    case GROUP_PLAIN:
        return "Aggregate";
    case GROUP_SORTED:
        return "GroupAggregate";
    case GROUP_HASH:
        break;
    }
    return agg->set_count > 1 ? "MixedAggregate" : "HashAggregate";
}

static const char *
scan_name(const struct plan_node *node)
{
    switch (node->kind) {
    case PLAN_INDEX_SCAN: {
        const struct plan_index_scan *scan = (const struct plan_index_scan *)node;
        if (scan->is_index_only)
            return scan->is_backward ? "Index Only Scan Backward" : "Index Only Scan";
        return scan->is_backward ? "Index Scan Backward" : "Index Scan";
    }
    case PLAN_UNION_SCAN:
        return "Combined Index Scan";
    case PLAN_FUNCTION_SCAN:
        return "Function Scan";
    case PLAN_CTE_SCAN:
        return "CTE Scan";
    case PLAN_WORK_SCAN:
        return "WorkTable Scan";
    case PLAN_VALUES:
        return "Values Scan";
    default:
        return "Seq Scan";
    }
}

static const char *
node_name(struct explainer *x, const struct plan_node *node)
{
    const struct plan_join_node *join = (const struct plan_join_node *)node;

    switch (node->kind) {
    case PLAN_RESULT:
        return "Result";
    case PLAN_PROJECT_SET:
        return "ProjectSet";
    case PLAN_MATERIAL:
        return "Materialize";
    case PLAN_NEST_LOOP:
        return join->join == PLAN_JOIN_INNER
                   ? "Nested Loop"
                   : arena_format(x->arena, "Nested Loop%s Join", join_word(join->join));
    case PLAN_HASH_JOIN:
        return arena_format(x->arena, "Hash%s Join", join_word(join->join));
    case PLAN_MERGE_JOIN:
        return arena_format(x->arena, "Merge%s Join", join_word(join->join));
    case PLAN_AGGREGATE:
        return aggregate_name((const struct plan_aggregate *)node);
    case PLAN_WINDOW:
        return "WindowAgg";
    case PLAN_SORT:
        return "Sort";
    case PLAN_LIMIT:
        return "Limit";
    case PLAN_UNIQUE:
        return "Unique";
    case PLAN_GATHER:
        return "Gather";
    case PLAN_APPEND:
        return ((const struct plan_append *)node)->is_merge ? "Merge Append" : "Append";
    case PLAN_SETOP:
        return arena_format(x->arena, "HashSetOp %s%s",
                            ((const struct plan_setop *)node)->op == PLAN_INTERSECT ? "Intersect"
                                                                                    : "Except",
                            ((const struct plan_setop *)node)->is_all ? " All" : "");
    case PLAN_RECURSIVE_UNION:
        return "Recursive Union";
    case PLAN_LOCK_ROWS:
        return "LockRows";
    case PLAN_INSERT:
        return "Insert";
    case PLAN_UPDATE:
        return "Update";
    case PLAN_DELETE:
        return "Delete";
    case PLAN_MERGE:
        return "Merge";
    default:
        return scan_name(node);
    }
}

struct target_name {
    const char *relation, *schema, *alias, *index;
};

static struct target_name
node_target(const struct plan_node *node)
{
    struct target_name target = {NULL, NULL, NULL, NULL};

    switch (node->kind) {
    case PLAN_INDEX_SCAN:
        target.index = ((const struct plan_index_scan *)node)->index->name;
        /* fall through */
    case PLAN_SEQ_SCAN:
    case PLAN_UNION_SCAN:
        target.relation = ((const struct plan_scan *)node)->table->name;
        target.schema = ((const struct plan_scan *)node)->table->schema_name;
        target.alias = ((const struct plan_scan *)node)->alias;
        break;
    case PLAN_VIRTUAL_SCAN:
        target.relation = ((const struct plan_virtual_scan *)node)->table->name;
        target.schema = ((const struct plan_virtual_scan *)node)->table->schema_name;
        target.alias = ((const struct plan_virtual_scan *)node)->alias;
        break;
    case PLAN_INSERT:
    case PLAN_UPDATE:
    case PLAN_DELETE:
    case PLAN_MERGE:
        target.relation = ((const struct plan_modify *)node)->table->name;
        target.schema = ((const struct plan_modify *)node)->table->schema_name;
        target.alias = ((const struct plan_modify *)node)->alias;
        break;
    case PLAN_CTE_SCAN:
    case PLAN_WORK_SCAN:
        target.relation = ((const struct plan_cte_scan *)node)->name;
        target.alias = ((const struct plan_cte_scan *)node)->alias;
        break;
    case PLAN_FUNCTION_SCAN: {
        const struct plan_function_scan *scan = (const struct plan_function_scan *)node;
        const struct expr *call = scan->functions[0].call;
        target.relation = call->kind == EXPR_FUNC ? call->func.func->name : scan->alias;
        target.alias = scan->alias;
        break;
    }
    case PLAN_VALUES:
        target.relation = "\"*VALUES*\"";
        break;
    default:
        break;
    }
    if (target.alias != NULL && strcmp(target.alias, target.relation) == 0)
        target.alias = NULL;
    return target;
}

/* ---- nodes ---- */

static const struct plan_node *
shown(const struct plan_node *node)
{
    while (node->kind == PLAN_PROJECT)
        node = node->left;
    return node;
}

static struct plan_list
join_keys(struct explainer *x, const struct plan_join_node *join)
{
    struct plan_list list = {join->key_count, NULL};

    list.exprs = arena_alloc_array(x->arena, join->key_count, sizeof *list.exprs);
    for (uint32_t i = 0; i < join->key_count; i++) {
        struct expr *e = arena_alloc_zero(x->arena, sizeof *e);
        struct expr *right = arena_copy(x->arena, join->right_keys[i], sizeof *right);
        e->kind = EXPR_FUNC;
        e->type = TYPE_BOOL;
        e->typmod = -1;
        e->func.op = join->equal[i];
        e->arg_count = 2;
        e->args = arena_alloc_array(x->arena, 2, sizeof *e->args);
        e->args[0] = join->left_keys[i];
        /* Right keys are over the right child alone: shown as places in both. */
        if (right->kind == EXPR_COLUMN)
            right->column.number =
                (int16_t)(right->column.number + (int16_t)join->node.left->column_count);
        e->args[1] = right;
        list.exprs[i] = e;
    }
    return list;
}

/* A scan's conditions name its own columns without saying whose they are. */
static bool
is_scan(const struct plan_node *node)
{
    return node->kind == PLAN_SEQ_SCAN || node->kind == PLAN_INDEX_SCAN ||
           node->kind == PLAN_UNION_SCAN || node->kind == PLAN_FUNCTION_SCAN ||
           node->kind == PLAN_VIRTUAL_SCAN || node->kind == PLAN_CTE_SCAN ||
           node->kind == PLAN_WORK_SCAN || node->kind == PLAN_VALUES;
}

/* "index (conditions)", an arm after the other. */
static void
put_arms(struct explainer *x, const struct plan_union_scan *scan)
{
    struct explain_input of_table = {.table = scan->scan.table, .alias = scan->scan.alias};
    struct buf *text = buf_new(x->arena);

    for (uint32_t i = 0; i < scan->arm_count; i++) {
        buf_format(text, "%s%s", i == 0 ? "" : " OR ", scan->arms[i].index->name);
        if (scan->arms[i].conditions.count == 0)
            continue;
        buf_put_u8(text, ' ');
        explain_conditions(x, &of_table, scan->arms[i].conditions, text);
    }
    explain_text(x->w, "Index Cond", buf_slice(text));
    buf_deinit(text);
}

static void
put_details(struct explainer *x, const struct plan_node *node)
{
    bool has_prefixes = x->has_prefixes;
    struct explain_input own = {.own = node};
    struct explain_input children = {.left = node->left, .right = node->right};

    if (is_scan(node))
        x->has_prefixes = x->options->is_verbose;
    switch (node->kind) {
    case PLAN_INDEX_SCAN: {
        const struct plan_index_scan *scan = (const struct plan_index_scan *)node;
        struct explain_input of_table = {.table = scan->scan.table, .alias = scan->scan.alias};
        put_conditions(x, "Index Cond", &of_table, scan->conditions);
        break;
    }
    case PLAN_UNION_SCAN:
        put_arms(x, (const struct plan_union_scan *)node);
        break;
    case PLAN_RESULT:
        put_conditions(x, "One-Time Filter", &own, ((const struct plan_result *)node)->condition);
        break;
    case PLAN_HASH_JOIN:
        put_conditions(x, "Hash Cond", &children,
                       join_keys(x, (const struct plan_join_node *)node));
        /* fall through */
    case PLAN_NEST_LOOP:
        put_conditions(x, "Join Filter", &children,
                       ((const struct plan_join_node *)node)->condition);
        break;
    case PLAN_AGGREGATE: {
        const struct plan_aggregate *agg = (const struct plan_aggregate *)node;
        if (agg->key_count != 0)
            put_keys(x, "Group Key", node->left, agg->keys, agg->key_count, false);
        break;
    }
    case PLAN_APPEND: {
        const struct plan_append *append = (const struct plan_append *)node;
        if (append->is_merge)
            put_keys(x, "Sort Key", node, append->keys, append->key_count, true);
        break;
    }
    case PLAN_SORT: {
        const struct plan_sort *sort = (const struct plan_sort *)node;
        put_keys(x, "Sort Key", node, sort->keys, sort->key_count, true);
        break;
    }
    default:
        break;
    }
    put_conditions(x, "Filter", &own, node->filter);
    x->has_prefixes = has_prefixes;
}

static void
put_actual(struct explainer *x, const struct explain_actual *actual)
{
    double loops = actual->loops == 0 ? 1 : (double)actual->loops;

    if (x->options->has_timing) {
        explain_number(x->w, "Actual Startup Time", actual->startup_us / loops / 1000, 3);
        explain_number(x->w, "Actual Total Time", actual->total_us / loops / 1000, 3);
    }
    explain_number(x->w, "Actual Rows", (double)actual->rows / loops, 0);
    explain_number(x->w, "Actual Loops", (double)actual->loops, 0);
}

static void
put_actual_text(struct explainer *x, const struct explain_actual *actual)
{
    double loops = actual->loops == 0 ? 1 : (double)actual->loops;

    if (actual->loops == 0) {
        buf_put_text(x->to, " (never executed)");
        return;
    }
    buf_put_text(x->to, " (actual ");
    if (x->options->has_timing)
        buf_format(x->to, "time=%.3f..%.3f ", actual->startup_us / loops / 1000,
                   actual->total_us / loops / 1000);
    buf_format(x->to, "rows=%.0f loops=%llu)", (double)actual->rows / loops,
               (unsigned long long)actual->loops);
}

static void
put_header_text(struct explainer *x, const struct plan_node *node,
                const struct explain_actual *actual)
{
    struct target_name target = node_target(node);

    if (node->is_shared)
        buf_put_text(x->to, "Parallel ");
    buf_put_text(x->to, node_name(x, node));
    if (target.index != NULL)
        buf_format(x->to, " using %s", target.index);
    if (target.relation != NULL) {
        buf_put_text(x->to, " on ");
        if (x->options->is_verbose && target.schema != NULL)
            buf_format(x->to, "%s.", target.schema);
        buf_put_text(x->to, target.relation);
        if (target.alias != NULL)
            buf_format(x->to, " %s", target.alias);
    }
    if (x->options->has_costs)
        buf_format(x->to, "  (cost=%.2f..%.2f rows=%.0f width=%u)", node->startup_cost,
                   node->total_cost, node->rows, node->width);
    if (actual != NULL)
        put_actual_text(x, actual);
    buf_put_u8(x->to, '\n');
}

static void
put_word(struct explainer *x, const char *label, const char *value)
{
    if (value != NULL)
        explain_text(x->w, label, slice_text(value));
}

/* What the text format says in one name is told part by part. */
struct node_words {
    const char *type, *strategy, *partial, *operation;
};

static struct node_words
node_words(struct explainer *x, const struct plan_node *node)
{
    static const char *const strategies[] = {
        [GROUP_PLAIN] = "Plain", [GROUP_HASH] = "Hashed", [GROUP_SORTED] = "Sorted"};

    switch (node->kind) {
    case PLAN_NEST_LOOP:
        return (struct node_words){.type = "Nested Loop"};
    case PLAN_HASH_JOIN:
        return (struct node_words){.type = "Hash Join"};
    case PLAN_MERGE_JOIN:
        return (struct node_words){.type = "Merge Join"};
    case PLAN_AGGREGATE: {
        const struct plan_aggregate *agg = (const struct plan_aggregate *)node;
        bool is_mixed = agg->strategy == GROUP_HASH && agg->set_count > 1;
        return (struct node_words){.type = "Aggregate",
                                   .strategy = is_mixed ? "Mixed" : strategies[agg->strategy],
                                   .partial = "Simple"};
    }
    case PLAN_SETOP:
        return (struct node_words){.type = "SetOp", .strategy = "Hashed"};
    case PLAN_INDEX_SCAN:
        return (struct node_words){.type = ((const struct plan_index_scan *)node)->is_index_only
                                               ? "Index Only Scan"
                                               : "Index Scan"};
    case PLAN_INSERT:
    case PLAN_UPDATE:
    case PLAN_DELETE:
    case PLAN_MERGE:
        return (struct node_words){.type = "ModifyTable", .operation = node_name(x, node)};
    default:
        return (struct node_words){.type = node_name(x, node)};
    }
}

static void
put_join_type(struct explainer *x, const struct plan_node *node)
{
    bool is_join = node->kind == PLAN_NEST_LOOP || node->kind == PLAN_HASH_JOIN ||
                   node->kind == PLAN_MERGE_JOIN;

    if (is_join) {
        const char *word = join_word(((const struct plan_join_node *)node)->join);
        put_word(x, "Join Type", *word == '\0' ? "Inner" : word + 1);
    }
    if (node->kind == PLAN_SETOP) {
        const struct plan_setop *setop = (const struct plan_setop *)node;
        put_word(x, "Command",
                 arena_format(x->arena, "%s%s",
                              setop->op == PLAN_INTERSECT ? "Intersect" : "Except",
                              setop->is_all ? " All" : ""));
    }
}

static void
put_costs(struct explainer *x, const struct plan_node *node, double startup_cost)
{
    if (!x->options->has_costs)
        return;
    explain_number(x->w, "Startup Cost", startup_cost, 2);
    explain_number(x->w, "Total Cost", node->total_cost, 2);
    explain_number(x->w, "Plan Rows", node->rows, 0);
    explain_number(x->w, "Plan Width", node->width, 0);
}

static void
put_header(struct explainer *x, const struct plan_node *node, const char *relationship,
           const char *subplan)
{
    struct target_name target = node_target(node);
    struct node_words words = node_words(x, node);

    put_word(x, "Node Type", words.type);
    put_word(x, "Strategy", words.strategy);
    put_word(x, "Partial Mode", words.partial);
    put_word(x, "Operation", words.operation);
    put_word(x, "Parent Relationship", relationship);
    put_word(x, "Subplan Name", subplan);
    explain_bool(x->w, "Parallel Aware", node->is_shared);
    explain_bool(x->w, "Async Capable", false);
    if (node->kind == PLAN_INDEX_SCAN)
        put_word(x, "Scan Direction",
                 ((const struct plan_index_scan *)node)->is_backward ? "Backward" : "Forward");
    put_word(x, "Index Name", target.index);
    put_word(x,
             node->kind == PLAN_CTE_SCAN || node->kind == PLAN_WORK_SCAN ? "CTE Name"
             : node->kind == PLAN_FUNCTION_SCAN                          ? "Function Name"
                                                                         : "Relation Name",
             node->kind == PLAN_VALUES ? NULL : target.relation);
    if (x->options->is_verbose)
        put_word(x, "Schema", target.schema);
    if (target.relation != NULL)
        put_word(x, "Alias", target.alias != NULL ? target.alias : target.relation);
    put_join_type(x, node);
    put_costs(x, node, node->startup_cost);
}

/* The tables of a tree that a change writes to. */
static void
put_targets(struct explainer *x, const struct plan_node *node)
{
    const struct plan_modify *modify = (const struct plan_modify *)node;
    const struct plan_row_ref *row = &modify->row;

    if (node->kind != PLAN_UPDATE && node->kind != PLAN_DELETE)
        return;
    for (uint32_t i = 0; i < row->member_count; i++) {
        const struct table *table = row->members[i].table;
        explain_spaces(x->w, x->w->indent);
        buf_format(x->to, "%s on %s%s%s %s", node_name(x, node),
                   x->options->is_verbose ? table->schema_name : "",
                   x->options->is_verbose ? "." : "", table->name, modify->alias);
        if (row->member_count > 1)
            buf_format(x->to, "_%u", i + 1);
        buf_put_u8(x->to, '\n');
    }
}

static void put_node(struct explainer *x, const struct plan_node *node, const char *relationship,
                     const char *subplan, uint32_t depth);

/* Init plans and subplans hang below the root, CTEs too. */
static void
put_attached(struct explainer *x, uint32_t depth)
{
    for (uint32_t i = 0; i < x->plan->cte_count; i++)
        put_node(x, x->plan->ctes[i].root, "InitPlan",
                 arena_format(x->arena, "CTE %s", x->plan->ctes[i].name), depth);
    for (uint32_t i = 0; i < x->plan->subplan_count; i++)
        put_node(x, x->plan->subplans[i].root,
                 x->plan->subplans[i].is_init ? "InitPlan" : "SubPlan", x->plan->subplans[i].name,
                 depth);
}

/* The table that a hash join makes of its right child is a node to PostgreSQL's users. */
static void
put_hash(struct explainer *x, const struct plan_node *child, uint32_t depth)
{
    struct explain_actual actual = {.loops = 0};
    const struct plan_node *node = shown(child);

    if (x->options->is_analyze)
        x->options->actual(x->options->object, node->id, &actual);
    if (!is_text(x)) {
        explain_open(x->w, "Plan", NULL, true);
        put_word(x, "Node Type", "Hash");
        put_word(x, "Parent Relationship", "Inner");
        explain_bool(x->w, "Parallel Aware", false);
        explain_bool(x->w, "Async Capable", false);
        put_costs(x, node, node->total_cost);
        if (x->options->is_analyze)
            put_actual(x, &actual);
        if (x->options->is_verbose)
            put_output(x, node);
        explain_open(x->w, "Plans", "Plans", false);
        put_node(x, child, "Outer", NULL, depth + 1);
        explain_close(x->w, "Plans", false);
        explain_close(x->w, "Plan", true);
        return;
    }
    explain_spaces(x->w, x->w->indent);
    buf_put_text(x->to, "->  Hash");
    if (x->options->has_costs)
        buf_format(x->to, "  (cost=%.2f..%.2f rows=%.0f width=%u)", node->total_cost,
                   node->total_cost, node->rows, node->width);
    if (x->options->is_analyze)
        put_actual_text(x, &actual);
    buf_put_u8(x->to, '\n');
    x->w->indent += 6;
    put_node(x, child, "Outer", NULL, depth + 1);
    x->w->indent -= 6;
}

static const bool *
live_children(const struct explainer *x, const struct plan_node *node)
{
    if (node->kind != PLAN_APPEND || ((const struct plan_append *)node)->prune == NULL ||
        x->options->live == NULL)
        return NULL;
    return x->options->live(x->options->live_object, node->id);
}

/* A member as the n-th that is shown: names count those alone. */
static const struct plan_node *
renamed(struct explainer *x, const struct plan_node *node, const char *alias)
{
    if (node->kind == PLAN_SORT) {
        struct plan_sort *sort = arena_copy(x->arena, node, sizeof *sort);
        sort->node.left = (struct plan_node *)(uintptr_t)renamed(x, node->left, alias);
        return &sort->node;
    }
    if (node->kind != PLAN_SEQ_SCAN && node->kind != PLAN_INDEX_SCAN)
        return node;
    struct plan_scan *scan = arena_copy(
        x->arena, node,
        node->kind == PLAN_SEQ_SCAN ? sizeof(struct plan_scan) : sizeof(struct plan_index_scan));
    scan->alias = alias;
    return &scan->node;
}

static void
put_live_children(struct explainer *x, const struct plan_append *append, const bool *live,
                  uint32_t depth)
{
    uint32_t number = 0;

    for (uint32_t i = 0; i < append->child_count; i++) {
        if (!live[i])
            continue;
        const char *alias = arena_format(x->arena, "%s_%u", append->alias, ++number);
        put_node(x, renamed(x, append->children[i], alias), "Member", NULL, depth + 1);
    }
}

static void
put_children(struct explainer *x, const struct plan_node *node, uint32_t depth)
{
    const bool *live = live_children(x, node);
    struct plan_node *child;
    bool is_root = node == shown(x->plan->root);
    bool has_attached = is_root && x->plan->subplan_count + x->plan->cte_count != 0;

    if (plan_child(node, 0) == NULL && !has_attached)
        return;
    explain_open(x->w, "Plans", "Plans", false);
    if (is_root)
        put_attached(x, depth + 1);
    if (live != NULL)
        put_live_children(x, (const struct plan_append *)node, live, depth);
    for (uint32_t i = 0; live == NULL && (child = plan_child(node, i)) != NULL; i++) {
        const char *relationship = i == 0 ? "Outer" : "Inner";
        if (node->kind == PLAN_HASH_JOIN && i == 1)
            put_hash(x, child, depth + 1);
        else
            put_node(x, child, node->kind == PLAN_APPEND ? "Member" : relationship, NULL,
                     depth + 1);
    }
    explain_close(x->w, "Plans", false);
}

/* "Sort Method: quicksort", a line of the text format. */
static void
put_note(struct explainer *x, const char *note)
{
    const char *colon = strchr(note, ':');

    /* MERGE's are figures of their own elsewhere. */
    bool is_merge = strncmp(note, "Tuples:", 7) == 0;
    if (colon == NULL || (is_merge && !is_text(x)))
        return;
    explain_text(x->w, arena_format(x->arena, "%.*s", (int)(colon - note), note),
                 slice_text(colon + 2));
}

static void
put_rest(struct explainer *x, const struct plan_node *node, const struct explain_actual *actual)
{
    const struct plan_join_node *join = (const struct plan_join_node *)node;
    bool is_join = node->kind == PLAN_NEST_LOOP || node->kind == PLAN_HASH_JOIN;

    if (x->options->is_verbose && node->column_count != 0 && node->kind != PLAN_APPEND &&
        node->kind != PLAN_RECURSIVE_UNION)
        put_output(x, node);
    if (is_join && !is_text(x))
        explain_bool(x->w, "Inner Unique", join->is_inner_unique);
    put_details(x, node);
    const bool *live = live_children(x, node);
    uint32_t removed = 0;
    for (uint32_t i = 0; live != NULL && i < ((const struct plan_append *)node)->child_count; i++)
        removed += !live[i];
    if (removed != 0 || (live != NULL && !is_text(x)))
        explain_number(x->w, "Subplans Removed", removed, 0);
    if (node->parallel != NULL)
        explain_number(x->w, "Workers Planned", node->parallel->worker_count, 0);
    if (node->parallel != NULL && x->options->is_analyze)
        explain_number(x->w, "Workers Launched", actual->workers, 0);
    bool is_filtered =
        actual->filtered != 0 || (!is_text(x) && x->options->is_analyze && node->filter.count != 0);
    if (is_filtered)
        explain_number(x->w, "Rows Removed by Filter",
                       (double)actual->filtered / (double)(actual->loops == 0 ? 1 : actual->loops),
                       0);
    if (actual->note != NULL)
        put_note(x, actual->note);
}

static void
put_node(struct explainer *x, const struct plan_node *node, const char *relationship,
         const char *subplan, uint32_t depth)
{
    struct explain_actual actual = {.loops = 0};
    uint32_t indent = x->w->indent;

    node = shown(node);
    if (x->options->is_analyze)
        x->options->actual(x->options->object, node->id, &actual);
    if (is_text(x)) {
        if (subplan != NULL) {
            explain_spaces(x->w, x->w->indent);
            buf_format(x->to, "%s\n", subplan);
            x->w->indent += 2;
        }
        explain_spaces(x->w, x->w->indent);
        if (depth != 0)
            buf_put_text(x->to, "->  ");
        put_header_text(x, node, x->options->is_analyze ? &actual : NULL);
        x->w->indent += depth != 0 ? 6 : 2;
        put_targets(x, node);
    } else {
        explain_open(x->w, "Plan", depth == 0 ? "Plan" : NULL, true);
        put_header(x, node, relationship, subplan);
        if (x->options->is_analyze)
            put_actual(x, &actual);
    }
    put_rest(x, node, &actual);
    put_children(x, node, depth);
    explain_close(x->w, "Plan", true);
    x->w->indent = indent;
}

static void
count_scans(const struct plan_node *node, uint32_t *count)
{
    struct plan_node *child;

    *count += node_target(node).relation != NULL;
    for (uint32_t i = 0; (child = plan_child(node, i)) != NULL; i++)
        count_scans(child, count);
}

static void
put_settings(struct explainer *x)
{
    const struct explain_plan_options *options = x->options;
    struct buf *line = buf_new(x->arena);

    if (options->setting_count == 0)
        return;
    explain_open(x->w, "Settings", "Settings", true);
    for (uint32_t i = 0; i < options->setting_count; i++) {
        if (is_text(x))
            buf_format(line, "%s%s = '%s'", i == 0 ? "" : ", ", options->setting_names[i],
                       options->setting_values[i]);
        else
            put_word(x, options->setting_names[i], options->setting_values[i]);
    }
    if (is_text(x))
        explain_text(x->w, "Settings", buf_slice(line));
    explain_close(x->w, "Settings", true);
    buf_deinit(line);
}

static void
put_time(struct explainer *x, const char *label, double us)
{
    if (us < 0 || !x->options->has_summary)
        return;
    if (is_text(x))
        buf_format(x->to, "%s: %.3f ms\n", label, us / 1000);
    else
        explain_number(x->w, label, us / 1000, 3);
}

void
explain_plan(struct arena *arena, const struct plan *plan,
             const struct explain_plan_options *options, struct buf *to)
{
    struct explain_writer *w = arena_alloc_zero(arena, sizeof *w);
    struct explainer x = {.arena = arena, .plan = plan, .options = options, .w = w, .to = to};
    uint32_t scans = 0;

    w->format = options->format;
    w->arena = arena;
    w->to = to;
    count_scans(plan->root, &scans);
    for (uint32_t i = 0; i < plan->subplan_count; i++)
        count_scans(plan->subplans[i].root, &scans);
    x.is_joined = scans > 1;
    x.has_prefixes = scans > 1 || options->is_verbose;
    explain_begin(w);
    explain_open(w, "Query", NULL, true);
    put_node(&x, plan->root, NULL, NULL, 0);
    put_settings(&x);
    put_time(&x, "Planning Time", options->planning_us);
    if (options->is_analyze) {
        explain_open(w, "Triggers", "Triggers", false);
        explain_close(w, "Triggers", false);
    }
    put_time(&x, "Execution Time", options->execution_us);
    explain_close(w, "Query", true);
    explain_end(w);
    if (is_text(&x) && to->bytes != 0 && to->data[to->bytes - 1] == '\n')
        to->bytes--;
}
