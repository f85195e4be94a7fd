/*
 * jsonb.h: jsonb: the format of a value, reading and making one.
 *
 * A value is a view of one node. Numbers below are little-endian, nothing is padded or aligned.
 *
 *   byte 0  head 4: the kind in the low 4 bits, above them
 *             null, false, true: nothing, and the node ends here
 *             string   the number of bytes that follow
 *             number   the number of bytes that follow: a numeric (numeric.h)
 *             array    the number of elements
 *             object   the number of members
 *   arrays:   count x (end 4), the elements' nodes
 *   objects:  count x (end 4) of keys, count x (end 4) of values, the keys' bytes, the nodes of the
 *             values
 *
 * An end is where an element, key or value ends, from the first byte behind the ends (values: from
 * the first value's); each begins where the one before it ends. So a value can be searched where it
 * lies: an element is found by its number, a member by its key in O(log count), and what is found
 * is a node that is a value by itself.
 *
 *   J1  keys are strictly rising: shorter ones first, those of one length by their bytes
 *   J2  numbers are finite
 *   J3  strings and keys are UTF-8 without zero bytes
 *   J4  no count or end exceeds JSONB_BYTES_MAX
 */
#pragma once

#include "base/buf.h"
#include "type/json_parse.h"
#include "type/types.h"
#include "type/values.h"

#define JSONB_BYTES_MAX 0x0fffffffu

enum jsonb_kind {
    JSONB_NULL,
    JSONB_FALSE,
    JSONB_TRUE,
    JSONB_STRING,
    JSONB_NUMBER,
    JSONB_ARRAY,
    JSONB_OBJECT,
};

/* A decoded node; points into the value. */
struct jsonb {
    enum jsonb_kind kind;
    uint32_t count;     /* of elements or members */
    struct slice bytes; /* the whole node */
};

/* The value must outlive the result. */
struct jsonb jsonb_read(const union datum *value);
struct jsonb jsonb_node(struct slice bytes);

static inline bool
jsonb_is_list(const struct jsonb *node)
{
    return node->kind >= JSONB_ARRAY;
}

static inline bool
jsonb_is_bool(const struct jsonb *node)
{
    return node->kind == JSONB_FALSE || node->kind == JSONB_TRUE;
}

static inline union datum
jsonb_datum(const struct jsonb *node)
{
    return slice_datum(node->bytes);
}

struct slice jsonb_string(const struct jsonb *node);           /* of strings */
union datum jsonb_number(const struct jsonb *node);            /* of numbers: a numeric */
struct jsonb jsonb_item(const struct jsonb *list, uint32_t i); /* element, or member's value */
struct slice jsonb_key(const struct jsonb *object, uint32_t i);
int jsonb_key_order(struct slice a, struct slice b); /* J1 */
/* A member's number; false: there is none of that key. */
bool jsonb_find(const struct jsonb *object, struct slice key, uint32_t *member_idx);
/* "null", "string", "number", "boolean", "array", "object". */
const char *jsonb_kind_name(const struct jsonb *node);

/* In the order of PostgreSQL's btree, top-level values. */
int jsonb_compare(union datum a, union datum b);
bool jsonb_equal(const struct jsonb *a, const struct jsonb *b);
uint64_t jsonb_hash(union datum value);
bool jsonb_key_put(union datum value, struct buf *to);

/* The node's text; pretty: with a member or element a line. `arena` is for what is gone after. */
void jsonb_put_text(struct arena *arena, struct buf *to, const struct jsonb *node);
void jsonb_put_pretty(struct arena *arena, struct buf *to, const struct jsonb *node);
struct slice jsonb_source(struct arena *arena, const struct jsonb *node); /* the same as a text */
/* What ->> gives: a string's characters, else the node's text. A null is not asked for. */
struct slice jsonb_text(struct arena *arena, const struct jsonb *node);

/* ---- making values ---- */

struct jsonb_builder;

/* Everything lives in `arena`; what is put must live until jsonb_finish. */
struct jsonb_builder *jsonb_build(struct arena *arena);
void jsonb_begin(struct jsonb_builder *builder, bool is_object);
void jsonb_end(struct jsonb_builder *builder);
/* Comes before each value of an object; of equal keys the last one stays. */
void jsonb_put_key(struct jsonb_builder *builder, struct slice key);
void jsonb_put_null(struct jsonb_builder *builder);
void jsonb_put_bool(struct jsonb_builder *builder, bool value);
void jsonb_put_string(struct jsonb_builder *builder, struct slice text);
void jsonb_put_number(struct jsonb_builder *builder, union datum numeric); /* finite */
void jsonb_put_node(struct jsonb_builder *builder, const struct jsonb *node);
/* All that a JSON text holds. */
void jsonb_put_json(struct jsonb_builder *builder, struct slice text);
/* One value must have been put. Raises 54000 if it is too large. */
union datum jsonb_finish(struct jsonb_builder *builder);

union datum jsonb_parse(struct arena *arena, struct slice text);

/* For what recurses into nodes. */
static inline void
jsonb_check_depth(uint32_t depth)
{
    if (UNLIKELY(depth > JSON_DEPTH_MAX))
        json_raise_depth();
}
