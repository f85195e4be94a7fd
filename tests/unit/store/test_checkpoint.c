/*
 * Goal: whatever is cut off, and wherever, a synced commit is there after recovery and half of one
 * never is; the file's pages are all accounted for. Method: a small key-value store on one tree,
 * its root in the store's state, each commit a log record. Its n-th device operation fails and the
 * power goes, for every n; then it is recovered, compared with what the commits of its last moment
 * must have left, goes on, crashes again. Then what else may fail: allocations, a full disk, lost
 * writes.
 */
#include "base/mem.h"
#include "base/random.h"
#include "base/thread.h"
#include "store/checkpoint_int.h"
#include "store/log_int.h"
#include "store/space_int.h"
#include "store/store.h"
#include "store/tree.h"
#include "unit/store/crash_device.h"
#include "unit/unit.h"
#include <string.h>

#define KEYS 200u
#define MOMENTS_KEPT 4000u
#define OPS_A_COMMIT 6u

static void
ignore_line(void *object, enum log_level level, const char *line)
{
    (void)object;
    (void)level;
    (void)line;
}

static const struct log_sink quiet = {.write = ignore_line};

struct kv {
    struct crash_device *device;
    struct store *store;
    struct reader *reader;
    struct tree_root root;
    _Atomic birth_seq moment;
    birth_seq synced;
    uint64_t op_seed[MOMENTS_KEPT]; /* what the commit of a moment did follows from this */
    struct random random;
};

struct op {
    uint32_t key, value_bytes; /* value_bytes UINT32_MAX: delete */
    uint8_t fill;
};

static void
make_op(uint64_t seed, uint32_t i, struct op *op)
{
    struct random random;
    random_init(&random, seed * 16 + i);
    op->key = (uint32_t)random_below(&random, KEYS);
    op->fill = (uint8_t)random_next(&random);
    uint64_t kind = random_below(&random, 20);
    op->value_bytes = kind < 4    ? UINT32_MAX
                      : kind == 4 ? 9000 + (uint32_t)random_below(&random, 30000)
                                  : (uint32_t)random_below(&random, 600);
}

static void
make_key(uint32_t key, uint8_t *to)
{
    memcpy(to, "key-", 4);
    be32_set(to + 4, key);
}

/* The commit's changes, to a root of its own. */
static enum status
change_tree(struct edit *edit, struct tree_root *root, uint64_t seed)
{
    enum status st = ST_OK;
    uint8_t *value = mem_alloc(64u << 10);
    if (value == NULL)
        return ST_NO_MEMORY;
    reader_enter(edit->reader);
    for (uint32_t i = 0; st == ST_OK && i < OPS_A_COMMIT; i++) {
        struct op op;
        uint8_t key[8];
        make_op(seed, i, &op);
        make_key(op.key, key);
        if (op.value_bytes == UINT32_MAX) {
            st = tree_delete(edit, root, slice_of(key, sizeof key));
            st = st == ST_NOT_FOUND ? ST_OK : st;
        } else {
            /* Not the same byte all over: long values are packed. */
            for (uint32_t k = 0; k < op.value_bytes; k++)
                value[k] = (uint8_t)(op.fill + k * k % 251);
            st = tree_put(edit, root, slice_of(key, sizeof key), slice_of(value, op.value_bytes),
                          PUT_UPSERT);
        }
    }
    reader_leave(edit->reader);
    mem_free(value);
    return st;
}

/* One commit. `is_logged` unless it is a replay. Nothing has changed if it fails. */
static enum status
commit(struct kv *kv, uint64_t seed, bool is_logged)
{
    birth_seq moment = kv->moment + 1;
    struct edit edit;
    struct tree_root root = kv->root;
    edit_init(&edit, kv->store, kv->reader, moment);
    enum status st = change_tree(&edit, &root, seed);
    if (st == ST_OK)
        st = space_retire_reserve(kv->store, edit.retired.count);
    if (st == ST_OK && is_logged) {
        uint64_t record[2] = {moment, seed};
        struct slice part = slice_of(record, sizeof record);
        log_pos end;
        st = log_append(kv->store, &part, 1, &end);
    }
    if (st != ST_OK) {
        edit_drop(&edit);
        edit_deinit(&edit);
        return st;
    }
    space_publish(kv->store, &edit);
    kv->root = root;
    kv->op_seed[moment] = seed;
    atomic_store(&kv->moment, moment);
    space_retire(kv->store, edit.retired.refs, edit.retired.count, moment);
    edit_deinit(&edit);
    return ST_OK;
}

static enum status
sync_commits(struct kv *kv)
{
    birth_seq moment = kv->moment;
    enum status st = log_sync(kv->store, log_end(kv->store->log));
    if (st == ST_OK)
        kv->synced = moment;
    return st;
}

static enum status
apply(void *object, log_pos at, struct slice record)
{
    struct kv *kv = object;
    (void)at;
    assert_int_equal(record.bytes, 16);
    assert_int_equal(le64_get(record.data), kv->moment + 1);
    return commit(kv, le64_get(record.data + 8), false);
}

static enum status
kv_open_as(struct kv *kv, bool is_read_only)
{
    const struct store_options options = {.log = &quiet,
                                          .log_segment_bytes = 4096,
                                          .cache_bytes = 64 * PAGE_BYTES,
                                          .is_read_only = is_read_only};
    TRY(store_open(&kv->device->device, &options, &kv->store));
    enum status st = reader_new(kv->store, &kv->reader);
    struct store_state state;
    store_state(kv->store, &state);
    kv->root = state.file_root;
    kv->moment = state.moment;
    if (st == ST_OK)
        st = store_recover(kv->store, NULL, apply, kv);
    if (st != ST_OK) {
        store_close(kv->store);
        kv->store = NULL;
    }
    return st;
}

static enum status
kv_open(struct kv *kv)
{
    return kv_open_as(kv, false);
}

static void
kv_close(struct kv *kv)
{
    store_close(kv->store);
    kv->store = NULL;
}

static enum status
kv_checkpoint_begin(struct kv *kv)
{
    struct store_state state = {
        .file_root = kv->root, .moment = kv->moment, .next_id = kv->moment + 7};
    return checkpoint_begin(kv->store, &state);
}

static enum status
kv_checkpoint(struct kv *kv)
{
    TRY(kv_checkpoint_begin(kv));
    for (bool is_done = false; !is_done;)
        TRY(checkpoint_step(kv->store, 32, &is_done));
    return ST_OK;
}

/* The tree holds exactly what the commits up to the present moment leave. */
static void
assert_contents(struct kv *kv)
{
    struct op expected[KEYS];
    for (uint32_t key = 0; key < KEYS; key++)
        expected[key].value_bytes = UINT32_MAX;
    for (birth_seq moment = 1; moment <= kv->moment; moment++) {
        for (uint32_t i = 0; i < OPS_A_COMMIT; i++) {
            struct op op;
            make_op(kv->op_seed[moment], i, &op);
            expected[op.key] = op;
        }
    }
    struct buf spill;
    buf_init(&spill);
    reader_enter(kv->reader);
    assert_int_equal(tree_check(kv->store, kv->reader, &kv->root), ST_OK);
    uint64_t row_count = 0;
    for (uint32_t i = 0; i < KEYS; i++) {
        uint8_t key[8];
        struct slice value;
        make_key(i, key);
        enum status st =
            tree_get(kv->store, kv->reader, &kv->root, slice_of(key, sizeof key), &spill, &value);
        if (expected[i].value_bytes == UINT32_MAX) {
            assert_int_equal(st, ST_NOT_FOUND);
            continue;
        }
        assert_int_equal(st, ST_OK);
        assert_int_equal(value.bytes, expected[i].value_bytes);
        for (uint32_t k = 0; k < value.bytes; k++) {
            if (value.data[k] != (uint8_t)(expected[i].fill + k * k % 251))
                fail_msg("key %u differs at byte %u", i, k);
        }
        row_count++;
    }
    assert_int_equal(row_count, kv->root.row_count);
    reader_leave(kv->reader);
    buf_deinit(&spill);
}

static enum status
count_page(void *object, struct page_ref ref, uint32_t level)
{
    (void)level;
    uint64_t *count = object;
    assert_true(ref.page >= 2);
    ++*count;
    return ST_OK;
}

/* Live pages are the tree's, the map's and the superblocks; none is lost. */
static void
assert_accounts(struct kv *kv)
{
    struct space *space = kv->store->space;
    uint64_t count = 2 + space->directory_count;
    for (uint32_t i = 0; i < space->chunk_count; i++)
        count += space->chunks[i].saved.page != PAGE_NONE;
    reader_enter(kv->reader);
    assert_int_equal(tree_walk(kv->store, kv->reader, &kv->root, 0, count_page, &count), ST_OK);
    reader_leave(kv->reader);
    assert_int_equal(space->live_count, count);
}

/* Commits, now and then synced, with checkpoints going on beside; until `count` or a failure. */
static enum status
work(struct kv *kv, uint32_t count)
{
    bool is_checkpoint_done = true;
    for (uint32_t i = 0; i < count; i++) {
        TRY(commit(kv, random_next(&kv->random) >> 8, true));
        uint64_t chance = random_below(&kv->random, 8);
        if (chance < 3)
            TRY(sync_commits(kv));
        else if (chance == 3)
            TRY(log_flush(kv->store));
        if (is_checkpoint_done && random_below(&kv->random, 12) == 0) {
            TRY(kv_checkpoint_begin(kv));
            is_checkpoint_done = false;
        } else if (!is_checkpoint_done) {
            TRY(checkpoint_step(kv->store, 16, &is_checkpoint_done));
        }
    }
    return sync_commits(kv);
}

static void
kv_init(struct kv *kv, uint64_t seed)
{
    memset(kv, 0, sizeof *kv);
    kv->device = crash_device_new();
    random_init(&kv->random, seed);
}

/* One life: work until the n-th operation fails; false if none did. Checks what is recovered. */
static bool
live_and_crash(struct kv *kv, uint64_t nth, uint32_t commits)
{
    if (kv->store == NULL)
        assert_int_equal(kv_open(kv), ST_OK);
    kv->device->fail_at = kv->device->op_count + nth;
    kv->device->fail_status = ST_IO;
    kv->device->is_failing_on = true;
    enum status st = work(kv, commits);
    bool was_hit = kv->device->op_count >= kv->device->fail_at;
    assert_true(st == ST_OK || was_hit);
    birth_seq synced = kv->synced, newest = kv->moment;
    kv_close(kv);

    crash_device_crash(kv->device, random_next(&kv->random));
    assert_int_equal(kv_open(kv), ST_OK);
    const char *reason;
    if (store_is_read_only(kv->store, &reason))
        fail_msg("read-only: %s", reason);
    assert_true(kv->moment >= synced);
    assert_true(kv->moment <= newest);
    kv->synced = kv->moment;
    assert_contents(kv);
    assert_accounts(kv);
    return was_hit;
}

static void
nothing_synced_is_lost_wherever_the_power_goes(void **state)
{
    (void)state;
    static struct kv kv;
    bool was_hit = true;
    uint64_t nth;
    for (nth = 1; was_hit; nth++) {
        assert_true(nth < 5000);
        kv_init(&kv, 1000 + nth);
        was_hit = live_and_crash(&kv, nth, 100);
        /* What was recovered works, and survives the next crash too. */
        live_and_crash(&kv, 1 + random_below(&kv.random, 60), 20);
        kv_close(&kv);
        crash_device_free(kv.device);
    }
    assert_true(nth > 80);
}

static void
many_lives_of_one_file(void **state)
{
    (void)state;
    static struct kv kv;
    for (uint64_t seed = 1; seed <= 4; seed++) {
        kv_init(&kv, seed);
        for (int life = 0; life < 40 && kv.moment + 60 < MOMENTS_KEPT; life++)
            live_and_crash(&kv, 1 + random_below(&kv.random, 400), 60);
        assert_int_equal(kv_checkpoint(&kv), ST_OK);
        assert_contents(&kv);
        kv_close(&kv);
        crash_device_free(kv.device);
    }
}

static void
clean_close_leaves_pages_alone(void **state)
{
    (void)state;
    static struct kv kv;
    kv_init(&kv, 5);
    assert_int_equal(kv_open(&kv), ST_OK);
    for (int round = 0; round < 5; round++) {
        assert_int_equal(work(&kv, 30), ST_OK);
        bool is_done = false;
        while (!is_done)
            assert_int_equal(checkpoint_step(kv.store, 16, &is_done), ST_OK);
        assert_int_equal(commit(&kv, (uint64_t)round, true), ST_OK);
        assert_int_equal(store_remove_log(kv.store), ST_INVALID);
        assert_int_equal(kv_checkpoint(&kv), ST_OK);
        assert_int_equal(store_remove_log(kv.store), ST_OK);
        birth_seq before = kv.moment;
        kv_close(&kv);
        uint32_t left;
        assert_int_equal(kv.device->device.ops->log_list(&kv.device->device, NULL, 0, &left),
                         ST_OK);
        assert_int_equal(left, 0);
        assert_int_equal(kv_open(&kv), ST_OK);
        assert_int_equal(kv.moment, before);
        assert_contents(&kv);
        assert_accounts(&kv);
    }
    kv_close(&kv);
    crash_device_free(kv.device);
}

/* What the log holds is replayed in memory, more than the cache would keep; nothing is written. */
static void
read_only_store_replays_in_memory(void **state)
{
    (void)state;
    static struct kv kv;
    kv_init(&kv, 9);
    assert_int_equal(kv_open(&kv), ST_OK);
    assert_int_equal(work(&kv, 5), ST_OK);
    bool is_done = false;
    while (!is_done)
        assert_int_equal(checkpoint_step(kv.store, 16, &is_done), ST_OK);
    for (uint64_t i = 0; i < 150; i++)
        assert_int_equal(commit(&kv, 1000 + i, true), ST_OK);
    assert_int_equal(sync_commits(&kv), ST_OK);
    birth_seq before = kv.moment;
    kv_close(&kv);
    uint64_t ops_before = kv.device->op_count;
    for (int i = 0; i < 2; i++) {
        assert_int_equal(kv_open_as(&kv, true), ST_OK);
        assert_int_equal(kv.moment, before);
        assert_contents(&kv);
        assert_int_equal(commit(&kv, 1, true), ST_READ_ONLY);
        assert_contents(&kv);
        kv_close(&kv);
    }
    assert_int_equal(kv.device->op_count, ops_before);
    assert_int_equal(kv_open(&kv), ST_OK);
    assert_int_equal(kv.moment, before);
    assert_contents(&kv);
    assert_accounts(&kv);
    kv_close(&kv);
    crash_device_free(kv.device);
}

static void
full_disk_leaves_the_store_usable(void **state)
{
    (void)state;
    static struct kv kv;
    kv_init(&kv, 6);
    assert_int_equal(kv_open(&kv), ST_OK);
    kv.device->pages_max = 40; /* less than all keys need */
    enum status st = ST_OK;
    bool is_done;
    for (uint64_t i = 0; i < 3000 && st == ST_OK; i++)
        st = commit(&kv, i, true);
    assert_int_equal(st, ST_NO_SPACE);
    const char *reason;
    assert_false(store_is_read_only(kv.store, &reason));
    assert_contents(&kv);

    kv.device->pages_max = 0;
    assert_int_equal(sync_commits(&kv), ST_OK);
    for (is_done = false; !is_done;)
        assert_int_equal(checkpoint_step(kv.store, 16, &is_done), ST_OK);
    assert_int_equal(kv_checkpoint(&kv), ST_OK);
    assert_int_equal(work(&kv, 20), ST_OK);
    assert_contents(&kv);
    assert_accounts(&kv);
    kv_close(&kv);
    crash_device_free(kv.device);
}

static void
lost_writes_are_seen_before_the_superblock(void **state)
{
    (void)state;
    static struct kv kv;
    kv_init(&kv, 7);
    assert_int_equal(kv_open(&kv), ST_OK);
    assert_int_equal(work(&kv, 10), ST_OK);
    bool is_done = false;
    while (!is_done)
        assert_int_equal(checkpoint_step(kv.store, 16, &is_done), ST_OK);
    assert_int_equal(commit(&kv, 12345, true), ST_OK);
    assert_int_equal(sync_commits(&kv), ST_OK);
    kv.device->is_losing_writes = true;
    assert_int_equal(kv_checkpoint(&kv), ST_CORRUPT);
    const char *reason;
    assert_true(store_is_read_only(kv.store, &reason));
    assert_int_equal(commit(&kv, 1, true), ST_READ_ONLY);
    assert_contents(&kv);
    birth_seq before = kv.moment;
    kv_close(&kv);
    kv.device->is_losing_writes = false;
    assert_int_equal(kv_open(&kv), ST_OK);
    assert_int_equal(kv.moment, before);
    assert_contents(&kv);
    kv_close(&kv);
    crash_device_free(kv.device);
}

/* Damage that nobody has come across yet is found, in memory or not. */
static void
scrubbing_finds_damaged_pages(void **state)
{
    (void)state;
    static struct kv kv;
    for (int is_cold = 0; is_cold < 2; is_cold++) {
        kv_init(&kv, 10);
        assert_int_equal(kv_open(&kv), ST_OK);
        assert_int_equal(work(&kv, 20), ST_OK);
        bool is_done = false;
        while (!is_done)
            assert_int_equal(checkpoint_step(kv.store, 16, &is_done), ST_OK);
        assert_int_equal(kv_checkpoint(&kv), ST_OK);
        if (is_cold) {
            kv_close(&kv);
            assert_int_equal(kv_open(&kv), ST_OK);
        }
        uint64_t mismatch_count;
        for (int i = 0; i < 100; i++) {
            assert_int_equal(store_scrub(kv.store, 8, &mismatch_count), ST_OK);
            assert_int_equal(mismatch_count, 0);
        }
        kv.device->pages.pages[kv.root.ref.page].now[5000] ^= 4;
        for (int i = 0; i < 100 && mismatch_count == 0; i++)
            assert_int_equal(store_scrub(kv.store, 8, &mismatch_count), ST_OK);
        assert_int_equal(mismatch_count, 1);
        assert_true(store_is_read_only(kv.store, NULL));
        kv_close(&kv);
        crash_device_free(kv.device);
    }
}

/* Each allocation fails once: the operation that needed it fails, and passes when tried again. */
static void
work_goes_on_after_a_failed_allocation(void **state)
{
    (void)state;
    static struct kv kv;
    kv_init(&kv, 8);
    assert_int_equal(kv_open(&kv), ST_OK);
    uint64_t failed_count = 0;
    for (uint64_t nth = 1; nth < 200; nth++) {
        fault_arm(FAULT_ALLOC, nth % 40 + 1);
        enum status st = work(&kv, 3);
        bool was_hit = fault_was_hit(FAULT_ALLOC);
        fault_arm(FAULT_ALLOC, 0);
        assert_true(st == ST_OK || (st == ST_NO_MEMORY && was_hit) || st == ST_IN_USE);
        failed_count += st == ST_NO_MEMORY;
        bool is_done = false;
        while (!is_done)
            assert_int_equal(checkpoint_step(kv.store, 16, &is_done), ST_OK);
    }
    assert_true(failed_count > 50);
    assert_int_equal(sync_commits(&kv), ST_OK);
    assert_contents(&kv);
    assert_accounts(&kv);
    kv_close(&kv);
    crash_device_free(kv.device);
}

/* ---- threads ---- */

#define SHARED_KEYS 300u
#define SHARED_COMMITS 150u

/* Every key has the moment of the newest commit as its value, so half a commit shows. */
struct shared {
    struct store *store;
    struct mutex lock; /* guards root and the pinning of it */
    struct tree_root root;
    _Atomic birth_seq moment;
    _Atomic bool is_over;
    _Atomic uint64_t read_count;
    _Atomic bool has_failed;
};

static bool
is_snapshot_whole(struct shared *shared, struct reader *reader, const struct tree_root *root,
                  birth_seq moment)
{
    struct cursor cursor;
    uint32_t count = 0;
    reader_enter(reader);
    cursor_init(&cursor, shared->store, reader, root);
    enum status st = cursor_first(&cursor);
    while (st == ST_OK && !cursor.is_at_end) {
        struct slice value;
        st = cursor_value(&cursor, &value);
        if (st != ST_OK || le64_get(value.data) != moment)
            break;
        count++;
        st = cursor_next(&cursor);
    }
    cursor_deinit(&cursor);
    reader_leave(reader);
    return st == ST_OK && count == (moment == 0 ? 0 : SHARED_KEYS);
}

static void
read_snapshots(void *object)
{
    struct shared *shared = object;
    struct reader *reader;
    if (reader_new(shared->store, &reader) != ST_OK) {
        atomic_store(&shared->has_failed, true);
        return;
    }
    while (!atomic_load(&shared->is_over) && !atomic_load(&shared->has_failed)) {
        mutex_lock(&shared->lock);
        struct tree_root root = shared->root;
        birth_seq moment = reader_pin(reader, &shared->moment);
        mutex_unlock(&shared->lock);
        /* Twice: in between pages are reused and evicted. */
        for (int i = 0; i < 2; i++) {
            if (!is_snapshot_whole(shared, reader, &root, moment))
                atomic_store(&shared->has_failed, true);
        }
        reader_unpin(reader);
        atomic_fetch_add(&shared->read_count, 1);
    }
    reader_free(reader);
}

static void
take_checkpoints(void *object)
{
    struct shared *shared = object;
    while (!atomic_load(&shared->is_over)) {
        bool is_done;
        uint64_t mismatch_count;
        if (checkpoint_step(shared->store, 8, &is_done) != ST_OK ||
            store_scrub(shared->store, 8, &mismatch_count) != ST_OK || mismatch_count != 0)
            atomic_store(&shared->has_failed, true);
    }
}

static enum status
commit_shared(struct shared *shared, struct reader *reader)
{
    birth_seq moment = shared->moment + 1;
    struct edit edit;
    struct tree_root root = shared->root;
    uint8_t key[4], value[200] = {0};
    edit_init(&edit, shared->store, reader, moment);
    le64_set(value, moment);
    enum status st = ST_OK;
    reader_enter(reader);
    for (uint32_t i = 0; st == ST_OK && i < SHARED_KEYS; i++) {
        be32_set(key, i * 7919 % SHARED_KEYS);
        st = tree_put(&edit, &root, slice_of(key, 4), slice_of(value, sizeof value), PUT_UPSERT);
    }
    reader_leave(reader);
    struct slice part = slice_of(value, sizeof value);
    log_pos end;
    if (st == ST_OK)
        st = space_retire_reserve(shared->store, edit.retired.count);
    if (st == ST_OK)
        st = log_append(shared->store, &part, 1, &end);
    if (st == ST_OK)
        st = log_sync(shared->store, end);
    if (st != ST_OK)
        return st;
    space_publish(shared->store, &edit);
    mutex_lock(&shared->lock);
    shared->root = root;
    atomic_store(&shared->moment, moment);
    mutex_unlock(&shared->lock);
    space_retire(shared->store, edit.retired.refs, edit.retired.count, moment);
    edit_deinit(&edit);
    return ST_OK;
}

static void
commits_readers_and_checkpoints_go_on_together(void **state)
{
    (void)state;
    static const struct store_options options = {
        .log = &quiet, .log_segment_bytes = 4096, .cache_bytes = 64 * PAGE_BYTES};
    struct device *device;
    struct shared shared = {.moment = 0};
    struct reader *reader;
    assert_int_equal(device_memory_open(&device), ST_OK);
    assert_int_equal(store_open(device, &options, &shared.store), ST_OK);
    assert_int_equal(reader_new(shared.store, &reader), ST_OK);
    mutex_init(&shared.lock);
    struct thread threads[3];
    assert_int_equal(thread_start(&threads[0], "reader", 0, read_snapshots, &shared), ST_OK);
    assert_int_equal(thread_start(&threads[1], "reader", 0, read_snapshots, &shared), ST_OK);
    assert_int_equal(thread_start(&threads[2], "checkpointer", 0, take_checkpoints, &shared),
                     ST_OK);
    enum status st = ST_OK;
    uint64_t begun_count = 0;
    for (uint32_t i = 0; st == ST_OK && i < SHARED_COMMITS; i++) {
        st = commit_shared(&shared, reader);
        struct store_state at = {.file_root = shared.root, .moment = shared.moment};
        if (st == ST_OK && i % 5 == 0) {
            enum status begin = checkpoint_begin(shared.store, &at);
            begun_count += begin == ST_OK;
            assert_true(begin == ST_OK || begin == ST_IN_USE);
        }
    }
    atomic_store(&shared.is_over, true);
    for (int i = 0; i < 3; i++)
        thread_join(&threads[i]);
    assert_int_equal(st, ST_OK);
    assert_false(shared.has_failed);
    assert_true(shared.read_count > 0);
    assert_true(begun_count > 1);
    /* Pages that nobody needs have come back: the file is a few times the data, not each commit's.
     */
    struct space_report report;
    space_report(shared.store, &report);
    assert_true(report.page_count < 1500);
    mutex_deinit(&shared.lock);
    store_close(shared.store);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(clean_close_leaves_pages_alone),
        cmocka_unit_test(many_lives_of_one_file),
        cmocka_unit_test(nothing_synced_is_lost_wherever_the_power_goes),
        cmocka_unit_test(read_only_store_replays_in_memory),
        cmocka_unit_test(full_disk_leaves_the_store_usable),
        cmocka_unit_test(lost_writes_are_seen_before_the_superblock),
        cmocka_unit_test(scrubbing_finds_damaged_pages),
        cmocka_unit_test(work_goes_on_after_a_failed_allocation),
        cmocka_unit_test(commits_readers_and_checkpoints_go_on_together),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
