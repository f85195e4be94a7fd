/*
 * range_func.c: the functions and operators of ranges and multiranges.
 *
 * Most of them mean the same of a range as of a multirange: a range is then taken as a multirange
 * of one range, and a function stands for every combination of arguments.
 */
#include "base/raise.h"
#include "type/array.h"
#include "type/generic.h"
#include "type/numeric.h"
#include "type/range.h"
#include "type/tables.h"

/* ---- arguments ---- */

/* An argument that is a range or a multirange. */
struct ranges {
    bool is_multirange;
    struct multirange many;
    struct range_value one;
    uint32_t count; /* those that are not empty */
};

static struct ranges
read_arg(const struct func_call *call, const union datum *args, uint32_t arg_idx)
{
    struct ranges ranges = {.is_multirange = call->func->args[arg_idx] == TYPE_ANYMULTIRANGE};
    if (ranges.is_multirange) {
        ranges.many = multirange_read(&args[arg_idx]);
        ranges.count = ranges.many.count;
    } else {
        ranges.one = range_read(&args[arg_idx]);
        ranges.count = !ranges.one.is_empty;
    }
    return ranges;
}

static struct range_value
range_at(const struct ranges *ranges, uint32_t range_idx)
{
    return ranges->is_multirange ? multirange_get(&ranges->many, range_idx) : ranges->one;
}

/* From the first's lower bound to the last's upper one. */
static struct range_value
hull_of(const struct ranges *ranges)
{
    struct range_value hull = {.is_empty = true};
    if (ranges->count > 0) {
        hull = range_at(ranges, 0);
        hull.upper = range_at(ranges, ranges->count - 1).upper;
    }
    return hull;
}

static struct range_form
form_of_arg(const struct func_call *call, uint32_t arg_idx)
{
    return range_form_of(call->env, call->arg_types[arg_idx]);
}

/* ---- constructors ---- */

static union datum
construct(struct func_call *call, const union datum *args, bool lower_inc, bool upper_inc)
{
    struct range_form form = range_form_of(call->env, call->func->result);
    bool no_lower = func_arg_is_null(call, 0);
    bool no_upper = func_arg_is_null(call, 1);
    struct range_bound lower = {
        .value = args[0], .is_infinite = no_lower, .is_inclusive = lower_inc};
    struct range_bound upper = {
        .value = args[1], .is_infinite = no_upper, .is_inclusive = upper_inc};
    return range_make(&form, call->arena, &lower, &upper);
}

union datum
range_construct(struct func_call *call, const union datum *args)
{
    return construct(call, args, true, false);
}

union datum
range_construct_with_flags(struct func_call *call, const union datum *args)
{
    if (func_arg_is_null(call, 2))
        raise(SQLSTATE_DATA_EXCEPTION, "range constructor flags argument must not be null");
    struct slice flags = datum_slice(&args[2]);
    const char *at = (const char *)flags.data;
    if (flags.bytes != 2 || (at[0] != '[' && at[0] != '(') || (at[1] != ']' && at[1] != ')'))
        raise_error(.code = SQLSTATE_SYNTAX_ERROR, .message = "invalid range bound flags",
                    .hint = "Valid values are \"[]\", \"[)\", \"(]\", and \"()\".");
    return construct(call, args, at[0] == '[', at[1] == ']');
}

union datum
multirange_construct_empty(struct func_call *call, const union datum *args)
{
    (void)args;
    struct range_form form = range_form_of(call->env, call->func->result);
    return multirange_make(&form, call->arena, NULL, 0);
}

/* By the argument's type: it serves multirange(anyrange) too. */
union datum
multirange_construct_one(struct func_call *call, const union datum *args)
{
    struct range_form form = form_of_arg(call, 0);
    union datum range = args[0];
    return multirange_make(&form, call->arena, &range, 1);
}

union datum
multirange_construct(struct func_call *call, const union datum *args)
{
    struct range_form form = range_form_of(call->env, call->func->result);
    struct array array = array_read(&args[0]);
    if (array.dim_count > 1)
        raise(SQLSTATE_CARDINALITY_VIOLATION,
              "multiranges cannot be constructed from multidimensional arrays");
    union datum *ranges = arena_alloc_array(call->arena, array.count + 1u, sizeof *ranges);
    for (uint32_t i = 0; i < array.count; i++) {
        if (array_is_null(&array, i))
            raise(SQLSTATE_NULL_VALUE_NOT_ALLOWED, "multirange values cannot contain null members");
        ranges[i] = array_get(&array, i);
    }
    return multirange_make(&form, call->arena, ranges, array.count);
}

/* ---- what is in a value ---- */

static union datum
lower(struct func_call *call, const union datum *args)
{
    struct ranges ranges = read_arg(call, args, 0);
    struct range_value hull = hull_of(&ranges);
    return hull.is_empty || hull.lower.is_infinite ? func_null(call) : hull.lower.value;
}

static union datum
upper(struct func_call *call, const union datum *args)
{
    struct ranges ranges = read_arg(call, args, 0);
    struct range_value hull = hull_of(&ranges);
    return hull.is_empty || hull.upper.is_infinite ? func_null(call) : hull.upper.value;
}

static union datum
is_empty(struct func_call *call, const union datum *args)
{
    return bool_datum(read_arg(call, args, 0).count == 0);
}

static union datum
lower_inc(struct func_call *call, const union datum *args)
{
    struct ranges ranges = read_arg(call, args, 0);
    return bool_datum(hull_of(&ranges).lower.is_inclusive);
}

static union datum
upper_inc(struct func_call *call, const union datum *args)
{
    struct ranges ranges = read_arg(call, args, 0);
    return bool_datum(hull_of(&ranges).upper.is_inclusive);
}

static union datum
lower_inf(struct func_call *call, const union datum *args)
{
    struct ranges ranges = read_arg(call, args, 0);
    return bool_datum(hull_of(&ranges).lower.is_infinite);
}

static union datum
upper_inf(struct func_call *call, const union datum *args)
{
    struct ranges ranges = read_arg(call, args, 0);
    return bool_datum(hull_of(&ranges).upper.is_infinite);
}

static bool
unnest(struct func_call *call, const union datum *args, union datum *values, bool *nulls)
{
    if (call->state == NULL)
        call->state = arena_alloc_zero(call->state_arena, sizeof(uint32_t));
    uint32_t *next = call->state;
    struct multirange multirange = multirange_read(&args[0]);
    if (*next >= multirange.count)
        return false;
    values[0] = multirange_at(&multirange, (*next)++);
    nulls[0] = false;
    return true;
}

/* ---- where they stand ---- */

/* The two arguments as wholes. */
struct hulls {
    struct range_form form;
    struct range_value a, b;
    bool has_empty;
};

static struct hulls
read_hulls(const struct func_call *call, const union datum *args)
{
    struct ranges a = read_arg(call, args, 0), b = read_arg(call, args, 1);
    struct hulls hulls = {form_of_arg(call, 0), hull_of(&a), hull_of(&b), false};
    hulls.has_empty = a.count == 0 || b.count == 0;
    return hulls;
}

static union datum
before(struct func_call *call, const union datum *args)
{
    struct hulls hulls = read_hulls(call, args);
    return bool_datum(range_is_before(&hulls.form, &hulls.a, &hulls.b));
}

static union datum
after(struct func_call *call, const union datum *args)
{
    struct hulls hulls = read_hulls(call, args);
    return bool_datum(range_is_before(&hulls.form, &hulls.b, &hulls.a));
}

static union datum
overleft(struct func_call *call, const union datum *args)
{
    struct hulls hulls = read_hulls(call, args);
    return bool_datum(!hulls.has_empty &&
                      range_bound_compare(&hulls.form, &hulls.a.upper, &hulls.b.upper) <= 0);
}

static union datum
overright(struct func_call *call, const union datum *args)
{
    struct hulls hulls = read_hulls(call, args);
    return bool_datum(!hulls.has_empty &&
                      range_bound_compare(&hulls.form, &hulls.a.lower, &hulls.b.lower) >= 0);
}

static union datum
adjacent(struct func_call *call, const union datum *args)
{
    struct hulls hulls = read_hulls(call, args);
    return bool_datum(range_adjoins(&hulls.form, &hulls.a, &hulls.b));
}

/* ---- what they share ---- */

static union datum
overlaps(struct func_call *call, const union datum *args)
{
    struct range_form form = form_of_arg(call, 0);
    struct ranges a = read_arg(call, args, 0), b = read_arg(call, args, 1);
    uint32_t i = 0, k = 0;
    while (i < a.count && k < b.count) {
        struct range_value x = range_at(&a, i), y = range_at(&b, k);
        if (range_overlaps(&form, &x, &y))
            return bool_datum(true);
        if (range_bound_compare(&form, &x.upper, &y.upper) < 0)
            i++;
        else
            k++;
    }
    return bool_datum(false);
}

/* The first range that does not end before the value or range begins; count if there is none. */
static uint32_t
find_first(const struct range_form *form, const struct ranges *ranges,
           const struct range_bound *start)
{
    uint32_t from = 0, to = ranges->count;
    while (from < to) {
        uint32_t middle = from + (to - from) / 2;
        struct range_value range = range_at(ranges, middle);
        if (range_bound_compare(form, &range.upper, start) < 0)
            from = middle + 1;
        else
            to = middle;
    }
    return from;
}

static bool
holds(const struct range_form *form, const struct ranges *a, const struct ranges *b)
{
    for (uint32_t i = 0; i < b->count; i++) {
        struct range_value inner = range_at(b, i);
        uint32_t place = find_first(form, a, &inner.lower);
        if (place == a->count)
            return false;
        struct range_value outer = range_at(a, place);
        if (!range_contains(form, &outer, &inner))
            return false;
    }
    return true;
}

static union datum
contains(struct func_call *call, const union datum *args)
{
    struct range_form form = form_of_arg(call, 0);
    struct ranges a = read_arg(call, args, 0), b = read_arg(call, args, 1);
    return bool_datum(holds(&form, &a, &b));
}

static union datum
contained_by(struct func_call *call, const union datum *args)
{
    struct range_form form = form_of_arg(call, 0);
    struct ranges a = read_arg(call, args, 0), b = read_arg(call, args, 1);
    return bool_datum(holds(&form, &b, &a));
}

static bool
holds_value(const struct range_form *form, const struct ranges *ranges, union datum value)
{
    struct range_bound start = {.value = value, .is_inclusive = true, .is_lower = true};
    uint32_t place = find_first(form, ranges, &start);
    if (place == ranges->count)
        return false;
    struct range_value range = range_at(ranges, place);
    return range_contains_value(form, &range, value);
}

static union datum
contains_value(struct func_call *call, const union datum *args)
{
    struct range_form form = form_of_arg(call, 0);
    struct ranges ranges = read_arg(call, args, 0);
    return bool_datum(holds_value(&form, &ranges, args[1]));
}

static union datum
value_contained_by(struct func_call *call, const union datum *args)
{
    struct range_form form = form_of_arg(call, 1);
    struct ranges ranges = read_arg(call, args, 1);
    return bool_datum(holds_value(&form, &ranges, args[0]));
}

/* ---- sums, differences, intersections ---- */

static union datum
join(struct func_call *call, const union datum *args, bool may_have_gap)
{
    struct range_form form = form_of_arg(call, 0);
    struct range_value a = range_read(&args[0]), b = range_read(&args[1]);
    if (a.is_empty || b.is_empty)
        return a.is_empty ? args[1] : args[0];
    if (!may_have_gap && !range_overlaps(&form, &a, &b) && !range_adjoins(&form, &a, &b))
        raise(SQLSTATE_DATA_EXCEPTION, "result of range union would not be contiguous");
    return range_make(&form, call->arena, range_bound_min(&form, &a.lower, &b.lower),
                      range_bound_max(&form, &a.upper, &b.upper));
}

static union datum
range_union(struct func_call *call, const union datum *args)
{
    return join(call, args, false);
}

static union datum
range_merge(struct func_call *call, const union datum *args)
{
    return join(call, args, true);
}

static union datum
intersect(struct func_call *call, const union datum *args)
{
    struct range_form form = form_of_arg(call, 0);
    struct range_value a = range_read(&args[0]), b = range_read(&args[1]);
    return range_intersect(&form, call->arena, &a, &b);
}

static union datum
minus(struct func_call *call, const union datum *args)
{
    struct range_form form = form_of_arg(call, 0);
    struct range_value a = range_read(&args[0]), b = range_read(&args[1]);
    if (!range_overlaps(&form, &a, &b))
        return args[0];
    bool begins_before = range_bound_compare(&form, &a.lower, &b.lower) < 0;
    bool ends_after = range_bound_compare(&form, &a.upper, &b.upper) > 0;
    if (begins_before && ends_after)
        raise(SQLSTATE_DATA_EXCEPTION, "result of range difference would not be contiguous");
    struct range_bound end = range_bound_opposite(&b.lower);
    struct range_bound start = range_bound_opposite(&b.upper);
    if (begins_before)
        return range_make(&form, call->arena, &a.lower, &end);
    return ends_after ? range_make(&form, call->arena, &start, &a.upper)
                      : range_make_empty(&form, call->arena);
}

static union datum
merge_multirange(struct func_call *call, const union datum *args)
{
    struct range_form form = form_of_arg(call, 0);
    struct ranges ranges = read_arg(call, args, 0);
    struct range_value hull = hull_of(&ranges);
    return hull.is_empty ? range_make_empty(&form, call->arena)
                         : range_make(&form, call->arena, &hull.lower, &hull.upper);
}

static union datum
union_multiranges(struct func_call *call, const union datum *args)
{
    struct range_form form = form_of_arg(call, 0);
    struct multirange a = multirange_read(&args[0]), b = multirange_read(&args[1]);
    union datum *ranges =
        arena_alloc_array(call->arena, (size_t)a.count + b.count + 1, sizeof *ranges);
    uint32_t count = 0;
    for (uint32_t i = 0; i < a.count; i++)
        ranges[count++] = multirange_at(&a, i);
    for (uint32_t i = 0; i < b.count; i++)
        ranges[count++] = multirange_at(&b, i);
    return multirange_make(&form, call->arena, ranges, count);
}

static union datum
intersect_multiranges(struct func_call *call, const union datum *args)
{
    struct range_form form = form_of_arg(call, 0);
    struct multirange a = multirange_read(&args[0]), b = multirange_read(&args[1]);
    return multirange_intersect(&form, call->arena, &a, &b);
}

/* What of `range` lies in none of `holes`, of which *hole_idx is the first that may touch it. */
static uint32_t
cut_out(const struct range_form *form, struct arena *arena, struct range_value range,
        const struct multirange *holes, uint32_t *hole_idx, union datum *pieces)
{
    uint32_t count = 0;
    for (; *hole_idx < holes->count; ++*hole_idx) {
        struct range_value hole = multirange_get(holes, *hole_idx);
        if (range_is_before(form, &hole, &range))
            continue;
        if (range_is_before(form, &range, &hole))
            break;
        if (range_bound_compare(form, &range.lower, &hole.lower) < 0) {
            struct range_bound end = range_bound_opposite(&hole.lower);
            pieces[count++] = range_make(form, arena, &range.lower, &end);
        }
        if (range_bound_compare(form, &range.upper, &hole.upper) <= 0)
            return count;
        range.lower = range_bound_opposite(&hole.upper);
    }
    pieces[count++] = range_make(form, arena, &range.lower, &range.upper);
    return count;
}

static union datum
minus_multirange(struct func_call *call, const union datum *args)
{
    struct range_form form = form_of_arg(call, 0);
    struct multirange a = multirange_read(&args[0]), b = multirange_read(&args[1]);
    union datum *pieces =
        arena_alloc_array(call->arena, (size_t)a.count + b.count + 1, sizeof *pieces);
    uint32_t count = 0, hole_idx = 0;
    for (uint32_t i = 0; i < a.count; i++)
        count += cut_out(&form, call->arena, multirange_get(&a, i), &b, &hole_idx, pieces + count);
    return multirange_make(&form, call->arena, pieces, count);
}

/* ---- order ---- */

static int
compare(const struct func_call *call, const union datum *args)
{
    return call->func->args[0] == TYPE_ANYMULTIRANGE ? multirange_order(args[0], args[1])
                                                     : range_order(args[0], args[1]);
}

static union datum
eq(struct func_call *call, const union datum *args)
{
    return bool_datum(compare(call, args) == 0);
}

static union datum
ne(struct func_call *call, const union datum *args)
{
    return bool_datum(compare(call, args) != 0);
}

static union datum
lt(struct func_call *call, const union datum *args)
{
    return bool_datum(compare(call, args) < 0);
}

static union datum
le(struct func_call *call, const union datum *args)
{
    return bool_datum(compare(call, args) <= 0);
}

static union datum
gt(struct func_call *call, const union datum *args)
{
    return bool_datum(compare(call, args) > 0);
}

static union datum
ge(struct func_call *call, const union datum *args)
{
    return bool_datum(compare(call, args) >= 0);
}

static union datum
cmp(struct func_call *call, const union datum *args)
{
    int order = compare(call, args);
    return i32_datum((order > 0) - (order < 0));
}

/* ---- how far apart bounds are ---- */

static union datum
int4_distance(struct func_call *call, const union datum *args)
{
    (void)call;
    return f64_datum((double)args[0].i32 - (double)args[1].i32);
}

static union datum
int8_distance(struct func_call *call, const union datum *args)
{
    (void)call;
    return f64_datum((double)args[0].i64 - (double)args[1].i64);
}

static union datum
num_distance(struct func_call *call, const union datum *args)
{
    return f64_datum(numeric_f64(call->arena, numeric_subtract(call->arena, args[0], args[1])));
}

/* In days. */
static union datum
date_distance(struct func_call *call, const union datum *args)
{
    return int4_distance(call, args);
}

/* In seconds. */
static union datum
ts_distance(struct func_call *call, const union datum *args)
{
    (void)call;
    return f64_datum(((double)args[0].i64 - (double)args[1].i64) / (double)US_PER_SECOND);
}

/* ---- what this file brings ---- */

static const struct func_info funcs[] = {
    {FUNC(1293, "unnest", TYPE_ANYRANGE, NULL, TYPE_ANYMULTIRANGE), .is_set = true, .set = unnest},
    {FUNC(3834, "range_in", TYPE_ANYRANGE, generic_in, TYPE_CSTRING, TYPE_OID, TYPE_INT4),
     .volatility = FUNC_STABLE},
    {FUNC(3835, "range_out", TYPE_CSTRING, generic_out, TYPE_ANYRANGE), .volatility = FUNC_STABLE},
    {FUNC(3836, "range_recv", TYPE_ANYRANGE, generic_recv, TYPE_INTERNAL, TYPE_OID, TYPE_INT4),
     .volatility = FUNC_STABLE},
    {FUNC(3837, "range_send", TYPE_BYTEA, generic_send, TYPE_ANYRANGE), .volatility = FUNC_STABLE},
    {FUNC_NULLS(3840, "int4range", TYPE_INT4RANGE, range_construct, TYPE_INT4, TYPE_INT4)},
    {FUNC_NULLS(3841, "int4range", TYPE_INT4RANGE, range_construct_with_flags, TYPE_INT4, TYPE_INT4,
                TYPE_TEXT)},
    {FUNC_NULLS(3844, "numrange", TYPE_NUMRANGE, range_construct, TYPE_NUMERIC, TYPE_NUMERIC)},
    {FUNC_NULLS(3845, "numrange", TYPE_NUMRANGE, range_construct_with_flags, TYPE_NUMERIC,
                TYPE_NUMERIC, TYPE_TEXT)},
    {FUNC(3848, "lower", TYPE_ANYELEMENT, lower, TYPE_ANYRANGE)},
    {FUNC(3849, "upper", TYPE_ANYELEMENT, upper, TYPE_ANYRANGE)},
    {FUNC(3850, "isempty", TYPE_BOOL, is_empty, TYPE_ANYRANGE)},
    {FUNC(3851, "lower_inc", TYPE_BOOL, lower_inc, TYPE_ANYRANGE)},
    {FUNC(3852, "upper_inc", TYPE_BOOL, upper_inc, TYPE_ANYRANGE)},
    {FUNC(3853, "lower_inf", TYPE_BOOL, lower_inf, TYPE_ANYRANGE)},
    {FUNC(3854, "upper_inf", TYPE_BOOL, upper_inf, TYPE_ANYRANGE)},
    {FUNC(3855, "range_eq", TYPE_BOOL, eq, TYPE_ANYRANGE, TYPE_ANYRANGE)},
    {FUNC(3856, "range_ne", TYPE_BOOL, ne, TYPE_ANYRANGE, TYPE_ANYRANGE)},
    {FUNC(3857, "range_overlaps", TYPE_BOOL, overlaps, TYPE_ANYRANGE, TYPE_ANYRANGE)},
    {FUNC(3858, "range_contains_elem", TYPE_BOOL, contains_value, TYPE_ANYRANGE, TYPE_ANYELEMENT)},
    {FUNC(3859, "range_contains", TYPE_BOOL, contains, TYPE_ANYRANGE, TYPE_ANYRANGE)},
    {FUNC(3860, "elem_contained_by_range", TYPE_BOOL, value_contained_by, TYPE_ANYELEMENT,
          TYPE_ANYRANGE)},
    {FUNC(3861, "range_contained_by", TYPE_BOOL, contained_by, TYPE_ANYRANGE, TYPE_ANYRANGE)},
    {FUNC(3862, "range_adjacent", TYPE_BOOL, adjacent, TYPE_ANYRANGE, TYPE_ANYRANGE)},
    {FUNC(3863, "range_before", TYPE_BOOL, before, TYPE_ANYRANGE, TYPE_ANYRANGE)},
    {FUNC(3864, "range_after", TYPE_BOOL, after, TYPE_ANYRANGE, TYPE_ANYRANGE)},
    {FUNC(3865, "range_overleft", TYPE_BOOL, overleft, TYPE_ANYRANGE, TYPE_ANYRANGE)},
    {FUNC(3866, "range_overright", TYPE_BOOL, overright, TYPE_ANYRANGE, TYPE_ANYRANGE)},
    {FUNC(3867, "range_union", TYPE_ANYRANGE, range_union, TYPE_ANYRANGE, TYPE_ANYRANGE)},
    {FUNC(3868, "range_intersect", TYPE_ANYRANGE, intersect, TYPE_ANYRANGE, TYPE_ANYRANGE)},
    {FUNC(3869, "range_minus", TYPE_ANYRANGE, minus, TYPE_ANYRANGE, TYPE_ANYRANGE)},
    {FUNC(3870, "range_cmp", TYPE_INT4, cmp, TYPE_ANYRANGE, TYPE_ANYRANGE)},
    {FUNC(3871, "range_lt", TYPE_BOOL, lt, TYPE_ANYRANGE, TYPE_ANYRANGE)},
    {FUNC(3872, "range_le", TYPE_BOOL, le, TYPE_ANYRANGE, TYPE_ANYRANGE)},
    {FUNC(3873, "range_ge", TYPE_BOOL, ge, TYPE_ANYRANGE, TYPE_ANYRANGE)},
    {FUNC(3874, "range_gt", TYPE_BOOL, gt, TYPE_ANYRANGE, TYPE_ANYRANGE)},
    {FUNC(3914, "int4range_canonical", TYPE_INT4RANGE, generic_same, TYPE_INT4RANGE)},
    {FUNC(3915, "daterange_canonical", TYPE_DATERANGE, generic_same, TYPE_DATERANGE)},
    {FUNC(3922, "int4range_subdiff", TYPE_FLOAT8, int4_distance, TYPE_INT4, TYPE_INT4)},
    {FUNC(3923, "int8range_subdiff", TYPE_FLOAT8, int8_distance, TYPE_INT8, TYPE_INT8)},
    {FUNC(3924, "numrange_subdiff", TYPE_FLOAT8, num_distance, TYPE_NUMERIC, TYPE_NUMERIC)},
    {FUNC(3925, "daterange_subdiff", TYPE_FLOAT8, date_distance, TYPE_DATE, TYPE_DATE)},
    {FUNC(3928, "int8range_canonical", TYPE_INT8RANGE, generic_same, TYPE_INT8RANGE)},
    {FUNC(3929, "tsrange_subdiff", TYPE_FLOAT8, ts_distance, TYPE_TIMESTAMP, TYPE_TIMESTAMP)},
    {FUNC(3930, "tstzrange_subdiff", TYPE_FLOAT8, ts_distance, TYPE_TIMESTAMPTZ, TYPE_TIMESTAMPTZ)},
    {FUNC_NULLS(3933, "tsrange", TYPE_TSRANGE, range_construct, TYPE_TIMESTAMP, TYPE_TIMESTAMP)},
    {FUNC_NULLS(3934, "tsrange", TYPE_TSRANGE, range_construct_with_flags, TYPE_TIMESTAMP,
                TYPE_TIMESTAMP, TYPE_TEXT)},
    {FUNC_NULLS(3937, "tstzrange", TYPE_TSTZRANGE, range_construct, TYPE_TIMESTAMPTZ,
                TYPE_TIMESTAMPTZ)},
    {FUNC_NULLS(3938, "tstzrange", TYPE_TSTZRANGE, range_construct_with_flags, TYPE_TIMESTAMPTZ,
                TYPE_TIMESTAMPTZ, TYPE_TEXT)},
    {FUNC_NULLS(3941, "daterange", TYPE_DATERANGE, range_construct, TYPE_DATE, TYPE_DATE)},
    {FUNC_NULLS(3942, "daterange", TYPE_DATERANGE, range_construct_with_flags, TYPE_DATE, TYPE_DATE,
                TYPE_TEXT)},
    {FUNC_NULLS(3945, "int8range", TYPE_INT8RANGE, range_construct, TYPE_INT8, TYPE_INT8)},
    {FUNC_NULLS(3946, "int8range", TYPE_INT8RANGE, range_construct_with_flags, TYPE_INT8, TYPE_INT8,
                TYPE_TEXT)},
    {FUNC(4057, "range_merge", TYPE_ANYRANGE, range_merge, TYPE_ANYRANGE, TYPE_ANYRANGE)},
    {FUNC(4228, "range_merge", TYPE_ANYRANGE, merge_multirange, TYPE_ANYMULTIRANGE)},
    {FUNC(4231, "multirange_in", TYPE_ANYMULTIRANGE, generic_in, TYPE_CSTRING, TYPE_OID, TYPE_INT4),
     .volatility = FUNC_STABLE},
    {FUNC(4232, "multirange_out", TYPE_CSTRING, generic_out, TYPE_ANYMULTIRANGE),
     .volatility = FUNC_STABLE},
    {FUNC(4233, "multirange_recv", TYPE_ANYMULTIRANGE, generic_recv, TYPE_INTERNAL, TYPE_OID,
          TYPE_INT4),
     .volatility = FUNC_STABLE},
    {FUNC(4234, "multirange_send", TYPE_BYTEA, generic_send, TYPE_ANYMULTIRANGE),
     .volatility = FUNC_STABLE},
    {FUNC(4235, "lower", TYPE_ANYELEMENT, lower, TYPE_ANYMULTIRANGE)},
    {FUNC(4236, "upper", TYPE_ANYELEMENT, upper, TYPE_ANYMULTIRANGE)},
    {FUNC(4237, "isempty", TYPE_BOOL, is_empty, TYPE_ANYMULTIRANGE)},
    {FUNC(4238, "lower_inc", TYPE_BOOL, lower_inc, TYPE_ANYMULTIRANGE)},
    {FUNC(4239, "upper_inc", TYPE_BOOL, upper_inc, TYPE_ANYMULTIRANGE)},
    {FUNC(4240, "lower_inf", TYPE_BOOL, lower_inf, TYPE_ANYMULTIRANGE)},
    {FUNC(4241, "upper_inf", TYPE_BOOL, upper_inf, TYPE_ANYMULTIRANGE)},
    {FUNC(4244, "multirange_eq", TYPE_BOOL, eq, TYPE_ANYMULTIRANGE, TYPE_ANYMULTIRANGE)},
    {FUNC(4245, "multirange_ne", TYPE_BOOL, ne, TYPE_ANYMULTIRANGE, TYPE_ANYMULTIRANGE)},
    {FUNC(4246, "range_overlaps_multirange", TYPE_BOOL, overlaps, TYPE_ANYRANGE,
          TYPE_ANYMULTIRANGE)},
    {FUNC(4247, "multirange_overlaps_range", TYPE_BOOL, overlaps, TYPE_ANYMULTIRANGE,
          TYPE_ANYRANGE)},
    {FUNC(4248, "multirange_overlaps_multirange", TYPE_BOOL, overlaps, TYPE_ANYMULTIRANGE,
          TYPE_ANYMULTIRANGE)},
    {FUNC(4249, "multirange_contains_elem", TYPE_BOOL, contains_value, TYPE_ANYMULTIRANGE,
          TYPE_ANYELEMENT)},
    {FUNC(4250, "multirange_contains_range", TYPE_BOOL, contains, TYPE_ANYMULTIRANGE,
          TYPE_ANYRANGE)},
    {FUNC(4251, "multirange_contains_multirange", TYPE_BOOL, contains, TYPE_ANYMULTIRANGE,
          TYPE_ANYMULTIRANGE)},
    {FUNC(4252, "elem_contained_by_multirange", TYPE_BOOL, value_contained_by, TYPE_ANYELEMENT,
          TYPE_ANYMULTIRANGE)},
    {FUNC(4253, "range_contained_by_multirange", TYPE_BOOL, contained_by, TYPE_ANYRANGE,
          TYPE_ANYMULTIRANGE)},
    {FUNC(4254, "multirange_contained_by_multirange", TYPE_BOOL, contained_by, TYPE_ANYMULTIRANGE,
          TYPE_ANYMULTIRANGE)},
    {FUNC(4255, "range_adjacent_multirange", TYPE_BOOL, adjacent, TYPE_ANYRANGE,
          TYPE_ANYMULTIRANGE)},
    {FUNC(4256, "multirange_adjacent_multirange", TYPE_BOOL, adjacent, TYPE_ANYMULTIRANGE,
          TYPE_ANYMULTIRANGE)},
    {FUNC(4257, "multirange_adjacent_range", TYPE_BOOL, adjacent, TYPE_ANYMULTIRANGE,
          TYPE_ANYRANGE)},
    {FUNC(4258, "range_before_multirange", TYPE_BOOL, before, TYPE_ANYRANGE, TYPE_ANYMULTIRANGE)},
    {FUNC(4259, "multirange_before_range", TYPE_BOOL, before, TYPE_ANYMULTIRANGE, TYPE_ANYRANGE)},
    {FUNC(4260, "multirange_before_multirange", TYPE_BOOL, before, TYPE_ANYMULTIRANGE,
          TYPE_ANYMULTIRANGE)},
    {FUNC(4261, "range_after_multirange", TYPE_BOOL, after, TYPE_ANYRANGE, TYPE_ANYMULTIRANGE)},
    {FUNC(4262, "multirange_after_range", TYPE_BOOL, after, TYPE_ANYMULTIRANGE, TYPE_ANYRANGE)},
    {FUNC(4263, "multirange_after_multirange", TYPE_BOOL, after, TYPE_ANYMULTIRANGE,
          TYPE_ANYMULTIRANGE)},
    {FUNC(4264, "range_overleft_multirange", TYPE_BOOL, overleft, TYPE_ANYRANGE,
          TYPE_ANYMULTIRANGE)},
    {FUNC(4265, "multirange_overleft_range", TYPE_BOOL, overleft, TYPE_ANYMULTIRANGE,
          TYPE_ANYRANGE)},
    {FUNC(4266, "multirange_overleft_multirange", TYPE_BOOL, overleft, TYPE_ANYMULTIRANGE,
          TYPE_ANYMULTIRANGE)},
    {FUNC(4267, "range_overright_multirange", TYPE_BOOL, overright, TYPE_ANYRANGE,
          TYPE_ANYMULTIRANGE)},
    {FUNC(4268, "multirange_overright_range", TYPE_BOOL, overright, TYPE_ANYMULTIRANGE,
          TYPE_ANYRANGE)},
    {FUNC(4269, "multirange_overright_multirange", TYPE_BOOL, overright, TYPE_ANYMULTIRANGE,
          TYPE_ANYMULTIRANGE)},
    {FUNC(4270, "multirange_union", TYPE_ANYMULTIRANGE, union_multiranges, TYPE_ANYMULTIRANGE,
          TYPE_ANYMULTIRANGE)},
    {FUNC(4271, "multirange_minus", TYPE_ANYMULTIRANGE, minus_multirange, TYPE_ANYMULTIRANGE,
          TYPE_ANYMULTIRANGE)},
    {FUNC(4272, "multirange_intersect", TYPE_ANYMULTIRANGE, intersect_multiranges,
          TYPE_ANYMULTIRANGE, TYPE_ANYMULTIRANGE)},
    {FUNC(4273, "multirange_cmp", TYPE_INT4, cmp, TYPE_ANYMULTIRANGE, TYPE_ANYMULTIRANGE)},
    {FUNC(4274, "multirange_lt", TYPE_BOOL, lt, TYPE_ANYMULTIRANGE, TYPE_ANYMULTIRANGE)},
    {FUNC(4275, "multirange_le", TYPE_BOOL, le, TYPE_ANYMULTIRANGE, TYPE_ANYMULTIRANGE)},
    {FUNC(4276, "multirange_ge", TYPE_BOOL, ge, TYPE_ANYMULTIRANGE, TYPE_ANYMULTIRANGE)},
    {FUNC(4277, "multirange_gt", TYPE_BOOL, gt, TYPE_ANYMULTIRANGE, TYPE_ANYMULTIRANGE)},
    {FUNC(4280, "int4multirange", TYPE_INT4MULTIRANGE, multirange_construct_empty)},
    {FUNC(4281, "int4multirange", TYPE_INT4MULTIRANGE, multirange_construct_one, TYPE_INT4RANGE)},
    {FUNC(4282, "int4multirange", TYPE_INT4MULTIRANGE, multirange_construct, TYPE_INT4RANGE_ARRAY),
     .variadic = TYPE_INT4RANGE},
    {FUNC(4283, "nummultirange", TYPE_NUMMULTIRANGE, multirange_construct_empty)},
    {FUNC(4284, "nummultirange", TYPE_NUMMULTIRANGE, multirange_construct_one, TYPE_NUMRANGE)},
    {FUNC(4285, "nummultirange", TYPE_NUMMULTIRANGE, multirange_construct, TYPE_NUMRANGE_ARRAY),
     .variadic = TYPE_NUMRANGE},
    {FUNC(4286, "tsmultirange", TYPE_TSMULTIRANGE, multirange_construct_empty)},
    {FUNC(4287, "tsmultirange", TYPE_TSMULTIRANGE, multirange_construct_one, TYPE_TSRANGE)},
    {FUNC(4288, "tsmultirange", TYPE_TSMULTIRANGE, multirange_construct, TYPE_TSRANGE_ARRAY),
     .variadic = TYPE_TSRANGE},
    {FUNC(4289, "tstzmultirange", TYPE_TSTZMULTIRANGE, multirange_construct_empty)},
    {FUNC(4290, "tstzmultirange", TYPE_TSTZMULTIRANGE, multirange_construct_one, TYPE_TSTZRANGE)},
    {FUNC(4291, "tstzmultirange", TYPE_TSTZMULTIRANGE, multirange_construct, TYPE_TSTZRANGE_ARRAY),
     .variadic = TYPE_TSTZRANGE},
    {FUNC(4292, "datemultirange", TYPE_DATEMULTIRANGE, multirange_construct_empty)},
    {FUNC(4293, "datemultirange", TYPE_DATEMULTIRANGE, multirange_construct_one, TYPE_DATERANGE)},
    {FUNC(4294, "datemultirange", TYPE_DATEMULTIRANGE, multirange_construct, TYPE_DATERANGE_ARRAY),
     .variadic = TYPE_DATERANGE},
    {FUNC(4295, "int8multirange", TYPE_INT8MULTIRANGE, multirange_construct_empty)},
    {FUNC(4296, "int8multirange", TYPE_INT8MULTIRANGE, multirange_construct_one, TYPE_INT8RANGE)},
    {FUNC(4297, "int8multirange", TYPE_INT8MULTIRANGE, multirange_construct, TYPE_INT8RANGE_ARRAY),
     .variadic = TYPE_INT8RANGE},
    {FUNC(4298, "multirange", TYPE_ANYMULTIRANGE, multirange_construct_one, TYPE_ANYRANGE)},
    {FUNC(4388, "multirange_intersect_agg_transfn", TYPE_ANYMULTIRANGE, intersect_multiranges,
          TYPE_ANYMULTIRANGE, TYPE_ANYMULTIRANGE)},
    {FUNC(4401, "range_intersect_agg_transfn", TYPE_ANYRANGE, intersect, TYPE_ANYRANGE,
          TYPE_ANYRANGE)},
    {FUNC(4541, "range_contains_multirange", TYPE_BOOL, contains, TYPE_ANYRANGE,
          TYPE_ANYMULTIRANGE)},
    {FUNC(4542, "multirange_contained_by_range", TYPE_BOOL, contained_by, TYPE_ANYMULTIRANGE,
          TYPE_ANYRANGE)},
};

static const struct operator_info operators[] = {
    {2860, "=", TYPE_ANYMULTIRANGE, TYPE_ANYMULTIRANGE, TYPE_BOOL, 4244, 2860, 2861, true, true,
     "eqsel", "eqjoinsel"},
    {2861, "<>", TYPE_ANYMULTIRANGE, TYPE_ANYMULTIRANGE, TYPE_BOOL, 4245, 2861, 2860, false, false,
     "neqsel", "neqjoinsel"},
    {2862, "<", TYPE_ANYMULTIRANGE, TYPE_ANYMULTIRANGE, TYPE_BOOL, 4274, 2865, 2864, false, false,
     "multirangesel", "scalarltjoinsel"},
    {2863, "<=", TYPE_ANYMULTIRANGE, TYPE_ANYMULTIRANGE, TYPE_BOOL, 4275, 2864, 2865, false, false,
     "multirangesel", "scalarlejoinsel"},
    {2864, ">=", TYPE_ANYMULTIRANGE, TYPE_ANYMULTIRANGE, TYPE_BOOL, 4276, 2863, 2862, false, false,
     "multirangesel", "scalargejoinsel"},
    {2865, ">", TYPE_ANYMULTIRANGE, TYPE_ANYMULTIRANGE, TYPE_BOOL, 4277, 2862, 2863, false, false,
     "multirangesel", "scalargtjoinsel"},
    {2866, "&&", TYPE_ANYRANGE, TYPE_ANYMULTIRANGE, TYPE_BOOL, 4246, 2867, 0, false, false,
     "multirangesel", "areajoinsel"},
    {2867, "&&", TYPE_ANYMULTIRANGE, TYPE_ANYRANGE, TYPE_BOOL, 4247, 2866, 0, false, false,
     "multirangesel", "areajoinsel"},
    {2868, "&&", TYPE_ANYMULTIRANGE, TYPE_ANYMULTIRANGE, TYPE_BOOL, 4248, 2868, 0, false, false,
     "multirangesel", "areajoinsel"},
    {2869, "@>", TYPE_ANYMULTIRANGE, TYPE_ANYELEMENT, TYPE_BOOL, 4249, 2872, 0, false, false,
     "multirangesel", "contjoinsel"},
    {2870, "@>", TYPE_ANYMULTIRANGE, TYPE_ANYRANGE, TYPE_BOOL, 4250, 2873, 0, false, false,
     "multirangesel", "contjoinsel"},
    {2871, "@>", TYPE_ANYMULTIRANGE, TYPE_ANYMULTIRANGE, TYPE_BOOL, 4251, 2874, 0, false, false,
     "multirangesel", "contjoinsel"},
    {2872, "<@", TYPE_ANYELEMENT, TYPE_ANYMULTIRANGE, TYPE_BOOL, 4252, 2869, 0, false, false,
     "multirangesel", "contjoinsel"},
    {2873, "<@", TYPE_ANYRANGE, TYPE_ANYMULTIRANGE, TYPE_BOOL, 4253, 2870, 0, false, false,
     "multirangesel", "contjoinsel"},
    {2874, "<@", TYPE_ANYMULTIRANGE, TYPE_ANYMULTIRANGE, TYPE_BOOL, 4254, 2871, 0, false, false,
     "multirangesel", "contjoinsel"},
    {2875, "&<", TYPE_ANYRANGE, TYPE_ANYMULTIRANGE, TYPE_BOOL, 4264, 0, 0, false, false,
     "multirangesel", "scalarltjoinsel"},
    {2876, "&<", TYPE_ANYMULTIRANGE, TYPE_ANYRANGE, TYPE_BOOL, 4265, 0, 0, false, false,
     "multirangesel", "scalarltjoinsel"},
    {2877, "&<", TYPE_ANYMULTIRANGE, TYPE_ANYMULTIRANGE, TYPE_BOOL, 4266, 0, 0, false, false,
     "multirangesel", "scalarltjoinsel"},
    {3585, "&>", TYPE_ANYRANGE, TYPE_ANYMULTIRANGE, TYPE_BOOL, 4267, 0, 0, false, false,
     "multirangesel", "scalargtjoinsel"},
    {3882, "=", TYPE_ANYRANGE, TYPE_ANYRANGE, TYPE_BOOL, 3855, 3882, 3883, true, true, "eqsel",
     "eqjoinsel"},
    {3883, "<>", TYPE_ANYRANGE, TYPE_ANYRANGE, TYPE_BOOL, 3856, 3883, 3882, false, false, "neqsel",
     "neqjoinsel"},
    {3884, "<", TYPE_ANYRANGE, TYPE_ANYRANGE, TYPE_BOOL, 3871, 3887, 3886, false, false, "rangesel",
     "scalarltjoinsel"},
    {3885, "<=", TYPE_ANYRANGE, TYPE_ANYRANGE, TYPE_BOOL, 3872, 3886, 3887, false, false,
     "rangesel", "scalarlejoinsel"},
    {3886, ">=", TYPE_ANYRANGE, TYPE_ANYRANGE, TYPE_BOOL, 3873, 3885, 3884, false, false,
     "rangesel", "scalargejoinsel"},
    {3887, ">", TYPE_ANYRANGE, TYPE_ANYRANGE, TYPE_BOOL, 3874, 3884, 3885, false, false, "rangesel",
     "scalargtjoinsel"},
    {3888, "&&", TYPE_ANYRANGE, TYPE_ANYRANGE, TYPE_BOOL, 3857, 3888, 0, false, false, "rangesel",
     "areajoinsel"},
    {3889, "@>", TYPE_ANYRANGE, TYPE_ANYELEMENT, TYPE_BOOL, 3858, 3891, 0, false, false, "rangesel",
     "contjoinsel"},
    {3890, "@>", TYPE_ANYRANGE, TYPE_ANYRANGE, TYPE_BOOL, 3859, 3892, 0, false, false, "rangesel",
     "contjoinsel"},
    {3891, "<@", TYPE_ANYELEMENT, TYPE_ANYRANGE, TYPE_BOOL, 3860, 3889, 0, false, false, "rangesel",
     "contjoinsel"},
    {3892, "<@", TYPE_ANYRANGE, TYPE_ANYRANGE, TYPE_BOOL, 3861, 3890, 0, false, false, "rangesel",
     "contjoinsel"},
    {3893, "<<", TYPE_ANYRANGE, TYPE_ANYRANGE, TYPE_BOOL, 3863, 3894, 0, false, false, "rangesel",
     "scalarltjoinsel"},
    {3894, ">>", TYPE_ANYRANGE, TYPE_ANYRANGE, TYPE_BOOL, 3864, 3893, 0, false, false, "rangesel",
     "scalargtjoinsel"},
    {3895, "&<", TYPE_ANYRANGE, TYPE_ANYRANGE, TYPE_BOOL, 3865, 0, 0, false, false, "rangesel",
     "scalarltjoinsel"},
    {3896, "&>", TYPE_ANYRANGE, TYPE_ANYRANGE, TYPE_BOOL, 3866, 0, 0, false, false, "rangesel",
     "scalargtjoinsel"},
    {3897, "-|-", TYPE_ANYRANGE, TYPE_ANYRANGE, TYPE_BOOL, 3862, 3897, 0, false, false,
     "matchingsel", "matchingjoinsel"},
    {3898, "+", TYPE_ANYRANGE, TYPE_ANYRANGE, TYPE_ANYRANGE, 3867, 3898, 0, false, false, NULL,
     NULL},
    {3899, "-", TYPE_ANYRANGE, TYPE_ANYRANGE, TYPE_ANYRANGE, 3869, 0, 0, false, false, NULL, NULL},
    {3900, "*", TYPE_ANYRANGE, TYPE_ANYRANGE, TYPE_ANYRANGE, 3868, 3900, 0, false, false, NULL,
     NULL},
    {4035, "&>", TYPE_ANYMULTIRANGE, TYPE_ANYRANGE, TYPE_BOOL, 4268, 0, 0, false, false,
     "multirangesel", "scalargtjoinsel"},
    {4142, "&>", TYPE_ANYMULTIRANGE, TYPE_ANYMULTIRANGE, TYPE_BOOL, 4269, 0, 0, false, false,
     "multirangesel", "scalargtjoinsel"},
    {4179, "-|-", TYPE_ANYRANGE, TYPE_ANYMULTIRANGE, TYPE_BOOL, 4255, 4180, 0, false, false,
     "matchingsel", "matchingjoinsel"},
    {4180, "-|-", TYPE_ANYMULTIRANGE, TYPE_ANYRANGE, TYPE_BOOL, 4257, 4179, 0, false, false,
     "matchingsel", "matchingjoinsel"},
    {4198, "-|-", TYPE_ANYMULTIRANGE, TYPE_ANYMULTIRANGE, TYPE_BOOL, 4256, 4198, 0, false, false,
     "matchingsel", "matchingjoinsel"},
    {4392, "+", TYPE_ANYMULTIRANGE, TYPE_ANYMULTIRANGE, TYPE_ANYMULTIRANGE, 4270, 4392, 0, false,
     false, NULL, NULL},
    {4393, "-", TYPE_ANYMULTIRANGE, TYPE_ANYMULTIRANGE, TYPE_ANYMULTIRANGE, 4271, 0, 0, false,
     false, NULL, NULL},
    {4394, "*", TYPE_ANYMULTIRANGE, TYPE_ANYMULTIRANGE, TYPE_ANYMULTIRANGE, 4272, 4394, 0, false,
     false, NULL, NULL},
    {4395, "<<", TYPE_ANYRANGE, TYPE_ANYMULTIRANGE, TYPE_BOOL, 4258, 4399, 0, false, false,
     "multirangesel", "scalarltjoinsel"},
    {4396, "<<", TYPE_ANYMULTIRANGE, TYPE_ANYRANGE, TYPE_BOOL, 4259, 4398, 0, false, false,
     "multirangesel", "scalarltjoinsel"},
    {4397, "<<", TYPE_ANYMULTIRANGE, TYPE_ANYMULTIRANGE, TYPE_BOOL, 4260, 4400, 0, false, false,
     "multirangesel", "scalarltjoinsel"},
    {4398, ">>", TYPE_ANYRANGE, TYPE_ANYMULTIRANGE, TYPE_BOOL, 4261, 4396, 0, false, false,
     "multirangesel", "scalargtjoinsel"},
    {4399, ">>", TYPE_ANYMULTIRANGE, TYPE_ANYRANGE, TYPE_BOOL, 4262, 4395, 0, false, false,
     "multirangesel", "scalargtjoinsel"},
    {4400, ">>", TYPE_ANYMULTIRANGE, TYPE_ANYMULTIRANGE, TYPE_BOOL, 4263, 4397, 0, false, false,
     "multirangesel", "scalargtjoinsel"},
    {4539, "@>", TYPE_ANYRANGE, TYPE_ANYMULTIRANGE, TYPE_BOOL, 4541, 4540, 0, false, false,
     "multirangesel", "contjoinsel"},
    {4540, "<@", TYPE_ANYMULTIRANGE, TYPE_ANYRANGE, TYPE_BOOL, 4542, 4539, 0, false, false,
     "multirangesel", "contjoinsel"},
};

const struct type_tables range_func_tables = {
    .funcs = funcs,
    .func_count = COUNT_OF(funcs),
    .operators = operators,
    .operator_count = COUNT_OF(operators),
};
