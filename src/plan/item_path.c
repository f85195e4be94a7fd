/*
 * item_path.c: the path over an index by items: GIN, hash, GiST, SP-GiST, BRIN.
 *
 * Such an index finds rows that may have what conditions ask of its columns, in no order; all
 * conditions are asked again of each row that it finds.
 */
#include "plan/path.h"
#include "type/items.h"

#define BOUNDS_MAX 16
#define DESCENT_COST 0.05 /* of a tree, for each item */
#define LOOKUP_COST 0.2   /* of a row by its primary key */
#define ITEM_SHARE 0.005  /* of the rows, that have what a condition asks: a guess */

static enum item_class
class_of_key(const struct level *level, const struct index_def *index, uint16_t key)
{
    const struct type_info *type = plan_type(level->planner, index->keys[key].type);
    const struct type_info *element =
        type->element == OID_NONE ? NULL : plan_type(level->planner, type->element);

    return item_class_of(index->method, type, element, index->keys[key].opclass);
}

/* Whether the class answers `key op value`. */
static bool
answers(const struct level *level, enum item_class class, const struct operator_info *op,
        oid key_type, oid value_type)
{
    if (class != ITEMS_HASH && class != ITEMS_VALUE)
        return item_class_answers(class, op->op);
    int strategy = types_btree_strategy(level->planner->types, op->op);
    bool is_same = key_type == value_type || (key_type == TYPE_VARCHAR && value_type == TYPE_TEXT);
    return is_same && (class == ITEMS_HASH ? strategy == BTREE_EQ : strategy != 0);
}

static bool
match(struct level *level, const struct rel *rel, const struct index_def *index, uint16_t key,
      struct expr *condition, struct path_bound *bound)
{
    enum item_class class = class_of_key(level, index, key);

    if (condition->kind != EXPR_FUNC || condition->func.op == NULL || condition->arg_count != 2)
        return false;
    for (uint32_t side = 0; side < 2; side++) {
        const struct operator_info *op = condition->func.op;
        struct expr *value = condition->args[1 - side];
        if (side == 1)
            op = types_operator(level->planner->types, op->commutator);
        if (op == NULL || !index_has_key(rel, index, condition->args[side], key) ||
            !answers(level, class, op, index->keys[key].type, value->type) ||
            !index_is_outside(level, rel, value))
            continue;
        *bound = (struct path_bound){.kind = BOUND_ITEM,
                                     .key = key,
                                     .value = value,
                                     .condition = condition,
                                     .item_op = op->op};
        return true;
    }
    return false;
}

static void
cost_path(struct level *level, struct path *path, double share)
{
    const struct plan_settings *settings = level->planner->settings;
    double found = cost_clamp_rows(path->rel->table_rows * share);
    double row_cost = settings->cpu_tuple_cost + 2 * settings->cpu_index_tuple_cost + LOOKUP_COST;

    for (uint32_t i = 0; i < path->filter.count; i++)
        row_cost += expr_cost(level->planner, path->filter.items[i]);
    path->startup_cost = DESCENT_COST * path->bound_count + found * settings->cpu_index_tuple_cost;
    path->total_cost = path->startup_cost + found * row_cost;
    path->rows = cost_clamp_rows(path->rel->table_rows * selectivity_of_list(level, &path->filter));
    if (!settings->enable_indexscan)
        path->total_cost += 1e10;
}

struct path *
item_path(struct level *level, struct rel *rel, const struct index_def *index,
          const struct expr_list *conditions)
{
    struct path_bound bounds[BOUNDS_MAX];
    uint32_t count = 0;
    double share = 1;

    if (index->predicate_sql != NULL)
        return NULL;
    struct path *path = arena_alloc_zero(level->arena, sizeof *path);
    *path = (struct path){.kind = PATH_SCAN,
                          .rel = rel,
                          .rels = relset_of(rel->idx),
                          .needs = rel->lateral,
                          .index = index};
    for (uint32_t i = 0; i < conditions->count; i++) {
        struct expr *condition = conditions->items[i];
        expr_list_add(level->arena, &path->filter, condition);
        for (uint16_t key = 0; key < index->key_count && count < BOUNDS_MAX; key++) {
            if (!match(level, rel, index, key, condition, &bounds[count]))
                continue;
            double one = selectivity_of(level, condition);
            bool is_guess = types_btree_strategy(level->planner->types, bounds[count].item_op) == 0;
            share *= is_guess && one > ITEM_SHARE ? ITEM_SHARE : one;
            path->needs |= rels_of_expr(level, bounds[count++].value);
        }
    }
    if (count == 0)
        return NULL;
    path->bound_count = count;
    path->bounds = arena_copy(level->arena, bounds, count * sizeof *bounds);
    cost_path(level, path, share);
    return path;
}
