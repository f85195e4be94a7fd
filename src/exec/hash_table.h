/*
 * hash_table.h: stored rows found by the hash of their keys. Rows chain through their headers.
 */
#pragma once

#include "exec/row_store.h"

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
