/*
 * test_replay.c: what recovery makes of many records is what they made one by one.
 *
 * Goal: commits that are replayed in runs, sorted by key, leave the rows, the counters and the
 * pages of branches as they were, whatever stands between them in the log. Method: the same work on
 * a simulated disk with a crash behind it; the file is checked page by page after each recovery.
 * The cache is small, so that the log is several runs, and some cases have threads, so that runs
 * are applied by a helper.
 */
#include "unit/txn/begin.h"

#include "base/arena.h"
#include "base/bytes.h"
#include "base/random.h"
#include "store/device_sim.h"
#include "txn/checkpointer.h"
#include "txn/db_check.h"
#include "txn/db_int.h"
#include "txn/txn.h"

#define TREE 20000
#define TREES 3
#define KEYS 400

static struct db *
open_disk(struct sim_disk *disk, bool has_threads)
{
    struct device *device;
    struct db *db;
    struct db_options options = {.store = {.cache_bytes = 1 << 20, .log_segment_bytes = 64 << 10},
                                 .has_threads = has_threads};
    assert_int_equal(device_sim_open(disk, &device), ST_OK);
    assert_int_equal(db_open(device, &options, &db), ST_OK);
    return db;
}

static struct db *
crash_and_open(struct sim_disk *disk, struct db *db, bool has_threads)
{
    sim_disk_crash(disk);
    db_abandon(db);
    return open_disk(disk, has_threads);
}

static void
check_file(struct db *db)
{
    struct db_check_report report;
    assert_int_equal(db_check(db, &report), ST_OK);
}

static void
end(struct txn *txn, struct branch *branch)
{
    assert_int_equal(txn_commit(txn, false), ST_OK);
    branch_release(branch);
}

static void
put_one(struct db *db, const char *name, tree_no tree, uint32_t n)
{
    struct branch *branch;
    struct txn *txn = begin(db, name, &branch);
    uint8_t key[4];
    be32_set(key, n);
    assert_int_equal(txn_put(txn, tree, slice_of(key, 4), slice_of(key, 4)), ST_OK);
    end(txn, branch);
}

/* ---- heads ---- */

/*
 * A load's pages are born before a commit to another branch, and named by a record behind a fork.
 * The fork must not count as younger than they are, though that commit is replayed in one group
 * with the one that made the head that was forked: else nobody frees them when the branch goes.
 */
static void
forks_are_as_old_as_what_they_forked(void **state)
{
    (void)state;
    struct sim_disk *disk;
    assert_int_equal(sim_disk_new(1, &disk), ST_OK);
    struct db *db = open_disk(disk, false);
    assert_int_equal(branch_create(db, "a", "main"), ST_OK);
    put_one(db, "a", TREE, 1);
    struct branch *branch;
    struct txn *load = begin(db, "a", &branch);
    assert_int_equal(txn_bulk_begin(load, TREE + 1, TREE + 1), ST_OK);
    for (uint32_t i = 0; i < 500; i++) {
        uint8_t key_room[4], value_room[200] = {1};
        be32_set(key_room, i);
        uint32_t done;
        struct slice key = slice_of(key_room, 4), value = slice_of(value_room, sizeof value_room);
        assert_int_equal(txn_insert_many(load, TREE + 1, &key, &value, 1, &done), ST_OK);
    }
    put_one(db, "postgres", TREE, 1);
    assert_int_equal(branch_create(db, "b", "a"), ST_OK);
    end(load, branch);
    assert_int_equal(branch_drop(db, "a"), ST_OK);

    db = crash_and_open(disk, db, false);
    check_file(db);
    assert_int_equal(checkpointer_do_jobs(db->checkpointer), ST_OK);
    check_file(db);
    assert_int_equal(db_close(db), ST_OK);
    sim_disk_free(disk);
}

/* ---- rows ---- */

struct model {
    uint32_t tag[2][TREES][KEYS]; /* of a branch, a tree, a key; 0: no row */
};

/* Keys of one tree fit into a word, of the next have a long beginning in common, and of the last
 * are of many lengths, with zeros at their ends. */
static struct slice
key_of(uint32_t tree, uint32_t n, uint8_t room[64])
{
    memset(room, 0, 64);
    if (tree == 0) {
        be32_set(room, n * 7919);
        return slice_of(room, 4);
    }
    if (tree == 1) {
        memcpy(room, "the same for all of them ", 25);
        be32_set(room + 25, n % 20);
        be32_set(room + 40, n * 104729);
        return slice_of(room, 44);
    }
    room[0] = (uint8_t)(n / 40);
    return slice_of(room, 1 + n % 40);
}

static struct slice
value_of(uint32_t tag, struct buf *buf)
{
    uint32_t bytes = tag % 50 == 0 ? 9000 : 4 + tag % 300;
    buf_clear(buf);
    while (buf->bytes < bytes)
        buf_put_u32(buf, tag);
    assert_false(buf->is_failed);
    return slice_of(buf->data, bytes);
}

/* Random changes in one transaction; now and then a tree is emptied first. */
static void
change(struct db *db, struct random *random, uint32_t b, struct model *model, uint32_t *tag)
{
    struct branch *branch;
    struct txn *txn = begin(db, b == 0 ? "main" : "postgres", &branch);
    struct buf value;
    uint8_t room[64];
    buf_init(&value);
    uint32_t t = (uint32_t)random_below(random, TREES);
    if (random_below(random, 100) == 0) {
        assert_int_equal(txn_lock_table(txn, TREE + t, TABLE_ACCESS_EXCLUSIVE, LOCK_NOWAIT), ST_OK);
        assert_int_equal(txn_tree_clear(txn, TREE + t), ST_OK);
        memset(model->tag[b][t], 0, sizeof model->tag[b][t]);
    }
    for (uint32_t i = 1 + (uint32_t)random_below(random, 6); i > 0; i--) {
        uint32_t n = (uint32_t)random_below(random, KEYS);
        t = (uint32_t)random_below(random, TREES);
        struct slice key = key_of(t, n, room);
        bool is_delete = random_below(random, 3) == 0;
        model->tag[b][t][n] = is_delete ? 0 : ++*tag;
        assert_int_equal(is_delete ? txn_delete(txn, TREE + t, key)
                                   : txn_put(txn, TREE + t, key, value_of(*tag, &value)),
                         ST_OK);
    }
    buf_deinit(&value);
    end(txn, branch);
}

static void
compare(struct db *db, const struct model *model, uint32_t b)
{
    struct branch *branch;
    struct txn *txn = begin(db, b == 0 ? "main" : "postgres", &branch);
    struct buf expected, spill;
    uint8_t room[64];
    buf_init(&expected);
    buf_init(&spill);
    for (uint32_t t = 0; t < TREES; t++) {
        uint64_t count, expected_count = 0;
        for (uint32_t n = 0; n < KEYS; n++) {
            struct slice value;
            enum status st = txn_get(txn, TREE + t, key_of(t, n, room), &spill, &value);
            assert_int_equal(st, model->tag[b][t][n] != 0 ? ST_OK : ST_NOT_FOUND);
            if (st == ST_OK)
                assert_true(slice_equal(value, value_of(model->tag[b][t][n], &expected)));
            expected_count += st == ST_OK;
        }
        assert_int_equal(txn_row_count(txn, TREE + t, &count), ST_OK);
        assert_int_equal(count, expected_count);
    }
    buf_deinit(&spill);
    buf_deinit(&expected);
    txn_rollback(txn);
    branch_release(branch);
}

static uint64_t
commits_of(struct db *db, const char *name)
{
    struct branch *branch;
    struct branch_info info;
    assert_int_equal(branch_open(db, name, &branch), ST_OK);
    branch_describe(branch, &info);
    branch_release(branch);
    return info.own_commits;
}

static void
rows_come_back(uint64_t seed, bool has_threads)
{
    struct sim_disk *disk;
    struct random random;
    random_init(&random, seed);
    assert_int_equal(sim_disk_new(seed, &disk), ST_OK);
    struct db *db = open_disk(disk, false);
    static struct model model;
    memset(&model, 0, sizeof model);
    uint32_t tag = 0;
    for (uint32_t round = 0; round < 4; round++) {
        for (uint32_t i = 0; i < 800; i++)
            change(db, &random, (uint32_t)random_below(&random, 2), &model, &tag);
        uint64_t commits[] = {commits_of(db, "main"), commits_of(db, "postgres")};
        db = crash_and_open(disk, db, has_threads && round % 2 == 0);
        check_file(db);
        compare(db, &model, 0);
        compare(db, &model, 1);
        assert_int_equal(commits_of(db, "main"), commits[0]);
        assert_int_equal(commits_of(db, "postgres"), commits[1]);
        if (round == 1)
            assert_int_equal(db_checkpoint(db), ST_OK);
        if (has_threads && round % 2 == 0) {
            assert_int_equal(db_close(db), ST_OK);
            db = open_disk(disk, false);
        }
    }
    assert_int_equal(db_close(db), ST_OK);
    sim_disk_free(disk);
}

static void
rows_are_what_the_last_change_made_them(void **state)
{
    (void)state;
    rows_come_back(2, false);
    rows_come_back(3, true);
}

/* ---- broken pages ---- */

/* A tree cannot be read: what was committed before the first change to it is there. */
static void
a_broken_page_costs_what_comes_behind_it_alone(void **state)
{
    (void)state;
    struct sim_disk *disk;
    uint32_t left = 0;
    for (page_no page = 2; page < 30; page++) {
        assert_int_equal(sim_disk_new(4, &disk), ST_OK);
        struct db *db = open_disk(disk, false);
        for (uint32_t i = 0; i < 100; i++)
            put_one(db, "main", TREE + i % 2, i);
        assert_int_equal(db_checkpoint(db), ST_OK);
        for (uint32_t i = 0; i < 20; i++)
            put_one(db, "main", TREE, 1000 + i);
        put_one(db, "main", TREE + 1, 1000);
        sim_disk_crash(disk);
        db_abandon(db);
        bool is_there = sim_disk_flip(disk, page, 2000, 1);
        struct device *device;
        struct db_options options = {
            .store = {.cache_bytes = 1 << 20, .log_segment_bytes = 64 << 10}};
        assert_int_equal(device_sim_open(disk, &device), ST_OK);
        const char *reason;
        if (is_there && db_open(device, &options, &db) == ST_OK) {
            struct branch *branch;
            uint64_t count;
            /* Reads may meet the broken page as well; here those count that do not. */
            if (db_is_read_only(db, &reason) && branch_open(db, "main", &branch) == ST_OK) {
                struct txn *txn;
                struct txn_options how = {.isolation = ISOLATION_READ_COMMITTED};
                assert_int_equal(txn_begin(branch, &how, &txn), ST_OK);
                if (txn_statement_begin(txn) == ST_OK &&
                    txn_row_count(txn, TREE, &count) == ST_OK && count == 70)
                    left++;
                txn_rollback(txn);
                branch_release(branch);
            }
            db_abandon(db);
        }
        sim_disk_free(disk);
    }
    assert_int_not_equal(left, 0);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(forks_are_as_old_as_what_they_forked),
        cmocka_unit_test(rows_are_what_the_last_change_made_them),
        cmocka_unit_test(a_broken_page_costs_what_comes_behind_it_alone),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
