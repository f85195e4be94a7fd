/*
 * text.c: the character types: text, character varying(n), character(n), name, "char", and the
 * pseudo-types cstring and unknown. Their text and binary forms, lengths, keys and casts.
 *
 * All are views of UTF-8 bytes without a zero byte. A character(n) keeps the blanks that fill it
 * and ignores them in comparisons. A "char" is one byte, and empty if that byte is zero. The order
 * is that of the bytes, which for UTF-8 is that of the code points.
 *
 * A key is the bytes and a zero byte; a character(n)'s leaves the padding out, so that a key does
 * not give the value back.
 */
#include "type/text.h"

#include "base/hash.h"
#include "type/generic.h"
#include "type/input.h"
#include "type/tables.h"
#include "type/utf8.h"
#include <stdio.h>

#define TYPMOD_HEADER 4 /* PostgreSQL counts a value's length word in */
#define LENGTH_MAX 10485760

struct slice
text_without_padding(struct slice text)
{
    while (text.bytes > 0 && text.data[text.bytes - 1] == ' ')
        text.bytes--;
    return text;
}

uint8_t *
text_alloc(struct arena *arena, uint64_t bytes)
{
    if (bytes > TEXT_BYTES_MAX)
        raise(SQLSTATE_PROGRAM_LIMIT_EXCEEDED, "requested length too large");
    return arena_alloc(arena, bytes + (bytes == 0));
}

/* ---- text, unknown, cstring ---- */

static union datum
text_input(struct type_call *call, struct slice text)
{
    if (text.bytes <= VIEW_INLINE_BYTES)
        return slice_datum(text);
    return slice_datum(slice_of(arena_copy(call->arena, text.data, text.bytes), text.bytes));
}

static void
text_output(struct type_call *call, union datum value, struct buf *to)
{
    (void)call;
    buf_put_slice(to, datum_slice(&value));
}

static union datum
text_recv(struct type_call *call, struct slice bytes)
{
    utf8_require(bytes);
    return text_input(call, bytes);
}

static int
text_compare(union datum a, union datum b)
{
    return view_compare(&a.view, &b.view);
}

static uint64_t
text_hash(union datum value)
{
    struct slice text = datum_slice(&value);
    return hash_bytes(text.data, text.bytes);
}

static bool
text_key_put(union datum value, struct buf *to)
{
    buf_put_slice(to, datum_slice(&value));
    buf_put_u8(to, 0);
    return true;
}

static bool
text_key_get(const uint8_t **at, const uint8_t *end, struct arena *arena, union datum *value)
{
    const uint8_t *zero = memchr(*at, 0, (size_t)(end - *at));
    if (zero == NULL)
        return false;
    size_t bytes = (size_t)(zero - *at);
    *value = slice_datum(
        slice_of(bytes <= VIEW_INLINE_BYTES ? *at : arena_copy(arena, *at, bytes), bytes));
    *at = zero + 1;
    return true;
}

/* ---- lengths ---- */

static int32_t
length_typmod(const int64_t *args, uint32_t count, const char *type)
{
    if (count != 1)
        raise(SQLSTATE_INVALID_PARAMETER_VALUE, "invalid type modifier");
    if (args[0] < 1)
        raise(SQLSTATE_INVALID_PARAMETER_VALUE, "length for type %s must be at least 1", type);
    if (args[0] > LENGTH_MAX)
        raise(SQLSTATE_INVALID_PARAMETER_VALUE, "length for type %s cannot exceed %d", type,
              LENGTH_MAX);
    return (int32_t)args[0] + TYPMOD_HEADER;
}

static int32_t
varchar_typmod_in(struct type_call *call, const int64_t *args, uint32_t count)
{
    (void)call;
    return length_typmod(args, count, "varchar");
}

static int32_t
bpchar_typmod_in(struct type_call *call, const int64_t *args, uint32_t count)
{
    (void)call;
    return length_typmod(args, count, "char");
}

static void
length_typmod_out(struct type_call *call, int32_t typmod, struct buf *to)
{
    (void)call;
    if (typmod > TYPMOD_HEADER)
        buf_format(to, "(%d)", (int)(typmod - TYPMOD_HEADER));
}

/*
 * The text cut to `chars` characters. What is cut off must be blanks, unless the user asked for
 * the cut with a cast.
 */
static struct slice
cut(struct slice text, uint32_t chars, bool is_explicit, const char *type)
{
    if (text.bytes <= chars)
        return text;
    size_t kept = utf8_offset(text, chars);
    for (size_t i = kept; i < text.bytes && !is_explicit; i++) {
        if (text.data[i] != ' ')
            raise(SQLSTATE_STRING_DATA_RIGHT_TRUNCATION, "value too long for type %s(%u)", type,
                  chars);
    }
    return slice_of(text.data, kept);
}

static struct slice
cut_varchar(struct slice text, int32_t typmod, bool is_explicit)
{
    if (typmod < TYPMOD_HEADER)
        return text;
    return cut(text, (uint32_t)(typmod - TYPMOD_HEADER), is_explicit, "character varying");
}

/* Cut and filled with blanks to the type's length; a copy only where it must be filled. */
static struct slice
fit_bpchar(struct arena *arena, struct slice text, int32_t typmod, bool is_explicit)
{
    if (typmod < TYPMOD_HEADER)
        return text;
    uint32_t chars = (uint32_t)(typmod - TYPMOD_HEADER);
    text = cut(text, chars, is_explicit, "character");
    size_t have = utf8_count(text);
    if (have >= chars)
        return text;
    size_t bytes = text.bytes + (chars - have);
    uint8_t *filled = text_alloc(arena, bytes);
    if (text.bytes > 0)
        memcpy(filled, text.data, text.bytes);
    memset(filled + text.bytes, ' ', chars - have);
    return slice_of(filled, bytes);
}

static union datum
varchar_input(struct type_call *call, struct slice text)
{
    return text_input(call, cut_varchar(text, call->typmod, false));
}

static union datum
varchar_recv(struct type_call *call, struct slice bytes)
{
    utf8_require(bytes);
    return varchar_input(call, bytes);
}

static union datum
bpchar_input(struct type_call *call, struct slice text)
{
    struct slice fitted = fit_bpchar(call->arena, text, call->typmod, false);
    return fitted.data == text.data ? text_input(call, fitted) : slice_datum(fitted);
}

static union datum
bpchar_recv(struct type_call *call, struct slice bytes)
{
    utf8_require(bytes);
    return bpchar_input(call, bytes);
}

static int
bpchar_compare(union datum a, union datum b)
{
    return slice_compare(text_without_padding(datum_slice(&a)),
                         text_without_padding(datum_slice(&b)));
}

static uint64_t
bpchar_hash(union datum value)
{
    struct slice text = text_without_padding(datum_slice(&value));
    return hash_bytes(text.data, text.bytes);
}

static bool
bpchar_key_put(union datum value, struct buf *to)
{
    buf_put_slice(to, text_without_padding(datum_slice(&value)));
    buf_put_u8(to, 0);
    return true;
}

/* varchar(value, typmod, is_explicit) and bpchar(value, typmod, is_explicit): the length casts. */
static union datum
varchar_fit(struct func_call *call, const union datum *args)
{
    (void)call;
    return slice_datum(cut_varchar(datum_slice(&args[0]), args[1].i32, args[2].b));
}

static union datum
bpchar_fit(struct func_call *call, const union datum *args)
{
    return slice_datum(fit_bpchar(call->arena, datum_slice(&args[0]), args[1].i32, args[2].b));
}

/* ---- name ---- */

static union datum
name_input(struct type_call *call, struct slice text)
{
    return text_input(call, slice_of(text.data, utf8_clip(text, NAME_BYTES_MAX)));
}

static union datum
name_recv(struct type_call *call, struct slice bytes)
{
    utf8_require(bytes);
    if (bytes.bytes > NAME_BYTES_MAX)
        raise_error(.code = SQLSTATE_NAME_TOO_LONG, .message = "identifier too long",
                    .detail = raise_text("Identifier must be less than %d characters.",
                                         NAME_BYTES_MAX + 1));
    return text_input(call, bytes);
}

static union datum
name_of_text(struct func_call *call, const union datum *args)
{
    (void)call;
    struct slice text = datum_slice(&args[0]);
    return slice_datum(slice_of(text.data, utf8_clip(text, NAME_BYTES_MAX)));
}

static union datum
name_of_bpchar(struct func_call *call, const union datum *args)
{
    (void)call;
    struct slice text = datum_slice(&args[0]);
    return slice_datum(text_without_padding(slice_of(text.data, utf8_clip(text, NAME_BYTES_MAX))));
}

static union datum
text_of_bpchar(struct func_call *call, const union datum *args)
{
    (void)call;
    return slice_datum(text_without_padding(datum_slice(&args[0])));
}

/* nameconcatoid(name, oid): "name_oid", the name shortened so that all fits. */
static union datum
name_with_oid(struct func_call *call, const union datum *args)
{
    char suffix[16];
    int suffix_bytes = snprintf(suffix, sizeof suffix, "_%u", (oid)args[1].i32);
    struct slice name = datum_slice(&args[0]);
    int kept = (int)utf8_clip(name, NAME_BYTES_MAX - (size_t)suffix_bytes);
    return generic_text(call->arena,
                        arena_format(call->arena, "%.*s%s", kept, (const char *)name.data, suffix));
}

/* ---- "char" ---- */

static union datum
char_datum(uint8_t byte)
{
    return slice_datum(slice_of(&byte, byte != 0));
}

static uint8_t
char_byte(union datum value)
{
    return value.view.bytes == 0 ? 0 : view_data(&value.view)[0];
}

/* A byte that is no character of its own is written \ooo. */
static union datum
char_read(struct slice text)
{
    const uint8_t *p = text.data;
    if (text.bytes == 4 && p[0] == '\\' && p[1] >= '0' && p[1] <= '7' && p[2] >= '0' &&
        p[2] <= '7' && p[3] >= '0' && p[3] <= '7')
        return char_datum((uint8_t)((p[1] - '0') << 6 | (p[2] - '0') << 3 | (p[3] - '0')));
    return char_datum(text.bytes == 0 ? 0 : p[0]);
}

static union datum
char_write(union datum value)
{
    uint8_t byte = char_byte(value);
    if (byte < 0x80)
        return value;
    uint8_t octal[4] = {'\\', (uint8_t)('0' + (byte >> 6)), (uint8_t)('0' + (byte >> 3 & 7)),
                        (uint8_t)('0' + (byte & 7))};
    return slice_datum(slice_of(octal, sizeof octal));
}

static union datum
char_input(struct type_call *call, struct slice text)
{
    (void)call;
    return char_read(text);
}

static void
char_output(struct type_call *call, union datum value, struct buf *to)
{
    (void)call;
    union datum text = char_write(value);
    buf_put_slice(to, datum_slice(&text));
}

static union datum
char_recv(struct type_call *call, struct slice bytes)
{
    (void)call;
    recv_expect(bytes, 1);
    return char_datum(bytes.data[0]);
}

static void
char_send(struct type_call *call, union datum value, struct buf *to)
{
    (void)call;
    buf_put_u8(to, char_byte(value));
}

static bool
char_key_put(union datum value, struct buf *to)
{
    buf_put_u8(to, char_byte(value));
    return true;
}

static bool
char_key_get(const uint8_t **at, const uint8_t *end, struct arena *arena, union datum *value)
{
    (void)arena;
    if (*at == end)
        return false;
    *value = char_datum(**at);
    ++*at;
    return true;
}

static union datum
char_of_text(struct func_call *call, const union datum *args)
{
    (void)call;
    return char_read(datum_slice(&args[0]));
}

static union datum
text_of_char(struct func_call *call, const union datum *args)
{
    (void)call;
    return char_write(args[0]);
}

/* character(n) from "char" goes through the byte as it is, one character long. */
static union datum
bpchar_of_char(struct func_call *call, const union datum *args)
{
    (void)call;
    return char_write(args[0]);
}

static union datum
int4_of_char(struct func_call *call, const union datum *args)
{
    (void)call;
    return i32_datum((int8_t)char_byte(args[0]));
}

static union datum
char_of_int4(struct func_call *call, const union datum *args)
{
    (void)call;
    if (args[0].i32 < INT8_MIN || args[0].i32 > INT8_MAX)
        raise(SQLSTATE_NUMERIC_VALUE_OUT_OF_RANGE, "\"char\" out of range");
    return char_datum((uint8_t)args[0].i32);
}

/* ---- what this file brings ---- */

static const struct type_info types[] = {
    {.type = TYPE_TEXT,
     .array = TYPE_TEXT_ARRAY,
     .name = "text",
     .sql_name = "text",
     .length = -1,
     .align = 'i',
     .category = 'S',
     .kind = 'b',
     .storage = 'x',
     .is_preferred = true,
     .is_collatable = true,
     .delimiter = ',',
     .phys = PHYS_VIEW,
     .input_oid = 46,
     .output_oid = 47,
     .recv_oid = 2414,
     .send_oid = 2415,
     .input = text_input,
     .output = text_output,
     .recv = text_recv,
     .send = text_output,
     .compare = text_compare,
     .hash = text_hash,
     .key_put = text_key_put,
     .key_get = text_key_get},
    {.type = TYPE_VARCHAR,
     .array = TYPE_VARCHAR_ARRAY,
     .name = "varchar",
     .sql_name = "character varying",
     .length = -1,
     .align = 'i',
     .category = 'S',
     .kind = 'b',
     .storage = 'x',
     .is_collatable = true,
     .delimiter = ',',
     .phys = PHYS_VIEW,
     .input_oid = 1046,
     .output_oid = 1047,
     .recv_oid = 2432,
     .send_oid = 2433,
     .typmod_in_oid = 2915,
     .typmod_out_oid = 2916,
     .input = varchar_input,
     .output = text_output,
     .recv = varchar_recv,
     .send = text_output,
     .typmod_in = varchar_typmod_in,
     .typmod_out = length_typmod_out,
     .compare = text_compare,
     .hash = text_hash,
     .key_put = text_key_put,
     .key_get = text_key_get},
    {.type = TYPE_BPCHAR,
     .array = TYPE_BPCHAR_ARRAY,
     .name = "bpchar",
     .sql_name = "character",
     .length = -1,
     .align = 'i',
     .category = 'S',
     .kind = 'b',
     .storage = 'x',
     .is_collatable = true,
     .delimiter = ',',
     .phys = PHYS_VIEW,
     .input_oid = 1044,
     .output_oid = 1045,
     .recv_oid = 2430,
     .send_oid = 2431,
     .typmod_in_oid = 2913,
     .typmod_out_oid = 2914,
     .input = bpchar_input,
     .output = text_output,
     .recv = bpchar_recv,
     .send = text_output,
     .typmod_in = bpchar_typmod_in,
     .typmod_out = length_typmod_out,
     .compare = bpchar_compare,
     .hash = bpchar_hash,
     .key_put = bpchar_key_put},
    {.type = TYPE_NAME,
     .array = TYPE_NAME_ARRAY,
     .element = TYPE_CHAR,
     .name = "name",
     .sql_name = "name",
     .length = 64,
     .align = 'c',
     .category = 'S',
     .kind = 'b',
     .storage = 'p',
     .is_collatable = true,
     .delimiter = ',',
     .phys = PHYS_VIEW,
     .input_oid = 34,
     .output_oid = 35,
     .recv_oid = 2422,
     .send_oid = 2423,
     .input = name_input,
     .output = text_output,
     .recv = name_recv,
     .send = text_output,
     .compare = text_compare,
     .hash = text_hash,
     .key_put = text_key_put,
     .key_get = text_key_get},
    {.type = TYPE_CHAR,
     .array = TYPE_CHAR_ARRAY,
     .name = "char",
     .sql_name = "\"char\"",
     .length = 1,
     .is_by_value = true,
     .align = 'c',
     .category = 'Z',
     .kind = 'b',
     .storage = 'p',
     .delimiter = ',',
     .phys = PHYS_VIEW,
     .input_oid = 1245,
     .output_oid = 33,
     .recv_oid = 2434,
     .send_oid = 2435,
     .input = char_input,
     .output = char_output,
     .recv = char_recv,
     .send = char_send,
     .compare = text_compare,
     .hash = text_hash,
     .key_put = char_key_put,
     .key_get = char_key_get},
    {.type = TYPE_UNKNOWN,
     .name = "unknown",
     .sql_name = "unknown",
     .length = -2,
     .align = 'c',
     .category = 'X',
     .kind = 'p',
     .storage = 'p',
     .delimiter = ',',
     .phys = PHYS_VIEW,
     .input_oid = 109,
     .output_oid = 110,
     .recv_oid = 2416,
     .send_oid = 2417,
     .input = text_input,
     .output = text_output,
     .recv = text_recv,
     .send = text_output},
    {.type = TYPE_CSTRING,
     .array = TYPE_CSTRING_ARRAY,
     .name = "cstring",
     .sql_name = "cstring",
     .length = -2,
     .align = 'c',
     .category = 'P',
     .kind = 'p',
     .storage = 'p',
     .delimiter = ',',
     .phys = PHYS_VIEW,
     .input_oid = 2292,
     .output_oid = 2293,
     .recv_oid = 2500,
     .send_oid = 2501,
     .input = text_input,
     .output = text_output,
     .recv = text_recv,
     .send = text_output},
};

static const struct func_info funcs[] = {
    {FUNC(33, "charout", TYPE_CSTRING, generic_out, TYPE_CHAR)},
    {FUNC(34, "namein", TYPE_NAME, generic_in, TYPE_CSTRING)},
    {FUNC(35, "nameout", TYPE_CSTRING, generic_out, TYPE_NAME)},
    {FUNC(46, "textin", TYPE_TEXT, generic_in, TYPE_CSTRING)},
    {FUNC(47, "textout", TYPE_CSTRING, generic_out, TYPE_TEXT)},
    {FUNC(77, "int4", TYPE_INT4, int4_of_char, TYPE_CHAR)},
    {FUNC(78, "char", TYPE_CHAR, char_of_int4, TYPE_INT4)},
    {FUNC(109, "unknownin", TYPE_UNKNOWN, generic_in, TYPE_CSTRING)},
    {FUNC(110, "unknownout", TYPE_CSTRING, generic_out, TYPE_UNKNOWN)},
    {FUNC(266, "nameconcatoid", TYPE_NAME, name_with_oid, TYPE_NAME, TYPE_OID)},
    {FUNC(401, "text", TYPE_TEXT, text_of_bpchar, TYPE_BPCHAR)},
    {FUNC(406, "text", TYPE_TEXT, generic_same, TYPE_NAME)},
    {FUNC(407, "name", TYPE_NAME, name_of_text, TYPE_TEXT)},
    {FUNC(408, "bpchar", TYPE_BPCHAR, generic_same, TYPE_NAME)},
    {FUNC(409, "name", TYPE_NAME, name_of_bpchar, TYPE_BPCHAR)},
    {FUNC(668, "bpchar", TYPE_BPCHAR, bpchar_fit, TYPE_BPCHAR, TYPE_INT4, TYPE_BOOL)},
    {FUNC(669, "varchar", TYPE_VARCHAR, varchar_fit, TYPE_VARCHAR, TYPE_INT4, TYPE_BOOL)},
    {FUNC(860, "bpchar", TYPE_BPCHAR, bpchar_of_char, TYPE_CHAR)},
    {FUNC(882, "rtrim", TYPE_TEXT, text_of_bpchar, TYPE_TEXT)},
    {FUNC(944, "char", TYPE_CHAR, char_of_text, TYPE_TEXT)},
    {FUNC(946, "text", TYPE_TEXT, text_of_char, TYPE_CHAR)},
    {FUNC(1044, "bpcharin", TYPE_BPCHAR, generic_in, TYPE_CSTRING, TYPE_OID, TYPE_INT4)},
    {FUNC(1045, "bpcharout", TYPE_CSTRING, generic_out, TYPE_BPCHAR)},
    {FUNC(1046, "varcharin", TYPE_VARCHAR, generic_in, TYPE_CSTRING, TYPE_OID, TYPE_INT4)},
    {FUNC(1047, "varcharout", TYPE_CSTRING, generic_out, TYPE_VARCHAR)},
    {FUNC(1245, "charin", TYPE_CHAR, generic_in, TYPE_CSTRING)},
    {FUNC(1400, "name", TYPE_NAME, name_of_text, TYPE_VARCHAR)},
    {FUNC(1401, "varchar", TYPE_VARCHAR, generic_same, TYPE_NAME)},
    {FUNC(2292, "cstring_in", TYPE_CSTRING, generic_in, TYPE_CSTRING)},
    {FUNC(2293, "cstring_out", TYPE_CSTRING, generic_out, TYPE_CSTRING)},
    {FUNC(2414, "textrecv", TYPE_TEXT, generic_recv, TYPE_INTERNAL), .volatility = FUNC_STABLE},
    {FUNC(2415, "textsend", TYPE_BYTEA, generic_send, TYPE_TEXT), .volatility = FUNC_STABLE},
    {FUNC(2416, "unknownrecv", TYPE_UNKNOWN, generic_recv, TYPE_INTERNAL)},
    {FUNC(2417, "unknownsend", TYPE_BYTEA, generic_send, TYPE_UNKNOWN)},
    {FUNC(2422, "namerecv", TYPE_NAME, generic_recv, TYPE_INTERNAL), .volatility = FUNC_STABLE},
    {FUNC(2423, "namesend", TYPE_BYTEA, generic_send, TYPE_NAME), .volatility = FUNC_STABLE},
    {FUNC(2430, "bpcharrecv", TYPE_BPCHAR, generic_recv, TYPE_INTERNAL, TYPE_OID, TYPE_INT4),
     .volatility = FUNC_STABLE},
    {FUNC(2431, "bpcharsend", TYPE_BYTEA, generic_send, TYPE_BPCHAR), .volatility = FUNC_STABLE},
    {FUNC(2432, "varcharrecv", TYPE_VARCHAR, generic_recv, TYPE_INTERNAL, TYPE_OID, TYPE_INT4),
     .volatility = FUNC_STABLE},
    {FUNC(2433, "varcharsend", TYPE_BYTEA, generic_send, TYPE_VARCHAR), .volatility = FUNC_STABLE},
    {FUNC(2434, "charrecv", TYPE_CHAR, generic_recv, TYPE_INTERNAL)},
    {FUNC(2435, "charsend", TYPE_BYTEA, generic_send, TYPE_CHAR)},
    {FUNC(2500, "cstring_recv", TYPE_CSTRING, generic_recv, TYPE_INTERNAL),
     .volatility = FUNC_STABLE},
    {FUNC(2501, "cstring_send", TYPE_BYTEA, generic_send, TYPE_CSTRING), .volatility = FUNC_STABLE},
    {FUNC(2913, "bpchartypmodin", TYPE_INT4, generic_typmod_in, TYPE_CSTRING_ARRAY)},
    {FUNC(2914, "bpchartypmodout", TYPE_CSTRING, generic_typmod_out, TYPE_INT4)},
    {FUNC(2915, "varchartypmodin", TYPE_INT4, generic_typmod_in, TYPE_CSTRING_ARRAY)},
    {FUNC(2916, "varchartypmodout", TYPE_CSTRING, generic_typmod_out, TYPE_INT4)},
};

static const struct cast_info casts[] = {
    {TYPE_CHAR, TYPE_INT4, 77, CAST_EXPLICIT, CAST_FUNC},
    {TYPE_CHAR, TYPE_TEXT, 946, CAST_IMPLICIT, CAST_FUNC},
    {TYPE_CHAR, TYPE_BPCHAR, 860, CAST_ASSIGNMENT, CAST_FUNC},
    {TYPE_CHAR, TYPE_VARCHAR, 946, CAST_ASSIGNMENT, CAST_FUNC},
    {TYPE_NAME, TYPE_TEXT, 406, CAST_IMPLICIT, CAST_FUNC},
    {TYPE_NAME, TYPE_BPCHAR, 408, CAST_ASSIGNMENT, CAST_FUNC},
    {TYPE_NAME, TYPE_VARCHAR, 1401, CAST_ASSIGNMENT, CAST_FUNC},
    {TYPE_INT4, TYPE_CHAR, 78, CAST_EXPLICIT, CAST_FUNC},
    {TYPE_TEXT, TYPE_CHAR, 944, CAST_ASSIGNMENT, CAST_FUNC},
    {TYPE_TEXT, TYPE_NAME, 407, CAST_IMPLICIT, CAST_FUNC},
    {TYPE_TEXT, TYPE_BPCHAR, OID_NONE, CAST_IMPLICIT, CAST_BINARY},
    {TYPE_TEXT, TYPE_VARCHAR, OID_NONE, CAST_IMPLICIT, CAST_BINARY},
    {TYPE_BPCHAR, TYPE_CHAR, 944, CAST_ASSIGNMENT, CAST_FUNC},
    {TYPE_BPCHAR, TYPE_NAME, 409, CAST_IMPLICIT, CAST_FUNC},
    {TYPE_BPCHAR, TYPE_TEXT, 401, CAST_IMPLICIT, CAST_FUNC},
    {TYPE_BPCHAR, TYPE_BPCHAR, 668, CAST_IMPLICIT, CAST_FUNC},
    {TYPE_BPCHAR, TYPE_VARCHAR, 401, CAST_IMPLICIT, CAST_FUNC},
    {TYPE_VARCHAR, TYPE_CHAR, 944, CAST_ASSIGNMENT, CAST_FUNC},
    {TYPE_VARCHAR, TYPE_NAME, 1400, CAST_IMPLICIT, CAST_FUNC},
    {TYPE_VARCHAR, TYPE_TEXT, OID_NONE, CAST_IMPLICIT, CAST_BINARY},
    {TYPE_VARCHAR, TYPE_BPCHAR, OID_NONE, CAST_IMPLICIT, CAST_BINARY},
    {TYPE_VARCHAR, TYPE_VARCHAR, 669, CAST_IMPLICIT, CAST_FUNC},
};

const struct type_tables text_tables = {
    .types = types,
    .type_count = COUNT_OF(types),
    .funcs = funcs,
    .func_count = COUNT_OF(funcs),
    .casts = casts,
    .cast_count = COUNT_OF(casts),
};
