/*
 * hash_join_spill.c: a hash join whose right side outgrows work_mem.
 *
 * Both sides are written out in JOIN_PARTS parts by the top bits of their keys' hash: rows that
 * join are in parts of one number. Then a part's right rows are loaded and its left rows looked up.
 * A part is loaded as a whole, however large it is.
 */
#include "exec/hash_join.h"

#define JOIN_PARTS 32u

struct join_parts {
    struct arena *arena; /* of the spills */
    struct spill right[JOIN_PARTS], left[JOIN_PARTS];
    uint32_t next;           /* to be joined */
    struct arena *row_arena; /* left rows on their way out, and back */
    struct row_store rows;
    struct column *columns; /* of left rows read back */
};

static uint32_t
part_of(uint64_t hash)
{
    return (uint32_t)(hash >> 59) % JOIN_PARTS;
}

bool
join_is_full(const struct exec *exec, const struct hash_join_state *state)
{
    const struct hash_join_code *code = (const struct hash_join_code *)state->node.code;

    return code->key_count != 0 && arena_bytes(state->table_arena) > exec->work_mem_bytes;
}

static void
begin_parts(struct exec *exec, struct hash_join_state *state)
{
    const struct hash_join_code *code = (const struct hash_join_code *)state->node.code;
    const struct node_code *left = state->node.left->code;
    struct join_parts *parts = state->parts;

    if (parts == NULL) {
        parts = state->parts = arena_alloc_zero(exec->arena, sizeof *parts);
        parts->arena = exec_new_arena(exec, "join parts");
        parts->row_arena = exec_new_arena(exec, "join rows");
        parts->columns =
            arena_alloc_array(exec->arena, left->plan->column_count, sizeof *parts->columns);
        for (uint32_t i = 0; i < left->plan->column_count; i++)
            vector_init(&parts->columns[i], left->plan->columns[i].phys, left->capacity,
                        exec->arena);
    }
    for (uint32_t i = 0; i < JOIN_PARTS; i++) {
        spill_init(&parts->right[i], exec, &code->shape, parts->arena);
        spill_init(&parts->left[i], exec, &code->left_shape, parts->arena);
    }
    parts->next = 0;
    state->is_parted = true;
}

void
join_part_right(struct exec *exec, struct hash_join_state *state)
{
    const struct hash_join_code *code = (const struct hash_join_code *)state->node.code;

    if (!state->is_parted)
        begin_parts(exec, state);
    for (uint64_t i = 0; i < state->store.row_count; i++) {
        const uint8_t *row = row_store_row(&state->store, i);
        uint32_t part = part_of(((const struct hash_header *)row)->hash);
        spill_put(&state->parts->right[part], row, slice_of(NULL, 0));
    }
    arena_reset(state->table_arena);
    row_store_init(&state->store, &code->shape, state->table_arena);
    hash_table_init(&state->table, 64, state->table_arena);
}

/* Writes left rows to their parts. */
static void
write_left(struct hash_join_state *state, const struct batch *in)
{
    const struct hash_join_code *code = (const struct hash_join_code *)state->node.code;
    struct join_parts *parts = state->parts;
    uint64_t hashes[COLUMN_ROWS_MAX];
    uint8_t *rows[COLUMN_ROWS_MAX];

    expr_run(state->left_keys, in);
    for (uint32_t k = 0; k < code->key_count; k++)
        key_hash(&code->keys[k], &state->left_keys->outputs[k], in->count, in->sel, k == 0, hashes);
    arena_reset(parts->row_arena);
    row_store_init(&parts->rows, &code->left_shape, parts->row_arena);
    row_store_append(&parts->rows, in, rows);
    for (uint32_t i = 0; i < in->count; i++)
        spill_put(&parts->left[part_of(hashes[i])], rows[i], slice_of(NULL, 0));
}

void
join_part_left(struct exec *exec, struct hash_join_state *state)
{
    struct batch in;

    while (node_next(exec, state->node.left, &in))
        write_left(state, &in);
    for (uint32_t i = 0; i < JOIN_PARTS; i++) {
        spill_finish(&state->parts->right[i]);
        spill_finish(&state->parts->left[i]);
    }
}

bool
join_part_next(struct exec *exec, struct hash_join_state *state)
{
    const struct hash_join_code *code = (const struct hash_join_code *)state->node.code;
    struct join_parts *parts = state->parts;
    struct slice none;
    uint8_t *row;

    if (parts->next == JOIN_PARTS)
        return false;
    arena_reset(state->table_arena);
    row_store_init(&state->store, &code->shape, state->table_arena);
    hash_table_init(&state->table, 64, state->table_arena);
    while (spill_get(&parts->right[parts->next], &state->store, &row, &none)) {
        ((struct hash_header *)row)->is_matched = false;
        hash_join_add(state, row);
    }
    state->row_count = state->store.row_count;
    exec_check(exec);
    parts->next++;
    state->right_at = 0;
    state->is_batch_walked = state->is_finished = false;
    return true;
}

bool
join_part_read(struct exec *exec, struct hash_join_state *state, struct batch *out)
{
    const struct hash_join_code *code = (const struct hash_join_code *)state->node.code;
    struct join_parts *parts = state->parts;
    struct spill *spill = &parts->left[parts->next - 1];
    const uint8_t *rows[COLUMN_ROWS_MAX];
    uint32_t capacity = state->node.left->code->capacity, count = 0;
    struct slice none;
    uint8_t *row;

    exec_check(exec);
    arena_reset(parts->row_arena);
    row_store_init(&parts->rows, &code->left_shape, parts->row_arena);
    while (count < capacity && spill_get(spill, &parts->rows, &row, &none))
        rows[count++] = row;
    for (uint32_t c = 0; c < code->left_shape.column_count; c++) {
        parts->columns[c].has_nulls = false;
        row_gather(&code->left_shape, rows, count, c, &parts->columns[c], 0);
    }
    *out = (struct batch){
        .count = count, .column_count = code->left_shape.column_count, .columns = parts->columns};
    return count != 0;
}

void
join_parts_reset(struct hash_join_state *state)
{
    if (!state->is_parted)
        return;
    for (uint32_t i = 0; i < JOIN_PARTS; i++) {
        spill_end(&state->parts->right[i]);
        spill_end(&state->parts->left[i]);
    }
    arena_reset(state->parts->arena);
    state->is_parted = false;
}
