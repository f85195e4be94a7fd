/*
 * items_figure.c: the item of a geometric value is its left edge: the key of a number.
 *
 * Only what operators ask of that edge narrows a search. What counts as equal within GEO_EPSILON is
 * looked for twice as far off.
 */
#include "type/geo.h"
#include "type/items.h"

#define SLACK (2 * GEO_EPSILON)

/* From left to right, as double precision orders: not-a-number is last. */
struct extent {
    double left, right;
};

static struct extent
extent_of_polygon(const union datum *value)
{
    struct box box;
    memcpy(&box, view_data(&value->view), sizeof box); /* a polygon begins with it */
    return (struct extent){box.low.x, box.high.x};
}

static struct extent
extent_of_circle(const union datum *value)
{
    struct circle circle = datum_circle(value);
    return (struct extent){circle.center.x - circle.radius, circle.center.x + circle.radius};
}

static struct extent
extent_of(enum item_class class, const union datum *value)
{
    struct box box;
    switch (class) {
    case ITEMS_POINT:
        return (struct extent){datum_point(*value).x, datum_point(*value).x};
    case ITEMS_POLYGON:
        return extent_of_polygon(value);
    case ITEMS_CIRCLE:
        return extent_of_circle(value);
    default:
        box = datum_box(value);
        return (struct extent){box.low.x, box.high.x};
    }
}

static void
put_number(const struct type_env *env, double number, struct buf *to)
{
    (void)types_find(env->types, TYPE_FLOAT8)->key_put(f64_datum(number == 0 ? 0 : number), to);
}

void
items_of_figure(const struct type_env *env, enum item_class class, const union datum *value,
                struct item_list *list)
{
    struct buf *item = buf_new(list->arena);
    put_number(env, extent_of(class, value).left, item);
    item_add(list, buf_slice(item));
    buf_deinit(item);
}

static struct item_query *
between(const struct type_env *env, struct arena *arena, double low, double high)
{
    if (isnan(low) || isnan(high))
        return item_query_all(arena);
    struct buf *from = buf_new(arena), *to = buf_new(arena);
    put_number(env, low - SLACK - fabs(low) * 1e-9, from);
    put_number(env, high + SLACK + fabs(high) * 1e-9, to);
    buf_put_u8(to, 0); /* the number itself is looked at too */
    return item_query_range(arena, buf_slice(from),
                            isinf(high) ? slice_of(NULL, 0) : buf_slice(to));
}

/* A point: to the left, to the right, the same, in a box, a polygon, a circle. */
static struct item_query *
point_query(const struct type_env *env, struct arena *arena, oid op, const union datum *value)
{
    struct extent e;
    switch (op) {
    case 507:
        return between(env, arena, -INFINITY, datum_point(*value).x);
    case 508:
        return between(env, arena, datum_point(*value).x, INFINITY);
    case 511:
        e = extent_of(ITEMS_BOX, value);
        break;
    case 756:
        e = extent_of(ITEMS_POLYGON, value);
        break;
    case 758:
        e = extent_of(ITEMS_CIRCLE, value);
        break;
    default:
        e = extent_of(ITEMS_POINT, value);
        break;
    }
    return between(env, arena, e.left, e.right);
}

enum relation { LEFT, OVER_LEFT, OVERLAPS, OVER_RIGHT, RIGHT, SAME, HOLDS, HELD, RELATIONS };

static const oid box_ops[RELATIONS] = {493, 494, 500, 495, 496, 499, 498, 497};
static const oid polygon_ops[RELATIONS] = {485, 486, 492, 487, 488, 491, 490, 489};
static const oid circle_ops[RELATIONS] = {1506, 1507, 1513, 1508, 1509, 1512, 1511, 1510};

struct item_query *
items_of_figure_query(const struct type_env *env, struct arena *arena, enum item_class class,
                      oid op, const union datum *value)
{
    if (class == ITEMS_POINT)
        return point_query(env, arena, op, value);
    const oid *ops = class == ITEMS_BOX       ? box_ops
                     : class == ITEMS_POLYGON ? polygon_ops
                                              : circle_ops;
    struct extent e = extent_of(class, value);
    int relation = 0;
    while (relation < RELATIONS && ops[relation] != op)
        relation++;
    switch (relation) {
    case LEFT:
    case HOLDS:
        return between(env, arena, -INFINITY, e.left);
    case OVER_LEFT:
    case OVERLAPS:
        return between(env, arena, -INFINITY, e.right);
    case OVER_RIGHT:
        return between(env, arena, e.left, INFINITY);
    case RIGHT:
        return between(env, arena, e.right, INFINITY);
    case SAME:
        /* Polygons and circles are the same where their parts are: the edge may be off by more. */
        return between(env, arena, e.left - SLACK, e.left + SLACK);
    case HELD:
        return between(env, arena, e.left, e.right);
    default:
        return item_query_all(arena);
    }
}
