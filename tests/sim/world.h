/*
 * world.h: one seeded run: a disk, a database on it, transactions in flight, and the model.
 */
#pragma once

#include "base/random.h"
#include "sim/model.h"
#include "store/device_sim.h"
#include "txn/txn.h"
#include <setjmp.h>

#define WORLD_TXNS 4
#define WORLD_SAVEPOINTS 3
#define WORLD_HELD 6

/* A transaction in flight and what it must see. */
struct world_txn {
    struct txn *txn; /* null: no transaction in this place */
    struct branch *branch;
    uint32_t branch_idx;
    enum isolation isolation;
    bool has_fixed;
    struct model_rows snapshot;         /* of the branch, as the running statement sees it */
    struct model_changes changes, seen; /* all; those that the statement sees */
    struct model_changes saved[WORLD_SAVEPOINTS];
    uint32_t savepoints[WORLD_SAVEPOINTS];
    uint32_t savepoint_count;
};

/* A commit that waits in the writer's queue, to be one of a group. */
struct world_held {
    struct world *world;
    struct branch *branch; /* null: no commit in this place */
    uint32_t branch_idx;
    bool is_async, has_changes;
    struct model_changes changes;
};

struct world {
    uint64_t seed;
    uint32_t step;
    bool is_loud;
    struct random random;
    struct sim_disk *disk;
    struct db *db; /* null: down */
    struct world_txn txns[WORLD_TXNS];
    struct world_held held[WORLD_HELD];
    uint32_t held_count;
    struct model now;
    struct model_history history;
    uint32_t next_tag, next_name;
    bool is_faulty;  /* calls may fail in this step */
    bool is_failing; /* the power goes soon, or has gone */
    bool is_unknown; /* a commit failed and may be there all the same: crash now */
    struct buf value, spill;
    jmp_buf fail;
    char reason[256];
};

/* Runs one seed; true if all was as it must be. */
bool world_run(uint64_t seed, bool is_loud);

/* ---- between the files of the simulator ---- */

uint32_t world_pick(struct world *world, uint32_t bound);
_Noreturn void world_fail(struct world *world, const char *format, ...) PRINTF_LIKE(2, 3);
/* True if the call worked; false if it failed as calls may fail now; else the run has failed. */
bool world_allows(struct world *world, enum status st, const char *what);
void world_say(struct world *world, const char *format, ...) PRINTF_LIKE(2, 3);

/* Compares all that a transaction sees with `rows`; false if a call failed as it may. */
bool world_compare(struct world *world, struct txn *txn, const struct model_rows *rows,
                   const char *what);
/* Whether the database is what the model says; does not fail the run. */
bool world_matches(struct world *world, const struct model *model);

void world_txn_step(struct world *world);
void world_txns_end(struct world *world);
/* Lets the writer do the commits that wait. */
void world_let_go(struct world *world);
void world_branch_step(struct world *world);
void world_merge_step(struct world *world);
