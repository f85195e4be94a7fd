/*
 * float_text.c: floating-point numbers to and from decimal text.
 *
 * Writing is the Schubfach algorithm (Raffaello Giulietti, "The Schubfach way to render doubles",
 * 2020): the value c * 2^q and both ends of the interval that rounds to it are multiplied by a
 * power of ten so that the interval holds at least one and at most a few integers; the shortest
 * decimal is among four candidates. A product with 128 bits of the power of ten, rounded to odd,
 * decides all comparisons exactly. Unlike the original, the ends of the interval do not belong to
 * it, so that the text reads back the same wherever ties are broken differently; PostgreSQL does so
 * too.
 *
 * Reading computes with doubles where that is exact: up to 19 digits that fit 53 bits times a power
 * of ten up to 22 (W. D. Clinger, "How to read floating point numbers accurately", 1990). The rest
 * is the C library's work.
 */
#include "type/float_text.h"

#include "base/mem.h"
#include "base/raise.h"
#include "type/digits.h"
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "pow10_table.inc"

struct decimal {
    uint64_t digits; /* the value is digits * 10^exponent */
    int32_t exponent;
};

/* ---- writing ---- */

/* The high word of g * c / 2^64, its last bit set if anything but zeros follows it. */
static uint64_t
round_to_odd(const uint64_t g[2], uint64_t c)
{
    unsigned __int128 low = (unsigned __int128)g[1] * c;
    unsigned __int128 high = (unsigned __int128)g[0] * c + (uint64_t)(low >> 64);
    return (uint64_t)(high >> 64) | ((uint64_t)high > 1);
}

static int32_t
floor_log2_pow10(int32_t e)
{
    return (e * 1741647) >> 19;
}

/*
 * The shortest decimal in the open interval that rounds to c * 2^q. The interval's lower half is
 * shorter (is_lowest) if c is the lowest of its binary exponent.
 */
static struct decimal
shortest(uint64_t c, int32_t q, bool is_lowest)
{
    int32_t k = (q * 1262611 - (is_lowest ? 524031 : 0)) >> 22;
    int32_t h = q + floor_log2_pow10(-k) + 1;
    const uint64_t *g = pow10_words[-k - POW10_FIRST];
    uint64_t lower = round_to_odd(g, (4 * c - 2 + is_lowest) << h) + 1;
    uint64_t value = round_to_odd(g, (4 * c) << h);
    uint64_t upper = round_to_odd(g, (4 * c + 2) << h) - 1;

    uint64_t s = value / 4;
    if (s >= 10) {
        uint64_t tens = s / 10;
        bool low_fits = lower <= 40 * tens;
        bool high_fits = 40 * tens + 40 <= upper;
        if (low_fits != high_fits)
            return (struct decimal){tens + high_fits, k + 1};
    }
    bool low_fits = lower <= 4 * s;
    bool high_fits = 4 * s + 4 <= upper;
    if (low_fits != high_fits)
        return (struct decimal){s + high_fits, k};
    uint64_t middle = 4 * s + 2;
    bool goes_up = value > middle || (value == middle && (s & 1) != 0);
    return (struct decimal){s + goes_up, k};
}

static struct decimal
without_trailing_zeros(struct decimal decimal)
{
    while (decimal.digits % 10 == 0) {
        decimal.digits /= 10;
        decimal.exponent++;
    }
    return decimal;
}

/* Lays out sign, digits and exponent; decimal.digits does not end in zero. */
static uint32_t
lay_out(char *to, bool is_negative, struct decimal decimal, int32_t fixed_max)
{
    char *first = to;
    char digits[DIGITS_U64_MAX];
    int32_t count = (int32_t)digits_write_u64(digits, decimal.digits);
    int32_t place = decimal.exponent + count - 1; /* of the first digit */
    if (is_negative)
        *to++ = '-';
    if (place < -4 || place >= fixed_max) {
        *to++ = digits[0];
        if (count > 1) {
            *to++ = '.';
            memcpy(to, digits + 1, (size_t)count - 1);
            to += count - 1;
        }
        *to++ = 'e';
        *to++ = place < 0 ? '-' : '+';
        uint32_t power = (uint32_t)(place < 0 ? -place : place);
        uint32_t width = power >= 100 ? 3 : 2;
        digits_write_padded(to, power, width);
        to += width;
    } else if (place < 0) {
        *to++ = '0';
        *to++ = '.';
        memset(to, '0', (size_t)(-place - 1));
        to += -place - 1;
        memcpy(to, digits, (size_t)count);
        to += count;
    } else if (decimal.exponent >= 0) {
        memcpy(to, digits, (size_t)count);
        memset(to + count, '0', (size_t)decimal.exponent);
        to += count + decimal.exponent;
    } else {
        memcpy(to, digits, (size_t)place + 1);
        to[place + 1] = '.';
        memcpy(to + place + 2, digits + place + 1, (size_t)(count - place - 1));
        to += count + 1;
    }
    return (uint32_t)(to - first);
}

static uint32_t
write_special(char *to, double value)
{
    const char *text = isnan(value)  ? "NaN"
                       : value == 0  ? (signbit(value) ? "-0" : "0")
                       : value < 0.0 ? "-Infinity"
                                     : "Infinity";
    size_t bytes = strlen(text);
    memcpy(to, text, bytes);
    return (uint32_t)bytes;
}

uint32_t
float_text_write64(char *to, double value)
{
    if (!isfinite(value) || value == 0)
        return write_special(to, value);
    uint64_t bits;
    memcpy(&bits, &value, sizeof bits);
    uint64_t fraction = bits & ((UINT64_C(1) << 52) - 1);
    int32_t power = (int32_t)(bits >> 52 & 0x7ff);
    double size = fabs(value);
    struct decimal decimal;
    if (size < 0x1p53 && size == floor(size))
        decimal = (struct decimal){(uint64_t)size, 0};
    else if (power == 0)
        decimal = shortest(fraction, -1074, false);
    else
        decimal = shortest(fraction | UINT64_C(1) << 52, power - 1075, fraction == 0 && power > 1);
    return lay_out(to, signbit(value), without_trailing_zeros(decimal), 15);
}

uint32_t
float_text_write32(char *to, float value)
{
    if (!isfinite(value) || value == 0)
        return write_special(to, value);
    uint32_t bits;
    memcpy(&bits, &value, sizeof bits);
    uint32_t fraction = bits & ((UINT32_C(1) << 23) - 1);
    int32_t power = (int32_t)(bits >> 23 & 0xff);
    float size = fabsf(value);
    struct decimal decimal;
    if (size < 0x1p24f && size == floorf(size))
        decimal = (struct decimal){(uint64_t)size, 0};
    else if (power == 0)
        decimal = shortest(fraction, -149, false);
    else
        decimal = shortest(fraction | UINT32_C(1) << 23, power - 150, fraction == 0 && power > 1);
    return lay_out(to, signbit(value), without_trailing_zeros(decimal), 6);
}

uint32_t
float_text_write_rounded(char *to, double value, int digits)
{
    if (!isfinite(value))
        return write_special(to, value);
    return (uint32_t)snprintf(to, FLOAT_TEXT_BYTES_MAX, "%.*g", digits, value);
}

/* ---- reading ---- */

static const double exact_power10[] = {1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,
                                       1e8,  1e9,  1e10, 1e11, 1e12, 1e13, 1e14, 1e15,
                                       1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};

#define EXACT_POWER_MAX 22

/* Digits, a point and an exponent, at most 19 digits and nothing else; *end is behind them. */
static bool
scan_decimal(const uint8_t *at, const uint8_t *end, struct decimal *decimal)
{
    int32_t digit_count = 0, scale = 0;
    uint64_t digits = 0;
    for (; at < end && is_digit(*at); at++, digit_count++)
        digits = digits * 10 + (*at - '0');
    if (at < end && *at == '.') {
        const uint8_t *point = at++;
        for (; at < end && is_digit(*at); at++, digit_count++)
            digits = digits * 10 + (*at - '0');
        scale = (int32_t)(at - point - 1);
    }
    if (digit_count == 0 || digit_count > 19)
        return false;
    int32_t power = 0;
    if (at < end && (*at | 0x20) == 'e') {
        at++;
        bool is_negative = at < end && *at == '-';
        at += at < end && (*at == '-' || *at == '+');
        const uint8_t *first = at;
        for (; at < end && is_digit(*at) && power < 10000; at++)
            power = power * 10 + (*at - '0');
        if (at == first)
            return false;
        power = is_negative ? -power : power;
    }
    *decimal = (struct decimal){digits, power - scale};
    return at == end;
}

/* True if the decimal's value is one rounding away from exact numbers. */
static bool
is_easy(struct decimal decimal)
{
    return decimal.digits <= UINT64_C(1) << 53 && decimal.exponent >= -EXACT_POWER_MAX &&
           decimal.exponent <= EXACT_POWER_MAX;
}

static double
easy_value(struct decimal decimal, bool is_negative)
{
    double value = (double)decimal.digits;
    if (decimal.exponent < 0)
        value /= exact_power10[-decimal.exponent];
    else
        value *= exact_power10[decimal.exponent];
    return is_negative ? -value : value;
}

static bool
read_easy(struct slice number, double *value)
{
    const uint8_t *at = number.data, *end = at + number.bytes;
    bool is_negative = at < end && *at == '-';
    at += at < end && (*at == '-' || *at == '+');
    struct decimal decimal;
    if (!scan_decimal(at, end, &decimal) || !is_easy(decimal))
        return false;
    *value = easy_value(decimal, is_negative);
    return true;
}

#define ROOM_BYTES 512 /* longer texts, which are rare, are copied to the heap */

/* By the C library's readers, which need the text's end: a zero. */
static enum float_text_result
read_hard(struct slice number, bool is_single, double *value)
{
    char room[ROOM_BYTES], *text = room, *end;
    if (number.bytes == 0 || memchr(number.data, 0, number.bytes) != NULL)
        return FLOAT_TEXT_SYNTAX;
    if (number.bytes >= sizeof room) {
        text = mem_alloc(number.bytes + 1);
        if (text == NULL)
            raise_arena_full(NULL, number.bytes + 1);
    }
    memcpy(text, number.data, number.bytes);
    text[number.bytes] = 0;
    errno = 0;
    *value = is_single ? (double)strtof(text, &end) : strtod(text, &end);
    bool is_whole = end == text + number.bytes;
    bool is_lost = errno == ERANGE && (*value == 0 || isinf(*value));
    if (text != room)
        mem_free(text);
    return !is_whole ? FLOAT_TEXT_SYNTAX : is_lost ? FLOAT_TEXT_RANGE : FLOAT_TEXT_OK;
}

enum float_text_result
float_text_read64(struct slice text, double *value, struct slice *number)
{
    *number = slice_trim(text);
    if (LIKELY(read_easy(*number, value)))
        return FLOAT_TEXT_OK;
    return read_hard(*number, false, value);
}

enum float_text_result
float_text_read32(struct slice text, float *value, struct slice *number)
{
    *number = slice_trim(text);
    double wide;
    if (read_easy(*number, &wide)) {
        /* Rounding twice goes wrong only if the first result lies in the middle of two floats. */
        uint64_t bits;
        memcpy(&bits, &wide, sizeof bits);
        bool is_middle = (bits & 0x1fffffff) == 0x10000000;
        double size = fabs(wide);
        if (!is_middle && (size == 0 || (size >= 0x1p-126 && size < 0x1p127))) {
            *value = (float)wide;
            return FLOAT_TEXT_OK;
        }
    }
    enum float_text_result result = read_hard(*number, true, &wide);
    *value = (float)wide;
    return result;
}
