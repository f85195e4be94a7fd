/*
 * db.h: an open database: the store, its branches, the lock table and the writer, as one value.
 *
 * Two of them can live in one process. With threads (db_options.has_threads) the writer and the
 * checkpointer are threads of their own, named "writer" and "checkpointer"; without, the committing
 * thread plays the writer and checkpoints are taken in its steps. Any thread may call unless said
 * otherwise.
 */
#pragma once

#include "base/arena.h"
#include "base/log.h"
#include "base/status.h"
#include "store/device.h"
#include "store/store.h"

struct db;
struct branch;

struct db_options {
    struct store_options store;
    bool has_threads;
    uint64_t
        checkpoint_log_bytes; /* a checkpoint begins when the log has grown by this; 0: 1 GiB */
    int64_t checkpoint_interval_us; /* ... or this long after the last, if anything changed; 0: 15
                                       min */
    int64_t recovery_target_us; /* ... or when replaying the log would take this long; 0: never */
    uint64_t
        write_set_bytes; /* a transaction's write set past this moves to private trees; 0: 32 MiB */
    int64_t deadlock_timeout_us; /* 0: 1 s (with threads; else at once) */
    int64_t commit_delay_us;     /* 0: none */
};

/* Opens (and recovers) what `device` holds, or a new database in memory if it is null; takes the
 * device over. */
MUST_CHECK enum status db_open(struct device *device, const struct db_options *options,
                               struct db **db);
/* Ends the threads, takes a last checkpoint and leaves one file behind. Transactions must be over.
 * On a failure (logged) the log stays and the next open recovers. */
MUST_CHECK enum status db_close(struct db *db);
/* Closes as a crash would: nothing is written any more. */
void db_abandon(struct db *db);
struct store *db_store(struct db *db);

/* A number that is new in this file, whatever the branch: object ids, >= 16384. Survives crashes
 * (never given twice). */
MUST_CHECK enum status db_new_id(struct db *db, uint32_t *id);

/* ---- branches ---- */

#define BRANCH_NAME_BYTES_MAX 63

typedef uint32_t branch_no;

struct branch_info {
    branch_no branch;
    char name[BRANCH_NAME_BYTES_MAX + 1];
    branch_no parent;     /* 0: made with the file */
    birth_seq fork;       /* the parent's moment it was made from */
    birth_seq head;       /* the moment of its last commit */
    int64_t created_us;   /* wall clock, since 1970 */
    uint64_t own_commits; /* commits since the fork */
};

/* Whether the file is not written to any more, or was opened so; the reason is one line. */
bool db_is_read_only(const struct db *db, const char **reason);

/* Branches stay open while somebody holds them. A name is 1 to 63 bytes, any but zero. */
MUST_CHECK enum status branch_open(struct db *db, const char *name,
                                   struct branch **branch); /* ST_NOT_FOUND */
MUST_CHECK enum status branch_open_no(struct db *db, branch_no no, struct branch **branch);
struct branch *branch_hold(struct branch *branch); /* one more holder */
void branch_release(struct branch *branch);
void branch_describe(struct branch *branch, struct branch_info *info);
/* All branches by name, into `arena`. */
MUST_CHECK enum status branch_list(struct db *db, struct arena *arena, struct branch_info **list,
                                   uint32_t *count);

/* O(1), one durable commit. ST_EXISTS, ST_NOT_FOUND, ST_INVALID (name). */
MUST_CHECK enum status branch_create(struct db *db, const char *name, const char *source);
/* ST_IN_USE while others hold it open. What only it owned is freed in the background. */
MUST_CHECK enum status branch_drop(struct db *db, const char *name);
MUST_CHECK enum status branch_rename(struct db *db, const char *name, const char *new_name);

/* Trees, and objects, that are one session's: temporary tables and what belongs to them. */
#define TREE_TEMP_FIRST 0xC0000000u

/* Fixed trees that every branch has; a table's or index's tree number is its object id (>= 16384).
 */
enum {
    TREE_OBJECTS = 1,
    TREE_NAMES = 2,
    TREE_DEPENDENCIES = 3,
    TREE_STATISTICS = 4,
    TREE_SEQUENCES = 5
};
