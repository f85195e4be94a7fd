/*
 * activity.c: what sessions note of themselves, see activity.h.
 */
#include "session/activity.h"

#include "base/clock.h"
#include "session/session_int.h"
#include "type/values.h"
#include <stdio.h>
#include <string.h>

void
activity_init(struct activity *activity)
{
    mutex_init(&activity->mutex);
}

void
activity_deinit(struct activity *activity)
{
    mutex_deinit(&activity->mutex);
}

/* As much of the text as there is room for, cut between characters. */
static uint32_t
query_cut(struct slice query)
{
    size_t bytes = query.bytes;
    if (bytes > ACTIVITY_QUERY_BYTES_MAX) {
        bytes = ACTIVITY_QUERY_BYTES_MAX;
        while (bytes > 0 && (query.data[bytes] & 0xc0) == 0x80)
            bytes--;
    }
    return (uint32_t)bytes;
}

/* The times first: who sees the state sees them too. */
static void
note(struct activity *activity, enum activity_state state, int64_t now_us, int64_t transaction_us)
{
    atomic_store_explicit(&activity->change_us, now_us, memory_order_release);
    atomic_store_explicit(&activity->transaction_us, transaction_us, memory_order_release);
    atomic_store_explicit(&activity->state, (int)state, memory_order_release);
}

void
activity_begin(struct session *session, struct slice query)
{
    struct activity *activity = &session->activity;
    int64_t now_us = session->statement_began_us - EPOCH_SHIFT_US;
    bool is_in_block = session->state != TRANSACTION_NONE;
    uint32_t bytes = query_cut(query);
    if (bytes != activity->query_bytes || memcmp(activity->query, query.data, bytes) != 0) {
        mutex_lock(&activity->mutex);
        activity->query_bytes = bytes;
        memcpy(activity->query, query.data, bytes);
        mutex_unlock(&activity->mutex);
    }
    atomic_store_explicit(&activity->query_us, now_us, memory_order_release);
    note(activity, ACTIVITY_ACTIVE, now_us, is_in_block ? session->env.transaction_us : now_us);
}

void
activity_end(struct session *session)
{
    enum activity_state state = session->state == TRANSACTION_NONE ? ACTIVITY_IDLE
                                : session->state == TRANSACTION_FAILED
                                    ? ACTIVITY_IDLE_IN_FAILED_BLOCK
                                    : ACTIVITY_IDLE_IN_BLOCK;
    note(&session->activity, state, clock_wall_us() - EPOCH_SHIFT_US,
         state == ACTIVITY_IDLE ? 0 : session->env.transaction_us);
}

void
activity_set_application(struct activity *activity, const char *name)
{
    mutex_lock(&activity->mutex);
    snprintf(activity->application, sizeof activity->application, "%s", name);
    mutex_unlock(&activity->mutex);
}

void
activity_see(struct activity *activity, struct activity_seen *seen)
{
    seen->state = (enum activity_state)atomic_load(&activity->state);
    seen->query_us = activity->query_us;
    seen->change_us = activity->change_us;
    seen->transaction_us = activity->transaction_us;
    mutex_lock(&activity->mutex);
    memcpy(seen->query, activity->query, activity->query_bytes);
    seen->query[activity->query_bytes] = '\0';
    memcpy(seen->application, activity->application, sizeof seen->application);
    mutex_unlock(&activity->mutex);
    seen->blocked_on = (enum blocked_on)atomic_load(&activity->blocked_on);
    seen->is_committing = activity->is_committing;
}
