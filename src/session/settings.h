/*
 * settings.h: the parameters that SET and SHOW know, by PostgreSQL's names and rules, and Rowan's
 * own.
 *
 * A struct settings holds a value of each, as canonical text and parsed, and undoes changes when a
 * transaction is rolled back (or, for SET LOCAL, ends). Owned by one session (or the engine, for
 * what sessions start from). Functions raise.
 */
#pragma once

#include "base/arena.h"
#include "base/map.h"
#include "session/engine.h"
#include <stdbool.h>
#include <stdint.h>

enum setting_id {
    SETTING_APPLICATION_NAME,
    SETTING_AUTHENTICATION_TIMEOUT,
    SETTING_BYTEA_OUTPUT,
    SETTING_CHECK_FUNCTION_BODIES,
    SETTING_CHECKPOINT_TIMEOUT,
    SETTING_CLIENT_ENCODING,
    SETTING_CLIENT_MIN_MESSAGES,
    SETTING_COMMIT_DELAY,
    SETTING_CONSTRAINT_EXCLUSION,
    SETTING_DATESTYLE,
    SETTING_DEADLOCK_TIMEOUT,
    SETTING_DEFAULT_STATISTICS_TARGET,
    SETTING_DEFAULT_TABLE_ACCESS_METHOD,
    SETTING_DEFAULT_TABLESPACE,
    SETTING_DEFAULT_TEXT_SEARCH_CONFIG,
    SETTING_DEFAULT_TRANSACTION_DEFERRABLE,
    SETTING_DEFAULT_TRANSACTION_ISOLATION,
    SETTING_DEFAULT_TRANSACTION_READ_ONLY,
    SETTING_ENABLE_BITMAPSCAN,
    SETTING_ENABLE_HASHAGG,
    SETTING_ENABLE_HASHJOIN,
    SETTING_ENABLE_INDEXONLYSCAN,
    SETTING_ENABLE_INDEXSCAN,
    SETTING_ENABLE_MATERIAL,
    SETTING_ENABLE_MEMOIZE,
    SETTING_ENABLE_MERGEJOIN,
    SETTING_ENABLE_NESTLOOP,
    SETTING_ENABLE_SEQSCAN,
    SETTING_ENABLE_SORT,
    SETTING_ENABLE_TIDSCAN,
    SETTING_ESCAPE_STRING_WARNING,
    SETTING_EXTRA_FLOAT_DIGITS,
    SETTING_FROM_COLLAPSE_LIMIT,
    SETTING_FSYNC,
    SETTING_GEQO,
    SETTING_IDLE_IN_TRANSACTION_SESSION_TIMEOUT,
    SETTING_IDLE_SESSION_TIMEOUT,
    SETTING_INTEGER_DATETIMES,
    SETTING_INTERVALSTYLE,
    SETTING_IS_SUPERUSER,
    SETTING_JIT,
    SETTING_JIT_ABOVE_COST,
    SETTING_JOIN_COLLAPSE_LIMIT,
    SETTING_LC_COLLATE,
    SETTING_LC_CTYPE,
    SETTING_LC_MESSAGES,
    SETTING_LC_MONETARY,
    SETTING_LC_NUMERIC,
    SETTING_LC_TIME,
    SETTING_LISTEN_ADDRESSES,
    SETTING_LOCK_TIMEOUT,
    SETTING_LOG_MIN_MESSAGES,
    SETTING_MAINTENANCE_WORK_MEM,
    SETTING_MAX_CONNECTIONS,
    SETTING_MAX_IDENTIFIER_LENGTH,
    SETTING_MAX_INDEX_KEYS,
    SETTING_MAX_PARALLEL_WORKERS,
    SETTING_MAX_PARALLEL_WORKERS_PER_GATHER,
    SETTING_MAX_WAL_SIZE,
    SETTING_MIN_PARALLEL_TABLE_SCAN_SIZE,
    SETTING_PARALLEL_SETUP_COST,
    SETTING_PARALLEL_TUPLE_COST,
    SETTING_PLAN_CACHE_MODE,
    SETTING_PORT,
    SETTING_RANDOM_PAGE_COST,
    SETTING_ROLE,
    SETTING_ROWAN_QUERY_MEMORY,
    SETTING_ROWAN_RECOVERY_TARGET,
    SETTING_ROW_SECURITY,
    SETTING_SEARCH_PATH,
    SETTING_SEQ_PAGE_COST,
    SETTING_SERVER_ENCODING,
    SETTING_SERVER_VERSION,
    SETTING_SERVER_VERSION_NUM,
    SETTING_SESSION_AUTHORIZATION,
    SETTING_SHARED_BUFFERS,
    SETTING_STANDARD_CONFORMING_STRINGS,
    SETTING_STATEMENT_TIMEOUT,
    SETTING_SYNCHRONOUS_COMMIT,
    SETTING_TEMP_FILE_LIMIT,
    SETTING_TIMEZONE,
    SETTING_TRANSACTION_DEFERRABLE,
    SETTING_TRANSACTION_ISOLATION,
    SETTING_TRANSACTION_READ_ONLY,
    SETTING_UNIX_SOCKET_DIRECTORIES,
    SETTING_VACUUM_COST_DELAY,
    SETTING_VACUUM_COST_LIMIT,
    SETTING_VACUUM_COST_PAGE_HIT,
    SETTING_WORK_MEM,
    SETTING_XMLOPTION,
    SETTING_COUNT
};

enum setting_kind { SETTING_BOOL, SETTING_INT, SETTING_REAL, SETTING_STRING, SETTING_ENUM };
enum setting_context { SETTING_INTERNAL, SETTING_AT_START, SETTING_BY_USER };
enum setting_unit { UNIT_NONE, UNIT_BYTE, UNIT_KB, UNIT_8KB, UNIT_MB, UNIT_MS, UNIT_S, UNIT_US };

struct setting_def {
    const char *name;
    enum setting_kind kind;
    enum setting_context context;
    enum setting_unit unit; /* of the number without one */
    const char *start;      /* default, as SHOW prints it */
    double min, max;
    const char *choices; /* enums: "a,b,c" */
    bool is_reported;    /* clients are told of changes */
    const char *category, *description;
};

/* Sorted by name; [SETTING_COUNT], indexed by enum setting_id. */
extern const struct setting_def setting_defs[];

union setting_value {
    bool b;
    int64_t i; /* ints, in the setting's unit; enums: the place among the choices */
    double f;
};

struct setting_undo;

struct settings {
    char *text[SETTING_COUNT]; /* null: the default's text */
    union setting_value value[SETTING_COUNT];
    char *start_text[SETTING_COUNT]; /* what RESET goes back to; null: the default */
    struct map custom;               /* hash of "class.name" -> struct custom_setting */
    struct setting_undo *undo;       /* newest first */
};

void settings_init(struct settings *settings);
/* As another's now are: also what RESET goes back to. */
void settings_copy(struct settings *settings, const struct settings *from);
/* RESET goes back to the values as they are now. */
void settings_keep_as_start(struct settings *settings);
void settings_deinit(struct settings *settings);

/* The id of a name in any case; -1 if there is none (it may be a custom one: it has a dot). */
int setting_find(const char *name);
/* The value's canonical text; null: unknown name. */
const char *settings_show(const struct settings *settings, const char *name, struct arena *arena);

enum setting_source { SETTING_FROM_START, SETTING_FROM_SQL, SETTING_FROM_INSIDE };
/* Checks and sets; value null: RESET. 42704, 22023, 55P02. `level`: the savepoint depth, for undo.
 */
void settings_set(struct settings *settings, const char *name, const char *value,
                  enum setting_source source, bool is_local, uint32_t level);
/* The transaction (level 0) or savepoint ends: undoes what it must. */
void settings_commit(struct settings *settings, uint32_t level);
void settings_rollback(struct settings *settings, uint32_t level);

static inline bool
settings_bool(const struct settings *settings, enum setting_id id)
{
    return settings->value[id].b;
}

static inline int64_t
settings_int(const struct settings *settings, enum setting_id id)
{
    return settings->value[id].i;
}

static inline double
settings_real(const struct settings *settings, enum setting_id id)
{
    return settings->value[id].f;
}

static inline const char *
settings_text(const struct settings *settings, enum setting_id id)
{
    return settings->text[id] != NULL ? settings->text[id] : setting_defs[id].start;
}
