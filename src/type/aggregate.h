/*
 * aggregate.h: what the files of aggregates share.
 *
 * States are plain bytes, zero when fresh; one that points to memory says so and brings save and
 * load. A state stands 8-byte aligned.
 */
#pragma once

#include "type/kernel.h"
#include "type/tables.h"
#include "type/values.h"

/* 128 bits wherever 8-byte alignment is all there is. */
typedef __int128 wide_int __attribute__((aligned(8)));

/* True if all rows go into one state, as they do without GROUP BY. */
static inline bool
is_one_state(void *const *states, uint32_t count)
{
    uintptr_t differ = 0;
    for (uint32_t i = 1; i < count; i++)
        differ |= (uintptr_t)states[i] ^ (uintptr_t)states[0];
    return differ == 0;
}
