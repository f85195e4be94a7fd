/*
 * utf8.c: walking and counting characters. Counting is counting lead bytes, eight at a time.
 */
#include "type/utf8.h"

#include "base/bytes.h"
#include "base/raise.h"
#include <stdio.h>

bool
utf8_is_ascii(struct slice text)
{
    size_t at = 0;
    uint64_t seen = 0;
    for (; at + 8 <= text.bytes; at += 8)
        seen |= le64_get(text.data + at);
    for (; at < text.bytes; at++)
        seen |= text.data[at];
    return (seen & UINT64_C(0x8080808080808080)) == 0;
}

size_t
utf8_count(struct slice text)
{
    size_t count = 0, at = 0;
    for (; at + 8 <= text.bytes; at += 8) {
        uint64_t word = le64_get(text.data + at);
        /* A byte that continues a character is 10xxxxxx: bit 7 set and bit 6 clear. */
        uint64_t inner = word & ~(word << 1) & UINT64_C(0x8080808080808080);
        count += 8 - (size_t)__builtin_popcountll(inner);
    }
    for (; at < text.bytes; at++)
        count += utf8_is_lead(text.data[at]);
    return count;
}

size_t
utf8_offset(struct slice text, size_t chars)
{
    size_t at = 0;
    for (; chars > 0 && at < text.bytes; chars--)
        at += utf8_bytes(text.data[at]);
    return at < text.bytes ? at : text.bytes;
}

uint32_t
utf8_next(struct slice text, size_t *at)
{
    const uint8_t *p = text.data + *at;
    uint32_t bytes = utf8_bytes(*p);
    if (bytes > text.bytes - *at)
        bytes = (uint32_t)(text.bytes - *at);
    *at += bytes;
    switch (bytes) {
    case 1:
        return p[0];
    case 2:
        return (p[0] & 0x1fu) << 6 | (p[1] & 0x3fu);
    case 3:
        return (p[0] & 0x0fu) << 12 | (p[1] & 0x3fu) << 6 | (p[2] & 0x3fu);
    default:
        return (p[0] & 0x07u) << 18 | (p[1] & 0x3fu) << 12 | (p[2] & 0x3fu) << 6 | (p[3] & 0x3fu);
    }
}

uint32_t
utf8_put(uint8_t *to, uint32_t code)
{
    if (code < 0x80) {
        to[0] = (uint8_t)code;
        return 1;
    }
    if (code < 0x800) {
        to[0] = (uint8_t)(0xc0 | code >> 6);
        to[1] = (uint8_t)(0x80 | (code & 0x3f));
        return 2;
    }
    if (code < 0x10000) {
        to[0] = (uint8_t)(0xe0 | code >> 12);
        to[1] = (uint8_t)(0x80 | (code >> 6 & 0x3f));
        to[2] = (uint8_t)(0x80 | (code & 0x3f));
        return 3;
    }
    to[0] = (uint8_t)(0xf0 | code >> 18);
    to[1] = (uint8_t)(0x80 | (code >> 12 & 0x3f));
    to[2] = (uint8_t)(0x80 | (code >> 6 & 0x3f));
    to[3] = (uint8_t)(0x80 | (code & 0x3f));
    return 4;
}

size_t
utf8_clip(struct slice text, size_t limit)
{
    if (text.bytes <= limit)
        return text.bytes;
    while (limit > 0 && !utf8_is_lead(text.data[limit]))
        limit--;
    return limit;
}

/* The bytes of the valid character at p, of which `left` are there; 0: it is not one. */
static uint32_t
valid_bytes(const uint8_t *p, size_t left)
{
    uint8_t lead = p[0];
    if (lead < 0x80)
        return lead != 0;
    uint32_t bytes = utf8_bytes(lead);
    if (lead < 0xc2 || lead > 0xf4 || bytes > left)
        return 0;
    /* The second byte's bounds exclude overlong forms, surrogates and what is past U+10FFFF. */
    uint8_t low = lead == 0xe0 ? 0xa0 : lead == 0xf0 ? 0x90 : 0x80;
    uint8_t high = lead == 0xed ? 0x9f : lead == 0xf4 ? 0x8f : 0xbf;
    if (p[1] < low || p[1] > high)
        return 0;
    for (uint32_t i = 2; i < bytes; i++) {
        if (utf8_is_lead(p[i]))
            return 0;
    }
    return bytes;
}

size_t
utf8_check(struct slice text)
{
    size_t at = 0;
    while (at < text.bytes) {
        if (at + 8 <= text.bytes) {
            uint64_t word = le64_get(text.data + at);
            uint64_t zero = (word - UINT64_C(0x0101010101010101)) & ~word;
            if (((word | zero) & UINT64_C(0x8080808080808080)) == 0) {
                at += 8;
                continue;
            }
        }
        uint32_t bytes = valid_bytes(text.data + at, text.bytes - at);
        if (bytes == 0)
            return at;
        at += bytes;
    }
    return at;
}

void
utf8_require(struct slice text)
{
    size_t bad = utf8_check(text);
    if (bad == text.bytes)
        return;
    const uint8_t *p = text.data + bad;
    size_t shown = *p < 0x80 ? 1 : *p < 0xf8 ? utf8_bytes(*p) : 1;
    if (shown > text.bytes - bad)
        shown = text.bytes - bad;
    char hex[32];
    int used = 0;
    for (size_t i = 0; i < shown; i++)
        used += snprintf(hex + used, sizeof hex - (size_t)used, "%s0x%02x", i > 0 ? " " : "", p[i]);
    raise(SQLSTATE_CHARACTER_NOT_IN_REPERTOIRE, "invalid byte sequence for encoding \"UTF8\": %s",
          hex);
}
