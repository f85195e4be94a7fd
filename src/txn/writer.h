/*
 * writer.h: the writer's queue.
 *
 * Work is queued by any thread and done in the order of the queue by the writer: the thread of
 * that name, or, in a database without threads, whichever thread waits for its work and finds
 * nobody else at it. Commits that wait together become one group (group.h): one moment, one log
 * record, one sync. Work of other kinds runs in a group of its own.
 */
#pragma once

#include "base/slice.h"
#include "base/status.h"
#include "base/thread.h"
#include "store/page_ref.h"
#include <stdbool.h>

struct group;
struct adoption;
struct branch;
struct db;
struct work;
struct writer;

struct work {
    struct work *next;
    /* A commit: the branch and its changes in the log's form (record.h); kept by whoever queued. */
    struct branch *branch;
    struct slice changes; /* tree parts */
    struct slice
        log_part; /* the same with the branch and length ahead, and what is adopted behind */
    struct adoption *adoptions; /* private trees to be adopted; may be null */
    /* Anything else: puts what it does into the group; null for a commit. A status other than
     * ST_OK drops the group, unless it is ST_OK with nothing done. */
    enum status (*run)(struct group *group, struct work *work);
    /* Called once, by the writer, after the group is published or dropped; may free the work. */
    void (*done)(struct work *work);
    enum status st;   /* the outcome, set before done */
    bool is_async;    /* visible before it is durable */
    bool is_in_place; /* set for a commit that was one (in_place.h) */
    /* What is queued later relies on it: if it fails, the commits behind it fail too, and it is
     * tried again ahead of all others. */
    bool is_relied_on;
    void *object; /* for done or run */
    void *waiter; /* writer_call's */
};

MUST_CHECK enum status writer_new(struct db *db, struct writer **writer);
void writer_free(struct writer *writer); /* the thread has ended, the queue is empty */
MUST_CHECK enum status writer_start(struct writer *writer); /* a thread of its own */
void writer_stop(struct writer *writer);                    /* after the queue has run empty */

/* Only queues `work`: it is done before whatever is queued later. */
void writer_queue(struct writer *writer, struct work *work);
/* Queues `work`; its done is called from another thread, or before this returns. */
void writer_submit(struct writer *writer, struct work *work);
/* Queues work whose done is not set, and waits for it. */
MUST_CHECK enum status writer_call(struct writer *writer, struct work *work);
/* Makes durable what was committed without waiting; `is_due_only`: if it has waited its time. */
MUST_CHECK enum status writer_sync(struct writer *writer, bool is_due_only);

/* In a database without threads: from here on what writer_submit queues stays in the queue, until
 * somebody waits for work of his own, or the queue is let go. So a simulated run has groups of
 * several commits, as threads make them. */
void writer_hold(struct writer *writer);
void writer_let_go(struct writer *writer); /* does what is queued; what comes is held again */

/* Between the two no work is done. */
void writer_pause(struct writer *writer);
void writer_resume(struct writer *writer);
/* Does what is still queued, in a database whose threads have ended. */
void writer_drain(struct writer *writer);

/* The moment of the newest group, as recovery finds it. */
void writer_set_moment(struct writer *writer, birth_seq moment);
/* Replay: a group that begins in `moment`, which is after that of the last (else ST_CORRUPT). Its
 * `moment` may rise then; what it is in the end is what the group is published in. */
MUST_CHECK enum status writer_replay_begin(struct writer *writer, birth_seq moment,
                                           struct group **group);
/* Publishes it if `st` is ST_OK, else drops it. Returns `st`, or why it could not be published. */
MUST_CHECK enum status writer_replay_end(struct writer *writer, enum status st);
/* Runs `fill` in a group of its own that is published without the log: recovery, and a new file. */
MUST_CHECK enum status writer_replay(struct writer *writer, birth_seq moment,
                                     enum status (*fill)(struct group *group, void *object),
                                     void *object);
