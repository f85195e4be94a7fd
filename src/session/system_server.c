/*
 * system_server.c: pg_database, pg_settings, pg_roles, pg_tables and rowan.branches: what there is
 * around the branch.
 */
#include "base/raise.h"
#include "session/session_set.h"
#include "session/system_int.h"
#include "type/values.h"

static struct branch_info *
all_branches(struct system_rows *rows, uint32_t *count)
{
    struct branch_info *list;
    enum status st = branch_list(rows->session->engine->db, rows->arena, &list, count);
    if (st != ST_OK)
        raise_status(st, "could not list the branches");
    return list;
}

/* ---- pg_database, rowan.branches ---- */

static const struct made_column database_columns[] = {
    {"oid", TYPE_OID},           {"datname", TYPE_NAME},        {"datdba", TYPE_OID},
    {"encoding", TYPE_INT4},     {"datlocprovider", TYPE_CHAR}, {"datistemplate", TYPE_BOOL},
    {"datallowconn", TYPE_BOOL}, {"datconnlimit", TYPE_INT4},   {"dattablespace", TYPE_OID},
    {"datcollate", TYPE_TEXT},   {"datctype", TYPE_TEXT},       {"daticulocale", TYPE_TEXT},
    {"datacl", TYPE_TEXT},
};

static void
fill_database(struct system_rows *rows)
{
    uint32_t count;
    const struct branch_info *list = all_branches(rows, &count);
    for (uint32_t i = 0; i < count; i++) {
        row_begin(rows);
        put_oid(rows, list[i].branch);
        put_text(rows, list[i].name);
        put_oid(rows, 10);
        put_i32(rows, 6);
        put_char(rows, 'c');
        put_bool(rows, false);
        put_bool(rows, true);
        put_i32(rows, -1);
        put_oid(rows, 1663);
        put_text(rows, "C");
        put_text(rows, "C.UTF-8");
    }
}

static const struct made_column branch_columns[] = {
    {"name", TYPE_TEXT}, {"parent", TYPE_TEXT},         {"fork", TYPE_INT8},
    {"head", TYPE_INT8}, {"created", TYPE_TIMESTAMPTZ}, {"own_commits", TYPE_INT8},
};

static void
fill_branches(struct system_rows *rows)
{
    uint32_t count;
    const struct branch_info *list = all_branches(rows, &count);
    for (uint32_t i = 0; i < count; i++) {
        const char *parent = NULL;
        for (uint32_t k = 0; k < count && list[i].parent != 0; k++)
            if (list[k].branch == list[i].parent)
                parent = list[k].name;
        row_begin(rows);
        put_text(rows, list[i].name);
        put_text(rows, parent);
        put_i64(rows, (int64_t)list[i].fork);
        put_i64(rows, (int64_t)list[i].head);
        put_i64(rows, list[i].created_us - EPOCH_SHIFT_US);
        put_i64(rows, (int64_t)list[i].own_commits);
    }
}

/* ---- pg_settings ---- */

static const struct made_column setting_columns[] = {
    {"name", TYPE_TEXT},      {"setting", TYPE_TEXT},    {"unit", TYPE_TEXT},
    {"category", TYPE_TEXT},  {"short_desc", TYPE_TEXT}, {"context", TYPE_TEXT},
    {"vartype", TYPE_TEXT},   {"source", TYPE_TEXT},     {"boot_val", TYPE_TEXT},
    {"reset_val", TYPE_TEXT},
};

static void
fill_settings(struct system_rows *rows)
{
    static const char *const kinds[] = {"bool", "integer", "real", "string", "enum"};
    static const char *const contexts[] = {"internal", "postmaster", "user"};
    for (int id = 0; id < SETTING_COUNT; id++) {
        const struct setting_def *def = &setting_defs[id];
        const char *value = session_show(rows->session, def->name, rows->arena);
        row_begin(rows);
        put_text(rows, def->name);
        put_text(rows, value);
        put_null(rows);
        put_text(rows, def->category);
        put_text(rows, def->description);
        put_text(rows, contexts[def->context]);
        put_text(rows, kinds[def->kind]);
        put_text(rows, strcmp(value, def->start) == 0 ? "default" : "session");
        put_text(rows, def->start);
        put_text(rows, def->start);
    }
}

/* ---- pg_roles ---- */

static const struct made_column role_columns[] = {
    {"rolname", TYPE_NAME},        {"rolsuper", TYPE_BOOL},     {"rolinherit", TYPE_BOOL},
    {"rolcreaterole", TYPE_BOOL},  {"rolcreatedb", TYPE_BOOL},  {"rolcanlogin", TYPE_BOOL},
    {"rolreplication", TYPE_BOOL}, {"rolconnlimit", TYPE_INT4}, {"oid", TYPE_OID},
};

static void
fill_roles(struct system_rows *rows)
{
    row_begin(rows);
    put_text(rows, "postgres");
    for (int i = 0; i < 5; i++)
        put_bool(rows, true);
    put_bool(rows, false);
    put_i32(rows, -1);
    put_oid(rows, 10);
}

/* ---- pg_tables ---- */

static const struct made_column table_columns[] = {
    {"schemaname", TYPE_NAME},  {"tablename", TYPE_NAME},   {"tableowner", TYPE_NAME},
    {"tablespace", TYPE_NAME},  {"hasindexes", TYPE_BOOL},  {"hasrules", TYPE_BOOL},
    {"hastriggers", TYPE_BOOL}, {"rowsecurity", TYPE_BOOL},
};

static void
fill_tables(struct system_rows *rows)
{
    uint32_t count;
    const struct table **tables = catalog_relations(rows->catalog, rows->arena, &count);
    for (uint32_t i = 0; i < count; i++) {
        if (tables[i]->kind != TABLE_PLAIN && tables[i]->kind != TABLE_VIRTUAL)
            continue;
        row_begin(rows);
        put_text(rows, tables[i]->schema_name);
        put_text(rows, tables[i]->name);
        put_text(rows, "postgres");
        put_null(rows);
        put_bool(rows, tables[i]->index_count != 0);
        for (int k = 0; k < 3; k++)
            put_bool(rows, false);
    }
}

const struct system_source system_server_sources[] = {
    SYSTEM_SOURCE(1262, SCHEMA_PG_CATALOG, "pg_database", database_columns, fill_database),
    SYSTEM_SOURCE(12000, SCHEMA_PG_CATALOG, "pg_roles", role_columns, fill_roles),
    SYSTEM_SOURCE(12001, SCHEMA_PG_CATALOG, "pg_settings", setting_columns, fill_settings),
    SYSTEM_SOURCE(12002, SCHEMA_PG_CATALOG, "pg_tables", table_columns, fill_tables),
    SYSTEM_SOURCE(13100, SCHEMA_ROWAN, "branches", branch_columns, fill_branches),
};
const uint32_t system_server_source_count =
    sizeof system_server_sources / sizeof *system_server_sources;
