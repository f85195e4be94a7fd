/*
 * items.c: classes of items; the items of arrays, ranges, addresses and of values themselves.
 *
 * An array's items are a byte each and what it stands for: 0 a null, 1 an element's key, 2 the hash
 * of a key that is long, 3 that there are no elements.
 */
#include "type/items.h"

#include "base/hash.h"
#include "type/array.h"
#include "type/inet.h"
#include "type/range.h"
#include "type/tables.h"
#include <stdlib.h>

#define LONG_BYTES 200 /* keys that are longer are hashed */

/* ---- methods and classes ---- */

static const struct {
    const char *name;
    oid method;
} methods[INDEX_METHODS] = {
    [INDEX_BTREE] = {"btree", 403}, [INDEX_HASH] = {"hash", 405},
    [INDEX_GIN] = {"gin", 2742},    [INDEX_GIST] = {"gist", 783},
    [INDEX_BRIN] = {"brin", 3580},  [INDEX_SPGIST] = {"spgist", 4000},
};

enum index_method
index_method_of(const char *name)
{
    int method = 0;
    while (method < INDEX_METHODS && strcmp(methods[method].name, name) != 0)
        method++;
    return (enum index_method)method;
}

const char *
index_method_name(enum index_method method)
{
    return methods[method].name;
}

oid
index_method_oid(enum index_method method)
{
    return methods[method].method;
}

struct class_row {
    oid type;
    enum item_class class;
    const char *opclass;
    bool is_default;
};

static const struct class_row gin_classes[] = {
    {TYPE_JSONB, ITEMS_JSONB, "jsonb_ops", true},
    {TYPE_JSONB, ITEMS_JSONB_PATH, "jsonb_path_ops", false},
    {TYPE_TSVECTOR, ITEMS_TSVECTOR, "tsvector_ops", true},
};
static const struct class_row gist_classes[] = {
    {TYPE_POINT, ITEMS_POINT, "point_ops", true},
    {TYPE_BOX, ITEMS_BOX, "box_ops", true},
    {TYPE_POLYGON, ITEMS_POLYGON, "poly_ops", true},
    {TYPE_CIRCLE, ITEMS_CIRCLE, "circle_ops", true},
    {TYPE_INET, ITEMS_INET, "inet_ops", false},
    {TYPE_CIDR, ITEMS_INET, "inet_ops", false},
    {TYPE_ANYRANGE, ITEMS_RANGE, "range_ops", true},
    {TYPE_TSVECTOR, ITEMS_TSVECTOR, "tsvector_ops", true},
};
static const struct class_row spgist_classes[] = {
    {TYPE_POINT, ITEMS_POINT, "quad_point_ops", true},
    {TYPE_POINT, ITEMS_POINT, "kd_point_ops", false},
    {TYPE_BOX, ITEMS_BOX, "box_ops", true},
    {TYPE_POLYGON, ITEMS_POLYGON, "poly_ops", true},
    {TYPE_INET, ITEMS_INET, "inet_ops", true},
    {TYPE_CIDR, ITEMS_INET, "inet_ops", true},
    {TYPE_TEXT, ITEMS_VALUE, "text_ops", true},
    {TYPE_VARCHAR, ITEMS_VALUE, "text_ops", true},
    {TYPE_ANYRANGE, ITEMS_RANGE, "range_ops", true},
};
static const struct class_row brin_classes[] = {
    {TYPE_BOX, ITEMS_BOX, "box_inclusion_ops", true},
    {TYPE_INET, ITEMS_INET, "inet_inclusion_ops", true},
    {TYPE_CIDR, ITEMS_INET, "inet_inclusion_ops", true},
    {TYPE_ANYRANGE, ITEMS_RANGE, "range_inclusion_ops", true},
};

static enum item_class
find_class(const struct class_row *rows, size_t count, oid type, const char *opclass)
{
    for (size_t i = 0; i < count; i++) {
        if (rows[i].type == type &&
            (opclass == NULL ? rows[i].is_default : strcmp(rows[i].opclass, opclass) == 0))
            return rows[i].class;
    }
    return ITEMS_NONE;
}

enum item_class
item_class_of(enum index_method method, const struct type_info *type,
              const struct type_info *element, const char *opclass)
{
    oid name = type->kind == 'r' ? TYPE_ANYRANGE : type->type;
    enum item_class class;
    switch (method) {
    case INDEX_HASH:
        return type->hash == NULL ? ITEMS_NONE : ITEMS_HASH;
    case INDEX_GIN:
        if (element != NULL && type->category == 'A')
            return element->key_put == NULL ? ITEMS_NONE : ITEMS_ARRAY;
        return find_class(gin_classes, COUNT_OF(gin_classes), name, opclass);
    case INDEX_GIST:
        return find_class(gist_classes, COUNT_OF(gist_classes), name, opclass);
    case INDEX_SPGIST:
        return find_class(spgist_classes, COUNT_OF(spgist_classes), name, opclass);
    case INDEX_BRIN:
        class = find_class(brin_classes, COUNT_OF(brin_classes), name, opclass);
        if (class != ITEMS_NONE)
            return class;
        return type->key_put == NULL || type->compare == NULL ? ITEMS_NONE : ITEMS_VALUE;
    case INDEX_BTREE:
        break;
    }
    return ITEMS_NONE;
}

bool
index_is_default_opclass(enum index_method method, oid type, const char *opclass)
{
    static const struct {
        const struct class_row *rows;
        size_t count;
    } lists[INDEX_METHODS] = {[INDEX_GIN] = {gin_classes, COUNT_OF(gin_classes)},
                              [INDEX_GIST] = {gist_classes, COUNT_OF(gist_classes)},
                              [INDEX_SPGIST] = {spgist_classes, COUNT_OF(spgist_classes)}};
    for (size_t i = 0; i < lists[method].count; i++) {
        if (lists[method].rows[i].type == type &&
            strcmp(lists[method].rows[i].opclass, opclass) == 0)
            return lists[method].rows[i].is_default;
    }
    /* Of all others only those for patterns are not. */
    return strstr(opclass, "pattern_ops") == NULL;
}

#define ARRAY_OVERLAPS 2750
#define ARRAY_HOLDS 2751
#define ARRAY_HELD 2752
#define ARRAY_EQUAL 1070

static bool
is_listed(const oid *ops, size_t count, oid op)
{
    for (size_t i = 0; i < count; i++) {
        if (ops[i] == op)
            return true;
    }
    return false;
}

#define RANGE_EQUAL 3882
#define RANGE_OVERLAPS 3888
#define RANGE_HOLDS_VALUE 3889
#define RANGE_HOLDS 3890
#define RANGE_HELD 3892
#define RANGE_BEFORE 3893
#define RANGE_AFTER 3894
#define RANGE_NOT_LEFT 3896
#define INET_EQUAL 1201
#define INET_LT 1203
#define INET_LE 1204
#define INET_GT 1205
#define INET_GE 1206
#define INET_SUB 931
#define INET_SUB_EQUAL 932
#define INET_OVERLAPS 3552

bool
item_class_answers(enum item_class class, oid op)
{
    static const oid arrays[] = {ARRAY_OVERLAPS, ARRAY_HOLDS, ARRAY_HELD, ARRAY_EQUAL};
    static const oid jsonb[] = {3246, 3247, 3248, 3249, 4012, 4013};
    static const oid jsonb_paths[] = {3246, 4012, 4013};
    static const oid points[] = {507, 508, 510, 511, 756, 758};
    static const oid boxes[] = {493, 494, 500, 495, 496, 499, 498, 497};
    static const oid polygons[] = {485, 486, 492, 487, 488, 491, 490, 489};
    static const oid circles[] = {1506, 1507, 1513, 1508, 1509, 1512, 1511, 1510};
    static const oid ranges[] = {RANGE_EQUAL, RANGE_OVERLAPS, RANGE_HOLDS_VALUE, RANGE_HOLDS,
                                 RANGE_HELD,  RANGE_BEFORE,   RANGE_AFTER,       RANGE_NOT_LEFT};
    static const oid inets[] = {INET_EQUAL, INET_LT,  INET_LE,        INET_GT,
                                INET_GE,    INET_SUB, INET_SUB_EQUAL, INET_OVERLAPS};
    switch (class) {
    case ITEMS_ARRAY:
        return is_listed(arrays, COUNT_OF(arrays), op);
    case ITEMS_JSONB:
        return is_listed(jsonb, COUNT_OF(jsonb), op);
    case ITEMS_JSONB_PATH:
        return is_listed(jsonb_paths, COUNT_OF(jsonb_paths), op);
    case ITEMS_POINT:
        return is_listed(points, COUNT_OF(points), op);
    case ITEMS_BOX:
        return is_listed(boxes, COUNT_OF(boxes), op);
    case ITEMS_POLYGON:
        return is_listed(polygons, COUNT_OF(polygons), op);
    case ITEMS_CIRCLE:
        return is_listed(circles, COUNT_OF(circles), op);
    case ITEMS_TSVECTOR:
        return op == 3636 || op == 3660;
    case ITEMS_RANGE:
        return is_listed(ranges, COUNT_OF(ranges), op);
    case ITEMS_INET:
        return is_listed(inets, COUNT_OF(inets), op);
    case ITEMS_NONE:
    case ITEMS_HASH: /* by the operators' places in the type's order: the planner's matter */
    case ITEMS_VALUE:
        break;
    }
    return false;
}

/* ---- lists and queries ---- */

void
item_add(struct item_list *list, struct slice item)
{
    if (list->count == list->capacity) {
        uint32_t capacity = list->capacity == 0 ? 8 : list->capacity * 2;
        struct slice *items = arena_alloc_array(list->arena, capacity, sizeof *items);
        if (list->count != 0)
            memcpy(items, list->items, list->count * sizeof *items);
        list->items = items;
        list->capacity = capacity;
    }
    list->items[list->count++] = arena_slice(list->arena, item);
}

static int
compare_items(const void *a, const void *b)
{
    return slice_compare(*(const struct slice *)a, *(const struct slice *)b);
}

static void
sort_items(struct item_list *list, uint32_t first)
{
    uint32_t kept = first;
    if (list->count - first < 2)
        return;
    qsort(list->items + first, list->count - first, sizeof *list->items, compare_items);
    for (uint32_t i = first; i < list->count; i++) {
        if (kept == first || !slice_equal(list->items[kept - 1], list->items[i]))
            list->items[kept++] = list->items[i];
    }
    list->count = kept;
}

static struct item_query *
query_new(struct arena *arena, enum item_query_kind kind)
{
    struct item_query *query = arena_alloc_zero(arena, sizeof *query);
    query->kind = kind;
    return query;
}

struct item_query *
item_query_all(struct arena *arena)
{
    return query_new(arena, ITEM_QUERY_ALL);
}

struct item_query *
item_query_none(struct arena *arena)
{
    return query_new(arena, ITEM_QUERY_NONE);
}

struct item_query *
item_query_exact(struct arena *arena, struct slice item)
{
    struct item_query *query = query_new(arena, ITEM_QUERY_RANGE);
    query->is_exact = true;
    query->from = arena_slice(arena, item);
    return query;
}

struct item_query *
item_query_range(struct arena *arena, struct slice from, struct slice to)
{
    struct item_query *query = query_new(arena, ITEM_QUERY_RANGE);
    query->from = from.data == NULL ? from : arena_slice(arena, from);
    query->to = to.data == NULL ? to : arena_slice(arena, to);
    return query;
}

static struct item_query *
join(struct arena *arena, enum item_query_kind kind, struct item_query *a, struct item_query *b)
{
    uint32_t count = a->kind == kind ? a->count : 1;
    struct item_query *query = query_new(arena, kind);
    query->parts = arena_alloc_array(arena, 2 * (size_t)count + 2, sizeof *query->parts);
    memcpy(query->parts, a->kind == kind ? a->parts : &a, count * sizeof *query->parts);
    query->parts[count] = b;
    query->count = count + 1;
    return query;
}

struct item_query *
item_query_and(struct arena *arena, struct item_query *a, struct item_query *b)
{
    if (a == NULL || b == NULL)
        return a == NULL ? b : a;
    if (a->kind == ITEM_QUERY_NONE || b->kind == ITEM_QUERY_ALL)
        return a;
    if (b->kind == ITEM_QUERY_NONE || a->kind == ITEM_QUERY_ALL)
        return b;
    return join(arena, ITEM_QUERY_AND, a, b);
}

struct item_query *
item_query_or(struct arena *arena, struct item_query *a, struct item_query *b)
{
    if (a == NULL || b == NULL)
        return a == NULL ? b : a;
    if (a->kind == ITEM_QUERY_ALL || b->kind == ITEM_QUERY_NONE)
        return a;
    if (b->kind == ITEM_QUERY_ALL || a->kind == ITEM_QUERY_NONE)
        return b;
    return join(arena, ITEM_QUERY_OR, a, b);
}

/* ---- arrays ---- */

enum array_item { ARRAY_ITEM_NULL, ARRAY_ITEM_KEY, ARRAY_ITEM_HASH, ARRAY_ITEM_EMPTY };

/* An element's item in `to`. */
static void
element_item(const struct type_info *contract, const struct array *array, uint32_t element_idx,
             struct buf *to)
{
    buf_clear(to);
    if (array_is_null(array, element_idx)) {
        buf_put_u8(to, ARRAY_ITEM_NULL);
        return;
    }
    buf_put_u8(to, ARRAY_ITEM_KEY);
    (void)contract->key_put(array_get(array, element_idx), to);
    if (to->bytes > LONG_BYTES) {
        uint64_t hash = hash_bytes(to->data, to->bytes);
        buf_clear(to);
        buf_put_u8(to, ARRAY_ITEM_HASH);
        buf_put_be64(to, hash);
    }
}

static const uint8_t empty_item[] = {ARRAY_ITEM_EMPTY};

static void
items_of_array(const struct type_env *env, const union datum *value, struct item_list *list)
{
    struct array array = array_read(value);
    const struct type_info *contract = types_find(env->types, array.contract);
    struct buf *item = buf_new(list->arena);
    for (uint32_t i = 0; i < array.count; i++) {
        element_item(contract, &array, i, item);
        item_add(list, buf_slice(item));
    }
    if (array.count == 0)
        item_add(list, slice_of(empty_item, sizeof empty_item));
    buf_deinit(item);
}

static struct item_query *
items_of_array_query(const struct type_env *env, struct arena *arena, oid op,
                     const union datum *value)
{
    struct array array = array_read(value);
    const struct type_info *contract = types_find(env->types, array.contract);
    struct buf *item = buf_new(arena);
    struct item_query *query = NULL;
    bool is_any = op == ARRAY_OVERLAPS || op == ARRAY_HELD;
    for (uint32_t i = 0; i < array.count; i++) {
        bool is_null = array_is_null(&array, i);
        if (is_null && op == ARRAY_HOLDS)
            return item_query_none(arena);
        if (is_null && is_any)
            continue;
        element_item(contract, &array, i, item);
        struct item_query *exact = item_query_exact(arena, buf_slice(item));
        query = is_any ? item_query_or(arena, query, exact) : item_query_and(arena, query, exact);
    }
    buf_deinit(item);
    struct item_query *empty = item_query_exact(arena, slice_of(empty_item, sizeof empty_item));
    if (op == ARRAY_HELD)
        return item_query_or(arena, query, empty);
    if (query != NULL)
        return query;
    return op == ARRAY_EQUAL      ? empty
           : op == ARRAY_OVERLAPS ? item_query_none(arena)
                                  : item_query_all(arena);
}

/* ---- ranges: 0, or 1 and the lower bound as keys have it ---- */

static const uint8_t empty_range[] = {0};
static const uint8_t some_range[] = {1};

/* The first item after all whose lower bound has that value. */
static void
put_bound(const struct type_info *contract, const struct range_bound *bound, struct buf *to)
{
    buf_clear(to);
    buf_put_u8(to, 1);
    if (bound->is_infinite && bound->is_lower) {
        buf_put_u8(to, 0);
        return;
    }
    buf_put_u8(to, 1);
    (void)contract->key_put(bound->value, to);
}

static struct slice
after(struct buf *bytes)
{
    while (bytes->bytes != 0 && bytes->data[bytes->bytes - 1] == 0xff)
        bytes->bytes--;
    if (bytes->bytes == 0)
        return slice_of(NULL, 0);
    bytes->data[bytes->bytes - 1]++;
    return buf_slice(bytes);
}

static void
items_of_range(const struct type_env *env, const struct type_info *type, const union datum *value,
               struct item_list *list)
{
    struct range_value range = range_read(value);
    struct range_form form = range_form_of(env, type->type);
    struct buf *item = buf_new(list->arena);
    if (range.is_empty)
        buf_put(item, empty_range, sizeof empty_range);
    else
        put_bound(form.contract, &range.lower, item);
    item_add(list, buf_slice(item));
    buf_deinit(item);
}

/* Ranges, not empty, whose lower bound is `low` at least and not above `high`; null: any. */
static struct item_query *
range_between(struct arena *arena, const struct type_info *contract, const struct range_bound *low,
              const struct range_bound *high)
{
    struct buf *from = buf_new(arena), *to = buf_new(arena);
    if (low == NULL || low->is_infinite)
        buf_put(from, some_range, sizeof some_range);
    else
        put_bound(contract, low, from);
    struct slice end = slice_of(NULL, 0);
    if (high != NULL && !high->is_infinite) {
        put_bound(contract, high, to);
        end = after(to);
    }
    return item_query_range(arena, buf_slice(from), end);
}

static struct item_query *
items_of_range_query(const struct type_env *env, struct arena *arena, const struct type_info *type,
                     oid op, const union datum *value)
{
    struct range_form form = range_form_of(env, type->type);
    if (op == RANGE_HOLDS_VALUE) {
        struct range_bound bound = {.value = *value};
        return range_between(arena, form.contract, NULL, &bound);
    }
    struct range_value range = range_read(value);
    struct item_query *empty = item_query_exact(arena, slice_of(empty_range, sizeof empty_range));
    if (range.is_empty)
        return op == RANGE_HOLDS                       ? item_query_all(arena)
               : op == RANGE_EQUAL || op == RANGE_HELD ? empty
                                                       : item_query_none(arena);
    switch (op) {
    case RANGE_EQUAL:
        return range_between(arena, form.contract, &range.lower,
                             range.lower.is_infinite ? &range.upper : &range.lower);
    case RANGE_OVERLAPS:
        return range_between(arena, form.contract, NULL, &range.upper);
    case RANGE_HELD:
        return item_query_or(arena, empty,
                             range_between(arena, form.contract, &range.lower, &range.upper));
    case RANGE_HOLDS:
    case RANGE_BEFORE: {
        struct range_bound lower = range.lower;
        if (lower.is_infinite && op == RANGE_BEFORE)
            return item_query_none(arena);
        return range_between(arena, form.contract, NULL, lower.is_infinite ? NULL : &lower);
    }
    case RANGE_AFTER:
        return range.upper.is_infinite ? item_query_none(arena)
                                       : range_between(arena, form.contract, &range.upper, NULL);
    default: /* RANGE_NOT_LEFT */
        return range_between(arena, form.contract, &range.lower, NULL);
    }
}

/* ---- addresses and values: their keys ---- */

static struct item_query *
order_query(struct arena *arena, int strategy, struct buf *key)
{
    struct slice none = slice_of(NULL, 0), low = arena_slice(arena, buf_slice(key));
    if (strategy == BTREE_EQ)
        return item_query_exact(arena, low);
    if (strategy == BTREE_LT)
        return item_query_range(arena, none, low);
    if (strategy == BTREE_GE)
        return item_query_range(arena, low, none);
    struct slice end = after(key);
    return strategy == BTREE_LE ? item_query_range(arena, none, end)
           : end.data == NULL   ? item_query_none(arena)
                                : item_query_range(arena, end, none);
}

/* The addresses of a network lie together, after all that are shorter. */
static struct item_query *
network_query(struct arena *arena, const union datum *value)
{
    struct inet inet = datum_inet(value);
    inet_clear_host(&inet);
    struct buf *from = buf_new(arena), *to = buf_new(arena);
    buf_put_u8(from, inet.family);
    buf_put(from, inet.address, inet_bytes(&inet));
    for (uint32_t i = 0; i < inet_bytes(&inet); i++)
        inet.address[i] |= (uint8_t)~inet_mask_byte(inet.bits, i);
    buf_put_u8(to, inet.family);
    buf_put(to, inet.address, inet_bytes(&inet));
    return item_query_range(arena, buf_slice(from), after(to));
}

static struct item_query *
items_of_inet_query(struct arena *arena, const struct type_info *type, oid op,
                    const union datum *value)
{
    if (op == INET_SUB || op == INET_SUB_EQUAL)
        return network_query(arena, value);
    struct buf *key = buf_new(arena);
    if (op != INET_OVERLAPS) {
        static const oid ops[] = {0, INET_LT, INET_LE, INET_EQUAL, INET_GE, INET_GT};
        int strategy = BTREE_LT;
        while (ops[strategy] != op)
            strategy++;
        (void)type->key_put(*value, key);
        return order_query(arena, strategy, key);
    }
    /* What is in the network, or a network around it: those of shorter masks. */
    struct inet inet = datum_inet(value);
    struct item_query *query = network_query(arena, value);
    for (uint32_t bits = 0; bits < inet.bits; bits++) {
        struct inet outer = inet;
        outer.bits = (uint8_t)bits;
        inet_clear_host(&outer);
        buf_clear(key);
        buf_put_u8(key, outer.family);
        buf_put(key, outer.address, inet_bytes(&outer));
        buf_put_u8(key, outer.bits);
        struct slice from = arena_slice(arena, buf_slice(key));
        query = item_query_or(arena, query, item_query_range(arena, from, after(key)));
    }
    return query;
}

/* ---- all ---- */

void
items_of_value(const struct type_env *env, enum item_class class, const struct type_info *type,
               const union datum *value, struct item_list *list)
{
    uint32_t first = list->count;
    struct buf *key;
    switch (class) {
    case ITEMS_ARRAY:
        items_of_array(env, value, list);
        break;
    case ITEMS_JSONB:
    case ITEMS_JSONB_PATH:
        items_of_jsonb(env, class == ITEMS_JSONB_PATH, value, list);
        break;
    case ITEMS_POINT:
    case ITEMS_BOX:
    case ITEMS_POLYGON:
    case ITEMS_CIRCLE:
        items_of_figure(env, class, value, list);
        break;
    case ITEMS_TSVECTOR:
        items_of_tsvector(value, list);
        break;
    case ITEMS_RANGE:
        items_of_range(env, type, value, list);
        break;
    case ITEMS_HASH:
    case ITEMS_VALUE:
    case ITEMS_INET:
        key = buf_new(list->arena);
        if (class == ITEMS_HASH)
            buf_put_be64(key, type->hash(*value));
        else
            (void)type->key_put(*value, key);
        item_add(list, buf_slice(key));
        buf_deinit(key);
        break;
    case ITEMS_NONE:
        break;
    }
    sort_items(list, first);
}

const struct item_query *
items_of_query(const struct type_env *env, struct arena *arena, enum item_class class,
               const struct type_info *type, oid op, const union datum *value)
{
    struct buf *key;
    switch (class) {
    case ITEMS_ARRAY:
        return items_of_array_query(env, arena, op, value);
    case ITEMS_JSONB:
    case ITEMS_JSONB_PATH:
        return items_of_jsonb_query(env, arena, class == ITEMS_JSONB_PATH, op, value);
    case ITEMS_POINT:
    case ITEMS_BOX:
    case ITEMS_POLYGON:
    case ITEMS_CIRCLE:
        return items_of_figure_query(env, arena, class, op, value);
    case ITEMS_TSVECTOR:
        return items_of_tsquery(arena, value);
    case ITEMS_RANGE:
        return items_of_range_query(env, arena, type, op, value);
    case ITEMS_INET:
        return items_of_inet_query(arena, type, op, value);
    case ITEMS_HASH:
    case ITEMS_VALUE:
        key = buf_new(arena);
        if (class == ITEMS_HASH)
            buf_put_be64(key, type->hash(*value));
        else
            (void)type->key_put(*value, key);
        return order_query(arena, types_btree_strategy(env->types, op), key);
    case ITEMS_NONE:
        break;
    }
    return item_query_all(arena);
}
