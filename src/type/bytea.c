/*
 * bytea.c: strings of bytes.
 *
 * Written as \x and hexadecimal digits, or in PostgreSQL's older escape form, both are read. A key
 * is the bytes with each 0 followed by 0xff, and two zeros at the end.
 */
#include "base/hash.h"
#include "type/encode.h"
#include "type/generic.h"
#include "type/input.h"
#include "type/tables.h"
#include "type/text.h"
#include "type/utf8.h"
#include <stdio.h>

static union datum
bytea_input(struct type_call *call, struct slice text)
{
    if (text.bytes >= 2 && text.data[0] == '\\' && text.data[1] == 'x')
        return slice_datum(decode_hex(call->arena, slice_of(text.data + 2, text.bytes - 2)));
    return slice_datum(decode_escape(call->arena, text));
}

static void
bytea_output(struct type_call *call, union datum value, struct buf *to)
{
    if (call->env != NULL && call->env->bytea_is_escape) {
        encode_escape(to, datum_slice(&value));
        return;
    }
    buf_put(to, "\\x", 2);
    encode_hex(to, datum_slice(&value));
}

static union datum
bytea_recv(struct type_call *call, struct slice bytes)
{
    return slice_datum(slice_of(arena_copy(call->arena, bytes.data, bytes.bytes), bytes.bytes));
}

static void
bytea_send(struct type_call *call, union datum value, struct buf *to)
{
    (void)call;
    buf_put_slice(to, datum_slice(&value));
}

static int
bytea_compare(union datum a, union datum b)
{
    return view_compare(&a.view, &b.view);
}

static uint64_t
bytea_hash(union datum value)
{
    struct slice bytes = datum_slice(&value);
    return hash_bytes(bytes.data, bytes.bytes);
}

static bool
bytea_key_put(union datum value, struct buf *to)
{
    struct slice bytes = datum_slice(&value);
    for (size_t i = 0; i < bytes.bytes; i++) {
        buf_put_u8(to, bytes.data[i]);
        if (bytes.data[i] == 0)
            buf_put_u8(to, 0xff);
    }
    buf_put(to, "\0\0", 2);
    return true;
}

static bool
bytea_key_get(const uint8_t **at, const uint8_t *end, struct arena *arena, union datum *value)
{
    uint8_t *bytes = arena_alloc(arena, (size_t)(end - *at) + 1), *to = bytes;
    for (const uint8_t *p = *at; p < end; p++) {
        if (*p != 0) {
            *to++ = *p;
            continue;
        }
        if (++p == end || (*p != 0 && *p != 0xff))
            return false;
        if (*p == 0) {
            *value = slice_datum(slice_of(bytes, (size_t)(to - bytes)));
            *at = p + 1;
            return true;
        }
        *to++ = 0;
    }
    return false;
}

/* ---- parts ---- */

static union datum
bytea_part(struct slice bytes, int64_t start, int64_t length)
{
    int64_t end = start + length, size = (int64_t)bytes.bytes;
    start = start < 1 ? 1 : start;
    end = end > size + 1 ? size + 1 : end;
    return slice_datum(end <= start ? slice_of(bytes.data, 0)
                                    : slice_of(bytes.data + start - 1, (size_t)(end - start)));
}

static union datum
bytea_substring(struct func_call *call, const union datum *args)
{
    (void)call;
    if (args[2].i32 < 0)
        raise(SQLSTATE_SUBSTRING_ERROR, "negative substring length not allowed");
    return bytea_part(datum_slice(&args[0]), args[1].i32, args[2].i32);
}

static union datum
bytea_substring_from(struct func_call *call, const union datum *args)
{
    (void)call;
    return bytea_part(datum_slice(&args[0]), args[1].i32, TEXT_BYTES_MAX + (int64_t)INT32_MAX);
}

static union datum
overlay(struct arena *arena, struct slice bytes, struct slice with, int64_t start, int64_t length)
{
    if (start <= 0)
        raise(SQLSTATE_SUBSTRING_ERROR, "negative substring length not allowed");
    int64_t end = start + length;
    if (end > INT32_MAX || end < INT32_MIN)
        raise(SQLSTATE_NUMERIC_VALUE_OUT_OF_RANGE, "integer out of range");
    size_t head = (size_t)start - 1 < bytes.bytes ? (size_t)start - 1 : bytes.bytes;
    size_t tail = end <= 1 ? 0 : (size_t)end - 1 < bytes.bytes ? (size_t)end - 1 : bytes.bytes;
    size_t total = head + with.bytes + bytes.bytes - tail;
    uint8_t *joined = text_alloc(arena, total);
    if (head > 0)
        memcpy(joined, bytes.data, head);
    if (with.bytes > 0)
        memcpy(joined + head, with.data, with.bytes);
    if (tail < bytes.bytes)
        memcpy(joined + head + with.bytes, bytes.data + tail, bytes.bytes - tail);
    return slice_datum(slice_of(joined, total));
}

static union datum
bytea_overlay(struct func_call *call, const union datum *args)
{
    return overlay(call->arena, datum_slice(&args[0]), datum_slice(&args[1]), args[2].i32,
                   args[3].i32);
}

static union datum
bytea_overlay_all(struct func_call *call, const union datum *args)
{
    return overlay(call->arena, datum_slice(&args[0]), datum_slice(&args[1]), args[2].i32,
                   args[1].view.bytes);
}

static union datum
bytea_position(struct func_call *call, const union datum *args)
{
    (void)call;
    struct slice bytes = datum_slice(&args[0]), needle = datum_slice(&args[1]);
    if (needle.bytes == 0)
        return i32_datum(1);
    const uint8_t *at = memmem(bytes.data, bytes.bytes, needle.data, needle.bytes);
    return i32_datum(at == NULL ? 0 : (int32_t)(at - bytes.data) + 1);
}

static union datum
trim(const union datum *args, bool left, bool right)
{
    struct slice bytes = datum_slice(&args[0]), set = datum_slice(&args[1]);
    if (set.bytes == 0)
        return args[0];
    while (left && bytes.bytes > 0 && memchr(set.data, bytes.data[0], set.bytes) != NULL) {
        bytes.data++;
        bytes.bytes--;
    }
    while (right && bytes.bytes > 0 &&
           memchr(set.data, bytes.data[bytes.bytes - 1], set.bytes) != NULL)
        bytes.bytes--;
    return slice_datum(bytes);
}

static union datum
bytea_btrim(struct func_call *call, const union datum *args)
{
    (void)call;
    return trim(args, true, true);
}

static union datum
bytea_ltrim(struct func_call *call, const union datum *args)
{
    (void)call;
    return trim(args, true, false);
}

static union datum
bytea_rtrim(struct func_call *call, const union datum *args)
{
    (void)call;
    return trim(args, false, true);
}

/* ---- bytes and bits ---- */

static void
require_index(int64_t idx, uint64_t count)
{
    if (idx < 0 || (uint64_t)idx >= count)
        raise(SQLSTATE_ARRAY_SUBSCRIPT_ERROR, "index %lld out of valid range, 0..%lld",
              (long long)idx, (long long)count - 1);
}

static union datum
bytea_get_byte(struct func_call *call, const union datum *args)
{
    (void)call;
    require_index(args[1].i32, args[0].view.bytes);
    return i32_datum(view_data(&args[0].view)[args[1].i32]);
}

static union datum
bytea_get_bit(struct func_call *call, const union datum *args)
{
    (void)call;
    require_index(args[1].i64, (uint64_t)args[0].view.bytes * 8);
    return i32_datum(view_data(&args[0].view)[args[1].i64 / 8] >> (args[1].i64 % 8) & 1);
}

static uint8_t *
copy_of(struct arena *arena, const union datum *value)
{
    struct slice bytes = datum_slice(value);
    return arena_copy(arena, bytes.data, bytes.bytes);
}

static union datum
bytea_set_byte(struct func_call *call, const union datum *args)
{
    require_index(args[1].i32, args[0].view.bytes);
    uint8_t *bytes = copy_of(call->arena, &args[0]);
    bytes[args[1].i32] = (uint8_t)args[2].i32;
    return slice_datum(slice_of(bytes, args[0].view.bytes));
}

static union datum
bytea_set_bit(struct func_call *call, const union datum *args)
{
    require_index(args[1].i64, (uint64_t)args[0].view.bytes * 8);
    if (args[2].i32 != 0 && args[2].i32 != 1)
        raise(SQLSTATE_INVALID_PARAMETER_VALUE, "new bit must be 0 or 1");
    uint8_t *bytes = copy_of(call->arena, &args[0]);
    uint8_t bit = (uint8_t)(1u << (args[1].i64 % 8));
    uint8_t *at = &bytes[args[1].i64 / 8];
    *at = (uint8_t)(args[2].i32 == 1 ? *at | bit : *at & ~bit);
    return slice_datum(slice_of(bytes, args[0].view.bytes));
}

static union datum
bytea_bit_count(struct func_call *call, const union datum *args)
{
    (void)call;
    struct slice bytes = datum_slice(&args[0]);
    int64_t count = 0;
    for (size_t i = 0; i < bytes.bytes; i++)
        count += __builtin_popcount(bytes.data[i]);
    return i64_datum(count);
}

/* ---- conversion to and from text ---- */

static bool
is_name(struct slice name, const char *wanted)
{
    size_t k = 0;
    for (size_t i = 0; i < name.bytes; i++) {
        uint8_t c = name.data[i];
        if (c == '-' || c == '_' || c == ' ')
            continue;
        c = c >= 'A' && c <= 'Z' ? c | 0x20 : c;
        if (wanted[k] == 0 || c != (uint8_t)wanted[k])
            return false;
        k++;
    }
    return wanted[k] == 0;
}

enum encoding { ENCODING_UTF8, ENCODING_LATIN1, ENCODING_ASCII };

static enum encoding
encoding_of(struct slice name, const char *role)
{
    if (is_name(name, "utf8") || is_name(name, "unicode"))
        return ENCODING_UTF8;
    if (is_name(name, "latin1") || is_name(name, "iso88591"))
        return ENCODING_LATIN1;
    if (is_name(name, "sqlascii"))
        return ENCODING_ASCII;
    raise(SQLSTATE_INVALID_PARAMETER_VALUE, "invalid %s encoding name \"%.*s\"", role,
          (int)name.bytes, (const char *)name.data);
}

static struct slice
latin1_to_utf8(struct arena *arena, struct slice bytes)
{
    uint8_t *text = text_alloc(arena, (uint64_t)bytes.bytes * 2), *to = text;
    for (size_t i = 0; i < bytes.bytes; i++)
        to += utf8_put(to, bytes.data[i]);
    return slice_of(text, (size_t)(to - text));
}

static struct slice
utf8_to_latin1(struct arena *arena, struct slice text)
{
    uint8_t *bytes = text_alloc(arena, text.bytes), *to = bytes;
    for (size_t at = 0; at < text.bytes;) {
        size_t first = at;
        uint32_t code = utf8_next(text, &at);
        if (code > 0xff) {
            char hex[32];
            size_t used = 0;
            for (size_t i = first; i < at; i++)
                used += (size_t)snprintf(hex + used, sizeof hex - used, "%s0x%02x",
                                         i > first ? " " : "", text.data[i]);
            raise(SQLSTATE_UNTRANSLATABLE_CHARACTER,
                  "character with byte sequence %s in encoding \"UTF8\" has no equivalent in "
                  "encoding \"LATIN1\"",
                  hex);
        }
        *to++ = (uint8_t)code;
    }
    return slice_of(bytes, (size_t)(to - bytes));
}

static union datum
convert_from(struct func_call *call, const union datum *args)
{
    struct slice bytes = datum_slice(&args[0]);
    if (encoding_of(datum_slice(&args[1]), "source") == ENCODING_LATIN1)
        bytes = latin1_to_utf8(call->arena, bytes);
    utf8_require(bytes);
    return slice_datum(bytes);
}

static union datum
convert_to(struct func_call *call, const union datum *args)
{
    struct slice text = datum_slice(&args[0]);
    if (encoding_of(datum_slice(&args[1]), "destination") == ENCODING_LATIN1)
        text = utf8_to_latin1(call->arena, text);
    return slice_datum(text);
}

static union datum
convert(struct func_call *call, const union datum *args)
{
    union datum text = convert_from(call, args);
    return convert_to(call, (const union datum[]){text, args[2]});
}

/* ---- what this file brings ---- */

static const struct type_info types[] = {
    {.type = TYPE_BYTEA,
     .array = TYPE_BYTEA_ARRAY,
     .name = "bytea",
     .sql_name = "bytea",
     .length = -1,
     .align = 'i',
     .category = 'U',
     .kind = 'b',
     .storage = 'x',
     .delimiter = ',',
     .phys = PHYS_VIEW,
     .input_oid = 1244,
     .output_oid = 31,
     .recv_oid = 2412,
     .send_oid = 2413,
     .input = bytea_input,
     .output = bytea_output,
     .recv = bytea_recv,
     .send = bytea_send,
     .compare = bytea_compare,
     .hash = bytea_hash,
     .key_put = bytea_key_put,
     .key_get = bytea_key_get},
};

static const struct func_info funcs[] = {
    {FUNC(31, "byteaout", TYPE_CSTRING, generic_out, TYPE_BYTEA)},
    {FUNC(721, "get_byte", TYPE_INT4, bytea_get_byte, TYPE_BYTEA, TYPE_INT4)},
    {FUNC(722, "set_byte", TYPE_BYTEA, bytea_set_byte, TYPE_BYTEA, TYPE_INT4, TYPE_INT4)},
    {FUNC(723, "get_bit", TYPE_INT4, bytea_get_bit, TYPE_BYTEA, TYPE_INT8)},
    {FUNC(724, "set_bit", TYPE_BYTEA, bytea_set_bit, TYPE_BYTEA, TYPE_INT8, TYPE_INT4)},
    {FUNC(749, "overlay", TYPE_BYTEA, bytea_overlay, TYPE_BYTEA, TYPE_BYTEA, TYPE_INT4, TYPE_INT4)},
    {FUNC(752, "overlay", TYPE_BYTEA, bytea_overlay_all, TYPE_BYTEA, TYPE_BYTEA, TYPE_INT4)},
    {FUNC(1244, "byteain", TYPE_BYTEA, generic_in, TYPE_CSTRING)},
    {FUNC(1714, "convert_from", TYPE_TEXT, convert_from, TYPE_BYTEA, TYPE_NAME),
     .volatility = FUNC_STABLE},
    {FUNC(1717, "convert_to", TYPE_BYTEA, convert_to, TYPE_TEXT, TYPE_NAME),
     .volatility = FUNC_STABLE},
    {FUNC(1813, "convert", TYPE_BYTEA, convert, TYPE_BYTEA, TYPE_NAME, TYPE_NAME),
     .volatility = FUNC_STABLE},
    {FUNC(2012, "substring", TYPE_BYTEA, bytea_substring, TYPE_BYTEA, TYPE_INT4, TYPE_INT4)},
    {FUNC(2013, "substring", TYPE_BYTEA, bytea_substring_from, TYPE_BYTEA, TYPE_INT4)},
    {FUNC(2014, "position", TYPE_INT4, bytea_position, TYPE_BYTEA, TYPE_BYTEA)},
    {FUNC(2015, "btrim", TYPE_BYTEA, bytea_btrim, TYPE_BYTEA, TYPE_BYTEA)},
    {FUNC(2085, "substr", TYPE_BYTEA, bytea_substring, TYPE_BYTEA, TYPE_INT4, TYPE_INT4)},
    {FUNC(2086, "substr", TYPE_BYTEA, bytea_substring_from, TYPE_BYTEA, TYPE_INT4)},
    {FUNC(2412, "bytearecv", TYPE_BYTEA, generic_recv, TYPE_INTERNAL)},
    {FUNC(2413, "byteasend", TYPE_BYTEA, generic_send, TYPE_BYTEA)},
    {FUNC(6163, "bit_count", TYPE_INT8, bytea_bit_count, TYPE_BYTEA)},
    {FUNC(6195, "ltrim", TYPE_BYTEA, bytea_ltrim, TYPE_BYTEA, TYPE_BYTEA)},
    {FUNC(6196, "rtrim", TYPE_BYTEA, bytea_rtrim, TYPE_BYTEA, TYPE_BYTEA)},
};

const struct type_tables bytea_tables = {
    .types = types,
    .type_count = COUNT_OF(types),
    .funcs = funcs,
    .func_count = COUNT_OF(funcs),
};
