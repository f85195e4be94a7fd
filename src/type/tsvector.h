/*
 * tsvector.h: the text search vector: distinct lexemes, sorted, each perhaps with the places where
 * it stands in a document.
 *
 * A value is a view of the number of lexemes (4); for each where its text begins (4), its bytes (2)
 * and its number of places (2); then for each its text and its places (2 each), without alignment.
 * A place is a position in the low 14 bits and a weight, 0 for D to 3 for A, above them.
 *
 *   V1  lexemes strictly rise by bytes; none is longer than LEXEME_BYTES_MAX
 *   V2  positions strictly rise from 1 to TS_POSITION_MAX; a lexeme has up to TS_PLACES_MAX
 */
#pragma once

#include "type/types.h"
#include "type/values.h"

#define LEXEME_BYTES_MAX 2047
#define TS_TEXT_BYTES_MAX ((1 << 20) - 1) /* of a vector's lexemes with their places */
#define TS_POSITION_MAX 16383
#define TS_PLACES_MAX 255

struct lexeme {
    struct slice text;
    uint32_t place_count;
    uint16_t *places;
};

struct tsvector {
    uint32_t count;
    struct lexeme *lexemes;
};

static inline uint32_t
place_position(uint16_t place)
{
    return place & TS_POSITION_MAX;
}

static inline uint32_t
place_weight(uint16_t place)
{
    return place >> 14;
}

static inline uint16_t
place_of(uint32_t position, uint32_t weight)
{
    return (uint16_t)(weight << 14 | (position > TS_POSITION_MAX ? TS_POSITION_MAX : position));
}

/* Lexemes point into the value, which must outlive them; places are the arena's. */
struct tsvector datum_tsvector(struct arena *arena, const union datum *value);
/* V1 and V2 hold. Raises 54000. */
union datum tsvector_datum(struct arena *arena, const struct tsvector *vector);
/* From lexemes in any order, with places in any order: makes V1 and V2 true. Changes them. */
union datum tsvector_make(struct arena *arena, struct tsvector *vector);

int lexeme_compare(const void *a, const void *b); /* by text, for qsort */
/* The number of a lexeme; the vector's count: there is none. */
uint32_t tsvector_find(const struct tsvector *vector, struct slice text);
/* The first lexeme that is not before `text`. */
uint32_t tsvector_first_from(const struct tsvector *vector, struct slice text);

/* 0 to 3 of "a" to "d" in either case (A is 3); raises 22023. */
uint32_t ts_weight_of(union datum letter);

/* ---- words as users write them (tsvector.c), for vectors and queries ---- */

struct ts_words {
    struct arena *arena;
    struct slice whole; /* for messages */
    const uint8_t *at, *end;
    bool is_query; /* operators end a word, and a colon does */
    bool is_web;   /* nothing is quoted or escaped */
    struct buf *word;
    uint32_t place_count, place_capacity;
    uint16_t *places;
};

void ts_words_init(struct ts_words *words, struct arena *arena, struct slice text, bool is_query);
/* The next word in words->word, its places; false at the end. Raises 42601. */
bool ts_words_next(struct ts_words *words);
_Noreturn void ts_raise_syntax(struct slice text, bool is_query);
/* 'text', with quotes and backslashes doubled. */
void ts_put_quoted(struct buf *to, struct slice text);
