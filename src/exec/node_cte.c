/*
 * node_cte.c: scans of common table expressions and of working tables; recursive unions.
 *
 * The rows of a CTE are made as its scans ask for them, and kept (in memory, and past work_mem in
 * a file) for all of them: a LIMIT ends a
 * recursion that has no end of its own. One that changes rows is run to its end. A recursive union
 * feeds the rows of each round to the next one through its working table, until a round brings
 * nothing.
 */
#include "exec/hash_table.h"
#include "exec/keys.h"
#include "exec/row_list.h"

struct cte_state {
    struct row_list list;
    struct node_state *root;
    bool is_complete;
    uint64_t filled; /* exec->clock when its last rows came */
};

struct work_table {
    struct row_list list;
    uint64_t version; /* exec->clock when its rows changed */
};

struct cte_scan_state {
    struct node_state node;
    struct row_reader reader;
    struct column *columns;
};

static void
cte_scan_open(struct exec *exec, struct node_state *node)
{
    struct cte_scan_state *state = (struct cte_scan_state *)node;

    state->columns =
        arena_alloc_array(exec->arena, node->plan->column_count, sizeof *state->columns);
    for (uint32_t i = 0; i < node->plan->column_count; i++)
        vector_init(&state->columns[i], node->plan->columns[i].phys, node->code->capacity,
                    exec->arena);
    node_arena(exec, node);
}

/* The CTE's state, with its rows begun anew where they come from rows that have changed since. */
static struct cte_state *
cte_begin(struct exec *exec, uint32_t cte)
{
    const struct plan_cte *plan = &exec->plan->ctes[cte];
    struct cte_state *state = exec->ctes[cte];

    if (state == NULL) {
        state = arena_alloc_zero(exec->arena, sizeof *state);
        exec->ctes[cte] = state;
        row_list_init(exec, &state->list, plan->root);
        state->root = node_open(exec, exec->program->ctes[cte]);
        state->filled = exec->clock;
    } else if (!plan->is_modifying && exec_is_stale(exec, plan->root, state->filled)) {
        row_list_clear(&state->list);
        node_rewind(exec, state->root);
        state->is_complete = false;
        state->filled = exec->clock;
    }
    return state;
}

/* Keeps the CTE's next rows; false at their end. */
static bool
cte_fill(struct exec *exec, struct cte_state *state)
{
    struct batch in;

    if (state->is_complete)
        return false;
    state->is_complete = !node_next(exec, state->root, &in);
    if (!state->is_complete)
        row_list_add(&state->list, &in);
    state->filled = exec->clock;
    return !state->is_complete;
}

void
cte_run(struct exec *exec, uint32_t cte)
{
    struct cte_state *state = cte_begin(exec, cte);

    while (cte_fill(exec, state))
        ;
}

uint64_t
work_table_version(const struct work_table *work)
{
    return work == NULL ? 0 : work->version;
}

static bool
read_rows(struct cte_scan_state *state, struct row_list *list, struct batch *out)
{
    const struct plan_cte_scan *plan = (const struct plan_cte_scan *)state->node.plan;
    uint32_t count = row_list_read(list, &state->reader, state->node.code->capacity, plan->columns,
                                   plan->node.column_count, state->columns);

    *out = (struct batch){
        .count = count, .column_count = plan->node.column_count, .columns = state->columns};
    return count != 0;
}

static bool
cte_scan_next(struct exec *exec, struct node_state *node, struct batch *out)
{
    const struct plan_cte_scan *plan = (const struct plan_cte_scan *)node->plan;
    struct cte_scan_state *scan = (struct cte_scan_state *)node;
    /* In the middle of its rows a scan keeps to those that it began with. */
    struct cte_state *state =
        scan->reader.at == 0 ? cte_begin(exec, plan->cte) : exec->ctes[plan->cte];

    node_begin_batch(exec, node);
    if (exec->plan->ctes[plan->cte].is_modifying)
        cte_run(exec, plan->cte);
    while (!read_rows(scan, &state->list, out))
        if (!cte_fill(exec, state))
            return false;
    return true;
}

static bool
work_scan_next(struct exec *exec, struct node_state *node, struct batch *out)
{
    const struct plan_cte_scan *plan = (const struct plan_cte_scan *)node->plan;

    check(exec->works[plan->cte] != NULL);
    node_begin_batch(exec, node);
    return read_rows((struct cte_scan_state *)node, &exec->works[plan->cte]->list, out);
}

static void
cte_scan_rewind(struct exec *exec, struct node_state *node)
{
    (void)exec;
    row_reader_restart(&((struct cte_scan_state *)node)->reader);
}

const struct node_kind node_cte_scan = {
    .code_bytes = sizeof(struct node_code),
    .state_bytes = sizeof(struct cte_scan_state),
    .open = cte_scan_open,
    .next = cte_scan_next,
    .rewind = cte_scan_rewind,
    .reads_pages = true, /* a list's text: it moves when another scan has the list grow */
};

const struct node_kind node_work_scan = {
    .code_bytes = sizeof(struct node_code),
    .state_bytes = sizeof(struct cte_scan_state),
    .open = cte_scan_open,
    .next = work_scan_next,
    .rewind = cte_scan_rewind,
    .reads_pages = true,
};

/* ---- recursive union ---- */

struct recursive_code {
    struct node_code node;
    struct key_code *keys; /* UNION: all columns; null: UNION ALL */
    struct row_shape shape;
    uint32_t *key_columns;
};

struct recursive_state {
    struct node_state node;
    struct row_list next; /* rows of the round at hand */
    bool is_in_rounds;
    struct arena *seen_arena;
    struct row_store seen_store;
    struct hash_table seen;
    uint16_t rows[COLUMN_ROWS_MAX];
};

static void
recursive_compile(struct compiler *compiler, struct node_code *node)
{
    struct recursive_code *code = (struct recursive_code *)node;
    const struct plan_recursive *plan = (const struct plan_recursive *)node->plan;
    uint32_t count = plan->node.column_count;

    if (plan->is_all)
        return;
    enum phys *phys = arena_alloc_array(compiler->arena, count, sizeof *phys);
    code->keys = arena_alloc_array(compiler->arena, count, sizeof *code->keys);
    code->key_columns = arena_alloc_array(compiler->arena, count, sizeof(uint32_t));
    for (uint32_t i = 0; i < count; i++) {
        code->keys[i] = key_code_of(compiler_type(compiler, plan->node.columns[i].type));
        code->key_columns[i] = i;
        phys[i] = plan->node.columns[i].phys;
    }
    row_shape_init(&code->shape, compiler->arena, phys, count, sizeof(struct hash_header), 0);
}

static void
begin_union(struct recursive_state *state)
{
    const struct recursive_code *code = (const struct recursive_code *)state->node.code;

    state->is_in_rounds = false;
    row_list_clear(&state->next);
    arena_reset(state->seen_arena);
    row_store_init(&state->seen_store, &code->shape, state->seen_arena);
    hash_table_init(&state->seen, 64, state->seen_arena);
}

static void
recursive_open(struct exec *exec, struct node_state *node)
{
    struct recursive_state *state = (struct recursive_state *)node;
    const struct plan_recursive *plan = (const struct plan_recursive *)node->plan;
    struct work_table *work = arena_alloc_zero(exec->arena, sizeof *work);

    row_list_init(exec, &work->list, node->plan);
    row_list_init(exec, &state->next, node->plan);
    exec->works[plan->work] = work;
    state->seen_arena = exec_new_arena(exec, "recursive union");
    begin_union(state);
}

/* UNION: narrows the batch to rows not seen before, and remembers them. */
static void
keep_new(struct recursive_state *state, struct batch *in)
{
    const struct recursive_code *code = (const struct recursive_code *)state->node.code;
    uint64_t hashes[COLUMN_ROWS_MAX];
    uint32_t kept = 0;

    if (code->keys == NULL)
        return;
    for (uint32_t k = 0; k < in->column_count; k++)
        key_hash(&code->keys[k], &in->columns[k], in->count, in->sel, k == 0, hashes);
    for (uint32_t i = 0; i < in->count; i++) {
        uint16_t row = (uint16_t)sel_row(in->sel, i);
        uint64_t hash = in->column_count == 0 ? 0 : hashes[i];
        uint8_t *stored = hash_table_first(&state->seen, hash);
        while (stored != NULL && (((struct hash_header *)stored)->hash != hash ||
                                  !keys_equal_row(code->keys, in->column_count, in->columns, row,
                                                  &code->shape, stored, code->key_columns)))
            stored = ((struct hash_header *)stored)->next;
        if (stored != NULL)
            continue;
        stored = row_store_new(&state->seen_store);
        for (uint32_t c = 0; c < in->column_count; c++)
            row_store_put(&state->seen_store, &stored, c, &in->columns[c], 1, &row);
        ((struct hash_header *)stored)->hash = hash;
        hash_table_add(&state->seen, stored);
        state->rows[kept++] = row;
    }
    in->count = kept;
    in->sel = state->rows;
}

/* The rows of the last round become the working table of the next; false if there were none. */
static bool
next_round(struct exec *exec, struct recursive_state *state)
{
    const struct plan_recursive *plan = (const struct plan_recursive *)state->node.plan;
    struct work_table *work = exec->works[plan->work];
    struct row_list last = work->list;

    if (row_list_count(&state->next) == 0)
        return false;
    work->list = state->next;
    state->next = last;
    row_list_clear(&state->next);
    work->version = ++exec->clock;
    state->is_in_rounds = true;
    node_rewind(exec, state->node.right);
    return true;
}

static bool
recursive_next(struct exec *exec, struct node_state *node, struct batch *out)
{
    struct recursive_state *state = (struct recursive_state *)node;

    for (;;) {
        struct node_state *child = state->is_in_rounds ? node->right : node->left;
        if (!node_next(exec, child, out)) {
            if (!next_round(exec, state))
                return false;
            continue;
        }
        keep_new(state, out);
        if (out->count == 0)
            continue;
        row_list_add(&state->next, out);
        return true;
    }
}

static void
recursive_rewind(struct exec *exec, struct node_state *node)
{
    begin_union((struct recursive_state *)node);
    node_rewind(exec, node->left);
    node_rewind(exec, node->right);
}

const struct node_kind node_recursive_union = {
    .code_bytes = sizeof(struct recursive_code),
    .state_bytes = sizeof(struct recursive_state),
    .compile = recursive_compile,
    .open = recursive_open,
    .next = recursive_next,
    .rewind = recursive_rewind,
    .keep = node_keep_both,
};
