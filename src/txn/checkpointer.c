/*
 * checkpointer.c: checkpoints and jobs, in slices.
 *
 * A checkpoint begins in a group of its own: the rows of all changed branches and their dead pages
 * are written to the file's tree, and with that published the store captures the state. From then
 * on the pages are written by whoever holds `turn`, while commits go on.
 *
 * A failure (no space, say) is logged and tried again later; the log is there meanwhile.
 */
#include "txn/checkpointer.h"
#include "base/clock.h"
#include "base/mem.h"
#include "txn/group.h"
#include "txn/jobs.h"
#include "txn/writer.h"

#define STEP_PAGES 256u
#define IDLE_US 100000
#define SCRUB_PAGES 4u
/* What a replay costs, as measured on a modest processor with the file in the system's memory: for
 * each changed row, and for each 1,024 bytes of the log. */
#define REPLAY_NS_A_CHANGE 250u
#define REPLAY_NS_A_KIB 800u
#define WATCH_TURNS 10u
#define THREAD_STACK_BYTES ((size_t)1 << 20)

struct checkpointer {
    struct db *db;
    struct mutex mutex; /* guards is_stopping */
    struct condition wake;
    bool is_stopping, has_thread;
    struct thread thread;

    struct mutex turn; /* guards what follows */
    struct reader *reader;
    bool is_running; /* a checkpoint is under way */
    int64_t begun_us, retry_us;
    uint64_t changes_begun; /* db.change_count when the last checkpoint began */
    uint32_t scrub_count;
    enum status begin_st; /* of checkpoint_begin, in the group */
};

static void checkpointer_main(void *object);

enum status
checkpointer_new(struct db *db, struct checkpointer **out)
{
    struct checkpointer *checkpointer = mem_alloc_zero(sizeof *checkpointer);
    if (checkpointer == NULL)
        return ST_NO_MEMORY;
    enum status st = reader_new(db->store, &checkpointer->reader);
    if (st != ST_OK) {
        mem_free(checkpointer);
        return st;
    }
    checkpointer->db = db;
    checkpointer->begun_us = clock_monotonic_us();
    mutex_init(&checkpointer->mutex);
    mutex_init(&checkpointer->turn);
    condition_init(&checkpointer->wake);
    *out = checkpointer;
    return ST_OK;
}

void
checkpointer_free(struct checkpointer *checkpointer)
{
    if (checkpointer == NULL)
        return;
    reader_free(checkpointer->reader);
    condition_deinit(&checkpointer->wake);
    mutex_deinit(&checkpointer->turn);
    mutex_deinit(&checkpointer->mutex);
    mem_free(checkpointer);
}

enum status
checkpointer_start(struct checkpointer *checkpointer)
{
    checkpointer->has_thread = true;
    enum status st = thread_start(&checkpointer->thread, "checkpointer", THREAD_STACK_BYTES,
                                  checkpointer_main, checkpointer);
    if (st != ST_OK)
        checkpointer->has_thread = false;
    return st;
}

void
checkpointer_stop(struct checkpointer *checkpointer)
{
    if (!checkpointer->has_thread)
        return;
    mutex_lock(&checkpointer->mutex);
    checkpointer->is_stopping = true;
    condition_signal(&checkpointer->wake);
    mutex_unlock(&checkpointer->mutex);
    thread_join(&checkpointer->thread);
    checkpointer->has_thread = false;
}

/* ---- beginning ---- */

/* The group with the rows is published: captures it. The writer's thread. */
static void
begin_published(struct group *group, void *object)
{
    struct checkpointer *checkpointer = object;
    struct db *db = group->db;
    struct store_state state = {
        .file_root = group->file.root, .moment = group->moment, .next_id = db->ids_logged};
    checkpointer->begin_st = checkpoint_begin(db->store, &state);
    if (checkpointer->begin_st == ST_OK)
        checkpointer->changes_begun = atomic_load(&db->change_count);

    mutex_lock(&db->branches_mutex);
    while (db->changed != NULL) {
        struct branch *branch = db->changed;
        db->changed = branch->next_changed;
        atomic_store(&branch->is_changed, false);
        branch_unload_idle(branch);
    }
    mutex_unlock(&db->branches_mutex);
}

static enum status
begin_run(struct group *group, struct work *work)
{
    struct file_tree *file;
    TRY(group_file(group, &file));
    for (const struct branch *b = group->db->changed; b != NULL; b = b->next_changed) {
        if (b->is_gone)
            continue;
        struct branch_ref ref;
        TRY(group_ref_get(group, b->no, &ref));
        TRY(group_flush_dead(group, b->no));
        TRY(group_ref_put(group, &ref));
    }
    group->published = begin_published;
    group->published_object = work->object;
    return ST_OK;
}

/* The turn is held, and no checkpoint is under way. */
static enum status
checkpoint_start(struct checkpointer *checkpointer)
{
    checkpointer->begun_us = clock_monotonic_us();
    checkpointer->begin_st = ST_OK;
    struct work work = {.run = begin_run, .object = checkpointer, .is_async = true};
    enum status st = writer_call(checkpointer->db->writer, &work);
    if (st == ST_OK)
        st = checkpointer->begin_st;
    checkpointer->is_running = st == ST_OK;
    return st;
}

/* How long replaying the log since the last checkpoint would take. */
static int64_t
replay_us(const struct checkpointer *checkpointer, uint64_t log_bytes)
{
    uint64_t changes = atomic_load(&checkpointer->db->change_count) - checkpointer->changes_begun;
    return (int64_t)((changes * REPLAY_NS_A_CHANGE + log_bytes / 1024 * REPLAY_NS_A_KIB) / 1000);
}

static bool
is_due(const struct checkpointer *checkpointer)
{
    const struct db *db = checkpointer->db;
    const char *reason;
    if (!db->has_device || store_is_read_only(db->store, &reason))
        return false;
    uint64_t log_bytes = log_bytes_since_checkpoint(db->store);
    int64_t now = clock_monotonic_us();
    if (log_bytes == 0 || now < checkpointer->retry_us)
        return false;
    int64_t target_us = db->options.recovery_target_us;
    if (target_us > 0 && replay_us(checkpointer, log_bytes) >= target_us)
        return true;
    return log_bytes >= db->options.checkpoint_log_bytes ||
           now - checkpointer->begun_us >= db->options.checkpoint_interval_us;
}

/* ---- steps ---- */

/* Goes on with the checkpoint under way. The turn is held. */
static enum status
checkpoint_go_on(struct checkpointer *checkpointer, uint32_t pages_max)
{
    bool is_done = false;
    enum status st = checkpoint_step(checkpointer->db->store, pages_max, &is_done);
    /* After a failure the step is tried again; if the store has stopped writing, for ever in vain.
     */
    if (is_done)
        checkpointer->is_running = false;
    return st;
}

static enum status
step(struct checkpointer *checkpointer, uint32_t pages_max, bool *is_idle)
{
    *is_idle = false;
    if (checkpointer->is_running && clock_monotonic_us() < checkpointer->retry_us) {
        *is_idle = true;
        return ST_OK;
    }
    if (checkpointer->is_running)
        return checkpoint_go_on(checkpointer, pages_max);
    if (is_due(checkpointer))
        return checkpoint_start(checkpointer);
    bool has_done;
    enum status st = jobs_step(checkpointer->db, checkpointer->reader, &has_done);
    *is_idle = !has_done;
    return st;
}

enum status
checkpointer_step(struct checkpointer *checkpointer, uint32_t pages_max, bool *is_idle)
{
    mutex_lock(&checkpointer->turn);
    enum status st = step(checkpointer, pages_max, is_idle);
    if (st != ST_OK) {
        checkpointer->retry_us = clock_monotonic_us() + checkpointer->db->retry_us;
        *is_idle = true;
    }
    mutex_unlock(&checkpointer->turn);
    return st;
}

enum status
checkpointer_take(struct checkpointer *checkpointer)
{
    if (!checkpointer->db->has_device)
        return ST_OK;
    mutex_lock(&checkpointer->turn);
    enum status st = ST_OK;
    while (st == ST_OK && checkpointer->is_running)
        st = checkpoint_go_on(checkpointer, STEP_PAGES);
    if (st == ST_OK)
        st = checkpoint_start(checkpointer);
    while (st == ST_OK && checkpointer->is_running)
        st = checkpoint_go_on(checkpointer, STEP_PAGES);
    mutex_unlock(&checkpointer->turn);
    return st;
}

enum status
checkpointer_do_jobs(struct checkpointer *checkpointer)
{
    mutex_lock(&checkpointer->turn);
    enum status st;
    bool has_done;
    do {
        st = jobs_step(checkpointer->db, checkpointer->reader, &has_done);
    } while (st == ST_OK && has_done);
    mutex_unlock(&checkpointer->turn);
    return st;
}

void
checkpointer_pause(struct checkpointer *checkpointer)
{
    mutex_lock(&checkpointer->turn);
}

void
checkpointer_resume(struct checkpointer *checkpointer)
{
    mutex_unlock(&checkpointer->turn);
}

/* ---- the thread ---- */

static bool
is_stopping_after(struct checkpointer *checkpointer, int64_t wait_us)
{
    mutex_lock(&checkpointer->mutex);
    if (!checkpointer->is_stopping && wait_us > 0)
        (void)condition_wait_until(&checkpointer->wake, &checkpointer->mutex,
                                   clock_monotonic_us() + wait_us);
    bool is_stopping = checkpointer->is_stopping;
    mutex_unlock(&checkpointer->mutex);
    return is_stopping;
}

/* Nothing else is to be done: looks at pages written long ago. */
static void
scrub(struct checkpointer *checkpointer)
{
    const char *reason;
    struct db *db = checkpointer->db;
    uint64_t mismatch_count;
    if (!db->has_device || store_is_read_only(db->store, &reason))
        return;
    mutex_lock(&checkpointer->turn);
    store_watch_file(db->store);
    if (checkpointer->scrub_count++ % WATCH_TURNS == 0)
        store_watch_log(db->store);
    enum status st = store_scrub(db->store, SCRUB_PAGES, &mismatch_count);
    mutex_unlock(&checkpointer->turn);
    if (st != ST_OK)
        log_line(db->options.store.log, LOG_WARN, "could not read pages back: %s", status_name(st));
}

static void
checkpointer_main(void *object)
{
    struct checkpointer *checkpointer = object;
    bool is_idle = true;
    while (!is_stopping_after(checkpointer, is_idle ? IDLE_US : 0)) {
        enum status st = checkpointer_step(checkpointer, STEP_PAGES, &is_idle);
        if (st == ST_OK)
            st = log_prepare(checkpointer->db->store);
        if (st != ST_OK)
            log_line(checkpointer->db->options.store.log, LOG_WARN,
                     "checkpoint or clean-up failed, it will be tried again: %s", status_name(st));
        if (is_idle)
            scrub(checkpointer);
    }
}
