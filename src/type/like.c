/*
 * like.c: LIKE and ILIKE, for text, name, character(n) and bytea.
 *
 * A pattern is matched from left to right; after a % only the last one need ever be tried further
 * along the text, so that matching takes at most (bytes of text) x (bytes of pattern) steps and no
 * stack. A pattern that is one literal between % (or none) is recognised once a vector and searched
 * for as bytes.
 *
 * ILIKE compares the lower case of both sides.
 */
#include "base/raise.h"
#include "type/generic.h"
#include "type/tables.h"
#include "type/text.h"
#include "type/text_case.h"
#include "type/utf8.h"

#define ESCAPE '\\'

static size_t
char_bytes(struct slice text, size_t at, bool by_byte)
{
    size_t bytes = by_byte ? 1 : utf8_bytes(text.data[at]);
    return bytes > text.bytes - at ? text.bytes - at : bytes;
}

/*
 * Matches one element of the pattern (a character, an escaped one, or _) at the text's position and
 * moves both on; false if it does not match. Neither is at its end.
 */
static bool
match_one(struct slice text, size_t *t, struct slice pattern, size_t *p, bool by_byte)
{
    uint8_t c = pattern.data[*p];
    if (c == '_') {
        *t += char_bytes(text, *t, by_byte);
        ++*p;
        return true;
    }
    size_t literal = *p;
    if (c == ESCAPE && ++literal == pattern.bytes)
        raise(SQLSTATE_INVALID_ESCAPE_SEQUENCE, "LIKE pattern must not end with escape character");
    if (pattern.data[literal] != text.data[*t])
        return false;
    *p = literal + 1;
    ++*t;
    return true;
}

/* Where the literal at pattern[p] first occurs from text[t] on: the text's end if nowhere. Bytes of
 * whole characters are found at whole characters only. */
static size_t
skip_to_literal(struct slice text, size_t t, struct slice pattern, size_t p)
{
    size_t end = p;
    while (end < pattern.bytes && pattern.data[end] != '%' && pattern.data[end] != '_' &&
           pattern.data[end] != ESCAPE)
        end++;
    if (end == p)
        return t;
    const uint8_t *found = memmem(text.data + t, text.bytes - t, pattern.data + p, end - p);
    return found == NULL ? text.bytes : (size_t)(found - text.data);
}

static bool
like(struct slice text, struct slice pattern, bool by_byte)
{
    size_t t = 0, p = 0;
    size_t retry_t = 0, retry_p = SIZE_MAX; /* behind the last %, and where it was last tried */
    for (;;) {
        if (p < pattern.bytes && pattern.data[p] == '%') {
            retry_p = ++p;
            if (p == pattern.bytes)
                return true;
            retry_t = t = skip_to_literal(text, t, pattern, p);
            continue;
        }
        if (t == text.bytes) {
            if (p == pattern.bytes)
                return true;
            /* Further along there would be even less text. */
            return false;
        }
        if (p < pattern.bytes && match_one(text, &t, pattern, &p, by_byte))
            continue;
        if (retry_p == SIZE_MAX)
            return false;
        p = retry_p;
        retry_t += char_bytes(text, retry_t, by_byte);
        retry_t = t = skip_to_literal(text, retry_t, pattern, p);
    }
}

/* ---- patterns that are plain searches ---- */

enum pattern_kind { PATTERN_ANY, PATTERN_EQUAL, PATTERN_PREFIX, PATTERN_SUFFIX, PATTERN_INNER };

struct plain_pattern {
    enum pattern_kind kind; /* PATTERN_ANY: none of the others */
    struct slice literal;
};

static struct plain_pattern
plain_pattern_of(struct slice pattern)
{
    struct plain_pattern plain = {.literal = pattern};
    bool is_open_left = pattern.bytes > 0 && pattern.data[0] == '%';
    if (is_open_left)
        plain.literal = slice_of(pattern.data + 1, pattern.bytes - 1);
    bool is_open_right =
        plain.literal.bytes > 0 && plain.literal.data[plain.literal.bytes - 1] == '%';
    if (is_open_right)
        plain.literal.bytes--;
    for (size_t i = 0; i < plain.literal.bytes; i++) {
        uint8_t c = plain.literal.data[i];
        if (c == '%' || c == '_' || c == ESCAPE)
            return plain;
    }
    plain.kind = is_open_left ? (is_open_right ? PATTERN_INNER : PATTERN_SUFFIX)
                              : (is_open_right ? PATTERN_PREFIX : PATTERN_EQUAL);
    return plain;
}

static bool
plain_match(const struct plain_pattern *plain, struct slice text)
{
    struct slice literal = plain->literal;
    if (text.bytes < literal.bytes)
        return false;
    size_t rest = text.bytes - literal.bytes;
    switch (plain->kind) {
    case PATTERN_EQUAL:
        return slice_equal(text, literal);
    case PATTERN_PREFIX:
        return slice_equal(slice_of(text.data, literal.bytes), literal);
    case PATTERN_SUFFIX:
        return slice_equal(slice_of(text.data + rest, literal.bytes), literal);
    default:
        return literal.bytes == 0 ||
               memmem(text.data, text.bytes, literal.data, literal.bytes) != NULL;
    }
}

static void
like_vector(uint32_t count, const uint16_t *sel, const struct column *args, struct column *result,
            bool is_negated)
{
    const struct view *texts = args[0].data, *patterns = args[1].data;
    uint8_t *to = result->data;
    uint32_t text_step = !args[0].is_const, pattern_step = !args[1].is_const;
    struct plain_pattern plain = {.kind = PATTERN_ANY};
    if (args[1].is_const && count > 0)
        plain = plain_pattern_of(view_slice(&patterns[0]));
    for (uint32_t i = 0; i < count; i++) {
        uint32_t row = sel != NULL ? sel[i] : i;
        struct slice text = view_slice(&texts[row * text_step]);
        bool matches = plain.kind != PATTERN_ANY
                           ? plain_match(&plain, text)
                           : like(text, view_slice(&patterns[row * pattern_step]), false);
        to[row] = matches != is_negated;
    }
}

static union datum
text_like(struct func_call *call, const union datum *args)
{
    (void)call;
    return bool_datum(like(datum_slice(&args[0]), datum_slice(&args[1]), false));
}

static union datum
text_not_like(struct func_call *call, const union datum *args)
{
    (void)call;
    return bool_datum(!like(datum_slice(&args[0]), datum_slice(&args[1]), false));
}

static void
text_like_vector(struct func_call *call, uint32_t count, const uint16_t *sel,
                 const struct column *args, struct column *result)
{
    (void)call;
    like_vector(count, sel, args, result, false);
}

static void
text_not_like_vector(struct func_call *call, uint32_t count, const uint16_t *sel,
                     const struct column *args, struct column *result)
{
    (void)call;
    like_vector(count, sel, args, result, true);
}

static union datum
bytea_like(struct func_call *call, const union datum *args)
{
    (void)call;
    return bool_datum(like(datum_slice(&args[0]), datum_slice(&args[1]), true));
}

static union datum
bytea_not_like(struct func_call *call, const union datum *args)
{
    (void)call;
    return bool_datum(!like(datum_slice(&args[0]), datum_slice(&args[1]), true));
}

static bool
ilike(struct func_call *call, const union datum *args)
{
    return like(text_lower(call->arena, datum_slice(&args[0])),
                text_lower(call->arena, datum_slice(&args[1])), false);
}

static union datum
text_ilike(struct func_call *call, const union datum *args)
{
    return bool_datum(ilike(call, args));
}

static union datum
text_not_ilike(struct func_call *call, const union datum *args)
{
    return bool_datum(!ilike(call, args));
}

/* ---- LIKE ... ESCAPE ---- */

/*
 * like_escape(pattern, escape): the pattern with \ for its escape character. An empty escape means
 * that there is none.
 */
static union datum
escape_pattern(struct func_call *call, const union datum *args, bool is_text)
{
    struct slice pattern = datum_slice(&args[0]), escape = datum_slice(&args[1]);
    uint8_t *out = text_alloc(call->arena, (uint64_t)pattern.bytes * 2), *to = out;
    if (escape.bytes > 0 && (is_text ? utf8_bytes(escape.data[0]) : 1) != escape.bytes)
        raise_error(.code = SQLSTATE_INVALID_ESCAPE_SEQUENCE, .message = "invalid escape string",
                    .hint = "Escape string must be empty or one character.");
    if (escape.bytes == 1 && escape.data[0] == ESCAPE)
        return args[0];
    bool is_after_escape = false;
    for (size_t at = 0; at < pattern.bytes;) {
        size_t bytes = is_text ? char_bytes(pattern, at, false) : 1;
        bool is_escape = escape.bytes == bytes &&
                         memcmp(pattern.data + at, escape.data, bytes) == 0 && !is_after_escape;
        if (is_escape) {
            *to++ = ESCAPE;
        } else {
            if (pattern.data[at] == ESCAPE && !is_after_escape)
                *to++ = ESCAPE;
            memcpy(to, pattern.data + at, bytes);
            to += bytes;
        }
        is_after_escape = is_escape;
        at += bytes;
    }
    return slice_datum(slice_of(out, (size_t)(to - out)));
}

static union datum
text_like_escape(struct func_call *call, const union datum *args)
{
    return escape_pattern(call, args, true);
}

static union datum
bytea_like_escape(struct func_call *call, const union datum *args)
{
    return escape_pattern(call, args, false);
}

/* ---- what this file brings ---- */

static const struct func_info funcs[] = {
    {FUNC(850, "textlike", TYPE_BOOL, text_like, TYPE_TEXT, TYPE_TEXT), .vector = text_like_vector},
    {FUNC(851, "textnlike", TYPE_BOOL, text_not_like, TYPE_TEXT, TYPE_TEXT),
     .vector = text_not_like_vector},
    {FUNC(858, "namelike", TYPE_BOOL, text_like, TYPE_NAME, TYPE_TEXT), .vector = text_like_vector},
    {FUNC(859, "namenlike", TYPE_BOOL, text_not_like, TYPE_NAME, TYPE_TEXT),
     .vector = text_not_like_vector},
    {FUNC(1569, "like", TYPE_BOOL, text_like, TYPE_TEXT, TYPE_TEXT), .vector = text_like_vector},
    {FUNC(1570, "notlike", TYPE_BOOL, text_not_like, TYPE_TEXT, TYPE_TEXT),
     .vector = text_not_like_vector},
    {FUNC(1571, "like", TYPE_BOOL, text_like, TYPE_NAME, TYPE_TEXT), .vector = text_like_vector},
    {FUNC(1572, "notlike", TYPE_BOOL, text_not_like, TYPE_NAME, TYPE_TEXT),
     .vector = text_not_like_vector},
    {FUNC(1631, "bpcharlike", TYPE_BOOL, text_like, TYPE_BPCHAR, TYPE_TEXT),
     .vector = text_like_vector},
    {FUNC(1632, "bpcharnlike", TYPE_BOOL, text_not_like, TYPE_BPCHAR, TYPE_TEXT),
     .vector = text_not_like_vector},
    {FUNC(1633, "texticlike", TYPE_BOOL, text_ilike, TYPE_TEXT, TYPE_TEXT)},
    {FUNC(1634, "texticnlike", TYPE_BOOL, text_not_ilike, TYPE_TEXT, TYPE_TEXT)},
    {FUNC(1635, "nameiclike", TYPE_BOOL, text_ilike, TYPE_NAME, TYPE_TEXT)},
    {FUNC(1636, "nameicnlike", TYPE_BOOL, text_not_ilike, TYPE_NAME, TYPE_TEXT)},
    {FUNC(1637, "like_escape", TYPE_TEXT, text_like_escape, TYPE_TEXT, TYPE_TEXT)},
    {FUNC(1660, "bpchariclike", TYPE_BOOL, text_ilike, TYPE_BPCHAR, TYPE_TEXT)},
    {FUNC(1661, "bpcharicnlike", TYPE_BOOL, text_not_ilike, TYPE_BPCHAR, TYPE_TEXT)},
    {FUNC(2005, "bytealike", TYPE_BOOL, bytea_like, TYPE_BYTEA, TYPE_BYTEA)},
    {FUNC(2006, "byteanlike", TYPE_BOOL, bytea_not_like, TYPE_BYTEA, TYPE_BYTEA)},
    {FUNC(2007, "like", TYPE_BOOL, bytea_like, TYPE_BYTEA, TYPE_BYTEA)},
    {FUNC(2008, "notlike", TYPE_BOOL, bytea_not_like, TYPE_BYTEA, TYPE_BYTEA)},
    {FUNC(2009, "like_escape", TYPE_BYTEA, bytea_like_escape, TYPE_BYTEA, TYPE_BYTEA)},
};

static const struct operator_info operators[] = {
    {1207, "~~", TYPE_NAME, TYPE_TEXT, TYPE_BOOL, 858, 0, 1208, false, false, "likesel",
     "likejoinsel"},
    {1208, "!~~", TYPE_NAME, TYPE_TEXT, TYPE_BOOL, 859, 0, 1207, false, false, "nlikesel",
     "nlikejoinsel"},
    {1209, "~~", TYPE_TEXT, TYPE_TEXT, TYPE_BOOL, 850, 0, 1210, false, false, "likesel",
     "likejoinsel"},
    {1210, "!~~", TYPE_TEXT, TYPE_TEXT, TYPE_BOOL, 851, 0, 1209, false, false, "nlikesel",
     "nlikejoinsel"},
    {1211, "~~", TYPE_BPCHAR, TYPE_TEXT, TYPE_BOOL, 1631, 0, 1212, false, false, "likesel",
     "likejoinsel"},
    {1212, "!~~", TYPE_BPCHAR, TYPE_TEXT, TYPE_BOOL, 1632, 0, 1211, false, false, "nlikesel",
     "nlikejoinsel"},
    {1625, "~~*", TYPE_NAME, TYPE_TEXT, TYPE_BOOL, 1635, 0, 1626, false, false, "iclikesel",
     "iclikejoinsel"},
    {1626, "!~~*", TYPE_NAME, TYPE_TEXT, TYPE_BOOL, 1636, 0, 1625, false, false, "icnlikesel",
     "icnlikejoinsel"},
    {1627, "~~*", TYPE_TEXT, TYPE_TEXT, TYPE_BOOL, 1633, 0, 1628, false, false, "iclikesel",
     "iclikejoinsel"},
    {1628, "!~~*", TYPE_TEXT, TYPE_TEXT, TYPE_BOOL, 1634, 0, 1627, false, false, "icnlikesel",
     "icnlikejoinsel"},
    {1629, "~~*", TYPE_BPCHAR, TYPE_TEXT, TYPE_BOOL, 1660, 0, 1630, false, false, "iclikesel",
     "iclikejoinsel"},
    {1630, "!~~*", TYPE_BPCHAR, TYPE_TEXT, TYPE_BOOL, 1661, 0, 1629, false, false, "icnlikesel",
     "icnlikejoinsel"},
    {2016, "~~", TYPE_BYTEA, TYPE_BYTEA, TYPE_BOOL, 2005, 0, 2017, false, false, "likesel",
     "likejoinsel"},
    {2017, "!~~", TYPE_BYTEA, TYPE_BYTEA, TYPE_BOOL, 2006, 0, 2016, false, false, "nlikesel",
     "nlikejoinsel"},
};

const struct type_tables like_tables = {
    .funcs = funcs,
    .func_count = COUNT_OF(funcs),
    .operators = operators,
    .operator_count = COUNT_OF(operators),
};
