/*
 * scope.c: the session's catalog and search_path as sql's name_scope.
 */
#include "session/scope.h"

#include "base/hash.h"
#include "base/raise.h"
#include "catalog/routine.h"
#include "session/branch_functions.h"
#include "session/feed.h"
#include "session/range_scope.h"
#include "session/session_int.h"
#include "session/temp.h"
#include <strings.h>

/* The next name of a list like `"$user", public`, unquoted and folded as SQL does; false at the
 * end. */
bool
name_list_next(const char **at, struct arena *arena, const char **name)
{
    const char *p = *at;
    while (*p == ' ' || *p == ',' || *p == '\t' || *p == '\n')
        p++;
    if (*p == '\0')
        return false;
    char *to = arena_alloc(arena, strlen(p) + 1);
    *name = to;
    if (*p == '"') {
        for (p++; *p != '\0'; p++) {
            if (*p == '"' && *++p != '"')
                break;
            *to++ = *p;
        }
    } else {
        while (*p != '\0' && *p != ',' && *p != ' ')
            *to++ = (char)(*p >= 'A' && *p <= 'Z' ? *p + 32 : *p), p++;
    }
    *to = '\0';
    *at = p;
    return true;
}

const struct schema_def *
session_find_schema(struct session *session, const char *name)
{
    if (temp_is_alias(name))
        return catalog_schema(session->catalog, SCHEMA_TEMP);
    return catalog_find_schema(session->catalog, name);
}

/*
 * The schemas to search, in order, OID_NONE-terminated, in the statement's arena: the session's
 * temporary one and pg_catalog first, unless the path names them, then those of the path that
 * exist.
 */
const oid *
session_search_path(struct session *session)
{
    const char *at = settings_text(&session->settings, SETTING_SEARCH_PATH);
    size_t room = 4;
    for (const char *p = at; *p != '\0'; p++)
        room += *p == ',';
    struct arena *arena = session->statement_arena;
    oid *path = arena_alloc_array(arena, room, sizeof *path);
    uint32_t count = 0;
    path[count++] = SCHEMA_TEMP;
    path[count++] = SCHEMA_PG_CATALOG;
    bool names_catalog = false;
    bool names_temp = session->temp == NULL;
    const char *name;
    while (name_list_next(&at, arena, &name)) {
        if (strcmp(name, "$user") == 0)
            name = session->user;
        const struct schema_def *schema = session_find_schema(session, name);
        if (schema == NULL)
            continue;
        names_catalog |= schema->schema == SCHEMA_PG_CATALOG;
        names_temp |= schema->schema == SCHEMA_TEMP;
        path[count++] = schema->schema;
    }
    path[count] = OID_NONE;
    if (names_catalog) {
        path[1] = path[0];
        path++;
    }
    return names_temp ? path + 1 : path;
}

static const struct table *
scope_relation(void *object, const char *schema, const char *name)
{
    struct session *session = object;
    const struct extra_table *extra = extra_table_find(session, name, OID_NONE);
    if (extra != NULL)
        return &extra->table;
    if (schema != NULL) {
        const struct schema_def *def = session_find_schema(session, schema);
        return def == NULL ? NULL : catalog_find_relation(session->catalog, def->schema, name);
    }
    for (const oid *path = session_search_path(session); *path != OID_NONE; path++) {
        const struct table *table = catalog_find_relation(session->catalog, *path, name);
        if (table != NULL)
            return table;
    }
    return NULL;
}

static const struct table *
scope_relation_oid(void *object, oid table)
{
    const struct extra_table *extra = extra_table_find(object, NULL, table);
    return extra != NULL ? &extra->table
                         : catalog_table(((struct session *)object)->catalog, table);
}

static const struct sequence_def *
scope_sequence(void *object, oid sequence)
{
    return catalog_sequence(((struct session *)object)->catalog, sequence);
}

static const struct index_def *
scope_index(void *object, oid index)
{
    return catalog_index(((struct session *)object)->catalog, index);
}

static bool
scope_has_schema(void *object, const char *schema)
{
    return temp_is_alias(schema) ||
           catalog_find_schema(((struct session *)object)->catalog, schema) != NULL;
}

static const char *
scope_schema_name(void *object, oid schema)
{
    const struct schema_def *def = catalog_schema(((struct session *)object)->catalog, schema);
    return def == NULL ? NULL : def->name;
}

static const char *
scope_create_schema(void *object)
{
    struct session *session = object;
    const char *at = settings_text(&session->settings, SETTING_SEARCH_PATH);
    const char *name;
    while (name_list_next(&at, session->statement_arena, &name)) {
        if (strcmp(name, "$user") == 0)
            name = session->user;
        if (temp_is_alias(name))
            return "pg_temp";
        const struct schema_def *schema = catalog_find_schema(session->catalog, name);
        if (schema != NULL)
            return schema->name;
    }
    return NULL;
}

static bool
scope_is_visible(void *object, const struct table *table)
{
    const struct table *found = scope_relation(object, NULL, table->name);
    return found != NULL && found->table == table->table;
}

const struct user_type *
scope_user_type(struct session *session, const char *schema, const char *name)
{
    if (schema != NULL) {
        const struct schema_def *def = session_find_schema(session, schema);
        return def == NULL ? NULL : catalog_find_user_type(session->catalog, def->schema, name);
    }
    for (const oid *path = session_search_path(session); *path != OID_NONE; path++) {
        const struct user_type *type = catalog_find_user_type(session->catalog, *path, name);
        if (type != NULL)
            return type;
    }
    return NULL;
}

static const struct type_info *
scope_type_by_name(void *object, const char *schema, const char *name)
{
    const struct user_type *type = scope_user_type(object, schema, name);
    if (type == NULL)
        return NULL;
    return strcmp(type->info.name, name) == 0 ? &type->info : &type->array;
}

static const struct type_info *
scope_type_by_oid(void *object, oid type)
{
    struct session *session = object;
    return session->catalog == NULL ? NULL : catalog_type_info(session->catalog, type);
}

static const char *
scope_type_schema(void *object, oid number, bool *is_visible)
{
    struct session *session = object;
    const struct user_type *type =
        session->catalog == NULL ? NULL : catalog_user_type(session->catalog, number);
    if (type == NULL)
        return NULL;
    const struct user_type *found = scope_user_type(session, NULL, type->info.name);
    *is_visible = found != NULL && found->info.type == type->info.type;
    if (type->schema == SCHEMA_TEMP)
        return "pg_temp";
    const struct schema_def *schema = catalog_schema(session->catalog, type->schema);
    return schema == NULL ? NULL : schema->name;
}

static const struct table *
scope_row_type(void *object, oid type)
{
    struct session *session = object;
    const struct user_type *user =
        session->catalog == NULL ? NULL : catalog_user_type(session->catalog, type);
    bool is_row = user != NULL && user->info.kind == 'c' && user->info.type == type;
    return is_row ? catalog_table(session->catalog, user->composite.relation) : NULL;
}

static bool
is_in_path(struct session *session, oid schema)
{
    for (const oid *path = session_search_path(session); *path != OID_NONE; path++)
        if (*path == schema)
            return true;
    return false;
}

/* Joins two null-terminated lists; either itself where the other is empty. */
static const void *const *
join_lists(struct arena *arena, const void *const *a, const void *const *b)
{
    uint32_t a_count = 0, b_count = 0;
    while (a[a_count] != NULL)
        a_count++;
    while (b[b_count] != NULL)
        b_count++;
    if (a_count == 0 || b_count == 0)
        return a_count == 0 ? b : a;
    const void **all = arena_alloc_array(arena, a_count + b_count + 1, sizeof *all);
    memcpy(all, a, a_count * sizeof *all);
    memcpy(all + a_count, b, (b_count + 1) * sizeof *all);
    return all;
}

typedef const void *const *(*named_list)(struct catalog *catalog, oid schema, const char *name);

/* What users have made of a name, in the schema or along search_path. */
static const void *const *
user_objects(struct session *session, const char *schema, const char *name, named_list named)
{
    static const void *const none[] = {NULL};
    const void *const *found = none;
    if (session->catalog == NULL)
        return none;
    if (schema != NULL) {
        const struct schema_def *def = session_find_schema(session, schema);
        return def == NULL ? none : named(session->catalog, def->schema, name);
    }
    for (const oid *path = session_search_path(session); *path != OID_NONE; path++)
        found = join_lists(session->statement_arena, found, named(session->catalog, *path, name));
    return found;
}

static const void *const *
routines_named(struct catalog *catalog, oid schema, const char *name)
{
    return (const void *const *)catalog_routines_named(catalog, schema, name);
}

static const void *const *
operators_named(struct catalog *catalog, oid schema, const char *name)
{
    return (const void *const *)catalog_operators_named(catalog, schema, name);
}

/* The functions of users, and those of the schema rowan. */
static const struct func_info *const *
scope_funcs(void *object, const char *schema, const char *name)
{
    const struct func_info *const *constructors = range_constructors_named(object, schema, name);
    if (constructors != NULL)
        return constructors;
    const struct func_info *const *own = branch_functions_named(name);
    bool is_found = own[0] != NULL && (schema != NULL ? strcmp(schema, "rowan") == 0
                                                      : is_in_path(object, SCHEMA_ROWAN));
    if (is_found)
        return own;
    return (const struct func_info *const *)user_objects(object, schema, name, routines_named);
}

static const struct func_info *
scope_func_oid(void *object, oid func)
{
    struct session *session = object;
    const struct routine *routine =
        session->catalog == NULL ? NULL : catalog_routine(session->catalog, func);
    if (routine != NULL)
        return &routine->info;
    const struct func_info *constructor = range_constructor(object, func);
    return constructor != NULL ? constructor : branch_function(func);
}

static const struct operator_info *const *
scope_operators(void *object, const char *schema, const char *name)
{
    return (const struct operator_info *const *)user_objects(object, schema, name, operators_named);
}

static const struct cast_info *
scope_cast_between(void *object, oid source, oid target)
{
    struct session *session = object;
    const struct user_cast *cast =
        session->catalog == NULL ? NULL : catalog_cast(session->catalog, source, target);
    return cast == NULL ? range_cast(object, source, target) : &cast->info;
}

static oid
scope_collation(void *object, const char *schema, const char *name)
{
    (void)object;
    if (schema != NULL && strcmp(schema, "pg_catalog") != 0)
        return OID_NONE;
    if (strcmp(name, "default") == 0)
        return 100;
    if (strcmp(name, "C") == 0)
        return 950;
    return strcmp(name, "POSIX") == 0 ? 951 : OID_NONE;
}

static const char *
scope_collation_name(void *object, oid collation)
{
    (void)object;
    return collation == 100   ? "default"
           : collation == 950 ? "C"
           : collation == 951 ? "POSIX"
                              : NULL;
}

static const char *
scope_database_name(void *object)
{
    return ((struct session *)object)->branch_name;
}

void
session_scope_init(struct session *session)
{
    session->scope = (struct name_scope){
        .object = session,
        .types = session->engine->types,
        .env = &session->env,
        .relation = scope_relation,
        .relation_oid = scope_relation_oid,
        .sequence = scope_sequence,
        .index = scope_index,
        .has_schema = scope_has_schema,
        .schema_name = scope_schema_name,
        .create_schema = scope_create_schema,
        .is_visible = scope_is_visible,
        .type = scope_type_by_name,
        .type_oid = scope_type_by_oid,
        .type_schema = scope_type_schema,
        .row_type = scope_row_type,
        .funcs = scope_funcs,
        .func_oid = scope_func_oid,
        .operators = scope_operators,
        .cast = scope_cast_between,
        .collation = scope_collation,
        .collation_name = scope_collation_name,
        .database_name = scope_database_name,
    };
}

/* What plans depend on: the costs and switches of the planner, and how many threads may help. */
static uint64_t
planner_hash(const struct settings *settings, uint64_t hash)
{
    static const enum setting_id ids[] = {
        SETTING_ENABLE_SEQSCAN,
        SETTING_ENABLE_INDEXSCAN,
        SETTING_ENABLE_INDEXONLYSCAN,
        SETTING_ENABLE_NESTLOOP,
        SETTING_ENABLE_HASHJOIN,
        SETTING_ENABLE_MERGEJOIN,
        SETTING_ENABLE_HASHAGG,
        SETTING_ENABLE_SORT,
        SETTING_ENABLE_MATERIAL,
        SETTING_WORK_MEM,
        SETTING_JOIN_COLLAPSE_LIMIT,
        SETTING_FROM_COLLAPSE_LIMIT,
        SETTING_SEQ_PAGE_COST,
        SETTING_RANDOM_PAGE_COST,
        SETTING_PARALLEL_SETUP_COST,
        SETTING_PARALLEL_TUPLE_COST,
        SETTING_MIN_PARALLEL_TABLE_SCAN_SIZE,
        SETTING_MAX_PARALLEL_WORKERS,
        SETTING_MAX_PARALLEL_WORKERS_PER_GATHER,
        SETTING_CONSTRAINT_EXCLUSION,
    };

    for (size_t i = 0; i < sizeof ids / sizeof *ids; i++) {
        double real = 0;
        int64_t number = 0;
        if (setting_defs[ids[i]].kind == SETTING_REAL)
            real = settings_real(settings, ids[i]);
        else if (setting_defs[ids[i]].kind == SETTING_BOOL)
            number = settings_bool(settings, ids[i]);
        else if (setting_defs[ids[i]].kind == SETTING_ENUM)
            hash = hash_bytes_seed(settings_text(settings, ids[i]),
                                   strlen(settings_text(settings, ids[i])), hash);
        else
            number = settings_int(settings, ids[i]);
        hash = hash_bytes_seed(&real, sizeof real, hash);
        hash = hash_bytes_seed(&number, sizeof number, hash);
    }
    return hash;
}

void
session_path_changed(struct session *session)
{
    static const enum setting_id ids[] = {SETTING_SEARCH_PATH,   SETTING_DATESTYLE,
                                          SETTING_INTERVALSTYLE, SETTING_TIMEZONE,
                                          SETTING_BYTEA_OUTPUT,  SETTING_EXTRA_FLOAT_DIGITS};
    uint64_t hash = hash_bytes(session->user, strlen(session->user));
    for (size_t i = 0; i < sizeof ids / sizeof *ids; i++) {
        const char *text = settings_text(&session->settings, ids[i]);
        hash = hash_bytes_seed(text, strlen(text), hash);
    }
    session->path_version = planner_hash(&session->settings, hash);
}

const struct table *
session_find_table(struct session *session, const struct object_name *name)
{
    const struct table *table = scope_relation(session, name->schema, name->name);
    if (table != NULL)
        return table;
    if (name->schema != NULL)
        raise(SQLSTATE_UNDEFINED_TABLE, "relation \"%s.%s\" does not exist", name->schema,
              name->name);
    raise(SQLSTATE_UNDEFINED_TABLE, "relation \"%s\" does not exist", name->name);
}

const struct schema_def *
session_target_schema(struct session *session, const struct object_name *name)
{
    const char *schema = name->schema != NULL ? name->schema : scope_create_schema(session);
    if (schema == NULL)
        raise(SQLSTATE_UNDEFINED_SCHEMA, "no schema has been selected to create in");
    const struct schema_def *def = temp_is_alias(schema)
                                       ? temp_schema(session)
                                       : catalog_find_schema(session->catalog, schema);
    if (def == NULL)
        raise(SQLSTATE_UNDEFINED_SCHEMA, "schema \"%s\" does not exist", schema);
    if (def->schema == SCHEMA_PG_CATALOG || def->schema == SCHEMA_INFORMATION ||
        def->schema == SCHEMA_ROWAN)
        raise_error(.code = SQLSTATE_INSUFFICIENT_PRIVILEGE,
                    .message =
                        raise_text("permission denied to create \"%s.%s\"", def->name, name->name),
                    .detail = "System catalog modifications are currently disallowed.");
    return def;
}
