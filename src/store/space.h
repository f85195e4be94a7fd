/*
 * space.h: which pages are free.
 *
 * A page of birth b that stopped being reachable from its branch at moment d may still be needed by
 * whoever stands at a moment m with b <= m < d: a reader's pin, the last durable checkpoint, a
 * checkpoint that is being written. It is reused as soon as there is none (so a page never written
 * is reused without any I/O; most recently dead resident frames first). Pages that a fork shares
 * never come here: txn keeps them in the branch's dead list. Pages taken by edits that are not
 * published yet are remembered as such: a checkpoint counts them free.
 */
#pragma once

#include "base/status.h"
#include "store/page_ref.h"

struct store;
struct edit;

/* A page for an edit. ST_NO_SPACE (file size bound), ST_READ_ONLY. Any thread. */
MUST_CHECK enum status space_take(struct store *store, page_no *page);
/* `count` (>= 1) pages in a row. */
MUST_CHECK enum status space_take_run(struct store *store, uint32_t count, page_no *first);
/* A page taken and never published goes back at once. */
void space_give_back(struct store *store, page_no page);
/* The edit's taken pages are now part of the published state. Cannot fail. Writer only. */
void space_publish(struct store *store, const struct edit *edit);
/* Pages of birth refs[i].birth that died at `death`. Memory for it was reserved: cannot fail.
 * Writer only. */
MUST_CHECK enum status space_retire_reserve(struct store *store, uint32_t count);
void space_retire(struct store *store, const struct page_ref *refs, uint32_t count,
                  birth_seq death);

/*
 * Pages that a log record appended next will name, because their content is not in the log: replay
 * of that record needs them as they are. Once retired they wait until a checkpoint has made the
 * record needless. (Recovery: space_claim, store.h.) ST_NO_MEMORY. Writer only.
 */
MUST_CHECK enum status space_name(struct store *store, page_no first, uint64_t count);

struct space_report {
    uint64_t page_count; /* the file's size in pages, superblocks included */
    uint64_t free_count, pending_count, used_count;
};
void space_report(struct store *store, struct space_report *report);
