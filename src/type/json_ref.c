/*
 * json_ref.c: see json_ref.h.
 */
#include "type/json_ref.h"

#include "type/digits.h"

static struct json_ref
text_ref(struct slice text)
{
    return (struct json_ref){.is_text = true, .text = text};
}

static struct json_ref
node_ref(struct jsonb node)
{
    return (struct json_ref){.node = node};
}

struct json_ref
json_ref_of(struct arena *arena, const union datum *value, bool is_text)
{
    if (!is_text)
        return node_ref(jsonb_read(value));
    struct slice text = json_trim(datum_slice(value));
    json_check_escapes(arena, text);
    return text_ref(text);
}

enum jsonb_kind
json_ref_kind(const struct json_ref *ref)
{
    if (!ref->is_text)
        return ref->node.kind;
    switch (ref->text.bytes == 0 ? 0 : *ref->text.data) {
    case '{':
        return JSONB_OBJECT;
    case '[':
        return JSONB_ARRAY;
    case '"':
        return JSONB_STRING;
    case 't':
    case 'f':
        return JSONB_FALSE;
    case 'n':
        return JSONB_NULL;
    default:
        return JSONB_NUMBER;
    }
}

const char *
json_ref_kind_name(const struct json_ref *ref)
{
    struct jsonb node = {.kind = json_ref_kind(ref)};
    return jsonb_kind_name(&node);
}

bool
json_ref_member(struct arena *arena, const struct json_ref *object, struct slice key,
                struct json_ref *value)
{
    if (!object->is_text) {
        uint32_t i;
        if (!jsonb_find(&object->node, key, &i))
            return false;
        *value = node_ref(jsonb_item(&object->node, i));
        return true;
    }
    struct json_iter iter;
    struct slice name;
    struct json_ref member;
    bool is_found = false;
    json_iter_begin(&iter, arena, object);
    while (json_iter_next(&iter, &name, &member)) {
        if (slice_equal(name, key)) {
            *value = member;
            is_found = true;
        }
    }
    return is_found;
}

uint32_t
json_ref_count(const struct json_ref *list)
{
    if (!list->is_text)
        return list->node.count;
    struct json_walk walk;
    struct slice key, value;
    uint32_t count = 0;
    json_walk_begin(&walk, list->text);
    while (json_walk_next(&walk, &key, &value))
        count++;
    return count;
}

bool
json_ref_element(const struct json_ref *array, int64_t number, struct json_ref *value)
{
    if (number < 0)
        number += json_ref_count(array);
    if (number < 0)
        return false;
    if (!array->is_text) {
        if (number >= array->node.count)
            return false;
        *value = node_ref(jsonb_item(&array->node, (uint32_t)number));
        return true;
    }
    struct json_walk walk;
    struct slice key, text;
    json_walk_begin(&walk, array->text);
    for (; json_walk_next(&walk, &key, &text); number--) {
        if (number == 0) {
            *value = text_ref(text);
            return true;
        }
    }
    return false;
}

bool
json_ref_step(struct arena *arena, struct json_ref *ref, struct slice step)
{
    int32_t index;
    enum jsonb_kind kind = json_ref_kind(ref);
    if (kind == JSONB_OBJECT)
        return json_ref_member(arena, ref, step, ref);
    return kind == JSONB_ARRAY && json_read_index(step, &index) &&
           json_ref_element(ref, index, ref);
}

union datum
json_ref_datum(const struct json_ref *ref)
{
    return ref->is_text ? slice_datum(ref->text) : jsonb_datum(&ref->node);
}

bool
json_ref_text(struct arena *arena, const struct json_ref *ref, struct slice *text)
{
    enum jsonb_kind kind = json_ref_kind(ref);
    if (kind == JSONB_NULL)
        return false;
    if (!ref->is_text)
        *text = jsonb_text(arena, &ref->node);
    else if (kind == JSONB_STRING)
        *text = json_unescape(arena, slice_of(ref->text.data + 1, ref->text.bytes - 2));
    else
        *text = ref->text;
    return true;
}

struct slice
json_ref_source(struct arena *arena, const struct json_ref *ref)
{
    return ref->is_text ? ref->text : jsonb_source(arena, &ref->node);
}

void
json_iter_begin(struct json_iter *iter, struct arena *arena, const struct json_ref *list)
{
    *iter = (struct json_iter){.arena = arena, .list = *list};
    if (list->is_text)
        json_walk_begin(&iter->walk, list->text);
}

bool
json_iter_next(struct json_iter *iter, struct slice *key, struct json_ref *value)
{
    if (iter->list.is_text) {
        struct slice text;
        if (!json_walk_next(&iter->walk, key, &text))
            return false;
        *key = json_unescape(iter->arena, *key);
        *value = text_ref(text);
        return true;
    }
    const struct jsonb *node = &iter->list.node;
    if (iter->next == node->count)
        return false;
    *key = node->kind == JSONB_OBJECT ? jsonb_key(node, iter->next) : slice_of(NULL, 0);
    *value = node_ref(jsonb_item(node, iter->next++));
    return true;
}

bool
json_read_index(struct slice text, int32_t *index)
{
    int64_t value;
    bool ends_in_digit = text.bytes > 0 && is_digit(text.data[text.bytes - 1]);
    if (!ends_in_digit || digits_read_i64(text, &value) != DIGITS_OK || value < INT32_MIN ||
        value > INT32_MAX)
        return false;
    *index = (int32_t)value;
    return true;
}
