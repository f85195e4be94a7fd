/*
 * txn.c: a transaction's life: pool, statements, savepoints, end.
 *
 * Transactions wait in a pool with all that is dear to make: arena, readers, buffers. One that ends
 * with no change touches neither heap nor disk.
 *
 * Commands number what a transaction does. Each change carries the number of the command that made
 * it, and a statement sees the changes of commands before its own. A savepoint takes a number too,
 * so that a change never replaces one from before the savepoint (W2 of write_set.c).
 */
#include "base/bytes.h"
#include "base/check.h"
#include "base/mem.h"
#include "txn/checkpointer.h"
#include "txn/merge_point.h"
#include "txn/private.h"
#include "txn/record.h"
#include "txn/sequence.h"
#include "txn/txn_int.h"

#define POOL_MAX 256u
#define RECORD_KEEP_BYTES ((size_t)256 << 10)
#define ARENA_FIRST_BYTES 16384u

static enum status
txn_make(struct db *db, struct txn **out)
{
    struct txn *txn = mem_alloc_zero(sizeof *txn);
    if (txn == NULL)
        return ST_NO_MEMORY;
    const struct arena_options options = {.name = "transaction",
                                          .first_block_bytes = ARENA_FIRST_BYTES};
    txn->arena = arena_new(&options);
    enum status st = txn->arena == NULL ? ST_NO_MEMORY : snapshot_new(db->store, &txn->snapshots);
    if (st != ST_OK) {
        arena_free(txn->arena);
        mem_free(txn);
        return st;
    }
    txn->db = db;
    buf_init(&txn->record);
    lock_owner_init(&txn->locks, txn->arena);
    *out = txn;
    return ST_OK;
}

static void
txn_free(struct txn *txn)
{
    while (txn->snapshots != NULL) {
        struct snapshot *snapshot = txn->snapshots;
        txn->snapshots = snapshot->next;
        snapshot_free(snapshot);
    }
    lock_owner_deinit(&txn->locks);
    buf_deinit(&txn->record);
    arena_free(txn->arena);
    mem_free(txn);
}

void
txn_pool_free(struct db *db)
{
    while (db->pool != NULL) {
        struct txn *txn = db->pool;
        db->pool = txn->next;
        txn_free(txn);
    }
}

enum status
txn_pool_take(struct db *db, struct txn **txn)
{
    mutex_lock(&db->pool_mutex);
    db->active_count++;
    *txn = db->pool;
    if (*txn != NULL) {
        db->pool = (*txn)->next;
        db->pool_count--;
    }
    mutex_unlock(&db->pool_mutex);
    if (*txn != NULL)
        return ST_OK;

    enum status st = txn_make(db, txn);
    if (st != ST_OK) {
        mutex_lock(&db->pool_mutex);
        db->active_count--;
        mutex_unlock(&db->pool_mutex);
    }
    return st;
}

void
txn_pool_give(struct txn *txn)
{
    struct db *db = txn->db;
    mutex_lock(&db->pool_mutex);
    db->active_count--;
    bool is_kept = db->pool_count < POOL_MAX;
    if (is_kept) {
        txn->next = db->pool;
        db->pool = txn;
        db->pool_count++;
    }
    mutex_unlock(&db->pool_mutex);
    if (!is_kept)
        txn_free(txn);
}

enum status
txn_begin(struct branch *branch, const struct txn_options *options, struct txn **out)
{
    if (options->isolation == ISOLATION_SERIALIZABLE)
        return ST_INVALID;
    struct txn *txn;
    TRY(txn_pool_take(branch->db, &txn));
    txn->branch = branch;
    txn->options = *options;
    txn->wait = (struct txn_wait){.cancel = NULL};
    txn->id = 0;
    txn->temp = NULL;
    txn->command = 1;
    write_set_init(&txn->set, txn->arena);
    *out = txn;
    return ST_OK;
}

/* ---- snapshots and statements ---- */

enum status
txn_snapshot_spare(struct txn *txn, struct snapshot **snapshot)
{
    for (struct snapshot *s = txn->snapshots; s != NULL; s = s->next) {
        if (s->holders == 0) {
            *snapshot = s;
            return ST_OK;
        }
    }
    struct snapshot *made;
    TRY(snapshot_new(txn->db->store, &made));
    made->next = txn->snapshots;
    txn->snapshots = made;
    *snapshot = made;
    return ST_OK;
}

struct statement *
txn_statement(struct txn *txn)
{
    check(txn->statement_count != 0);
    return &txn->statements[txn->statement_count - 1];
}

/* The snapshot for a statement that begins now, held for it. */
static enum status
statement_snapshot(struct txn *txn, struct snapshot **snapshot)
{
    if (txn->fixed != NULL) {
        *snapshot = txn->fixed;
    } else {
        TRY(txn_snapshot_spare(txn, snapshot));
        snapshot_take(*snapshot, txn->branch);
        if (txn->options.isolation != ISOLATION_READ_COMMITTED) {
            txn->fixed = *snapshot;
            (*snapshot)->holders++;
        }
    }
    (*snapshot)->holders++;
    snapshot_enter(*snapshot);
    return ST_OK;
}

static void statement_pop(struct txn *txn);

enum status
txn_statement_begin(struct txn *txn)
{
    if (txn->statement_count == STATEMENTS_MAX)
        return ST_LIMIT;
    struct snapshot *snapshot;
    TRY(statement_snapshot(txn, &snapshot));
    txn->command++;
    txn->has_ended_reading = false;
    txn->statements[txn->statement_count++] =
        (struct statement){.snapshot = snapshot, .visible = txn->command};
    enum status st = txn->temp == NULL ? ST_OK : txn_statement_begin(txn->temp);
    if (st != ST_OK)
        statement_pop(txn);
    return st;
}

void
txn_statement_end(struct txn *txn)
{
    if (txn->temp != NULL)
        statement_pop(txn->temp);
    statement_pop(txn);
}

static void
statement_pop(struct txn *txn)
{
    check(txn->statement_count != 0);
    struct snapshot *snapshot = txn->statements[--txn->statement_count].snapshot;
    snapshot->holders--;
    if (txn->statement_count != 0) {
        if (snapshot->holders == 0)
            snapshot_leave(snapshot);
        return;
    }
    for (struct snapshot *s = txn->snapshots; s != NULL; s = s->next) {
        snapshot_leave(s);
        if (s->holders == 0)
            snapshot_unpin(s);
    }
}

/* Whether the newest head has the tree as the running statement sees it. */
static enum status
tree_is_newest(struct txn *txn, tree_no tree)
{
    struct store *store = txn->db->store;
    struct tree_root seen = {0}, now = {0};
    struct snapshot *newest;
    TRY(txn_snapshot_spare(txn, &newest));
    snapshot_take(newest, txn->branch);
    snapshot_enter(newest);
    enum status st = snapshot_root(newest, store, tree, &now);
    snapshot_leave(newest);
    snapshot_unpin(newest);
    if (st == ST_OK || st == ST_NOT_FOUND) {
        snapshot_enter(txn_statement(txn)->snapshot);
        st = snapshot_root(txn_statement(txn)->snapshot, store, tree, &seen);
    }
    if (st != ST_OK && st != ST_NOT_FOUND)
        return st;
    return page_ref_equal(seen.ref, now.ref) ? ST_OK : ST_CONFLICT;
}

enum status
txn_statement_renew(struct txn *txn, tree_no tree)
{
    txn = txn_for(txn, tree);
    if (txn->options.isolation != ISOLATION_READ_COMMITTED)
        return tree_is_newest(txn, tree);
    TRY(txn_statement_begin(txn));
    struct statement outer = txn->statements[txn->statement_count - 2];
    txn->statements[txn->statement_count - 2] = txn->statements[txn->statement_count - 1];
    txn->statements[txn->statement_count - 1] = outer;
    txn_statement_end(txn);
    return ST_OK;
}

void
txn_statements_end(struct txn *txn)
{
    while (txn->statement_count != 0)
        txn_statement_end(txn);
}

struct txn_view
txn_view_keep(struct txn *txn)
{
    struct statement *statement = txn_statement(txn);
    statement->snapshot->holders++;
    txn->view_count++;
    struct txn_view view = {.snapshot = statement->snapshot, .visible = statement->visible};
    if (txn->temp != NULL) {
        struct txn_view temp = txn_view_keep(txn->temp);
        view.temp_snapshot = temp.snapshot;
        view.temp_visible = temp.visible;
    }
    return view;
}

static struct txn_view
temp_view(const struct txn_view *view)
{
    return (struct txn_view){.snapshot = view->temp_snapshot, .visible = view->temp_visible};
}

enum status
txn_view_begin(struct txn *txn, struct txn_view view)
{
    check(view.snapshot != NULL && view.snapshot->holders != 0);
    if (txn->statement_count == STATEMENTS_MAX)
        return ST_LIMIT;
    view.snapshot->holders++;
    snapshot_enter(view.snapshot);
    txn->command++;
    txn->statements[txn->statement_count++] =
        (struct statement){.snapshot = view.snapshot, .visible = view.visible};
    if (txn->temp == NULL)
        return ST_OK;
    /* One kept before the session had temporary tables sees them as they are now. */
    enum status st = view.temp_snapshot == NULL ? txn_statement_begin(txn->temp)
                                                : txn_view_begin(txn->temp, temp_view(&view));
    if (st != ST_OK)
        statement_pop(txn);
    return st;
}

void
txn_view_drop(struct txn *txn, struct txn_view *view)
{
    if (view->snapshot == NULL)
        return;
    if (view->temp_snapshot != NULL) {
        struct txn_view temp = temp_view(view);
        txn_view_drop(txn->temp, &temp);
        view->temp_snapshot = NULL;
    }
    check(txn->view_count != 0);
    txn->view_count--;
    view->snapshot->holders--;
    if (view->snapshot->holders == 0) {
        snapshot_leave(view->snapshot);
        snapshot_unpin(view->snapshot);
    }
    view->snapshot = NULL;
}

void
snapshots_leave(struct txn *txn)
{
    for (struct snapshot *s = txn->snapshots; s != NULL; s = s->next)
        snapshot_leave(s);
}

void
txn_leave_epochs(void *object)
{
    struct txn *txn = object;
    snapshots_leave(txn);
    if (txn->wait.on_block != NULL)
        txn->wait.on_block(txn->wait.object);
}

void
txn_step(struct txn *txn)
{
    txn_statement(txn)->visible = ++txn->command;
    if (txn->temp != NULL)
        txn_step(txn->temp);
}

void
txn_end_reading(struct txn *txn)
{
    txn->has_ended_reading = txn->statement_count == 1 && txn->cursors == NULL;
    if (txn->temp != NULL)
        txn_end_reading(txn->temp);
}

void
txn_set_wait(struct txn *txn, struct txn_wait wait)
{
    txn->wait = wait;
}

bool
txn_has_changes(const struct txn *txn)
{
    return txn->set.newest != NULL || merge_notes_have_done(txn);
}

bool
txn_renew(struct txn *txn)
{
    if (txn->set.trees != NULL || txn->needs_sync || txn->merges != NULL || txn->id != 0 ||
        txn->savepoint != NULL || txn->cursors != NULL || txn->statement_count != 0 ||
        lock_owner_holds(&txn->locks) || txn->fixed != NULL || txn->temp != NULL)
        return false;
    txn->command = 1;
    lock_owner_set_level(&txn->locks, 0);
    return true;
}

uint64_t
txn_id(struct txn *txn)
{
    if (txn->id == 0)
        txn->id = atomic_fetch_add(&txn->db->next_txn_id, 1);
    return txn->id;
}

/* ---- the session's temporary tables ---- */

enum status
txn_attach_temp(struct txn *txn, struct txn *temp)
{
    check(txn->temp == NULL && temp->temp == NULL && temp->db != txn->db);
    enum status st = ST_OK;
    uint32_t number;
    for (uint32_t i = 0; st == ST_OK && i < txn->savepoint_count; i++)
        st = txn_savepoint(temp, &number);
    for (uint32_t i = 0; st == ST_OK && i < txn->statement_count; i++)
        st = txn_statement_begin(temp);
    if (st == ST_OK)
        txn->temp = temp;
    return st;
}

struct txn *
txn_detach_temp(struct txn *txn)
{
    struct txn *temp = txn->temp;
    txn->temp = NULL;
    return temp;
}

struct txn *
txn_temp(const struct txn *txn)
{
    return txn->temp;
}

/* ---- savepoints ---- */

enum status
txn_savepoint(struct txn *txn, uint32_t *savepoint)
{
    struct savepoint *made = arena_alloc(txn->arena, sizeof *made);
    if (made == NULL)
        return ST_NO_MEMORY;
    if (txn->temp != NULL)
        TRY(txn_savepoint(txn->temp, savepoint));
    *made = (struct savepoint){
        .outer = txn->savepoint, .mark = txn->set.newest, .command = ++txn->command};
    txn->savepoint = made;
    lock_owner_set_level(&txn->locks, made->command);
    *savepoint = ++txn->savepoint_count;
    return ST_OK;
}

/* Forgets the savepoints inside `savepoint`. */
static struct savepoint *
savepoint_find(struct txn *txn, uint32_t savepoint)
{
    check(savepoint >= 1 && savepoint <= txn->savepoint_count);
    while (txn->savepoint_count > savepoint) {
        txn->savepoint = txn->savepoint->outer;
        txn->savepoint_count--;
    }
    return txn->savepoint;
}

void
txn_rollback_to(struct txn *txn, uint32_t savepoint)
{
    const struct savepoint *at = savepoint_find(txn, savepoint);
    write_set_rollback(&txn->set, at->mark);
    if (txn->privates != NULL)
        privates_rollback(txn, at->command);
    /* A tree that has become private since needs its table's lock for what was there before. */
    if (txn->privates == NULL) {
        lock_release_to(txn->db->locks, &txn->locks, at->command);
        txn->table_hold_count = 0;
    }
    txn->command++;
    if (txn->temp != NULL)
        txn_rollback_to(txn->temp, savepoint);
}

void
txn_release(struct txn *txn, uint32_t savepoint)
{
    if (txn->temp != NULL)
        txn_release(txn->temp, savepoint);
    txn->savepoint = savepoint_find(txn, savepoint)->outer;
    txn->savepoint_count--;
}

/* ---- the end ---- */

/* Leaves the branch's pages alone from here on. */
static void
snapshots_give_up(struct txn *txn)
{
    txn_cursors_end(txn);
    for (struct snapshot *s = txn->snapshots; s != NULL; s = s->next) {
        snapshot_leave(s);
        snapshot_unpin(s);
        s->holders = 0;
    }
    txn->statement_count = 0;
    txn->view_count = 0;
    txn->fixed = NULL;
    txn->newest = NULL;
}

/* Gives up all that the transaction has; it is blank then. */
static void
txn_settle(struct txn *txn, bool is_committed)
{
    snapshots_give_up(txn);
    lock_release_all(txn->db->locks, &txn->locks);
    txn->table_hold_count = 0;
    txn->savepoint = NULL;
    txn->savepoint_count = 0;
    if (txn->merges != NULL)
        merge_notes_end(txn, is_committed);
    txn->needs_sync = false;
    if (txn->privates != NULL)
        privates_end(txn);
    if (txn->record.capacity > RECORD_KEEP_BYTES)
        buf_deinit(&txn->record);
    arena_reset(txn->arena);
}

void
txn_end(struct txn *txn, bool is_committed)
{
    txn_settle(txn, is_committed);
    txn_pool_give(txn);
}

void
txn_rollback(struct txn *txn)
{
    if (txn->temp != NULL)
        txn_rollback(txn->temp);
    txn_end(txn, false);
}

/* Writes the changes in the log's form and makes them the transaction's work. */
static enum status
commit_prepare(struct txn *txn, bool is_async, bool is_by_rows)
{
    buf_clear(&txn->record);
    txn->record.is_failed = false;
    record_put_u32(&txn->record, txn->branch->no);
    record_put_u32(&txn->record, 0);
    TRY(merge_notes_put(&txn->record, txn));
    TRY(record_put_changes(&txn->record, &txn->set));
    size_t changes = txn->record.bytes;
    TRY(privates_put(txn, &txn->record, is_by_rows));
    size_t bytes = txn->record.bytes - RECORD_PART_HEAD;
    if (is_by_rows)
        changes = txn->record.bytes;
    if (bytes > UINT32_MAX)
        return ST_LIMIT;
    le32_set(txn->record.data + 4, (uint32_t)bytes);
    txn->work = (struct work){
        .branch = txn->branch,
        .changes = slice_of(txn->record.data + RECORD_PART_HEAD, changes - RECORD_PART_HEAD),
        .adoptions = txn->adoptions,
        .log_part = buf_slice(&txn->record),
        .is_async = is_async,
        .object = txn,
    };
    return ST_OK;
}

static bool
needs_writer(const struct txn *txn)
{
    return txn->set.newest != NULL || txn->needs_sync || merge_notes_have_done(txn);
}

/* In memory and without threads nobody else frees what dropped and emptied trees leave behind. */
static void
jobs_run(struct db *db)
{
    if (db->has_device || db->options.has_threads || !atomic_load(&db->has_jobs))
        return;
    enum status st = checkpointer_do_jobs(db->checkpointer);
    if (st == ST_OK)
        return;
    atomic_store(&db->has_jobs, true); /* the next commit tries again */
    log_line(db->options.store.log, LOG_WARN, "could not free pages: %s", status_name(st));
}

static enum status
commit_run(struct txn *txn, bool is_async)
{
    enum status st = ST_OK;
    check(txn->temp == NULL);
    if (needs_writer(txn)) {
        snapshots_give_up(txn);
        st = txn->options.is_read_only ? ST_READ_ONLY : commit_prepare(txn, is_async, false);
        if (st == ST_OK)
            st = writer_call(txn->db->writer, &txn->work);
        if (st == ST_IN_USE && txn->privates != NULL) {
            st = commit_prepare(txn, is_async, true);
            if (st == ST_OK)
                st = writer_call(txn->db->writer, &txn->work);
        }
        if (st == ST_OK) {
            sequences_forget_changed(txn);
            jobs_run(txn->db);
        }
    }
    return st;
}

enum status
txn_commit(struct txn *txn, bool is_async)
{
    enum status st = commit_run(txn, is_async);
    txn_end(txn, st == ST_OK);
    return st;
}

bool
txn_can_go_on(const struct txn *txn)
{
    if (txn->db->has_device || txn->options.isolation != ISOLATION_READ_COMMITTED ||
        txn->options.is_read_only || txn->temp != NULL || txn->merges != NULL ||
        txn->privates != NULL || txn->needs_sync)
        return false;
    const struct changed_tree *tree = txn->set.trees;
    while (tree != NULL && tree->tree >= FIRST_USER_ID)
        tree = tree->next;
    return tree == NULL;
}

enum status
txn_commit_go_on(struct txn *txn, bool *is_alone)
{
    txn->work.is_in_place = false;
    enum status st = commit_run(txn, false);
    *is_alone = txn->work.is_in_place;
    txn_settle(txn, st == ST_OK);
    txn->id = 0;
    txn->command = 1;
    write_set_init(&txn->set, txn->arena);
    return st;
}

static void
submit_done(struct work *work)
{
    struct txn *txn = work->object;
    void (*done)(void *, enum status) = txn->done;
    void *object = txn->done_object;
    enum status st = work->st;
    if (st == ST_OK)
        sequences_forget_changed(txn);
    txn_end(txn, st == ST_OK);
    done(object, st);
}

void
txn_commit_submit(struct txn *txn, bool is_async, void (*done)(void *object, enum status st),
                  void *object)
{
    enum status st = ST_OK;
    check(txn->temp == NULL);
    if (txn->privates != NULL) {
        /* What is adopted, or not, is the committing thread's business. */
        done(object, txn_commit(txn, is_async));
        return;
    }
    if (needs_writer(txn)) {
        snapshots_give_up(txn);
        st = commit_prepare(txn, is_async, false);
        if (st == ST_OK) {
            txn->done = done;
            txn->done_object = object;
            txn->work.done = submit_done;
            writer_submit(txn->db->writer, &txn->work);
            return;
        }
    }
    txn_end(txn, st == ST_OK);
    done(object, st);
}
