/*
 * engine.h: a database file served: the open db, the built-in types, the catalog cache, the
 * statement cache and the settings that all sessions start from. A value; two of them can live in
 * one process. Any thread.
 */
#pragma once

#include "base/arena.h"
#include "base/log.h"
#include "base/raise.h"
#include "txn/db.h"

struct engine;

/* A setting given from outside: configuration file, environment, flag. */
struct setting_text {
    const char *name, *value;
};

struct engine_options {
    const char *path; /* null or ":memory:": in memory */
    /* Not null: the database is on this device, which is taken over, also on failure. The path then
     * is a name for messages alone. */
    struct device *device;
    bool can_create;
    bool is_read_only;
    bool has_threads;           /* writer and checkpointer as threads; else inline (embedded) */
    const struct log_sink *log; /* outlives the engine; may be null */
    uint32_t setting_count;
    const struct setting_text
        *settings; /* shared_buffers, synchronous_commit, ...; unknown ones refuse the start */
};

/*
 * Opens, recovers and, for a new file, makes the branches main and postgres. On failure *engine is
 * null and *error tells why (in `arena`), with what to do about it: file in use, not a database,
 * other version, damaged, no permission.
 */
MUST_CHECK bool engine_open(const struct engine_options *options, struct arena *arena,
                            struct engine **engine, struct error **error);
/* Sessions must be gone. Leaves one file. */
void engine_close(struct engine *engine);
/* As a crash would. */
void engine_abandon(struct engine *engine);
struct db *engine_db(struct engine *engine);
/* The value of a setting as sessions start with it; null: unknown. Copied into `arena`. */
const char *engine_setting(struct engine *engine, const char *name, struct arena *arena);
/* An integer setting's, in the setting's own unit. It must be there. */
int64_t engine_setting_number(struct engine *engine, const char *name);

/* Cancels statements past their timeout. True: there are more deadlines to come, so call again soon
 * (some 10 ms). */
bool engine_tick(struct engine *engine);
/* Cancels what the session of that number runs, or ends the session; false: there is none. */
bool engine_cancel(struct engine *engine, uint32_t pid, bool is_fatal);
