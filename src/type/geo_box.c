/*
 * geo_box.c: the functions and operators of box.
 */
#include "type/generic.h"
#include "type/geo.h"
#include "type/tables.h"

static double
width(struct box box)
{
    return geo_subtract(box.high.x, box.low.x);
}

static double
height(struct box box)
{
    return geo_subtract(box.high.y, box.low.y);
}

static double
area(struct box box)
{
    return geo_multiply(width(box), height(box));
}

#define BOX_TEST(name_, test_)                                                                     \
    static union datum name_(struct func_call *call, const union datum *args)                      \
    {                                                                                              \
        (void)call;                                                                                \
        struct box a = datum_box(&args[0]), b = datum_box(&args[1]);                               \
        return bool_datum(test_);                                                                  \
    }

BOX_TEST(box_same, point_same(a.high, b.high) && point_same(a.low, b.low))
BOX_TEST(box_overlap, box_overlaps(a, b))
BOX_TEST(box_left, near_lt(a.high.x, b.low.x))
BOX_TEST(box_overleft, near_le(a.high.x, b.high.x))
BOX_TEST(box_right, near_gt(a.low.x, b.high.x))
BOX_TEST(box_overright, near_ge(a.low.x, b.low.x))
BOX_TEST(box_below, near_lt(a.high.y, b.low.y))
BOX_TEST(box_overbelow, near_le(a.high.y, b.high.y))
BOX_TEST(box_above, near_gt(a.low.y, b.high.y))
BOX_TEST(box_overabove, near_ge(a.low.y, b.low.y))
BOX_TEST(box_contained, box_holds_box(b, a))
BOX_TEST(box_contain, box_holds_box(a, b))
BOX_TEST(box_below_eq, near_le(a.high.y, b.low.y))
BOX_TEST(box_above_eq, near_ge(a.low.y, b.high.y))
BOX_TEST(box_lt, near_lt(area(a), area(b)))
BOX_TEST(box_gt, near_gt(area(a), area(b)))
BOX_TEST(box_eq, near_equal(area(a), area(b)))
BOX_TEST(box_le, near_le(area(a), area(b)))
BOX_TEST(box_ge, near_ge(area(a), area(b)))

static union datum
box_area(struct func_call *call, const union datum *args)
{
    (void)call;
    return f64_datum(area(datum_box(&args[0])));
}

static union datum
box_width(struct func_call *call, const union datum *args)
{
    (void)call;
    return f64_datum(width(datum_box(&args[0])));
}

static union datum
box_height(struct func_call *call, const union datum *args)
{
    (void)call;
    return f64_datum(height(datum_box(&args[0])));
}

static union datum
box_distance(struct func_call *call, const union datum *args)
{
    (void)call;
    return f64_datum(point_gap(box_middle(datum_box(&args[0])), box_middle(datum_box(&args[1]))));
}

static union datum
box_center(struct func_call *call, const union datum *args)
{
    (void)call;
    return point_datum(box_middle(datum_box(&args[0])));
}

static union datum
box_intersect(struct func_call *call, const union datum *args)
{
    struct box a = datum_box(&args[0]), b = datum_box(&args[1]);
    call->result_is_null = !box_overlaps(a, b);
    return box_datum(
        call->arena,
        (struct box){.high = {number_min(a.high.x, b.high.x), number_min(a.high.y, b.high.y)},
                     .low = {number_max(a.low.x, b.low.x), number_max(a.low.y, b.low.y)}});
}

static union datum
boxes_bound_box(struct func_call *call, const union datum *args)
{
    struct box a = datum_box(&args[0]), b = datum_box(&args[1]);
    return box_datum(
        call->arena,
        (struct box){.high = {number_max(a.high.x, b.high.x), number_max(a.high.y, b.high.y)},
                     .low = {number_min(a.low.x, b.low.x), number_min(a.low.y, b.low.y)}});
}

static union datum
box_diagonal(struct func_call *call, const union datum *args)
{
    struct box box = datum_box(&args[0]);
    return lseg_datum(call->arena, (struct lseg){{box.high, box.low}});
}

static union datum
points_box(struct func_call *call, const union datum *args)
{
    return box_datum(call->arena, box_of(datum_point(args[0]), datum_point(args[1])));
}

static union datum
point_box(struct func_call *call, const union datum *args)
{
    struct point point = datum_point(args[0]);
    return box_datum(call->arena, (struct box){point, point});
}

/* ---- moved, turned and scaled ---- */

static union datum
box_add(struct func_call *call, const union datum *args)
{
    struct box box = datum_box(&args[0]);
    struct point by = datum_point(args[1]);
    return box_datum(call->arena, (struct box){point_plus(box.high, by), point_plus(box.low, by)});
}

static union datum
box_sub(struct func_call *call, const union datum *args)
{
    struct box box = datum_box(&args[0]);
    struct point by = datum_point(args[1]);
    return box_datum(call->arena,
                     (struct box){point_minus(box.high, by), point_minus(box.low, by)});
}

static union datum
box_mul(struct func_call *call, const union datum *args)
{
    struct box box = datum_box(&args[0]);
    struct point by = datum_point(args[1]);
    return box_datum(call->arena, box_of(point_times(box.high, by), point_times(box.low, by)));
}

static union datum
box_div(struct func_call *call, const union datum *args)
{
    struct box box = datum_box(&args[0]);
    struct point by = datum_point(args[1]);
    return box_datum(call->arena, box_of(point_over(box.high, by), point_over(box.low, by)));
}

/* ---- with points, segments and lines ---- */

static union datum
on_pb(struct func_call *call, const union datum *args)
{
    (void)call;
    return bool_datum(box_holds_point(datum_box(&args[1]), datum_point(args[0])));
}

static union datum
box_contain_pt(struct func_call *call, const union datum *args)
{
    return on_pb(call, (union datum[]){args[1], args[0]});
}

static union datum
on_sb(struct func_call *call, const union datum *args)
{
    (void)call;
    struct lseg lseg = datum_lseg(&args[0]);
    struct box box = datum_box(&args[1]);
    return bool_datum(box_holds_point(box, lseg.ends[0]) && box_holds_point(box, lseg.ends[1]));
}

static union datum
inter_sb(struct func_call *call, const union datum *args)
{
    (void)call;
    return bool_datum(box_meets_lseg(datum_box(&args[1]), datum_lseg(&args[0]), NULL));
}

static union datum
inter_lb(struct func_call *call, const union datum *args)
{
    (void)call;
    struct line line = datum_line(&args[0]);
    struct box box = datum_box(&args[1]);
    for (int i = 0; i < 4; i++) {
        if (lseg_meets_line(box_side(box, i), line, NULL))
            return bool_datum(true);
    }
    return bool_datum(false);
}

static union datum
dist_pb(struct func_call *call, const union datum *args)
{
    (void)call;
    return f64_datum(box_nearest_point(datum_box(&args[1]), datum_point(args[0]), NULL));
}

static union datum
dist_bp(struct func_call *call, const union datum *args)
{
    return dist_pb(call, (union datum[]){args[1], args[0]});
}

static union datum
dist_sb(struct func_call *call, const union datum *args)
{
    (void)call;
    return f64_datum(box_nearest_lseg(datum_box(&args[1]), datum_lseg(&args[0]), NULL));
}

static union datum
dist_bs(struct func_call *call, const union datum *args)
{
    return dist_sb(call, (union datum[]){args[1], args[0]});
}

static union datum
close_pb(struct func_call *call, const union datum *args)
{
    struct point nearest;
    double gap = box_nearest_point(datum_box(&args[1]), datum_point(args[0]), &nearest);
    return nearest_or_null(call, gap, nearest);
}

static union datum
close_sb(struct func_call *call, const union datum *args)
{
    struct point nearest;
    double gap = box_nearest_lseg(datum_box(&args[1]), datum_lseg(&args[0]), &nearest);
    return nearest_or_null(call, gap, nearest);
}

/* ---- what this file brings ---- */

static const struct type_info types[] = {
    {.type = TYPE_BOX,
     .array = TYPE_BOX_ARRAY,
     .element = TYPE_POINT,
     .name = "box",
     .sql_name = "box",
     .length = 32,
     .align = 'd',
     .category = 'G',
     .kind = 'b',
     .storage = 'p',
     .delimiter = ';',
     .phys = PHYS_VIEW,
     .input_oid = 123,
     .output_oid = 124,
     .recv_oid = 2484,
     .send_oid = 2485,
     .input = box_input,
     .output = box_output,
     .recv = box_recv,
     .send = box_send},
};

static const struct func_info funcs[] = {
    {FUNC(115, "box_above_eq", TYPE_BOOL, box_above_eq, TYPE_BOX, TYPE_BOX)},
    {FUNC(116, "box_below_eq", TYPE_BOOL, box_below_eq, TYPE_BOX, TYPE_BOX)},
    {FUNC(123, "box_in", TYPE_BOX, generic_in, TYPE_CSTRING)},
    {FUNC(124, "box_out", TYPE_CSTRING, generic_out, TYPE_BOX)},
    {FUNC(125, "box_overlap", TYPE_BOOL, box_overlap, TYPE_BOX, TYPE_BOX)},
    {FUNC(126, "box_ge", TYPE_BOOL, box_ge, TYPE_BOX, TYPE_BOX)},
    {FUNC(127, "box_gt", TYPE_BOOL, box_gt, TYPE_BOX, TYPE_BOX)},
    {FUNC(128, "box_eq", TYPE_BOOL, box_eq, TYPE_BOX, TYPE_BOX)},
    {FUNC(129, "box_lt", TYPE_BOOL, box_lt, TYPE_BOX, TYPE_BOX)},
    {FUNC(130, "box_le", TYPE_BOOL, box_le, TYPE_BOX, TYPE_BOX)},
    {FUNC(136, "on_pb", TYPE_BOOL, on_pb, TYPE_POINT, TYPE_BOX)},
    {FUNC(138, "box_center", TYPE_POINT, box_center, TYPE_BOX)},
    {FUNC(186, "box_same", TYPE_BOOL, box_same, TYPE_BOX, TYPE_BOX)},
    {FUNC(187, "box_contain", TYPE_BOOL, box_contain, TYPE_BOX, TYPE_BOX)},
    {FUNC(188, "box_left", TYPE_BOOL, box_left, TYPE_BOX, TYPE_BOX)},
    {FUNC(189, "box_overleft", TYPE_BOOL, box_overleft, TYPE_BOX, TYPE_BOX)},
    {FUNC(190, "box_overright", TYPE_BOOL, box_overright, TYPE_BOX, TYPE_BOX)},
    {FUNC(191, "box_right", TYPE_BOOL, box_right, TYPE_BOX, TYPE_BOX)},
    {FUNC(192, "box_contained", TYPE_BOOL, box_contained, TYPE_BOX, TYPE_BOX)},
    {FUNC(193, "box_contain_pt", TYPE_BOOL, box_contain_pt, TYPE_BOX, TYPE_POINT)},
    {FUNC(278, "inter_lb", TYPE_BOOL, inter_lb, TYPE_LINE, TYPE_BOX)},
    {FUNC(357, "dist_bp", TYPE_FLOAT8, dist_bp, TYPE_BOX, TYPE_POINT)},
    {FUNC(364, "dist_pb", TYPE_FLOAT8, dist_pb, TYPE_POINT, TYPE_BOX)},
    {FUNC(365, "dist_sb", TYPE_FLOAT8, dist_sb, TYPE_LSEG, TYPE_BOX)},
    {FUNC(367, "close_pb", TYPE_POINT, close_pb, TYPE_POINT, TYPE_BOX)},
    {FUNC(368, "close_sb", TYPE_POINT, close_sb, TYPE_LSEG, TYPE_BOX)},
    {FUNC(372, "on_sb", TYPE_BOOL, on_sb, TYPE_LSEG, TYPE_BOX)},
    {FUNC(373, "inter_sb", TYPE_BOOL, inter_sb, TYPE_LSEG, TYPE_BOX)},
    {FUNC(381, "dist_bs", TYPE_FLOAT8, dist_bs, TYPE_BOX, TYPE_LSEG)},
    {FUNC(975, "area", TYPE_FLOAT8, box_area, TYPE_BOX)},
    {FUNC(976, "width", TYPE_FLOAT8, box_width, TYPE_BOX)},
    {FUNC(977, "height", TYPE_FLOAT8, box_height, TYPE_BOX)},
    {FUNC(978, "box_distance", TYPE_FLOAT8, box_distance, TYPE_BOX, TYPE_BOX)},
    {FUNC(980, "box_intersect", TYPE_BOX, box_intersect, TYPE_BOX, TYPE_BOX)},
    {FUNC(981, "diagonal", TYPE_LSEG, box_diagonal, TYPE_BOX)},
    {FUNC(1421, "box", TYPE_BOX, points_box, TYPE_POINT, TYPE_POINT)},
    {FUNC(1422, "box_add", TYPE_BOX, box_add, TYPE_BOX, TYPE_POINT)},
    {FUNC(1423, "box_sub", TYPE_BOX, box_sub, TYPE_BOX, TYPE_POINT)},
    {FUNC(1424, "box_mul", TYPE_BOX, box_mul, TYPE_BOX, TYPE_POINT)},
    {FUNC(1425, "box_div", TYPE_BOX, box_div, TYPE_BOX, TYPE_POINT)},
    {FUNC(1534, "point", TYPE_POINT, box_center, TYPE_BOX)},
    {FUNC(1541, "lseg", TYPE_LSEG, box_diagonal, TYPE_BOX)},
    {FUNC(1542, "center", TYPE_POINT, box_center, TYPE_BOX)},
    {FUNC(2484, "box_recv", TYPE_BOX, generic_recv, TYPE_INTERNAL)},
    {FUNC(2485, "box_send", TYPE_BYTEA, generic_send, TYPE_BOX)},
    {FUNC(2562, "box_below", TYPE_BOOL, box_below, TYPE_BOX, TYPE_BOX)},
    {FUNC(2563, "box_overbelow", TYPE_BOOL, box_overbelow, TYPE_BOX, TYPE_BOX)},
    {FUNC(2564, "box_overabove", TYPE_BOOL, box_overabove, TYPE_BOX, TYPE_BOX)},
    {FUNC(2565, "box_above", TYPE_BOOL, box_above, TYPE_BOX, TYPE_BOX)},
    {FUNC(4067, "bound_box", TYPE_BOX, boxes_bound_box, TYPE_BOX, TYPE_BOX)},
    {FUNC(4091, "box", TYPE_BOX, point_box, TYPE_POINT)},
};

static const struct operator_info operators[] = {
    {433, "@>", TYPE_BOX, TYPE_POINT, TYPE_BOOL, 193, 511, 0, false, false, "contsel",
     "contjoinsel"},
    {493, "<<", TYPE_BOX, TYPE_BOX, TYPE_BOOL, 188, 0, 0, false, false, "positionsel",
     "positionjoinsel"},
    {494, "&<", TYPE_BOX, TYPE_BOX, TYPE_BOOL, 189, 0, 0, false, false, "positionsel",
     "positionjoinsel"},
    {495, "&>", TYPE_BOX, TYPE_BOX, TYPE_BOOL, 190, 0, 0, false, false, "positionsel",
     "positionjoinsel"},
    {496, ">>", TYPE_BOX, TYPE_BOX, TYPE_BOOL, 191, 0, 0, false, false, "positionsel",
     "positionjoinsel"},
    {497, "<@", TYPE_BOX, TYPE_BOX, TYPE_BOOL, 192, 498, 0, false, false, "contsel", "contjoinsel"},
    {498, "@>", TYPE_BOX, TYPE_BOX, TYPE_BOOL, 187, 497, 0, false, false, "contsel", "contjoinsel"},
    {499, "~=", TYPE_BOX, TYPE_BOX, TYPE_BOOL, 186, 499, 0, false, false, "eqsel", "eqjoinsel"},
    {500, "&&", TYPE_BOX, TYPE_BOX, TYPE_BOOL, 125, 500, 0, false, false, "areasel", "areajoinsel"},
    {501, ">=", TYPE_BOX, TYPE_BOX, TYPE_BOOL, 126, 505, 504, false, false, "areasel",
     "areajoinsel"},
    {502, ">", TYPE_BOX, TYPE_BOX, TYPE_BOOL, 127, 504, 505, false, false, "areasel",
     "areajoinsel"},
    {503, "=", TYPE_BOX, TYPE_BOX, TYPE_BOOL, 128, 503, 0, false, false, "eqsel", "eqjoinsel"},
    {504, "<", TYPE_BOX, TYPE_BOX, TYPE_BOOL, 129, 502, 501, false, false, "areasel",
     "areajoinsel"},
    {505, "<=", TYPE_BOX, TYPE_BOX, TYPE_BOOL, 130, 501, 502, false, false, "areasel",
     "areajoinsel"},
    {511, "<@", TYPE_POINT, TYPE_BOX, TYPE_BOOL, 136, 433, 0, false, false, "contsel",
     "contjoinsel"},
    {513, "@@", OID_NONE, TYPE_BOX, TYPE_POINT, 138, 0, 0, false, false, NULL, NULL},
    {606, "<->", TYPE_BOX, TYPE_POINT, TYPE_FLOAT8, 357, 615, 0, false, false, NULL, NULL},
    {615, "<->", TYPE_POINT, TYPE_BOX, TYPE_FLOAT8, 364, 606, 0, false, false, NULL, NULL},
    {617, "<->", TYPE_LSEG, TYPE_BOX, TYPE_FLOAT8, 365, 763, 0, false, false, NULL, NULL},
    {706, "<->", TYPE_BOX, TYPE_BOX, TYPE_FLOAT8, 978, 706, 0, false, false, NULL, NULL},
    {763, "<->", TYPE_BOX, TYPE_LSEG, TYPE_FLOAT8, 381, 617, 0, false, false, NULL, NULL},
    {800, ">^", TYPE_BOX, TYPE_BOX, TYPE_BOOL, 115, 0, 0, false, false, "positionsel",
     "positionjoinsel"},
    {801, "<^", TYPE_BOX, TYPE_BOX, TYPE_BOOL, 116, 0, 0, false, false, "positionsel",
     "positionjoinsel"},
    {802, "?#", TYPE_BOX, TYPE_BOX, TYPE_BOOL, 125, 0, 0, false, false, "areasel", "areajoinsel"},
    {803, "#", TYPE_BOX, TYPE_BOX, TYPE_BOX, 980, 0, 0, false, false, NULL, NULL},
    {804, "+", TYPE_BOX, TYPE_POINT, TYPE_BOX, 1422, 0, 0, false, false, NULL, NULL},
    {805, "-", TYPE_BOX, TYPE_POINT, TYPE_BOX, 1423, 0, 0, false, false, NULL, NULL},
    {806, "*", TYPE_BOX, TYPE_POINT, TYPE_BOX, 1424, 0, 0, false, false, NULL, NULL},
    {807, "/", TYPE_BOX, TYPE_POINT, TYPE_BOX, 1425, 0, 0, false, false, NULL, NULL},
    {1538, "?#", TYPE_LSEG, TYPE_BOX, TYPE_BOOL, 373, 0, 0, false, false, NULL, NULL},
    {1539, "?#", TYPE_LINE, TYPE_BOX, TYPE_BOOL, 278, 0, 0, false, false, NULL, NULL},
    {1549, "<@", TYPE_LSEG, TYPE_BOX, TYPE_BOOL, 372, 0, 0, false, false, NULL, NULL},
    {1559, "##", TYPE_POINT, TYPE_BOX, TYPE_POINT, 367, 0, 0, false, false, NULL, NULL},
    {1567, "##", TYPE_LSEG, TYPE_BOX, TYPE_POINT, 368, 0, 0, false, false, NULL, NULL},
    {2570, "<<|", TYPE_BOX, TYPE_BOX, TYPE_BOOL, 2562, 0, 0, false, false, "positionsel",
     "positionjoinsel"},
    {2571, "&<|", TYPE_BOX, TYPE_BOX, TYPE_BOOL, 2563, 0, 0, false, false, "positionsel",
     "positionjoinsel"},
    {2572, "|&>", TYPE_BOX, TYPE_BOX, TYPE_BOOL, 2564, 0, 0, false, false, "positionsel",
     "positionjoinsel"},
    {2573, "|>>", TYPE_BOX, TYPE_BOX, TYPE_BOOL, 2565, 0, 0, false, false, "positionsel",
     "positionjoinsel"},
};

static const struct cast_info casts[] = {
    {TYPE_POINT, TYPE_BOX, 4091, CAST_ASSIGNMENT, CAST_FUNC},
    {TYPE_BOX, TYPE_POINT, 1534, CAST_EXPLICIT, CAST_FUNC},
    {TYPE_BOX, TYPE_LSEG, 1541, CAST_EXPLICIT, CAST_FUNC},
};

const struct type_tables geo_box_tables = {
    .types = types,
    .type_count = COUNT_OF(types),
    .funcs = funcs,
    .func_count = COUNT_OF(funcs),
    .operators = operators,
    .operator_count = COUNT_OF(operators),
    .casts = casts,
    .cast_count = COUNT_OF(casts),
};
