/*
 * range_text.c: ranges and multiranges as text, "[1,5)" and "{[1,5),[7,9)}", and in binary form.
 *
 * A bound is quoted with double quotes where it has a character that means something here; inside
 * or outside of quotes a backslash takes the next character as it is.
 */
#include "base/raise.h"
#include "type/generic.h"
#include "type/range.h"
#include <strings.h>

struct range_reader {
    struct slice text; /* the whole, for messages */
    const char *at, *end;
    const char *what; /* "range" or "multirange" */
};

_Noreturn static void
fail_literal(const struct range_reader *r, const char *detail)
{
    raise_error(.code = SQLSTATE_INVALID_TEXT_REPRESENTATION,
                .message = raise_text("malformed %s literal: \"%.*s\"", r->what, (int)r->text.bytes,
                                      (const char *)r->text.data),
                .detail = detail);
}

static bool
is_blank(char c)
{
    return c == ' ' || (c >= '\t' && c <= '\r');
}

static char
peek(const struct range_reader *r)
{
    return r->at < r->end ? *r->at : '\0';
}

static void
skip_blanks(struct range_reader *r)
{
    while (r->at < r->end && is_blank(*r->at))
        r->at++;
}

/* "empty" in any case. */
static bool
skip_empty(struct range_reader *r)
{
    if (r->end - r->at < 5 || strncasecmp(r->at, "empty", 5) != 0)
        return false;
    r->at += 5;
    return true;
}

static struct range_reader
reader_of(struct slice text, const char *what)
{
    const char *start = (const char *)text.data;
    return (struct range_reader){text, start, start + text.bytes, what};
}

static struct type_call
subtype_call(const struct type_call *call, const struct range_form *form)
{
    const struct type_info *info = type_get(call->env, form->type->subtype);
    return (struct type_call){.arena = call->arena,
                              .env = call->env,
                              .type = info,
                              .typmod = -1,
                              .element = info->element};
}

/* ---- ranges ---- */

/* One bound's text, unescaped; false if nothing stands there, which is an infinite bound. */
static bool
read_bound_text(struct range_reader *r, struct arena *arena, struct slice *text)
{
    char c = peek(r);
    if (r->at < r->end && (c == ',' || c == ')' || c == ']'))
        return false;
    char *to = arena_alloc(arena, (size_t)(r->end - r->at) + 1);
    size_t used = 0;
    bool is_quoted = false;
    for (;; r->at++) {
        if (r->at == r->end)
            fail_literal(r, "Unexpected end of input.");
        c = *r->at;
        if (!is_quoted && (c == ',' || c == ')' || c == ']'))
            break;
        if (c == '\\') {
            if (++r->at == r->end)
                fail_literal(r, "Unexpected end of input.");
            to[used++] = *r->at;
        } else if (c == '"' && is_quoted && r->at + 1 < r->end && r->at[1] == '"') {
            to[used++] = *r->at++;
        } else if (c == '"') {
            is_quoted = !is_quoted;
        } else {
            to[used++] = c;
        }
    }
    *text = slice_of(to, used);
    return true;
}

/* The texts of a range's parts. */
struct range_parts {
    bool is_empty, has_lower, has_upper, lower_inc, upper_inc;
    struct slice lower, upper;
};

static struct range_parts
read_parts(struct range_reader *r, struct arena *arena)
{
    struct range_parts parts = {.is_empty = false};
    skip_blanks(r);
    if (skip_empty(r)) {
        skip_blanks(r);
        if (r->at < r->end)
            fail_literal(r, "Junk after \"empty\" key word.");
        parts.is_empty = true;
        return parts;
    }
    if (peek(r) != '[' && peek(r) != '(')
        fail_literal(r, "Missing left parenthesis or bracket.");
    parts.lower_inc = *r->at++ == '[';
    parts.has_lower = read_bound_text(r, arena, &parts.lower);
    if (peek(r) != ',')
        fail_literal(r, "Missing comma after lower bound.");
    r->at++;
    parts.has_upper = read_bound_text(r, arena, &parts.upper);
    if (peek(r) != ']' && peek(r) != ')')
        fail_literal(r, "Too many commas.");
    parts.upper_inc = *r->at++ == ']';
    skip_blanks(r);
    if (r->at < r->end)
        fail_literal(r, "Junk after right parenthesis or bracket.");
    return parts;
}

static union datum
read_range(struct type_call *call, const struct range_form *form, struct slice text)
{
    struct range_reader reader = reader_of(text, "range");
    struct range_parts parts = read_parts(&reader, call->arena);
    if (parts.is_empty)
        return range_make_empty(form, call->arena);
    struct type_call subtype = subtype_call(call, form);
    subtype.typmod = call->typmod;
    struct range_bound lower = {.is_infinite = !parts.has_lower, .is_inclusive = parts.lower_inc};
    struct range_bound upper = {.is_infinite = !parts.has_upper, .is_inclusive = parts.upper_inc};
    if (parts.has_lower)
        lower.value = subtype.type->input(&subtype, parts.lower);
    if (parts.has_upper)
        upper.value = subtype.type->input(&subtype, parts.upper);
    return range_make(form, call->arena, &lower, &upper);
}

union datum
range_input(struct type_call *call, struct slice text)
{
    struct range_form form = range_form_of(call->env, call->type->type);
    return read_range(call, &form, text);
}

static bool
needs_quotes(struct slice text)
{
    for (size_t i = 0; i < text.bytes; i++) {
        char c = (char)text.data[i];
        if (c == '"' || c == '\\' || c == '(' || c == ')' || c == '[' || c == ']' || c == ',' ||
            is_blank(c))
            return true;
    }
    return text.bytes == 0;
}

static void
put_bound(struct type_call *subtype, const struct range_bound *bound, struct buf *to)
{
    if (bound->is_infinite)
        return;
    struct buf *text = buf_new(subtype->arena);
    subtype->type->output(subtype, bound->value, text);
    struct slice plain = buf_slice(text);
    if (!needs_quotes(plain)) {
        buf_put_slice(to, plain);
    } else {
        buf_put_u8(to, '"');
        for (size_t i = 0; i < plain.bytes; i++) {
            if (plain.data[i] == '"' || plain.data[i] == '\\')
                buf_put_u8(to, plain.data[i]);
            buf_put_u8(to, plain.data[i]);
        }
        buf_put_u8(to, '"');
    }
    buf_deinit(text);
    buf_init(text);
}

static void
put_range(struct type_call *subtype, const struct range_value *range, struct buf *to)
{
    if (range->is_empty) {
        buf_put_text(to, "empty");
        return;
    }
    buf_put_u8(to, range->lower.is_inclusive ? '[' : '(');
    put_bound(subtype, &range->lower, to);
    buf_put_u8(to, ',');
    put_bound(subtype, &range->upper, to);
    buf_put_u8(to, range->upper.is_inclusive ? ']' : ')');
}

void
range_output(struct type_call *call, union datum value, struct buf *to)
{
    struct range_form form = range_form_of(call->env, call->type->type);
    struct type_call subtype = subtype_call(call, &form);
    struct range_value range = range_read(&value);
    put_range(&subtype, &range, to);
}

/* ---- multiranges ---- */

/* The text of one range of a multirange, up to the bracket that closes it. */
static struct slice
read_range_text(struct range_reader *r)
{
    const char *start = r->at;
    bool is_quoted = false;
    for (r->at++; r->at < r->end; r->at++) {
        char c = *r->at;
        if (c == '\\') {
            r->at++;
        } else if (c == '"' && is_quoted && r->at + 1 < r->end && r->at[1] == '"') {
            r->at++;
        } else if (c == '"') {
            is_quoted = !is_quoted;
        } else if (!is_quoted && (c == ']' || c == ')')) {
            r->at++;
            return slice_of(start, (size_t)(r->at - start));
        }
    }
    fail_literal(r, "Unexpected end of input.");
}

/* Ranges that grow one by one. */
struct range_list {
    struct arena *arena;
    uint32_t count, capacity;
    union datum *ranges;
};

static void
list_add(struct range_list *list, union datum range)
{
    if (list->count == list->capacity) {
        uint32_t wider = list->capacity == 0 ? 8 : list->capacity * 2;
        list->ranges = arena_resize(list->arena, list->ranges, list->count * sizeof range,
                                    wider * sizeof range);
        list->capacity = wider;
    }
    list->ranges[list->count++] = range;
}

union datum
multirange_input(struct type_call *call, struct slice text)
{
    struct range_form form = range_form_of(call->env, call->type->type);
    struct range_reader r = reader_of(text, "multirange");
    struct range_list list = {.arena = call->arena};
    skip_blanks(&r);
    if (peek(&r) != '{')
        fail_literal(&r, "Missing left brace.");
    r.at++;
    bool is_first = true;
    for (;;) {
        skip_blanks(&r);
        if (r.at >= r.end)
            fail_literal(&r, "Unexpected end of input.");
        if (is_first && peek(&r) == '}')
            break;
        if (peek(&r) == '[' || peek(&r) == '(')
            list_add(&list, read_range(call, &form, read_range_text(&r)));
        else if (!skip_empty(&r))
            fail_literal(&r, "Expected range start.");
        is_first = false;
        skip_blanks(&r);
        if (r.at >= r.end)
            fail_literal(&r, "Unexpected end of input.");
        if (peek(&r) == '}')
            break;
        if (peek(&r) != ',')
            fail_literal(&r, "Expected comma or end of multirange.");
        r.at++;
    }
    r.at++;
    skip_blanks(&r);
    if (r.at < r.end)
        fail_literal(&r, "Junk after closing right brace.");
    return multirange_make(&form, call->arena, list.ranges, list.count);
}

void
multirange_output(struct type_call *call, union datum value, struct buf *to)
{
    struct range_form form = range_form_of(call->env, call->type->type);
    struct type_call subtype = subtype_call(call, &form);
    struct multirange multirange = multirange_read(&value);
    buf_put_u8(to, '{');
    for (uint32_t i = 0; i < multirange.count; i++) {
        struct range_value range = multirange_get(&multirange, i);
        if (i != 0)
            buf_put_u8(to, ',');
        put_range(&subtype, &range, to);
    }
    buf_put_u8(to, '}');
}

/* ---- binary ---- */

/* Takes `bytes` bytes off the front; raises 08P01 if there are not as many. */
static struct slice
take(struct slice *from, size_t bytes)
{
    if (from->bytes < bytes)
        raise(SQLSTATE_PROTOCOL_VIOLATION, "insufficient data left in message");
    struct slice taken = slice_of(from->data, bytes);
    from->data += bytes;
    from->bytes -= bytes;
    return taken;
}

static union datum
take_value(struct slice *from, struct type_call *subtype)
{
    uint32_t bytes = be32_get(take(from, 4).data);
    return subtype->type->recv(subtype, take(from, bytes));
}

static void
expect_end(struct slice bytes)
{
    if (bytes.bytes != 0)
        raise(SQLSTATE_INVALID_BINARY_REPRESENTATION, "incorrect binary data format");
}

static union datum
recv_range(struct type_call *call, const struct range_form *form, struct slice bytes)
{
    struct type_call subtype = subtype_call(call, form);
    if (subtype.type->recv == NULL)
        raise(SQLSTATE_UNDEFINED_FUNCTION, "no binary input function available for type %s",
              subtype.type->sql_name);
    uint8_t flags = take(&bytes, 1).data[0];
    bool is_empty = (flags & RANGE_EMPTY) != 0;
    struct range_bound lower = {.is_infinite = (flags & RANGE_LOWER_INF) != 0,
                                .is_inclusive = (flags & RANGE_LOWER_INC) != 0};
    struct range_bound upper = {.is_infinite = (flags & RANGE_UPPER_INF) != 0,
                                .is_inclusive = (flags & RANGE_UPPER_INC) != 0};
    if (!is_empty && !lower.is_infinite)
        lower.value = take_value(&bytes, &subtype);
    if (!is_empty && !upper.is_infinite)
        upper.value = take_value(&bytes, &subtype);
    expect_end(bytes);
    return is_empty ? range_make_empty(form, call->arena)
                    : range_make(form, call->arena, &lower, &upper);
}

union datum
range_recv(struct type_call *call, struct slice bytes)
{
    struct range_form form = range_form_of(call->env, call->type->type);
    return recv_range(call, &form, bytes);
}

/* Fills in the length of what was put since `start`, which begins with room for it. */
static void
put_length(struct buf *to, size_t start)
{
    if (!to->is_failed)
        be32_set(to->data + start, (uint32_t)(to->bytes - start - 4));
}

static void
send_bound(struct type_call *subtype, const struct range_bound *bound, struct buf *to)
{
    if (bound->is_infinite)
        return;
    size_t start = to->bytes;
    buf_put_be32(to, 0);
    subtype->type->send(subtype, bound->value, to);
    put_length(to, start);
}

static void
send_range(struct type_call *subtype, union datum value, struct buf *to)
{
    if (subtype->type->send == NULL)
        raise(SQLSTATE_UNDEFINED_FUNCTION, "no binary output function available for type %s",
              subtype->type->sql_name);
    struct range_value range = range_read(&value);
    buf_put_u8(to, view_data(&value.view)[8]);
    if (range.is_empty)
        return;
    send_bound(subtype, &range.lower, to);
    send_bound(subtype, &range.upper, to);
}

void
range_send(struct type_call *call, union datum value, struct buf *to)
{
    struct range_form form = range_form_of(call->env, call->type->type);
    struct type_call subtype = subtype_call(call, &form);
    send_range(&subtype, value, to);
}

union datum
multirange_recv(struct type_call *call, struct slice bytes)
{
    struct range_form form = range_form_of(call->env, call->type->type);
    uint32_t count = be32_get(take(&bytes, 4).data);
    struct range_list list = {.arena = call->arena};
    for (uint32_t i = 0; i < count; i++) {
        uint32_t length = be32_get(take(&bytes, 4).data);
        list_add(&list, recv_range(call, &form, take(&bytes, length)));
    }
    expect_end(bytes);
    return multirange_make(&form, call->arena, list.ranges, list.count);
}

void
multirange_send(struct type_call *call, union datum value, struct buf *to)
{
    struct range_form form = range_form_of(call->env, call->type->type);
    struct type_call subtype = subtype_call(call, &form);
    struct multirange multirange = multirange_read(&value);
    buf_put_be32(to, multirange.count);
    for (uint32_t i = 0; i < multirange.count; i++) {
        size_t start = to->bytes;
        buf_put_be32(to, 0);
        send_range(&subtype, multirange_at(&multirange, i), to);
        put_length(to, start);
    }
}
