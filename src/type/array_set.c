/*
 * array_set.c: between arrays and sets or texts: unnest, generate_subscripts, array_agg,
 * array_to_string, string_to_array.
 */
#include "base/raise.h"
#include "type/array.h"
#include "type/generic.h"
#include "type/tables.h"
#include "type/utf8.h"

/* ---- sets ---- */

/* Where a set function stands; the arguments stay the same from call to call. */
struct set_place {
    int64_t next, end;
};

/* The state at the first call: zero. */
static struct set_place *
set_place(struct func_call *call, bool *is_first)
{
    *is_first = call->state == NULL;
    if (*is_first)
        call->state = arena_alloc_zero(call->state_arena, sizeof(struct set_place));
    return call->state;
}

static bool
unnest(struct func_call *call, const union datum *args, union datum *values, bool *nulls)
{
    bool is_first;
    struct set_place *place = set_place(call, &is_first);
    struct array array = array_read(&args[0]);
    if (place->next == array.count)
        return false;
    uint32_t element_idx = (uint32_t)place->next++;
    values[0] = array_get(&array, element_idx);
    nulls[0] = array_is_null(&array, element_idx);
    return true;
}

/* generate_subscripts(array, dimension [, is_reverse]) */
static bool
generate_subscripts(struct func_call *call, const union datum *args, union datum *values,
                    bool *nulls)
{
    bool is_first;
    struct set_place *place = set_place(call, &is_first);
    struct array array = array_read(&args[0]);
    int32_t number = args[1].i32;
    if (number < 1 || number > (int64_t)array.dim_count)
        return false;
    struct array_dim dim = array_dim(&array, (uint32_t)number - 1);
    if (place->next == dim.length)
        return false;
    bool is_reverse = call->func->arg_count == 3 && args[2].b;
    int32_t step = (int32_t)place->next++;
    values[0] = i32_datum(is_reverse ? dim.lower + (dim.length - 1 - step) : dim.lower + step);
    nulls[0] = false;
    return true;
}

/* ---- array_agg ---- */

/* Collected values, copied into the state's arena. */
struct collection {
    struct array_builder *builder; /* null until the first row */
    uint32_t dim_count;            /* of arrays: the dimensions of each */
    uint32_t array_count;
    struct array_dim *dims;
};

static union datum
keep(struct func_call *call, oid type, union datum value)
{
    if (type_get(call->env, type)->phys != PHYS_VIEW || value.view.bytes <= VIEW_INLINE_BYTES)
        return value;
    return slice_datum(arena_slice(call->state_arena, datum_slice(&value)));
}

static void
collect_start(struct func_call *call, struct collection *all, oid element)
{
    if (all->builder != NULL)
        return;
    all->builder = arena_alloc(call->state_arena, sizeof *all->builder);
    array_builder_init(all->builder, call->env, call->state_arena, element);
}

static void
collect_step(struct func_call *call, void *state, const union datum *args)
{
    struct collection *all = state;
    oid type = call->arg_types[0];
    collect_start(call, all, type);
    bool is_null = func_arg_is_null(call, 0);
    array_builder_add(all->builder, is_null ? args[0] : keep(call, type, args[0]), is_null);
}

static union datum
collect_finish(struct func_call *call, void *state)
{
    const struct collection *all = state;
    if (all->builder == NULL) {
        call->result_is_null = true;
        return i64_datum(0);
    }
    const struct array_builder *builder = all->builder;
    return array_make_flat(call->env, call->arena, builder->element, builder->values,
                           builder->nulls, builder->count);
}

static void
collect_save(struct func_call *call, const void *state, struct buf *to)
{
    const struct collection *all = state;
    if (all->builder == NULL)
        return;
    struct func_call plain = *call;
    union datum value = collect_finish(&plain, (void *)(uintptr_t)state);
    buf_put_slice(to, datum_slice(&value));
}

static void
collect_load(struct func_call *call, void *state, struct slice from)
{
    struct collection *all = state;
    if (from.bytes == 0)
        return;
    union datum value = slice_datum(arena_slice(call->state_arena, from));
    struct array array = array_read(&value);
    collect_start(call, all, array.element);
    for (uint32_t i = 0; i < array.count; i++)
        array_builder_add(all->builder, array_get(&array, i), array_is_null(&array, i));
}

static void
collect_combine(struct func_call *call, void *into, const void *from)
{
    struct collection *all = into;
    const struct collection *more = from;
    if (more->builder == NULL)
        return;
    collect_start(call, all, more->builder->element);
    for (uint32_t i = 0; i < more->builder->count; i++)
        array_builder_add(all->builder,
                          keep(call, more->builder->element, more->builder->values[i]),
                          more->builder->nulls[i]);
}

static const struct aggregate_info collect_aggregate = {
    .state_bytes = sizeof(struct collection),
    .step = collect_step,
    .combine = collect_combine,
    .is_in_order = true,
    .finish = collect_finish,
    .save = collect_save,
    .load = collect_load,
    .agg_kind = 'n',
};

/* Sub-arrays must agree in their dimensions. */
static void
check_dims(struct func_call *call, struct collection *all, const struct array *array)
{
    if (array->dim_count == 0 && all->array_count == 0)
        raise(SQLSTATE_ARRAY_SUBSCRIPT_ERROR, "cannot accumulate empty arrays");
    if (array->dim_count == ARRAY_DIMS_MAX)
        raise(SQLSTATE_PROGRAM_LIMIT_EXCEEDED,
              "number of array dimensions (%u) exceeds the maximum allowed (%d)",
              array->dim_count + 1, ARRAY_DIMS_MAX);
    if (all->array_count == 0) {
        all->dim_count = array->dim_count;
        all->dims = arena_alloc(call->state_arena, array->dim_count * sizeof *all->dims);
        for (uint32_t i = 0; i < array->dim_count; i++)
            all->dims[i] = array_dim(array, i);
    }
    bool is_same = all->dim_count == array->dim_count;
    for (uint32_t i = 0; is_same && i < array->dim_count; i++) {
        struct array_dim dim = array_dim(array, i);
        is_same = dim.length == all->dims[i].length && dim.lower == all->dims[i].lower;
    }
    if (!is_same)
        raise(SQLSTATE_ARRAY_SUBSCRIPT_ERROR,
              "cannot accumulate arrays of different dimensionality");
}

static void
nest_step(struct func_call *call, void *state, const union datum *args)
{
    struct collection *all = state;
    if (func_arg_is_null(call, 0))
        raise(SQLSTATE_NULL_VALUE_NOT_ALLOWED, "cannot accumulate null arrays");
    struct array array = array_read(&args[0]);
    check_dims(call, all, &array);
    collect_start(call, all, array.element);
    for (uint32_t i = 0; i < array.count; i++)
        array_builder_add(all->builder, keep(call, array.element, array_get(&array, i)),
                          array_is_null(&array, i));
    all->array_count++;
}

static union datum
nest_finish(struct func_call *call, void *state)
{
    const struct collection *all = state;
    if (all->builder == NULL) {
        call->result_is_null = true;
        return i64_datum(0);
    }
    struct array_dim dims[ARRAY_DIMS_MAX + 1];
    dims[0] = (struct array_dim){.length = (int32_t)all->array_count, .lower = 1};
    memcpy(dims + 1, all->dims, all->dim_count * sizeof *dims);
    return array_make(call->env, call->arena, all->builder->element, all->builder->values,
                      all->builder->nulls, all->dim_count + 1, dims);
}

/* The finished array holds all of the state. */
static void
nest_save(struct func_call *call, const void *state, struct buf *to)
{
    const struct collection *all = state;
    if (all->builder == NULL)
        return;
    struct func_call plain = *call;
    union datum value = nest_finish(&plain, (void *)(uintptr_t)state);
    buf_put_slice(to, datum_slice(&value));
}

static void
nest_load(struct func_call *call, void *state, struct slice from)
{
    struct collection *all = state;
    if (from.bytes == 0)
        return;
    collect_load(call, state, from);
    union datum value = slice_datum(from);
    struct array array = array_read(&value);
    all->array_count = (uint32_t)array_dim(&array, 0).length;
    all->dim_count = array.dim_count - 1;
    all->dims = arena_alloc(call->state_arena, all->dim_count * sizeof *all->dims);
    for (uint32_t i = 0; i < all->dim_count; i++)
        all->dims[i] = array_dim(&array, i + 1);
}

static const struct aggregate_info nest_aggregate = {
    .state_bytes = sizeof(struct collection),
    .step = nest_step,
    .finish = nest_finish,
    .save = nest_save,
    .load = nest_load,
    .agg_kind = 'n',
};

/* ---- texts ---- */

/* array_to_string(array, separator [, text of nulls]) */
static union datum
array_to_string(struct func_call *call, const union datum *args)
{
    if (func_arg_is_null(call, 0) || func_arg_is_null(call, 1)) {
        call->result_is_null = true;
        return i64_datum(0);
    }
    struct array array = array_read(&args[0]);
    bool shows_nulls = call->func->arg_count == 3 && !func_arg_is_null(call, 2);
    struct buf *text = buf_new(call->arena);
    bool is_first = true;
    for (uint32_t i = 0; i < array.count; i++) {
        bool is_null = array_is_null(&array, i);
        if (is_null && !shows_nulls)
            continue;
        if (!is_first)
            buf_put_slice(text, datum_slice(&args[1]));
        is_first = false;
        if (is_null)
            buf_put_slice(text, datum_slice(&args[2]));
        else
            type_output(call->env, call->arena, array.element, array_get(&array, i), text);
    }
    return generic_buf_datum(call->arena, text);
}

/* A text being cut at a separator. */
struct splitter {
    struct slice rest;
    const struct slice *separator; /* null: every character is a part */
    struct slice null_text;
    bool has_null_text, is_done;
};

static void
splitter_init(struct splitter *splitter, const struct func_call *call, const union datum *args)
{
    *splitter = (struct splitter){.rest = datum_slice(&args[0])};
    splitter->is_done = splitter->rest.bytes == 0;
    if (call->func->arg_count == 3 && !func_arg_is_null(call, 2)) {
        splitter->has_null_text = true;
        splitter->null_text = datum_slice(&args[2]);
    }
}

/* False when there is no further part. */
static bool
splitter_next(struct splitter *splitter, struct slice *part, bool *is_null)
{
    if (splitter->is_done)
        return false;
    struct slice rest = splitter->rest;
    size_t part_bytes = rest.bytes, taken = rest.bytes;
    if (splitter->separator == NULL) {
        part_bytes = utf8_bytes(rest.data[0]);
        part_bytes = part_bytes < rest.bytes ? part_bytes : rest.bytes;
        taken = part_bytes;
        splitter->is_done = taken == rest.bytes;
    } else {
        const struct slice *separator = splitter->separator;
        const uint8_t *at = separator->bytes == 0
                                ? NULL
                                : memmem(rest.data, rest.bytes, separator->data, separator->bytes);
        splitter->is_done = at == NULL;
        if (at != NULL) {
            part_bytes = (size_t)(at - rest.data);
            taken = part_bytes + separator->bytes;
        }
    }
    *part = slice_of(rest.data, part_bytes);
    splitter->rest = slice_of(rest.data + taken, rest.bytes - taken);
    *is_null = splitter->has_null_text && slice_equal(*part, splitter->null_text);
    return true;
}

/* string_to_array(text, separator [, text of nulls]) */
static union datum
string_to_array(struct func_call *call, const union datum *args)
{
    if (func_arg_is_null(call, 0)) {
        call->result_is_null = true;
        return i64_datum(0);
    }
    struct splitter splitter;
    splitter_init(&splitter, call, args);
    struct slice separator = datum_slice(&args[1]), part;
    if (!func_arg_is_null(call, 1))
        splitter.separator = &separator;
    struct array_builder builder;
    array_builder_init(&builder, call->env, call->arena, TYPE_TEXT);
    bool is_null;
    while (splitter_next(&splitter, &part, &is_null))
        array_builder_add(&builder, slice_datum(part), is_null);
    return array_builder_finish(&builder);
}

/* string_to_table: the same parts as rows. The state is how many bytes are left. */
static bool
string_to_table(struct func_call *call, const union datum *args, union datum *values, bool *nulls)
{
    if (func_arg_is_null(call, 0))
        return false;
    bool is_first;
    struct set_place *place = set_place(call, &is_first);
    struct splitter splitter;
    splitter_init(&splitter, call, args);
    if (is_first)
        place->end = splitter.is_done;
    splitter.is_done = place->end != 0;
    splitter.rest.data += place->next;
    splitter.rest.bytes -= (size_t)place->next;
    struct slice separator = datum_slice(&args[1]), part;
    if (!func_arg_is_null(call, 1))
        splitter.separator = &separator;
    if (!splitter_next(&splitter, &part, &nulls[0]))
        return false;
    place->next = splitter.rest.data - datum_slice(&args[0]).data;
    place->end = splitter.is_done;
    values[0] = slice_datum(part);
    return true;
}

/* ---- what this file brings ---- */

static const struct func_info funcs[] = {
    {FUNC_NULLS(376, "string_to_array", TYPE_TEXT_ARRAY, string_to_array, TYPE_TEXT, TYPE_TEXT,
                TYPE_TEXT)},
    {FUNC_NULLS(384, "array_to_string", TYPE_TEXT, array_to_string, TYPE_ANYARRAY, TYPE_TEXT,
                TYPE_TEXT),
     .volatility = FUNC_STABLE},
    {FUNC_NULLS(394, "string_to_array", TYPE_TEXT_ARRAY, string_to_array, TYPE_TEXT, TYPE_TEXT)},
    {FUNC(395, "array_to_string", TYPE_TEXT, array_to_string, TYPE_ANYARRAY, TYPE_TEXT),
     .volatility = FUNC_STABLE},
    {FUNC(1191, "generate_subscripts", TYPE_INT4, NULL, TYPE_ANYARRAY, TYPE_INT4, TYPE_BOOL),
     .is_set = true, .set = generate_subscripts},
    {FUNC(1192, "generate_subscripts", TYPE_INT4, NULL, TYPE_ANYARRAY, TYPE_INT4), .is_set = true,
     .set = generate_subscripts},
    {FUNC(2331, "unnest", TYPE_ANYELEMENT, NULL, TYPE_ANYARRAY), .is_set = true, .set = unnest},
    {FUNC_NULLS(2335, "array_agg", TYPE_ANYARRAY, NULL, TYPE_ANYNONARRAY), .kind = FUNC_AGGREGATE,
     .aggregate = &collect_aggregate},
    {FUNC_NULLS(4053, "array_agg", TYPE_ANYARRAY, NULL, TYPE_ANYARRAY), .kind = FUNC_AGGREGATE,
     .aggregate = &nest_aggregate},
    {FUNC_NULLS(6160, "string_to_table", TYPE_TEXT, NULL, TYPE_TEXT, TYPE_TEXT), .is_set = true,
     .set = string_to_table},
    {FUNC_NULLS(6161, "string_to_table", TYPE_TEXT, NULL, TYPE_TEXT, TYPE_TEXT, TYPE_TEXT),
     .is_set = true, .set = string_to_table},
};

const struct type_tables array_set_tables = {
    .funcs = funcs,
    .func_count = COUNT_OF(funcs),
};
