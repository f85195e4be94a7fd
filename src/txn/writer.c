/*
 * writer.c: taking work from the queue in groups, logging, syncing, publishing.
 *
 *   G1  work is done in the order in which it was queued, and published in the order of the log
 *   G2  a commit that waits for durability is published only after the log up to it is synced
 *   G3  when the log fails, nothing of the group was published, and the store is read-only
 *
 * Whoever holds `turn` plays the writer: the thread, or a committing thread that finds nobody at it
 * and need not be woken up then. What is queued meanwhile waits for the thread, which makes one
 * group of it.
 */
#include "txn/writer.h"
#include "base/check.h"
#include "base/clock.h"
#include "base/mem.h"
#include "store/space.h"
#include "store/store.h"
#include "txn/group.h"
#include "txn/in_place.h"
#include "txn/record.h"

#define GROUP_WORK_MAX 4096u
#define GROUP_BYTES_MAX ((size_t)64 << 20)
#define RETRY_US 10000
#define WRITER_STACK_BYTES ((size_t)1 << 20)

struct writer {
    struct db *db;
    struct mutex mutex; /* guards the queue and is_stopping */
    struct condition wake;
    struct work *first, *last;
    bool is_stopping, has_thread;
    bool is_draining; /* the end: nothing is tried again */
    bool is_held;     /* without a thread: what is submitted waits */
    struct thread thread;

    struct mutex turn; /* guards what follows */
    struct group group;
    birth_seq moment; /* of the newest group published */
    log_pos logged, synced;
    /* When the log behind `synced` must be synced; 0: nothing waits. The thread reads it while it
     * sleeps. */
    _Atomic int64_t sync_due_us;
    struct slice parts[GROUP_WORK_MAX + 1];
};

static void writer_main(void *object);

enum status
writer_new(struct db *db, struct writer **out)
{
    struct writer *writer = mem_alloc_zero(sizeof *writer);
    if (writer == NULL)
        return ST_NO_MEMORY;
    enum status st = group_init(&writer->group, db);
    if (st != ST_OK) {
        mem_free(writer);
        return st;
    }
    writer->db = db;
    mutex_init(&writer->mutex);
    mutex_init(&writer->turn);
    condition_init(&writer->wake);
    *out = writer;
    return ST_OK;
}

void
writer_free(struct writer *writer)
{
    if (writer == NULL)
        return;
    check(writer->first == NULL && !writer->has_thread);
    group_deinit(&writer->group);
    condition_deinit(&writer->wake);
    mutex_deinit(&writer->turn);
    mutex_deinit(&writer->mutex);
    mem_free(writer);
}

enum status
writer_start(struct writer *writer)
{
    writer->has_thread = true;
    enum status st =
        thread_start(&writer->thread, "writer", WRITER_STACK_BYTES, writer_main, writer);
    if (st != ST_OK)
        writer->has_thread = false;
    return st;
}

void
writer_stop(struct writer *writer)
{
    if (!writer->has_thread)
        return;
    mutex_lock(&writer->mutex);
    writer->is_stopping = true;
    condition_signal(&writer->wake);
    mutex_unlock(&writer->mutex);
    thread_join(&writer->thread);
    writer->has_thread = false;
}

void
writer_set_moment(struct writer *writer, birth_seq moment)
{
    check(moment >= writer->moment);
    writer->moment = moment;
    atomic_store(&writer->db->last_moment, moment);
    atomic_store(&writer->db->published, moment);
}

/* ---- groups ---- */

static birth_seq
new_moment(struct writer *writer)
{
    return atomic_fetch_add(&writer->db->last_moment, 1) + 1;
}

/* Logs the group: its record in one part, or the commits' changes behind its head. */
static enum status
group_log(struct writer *writer, const struct slice *parts, uint32_t count, bool is_async)
{
    struct db *db = writer->db;
    if (!db->has_device)
        return ST_OK;
    log_pos end;
    TRY(log_append(db->store, parts, count, &end));
    writer->logged = end;
    if (!is_async) {
        TRY(log_sync(db->store, end));
        writer->synced = end;
        writer->sync_due_us = 0;
    } else if (writer->sync_due_us == 0) {
        writer->sync_due_us = clock_monotonic_us() + db->async_sync_us;
    }
    return ST_OK;
}

static void
work_finish(struct work *work)
{
    if (work->done != NULL)
        work->done(work);
}

/* Gives all of the list that have no outcome yet `st`, and calls done for each. */
static void
list_finish(struct work *list, enum status st)
{
    while (list != NULL) {
        struct work *next = list->next;
        if (list->st == ST_OK)
            list->st = st;
        work_finish(list);
        list = next;
    }
}

/* Queues what others rely on again, ahead of all; the rest has failed for its sake. */
static void
list_retry(struct writer *writer, struct work *list, enum status st)
{
    struct work *again = NULL, **again_end = &again;
    while (list != NULL) {
        struct work *next = list->next;
        if (list->is_relied_on) {
            list->st = ST_OK;
            list->next = NULL;
            *again_end = list;
            again_end = &list->next;
        } else {
            list->st = st;
            work_finish(list);
        }
        list = next;
    }
    if (writer->has_thread)
        clock_sleep_us(RETRY_US);
    mutex_lock(&writer->mutex);
    *again_end = writer->first;
    if (writer->first == NULL)
        writer->last = again;
    while (writer->last->next != NULL)
        writer->last = writer->last->next;
    writer->first = again;
    if (writer->has_thread)
        condition_signal(&writer->wake);
    mutex_unlock(&writer->mutex);
}

/* The status with which something that others rely on has failed and may yet succeed; ST_OK: none.
 */
static enum status
relied_on_failure(const struct writer *writer, const struct work *list, enum status st)
{
    const char *reason;
    if (writer->is_draining || store_is_read_only(writer->db->store, &reason))
        return ST_OK;
    for (; list != NULL; list = list->next) {
        enum status own = list->st != ST_OK ? list->st : st;
        if (list->is_relied_on && own != ST_OK && own != ST_NOT_FOUND && own != ST_CORRUPT)
            return own;
    }
    return ST_OK;
}

static enum status
commit_apply(struct group *group, const struct work *work)
{
    TRY(group_apply(group, work->branch, work->changes));
    for (struct adoption *a = work->adoptions; a != NULL; a = a->next)
        TRY(group_adopt(group, work->branch, a));
    return ST_OK;
}

/* Tells space that the log is about to rely on pages. */
static enum status
adoptions_name(struct group *group)
{
    for (const struct adoption *a = group->adoptions; a != NULL; a = a->next_in_group) {
        for (uint32_t i = 0; a->is_named && i < a->edit->taken.count; i++)
            TRY(space_name(group->db->store, a->edit->taken.refs[i].page, 1));
    }
    return ST_OK;
}

/* Fills the group with the commits that have not failed; a commit that cannot be applied fails, and
 * the others are tried without it. */
static enum status
commits_apply(struct writer *writer, struct work *list, uint32_t *part_count, bool *is_async)
{
    struct group *group = &writer->group;
    for (;;) {
        uint32_t count = 0;
        bool has_failed = false;
        *is_async = true;
        group_begin(group, new_moment(writer));
        for (struct work *work = list; work != NULL && !has_failed; work = work->next) {
            if (work->st != ST_OK)
                continue;
            /* What was queued ahead for a branch that is dropped by now is of no use any more. */
            work->st = work->branch->is_gone ? ST_NOT_FOUND : commit_apply(group, work);
            has_failed = work->st != ST_OK;
            *is_async = *is_async && work->is_async;
            writer->parts[++count] = work->log_part;
        }
        if (!has_failed) {
            *part_count = count;
            return ST_OK;
        }
        group_drop(group);
    }
}

/* Not ST_OK: something that others rely on has failed, and nothing of the list is finished. */
static enum status
commits_run(struct writer *writer, struct work *list)
{
    struct group *group = &writer->group;
    uint32_t part_count;
    bool is_async;
    enum status st = commits_apply(writer, list, &part_count, &is_async);
    enum status failure = relied_on_failure(writer, list, st);
    if (failure != ST_OK) {
        group_drop(group);
        return failure;
    }
    if (st == ST_OK)
        st = group_seal(group);
    if (st == ST_OK)
        st = adoptions_name(group);
    if (st == ST_OK && part_count != 0) {
        record_put_head(&group->record, RECORD_COMMIT, group->moment);
        writer->parts[0] = buf_slice(&group->record);
        st = group->record.is_failed ? ST_NO_MEMORY
                                     : group_log(writer, writer->parts, part_count + 1, is_async);
    }
    if (st == ST_OK) {
        writer->moment = group->moment;
        group_publish(group);
    } else {
        group_drop(group);
        failure = relied_on_failure(writer, list, st);
        if (failure != ST_OK)
            return failure;
    }
    list_finish(list, st);
    return ST_OK;
}

static enum status
alone_fill(struct writer *writer, struct work *work)
{
    struct group *group = &writer->group;
    TRY(work->run(group, work));
    TRY(group_seal(group));
    if (group->record.is_failed)
        return ST_NO_MEMORY;
    if (group->record.bytes == 0)
        return ST_OK;
    struct slice part = buf_slice(&group->record);
    return group_log(writer, &part, 1, work->is_async);
}

static void
alone_run(struct writer *writer, struct work *work)
{
    struct group *group = &writer->group;
    group_begin(group, new_moment(writer));
    work->st = alone_fill(writer, work);
    if (work->st == ST_OK && !group_is_empty(group)) {
        writer->moment = group->moment;
        group_publish(group);
    } else {
        group_drop(group);
    }
    work_finish(work);
}

/* Does a commit by itself in a database in memory where its rows are, if it can be done so. */
static bool
in_place_run(struct writer *writer, struct work *work)
{
    if (writer->db->has_device || writer->has_thread || work->next != NULL ||
        !in_place_commit(writer->db, writer->group.reader, work, &writer->moment))
        return false;
    work->is_in_place = true;
    work_finish(work);
    return true;
}

/* Cuts a run of commits that may share a group off the list. */
static struct work *
commits_cut(struct work *list, struct work **rest)
{
    struct work *last = list;
    size_t bytes = list->changes.bytes;
    uint32_t count = 1;
    while (last->next != NULL && last->next->run == NULL && count < GROUP_WORK_MAX &&
           bytes + last->next->changes.bytes <= GROUP_BYTES_MAX) {
        last = last->next;
        bytes += last->changes.bytes;
        count++;
    }
    *rest = last->next;
    last->next = NULL;
    return list;
}

static struct work *
list_join(struct work *first, struct work *second)
{
    struct work *last = first;
    while (last->next != NULL)
        last = last->next;
    last->next = second;
    return first;
}

static struct work *
queue_take(struct writer *writer)
{
    mutex_lock(&writer->mutex);
    struct work *list = writer->first;
    writer->first = NULL;
    writer->last = NULL;
    mutex_unlock(&writer->mutex);
    return list;
}

/* Does all that is queued now. The turn is held. */
static void
queue_run(struct writer *writer)
{
    struct work *list = queue_take(writer);
    while (list != NULL) {
        struct work *rest = list->next;
        const char *reason;
        struct work *now = list;
        if (list->run == NULL)
            now = commits_cut(list, &rest);
        else
            list->next = NULL;
        enum status failure = ST_OK;
        if (store_is_read_only(writer->db->store, &reason))
            list_finish(now, ST_READ_ONLY);
        else if (now->run == NULL)
            failure = in_place_run(writer, now) ? ST_OK : commits_run(writer, now);
        else
            alone_run(writer, now);
        if (failure != ST_OK) {
            list_retry(writer, list_join(now, rest), failure);
            return;
        }
        list = rest;
    }
}

enum status
writer_replay_begin(struct writer *writer, birth_seq moment, struct group **group)
{
    if (moment <= writer->moment)
        return ST_CORRUPT;
    *group = &writer->group;
    group_begin(*group, moment);
    return ST_OK;
}

enum status
writer_replay_end(struct writer *writer, enum status st)
{
    struct group *group = &writer->group;
    if (st == ST_OK)
        st = group_seal(group);
    if (st != ST_OK) {
        group_drop(group);
        return st;
    }
    writer->moment = group->moment;
    atomic_store(&writer->db->last_moment, group->moment);
    group_publish(group);
    return ST_OK;
}

enum status
writer_replay(struct writer *writer, birth_seq moment,
              enum status (*fill)(struct group *group, void *object), void *object)
{
    struct group *group;
    TRY(writer_replay_begin(writer, moment, &group));
    return writer_replay_end(writer, fill(group, object));
}

/* ---- syncing what nobody waits for ---- */

/* The turn is held. */
static enum status
sync_now(struct writer *writer)
{
    if (writer->sync_due_us == 0)
        return ST_OK;
    writer->sync_due_us = 0;
    enum status st = log_sync(writer->db->store, writer->logged);
    if (st == ST_OK)
        writer->synced = writer->logged;
    return st;
}

/*
 * Hands what nobody waits for to the system at once, so that only a crash of the machine can lose
 * it, and syncs it when its time has come. The turn is held.
 */
static void
async_keep(struct writer *writer)
{
    if (writer->sync_due_us == 0)
        return;
    bool is_due = clock_monotonic_us() >= writer->sync_due_us;
    enum status st = is_due ? sync_now(writer) : log_flush(writer->db->store);
    if (st != ST_OK)
        writer->sync_due_us = 0; /* the store is read-only now: the next commit tells */
}

enum status
writer_sync(struct writer *writer, bool is_due_only)
{
    mutex_lock(&writer->turn);
    enum status st = ST_OK;
    if (!is_due_only || (writer->sync_due_us != 0 && clock_monotonic_us() >= writer->sync_due_us))
        st = sync_now(writer);
    mutex_unlock(&writer->turn);
    return st;
}

/* ---- the thread ---- */

/* Waits for work, for the time of a sync, or for the end; false at the end. */
static bool
thread_wait(struct writer *writer)
{
    mutex_lock(&writer->mutex);
    while (writer->first == NULL && !writer->is_stopping) {
        if (writer->sync_due_us == 0)
            condition_wait(&writer->wake, &writer->mutex);
        else if (!condition_wait_until(&writer->wake, &writer->mutex, writer->sync_due_us))
            break;
    }
    bool goes_on = writer->first != NULL || !writer->is_stopping;
    mutex_unlock(&writer->mutex);
    return goes_on;
}

static void
writer_main(void *object)
{
    struct writer *writer = object;
    int64_t delay_us = writer->db->options.commit_delay_us;
    while (thread_wait(writer)) {
        if (delay_us > 0)
            clock_sleep_us(delay_us);
        mutex_lock(&writer->turn);
        queue_run(writer);
        async_keep(writer);
        mutex_unlock(&writer->turn);
    }
}

/* ---- those who queue ---- */

static void
queue_push(struct writer *writer, struct work *work, bool is_waking)
{
    work->next = NULL;
    work->st = ST_OK;
    mutex_lock(&writer->mutex);
    if (writer->last != NULL)
        writer->last->next = work;
    else
        writer->first = work;
    writer->last = work;
    if (is_waking)
        condition_signal(&writer->wake);
    mutex_unlock(&writer->mutex);
}

void
writer_queue(struct writer *writer, struct work *work)
{
    queue_push(writer, work, writer->has_thread);
}

/* Plays the writer once. The turn is held, and given back. */
static void
turn_play(struct writer *writer)
{
    bool had_due = atomic_load(&writer->sync_due_us) != 0;
    queue_run(writer);
    bool is_waking = writer->has_thread && !had_due && atomic_load(&writer->sync_due_us) != 0;
    if (!writer->has_thread)
        async_keep(writer);
    mutex_unlock(&writer->turn);
    if (is_waking) {
        mutex_lock(&writer->mutex);
        condition_signal(&writer->wake);
        mutex_unlock(&writer->mutex);
    }
}

/* `can_block`: the calling thread may wait for the disk. */
static void
submit(struct writer *writer, struct work *work, bool can_block)
{
    if (!writer->has_thread) {
        queue_push(writer, work, false);
        if (writer->is_held && !can_block)
            return;
        mutex_lock(&writer->turn);
        turn_play(writer);
        return;
    }
    can_block = can_block || work->is_async || !writer->db->has_device;
    bool has_turn = can_block && mutex_try_lock(&writer->turn);
    queue_push(writer, work, !has_turn);
    if (has_turn)
        turn_play(writer);
}

void
writer_submit(struct writer *writer, struct work *work)
{
    submit(writer, work, false);
}

void
writer_hold(struct writer *writer)
{
    check(!writer->has_thread);
    writer->is_held = true;
}

void
writer_let_go(struct writer *writer)
{
    mutex_lock(&writer->turn);
    turn_play(writer);
}

void
writer_pause(struct writer *writer)
{
    mutex_lock(&writer->turn);
}

void
writer_resume(struct writer *writer)
{
    mutex_unlock(&writer->turn);
}

void
writer_drain(struct writer *writer)
{
    mutex_lock(&writer->turn);
    writer->is_draining = true;
    while (writer->first != NULL) /* what is done may queue more */
        queue_run(writer);
    mutex_unlock(&writer->turn);
}

struct call {
    struct mutex mutex;
    struct condition done;
    bool is_done;
};

static void
call_done(struct work *work)
{
    struct call *call = work->waiter;
    mutex_lock(&call->mutex);
    call->is_done = true;
    condition_signal(&call->done);
    mutex_unlock(&call->mutex);
}

enum status
writer_call(struct writer *writer, struct work *work)
{
    struct call call = {.is_done = false};
    mutex_init(&call.mutex);
    condition_init(&call.done);
    work->done = call_done;
    work->waiter = &call;
    submit(writer, work, true);

    mutex_lock(&call.mutex);
    while (!call.is_done)
        condition_wait(&call.done, &call.mutex);
    mutex_unlock(&call.mutex);
    condition_deinit(&call.done);
    mutex_deinit(&call.mutex);
    return work->st;
}
