/*
 * ddl_type.c: CREATE TYPE ... AS ENUM, ALTER TYPE of an enum, what DROP TYPE names.
 *
 * A label's place in the order is a number that never changes, for values hold it: one that comes
 * between two others gets a number between theirs.
 */
#include "session/ddl_type.h"
#include "base/raise.h"
#include "session/ddl_rebind.h"
#include "session/scope.h"
#include "session/utility_run.h"

#define LABEL_BYTES_MAX 63

/* ---- making ---- */

static void
check_label(const char *label)
{
    if (strlen(label) > LABEL_BYTES_MAX)
        raise_error(.code = SQLSTATE_INVALID_NAME,
                    .message = raise_text("invalid enum label \"%s\"", label),
                    .detail = raise_text("Labels must be %d bytes or less.", LABEL_BYTES_MAX));
}

bool
ddl_type_exists(struct session *session, oid schema, const char *name)
{
    /* Arrays of row types have no names that could not be given away. */
    const struct user_type *type = catalog_find_user_type(session->catalog, schema, name);
    bool is_taken = type != NULL && (type->info.kind != 'c' || strcmp(type->info.name, name) == 0);
    return is_taken || catalog_find_relation(session->catalog, schema, name) != NULL;
}

const char *
ddl_array_name(struct session *session, oid schema, const char *name)
{
    const char *found = name;
    do {
        found = arena_format(session->statement_arena, "_%.*s", LABEL_BYTES_MAX - 1, found);
    } while (ddl_type_exists(session, schema, found));
    return found;
}

void
ddl_create_enum(struct session *session, const struct enum_spec *spec)
{
    const struct schema_def *schema = session_target_schema(session, &spec->name);
    if (schema->schema == SCHEMA_TEMP)
        raise(SQLSTATE_FEATURE_NOT_SUPPORTED, "temporary types are not supported yet");
    if (ddl_type_exists(session, schema->schema, spec->name.name))
        raise(SQLSTATE_DUPLICATE_OBJECT, "type \"%s\" already exists", spec->name.name);
    uint32_t count = spec->labels.count;
    struct enum_label *labels =
        arena_alloc_array(session->statement_arena, count + 1u, sizeof *labels);
    for (uint32_t i = 0; i < count; i++) {
        const char *label = spec->labels.names[i];
        check_label(label);
        for (uint32_t j = 0; j < i; j++) {
            if (strcmp(labels[j].name, label) == 0)
                raise(SQLSTATE_UNIQUE_VIOLATION, "duplicate key value violates unique constraint "
                                                 "\"pg_enum_typid_label_index\"");
        }
        labels[i] = (struct enum_label){
            .label = catalog_new_oid(session->catalog), .order = (float)(i + 1), .name = label};
    }
    struct user_type type = {.schema = schema->schema, .owner = ROLE_OWNER};
    type.enumeration.label_count = count;
    type.enumeration.labels = labels;
    oid number = catalog_new_oid(session->catalog), array = catalog_new_oid(session->catalog);
    enum_type_init(&type, number, array, spec->name.name,
                   ddl_array_name(session, schema->schema, spec->name.name));
    catalog_put_user_type(session->catalog, &type);
}

/* ---- changing ---- */

_Noreturn void
ddl_fail_no_type(const struct object_name *name)
{
    raise(SQLSTATE_UNDEFINED_OBJECT, "type \"%s%s%s\" does not exist",
          name->schema == NULL ? "" : name->schema, name->schema == NULL ? "" : ".", name->name);
}

static const struct user_type *
get_type(struct session *session, const struct object_name *name)
{
    const struct user_type *type = scope_user_type(session, name->schema, name->name);
    if (type != NULL && type->info.kind == 'e' && strcmp(type->info.name, name->name) == 0)
        return type;
    if (type != NULL || scope_type_named(&session->scope, name->schema, name->name) != NULL)
        raise(SQLSTATE_WRONG_OBJECT_TYPE, "\"%s\" is not an enum", name->name);
    ddl_fail_no_type(name);
}

/* The label's place; UINT32_MAX: there is none. */
static uint32_t
find_label(const struct user_type *type, const char *name)
{
    for (uint32_t i = 0; i < type->enumeration.label_count; i++)
        if (strcmp(type->enumeration.labels[i].name, name) == 0)
            return i;
    return UINT32_MAX;
}

static void
put_labels(struct session *session, const struct user_type *type, const struct enum_label *labels,
           uint32_t count)
{
    struct user_type changed = *type;
    changed.enumeration.labels = labels;
    changed.enumeration.label_count = count;
    catalog_put_user_type(session->catalog, &changed);
}

static void
rename_label(struct session *session, const struct user_type *type, const struct alter_enum *alter)
{
    uint32_t count = type->enumeration.label_count, place = find_label(type, alter->old_label);
    if (place == UINT32_MAX)
        raise(SQLSTATE_INVALID_PARAMETER_VALUE, "\"%s\" is not an existing enum label",
              alter->old_label);
    if (find_label(type, alter->new_label) != UINT32_MAX)
        raise(SQLSTATE_DUPLICATE_OBJECT, "enum label \"%s\" already exists", alter->new_label);
    struct enum_label *labels =
        arena_copy(session->statement_arena, type->enumeration.labels, count * sizeof *labels);
    labels[place].name = alter->new_label;
    struct type_rebind *rebind = type_rebind_begin(session, type->info.name);
    put_labels(session, type, labels, count);
    type_rebind_end(rebind);
}

/* The number for a label that comes to stand at `place`. */
static float
order_at(const struct user_type *type, uint32_t place)
{
    const struct enum_label *labels = type->enumeration.labels;
    uint32_t count = type->enumeration.label_count;
    if (count == 0)
        return 1;
    if (place == count)
        return labels[count - 1].order + 1;
    if (place == 0)
        return labels[0].order - 1;
    float below = labels[place - 1].order, above = labels[place].order;
    float middle = below + (above - below) / 2;
    if (middle <= below || middle >= above)
        raise_error(.code = SQLSTATE_PROGRAM_LIMIT_EXCEEDED,
                    .message = raise_text("no room for another label between \"%s\" and \"%s\"",
                                          labels[place - 1].name, labels[place].name),
                    .hint = "Make a new type with all labels and convert the columns to it.");
    return middle;
}

static void
add_label(struct session *session, const struct user_type *type, const struct alter_enum *alter)
{
    uint32_t count = type->enumeration.label_count, place = count;
    check_label(alter->new_label);
    if (find_label(type, alter->new_label) != UINT32_MAX) {
        if (!alter->if_not_exists)
            raise(SQLSTATE_DUPLICATE_OBJECT, "enum label \"%s\" already exists", alter->new_label);
        notice(SEVERITY_NOTICE, SQLSTATE_DUPLICATE_OBJECT,
               "enum label \"%s\" already exists, skipping", alter->new_label);
        return;
    }
    if (alter->neighbour != NULL) {
        place = find_label(type, alter->neighbour);
        if (place == UINT32_MAX)
            raise(SQLSTATE_INVALID_PARAMETER_VALUE, "\"%s\" is not an existing enum label",
                  alter->neighbour);
        place += alter->is_after;
    }
    struct enum_label *labels =
        arena_alloc_array(session->statement_arena, count + 1u, sizeof *labels);
    if (place > 0)
        memcpy(labels, type->enumeration.labels, place * sizeof *labels);
    labels[place] = (struct enum_label){.label = catalog_new_oid(session->catalog),
                                        .order = order_at(type, place),
                                        .name = alter->new_label};
    if (place < count)
        memcpy(labels + place + 1, type->enumeration.labels + place,
               (count - place) * sizeof *labels);
    put_labels(session, type, labels, count + 1);
}

void
ddl_alter_enum(struct session *session, const struct alter_enum *alter)
{
    const struct user_type *type = get_type(session, &alter->name);
    if (alter->old_label != NULL)
        rename_label(session, type, alter);
    else
        add_label(session, type, alter);
}

/* ---- dropping ---- */

static _Noreturn void
fail_required(struct session *session, const struct user_type *type)
{
    const struct table *table = catalog_table(session->catalog, type->composite.relation);
    const char *kind = table->kind == TABLE_VIEW           ? "view"
                       : table->kind == TABLE_MATERIALISED ? "materialized view"
                                                           : "table";
    raise_error(.code = SQLSTATE_DEPENDENT_OBJECTS_STILL_EXIST,
                .message = raise_text("cannot drop type %s because %s %s requires it",
                                      type->info.name, kind, table->name),
                .hint = raise_text("You can drop %s %s instead.", kind, table->name));
}

/* Raises if the type is none that goes by this statement. */
static void
check_droppable(struct session *session, const struct drop *drop, const struct object_name *name,
                const struct user_type *type)
{
    if (strcmp(type->info.name, name->name) != 0)
        raise_error(.code = SQLSTATE_DEPENDENT_OBJECTS_STILL_EXIST,
                    .message = raise_text("cannot drop type %s[] because type %s requires it",
                                          type->info.name, type->info.name),
                    .hint = raise_text("You can drop type %s instead.", type->info.name));
    if (drop->object == OBJECT_KIND_DOMAIN && type->info.kind != 'd')
        raise(SQLSTATE_WRONG_OBJECT_TYPE, "\"%s\" is not a domain", name->name);
    if (type->info.kind == 'm') {
        const char *range =
            session->access.type_name(session, type->range.type.range, session->statement_arena);
        raise_error(.code = SQLSTATE_DEPENDENT_OBJECTS_STILL_EXIST,
                    .message = raise_text("cannot drop type %s because type %s requires it",
                                          type->info.name, range),
                    .hint = raise_text("You can drop type %s instead.", range));
    }
    if (type->info.kind == 'c' &&
        catalog_table(session->catalog, type->composite.relation)->kind != TABLE_COMPOSITE)
        fail_required(session, type);
}

const struct user_type *
ddl_find_droppable(struct session *session, const struct drop *drop, const struct object_name *name)
{
    const struct user_type *type = scope_user_type(session, name->schema, name->name);
    if (type != NULL) {
        check_droppable(session, drop, name, type);
        return type;
    }
    const struct type_info *builtin = scope_type_named(&session->scope, name->schema, name->name);
    if (builtin != NULL && drop->object == OBJECT_KIND_DOMAIN)
        raise(SQLSTATE_WRONG_OBJECT_TYPE, "\"%s\" is not a domain", name->name);
    if (builtin != NULL)
        raise(SQLSTATE_DEPENDENT_OBJECTS_STILL_EXIST,
              "cannot drop type %s because it is required by the database system",
              builtin->sql_name);
    if (name->schema != NULL && session_find_schema(session, name->schema) == NULL) {
        if (!drop->if_exists)
            raise(SQLSTATE_UNDEFINED_SCHEMA, "schema \"%s\" does not exist", name->schema);
        notice(SEVERITY_NOTICE, SQLSTATE_SUCCESSFUL_COMPLETION,
               "schema \"%s\" does not exist, skipping", name->schema);
        return NULL;
    }
    if (!drop->if_exists)
        ddl_fail_no_type(name);
    notice(SEVERITY_NOTICE, SQLSTATE_SUCCESSFUL_COMPLETION,
           "type \"%s%s%s\" does not exist, skipping", name->schema == NULL ? "" : name->schema,
           name->schema == NULL ? "" : ".", name->name);
    return NULL;
}
