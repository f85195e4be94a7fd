/*
 * ddl_type_alter.c: RENAME, SET SCHEMA, OWNER and COMMENT of types. A composite type is its
 * relation's; the row type of a table goes with the table.
 */
#include "base/raise.h"
#include "session/ddl_draft.h"
#include "session/ddl_rebind.h"
#include "session/ddl_type.h"
#include "session/scope.h"
#include "session/utility_run.h"

static const struct user_type *
get_type(struct session *session, const struct object_name *name, enum object_kind object)
{
    const struct user_type *type = scope_user_type(session, name->schema, name->name);
    if (type == NULL && scope_type_named(&session->scope, name->schema, name->name) != NULL)
        raise(SQLSTATE_INSUFFICIENT_PRIVILEGE, "must be owner of type %s", name->name);
    if (type == NULL)
        ddl_fail_no_type(name);
    if (strcmp(type->info.name, name->name) != 0)
        raise_error(.code = SQLSTATE_WRONG_OBJECT_TYPE,
                    .message = raise_text("cannot alter array type %s[]", type->info.name),
                    .hint = raise_text("You can alter type %s, which will alter the array type as "
                                       "well.",
                                       type->info.name));
    if (object == OBJECT_KIND_DOMAIN && type->info.kind != 'd')
        raise(SQLSTATE_WRONG_OBJECT_TYPE, "%s is not a domain",
              session->access.type_name(session, type->info.type, session->statement_arena));
    return type;
}

/* The relation of a composite type; null: it is another kind of type. Tables' row types are
 * refused. */
static const struct table *
relation_of(struct session *session, const struct user_type *type)
{
    if (type->info.kind != 'c')
        return NULL;
    const struct table *table = catalog_table(session->catalog, type->composite.relation);
    if (table->kind != TABLE_COMPOSITE)
        raise_error(.code = SQLSTATE_WRONG_OBJECT_TYPE,
                    .message = raise_text("%s is a table's row type", table->name),
                    .hint = "Use ALTER TABLE instead.");
    return table;
}

void
ddl_rename_type(struct session *session, const struct rename *rename)
{
    const struct user_type *type = get_type(session, &rename->item.name, rename->object);
    const struct table *table = relation_of(session, type);
    if (ddl_type_exists(session, type->schema, rename->new_name))
        raise(SQLSTATE_DUPLICATE_OBJECT, "type \"%s\" already exists", rename->new_name);
    struct type_rebind *rebind = type_rebind_begin(session, type->info.name);
    if (table != NULL) {
        struct draft draft;
        draft_of(&draft, session, table);
        draft.table.name = rename->new_name;
        (void)draft_put(&draft);
    } else {
        struct user_type changed = *type;
        changed.info.name = rename->new_name;
        changed.array.name = ddl_array_name(session, type->schema, rename->new_name);
        catalog_put_user_type(session->catalog, &changed);
    }
    type_rebind_end(rebind);
}

void
ddl_set_type_schema(struct session *session, const struct alter_object *alter)
{
    const struct user_type *type = get_type(session, &alter->item.name, alter->object);
    const struct table *table = relation_of(session, type);
    struct object_name target = {.schema = alter->value, .name = type->info.name};
    const struct schema_def *schema = session_target_schema(session, &target);
    if (schema->schema == type->schema)
        return;
    if (schema->schema == SCHEMA_TEMP || type->schema == SCHEMA_TEMP)
        raise(SQLSTATE_FEATURE_NOT_SUPPORTED,
              "cannot move objects into or out of temporary schemas");
    if (ddl_type_exists(session, schema->schema, type->info.name))
        raise(SQLSTATE_DUPLICATE_OBJECT, "type \"%s\" already exists in schema \"%s\"",
              type->info.name, schema->name);
    struct type_rebind *rebind = type_rebind_begin(session, type->info.name);
    if (table != NULL) {
        struct draft draft;
        draft_of(&draft, session, table);
        draft.table.schema = schema->schema;
        draft.table.schema_name = schema->name;
        (void)draft_put(&draft);
    } else {
        struct user_type changed = *type;
        changed.schema = schema->schema;
        changed.array.name = ddl_array_name(session, schema->schema, type->info.name);
        catalog_put_user_type(session->catalog, &changed);
    }
    type_rebind_end(rebind);
}

void
ddl_set_type_owner(struct session *session, const struct alter_object *alter)
{
    (void)relation_of(session, get_type(session, &alter->item.name, alter->object));
}

void
ddl_comment_type(struct session *session, const struct comment *comment)
{
    const struct user_type *type = get_type(session, &comment->item.name, comment->object);
    if (type->info.kind == 'c') {
        struct draft draft;
        draft_of(&draft, session, relation_of(session, type));
        draft.table.comment = comment->text;
        (void)draft_put(&draft);
        return;
    }
    struct user_type changed = *type;
    changed.comment = comment->text;
    catalog_put_user_type(session->catalog, &changed);
}
