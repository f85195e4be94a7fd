/*
 * bit_func.c: the functions, bitwise operators, number casts and aggregates of strings of bits.
 */
#include "base/raise.h"
#include "type/bit.h"
#include "type/generic.h"
#include "type/tables.h"

/* ---- and, or, xor, not ---- */

enum bit_op { BIT_AND, BIT_OR, BIT_XOR };

static uint8_t
combine_bytes(enum bit_op op, uint8_t a, uint8_t b)
{
    switch (op) {
    case BIT_AND:
        return a & b;
    case BIT_OR:
        return a | b;
    default:
        return a ^ b;
    }
}

/* Into `data`, which may be that of `a`. */
static void
combine_into(uint8_t *data, struct bits a, struct bits b, enum bit_op op)
{
    static const char *const names[] = {"AND", "OR", "XOR"};
    if (a.count != b.count)
        raise(SQLSTATE_STRING_DATA_LENGTH_MISMATCH, "cannot %s bit strings of different sizes",
              names[op]);
    for (size_t i = 0; i < bits_bytes(a.count); i++)
        data[i] = combine_bytes(op, a.data[i], b.data[i]);
}

static union datum
combine(struct func_call *call, const union datum *args, enum bit_op op)
{
    struct bits a = bits_read(&args[0]);
    uint8_t *data = bits_alloc(call->arena, a.count);
    combine_into(data, a, bits_read(&args[1]), op);
    return bits_datum(data, a.count);
}

static union datum
bit_and(struct func_call *call, const union datum *args)
{
    return combine(call, args, BIT_AND);
}

static union datum
bit_or(struct func_call *call, const union datum *args)
{
    return combine(call, args, BIT_OR);
}

static union datum
bit_xor(struct func_call *call, const union datum *args)
{
    return combine(call, args, BIT_XOR);
}

static union datum
bit_not(struct func_call *call, const union datum *args)
{
    struct bits bits = bits_read(&args[0]);
    uint8_t *data = bits_alloc(call->arena, bits.count);
    for (size_t i = 0; i < bits_bytes(bits.count); i++)
        data[i] = (uint8_t)~bits.data[i];
    if (bits.count % 8 != 0)
        data[bits.count / 8] &= (uint8_t)(0xff << (8 - bits.count % 8));
    return bits_datum(data, bits.count);
}

/* ---- shifts ---- */

/* Towards the first bit if `left` is positive, else towards the last. */
static union datum
shift(struct func_call *call, struct bits bits, int64_t left)
{
    uint8_t *data = bits_alloc(call->arena, bits.count);
    if (left >= 0 && left < bits.count)
        bits_copy(data, 0, bits, (uint32_t)left, bits.count - (uint32_t)left);
    else if (left < 0 && -left < bits.count)
        bits_copy(data, (uint32_t)-left, bits, 0, bits.count - (uint32_t)-left);
    return bits_datum(data, bits.count);
}

static union datum
bit_shift_left(struct func_call *call, const union datum *args)
{
    return shift(call, bits_read(&args[0]), args[1].i32);
}

static union datum
bit_shift_right(struct func_call *call, const union datum *args)
{
    return shift(call, bits_read(&args[0]), -(int64_t)args[1].i32);
}

/* ---- parts ---- */

static union datum
part(struct func_call *call, struct bits bits, int64_t start, int64_t end)
{
    start = start < 1 ? 1 : start;
    end = end > (int64_t)bits.count + 1 ? (int64_t)bits.count + 1 : end;
    uint32_t count = end <= start ? 0 : (uint32_t)(end - start);
    uint8_t *data = bits_alloc(call->arena, count);
    if (count > 0)
        bits_copy(data, 0, bits, (uint32_t)start - 1, count);
    return bits_datum(data, count);
}

static union datum
bit_substring(struct func_call *call, const union datum *args)
{
    int64_t start = args[1].i32, length = args[2].i32;
    if (length < 0)
        raise(SQLSTATE_SUBSTRING_ERROR, "negative substring length not allowed");
    return part(call, bits_read(&args[0]), start, start + length);
}

static union datum
bit_substring_from(struct func_call *call, const union datum *args)
{
    return part(call, bits_read(&args[0]), args[1].i32, INT64_MAX);
}

static union datum
join(struct func_call *call, struct bits a, struct bits b)
{
    uint8_t *data = bits_alloc(call->arena, (uint64_t)a.count + b.count);
    bits_copy(data, 0, a, 0, a.count);
    bits_copy(data, a.count, b, 0, b.count);
    return bits_datum(data, (uint64_t)a.count + b.count);
}

static union datum
bit_concat(struct func_call *call, const union datum *args)
{
    return join(call, bits_read(&args[0]), bits_read(&args[1]));
}

static union datum
overlay(struct func_call *call, const union datum *args, int32_t length)
{
    int64_t start = args[2].i32, end = start + length;
    if (start <= 0)
        raise(SQLSTATE_SUBSTRING_ERROR, "negative substring length not allowed");
    if (end > INT32_MAX || end < INT32_MIN)
        raise(SQLSTATE_NUMERIC_VALUE_OUT_OF_RANGE, "integer out of range");
    union datum head = part(call, bits_read(&args[0]), 1, start);
    union datum tail = part(call, bits_read(&args[0]), end, INT64_MAX);
    union datum begun = join(call, bits_read(&head), bits_read(&args[1]));
    return join(call, bits_read(&begun), bits_read(&tail));
}

static union datum
bit_overlay(struct func_call *call, const union datum *args)
{
    return overlay(call, args, args[3].i32);
}

static union datum
bit_overlay_all(struct func_call *call, const union datum *args)
{
    return overlay(call, args, (int32_t)bits_read(&args[1]).count);
}

static bool
is_at(struct bits bits, uint32_t at, struct bits needle)
{
    for (uint32_t i = 0; i < needle.count; i++) {
        if (bits_get(bits, at + i) != bits_get(needle, i))
            return false;
    }
    return true;
}

static union datum
bit_position(struct func_call *call, const union datum *args)
{
    (void)call;
    struct bits bits = bits_read(&args[0]), needle = bits_read(&args[1]);
    if (bits.count == 0 || needle.count > bits.count)
        return i32_datum(0);
    for (uint32_t at = 0; at + needle.count <= bits.count; at++) {
        if (is_at(bits, at, needle))
            return i32_datum((int32_t)at + 1);
    }
    return i32_datum(0);
}

static void
check_index(struct bits bits, int32_t bit_idx)
{
    if (bit_idx < 0 || (uint32_t)bit_idx >= bits.count)
        raise(SQLSTATE_ARRAY_SUBSCRIPT_ERROR, "bit index %d out of valid range (0..%d)", bit_idx,
              (int)bits.count - 1);
}

static union datum
bit_get(struct func_call *call, const union datum *args)
{
    (void)call;
    struct bits bits = bits_read(&args[0]);
    check_index(bits, args[1].i32);
    return i32_datum(bits_get(bits, (uint32_t)args[1].i32));
}

static union datum
bit_set(struct func_call *call, const union datum *args)
{
    struct bits bits = bits_read(&args[0]);
    check_index(bits, args[1].i32);
    if (args[2].i32 != 0 && args[2].i32 != 1)
        raise(SQLSTATE_INVALID_PARAMETER_VALUE, "new bit must be 0 or 1");
    uint8_t *data = bits_alloc(call->arena, bits.count);
    bits_copy(data, 0, bits, 0, bits.count);
    uint8_t mask = (uint8_t)(0x80 >> args[1].i32 % 8);
    if (args[2].i32 == 1)
        data[args[1].i32 / 8] |= mask;
    else
        data[args[1].i32 / 8] &= (uint8_t)~mask;
    return bits_datum(data, bits.count);
}

/* ---- sizes ---- */

static union datum
bit_length(struct func_call *call, const union datum *args)
{
    (void)call;
    return i32_datum((int32_t)bits_read(&args[0]).count);
}

static union datum
bit_octets(struct func_call *call, const union datum *args)
{
    (void)call;
    return i32_datum((int32_t)bits_bytes(bits_read(&args[0]).count));
}

static union datum
bit_count(struct func_call *call, const union datum *args)
{
    (void)call;
    struct bits bits = bits_read(&args[0]);
    int64_t count = 0;
    for (size_t i = 0; i < bits_bytes(bits.count); i++)
        count += __builtin_popcount(bits.data[i]);
    return i64_datum(count);
}

/* ---- numbers ---- */

/* The lowest `length` bits of a number, its sign before them if there are more. */
static union datum
of_number(struct func_call *call, int64_t value, int32_t length)
{
    uint32_t count = length <= 0 || length > BITS_MAX ? 1 : (uint32_t)length;
    uint8_t *data = bits_alloc(call->arena, count);
    for (uint32_t i = 0; i < count; i++) {
        uint32_t place = count - 1 - i;
        bool is_set = (value >> (place > 63 ? 63 : place) & 1) != 0;
        if (is_set)
            data[i / 8] |= (uint8_t)(0x80 >> i % 8);
    }
    return bits_datum(data, count);
}

static union datum
bit_of_int4(struct func_call *call, const union datum *args)
{
    return of_number(call, args[0].i32, args[1].i32);
}

static union datum
bit_of_int8(struct func_call *call, const union datum *args)
{
    return of_number(call, args[0].i64, args[1].i32);
}

static uint64_t
number_of(struct bits bits)
{
    uint64_t value = 0;
    for (uint32_t i = 0; i < bits.count; i++)
        value = value << 1 | bits_get(bits, i);
    return value;
}

static union datum
int4_of_bit(struct func_call *call, const union datum *args)
{
    (void)call;
    struct bits bits = bits_read(&args[0]);
    if (bits.count > 32)
        raise(SQLSTATE_NUMERIC_VALUE_OUT_OF_RANGE, "integer out of range");
    return i32_datum((int32_t)(uint32_t)number_of(bits));
}

static union datum
int8_of_bit(struct func_call *call, const union datum *args)
{
    (void)call;
    struct bits bits = bits_read(&args[0]);
    if (bits.count > 64)
        raise(SQLSTATE_NUMERIC_VALUE_OUT_OF_RANGE, "bigint out of range");
    return i64_datum((int64_t)number_of(bits));
}

/* ---- aggregates ---- */

struct fold {
    uint8_t *data; /* the bits so far, the state's own; null: no row yet */
    uint32_t count;
};

static struct bits
fold_bits(const struct fold *fold)
{
    return (struct bits){.count = fold->count, .data = fold->data};
}

static void
fold_add(struct func_call *call, struct fold *fold, struct bits bits, enum bit_op op)
{
    if (fold->data != NULL) {
        combine_into(fold->data, fold_bits(fold), bits, op);
        return;
    }
    fold->data = bits_alloc(call->state_arena, bits.count);
    fold->count = bits.count;
    bits_copy(fold->data, 0, bits, 0, bits.count);
}

static void
fold_join(struct func_call *call, struct fold *fold, const struct fold *more, enum bit_op op)
{
    if (more->data != NULL)
        fold_add(call, fold, fold_bits(more), op);
}

static void
and_step(struct func_call *call, void *state, const union datum *args)
{
    fold_add(call, state, bits_read(&args[0]), BIT_AND);
}

static void
or_step(struct func_call *call, void *state, const union datum *args)
{
    fold_add(call, state, bits_read(&args[0]), BIT_OR);
}

static void
xor_step(struct func_call *call, void *state, const union datum *args)
{
    fold_add(call, state, bits_read(&args[0]), BIT_XOR);
}

static void
and_combine(struct func_call *call, void *into, const void *from)
{
    fold_join(call, into, from, BIT_AND);
}

static void
or_combine(struct func_call *call, void *into, const void *from)
{
    fold_join(call, into, from, BIT_OR);
}

static void
xor_combine(struct func_call *call, void *into, const void *from)
{
    fold_join(call, into, from, BIT_XOR);
}

static union datum
fold_finish(struct func_call *call, void *state)
{
    const struct fold *fold = state;
    if (fold->data == NULL)
        return func_null(call);
    uint8_t *data = bits_alloc(call->arena, fold->count);
    bits_copy(data, 0, fold_bits(fold), 0, fold->count);
    return bits_datum(data, fold->count);
}

static void
fold_save(struct func_call *call, const void *state, struct buf *to)
{
    (void)call;
    const struct fold *fold = state;
    if (fold->data != NULL)
        buf_put_slice(
            to, slice_of(fold->data - BIT_HEAD_BYTES, BIT_HEAD_BYTES + bits_bytes(fold->count)));
}

static void
fold_load(struct func_call *call, void *state, struct slice from)
{
    union datum value = slice_datum(from);
    if (from.bytes != 0)
        fold_add(call, state, bits_read(&value), BIT_AND);
}

#define FOLD(step_, combine_)                                                                      \
    .state_bytes = sizeof(struct fold), .is_strict = true, .step = step_, .combine = combine_,     \
    .finish = fold_finish, .save = fold_save, .load = fold_load, .agg_kind = 'n'

static const struct aggregate_info all_and = {FOLD(and_step, and_combine)};
static const struct aggregate_info all_or = {FOLD(or_step, or_combine)};
static const struct aggregate_info all_xor = {FOLD(xor_step, xor_combine)};

/* ---- what this file brings ---- */

static const struct func_info funcs[] = {
    {FUNC(1673, "bitand", TYPE_BIT, bit_and, TYPE_BIT, TYPE_BIT)},
    {FUNC(1674, "bitor", TYPE_BIT, bit_or, TYPE_BIT, TYPE_BIT)},
    {FUNC(1675, "bitxor", TYPE_BIT, bit_xor, TYPE_BIT, TYPE_BIT)},
    {FUNC(1676, "bitnot", TYPE_BIT, bit_not, TYPE_BIT)},
    {FUNC(1677, "bitshiftleft", TYPE_BIT, bit_shift_left, TYPE_BIT, TYPE_INT4)},
    {FUNC(1678, "bitshiftright", TYPE_BIT, bit_shift_right, TYPE_BIT, TYPE_INT4)},
    {FUNC(1679, "bitcat", TYPE_VARBIT, bit_concat, TYPE_VARBIT, TYPE_VARBIT)},
    {FUNC(1680, "substring", TYPE_BIT, bit_substring, TYPE_BIT, TYPE_INT4, TYPE_INT4)},
    {FUNC(1681, "length", TYPE_INT4, bit_length, TYPE_BIT)},
    {FUNC(1682, "octet_length", TYPE_INT4, bit_octets, TYPE_BIT)},
    {FUNC(1683, "bit", TYPE_BIT, bit_of_int4, TYPE_INT4, TYPE_INT4)},
    {FUNC(1684, "int4", TYPE_INT4, int4_of_bit, TYPE_BIT)},
    {FUNC(1698, "position", TYPE_INT4, bit_position, TYPE_BIT, TYPE_BIT)},
    {FUNC(1699, "substring", TYPE_BIT, bit_substring_from, TYPE_BIT, TYPE_INT4)},
    {FUNC(1812, "bit_length", TYPE_INT4, bit_length, TYPE_BIT)},
    {FUNC(2075, "bit", TYPE_BIT, bit_of_int8, TYPE_INT8, TYPE_INT4)},
    {FUNC(2076, "int8", TYPE_INT8, int8_of_bit, TYPE_BIT)},
    {FUNC(3030, "overlay", TYPE_BIT, bit_overlay, TYPE_BIT, TYPE_BIT, TYPE_INT4, TYPE_INT4)},
    {FUNC(3031, "overlay", TYPE_BIT, bit_overlay_all, TYPE_BIT, TYPE_BIT, TYPE_INT4)},
    {FUNC(3032, "get_bit", TYPE_INT4, bit_get, TYPE_BIT, TYPE_INT4)},
    {FUNC(3033, "set_bit", TYPE_BIT, bit_set, TYPE_BIT, TYPE_INT4, TYPE_INT4)},
    {FUNC(6162, "bit_count", TYPE_INT8, bit_count, TYPE_BIT)},
    {AGGREGATE_FUNC(2242, "bit_and", TYPE_BIT, &all_and, TYPE_BIT)},
    {AGGREGATE_FUNC(2243, "bit_or", TYPE_BIT, &all_or, TYPE_BIT)},
    {AGGREGATE_FUNC(6167, "bit_xor", TYPE_BIT, &all_xor, TYPE_BIT)},
};

#define PLAIN false, false, NULL, NULL

static const struct operator_info operators[] = {
    {1791, "&", TYPE_BIT, TYPE_BIT, TYPE_BIT, 1673, 1791, 0, PLAIN},
    {1792, "|", TYPE_BIT, TYPE_BIT, TYPE_BIT, 1674, 1792, 0, PLAIN},
    {1793, "#", TYPE_BIT, TYPE_BIT, TYPE_BIT, 1675, 1793, 0, PLAIN},
    {1794, "~", OID_NONE, TYPE_BIT, TYPE_BIT, 1676, 0, 0, PLAIN},
    {1795, "<<", TYPE_BIT, TYPE_INT4, TYPE_BIT, 1677, 0, 0, PLAIN},
    {1796, ">>", TYPE_BIT, TYPE_INT4, TYPE_BIT, 1678, 0, 0, PLAIN},
    {1797, "||", TYPE_VARBIT, TYPE_VARBIT, TYPE_VARBIT, 1679, 0, 0, PLAIN},
};

static const struct cast_info casts[] = {
    {TYPE_INT4, TYPE_BIT, 1683, CAST_EXPLICIT, CAST_FUNC},
    {TYPE_INT8, TYPE_BIT, 2075, CAST_EXPLICIT, CAST_FUNC},
    {TYPE_BIT, TYPE_INT4, 1684, CAST_EXPLICIT, CAST_FUNC},
    {TYPE_BIT, TYPE_INT8, 2076, CAST_EXPLICIT, CAST_FUNC},
};

const struct type_tables bit_func_tables = {
    .funcs = funcs,
    .func_count = COUNT_OF(funcs),
    .operators = operators,
    .operator_count = COUNT_OF(operators),
    .casts = casts,
    .cast_count = COUNT_OF(casts),
};
