/*
 * fixed.h: transcendental functions of numbers to any number of digits.
 */
#pragma once

#include "type/numeric.h"

/* e^x, rounded to `scale` digits behind the point; x is less than some 10,000. */
struct number fixed_exp(struct arena *arena, struct number x, int32_t scale);

/* The natural logarithm of a positive number, rounded to `scale` digits behind the point. */
struct number fixed_ln(struct arena *arena, struct number x, int32_t scale);
