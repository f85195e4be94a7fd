/*
 * input.h: what the input and recv functions of many types share.
 */
#pragma once

#include "base/raise.h"
#include "base/slice.h"

/* invalid input syntax for type integer: "abc" (22P02); `type` as users name it. */
_Noreturn void raise_syntax(const char *type, struct slice text);

/* value "300000" is out of range for type smallint (22003) */
_Noreturn void raise_range(const char *type, struct slice text);

/* Raises unless a binary value has the size of its type: 08P01 if short, 22P03 if long. */
void recv_expect(struct slice bytes, size_t expected);
