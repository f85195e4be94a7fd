/*
 * tree.h: copy-on-write B+trees over byte strings.
 *
 * A published tree never changes. A reader holds a struct tree_root and stands in an epoch
 * (reader.h); a writer changes a tree through a struct edit, which copies each page on the path
 * once and changes pages born in the edit in place. One thread uses an edit at a time; edits on
 * different trees of one store may run in several threads.
 *
 * Keys are 1 to KEY_BYTES_MAX bytes, unique, in memcmp order. Values are 0 bytes to 1 GiB; rows
 * larger than a quarter page keep the value in an overflow chain.
 */
#pragma once

#include "base/arena.h"
#include "base/buf.h"
#include "base/slice.h"
#include "base/status.h"
#include "store/layout.h"
#include "store/page_ref.h"

#define KEY_BYTES_MAX 2000u
#define VALUE_BYTES_MAX (1u << 30)
#define TREE_LEVELS_MAX 24

struct store;
struct reader;

/* Page refs that an edit took or retired: a growing array on the heap. */
struct page_refs {
    struct page_ref *refs;
    uint32_t count, capacity;
};

/*
 * A set of changes that becomes visible, or not, as a whole. birth: the moment of the pages made;
 * greater than that of every page reachable from the roots changed. After a failed call the tree
 * named by the caller's tree_root is as before the call. taken     pages made by this edit and
 * still in use by it retired   pages of before that the edit's trees no longer reach: the owner
 * (txn) hands them to space.h after publishing; forgets them if the edit is dropped
 */
struct edit {
    struct store *store;
    struct reader
        *reader; /* the editing thread's; it stands in an epoch during calls, and refreshes
                    it between calls when it changes more pages than the cache holds */
    birth_seq birth;
    struct page_refs taken, retired;
    /* The tree that was appended to last, as its root was then, and its last leaf, while that is
     * the edit's own: rising keys go there without a descent. PAGE_NONE: not known. */
    struct {
        struct page_ref root, leaf;
    } append;
};

void edit_init(struct edit *edit, struct store *store, struct reader *reader, birth_seq birth);
void edit_deinit(struct edit *edit); /* frees the arrays, nothing else */
/* Gives all taken pages back to space and forgets the retired ones. No root of this edit may be
 * used afterwards. */
void edit_drop(struct edit *edit);
/* Moves all that `from` has taken and retired to `edit`, which may then change and publish its
 * trees; `from` is empty afterwards. On ST_NO_MEMORY both are as before. */
MUST_CHECK enum status edit_absorb(struct edit *edit, struct edit *from);

/* A page that the edit took goes back, whatever its birth: no root of the edit that is still of use
 * reaches it. Cannot fail. */
void edit_give_back(struct edit *edit, struct page_ref ref);
/* Makes all taken pages durable, before a log record names them. ST_IO and others: some may be. */
MUST_CHECK enum status edit_write(struct edit *edit);

enum put_mode {
    PUT_UPSERT, /* insert or replace */
    PUT_INSERT, /* ST_EXISTS if the key is there */
    PUT_UPDATE, /* ST_NOT_FOUND if it is not */
};

/* Key and value must not lie in pages that the edit owns. Errors besides the mode's: ST_INVALID
 * (empty key), ST_LIMIT (key or value too long). O(log n); rising keys at the right end append in
 * O(1) without splitting pages in halves. */
MUST_CHECK enum status tree_put(struct edit *edit, struct tree_root *root, struct slice key,
                                struct slice value, enum put_mode mode);
/*
 * The same for rows in strictly rising key order, with one descent for each leaf that they go to.
 * *done counts the rows put: after a failure those before keys[*done] are in the tree, and that one
 * is what failed. One epoch's work: a few hundred rows at a time.
 */
MUST_CHECK enum status tree_put_many(struct edit *edit, struct tree_root *root,
                                     const struct slice *keys, const struct slice *values,
                                     uint32_t count, enum put_mode mode, uint32_t *done);
/* What becomes of a key: a value, whatever it had before, or nothing. */
struct tree_change {
    struct slice key, value;
    bool is_delete; /* of a key that may be missing */
};
/* Changes in strictly rising key order, with one descent for each leaf that they go to. After a
 * failure some are made. One epoch's work: a few hundred at a time. */
MUST_CHECK enum status tree_change_many(struct edit *edit, struct tree_root *root,
                                        const struct tree_change *changes, uint32_t count);
/* True if the edit knows without a look at the tree that the key is greater than all in it. */
bool tree_is_behind(const struct edit *edit, const struct tree_root *root, struct slice key);
MUST_CHECK enum status tree_delete(struct edit *edit, struct tree_root *root,
                                   struct slice key); /* ST_NOT_FOUND */
/* Retires every page of the tree born after `since` (0: all); root becomes empty. O(pages). */
MUST_CHECK enum status tree_clear(struct edit *edit, struct tree_root *root, birth_seq since);

/*
 * The value of a key; ST_NOT_FOUND. *value points into the page and dies with the epoch, unless it
 * is an overflow value: that is read into `spill` (cleared first).
 */
MUST_CHECK enum status tree_get(struct store *store, struct reader *reader,
                                const struct tree_root *root, struct slice key, struct buf *spill,
                                struct slice *value);

/*
 * A place in a tree. Reading a published tree: valid until the epoch ends; after reader_refresh
 * call cursor_restore. Plain data, no clean-up needed but for `spill`/`key` bufs (cursor_deinit).
 */
struct cursor {
    struct store *store;
    struct reader *reader;
    struct tree_root root;
    uint32_t depth; /* levels in path; 0: not placed */
    struct {
        page_no page;
        const void *bytes;
        uint32_t slot_idx, slot_count;
    } path[TREE_LEVELS_MAX];
    struct buf key, spill; /* the current key, assembled when asked for */
    bool is_at_end;
};

void cursor_init(struct cursor *cursor, struct store *store, struct reader *reader,
                 const struct tree_root *root);
void cursor_deinit(struct cursor *cursor);
/* Places the cursor; is_at_end if there is no such row. */
MUST_CHECK enum status cursor_first(struct cursor *cursor);
MUST_CHECK enum status cursor_last(struct cursor *cursor);
MUST_CHECK enum status cursor_seek(struct cursor *cursor,
                                   struct slice key); /* first row with key >= */
MUST_CHECK enum status cursor_seek_before(struct cursor *cursor,
                                          struct slice key); /* last row with key < */
MUST_CHECK enum status cursor_next(struct cursor *cursor);
MUST_CHECK enum status cursor_prev(struct cursor *cursor);
/* Re-reads the path after reader_refresh, at the same row (by key, which is kept). */
MUST_CHECK enum status cursor_restore(struct cursor *cursor);
/* The current row. Both die when the cursor moves or the epoch ends. */
MUST_CHECK enum status cursor_key(struct cursor *cursor, struct slice *key);
MUST_CHECK enum status cursor_value(struct cursor *cursor, struct slice *value);

/*
 * Reads rows from the current one on (forward) into columns: at most `max` (<= COLUMN_ROWS_MAX),
 * never beyond the current leaf nor at or past key `end` (null data: none); moves on past them.
 * *count 0 only at the end. Text is views into the page or, for overflow rows, into `arena`.
 */
MUST_CHECK enum status cursor_read_columns(struct cursor *cursor, const struct layout *layout,
                                           struct slice end, uint32_t max, struct arena *arena,
                                           struct column *columns, uint32_t *count);

/*
 * Bulk build: rows in strictly rising key order into a new tree, pages filled and laid out in
 * order. Errors: ST_INVALID for a key that does not rise.
 */
struct tree_builder;
MUST_CHECK enum status tree_builder_new(struct edit *edit, struct tree_builder **builder);
MUST_CHECK enum status tree_builder_add(struct tree_builder *builder, struct slice key,
                                        struct slice value);
MUST_CHECK enum status tree_builder_finish(struct tree_builder *builder,
                                           struct tree_root *root); /* frees it */
void tree_builder_free(struct tree_builder *builder);

/*
 * Differences between two trees, skipping subtrees that both share without reading them; cost by
 * changed pages. For each key whose value differs calls visit(object, key, before, after) in key
 * order; a side without the key has data null and bytes 0 (a present empty value has non-null
 * data). A status other than ST_OK from visit ends the walk. Renews the reader's epoch now and
 * then, between visits.
 */
typedef enum status (*tree_diff_visit)(void *object, struct slice key, struct slice before,
                                       struct slice after);
MUST_CHECK enum status tree_diff(struct store *store, struct reader *reader,
                                 const struct tree_root *from, const struct tree_root *to,
                                 tree_diff_visit visit, void *object);

/* Rows in [from, to) as an estimate from the inner pages: O(log n). For the planner. */
MUST_CHECK enum status tree_estimate(struct store *store, struct reader *reader,
                                     const struct tree_root *root, struct slice from,
                                     struct slice to, double *rows);

/* Keys, from the inner pages alone, that cut the tree into ranges of about `leaves` leaves each; in
 * rising order, in `arena`. The caller stands in an epoch. ST_NO_MEMORY, or of reading pages. */
MUST_CHECK enum status tree_split(struct store *store, const struct tree_root *root,
                                  uint32_t leaves, struct arena *arena, struct slice **keys,
                                  uint32_t *count);

/* Calls visit for every page reachable whose birth is after `since`, parents first; overflow pages
 * too. Renews the reader's epoch at each page, as tree_check and tree_clear do. */
typedef enum status (*tree_page_visit)(void *object, struct page_ref ref, uint32_t level);
MUST_CHECK enum status tree_walk(struct store *store, struct reader *reader,
                                 const struct tree_root *root, birth_seq since,
                                 tree_page_visit visit, void *object);
/* Whole-tree check: order, births, levels, checksums, row_count; ST_CORRUPT with the place logged.
 */
MUST_CHECK enum status tree_check(struct store *store, struct reader *reader,
                                  const struct tree_root *root);
