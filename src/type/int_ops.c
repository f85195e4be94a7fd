/*
 * int_ops.c: comparison and arithmetic of smallint, integer and bigint in all their pairs, and the
 * bit operators. The pairs come from templates, each operator as a scalar and as a vector function.
 */
#include "type/generic.h"
#include "type/kernel.h"
#include "type/tables.h"
#include "type/values.h"

static _Noreturn void
raise_int_fault(unsigned fault, const char *out_of_range)
{
    if (fault & KERNEL_DIVISION_BY_ZERO)
        raise(SQLSTATE_DIVISION_BY_ZERO, "division by zero");
    raise(SQLSTATE_NUMERIC_VALUE_OUT_OF_RANGE, "%s", out_of_range);
}

/* ---- comparison ---- */

#define EQUAL(a, b) ((a) == (b))
#define LESS(a, b) ((a) < (b))
#define MORE(a, b) ((a) > (b))

#define PREFIX int2
#define LEFT int16_t
#define RIGHT int16_t
#define LEFT_FIELD i16
#define RIGHT_FIELD i16
#include "type/kernel_compare.inc"

#define PREFIX int4
#define LEFT int32_t
#define RIGHT int32_t
#define LEFT_FIELD i32
#define RIGHT_FIELD i32
#include "type/kernel_compare.inc"

#define PREFIX int8
#define LEFT int64_t
#define RIGHT int64_t
#define LEFT_FIELD i64
#define RIGHT_FIELD i64
#include "type/kernel_compare.inc"

#define PREFIX int24
#define LEFT int16_t
#define RIGHT int32_t
#define LEFT_FIELD i16
#define RIGHT_FIELD i32
#include "type/kernel_compare.inc"

#define PREFIX int42
#define LEFT int32_t
#define RIGHT int16_t
#define LEFT_FIELD i32
#define RIGHT_FIELD i16
#include "type/kernel_compare.inc"

#define PREFIX int28
#define LEFT int16_t
#define RIGHT int64_t
#define LEFT_FIELD i16
#define RIGHT_FIELD i64
#include "type/kernel_compare.inc"

#define PREFIX int82
#define LEFT int64_t
#define RIGHT int16_t
#define LEFT_FIELD i64
#define RIGHT_FIELD i16
#include "type/kernel_compare.inc"

#define PREFIX int48
#define LEFT int32_t
#define RIGHT int64_t
#define LEFT_FIELD i32
#define RIGHT_FIELD i64
#include "type/kernel_compare.inc"

#define PREFIX int84
#define LEFT int64_t
#define RIGHT int32_t
#define LEFT_FIELD i64
#define RIGHT_FIELD i32
#include "type/kernel_compare.inc"

/* btint24cmp and kin: of two integers of different types. */
static int64_t
value_of(oid type, union datum value)
{
    return type == TYPE_INT2 ? value.i16 : type == TYPE_INT4 ? value.i32 : value.i64;
}

static union datum
int_compare(struct func_call *call, const union datum *args)
{
    int64_t a = value_of(call->func->args[0], args[0]), b = value_of(call->func->args[1], args[1]);
    return i32_datum((a > b) - (a < b));
}

/* ---- arithmetic ---- */

#define PREFIX int2
#define LEFT int16_t
#define RIGHT int16_t
#define LEFT_FIELD i16
#define RIGHT_FIELD i16
#define RESULT int16_t
#define RESULT_FIELD i16
#define OUT_OF_RANGE "smallint out of range"
#include "type/kernel_int.inc"

#define PREFIX int4
#define LEFT int32_t
#define RIGHT int32_t
#define LEFT_FIELD i32
#define RIGHT_FIELD i32
#define RESULT int32_t
#define RESULT_FIELD i32
#define OUT_OF_RANGE "integer out of range"
#include "type/kernel_int.inc"

#define PREFIX int8
#define LEFT int64_t
#define RIGHT int64_t
#define LEFT_FIELD i64
#define RIGHT_FIELD i64
#define RESULT int64_t
#define RESULT_FIELD i64
#define OUT_OF_RANGE "bigint out of range"
#include "type/kernel_int.inc"

#define PREFIX int24
#define LEFT int16_t
#define RIGHT int32_t
#define LEFT_FIELD i16
#define RIGHT_FIELD i32
#define RESULT int32_t
#define RESULT_FIELD i32
#define OUT_OF_RANGE "integer out of range"
#include "type/kernel_int.inc"

#define PREFIX int42
#define LEFT int32_t
#define RIGHT int16_t
#define LEFT_FIELD i32
#define RIGHT_FIELD i16
#define RESULT int32_t
#define RESULT_FIELD i32
#define OUT_OF_RANGE "integer out of range"
#include "type/kernel_int.inc"

#define PREFIX int28
#define LEFT int16_t
#define RIGHT int64_t
#define LEFT_FIELD i16
#define RIGHT_FIELD i64
#define RESULT int64_t
#define RESULT_FIELD i64
#define OUT_OF_RANGE "bigint out of range"
#include "type/kernel_int.inc"

#define PREFIX int82
#define LEFT int64_t
#define RIGHT int16_t
#define LEFT_FIELD i64
#define RIGHT_FIELD i16
#define RESULT int64_t
#define RESULT_FIELD i64
#define OUT_OF_RANGE "bigint out of range"
#include "type/kernel_int.inc"

#define PREFIX int48
#define LEFT int32_t
#define RIGHT int64_t
#define LEFT_FIELD i32
#define RIGHT_FIELD i64
#define RESULT int64_t
#define RESULT_FIELD i64
#define OUT_OF_RANGE "bigint out of range"
#include "type/kernel_int.inc"

#define PREFIX int84
#define LEFT int64_t
#define RIGHT int32_t
#define LEFT_FIELD i64
#define RIGHT_FIELD i32
#define RESULT int64_t
#define RESULT_FIELD i64
#define OUT_OF_RANGE "bigint out of range"
#include "type/kernel_int.inc"

/* ---- remainder and bits ---- */

#define PREFIX int2
#define INT int16_t
#define UNSIGNED uint16_t
#define FIELD i16
#define MAKE i16_datum
#define MIN INT16_MIN
#define SHIFT_MASK 31
#define OUT_OF_RANGE "smallint out of range"
#include "type/kernel_bits.inc"

#define PREFIX int4
#define INT int32_t
#define UNSIGNED uint32_t
#define FIELD i32
#define MAKE i32_datum
#define MIN INT32_MIN
#define SHIFT_MASK 31
#define OUT_OF_RANGE "integer out of range"
#include "type/kernel_bits.inc"

#define PREFIX int8
#define INT int64_t
#define UNSIGNED uint64_t
#define FIELD i64
#define MAKE i64_datum
#define MIN INT64_MIN
#define SHIFT_MASK 63
#define OUT_OF_RANGE "bigint out of range"
#include "type/kernel_bits.inc"

/* ---- what this file brings ---- */

static const struct func_info funcs[] = {
    {FUNC(63, "int2eq", TYPE_BOOL, int2_eq, TYPE_INT2, TYPE_INT2), .vector = int2_eq_vector},
    {FUNC(64, "int2lt", TYPE_BOOL, int2_lt, TYPE_INT2, TYPE_INT2), .vector = int2_lt_vector},
    {FUNC(65, "int4eq", TYPE_BOOL, int4_eq, TYPE_INT4, TYPE_INT4), .vector = int4_eq_vector},
    {FUNC(66, "int4lt", TYPE_BOOL, int4_lt, TYPE_INT4, TYPE_INT4), .vector = int4_lt_vector},
    {FUNC(141, "int4mul", TYPE_INT4, int4_mul, TYPE_INT4, TYPE_INT4), .vector = int4_mul_vector},
    {FUNC(144, "int4ne", TYPE_BOOL, int4_ne, TYPE_INT4, TYPE_INT4), .vector = int4_ne_vector},
    {FUNC(145, "int2ne", TYPE_BOOL, int2_ne, TYPE_INT2, TYPE_INT2), .vector = int2_ne_vector},
    {FUNC(146, "int2gt", TYPE_BOOL, int2_gt, TYPE_INT2, TYPE_INT2), .vector = int2_gt_vector},
    {FUNC(147, "int4gt", TYPE_BOOL, int4_gt, TYPE_INT4, TYPE_INT4), .vector = int4_gt_vector},
    {FUNC(148, "int2le", TYPE_BOOL, int2_le, TYPE_INT2, TYPE_INT2), .vector = int2_le_vector},
    {FUNC(149, "int4le", TYPE_BOOL, int4_le, TYPE_INT4, TYPE_INT4), .vector = int4_le_vector},
    {FUNC(150, "int4ge", TYPE_BOOL, int4_ge, TYPE_INT4, TYPE_INT4), .vector = int4_ge_vector},
    {FUNC(151, "int2ge", TYPE_BOOL, int2_ge, TYPE_INT2, TYPE_INT2), .vector = int2_ge_vector},
    {FUNC(152, "int2mul", TYPE_INT2, int2_mul, TYPE_INT2, TYPE_INT2), .vector = int2_mul_vector},
    {FUNC(153, "int2div", TYPE_INT2, int2_div, TYPE_INT2, TYPE_INT2), .vector = int2_div_vector},
    {FUNC(154, "int4div", TYPE_INT4, int4_div, TYPE_INT4, TYPE_INT4), .vector = int4_div_vector},
    {FUNC(155, "int2mod", TYPE_INT2, int2_mod, TYPE_INT2, TYPE_INT2)},
    {FUNC(156, "int4mod", TYPE_INT4, int4_mod, TYPE_INT4, TYPE_INT4)},
    {FUNC(158, "int24eq", TYPE_BOOL, int24_eq, TYPE_INT2, TYPE_INT4), .vector = int24_eq_vector},
    {FUNC(159, "int42eq", TYPE_BOOL, int42_eq, TYPE_INT4, TYPE_INT2), .vector = int42_eq_vector},
    {FUNC(160, "int24lt", TYPE_BOOL, int24_lt, TYPE_INT2, TYPE_INT4), .vector = int24_lt_vector},
    {FUNC(161, "int42lt", TYPE_BOOL, int42_lt, TYPE_INT4, TYPE_INT2), .vector = int42_lt_vector},
    {FUNC(162, "int24gt", TYPE_BOOL, int24_gt, TYPE_INT2, TYPE_INT4), .vector = int24_gt_vector},
    {FUNC(163, "int42gt", TYPE_BOOL, int42_gt, TYPE_INT4, TYPE_INT2), .vector = int42_gt_vector},
    {FUNC(164, "int24ne", TYPE_BOOL, int24_ne, TYPE_INT2, TYPE_INT4), .vector = int24_ne_vector},
    {FUNC(165, "int42ne", TYPE_BOOL, int42_ne, TYPE_INT4, TYPE_INT2), .vector = int42_ne_vector},
    {FUNC(166, "int24le", TYPE_BOOL, int24_le, TYPE_INT2, TYPE_INT4), .vector = int24_le_vector},
    {FUNC(167, "int42le", TYPE_BOOL, int42_le, TYPE_INT4, TYPE_INT2), .vector = int42_le_vector},
    {FUNC(168, "int24ge", TYPE_BOOL, int24_ge, TYPE_INT2, TYPE_INT4), .vector = int24_ge_vector},
    {FUNC(169, "int42ge", TYPE_BOOL, int42_ge, TYPE_INT4, TYPE_INT2), .vector = int42_ge_vector},
    {FUNC(170, "int24mul", TYPE_INT4, int24_mul, TYPE_INT2, TYPE_INT4), .vector = int24_mul_vector},
    {FUNC(171, "int42mul", TYPE_INT4, int42_mul, TYPE_INT4, TYPE_INT2), .vector = int42_mul_vector},
    {FUNC(172, "int24div", TYPE_INT4, int24_div, TYPE_INT2, TYPE_INT4), .vector = int24_div_vector},
    {FUNC(173, "int42div", TYPE_INT4, int42_div, TYPE_INT4, TYPE_INT2), .vector = int42_div_vector},
    {FUNC(176, "int2pl", TYPE_INT2, int2_add, TYPE_INT2, TYPE_INT2), .vector = int2_add_vector},
    {FUNC(177, "int4pl", TYPE_INT4, int4_add, TYPE_INT4, TYPE_INT4), .vector = int4_add_vector},
    {FUNC(178, "int24pl", TYPE_INT4, int24_add, TYPE_INT2, TYPE_INT4), .vector = int24_add_vector},
    {FUNC(179, "int42pl", TYPE_INT4, int42_add, TYPE_INT4, TYPE_INT2), .vector = int42_add_vector},
    {FUNC(180, "int2mi", TYPE_INT2, int2_sub, TYPE_INT2, TYPE_INT2), .vector = int2_sub_vector},
    {FUNC(181, "int4mi", TYPE_INT4, int4_sub, TYPE_INT4, TYPE_INT4), .vector = int4_sub_vector},
    {FUNC(182, "int24mi", TYPE_INT4, int24_sub, TYPE_INT2, TYPE_INT4), .vector = int24_sub_vector},
    {FUNC(183, "int42mi", TYPE_INT4, int42_sub, TYPE_INT4, TYPE_INT2), .vector = int42_sub_vector},
    {FUNC(212, "int4um", TYPE_INT4, int4_negate, TYPE_INT4)},
    {FUNC(213, "int2um", TYPE_INT2, int2_negate, TYPE_INT2)},
    {FUNC(350, "btint2cmp", TYPE_INT4, generic_compare, TYPE_INT2, TYPE_INT2)},
    {FUNC(351, "btint4cmp", TYPE_INT4, generic_compare, TYPE_INT4, TYPE_INT4)},
    {FUNC(462, "int8um", TYPE_INT8, int8_negate, TYPE_INT8)},
    {FUNC(463, "int8pl", TYPE_INT8, int8_add, TYPE_INT8, TYPE_INT8), .vector = int8_add_vector},
    {FUNC(464, "int8mi", TYPE_INT8, int8_sub, TYPE_INT8, TYPE_INT8), .vector = int8_sub_vector},
    {FUNC(465, "int8mul", TYPE_INT8, int8_mul, TYPE_INT8, TYPE_INT8), .vector = int8_mul_vector},
    {FUNC(466, "int8div", TYPE_INT8, int8_div, TYPE_INT8, TYPE_INT8), .vector = int8_div_vector},
    {FUNC(467, "int8eq", TYPE_BOOL, int8_eq, TYPE_INT8, TYPE_INT8), .vector = int8_eq_vector},
    {FUNC(468, "int8ne", TYPE_BOOL, int8_ne, TYPE_INT8, TYPE_INT8), .vector = int8_ne_vector},
    {FUNC(469, "int8lt", TYPE_BOOL, int8_lt, TYPE_INT8, TYPE_INT8), .vector = int8_lt_vector},
    {FUNC(470, "int8gt", TYPE_BOOL, int8_gt, TYPE_INT8, TYPE_INT8), .vector = int8_gt_vector},
    {FUNC(471, "int8le", TYPE_BOOL, int8_le, TYPE_INT8, TYPE_INT8), .vector = int8_le_vector},
    {FUNC(472, "int8ge", TYPE_BOOL, int8_ge, TYPE_INT8, TYPE_INT8), .vector = int8_ge_vector},
    {FUNC(474, "int84eq", TYPE_BOOL, int84_eq, TYPE_INT8, TYPE_INT4), .vector = int84_eq_vector},
    {FUNC(475, "int84ne", TYPE_BOOL, int84_ne, TYPE_INT8, TYPE_INT4), .vector = int84_ne_vector},
    {FUNC(476, "int84lt", TYPE_BOOL, int84_lt, TYPE_INT8, TYPE_INT4), .vector = int84_lt_vector},
    {FUNC(477, "int84gt", TYPE_BOOL, int84_gt, TYPE_INT8, TYPE_INT4), .vector = int84_gt_vector},
    {FUNC(478, "int84le", TYPE_BOOL, int84_le, TYPE_INT8, TYPE_INT4), .vector = int84_le_vector},
    {FUNC(479, "int84ge", TYPE_BOOL, int84_ge, TYPE_INT8, TYPE_INT4), .vector = int84_ge_vector},
    {FUNC(768, "int4larger", TYPE_INT4, int4_larger, TYPE_INT4, TYPE_INT4)},
    {FUNC(769, "int4smaller", TYPE_INT4, int4_smaller, TYPE_INT4, TYPE_INT4)},
    {FUNC(770, "int2larger", TYPE_INT2, int2_larger, TYPE_INT2, TYPE_INT2)},
    {FUNC(771, "int2smaller", TYPE_INT2, int2_smaller, TYPE_INT2, TYPE_INT2)},
    {FUNC(837, "int82pl", TYPE_INT8, int82_add, TYPE_INT8, TYPE_INT2), .vector = int82_add_vector},
    {FUNC(838, "int82mi", TYPE_INT8, int82_sub, TYPE_INT8, TYPE_INT2), .vector = int82_sub_vector},
    {FUNC(839, "int82mul", TYPE_INT8, int82_mul, TYPE_INT8, TYPE_INT2), .vector = int82_mul_vector},
    {FUNC(840, "int82div", TYPE_INT8, int82_div, TYPE_INT8, TYPE_INT2), .vector = int82_div_vector},
    {FUNC(841, "int28pl", TYPE_INT8, int28_add, TYPE_INT2, TYPE_INT8), .vector = int28_add_vector},
    {FUNC(842, "btint8cmp", TYPE_INT4, generic_compare, TYPE_INT8, TYPE_INT8)},
    {FUNC(852, "int48eq", TYPE_BOOL, int48_eq, TYPE_INT4, TYPE_INT8), .vector = int48_eq_vector},
    {FUNC(853, "int48ne", TYPE_BOOL, int48_ne, TYPE_INT4, TYPE_INT8), .vector = int48_ne_vector},
    {FUNC(854, "int48lt", TYPE_BOOL, int48_lt, TYPE_INT4, TYPE_INT8), .vector = int48_lt_vector},
    {FUNC(855, "int48gt", TYPE_BOOL, int48_gt, TYPE_INT4, TYPE_INT8), .vector = int48_gt_vector},
    {FUNC(856, "int48le", TYPE_BOOL, int48_le, TYPE_INT4, TYPE_INT8), .vector = int48_le_vector},
    {FUNC(857, "int48ge", TYPE_BOOL, int48_ge, TYPE_INT4, TYPE_INT8), .vector = int48_ge_vector},
    {FUNC(940, "mod", TYPE_INT2, int2_mod, TYPE_INT2, TYPE_INT2)},
    {FUNC(941, "mod", TYPE_INT4, int4_mod, TYPE_INT4, TYPE_INT4)},
    {FUNC(942, "int28mi", TYPE_INT8, int28_sub, TYPE_INT2, TYPE_INT8), .vector = int28_sub_vector},
    {FUNC(943, "int28mul", TYPE_INT8, int28_mul, TYPE_INT2, TYPE_INT8), .vector = int28_mul_vector},
    {FUNC(945, "int8mod", TYPE_INT8, int8_mod, TYPE_INT8, TYPE_INT8)},
    {FUNC(947, "mod", TYPE_INT8, int8_mod, TYPE_INT8, TYPE_INT8)},
    {FUNC(948, "int28div", TYPE_INT8, int28_div, TYPE_INT2, TYPE_INT8), .vector = int28_div_vector},
    {FUNC(1230, "int8abs", TYPE_INT8, int8_abs, TYPE_INT8)},
    {FUNC(1236, "int8larger", TYPE_INT8, int8_larger, TYPE_INT8, TYPE_INT8)},
    {FUNC(1237, "int8smaller", TYPE_INT8, int8_smaller, TYPE_INT8, TYPE_INT8)},
    {FUNC(1251, "int4abs", TYPE_INT4, int4_abs, TYPE_INT4)},
    {FUNC(1253, "int2abs", TYPE_INT2, int2_abs, TYPE_INT2)},
    {FUNC(1274, "int84pl", TYPE_INT8, int84_add, TYPE_INT8, TYPE_INT4), .vector = int84_add_vector},
    {FUNC(1275, "int84mi", TYPE_INT8, int84_sub, TYPE_INT8, TYPE_INT4), .vector = int84_sub_vector},
    {FUNC(1276, "int84mul", TYPE_INT8, int84_mul, TYPE_INT8, TYPE_INT4),
     .vector = int84_mul_vector},
    {FUNC(1277, "int84div", TYPE_INT8, int84_div, TYPE_INT8, TYPE_INT4),
     .vector = int84_div_vector},
    {FUNC(1278, "int48pl", TYPE_INT8, int48_add, TYPE_INT4, TYPE_INT8), .vector = int48_add_vector},
    {FUNC(1279, "int48mi", TYPE_INT8, int48_sub, TYPE_INT4, TYPE_INT8), .vector = int48_sub_vector},
    {FUNC(1280, "int48mul", TYPE_INT8, int48_mul, TYPE_INT4, TYPE_INT8),
     .vector = int48_mul_vector},
    {FUNC(1281, "int48div", TYPE_INT8, int48_div, TYPE_INT4, TYPE_INT8),
     .vector = int48_div_vector},
    {FUNC(1396, "abs", TYPE_INT8, int8_abs, TYPE_INT8)},
    {FUNC(1397, "abs", TYPE_INT4, int4_abs, TYPE_INT4)},
    {FUNC(1398, "abs", TYPE_INT2, int2_abs, TYPE_INT2)},
    {FUNC(1850, "int28eq", TYPE_BOOL, int28_eq, TYPE_INT2, TYPE_INT8), .vector = int28_eq_vector},
    {FUNC(1851, "int28ne", TYPE_BOOL, int28_ne, TYPE_INT2, TYPE_INT8), .vector = int28_ne_vector},
    {FUNC(1852, "int28lt", TYPE_BOOL, int28_lt, TYPE_INT2, TYPE_INT8), .vector = int28_lt_vector},
    {FUNC(1853, "int28gt", TYPE_BOOL, int28_gt, TYPE_INT2, TYPE_INT8), .vector = int28_gt_vector},
    {FUNC(1854, "int28le", TYPE_BOOL, int28_le, TYPE_INT2, TYPE_INT8), .vector = int28_le_vector},
    {FUNC(1855, "int28ge", TYPE_BOOL, int28_ge, TYPE_INT2, TYPE_INT8), .vector = int28_ge_vector},
    {FUNC(1856, "int82eq", TYPE_BOOL, int82_eq, TYPE_INT8, TYPE_INT2), .vector = int82_eq_vector},
    {FUNC(1857, "int82ne", TYPE_BOOL, int82_ne, TYPE_INT8, TYPE_INT2), .vector = int82_ne_vector},
    {FUNC(1858, "int82lt", TYPE_BOOL, int82_lt, TYPE_INT8, TYPE_INT2), .vector = int82_lt_vector},
    {FUNC(1859, "int82gt", TYPE_BOOL, int82_gt, TYPE_INT8, TYPE_INT2), .vector = int82_gt_vector},
    {FUNC(1860, "int82le", TYPE_BOOL, int82_le, TYPE_INT8, TYPE_INT2), .vector = int82_le_vector},
    {FUNC(1861, "int82ge", TYPE_BOOL, int82_ge, TYPE_INT8, TYPE_INT2), .vector = int82_ge_vector},
    {FUNC(1892, "int2and", TYPE_INT2, int2_and, TYPE_INT2, TYPE_INT2)},
    {FUNC(1893, "int2or", TYPE_INT2, int2_or, TYPE_INT2, TYPE_INT2)},
    {FUNC(1894, "int2xor", TYPE_INT2, int2_xor, TYPE_INT2, TYPE_INT2)},
    {FUNC(1895, "int2not", TYPE_INT2, int2_not, TYPE_INT2)},
    {FUNC(1896, "int2shl", TYPE_INT2, int2_shift_left, TYPE_INT2, TYPE_INT4)},
    {FUNC(1897, "int2shr", TYPE_INT2, int2_shift_right, TYPE_INT2, TYPE_INT4)},
    {FUNC(1898, "int4and", TYPE_INT4, int4_and, TYPE_INT4, TYPE_INT4)},
    {FUNC(1899, "int4or", TYPE_INT4, int4_or, TYPE_INT4, TYPE_INT4)},
    {FUNC(1900, "int4xor", TYPE_INT4, int4_xor, TYPE_INT4, TYPE_INT4)},
    {FUNC(1901, "int4not", TYPE_INT4, int4_not, TYPE_INT4)},
    {FUNC(1902, "int4shl", TYPE_INT4, int4_shift_left, TYPE_INT4, TYPE_INT4)},
    {FUNC(1903, "int4shr", TYPE_INT4, int4_shift_right, TYPE_INT4, TYPE_INT4)},
    {FUNC(1904, "int8and", TYPE_INT8, int8_and, TYPE_INT8, TYPE_INT8)},
    {FUNC(1905, "int8or", TYPE_INT8, int8_or, TYPE_INT8, TYPE_INT8)},
    {FUNC(1906, "int8xor", TYPE_INT8, int8_xor, TYPE_INT8, TYPE_INT8)},
    {FUNC(1907, "int8not", TYPE_INT8, int8_not, TYPE_INT8)},
    {FUNC(1908, "int8shl", TYPE_INT8, int8_shift_left, TYPE_INT8, TYPE_INT4)},
    {FUNC(1909, "int8shr", TYPE_INT8, int8_shift_right, TYPE_INT8, TYPE_INT4)},
    {FUNC(1910, "int8up", TYPE_INT8, generic_same, TYPE_INT8)},
    {FUNC(1911, "int2up", TYPE_INT2, generic_same, TYPE_INT2)},
    {FUNC(1912, "int4up", TYPE_INT4, generic_same, TYPE_INT4)},
    {FUNC(2188, "btint48cmp", TYPE_INT4, int_compare, TYPE_INT4, TYPE_INT8)},
    {FUNC(2189, "btint84cmp", TYPE_INT4, int_compare, TYPE_INT8, TYPE_INT4)},
    {FUNC(2190, "btint24cmp", TYPE_INT4, int_compare, TYPE_INT2, TYPE_INT4)},
    {FUNC(2191, "btint42cmp", TYPE_INT4, int_compare, TYPE_INT4, TYPE_INT2)},
    {FUNC(2192, "btint28cmp", TYPE_INT4, int_compare, TYPE_INT2, TYPE_INT8)},
    {FUNC(2193, "btint82cmp", TYPE_INT4, int_compare, TYPE_INT8, TYPE_INT2)},
};

static const struct operator_info operators[] = {
    {15, "=", TYPE_INT4, TYPE_INT8, TYPE_BOOL, 852, 416, 36, true, true, "eqsel", "eqjoinsel"},
    {36, "<>", TYPE_INT4, TYPE_INT8, TYPE_BOOL, 853, 417, 15, false, false, "neqsel", "neqjoinsel"},
    {37, "<", TYPE_INT4, TYPE_INT8, TYPE_BOOL, 854, 419, 82, false, false, "scalarltsel",
     "scalarltjoinsel"},
    {76, ">", TYPE_INT4, TYPE_INT8, TYPE_BOOL, 855, 418, 80, false, false, "scalargtsel",
     "scalargtjoinsel"},
    {80, "<=", TYPE_INT4, TYPE_INT8, TYPE_BOOL, 856, 430, 76, false, false, "scalarlesel",
     "scalarlejoinsel"},
    {82, ">=", TYPE_INT4, TYPE_INT8, TYPE_BOOL, 857, 420, 37, false, false, "scalargesel",
     "scalargejoinsel"},
    {94, "=", TYPE_INT2, TYPE_INT2, TYPE_BOOL, 63, 94, 519, true, true, "eqsel", "eqjoinsel"},
    {95, "<", TYPE_INT2, TYPE_INT2, TYPE_BOOL, 64, 520, 524, false, false, "scalarltsel",
     "scalarltjoinsel"},
    {96, "=", TYPE_INT4, TYPE_INT4, TYPE_BOOL, 65, 96, 518, true, true, "eqsel", "eqjoinsel"},
    {97, "<", TYPE_INT4, TYPE_INT4, TYPE_BOOL, 66, 521, 525, false, false, "scalarltsel",
     "scalarltjoinsel"},
    {410, "=", TYPE_INT8, TYPE_INT8, TYPE_BOOL, 467, 410, 411, true, true, "eqsel", "eqjoinsel"},
    {411, "<>", TYPE_INT8, TYPE_INT8, TYPE_BOOL, 468, 411, 410, false, false, "neqsel",
     "neqjoinsel"},
    {412, "<", TYPE_INT8, TYPE_INT8, TYPE_BOOL, 469, 413, 415, false, false, "scalarltsel",
     "scalarltjoinsel"},
    {413, ">", TYPE_INT8, TYPE_INT8, TYPE_BOOL, 470, 412, 414, false, false, "scalargtsel",
     "scalargtjoinsel"},
    {414, "<=", TYPE_INT8, TYPE_INT8, TYPE_BOOL, 471, 415, 413, false, false, "scalarlesel",
     "scalarlejoinsel"},
    {415, ">=", TYPE_INT8, TYPE_INT8, TYPE_BOOL, 472, 414, 412, false, false, "scalargesel",
     "scalargejoinsel"},
    {416, "=", TYPE_INT8, TYPE_INT4, TYPE_BOOL, 474, 15, 417, true, true, "eqsel", "eqjoinsel"},
    {417, "<>", TYPE_INT8, TYPE_INT4, TYPE_BOOL, 475, 36, 416, false, false, "neqsel",
     "neqjoinsel"},
    {418, "<", TYPE_INT8, TYPE_INT4, TYPE_BOOL, 476, 76, 430, false, false, "scalarltsel",
     "scalarltjoinsel"},
    {419, ">", TYPE_INT8, TYPE_INT4, TYPE_BOOL, 477, 37, 420, false, false, "scalargtsel",
     "scalargtjoinsel"},
    {420, "<=", TYPE_INT8, TYPE_INT4, TYPE_BOOL, 478, 82, 419, false, false, "scalarlesel",
     "scalarlejoinsel"},
    {430, ">=", TYPE_INT8, TYPE_INT4, TYPE_BOOL, 479, 80, 418, false, false, "scalargesel",
     "scalargejoinsel"},
    {439, "%", TYPE_INT8, TYPE_INT8, TYPE_INT8, 945, 0, 0, false, false, NULL, NULL},
    {473, "@", OID_NONE, TYPE_INT8, TYPE_INT8, 1230, 0, 0, false, false, NULL, NULL},
    {484, "-", OID_NONE, TYPE_INT8, TYPE_INT8, 462, 0, 0, false, false, NULL, NULL},
    {514, "*", TYPE_INT4, TYPE_INT4, TYPE_INT4, 141, 514, 0, false, false, NULL, NULL},
    {518, "<>", TYPE_INT4, TYPE_INT4, TYPE_BOOL, 144, 518, 96, false, false, "neqsel",
     "neqjoinsel"},
    {519, "<>", TYPE_INT2, TYPE_INT2, TYPE_BOOL, 145, 519, 94, false, false, "neqsel",
     "neqjoinsel"},
    {520, ">", TYPE_INT2, TYPE_INT2, TYPE_BOOL, 146, 95, 522, false, false, "scalargtsel",
     "scalargtjoinsel"},
    {521, ">", TYPE_INT4, TYPE_INT4, TYPE_BOOL, 147, 97, 523, false, false, "scalargtsel",
     "scalargtjoinsel"},
    {522, "<=", TYPE_INT2, TYPE_INT2, TYPE_BOOL, 148, 524, 520, false, false, "scalarlesel",
     "scalarlejoinsel"},
    {523, "<=", TYPE_INT4, TYPE_INT4, TYPE_BOOL, 149, 525, 521, false, false, "scalarlesel",
     "scalarlejoinsel"},
    {524, ">=", TYPE_INT2, TYPE_INT2, TYPE_BOOL, 151, 522, 95, false, false, "scalargesel",
     "scalargejoinsel"},
    {525, ">=", TYPE_INT4, TYPE_INT4, TYPE_BOOL, 150, 523, 97, false, false, "scalargesel",
     "scalargejoinsel"},
    {526, "*", TYPE_INT2, TYPE_INT2, TYPE_INT2, 152, 526, 0, false, false, NULL, NULL},
    {527, "/", TYPE_INT2, TYPE_INT2, TYPE_INT2, 153, 0, 0, false, false, NULL, NULL},
    {528, "/", TYPE_INT4, TYPE_INT4, TYPE_INT4, 154, 0, 0, false, false, NULL, NULL},
    {529, "%", TYPE_INT2, TYPE_INT2, TYPE_INT2, 155, 0, 0, false, false, NULL, NULL},
    {530, "%", TYPE_INT4, TYPE_INT4, TYPE_INT4, 156, 0, 0, false, false, NULL, NULL},
    {532, "=", TYPE_INT2, TYPE_INT4, TYPE_BOOL, 158, 533, 538, true, true, "eqsel", "eqjoinsel"},
    {533, "=", TYPE_INT4, TYPE_INT2, TYPE_BOOL, 159, 532, 539, true, true, "eqsel", "eqjoinsel"},
    {534, "<", TYPE_INT2, TYPE_INT4, TYPE_BOOL, 160, 537, 542, false, false, "scalarltsel",
     "scalarltjoinsel"},
    {535, "<", TYPE_INT4, TYPE_INT2, TYPE_BOOL, 161, 536, 543, false, false, "scalarltsel",
     "scalarltjoinsel"},
    {536, ">", TYPE_INT2, TYPE_INT4, TYPE_BOOL, 162, 535, 540, false, false, "scalargtsel",
     "scalargtjoinsel"},
    {537, ">", TYPE_INT4, TYPE_INT2, TYPE_BOOL, 163, 534, 541, false, false, "scalargtsel",
     "scalargtjoinsel"},
    {538, "<>", TYPE_INT2, TYPE_INT4, TYPE_BOOL, 164, 539, 532, false, false, "neqsel",
     "neqjoinsel"},
    {539, "<>", TYPE_INT4, TYPE_INT2, TYPE_BOOL, 165, 538, 533, false, false, "neqsel",
     "neqjoinsel"},
    {540, "<=", TYPE_INT2, TYPE_INT4, TYPE_BOOL, 166, 543, 536, false, false, "scalarlesel",
     "scalarlejoinsel"},
    {541, "<=", TYPE_INT4, TYPE_INT2, TYPE_BOOL, 167, 542, 537, false, false, "scalarlesel",
     "scalarlejoinsel"},
    {542, ">=", TYPE_INT2, TYPE_INT4, TYPE_BOOL, 168, 541, 534, false, false, "scalargesel",
     "scalargejoinsel"},
    {543, ">=", TYPE_INT4, TYPE_INT2, TYPE_BOOL, 169, 540, 535, false, false, "scalargesel",
     "scalargejoinsel"},
    {544, "*", TYPE_INT2, TYPE_INT4, TYPE_INT4, 170, 545, 0, false, false, NULL, NULL},
    {545, "*", TYPE_INT4, TYPE_INT2, TYPE_INT4, 171, 544, 0, false, false, NULL, NULL},
    {546, "/", TYPE_INT2, TYPE_INT4, TYPE_INT4, 172, 0, 0, false, false, NULL, NULL},
    {547, "/", TYPE_INT4, TYPE_INT2, TYPE_INT4, 173, 0, 0, false, false, NULL, NULL},
    {550, "+", TYPE_INT2, TYPE_INT2, TYPE_INT2, 176, 550, 0, false, false, NULL, NULL},
    {551, "+", TYPE_INT4, TYPE_INT4, TYPE_INT4, 177, 551, 0, false, false, NULL, NULL},
    {552, "+", TYPE_INT2, TYPE_INT4, TYPE_INT4, 178, 553, 0, false, false, NULL, NULL},
    {553, "+", TYPE_INT4, TYPE_INT2, TYPE_INT4, 179, 552, 0, false, false, NULL, NULL},
    {554, "-", TYPE_INT2, TYPE_INT2, TYPE_INT2, 180, 0, 0, false, false, NULL, NULL},
    {555, "-", TYPE_INT4, TYPE_INT4, TYPE_INT4, 181, 0, 0, false, false, NULL, NULL},
    {556, "-", TYPE_INT2, TYPE_INT4, TYPE_INT4, 182, 0, 0, false, false, NULL, NULL},
    {557, "-", TYPE_INT4, TYPE_INT2, TYPE_INT4, 183, 0, 0, false, false, NULL, NULL},
    {558, "-", OID_NONE, TYPE_INT4, TYPE_INT4, 212, 0, 0, false, false, NULL, NULL},
    {559, "-", OID_NONE, TYPE_INT2, TYPE_INT2, 213, 0, 0, false, false, NULL, NULL},
    {682, "@", OID_NONE, TYPE_INT2, TYPE_INT2, 1253, 0, 0, false, false, NULL, NULL},
    {684, "+", TYPE_INT8, TYPE_INT8, TYPE_INT8, 463, 684, 0, false, false, NULL, NULL},
    {685, "-", TYPE_INT8, TYPE_INT8, TYPE_INT8, 464, 0, 0, false, false, NULL, NULL},
    {686, "*", TYPE_INT8, TYPE_INT8, TYPE_INT8, 465, 686, 0, false, false, NULL, NULL},
    {687, "/", TYPE_INT8, TYPE_INT8, TYPE_INT8, 466, 0, 0, false, false, NULL, NULL},
    {688, "+", TYPE_INT8, TYPE_INT4, TYPE_INT8, 1274, 692, 0, false, false, NULL, NULL},
    {689, "-", TYPE_INT8, TYPE_INT4, TYPE_INT8, 1275, 0, 0, false, false, NULL, NULL},
    {690, "*", TYPE_INT8, TYPE_INT4, TYPE_INT8, 1276, 694, 0, false, false, NULL, NULL},
    {691, "/", TYPE_INT8, TYPE_INT4, TYPE_INT8, 1277, 0, 0, false, false, NULL, NULL},
    {692, "+", TYPE_INT4, TYPE_INT8, TYPE_INT8, 1278, 688, 0, false, false, NULL, NULL},
    {693, "-", TYPE_INT4, TYPE_INT8, TYPE_INT8, 1279, 0, 0, false, false, NULL, NULL},
    {694, "*", TYPE_INT4, TYPE_INT8, TYPE_INT8, 1280, 690, 0, false, false, NULL, NULL},
    {695, "/", TYPE_INT4, TYPE_INT8, TYPE_INT8, 1281, 0, 0, false, false, NULL, NULL},
    {773, "@", OID_NONE, TYPE_INT4, TYPE_INT4, 1251, 0, 0, false, false, NULL, NULL},
    {818, "+", TYPE_INT8, TYPE_INT2, TYPE_INT8, 837, 822, 0, false, false, NULL, NULL},
    {819, "-", TYPE_INT8, TYPE_INT2, TYPE_INT8, 838, 0, 0, false, false, NULL, NULL},
    {820, "*", TYPE_INT8, TYPE_INT2, TYPE_INT8, 839, 824, 0, false, false, NULL, NULL},
    {821, "/", TYPE_INT8, TYPE_INT2, TYPE_INT8, 840, 0, 0, false, false, NULL, NULL},
    {822, "+", TYPE_INT2, TYPE_INT8, TYPE_INT8, 841, 818, 0, false, false, NULL, NULL},
    {823, "-", TYPE_INT2, TYPE_INT8, TYPE_INT8, 942, 0, 0, false, false, NULL, NULL},
    {824, "*", TYPE_INT2, TYPE_INT8, TYPE_INT8, 943, 820, 0, false, false, NULL, NULL},
    {825, "/", TYPE_INT2, TYPE_INT8, TYPE_INT8, 948, 0, 0, false, false, NULL, NULL},
    {1862, "=", TYPE_INT2, TYPE_INT8, TYPE_BOOL, 1850, 1868, 1863, true, true, "eqsel",
     "eqjoinsel"},
    {1863, "<>", TYPE_INT2, TYPE_INT8, TYPE_BOOL, 1851, 1869, 1862, false, false, "neqsel",
     "neqjoinsel"},
    {1864, "<", TYPE_INT2, TYPE_INT8, TYPE_BOOL, 1852, 1871, 1867, false, false, "scalarltsel",
     "scalarltjoinsel"},
    {1865, ">", TYPE_INT2, TYPE_INT8, TYPE_BOOL, 1853, 1870, 1866, false, false, "scalargtsel",
     "scalargtjoinsel"},
    {1866, "<=", TYPE_INT2, TYPE_INT8, TYPE_BOOL, 1854, 1873, 1865, false, false, "scalarlesel",
     "scalarlejoinsel"},
    {1867, ">=", TYPE_INT2, TYPE_INT8, TYPE_BOOL, 1855, 1872, 1864, false, false, "scalargesel",
     "scalargejoinsel"},
    {1868, "=", TYPE_INT8, TYPE_INT2, TYPE_BOOL, 1856, 1862, 1869, true, true, "eqsel",
     "eqjoinsel"},
    {1869, "<>", TYPE_INT8, TYPE_INT2, TYPE_BOOL, 1857, 1863, 1868, false, false, "neqsel",
     "neqjoinsel"},
    {1870, "<", TYPE_INT8, TYPE_INT2, TYPE_BOOL, 1858, 1865, 1873, false, false, "scalarltsel",
     "scalarltjoinsel"},
    {1871, ">", TYPE_INT8, TYPE_INT2, TYPE_BOOL, 1859, 1864, 1872, false, false, "scalargtsel",
     "scalargtjoinsel"},
    {1872, "<=", TYPE_INT8, TYPE_INT2, TYPE_BOOL, 1860, 1867, 1871, false, false, "scalarlesel",
     "scalarlejoinsel"},
    {1873, ">=", TYPE_INT8, TYPE_INT2, TYPE_BOOL, 1861, 1866, 1870, false, false, "scalargesel",
     "scalargejoinsel"},
    {1874, "&", TYPE_INT2, TYPE_INT2, TYPE_INT2, 1892, 1874, 0, false, false, NULL, NULL},
    {1875, "|", TYPE_INT2, TYPE_INT2, TYPE_INT2, 1893, 1875, 0, false, false, NULL, NULL},
    {1876, "#", TYPE_INT2, TYPE_INT2, TYPE_INT2, 1894, 1876, 0, false, false, NULL, NULL},
    {1877, "~", OID_NONE, TYPE_INT2, TYPE_INT2, 1895, 0, 0, false, false, NULL, NULL},
    {1878, "<<", TYPE_INT2, TYPE_INT4, TYPE_INT2, 1896, 0, 0, false, false, NULL, NULL},
    {1879, ">>", TYPE_INT2, TYPE_INT4, TYPE_INT2, 1897, 0, 0, false, false, NULL, NULL},
    {1880, "&", TYPE_INT4, TYPE_INT4, TYPE_INT4, 1898, 1880, 0, false, false, NULL, NULL},
    {1881, "|", TYPE_INT4, TYPE_INT4, TYPE_INT4, 1899, 1881, 0, false, false, NULL, NULL},
    {1882, "#", TYPE_INT4, TYPE_INT4, TYPE_INT4, 1900, 1882, 0, false, false, NULL, NULL},
    {1883, "~", OID_NONE, TYPE_INT4, TYPE_INT4, 1901, 0, 0, false, false, NULL, NULL},
    {1884, "<<", TYPE_INT4, TYPE_INT4, TYPE_INT4, 1902, 0, 0, false, false, NULL, NULL},
    {1885, ">>", TYPE_INT4, TYPE_INT4, TYPE_INT4, 1903, 0, 0, false, false, NULL, NULL},
    {1886, "&", TYPE_INT8, TYPE_INT8, TYPE_INT8, 1904, 1886, 0, false, false, NULL, NULL},
    {1887, "|", TYPE_INT8, TYPE_INT8, TYPE_INT8, 1905, 1887, 0, false, false, NULL, NULL},
    {1888, "#", TYPE_INT8, TYPE_INT8, TYPE_INT8, 1906, 1888, 0, false, false, NULL, NULL},
    {1889, "~", OID_NONE, TYPE_INT8, TYPE_INT8, 1907, 0, 0, false, false, NULL, NULL},
    {1890, "<<", TYPE_INT8, TYPE_INT4, TYPE_INT8, 1908, 0, 0, false, false, NULL, NULL},
    {1891, ">>", TYPE_INT8, TYPE_INT4, TYPE_INT8, 1909, 0, 0, false, false, NULL, NULL},
    {1916, "+", OID_NONE, TYPE_INT8, TYPE_INT8, 1910, 0, 0, false, false, NULL, NULL},
    {1917, "+", OID_NONE, TYPE_INT2, TYPE_INT2, 1911, 0, 0, false, false, NULL, NULL},
    {1918, "+", OID_NONE, TYPE_INT4, TYPE_INT4, 1912, 0, 0, false, false, NULL, NULL},
};

const struct type_tables int_ops_tables = {
    .funcs = funcs,
    .func_count = COUNT_OF(funcs),
    .operators = operators,
    .operator_count = COUNT_OF(operators),
};
