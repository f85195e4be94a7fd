/*
 * checkpoint.c: a state of the file made durable while commits go on.
 *
 * checkpoint_begin is the writer's: at a moment at which all roots are published it notes the
 * state, the end of the log, and the space map. From then on the pages that this moment reaches are
 * kept (space_pending.c), whatever commits do. checkpoint_step, called again and again by another
 * thread, does the rest in slices:
 *
 *   C1  the log is synced up to the captured end, before any page is written: so no page on the
 *       device is of a later moment than recovery would reach anyway
 *   C2  every young page of the moment is written to its own place, which nothing durable refers
 *       to; so is the map
 *   C3  the pages are synced, and some read back, before the superblock is written
 *   C4  pages and log segments that only the checkpoint before needed are reused after the
 *       superblock has been synced, and not earlier
 *
 * A write that fails for want of space or memory leaves everything as it is: the step is tried
 * again when it is called again. A sync that fails, or a page that reads back otherwise, stops the
 * store's writes.
 */
#include "store/checkpoint_int.h"

#include "base/check.h"
#include "base/mem.h"
#include "store/log_int.h"
#include "store/space_int.h"
#include "store/store_int.h"

/* Pages that a checkpoint reads back, beyond those of the map. */
#define VERIFY_PAGES 32u
/* Dead pages looked at in a step, for each page that a step may write. */
#define RELEASE_A_PAGE 64u

static enum status step_sync(struct store *store);
static enum status step_verify(struct store *store);
static enum status step_superblock(struct store *store);
static enum status stop_on_failure(struct store *store, enum status st);

enum status
checkpoint_new(const struct superblock *superblock, struct checkpoint **checkpoint)
{
    struct checkpoint *c = mem_alloc_zero(sizeof *c);
    if (c == NULL)
        return ST_NO_MEMORY;
    mutex_init(&c->lock);
    c->superblock = *superblock;
    atomic_init(&c->is_log_marked, superblock->log_first != 0);
    *checkpoint = c;
    return ST_OK;
}

void
checkpoint_free(struct checkpoint *checkpoint)
{
    if (checkpoint == NULL)
        return;
    mutex_deinit(&checkpoint->lock);
    mem_free(checkpoint);
}

enum status
checkpoint_begin(struct store *store, const struct store_state *state)
{
    struct checkpoint *c = store->checkpoint;
    if (c == NULL)
        return ST_OK;
    if (atomic_load(&store->is_read_only))
        return ST_READ_ONLY;
    if (atomic_load(&c->phase) != CHECKPOINT_IDLE)
        return ST_IN_USE;
    if (!store->log->is_recovered)
        return ST_INVALID;

    TRY(space_capture(store->space, state->moment));
    c->state = *state;
    c->log_start = log_end(store->log);
    c->pass = (struct young_pass){.moment = state->moment};
    atomic_store(&c->phase, CHECKPOINT_LOG);
    return ST_OK;
}

enum status
checkpoint_step(struct store *store, uint32_t pages_max, bool *is_done)
{
    struct checkpoint *c = store->checkpoint;
    *is_done = c == NULL || atomic_load(&c->phase) == CHECKPOINT_IDLE;
    if (*is_done)
        return ST_OK;
    enum checkpoint_phase phase = (enum checkpoint_phase)atomic_load(&c->phase);
    if (atomic_load(&store->is_read_only) && phase != CHECKPOINT_RELEASE)
        return ST_READ_ONLY;

    uint32_t written;
    bool is_phase_done = true;
    enum status st = ST_OK;
    switch (phase) {
    case CHECKPOINT_LOG:
        st = log_sync(store, c->log_start);
        break;
    case CHECKPOINT_PAGES:
        st = cache_write_young(store->cache, &c->pass, pages_max, &written, &is_phase_done);
        break;
    case CHECKPOINT_MAP:
        st = space_capture_write(store->space, pages_max, &written, &is_phase_done);
        break;
    case CHECKPOINT_SYNC:
        st = step_sync(store);
        break;
    case CHECKPOINT_VERIFY:
        st = step_verify(store);
        break;
    case CHECKPOINT_SUPERBLOCK:
        st = step_superblock(store);
        break;
    case CHECKPOINT_RELEASE:
        is_phase_done = !space_recheck(store->space, pages_max * RELEASE_A_PAGE + 1);
        break;
    case CHECKPOINT_IDLE:
        break;
    }
    if (st != ST_OK)
        return st;
    if (is_phase_done) {
        *is_done = phase == CHECKPOINT_RELEASE;
        atomic_store(&c->phase, *is_done ? CHECKPOINT_IDLE : (int)phase + 1);
    }
    return ST_OK;
}

enum status
checkpoint_mark_log(struct store *store)
{
    struct checkpoint *c = store->checkpoint;
    if (atomic_load(&c->is_log_marked))
        return ST_OK;
    mutex_lock(&c->lock);
    struct superblock next = c->superblock;
    next.log_first = log_first_needed(store->log, next.log_start);
    enum status st = superblock_write(store, &next);
    if (st == ST_OK) {
        c->superblock = next;
        atomic_store(&c->is_log_marked, true);
    }
    mutex_unlock(&c->lock);
    return stop_on_failure(store, st);
}

enum status
store_remove_log(struct store *store)
{
    struct checkpoint *c = store->checkpoint;
    if (c == NULL)
        return ST_OK;
    if (atomic_load(&store->is_read_only))
        return ST_READ_ONLY;
    if (atomic_load(&c->phase) != CHECKPOINT_IDLE ||
        log_end(store->log) != c->superblock.log_start || !store->log->is_recovered)
        return ST_INVALID;
    mutex_lock(&c->lock);
    enum status st = ST_OK;
    if (c->superblock.log_first != 0) {
        struct superblock next = c->superblock;
        next.log_first = 0;
        st = superblock_write(store, &next);
        if (st == ST_OK) {
            c->superblock = next;
            atomic_store(&c->is_log_marked, false);
        }
    }
    mutex_unlock(&c->lock);
    TRY(stop_on_failure(store, st));
    return log_remove_all(store->log);
}

static enum status
step_sync(struct store *store)
{
    enum status st = store->device->ops->sync(store->device);
    if (st != ST_OK)
        store_stop_writes(store, "could not sync the file (%s)", status_name(st));
    return st;
}

/* The map's pages, and a sample of clean ones from a place in the cache that moves on. */
static enum status
step_verify(struct store *store)
{
    uint64_t mismatch_count = 0;
    TRY(space_capture_verify(store->space, &mismatch_count));
    if (mismatch_count == 0)
        TRY(cache_scrub(store->cache, &store->checkpoint->scrub_next, VERIFY_PAGES,
                        &mismatch_count));
    if (mismatch_count == 0)
        return ST_OK;
    store_stop_writes(store, "a checkpoint's pages do not read back as they were written");
    return ST_CORRUPT;
}

/* C4: durable when the superblock is. */
static enum status
step_superblock(struct store *store)
{
    struct checkpoint *c = store->checkpoint;
    mutex_lock(&c->lock);
    struct superblock next = c->superblock;
    next.state = c->state;
    next.map = store->space->saved;
    next.log_start = c->log_start;
    next.log_first = log_first_needed(store->log, c->log_start);
    enum status st = superblock_write(store, &next);
    if (st == ST_OK) {
        c->superblock = next;
        atomic_store(&c->is_log_marked, next.log_first != 0);
    }
    mutex_unlock(&c->lock);
    TRY(stop_on_failure(store, st));
    space_capture_done(store->space);
    log_release(store->log, c->log_start);
    atomic_fetch_add(&c->done_count, 1);
    return ST_OK;
}

/* A superblock that may or may not be on the device: only a reopening can tell. */
static enum status
stop_on_failure(struct store *store, enum status st)
{
    if (st != ST_OK && st != ST_NO_MEMORY)
        store_stop_writes(store, "could not write the superblock (%s)", status_name(st));
    return st;
}
