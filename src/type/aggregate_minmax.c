/*
 * aggregate_minmax.c: the least and greatest value of a column, of every type with an order.
 *
 * Integers of all kinds (dates and times among them) fold in plain loops. The other types keep a
 * whole value and ask the type's own comparison; a long text is copied into the state's arena, over
 * the one before where that has room.
 */
#include "type/aggregate.h"

#include "base/raise.h"

#define LEAST(a, b) ((b) < (a) ? (b) : (a))
#define GREATEST(a, b) ((b) > (a) ? (b) : (a))

#define PREFIX i16_min
#define INPUT int16_t
#define FIELD i16
#define FOLD LEAST
#include "type/kernel_fold.inc"

#define PREFIX i16_max
#define INPUT int16_t
#define FIELD i16
#define FOLD GREATEST
#include "type/kernel_fold.inc"

#define PREFIX i32_min
#define INPUT int32_t
#define FIELD i32
#define FOLD LEAST
#include "type/kernel_fold.inc"

#define PREFIX i32_max
#define INPUT int32_t
#define FIELD i32
#define FOLD GREATEST
#include "type/kernel_fold.inc"

#define PREFIX i64_min
#define INPUT int64_t
#define FIELD i64
#define FOLD LEAST
#include "type/kernel_fold.inc"

#define PREFIX i64_max
#define INPUT int64_t
#define FIELD i64
#define FOLD GREATEST
#include "type/kernel_fold.inc"

/* NaN is the greatest of all; of 0 and -0 the later one is taken. */
#define LEAST_FLOAT(a, b) ((a) < (b) || ((b) != (b)) ? (a) : (b))
#define GREATEST_FLOAT(a, b) ((a) > (b) || ((a) != (a)) ? (a) : (b))

#define PREFIX f32_min
#define INPUT float
#define FIELD f32
#define FOLD LEAST_FLOAT
#include "type/kernel_fold.inc"

#define PREFIX f32_max
#define INPUT float
#define FIELD f32
#define FOLD GREATEST_FLOAT
#include "type/kernel_fold.inc"

#define PREFIX f64_min
#define INPUT double
#define FIELD f64
#define FOLD LEAST_FLOAT
#include "type/kernel_fold.inc"

#define PREFIX f64_max
#define INPUT double
#define FIELD f64
#define FOLD GREATEST_FLOAT
#include "type/kernel_fold.inc"

/* ---- any type ---- */

struct any_state {
    union datum value; /* its bytes, if long, are at `bytes` */
    uint8_t *bytes;
    uint32_t capacity;
    bool has_value;
};

static const struct type_info *
argument_type(const struct func_call *call)
{
    const struct type_info *type = types_find(call->env->types, call->arg_types[0]);
    if (type == NULL || type->compare == NULL)
        raise(SQLSTATE_UNDEFINED_FUNCTION, "could not identify a comparison function for type %s",
              type == NULL ? "???" : type->sql_name);
    return type;
}

static void
keep(struct func_call *call, struct any_state *s, enum phys phys, union datum value)
{
    s->has_value = true;
    s->value = value;
    if (phys != PHYS_VIEW || value.view.bytes <= VIEW_INLINE_BYTES)
        return;
    if (value.view.bytes > s->capacity) {
        s->capacity = value.view.bytes + value.view.bytes / 2;
        s->bytes = arena_alloc(call->state_arena, s->capacity);
    }
    memcpy(s->bytes, value.view.far.data, value.view.bytes);
    s->value.view = view_of(s->bytes, value.view.bytes);
}

/*
 * sign is 1 for max, -1 for min. Of equal values that differ (1.0 and 1.00) the later one is taken,
 * but not of texts, which PostgreSQL keeps.
 */
static inline void
any_take(struct func_call *call, const struct type_info *type, struct any_state *s,
         union datum value, int sign)
{
    int order = s->has_value ? type->compare(value, s->value) * sign : 1;
    if (order > 0 || (order == 0 && type->category != 'S'))
        keep(call, s, type->phys, value);
}

static void
any_take_vector(struct func_call *call, uint32_t count, const uint16_t *sel, void *const *states,
                const struct column *args, int sign)
{
    const struct type_info *type = argument_type(call);
    const union datum *values = args[0].data;
    bool is_whole = phys_bytes(args[0].phys) == sizeof *values;
    uint32_t step = !args[0].is_const;
    for (uint32_t i = 0; i < count; i++) {
        uint32_t row = sel != NULL ? sel[i] : i;
        union datum value = is_whole ? values[row * step] : column_get(&args[0], row);
        any_take(call, type, states[i], value, sign);
    }
}

static void
any_min_step(struct func_call *call, void *state, const union datum *args)
{
    any_take(call, argument_type(call), state, args[0], -1);
}

static void
any_max_step(struct func_call *call, void *state, const union datum *args)
{
    any_take(call, argument_type(call), state, args[0], 1);
}

static void
any_min_step_vector(struct func_call *call, uint32_t count, const uint16_t *sel,
                    void *const *states, const struct column *args)
{
    any_take_vector(call, count, sel, states, args, -1);
}

static void
any_max_step_vector(struct func_call *call, uint32_t count, const uint16_t *sel,
                    void *const *states, const struct column *args)
{
    any_take_vector(call, count, sel, states, args, 1);
}

static void
any_min_combine(struct func_call *call, void *into, const void *from)
{
    const struct any_state *s = from;
    if (s->has_value)
        any_take(call, argument_type(call), into, s->value, -1);
}

static void
any_max_combine(struct func_call *call, void *into, const void *from)
{
    const struct any_state *s = from;
    if (s->has_value)
        any_take(call, argument_type(call), into, s->value, 1);
}

static union datum
any_finish(struct func_call *call, void *state)
{
    const struct any_state *s = state;
    call->result_is_null = !s->has_value;
    return s->value;
}

/* has_value 1, then the value: its bytes if it is a view, else its two words. */
static void
any_save(struct func_call *call, const void *state, struct buf *to)
{
    const struct any_state *s = state;
    buf_put_u8(to, s->has_value);
    if (!s->has_value)
        return;
    if (argument_type(call)->phys == PHYS_VIEW)
        buf_put_slice(to, datum_slice(&s->value));
    else
        buf_put(to, &s->value, sizeof s->value);
}

static void
any_load(struct func_call *call, void *state, struct slice from)
{
    struct any_state *s = state;
    *s = (struct any_state){.has_value = false};
    if (from.bytes == 0 || from.data[0] == 0)
        return;
    const struct type_info *type = argument_type(call);
    struct slice rest = slice_of(from.data + 1, from.bytes - 1);
    union datum value = {.words = {0, 0}};
    if (type->phys == PHYS_VIEW)
        value = slice_datum(rest);
    else
        memcpy(&value, rest.data, sizeof value);
    keep(call, s, type->phys, value);
}

#define PLAIN(prefix, op)                                                                          \
    .state_bytes = sizeof(struct prefix##_state), .is_strict = true, .step = prefix##_step,        \
    .step_vector = prefix##_step_vector, .combine = prefix##_combine, .finish = prefix##_finish,   \
    .agg_kind = 'n', .sort_operator = op
#define ANY(prefix, op)                                                                            \
    .state_bytes = sizeof(struct any_state), .is_strict = true, .step = prefix##_step,             \
    .step_vector = prefix##_step_vector, .combine = prefix##_combine, .finish = any_finish,        \
    .save = any_save, .load = any_load, .agg_kind = 'n', .sort_operator = op

static const struct aggregate_info max_array = {ANY(any_max, 1073)};
static const struct aggregate_info min_array = {ANY(any_min, 1072)};
static const struct aggregate_info max_enum = {PLAIN(i64_max, 3519)};
static const struct aggregate_info min_enum = {PLAIN(i64_min, 3518)};
static const struct aggregate_info max_int8 = {PLAIN(i64_max, 413)};
static const struct aggregate_info max_int4 = {PLAIN(i32_max, 521)};
static const struct aggregate_info max_int2 = {PLAIN(i16_max, 520)};
static const struct aggregate_info max_oid = {ANY(any_max, 610)};
static const struct aggregate_info max_float4 = {PLAIN(f32_max, 623)};
static const struct aggregate_info max_float8 = {PLAIN(f64_max, 674)};
static const struct aggregate_info max_date = {PLAIN(i32_max, 1097)};
static const struct aggregate_info max_time = {PLAIN(i64_max, 1112)};
static const struct aggregate_info max_timetz = {ANY(any_max, 1554)};
static const struct aggregate_info max_timestamp = {PLAIN(i64_max, 2064)};
static const struct aggregate_info max_timestamptz = {PLAIN(i64_max, 1324)};
static const struct aggregate_info max_interval = {ANY(any_max, 1334)};
static const struct aggregate_info max_text = {ANY(any_max, 666)};
static const struct aggregate_info max_numeric = {ANY(any_max, 1756)};
static const struct aggregate_info min_int8 = {PLAIN(i64_min, 412)};
static const struct aggregate_info min_int4 = {PLAIN(i32_min, 97)};
static const struct aggregate_info min_int2 = {PLAIN(i16_min, 95)};
static const struct aggregate_info min_oid = {ANY(any_min, 609)};
static const struct aggregate_info min_float4 = {PLAIN(f32_min, 622)};
static const struct aggregate_info min_float8 = {PLAIN(f64_min, 672)};
static const struct aggregate_info min_date = {PLAIN(i32_min, 1095)};
static const struct aggregate_info min_time = {PLAIN(i64_min, 1110)};
static const struct aggregate_info min_timetz = {ANY(any_min, 1552)};
static const struct aggregate_info min_timestamp = {PLAIN(i64_min, 2062)};
static const struct aggregate_info min_timestamptz = {PLAIN(i64_min, 1322)};
static const struct aggregate_info min_interval = {ANY(any_min, 1332)};
static const struct aggregate_info min_text = {ANY(any_min, 664)};
static const struct aggregate_info min_numeric = {ANY(any_min, 1754)};
static const struct aggregate_info max_bpchar = {ANY(any_max, 1060)};
static const struct aggregate_info max_inet = {ANY(any_max, 1205)};
static const struct aggregate_info min_inet = {ANY(any_min, 1203)};
static const struct aggregate_info min_bpchar = {ANY(any_min, 1058)};
static const struct aggregate_info max_money = {PLAIN(i64_max, 903)};
static const struct aggregate_info min_money = {PLAIN(i64_min, 902)};
static const struct aggregate_info max_xid8 = {ANY(any_max, 5074)};
static const struct aggregate_info min_xid8 = {ANY(any_min, 5073)};
static const struct aggregate_info max_lsn = {ANY(any_max, 3225)};
static const struct aggregate_info min_lsn = {ANY(any_min, 3224)};

/* ---- what this file brings ---- */

static const struct func_info funcs[] = {
    {AGGREGATE_FUNC(2050, "max", TYPE_ANYARRAY, &max_array, TYPE_ANYARRAY)},
    {AGGREGATE_FUNC(2051, "min", TYPE_ANYARRAY, &min_array, TYPE_ANYARRAY)},
    {AGGREGATE_FUNC(3526, "max", TYPE_ANYENUM, &max_enum, TYPE_ANYENUM)},
    {AGGREGATE_FUNC(3527, "min", TYPE_ANYENUM, &min_enum, TYPE_ANYENUM)},
    {AGGREGATE_FUNC(2115, "max", TYPE_INT8, &max_int8, TYPE_INT8)},
    {AGGREGATE_FUNC(2116, "max", TYPE_INT4, &max_int4, TYPE_INT4)},
    {AGGREGATE_FUNC(2117, "max", TYPE_INT2, &max_int2, TYPE_INT2)},
    {AGGREGATE_FUNC(2118, "max", TYPE_OID, &max_oid, TYPE_OID)},
    {AGGREGATE_FUNC(2119, "max", TYPE_FLOAT4, &max_float4, TYPE_FLOAT4)},
    {AGGREGATE_FUNC(2120, "max", TYPE_FLOAT8, &max_float8, TYPE_FLOAT8)},
    {AGGREGATE_FUNC(2122, "max", TYPE_DATE, &max_date, TYPE_DATE)},
    {AGGREGATE_FUNC(2123, "max", TYPE_TIME, &max_time, TYPE_TIME)},
    {AGGREGATE_FUNC(2124, "max", TYPE_TIMETZ, &max_timetz, TYPE_TIMETZ)},
    {AGGREGATE_FUNC(2126, "max", TYPE_TIMESTAMP, &max_timestamp, TYPE_TIMESTAMP)},
    {AGGREGATE_FUNC(2127, "max", TYPE_TIMESTAMPTZ, &max_timestamptz, TYPE_TIMESTAMPTZ)},
    {AGGREGATE_FUNC(2128, "max", TYPE_INTERVAL, &max_interval, TYPE_INTERVAL)},
    {AGGREGATE_FUNC(2129, "max", TYPE_TEXT, &max_text, TYPE_TEXT)},
    {AGGREGATE_FUNC(2130, "max", TYPE_NUMERIC, &max_numeric, TYPE_NUMERIC)},
    {AGGREGATE_FUNC(2131, "min", TYPE_INT8, &min_int8, TYPE_INT8)},
    {AGGREGATE_FUNC(2132, "min", TYPE_INT4, &min_int4, TYPE_INT4)},
    {AGGREGATE_FUNC(2133, "min", TYPE_INT2, &min_int2, TYPE_INT2)},
    {AGGREGATE_FUNC(2134, "min", TYPE_OID, &min_oid, TYPE_OID)},
    {AGGREGATE_FUNC(2135, "min", TYPE_FLOAT4, &min_float4, TYPE_FLOAT4)},
    {AGGREGATE_FUNC(2136, "min", TYPE_FLOAT8, &min_float8, TYPE_FLOAT8)},
    {AGGREGATE_FUNC(2138, "min", TYPE_DATE, &min_date, TYPE_DATE)},
    {AGGREGATE_FUNC(2139, "min", TYPE_TIME, &min_time, TYPE_TIME)},
    {AGGREGATE_FUNC(2140, "min", TYPE_TIMETZ, &min_timetz, TYPE_TIMETZ)},
    {AGGREGATE_FUNC(2142, "min", TYPE_TIMESTAMP, &min_timestamp, TYPE_TIMESTAMP)},
    {AGGREGATE_FUNC(2143, "min", TYPE_TIMESTAMPTZ, &min_timestamptz, TYPE_TIMESTAMPTZ)},
    {AGGREGATE_FUNC(2144, "min", TYPE_INTERVAL, &min_interval, TYPE_INTERVAL)},
    {AGGREGATE_FUNC(2145, "min", TYPE_TEXT, &min_text, TYPE_TEXT)},
    {AGGREGATE_FUNC(2146, "min", TYPE_NUMERIC, &min_numeric, TYPE_NUMERIC)},
    {AGGREGATE_FUNC(2244, "max", TYPE_BPCHAR, &max_bpchar, TYPE_BPCHAR)},
    {AGGREGATE_FUNC(3564, "max", TYPE_INET, &max_inet, TYPE_INET)},
    {AGGREGATE_FUNC(3565, "min", TYPE_INET, &min_inet, TYPE_INET)},
    {AGGREGATE_FUNC(2245, "min", TYPE_BPCHAR, &min_bpchar, TYPE_BPCHAR)},
    {AGGREGATE_FUNC(2125, "max", TYPE_MONEY, &max_money, TYPE_MONEY)},
    {AGGREGATE_FUNC(2141, "min", TYPE_MONEY, &min_money, TYPE_MONEY)},
    {AGGREGATE_FUNC(5099, "max", TYPE_XID8, &max_xid8, TYPE_XID8)},
    {AGGREGATE_FUNC(5100, "min", TYPE_XID8, &min_xid8, TYPE_XID8)},
    {AGGREGATE_FUNC(4189, "max", TYPE_PG_LSN, &max_lsn, TYPE_PG_LSN)},
    {AGGREGATE_FUNC(4190, "min", TYPE_PG_LSN, &min_lsn, TYPE_PG_LSN)},
};

const struct type_tables aggregate_minmax_tables = {
    .funcs = funcs,
    .func_count = COUNT_OF(funcs),
};
