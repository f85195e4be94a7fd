/*
 * ddl_inherit.c: see ddl_inherit.h.
 */
#include "session/ddl_inherit.h"

#include "base/raise.h"
#include "session/ddl_alter.h"
#include "session/ddl_draft.h"
#include "session/scope.h"

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

static int
compare_oids(const void *a, const void *b)
{
    const oid *x = a, *y = b;
    return (*x > *y) - (*x < *y);
}

const oid *
ddl_heirs(struct session *session, const struct table *table, uint32_t *count)
{
    struct arena *arena = session->statement_arena;
    const struct table **children = catalog_children(session->catalog, table, arena, count);
    oid *heirs = arena_alloc_array(arena, *count + 1, sizeof *heirs);
    for (uint32_t i = 0; i < *count; i++)
        heirs[i] = children[i]->table;
    qsort(heirs, *count, sizeof *heirs, compare_oids);
    for (uint32_t i = 0; i < *count; i++) {
        const struct table *child = catalog_table(session->catalog, heirs[i]);
        if (table_is_stored(child))
            (void)ddl_lock_table(session, child, TABLE_ACCESS_EXCLUSIVE);
    }
    return heirs;
}

const oid *
ddl_descendants(struct session *session, const struct table *table, uint32_t *count)
{
    struct arena *arena = session->statement_arena;
    uint32_t room = 16;
    oid *list = arena_alloc_array(arena, room, sizeof *list);
    list[0] = table->table;
    *count = 1;
    for (uint32_t at = 0; at < *count; at++) {
        uint32_t heir_count;
        const oid *heirs =
            ddl_heirs(session, catalog_table(session->catalog, list[at]), &heir_count);
        for (uint32_t i = 0; i < heir_count; i++) {
            bool is_known = false;
            for (uint32_t k = 0; k < *count; k++)
                is_known |= list[k] == heirs[i];
            if (is_known)
                continue;
            if (*count == room) {
                list = arena_resize(arena, list, room * sizeof *list, 2 * room * sizeof *list);
                room *= 2;
            }
            list[(*count)++] = heirs[i];
        }
    }
    return list;
}

uint16_t
ddl_parents_among(const struct table *table, const oid *tables, uint32_t count)
{
    uint16_t parents = 0;
    for (uint16_t i = 0; i < table->parent_count; i++)
        for (uint32_t k = 0; k < count; k++)
            parents += table->parents[i] == tables[k];
    return parents;
}

/* ---- INHERIT ---- */

static struct column_def *
child_column(struct draft *draft, const struct column_def *from)
{
    struct column_def *column = draft_column(draft, from->name);
    const char *name = draft->table.name;
    if (column == NULL)
        raise(SQLSTATE_DATATYPE_MISMATCH, "child table is missing column \"%s\"", from->name);
    if (column->type != from->type || column->typmod != from->typmod)
        raise(SQLSTATE_DATATYPE_MISMATCH, "child table \"%s\" has different type for column \"%s\"",
              name, from->name);
    if (column->collation != from->collation)
        raise(SQLSTATE_COLLATION_MISMATCH,
              "child table \"%s\" has different collation for column \"%s\"", name, from->name);
    if (from->is_not_null && !column->is_not_null)
        raise(SQLSTATE_DATATYPE_MISMATCH, "column \"%s\" in child table must be marked NOT NULL",
              from->name);
    if (from->generated_sql != NULL && column->generated_sql == NULL)
        raise(SQLSTATE_DATATYPE_MISMATCH, "column \"%s\" in child table must be a generated column",
              from->name);
    if (from->generated_sql != NULL && strcmp(from->generated_sql, column->generated_sql) != 0)
        raise(SQLSTATE_DATATYPE_MISMATCH,
              "column \"%s\" in child table has a conflicting generation expression", from->name);
    return column;
}

static struct constraint_def *
child_check(struct draft *draft, const struct constraint_def *from)
{
    struct constraint_def *check = draft_constraint(draft, from->name);
    const char *name = draft->table.name;
    if (check == NULL || check->kind != CONSTRAINT_CHECK)
        raise(SQLSTATE_DATATYPE_MISMATCH, "child table is missing constraint \"%s\"", from->name);
    if (strcmp(check->check_sql, from->check_sql) != 0)
        raise(SQLSTATE_DATATYPE_MISMATCH,
              "child table \"%s\" has different definition for check constraint \"%s\"", name,
              from->name);
    if (check->is_no_inherit)
        raise(SQLSTATE_INVALID_OBJECT_DEFINITION,
              "constraint \"%s\" conflicts with non-inherited constraint on child table \"%s\"",
              from->name, name);
    if (from->is_validated && !check->is_validated)
        raise(SQLSTATE_INVALID_OBJECT_DEFINITION,
              "constraint \"%s\" conflicts with NOT VALID constraint on child table \"%s\"",
              from->name, name);
    return check;
}

void
ddl_take_inherited(struct draft *draft, const struct table *parent)
{
    for (uint16_t i = 0; i < parent->column_count; i++)
        if (!parent->columns[i].is_dropped)
            child_column(draft, &parent->columns[i])->inherit_count++;
    for (uint16_t i = 0; i < parent->constraint_count; i++) {
        const struct constraint_def *from = &parent->constraints[i];
        if (from->kind == CONSTRAINT_CHECK && !from->is_no_inherit)
            child_check(draft, from)->inherit_count++;
    }
}

static void
check_heir(const struct table *table)
{
    if (table->kind == TABLE_PARTITIONED)
        raise(SQLSTATE_WRONG_OBJECT_TYPE, "cannot change inheritance of partitioned table");
    if (table->bound != NULL)
        raise(SQLSTATE_WRONG_OBJECT_TYPE, "cannot change inheritance of a partition");
}

static const struct table *
find_parent(const struct alter_step *step)
{
    const struct table *parent = session_find_table(step->session, &step->command->parent);
    if (parent->kind != TABLE_PLAIN && parent->kind != TABLE_PARTITIONED)
        raise_error(.code = SQLSTATE_WRONG_OBJECT_TYPE,
                    .message = raise_text("\"%s\" is not a table or foreign table", parent->name));
    return parent;
}

static void
check_parent(struct session *session, const struct table *table, const struct table *parent)
{
    if (parent->persistence == 't' && table->persistence != 't')
        raise(SQLSTATE_WRONG_OBJECT_TYPE, "cannot inherit from temporary relation \"%s\"",
              parent->name);
    if (parent->kind == TABLE_PARTITIONED)
        raise(SQLSTATE_WRONG_OBJECT_TYPE, "cannot inherit from partitioned table \"%s\"",
              parent->name);
    if (parent->bound != NULL)
        raise(SQLSTATE_WRONG_OBJECT_TYPE, "cannot inherit from a partition");
    uint32_t count;
    const oid *below = ddl_descendants(session, table, &count);
    for (uint32_t i = 0; i < count; i++)
        if (below[i] == parent->table)
            raise_error(.code = SQLSTATE_DUPLICATE_TABLE,
                        .message = "circular inheritance not allowed",
                        .detail = raise_text("\"%s\" is already a child of \"%s\".", parent->name,
                                             table->name));
    for (uint16_t i = 0; i < table->parent_count; i++)
        if (table->parents[i] == parent->table)
            raise(SQLSTATE_DUPLICATE_TABLE,
                  "relation \"%s\" would be inherited from more than once", parent->name);
}

void
alter_inherit(const struct alter_step *step, const struct table *table)
{
    struct session *session = step->session;
    check_heir(table);
    const struct table *parent = find_parent(step);
    if (table_is_stored(parent))
        parent = ddl_lock_table(session, parent, TABLE_SHARE_UPDATE_EXCLUSIVE);
    check_parent(session, table, parent);
    struct draft draft;
    draft_of(&draft, session, table);
    ddl_take_inherited(&draft, parent);
    oid *parents =
        arena_alloc_array(session->statement_arena, table->parent_count + 1u, sizeof *parents);
    if (table->parent_count != 0)
        memcpy(parents, table->parents, table->parent_count * sizeof *parents);
    parents[table->parent_count] = parent->table;
    draft.table.parents = parents;
    draft.table.parent_count = (uint16_t)(table->parent_count + 1);
    (void)draft_put(&draft);
    ddl_add_child(session, parent->table, table->table);
}

/* ---- NO INHERIT ---- */

static bool
has_column(const struct table *table, const char *name)
{
    for (uint16_t i = 0; i < table->column_count; i++)
        if (!table->columns[i].is_dropped && strcmp(table->columns[i].name, name) == 0)
            return true;
    return false;
}

static bool
has_check(const struct table *table, const char *name)
{
    for (uint16_t i = 0; i < table->constraint_count; i++)
        if (table->constraints[i].kind == CONSTRAINT_CHECK &&
            strcmp(table->constraints[i].name, name) == 0)
            return true;
    return false;
}

void
ddl_leave_parent(struct draft *draft, const struct table *parent)
{
    struct table *table = &draft->table;
    for (uint16_t i = 0; i < table->column_count; i++) {
        struct column_def *column = &draft->columns[i];
        if (column->is_dropped || column->inherit_count == 0 || !has_column(parent, column->name))
            continue;
        column->inherit_count--;
        column->is_local |= column->inherit_count == 0;
    }
    for (uint16_t i = 0; i < table->constraint_count; i++) {
        struct constraint_def *constraint = &draft->constraints[i];
        if (constraint->kind != CONSTRAINT_CHECK || constraint->inherit_count == 0 ||
            !has_check(parent, constraint->name))
            continue;
        constraint->inherit_count--;
        constraint->is_local |= constraint->inherit_count == 0;
    }
    oid *parents = arena_alloc_array(draft->session->statement_arena, table->parent_count + 1u,
                                     sizeof *parents);
    uint16_t count = 0;
    for (uint16_t i = 0; i < table->parent_count; i++)
        if (table->parents[i] != parent->table)
            parents[count++] = table->parents[i];
    table->parents = parents;
    table->parent_count = count;
    /* What the tables need is written anew by draft_put: the link is not among it any more. */
    catalog_forget_dependency(
        draft->session->catalog,
        (struct object_ref){.class_oid = CLASS_RELATION, .object = table->table},
        (struct object_ref){.class_oid = CLASS_RELATION, .object = parent->table});
}

void
alter_no_inherit(const struct alter_step *step, const struct table *table)
{
    struct session *session = step->session;
    if (table->bound != NULL)
        raise(SQLSTATE_WRONG_OBJECT_TYPE, "cannot change inheritance of a partition");
    const struct table *parent = find_parent(step);
    bool is_parent = false;
    for (uint16_t i = 0; i < table->parent_count; i++)
        is_parent |= table->parents[i] == parent->table;
    if (!is_parent)
        raise(SQLSTATE_UNDEFINED_TABLE, "relation \"%s\" is not a parent of relation \"%s\"",
              parent->name, table->name);
    struct draft draft;
    draft_of(&draft, session, table);
    ddl_leave_parent(&draft, parent);
    (void)draft_put(&draft);
    ddl_forget_child(session, parent->table, table->table);
}
