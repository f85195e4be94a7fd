/*
 * activity.h: what a session is doing, for other sessions to see (pg_stat_activity).
 *
 * The session notes it as statements begin and end, twice a statement, so that costs no lock but
 * for a new text: whoever has engine->mutex, and so the session, may look at any moment. A look
 * sees each field whole, and with a state nothing that is older than it. Its own lock is the
 * last that is taken.
 */
#pragma once

#include "base/slice.h"
#include "base/thread.h"
#include "txn/txn.h"
#include <stdatomic.h>
#include <stdint.h>

#define ACTIVITY_QUERY_BYTES_MAX 1023u /* PostgreSQL's track_activity_query_size */

struct session;

enum activity_state {
    ACTIVITY_IDLE,
    ACTIVITY_ACTIVE,
    ACTIVITY_IDLE_IN_BLOCK,
    ACTIVITY_IDLE_IN_FAILED_BLOCK
};

struct activity {
    struct mutex mutex; /* guards the texts, for others than the session's thread */
    uint32_t query_bytes;
    char query[ACTIVITY_QUERY_BYTES_MAX];
    char application[64];
    /* As timestamps; 0: none yet, or no transaction. Written before the state, and read after
     * it. */
    _Atomic int64_t query_us, change_us, transaction_us;
    _Atomic int state;      /* enum activity_state */
    _Atomic int blocked_on; /* enum blocked_on */
    _Atomic bool is_committing;
};

/* What another thread sees of it: a copy. */
struct activity_seen {
    enum activity_state state;
    enum blocked_on blocked_on;
    bool is_committing;
    char query[ACTIVITY_QUERY_BYTES_MAX + 1];
    char application[64];
    int64_t query_us, change_us, transaction_us;
};

void activity_init(struct activity *activity);
void activity_deinit(struct activity *activity);
/* Notes that it runs a statement of that text. */
void activity_begin(struct session *session, struct slice query);
/* Reads the clock and notes by the session's transaction that it is idle: outside a block, in one,
 * or in one that has failed. */
void activity_end(struct session *session);
void activity_set_application(struct activity *activity, const char *name);
void activity_see(struct activity *activity, struct activity_seen *seen);
