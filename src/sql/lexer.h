/*
 * lexer.h: the tokens of SQL text, by PostgreSQL's lexical rules, without judging them.
 *
 * Not the parser's lexer (libpg_query has its own): this one finds where literals, names and
 * brackets are, for the statement cache's key (fingerprint.h) and for bounds on nesting (parse.c).
 * It takes any bytes, never fails, and allocates nothing. What it is unsure of is a TOKEN_BAD.
 */
#pragma once

#include "base/slice.h"

enum token_kind {
    TOKEN_END,
    TOKEN_WORD,    /* identifier or keyword, unquoted */
    TOKEN_QUOTED,  /* "identifier", U&"identifier" */
    TOKEN_INTEGER, /* digits only */
    TOKEN_DECIMAL, /* with a point or an exponent */
    TOKEN_STRING,  /* 'text': quotes doubled are the only escape */
    TOKEN_ESCAPED, /* E'text', also U&'', B'', X'', N'': text with a prefix */
    TOKEN_DOLLAR,  /* $tag$text$tag$ */
    TOKEN_PARAM,   /* $1 */
    TOKEN_OPERATOR,
    TOKEN_PUNCT, /* one of , ( ) [ ] . ; : or :: := .. */
    TOKEN_BAD,   /* an unterminated string or comment, or a byte that no token begins with */
};

struct token {
    enum token_kind kind;
    uint32_t at, bytes; /* in the text */
    bool is_joined; /* TOKEN_STRING, TOKEN_ESCAPED: continued by further parts after a newline */
};

struct lexer {
    const uint8_t *text;
    uint32_t bytes, at;
};

/* A text of up to UINT32_MAX bytes, which lives as long as the lexer is used. */
void lexer_init(struct lexer *lexer, struct slice text);

/* The next token, blanks and comments skipped; TOKEN_END at the end, again and again. */
struct token lexer_next(struct lexer *lexer);

/* True if the token is the word, in any case; `word` in lower case. */
bool token_is_word(const struct lexer *lexer, const struct token *token, const char *word);

/* True if the token is punctuation or an operator of exactly these characters. */
bool token_is(const struct lexer *lexer, const struct token *token, const char *text);
