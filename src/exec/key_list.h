/*
 * key_list.h: lists of primary keys, as scans by several conditions make them before they read
 * rows.
 */
#pragma once

#include "base/arena.h"
#include "base/slice.h"

/* Primary keys; rising, each once, where a function says so. Keys and list lie in one arena. */
struct key_list {
    uint32_t count, capacity;
    struct slice *keys;
};

/* Adds a key whose bytes last. */
void key_list_add(struct key_list *list, struct arena *arena, struct slice key);
/* Rising, each once. */
void key_list_sort(struct key_list *list);
/* Of rising lists; the result has a's place. */
struct key_list key_list_intersect(const struct key_list *a, const struct key_list *b);
struct key_list key_list_union(const struct key_list *a, const struct key_list *b,
                               struct arena *arena);
