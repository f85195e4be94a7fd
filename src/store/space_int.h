/*
 * space_int.h: the free pages' structures, for space*.c, checkpoint.c, recovery.c and store.c.
 *
 * A page of the file is in exactly one of these states, told by two bits and where it is listed:
 *
 *   used live
 *    0    -    free: found by searching the bitmap
 *    1    0    warm: dropped lately, its frame probably still in memory; in space->warm
 *              taken: by an edit that is not published yet; listed in the edit alone
 *              pending: dead, but some needed moment still reaches it; in a pending node
 *              old map: of the durable map, while the next one is being written
 *    1    1    live: reached by the published state, or a page of the saved map
 *
 * The live bits are what a checkpoint saves: after a crash all the others are free.
 *
 *   S1  used is set wherever live is; bits at and past `capacity` are used and not live
 *   S2  a page is handed out by space_take only if used was clear, or from the warm list
 *   S3  a live bit is cleared by space_retire (or the map's own turnover) alone
 *   S4  a chunk whose live bits differ from its saved copy has is_changed set
 *   S5  a pending page waits in the bucket of the smallest needed moment m with birth <= m < death
 *
 * All of it is guarded by space->lock, but for the capture, which belongs to the checkpointer from
 * space_capture to space_capture_done. Lock order: space->lock before the cache's.
 */
#pragma once

#include "base/thread.h"
#include "store/cache.h"
#include "store/page_ref.h"
#include "store/space.h"
#include "store/store_int.h"
#include "store/superblock.h"

/* Kinds of pages, beyond page.h's. */
enum map_page_kind { PAGE_MAP_DIRECTORY = PAGE_FOREIGN + 1, PAGE_MAP_CHUNK };

/* One chunk of the map: as many pages as a page behind its header has bits. */
#define CHUNK_WORDS ((PAGE_BYTES - PAGE_HEADER_BYTES) / 8u)
#define CHUNK_PAGES (CHUNK_WORDS * 64u)
#define CHUNK_FULL_WORDS ((CHUNK_WORDS + 63u) / 64u)
static_assert(CHUNK_PAGES == 65280, "the file's format");

#define WARM_PAGES 4096u
#define GROWTH_PAGES_MIN 128u
#define GROWTH_PAGES_MAX 8192u

struct chunk_bits {
    uint64_t used[CHUNK_WORDS];
    uint64_t live[CHUNK_WORDS];
    uint64_t full[CHUNK_FULL_WORDS]; /* bit w: used[w] is all ones; bits past CHUNK_WORDS are set */
    uint64_t *named[2]; /* null or [CHUNK_WORDS]; [0]: since the last capture, [1]: before it */
};

struct chunk {
    struct chunk_bits *bits;
    uint32_t free_count; /* zero bits in used */
    uint32_t run_max;    /* no free run within the chunk is longer */
    bool is_changed;
    bool is_captured;      /* within space_capture: has its new page */
    struct page_ref saved; /* where the durable or captured map has it; PAGE_NONE: nowhere */
};

#define MOMENTS_MAX (READERS_MAX + 2u) /* every reader's, and those of two checkpoints */

#define NODE_NONE UINT32_MAX
#define NODES_A_BLOCK 4096u

struct pending_node {
    page_no page;
    birth_seq birth, death;
    uint32_t next;
};

/* Nodes linked through `next`; appended at the tail. */
struct pending_list {
    uint32_t head, tail;
    uint64_t count;
};

struct pending_bucket {
    birth_seq moment;
    struct pending_list list;
};

/* Pages that wait for moments to end (space_pending.c). */
struct pending {
    struct pending_node **blocks;
    uint32_t block_count, block_capacity;
    uint32_t first_free; /* nodes, linked */
    uint64_t free_count;
    struct pending_bucket *buckets; /* [MOMENTS_MAX], by rising moment */
    uint32_t bucket_count;
    struct pending_list recheck; /* their moment has ended: to be placed anew */
    struct pending_list named;   /* a log record names them: they wait for a checkpoint after their
                                    death */
    birth_seq *needed;           /* [MOMENTS_MAX], rising: as of the last look */
    uint32_t needed_count;
    uint64_t page_count; /* in all lists */
};

/* The map as a checkpoint saves it (space_save.c). */
struct captured_chunk {
    uint32_t chunk_idx;
    struct page_ref ref;
    struct page *image; /* PAGE_BYTES, header not sealed */
};

struct capture {
    bool is_active;
    birth_seq moment;
    struct captured_chunk *chunks; /* by rising chunk_idx */
    uint32_t chunk_count, chunk_capacity;
    struct captured_chunk *directories; /* chunk_idx: number of the directory */
    uint32_t directory_count, directory_capacity;
    uint32_t written;   /* of chunks, then of directories */
    page_no *old_pages; /* of the map before: free once the capture is durable */
    uint32_t old_count, old_capacity;
};

struct space {
    struct store *store;
    struct mutex lock;
    struct chunk *chunks;
    uint32_t chunk_count, chunk_capacity;
    uint64_t capacity;     /* pages that exist in the file, or could without asking */
    uint64_t capacity_max; /* the cache's range */
    uint64_t free_count;   /* zero bits of all chunks */
    uint64_t live_count;
    uint32_t lowest_idx; /* no chunk below has a free page */
    page_no warm[WARM_PAGES];
    uint32_t warm_first, warm_count; /* a ring: the oldest is at warm_first */
    struct pending pending;
    bool is_file_fixed;     /* opened read-only: pages that replay adds exist in memory alone */
    bool is_replaying;      /* pages may be taken although the store is read-only */
    uint64_t publish_count; /* times that live bits were set */
    birth_seq last_death;   /* of the last space_retire */
    birth_seq durable;      /* the moment of the durable checkpoint */
    struct map_root saved;  /* the map that was captured or loaded last */
    struct page_ref *directories; /* its directory pages */
    uint32_t directory_count, directory_capacity;
    struct capture capture;
};

/* ---- life (space.c) ---- */

/* An empty space in which pages 0 and 1 are live. */
MUST_CHECK enum status space_new(struct store *store, struct space **space);
void space_free(struct space *space); /* null is fine */

/* Frees a page that nobody needs any more. Lock held. */
void space_release(struct space *space, page_no page);
/* A page marked used and not live; as space_take, with the lock held. */
MUST_CHECK enum status space_take_locked(struct space *space, page_no *page);
/* Looks which moments are still needed and frees up to about `budget` pages that no longer wait.
 * Returns whether more wait to be looked at. Takes the lock. */
bool space_recheck(struct space *space, uint32_t budget);

/* ---- the bitmap (space_map.c); lock held ---- */

static inline struct chunk *
map_chunk(struct space *space, page_no page)
{
    return &space->chunks[page / CHUNK_PAGES];
}

bool map_is_used(const struct space *space, page_no page);
bool map_is_live(const struct space *space, page_no page);
void map_set_used(struct space *space, page_no page, bool is_used); /* must change */
void map_set_live(struct space *space, page_no page, bool is_live); /* must change */
/* The lowest free page; PAGE_NONE if there is none. Does not mark it. */
page_no map_find_page(struct space *space);
/* The lowest run of free pages within a chunk, or the one that ends the file; PAGE_NONE. */
page_no map_find_run(struct space *space, uint32_t count);
/* Where the free pages begin that end the file; capacity if there are none. */
page_no map_find_tail(const struct space *space);
/* Makes room for at least `count` more pages at the end, the file too. ST_NO_SPACE, ST_NO_MEMORY */
MUST_CHECK enum status map_grow(struct space *space, uint64_t count);
/* At least `chunk_count` chunks; those past capacity are all used. */
MUST_CHECK enum status map_add_chunks(struct space *space, uint32_t chunk_count);
/* As map_grow, but without the file: capacity becomes at least `capacity`. */
MUST_CHECK enum status map_extend(struct space *space, uint64_t capacity);
void map_free(struct space *space);

/* A page named by a log record must stay as it is until a checkpoint has made the record needless.
 */
bool map_is_named(const struct space *space, page_no page);
MUST_CHECK enum status map_set_named(struct space *space, page_no page); /* ST_NO_MEMORY */
void map_names_captured(struct space *space); /* a capture begins: [0] becomes [1] */
void map_names_durable(struct space *space);  /* it is durable: [1] is empty */

/* ---- pending pages (space_pending.c); lock held ---- */

MUST_CHECK enum status pending_init(struct pending *pending); /* ST_NO_MEMORY */
void pending_deinit(struct pending *pending);
/* After this, `count` calls of pending_add cannot fail. */
MUST_CHECK enum status pending_reserve(struct pending *pending, uint64_t count);
/* Frees the page or files it under the moment that needs it. */
void pending_add(struct space *space, struct page_ref ref, birth_seq death);
/* Renews the set of needed moments; buckets of ended ones go to `recheck`. */
void pending_look(struct space *space);
/* Places up to `budget` pages of `recheck` anew. */
void pending_place(struct space *space, uint32_t budget);
/* Pages whose records a checkpoint at `durable` has made needless go to `recheck`. */
void pending_names_durable(struct space *space, birth_seq durable);

/* ---- the saved map (space_save.c) ---- */

/*
 * Captures the live bits as of now for the checkpoint of `moment`: takes pages for the changed
 * chunks, gives up those of the map before, copies the chunks. Nothing has changed on a failure
 * (ST_NO_SPACE, ST_NO_MEMORY). From here on pages that `moment` needs are kept.
 */
MUST_CHECK enum status space_capture(struct space *space, birth_seq moment);
/* Writes up to `pages_max` pages of the captured map. */
MUST_CHECK enum status space_capture_write(struct space *space, uint32_t pages_max,
                                           uint32_t *written, bool *is_done);
/* Reads the written pages back and counts those that differ. */
MUST_CHECK enum status space_capture_verify(struct space *space, uint64_t *mismatch_count);
/* The checkpoint is durable: what only the one before needed is free. */
void space_capture_done(struct space *space);

/* Frees what this part keeps on the heap. */
void space_save_deinit(struct space *space);
/* Loads the map that a superblock names into an empty space. ST_CORRUPT. */
MUST_CHECK enum status space_load(struct space *space, struct map_root root, birth_seq moment);
