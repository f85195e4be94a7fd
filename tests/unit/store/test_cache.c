/*
 * test_cache.c: a cache that is smaller than the database.
 *
 * Goal: trees much larger than the cache are read, scanned and changed, by several threads, within
 * the memory that was given; broken pages are told from good ones; what the checkpointer writes is
 * what was there. Method: trees on a memory device, with a cache of a few hundred pages; readers
 * and an editing thread at once; faults at each call of the device.
 */
#include "base/check.h"
#include "base/fault.h"
#include "base/random.h"
#include "base/thread.h"
#include "stand_in.h"
#include "store/device_sim.h"
#include "store/space.h"
#include "store/tree_int.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define CACHE_PAGES 256u
#define ROW_BYTES 200u

static struct store *
open_small(struct reader **reader)
{
    struct device *device;
    assert_int_equal(device_memory_open(&device), ST_OK);
    struct store *store = stand_in_open(device, CACHE_PAGES * PAGE_BYTES);
    assert_int_equal(reader_new(store, reader), ST_OK);
    return store;
}

static struct slice
row_of(uint64_t n, uint64_t version, uint8_t *to)
{
    memset(to, (int)(n % 256), ROW_BYTES);
    le64_set(to, n);
    le64_set(to + 8, version);
    return slice_of(to, ROW_BYTES);
}

static void
put_row(struct edit *edit, struct tree_root *root, uint64_t n, uint64_t version)
{
    uint8_t key[8], row[ROW_BYTES];
    be64_set(key, n);
    assert_int_equal(tree_put(edit, root, slice_of(key, 8), row_of(n, version, row), PUT_UPSERT),
                     ST_OK);
}

/*
 * Fills a tree with rows 0 .. count - 1 in one edit, much larger than the cache; in steps of
 * `stride`, which has no divisor in common with count.
 */
static void
fill_tree_in_steps(struct store *store, struct reader *reader, birth_seq birth, uint64_t count,
                   uint64_t stride, struct tree_root *root)
{
    struct edit edit;
    reader_enter(reader);
    edit_init(&edit, store, reader, birth);
    for (uint64_t n = 0; n < count; n++) {
        put_row(&edit, root, n * stride % count, birth);
        if (n % 32 == 0)
            reader_refresh(reader);
    }
    reader_leave(reader);
    stand_in_publish(&edit);
    edit_deinit(&edit);
}

static void
fill_tree(struct store *store, struct reader *reader, birth_seq birth, uint64_t count,
          struct tree_root *root)
{
    fill_tree_in_steps(store, reader, birth, count, 7919, root);
}

static uint64_t
resident_count(struct store *store)
{
    struct cache_report report;
    cache_report(store->cache, &report);
    return report.resident_count;
}

static void
assert_scan(struct store *store, struct reader *reader, const struct tree_root *root,
            uint64_t count, uint64_t version)
{
    struct cursor cursor;
    uint8_t row[ROW_BYTES];
    reader_enter(reader);
    cursor_init(&cursor, store, reader, root);
    assert_int_equal(cursor_first(&cursor), ST_OK);
    for (uint64_t n = 0; n < count; n++) {
        struct slice value;
        assert_false(cursor.is_at_end);
        assert_int_equal(cursor_value(&cursor, &value), ST_OK);
        struct slice should = row_of(n, version, row);
        assert_int_equal(value.bytes, should.bytes);
        assert_memory_equal(value.data, should.data, should.bytes);
        assert_int_equal(cursor_next(&cursor), ST_OK);
        if (n % 500 == 0) {
            reader_refresh(reader);
            assert_int_equal(cursor_restore(&cursor), ST_OK);
        }
    }
    assert_true(cursor.is_at_end);
    cursor_deinit(&cursor);
    reader_leave(reader);
}

static enum status
count_difference(void *object, struct slice key, struct slice before, struct slice after)
{
    assert_int_equal(key.bytes, 8);
    assert_null(before.data);
    assert_int_equal(after.bytes, ROW_BYTES);
    ++*(uint64_t *)object;
    return ST_OK;
}

static void
a_small_cache_holds_a_large_tree(void **state)
{
    (void)state;
    struct reader *reader;
    struct store *store = open_small(&reader);
    struct tree_root root = {0};
    const uint64_t count = 40000; /* some 5 times the cache */
    fill_tree(store, reader, 1, count, &root);
    assert_true(resident_count(store) <= CACHE_PAGES + 128);
    assert_int_equal(root.row_count, count);
    assert_scan(store, reader, &root, count, 1);
    fill_tree(store, reader, 2, count, &root);
    assert_scan(store, reader, &root, count, 2);
    reader_enter(reader);
    assert_int_equal(tree_check(store, reader, &root), ST_OK);
    assert_true(resident_count(store) <= CACHE_PAGES + 128);
    uint64_t differences = 0;
    assert_int_equal(
        tree_diff(store, reader, &(struct tree_root){0}, &root, count_difference, &differences),
        ST_OK);
    assert_int_equal(differences, count);
    reader_leave(reader);
    assert_true(resident_count(store) <= CACHE_PAGES + 256);
    assert_int_equal(store->space->corrupt_count, 0);
    stand_in_close(store);
}

/* ---- several readers ---- */

#define HELD_MAX 40u
#define HOLDERS 3u

/* A reader and the pages that it has looked at in its epoch. */
struct holder {
    struct reader *reader;
    page_no pages[HELD_MAX];
    const struct page *held[HELD_MAX];
    uint32_t count;
};

static void
assert_held(const struct holder *holder)
{
    for (uint32_t i = 0; i < holder->count; i++)
        assert_int_equal(holder->held[i]->page, holder->pages[i]);
}

/* What a reader has looked at stays in place until it moves on, however slow the others are. */
static void
readers_keep_what_they_looked_at(void **state)
{
    (void)state;
    struct holder holders[HOLDERS] = {0};
    struct store *store = open_small(&holders[0].reader);
    struct tree_root root = {0};
    fill_tree_in_steps(store, holders[0].reader, 1, 60000, 1, &root);
    /* Pages of its leaves, told apart from those that the edit gave back. */
    static page_no pages[4096];
    uint32_t page_count = 0;
    for (uint32_t i = 0; i < HOLDERS; i++) {
        if (i > 0)
            assert_int_equal(reader_new(store, &holders[i].reader), ST_OK);
    }
    reader_enter(holders[0].reader);
    for (page_no page = 2; page < store->space->next; page++) {
        const struct page *ignored;
        enum status st = cache_get(store->cache, (struct page_ref){page, 1}, &ignored);
        if (st == ST_OK && page_count < sizeof pages / sizeof pages[0])
            pages[page_count++] = page;
        reader_refresh(holders[0].reader);
    }
    assert_true(page_count > CACHE_PAGES);
    for (uint32_t i = 1; i < HOLDERS; i++)
        reader_enter(holders[i].reader);
    struct random random;
    random_init(&random, 3);
    for (uint32_t step = 0; step < 100000; step++) {
        struct holder *holder = &holders[random_below(&random, HOLDERS)];
        if (holder->count == HELD_MAX) {
            /* They stay with all that they hold: the first for long, the last hardly at all. */
            static const uint64_t stays[HOLDERS] = {300, 200, 2};
            if (random_below(&random, stays[holder - holders]) != 0)
                continue;
            assert_held(holder);
            reader_refresh(holder->reader);
            holder->count = 0;
        }
        struct page_ref ref = {.birth = 1};
        /* Some looks go to a few pages, which are marked and rescued again and again. */
        bool is_hot = random_below(&random, 8) == 0;
        ref.page = pages[random_below(&random, is_hot ? CACHE_PAGES / 2 : page_count)];
        const struct page **page = &holder->held[holder->count];
        assert_int_equal(cache_get(store->cache, ref, page), ST_OK);
        holder->pages[holder->count++] = ref.page;
        assert_held(&holders[step % HOLDERS]);
    }
    struct cache_report report;
    cache_report(store->cache, &report);
    assert_true(report.evictions > 1000);
    for (uint32_t i = 0; i < HOLDERS; i++)
        reader_leave(holders[i].reader);
    stand_in_close(store);
}

/* ---- several threads ---- */

struct shared {
    struct store *store;
    struct mutex lock;     /* guards root */
    struct tree_root root; /* the newest published */
    _Atomic birth_seq moment;
    _Atomic bool is_over;
    uint64_t count;
};

/* Looks at random rows of published trees: all rows of a tree are of one version. */
static void
look(struct shared *shared, struct reader *reader, struct random *random)
{
    mutex_lock(&shared->lock);
    struct tree_root root = shared->root;
    reader_pin_at(reader, root.ref.birth);
    mutex_unlock(&shared->lock);
    reader_enter(reader);
    uint64_t version = 0;
    for (uint32_t i = 0; i < 50; i++) {
        uint64_t n = random_below(random, shared->count);
        uint8_t key[8], row[ROW_BYTES];
        struct slice value;
        be64_set(key, n);
        check(tree_get(shared->store, reader, &root, slice_of(key, 8), NULL, &value) == ST_OK);
        uint64_t is = le64_get(value.data + 8);
        check(version == 0 || is == version);
        version = is;
        struct slice should = row_of(n, version, row);
        check(slice_equal(value, should));
        if (i % 10 == 0)
            reader_refresh(reader);
    }
    reader_leave(reader);
    reader_unpin(reader);
}

static void
reader_thread(void *object)
{
    struct shared *shared = object;
    struct reader *reader;
    struct random random;
    check(reader_new(shared->store, &reader) == ST_OK);
    random_init(&random, (uintptr_t)reader);
    while (!atomic_load(&shared->is_over))
        look(shared, reader, &random);
    reader_free(reader);
}

/* Frees retired pages once nobody pins a moment before `death`. */
static void
free_retired(struct shared *shared, struct edit *edit)
{
    while (readers_oldest_pin(shared->store) < edit->birth)
        ;
    for (uint32_t i = 0; i < edit->retired.count; i++) {
        cache_drop(shared->store->cache, edit->retired.refs[i].page);
        space_give_back(shared->store, edit->retired.refs[i].page);
    }
    edit->retired.count = 0;
}

/* Changes every row of the tree in each round, and publishes. */
static void
edit_round(struct shared *shared, struct reader *reader, birth_seq birth)
{
    struct tree_root root = shared->root;
    struct edit edit;
    reader_enter(reader);
    edit_init(&edit, shared->store, reader, birth);
    for (uint64_t n = 0; n < shared->count; n++) {
        put_row(&edit, &root, n, birth);
        if (n % 64 == 0)
            reader_refresh(reader);
    }
    reader_leave(reader);
    for (uint32_t i = 0; i < edit.taken.count; i++)
        cache_seal(shared->store->cache, edit.taken.refs[i].page);
    mutex_lock(&shared->lock);
    shared->root = root;
    mutex_unlock(&shared->lock);
    free_retired(shared, &edit);
    edit_deinit(&edit);
    atomic_store(&shared->moment, birth);
}

static void
checkpoint_thread(void *object)
{
    struct shared *shared = object;
    page_no next = 0;
    while (!atomic_load(&shared->is_over)) {
        struct young_pass pass = {.moment = atomic_load(&shared->moment)};
        bool is_done = false;
        uint32_t written;
        uint64_t mismatch_count;
        while (!is_done)
            check(cache_write_young(shared->store->cache, &pass, 32, &written, &is_done) == ST_OK);
        check(cache_scrub(shared->store->cache, &next, 64, &mismatch_count) == ST_OK);
        check(mismatch_count == 0);
    }
}

static void
threads_share_a_small_cache(void **state)
{
    (void)state;
    struct reader *reader;
    struct shared shared = {.store = open_small(&reader), .count = 20000};
    mutex_init(&shared.lock);
    fill_tree(shared.store, reader, 1, shared.count, &shared.root);
    atomic_store(&shared.moment, 1);
    struct thread threads[4];
    for (uint32_t i = 0; i < 3; i++)
        assert_int_equal(thread_start(&threads[i], "reader", 0, reader_thread, &shared), ST_OK);
    assert_int_equal(thread_start(&threads[3], "checkpointer", 0, checkpoint_thread, &shared),
                     ST_OK);
    for (birth_seq birth = 2; birth < 8; birth++)
        edit_round(&shared, reader, birth);
    atomic_store(&shared.is_over, true);
    for (uint32_t i = 0; i < 4; i++)
        thread_join(&threads[i]);
    assert_scan(shared.store, reader, &shared.root, shared.count, 7);
    assert_int_equal(shared.store->space->corrupt_count, 0);
    struct cache_report report;
    cache_report(shared.store->cache, &report);
    assert_true(report.evictions > 1000);
    mutex_deinit(&shared.lock);
    stand_in_close(shared.store);
}

/* ---- the bound ---- */

static void
a_reader_that_never_moves_is_refused_in_the_end(void **state)
{
    (void)state;
    struct reader *reader;
    struct store *store = open_small(&reader);
    struct tree_root root = {0};
    const uint64_t count = 200000; /* more pages than the cache may hold even in need */
    fill_tree_in_steps(store, reader, 1, count, 1, &root);
    struct cursor cursor;
    enum status st = ST_OK;
    reader_enter(reader);
    cursor_init(&cursor, store, reader, &root);
    for (st = cursor_first(&cursor); st == ST_OK && !cursor.is_at_end;)
        st = cursor_next(&cursor);
    assert_int_equal(st, ST_NO_MEMORY);
    assert_true(resident_count(store) <= 2 * CACHE_PAGES + 4096);
    reader_leave(reader);
    cursor_deinit(&cursor);
    assert_scan(store, reader, &root, count, 1);
    stand_in_close(store);
}

/* ---- broken pages ---- */

struct place {
    page_no page;
    uint32_t byte;
};

static void
broken_pages_are_told(void **state)
{
    (void)state;
    struct sim_disk *disk;
    struct device *device;
    struct reader *reader;
    assert_int_equal(sim_disk_new(1, &disk), ST_OK);
    assert_int_equal(device_sim_open(disk, &device), ST_OK);
    struct store *store = stand_in_open(device, 64 * PAGE_BYTES);
    assert_int_equal(reader_new(store, &reader), ST_OK);
    struct tree_root root = {0};
    fill_tree_in_steps(store, reader, 5, 20000, 1, &root);
    struct young_pass pass = {.moment = 5};
    uint32_t written;
    bool is_done = false;
    while (!is_done)
        assert_int_equal(cache_write_young(store->cache, &pass, 8, &written, &is_done), ST_OK);
    page_no page_count = store->space->next;
    uint32_t refused = 0;
    for (page_no page = 2; page < page_count; page += 7) {
        struct page_ref ref = {.page = page, .birth = 5};
        const struct page *got;
        if (cache_has(store->cache, page))
            continue;
        reader_enter(reader);
        assert_true(sim_disk_flip(disk, page, (uint32_t)(page * 31 % PAGE_BYTES), 16));
        assert_int_equal(cache_get(store->cache, ref, &got), ST_CORRUPT);
        assert_true(sim_disk_flip(disk, page, (uint32_t)(page * 31 % PAGE_BYTES), 16));
        assert_int_equal(cache_get(store->cache, (struct page_ref){page, 4}, &got), ST_CORRUPT);
        assert_int_equal(cache_get(store->cache, ref, &got), ST_OK);
        reader_leave(reader);
        refused++;
    }
    assert_true(refused > 20);
    const struct page *got;
    assert_int_equal(cache_get(store->cache, (struct page_ref){page_count + 5, 5}, &got),
                     ST_CORRUPT);
    assert_int_equal(cache_get(store->cache, (struct page_ref){UINT64_MAX, 5}, &got), ST_CORRUPT);
    assert_scan(store, reader, &root, 20000, 5);

    /* A page that changes on the device while it is in memory is found by the scrub. */
    page_no resident = 2;
    while (!cache_has(store->cache, resident))
        resident++;
    assert_true(sim_disk_flip(disk, resident, 4000, 1));
    page_no next = 0;
    uint64_t mismatch_count;
    assert_int_equal(cache_scrub(store->cache, &next, UINT32_MAX, &mismatch_count), ST_OK);
    assert_int_equal(mismatch_count, 1);
    assert_int_equal(next, 0);
    stand_in_close(store);
    sim_disk_free(disk);
}

/* ---- faults ---- */

enum { FAULT_KEYS = 3000 };

/* A tree under change while calls fail, and what it should hold. */
struct trial {
    struct store *store;
    struct reader *reader;
    struct random random;
    struct tree_root root;
    struct edit edit;
    uint64_t versions[FAULT_KEYS]; /* 0: no row */
    uint32_t failures;
};

/* One random change, one of whose next `gap` calls fails. */
static void
change_once(struct trial *trial, enum fault_point point, uint64_t gap, uint64_t version)
{
    static uint8_t long_value[40000];
    uint64_t n = random_below(&trial->random, FAULT_KEYS);
    uint8_t key[8], row[ROW_BYTES];
    be64_set(key, n);
    struct slice value = row_of(n, version, row);
    if (n % 50 == 0) {
        memcpy(long_value, row, ROW_BYTES);
        value = slice_of(long_value, sizeof long_value);
    }
    bool is_put = random_below(&trial->random, 3) > 0;
    fault_arm(point, 1 + random_below(&trial->random, gap));
    enum status st = is_put
                         ? tree_put(&trial->edit, &trial->root, slice_of(key, 8), value, PUT_UPSERT)
                         : tree_delete(&trial->edit, &trial->root, slice_of(key, 8));
    bool was_hit = fault_was_hit(point);
    fault_arm(point, 0);
    if (st == ST_NO_MEMORY || st == ST_IO) {
        assert_true(was_hit);
        trial->failures++;
        return;
    }
    assert_int_equal(st, is_put || trial->versions[n] != 0 ? ST_OK : ST_NOT_FOUND);
    trial->versions[n] = is_put ? version : 0;
}

static void
assert_versions(struct trial *trial)
{
    struct buf spill;
    buf_init(&spill);
    uint64_t count = 0;
    for (uint64_t n = 0; n < FAULT_KEYS; n++) {
        uint8_t key[8];
        struct slice value;
        be64_set(key, n);
        reader_refresh(trial->reader);
        enum status st =
            tree_get(trial->store, trial->reader, &trial->root, slice_of(key, 8), &spill, &value);
        assert_int_equal(st, trial->versions[n] != 0 ? ST_OK : ST_NOT_FOUND);
        if (st == ST_OK)
            assert_int_equal(le64_get(value.data + 8), trial->versions[n]);
        count += st == ST_OK;
    }
    assert_int_equal(trial->root.row_count, count);
    buf_deinit(&spill);
}

/* Random changes; after each failed one the tree must hold what it held. */
static void
change_with_faults(struct store *store, struct reader *reader, enum fault_point point, uint64_t gap,
                   uint64_t seed)
{
    struct trial *trial = calloc(1, sizeof *trial);
    assert_non_null(trial);
    trial->store = store;
    trial->reader = reader;
    random_init(&trial->random, seed);
    reader_enter(reader);
    for (birth_seq birth = 1; birth <= 4; birth++) {
        edit_init(&trial->edit, store, reader, birth);
        for (uint32_t i = 0; i < 3000; i++) {
            change_once(trial, point, gap, birth << 32 | i);
            if (i % 20 == 0)
                reader_refresh(reader);
            if (i % 300 == 0)
                assert_int_equal(tree_check(store, reader, &trial->root), ST_OK);
        }
        stand_in_publish(&trial->edit);
        edit_deinit(&trial->edit);
    }
    assert_true(trial->failures > 50);
    assert_versions(trial);
    /* Nothing leaked: an edit that clears the tree leaves no page in use. */
    edit_init(&trial->edit, store, reader, 5);
    assert_int_equal(tree_clear(&trial->edit, &trial->root, 0), ST_OK);
    stand_in_publish(&trial->edit);
    edit_deinit(&trial->edit);
    assert_int_equal(store->space->used_count, 0);
    reader_leave(reader);
    free(trial);
}

static void
failed_allocations_leave_the_tree_whole(void **state)
{
    (void)state;
    struct reader *reader;
    struct store *store = stand_in_open(NULL, 0);
    assert_int_equal(reader_new(store, &reader), ST_OK);
    int64_t live = fault_live_count();
    change_with_faults(store, reader, FAULT_ALLOC, 4, 1);
    assert_int_equal(fault_live_count(), live);
    stand_in_close(store);
}

static void
failed_io_leaves_the_tree_whole(void **state)
{
    (void)state;
    struct device *device;
    struct reader *reader;
    assert_int_equal(device_memory_open(&device), ST_OK);
    struct store *store = stand_in_open(device, 64 * PAGE_BYTES);
    assert_int_equal(reader_new(store, &reader), ST_OK);
    change_with_faults(store, reader, FAULT_IO, 8, 2);
    assert_int_equal(store->space->corrupt_count, 0);
    stand_in_close(store);
}

static void
no_space_leaves_the_tree_whole(void **state)
{
    (void)state;
    struct reader *reader;
    struct store *store = stand_in_open(NULL, 0);
    assert_int_equal(reader_new(store, &reader), ST_OK);
    store->space->limit = 60;
    reader_enter(reader);
    struct edit edit;
    edit_init(&edit, store, reader, 1);
    struct tree_root root = {0};
    uint8_t key[8], row[ROW_BYTES];
    enum status st = ST_OK;
    uint64_t n = 0;
    for (; st == ST_OK; n++) {
        be64_set(key, n * 7919 % 100000);
        st = tree_put(&edit, &root, slice_of(key, 8), row_of(n, 1, row), PUT_INSERT);
    }
    assert_int_equal(st, ST_NO_SPACE);
    assert_int_equal(root.row_count, n - 1);
    assert_int_equal(tree_check(store, reader, &root), ST_OK);
    assert_int_equal(edit.taken.count, store->space->used_count);
    edit_drop(&edit);
    edit_deinit(&edit);
    assert_int_equal(store->space->used_count, 0);
    reader_leave(reader);
    stand_in_close(store);
}

static void
values_of_many_pieces_go_past_the_cache(void **state)
{
    (void)state;
    struct reader *reader;
    struct store *store = open_small(&reader);
    size_t bytes = (size_t)40 << 20; /* 20 times the cache */
    uint8_t *value = malloc(bytes);
    assert_non_null(value);
    for (size_t i = 0; i < bytes; i += 8)
        le64_set(value + i, i < bytes / 2 ? i * 0x9e3779b97f4a7c15u : i / 4096);
    reader_enter(reader);
    struct edit edit;
    edit_init(&edit, store, reader, 1);
    struct tree_root root = {0};
    struct slice key = slice_text("k"), got;
    assert_int_equal(tree_put(&edit, &root, key, slice_of(value, bytes), PUT_INSERT), ST_OK);
    assert_true(resident_count(store) < 16);
    assert_true(edit.taken.count < bytes / PAGE_BYTES * 3 / 4); /* half of it packs well */
    struct buf spill;
    buf_init(&spill);
    assert_int_equal(tree_get(store, reader, &root, key, &spill, &got), ST_OK);
    assert_int_equal(got.bytes, bytes);
    assert_memory_equal(got.data, value, bytes);
    assert_int_equal(tree_check(store, reader, &root), ST_OK);
    assert_int_equal(tree_delete(&edit, &root, key), ST_OK);
    assert_int_equal(edit.taken.count, 0);
    buf_deinit(&spill);
    edit_deinit(&edit);
    reader_leave(reader);
    free(value);
    stand_in_close(store);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_small_cache_holds_a_large_tree),
        cmocka_unit_test(readers_keep_what_they_looked_at),
        cmocka_unit_test(threads_share_a_small_cache),
        cmocka_unit_test(a_reader_that_never_moves_is_refused_in_the_end),
        cmocka_unit_test(broken_pages_are_told),
        cmocka_unit_test(failed_allocations_leave_the_tree_whole),
        cmocka_unit_test(failed_io_leaves_the_tree_whole),
        cmocka_unit_test(no_space_leaves_the_tree_whole),
        cmocka_unit_test(values_of_many_pieces_go_past_the_cache),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
