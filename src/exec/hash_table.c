/*
 * hash_table.c: see hash_table.h.
 */
#include "exec/hash_table.h"

void
hash_table_init(struct hash_table *table, uint64_t rows, struct arena *arena)
{
    uint64_t buckets = 64;

    while (buckets < rows * 2)
        buckets *= 2;
    table->buckets = arena_alloc_zero(arena, buckets * sizeof *table->buckets);
    table->mask = buckets - 1;
    table->count = 0;
    table->arena = arena;
}

static void
grow(struct hash_table *table)
{
    struct hash_table wider;

    hash_table_init(&wider, (table->mask + 1) * 2, table->arena);
    for (uint64_t i = 0; i <= table->mask; i++) {
        uint8_t *row = table->buckets[i];
        while (row != NULL) {
            struct hash_header *header = (struct hash_header *)row;
            uint8_t *next = header->next;
            header->next = wider.buckets[header->hash & wider.mask];
            wider.buckets[header->hash & wider.mask] = row;
            row = next;
        }
    }
    wider.count = table->count;
    *table = wider;
}

void
hash_table_add(struct hash_table *table, uint8_t *row)
{
    struct hash_header *header = (struct hash_header *)row;

    if (table->count > table->mask)
        grow(table);
    header->next = table->buckets[header->hash & table->mask];
    table->buckets[header->hash & table->mask] = row;
    table->count++;
}
