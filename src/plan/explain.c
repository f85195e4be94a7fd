/*
 * explain.c: a plan's nodes with their costs and, after ANALYZE, what they really did.
 *
 * Projections are not shown, as PostgreSQL shows none: their child stands for them.
 */
#include "catalog/catalog.h"
#include "plan/explain_int.h"

/* ---- properties, in either format ---- */

static void
json_string(const char *text, size_t bytes, struct buf *to)
{
    buf_put_u8(to, '"');
    for (size_t i = 0; i < bytes; i++) {
        uint8_t c = (uint8_t)text[i];
        if (c == '"' || c == '\\')
            buf_format(to, "\\%c", c);
        else if (c == '\n')
            buf_put_text(to, "\\n");
        else if (c < 0x20)
            buf_format(to, "\\u%04x", c);
        else
            buf_put_u8(to, c);
    }
    buf_put_u8(to, '"');
}

static void
put_spaces(struct explainer *x, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++)
        buf_put_u8(x->to, ' ');
}

static void
begin_property(struct explainer *x, const char *label)
{
    if (x->options->is_json) {
        buf_put_text(x->to, x->is_first ? "\n" : ",\n");
        x->is_first = false;
        put_spaces(x, x->indent);
        json_string(label, strlen(label), x->to);
        buf_put_text(x->to, ": ");
        return;
    }
    put_spaces(x, x->indent);
    buf_format(x->to, "%s: ", label);
}

static void
put_text(struct explainer *x, const char *label, struct slice value)
{
    begin_property(x, label);
    if (x->options->is_json) {
        json_string((const char *)value.data, value.bytes, x->to);
        return;
    }
    buf_put_slice(x->to, value);
    buf_put_u8(x->to, '\n');
}

static void
put_number(struct explainer *x, const char *label, double value, int digits)
{
    begin_property(x, label);
    buf_format(x->to, "%.*f", digits, value);
    if (!x->options->is_json)
        buf_put_u8(x->to, '\n');
}

static void
put_conditions(struct explainer *x, const char *label, const struct explain_input *input,
               struct plan_list conditions)
{
    if (conditions.count == 0)
        return;
    struct buf *text = buf_new(x->arena);
    explain_conditions(x, input, conditions, text);
    put_text(x, label, buf_slice(text));
    buf_deinit(text);
}

/* A list of texts: joined by commas, or a JSON array. */
struct text_list {
    struct explainer *x;
    struct buf *text;
    bool is_first;
};

static void
list_begin(struct text_list *list, struct explainer *x)
{
    list->x = x;
    list->is_first = true;
    list->text = buf_new(x->arena);
}

static void
list_add(struct text_list *list, const struct buf *item)
{
    if (!list->is_first)
        buf_put_text(list->text, ", ");
    list->is_first = false;
    if (list->x->options->is_json)
        json_string((const char *)item->data, item->bytes, list->text);
    else
        buf_put_slice(list->text, buf_slice(item));
}

static void
list_end(struct text_list *list, const char *label)
{
    begin_property(list->x, label);
    if (list->x->options->is_json)
        buf_put_u8(list->x->to, '[');
    buf_put_slice(list->x->to, buf_slice(list->text));
    buf_put_text(list->x->to, list->x->options->is_json ? "]" : "\n");
    buf_deinit(list->text);
}

static void
put_keys(struct explainer *x, const char *label, const struct plan_node *child,
         const struct plan_key *keys, uint32_t count, bool is_order)
{
    struct text_list list;

    list_begin(&list, x);
    for (uint32_t i = 0; i < count; i++) {
        struct buf *item = buf_new(x->arena);
        explain_column(x, child, keys[i].column, item);
        if (is_order && keys[i].is_descending)
            buf_put_text(item, " DESC");
        if (is_order && keys[i].nulls_first != keys[i].is_descending)
            buf_put_text(item, keys[i].nulls_first ? " NULLS FIRST" : " NULLS LAST");
        list_add(&list, item);
        buf_deinit(item);
    }
    list_end(&list, label);
}

static void
put_output(struct explainer *x, const struct plan_node *node)
{
    struct text_list list;

    list_begin(&list, x);
    for (uint32_t i = 0; i < node->column_count; i++) {
        struct buf *item = buf_new(x->arena);
        explain_column(x, node, i, item);
        list_add(&list, item);
        buf_deinit(item);
    }
    list_end(&list, "Output");
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
    put_text(x, "Index Cond", buf_slice(text));
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
        put_keys(x, "Sort Key", node->left, sort->keys, sort->key_count, true);
        break;
    }
    default:
        break;
    }
    put_conditions(x, "Filter", &own, node->filter);
    x->has_prefixes = has_prefixes;
}

static void
put_actual_json(struct explainer *x, const struct explain_actual *actual)
{
    double loops = actual->loops == 0 ? 1 : (double)actual->loops;

    if (x->options->has_timing) {
        put_number(x, "Actual Startup Time", actual->startup_us / loops / 1000, 3);
        put_number(x, "Actual Total Time", actual->total_us / loops / 1000, 3);
    }
    put_number(x, "Actual Rows", (double)actual->rows / loops, 0);
    put_number(x, "Actual Loops", (double)actual->loops, 0);
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
put_header_json(struct explainer *x, const struct plan_node *node, const char *relationship,
                const char *subplan)
{
    struct target_name target = node_target(node);

    put_text(x, "Node Type", slice_text(node_name(x, node)));
    if (relationship != NULL)
        put_text(x, "Parent Relationship", slice_text(relationship));
    if (subplan != NULL)
        put_text(x, "Subplan Name", slice_text(subplan));
    if (target.index != NULL)
        put_text(x, "Index Name", slice_text(target.index));
    if (target.relation != NULL)
        put_text(x, "Relation Name", slice_text(target.relation));
    if (target.relation != NULL)
        put_text(x, "Alias", slice_text(target.alias != NULL ? target.alias : target.relation));
    if (x->options->has_costs) {
        put_number(x, "Startup Cost", node->startup_cost, 2);
        put_number(x, "Total Cost", node->total_cost, 2);
        put_number(x, "Plan Rows", node->rows, 0);
        put_number(x, "Plan Width", node->width, 0);
    }
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
        put_spaces(x, x->indent);
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
    put_spaces(x, x->indent);
    buf_put_text(x->to, "->  Hash");
    if (x->options->has_costs)
        buf_format(x->to, "  (cost=%.2f..%.2f rows=%.0f width=%u)", node->total_cost,
                   node->total_cost, node->rows, node->width);
    if (x->options->is_analyze)
        put_actual_text(x, &actual);
    buf_put_u8(x->to, '\n');
    x->indent += 6;
    put_node(x, child, "Outer", NULL, depth + 1);
    x->indent -= 6;
}

static void
put_children(struct explainer *x, const struct plan_node *node, uint32_t depth)
{
    struct plan_node *child;
    bool is_root = node == shown(x->plan->root);
    bool has_attached = is_root && x->plan->subplan_count + x->plan->cte_count != 0;

    if (plan_child(node, 0) == NULL && !has_attached)
        return;
    if (x->options->is_json) {
        begin_property(x, "Plans");
        buf_put_u8(x->to, '[');
        x->is_first = true;
        x->indent += 2;
    }
    if (is_root)
        put_attached(x, depth + 1);
    for (uint32_t i = 0; (child = plan_child(node, i)) != NULL; i++) {
        const char *relationship = i == 0 ? "Outer" : "Inner";
        if (node->kind == PLAN_HASH_JOIN && i == 1 && !x->options->is_json)
            put_hash(x, child, depth + 1);
        else
            put_node(x, child, node->kind == PLAN_APPEND ? "Member" : relationship, NULL,
                     depth + 1);
    }
    if (x->options->is_json) {
        x->indent -= 2;
        buf_put_u8(x->to, '\n');
        put_spaces(x, x->indent);
        buf_put_u8(x->to, ']');
    }
}

static void
put_node(struct explainer *x, const struct plan_node *node, const char *relationship,
         const char *subplan, uint32_t depth)
{
    struct explain_actual actual = {.loops = 0};
    uint32_t indent = x->indent;

    node = shown(node);
    if (x->options->is_analyze)
        x->options->actual(x->options->object, node->id, &actual);
    if (x->options->is_json) {
        if (depth != 0) {
            buf_put_text(x->to, x->is_first ? "\n" : ",\n");
            put_spaces(x, x->indent);
        }
        buf_put_u8(x->to, '{');
        x->is_first = true;
        x->indent += 2;
        put_header_json(x, node, relationship, subplan);
        if (x->options->is_analyze)
            put_actual_json(x, &actual);
    } else {
        if (subplan != NULL) {
            put_spaces(x, x->indent);
            buf_format(x->to, "%s\n", subplan);
            x->indent += 2;
        }
        put_spaces(x, x->indent);
        if (depth != 0)
            buf_put_text(x->to, "->  ");
        put_header_text(x, node, x->options->is_analyze ? &actual : NULL);
        x->indent += depth != 0 ? 6 : 2;
        put_targets(x, node);
    }
    if (x->options->is_verbose && node->column_count != 0 && node->kind != PLAN_APPEND &&
        node->kind != PLAN_RECURSIVE_UNION)
        put_output(x, node);
    put_details(x, node);
    if (node->parallel != NULL)
        put_number(x, "Workers Planned", node->parallel->worker_count, 0);
    if (node->parallel != NULL && x->options->is_analyze)
        put_number(x, "Workers Launched", actual.workers, 0);
    if (actual.filtered != 0)
        put_number(x, "Rows Removed by Filter",
                   (double)actual.filtered / (double)(actual.loops == 0 ? 1 : actual.loops), 0);
    if (actual.note != NULL && !x->options->is_json) {
        put_spaces(x, x->indent);
        buf_format(x->to, "%s\n", actual.note);
    }
    put_children(x, node, depth);
    x->indent = indent;
    if (x->options->is_json) {
        buf_put_u8(x->to, '\n');
        put_spaces(x, x->indent);
        buf_put_u8(x->to, '}');
        x->is_first = false;
    }
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
put_summary(struct explainer *x)
{
    if (x->options->planning_us >= 0)
        put_number(x, "Planning Time", x->options->planning_us / 1000, 3);
    if (x->options->execution_us >= 0)
        put_number(x, "Execution Time", x->options->execution_us / 1000, 3);
}

void
explain_plan(struct arena *arena, const struct plan *plan,
             const struct explain_plan_options *options, struct buf *to)
{
    struct explainer x = {.arena = arena, .plan = plan, .options = options, .to = to};
    uint32_t scans = 0;

    count_scans(plan->root, &scans);
    for (uint32_t i = 0; i < plan->subplan_count; i++)
        count_scans(plan->subplans[i].root, &scans);
    x.has_prefixes = scans > 1 || options->is_verbose;
    if (!options->is_json) {
        put_node(&x, plan->root, NULL, NULL, 0);
        if (options->has_summary) {
            if (options->planning_us >= 0)
                buf_format(to, "Planning Time: %.3f ms\n", options->planning_us / 1000);
            if (options->execution_us >= 0)
                buf_format(to, "Execution Time: %.3f ms\n", options->execution_us / 1000);
        }
        if (to->bytes != 0 && to->data[to->bytes - 1] == '\n')
            to->bytes--;
        return;
    }
    buf_put_text(to, "[\n  {\n    \"Plan\": ");
    x.indent = 4;
    x.is_first = true;
    put_node(&x, plan->root, NULL, NULL, 0);
    if (options->has_summary)
        put_summary(&x);
    buf_put_text(to, "\n  }\n]");
}
