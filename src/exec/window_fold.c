/*
 * window_fold.c: aggregates over frames.
 *
 * A call's state holds rows [base, end) of its partition. For the next frame rows are added at its
 * end and, where the aggregate can undo a step exactly, taken away at its beginning; otherwise it
 * is computed afresh. Rows that the frame excludes are taken away for the moment of asking, or
 * left out while computing. A frame of the same rows as the last one has the same value.
 */
#include "exec/window.h"

#define VECTOR_MIN 4u /* fewer rows are stepped one by one */

static const struct window_call_code *
code_of(const struct window_state *state, uint32_t call_idx)
{
    return &((const struct window_code *)state->node.code)->calls[call_idx];
}

static void
reset_state(struct window_state *state, uint32_t call_idx, uint64_t at)
{
    const struct aggregate_info *info = code_of(state, call_idx)->info;
    struct window_call_state *call = &state->calls[call_idx];

    arena_reset(call->arena);
    memset(call->state, 0, info->state_bytes);
    call->call.state = NULL;
    if (info->init != NULL)
        info->init(&call->call, call->state);
    call->base = call->end = at;
}

void
window_fold_begin_partition(struct window_state *state, uint32_t call_idx)
{
    reset_state(state, call_idx, state->part_start);
    state->calls[call_idx].has_value = false;
}

/* ---- steps ---- */

/* Does the row count? Values and nulls of its arguments too. */
static bool
row_args(const struct window_call_code *code, const struct window_page *page, uint32_t at,
         union datum *values, bool *nulls)
{
    if (code->filter != WINDOW_NO_COLUMN) {
        const struct column *filter = &page->columns[code->filter];
        if (column_is_null(filter, at) || !vector_get(filter, at).b)
            return false;
    }
    for (uint32_t a = 0; a < code->arg_count; a++) {
        const struct column *column = &page->columns[code->args[a]];
        nulls[a] = column_is_null(column, at);
        if (nulls[a] && code->info->is_strict)
            return false;
        values[a] = nulls[a] ? (union datum){.words = {0, 0}} : vector_get(column, at);
    }
    return true;
}

static void
step_rows(struct window_call_state *call, const struct window_call_code *code,
          const struct window_page *page, uint32_t from, uint32_t count)
{
    union datum values[FUNC_ARGS_MAX];
    bool nulls[FUNC_ARGS_MAX];

    call->call.arg_nulls = code->info->is_strict ? NULL : nulls;
    for (uint32_t i = 0; i < count; i++) {
        if (row_args(code, page, from + i, values, nulls))
            code->info->step(&call->call, call->state, values);
    }
}

/* Rows of a page by the aggregate's vector form; false if it cannot be used for them. */
static bool
step_vector(struct window_call_state *call, const struct window_call_code *code,
            const struct window_page *page, uint32_t from, uint32_t count)
{
    struct column columns[4];
    uint16_t sel[COLUMN_ROWS_MAX];
    uint32_t kept = 0;
    bool is_whole = code->filter == WINDOW_NO_COLUMN;

    if (code->info->step_vector == NULL || code->arg_count > 4)
        return false;
    for (uint32_t a = 0; a < code->arg_count; a++) {
        columns[a] = page->columns[code->args[a]];
        columns[a].data = (uint8_t *)columns[a].data + (size_t)from * phys_bytes(columns[a].phys);
        columns[a].nulls += from;
        is_whole &= !code->info->is_strict || !columns[a].has_nulls;
    }
    if (is_whole) {
        code->info->step_vector(&call->call, count, NULL, call->states, columns);
        return true;
    }
    const struct column *filter =
        code->filter == WINDOW_NO_COLUMN ? NULL : &page->columns[code->filter];
    for (uint32_t i = 0; i < count; i++) {
        bool counts = filter == NULL ||
                      (!column_is_null(filter, from + i) && ((const bool *)filter->data)[from + i]);
        for (uint32_t a = 0; counts && code->info->is_strict && a < code->arg_count; a++)
            counts = !column_is_null(&columns[a], i);
        sel[kept] = (uint16_t)i;
        kept += counts;
    }
    if (kept != 0)
        code->info->step_vector(&call->call, kept, sel, call->states, columns);
    return true;
}

static void
fold(struct window_state *state, uint32_t call_idx, uint64_t from, uint64_t to)
{
    const struct window_call_code *code = code_of(state, call_idx);
    struct window_call_state *call = &state->calls[call_idx];

    call->call.arena = state->scratch_arena;
    while (from < to) {
        uint64_t first;
        const struct window_page *page = window_buffer_page(&state->buffer, from, &first);
        uint64_t end = first + state->buffer.capacity;
        end = end < to ? end : to;
        uint32_t at = (uint32_t)(from - first), count = (uint32_t)(end - from);
        if (count < VECTOR_MIN || !step_vector(call, code, page, at, count))
            step_rows(call, code, page, at, count);
        from = end;
        arena_reset(state->scratch_arena);
        exec_check(state->buffer.exec);
    }
}

/* Takes rows away again; false if that cannot be done exactly: then the state is of no use. */
static bool
unfold(struct window_state *state, uint32_t call_idx, uint64_t from, uint64_t to)
{
    const struct window_call_code *code = code_of(state, call_idx);
    struct window_call_state *call = &state->calls[call_idx];
    union datum values[FUNC_ARGS_MAX];
    bool nulls[FUNC_ARGS_MAX];

    call->call.arena = state->scratch_arena;
    call->call.arg_nulls = code->info->is_strict ? NULL : nulls;
    while (from < to) {
        uint64_t first;
        const struct window_page *page = window_buffer_page(&state->buffer, from, &first);
        uint64_t end = first + state->buffer.capacity;
        end = end < to ? end : to;
        for (; from < end; from++) {
            if (row_args(code, page, (uint32_t)(from - first), values, nulls) &&
                !code->info->inverse(&call->call, call->state, values))
                return false;
        }
        arena_reset(state->scratch_arena);
    }
    return true;
}

/* ---- frames ---- */

static void
recompute(struct window_state *state, uint32_t call_idx, const struct window_pieces *pieces)
{
    reset_state(state, call_idx, 0);
    for (uint32_t p = 0; p < pieces->count; p++)
        fold(state, call_idx, pieces->from[p], pieces->to[p]);
}

/* Brings the state to rows [from, to). */
static void
move_to(struct window_state *state, uint32_t call_idx, uint64_t from, uint64_t to)
{
    struct window_call_state *call = &state->calls[call_idx];
    const struct aggregate_info *info = code_of(state, call_idx)->info;
    bool can_grow = from == call->base && to >= call->end;

    if (!can_grow && from >= call->base && from <= call->end && to >= call->end &&
        info->inverse != NULL && from - call->base <= to - from)
        can_grow = unfold(state, call_idx, call->base, from);
    if (!can_grow || call->base == call->end)
        reset_state(state, call_idx, from);
    fold(state, call_idx, call->end, to);
    call->base = from;
    call->end = to;
}

static void
finish(struct window_state *state, uint32_t call_idx)
{
    const struct window_call_code *code = code_of(state, call_idx);
    struct window_call_state *call = &state->calls[call_idx];

    call->call.arena = state->node.arena;
    call->call.arg_nulls = NULL;
    call->call.result_is_null = false;
    call->value = code->info->finish(&call->call, call->state);
    call->is_null = call->call.result_is_null;
    if (!call->is_null)
        call->value = datum_copy(code->phys, call->value, state->node.arena);
}

/* Rows in the frame [from, to) that the pieces leave out are taken away, and put back. */
static bool
finish_without(struct window_state *state, uint32_t call_idx, const struct window_pieces *pieces,
               uint64_t from, uint64_t to)
{
    uint64_t out_from[4], out_to[4], at = from;
    uint32_t count = 0;

    if (code_of(state, call_idx)->info->inverse == NULL)
        return false;
    for (uint32_t p = 0; p <= pieces->count; p++) {
        uint64_t end = p == pieces->count ? to : pieces->from[p];
        if (at < end) {
            out_from[count] = at;
            out_to[count++] = end;
        }
        at = p == pieces->count ? to : pieces->to[p];
    }
    move_to(state, call_idx, from, to);
    for (uint32_t i = 0; i < count; i++) {
        if (!unfold(state, call_idx, out_from[i], out_to[i])) {
            reset_state(state, call_idx, 0);
            return false;
        }
    }
    finish(state, call_idx);
    for (uint32_t i = 0; i < count; i++)
        fold(state, call_idx, out_from[i], out_to[i]);
    return true;
}

static bool
is_value_of(const struct window_call_state *call, const struct window_pieces *pieces)
{
    if (!call->has_value || call->pieces.count != pieces->count)
        return false;
    for (uint32_t p = 0; p < pieces->count; p++) {
        if (call->pieces.from[p] != pieces->from[p] || call->pieces.to[p] != pieces->to[p])
            return false;
    }
    return true;
}

static void
compute(struct window_state *state, uint32_t call_idx, const struct window_run *run, uint32_t i)
{
    struct window_call_state *call = &state->calls[call_idx];
    struct window_pieces pieces;
    uint64_t from = state->frame_start[i], to = state->frame_end[i];

    window_frame_pieces(state, run, i, &pieces);
    if (is_value_of(call, &pieces))
        return;
    bool is_whole =
        from == to || (pieces.count == 1 && pieces.from[0] == from && pieces.to[0] == to);
    if (is_whole) {
        move_to(state, call_idx, from, to);
        finish(state, call_idx);
    } else if (!finish_without(state, call_idx, &pieces, from, to)) {
        recompute(state, call_idx, &pieces);
        finish(state, call_idx);
        /* What is folded is not one run of rows. */
        reset_state(state, call_idx, 0);
    }
    call->pieces = pieces;
    call->has_value = true;
}

void
window_fold_run(struct window_state *state, uint32_t call_idx, const struct window_run *run)
{
    struct window_call_state *call = &state->calls[call_idx];
    struct column *to = &call->result;
    uint32_t at = (uint32_t)(run->from - run->page_first);
    uint32_t count = (uint32_t)(run->to - run->from);

    for (uint32_t i = 0; i < count; i++) {
        compute(state, call_idx, run, i);
        vector_set(to, at + i, call->value);
        to->nulls[at + i] = call->is_null;
        to->has_nulls |= call->is_null;
    }
}

/* ---- between batches ---- */

static bool
is_long(const struct window_state *state, uint32_t call_idx)
{
    const struct window_call_state *call = &state->calls[call_idx];

    return call->has_value && !call->is_null && code_of(state, call_idx)->phys == PHYS_VIEW &&
           call->value.view.bytes > VIEW_INLINE_BYTES;
}

void
window_fold_keep(struct window_state *state, uint32_t call_idx)
{
    struct window_call_state *call = &state->calls[call_idx];

    if (!is_long(state, call_idx))
        return;
    arena_reset(call->keep);
    call->value = datum_copy(PHYS_VIEW, call->value, call->keep);
}

void
window_fold_take(struct window_state *state, uint32_t call_idx)
{
    struct window_call_state *call = &state->calls[call_idx];

    if (is_long(state, call_idx))
        call->value = datum_copy(PHYS_VIEW, call->value, state->node.arena);
}

uint64_t
window_fold_lowest(const struct window_state *state, uint32_t call_idx)
{
    const struct window_code *code = (const struct window_code *)state->node.code;
    const struct window_call_state *call = &state->calls[call_idx];
    uint64_t lowest = state->next;

    if (state->next == state->part_end)
        return lowest;
    if (code->window->start == BOUND_UNBOUNDED_PRECEDING && code->window->exclude == EXCLUDE_NONE)
        return call->end < lowest ? call->end : lowest;
    uint64_t frame = window_frame_lowest(state, true);
    if (call->base < call->end && call->base < frame)
        return call->base;
    return frame;
}
