/*
 * ddl_inherit.c: see ddl_inherit.h.
 */
#include "session/ddl_inherit.h"

#include "base/raise.h"
#include "session/ddl_draft.h"

void
ddl_lock_parents(struct session *session, const oid *parents, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        const struct table *parent = catalog_table(session->catalog, parents[i]);
        if (parent == NULL)
            raise(SQLSTATE_UNDEFINED_TABLE, "relation with OID %u does not exist", parents[i]);
        if (table_is_stored(parent))
            (void)ddl_lock_table(session, parent, TABLE_SHARE_UPDATE_EXCLUSIVE);
    }
}

/* The parent's children without `child`, with room for one more. */
static oid *
children_without(struct session *session, const struct table *parent, oid child, uint32_t *count)
{
    oid *children =
        arena_alloc_array(session->statement_arena, parent->child_count + 1, sizeof *children);
    *count = 0;
    for (uint32_t i = 0; i < parent->child_count; i++)
        if (parent->children[i] != child)
            children[(*count)++] = parent->children[i];
    return children;
}

static void
put_children(struct session *session, const struct table *parent, const oid *children,
             uint32_t count)
{
    struct draft draft;
    draft_of(&draft, session, parent);
    draft.table.children = children;
    draft.table.child_count = count;
    (void)draft_put(&draft);
}

void
ddl_add_child(struct session *session, oid parent_oid, oid child)
{
    /* Another session's temporary table may have the same number: see catalog_children. */
    if (child >= OID_TEMP_FIRST && parent_oid < OID_TEMP_FIRST)
        return;
    const struct table *parent = catalog_table(session->catalog, parent_oid);
    uint32_t count;
    oid *children = children_without(session, parent, child, &count);
    if (count != parent->child_count)
        return;
    children[count++] = child;
    put_children(session, parent, children, count);
}

void
ddl_forget_child(struct session *session, oid parent_oid, oid child)
{
    const struct table *parent = catalog_table(session->catalog, parent_oid);
    if (parent == NULL)
        return;
    uint32_t count;
    oid *children = children_without(session, parent, child, &count);
    if (count != parent->child_count)
        put_children(session, parent, children, count);
}
