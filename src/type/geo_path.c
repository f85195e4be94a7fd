/*
 * geo_path.c: the functions and operators of path.
 */
#include "base/raise.h"
#include "type/generic.h"
#include "type/geo.h"
#include "type/tables.h"

static union datum
path_area(struct func_call *call, const union datum *args)
{
    struct outline path = datum_path(call->arena, &args[0]);
    double area = 0;
    for (uint32_t i = 0; i < path.count; i++) {
        struct point a = path.points[i], b = path.points[(i + 1) % path.count];
        area = geo_add(area, geo_multiply(a.x, b.y));
        area = geo_subtract(area, geo_multiply(a.y, b.x));
    }
    call->result_is_null = !path.is_closed;
    return f64_datum(geo_divide(fabs(area), 2.0));
}

#define PATH_TEST(name_, test_)                                                                    \
    static union datum name_(struct func_call *call, const union datum *args)                      \
    {                                                                                              \
        uint32_t a = datum_path(call->arena, &args[0]).count;                                      \
        uint32_t b = datum_path(call->arena, &args[1]).count;                                      \
        return bool_datum(test_);                                                                  \
    }

PATH_TEST(path_n_lt, a < b)
PATH_TEST(path_n_gt, a > b)
PATH_TEST(path_n_eq, a == b)
PATH_TEST(path_n_le, a <= b)
PATH_TEST(path_n_ge, a >= b)

static union datum
path_isclosed(struct func_call *call, const union datum *args)
{
    return bool_datum(datum_path(call->arena, &args[0]).is_closed);
}

static union datum
path_isopen(struct func_call *call, const union datum *args)
{
    return bool_datum(!datum_path(call->arena, &args[0]).is_closed);
}

static union datum
path_npoints(struct func_call *call, const union datum *args)
{
    return i32_datum((int32_t)datum_path(call->arena, &args[0]).count);
}

static union datum
path_close(struct func_call *call, const union datum *args)
{
    struct outline path = datum_path(call->arena, &args[0]);
    path.is_closed = true;
    return path_datum(call->arena, &path);
}

static union datum
path_open(struct func_call *call, const union datum *args)
{
    struct outline path = datum_path(call->arena, &args[0]);
    path.is_closed = false;
    return path_datum(call->arena, &path);
}

static union datum
path_inter(struct func_call *call, const union datum *args)
{
    struct outline a = datum_path(call->arena, &args[0]), b = datum_path(call->arena, &args[1]);
    if (!box_overlaps(outline_bounds(a.points, a.count), outline_bounds(b.points, b.count)))
        return bool_datum(false);
    return bool_datum(outlines_meet(&a, &b));
}

/* Null where one of the paths has no segment. */
static union datum
path_distance(struct func_call *call, const union datum *args)
{
    struct outline a = datum_path(call->arena, &args[0]), b = datum_path(call->arena, &args[1]);
    double gap;
    call->result_is_null = !outlines_gap(&a, &b, &gap);
    return f64_datum(gap);
}

static union datum
path_length(struct func_call *call, const union datum *args)
{
    struct outline path = datum_path(call->arena, &args[0]);
    double length = 0;
    for (uint32_t i = 0; i < path.count; i++) {
        struct lseg segment;
        if (outline_segment(&path, i, &segment))
            length = geo_add(length, point_gap(segment.ends[0], segment.ends[1]));
    }
    return f64_datum(length);
}

/* ---- joined, moved, turned and scaled ---- */

static union datum
path_add(struct func_call *call, const union datum *args)
{
    struct outline a = datum_path(call->arena, &args[0]), b = datum_path(call->arena, &args[1]);
    call->result_is_null = a.is_closed || b.is_closed;
    if (call->result_is_null)
        return args[0];
    struct outline path = outline_new(call->arena, (uint64_t)a.count + b.count);
    memcpy(path.points, a.points, a.count * sizeof(struct point));
    memcpy(path.points + a.count, b.points, b.count * sizeof(struct point));
    return path_datum(call->arena, &path);
}

static union datum
move_all(struct func_call *call, const union datum *args,
         struct point (*move)(struct point, struct point))
{
    struct outline path = datum_path(call->arena, &args[0]);
    struct point by = datum_point(args[1]);
    for (uint32_t i = 0; i < path.count; i++)
        path.points[i] = move(path.points[i], by);
    return path_datum(call->arena, &path);
}

static union datum
path_add_pt(struct func_call *call, const union datum *args)
{
    return move_all(call, args, point_plus);
}

static union datum
path_sub_pt(struct func_call *call, const union datum *args)
{
    return move_all(call, args, point_minus);
}

static union datum
path_mul_pt(struct func_call *call, const union datum *args)
{
    return move_all(call, args, point_times);
}

static union datum
path_div_pt(struct func_call *call, const union datum *args)
{
    return move_all(call, args, point_over);
}

/* ---- with points and polygons ---- */

/* In a closed path, or on a segment of an open one. */
static union datum
on_ppath(struct func_call *call, const union datum *args)
{
    struct point point = datum_point(args[0]);
    struct outline path = datum_path(call->arena, &args[1]);
    if (path.is_closed)
        return bool_datum(outline_side(path.points, path.count, point) != GEO_OUTSIDE);
    double before = point_gap(point, path.points[0]);
    for (uint32_t i = 0; i + 1 < path.count; i++) {
        double after = point_gap(point, path.points[i + 1]);
        if (near_equal(geo_add(before, after), point_gap(path.points[i], path.points[i + 1])))
            return bool_datum(true);
        before = after;
    }
    return bool_datum(false);
}

static union datum
path_contain_pt(struct func_call *call, const union datum *args)
{
    return on_ppath(call, (union datum[]){args[1], args[0]});
}

static union datum
dist_ppath(struct func_call *call, const union datum *args)
{
    struct outline path = datum_path(call->arena, &args[1]);
    return f64_datum(path_gap(&path, datum_point(args[0])));
}

static union datum
dist_pathp(struct func_call *call, const union datum *args)
{
    return dist_ppath(call, (union datum[]){args[1], args[0]});
}

static union datum
path_poly(struct func_call *call, const union datum *args)
{
    struct outline path = datum_path(call->arena, &args[0]);
    if (!path.is_closed)
        raise(SQLSTATE_INVALID_PARAMETER_VALUE, "open path cannot be converted to polygon");
    return polygon_datum(call->arena, &path);
}

/* ---- what this file brings ---- */

static const struct type_info types[] = {
    {.type = TYPE_PATH,
     .array = TYPE_PATH_ARRAY,
     .name = "path",
     .sql_name = "path",
     .length = -1,
     .align = 'd',
     .category = 'G',
     .kind = 'b',
     .storage = 'x',
     .delimiter = ',',
     .phys = PHYS_VIEW,
     .input_oid = 121,
     .output_oid = 122,
     .recv_oid = 2482,
     .send_oid = 2483,
     .input = path_input,
     .output = path_output,
     .recv = path_recv,
     .send = path_send},
};

static const struct func_info funcs[] = {
    {FUNC(121, "path_in", TYPE_PATH, generic_in, TYPE_CSTRING)},
    {FUNC(122, "path_out", TYPE_CSTRING, generic_out, TYPE_PATH)},
    {FUNC(137, "on_ppath", TYPE_BOOL, on_ppath, TYPE_POINT, TYPE_PATH)},
    {FUNC(370, "path_distance", TYPE_FLOAT8, path_distance, TYPE_PATH, TYPE_PATH)},
    {FUNC(371, "dist_ppath", TYPE_FLOAT8, dist_ppath, TYPE_POINT, TYPE_PATH)},
    {FUNC(421, "dist_pathp", TYPE_FLOAT8, dist_pathp, TYPE_PATH, TYPE_POINT)},
    {FUNC(973, "path_inter", TYPE_BOOL, path_inter, TYPE_PATH, TYPE_PATH)},
    {FUNC(979, "area", TYPE_FLOAT8, path_area, TYPE_PATH)},
    {FUNC(982, "path_n_lt", TYPE_BOOL, path_n_lt, TYPE_PATH, TYPE_PATH)},
    {FUNC(983, "path_n_gt", TYPE_BOOL, path_n_gt, TYPE_PATH, TYPE_PATH)},
    {FUNC(984, "path_n_eq", TYPE_BOOL, path_n_eq, TYPE_PATH, TYPE_PATH)},
    {FUNC(985, "path_n_le", TYPE_BOOL, path_n_le, TYPE_PATH, TYPE_PATH)},
    {FUNC(986, "path_n_ge", TYPE_BOOL, path_n_ge, TYPE_PATH, TYPE_PATH)},
    {FUNC(987, "path_length", TYPE_FLOAT8, path_length, TYPE_PATH)},
    {FUNC(1426, "path_contain_pt", TYPE_BOOL, path_contain_pt, TYPE_PATH, TYPE_POINT)},
    {FUNC(1430, "isclosed", TYPE_BOOL, path_isclosed, TYPE_PATH)},
    {FUNC(1431, "isopen", TYPE_BOOL, path_isopen, TYPE_PATH)},
    {FUNC(1432, "path_npoints", TYPE_INT4, path_npoints, TYPE_PATH)},
    {FUNC(1433, "pclose", TYPE_PATH, path_close, TYPE_PATH)},
    {FUNC(1434, "popen", TYPE_PATH, path_open, TYPE_PATH)},
    {FUNC(1435, "path_add", TYPE_PATH, path_add, TYPE_PATH, TYPE_PATH)},
    {FUNC(1436, "path_add_pt", TYPE_PATH, path_add_pt, TYPE_PATH, TYPE_POINT)},
    {FUNC(1437, "path_sub_pt", TYPE_PATH, path_sub_pt, TYPE_PATH, TYPE_POINT)},
    {FUNC(1438, "path_mul_pt", TYPE_PATH, path_mul_pt, TYPE_PATH, TYPE_POINT)},
    {FUNC(1439, "path_div_pt", TYPE_PATH, path_div_pt, TYPE_PATH, TYPE_POINT)},
    {FUNC(1449, "polygon", TYPE_POLYGON, path_poly, TYPE_PATH)},
    {FUNC(1531, "length", TYPE_FLOAT8, path_length, TYPE_PATH)},
    {FUNC(1545, "npoints", TYPE_INT4, path_npoints, TYPE_PATH)},
    {FUNC(2482, "path_recv", TYPE_PATH, generic_recv, TYPE_INTERNAL)},
    {FUNC(2483, "path_send", TYPE_BYTEA, generic_send, TYPE_PATH)},
};

static const struct operator_info operators[] = {
    {512, "<@", TYPE_POINT, TYPE_PATH, TYPE_BOOL, 137, 755, 0, false, false, NULL, NULL},
    {618, "<->", TYPE_POINT, TYPE_PATH, TYPE_FLOAT8, 371, 784, 0, false, false, NULL, NULL},
    {707, "<->", TYPE_PATH, TYPE_PATH, TYPE_FLOAT8, 370, 707, 0, false, false, NULL, NULL},
    {735, "+", TYPE_PATH, TYPE_PATH, TYPE_PATH, 1435, 735, 0, false, false, NULL, NULL},
    {736, "+", TYPE_PATH, TYPE_POINT, TYPE_PATH, 1436, 0, 0, false, false, NULL, NULL},
    {737, "-", TYPE_PATH, TYPE_POINT, TYPE_PATH, 1437, 0, 0, false, false, NULL, NULL},
    {738, "*", TYPE_PATH, TYPE_POINT, TYPE_PATH, 1438, 0, 0, false, false, NULL, NULL},
    {739, "/", TYPE_PATH, TYPE_POINT, TYPE_PATH, 1439, 0, 0, false, false, NULL, NULL},
    {755, "@>", TYPE_PATH, TYPE_POINT, TYPE_BOOL, 1426, 512, 0, false, false, NULL, NULL},
    {784, "<->", TYPE_PATH, TYPE_POINT, TYPE_FLOAT8, 421, 618, 0, false, false, NULL, NULL},
    {792, "=", TYPE_PATH, TYPE_PATH, TYPE_BOOL, 984, 792, 0, false, false, "eqsel", "eqjoinsel"},
    {793, "<", TYPE_PATH, TYPE_PATH, TYPE_BOOL, 982, 794, 0, false, false, NULL, NULL},
    {794, ">", TYPE_PATH, TYPE_PATH, TYPE_BOOL, 983, 793, 0, false, false, NULL, NULL},
    {795, "<=", TYPE_PATH, TYPE_PATH, TYPE_BOOL, 985, 796, 0, false, false, NULL, NULL},
    {796, ">=", TYPE_PATH, TYPE_PATH, TYPE_BOOL, 986, 795, 0, false, false, NULL, NULL},
    {797, "#", OID_NONE, TYPE_PATH, TYPE_INT4, 1432, 0, 0, false, false, NULL, NULL},
    {798, "?#", TYPE_PATH, TYPE_PATH, TYPE_BOOL, 973, 0, 0, false, false, NULL, NULL},
    {799, "@-@", OID_NONE, TYPE_PATH, TYPE_FLOAT8, 987, 0, 0, false, false, NULL, NULL},
};

static const struct cast_info casts[] = {
    {TYPE_PATH, TYPE_POLYGON, 1449, CAST_ASSIGNMENT, CAST_FUNC},
};

const struct type_tables geo_path_tables = {
    .types = types,
    .type_count = COUNT_OF(types),
    .funcs = funcs,
    .func_count = COUNT_OF(funcs),
    .operators = operators,
    .operator_count = COUNT_OF(operators),
    .casts = casts,
    .cast_count = COUNT_OF(casts),
};
