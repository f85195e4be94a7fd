/*
 * digits.h: integers to and from decimal digits, for every type that prints or reads them.
 */
#pragma once

#include "base/slice.h"
#include <stdint.h>

#define DIGITS_U64_MAX 20 /* bytes that the largest uint64_t takes */
#define DIGITS_I64_MAX 20 /* with the sign */

/* Writes without leading zeros or terminator; returns the bytes written. */
uint32_t digits_write_u64(char *to, uint64_t value);
uint32_t digits_write_i64(char *to, int64_t value);

/* Writes exactly `width` digits, the last ones of `value`, with leading zeros. */
void digits_write_padded(char *to, uint64_t value, uint32_t width);

/* The number of decimal digits; 1 for 0. */
uint32_t digits_count_u64(uint64_t value);

extern const uint64_t digits_power10[20]; /* 10^0 to 10^19 */

enum digits_result { DIGITS_OK, DIGITS_SYNTAX, DIGITS_RANGE };

/* An integer as PostgreSQL reads it: white space around it, an optional sign, decimal digits. */
enum digits_result digits_read_i64(struct slice text, int64_t *value);

/* White space as C's isspace in the C locale. */
static inline bool
is_space(uint8_t c)
{
    return c == ' ' || (c >= '\t' && c <= '\r');
}

static inline bool
is_digit(uint8_t c)
{
    return c >= '0' && c <= '9';
}

/* The slice without white space at either end. */
static inline struct slice
slice_trim(struct slice text)
{
    while (text.bytes > 0 && is_space(text.data[0])) {
        text.data++;
        text.bytes--;
    }
    while (text.bytes > 0 && is_space(text.data[text.bytes - 1]))
        text.bytes--;
    return text;
}

/* The value of a hexadecimal digit; -1: it is none. */
static inline int
hex_value(uint8_t c)
{
    if (is_digit(c))
        return c - '0';
    c |= 0x20;
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}
