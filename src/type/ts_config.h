/*
 * ts_config.h: text search configurations: from documents to tokens, from tokens to lexemes.
 *
 * There are PostgreSQL's configurations "simple" and "english", its default parser, and the
 * dictionaries that they name: simple (lower case) and english_stem (stop words, then Snowball's
 * stemmer from libstemmer).
 */
#pragma once

#include "type/types.h"

enum ts_token_type {
    TOKEN_ASCIIWORD = 1,
    TOKEN_WORD,
    TOKEN_NUMWORD,
    TOKEN_EMAIL,
    TOKEN_URL,
    TOKEN_HOST,
    TOKEN_SFLOAT,
    TOKEN_VERSION,
    TOKEN_HWORD_NUMPART,
    TOKEN_HWORD_PART,
    TOKEN_HWORD_ASCIIPART,
    TOKEN_BLANK,
    TOKEN_TAG,
    TOKEN_PROTOCOL,
    TOKEN_NUMHWORD,
    TOKEN_ASCIIHWORD,
    TOKEN_HWORD,
    TOKEN_URL_PATH,
    TOKEN_FILE,
    TOKEN_FLOAT,
    TOKEN_INT,
    TOKEN_UINT,
    TOKEN_ENTITY,
};
#define TOKEN_TYPES 23

struct ts_token_kind {
    const char *alias, *description;
};
const struct ts_token_kind *ts_token_kind(uint32_t type); /* 1 to TOKEN_TYPES */

struct ts_token {
    enum ts_token_type type;
    struct slice text; /* of the document */
};

struct ts_tokens {
    struct arena *arena;
    uint32_t count, capacity;
    struct ts_token *items;
};

/* All tokens of a document, in order; a hyphenated word or a URL comes before its parts. */
void ts_tokenize(struct slice document, struct ts_tokens *tokens);

struct ts_config {
    oid config;
    const char *name;
    bool stems; /* words go to english_stem */
};
struct ts_dict {
    oid dict;
    const char *name;
    bool stems;
};

/* Null past the end. */
const struct ts_config *ts_config_at(uint32_t config_idx);
const struct ts_dict *ts_dict_at(uint32_t dict_idx);
/* Raises 42704. */
const struct ts_config *ts_config_get(oid config);
const struct ts_dict *ts_dict_get(oid dict);
/* The dictionary of a token type; null: such tokens are dropped. */
const struct ts_dict *ts_config_dict(const struct ts_config *config, enum ts_token_type type);
/* default_text_search_config. */
const struct ts_config *ts_config_default(const struct type_env *env, struct arena *arena);

/* What the dictionary makes of a token, in `arena`. False: it is a stop word. */
bool ts_dict_lexeme(const struct ts_dict *dict, struct arena *arena, struct slice token,
                    struct slice *lexeme);
