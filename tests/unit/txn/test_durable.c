/*
 * test_durable.c: what was committed is there after a close, a crash, and in a file opened
 * read-only; what goes wrong on the way says so.
 *
 * On the simulated disk, so that a crash loses what was not synced. The simulator (tests/sim) does
 * the same at random; these are the promises one by one.
 */
#include "unit/txn/begin.h"

#include "base/arena.h"
#include "base/bytes.h"
#include "store/device_sim.h"
#include "txn/db_check.h"
#include "txn/txn.h"

#define TREE 20000

static struct db *
open_disk(struct sim_disk *disk, bool is_read_only)
{
    struct device *device;
    struct db *db;
    struct db_options options = {.store = {.is_read_only = is_read_only},
                                 .write_set_bytes = 100000};
    assert_int_equal(device_sim_open(disk, &device), ST_OK);
    assert_int_equal(db_open(device, &options, &db), ST_OK);
    return db;
}

/* Puts rows [first, first + count) in one transaction. */
static enum status
fill(struct db *db, const char *name, uint32_t first, uint32_t count, bool is_async)
{
    struct branch *branch;
    struct txn *txn = begin(db, name, &branch);
    for (uint32_t i = first; i < first + count; i++) {
        uint8_t key[4], value[200] = {0};
        be32_set(key, i);
        le32_set(value, i);
        assert_int_equal(txn_put(txn, TREE, slice_of(key, 4), slice_of(value, sizeof value)),
                         ST_OK);
    }
    enum status st = txn_commit(txn, is_async);
    branch_release(branch);
    return st;
}

static uint64_t
row_count(struct db *db, const char *name)
{
    struct branch *branch;
    struct txn *txn = begin(db, name, &branch);
    struct arena *arena = arena_new(&(struct arena_options){.name = "test"});
    struct txn_cursor *cursor;
    struct slice key, value;
    uint64_t count = 0, counted;
    assert_int_equal(
        txn_cursor_open(txn, TREE, (struct key_range){{NULL, 0}, {NULL, 0}}, false, arena, &cursor),
        ST_OK);
    while (txn_cursor_next(cursor, &key, &value) == ST_OK) {
        assert_int_equal(le32_get(value.data), be32_get(key.data));
        count++;
    }
    assert_int_equal(txn_row_count(txn, TREE, &counted), ST_OK);
    assert_int_equal(counted, count);
    arena_free(arena);
    txn_rollback(txn);
    branch_release(branch);
    return count;
}

static void
check_file(struct db *db)
{
    struct db_check_report report;
    assert_int_equal(db_check(db, &report), ST_OK);
}

static void
crash(struct sim_disk *disk, struct db *db)
{
    sim_disk_crash(disk);
    db_abandon(db);
}

static void
commits_survive_a_crash_and_a_close(void **state)
{
    (void)state;
    struct sim_disk *disk;
    assert_int_equal(sim_disk_new(1, &disk), ST_OK);
    struct db *db = open_disk(disk, false);
    assert_int_equal(fill(db, "main", 0, 10, false), ST_OK);
    crash(disk, db);
    db = open_disk(disk, false);
    assert_int_equal(row_count(db, "main"), 10);
    assert_int_equal(branch_create(db, "b", "main"), ST_OK);
    assert_int_equal(fill(db, "b", 10, 10, false), ST_OK);
    assert_int_equal(db_close(db), ST_OK);
    db = open_disk(disk, false);
    assert_int_equal(row_count(db, "main"), 10);
    assert_int_equal(row_count(db, "b"), 20);
    check_file(db);
    crash(disk, db);
    sim_disk_free(disk);
}

/* More than the write set holds: into an empty tree (the log names its pages), then onto rows that
 * are there (the log has the rows). */
static void
large_transactions_survive_too(void **state)
{
    (void)state;
    struct sim_disk *disk;
    assert_int_equal(sim_disk_new(2, &disk), ST_OK);
    struct db *db = open_disk(disk, false);
    assert_int_equal(fill(db, "main", 0, 5000, false), ST_OK);
    crash(disk, db);
    db = open_disk(disk, false);
    assert_int_equal(row_count(db, "main"), 5000);
    assert_int_equal(fill(db, "main", 2500, 5000, false), ST_OK);
    check_file(db);
    crash(disk, db);
    db = open_disk(disk, false);
    assert_int_equal(row_count(db, "main"), 7500);
    check_file(db);
    assert_int_equal(db_close(db), ST_OK);
    db = open_disk(disk, false);
    assert_int_equal(row_count(db, "main"), 7500);
    assert_int_equal(db_close(db), ST_OK);
    sim_disk_free(disk);
}

/* Puts rows [first, first + count) in bulk, in one transaction. */
static enum status
fill_in_bulk(struct db *db, uint32_t first, uint32_t count)
{
    struct branch *branch;
    struct txn *txn = begin(db, "main", &branch);
    assert_int_equal(txn_bulk_begin(txn, TREE, TREE), ST_OK);
    assert_true(txn_is_bulk(txn, TREE));
    for (uint32_t i = first; i < first + count; i += 100) {
        uint8_t rooms[100][204];
        struct slice keys[100], values[100];
        uint32_t done;
        for (uint32_t k = 0; k < 100; k++) {
            memset(rooms[k], 0, sizeof rooms[k]);
            be32_set(rooms[k], i + k);
            le32_set(rooms[k] + 4, i + k);
            keys[k] = slice_of(rooms[k], 4);
            values[k] = slice_of(rooms[k] + 4, 200);
        }
        assert_int_equal(txn_insert_many(txn, TREE, keys, values, 100, &done), ST_OK);
        assert_int_equal(done, 100);
        assert_int_equal(txn_insert_many(txn, TREE, keys + 50, values + 50, 50, &done), ST_EXISTS);
        assert_int_equal(done, 0);
    }
    enum status st = txn_commit(txn, false);
    branch_release(branch);
    return st;
}

static void
bulk_loads_survive_into_empty_and_filled_trees(void **state)
{
    (void)state;
    struct sim_disk *disk;
    assert_int_equal(sim_disk_new(11, &disk), ST_OK);
    struct db *db = open_disk(disk, false);
    assert_int_equal(fill_in_bulk(db, 1000, 5000), ST_OK);
    check_file(db);
    crash(disk, db);
    db = open_disk(disk, false);
    assert_int_equal(row_count(db, "main"), 5000);
    assert_int_equal(fill_in_bulk(db, 6000, 5000), ST_OK);
    assert_int_equal(fill_in_bulk(db, 0, 1000), ST_OK);
    check_file(db);
    crash(disk, db);
    db = open_disk(disk, false);
    assert_int_equal(row_count(db, "main"), 11000);
    assert_int_equal(db_close(db), ST_OK);
    sim_disk_free(disk);
}

static void
who_writes_keeps_bulk_loads_off_and_is_kept_off(void **state)
{
    (void)state;
    struct sim_disk *disk;
    assert_int_equal(sim_disk_new(12, &disk), ST_OK);
    struct db *db = open_disk(disk, false);
    struct branch *branch, *again;
    struct txn *one = begin(db, "main", &branch), *two = begin(db, "main", &again);
    assert_int_equal(txn_lock_table(two, TREE, TABLE_ROW_EXCLUSIVE, LOCK_NOWAIT), ST_OK);
    assert_int_equal(txn_bulk_begin(one, TREE, TREE), ST_LOCK_BUSY);
    assert_false(txn_is_bulk(one, TREE));
    txn_rollback(two);
    assert_int_equal(txn_bulk_begin(one, TREE, TREE), ST_OK);
    two = begin(db, "main", &again);
    assert_int_equal(txn_lock_table(two, TREE, TABLE_ROW_EXCLUSIVE, LOCK_NOWAIT), ST_LOCK_BUSY);
    txn_rollback(two);
    txn_rollback(one);
    branch_release(again);
    branch_release(again);
    branch_release(branch);
    assert_int_equal(row_count(db, "main"), 0);
    assert_int_equal(db_close(db), ST_OK);
    sim_disk_free(disk);
}

/* The branch is forked while the large transaction runs: its pages would count as shared. */
static void
a_fork_under_a_large_transaction_shares_nothing_of_it(void **state)
{
    (void)state;
    struct sim_disk *disk;
    assert_int_equal(sim_disk_new(3, &disk), ST_OK);
    struct db *db = open_disk(disk, false);
    struct branch *branch;
    struct txn *txn = begin(db, "main", &branch);
    for (uint32_t i = 0; i < 3000; i++) {
        uint8_t key[4], value[200] = {0};
        be32_set(key, i);
        le32_set(value, i);
        assert_int_equal(txn_put(txn, TREE, slice_of(key, 4), slice_of(value, sizeof value)),
                         ST_OK);
        if (i == 2000) {
            assert_int_equal(fill(db, "postgres", 0, 1, false), ST_OK);
            assert_int_equal(branch_create(db, "b", "main"), ST_OK);
        }
    }
    assert_int_equal(txn_commit(txn, false), ST_OK);
    branch_release(branch);
    assert_int_equal(row_count(db, "main"), 3000);
    assert_int_equal(row_count(db, "b"), 0);
    check_file(db);
    crash(disk, db);
    db = open_disk(disk, false);
    assert_int_equal(row_count(db, "main"), 3000);
    assert_int_equal(branch_drop(db, "b"), ST_OK);
    check_file(db);
    assert_int_equal(db_close(db), ST_OK);
    sim_disk_free(disk);
}

static void
a_file_opened_read_only_is_read_and_not_written(void **state)
{
    (void)state;
    struct sim_disk *disk;
    assert_int_equal(sim_disk_new(4, &disk), ST_OK);
    struct db *db = open_disk(disk, false);
    assert_int_equal(fill(db, "main", 0, 10, false), ST_OK);
    crash(disk, db);
    uint64_t changes = sim_disk_change_count(disk);
    db = open_disk(disk, true);
    assert_int_equal(row_count(db, "main"), 10);
    assert_int_equal(fill(db, "main", 10, 1, false), ST_READ_ONLY);
    assert_int_equal(branch_create(db, "b", "main"), ST_READ_ONLY);
    assert_int_equal(row_count(db, "main"), 10);
    assert_int_equal(db_close(db), ST_OK);
    assert_int_equal(sim_disk_change_count(disk), changes);
    sim_disk_free(disk);
}

static void
a_failed_sync_ends_writing_and_not_reading(void **state)
{
    (void)state;
    struct sim_disk *disk;
    assert_int_equal(sim_disk_new(5, &disk), ST_OK);
    struct db *db = open_disk(disk, false);
    assert_int_equal(fill(db, "main", 0, 10, false), ST_OK);
    sim_disk_stop_after(disk, 1);
    assert_int_equal(fill(db, "main", 10, 10, false), ST_IO);
    assert_int_equal(fill(db, "main", 10, 10, false), ST_READ_ONLY);
    assert_int_equal(row_count(db, "main"), 10);
    crash(disk, db);
    db = open_disk(disk, false);
    uint64_t count = row_count(db, "main");
    assert_true(count == 10 || count == 20);
    assert_int_equal(db_close(db), ST_OK);
    sim_disk_free(disk);
}

/* ---- merging ---- */

struct seen {
    struct txn *txn;
    char text[64];
    uint32_t count;
};

static enum status
note_row(void *object, const struct merge_row *row)
{
    static const char side[] = "bstC";
    struct seen *seen = object;
    assert_true(seen->count < sizeof seen->text - 3);
    seen->text[seen->count++] = (char)row->key.data[0];
    seen->text[seen->count++] = side[row->side];
    if (row->side != MERGE_SOURCE)
        return ST_OK;
    return row->source.data == NULL ? txn_delete(seen->txn, TREE, row->key)
                                    : txn_put(seen->txn, TREE, row->key, row->source);
}

static void
change(struct db *db, const char *name, const char *changes)
{
    struct branch *branch;
    struct txn *txn = begin(db, name, &branch);
    for (; *changes != 0; changes += 2) {
        struct slice key = slice_of(changes, 1), value = slice_of(changes + 1, 1);
        assert_int_equal(
            changes[1] == '-' ? txn_delete(txn, TREE, key) : txn_put(txn, TREE, key, value), ST_OK);
    }
    assert_int_equal(txn_commit(txn, false), ST_OK);
    branch_release(branch);
}

/* Merges and tells which rows were visited. */
static void
assert_merge(struct db *db, const char *from, const char *to, const char *expected)
{
    struct branch *source, *target;
    struct seen seen = {.txn = begin(db, to, &target)};
    assert_int_equal(branch_open(db, from, &source), ST_OK);
    assert_int_equal(branch_merge_rows(seen.txn, source, TREE, note_row, &seen), ST_OK);
    assert_int_equal(branch_merge_done(seen.txn, source), ST_OK);
    assert_int_equal(txn_commit(seen.txn, false), ST_OK);
    assert_string_equal(seen.text, expected);
    branch_release(source);
    branch_release(target);
}

static void
merges_start_where_the_last_one_ended(void **state)
{
    (void)state;
    struct sim_disk *disk;
    assert_int_equal(sim_disk_new(6, &disk), ST_OK);
    struct db *db = open_disk(disk, false);
    change(db, "main", "a1b1c1d1e1");
    assert_int_equal(branch_create(db, "b", "main"), ST_OK);
    change(db, "b", "a2b-f2d2");
    change(db, "main", "c3d3f2");
    assert_merge(db, "b", "main", "asbsdCfbct");
    assert_merge(db, "b", "main", "ctdt");
    change(db, "b", "g4");
    assert_merge(db, "main", "b", "csdsgt");
    crash(disk, db);
    db = open_disk(disk, false);
    assert_merge(db, "b", "main", "gs");
    check_file(db);
    assert_int_equal(branch_drop(db, "b"), ST_OK);
    assert_int_equal(db_close(db), ST_OK);
    db = open_disk(disk, false);
    check_file(db);
    assert_int_equal(db_close(db), ST_OK);
    sim_disk_free(disk);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(commits_survive_a_crash_and_a_close),
        cmocka_unit_test(large_transactions_survive_too),
        cmocka_unit_test(bulk_loads_survive_into_empty_and_filled_trees),
        cmocka_unit_test(who_writes_keeps_bulk_loads_off_and_is_kept_off),
        cmocka_unit_test(a_fork_under_a_large_transaction_shares_nothing_of_it),
        cmocka_unit_test(a_file_opened_read_only_is_read_and_not_written),
        cmocka_unit_test(a_failed_sync_ends_writing_and_not_reading),
        cmocka_unit_test(merges_start_where_the_last_one_ended),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
