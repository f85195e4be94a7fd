/*
 * store.h: an open database file (or memory): device, page cache, space, log and checkpoints as
 * one.
 *
 * The store keeps one state across crashes: the root of the file's own tree (branch refs, dead
 * lists and whatever else txn keeps there) as of the last checkpoint, and the log records appended
 * since. What records mean is the caller's: recovery hands each good record, in order, to a
 * function.
 *
 * Threads: readers anywhere; log_append, checkpoint_begin and publishing are the writer's (one
 * thread at a time); log_sync any one thread at a time; checkpoint_step the checkpointer's.
 */
#pragma once

#include "base/log.h"
#include "base/slice.h"
#include "base/status.h"
#include "store/device.h"
#include "store/page_ref.h"

struct store;

typedef uint64_t log_pos; /* bytes appended since the file was made; names a place in the log */

struct store_options {
    uint64_t cache_bytes;       /* page cache; 0: 128 MiB. No bound in memory. */
    uint64_t memory_bytes_max;  /* in memory: what it may grow to; 0: what addresses there are */
    uint64_t log_segment_bytes; /* 0: 16 MiB */
    const struct log_sink *log; /* outlives the store; may be null */
    bool is_read_only;          /* the log is replayed in memory, nothing is written */
};

struct store_state {
    struct tree_root file_root; /* empty in a new file */
    birth_seq moment;           /* of the last checkpoint; 0 in a new file */
    uint64_t next_id;           /* caller's counter, kept with the state */
};

/* Takes over `device` (null: a database in memory), also on failure. ST_NOT_ROWAN, ST_VERSION,
 * ST_CORRUPT, ... */
MUST_CHECK enum status store_open(struct device *device, const struct store_options *options,
                                  struct store **store);
/* Closes without a checkpoint; log segments stay for the next open's recovery. */
void store_close(struct store *store);
void store_state(struct store *store, struct store_state *state);

/* ---- recovery: right after open ---- */

typedef enum status (*log_apply)(void *object, log_pos at, struct slice record);
/*
 * Reads the log from the last checkpoint on. First `scan` (may be null) sees each record, so that
 * pages named in records can be claimed (space_claim); then `apply` sees each again. Stops at the
 * first torn or missing record: what follows was never acknowledged. A record that is whole but
 * cannot be applied (ST_CORRUPT) makes the store read-only.
 */
MUST_CHECK enum status store_recover(struct store *store, log_apply scan, log_apply apply,
                                     void *object);
/* The same for a caller that applies many records at a time. */
struct log_replay {
    log_apply scan, apply;               /* may be null */
    enum status (*finish)(void *object); /* after the last record */
    /* After an ST_CORRUPT: whether records are to be applied once more from *from on, the first of
     * those that had not become visible when it happened. */
    bool (*resume)(void *object, log_pos *from);
    void *object;
};
MUST_CHECK enum status store_recover_by(struct store *store, const struct log_replay *replay);
/* Marks pages as used before replay takes new ones. */
MUST_CHECK enum status space_claim(struct store *store, page_no first, uint64_t count);

/* ---- log ---- */

/* Appends a record of the given parts; *end is the position behind it. Buffered: durable after
 * log_sync(end). */
MUST_CHECK enum status log_append(struct store *store, const struct slice *parts,
                                  uint32_t part_count, log_pos *end);
/* Writes and syncs everything up to `to`. After a failure the store is read-only. Memory store:
 * ST_OK. */
MUST_CHECK enum status log_sync(struct store *store, log_pos to);
/* Writes what is buffered without a sync (for synchronous_commit = off). */
MUST_CHECK enum status log_flush(struct store *store);
/* Makes the log's next segment if the last is half full, so that no append has to. Any thread. */
MUST_CHECK enum status log_prepare(struct store *store);
uint64_t log_bytes_since_checkpoint(struct store *store);

/* ---- checkpoint ---- */

/*
 * Captures `state` (all roots of it published, all log records up to now reflected in it) as the
 * next checkpoint. O(pages of the space map changed). Writer only. ST_IN_USE if one is under way.
 */
MUST_CHECK enum status checkpoint_begin(struct store *store, const struct store_state *state);
/* Does a slice of the work (writes up to `pages_max` pages, or syncs, or publishes the superblock);
 * *is_done when durable. Commits go on meanwhile. */
MUST_CHECK enum status checkpoint_step(struct store *store, uint32_t pages_max, bool *is_done);
/* Verifies pages in the background, each call a few further: reads up to `pages_max` clean pages in
 * memory back from the device and compares, and as many that are on the device alone. What is wrong
 * is counted, and stops writes. The checkpointer's thread. */
MUST_CHECK enum status store_scrub(struct store *store, uint32_t pages_max,
                                   uint64_t *mismatch_count);

/* Stops writes if the file has been removed or replaced: what is committed from then on would be
 * lost with the process. */
void store_watch_file(struct store *store);

/* The same if a segment of the log that a recovery would read has been removed. The checkpointer's
 * thread, which is the one that removes them. */
void store_watch_log(struct store *store);

/* After a clean checkpoint with nothing appended since: removes the log segments, so that one file
 * is left. */
MUST_CHECK enum status store_remove_log(struct store *store);

/* ---- state of health ---- */

/* True after a failed sync, a mismatch or in a file opened so; reads go on. The reason is one line,
 * never null. */
bool store_is_read_only(const struct store *store, const char **reason);
void store_stop_writes(struct store *store, const char *format, ...) PRINTF_LIKE(2, 3);
/* The one way out for broken bytes: logs, counts, returns ST_CORRUPT. */
enum status store_corrupt(struct store *store, page_no page, const char *format, ...)
    PRINTF_LIKE(3, 4);

struct store_report {
    uint64_t cache_hits, cache_reads, cache_evictions, pages_written, log_bytes, log_syncs,
        checkpoints;
    uint64_t resident_count, young_count;
};
void store_report(struct store *store, struct store_report *report);
