/*
 * db.c: opening and closing a database, and numbers that are new in it.
 */
#include "base/check.h"
#include "base/clock.h"
#include "base/mem.h"
#include "txn/checkpointer.h"
#include "txn/fork.h"
#include "txn/record.h"
#include "txn/replay.h"
#include "txn/sequence.h"
#include "txn/txn_int.h"

#define ID_BLOCK 64u
#define CHECKPOINT_LOG_BYTES ((uint64_t)1 << 30)
#define CHECKPOINT_INTERVAL_US (15ll * 60 * 1000000)
#define WRITE_SET_BYTES ((uint64_t)32 << 20)
#define DEADLOCK_TIMEOUT_US 1000000
#define ASYNC_SYNC_US 200000
#define RETRY_US 5000000

static void
options_fill(struct db_options *options)
{
    if (options->checkpoint_log_bytes == 0)
        options->checkpoint_log_bytes = CHECKPOINT_LOG_BYTES;
    if (options->checkpoint_interval_us == 0)
        options->checkpoint_interval_us = CHECKPOINT_INTERVAL_US;
    if (options->write_set_bytes == 0)
        options->write_set_bytes = WRITE_SET_BYTES;
    if (options->deadlock_timeout_us == 0 && options->has_threads)
        options->deadlock_timeout_us = DEADLOCK_TIMEOUT_US;
}

static enum status
file_init(struct group *group, void *object)
{
    (void)object;
    int64_t now = clock_wall_us();
    TRY(fork_create_root(group, "main", now));
    return fork_create_root(group, "postgres", now);
}

enum status
db_init_file(struct db *db)
{
    struct head_state head = head_read(&db->file_head);
    if (head.root.ref.page != PAGE_NONE)
        return ST_OK;
    return writer_replay(db->writer, head.moment + 1, file_init, db);
}

/* Brings the database to where the checkpoint and the log say it was. */
static enum status
db_recover(struct db *db)
{
    struct store_state state;
    store_state(db->store, &state);
    struct head_state head = {.moment = state.moment, .root = state.file_root};
    head_publish(&db->file_head, &head);
    writer_set_moment(db->writer, state.moment);
    db->next_id = state.next_id < FIRST_USER_ID ? FIRST_USER_ID : state.next_id;
    db->ids_end = db->next_id;
    db->ids_logged = db->next_id;
    if (db->has_device) {
        struct replay replay;
        replay_init(&replay, db);
        struct log_replay how = {.scan = replay_scan,
                                 .apply = replay_record,
                                 .finish = replay_finish,
                                 .resume = replay_resume,
                                 .object = &replay};
        enum status st = store_recover_by(db->store, &how);
        replay_deinit(&replay);
        TRY(st);
    }
    return db_init_file(db);
}

static enum status
parts_make(struct db *db)
{
    TRY(reader_new(db->store, &db->admin_reader));
    TRY(lock_table_new(&db->locks));
    TRY(writer_new(db, &db->writer));
    return checkpointer_new(db, &db->checkpointer);
}

/* Frees everything; threads have ended. */
static void
db_free(struct db *db)
{
    txn_pool_free(db);
    branches_free(db);
    checkpointer_free(db->checkpointer);
    writer_free(db->writer);
    lock_table_free(db->locks);
    if (db->admin_reader != NULL)
        reader_free(db->admin_reader);
    store_close(db->store);
    mutex_deinit(&db->ids_mutex);
    mutex_deinit(&db->pool_mutex);
    mutex_deinit(&db->branches_mutex);
    mem_free(db);
}

static enum status
threads_start(struct db *db)
{
    if (!db->options.has_threads)
        return ST_OK;
    TRY(writer_start(db->writer));
    enum status st = checkpointer_start(db->checkpointer);
    if (st != ST_OK)
        writer_stop(db->writer);
    return st;
}

enum status
db_open(struct device *device, const struct db_options *options, struct db **out)
{
    struct db *db = mem_alloc_zero(sizeof *db);
    if (db == NULL) {
        if (device != NULL)
            device->ops->close(device);
        return ST_NO_MEMORY;
    }
    db->options = *options;
    db->has_device = device != NULL;
    db->async_sync_us = ASYNC_SYNC_US;
    db->retry_us = RETRY_US;
    options_fill(&db->options);
    enum status st = store_open(device, &db->options.store, &db->store);
    if (st != ST_OK) {
        mem_free(db);
        return st;
    }
    mutex_init(&db->branches_mutex);
    mutex_init(&db->pool_mutex);
    mutex_init(&db->ids_mutex);
    atomic_store(&db->next_txn_id, 1000);
    atomic_store(&db->has_jobs, true);
    st = parts_make(db);
    if (st == ST_OK)
        st = db_recover(db);
    if (st == ST_OK)
        st = threads_start(db);
    if (st != ST_OK) {
        db_free(db);
        return st;
    }
    *out = db;
    return ST_OK;
}

/* Ends the threads after all that was queued. */
static void
threads_stop(struct db *db)
{
    checkpointer_stop(db->checkpointer);
    writer_stop(db->writer);
    check(db->active_count == 0);
}

/* Lets every open branch write where its sequences stand. */
static void
branches_settle(struct db *db)
{
    for (uint32_t i = 0; i < BRANCH_BUCKETS; i++) {
        for (struct branch *b = db->buckets[i]; b != NULL; b = b->next)
            sequences_settle(b);
    }
}

enum status
db_close(struct db *db)
{
    const char *reason;
    threads_stop(db);
    enum status st = ST_OK;
    if (db->has_device && !store_is_read_only(db->store, &reason)) {
        branches_settle(db);
        st = checkpointer_take(db->checkpointer);
        if (st == ST_OK)
            st = store_remove_log(db->store);
    } else {
        st = writer_sync(db->writer, false);
    }
    writer_drain(db->writer);
    if (st != ST_OK)
        log_line(db->options.store.log, LOG_WARN,
                 "the last checkpoint failed (%s); the log stays for the next start",
                 status_name(st));
    db_free(db);
    return st;
}

void
db_abandon(struct db *db)
{
    const char *reason;
    if (!store_is_read_only(db->store, &reason))
        store_stop_writes(db->store, "closed without a checkpoint");
    threads_stop(db);
    writer_drain(db->writer);
    db_free(db);
}

struct store *
db_store(struct db *db)
{
    return db->store;
}

bool
db_is_read_only(const struct db *db, const char **reason)
{
    return store_is_read_only(db->store, reason);
}

enum status
db_checkpoint(struct db *db)
{
    return checkpointer_take(db->checkpointer);
}

/* ---- ids ---- */

static enum status
ids_run(struct group *group, struct work *work)
{
    struct db *db = group->db;
    struct file_tree *file;
    uint64_t next = *(uint64_t *)work->object;
    TRY(group_file(group, &file));
    record_put_head(&group->record, RECORD_IDS, group->moment);
    record_put_u64(&group->record, next);
    db->ids_logged = next;
    return ST_OK;
}

enum status
db_new_id(struct db *db, uint32_t *id)
{
    enum status st = ST_OK;
    mutex_lock(&db->ids_mutex);
    if (db->next_id == db->ids_end) {
        uint64_t end = db->ids_end + ID_BLOCK;
        struct work work = {.run = ids_run, .is_async = true, .object = &end};
        st = end > UINT32_MAX ? ST_LIMIT : writer_call(db->writer, &work);
        if (st == ST_OK)
            db->ids_end = end;
    }
    if (st == ST_OK)
        *id = (uint32_t)db->next_id++;
    mutex_unlock(&db->ids_mutex);
    return st;
}

enum status
txn_new_id(struct txn *txn, uint32_t *id)
{
    return db_new_id(txn->db, id);
}
