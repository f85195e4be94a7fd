/*
 * engine.c: opening and closing a database with what all its sessions share.
 */
#include "base/check.h"
#include "base/clock.h"
#include "base/mem.h"
#include "base/pool.h"
#include "session/session_int.h"
#include "session/statement_cache.h"
#include "session/system_relations.h"

/* What a user should do about a file that cannot be opened. */
static const char *
open_hint(enum status st)
{
    switch (st) {
    case ST_IN_USE:
        return "Another process has the file open. Connect to it with a PostgreSQL client, or stop "
               "it.";
    case ST_NOT_ROWAN:
        return "Give the path of a database file made by rowan, or of a file that does not exist "
               "yet.";
    case ST_VERSION:
        return "The file was made by another version of rowan; open it with that one.";
    case ST_CORRUPT:
        return "Run \"rowan check\" on the file to see what is damaged, and restore a copy.";
    case ST_NO_SPACE:
        return "Free space on the device and start again.";
    case ST_NOT_FOUND:
        return "Check the path.";
    default:
        return NULL;
    }
}

static sqlstate
open_code(enum status st)
{
    switch (st) {
    case ST_IN_USE:
        return SQLSTATE_OBJECT_IN_USE;
    case ST_NOT_FOUND:
        return SQLSTATE_UNDEFINED_FILE;
    case ST_NOT_ROWAN:
    case ST_VERSION:
    case ST_CORRUPT:
        return SQLSTATE_DATA_CORRUPTED;
    case ST_NO_SPACE:
        return SQLSTATE_DISK_FULL;
    case ST_NO_MEMORY:
        return SQLSTATE_OUT_OF_MEMORY;
    default:
        return SQLSTATE_IO_ERROR;
    }
}

static const char *
open_reason(enum status st)
{
    switch (st) {
    case ST_IN_USE:
        return "it is in use by another process";
    case ST_NOT_FOUND:
        return "there is no such file";
    case ST_NOT_ROWAN:
        return "it is not a rowan database file";
    case ST_VERSION:
        return "its format is not known to this version";
    case ST_CORRUPT:
        return "it is damaged";
    case ST_NO_SPACE:
        return "the device is full";
    case ST_NO_MEMORY:
        return "there is not enough memory";
    case ST_READ_ONLY:
        return "it cannot be written to";
    default:
        return "the device failed";
    }
}

static _Noreturn void
raise_open(enum status st, const char *path)
{
    raise_error(.code = open_code(st),
                .message = raise_text("could not open database \"%s\": %s",
                                      path == NULL ? ":memory:" : path, open_reason(st)),
                .hint = open_hint(st));
}

static struct db_options
db_options_of(const struct engine *engine, const struct engine_options *options)
{
    const struct settings *settings = &engine->settings;
    return (struct db_options){
        .store = {.cache_bytes = (uint64_t)settings_int(settings, SETTING_SHARED_BUFFERS) * 8192,
                  .log = options->log},
        .has_threads = options->has_threads,
        .checkpoint_log_bytes = (uint64_t)settings_int(settings, SETTING_MAX_WAL_SIZE) << 20,
        .checkpoint_interval_us = settings_int(settings, SETTING_CHECKPOINT_TIMEOUT) * 1000000,
        .recovery_target_us = settings_int(settings, SETTING_ROWAN_RECOVERY_TARGET) * 1000,
        .deadlock_timeout_us = settings_int(settings, SETTING_DEADLOCK_TIMEOUT) * 1000,
        .commit_delay_us = settings_int(settings, SETTING_COMMIT_DELAY),
    };
}

/* A new file has the branches main and postgres, the one that tools connect to first. */
static enum status
make_first_branches(struct db *db)
{
    static const char *const names[] = {"main", "postgres"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        struct branch *branch;
        enum status st = branch_open(db, names[i], &branch);
        if (st == ST_OK)
            branch_release(branch);
        else if (st != ST_NOT_FOUND)
            return st;
        else
            TRY(branch_create(db, names[i], i == 0 ? NULL : names[0]));
    }
    return ST_OK;
}

static const char *
directory_of(struct arena *arena, const char *path)
{
    const char *slash = strrchr(path, '/');

    if (slash == NULL)
        return ".";
    return slash == path ? "/" : arena_format(arena, "%.*s", (int)(slash - path), path);
}

static void
engine_open_db(struct engine *engine, const struct engine_options *options)
{
    const char *path = options->path;
    if (path != NULL && strcmp(path, ":memory:") == 0)
        path = NULL;
    struct device *device = options->device;
    bool is_read_only = options->is_read_only;
    if (path != NULL && device == NULL) {
        struct device_file_options file = {.is_read_only = options->is_read_only,
                                           .can_create = options->can_create,
                                           .log = options->log};
        enum status st = device_file_open(path, &file, &device);
        if (st == ST_READ_ONLY) {
            log_line(options->log, LOG_WARN,
                     "the file \"%s\" may not be written to; it is open for reading alone", path);
            is_read_only = file.is_read_only = true;
            st = device_file_open(path, &file, &device);
        }
        if (st != ST_OK)
            raise_open(st, path);
        engine->temp_dir = directory_of(engine->arena, path);
    }
    struct db_options db_options = db_options_of(engine, options);
    db_options.store.is_read_only = is_read_only;
    enum status st = db_open(device, &db_options, &engine->db);
    if (st != ST_OK) {
        engine->db = NULL;
        raise_open(st, path);
    }
    uint32_t count;
    struct branch_info *list;
    st = branch_list(engine->db, engine->arena, &list, &count);
    if (st == ST_OK && count == 0 && !is_read_only)
        st = make_first_branches(engine->db);
    if (st != ST_OK)
        raise_open(st, path);
}

static void
engine_fill(struct engine *engine, const struct engine_options *options)
{
    settings_init(&engine->settings);
    for (uint32_t i = 0; i < options->setting_count; i++)
        settings_set(&engine->settings, options->settings[i].name, options->settings[i].value,
                     SETTING_FROM_START, false, 0);
    engine->types = types_new();
    engine->catalogs = engine->types == NULL ? NULL : catalog_cache_new(engine->types);
    engine->statements = statement_cache_new();
    if (engine->catalogs == NULL || engine->statements == NULL)
        raise(SQLSTATE_OUT_OF_MEMORY, "out of memory");
    system_relations_add(engine->catalogs, engine->types);
    catalog_cache_set_sequence_rows(engine->catalogs, &sequence_rows);
    engine->processors = pool_processors();
    if (options->has_threads) {
        engine->pool = pool_new();
        if (engine->pool == NULL)
            raise(SQLSTATE_OUT_OF_MEMORY, "out of memory");
    }
    engine_open_db(engine, options);
    engine->log = options->log;
    engine->next_pid = 1;
    engine->started_us = clock_wall_us();
}

static void
engine_free(struct engine *engine)
{
    pool_free(engine->pool);
    statement_cache_free(engine->statements);
    catalog_cache_free(engine->catalogs);
    types_free(engine->types);
    settings_deinit(&engine->settings);
    mutex_deinit(&engine->mutex);
    arena_free(engine->arena);
    mem_free(engine);
}

bool
engine_open(const struct engine_options *options, struct arena *arena, struct engine **out,
            struct error **error)
{
    static const struct error no_memory = {.severity = SEVERITY_FATAL, .message = "out of memory"};
    *out = NULL;
    struct engine *engine = mem_alloc_zero(sizeof *engine);
    if (engine != NULL)
        engine->arena =
            arena_new(&(struct arena_options){.name = "engine", .on_full = raise_arena_full});
    if (engine == NULL || engine->arena == NULL) {
        mem_free(engine);
        *error = arena_copy(arena, &no_memory, sizeof no_memory);
        (*error)->code = SQLSTATE_OUT_OF_MEMORY;
        return false;
    }
    mutex_init(&engine->mutex);
    struct catch frame;
    if (catch_begin(&frame, arena)) {
        engine_fill(engine, options);
        catch_end(&frame);
        *out = engine;
        return true;
    }
    if (engine->db != NULL)
        db_abandon(engine->db);
    engine_free(engine);
    *error = catch_keep(&frame);
    return false;
}

void
engine_close(struct engine *engine)
{
    check(engine->sessions == NULL);
    statement_cache_clear(engine->statements);
    pool_free(engine->pool);
    engine->pool = NULL;
    enum status st = db_close(engine->db);
    if (st != ST_OK)
        log_line(engine->log, LOG_ERROR,
                 "the database was not closed cleanly (%s); it is recovered at the next start",
                 status_name(st));
    engine_free(engine);
}

void
engine_abandon(struct engine *engine)
{
    check(engine->sessions == NULL);
    statement_cache_clear(engine->statements);
    pool_free(engine->pool);
    engine->pool = NULL;
    db_abandon(engine->db);
    engine_free(engine);
}

struct db *
engine_db(struct engine *engine)
{
    return engine->db;
}

int64_t
engine_setting_number(struct engine *engine, const char *name)
{
    int id = setting_find(name);
    check(id >= 0 && setting_defs[id].kind == SETTING_INT);
    return settings_int(&engine->settings, (enum setting_id)id);
}

const char *
engine_setting(struct engine *engine, const char *name, struct arena *arena)
{
    return settings_show(&engine->settings, name, arena);
}
