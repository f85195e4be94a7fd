/*
 * system_server.c: pg_database, pg_tablespace, pg_authid, pg_settings and rowan.branches: what
 * there is around the branch.
 */
#include "base/raise.h"
#include "session/session_set.h"
#include "session/system_int.h"
#include "type/values.h"
#include <stdlib.h>

static struct branch_info *
all_branches(struct system_rows *rows, uint32_t *count)
{
    struct branch_info *list;
    enum status st = branch_list(rows->session->engine->db, rows->arena, &list, count);
    if (st != ST_OK)
        raise_status(st, "could not list the branches");
    return list;
}

#define TABLESPACE_DEFAULT 1663

/* ---- pg_database, rowan.branches ---- */

static const char database_columns[] =
    "oid oid, datname name, datdba oid, encoding int4, datlocprovider char, datistemplate bool, "
    "datallowconn bool, datconnlimit int4, datfrozenxid xid, datminmxid xid, dattablespace oid, "
    "datcollate text, datctype text, daticulocale text, datcollversion text, datacl aclitem[]";

static void
fill_database(struct system_rows *rows)
{
    uint32_t count;
    const struct branch_info *list = all_branches(rows, &count);
    for (uint32_t i = 0; i < count; i++) {
        row_begin(rows);
        put_oid(rows, list[i].branch);
        put_text(rows, list[i].name);
        put_oid(rows, ROLE_OWNER);
        put_i32(rows, 6);
        put_char(rows, 'c');
        put_bool(rows, false);
        put_bool(rows, true);
        put_i32(rows, -1);
        put_zeros(rows, 2);
        put_oid(rows, TABLESPACE_DEFAULT);
        put_fixed(rows, "C");
        put_fixed(rows, "C.UTF-8");
    }
}

static const struct made_column branch_columns[] = {
    {"name", TYPE_TEXT}, {"parent", TYPE_TEXT},         {"fork", TYPE_INT8},
    {"head", TYPE_INT8}, {"created", TYPE_TIMESTAMPTZ}, {"own_commits", TYPE_INT8},
};

static int
compare_numbers(const void *a, const void *b)
{
    const struct branch_info *const *left = a, *const *right = b;
    return ((*left)->branch > (*right)->branch) - ((*left)->branch < (*right)->branch);
}

static void
fill_branches(struct system_rows *rows)
{
    uint32_t count;
    const struct branch_info *list = all_branches(rows, &count);
    const struct branch_info **by_number = arena_alloc_array(rows->arena, count, sizeof *by_number);
    for (uint32_t i = 0; i < count; i++)
        by_number[i] = &list[i];
    qsort(by_number, count, sizeof *by_number, compare_numbers);
    for (uint32_t i = 0; i < count; i++) {
        const struct branch_info key = {.branch = list[i].parent}, *of_key = &key;
        const struct branch_info **parent =
            key.branch == 0
                ? NULL
                : bsearch(&of_key, by_number, count, sizeof *by_number, compare_numbers);
        row_begin(rows);
        put_text(rows, list[i].name);
        put_text(rows, parent == NULL ? NULL : (*parent)->name);
        put_i64(rows, (int64_t)list[i].fork);
        put_i64(rows, (int64_t)list[i].head);
        put_i64(rows, list[i].created_us - EPOCH_SHIFT_US);
        put_i64(rows, (int64_t)list[i].own_commits);
    }
}

/* ---- pg_settings ---- */

static const char settings_columns[] =
    "name text, setting text, unit text, category text, short_desc text, extra_desc text, "
    "context text, vartype text, source text, min_val text, max_val text, enumvals text[], "
    "boot_val text, reset_val text, sourcefile text, sourceline int4, pending_restart bool";

static const char *
unit_name(const struct setting_def *def)
{
    static const char *const names[] = {NULL, "B", "kB", "8kB", "MB", "ms", "s", "us"};
    return names[def->unit];
}

/* A number in the setting's unit, without it. */
static const char *
value_text(struct system_rows *rows, int id, const struct setting_def *def)
{
    if (def->kind == SETTING_INT && def->unit != UNIT_NONE)
        return arena_format(rows->arena, "%lld", (long long)rows->session->settings.value[id].i);
    return session_show(rows->session, def->name, rows->arena);
}

/* The choices of an enum, as an array. */
static void
put_choices(struct system_rows *rows, const struct setting_def *def)
{
    if (def->kind != SETTING_ENUM) {
        put_null(rows);
        return;
    }
    const char **choices =
        arena_alloc_array(rows->arena, strlen(def->choices) + 1, sizeof *choices);
    uint32_t count = 0;
    char *at = arena_text(rows->arena, def->choices);
    for (char *word; (word = strsep(&at, ",")) != NULL;)
        choices[count++] = word;
    put_texts(rows, choices, count);
}

static const char *
limit_text(struct system_rows *rows, const struct setting_def *def, double limit)
{
    if (def->kind == SETTING_INT)
        return arena_format(rows->arena, "%.0f", limit);
    return def->kind == SETTING_REAL ? arena_format(rows->arena, "%g", limit) : NULL;
}

static void
fill_settings(struct system_rows *rows)
{
    static const char *const kinds[] = {"bool", "integer", "real", "string", "enum"};
    static const char *const contexts[] = {"internal", "postmaster", "user"};
    for (int id = 0; id < SETTING_COUNT; id++) {
        const struct setting_def *def = &setting_defs[id];
        const char *shown = session_show(rows->session, def->name, rows->arena);
        bool is_default = strcmp(shown, def->start) == 0;
        row_begin(rows);
        put_fixed(rows, def->name);
        put_text(rows, value_text(rows, id, def));
        put_fixed(rows, unit_name(def));
        put_fixed(rows, def->category);
        put_fixed(rows, def->description);
        put_null(rows);
        put_fixed(rows, contexts[def->context]);
        put_fixed(rows, kinds[def->kind]);
        put_fixed(rows, is_default ? "default" : "session");
        put_text(rows, limit_text(rows, def, def->min));
        put_text(rows, limit_text(rows, def, def->max));
        put_choices(rows, def);
        put_text(rows, is_default ? value_text(rows, id, def) : def->start);
        put_text(rows, is_default ? value_text(rows, id, def) : def->start);
        put_nulls(rows, 2);
        put_bool(rows, false);
    }
}

/* ---- pg_authid, pg_tablespace ---- */

static const char authid_columns[] =
    "oid oid, rolname name, rolsuper bool, rolinherit bool, rolcreaterole bool, "
    "rolcreatedb bool, rolcanlogin bool, rolreplication bool, rolbypassrls bool, "
    "rolconnlimit int4, rolpassword text, rolvaliduntil timestamptz";

static void
fill_authid(struct system_rows *rows)
{
    row_begin(rows);
    put_oid(rows, ROLE_OWNER);
    put_fixed(rows, "postgres");
    for (int i = 0; i < 7; i++)
        put_bool(rows, true);
    put_i32(rows, -1);
}

static const char tablespace_columns[] =
    "oid oid, spcname name, spcowner oid, spcacl aclitem[], spcoptions text[]";

static void
fill_tablespace(struct system_rows *rows)
{
    row_begin(rows);
    put_oid(rows, TABLESPACE_DEFAULT);
    put_fixed(rows, "pg_default");
    put_oid(rows, ROLE_OWNER);
}

const struct system_source system_server_sources[] = {
    SYSTEM_RELATION(1262, "pg_database", database_columns, fill_database),
    SYSTEM_RELATION(12104, "pg_settings", settings_columns, fill_settings),
    SYSTEM_RELATION(1260, "pg_authid", authid_columns, fill_authid),
    SYSTEM_RELATION(1213, "pg_tablespace", tablespace_columns, fill_tablespace),
    SYSTEM_SOURCE(13100, SCHEMA_ROWAN, "branches", branch_columns, fill_branches),
};
const uint32_t system_server_source_count =
    sizeof system_server_sources / sizeof *system_server_sources;
