/*
 * tsquery.h: the text search query: a tree of lexemes under !, &, | and the phrase operator.
 *
 * A value is a view of the number of nodes (4), then of the nodes, each before its operands, of two
 * the right one first: 1, weights (1), whether it is a prefix (1), bytes (2), the lexeme; or an
 * enum ts_op + 1 and, of a phrase, its distance (2).
 */
#pragma once

#include "type/tsvector.h"

enum ts_op { TS_LEXEME, TS_NOT, TS_AND, TS_OR, TS_PHRASE };

#define TS_DISTANCE_MAX 16384
#define TSQUERY_DEPTH_MAX 5000 /* of nodes in each other */

struct ts_node {
    enum ts_op op;
    struct ts_node *left, *right; /* NOT has a right one only */
    uint16_t distance;
    struct slice text;
    uint8_t weights; /* bit w: weight w will do; 0: any */
    bool is_prefix;
    bool is_stop; /* no lexeme after all: to be cleaned away */
};

/* Null of an empty query. Texts point into the value. */
struct ts_node *datum_tsquery(struct arena *arena, const union datum *value);
union datum tsquery_datum(struct arena *arena, const struct ts_node *root);

struct ts_node *ts_lexeme_node(struct arena *arena, struct slice text, uint8_t weights,
                               bool is_prefix);
struct ts_node *ts_op_node(struct arena *arena, enum ts_op op, struct ts_node *left,
                           struct ts_node *right, uint16_t distance);
/* The number of nodes. */
uint32_t ts_node_count(const struct ts_node *node);
/* Without stop words and what is left of operators then; null if nothing is. */
struct ts_node *ts_without_stops(struct arena *arena, struct ts_node *root);
/* As PostgreSQL orders queries' trees. */
int ts_node_compare(const struct ts_node *a, const struct ts_node *b);

/* What a word of a query becomes: a node, perhaps of many lexemes; null: nothing. */
typedef struct ts_node *(*ts_word_maker)(void *object, struct slice word, uint8_t weights,
                                         bool is_prefix);

/* Reads a query's text; raises 42601. Null if it has no words: then a notice was given. */
struct ts_node *tsquery_parse(struct arena *arena, struct slice text, ts_word_maker make,
                              void *object);
/* The same of what people type into a search field: words, "phrases", or, -not. */
struct ts_node *tsquery_parse_web(struct arena *arena, struct slice text, ts_word_maker make,
                                  void *object);
void tsquery_print(struct buf *to, const struct ts_node *root);

/* ---- matching (ts_match.c) ---- */

bool ts_matches(struct arena *arena, const struct ts_node *root, const struct tsvector *vector);
