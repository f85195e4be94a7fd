/*
 * fixture.c: see fixture.h.
 */
#include "fixture.h"

#include "base/fault.h"
#include "base/raise.h"

#define ALLOCATIONS_MAX 1000

int
fixture_set_up(void **state)
{
    struct fixture *f = test_calloc(1, sizeof *f);
    f->types = types_new();
    f->arena = arena_new(&(struct arena_options){.name = "test", .on_full = raise_arena_full});
    f->env = (struct type_env){
        .types = f->types, .extra_float_digits = 1, .transaction_us = 5, .statement_us = 6};
    random_init(&f->random, 7);
    *state = f;
    return f->types == NULL || f->arena == NULL;
}

int
fixture_tear_down(void **state)
{
    struct fixture *f = *state;
    arena_free(f->arena);
    types_free(f->types);
    test_free(f);
    return 0;
}

#ifdef ROWAN_FAULTS
void
fixture_fail_allocations(struct fixture *f, uint32_t errors_min,
                         void (*make)(struct fixture *f, struct arena *arena))
{
    bool was_hit = true;
    volatile uint32_t errors = 0; /* survives the jump */
    for (volatile uint64_t nth = 1; was_hit && nth < ALLOCATIONS_MAX; nth++) {
        struct arena *arena =
            arena_new(&(struct arena_options){.name = "fault", .on_full = raise_arena_full});
        struct catch frame;
        fault_arm(FAULT_ALLOC, nth);
        if (catch_begin(&frame, f->arena)) {
            make(f, arena);
            catch_end(&frame);
        } else {
            errors++;
            assert_int_equal(frame.error->code, SQLSTATE_OUT_OF_MEMORY);
        }
        was_hit = fault_was_hit(FAULT_ALLOC);
        fault_arm(FAULT_ALLOC, 0);
        arena_free(arena);
    }
    assert_false(was_hit);
    assert_true(errors >= errors_min);
}
#endif
