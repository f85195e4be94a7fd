/*
 * text_func.c: functions that take texts apart and put them together: lengths, parts, positions,
 * padding, trimming, replacing.
 *
 * Positions and lengths count characters. Bytes that are searched for are found as bytes, which is
 * right in UTF-8: no character occurs within another. Results that are a part of an argument share
 * its bytes.
 */
#include "base/raise.h"
#include "type/generic.h"
#include "type/tables.h"
#include "type/text.h"
#include "type/utf8.h"

/* ---- lengths ---- */

static union datum
text_length(struct func_call *call, const union datum *args)
{
    (void)call;
    return i32_datum((int32_t)utf8_count(datum_slice(&args[0])));
}

static union datum
bpchar_length(struct func_call *call, const union datum *args)
{
    (void)call;
    return i32_datum((int32_t)utf8_count(text_without_padding(datum_slice(&args[0]))));
}

static union datum
text_octets(struct func_call *call, const union datum *args)
{
    (void)call;
    return i32_datum((int32_t)args[0].view.bytes);
}

static union datum
text_bits(struct func_call *call, const union datum *args)
{
    (void)call;
    if (args[0].view.bytes > INT32_MAX / 8)
        raise(SQLSTATE_NUMERIC_VALUE_OUT_OF_RANGE, "integer out of range");
    return i32_datum((int32_t)args[0].view.bytes * 8);
}

static union datum
text_ascii(struct func_call *call, const union datum *args)
{
    (void)call;
    struct slice text = datum_slice(&args[0]);
    size_t at = 0;
    return i32_datum(text.bytes == 0 ? 0 : (int32_t)utf8_next(text, &at));
}

static union datum
text_chr(struct func_call *call, const union datum *args)
{
    (void)call;
    uint8_t bytes[4];
    int32_t code = args[0].i32;
    if (code < 0)
        raise(SQLSTATE_INVALID_PARAMETER_VALUE, "character number must be positive");
    if (code == 0)
        raise(SQLSTATE_PROGRAM_LIMIT_EXCEEDED, "null character not permitted");
    if (code > 0x10ffff)
        raise(SQLSTATE_PROGRAM_LIMIT_EXCEEDED, "requested character too large for encoding: %u",
              (unsigned)code);
    if (code >= 0xd800 && code <= 0xdfff)
        raise(SQLSTATE_PROGRAM_LIMIT_EXCEEDED, "requested character not valid for encoding: %u",
              (unsigned)code);
    return slice_datum(slice_of(bytes, utf8_put(bytes, (uint32_t)code)));
}

/* ---- parts ---- */

/* Characters [first, end) of the text, counted from 0. */
static struct slice
part(struct slice text, size_t first, size_t end)
{
    size_t from = utf8_offset(text, first);
    struct slice rest = slice_of(text.data + from, text.bytes - from);
    return slice_of(rest.data,
                    end - first >= rest.bytes ? rest.bytes : utf8_offset(rest, end - first));
}

/* start counts from 1 and may lie before the text; length is at least 0. */
static union datum
substring(struct slice text, int64_t start, int64_t length)
{
    int64_t end = start + length;
    if (start < 1)
        start = 1;
    if (end <= start)
        return slice_datum(slice_of(text.data, 0));
    return slice_datum(part(text, (size_t)start - 1, (size_t)end - 1));
}

static void
require_length(int32_t length)
{
    if (length < 0)
        raise(SQLSTATE_SUBSTRING_ERROR, "negative substring length not allowed");
}

static union datum
text_substring(struct func_call *call, const union datum *args)
{
    (void)call;
    require_length(args[2].i32);
    return substring(datum_slice(&args[0]), args[1].i32, args[2].i32);
}

static union datum
text_substring_from(struct func_call *call, const union datum *args)
{
    (void)call;
    return substring(datum_slice(&args[0]), args[1].i32, TEXT_BYTES_MAX + (int64_t)INT32_MAX);
}

static union datum
text_left(struct func_call *call, const union datum *args)
{
    (void)call;
    struct slice text = datum_slice(&args[0]);
    int64_t count = args[1].i32;
    if (count < 0)
        count += (int64_t)utf8_count(text);
    return slice_datum(count <= 0 ? slice_of(text.data, 0) : part(text, 0, (size_t)count));
}

static union datum
text_right(struct func_call *call, const union datum *args)
{
    (void)call;
    struct slice text = datum_slice(&args[0]);
    int64_t skipped =
        args[1].i32 < 0 ? -(int64_t)args[1].i32 : (int64_t)utf8_count(text) - args[1].i32;
    if (skipped <= 0)
        return args[0];
    size_t from = utf8_offset(text, (size_t)skipped);
    return slice_datum(slice_of(text.data + from, text.bytes - from));
}

static union datum
join3(struct arena *arena, struct slice a, struct slice b, struct slice c)
{
    uint64_t bytes = (uint64_t)a.bytes + b.bytes + c.bytes;
    uint8_t *joined = text_alloc(arena, bytes), *to = joined;
    const struct slice parts[] = {a, b, c};
    for (int i = 0; i < 3; i++) {
        if (parts[i].bytes > 0)
            memcpy(to, parts[i].data, parts[i].bytes);
        to += parts[i].bytes;
    }
    return slice_datum(slice_of(joined, bytes));
}

/* `length` characters from `start` on are replaced. */
static union datum
overlay(struct arena *arena, struct slice text, struct slice with, int64_t start, int64_t length)
{
    if (start <= 0)
        raise(SQLSTATE_SUBSTRING_ERROR, "negative substring length not allowed");
    int64_t end = start + length;
    if (end > INT32_MAX || end < INT32_MIN)
        raise(SQLSTATE_NUMERIC_VALUE_OUT_OF_RANGE, "integer out of range");
    struct slice head = part(text, 0, (size_t)start - 1);
    size_t tail_at = end <= 1 ? 0 : utf8_offset(text, (size_t)end - 1);
    return join3(arena, head, with, slice_of(text.data + tail_at, text.bytes - tail_at));
}

static union datum
text_overlay(struct func_call *call, const union datum *args)
{
    return overlay(call->arena, datum_slice(&args[0]), datum_slice(&args[1]), args[2].i32,
                   args[3].i32);
}

static union datum
text_overlay_all(struct func_call *call, const union datum *args)
{
    struct slice with = datum_slice(&args[1]);
    return overlay(call->arena, datum_slice(&args[0]), with, args[2].i32,
                   (int64_t)utf8_count(with));
}

/* ---- searching ---- */

/* The first occurrence; null if there is none. An empty needle is found at once. */
static const uint8_t *
find(struct slice text, struct slice needle)
{
    if (needle.bytes == 0)
        return text.data;
    if (needle.bytes > text.bytes)
        return NULL;
    return memmem(text.data, text.bytes, needle.data, needle.bytes);
}

static union datum
text_position(struct func_call *call, const union datum *args)
{
    (void)call;
    struct slice text = datum_slice(&args[0]), needle = datum_slice(&args[1]);
    if (needle.bytes == 0)
        return i32_datum(1);
    const uint8_t *at = find(text, needle);
    if (at == NULL)
        return i32_datum(0);
    return i32_datum((int32_t)utf8_count(slice_of(text.data, (size_t)(at - text.data))) + 1);
}

static union datum
text_starts_with(struct func_call *call, const union datum *args)
{
    (void)call;
    struct slice text = datum_slice(&args[0]), prefix = datum_slice(&args[1]);
    return bool_datum(prefix.bytes <= text.bytes &&
                      (prefix.bytes == 0 || memcmp(text.data, prefix.data, prefix.bytes) == 0));
}

static size_t
count_occurrences(struct slice text, struct slice needle)
{
    size_t count = 0;
    const uint8_t *at;
    while (text.bytes > 0 && (at = find(text, needle)) != NULL) {
        count++;
        size_t used = (size_t)(at - text.data) + needle.bytes;
        text = slice_of(text.data + used, text.bytes - used);
    }
    return count;
}

static union datum
text_replace(struct func_call *call, const union datum *args)
{
    struct slice text = datum_slice(&args[0]), needle = datum_slice(&args[1]);
    struct slice with = datum_slice(&args[2]);
    size_t count = needle.bytes == 0 ? 0 : count_occurrences(text, needle);
    if (count == 0)
        return args[0];
    uint64_t bytes = text.bytes - count * needle.bytes + (uint64_t)count * with.bytes;
    uint8_t *replaced = text_alloc(call->arena, bytes), *to = replaced;
    for (; count > 0; count--) {
        const uint8_t *at = find(text, needle);
        size_t before = (size_t)(at - text.data);
        memcpy(to, text.data, before);
        to += before;
        if (with.bytes > 0)
            memcpy(to, with.data, with.bytes);
        to += with.bytes;
        text = slice_of(at + needle.bytes, text.bytes - before - needle.bytes);
    }
    if (text.bytes > 0)
        memcpy(to, text.data, text.bytes);
    return slice_datum(slice_of(replaced, bytes));
}

/* The field number `wanted`, counted from 0. False: there are fewer. */
static bool
find_field(struct slice text, struct slice separator, size_t wanted, struct slice *field)
{
    for (;;) {
        const uint8_t *at = find(text, separator);
        size_t bytes = at == NULL ? text.bytes : (size_t)(at - text.data);
        if (wanted == 0) {
            *field = slice_of(text.data, bytes);
            return true;
        }
        if (at == NULL)
            return false;
        wanted--;
        text = slice_of(at + separator.bytes, text.bytes - bytes - separator.bytes);
    }
}

static union datum
text_split_part(struct func_call *call, const union datum *args)
{
    (void)call;
    struct slice text = datum_slice(&args[0]), separator = datum_slice(&args[1]);
    struct slice empty = slice_of(text.data, 0), field = empty;
    int64_t wanted = args[2].i32;
    if (wanted == 0)
        raise(SQLSTATE_INVALID_PARAMETER_VALUE, "field position must not be zero");
    if (text.bytes == 0)
        return slice_datum(empty);
    if (separator.bytes == 0)
        return wanted == 1 || wanted == -1 ? args[0] : slice_datum(empty);
    if (wanted < 0)
        wanted += (int64_t)count_occurrences(text, separator) + 2;
    if (wanted < 1 || !find_field(text, separator, (size_t)wanted - 1, &field))
        return slice_datum(empty);
    return slice_datum(field);
}

/* ---- trimming and padding ---- */

/* A set of characters: a bit for each ASCII one, the others searched for. */
struct char_set {
    uint64_t ascii[2];
    struct slice chars;
    bool has_wide;
};

static struct char_set
char_set_of(struct slice chars)
{
    struct char_set set = {.chars = chars};
    for (size_t i = 0; i < chars.bytes; i++) {
        uint8_t c = chars.data[i];
        if (c < 0x80)
            set.ascii[c >> 6] |= UINT64_C(1) << (c & 63);
        else
            set.has_wide = true;
    }
    return set;
}

static bool
char_set_has(const struct char_set *set, const uint8_t *at, size_t bytes)
{
    if (*at < 0x80)
        return (set->ascii[*at >> 6] >> (*at & 63) & 1) != 0;
    return set->has_wide && memmem(set->chars.data, set->chars.bytes, at, bytes) != NULL;
}

enum trim_side { TRIM_LEFT = 1, TRIM_RIGHT = 2, TRIM_BOTH = 3 };

static struct slice
trim(struct slice text, struct slice chars, enum trim_side side)
{
    struct char_set set = char_set_of(chars);
    while ((side & TRIM_LEFT) != 0 && text.bytes > 0) {
        size_t bytes = utf8_bytes(text.data[0]);
        bytes = bytes > text.bytes ? text.bytes : bytes;
        if (!char_set_has(&set, text.data, bytes))
            break;
        text = slice_of(text.data + bytes, text.bytes - bytes);
    }
    while ((side & TRIM_RIGHT) != 0 && text.bytes > 0) {
        size_t last = text.bytes - 1;
        while (last > 0 && !utf8_is_lead(text.data[last]))
            last--;
        if (!char_set_has(&set, text.data + last, text.bytes - last))
            break;
        text.bytes = last;
    }
    return text;
}

static union datum
trim_call(struct func_call *call, const union datum *args, enum trim_side side)
{
    struct slice chars = call->arg_count == 2 ? datum_slice(&args[1]) : slice_of(" ", 1);
    return slice_datum(trim(datum_slice(&args[0]), chars, side));
}

static union datum
text_btrim(struct func_call *call, const union datum *args)
{
    return trim_call(call, args, TRIM_BOTH);
}

static union datum
text_ltrim(struct func_call *call, const union datum *args)
{
    return trim_call(call, args, TRIM_LEFT);
}

static union datum
text_rtrim(struct func_call *call, const union datum *args)
{
    return trim_call(call, args, TRIM_RIGHT);
}

/* `chars` characters: the text cut, or filled at one side with repetitions of `fill`. */
static union datum
pad(struct func_call *call, const union datum *args, bool is_left)
{
    struct slice text = datum_slice(&args[0]);
    struct slice fill = call->arg_count == 3 ? datum_slice(&args[2]) : slice_of(" ", 1);
    size_t wanted = args[1].i32 < 0 ? 0 : (size_t)args[1].i32, have = utf8_count(text);
    if (have >= wanted || fill.bytes == 0)
        return slice_datum(part(text, 0, wanted));
    size_t fill_chars = utf8_count(fill), missing = wanted - have;
    uint64_t filled =
        (uint64_t)(missing / fill_chars) * fill.bytes + utf8_offset(fill, missing % fill_chars);
    uint8_t *padded = text_alloc(call->arena, filled + text.bytes);
    uint8_t *filling = is_left ? padded : padded + text.bytes;
    if (text.bytes > 0)
        memcpy(is_left ? padded + filled : padded, text.data, text.bytes);
    for (uint64_t i = 0; i < filled; i += fill.bytes)
        memcpy(filling + i, fill.data, filled - i < fill.bytes ? filled - i : fill.bytes);
    return slice_datum(slice_of(padded, filled + text.bytes));
}

static union datum
text_lpad(struct func_call *call, const union datum *args)
{
    return pad(call, args, true);
}

static union datum
text_rpad(struct func_call *call, const union datum *args)
{
    return pad(call, args, false);
}

static union datum
text_repeat(struct func_call *call, const union datum *args)
{
    struct slice text = datum_slice(&args[0]);
    uint64_t count = args[1].i32 < 0 ? 0 : (uint64_t)args[1].i32;
    uint64_t bytes = count * text.bytes;
    uint8_t *repeated = text_alloc(call->arena, bytes);
    for (uint64_t at = 0; at < bytes; at += text.bytes)
        memcpy(repeated + at, text.data, text.bytes);
    return slice_datum(slice_of(repeated, bytes));
}

static union datum
text_reverse(struct func_call *call, const union datum *args)
{
    struct slice text = datum_slice(&args[0]);
    uint8_t *reversed = text_alloc(call->arena, text.bytes), *to = reversed + text.bytes;
    for (size_t at = 0; at < text.bytes;) {
        size_t bytes = utf8_bytes(text.data[at]);
        bytes = bytes > text.bytes - at ? text.bytes - at : bytes;
        to -= bytes;
        memcpy(to, text.data + at, bytes);
        at += bytes;
    }
    return slice_datum(slice_of(reversed, text.bytes));
}

/* ---- translate ---- */

/* Where the character at `at` first stands in `chars`, counted in characters; -1: nowhere. */
static int64_t
char_index(struct slice chars, const uint8_t *at, size_t bytes)
{
    int64_t idx = 0;
    for (size_t i = 0; i < chars.bytes; idx++) {
        size_t have = utf8_bytes(chars.data[i]);
        if (have == bytes && i + bytes <= chars.bytes && memcmp(chars.data + i, at, bytes) == 0)
            return idx;
        i += have;
    }
    return -1;
}

static union datum
text_translate(struct func_call *call, const union datum *args)
{
    struct slice text = datum_slice(&args[0]), from = datum_slice(&args[1]);
    struct slice to = datum_slice(&args[2]);
    size_t to_chars = utf8_count(to);
    /* A character of one byte may become one of four. */
    uint8_t *translated = text_alloc(call->arena, (uint64_t)text.bytes * 4), *out = translated;
    for (size_t at = 0; at < text.bytes;) {
        size_t bytes = utf8_bytes(text.data[at]);
        bytes = bytes > text.bytes - at ? text.bytes - at : bytes;
        int64_t idx = char_index(from, text.data + at, bytes);
        struct slice now = slice_of(text.data + at, bytes);
        if (idx >= 0)
            now =
                (size_t)idx < to_chars ? part(to, (size_t)idx, (size_t)idx + 1) : slice_of(NULL, 0);
        if (now.bytes > 0)
            memcpy(out, now.data, now.bytes);
        out += now.bytes;
        at += bytes;
    }
    return slice_datum(slice_of(translated, (size_t)(out - translated)));
}

/* ---- what this file brings ---- */

static const struct func_info funcs[] = {
    {FUNC(720, "octet_length", TYPE_INT4, text_octets, TYPE_BYTEA)},
    {FUNC(849, "position", TYPE_INT4, text_position, TYPE_TEXT, TYPE_TEXT)},
    {FUNC(868, "strpos", TYPE_INT4, text_position, TYPE_TEXT, TYPE_TEXT)},
    {FUNC(873, "lpad", TYPE_TEXT, text_lpad, TYPE_TEXT, TYPE_INT4, TYPE_TEXT)},
    {FUNC(874, "rpad", TYPE_TEXT, text_rpad, TYPE_TEXT, TYPE_INT4, TYPE_TEXT)},
    {FUNC(875, "ltrim", TYPE_TEXT, text_ltrim, TYPE_TEXT, TYPE_TEXT)},
    {FUNC(876, "rtrim", TYPE_TEXT, text_rtrim, TYPE_TEXT, TYPE_TEXT)},
    {FUNC(877, "substr", TYPE_TEXT, text_substring, TYPE_TEXT, TYPE_INT4, TYPE_INT4)},
    {FUNC(878, "translate", TYPE_TEXT, text_translate, TYPE_TEXT, TYPE_TEXT, TYPE_TEXT)},
    {FUNC(879, "lpad", TYPE_TEXT, text_lpad, TYPE_TEXT, TYPE_INT4)},
    {FUNC(880, "rpad", TYPE_TEXT, text_rpad, TYPE_TEXT, TYPE_INT4)},
    {FUNC(881, "ltrim", TYPE_TEXT, text_ltrim, TYPE_TEXT)},
    {FUNC(883, "substr", TYPE_TEXT, text_substring_from, TYPE_TEXT, TYPE_INT4)},
    {FUNC(884, "btrim", TYPE_TEXT, text_btrim, TYPE_TEXT, TYPE_TEXT)},
    {FUNC(885, "btrim", TYPE_TEXT, text_btrim, TYPE_TEXT)},
    {FUNC(936, "substring", TYPE_TEXT, text_substring, TYPE_TEXT, TYPE_INT4, TYPE_INT4)},
    {FUNC(937, "substring", TYPE_TEXT, text_substring_from, TYPE_TEXT, TYPE_INT4)},
    {FUNC(1257, "textlen", TYPE_INT4, text_length, TYPE_TEXT)},
    {FUNC(1317, "length", TYPE_INT4, text_length, TYPE_TEXT)},
    {FUNC(1318, "length", TYPE_INT4, bpchar_length, TYPE_BPCHAR)},
    {FUNC(1367, "character_length", TYPE_INT4, bpchar_length, TYPE_BPCHAR)},
    {FUNC(1369, "character_length", TYPE_INT4, text_length, TYPE_TEXT)},
    {FUNC(1372, "char_length", TYPE_INT4, bpchar_length, TYPE_BPCHAR)},
    {FUNC(1374, "octet_length", TYPE_INT4, text_octets, TYPE_TEXT)},
    {FUNC(1375, "octet_length", TYPE_INT4, text_octets, TYPE_BPCHAR)},
    {FUNC(1381, "char_length", TYPE_INT4, text_length, TYPE_TEXT)},
    {FUNC(1404, "overlay", TYPE_TEXT, text_overlay, TYPE_TEXT, TYPE_TEXT, TYPE_INT4, TYPE_INT4)},
    {FUNC(1405, "overlay", TYPE_TEXT, text_overlay_all, TYPE_TEXT, TYPE_TEXT, TYPE_INT4)},
    {FUNC(1620, "ascii", TYPE_INT4, text_ascii, TYPE_TEXT)},
    {FUNC(1621, "chr", TYPE_TEXT, text_chr, TYPE_INT4)},
    {FUNC(1622, "repeat", TYPE_TEXT, text_repeat, TYPE_TEXT, TYPE_INT4)},
    {FUNC(1810, "bit_length", TYPE_INT4, text_bits, TYPE_BYTEA)},
    {FUNC(1811, "bit_length", TYPE_INT4, text_bits, TYPE_TEXT)},
    {FUNC(2010, "length", TYPE_INT4, text_octets, TYPE_BYTEA)},
    {FUNC(2087, "replace", TYPE_TEXT, text_replace, TYPE_TEXT, TYPE_TEXT, TYPE_TEXT)},
    {FUNC(2088, "split_part", TYPE_TEXT, text_split_part, TYPE_TEXT, TYPE_TEXT, TYPE_INT4)},
    {FUNC(3060, "left", TYPE_TEXT, text_left, TYPE_TEXT, TYPE_INT4)},
    {FUNC(3061, "right", TYPE_TEXT, text_right, TYPE_TEXT, TYPE_INT4)},
    {FUNC(3062, "reverse", TYPE_TEXT, text_reverse, TYPE_TEXT)},
    {FUNC(3696, "starts_with", TYPE_BOOL, text_starts_with, TYPE_TEXT, TYPE_TEXT)},
};

static const struct operator_info operators[] = {
    {3877, "^@", TYPE_TEXT, TYPE_TEXT, TYPE_BOOL, 3696, 0, 0, false, false, "prefixsel",
     "prefixjoinsel"},
};

const struct type_tables text_func_tables = {
    .funcs = funcs,
    .func_count = COUNT_OF(funcs),
    .operators = operators,
    .operator_count = COUNT_OF(operators),
};
