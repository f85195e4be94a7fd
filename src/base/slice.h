/*
 * slice.h: a run of bytes that somebody else owns. Not terminated; may hold any byte.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct slice {
    const uint8_t *data; /* may be null if bytes is 0 */
    size_t bytes;
};

static inline struct slice
slice_of(const void *data, size_t bytes)
{
    return (struct slice){.data = data, .bytes = bytes};
}

/* `text` without its terminator. */
static inline struct slice
slice_text(const char *text)
{
    return slice_of(text, strlen(text));
}

/* memcmp order, a prefix before what it begins. */
static inline int
slice_compare(struct slice a, struct slice b)
{
    size_t common = a.bytes < b.bytes ? a.bytes : b.bytes;
    int order = common == 0 ? 0 : memcmp(a.data, b.data, common);
    return order != 0 ? order : (a.bytes > b.bytes) - (a.bytes < b.bytes);
}

static inline bool
slice_equal(struct slice a, struct slice b)
{
    return a.bytes == b.bytes && (a.bytes == 0 || memcmp(a.data, b.data, a.bytes) == 0);
}
