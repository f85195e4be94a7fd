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

void
activity_begin(struct session *session, struct slice query)
{
    struct activity *activity = &session->activity;
    int64_t now_us = session->statement_began_us - EPOCH_SHIFT_US;
    bool is_in_block = session->state != TRANSACTION_NONE;
    mutex_lock(&activity->mutex);
    activity->state = ACTIVITY_ACTIVE;
    activity->query_us = activity->change_us = now_us;
    activity->transaction_us = is_in_block ? session->env.transaction_us : now_us;
    activity->query_bytes = query_cut(query);
    memcpy(activity->query, query.data, activity->query_bytes);
    mutex_unlock(&activity->mutex);
}

void
activity_end(struct session *session)
{
    struct activity *activity = &session->activity;
    mutex_lock(&activity->mutex);
    activity->state = session->state == TRANSACTION_NONE     ? ACTIVITY_IDLE
                      : session->state == TRANSACTION_FAILED ? ACTIVITY_IDLE_IN_FAILED_BLOCK
                                                             : ACTIVITY_IDLE_IN_BLOCK;
    activity->change_us = clock_wall_us() - EPOCH_SHIFT_US;
    activity->transaction_us = activity->state == ACTIVITY_IDLE ? 0 : session->env.transaction_us;
    mutex_unlock(&activity->mutex);
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
    mutex_lock(&activity->mutex);
    seen->state = activity->state;
    seen->query_us = activity->query_us;
    seen->change_us = activity->change_us;
    seen->transaction_us = activity->transaction_us;
    memcpy(seen->query, activity->query, activity->query_bytes);
    seen->query[activity->query_bytes] = '\0';
    memcpy(seen->application, activity->application, sizeof seen->application);
    mutex_unlock(&activity->mutex);
    seen->blocked_on = (enum blocked_on)atomic_load(&activity->blocked_on);
    seen->is_committing = activity->is_committing;
}
