/*
 * fixture.h: what tests of types have at hand, and the loop that fails each allocation in turn.
 */
#pragma once

#include "base/arena.h"
#include "base/random.h"
#include "type/types.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

struct fixture {
    struct types *types;
    struct arena *arena; /* raises when it is full */
    struct type_env env; /* now is 5 us after the epoch for transactions, 6 for statements */
    struct random random;
};

/* The test's state is a struct fixture. */
int fixture_set_up(void **state);
int fixture_tear_down(void **state);

#define FIXTURE_TEST(name) cmocka_unit_test_setup_teardown(name, fixture_set_up, fixture_tear_down)

#ifdef ROWAN_FAULTS
/*
 * Calls `make` with the first allocation failing, then the second, and so on until none does: each
 * call that was hit raises 53200, at least `errors_min` of them, and the last one returns. `arena`
 * is new for each call.
 */
void fixture_fail_allocations(struct fixture *f, uint32_t errors_min,
                              void (*make)(struct fixture *f, struct arena *arena));
#endif
