/*
 * json_parse.c: see json_parse.h.
 *
 * The reader takes tokens and keeps a stack of its own (one byte a level: object or array). What it
 * expects next is one state; a token that does not fit it is told by that state's name.
 */
#include "type/json_parse.h"

#include "base/raise.h"
#include "type/digits.h"
#include "type/utf8.h"

#define CONTEXT_BYTES 50 /* of the line that an error shows */

enum token {
    TOKEN_END,
    TOKEN_STRING,
    TOKEN_NUMBER,
    TOKEN_TRUE,
    TOKEN_FALSE,
    TOKEN_NULL,
    TOKEN_OBJECT = '{',
    TOKEN_OBJECT_END = '}',
    TOKEN_ARRAY = '[',
    TOKEN_ARRAY_END = ']',
    TOKEN_COMMA = ',',
    TOKEN_COLON = ':',
};

enum expected {
    EXPECT_VALUE,
    EXPECT_ARRAY_FIRST,
    EXPECT_ARRAY_NEXT,
    EXPECT_OBJECT_FIRST,
    EXPECT_KEY,
    EXPECT_COLON,
    EXPECT_OBJECT_NEXT,
    EXPECT_END,
};

struct reader {
    struct arena *arena;
    const uint8_t *start, *end, *line;
    uint32_t line_number;
    enum token token;
    const uint8_t *token_start, *token_end;
    bool wants_text;
    struct slice string; /* of the last string token */
    const struct json_events *events;
    uint8_t *in_object; /* [capacity] */
    uint32_t depth, capacity;
    enum expected next;
};

/* ---- errors ---- */

/* The line up to the place of the error. */
static const char *
error_context(const struct reader *r)
{
    const uint8_t *from = r->line;
    while (r->token_end - from >= CONTEXT_BYTES) {
        from++;
        while (from < r->token_end && (*from & 0xc0) == 0x80)
            from++;
    }
    if (from - r->line <= 3)
        from = r->line;
    bool goes_on = r->token != TOKEN_END && r->token_end < r->end && *r->token_end != '\n' &&
                   *r->token_end != '\r';
    return raise_text("JSON data, line %u: %s%.*s%s", r->line_number, from > r->line ? "..." : "",
                      (int)(r->token_end - from), (const char *)from, goes_on ? "..." : "");
}

static _Noreturn void
fail_detail(const struct reader *r, const char *detail)
{
    raise_error(.code = SQLSTATE_INVALID_TEXT_REPRESENTATION,
                .message = "invalid input syntax for type json", .detail = detail,
                .context = error_context(r));
}

static const char *
token_text(const struct reader *r)
{
    struct slice token = slice_of(r->token_start, (size_t)(r->token_end - r->token_start));
    return (const char *)arena_slice(r->arena, token).data;
}

static _Noreturn void
fail_token(const struct reader *r)
{
    fail_detail(r, raise_text("Token \"%s\" is invalid.", token_text(r)));
}

static _Noreturn void
fail_expected(const struct reader *r)
{
    static const char *const wanted[] = {
        [EXPECT_VALUE] = "JSON value",
        [EXPECT_ARRAY_FIRST] = "JSON value",
        [EXPECT_ARRAY_NEXT] = "\",\" or \"]\"",
        [EXPECT_OBJECT_FIRST] = "string or \"}\"",
        [EXPECT_KEY] = "string",
        [EXPECT_COLON] = "\":\"",
        [EXPECT_OBJECT_NEXT] = "\",\" or \"}\"",
        [EXPECT_END] = "end of input",
    };
    if (r->token == TOKEN_END)
        fail_detail(r, "The input string ended unexpectedly.");
    fail_detail(r, raise_text("Expected %s, but found \"%s\".", wanted[r->next], token_text(r)));
}

void
json_raise_depth(void)
{
    raise_error(.code = SQLSTATE_STATEMENT_TOO_COMPLEX, .message = "stack depth limit exceeded",
                .detail = raise_text("JSON values may be nested %d levels deep.", JSON_DEPTH_MAX));
}

/* ---- strings ---- */

/* The end of the character at `at`. */
static const uint8_t *
character_end(const struct reader *r, const uint8_t *at)
{
    at++;
    while (at < r->end && (*at & 0xc0) == 0x80)
        at++;
    return at;
}

/* The four digits after "\u" at `at`; leaves `at` behind them. */
static uint32_t
read_hex(struct reader *r, const uint8_t **at)
{
    uint32_t code = 0;
    for (int i = 0; i < 4; i++, ++*at) {
        if (*at >= r->end) {
            r->token_end = r->end;
            fail_token(r);
        }
        int digit = hex_value(**at);
        if (digit < 0) {
            r->token_end = character_end(r, *at);
            fail_detail(r, "\"\\u\" must be followed by four hexadecimal digits.");
        }
        code = code * 16 + (uint32_t)digit;
    }
    return code;
}

static bool
is_high(uint32_t code)
{
    return code >= 0xd800 && code <= 0xdbff;
}

/* `at`: behind what shows the error. */
static _Noreturn void
fail_surrogate(struct reader *r, const uint8_t *at, bool after_high)
{
    r->token_end = at;
    fail_detail(r, after_high ? "Unicode high surrogate must not follow a high surrogate."
                              : "Unicode low surrogate must follow a high surrogate.");
}

/* What the escapes of a string gave so far. */
struct unescaped {
    uint8_t *to;
    uint32_t high; /* a high surrogate that waits for its low one; 0: none */
};

/* `at`: behind the escape. */
static void
take_code(struct reader *r, struct unescaped *u, uint32_t code, const uint8_t *at)
{
    if (!r->wants_text)
        return;
    if (is_high(code)) {
        if (u->high != 0)
            fail_surrogate(r, at, true);
        u->high = code;
        return;
    }
    bool is_low = code >= 0xdc00 && code <= 0xdfff;
    if (is_low != (u->high != 0))
        fail_surrogate(r, at, false);
    if (is_low)
        code = 0x10000 + ((u->high & 0x3ff) << 10 | (code & 0x3ff));
    u->high = 0;
    if (code == 0) {
        r->token_end = at;
        raise_error(.code = SQLSTATE_UNTRANSLATABLE_CHARACTER,
                    .message = "unsupported Unicode escape sequence",
                    .detail = "\\u0000 cannot be converted to text.", .context = error_context(r));
    }
    u->to += utf8_put(u->to, code);
}

/* `at` behind a backslash; returns where the escape ends. */
static const uint8_t *
read_escape(struct reader *r, struct unescaped *u, const uint8_t *at)
{
    static const char letters[] = "\"\\/bfnrt", meanings[] = "\"\\/\b\f\n\r\t";
    if (at == r->end) {
        r->token_end = at;
        fail_token(r);
    }
    if (*at == 'u') {
        at++;
        uint32_t code = read_hex(r, &at);
        take_code(r, u, code, at);
        return at;
    }
    if (r->wants_text && u->high != 0)
        fail_surrogate(r, character_end(r, at), false);
    const char *letter = memchr(letters, *at, sizeof letters - 1);
    if (letter == NULL) {
        r->token_start = at;
        r->token_end = character_end(r, at);
        fail_detail(r, raise_text("Escape sequence \"\\%s\" is invalid.", token_text(r)));
    }
    if (r->wants_text)
        *u->to++ = (uint8_t)meanings[letter - letters];
    return at + 1;
}

/* The end of the plain characters at `at`. */
static const uint8_t *
plain_end(const struct reader *r, const uint8_t *at)
{
    while (at < r->end && *at >= ' ' && *at != '"' && *at != '\\')
        at++;
    return at;
}

/* At a quote. */
static void
read_string(struct reader *r)
{
    const uint8_t *previous_end = r->token_end, *from = r->token_start + 1;
    const uint8_t *at = plain_end(r, from);
    struct unescaped u = {.to = NULL};
    uint8_t *text = NULL;
    if (r->wants_text && at < r->end && *at == '\\') {
        /* Escapes are longer than what they stand for. */
        const uint8_t *close = at;
        while (close < r->end && *close != '"')
            close += *close == '\\' && close + 1 < r->end ? 2 : 1;
        text = u.to = arena_alloc(r->arena, (size_t)(close - from) + 1);
        memcpy(u.to, from, (size_t)(at - from));
        u.to += at - from;
    }
    r->token_end = previous_end;
    while (at < r->end && *at == '\\') {
        at = read_escape(r, &u, at + 1);
        const uint8_t *plain = at;
        at = plain_end(r, at);
        if (u.high != 0 && plain < r->end && (at > plain || *at == '"'))
            fail_surrogate(r, character_end(r, plain), false);
        if (text != NULL) {
            memcpy(u.to, plain, (size_t)(at - plain));
            u.to += at - plain;
        }
    }
    r->token_end = at;
    if (at == r->end)
        fail_token(r);
    if (*at != '"')
        fail_detail(r, raise_text("Character with value 0x%02x must be escaped.", *at));
    r->string =
        text == NULL ? slice_of(from, (size_t)(at - from)) : slice_of(text, (size_t)(u.to - text));
    r->token_end = at + 1;
}

/* ---- other tokens ---- */

static bool
is_word(uint8_t c)
{
    return (c >= '0' && c <= '9') || ((c | 32) >= 'a' && (c | 32) <= 'z') || c == '_' || c >= 0x80;
}

static const uint8_t *
digits_end(const struct reader *r, const uint8_t *at)
{
    while (at < r->end && *at >= '0' && *at <= '9')
        at++;
    return at;
}

static void
read_number(struct reader *r)
{
    const uint8_t *at = r->token_start;
    at += *at == '-';
    const uint8_t *digits = at;
    at = at < r->end && *at == '0' ? at + 1 : digits_end(r, at);
    bool is_good = at > digits;
    if (at < r->end && *at == '.') {
        digits = at + 1;
        at = digits_end(r, digits);
        is_good &= at > digits;
    }
    if (at < r->end && (*at | 32) == 'e') {
        at++;
        if (at < r->end && (*at == '+' || *at == '-'))
            at++;
        digits = at;
        at = digits_end(r, at);
        is_good &= at > digits;
    }
    for (; at < r->end && is_word(*at); at++)
        is_good = false;
    r->token_end = at;
    if (!is_good)
        fail_token(r);
}

static enum token
read_word(struct reader *r)
{
    const uint8_t *at = r->token_start;
    while (at < r->end && is_word(*at))
        at++;
    r->token_end = at > r->token_start ? at : at + 1;
    struct slice word = slice_of(r->token_start, (size_t)(r->token_end - r->token_start));
    if (slice_equal(word, slice_text("true")))
        return TOKEN_TRUE;
    if (slice_equal(word, slice_text("false")))
        return TOKEN_FALSE;
    if (!slice_equal(word, slice_text("null")))
        fail_token(r);
    return TOKEN_NULL;
}

static void
next_token(struct reader *r)
{
    const uint8_t *at = r->token_end;
    for (; at < r->end && (*at == ' ' || *at == '\t' || *at == '\n' || *at == '\r'); at++) {
        if (*at == '\n') {
            r->line_number++;
            r->line = at + 1;
        }
    }
    r->token_start = at;
    if (at == r->end) {
        r->token = TOKEN_END;
        r->token_end = at;
        return;
    }
    r->token = TOKEN_STRING; /* errors show what follows it */
    if (*at == '"') {
        read_string(r);
    } else if (*at == '-' || (*at >= '0' && *at <= '9')) {
        read_number(r);
        r->token = TOKEN_NUMBER;
    } else if (strchr("{}[],:", *at) != NULL && *at != '\0') {
        r->token = (enum token) * at;
        r->token_end = at + 1;
    } else {
        r->token = read_word(r);
    }
}

/* ---- the text as a whole ---- */

static void
begin_list(struct reader *r, bool is_object)
{
    if (r->depth == r->capacity) {
        if (r->depth == JSON_DEPTH_MAX)
            json_raise_depth();
        uint32_t capacity = r->capacity * 4 < JSON_DEPTH_MAX ? r->capacity * 4 : JSON_DEPTH_MAX;
        r->in_object = arena_resize(r->arena, r->in_object, r->capacity, capacity);
        r->capacity = capacity;
    }
    r->in_object[r->depth++] = is_object;
    r->next = is_object ? EXPECT_OBJECT_FIRST : EXPECT_ARRAY_FIRST;
    if (r->events != NULL)
        r->events->begin(r->events->object, is_object);
}

static void
value_done(struct reader *r)
{
    r->next = r->depth == 0                ? EXPECT_END
              : r->in_object[r->depth - 1] ? EXPECT_OBJECT_NEXT
                                           : EXPECT_ARRAY_NEXT;
}

static void
end_list(struct reader *r)
{
    r->depth--;
    if (r->events != NULL)
        r->events->end(r->events->object);
    value_done(r);
}

static void
take_scalar(struct reader *r)
{
    struct slice text = slice_of(r->token_start, (size_t)(r->token_end - r->token_start));
    enum json_scalar kind = JSON_SCALAR_BOOL;
    if (r->token == TOKEN_STRING) {
        kind = JSON_SCALAR_STRING;
        text = r->string;
    } else if (r->token == TOKEN_NUMBER) {
        kind = JSON_SCALAR_NUMBER;
    } else if (r->token == TOKEN_NULL) {
        kind = JSON_SCALAR_NULL;
    } else if (r->token != TOKEN_TRUE && r->token != TOKEN_FALSE) {
        fail_expected(r);
    }
    if (r->events != NULL)
        r->events->scalar(r->events->object, kind, text);
    value_done(r);
}

static void
take_value(struct reader *r)
{
    if (r->token == TOKEN_OBJECT || r->token == TOKEN_ARRAY)
        begin_list(r, r->token == TOKEN_OBJECT);
    else
        take_scalar(r);
}

static void
take_key(struct reader *r)
{
    if (r->token != TOKEN_STRING)
        fail_expected(r);
    if (r->events != NULL)
        r->events->key(r->events->object, r->string);
    r->next = EXPECT_COLON;
}

static void
take_token(struct reader *r)
{
    switch (r->next) {
    case EXPECT_ARRAY_FIRST:
        if (r->token == TOKEN_ARRAY_END)
            end_list(r);
        else
            take_value(r);
        break;
    case EXPECT_VALUE:
        take_value(r);
        break;
    case EXPECT_OBJECT_FIRST:
        if (r->token == TOKEN_OBJECT_END)
            end_list(r);
        else
            take_key(r);
        break;
    case EXPECT_KEY:
        take_key(r);
        break;
    case EXPECT_ARRAY_NEXT:
    case EXPECT_OBJECT_NEXT: {
        bool is_object = r->next == EXPECT_OBJECT_NEXT;
        if (r->token == (is_object ? TOKEN_OBJECT_END : TOKEN_ARRAY_END))
            end_list(r);
        else if (r->token != TOKEN_COMMA)
            fail_expected(r);
        else
            r->next = is_object ? EXPECT_KEY : EXPECT_VALUE;
        break;
    }
    case EXPECT_COLON:
        if (r->token != TOKEN_COLON)
            fail_expected(r);
        r->next = EXPECT_VALUE;
        break;
    case EXPECT_END:
        fail_expected(r);
    }
}

static void
parse(struct arena *arena, struct slice text, const struct json_events *events, bool wants_text)
{
    struct reader r = {.arena = arena,
                       .start = text.data,
                       .end = text.data + text.bytes,
                       .line = text.data,
                       .line_number = 1,
                       .token_end = text.data,
                       .wants_text = wants_text,
                       .events = events,
                       .capacity = 64};
    r.in_object = arena_alloc(arena, r.capacity);
    for (;;) {
        next_token(&r);
        if (r.token == TOKEN_END && r.next == EXPECT_END)
            return;
        take_token(&r);
    }
}

void
json_parse(struct arena *arena, struct slice text, const struct json_events *events)
{
    parse(arena, text, events, events != NULL);
}

void
json_check_escapes(struct arena *arena, struct slice text)
{
    const uint8_t *at = text.data, *end = text.data + text.bytes;
    while (at < end && (at = memchr(at, '\\', (size_t)(end - at))) != NULL) {
        if (at + 1 < end && at[1] == 'u') {
            parse(arena, text, NULL, true);
            return;
        }
        at += 2;
    }
}

struct slice
json_wire_text(struct slice bytes, const char *version_name)
{
    if (bytes.bytes == 0)
        raise(SQLSTATE_PROTOCOL_VIOLATION, "no data left in message");
    if (bytes.data[0] != JSON_WIRE_VERSION)
        raise(SQLSTATE_INVALID_BINARY_REPRESENTATION, "unsupported %s %d", version_name,
              bytes.data[0]);
    struct slice text = slice_of(bytes.data + 1, bytes.bytes - 1);
    utf8_require(text);
    return text;
}

/* ---- walking ---- */

static bool
is_blank(uint8_t c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

struct slice
json_trim(struct slice text)
{
    while (text.bytes > 0 && is_blank(*text.data)) {
        text.data++;
        text.bytes--;
    }
    while (text.bytes > 0 && is_blank(text.data[text.bytes - 1]))
        text.bytes--;
    return text;
}

static const uint8_t *
skip_blanks(const uint8_t *at, const uint8_t *end)
{
    while (at < end && is_blank(*at))
        at++;
    return at;
}

/* At a quote; returns what follows the string. */
static const uint8_t *
skip_string(const uint8_t *at, const uint8_t *end)
{
    for (at++; at < end && *at != '"'; at++)
        at += *at == '\\';
    return at < end ? at + 1 : end;
}

static const uint8_t *
skip_value(const uint8_t *at, const uint8_t *end)
{
    if (*at == '"')
        return skip_string(at, end);
    if (*at != '{' && *at != '[') {
        while (at < end && *at != ',' && *at != '}' && *at != ']' && !is_blank(*at))
            at++;
        return at;
    }
    uint32_t depth = 0;
    while (at < end) {
        if (*at == '"') {
            at = skip_string(at, end);
            continue;
        }
        if (*at == '{' || *at == '[')
            depth++;
        else if ((*at == '}' || *at == ']') && --depth == 0)
            return at + 1;
        at++;
    }
    return at;
}

void
json_walk_begin(struct json_walk *walk, struct slice list)
{
    *walk = (struct json_walk){
        .at = list.data + 1, .end = list.data + list.bytes, .is_object = *list.data == '{'};
}

bool
json_walk_next(struct json_walk *walk, struct slice *key, struct slice *value)
{
    const uint8_t *at = skip_blanks(walk->at, walk->end);
    if (at < walk->end && *at == ',')
        at = skip_blanks(at + 1, walk->end);
    if (at >= walk->end || *at == ']' || *at == '}')
        return false;
    *key = slice_of(NULL, 0);
    if (walk->is_object) {
        const uint8_t *start = at + 1;
        at = skip_string(at, walk->end);
        *key = slice_of(start, (size_t)(at - 1 - start));
        at = skip_blanks(at, walk->end) + 1; /* the colon */
        at = skip_blanks(at, walk->end);
    }
    walk->at = skip_value(at, walk->end);
    *value = slice_of(at, (size_t)(walk->at - at));
    return true;
}

struct slice
json_unescape(struct arena *arena, struct slice string)
{
    if (string.bytes == 0 || memchr(string.data, '\\', string.bytes) == NULL)
        return string;
    /* The quotes stand around it. */
    struct reader r = {.arena = arena,
                       .start = string.data - 1,
                       .end = string.data + string.bytes + 1,
                       .line = string.data - 1,
                       .line_number = 1,
                       .token_start = string.data - 1,
                       .token_end = string.data - 1,
                       .wants_text = true};
    read_string(&r);
    return r.string;
}

void
json_put_string(struct buf *to, struct slice text)
{
    buf_put_u8(to, '"');
    size_t plain = 0;
    for (size_t i = 0; i < text.bytes; i++) {
        uint8_t c = text.data[i];
        if (c >= ' ' && c != '"' && c != '\\')
            continue;
        buf_put(to, text.data + plain, i - plain);
        plain = i + 1;
        const char *escape = c == '"'    ? "\\\""
                             : c == '\\' ? "\\\\"
                             : c == '\b' ? "\\b"
                             : c == '\f' ? "\\f"
                             : c == '\n' ? "\\n"
                             : c == '\r' ? "\\r"
                             : c == '\t' ? "\\t"
                                         : NULL;
        if (escape != NULL)
            buf_put_text(to, escape);
        else
            buf_format(to, "\\u%04x", c);
    }
    if (text.bytes > plain)
        buf_put(to, text.data + plain, text.bytes - plain);
    buf_put_u8(to, '"');
}
