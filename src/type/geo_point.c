/*
 * geo_point.c: the functions and operators of point, lseg and line.
 */
#include "base/raise.h"
#include "type/generic.h"
#include "type/geo.h"
#include "type/tables.h"

/* ---- point ---- */

static union datum
construct_point(struct func_call *call, const union datum *args)
{
    (void)call;
    return point_datum((struct point){args[0].f64, args[1].f64});
}

#define POINT_FUNC(name_, result_)                                                                 \
    static union datum name_(struct func_call *call, const union datum *args)                      \
    {                                                                                              \
        (void)call;                                                                                \
        struct point a = datum_point(args[0]), b = datum_point(args[1]);                           \
        return result_;                                                                            \
    }
#define POINT_TEST(name_, test_) POINT_FUNC(name_, bool_datum(test_))

POINT_TEST(point_left, near_lt(a.x, b.x))
POINT_TEST(point_right, near_gt(a.x, b.x))
POINT_TEST(point_above, near_gt(a.y, b.y))
POINT_TEST(point_below, near_lt(a.y, b.y))
POINT_TEST(point_vert, near_equal(a.x, b.x))
POINT_TEST(point_horiz, near_equal(a.y, b.y))
POINT_TEST(point_eq, point_same(a, b))
POINT_TEST(point_ne, !point_same(a, b))
POINT_FUNC(point_add, point_datum(point_plus(a, b)))
POINT_FUNC(point_sub, point_datum(point_minus(a, b)))
POINT_FUNC(point_mul, point_datum(point_times(a, b)))
POINT_FUNC(point_div, point_datum(point_over(a, b)))
POINT_FUNC(point_distance, f64_datum(point_gap(a, b)))
POINT_FUNC(point_slope, f64_datum(point_slope_of(a, b)))

/* ---- line segment ---- */

static union datum
lseg_construct(struct func_call *call, const union datum *args)
{
    return lseg_datum(call->arena, (struct lseg){{datum_point(args[0]), datum_point(args[1])}});
}

static double
lseg_slope(struct lseg lseg)
{
    return point_slope_of(lseg.ends[0], lseg.ends[1]);
}

static double
length_of(struct lseg lseg)
{
    return point_gap(lseg.ends[0], lseg.ends[1]);
}

static bool
lseg_same(struct lseg a, struct lseg b)
{
    return point_same(a.ends[0], b.ends[0]) && point_same(a.ends[1], b.ends[1]);
}

#define LSEG_TEST(name_, test_)                                                                    \
    static union datum name_(struct func_call *call, const union datum *args)                      \
    {                                                                                              \
        (void)call;                                                                                \
        struct lseg a = datum_lseg(&args[0]), b = datum_lseg(&args[1]);                            \
        return bool_datum(test_);                                                                  \
    }

LSEG_TEST(lseg_intersect, lseg_meets_lseg(a, b, NULL))
LSEG_TEST(lseg_parallel, near_equal(lseg_slope(a), lseg_slope(b)))
LSEG_TEST(lseg_perp, near_equal(lseg_slope(a), point_across_of(b.ends[0], b.ends[1])))
LSEG_TEST(lseg_eq, lseg_same(a, b))
LSEG_TEST(lseg_ne, !lseg_same(a, b))
LSEG_TEST(lseg_lt, near_lt(length_of(a), length_of(b)))
LSEG_TEST(lseg_le, near_le(length_of(a), length_of(b)))
LSEG_TEST(lseg_gt, near_gt(length_of(a), length_of(b)))
LSEG_TEST(lseg_ge, near_ge(length_of(a), length_of(b)))

static union datum
lseg_vertical(struct func_call *call, const union datum *args)
{
    (void)call;
    struct lseg lseg = datum_lseg(&args[0]);
    return bool_datum(near_equal(lseg.ends[0].x, lseg.ends[1].x));
}

static union datum
lseg_horizontal(struct func_call *call, const union datum *args)
{
    (void)call;
    struct lseg lseg = datum_lseg(&args[0]);
    return bool_datum(near_equal(lseg.ends[0].y, lseg.ends[1].y));
}

static union datum
lseg_length(struct func_call *call, const union datum *args)
{
    (void)call;
    return f64_datum(length_of(datum_lseg(&args[0])));
}

static union datum
lseg_center(struct func_call *call, const union datum *args)
{
    (void)call;
    struct lseg lseg = datum_lseg(&args[0]);
    return point_datum(point_between(lseg.ends[0], lseg.ends[1]));
}

static union datum
lseg_interpt(struct func_call *call, const union datum *args)
{
    struct point at = {0, 0};
    call->result_is_null = !lseg_meets_lseg(datum_lseg(&args[0]), datum_lseg(&args[1]), &at);
    return point_datum(at);
}

static union datum
lseg_distance(struct func_call *call, const union datum *args)
{
    (void)call;
    return f64_datum(lseg_nearest_lseg(datum_lseg(&args[0]), datum_lseg(&args[1]), NULL));
}

static union datum
close_lseg(struct func_call *call, const union datum *args)
{
    struct lseg a = datum_lseg(&args[0]), b = datum_lseg(&args[1]);
    struct point nearest = {0, 0};
    if (lseg_slope(a) == lseg_slope(b))
        return nearest_or_null(call, NAN, nearest);
    double gap = lseg_nearest_lseg(b, a, &nearest);
    return nearest_or_null(call, gap, nearest);
}

/* ---- line ---- */

static union datum
line_construct_pp(struct func_call *call, const union datum *args)
{
    struct point a = datum_point(args[0]), b = datum_point(args[1]);
    if (point_same(a, b))
        raise(SQLSTATE_INVALID_PARAMETER_VALUE,
              "invalid line specification: must be two distinct points");
    return line_datum(call->arena, line_through(a, point_slope_of(a, b)));
}

static bool
line_perpendicular(struct line a, struct line b)
{
    if (near_zero(a.a))
        return near_zero(b.b);
    if (near_zero(b.a))
        return near_zero(a.b);
    if (near_zero(a.b))
        return near_zero(b.a);
    if (near_zero(b.b))
        return near_zero(a.a);
    return near_equal(geo_divide(geo_multiply(a.a, b.a), geo_multiply(a.b, b.b)), -1.0);
}

static bool
line_same(struct line a, struct line b)
{
    if (isnan(a.a) || isnan(a.b) || isnan(a.c) || isnan(b.a) || isnan(b.b) || isnan(b.c))
        return number_equal(a.a, b.a) && number_equal(a.b, b.b) && number_equal(a.c, b.c);
    double ratio = !near_zero(b.a)   ? geo_divide(a.a, b.a)
                   : !near_zero(b.b) ? geo_divide(a.b, b.b)
                   : !near_zero(b.c) ? geo_divide(a.c, b.c)
                                     : 1.0;
    return near_equal(a.a, geo_multiply(ratio, b.a)) && near_equal(a.b, geo_multiply(ratio, b.b)) &&
           near_equal(a.c, geo_multiply(ratio, b.c));
}

#define LINE_TEST(name_, test_)                                                                    \
    static union datum name_(struct func_call *call, const union datum *args)                      \
    {                                                                                              \
        (void)call;                                                                                \
        struct line a = datum_line(&args[0]), b = datum_line(&args[1]);                            \
        return bool_datum(test_);                                                                  \
    }

LINE_TEST(line_intersect, line_meets_line(a, b, NULL))
LINE_TEST(line_parallel, !line_meets_line(a, b, NULL))
LINE_TEST(line_perp, line_perpendicular(a, b))
LINE_TEST(line_eq, line_same(a, b))

static union datum
line_vertical(struct func_call *call, const union datum *args)
{
    (void)call;
    return bool_datum(near_zero(datum_line(&args[0]).b));
}

static union datum
line_horizontal(struct func_call *call, const union datum *args)
{
    (void)call;
    return bool_datum(near_zero(datum_line(&args[0]).a));
}

static union datum
line_interpt(struct func_call *call, const union datum *args)
{
    struct point at = {0, 0};
    call->result_is_null = !line_meets_line(datum_line(&args[0]), datum_line(&args[1]), &at);
    return point_datum(at);
}

static bool
is_usable(double a, double b)
{
    return !near_zero(a) && !isnan(a) && !near_zero(b) && !isnan(b);
}

static union datum
line_distance(struct func_call *call, const union datum *args)
{
    (void)call;
    struct line a = datum_line(&args[0]), b = datum_line(&args[1]);
    if (line_meets_line(a, b, NULL))
        return f64_datum(0);
    double ratio = is_usable(a.a, b.a)   ? geo_divide(a.a, b.a)
                   : is_usable(a.b, b.b) ? geo_divide(a.b, b.b)
                                         : 1.0;
    double shift = fabs(geo_subtract(a.c, geo_multiply(ratio, b.c)));
    return f64_datum(geo_divide(shift, geo_hypot(a.a, a.b)));
}

/* ---- points, segments and lines together ---- */

static union datum
dist_pl(struct func_call *call, const union datum *args)
{
    (void)call;
    return f64_datum(line_nearest_point(datum_line(&args[1]), datum_point(args[0]), NULL));
}

static union datum
dist_lp(struct func_call *call, const union datum *args)
{
    return dist_pl(call, (union datum[]){args[1], args[0]});
}

static union datum
dist_ps(struct func_call *call, const union datum *args)
{
    (void)call;
    return f64_datum(lseg_nearest_point(datum_lseg(&args[1]), datum_point(args[0]), NULL));
}

static union datum
dist_sp(struct func_call *call, const union datum *args)
{
    return dist_ps(call, (union datum[]){args[1], args[0]});
}

static union datum
dist_sl(struct func_call *call, const union datum *args)
{
    (void)call;
    return f64_datum(lseg_nearest_line(datum_lseg(&args[0]), datum_line(&args[1]), NULL));
}

static union datum
dist_ls(struct func_call *call, const union datum *args)
{
    return dist_sl(call, (union datum[]){args[1], args[0]});
}

static union datum
close_pl(struct func_call *call, const union datum *args)
{
    struct point nearest;
    double gap = line_nearest_point(datum_line(&args[1]), datum_point(args[0]), &nearest);
    return nearest_or_null(call, gap, nearest);
}

static union datum
close_ps(struct func_call *call, const union datum *args)
{
    struct point nearest;
    double gap = lseg_nearest_point(datum_lseg(&args[1]), datum_point(args[0]), &nearest);
    return nearest_or_null(call, gap, nearest);
}

static union datum
close_ls(struct func_call *call, const union datum *args)
{
    struct line line = datum_line(&args[0]);
    struct lseg lseg = datum_lseg(&args[1]);
    struct point nearest = {0, 0};
    if (lseg_slope(lseg) == line_slope(line))
        return nearest_or_null(call, NAN, nearest);
    double gap = lseg_nearest_line(lseg, line, &nearest);
    return nearest_or_null(call, gap, nearest);
}

static union datum
on_pl(struct func_call *call, const union datum *args)
{
    (void)call;
    return bool_datum(line_has_point(datum_line(&args[1]), datum_point(args[0])));
}

static union datum
on_ps(struct func_call *call, const union datum *args)
{
    (void)call;
    return bool_datum(lseg_has_point(datum_lseg(&args[1]), datum_point(args[0])));
}

static union datum
on_sl(struct func_call *call, const union datum *args)
{
    (void)call;
    struct lseg lseg = datum_lseg(&args[0]);
    struct line line = datum_line(&args[1]);
    return bool_datum(line_has_point(line, lseg.ends[0]) && line_has_point(line, lseg.ends[1]));
}

static union datum
inter_sl(struct func_call *call, const union datum *args)
{
    (void)call;
    return bool_datum(lseg_meets_line(datum_lseg(&args[0]), datum_line(&args[1]), NULL));
}

/* ---- what this file brings ---- */

static const struct type_info types[] = {
    {.type = TYPE_POINT,
     .array = TYPE_POINT_ARRAY,
     .element = TYPE_FLOAT8,
     .name = "point",
     .sql_name = "point",
     .length = 16,
     .align = 'd',
     .category = 'G',
     .kind = 'b',
     .storage = 'p',
     .delimiter = ',',
     .phys = PHYS_WIDE,
     .input_oid = 117,
     .output_oid = 118,
     .recv_oid = 2428,
     .send_oid = 2429,
     .input = point_input,
     .output = point_output,
     .recv = point_recv,
     .send = point_send},
    {.type = TYPE_LSEG,
     .array = TYPE_LSEG_ARRAY,
     .element = TYPE_POINT,
     .name = "lseg",
     .sql_name = "lseg",
     .length = 32,
     .align = 'd',
     .category = 'G',
     .kind = 'b',
     .storage = 'p',
     .delimiter = ',',
     .phys = PHYS_VIEW,
     .input_oid = 119,
     .output_oid = 120,
     .recv_oid = 2480,
     .send_oid = 2481,
     .input = lseg_input,
     .output = lseg_output,
     .recv = lseg_recv,
     .send = lseg_send},
    {.type = TYPE_LINE,
     .array = TYPE_LINE_ARRAY,
     .element = TYPE_FLOAT8,
     .name = "line",
     .sql_name = "line",
     .length = 24,
     .align = 'd',
     .category = 'G',
     .kind = 'b',
     .storage = 'p',
     .delimiter = ',',
     .phys = PHYS_VIEW,
     .input_oid = 1490,
     .output_oid = 1491,
     .recv_oid = 2488,
     .send_oid = 2489,
     .input = line_input,
     .output = line_output,
     .recv = line_recv,
     .send = line_send},
};

static const struct func_info funcs[] = {
    {FUNC(117, "point_in", TYPE_POINT, generic_in, TYPE_CSTRING)},
    {FUNC(118, "point_out", TYPE_CSTRING, generic_out, TYPE_POINT)},
    {FUNC(119, "lseg_in", TYPE_LSEG, generic_in, TYPE_CSTRING)},
    {FUNC(120, "lseg_out", TYPE_CSTRING, generic_out, TYPE_LSEG)},
    {FUNC(131, "point_above", TYPE_BOOL, point_above, TYPE_POINT, TYPE_POINT)},
    {FUNC(132, "point_left", TYPE_BOOL, point_left, TYPE_POINT, TYPE_POINT)},
    {FUNC(133, "point_right", TYPE_BOOL, point_right, TYPE_POINT, TYPE_POINT)},
    {FUNC(134, "point_below", TYPE_BOOL, point_below, TYPE_POINT, TYPE_POINT)},
    {FUNC(135, "point_eq", TYPE_BOOL, point_eq, TYPE_POINT, TYPE_POINT)},
    {FUNC(225, "lseg_center", TYPE_POINT, lseg_center, TYPE_LSEG)},
    {FUNC(239, "line_distance", TYPE_FLOAT8, line_distance, TYPE_LINE, TYPE_LINE)},
    {FUNC(277, "inter_sl", TYPE_BOOL, inter_sl, TYPE_LSEG, TYPE_LINE)},
    {FUNC(361, "lseg_distance", TYPE_FLOAT8, lseg_distance, TYPE_LSEG, TYPE_LSEG)},
    {FUNC(362, "lseg_interpt", TYPE_POINT, lseg_interpt, TYPE_LSEG, TYPE_LSEG)},
    {FUNC(363, "dist_ps", TYPE_FLOAT8, dist_ps, TYPE_POINT, TYPE_LSEG)},
    {FUNC(366, "close_ps", TYPE_POINT, close_ps, TYPE_POINT, TYPE_LSEG)},
    {FUNC(369, "on_ps", TYPE_BOOL, on_ps, TYPE_POINT, TYPE_LSEG)},
    {FUNC(380, "dist_sp", TYPE_FLOAT8, dist_sp, TYPE_LSEG, TYPE_POINT)},
    {FUNC(702, "dist_lp", TYPE_FLOAT8, dist_lp, TYPE_LINE, TYPE_POINT)},
    {FUNC(704, "dist_ls", TYPE_FLOAT8, dist_ls, TYPE_LINE, TYPE_LSEG)},
    {FUNC(725, "dist_pl", TYPE_FLOAT8, dist_pl, TYPE_POINT, TYPE_LINE)},
    {FUNC(727, "dist_sl", TYPE_FLOAT8, dist_sl, TYPE_LSEG, TYPE_LINE)},
    {FUNC(959, "on_pl", TYPE_BOOL, on_pl, TYPE_POINT, TYPE_LINE)},
    {FUNC(960, "on_sl", TYPE_BOOL, on_sl, TYPE_LSEG, TYPE_LINE)},
    {FUNC(961, "close_pl", TYPE_POINT, close_pl, TYPE_POINT, TYPE_LINE)},
    {FUNC(988, "point_ne", TYPE_BOOL, point_ne, TYPE_POINT, TYPE_POINT)},
    {FUNC(989, "point_vert", TYPE_BOOL, point_vert, TYPE_POINT, TYPE_POINT)},
    {FUNC(990, "point_horiz", TYPE_BOOL, point_horiz, TYPE_POINT, TYPE_POINT)},
    {FUNC(991, "point_distance", TYPE_FLOAT8, point_distance, TYPE_POINT, TYPE_POINT)},
    {FUNC(992, "slope", TYPE_FLOAT8, point_slope, TYPE_POINT, TYPE_POINT)},
    {FUNC(993, "lseg", TYPE_LSEG, lseg_construct, TYPE_POINT, TYPE_POINT)},
    {FUNC(994, "lseg_intersect", TYPE_BOOL, lseg_intersect, TYPE_LSEG, TYPE_LSEG)},
    {FUNC(995, "lseg_parallel", TYPE_BOOL, lseg_parallel, TYPE_LSEG, TYPE_LSEG)},
    {FUNC(996, "lseg_perp", TYPE_BOOL, lseg_perp, TYPE_LSEG, TYPE_LSEG)},
    {FUNC(997, "lseg_vertical", TYPE_BOOL, lseg_vertical, TYPE_LSEG)},
    {FUNC(998, "lseg_horizontal", TYPE_BOOL, lseg_horizontal, TYPE_LSEG)},
    {FUNC(999, "lseg_eq", TYPE_BOOL, lseg_eq, TYPE_LSEG, TYPE_LSEG)},
    {FUNC(1406, "isvertical", TYPE_BOOL, point_vert, TYPE_POINT, TYPE_POINT)},
    {FUNC(1407, "ishorizontal", TYPE_BOOL, point_horiz, TYPE_POINT, TYPE_POINT)},
    {FUNC(1408, "isparallel", TYPE_BOOL, lseg_parallel, TYPE_LSEG, TYPE_LSEG)},
    {FUNC(1409, "isperp", TYPE_BOOL, lseg_perp, TYPE_LSEG, TYPE_LSEG)},
    {FUNC(1410, "isvertical", TYPE_BOOL, lseg_vertical, TYPE_LSEG)},
    {FUNC(1411, "ishorizontal", TYPE_BOOL, lseg_horizontal, TYPE_LSEG)},
    {FUNC(1412, "isparallel", TYPE_BOOL, line_parallel, TYPE_LINE, TYPE_LINE)},
    {FUNC(1413, "isperp", TYPE_BOOL, line_perp, TYPE_LINE, TYPE_LINE)},
    {FUNC(1414, "isvertical", TYPE_BOOL, line_vertical, TYPE_LINE)},
    {FUNC(1415, "ishorizontal", TYPE_BOOL, line_horizontal, TYPE_LINE)},
    {FUNC(1440, "point", TYPE_POINT, construct_point, TYPE_FLOAT8, TYPE_FLOAT8)},
    {FUNC(1441, "point_add", TYPE_POINT, point_add, TYPE_POINT, TYPE_POINT)},
    {FUNC(1442, "point_sub", TYPE_POINT, point_sub, TYPE_POINT, TYPE_POINT)},
    {FUNC(1443, "point_mul", TYPE_POINT, point_mul, TYPE_POINT, TYPE_POINT)},
    {FUNC(1444, "point_div", TYPE_POINT, point_div, TYPE_POINT, TYPE_POINT)},
    {FUNC(1482, "lseg_ne", TYPE_BOOL, lseg_ne, TYPE_LSEG, TYPE_LSEG)},
    {FUNC(1483, "lseg_lt", TYPE_BOOL, lseg_lt, TYPE_LSEG, TYPE_LSEG)},
    {FUNC(1484, "lseg_le", TYPE_BOOL, lseg_le, TYPE_LSEG, TYPE_LSEG)},
    {FUNC(1485, "lseg_gt", TYPE_BOOL, lseg_gt, TYPE_LSEG, TYPE_LSEG)},
    {FUNC(1486, "lseg_ge", TYPE_BOOL, lseg_ge, TYPE_LSEG, TYPE_LSEG)},
    {FUNC(1487, "lseg_length", TYPE_FLOAT8, lseg_length, TYPE_LSEG)},
    {FUNC(1488, "close_ls", TYPE_POINT, close_ls, TYPE_LINE, TYPE_LSEG)},
    {FUNC(1489, "close_lseg", TYPE_POINT, close_lseg, TYPE_LSEG, TYPE_LSEG)},
    {FUNC(1490, "line_in", TYPE_LINE, generic_in, TYPE_CSTRING)},
    {FUNC(1491, "line_out", TYPE_CSTRING, generic_out, TYPE_LINE)},
    {FUNC(1492, "line_eq", TYPE_BOOL, line_eq, TYPE_LINE, TYPE_LINE)},
    {FUNC(1493, "line", TYPE_LINE, line_construct_pp, TYPE_POINT, TYPE_POINT)},
    {FUNC(1494, "line_interpt", TYPE_POINT, line_interpt, TYPE_LINE, TYPE_LINE)},
    {FUNC(1495, "line_intersect", TYPE_BOOL, line_intersect, TYPE_LINE, TYPE_LINE)},
    {FUNC(1496, "line_parallel", TYPE_BOOL, line_parallel, TYPE_LINE, TYPE_LINE)},
    {FUNC(1497, "line_perp", TYPE_BOOL, line_perp, TYPE_LINE, TYPE_LINE)},
    {FUNC(1498, "line_vertical", TYPE_BOOL, line_vertical, TYPE_LINE)},
    {FUNC(1499, "line_horizontal", TYPE_BOOL, line_horizontal, TYPE_LINE)},
    {FUNC(1530, "length", TYPE_FLOAT8, lseg_length, TYPE_LSEG)},
    {FUNC(1532, "point", TYPE_POINT, lseg_center, TYPE_LSEG)},
    {FUNC(2428, "point_recv", TYPE_POINT, generic_recv, TYPE_INTERNAL)},
    {FUNC(2429, "point_send", TYPE_BYTEA, generic_send, TYPE_POINT)},
    {FUNC(2480, "lseg_recv", TYPE_LSEG, generic_recv, TYPE_INTERNAL)},
    {FUNC(2481, "lseg_send", TYPE_BYTEA, generic_send, TYPE_LSEG)},
    {FUNC(2488, "line_recv", TYPE_LINE, generic_recv, TYPE_INTERNAL)},
    {FUNC(2489, "line_send", TYPE_BYTEA, generic_send, TYPE_LINE)},
};

static const struct operator_info operators[] = {
    {506, ">^", TYPE_POINT, TYPE_POINT, TYPE_BOOL, 131, 0, 0, false, false, "positionsel",
     "positionjoinsel"},
    {507, "<<", TYPE_POINT, TYPE_POINT, TYPE_BOOL, 132, 0, 0, false, false, "positionsel",
     "positionjoinsel"},
    {508, ">>", TYPE_POINT, TYPE_POINT, TYPE_BOOL, 133, 0, 0, false, false, "positionsel",
     "positionjoinsel"},
    {509, "<^", TYPE_POINT, TYPE_POINT, TYPE_BOOL, 134, 0, 0, false, false, "positionsel",
     "positionjoinsel"},
    {510, "~=", TYPE_POINT, TYPE_POINT, TYPE_BOOL, 135, 510, 713, false, false, "eqsel",
     "eqjoinsel"},
    {517, "<->", TYPE_POINT, TYPE_POINT, TYPE_FLOAT8, 991, 517, 0, false, false, NULL, NULL},
    {613, "<->", TYPE_POINT, TYPE_LINE, TYPE_FLOAT8, 725, 760, 0, false, false, NULL, NULL},
    {614, "<->", TYPE_POINT, TYPE_LSEG, TYPE_FLOAT8, 363, 761, 0, false, false, NULL, NULL},
    {616, "<->", TYPE_LSEG, TYPE_LINE, TYPE_FLOAT8, 727, 762, 0, false, false, NULL, NULL},
    {708, "<->", TYPE_LINE, TYPE_LINE, TYPE_FLOAT8, 239, 708, 0, false, false, NULL, NULL},
    {709, "<->", TYPE_LSEG, TYPE_LSEG, TYPE_FLOAT8, 361, 709, 0, false, false, NULL, NULL},
    {713, "<>", TYPE_POINT, TYPE_POINT, TYPE_BOOL, 988, 713, 510, false, false, "neqsel",
     "neqjoinsel"},
    {731, "+", TYPE_POINT, TYPE_POINT, TYPE_POINT, 1441, 731, 0, false, false, NULL, NULL},
    {732, "-", TYPE_POINT, TYPE_POINT, TYPE_POINT, 1442, 0, 0, false, false, NULL, NULL},
    {733, "*", TYPE_POINT, TYPE_POINT, TYPE_POINT, 1443, 733, 0, false, false, NULL, NULL},
    {734, "/", TYPE_POINT, TYPE_POINT, TYPE_POINT, 1444, 0, 0, false, false, NULL, NULL},
    {760, "<->", TYPE_LINE, TYPE_POINT, TYPE_FLOAT8, 702, 613, 0, false, false, NULL, NULL},
    {761, "<->", TYPE_LSEG, TYPE_POINT, TYPE_FLOAT8, 380, 614, 0, false, false, NULL, NULL},
    {762, "<->", TYPE_LINE, TYPE_LSEG, TYPE_FLOAT8, 704, 616, 0, false, false, NULL, NULL},
    {808, "?-", TYPE_POINT, TYPE_POINT, TYPE_BOOL, 990, 808, 0, false, false, NULL, NULL},
    {809, "?|", TYPE_POINT, TYPE_POINT, TYPE_BOOL, 989, 809, 0, false, false, NULL, NULL},
    {969, "@@", OID_NONE, TYPE_LSEG, TYPE_POINT, 225, 0, 0, false, false, NULL, NULL},
    {1525, "?#", TYPE_LSEG, TYPE_LSEG, TYPE_BOOL, 994, 1525, 0, false, false, NULL, NULL},
    {1526, "?||", TYPE_LSEG, TYPE_LSEG, TYPE_BOOL, 995, 1526, 0, false, false, NULL, NULL},
    {1527, "?-|", TYPE_LSEG, TYPE_LSEG, TYPE_BOOL, 996, 1527, 0, false, false, NULL, NULL},
    {1528, "?-", OID_NONE, TYPE_LSEG, TYPE_BOOL, 998, 0, 0, false, false, NULL, NULL},
    {1529, "?|", OID_NONE, TYPE_LSEG, TYPE_BOOL, 997, 0, 0, false, false, NULL, NULL},
    {1535, "=", TYPE_LSEG, TYPE_LSEG, TYPE_BOOL, 999, 1535, 1586, false, false, "eqsel",
     "eqjoinsel"},
    {1536, "#", TYPE_LSEG, TYPE_LSEG, TYPE_POINT, 362, 1536, 0, false, false, NULL, NULL},
    {1537, "?#", TYPE_LSEG, TYPE_LINE, TYPE_BOOL, 277, 0, 0, false, false, NULL, NULL},
    {1546, "<@", TYPE_POINT, TYPE_LINE, TYPE_BOOL, 959, 0, 0, false, false, NULL, NULL},
    {1547, "<@", TYPE_POINT, TYPE_LSEG, TYPE_BOOL, 369, 0, 0, false, false, NULL, NULL},
    {1548, "<@", TYPE_LSEG, TYPE_LINE, TYPE_BOOL, 960, 0, 0, false, false, NULL, NULL},
    {1557, "##", TYPE_POINT, TYPE_LINE, TYPE_POINT, 961, 0, 0, false, false, NULL, NULL},
    {1558, "##", TYPE_POINT, TYPE_LSEG, TYPE_POINT, 366, 0, 0, false, false, NULL, NULL},
    {1577, "##", TYPE_LINE, TYPE_LSEG, TYPE_POINT, 1488, 0, 0, false, false, NULL, NULL},
    {1578, "##", TYPE_LSEG, TYPE_LSEG, TYPE_POINT, 1489, 0, 0, false, false, NULL, NULL},
    {1586, "<>", TYPE_LSEG, TYPE_LSEG, TYPE_BOOL, 1482, 1586, 1535, false, false, "neqsel",
     "neqjoinsel"},
    {1587, "<", TYPE_LSEG, TYPE_LSEG, TYPE_BOOL, 1483, 1589, 1590, false, false, NULL, NULL},
    {1588, "<=", TYPE_LSEG, TYPE_LSEG, TYPE_BOOL, 1484, 1590, 1589, false, false, NULL, NULL},
    {1589, ">", TYPE_LSEG, TYPE_LSEG, TYPE_BOOL, 1485, 1587, 1588, false, false, NULL, NULL},
    {1590, ">=", TYPE_LSEG, TYPE_LSEG, TYPE_BOOL, 1486, 1588, 1587, false, false, NULL, NULL},
    {1591, "@-@", OID_NONE, TYPE_LSEG, TYPE_FLOAT8, 1487, 0, 0, false, false, NULL, NULL},
    {1611, "?#", TYPE_LINE, TYPE_LINE, TYPE_BOOL, 1495, 1611, 0, false, false, NULL, NULL},
    {1612, "?||", TYPE_LINE, TYPE_LINE, TYPE_BOOL, 1496, 1612, 0, false, false, NULL, NULL},
    {1613, "?-|", TYPE_LINE, TYPE_LINE, TYPE_BOOL, 1497, 1613, 0, false, false, NULL, NULL},
    {1614, "?-", OID_NONE, TYPE_LINE, TYPE_BOOL, 1499, 0, 0, false, false, NULL, NULL},
    {1615, "?|", OID_NONE, TYPE_LINE, TYPE_BOOL, 1498, 0, 0, false, false, NULL, NULL},
    {1616, "=", TYPE_LINE, TYPE_LINE, TYPE_BOOL, 1492, 1616, 0, false, false, "eqsel", "eqjoinsel"},
    {1617, "#", TYPE_LINE, TYPE_LINE, TYPE_POINT, 1494, 1617, 0, false, false, NULL, NULL},
    {4161, "|>>", TYPE_POINT, TYPE_POINT, TYPE_BOOL, 131, 0, 0, false, false, "positionsel",
     "positionjoinsel"},
    {4162, "<<|", TYPE_POINT, TYPE_POINT, TYPE_BOOL, 134, 0, 0, false, false, "positionsel",
     "positionjoinsel"},
};

static const struct cast_info casts[] = {
    {TYPE_LSEG, TYPE_POINT, 1532, CAST_EXPLICIT, CAST_FUNC},
};

const struct type_tables geo_point_tables = {
    .types = types,
    .type_count = COUNT_OF(types),
    .funcs = funcs,
    .func_count = COUNT_OF(funcs),
    .operators = operators,
    .operator_count = COUNT_OF(operators),
    .casts = casts,
    .cast_count = COUNT_OF(casts),
};
