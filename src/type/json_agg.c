/*
 * json_agg.c: the aggregates json_agg, json_object_agg, jsonb_agg and jsonb_object_agg.
 *
 * json's state is the text so far. jsonb's is a list of nodes that were finished row by row, put
 * together at the end: a key and a value each, or a value.
 */
#include "base/raise.h"
#include "type/aggregate.h"
#include "type/json_value.h"

/* A growing run of bytes in the group's arena. */
struct json_state {
    uint8_t *data;
    uint64_t bytes, capacity;
    struct buf *row; /* what a row adds, while it is made */
    bool has_rows;
};

/*
 * A row is made in the arena and in `row`, then the arena is rewound to where it stood, so that
 * memory grows by what is kept alone.
 */
static struct arena_mark
begin_row(struct func_call *call, struct json_state *s)
{
    if (s->row == NULL)
        s->row = buf_new(call->state_arena);
    return arena_mark(call->arena);
}

static void
append(struct func_call *call, struct json_state *s, const void *data, size_t bytes)
{
    uint64_t needed = s->bytes + bytes;
    if (needed > 0x3fffffff)
        raise_error(.code = SQLSTATE_PROGRAM_LIMIT_EXCEEDED, .message = "out of memory",
                    .detail = raise_text("Cannot enlarge string buffer containing %llu bytes by "
                                         "%zu more bytes.",
                                         (unsigned long long)s->bytes, bytes));
    if (needed > s->capacity) {
        uint64_t capacity = s->capacity == 0 ? 128 : s->capacity;
        while (capacity < needed)
            capacity *= 2;
        s->data = s->data == NULL ? arena_alloc(call->state_arena, capacity)
                                  : arena_resize(call->state_arena, s->data, s->capacity, capacity);
        s->capacity = capacity;
    }
    if (bytes > 0)
        memcpy(s->data + s->bytes, data, bytes);
    s->bytes = needed;
}

static struct json_writer
writer_of(struct func_call *call)
{
    return (struct json_writer){.arena = call->arena, .env = call->env};
}

static void
end_row(struct func_call *call, struct json_state *s, struct arena_mark mark)
{
    arena_rewind(call->arena, mark);
    append(call, s, s->row->data, s->row->bytes);
    buf_deinit(s->row);
    buf_init(s->row);
    s->has_rows = true;
}

/* ---- json ---- */

static void
json_array_step(struct func_call *call, void *state, const union datum *args)
{
    struct json_state *s = state;
    struct json_writer writer = writer_of(call);
    struct arena_mark mark = begin_row(call, s);
    struct buf *text = s->row;
    oid type = call->arg_types[0];
    bool is_null = func_arg_is_null(call, 0);
    buf_put_text(text, s->has_rows ? ", " : "[");
    if (s->has_rows && !is_null && json_type_is_list(&writer, type))
        buf_put_text(text, "\n ");
    json_put_value(&writer, text, type, args[0], is_null, JSON_PLAIN);
    end_row(call, s, mark);
}

static void
json_object_step(struct func_call *call, void *state, const union datum *args)
{
    struct json_state *s = state;
    struct json_writer writer = writer_of(call);
    if (func_arg_is_null(call, 0))
        raise(SQLSTATE_INVALID_PARAMETER_VALUE, "field name must not be null");
    struct arena_mark mark = begin_row(call, s);
    struct buf *text = s->row;
    buf_put_text(text, s->has_rows ? ", " : "{ ");
    json_put_key(&writer, text, call->arg_types[0], args[0]);
    buf_put_text(text, " : ");
    json_put_value(&writer, text, call->arg_types[1], args[1], func_arg_is_null(call, 1),
                   JSON_PLAIN);
    end_row(call, s, mark);
}

/* The text so far and its end. */
static union datum
json_finish(struct func_call *call, void *state)
{
    const struct json_state *s = state;
    bool is_object = call->func->arg_count == 2;
    if (!s->has_rows)
        return func_null(call);
    size_t bytes = s->bytes + (is_object ? 2 : 1);
    uint8_t *text = arena_alloc(call->arena, bytes);
    memcpy(text, s->data, s->bytes);
    memcpy(text + s->bytes, is_object ? " }" : "]", bytes - s->bytes);
    return slice_datum(slice_of(text, bytes));
}

/* ---- jsonb ---- */

/* An array of what the row gives: a value, or a key and a value. */
static void
append_row(struct func_call *call, struct json_state *s, struct jsonb_builder *builder,
           struct arena_mark mark)
{
    union datum row = jsonb_finish(builder);
    struct slice bytes = datum_slice(&row);
    buf_put_u32(s->row, (uint32_t)bytes.bytes);
    buf_put_slice(s->row, bytes);
    end_row(call, s, mark);
}

static void
jsonb_array_step(struct func_call *call, void *state, const union datum *args)
{
    struct json_writer writer = writer_of(call);
    struct arena_mark mark = begin_row(call, state);
    struct jsonb_builder *builder = jsonb_build(call->arena);
    jsonb_put_value(&writer, builder, call->arg_types[0], args[0], func_arg_is_null(call, 0));
    append_row(call, state, builder, mark);
}

static void
jsonb_object_step(struct func_call *call, void *state, const union datum *args)
{
    struct json_writer writer = writer_of(call);
    if (func_arg_is_null(call, 0))
        raise(SQLSTATE_INVALID_PARAMETER_VALUE, "field name must not be null");
    struct arena_mark mark = begin_row(call, state);
    struct jsonb_builder *builder = jsonb_build(call->arena);
    jsonb_begin(builder, true);
    jsonb_put_value_key(&writer, builder, call->arg_types[0], args[0]);
    jsonb_put_value(&writer, builder, call->arg_types[1], args[1], func_arg_is_null(call, 1));
    jsonb_end(builder);
    append_row(call, state, builder, mark);
}

static union datum
jsonb_finish_rows(struct func_call *call, void *state)
{
    const struct json_state *s = state;
    bool is_object = call->func->arg_count == 2;
    if (!s->has_rows)
        return func_null(call);
    struct jsonb_builder *builder = jsonb_build(call->arena);
    jsonb_begin(builder, is_object);
    for (uint64_t at = 0; at < s->bytes;) {
        uint32_t size = le32_get(s->data + at);
        struct jsonb row = jsonb_node(slice_of(s->data + at + 4, size));
        if (is_object) {
            jsonb_put_key(builder, jsonb_key(&row, 0));
            row = jsonb_item(&row, 0);
        }
        jsonb_put_node(builder, &row);
        at += 4 + (uint64_t)size;
    }
    jsonb_end(builder);
    return jsonb_finish(builder);
}

/* ---- spilling ---- */

static void
json_save(struct func_call *call, const void *state, struct buf *to)
{
    (void)call;
    const struct json_state *s = state;
    buf_put_u8(to, s->has_rows);
    buf_put(to, s->data, s->bytes);
}

static void
json_load(struct func_call *call, void *state, struct slice from)
{
    struct json_state *s = state;
    *s = (struct json_state){.has_rows = from.data[0] != 0};
    append(call, s, from.data + 1, from.bytes - 1);
}

#define JSON_AGGREGATE(step_, finish_)                                                             \
    .state_bytes = sizeof(struct json_state), .step = step_, .finish = finish_, .save = json_save, \
    .load = json_load, .agg_kind = 'n'

static const struct aggregate_info json_agg = {JSON_AGGREGATE(json_array_step, json_finish)};
static const struct aggregate_info json_object_agg = {
    JSON_AGGREGATE(json_object_step, json_finish)};
static const struct aggregate_info jsonb_agg = {
    JSON_AGGREGATE(jsonb_array_step, jsonb_finish_rows)};
static const struct aggregate_info jsonb_object_agg = {
    JSON_AGGREGATE(jsonb_object_step, jsonb_finish_rows)};

/* ---- what this file brings ---- */

static const struct func_info funcs[] = {
    {AGGREGATE_FUNC(3175, "json_agg", TYPE_JSON, &json_agg, TYPE_ANYELEMENT),
     .volatility = FUNC_STABLE},
    {AGGREGATE_FUNC(3197, "json_object_agg", TYPE_JSON, &json_object_agg, TYPE_ANY, TYPE_ANY),
     .volatility = FUNC_STABLE},
    {AGGREGATE_FUNC(3267, "jsonb_agg", TYPE_JSONB, &jsonb_agg, TYPE_ANYELEMENT),
     .volatility = FUNC_STABLE},
    {AGGREGATE_FUNC(3270, "jsonb_object_agg", TYPE_JSONB, &jsonb_object_agg, TYPE_ANY, TYPE_ANY)},
};

const struct type_tables json_agg_tables = {
    .funcs = funcs,
    .func_count = COUNT_OF(funcs),
};
