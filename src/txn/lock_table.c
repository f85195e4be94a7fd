/*
 * lock_table.c: taking, waiting for and giving up locks.
 *
 *   K1  no two holders of a lock hold modes that conflict
 *   K2  a waiter's mode conflicts with a holder's, or with the mode of a waiter ahead of it
 *   K3  a lock without holders and waiters is not in the table
 *
 * deadlock.c searches the graph of who waits for whom; lock_int.h is shared with it.
 */
#include "base/check.h"
#include "base/clock.h"
#include "base/mem.h"
#include "txn/lock_int.h"

#define LOCKS_PER_SLAB 64u

static void waiters_add(struct lock_table *table, struct lock_owner *owner,
                        const struct lock_patience *patience, uint32_t partition);
static void waiters_remove(struct lock_table *table, struct lock_owner *owner);

/* Bit m of entry n: mode n conflicts with mode m. Row modes are enum lock_mode, from 0. */
static const uint8_t row_conflicts[4] = {
    1 << 3,                            /* KEY SHARE: UPDATE */
    1 << 2 | 1 << 3,                   /* SHARE: NO KEY UPDATE, UPDATE */
    1 << 1 | 1 << 2 | 1 << 3,          /* NO KEY UPDATE: SHARE, NO KEY UPDATE, UPDATE */
    1 << 0 | 1 << 1 | 1 << 2 | 1 << 3, /* UPDATE: all */
};

/* Table modes are enum table_lock less one. */
static const uint8_t table_conflicts[8] = {
    1 << 7,                                                       /* ACCESS SHARE */
    1 << 6 | 1 << 7,                                              /* ROW SHARE */
    1 << 4 | 1 << 5 | 1 << 6 | 1 << 7,                            /* ROW EXCLUSIVE */
    1 << 3 | 1 << 4 | 1 << 5 | 1 << 6 | 1 << 7,                   /* SHARE UPDATE EXCLUSIVE */
    1 << 2 | 1 << 3 | 1 << 5 | 1 << 6 | 1 << 7,                   /* SHARE */
    1 << 2 | 1 << 3 | 1 << 4 | 1 << 5 | 1 << 6 | 1 << 7,          /* SHARE ROW EXCLUSIVE */
    1 << 1 | 1 << 2 | 1 << 3 | 1 << 4 | 1 << 5 | 1 << 6 | 1 << 7, /* EXCLUSIVE */
    0xff,                                                         /* ACCESS EXCLUSIVE */
};

uint8_t
lock_conflicts(enum lock_class class, uint32_t mode)
{
    return class == LOCK_CLASS_ROW ? row_conflicts[mode & 3] : table_conflicts[mode & 7];
}

enum status
lock_table_new(struct lock_table **out)
{
    struct lock_table *table = mem_alloc_zero(sizeof *table);
    if (table == NULL)
        return ST_NO_MEMORY;
    mutex_init(&table->waiters_mutex);
    mutex_init(&table->alone_mutex);
    for (uint32_t i = 0; i < LOCK_PARTITIONS; i++)
        mutex_init(&table->partitions[i].mutex);
    *out = table;
    return ST_OK;
}

void
lock_table_free(struct lock_table *table)
{
    if (table == NULL)
        return;
    for (uint32_t i = 0; i < LOCK_PARTITIONS; i++) {
        struct lock_partition *partition = &table->partitions[i];
        while (partition->slabs != NULL) {
            struct lock_slab *slab = partition->slabs;
            partition->slabs = slab->next;
            mem_free(slab);
        }
        mutex_deinit(&partition->mutex);
    }
    mutex_deinit(&table->alone_mutex);
    mutex_deinit(&table->waiters_mutex);
    mem_free(table);
}

void
lock_owner_init(struct lock_owner *owner, struct arena *arena)
{
    *owner = (struct lock_owner){.arena = arena};
    mutex_init(&owner->guard);
    condition_init(&owner->wake);
}

void
lock_owner_deinit(struct lock_owner *owner)
{
    check(owner->holds == NULL && !owner->is_counted);
    condition_deinit(&owner->wake);
    mutex_deinit(&owner->guard);
}

/* ---- locks in a partition, whose mutex is held ---- */

static struct lock **
bucket_of(struct lock_partition *partition, uint64_t hash)
{
    return &partition->buckets[(hash >> LOCK_PARTITION_BITS) % LOCK_BUCKETS];
}

static struct lock *
lock_find(struct lock_partition *partition, struct lock_name name)
{
    struct lock *lock = *bucket_of(partition, name.hash);
    while (lock != NULL && (lock->hash != name.hash || lock->class != name.class))
        lock = lock->next;
    return lock;
}

static bool
slab_add(struct lock_partition *partition)
{
    struct lock_slab *slab = mem_alloc(sizeof *slab + LOCKS_PER_SLAB * sizeof(struct lock));
    if (slab == NULL)
        return false;
    slab->next = partition->slabs;
    partition->slabs = slab;
    for (uint32_t i = 0; i < LOCKS_PER_SLAB; i++) {
        slab->locks[i].next = partition->free;
        partition->free = &slab->locks[i];
    }
    return true;
}

static struct lock *
lock_make(struct lock_partition *partition, struct lock_name name)
{
    if (partition->free == NULL && !slab_add(partition))
        return NULL;
    struct lock *lock = partition->free;
    partition->free = lock->next;
    struct lock **bucket = bucket_of(partition, name.hash);
    *lock = (struct lock){.next = *bucket, .hash = name.hash, .class = (uint8_t)name.class};
    *bucket = lock;
    partition->count++;
    return lock;
}

/* Takes a lock that nobody holds or waits for out of the table (K3). */
static void
lock_forget(struct lock_partition *partition, struct lock *lock)
{
    struct lock **at = bucket_of(partition, lock->hash);
    while (*at != lock)
        at = &(*at)->next;
    *at = lock->next;
    lock->next = partition->free;
    partition->free = lock;
    partition->count--;
}

static struct lock_hold *
hold_of(struct lock *lock, const struct lock_owner *owner)
{
    struct lock_hold *hold = lock->holds;
    while (hold != NULL && hold->owner != owner)
        hold = hold->next_in_lock;
    return hold;
}

/* Whether a holder other than `own` (may be null) stands in the way of `mode`. */
static bool
is_blocked_by_holders(const struct lock *lock, const struct lock_hold *own, uint32_t mode)
{
    uint8_t conflicts = lock_conflicts(lock->class, mode);
    for (uint32_t m = 0; conflicts != 0; m++, conflicts >>= 1) {
        if ((conflicts & 1) == 0)
            continue;
        uint32_t others = lock->held[m] - (own != NULL && (own->modes >> m & 1) != 0);
        if (others != 0)
            return true;
    }
    return false;
}

static bool
is_blocked_by_waiters(const struct lock *lock, const struct lock_owner *until, uint32_t mode)
{
    uint8_t conflicts = lock_conflicts(lock->class, mode);
    for (struct lock_owner *w = lock->first_waiter; w != until; w = w->next_waiter) {
        if ((conflicts >> w->wanted_mode & 1) != 0)
            return true;
    }
    return false;
}

/* Whether somebody waits for what `own` has, and has what it would wait for: that can only end in a
 * deadlock, so nobody need wait for its timeout. */
static bool
is_face_to_face(struct lock *lock, const struct lock_hold *own, uint32_t mode)
{
    uint8_t conflicts = lock_conflicts(lock->class, mode);
    for (struct lock_owner *w = lock->first_waiter; w != NULL; w = w->next_waiter) {
        const struct lock_hold *hold = hold_of(lock, w);
        if (hold != NULL && (hold->modes & conflicts) != 0 &&
            (own->modes & lock_conflicts(lock->class, w->wanted_mode)) != 0)
            return true;
    }
    return false;
}

/* Puts `hold`, whose level is set, at the head of the owner's list. */
static void
hold_begin(struct lock_hold *hold, struct lock *lock, struct lock_owner *owner)
{
    *hold = (struct lock_hold){
        .lock = lock, .owner = owner, .next = owner->holds, .level = hold->level};
    owner->holds = hold;
}

/* Adds the mode to the owner's hold, or makes `spare`, whose level is set, one. */
static void
lock_grant(struct lock *lock, struct lock_owner *owner, uint32_t mode, struct lock_hold *spare)
{
    struct lock_hold *hold = hold_of(lock, owner);
    if (hold == NULL) {
        hold = spare;
        hold_begin(hold, lock, owner);
        hold->next_in_lock = lock->holds;
        if (lock->holds != NULL)
            lock->holds->prev_in_lock = hold;
        lock->holds = hold;
    }
    if ((hold->modes >> mode & 1) != 0)
        return;
    if (hold->level < spare->level) {
        hold_begin(spare, lock, owner);
        spare->of = hold;
        spare->modes = (uint8_t)(1u << mode);
    }
    hold->modes |= (uint8_t)(1u << mode);
    lock->held[mode]++;
}

static void
queue_add(struct lock *lock, struct lock_owner *owner, uint32_t mode, bool is_ahead)
{
    owner->waits_for = lock;
    owner->wanted_mode = (uint8_t)mode;
    owner->is_granted = false;
    struct lock_owner **at = &lock->first_waiter;
    while (*at != NULL && !is_ahead)
        at = &(*at)->next_waiter;
    owner->next_waiter = *at;
    *at = owner;
}

static void
queue_remove(struct lock *lock, struct lock_owner *owner)
{
    struct lock_owner **at = &lock->first_waiter;
    while (*at != owner)
        at = &(*at)->next_waiter;
    *at = owner->next_waiter;
    owner->next_waiter = NULL;
    owner->waits_for = NULL;
}

void
lock_queue_wake(struct lock *lock)
{
    struct lock_owner *waiter = lock->first_waiter;
    while (waiter != NULL) {
        struct lock_owner *next = waiter->next_waiter;
        if (!is_blocked_by_holders(lock, hold_of(lock, waiter), waiter->wanted_mode) &&
            !is_blocked_by_waiters(lock, waiter, waiter->wanted_mode)) {
            uint32_t mode = waiter->wanted_mode;
            queue_remove(lock, waiter);
            lock_grant(lock, waiter, mode, waiter->spare);
            waiter->is_granted = true;
            condition_signal(&waiter->wake);
        }
        waiter = next;
    }
}

/* ---- waiting ---- */

/* Where the wait stands; the partition's mutex is held. ST_LOCK_BUSY: go on waiting. */
static enum status
wait_judge(const struct lock_owner *owner, const struct lock_patience *patience, int64_t until)
{
    if (owner->is_granted)
        return ST_OK;
    if (patience->cancel != NULL && atomic_load_explicit(patience->cancel, memory_order_relaxed))
        return ST_CANCELED;
    if (until != 0 && clock_monotonic_us() >= until)
        return ST_LOCK_TIMEOUT;
    return ST_LOCK_BUSY;
}

/* Waits in the queue of a lock. Entered and left with the partition's mutex held. */
static enum status
lock_wait_for(struct lock_table *table, struct lock_partition *partition, struct lock_owner *owner,
              const struct lock_patience *patience)
{
    int64_t now = clock_monotonic_us();
    int64_t until = patience->timeout_us > 0 ? now + patience->timeout_us : 0;
    int64_t search_at = now + patience->deadlock_timeout_us;
    bool has_searched = false;

    for (;;) {
        enum status st = wait_judge(owner, patience, until);
        if (st != ST_LOCK_BUSY)
            return st;
        if (!has_searched && clock_monotonic_us() >= search_at) {
            has_searched = true;
            mutex_unlock(&partition->mutex);
            bool is_dead = deadlock_search(table, owner);
            mutex_lock(&partition->mutex);
            if (is_dead && !owner->is_granted)
                return ST_DEADLOCK;
            continue;
        }
        int64_t wake_at = until;
        if (!has_searched && (wake_at == 0 || search_at < wake_at))
            wake_at = search_at;
        if (wake_at == 0)
            condition_wait(&owner->wake, &partition->mutex);
        else
            (void)condition_wait_until(&owner->wake, &partition->mutex, wake_at);
    }
}

/* The slow way: stands in the queue until granted. The partition's mutex is held on entry only. */
static enum status
lock_acquire_slow(struct lock_table *table, uint32_t partition_idx, struct lock_owner *owner,
                  struct lock *lock, uint32_t mode, const struct lock_patience *patience)
{
    struct lock_partition *partition = &table->partitions[partition_idx];
    queue_add(lock, owner, mode, hold_of(lock, owner) != NULL);
    mutex_unlock(&partition->mutex);

    waiters_add(table, owner, patience, partition_idx);
    mutex_lock(&partition->mutex);
    enum status st = lock_wait_for(table, partition, owner, patience);
    if (st != ST_OK) {
        queue_remove(lock, owner);
        lock_queue_wake(lock); /* those behind may have waited for this one only */
        if (lock->holds == NULL && lock->first_waiter == NULL)
            lock_forget(partition, lock);
    }
    mutex_unlock(&partition->mutex);
    waiters_remove(table, owner);
    return st;
}

enum status
lock_acquire(struct lock_table *table, struct lock_owner *owner, struct lock_name name,
             uint32_t mode, const struct lock_patience *patience, void (*on_wait)(void *object),
             void *object, bool *has_waited)
{
    bool is_done;
    *has_waited = false;
    TRY(lock_alone_acquire(table, owner, name, mode, &is_done));
    if (is_done)
        return ST_OK;
    uint32_t idx = (uint32_t)(name.hash % LOCK_PARTITIONS);
    struct lock_partition *partition = &table->partitions[idx];
    struct lock_hold *spare = arena_alloc(owner->arena, sizeof *spare);
    if (spare == NULL)
        return ST_NO_MEMORY;
    spare->level = owner->level;

    mutex_lock(&partition->mutex);
    struct lock *lock = lock_find(partition, name);
    if (lock == NULL && (lock = lock_make(partition, name)) == NULL) {
        mutex_unlock(&partition->mutex);
        return ST_NO_MEMORY;
    }
    struct lock_hold *own = lock->holds == NULL ? NULL : hold_of(lock, owner);
    bool is_blocked =
        is_blocked_by_holders(lock, own, mode) ||
        (own == NULL && name.class == LOCK_CLASS_TABLE && is_blocked_by_waiters(lock, NULL, mode));
    if (LIKELY(!is_blocked)) {
        lock_grant(lock, owner, mode, spare);
        mutex_unlock(&partition->mutex);
        return ST_OK;
    }
    if (patience->is_nowait) {
        mutex_unlock(&partition->mutex);
        return ST_LOCK_BUSY;
    }
    if (own != NULL && name.class == LOCK_CLASS_TABLE && is_face_to_face(lock, own, mode)) {
        mutex_unlock(&partition->mutex);
        return ST_DEADLOCK;
    }
    owner->spare = spare;
    *has_waited = true;
    if (on_wait != NULL)
        on_wait(object);
    return lock_acquire_slow(table, idx, owner, lock, mode, patience);
}

enum status
lock_insert(struct lock_table *table, struct lock_owner *owner, struct lock_name name,
            uint32_t mode, struct lock_hold *hold)
{
    struct lock_partition *partition = &table->partitions[name.hash % LOCK_PARTITIONS];
    mutex_lock(&partition->mutex);
    struct lock *lock = lock_find(partition, name);
    if (lock == NULL)
        lock = lock_make(partition, name);
    if (lock != NULL)
        lock_grant(lock, owner, mode, hold);
    mutex_unlock(&partition->mutex);
    return lock == NULL ? ST_NO_MEMORY : ST_OK;
}

/* Gives up the newest hold of the owner, or a mode that was added to an older one. */
static void
hold_release(struct lock_table *table, struct lock_owner *owner)
{
    struct lock_hold *hold = owner->holds;
    struct lock *lock = hold->lock;
    struct lock_partition *partition = &table->partitions[lock->hash % LOCK_PARTITIONS];
    owner->holds = hold->next;
    mutex_lock(&partition->mutex);
    for (uint32_t mode = 0; mode < LOCK_MODES_MAX; mode++)
        lock->held[mode] -= hold->modes >> mode & 1;
    if (hold->of != NULL) {
        hold->of->modes &= (uint8_t)~hold->modes;
    } else {
        if (hold->next_in_lock != NULL)
            hold->next_in_lock->prev_in_lock = hold->prev_in_lock;
        if (hold->prev_in_lock != NULL)
            hold->prev_in_lock->next_in_lock = hold->next_in_lock;
        else
            lock->holds = hold->next_in_lock;
    }
    if (lock->first_waiter != NULL)
        lock_queue_wake(lock);
    else if (lock->holds == NULL)
        lock_forget(partition, lock);
    mutex_unlock(&partition->mutex);
}

void
lock_release_to(struct lock_table *table, struct lock_owner *owner, uint32_t level)
{
    if (!owner->is_counted || lock_alone_release_to(owner, level))
        return;
    while (owner->holds != NULL && owner->holds->level >= level)
        hold_release(table, owner);
}

void
lock_release_all(struct lock_table *table, struct lock_owner *owner)
{
    owner->level = 0;
    if (!owner->is_counted)
        return;
    lock_alone_release(table, owner);
    while (owner->holds != NULL)
        hold_release(table, owner);
    lock_moved_free(owner);
    owner->is_counted = false;
    atomic_fetch_sub(&table->owner_count, 1);
}

/* ---- those who wait, for lock_wake ---- */

static void
waiters_add(struct lock_table *table, struct lock_owner *owner,
            const struct lock_patience *patience, uint32_t partition)
{
    mutex_lock(&table->waiters_mutex);
    owner->cancel = patience->cancel;
    owner->partition = partition;
    owner->prev_waiting = NULL;
    owner->next_waiting = table->waiters;
    if (table->waiters != NULL)
        table->waiters->prev_waiting = owner;
    table->waiters = owner;
    mutex_unlock(&table->waiters_mutex);
}

static void
waiters_remove(struct lock_table *table, struct lock_owner *owner)
{
    mutex_lock(&table->waiters_mutex);
    if (owner->next_waiting != NULL)
        owner->next_waiting->prev_waiting = owner->prev_waiting;
    if (owner->prev_waiting != NULL)
        owner->prev_waiting->next_waiting = owner->next_waiting;
    else
        table->waiters = owner->next_waiting;
    mutex_unlock(&table->waiters_mutex);
}

void
lock_wake(struct lock_table *table, const _Atomic bool *cancel)
{
    mutex_lock(&table->waiters_mutex);
    for (struct lock_owner *w = table->waiters; w != NULL; w = w->next_waiting) {
        if (w->cancel != cancel)
            continue;
        struct lock_partition *partition = &table->partitions[w->partition];
        mutex_lock(&partition->mutex);
        condition_signal(&w->wake);
        mutex_unlock(&partition->mutex);
    }
    mutex_unlock(&table->waiters_mutex);
}

uint64_t
lock_count(struct lock_table *table)
{
    uint64_t count = 0;
    if (lock_alone_end(table) != ST_OK)
        return UINT64_MAX;
    for (uint32_t i = 0; i < LOCK_PARTITIONS; i++) {
        mutex_lock(&table->partitions[i].mutex);
        count += table->partitions[i].count;
        mutex_unlock(&table->partitions[i].mutex);
    }
    return count;
}
