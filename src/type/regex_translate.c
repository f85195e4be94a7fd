/*
 * regex_translate.c: PostgreSQL's advanced regular expressions (after Henry Spencer's) in the
 * syntax of PCRE2.
 *
 * Most of the syntax is shared. What differs: \y \Y \m \M \A \Z name word boundaries and ends, \b
 * is a backspace and \B a backslash, \d is ASCII only, options may stand in front (***: ***= (?i)),
 * a quantifier after a quantifier is an error, and unknown escapes are too.
 */
#include "type/regex_translate.h"

#include "base/raise.h"
#include "type/digits.h"

#define REPEAT_MAX 255

/* What a walk over the expression knows. */
struct walk {
    const uint8_t *at, *end;
    struct buf *to;
    struct regex_syntax *syntax;
    bool can_repeat; /* an atom stands before, which a quantifier may follow */
    uint32_t depth;
    uint32_t group_count; /* groups that capture, opened so far */
};

void
regex_raise(const char *what)
{
    raise(SQLSTATE_INVALID_REGULAR_EXPRESSION, "invalid regular expression: %s", what);
}

static void
put(struct walk *walk, const char *text)
{
    buf_put_text(walk->to, text);
}

static bool
is_alnum(uint8_t c)
{
    return is_digit(c) || ((c | 0x20) >= 'a' && (c | 0x20) <= 'z');
}

/*
 * Exactly or up to `max` hexadecimal digits at walk->at, as \x{...}. Numbers past the last
 * character are taken and match none: the last, which no text should hold, stands for them.
 */
static void
put_hex(struct walk *walk, int min, int max)
{
    uint32_t code = 0;
    int count = 0;
    for (; count < max && walk->at < walk->end && hex_value(*walk->at) >= 0; count++, walk->at++)
        code = code << 4 | (uint32_t)hex_value(*walk->at);
    if (count < min || code > INT32_MAX - 1)
        regex_raise("invalid escape \\ sequence");
    buf_format(walk->to, "\\x{%x}", code < 0x10ffff ? code : 0x10ffff);
}

/*
 * A group's number: one digit, or more if there are so many groups; else \0, \xy, \xyz in octal.
 * `c` is the first digit.
 */
static void
put_number_escape(struct walk *walk, uint8_t c, bool in_bracket)
{
    const uint8_t *first = walk->at - 1;
    uint32_t number = (uint32_t)(c - '0');
    while (walk->at < walk->end && is_digit(*walk->at) && number < 100)
        number = number * 10 + (uint32_t)(*walk->at++ - '0');
    bool is_single = walk->at == first + 1;
    if (c != '0' && !in_bracket && (is_single || number <= walk->group_count)) {
        walk->syntax->has_backreference = true;
        buf_format(walk->to, "\\g{%u}", number);
        return;
    }
    uint32_t code = 0;
    walk->at = first;
    for (int i = 0; i < 3 && walk->at < walk->end && *walk->at >= '0' && *walk->at <= '7'; i++)
        code = code << 3 | (uint32_t)(*walk->at++ - '0');
    if (walk->at == first)
        regex_raise("invalid escape \\ sequence");
    buf_format(walk->to, "\\x{%x}", code);
}

/* Escapes that stand for one character, inside brackets and outside; false: it is none of them. */
static bool
put_char_escape(struct walk *walk, uint8_t c)
{
    static const char letters[] = "abBefnrtv";
    static const char *const codes[] = {"\\x07", "\\x08", "\\\\", "\\x1b", "\\f",
                                        "\\n",   "\\r",   "\\t",  "\\x0b"};
    const char *known = strchr(letters, c);
    if (known != NULL && c != 0) {
        put(walk, codes[known - letters]);
    } else if (c == 'c' && walk->at < walk->end) {
        buf_format(walk->to, "\\x{%x}", *walk->at++ & 0x1fu);
    } else if (c == 'u') {
        put_hex(walk, 4, 4);
    } else if (c == 'U') {
        put_hex(walk, 8, 8);
    } else if (c == 'x') {
        put_hex(walk, 1, 255); /* the last eight count */
    } else if (!is_alnum(c)) {
        if (c < 0x80)
            buf_put_u8(walk->to, '\\');
        buf_put_u8(walk->to, c);
    } else {
        return false;
    }
    return true;
}

static uint8_t
take_escaped(struct walk *walk)
{
    if (walk->at == walk->end)
        regex_raise("invalid escape \\ sequence");
    return *walk->at++;
}

/* walk->at is behind a backslash outside brackets. */
static void
translate_escape(struct walk *walk)
{
    uint8_t c = take_escaped(walk);
    static const struct {
        char letter;
        bool is_atom;
        const char *code;
    } classes[] = {{'d', true, "[0-9]"},        {'D', true, "[^0-9]"}, {'s', true, "\\s"},
                   {'S', true, "\\S"},          {'w', true, "\\w"},    {'W', true, "\\W"},
                   {'A', false, "\\A"},         {'Z', false, "\\z"},   {'m', false, "\\b(?=\\w)"},
                   {'M', false, "\\b(?<=\\w)"}, {'y', false, "\\b"},   {'Y', false, "\\B"}};
    walk->can_repeat = true;
    for (size_t i = 0; i < sizeof classes / sizeof classes[0]; i++) {
        if ((uint8_t)classes[i].letter == c) {
            walk->can_repeat = classes[i].is_atom;
            put(walk, classes[i].code);
            return;
        }
    }
    if (is_digit(c))
        put_number_escape(walk, c, false);
    else if (!put_char_escape(walk, c))
        regex_raise("invalid escape \\ sequence");
}

static void
bracket_escape(struct walk *walk)
{
    uint8_t c = take_escaped(walk);
    if (c == 'd')
        put(walk, "0-9");
    else if (c == 'w' || c == 's' || c == 'W' || c == 'S')
        buf_format(walk->to, "\\%c", c);
    else if (c == 'D')
        put(walk, "\\x{0}-/:-\\x{10ffff}");
    else if (is_digit(c))
        put_number_escape(walk, c, true);
    else if (!put_char_escape(walk, c))
        regex_raise("invalid escape \\ sequence");
}

static bool
starts_with(const struct walk *walk, const char *text)
{
    size_t bytes = strlen(text);
    return (size_t)(walk->end - walk->at) >= bytes && memcmp(walk->at, text, bytes) == 0;
}

/* [:class:], [=x=] and [.x.]; walk->at is at the inner bracket. */
static void
bracket_class(struct walk *walk)
{
    uint8_t kind = walk->at[1];
    const uint8_t *name = walk->at + 2, *close = name;
    while (close + 1 < walk->end && !(close[0] == kind && close[1] == ']'))
        close++;
    if (close + 1 >= walk->end)
        regex_raise("brackets [] not balanced");
    struct slice word = slice_of(name, (size_t)(close - name));
    walk->at = close + 2;
    if (kind == ':') {
        if (slice_equal(word, slice_text("digit")))
            put(walk, "0-9");
        else
            buf_format(walk->to, "[:%.*s:]", (int)word.bytes, (const char *)word.data);
        return;
    }
    if (word.bytes == 0 || (word.data[0] < 0x80 && word.bytes > 1))
        regex_raise("invalid collating element");
    if (word.data[0] < 0x80 && !is_alnum(word.data[0]))
        buf_put_u8(walk->to, '\\');
    buf_put_slice(walk->to, word);
}

/* walk->at is behind the opening bracket. */
static void
translate_bracket(struct walk *walk)
{
    walk->can_repeat = true;
    if (starts_with(walk, "[:<:]]") || starts_with(walk, "[:>:]]")) {
        put(walk, walk->at[2] == '<' ? "\\b(?=\\w)" : "\\b(?<=\\w)");
        walk->at += 6;
        walk->can_repeat = false;
        return;
    }
    put(walk, "[");
    if (walk->at < walk->end && *walk->at == '^') {
        put(walk, walk->syntax->options.stops_at_line ? "^\\n" : "^");
        walk->at++;
    }
    if (walk->at < walk->end && *walk->at == ']') {
        put(walk, "\\]");
        walk->at++;
    }
    while (walk->at < walk->end && *walk->at != ']') {
        uint8_t c = *walk->at;
        bool is_class = c == '[' && walk->at + 1 < walk->end &&
                        (walk->at[1] == ':' || walk->at[1] == '=' || walk->at[1] == '.');
        if (is_class) {
            bracket_class(walk);
            continue;
        }
        walk->at++;
        if (c == '\\')
            bracket_escape(walk);
        else if (c == '[')
            put(walk, "\\[");
        else
            buf_put_u8(walk->to, c);
    }
    if (walk->at == walk->end)
        regex_raise("brackets [] not balanced");
    put(walk, "]");
    walk->at++;
}

/* The numbers of {m,n}; walk->at is behind the brace, which a digit follows. */
static void
translate_bounds(struct walk *walk)
{
    const uint8_t *first = walk->at - 1;
    uint32_t bounds[2] = {0, REPEAT_MAX};
    for (int i = 0; i < 2; i++) {
        uint32_t number = 0;
        const uint8_t *digits = walk->at;
        for (; walk->at < walk->end && is_digit(*walk->at); walk->at++)
            number = number > REPEAT_MAX ? number : number * 10 + (uint32_t)(*walk->at - '0');
        if (number > REPEAT_MAX)
            regex_raise("invalid repetition count(s)");
        if (walk->at > digits)
            bounds[i] = number;
        bool more = i == 0 && walk->at < walk->end && *walk->at == ',';
        if (!more && i == 0)
            bounds[1] = number;
        if (!more)
            break;
        walk->at++;
    }
    if (walk->at == walk->end || *walk->at != '}')
        regex_raise(walk->at == walk->end ? "braces {} not balanced"
                                          : "invalid repetition count(s)");
    if (bounds[0] > bounds[1])
        regex_raise("invalid repetition count(s)");
    walk->at++;
    buf_put(walk->to, first, (size_t)(walk->at - first));
}

/* walk->at is behind the quantifier's first character `c`. */
static void
translate_quantifier(struct walk *walk, uint8_t c)
{
    if (!walk->can_repeat)
        regex_raise("quantifier operand invalid");
    walk->can_repeat = false;
    walk->syntax->choice_count++;
    if (c == '{')
        translate_bounds(walk);
    else
        buf_put_u8(walk->to, c);
    if (walk->at < walk->end && *walk->at == '?') {
        walk->syntax->is_lazy = true;
        put(walk, "?");
        walk->at++;
    }
}

/* walk->at is behind an opening parenthesis. */
static void
translate_group(struct walk *walk)
{
    static const char *const openings[] = {"?:", "?=", "?!", "?<=", "?<!"};
    walk->can_repeat = false;
    walk->depth++;
    put(walk, "(");
    if (walk->at == walk->end || *walk->at != '?') {
        walk->group_count++;
        return;
    }
    if (starts_with(walk, "?#")) {
        while (walk->at < walk->end && *walk->at != ')')
            buf_put_u8(walk->to, *walk->at++);
        return;
    }
    for (size_t i = 0; i < sizeof openings / sizeof openings[0]; i++) {
        if (starts_with(walk, openings[i])) {
            put(walk, openings[i]);
            walk->at += strlen(openings[i]);
            return;
        }
    }
    regex_raise("quantifier operand invalid");
}

static void
translate_one(struct walk *walk)
{
    uint8_t c = *walk->at++;
    switch (c) {
    case '\\':
        translate_escape(walk);
        return;
    case '[':
        translate_bracket(walk);
        return;
    case '(':
        translate_group(walk);
        return;
    case ')':
        if (walk->depth == 0)
            regex_raise("parentheses () not balanced");
        walk->depth--;
        walk->can_repeat = true;
        break;
    case '|':
        walk->syntax->choice_count += 2;
        walk->can_repeat = false;
        break;
    case '*':
    case '+':
    case '?':
        translate_quantifier(walk, c);
        return;
    case '{':
        if (walk->at < walk->end && is_digit(*walk->at)) {
            translate_quantifier(walk, c);
            return;
        }
        put(walk, "\\");
        walk->can_repeat = true;
        break;
    case '^':
    case '$':
        walk->can_repeat = false;
        break;
    default:
        /* Blanks and comments that the option x drops are no atoms. */
        if (!walk->syntax->options.is_expanded || !is_space(c))
            walk->can_repeat = true;
    }
    buf_put_u8(walk->to, c);
}

/* ***: and ***= in front, and options such as (?i). */
static struct slice
take_prefix(struct slice pattern, struct regex_options *options)
{
    if (pattern.bytes >= 4 && memcmp(pattern.data, "***", 3) == 0) {
        if (pattern.data[3] == '=')
            options->is_literal = true;
        else if (pattern.data[3] != ':')
            regex_raise("quantifier operand invalid");
        pattern = slice_of(pattern.data + 4, pattern.bytes - 4);
    }
    if (options->is_literal || pattern.bytes < 3 || memcmp(pattern.data, "(?", 2) != 0 ||
        (pattern.data[2] | 0x20) < 'a' || (pattern.data[2] | 0x20) > 'z')
        return pattern;
    size_t end = 2;
    while (end < pattern.bytes && pattern.data[end] != ')')
        end++;
    for (size_t i = 2; i < end; i++) {
        if (strchr("bceimnpqstwx", pattern.data[i]) == NULL)
            regex_raise("invalid embedded option");
    }
    if (end == pattern.bytes)
        regex_raise("invalid embedded option");
    struct regex_options own = regex_options_of(slice_of(pattern.data + 2, end - 2));
    own.is_global = options->is_global;
    own.ignores_case |= options->ignores_case;
    *options = own;
    return slice_of(pattern.data + end + 1, pattern.bytes - end - 1);
}

void
regex_translate(struct buf *to, struct slice pattern, struct regex_syntax *syntax)
{
    pattern = take_prefix(pattern, &syntax->options);
    if (syntax->options.is_literal) {
        buf_put_slice(to, pattern);
        return;
    }
    struct walk walk = {
        .at = pattern.data, .end = pattern.data + pattern.bytes, .to = to, .syntax = syntax};
    while (walk.at < walk.end)
        translate_one(&walk);
    if (walk.depth != 0)
        regex_raise("parentheses () not balanced");
}
