/*
 * world_txn.c: random transactions, several in flight, each read compared with the model.
 *
 * Half of the commits wait in the writer's queue for others, and become a group with them when the
 * queue is let go or somebody else needs the writer.
 */
#include "sim/world.h"
#include "store/store.h"
#include "txn/db_int.h"
#include "txn/writer.h"
#include <string.h>

static void
txn_forget(struct world_txn *at)
{
    branch_release(at->branch);
    at->txn = NULL;
}

static void
txn_give_up(struct world_txn *at)
{
    txn_rollback(at->txn);
    txn_forget(at);
}

void
world_txns_end(struct world *world)
{
    for (uint32_t i = 0; i < WORLD_TXNS; i++) {
        if (world->txns[i].txn != NULL)
            txn_give_up(&world->txns[i]);
    }
}

/* Begins a statement: what it must see is fixed now. False: the transaction was given up. */
static bool
statement_begin(struct world *world, struct world_txn *at)
{
    if (!world_allows(world, txn_statement_begin(at->txn), "statement")) {
        txn_give_up(at);
        return false;
    }
    if (at->isolation == ISOLATION_READ_COMMITTED || !at->has_fixed)
        at->snapshot = world->now.branches[at->branch_idx].rows;
    at->has_fixed = true;
    at->seen = at->changes;
    return true;
}

static void
txn_start(struct world *world, struct world_txn *at)
{
    uint32_t idx = world_pick(world, SIM_BRANCHES);
    if (!world->now.branches[idx].exists)
        return;
    *at = (struct world_txn){.branch_idx = idx, .isolation = (enum isolation)world_pick(world, 2)};
    struct txn_options options = {.isolation = at->isolation};
    enum status st = branch_open(world->db, world->now.branches[idx].name, &at->branch);
    if (!world_allows(world, st, "open branch"))
        return;
    st = txn_begin(at->branch, &options, &at->txn);
    if (!world_allows(world, st, "begin")) {
        txn_forget(at);
        return;
    }
    (void)statement_begin(world, at);
}

/* A lock that is busy, or a row that has moved on, is fine: the change is left out. */
static bool
lock_is_ours(struct world *world, enum status st)
{
    return st != ST_LOCK_BUSY && st != ST_CONFLICT && world_allows(world, st, "lock");
}

static void
change_tree(struct world *world, struct world_txn *at, uint32_t t)
{
    enum status st =
        txn_lock_table(at->txn, SIM_FIRST_TREE + t, TABLE_ACCESS_EXCLUSIVE, LOCK_NOWAIT);
    if (!lock_is_ours(world, st))
        return;
    st = world_pick(world, 2) == 0 ? txn_tree_clear(at->txn, SIM_FIRST_TREE + t)
                                   : txn_tree_create(at->txn, SIM_FIRST_TREE + t);
    if (!world_allows(world, st, "clear"))
        return;
    at->changes.is_cleared[t] = true;
    memset(at->changes.is_changed[t], 0, sizeof at->changes.is_changed[t]);
}

static void
change_row(struct world *world, struct world_txn *at)
{
    uint32_t t = world_pick(world, SIM_TREES), n = world_pick(world, SIM_KEYS);
    tree_no tree = SIM_FIRST_TREE + t;
    if (world_pick(world, 60) == 0) {
        change_tree(world, at, t);
        return;
    }
    uint8_t bytes[512];
    struct slice key = model_key(n, bytes);
    struct row_now now;
    enum status st = txn_lock_table(at->txn, tree, TABLE_ROW_EXCLUSIVE, LOCK_NOWAIT);
    if (!lock_is_ours(world, st))
        return;
    st = txn_lock_row(at->txn, tree, key, LOCK_UPDATE, LOCK_NOWAIT, &world->spill, &now);
    if (!lock_is_ours(world, st))
        return;
    uint32_t tag = 0;
    if (world_pick(world, 3) == 0) {
        st = txn_delete(at->txn, tree, key);
    } else {
        tag = world->next_tag++;
        model_value(tag, &world->value);
        st = world->value.is_failed ? ST_NO_MEMORY
                                    : txn_put(at->txn, tree, key, buf_slice(&world->value));
        world->value.is_failed = false;
    }
    if (!world_allows(world, st, "put"))
        return;
    at->changes.is_changed[t][n] = true;
    at->changes.tag[t][n] = tag;
}

/* Whether the row is there for a look at the newest head, own changes on top. */
static bool
is_there(const struct world *world, const struct world_txn *at, uint32_t t, uint32_t n)
{
    if (at->changes.is_changed[t][n])
        return at->changes.tag[t][n] != 0;
    return !at->changes.is_cleared[t] && world->now.branches[at->branch_idx].rows.tag[t][n] != 0;
}

/* Rows in key order into a tree that is the transaction's alone for the time. */
static void
insert_run(struct world *world, struct world_txn *at)
{
    uint32_t t = world_pick(world, SIM_TREES), n = world_pick(world, SIM_KEYS);
    tree_no tree = SIM_FIRST_TREE + t;
    if (!lock_is_ours(world, txn_bulk_begin(at->txn, tree, tree)))
        return;
    for (uint32_t end = n + 1 + world_pick(world, 8); n < end && n < SIM_KEYS; n++) {
        uint8_t bytes[512];
        struct slice key = model_key(n, bytes);
        uint32_t tag = world->next_tag++, done;
        model_value(tag, &world->value);
        struct slice value = buf_slice(&world->value);
        enum status st = world->value.is_failed
                             ? ST_NO_MEMORY
                             : txn_insert_many(at->txn, tree, &key, &value, 1, &done);
        world->value.is_failed = false;
        if (st == ST_EXISTS && is_there(world, at, t, n))
            continue;
        if (!world_allows(world, st, "insert"))
            return;
        if (is_there(world, at, t, n))
            world_fail(world, "row %u of tree %u was inserted twice", n, t);
        at->changes.is_changed[t][n] = true;
        at->changes.tag[t][n] = tag;
    }
}

static void
use_sequence(struct world *world, struct world_txn *at)
{
    int64_t value;
    int64_t *highest = &world->now.branches[at->branch_idx].sequence;
    enum status st = sequence_next(at->txn, SIM_SEQUENCE, &value);
    if (!world_allows(world, st, "sequence"))
        return;
    if (value <= *highest)
        world_fail(world, "the sequence gave %lld after %lld", (long long)value,
                   (long long)*highest);
    *highest = value;
    uint32_t id;
    st = txn_new_id(at->txn, &id);
    if (!world_allows(world, st, "id"))
        return;
    if (id <= world->now.highest_id)
        world_fail(world, "id %u was given after %u", id, world->now.highest_id);
    world->now.highest_id = id;
}

static void
use_savepoint(struct world *world, struct world_txn *at)
{
    uint32_t what = world_pick(world, 3);
    if (what == 0 && at->savepoint_count < WORLD_SAVEPOINTS) {
        uint32_t i = at->savepoint_count;
        if (!world_allows(world, txn_savepoint(at->txn, &at->savepoints[i]), "savepoint"))
            return;
        at->saved[i] = at->changes;
        at->savepoint_count++;
    } else if (what == 1 && at->savepoint_count > 0) {
        uint32_t i = world_pick(world, at->savepoint_count);
        txn_rollback_to(at->txn, at->savepoints[i]);
        at->changes = at->saved[i];
        at->savepoint_count = i + 1;
    } else if (what == 2 && at->savepoint_count > 0) {
        txn_release(at->txn, at->savepoints[--at->savepoint_count]);
    }
}

/* Takes note of what a commit has done, or may have done. */
static void
note_commit(struct world *world, const struct world_held *commit, enum status st)
{
    /* Of what may be there and may not, each builds on the one before: they may share a group. */
    struct model after =
        world->is_unknown ? world->history.states[world->history.count - 1] : world->now;
    model_apply(&after.branches[commit->branch_idx].rows, &commit->changes);
    const char *reason;
    if (world_allows(world, st, "commit")) {
        world->now = after;
        if (commit->has_changes)
            model_history_push(&world->history, &after, !commit->is_async);
    } else if (store_is_read_only(db_store(world->db), &reason)) {
        model_history_push(&world->history, &after, false);
        world->is_unknown = true;
    }
}

static void
held_done(void *object, enum status st)
{
    struct world_held *held = object;
    note_commit(held->world, held, st);
    branch_release(held->branch);
    held->branch = NULL;
    held->world->held_count--;
}

void
world_let_go(struct world *world)
{
    if (world->held_count == 0)
        return;
    world_say(world, "%u commits go", world->held_count);
    writer_let_go(world->db->writer);
}

static void
txn_finish(struct world *world, struct world_txn *at)
{
    struct world_held commit = {.world = world,
                                .branch = at->branch,
                                .branch_idx = at->branch_idx,
                                .is_async = world_pick(world, 3) == 0,
                                .has_changes = txn_has_changes(at->txn),
                                .changes = at->changes};
    if (world_pick(world, 2) == 0) {
        enum status st = txn_commit(at->txn, commit.is_async);
        txn_forget(at);
        note_commit(world, &commit, st);
        return;
    }
    if (world->held_count == WORLD_HELD)
        world_let_go(world);
    struct world_held *held = world->held;
    while (held->branch != NULL)
        held++;
    *held = commit;
    world->held_count++;
    struct txn *txn = at->txn;
    at->txn = NULL;
    txn_commit_submit(txn, commit.is_async, held_done, held);
}

void
world_txn_step(struct world *world)
{
    struct world_txn *at = &world->txns[world_pick(world, WORLD_TXNS)];
    if (at->txn == NULL) {
        txn_start(world, at);
        return;
    }
    struct model_rows expected = at->snapshot;
    model_apply(&expected, &at->seen);
    if (world_pick(world, 3) == 0)
        (void)world_compare(world, at->txn, &expected, "a statement");
    uint32_t changes = world_pick(world, 12);
    for (uint32_t i = 0; i < changes; i++)
        change_row(world, at);
    if (world_pick(world, 8) == 0)
        insert_run(world, at);
    if (world_pick(world, 5) == 0)
        use_sequence(world, at);
    if (world_pick(world, 4) == 0)
        use_savepoint(world, at);
    uint32_t what = world_pick(world, 10);
    if (what < 4) {
        txn_finish(world, at);
    } else if (what == 4) {
        txn_give_up(at);
    } else {
        txn_statement_end(at->txn);
        (void)statement_begin(world, at);
    }
}
