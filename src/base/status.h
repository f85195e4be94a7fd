/*
 * status.h: what functions below the SQL layers return, and the attributes that go with it.
 *
 * base, store, branch and txn report failure by status and never unwind (raise.h is for the layers
 * above). A status that carries more than its name leaves the story in its object: see
 * store_failure() and log.h.
 */
#pragma once

#define MUST_CHECK __attribute__((warn_unused_result))
#define PRINTF_LIKE(format_idx, first_arg_idx)                                                     \
    __attribute__((format(printf, format_idx, first_arg_idx)))
#define LIKELY(x) __builtin_expect(!!(x), 1)
#define UNLIKELY(x) __builtin_expect(!!(x), 0)

enum status {
    ST_OK = 0,
    ST_NOT_FOUND, /* no such key, row, branch, object */
    ST_EXISTS,    /* there is one already */
    ST_NO_MEMORY, /* allocation failed, or a memory bound was reached */
    ST_IO,        /* the device failed; the file may have become read-only */
    ST_NO_SPACE,  /* the device is full */
    ST_CORRUPT,   /* stored bytes contradict themselves; place and reason were logged */
    ST_READ_ONLY, /* opened so, or stopped after a failed sync or a mismatch */
    ST_IN_USE,    /* another process holds the file, or the branch has sessions */
    ST_NOT_ROWAN, /* the file is not a database file of ours */
    ST_VERSION,   /* a database file of a format that this program does not know */
    ST_LOCK_BUSY, /* a lock was not to be had without waiting (NOWAIT, SKIP LOCKED) */
    ST_LOCK_TIMEOUT,
    ST_DEADLOCK,
    ST_CONFLICT, /* the row has changed since the transaction's snapshot (SQLSTATE 40001) */
    ST_CANCELED, /* cancel, statement_timeout or shutdown was asked for */
    ST_LIMIT,    /* a named bound was reached: too deep, too long, too many */
    ST_INVALID,  /* the caller's request makes no sense; nothing was done */
};

/* The status's name for logs and tests, such as "ST_CORRUPT"; never null. */
const char *status_name(enum status st);

/* Returns from the calling function where `expr` is not ST_OK. Only where nothing is to be undone.
 */
#define TRY(expr)                                                                                  \
    do {                                                                                           \
        enum status try_status_ = (expr);                                                          \
        if (UNLIKELY(try_status_ != ST_OK))                                                        \
            return try_status_;                                                                    \
    } while (0)
