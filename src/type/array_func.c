/*
 * array_func.c: functions and operators of whole arrays: their shape, joining, searching, replacing
 * and comparing.
 */
#include "base/raise.h"
#include "type/array.h"
#include "type/generic.h"
#include "type/tables.h"

/* How elements are compared; raises if they cannot be. */
static const struct type_info *
equality_of(const struct array *array)
{
    const struct type_info *info = types_builtin(array->contract);
    if (info == NULL || info->compare == NULL)
        raise(SQLSTATE_UNDEFINED_FUNCTION, "could not identify an equality operator for type %s",
              info == NULL ? "???" : info->sql_name);
    return info;
}

/* ---- shape ---- */

static union datum
array_ndims(struct func_call *call, const union datum *args)
{
    struct array array = array_read(&args[0]);
    call->result_is_null = array.dim_count == 0;
    return i32_datum((int32_t)array.dim_count);
}

/* "[1:2][0:3]" */
static union datum
array_dims(struct func_call *call, const union datum *args)
{
    struct array array = array_read(&args[0]);
    if (array.dim_count == 0)
        return func_null(call);
    struct buf *text = buf_new(call->arena);
    for (uint32_t i = 0; i < array.dim_count; i++) {
        struct array_dim dim = array_dim(&array, i);
        buf_format(text, "[%d:%d]", dim.lower, dim.lower + (dim.length - 1));
    }
    return generic_buf_datum(call->arena, text);
}

/* The dimension that the second argument names; false if there is none. */
static bool
get_dim(struct func_call *call, const union datum *args, struct array_dim *dim)
{
    struct array array = array_read(&args[0]);
    int32_t number = args[1].i32;
    if (number < 1 || number > (int64_t)array.dim_count) {
        call->result_is_null = true;
        return false;
    }
    *dim = array_dim(&array, (uint32_t)number - 1);
    return true;
}

static union datum
array_lower(struct func_call *call, const union datum *args)
{
    struct array_dim dim = {0, 0};
    get_dim(call, args, &dim);
    return i32_datum(dim.lower);
}

static union datum
array_upper(struct func_call *call, const union datum *args)
{
    struct array_dim dim = {0, 0};
    get_dim(call, args, &dim);
    return i32_datum(dim.lower + (dim.length - 1));
}

static union datum
array_length(struct func_call *call, const union datum *args)
{
    struct array_dim dim = {0, 0};
    get_dim(call, args, &dim);
    return i32_datum(dim.length);
}

static union datum
array_cardinality(struct func_call *call, const union datum *args)
{
    (void)call;
    return i32_datum((int32_t)array_read(&args[0]).count);
}

static union datum
array_trim(struct func_call *call, const union datum *args)
{
    struct array array = array_read(&args[0]);
    int32_t length = array.dim_count == 0 ? 0 : array_dim(&array, 0).length, cut = args[1].i32;
    if (cut < 0 || cut > length)
        raise(SQLSTATE_ARRAY_SUBSCRIPT_ERROR, "number of elements to trim must be between 0 and %d",
              length);
    if (array.dim_count == 0)
        return args[0];
    int64_t upper = (int64_t)array_dim(&array, 0).lower + length - cut - 1;
    if (upper < INT32_MIN)
        return array_make_empty(call->env, call->arena, array.element);
    struct array_range range = {.has_upper = true, .upper = (int32_t)upper};
    return array_slice(call->env, call->arena, &array, 1, &range);
}

/* ---- joining ---- */

static void
add_all(struct array_builder *builder, const struct array *array)
{
    for (uint32_t i = 0; i < array->count; i++)
        array_builder_add(builder, array_get(array, i), array_is_null(array, i));
}

/* One element before or behind the array of `array_idx`. */
static union datum
add_element(struct func_call *call, const union datum *args, uint32_t array_idx, bool is_front)
{
    uint32_t other = 1 - array_idx;
    oid element = array_element_type(call->env, call->arg_types[array_idx]);
    struct array_builder builder;
    array_builder_init(&builder, call->env, call->arena, element);
    struct array array = {.dim_count = 0};
    if (!func_arg_is_null(call, array_idx))
        array = array_read(&args[array_idx]);
    if (array.dim_count > 1)
        raise(SQLSTATE_DATA_EXCEPTION, "argument must be empty or one-dimensional array");
    if (is_front)
        array_builder_add(&builder, args[other], func_arg_is_null(call, other));
    add_all(&builder, &array);
    if (!is_front)
        array_builder_add(&builder, args[other], func_arg_is_null(call, other));
    struct array_dim dim = {.length = (int32_t)builder.count, .lower = 1};
    if (array.dim_count == 1)
        dim.lower = array_dim(&array, 0).lower;
    if ((int64_t)dim.lower + dim.length > INT32_MAX)
        raise(SQLSTATE_NUMERIC_VALUE_OUT_OF_RANGE, "integer out of range");
    return array_make(call->env, call->arena, element, builder.values, builder.nulls, 1, &dim);
}

static union datum
array_append(struct func_call *call, const union datum *args)
{
    return add_element(call, args, 0, false);
}

static union datum
array_prepend(struct func_call *call, const union datum *args)
{
    return add_element(call, args, 1, true);
}

_Noreturn static void
fail_join(const char *detail)
{
    raise_error(.code = SQLSTATE_ARRAY_SUBSCRIPT_ERROR,
                .message = "cannot concatenate incompatible arrays", .detail = detail);
}

/* Whether the dimensions of `a` from a_idx on are those of `b` from b_idx on. */
static bool
dims_match(const struct array *a, uint32_t a_idx, const struct array *b, uint32_t b_idx)
{
    for (; a_idx < a->dim_count; a_idx++, b_idx++) {
        struct array_dim x = array_dim(a, a_idx), y = array_dim(b, b_idx);
        if (x.length != y.length || x.lower != y.lower)
            return false;
    }
    return true;
}

static union datum
join(struct func_call *call, const struct array *a, const struct array *b)
{
    int64_t more = (int64_t)a->dim_count - b->dim_count;
    const struct array *outer = more >= 0 ? a : b;
    struct array_dim dims[ARRAY_DIMS_MAX];
    for (uint32_t i = 0; i < outer->dim_count; i++)
        dims[i] = array_dim(outer, i);
    if (more == 0) {
        if (!dims_match(a, 1, b, 1))
            fail_join("Arrays with differing element dimensions are not compatible for "
                      "concatenation.");
        dims[0].length += array_dim(b, 0).length;
    } else if (more == 1 || more == -1) {
        const struct array *inner = more == 1 ? b : a;
        if (!dims_match(inner, 0, outer, 1))
            fail_join("Arrays with differing dimensions are not compatible for concatenation.");
        dims[0].length++;
    } else {
        fail_join(raise_text("Arrays of %u and %u dimensions are not compatible for "
                             "concatenation.",
                             a->dim_count, b->dim_count));
    }
    struct array_builder builder;
    array_builder_init(&builder, call->env, call->arena, a->element);
    add_all(&builder, a);
    add_all(&builder, b);
    return array_make(call->env, call->arena, a->element, builder.values, builder.nulls,
                      outer->dim_count, dims);
}

static union datum
array_cat(struct func_call *call, const union datum *args)
{
    if (func_arg_is_null(call, 0)) {
        call->result_is_null = func_arg_is_null(call, 1);
        return args[1];
    }
    if (func_arg_is_null(call, 1))
        return args[0];
    struct array a = array_read(&args[0]), b = array_read(&args[1]);
    if (a.element != b.element)
        raise(SQLSTATE_DATATYPE_MISMATCH, "cannot concatenate incompatible arrays");
    if (a.dim_count == 0)
        return args[1];
    return b.dim_count == 0 ? args[0] : join(call, &a, &b);
}

/* ---- searching and replacing ---- */

/* Whether the element is the value, null being equal to null. */
static bool
is_match(const struct array *array, const struct type_info *info, uint32_t element_idx,
         union datum value, bool is_null)
{
    bool is_null_element = array_is_null(array, element_idx);
    if (is_null || is_null_element)
        return is_null && is_null_element;
    return info->compare(array_get(array, element_idx), value) == 0;
}

static union datum
array_remove(struct func_call *call, const union datum *args)
{
    if (func_arg_is_null(call, 0))
        return func_null(call);
    struct array array = array_read(&args[0]);
    if (array.dim_count > 1)
        raise(SQLSTATE_FEATURE_NOT_SUPPORTED,
              "removing elements from multidimensional arrays is not supported");
    const struct type_info *info = equality_of(&array);
    struct array_builder builder;
    array_builder_init(&builder, call->env, call->arena, array.element);
    for (uint32_t i = 0; i < array.count; i++) {
        if (!is_match(&array, info, i, args[1], func_arg_is_null(call, 1)))
            array_builder_add(&builder, array_get(&array, i), array_is_null(&array, i));
    }
    if (builder.count == array.count)
        return args[0];
    struct array_dim dim = {.length = (int32_t)builder.count, .lower = array_dim(&array, 0).lower};
    return array_make(call->env, call->arena, array.element, builder.values, builder.nulls, 1,
                      &dim);
}

static union datum
array_replace(struct func_call *call, const union datum *args)
{
    if (func_arg_is_null(call, 0))
        return func_null(call);
    struct array array = array_read(&args[0]);
    const struct type_info *info = equality_of(&array);
    struct array_dim dims[ARRAY_DIMS_MAX];
    for (uint32_t i = 0; i < array.dim_count; i++)
        dims[i] = array_dim(&array, i);
    struct array_builder builder;
    array_builder_init(&builder, call->env, call->arena, array.element);
    for (uint32_t i = 0; i < array.count; i++) {
        if (is_match(&array, info, i, args[1], func_arg_is_null(call, 1)))
            array_builder_add(&builder, args[2], func_arg_is_null(call, 2));
        else
            array_builder_add(&builder, array_get(&array, i), array_is_null(&array, i));
    }
    return array_make(call->env, call->arena, array.element, builder.values, builder.nulls,
                      array.dim_count, dims);
}

static void
require_searchable(const struct array *array)
{
    if (array->dim_count > 1)
        raise(SQLSTATE_FEATURE_NOT_SUPPORTED,
              "searching for elements in multidimensional arrays is not supported");
}

static union datum
array_position(struct func_call *call, const union datum *args)
{
    if (func_arg_is_null(call, 0))
        return func_null(call);
    struct array array = array_read(&args[0]);
    require_searchable(&array);
    if (array.dim_count == 0 || (func_arg_is_null(call, 1) && array.nulls == NULL))
        return func_null(call);
    int64_t lower = array_dim(&array, 0).lower, start = lower;
    if (call->func->arg_count == 3) {
        if (func_arg_is_null(call, 2))
            raise(SQLSTATE_NULL_VALUE_NOT_ALLOWED, "initial position must not be null");
        start = args[2].i32;
    }
    const struct type_info *info = equality_of(&array);
    for (int64_t i = start > lower ? start - lower : 0; i < array.count; i++) {
        if (is_match(&array, info, (uint32_t)i, args[1], func_arg_is_null(call, 1)))
            return i32_datum((int32_t)(lower + i));
    }
    return func_null(call);
}

static union datum
array_positions(struct func_call *call, const union datum *args)
{
    if (func_arg_is_null(call, 0))
        return func_null(call);
    struct array array = array_read(&args[0]);
    require_searchable(&array);
    struct array_builder builder;
    array_builder_init(&builder, call->env, call->arena, TYPE_INT4);
    const struct type_info *info = equality_of(&array);
    int32_t lower = array.dim_count == 0 ? 1 : array_dim(&array, 0).lower;
    for (uint32_t i = 0; i < array.count; i++) {
        if (is_match(&array, info, i, args[1], func_arg_is_null(call, 1)))
            array_builder_add(&builder, i32_datum(lower + (int32_t)i), false);
    }
    return array_builder_finish(&builder);
}

/* ---- filling ---- */

/* The integers of an argument of array_fill; raises unless they are one row without nulls. */
static uint32_t
fill_numbers(const union datum *value, const char *detail, const char *null_message,
             int32_t numbers[ARRAY_DIMS_MAX])
{
    struct array array = array_read(value);
    if (array.dim_count > 1)
        raise_error(.code = SQLSTATE_ARRAY_SUBSCRIPT_ERROR,
                    .message = "wrong number of array subscripts", .detail = detail);
    if (array.count > ARRAY_DIMS_MAX)
        raise(SQLSTATE_PROGRAM_LIMIT_EXCEEDED,
              "number of array dimensions (%u) exceeds the maximum allowed (%d)", array.count,
              ARRAY_DIMS_MAX);
    for (uint32_t i = 0; i < array.count; i++) {
        if (array_is_null(&array, i))
            raise(SQLSTATE_NULL_VALUE_NOT_ALLOWED, "%s", null_message);
        numbers[i] = array_get(&array, i).i32;
    }
    return array.count;
}

/* array_fill(value, lengths [, lower bounds]) */
static union datum
array_fill(struct func_call *call, const union datum *args)
{
    bool has_bounds = call->func->arg_count == 3;
    if (func_arg_is_null(call, 1) || (has_bounds && func_arg_is_null(call, 2)))
        raise(SQLSTATE_NULL_VALUE_NOT_ALLOWED, "dimension array or low bound array cannot be null");
    int32_t lengths[ARRAY_DIMS_MAX], lowers[ARRAY_DIMS_MAX] = {1, 1, 1, 1, 1, 1};
    uint32_t dim_count = fill_numbers(&args[1], "Dimension array must be one dimensional.",
                                      "dimension values cannot be null", lengths);
    if (has_bounds && fill_numbers(&args[2], "Low bound array must be one dimensional.",
                                   "dimension values cannot be null", lowers) != dim_count)
        raise_error(.code = SQLSTATE_ARRAY_SUBSCRIPT_ERROR,
                    .message = "wrong number of array subscripts",
                    .detail = "Low bound array has different size than dimensions array.");
    struct array_dim dims[ARRAY_DIMS_MAX];
    int64_t count = dim_count == 0 ? 0 : 1;
    for (uint32_t i = 0; i < dim_count; i++) {
        dims[i] = (struct array_dim){.length = lengths[i], .lower = lowers[i]};
        count = lengths[i] < 0 ? -1 : count * lengths[i];
        if (count < 0 || count > ARRAY_COUNT_MAX)
            raise(SQLSTATE_PROGRAM_LIMIT_EXCEEDED, "array size exceeds the maximum allowed (%d)",
                  ARRAY_COUNT_MAX);
    }
    struct array_builder builder;
    array_builder_init(&builder, call->env, call->arena, call->arg_types[0]);
    for (int64_t i = 0; i < count; i++)
        array_builder_add(&builder, args[0], func_arg_is_null(call, 0));
    return array_make(call->env, call->arena, call->arg_types[0], builder.values, builder.nulls,
                      dim_count, dims);
}

/* ---- comparing ---- */

static union datum
array_eq(struct func_call *call, const union datum *args)
{
    (void)call;
    return bool_datum(array_equal(args[0], args[1]));
}

static union datum
array_ne(struct func_call *call, const union datum *args)
{
    (void)call;
    return bool_datum(!array_equal(args[0], args[1]));
}

static union datum
array_lt(struct func_call *call, const union datum *args)
{
    (void)call;
    return bool_datum(array_order(args[0], args[1]) < 0);
}

static union datum
array_le(struct func_call *call, const union datum *args)
{
    (void)call;
    return bool_datum(array_order(args[0], args[1]) <= 0);
}

static union datum
array_gt(struct func_call *call, const union datum *args)
{
    (void)call;
    return bool_datum(array_order(args[0], args[1]) > 0);
}

static union datum
array_ge(struct func_call *call, const union datum *args)
{
    (void)call;
    return bool_datum(array_order(args[0], args[1]) >= 0);
}

static union datum
array_cmp(struct func_call *call, const union datum *args)
{
    (void)call;
    return i32_datum(array_order(args[0], args[1]));
}

static union datum
array_larger(struct func_call *call, const union datum *args)
{
    (void)call;
    return array_order(args[0], args[1]) > 0 ? args[0] : args[1];
}

static union datum
array_smaller(struct func_call *call, const union datum *args)
{
    (void)call;
    return array_order(args[0], args[1]) < 0 ? args[0] : args[1];
}

static bool
has_element(const struct array *array, const struct type_info *info, union datum value)
{
    for (uint32_t i = 0; i < array->count; i++) {
        if (!array_is_null(array, i) && info->compare(array_get(array, i), value) == 0)
            return true;
    }
    return false;
}

/* Whether all (or any) elements of `few` are in `many`; a null is in nothing. */
static bool
is_within(const union datum *few, const union datum *many, bool wants_all)
{
    struct array a = array_read(few), b = array_read(many);
    if (a.contract != b.contract)
        raise(SQLSTATE_DATATYPE_MISMATCH, "cannot compare arrays of different element types");
    const struct type_info *info = equality_of(&a);
    for (uint32_t i = 0; i < a.count; i++) {
        bool is_in = !array_is_null(&a, i) && has_element(&b, info, array_get(&a, i));
        if (is_in != wants_all)
            return is_in;
    }
    return wants_all;
}

static union datum
array_contains(struct func_call *call, const union datum *args)
{
    (void)call;
    return bool_datum(is_within(&args[1], &args[0], true));
}

static union datum
array_contained(struct func_call *call, const union datum *args)
{
    (void)call;
    return bool_datum(is_within(&args[0], &args[1], true));
}

static union datum
array_overlap(struct func_call *call, const union datum *args)
{
    (void)call;
    return bool_datum(is_within(&args[0], &args[1], false));
}

/* ---- what this file brings ---- */

static const struct func_info funcs[] = {
    {FUNC_NULLS(378, "array_append", TYPE_ANYCOMPATIBLEARRAY, array_append, TYPE_ANYCOMPATIBLEARRAY,
                TYPE_ANYCOMPATIBLE)},
    {FUNC_NULLS(379, "array_prepend", TYPE_ANYCOMPATIBLEARRAY, array_prepend, TYPE_ANYCOMPATIBLE,
                TYPE_ANYCOMPATIBLEARRAY)},
    {FUNC(382, "btarraycmp", TYPE_INT4, array_cmp, TYPE_ANYARRAY, TYPE_ANYARRAY)},
    {FUNC_NULLS(383, "array_cat", TYPE_ANYCOMPATIBLEARRAY, array_cat, TYPE_ANYCOMPATIBLEARRAY,
                TYPE_ANYCOMPATIBLEARRAY)},
    {FUNC(390, "array_ne", TYPE_BOOL, array_ne, TYPE_ANYARRAY, TYPE_ANYARRAY)},
    {FUNC(391, "array_lt", TYPE_BOOL, array_lt, TYPE_ANYARRAY, TYPE_ANYARRAY)},
    {FUNC(392, "array_gt", TYPE_BOOL, array_gt, TYPE_ANYARRAY, TYPE_ANYARRAY)},
    {FUNC(393, "array_le", TYPE_BOOL, array_le, TYPE_ANYARRAY, TYPE_ANYARRAY)},
    {FUNC(396, "array_ge", TYPE_BOOL, array_ge, TYPE_ANYARRAY, TYPE_ANYARRAY)},
    {FUNC(515, "array_larger", TYPE_ANYARRAY, array_larger, TYPE_ANYARRAY, TYPE_ANYARRAY)},
    {FUNC(516, "array_smaller", TYPE_ANYARRAY, array_smaller, TYPE_ANYARRAY, TYPE_ANYARRAY)},
    {FUNC(744, "array_eq", TYPE_BOOL, array_eq, TYPE_ANYARRAY, TYPE_ANYARRAY)},
    {FUNC(747, "array_dims", TYPE_TEXT, array_dims, TYPE_ANYARRAY)},
    {FUNC(748, "array_ndims", TYPE_INT4, array_ndims, TYPE_ANYARRAY)},
    {FUNC_NULLS(1193, "array_fill", TYPE_ANYARRAY, array_fill, TYPE_ANYELEMENT, TYPE_INT4_ARRAY)},
    {FUNC_NULLS(1286, "array_fill", TYPE_ANYARRAY, array_fill, TYPE_ANYELEMENT, TYPE_INT4_ARRAY,
                TYPE_INT4_ARRAY)},
    {FUNC(2091, "array_lower", TYPE_INT4, array_lower, TYPE_ANYARRAY, TYPE_INT4)},
    {FUNC(2092, "array_upper", TYPE_INT4, array_upper, TYPE_ANYARRAY, TYPE_INT4)},
    {FUNC(2176, "array_length", TYPE_INT4, array_length, TYPE_ANYARRAY, TYPE_INT4)},
    {FUNC(2747, "arrayoverlap", TYPE_BOOL, array_overlap, TYPE_ANYARRAY, TYPE_ANYARRAY)},
    {FUNC(2748, "arraycontains", TYPE_BOOL, array_contains, TYPE_ANYARRAY, TYPE_ANYARRAY)},
    {FUNC(2749, "arraycontained", TYPE_BOOL, array_contained, TYPE_ANYARRAY, TYPE_ANYARRAY)},
    {FUNC_NULLS(3167, "array_remove", TYPE_ANYCOMPATIBLEARRAY, array_remove,
                TYPE_ANYCOMPATIBLEARRAY, TYPE_ANYCOMPATIBLE)},
    {FUNC_NULLS(3168, "array_replace", TYPE_ANYCOMPATIBLEARRAY, array_replace,
                TYPE_ANYCOMPATIBLEARRAY, TYPE_ANYCOMPATIBLE, TYPE_ANYCOMPATIBLE)},
    {FUNC(3179, "cardinality", TYPE_INT4, array_cardinality, TYPE_ANYARRAY)},
    {FUNC_NULLS(3277, "array_position", TYPE_INT4, array_position, TYPE_ANYCOMPATIBLEARRAY,
                TYPE_ANYCOMPATIBLE)},
    {FUNC_NULLS(3278, "array_position", TYPE_INT4, array_position, TYPE_ANYCOMPATIBLEARRAY,
                TYPE_ANYCOMPATIBLE, TYPE_INT4)},
    {FUNC_NULLS(3279, "array_positions", TYPE_INT4_ARRAY, array_positions, TYPE_ANYCOMPATIBLEARRAY,
                TYPE_ANYCOMPATIBLE)},
    {FUNC(6172, "trim_array", TYPE_ANYARRAY, array_trim, TYPE_ANYARRAY, TYPE_INT4)},
};

static const struct operator_info operators[] = {
    {349, "||", TYPE_ANYCOMPATIBLEARRAY, TYPE_ANYCOMPATIBLE, TYPE_ANYCOMPATIBLEARRAY, 378, 0, 0,
     false, false, NULL, NULL},
    {374, "||", TYPE_ANYCOMPATIBLE, TYPE_ANYCOMPATIBLEARRAY, TYPE_ANYCOMPATIBLEARRAY, 379, 0, 0,
     false, false, NULL, NULL},
    {375, "||", TYPE_ANYCOMPATIBLEARRAY, TYPE_ANYCOMPATIBLEARRAY, TYPE_ANYCOMPATIBLEARRAY, 383, 0,
     0, false, false, NULL, NULL},
    {1070, "=", TYPE_ANYARRAY, TYPE_ANYARRAY, TYPE_BOOL, 744, 1070, 1071, true, true, "eqsel",
     "eqjoinsel"},
    {1071, "<>", TYPE_ANYARRAY, TYPE_ANYARRAY, TYPE_BOOL, 390, 1071, 1070, false, false, "neqsel",
     "neqjoinsel"},
    {1072, "<", TYPE_ANYARRAY, TYPE_ANYARRAY, TYPE_BOOL, 391, 1073, 1075, false, false,
     "scalarltsel", "scalarltjoinsel"},
    {1073, ">", TYPE_ANYARRAY, TYPE_ANYARRAY, TYPE_BOOL, 392, 1072, 1074, false, false,
     "scalargtsel", "scalargtjoinsel"},
    {1074, "<=", TYPE_ANYARRAY, TYPE_ANYARRAY, TYPE_BOOL, 393, 1075, 1073, false, false,
     "scalarlesel", "scalarlejoinsel"},
    {1075, ">=", TYPE_ANYARRAY, TYPE_ANYARRAY, TYPE_BOOL, 396, 1074, 1072, false, false,
     "scalargesel", "scalargejoinsel"},
    {2750, "&&", TYPE_ANYARRAY, TYPE_ANYARRAY, TYPE_BOOL, 2747, 2750, 0, false, false,
     "arraycontsel", "arraycontjoinsel"},
    {2751, "@>", TYPE_ANYARRAY, TYPE_ANYARRAY, TYPE_BOOL, 2748, 2752, 0, false, false,
     "arraycontsel", "arraycontjoinsel"},
    {2752, "<@", TYPE_ANYARRAY, TYPE_ANYARRAY, TYPE_BOOL, 2749, 2751, 0, false, false,
     "arraycontsel", "arraycontjoinsel"},
};

const struct type_tables array_func_tables = {
    .funcs = funcs,
    .func_count = COUNT_OF(funcs),
    .operators = operators,
    .operator_count = COUNT_OF(operators),
};
