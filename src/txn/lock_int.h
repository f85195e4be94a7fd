/*
 * lock_int.h: the lock table's insides, for lock_table.c and deadlock.c.
 */
#pragma once

#include "txn/lock_table.h"

#define LOCK_PARTITION_BITS 5 /* the deadlock search holds them all; sanitizers allow 64 */
#define LOCK_PARTITIONS (1u << LOCK_PARTITION_BITS)
#define LOCK_BUCKETS 4096u

/* Guarded by the partition's mutex. */
struct lock {
    struct lock *next; /* in its bucket, or among the free */
    uint64_t hash;
    struct lock_hold *holds;
    struct lock_owner *first_waiter;
    uint32_t held[LOCK_MODES_MAX]; /* holders of each mode */
    uint8_t class;
};

/*
 * One owner's hold on one lock; the modes are bits. In the owner's arena. A mode that is added at a
 * higher level than the hold's is noted by a second one, in the owner's list alone.
 */
struct lock_hold {
    struct lock *lock;
    struct lock_owner *owner;
    struct lock_hold *prev_in_lock, *next_in_lock;
    struct lock_hold *next; /* of the owner; the owner's thread alone; levels fall */
    struct lock_hold *of;   /* the hold that these modes were added to; null: this is one itself */
    uint32_t level;
    uint8_t modes;
};

struct lock_slab {
    struct lock_slab *next;
    struct lock locks[];
};

struct lock_partition {
    struct mutex mutex;
    struct lock *free;
    struct lock_slab *slabs;
    uint64_t count;
    struct lock *buckets[LOCK_BUCKETS];
};

struct lock_table {
    struct lock_partition partitions[LOCK_PARTITIONS];
    struct mutex waiters_mutex;
    struct lock_owner *waiters; /* all owners that wait for some lock */
    uint64_t search_count;      /* guarded by all partitions at once */
    /* lock_bias.c */
    _Atomic uint32_t owner_count; /* those that hold, or may soon */
    _Atomic uint32_t shy_turns;   /* owners that shall not be alone, though they could */
    struct mutex alone_mutex;     /* before an owner's guard, and that before partitions */
    _Atomic(struct lock_owner *) alone;
};

/*
 * An owner by itself (lock_bias.c). acquire: *is_done if the lock is held, by being noted; else it
 * is to be taken in the table, where everybody's locks are then. ST_NO_MEMORY. end: moves the locks
 * of whoever is alone into the table. release: before the owner gives its locks up; moved_free:
 * after. release_to: as lock_release_to, false if the locks are in the table.
 */
MUST_CHECK enum status lock_alone_acquire(struct lock_table *table, struct lock_owner *owner,
                                          struct lock_name name, uint32_t mode, bool *is_done);
MUST_CHECK enum status lock_alone_end(struct lock_table *table);
void lock_alone_release(struct lock_table *table, struct lock_owner *owner);
void lock_moved_free(struct lock_owner *owner);
bool lock_alone_release_to(struct lock_owner *owner, uint32_t level);

/* A lock that nobody stands in the way of, with `hold`, whose level is set, for it. ST_NO_MEMORY:
 * it is not held. */
MUST_CHECK enum status lock_insert(struct lock_table *table, struct lock_owner *owner,
                                   struct lock_name name, uint32_t mode, struct lock_hold *hold);

/* The modes that a mode conflicts with, as bits. */
uint8_t lock_conflicts(enum lock_class class, uint32_t mode);

/* Grants what can be granted now, in the order of the queue. The lock's partition is locked. */
void lock_queue_wake(struct lock *lock);

/*
 * Whether `owner`, which waits, waits for itself by way of others, and no other order of a queue
 * would help: one that does is made. Locks all partitions.
 */
bool deadlock_search(struct lock_table *table, struct lock_owner *owner);
