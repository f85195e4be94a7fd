/*
 * json_ref.h: a JSON value inside a json or a jsonb, so that the functions which both types have
 * are written once. Refs point into the value that they were made of.
 */
#pragma once

#include "type/json_parse.h"
#include "type/jsonb.h"

struct json_ref {
    bool is_text;      /* json: `text` is the value as written; else `node` is it */
    struct slice text; /* without blanks around it */
    struct jsonb node;
};

/* `value` of type json (is_text) or jsonb; must outlive the result. */
struct json_ref json_ref_of(struct arena *arena, const union datum *value, bool is_text);

/* JSONB_FALSE stands for both truth values of a json. */
enum jsonb_kind json_ref_kind(const struct json_ref *ref);
static inline bool
json_ref_is_list(const struct json_ref *ref)
{
    return json_ref_kind(ref) >= JSONB_ARRAY;
}
const char *json_ref_kind_name(const struct json_ref *ref);

/* False: there is none. Of equal keys in a json the last one counts. */
bool json_ref_member(struct arena *arena, const struct json_ref *object, struct slice key,
                     struct json_ref *value);
/* A negative number counts from the end. */
bool json_ref_element(const struct json_ref *array, int64_t number, struct json_ref *value);
uint32_t json_ref_count(const struct json_ref *list);
/* Goes to the member or element that a step of a text[] path names; false: there is none. */
bool json_ref_step(struct arena *arena, struct json_ref *ref, struct slice step);

/* The value as one of its own type. */
union datum json_ref_datum(const struct json_ref *ref);
/* As ->> gives it; false for a JSON null. */
bool json_ref_text(struct arena *arena, const struct json_ref *ref, struct slice *text);
/* As JSON text, strings with their quotes. */
struct slice json_ref_source(struct arena *arena, const struct json_ref *ref);

/* The members of a list in order; keys of objects come without escapes. */
struct json_iter {
    struct arena *arena;
    struct json_ref list;
    struct json_walk walk;
    uint32_t next;
};

void json_iter_begin(struct json_iter *iter, struct arena *arena, const struct json_ref *list);
bool json_iter_next(struct json_iter *iter, struct slice *key, struct json_ref *value);

/* An integer in full, as PostgreSQL reads array positions in paths; false: it is none. */
bool json_read_index(struct slice text, int32_t *index);
