/*
 * window_func.c: the window functions that are no aggregates.
 */
#include "exec/window.h"

/* A value of the buffer, with the page that the last one came from at hand: until rows come in, for
 * which that page may be taken (B1). */
struct reader {
    struct window_state *state;
    struct window_page *page;
    uint64_t first, end;
    uint64_t buffer_end; /* when the page was asked for */
};

static union datum
read_value(struct reader *reader, uint32_t column_idx, uint64_t row, bool *is_null)
{
    struct window_buffer *buffer = &reader->state->buffer;

    if (row < reader->first || row >= reader->end || reader->buffer_end != buffer->end) {
        reader->page = window_buffer_page(buffer, row, &reader->first);
        reader->end = reader->first + buffer->capacity;
        reader->buffer_end = buffer->end;
    }
    const struct column *column = &reader->page->columns[column_idx];
    uint32_t at = (uint32_t)(row - reader->first);
    *is_null = column_is_null(column, at);
    return *is_null ? (union datum){.words = {0, 0}} : vector_get(column, at);
}

/* Sets row `at` of the result; bytes of long views are copied to the batch's arena. */
static void
put_value(struct window_state *state, struct column *to, uint32_t at, union datum value,
          bool is_null)
{
    to->nulls[at] = is_null;
    to->has_nulls |= is_null;
    vector_set(to, at, is_null ? value : datum_copy(to->phys, value, state->node.arena));
}

/* ---- ranks ---- */

static void
put_numbers(const struct window_state *state, const struct window_run *run, enum window_func func,
            int64_t *to)
{
    uint32_t count = (uint32_t)(run->to - run->from);
    int64_t first = (int64_t)(run->from - state->part_start) + 1;

    switch (func) {
    case WINDOW_ROW_NUMBER:
        for (uint32_t i = 0; i < count; i++)
            to[i] = first + i;
        break;
    case WINDOW_RANK:
        for (uint32_t i = 0; i < count; i++)
            to[i] = (int64_t)(state->peer_start[i] - state->part_start) + 1;
        break;
    default:
        for (uint32_t i = 0; i < count; i++)
            to[i] = state->groups[i] + 1;
        break;
    }
}

static void
put_shares(struct window_state *state, const struct window_run *run, enum window_func func,
           double *to)
{
    uint32_t count = (uint32_t)(run->to - run->from);
    uint64_t start = state->part_start;
    double total = (double)(window_partition_end(state) - start);

    for (uint32_t i = 0; i < count; i++) {
        if (func == WINDOW_CUME_DIST)
            to[i] = (double)(state->peer_end[i] - start) / total;
        else
            to[i] = total <= 1 ? 0 : (double)(state->peer_start[i] - start) / (total - 1);
    }
}

/* ---- ntile ---- */

/* False if the number of buckets is null. */
static bool
begin_tiles(struct window_state *state, struct window_call_state *call, union datum buckets,
            bool is_null)
{
    int64_t total = (int64_t)(window_partition_end(state) - state->part_start);

    if (is_null)
        return false;
    if (buckets.i32 <= 0)
        raise(SQLSTATE_INVALID_ARGUMENT_FOR_NTILE_FUNCTION,
              "argument of ntile must be greater than zero");
    call->tile = 1;
    call->tile_rows = 0;
    call->tile_rest = 0;
    call->tile_bound = total / buckets.i32;
    if (call->tile_bound == 0) {
        call->tile_bound = 1;
    } else {
        call->tile_rest = total % buckets.i32;
        call->tile_bound += call->tile_rest != 0;
    }
    return true;
}

static void
put_tiles(struct window_state *state, uint32_t call_idx, const struct window_run *run,
          struct column *to, uint32_t at)
{
    const struct window_code *code = (const struct window_code *)state->node.code;
    struct window_call_state *call = &state->calls[call_idx];
    struct reader reader = {.state = state};
    uint32_t count = (uint32_t)(run->to - run->from);
    bool is_null;

    if (run->from == state->part_start)
        call->tile = 0;
    for (uint32_t i = 0; i < count; i++) {
        if (call->tile == 0) {
            union datum buckets =
                read_value(&reader, code->calls[call_idx].args[0], run->from + i, &is_null);
            if (!begin_tiles(state, call, buckets, is_null)) {
                put_value(state, to, at + i, buckets, true);
                continue;
            }
        }
        if (++call->tile_rows > call->tile_bound) {
            if (call->tile_rest != 0 && call->tile == call->tile_rest) {
                call->tile_rest = 0;
                call->tile_bound--;
            }
            call->tile++;
            call->tile_rows = 1;
        }
        put_value(state, to, at + i, (union datum){.i32 = (int32_t)call->tile}, false);
    }
}

/* ---- rows at a distance ---- */

static void
put_distant(struct window_state *state, uint32_t call_idx, const struct window_run *run,
            struct column *to, uint32_t at)
{
    const struct window_code *code = (const struct window_code *)state->node.code;
    const struct window_call_code *call = &code->calls[call_idx];
    struct reader own = {.state = state}, far = {.state = state};
    uint32_t count = (uint32_t)(run->to - run->from);

    for (uint32_t i = 0; i < count; i++) {
        uint64_t row = run->from + i;
        int64_t distance = call->distance;
        union datum value = {.words = {0, 0}};
        bool is_null = false;
        if (!call->has_distance) {
            value = read_value(&own, call->args[1], row, &is_null);
            distance = call->func == WINDOW_LAG ? -(int64_t)value.i32 : value.i32;
        }
        if (!is_null) {
            bool is_inside = distance >= 0 ? window_has_row(state, row + (uint64_t)distance)
                                           : row - state->part_start >= (uint64_t)-distance;
            if (is_inside)
                value = read_value(&far, call->args[0], row + (uint64_t)distance, &is_null);
            else if (call->arg_count == 3)
                value = read_value(&own, call->args[2], row, &is_null);
            else
                is_null = true;
        }
        put_value(state, to, at + i, value, is_null);
    }
}

/* ---- rows of the frame ---- */

/* The n-th row of the pieces, from 1; false: there are not so many. */
static bool
find_nth(const struct window_pieces *pieces, uint64_t n, uint64_t *row)
{
    for (uint32_t p = 0; p < pieces->count; p++) {
        uint64_t there = pieces->to[p] - pieces->from[p];
        if (n <= there) {
            *row = pieces->from[p] + n - 1;
            return true;
        }
        n -= there;
    }
    return false;
}

static bool
find_row(struct reader *own, const struct window_call_code *call, uint64_t current,
         const struct window_pieces *pieces, uint64_t *row)
{
    bool is_null;

    if (call->func == WINDOW_NTH_VALUE) {
        union datum n = read_value(own, call->args[1], current, &is_null);
        if (is_null)
            return false;
        if (n.i32 <= 0)
            raise(SQLSTATE_INVALID_ARGUMENT_FOR_NTH_VALUE_FUNCTION,
                  "argument of nth_value must be greater than zero");
        return find_nth(pieces, (uint64_t)n.i32, row);
    }
    if (pieces->count == 0)
        return false;
    *row = call->func == WINDOW_FIRST_VALUE ? pieces->from[0] : pieces->to[pieces->count - 1] - 1;
    return true;
}

static void
put_framed(struct window_state *state, uint32_t call_idx, const struct window_run *run,
           struct column *to, uint32_t at)
{
    const struct window_code *code = (const struct window_code *)state->node.code;
    const struct window_call_code *call = &code->calls[call_idx];
    struct reader own = {.state = state}, far = {.state = state};
    uint32_t count = (uint32_t)(run->to - run->from);

    for (uint32_t i = 0; i < count; i++) {
        struct window_pieces pieces;
        union datum value = {.words = {0, 0}};
        bool is_null = true;
        uint64_t row;
        window_frame_pieces(state, run, i, &pieces);
        if (find_row(&own, call, run->from + i, &pieces, &row))
            value = read_value(&far, call->args[0], row, &is_null);
        put_value(state, to, at + i, value, is_null);
    }
}

void
window_func_run(struct window_state *state, uint32_t call_idx, const struct window_run *run)
{
    const struct window_code *code = (const struct window_code *)state->node.code;
    enum window_func func = code->calls[call_idx].func;
    struct column *to = &state->calls[call_idx].result;
    uint32_t at = (uint32_t)(run->from - run->page_first);

    switch (func) {
    case WINDOW_ROW_NUMBER:
    case WINDOW_RANK:
    case WINDOW_DENSE_RANK:
        put_numbers(state, run, func, (int64_t *)to->data + at);
        break;
    case WINDOW_PERCENT_RANK:
    case WINDOW_CUME_DIST:
        put_shares(state, run, func, (double *)to->data + at);
        break;
    case WINDOW_NTILE:
        put_tiles(state, call_idx, run, to, at);
        break;
    case WINDOW_LAG:
    case WINDOW_LEAD:
        put_distant(state, call_idx, run, to, at);
        break;
    case WINDOW_FIRST_VALUE:
    case WINDOW_LAST_VALUE:
    case WINDOW_NTH_VALUE:
        put_framed(state, call_idx, run, to, at);
        break;
    case WINDOW_AGGREGATE:
        break;
    }
}
