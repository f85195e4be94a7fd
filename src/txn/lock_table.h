/*
 * lock_table.h: locks on rows, tables and whatever else has a name, held until a transaction ends.
 *
 * A lock is known by a 64-bit hash of what it stands for (branch, tree, key) and its class. Two
 * things with one hash share a lock: somebody may wait who need not, at odds of 2^-64 a pair, and
 * in return no key is ever stored or compared. The table is cut into partitions by hash, each with
 * its own mutex. Waiting is first come, first served, except that an owner that already holds the
 * lock goes ahead of those who do not hold it, and that a deadlock may be avoided by another order
 * (deadlock.c). Who need not wait for a holder of a row's lock gets it, whoever waits for it too.
 *
 * An owner (in a transaction) is used by one thread at a time. Lock order: the table's `waiters`
 * mutex before partitions, partitions in rising order; lock_bias.c's before both.
 */
#pragma once

#include "base/arena.h"
#include "base/status.h"
#include "base/thread.h"
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#define LOCK_MODES_MAX 8

/* What kind of thing is locked: the classes have conflict tables of their own. */
enum lock_class { LOCK_CLASS_ROW, LOCK_CLASS_TABLE };

struct lock_table;
struct lock;
struct lock_hold;

struct lock_name {
    uint64_t hash;
    enum lock_class class;
};

/* How long to wait, and for whose sake to stop. */
struct lock_patience {
    bool is_nowait;
    int64_t timeout_us;          /* 0: no bound */
    const _Atomic bool *cancel;  /* may be null */
    int64_t deadlock_timeout_us; /* a look for deadlocks after this; 0: before the wait */
};

/* Who holds locks. The fields are lock_table.c's. */
struct lock_owner {
    struct arena *arena;     /* for holds; lives until lock_release_all */
    struct lock_hold *holds; /* the newest first */
    uint32_t level;          /* of the locks taken now; lock_owner_set_level */
    /* While it is alone (lock_bias.c): */
    bool is_counted; /* the owner's thread's */
    struct mutex guard;
    bool is_alone;
    struct noted_block *noted;
    uint64_t noted_count;
    struct moved_block *moved;
    /* Guarded by the partition of the lock that is waited for. */
    struct lock *waits_for;
    struct lock_owner *next_waiter; /* in that lock's queue */
    uint8_t wanted_mode;
    bool is_granted;
    struct lock_hold *spare; /* becomes the hold when the lock is granted */
    struct condition wake;
    /* Guarded by lock_table.waiters. */
    const _Atomic bool *cancel;
    struct lock_owner *prev_waiting, *next_waiting;
    uint32_t partition;
    uint64_t search_mark;           /* of the last deadlock search that came by */
    struct lock_owner *search_next; /* on its stack */
    struct lock_owner *search_from; /* who waits for this one, on the search's way here */
};

MUST_CHECK enum status lock_table_new(struct lock_table **table);
void lock_table_free(struct lock_table *table);

void lock_owner_init(struct lock_owner *owner, struct arena *arena);
void lock_owner_deinit(struct lock_owner *owner);

/* Whether the owner holds a lock, or has tried to: then it must be released. */
static inline bool
lock_owner_holds(const struct lock_owner *owner)
{
    return owner->is_counted;
}

/*
 * Locks. *has_waited tells whether the thread was blocked on the way. ST_LOCK_BUSY,
 * ST_LOCK_TIMEOUT, ST_DEADLOCK, ST_CANCELED, ST_NO_MEMORY: the lock is not held (or only as
 * before). A mode that is held already, or implied by one that is, costs a look-up. `on_wait` (may
 * be null) is called once before the thread is blocked.
 */
MUST_CHECK enum status lock_acquire(struct lock_table *table, struct lock_owner *owner,
                                    struct lock_name name, uint32_t mode,
                                    const struct lock_patience *patience,
                                    void (*on_wait)(void *object), void *object, bool *has_waited);
/* Gives up all, and lets those who wait go on; the level is 0 again. The owner's arena may be reset
 * afterwards. */
void lock_release_all(struct lock_table *table, struct lock_owner *owner);

/*
 * Marks: locks taken from here on are of this level, which is above those before. lock_release_to
 * gives up all that is of `level` or above, as if it had never been asked for; a mode that was
 * added to an older lock too.
 */
static inline void
lock_owner_set_level(struct lock_owner *owner, uint32_t level)
{
    owner->level = level;
}
void lock_release_to(struct lock_table *table, struct lock_owner *owner, uint32_t level);

/* Wakes the owners that wait with this cancel flag, to look at it. Any thread. */
void lock_wake(struct lock_table *table, const _Atomic bool *cancel);

/* Locks with holders or waiters; for tests and reports. UINT64_MAX: no memory to tell. */
uint64_t lock_count(struct lock_table *table);
