/*
 * array.h: SQL arrays: the format of a value, reading and making one.
 *
 * A value is a view of
 *
 *   byte 0  element 4       the type of the elements
 *        4  contract 4      the built-in type whose order, hash and keys they have
 *        8  count 4         elements in all dimensions together, nulls too
 *       12  dim_count 1     0 (an empty array) to ARRAY_DIMS_MAX
 *       13  phys 1          enum phys of an element
 *       14  has_nulls 1, zero 1
 *       16  dim_count x (length 4, lower bound 4)
 *           null bits, (count + 7) / 8 bytes, if has_nulls; a set bit is a null
 *           elements in row-major order: of a fixed kind phys_bytes each (a null's are zero);
 *           views as count + 1 offsets of 4 into the bytes that follow them
 *
 * in little-endian, without padding, so that any bytes of memory can hold one.
 *
 *   A1  count is the product of the lengths; 0 only without dimensions
 *   A2  has_nulls is set only if there is a null
 *   A3  a lower bound plus its length fits 32 bits
 *   A4  offsets do not fall; the last is the number of bytes after them
 *
 * An element taken out of a value points into it.
 */
#pragma once

#include "base/buf.h"
#include "type/types.h"
#include "type/values.h"

#define ARRAY_DIMS_MAX 6
#define ARRAY_COUNT_MAX 134217727 /* as in PostgreSQL */
#define ARRAY_HEAD_BYTES 16

struct array_dim {
    int32_t length, lower;
};

/* A decoded array; points into the value. */
struct array {
    oid element, contract;
    uint32_t count, dim_count;
    enum phys phys;
    const uint8_t *dims, *nulls, *data; /* nulls: null pointer if there are none */
    const uint8_t *bytes;               /* of views */
};

/* The value must be an array and outlive the result. */
struct array array_read(const union datum *value);

/* dim_idx below dim_count. */
struct array_dim array_dim(const struct array *array, uint32_t dim_idx);

static inline bool
array_is_null(const struct array *array, uint32_t element_idx)
{
    return array->nulls != NULL && (array->nulls[element_idx / 8] >> element_idx % 8 & 1) != 0;
}

/* element_idx below count; of a null all zero. */
static inline union datum
array_get(const struct array *array, uint32_t element_idx)
{
    union datum value = {.words = {0, 0}};
    if (array->phys == PHYS_VIEW) {
        const uint8_t *at = array->data + (size_t)element_idx * 4;
        uint32_t start = le32_get(at), end = le32_get(at + 4);
        value.view = view_of(array->bytes + start, end - start);
        return value;
    }
    uint32_t bytes = phys_bytes(array->phys);
    memcpy(&value, array->data + (size_t)element_idx * bytes, bytes);
    return value;
}

/* ---- making arrays; results live in `arena` ---- */

/*
 * From elements in row-major order. nulls may be a null pointer; count is the product of the
 * lengths. Without elements the result is the array without dimensions. Raises 54000 if it is too
 * large or a bound does not fit.
 */
union datum array_make(const struct type_env *env, struct arena *arena, oid element,
                       const union datum *values, const bool *nulls, uint32_t dim_count,
                       const struct array_dim *dims);
/* Of one dimension that begins at 1. */
union datum array_make_flat(const struct type_env *env, struct arena *arena, oid element,
                            const union datum *values, const bool *nulls, uint32_t count);
union datum array_make_empty(const struct type_env *env, struct arena *arena, oid element);

/* An array that grows element by element. Elements are not copied until the end. */
struct array_builder {
    const struct type_env *env;
    struct arena *arena;
    oid element;
    uint32_t count, capacity;
    union datum *values;
    bool *nulls;
};

void array_builder_init(struct array_builder *builder, const struct type_env *env,
                        struct arena *arena, oid element);
void array_builder_add(struct array_builder *builder, union datum value, bool is_null);
union datum array_builder_finish(const struct array_builder *builder);

/*
 * ARRAY[...] of arrays: all of the same dimensions, which go under a new first one. Nulls and empty
 * arrays count as empty; some beside others raise 2202E.
 */
union datum array_make_nested(const struct type_env *env, struct arena *arena, oid element,
                              const union datum *arrays, const bool *nulls, uint32_t count);

/* ---- subscripts ---- */

/* False if there is no such element or it is null: the result is SQL's null. */
bool array_fetch(const struct array *array, uint32_t subscript_count, const int32_t *subscripts,
                 union datum *value);

/* One dimension of a slice; a bound that was left out is the array's. */
struct array_range {
    bool has_lower, has_upper;
    int32_t lower, upper;
};

/* The part of an array, its lower bounds 1; empty where nothing is there. */
union datum array_slice(const struct type_env *env, struct arena *arena, const struct array *array,
                        uint32_t range_count, const struct array_range *ranges);

/* The array with one element stored into it; `array` null: into an empty one. Raises 2202E. */
union datum array_store(const struct type_env *env, struct arena *arena, oid element,
                        const struct array *array, uint32_t subscript_count,
                        const int32_t *subscripts, union datum value, bool is_null);
/* The array with a slice of it replaced by the elements of `source`. Raises 2202E. */
union datum array_store_slice(const struct type_env *env, struct arena *arena, oid element,
                              const struct array *array, uint32_t range_count,
                              const struct array_range *ranges, const struct array *source);

/* ---- whole arrays ---- */

/* The element type of an array type; raises 42804 if it is none. */
oid array_element_type(const struct type_env *env, oid array_type);

/* The contracts of array types: type_info's functions. */
union datum array_input(struct type_call *call, struct slice text);
void array_output(struct type_call *call, union datum value, struct buf *to);
union datum array_recv(struct type_call *call, struct slice bytes);
void array_send(struct type_call *call, union datum value, struct buf *to);
int array_order(union datum a, union datum b);
uint64_t array_hash(union datum value);
bool array_key_put(union datum value, struct buf *to);

/* Equal by elements, dimensions and lower bounds. */
bool array_equal(union datum a, union datum b);
