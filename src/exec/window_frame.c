/*
 * window_frame.c: where the peers and the frame of each row lie.
 *
 * Both bounds of a frame only move forwards over a partition, so each is followed by one cursor.
 * Peers are found by the flags that rows were given when they came in.
 */
#include "exec/window.h"

/* ---- offsets ---- */

static int64_t
row_offset(union datum value, const char *which)
{
    if (value.i64 < 0)
        raise(SQLSTATE_INVALID_PRECEDING_OR_FOLLOWING_SIZE, "frame %s offset must not be negative",
              which);
    return value.i64;
}

void
window_frame_begin(struct window_state *state)
{
    const struct window_code *code = (const struct window_code *)state->node.code;
    const struct window *window = code->window;
    struct batch one = {.count = 1};
    uint32_t output = 0;
    bool is_null;

    if (code->offsets == NULL)
        return;
    expr_run(state->offsets, &one);
    if (window->start_offset != NULL) {
        state->start_span = expr_value(state->offsets, output++, 0, &is_null);
        if (is_null)
            raise(SQLSTATE_NULL_VALUE_NOT_ALLOWED, "frame starting offset must not be null");
        if (window->mode != FRAME_RANGE)
            state->start_rows = row_offset(state->start_span, "starting");
    }
    if (window->end_offset != NULL) {
        state->end_span = expr_value(state->offsets, output, 0, &is_null);
        if (is_null)
            raise(SQLSTATE_NULL_VALUE_NOT_ALLOWED, "frame ending offset must not be null");
        if (window->mode != FRAME_RANGE)
            state->end_rows = row_offset(state->end_span, "ending");
    }
}

void
window_frame_begin_partition(struct window_state *state)
{
    state->group_start = state->group_end = state->part_start;
    state->group = -1;
    state->start = state->end = (struct window_bound){state->part_start, 0};
}

/* ---- peers ---- */

/* The first row after `row` that begins a group of peers, or the partition's end. */
static uint64_t
next_group(struct window_state *state, uint64_t row)
{
    while (window_has_row(state, ++row)) {
        uint64_t first;
        const struct window_page *page = window_buffer_page(&state->buffer, row, &first);
        uint64_t end = first + state->buffer.capacity;
        if (end > state->buffer.end)
            end = state->buffer.end;
        for (; row < end; row++) {
            if ((page->flags[row - first] & (WINDOW_PEERS | WINDOW_PARTITION)) != 0)
                return row;
        }
        row--;
    }
    return row;
}

static void
locate_peers(struct window_state *state, const struct window_run *run)
{
    const struct window_code *code = (const struct window_code *)state->node.code;
    const uint8_t *flags = run->page->flags + (run->from - run->page_first);
    uint32_t count = (uint32_t)(run->to - run->from);

    for (uint32_t i = 0; i < count; i++) {
        if ((flags[i] & (WINDOW_PEERS | WINDOW_PARTITION)) != 0) {
            state->group_start = run->from + i;
            state->group++;
            if (code->needs_peer_end)
                state->group_end = next_group(state, run->from + i);
        }
        state->peer_start[i] = state->group_start;
        state->peer_end[i] = state->group_end;
        state->groups[i] = state->group;
    }
}

/* ---- bounds by offsets in RANGE and GROUPS ---- */

static union datum
key_at(struct window_state *state, uint64_t row, bool *is_null)
{
    const struct plan_window *plan = (const struct plan_window *)state->node.plan;
    uint64_t first;
    const struct window_page *page = window_buffer_page(&state->buffer, row, &first);
    const struct column *column = &page->columns[plan->order[0].column];

    *is_null = column_is_null(column, (uint32_t)(row - first));
    return *is_null ? (union datum){.words = {0, 0}} : vector_get(column, (uint32_t)(row - first));
}

/* Where the cursor stands, is the row before the bound (for an end: within it) of a row with key
 * `current`? */
static bool
passes_range(struct window_state *state, uint64_t at, union datum current, bool current_is_null,
             bool is_end)
{
    const struct window_code *code = (const struct window_code *)state->node.code;
    const struct plan_window *plan = (const struct plan_window *)state->node.plan;
    const struct plan_key *key = &plan->order[0];
    const struct window *window = code->window;
    enum frame_bound kind = is_end ? window->end : window->start;
    const struct func_info *func = is_end ? window->in_range_end : window->in_range_start;
    bool at_is_null;
    union datum value = key_at(state, at, &at_is_null);

    if (at_is_null || current_is_null) {
        if (is_end)
            return key->nulls_first ? at_is_null || !current_is_null
                                    : !at_is_null || current_is_null;
        return key->nulls_first ? at_is_null && !current_is_null : !at_is_null && current_is_null;
    }
    bool is_minus = (kind == BOUND_OFFSET_PRECEDING) != key->is_descending;
    bool is_less = is_end != key->is_descending;
    union datum args[5] = {value, current, is_end ? state->end_span : state->start_span,
                           (union datum){.words = {is_minus, 0}},
                           (union datum){.words = {is_less, 0}}};
    arena_reset(state->scratch_arena);
    state->in_range.func = func;
    bool is_in = func->scalar(&state->in_range, args).b;
    return is_end ? is_in : !is_in;
}

static void
move_range(struct window_state *state, struct window_bound *bound, uint64_t row, bool is_end)
{
    bool is_null;
    union datum current = key_at(state, row, &is_null);

    while (window_has_row(state, bound->at) &&
           passes_range(state, bound->at, current, is_null, is_end))
        bound->at = next_group(state, bound->at);
}

/* To the first group that is not before (for an end: not within) the bound of a row of `group`. */
static void
move_groups(struct window_state *state, struct window_bound *bound, int64_t group, bool is_end)
{
    const struct window *window = ((const struct window_code *)state->node.code)->window;
    enum frame_bound kind = is_end ? window->end : window->start;
    int64_t distance = is_end ? state->end_rows : state->start_rows;
    int64_t wanted;

    if (kind == BOUND_OFFSET_PRECEDING)
        wanted = group - distance + is_end;
    else if (__builtin_add_overflow(group + is_end, distance, &wanted))
        wanted = INT64_MAX;
    while (bound->group < wanted && window_has_row(state, bound->at)) {
        bound->at = next_group(state, bound->at);
        bound->group++;
    }
}

/* The bound of row `i` of the run, by an offset; rows of one group share it. */
static uint64_t
bound_of_group(struct window_state *state, const struct window_run *run, uint32_t i, bool is_end)
{
    const struct window *window = ((const struct window_code *)state->node.code)->window;
    const uint64_t *to = is_end ? state->frame_end : state->frame_start;
    struct window_bound *bound = is_end ? &state->end : &state->start;

    if (i != 0 && state->groups[i] == state->groups[i - 1])
        return to[i - 1];
    if (window->mode == FRAME_RANGE)
        move_range(state, bound, run->from + i, is_end);
    else
        move_groups(state, bound, state->groups[i], is_end);
    return bound->at;
}

/* ---- bounds ---- */

/* A row at a distance from another, at most one past the partition. */
static uint64_t
row_beyond(struct window_state *state, uint64_t row, int64_t distance)
{
    uint64_t at = row + (uint64_t)distance;

    if (at == 0 || window_has_row(state, at - 1))
        return at;
    return window_partition_end(state);
}

static uint64_t
row_before(const struct window_state *state, uint64_t row, int64_t distance)
{
    return row - state->part_start < (uint64_t)distance ? state->part_start
                                                        : row - (uint64_t)distance;
}

static void
locate_start(struct window_state *state, const struct window_run *run, uint32_t count)
{
    const struct window_code *code = (const struct window_code *)state->node.code;
    enum frame_bound kind = code->window->start;
    enum frame_mode mode = code->window->mode;
    uint64_t *to = state->frame_start;

    for (uint32_t i = 0; i < count; i++) {
        uint64_t row = run->from + i;
        if (kind == BOUND_UNBOUNDED_PRECEDING)
            to[i] = state->part_start;
        else if (kind == BOUND_CURRENT_ROW)
            to[i] = mode == FRAME_ROWS ? row : state->peer_start[i];
        else if (mode == FRAME_ROWS)
            to[i] = kind == BOUND_OFFSET_PRECEDING ? row_before(state, row, state->start_rows)
                                                   : row_beyond(state, row, state->start_rows);
        else
            to[i] = bound_of_group(state, run, i, false);
    }
}

static void
locate_end(struct window_state *state, const struct window_run *run, uint32_t count)
{
    const struct window_code *code = (const struct window_code *)state->node.code;
    enum frame_bound kind = code->window->end;
    enum frame_mode mode = code->window->mode;
    uint64_t *to = state->frame_end;
    uint64_t part_end = kind == BOUND_UNBOUNDED_FOLLOWING ? window_partition_end(state) : 0;

    for (uint32_t i = 0; i < count; i++) {
        uint64_t row = run->from + i;
        if (kind == BOUND_UNBOUNDED_FOLLOWING)
            to[i] = part_end;
        else if (kind == BOUND_CURRENT_ROW)
            to[i] = mode == FRAME_ROWS ? row + 1 : state->peer_end[i];
        else if (mode == FRAME_ROWS && kind == BOUND_OFFSET_FOLLOWING)
            to[i] = row_beyond(state, row + 1, state->end_rows);
        else if (mode == FRAME_ROWS)
            to[i] = row_before(state, row + 1, state->end_rows);
        else
            to[i] = bound_of_group(state, run, i, true);
    }
}

void
window_frame_locate(struct window_state *state, const struct window_run *run)
{
    const struct window_code *code = (const struct window_code *)state->node.code;
    uint32_t count = (uint32_t)(run->to - run->from);

    if (code->needs_peers)
        locate_peers(state, run);
    if (!code->needs_frame)
        return;
    locate_start(state, run, count);
    locate_end(state, run, count);
    for (uint32_t i = 0; i < count; i++) {
        if (state->frame_end[i] < state->frame_start[i])
            state->frame_end[i] = state->frame_start[i];
    }
}

/* ---- exclusion ---- */

static void
add_piece(struct window_pieces *pieces, uint64_t from, uint64_t to)
{
    if (from >= to)
        return;
    pieces->from[pieces->count] = from;
    pieces->to[pieces->count++] = to;
}

static uint64_t
clamp(uint64_t row, uint64_t from, uint64_t to)
{
    return row < from ? from : row > to ? to : row;
}

void
window_frame_pieces(const struct window_state *state, const struct window_run *run, uint32_t i,
                    struct window_pieces *pieces)
{
    const struct window_code *code = (const struct window_code *)state->node.code;
    uint64_t from = state->frame_start[i], to = state->frame_end[i], row = run->from + i;
    uint64_t out_from = row, out_to = row + 1;

    pieces->count = 0;
    if (code->window->exclude == EXCLUDE_NONE) {
        add_piece(pieces, from, to);
        return;
    }
    if (code->window->exclude != EXCLUDE_CURRENT_ROW) {
        out_from = state->peer_start[i];
        out_to = state->peer_end[i];
    }
    add_piece(pieces, from, clamp(out_from, from, to));
    if (code->window->exclude == EXCLUDE_TIES)
        add_piece(pieces, clamp(row, from, to), clamp(row + 1, from, to));
    add_piece(pieces, clamp(out_to, from, to), to);
}

uint64_t
window_frame_lowest(const struct window_state *state, bool is_read)
{
    const struct window_code *code = (const struct window_code *)state->node.code;
    const struct window *window = code->window;
    uint64_t lowest = state->next;

    if (!code->needs_frame || state->next == state->part_end)
        return lowest;
    if (window->mode != FRAME_ROWS && window->start_offset != NULL && state->start.at < lowest)
        lowest = state->start.at;
    if (window->mode != FRAME_ROWS && window->end_offset != NULL && state->end.at < lowest)
        lowest = state->end.at;
    if (!is_read)
        return lowest;
    if (window->start == BOUND_UNBOUNDED_PRECEDING)
        return state->part_start;
    if (window->mode == FRAME_ROWS && window->start == BOUND_OFFSET_PRECEDING)
        lowest = row_before(state, lowest, state->start_rows);
    bool is_by_group = window->exclude == EXCLUDE_GROUP || window->exclude == EXCLUDE_TIES ||
                       (window->start == BOUND_CURRENT_ROW && window->mode != FRAME_ROWS);
    if (is_by_group && state->group_start < lowest)
        lowest = state->group_start;
    return lowest;
}
