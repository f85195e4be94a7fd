/*
 * partition.c: see partition.h.
 */
#include "catalog/partition.h"

#include "base/check.h"
#include "base/raise.h"
#include "type/hash_value.h"
#include <stdlib.h>

/* ---- values of bounds ---- */

static union datum
read_value(const struct partition_map *map, const struct type_env *env, struct arena *arena,
           uint16_t column, const char *text)
{
    return type_input(env, arena, map->key->types[column], -1, slice_text(text));
}

struct partition_end
partition_end_read(const struct partition_map *map, const struct type_env *env, struct arena *arena,
                   const struct partition_datum *data)
{
    uint16_t count = map->key->count;
    enum partition_datum_kind *kinds = arena_alloc_array(arena, count, sizeof *kinds);
    union datum *values = arena_alloc_zero(arena, count * sizeof *values);
    for (uint16_t i = 0; i < count; i++) {
        kinds[i] = data[i].kind;
        if (kinds[i] == PARTITION_VALUE)
            values[i] = read_value(map, env, arena, i, data[i].text);
    }
    return (struct partition_end){kinds, values};
}

static int
kind_order(enum partition_datum_kind kind)
{
    return kind == PARTITION_MINVALUE ? -1 : kind == PARTITION_MAXVALUE ? 1 : 0;
}

int
partition_compare_ends(const struct partition_map *map, const struct partition_end *a,
                       const struct partition_end *b)
{
    for (uint16_t i = 0; i < map->key->count; i++) {
        int x = kind_order(a->kinds[i]), y = kind_order(b->kinds[i]);
        if (x != y)
            return x < y ? -1 : 1;
        if (x != 0)
            return 0; /* both infinite: what follows does not count */
        int order = map->types[i]->compare(a->values[i], b->values[i]);
        if (order != 0)
            return order;
    }
    return 0;
}

/* The end against the first `count` columns of a row: < 0 if it lies below. */
static int
compare_end_row(const struct partition_map *map, const struct partition_end *end,
                const union datum *values, uint16_t count)
{
    for (uint16_t i = 0; i < count; i++) {
        int kind = kind_order(end->kinds[i]);
        if (kind != 0)
            return kind;
        int order = map->types[i]->compare(end->values[i], values[i]);
        if (order != 0)
            return order;
    }
    return 0;
}

/* ---- making a map ---- */

/* A partition, and what it is ordered by. */
struct entry {
    const struct partition_map *map;
    const struct table *table;
    struct partition_end from;
};

static int
compare_ranges(const void *a, const void *b)
{
    const struct entry *x = a, *y = b;
    return partition_compare_ends(x->map, &x->from, &y->from);
}

static int
compare_hashes(const void *a, const void *b)
{
    const struct partition_bound *x = ((const struct entry *)a)->table->bound;
    const struct partition_bound *y = ((const struct entry *)b)->table->bound;
    if (x->modulus != y->modulus)
        return x->modulus < y->modulus ? -1 : 1;
    return (x->remainder > y->remainder) - (x->remainder < y->remainder);
}

struct sorted_value {
    const struct partition_map *map;
    struct partition_list_value value;
};

static int
compare_values(const void *a, const void *b)
{
    const struct sorted_value *x = a, *y = b;
    return x->map->types[0]->compare(x->value.value, y->value.value);
}

static void
make_ranges(struct partition_map *map, const struct type_env *env, struct arena *arena,
            struct entry *entries, uint32_t count)
{
    struct partition_end *from = arena_alloc_array(arena, count, sizeof *from);
    struct partition_end *to = arena_alloc_array(arena, count, sizeof *to);
    const struct table **partitions = (const struct table **)(uintptr_t)map->partitions;
    for (uint32_t i = 0; i < count; i++)
        entries[i].from = partition_end_read(map, env, arena, entries[i].table->bound->from);
    qsort(entries, count, sizeof *entries, compare_ranges);
    for (uint32_t i = 0; i < count; i++) {
        from[i] = entries[i].from;
        to[i] = partition_end_read(map, env, arena, entries[i].table->bound->to);
        partitions[map->count++] = entries[i].table;
    }
    map->range_count = count;
    map->from = from;
    map->to = to;
}

static void
make_list(struct partition_map *map, const struct type_env *env, struct arena *arena,
          struct entry *entries, uint32_t count)
{
    uint32_t total = 0, at = 0;
    for (uint32_t i = 0; i < count; i++)
        total += entries[i].table->bound->count;
    struct sorted_value *sorted = arena_alloc_array(arena, total, sizeof *sorted);
    struct partition_list_value *values = arena_alloc_array(arena, total, sizeof *values);
    uint32_t *numbers = arena_alloc_array(arena, count, sizeof *numbers);
    const struct table **partitions = (const struct table **)(uintptr_t)map->partitions;
    for (uint32_t i = 0; i < count; i++) {
        const struct partition_bound *bound = entries[i].table->bound;
        numbers[i] = PARTITION_NONE;
        for (uint16_t k = 0; k < bound->count; k++) {
            if (bound->values[k].kind != PARTITION_VALUE)
                continue;
            sorted[at++] = (struct sorted_value){
                map, {read_value(map, env, arena, 0, bound->values[k].text), i}};
        }
    }
    total = at;
    qsort(sorted, total, sizeof *sorted, compare_values);
    for (uint32_t i = 0; i < total; i++) {
        uint32_t entry = sorted[i].value.partition;
        if (numbers[entry] == PARTITION_NONE) {
            numbers[entry] = map->count;
            partitions[map->count++] = entries[entry].table;
        }
        values[i] = (struct partition_list_value){sorted[i].value.value, numbers[entry]};
    }
    for (uint32_t i = 0; i < count; i++) {
        if (!entries[i].table->bound->has_null)
            continue;
        if (numbers[i] == PARTITION_NONE) {
            numbers[i] = map->count;
            partitions[map->count++] = entries[i].table;
        }
        map->null_partition = numbers[i];
    }
    map->value_count = total;
    map->values = values;
}

static void
make_hashes(struct partition_map *map, struct arena *arena, struct entry *entries, uint32_t count)
{
    const struct table **partitions = (const struct table **)(uintptr_t)map->partitions;
    qsort(entries, count, sizeof *entries, compare_hashes);
    map->modulus = count == 0 ? 0 : (uint32_t)entries[count - 1].table->bound->modulus;
    uint32_t *remainders = arena_alloc_array(arena, map->modulus, sizeof *remainders);
    for (uint32_t i = 0; i < map->modulus; i++)
        remainders[i] = PARTITION_NONE;
    for (uint32_t i = 0; i < count; i++) {
        const struct partition_bound *bound = entries[i].table->bound;
        for (uint32_t r = (uint32_t)bound->remainder; r < map->modulus;
             r += (uint32_t)bound->modulus)
            remainders[r] = i;
        partitions[map->count++] = entries[i].table;
    }
    map->remainders = remainders;
}

const struct partition_map *
partition_map_make(const struct partition_source *source, struct arena *arena,
                   const struct table *table, oid without)
{
    struct partition_map *map = arena_alloc_zero(arena, sizeof *map);
    const struct partition_key *key = table->partition_key;
    const struct type_info **types = arena_alloc_array(arena, key->count, sizeof *types);
    for (uint16_t i = 0; i < key->count; i++)
        types[i] = type_get(source->env, key->types[i]);
    *map = (struct partition_map){.table = table,
                                  .key = key,
                                  .types = types,
                                  .null_partition = PARTITION_NONE,
                                  .default_partition = PARTITION_NONE};
    struct entry *entries = arena_alloc_array(arena, table->child_count, sizeof *entries);
    const struct table **partitions =
        arena_alloc_array(arena, table->child_count, sizeof *partitions);
    const struct table *fallback = NULL;
    uint32_t count = 0;
    for (uint32_t i = 0; i < table->child_count; i++) {
        const struct table *child = table->children[i] == without
                                        ? NULL
                                        : source->table(source->object, table->children[i]);
        if (child == NULL || child->bound == NULL)
            continue;
        if (child->bound->is_default)
            fallback = child;
        else
            entries[count++] = (struct entry){.map = map, .table = child};
    }
    map->partitions = partitions;
    if (key->strategy == 'r')
        make_ranges(map, source->env, arena, entries, count);
    else if (key->strategy == 'l')
        make_list(map, source->env, arena, entries, count);
    else
        make_hashes(map, arena, entries, count);
    if (fallback != NULL) {
        map->default_partition = map->count;
        partitions[map->count++] = fallback;
    }
    return map;
}

/* ---- a row's partition ---- */

/* The first value not below; *is_equal: it is this one. */
static uint32_t
find_value(const struct partition_map *map, union datum value, bool *is_equal)
{
    uint32_t low = 0, high = map->value_count;
    *is_equal = false;
    while (low < high) {
        uint32_t middle = (low + high) / 2;
        int order = map->types[0]->compare(map->values[middle].value, value);
        if (order == 0) {
            *is_equal = true;
            return middle;
        }
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/* How many ranges begin at the row's first `count` columns or below. */
static uint32_t
ranges_from(const struct partition_map *map, const union datum *values, uint16_t count)
{
    uint32_t low = 0, high = map->range_count;
    while (low < high) {
        uint32_t middle = (low + high) / 2;
        if (compare_end_row(map, &map->from[middle], values, count) <= 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static uint64_t
hash_row(const struct partition_map *map, const struct type_env *env, struct arena *scratch,
         const union datum *values, const bool *nulls)
{
    uint64_t hash = 0;
    for (uint16_t i = 0; i < map->key->count; i++)
        if (nulls == NULL || !nulls[i])
            hash = hash_combine(hash, value_hash_extended(env, scratch, map->types[i], values[i],
                                                          HASH_PARTITION_SEED));
    return hash;
}

static uint32_t
find_range(const struct partition_map *map, const union datum *values, const bool *nulls)
{
    for (uint16_t i = 0; i < map->key->count; i++)
        if (nulls[i])
            return map->default_partition;
    uint32_t found = ranges_from(map, values, map->key->count);
    if (found > 0 && compare_end_row(map, &map->to[found - 1], values, map->key->count) > 0)
        return found - 1;
    return map->default_partition;
}

uint32_t
partition_find(const struct partition_map *map, const struct type_env *env, struct arena *scratch,
               const union datum *values, const bool *nulls)
{
    bool is_equal;
    switch (map->key->strategy) {
    case 'r':
        return find_range(map, values, nulls);
    case 'l':
        if (nulls[0])
            return map->null_partition != PARTITION_NONE ? map->null_partition
                                                         : map->default_partition;
        uint32_t place = find_value(map, values[0], &is_equal);
        return is_equal ? map->values[place].partition : map->default_partition;
    default:
        return map->modulus == 0
                   ? PARTITION_NONE
                   : map->remainders[hash_row(map, env, scratch, values, nulls) % map->modulus];
    }
}

/* ---- overlaps ---- */

static uint32_t
overlap_list(const struct partition_map *map, const struct type_env *env, struct arena *arena,
             const struct partition_bound *bound, uint32_t *value)
{
    for (uint16_t i = 0; i < bound->count; i++) {
        bool is_equal;
        *value = i;
        if (bound->values[i].kind == PARTITION_LIST_NULL) {
            if (map->null_partition != PARTITION_NONE)
                return map->null_partition;
            continue;
        }
        uint32_t place =
            find_value(map, read_value(map, env, arena, 0, bound->values[i].text), &is_equal);
        if (is_equal)
            return map->values[place].partition;
    }
    return PARTITION_NONE;
}

static uint32_t
overlap_range(const struct partition_map *map, const struct type_env *env, struct arena *arena,
              const struct partition_bound *bound)
{
    struct partition_end from = partition_end_read(map, env, arena, bound->from);
    struct partition_end to = partition_end_read(map, env, arena, bound->to);
    for (uint32_t i = 0; i < map->range_count; i++)
        if (partition_compare_ends(map, &map->from[i], &to) < 0 &&
            partition_compare_ends(map, &from, &map->to[i]) < 0)
            return i;
    return PARTITION_NONE;
}

uint32_t
partition_overlap(const struct partition_map *map, const struct type_env *env, struct arena *arena,
                  const struct partition_bound *bound, uint32_t *value)
{
    *value = 0;
    if (map->key->strategy == 'l')
        return overlap_list(map, env, arena, bound, value);
    if (map->key->strategy == 'r')
        return overlap_range(map, env, arena, bound);
    for (uint32_t r = (uint32_t)bound->remainder % (map->modulus == 0 ? 1 : map->modulus);
         r < map->modulus; r += (uint32_t)bound->modulus)
        if (map->remainders[r] != PARTITION_NONE)
            return map->remainders[r];
    return PARTITION_NONE;
}
