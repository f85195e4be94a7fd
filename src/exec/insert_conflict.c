/*
 * insert_conflict.c: ON CONFLICT DO UPDATE.
 */
#include "exec/modify.h"
#include "exec/partition_route.h"

static struct batch
one_row(const struct modify_state *state, struct column *columns, uint32_t count, uint32_t row,
        uint16_t *sel)
{
    (void)state;
    *sel = (uint16_t)row;
    return (struct batch){.count = 1, .sel = sel, .column_count = count, .columns = columns};
}

/* A column of which the batch may hold one row changed: with a buffer of its own. */
static void
own_column(struct modify_state *state, struct arena *arena, struct column *column, uint32_t row,
           union datum value, bool is_null)
{
    struct column own;

    vector_init(&own, column->phys, state->node.code->capacity, arena);
    own.has_nulls = true;
    memset(own.nulls, 1, state->node.code->capacity);
    memset(own.data, 0, (size_t)phys_bytes(own.phys) * state->node.code->capacity);
    for (uint32_t i = 0; i < state->node.code->capacity; i++) {
        own.nulls[i] = column_is_null(column, i);
        if (!column->is_const || column->data != NULL)
            vector_set(&own, i, vector_get(column, i));
    }
    own.nulls[row] = is_null;
    vector_set(&own, row, value);
    *column = own;
}

/* Locks the row that is there; false if it is gone. */
static bool
lock_conflicting(struct table_writer *writer, const struct row_conflict *conflict,
                 struct row_now *now)
{
    const struct table *table = writer->code->table;

    enum status st = txn_lock_row(writer->exec->txn, table->tree, conflict->key, LOCK_NO_KEY_UPDATE,
                                  LOCK_WAIT, &writer->spill, now);
    if (st != ST_OK)
        raise_write_status(st, table->name);
    if (!now->exists)
        return false; /* deleted by this very transaction's own action in the meantime */
    if (now->is_own)
        raise_error(.code = SQLSTATE_CARDINALITY_VIOLATION,
                    .message = "ON CONFLICT DO UPDATE command cannot affect row a second time",
                    .hint = "Ensure that no rows proposed for insertion within the same command "
                            "have duplicate constrained values.");
    return true;
}

/* A row that the views written through do not show is not theirs to change. */
static void
check_shown(struct modify_state *state, const struct batch *both)
{
    const struct plan_modify *plan = (const struct plan_modify *)state->node.plan;
    uint32_t row;
    uint32_t view =
        modify_failing_view(state->conflict_views, plan->conflict->views.count, both, &row);

    if (view != UINT32_MAX)
        raise(SQLSTATE_OBJECT_NOT_IN_PREREQUISITE_STATE,
              "conflicting row is not visible through view \"%s\"",
              plan->conflict->views.names[view]);
}

bool
modify_on_conflict(struct exec *exec, struct modify_state *state, struct batch *rows, uint32_t row,
                   const struct row_conflict *conflict)
{
    const struct plan_modify *plan = (const struct plan_modify *)state->node.plan;
    const struct modify_code *code = (const struct modify_code *)state->node.code;
    const struct table_code *table = code->table;
    uint32_t count = table->table->column_count;
    struct row_now now;
    uint16_t sel;

    if (!lock_conflicting(state->writer, conflict, &now))
        return false;
    modify_old_columns(exec, state);
    modify_decode_old(state, conflict->key, now.value, row);
    memcpy(state->both_columns, state->old_columns, count * sizeof(struct column));
    memcpy(state->both_columns + count, rows->columns, count * sizeof(struct column));
    struct batch both = one_row(state, state->both_columns, 2 * count, row, &sel);
    check_shown(state, &both);
    if (state->conflict_where != NULL) {
        expr_filter(state->conflict_where, &both);
        if (both.count == 0)
            return false;
    }
    both = one_row(state, state->both_columns, 2 * count, row, &sel);
    expr_run(state->conflict_assigns, &both);

    struct column *new_columns =
        arena_alloc_array(state->writer->arena, count + 1, sizeof *new_columns);
    memcpy(new_columns, state->old_columns, (count + 1) * sizeof *new_columns);
    for (uint32_t i = 0; i < plan->conflict->assign_count; i++)
        new_columns[plan->conflict->assigns[i].attr - 1] = state->conflict_assigns->outputs[i];
    struct batch new_rows = one_row(state, new_columns, count, row, &sel);
    struct batch old_rows = one_row(state, state->old_columns, count, row, &sel);
    table_writer_check(state->writer, &new_rows);
    table_writer_update(state->writer, conflict->key, &old_rows, &new_rows, row,
                        code->conflict_touched);
    bool is_read = plan->has_returning || plan->views.count != 0;
    for (uint32_t i = 0; is_read && i < count; i++)
        own_column(state, state->writer->arena, &rows->columns[i], row,
                   vector_get(&new_columns[i], row), column_is_null(&new_columns[i], row));
    /* Expressions over indexes were run for the updated row: those to come need theirs. */
    table_index_exprs(state->writer, rows);
    return true;
}

/* ---- in a partition ---- */

static const bool *
leaf_touched(struct exec *exec, const struct plan_conflict *plan, const struct leaf *leaf)
{
    const struct table_code *table = leaf->writer->code;
    bool *touched = arena_alloc_zero(exec->arena, leaf->table->column_count + 1u);

    for (uint32_t i = 0; i < plan->assign_count; i++)
        touched[leaf->to_leaf[plan->assigns[i].attr - 1]] = true;
    for (uint32_t i = 0; i < table->generated_count; i++)
        touched[table->generated_columns[i]] = true;
    return touched;
}

/* The updated row must stay where it is. */
static void
check_place(struct router *router, const struct leaf *leaf, const struct batch *rows, uint32_t row,
            struct column *columns)
{
    uint32_t before = router->found[row];
    struct batch back = *rows;

    router_rows_back(leaf, rows, router->root->table->column_count, columns);
    back.columns = columns;
    back.column_count = router->root->table->column_count;
    router_find(router, &back);
    if (router->found[row] != before)
        raise_error(.code = SQLSTATE_FEATURE_NOT_SUPPORTED,
                    .message = "invalid ON UPDATE specification",
                    .detail = "The result tuple would appear in a different partition than the "
                              "original tuple.");
}

bool
modify_on_conflict_routed(struct exec *exec, struct modify_state *state, struct router *router,
                          struct leaf *leaf, struct batch *rows, uint32_t row,
                          const struct row_conflict *conflict)
{
    const struct plan_modify *plan = (const struct plan_modify *)state->node.plan;
    struct table_writer *writer = leaf->writer;
    uint32_t root_count = plan->table->column_count, count = leaf->table->column_count;
    struct row_now now;
    uint16_t sel;

    if (!lock_conflicting(writer, conflict, &now))
        return false;
    router_old_columns(router, leaf);
    struct slice copy = arena_slice(writer->arena, now.value);
    enum status st =
        row_decode_columns(&writer->code->all, conflict->key, copy, leaf->old_columns, row);
    if (st != ST_OK)
        raise_write_status(st, leaf->table->name);
    struct batch old_rows = one_row(state, leaf->old_columns, count, row, &sel);
    router_rows_back(leaf, &old_rows, root_count, state->both_columns);
    router_rows_back(leaf, rows, root_count, state->both_columns + root_count);
    struct batch both = one_row(state, state->both_columns, 2 * root_count, row, &sel);
    check_shown(state, &both);
    if (state->conflict_where != NULL) {
        expr_filter(state->conflict_where, &both);
        if (both.count == 0)
            return false;
    }
    both = one_row(state, state->both_columns, 2 * root_count, row, &sel);
    expr_run(state->conflict_assigns, &both);

    struct column *new_columns = arena_alloc_array(writer->arena, count + 1, sizeof *new_columns);
    memcpy(new_columns, leaf->old_columns, (count + 1) * sizeof *new_columns);
    for (uint32_t i = 0; i < plan->conflict->assign_count; i++)
        new_columns[leaf->to_leaf[plan->conflict->assigns[i].attr - 1]] =
            state->conflict_assigns->outputs[i];
    struct batch new_rows = one_row(state, new_columns, count, row, &sel);
    check_place(router, leaf, &new_rows, row,
                arena_alloc_array(writer->arena, root_count + 1, sizeof *new_columns));
    table_writer_check(writer, &new_rows);
    if (leaf->touched == NULL)
        leaf->touched = leaf_touched(exec, plan->conflict, leaf);
    table_writer_update(writer, conflict->key, &old_rows, &new_rows, row, leaf->touched);
    bool is_read = plan->has_returning || plan->views.count != 0;
    for (uint32_t i = 0; is_read && i < count; i++)
        own_column(state, writer->arena, &rows->columns[i], row, vector_get(&new_columns[i], row),
                   column_is_null(&new_columns[i], row));
    table_index_exprs(writer, rows);
    return true;
}
