/*
 * scope.h: what analysis sees of the database: names resolved to tables, types, functions.
 *
 * A struct name_scope is a value full of function pointers that the session fills from its catalog
 * and search_path (unit tests: from tables in C). What a scope hands out is immutable and lives as
 * long as the query made with it; the session keeps its catalog for that time (catalog_keep).
 * A query is valid as long as the scope would answer the same (catalog_version and search_path).
 *
 * Built-in types, functions, operators and casts come from `types`; the scope's own functions are
 * asked for what the user has made. pg_catalog is searched first unless search_path names it.
 */
#pragma once

#include "catalog/table.h"
#include "type/types.h"

/* The numbers of functions of the schema rowan: PostgreSQL gives none of them away. */
#define FUNC_ROWAN_FIRST 8000
#define FUNC_ROWAN_LAST 8099

/*
 * Look-ups. `schema` null: along search_path. Not found: null, OID_NONE or an empty array; they
 * raise for other reasons only (privileges, storage). Function pointers may be null: nothing there.
 */
struct name_scope {
    void *object; /* the scope's own, passed to each function */
    const struct types *types;
    const struct type_env *env;

    /* Any relation: tables, views, indexes, sequences. */
    const struct table *(*relation)(void *object, const char *schema, const char *name);
    const struct table *(*relation_oid)(void *object, oid table);
    const struct sequence_def *(*sequence)(void *object, oid sequence);
    const struct index_def *(*index)(void *object, oid index);
    bool (*has_schema)(void *object, const char *schema);
    const char *(*schema_name)(void *object, oid schema);
    /* The schema that new objects go to; null: none (3F000). */
    const char *(*create_schema)(void *object);
    /* True if the relation is found by its bare name: it needs no schema in deparsed text. */
    bool (*is_visible)(void *object, const struct table *table);

    /* What the user has made, beyond `types`. */
    const struct type_info *(*type)(void *object, const char *schema, const char *name);
    const struct type_info *(*type_oid)(void *object, oid type);
    /* The name of the schema of a user's type, and whether the type needs it to be found. */
    const char *(*type_schema)(void *object, oid type, bool *is_visible);
    /* A composite type's columns (a table's row type too); null if it has none. */
    const struct table *(*row_type)(void *object, oid type);
    /* Null-terminated arrays, in search_path order. */
    const struct func_info *const *(*funcs)(void *object, const char *schema, const char *name);
    const struct operator_info *const *(*operators)(void *object, const char *schema,
                                                    const char *name);
    const struct func_info *(*func_oid)(void *object, oid func);
    const struct cast_info *(*cast)(void *object, oid source, oid target);

    oid (*collation)(void *object, const char *schema, const char *name);
    const char *(*collation_name)(void *object, oid collation);
    const char *(*database_name)(void *object);
};

/* ---- the same, with the built-in tables before them. Null: none. ---- */

const struct type_info *scope_type(const struct name_scope *scope, oid type);
const struct type_info *scope_type_named(const struct name_scope *scope, const char *schema,
                                         const char *name);
const struct func_info *scope_func(const struct name_scope *scope, oid func);
const struct cast_info *scope_cast(const struct name_scope *scope, oid source, oid target);
/* Null-terminated arrays, never null; built-in ones count as pg_catalog's. */
const struct func_info *const *scope_funcs_builtin(const struct name_scope *scope,
                                                   const char *schema, const char *name);
const struct func_info *const *scope_funcs_user(const struct name_scope *scope, const char *schema,
                                                const char *name);
const struct operator_info *const *scope_operators_builtin(const struct name_scope *scope,
                                                           const char *schema, const char *name);
const struct operator_info *const *scope_operators_user(const struct name_scope *scope,
                                                        const char *schema, const char *name);
/* format_type for any type of the scope, in `arena`. */
const char *scope_type_text(const struct name_scope *scope, struct arena *arena, oid type,
                            int32_t typmod);
/* The same with the schema of a user's type in any case: text that is stored. */
const char *scope_type_full_text(const struct name_scope *scope, struct arena *arena, oid type,
                                 int32_t typmod);
