/*
 * money.c: amounts of money: a number of cents in 64 bits, written as "$1,234.56" or "-$1,234.56".
 *
 * The locale is C's, in which PostgreSQL writes a dollar sign, commas and two decimals.
 */
#include "base/raise.h"
#include "type/aggregate.h"
#include "type/array.h"
#include "type/digits.h"
#include "type/generic.h"
#include "type/input.h"
#include "type/numeric.h"

#include <math.h>

#define DECIMALS 2
#define CENTS 100

/* ---- text ---- */

struct money_reader {
    struct slice text;
    const char *at, *end;
    bool is_negative;
};

static char
peek(const struct money_reader *r)
{
    return r->at < r->end ? *r->at : '\0';
}

static void
skip_blanks(struct money_reader *r)
{
    while (r->at < r->end && is_space((uint8_t)*r->at))
        r->at++;
}

static bool
skip(struct money_reader *r, char c)
{
    bool is_there = peek(r) == c;
    r->at += is_there;
    return is_there;
}

/* What may stand before the digits: blanks, a dollar sign before or after a sign. */
static void
read_head(struct money_reader *r)
{
    skip_blanks(r);
    skip(r, '$');
    if (skip(r, '-') || skip(r, '('))
        r->is_negative = true;
    else
        skip(r, '+');
    skip_blanks(r);
    skip(r, '$');
}

/* The amount below zero, where there is one value more. */
static int64_t
read_digits(struct money_reader *r)
{
    int64_t value = 0;
    int decimals = 0;
    bool has_point = false, is_full = false;
    for (; r->at < r->end; r->at++) {
        char c = *r->at;
        if (is_digit((uint8_t)c) && (!has_point || decimals < DECIMALS)) {
            is_full |= __builtin_mul_overflow(value, 10, &value) ||
                       __builtin_sub_overflow(value, c - '0', &value);
            decimals += has_point;
        } else if (c == '.' && !has_point) {
            has_point = true;
        } else if (c != ',') {
            break;
        }
    }
    if (is_digit((uint8_t)peek(r)) && peek(r) >= '5')
        is_full |= __builtin_sub_overflow(value, 1, &value);
    for (; decimals < DECIMALS; decimals++)
        is_full |= __builtin_mul_overflow(value, 10, &value);
    if (is_full)
        raise_range("money", r->text);
    return value;
}

static void
read_tail(struct money_reader *r)
{
    while (is_digit((uint8_t)peek(r)))
        r->at++;
    for (skip_blanks(r); r->at < r->end; skip_blanks(r)) {
        if (skip(r, '-'))
            r->is_negative = true;
        else if (!skip(r, ')') && !skip(r, '+') && !skip(r, '$'))
            raise_syntax("money", r->text);
    }
}

static union datum
money_input(struct type_call *call, struct slice text)
{
    (void)call;
    const char *start = (const char *)text.data;
    struct money_reader r = {.text = text, .at = start, .end = start + text.bytes};
    read_head(&r);
    int64_t value = read_digits(&r);
    read_tail(&r);
    if (r.is_negative)
        return i64_datum(value);
    if (value == INT64_MIN)
        raise_range("money", text);
    return i64_datum(-value);
}

static void
money_output(struct type_call *call, union datum value, struct buf *to)
{
    (void)call;
    uint64_t cents = value.i64 < 0 ? 0 - (uint64_t)value.i64 : (uint64_t)value.i64;
    char text[40];
    char *at = text + sizeof text;
    int place = 0;
    do {
        if (place == DECIMALS)
            *--at = '.';
        else if (place > DECIMALS && (place - DECIMALS) % 3 == 0)
            *--at = ',';
        *--at = (char)('0' + cents % 10);
        cents /= 10;
        place++;
    } while (cents != 0 || place <= DECIMALS);
    *--at = '$';
    if (value.i64 < 0)
        *--at = '-';
    buf_put(to, at, (size_t)(text + sizeof text - at));
}

/* ---- operators ---- */

_Noreturn static void
fail_range(void)
{
    raise(SQLSTATE_NUMERIC_VALUE_OUT_OF_RANGE, "money out of range");
}

static int64_t
sum_of(int64_t a, int64_t b)
{
    int64_t sum;
    if (__builtin_add_overflow(a, b, &sum))
        fail_range();
    return sum;
}

static int64_t
difference_of(int64_t a, int64_t b)
{
    int64_t difference;
    if (__builtin_sub_overflow(a, b, &difference))
        fail_range();
    return difference;
}

static union datum
money_add(struct func_call *call, const union datum *args)
{
    (void)call;
    return i64_datum(sum_of(args[0].i64, args[1].i64));
}

static union datum
money_subtract(struct func_call *call, const union datum *args)
{
    (void)call;
    return i64_datum(difference_of(args[0].i64, args[1].i64));
}

static union datum
times(int64_t a, int64_t b)
{
    int64_t product;
    if (__builtin_mul_overflow(a, b, &product))
        fail_range();
    return i64_datum(product);
}

static union datum
over(int64_t a, int64_t b)
{
    if (b == 0)
        raise(SQLSTATE_DIVISION_BY_ZERO, "division by zero");
    return i64_datum(b == -1 ? difference_of(0, a) : a / b);
}

static union datum
of_double(double value)
{
    value = rint(value);
    if (!(value >= -0x1p63 && value < 0x1p63))
        fail_range();
    return i64_datum((int64_t)value);
}

static union datum
over_double(int64_t a, double b)
{
    if (b == 0)
        raise(SQLSTATE_DIVISION_BY_ZERO, "division by zero");
    return of_double((double)a / b);
}

#define ARITHMETIC(suffix, expression, args_)                                                      \
    static union datum money_##suffix(struct func_call *call, const union datum *args)             \
    {                                                                                              \
        (void)call;                                                                                \
        return expression args_;                                                                   \
    }

ARITHMETIC(times_int2, times, (args[0].i64, args[1].i16))
ARITHMETIC(times_int4, times, (args[0].i64, args[1].i32))
ARITHMETIC(times_int8, times, (args[0].i64, args[1].i64))
ARITHMETIC(times_float4, of_double, ((double)args[0].i64 * (double)args[1].f32))
ARITHMETIC(times_float8, of_double, ((double)args[0].i64 * args[1].f64))
ARITHMETIC(of_int2_times, times, (args[1].i64, args[0].i16))
ARITHMETIC(of_int4_times, times, (args[1].i64, args[0].i32))
ARITHMETIC(of_int8_times, times, (args[1].i64, args[0].i64))
ARITHMETIC(of_float4_times, of_double, ((double)args[1].i64 * (double)args[0].f32))
ARITHMETIC(of_float8_times, of_double, ((double)args[1].i64 * args[0].f64))
ARITHMETIC(over_int2, over, (args[0].i64, args[1].i16))
ARITHMETIC(over_int4, over, (args[0].i64, args[1].i32))
ARITHMETIC(over_int8, over, (args[0].i64, args[1].i64))
ARITHMETIC(over_float4, over_double, (args[0].i64, (double)args[1].f32))
ARITHMETIC(over_float8, over_double, (args[0].i64, args[1].f64))

static union datum
money_over_money(struct func_call *call, const union datum *args)
{
    (void)call;
    if (args[1].i64 == 0)
        raise(SQLSTATE_DIVISION_BY_ZERO, "division by zero");
    return f64_datum((double)args[0].i64 / (double)args[1].i64);
}

/* ---- casts ---- */

static union datum
money_of_whole(int64_t whole)
{
    int64_t cents;
    if (__builtin_mul_overflow(whole, CENTS, &cents))
        raise(SQLSTATE_NUMERIC_VALUE_OUT_OF_RANGE, "bigint out of range");
    return i64_datum(cents);
}

ARITHMETIC(of_int4, money_of_whole, (args[0].i32))
ARITHMETIC(of_int8, money_of_whole, (args[0].i64))

static union datum
money_of_numeric(struct func_call *call, const union datum *args)
{
    union datum cents = numeric_multiply(call->arena, args[0], numeric_of_i64(call->arena, CENTS));
    return i64_datum(numeric_i64(call->arena, cents, "bigint"));
}

static union datum
numeric_of_money(struct func_call *call, const union datum *args)
{
    return numeric_of_i128(call->arena, args[0].i64, DECIMALS);
}

/* ---- words ---- */

static void
put_tens(struct buf *to, uint32_t value)
{
    static const char *const small[] = {"zero",    "one",     "two",       "three",    "four",
                                        "five",    "six",     "seven",     "eight",    "nine",
                                        "ten",     "eleven",  "twelve",    "thirteen", "fourteen",
                                        "fifteen", "sixteen", "seventeen", "eighteen", "nineteen"};
    static const char *const tens[] = {"",      "",      "twenty",  "thirty", "forty",
                                       "fifty", "sixty", "seventy", "eighty", "ninety"};
    if (value < COUNT_OF(small)) {
        buf_put_text(to, small[value]);
        return;
    }
    buf_put_text(to, tens[value / 10]);
    if (value % 10 != 0)
        buf_format(to, " %s", small[value % 10]);
}

/* Below 1,000. */
static void
put_words(struct buf *to, uint32_t value)
{
    if (value >= 100) {
        put_tens(to, value / 100);
        buf_put_text(to, " hundred");
        if (value % 100 == 0)
            return;
        buf_put_text(to, value % 100 < 20 ? " and " : " ");
    }
    put_tens(to, value % 100);
}

static union datum
money_words(struct func_call *call, const union datum *args)
{
    static const struct {
        uint64_t unit;
        const char *name;
    } groups[] = {{UINT64_C(1000000000000000), " quadrillion "},
                  {UINT64_C(1000000000000), " trillion "},
                  {1000000000, " billion "},
                  {1000000, " million "},
                  {1000, " thousand "}};
    struct buf *text = buf_new(call->arena);
    uint64_t cents = args[0].i64 < 0 ? 0 - (uint64_t)args[0].i64 : (uint64_t)args[0].i64;
    uint64_t dollars = cents / CENTS;
    if (args[0].i64 < 0)
        buf_put_text(text, "minus ");
    for (size_t i = 0; i < COUNT_OF(groups); i++) {
        uint32_t group = (uint32_t)(dollars / groups[i].unit % 1000);
        if (group == 0)
            continue;
        put_words(text, group);
        buf_put_text(text, groups[i].name);
    }
    if (dollars == 0 || dollars % 1000 != 0)
        put_words(text, (uint32_t)(dollars % 1000));
    buf_put_text(text, dollars == 1 ? " dollar and " : " dollars and ");
    put_words(text, (uint32_t)(cents % CENTS));
    buf_put_text(text, cents % CENTS == 1 ? " cent" : " cents");
    text->data[0] = (uint8_t)(text->data[0] - 'a' + 'A');
    return generic_buf_datum(call->arena, text);
}

/* ---- sum ---- */

struct money_sum {
    int64_t cents;
    int64_t count;
};

static void
sum_step(struct func_call *call, void *state, const union datum *args)
{
    (void)call;
    struct money_sum *sum = state;
    sum->cents = sum_of(sum->cents, args[0].i64);
    sum->count++;
}

static void
sum_combine(struct func_call *call, void *into, const void *from)
{
    (void)call;
    struct money_sum *sum = into;
    const struct money_sum *more = from;
    sum->cents = sum_of(sum->cents, more->cents);
    sum->count += more->count;
}

static union datum
sum_finish(struct func_call *call, void *state)
{
    const struct money_sum *sum = state;
    return sum->count == 0 ? func_null(call) : i64_datum(sum->cents);
}

static const struct aggregate_info sum_money = {
    .state_bytes = sizeof(struct money_sum),
    .is_strict = true,
    .step = sum_step,
    .combine = sum_combine,
    .finish = sum_finish,
    .agg_kind = 'n',
};

/* ---- what this file brings ---- */

static const struct type_info types[] = {
    {.type = TYPE_MONEY,
     .array = TYPE_MONEY_ARRAY,
     .name = "money",
     .sql_name = "money",
     .length = 8,
     .is_by_value = true,
     .align = 'd',
     .category = 'N',
     .kind = 'b',
     .storage = 'p',
     .delimiter = ',',
     .phys = PHYS_I64,
     .input_oid = 886,
     .output_oid = 887,
     .recv_oid = 2492,
     .send_oid = 2493,
     .input = money_input,
     .output = money_output,
     .recv = int8_recv,
     .send = int8_send,
     .compare = int8_compare,
     .hash = int8_hash,
     .key_put = int8_key_put,
     .key_get = int8_key_get},
    {.type = TYPE_MONEY_ARRAY,
     .element = TYPE_MONEY,
     .name = "_money",
     .sql_name = "money[]",
     .length = -1,
     .align = 'd',
     .category = 'A',
     .kind = 'b',
     .storage = 'x',
     .delimiter = ',',
     .phys = PHYS_VIEW,
     .input_oid = 750,
     .output_oid = 751,
     .recv_oid = 2400,
     .send_oid = 2401,
     .input = array_input,
     .output = array_output,
     .recv = array_recv,
     .send = array_send,
     .compare = array_order,
     .hash = array_hash,
     .key_put = array_key_put},
};

static const struct func_info funcs[] = {
    {FUNC(377, "cash_cmp", TYPE_INT4, generic_compare, TYPE_MONEY, TYPE_MONEY)},
    {FUNC(846, "cash_mul_flt4", TYPE_MONEY, money_times_float4, TYPE_MONEY, TYPE_FLOAT4)},
    {FUNC(847, "cash_div_flt4", TYPE_MONEY, money_over_float4, TYPE_MONEY, TYPE_FLOAT4)},
    {FUNC(848, "flt4_mul_cash", TYPE_MONEY, money_of_float4_times, TYPE_FLOAT4, TYPE_MONEY)},
    {FUNC(862, "int4_mul_cash", TYPE_MONEY, money_of_int4_times, TYPE_INT4, TYPE_MONEY)},
    {FUNC(863, "int2_mul_cash", TYPE_MONEY, money_of_int2_times, TYPE_INT2, TYPE_MONEY)},
    {FUNC(864, "cash_mul_int4", TYPE_MONEY, money_times_int4, TYPE_MONEY, TYPE_INT4)},
    {FUNC(865, "cash_div_int4", TYPE_MONEY, money_over_int4, TYPE_MONEY, TYPE_INT4)},
    {FUNC(866, "cash_mul_int2", TYPE_MONEY, money_times_int2, TYPE_MONEY, TYPE_INT2)},
    {FUNC(867, "cash_div_int2", TYPE_MONEY, money_over_int2, TYPE_MONEY, TYPE_INT2)},
    {FUNC(886, "cash_in", TYPE_MONEY, generic_in, TYPE_CSTRING), .volatility = FUNC_STABLE},
    {FUNC(887, "cash_out", TYPE_CSTRING, generic_out, TYPE_MONEY), .volatility = FUNC_STABLE},
    {FUNC(888, "cash_eq", TYPE_BOOL, generic_eq, TYPE_MONEY, TYPE_MONEY)},
    {FUNC(889, "cash_ne", TYPE_BOOL, generic_ne, TYPE_MONEY, TYPE_MONEY)},
    {FUNC(890, "cash_lt", TYPE_BOOL, generic_lt, TYPE_MONEY, TYPE_MONEY)},
    {FUNC(891, "cash_le", TYPE_BOOL, generic_le, TYPE_MONEY, TYPE_MONEY)},
    {FUNC(892, "cash_gt", TYPE_BOOL, generic_gt, TYPE_MONEY, TYPE_MONEY)},
    {FUNC(893, "cash_ge", TYPE_BOOL, generic_ge, TYPE_MONEY, TYPE_MONEY)},
    {FUNC(894, "cash_pl", TYPE_MONEY, money_add, TYPE_MONEY, TYPE_MONEY)},
    {FUNC(895, "cash_mi", TYPE_MONEY, money_subtract, TYPE_MONEY, TYPE_MONEY)},
    {FUNC(896, "cash_mul_flt8", TYPE_MONEY, money_times_float8, TYPE_MONEY, TYPE_FLOAT8)},
    {FUNC(897, "cash_div_flt8", TYPE_MONEY, money_over_float8, TYPE_MONEY, TYPE_FLOAT8)},
    {FUNC(898, "cashlarger", TYPE_MONEY, generic_larger, TYPE_MONEY, TYPE_MONEY)},
    {FUNC(899, "cashsmaller", TYPE_MONEY, generic_smaller, TYPE_MONEY, TYPE_MONEY)},
    {FUNC(919, "flt8_mul_cash", TYPE_MONEY, money_of_float8_times, TYPE_FLOAT8, TYPE_MONEY)},
    {FUNC(935, "cash_words", TYPE_TEXT, money_words, TYPE_MONEY)},
    {AGGREGATE_FUNC(2112, "sum", TYPE_MONEY, &sum_money, TYPE_MONEY)},
    {FUNC(2492, "cash_recv", TYPE_MONEY, generic_recv, TYPE_INTERNAL)},
    {FUNC(2493, "cash_send", TYPE_BYTEA, generic_send, TYPE_MONEY)},
    {FUNC(3344, "cash_mul_int8", TYPE_MONEY, money_times_int8, TYPE_MONEY, TYPE_INT8)},
    {FUNC(3345, "cash_div_int8", TYPE_MONEY, money_over_int8, TYPE_MONEY, TYPE_INT8)},
    {FUNC(3399, "int8_mul_cash", TYPE_MONEY, money_of_int8_times, TYPE_INT8, TYPE_MONEY)},
    {FUNC(3811, "money", TYPE_MONEY, money_of_int4, TYPE_INT4), .volatility = FUNC_STABLE},
    {FUNC(3812, "money", TYPE_MONEY, money_of_int8, TYPE_INT8), .volatility = FUNC_STABLE},
    {FUNC(3822, "cash_div_cash", TYPE_FLOAT8, money_over_money, TYPE_MONEY, TYPE_MONEY)},
    {FUNC(3823, "numeric", TYPE_NUMERIC, numeric_of_money, TYPE_MONEY), .volatility = FUNC_STABLE},
    {FUNC(3824, "money", TYPE_MONEY, money_of_numeric, TYPE_NUMERIC), .volatility = FUNC_STABLE},
};

static const struct operator_info operators[] = {
    {843, "*", TYPE_MONEY, TYPE_FLOAT4, TYPE_MONEY, 846, 845, 0, false, false, NULL, NULL},
    {844, "/", TYPE_MONEY, TYPE_FLOAT4, TYPE_MONEY, 847, 0, 0, false, false, NULL, NULL},
    {845, "*", TYPE_FLOAT4, TYPE_MONEY, TYPE_MONEY, 848, 843, 0, false, false, NULL, NULL},
    {900, "=", TYPE_MONEY, TYPE_MONEY, TYPE_BOOL, 888, 900, 901, false, true, "eqsel", "eqjoinsel"},
    {901, "<>", TYPE_MONEY, TYPE_MONEY, TYPE_BOOL, 889, 901, 900, false, false, "neqsel",
     "neqjoinsel"},
    {902, "<", TYPE_MONEY, TYPE_MONEY, TYPE_BOOL, 890, 903, 905, false, false, "scalarltsel",
     "scalarltjoinsel"},
    {903, ">", TYPE_MONEY, TYPE_MONEY, TYPE_BOOL, 892, 902, 904, false, false, "scalargtsel",
     "scalargtjoinsel"},
    {904, "<=", TYPE_MONEY, TYPE_MONEY, TYPE_BOOL, 891, 905, 903, false, false, "scalarlesel",
     "scalarlejoinsel"},
    {905, ">=", TYPE_MONEY, TYPE_MONEY, TYPE_BOOL, 893, 904, 902, false, false, "scalargesel",
     "scalargejoinsel"},
    {906, "+", TYPE_MONEY, TYPE_MONEY, TYPE_MONEY, 894, 906, 0, false, false, NULL, NULL},
    {907, "-", TYPE_MONEY, TYPE_MONEY, TYPE_MONEY, 895, 0, 0, false, false, NULL, NULL},
    {908, "*", TYPE_MONEY, TYPE_FLOAT8, TYPE_MONEY, 896, 916, 0, false, false, NULL, NULL},
    {909, "/", TYPE_MONEY, TYPE_FLOAT8, TYPE_MONEY, 897, 0, 0, false, false, NULL, NULL},
    {912, "*", TYPE_MONEY, TYPE_INT4, TYPE_MONEY, 864, 917, 0, false, false, NULL, NULL},
    {913, "/", TYPE_MONEY, TYPE_INT4, TYPE_MONEY, 865, 0, 0, false, false, NULL, NULL},
    {914, "*", TYPE_MONEY, TYPE_INT2, TYPE_MONEY, 866, 918, 0, false, false, NULL, NULL},
    {915, "/", TYPE_MONEY, TYPE_INT2, TYPE_MONEY, 867, 0, 0, false, false, NULL, NULL},
    {916, "*", TYPE_FLOAT8, TYPE_MONEY, TYPE_MONEY, 919, 908, 0, false, false, NULL, NULL},
    {917, "*", TYPE_INT4, TYPE_MONEY, TYPE_MONEY, 862, 912, 0, false, false, NULL, NULL},
    {918, "*", TYPE_INT2, TYPE_MONEY, TYPE_MONEY, 863, 914, 0, false, false, NULL, NULL},
    {3346, "*", TYPE_MONEY, TYPE_INT8, TYPE_MONEY, 3344, 3349, 0, false, false, NULL, NULL},
    {3347, "/", TYPE_MONEY, TYPE_INT8, TYPE_MONEY, 3345, 0, 0, false, false, NULL, NULL},
    {3349, "*", TYPE_INT8, TYPE_MONEY, TYPE_MONEY, 3399, 3346, 0, false, false, NULL, NULL},
    {3825, "/", TYPE_MONEY, TYPE_MONEY, TYPE_FLOAT8, 3822, 0, 0, false, false, NULL, NULL},
};

static const struct cast_info casts[] = {
    {TYPE_INT8, TYPE_MONEY, 3812, CAST_ASSIGNMENT, CAST_FUNC},
    {TYPE_INT4, TYPE_MONEY, 3811, CAST_ASSIGNMENT, CAST_FUNC},
    {TYPE_MONEY, TYPE_NUMERIC, 3823, CAST_ASSIGNMENT, CAST_FUNC},
    {TYPE_NUMERIC, TYPE_MONEY, 3824, CAST_ASSIGNMENT, CAST_FUNC},
};

const struct type_tables money_tables = {
    .types = types,
    .type_count = COUNT_OF(types),
    .funcs = funcs,
    .func_count = COUNT_OF(funcs),
    .operators = operators,
    .operator_count = COUNT_OF(operators),
    .casts = casts,
    .cast_count = COUNT_OF(casts),
};
