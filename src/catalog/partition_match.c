/*
 * partition_match.c: what partitions may have rows for which a condition on the key holds.
 *
 * The answer is PostgreSQL's, the default partition's part in it too: an inequality over a list may
 * always hold for a value that no list names; one over ranges reaches the default partition where
 * ranges leave a gap, or where not all columns of the key are bound.
 */
#include "catalog/partition.h"

void
partition_match_all(const struct partition_map *map, uint64_t *set)
{
    for (uint32_t i = 0; i < map->count; i++)
        partition_bit_set(set, i);
}

static void
match_default(const struct partition_map *map, uint64_t *set)
{
    if (map->default_partition != PARTITION_NONE)
        partition_bit_set(set, map->default_partition);
}

static bool
order_fits(int order, enum btree_op op)
{
    switch (op) {
    case BTREE_LT:
        return order < 0;
    case BTREE_LE:
        return order <= 0;
    case BTREE_GE:
        return order >= 0;
    case BTREE_GT:
        return order > 0;
    default:
        return order == 0;
    }
}

static void
match_list(const struct partition_map *map, const struct partition_probe *probe, uint64_t *set)
{
    bool found = false;
    for (uint32_t i = 0; i < map->value_count; i++) {
        int order = map->types[0]->compare(map->values[i].value, probe->values[0]);
        bool fits = probe->is_not ? order != 0 : order_fits(order, probe->op);
        found |= fits;
        if (fits)
            partition_bit_set(set, map->values[i].partition);
    }
    if (probe->is_not || probe->op != BTREE_EQ || !found)
        match_default(map, set);
}

/* An end against the probe's columns: infinite ones lie beyond all values. */
static int
compare_end(const struct partition_map *map, const struct partition_end *end,
            const struct partition_probe *probe)
{
    for (uint16_t i = 0; i < probe->count; i++) {
        if (end->kinds[i] != PARTITION_VALUE)
            return end->kinds[i] == PARTITION_MINVALUE ? -1 : 1;
        int order = map->types[i]->compare(end->values[i], probe->values[i]);
        if (order != 0)
            return order;
    }
    return 0;
}

/* Whether the columns after the probe's are all below every value in this end. */
static bool
begins_lowest(const struct partition_map *map, const struct partition_end *end, uint16_t count)
{
    return count == map->key->count || end->kinds[count] == PARTITION_MINVALUE;
}

/* Whether the range may have rows of the condition, its first columns taken as equal. */
static bool
range_fits(const struct partition_map *map, const struct partition_probe *probe, uint32_t range)
{
    int from = compare_end(map, &map->from[range], probe);
    int to = compare_end(map, &map->to[range], probe);
    bool is_whole = probe->count == map->key->count;
    /* The upper end does not belong to the range; with fewer columns rows below it may. */
    bool to_at_or_above =
        to > 0 || (to == 0 && !is_whole && !begins_lowest(map, &map->to[range], probe->count));
    switch (probe->op) {
    case BTREE_LT:
        return from < 0;
    case BTREE_LE:
        return from <= 0;
    case BTREE_GE:
        return to_at_or_above;
    case BTREE_GT:
        return to > 0;
    default:
        return from <= 0 && to_at_or_above;
    }
}

/* Whether all but the last column of an end are the probe's: inequalities hold beyond them only. */
static bool
prefix_fits(const struct partition_map *map, const struct partition_probe *probe, uint32_t range)
{
    struct partition_probe prefix = *probe;
    if (probe->count < 2 || probe->op == BTREE_EQ)
        return true;
    prefix.count--;
    prefix.op = BTREE_EQ;
    return range_fits(map, &prefix, range);
}

/* Whether the ranges leave something between those that fit, or at either side of them. */
static bool
has_gap(const struct partition_map *map, const struct partition_probe *probe, const uint64_t *set)
{
    uint32_t first = map->range_count, last = 0;
    for (uint32_t i = 0; i < map->range_count; i++) {
        if (!partition_bit(set, i))
            continue;
        first = i < first ? i : first;
        last = i;
    }
    if (first == map->range_count)
        return true;
    for (uint32_t i = first; i < last; i++)
        if (partition_compare_ends(map, &map->to[i], &map->from[i + 1]) != 0)
            return true;
    bool goes_down = probe->op == BTREE_LT || probe->op == BTREE_LE;
    bool goes_up = probe->op == BTREE_GT || probe->op == BTREE_GE;
    if (goes_down)
        return map->from[first].kinds[0] != PARTITION_MINVALUE ||
               compare_end(map, &map->to[last], probe) < 0 ||
               (probe->op == BTREE_LE && compare_end(map, &map->to[last], probe) <= 0);
    if (goes_up)
        return map->to[last].kinds[0] != PARTITION_MAXVALUE ||
               compare_end(map, &map->from[first], probe) > 0;
    return false;
}

static void
match_range(const struct partition_map *map, const struct partition_probe *probe, uint64_t *set)
{
    for (uint32_t i = 0; i < map->range_count; i++)
        if (range_fits(map, probe, i) && prefix_fits(map, probe, i))
            partition_bit_set(set, i);
    if (probe->count < map->key->count || has_gap(map, probe, set))
        match_default(map, set);
}

static void
match_hash(const struct partition_map *map, const struct type_env *env, struct arena *scratch,
           const struct partition_probe *probe, uint64_t *set)
{
    if (probe->count < map->key->count || probe->op != BTREE_EQ) {
        partition_match_all(map, set);
        return;
    }
    static const bool none[INDEX_COLUMNS_MAX];
    uint32_t found = partition_find(map, env, scratch, probe->values,
                                    probe->is_null != NULL ? probe->is_null : none);
    if (found != PARTITION_NONE)
        partition_bit_set(set, found);
}

void
partition_match(const struct partition_map *map, const struct type_env *env, struct arena *scratch,
                const struct partition_probe *probe, uint64_t *set)
{
    if (map->key->strategy == 'l')
        match_list(map, probe, set);
    else if (map->key->strategy == 'r')
        match_range(map, probe, set);
    else
        match_hash(map, env, scratch, probe, set);
}

void
partition_match_null(const struct partition_map *map, uint16_t column, bool is_not, uint64_t *set)
{
    (void)column;
    if (map->key->strategy == 'h') {
        partition_match_all(map, set);
        return;
    }
    if (!is_not) {
        if (map->null_partition != PARTITION_NONE)
            partition_bit_set(set, map->null_partition);
        else
            match_default(map, set);
        return;
    }
    partition_match_all(map, set);
    if (map->key->strategy != 'l' || map->null_partition == PARTITION_NONE)
        return;
    bool has_values = map->null_partition == map->default_partition;
    for (uint32_t i = 0; i < map->value_count; i++)
        has_values |= map->values[i].partition == map->null_partition;
    if (!has_values)
        set[map->null_partition / 64] &= ~(UINT64_C(1) << map->null_partition % 64);
}
