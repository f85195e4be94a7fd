/*
 * db_int.h: what an open database and an open branch consist of; for src/txn alone.
 *
 * Lock order: see the table in docs/architecture.md; branch.counters_mutex comes before
 * db.branches_mutex. The writer (one thread at a time, see writer.h) is the only one that changes
 * heads, refs and the file's tree.
 */
#pragma once

#include "base/map.h"
#include "base/thread.h"
#include "branch/file_tree.h"
#include "branch/head.h"
#include "txn/db.h"
#include "txn/lock_table.h"

#define BRANCH_BUCKETS 1024u
#define FIRST_USER_ID 16384u

struct txn;
struct writer;
struct checkpointer;

/* Grows an array on the heap, `count` of whose elements are used, to hold one more. False: there is
 * no memory, and nothing has changed. */
MUST_CHECK bool array_grow(void **array, uint32_t *capacity, uint32_t count, size_t element_bytes);

/* A growing array of page refs on the heap. */
struct page_list {
    struct page_ref *refs;
    uint32_t count, capacity;
};

/* Room for `more` behind count. */
MUST_CHECK enum status page_list_reserve(struct page_list *list, uint32_t more);
MUST_CHECK enum status page_list_add(struct page_list *list, struct page_ref ref);
void page_list_deinit(struct page_list *list);

struct branch {
    struct db *db;
    branch_no no;
    struct head head; /* published by the writer, read by anyone */
    _Atomic uint64_t own_commits;

    /* Guarded by db.branches_mutex. */
    struct branch *next; /* in its bucket */
    uint32_t holders;
    uint32_t work_count; /* of queued work for it, which keeps it in memory and not in use */
    bool is_gone;        /* dropped: only its memory is left */
    /* Changed by the writer under the mutex, read by the writer, or under the mutex. The fields
     * moment, root and own_commits stand above instead. */
    struct branch_ref ref;

    /* The writer's. */
    struct page_list dead; /* given up since the dead list was last written to the file's tree */
    bool is_dead_written;  /* by the group under way */
    struct branch *next_changed;
    /* The head is newer than the row in the file's tree. Only the writer changes it, for a branch
     * that somebody holds or under the mutex. */
    _Atomic bool is_changed;

    struct mutex counters_mutex;
    struct map row_ids;      /* tree -> struct row_counter; guarded by counters_mutex */
    struct map sequences;    /* object id -> struct sequence; guarded by counters_mutex */
    uint64_t sequence_epoch; /* the writer's: counts commits that changed rows of sequences */
};

struct db {
    struct store *store;
    struct db_options options; /* with defaults filled in */
    struct lock_table *locks;
    _Atomic birth_seq published;   /* the newest moment that readers may stand at */
    _Atomic birth_seq last_moment; /* the newest given to a group, or to private pages */
    struct head file_head;         /* the file's own tree */
    bool has_device;
    int64_t async_sync_us; /* how long a commit that waits for nothing may be lost by a crash */
    int64_t retry_us;      /* how long after a failure the checkpointer tries again */
    _Atomic bool has_jobs; /* perhaps */
    _Atomic uint64_t change_count; /* of rows in what was logged since the file was opened, and in
                                      what was replayed then */
    struct writer *writer;
    struct checkpointer *checkpointer;

    struct branch *changed; /* the writer's: those whose is_changed is set */
    struct mutex branches_mutex;
    branch_no dropping; /* guarded by it: being dropped, not to be opened; 0: none */
    struct branch *buckets[BRANCH_BUCKETS];
    struct reader *admin_reader; /* guarded by branches_mutex, as is ... */
    birth_seq admin_pin;         /* ... the moment it has pinned */

    struct mutex pool_mutex;
    struct txn *pool;
    uint32_t pool_count;
    uint32_t active_count; /* transactions out of the pool */

    struct mutex ids_mutex;
    uint64_t next_id, ids_end; /* ids below ids_end are logged as given */
    uint64_t ids_logged;       /* the writer's copy of ids_end */

    _Atomic uint64_t next_txn_id;
};

/* Makes the first branches of a new file. Not logged: replay of a file without a checkpoint begins
 * with it too, after the scan has claimed the pages that records name. */
MUST_CHECK enum status db_init_file(struct db *db);

/* The file's tree as last published, for reading under branches_mutex; ends with file_read_end. */
struct file_tree file_read_begin(struct db *db);
void file_read_end(struct db *db);

/* The open branch of that number, or null; under branches_mutex. */
struct branch *branch_lookup(struct db *db, branch_no no);
/* Opens a branch from its row; under branches_mutex. */
MUST_CHECK enum status branch_load(struct db *db, const struct branch_ref *ref,
                                   struct branch **branch);
/* Frees branches that nobody holds and nothing keeps; under branches_mutex. */
void branch_unload_idle(struct branch *branch);
/* Keeps the branch in memory for a piece of queued work; and no longer. */
struct branch *branch_work_begin(struct branch *branch);
void branch_work_end(struct branch *branch);
/* All branches out of memory, at the end. */
void branches_free(struct db *db);
