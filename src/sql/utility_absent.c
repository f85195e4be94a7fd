/*
 * utility_absent.c: DROP of kinds of objects that no database here has: rules, triggers,
 * conversions, operator classes and others of which users cannot make any. Whatever is named
 * does not exist, and is told as PostgreSQL tells it; what is built in cannot be dropped.
 */
#include "sql/utility_int.h"

struct absent_kind {
    PgQuery__ObjectType type;
    const char *noun, *tag;
};

static const struct absent_kind kinds[] = {
    {PG_QUERY__OBJECT_TYPE__OBJECT_COLLATION, "collation", "DROP COLLATION"},
    {PG_QUERY__OBJECT_TYPE__OBJECT_CONVERSION, "conversion", "DROP CONVERSION"},
    {PG_QUERY__OBJECT_TYPE__OBJECT_EXTENSION, "extension", "DROP EXTENSION"},
    {PG_QUERY__OBJECT_TYPE__OBJECT_LANGUAGE, "language", "DROP LANGUAGE"},
    {PG_QUERY__OBJECT_TYPE__OBJECT_TSPARSER, "text search parser", "DROP TEXT SEARCH PARSER"},
    {PG_QUERY__OBJECT_TYPE__OBJECT_TSDICTIONARY, "text search dictionary",
     "DROP TEXT SEARCH DICTIONARY"},
    {PG_QUERY__OBJECT_TYPE__OBJECT_TSTEMPLATE, "text search template", "DROP TEXT SEARCH TEMPLATE"},
    {PG_QUERY__OBJECT_TYPE__OBJECT_TSCONFIGURATION, "text search configuration",
     "DROP TEXT SEARCH CONFIGURATION"},
    {PG_QUERY__OBJECT_TYPE__OBJECT_FDW, "foreign-data wrapper", "DROP FOREIGN DATA WRAPPER"},
    {PG_QUERY__OBJECT_TYPE__OBJECT_FOREIGN_SERVER, "server", "DROP SERVER"},
    {PG_QUERY__OBJECT_TYPE__OBJECT_FOREIGN_TABLE, "foreign table", "DROP FOREIGN TABLE"},
    {PG_QUERY__OBJECT_TYPE__OBJECT_ACCESS_METHOD, "access method", "DROP ACCESS METHOD"},
    {PG_QUERY__OBJECT_TYPE__OBJECT_EVENT_TRIGGER, "event trigger", "DROP EVENT TRIGGER"},
    {PG_QUERY__OBJECT_TYPE__OBJECT_PUBLICATION, "publication", "DROP PUBLICATION"},
    {PG_QUERY__OBJECT_TYPE__OBJECT_OPCLASS, "operator class", "DROP OPERATOR CLASS"},
    {PG_QUERY__OBJECT_TYPE__OBJECT_OPFAMILY, "operator family", "DROP OPERATOR FAMILY"},
    {PG_QUERY__OBJECT_TYPE__OBJECT_RULE, "rule", "DROP RULE"},
    {PG_QUERY__OBJECT_TYPE__OBJECT_TRIGGER, "trigger", "DROP TRIGGER"},
};

struct absent {
    struct analysis *an;
    const struct absent_kind *kind;
    bool if_exists;
};

/* What is missing: an error, or a notice and on with the next. */
static void
tell(const struct absent *a, sqlstate code, const char *message)
{
    if (!a->if_exists)
        fail(a->an, -1, code, "%s", message);
    notice(SEVERITY_NOTICE, SQLSTATE_SUCCESSFUL_COMPLETION, "%s, skipping", message);
}

/* True, and told, if the schema that was written is not there. */
static bool
misses_schema(const struct absent *a, const char *schema)
{
    const struct name_scope *scope = a->an->scope;
    if (schema == NULL || scope->has_schema == NULL || scope->has_schema(scope->object, schema))
        return false;
    tell(a, SQLSTATE_UNDEFINED_SCHEMA,
         arena_format(a->an->arena, "schema \"%s\" does not exist", schema));
    return true;
}

static bool
is_listed(const char *name, const char *const *list)
{
    for (; *list != NULL; list++)
        if (strcmp(name, *list) == 0)
            return true;
    return false;
}

static bool
is_builtin(const struct absent *a, const char *name)
{
    static const char *const languages[] = {"sql", "internal", "c", NULL};
    static const char *const methods[] = {"btree", "hash",   "gin",  "gist",
                                          "brin",  "spgist", "heap", NULL};
    static const char *const searches[] = {"simple", "default", "english", NULL};
    const struct name_scope *scope = a->an->scope;
    switch (a->kind->type) {
    case PG_QUERY__OBJECT_TYPE__OBJECT_COLLATION:
        return scope->collation != NULL && scope->collation(scope->object, NULL, name) != OID_NONE;
    case PG_QUERY__OBJECT_TYPE__OBJECT_LANGUAGE:
        return is_listed(name, languages);
    case PG_QUERY__OBJECT_TYPE__OBJECT_ACCESS_METHOD:
        return is_listed(name, methods);
    case PG_QUERY__OBJECT_TYPE__OBJECT_TSPARSER:
    case PG_QUERY__OBJECT_TYPE__OBJECT_TSTEMPLATE:
    case PG_QUERY__OBJECT_TYPE__OBJECT_TSDICTIONARY:
    case PG_QUERY__OBJECT_TYPE__OBJECT_TSCONFIGURATION:
        return is_listed(name, searches);
    default:
        return false;
    }
}

static void
drop_named(const struct absent *a, const PgQuery__Node *node)
{
    struct analysis *an = a->an;
    struct object_name name = {.name = tree_string(node), .at = -1};
    if (node->node_case == PG_QUERY__NODE__NODE_LIST)
        name = object_name(an, tree_list(node), -1);
    if (misses_schema(a, name.schema))
        return;
    if (is_builtin(a, name.name))
        fail(an, -1, SQLSTATE_DEPENDENT_OBJECTS_STILL_EXIST,
             "cannot drop %s %s because it is required by the database system", a->kind->noun,
             name.name);
    tell(a, SQLSTATE_UNDEFINED_OBJECT,
         arena_format(an->arena, "%s \"%s\" does not exist", a->kind->noun,
                      dotted_name(an, name.schema, name.name)));
}

/* Operator classes and families: the access method, then the name. */
static void
drop_of_method(const struct absent *a, struct nodes names)
{
    static const char *const methods[] = {"btree", "hash", "gin", "gist", "brin", "spgist", NULL};
    struct analysis *an = a->an;
    const char *method = tree_string(names.items[0]);
    struct object_name name = object_name(an, (struct nodes){names.count - 1, names.items + 1}, -1);
    if (!is_listed(method, methods))
        fail(an, -1, SQLSTATE_UNDEFINED_OBJECT, "access method \"%s\" does not exist", method);
    if (misses_schema(a, name.schema))
        return;
    tell(a, SQLSTATE_UNDEFINED_OBJECT,
         arena_format(an->arena, "%s \"%s\" does not exist for access method \"%s\"", a->kind->noun,
                      dotted_name(an, name.schema, name.name), method));
}

/* Rules and triggers: the relation, then the name. */
static void
drop_of_relation(const struct absent *a, struct nodes names)
{
    struct analysis *an = a->an;
    const struct name_scope *scope = an->scope;
    const char *part = tree_string(names.items[names.count - 1]);
    names.count--;
    struct object_name name = object_name(an, names, -1);
    if (misses_schema(a, name.schema))
        return;
    const struct table *table =
        scope->relation == NULL ? NULL : scope->relation(scope->object, name.schema, name.name);
    if (table == NULL) {
        tell(a, SQLSTATE_UNDEFINED_TABLE,
             arena_format(an->arena, "relation \"%s\" does not exist",
                          dotted_name(an, name.schema, name.name)));
        return;
    }
    bool is_trigger = a->kind->type == PG_QUERY__OBJECT_TYPE__OBJECT_TRIGGER;
    tell(a, SQLSTATE_UNDEFINED_OBJECT,
         arena_format(an->arena, "%s \"%s\" for %s \"%s\" does not exist", a->kind->noun, part,
                      is_trigger && !a->if_exists ? "table" : "relation", table->name));
}

bool
bind_drop_absent(struct analysis *an, struct utility *u, const PgQuery__DropStmt *stmt)
{
    struct absent a = {.an = an, .if_exists = stmt->missing_ok};
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        if (kinds[i].type == stmt->remove_type)
            a.kind = &kinds[i];
    if (a.kind == NULL)
        return false;
    u->kind = UTILITY_DROP;
    u->tag = a.kind->tag;
    u->drop = (struct drop){.object = OBJECT_KIND_TABLE};
    for (size_t i = 0; i < stmt->n_objects; i++) {
        switch (a.kind->type) {
        case PG_QUERY__OBJECT_TYPE__OBJECT_OPCLASS:
        case PG_QUERY__OBJECT_TYPE__OBJECT_OPFAMILY:
            drop_of_method(&a, tree_list(stmt->objects[i]));
            break;
        case PG_QUERY__OBJECT_TYPE__OBJECT_RULE:
        case PG_QUERY__OBJECT_TYPE__OBJECT_TRIGGER:
            drop_of_relation(&a, tree_list(stmt->objects[i]));
            break;
        default:
            drop_named(&a, stmt->objects[i]);
        }
    }
    return true;
}
