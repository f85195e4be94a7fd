/*
 * log_int.h: the write-ahead log's structures, for log*.c, checkpoint.c, recovery.c and store.c.
 *
 * The log is one stream of bytes, in which a log_pos is a place. It is cut into segments:
 *
 *   segment  0 | checksum 8: xxh3 of the 120 bytes behind it |
 *            8 | magic 8: "ROWANLOG"                         |
 *           16 | format version 4 | header bytes 4           |
 *           24 | file id 16                                  |  the superblock's
 *           40 | segment id 8                                |  rising
 *           48 | start 8                                     |  the position of the first byte
 *           56 | salt 8                                      |  random
 *           64 | bytes 8                                     |  of the stream, at most
 *           72 | zeros                                       |
 *          128 | bytes of the stream                         |
 *
 *   record   0 | checksum 8: xxh3 of what follows, without padding; seed: salt ^ position |
 *            8 | position 8                                  |  its own
 *           16 | bytes 4                                     |
 *           20 | unsynced 4                                  |  in units of 8 bytes, see L4
 *           24 | the record | zeros up to a multiple of 8    |
 *
 * A record may go on in the next segments; its salt is that of the segment where it begins.
 *
 *   L1  segments are numbered in the order in which they were made; where two hold the same
 *       position the one made later counts. Whoever opens the log for writing makes a new segment
 *       at the end of what is good, so that nothing left behind that end ever counts again.
 *   L2  a recycled segment has a new salt: what it held before has no right checksum.
 *   L3  a segment exists, with all its room, before a record that needs it is accepted; so
 *       writing what was accepted does not run out of space.
 *   L4  when a record was appended, all but the last 8 * unsynced bytes before it were synced
 *       (all ones: nothing is known): a broken record there was acknowledged, its loss is told
 *   L5  a segment's header is synced before it holds a record, and before a superblock names it
 *   L6  segments that end at or before the newest superblock's log_start are not needed.
 */
#pragma once

#include "base/buf.h"
#include "base/status.h"
#include "base/thread.h"
#include "store/store.h"
#include "store/superblock.h"
#include <stdatomic.h>
#include <stdint.h>

#define LOG_HEADER_BYTES 128u
#define RECORD_HEADER_BYTES 24u
#define RECORD_BYTES_MAX (UINT32_MAX - 64u)
#define LOG_SEGMENT_BYTES_MIN 4096u
#define SEGMENT_ROOM_MAX ((uint64_t)1 << 40)
#define LOG_SPARES_MAX 64u          /* segments kept for recycling */
#define LOG_SEGMENTS_MAX (1u << 20) /* found when a file is opened */

struct log_segment {
    uint64_t id;
    log_pos start, end; /* the positions that count as its own (L1) */
    uint64_t salt;
    uint64_t room; /* bytes of the stream that it has place for */
};

/* Bytes of the stream that wait to be written: positions from .. from + bytes.bytes. */
struct log_part {
    struct buf bytes;
    log_pos from;
};

/* Lock order: grow_lock, write_lock, lock. */
struct log {
    struct store *store;
    uint64_t segment_bytes; /* of new ones */
    uint8_t file_id[FILE_ID_BYTES];

    struct mutex grow_lock; /* held while a segment is made */

    struct mutex write_lock; /* held while segments are written and synced */
    struct log_part writing; /* taken from `appended`, not yet written in full */
    _Atomic log_pos written, synced;
    _Atomic uint64_t sync_count;

    struct mutex lock; /* guards what follows */
    struct log_part appended;
    log_pos end;                  /* behind the last record */
    log_pos checkpoint_start;     /* log_start of the newest superblock */
    struct log_segment *segments; /* by rising id and position */
    uint32_t segment_count, segment_capacity;
    uint64_t spares[LOG_SPARES_MAX]; /* ids of segments to recycle, all of segment_bytes */
    uint32_t spare_count;
    uint32_t spare_limit; /* about as many as a checkpoint's time needs */
    uint64_t *strays;     /* ids of segments without a header: a crash cut off their making */
    uint32_t stray_count;
    uint64_t last_id;
    bool is_recovered; /* `end` is known */
    bool is_damaged;   /* records are known to be lost: nothing is thrown away */
    bool is_continued; /* the last segment was made since the log was opened (L1) */
};

/* Finds the segments. One that is missing or has lost its header makes the log damaged. */
MUST_CHECK enum status log_new(struct store *store, const struct superblock *superblock,
                               uint64_t segment_bytes, struct log **log);
void log_free(struct log *log); /* null is fine */

/* The first segment needed for a log that starts at `start`; 0: none. */
uint64_t log_first_needed(struct log *log, log_pos start);
log_pos log_end(struct log *log);
/* A superblock with log_start `start` is durable: frees the segments that end there or before. */
void log_release(struct log *log, log_pos start);
/* Removes all segments and spares; nothing may be needed any more. */
MUST_CHECK enum status log_remove_all(struct log *log);
/*
 * Recovery has read up to `end`: syncs what it read, so that nothing appended can outlive it, and
 * throws away segments that mean nothing. is_damaged: records are missing there; all is kept.
 */
MUST_CHECK enum status log_set_end(struct log *log, log_pos end, bool is_damaged);
/* The segment that holds the position (L1); false if there is none. Lock held. */
bool log_find_segment(struct log *log, log_pos at, struct log_segment *segment);

/* ---- the format (log_format.c) ---- */

void log_encode_header(const struct log_segment *segment, const uint8_t *file_id, uint8_t *to);
/* A whole header, but of another file: one of the same name that is gone. */
bool log_is_foreign_header(const uint8_t *from, const uint8_t *file_id);
/* False if these are not the header of segment `id` of the file. */
bool log_decode_header(const uint8_t *from, const uint8_t *file_id, uint64_t id,
                       struct log_segment *segment);
struct record_header {
    uint64_t checksum;
    log_pos position;
    uint32_t bytes, unsynced;
};
void record_encode_header(const struct record_header *header, uint8_t *to);
struct record_header record_decode_header(const uint8_t *from);
/* Of a record in memory, from its header on; the checksum field itself does not count. */
uint64_t record_checksum(const uint8_t *record, uint32_t bytes, uint64_t salt, log_pos position);
/* With header and padding. */
static inline uint64_t
record_room(uint64_t bytes)
{
    return (RECORD_HEADER_BYTES + bytes + 7) & ~(uint64_t)7;
}

/* ---- reading (log_read.c) ---- */

/* Reads the stream through a window; one thread's. */
struct log_scan {
    struct log *log;
    log_pos next;      /* where the next record is looked for */
    struct buf window; /* positions from window_at on */
    log_pos window_at;
};

void log_scan_init(struct log_scan *scan, struct log *log, log_pos start);
void log_scan_deinit(struct log_scan *scan);
/*
 * The next record; `record` lies in the window until the next call. ST_NOT_FOUND where the good
 * records end; scan->next stays there. ST_IO, ST_NO_MEMORY.
 */
MUST_CHECK enum status log_scan_next(struct log_scan *scan, log_pos *at, struct slice *record);
/*
 * Looks behind the end of the good records, scan->next, for a good one that tells that what is
 * missing had been synced: then *lost_to is a position up to which records were lost, else 0.
 */
MUST_CHECK enum status log_scan_lost(struct log_scan *scan, log_pos *lost_to);
