/*
 * replay_run.h: the changes of many commits, gathered, and applied tree by tree in key order.
 *
 * For replay.c. One thread's at a time: what gathers may hand it to what applies.
 */
#pragma once

#include "base/buf.h"
#include "base/map.h"
#include "txn/group.h"

struct run_branch {
    branch_no no;
    uint64_t commit_count;
    birth_seq moment;      /* of the last commit */
    struct branch *branch; /* while it is applied */
};

/* What one tree of one branch is to become. */
struct run_stream {
    uint32_t branch_idx;
    tree_no tree;
    uint32_t next;    /* with the same hash; RUN_NONE: none */
    struct buf items; /* struct run_item: its changes, in the order of the log */
    uint32_t common;  /* bytes that all keys begin with */
    uint32_t key_bytes_max;
};

struct replay_run {
    struct buf bytes; /* bodies of records */
    uint32_t change_count;
    struct run_branch *branches;
    uint32_t branch_count, branch_capacity;
    struct run_stream *streams;
    uint32_t stream_count, stream_used, stream_capacity; /* used: their bufs are initialised */
    struct map by_hash;     /* branch and tree -> 1 + stream, for the first of each hash */
    uint32_t last_stream;   /* found last */
    struct run_item *spare; /* for sorting */
    uint32_t spare_capacity;
    uint64_t bytes_max;
};

void replay_run_init(struct replay_run *run, uint64_t bytes_max);
void replay_run_deinit(struct replay_run *run);
static inline bool
replay_run_is_empty(const struct replay_run *run)
{
    return run->bytes.bytes == 0;
}
/* Whether a body of that many bytes is to wait for the next run. */
bool replay_run_is_full(const struct replay_run *run, size_t bytes);
/*
 * Adds the body of a commit's record, whose parts all lie upon trees as they are. ST_CORRUPT: it
 * makes no sense; ST_NO_MEMORY. After a failure the run is of no use any more.
 */
MUST_CHECK enum status replay_run_add(struct replay_run *run, birth_seq moment, struct slice body);
/* Puts the newest change of each key into the group, and empties the run. After a failure the group
 * is to be dropped. ST_NOT_FOUND: a branch is not there. `hold` gives branches that stay. */
MUST_CHECK enum status replay_run_apply(struct replay_run *run, struct group *group,
                                        enum status (*hold)(void *object, branch_no no,
                                                            struct branch **branch),
                                        void *object);
