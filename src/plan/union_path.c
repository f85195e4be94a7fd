/*
 * union_path.c: a condition with OR whose arms are each answered by some index.
 *
 *   a = 3 OR b = 'x'    the rows that the index on a finds, and those of the index on b, each once
 *
 * The arms give primary keys, which are sorted: rows are read in their order. All conditions are
 * asked again of each row.
 */
#include "plan/path.h"
#include <math.h>

#define ARMS_MAX 100u
#define KEY_COST 0.005  /* of a primary key taken from an entry and sorted */
#define LOOKUP_COST 0.1 /* of a row by its key, when keys come in order */
#define SCAN_DISABLED 1e10

/* The cheapest index for an arm, with the other conditions' help; null: none bounds it. */
static struct path *
arm_path(struct level *level, struct rel *rel, struct expr *arm, const struct expr *whole,
         const struct expr_list *all)
{
    struct expr_list conditions = {NULL, 0, 0};
    struct path *best = NULL;

    expr_list_add_conjuncts(level->arena, &conditions, arm);
    for (uint32_t i = 0; i < all->count; i++) {
        if (all->items[i] != whole)
            expr_list_add(level->arena, &conditions, all->items[i]);
    }
    for (uint32_t i = 0; i < rel->table->index_count; i++) {
        const struct index_def *index = rel->table->indexes[i];
        struct path *path =
            index->method == INDEX_BTREE ? index_path(level, rel, index, &conditions, false) : NULL;
        if (path != NULL && (path->bound_count != 0 || index->predicate_sql != NULL) &&
            (best == NULL || path->total_cost < best->total_cost))
            best = path;
    }
    return best;
}

static void
cost_union(struct level *level, struct path *path, double found)
{
    const struct plan_settings *settings = level->planner->settings;
    double row_cost = settings->cpu_tuple_cost + LOOKUP_COST;

    found = cost_clamp_rows(found < path->rel->table_rows ? found : path->rel->table_rows);
    for (uint32_t i = 0; i < path->filter.count; i++)
        row_cost += expr_cost(level->planner, path->filter.items[i]);
    path->startup_cost =
        found * (KEY_COST + log2(found + 1) * settings->cpu_operator_cost) + path->arm_count * 0.05;
    path->total_cost = path->startup_cost + found * row_cost;
    path->rows = cost_clamp_rows(path->rel->table_rows * selectivity_of_list(level, &path->filter));
    if (!settings->enable_bitmapscan)
        path->total_cost += SCAN_DISABLED;
}

/* Rows come as their primary keys do. */
static void
primary_order(struct level *level, struct path *path)
{
    const struct index_def *primary = path->rel->table->primary;
    struct ordering *order = &path->order;

    if (primary == NULL)
        return;
    order->items = arena_alloc_array(level->arena, primary->key_count, sizeof *order->items);
    for (uint16_t k = 0; k < primary->key_count; k++) {
        int16_t number = rel_number(path->rel, primary->keys[k].attr);
        if (number == 0)
            break;
        order->items[order->count++] =
            (struct order_item){rel_column(level, path->rel, number), false, false};
    }
}

struct path *
union_path(struct level *level, struct rel *rel, const struct expr *whole,
           const struct expr_list *all)
{
    struct path *path;
    double found = 0;

    if (whole->kind != EXPR_OR || whole->arg_count > ARMS_MAX)
        return NULL;
    path = arena_alloc_zero(level->arena, sizeof *path);
    *path = (struct path){.kind = PATH_SCAN,
                          .rel = rel,
                          .rels = relset_of(rel->idx),
                          .needs = rel->lateral,
                          .filter = *all,
                          .arm_count = whole->arg_count};
    path->arms = arena_alloc_array(level->arena, path->arm_count, sizeof(struct path *));
    for (uint32_t i = 0; i < path->arm_count; i++) {
        struct path *arm = arm_path(level, rel, whole->args[i], whole, all);
        if (arm == NULL)
            return NULL;
        path->arms[i] = arm;
        path->needs |= arm->needs;
        found += arm->rows_found;
    }
    primary_order(level, path);
    cost_union(level, path, found);
    return path;
}
