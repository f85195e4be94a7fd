/*
 * geo_polygon.c: the functions and operators of polygon.
 *
 * Whether a polygon holds another is told segment by segment: one that crosses the outline is cut
 * at the crossing, and its parts are looked at from there on; one that does not is inside if its
 * middle is.
 */
#include "base/raise.h"
#include "type/generic.h"
#include "type/geo.h"
#include "type/tables.h"

#define CUTS_MAX 4096 /* how often one segment may be cut before the polygons are too complex */

static bool polygon_holds_lseg(const struct outline *polygon, struct point a, struct point b,
                               uint32_t start_idx, uint32_t depth);

/* `a` lies on the side, `b` does not: what is beyond the side's end that lies on a-b is to be
 * inside. */
static bool
holds_touching(const struct outline *polygon, struct point a, struct point b, struct lseg side,
               uint32_t start_idx, uint32_t depth)
{
    struct lseg segment = {{a, b}};
    struct point end;
    if (point_same(a, side.ends[0])) {
        if (!lseg_has_point(segment, side.ends[1]))
            return true;
        end = side.ends[1];
    } else if (point_same(a, side.ends[1])) {
        if (!lseg_has_point(segment, side.ends[0]))
            return true;
        end = side.ends[0];
    } else if (lseg_has_point(segment, side.ends[0])) {
        end = side.ends[0];
    } else if (lseg_has_point(segment, side.ends[1])) {
        end = side.ends[1];
    } else {
        return true;
    }
    return polygon_holds_lseg(polygon, b, end, start_idx, depth);
}

/* Looks at the sides from `start_idx` on only: those before have been cut at. */
static bool
polygon_holds_lseg(const struct outline *polygon, struct point a, struct point b,
                   uint32_t start_idx, uint32_t depth)
{
    if (depth > CUTS_MAX)
        raise(SQLSTATE_STATEMENT_TOO_COMPLEX, "stack depth limit exceeded");
    struct lseg segment = {{a, b}}, side;
    bool is_inside = true, is_cut = false;
    for (uint32_t i = start_idx; i < polygon->count && is_inside; i++) {
        struct point at;
        outline_segment(polygon, i, &side);
        if (lseg_has_point(side, a)) {
            if (lseg_has_point(side, b))
                return true;
            is_inside = holds_touching(polygon, a, b, side, i + 1, depth + 1);
        } else if (lseg_has_point(side, b)) {
            is_inside = holds_touching(polygon, b, a, side, i + 1, depth + 1);
        } else if (lseg_meets_lseg(segment, side, &at)) {
            is_cut = true;
            is_inside = polygon_holds_lseg(polygon, a, at, i + 1, depth + 1) &&
                        polygon_holds_lseg(polygon, b, at, i + 1, depth + 1);
        }
    }
    if (!is_inside || is_cut)
        return is_inside;
    return outline_side(polygon->points, polygon->count, point_between(a, b)) != GEO_OUTSIDE;
}

static bool
polygon_holds(const struct outline *outer, const struct outline *inner)
{
    if (!box_holds_box(outer->bounds, inner->bounds))
        return false;
    for (uint32_t i = 0; i < inner->count; i++) {
        struct lseg side;
        outline_segment(inner, i, &side);
        if (!polygon_holds_lseg(outer, side.ends[0], side.ends[1], 0, 0))
            return false;
    }
    return true;
}

static bool
polygons_overlap(const struct outline *a, const struct outline *b)
{
    if (!box_overlaps(a->bounds, b->bounds))
        return false;
    return outlines_meet(a, b) || outline_side(b->points, b->count, a->points[0]) != GEO_OUTSIDE ||
           outline_side(a->points, a->count, b->points[0]) != GEO_OUTSIDE;
}

/* The same points in the same or the opposite order, from any of them on. */
static bool
polygons_same(const struct outline *a, const struct outline *b)
{
    if (a->count != b->count)
        return false;
    uint32_t count = a->count;
    for (uint32_t first = 0; first < count; first++) {
        uint32_t forth = 0, back = 0;
        while (forth < count && point_same(b->points[(first + forth) % count], a->points[forth]))
            forth++;
        while (back < count &&
               point_same(b->points[(first + count - back) % count], a->points[back]))
            back++;
        if (forth == count || back == count)
            return true;
    }
    return false;
}

/* A value begins with the box around it: its points needn't be read. */
#define BOUNDS_TEST(name_, test_)                                                                  \
    static union datum name_(struct func_call *call, const union datum *args)                      \
    {                                                                                              \
        (void)call;                                                                                \
        struct box a = datum_box(&args[0]), b = datum_box(&args[1]);                               \
        return bool_datum(test_);                                                                  \
    }
#define POLYGON_TEST(name_, test_)                                                                 \
    static union datum name_(struct func_call *call, const union datum *args)                      \
    {                                                                                              \
        struct outline a = datum_polygon(call->arena, &args[0]);                                   \
        struct outline b = datum_polygon(call->arena, &args[1]);                                   \
        return bool_datum(test_);                                                                  \
    }

BOUNDS_TEST(poly_left, a.high.x < b.low.x)
BOUNDS_TEST(poly_overleft, a.high.x <= b.high.x)
BOUNDS_TEST(poly_right, a.low.x > b.high.x)
BOUNDS_TEST(poly_overright, a.low.x >= b.low.x)
BOUNDS_TEST(poly_below, a.high.y < b.low.y)
BOUNDS_TEST(poly_overbelow, a.high.y <= b.high.y)
BOUNDS_TEST(poly_above, a.low.y > b.high.y)
BOUNDS_TEST(poly_overabove, a.low.y >= b.low.y)
POLYGON_TEST(poly_same, polygons_same(&a, &b))
POLYGON_TEST(poly_overlap, polygons_overlap(&a, &b))
POLYGON_TEST(poly_contain, polygon_holds(&a, &b))
POLYGON_TEST(poly_contained, polygon_holds(&b, &a))

static union datum
poly_contain_pt(struct func_call *call, const union datum *args)
{
    struct outline polygon = datum_polygon(call->arena, &args[0]);
    return bool_datum(outline_side(polygon.points, polygon.count, datum_point(args[1])) !=
                      GEO_OUTSIDE);
}

static union datum
pt_contained_poly(struct func_call *call, const union datum *args)
{
    return poly_contain_pt(call, (union datum[]){args[1], args[0]});
}

static union datum
poly_distance(struct func_call *call, const union datum *args)
{
    struct outline a = datum_polygon(call->arena, &args[0]);
    struct outline b = datum_polygon(call->arena, &args[1]);
    if (polygons_overlap(&a, &b))
        return f64_datum(0);
    double gap;
    outlines_gap(&a, &b, &gap);
    return f64_datum(gap);
}

static union datum
dist_ppoly(struct func_call *call, const union datum *args)
{
    struct outline polygon = datum_polygon(call->arena, &args[1]);
    return f64_datum(polygon_gap(&polygon, datum_point(args[0])));
}

static union datum
dist_polyp(struct func_call *call, const union datum *args)
{
    return dist_ppoly(call, (union datum[]){args[1], args[0]});
}

/* ---- conversions ---- */

static union datum
poly_npoints(struct func_call *call, const union datum *args)
{
    return i32_datum((int32_t)datum_polygon(call->arena, &args[0]).count);
}

static union datum
poly_center(struct func_call *call, const union datum *args)
{
    struct outline polygon = datum_polygon(call->arena, &args[0]);
    return point_datum(polygon_circle(&polygon).center);
}

static union datum
poly_circle(struct func_call *call, const union datum *args)
{
    struct outline polygon = datum_polygon(call->arena, &args[0]);
    return circle_datum(call->arena, polygon_circle(&polygon));
}

static union datum
poly_box(struct func_call *call, const union datum *args)
{
    return box_datum(call->arena, datum_box(&args[0]));
}

static union datum
poly_path(struct func_call *call, const union datum *args)
{
    struct outline polygon = datum_polygon(call->arena, &args[0]);
    return path_datum(call->arena, &polygon);
}

static union datum
box_poly(struct func_call *call, const union datum *args)
{
    struct box box = datum_box(&args[0]);
    struct point corners[] = {box.low, {box.low.x, box.high.y}, box.high, {box.high.x, box.low.y}};
    return polygon_datum(call->arena, &(struct outline){.count = 4, .points = corners});
}

/* ---- what this file brings ---- */

static const struct type_info types[] = {
    {.type = TYPE_POLYGON,
     .array = TYPE_POLYGON_ARRAY,
     .name = "polygon",
     .sql_name = "polygon",
     .length = -1,
     .align = 'd',
     .category = 'G',
     .kind = 'b',
     .storage = 'x',
     .delimiter = ',',
     .phys = PHYS_VIEW,
     .input_oid = 347,
     .output_oid = 348,
     .recv_oid = 2486,
     .send_oid = 2487,
     .input = polygon_input,
     .output = polygon_output,
     .recv = polygon_recv,
     .send = polygon_send},
};

static const struct func_info funcs[] = {
    {FUNC(227, "poly_center", TYPE_POINT, poly_center, TYPE_POLYGON)},
    {FUNC(339, "poly_same", TYPE_BOOL, poly_same, TYPE_POLYGON, TYPE_POLYGON)},
    {FUNC(340, "poly_contain", TYPE_BOOL, poly_contain, TYPE_POLYGON, TYPE_POLYGON)},
    {FUNC(341, "poly_left", TYPE_BOOL, poly_left, TYPE_POLYGON, TYPE_POLYGON)},
    {FUNC(342, "poly_overleft", TYPE_BOOL, poly_overleft, TYPE_POLYGON, TYPE_POLYGON)},
    {FUNC(343, "poly_overright", TYPE_BOOL, poly_overright, TYPE_POLYGON, TYPE_POLYGON)},
    {FUNC(344, "poly_right", TYPE_BOOL, poly_right, TYPE_POLYGON, TYPE_POLYGON)},
    {FUNC(345, "poly_contained", TYPE_BOOL, poly_contained, TYPE_POLYGON, TYPE_POLYGON)},
    {FUNC(346, "poly_overlap", TYPE_BOOL, poly_overlap, TYPE_POLYGON, TYPE_POLYGON)},
    {FUNC(347, "poly_in", TYPE_POLYGON, generic_in, TYPE_CSTRING)},
    {FUNC(348, "poly_out", TYPE_CSTRING, generic_out, TYPE_POLYGON)},
    {FUNC(729, "poly_distance", TYPE_FLOAT8, poly_distance, TYPE_POLYGON, TYPE_POLYGON)},
    {FUNC(1428, "poly_contain_pt", TYPE_BOOL, poly_contain_pt, TYPE_POLYGON, TYPE_POINT)},
    {FUNC(1429, "pt_contained_poly", TYPE_BOOL, pt_contained_poly, TYPE_POINT, TYPE_POLYGON)},
    {FUNC(1445, "poly_npoints", TYPE_INT4, poly_npoints, TYPE_POLYGON)},
    {FUNC(1446, "box", TYPE_BOX, poly_box, TYPE_POLYGON)},
    {FUNC(1447, "path", TYPE_PATH, poly_path, TYPE_POLYGON)},
    {FUNC(1448, "polygon", TYPE_POLYGON, box_poly, TYPE_BOX)},
    {FUNC(1474, "circle", TYPE_CIRCLE, poly_circle, TYPE_POLYGON)},
    {FUNC(1540, "point", TYPE_POINT, poly_center, TYPE_POLYGON)},
    {FUNC(1556, "npoints", TYPE_INT4, poly_npoints, TYPE_POLYGON)},
    {FUNC(2486, "poly_recv", TYPE_POLYGON, generic_recv, TYPE_INTERNAL)},
    {FUNC(2487, "poly_send", TYPE_BYTEA, generic_send, TYPE_POLYGON)},
    {FUNC(2566, "poly_below", TYPE_BOOL, poly_below, TYPE_POLYGON, TYPE_POLYGON)},
    {FUNC(2567, "poly_overbelow", TYPE_BOOL, poly_overbelow, TYPE_POLYGON, TYPE_POLYGON)},
    {FUNC(2568, "poly_overabove", TYPE_BOOL, poly_overabove, TYPE_POLYGON, TYPE_POLYGON)},
    {FUNC(2569, "poly_above", TYPE_BOOL, poly_above, TYPE_POLYGON, TYPE_POLYGON)},
    {FUNC(3275, "dist_ppoly", TYPE_FLOAT8, dist_ppoly, TYPE_POINT, TYPE_POLYGON)},
    {FUNC(3292, "dist_polyp", TYPE_FLOAT8, dist_polyp, TYPE_POLYGON, TYPE_POINT)},
};

static const struct operator_info operators[] = {
    {485, "<<", TYPE_POLYGON, TYPE_POLYGON, TYPE_BOOL, 341, 0, 0, false, false, "positionsel",
     "positionjoinsel"},
    {486, "&<", TYPE_POLYGON, TYPE_POLYGON, TYPE_BOOL, 342, 0, 0, false, false, "positionsel",
     "positionjoinsel"},
    {487, "&>", TYPE_POLYGON, TYPE_POLYGON, TYPE_BOOL, 343, 0, 0, false, false, "positionsel",
     "positionjoinsel"},
    {488, ">>", TYPE_POLYGON, TYPE_POLYGON, TYPE_BOOL, 344, 0, 0, false, false, "positionsel",
     "positionjoinsel"},
    {489, "<@", TYPE_POLYGON, TYPE_POLYGON, TYPE_BOOL, 345, 490, 0, false, false, "contsel",
     "contjoinsel"},
    {490, "@>", TYPE_POLYGON, TYPE_POLYGON, TYPE_BOOL, 340, 489, 0, false, false, "contsel",
     "contjoinsel"},
    {491, "~=", TYPE_POLYGON, TYPE_POLYGON, TYPE_BOOL, 339, 491, 0, false, false, "eqsel",
     "eqjoinsel"},
    {492, "&&", TYPE_POLYGON, TYPE_POLYGON, TYPE_BOOL, 346, 492, 0, false, false, "areasel",
     "areajoinsel"},
    {712, "<->", TYPE_POLYGON, TYPE_POLYGON, TYPE_FLOAT8, 729, 712, 0, false, false, NULL, NULL},
    {756, "<@", TYPE_POINT, TYPE_POLYGON, TYPE_BOOL, 1429, 757, 0, false, false, "contsel",
     "contjoinsel"},
    {757, "@>", TYPE_POLYGON, TYPE_POINT, TYPE_BOOL, 1428, 756, 0, false, false, "contsel",
     "contjoinsel"},
    {971, "@@", OID_NONE, TYPE_POLYGON, TYPE_POINT, 227, 0, 0, false, false, NULL, NULL},
    {1521, "#", OID_NONE, TYPE_POLYGON, TYPE_INT4, 1445, 0, 0, false, false, NULL, NULL},
    {2574, "<<|", TYPE_POLYGON, TYPE_POLYGON, TYPE_BOOL, 2566, 0, 0, false, false, "positionsel",
     "positionjoinsel"},
    {2575, "&<|", TYPE_POLYGON, TYPE_POLYGON, TYPE_BOOL, 2567, 0, 0, false, false, "positionsel",
     "positionjoinsel"},
    {2576, "|&>", TYPE_POLYGON, TYPE_POLYGON, TYPE_BOOL, 2568, 0, 0, false, false, "positionsel",
     "positionjoinsel"},
    {2577, "|>>", TYPE_POLYGON, TYPE_POLYGON, TYPE_BOOL, 2569, 0, 0, false, false, "positionsel",
     "positionjoinsel"},
    {3276, "<->", TYPE_POINT, TYPE_POLYGON, TYPE_FLOAT8, 3275, 3289, 0, false, false, NULL, NULL},
    {3289, "<->", TYPE_POLYGON, TYPE_POINT, TYPE_FLOAT8, 3292, 3276, 0, false, false, NULL, NULL},
};

static const struct cast_info casts[] = {
    {TYPE_BOX, TYPE_POLYGON, 1448, CAST_ASSIGNMENT, CAST_FUNC},
    {TYPE_POLYGON, TYPE_POINT, 1540, CAST_EXPLICIT, CAST_FUNC},
    {TYPE_POLYGON, TYPE_PATH, 1447, CAST_ASSIGNMENT, CAST_FUNC},
    {TYPE_POLYGON, TYPE_BOX, 1446, CAST_EXPLICIT, CAST_FUNC},
    {TYPE_POLYGON, TYPE_CIRCLE, 1474, CAST_EXPLICIT, CAST_FUNC},
};

const struct type_tables geo_polygon_tables = {
    .types = types,
    .type_count = COUNT_OF(types),
    .funcs = funcs,
    .func_count = COUNT_OF(funcs),
    .operators = operators,
    .operator_count = COUNT_OF(operators),
    .casts = casts,
    .cast_count = COUNT_OF(casts),
};
