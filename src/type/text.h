/*
 * text.h: character values as the files about text share them.
 */
#pragma once

#include "type/types.h"
#include "type/values.h"

#define NAME_BYTES_MAX 63         /* PostgreSQL's NAMEDATALEN - 1 */
#define TEXT_BYTES_MAX 0x3fffffff /* as PostgreSQL's 1 GB values */

/* The text without the blanks at its end: what a character(n) means. */
struct slice text_without_padding(struct slice text);

/* Room for `bytes` in the arena; raises 54000 beyond TEXT_BYTES_MAX. */
uint8_t *text_alloc(struct arena *arena, uint64_t bytes);

/* view_equal and the sign of view_compare, decided by the first eight bytes where they can be. */
static inline bool
text_equal(const struct view *a, const struct view *b)
{
    uint64_t a_words[2], b_words[2];
    memcpy(a_words, a, sizeof a_words);
    memcpy(b_words, b, sizeof b_words);
    if (a_words[0] != b_words[0]) /* lengths and first four bytes */
        return false;
    if (a->bytes <= VIEW_INLINE_BYTES)
        return a_words[1] == b_words[1];
    return memcmp(a->far.data, b->far.data, a->bytes) == 0;
}

static inline bool
text_less(const struct view *a, const struct view *b)
{
    /* Shorter texts have zeros there, which sort before all else and leave ties to be decided. */
    uint32_t a_head, b_head;
    memcpy(&a_head, a->inlined, sizeof a_head);
    memcpy(&b_head, b->inlined, sizeof b_head);
    if (a_head != b_head)
        return __builtin_bswap32(a_head) < __builtin_bswap32(b_head);
    return view_compare(a, b) < 0;
}
