/*
 * map.h: a hash map from 64-bit keys to pointers; for names, from hashes to chains of the caller's.
 *
 * Open addressing, linear probing, at most two thirds full. Owned by one thread at a time. Null is
 * not a value. Insertion returns a status, so that callers below and above the raise line use it
 * alike.
 */
#pragma once

#include "base/status.h"
#include <stdint.h>

struct map_entry {
    uint64_t key;
    void *value; /* null: empty place */
};

struct map {
    struct map_entry *entries;
    uint32_t capacity, count; /* capacity is 0 or a power of two */
};

void map_init(struct map *map); /* no allocation yet */
void map_deinit(struct map *map);
void *map_find(const struct map *map, uint64_t key); /* null: none */
/* Inserts or replaces. */
MUST_CHECK enum status map_put(struct map *map, uint64_t key, void *value);
/* The value removed, or null. */
void *map_remove(struct map *map, uint64_t key);
