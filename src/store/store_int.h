/*
 * store_int.h: what an open store consists of; for src/store alone.
 *
 * Each part of a store is opaque to the others and is reached through its own header:
 *
 *   device      device.h       null: a database in memory, nothing is ever written
 *   cache       cache.h        never null
 *   space       space.h        free pages, pending pages, the space map on the device
 *   log         store.h        the write-ahead log's buffer and segments
 *   checkpoint  store.h        the checkpoint under way, superblocks
 *   readers     reader.h       below: epochs and pins
 *
 * Threads: device, cache, space, log and checkpoint are set while the store is opened and then
 * constant; what they point to guards itself. `is_read_only` only ever turns true; the reason is
 * written before it does.
 */
#pragma once

#include "base/log.h"
#include "base/thread.h"
#include "store/device.h"
#include "store/page_ref.h"
#include "store/reader.h"
#include <stdalign.h>
#include <stdatomic.h>
#include <stdint.h>

struct cache;
struct space;
struct log;
struct checkpoint;
struct store_open_state; /* what store_open learned, for store_recover; store.c */

#define READERS_MAX 65536u
#define EPOCH_OUTSIDE ((uint64_t)0) /* epochs are numbered from 1 */
#define PIN_NONE UINT64_MAX

/*
 * One slot. epoch and pin are written by the reader's thread and read by any; the rest is the
 * thread's that uses the reader. A cache line each, so that readers do not disturb one another.
 */
struct reader {
    alignas(64) _Atomic uint64_t epoch; /* EPOCH_OUTSIDE, or the epoch it stands in */
    _Atomic birth_seq pin;              /* PIN_NONE, or the moment it holds */
    struct store *store;
    uint32_t depth;     /* nesting of reader_enter */
    uint32_t next_free; /* while the slot is free; guarded by readers.lock */
};

struct readers {
    struct reader *slots; /* [READERS_MAX], reserved; those below `high` have been in use */
    _Atomic uint32_t high;
    _Atomic uint64_t epoch;           /* the newest */
    _Atomic uint64_t hand_over_count; /* calls of reader_pin_at */
    struct mutex lock;                /* guards giving out slots */
    uint32_t first_free;              /* UINT32_MAX: none below high */
};

struct store {
    struct device *device;
    struct cache *cache;
    struct space *space;
    struct log *log;
    struct checkpoint *checkpoint;
    struct store_open_state *open_state;
    uint64_t memory_bytes_max; /* 0: no bound; only in memory */
    struct readers readers;
    const struct log_sink *log_sink; /* may be null */
    struct mutex health_lock;        /* whoever stops writes first gives the reason */
    _Atomic bool is_read_only;
    char read_only_reason[256];
    _Atomic uint64_t corrupt_count; /* calls of store_corrupt */
};

/* ---- readers, for the other parts of the store (reader.c) ---- */

MUST_CHECK enum status readers_init(struct store *store);
void readers_deinit(struct store *store); /* fine on a zeroed struct */

/*
 * Begins a new epoch and returns it. Whoever enters from now on stands in it or in a later one,
 * and sees all that the caller wrote before.
 */
uint64_t readers_advance(struct store *store);
/* True when every reader is outside, or in `epoch` or a later one. O(readers). */
bool readers_have_reached(const struct store *store, uint64_t epoch);

/*
 * The moments that readers hold now, at most `max` of them, in no order, perhaps repeated; returns
 * how many there are (may be more than max). A publisher that has first advanced the atomic which
 * reader_pin reads, and then calls this, misses no reader that stands at an earlier moment.
 */
uint32_t readers_pins(const struct store *store, birth_seq *moments, uint32_t max);
/* The oldest of them; PIN_NONE if there is none. */
birth_seq readers_oldest_pin(const struct store *store);
