/*
 * float_text.h: floating-point numbers to and from decimal text.
 */
#pragma once

#include "base/slice.h"

#define FLOAT_TEXT_BYTES_MAX 32

/*
 * Writes the shortest decimal that reads back as the same value, without a terminator, as
 * PostgreSQL lays it out: with an exponent below 1e-4 and from 1e15 (real: 1e6). Returns the bytes
 * written, at most FLOAT_TEXT_BYTES_MAX.
 */
uint32_t float_text_write64(char *to, double value);
uint32_t float_text_write32(char *to, float value);

/* With `digits` significant digits, as C's %g; digits is 1 to 17. */
uint32_t float_text_write_rounded(char *to, double value, int digits);

enum float_text_result { FLOAT_TEXT_OK, FLOAT_TEXT_SYNTAX, FLOAT_TEXT_RANGE };

/*
 * Reads a number, NaN or Infinity, white space around it. The value is the nearest one. Range: it
 * is too large, or not zero and too small; then *number is what to complain of. Raises 53200.
 */
enum float_text_result float_text_read64(struct slice text, double *value, struct slice *number);
enum float_text_result float_text_read32(struct slice text, float *value, struct slice *number);
