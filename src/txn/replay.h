/*
 * replay.h: log records done again, after a crash.
 */
#pragma once

#include "base/thread.h"
#include "store/store.h"
#include "txn/group.h"
#include "txn/record.h"
#include "txn/replay_run.h"

#define NOTE_BYTES 9u      /* of a record in `noted`: its position 8, its place 1 */
#define HELD_LOOKED_AT 64u /* a branch may be held several times: it is not looked for further */

/* A recovery under way: one thread's, but for what is handed to its helper. */
struct replay {
    struct db *db;
    struct buf noted;  /* commits with a place of their own, by rising position; the scan's */
    size_t noted_next; /* how far the replay has come in it */
    bool is_one_by_one;

    struct group *group; /* under way; null: none */
    log_pos from;        /* the first record that is not published */
    birth_seq moment;    /* of the last record in it */
    struct replay_run runs[2], *gathering;
    /* Branches that stay open until the group is over. Of whoever applies. */
    struct branch **held;
    uint32_t held_count, held_capacity;

    struct thread thread; /* applies runs */
    bool has_thread;
    struct mutex mutex; /* guards what follows */
    struct condition wake;
    struct replay_run *handed; /* to be applied, or being applied; null: nothing */
    enum status applied_st;    /* of the first run that failed, until somebody asks */
    bool is_stopping;
};

void replay_init(struct replay *replay, struct db *db);
void replay_deinit(struct replay *replay);

/* For store_recover_by: `object` is a replay. The scan claims the pages that records name. */
MUST_CHECK enum status replay_scan(void *object, log_pos at, struct slice record);
MUST_CHECK enum status replay_record(void *object, log_pos at, struct slice record);
MUST_CHECK enum status replay_finish(void *object);
bool replay_resume(void *object, log_pos *from);

/* Record by record, after the head: each where its work is. ST_CORRUPT: it makes no sense. */
MUST_CHECK enum status replay_fork(struct group *group, struct record_reader *body);
MUST_CHECK enum status replay_drop(struct group *group, struct record_reader *body);
MUST_CHECK enum status replay_rename(struct group *group, struct record_reader *body);
