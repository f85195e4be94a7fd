/*
 * record.h: log records: what a group was, in a form that replay can do again.
 *
 *   record   kind 1 | moment 8 | body
 *
 *   RECORD_COMMIT   transactions one after another, each:
 *                     branch 4 | bytes 4 | tree parts, `bytes` in all, each:
 *                       tree 8 | base 1 | change_count 4 | changes, each:
 *                         varint key_bytes * 2 + is_delete | key | (puts) varint value_bytes |
 * value RECORD_FORK, RECORD_DROP, RECORD_RENAME, RECORD_FREEZE   branches.c, merge_point.c
 *   RECORD_IDS      next id 8
 *
 * base says what the changes lie upon: 0 the tree as it is, 1 an empty tree in its place, 2
 * nothing: the tree is gone. Integers are little-endian. Varints: 7 bits a byte, lowest first.
 */
#pragma once

#include "base/buf.h"
#include "base/status.h"

enum record_kind {
    RECORD_COMMIT = 1,
    RECORD_FORK,
    RECORD_DROP,
    RECORD_RENAME,
    RECORD_IDS,
    RECORD_FREEZE,
};

#define TREE_MERGES 0 /* no tree: a merge point of the branch */
#define RECORD_EXTENT_BYTES 12u
#define RECORD_PART_HEAD 8u /* of a transaction's part: branch and bytes */

/* Reads bytes that may be broken: past the end everything is zero and is_bad is set. */
struct record_reader {
    const uint8_t *at, *end;
    bool is_bad;
};

static inline struct record_reader
record_reader_of(struct slice bytes)
{
    return (struct record_reader){.at = bytes.data, .end = bytes.data + bytes.bytes};
}

static inline size_t
record_left(const struct record_reader *reader)
{
    return (size_t)(reader->end - reader->at);
}

static inline struct slice
record_get_slice(struct record_reader *reader, size_t bytes)
{
    if (UNLIKELY(bytes > record_left(reader))) {
        reader->is_bad = true;
        reader->at = reader->end;
        return slice_of(NULL, 0);
    }
    struct slice slice = slice_of(reader->at, bytes);
    reader->at += bytes;
    return slice;
}

uint64_t record_get_long_varint(struct record_reader *reader);
static inline uint64_t
record_get_varint(struct record_reader *reader)
{
    if (LIKELY(reader->at < reader->end && (*reader->at & 0x80) == 0))
        return *reader->at++;
    return record_get_long_varint(reader);
}
uint8_t record_get_u8(struct record_reader *reader);
uint32_t record_get_u32(struct record_reader *reader);
uint64_t record_get_u64(struct record_reader *reader);

void record_put_varint(struct buf *to, uint64_t v);
void record_put_u32(struct buf *to, uint32_t v);
void record_put_u64(struct buf *to, uint64_t v);
void record_put_head(struct buf *to, enum record_kind kind, uint64_t moment);

struct write_set;
/* Appends the newest changes of all trees of the set, in key order, as tree parts; those of
 * private trees are privates_put's. */
MUST_CHECK enum status record_put_changes(struct buf *to, struct write_set *set);
