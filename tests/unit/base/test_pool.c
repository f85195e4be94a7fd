/*
 * Goal: shares run at the same time on other threads, each once, and none is waited for that has no
 * thread; a pool has no more threads than it may, and ends them.
 * Method: shares that wait for each other; jobs begun while all threads are busy; many callers.
 */
#include "base/clock.h"
#include "base/pool.h"
#include "base/thread.h"
#include "unit/unit.h"
#include <stdatomic.h>

struct meeting {
    _Atomic uint32_t arrived, shares_seen;
    uint32_t wanted;
};

/* Returns when all that are wanted are there at one time. */
static void
meet(void *object, uint32_t share)
{
    struct meeting *meeting = object;
    atomic_fetch_or(&meeting->shares_seen, 1u << share);
    atomic_fetch_add(&meeting->arrived, 1);
    while (atomic_load(&meeting->arrived) < meeting->wanted)
        clock_sleep_us(50);
}

static void
test_shares_run_together(void **state)
{
    (void)state;
    struct pool *pool = pool_new();
    assert_non_null(pool);
    for (uint32_t round = 0; round < 20; round++) {
        struct meeting meeting = {.wanted = 4};
        struct pool_job job = {.run = meet, .object = &meeting};
        assert_int_equal(pool_start(pool, &job, 3, 3), 3);
        meet(&meeting, 0);
        assert_true(pool_wait(pool, &job, clock_monotonic_us() + 30000000));
        assert_int_equal(meeting.shares_seen, 15);
        assert_int_equal(meeting.arrived, 4);
    }
    pool_free(pool);
}

static void
test_busy_threads_are_not_waited_for(void **state)
{
    (void)state;
    struct pool *pool = pool_new();
    struct meeting held = {.wanted = 3}, other = {.wanted = 1};
    struct pool_job job = {.run = meet, .object = &held};
    struct pool_job second = {.run = meet, .object = &other};
    assert_int_equal(pool_start(pool, &job, 5, 2), 2); /* no more than the pool may have */
    assert_int_equal(pool_start(pool, &second, 2, 2), 0);
    assert_true(pool_wait(pool, &second, clock_monotonic_us()));
    assert_false(pool_wait(pool, &job, clock_monotonic_us() + 1000));
    meet(&held, 0);
    assert_true(pool_wait(pool, &job, clock_monotonic_us() + 30000000));
    assert_int_equal(pool_start(pool, &second, 1, 2), 1); /* they rest again */
    assert_true(pool_wait(pool, &second, clock_monotonic_us() + 30000000));
    assert_int_equal(other.arrived, 1);
    pool_free(pool);
}

struct caller {
    struct pool *pool;
    _Atomic uint64_t work, left;
};

static void
take_all(void *object, uint32_t share)
{
    struct caller *caller = object;
    (void)share;
    uint64_t left = atomic_load(&caller->left);
    while (left != 0) {
        if (atomic_compare_exchange_weak(&caller->left, &left, left - 1)) {
            atomic_fetch_add(&caller->work, 1);
            left--;
        }
    }
}

static void
call_often(void *object)
{
    struct caller *caller = object;
    for (uint32_t i = 0; i < 200; i++) {
        atomic_store(&caller->left, 50);
        struct pool_job job = {.run = take_all, .object = caller};
        (void)pool_start(caller->pool, &job, 2, 3);
        take_all(caller, 0);
        while (!pool_wait(caller->pool, &job, clock_monotonic_us() + 1000)) {
        }
    }
}

static void
test_callers_share_a_pool(void **state)
{
    (void)state;
    struct pool *pool = pool_new();
    struct caller callers[4];
    struct thread threads[4];
    for (uint32_t i = 0; i < 4; i++) {
        callers[i] = (struct caller){.pool = pool};
        assert_int_equal(thread_start(&threads[i], "caller", 256 * 1024, call_often, &callers[i]),
                         ST_OK);
    }
    for (uint32_t i = 0; i < 4; i++) {
        thread_join(&threads[i]);
        assert_int_equal(callers[i].work, 200 * 50);
    }
    pool_free(pool);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_shares_run_together),
        cmocka_unit_test(test_busy_threads_are_not_waited_for),
        cmocka_unit_test(test_callers_share_a_pool),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
