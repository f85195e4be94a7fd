/*
 * float.c: real and double precision: text and binary forms, order, keys, comparison, arithmetic.
 *
 * NaN equals itself and is larger than all else; -0 equals 0. A key is the bits in big-endian, with
 * the sign bit flipped for positive values and all bits for negative ones; since it does not tell 0
 * from -0, it does not give the value back. Both types hash alike.
 */
#include "base/hash.h"
#include "type/float_text.h"
#include "type/generic.h"
#include "type/input.h"
#include "type/kernel.h"
#include "type/tables.h"
#include "type/values.h"
#include <math.h>

/* ---- input and output ---- */

static _Noreturn void
raise_not_float(enum float_text_result result, const char *type, struct slice text,
                struct slice number)
{
    if (result == FLOAT_TEXT_SYNTAX)
        raise_syntax(type, text);
    raise(SQLSTATE_NUMERIC_VALUE_OUT_OF_RANGE, "\"%.*s\" is out of range for type %s",
          (int)number.bytes, (const char *)number.data, type);
}

static union datum
float4_input(struct type_call *call, struct slice text)
{
    (void)call;
    float value;
    struct slice number;
    enum float_text_result result = float_text_read32(text, &value, &number);
    if (result != FLOAT_TEXT_OK)
        raise_not_float(result, "real", text, number);
    return f32_datum(value);
}

static union datum
float8_input(struct type_call *call, struct slice text)
{
    (void)call;
    double value;
    struct slice number;
    enum float_text_result result = float_text_read64(text, &value, &number);
    if (result != FLOAT_TEXT_OK)
        raise_not_float(result, "double precision", text, number);
    return f64_datum(value);
}

/* extra_float_digits of 0 and less asks for that many digits beside the type's own precision. */
static int
rounded_digits(const struct type_call *call, int precision)
{
    int digits = precision + (call->env == NULL ? 1 : call->env->extra_float_digits);
    return digits < 1 ? 1 : digits;
}

static bool
is_exact_wanted(const struct type_call *call)
{
    return call->env == NULL || call->env->extra_float_digits > 0;
}

static void
float4_output(struct type_call *call, union datum value, struct buf *to)
{
    char *at = (char *)buf_reserve(to, FLOAT_TEXT_BYTES_MAX);
    if (at == NULL)
        return;
    to->bytes += is_exact_wanted(call)
                     ? float_text_write32(at, value.f32)
                     : float_text_write_rounded(at, value.f32, rounded_digits(call, 6));
}

static void
float8_output(struct type_call *call, union datum value, struct buf *to)
{
    char *at = (char *)buf_reserve(to, FLOAT_TEXT_BYTES_MAX);
    if (at == NULL)
        return;
    to->bytes += is_exact_wanted(call)
                     ? float_text_write64(at, value.f64)
                     : float_text_write_rounded(at, value.f64, rounded_digits(call, 15));
}

static union datum
float4_recv(struct type_call *call, struct slice bytes)
{
    (void)call;
    recv_expect(bytes, 4);
    return i32_datum((int32_t)be32_get(bytes.data));
}

static union datum
float8_recv(struct type_call *call, struct slice bytes)
{
    (void)call;
    recv_expect(bytes, 8);
    return i64_datum((int64_t)be64_get(bytes.data));
}

static void
float4_send(struct type_call *call, union datum value, struct buf *to)
{
    (void)call;
    buf_put_be32(to, (uint32_t)value.i32);
}

static void
float8_send(struct type_call *call, union datum value, struct buf *to)
{
    (void)call;
    buf_put_be64(to, (uint64_t)value.i64);
}

/* ---- order, hash, keys ---- */

#define EQUAL(a, b) (((a) == (b)) | (((a) != (a)) & ((b) != (b))))
#define LESS(a, b) (((a) < (b)) | (((a) == (a)) & ((b) != (b))))
#define MORE(a, b) (((a) > (b)) | (((b) == (b)) & ((a) != (a))))

static int
float4_compare(union datum a, union datum b)
{
    return MORE(a.f32, b.f32) - LESS(a.f32, b.f32);
}

static int
float8_compare(union datum a, union datum b)
{
    return MORE(a.f64, b.f64) - LESS(a.f64, b.f64);
}

static uint64_t
float8_hash(union datum value)
{
    double number = value.f64 == 0 ? 0 : isnan(value.f64) ? NAN : value.f64;
    uint64_t bits;
    memcpy(&bits, &number, sizeof bits);
    return hash_u64(bits);
}

static uint64_t
float4_hash(union datum value)
{
    return float8_hash(f64_datum(value.f32));
}

static bool
float4_key_put(union datum value, struct buf *to)
{
    float number = value.f32 == 0 ? 0 : isnan(value.f32) ? NAN : value.f32;
    uint32_t bits;
    memcpy(&bits, &number, sizeof bits);
    bits ^= bits >> 31 != 0 && !isnan(number) ? UINT32_MAX : UINT32_C(1) << 31;
    buf_put_be32(to, isnan(number) ? UINT32_MAX : bits);
    return true;
}

static bool
float8_key_put(union datum value, struct buf *to)
{
    double number = value.f64 == 0 ? 0 : value.f64;
    uint64_t bits;
    memcpy(&bits, &number, sizeof bits);
    bits ^= bits >> 63 != 0 ? UINT64_MAX : UINT64_C(1) << 63;
    buf_put_be64(to, isnan(number) ? UINT64_MAX : bits);
    return true;
}

/* ---- comparison ---- */

#define PREFIX float4
#define LEFT float
#define RIGHT float
#define LEFT_FIELD f32
#define RIGHT_FIELD f32
#include "type/kernel_compare.inc"

#define PREFIX float8
#define LEFT double
#define RIGHT double
#define LEFT_FIELD f64
#define RIGHT_FIELD f64
#include "type/kernel_compare.inc"

#define PREFIX float48
#define LEFT float
#define RIGHT double
#define LEFT_FIELD f32
#define RIGHT_FIELD f64
#include "type/kernel_compare.inc"

#define PREFIX float84
#define LEFT double
#define RIGHT float
#define LEFT_FIELD f64
#define RIGHT_FIELD f32
#include "type/kernel_compare.inc"

/* btfloat48cmp and btfloat84cmp */
static union datum
float48_compare(struct func_call *call, const union datum *args)
{
    (void)call;
    double a = args[0].f32, b = args[1].f64;
    return i32_datum(MORE(a, b) - LESS(a, b));
}

static union datum
float84_compare(struct func_call *call, const union datum *args)
{
    (void)call;
    double a = args[0].f64, b = args[1].f32;
    return i32_datum(MORE(a, b) - LESS(a, b));
}

/* ---- arithmetic ---- */

static _Noreturn void
raise_float_fault(unsigned fault)
{
    if (fault & KERNEL_DIVISION_BY_ZERO)
        raise(SQLSTATE_DIVISION_BY_ZERO, "division by zero");
    raise(SQLSTATE_NUMERIC_VALUE_OUT_OF_RANGE, "value out of range: %s",
          fault & KERNEL_OVERFLOW ? "overflow" : "underflow");
}

#define FAIL(fault) raise_float_fault(fault)

#define PREFIX float4
#define LEFT float
#define RIGHT float
#define LEFT_FIELD f32
#define RIGHT_FIELD f32
#define RESULT float
#define RESULT_FIELD f32
#include "type/kernel_float.inc"

#define PREFIX float8
#define LEFT double
#define RIGHT double
#define LEFT_FIELD f64
#define RIGHT_FIELD f64
#define RESULT double
#define RESULT_FIELD f64
#include "type/kernel_float.inc"

#define PREFIX float48
#define LEFT float
#define RIGHT double
#define LEFT_FIELD f32
#define RIGHT_FIELD f64
#define RESULT double
#define RESULT_FIELD f64
#include "type/kernel_float.inc"

#define PREFIX float84
#define LEFT double
#define RIGHT float
#define LEFT_FIELD f64
#define RIGHT_FIELD f32
#define RESULT double
#define RESULT_FIELD f64
#include "type/kernel_float.inc"

static union datum
float4_negate(struct func_call *call, const union datum *args)
{
    (void)call;
    return f32_datum(-args[0].f32);
}

static union datum
float8_negate(struct func_call *call, const union datum *args)
{
    (void)call;
    return f64_datum(-args[0].f64);
}

static union datum
float4_abs(struct func_call *call, const union datum *args)
{
    (void)call;
    return f32_datum(fabsf(args[0].f32));
}

static union datum
float8_abs(struct func_call *call, const union datum *args)
{
    (void)call;
    return f64_datum(fabs(args[0].f64));
}

/* ---- casts ---- */

static union datum
float8_of_float4(struct func_call *call, const union datum *args)
{
    (void)call;
    return f64_datum(args[0].f32);
}

static union datum
float4_of_float8(struct func_call *call, const union datum *args)
{
    (void)call;
    double wide = args[0].f64;
    float value = (float)wide;
    if (isinf(value) && !isinf(wide))
        raise_float_fault(KERNEL_OVERFLOW);
    if (value == 0 && wide != 0)
        raise_float_fault(KERNEL_UNDERFLOW);
    return f32_datum(value);
}

/* ---- what this file brings ---- */

static const struct type_info types[] = {
    {.type = TYPE_FLOAT4,
     .array = TYPE_FLOAT4_ARRAY,
     .name = "float4",
     .sql_name = "real",
     .length = 4,
     .is_by_value = true,
     .align = 'i',
     .category = 'N',
     .kind = 'b',
     .storage = 'p',
     .delimiter = ',',
     .phys = PHYS_F32,
     .input_oid = 200,
     .output_oid = 201,
     .recv_oid = 2424,
     .send_oid = 2425,
     .input = float4_input,
     .output = float4_output,
     .recv = float4_recv,
     .send = float4_send,
     .compare = float4_compare,
     .hash = float4_hash,
     .key_put = float4_key_put},
    {.type = TYPE_FLOAT8,
     .array = TYPE_FLOAT8_ARRAY,
     .name = "float8",
     .sql_name = "double precision",
     .length = 8,
     .is_by_value = true,
     .align = 'd',
     .category = 'N',
     .kind = 'b',
     .storage = 'p',
     .is_preferred = true,
     .delimiter = ',',
     .phys = PHYS_F64,
     .input_oid = 214,
     .output_oid = 215,
     .recv_oid = 2426,
     .send_oid = 2427,
     .input = float8_input,
     .output = float8_output,
     .recv = float8_recv,
     .send = float8_send,
     .compare = float8_compare,
     .hash = float8_hash,
     .key_put = float8_key_put},
};

static const struct func_info funcs[] = {
    {FUNC(200, "float4in", TYPE_FLOAT4, generic_in, TYPE_CSTRING)},
    {FUNC(201, "float4out", TYPE_CSTRING, generic_out, TYPE_FLOAT4)},
    {FUNC(202, "float4mul", TYPE_FLOAT4, float4_mul, TYPE_FLOAT4, TYPE_FLOAT4),
     .vector = float4_mul_vector},
    {FUNC(203, "float4div", TYPE_FLOAT4, float4_div, TYPE_FLOAT4, TYPE_FLOAT4),
     .vector = float4_div_vector},
    {FUNC(204, "float4pl", TYPE_FLOAT4, float4_add, TYPE_FLOAT4, TYPE_FLOAT4),
     .vector = float4_add_vector},
    {FUNC(205, "float4mi", TYPE_FLOAT4, float4_sub, TYPE_FLOAT4, TYPE_FLOAT4),
     .vector = float4_sub_vector},
    {FUNC(206, "float4um", TYPE_FLOAT4, float4_negate, TYPE_FLOAT4)},
    {FUNC(207, "float4abs", TYPE_FLOAT4, float4_abs, TYPE_FLOAT4)},
    {FUNC(209, "float4larger", TYPE_FLOAT4, generic_larger, TYPE_FLOAT4, TYPE_FLOAT4)},
    {FUNC(211, "float4smaller", TYPE_FLOAT4, generic_smaller, TYPE_FLOAT4, TYPE_FLOAT4)},
    {FUNC(214, "float8in", TYPE_FLOAT8, generic_in, TYPE_CSTRING)},
    {FUNC(215, "float8out", TYPE_CSTRING, generic_out, TYPE_FLOAT8)},
    {FUNC(216, "float8mul", TYPE_FLOAT8, float8_mul, TYPE_FLOAT8, TYPE_FLOAT8),
     .vector = float8_mul_vector},
    {FUNC(217, "float8div", TYPE_FLOAT8, float8_div, TYPE_FLOAT8, TYPE_FLOAT8),
     .vector = float8_div_vector},
    {FUNC(218, "float8pl", TYPE_FLOAT8, float8_add, TYPE_FLOAT8, TYPE_FLOAT8),
     .vector = float8_add_vector},
    {FUNC(219, "float8mi", TYPE_FLOAT8, float8_sub, TYPE_FLOAT8, TYPE_FLOAT8),
     .vector = float8_sub_vector},
    {FUNC(220, "float8um", TYPE_FLOAT8, float8_negate, TYPE_FLOAT8)},
    {FUNC(221, "float8abs", TYPE_FLOAT8, float8_abs, TYPE_FLOAT8)},
    {FUNC(223, "float8larger", TYPE_FLOAT8, generic_larger, TYPE_FLOAT8, TYPE_FLOAT8)},
    {FUNC(224, "float8smaller", TYPE_FLOAT8, generic_smaller, TYPE_FLOAT8, TYPE_FLOAT8)},
    {FUNC(279, "float48mul", TYPE_FLOAT8, float48_mul, TYPE_FLOAT4, TYPE_FLOAT8),
     .vector = float48_mul_vector},
    {FUNC(280, "float48div", TYPE_FLOAT8, float48_div, TYPE_FLOAT4, TYPE_FLOAT8),
     .vector = float48_div_vector},
    {FUNC(281, "float48pl", TYPE_FLOAT8, float48_add, TYPE_FLOAT4, TYPE_FLOAT8),
     .vector = float48_add_vector},
    {FUNC(282, "float48mi", TYPE_FLOAT8, float48_sub, TYPE_FLOAT4, TYPE_FLOAT8),
     .vector = float48_sub_vector},
    {FUNC(283, "float84mul", TYPE_FLOAT8, float84_mul, TYPE_FLOAT8, TYPE_FLOAT4),
     .vector = float84_mul_vector},
    {FUNC(284, "float84div", TYPE_FLOAT8, float84_div, TYPE_FLOAT8, TYPE_FLOAT4),
     .vector = float84_div_vector},
    {FUNC(285, "float84pl", TYPE_FLOAT8, float84_add, TYPE_FLOAT8, TYPE_FLOAT4),
     .vector = float84_add_vector},
    {FUNC(286, "float84mi", TYPE_FLOAT8, float84_sub, TYPE_FLOAT8, TYPE_FLOAT4),
     .vector = float84_sub_vector},
    {FUNC(287, "float4eq", TYPE_BOOL, float4_eq, TYPE_FLOAT4, TYPE_FLOAT4),
     .vector = float4_eq_vector},
    {FUNC(288, "float4ne", TYPE_BOOL, float4_ne, TYPE_FLOAT4, TYPE_FLOAT4),
     .vector = float4_ne_vector},
    {FUNC(289, "float4lt", TYPE_BOOL, float4_lt, TYPE_FLOAT4, TYPE_FLOAT4),
     .vector = float4_lt_vector},
    {FUNC(290, "float4le", TYPE_BOOL, float4_le, TYPE_FLOAT4, TYPE_FLOAT4),
     .vector = float4_le_vector},
    {FUNC(291, "float4gt", TYPE_BOOL, float4_gt, TYPE_FLOAT4, TYPE_FLOAT4),
     .vector = float4_gt_vector},
    {FUNC(292, "float4ge", TYPE_BOOL, float4_ge, TYPE_FLOAT4, TYPE_FLOAT4),
     .vector = float4_ge_vector},
    {FUNC(293, "float8eq", TYPE_BOOL, float8_eq, TYPE_FLOAT8, TYPE_FLOAT8),
     .vector = float8_eq_vector},
    {FUNC(294, "float8ne", TYPE_BOOL, float8_ne, TYPE_FLOAT8, TYPE_FLOAT8),
     .vector = float8_ne_vector},
    {FUNC(295, "float8lt", TYPE_BOOL, float8_lt, TYPE_FLOAT8, TYPE_FLOAT8),
     .vector = float8_lt_vector},
    {FUNC(296, "float8le", TYPE_BOOL, float8_le, TYPE_FLOAT8, TYPE_FLOAT8),
     .vector = float8_le_vector},
    {FUNC(297, "float8gt", TYPE_BOOL, float8_gt, TYPE_FLOAT8, TYPE_FLOAT8),
     .vector = float8_gt_vector},
    {FUNC(298, "float8ge", TYPE_BOOL, float8_ge, TYPE_FLOAT8, TYPE_FLOAT8),
     .vector = float8_ge_vector},
    {FUNC(299, "float48eq", TYPE_BOOL, float48_eq, TYPE_FLOAT4, TYPE_FLOAT8),
     .vector = float48_eq_vector},
    {FUNC(300, "float48ne", TYPE_BOOL, float48_ne, TYPE_FLOAT4, TYPE_FLOAT8),
     .vector = float48_ne_vector},
    {FUNC(301, "float48lt", TYPE_BOOL, float48_lt, TYPE_FLOAT4, TYPE_FLOAT8),
     .vector = float48_lt_vector},
    {FUNC(302, "float48le", TYPE_BOOL, float48_le, TYPE_FLOAT4, TYPE_FLOAT8),
     .vector = float48_le_vector},
    {FUNC(303, "float48gt", TYPE_BOOL, float48_gt, TYPE_FLOAT4, TYPE_FLOAT8),
     .vector = float48_gt_vector},
    {FUNC(304, "float48ge", TYPE_BOOL, float48_ge, TYPE_FLOAT4, TYPE_FLOAT8),
     .vector = float48_ge_vector},
    {FUNC(305, "float84eq", TYPE_BOOL, float84_eq, TYPE_FLOAT8, TYPE_FLOAT4),
     .vector = float84_eq_vector},
    {FUNC(306, "float84ne", TYPE_BOOL, float84_ne, TYPE_FLOAT8, TYPE_FLOAT4),
     .vector = float84_ne_vector},
    {FUNC(307, "float84lt", TYPE_BOOL, float84_lt, TYPE_FLOAT8, TYPE_FLOAT4),
     .vector = float84_lt_vector},
    {FUNC(308, "float84le", TYPE_BOOL, float84_le, TYPE_FLOAT8, TYPE_FLOAT4),
     .vector = float84_le_vector},
    {FUNC(309, "float84gt", TYPE_BOOL, float84_gt, TYPE_FLOAT8, TYPE_FLOAT4),
     .vector = float84_gt_vector},
    {FUNC(310, "float84ge", TYPE_BOOL, float84_ge, TYPE_FLOAT8, TYPE_FLOAT4),
     .vector = float84_ge_vector},
    {FUNC(311, "float8", TYPE_FLOAT8, float8_of_float4, TYPE_FLOAT4)},
    {FUNC(312, "float4", TYPE_FLOAT4, float4_of_float8, TYPE_FLOAT8)},
    {FUNC(354, "btfloat4cmp", TYPE_INT4, generic_compare, TYPE_FLOAT4, TYPE_FLOAT4)},
    {FUNC(355, "btfloat8cmp", TYPE_INT4, generic_compare, TYPE_FLOAT8, TYPE_FLOAT8)},
    {FUNC(1394, "abs", TYPE_FLOAT4, float4_abs, TYPE_FLOAT4)},
    {FUNC(1395, "abs", TYPE_FLOAT8, float8_abs, TYPE_FLOAT8)},
    {FUNC(1913, "float4up", TYPE_FLOAT4, generic_same, TYPE_FLOAT4)},
    {FUNC(1914, "float8up", TYPE_FLOAT8, generic_same, TYPE_FLOAT8)},
    {FUNC(2194, "btfloat48cmp", TYPE_INT4, float48_compare, TYPE_FLOAT4, TYPE_FLOAT8)},
    {FUNC(2195, "btfloat84cmp", TYPE_INT4, float84_compare, TYPE_FLOAT8, TYPE_FLOAT4)},
    {FUNC(2424, "float4recv", TYPE_FLOAT4, generic_recv, TYPE_INTERNAL)},
    {FUNC(2425, "float4send", TYPE_BYTEA, generic_send, TYPE_FLOAT4)},
    {FUNC(2426, "float8recv", TYPE_FLOAT8, generic_recv, TYPE_INTERNAL)},
    {FUNC(2427, "float8send", TYPE_BYTEA, generic_send, TYPE_FLOAT8)},
};

static const struct operator_info operators[] = {
    {584, "-", OID_NONE, TYPE_FLOAT4, TYPE_FLOAT4, 206, 0, 0, false, false, NULL, NULL},
    {585, "-", OID_NONE, TYPE_FLOAT8, TYPE_FLOAT8, 220, 0, 0, false, false, NULL, NULL},
    {586, "+", TYPE_FLOAT4, TYPE_FLOAT4, TYPE_FLOAT4, 204, 586, 0, false, false, NULL, NULL},
    {587, "-", TYPE_FLOAT4, TYPE_FLOAT4, TYPE_FLOAT4, 205, 0, 0, false, false, NULL, NULL},
    {588, "/", TYPE_FLOAT4, TYPE_FLOAT4, TYPE_FLOAT4, 203, 0, 0, false, false, NULL, NULL},
    {589, "*", TYPE_FLOAT4, TYPE_FLOAT4, TYPE_FLOAT4, 202, 589, 0, false, false, NULL, NULL},
    {590, "@", OID_NONE, TYPE_FLOAT4, TYPE_FLOAT4, 207, 0, 0, false, false, NULL, NULL},
    {591, "+", TYPE_FLOAT8, TYPE_FLOAT8, TYPE_FLOAT8, 218, 591, 0, false, false, NULL, NULL},
    {592, "-", TYPE_FLOAT8, TYPE_FLOAT8, TYPE_FLOAT8, 219, 0, 0, false, false, NULL, NULL},
    {593, "/", TYPE_FLOAT8, TYPE_FLOAT8, TYPE_FLOAT8, 217, 0, 0, false, false, NULL, NULL},
    {594, "*", TYPE_FLOAT8, TYPE_FLOAT8, TYPE_FLOAT8, 216, 594, 0, false, false, NULL, NULL},
    {595, "@", OID_NONE, TYPE_FLOAT8, TYPE_FLOAT8, 221, 0, 0, false, false, NULL, NULL},
    {620, "=", TYPE_FLOAT4, TYPE_FLOAT4, TYPE_BOOL, 287, 620, 621, true, true, "eqsel",
     "eqjoinsel"},
    {621, "<>", TYPE_FLOAT4, TYPE_FLOAT4, TYPE_BOOL, 288, 621, 620, false, false, "neqsel",
     "neqjoinsel"},
    {622, "<", TYPE_FLOAT4, TYPE_FLOAT4, TYPE_BOOL, 289, 623, 625, false, false, "scalarltsel",
     "scalarltjoinsel"},
    {623, ">", TYPE_FLOAT4, TYPE_FLOAT4, TYPE_BOOL, 291, 622, 624, false, false, "scalargtsel",
     "scalargtjoinsel"},
    {624, "<=", TYPE_FLOAT4, TYPE_FLOAT4, TYPE_BOOL, 290, 625, 623, false, false, "scalarlesel",
     "scalarlejoinsel"},
    {625, ">=", TYPE_FLOAT4, TYPE_FLOAT4, TYPE_BOOL, 292, 624, 622, false, false, "scalargesel",
     "scalargejoinsel"},
    {670, "=", TYPE_FLOAT8, TYPE_FLOAT8, TYPE_BOOL, 293, 670, 671, true, true, "eqsel",
     "eqjoinsel"},
    {671, "<>", TYPE_FLOAT8, TYPE_FLOAT8, TYPE_BOOL, 294, 671, 670, false, false, "neqsel",
     "neqjoinsel"},
    {672, "<", TYPE_FLOAT8, TYPE_FLOAT8, TYPE_BOOL, 295, 674, 675, false, false, "scalarltsel",
     "scalarltjoinsel"},
    {673, "<=", TYPE_FLOAT8, TYPE_FLOAT8, TYPE_BOOL, 296, 675, 674, false, false, "scalarlesel",
     "scalarlejoinsel"},
    {674, ">", TYPE_FLOAT8, TYPE_FLOAT8, TYPE_BOOL, 297, 672, 673, false, false, "scalargtsel",
     "scalargtjoinsel"},
    {675, ">=", TYPE_FLOAT8, TYPE_FLOAT8, TYPE_BOOL, 298, 673, 672, false, false, "scalargesel",
     "scalargejoinsel"},
    {1116, "+", TYPE_FLOAT4, TYPE_FLOAT8, TYPE_FLOAT8, 281, 1126, 0, false, false, NULL, NULL},
    {1117, "-", TYPE_FLOAT4, TYPE_FLOAT8, TYPE_FLOAT8, 282, 0, 0, false, false, NULL, NULL},
    {1118, "/", TYPE_FLOAT4, TYPE_FLOAT8, TYPE_FLOAT8, 280, 0, 0, false, false, NULL, NULL},
    {1119, "*", TYPE_FLOAT4, TYPE_FLOAT8, TYPE_FLOAT8, 279, 1129, 0, false, false, NULL, NULL},
    {1120, "=", TYPE_FLOAT4, TYPE_FLOAT8, TYPE_BOOL, 299, 1130, 1121, true, true, "eqsel",
     "eqjoinsel"},
    {1121, "<>", TYPE_FLOAT4, TYPE_FLOAT8, TYPE_BOOL, 300, 1131, 1120, false, false, "neqsel",
     "neqjoinsel"},
    {1122, "<", TYPE_FLOAT4, TYPE_FLOAT8, TYPE_BOOL, 301, 1133, 1125, false, false, "scalarltsel",
     "scalarltjoinsel"},
    {1123, ">", TYPE_FLOAT4, TYPE_FLOAT8, TYPE_BOOL, 303, 1132, 1124, false, false, "scalargtsel",
     "scalargtjoinsel"},
    {1124, "<=", TYPE_FLOAT4, TYPE_FLOAT8, TYPE_BOOL, 302, 1135, 1123, false, false, "scalarlesel",
     "scalarlejoinsel"},
    {1125, ">=", TYPE_FLOAT4, TYPE_FLOAT8, TYPE_BOOL, 304, 1134, 1122, false, false, "scalargesel",
     "scalargejoinsel"},
    {1126, "+", TYPE_FLOAT8, TYPE_FLOAT4, TYPE_FLOAT8, 285, 1116, 0, false, false, NULL, NULL},
    {1127, "-", TYPE_FLOAT8, TYPE_FLOAT4, TYPE_FLOAT8, 286, 0, 0, false, false, NULL, NULL},
    {1128, "/", TYPE_FLOAT8, TYPE_FLOAT4, TYPE_FLOAT8, 284, 0, 0, false, false, NULL, NULL},
    {1129, "*", TYPE_FLOAT8, TYPE_FLOAT4, TYPE_FLOAT8, 283, 1119, 0, false, false, NULL, NULL},
    {1130, "=", TYPE_FLOAT8, TYPE_FLOAT4, TYPE_BOOL, 305, 1120, 1131, true, true, "eqsel",
     "eqjoinsel"},
    {1131, "<>", TYPE_FLOAT8, TYPE_FLOAT4, TYPE_BOOL, 306, 1121, 1130, false, false, "neqsel",
     "neqjoinsel"},
    {1132, "<", TYPE_FLOAT8, TYPE_FLOAT4, TYPE_BOOL, 307, 1123, 1135, false, false, "scalarltsel",
     "scalarltjoinsel"},
    {1133, ">", TYPE_FLOAT8, TYPE_FLOAT4, TYPE_BOOL, 309, 1122, 1134, false, false, "scalargtsel",
     "scalargtjoinsel"},
    {1134, "<=", TYPE_FLOAT8, TYPE_FLOAT4, TYPE_BOOL, 308, 1125, 1133, false, false, "scalarlesel",
     "scalarlejoinsel"},
    {1135, ">=", TYPE_FLOAT8, TYPE_FLOAT4, TYPE_BOOL, 310, 1124, 1132, false, false, "scalargesel",
     "scalargejoinsel"},
    {1919, "+", OID_NONE, TYPE_FLOAT4, TYPE_FLOAT4, 1913, 0, 0, false, false, NULL, NULL},
    {1920, "+", OID_NONE, TYPE_FLOAT8, TYPE_FLOAT8, 1914, 0, 0, false, false, NULL, NULL},
};

static const struct cast_info casts[] = {
    {TYPE_FLOAT4, TYPE_FLOAT8, 311, CAST_IMPLICIT, CAST_FUNC},
    {TYPE_FLOAT8, TYPE_FLOAT4, 312, CAST_ASSIGNMENT, CAST_FUNC},
};

const struct type_tables float_tables = {
    .types = types,
    .type_count = COUNT_OF(types),
    .funcs = funcs,
    .func_count = COUNT_OF(funcs),
    .operators = operators,
    .operator_count = COUNT_OF(operators),
    .casts = casts,
    .cast_count = COUNT_OF(casts),
};
