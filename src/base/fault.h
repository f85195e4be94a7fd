/*
 * fault.h: failing on purpose. Tests arm a countdown; the n-th passage of a fault point fails.
 *
 * Points: FAULT_ALLOC (mem.h, arena.h) and FAULT_IO (devices). Armed per thread; disarmed threads
 * pay one thread-local load. Compiled to `false` unless ROWAN_FAULTS is defined.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

enum fault_point { FAULT_ALLOC, FAULT_IO, FAULT_POINT_COUNT };

#ifdef ROWAN_FAULTS
void fault_arm(enum fault_point point, uint64_t nth); /* 1: the next one; 0 disarms */
bool fault_hit(enum fault_point point);               /* true: the caller must fail now */
bool fault_was_hit(enum fault_point point);           /* since it was armed */

/* Blocks of mem.h that all threads hold at this moment: the same before and after a failed try. */
int64_t fault_live_count(void);
void fault_live_add(int64_t change); /* for mem.c */
#else
static inline bool
fault_hit(enum fault_point point)
{
    (void)point;
    return false;
}

static inline void
fault_live_add(int64_t change)
{
    (void)change;
}
#endif
