/*
 * multirange.c: multirange values: reading and making them, their order, hash and keys. range.h
 * draws the format.
 *
 * A key is, for each range, 1 and the range's key; then 0.
 */
#include "base/hash.h"
#include "base/raise.h"
#include "type/range.h"

#include <stdlib.h>

struct multirange
multirange_read(const union datum *value)
{
    const uint8_t *at = view_data(&value->view);
    uint32_t count = le32_get(at + 8);
    return (struct multirange){.count = count,
                               .offsets = at + RANGE_HEAD_BYTES,
                               .bytes = at + RANGE_HEAD_BYTES + ((size_t)count + 1) * 4};
}

union datum
multirange_at(const struct multirange *multirange, uint32_t range_idx)
{
    const uint8_t *at = multirange->offsets + (size_t)range_idx * 4;
    uint32_t start = le32_get(at), end = le32_get(at + 4);
    return (union datum){.view = view_of(multirange->bytes + start, end - start)};
}

struct range_value
multirange_get(const struct multirange *multirange, uint32_t range_idx)
{
    union datum value = multirange_at(multirange, range_idx);
    return range_read(&value);
}

/* ---- making ---- */

static int
compare_ranges(const void *a, const void *b)
{
    return range_order(*(const union datum *)a, *(const union datum *)b);
}

/* One range from two that overlap or adjoin. */
static union datum
join(const struct range_form *form, struct arena *arena, const struct range_value *a,
     const struct range_value *b)
{
    return range_make(form, arena, range_bound_min(form, &a->lower, &b->lower),
                      range_bound_max(form, &a->upper, &b->upper));
}

/* R5: sorts, joins and drops; returns how many are left. */
static uint32_t
settle(const struct range_form *form, struct arena *arena, union datum *ranges, uint32_t count)
{
    if (count > 1)
        qsort(ranges, count, sizeof *ranges, compare_ranges);
    uint32_t kept = 0;
    for (uint32_t i = 0; i < count; i++) {
        struct range_value range = range_read(&ranges[i]);
        if (range.is_empty)
            continue;
        struct range_value last = {.is_empty = true};
        if (kept > 0)
            last = range_read(&ranges[kept - 1]);
        if (range_overlaps(form, &last, &range) || range_adjoins(form, &last, &range))
            ranges[kept - 1] = join(form, arena, &last, &range);
        else
            ranges[kept++] = ranges[i];
    }
    return kept;
}

union datum
multirange_make(const struct range_form *form, struct arena *arena, union datum *ranges,
                uint32_t count)
{
    count = settle(form, arena, ranges, count);
    size_t bytes = 0;
    for (uint32_t i = 0; i < count; i++)
        bytes += ranges[i].view.bytes;
    size_t head = RANGE_HEAD_BYTES + ((size_t)count + 1) * 4;
    if (bytes + head > UINT32_MAX / 2)
        raise(SQLSTATE_PROGRAM_LIMIT_EXCEEDED, "multirange value is too large");
    uint8_t *start = arena_alloc(arena, head + bytes);
    le32_set(start, form->type->multirange);
    le32_set(start + 4, form->contract->type);
    le32_set(start + 8, count);
    le32_set(start + 12, 0);
    uint8_t *offset = start + RANGE_HEAD_BYTES, *to = start + head;
    for (uint32_t i = 0; i < count; i++, offset += 4) {
        le32_set(offset, (uint32_t)(to - start - head));
        struct slice range = datum_slice(&ranges[i]);
        memcpy(to, range.data, range.bytes);
        to += range.bytes;
    }
    le32_set(offset, (uint32_t)bytes);
    return (union datum){.view = view_of(start, head + bytes)};
}

union datum
multirange_intersect(const struct range_form *form, struct arena *arena, const struct multirange *a,
                     const struct multirange *b)
{
    uint32_t i = 0, k = 0, count = 0;
    union datum *ranges = arena_alloc_array(arena, (size_t)a->count + b->count + 1, sizeof *ranges);
    while (i < a->count && k < b->count) {
        struct range_value x = multirange_get(a, i), y = multirange_get(b, k);
        if (range_overlaps(form, &x, &y))
            ranges[count++] = range_intersect(form, arena, &x, &y);
        if (range_bound_compare(form, &x.upper, &y.upper) < 0)
            i++;
        else
            k++;
    }
    return multirange_make(form, arena, ranges, count);
}

/* ---- order, hash, keys ---- */

int
multirange_order(union datum a, union datum b)
{
    struct multirange x = multirange_read(&a), y = multirange_read(&b);
    for (uint32_t i = 0; i < x.count && i < y.count; i++) {
        int order = range_order(multirange_at(&x, i), multirange_at(&y, i));
        if (order != 0)
            return order;
    }
    return (x.count > y.count) - (x.count < y.count);
}

uint64_t
multirange_hash(union datum value)
{
    struct multirange multirange = multirange_read(&value);
    uint64_t hash = hash_u64(multirange.count);
    for (uint32_t i = 0; i < multirange.count; i++)
        hash = hash_combine(hash, range_hash(multirange_at(&multirange, i)));
    return hash;
}

bool
multirange_key_put(union datum value, struct buf *to)
{
    struct multirange multirange = multirange_read(&value);
    for (uint32_t i = 0; i < multirange.count; i++) {
        buf_put_u8(to, 1);
        if (!range_key_put(multirange_at(&multirange, i), to))
            return false;
    }
    buf_put_u8(to, 0);
    return true;
}
