/*
 * replay.h: log records done again, after a crash.
 */
#pragma once

#include "store/store.h"
#include "txn/group.h"
#include "txn/record.h"

/* For store_recover: `object` is the db. The scan claims the pages that records name. */
MUST_CHECK enum status replay_scan(void *object, log_pos at, struct slice record);
MUST_CHECK enum status replay_record(void *object, log_pos at, struct slice record);

/* Record by record, after the head: each where its work is. ST_CORRUPT: it makes no sense. */
MUST_CHECK enum status replay_fork(struct group *group, struct record_reader *body);
MUST_CHECK enum status replay_drop(struct group *group, struct record_reader *body);
MUST_CHECK enum status replay_rename(struct group *group, struct record_reader *body);
