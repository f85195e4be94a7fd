/*
 * ts_parser.c: a document's tokens: words, numbers, addresses, paths, tags, what is between them.
 *
 * At each place the recognisers are tried from the most special to the plainest. What none takes
 * is blank, and goes on to where one takes something. A hyphenated word is followed by its parts,
 * a URL by its host and path.
 */
#include "type/digits.h"
#include "type/ts_config.h"
#include "type/utf8.h"
#include <unicode/uchar.h>

struct scan {
    struct slice text;
    struct ts_tokens *tokens;
};

static uint8_t
byte_at(const struct scan *s, size_t at)
{
    return at < s->text.bytes ? s->text.data[at] : 0;
}

static void
put(struct scan *s, enum ts_token_type type, size_t from, size_t to)
{
    struct ts_tokens *tokens = s->tokens;
    if (from == to)
        return;
    if (tokens->count == tokens->capacity) {
        uint32_t capacity = tokens->capacity == 0 ? 32 : tokens->capacity * 2;
        struct ts_token *items = arena_alloc_array(tokens->arena, capacity, sizeof *items);
        if (tokens->count != 0)
            memcpy(items, tokens->items, tokens->count * sizeof *items);
        tokens->items = items;
        tokens->capacity = capacity;
    }
    tokens->items[tokens->count++] =
        (struct ts_token){type, slice_of(s->text.data + from, to - from)};
}

static bool
is_letter(uint8_t c)
{
    return (c | 0x20) >= 'a' && (c | 0x20) <= 'z';
}

static bool
is_alnum(uint8_t c)
{
    return is_letter(c) || is_digit(c);
}

/* ---- words ---- */

struct word {
    size_t end;
    bool has_digits, has_wide, has_letters;
};

/* Letters and digits of any script from `at` on. */
static struct word
read_word(const struct scan *s, size_t at)
{
    struct word word = {.end = at};
    while (at < s->text.bytes) {
        uint32_t c = utf8_next(s->text, &at);
        bool is_wide = c >= 0x80;
        bool is_numeral = is_wide ? u_isdigit((UChar32)c) : is_digit((uint8_t)c);
        bool is_alpha = is_wide
                            ? u_isalpha((UChar32)c) || u_charType((UChar32)c) == U_NON_SPACING_MARK
                            : is_letter((uint8_t)c);
        if (!is_numeral && !is_alpha)
            break;
        word.has_digits |= is_numeral;
        word.has_letters |= is_alpha;
        word.has_wide |= is_wide && is_alpha;
        word.end = at;
    }
    return word;
}

/* A word of parts with hyphens between them, and then the parts. */
static size_t
take_hyphenated(struct scan *s, size_t at, const struct word *first)
{
    struct word all = *first;
    size_t end = first->end;
    while (byte_at(s, end) == '-') {
        struct word part = read_word(s, end + 1);
        /* Parts begin with letters, or have some after digits. */
        if (part.end == end + 1 || !part.has_letters)
            break;
        all.has_digits |= part.has_digits;
        all.has_wide |= part.has_wide;
        end = part.end;
    }
    if (end == first->end)
        return at;
    put(s,
        all.has_digits ? TOKEN_NUMHWORD
        : all.has_wide ? TOKEN_HWORD
                       : TOKEN_ASCIIHWORD,
        at, end);
    while (at < end) {
        struct word part = read_word(s, at);
        put(s,
            part.has_digits ? TOKEN_HWORD_NUMPART
            : part.has_wide ? TOKEN_HWORD_PART
                            : TOKEN_HWORD_ASCIIPART,
            at, part.end);
        if (part.end < end)
            put(s, TOKEN_BLANK, part.end, part.end + 1);
        at = part.end + 1;
    }
    return end;
}

/* ---- addresses ---- */

static bool
is_label_byte(uint8_t c)
{
    return is_alnum(c) || c == '-' || c == '_';
}

/* Labels with dots between them, of which the last begins with a letter; `at` if there is none. */
static size_t
read_host(const struct scan *s, size_t at)
{
    size_t end = at, label = at;
    uint32_t labels = 0;
    if (!is_alnum(byte_at(s, at)))
        return at;
    for (;;) {
        size_t stop = label;
        while (is_label_byte(byte_at(s, stop)))
            stop++;
        while (stop > label && !is_alnum(byte_at(s, stop - 1)))
            stop--;
        if (stop == label || !is_alnum(byte_at(s, label)))
            break;
        labels++;
        if (labels > 1 && is_letter(byte_at(s, label)) && stop - label > 1)
            end = stop;
        if (byte_at(s, stop) != '.')
            break;
        label = stop + 1;
    }
    /* What goes on as a word of another script is no host. */
    return end > at && byte_at(s, end) >= 0x80 ? at : end;
}

static size_t
read_email(const struct scan *s, size_t at)
{
    size_t end = at;
    while (is_alnum(byte_at(s, end)) || byte_at(s, end) == '.' || byte_at(s, end) == '_' ||
           byte_at(s, end) == '-' || byte_at(s, end) == '+')
        end++;
    if (end == at || byte_at(s, end) != '@')
        return at;
    size_t host = read_host(s, end + 1);
    return host == end + 1 ? at : host;
}

static bool
is_path_byte(uint8_t c)
{
    return c > ' ' && c < 0x7f && c != '"' && c != '<' && c != '>' && c != '\\' && c != '^' &&
           c != '`' && c != '{' && c != '|' && c != '}' && c != '\'';
}

/* A host, perhaps with a port and a path. */
static size_t
take_host(struct scan *s, size_t at)
{
    size_t end = read_host(s, at);
    if (end == at)
        return at;
    if (byte_at(s, end) == ':' && is_digit(byte_at(s, end + 1))) {
        for (end++; is_digit(byte_at(s, end));)
            end++;
    }
    size_t stop = end;
    if (byte_at(s, end) == '/') {
        while (is_path_byte(byte_at(s, stop)))
            stop++;
    }
    if (stop > end + 1) {
        put(s, TOKEN_URL, at, stop);
        put(s, TOKEN_HOST, at, end);
        put(s, TOKEN_URL_PATH, end, stop);
        return stop;
    }
    put(s, TOKEN_HOST, at, end);
    return end;
}

static size_t
take_protocol(struct scan *s, size_t at)
{
    size_t end = at;
    while (is_letter(byte_at(s, end)))
        end++;
    if (end == at || byte_at(s, end) != ':' || byte_at(s, end + 1) != '/' ||
        byte_at(s, end + 2) != '/')
        return at;
    put(s, TOKEN_PROTOCOL, at, end + 3);
    return end + 3;
}

static bool
is_file_byte(uint8_t c)
{
    return is_alnum(c) || c == '_' || c == '-' || c == '.' || c == '/' || c == '~';
}

/* A path with a slash in it, or one that begins with a slash. */
static size_t
take_file(struct scan *s, size_t at)
{
    size_t end = at;
    bool has_slash = false;
    while (is_file_byte(byte_at(s, end)) && byte_at(s, end) < 0x80) {
        if (byte_at(s, end) == '/') {
            if (!is_alnum(byte_at(s, end + 1)) && byte_at(s, end + 1) != '_' &&
                byte_at(s, end + 1) != '.')
                break;
            has_slash = true;
        }
        end++;
    }
    while (end > at && byte_at(s, end - 1) == '.')
        end--;
    if (!has_slash || byte_at(s, end) >= 0x80)
        return at;
    put(s, TOKEN_FILE, at, end);
    return end;
}

/* ---- numbers ---- */

static size_t
read_digits(const struct scan *s, size_t at)
{
    while (is_digit(byte_at(s, at)))
        at++;
    return at;
}

static size_t
take_number(struct scan *s, size_t at)
{
    bool is_signed = byte_at(s, at) == '-' || byte_at(s, at) == '+';
    size_t start = at + is_signed, end = read_digits(s, start);
    enum ts_token_type type = is_signed ? TOKEN_INT : TOKEN_UINT;
    if (end == start)
        return at;
    uint32_t dots = 0;
    while (byte_at(s, end) == '.' && is_digit(byte_at(s, end + 1)) && (dots == 0 || !is_signed)) {
        end = read_digits(s, end + 1);
        type = ++dots == 1 ? TOKEN_FLOAT : TOKEN_VERSION;
    }
    if (dots < 2 && (byte_at(s, end) | 0x20) == 'e') {
        size_t power = end + 1;
        power += byte_at(s, power) == '-' || byte_at(s, power) == '+';
        if (is_digit(byte_at(s, power))) {
            end = read_digits(s, power);
            type = TOKEN_SFLOAT;
        }
    }
    if (is_letter(byte_at(s, end)) || byte_at(s, end) >= 0x80)
        return at; /* a word that begins with digits */
    put(s, type, at, end);
    return end;
}

/* ---- markup ---- */

static size_t
take_tag(struct scan *s, size_t at)
{
    size_t end = at + 1;
    end += byte_at(s, end) == '/';
    uint8_t first = byte_at(s, end), quote = 0;
    if (!is_letter(first) && first != '!' && first != '?' && first != '_' && first != ':')
        return at;
    for (; end < s->text.bytes; end++) {
        uint8_t c = byte_at(s, end);
        if (quote != 0)
            quote = c == quote ? 0 : quote;
        else if (c == '"' || c == '\'')
            quote = c;
        else if (c == '<')
            return at;
        else if (c == '>')
            break;
    }
    if (end == s->text.bytes)
        return at;
    put(s, TOKEN_TAG, at, end + 1);
    return end + 1;
}

static size_t
take_entity(struct scan *s, size_t at)
{
    size_t end = at + 1, start;
    bool is_number = byte_at(s, end) == '#';
    end += is_number;
    bool is_hex = is_number && (byte_at(s, end) | 0x20) == 'x';
    start = end += is_hex;
    while (is_number ? (is_hex ? hex_value(byte_at(s, end)) >= 0 : is_digit(byte_at(s, end)))
                     : is_alnum(byte_at(s, end)) && (end > start || is_letter(byte_at(s, end))))
        end++;
    if (end == start || byte_at(s, end) != ';')
        return at;
    put(s, TOKEN_ENTITY, at, end + 1);
    return end + 1;
}

/* ---- all ---- */

static size_t
take_word_or_number(struct scan *s, size_t at)
{
    size_t end = read_email(s, at);
    if (end != at) {
        put(s, TOKEN_EMAIL, at, end);
        return end;
    }
    if ((end = take_protocol(s, at)) != at || (end = take_host(s, at)) != at ||
        (end = take_file(s, at)) != at || (end = take_number(s, at)) != at)
        return end;
    struct word word = read_word(s, at);
    if (word.end == at)
        return at;
    if ((end = take_hyphenated(s, at, &word)) != at)
        return end;
    put(s,
        word.has_digits ? TOKEN_NUMWORD
        : word.has_wide ? TOKEN_WORD
                        : TOKEN_ASCIIWORD,
        at, word.end);
    return word.end;
}

/* Where the token ends that begins here; `at`: none does. */
static size_t
take_token(struct scan *s, size_t at)
{
    uint8_t c = byte_at(s, at);
    switch (c) {
    case '<':
        return take_tag(s, at);
    case '&':
        return take_entity(s, at);
    case '/':
        return take_file(s, at);
    case '-':
    case '+':
        return take_number(s, at);
    default:
        return is_alnum(c) || c >= 0x80 ? take_word_or_number(s, at) : at;
    }
}

void
ts_tokenize(struct slice document, struct ts_tokens *tokens)
{
    struct scan s = {document, tokens};
    size_t at = 0, blank = 0;
    while (at < document.bytes) {
        /* Whether a token begins here is known when it is taken: what is blank before it must be
           put first, so it is taken back and put again. */
        uint32_t count = tokens->count;
        size_t end = take_token(&s, at);
        if (end == at) {
            at += utf8_bytes(document.data[at]);
            continue;
        }
        if (blank < at) {
            tokens->count = count;
            put(&s, TOKEN_BLANK, blank, at);
            end = take_token(&s, at);
        }
        at = blank = end;
    }
    put(&s, TOKEN_BLANK, blank, document.bytes);
}
