/*
 * session_int.h: the session's own structures, for this folder.
 *
 *   J1  txn is null exactly when no transaction is open, or a failed block was rolled back already
 *   J2  catalog belongs to txn: both come in transaction_ensure and go together
 *   J3  a statement runs between statement_begin and statement_end (transaction.h); its memory is
 *       statement_arena
 *   J4  errors are raised up to the public functions of session.h and caught there, nowhere else
 */
#pragma once

#include "base/buf.h"
#include "base/map.h"
#include "base/pool.h"
#include "base/thread.h"
#include "catalog/catalog.h"
#include "exec/deferred.h"
#include "exec/exec.h"
#include "plan/planner.h"
#include "session/activity.h"
#include "session/session.h"
#include "session/settings.h"
#include "sql/analyze.h"
#include "sql/utility.h"
#include "type/access.h"

struct cache_entry; /* session/statement_cache.h */
struct temp_space;  /* session/temp.h */

struct engine {
    struct db *db;
    struct types *types;
    struct catalog_cache *catalogs;
    struct statement_cache *statements;
    struct settings settings; /* what sessions start from */
    const struct log_sink *log;
    struct mutex mutex; /* guards the list of sessions and what follows */
    struct session *sessions;
    uint32_t next_pid;
    struct arena *arena;
    const char *temp_dir; /* where queries put what outgrows work_mem; null: the system's place */
    struct pool *pool;    /* threads that help queries; null: none, the program wants no threads */
    uint32_t processors;
    int64_t started_us; /* wall clock since 1970 */
};

/* A setting in KiB, such as work_mem, in bytes. */
static inline uint64_t
session_setting_bytes(const struct settings *settings, enum setting_id id)
{
    return (uint64_t)settings_int(settings, id) * 1024;
}

struct savepoint {
    struct savepoint *outer;
    const char *name;
    uint32_t number;          /* txn's */
    struct deferral deferral; /* as it was then */
    bool was_read_only;       /* the transaction, then */
};

/* A prepared statement. Owned by the session (named) or by the embedding program. */
struct statement {
    struct session *session;
    struct statement *next; /* of the session's */
    char *name;             /* null: the embedding program's */
    struct arena *arena;
    struct slice text;
    const struct raw_statement *raw; /* null: an empty text, or one whose plan was there */
    bool is_empty;
    struct param_types given;  /* as the client gave them */
    struct cache_entry *entry; /* analysed and planned; null for utilities and until needed */
    struct statement_info info;
    const char *tag;
    bool is_utility;
    bool is_control; /* BEGIN, COMMIT and kin */
    bool from_sql;   /* made by PREPARE */
    int64_t prepared_us;
    /* An execution through statement_open, and where its rows are told. */
    struct portal *portal;
    struct statement_rows *shown;
    /* short_path.c: kept open for entry->program; and the analysed form of BEGIN and kin. */
    struct point *point;
    struct arena *point_arena;
    const struct utility *control;
    uint32_t portal_count; /* bound from it: they need it, though it may be forgotten by name */
    bool is_forgotten;
};

/* What a session knows of a transaction while it is busy with another one (embedded.c). */
struct transaction_aside {
    struct txn *txn, *parked_txn;
    struct catalog *catalog, *parked_catalog;
    struct arena *arena;
    struct portal *portals;
    struct savepoint *savepoint;
    struct deferral deferral;
    enum transaction_state state;
    enum isolation isolation;
    bool is_read_only, is_deferrable, has_snapshot, query_ran;
    int64_t transaction_us;
};

enum portal_kind { PORTAL_QUERY, PORTAL_UTILITY, PORTAL_EMPTY, PORTAL_ROWS };

/* An execution that can stop between rows: the extended protocol's, a cursor's, an embedded
 * statement's. */
struct portal {
    struct session *session;
    struct portal *next;
    char *name;          /* null: an embedding program's, known by its statement alone */
    struct arena *arena; /* its memory and its execution's */
    enum portal_kind kind;
    struct cache_entry *entry; /* held */
    const struct raw_statement *raw;
    struct statement *statement; /* that it was bound from; null: a cursor */
    struct statement_info info;
    uint32_t param_count;
    union datum *params;
    bool *param_nulls;
    struct exec *exec; /* null before the first row and after the last */
    bool is_done, is_started;
    bool is_running;                    /* within a batch: an error then ends it */
    bool is_cursor, is_hold, is_scroll; /* made by DECLARE */
    bool is_held;                       /* its rows have outlived their transaction */
    uint32_t savepoint;                 /* the innermost that it was made in; 0: none */
    struct txn_view view;               /* what it sees, from DECLARE or its first pause on */
    int64_t declared_us;
    const char *sql;
    uint64_t row_count; /* put out so far */
    struct batch rest;  /* rows of the last batch that a row limit cut off */
    uint32_t rest_from;
    struct arena *rest_arena;    /* null until a row limit cuts a batch */
    uint64_t position;           /* a cursor's: the row it stands on; 0 before the first */
    bool is_past;                /* a cursor that keeps no rows: behind the last */
    struct cursor_table *tables; /* whose rows its rows are (cursor.c) */
    bool is_single, has_marks;   /* of one table; FOR UPDATE or SHARE */
    struct arena *row_arena;
    const struct batch *row; /* the row that it stands on, if it keeps none; in row_arena */
    struct row_buffer *rows; /* PORTAL_ROWS, scrollable and held cursors: all rows, kept */

    /* An embedding program's (embedded.c). */
    bool is_paused; /* another statement runs; `view` is what it goes on with */
    bool is_aside;  /* its implicit transaction is `own`, not the session's */
    bool is_cut;    /* its transaction has ended */
    struct transaction_aside own;
    uint32_t rows_at; /* the batch of `rows` that is next */
    uint64_t modified_count;
    /* Of its statement, while paused. */
    int64_t statement_us, deadline_us;
    sqlstate failure_code; /* what went wrong while it was paused; 0: nothing */
    char failure[256];
};

enum commit_step { COMMIT_NONE, COMMIT_QUERY_END, COMMIT_STATEMENT, COMMIT_SYNC, COMMIT_RUN };

struct session {
    struct engine *engine;
    struct session *next, *prev; /* engine->sessions */
    struct branch *branch;
    char *branch_name, *user, *application_name;
    char *client_address, *server_address; /* null: not by an address */
    uint16_t client_port, server_port;
    uint32_t pid;
    struct activity activity; /* what other sessions see it do */
    struct session_sink sink;
    void (*on_commit)(void *object);
    void (*on_block)(void *object);
    struct settings settings;
    char *reported[SETTING_COUNT]; /* what the client was told last */
    bool is_reporting, is_linked;
    struct type_env env;
    struct random random;
    struct db_access access;

    struct arena *arena;           /* the session's life */
    struct arena *query_arena;     /* a simple query's, or until Sync */
    struct arena *txn_arena;       /* reset when the transaction ends */
    struct arena *statement_arena; /* reset when a statement begins */
    struct arena *portal_arena;    /* the next portal's, if one was left; else null */

    struct txn *txn;
    struct catalog *catalog;
    /* An implicit transaction that was over without a trace: the next one (transaction_park). */
    struct txn *parked_txn;
    struct catalog *parked_catalog;
    struct temp_space *temp; /* temp.h; null: no temporary object was ever made */
    struct name_scope scope;
    struct extra_table *extras;           /* seen by this statement only: session/feed.h */
    struct domain_tester *domain_testers; /* in statement_arena: domain_check.c */
    enum transaction_state state;
    bool in_statement;
    bool is_read_only;        /* this transaction */
    enum isolation isolation; /* this transaction's */
    bool is_deferrable;
    bool has_snapshot;           /* a statement has begun in it */
    bool query_ran;              /* one that is not about the transaction itself */
    bool ran_long;               /* something in it took memory that lives as long as it does */
    struct deferral deferral;    /* checks of constraints put off; in txn_arena */
    struct savepoint *savepoint; /* innermost */
    uint64_t path_version;       /* changes with search_path and what else analysis depends on */

    struct statement *statements;
    struct portal *portals;
    struct map currvals; /* sequence oid -> its last value here */
    oid last_sequence;

    _Atomic bool cancel;                 /* the statement is to end */
    _Atomic int cancel_reason;           /* enum cancel_reason */
    const struct session *outer_session; /* that this one works for: its cancel ends it; or null */
    _Atomic int64_t deadline_us;         /* statement_timeout; 0: none */
    int64_t statement_began_us;

    enum commit_step commit_step;
    _Atomic int commit_status;
    _Atomic bool commit_is_done;
    const char *commit_tag;      /* told when the commit is durable */
    struct raw_list *query_list; /* a simple query under way */
    uint32_t query_at;
    struct copy_in *copy_in;      /* COPY FROM STDIN under way */
    struct buf lift_key;          /* lifted.c's: the key of the query at hand */
    struct statement *unfinished; /* being prepared: freed if that fails */
    /* embedded.c: the portal whose statement is under way; the one that keeps a utility's rows. */
    struct portal *reading, *collecting;
    struct transaction_aside outer; /* the session's, while `reading` is in its own */
    bool has_outer;
    struct arena *spare_txn_arena;
    uint64_t modified_count; /* rows changed by the last statement_next execution */

    struct routine_code *routine_codes;     /* bodies of functions: routine_sql.c */
    const struct query_params *body_params; /* of the function's statement under way; or null */
    uint32_t routine_depth;                 /* calls under way within each other */
};

/* The flag that ends what the session runs. */
static inline const _Atomic bool *
session_cancel_flag(const struct session *session)
{
    return session->outer_session != NULL ? &session->outer_session->cancel : &session->cancel;
}

/* For executions: where they put off what is to be checked later. */
static inline struct deferral *
session_deferral(struct session *session)
{
    session->deferral.arena = session->txn_arena;
    return &session->deferral;
}

/* Derives env, path_version and reports from the settings as they are now. */
void session_settings_changed(struct session *session);

enum cancel_reason { CANCEL_USER = 1, CANCEL_TIMEOUT, CANCEL_FATAL };
