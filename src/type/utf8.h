/*
 * utf8.h: characters in UTF-8 bytes. All but utf8_check trust that the bytes are valid; on bytes
 * that are not they stay within bounds and count somehow.
 */
#pragma once

#include "base/slice.h"
#include <stdint.h>

/* The bytes of the character that begins with `lead`. */
static inline uint32_t
utf8_bytes(uint8_t lead)
{
    return lead < 0x80 ? 1 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
}

static inline bool
utf8_is_lead(uint8_t byte)
{
    return (byte & 0xc0) != 0x80;
}

bool utf8_is_ascii(struct slice text);
size_t utf8_count(struct slice text);

/* The byte offset of the character number `chars` (0-based); text.bytes if there are fewer. */
size_t utf8_offset(struct slice text, size_t chars);

/* Decodes the character at text.data[*at] and advances *at past it; *at < text.bytes. */
uint32_t utf8_next(struct slice text, size_t *at);

/* Writes the character (1 to 4 bytes), returns how many. */
uint32_t utf8_put(uint8_t *to, uint32_t code);

/* The largest length of at most `limit` bytes that ends between characters. */
size_t utf8_clip(struct slice text, size_t limit);

/* The offset of the first byte that is not valid UTF-8 (or is zero); text.bytes if all is. */
size_t utf8_check(struct slice text);

/* utf8_check that raises 22021. */
void utf8_require(struct slice text);
