/*
 * prepare.c: a level's expressions made self-contained: columns of outer queries become params that
 * the outer query sets, sublinks become subplans.
 */
#include "plan/planner_int.h"
#include "type/values.h"

/* How many queries out of this one a column or an aggregate belongs. */
static uint32_t
levels_out(const struct expr *e)
{
    return e->kind == EXPR_AGGREGATE ? e->aggregate.levels_up : e->column.levels_up;
}

/* An expression of outer columns as the next query out names them. */
static struct expr *
lift(void *object, struct expr *e)
{
    struct planner *planner = object;

    if (e->kind == EXPR_SUBLINK)
        raise(SQLSTATE_FEATURE_NOT_SUPPORTED,
              "a subquery in an aggregate of an outer query is not supported yet");
    struct expr *lifted = expr_map(planner->arena, e, lift, planner);
    if (e->kind == EXPR_COLUMN) {
        lifted = arena_copy(planner->arena, e, sizeof *e);
        lifted->column.levels_up--;
    } else if (e->kind == EXPR_AGGREGATE) {
        lifted = arena_copy(planner->arena, lifted, sizeof *lifted);
        lifted->aggregate.levels_up--;
    }
    return lifted;
}

struct expr *
prepare_outer(struct level *level, struct expr *column)
{
    struct planner *planner = level->planner;
    struct expr *outer = lift(planner, column);

    check(level->outer != NULL);
    if (level->use == USE_RANGE && levels_out(outer) != 0)
        return prepare_outer(level->outer, outer);
    for (uint32_t i = 0; i < level->outer_ref_count; i++) {
        if (expr_equal(level->outer_refs[i].column, outer))
            return plan_param_expr(planner, column, level->outer_refs[i].param);
    }
    if (level->outer_ref_count == level->outer_ref_capacity) {
        uint32_t wider = level->outer_ref_capacity == 0 ? 4 : level->outer_ref_capacity * 2;
        struct outer_ref *refs = arena_alloc_array(planner->arena, wider, sizeof *refs);
        if (level->outer_ref_count != 0)
            memcpy(refs, level->outer_refs, level->outer_ref_count * sizeof *refs);
        level->outer_refs = refs;
        level->outer_ref_capacity = wider;
    }
    struct outer_ref *ref = &level->outer_refs[level->outer_ref_count++];
    *ref = (struct outer_ref){outer, plan_new_param(planner, column)};
    plan_param_name(level->outer, ref->param, outer);
    return plan_param_expr(planner, column, ref->param);
}

static bool
has_sublink_column(void *object, const struct expr *e)
{
    if (e->kind == EXPR_PARAM && e->param.kind == PARAM_SUBLINK)
        return true;
    return expr_walk(e, has_sublink_column, object);
}

/* In the test of ANY or ALL, PARAM_SUBLINK n becomes column n of the subplan; what reads the outer
 * row becomes a param, set from an argument of the call. */
struct test_state {
    struct level *level;
    struct expr_list args;
    uint32_t params[FUNC_ARGS_MAX];
};

static struct expr *
test_change(void *object, struct expr *e)
{
    struct test_state *test = object;
    struct planner *planner = test->level->planner;

    if (e->kind == EXPR_PARAM && e->param.kind == PARAM_SUBLINK)
        return plan_input(planner, e->param.number - 1, e);
    if (!has_sublink_column(NULL, e)) {
        if (!expr_has_columns(e))
            return e;
        for (uint32_t i = 0; i < test->args.count; i++) {
            if (expr_equal(test->args.items[i], e))
                return plan_param_expr(planner, e, test->params[i]);
        }
        if (test->args.count == FUNC_ARGS_MAX)
            raise(SQLSTATE_STATEMENT_TOO_COMPLEX, "a row comparison with a subquery is too wide");
        uint32_t param = plan_new_param(planner, e);
        test->params[test->args.count] = param;
        expr_list_add(planner->arena, &test->args, e);
        return plan_param_expr(planner, e, param);
    }
    return expr_map(planner->arena, e, test_change, object);
}

static struct expr *
subplan_expr(struct level *level, const struct expr *like, uint32_t subplan,
             const struct expr_list *args)
{
    struct expr *e = arena_alloc_zero(level->planner->arena, sizeof *e);

    e->kind = EXPR_SUBPLAN;
    e->type = like->type;
    e->typmod = like->typmod;
    e->collation = like->collation;
    e->at = like->at;
    e->subplan = subplan;
    e->args = args->items;
    e->arg_count = args->count;
    for (uint32_t i = 0; i < args->count; i++) {
        if (args->items[i]->depth >= e->depth)
            e->depth = args->items[i]->depth + 1;
    }
    return e;
}

/* What the level that a sublink stands in must pass to it, as arguments and slots. */
static uint32_t *
subplan_params(struct level *level, const struct level *inner, const struct test_state *test,
               struct expr_list *args)
{
    uint32_t count = test->args.count + inner->outer_ref_count;
    uint32_t *params = arena_alloc_array(level->arena, count, sizeof *params);
    uint32_t at = 0;

    for (uint32_t i = 0; i < test->args.count; i++) {
        params[at++] = test->params[i];
        expr_list_add(level->arena, args, test->args.items[i]);
    }
    for (uint32_t i = 0; i < inner->outer_ref_count; i++) {
        params[at++] = inner->outer_refs[i].param;
        expr_list_add(level->arena, args, prepare_expr(level, inner->outer_refs[i].column));
    }
    return params;
}

/* ---- IN by hash ---- */

static bool
hashed_key(struct level *level, struct expr *e, struct expr_list *args, struct expr_list *keys)
{
    const struct types *types = level->planner->types;

    if (e->kind == EXPR_AND) {
        for (uint32_t i = 0; i < e->arg_count; i++) {
            if (!hashed_key(level, e->args[i], args, keys))
                return false;
        }
        return true;
    }
    if (e->kind != EXPR_FUNC || e->func.op == NULL || e->arg_count != 2 || !e->func.op->can_hash ||
        types_btree_strategy(types, e->func.op->op) != BTREE_EQ || expr_is_volatile(e))
        return false;
    uint32_t column = has_sublink_column(NULL, e->args[0]) ? 0 : 1;
    if (!has_sublink_column(NULL, e->args[column]) || has_sublink_column(NULL, e->args[1 - column]))
        return false;
    struct test_state test = {.level = level};
    struct expr *key = test_change(&test, e->args[column]);
    if (test.args.count != 0 || args->count == FUNC_ARGS_MAX)
        return false;
    expr_list_add(level->arena, args, e->args[1 - column]);
    expr_list_add(level->arena, keys, key);
    return true;
}

/* The same rows whatever the outer row is, compared by equality: hashed at first use. Null: no. */
static struct expr *
prepare_hashed(struct level *level, struct expr *e, struct expr *test, struct plan_node *root)
{
    struct planner *planner = level->planner;
    struct expr_list args = {NULL, 0, 0}, keys = {NULL, 0, 0};
    uint32_t idx;

    if (e->sublink.kind != SUBLINK_ANY || !hashed_key(level, test, &args, &keys))
        return NULL;
    struct plan_subplan *subplan = plan_new_subplan(planner, &idx);
    subplan->kind = SUBLINK_ANY;
    subplan->root = root;
    subplan->is_hashed = true;
    subplan->key_count = keys.count;
    subplan->keys = keys.items;
    subplan->name = arena_format(planner->arena, "SubPlan %u", idx + 1);
    return subplan_expr(level, e, idx, &args);
}

static struct expr *
prepare_sublink(struct level *level, struct expr *e)
{
    struct planner *planner = level->planner;
    enum sublink_kind kind = e->sublink.kind;
    struct test_state test = {.level = level};
    struct expr_list args = {NULL, 0, 0};
    struct expr *test_expr = NULL;
    struct level *inner;
    uint32_t idx;

    double wanted = kind == SUBLINK_EXISTS ? 1 : -1;
    struct flow flow = level_plan(planner, level, USE_SUBLINK, e->sublink.query, wanted, &inner);
    if (kind == SUBLINK_ANY || kind == SUBLINK_ALL) {
        struct expr *prepared = prepare_expr(level, e->args[0]);
        if (inner->outer_ref_count == 0) {
            struct expr *hashed = prepare_hashed(level, e, prepared, flow.node);
            if (hashed != NULL)
                return hashed;
            flow = flow_keep(level, flow);
        }
        test_expr = test_change(&test, prepared);
    }
    uint32_t *params = subplan_params(level, inner, &test, &args);
    struct plan_subplan *subplan = plan_new_subplan(planner, &idx);
    subplan->kind = kind;
    subplan->root = flow.node;
    subplan->test = test_expr;
    subplan->params = params;
    subplan->param_count = args.count;
    if (args.count == 0 && test_expr == NULL) {
        subplan->is_init = true;
        subplan->init_param = plan_new_param(planner, e);
        subplan->name =
            arena_format(planner->arena, "InitPlan %u (returns $%u)", idx + 1, subplan->init_param);
        planner->plan->exec_params[subplan->init_param].init_plan = (int32_t)idx;
        return plan_param_expr(planner, e, subplan->init_param);
    }
    subplan->name = arena_format(planner->arena, "SubPlan %u", idx + 1);
    return subplan_expr(level, e, idx, &args);
}

static bool
has_outer_join(const struct join_tree *tree)
{
    return tree->is_join &&
           (tree->kind != JOIN_INNER || has_outer_join(tree->left) || has_outer_join(tree->right));
}

static struct expr *
new_column(struct level *level, const struct expr *like, int16_t number, oid type)
{
    struct expr *e = arena_copy(level->arena, like, sizeof *e);

    e->type = type;
    e->typmod = -1;
    e->collation = OID_NONE;
    e->column.number = number;
    return e;
}

/* A table's whole row that an outer join may extend: null then, not a row of nulls. */
static struct expr *
null_extended(struct level *level, const struct expr *like, const struct range *range,
              struct expr *row)
{
    const struct table *table = range->table.table;
    bool has_key = table->primary != NULL;
    int16_t number = has_key ? table->primary->keys[0].attr : (int16_t)READ_ROW_ID;
    struct expr *test = arena_alloc_zero(level->arena, sizeof *test);
    struct expr *cases = arena_alloc_zero(level->arena, sizeof *cases);

    test->kind = EXPR_NULL_TEST;
    test->type = TYPE_BOOL;
    test->typmod = -1;
    test->arg_count = 1;
    test->args = arena_alloc_array(level->arena, 1, sizeof *test->args);
    test->args[0] =
        new_column(level, like, number, has_key ? table->primary->keys[0].type : TYPE_INT8);
    cases->kind = EXPR_CASE;
    cases->type = row->type;
    cases->typmod = -1;
    cases->arg_count = 3;
    cases->args = arena_alloc_array(level->arena, 3, sizeof *cases->args);
    cases->args[0] = test;
    cases->args[1] = expr_null(level->arena, row->type, -1, -1);
    cases->args[2] = row;
    cases->depth = 2;
    return cases;
}

/* t or t.* as a value: a record of the range's columns. */
static struct expr *
whole_row(struct level *level, struct expr *e)
{
    const struct level *owner = level;

    for (uint32_t i = 0; i < e->column.levels_up; i++)
        owner = owner->outer;
    const struct range *range = owner->query->ranges[e->column.range];
    struct expr *row = arena_alloc_zero(level->arena, sizeof *row);
    row->kind = EXPR_ROW;
    row->type = e->type;
    row->typmod = -1;
    row->at = e->at;
    row->depth = 1;
    row->args = arena_alloc_array(level->arena, range->column_count, sizeof *row->args);
    row->row.names = arena_alloc_array(level->arena, range->column_count, sizeof(char *));
    for (uint32_t i = 0; i < range->column_count; i++) {
        const struct range_column *column = &range->columns[i];
        if (column->is_dropped && e->type == TYPE_RECORD)
            continue;
        row->row.names[row->arg_count] = column->name;
        if (column->is_dropped) { /* keeps the places of those behind it */
            row->args[row->arg_count++] = expr_null(level->arena, TYPE_INT4, -1, -1);
            continue;
        }
        struct expr *arg = new_column(level, e, (int16_t)(i + 1), column->type);
        arg->typmod = column->typmod;
        arg->collation = column->collation;
        row->args[row->arg_count++] = arg;
    }
    bool is_extended = false;
    for (uint32_t i = 0; i < owner->query->from_count; i++)
        is_extended |= has_outer_join(owner->query->from[i]);
    if (is_extended && range->kind == RANGE_TABLE && table_is_stored(range->table.table))
        row = null_extended(level, e, range, row);
    return row;
}

/* The value that the plan is made for, if it is made for one. */
static struct expr *
known_param(struct level *level, struct expr *e)
{
    const struct plan_context *context = level->planner->context;
    uint32_t number = e->param.number;

    if (e->param.kind != PARAM_EXTERNAL || number > context->param_count)
        return e;
    const struct type_info *type = plan_type(level->planner, e->type);
    union datum value = context->params[number - 1];
    struct expr *known = expr_null(level->arena, e->type, e->typmod, e->at);
    known->constant.phys = type->phys;
    known->constant.is_null = context->param_nulls[number - 1];
    if (!known->constant.is_null && type->phys == PHYS_VIEW)
        value = slice_datum(arena_slice(level->arena, datum_slice(&value)));
    if (!known->constant.is_null)
        known->constant.value = value;
    known->collation = e->collation;
    known->strength = e->strength;
    return known;
}

static struct expr *
prepare_change(void *object, struct expr *e)
{
    struct level *level = object;

    switch (e->kind) {
    case EXPR_PARAM:
        return known_param(level, e);
    case EXPR_CONST:
    case EXPR_PLACEHOLDER:
        return e;
    case EXPR_COLUMN:
        if (e->column.number == COLUMN_WHOLE_ROW)
            return prepare_change(level, whole_row(level, e));
        return e->column.levels_up != 0 ? prepare_outer(level, e) : e;
    case EXPR_SUBLINK:
        return prepare_sublink(level, e);
    case EXPR_AGGREGATE:
        if (e->aggregate.levels_up != 0)
            return prepare_outer(level, e);
        break;
    default:
        break;
    }
    return expr_map(level->arena, e, prepare_change, level);
}

struct expr *
prepare_expr(struct level *level, struct expr *e)
{
    if (e == NULL)
        return NULL;
    return fold_expr(level->planner, prepare_change(level, e));
}
