/*
 * join_search.c: the order in which a group's items are joined.
 *
 * Up to GROUP_ITEMS_DP items: dynamic programming over sets of items, bushy trees included; two
 * sets are only crossed without a condition if nothing else is left. Beyond: the cheapest join of
 * any two parts, again and again.
 */
#include "plan/join_int.h"

typedef uint32_t item_mask;

struct search {
    struct level *level;
    struct join_group *group;
    struct path_list *lists; /* [1 << item_count] */
    relset *rels;            /* [1 << item_count] */
    double *rows;
};

static bool
is_free(const struct join_item *item)
{
    return item->join == PLAN_JOIN_INNER && item->left == 0;
}

/* Conditions that can be asked when two parts are joined, and could not before. */
static void
quals_between(struct level *level, const struct join_group *group, relset left, relset right,
              struct expr_list *list)
{
    relset both = left | right;

    for (uint32_t i = 0; i < group->qual_count; i++) {
        const struct qual *qual = &group->quals[i];
        if (qual->rels != 0 && (qual->required & ~both) == 0 && (qual->required & ~left) != 0 &&
            (qual->required & ~right) != 0)
            expr_list_add(level->arena, list, qual->expr);
    }
}

/* The pair to join two parts; false if they cannot be joined this way round. */
static bool
make_pair(struct level *level, const struct join_group *group, relset left_rels,
          const struct path_list *left, relset right_rels, const struct path_list *right,
          struct join_item *right_item, struct join_pair *pair)
{
    *pair = (struct join_pair){.left_rels = left_rels,
                               .right_rels = right_rels,
                               .left = left,
                               .right = right,
                               .join = PLAN_JOIN_INNER};
    if (right_item != NULL && (right_item->left & ~left_rels) != 0)
        return false;
    if (right_item != NULL)
        pair->item = right_item;
    if (right_item != NULL && right_item->join != PLAN_JOIN_INNER) {
        pair->join = right_item->join;
        pair->on = right_item->on;
        quals_between(level, group, left_rels, right_rels, &pair->after);
        return true;
    }
    quals_between(level, group, left_rels, right_rels, &pair->on);
    return true;
}

static uint32_t
only_item(item_mask mask)
{
    return (mask & (mask - 1)) == 0 ? (uint32_t)__builtin_ctz(mask) : UINT32_MAX;
}

static void
try_split(struct search *s, item_mask left, item_mask right, bool can_cross)
{
    struct join_group *group = s->group;
    uint32_t right_item = only_item(right), left_item = only_item(left);
    struct join_item *item = right_item != UINT32_MAX ? &group->items[right_item] : NULL;
    struct join_pair pair;

    if (s->lists[left].count == 0 || s->lists[right].count == 0)
        return;
    if (left_item != UINT32_MAX && !is_free(&group->items[left_item]))
        return;
    if (!make_pair(s->level, group, s->rels[left], &s->lists[left], s->rels[right],
                   &s->lists[right], item, &pair))
        return;
    if (pair.on.count == 0 && pair.join == PLAN_JOIN_INNER && !can_cross &&
        (item == NULL || item->left == 0))
        return;
    pair.rows = s->rows[left | right];
    join_pair_paths(s->level, &pair, &s->lists[left | right]);
    s->rows[left | right] = pair.rows;
}

static void
solve_mask(struct search *s, item_mask mask)
{
    for (uint32_t pass = 0; pass < 2 && s->lists[mask].count == 0; pass++) {
        /* First with conditions between the parts only. */
        for (item_mask left = (mask - 1) & mask; left != 0; left = (left - 1) & mask)
            try_split(s, left, mask & ~left, pass == 1);
    }
}

static void
search_all(struct level *level, struct join_group *group)
{
    item_mask all = ((item_mask)1 << group->item_count) - 1;
    struct search s = {.level = level, .group = group};

    s.lists = arena_alloc_zero(level->arena, ((size_t)all + 1) * sizeof *s.lists);
    s.rels = arena_alloc_zero(level->arena, ((size_t)all + 1) * sizeof *s.rels);
    s.rows = arena_alloc_array(level->arena, (size_t)all + 1, sizeof *s.rows);
    for (item_mask mask = 1; mask <= all; mask++) {
        uint32_t one = only_item(mask);
        item_mask rest = mask & (mask - 1);
        s.rels[mask] = s.rels[rest] | group->items[__builtin_ctz(mask)].rels;
        s.rows[mask] = -1;
        if (one != UINT32_MAX)
            s.lists[mask] = group->items[one].paths;
        else
            solve_mask(&s, mask);
    }
    group->paths = s.lists[all];
}

/* ---- many items ---- */

struct part {
    relset rels;
    struct path_list paths;
    struct join_item *item; /* null: joined from several */
    bool is_free;           /* may be a left side */
};

static double
least_cost(const struct path_list *list)
{
    double least = list->paths[0]->total_cost;

    for (uint32_t i = 1; i < list->count; i++) {
        if (list->paths[i]->total_cost < least)
            least = list->paths[i]->total_cost;
    }
    return least;
}

/* Joins the two parts whose join is cheapest; false if no two can be joined. */
static bool
join_cheapest(struct level *level, struct join_group *group, struct part *parts, uint32_t count,
              bool can_cross)
{
    struct path_list best = {.count = 0};
    uint32_t best_left = 0, best_right = 0;
    double best_cost = 0;

    for (uint32_t l = 0; l < count; l++) {
        for (uint32_t r = 0; r < count; r++) {
            struct path_list list = {.count = 0};
            struct join_pair pair;
            if (l == r || !parts[l].is_free ||
                !make_pair(level, group, parts[l].rels, &parts[l].paths, parts[r].rels,
                           &parts[r].paths, parts[r].item, &pair))
                continue;
            if (pair.on.count == 0 && pair.join == PLAN_JOIN_INNER && !can_cross)
                continue;
            pair.rows = -1;
            join_pair_paths(level, &pair, &list);
            if (list.count == 0)
                continue;
            double cost = least_cost(&list);
            if (best.count == 0 || cost < best_cost) {
                best = list;
                best_cost = cost;
                best_left = l;
                best_right = r;
            }
        }
    }
    if (best.count == 0)
        return false;
    parts[best_left] = (struct part){
        .rels = parts[best_left].rels | parts[best_right].rels, .paths = best, .is_free = true};
    parts[best_right] = parts[count - 1];
    return true;
}

static void
search_greedily(struct level *level, struct join_group *group)
{
    uint32_t count = group->item_count;
    struct part *parts = arena_alloc_array(level->arena, count, sizeof *parts);

    for (uint32_t i = 0; i < count; i++)
        parts[i] = (struct part){.rels = group->items[i].rels,
                                 .paths = group->items[i].paths,
                                 .item = &group->items[i],
                                 .is_free = is_free(&group->items[i])};
    while (count > 1) {
        if (!join_cheapest(level, group, parts, count, false) &&
            !join_cheapest(level, group, parts, count, true))
            return;
        count--;
    }
    group->paths = parts[0].paths;
}

static void
search_full(struct level *level, struct join_group *group)
{
    struct join_pair pair = {
        .left_rels = group->items[0].rels,
        .right_rels = group->items[1].rels,
        .left = &group->items[0].paths,
        .right = &group->items[1].paths,
        .join = PLAN_JOIN_FULL,
        .on = group->full_on,
        .after = group->full_after,
        .rows = -1,
    };

    join_pair_paths(level, &pair, &group->paths);
}

void
join_search(struct level *level, struct join_group *group)
{
    if (group->is_full)
        search_full(level, group);
    else if (group->item_count <= GROUP_ITEMS_DP)
        search_all(level, group);
    else
        search_greedily(level, group);
}
