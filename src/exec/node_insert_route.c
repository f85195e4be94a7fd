/*
 * node_insert_route.c: INSERT into a partitioned table.
 *
 * The rows of the child's batch are written partition by partition, each with the writer of its
 * own. Where their order shows (RETURNING, ON CONFLICT) only neighbours go together.
 */
#include "exec/modify.h"
#include "exec/partition_route.h"
#include <stdlib.h>

struct route_insert {
    struct modify_state modify;
    struct router *router;
    struct batch in, rows;         /* the child's batch, and as rows of the named table */
    uint32_t at;                   /* rows written */
    uint16_t sel[COLUMN_ROWS_MAX]; /* the batch's rows, those of a leaf together */
    struct column *shown;          /* [root's columns]: a leaf's rows for RETURNING */
};

/* Rows ordered by leaf, and among those of a leaf as they came. */
static void
order_rows(struct route_insert *state)
{
    const uint32_t *found = state->router->found;
    uint32_t count = state->rows.count;
    uint64_t keys[COLUMN_ROWS_MAX];
    bool is_sorted = true;

    for (uint32_t i = 0; i < count; i++) {
        uint32_t row = sel_row(state->rows.sel, i);
        keys[i] = (uint64_t)found[row] << 32 | i << 16 | row;
        is_sorted &= i == 0 || keys[i] >= keys[i - 1];
    }
    for (uint32_t gap = is_sorted ? 0 : 701; gap > 0;
         gap = gap == 1 ? 0 : gap / 3 + (gap / 3 == 0)) {
        for (uint32_t i = gap; i < count; i++) {
            uint64_t key = keys[i];
            uint32_t at = i;
            for (; at >= gap && keys[at - gap] > key; at -= gap)
                keys[at] = keys[at - gap];
            keys[at] = key;
        }
    }
    for (uint32_t i = 0; i < count; i++)
        state->sel[i] = (uint16_t)keys[i];
}

static bool
next_batch(struct exec *exec, struct route_insert *state)
{
    struct modify_state *modify = &state->modify;
    const struct plan_modify *plan = (const struct plan_modify *)modify->node.plan;

    node_begin_batch(exec, &modify->node);
    if (!node_next(exec, modify->node.left, &state->in)) {
        modify_end(exec, modify);
        return false;
    }
    state->rows = modify_row_batch(modify, &state->in);
    router_find(state->router, &state->rows);
    state->at = 0;
    if (!plan->has_returning && plan->conflict == NULL) {
        order_rows(state);
        return true;
    }
    for (uint32_t i = 0; i < state->rows.count; i++)
        state->sel[i] = (uint16_t)sel_row(state->rows.sel, i);
    return true;
}

/* The leaf's indexes for the arbiters of the statement, which are the named table's. */
static void
find_arbiters(struct exec *exec, struct leaf *leaf, const struct plan_conflict *conflict)
{
    leaf->arbiters =
        arena_alloc_zero(exec->arena, (conflict->arbiter_count + 1) * sizeof *leaf->arbiters);
    for (uint32_t a = 0; a < conflict->arbiter_count; a++) {
        for (uint16_t i = 0; i < leaf->table->index_count; i++) {
            const struct index_def *index = leaf->table->indexes[i];
            while (index != NULL && index->index != conflict->arbiters[a])
                index = index->parent == OID_NONE
                            ? NULL
                            : catalog_index(exec->context.catalog, index->parent);
            if (index != NULL)
                leaf->arbiters[a] = leaf->table->indexes[i]->index;
        }
    }
}

static uint32_t
insert_each(struct exec *exec, struct route_insert *state, struct leaf *leaf, struct batch *rows)
{
    struct modify_state *modify = &state->modify;
    const struct plan_modify *plan = (const struct plan_modify *)modify->node.plan;
    uint32_t kept = 0;

    if (leaf->arbiters == NULL)
        find_arbiters(exec, leaf, plan->conflict);
    table_index_exprs(leaf->writer, rows);
    for (uint32_t i = 0; i < rows->count; i++) {
        uint32_t row = sel_row(rows->sel, i);
        struct row_conflict conflict = {NULL, {NULL, 0}};
        bool is_written = table_writer_try_insert(leaf->writer, rows, row, leaf->arbiters,
                                                  plan->conflict->arbiter_count, &conflict);
        if (!is_written && plan->conflict->is_update)
            is_written =
                modify_on_conflict_routed(exec, modify, state->router, leaf, rows, row, &conflict);
        modify->kept[kept] = (uint16_t)row;
        kept += is_written;
    }
    return kept;
}

/* Writes the next rows that are of one leaf. */
static struct batch
insert_chunk(struct exec *exec, struct route_insert *state)
{
    struct modify_state *modify = &state->modify;
    const struct plan_modify *plan = (const struct plan_modify *)modify->node.plan;
    uint32_t first = state->at, number = state->router->found[state->sel[first]];

    while (state->at < state->rows.count && state->router->found[state->sel[state->at]] == number)
        state->at++;
    struct leaf *leaf = router_leaf(state->router, number);
    struct batch chunk = state->rows;
    chunk.sel = state->sel + first;
    chunk.count = state->at - first;
    chunk = router_rows(leaf, &chunk);
    table_writer_check(leaf->writer, &chunk);
    if (plan->conflict != NULL) {
        chunk.count = insert_each(exec, state, leaf, &chunk);
        chunk.sel = modify->kept;
    } else {
        table_writer_insert(leaf->writer, &chunk);
    }
    modify->count += chunk.count;
    bool is_shown = plan->has_returning || plan->views.count != 0;
    if (is_shown && chunk.count != 0) {
        router_rows_back(leaf, &chunk, plan->table->column_count, state->shown);
        modify->shown_table = (int32_t)leaf->table->table;
        chunk.columns = state->shown;
        chunk.column_count = plan->table->column_count;
        modify_check_views(modify, &chunk);
    }
    return chunk;
}

static void
route_open(struct exec *exec, struct node_state *node)
{
    struct route_insert *state = (struct route_insert *)node;
    const struct modify_code *code = (const struct modify_code *)node->code;
    const struct plan_modify *plan = (const struct plan_modify *)node->plan;

    modify_open(exec, node);
    state->router = router_open(exec, code->route, node->code->capacity, node->code->has_own_arena);
    state->shown =
        arena_alloc_array(exec->arena, plan->table->column_count + 1u, sizeof *state->shown);
}

static bool
route_next(struct exec *exec, struct node_state *node, struct batch *out)
{
    struct route_insert *state = (struct route_insert *)node;
    const struct plan_modify *plan = (const struct plan_modify *)node->plan;

    while (!state->modify.is_done) {
        if (state->at == state->rows.count && !next_batch(exec, state))
            break;
        if (state->at == state->rows.count)
            continue;
        struct batch chunk = insert_chunk(exec, state);
        if (plan->has_returning && chunk.count != 0) {
            modify_returning(&state->modify, &chunk, &state->in, out);
            return true;
        }
    }
    return false;
}

static void
route_rewind(struct exec *exec, struct node_state *node)
{
    (void)exec;
    (void)node;
    raise(SQLSTATE_INTERNAL_ERROR, "a change of data cannot be run again");
}

const struct node_kind node_insert_route = {
    .code_bytes = sizeof(struct modify_code),
    .state_bytes = sizeof(struct route_insert),
    .compile = modify_compile,
    .open = route_open,
    .next = route_next,
    .rewind = route_rewind,
};
