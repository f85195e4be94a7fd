/*
 * json.c: the type json: text that was checked to be JSON and is kept as it was written; and
 * values of other types as JSON (to_json, json_build_object, json_build_array).
 *
 * The checker walks the text once with a stack of its own (one bit a level: in an object or an
 * array), so nothing recurses and the depth is bounded by JSON_DEPTH_MAX.
 */
#include "base/raise.h"
#include "type/array.h"
#include "type/generic.h"
#include "type/tables.h"
#include "type/utf8.h"
#include "type/values.h"

#define JSON_DEPTH_MAX 6400

/* ---- checking ---- */

struct checker {
    const uint8_t *at, *end;
};

enum expected { EXPECT_VALUE, EXPECT_VALUE_OR_END, EXPECT_KEY, EXPECT_KEY_OR_END, EXPECT_MORE };

static _Noreturn void
fail_json(struct type_call *call, const struct checker *c, const char *wanted)
{
    const uint8_t *stop = c->at;
    while (stop < c->end && (*stop == '_' || ((*stop | 32) >= 'a' && (*stop | 32) <= 'z') ||
                             *stop >= 0x80 || (*stop >= '0' && *stop <= '9')))
        stop++;
    bool is_word = stop > c->at;
    stop = is_word || c->at == c->end ? stop : c->at + 1;
    const char *token =
        (const char *)arena_slice(call->arena, slice_of(c->at, (size_t)(stop - c->at))).data;
    const char *detail = c->at == c->end ? "The input string ended unexpectedly."
                         : wanted == NULL || is_word
                             ? raise_text("Token \"%s\" is invalid.", token)
                             : raise_text("Expected %s, but found \"%s\".", wanted, token);
    raise_error(.code = SQLSTATE_INVALID_TEXT_REPRESENTATION,
                .message = "invalid input syntax for type json", .detail = detail);
}

static void
skip_blanks(struct checker *c)
{
    while (c->at < c->end && (*c->at == ' ' || *c->at == '\t' || *c->at == '\n' || *c->at == '\r'))
        c->at++;
}

static bool
is_hex(uint8_t c)
{
    return (c >= '0' && c <= '9') || ((c | 32) >= 'a' && (c | 32) <= 'f');
}

/* At a quote; false: not a string, with `at` where it went wrong. */
static bool
check_string(struct checker *c)
{
    for (c->at++; c->at < c->end; c->at++) {
        if (*c->at == '"') {
            c->at++;
            return true;
        }
        if (*c->at < ' ')
            return false;
        if (*c->at != '\\')
            continue;
        if (++c->at == c->end)
            return false;
        if (*c->at == 'u') {
            for (int i = 0; i < 4; i++)
                if (++c->at >= c->end || !is_hex(*c->at))
                    return false;
        } else if (memchr("\"\\/bfnrt", *c->at, 8) == NULL) {
            return false;
        }
    }
    return false;
}

static bool
check_digits(struct checker *c)
{
    const uint8_t *start = c->at;
    while (c->at < c->end && *c->at >= '0' && *c->at <= '9')
        c->at++;
    return c->at > start;
}

static bool
check_number(struct checker *c)
{
    const uint8_t *start = c->at;
    if (*c->at == '-')
        c->at++;
    bool is_zero = c->at < c->end && *c->at == '0';
    bool is_good = check_digits(c) && (!is_zero || c->at == start + 1 + (*start == '-'));
    if (is_good && c->at < c->end && *c->at == '.') {
        c->at++;
        is_good = check_digits(c);
    }
    if (is_good && c->at < c->end && (*c->at | 32) == 'e') {
        c->at++;
        if (c->at < c->end && (*c->at == '+' || *c->at == '-'))
            c->at++;
        is_good = check_digits(c);
    }
    if (!is_good)
        c->at = start;
    return is_good;
}

static bool
check_word(struct checker *c)
{
    static const char *const words[] = {"true", "false", "null"};
    for (size_t i = 0; i < COUNT_OF(words); i++) {
        size_t bytes = strlen(words[i]);
        if ((size_t)(c->end - c->at) >= bytes && memcmp(c->at, words[i], bytes) == 0) {
            c->at += bytes;
            return true;
        }
    }
    return false;
}

/* A value that holds no others; `at` stands at its first byte. */
static bool
check_scalar(struct checker *c)
{
    uint8_t first = *c->at;
    if (first == '"')
        return check_string(c);
    return first == '-' || (first >= '0' && first <= '9') ? check_number(c) : check_word(c);
}

/* Whether a list that is open begins, goes on or ends here; sets what comes next. */
static bool
check_list(struct checker *c, const uint8_t *in_object, uint32_t *depth, enum expected *next)
{
    bool is_object = in_object[*depth - 1] != 0;
    if (*c->at == (is_object ? '}' : ']')) {
        c->at++;
        --*depth;
        *next = EXPECT_MORE;
        return true;
    }
    if (*next != EXPECT_MORE || *c->at != ',')
        return false;
    c->at++;
    *next = is_object ? EXPECT_KEY : EXPECT_VALUE;
    return true;
}

static void
check_key(struct type_call *call, struct checker *c)
{
    if (*c->at != '"' || !check_string(c))
        fail_json(call, c, "string");
    skip_blanks(c);
    if (c->at == c->end || *c->at != ':')
        fail_json(call, c, "\":\"");
    c->at++;
}

static void
check_json(struct type_call *call, struct slice text)
{
    struct checker c = {.at = text.data, .end = text.data + text.bytes};
    uint8_t *in_object = arena_alloc(call->arena, JSON_DEPTH_MAX);
    uint32_t depth = 0;
    enum expected next = EXPECT_VALUE;
    for (;;) {
        skip_blanks(&c);
        if (c.at == c.end) {
            if (depth == 0 && next == EXPECT_MORE)
                return;
            fail_json(call, &c, NULL);
        }
        bool may_end =
            next == EXPECT_MORE || next == EXPECT_VALUE_OR_END || next == EXPECT_KEY_OR_END;
        if (depth > 0 && may_end && check_list(&c, in_object, &depth, &next))
            continue;
        if (next == EXPECT_MORE)
            fail_json(call, &c, depth == 0 ? NULL : "\",\" or an end");
        if (next == EXPECT_KEY || next == EXPECT_KEY_OR_END) {
            check_key(call, &c);
            next = EXPECT_VALUE;
            continue;
        }
        if (*c.at == '{' || *c.at == '[') {
            if (depth == JSON_DEPTH_MAX)
                raise(SQLSTATE_STATEMENT_TOO_COMPLEX, "json is nested too deep");
            in_object[depth++] = *c.at == '{';
            next = *c.at++ == '{' ? EXPECT_KEY_OR_END : EXPECT_VALUE_OR_END;
            continue;
        }
        if (!check_scalar(&c))
            fail_json(call, &c, "JSON value");
        next = EXPECT_MORE;
    }
}

static union datum
json_input(struct type_call *call, struct slice text)
{
    check_json(call, text);
    return slice_datum(arena_slice(call->arena, text));
}

static void
json_output(struct type_call *call, union datum value, struct buf *to)
{
    (void)call;
    struct slice text = datum_slice(&value);
    buf_put(to, text.data, text.bytes);
}

static union datum
json_recv(struct type_call *call, struct slice bytes)
{
    utf8_require(bytes);
    return json_input(call, bytes);
}

/* ---- values as JSON ---- */

static void
put_string(struct buf *to, struct slice text)
{
    buf_put_u8(to, '"');
    for (size_t i = 0; i < text.bytes; i++) {
        uint8_t c = text.data[i];
        const char *escape = c == '"'    ? "\\\""
                             : c == '\\' ? "\\\\"
                             : c == '\b' ? "\\b"
                             : c == '\f' ? "\\f"
                             : c == '\n' ? "\\n"
                             : c == '\r' ? "\\r"
                             : c == '\t' ? "\\t"
                                         : NULL;
        if (escape != NULL)
            buf_put_text(to, escape);
        else if (c < ' ')
            buf_format(to, "\\u%04x", c);
        else
            buf_put_u8(to, c);
    }
    buf_put_u8(to, '"');
}

static bool
is_number_type(oid type)
{
    return type == TYPE_INT2 || type == TYPE_INT4 || type == TYPE_INT8 || type == TYPE_FLOAT4 ||
           type == TYPE_FLOAT8 || type == TYPE_NUMERIC;
}

static void put_value(struct func_call *call, union datum value, bool is_null, oid type,
                      struct buf *to);

/* The elements of one dimension from `*next` on; those of a further one are lists again. */
static void
put_dimension(struct func_call *call, const struct array *array, uint32_t dim, uint32_t *next,
              struct buf *to)
{
    buf_put_u8(to, '[');
    for (int32_t i = 0; i < array_dim(array, dim).length; i++) {
        if (i != 0)
            buf_put_u8(to, ',');
        if (dim + 1 < array->dim_count) {
            put_dimension(call, array, dim + 1, next, to);
            continue;
        }
        put_value(call, array_get(array, *next), array_is_null(array, *next), array->element, to);
        ++*next;
    }
    buf_put_u8(to, ']');
}

static void
put_value(struct func_call *call, union datum value, bool is_null, oid type, struct buf *to)
{
    if (is_null) {
        buf_put_text(to, "null");
        return;
    }
    const struct type_info *info = type_get(call->env, type);
    if (info->element != OID_NONE && info->length == -1) {
        struct array array = array_read(&value);
        uint32_t next = 0;
        if (array.dim_count == 0)
            buf_put_text(to, "[]");
        else
            put_dimension(call, &array, 0, &next, to);
        return;
    }
    if (type == TYPE_RECORD || info->kind == 'c')
        raise(SQLSTATE_FEATURE_NOT_SUPPORTED, "rows as JSON are not supported yet");
    const char *text = type_output_text(call->env, call->arena, type, value);
    if (type == TYPE_BOOL) {
        buf_put_text(to, value.b ? "true" : "false");
    } else if (type == TYPE_JSON ||
               (is_number_type(type) && *text != 'N' && strpbrk(text, "Ii") == NULL)) {
        buf_put_text(to, text);
    } else if (type == TYPE_TIMESTAMP || type == TYPE_TIMESTAMPTZ) {
        char *iso = arena_text(call->arena, text);
        char *blank = strchr(iso, ' ');
        if (blank != NULL)
            *blank = 'T';
        put_string(to, slice_text(iso));
    } else {
        put_string(to, slice_text(text));
    }
}

static bool
arg_is_null(const struct func_call *call, uint32_t arg)
{
    return call->arg_nulls != NULL && call->arg_nulls[arg];
}

static union datum
to_json(struct func_call *call, const union datum *args)
{
    struct buf *text = buf_new(call->arena);
    put_value(call, args[0], false, call->arg_types[0], text);
    return generic_buf_datum(call->arena, text);
}

static union datum
json_build_array(struct func_call *call, const union datum *args)
{
    struct buf *text = buf_new(call->arena);
    for (uint32_t i = 0; i < call->arg_count; i++) {
        buf_put_text(text, i == 0 ? "[" : ", ");
        put_value(call, args[i], arg_is_null(call, i), call->arg_types[i], text);
    }
    buf_put_text(text, call->arg_count == 0 ? "[]" : "]");
    return generic_buf_datum(call->arena, text);
}

static union datum
json_build_object(struct func_call *call, const union datum *args)
{
    if (call->arg_count % 2 != 0)
        raise_error(.code = SQLSTATE_INVALID_PARAMETER_VALUE,
                    .message = "argument list must have even number of elements",
                    .hint = "The arguments of json_build_object() must consist of alternating keys "
                            "and values.");
    struct buf *text = buf_new(call->arena);
    for (uint32_t i = 0; i < call->arg_count; i += 2) {
        if (arg_is_null(call, i))
            raise_error(.code = SQLSTATE_INVALID_PARAMETER_VALUE,
                        .message = raise_text("argument %u cannot be null", i + 1),
                        .hint = "Object keys should be text.");
        buf_put_text(text, i == 0 ? "{" : ", ");
        put_string(text, slice_text(type_output_text(call->env, call->arena, call->arg_types[i],
                                                     args[i])));
        buf_put_text(text, " : ");
        put_value(call, args[i + 1], arg_is_null(call, i + 1), call->arg_types[i + 1], text);
    }
    buf_put_text(text, call->arg_count == 0 ? "{}" : "}");
    return generic_buf_datum(call->arena, text);
}

static union datum
json_typeof(struct func_call *call, const union datum *args)
{
    struct slice text = datum_slice(&args[0]);
    size_t i = 0;
    while (i < text.bytes && memchr(" \t\n\r", text.data[i], 4) != NULL)
        i++;
    uint8_t c = text.data[i];
    return generic_text(call->arena, c == '{'               ? "object"
                                     : c == '['             ? "array"
                                     : c == '"'             ? "string"
                                     : c == 't' || c == 'f' ? "boolean"
                                     : c == 'n'             ? "null"
                                                            : "number");
}

/* ---- what this file brings ---- */

static const struct type_info types[] = {
    {.type = TYPE_JSON,
     .array = 199,
     .name = "json",
     .sql_name = "json",
     .length = -1,
     .align = 'i',
     .category = 'U',
     .kind = 'b',
     .storage = 'x',
     .delimiter = ',',
     .phys = PHYS_VIEW,
     .input_oid = 321,
     .output_oid = 322,
     .recv_oid = 323,
     .send_oid = 324,
     .input = json_input,
     .output = json_output,
     .recv = json_recv,
     .send = json_output},
};

#define STABLE .volatility = FUNC_STABLE

static const struct func_info funcs[] = {
    {FUNC(321, "json_in", TYPE_JSON, generic_in, TYPE_CSTRING)},
    {FUNC(322, "json_out", TYPE_CSTRING, generic_out, TYPE_JSON)},
    {FUNC(323, "json_recv", TYPE_JSON, generic_recv, TYPE_INTERNAL)},
    {FUNC(324, "json_send", TYPE_BYTEA, generic_send, TYPE_JSON)},
    {FUNC(3176, "to_json", TYPE_JSON, to_json, TYPE_ANYELEMENT), STABLE},
    {FUNC(3153, "array_to_json", TYPE_JSON, to_json, TYPE_ANYARRAY), STABLE},
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
    {FUNC(3968, "json_typeof", TYPE_TEXT, json_typeof, TYPE_JSON)},
};

const struct type_tables json_tables = {
    .types = types,
    .type_count = COUNT_OF(types),
    .funcs = funcs,
    .func_count = COUNT_OF(funcs),
};
