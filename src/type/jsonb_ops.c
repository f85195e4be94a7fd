/*
 * jsonb_ops.c: containment (@>, <@), existence of keys (?, ?|, ?&), joining (||), taking away (-),
 * and functions of whole values: jsonb_pretty, json_strip_nulls, jsonb_strip_nulls.
 *
 * A scalar that is a whole value counts as an array of it, as in PostgreSQL.
 */
#include "base/raise.h"
#include "type/array.h"
#include "type/generic.h"
#include "type/jsonb.h"
#include "type/tables.h"

/* ---- containment ---- */

static bool contains(const struct jsonb *a, const struct jsonb *b, uint32_t depth);

/* Whether an element of `array` is, or if it is a list contains, `wanted`. */
static bool
has_element(const struct jsonb *array, const struct jsonb *wanted, uint32_t depth)
{
    for (uint32_t i = 0; i < array->count; i++) {
        struct jsonb item = jsonb_item(array, i);
        if (item.kind == wanted->kind && (jsonb_is_list(wanted) ? contains(&item, wanted, depth + 1)
                                                                : jsonb_equal(&item, wanted)))
            return true;
    }
    return false;
}

static bool
contains_member(const struct jsonb *object, struct slice key, const struct jsonb *wanted,
                uint32_t depth)
{
    uint32_t i;
    if (!jsonb_find(object, key, &i))
        return false;
    struct jsonb item = jsonb_item(object, i);
    if (item.kind != wanted->kind)
        return false;
    return jsonb_is_list(wanted) ? contains(&item, wanted, depth + 1) : jsonb_equal(&item, wanted);
}

/* Both are objects or both are arrays. */
static bool
contains(const struct jsonb *a, const struct jsonb *b, uint32_t depth)
{
    jsonb_check_depth(depth);
    if (a->kind == JSONB_OBJECT && a->count < b->count)
        return false;
    for (uint32_t i = 0; i < b->count; i++) {
        struct jsonb wanted = jsonb_item(b, i);
        if (a->kind == JSONB_OBJECT ? !contains_member(a, jsonb_key(b, i), &wanted, depth)
                                    : !has_element(a, &wanted, depth))
            return false;
    }
    return true;
}

static bool
root_contains(const union datum *a, const union datum *b)
{
    struct jsonb x = jsonb_read(a), y = jsonb_read(b);
    if ((x.kind == JSONB_OBJECT) != (y.kind == JSONB_OBJECT))
        return false;
    if (!jsonb_is_list(&x))
        return !jsonb_is_list(&y) && jsonb_equal(&x, &y);
    return jsonb_is_list(&y) ? contains(&x, &y, 0) : has_element(&x, &y, 0);
}

static union datum
jsonb_contains(struct func_call *call, const union datum *args)
{
    (void)call;
    return bool_datum(root_contains(&args[0], &args[1]));
}

static union datum
jsonb_contained(struct func_call *call, const union datum *args)
{
    (void)call;
    return bool_datum(root_contains(&args[1], &args[0]));
}

/* ---- existence ---- */

static bool
is_string(const struct jsonb *node, struct slice text)
{
    return node->kind == JSONB_STRING && slice_equal(jsonb_string(node), text);
}

static bool
exists(const struct jsonb *node, struct slice key)
{
    uint32_t at;
    if (node->kind == JSONB_OBJECT)
        return jsonb_find(node, key, &at);
    if (node->kind != JSONB_ARRAY)
        return is_string(node, key);
    for (uint32_t i = 0; i < node->count; i++) {
        struct jsonb item = jsonb_item(node, i);
        if (is_string(&item, key))
            return true;
    }
    return false;
}

static union datum
jsonb_exists(struct func_call *call, const union datum *args)
{
    (void)call;
    struct jsonb node = jsonb_read(&args[0]);
    return bool_datum(exists(&node, datum_slice(&args[1])));
}

/* Whether one of the texts that are not null exists (`wanted`), or one does not. */
static bool
any_exists(const union datum *args, bool wanted)
{
    struct jsonb node = jsonb_read(&args[0]);
    struct array keys = array_read(&args[1]);
    for (uint32_t i = 0; i < keys.count; i++) {
        union datum key = array_get(&keys, i);
        if (!array_is_null(&keys, i) && exists(&node, datum_slice(&key)) == wanted)
            return true;
    }
    return false;
}

static union datum
jsonb_exists_any(struct func_call *call, const union datum *args)
{
    (void)call;
    return bool_datum(any_exists(args, true));
}

static union datum
jsonb_exists_all(struct func_call *call, const union datum *args)
{
    (void)call;
    return bool_datum(!any_exists(args, false));
}

/* ---- joining and taking away ---- */

/* What a list holds; of others themselves. */
static void
put_members(struct jsonb_builder *to, const struct jsonb *node, bool as_object)
{
    if (as_object ? node->kind != JSONB_OBJECT : node->kind != JSONB_ARRAY) {
        jsonb_put_node(to, node);
        return;
    }
    for (uint32_t i = 0; i < node->count; i++) {
        struct jsonb item = jsonb_item(node, i);
        if (as_object)
            jsonb_put_key(to, jsonb_key(node, i));
        jsonb_put_node(to, &item);
    }
}

static union datum
jsonb_concat(struct func_call *call, const union datum *args)
{
    struct jsonb a = jsonb_read(&args[0]), b = jsonb_read(&args[1]);
    bool as_object = a.kind == JSONB_OBJECT && b.kind == JSONB_OBJECT;
    struct jsonb_builder *builder = jsonb_build(call->arena);
    jsonb_begin(builder, as_object);
    put_members(builder, &a, as_object);
    put_members(builder, &b, as_object);
    jsonb_end(builder);
    return jsonb_finish(builder);
}

/* Without the members of such keys, or the elements that are such strings. */
static union datum
delete_keys(struct func_call *call, const union datum *arg, const struct slice *keys,
            uint32_t count)
{
    struct jsonb node = jsonb_read(arg);
    if (!jsonb_is_list(&node))
        raise(SQLSTATE_INVALID_PARAMETER_VALUE, "cannot delete from scalar");
    struct jsonb_builder *builder = jsonb_build(call->arena);
    jsonb_begin(builder, node.kind == JSONB_OBJECT);
    for (uint32_t i = 0; i < node.count; i++) {
        struct jsonb item = jsonb_item(&node, i);
        struct slice key = slice_of(NULL, 0);
        if (node.kind == JSONB_OBJECT)
            key = jsonb_key(&node, i);
        bool is_gone = false;
        for (uint32_t j = 0; j < count && !is_gone; j++)
            is_gone =
                node.kind == JSONB_OBJECT ? slice_equal(key, keys[j]) : is_string(&item, keys[j]);
        if (is_gone)
            continue;
        if (node.kind == JSONB_OBJECT)
            jsonb_put_key(builder, key);
        jsonb_put_node(builder, &item);
    }
    jsonb_end(builder);
    return jsonb_finish(builder);
}

static union datum
delete_key(struct func_call *call, const union datum *args)
{
    struct slice key = datum_slice(&args[1]);
    return delete_keys(call, &args[0], &key, 1);
}

static union datum
delete_all_keys(struct func_call *call, const union datum *args)
{
    struct array array = array_read(&args[1]);
    if (array.dim_count > 1)
        raise(SQLSTATE_ARRAY_SUBSCRIPT_ERROR, "wrong number of array subscripts");
    union datum *values = arena_alloc_array(call->arena, array.count + 1, sizeof *values);
    struct slice *keys = arena_alloc_array(call->arena, array.count + 1, sizeof *keys);
    uint32_t count = 0;
    for (uint32_t i = 0; i < array.count; i++) {
        if (array_is_null(&array, i))
            continue;
        values[count] = array_get(&array, i);
        keys[count] = datum_slice(&values[count]);
        count++;
    }
    return delete_keys(call, &args[0], keys, count);
}

static union datum
delete_element(struct func_call *call, const union datum *args)
{
    struct jsonb node = jsonb_read(&args[0]);
    if (!jsonb_is_list(&node))
        raise(SQLSTATE_INVALID_PARAMETER_VALUE, "cannot delete from scalar");
    if (node.kind == JSONB_OBJECT)
        raise(SQLSTATE_INVALID_PARAMETER_VALUE, "cannot delete from object using integer index");
    int64_t index = args[1].i32;
    index += index < 0 ? node.count : 0;
    if (index < 0 || index >= node.count)
        return args[0];
    struct jsonb_builder *builder = jsonb_build(call->arena);
    jsonb_begin(builder, false);
    for (uint32_t i = 0; i < node.count; i++) {
        struct jsonb item = jsonb_item(&node, i);
        if (i != index)
            jsonb_put_node(builder, &item);
    }
    jsonb_end(builder);
    return jsonb_finish(builder);
}

/* ---- whole values ---- */

static union datum
jsonb_pretty(struct func_call *call, const union datum *args)
{
    struct jsonb node = jsonb_read(&args[0]);
    struct buf *text = buf_new(call->arena);
    jsonb_put_pretty(call->arena, text, &node);
    return generic_buf_datum(call->arena, text);
}

static void
put_without_nulls(struct jsonb_builder *to, const struct jsonb *node, uint32_t depth)
{
    if (!jsonb_is_list(node)) {
        jsonb_put_node(to, node);
        return;
    }
    jsonb_check_depth(depth);
    jsonb_begin(to, node->kind == JSONB_OBJECT);
    for (uint32_t i = 0; i < node->count; i++) {
        struct jsonb item = jsonb_item(node, i);
        if (node->kind == JSONB_OBJECT) {
            if (item.kind == JSONB_NULL)
                continue;
            jsonb_put_key(to, jsonb_key(node, i));
        }
        put_without_nulls(to, &item, depth + 1);
    }
    jsonb_end(to);
}

static union datum
jsonb_strip_nulls(struct func_call *call, const union datum *args)
{
    struct jsonb node = jsonb_read(&args[0]);
    struct jsonb_builder *builder = jsonb_build(call->arena);
    put_without_nulls(builder, &node, 0);
    return jsonb_finish(builder);
}

/* json_strip_nulls writes as it reads. */
struct stripper {
    struct buf *to;
    struct slice key; /* of the member whose value comes next */
    bool has_key, is_first;
    uint32_t depth;
    bool *in_object; /* [JSON_DEPTH_MAX] */
};

static void
begin_stripped(struct stripper *s)
{
    if (!s->is_first)
        buf_put_u8(s->to, ',');
    s->is_first = false;
    if (s->has_key) {
        json_put_string(s->to, s->key);
        buf_put_u8(s->to, ':');
    }
    s->has_key = false;
}

static void
strip_begin(void *object, bool is_object)
{
    struct stripper *s = object;
    begin_stripped(s);
    buf_put_u8(s->to, is_object ? '{' : '[');
    s->in_object[s->depth++] = is_object;
    s->is_first = true;
}

static void
strip_end(void *object)
{
    struct stripper *s = object;
    buf_put_u8(s->to, s->in_object[--s->depth] ? '}' : ']');
    s->is_first = false;
}

static void
strip_key(void *object, struct slice key)
{
    struct stripper *s = object;
    s->key = key;
    s->has_key = true;
}

static void
strip_scalar(void *object, enum json_scalar kind, struct slice text)
{
    struct stripper *s = object;
    if (kind == JSON_SCALAR_NULL && s->has_key) {
        s->has_key = false;
        return;
    }
    begin_stripped(s);
    if (kind == JSON_SCALAR_STRING)
        json_put_string(s->to, text);
    else
        buf_put_slice(s->to, text);
}

static union datum
json_strip_nulls(struct func_call *call, const union datum *args)
{
    struct stripper s = {.to = buf_new(call->arena),
                         .is_first = true,
                         .in_object = arena_alloc(call->arena, JSON_DEPTH_MAX)};
    const struct json_events events = {.object = &s,
                                       .begin = strip_begin,
                                       .end = strip_end,
                                       .key = strip_key,
                                       .scalar = strip_scalar};
    json_parse(call->arena, datum_slice(&args[0]), &events);
    return generic_buf_datum(call->arena, s.to);
}

/* ---- what this file brings ---- */

static const struct func_info funcs[] = {
    {FUNC(4046, "jsonb_contains", TYPE_BOOL, jsonb_contains, TYPE_JSONB, TYPE_JSONB)},
    {FUNC(4050, "jsonb_contained", TYPE_BOOL, jsonb_contained, TYPE_JSONB, TYPE_JSONB)},
    {FUNC(4047, "jsonb_exists", TYPE_BOOL, jsonb_exists, TYPE_JSONB, TYPE_TEXT)},
    {FUNC(4048, "jsonb_exists_any", TYPE_BOOL, jsonb_exists_any, TYPE_JSONB, TYPE_TEXT_ARRAY)},
    {FUNC(4049, "jsonb_exists_all", TYPE_BOOL, jsonb_exists_all, TYPE_JSONB, TYPE_TEXT_ARRAY)},
    {FUNC(3301, "jsonb_concat", TYPE_JSONB, jsonb_concat, TYPE_JSONB, TYPE_JSONB)},
    {FUNC(3302, "jsonb_delete", TYPE_JSONB, delete_key, TYPE_JSONB, TYPE_TEXT)},
    {FUNC(3303, "jsonb_delete", TYPE_JSONB, delete_element, TYPE_JSONB, TYPE_INT4)},
    {FUNC(3343, "jsonb_delete", TYPE_JSONB, delete_all_keys, TYPE_JSONB, TYPE_TEXT_ARRAY),
     .variadic = TYPE_TEXT, .arg_names = (const char *const[]){"from_json", "path_elems"}},
    {FUNC(3306, "jsonb_pretty", TYPE_TEXT, jsonb_pretty, TYPE_JSONB)},
    {FUNC(3261, "json_strip_nulls", TYPE_JSON, json_strip_nulls, TYPE_JSON)},
    {FUNC(3262, "jsonb_strip_nulls", TYPE_JSONB, jsonb_strip_nulls, TYPE_JSONB)},
};

#define MATCH(oid_, name_, right_, func_, commutator_)                                             \
    oid_, name_, TYPE_JSONB, right_, TYPE_BOOL, func_, commutator_, 0, false, false,               \
        "matchingsel", "matchingjoinsel"
#define CHANGE(oid_, name_, right_, func_)                                                         \
    oid_, name_, TYPE_JSONB, right_, TYPE_JSONB, func_, 0, 0, false, false, NULL, NULL

static const struct operator_info operators[] = {
    {MATCH(3246, "@>", TYPE_JSONB, 4046, 3250)},   {MATCH(3250, "<@", TYPE_JSONB, 4050, 3246)},
    {MATCH(3247, "?", TYPE_TEXT, 4047, 0)},        {MATCH(3248, "?|", TYPE_TEXT_ARRAY, 4048, 0)},
    {MATCH(3249, "?&", TYPE_TEXT_ARRAY, 4049, 0)}, {CHANGE(3284, "||", TYPE_JSONB, 3301)},
    {CHANGE(3285, "-", TYPE_TEXT, 3302)},          {CHANGE(3286, "-", TYPE_INT4, 3303)},
    {CHANGE(3398, "-", TYPE_TEXT_ARRAY, 3343)},
};

const struct type_tables jsonb_ops_tables = {
    .funcs = funcs,
    .func_count = COUNT_OF(funcs),
    .operators = operators,
    .operator_count = COUNT_OF(operators),
};
