/*
 * fingerprint.h: the literals of a statement lifted out of its text, for the statement cache.
 *
 *     select * from t where a = 5 and b = 'x'     the text
 *     select * from t where a = $1 and b = $2     the key: a text that can be parsed itself
 *
 * Statements that differ in their literals only have one key. The key is analysed with the types
 * of the literals as parameter types and analyze_options.is_lifted, and means what the text means.
 * Conservative: a literal is lifted only where the grammar takes any expression and where its value
 * cannot matter to the meaning, nor decides the plan as LIKE's pattern does: not in ORDER BY 1, not
 * in numeric(10,2), not in interval '1 day', and with GROUP BY, DISTINCT, OVER or UNION in WHERE
 * alone (their expressions are compared as written). What stays is part of the key.
 *
 * A plan made for the key knows no values: where they decide the plan (partial indexes, skewed
 * columns), whoever caches may prefer the text itself as the key.
 */
#pragma once

#include "base/arena.h"
#include "base/buf.h"
#include "type/oid.h"

#define LITERALS_MAX 64

struct literal {
    oid type;            /* TYPE_INT4, TYPE_INT8, TYPE_NUMERIC, or TYPE_UNKNOWN: a string */
    uint32_t at, bytes;  /* in the text; a sign and quotes included */
    uint32_t sign_bytes; /* numbers: of a minus lifted along, and what is between it and them */
    int64_t integer;     /* TYPE_INT4, TYPE_INT8: the value */
};

struct fingerprint {
    uint32_t count; /* 0: nothing to lift; the key is the text */
    struct literal literals[LITERALS_MAX];
};

/*
 * Appends the key of the text to `key`. False if the text is none of SELECT, INSERT, UPDATE,
 * DELETE, has parameters of its own, is several statements, or is in any way doubtful: then *out
 * and what was appended mean nothing. No allocation but in `key`. One pass, O(bytes).
 * Strings are read as with standard_conforming_strings on; those with a backslash stay.
 */
bool fingerprint_make(struct slice text, struct buf *key, struct fingerprint *out);

/* A literal's value as its type's input takes it: quotes off, doubled ones single. */
struct slice literal_value(struct arena *arena, struct slice text, const struct literal *literal);

/* The types of all literals as parameter types, in `arena`. */
oid *fingerprint_types(struct arena *arena, const struct fingerprint *fingerprint);
