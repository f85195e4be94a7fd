/*
 * geo_outline.c: what paths and polygons share: their box, their segments, what lies inside.
 *
 * Whether a point is inside is told by how the outline, moved so that the point is the origin,
 * crosses the positive half of the x axis: each crossing upwards counts 2, each downwards -2, and
 * one that only touches the axis half of that. Any sum but 0 is inside.
 */
#include "type/geo.h"

struct box
outline_bounds(const struct point *points, uint32_t count)
{
    struct box box = {points[0], points[0]};
    for (uint32_t i = 1; i < count; i++) {
        box.low.x = number_min(points[i].x, box.low.x);
        box.high.x = number_max(points[i].x, box.high.x);
        box.low.y = number_min(points[i].y, box.low.y);
        box.high.y = number_max(points[i].y, box.high.y);
    }
    return box;
}

bool
outline_segment(const struct outline *outline, uint32_t end_idx, struct lseg *segment)
{
    if (end_idx == 0 && !outline->is_closed)
        return false;
    uint32_t start_idx = end_idx == 0 ? outline->count - 1 : end_idx - 1;
    *segment = (struct lseg){{outline->points[start_idx], outline->points[end_idx]}};
    return true;
}

bool
outlines_meet(const struct outline *a, const struct outline *b)
{
    for (uint32_t i = 0; i < a->count; i++) {
        struct lseg x, y;
        if (!outline_segment(a, i, &x))
            continue;
        for (uint32_t k = 0; k < b->count; k++) {
            if (outline_segment(b, k, &y) && lseg_meets_lseg(x, y, NULL))
                return true;
        }
    }
    return false;
}

bool
outlines_gap(const struct outline *a, const struct outline *b, double *gap)
{
    bool has_gap = false;
    *gap = 0;
    for (uint32_t i = 0; i < a->count; i++) {
        struct lseg x, y;
        if (!outline_segment(a, i, &x))
            continue;
        for (uint32_t k = 0; k < b->count; k++) {
            if (!outline_segment(b, k, &y))
                continue;
            double here = lseg_nearest_lseg(x, y, NULL);
            if (!has_gap || number_less(here, *gap))
                *gap = here;
            has_gap = true;
        }
    }
    return has_gap;
}

#define ON_OUTLINE INT32_MAX

/* A segment that ends on the x axis. */
static int
crossing_to_axis(struct point to, struct point from)
{
    if (near_zero(to.x))
        return ON_OUTLINE;
    if (near_gt(to.x, 0)) {
        if (near_zero(from.y))
            return near_gt(from.x, 0) ? 0 : ON_OUTLINE;
        return near_lt(from.y, 0) ? 1 : -1;
    }
    if (near_zero(from.y))
        return near_lt(from.x, 0) ? 0 : ON_OUTLINE;
    return 0;
}

static int
crossing(struct point to, struct point from)
{
    if (near_zero(to.y))
        return crossing_to_axis(to, from);
    int sign = near_gt(to.y, 0) ? 1 : -1;
    if (near_zero(from.y))
        return near_lt(from.x, 0) ? 0 : sign;
    if ((sign < 0 && near_lt(from.y, 0)) || (sign > 0 && near_gt(from.y, 0)))
        return 0;
    if (near_ge(to.x, 0) && near_gt(from.x, 0))
        return 2 * sign;
    if (near_lt(to.x, 0) && near_le(from.x, 0))
        return 0;
    double side = geo_subtract(geo_multiply(geo_subtract(to.x, from.x), to.y),
                               geo_multiply(geo_subtract(to.y, from.y), to.x));
    if (near_zero(side))
        return ON_OUTLINE;
    if ((sign < 0 && near_lt(side, 0)) || (sign > 0 && near_gt(side, 0)))
        return 0;
    return 2 * sign;
}

enum geo_side
outline_side(const struct point *points, uint32_t count, struct point point)
{
    if (count == 0)
        return GEO_OUTSIDE;
    struct point first = point_minus(points[0], point), previous = first;
    int sum = 0;
    for (uint32_t i = 1; i <= count; i++) {
        struct point next = i < count ? point_minus(points[i], point) : first;
        int crossed = crossing(next, previous);
        if (crossed == ON_OUTLINE)
            return GEO_ON;
        sum += crossed;
        previous = next;
    }
    return sum != 0 ? GEO_INSIDE : GEO_OUTSIDE;
}

double
polygon_gap(const struct outline *polygon, struct point point)
{
    if (outline_side(polygon->points, polygon->count, point) != GEO_OUTSIDE)
        return 0;
    /* The closing segment from its other end: the last digit depends on it. */
    uint32_t last = polygon->count - 1;
    double least =
        lseg_nearest_point((struct lseg){{polygon->points[0], polygon->points[last]}}, point, NULL);
    for (uint32_t i = 0; i < last; i++) {
        struct lseg segment = {{polygon->points[i], polygon->points[i + 1]}};
        least = number_min(lseg_nearest_point(segment, point, NULL), least);
    }
    return least;
}

double
path_gap(const struct outline *path, struct point point)
{
    double least = 0;
    bool has_least = false;
    for (uint32_t i = 0; i < path->count; i++) {
        struct lseg segment;
        if (!outline_segment(path, i, &segment))
            continue;
        double gap = lseg_nearest_point(segment, point, NULL);
        if (!has_least || number_less(gap, least))
            least = gap;
        has_least = true;
    }
    return least;
}

struct circle
polygon_circle(const struct outline *polygon)
{
    struct circle circle = {{0, 0}, 0};
    for (uint32_t i = 0; i < polygon->count; i++)
        circle.center = point_plus(circle.center, polygon->points[i]);
    circle.center.x = geo_divide(circle.center.x, polygon->count);
    circle.center.y = geo_divide(circle.center.y, polygon->count);
    for (uint32_t i = 0; i < polygon->count; i++)
        circle.radius = geo_add(circle.radius, point_gap(polygon->points[i], circle.center));
    circle.radius = geo_divide(circle.radius, polygon->count);
    return circle;
}
