/*
 * world.c: one seeded run, step by step: work, faults, crashes, recovery.
 *
 * Everything happens in one thread and all chance comes from the seed, so a failing seed fails
 * again alone. After each recovery the database must be one of the states that the model allows:
 * the last one known to be durable, or one that came after it, and nothing in between.
 */
#include "sim/world.h"
#include "base/fault.h"
#include "store/store.h"
#include "txn/checkpointer.h"
#include "txn/db_check.h"
#include "txn/db_int.h"
#include "txn/writer.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define STEPS_MAX 400
#define NEVER_US INT64_MAX / 4

uint32_t
world_pick(struct world *world, uint32_t bound)
{
    return (uint32_t)random_below(&world->random, bound);
}

void
world_fail(struct world *world, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    vsnprintf(world->reason, sizeof world->reason, format, args);
    va_end(args);
    longjmp(world->fail, 1);
}

void
world_say(struct world *world, const char *format, ...)
{
    if (!world->is_loud)
        return;
    va_list args;
    va_start(args, format);
    printf("%u: ", world->step);
    vprintf(format, args);
    putchar('\n');
    va_end(args);
}

bool
world_allows(struct world *world, enum status st, const char *what)
{
    if (st == ST_OK)
        return true;
    world_say(world, "%s: %s", what, status_name(st));
    bool is_expected = world->is_faulty && (st == ST_NO_MEMORY || st == ST_IO ||
                                            st == ST_NO_SPACE || st == ST_READ_ONLY);
    if (!is_expected)
        world_fail(world, "%s gave %s", what, status_name(st));
    return false;
}

/* ---- comparing ---- */

/* The rows of a tree as a cursor gives them. ST_INVALID: they are not what they must be. */
static enum status
scan(struct world *world, struct txn *txn, tree_no tree, bool is_backward, const uint32_t *tags)
{
    struct arena *arena = arena_new(&(struct arena_options){.name = "scan"});
    if (arena == NULL)
        return ST_NO_MEMORY;
    struct txn_cursor *cursor;
    struct key_range all = {.from = {NULL, 0}};
    enum status st = txn_cursor_open(txn, tree, all, is_backward, arena, &cursor);
    uint32_t next = 0, n = 0;
    struct slice key, value;
    while (st == ST_OK && (st = txn_cursor_next(cursor, &key, &value)) == ST_OK) {
        do {
            n = is_backward ? SIM_KEYS - 1 - next : next;
            next++;
        } while (next <= SIM_KEYS && tags[n] == 0);
        if (next > SIM_KEYS || model_key_number(key) != n) {
            st = ST_INVALID;
            break;
        }
        model_value(tags[n], &world->value);
        if (!world->value.is_failed && !slice_equal(value, buf_slice(&world->value)))
            st = ST_INVALID;
        world->value.is_failed = false;
    }
    arena_free(arena);
    if (st != ST_NOT_FOUND)
        return st;
    for (; next < SIM_KEYS; next++) {
        if (tags[is_backward ? SIM_KEYS - 1 - next : next] != 0)
            return ST_INVALID;
    }
    return ST_OK;
}

static enum status
tree_matches(struct world *world, struct txn *txn, uint32_t t, const struct model_rows *rows)
{
    tree_no tree = SIM_FIRST_TREE + t;
    TRY(scan(world, txn, tree, false, rows->tag[t]));
    TRY(scan(world, txn, tree, true, rows->tag[t]));
    uint64_t count, expected = 0;
    for (uint32_t n = 0; n < SIM_KEYS; n++)
        expected += rows->tag[t][n] != 0;
    TRY(txn_row_count(txn, tree, &count));
    if (count != expected)
        return ST_INVALID;
    uint8_t bytes[512];
    uint32_t n = (uint32_t)(expected * 7 % SIM_KEYS);
    struct slice value;
    enum status st = txn_get(txn, tree, model_key(n, bytes), &world->spill, &value);
    if (st != ST_OK && st != ST_NOT_FOUND)
        return st;
    return (st == ST_OK) == (rows->tag[t][n] != 0) ? ST_OK : ST_INVALID;
}

bool
world_compare(struct world *world, struct txn *txn, const struct model_rows *rows, const char *what)
{
    for (uint32_t t = 0; t < SIM_TREES; t++) {
        enum status st = tree_matches(world, txn, t, rows);
        if (st == ST_INVALID)
            world_fail(world, "%s sees other rows in tree %u than it must", what, t);
        if (!world_allows(world, st, "read"))
            return false;
    }
    return true;
}

static bool
branch_matches(struct world *world, const struct model_branch *expected)
{
    struct branch *branch;
    enum status st = branch_open(world->db, expected->name, &branch);
    if (st == ST_NOT_FOUND)
        return false;
    if (!world_allows(world, st, "open branch"))
        return false;
    struct txn *txn;
    struct txn_options options = {.isolation = ISOLATION_READ_COMMITTED};
    bool is_same = true;
    if (world_allows(world, txn_begin(branch, &options, &txn), "begin")) {
        st = txn_statement_begin(txn);
        for (uint32_t t = 0; t < SIM_TREES && st == ST_OK; t++)
            st = tree_matches(world, txn, t, &expected->rows);
        is_same = st == ST_OK;
        txn_rollback(txn);
        if (st != ST_INVALID)
            (void)world_allows(world, st, "read");
    }
    branch_release(branch);
    return is_same;
}

bool
world_matches(struct world *world, const struct model *model)
{
    struct arena *arena = arena_new(&(struct arena_options){.name = "list"});
    struct branch_info *infos;
    uint32_t count, expected = 1; /* "postgres" */
    enum status st = branch_list(world->db, arena, &infos, &count);
    arena_free(arena);
    if (!world_allows(world, st, "list"))
        return false;
    for (uint32_t i = 0; i < SIM_BRANCHES; i++)
        expected += model->branches[i].exists;
    if (count != expected)
        return false;
    for (uint32_t i = 0; i < SIM_BRANCHES; i++) {
        if (model->branches[i].exists && !branch_matches(world, &model->branches[i]))
            return false;
    }
    return true;
}

/* ---- up and down ---- */

static void
log_write(void *object, enum log_level level, const char *line)
{
    struct world *world = object;
    world_say(world, "log %d: %s", (int)level, line);
}

static enum status
try_open(struct world *world, const struct log_sink *sink)
{
    /* The small ones keep a checkpoint under way most of the time, in slices between commits. */
    static const uint64_t checkpoint_bytes[] = {40000, 1000, 8000, 200000, 440000};
    struct device *device;
    struct db_options options = {
        .store = {.cache_bytes = world->seed % 3 == 0 ? 1 << 20 : 16 << 20,
                  .log_segment_bytes = 64 << 10,
                  .log = sink},
        .checkpoint_log_bytes = checkpoint_bytes[world->seed % 5],
        .recovery_target_us = world->seed % 7 == 0 ? 100 : 0,
        .write_set_bytes = world->seed % 2 == 0 ? 1500 : 0,
    };
    TRY(device_sim_open(world->disk, &device));
    TRY(db_open(device, &options, &world->db));
    world->db->async_sync_us = NEVER_US;
    world->db->retry_us = 0;
    writer_hold(world->db->writer);
    return ST_OK;
}

/* Which of the allowed states the database is in; the run fails if it is in none. Of states with
 * the same rows it is the first: what a later one has given out may be lost with it. */
static void
state_settle(struct world *world)
{
    for (uint32_t k = 0; k < world->history.count; k++) {
        if (!world_matches(world, &world->history.states[k]))
            continue;
        world_say(world, "recovered to state %u of %u", k, world->history.count);
        world->now = world->history.states[k];
        model_history_push(&world->history, &world->now, true);
        return;
    }
    world_fail(world, "recovered to none of %u allowed states", world->history.count);
}

static void
whole_check(struct world *world)
{
    struct db_check_report report;
    enum status st = db_check(world->db, &report);
    if (st != ST_OK)
        world_fail(world, "the check gave %s: %s", status_name(st), report.first_problem);
}

static void
world_open(struct world *world, const struct log_sink *sink)
{
    world->is_faulty = false;
    enum status st = try_open(world, sink);
    if (!world_allows(world, st, "open"))
        return;
    const char *reason;
    if (store_is_read_only(db_store(world->db), &reason))
        world_fail(world, "read-only after recovery: %s", reason);
    state_settle(world);
    whole_check(world);
}

static void
world_crash(struct world *world)
{
    world_say(world, "crash");
    world->is_faulty = true;
    world_let_go(world);
    world_txns_end(world);
    sim_disk_crash(world->disk);
    db_abandon(world->db);
    world->db = NULL;
    sim_disk_fail_nth(world->disk, 0);
    sim_disk_stop_after(world->disk, 0);
    sim_disk_limit(world->disk, 0);
    world->is_unknown = false;
    world->is_failing = false;
}

/* Recovery that fails on the way, for want of memory or by the disk. */
static void
world_stumble(struct world *world, const struct log_sink *sink)
{
    if (world_pick(world, 2) == 0)
        fault_arm(FAULT_ALLOC, 1 + world_pick(world, 300));
    else
        sim_disk_fail_nth(world->disk, 1 + world_pick(world, 60));
    world->is_faulty = true;
    enum status st = try_open(world, sink);
    fault_arm(FAULT_ALLOC, 0);
    sim_disk_fail_nth(world->disk, 0);
    if (world_allows(world, st, "open with a fault"))
        world_crash(world);
    else
        sim_disk_crash(world->disk);
}

static void
world_close(struct world *world)
{
    world_let_go(world);
    world_txns_end(world);
    world_say(world, "close");
    enum status st = db_close(world->db);
    world->db = NULL;
    if (world_allows(world, st, "close"))
        model_history_push(&world->history, &world->now, true);
}

/* ---- steps ---- */

static void
background_step(struct world *world)
{
    bool is_idle;
    enum status st =
        world_pick(world, 12) == 0
            ? db_checkpoint(world->db)
            : checkpointer_step(world->db->checkpointer, 1 + world_pick(world, 40), &is_idle);
    (void)world_allows(world, st, "background");
}

static void
faults_arm(struct world *world)
{
    world->is_faulty = world->is_failing;
    if (world->is_failing)
        return;
    uint32_t what = world_pick(world, 40);
    if (what > 3)
        return;
    world->is_faulty = true;
    if (what == 0)
        fault_arm(FAULT_ALLOC, 1 + world_pick(world, 60));
    else if (what == 1)
        sim_disk_fail_nth(world->disk, 1 + world_pick(world, 12));
    else if (what == 2)
        world->is_failing = true;
    if (what == 2)
        sim_disk_stop_after(world->disk, 1 + world_pick(world, 20));
    else if (what == 3)
        sim_disk_limit(world->disk, 3 + world_pick(world, 200));
}

static void
faults_disarm(struct world *world)
{
    fault_arm(FAULT_ALLOC, 0);
    sim_disk_fail_nth(world->disk, 0);
    sim_disk_limit(world->disk, 0);
}

static void
work_step(struct world *world)
{
    uint32_t what = world_pick(world, 100);
    /* Branches are compared with what the model says now: nothing may wait. */
    bool is_of_branches = what >= 72 && what < 84;
    if (is_of_branches || world_pick(world, 4) == 0)
        world_let_go(world);
    if (world->is_unknown)
        return;
    if (what < 72)
        world_txn_step(world);
    else if (what < 80)
        world_branch_step(world);
    else if (what < 84)
        world_merge_step(world);
    else
        background_step(world);
}

static void
world_step(struct world *world, const struct log_sink *sink)
{
    if (world->db == NULL) {
        while (world_pick(world, 4) == 0)
            world_stumble(world, sink);
        world_open(world, sink);
        return;
    }
    const char *reason;
    uint32_t what = world_pick(world, 60);
    bool is_down = sim_disk_has_stopped(world->disk) && world_pick(world, 4) == 0;
    if (world->is_unknown || is_down || what == 0 ||
        store_is_read_only(db_store(world->db), &reason)) {
        world_crash(world);
        return;
    }
    if (what == 1 && !world->is_failing) {
        world->is_faulty = false;
        world_close(world);
        return;
    }
    faults_arm(world);
    work_step(world);
    faults_disarm(world);
}

/* The first state: main, with a sequence. */
static void
world_begin(struct world *world, const struct log_sink *sink)
{
    struct model_branch *first = &world->now.branches[0];
    first->exists = true;
    memcpy(first->name, "main", 5);
    world->next_tag = 1;
    model_history_init(&world->history, &world->now);
    world_open(world, sink);

    struct branch *branch;
    struct txn *txn;
    struct txn_options options = {.isolation = ISOLATION_READ_COMMITTED};
    struct sequence_state sequence = {
        .last_value = 1, .start = 1, .increment = 1, .min = 1, .max = INT64_MAX, .cache = 1};
    bool is_done =
        branch_open(world->db, "main", &branch) == ST_OK &&
        txn_begin(branch, &options, &txn) == ST_OK && txn_statement_begin(txn) == ST_OK &&
        sequence_put(txn, SIM_SEQUENCE, &sequence) == ST_OK && txn_commit(txn, false) == ST_OK;
    if (!is_done)
        world_fail(world, "could not make the sequence");
    branch_release(branch);
}

/* The last word: a clean close, and everything there at the next start. */
static void
world_end(struct world *world, const struct log_sink *sink)
{
    if (world->db != NULL && world->is_failing)
        world_crash(world);
    if (world->db == NULL)
        world_open(world, sink);
    const char *reason;
    if (world->is_unknown || store_is_read_only(db_store(world->db), &reason)) {
        world_crash(world);
        world_open(world, sink);
    }
    world->is_faulty = false;
    world_close(world);
    world_open(world, sink);
    world_close(world);
}

bool
world_run(uint64_t seed, bool is_loud)
{
    struct world *world = calloc(1, sizeof *world);
    struct log_sink sink = {.write = log_write, .object = world};
    int64_t live = fault_live_count();
    world->seed = seed;
    world->is_loud = is_loud;
    random_init(&world->random, seed);
    buf_init(&world->value);
    buf_init(&world->spill);
    if (sim_disk_new(seed, &world->disk) != ST_OK)
        return false;
    volatile bool is_good = false;
    if (setjmp(world->fail) == 0) {
        world_begin(world, &sink);
        uint32_t steps = 50 + world_pick(world, STEPS_MAX);
        for (world->step = 1; world->step <= steps; world->step++)
            world_step(world, &sink);
        world_end(world, &sink);
        sim_disk_free(world->disk);
        buf_deinit(&world->value);
        buf_deinit(&world->spill);
        if (fault_live_count() != live)
            world_fail(world, "%lld blocks of memory were not given back",
                       (long long)(fault_live_count() - live));
        is_good = true;
    } else {
        fault_arm(FAULT_ALLOC, 0);
        printf("seed %llu, step %u: %s\n", (unsigned long long)seed, world->step, world->reason);
    }
    model_history_deinit(&world->history);
    free(world);
    return is_good;
}
