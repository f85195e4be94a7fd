/*
 * setop_spill.c: INTERSECT and EXCEPT past work_mem.
 *
 * Once the left rows fill work_mem, rows that are in the table are still counted, and others are
 * written out, of both sides, by their hash into PARTS parts. When the table has been put out, each
 * part is counted by itself, and may be parted again by further bits of the hash.
 */
#include "exec/setop.h"

#define PARTS 16u
#define PART_LEVELS_MAX 12u /* beyond, all rows of a part have one hash, or nearly */
#define ROWS_MIN 64u        /* kept, however little memory there is */

struct setop_part {
    struct spill sides[SETOP_SIDES];
    uint32_t level;
    struct setop_part *next;
};

struct setop_parts {
    struct arena *arena;         /* of parts */
    struct arena *scratch_arena; /* a row on its way out */
    struct setop_part *written;  /* [PARTS]: being written; null: none yet at this level */
    struct setop_part *pending, *reading;
    uint32_t level; /* of the rows being counted */
    struct arena *read_arena;
    struct column *columns; /* of rows read back */
    /* Of the parts being written, and of the one being read: these take turns. */
    uint8_t *write_buffers[PARTS][SETOP_SIDES], *read_buffers[SETOP_SIDES];
};

bool
setop_is_full(const struct exec *exec, const struct setop_state *state)
{
    uint32_t level = state->parts == NULL ? 0 : state->parts->level;

    return level < PART_LEVELS_MAX && state->store.row_count >= ROWS_MIN &&
           arena_bytes(state->arena) > exec->work_mem_bytes;
}

bool
setop_has_parts(const struct setop_state *state)
{
    return state->parts != NULL && state->parts->written != NULL;
}

/* Buffers for the spills of the level. */
static void
lend_buffers(struct exec *exec, struct setop_parts *parts)
{
    for (uint32_t i = 0; i < PARTS * SETOP_SIDES; i++) {
        uint8_t **buffer = &parts->write_buffers[i / SETOP_SIDES][i % SETOP_SIDES];
        if (*buffer == NULL)
            *buffer = arena_alloc(exec->arena, SPILL_BLOCK_BYTES);
        parts->written[i / SETOP_SIDES].sides[i % SETOP_SIDES].reader.buffer = *buffer;
    }
}

static void
begin_parts(struct exec *exec, struct setop_state *state)
{
    const struct setop_code *code = (const struct setop_code *)state->node.code;
    struct setop_parts *parts = state->parts;

    if (parts == NULL) {
        uint32_t count = state->node.plan->column_count;
        parts = state->parts = arena_alloc_zero(exec->arena, sizeof *parts);
        parts->arena = exec_new_arena(exec, "set operation's parts");
        parts->scratch_arena = exec_new_arena(exec, "set operation's row");
        parts->read_arena = exec_new_arena(exec, "set operation's rows");
        parts->columns = arena_alloc_array(exec->arena, count, sizeof *parts->columns);
        for (uint32_t c = 0; c < count; c++)
            vector_init(&parts->columns[c], code->shape.phys[c], COLUMN_ROWS_MAX, exec->arena);
        for (uint32_t i = 0; i < SETOP_SIDES; i++)
            parts->read_buffers[i] = arena_alloc(exec->arena, SPILL_BLOCK_BYTES);
    }
    parts->written = arena_alloc_zero(parts->arena, PARTS * sizeof *parts->written);
    for (uint32_t i = 0; i < PARTS; i++) {
        spill_init(&parts->written[i].sides[SETOP_LEFT], exec, &code->shape, parts->arena);
        spill_init(&parts->written[i].sides[SETOP_RIGHT], exec, &code->shape, parts->arena);
        parts->written[i].level = parts->level + 1;
    }
    lend_buffers(exec, parts);
}

void
setop_put(struct exec *exec, struct setop_state *state, const struct batch *in, uint16_t row,
          uint64_t hash, enum setop_side side)
{
    const struct setop_code *code = (const struct setop_code *)state->node.code;
    struct row_store scratch;

    if (!setop_has_parts(state))
        begin_parts(exec, state);
    struct setop_parts *parts = state->parts;
    arena_reset(parts->scratch_arena);
    row_store_init(&scratch, &code->shape, parts->scratch_arena);
    uint8_t *copy = row_store_new(&scratch);
    for (uint32_t c = 0; c < in->column_count; c++)
        row_store_put(&scratch, &copy, c, &in->columns[c], 1, &row);
    uint32_t part = (hash >> (60 - 4 * parts->level)) % PARTS;
    spill_put(&parts->written[part].sides[side], copy, slice_of(NULL, 0));
}

static void
end_part(struct setop_part *part)
{
    spill_end(&part->sides[SETOP_LEFT]);
    spill_end(&part->sides[SETOP_RIGHT]);
}

void
setop_finish(struct setop_state *state)
{
    struct setop_parts *parts = state->parts;

    if (!setop_has_parts(state))
        return;
    for (uint32_t i = 0; i < PARTS; i++) {
        struct setop_part *part = &parts->written[i];
        if (part->sides[SETOP_LEFT].row_count == 0) {
            end_part(part);
            continue;
        }
        spill_finish(&part->sides[SETOP_LEFT]);
        spill_finish(&part->sides[SETOP_RIGHT]);
        part->next = parts->pending;
        parts->pending = part;
    }
    parts->written = NULL;
}

bool
setop_next_part(struct setop_state *state)
{
    struct setop_parts *parts = state->parts;

    if (parts == NULL)
        return false;
    if (parts->reading != NULL)
        end_part(parts->reading);
    parts->reading = parts->pending;
    if (parts->reading == NULL)
        return false;
    parts->pending = parts->reading->next;
    parts->level = parts->reading->level;
    for (uint32_t i = 0; i < SETOP_SIDES; i++)
        parts->reading->sides[i].reader.buffer = parts->read_buffers[i];
    return true;
}

bool
setop_get(struct exec *exec, struct setop_state *state, enum setop_side side, struct batch *out)
{
    const struct setop_code *code = (const struct setop_code *)state->node.code;
    struct setop_parts *parts = state->parts;
    const uint8_t *rows[COLUMN_ROWS_MAX];
    uint32_t column_count = state->node.plan->column_count, count = 0;
    struct row_store store;
    struct slice none;
    uint8_t *row;

    exec_check(exec);
    arena_reset(parts->read_arena);
    row_store_init(&store, &code->shape, parts->read_arena);
    while (count < COLUMN_ROWS_MAX && spill_get(&parts->reading->sides[side], &store, &row, &none))
        rows[count++] = row;
    for (uint32_t c = 0; c < column_count; c++) {
        parts->columns[c].has_nulls = false;
        row_gather(&code->shape, rows, count, c, &parts->columns[c], 0);
    }
    *out = (struct batch){.count = count, .column_count = column_count, .columns = parts->columns};
    return count != 0;
}

void
setop_reset(struct setop_state *state)
{
    struct setop_parts *parts = state->parts;

    if (parts == NULL)
        return;
    for (uint32_t i = 0; parts->written != NULL && i < PARTS; i++)
        end_part(&parts->written[i]);
    if (parts->reading != NULL)
        end_part(parts->reading);
    for (struct setop_part *part = parts->pending; part != NULL; part = part->next)
        end_part(part);
    parts->reading = parts->pending = parts->written = NULL;
    parts->level = 0;
    arena_reset(parts->arena);
}
