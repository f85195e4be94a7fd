/*
 * test_lock_table.c: locks exclude, wait in order, time out, are cancelled, and never deadlock.
 *
 * Conflicts are compared with PostgreSQL's tables, mode by mode. Waiting is tested with threads:
 * counters guarded by locks, circles that must be broken, and queues that must be fair.
 */
#include "unit/unit.h"

#include <stdlib.h>

#include "base/arena.h"
#include "base/clock.h"
#include "base/random.h"
#include "txn/lock_table.h"
#include "txn/txn.h"

static struct lock_owner *
owner_new(void)
{
    struct lock_owner *owner = calloc(1, sizeof *owner);
    lock_owner_init(owner, arena_new(&(struct arena_options){.name = "test"}));
    return owner;
}

static void
owner_free(struct lock_owner *owner)
{
    lock_owner_deinit(owner);
    arena_free(owner->arena);
    free(owner);
}

static const struct lock_patience nowait = {.is_nowait = true};

static enum status
try_lock(struct lock_table *table, struct lock_owner *owner, enum lock_class class, uint64_t hash,
         uint32_t mode)
{
    bool has_waited;
    struct lock_name name = {.hash = hash, .class = class};
    return lock_acquire(table, owner, name, mode, &nowait, NULL, NULL, &has_waited);
}

static void
row_modes_conflict_as_in_postgresql(void **state)
{
    (void)state;
    static const char *expected[4] = {"...x", "..xx", ".xxx", "xxxx"};
    struct lock_table *table;
    assert_int_equal(lock_table_new(&table), ST_OK);
    struct lock_owner *a = owner_new(), *b = owner_new();
    for (uint32_t held = 0; held < 4; held++) {
        for (uint32_t wanted = 0; wanted < 4; wanted++) {
            assert_int_equal(try_lock(table, a, LOCK_CLASS_ROW, 5, held), ST_OK);
            enum status st = try_lock(table, b, LOCK_CLASS_ROW, 5, wanted);
            assert_int_equal(st, expected[held][wanted] == 'x' ? ST_LOCK_BUSY : ST_OK);
            assert_int_equal(try_lock(table, b, LOCK_CLASS_ROW, 6, wanted), ST_OK);
            lock_release_all(table, a);
            lock_release_all(table, b);
            assert_int_equal(lock_count(table), 0);
        }
    }
    owner_free(a);
    owner_free(b);
    lock_table_free(table);
}

static void
table_modes_conflict_as_in_postgresql(void **state)
{
    (void)state;
    /* Rows and columns: ACCESS SHARE to ACCESS EXCLUSIVE. */
    static const char *expected[8] = {".......x", "......xx", "....xxxx", "...xxxxx",
                                      "..xx.xxx", "..xxxxxx", ".xxxxxxx", "xxxxxxxx"};
    struct lock_table *table;
    assert_int_equal(lock_table_new(&table), ST_OK);
    struct lock_owner *a = owner_new(), *b = owner_new();
    for (uint32_t held = 0; held < 8; held++) {
        for (uint32_t wanted = 0; wanted < 8; wanted++) {
            assert_int_equal(try_lock(table, a, LOCK_CLASS_TABLE, 5, held), ST_OK);
            enum status st = try_lock(table, b, LOCK_CLASS_TABLE, 5, wanted);
            assert_int_equal(st, expected[held][wanted] == 'x' ? ST_LOCK_BUSY : ST_OK);
            lock_release_all(table, a);
            lock_release_all(table, b);
        }
    }
    owner_free(a);
    owner_free(b);
    lock_table_free(table);
}

static void
an_owner_never_stands_in_its_own_way(void **state)
{
    (void)state;
    struct lock_table *table;
    assert_int_equal(lock_table_new(&table), ST_OK);
    struct lock_owner *a = owner_new();
    for (uint32_t mode = 0; mode < 4; mode++)
        assert_int_equal(try_lock(table, a, LOCK_CLASS_ROW, 9, mode), ST_OK);
    assert_int_equal(lock_count(table), 1);
    lock_release_all(table, a);
    assert_int_equal(lock_count(table), 0);
    owner_free(a);
    lock_table_free(table);
}

/* ---- levels ---- */

/* What was taken at a level goes, and what was there before stays, whether the owner is alone or
 * another comes before, in between or behind. */
static void
locks_go_by_level(void **state)
{
    (void)state;
    struct lock_table *table;
    assert_int_equal(lock_table_new(&table), ST_OK);
    struct lock_owner *a = owner_new(), *b = owner_new();
    for (uint32_t others = 0; others < 8; others++) {
        if ((others & 1) != 0)
            assert_int_equal(try_lock(table, b, LOCK_CLASS_ROW, 5000, 3), ST_OK);
        for (uint64_t hash = 0; hash < 600; hash++)
            assert_int_equal(try_lock(table, a, LOCK_CLASS_ROW, hash % 300, 0), ST_OK);
        lock_owner_set_level(a, 5);
        for (uint64_t hash = 200; hash < 800; hash++)
            assert_int_equal(try_lock(table, a, LOCK_CLASS_ROW, hash, hash < 300 ? 3 : 1), ST_OK);
        if ((others & 2) != 0)
            assert_int_equal(try_lock(table, b, LOCK_CLASS_ROW, 700, 3), ST_LOCK_BUSY);
        lock_owner_set_level(a, 7);
        assert_int_equal(try_lock(table, a, LOCK_CLASS_ROW, 900, 3), ST_OK);
        assert_int_equal(try_lock(table, a, LOCK_CLASS_ROW, 400, 3), ST_OK);
        if ((others & 4) != 0)
            assert_int_equal(try_lock(table, b, LOCK_CLASS_ROW, 900, 0), ST_LOCK_BUSY);
        lock_release_to(table, a, 7);
        assert_int_equal(try_lock(table, b, LOCK_CLASS_ROW, 900, 3), ST_OK);
        assert_int_equal(try_lock(table, b, LOCK_CLASS_ROW, 400, 1), ST_OK);
        assert_int_equal(try_lock(table, b, LOCK_CLASS_ROW, 401, 3), ST_LOCK_BUSY);
        lock_release_to(table, a, 5);
        assert_int_equal(try_lock(table, b, LOCK_CLASS_ROW, 250, 1), ST_OK);
        assert_int_equal(try_lock(table, b, LOCK_CLASS_ROW, 250, 3), ST_LOCK_BUSY);
        assert_int_equal(try_lock(table, b, LOCK_CLASS_ROW, 401, 3), ST_OK);
        assert_int_equal(try_lock(table, a, LOCK_CLASS_ROW, 251, 3), ST_OK); /* once more */
        assert_int_equal(try_lock(table, b, LOCK_CLASS_ROW, 251, 0), ST_LOCK_BUSY);
        lock_release_all(table, a);
        lock_release_all(table, b);
        assert_int_equal(lock_count(table), 0);
        if ((others & 1) == 0) {
            /* Let the next one be alone again. */
            for (uint32_t i = 0; i < 200; i++) {
                assert_int_equal(try_lock(table, a, LOCK_CLASS_ROW, 1, 0), ST_OK);
                lock_release_all(table, a);
            }
        }
    }
    owner_free(a);
    owner_free(b);
    lock_table_free(table);
}

/* ---- an owner that is alone ---- */

#define ALONE_LOCKS 1000u

/* Whoever comes second finds all that the first one holds, in the modes it holds them in. */
static void
locks_of_one_alone_are_there_when_another_comes(void **state)
{
    (void)state;
    struct lock_table *table;
    assert_int_equal(lock_table_new(&table), ST_OK);
    struct lock_owner *a = owner_new(), *b = owner_new();
    for (uint64_t round = 0; round < 200; round++) {
        for (uint64_t i = 0; i < ALONE_LOCKS; i++)
            assert_int_equal(try_lock(table, a, LOCK_CLASS_ROW, i * 7919, (uint32_t)i % 4), ST_OK);
        assert_int_equal(try_lock(table, b, LOCK_CLASS_TABLE, 0, 7), ST_OK);
        if (round % 10 != 0) { /* most rounds: alone again and again */
            lock_release_all(table, b);
            lock_release_all(table, a);
            continue;
        }
        for (uint64_t i = 0; i < ALONE_LOCKS; i++) {
            enum status st = try_lock(table, b, LOCK_CLASS_ROW, i * 7919, LOCK_KEY_SHARE);
            assert_int_equal(st, i % 4 == LOCK_UPDATE ? ST_LOCK_BUSY : ST_OK);
        }
        lock_release_all(table, a);
        assert_int_equal(try_lock(table, b, LOCK_CLASS_ROW, 3 * 7919, LOCK_UPDATE), ST_OK);
        assert_int_equal(try_lock(table, a, LOCK_CLASS_ROW, 3 * 7919, LOCK_KEY_SHARE),
                         ST_LOCK_BUSY);
        lock_release_all(table, b);
        lock_release_all(table, a);
        assert_int_equal(lock_count(table), 0);
    }
    owner_free(a);
    owner_free(b);
    lock_table_free(table);
}

struct alone_world {
    struct lock_table *table;
    struct lock_owner *a, *b;
};

static bool
another_comes(void *object, uint64_t nth)
{
    (void)nth;
    struct alone_world *world = object;
    enum status st = try_lock(world->table, world->b, LOCK_CLASS_ROW, 5, LOCK_UPDATE);
    lock_release_all(world->table, world->b);
    if (st == ST_OK)
        return true;
    assert_int_equal(st, ST_NO_MEMORY);
    assert_int_equal(try_lock(world->table, world->a, LOCK_CLASS_ROW, 6, LOCK_UPDATE), ST_OK);
    return false;
}

/* Without memory to move the locks the second one fails, and the first one loses nothing. */
static void
moving_locks_may_fail(void **state)
{
    (void)state;
    struct alone_world world = {.a = owner_new(), .b = owner_new()};
    uint64_t faults = 0;
    assert_int_equal(lock_table_new(&world.table), ST_OK);
    for (uint64_t i = 0; i < ALONE_LOCKS; i++)
        assert_int_equal(
            try_lock(world.table, world.a, LOCK_CLASS_ROW, 1000 + i * 7919, LOCK_UPDATE), ST_OK);
    for (bool is_done = false; !is_done; faults++) {
        fault_arm(FAULT_ALLOC, faults + 1);
        is_done = another_comes(&world, faults);
        assert_int_equal(is_done, !fault_was_hit(FAULT_ALLOC));
        fault_arm(FAULT_ALLOC, 0);
    }
    assert_true(faults > 5); /* the holds, and the table's slabs */
    for (uint64_t i = 0; i < ALONE_LOCKS; i++)
        assert_int_equal(
            try_lock(world.table, world.b, LOCK_CLASS_ROW, 1000 + i * 7919, LOCK_KEY_SHARE),
            ST_LOCK_BUSY);
    lock_release_all(world.table, world.b);
    lock_release_all(world.table, world.a);
    assert_int_equal(lock_count(world.table), 0);
    owner_free(world.a);
    owner_free(world.b);
    lock_table_free(world.table);
}

/* ---- with threads ---- */

struct shared {
    struct lock_table *table;
    uint64_t counters[4];
    _Atomic uint32_t deadlocks;
    _Atomic bool cancel;
    _Atomic int step;
    enum status st;
};

struct worker {
    struct shared *shared;
    uint64_t seed;
    pthread_t thread;
};

static enum status
lock_for(struct shared *shared, struct lock_owner *owner, uint64_t hash, uint32_t mode,
         int64_t timeout_us)
{
    struct lock_patience patience = {
        .timeout_us = timeout_us, .cancel = &shared->cancel, .deadlock_timeout_us = 2000};
    struct lock_name name = {.hash = hash, .class = LOCK_CLASS_ROW};
    bool has_waited;
    return lock_acquire(shared->table, owner, name, mode, &patience, NULL, NULL, &has_waited);
}

/* Adds one to two counters in random order, under both locks. */
static void *
count_up(void *object)
{
    struct worker *worker = object;
    struct shared *shared = worker->shared;
    struct random random;
    random_init(&random, worker->seed);
    struct lock_owner *owner = owner_new();
    for (int i = 0; i < 500;) {
        uint64_t a = random_below(&random, 4), b = random_below(&random, 4);
        enum status st = lock_for(shared, owner, a, LOCK_UPDATE, 0);
        if (st == ST_OK)
            st = lock_for(shared, owner, b, LOCK_NO_KEY_UPDATE, 0);
        if (st == ST_OK) {
            shared->counters[a]++;
            shared->counters[b]++;
            i++;
        } else {
            assert_int_equal(st, ST_DEADLOCK);
            atomic_fetch_add(&shared->deadlocks, 1);
        }
        lock_release_all(shared->table, owner);
        arena_reset(owner->arena);
    }
    owner_free(owner);
    return NULL;
}

static void
locks_guard_and_circles_are_broken(void **state)
{
    (void)state;
    struct shared shared = {.st = ST_OK};
    assert_int_equal(lock_table_new(&shared.table), ST_OK);
    struct worker workers[4];
    for (uint64_t i = 0; i < 4; i++) {
        workers[i] = (struct worker){.shared = &shared, .seed = i + 1};
        pthread_create(&workers[i].thread, NULL, count_up, &workers[i]);
    }
    for (int i = 0; i < 4; i++)
        pthread_join(workers[i].thread, NULL);
    uint64_t sum = 0;
    for (int i = 0; i < 4; i++)
        sum += shared.counters[i];
    assert_int_equal(sum, 4 * 500 * 2);
    assert_int_equal(lock_count(shared.table), 0);
    lock_table_free(shared.table);
}

static void *
wait_for_five(void *object)
{
    struct shared *shared = object;
    struct lock_owner *owner = owner_new();
    shared->st = lock_for(shared, owner, 5, LOCK_UPDATE, 0);
    lock_release_all(shared->table, owner);
    owner_free(owner);
    return NULL;
}

static void
a_wait_ends_by_timeout_cancel_or_release(void **state)
{
    (void)state;
    struct shared shared = {.st = ST_OK};
    assert_int_equal(lock_table_new(&shared.table), ST_OK);
    struct lock_owner *a = owner_new(), *b = owner_new();
    assert_int_equal(try_lock(shared.table, a, LOCK_CLASS_ROW, 5, LOCK_SHARE), ST_OK);
    assert_int_equal(lock_for(&shared, b, 5, LOCK_UPDATE, 3000), ST_LOCK_TIMEOUT);
    /* The one that gave up stands in nobody's way. */
    assert_int_equal(try_lock(shared.table, b, LOCK_CLASS_ROW, 5, LOCK_SHARE), ST_OK);
    lock_release_all(shared.table, b);

    pthread_t thread;
    pthread_create(&thread, NULL, wait_for_five, &shared);
    clock_sleep_us(5000);
    atomic_store(&shared.cancel, true);
    lock_wake(shared.table, &shared.cancel);
    pthread_join(thread, NULL);
    assert_int_equal(shared.st, ST_CANCELED);

    atomic_store(&shared.cancel, false);
    pthread_create(&thread, NULL, wait_for_five, &shared);
    clock_sleep_us(5000);
    lock_release_all(shared.table, a);
    pthread_join(thread, NULL);
    assert_int_equal(shared.st, ST_OK);
    assert_int_equal(lock_count(shared.table), 0);
    owner_free(a);
    owner_free(b);
    lock_table_free(shared.table);
}

/* One that asks for a lock in a thread of its own. */
struct asker {
    struct lock_table *table;
    struct lock_owner *owner;
    struct lock_name name;
    uint32_t mode;
    int64_t deadlock_timeout_us;
    _Atomic bool is_waiting;
    enum status st;
    pthread_t thread;
};

static void
note_wait(void *object)
{
    atomic_store((_Atomic bool *)object, true);
}

static void *
ask(void *object)
{
    struct asker *asker = object;
    struct lock_patience patience = {.timeout_us = 10 * 1000 * 1000,
                                     .deadlock_timeout_us = asker->deadlock_timeout_us};
    bool has_waited;
    asker->st = lock_acquire(asker->table, asker->owner, asker->name, asker->mode, &patience,
                             note_wait, &asker->is_waiting, &has_waited);
    return NULL;
}

/* Asks, and returns when it stands in the queue. */
static void
ask_and_wait(struct asker *asker, enum lock_class class, uint64_t hash, uint32_t mode)
{
    asker->name = (struct lock_name){.hash = hash, .class = class};
    asker->mode = mode;
    pthread_create(&asker->thread, NULL, ask, asker);
    while (!atomic_load(&asker->is_waiting))
        clock_sleep_us(100);
}

/* The answer must have come, or come by itself; then all that the asker has is given up. */
static void
assert_granted(struct asker *asker)
{
    pthread_join(asker->thread, NULL);
    assert_int_equal(asker->st, ST_OK);
    lock_release_all(asker->table, asker->owner);
}

enum { ACCESS_SHARE = 0, ACCESS_EXCLUSIVE = 7 };

#define PATIENT_US (60 * 1000 * 1000) /* longer than any wait: no look for deadlocks */

static void
late_comers_queue_for_a_table_and_not_for_a_row(void **state)
{
    (void)state;
    struct lock_table *table;
    assert_int_equal(lock_table_new(&table), ST_OK);
    struct lock_owner *a = owner_new(), *b = owner_new(), *c = owner_new();
    static const struct {
        enum lock_class class;
        uint32_t weak, added, strong;
        enum status late;
    } cases[] = {
        {LOCK_CLASS_TABLE, ACCESS_SHARE, 1, ACCESS_EXCLUSIVE, ST_LOCK_BUSY},
        {LOCK_CLASS_ROW, LOCK_SHARE, LOCK_NO_KEY_UPDATE, LOCK_UPDATE, ST_OK},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        assert_int_equal(try_lock(table, a, cases[i].class, 5, cases[i].weak), ST_OK);
        struct asker asker = {.table = table, .owner = c, .deadlock_timeout_us = PATIENT_US};
        ask_and_wait(&asker, cases[i].class, 5, cases[i].strong);
        /* It goes with what is held, but not with what somebody waits for. */
        assert_int_equal(try_lock(table, b, cases[i].class, 5, cases[i].weak), cases[i].late);
        lock_release_all(table, b);
        /* The holder itself may add a mode. */
        assert_int_equal(try_lock(table, a, cases[i].class, 5, cases[i].added), ST_OK);
        lock_release_all(table, a);
        assert_granted(&asker);
    }
    assert_int_equal(lock_count(table), 0);
    owner_free(a);
    owner_free(b);
    owner_free(c);
    lock_table_free(table);
}

static void
a_circle_through_a_queue_is_opened_by_another_order(void **state)
{
    (void)state;
    struct lock_table *table;
    assert_int_equal(lock_table_new(&table), ST_OK);
    /* d1 and d2 have a table each that e1 and e2 wait for, and want each other's behind them. */
    struct asker d1 = {.table = table, .deadlock_timeout_us = PATIENT_US}, d2 = d1, e1 = d1,
                 e2 = d1;
    struct asker *all[] = {&d1, &d2, &e1, &e2};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        all[i]->owner = owner_new();
    assert_int_equal(try_lock(table, d1.owner, LOCK_CLASS_TABLE, 1, ACCESS_SHARE), ST_OK);
    assert_int_equal(try_lock(table, d2.owner, LOCK_CLASS_TABLE, 2, ACCESS_SHARE), ST_OK);
    ask_and_wait(&e1, LOCK_CLASS_TABLE, 1, ACCESS_EXCLUSIVE);
    ask_and_wait(&e2, LOCK_CLASS_TABLE, 2, ACCESS_EXCLUSIVE);
    ask_and_wait(&d1, LOCK_CLASS_TABLE, 2, ACCESS_SHARE);
    d2.deadlock_timeout_us = 1000;
    ask_and_wait(&d2, LOCK_CLASS_TABLE, 1, ACCESS_SHARE);
    /* d1 goes ahead of e2; nobody gives up, and all else stays in order. */
    assert_granted(&d1);
    assert_granted(&e1);
    assert_granted(&d2);
    assert_granted(&e2);
    assert_int_equal(lock_count(table), 0);
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        owner_free(all[i]->owner);
    lock_table_free(table);
}

static void
two_that_want_more_of_a_table_do_not_wait_for_the_timeout(void **state)
{
    (void)state;
    struct lock_table *table;
    assert_int_equal(lock_table_new(&table), ST_OK);
    struct asker a = {.table = table, .owner = owner_new(), .deadlock_timeout_us = PATIENT_US};
    struct asker b = {.table = table, .owner = owner_new(), .deadlock_timeout_us = PATIENT_US};
    assert_int_equal(try_lock(table, a.owner, LOCK_CLASS_TABLE, 1, ACCESS_SHARE), ST_OK);
    assert_int_equal(try_lock(table, b.owner, LOCK_CLASS_TABLE, 1, ACCESS_SHARE), ST_OK);
    ask_and_wait(&a, LOCK_CLASS_TABLE, 1, ACCESS_EXCLUSIVE);
    b.name = a.name;
    b.mode = ACCESS_EXCLUSIVE;
    (void)ask(&b);
    assert_int_equal(b.st, ST_DEADLOCK);
    lock_release_all(table, b.owner);
    assert_granted(&a);
    owner_free(a.owner);
    owner_free(b.owner);
    lock_table_free(table);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(row_modes_conflict_as_in_postgresql),
        cmocka_unit_test(table_modes_conflict_as_in_postgresql),
        cmocka_unit_test(an_owner_never_stands_in_its_own_way),
        cmocka_unit_test(locks_go_by_level),
        cmocka_unit_test(locks_of_one_alone_are_there_when_another_comes),
        cmocka_unit_test(moving_locks_may_fail),
        cmocka_unit_test(locks_guard_and_circles_are_broken),
        cmocka_unit_test(a_wait_ends_by_timeout_cancel_or_release),
        cmocka_unit_test(late_comers_queue_for_a_table_and_not_for_a_row),
        cmocka_unit_test(a_circle_through_a_queue_is_opened_by_another_order),
        cmocka_unit_test(two_that_want_more_of_a_table_do_not_wait_for_the_timeout),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
