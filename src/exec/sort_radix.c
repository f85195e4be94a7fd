/*
 * sort_radix.c: items sorted by the first eight bytes of their keys, a byte at a time.
 *
 * Least significant byte first: each pass moves the items by one byte of their prefixes and keeps
 * the order of those with the same; bytes that all items share need no pass, so keys of one integer
 * take four. Items whose prefixes are equal are then sorted among themselves by their whole keys.
 */
#include "exec/sort_runs.h"
#include <stdlib.h>

#define RADIX_MIN 512u /* below, comparing is faster */

/* How many items have each value of each byte. */
static void
count_bytes(const struct sort_item *items, uint64_t count, uint64_t counts[8][256])
{
    memset(counts, 0, 8 * 256 * sizeof(uint64_t));
    for (uint64_t i = 0; i < count; i++) {
        uint64_t prefix = items[i].prefix;
        for (uint32_t b = 0; b < 8; b++)
            counts[b][prefix >> (8 * b) & 0xff]++;
    }
}

static void
move_by_byte(const struct sort_item *from, struct sort_item *to, uint64_t count, uint32_t byte,
             const uint64_t *counts)
{
    uint64_t places[256];
    uint64_t at = 0;

    for (uint32_t i = 0; i < 256; i++) {
        places[i] = at;
        at += counts[i];
    }
    for (uint64_t i = 0; i < count; i++)
        to[places[from[i].prefix >> (8 * byte) & 0xff]++] = from[i];
}

/* Runs of equal prefixes, by the rest of the keys. */
static void
sort_ties(struct sort_item *items, uint64_t count)
{
    for (uint64_t start = 0; start < count;) {
        uint64_t end = start + 1;
        bool is_longer = ((const struct sort_header *)items[start].row)->key_bytes > 8;
        for (; end < count && items[end].prefix == items[start].prefix; end++)
            is_longer |= ((const struct sort_header *)items[end].row)->key_bytes > 8;
        if (is_longer && end - start > 1)
            qsort(items + start, end - start, sizeof *items, sort_compare_encoded);
        start = end;
    }
}

void
sort_encoded(struct arena *arena, struct sort_item *items, uint64_t count)
{
    uint64_t counts[8][256];
    struct sort_item *from = items;

    if (count < RADIX_MIN) {
        qsort(items, count, sizeof *items, sort_compare_encoded);
        return;
    }
    struct sort_item *other = arena_alloc_array(arena, count, sizeof *other);
    struct sort_item *to = other;
    count_bytes(items, count, counts);
    for (uint32_t b = 0; b < 8; b++) {
        if (counts[b][from[0].prefix >> (8 * b) & 0xff] == count)
            continue;
        move_by_byte(from, to, count, b, counts[b]);
        struct sort_item *moved = to;
        to = from;
        from = moved;
    }
    if (from != items)
        memcpy(items, from, count * sizeof *items);
    sort_ties(items, count);
}
