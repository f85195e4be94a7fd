/*
 * test_concurrent.c: threads at work on one database never see money made or lost.
 *
 * Some move amounts between accounts, locking two rows in random order (deadlocks are retried),
 * some under READ COMMITTED with the row as it is when locked, some under REPEATABLE READ with
 * retries on conflict. Others add up all accounts in one statement, and on branches made meanwhile.
 * On a device in memory checkpoints go on as well, and what was closed is opened again.
 */
#include "unit/unit.h"

#include "base/arena.h"
#include "base/bytes.h"
#include "base/random.h"
#include "txn/db_check.h"
#include "txn/db_int.h"
#include "txn/txn.h"
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>

#define TREE 20000
#define ACCOUNTS 12
#define START 1000
#define MOVES 150

struct bank {
    struct db *db;
    struct branch *branch;
    _Atomic bool is_over;
    _Atomic uint32_t conflicts, deadlocks;
};

struct clerk {
    struct bank *bank;
    enum isolation isolation;
    bool is_async;
    uint64_t seed;
    pthread_t thread;
};

static struct slice
account(uint32_t n, uint8_t key[4])
{
    be32_set(key, n);
    return slice_of(key, 4);
}

static enum status
add(struct txn *txn, uint32_t n, int64_t amount, struct buf *spill)
{
    uint8_t key[4], value[8];
    struct row_now now;
    TRY(txn_lock_row(txn, TREE, account(n, key), LOCK_NO_KEY_UPDATE, LOCK_WAIT, spill, &now));
    assert_true(now.exists);
    le64_set(value, le64_get(now.value.data) + (uint64_t)amount);
    return txn_put(txn, TREE, account(n, key), slice_of(value, 8));
}

static enum status
move(struct clerk *clerk, struct random *random, struct buf *spill)
{
    struct txn *txn;
    struct txn_options options = {.isolation = clerk->isolation};
    uint32_t from = (uint32_t)random_below(random, ACCOUNTS);
    uint32_t to = (from + 1 + (uint32_t)random_below(random, ACCOUNTS - 1)) % ACCOUNTS;
    int64_t amount = (int64_t)random_below(random, 50);
    TRY(txn_begin(clerk->bank->branch, &options, &txn));
    enum status st = txn_statement_begin(txn);
    if (st == ST_OK)
        st = txn_lock_table(txn, TREE, TABLE_ROW_EXCLUSIVE, LOCK_WAIT);
    if (st == ST_OK)
        st = add(txn, from, -amount, spill);
    if (st == ST_OK && clerk->isolation == ISOLATION_READ_COMMITTED) {
        txn_statement_end(txn);
        st = txn_statement_begin(txn);
    }
    if (st == ST_OK)
        st = add(txn, to, amount, spill);
    if (st != ST_OK) {
        txn_rollback(txn);
        return st;
    }
    return txn_commit(txn, clerk->is_async);
}

static void *
work(void *object)
{
    struct clerk *clerk = object;
    struct random random;
    struct buf spill;
    random_init(&random, clerk->seed);
    buf_init(&spill);
    for (int done = 0; done < MOVES;) {
        enum status st = move(clerk, &random, &spill);
        if (st == ST_CONFLICT) {
            atomic_fetch_add(&clerk->bank->conflicts, 1);
        } else if (st == ST_DEADLOCK) {
            atomic_fetch_add(&clerk->bank->deadlocks, 1);
        } else {
            assert_int_equal(st, ST_OK);
            done++;
        }
    }
    buf_deinit(&spill);
    return NULL;
}

static void
assert_sum(struct branch *branch)
{
    struct arena *arena = arena_new(&(struct arena_options){.name = "test"});
    struct txn *txn;
    struct txn_options options = {.is_read_only = true};
    struct txn_cursor *cursor;
    struct slice key, value;
    uint64_t sum = 0;
    assert_int_equal(txn_begin(branch, &options, &txn), ST_OK);
    assert_int_equal(txn_statement_begin(txn), ST_OK);
    assert_int_equal(
        txn_cursor_open(txn, TREE, (struct key_range){{NULL, 0}, {NULL, 0}}, false, arena, &cursor),
        ST_OK);
    while (txn_cursor_next(cursor, &key, &value) == ST_OK)
        sum += le64_get(value.data);
    assert_int_equal(sum, ACCOUNTS * START);
    assert_int_equal(txn_commit(txn, false), ST_OK);
    arena_free(arena);
}

static void *
add_up(void *object)
{
    struct bank *bank = object;
    while (!atomic_load(&bank->is_over))
        assert_sum(bank->branch);
    return NULL;
}

/* Makes branches, adds up on them, drops them. */
static void *
fork_and_drop(void *object)
{
    struct bank *bank = object;
    for (int i = 0; i < 20; i++) {
        char name[16];
        struct branch *branch;
        snprintf(name, sizeof name, "fork%d", i % 3);
        assert_int_equal(branch_create(bank->db, name, "main"), ST_OK);
        assert_int_equal(branch_open(bank->db, name, &branch), ST_OK);
        assert_sum(branch);
        if (i % 4 == 0)
            assert_int_equal(db_checkpoint(bank->db), ST_OK);
        assert_sum(branch);
        branch_release(branch);
        assert_int_equal(branch_drop(bank->db, name), ST_OK);
    }
    return NULL;
}

static void
open_accounts(struct bank *bank)
{
    struct txn *txn;
    struct txn_options options = {.isolation = ISOLATION_READ_COMMITTED};
    assert_int_equal(branch_open(bank->db, "main", &bank->branch), ST_OK);
    assert_int_equal(txn_begin(bank->branch, &options, &txn), ST_OK);
    for (uint32_t n = 0; n < ACCOUNTS; n++) {
        uint8_t key[4], value[8];
        le64_set(value, START);
        assert_int_equal(txn_put(txn, TREE, account(n, key), slice_of(value, 8)), ST_OK);
    }
    assert_int_equal(txn_commit(txn, false), ST_OK);
}

static void
run_bank(struct device *device, bool has_threads)
{
    struct bank bank = {.branch = NULL};
    struct db_options options = {.has_threads = has_threads,
                                 .deadlock_timeout_us = 3000,
                                 .checkpoint_log_bytes = 20000,
                                 .store.log_segment_bytes = 65536};
    assert_int_equal(db_open(device, &options, &bank.db), ST_OK);
    open_accounts(&bank);
    struct clerk clerks[4];
    pthread_t reader, forker;
    pthread_create(&reader, NULL, add_up, &bank);
    pthread_create(&forker, NULL, fork_and_drop, &bank);
    for (uint32_t i = 0; i < 4; i++) {
        clerks[i] = (struct clerk){.bank = &bank,
                                   .isolation = i == 3 ? ISOLATION_REPEATABLE_READ
                                                       : ISOLATION_READ_COMMITTED,
                                   .is_async = i == 2,
                                   .seed = i + 1};
        pthread_create(&clerks[i].thread, NULL, work, &clerks[i]);
    }
    for (uint32_t i = 0; i < 4; i++)
        pthread_join(clerks[i].thread, NULL);
    pthread_join(forker, NULL);
    atomic_store(&bank.is_over, true);
    pthread_join(reader, NULL);
    assert_sum(bank.branch);
    branch_release(bank.branch);
    struct db_check_report report;
    assert_int_equal(db_check(bank.db, &report), ST_OK);
    assert_int_equal(db_close(bank.db), ST_OK);
}

static void
in_memory_with_threads(void **state)
{
    (void)state;
    run_bank(NULL, true);
}

static void
in_memory_without_threads_of_its_own(void **state)
{
    (void)state;
    run_bank(NULL, false);
}

static void
on_a_device_with_checkpoints(void **state)
{
    (void)state;
    struct device *device;
    assert_int_equal(device_memory_open(&device), ST_OK);
    run_bank(device, true);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(in_memory_with_threads),
        cmocka_unit_test(in_memory_without_threads_of_its_own),
        cmocka_unit_test(on_a_device_with_checkpoints),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
