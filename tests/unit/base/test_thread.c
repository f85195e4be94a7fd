/*
 * Goal: locks exclude, conditions wake, time-outs pass, threads carry names and block signals.
 * Method: examples with two threads; a fault loop over the start.
 */
#include "base/clock.h"
#include "base/thread.h"
#include "unit/unit.h"
#include <signal.h>

struct shared {
    struct mutex mutex;
    struct condition condition;
    int count;
    bool is_asked, is_answered, was_busy;
    char name[32];
    bool is_signal_blocked;
};

static void
shared_init(struct shared *shared)
{
    *shared = (struct shared){.count = 0};
    mutex_init(&shared->mutex);
    condition_init(&shared->condition);
}

static void
shared_deinit(struct shared *shared)
{
    condition_deinit(&shared->condition);
    mutex_deinit(&shared->mutex);
}

static void
count_up(void *object)
{
    struct shared *shared = object;
    for (int i = 0; i < 20000; i++) {
        mutex_lock(&shared->mutex);
        shared->count++;
        mutex_unlock(&shared->mutex);
    }
}

static void
locks_exclude(void **state)
{
    (void)state;
    struct shared shared;
    shared_init(&shared);
    struct thread threads[2];
    for (int i = 0; i < 2; i++)
        assert_int_equal(thread_start(&threads[i], "count", 1, count_up, &shared), ST_OK);
    for (int i = 0; i < 2; i++)
        thread_join(&threads[i]);
    assert_int_equal(shared.count, 40000);
    shared_deinit(&shared);
}

static void
answer(void *object)
{
    struct shared *shared = object;
    shared->was_busy = !mutex_try_lock(&shared->mutex);
    if (shared->was_busy)
        mutex_lock(&shared->mutex);
    while (!shared->is_asked)
        condition_wait(&shared->condition, &shared->mutex);
    shared->is_answered = true;
    pthread_getname_np(pthread_self(), shared->name, sizeof shared->name);
    sigset_t blocked;
    pthread_sigmask(SIG_SETMASK, NULL, &blocked);
    shared->is_signal_blocked = sigismember(&blocked, SIGTERM) == 1;
    condition_broadcast(&shared->condition);
    mutex_unlock(&shared->mutex);
}

static void
conditions_wake_and_threads_are_named(void **state)
{
    (void)state;
    struct shared shared;
    shared_init(&shared);
    struct thread thread;
    assert_int_equal(thread_start(&thread, "fifteen letters", 65536, answer, &shared), ST_OK);
    mutex_lock(&shared.mutex);
    shared.is_asked = true;
    condition_signal(&shared.condition);
    int64_t until_us = clock_monotonic_us() + 10000000;
    while (!shared.is_answered)
        assert_true(condition_wait_until(&shared.condition, &shared.mutex, until_us));
    mutex_unlock(&shared.mutex);
    thread_join(&thread);
    assert_string_equal(shared.name, "fifteen letters");
    assert_true(shared.is_signal_blocked);

    sigset_t blocked;
    pthread_sigmask(SIG_SETMASK, NULL, &blocked);
    assert_int_equal(sigismember(&blocked, SIGTERM), 0);
    shared_deinit(&shared);
}

static void
try_busy(void *object)
{
    struct shared *shared = object;
    shared->was_busy = !mutex_try_lock(&shared->mutex);
}

static void
busy_locks_and_late_signals_are_told(void **state)
{
    (void)state;
    struct shared shared;
    shared_init(&shared);
    mutex_lock(&shared.mutex);
    struct thread thread;
    assert_int_equal(thread_start(&thread, "busy", 0, try_busy, &shared), ST_OK);
    thread_join(&thread);
    assert_true(shared.was_busy);
    int64_t until_us = clock_monotonic_us() + 3000;
    while (condition_wait_until(&shared.condition, &shared.mutex, until_us))
        continue;
    assert_true(clock_monotonic_us() >= until_us);
    assert_false(condition_wait_until(&shared.condition, &shared.mutex, -1));
    mutex_unlock(&shared.mutex);
    assert_true(mutex_try_lock(&shared.mutex));
    mutex_unlock(&shared.mutex);
    shared_deinit(&shared);
}

static bool
start_attempt(void *object, uint64_t nth)
{
    (void)nth;
    struct thread thread;
    if (thread_start(&thread, "fault", 0, count_up, object) != ST_OK)
        return false;
    thread_join(&thread);
    return true;
}

static void
failed_start_is_told(void **state)
{
    (void)state;
    struct shared shared;
    shared_init(&shared);
    assert_int_equal(fault_loop(FAULT_ALLOC, start_attempt, &shared), 1);
    assert_int_equal(shared.count, 20000);
    shared_deinit(&shared);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(locks_exclude),
        cmocka_unit_test(conditions_wake_and_threads_are_named),
        cmocka_unit_test(busy_locks_and_late_signals_are_told),
        cmocka_unit_test(failed_start_is_told),
    };
    return cmocka_run_group_tests_name("thread", tests, NULL, NULL);
}
