/*
 * checkpoint_int.h: the checkpoint under way and the newest superblock; for src/store alone.
 */
#pragma once

#include "base/thread.h"
#include "store/cache.h"
#include "store/store.h"
#include "store/superblock.h"
#include <stdatomic.h>

/* The steps of a checkpoint, in order; each is repeated until it is done. */
enum checkpoint_phase {
    CHECKPOINT_IDLE,
    CHECKPOINT_LOG,        /* sync the log up to the captured position */
    CHECKPOINT_PAGES,      /* write the young pages of the captured moment */
    CHECKPOINT_MAP,        /* write the captured space map */
    CHECKPOINT_SYNC,       /* sync the pages */
    CHECKPOINT_VERIFY,     /* read some of them back */
    CHECKPOINT_SUPERBLOCK, /* write and sync the superblock: durable */
    CHECKPOINT_RELEASE,    /* free what only the checkpoint before needed */
};

struct checkpoint {
    /* Written by checkpoint_begin while IDLE and by checkpoint_step otherwise: a hand-over. */
    _Atomic int phase;
    struct store_state state;
    log_pos log_start;
    struct young_pass pass;
    _Atomic uint64_t done_count;

    struct mutex lock;            /* guards `superblock`; before log->lock */
    struct superblock superblock; /* the newest durable one */
    _Atomic bool is_log_marked;   /* superblock.log_first is set */

    page_no scrub_next, scrub_cold_next; /* where store_scrub has come to */
};

MUST_CHECK enum status checkpoint_new(const struct superblock *superblock,
                                      struct checkpoint **checkpoint);
void checkpoint_free(struct checkpoint *checkpoint); /* null is fine */

/*
 * Called before a record is appended: the superblock must tell that the file has a log, so that
 * one that is lost later is missed. Writes a superblock if it does not yet.
 */
MUST_CHECK enum status checkpoint_mark_log(struct store *store);
