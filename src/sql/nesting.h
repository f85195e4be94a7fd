/*
 * nesting.h: how deep a text's parse tree can be at most, told from its tokens.
 */
#pragma once

#include "base/slice.h"

struct nesting {
    uint32_t depth;       /* an upper bound, roughly; UINT32_MAX: brackets deeper than counted */
    uint32_t token_count; /* commas and brackets not counted */
};

/* One pass over the text's tokens. O(bytes); no allocation. */
struct nesting nesting_measure(struct slice text);
