/*
 * key_list.c: see key_list.h.
 */
#include "exec/key_list.h"
#include <stdlib.h>
#include <string.h>

void
key_list_add(struct key_list *list, struct arena *arena, struct slice key)
{
    if (list->count == list->capacity) {
        uint32_t capacity = list->capacity == 0 ? 64 : list->capacity * 2;
        struct slice *keys = arena_alloc_array(arena, capacity, sizeof *keys);
        if (list->count != 0)
            memcpy(keys, list->keys, list->count * sizeof *keys);
        list->keys = keys;
        list->capacity = capacity;
    }
    list->keys[list->count++] = key;
}

static int
compare_keys(const void *a, const void *b)
{
    return slice_compare(*(const struct slice *)a, *(const struct slice *)b);
}

void
key_list_sort(struct key_list *list)
{
    uint32_t kept = 0;

    if (list->count != 0)
        qsort(list->keys, list->count, sizeof *list->keys, compare_keys);
    for (uint32_t i = 0; i < list->count; i++) {
        if (kept == 0 || !slice_equal(list->keys[kept - 1], list->keys[i]))
            list->keys[kept++] = list->keys[i];
    }
    list->count = kept;
}

struct key_list
key_list_intersect(const struct key_list *a, const struct key_list *b)
{
    struct key_list both = {.keys = a->keys};
    uint32_t i = 0, k = 0;

    while (i < a->count && k < b->count) {
        int order = slice_compare(a->keys[i], b->keys[k]);
        if (order == 0)
            both.keys[both.count++] = a->keys[i];
        i += order <= 0;
        k += order >= 0;
    }
    return both;
}

struct key_list
key_list_union(const struct key_list *a, const struct key_list *b, struct arena *arena)
{
    struct key_list all = {0};
    uint32_t i = 0, k = 0;

    while (i < a->count || k < b->count) {
        int order = i == a->count ? 1 : k == b->count ? -1 : slice_compare(a->keys[i], b->keys[k]);
        key_list_add(&all, arena, order <= 0 ? a->keys[i] : b->keys[k]);
        i += order <= 0;
        k += order >= 0;
    }
    return all;
}
