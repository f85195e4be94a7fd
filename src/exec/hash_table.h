/*
 * hash_table.h: stored rows found by the hash of their keys. Rows chain through their headers.
 */
#pragma once

#include "exec/row_store.h"

#define HASH_PREFETCH_ROWS 4096u /* in a table: smaller ones are in the cache anyway */

/* What rows in a table begin with. */
struct hash_header {
    uint8_t *next;
    uint64_t hash;
    bool is_matched; /* the owner's */
};

struct hash_table {
    uint8_t **buckets;
    uint64_t mask; /* bucket count - 1 */
    uint64_t count;
    struct arena *arena;
};

/* Buckets for about `rows` rows; grows by itself in hash_table_add. */
void hash_table_init(struct hash_table *table, uint64_t rows, struct arena *arena);

static inline uint8_t *
hash_table_first(const struct hash_table *table, uint64_t hash)
{
    return table->buckets[hash & table->mask];
}

/* Adds a row with its header's hash set. */
void hash_table_add(struct hash_table *table, uint8_t *row);

/* Brings what look-ups of the hashes will read closer: their buckets, then the first rows. Misses
 * of many rows overlap, those of one chain would not. */
static inline void
hash_table_prefetch(const struct hash_table *table, const uint64_t *hashes, uint32_t count)
{
    if (table->count < HASH_PREFETCH_ROWS)
        return;
    for (uint32_t i = 0; i < count; i++)
        __builtin_prefetch(&table->buckets[hashes[i] & table->mask]);
    for (uint32_t i = 0; i < count; i++)
        __builtin_prefetch(table->buckets[hashes[i] & table->mask]);
}
