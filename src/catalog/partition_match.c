/*
 * partition_match.c: what partitions may have rows for which a condition on the key holds.
 *
 * The answer is PostgreSQL's, the default partition's part in it too: an inequality over a list may
 * always hold for a value that no list names; one over ranges reaches the default partition where
 * ranges leave a gap, or where not all columns of the key are bound.
 *
 * Slots of a list: value i at i, NULL after the values, the rest last. Of ranges: range i at
 * 2i + 1, the gap before it at 2i, that after the last at 2n, the rest at 2n + 1.
 */
#include "catalog/partition.h"

uint32_t
partition_slot_count(const struct partition_map *map)
{
    switch (map->key->strategy) {
    case 'l':
        return map->value_count + 2;
    case 'r':
        return 2 * map->range_count + 2;
    default:
        return map->count;
    }
}

static bool
has_gap(const struct partition_map *map, uint32_t before)
{
    uint32_t n = map->range_count;
    if (n == 0)
        return true;
    if (before == 0)
        return map->from[0].kinds[0] != PARTITION_MINVALUE;
    if (before == n)
        return map->to[n - 1].kinds[0] != PARTITION_MAXVALUE;
    return partition_compare_ends(map, &map->to[before - 1], &map->from[before]) != 0;
}

void
partition_match_all(const struct partition_map *map, uint64_t *slots)
{
    bool is_range = map->key->strategy == 'r';
    for (uint32_t i = 0; i < partition_slot_count(map); i++)
        if (!is_range || i % 2 == 1 || has_gap(map, i / 2))
            partition_bit_set(slots, i);
}

void
partition_match_other(const struct partition_map *map, uint64_t *slots)
{
    if (map->key->strategy != 'h')
        partition_bit_set(slots, partition_slot_count(map) - 1);
}

/* ---- lists ---- */

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
match_list(const struct partition_map *map, const struct partition_probe *probe, uint64_t *slots)
{
    bool found = false;
    for (uint32_t i = 0; i < map->value_count; i++) {
        int order = map->types[0]->compare(map->values[i].value, probe->values[0]);
        bool fits = probe->is_not ? order != 0 : order_fits(order, probe->op);
        found |= fits;
        if (fits)
            partition_bit_set(slots, i);
    }
    if (probe->is_not || probe->op != BTREE_EQ || !found)
        partition_match_other(map, slots);
}

/* ---- ranges ---- */

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

/* Whether the range between two ends (null: infinite) may have rows of the condition, all columns
 * but the last being equal. */
static bool
span_fits(const struct partition_map *map, const struct partition_probe *probe,
          const struct partition_end *lower, const struct partition_end *upper)
{
    int from = lower == NULL ? -1 : compare_end(map, lower, probe);
    int to = upper == NULL ? 1 : compare_end(map, upper, probe);
    uint16_t next = probe->count;
    /* The upper end does not belong to the range; with fewer columns rows before it may. */
    bool reaches = to > 0 || (to == 0 && next < map->key->count && upper != NULL &&
                              upper->kinds[next] != PARTITION_MINVALUE);
    /* All rows that begin as the lower end may lie below it. */
    bool begins =
        from < 0 ||
        (from == 0 && (next == map->key->count || lower->kinds[next] != PARTITION_MAXVALUE));
    switch (probe->op) {
    case BTREE_LT:
        return from < 0;
    case BTREE_LE:
        return begins;
    case BTREE_GE:
        return reaches;
    case BTREE_GT:
        return to > 0;
    default:
        return begins && reaches;
    }
}

/* The columns before the last are equal to their values, whatever the last is compared by. */
static bool
prefix_fits(const struct partition_map *map, const struct partition_probe *probe,
            const struct partition_end *lower, const struct partition_end *upper)
{
    struct partition_probe prefix = *probe;
    if (probe->count < 2 || probe->op == BTREE_EQ || probe->is_row)
        return true;
    prefix.count--;
    prefix.op = BTREE_EQ;
    return span_fits(map, &prefix, lower, upper);
}

static void
match_range(const struct partition_map *map, const struct partition_probe *probe, uint64_t *slots)
{
    uint32_t n = map->range_count;
    for (uint32_t slot = 0; slot <= 2 * n; slot++) {
        uint32_t i = slot / 2;
        bool is_gap = slot % 2 == 0;
        const struct partition_end *lower = !is_gap  ? &map->from[i]
                                            : i == 0 ? NULL
                                                     : &map->to[i - 1];
        const struct partition_end *upper = !is_gap ? &map->to[i] : i == n ? NULL : &map->from[i];
        if ((!is_gap || has_gap(map, i)) && span_fits(map, probe, lower, upper) &&
            prefix_fits(map, probe, lower, upper))
            partition_bit_set(slots, slot);
    }
    if (probe->count < map->key->count)
        partition_match_other(map, slots);
}

/* ---- hashes ---- */

static void
match_hash(const struct partition_map *map, const struct type_env *env, struct arena *scratch,
           const struct partition_probe *probe, uint64_t *slots)
{
    static const bool none[INDEX_COLUMNS_MAX];
    if (probe->count < map->key->count || probe->op != BTREE_EQ) {
        partition_match_all(map, slots);
        return;
    }
    uint32_t found = partition_find(map, env, scratch, probe->values,
                                    probe->is_null != NULL ? probe->is_null : none);
    if (found != PARTITION_NONE)
        partition_bit_set(slots, found);
}

void
partition_match(const struct partition_map *map, const struct type_env *env, struct arena *scratch,
                const struct partition_probe *probe, uint64_t *slots)
{
    if (map->key->strategy == 'l')
        match_list(map, probe, slots);
    else if (map->key->strategy == 'r')
        match_range(map, probe, slots);
    else
        match_hash(map, env, scratch, probe, slots);
}

void
partition_match_null(const struct partition_map *map, bool is_not, uint64_t *slots)
{
    uint32_t null_slot = map->value_count;
    if (map->key->strategy == 'h' || is_not) {
        partition_match_all(map, slots);
        if (map->key->strategy == 'l')
            slots[null_slot / 64] &= ~(UINT64_C(1) << null_slot % 64);
        return;
    }
    if (map->key->strategy == 'l' && map->null_partition != PARTITION_NONE)
        partition_bit_set(slots, null_slot);
    else
        partition_match_other(map, slots);
}

/* ---- from slots to partitions ---- */

static uint32_t
partition_of_slot(const struct partition_map *map, uint32_t slot)
{
    if (map->key->strategy == 'h')
        return slot;
    if (map->key->strategy == 'r')
        return slot % 2 == 1 && slot / 2 < map->range_count ? slot / 2 : map->default_partition;
    if (slot < map->value_count)
        return map->values[slot].partition;
    return slot == map->value_count && map->null_partition != PARTITION_NONE
               ? map->null_partition
               : map->default_partition;
}

void
partition_of_slots(const struct partition_map *map, const uint64_t *slots, uint64_t *set)
{
    for (uint32_t slot = 0; slot < partition_slot_count(map); slot++) {
        if (!partition_bit(slots, slot))
            continue;
        uint32_t partition = partition_of_slot(map, slot);
        if (partition != PARTITION_NONE)
            partition_bit_set(set, partition);
    }
}
