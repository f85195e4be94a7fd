/*
 * array_subscript.c: single elements and slices of arrays, fetched and stored.
 *
 * A store makes a new array. One that lies outside of a one-dimensional array extends it, with
 * nulls in any gap; one that lies outside of another is an error; one into an empty array makes an
 * array of just what is stored.
 */
#include "type/array.h"

#include "base/raise.h"

#include <limits.h>

_Noreturn static void
fail_subscript(void)
{
    raise(SQLSTATE_ARRAY_SUBSCRIPT_ERROR, "array subscript out of range");
}

/* The element's place in row-major order; false if it is out of bounds. */
static bool
element_place(uint32_t dim_count, const struct array_dim *dims, const int32_t *subscripts,
              uint32_t *place)
{
    uint32_t at = 0;
    for (uint32_t i = 0; i < dim_count; i++) {
        int64_t offset = (int64_t)subscripts[i] - dims[i].lower;
        if (offset < 0 || offset >= dims[i].length)
            return false;
        at = at * (uint32_t)dims[i].length + (uint32_t)offset;
    }
    *place = at;
    return true;
}

static void
get_dims(const struct array *array, struct array_dim *dims)
{
    for (uint32_t i = 0; i < array->dim_count; i++)
        dims[i] = array_dim(array, i);
}

bool
array_fetch(const struct array *array, uint32_t subscript_count, const int32_t *subscripts,
            union datum *value)
{
    struct array_dim dims[ARRAY_DIMS_MAX];
    uint32_t place;
    get_dims(array, dims);
    if (array->dim_count == 0 || subscript_count != array->dim_count ||
        !element_place(array->dim_count, dims, subscripts, &place) || array_is_null(array, place))
        return false;
    *value = array_get(array, place);
    return true;
}

/* All elements, for changing some. */
struct elements {
    uint32_t count, dim_count;
    struct array_dim dims[ARRAY_DIMS_MAX];
    union datum *values;
    bool *nulls;
};

static void
elements_alloc(struct elements *elements, struct arena *arena)
{
    int64_t count = 1;
    for (uint32_t i = 0; i < elements->dim_count; i++) {
        count *= elements->dims[i].length;
        if (count > ARRAY_COUNT_MAX)
            raise(SQLSTATE_PROGRAM_LIMIT_EXCEEDED, "array size exceeds the maximum allowed (%d)",
                  ARRAY_COUNT_MAX);
    }
    elements->count = (uint32_t)count;
    elements->values = arena_alloc_zero(arena, elements->count * sizeof *elements->values);
    elements->nulls = arena_alloc(arena, elements->count + 1);
    memset(elements->nulls, 1, elements->count);
}

/* A copy of an array, or of a one-dimensional one within wider bounds. */
static void
elements_init(struct elements *elements, struct arena *arena, const struct array *array,
              struct array_dim first)
{
    elements->dim_count = array->dim_count;
    get_dims(array, elements->dims);
    uint32_t shift = (uint32_t)(elements->dims[0].lower - first.lower);
    elements->dims[0] = first;
    elements_alloc(elements, arena);
    for (uint32_t i = 0; i < array->count; i++) {
        elements->values[shift + i] = array_get(array, i);
        elements->nulls[shift + i] = array_is_null(array, i);
    }
}

/* The bounds of a one-dimensional array once it reaches from `lower` to `upper` too. */
static struct array_dim
widen(struct array_dim dim, int64_t lower, int64_t upper)
{
    int64_t first = lower < dim.lower ? lower : dim.lower;
    int64_t last = (int64_t)dim.lower + dim.length - 1;
    last = upper > last ? upper : last;
    if (last - first >= ARRAY_COUNT_MAX || last == INT32_MAX)
        raise(SQLSTATE_PROGRAM_LIMIT_EXCEEDED, "array size exceeds the maximum allowed (%d)",
              ARRAY_COUNT_MAX);
    return (struct array_dim){.length = (int32_t)(last - first + 1), .lower = (int32_t)first};
}

union datum
array_store(const struct type_env *env, struct arena *arena, oid element, const struct array *array,
            uint32_t subscript_count, const int32_t *subscripts, union datum value, bool is_null)
{
    if (subscript_count == 0 || subscript_count > ARRAY_DIMS_MAX)
        raise(SQLSTATE_ARRAY_SUBSCRIPT_ERROR, "wrong number of array subscripts");
    if (array == NULL || array->dim_count == 0) {
        struct array_dim dims[ARRAY_DIMS_MAX];
        for (uint32_t i = 0; i < subscript_count; i++)
            dims[i] = (struct array_dim){.length = 1, .lower = subscripts[i]};
        return array_make(env, arena, element, &value, &is_null, subscript_count, dims);
    }
    if (subscript_count != array->dim_count)
        raise(SQLSTATE_ARRAY_SUBSCRIPT_ERROR, "wrong number of array subscripts");

    struct array_dim first = array_dim(array, 0);
    if (array->dim_count == 1)
        first = widen(first, subscripts[0], subscripts[0]);
    struct elements elements;
    elements_init(&elements, arena, array, first);
    uint32_t place;
    if (!element_place(elements.dim_count, elements.dims, subscripts, &place))
        fail_subscript();
    elements.values[place] = value;
    elements.nulls[place] = is_null;
    return array_make(env, arena, element, elements.values, elements.nulls, elements.dim_count,
                      elements.dims);
}

/* Steps to the next element of a slice; false past the last. Subscripts start at the ranges' lower.
 */
static bool
slice_next(uint32_t dim_count, const struct array_range *ranges, int32_t *subscripts)
{
    for (uint32_t i = dim_count; i > 0; i--) {
        if (subscripts[i - 1] < ranges[i - 1].upper) {
            subscripts[i - 1]++;
            return true;
        }
        subscripts[i - 1] = ranges[i - 1].lower;
    }
    return false;
}

union datum
array_slice(const struct type_env *env, struct arena *arena, const struct array *array,
            uint32_t range_count, const struct array_range *ranges)
{
    if (array->dim_count == 0 || range_count > array->dim_count)
        return array_make_empty(env, arena, array->element);
    struct array_dim dims[ARRAY_DIMS_MAX], cut[ARRAY_DIMS_MAX];
    struct array_range clipped[ARRAY_DIMS_MAX];
    int32_t at[ARRAY_DIMS_MAX];
    get_dims(array, dims);
    for (uint32_t i = 0; i < array->dim_count; i++) {
        int32_t lower = dims[i].lower, upper = dims[i].lower + (dims[i].length - 1);
        if (i < range_count && ranges[i].has_lower && ranges[i].lower > lower)
            lower = ranges[i].lower;
        if (i < range_count && ranges[i].has_upper && ranges[i].upper < upper)
            upper = ranges[i].upper;
        if (lower > upper)
            return array_make_empty(env, arena, array->element);
        clipped[i] = (struct array_range){.lower = lower, .upper = upper};
        cut[i] = (struct array_dim){.length = upper - lower + 1, .lower = 1};
        at[i] = lower;
    }
    struct array_builder builder;
    array_builder_init(&builder, env, arena, array->element);
    do {
        uint32_t place = 0;
        if (!element_place(array->dim_count, dims, at, &place))
            fail_subscript();
        array_builder_add(&builder, array_get(array, place), array_is_null(array, place));
    } while (slice_next(array->dim_count, clipped, at));
    return array_make(env, arena, array->element, builder.values, builder.nulls, array->dim_count,
                      cut);
}

/* Into nothing: both bounds of each dimension must be given. */
static union datum
make_from_slice(const struct type_env *env, struct arena *arena, oid element, uint32_t range_count,
                const struct array_range *ranges, const struct array *source)
{
    struct elements elements = {.dim_count = range_count};
    for (uint32_t i = 0; i < range_count; i++) {
        if (!ranges[i].has_lower || !ranges[i].has_upper)
            raise_error(.code = SQLSTATE_ARRAY_SUBSCRIPT_ERROR,
                        .message = "array slice subscript must provide both boundaries",
                        .detail = "When assigning to a slice of an empty array value, slice "
                                  "boundaries must be fully specified.");
        int64_t length = (int64_t)ranges[i].upper - ranges[i].lower + 1;
        if (length > ARRAY_COUNT_MAX || length < 0)
            raise(SQLSTATE_PROGRAM_LIMIT_EXCEEDED, "array size exceeds the maximum allowed (%d)",
                  ARRAY_COUNT_MAX);
        elements.dims[i] = (struct array_dim){.length = (int32_t)length, .lower = ranges[i].lower};
    }
    elements_alloc(&elements, arena);
    if (source->count < elements.count)
        raise(SQLSTATE_ARRAY_SUBSCRIPT_ERROR, "source array too small");
    for (uint32_t i = 0; i < elements.count; i++) {
        elements.values[i] = array_get(source, i);
        elements.nulls[i] = array_is_null(source, i);
    }
    return array_make(env, arena, element, elements.values, elements.nulls, range_count,
                      elements.dims);
}

/* The ranges with what was left out filled in, checked against the array that is stored into. */
static void
complete_ranges(const struct array *array, uint32_t range_count, const struct array_range *ranges,
                struct array_range *full)
{
    for (uint32_t i = 0; i < array->dim_count; i++) {
        struct array_dim dim = array_dim(array, i);
        int32_t last = dim.lower + (dim.length - 1);
        bool is_given = i < range_count;
        full[i].lower = is_given && ranges[i].has_lower ? ranges[i].lower : dim.lower;
        full[i].upper = is_given && ranges[i].has_upper ? ranges[i].upper : last;
        if (full[i].lower > full[i].upper)
            raise(SQLSTATE_ARRAY_SUBSCRIPT_ERROR, "upper bound cannot be less than lower bound");
        if (array->dim_count > 1 && (full[i].lower < dim.lower || full[i].upper > last))
            fail_subscript();
    }
}

union datum
array_store_slice(const struct type_env *env, struct arena *arena, oid element,
                  const struct array *array, uint32_t range_count, const struct array_range *ranges,
                  const struct array *source)
{
    if (range_count == 0 || range_count > ARRAY_DIMS_MAX)
        raise(SQLSTATE_ARRAY_SUBSCRIPT_ERROR, "wrong number of array subscripts");
    if (array == NULL || array->dim_count == 0)
        return make_from_slice(env, arena, element, range_count, ranges, source);
    if (range_count > array->dim_count)
        raise(SQLSTATE_ARRAY_SUBSCRIPT_ERROR, "wrong number of array subscripts");

    struct array_range full[ARRAY_DIMS_MAX];
    complete_ranges(array, range_count, ranges, full);
    struct array_dim first = array_dim(array, 0);
    if (array->dim_count == 1)
        first = widen(first, full[0].lower, full[0].upper);
    struct elements elements;
    elements_init(&elements, arena, array, first);
    int32_t at[ARRAY_DIMS_MAX];
    for (uint32_t i = 0; i < array->dim_count; i++)
        at[i] = full[i].lower;
    uint32_t taken = 0;
    do {
        uint32_t place = 0;
        if (taken == source->count)
            raise(SQLSTATE_ARRAY_SUBSCRIPT_ERROR, "source array too small");
        if (!element_place(elements.dim_count, elements.dims, at, &place))
            fail_subscript();
        elements.values[place] = array_get(source, taken);
        elements.nulls[place] = array_is_null(source, taken);
        taken++;
    } while (slice_next(array->dim_count, full, at));
    return array_make(env, arena, element, elements.values, elements.nulls, elements.dim_count,
                      elements.dims);
}
