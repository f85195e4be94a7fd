/*
 * test_checkpointer.c: a checkpoint begins when replaying the log would take too long.
 *
 * Goal: rowan.recovery_target is kept, by the number of changed rows and by bytes, counting what a
 * recovery has replayed; without a target nothing begins. Method: the simulated disk, without
 * threads: steps are made by hand, and a checkpoint shows in the log that is left behind it.
 */
#include "unit/txn/begin.h"

#include "base/bytes.h"
#include "store/device_sim.h"
#include "txn/checkpointer.h"
#include "txn/db_int.h"

#define TREE 20000
#define TARGET_US 1000
#define ROWS_OF_TARGET 4000u /* at 250 ns each */
#define KIB_OF_TARGET 1250u  /* at 800 ns each */

static struct db *
open_disk(struct sim_disk *disk, int64_t recovery_target_us)
{
    struct device *device;
    struct db *db;
    struct db_options options = {.recovery_target_us = recovery_target_us};
    assert_int_equal(device_sim_open(disk, &device), ST_OK);
    assert_int_equal(db_open(device, &options, &db), ST_OK);
    return db;
}

static void
fill(struct db *db, uint32_t count, uint32_t value_bytes)
{
    static const uint8_t value[32 << 10];
    struct branch *branch;
    struct txn *txn = begin(db, "main", &branch);
    for (uint32_t i = 0; i < count; i++) {
        uint8_t key[4];
        be32_set(key, i);
        assert_int_equal(txn_put(txn, TREE, slice_of(key, 4), slice_of(value, value_bytes)), ST_OK);
    }
    assert_int_equal(txn_commit(txn, false), ST_OK);
    branch_release(branch);
}

/* Does all that is due. True: that was a checkpoint. */
static bool
is_checkpoint_taken(struct db *db)
{
    uint64_t log_bytes = log_bytes_since_checkpoint(db->store);
    bool is_idle = false;
    while (!is_idle)
        assert_int_equal(checkpointer_step(db->checkpointer, 1000, &is_idle), ST_OK);
    return log_bytes_since_checkpoint(db->store) < log_bytes;
}

static void
rows_bring_a_checkpoint(void **state)
{
    (void)state;
    struct sim_disk *disk;
    assert_int_equal(sim_disk_new(1, &disk), ST_OK);
    struct db *db = open_disk(disk, TARGET_US);
    for (uint32_t round = 0; round < 2; round++) {
        fill(db, ROWS_OF_TARGET / 2, 4);
        assert_false(is_checkpoint_taken(db));
        fill(db, ROWS_OF_TARGET / 2, 4);
        assert_true(is_checkpoint_taken(db));
    }
    /* What was replayed would be replayed again. */
    fill(db, ROWS_OF_TARGET / 2, 4);
    sim_disk_crash(disk);
    db_abandon(db);
    db = open_disk(disk, TARGET_US);
    assert_false(is_checkpoint_taken(db));
    fill(db, ROWS_OF_TARGET / 2, 4);
    assert_true(is_checkpoint_taken(db));
    assert_int_equal(db_close(db), ST_OK);
    sim_disk_free(disk);
}

static void
bytes_bring_a_checkpoint(void **state)
{
    (void)state;
    struct sim_disk *disk;
    assert_int_equal(sim_disk_new(1, &disk), ST_OK);
    struct db *db = open_disk(disk, TARGET_US);
    fill(db, KIB_OF_TARGET / 32 - 5, 32 << 10);
    assert_false(is_checkpoint_taken(db));
    fill(db, 10, 32 << 10);
    assert_true(is_checkpoint_taken(db));
    assert_int_equal(db_close(db), ST_OK);
    sim_disk_free(disk);
}

static void
without_a_target_none_begins(void **state)
{
    (void)state;
    struct sim_disk *disk;
    assert_int_equal(sim_disk_new(1, &disk), ST_OK);
    struct db *db = open_disk(disk, 0);
    fill(db, 4 * ROWS_OF_TARGET, 100);
    assert_false(is_checkpoint_taken(db));
    assert_int_equal(db_close(db), ST_OK);
    sim_disk_free(disk);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rows_bring_a_checkpoint),
        cmocka_unit_test(bytes_bring_a_checkpoint),
        cmocka_unit_test(without_a_target_none_begins),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
