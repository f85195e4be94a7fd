/*
 * aggregate_text.c: string_agg of text and bytea.
 *
 * The state's buffer lies in the group's arena and doubles. The delimiter comes before each value
 * but the first; a null value adds nothing, a null delimiter counts as empty.
 */
#include "type/aggregate.h"
#include "type/text.h"

#define FIRST_BYTES 64

struct string_state {
    uint8_t *data;
    uint64_t bytes, capacity;
    bool has_value;
};

static void
append(struct func_call *call, struct string_state *s, struct slice more)
{
    uint64_t needed = s->bytes + more.bytes;
    if (needed > TEXT_BYTES_MAX)
        raise_error(.code = SQLSTATE_PROGRAM_LIMIT_EXCEEDED, .message = "out of memory",
                    .detail =
                        raise_text("Cannot enlarge string buffer containing %llu bytes by "
                                   "%llu more bytes.",
                                   (unsigned long long)s->bytes, (unsigned long long)more.bytes));
    if (needed > s->capacity) {
        uint64_t capacity = s->capacity == 0 ? FIRST_BYTES : s->capacity;
        while (capacity < needed)
            capacity *= 2;
        s->data = s->data == NULL ? arena_alloc(call->state_arena, capacity)
                                  : arena_resize(call->state_arena, s->data, s->capacity, capacity);
        s->capacity = capacity;
    }
    if (more.bytes > 0)
        memcpy(s->data + s->bytes, more.data, more.bytes);
    s->bytes = needed;
}

static void
string_step(struct func_call *call, void *state, const union datum *args)
{
    struct string_state *s = state;
    if (func_arg_is_null(call, 0))
        return;
    if (s->has_value && (call->arg_nulls == NULL || !call->arg_nulls[1]))
        append(call, s, datum_slice(&args[1]));
    s->has_value = true;
    append(call, s, datum_slice(&args[0]));
}

static union datum
string_finish(struct func_call *call, void *state)
{
    const struct string_state *s = state;
    call->result_is_null = !s->has_value;
    return slice_datum(slice_of(s->data, s->bytes));
}

static void
string_save(struct func_call *call, const void *state, struct buf *to)
{
    (void)call;
    const struct string_state *s = state;
    buf_put_u8(to, s->has_value);
    buf_put(to, s->data, s->bytes);
}

static void
string_load(struct func_call *call, void *state, struct slice from)
{
    struct string_state *s = state;
    *s = (struct string_state){.has_value = from.data[0] != 0};
    append(call, s, slice_of(from.data + 1, from.bytes - 1));
}

static const struct aggregate_info string_agg = {
    .state_bytes = sizeof(struct string_state),
    .step = string_step,
    .finish = string_finish,
    .save = string_save,
    .load = string_load,
    .agg_kind = 'n',
};

/* ---- what this file brings ---- */

static const struct func_info funcs[] = {
    {AGGREGATE_FUNC(3538, "string_agg", TYPE_TEXT, &string_agg, TYPE_TEXT, TYPE_TEXT)},
    {AGGREGATE_FUNC(3545, "string_agg", TYPE_BYTEA, &string_agg, TYPE_BYTEA, TYPE_BYTEA)},
};

const struct type_tables aggregate_text_tables = {
    .funcs = funcs,
    .func_count = COUNT_OF(funcs),
};
