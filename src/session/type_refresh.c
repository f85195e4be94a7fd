/*
 * type_refresh.c: values of a row type that has lost a column, made anew where they are stored, so
 * that what was in the column counts no more when they are compared.
 */
#include "session/ddl_draft.h"
#include "session/definition.h"
#include "session/feed.h"
#include "session/type_use.h"

#define DEPTH_MAX 100 /* of types within types */

struct stale {
    struct stale *next;
    oid table;
    attr_no attr;
};

/* Stored columns whose values are of the type, or hold values of it. */
static struct stale *
gather(struct session *session, oid type, uint32_t depth, struct stale *list)
{
    const struct user_type *user = catalog_user_type(session->catalog, type);
    uint32_t count = 0;
    struct object_ref *uses = user == NULL || depth == 0 ? NULL : type_uses(session, user, &count);
    for (uint32_t i = 0; i < count; i++) {
        const struct table *table = uses[i].class_oid == CLASS_RELATION
                                        ? catalog_table(session->catalog, uses[i].object)
                                        : NULL;
        if (table == NULL) {
            list = gather(session, uses[i].object, depth - 1, list);
            continue;
        }
        if (uses[i].sub != 0 && table_is_stored(table)) {
            struct stale *stale = arena_alloc(session->statement_arena, sizeof *stale);
            *stale = (struct stale){list, table->table, (attr_no)uses[i].sub};
            list = stale;
        }
        if (uses[i].sub != 0 && table->row_type != OID_NONE)
            list = gather(session, table->row_type, depth - 1, list);
    }
    return list;
}

static bool
is_stale(const struct stale *list, oid table, attr_no attr)
{
    while (list != NULL && (list->table != table || list->attr != attr))
        list = list->next;
    return list != NULL;
}

static void
rewrite(struct session *session, const struct stale *list, oid number)
{
    struct arena *arena = session->statement_arena;
    const struct table *old =
        ddl_lock_table(session, catalog_table(session->catalog, number), TABLE_ACCESS_EXCLUSIVE);
    struct draft draft;
    draft_of(&draft, session, old);
    draft.table.tree = ddl_new_tree(session, draft.table.schema);
    for (uint16_t i = 0; i < draft.table.index_count; i++)
        draft.indexes[i]->tree = draft.indexes[i]->is_primary
                                     ? draft.table.tree
                                     : ddl_new_tree(session, draft.table.schema);
    const struct table *table = draft_put(&draft);
    const char *columns = "";
    attr_no *attrs = arena_alloc_array(arena, table->column_count + 1u, sizeof *attrs);
    uint32_t count = 0;
    for (uint16_t i = 0; i < table->column_count; i++) {
        const struct column_def *column = &table->columns[i];
        if (column->is_dropped || column->generated_sql != NULL)
            continue;
        const char *name = definition_name(column->name, arena);
        columns = arena_format(
            arena,
            is_stale(list, number, column->attr) ? "%s%spg_catalog.row_refresh(%s)" : "%s%s%s",
            columns, count == 0 ? "" : ", ", name);
        attrs[count++] = column->attr;
    }
    feed_rewrite(session, old, table, columns, attrs, count);
}

void
type_refresh_stored(struct session *session, oid type)
{
    struct stale *list = type == OID_NONE ? NULL : gather(session, type, DEPTH_MAX, NULL);
    for (const struct stale *one = list; one != NULL; one = one->next) {
        const struct stale *before = list;
        while (before != one && before->table != one->table)
            before = before->next;
        if (before == one)
            rewrite(session, list, one->table);
    }
}
