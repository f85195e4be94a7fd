/*
 * lexer.c: see lexer.h.
 *
 * Rules that are easily missed: a string goes on after blanks that hold a newline and another
 * quote; block comments nest; an operator ends where a comment begins, and one of several
 * characters gives up trailing + and - unless it has one of ~ ! @ # % ^ & | ` ?; 1..2 is an
 * integer, two points and an integer.
 */
#include "sql/lexer.h"

enum byte_class {
    CLASS_OTHER,
    CLASS_BLANK,
    CLASS_LETTER,
    CLASS_DIGIT,
    CLASS_OPERATOR,
    CLASS_PUNCT,
    CLASS_QUOTE,
    CLASS_DOUBLE,
    CLASS_DOLLAR,
};

static enum byte_class
byte_class(uint8_t c)
{
    if (c >= 0x80 || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_')
        return CLASS_LETTER;
    if (c >= '0' && c <= '9')
        return CLASS_DIGIT;
    switch (c) {
    case ' ':
    case '\t':
    case '\n':
    case '\r':
    case '\f':
    case '\v':
        return CLASS_BLANK;
    case '~':
    case '!':
    case '@':
    case '#':
    case '^':
    case '&':
    case '|':
    case '`':
    case '?':
    case '+':
    case '-':
    case '*':
    case '/':
    case '%':
    case '<':
    case '>':
    case '=':
        return CLASS_OPERATOR;
    case ',':
    case '(':
    case ')':
    case '[':
    case ']':
    case '.':
    case ';':
    case ':':
        return CLASS_PUNCT;
    case '\'':
        return CLASS_QUOTE;
    case '"':
        return CLASS_DOUBLE;
    case '$':
        return CLASS_DOLLAR;
    default:
        return CLASS_OTHER;
    }
}

static uint8_t
peek(const struct lexer *lexer, uint32_t at)
{
    return at < lexer->bytes ? lexer->text[at] : 0;
}

static bool
is_word_byte(uint8_t c)
{
    enum byte_class class = byte_class(c);
    return class == CLASS_LETTER || class == CLASS_DIGIT || class == CLASS_DOLLAR;
}

void
lexer_init(struct lexer *lexer, struct slice text)
{
    uint32_t bytes = text.bytes > UINT32_MAX - 1 ? UINT32_MAX - 1 : (uint32_t)text.bytes;
    *lexer = (struct lexer){.text = text.data, .bytes = bytes};
}

/* Past a nested comment whose opening is at `at`; false if it never ends. */
static bool
skip_block_comment(struct lexer *lexer)
{
    uint32_t at = lexer->at + 2;
    uint32_t open = 1;
    while (at < lexer->bytes) {
        uint8_t c = lexer->text[at];
        if (c == '*' && peek(lexer, at + 1) == '/') {
            at += 2;
            if (--open == 0) {
                lexer->at = at;
                return true;
            }
        } else if (c == '/' && peek(lexer, at + 1) == '*') {
            at += 2;
            open++;
        } else {
            at++;
        }
    }
    return false;
}

/* False at a comment that does not end. */
static bool
skip_blanks(struct lexer *lexer)
{
    while (lexer->at < lexer->bytes) {
        uint8_t c = lexer->text[lexer->at];
        if (byte_class(c) == CLASS_BLANK) {
            lexer->at++;
        } else if (c == '-' && peek(lexer, lexer->at + 1) == '-') {
            while (lexer->at < lexer->bytes && lexer->text[lexer->at] != '\n' &&
                   lexer->text[lexer->at] != '\r')
                lexer->at++;
        } else if (c == '/' && peek(lexer, lexer->at + 1) == '*') {
            if (!skip_block_comment(lexer))
                return false;
        } else {
            break;
        }
    }
    return true;
}

/* After a closing quote: the place past the next opening quote if the string goes on, else 0. */
static uint32_t
continuation(const struct lexer *lexer, uint32_t at)
{
    bool has_newline = false;
    while (at < lexer->bytes) {
        uint8_t c = lexer->text[at];
        if (c == '\n' || c == '\r') {
            has_newline = true;
            at++;
        } else if (byte_class(c) == CLASS_BLANK) {
            at++;
        } else if (has_newline && c == '-' && peek(lexer, at + 1) == '-') {
            while (at < lexer->bytes && lexer->text[at] != '\n' && lexer->text[at] != '\r')
                at++;
        } else {
            break;
        }
    }
    return has_newline && peek(lexer, at) == '\'' ? at + 1 : 0;
}

/* Past a string whose opening quote is at lexer->at. */
static bool
skip_string(struct lexer *lexer, bool has_backslash, bool *is_joined)
{
    uint32_t at = lexer->at + 1;
    while (at < lexer->bytes) {
        uint8_t c = lexer->text[at];
        if (c == '\\' && has_backslash) {
            at += 2;
        } else if (c != '\'') {
            at++;
        } else if (peek(lexer, at + 1) == '\'') {
            at += 2;
        } else {
            uint32_t next = continuation(lexer, at + 1);
            if (next == 0) {
                lexer->at = at + 1;
                return true;
            }
            *is_joined = true;
            at = next;
        }
    }
    return false;
}

static bool
skip_quoted_name(struct lexer *lexer)
{
    uint32_t at = lexer->at + 1;
    while (at < lexer->bytes) {
        if (lexer->text[at] != '"') {
            at++;
        } else if (peek(lexer, at + 1) == '"') {
            at += 2;
        } else {
            lexer->at = at + 1;
            return true;
        }
    }
    return false;
}

/* $tag$...$tag$ or $1; a lone $ is bad. */
static enum token_kind
lex_dollar(struct lexer *lexer)
{
    uint32_t start = lexer->at, at = start + 1;
    if (byte_class(peek(lexer, at)) == CLASS_DIGIT) {
        while (byte_class(peek(lexer, at)) == CLASS_DIGIT)
            at++;
        lexer->at = at;
        return TOKEN_PARAM;
    }
    while (at < lexer->bytes && lexer->text[at] != '$' && is_word_byte(lexer->text[at]))
        at++;
    if (peek(lexer, at) != '$') {
        lexer->at = start + 1;
        return TOKEN_BAD;
    }
    uint32_t tag_bytes = at + 1 - start;
    for (at++; at + tag_bytes <= lexer->bytes; at++) {
        const uint8_t *found = memchr(lexer->text + at, '$', lexer->bytes - at);
        if (found == NULL)
            break;
        at = (uint32_t)(found - lexer->text);
        if (at + tag_bytes <= lexer->bytes &&
            memcmp(lexer->text + at, lexer->text + start, tag_bytes) == 0) {
            lexer->at = at + tag_bytes;
            return TOKEN_DOLLAR;
        }
    }
    lexer->at = lexer->bytes;
    return TOKEN_BAD;
}

static enum token_kind
lex_number(struct lexer *lexer)
{
    enum token_kind kind = TOKEN_INTEGER;
    while (byte_class(peek(lexer, lexer->at)) == CLASS_DIGIT)
        lexer->at++;
    if (peek(lexer, lexer->at) == '.' && peek(lexer, lexer->at + 1) != '.') {
        kind = TOKEN_DECIMAL;
        lexer->at++;
        while (byte_class(peek(lexer, lexer->at)) == CLASS_DIGIT)
            lexer->at++;
    }
    uint8_t c = peek(lexer, lexer->at);
    if (c == 'e' || c == 'E') {
        uint32_t at = lexer->at + 1;
        if (peek(lexer, at) == '+' || peek(lexer, at) == '-')
            at++;
        if (byte_class(peek(lexer, at)) == CLASS_DIGIT) {
            kind = TOKEN_DECIMAL;
            while (byte_class(peek(lexer, at)) == CLASS_DIGIT)
                at++;
            lexer->at = at;
        }
    }
    return kind;
}

static enum token_kind
lex_operator(struct lexer *lexer)
{
    uint32_t start = lexer->at, at = start;
    bool has_special = false;
    while (at < lexer->bytes && byte_class(lexer->text[at]) == CLASS_OPERATOR) {
        uint8_t c = lexer->text[at];
        uint8_t next = peek(lexer, at + 1);
        if (at > start && ((c == '-' && next == '-') || (c == '/' && next == '*')))
            break;
        has_special |= strchr("~!@#%^&|`?", c) != NULL;
        at++;
    }
    while (!has_special && at > start + 1 &&
           (lexer->text[at - 1] == '+' || lexer->text[at - 1] == '-'))
        at--;
    lexer->at = at;
    return TOKEN_OPERATOR;
}

/* A word, or a string or name with a prefix. */
static enum token_kind
lex_word(struct lexer *lexer, bool *is_joined)
{
    uint8_t c = lexer->text[lexer->at] | 0x20;
    uint8_t next = peek(lexer, lexer->at + 1);
    if (next == '\'' && (c == 'e' || c == 'b' || c == 'x' || c == 'n')) {
        lexer->at++;
        return skip_string(lexer, c == 'e', is_joined) ? TOKEN_ESCAPED : TOKEN_BAD;
    }
    if (c == 'u' && next == '&') {
        uint8_t quote = peek(lexer, lexer->at + 2);
        if (quote == '\'') {
            lexer->at += 2;
            return skip_string(lexer, false, is_joined) ? TOKEN_ESCAPED : TOKEN_BAD;
        }
        if (quote == '"') {
            lexer->at += 2;
            return skip_quoted_name(lexer) ? TOKEN_QUOTED : TOKEN_BAD;
        }
    }
    while (lexer->at < lexer->bytes && is_word_byte(lexer->text[lexer->at]))
        lexer->at++;
    return TOKEN_WORD;
}

static enum token_kind
lex_punct(struct lexer *lexer)
{
    uint8_t c = lexer->text[lexer->at];
    uint8_t next = peek(lexer, lexer->at + 1);
    if (c == '.' && byte_class(next) == CLASS_DIGIT)
        return lex_number(lexer);
    bool is_pair = (c == ':' && (next == ':' || next == '=')) || (c == '.' && next == '.');
    lexer->at += is_pair ? 2 : 1;
    return TOKEN_PUNCT;
}

static enum token_kind
lex_token(struct lexer *lexer, bool *is_joined)
{
    switch (byte_class(lexer->text[lexer->at])) {
    case CLASS_LETTER:
        return lex_word(lexer, is_joined);
    case CLASS_DIGIT:
        return lex_number(lexer);
    case CLASS_OPERATOR:
        return lex_operator(lexer);
    case CLASS_PUNCT:
        return lex_punct(lexer);
    case CLASS_QUOTE:
        return skip_string(lexer, false, is_joined) ? TOKEN_STRING : TOKEN_BAD;
    case CLASS_DOUBLE:
        return skip_quoted_name(lexer) ? TOKEN_QUOTED : TOKEN_BAD;
    case CLASS_DOLLAR:
        return lex_dollar(lexer);
    default:
        lexer->at++;
        return TOKEN_BAD;
    }
}

struct token
lexer_next(struct lexer *lexer)
{
    struct token token = {.kind = TOKEN_END};
    bool is_closed = skip_blanks(lexer);
    token.at = lexer->at;
    if (!is_closed) {
        token.kind = TOKEN_BAD;
        lexer->at = lexer->bytes;
    } else if (lexer->at < lexer->bytes) {
        token.kind = lex_token(lexer, &token.is_joined);
        /* What does not end takes all the rest. */
        if (token.kind == TOKEN_BAD && lexer->at == token.at)
            lexer->at = lexer->bytes;
    }
    token.bytes = lexer->at - token.at;
    return token;
}

bool
token_is_word(const struct lexer *lexer, const struct token *token, const char *word)
{
    if (token->kind != TOKEN_WORD || strlen(word) != token->bytes)
        return false;
    for (uint32_t i = 0; i < token->bytes; i++) {
        uint8_t c = lexer->text[token->at + i];
        if (c >= 'A' && c <= 'Z')
            c |= 0x20;
        if (c != (uint8_t)word[i])
            return false;
    }
    return true;
}

bool
token_is(const struct lexer *lexer, const struct token *token, const char *text)
{
    return (token->kind == TOKEN_PUNCT || token->kind == TOKEN_OPERATOR) &&
           strlen(text) == token->bytes && memcmp(lexer->text + token->at, text, token->bytes) == 0;
}
