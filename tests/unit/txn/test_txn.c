/*
 * test_txn.c: transactions on a database in memory do what a plain model does.
 *
 * First small promises, one by one; then random transactions with statements, savepoints,
 * whole-tree changes, branches and two interleaved writers of different keys, each read compared
 * with a model that copies everything.
 */
#include "unit/unit.h"

#include "base/arena.h"
#include "base/bytes.h"
#include "base/random.h"
#include "store/space.h"
#include "txn/db_check.h"
#include "txn/txn.h"
#include <stdio.h>
#include <stdlib.h>

#define TREE 20000

static struct db *
open_db(bool has_threads)
{
    struct db *db;
    struct db_options options = {.has_threads = has_threads};
    assert_int_equal(db_open(NULL, &options, &db), ST_OK);
    return db;
}

static struct branch *
open_main(struct db *db)
{
    struct branch *branch;
    assert_int_equal(branch_open(db, "main", &branch), ST_OK);
    return branch;
}

static struct txn *
begin(struct branch *branch, enum isolation isolation)
{
    struct txn *txn;
    struct txn_options options = {.isolation = isolation};
    assert_int_equal(txn_begin(branch, &options, &txn), ST_OK);
    assert_int_equal(txn_statement_begin(txn), ST_OK);
    return txn;
}

static void
next_statement(struct txn *txn)
{
    txn_statement_end(txn);
    assert_int_equal(txn_statement_begin(txn), ST_OK);
}

static void
put(struct txn *txn, const char *key, const char *value)
{
    assert_int_equal(txn_put(txn, TREE, slice_text(key), slice_text(value)), ST_OK);
}

static void
assert_row(struct txn *txn, const char *key, const char *value)
{
    struct buf spill;
    struct slice got;
    buf_init(&spill);
    enum status st = txn_get(txn, TREE, slice_text(key), &spill, &got);
    if (value == NULL) {
        assert_int_equal(st, ST_NOT_FOUND);
    } else {
        assert_int_equal(st, ST_OK);
        assert_true(slice_equal(got, slice_text(value)));
    }
    buf_deinit(&spill);
}

static void
commit(struct txn *txn)
{
    assert_int_equal(txn_commit(txn, false), ST_OK);
}

/* All rows as "k=v,k=v,". */
static void
assert_rows(struct txn *txn, bool is_backward, const char *expected)
{
    struct arena *arena = arena_new(&(struct arena_options){.name = "test"});
    struct txn_cursor *cursor;
    struct key_range all = {.from = {NULL, 0}};
    struct buf text;
    buf_init(&text);
    assert_int_equal(txn_cursor_open(txn, TREE, all, is_backward, arena, &cursor), ST_OK);
    struct slice key, value;
    enum status st;
    while ((st = txn_cursor_next(cursor, &key, &value)) == ST_OK) {
        buf_put_slice(&text, key);
        buf_put_u8(&text, '=');
        buf_put_slice(&text, value);
        buf_put_u8(&text, ',');
    }
    assert_int_equal(st, ST_NOT_FOUND);
    buf_put_u8(&text, 0);
    assert_string_equal((const char *)text.data, expected);
    buf_deinit(&text);
    arena_free(arena);
}

static void
a_commit_is_seen_by_later_statements(void **state)
{
    (void)state;
    struct db *db = open_db(false);
    struct branch *main_branch = open_main(db);
    struct txn *reader = begin(main_branch, ISOLATION_READ_COMMITTED);
    struct txn *fixed = begin(main_branch, ISOLATION_REPEATABLE_READ);
    struct txn *writer = begin(main_branch, ISOLATION_READ_COMMITTED);
    put(writer, "a", "1");
    assert_row(writer, "a", NULL); /* not to its own statement */
    next_statement(writer);
    assert_row(writer, "a", "1");
    assert_row(reader, "a", NULL);
    commit(writer);
    assert_row(reader, "a", NULL);
    next_statement(reader);
    next_statement(fixed);
    assert_row(reader, "a", "1");
    assert_row(fixed, "a", NULL);
    uint64_t count;
    assert_int_equal(txn_row_count(reader, TREE, &count), ST_OK);
    assert_int_equal(count, 1);
    assert_false(txn_has_changes(reader));
    txn_rollback(reader);
    commit(fixed);
    branch_release(main_branch);
    assert_int_equal(db_close(db), ST_OK);
}

static void
cursors_merge_own_changes(void **state)
{
    (void)state;
    struct db *db = open_db(false);
    struct branch *main_branch = open_main(db);
    struct txn *txn = begin(main_branch, ISOLATION_READ_COMMITTED);
    put(txn, "b", "1");
    put(txn, "d", "1");
    put(txn, "f", "1");
    commit(txn);
    txn = begin(main_branch, ISOLATION_READ_COMMITTED);
    put(txn, "a", "2");
    put(txn, "d", "2");
    assert_int_equal(txn_delete(txn, TREE, slice_text("f")), ST_OK);
    put(txn, "g", "2");
    assert_rows(txn, false, "b=1,d=1,f=1,");
    next_statement(txn);
    assert_rows(txn, false, "a=2,b=1,d=2,g=2,");
    assert_rows(txn, true, "g=2,d=2,b=1,a=2,");
    uint64_t count;
    assert_int_equal(txn_row_count(txn, TREE, &count), ST_OK);
    assert_int_equal(count, 4);
    commit(txn);
    txn = begin(main_branch, ISOLATION_READ_COMMITTED);
    assert_rows(txn, true, "g=2,d=2,b=1,a=2,");
    txn_rollback(txn);
    branch_release(main_branch);
    assert_int_equal(db_close(db), ST_OK);
}

static uint64_t
row_count(struct branch *branch)
{
    uint64_t count;
    struct txn *txn = begin(branch, ISOLATION_READ_COMMITTED);
    assert_int_equal(txn_row_count(txn, TREE, &count), ST_OK);
    txn_rollback(txn);
    return count;
}

/* Puts, or deletes, row `n` in a transaction of its own. True: in place. */
static bool
change_in_place(struct branch *branch, uint32_t n, bool is_delete)
{
    uint8_t key[4], value[100] = {0};
    bool is_in_place;
    be32_set(key, n);
    struct txn *txn = begin(branch, ISOLATION_READ_COMMITTED);
    assert_int_equal(is_delete ? txn_delete(txn, TREE, slice_of(key, 4))
                               : txn_put(txn, TREE, slice_of(key, 4), slice_of(value, 100)),
                     ST_OK);
    assert_true(txn_can_go_on(txn));
    assert_int_equal(txn_commit_go_on(txn, &is_in_place), ST_OK);
    txn_rollback(txn);
    return is_in_place;
}

/* Small commits in memory, each looked at by a snapshot that has seen the one before. */
static void
small_commits_change_pages_where_they_are(void **state)
{
    (void)state;
    struct db *db = open_db(false);
    struct branch *branch = open_main(db);
    uint32_t in_place_count = 0;
    struct db_check_report report;
    for (uint32_t i = 0; i < 1200; i++) {
        bool is_delete = i >= 600;
        uint32_t n = is_delete ? i - 600 : i;
        in_place_count += change_in_place(branch, n * 331 % 600, is_delete);
        assert_int_equal(row_count(branch), is_delete ? 599 - n : n + 1);
        if (i % 20 == 19)
            assert_int_equal(db_check(db, &report), ST_OK);
    }
    assert_true(in_place_count > 900);
    branch_release(branch);
    assert_int_equal(db_close(db), ST_OK);
}

/* Whether another transaction finds the row locked. */
static bool
is_locked(struct branch *branch, const char *key)
{
    struct txn *other = begin(branch, ISOLATION_READ_COMMITTED);
    enum status st =
        txn_lock_row(other, TREE, slice_text(key), LOCK_UPDATE, LOCK_NOWAIT, NULL, NULL);
    assert_true(st == ST_OK || st == ST_LOCK_BUSY);
    txn_rollback(other);
    return st == ST_LOCK_BUSY;
}

/* Whatever savepoints the transaction before had, which is in the pool now, and the one itself. */
static void
locks_from_before_a_savepoint_stay(void **state)
{
    (void)state;
    struct db *db = open_db(false);
    struct branch *branch = open_main(db);
    uint32_t savepoint;
    struct txn *txn = begin(branch, ISOLATION_READ_COMMITTED);
    for (uint32_t i = 0; i < 20; i++) {
        assert_int_equal(txn_savepoint(txn, &savepoint), ST_OK);
        txn_release(txn, savepoint);
    }
    txn_statement_end(txn);
    bool is_renewed = txn_renew(txn);
    assert_true(is_renewed);
    for (uint32_t round = 0; round < 2; round++) {
        assert_int_equal(txn_statement_begin(txn), ST_OK);
        assert_int_equal(
            txn_lock_row(txn, TREE, slice_text("a"), LOCK_UPDATE, LOCK_NOWAIT, NULL, NULL), ST_OK);
        assert_int_equal(txn_savepoint(txn, &savepoint), ST_OK);
        assert_int_equal(
            txn_lock_row(txn, TREE, slice_text("b"), LOCK_UPDATE, LOCK_NOWAIT, NULL, NULL), ST_OK);
        txn_rollback_to(txn, savepoint);
        assert_true(is_locked(branch, "a"));
        assert_false(is_locked(branch, "b"));
        txn_rollback(txn);
        /* One that had a high level and no lock goes to the pool. */
        txn = begin(branch, ISOLATION_READ_COMMITTED);
        for (uint32_t i = 0; i < 20; i++)
            assert_int_equal(txn_savepoint(txn, &savepoint), ST_OK);
        txn_rollback(txn);
        txn = begin(branch, ISOLATION_READ_COMMITTED);
        txn_statement_end(txn);
    }
    txn_rollback(txn);
    branch_release(branch);
    assert_int_equal(db_close(db), ST_OK);
}

/* Without a thread that does it: trees that are emptied and dropped again and again. */
static void
pages_of_dropped_trees_are_used_again(void **state)
{
    (void)state;
    struct db *db = open_db(false);
    struct branch *branch = open_main(db);
    uint64_t used_first = 0;
    for (uint32_t round = 0; round < 20; round++) {
        struct txn *txn = begin(branch, ISOLATION_READ_COMMITTED);
        assert_int_equal(txn_tree_create(txn, TREE), ST_OK);
        for (uint32_t i = 0; i < 2000; i++) {
            uint8_t key[4], value[200] = {0};
            be32_set(key, i);
            assert_int_equal(txn_put(txn, TREE, slice_of(key, 4), slice_of(value, sizeof value)),
                             ST_OK);
        }
        commit(txn);
        txn = begin(branch, ISOLATION_READ_COMMITTED);
        if (round % 2 == 0)
            assert_int_equal(txn_tree_clear(txn, TREE), ST_OK);
        else
            assert_int_equal(txn_tree_drop(txn, TREE), ST_OK);
        commit(txn);
        struct space_report report;
        space_report(db_store(db), &report);
        if (round == 0)
            used_first = report.used_count + 20;
        assert_true(report.used_count <= used_first);
    }
    branch_release(branch);
    assert_int_equal(db_close(db), ST_OK);
}

static void
savepoints_take_back(void **state)
{
    (void)state;
    struct db *db = open_db(false);
    struct branch *main_branch = open_main(db);
    struct txn *txn = begin(main_branch, ISOLATION_READ_COMMITTED);
    uint32_t outer, inner;
    put(txn, "a", "1");
    assert_int_equal(txn_savepoint(txn, &outer), ST_OK);
    put(txn, "a", "2");
    put(txn, "b", "2");
    assert_int_equal(txn_savepoint(txn, &inner), ST_OK);
    assert_int_equal(inner, 2);
    assert_int_equal(txn_tree_clear(txn, TREE), ST_OK);
    put(txn, "c", "3");
    next_statement(txn);
    assert_rows(txn, false, "c=3,");
    txn_rollback_to(txn, inner);
    next_statement(txn);
    assert_rows(txn, false, "a=2,b=2,");
    txn_rollback_to(txn, outer);
    next_statement(txn);
    assert_rows(txn, false, "a=1,");
    txn_release(txn, outer);
    commit(txn);
    txn = begin(main_branch, ISOLATION_READ_COMMITTED);
    assert_rows(txn, false, "a=1,");
    txn_rollback(txn);
    branch_release(main_branch);
    assert_int_equal(db_close(db), ST_OK);
}

static void
trees_come_and_go_with_the_transaction(void **state)
{
    (void)state;
    struct db *db = open_db(false);
    struct branch *main_branch = open_main(db);
    struct txn *txn = begin(main_branch, ISOLATION_READ_COMMITTED);
    assert_int_equal(txn_tree_create(txn, TREE), ST_OK);
    put(txn, "a", "1");
    commit(txn);
    txn = begin(main_branch, ISOLATION_READ_COMMITTED);
    struct txn *other = begin(main_branch, ISOLATION_REPEATABLE_READ);
    assert_int_equal(txn_tree_drop(txn, TREE), ST_OK);
    next_statement(txn);
    assert_rows(txn, false, "");
    commit(txn);
    assert_rows(other, false, "a=1,");
    txn_rollback(other);
    txn = begin(main_branch, ISOLATION_READ_COMMITTED);
    assert_rows(txn, false, "");
    struct tree_root root = {.row_count = 7};
    assert_true(txn_tree_root(txn, TREE, &root));
    assert_int_equal(root.ref.page, PAGE_NONE);
    txn_rollback(txn);
    branch_release(main_branch);
    assert_int_equal(db_close(db), ST_OK);
}

static void
an_outer_statement_keeps_its_snapshot(void **state)
{
    (void)state;
    struct db *db = open_db(false);
    struct branch *main_branch = open_main(db);
    struct txn *txn = begin(main_branch, ISOLATION_READ_COMMITTED);
    struct txn *other = begin(main_branch, ISOLATION_READ_COMMITTED);
    put(other, "a", "1");
    commit(other);
    assert_row(txn, "a", NULL);
    assert_int_equal(txn_statement_begin(txn), ST_OK);
    assert_row(txn, "a", "1");
    txn_statement_end(txn);
    assert_row(txn, "a", NULL);
    txn_rollback(txn);
    branch_release(main_branch);
    assert_int_equal(db_close(db), ST_OK);
}

static void
a_locked_row_tells_what_it_is_now(void **state)
{
    (void)state;
    struct db *db = open_db(false);
    struct branch *main_branch = open_main(db);
    struct txn *txn = begin(main_branch, ISOLATION_READ_COMMITTED);
    struct txn *fixed = begin(main_branch, ISOLATION_REPEATABLE_READ);
    struct txn *other = begin(main_branch, ISOLATION_READ_COMMITTED);
    struct slice key = slice_text("a");
    struct buf spill;
    struct row_now now;
    buf_init(&spill);
    assert_int_equal(txn_lock_row(other, TREE, key, LOCK_UPDATE, LOCK_NOWAIT, &spill, &now), ST_OK);
    assert_false(now.exists);
    assert_int_equal(txn_lock_row(txn, TREE, key, LOCK_UPDATE, LOCK_NOWAIT, &spill, &now),
                     ST_LOCK_BUSY);
    put(other, "a", "1");
    commit(other);
    assert_int_equal(txn_lock_row(txn, TREE, key, LOCK_UPDATE, LOCK_NOWAIT, &spill, &now), ST_OK);
    assert_true(now.is_changed);
    assert_true(now.exists);
    assert_true(slice_equal(now.value, slice_text("1")));
    struct slice value;
    assert_int_equal(txn_get_newest(txn, TREE, key, &spill, &value), ST_OK);
    txn_rollback(txn);
    assert_int_equal(txn_lock_row(fixed, TREE, key, LOCK_UPDATE, LOCK_NOWAIT, &spill, &now),
                     ST_CONFLICT);
    txn_rollback(fixed);
    buf_deinit(&spill);
    branch_release(main_branch);
    assert_int_equal(db_close(db), ST_OK);
}

static void
sequences_and_ids_rise(void **state)
{
    (void)state;
    struct db *db = open_db(true);
    struct branch *main_branch = open_main(db);
    struct txn *txn = begin(main_branch, ISOLATION_READ_COMMITTED);
    struct sequence_state seq = {
        .last_value = 1, .start = 1, .increment = 2, .min = 1, .max = 99, .cache = 1};
    int64_t value;
    assert_int_equal(sequence_put(txn, 16400, &seq), ST_OK);
    assert_int_equal(sequence_next(txn, 16400, &value), ST_OK);
    assert_int_equal(value, 1);
    commit(txn);
    for (int64_t i = 3; i <= 99; i += 2) {
        txn = begin(main_branch, ISOLATION_READ_COMMITTED);
        assert_int_equal(sequence_next(txn, 16400, &value), ST_OK);
        assert_int_equal(value, i);
        if (i % 3 == 0)
            txn_rollback(txn);
        else
            commit(txn);
    }
    txn = begin(main_branch, ISOLATION_READ_COMMITTED);
    assert_int_equal(sequence_next(txn, 16400, &value), ST_LIMIT);
    assert_int_equal(sequence_next(txn, 16401, &value), ST_NOT_FOUND);
    assert_int_equal(sequence_set(txn, 16400, 7, false), ST_OK);
    assert_int_equal(sequence_next(txn, 16400, &value), ST_OK);
    assert_int_equal(value, 7);
    uint64_t row_id;
    assert_int_equal(txn_new_row_id(txn, TREE, 10, &row_id), ST_OK);
    assert_int_equal(row_id, 1);
    assert_int_equal(txn_new_row_id(txn, TREE, 1, &row_id), ST_OK);
    assert_int_equal(row_id, 11);
    uint32_t before = 0, id;
    for (int i = 0; i < 200; i++) {
        assert_int_equal(txn_new_id(txn, &id), ST_OK);
        assert_true(id > before && id >= 16384);
        before = id;
    }
    commit(txn);
    branch_release(main_branch);
    assert_int_equal(db_close(db), ST_OK);
}

/* ---- the model ---- */

#define KEYS 60
#define BRANCHES 6

struct rows {
    int32_t value[KEYS]; /* 0: not there */
};

struct model_branch {
    struct branch *branch;
    char name[16];
    struct rows rows;
};

struct world {
    struct db *db;
    struct random random;
    struct model_branch branches[BRANCHES];
    uint32_t count, serial;
};

static uint32_t
pick(struct world *world, uint32_t bound)
{
    return (uint32_t)random_below(&world->random, bound);
}

static struct slice
model_key(uint32_t n, uint8_t bytes[600])
{
    memset(bytes, 'x', 600);
    be32_set(bytes, n * 7919);
    return slice_of(bytes, 4 + n * 9);
}

static void
compare(struct txn *txn, const struct rows *rows)
{
    struct arena *arena = arena_new(&(struct arena_options){.name = "test"});
    struct txn_cursor *cursor;
    struct key_range all = {.from = {NULL, 0}};
    uint64_t count = 0, counted;
    struct slice key, value;
    uint8_t last[600] = {0};
    assert_int_equal(txn_cursor_open(txn, TREE, all, false, arena, &cursor), ST_OK);
    while (txn_cursor_next(cursor, &key, &value) == ST_OK) {
        uint32_t n = (uint32_t)(key.bytes - 4) / 9;
        assert_int_equal(value.bytes, 100 + 4);
        assert_int_equal(le32_get(value.data), rows->value[n]);
        assert_true(memcmp(last, key.data, 4) <= 0);
        memcpy(last, key.data, 4);
        count++;
    }
    uint32_t expected = 0;
    for (uint32_t n = 0; n < KEYS; n++) {
        uint8_t bytes[600];
        struct buf spill;
        buf_init(&spill);
        enum status st = txn_get(txn, TREE, model_key(n, bytes), &spill, &value);
        assert_int_equal(st, rows->value[n] != 0 ? ST_OK : ST_NOT_FOUND);
        expected += rows->value[n] != 0;
        buf_deinit(&spill);
    }
    assert_int_equal(count, expected);
    assert_int_equal(txn_row_count(txn, TREE, &counted), ST_OK);
    assert_int_equal(counted, expected);
    arena_free(arena);
}

static void
random_change(struct world *world, struct txn *txn, struct rows *rows)
{
    uint8_t bytes[600], value[104] = {0};
    if (pick(world, 40) == 0) {
        assert_int_equal(txn_tree_clear(txn, TREE), ST_OK);
        memset(rows, 0, sizeof *rows);
        return;
    }
    uint32_t n = pick(world, KEYS);
    struct slice key = model_key(n, bytes);
    struct row_now now;
    struct buf spill;
    buf_init(&spill);
    assert_int_equal(txn_lock_row(txn, TREE, key, LOCK_UPDATE, LOCK_NOWAIT, &spill, &now), ST_OK);
    buf_deinit(&spill);
    if (pick(world, 3) == 0) {
        assert_int_equal(txn_delete(txn, TREE, key), ST_OK);
        rows->value[n] = 0;
    } else {
        rows->value[n] = (int32_t)pick(world, 1000000) + 1;
        le32_set(value, (uint32_t)rows->value[n]);
        assert_int_equal(txn_put(txn, TREE, key, slice_of(value, sizeof value)), ST_OK);
    }
}

static void
random_txn(struct world *world, struct model_branch *at)
{
    struct rows rows = at->rows, saved[4];
    uint32_t savepoints[4], depth = 0;
    struct txn *txn = begin(at->branch, (enum isolation)pick(world, 2));
    uint32_t statements = pick(world, 6);
    for (uint32_t s = 0; s < statements; s++) {
        compare(txn, &rows);
        uint32_t what = pick(world, 6);
        if (what == 0 && depth < 4) {
            saved[depth] = rows;
            assert_int_equal(txn_savepoint(txn, &savepoints[depth]), ST_OK);
            depth++;
        } else if (what == 1 && depth > 0) {
            depth = pick(world, depth) + 1;
            txn_rollback_to(txn, savepoints[depth - 1]);
            rows = saved[depth - 1];
        } else if (what == 2 && depth > 0) {
            depth--;
            txn_release(txn, savepoints[depth]);
        }
        uint32_t changes = pick(world, 12);
        for (uint32_t i = 0; i < changes; i++)
            random_change(world, txn, &rows);
        next_statement(txn);
    }
    compare(txn, &rows);
    if (pick(world, 4) == 0) {
        txn_rollback(txn);
    } else {
        commit(txn);
        at->rows = rows;
    }
}

static void
random_branch(struct world *world)
{
    if (world->count == BRANCHES) {
        uint32_t gone = 1 + pick(world, BRANCHES - 1);
        struct model_branch *at = &world->branches[gone];
        assert_int_equal(branch_drop(world->db, at->name), ST_IN_USE);
        branch_release(at->branch);
        assert_int_equal(branch_drop(world->db, at->name), ST_OK);
        assert_int_equal(branch_open(world->db, at->name, &at->branch), ST_NOT_FOUND);
        *at = world->branches[--world->count];
        return;
    }
    struct model_branch *from = &world->branches[pick(world, world->count)];
    struct model_branch *to = &world->branches[world->count++];
    *to = (struct model_branch){.rows = from->rows};
    snprintf(to->name, sizeof to->name, "b%u", ++world->serial);
    assert_int_equal(branch_create(world->db, to->name, from->name), ST_OK);
    assert_int_equal(branch_create(world->db, to->name, from->name), ST_EXISTS);
    assert_int_equal(branch_open(world->db, to->name, &to->branch), ST_OK);
}

static void
random_histories_match_the_model(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= 20; seed++) {
        struct world world = {.db = open_db(seed % 4 == 0), .count = 1};
        random_init(&world.random, seed);
        world.branches[0].branch = open_main(world.db);
        memcpy(world.branches[0].name, "main", 5);
        for (uint32_t i = 0; i < 120; i++) {
            if (pick(&world, 8) == 0)
                random_branch(&world);
            else
                random_txn(&world, &world.branches[pick(&world, world.count)]);
        }
        for (uint32_t i = 0; i < world.count; i++) {
            struct txn *txn = begin(world.branches[i].branch, ISOLATION_READ_COMMITTED);
            compare(txn, &world.branches[i].rows);
            txn_rollback(txn);
            branch_release(world.branches[i].branch);
        }
        assert_int_equal(db_close(world.db), ST_OK);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_commit_is_seen_by_later_statements),
        cmocka_unit_test(cursors_merge_own_changes),
        cmocka_unit_test(small_commits_change_pages_where_they_are),
        cmocka_unit_test(locks_from_before_a_savepoint_stay),
        cmocka_unit_test(pages_of_dropped_trees_are_used_again),
        cmocka_unit_test(savepoints_take_back),
        cmocka_unit_test(trees_come_and_go_with_the_transaction),
        cmocka_unit_test(an_outer_statement_keeps_its_snapshot),
        cmocka_unit_test(a_locked_row_tells_what_it_is_now),
        cmocka_unit_test(sequences_and_ids_rise),
        cmocka_unit_test(random_histories_match_the_model),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
