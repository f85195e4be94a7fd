/*
 * similar.c: SIMILAR TO: SQL's regular expressions as PostgreSQL's.
 *
 * The result is ^(?:...)$ with % for .* and _ for a single character, groups that do not count, and
 * the other syntax of POSIX taken over. Two escaped double quotes mark the part that
 * substring(text similar pattern) returns.
 */
#include "type/similar.h"

#include "base/raise.h"
#include "type/generic.h"
#include "type/tables.h"
#include "type/text.h"
#include "type/utf8.h"

struct walk {
    struct slice pattern;
    size_t at;
    struct slice escape;
    uint8_t *to;
    bool is_lazy; /* % takes as little as it can, until the first quote */
    bool is_after_escape;
    uint32_t bracket_depth; /* 0: outside; a class within a bracket counts too */
    size_t bracket_chars;   /* seen since the outermost bracket opened */
    int quote_count;
};

static void
put(struct walk *walk, const char *text)
{
    size_t bytes = strlen(text);
    memcpy(walk->to, text, bytes);
    walk->to += bytes;
}

/* An escaped double quote: ends the first part, or the second. */
static void
put_quote(struct walk *walk)
{
    walk->quote_count++;
    walk->is_lazy = false;
    if (walk->quote_count == 1)
        put(walk, "){1,1}?(");
    else if (walk->quote_count == 2)
        put(walk, "){1,1}(?:");
    else
        raise(SQLSTATE_INVALID_USE_OF_ESCAPE_CHARACTER,
              "SQL regular expression may not contain more than two escape-double-quote "
              "separators");
}

static void
put_bracket_char(struct walk *walk, uint8_t c)
{
    if (c == '\\')
        *walk->to++ = '\\';
    *walk->to++ = c;
    bool is_first = walk->bracket_chars == 0 || (walk->bracket_chars == 1 && walk->to[-2] == '^');
    if (c == ']' && !is_first)
        walk->bracket_depth--;
    else if (c == '[')
        walk->bracket_depth++;
    walk->bracket_chars++;
}

static void
put_plain_char(struct walk *walk, uint8_t c)
{
    if (c == '%') {
        put(walk, walk->is_lazy ? ".*?" : ".*");
    } else if (c == '_') {
        put(walk, ".");
    } else if (c == '(') {
        put(walk, "(?:");
    } else if (c == '\\' || c == '.' || c == '^' || c == '$') {
        *walk->to++ = '\\';
        *walk->to++ = c;
    } else {
        *walk->to++ = c;
        walk->bracket_depth = c == '[';
        walk->bracket_chars = 0;
    }
}

static void
put_char(struct walk *walk)
{
    struct slice pattern = walk->pattern;
    size_t bytes = utf8_bytes(pattern.data[walk->at]);
    bytes = bytes > pattern.bytes - walk->at ? pattern.bytes - walk->at : bytes;
    const uint8_t *c = pattern.data + walk->at;
    walk->at += bytes;
    if (walk->is_after_escape) {
        walk->is_after_escape = false;
        if (*c == '"' && walk->bracket_depth == 0) {
            put_quote(walk);
            return;
        }
        *walk->to++ = '\\';
    } else if (walk->escape.bytes == bytes && memcmp(c, walk->escape.data, bytes) == 0) {
        walk->is_after_escape = true;
        return;
    } else if (bytes == 1 && walk->bracket_depth > 0) {
        put_bracket_char(walk, *c);
        return;
    } else if (bytes == 1) {
        put_plain_char(walk, *c);
        return;
    }
    memcpy(walk->to, c, bytes);
    walk->to += bytes;
    walk->bracket_chars++;
}

struct slice
similar_regex(struct arena *arena, struct slice pattern, struct slice escape, bool is_lazy)
{
    if (escape.bytes > 0 && utf8_bytes(escape.data[0]) != escape.bytes)
        raise_error(.code = SQLSTATE_INVALID_ESCAPE_SEQUENCE, .message = "invalid escape string",
                    .hint = "Escape string must be empty or one character.");
    /* A character becomes three bytes at most, the two quotes some more. */
    uint8_t *regex = text_alloc(arena, (uint64_t)pattern.bytes * 3 + 32);
    struct walk walk = {.pattern = pattern, .escape = escape, .to = regex, .is_lazy = is_lazy};
    put(&walk, "^(?:");
    while (walk.at < pattern.bytes)
        put_char(&walk);
    put(&walk, ")$");
    return slice_of(regex, (size_t)(walk.to - regex));
}

/* similar_to_escape(pattern [, escape]); the escape character is a backslash unless given. */
static union datum
similar_to_escape(struct func_call *call, const union datum *args)
{
    struct slice escape = call->arg_count == 2 ? datum_slice(&args[1]) : slice_of("\\", 1);
    return slice_datum(similar_regex(call->arena, datum_slice(&args[0]), escape, false));
}

/* The older form, which sees nulls: a null escape means a backslash. */
static union datum
similar_escape(struct func_call *call, const union datum *args)
{
    bool no_pattern = func_arg_is_null(call, 0);
    bool no_escape = func_arg_is_null(call, 1);
    call->result_is_null = no_pattern;
    if (no_pattern)
        return (union datum){.words = {0, 0}};
    struct slice escape = no_escape ? slice_of("\\", 1) : datum_slice(&args[1]);
    return slice_datum(similar_regex(call->arena, datum_slice(&args[0]), escape, false));
}

/* ---- what this file brings ---- */

static const struct func_info funcs[] = {
    {FUNC_NULLS(1623, "similar_escape", TYPE_TEXT, similar_escape, TYPE_TEXT, TYPE_TEXT)},
    {FUNC(1986, "similar_to_escape", TYPE_TEXT, similar_to_escape, TYPE_TEXT, TYPE_TEXT)},
    {FUNC(1987, "similar_to_escape", TYPE_TEXT, similar_to_escape, TYPE_TEXT)},
};

const struct type_tables similar_tables = {
    .funcs = funcs,
    .func_count = COUNT_OF(funcs),
};
