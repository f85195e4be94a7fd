/*
 * test_reader.c: epochs and pins.
 *
 * Goal: an evictor never takes away what a reader may be looking at, and a publisher never misses a
 * pin. Method: single steps, then a publisher and readers that race: what the publisher gives up is
 * made unusable, and no reader may see it so.
 */
#include "base/check.h"
#include "base/clock.h"
#include "base/thread.h"
#include "store/store_int.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

static void
epochs_wait_for_readers(void **state)
{
    (void)state;
    struct store store = {.device = NULL};
    struct reader *a, *b;
    assert_int_equal(readers_init(&store), ST_OK);
    assert_int_equal(reader_new(&store, &a), ST_OK);
    assert_int_equal(reader_new(&store, &b), ST_OK);
    assert_true(readers_have_reached(&store, UINT64_MAX));
    reader_enter(a);
    uint64_t epoch = readers_advance(&store);
    assert_false(readers_have_reached(&store, epoch));
    reader_enter(b);
    reader_enter(a);
    reader_leave(a);
    assert_false(readers_have_reached(&store, epoch)); /* the outermost pair counts */
    reader_refresh(a);
    assert_true(readers_have_reached(&store, epoch));
    uint64_t next = readers_advance(&store);
    reader_leave(a);
    assert_false(readers_have_reached(&store, next));
    reader_leave(b);
    assert_true(readers_have_reached(&store, next));
    reader_free(a);
    reader_free(b);
    readers_deinit(&store);
}

static void
pins_are_seen(void **state)
{
    (void)state;
    struct store store = {.device = NULL};
    struct reader *a, *b;
    _Atomic birth_seq current = 7;
    birth_seq moments[4];
    assert_int_equal(readers_init(&store), ST_OK);
    assert_int_equal(reader_new(&store, &a), ST_OK);
    assert_int_equal(reader_new(&store, &b), ST_OK);
    assert_int_equal(readers_oldest_pin(&store), PIN_NONE);
    assert_int_equal(readers_pins(&store, moments, 4), 0);
    assert_int_equal(reader_pin(a, &current), 7);
    reader_pin_at(b, 3);
    assert_int_equal(readers_oldest_pin(&store), 3);
    assert_int_equal(readers_pins(&store, moments, 4), 2);
    assert_int_equal(moments[0] + moments[1], 10);
    assert_int_equal(readers_pins(&store, moments, 1), 2);
    reader_unpin(b);
    assert_int_equal(readers_oldest_pin(&store), 7);
    reader_free(a);
    assert_int_equal(readers_oldest_pin(&store), PIN_NONE);
    reader_free(b);
    readers_deinit(&store);
}

static void
slots_are_given_out_again(void **state)
{
    (void)state;
    struct store store = {.device = NULL};
    struct reader **readers = malloc(READERS_MAX * sizeof *readers), *more;
    assert_non_null(readers);
    assert_int_equal(readers_init(&store), ST_OK);
    for (uint32_t i = 0; i < READERS_MAX; i++)
        assert_int_equal(reader_new(&store, &readers[i]), ST_OK);
    assert_int_equal(reader_new(&store, &more), ST_LIMIT);
    reader_free(readers[100]);
    assert_int_equal(reader_new(&store, &more), ST_OK);
    assert_ptr_equal(more, readers[100]);
    readers_deinit(&store);
    free(readers);
}

/* ---- a race ---- */

#define MOMENTS 20000u
#define RACERS 3u
#define MOMENTS_A_ROUND 1000u /* after as many the publisher waits until all have pinned again */

struct race {
    struct store store;
    _Atomic birth_seq current;
    _Atomic uint8_t is_given_up[MOMENTS + 1];
    _Atomic bool is_over;
    _Atomic uint32_t racer_count;
    _Atomic uint64_t pin_counts[RACERS];
};

static void
pinning_thread(void *object)
{
    struct race *race = object;
    uint32_t self = atomic_fetch_add(&race->racer_count, 1);
    struct reader *reader;
    check(reader_new(&race->store, &reader) == ST_OK);
    while (!atomic_load(&race->is_over)) {
        birth_seq moment = reader_pin(reader, &race->current);
        for (uint32_t i = 0; i < 20; i++)
            check(atomic_load(&race->is_given_up[moment]) == 0);
        reader_unpin(reader);
        atomic_fetch_add(&race->pin_counts[self], 1);
    }
    reader_free(reader);
}

/* Waits until each thread has pinned again: one may start late, or not run for long. */
static void
wait_for_pins(struct race *race)
{
    for (uint32_t i = 0; i < RACERS; i++) {
        uint64_t before = atomic_load(&race->pin_counts[i]);
        while (atomic_load(&race->pin_counts[i]) < before + 2)
            clock_sleep_us(20);
    }
}

/* Publishes moment after moment, and gives up all that nobody pins. */
static void
no_pin_is_missed(void **state)
{
    (void)state;
    struct race *race = calloc(1, sizeof *race);
    struct thread threads[RACERS];
    assert_non_null(race);
    assert_int_equal(readers_init(&race->store), ST_OK);
    for (uint32_t i = 0; i < RACERS; i++)
        assert_int_equal(thread_start(&threads[i], "pinning", 0, pinning_thread, race), ST_OK);
    birth_seq kept_from = 0;
    for (birth_seq moment = 1; moment <= MOMENTS; moment++) {
        atomic_store(&race->current, moment);
        birth_seq oldest = readers_oldest_pin(&race->store);
        birth_seq end = oldest < moment ? oldest : moment;
        for (; kept_from < end; kept_from++)
            atomic_store(&race->is_given_up[kept_from], 1);
        if (moment % MOMENTS_A_ROUND == 0)
            wait_for_pins(race);
    }
    atomic_store(&race->is_over, true);
    for (uint32_t i = 0; i < RACERS; i++)
        thread_join(&threads[i]);
    assert_true(kept_from > MOMENTS / 2); /* old moments were given up while they raced */
    readers_deinit(&race->store);
    free(race);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(epochs_wait_for_readers),
        cmocka_unit_test(pins_are_seen),
        cmocka_unit_test(slots_are_given_out_again),
        cmocka_unit_test(no_pin_is_missed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
