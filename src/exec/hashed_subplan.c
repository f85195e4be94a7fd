/*
 * hashed_subplan.c: x IN (a query that reads nothing of x's row): its rows are hashed once.
 *
 * The answer is true if a row equals x; else null if one might: a null of x or of the row stands
 * for any value; else false. Rows with nulls are in no chain of the table, and are looked through
 * only when no row without nulls has matched.
 */
#include "exec/hash_table.h"
#include "exec/keys.h"
#include "exec/subplan.h"

struct hashed_code {
    uint32_t key_count;
    const struct expr_code *keys; /* over the root's columns */
    struct key_code *codes;
    struct row_shape shape;
    uint32_t *key_columns; /* 0, 1, ...: of the keys in the shape */
};

struct hashed_rows {
    struct expr_state *keys;
    struct arena *arena;
    struct row_store store;
    struct hash_table table;
    bool is_built, has_null_rows;
    uint64_t built; /* exec->clock then */
};

struct hashed_code *
hashed_compile(struct compiler *compiler, const struct plan_subplan *plan)
{
    struct hashed_code *code = arena_alloc_zero(compiler->arena, sizeof *code);
    enum phys *phys = arena_alloc_array(compiler->arena, plan->key_count, sizeof *phys);

    code->key_count = plan->key_count;
    code->keys = expr_compile(compiler, plan->keys, plan->key_count);
    code->codes = arena_alloc_array(compiler->arena, plan->key_count, sizeof *code->codes);
    code->key_columns =
        arena_alloc_array(compiler->arena, plan->key_count, sizeof *code->key_columns);
    for (uint32_t k = 0; k < plan->key_count; k++) {
        const struct type_info *type = compiler_type(compiler, plan->keys[k]->type);
        code->codes[k] = key_code_of(type);
        code->key_columns[k] = k;
        phys[k] = type->phys;
    }
    row_shape_init(&code->shape, compiler->arena, phys, plan->key_count, sizeof(struct hash_header),
                   0);
    return code;
}

uint32_t
hashed_scans(const struct hashed_code *code)
{
    return code->keys->scans;
}

struct hashed_rows *
hashed_open(struct exec *exec, const struct hashed_code *code, uint32_t capacity)
{
    struct hashed_rows *rows = arena_alloc_zero(exec->arena, sizeof *rows);

    rows->arena = exec_new_arena(exec, "hashed subplan");
    rows->keys = expr_open(exec, code->keys, capacity, exec_new_arena(exec, "hashed keys"));
    return rows;
}

static void
store_batch(struct hashed_rows *rows, const struct hashed_code *code, const struct batch *in)
{
    uint64_t hashes[COLUMN_ROWS_MAX];

    expr_run(rows->keys, in);
    for (uint32_t k = 0; k < code->key_count; k++)
        key_hash(&code->codes[k], &rows->keys->outputs[k], in->count, in->sel, k == 0, hashes);
    for (uint32_t i = 0; i < in->count; i++) {
        uint8_t *row = row_store_new(&rows->store);
        uint16_t at = (uint16_t)sel_row(in->sel, i);
        bool has_null = false;
        for (uint32_t k = 0; k < code->key_count; k++) {
            row_store_put(&rows->store, &row, k, &rows->keys->outputs[k], 1, &at);
            has_null |= row_is_null(&code->shape, row, k);
        }
        ((struct hash_header *)row)->hash = hashes[i];
        rows->has_null_rows |= has_null;
        if (!has_null)
            hash_table_add(&rows->table, row);
    }
}

void
hashed_build(struct exec *exec, struct hashed_rows *rows, const struct hashed_code *code,
             struct node_state *root)
{
    struct batch in;

    if (rows->is_built) {
        if (!exec_is_stale(exec, root->plan, rows->built))
            return;
        node_rewind(exec, root);
    }
    arena_reset(rows->arena);
    row_store_init(&rows->store, &code->shape, rows->arena);
    hash_table_init(&rows->table, 64, rows->arena);
    rows->has_null_rows = false;
    while (node_next(exec, root, &in))
        store_batch(rows, code, &in);
    rows->is_built = true;
    rows->built = exec->clock;
}

/* No two values that are there differ. */
static bool
may_equal(const struct hashed_code *code, const struct column *args, const uint8_t *row)
{
    for (uint32_t k = 0; k < code->key_count; k++) {
        if (!args[k].has_nulls && !row_is_null(&code->shape, row, k) &&
            !key_equal_row(&code->codes[k], &args[k], 0, row_value(&code->shape, row, k),
                           code->shape.phys[k]))
            return false;
    }
    return true;
}

static bool
has_match(const struct hashed_rows *rows, const struct hashed_code *code, const struct column *args)
{
    uint64_t hash = 0;

    for (uint32_t k = 0; k < code->key_count; k++)
        key_hash(&code->codes[k], &args[k], 1, NULL, k == 0, &hash);
    const uint8_t *row = hash_table_first(&rows->table, hash);
    for (; row != NULL; row = ((const struct hash_header *)row)->next) {
        if (((const struct hash_header *)row)->hash == hash &&
            keys_equal_row(code->codes, code->key_count, args, 0, &code->shape, row,
                           code->key_columns))
            return true;
    }
    return false;
}

bool
hashed_find(const struct hashed_rows *rows, const struct hashed_code *code, const enum phys *phys,
            const union datum *values, const bool *nulls, bool *is_null)
{
    static const uint8_t is_set[] = {0, 1};
    struct column args[FUNC_ARGS_MAX];
    bool has_null = false;

    *is_null = false;
    for (uint32_t k = 0; k < code->key_count; k++) {
        args[k] = (struct column){.phys = phys[k],
                                  .is_const = true,
                                  .has_nulls = nulls[k],
                                  .nulls = (uint8_t *)(uintptr_t)&is_set[nulls[k]],
                                  .data = (void *)(uintptr_t)&values[k]};
        has_null |= nulls[k];
    }
    if (!has_null && has_match(rows, code, args))
        return true;
    for (uint64_t i = 0; (has_null || rows->has_null_rows) && i < rows->store.row_count; i++) {
        if (may_equal(code, args, row_store_row(&rows->store, i))) {
            *is_null = true;
            break;
        }
    }
    return false;
}
