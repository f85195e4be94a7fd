/*
 * digits.c: decimal digits of integers, two at a time.
 */
#include "type/digits.h"

#include "base/status.h"

const uint64_t digits_power10[20] = {
    UINT64_C(1),
    UINT64_C(10),
    UINT64_C(100),
    UINT64_C(1000),
    UINT64_C(10000),
    UINT64_C(100000),
    UINT64_C(1000000),
    UINT64_C(10000000),
    UINT64_C(100000000),
    UINT64_C(1000000000),
    UINT64_C(10000000000),
    UINT64_C(100000000000),
    UINT64_C(1000000000000),
    UINT64_C(10000000000000),
    UINT64_C(100000000000000),
    UINT64_C(1000000000000000),
    UINT64_C(10000000000000000),
    UINT64_C(100000000000000000),
    UINT64_C(1000000000000000000),
    UINT64_C(10000000000000000000),
};

static const char pairs[] = "00010203040506070809101112131415161718192021222324"
                            "25262728293031323334353637383940414243444546474849"
                            "50515253545556575859606162636465666768697071727374"
                            "75767778798081828384858687888990919293949596979899";

uint32_t
digits_count_u64(uint64_t value)
{
    /* 1233 / 4096 is a little more than log10(2), so the guess is right or one too high. */
    uint32_t bits = 64 - (uint32_t)__builtin_clzll(value | 1);
    uint32_t guess = bits * 1233 >> 12;
    return guess + (value >= digits_power10[guess] || value == 0);
}

void
digits_write_padded(char *to, uint64_t value, uint32_t width)
{
    while (width >= 2) {
        width -= 2;
        memcpy(to + width, pairs + 2 * (value % 100), 2);
        value /= 100;
    }
    if (width == 1)
        *to = (char)('0' + value % 10);
}

uint32_t
digits_write_u64(char *to, uint64_t value)
{
    uint32_t count = digits_count_u64(value);
    digits_write_padded(to, value, count);
    return count;
}

uint32_t
digits_write_i64(char *to, int64_t value)
{
    if (value >= 0)
        return digits_write_u64(to, (uint64_t)value);
    *to = '-';
    return 1 + digits_write_u64(to + 1, 0 - (uint64_t)value);
}

enum digits_result
digits_read_i64(struct slice text, int64_t *value)
{
    const uint8_t *at = text.data, *end = text.data + text.bytes;
    while (at < end && is_space(*at))
        at++;
    bool is_negative = at < end && *at == '-';
    at += at < end && (*at == '-' || *at == '+');
    const uint8_t *first = at;
    uint64_t magnitude = 0;
    bool is_huge = false;
    for (; at < end && is_digit(*at); at++) {
        is_huge |= magnitude > (UINT64_MAX - 9) / 10;
        magnitude = magnitude * 10 + (*at - '0');
    }
    if (at == first)
        return DIGITS_SYNTAX;
    while (at < end && is_space(*at))
        at++;
    if (at != end)
        return DIGITS_SYNTAX;
    if (is_huge || magnitude > (uint64_t)INT64_MAX + is_negative)
        return DIGITS_RANGE;
    *value = is_negative ? (int64_t)(0 - magnitude) : (int64_t)magnitude;
    return DIGITS_OK;
}
