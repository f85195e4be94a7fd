/*
 * database.c: branches under SQL's name for them: CREATE, DROP and ALTER DATABASE.
 */
#include "base/clock.h"
#include "base/raise.h"
#include "session/utility_run.h"
#include <strings.h>

#define DEFAULT_TEMPLATE "main"
/* How long, and how often, a session that has just been closed is waited for. */
#define IN_USE_US 1000000
#define IN_USE_LOOK_US 10000

static void
check_name(const char *name)
{
    if (*name == '\0' || strlen(name) > BRANCH_NAME_BYTES_MAX)
        raise(SQLSTATE_INVALID_NAME, "a database's name has 1 to %d bytes", BRANCH_NAME_BYTES_MAX);
}

/* Options that say what is so anyway are fine; others cannot be had. */
static void
check_option(const struct option *option)
{
    const char *value = option->value == NULL ? "" : option->value;
    if (strcmp(option->name, "owner") == 0 || strcmp(option->name, "template") == 0 ||
        strcasecmp(value, "default") == 0 || *value == '\0')
        return;
    if (strcmp(option->name, "encoding") == 0 &&
        (strcasecmp(value, "utf8") == 0 || strcasecmp(value, "utf-8") == 0))
        return;
    if ((strcmp(option->name, "lc_collate") == 0 || strcmp(option->name, "lc_ctype") == 0 ||
         strcmp(option->name, "locale") == 0) &&
        (strcmp(value, "C") == 0 || strcasecmp(value, "C.UTF-8") == 0))
        return;
    if ((strcmp(option->name, "connection_limit") == 0 && strcmp(value, "-1") == 0) ||
        strcmp(option->name, "strategy") == 0)
        return;
    raise_error(.code = SQLSTATE_FEATURE_NOT_SUPPORTED,
                .message =
                    raise_text("database option \"%s\" cannot be \"%s\"", option->name, value),
                .hint = "All databases are UTF8 with the collation C.");
}

void
database_create(struct session *session, const struct create_database *create)
{
    const char *source = DEFAULT_TEMPLATE;
    check_name(create->name);
    for (uint32_t i = 0; i < create->options.count; i++) {
        const struct option *option = &create->options.options[i];
        check_option(option);
        if (strcmp(option->name, "template") == 0 && option->value != NULL &&
            strcasecmp(option->value, "default") != 0)
            source = option->value;
    }
    /* PostgreSQL's empty templates: scripts name them to get an empty database. */
    if (strcmp(source, "template0") == 0 || strcmp(source, "template1") == 0)
        source = DEFAULT_TEMPLATE;
    enum status st = branch_create(session->engine->db, create->name, source);
    if (st == ST_EXISTS)
        raise(SQLSTATE_DUPLICATE_DATABASE, "database \"%s\" already exists", create->name);
    if (st == ST_NOT_FOUND)
        raise(SQLSTATE_INVALID_CATALOG_NAME, "template database \"%s\" does not exist", source);
    if (st != ST_OK)
        raise_status(st, "could not create database \"%s\"", create->name);
}

/* A client that has said goodbye is gone a moment later: its session is given that moment. */
static enum status
drop_patiently(struct session *session, const char *name)
{
    int64_t until_us = clock_monotonic_us() + IN_USE_US;
    enum status st = branch_drop(session->engine->db, name);
    if (st == ST_IN_USE && session->on_block != NULL)
        session->on_block(session->sink.object);
    while (st == ST_IN_USE && !session->cancel && clock_monotonic_us() < until_us) {
        clock_sleep_us(IN_USE_LOOK_US);
        st = branch_drop(session->engine->db, name);
    }
    return st;
}

void
database_drop(struct session *session, const struct drop_database *drop)
{
    if (drop->is_force)
        raise_error(.code = SQLSTATE_FEATURE_NOT_SUPPORTED,
                    .message = "DROP DATABASE ... WITH (FORCE) is not supported yet",
                    .hint = "End the database's sessions first.");
    if (strcmp(drop->name, session->branch_name) == 0)
        raise(SQLSTATE_OBJECT_IN_USE, "cannot drop the currently open database");
    enum status st = drop_patiently(session, drop->name);
    if (st == ST_NOT_FOUND && drop->if_exists) {
        notice(SEVERITY_NOTICE, SQLSTATE_SUCCESSFUL_COMPLETION,
               "database \"%s\" does not exist, skipping", drop->name);
        return;
    }
    if (st == ST_NOT_FOUND)
        raise(SQLSTATE_INVALID_CATALOG_NAME, "database \"%s\" does not exist", drop->name);
    if (st == ST_IN_USE)
        raise_error(.code = SQLSTATE_OBJECT_IN_USE,
                    .message =
                        raise_text("database \"%s\" is being accessed by other users", drop->name),
                    .hint = "End the database's sessions first.");
    if (st != ST_OK)
        raise_status(st, "could not drop database \"%s\"", drop->name);
}

void
database_rename(struct session *session, const char *name, const char *new_name)
{
    check_name(new_name);
    if (strcmp(name, session->branch_name) == 0)
        raise(SQLSTATE_FEATURE_NOT_SUPPORTED, "current database cannot be renamed");
    enum status st = branch_rename(session->engine->db, name, new_name);
    if (st == ST_NOT_FOUND)
        raise(SQLSTATE_INVALID_CATALOG_NAME, "database \"%s\" does not exist", name);
    if (st == ST_EXISTS)
        raise(SQLSTATE_DUPLICATE_DATABASE, "database \"%s\" already exists", new_name);
    if (st == ST_IN_USE)
        raise(SQLSTATE_OBJECT_IN_USE, "database \"%s\" is being accessed by other users", name);
    if (st != ST_OK)
        raise_status(st, "could not rename database \"%s\"", name);
}
