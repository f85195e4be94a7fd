/*
 * unit.h: what every unit test includes: cmocka with its prerequisites, and the fault loop.
 */
#pragma once

#include "base/fault.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

/* More failing passages than any one operation has; past it the operation cannot be ending. */
#define FAULT_ROUNDS_MAX 100000

/*
 * Calls attempt(object, nth) with the n-th passage of `point` failing, for n = 1, 2, ... until a
 * call meets no fault: that one must return true (success), the others false. What must hold after
 * a failure (nothing changed) is for `attempt` to assert; that no memory leaks is asserted here.
 * Returns how many passages failed, so that a test can assert that there were some.
 */
static inline uint64_t
fault_loop(enum fault_point point, bool (*attempt)(void *object, uint64_t nth), void *object)
{
    for (uint64_t nth = 1; nth < FAULT_ROUNDS_MAX; nth++) {
        int64_t live_before = fault_live_count();
        fault_arm(point, nth);
        bool is_done = attempt(object, nth);
        bool was_hit = fault_was_hit(point);
        fault_arm(point, 0);
        assert_int_equal(is_done, !was_hit);
        if (is_done)
            return nth - 1;
        assert_int_equal(fault_live_count(), live_before);
    }
    fail_msg("no end of faults after %d rounds", FAULT_ROUNDS_MAX);
    return 0;
}
