/*
 * ident.c: texts with escapes and names in them, taken apart: unistr and parse_ident.
 */
#include "base/raise.h"
#include "type/array.h"
#include "type/digits.h"
#include "type/generic.h"
#include "type/tables.h"
#include "type/text.h"
#include "type/utf8.h"

/* ---- unistr ---- */

static _Noreturn void
raise_escape(void)
{
    raise_error(.code = SQLSTATE_SYNTAX_ERROR, .message = "invalid Unicode escape",
                .hint = "Unicode escapes must be \\XXXX, \\+XXXXXX, \\uXXXX, or \\UXXXXXXXX.");
}

static _Noreturn void
raise_surrogate(void)
{
    raise(SQLSTATE_SYNTAX_ERROR, "invalid Unicode surrogate pair");
}

static uint32_t
hex_number(struct slice text, size_t first, uint32_t count)
{
    uint32_t value = 0;
    if (text.bytes - first < count)
        raise_escape();
    for (size_t i = first; i < first + count; i++) {
        uint8_t c = text.data[i], lower = c | 0x20;
        if (!is_digit(c) && (lower < 'a' || lower > 'f'))
            raise_escape();
        value = value << 4 | (uint32_t)(is_digit(c) ? c - '0' : lower - 'a' + 10);
    }
    return value;
}

/* The code of the escape whose backslash is at *at; *at is then behind it. */
static uint32_t
take_escape(struct slice text, size_t *at)
{
    static const struct {
        uint8_t letter;
        uint32_t digits;
    } forms[] = {{'+', 6}, {'u', 4}, {'U', 8}};
    size_t first = *at + 1;
    uint32_t count = 4;
    for (size_t i = 0; first < text.bytes && i < COUNT_OF(forms); i++) {
        if (text.data[first] == forms[i].letter) {
            first++;
            count = forms[i].digits;
            break;
        }
    }
    uint32_t code = hex_number(text, first, count);
    if (code == 0 || code > 0x10ffff)
        raise(SQLSTATE_INVALID_PARAMETER_VALUE, "invalid Unicode code point: %04X", code);
    *at = first + count;
    return code;
}

static union datum
text_unistr(struct func_call *call, const union datum *args)
{
    struct slice text = datum_slice(&args[0]);
    uint8_t *out = text_alloc(call->arena, text.bytes), *to = out;
    uint32_t high = 0; /* half of a pair, which the other must follow */
    for (size_t at = 0; at < text.bytes;) {
        uint8_t c = text.data[at];
        bool is_escape = c == '\\' && !(at + 1 < text.bytes && text.data[at + 1] == '\\');
        if (!is_escape) {
            if (high != 0)
                raise_surrogate();
            at += c == '\\';
            *to++ = text.data[at++];
            continue;
        }
        uint32_t code = take_escape(text, &at);
        bool is_high = code >= 0xd800 && code <= 0xdbff, is_low = code >= 0xdc00 && code <= 0xdfff;
        if (is_low != (high != 0))
            raise_surrogate();
        if (is_low)
            code = 0x10000 + ((high - 0xd800) << 10) + (code - 0xdc00);
        high = is_high ? code : 0;
        if (!is_high)
            to += utf8_put(to, code);
    }
    if (high != 0)
        raise_surrogate();
    return slice_datum(slice_of(out, (size_t)(to - out)));
}

/* ---- parse_ident ---- */

static _Noreturn void
raise_ident(struct slice text, const char *detail)
{
    raise_error(.code = SQLSTATE_INVALID_PARAMETER_VALUE,
                .message = raise_text("string is not a valid identifier: \"%.*s\"", (int)text.bytes,
                                      (const char *)text.data),
                .detail = detail);
}

static bool
is_ident_start(uint8_t c)
{
    return c == '_' || ((c | 0x20) >= 'a' && (c | 0x20) <= 'z') || c >= 0x80;
}

static bool
is_ident_part(uint8_t c)
{
    return is_ident_start(c) || is_digit(c) || c == '$';
}

static size_t
skip_spaces(struct slice text, size_t at)
{
    while (at < text.bytes && is_space(text.data[at]))
        at++;
    return at;
}

/* A name in double quotes that begins at *at. */
static struct slice
take_quoted(struct arena *arena, struct slice text, size_t *at)
{
    uint8_t *name = text_alloc(arena, text.bytes), *to = name;
    for (++*at;; ++*at) {
        if (*at >= text.bytes)
            raise_ident(text, "String has unclosed double quotes.");
        if (text.data[*at] == '"') {
            if (*at + 1 >= text.bytes || text.data[*at + 1] != '"')
                break;
            ++*at;
        }
        *to++ = text.data[*at];
    }
    ++*at;
    if (to == name)
        raise_ident(text, "Quoted identifier must not be empty.");
    return slice_of(name, (size_t)(to - name));
}

static struct slice
take_plain(struct arena *arena, struct slice text, size_t *at)
{
    size_t first = *at;
    while (*at < text.bytes && is_ident_part(text.data[*at]))
        ++*at;
    struct slice name = slice_of(text.data + first, *at - first);
    /* Only ASCII is folded, as the parser does. */
    uint8_t *folded = arena_copy(arena, name.data, name.bytes);
    for (size_t i = 0; i < name.bytes; i++)
        folded[i] = (uint8_t)(folded[i] >= 'A' && folded[i] <= 'Z' ? folded[i] | 0x20 : folded[i]);
    return slice_of(folded, name.bytes);
}

/* parse_ident(text, is_strict): the parts of a qualified name; what follows it is an error. */
static union datum
text_parse_ident(struct func_call *call, const union datum *args)
{
    struct slice text = datum_slice(&args[0]);
    bool is_strict = args[1].b, is_after_dot = false;
    struct array_builder parts;
    array_builder_init(&parts, call->env, call->arena, TYPE_TEXT);
    size_t at = skip_spaces(text, 0);
    for (;;) {
        struct slice name;
        if (at < text.bytes && text.data[at] == '"')
            name = take_quoted(call->arena, text, &at);
        else if (at < text.bytes && is_ident_start(text.data[at]))
            name = take_plain(call->arena, text, &at);
        else if (at < text.bytes && text.data[at] == '.')
            raise_ident(text, "No valid identifier before \".\".");
        else
            raise_ident(text, is_after_dot ? "No valid identifier after \".\"." : NULL);
        array_builder_add(&parts, slice_datum(name), false);
        at = skip_spaces(text, at);
        if (at == text.bytes)
            break;
        if (text.data[at] != '.') {
            if (is_strict)
                raise_ident(text, NULL);
            break;
        }
        is_after_dot = true;
        at = skip_spaces(text, at + 1);
    }
    return array_builder_finish(&parts);
}

/* ---- what this file brings ---- */

static const struct func_info funcs[] = {
    {FUNC(1268, "parse_ident", TYPE_TEXT_ARRAY, text_parse_ident, TYPE_TEXT, TYPE_BOOL),
     .arg_names = (const char *const[]){"str", "strict"}, .default_count = 1,
     .defaults = (const char *const[]){"true"}},
    {FUNC(6198, "unistr", TYPE_TEXT, text_unistr, TYPE_TEXT)},
};

const struct type_tables ident_tables = {
    .funcs = funcs,
    .func_count = COUNT_OF(funcs),
};
