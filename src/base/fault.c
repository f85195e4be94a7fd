/*
 * fault.c: countdowns to failures on purpose, one a thread and point; only in builds for tests.
 */
#include "base/fault.h"

#ifdef ROWAN_FAULTS
#include <stdatomic.h>

struct countdown {
    uint64_t left; /* passages until the one that fails; 0: disarmed */
    bool was_hit;
};

static _Thread_local struct countdown countdowns[FAULT_POINT_COUNT];
static _Atomic int64_t live_count;

void
fault_arm(enum fault_point point, uint64_t nth)
{
    countdowns[point] = (struct countdown){.left = nth};
}

bool
fault_hit(enum fault_point point)
{
    struct countdown *countdown = &countdowns[point];
    if (countdown->left == 0 || --countdown->left != 0)
        return false;
    countdown->was_hit = true;
    return true;
}

bool
fault_was_hit(enum fault_point point)
{
    return countdowns[point].was_hit;
}

void
fault_live_add(int64_t change)
{
    atomic_fetch_add_explicit(&live_count, change, memory_order_relaxed);
}

int64_t
fault_live_count(void)
{
    return atomic_load_explicit(&live_count, memory_order_relaxed);
}
#endif
