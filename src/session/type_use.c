/*
 * type_use.c: see type_use.h.
 */
#include "session/type_use.h"

#include "base/raise.h"
#include <stdlib.h>

struct use_list {
    struct session *session;
    struct object_ref *refs;
    uint32_t count, room;
};

static void
add_use(struct use_list *list, oid class_oid, oid object, int32_t sub)
{
    if (list->count == list->room) {
        uint32_t room = list->room == 0 ? 8 : list->room * 2;
        list->refs = arena_resize(list->session->statement_arena, list->refs,
                                  list->room * sizeof *list->refs, room * sizeof *list->refs);
        list->room = room;
    }
    list->refs[list->count++] =
        (struct object_ref){.class_oid = class_oid, .object = object, .sub = sub};
}

static int
compare_refs(const void *a, const void *b)
{
    const struct object_ref *x = a, *y = b;
    if (x->object != y->object)
        return x->object < y->object ? -1 : 1;
    return (x->sub < y->sub) - (x->sub > y->sub);
}

/* Older objects first, and of one table's columns the last: as PostgreSQL tells of them. */
static void
add_uses(struct use_list *list, oid type)
{
    struct session *session = list->session;
    uint32_t first = list->count, table_count, type_count;
    const struct table **tables =
        catalog_relations(session->catalog, session->statement_arena, &table_count);
    for (uint32_t i = 0; i < table_count; i++) {
        const struct table *table = tables[i];
        if (table->table < OID_USER_FIRST || table->kind == TABLE_VIEW)
            continue;
        for (uint16_t c = 0; c < table->column_count; c++)
            if (!table->columns[c].is_dropped && table->columns[c].type == type)
                add_use(list, CLASS_RELATION, table->table, table->columns[c].attr);
        if (table->of_type == type)
            add_use(list, CLASS_RELATION, table->table, 0);
    }
    const struct user_type **types =
        catalog_user_types(session->catalog, session->statement_arena, &type_count);
    for (uint32_t i = 0; i < type_count; i++)
        if ((types[i]->info.kind == 'd' && types[i]->domain.base == type) ||
            (types[i]->info.kind == 'r' && types[i]->range.type.subtype == type))
            add_use(list, CLASS_TYPE, types[i]->info.type, 0);
    if (list->count - first > 1)
        qsort(list->refs + first, list->count - first, sizeof *list->refs, compare_refs);
}

struct object_ref *
type_uses(struct session *session, const struct user_type *type, uint32_t *count)
{
    struct use_list list = {.session = session};
    if (type->info.array != OID_NONE)
        add_uses(&list, type->info.array);
    /* A multirange goes with its range, and what has it with both. */
    if (type->info.kind == 'r') {
        const struct user_type *many =
            catalog_user_type(session->catalog, type->range.type.multirange);
        add_uses(&list, many->info.array);
        add_uses(&list, many->info.type);
    }
    add_uses(&list, type->info.type);
    *count = list.count;
    return list.refs;
}

/* A stored column whose values hold values of the type, at any depth; null: there is none. */
static const struct column_def *
stored_use(struct session *session, const struct user_type *type, uint32_t depth,
           const struct table **owner)
{
    if (depth == 0)
        return NULL;
    uint32_t count;
    struct object_ref *uses = type_uses(session, type, &count);
    for (uint32_t i = 0; i < count; i++) {
        const struct user_type *outer = NULL;
        if (uses[i].class_oid == CLASS_TYPE) {
            outer = catalog_user_type(session->catalog, uses[i].object);
        } else if (uses[i].sub != 0) {
            const struct table *table = catalog_table(session->catalog, uses[i].object);
            *owner = table;
            if (table->kind != TABLE_COMPOSITE)
                return &table->columns[uses[i].sub - 1];
            outer = catalog_user_type(session->catalog, table->row_type);
        }
        const struct column_def *found =
            outer == NULL ? NULL : stored_use(session, outer, depth - 1, owner);
        if (found != NULL)
            return found;
    }
    return NULL;
}

#define DEPTH_MAX 100 /* of types within types */

const struct column_def *
type_stored_use(struct session *session, const struct user_type *type, const struct table **owner)
{
    return stored_use(session, type, DEPTH_MAX, owner);
}

void
type_refuse_stored(struct session *session, const struct table *table)
{
    const struct user_type *type =
        table->row_type == OID_NONE ? NULL : catalog_user_type(session->catalog, table->row_type);
    const struct table *owner;
    const struct column_def *column = type == NULL ? NULL : type_stored_use(session, type, &owner);
    if (column != NULL && table->kind == TABLE_COMPOSITE)
        raise(SQLSTATE_FEATURE_NOT_SUPPORTED,
              "cannot alter type \"%s\" because column \"%s.%s\" uses it", table->name, owner->name,
              column->name);
    if (column != NULL)
        raise(SQLSTATE_FEATURE_NOT_SUPPORTED,
              "cannot alter table \"%s\" because column \"%s.%s\" uses its row type", table->name,
              owner->name, column->name);
}
