/*
 * array_text.c: arrays as text, "[0:1]={a,NULL}", and in binary form.
 *
 * The text is read in one pass: a stack of the open braces counts the elements of each level; the
 * first list of a level fixes its length, the others must agree. Nesting is bounded by
 * ARRAY_DIMS_MAX, so nothing recurses.
 */
#include "base/raise.h"
#include "type/array.h"
#include "type/domain.h"
#include "type/generic.h"
#include "type/input.h"

struct array_reader {
    struct type_call *call;
    struct type_call element; /* the call of the elements' input */
    struct slice whole, text; /* text: for messages, what follows the dimensions */
    const char *at, *end;
    char delimiter;
    uint32_t dim_count; /* of the dimensions before "="; 0: none were given */
    struct array_dim given[ARRAY_DIMS_MAX];
    uint32_t depth;                      /* how many lists are open */
    uint32_t level_count;                /* how many dimensions there are */
    bool has_depth;                      /* level_count is known: an element was seen */
    int32_t lengths[ARRAY_DIMS_MAX + 1]; /* of each level; -1: not yet known */
    int32_t counts[ARRAY_DIMS_MAX + 1];  /* of the open list of each level so far */
    struct array_builder builder;
};

_Noreturn static void
fail_literal(const struct array_reader *r, const char *detail)
{
    raise_error(.code = SQLSTATE_INVALID_TEXT_REPRESENTATION,
                .message = raise_text("malformed array literal: \"%.*s\"", (int)r->text.bytes,
                                      (const char *)r->text.data),
                .detail = detail);
}

static bool
is_blank(char c)
{
    return c == ' ' || (c >= '\t' && c <= '\r');
}

static void
skip_blanks(struct array_reader *r)
{
    while (r->at < r->end && is_blank(*r->at))
        r->at++;
}

static char
peek(const struct array_reader *r)
{
    return r->at < r->end ? *r->at : '\0';
}

/* ---- the dimensions before "=" ---- */

static int32_t
read_bound(struct array_reader *r)
{
    bool is_negative = peek(r) == '-';
    if (peek(r) == '-' || peek(r) == '+')
        r->at++;
    if (peek(r) < '0' || peek(r) > '9')
        fail_literal(r, "\"[\" must introduce explicitly-specified array dimensions.");
    int64_t value = 0;
    for (; peek(r) >= '0' && peek(r) <= '9'; r->at++) {
        value = value * 10 + (*r->at - '0');
        if (value > (int64_t)INT32_MAX + 1)
            raise(SQLSTATE_PROGRAM_LIMIT_EXCEEDED, "array bound is out of integer range");
    }
    value = is_negative ? -value : value;
    if (value > INT32_MAX)
        raise(SQLSTATE_PROGRAM_LIMIT_EXCEEDED, "array bound is out of integer range");
    return (int32_t)value;
}

static void
read_dimension(struct array_reader *r)
{
    if (r->dim_count == ARRAY_DIMS_MAX)
        raise(SQLSTATE_PROGRAM_LIMIT_EXCEEDED,
              "number of array dimensions (%d) exceeds the maximum allowed (%d)",
              ARRAY_DIMS_MAX + 1, ARRAY_DIMS_MAX);
    int32_t lower = 1, upper = read_bound(r);
    if (peek(r) == ':') {
        r->at++;
        lower = upper;
        upper = read_bound(r);
    }
    if (peek(r) != ']')
        fail_literal(r, "Missing \"]\" after array dimensions.");
    r->at++;
    if (upper < lower)
        raise(SQLSTATE_ARRAY_SUBSCRIPT_ERROR, "upper bound cannot be less than lower bound");
    int64_t length = (int64_t)upper - lower + 1;
    if (length > ARRAY_COUNT_MAX)
        raise(SQLSTATE_PROGRAM_LIMIT_EXCEEDED, "array size exceeds the maximum allowed (%d)",
              ARRAY_COUNT_MAX);
    r->given[r->dim_count++] = (struct array_dim){.length = (int32_t)length, .lower = lower};
}

static void
read_dimensions(struct array_reader *r)
{
    skip_blanks(r);
    while (peek(r) == '[') {
        r->at++;
        read_dimension(r);
        skip_blanks(r);
    }
    if (r->dim_count != 0) {
        if (peek(r) != '=')
            fail_literal(r, "Missing \"=\" after array dimensions.");
        r->at++;
        skip_blanks(r);
    }
    r->text = slice_of(r->at, (size_t)(r->end - r->at));
    if (peek(r) != '{')
        fail_literal(r, r->dim_count != 0
                            ? "Array contents must start with \"{\"."
                            : "Array value must start with \"{\" or dimension information.");
}

/* ---- elements ---- */

/* The end of a quoted element, unescaped into `to`. */
static size_t
read_quoted(struct array_reader *r, char *to)
{
    size_t used = 0;
    r->at++;
    while (r->at < r->end && *r->at != '"') {
        if (*r->at == '\\')
            r->at++;
        if (r->at == r->end)
            break;
        to[used++] = *r->at++;
    }
    if (r->at == r->end)
        fail_literal(r, "Unexpected end of input.");
    r->at++;
    skip_blanks(r);
    char c = peek(r);
    if (c != r->delimiter && c != '}')
        fail_literal(r, r->at == r->end ? "Unexpected end of input."
                                        : "Incorrectly quoted array element.");
    return used;
}

/* An element without quotes, without the blanks around it. */
static size_t
read_plain(struct array_reader *r, char *to, bool *has_escape)
{
    size_t used = 0, kept = 0;
    *has_escape = false;
    while (r->at < r->end && *r->at != r->delimiter && *r->at != '}') {
        char c = *r->at++;
        if (c == '{')
            fail_literal(r, "Unexpected \"{\" character.");
        if (c == '"')
            fail_literal(r, "Incorrectly quoted array element.");
        if (c == '\\') {
            if (r->at == r->end)
                fail_literal(r, "Unexpected end of input.");
            *has_escape = true;
            to[used++] = *r->at++;
            kept = used;
            continue;
        }
        to[used++] = c;
        if (!is_blank(c))
            kept = used;
    }
    if (r->at == r->end)
        fail_literal(r, "Unexpected end of input.");
    if (kept == 0)
        fail_literal(r, *r->at == '}' ? "Unexpected \"}\" character."
                                      : "Unexpected array element delimiter.");
    return kept;
}

static void
count_child(struct array_reader *r)
{
    if (r->depth > 0)
        r->counts[r->depth - 1]++;
}

static void
read_element(struct array_reader *r)
{
    if (r->has_depth && r->depth != r->level_count)
        fail_literal(r, "Multidimensional arrays must have sub-arrays with matching dimensions.");
    r->has_depth = true;
    r->level_count = r->depth;
    char *to = arena_alloc(r->call->arena, (size_t)(r->end - r->at) + 1);
    bool is_quoted = peek(r) == '"', has_escape = false;
    size_t bytes = is_quoted ? read_quoted(r, to) : read_plain(r, to, &has_escape);
    to[bytes] = '\0';
    count_child(r);
    bool is_null = !is_quoted && !has_escape && bytes == 4 && strncasecmp(to, "null", 4) == 0;
    array_builder_add(&r->builder, slice_datum(slice_of(to, bytes)), is_null);
}

static void
open_list(struct array_reader *r)
{
    if (r->depth == ARRAY_DIMS_MAX)
        raise(SQLSTATE_PROGRAM_LIMIT_EXCEEDED,
              "number of array dimensions (%u) exceeds the maximum allowed (%d)", r->depth + 1,
              ARRAY_DIMS_MAX);
    if (r->has_depth && r->depth >= r->level_count)
        fail_literal(r, "Multidimensional arrays must have sub-arrays with matching dimensions.");
    r->at++;
    count_child(r);
    r->counts[r->depth++] = 0;
}

static void
close_list(struct array_reader *r)
{
    r->at++;
    uint32_t level = --r->depth;
    int32_t count = r->counts[level];
    if (r->lengths[level] >= 0 && r->lengths[level] != count)
        fail_literal(r, "Multidimensional arrays must have sub-arrays with matching dimensions.");
    r->lengths[level] = count;
    if (!r->has_depth) {
        r->has_depth = true;
        r->level_count = level + 1;
    }
    if (count == 0 && level > 0)
        fail_literal(r, "Unexpected \"}\" character.");
}

/* Everything from the first "{" to its "}". */
static void
read_lists(struct array_reader *r)
{
    bool wants_item = true; /* after "{" or a delimiter */
    bool is_first = true;   /* right after "{": "}" may follow */
    do {
        skip_blanks(r);
        char c = peek(r);
        if (r->at == r->end)
            fail_literal(r, "Unexpected end of input.");
        if (c == '}' && (!wants_item || is_first)) {
            close_list(r);
            wants_item = false;
            is_first = false;
        } else if (c == r->delimiter && !wants_item) {
            r->at++;
            wants_item = true;
            is_first = false;
        } else if (!wants_item) {
            fail_literal(r, "Unexpected array element.");
        } else if (c == '{') {
            open_list(r);
            is_first = true;
        } else {
            read_element(r);
            wants_item = false;
            is_first = false;
        }
    } while (r->depth > 0);
    skip_blanks(r);
    if (r->at != r->end)
        fail_literal(r, "Junk after closing right brace.");
}

/* What was read are texts; only one that is well formed as a whole has its elements looked at. */
static void
convert_elements(struct array_reader *r)
{
    for (uint32_t i = 0; i < r->builder.count; i++) {
        union datum *value = &r->builder.values[i];
        if (r->builder.nulls[i]) {
            domain_check(r->call->env, r->element.type, (union datum){.words = {0, 0}}, true);
            continue;
        }
        struct slice text = arena_slice(r->call->arena, datum_slice(value));
        *value = r->element.type->input(&r->element, text);
    }
}

static union datum
finish(struct array_reader *r)
{
    const struct type_env *env = r->call->env;
    r->text = r->whole;
    if (r->builder.count == 0) {
        if (r->dim_count != 0)
            fail_literal(r, "Specified array dimensions do not match array contents.");
        return array_make_empty(env, r->call->arena, r->builder.element);
    }
    struct array_dim dims[ARRAY_DIMS_MAX];
    if (r->dim_count != 0 && r->dim_count != r->level_count)
        fail_literal(r, "Specified array dimensions do not match array contents.");
    for (uint32_t i = 0; i < r->level_count; i++) {
        dims[i] = (struct array_dim){.length = r->lengths[i], .lower = 1};
        if (r->dim_count == 0)
            continue;
        if (r->given[i].length != r->lengths[i])
            fail_literal(r, "Specified array dimensions do not match array contents.");
        dims[i].lower = r->given[i].lower;
    }
    convert_elements(r);
    return array_make(env, r->call->arena, r->builder.element, r->builder.values, r->builder.nulls,
                      r->level_count, dims);
}

static struct type_call
element_call(const struct type_call *call, oid element)
{
    const struct type_info *info = type_get(call->env, element);
    return (struct type_call){.arena = call->arena,
                              .env = call->env,
                              .type = info,
                              .typmod = call->typmod,
                              .element = info->element};
}

union datum
array_input(struct type_call *call, struct slice text)
{
    struct array_reader r = {
        .call = call,
        .element = element_call(call, call->element),
        .whole = text,
        .text = text,
        .at = (const char *)text.data,
        .end = (const char *)text.data + text.bytes,
    };
    r.delimiter = r.element.type->delimiter;
    for (uint32_t i = 0; i <= ARRAY_DIMS_MAX; i++)
        r.lengths[i] = -1;
    array_builder_init(&r.builder, call->env, call->arena, call->element);
    read_dimensions(&r);
    read_lists(&r);
    return finish(&r);
}

/* ---- output ---- */

static bool
needs_quotes(struct slice text, char delimiter)
{
    if (text.bytes == 0)
        return true;
    if (text.bytes == 4 && strncasecmp((const char *)text.data, "null", 4) == 0)
        return true;
    for (size_t i = 0; i < text.bytes; i++) {
        char c = (char)text.data[i];
        if (c == '"' || c == '\\' || c == '{' || c == '}' || c == delimiter || is_blank(c))
            return true;
    }
    return false;
}

static void
put_quoted(struct slice text, struct buf *to)
{
    buf_put_u8(to, '"');
    for (size_t i = 0; i < text.bytes; i++) {
        if (text.data[i] == '"' || text.data[i] == '\\')
            buf_put_u8(to, '\\');
        buf_put_u8(to, text.data[i]);
    }
    buf_put_u8(to, '"');
}

static void
put_element(struct type_call *element, union datum value, struct buf *scratch, struct buf *to)
{
    buf_clear(scratch);
    element->type->output(element, value, scratch);
    struct slice text = buf_slice(scratch);
    if (needs_quotes(text, element->type->delimiter))
        put_quoted(text, to);
    else
        buf_put_slice(to, text);
}

static void
put_dimensions(const struct array *array, struct buf *to)
{
    bool is_plain = true;
    for (uint32_t i = 0; i < array->dim_count; i++)
        is_plain &= array_dim(array, i).lower == 1;
    if (is_plain)
        return;
    for (uint32_t i = 0; i < array->dim_count; i++) {
        struct array_dim dim = array_dim(array, i);
        buf_format(to, "[%d:%d]", dim.lower, dim.lower + (dim.length - 1));
    }
    buf_put_u8(to, '=');
}

void
array_output(struct type_call *call, union datum value, struct buf *to)
{
    struct array array = array_read(&value);
    struct type_call element = element_call(call, array.element);
    if (array.dim_count == 0) {
        buf_put_text(to, "{}");
        return;
    }
    put_dimensions(&array, to);
    struct buf *scratch = buf_new(call->arena);
    for (uint32_t i = 0; i < array.count; i++) {
        /* A list of level k opens where the place is a multiple of all that lie below it. */
        uint32_t run = 1, open = 0;
        for (uint32_t k = array.dim_count; k > 0; k--) {
            run *= (uint32_t)array_dim(&array, k - 1).length;
            open += i % run == 0;
        }
        if (i != 0)
            buf_put_u8(to, (uint8_t)element.type->delimiter);
        for (uint32_t k = 0; k < open; k++)
            buf_put_u8(to, '{');
        if (array_is_null(&array, i))
            buf_put_text(to, "NULL");
        else
            put_element(&element, array_get(&array, i), scratch, to);
        run = 1;
        for (uint32_t k = array.dim_count; k > 0; k--) {
            run *= (uint32_t)array_dim(&array, k - 1).length;
            if ((i + 1) % run == 0)
                buf_put_u8(to, '}');
        }
    }
    buf_deinit(scratch);
    buf_init(scratch);
}

/* ---- binary ---- */

/* Takes `bytes` bytes off the front; raises 08P01 if there are not as many. */
static const uint8_t *
take(struct slice *from, size_t bytes)
{
    if (from->bytes < bytes)
        raise(SQLSTATE_PROTOCOL_VIOLATION, "insufficient data left in message");
    const uint8_t *at = from->data;
    from->data += bytes;
    from->bytes -= bytes;
    return at;
}

static uint32_t
recv_dims(struct slice *bytes, struct array_dim *dims, uint32_t dim_count)
{
    int64_t count = dim_count == 0 ? 0 : 1;
    for (uint32_t i = 0; i < dim_count; i++) {
        const uint8_t *at = take(bytes, 8);
        dims[i] =
            (struct array_dim){.length = (int32_t)be32_get(at), .lower = (int32_t)be32_get(at + 4)};
        if (dims[i].length < 0 || (int64_t)dims[i].length + dims[i].lower > INT32_MAX)
            raise(SQLSTATE_PROGRAM_LIMIT_EXCEEDED, "array lower bound is too large: %d",
                  dims[i].lower);
        count *= dims[i].length;
        if (count > ARRAY_COUNT_MAX)
            raise(SQLSTATE_PROGRAM_LIMIT_EXCEEDED, "array size exceeds the maximum allowed (%d)",
                  ARRAY_COUNT_MAX);
    }
    return (uint32_t)count;
}

union datum
array_recv(struct type_call *call, struct slice bytes)
{
    const uint8_t *head = take(&bytes, 12);
    uint32_t dim_count = be32_get(head), flags = be32_get(head + 4);
    oid element = be32_get(head + 8);
    if ((int32_t)dim_count < 0)
        raise(SQLSTATE_INVALID_BINARY_REPRESENTATION, "invalid number of dimensions: %d",
              (int)dim_count);
    if (dim_count > ARRAY_DIMS_MAX)
        raise(SQLSTATE_PROGRAM_LIMIT_EXCEEDED,
              "number of array dimensions (%d) exceeds the maximum allowed (%d)", (int)dim_count,
              ARRAY_DIMS_MAX);
    if (flags > 1)
        raise(SQLSTATE_INVALID_BINARY_REPRESENTATION, "invalid array flags");
    if (element != call->element)
        raise(SQLSTATE_DATATYPE_MISMATCH,
              "binary data has array element type %u (%s) instead of expected %u (%s)", element,
              type_format(call->env->types, call->arena, element, -1), call->element,
              type_format(call->env->types, call->arena, call->element, -1));
    struct array_dim dims[ARRAY_DIMS_MAX];
    uint32_t count = recv_dims(&bytes, dims, dim_count);
    struct type_call of_element = element_call(call, element);
    if (of_element.type->recv == NULL)
        raise(SQLSTATE_UNDEFINED_FUNCTION, "no binary input function available for type %s",
              of_element.type->sql_name);
    struct array_builder builder;
    array_builder_init(&builder, call->env, call->arena, element);
    for (uint32_t i = 0; i < count; i++) {
        int32_t length = (int32_t)be32_get(take(&bytes, 4));
        if (length < -1)
            raise(SQLSTATE_INVALID_BINARY_REPRESENTATION, "insufficient data left in message");
        union datum value = {.words = {0, 0}};
        if (length >= 0)
            value = of_element.type->recv(&of_element,
                                          slice_of(take(&bytes, (size_t)length), (size_t)length));
        array_builder_add(&builder, value, length < 0);
    }
    if (bytes.bytes != 0)
        raise(SQLSTATE_INVALID_BINARY_REPRESENTATION, "incorrect binary data format");
    return array_make(call->env, call->arena, element, builder.values, builder.nulls, dim_count,
                      dims);
}

void
array_send(struct type_call *call, union datum value, struct buf *to)
{
    struct array array = array_read(&value);
    struct type_call element = element_call(call, array.element);
    if (element.type->send == NULL)
        raise(SQLSTATE_UNDEFINED_FUNCTION, "no binary output function available for type %s",
              element.type->sql_name);
    buf_put_be32(to, array.dim_count);
    buf_put_be32(to, array.nulls != NULL);
    buf_put_be32(to, array.element);
    for (uint32_t i = 0; i < array.dim_count; i++) {
        struct array_dim dim = array_dim(&array, i);
        buf_put_be32(to, (uint32_t)dim.length);
        buf_put_be32(to, (uint32_t)dim.lower);
    }
    for (uint32_t i = 0; i < array.count; i++) {
        if (array_is_null(&array, i)) {
            buf_put_be32(to, UINT32_MAX);
            continue;
        }
        size_t start = to->bytes;
        buf_put_be32(to, 0);
        element.type->send(&element, array_get(&array, i), to);
        if (!to->is_failed)
            be32_set(to->data + start, (uint32_t)(to->bytes - start - 4));
    }
}
