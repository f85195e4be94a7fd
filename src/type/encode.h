/*
 * encode.h: bytes as text and back: hexadecimal, escapes, base64.
 */
#pragma once

#include "base/arena.h"
#include "base/buf.h"

void encode_hex(struct buf *to, struct slice bytes);
/* Digits in pairs, white space between pairs; raises 22023. */
struct slice decode_hex(struct arena *arena, struct slice text);

/* Bytes that are not printable ASCII as \ooo, a backslash as two (bytea_output = escape). */
void encode_escape(struct buf *to, struct slice bytes);
/* Raises 22P02. */
struct slice decode_escape(struct arena *arena, struct slice text);
