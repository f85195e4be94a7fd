/*
 * geo_circle.c: the functions and operators of circle.
 */
#include "base/raise.h"
#include "type/generic.h"
#include "type/geo.h"
#include "type/tables.h"

#define POLYGON_POINTS 12 /* what a circle is made of as a polygon, unless said */

static double
area(struct circle circle)
{
    return geo_multiply(geo_multiply(circle.radius, circle.radius), M_PI);
}

static double
centers_gap(struct circle a, struct circle b)
{
    return point_gap(a.center, b.center);
}

static bool
is_same(struct circle a, struct circle b)
{
    bool same_radius = (isnan(a.radius) && isnan(b.radius)) || near_equal(a.radius, b.radius);
    return same_radius && point_same(a.center, b.center);
}

#define CIRCLE_TEST(name_, test_)                                                                  \
    static union datum name_(struct func_call *call, const union datum *args)                      \
    {                                                                                              \
        (void)call;                                                                                \
        struct circle a = datum_circle(&args[0]), b = datum_circle(&args[1]);                      \
        return bool_datum(test_);                                                                  \
    }
#define LEFT(c) geo_subtract((c).center.x, (c).radius)
#define RIGHT(c) geo_add((c).center.x, (c).radius)
#define BOTTOM(c) geo_subtract((c).center.y, (c).radius)
#define TOP(c) geo_add((c).center.y, (c).radius)

CIRCLE_TEST(circle_same, is_same(a, b))
CIRCLE_TEST(circle_overlap, near_le(centers_gap(a, b), geo_add(a.radius, b.radius)))
CIRCLE_TEST(circle_overleft, near_le(RIGHT(a), RIGHT(b)))
CIRCLE_TEST(circle_left, near_lt(RIGHT(a), LEFT(b)))
CIRCLE_TEST(circle_right, near_gt(LEFT(a), RIGHT(b)))
CIRCLE_TEST(circle_overright, near_ge(LEFT(a), LEFT(b)))
CIRCLE_TEST(circle_contained, near_le(centers_gap(a, b), geo_subtract(b.radius, a.radius)))
CIRCLE_TEST(circle_contain, near_le(centers_gap(a, b), geo_subtract(a.radius, b.radius)))
CIRCLE_TEST(circle_below, near_lt(TOP(a), BOTTOM(b)))
CIRCLE_TEST(circle_above, near_gt(BOTTOM(a), TOP(b)))
CIRCLE_TEST(circle_overbelow, near_le(TOP(a), TOP(b)))
CIRCLE_TEST(circle_overabove, near_ge(BOTTOM(a), BOTTOM(b)))
CIRCLE_TEST(circle_eq, near_equal(area(a), area(b)))
CIRCLE_TEST(circle_ne, fabs(area(a) - area(b)) > GEO_EPSILON)
CIRCLE_TEST(circle_lt, near_lt(area(a), area(b)))
CIRCLE_TEST(circle_gt, near_gt(area(a), area(b)))
CIRCLE_TEST(circle_le, near_le(area(a), area(b)))
CIRCLE_TEST(circle_ge, near_ge(area(a), area(b)))

static union datum
circle_area(struct func_call *call, const union datum *args)
{
    (void)call;
    return f64_datum(area(datum_circle(&args[0])));
}

static union datum
circle_diameter(struct func_call *call, const union datum *args)
{
    (void)call;
    return f64_datum(geo_multiply(datum_circle(&args[0]).radius, 2.0));
}

static union datum
circle_radius(struct func_call *call, const union datum *args)
{
    (void)call;
    return f64_datum(datum_circle(&args[0]).radius);
}

static union datum
circle_center(struct func_call *call, const union datum *args)
{
    (void)call;
    return point_datum(datum_circle(&args[0]).center);
}

static union datum
cr_circle(struct func_call *call, const union datum *args)
{
    return circle_datum(call->arena, (struct circle){datum_point(args[0]), args[1].f64});
}

/* ---- moved, turned and scaled ---- */

static union datum
circle_add_pt(struct func_call *call, const union datum *args)
{
    struct circle circle = datum_circle(&args[0]);
    circle.center = point_plus(circle.center, datum_point(args[1]));
    return circle_datum(call->arena, circle);
}

static union datum
circle_sub_pt(struct func_call *call, const union datum *args)
{
    struct circle circle = datum_circle(&args[0]);
    circle.center = point_minus(circle.center, datum_point(args[1]));
    return circle_datum(call->arena, circle);
}

static union datum
circle_mul_pt(struct func_call *call, const union datum *args)
{
    struct circle circle = datum_circle(&args[0]);
    struct point by = datum_point(args[1]);
    circle.center = point_times(circle.center, by);
    circle.radius = geo_multiply(circle.radius, geo_hypot(by.x, by.y));
    return circle_datum(call->arena, circle);
}

static union datum
circle_div_pt(struct func_call *call, const union datum *args)
{
    struct circle circle = datum_circle(&args[0]);
    struct point by = datum_point(args[1]);
    circle.center = point_over(circle.center, by);
    circle.radius = geo_divide(circle.radius, geo_hypot(by.x, by.y));
    return circle_datum(call->arena, circle);
}

/* ---- distances and points ---- */

static union datum
at_least_zero(double gap)
{
    return f64_datum(gap < 0 ? 0 : gap);
}

static union datum
circle_distance(struct func_call *call, const union datum *args)
{
    (void)call;
    struct circle a = datum_circle(&args[0]), b = datum_circle(&args[1]);
    return at_least_zero(geo_subtract(centers_gap(a, b), geo_add(a.radius, b.radius)));
}

static union datum
circle_contain_pt(struct func_call *call, const union datum *args)
{
    (void)call;
    struct circle circle = datum_circle(&args[0]);
    return bool_datum(point_gap(circle.center, datum_point(args[1])) <= circle.radius);
}

static union datum
pt_contained_circle(struct func_call *call, const union datum *args)
{
    return circle_contain_pt(call, (union datum[]){args[1], args[0]});
}

static union datum
dist_pc(struct func_call *call, const union datum *args)
{
    (void)call;
    struct circle circle = datum_circle(&args[1]);
    return at_least_zero(
        geo_subtract(point_gap(datum_point(args[0]), circle.center), circle.radius));
}

static union datum
dist_cpoint(struct func_call *call, const union datum *args)
{
    return dist_pc(call, (union datum[]){args[1], args[0]});
}

static union datum
dist_cpoly(struct func_call *call, const union datum *args)
{
    struct circle circle = datum_circle(&args[0]);
    struct outline polygon = datum_polygon(call->arena, &args[1]);
    return at_least_zero(geo_subtract(polygon_gap(&polygon, circle.center), circle.radius));
}

static union datum
dist_polyc(struct func_call *call, const union datum *args)
{
    return dist_cpoly(call, (union datum[]){args[1], args[0]});
}

/* ---- conversions ---- */

static union datum
circle_box(struct func_call *call, const union datum *args)
{
    struct circle circle = datum_circle(&args[0]);
    double half = geo_divide(circle.radius, sqrt(2.0));
    struct box box = {
        .high = {geo_add(circle.center.x, half), geo_add(circle.center.y, half)},
        .low = {geo_subtract(circle.center.x, half), geo_subtract(circle.center.y, half)}};
    return box_datum(call->arena, box);
}

static union datum
box_circle(struct func_call *call, const union datum *args)
{
    struct box box = datum_box(&args[0]);
    struct circle circle = {.center = box_middle(box)};
    circle.radius = point_gap(circle.center, box.high);
    return circle_datum(call->arena, circle);
}

static union datum
polygon_of(struct func_call *call, int32_t count, struct circle circle)
{
    if (near_zero(circle.radius))
        raise(SQLSTATE_FEATURE_NOT_SUPPORTED, "cannot convert circle with radius zero to polygon");
    if (count < 2)
        raise(SQLSTATE_INVALID_PARAMETER_VALUE, "must request at least 2 points");
    struct outline polygon = outline_new(call->arena, (uint64_t)count);
    double step = geo_divide(2.0 * M_PI, count);
    for (uint32_t i = 0; i < polygon.count; i++) {
        double angle = geo_multiply(step, i);
        polygon.points[i] =
            (struct point){geo_subtract(circle.center.x, geo_multiply(circle.radius, cos(angle))),
                           geo_add(circle.center.y, geo_multiply(circle.radius, sin(angle)))};
    }
    return polygon_datum(call->arena, &polygon);
}

static union datum
circle_poly(struct func_call *call, const union datum *args)
{
    return polygon_of(call, args[0].i32, datum_circle(&args[1]));
}

static union datum
circle_poly_plain(struct func_call *call, const union datum *args)
{
    return polygon_of(call, POLYGON_POINTS, datum_circle(&args[0]));
}

/* ---- what this file brings ---- */

static const struct type_info types[] = {
    {.type = TYPE_CIRCLE,
     .array = TYPE_CIRCLE_ARRAY,
     .name = "circle",
     .sql_name = "circle",
     .length = 24,
     .align = 'd',
     .category = 'G',
     .kind = 'b',
     .storage = 'p',
     .delimiter = ',',
     .phys = PHYS_VIEW,
     .input_oid = 1450,
     .output_oid = 1451,
     .recv_oid = 2490,
     .send_oid = 2491,
     .input = circle_input,
     .output = circle_output,
     .recv = circle_recv,
     .send = circle_send},
};

static const struct func_info funcs[] = {
    {FUNC(728, "dist_cpoly", TYPE_FLOAT8, dist_cpoly, TYPE_CIRCLE, TYPE_POLYGON)},
    {FUNC(785, "dist_polyc", TYPE_FLOAT8, dist_polyc, TYPE_POLYGON, TYPE_CIRCLE)},
    {FUNC(1146, "circle_add_pt", TYPE_CIRCLE, circle_add_pt, TYPE_CIRCLE, TYPE_POINT)},
    {FUNC(1147, "circle_sub_pt", TYPE_CIRCLE, circle_sub_pt, TYPE_CIRCLE, TYPE_POINT)},
    {FUNC(1148, "circle_mul_pt", TYPE_CIRCLE, circle_mul_pt, TYPE_CIRCLE, TYPE_POINT)},
    {FUNC(1149, "circle_div_pt", TYPE_CIRCLE, circle_div_pt, TYPE_CIRCLE, TYPE_POINT)},
    {FUNC(1416, "point", TYPE_POINT, circle_center, TYPE_CIRCLE)},
    {FUNC(1450, "circle_in", TYPE_CIRCLE, generic_in, TYPE_CSTRING)},
    {FUNC(1451, "circle_out", TYPE_CSTRING, generic_out, TYPE_CIRCLE)},
    {FUNC(1452, "circle_same", TYPE_BOOL, circle_same, TYPE_CIRCLE, TYPE_CIRCLE)},
    {FUNC(1453, "circle_contain", TYPE_BOOL, circle_contain, TYPE_CIRCLE, TYPE_CIRCLE)},
    {FUNC(1454, "circle_left", TYPE_BOOL, circle_left, TYPE_CIRCLE, TYPE_CIRCLE)},
    {FUNC(1455, "circle_overleft", TYPE_BOOL, circle_overleft, TYPE_CIRCLE, TYPE_CIRCLE)},
    {FUNC(1456, "circle_overright", TYPE_BOOL, circle_overright, TYPE_CIRCLE, TYPE_CIRCLE)},
    {FUNC(1457, "circle_right", TYPE_BOOL, circle_right, TYPE_CIRCLE, TYPE_CIRCLE)},
    {FUNC(1458, "circle_contained", TYPE_BOOL, circle_contained, TYPE_CIRCLE, TYPE_CIRCLE)},
    {FUNC(1459, "circle_overlap", TYPE_BOOL, circle_overlap, TYPE_CIRCLE, TYPE_CIRCLE)},
    {FUNC(1460, "circle_below", TYPE_BOOL, circle_below, TYPE_CIRCLE, TYPE_CIRCLE)},
    {FUNC(1461, "circle_above", TYPE_BOOL, circle_above, TYPE_CIRCLE, TYPE_CIRCLE)},
    {FUNC(1462, "circle_eq", TYPE_BOOL, circle_eq, TYPE_CIRCLE, TYPE_CIRCLE)},
    {FUNC(1463, "circle_ne", TYPE_BOOL, circle_ne, TYPE_CIRCLE, TYPE_CIRCLE)},
    {FUNC(1464, "circle_lt", TYPE_BOOL, circle_lt, TYPE_CIRCLE, TYPE_CIRCLE)},
    {FUNC(1465, "circle_gt", TYPE_BOOL, circle_gt, TYPE_CIRCLE, TYPE_CIRCLE)},
    {FUNC(1466, "circle_le", TYPE_BOOL, circle_le, TYPE_CIRCLE, TYPE_CIRCLE)},
    {FUNC(1467, "circle_ge", TYPE_BOOL, circle_ge, TYPE_CIRCLE, TYPE_CIRCLE)},
    {FUNC(1468, "area", TYPE_FLOAT8, circle_area, TYPE_CIRCLE)},
    {FUNC(1469, "diameter", TYPE_FLOAT8, circle_diameter, TYPE_CIRCLE)},
    {FUNC(1470, "radius", TYPE_FLOAT8, circle_radius, TYPE_CIRCLE)},
    {FUNC(1471, "circle_distance", TYPE_FLOAT8, circle_distance, TYPE_CIRCLE, TYPE_CIRCLE)},
    {FUNC(1472, "circle_center", TYPE_POINT, circle_center, TYPE_CIRCLE)},
    {FUNC(1473, "circle", TYPE_CIRCLE, cr_circle, TYPE_POINT, TYPE_FLOAT8)},
    {FUNC(1475, "polygon", TYPE_POLYGON, circle_poly, TYPE_INT4, TYPE_CIRCLE)},
    {FUNC(1476, "dist_pc", TYPE_FLOAT8, dist_pc, TYPE_POINT, TYPE_CIRCLE)},
    {FUNC(1477, "circle_contain_pt", TYPE_BOOL, circle_contain_pt, TYPE_CIRCLE, TYPE_POINT)},
    {FUNC(1478, "pt_contained_circle", TYPE_BOOL, pt_contained_circle, TYPE_POINT, TYPE_CIRCLE)},
    {FUNC(1479, "circle", TYPE_CIRCLE, box_circle, TYPE_BOX)},
    {FUNC(1480, "box", TYPE_BOX, circle_box, TYPE_CIRCLE)},
    {FUNC(1543, "center", TYPE_POINT, circle_center, TYPE_CIRCLE)},
    {FUNC(1544, "polygon", TYPE_POLYGON, circle_poly_plain, TYPE_CIRCLE)},
    {FUNC(2490, "circle_recv", TYPE_CIRCLE, generic_recv, TYPE_INTERNAL)},
    {FUNC(2491, "circle_send", TYPE_BYTEA, generic_send, TYPE_CIRCLE)},
    {FUNC(2587, "circle_overbelow", TYPE_BOOL, circle_overbelow, TYPE_CIRCLE, TYPE_CIRCLE)},
    {FUNC(2588, "circle_overabove", TYPE_BOOL, circle_overabove, TYPE_CIRCLE, TYPE_CIRCLE)},
    {FUNC(3290, "dist_cpoint", TYPE_FLOAT8, dist_cpoint, TYPE_CIRCLE, TYPE_POINT)},
};

static const struct operator_info operators[] = {
    {758, "<@", TYPE_POINT, TYPE_CIRCLE, TYPE_BOOL, 1478, 759, 0, false, false, "contsel",
     "contjoinsel"},
    {759, "@>", TYPE_CIRCLE, TYPE_POINT, TYPE_BOOL, 1477, 758, 0, false, false, "contsel",
     "contjoinsel"},
    {1383, "<->", TYPE_POLYGON, TYPE_CIRCLE, TYPE_FLOAT8, 785, 1523, 0, false, false, NULL, NULL},
    {1420, "@@", OID_NONE, TYPE_CIRCLE, TYPE_POINT, 1472, 0, 0, false, false, NULL, NULL},
    {1500, "=", TYPE_CIRCLE, TYPE_CIRCLE, TYPE_BOOL, 1462, 1500, 1501, false, false, "eqsel",
     "eqjoinsel"},
    {1501, "<>", TYPE_CIRCLE, TYPE_CIRCLE, TYPE_BOOL, 1463, 1501, 1500, false, false, "neqsel",
     "neqjoinsel"},
    {1502, "<", TYPE_CIRCLE, TYPE_CIRCLE, TYPE_BOOL, 1464, 1503, 1505, false, false, "areasel",
     "areajoinsel"},
    {1503, ">", TYPE_CIRCLE, TYPE_CIRCLE, TYPE_BOOL, 1465, 1502, 1504, false, false, "areasel",
     "areajoinsel"},
    {1504, "<=", TYPE_CIRCLE, TYPE_CIRCLE, TYPE_BOOL, 1466, 1505, 1503, false, false, "areasel",
     "areajoinsel"},
    {1505, ">=", TYPE_CIRCLE, TYPE_CIRCLE, TYPE_BOOL, 1467, 1504, 1502, false, false, "areasel",
     "areajoinsel"},
    {1506, "<<", TYPE_CIRCLE, TYPE_CIRCLE, TYPE_BOOL, 1454, 0, 0, false, false, "positionsel",
     "positionjoinsel"},
    {1507, "&<", TYPE_CIRCLE, TYPE_CIRCLE, TYPE_BOOL, 1455, 0, 0, false, false, "positionsel",
     "positionjoinsel"},
    {1508, "&>", TYPE_CIRCLE, TYPE_CIRCLE, TYPE_BOOL, 1456, 0, 0, false, false, "positionsel",
     "positionjoinsel"},
    {1509, ">>", TYPE_CIRCLE, TYPE_CIRCLE, TYPE_BOOL, 1457, 0, 0, false, false, "positionsel",
     "positionjoinsel"},
    {1510, "<@", TYPE_CIRCLE, TYPE_CIRCLE, TYPE_BOOL, 1458, 1511, 0, false, false, "contsel",
     "contjoinsel"},
    {1511, "@>", TYPE_CIRCLE, TYPE_CIRCLE, TYPE_BOOL, 1453, 1510, 0, false, false, "contsel",
     "contjoinsel"},
    {1512, "~=", TYPE_CIRCLE, TYPE_CIRCLE, TYPE_BOOL, 1452, 1512, 0, false, false, "eqsel",
     "eqjoinsel"},
    {1513, "&&", TYPE_CIRCLE, TYPE_CIRCLE, TYPE_BOOL, 1459, 1513, 0, false, false, "areasel",
     "areajoinsel"},
    {1514, "|>>", TYPE_CIRCLE, TYPE_CIRCLE, TYPE_BOOL, 1461, 0, 0, false, false, "positionsel",
     "positionjoinsel"},
    {1515, "<<|", TYPE_CIRCLE, TYPE_CIRCLE, TYPE_BOOL, 1460, 0, 0, false, false, "positionsel",
     "positionjoinsel"},
    {1516, "+", TYPE_CIRCLE, TYPE_POINT, TYPE_CIRCLE, 1146, 0, 0, false, false, NULL, NULL},
    {1517, "-", TYPE_CIRCLE, TYPE_POINT, TYPE_CIRCLE, 1147, 0, 0, false, false, NULL, NULL},
    {1518, "*", TYPE_CIRCLE, TYPE_POINT, TYPE_CIRCLE, 1148, 0, 0, false, false, NULL, NULL},
    {1519, "/", TYPE_CIRCLE, TYPE_POINT, TYPE_CIRCLE, 1149, 0, 0, false, false, NULL, NULL},
    {1520, "<->", TYPE_CIRCLE, TYPE_CIRCLE, TYPE_FLOAT8, 1471, 1520, 0, false, false, NULL, NULL},
    {1522, "<->", TYPE_POINT, TYPE_CIRCLE, TYPE_FLOAT8, 1476, 3291, 0, false, false, NULL, NULL},
    {1523, "<->", TYPE_CIRCLE, TYPE_POLYGON, TYPE_FLOAT8, 728, 1383, 0, false, false, NULL, NULL},
    {2589, "&<|", TYPE_CIRCLE, TYPE_CIRCLE, TYPE_BOOL, 2587, 0, 0, false, false, "positionsel",
     "positionjoinsel"},
    {2590, "|&>", TYPE_CIRCLE, TYPE_CIRCLE, TYPE_BOOL, 2588, 0, 0, false, false, "positionsel",
     "positionjoinsel"},
    {3291, "<->", TYPE_CIRCLE, TYPE_POINT, TYPE_FLOAT8, 3290, 1522, 0, false, false, NULL, NULL},
};

static const struct cast_info casts[] = {
    {TYPE_BOX, TYPE_CIRCLE, 1479, CAST_EXPLICIT, CAST_FUNC},
    {TYPE_CIRCLE, TYPE_POINT, 1416, CAST_EXPLICIT, CAST_FUNC},
    {TYPE_CIRCLE, TYPE_BOX, 1480, CAST_EXPLICIT, CAST_FUNC},
    {TYPE_CIRCLE, TYPE_POLYGON, 1544, CAST_EXPLICIT, CAST_FUNC},
};

const struct type_tables geo_circle_tables = {
    .types = types,
    .type_count = COUNT_OF(types),
    .funcs = funcs,
    .func_count = COUNT_OF(funcs),
    .operators = operators,
    .operator_count = COUNT_OF(operators),
    .casts = casts,
    .cast_count = COUNT_OF(casts),
};
