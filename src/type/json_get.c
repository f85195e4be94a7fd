/*
 * json_get.c: what lies in a json or jsonb: ->, ->>, #>, #>>, and the functions that give its
 * members as rows, its type and its length. Each works for both types (json_ref.h).
 */
#include "base/raise.h"
#include "type/array.h"
#include "type/generic.h"
#include "type/json_ref.h"
#include "type/tables.h"

static struct json_ref
arg_ref(struct func_call *call, const union datum *arg)
{
    return json_ref_of(call->arena, arg, call->func->args[0] == TYPE_JSON);
}

/* As the function's type wants it: the value, or its text. */
static union datum
result_of(struct func_call *call, const struct json_ref *ref)
{
    struct slice text;
    if (call->func->result != TYPE_TEXT)
        return json_ref_datum(ref);
    if (!json_ref_text(call->arena, ref, &text))
        return func_null(call);
    return slice_datum(text);
}

/* -> text, ->> text */
static union datum
get_member(struct func_call *call, const union datum *args)
{
    struct json_ref ref = arg_ref(call, &args[0]), value;
    if (json_ref_kind(&ref) != JSONB_OBJECT ||
        !json_ref_member(call->arena, &ref, datum_slice(&args[1]), &value))
        return func_null(call);
    return result_of(call, &value);
}

/* -> int, ->> int. A jsonb that is a scalar counts as the array of it, as in PostgreSQL. */
static union datum
get_element(struct func_call *call, const union datum *args)
{
    struct json_ref ref = arg_ref(call, &args[0]), value = ref;
    bool is_scalar = !ref.is_text && !json_ref_is_list(&ref);
    bool is_found = is_scalar ? args[1].i32 == 0 || args[1].i32 == -1
                              : json_ref_kind(&ref) == JSONB_ARRAY &&
                                    json_ref_element(&ref, args[1].i32, &value);
    return is_found ? result_of(call, &value) : func_null(call);
}

/* #> and #>>, also under their names. */
static union datum
get_path(struct func_call *call, const union datum *args)
{
    struct json_ref ref = arg_ref(call, &args[0]);
    struct array path = array_read(&args[1]);
    for (uint32_t i = 0; i < path.count; i++) {
        if (array_is_null(&path, i))
            return func_null(call);
    }
    if (path.count == 0 && ref.is_text) {
        /* The whole value, from the very start. */
        struct slice text = datum_slice(&args[0]);
        enum jsonb_kind kind = json_ref_kind(&ref);
        if (call->func->result == TYPE_TEXT && (kind == JSONB_STRING || kind == JSONB_NULL))
            return result_of(call, &ref);
        return slice_datum(
            slice_of(text.data, (size_t)(ref.text.data + ref.text.bytes - text.data)));
    }
    for (uint32_t i = 0; i < path.count; i++) {
        union datum step = array_get(&path, i);
        if (!json_ref_step(call->arena, &ref, datum_slice(&step)))
            return func_null(call);
    }
    return result_of(call, &ref);
}

static union datum
json_typeof(struct func_call *call, const union datum *args)
{
    struct json_ref ref = arg_ref(call, &args[0]);
    return generic_text(call->arena, json_ref_kind_name(&ref));
}

static union datum
array_length(struct func_call *call, const union datum *args)
{
    struct json_ref ref = arg_ref(call, &args[0]);
    if (json_ref_kind(&ref) != JSONB_ARRAY)
        raise(SQLSTATE_INVALID_PARAMETER_VALUE, "cannot get array length of a %s",
              json_ref_is_list(&ref) ? "non-array" : "scalar");
    return i32_datum((int32_t)json_ref_count(&ref));
}

/* ---- members as rows ---- */

static struct json_iter *
begin_rows(struct func_call *call, const struct json_ref *list)
{
    struct json_iter *iter = arena_alloc(call->state_arena, sizeof *iter);
    json_iter_begin(iter, call->state_arena, list);
    call->state = iter;
    return iter;
}

static void
put_row(struct func_call *call, const struct json_ref *value, bool wants_text, union datum *result,
        bool *is_null)
{
    struct slice text = slice_of(NULL, 0);
    if (!wants_text) {
        *result = json_ref_datum(value);
        *is_null = false;
        return;
    }
    *is_null = !json_ref_text(call->arena, value, &text);
    *result = slice_datum(text);
}

/* A key, and its value where the function gives that. */
static bool
next_member(struct func_call *call, union datum *values, bool *nulls)
{
    struct slice key;
    struct json_ref value;
    if (!json_iter_next(call->state, &key, &value))
        return false;
    values[0] = slice_datum(key);
    nulls[0] = false;
    if (call->func->out_count == 2)
        put_row(call, &value, call->func->out_types[1] == TYPE_TEXT, &values[1], &nulls[1]);
    return true;
}

static bool
each(struct func_call *call, const union datum *args, union datum *values, bool *nulls)
{
    if (call->state == NULL) {
        struct json_ref ref = arg_ref(call, &args[0]);
        enum jsonb_kind kind = json_ref_kind(&ref);
        if (kind != JSONB_OBJECT && !ref.is_text)
            raise(SQLSTATE_INVALID_PARAMETER_VALUE, "cannot call %s on a non-object",
                  call->func->name);
        if (kind != JSONB_OBJECT)
            raise(SQLSTATE_INVALID_PARAMETER_VALUE, kind == JSONB_ARRAY
                                                        ? "cannot deconstruct an array as an object"
                                                        : "cannot deconstruct a scalar");
        begin_rows(call, &ref);
    }
    return next_member(call, values, nulls);
}

static bool
array_elements(struct func_call *call, const union datum *args, union datum *values, bool *nulls)
{
    if (call->state == NULL) {
        struct json_ref ref = arg_ref(call, &args[0]);
        bool is_object = json_ref_kind(&ref) == JSONB_OBJECT;
        if (json_ref_kind(&ref) != JSONB_ARRAY && !ref.is_text)
            raise(SQLSTATE_INVALID_PARAMETER_VALUE, "cannot extract elements from %s",
                  is_object ? "an object" : "a scalar");
        if (json_ref_kind(&ref) != JSONB_ARRAY)
            raise(SQLSTATE_INVALID_PARAMETER_VALUE, "cannot call %s on a %s", call->func->name,
                  is_object ? "non-array" : "scalar");
        begin_rows(call, &ref);
    }
    struct slice key;
    struct json_ref value;
    if (!json_iter_next(call->state, &key, &value))
        return false;
    put_row(call, &value, call->func->result == TYPE_TEXT, &values[0], &nulls[0]);
    return true;
}

static bool
object_keys(struct func_call *call, const union datum *args, union datum *values, bool *nulls)
{
    if (call->state == NULL) {
        struct json_ref ref = arg_ref(call, &args[0]);
        if (json_ref_kind(&ref) != JSONB_OBJECT)
            raise(SQLSTATE_INVALID_PARAMETER_VALUE, "cannot call %s on %s", call->func->name,
                  json_ref_is_list(&ref) ? "an array" : "a scalar");
        begin_rows(call, &ref);
    }
    return next_member(call, values, nulls);
}

/* ---- what this file brings ---- */

#define NAMES(...)                                                                                 \
    .arg_names = (const char *const[])                                                             \
    {                                                                                              \
        __VA_ARGS__                                                                                \
    }
#define OUT(...)                                                                                   \
    .out_count = sizeof((const oid[]){__VA_ARGS__}) / sizeof(oid), .out_types = (const oid[])      \
    {                                                                                              \
        __VA_ARGS__                                                                                \
    }
#define SET(oid_, name_, result_, set_, arg_)                                                      \
    .func = oid_, .name = name_, .result = result_, .is_strict = true, .is_set = true,             \
    .set = set_, ARGS(arg_)
#define EACH(oid_, name_, type_, value_)                                                           \
    SET(oid_, name_, TYPE_RECORD, each, type_), OUT(TYPE_TEXT, value_),                            \
        .out_names = (const char *const[]){"key", "value"}, NAMES("from_json")
#define ELEMENTS(oid_, name_, type_, value_)                                                       \
    SET(oid_, name_, value_, array_elements, type_), OUT(value_),                                  \
        .out_names = (const char *const[]){"value"}, NAMES("from_json")
#define MEMBER(oid_, name_, type_, result_)                                                        \
    FUNC(oid_, name_, result_, get_member, type_, TYPE_TEXT), NAMES("from_json", "field_name")
#define ELEMENT(oid_, name_, type_, result_)                                                       \
    FUNC(oid_, name_, result_, get_element, type_, TYPE_INT4), NAMES("from_json", "element_index")
#define PATH(oid_, name_, type_, result_)                                                          \
    FUNC(oid_, name_, result_, get_path, type_, TYPE_TEXT_ARRAY), .variadic = TYPE_TEXT,           \
                                                                  NAMES("from_json", "path_elems")

static const struct func_info funcs[] = {
    {MEMBER(3947, "json_object_field", TYPE_JSON, TYPE_JSON)},
    {MEMBER(3948, "json_object_field_text", TYPE_JSON, TYPE_TEXT)},
    {MEMBER(3478, "jsonb_object_field", TYPE_JSONB, TYPE_JSONB)},
    {MEMBER(3214, "jsonb_object_field_text", TYPE_JSONB, TYPE_TEXT)},
    {ELEMENT(3949, "json_array_element", TYPE_JSON, TYPE_JSON)},
    {ELEMENT(3950, "json_array_element_text", TYPE_JSON, TYPE_TEXT)},
    {ELEMENT(3215, "jsonb_array_element", TYPE_JSONB, TYPE_JSONB)},
    {ELEMENT(3216, "jsonb_array_element_text", TYPE_JSONB, TYPE_TEXT)},
    {PATH(3951, "json_extract_path", TYPE_JSON, TYPE_JSON)},
    {PATH(3953, "json_extract_path_text", TYPE_JSON, TYPE_TEXT)},
    {PATH(3217, "jsonb_extract_path", TYPE_JSONB, TYPE_JSONB)},
    {PATH(3940, "jsonb_extract_path_text", TYPE_JSONB, TYPE_TEXT)},
    {FUNC(3968, "json_typeof", TYPE_TEXT, json_typeof, TYPE_JSON)},
    {FUNC(3210, "jsonb_typeof", TYPE_TEXT, json_typeof, TYPE_JSONB)},
    {FUNC(3956, "json_array_length", TYPE_INT4, array_length, TYPE_JSON)},
    {FUNC(3207, "jsonb_array_length", TYPE_INT4, array_length, TYPE_JSONB)},
    {EACH(3958, "json_each", TYPE_JSON, TYPE_JSON)},
    {EACH(3959, "json_each_text", TYPE_JSON, TYPE_TEXT)},
    {EACH(3208, "jsonb_each", TYPE_JSONB, TYPE_JSONB)},
    {EACH(3932, "jsonb_each_text", TYPE_JSONB, TYPE_TEXT)},
    {ELEMENTS(3955, "json_array_elements", TYPE_JSON, TYPE_JSON)},
    {ELEMENTS(3969, "json_array_elements_text", TYPE_JSON, TYPE_TEXT)},
    {ELEMENTS(3219, "jsonb_array_elements", TYPE_JSONB, TYPE_JSONB)},
    {ELEMENTS(3465, "jsonb_array_elements_text", TYPE_JSONB, TYPE_TEXT)},
    {SET(3957, "json_object_keys", TYPE_TEXT, object_keys, TYPE_JSON)},
    {SET(3931, "jsonb_object_keys", TYPE_TEXT, object_keys, TYPE_JSONB)},
};

#define GET(oid_, name_, left_, right_, result_, func_)                                            \
    oid_, name_, left_, right_, result_, func_, 0, 0, false, false, NULL, NULL

static const struct operator_info operators[] = {
    {GET(3962, "->", TYPE_JSON, TYPE_TEXT, TYPE_JSON, 3947)},
    {GET(3963, "->>", TYPE_JSON, TYPE_TEXT, TYPE_TEXT, 3948)},
    {GET(3964, "->", TYPE_JSON, TYPE_INT4, TYPE_JSON, 3949)},
    {GET(3965, "->>", TYPE_JSON, TYPE_INT4, TYPE_TEXT, 3950)},
    {GET(3966, "#>", TYPE_JSON, TYPE_TEXT_ARRAY, TYPE_JSON, 3951)},
    {GET(3967, "#>>", TYPE_JSON, TYPE_TEXT_ARRAY, TYPE_TEXT, 3953)},
    {GET(3211, "->", TYPE_JSONB, TYPE_TEXT, TYPE_JSONB, 3478)},
    {GET(3477, "->>", TYPE_JSONB, TYPE_TEXT, TYPE_TEXT, 3214)},
    {GET(3212, "->", TYPE_JSONB, TYPE_INT4, TYPE_JSONB, 3215)},
    {GET(3481, "->>", TYPE_JSONB, TYPE_INT4, TYPE_TEXT, 3216)},
    {GET(3213, "#>", TYPE_JSONB, TYPE_TEXT_ARRAY, TYPE_JSONB, 3217)},
    {GET(3206, "#>>", TYPE_JSONB, TYPE_TEXT_ARRAY, TYPE_TEXT, 3940)},
};

const struct type_tables json_get_tables = {
    .funcs = funcs,
    .func_count = COUNT_OF(funcs),
    .operators = operators,
    .operator_count = COUNT_OF(operators),
};
