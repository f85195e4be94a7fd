/*
 * json_parse.h: reading JSON text.
 *
 * json_parse checks a whole text and tells of what is in it as it reads. json_walk goes through one
 * list of a text that was checked before, without looking into what the list holds.
 *
 * Errors are PostgreSQL's: 22P02 (22P05 for \u0000) with what was expected as detail and the place
 * as context. Lists nested deeper than JSON_DEPTH_MAX raise 54001; nothing here recurses.
 */
#pragma once

#include "base/arena.h"
#include "base/buf.h"

#define JSON_DEPTH_MAX 6400

enum json_scalar { JSON_SCALAR_NULL, JSON_SCALAR_BOOL, JSON_SCALAR_NUMBER, JSON_SCALAR_STRING };

/*
 * What is told of a text, in its order. Strings and keys come without quotes and escapes, the
 * other scalars as they are written; texts lie in the text read or in the arena.
 */
struct json_events {
    void *object;
    void (*begin)(void *object, bool is_object);
    void (*end)(void *object);
    void (*key)(void *object, struct slice key);
    void (*scalar)(void *object, enum json_scalar kind, struct slice text);
};

/* events null: the text is checked only, and escapes may stand for what text cannot hold. */
void json_parse(struct arena *arena, struct slice text, const struct json_events *events);

/* Raises as json_parse with events would for escapes that stand for no character. */
void json_check_escapes(struct arena *arena, struct slice text);

_Noreturn void json_raise_depth(void);

#define JSON_WIRE_VERSION 1

/* The text in the binary form of jsonb and jsonpath, which has a version before it: a byte. */
struct slice json_wire_text(struct slice bytes, const char *version_name);

/* ---- one list of a checked text ---- */

struct json_walk {
    const uint8_t *at, *end;
    bool is_object;
};

/* The text without blanks around it. */
struct slice json_trim(struct slice text);
/* `list` begins with a bracket. */
void json_walk_begin(struct json_walk *walk, struct slice list);
/* The next member, its key as written within the quotes; false at the end. */
bool json_walk_next(struct json_walk *walk, struct slice *key, struct slice *value);
/* What a string means, given as written within the quotes. In `arena`, or the string itself. */
struct slice json_unescape(struct arena *arena, struct slice string);

/* A string with quotes and escapes. */
void json_put_string(struct buf *to, struct slice text);
