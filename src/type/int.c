/*
 * int.c: smallint, integer, bigint: their text and binary forms, order and keys, casts among them
 * and to and from real, double precision and boolean, and integer functions. The operators are in
 * int_ops.c.
 *
 * A key is the value in big-endian with its sign bit flipped. All three hash alike, so that joins
 * across them work.
 */
#include "base/hash.h"
#include "type/digits.h"
#include "type/generic.h"
#include "type/input.h"
#include "type/tables.h"
#include "type/values.h"
#include <math.h>

/* ---- input and output ---- */

static int64_t
read_int(struct slice text, const char *type, int64_t min, int64_t max)
{
    int64_t value;
    enum digits_result result = digits_read_i64(text, &value);
    if (UNLIKELY(result == DIGITS_SYNTAX))
        raise_syntax(type, text);
    if (UNLIKELY(result == DIGITS_RANGE || value < min || value > max))
        raise_range(type, text);
    return value;
}

static union datum
int2_input(struct type_call *call, struct slice text)
{
    (void)call;
    return i16_datum((int16_t)read_int(text, "smallint", INT16_MIN, INT16_MAX));
}

static union datum
int4_input(struct type_call *call, struct slice text)
{
    (void)call;
    return i32_datum((int32_t)read_int(text, "integer", INT32_MIN, INT32_MAX));
}

static union datum
int8_input(struct type_call *call, struct slice text)
{
    (void)call;
    return i64_datum(read_int(text, "bigint", INT64_MIN, INT64_MAX));
}

static void
put_int(struct buf *to, int64_t value)
{
    uint8_t *at = buf_reserve(to, DIGITS_I64_MAX);
    if (at != NULL)
        to->bytes += digits_write_i64((char *)at, value);
}

static void
int2_output(struct type_call *call, union datum value, struct buf *to)
{
    (void)call;
    put_int(to, value.i16);
}

static void
int4_output(struct type_call *call, union datum value, struct buf *to)
{
    (void)call;
    put_int(to, value.i32);
}

static void
int8_output(struct type_call *call, union datum value, struct buf *to)
{
    (void)call;
    put_int(to, value.i64);
}

static union datum
int2_recv(struct type_call *call, struct slice bytes)
{
    (void)call;
    recv_expect(bytes, 2);
    return i16_datum((int16_t)be16_get(bytes.data));
}

static union datum
int4_recv(struct type_call *call, struct slice bytes)
{
    (void)call;
    recv_expect(bytes, 4);
    return i32_datum((int32_t)be32_get(bytes.data));
}

union datum
int8_recv(struct type_call *call, struct slice bytes)
{
    (void)call;
    recv_expect(bytes, 8);
    return i64_datum((int64_t)be64_get(bytes.data));
}

static void
int2_send(struct type_call *call, union datum value, struct buf *to)
{
    (void)call;
    buf_put_be16(to, (uint16_t)value.i16);
}

static void
int4_send(struct type_call *call, union datum value, struct buf *to)
{
    (void)call;
    buf_put_be32(to, (uint32_t)value.i32);
}

void
int8_send(struct type_call *call, union datum value, struct buf *to)
{
    (void)call;
    buf_put_be64(to, (uint64_t)value.i64);
}

/* ---- order, hash, keys ---- */

static int
int2_compare(union datum a, union datum b)
{
    return (a.i16 > b.i16) - (a.i16 < b.i16);
}

static int
int4_compare(union datum a, union datum b)
{
    return (a.i32 > b.i32) - (a.i32 < b.i32);
}

int
int8_compare(union datum a, union datum b)
{
    return (a.i64 > b.i64) - (a.i64 < b.i64);
}

static uint64_t
int2_hash(union datum value)
{
    return hash_u64((uint64_t)(int64_t)value.i16);
}

static uint64_t
int4_hash(union datum value)
{
    return hash_u64((uint64_t)(int64_t)value.i32);
}

uint64_t
int8_hash(union datum value)
{
    return hash_u64((uint64_t)value.i64);
}

static bool
int2_key_put(union datum value, struct buf *to)
{
    buf_put_be16(to, (uint16_t)((uint16_t)value.i16 ^ 0x8000u));
    return true;
}

static bool
int4_key_put(union datum value, struct buf *to)
{
    buf_put_be32(to, (uint32_t)value.i32 ^ 0x80000000u);
    return true;
}

bool
int8_key_put(union datum value, struct buf *to)
{
    buf_put_be64(to, (uint64_t)value.i64 ^ UINT64_C(0x8000000000000000));
    return true;
}

static bool
int2_key_get(const uint8_t **at, const uint8_t *end, struct arena *arena, union datum *value)
{
    (void)arena;
    if (end - *at < 2)
        return false;
    *value = i16_datum((int16_t)(be16_get(*at) ^ 0x8000u));
    *at += 2;
    return true;
}

static bool
int4_key_get(const uint8_t **at, const uint8_t *end, struct arena *arena, union datum *value)
{
    (void)arena;
    if (end - *at < 4)
        return false;
    *value = i32_datum((int32_t)(be32_get(*at) ^ 0x80000000u));
    *at += 4;
    return true;
}

bool
int8_key_get(const uint8_t **at, const uint8_t *end, struct arena *arena, union datum *value)
{
    (void)arena;
    if (end - *at < 8)
        return false;
    *value = i64_datum((int64_t)(be64_get(*at) ^ UINT64_C(0x8000000000000000)));
    *at += 8;
    return true;
}

/* ---- casts ---- */

static _Noreturn void
raise_out_of_range(const char *type)
{
    raise(SQLSTATE_NUMERIC_VALUE_OUT_OF_RANGE, "%s out of range", type);
}

static union datum
int2_of_int4(struct func_call *call, const union datum *args)
{
    (void)call;
    if (args[0].i32 < INT16_MIN || args[0].i32 > INT16_MAX)
        raise_out_of_range("smallint");
    return i16_datum((int16_t)args[0].i32);
}

static union datum
int2_of_int8(struct func_call *call, const union datum *args)
{
    (void)call;
    if (args[0].i64 < INT16_MIN || args[0].i64 > INT16_MAX)
        raise_out_of_range("smallint");
    return i16_datum((int16_t)args[0].i64);
}

static union datum
int4_of_int2(struct func_call *call, const union datum *args)
{
    (void)call;
    return i32_datum(args[0].i16);
}

static union datum
int4_of_int8(struct func_call *call, const union datum *args)
{
    (void)call;
    if (args[0].i64 < INT32_MIN || args[0].i64 > INT32_MAX)
        raise_out_of_range("integer");
    return i32_datum((int32_t)args[0].i64);
}

static union datum
int8_of_int2(struct func_call *call, const union datum *args)
{
    (void)call;
    return i64_datum(args[0].i16);
}

static union datum
int8_of_int4(struct func_call *call, const union datum *args)
{
    (void)call;
    return i64_datum(args[0].i32);
}

/*
 * Rounds half to even and checks the range; `limit` is 2^(bits - 1), which a double holds exactly.
 * Not a number fails the comparison.
 */
static double
rounded_in_range(double value, double limit, const char *type)
{
    double rounded = rint(value);
    if (!(rounded >= -limit && rounded < limit))
        raise_out_of_range(type);
    return rounded;
}

static union datum
int2_of_float8(struct func_call *call, const union datum *args)
{
    (void)call;
    return i16_datum((int16_t)rounded_in_range(args[0].f64, 0x1p15, "smallint"));
}

static union datum
int2_of_float4(struct func_call *call, const union datum *args)
{
    (void)call;
    return i16_datum((int16_t)rounded_in_range(args[0].f32, 0x1p15, "smallint"));
}

static union datum
int4_of_float8(struct func_call *call, const union datum *args)
{
    (void)call;
    return i32_datum((int32_t)rounded_in_range(args[0].f64, 0x1p31, "integer"));
}

static union datum
int4_of_float4(struct func_call *call, const union datum *args)
{
    (void)call;
    return i32_datum((int32_t)rounded_in_range(args[0].f32, 0x1p31, "integer"));
}

static union datum
int8_of_float8(struct func_call *call, const union datum *args)
{
    (void)call;
    return i64_datum((int64_t)rounded_in_range(args[0].f64, 0x1p63, "bigint"));
}

static union datum
int8_of_float4(struct func_call *call, const union datum *args)
{
    (void)call;
    return i64_datum((int64_t)rounded_in_range(args[0].f32, 0x1p63, "bigint"));
}

static union datum
float4_of_int2(struct func_call *call, const union datum *args)
{
    (void)call;
    return f32_datum(args[0].i16);
}

static union datum
float4_of_int4(struct func_call *call, const union datum *args)
{
    (void)call;
    return f32_datum((float)args[0].i32);
}

static union datum
float4_of_int8(struct func_call *call, const union datum *args)
{
    (void)call;
    return f32_datum((float)args[0].i64);
}

static union datum
float8_of_int2(struct func_call *call, const union datum *args)
{
    (void)call;
    return f64_datum(args[0].i16);
}

static union datum
float8_of_int4(struct func_call *call, const union datum *args)
{
    (void)call;
    return f64_datum(args[0].i32);
}

static union datum
float8_of_int8(struct func_call *call, const union datum *args)
{
    (void)call;
    return f64_datum((double)args[0].i64);
}

static union datum
int4_of_bool(struct func_call *call, const union datum *args)
{
    (void)call;
    return i32_datum(args[0].b);
}

static union datum
bool_of_int4(struct func_call *call, const union datum *args)
{
    (void)call;
    return bool_datum(args[0].i32 != 0);
}

/* ---- functions ---- */

static union datum
int8_add_one(struct func_call *call, const union datum *args)
{
    (void)call;
    if (args[0].i64 == INT64_MAX)
        raise_out_of_range("bigint");
    return i64_datum(args[0].i64 + 1);
}

static union datum
int8_take_one(struct func_call *call, const union datum *args)
{
    (void)call;
    if (args[0].i64 == INT64_MIN)
        raise_out_of_range("bigint");
    return i64_datum(args[0].i64 - 1);
}

static union datum
int4_add_one(struct func_call *call, const union datum *args)
{
    (void)call;
    if (args[0].i32 == INT32_MAX)
        raise_out_of_range("integer");
    return i32_datum(args[0].i32 + 1);
}

/* Of magnitudes, since the smallest integer has no positive twin. */
static uint64_t
gcd_u64(uint64_t a, uint64_t b)
{
    while (b != 0) {
        uint64_t rest = a % b;
        a = b;
        b = rest;
    }
    return a;
}

static uint64_t
magnitude(int64_t value)
{
    return value < 0 ? 0 - (uint64_t)value : (uint64_t)value;
}

static uint64_t
lcm_u64(uint64_t a, uint64_t b, uint64_t max, const char *type)
{
    uint64_t result = 0;
    if (a == 0 || b == 0)
        return 0;
    if (__builtin_mul_overflow(a / gcd_u64(a, b), b, &result) || result > max)
        raise_out_of_range(type);
    return result;
}

static union datum
int4_gcd(struct func_call *call, const union datum *args)
{
    (void)call;
    uint64_t gcd = gcd_u64(magnitude(args[0].i32), magnitude(args[1].i32));
    if (gcd > INT32_MAX)
        raise_out_of_range("integer");
    return i32_datum((int32_t)gcd);
}

static union datum
int8_gcd(struct func_call *call, const union datum *args)
{
    (void)call;
    uint64_t gcd = gcd_u64(magnitude(args[0].i64), magnitude(args[1].i64));
    if (gcd > INT64_MAX)
        raise_out_of_range("bigint");
    return i64_datum((int64_t)gcd);
}

static union datum
int4_lcm(struct func_call *call, const union datum *args)
{
    (void)call;
    return i32_datum(
        (int32_t)lcm_u64(magnitude(args[0].i32), magnitude(args[1].i32), INT32_MAX, "integer"));
}

static union datum
int8_lcm(struct func_call *call, const union datum *args)
{
    (void)call;
    return i64_datum(
        (int64_t)lcm_u64(magnitude(args[0].i64), magnitude(args[1].i64), INT64_MAX, "bigint"));
}

static union datum
to_hex(struct arena *arena, uint64_t value)
{
    char text[16];
    uint32_t first = sizeof text;
    do {
        text[--first] = "0123456789abcdef"[value & 15];
        value >>= 4;
    } while (value != 0);
    return slice_datum(arena_slice(arena, slice_of(text + first, sizeof text - first)));
}

static union datum
int4_to_hex(struct func_call *call, const union datum *args)
{
    return to_hex(call->arena, (uint32_t)args[0].i32);
}

static union datum
int8_to_hex(struct func_call *call, const union datum *args)
{
    return to_hex(call->arena, (uint64_t)args[0].i64);
}

/*
 * in_range(value, base, offset, is_below, is_less): is value <= (or >=) base -+ offset? Decides
 * window frames; a sum that overflows lies beyond every value.
 */
static bool
int_in_range(int64_t value, int64_t base, int64_t offset, bool is_below, bool is_less)
{
    if (offset < 0)
        raise(SQLSTATE_INVALID_PRECEDING_OR_FOLLOWING_SIZE,
              "invalid preceding or following size in window function");
    int64_t limit;
    bool is_beyond = is_below ? __builtin_sub_overflow(base, offset, &limit)
                              : __builtin_add_overflow(base, offset, &limit);
    if (is_beyond)
        return is_below ? !is_less : is_less;
    return is_less ? value <= limit : value >= limit;
}

static union datum
in_range_int8_int8(struct func_call *call, const union datum *args)
{
    (void)call;
    return bool_datum(int_in_range(args[0].i64, args[1].i64, args[2].i64, args[3].b, args[4].b));
}

static union datum
in_range_int4_int8(struct func_call *call, const union datum *args)
{
    (void)call;
    return bool_datum(int_in_range(args[0].i32, args[1].i32, args[2].i64, args[3].b, args[4].b));
}

static union datum
in_range_int4_int4(struct func_call *call, const union datum *args)
{
    (void)call;
    return bool_datum(int_in_range(args[0].i32, args[1].i32, args[2].i32, args[3].b, args[4].b));
}

static union datum
in_range_int4_int2(struct func_call *call, const union datum *args)
{
    (void)call;
    return bool_datum(int_in_range(args[0].i32, args[1].i32, args[2].i16, args[3].b, args[4].b));
}

static union datum
in_range_int2_int8(struct func_call *call, const union datum *args)
{
    (void)call;
    return bool_datum(int_in_range(args[0].i16, args[1].i16, args[2].i64, args[3].b, args[4].b));
}

static union datum
in_range_int2_int4(struct func_call *call, const union datum *args)
{
    (void)call;
    return bool_datum(int_in_range(args[0].i16, args[1].i16, args[2].i32, args[3].b, args[4].b));
}

static union datum
in_range_int2_int2(struct func_call *call, const union datum *args)
{
    (void)call;
    return bool_datum(int_in_range(args[0].i16, args[1].i16, args[2].i16, args[3].b, args[4].b));
}

/* ---- what this file brings ---- */

static const struct type_info types[] = {
    {.type = TYPE_INT2,
     .array = TYPE_INT2_ARRAY,
     .name = "int2",
     .sql_name = "smallint",
     .length = 2,
     .is_by_value = true,
     .align = 's',
     .category = 'N',
     .kind = 'b',
     .storage = 'p',
     .delimiter = ',',
     .phys = PHYS_I16,
     .input_oid = 38,
     .output_oid = 39,
     .recv_oid = 2404,
     .send_oid = 2405,
     .input = int2_input,
     .output = int2_output,
     .recv = int2_recv,
     .send = int2_send,
     .compare = int2_compare,
     .hash = int2_hash,
     .key_put = int2_key_put,
     .key_get = int2_key_get},
    {.type = TYPE_INT4,
     .array = TYPE_INT4_ARRAY,
     .name = "int4",
     .sql_name = "integer",
     .length = 4,
     .is_by_value = true,
     .align = 'i',
     .category = 'N',
     .kind = 'b',
     .storage = 'p',
     .delimiter = ',',
     .phys = PHYS_I32,
     .input_oid = 42,
     .output_oid = 43,
     .recv_oid = 2406,
     .send_oid = 2407,
     .input = int4_input,
     .output = int4_output,
     .recv = int4_recv,
     .send = int4_send,
     .compare = int4_compare,
     .hash = int4_hash,
     .key_put = int4_key_put,
     .key_get = int4_key_get},
    {.type = TYPE_INT8,
     .array = TYPE_INT8_ARRAY,
     .name = "int8",
     .sql_name = "bigint",
     .length = 8,
     .is_by_value = true,
     .align = 'd',
     .category = 'N',
     .kind = 'b',
     .storage = 'p',
     .delimiter = ',',
     .phys = PHYS_I64,
     .input_oid = 460,
     .output_oid = 461,
     .recv_oid = 2408,
     .send_oid = 2409,
     .input = int8_input,
     .output = int8_output,
     .recv = int8_recv,
     .send = int8_send,
     .compare = int8_compare,
     .hash = int8_hash,
     .key_put = int8_key_put,
     .key_get = int8_key_get},
};

static const struct func_info funcs[] = {
    {FUNC(38, "int2in", TYPE_INT2, generic_in, TYPE_CSTRING)},
    {FUNC(39, "int2out", TYPE_CSTRING, generic_out, TYPE_INT2)},
    {FUNC(42, "int4in", TYPE_INT4, generic_in, TYPE_CSTRING)},
    {FUNC(43, "int4out", TYPE_CSTRING, generic_out, TYPE_INT4)},
    {FUNC(235, "float8", TYPE_FLOAT8, float8_of_int2, TYPE_INT2)},
    {FUNC(236, "float4", TYPE_FLOAT4, float4_of_int2, TYPE_INT2)},
    {FUNC(237, "int2", TYPE_INT2, int2_of_float8, TYPE_FLOAT8)},
    {FUNC(238, "int2", TYPE_INT2, int2_of_float4, TYPE_FLOAT4)},
    {FUNC(313, "int4", TYPE_INT4, int4_of_int2, TYPE_INT2)},
    {FUNC(314, "int2", TYPE_INT2, int2_of_int4, TYPE_INT4)},
    {FUNC(316, "float8", TYPE_FLOAT8, float8_of_int4, TYPE_INT4)},
    {FUNC(317, "int4", TYPE_INT4, int4_of_float8, TYPE_FLOAT8)},
    {FUNC(318, "float4", TYPE_FLOAT4, float4_of_int4, TYPE_INT4)},
    {FUNC(319, "int4", TYPE_INT4, int4_of_float4, TYPE_FLOAT4)},
    {FUNC(460, "int8in", TYPE_INT8, generic_in, TYPE_CSTRING)},
    {FUNC(461, "int8out", TYPE_CSTRING, generic_out, TYPE_INT8)},
    {FUNC(480, "int4", TYPE_INT4, int4_of_int8, TYPE_INT8)},
    {FUNC(481, "int8", TYPE_INT8, int8_of_int4, TYPE_INT4)},
    {FUNC(482, "float8", TYPE_FLOAT8, float8_of_int8, TYPE_INT8)},
    {FUNC(483, "int8", TYPE_INT8, int8_of_float8, TYPE_FLOAT8)},
    {FUNC(652, "float4", TYPE_FLOAT4, float4_of_int8, TYPE_INT8)},
    {FUNC(653, "int8", TYPE_INT8, int8_of_float4, TYPE_FLOAT4)},
    {FUNC(714, "int2", TYPE_INT2, int2_of_int8, TYPE_INT8)},
    {FUNC(754, "int8", TYPE_INT8, int8_of_int2, TYPE_INT2)},
    {FUNC(766, "int4inc", TYPE_INT4, int4_add_one, TYPE_INT4)},
    {FUNC(1219, "int8inc", TYPE_INT8, int8_add_one, TYPE_INT8)},
    {FUNC(2089, "to_hex", TYPE_TEXT, int4_to_hex, TYPE_INT4)},
    {FUNC(2090, "to_hex", TYPE_TEXT, int8_to_hex, TYPE_INT8)},
    {FUNC(2404, "int2recv", TYPE_INT2, generic_recv, TYPE_INTERNAL)},
    {FUNC(2405, "int2send", TYPE_BYTEA, generic_send, TYPE_INT2)},
    {FUNC(2406, "int4recv", TYPE_INT4, generic_recv, TYPE_INTERNAL)},
    {FUNC(2407, "int4send", TYPE_BYTEA, generic_send, TYPE_INT4)},
    {FUNC(2408, "int8recv", TYPE_INT8, generic_recv, TYPE_INTERNAL)},
    {FUNC(2409, "int8send", TYPE_BYTEA, generic_send, TYPE_INT8)},
    {FUNC(2557, "bool", TYPE_BOOL, bool_of_int4, TYPE_INT4)},
    {FUNC(2558, "int4", TYPE_INT4, int4_of_bool, TYPE_BOOL)},
    {FUNC(3546, "int8dec", TYPE_INT8, int8_take_one, TYPE_INT8)},
    {FUNC(4126, "in_range", TYPE_BOOL, in_range_int8_int8, TYPE_INT8, TYPE_INT8, TYPE_INT8,
          TYPE_BOOL, TYPE_BOOL)},
    {FUNC(4127, "in_range", TYPE_BOOL, in_range_int4_int8, TYPE_INT4, TYPE_INT4, TYPE_INT8,
          TYPE_BOOL, TYPE_BOOL)},
    {FUNC(4128, "in_range", TYPE_BOOL, in_range_int4_int4, TYPE_INT4, TYPE_INT4, TYPE_INT4,
          TYPE_BOOL, TYPE_BOOL)},
    {FUNC(4129, "in_range", TYPE_BOOL, in_range_int4_int2, TYPE_INT4, TYPE_INT4, TYPE_INT2,
          TYPE_BOOL, TYPE_BOOL)},
    {FUNC(4130, "in_range", TYPE_BOOL, in_range_int2_int8, TYPE_INT2, TYPE_INT2, TYPE_INT8,
          TYPE_BOOL, TYPE_BOOL)},
    {FUNC(4131, "in_range", TYPE_BOOL, in_range_int2_int4, TYPE_INT2, TYPE_INT2, TYPE_INT4,
          TYPE_BOOL, TYPE_BOOL)},
    {FUNC(4132, "in_range", TYPE_BOOL, in_range_int2_int2, TYPE_INT2, TYPE_INT2, TYPE_INT2,
          TYPE_BOOL, TYPE_BOOL)},
    {FUNC(5044, "gcd", TYPE_INT4, int4_gcd, TYPE_INT4, TYPE_INT4)},
    {FUNC(5045, "gcd", TYPE_INT8, int8_gcd, TYPE_INT8, TYPE_INT8)},
    {FUNC(5046, "lcm", TYPE_INT4, int4_lcm, TYPE_INT4, TYPE_INT4)},
    {FUNC(5047, "lcm", TYPE_INT8, int8_lcm, TYPE_INT8, TYPE_INT8)},
};

static const struct cast_info casts[] = {
    {TYPE_BOOL, TYPE_INT4, 2558, CAST_EXPLICIT, CAST_FUNC},
    {TYPE_INT8, TYPE_INT2, 714, CAST_ASSIGNMENT, CAST_FUNC},
    {TYPE_INT8, TYPE_INT4, 480, CAST_ASSIGNMENT, CAST_FUNC},
    {TYPE_INT8, TYPE_FLOAT4, 652, CAST_IMPLICIT, CAST_FUNC},
    {TYPE_INT8, TYPE_FLOAT8, 482, CAST_IMPLICIT, CAST_FUNC},
    {TYPE_INT2, TYPE_INT8, 754, CAST_IMPLICIT, CAST_FUNC},
    {TYPE_INT2, TYPE_INT4, 313, CAST_IMPLICIT, CAST_FUNC},
    {TYPE_INT2, TYPE_REGPROC, 313, CAST_IMPLICIT, CAST_FUNC},
    {TYPE_INT2, TYPE_OID, 313, CAST_IMPLICIT, CAST_FUNC},
    {TYPE_INT2, TYPE_FLOAT4, 236, CAST_IMPLICIT, CAST_FUNC},
    {TYPE_INT2, TYPE_FLOAT8, 235, CAST_IMPLICIT, CAST_FUNC},
    {TYPE_INT2, 2202, 313, CAST_IMPLICIT, CAST_FUNC},
    {TYPE_INT2, 2203, 313, CAST_IMPLICIT, CAST_FUNC},
    {TYPE_INT2, 2204, 313, CAST_IMPLICIT, CAST_FUNC},
    {TYPE_INT2, TYPE_REGCLASS, 313, CAST_IMPLICIT, CAST_FUNC},
    {TYPE_INT2, TYPE_REGTYPE, 313, CAST_IMPLICIT, CAST_FUNC},
    {TYPE_INT2, 3734, 313, CAST_IMPLICIT, CAST_FUNC},
    {TYPE_INT2, 3769, 313, CAST_IMPLICIT, CAST_FUNC},
    {TYPE_INT2, 4089, 313, CAST_IMPLICIT, CAST_FUNC},
    {TYPE_INT2, 4096, 313, CAST_IMPLICIT, CAST_FUNC},
    {TYPE_INT2, 4191, 313, CAST_IMPLICIT, CAST_FUNC},
    {TYPE_INT4, TYPE_BOOL, 2557, CAST_EXPLICIT, CAST_FUNC},
    {TYPE_INT4, TYPE_INT8, 481, CAST_IMPLICIT, CAST_FUNC},
    {TYPE_INT4, TYPE_INT2, 314, CAST_ASSIGNMENT, CAST_FUNC},
    {TYPE_INT4, TYPE_FLOAT4, 318, CAST_IMPLICIT, CAST_FUNC},
    {TYPE_INT4, TYPE_FLOAT8, 316, CAST_IMPLICIT, CAST_FUNC},
    {TYPE_FLOAT4, TYPE_INT8, 653, CAST_ASSIGNMENT, CAST_FUNC},
    {TYPE_FLOAT4, TYPE_INT2, 238, CAST_ASSIGNMENT, CAST_FUNC},
    {TYPE_FLOAT4, TYPE_INT4, 319, CAST_ASSIGNMENT, CAST_FUNC},
    {TYPE_FLOAT8, TYPE_INT8, 483, CAST_ASSIGNMENT, CAST_FUNC},
    {TYPE_FLOAT8, TYPE_INT2, 237, CAST_ASSIGNMENT, CAST_FUNC},
    {TYPE_FLOAT8, TYPE_INT4, 317, CAST_ASSIGNMENT, CAST_FUNC},
};

const struct type_tables int_tables = {
    .types = types,
    .type_count = COUNT_OF(types),
    .funcs = funcs,
    .func_count = COUNT_OF(funcs),
    .casts = casts,
    .cast_count = COUNT_OF(casts),
};
