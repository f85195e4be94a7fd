/*
 * map.c: the hash map of map.h. Removal shifts the entries behind it back (Knuth 6.4, algorithm R),
 * so there are no tombstones and a map that only lives on never slows down.
 */
#include "base/map.h"

#include "base/hash.h"
#include "base/mem.h"
#include <string.h>

#define MAP_CAPACITY_MIN 16u

void
map_init(struct map *map)
{
    *map = (struct map){0};
}

void
map_deinit(struct map *map)
{
    mem_free(map->entries);
    map_init(map);
}

/* The place of the key, or the empty place where it belongs. */
static uint32_t
map_place(const struct map *map, uint64_t key)
{
    uint32_t mask = map->capacity - 1;
    uint32_t at = (uint32_t)hash_u64(key) & mask;
    while (map->entries[at].value != NULL && map->entries[at].key != key)
        at = (at + 1) & mask;
    return at;
}

void *
map_find(const struct map *map, uint64_t key)
{
    return map->capacity == 0 ? NULL : map->entries[map_place(map, key)].value;
}

static enum status
map_grow(struct map *map)
{
    struct map larger = {.capacity = map->capacity == 0 ? MAP_CAPACITY_MIN : map->capacity * 2,
                         .count = map->count};
    larger.entries = mem_alloc_zero(larger.capacity * sizeof *larger.entries);
    if (larger.entries == NULL)
        return ST_NO_MEMORY;
    for (uint32_t i = 0; i < map->capacity; i++)
        if (map->entries[i].value != NULL)
            larger.entries[map_place(&larger, map->entries[i].key)] = map->entries[i];
    mem_free(map->entries);
    *map = larger;
    return ST_OK;
}

enum status
map_put(struct map *map, uint64_t key, void *value)
{
    if ((map->count + 1) * 3 > map->capacity * 2)
        TRY(map_grow(map));
    struct map_entry *entry = &map->entries[map_place(map, key)];
    map->count += entry->value == NULL;
    *entry = (struct map_entry){.key = key, .value = value};
    return ST_OK;
}

void *
map_remove(struct map *map, uint64_t key)
{
    if (map->capacity == 0)
        return NULL;
    uint32_t mask = map->capacity - 1;
    uint32_t hole = map_place(map, key);
    void *value = map->entries[hole].value;
    if (value == NULL)
        return NULL;
    for (uint32_t at = (hole + 1) & mask; map->entries[at].value != NULL; at = (at + 1) & mask) {
        uint32_t home = (uint32_t)hash_u64(map->entries[at].key) & mask;
        /* Stays if its home lies behind the hole on the way to its place. */
        if (((at - home) & mask) < ((at - hole) & mask))
            continue;
        map->entries[hole] = map->entries[at];
        hole = at;
    }
    map->entries[hole] = (struct map_entry){0};
    map->count--;
    return value;
}
