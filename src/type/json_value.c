/*
 * json_value.c: see json_value.h. Also the functions that make JSON of their arguments: to_json,
 * array_to_json, row_to_json, json_build_array, json_build_object and those of jsonb.
 */
#include "type/json_value.h"

#include "base/raise.h"
#include "type/array.h"
#include "type/domain.h"
#include "type/generic.h"
#include "type/numeric.h"
#include "type/record.h"
#include "type/tables.h"
#include "type/variadic.h"

/* What becomes of a type. */
enum category {
    AS_TEXT,
    AS_BOOL,
    AS_NUMBER,
    AS_DATE, /* dates and timestamps */
    AS_JSON,
    AS_JSONB,
    AS_ARRAY,
    AS_RECORD,
};

static oid
base_of(const struct json_writer *w, oid type)
{
    return type < OID_USER_FIRST ? type : domain_root(w->env, type_get(w->env, type))->type;
}

static enum category
category_of(const struct json_writer *w, oid type)
{
    type = base_of(w, type);
    switch (type) {
    case TYPE_BOOL:
        return AS_BOOL;
    case TYPE_INT2:
    case TYPE_INT4:
    case TYPE_INT8:
    case TYPE_FLOAT4:
    case TYPE_FLOAT8:
    case TYPE_NUMERIC:
        return AS_NUMBER;
    case TYPE_DATE:
    case TYPE_TIMESTAMP:
    case TYPE_TIMESTAMPTZ:
        return AS_DATE;
    case TYPE_JSON:
        return AS_JSON;
    case TYPE_JSONB:
        return AS_JSONB;
    case TYPE_RECORD:
        return AS_RECORD;
    default:
        break;
    }
    const struct type_info *info = type_get(w->env, type);
    if (info->element != OID_NONE && info->length == -1)
        return AS_ARRAY;
    return info->kind == 'c' ? AS_RECORD : AS_TEXT;
}

bool
json_type_is_list(const struct json_writer *writer, oid type)
{
    enum category category = category_of(writer, type);
    return category == AS_ARRAY || category == AS_RECORD;
}

/* ISO 8601 whatever DateStyle is: a T between date and time, minutes in the zone. */
static struct slice
date_text(const struct json_writer *w, oid type, union datum value)
{
    struct type_env env = *w->env;
    env.date_style = DATE_STYLE_ISO;
    struct buf *text = buf_new(w->arena);
    type_output(&env, w->arena, type, value, text);
    uint8_t *blank = text->bytes == 0 ? NULL : memchr(text->data, ' ', text->bytes);
    if (type != TYPE_DATE && blank != NULL)
        *blank = 'T';
    struct slice result = buf_take(text, w->arena);
    if (type != TYPE_TIMESTAMPTZ || blank == NULL)
        return result;
    const uint8_t *zone = result.data + result.bytes;
    while (zone > result.data && *zone != 'T' && *zone != '+' && *zone != '-')
        zone--;
    size_t before = (size_t)(zone - result.data) + 3;
    bool has_hours = *zone != 'T' && before <= result.bytes &&
                     (before == result.bytes || result.data[before] == ' ');
    if (has_hours)
        result =
            slice_text(arena_format(w->arena, "%.*s:00%s", (int)before, (const char *)result.data,
                                    (const char *)result.data + before));
    return result;
}

static struct slice
plain_text(const struct json_writer *w, oid type, union datum value, enum category category)
{
    if (category == AS_DATE)
        return date_text(w, type, value);
    if (type == TYPE_TEXT || type == TYPE_VARCHAR || type == TYPE_BPCHAR || type == TYPE_JSON) {
        union datum *kept = arena_alloc(w->arena, sizeof *kept);
        *kept = value; /* short texts lie in the datum */
        return datum_slice(kept);
    }
    return slice_text(type_output_text(w->env, w->arena, type, value));
}

/* Whether the text of a number is one in JSON too: not NaN, not infinite. */
static bool
is_finite_text(struct slice text)
{
    uint8_t last = text.bytes == 0 ? 0 : text.data[text.bytes - 1];
    return last >= '0' && last <= '9';
}

/* ---- json ---- */

/* The elements of one dimension from `*next` on; those of a further one are lists again. */
static void
put_dimension(const struct json_writer *w, struct buf *to, const struct array *array, uint32_t dim,
              uint32_t *next, enum json_layout layout)
{
    buf_put_u8(to, '[');
    for (int32_t i = 0; i < array_dim(array, dim).length; i++) {
        if (i != 0)
            buf_put_text(to, layout == JSON_LINES ? ",\n " : ",");
        if (dim + 1 < array->dim_count) {
            put_dimension(w, to, array, dim + 1, next, JSON_PLAIN);
            continue;
        }
        json_put_value(w, to, array->element, array_get(array, *next), array_is_null(array, *next),
                       JSON_PLAIN);
        ++*next;
    }
    buf_put_u8(to, ']');
}

static void
put_array(const struct json_writer *w, struct buf *to, union datum value, enum json_layout layout)
{
    struct array array = array_read(&value);
    uint32_t next = 0;
    if (array.dim_count == 0)
        buf_put_text(to, "[]");
    else
        put_dimension(w, to, &array, 0, &next, layout);
}

static void
put_record(const struct json_writer *w, struct buf *to, union datum value, enum json_layout layout)
{
    struct record_walk walk = record_walk_begin(w->env, w->arena, &value);
    struct record_column column;
    buf_put_u8(to, '{');
    for (bool is_first = true; record_walk_next(&walk, &column); is_first = false) {
        if (!is_first)
            buf_put_text(to, layout == JSON_LINES ? ",\n " : ",");
        json_put_string(to, slice_text(record_walk_name(&walk, &column)));
        buf_put_u8(to, ':');
        json_put_value(w, to, column.type, column.value, column.is_null, JSON_PLAIN);
    }
    buf_put_u8(to, '}');
}

void
json_put_value(const struct json_writer *writer, struct buf *to, oid type, union datum value,
               bool is_null, enum json_layout layout)
{
    if (is_null) {
        buf_put_text(to, "null");
        return;
    }
    type = base_of(writer, type);
    enum category category = category_of(writer, type);
    switch (category) {
    case AS_BOOL:
        buf_put_text(to, value.b ? "true" : "false");
        break;
    case AS_NUMBER: {
        struct slice text = plain_text(writer, type, value, category);
        if (is_finite_text(text))
            buf_put_slice(to, text);
        else
            json_put_string(to, text);
        break;
    }
    case AS_JSON:
        buf_put_slice(to, datum_slice(&value));
        break;
    case AS_JSONB: {
        struct jsonb node = jsonb_read(&value);
        jsonb_put_text(writer->arena, to, &node);
        break;
    }
    case AS_ARRAY:
        put_array(writer, to, value, layout);
        break;
    case AS_RECORD:
        put_record(writer, to, value, layout);
        break;
    case AS_DATE:
    case AS_TEXT:
        json_put_string(to, plain_text(writer, type, value, category));
    }
}

static enum category
key_category(const struct json_writer *w, oid type)
{
    enum category category = category_of(w, type);
    if (category >= AS_JSON)
        raise(SQLSTATE_INVALID_PARAMETER_VALUE,
              "key value must be scalar, not array, composite, or json");
    return category;
}

static struct slice
key_text(const struct json_writer *w, oid type, union datum value)
{
    enum category category = key_category(w, type);
    if (category == AS_BOOL)
        return slice_text(value.b ? "true" : "false");
    return plain_text(w, type, value, category);
}

void
json_put_key(const struct json_writer *writer, struct buf *to, oid type, union datum value)
{
    json_put_string(to, key_text(writer, type, value));
}

/* ---- jsonb ---- */

static void
put_jsonb_dimension(const struct json_writer *w, struct jsonb_builder *b, const struct array *array,
                    uint32_t dim, uint32_t *next)
{
    jsonb_begin(b, false);
    for (int32_t i = 0; array->dim_count > 0 && i < array_dim(array, dim).length; i++) {
        if (dim + 1 < array->dim_count) {
            put_jsonb_dimension(w, b, array, dim + 1, next);
            continue;
        }
        jsonb_put_value(w, b, array->element, array_get(array, *next), array_is_null(array, *next));
        ++*next;
    }
    jsonb_end(b);
}

static void
put_jsonb_record(const struct json_writer *w, struct jsonb_builder *b, union datum value)
{
    struct record_walk walk = record_walk_begin(w->env, w->arena, &value);
    struct record_column column;
    jsonb_begin(b, true);
    while (record_walk_next(&walk, &column)) {
        jsonb_put_key(b, slice_text(record_walk_name(&walk, &column)));
        jsonb_put_value(w, b, column.type, column.value, column.is_null);
    }
    jsonb_end(b);
}

static void
put_jsonb_number(const struct json_writer *w, struct jsonb_builder *b, oid type, union datum value)
{
    if (type == TYPE_NUMERIC && numeric_kind(value) < NUMERIC_NAN) {
        jsonb_put_number(b, value);
        return;
    }
    struct slice text = plain_text(w, type, value, AS_NUMBER);
    if (is_finite_text(text))
        jsonb_put_number(b, numeric_read(w->arena, text));
    else
        jsonb_put_string(b, text);
}

void
jsonb_put_value(const struct json_writer *writer, struct jsonb_builder *builder, oid type,
                union datum value, bool is_null)
{
    if (is_null) {
        jsonb_put_null(builder);
        return;
    }
    union datum *kept = arena_alloc(writer->arena, sizeof *kept);
    *kept = value; /* what is short lies in the datum itself */
    type = base_of(writer, type);
    enum category category = category_of(writer, type);
    switch (category) {
    case AS_BOOL:
        jsonb_put_bool(builder, value.b);
        break;
    case AS_NUMBER:
        put_jsonb_number(writer, builder, type, value);
        break;
    case AS_JSON:
        jsonb_put_json(builder, datum_slice(kept));
        break;
    case AS_JSONB: {
        struct jsonb node = jsonb_read(kept);
        jsonb_put_node(builder, &node);
        break;
    }
    case AS_ARRAY: {
        struct array array = array_read(kept);
        uint32_t next = 0;
        put_jsonb_dimension(writer, builder, &array, 0, &next);
        break;
    }
    case AS_RECORD:
        put_jsonb_record(writer, builder, *kept);
        break;
    case AS_DATE:
    case AS_TEXT:
        jsonb_put_string(builder, plain_text(writer, type, value, category));
    }
}

void
jsonb_put_value_key(const struct json_writer *writer, struct jsonb_builder *builder, oid type,
                    union datum value)
{
    jsonb_put_key(builder, key_text(writer, type, value));
}

union datum
jsonb_of_record(const struct json_writer *writer, union datum record)
{
    struct jsonb_builder *builder = jsonb_build(writer->arena);
    union datum *kept = arena_alloc(writer->arena, sizeof *kept);
    *kept = record;
    put_jsonb_record(writer, builder, *kept);
    return jsonb_finish(builder);
}

/* ---- the functions ---- */

static struct json_writer
writer_of(struct func_call *call)
{
    return (struct json_writer){.arena = call->arena, .env = call->env};
}

/* to_json(anyelement), array_to_json(anyarray [, pretty]), row_to_json(record [, pretty]). */
static union datum
to_json(struct func_call *call, const union datum *args)
{
    struct json_writer writer = writer_of(call);
    struct buf *text = buf_new(call->arena);
    bool is_pretty = call->arg_count == 2 && args[1].b;
    json_put_value(&writer, text, call->arg_types[0], args[0], false,
                   is_pretty ? JSON_LINES : JSON_PLAIN);
    return generic_buf_datum(call->arena, text);
}

static union datum
to_jsonb(struct func_call *call, const union datum *args)
{
    struct json_writer writer = writer_of(call);
    struct jsonb_builder *builder = jsonb_build(call->arena);
    jsonb_put_value(&writer, builder, call->arg_types[0], args[0], false);
    return jsonb_finish(builder);
}

static union datum
json_build_array(struct func_call *call, const union datum *args)
{
    struct json_writer writer = writer_of(call);
    struct buf *text = buf_new(call->arena);
    struct variadic rest;
    if (!variadic_args(call, args, 0, &rest))
        return func_null(call);
    buf_put_u8(text, '[');
    for (uint32_t i = 0; i < rest.count; i++) {
        buf_put_text(text, i == 0 ? "" : ", ");
        json_put_value(&writer, text, rest.types[i], rest.values[i], variadic_is_null(&rest, i),
                       JSON_PLAIN);
    }
    buf_put_u8(text, ']');
    return generic_buf_datum(call->arena, text);
}

static union datum
jsonb_build_array(struct func_call *call, const union datum *args)
{
    struct json_writer writer = writer_of(call);
    struct jsonb_builder *builder = jsonb_build(call->arena);
    struct variadic rest;
    if (!variadic_args(call, args, 0, &rest))
        return func_null(call);
    jsonb_begin(builder, false);
    for (uint32_t i = 0; i < rest.count; i++)
        jsonb_put_value(&writer, builder, rest.types[i], rest.values[i],
                        variadic_is_null(&rest, i));
    jsonb_end(builder);
    return jsonb_finish(builder);
}

static void
check_pairs(const struct func_call *call, const struct variadic *rest)
{
    if (rest->count % 2 != 0)
        raise_error(.code = SQLSTATE_INVALID_PARAMETER_VALUE,
                    .message = "argument list must have even number of elements",
                    .hint = raise_text("The arguments of %s() must consist of alternating keys "
                                       "and values.",
                                       call->func->name));
}

static union datum
json_build_object(struct func_call *call, const union datum *args)
{
    struct json_writer writer = writer_of(call);
    struct buf *text = buf_new(call->arena);
    struct variadic rest;
    if (!variadic_args(call, args, 0, &rest))
        return func_null(call);
    check_pairs(call, &rest);
    buf_put_u8(text, '{');
    for (uint32_t i = 0; i < rest.count; i += 2) {
        if (variadic_is_null(&rest, i))
            raise_error(.code = SQLSTATE_INVALID_PARAMETER_VALUE,
                        .message = raise_text("argument %u cannot be null", i + 1),
                        .hint = "Object keys should be text.");
        buf_put_text(text, i == 0 ? "" : ", ");
        json_put_key(&writer, text, rest.types[i], rest.values[i]);
        buf_put_text(text, " : ");
        json_put_value(&writer, text, rest.types[i + 1], rest.values[i + 1],
                       variadic_is_null(&rest, i + 1), JSON_PLAIN);
    }
    buf_put_u8(text, '}');
    return generic_buf_datum(call->arena, text);
}

static union datum
jsonb_build_object(struct func_call *call, const union datum *args)
{
    struct json_writer writer = writer_of(call);
    struct jsonb_builder *builder = jsonb_build(call->arena);
    struct variadic rest;
    if (!variadic_args(call, args, 0, &rest))
        return func_null(call);
    check_pairs(call, &rest);
    jsonb_begin(builder, true);
    for (uint32_t i = 0; i < rest.count; i += 2) {
        if (variadic_is_null(&rest, i))
            raise(SQLSTATE_INVALID_PARAMETER_VALUE, "argument %u: key must not be null", i + 1);
        jsonb_put_value_key(&writer, builder, rest.types[i], rest.values[i]);
        jsonb_put_value(&writer, builder, rest.types[i + 1], rest.values[i + 1],
                        variadic_is_null(&rest, i + 1));
    }
    jsonb_end(builder);
    return jsonb_finish(builder);
}

/* ---- json_object and jsonb_object, from texts ---- */

/* Where the texts of an object lie: key i at keys[i * step], its value at values[i * step]. */
struct pairs {
    struct array keys, values;
    uint32_t count, step, value_at;
};

static struct pairs
pairs_of(const union datum *args, uint32_t arg_count)
{
    struct pairs pairs = {.keys = array_read(&args[0])};
    uint32_t dims = pairs.keys.dim_count;
    if (arg_count == 2) {
        pairs.values = array_read(&args[1]);
        if (dims > 1 || dims != pairs.values.dim_count)
            raise(SQLSTATE_ARRAY_SUBSCRIPT_ERROR, "wrong number of array subscripts");
        if (pairs.keys.count != pairs.values.count)
            raise(SQLSTATE_ARRAY_SUBSCRIPT_ERROR, "mismatched array dimensions");
        pairs.count = pairs.keys.count;
        pairs.step = 1;
        return pairs;
    }
    if (dims == 1 && pairs.keys.count % 2 != 0)
        raise(SQLSTATE_ARRAY_SUBSCRIPT_ERROR, "array must have even number of elements");
    if (dims == 2 && array_dim(&pairs.keys, 1).length != 2)
        raise(SQLSTATE_ARRAY_SUBSCRIPT_ERROR, "array must have two columns");
    if (dims > 2)
        raise(SQLSTATE_ARRAY_SUBSCRIPT_ERROR, "wrong number of array subscripts");
    pairs.values = pairs.keys;
    pairs.count = pairs.keys.count / 2;
    pairs.step = 2;
    pairs.value_at = 1;
    return pairs;
}

static union datum
pair_key(const struct pairs *pairs, uint32_t i)
{
    if (array_is_null(&pairs->keys, i * pairs->step))
        raise(SQLSTATE_NULL_VALUE_NOT_ALLOWED, "null value not allowed for object key");
    return array_get(&pairs->keys, i * pairs->step);
}

static union datum
json_object(struct func_call *call, const union datum *args)
{
    struct pairs pairs = pairs_of(args, call->arg_count);
    struct buf *text = buf_new(call->arena);
    buf_put_u8(text, '{');
    for (uint32_t i = 0; i < pairs.count; i++) {
        union datum key = pair_key(&pairs, i);
        uint32_t at = i * pairs.step + pairs.value_at;
        buf_put_text(text, i == 0 ? "" : ", ");
        json_put_string(text, datum_slice(&key));
        buf_put_text(text, " : ");
        union datum value = array_get(&pairs.values, at);
        if (array_is_null(&pairs.values, at))
            buf_put_text(text, "null");
        else
            json_put_string(text, datum_slice(&value));
    }
    buf_put_u8(text, '}');
    return generic_buf_datum(call->arena, text);
}

static union datum
jsonb_object(struct func_call *call, const union datum *args)
{
    struct pairs pairs = pairs_of(args, call->arg_count);
    struct jsonb_builder *builder = jsonb_build(call->arena);
    union datum *texts = arena_alloc_array(call->arena, 2u * pairs.count + 1, sizeof *texts);
    jsonb_begin(builder, true);
    for (uint32_t i = 0; i < pairs.count; i++, texts += 2) {
        uint32_t at = i * pairs.step + pairs.value_at;
        texts[0] = pair_key(&pairs, i);
        texts[1] = array_get(&pairs.values, at);
        jsonb_put_key(builder, datum_slice(&texts[0]));
        if (array_is_null(&pairs.values, at))
            jsonb_put_null(builder);
        else
            jsonb_put_string(builder, datum_slice(&texts[1]));
    }
    jsonb_end(builder);
    return jsonb_finish(builder);
}

/* ---- what this file brings ---- */

#define STABLE .volatility = FUNC_STABLE

static const struct func_info funcs[] = {
    {FUNC(3153, "array_to_json", TYPE_JSON, to_json, TYPE_ANYARRAY), STABLE},
    {FUNC(3154, "array_to_json", TYPE_JSON, to_json, TYPE_ANYARRAY, TYPE_BOOL), STABLE},
    {FUNC(3155, "row_to_json", TYPE_JSON, to_json, TYPE_RECORD), STABLE},
    {FUNC(3156, "row_to_json", TYPE_JSON, to_json, TYPE_RECORD, TYPE_BOOL), STABLE},
    {FUNC(3176, "to_json", TYPE_JSON, to_json, TYPE_ANYELEMENT), STABLE},
    {FUNC(3787, "to_jsonb", TYPE_JSONB, to_jsonb, TYPE_ANYELEMENT), STABLE},
    {FUNC_NULLS(3198, "json_build_array", TYPE_JSON, json_build_array, TYPE_ANY), STABLE,
     .variadic = TYPE_ANY},
    {.func = 3199,
     .name = "json_build_array",
     .result = TYPE_JSON,
     .scalar = json_build_array,
     STABLE},
    {FUNC_NULLS(3200, "json_build_object", TYPE_JSON, json_build_object, TYPE_ANY), STABLE,
     .variadic = TYPE_ANY},
    {.func = 3201,
     .name = "json_build_object",
     .result = TYPE_JSON,
     .scalar = json_build_object,
     STABLE},
    {FUNC_NULLS(3271, "jsonb_build_array", TYPE_JSONB, jsonb_build_array, TYPE_ANY), STABLE,
     .variadic = TYPE_ANY},
    {.func = 3272,
     .name = "jsonb_build_array",
     .result = TYPE_JSONB,
     .scalar = jsonb_build_array,
     STABLE},
    {FUNC_NULLS(3273, "jsonb_build_object", TYPE_JSONB, jsonb_build_object, TYPE_ANY), STABLE,
     .variadic = TYPE_ANY},
    {.func = 3274,
     .name = "jsonb_build_object",
     .result = TYPE_JSONB,
     .scalar = jsonb_build_object,
     STABLE},
    {FUNC(3202, "json_object", TYPE_JSON, json_object, TYPE_TEXT_ARRAY)},
    {FUNC(3203, "json_object", TYPE_JSON, json_object, TYPE_TEXT_ARRAY, TYPE_TEXT_ARRAY)},
    {FUNC(3263, "jsonb_object", TYPE_JSONB, jsonb_object, TYPE_TEXT_ARRAY)},
    {FUNC(3264, "jsonb_object", TYPE_JSONB, jsonb_object, TYPE_TEXT_ARRAY, TYPE_TEXT_ARRAY)},
};

const struct type_tables json_value_tables = {
    .funcs = funcs,
    .func_count = COUNT_OF(funcs),
};
