/*
 * geo_text.c: the text and binary forms of the geometric types.
 *
 * A point is (x,y), parentheses optional. Where more than one is expected they follow each other
 * with optional commas, all perhaps in one more pair of parentheses; a path in brackets is open. A
 * line is {A,B,C} or two of its points, a circle a point and a radius in <> or parentheses.
 */
#include "base/raise.h"
#include "type/digits.h"
#include "type/geo.h"
#include "type/input.h"

#include "type/float_text.h"

struct reader {
    struct arena *arena;
    const char *type;
    struct slice text;
    const uint8_t *at, *end;
};

static struct reader
reader_of(struct type_call *call, struct slice text)
{
    return (struct reader){.arena = call->arena,
                           .type = call->type->name,
                           .text = text,
                           .at = text.data,
                           .end = text.data + text.bytes};
}

static _Noreturn void
fail(const struct reader *r)
{
    raise_syntax(r->type, r->text);
}

static void
skip_blanks(struct reader *r)
{
    while (r->at < r->end && is_space(*r->at))
        r->at++;
}

static bool
take(struct reader *r, char c)
{
    if (r->at == r->end || *r->at != (uint8_t)c)
        return false;
    r->at++;
    return true;
}

static void
need(struct reader *r, char c)
{
    if (!take(r, c))
        fail(r);
}

static bool
is_number_byte(uint8_t c)
{
    return is_digit(c) || ((c | 0x20) >= 'a' && (c | 0x20) <= 'z') || c == '.' || c == '+' ||
           c == '-';
}

/* The longest run of bytes here that reads as a number, blanks around it passed over. */
static double
read_number(struct reader *r)
{
    skip_blanks(r);
    const uint8_t *start = r->at, *end = r->at;
    while (end < r->end && is_number_byte(*end))
        end++;
    for (; end > start; end--) {
        double value;
        struct slice number;
        enum float_text_result result =
            float_text_read64(slice_of(start, (size_t)(end - start)), &value, &number);
        if (result == FLOAT_TEXT_RANGE)
            raise(SQLSTATE_NUMERIC_VALUE_OUT_OF_RANGE,
                  "\"%.*s\" is out of range for type double precision", (int)number.bytes,
                  (const char *)number.data);
        if (result == FLOAT_TEXT_OK) {
            r->at = end;
            skip_blanks(r);
            return value;
        }
        if (end - start > 64)
            break; /* no number is that long with something after it that is not one */
    }
    fail(r);
}

static struct point
read_point(struct reader *r)
{
    struct point point;
    skip_blanks(r);
    bool is_closed = take(r, '(');
    point.x = read_number(r);
    need(r, ',');
    point.y = read_number(r);
    if (is_closed)
        need(r, ')');
    skip_blanks(r);
    return point;
}

static bool
has_byte(const uint8_t *at, const uint8_t *end, char c)
{
    return at < end && memchr(at, c, (size_t)(end - at)) != NULL;
}

/*
 * `count` points, in an outer pair of parentheses or, if `may_open`, of brackets, or without.
 * Returns whether they were in brackets. What follows them is left to the caller.
 */
static bool
read_points(struct reader *r, bool may_open, uint32_t count, struct point *points)
{
    skip_blanks(r);
    bool is_open = r->at < r->end && *r->at == '[', is_nested = is_open;
    if (is_open && !may_open)
        fail(r);
    if (is_open) {
        r->at++;
    } else if (r->at < r->end && *r->at == '(') {
        const uint8_t *next = r->at + 1;
        while (next < r->end && is_space(*next))
            next++;
        is_nested = (next < r->end && *next == '(') || !has_byte(r->at + 1, r->end, '(');
        if (is_nested)
            r->at = next;
    }
    for (uint32_t i = 0; i < count; i++) {
        points[i] = read_point(r);
        take(r, ',');
    }
    if (is_nested) {
        if (!take(r, ')') && !(is_open && take(r, ']')))
            fail(r);
        skip_blanks(r);
    }
    return is_open;
}

static void
need_end(const struct reader *r)
{
    if (r->at != r->end)
        fail(r);
}

/* The number of points that the commas tell; 0 if they cannot be points. */
static uint32_t
count_points(struct slice text)
{
    uint64_t commas = 0;
    for (size_t i = 0; i < text.bytes; i++)
        commas += text.data[i] == ',';
    return commas % 2 == 1 ? (uint32_t)((commas + 1) / 2) : 0;
}

/* ---- output ---- */

static void
put_number(struct type_call *call, double value, struct buf *to)
{
    type_output(call->env, call->arena, TYPE_FLOAT8, f64_datum(value), to);
}

static void
put_pair(struct type_call *call, struct point point, struct buf *to)
{
    put_number(call, point.x, to);
    buf_put_u8(to, ',');
    put_number(call, point.y, to);
}

static void
put_points(struct type_call *call, const struct point *points, uint32_t count, const char *around,
           struct buf *to)
{
    if (around[0] != 0)
        buf_put_u8(to, (uint8_t)around[0]);
    for (uint32_t i = 0; i < count; i++) {
        buf_put_text(to, i == 0 ? "(" : ",(");
        put_pair(call, points[i], to);
        buf_put_u8(to, ')');
    }
    if (around[0] != 0)
        buf_put_u8(to, (uint8_t)around[1]);
}

/* ---- binary ---- */

static double
take_double(struct slice *bytes)
{
    if (bytes->bytes < 8)
        raise(SQLSTATE_PROTOCOL_VIOLATION, "insufficient data left in message");
    double value = i64_datum((int64_t)be64_get(bytes->data)).f64;
    *bytes = slice_of(bytes->data + 8, bytes->bytes - 8);
    return value;
}

static struct point
take_point(struct slice *bytes)
{
    double x = take_double(bytes);
    return (struct point){x, take_double(bytes)};
}

static void
put_double(struct buf *to, double value)
{
    buf_put_be64(to, (uint64_t)f64_datum(value).i64);
}

static void
put_point(struct buf *to, struct point point)
{
    put_double(to, point.x);
    put_double(to, point.y);
}

/* A count of points and the points themselves. */
static struct outline
take_points(struct type_call *call, struct slice bytes)
{
    if (bytes.bytes < 4)
        raise(SQLSTATE_PROTOCOL_VIOLATION, "insufficient data left in message");
    int32_t count = (int32_t)be32_get(bytes.data);
    if (count <= 0 || count >= INT32_MAX / (int32_t)sizeof(struct point))
        raise(SQLSTATE_INVALID_BINARY_REPRESENTATION,
              "invalid number of points in external \"%s\" value", call->type->name);
    bytes = slice_of(bytes.data + 4, bytes.bytes - 4);
    if (bytes.bytes < (uint64_t)count * sizeof(struct point))
        raise(SQLSTATE_PROTOCOL_VIOLATION, "insufficient data left in message");
    struct outline outline = outline_new(call->arena, (uint64_t)count);
    for (uint32_t i = 0; i < outline.count; i++)
        outline.points[i] = take_point(&bytes);
    recv_expect(bytes, 0);
    return outline;
}

static void
send_points(const struct outline *outline, struct buf *to)
{
    buf_put_be32(to, outline->count);
    for (uint32_t i = 0; i < outline->count; i++)
        put_point(to, outline->points[i]);
}

/* ---- point ---- */

union datum
point_input(struct type_call *call, struct slice text)
{
    struct reader r = reader_of(call, text);
    struct point point = read_point(&r);
    need_end(&r);
    return point_datum(point);
}

void
point_output(struct type_call *call, union datum value, struct buf *to)
{
    struct point point = datum_point(value);
    put_points(call, &point, 1, "", to);
}

union datum
point_recv(struct type_call *call, struct slice bytes)
{
    (void)call;
    recv_expect(bytes, sizeof(struct point));
    return point_datum(take_point(&bytes));
}

void
point_send(struct type_call *call, union datum value, struct buf *to)
{
    (void)call;
    put_point(to, datum_point(value));
}

/* ---- line segment ---- */

union datum
lseg_input(struct type_call *call, struct slice text)
{
    struct reader r = reader_of(call, text);
    struct lseg lseg;
    read_points(&r, true, 2, lseg.ends);
    need_end(&r);
    return lseg_datum(call->arena, lseg);
}

void
lseg_output(struct type_call *call, union datum value, struct buf *to)
{
    put_points(call, datum_lseg(&value).ends, 2, "[]", to);
}

union datum
lseg_recv(struct type_call *call, struct slice bytes)
{
    recv_expect(bytes, sizeof(struct lseg));
    struct lseg lseg;
    lseg.ends[0] = take_point(&bytes);
    lseg.ends[1] = take_point(&bytes);
    return lseg_datum(call->arena, lseg);
}

void
lseg_send(struct type_call *call, union datum value, struct buf *to)
{
    (void)call;
    struct lseg lseg = datum_lseg(&value);
    put_point(to, lseg.ends[0]);
    put_point(to, lseg.ends[1]);
}

/* ---- line ---- */

#define LINE_WITHOUT_SLOPE "invalid line specification: A and B cannot both be zero"

union datum
line_input(struct type_call *call, struct slice text)
{
    struct reader r = reader_of(call, text);
    struct line line;
    skip_blanks(&r);
    if (take(&r, '{')) {
        line.a = read_number(&r);
        need(&r, ',');
        line.b = read_number(&r);
        need(&r, ',');
        line.c = read_number(&r);
        need(&r, '}');
        skip_blanks(&r);
        need_end(&r);
        if (near_zero(line.a) && near_zero(line.b))
            raise(SQLSTATE_INVALID_TEXT_REPRESENTATION, LINE_WITHOUT_SLOPE);
        return line_datum(call->arena, line);
    }
    struct point points[2];
    read_points(&r, true, 2, points);
    need_end(&r);
    if (point_same(points[0], points[1]))
        raise(SQLSTATE_INVALID_TEXT_REPRESENTATION,
              "invalid line specification: must be two distinct points");
    line = line_through(points[0], point_slope_of(points[0], points[1]));
    return line_datum(call->arena, line);
}

void
line_output(struct type_call *call, union datum value, struct buf *to)
{
    struct line line = datum_line(&value);
    buf_put_u8(to, '{');
    put_number(call, line.a, to);
    buf_put_u8(to, ',');
    put_number(call, line.b, to);
    buf_put_u8(to, ',');
    put_number(call, line.c, to);
    buf_put_u8(to, '}');
}

union datum
line_recv(struct type_call *call, struct slice bytes)
{
    recv_expect(bytes, sizeof(struct line));
    struct line line;
    line.a = take_double(&bytes);
    line.b = take_double(&bytes);
    line.c = take_double(&bytes);
    if (near_zero(line.a) && near_zero(line.b))
        raise(SQLSTATE_INVALID_BINARY_REPRESENTATION, LINE_WITHOUT_SLOPE);
    return line_datum(call->arena, line);
}

void
line_send(struct type_call *call, union datum value, struct buf *to)
{
    (void)call;
    struct line line = datum_line(&value);
    put_double(to, line.a);
    put_double(to, line.b);
    put_double(to, line.c);
}

/* ---- box ---- */

union datum
box_input(struct type_call *call, struct slice text)
{
    struct reader r = reader_of(call, text);
    struct point corners[2];
    read_points(&r, false, 2, corners);
    need_end(&r);
    return box_datum(call->arena, box_of(corners[1], corners[0]));
}

void
box_output(struct type_call *call, union datum value, struct buf *to)
{
    struct box box = datum_box(&value);
    put_points(call, (struct point[]){box.high, box.low}, 2, "", to);
}

union datum
box_recv(struct type_call *call, struct slice bytes)
{
    recv_expect(bytes, sizeof(struct box));
    struct point first = take_point(&bytes), second = take_point(&bytes);
    return box_datum(call->arena, box_of(second, first));
}

void
box_send(struct type_call *call, union datum value, struct buf *to)
{
    (void)call;
    struct box box = datum_box(&value);
    put_point(to, box.high);
    put_point(to, box.low);
}

/* ---- path ---- */

union datum
path_input(struct type_call *call, struct slice text)
{
    struct reader r = reader_of(call, text);
    uint32_t count = count_points(text);
    if (count == 0)
        fail(&r);
    skip_blanks(&r);
    bool is_nested = r.at < r.end && *r.at == '(' && !has_byte(r.at + 1, r.end, '(');
    r.at += is_nested;
    struct outline path = outline_new(call->arena, count);
    path.is_closed = !read_points(&r, true, count, path.points);
    if (is_nested) {
        need(&r, ')');
        skip_blanks(&r);
    }
    need_end(&r);
    return path_datum(call->arena, &path);
}

void
path_output(struct type_call *call, union datum value, struct buf *to)
{
    struct outline path = datum_path(call->arena, &value);
    put_points(call, path.points, path.count, path.is_closed ? "()" : "[]", to);
}

union datum
path_recv(struct type_call *call, struct slice bytes)
{
    if (bytes.bytes < 1)
        raise(SQLSTATE_PROTOCOL_VIOLATION, "insufficient data left in message");
    bool is_closed = bytes.data[0] != 0;
    struct outline path = take_points(call, slice_of(bytes.data + 1, bytes.bytes - 1));
    path.is_closed = is_closed;
    return path_datum(call->arena, &path);
}

void
path_send(struct type_call *call, union datum value, struct buf *to)
{
    struct outline path = datum_path(call->arena, &value);
    buf_put_u8(to, path.is_closed);
    send_points(&path, to);
}

/* ---- polygon ---- */

union datum
polygon_input(struct type_call *call, struct slice text)
{
    struct reader r = reader_of(call, text);
    uint32_t count = count_points(text);
    if (count == 0)
        fail(&r);
    struct outline polygon = outline_new(call->arena, count);
    read_points(&r, false, count, polygon.points);
    need_end(&r);
    return polygon_datum(call->arena, &polygon);
}

void
polygon_output(struct type_call *call, union datum value, struct buf *to)
{
    struct outline polygon = datum_polygon(call->arena, &value);
    put_points(call, polygon.points, polygon.count, "()", to);
}

union datum
polygon_recv(struct type_call *call, struct slice bytes)
{
    struct outline polygon = take_points(call, bytes);
    return polygon_datum(call->arena, &polygon);
}

void
polygon_send(struct type_call *call, union datum value, struct buf *to)
{
    struct outline polygon = datum_polygon(call->arena, &value);
    send_points(&polygon, to);
}

/* ---- circle ---- */

union datum
circle_input(struct type_call *call, struct slice text)
{
    struct reader r = reader_of(call, text);
    struct circle circle;
    skip_blanks(&r);
    bool is_nested = take(&r, '<');
    if (!is_nested && r.at < r.end && *r.at == '(') {
        const uint8_t *next = r.at + 1;
        while (next < r.end && is_space(*next))
            next++;
        is_nested = next < r.end && *next == '(';
        if (is_nested)
            r.at = next;
    }
    circle.center = read_point(&r);
    take(&r, ',');
    circle.radius = read_number(&r);
    if (circle.radius < 0)
        fail(&r);
    if (is_nested) {
        if (!take(&r, ')') && !take(&r, '>'))
            fail(&r);
        skip_blanks(&r);
    }
    need_end(&r);
    return circle_datum(call->arena, circle);
}

void
circle_output(struct type_call *call, union datum value, struct buf *to)
{
    struct circle circle = datum_circle(&value);
    buf_put_text(to, "<(");
    put_pair(call, circle.center, to);
    buf_put_text(to, "),");
    put_number(call, circle.radius, to);
    buf_put_u8(to, '>');
}

union datum
circle_recv(struct type_call *call, struct slice bytes)
{
    recv_expect(bytes, sizeof(struct circle));
    struct circle circle;
    circle.center = take_point(&bytes);
    circle.radius = take_double(&bytes);
    if (circle.radius < 0)
        raise(SQLSTATE_INVALID_BINARY_REPRESENTATION,
              "invalid radius in external \"circle\" value");
    return circle_datum(call->arena, circle);
}

void
circle_send(struct type_call *call, union datum value, struct buf *to)
{
    (void)call;
    struct circle circle = datum_circle(&value);
    put_point(to, circle.center);
    put_double(to, circle.radius);
}
