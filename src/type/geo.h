/*
 * geo.h: the geometric types: what their values are, and the arithmetic and relations of plane
 * figures that all of them rest on.
 *
 * Coordinates are double precision. Two numbers within GEO_EPSILON of each other count as equal in
 * most relations, as in PostgreSQL; the answers here are to agree with its to the bit, so the
 * order of each computation is fixed. Overflow, underflow and division by zero raise 22003, 22012.
 *
 * Values:
 *
 *   point    wide: x, y                       lseg     view: two points
 *   box      view: upper right, lower left    line     view: A, B, C of Ax + By + C = 0
 *   circle   view: centre, radius
 *   path     view: 8 bytes of which the first is 1 if the path is closed, then its points
 *   polygon  view: the box around it, then its points
 *
 * all doubles in the machine's order, without alignment: read through the functions here.
 */
#pragma once

#include "type/types.h"
#include "type/values.h"
#include <math.h>

#define GEO_EPSILON 1.0E-06

struct point {
    double x, y;
};

struct lseg {
    struct point ends[2];
};

struct box {
    struct point high, low;
};

struct line {
    double a, b, c;
};

struct circle {
    struct point center;
    double radius;
};

/* A path or polygon; `points` are the arena's. */
struct outline {
    bool is_closed;
    uint32_t count;
    struct point *points;
    struct box bounds; /* polygons only */
};

static_assert(sizeof(struct point) == 16, "a point is a wide datum");

/* ---- values ---- */

static inline struct point
datum_point(union datum value)
{
    struct point point;
    memcpy(&point, value.wide, sizeof point);
    return point;
}

static inline union datum
point_datum(struct point point)
{
    union datum value;
    memcpy(value.wide, &point, sizeof point);
    return value;
}

struct lseg datum_lseg(const union datum *value);
struct box datum_box(const union datum *value);
struct line datum_line(const union datum *value);
struct circle datum_circle(const union datum *value);
struct outline datum_path(struct arena *arena, const union datum *value);
struct outline datum_polygon(struct arena *arena, const union datum *value);
union datum lseg_datum(struct arena *arena, struct lseg lseg);
union datum box_datum(struct arena *arena, struct box box);
union datum line_datum(struct arena *arena, struct line line);
union datum circle_datum(struct arena *arena, struct circle circle);
/* Raises 54000 if there are too many points. */
union datum path_datum(struct arena *arena, const struct outline *path);
/* Finds the box around it. */
union datum polygon_datum(struct arena *arena, const struct outline *polygon);
/* An outline with room for `count` points; raises 54000 if they are too many. */
struct outline outline_new(struct arena *arena, uint64_t count);

/* The nearest point as a function's result: null where there is no distance. */
union datum nearest_or_null(struct func_call *call, double gap, struct point nearest);

/* ---- numbers ---- */

double geo_add(double a, double b);
double geo_subtract(double a, double b);
double geo_multiply(double a, double b);
double geo_divide(double a, double b);
double geo_hypot(double x, double y);

static inline bool
near_zero(double a)
{
    return fabs(a) <= GEO_EPSILON;
}

static inline bool
near_equal(double a, double b)
{
    return a == b || fabs(a - b) <= GEO_EPSILON;
}

static inline bool
near_lt(double a, double b)
{
    return a + GEO_EPSILON < b;
}

static inline bool
near_le(double a, double b)
{
    return a <= b + GEO_EPSILON;
}

static inline bool
near_gt(double a, double b)
{
    return a > b + GEO_EPSILON;
}

static inline bool
near_ge(double a, double b)
{
    return a + GEO_EPSILON >= b;
}

/* As SQL orders numbers: not-a-number is above all others and equal to itself. */
static inline bool
number_equal(double a, double b)
{
    return isnan(a) ? isnan(b) : a == b;
}

static inline bool
number_less(double a, double b)
{
    return !isnan(a) && (isnan(b) || a < b);
}

static inline double
number_min(double a, double b)
{
    return number_less(a, b) ? a : b;
}

static inline double
number_max(double a, double b)
{
    return number_less(b, a) ? a : b;
}

/* ---- points ---- */

struct point point_plus(struct point a, struct point b);
struct point point_minus(struct point a, struct point b);
struct point point_times(struct point a, struct point b); /* as complex numbers */
struct point point_over(struct point a, struct point b);
bool point_same(struct point a, struct point b);
struct point point_between(struct point a, struct point b); /* halfway */
double point_gap(struct point a, struct point b);
double point_slope_of(struct point a, struct point b);  /* infinite if vertical */
double point_across_of(struct point a, struct point b); /* the slope of what is perpendicular */

/* ---- lines ---- */

struct line line_through(struct point point, double slope);
double line_slope(struct line line);
double line_across(struct line line);
/* False if they are parallel; `at` may be null. */
bool line_meets_line(struct line a, struct line b, struct point *at);
bool line_has_point(struct line line, struct point point);
/* Functions named nearest give the distance, and the point of the first figure where it is;
   `nearest` may be null. */
double line_nearest_point(struct line line, struct point point, struct point *nearest);

/* ---- line segments ---- */

bool lseg_has_point(struct lseg lseg, struct point point);
bool lseg_meets_line(struct lseg lseg, struct line line, struct point *at);
bool lseg_meets_lseg(struct lseg a, struct lseg b, struct point *at);
double lseg_nearest_line(struct lseg lseg, struct line line, struct point *nearest);
double lseg_nearest_point(struct lseg lseg, struct point point, struct point *nearest);
double lseg_nearest_lseg(struct lseg lseg, struct lseg other, struct point *nearest);

/* ---- boxes ---- */

struct box box_of(struct point a, struct point b);
struct point box_middle(struct box box);
/* Left, upper, lower and right side, in the order in which they are looked at. */
struct lseg box_side(struct box box, int side_idx);
bool box_overlaps(struct box a, struct box b);
bool box_holds_box(struct box outer, struct box inner);
bool box_holds_point(struct box box, struct point point);
/* Where not null, `at` is the point of the segment that is nearest to the middle of the box. */
bool box_meets_lseg(struct box box, struct lseg lseg, struct point *at);
double box_nearest_point(struct box box, struct point point, struct point *nearest);
double box_nearest_lseg(struct box box, struct lseg lseg, struct point *nearest);

/* ---- outlines ---- */

enum geo_side { GEO_OUTSIDE, GEO_INSIDE, GEO_ON };
enum geo_side outline_side(const struct point *points, uint32_t count, struct point point);
/* The smallest box that holds all points. */
struct box outline_bounds(const struct point *points, uint32_t count);
/* The segment that ends at a point; false for the first of an open path, where none does. */
bool outline_segment(const struct outline *outline, uint32_t end_idx, struct lseg *segment);
/* From a point to a polygon, and to a path's segments. */
double polygon_gap(const struct outline *polygon, struct point point);
double path_gap(const struct outline *path, struct point point);
/* Whether segments of both have a point in common. */
bool outlines_meet(const struct outline *a, const struct outline *b);
/* The least distance between segments of both; false if one of them has none. */
bool outlines_gap(const struct outline *a, const struct outline *b, double *gap);
/* The circle around the mean of the points, as far from it as they are on average. */
struct circle polygon_circle(const struct outline *polygon);

/* ---- texts and binary forms: type_info's functions ---- */

union datum point_input(struct type_call *call, struct slice text);
void point_output(struct type_call *call, union datum value, struct buf *to);
union datum point_recv(struct type_call *call, struct slice bytes);
void point_send(struct type_call *call, union datum value, struct buf *to);
union datum lseg_input(struct type_call *call, struct slice text);
void lseg_output(struct type_call *call, union datum value, struct buf *to);
union datum lseg_recv(struct type_call *call, struct slice bytes);
void lseg_send(struct type_call *call, union datum value, struct buf *to);
union datum line_input(struct type_call *call, struct slice text);
void line_output(struct type_call *call, union datum value, struct buf *to);
union datum line_recv(struct type_call *call, struct slice bytes);
void line_send(struct type_call *call, union datum value, struct buf *to);
union datum box_input(struct type_call *call, struct slice text);
void box_output(struct type_call *call, union datum value, struct buf *to);
union datum box_recv(struct type_call *call, struct slice bytes);
void box_send(struct type_call *call, union datum value, struct buf *to);
union datum path_input(struct type_call *call, struct slice text);
void path_output(struct type_call *call, union datum value, struct buf *to);
union datum path_recv(struct type_call *call, struct slice bytes);
void path_send(struct type_call *call, union datum value, struct buf *to);
union datum polygon_input(struct type_call *call, struct slice text);
void polygon_output(struct type_call *call, union datum value, struct buf *to);
union datum polygon_recv(struct type_call *call, struct slice bytes);
void polygon_send(struct type_call *call, union datum value, struct buf *to);
union datum circle_input(struct type_call *call, struct slice text);
void circle_output(struct type_call *call, union datum value, struct buf *to);
union datum circle_recv(struct type_call *call, struct slice bytes);
void circle_send(struct type_call *call, union datum value, struct buf *to);
