/*
 * superblock.h: pages 0 and 1: what the file is, and where its state begins. For src/store alone.
 *
 * The newest valid one of the two counts; the other is written next, so that a torn write leaves
 * the one before. All that a superblock names is durable before it is written.
 */
#pragma once

#include "base/status.h"
#include "store/page_ref.h"
#include "store/store.h"
#include <stdbool.h>
#include <stdint.h>

#define FILE_ID_BYTES 16
#define FORMAT_VERSION 1u

/* A saved space map (space_save.c). */
struct map_root {
    struct page_ref root; /* the first directory; PAGE_NONE: there is no map yet */
    uint64_t page_count;  /* 1 + the highest live page */
    uint64_t live_count;
    uint32_t chunk_count; /* may reach past page_count: then with nothing live in it */
};

struct superblock {
    uint8_t file_id[FILE_ID_BYTES]; /* random: tells the file's log segments from others' */
    uint64_t sequence;              /* rises with each superblock written */
    struct store_state state;
    struct map_root map;
    log_pos log_start;  /* the first record that the state does not reflect */
    uint64_t log_first; /* the segment that holds log_start; 0: the log may be gone */
};

/*
 * Reads the newest superblock. ST_NOT_FOUND: the device is empty, or making the file was never
 * finished. ST_NOT_ROWAN, ST_VERSION; ST_CORRUPT if both are broken or the file is shorter than
 * it was; the reason is logged.
 */
MUST_CHECK enum status superblock_read(struct store *store, struct superblock *superblock);
/* Makes a new file: both superblocks, durable. */
MUST_CHECK enum status superblock_create(struct store *store, struct superblock *superblock);
/* Writes and syncs `superblock` over the older one; its sequence is one more afterwards. */
MUST_CHECK enum status superblock_write(struct store *store, struct superblock *superblock);

/* The bytes of a page; and back: the fuzzer's entry. */
void superblock_encode(const struct superblock *superblock, uint8_t *page);
enum superblock_kind {
    SUPERBLOCK_GOOD,
    SUPERBLOCK_ZERO,    /* every byte is zero */
    SUPERBLOCK_FOREIGN, /* not ours */
    SUPERBLOCK_VERSION, /* ours, of another format */
    SUPERBLOCK_BROKEN,  /* ours, and the checksum is wrong or the contents cannot be */
};
enum superblock_kind superblock_decode(const uint8_t *page, struct superblock *superblock,
                                       uint32_t *version);
