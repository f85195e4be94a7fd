/*
 * array.c: array values: reading and making them, and their order, hash and keys.
 *
 * Comparing needs no registry: a value names the built-in type whose contract its elements have
 * ("contract"), also where their own type is a user's. The most common elements are compared in
 * place.
 *
 * A key is, for each element, 1 and its own key, or 2 for a null; then 0, and what else tells
 * arrays apart: the dimensions, their lengths and lower bounds. It does not lead back.
 */
#include "type/array.h"

#include "base/check.h"
#include "base/hash.h"
#include "base/raise.h"
#include "type/generic.h"

struct array
array_read(const union datum *value)
{
    const uint8_t *at = view_data(&value->view);
    struct array array = {
        .element = le32_get(at),
        .contract = le32_get(at + 4),
        .count = le32_get(at + 8),
        .dim_count = at[12],
        .phys = (enum phys)at[13],
        .dims = at + ARRAY_HEAD_BYTES,
    };
    bool has_nulls = at[14] != 0;
    at += ARRAY_HEAD_BYTES + array.dim_count * sizeof(struct array_dim);
    if (has_nulls) {
        array.nulls = at;
        at += (array.count + 7) / 8;
    }
    array.data = at;
    array.bytes = at + ((size_t)array.count + 1) * 4;
    return array;
}

struct array_dim
array_dim(const struct array *array, uint32_t dim_idx)
{
    struct array_dim dim;
    memcpy(&dim, array->dims + dim_idx * sizeof dim, sizeof dim);
    return dim;
}

/* ---- making ---- */

/* Raises unless the dimensions are possible; returns the number of elements. */
static uint32_t
count_elements(uint32_t dim_count, const struct array_dim *dims)
{
    if (dim_count > ARRAY_DIMS_MAX)
        raise(SQLSTATE_PROGRAM_LIMIT_EXCEEDED,
              "number of array dimensions (%u) exceeds the maximum allowed (%d)", dim_count,
              ARRAY_DIMS_MAX);
    int64_t count = dim_count == 0 ? 0 : 1;
    for (uint32_t i = 0; i < dim_count; i++) {
        if (dims[i].length < 0)
            raise(SQLSTATE_PROGRAM_LIMIT_EXCEEDED, "array size exceeds the maximum allowed (%d)",
                  ARRAY_COUNT_MAX);
        count *= dims[i].length;
        if (count > ARRAY_COUNT_MAX)
            raise(SQLSTATE_PROGRAM_LIMIT_EXCEEDED, "array size exceeds the maximum allowed (%d)",
                  ARRAY_COUNT_MAX);
    }
    for (uint32_t i = 0; i < dim_count; i++) {
        if ((int64_t)dims[i].lower + dims[i].length > INT32_MAX)
            raise(SQLSTATE_PROGRAM_LIMIT_EXCEEDED, "array lower bound is too large: %d",
                  dims[i].lower);
    }
    return (uint32_t)count;
}

static bool
any_null(const bool *nulls, uint32_t count)
{
    for (uint32_t i = 0; nulls != NULL && i < count; i++) {
        if (nulls[i])
            return true;
    }
    return false;
}

/* The bytes of all views that are not null. */
static size_t
view_bytes(const union datum *values, const bool *nulls, uint32_t count)
{
    size_t bytes = 0;
    for (uint32_t i = 0; i < count; i++)
        bytes += nulls != NULL && nulls[i] ? 0 : values[i].view.bytes;
    if (bytes > UINT32_MAX / 2)
        raise(SQLSTATE_PROGRAM_LIMIT_EXCEEDED, "array size exceeds the maximum allowed (%d)",
              ARRAY_COUNT_MAX);
    return bytes;
}

static uint8_t *
put_head(uint8_t *at, oid element, oid contract, enum phys phys, uint32_t count)
{
    le32_set(at, element);
    le32_set(at + 4, contract);
    le32_set(at + 8, count);
    at[13] = (uint8_t)phys;
    at[14] = 0;
    at[15] = 0;
    return at + ARRAY_HEAD_BYTES;
}

static void
put_views(uint8_t *at, const union datum *values, const bool *nulls, uint32_t count)
{
    uint8_t *bytes = at + ((size_t)count + 1) * 4;
    uint32_t used = 0;
    for (uint32_t i = 0; i < count; i++, at += 4) {
        le32_set(at, used);
        if (nulls != NULL && nulls[i])
            continue;
        struct slice slice = datum_slice(&values[i]);
        if (slice.bytes != 0)
            memcpy(bytes + used, slice.data, slice.bytes);
        used += (uint32_t)slice.bytes;
    }
    le32_set(at, used);
}

static void
put_fixed(uint8_t *at, uint32_t bytes, const union datum *values, const bool *nulls, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++, at += bytes) {
        if (nulls != NULL && nulls[i])
            memset(at, 0, bytes);
        else
            memcpy(at, &values[i], bytes);
    }
}

/* The same as another array's elements or of a type's. */
struct element_kind {
    oid element, contract;
    enum phys phys;
};

static union datum
make(struct arena *arena, struct element_kind kind, const union datum *values, const bool *nulls,
     uint32_t dim_count, const struct array_dim *dims)
{
    uint32_t count = count_elements(dim_count, dims);
    if (count == 0)
        dim_count = 0;
    bool has_nulls = any_null(nulls, count), has_views = kind.phys == PHYS_VIEW;
    size_t dims_bytes = dim_count * sizeof *dims, nulls_bytes = has_nulls ? (count + 7) / 8 : 0;
    size_t data_bytes = has_views ? view_bytes(values, nulls, count) + ((size_t)count + 1) * 4
                                  : (size_t)count * phys_bytes(kind.phys);
    /* A view shorter than its inline room would lie in the datum, where no pointer can go. */
    size_t bytes = ARRAY_HEAD_BYTES + dims_bytes + nulls_bytes + data_bytes;
    uint8_t *start = arena_alloc(arena, bytes);
    uint8_t *at = put_head(start, kind.element, kind.contract, kind.phys, count);
    start[12] = (uint8_t)dim_count;
    start[14] = has_nulls;
    if (dims_bytes != 0)
        memcpy(at, dims, dims_bytes);
    at += dims_bytes;
    if (has_nulls) {
        memset(at, 0, nulls_bytes);
        for (uint32_t i = 0; i < count; i++)
            at[i / 8] |= (uint8_t)(nulls[i] << i % 8);
        at += nulls_bytes;
    }
    if (has_views)
        put_views(at, values, nulls, count);
    else
        put_fixed(at, phys_bytes(kind.phys), values, nulls, count);
    return (union datum){.view = view_of(start, bytes)};
}

static struct element_kind
kind_of_type(const struct type_env *env, oid element)
{
    const struct type_info *info = type_get(env, element);
    return (struct element_kind){element, type_contract(env, info), info->phys};
}

union datum
array_make(const struct type_env *env, struct arena *arena, oid element, const union datum *values,
           const bool *nulls, uint32_t dim_count, const struct array_dim *dims)
{
    return make(arena, kind_of_type(env, element), values, nulls, dim_count, dims);
}

union datum
array_make_flat(const struct type_env *env, struct arena *arena, oid element,
                const union datum *values, const bool *nulls, uint32_t count)
{
    if (count > ARRAY_COUNT_MAX)
        raise(SQLSTATE_PROGRAM_LIMIT_EXCEEDED, "array size exceeds the maximum allowed (%d)",
              ARRAY_COUNT_MAX);
    struct array_dim dim = {.length = (int32_t)count, .lower = 1};
    return array_make(env, arena, element, values, nulls, 1, &dim);
}

union datum
array_make_empty(const struct type_env *env, struct arena *arena, oid element)
{
    return array_make(env, arena, element, NULL, NULL, 0, NULL);
}

void
array_builder_init(struct array_builder *builder, const struct type_env *env, struct arena *arena,
                   oid element)
{
    *builder = (struct array_builder){.env = env, .arena = arena, .element = element};
}

void
array_builder_add(struct array_builder *builder, union datum value, bool is_null)
{
    uint32_t count = builder->count;
    if (count == builder->capacity) {
        if (count >= ARRAY_COUNT_MAX)
            raise(SQLSTATE_PROGRAM_LIMIT_EXCEEDED, "array size exceeds the maximum allowed (%d)",
                  ARRAY_COUNT_MAX);
        uint32_t wider = count == 0 ? 8 : count * 2;
        builder->values =
            arena_resize(builder->arena, builder->values, count * sizeof *builder->values,
                         wider * sizeof *builder->values);
        builder->nulls = arena_resize(builder->arena, builder->nulls, count, wider);
        builder->capacity = wider;
    }
    builder->values[count] = value;
    builder->nulls[count] = is_null;
    builder->count++;
}

union datum
array_builder_finish(const struct array_builder *builder)
{
    return array_make_flat(builder->env, builder->arena, builder->element, builder->values,
                           builder->nulls, builder->count);
}

_Noreturn static void
fail_nested(void)
{
    raise(SQLSTATE_ARRAY_SUBSCRIPT_ERROR,
          "multidimensional arrays must have array expressions with matching dimensions");
}

union datum
array_make_nested(const struct type_env *env, struct arena *arena, oid element,
                  const union datum *arrays, const bool *nulls, uint32_t count)
{
    struct array_builder builder;
    array_builder_init(&builder, env, arena, element);
    struct array_dim dims[ARRAY_DIMS_MAX + 1] = {{.length = (int32_t)count, .lower = 1}};
    uint32_t dim_count = 0;
    for (uint32_t i = 0; i < count; i++) {
        struct array array = {.dim_count = 0};
        if (nulls == NULL || !nulls[i])
            array = array_read(&arrays[i]);
        if (i == 0) {
            dim_count = array.dim_count;
            for (uint32_t k = 0; k < dim_count; k++)
                dims[k + 1] = array_dim(&array, k);
        }
        if (array.dim_count != dim_count)
            fail_nested();
        for (uint32_t k = 0; k < dim_count; k++) {
            struct array_dim dim = array_dim(&array, k);
            if (dim.length != dims[k + 1].length || dim.lower != dims[k + 1].lower)
                fail_nested();
        }
        for (uint32_t k = 0; k < array.count; k++)
            array_builder_add(&builder, array_get(&array, k), array_is_null(&array, k));
    }
    if (dim_count == 0)
        return array_make_empty(env, arena, element);
    return array_make(env, arena, element, builder.values, builder.nulls, dim_count + 1, dims);
}

oid
array_element_type(const struct type_env *env, oid array_type)
{
    const struct type_info *info = type_get(env, array_type);
    if (info->element == OID_NONE)
        raise(SQLSTATE_DATATYPE_MISMATCH, "argument declared %s is not an array but type %s",
              "anyarray", info->sql_name);
    return info->element;
}

/* ---- order ---- */

static const struct type_info *
get_contract(const struct array *array)
{
    const struct type_info *info = types_builtin(array->contract);
    if (info == NULL || info->compare == NULL)
        raise(SQLSTATE_UNDEFINED_FUNCTION, "could not identify a comparison function for type %s",
              info == NULL ? "???" : info->sql_name);
    return info;
}

static inline int
sign_of(int64_t a, int64_t b)
{
    return (a > b) - (a < b);
}

static int
compare_element(const struct array *a, const struct type_info *info, union datum x, union datum y)
{
    switch (a->contract) {
    case TYPE_INT4:
        return sign_of(x.i32, y.i32);
    case TYPE_INT8:
        return sign_of(x.i64, y.i64);
    case TYPE_TEXT:
        return view_compare(&x.view, &y.view);
    default:
        return info->compare(x, y);
    }
}

static int
compare_shape(const struct array *a, const struct array *b)
{
    if (a->count != b->count)
        return a->count < b->count ? -1 : 1;
    if (a->dim_count != b->dim_count)
        return a->dim_count < b->dim_count ? -1 : 1;
    int order = 0;
    for (uint32_t i = 0; order == 0 && i < a->dim_count; i++)
        order = sign_of(array_dim(a, i).length, array_dim(b, i).length);
    for (uint32_t i = 0; order == 0 && i < a->dim_count; i++)
        order = sign_of(array_dim(a, i).lower, array_dim(b, i).lower);
    return order;
}

int
array_order(union datum a, union datum b)
{
    struct array x = array_read(&a), y = array_read(&b);
    if (x.contract != y.contract)
        raise(SQLSTATE_DATATYPE_MISMATCH, "cannot compare arrays of different element types");
    bool has_own = x.contract == TYPE_INT4 || x.contract == TYPE_INT8 || x.contract == TYPE_TEXT;
    const struct type_info *info = has_own ? NULL : get_contract(&x);
    uint32_t common = x.count < y.count ? x.count : y.count;
    for (uint32_t i = 0; i < common; i++) {
        bool x_null = array_is_null(&x, i), y_null = array_is_null(&y, i);
        if (x_null && y_null)
            continue;
        if (x_null || y_null)
            return x_null ? 1 : -1;
        int order = compare_element(&x, info, array_get(&x, i), array_get(&y, i));
        if (order != 0)
            return order < 0 ? -1 : 1;
    }
    return compare_shape(&x, &y);
}

bool
array_equal(union datum a, union datum b)
{
    struct array x = array_read(&a), y = array_read(&b);
    return compare_shape(&x, &y) == 0 && array_order(a, b) == 0;
}

uint64_t
array_hash(union datum value)
{
    struct array array = array_read(&value);
    const struct type_info *info = get_contract(&array);
    if (info->hash == NULL)
        raise(SQLSTATE_UNDEFINED_FUNCTION, "could not identify a hash function for type %s",
              info->sql_name);
    uint64_t hash = array.count;
    for (uint32_t i = 0; i < array.count; i++) {
        uint64_t of_element = array_is_null(&array, i) ? 0 : info->hash(array_get(&array, i));
        hash = hash_combine(hash, of_element);
    }
    return hash;
}

bool
array_key_put(union datum value, struct buf *to)
{
    struct array array = array_read(&value);
    const struct type_info *info = types_builtin(array.contract);
    if (info == NULL || info->key_put == NULL)
        return false;
    for (uint32_t i = 0; i < array.count; i++) {
        bool is_null = array_is_null(&array, i);
        buf_put_u8(to, is_null ? 2 : 1);
        if (!is_null && !info->key_put(array_get(&array, i), to))
            return false;
    }
    buf_put_u8(to, 0);
    buf_put_u8(to, (uint8_t)array.dim_count);
    for (uint32_t i = 0; i < array.dim_count; i++)
        buf_put_be32(to, (uint32_t)array_dim(&array, i).length);
    for (uint32_t i = 0; i < array.dim_count; i++)
        buf_put_be32(to, (uint32_t)array_dim(&array, i).lower ^ 0x80000000u);
    return true;
}
