/*
 * geo.c: values of the geometric types, and the arithmetic of points, lines and line segments.
 *
 * The computations follow the formulas that PostgreSQL documents by its behaviour, step for step:
 * an answer that differs in the last digit is a wrong answer.
 */
#include "type/geo.h"

#include "base/raise.h"

#define POINTS_MAX (UINT32_MAX / 64) /* as many as fit PostgreSQL's largest value */

/* ---- values ---- */

struct lseg
datum_lseg(const union datum *value)
{
    struct lseg lseg;
    memcpy(&lseg, view_data(&value->view), sizeof lseg);
    return lseg;
}

struct box
datum_box(const union datum *value)
{
    struct box box;
    memcpy(&box, view_data(&value->view), sizeof box);
    return box;
}

struct line
datum_line(const union datum *value)
{
    struct line line;
    memcpy(&line, view_data(&value->view), sizeof line);
    return line;
}

struct circle
datum_circle(const union datum *value)
{
    struct circle circle;
    memcpy(&circle, view_data(&value->view), sizeof circle);
    return circle;
}

struct outline
outline_new(struct arena *arena, uint64_t count)
{
    if (count > POINTS_MAX)
        raise(SQLSTATE_PROGRAM_LIMIT_EXCEEDED, "too many points requested");
    return (struct outline){.count = (uint32_t)count,
                            .points = arena_alloc(arena, (count + 1) * sizeof(struct point))};
}

#define PATH_HEAD_BYTES 8

struct outline
datum_path(struct arena *arena, const union datum *value)
{
    struct slice bytes = datum_slice(value);
    struct outline path =
        outline_new(arena, (bytes.bytes - PATH_HEAD_BYTES) / sizeof(struct point));
    path.is_closed = bytes.data[0] != 0;
    memcpy(path.points, bytes.data + PATH_HEAD_BYTES, path.count * sizeof(struct point));
    return path;
}

struct outline
datum_polygon(struct arena *arena, const union datum *value)
{
    struct slice bytes = datum_slice(value);
    struct outline polygon =
        outline_new(arena, (bytes.bytes - sizeof(struct box)) / sizeof(struct point));
    polygon.is_closed = true;
    memcpy(&polygon.bounds, bytes.data, sizeof polygon.bounds);
    memcpy(polygon.points, bytes.data + sizeof(struct box), polygon.count * sizeof(struct point));
    return polygon;
}

static union datum
bytes_datum(struct arena *arena, const void *bytes, size_t count)
{
    return slice_datum(slice_of(arena_copy(arena, bytes, count), count));
}

union datum
lseg_datum(struct arena *arena, struct lseg lseg)
{
    return bytes_datum(arena, &lseg, sizeof lseg);
}

union datum
box_datum(struct arena *arena, struct box box)
{
    return bytes_datum(arena, &box, sizeof box);
}

union datum
line_datum(struct arena *arena, struct line line)
{
    return bytes_datum(arena, &line, sizeof line);
}

union datum
circle_datum(struct arena *arena, struct circle circle)
{
    return bytes_datum(arena, &circle, sizeof circle);
}

union datum
path_datum(struct arena *arena, const struct outline *path)
{
    size_t bytes = PATH_HEAD_BYTES + (size_t)path->count * sizeof(struct point);
    uint8_t *to = arena_alloc(arena, bytes);
    memset(to, 0, PATH_HEAD_BYTES);
    to[0] = path->is_closed;
    memcpy(to + PATH_HEAD_BYTES, path->points, path->count * sizeof(struct point));
    return slice_datum(slice_of(to, bytes));
}

union datum
polygon_datum(struct arena *arena, const struct outline *polygon)
{
    size_t bytes = sizeof(struct box) + (size_t)polygon->count * sizeof(struct point);
    uint8_t *to = arena_alloc(arena, bytes);
    struct box bounds = outline_bounds(polygon->points, polygon->count);
    memcpy(to, &bounds, sizeof bounds);
    memcpy(to + sizeof bounds, polygon->points, polygon->count * sizeof(struct point));
    return slice_datum(slice_of(to, bytes));
}

union datum
nearest_or_null(struct func_call *call, double gap, struct point nearest)
{
    call->result_is_null = isnan(gap);
    return point_datum(nearest);
}

/* ---- numbers ---- */

static _Noreturn void
raise_overflow(void)
{
    raise(SQLSTATE_NUMERIC_VALUE_OUT_OF_RANGE, "value out of range: overflow");
}

static _Noreturn void
raise_underflow(void)
{
    raise(SQLSTATE_NUMERIC_VALUE_OUT_OF_RANGE, "value out of range: underflow");
}

double
geo_add(double a, double b)
{
    double sum = a + b;
    if (isinf(sum) && !isinf(a) && !isinf(b))
        raise_overflow();
    return sum;
}

double
geo_subtract(double a, double b)
{
    double difference = a - b;
    if (isinf(difference) && !isinf(a) && !isinf(b))
        raise_overflow();
    return difference;
}

double
geo_multiply(double a, double b)
{
    double product = a * b;
    if (isinf(product) && !isinf(a) && !isinf(b))
        raise_overflow();
    if (product == 0 && a != 0 && b != 0)
        raise_underflow();
    return product;
}

double
geo_divide(double a, double b)
{
    if (b == 0 && !isnan(a))
        raise(SQLSTATE_DIVISION_BY_ZERO, "division by zero");
    double quotient = a / b;
    if (isinf(quotient) && !isinf(a))
        raise_overflow();
    if (quotient == 0 && a != 0 && !isinf(b))
        raise_underflow();
    return quotient;
}

/* Not C's hypot: the last digit is PostgreSQL's. */
double
geo_hypot(double x, double y)
{
    if (isinf(x) || isinf(y))
        return INFINITY;
    if (isnan(x) || isnan(y))
        return NAN;
    x = fabs(x);
    y = fabs(y);
    if (x < y) {
        double larger = y;
        y = x;
        x = larger;
    }
    if (y == 0)
        return x;
    double ratio = y / x;
    double length = x * sqrt(1 + ratio * ratio);
    if (isinf(length))
        raise_overflow();
    if (length == 0)
        raise_underflow();
    return length;
}

/* ---- points ---- */

struct point
point_plus(struct point a, struct point b)
{
    return (struct point){geo_add(a.x, b.x), geo_add(a.y, b.y)};
}

struct point
point_minus(struct point a, struct point b)
{
    return (struct point){geo_subtract(a.x, b.x), geo_subtract(a.y, b.y)};
}

struct point
point_times(struct point a, struct point b)
{
    double x = geo_subtract(geo_multiply(a.x, b.x), geo_multiply(a.y, b.y));
    return (struct point){x, geo_add(geo_multiply(a.x, b.y), geo_multiply(a.y, b.x))};
}

struct point
point_over(struct point a, struct point b)
{
    double size = geo_add(geo_multiply(b.x, b.x), geo_multiply(b.y, b.y));
    double x = geo_divide(geo_add(geo_multiply(a.x, b.x), geo_multiply(a.y, b.y)), size);
    double y = geo_divide(geo_subtract(geo_multiply(b.x, a.y), geo_multiply(b.y, a.x)), size);
    return (struct point){x, y};
}

bool
point_same(struct point a, struct point b)
{
    if (isnan(a.x) || isnan(a.y) || isnan(b.x) || isnan(b.y))
        return number_equal(a.x, b.x) && number_equal(a.y, b.y);
    return near_equal(a.x, b.x) && near_equal(a.y, b.y);
}

struct point
point_between(struct point a, struct point b)
{
    return (struct point){geo_divide(geo_add(a.x, b.x), 2.0), geo_divide(geo_add(a.y, b.y), 2.0)};
}

double
point_gap(struct point a, struct point b)
{
    return geo_hypot(geo_subtract(a.x, b.x), geo_subtract(a.y, b.y));
}

double
point_slope_of(struct point a, struct point b)
{
    if (near_equal(a.x, b.x))
        return INFINITY;
    if (near_equal(a.y, b.y))
        return 0;
    return geo_divide(geo_subtract(a.y, b.y), geo_subtract(a.x, b.x));
}

double
point_across_of(struct point a, struct point b)
{
    if (near_equal(a.x, b.x))
        return 0;
    if (near_equal(a.y, b.y))
        return INFINITY;
    return geo_divide(geo_subtract(a.x, b.x), geo_subtract(b.y, a.y));
}

/* ---- lines ---- */

struct line
line_through(struct point point, double slope)
{
    if (isinf(slope))
        return (struct line){-1, 0, point.x};
    if (slope == 0)
        return (struct line){0, -1, point.y};
    double c = geo_subtract(point.y, geo_multiply(slope, point.x));
    return (struct line){slope, -1, c == 0 ? 0 : c};
}

double
line_slope(struct line line)
{
    if (near_zero(line.a))
        return 0;
    if (near_zero(line.b))
        return INFINITY;
    return geo_divide(line.a, -line.b);
}

double
line_across(struct line line)
{
    if (near_zero(line.a))
        return INFINITY;
    if (near_zero(line.b))
        return 0;
    return geo_divide(line.b, line.a);
}

/* Where `a`, which is not vertical, meets `b`. */
static bool
sloped_meets_line(struct line a, struct line b, struct point *at)
{
    if (near_equal(b.a, geo_multiply(a.a, geo_divide(b.b, a.b))))
        return false;
    double x = geo_divide(geo_subtract(geo_multiply(a.b, b.c), geo_multiply(b.b, a.c)),
                          geo_subtract(geo_multiply(a.a, b.b), geo_multiply(b.a, a.b)));
    double y = geo_divide(-geo_add(geo_multiply(a.a, x), a.c), a.b);
    /* No negative zeros. */
    if (at != NULL)
        *at = (struct point){x == 0 ? 0 : x, y == 0 ? 0 : y};
    return true;
}

bool
line_meets_line(struct line a, struct line b, struct point *at)
{
    if (!near_zero(a.b))
        return sloped_meets_line(a, b, at);
    return !near_zero(b.b) && sloped_meets_line(b, a, at);
}

bool
line_has_point(struct line line, struct point point)
{
    return near_zero(
        geo_add(geo_add(geo_multiply(line.a, point.x), geo_multiply(line.b, point.y)), line.c));
}

double
line_nearest_point(struct line line, struct point point, struct point *nearest)
{
    struct line perpendicular = line_through(point, line_across(line));
    struct point foot;
    if (!line_meets_line(perpendicular, line, &foot)) {
        if (nearest != NULL)
            *nearest = point;
        return NAN;
    }
    if (nearest != NULL)
        *nearest = foot;
    return point_gap(foot, point);
}

/* ---- line segments ---- */

bool
lseg_has_point(struct lseg lseg, struct point point)
{
    return near_equal(point_gap(point, lseg.ends[0]) + point_gap(point, lseg.ends[1]),
                      point_gap(lseg.ends[0], lseg.ends[1]));
}

bool
lseg_meets_line(struct lseg lseg, struct line line, struct point *at)
{
    struct line own = line_through(lseg.ends[0], point_slope_of(lseg.ends[0], lseg.ends[1]));
    struct point found;
    if (!line_meets_line(own, line, &found) || !lseg_has_point(lseg, found))
        return false;
    /* An end that is there is told exactly. */
    if (at != NULL)
        *at = point_same(lseg.ends[0], found)   ? lseg.ends[0]
              : point_same(lseg.ends[1], found) ? lseg.ends[1]
                                                : found;
    return true;
}

bool
lseg_meets_lseg(struct lseg a, struct lseg b, struct point *at)
{
    struct line line = line_through(b.ends[0], point_slope_of(b.ends[0], b.ends[1]));
    struct point found;
    if (!lseg_meets_line(a, line, &found) || !lseg_has_point(b, found))
        return false;
    if (at != NULL)
        *at = found;
    return true;
}

double
lseg_nearest_line(struct lseg lseg, struct line line, struct point *nearest)
{
    if (lseg_meets_line(lseg, line, nearest))
        return 0;
    double first = line_nearest_point(line, lseg.ends[0], NULL);
    double second = line_nearest_point(line, lseg.ends[1], NULL);
    if (nearest != NULL)
        *nearest = lseg.ends[first < second ? 0 : 1];
    return first < second ? first : second;
}

double
lseg_nearest_point(struct lseg lseg, struct point point, struct point *nearest)
{
    struct line line = line_through(point, point_across_of(lseg.ends[0], lseg.ends[1]));
    struct point found;
    lseg_nearest_line(lseg, line, &found);
    if (nearest != NULL)
        *nearest = found;
    return point_gap(found, point);
}

static void
keep_nearer(double gap, struct point point, double *least, struct point *nearest)
{
    if (!number_less(gap, *least))
        return;
    *least = gap;
    if (nearest != NULL)
        *nearest = point;
}

double
lseg_nearest_lseg(struct lseg lseg, struct lseg other, struct point *nearest)
{
    if (lseg_meets_lseg(lseg, other, nearest))
        return 0;
    struct point found;
    double least = lseg_nearest_point(lseg, other.ends[0], nearest);
    double gap = lseg_nearest_point(lseg, other.ends[1], &found);
    keep_nearer(gap, found, &least, nearest);
    for (int i = 0; i < 2; i++)
        keep_nearer(lseg_nearest_point(other, lseg.ends[i], NULL), lseg.ends[i], &least, nearest);
    return least;
}

/* ---- boxes ---- */

struct box
box_of(struct point a, struct point b)
{
    struct box box;
    bool is_right = number_less(b.x, a.x), is_above = number_less(b.y, a.y);
    box.high = (struct point){is_right ? a.x : b.x, is_above ? a.y : b.y};
    box.low = (struct point){is_right ? b.x : a.x, is_above ? b.y : a.y};
    return box;
}

struct point
box_middle(struct box box)
{
    return point_between(box.high, box.low);
}

bool
box_overlaps(struct box a, struct box b)
{
    return near_le(a.low.x, b.high.x) && near_le(b.low.x, a.high.x) && near_le(a.low.y, b.high.y) &&
           near_le(b.low.y, a.high.y);
}

bool
box_holds_box(struct box outer, struct box inner)
{
    return near_ge(outer.high.x, inner.high.x) && near_le(outer.low.x, inner.low.x) &&
           near_ge(outer.high.y, inner.high.y) && near_le(outer.low.y, inner.low.y);
}

bool
box_holds_point(struct box box, struct point point)
{
    return box.high.x >= point.x && box.low.x <= point.x && box.high.y >= point.y &&
           box.low.y <= point.y;
}

struct lseg
box_side(struct box box, int side_idx)
{
    struct point corner = side_idx < 2 ? (struct point){box.low.x, box.high.y}
                                       : (struct point){box.high.x, box.low.y};
    return (struct lseg){{side_idx % 2 == 0 ? box.low : box.high, corner}};
}

bool
box_meets_lseg(struct box box, struct lseg lseg, struct point *at)
{
    struct box around = {.low = {number_min(lseg.ends[0].x, lseg.ends[1].x),
                                 number_min(lseg.ends[0].y, lseg.ends[1].y)},
                         .high = {number_max(lseg.ends[0].x, lseg.ends[1].x),
                                  number_max(lseg.ends[0].y, lseg.ends[1].y)}};
    if (!box_overlaps(around, box))
        return false;
    if (at != NULL)
        lseg_nearest_point(lseg, box_middle(box), at);
    if (box_holds_point(box, lseg.ends[0]) || box_holds_point(box, lseg.ends[1]))
        return true;
    for (int i = 0; i < 4; i++) {
        if (lseg_meets_lseg(box_side(box, i), lseg, NULL))
            return true;
    }
    return false;
}

double
box_nearest_point(struct box box, struct point point, struct point *nearest)
{
    if (box_holds_point(box, point)) {
        if (nearest != NULL)
            *nearest = point;
        return 0;
    }
    double least = lseg_nearest_point(box_side(box, 0), point, nearest);
    for (int i = 1; i < 4; i++) {
        struct point found;
        double gap = lseg_nearest_point(box_side(box, i), point, &found);
        keep_nearer(gap, found, &least, nearest);
    }
    return least;
}

double
box_nearest_lseg(struct box box, struct lseg lseg, struct point *nearest)
{
    if (box_meets_lseg(box, lseg, nearest))
        return 0;
    double least = lseg_nearest_lseg(box_side(box, 0), lseg, nearest);
    for (int i = 1; i < 4; i++) {
        struct point found;
        double gap = lseg_nearest_lseg(box_side(box, i), lseg, &found);
        keep_nearer(gap, found, &least, nearest);
    }
    return least;
}
