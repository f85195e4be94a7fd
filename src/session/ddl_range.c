/*
 * ddl_range.c: CREATE TYPE ... AS RANGE: the range type and its multirange.
 */
#include "base/raise.h"
#include "session/ddl_type.h"
#include "session/scope.h"
#include "session/system_opclass.h"
#include "session/utility_run.h"
#include "type/range_user.h"

/* "multi" before "range" in the name, or "_multirange" behind it; cut to what names may have. */
static const char *
derived_name(struct session *session, const char *name)
{
    struct arena *arena = session->statement_arena;
    const char *range = strstr(name, "range");
    if (range == NULL)
        return arena_format(arena, "%.*s_multirange", (int)(NAME_BYTES_MAX - strlen("_multirange")),
                            name);
    const char *whole = arena_format(arena, "%.*smulti%s", (int)(range - name), name, range);
    return arena_format(arena, "%.*s", NAME_BYTES_MAX, whole);
}

/* Gives way to a new type: arrays of another that have its name get another. */
static void
rename_arrays(struct session *session, oid schema, const char *name)
{
    const struct user_type *type = catalog_find_user_type(session->catalog, schema, name);
    if (type == NULL || type->info.kind == 'c' || strcmp(type->array.name, name) != 0)
        return;
    struct user_type changed = *type;
    changed.array.name = ddl_array_name(session, schema, name);
    catalog_put_user_type(session->catalog, &changed);
}

/* Where the multirange goes, and its name. */
static const struct schema_def *
place_multirange(struct session *session, const struct range_spec *spec,
                 const struct schema_def *schema, const char **name)
{
    if (spec->multirange.name != NULL) {
        const struct schema_def *own = session_target_schema(session, &spec->multirange);
        *name = spec->multirange.name;
        rename_arrays(session, own->schema, *name);
        if (ddl_type_exists(session, own->schema, *name) ||
            (own->schema == schema->schema && strcmp(*name, spec->name.name) == 0))
            raise(SQLSTATE_DUPLICATE_OBJECT, "type \"%s\" already exists", *name);
        return own;
    }
    *name = derived_name(session, spec->name.name);
    if (ddl_type_exists(session, schema->schema, *name))
        raise_error(.code = SQLSTATE_DUPLICATE_OBJECT,
                    .message = raise_text("type \"%s\" already exists", *name),
                    .detail = raise_text("Failed while creating a multirange type for type \"%s\".",
                                         spec->name.name),
                    .hint = "You can manually specify a multirange type name using the "
                            "\"multirange_type_name\" attribute.");
    return schema;
}

/* The type whose class orders the subtype. */
static oid
class_type(struct session *session, oid subtype)
{
    const struct type_info *info = type_get(&session->env, subtype);
    switch (info->kind) {
    case 'e':
        return TYPE_ANYENUM;
    case 'r':
        return TYPE_ANYRANGE;
    case 'm':
        return TYPE_ANYMULTIRANGE;
    case 'c':
        return TYPE_RECORD;
    default:
        return type_contract(&session->env, info);
    }
}

static oid
choose_opclass(struct session *session, const struct range_spec *spec)
{
    oid type = class_type(session, spec->subtype);
    if (spec->opclass == NULL)
        return system_default_opclass(catalog_types(session->catalog), type);
    oid found = system_btree_opclass(catalog_types(session->catalog), spec->opclass, type);
    if (found == OID_NONE)
        raise(SQLSTATE_UNDEFINED_OBJECT,
              "operator class \"%s\" does not exist for access method \"%s\"", spec->opclass,
              "btree");
    return found;
}

static void
put(struct session *session, struct user_type *type, char kind, const char *name, oid array)
{
    struct arena *arena = session->statement_arena;
    for (uint32_t i = 0; i < range_constructor_count(kind); i++)
        type->range.constructor_oids[i] = catalog_new_oid(session->catalog);
    range_type_init(type, kind, array, name, ddl_array_name(session, type->schema, name),
                    type_get(&session->env, type->range.type.subtype)->align, arena);
    catalog_put_user_type(session->catalog, type);
}

void
ddl_create_range(struct session *session, const struct range_spec *spec)
{
    const struct schema_def *schema = session_target_schema(session, &spec->name);
    if (schema->schema == SCHEMA_TEMP)
        raise(SQLSTATE_FEATURE_NOT_SUPPORTED, "temporary types are not supported yet");
    rename_arrays(session, schema->schema, spec->name.name);
    if (ddl_type_exists(session, schema->schema, spec->name.name))
        raise(SQLSTATE_DUPLICATE_OBJECT, "type \"%s\" already exists", spec->name.name);
    const char *multirange_name;
    const struct schema_def *multirange_schema =
        place_multirange(session, spec, schema, &multirange_name);
    oid array = catalog_new_oid(session->catalog);
    struct range_part part = {
        .type = {.range = catalog_new_oid(session->catalog),
                 .multirange = catalog_new_oid(session->catalog),
                 .subtype = spec->subtype,
                 .diff = spec->diff,
                 .collation = spec->collation,
                 .opclass = choose_opclass(session, spec)},
        .range_array = array,
    };
    struct user_type range = {.schema = schema->schema, .owner = ROLE_OWNER, .range = part};
    put(session, &range, 'r', spec->name.name, array);
    struct user_type multirange = {
        .schema = multirange_schema->schema, .owner = ROLE_OWNER, .range = part};
    put(session, &multirange, 'm', multirange_name, catalog_new_oid(session->catalog));
}
