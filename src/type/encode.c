/*
 * encode.c: encode() and decode(), and the two text forms of bytea.
 */
#include "type/encode.h"

#include "base/raise.h"
#include "type/digits.h"
#include "type/generic.h"
#include "type/tables.h"
#include "type/text.h"
#include "type/utf8.h"

/* ---- hexadecimal ---- */

void
encode_hex(struct buf *to, struct slice bytes)
{
    static const char digits[] = "0123456789abcdef";
    uint8_t *at = buf_reserve(to, bytes.bytes * 2);
    if (at == NULL)
        return;
    for (size_t i = 0; i < bytes.bytes; i++) {
        *at++ = (uint8_t)digits[bytes.data[i] >> 4];
        *at++ = (uint8_t)digits[bytes.data[i] & 15];
    }
    to->bytes += bytes.bytes * 2;
}

static _Noreturn void
raise_bad_digit(struct slice text, size_t at, const char *what)
{
    size_t bytes = utf8_bytes(text.data[at]);
    bytes = bytes > text.bytes - at ? text.bytes - at : bytes;
    raise(SQLSTATE_INVALID_PARAMETER_VALUE, "%s: \"%.*s\"", what, (int)bytes,
          (const char *)text.data + at);
}

static uint32_t
hex_digit(struct slice text, size_t at)
{
    int value = hex_value(text.data[at]);
    if (value < 0)
        raise_bad_digit(text, at, "invalid hexadecimal digit");
    return (uint32_t)value;
}

struct slice
decode_hex(struct arena *arena, struct slice text)
{
    uint8_t *bytes = text_alloc(arena, text.bytes / 2 + 1), *to = bytes;
    for (size_t at = 0; at < text.bytes;) {
        uint8_t c = text.data[at];
        if (c == ' ' || c == '\n' || c == '\t' || c == '\r') {
            at++;
            continue;
        }
        uint32_t high = hex_digit(text, at++);
        if (at == text.bytes)
            raise(SQLSTATE_INVALID_PARAMETER_VALUE,
                  "invalid hexadecimal data: odd number of digits");
        *to++ = (uint8_t)(high << 4 | hex_digit(text, at++));
    }
    return slice_of(bytes, (size_t)(to - bytes));
}

/* ---- escapes ---- */

static void
put_octal(struct buf *to, uint8_t byte)
{
    buf_put_u8(to, '\\');
    buf_put_u8(to, (uint8_t)('0' + (byte >> 6)));
    buf_put_u8(to, (uint8_t)('0' + (byte >> 3 & 7)));
    buf_put_u8(to, (uint8_t)('0' + (byte & 7)));
}

void
encode_escape(struct buf *to, struct slice bytes)
{
    for (size_t i = 0; i < bytes.bytes; i++) {
        uint8_t byte = bytes.data[i];
        if (byte == '\\') {
            buf_put(to, "\\\\", 2);
        } else if (byte < 0x20 || byte > 0x7e) {
            put_octal(to, byte);
        } else {
            buf_put_u8(to, byte);
        }
    }
}

struct slice
decode_escape(struct arena *arena, struct slice text)
{
    uint8_t *bytes = text_alloc(arena, text.bytes), *to = bytes;
    for (size_t at = 0; at < text.bytes;) {
        const uint8_t *p = text.data + at;
        size_t left = text.bytes - at;
        if (*p != '\\') {
            *to++ = *p;
            at++;
        } else if (left >= 2 && p[1] == '\\') {
            *to++ = '\\';
            at += 2;
        } else if (left >= 4 && p[1] >= '0' && p[1] <= '3' && p[2] >= '0' && p[2] <= '7' &&
                   p[3] >= '0' && p[3] <= '7') {
            *to++ = (uint8_t)((p[1] - '0') << 6 | (p[2] - '0') << 3 | (p[3] - '0'));
            at += 4;
        } else {
            raise(SQLSTATE_INVALID_TEXT_REPRESENTATION, "invalid input syntax for type bytea");
        }
    }
    return slice_of(bytes, (size_t)(to - bytes));
}

/* encode(..., 'escape') writes only zero and bytes beyond ASCII in octal. */
static void
encode_escape_lenient(struct buf *to, struct slice bytes)
{
    for (size_t i = 0; i < bytes.bytes; i++) {
        uint8_t byte = bytes.data[i];
        if (byte == 0 || byte >= 0x80)
            put_octal(to, byte);
        else if (byte == '\\')
            buf_put(to, "\\\\", 2);
        else
            buf_put_u8(to, byte);
    }
}

/* ---- base64 ---- */

#define LINE_CHARS 76

static const char base64[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

static void
encode_base64(struct buf *to, struct slice bytes)
{
    size_t column = 0;
    for (size_t i = 0; i < bytes.bytes; i += 3) {
        size_t left = bytes.bytes - i;
        uint32_t bits = (uint32_t)bytes.data[i] << 16;
        bits |= left > 1 ? (uint32_t)bytes.data[i + 1] << 8 : 0;
        bits |= left > 2 ? bytes.data[i + 2] : 0;
        uint8_t chars[4] = {(uint8_t)base64[bits >> 18], (uint8_t)base64[bits >> 12 & 63],
                            (uint8_t)(left > 1 ? base64[bits >> 6 & 63] : '='),
                            (uint8_t)(left > 2 ? base64[bits & 63] : '=')};
        buf_put(to, chars, sizeof chars);
        column += 4;
        if (column >= LINE_CHARS && left > 3) {
            buf_put_u8(to, '\n');
            column = 0;
        }
    }
}

static int32_t
base64_value(uint8_t c)
{
    if (c >= 'A' && c <= 'Z')
        return c - 'A';
    if (c >= 'a' && c <= 'z')
        return c - 'a' + 26;
    if (is_digit(c))
        return c - '0' + 52;
    return c == '+' ? 62 : c == '/' ? 63 : -1;
}

static struct slice
decode_base64(struct arena *arena, struct slice text)
{
    uint8_t *bytes = text_alloc(arena, text.bytes / 4 * 3 + 3), *to = bytes;
    uint32_t bits = 0, place = 0, padding = 0;
    for (size_t at = 0; at < text.bytes; at++) {
        uint8_t c = text.data[at];
        if (c == ' ' || c == '\n' || c == '\t' || c == '\r')
            continue;
        int32_t value = base64_value(c);
        if (c == '=') {
            if (padding == 0 && place < 2)
                raise(SQLSTATE_INVALID_PARAMETER_VALUE,
                      "unexpected \"=\" while decoding base64 sequence");
            padding++;
            value = 0;
        } else if (value < 0) {
            size_t shown = utf8_bytes(c);
            shown = shown > text.bytes - at ? text.bytes - at : shown;
            raise(SQLSTATE_INVALID_PARAMETER_VALUE,
                  "invalid symbol \"%.*s\" found while decoding base64 sequence", (int)shown,
                  (const char *)text.data + at);
        }
        bits = bits << 6 | (uint32_t)value;
        if (++place < 4)
            continue;
        *to++ = (uint8_t)(bits >> 16);
        if (padding < 2)
            *to++ = (uint8_t)(bits >> 8);
        if (padding < 1)
            *to++ = (uint8_t)bits;
        bits = place = 0;
    }
    if (place != 0)
        raise_error(.code = SQLSTATE_INVALID_PARAMETER_VALUE,
                    .message = "invalid base64 end sequence",
                    .hint = "Input data is missing padding, is truncated, or is otherwise "
                            "corrupted.");
    return slice_of(bytes, (size_t)(to - bytes));
}

/* ---- the functions ---- */

enum encoding { ENCODING_HEX, ENCODING_ESCAPE, ENCODING_BASE64 };

static enum encoding
encoding_of(struct slice name)
{
    static const char *const names[] = {"hex", "escape", "base64"};
    for (uint32_t i = 0; i < COUNT_OF(names); i++) {
        bool is_same = name.bytes == strlen(names[i]);
        for (size_t k = 0; is_same && k < name.bytes; k++) {
            uint8_t c = name.data[k];
            is_same = (c >= 'A' && c <= 'Z' ? c | 0x20 : c) == names[i][k];
        }
        if (is_same)
            return (enum encoding)i;
    }
    raise(SQLSTATE_INVALID_PARAMETER_VALUE, "unrecognized encoding: \"%.*s\"", (int)name.bytes,
          (const char *)name.data);
}

static union datum
bytea_encode(struct func_call *call, const union datum *args)
{
    enum encoding encoding = encoding_of(datum_slice(&args[1]));
    struct buf *to = buf_new(call->arena);
    if (encoding == ENCODING_HEX)
        encode_hex(to, datum_slice(&args[0]));
    else if (encoding == ENCODING_ESCAPE)
        encode_escape_lenient(to, datum_slice(&args[0]));
    else
        encode_base64(to, datum_slice(&args[0]));
    return generic_buf_datum(call->arena, to);
}

static union datum
bytea_decode(struct func_call *call, const union datum *args)
{
    struct slice text = datum_slice(&args[0]);
    switch (encoding_of(datum_slice(&args[1]))) {
    case ENCODING_HEX:
        return slice_datum(decode_hex(call->arena, text));
    case ENCODING_ESCAPE:
        return slice_datum(decode_escape(call->arena, text));
    default:
        return slice_datum(decode_base64(call->arena, text));
    }
}

/* ---- what this file brings ---- */

static const struct func_info funcs[] = {
    {FUNC(1946, "encode", TYPE_TEXT, bytea_encode, TYPE_BYTEA, TYPE_TEXT)},
    {FUNC(1947, "decode", TYPE_BYTEA, bytea_decode, TYPE_TEXT, TYPE_TEXT)},
};

const struct type_tables encode_tables = {
    .funcs = funcs,
    .func_count = COUNT_OF(funcs),
};
