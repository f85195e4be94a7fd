/*
 * test_load.c: a tree that is built whole has the rows that were added, in order.
 *
 * Rows in random and in rising order, with memory for all of them and for a part, in memory and on
 * the simulated disk, which crashes after the commit; keys that come twice are told.
 */
#include "unit/txn/begin.h"

#include "base/arena.h"
#include "base/bytes.h"
#include "store/device_sim.h"
#include "txn/load.h"
#include "txn/txn.h"

#define TREE 20000
#define ROWS 60000u

/* Adds row `n`: a key of 12 bytes, a value of 60 that tells which it is. */
static enum status
add(struct tree_load *load, uint32_t n)
{
    uint8_t key[12] = "key ", value[60] = {0};
    be32_set(key + 8, n);
    le32_set(value, n);
    return tree_load_add(load, slice_of(key, sizeof key), slice_of(value, sizeof value));
}

/* The i-th of ROWS numbers, each once: rising, or scattered. */
static uint32_t
number(uint32_t i, bool is_rising)
{
    return is_rising ? i : (uint32_t)((uint64_t)i * 48271 % ROWS);
}

static void
assert_rows(struct db *db)
{
    struct branch *branch;
    struct txn *txn = begin(db, "main", &branch);
    struct arena *arena = arena_new(&(struct arena_options){.name = "test"});
    struct txn_cursor *cursor;
    struct key_range all = {.from = {NULL, 0}};
    struct slice key, value;
    assert_int_equal(txn_cursor_open(txn, TREE, all, false, arena, &cursor), ST_OK);
    for (uint32_t n = 0; n < ROWS; n++) {
        assert_int_equal(txn_cursor_next(cursor, &key, &value), ST_OK);
        assert_int_equal(be32_get(key.data + 8), n);
        assert_int_equal(le32_get(value.data), n);
    }
    assert_int_equal(txn_cursor_next(cursor, &key, &value), ST_NOT_FOUND);
    arena_free(arena);
    txn_rollback(txn);
    branch_release(branch);
}

static void
build(struct db *db, bool is_rising, uint64_t memory_bytes)
{
    struct branch *branch;
    struct tree_load *load;
    struct txn *txn = begin(db, "main", &branch);
    assert_int_equal(txn_tree_create(txn, TREE), ST_OK);
    assert_int_equal(tree_load_new(txn, TREE, memory_bytes, &load), ST_OK);
    for (uint32_t i = 0; i < ROWS; i++)
        assert_int_equal(add(load, number(i, is_rising)), ST_OK);
    assert_int_equal(tree_load_finish(load), ST_OK);
    tree_load_free(load);
    assert_int_equal(txn_commit(txn, false), ST_OK);
    branch_release(branch);
}

static void
rows_in_any_order_make_a_tree_in_order(void **state)
{
    (void)state;
    for (uint32_t i = 0; i < 4; i++) {
        struct db *db;
        struct db_options options = {.has_threads = false};
        assert_int_equal(db_open(NULL, &options, &db), ST_OK);
        build(db, i % 2 == 0, i < 2 ? 64u << 20 : 0);
        assert_rows(db);
        assert_int_equal(db_close(db), ST_OK);
    }
}

static void
a_tree_built_outside_of_memory_survives_a_crash(void **state)
{
    (void)state;
    struct sim_disk *disk;
    struct device *device;
    struct db *db;
    struct db_options options = {.has_threads = false};
    assert_int_equal(sim_disk_new(21, &disk), ST_OK);
    assert_int_equal(device_sim_open(disk, &device), ST_OK);
    assert_int_equal(db_open(device, &options, &db), ST_OK);
    build(db, false, 0);
    sim_disk_crash(disk);
    db_abandon(db);
    assert_int_equal(device_sim_open(disk, &device), ST_OK);
    assert_int_equal(db_open(device, &options, &db), ST_OK);
    assert_rows(db);
    assert_int_equal(db_close(db), ST_OK);
    sim_disk_free(disk);
}

/* Adds all rows, and row 777 once more in the end; the load must say so, then or when it ends. */
static void
assert_duplicate(uint64_t memory_bytes)
{
    struct db *db;
    struct branch *branch;
    struct tree_load *load;
    struct db_options options = {.has_threads = false};
    assert_int_equal(db_open(NULL, &options, &db), ST_OK);
    struct txn *txn = begin(db, "main", &branch);
    assert_int_equal(txn_tree_create(txn, TREE), ST_OK);
    assert_int_equal(tree_load_new(txn, TREE, memory_bytes, &load), ST_OK);
    for (uint32_t i = 0; i < ROWS; i++)
        assert_int_equal(add(load, number(i, false)), ST_OK);
    enum status st = add(load, 777);
    if (st == ST_OK)
        st = tree_load_finish(load);
    assert_int_equal(st, ST_EXISTS);
    struct slice key, value;
    tree_load_duplicate(load, &key, &value);
    assert_int_equal(be32_get(key.data + 8), 777);
    assert_int_equal(le32_get(value.data), 777);
    tree_load_free(load);
    txn_rollback(txn);
    branch_release(branch);
    assert_int_equal(db_close(db), ST_OK);
}

static void
a_key_that_comes_twice_is_told(void **state)
{
    (void)state;
    assert_duplicate(64u << 20);
    assert_duplicate(0);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rows_in_any_order_make_a_tree_in_order),
        cmocka_unit_test(a_tree_built_outside_of_memory_survives_a_crash),
        cmocka_unit_test(a_key_that_comes_twice_is_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
