/*
 * world_branch.c: branches made, dropped, renamed and merged.
 */
#include "base/bytes.h"
#include "sim/world.h"
#include "store/store.h"
#include <stdio.h>
#include <string.h>

/* Takes note of what a branch command has done, or may have done. */
static void
note_outcome(struct world *world, enum status st, const struct model *after, const char *what)
{
    const char *reason;
    if (world_allows(world, st, what)) {
        world->now = *after;
        model_history_push(&world->history, after, true);
    } else if (store_is_read_only(db_store(world->db), &reason)) {
        model_history_push(&world->history, after, false);
        world->is_unknown = true;
    }
}

static bool
is_in_use(const struct world *world, uint32_t idx)
{
    for (uint32_t i = 0; i < WORLD_TXNS; i++) {
        if (world->txns[i].txn != NULL && world->txns[i].branch_idx == idx)
            return true;
    }
    return false;
}

static void
branch_make(struct world *world, uint32_t to)
{
    uint32_t from = world_pick(world, SIM_BRANCHES);
    if (!world->now.branches[from].exists)
        return;
    struct model after = world->now;
    after.branches[to] = after.branches[from];
    snprintf(after.branches[to].name, sizeof after.branches[to].name, "b%u", world->next_name++);
    world_say(world, "create %s from %s", after.branches[to].name, after.branches[from].name);
    enum status st = branch_create(world->db, after.branches[to].name, after.branches[from].name);
    note_outcome(world, st, &after, "create branch");
}

static void
branch_end(struct world *world, uint32_t idx)
{
    struct model after = world->now;
    after.branches[idx].exists = false;
    world_say(world, "drop %s", after.branches[idx].name);
    enum status st = branch_drop(world->db, after.branches[idx].name);
    if (is_in_use(world, idx)) {
        if (st == ST_OK || (st != ST_IN_USE && !world->is_faulty))
            world_fail(world, "dropping a branch in use gave %s", status_name(st));
        return;
    }
    note_outcome(world, st, &after, "drop branch");
}

void
world_branch_step(struct world *world)
{
    uint32_t idx = 1 + world_pick(world, SIM_BRANCHES - 1);
    if (!world->now.branches[idx].exists) {
        branch_make(world, idx);
    } else if (world_pick(world, 3) != 0) {
        branch_end(world, idx);
    } else {
        struct model after = world->now;
        snprintf(after.branches[idx].name, sizeof after.branches[idx].name, "r%u",
                 world->next_name++);
        enum status st =
            branch_rename(world->db, world->now.branches[idx].name, after.branches[idx].name);
        note_outcome(world, st, &after, "rename branch");
    }
}

/* ---- merging ---- */

struct merge {
    struct world *world;
    struct txn *txn;
    uint32_t t;
    struct model_rows source, target;
    struct model_rows *result;
    bool is_visited[SIM_KEYS];
    uint32_t source_count; /* rows that the source changed */
    enum status st;
};

/* A side of a row as visited is what the model says of it. */
static void
side_check(struct merge *merge, struct slice got, uint32_t tag, const char *what)
{
    struct world *world = merge->world;
    if ((got.data == NULL) != (tag == 0))
        world_fail(world, "merge: the %s row is %s", what, tag == 0 ? "there" : "missing");
    if (tag == 0)
        return;
    model_value(tag, &world->value);
    if (!slice_equal(got, buf_slice(&world->value)))
        world_fail(world, "merge: the %s row differs", what);
}

static enum status
merge_row_check(struct merge *merge, uint32_t n, const struct merge_row *row)
{
    struct world *world = merge->world;
    side_check(merge, row->source, merge->source.tag[merge->t][n], "source");
    side_check(merge, row->target, merge->target.tag[merge->t][n], "target");
    bool is_same = merge->source.tag[merge->t][n] == merge->target.tag[merge->t][n];
    bool base_is_source = (row->base.data == NULL) == (row->source.data == NULL) &&
                          slice_equal(row->base, row->source);
    bool base_is_target = (row->base.data == NULL) == (row->target.data == NULL) &&
                          slice_equal(row->base, row->target);
    enum merge_side expected = is_same          ? MERGE_BOTH_SAME
                               : base_is_source ? MERGE_TARGET
                               : base_is_target ? MERGE_SOURCE
                                                : MERGE_CONFLICT;
    if (row->side != expected)
        world_fail(world, "merge: row %u is told to be %d, not %d", n, (int)row->side,
                   (int)expected);
    return ST_OK;
}

/* Takes all that the source has changed, in conflicts too. */
static enum status
merge_take(void *object, const struct merge_row *row)
{
    struct merge *merge = object;
    struct world *world = merge->world;
    uint32_t n = model_key_number(row->key);
    if (n == SIM_KEYS || merge->is_visited[n])
        world_fail(world, "merge: a key that is none, or is visited twice");
    merge->is_visited[n] = true;
    /* The model's own memory must not meet the faults that are armed. */
    if (!world->is_faulty)
        TRY(merge_row_check(merge, n, row));
    if (row->side == MERGE_TARGET)
        return ST_OK;
    merge->source_count++;
    if (row->side == MERGE_BOTH_SAME)
        return ST_OK;
    struct row_now now;
    tree_no tree = SIM_FIRST_TREE + merge->t;
    TRY(txn_lock_table(merge->txn, tree, TABLE_ROW_EXCLUSIVE, LOCK_NOWAIT));
    TRY(txn_lock_row(merge->txn, tree, row->key, LOCK_UPDATE, LOCK_NOWAIT, &world->spill, &now));
    merge->result->tag[merge->t][n] = merge->source.tag[merge->t][n];
    return row->source.data == NULL ? txn_delete(merge->txn, tree, row->key)
                                    : txn_put(merge->txn, tree, row->key, row->source);
}

/* Merges all trees; fills merge->source_count. */
static enum status
merge_trees(struct merge *merge, struct branch *source)
{
    merge->source_count = 0;
    for (merge->t = 0; merge->t < SIM_TREES; merge->t++) {
        memset(merge->is_visited, 0, sizeof merge->is_visited);
        TRY(branch_merge_rows(merge->txn, source, SIM_FIRST_TREE + merge->t, merge_take, merge));
        for (uint32_t n = 0; n < SIM_KEYS; n++) {
            if (!merge->is_visited[n] &&
                merge->source.tag[merge->t][n] != merge->target.tag[merge->t][n])
                world_fail(merge->world, "merge: row %u differs and was not visited", n);
        }
    }
    return branch_merge_done(merge->txn, source);
}

/* One merge; *source_count tells how many rows the source had changed. */
static bool
merge_once(struct world *world, uint32_t from, uint32_t to, struct branch *source,
           struct branch *target, uint32_t *source_count)
{
    struct model after = world->now;
    struct merge merge = {.world = world,
                          .source = world->now.branches[from].rows,
                          .target = world->now.branches[to].rows,
                          .result = &after.branches[to].rows};
    struct txn_options options = {.isolation = ISOLATION_READ_COMMITTED};
    if (!world_allows(world, txn_begin(target, &options, &merge.txn), "begin"))
        return false;
    enum status st = txn_statement_begin(merge.txn);
    if (st == ST_OK)
        st = merge_trees(&merge, source);
    if (st != ST_OK) {
        txn_rollback(merge.txn);
        if (st != ST_LOCK_BUSY && st != ST_INVALID && st != ST_CONFLICT)
            (void)world_allows(world, st, "merge");
        return false;
    }
    *source_count = merge.source_count;
    st = txn_commit(merge.txn, false);
    note_outcome(world, st, &after, "merge commit");
    return st == ST_OK;
}

void
world_merge_step(struct world *world)
{
    uint32_t from = world_pick(world, SIM_BRANCHES), to = world_pick(world, SIM_BRANCHES);
    struct model *now = &world->now;
    if (from == to || !now->branches[from].exists || !now->branches[to].exists)
        return;
    struct branch *source, *target;
    if (!world_allows(world, branch_open(world->db, now->branches[from].name, &source), "open"))
        return;
    if (!world_allows(world, branch_open(world->db, now->branches[to].name, &target), "open")) {
        branch_release(source);
        return;
    }
    uint32_t count;
    world_say(world, "merge %s into %s", now->branches[from].name, now->branches[to].name);
    /* What was merged is the base of the next merge: the source has changed nothing since. */
    if (merge_once(world, from, to, source, target, &count) &&
        merge_once(world, from, to, source, target, &count) && count != 0)
        world_fail(world, "merging again found %u rows that the source had changed", count);
    branch_release(source);
    branch_release(target);
}
