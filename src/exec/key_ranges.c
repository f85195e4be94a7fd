/*
 * key_ranges.c: see key_ranges.h.
 *
 * Equality on a prefix of the index's columns gives key prefixes (several with = ANY); the first
 * column without equality may be bounded on both sides. Encodings are those of index_key.h.
 */
#include "exec/key_ranges.h"
#include "exec/index_key.h"
#include "type/array.h"
#include <stdlib.h>

void
ranges_compile(struct compiler *compiler, struct ranges_code *code, const struct index_def *index,
               const struct plan_bound *bounds, uint32_t bound_count)
{
    struct expr **values = arena_alloc_array(compiler->arena, bound_count, sizeof *values);
    uint32_t equal_count = 0;

    code->index = index;
    code->bounds = bounds;
    code->bound_count = bound_count;
    code->types = arena_alloc_array(compiler->arena, index->key_count, sizeof *code->types);
    for (uint32_t i = 0; i < index->key_count; i++)
        code->types[i] = compiler_type(compiler, index->keys[i].type);
    for (uint32_t i = 0; i < bound_count; i++) {
        bool has_value = bounds[i].kind == BOUND_OP || bounds[i].kind == BOUND_ANY;
        values[i] = has_value ? bounds[i].value : expr_null(compiler->arena, TYPE_BOOL, -1, -1);
        equal_count += bounds[i].kind == BOUND_OP && bounds[i].op == BTREE_EQ;
    }
    if (bound_count != 0)
        code->values = expr_compile(compiler, values, bound_count);
    code->is_simple_point =
        index->is_primary && equal_count == bound_count && equal_count == index->key_count;
}

struct maker {
    struct exec *exec;
    const struct ranges_code *code;
    struct expr_state *values;
    struct arena *arena;
    struct range_list *list;
    uint32_t capacity;
    struct buf *prefix, *low, *high, *edge; /* the execution's scratch */
};

enum fit { FIT_VALUE, FIT_NO_ROW, FIT_EVERY_ROW };

static bool
int_bounds(oid type, int64_t *min, int64_t *max)
{
    switch (type) {
    case TYPE_INT2:
        *min = INT16_MIN;
        *max = INT16_MAX;
        return true;
    case TYPE_INT4:
        *min = INT32_MIN;
        *max = INT32_MAX;
        return true;
    case TYPE_INT8:
        *min = INT64_MIN;
        *max = INT64_MAX;
        return true;
    default:
        return false;
    }
}

static int64_t
int_value(oid type, union datum value)
{
    return type == TYPE_INT2 ? value.i16 : type == TYPE_INT4 ? value.i32 : value.i64;
}

/* Brings an integer of another width to the key's type; says so if no or every key compares. */
static enum fit
fit_value(oid from, oid to, enum btree_op op, union datum *value)
{
    int64_t min, max, from_min, from_max;

    if (from == to || !int_bounds(to, &min, &max) || !int_bounds(from, &from_min, &from_max))
        return FIT_VALUE;
    int64_t v = int_value(from, *value);
    if (v < min || v > max) {
        bool is_below = v < min;
        if (op == BTREE_EQ)
            return FIT_NO_ROW;
        bool wants_greater = op == BTREE_GT || op == BTREE_GE;
        return wants_greater == is_below ? FIT_EVERY_ROW : FIT_NO_ROW;
    }
    if (to == TYPE_INT2)
        value->i16 = (int16_t)v;
    else if (to == TYPE_INT4)
        value->i32 = (int32_t)v;
    else
        value->i64 = v;
    return FIT_VALUE;
}

/* Appends the encoding of one value of key column `key` to `to`. */
static void
put_key(const struct maker *m, uint32_t key, union datum value, bool is_null, struct buf *to)
{
    const struct index_def *index = m->code->index;

    if (index->is_primary)
        primary_key_put(to, m->code->types[key], value);
    else
        index_key_put(to, &index->keys[key], m->code->types[key], value, is_null);
}

static struct scan_range *
add_range(struct maker *m)
{
    struct range_list *list = m->list;

    if (list->count == m->capacity) {
        uint32_t wider = m->capacity == 0 ? 1 : m->capacity * 4;
        struct scan_range *ranges = arena_alloc_array(m->arena, wider, sizeof *ranges);
        if (list->count != 0)
            memcpy(ranges, list->ranges, list->count * sizeof *ranges);
        list->ranges = ranges;
        m->capacity = wider;
    }
    return &list->ranges[list->count++];
}

/* All keys that begin with the prefix. */
static void
add_prefix(struct maker *m, uint32_t key, bool has_null)
{
    const struct index_def *index = m->code->index;
    struct scan_range *range = add_range(m);

    *range = (struct scan_range){{NULL, 0}, {NULL, 0}, false};
    if (m->prefix->bytes == 0)
        return;
    range->from = arena_slice(m->arena, buf_slice(m->prefix));
    if (key == index->key_count && (index->is_primary || (index->is_unique && !has_null))) {
        range->is_point = true;
        return;
    }
    buf_clear(m->edge);
    buf_put_slice(m->edge, buf_slice(m->prefix));
    if (key_after_prefix(m->edge))
        range->to = arena_slice(m->arena, buf_slice(m->edge));
}

/* Narrows [low, high) by one inequality; false if nothing is left. */
static bool
apply_bound(struct maker *m, uint32_t bound_idx, bool *has_high)
{
    const struct plan_bound *bound = &m->code->bounds[bound_idx];
    const struct index_key *key = &m->code->index->keys[bound->key];
    bool is_null;

    if (bound->kind == BOUND_NOT_NULL)
        return true; /* the marker's range says so already */
    union datum value = expr_value(m->values, bound_idx, 0, &is_null);
    if (is_null)
        return false;
    enum fit fit = fit_value(bound->value->type, key->type, bound->op, &value);
    if (fit != FIT_VALUE)
        return fit == FIT_EVERY_ROW;

    buf_clear(m->edge);
    buf_put_slice(m->edge, buf_slice(m->prefix));
    put_key(m, bound->key, value, false, m->edge);
    bool wants_greater = bound->op == BTREE_GT || bound->op == BTREE_GE;
    bool is_low = wants_greater != (key->is_descending && !m->code->index->is_primary);
    bool is_strict = bound->op == BTREE_GT || bound->op == BTREE_LT;
    bool has_edge = is_low != is_strict || key_after_prefix(m->edge);
    if (is_low && !has_edge)
        return false;
    if (is_low && slice_compare(buf_slice(m->edge), buf_slice(m->low)) > 0) {
        buf_clear(m->low);
        buf_put_slice(m->low, buf_slice(m->edge));
    } else if (!is_low && has_edge &&
               (!*has_high || slice_compare(buf_slice(m->edge), buf_slice(m->high)) < 0)) {
        buf_clear(m->high);
        buf_put_slice(m->high, buf_slice(m->edge));
        *has_high = true;
    }
    return true;
}

/* Key column `key` is bounded by inequalities only. */
static void
add_inequalities(struct maker *m, uint32_t key)
{
    bool has_high, is_possible = true;

    buf_clear(m->low);
    buf_clear(m->high);
    buf_put_slice(m->low, buf_slice(m->prefix));
    buf_put_slice(m->high, buf_slice(m->prefix));
    if (!m->code->index->is_primary) {
        buf_put_u8(m->low, INDEX_MARK_VALUE);
        buf_put_u8(m->high, INDEX_MARK_VALUE);
    }
    has_high = key_after_prefix(m->high);
    for (uint32_t i = 0; i < m->code->bound_count && is_possible; i++) {
        if (m->code->bounds[i].key == key)
            is_possible = apply_bound(m, i, &has_high);
    }
    if (!is_possible || (has_high && slice_compare(buf_slice(m->low), buf_slice(m->high)) >= 0))
        return;
    struct scan_range *range = add_range(m);
    *range = (struct scan_range){{NULL, 0}, {NULL, 0}, false};
    if (m->low->bytes != 0)
        range->from = arena_slice(m->arena, buf_slice(m->low));
    if (has_high)
        range->to = arena_slice(m->arena, buf_slice(m->high));
}

static void make_from(struct maker *m, uint32_t key, bool has_null);

/* Key column `key` equals `value` (or is null): on to the next column, the prefix longer by it. */
static void
make_equal(struct maker *m, uint32_t key, bool has_null, oid value_type, union datum value,
           bool is_null)
{
    size_t bytes = m->prefix->bytes;

    if (!is_null &&
        fit_value(value_type, m->code->index->keys[key].type, BTREE_EQ, &value) != FIT_VALUE)
        return;
    put_key(m, key, value, is_null, m->prefix);
    make_from(m, key + 1, has_null || is_null);
    m->prefix->bytes = bytes;
}

static void
make_any(struct maker *m, uint32_t key, bool has_null, uint32_t bound_idx)
{
    bool is_null;
    union datum value = expr_value(m->values, bound_idx, 0, &is_null);

    if (is_null)
        return;
    struct array array = array_read(&value);
    for (uint32_t i = 0; i < array.count; i++) {
        if (!array_is_null(&array, i))
            make_equal(m, key, has_null, array.element, array_get(&array, i), false);
    }
}

static void
make_from(struct maker *m, uint32_t key, bool has_null)
{
    const struct ranges_code *code = m->code;
    bool has_inequality = false;

    for (uint32_t i = 0; i < code->bound_count; i++) {
        const struct plan_bound *bound = &code->bounds[i];
        bool is_null = true;
        if (bound->key != key)
            continue;
        if (bound->kind == BOUND_NULL) {
            make_equal(m, key, has_null, OID_NONE, (union datum){.words = {0, 0}}, true);
            return;
        }
        if (bound->kind == BOUND_ANY) {
            make_any(m, key, has_null, i);
            return;
        }
        if (bound->kind == BOUND_OP && bound->op == BTREE_EQ) {
            union datum value = expr_value(m->values, i, 0, &is_null);
            if (!is_null)
                make_equal(m, key, has_null, bound->value->type, value, false);
            return;
        }
        has_inequality = true;
    }
    if (has_inequality)
        add_inequalities(m, key);
    else
        add_prefix(m, key, has_null);
}

static int
compare_ranges(const void *a, const void *b)
{
    const struct scan_range *left = a, *right = b;

    return slice_compare(left->from, right->from);
}

/* Sorted, without repeats: = ANY may name a value twice, in any order. */
static void
tidy(struct range_list *list)
{
    uint32_t kept = 1;

    if (list->count < 2)
        return;
    qsort(list->ranges, list->count, sizeof *list->ranges, compare_ranges);
    for (uint32_t i = 1; i < list->count; i++) {
        if (!slice_equal(list->ranges[i].from, list->ranges[kept - 1].from))
            list->ranges[kept++] = list->ranges[i];
    }
    list->count = kept;
}

bool
ranges_point_key(const struct ranges_code *code, struct expr_state *values, struct buf *to)
{
    bool is_null;

    for (uint32_t k = 0; k < code->index->key_count; k++) {
        uint32_t i = 0;
        while (code->bounds[i].key != k)
            i++;
        union datum value = expr_value(values, i, 0, &is_null);
        if (is_null || fit_value(code->bounds[i].value->type, code->index->keys[k].type, BTREE_EQ,
                                 &value) != FIT_VALUE)
            return false;
        primary_key_put(to, code->types[k], value);
    }
    return true;
}

/* The common case: one primary key. */
static void
make_point(struct maker *m)
{
    if (!ranges_point_key(m->code, m->values, m->prefix))
        return;
    struct slice key = arena_slice(m->arena, buf_slice(m->prefix));
    *add_range(m) = (struct scan_range){key, {NULL, 0}, true};
}

void
ranges_make(struct exec *exec, const struct ranges_code *code, struct expr_state *values,
            struct arena *arena, struct range_list *list)
{
    struct maker m = {.exec = exec, .code = code, .values = values, .arena = arena, .list = list};
    struct batch one = {.count = 1};

    *list = (struct range_list){0, NULL};
    if (values != NULL)
        expr_run(values, &one); /* may run subplans, which use the scratch too: so it comes first */
    m.prefix = &exec->scratch[0];
    m.low = &exec->scratch[1];
    m.high = &exec->scratch[2];
    m.edge = &exec->scratch[3];
    buf_clear(m.prefix);
    if (code->is_simple_point) {
        make_point(&m);
        return;
    }
    make_from(&m, 0, false);
    tidy(list);
}
