/*
 * jsonb_build.c: making jsonb values, from JSON text or piece by piece.
 *
 * What is put becomes a tree in the arena: a list that is open lies on the stack, one that ends
 * goes into the list around it. A finished object is sorted (J1) and rid of all but the last of
 * equal keys. At the end the tree is written in one pass; nodes taken from other values are copied
 * as they are. Only the writing recurses, and no deeper than the stack grew.
 */
#include "base/check.h"
#include "base/raise.h"
#include "type/jsonb.h"
#include "type/numeric.h"

#include <stdlib.h>

/* A value that is not written yet. */
struct draft {
    enum jsonb_kind kind;
    bool is_node; /* `bytes` are a whole node of any kind */
    uint32_t count, capacity;
    struct slice bytes; /* of strings and numbers what follows the head */
    struct member *members;
};

struct member {
    struct slice key; /* of objects */
    uint32_t order;   /* of putting */
    struct draft value;
};

struct jsonb_builder {
    struct arena *arena;
    struct draft *open; /* [depth]: lists that have begun, outermost first */
    uint32_t depth, capacity;
    struct draft root;
    bool has_root;
    struct slice *keys; /* [depth]: the key put last in each */
};

struct jsonb_builder *
jsonb_build(struct arena *arena)
{
    struct jsonb_builder *builder = arena_alloc_zero(arena, sizeof *builder);
    builder->arena = arena;
    return builder;
}

static _Noreturn void
fail_size(enum jsonb_kind kind)
{
    if (kind == JSONB_STRING)
        raise_error(.code = SQLSTATE_PROGRAM_LIMIT_EXCEEDED,
                    .message = "string too long to represent as jsonb string",
                    .detail = raise_text("Due to an implementation restriction, jsonb strings "
                                         "cannot exceed %u bytes.",
                                         JSONB_BYTES_MAX));
    raise(SQLSTATE_PROGRAM_LIMIT_EXCEEDED,
          "total size of jsonb %s elements exceeds the maximum of %u bytes",
          kind == JSONB_OBJECT ? "object" : "array", JSONB_BYTES_MAX);
}

/* ---- the tree ---- */

static void
add_draft(struct jsonb_builder *builder, const struct draft *value)
{
    if (builder->depth == 0) {
        check(!builder->has_root);
        builder->root = *value;
        builder->has_root = true;
        return;
    }
    struct draft *list = &builder->open[builder->depth - 1];
    if (list->count == list->capacity) {
        uint32_t capacity = list->capacity == 0 ? 4 : list->capacity * 2;
        if (list->capacity >= JSONB_BYTES_MAX / 2)
            fail_size(list->kind);
        list->members = list->capacity == 0
                            ? arena_alloc_array(builder->arena, capacity, sizeof(struct member))
                            : arena_resize(builder->arena, list->members,
                                           list->capacity * sizeof(struct member),
                                           capacity * sizeof(struct member));
        list->capacity = capacity;
    }
    list->members[list->count] = (struct member){
        .key = builder->keys[builder->depth - 1], .order = list->count, .value = *value};
    list->count++;
}

void
jsonb_begin(struct jsonb_builder *builder, bool is_object)
{
    jsonb_check_depth(builder->depth + 1);
    if (builder->depth == builder->capacity) {
        uint32_t capacity = builder->capacity == 0 ? 8 : builder->capacity * 2;
        struct draft *open = arena_alloc_array(builder->arena, capacity, sizeof *open);
        struct slice *keys = arena_alloc_array(builder->arena, capacity, sizeof *keys);
        if (builder->capacity != 0) {
            memcpy(open, builder->open, builder->depth * sizeof *open);
            memcpy(keys, builder->keys, builder->depth * sizeof *keys);
        }
        builder->open = open;
        builder->keys = keys;
        builder->capacity = capacity;
    }
    builder->open[builder->depth] = (struct draft){.kind = is_object ? JSONB_OBJECT : JSONB_ARRAY};
    builder->keys[builder->depth++] = slice_of(NULL, 0);
}

static int
member_order(const void *a, const void *b)
{
    const struct member *x = a, *y = b;
    int order = jsonb_key_order(x->key, y->key);
    return order != 0 ? order : (x->order > y->order) - (x->order < y->order);
}

static void
sort_members(struct draft *object)
{
    uint32_t kept = 0;
    if (object->count < 2)
        return;
    qsort(object->members, object->count, sizeof *object->members, member_order);
    for (uint32_t i = 0; i < object->count; i++) {
        bool is_last = i + 1 == object->count ||
                       !slice_equal(object->members[i].key, object->members[i + 1].key);
        if (is_last)
            object->members[kept++] = object->members[i];
    }
    object->count = kept;
}

void
jsonb_end(struct jsonb_builder *builder)
{
    check(builder->depth > 0);
    struct draft list = builder->open[--builder->depth];
    if (list.kind == JSONB_OBJECT)
        sort_members(&list);
    add_draft(builder, &list);
}

void
jsonb_put_key(struct jsonb_builder *builder, struct slice key)
{
    check(builder->depth > 0);
    if (key.bytes > JSONB_BYTES_MAX)
        fail_size(JSONB_STRING);
    builder->keys[builder->depth - 1] = key;
}

void
jsonb_put_null(struct jsonb_builder *builder)
{
    add_draft(builder, &(struct draft){.kind = JSONB_NULL});
}

void
jsonb_put_bool(struct jsonb_builder *builder, bool value)
{
    add_draft(builder, &(struct draft){.kind = value ? JSONB_TRUE : JSONB_FALSE});
}

void
jsonb_put_string(struct jsonb_builder *builder, struct slice text)
{
    if (text.bytes > JSONB_BYTES_MAX)
        fail_size(JSONB_STRING);
    add_draft(builder, &(struct draft){.kind = JSONB_STRING, .bytes = text});
}

void
jsonb_put_number(struct jsonb_builder *builder, union datum numeric)
{
    struct slice bytes = datum_slice(&numeric);
    if (bytes.bytes <= VIEW_INLINE_BYTES) /* they lie in the argument */
        bytes = arena_slice(builder->arena, bytes);
    add_draft(builder, &(struct draft){.kind = JSONB_NUMBER, .bytes = bytes});
}

void
jsonb_put_node(struct jsonb_builder *builder, const struct jsonb *node)
{
    add_draft(builder, &(struct draft){.kind = node->kind, .is_node = true, .bytes = node->bytes});
}

/* ---- writing ---- */

static size_t
draft_bytes(const struct draft *draft)
{
    size_t bytes = 4 + draft->bytes.bytes;
    if (draft->is_node)
        return draft->bytes.bytes;
    for (uint32_t i = 0; i < draft->count; i++) {
        const struct member *member = &draft->members[i];
        bytes += member->key.bytes + 4 + (draft->kind == JSONB_OBJECT ? 4 : 0) +
                 draft_bytes(&member->value);
        if (bytes > JSONB_BYTES_MAX)
            fail_size(draft->kind);
    }
    return bytes;
}

/* Returns where the node ends. */
static uint8_t *
write_draft(const struct draft *draft, uint8_t *to)
{
    if (draft->is_node) {
        memcpy(to, draft->bytes.data, draft->bytes.bytes);
        return to + draft->bytes.bytes;
    }
    bool is_list = draft->kind >= JSONB_ARRAY;
    uint32_t count = is_list ? draft->count : (uint32_t)draft->bytes.bytes;
    le32_set(to, count << 4 | draft->kind);
    to += 4;
    if (!is_list) {
        if (count != 0)
            memcpy(to, draft->bytes.data, count);
        return to + count;
    }
    uint8_t *ends = to;
    to += (size_t)count * (draft->kind == JSONB_OBJECT ? 8 : 4);
    if (draft->kind == JSONB_OBJECT) {
        const uint8_t *keys = to;
        for (uint32_t i = 0; i < count; i++, ends += 4) {
            struct slice key = draft->members[i].key;
            if (key.bytes != 0)
                memcpy(to, key.data, key.bytes);
            to += key.bytes;
            le32_set(ends, (uint32_t)(to - keys));
        }
    }
    const uint8_t *values = to;
    for (uint32_t i = 0; i < count; i++, ends += 4) {
        to = write_draft(&draft->members[i].value, to);
        le32_set(ends, (uint32_t)(to - values));
    }
    return to;
}

union datum
jsonb_finish(struct jsonb_builder *builder)
{
    check(builder->has_root && builder->depth == 0);
    size_t bytes = draft_bytes(&builder->root);
    uint8_t *start = arena_alloc(builder->arena, bytes);
    uint8_t *end = write_draft(&builder->root, start);
    check((size_t)(end - start) == bytes);
    return slice_datum(slice_of(start, bytes));
}

/* ---- from text ---- */

static void
take_begin(void *object, bool is_object)
{
    jsonb_begin(object, is_object);
}

static void
take_end(void *object)
{
    jsonb_end(object);
}

static void
take_key(void *object, struct slice key)
{
    jsonb_put_key(object, key);
}

static void
take_scalar(void *object, enum json_scalar kind, struct slice text)
{
    struct jsonb_builder *builder = object;
    switch (kind) {
    case JSON_SCALAR_NULL:
        jsonb_put_null(builder);
        break;
    case JSON_SCALAR_BOOL:
        jsonb_put_bool(builder, *text.data == 't');
        break;
    case JSON_SCALAR_NUMBER:
        jsonb_put_number(builder, numeric_read(builder->arena, text));
        break;
    case JSON_SCALAR_STRING:
        jsonb_put_string(builder, text);
    }
}

void
jsonb_put_json(struct jsonb_builder *builder, struct slice text)
{
    const struct json_events events = {.object = builder,
                                       .begin = take_begin,
                                       .end = take_end,
                                       .key = take_key,
                                       .scalar = take_scalar};
    json_parse(builder->arena, text, &events);
}

union datum
jsonb_parse(struct arena *arena, struct slice text)
{
    struct jsonb_builder *builder = jsonb_build(arena);
    jsonb_put_json(builder, text);
    return jsonb_finish(builder);
}
