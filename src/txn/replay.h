/*
 * replay.h: log records done again, after a crash.
 */
#pragma once

#include "store/store.h"
#include "txn/group.h"
#include "txn/record.h"

/* A recovery under way. One thread's. */
struct replay {
    struct db *db;
    log_pos last_at;            /* of the last record there is; the scan finds it */
    birth_seq last_moment;      /* of the last record seen */
    struct buf alone;           /* positions of commits that go alone, 8 bytes each, rising */
    size_t alone_next;          /* how far the replay has come in it */
    struct buf bodies, moments; /* gathered */
    uint64_t gathered_bytes_max;
};

void replay_init(struct replay *replay, struct db *db);
void replay_deinit(struct replay *replay);

/* For store_recover: `object` is a replay. The scan claims the pages that records name. What has
 * been replayed is published when the last record has been. */
MUST_CHECK enum status replay_scan(void *object, log_pos at, struct slice record);
MUST_CHECK enum status replay_record(void *object, log_pos at, struct slice record);

/* Record by record, after the head: each where its work is. ST_CORRUPT: it makes no sense. */
MUST_CHECK enum status replay_fork(struct group *group, struct record_reader *body);
MUST_CHECK enum status replay_drop(struct group *group, struct record_reader *body);
MUST_CHECK enum status replay_rename(struct group *group, struct record_reader *body);
