/*
 * test_merge.c: comparing and merging branches, below SQL.
 *
 * The promises that rowan.diff and rowan.merge rest on: a comparison visits exactly the keys that
 * differ, between any two trees of any two snapshots; a merge starts from where the last one ended;
 * hidden row ids that came from elsewhere are not given again.
 */
#include "unit/unit.h"

#include "base/arena.h"
#include "base/bytes.h"
#include "base/random.h"
#include "txn/txn.h"
#include <stdio.h>

#define TREE 20000
#define OTHER_TREE 20001
#define KEYS 200

static struct branch *
open_branch(struct db *db, const char *name)
{
    struct branch *branch;
    assert_int_equal(branch_open(db, name, &branch), ST_OK);
    return branch;
}

static struct db *
open_db(void)
{
    struct db *db;
    struct db_options options = {.has_threads = false};
    assert_int_equal(db_open(NULL, &options, &db), ST_OK);
    return db;
}

static struct txn *
begin(struct branch *branch)
{
    struct txn *txn;
    struct txn_options options = {.isolation = ISOLATION_READ_COMMITTED};
    assert_int_equal(txn_begin(branch, &options, &txn), ST_OK);
    assert_int_equal(txn_statement_begin(txn), ST_OK);
    return txn;
}

static void
put(struct txn *txn, tree_no tree, uint32_t key, uint32_t value)
{
    uint8_t bytes[8];
    be32_set(bytes, key);
    be32_set(bytes + 4, value);
    if (value == 0)
        assert_int_equal(txn_delete(txn, tree, slice_of(bytes, 4)), ST_OK);
    else
        assert_int_equal(txn_put(txn, tree, slice_of(bytes, 4), slice_of(bytes + 4, 4)), ST_OK);
}

/* What a comparison told, by key; 0: no row. */
struct seen {
    uint32_t before[KEYS], after[KEYS];
    bool is_visited[KEYS];
    uint32_t count, last_key;
};

static uint32_t
value_of(struct slice value)
{
    return value.data == NULL ? 0 : be32_get(value.data);
}

static enum status
note_difference(void *object, struct slice key, struct slice before, struct slice after)
{
    struct seen *seen = object;
    uint32_t at = be32_get(key.data);
    assert_true(seen->count == 0 || at > seen->last_key);
    seen->last_key = at;
    seen->count++;
    seen->is_visited[at] = true;
    seen->before[at] = value_of(before);
    seen->after[at] = value_of(after);
    return ST_OK;
}

static void
assert_difference(struct txn *from, tree_no from_tree, struct txn *to, tree_no to_tree,
                  const uint32_t *from_model, const uint32_t *to_model)
{
    struct seen seen = {.count = 0};
    assert_int_equal(txn_diff(from, from_tree, to, to_tree, note_difference, &seen), ST_OK);
    for (uint32_t i = 0; i < KEYS; i++) {
        assert_int_equal(seen.is_visited[i], from_model[i] != to_model[i]);
        if (seen.is_visited[i]) {
            assert_int_equal(seen.before[i], from_model[i]);
            assert_int_equal(seen.after[i], to_model[i]);
        }
    }
}

static void
change(struct branch *branch, struct random *random, uint32_t *model)
{
    struct txn *txn = begin(branch);
    for (int i = 0; i < 12; i++) {
        uint32_t key = (uint32_t)random_below(random, KEYS);
        model[key] = (uint32_t)random_below(random, 4);
        put(txn, TREE, key, model[key]);
    }
    assert_int_equal(txn_commit(txn, false), ST_OK);
}

static void
a_comparison_visits_the_keys_that_differ(void **state)
{
    (void)state;
    struct db *db = open_db();
    struct branch *main_branch = open_branch(db, "main");
    struct random random;
    random_init(&random, 7);
    uint32_t mine[KEYS] = {0}, theirs[KEYS], none[KEYS] = {0}, before[KEYS];
    struct txn *txn = begin(main_branch);
    assert_int_equal(txn_tree_create(txn, TREE), ST_OK);
    assert_int_equal(txn_commit(txn, false), ST_OK);
    change(main_branch, &random, mine);
    assert_int_equal(branch_create(db, "other", "main"), ST_OK);
    struct branch *other = open_branch(db, "other");
    memcpy(theirs, mine, sizeof mine);
    for (int round = 0; round < 50; round++) {
        change(main_branch, &random, mine);
        change(other, &random, theirs);
        struct txn *a = begin(main_branch), *b = begin(other), *again = begin(main_branch);
        memcpy(before, mine, sizeof mine);
        /* Heads move on; what has begun stays as it was. */
        change(main_branch, &random, mine);
        assert_difference(a, TREE, b, TREE, before, theirs);
        assert_difference(b, TREE, a, TREE, theirs, before);
        assert_difference(a, TREE, again, TREE, before, before);
        assert_difference(a, TREE, b, OTHER_TREE, before, none);
        txn_rollback(a);
        txn_rollback(b);
        txn_rollback(again);
    }
    branch_release(other);
    branch_release(main_branch);
    assert_int_equal(db_close(db), ST_OK);
}

static void
own_changes_are_not_compared(void **state)
{
    (void)state;
    struct db *db = open_db();
    struct branch *main_branch = open_branch(db, "main");
    uint32_t model[KEYS] = {0};
    struct txn *a = begin(main_branch), *b = begin(main_branch);
    assert_int_equal(txn_tree_create(a, TREE), ST_OK);
    put(a, TREE, 1, 1);
    txn_step(a);
    assert_difference(a, TREE, b, TREE, model, model);
    txn_rollback(a);
    txn_rollback(b);
    branch_release(main_branch);
    assert_int_equal(db_close(db), ST_OK);
}

static enum status
stop(void *object, struct slice key, struct slice before, struct slice after)
{
    (void)key;
    (void)before;
    (void)after;
    ++*(int *)object;
    return ST_CANCELED;
}

static void
a_visit_can_end_the_comparison(void **state)
{
    (void)state;
    struct db *db = open_db();
    struct branch *main_branch = open_branch(db, "main");
    struct txn *txn = begin(main_branch);
    int visits = 0;
    assert_int_equal(txn_tree_create(txn, TREE), ST_OK);
    put(txn, TREE, 1, 1);
    put(txn, TREE, 2, 1);
    assert_int_equal(txn_commit(txn, false), ST_OK);
    struct txn *reader = begin(main_branch);
    assert_int_equal(txn_diff(reader, TREE, reader, OTHER_TREE, stop, &visits), ST_CANCELED);
    assert_int_equal(visits, 1);
    txn_rollback(reader);
    branch_release(main_branch);
    assert_int_equal(db_close(db), ST_OK);
}

static void
row_ids_that_were_passed_are_not_given(void **state)
{
    (void)state;
    struct db *db = open_db();
    struct branch *main_branch = open_branch(db, "main");
    struct txn *txn = begin(main_branch);
    uint64_t id;
    assert_int_equal(txn_new_row_id(txn, TREE, 3, &id), ST_OK);
    assert_int_equal(id, 1);
    assert_int_equal(txn_pass_row_id(txn, TREE, 2), ST_OK); /* behind: nothing changes */
    assert_int_equal(txn_new_row_id(txn, TREE, 1, &id), ST_OK);
    assert_int_equal(id, 4);
    assert_int_equal(txn_pass_row_id(txn, TREE, 100), ST_OK);
    assert_int_equal(txn_new_row_id(txn, TREE, 1, &id), ST_OK);
    assert_int_equal(id, 101);
    assert_int_equal(txn_pass_row_id(txn, OTHER_TREE, 7), ST_OK); /* the first that is known */
    assert_int_equal(txn_new_row_id(txn, OTHER_TREE, 1, &id), ST_OK);
    assert_int_equal(id, 8);
    txn_rollback(txn);
    branch_release(main_branch);
    assert_int_equal(db_close(db), ST_OK);
}

struct sequence_row {
    struct txn *txn;
    struct sequence_state state;
};

static enum status
note_sequence(void *object, const struct merge_row *row)
{
    struct sequence_row *found = object;
    return sequence_read(found->txn, row->source, &found->state);
}

static void
a_sequences_row_can_be_read(void **state)
{
    (void)state;
    struct db *db = open_db();
    struct branch *main_branch = open_branch(db, "main");
    assert_int_equal(branch_create(db, "other", "main"), ST_OK);
    struct branch *other = open_branch(db, "other");
    struct sequence_state made = {.last_value = -5,
                                  .start = 1,
                                  .increment = -2,
                                  .min = -100,
                                  .max = 7,
                                  .cache = 1,
                                  .is_called = true};
    struct txn *txn = begin(other);
    assert_int_equal(sequence_put(txn, 30000, &made), ST_OK);
    assert_int_equal(txn_commit(txn, false), ST_OK);
    txn = begin(main_branch);
    struct sequence_row row = {.txn = txn};
    assert_int_equal(branch_merge_rows(txn, other, TREE_SEQUENCES, note_sequence, &row), ST_OK);
    assert_int_equal(row.state.last_value, -5);
    assert_int_equal(row.state.increment, -2);
    assert_int_equal(row.state.min, -100);
    assert_int_equal(row.state.max, 7);
    assert_true(row.state.is_called && !row.state.can_cycle);
    assert_int_equal(sequence_read(txn, slice_text("short"), &row.state), ST_CORRUPT);
    txn_rollback(txn);
    branch_release(other);
    branch_release(main_branch);
    assert_int_equal(db_close(db), ST_OK);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_comparison_visits_the_keys_that_differ),
        cmocka_unit_test(own_changes_are_not_compared),
        cmocka_unit_test(a_visit_can_end_the_comparison),
        cmocka_unit_test(row_ids_that_were_passed_are_not_given),
        cmocka_unit_test(a_sequences_row_can_be_read),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
