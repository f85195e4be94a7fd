/*
 * aggregate_spill.c: hash aggregation past work_mem.
 *
 * Once the groups fill work_mem, rows of groups that are there are still folded in, and rows of
 * others are written out, by their hash into AGG_PARTS parts. When the groups have been put out,
 * each part is aggregated by itself, and may be parted again by further bits of the hash.
 */
#include "exec/aggregate_spill.h"

#define PART_LEVELS_MAX 12u /* beyond, all rows of a part have one hash, or nearly */

struct agg_spill {
    struct arena *arena;         /* of parts */
    struct row_shape shape;      /* of the child's rows */
    struct arena *scratch_arena; /* a row on its way out */
    struct row_store scratch;
    struct agg_part *parts; /* [AGG_PARTS]: being written; null: none yet at this level */
    struct agg_part *pending;
    struct agg_part *reading;
    uint32_t level; /* of the rows being aggregated */
    struct arena *read_arena;
    struct row_store read;
    struct column *columns; /* of rows read back */
    /* Of the parts being written, and of the one being read: these take turns. */
    uint8_t *write_buffers[AGG_PARTS], *read_buffer;
};

struct agg_part {
    struct spill spill;
    uint32_t level;
    struct agg_part *next;
};

static struct agg_spill *
spill_of(struct exec *exec, struct agg_state *state)
{
    const struct plan_node *child = state->node.left->plan;

    if (state->spill != NULL)
        return state->spill;
    struct agg_spill *spill = arena_alloc_zero(exec->arena, sizeof *spill);
    enum phys *phys = arena_alloc_array(exec->arena, child->column_count, sizeof *phys);
    spill->arena = exec_new_arena(exec, "aggregate parts");
    spill->scratch_arena = exec_new_arena(exec, "aggregate row");
    spill->read_arena = exec_new_arena(exec, "aggregate rows");
    spill->columns = arena_alloc_array(exec->arena, child->column_count, sizeof *spill->columns);
    for (uint32_t i = 0; i < child->column_count; i++) {
        phys[i] = child->columns[i].phys;
        vector_init(&spill->columns[i], phys[i], state->node.left->code->capacity, exec->arena);
    }
    row_shape_init(&spill->shape, exec->arena, phys, child->column_count, 0, 0);
    spill->read_buffer = arena_alloc(exec->arena, SPILL_BLOCK_BYTES);
    state->spill = spill;
    return spill;
}

bool
agg_is_full(const struct exec *exec, const struct agg_state *state)
{
    const struct plan_aggregate *plan = (const struct plan_aggregate *)state->node.plan;
    uint32_t level = state->spill == NULL ? 0 : state->spill->level;

    return plan->strategy == GROUP_HASH && plan->set_count == 0 && level < PART_LEVELS_MAX &&
           state->groups.row_count >= AGG_GROUPS_MIN &&
           arena_bytes(state->table_arena) > exec->work_mem_bytes;
}

void
agg_spill_row(struct exec *exec, struct agg_state *state, const struct batch *in, uint16_t row,
              uint64_t hash)
{
    struct agg_spill *spill = spill_of(exec, state);

    if (spill->parts == NULL) {
        spill->parts = arena_alloc_zero(spill->arena, AGG_PARTS * sizeof *spill->parts);
        for (uint32_t i = 0; i < AGG_PARTS; i++) {
            spill_init(&spill->parts[i].spill, exec, &spill->shape, spill->arena);
            if (spill->write_buffers[i] == NULL)
                spill->write_buffers[i] = arena_alloc(exec->arena, SPILL_BLOCK_BYTES);
            spill->parts[i].spill.reader.buffer = spill->write_buffers[i];
            spill->parts[i].level = spill->level + 1;
        }
    }
    arena_reset(spill->scratch_arena);
    row_store_init(&spill->scratch, &spill->shape, spill->scratch_arena);
    uint8_t *copy = row_store_new(&spill->scratch);
    for (uint32_t c = 0; c < spill->shape.column_count; c++)
        row_store_put(&spill->scratch, &copy, c, &in->columns[c], 1, &row);
    uint32_t part = (hash >> (60 - 4 * spill->level)) % AGG_PARTS;
    spill_put(&spill->parts[part].spill, copy, slice_of(NULL, 0));
}

void
agg_spill_finish(struct agg_state *state)
{
    struct agg_spill *spill = state->spill;

    if (spill == NULL || spill->parts == NULL)
        return;
    for (uint32_t i = 0; i < AGG_PARTS; i++) {
        struct agg_part *part = &spill->parts[i];
        if (part->spill.row_count == 0)
            continue;
        spill_finish(&part->spill);
        part->next = spill->pending;
        spill->pending = part;
    }
    spill->parts = NULL;
}

bool
agg_spill_next(struct agg_state *state)
{
    struct agg_spill *spill = state->spill;

    if (spill == NULL)
        return false;
    if (spill->reading != NULL)
        spill_end(&spill->reading->spill);
    spill->reading = spill->pending;
    if (spill->reading == NULL)
        return false;
    spill->pending = spill->reading->next;
    spill->reading->spill.reader.buffer = spill->read_buffer;
    spill->level = spill->reading->level;
    return true;
}

bool
agg_spill_read(struct agg_state *state, struct batch *out)
{
    struct agg_spill *spill = state->spill;
    const uint8_t *rows[COLUMN_ROWS_MAX];
    uint32_t capacity = state->node.left->code->capacity, count = 0;
    struct slice none;
    uint8_t *row;

    arena_reset(spill->read_arena);
    row_store_init(&spill->read, &spill->shape, spill->read_arena);
    while (count < capacity && spill_get(&spill->reading->spill, &spill->read, &row, &none))
        rows[count++] = row;
    for (uint32_t c = 0; c < spill->shape.column_count; c++) {
        spill->columns[c].has_nulls = false;
        row_gather(&spill->shape, rows, count, c, &spill->columns[c], 0);
    }
    *out = (struct batch){
        .count = count, .column_count = spill->shape.column_count, .columns = spill->columns};
    return count != 0;
}

void
agg_spill_reset(struct agg_state *state)
{
    struct agg_spill *spill = state->spill;

    if (spill == NULL)
        return;
    if (spill->reading != NULL)
        spill_end(&spill->reading->spill);
    for (struct agg_part *part = spill->pending; part != NULL; part = part->next)
        spill_end(&part->spill);
    spill->reading = spill->pending = spill->parts = NULL;
    spill->level = 0;
    arena_reset(spill->arena);
}
