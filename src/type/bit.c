/*
 * bit.c: bit and bit varying: text and binary forms, lengths, order and keys. bit.h has the format.
 *
 * A key is the bytes as bytea's, each 0 followed by 0xff and two zeros at the end, and then the
 * number of bits, which tells "10" from "100".
 */
#include "type/bit.h"

#include "base/hash.h"
#include "type/digits.h"
#include "type/generic.h"
#include "type/input.h"
#include "type/tables.h"
#include "type/utf8.h"

/* ---- making ---- */

uint8_t *
bits_alloc(struct arena *arena, uint64_t count)
{
    if (count > BITS_MAX)
        raise(SQLSTATE_PROGRAM_LIMIT_EXCEEDED, "bit string length exceeds the maximum allowed (%d)",
              BITS_MAX);
    uint8_t *start = arena_alloc_zero(arena, BIT_HEAD_BYTES + bits_bytes(count) + 1);
    le32_set(start, (uint32_t)count);
    return start + BIT_HEAD_BYTES;
}

union datum
bits_datum(const uint8_t *data, uint64_t count)
{
    return slice_datum(slice_of(data - BIT_HEAD_BYTES, BIT_HEAD_BYTES + bits_bytes(count)));
}

void
bits_copy(uint8_t *data, uint32_t at, struct bits from, uint32_t start, uint32_t count)
{
    if (at % 8 == 0 && start % 8 == 0) {
        memcpy(data + at / 8, from.data + start / 8, count / 8);
        at += count / 8 * 8;
        start += count / 8 * 8;
        count %= 8;
    }
    for (uint32_t i = 0; i < count; i++, at++) {
        if (bits_get(from, start + i))
            data[at / 8] |= (uint8_t)(0x80 >> at % 8);
    }
}

/* ---- lengths ---- */

_Noreturn static void
fail_length(uint32_t count, int32_t typmod)
{
    raise(SQLSTATE_STRING_DATA_LENGTH_MISMATCH, "bit string length %u does not match type bit(%d)",
          count, typmod);
}

_Noreturn static void
fail_too_long(int32_t typmod)
{
    raise(SQLSTATE_STRING_DATA_RIGHT_TRUNCATION, "bit string too long for type bit varying(%d)",
          typmod);
}

static void
check_length(const struct type_call *call, uint64_t count)
{
    if (call->typmod <= 0)
        return;
    if (call->type->type == TYPE_BIT && count != (uint64_t)call->typmod)
        fail_length((uint32_t)count, call->typmod);
    if (call->type->type == TYPE_VARBIT && count > (uint64_t)call->typmod)
        fail_too_long(call->typmod);
}

static union datum
resize(struct arena *arena, struct bits bits, uint32_t count)
{
    uint8_t *data = bits_alloc(arena, count);
    bits_copy(data, 0, bits, 0, count < bits.count ? count : bits.count);
    return bits_datum(data, count);
}

/* bit(value, length, is_explicit) */
static union datum
bit_length_cast(struct func_call *call, const union datum *args)
{
    struct bits bits = bits_read(&args[0]);
    int32_t length = args[1].i32;
    if (length <= 0 || length > BITS_MAX || bits.count == (uint32_t)length)
        return args[0];
    if (!args[2].b)
        fail_length(bits.count, length);
    return resize(call->arena, bits, (uint32_t)length);
}

/* varbit(value, length, is_explicit) */
static union datum
varbit_length_cast(struct func_call *call, const union datum *args)
{
    struct bits bits = bits_read(&args[0]);
    int32_t length = args[1].i32;
    if (length <= 0 || bits.count <= (uint32_t)length)
        return args[0];
    if (!args[2].b)
        fail_too_long(length);
    return resize(call->arena, bits, (uint32_t)length);
}

static int32_t
bit_typmod_in(struct type_call *call, const int64_t *args, uint32_t count)
{
    const char *name = call->type->name;
    if (count != 1)
        raise(SQLSTATE_INVALID_PARAMETER_VALUE, "invalid type modifier");
    if (args[0] < 1)
        raise(SQLSTATE_INVALID_PARAMETER_VALUE, "length for type %s must be at least 1", name);
    if (args[0] > BIT_TYPMOD_MAX)
        raise(SQLSTATE_INVALID_PARAMETER_VALUE, "length for type %s cannot exceed %d", name,
              BIT_TYPMOD_MAX);
    return (int32_t)args[0];
}

static void
bit_typmod_out(struct type_call *call, int32_t typmod, struct buf *to)
{
    (void)call;
    if (typmod >= 0)
        buf_format(to, "(%d)", (int)typmod);
}

/* ---- text ---- */

_Noreturn static void
fail_digit(struct slice text, size_t at, const char *kind)
{
    struct slice rest = slice_of(text.data + at, text.bytes - at);
    size_t bytes = 1;
    while (bytes < rest.bytes && (rest.data[bytes] & 0xc0) == 0x80)
        bytes++;
    raise(SQLSTATE_INVALID_TEXT_REPRESENTATION, "\"%.*s\" is not a valid %s digit", (int)bytes,
          (const char *)rest.data, kind);
}

static union datum
read_binary(struct type_call *call, struct slice text)
{
    check_length(call, text.bytes);
    uint8_t *data = bits_alloc(call->arena, text.bytes);
    for (size_t i = 0; i < text.bytes; i++) {
        if (text.data[i] == '1')
            data[i / 8] |= (uint8_t)(0x80 >> i % 8);
        else if (text.data[i] != '0')
            fail_digit(text, i, "binary");
    }
    return bits_datum(data, text.bytes);
}

static union datum
read_hexadecimal(struct type_call *call, struct slice text)
{
    uint64_t count = (uint64_t)text.bytes * 4;
    check_length(call, count);
    uint8_t *data = bits_alloc(call->arena, count);
    for (size_t i = 0; i < text.bytes; i++) {
        int value = hex_value(text.data[i]);
        if (value < 0)
            fail_digit(text, i, "hexadecimal");
        data[i / 2] |= (uint8_t)(i % 2 == 0 ? value << 4 : value);
    }
    return bits_datum(data, count);
}

/* Binary digits, perhaps after a "b", or hexadecimal ones after an "x". */
static union datum
bit_input(struct type_call *call, struct slice text)
{
    char kind = text.bytes == 0 ? '\0' : (char)text.data[0];
    struct slice digits = text;
    if (kind == 'b' || kind == 'B' || kind == 'x' || kind == 'X')
        digits = slice_of(text.data + 1, text.bytes - 1);
    return kind == 'x' || kind == 'X' ? read_hexadecimal(call, digits) : read_binary(call, digits);
}

static void
bit_output(struct type_call *call, union datum value, struct buf *to)
{
    (void)call;
    struct bits bits = bits_read(&value);
    uint8_t *at = buf_reserve(to, bits.count);
    if (at == NULL)
        return;
    for (uint32_t i = 0; i < bits.count; i++)
        *at++ = bits_get(bits, i) ? '1' : '0';
    to->bytes += bits.count;
}

/* ---- binary ---- */

static union datum
bit_recv(struct type_call *call, struct slice bytes)
{
    if (bytes.bytes < 4)
        raise(SQLSTATE_PROTOCOL_VIOLATION, "insufficient data left in message");
    int32_t count = (int32_t)be32_get(bytes.data);
    if (count < 0 || count > BITS_MAX)
        raise(SQLSTATE_INVALID_BINARY_REPRESENTATION, "invalid length in external bit string");
    check_length(call, (uint64_t)count);
    recv_expect(bytes, 4 + bits_bytes((uint64_t)count));
    uint8_t *data = bits_alloc(call->arena, (uint64_t)count);
    memcpy(data, bytes.data + 4, bits_bytes((uint64_t)count));
    if (count % 8 != 0)
        data[count / 8] &= (uint8_t)(0xff << (8 - count % 8));
    return bits_datum(data, (uint64_t)count);
}

static void
bit_send(struct type_call *call, union datum value, struct buf *to)
{
    (void)call;
    struct bits bits = bits_read(&value);
    buf_put_be32(to, bits.count);
    buf_put(to, bits.data, bits_bytes(bits.count));
}

/* ---- order ---- */

int
bits_compare(union datum a, union datum b)
{
    struct bits x = bits_read(&a), y = bits_read(&b);
    uint32_t common = x.count < y.count ? x.count : y.count;
    int order = memcmp(x.data, y.data, bits_bytes(common));
    if (order == 0)
        order = (x.count > y.count) - (x.count < y.count);
    return order;
}

static uint64_t
bit_hash(union datum value)
{
    struct slice bytes = datum_slice(&value);
    return hash_bytes(bytes.data, bytes.bytes);
}

static bool
bit_key_put(union datum value, struct buf *to)
{
    struct bits bits = bits_read(&value);
    for (size_t i = 0; i < bits_bytes(bits.count); i++) {
        buf_put_u8(to, bits.data[i]);
        if (bits.data[i] == 0)
            buf_put_u8(to, 0xff);
    }
    buf_put(to, "\0\0", 2);
    buf_put_be32(to, bits.count);
    return true;
}

static bool
bit_key_get(const uint8_t **at, const uint8_t *end, struct arena *arena, union datum *value)
{
    uint8_t *start = arena_alloc(arena, (size_t)(end - *at) + BIT_HEAD_BYTES);
    uint8_t *to = start + BIT_HEAD_BYTES;
    for (const uint8_t *p = *at; p < end; p++) {
        *to++ = *p;
        if (*p != 0)
            continue;
        if (++p == end || (*p != 0 && *p != 0xff))
            return false;
        if (*p != 0)
            continue;
        size_t bytes = (size_t)(to - start) - BIT_HEAD_BYTES - 1;
        if (end - p < 5 || bits_bytes(be32_get(p + 1)) != bytes)
            return false;
        le32_set(start, be32_get(p + 1));
        *value = slice_datum(slice_of(start, BIT_HEAD_BYTES + bytes));
        *at = p + 5;
        return true;
    }
    return false;
}

/* ---- what this file brings ---- */

#define CONTRACT                                                                                   \
    .length = -1, .align = 'i', .category = 'V', .kind = 'b', .storage = 'x', .delimiter = ',',    \
    .phys = PHYS_VIEW, .input = bit_input, .output = bit_output, .recv = bit_recv,                 \
    .send = bit_send, .typmod_in = bit_typmod_in, .typmod_out = bit_typmod_out,                    \
    .compare = bits_compare, .hash = bit_hash, .key_put = bit_key_put, .key_get = bit_key_get

static const struct type_info types[] = {
    {.type = TYPE_BIT,
     .array = TYPE_BIT_ARRAY,
     .name = "bit",
     .sql_name = "bit",
     .input_oid = 1564,
     .output_oid = 1565,
     .recv_oid = 2456,
     .send_oid = 2457,
     .typmod_in_oid = 2919,
     .typmod_out_oid = 2920,
     CONTRACT},
    {.type = TYPE_VARBIT,
     .array = TYPE_VARBIT_ARRAY,
     .name = "varbit",
     .sql_name = "bit varying",
     .is_preferred = true,
     .input_oid = 1579,
     .output_oid = 1580,
     .recv_oid = 2458,
     .send_oid = 2459,
     .typmod_in_oid = 2902,
     .typmod_out_oid = 2921,
     CONTRACT},
};

#define COMPARE(oid_, name_, scalar_, type_)                                                       \
    FUNC(oid_, name_, TYPE_BOOL, generic_##scalar_, type_, type_)

static const struct func_info funcs[] = {
    {FUNC(1564, "bit_in", TYPE_BIT, generic_in, TYPE_CSTRING, TYPE_OID, TYPE_INT4)},
    {FUNC(1565, "bit_out", TYPE_CSTRING, generic_out, TYPE_BIT)},
    {FUNC(1579, "varbit_in", TYPE_VARBIT, generic_in, TYPE_CSTRING, TYPE_OID, TYPE_INT4)},
    {FUNC(1580, "varbit_out", TYPE_CSTRING, generic_out, TYPE_VARBIT)},
    {COMPARE(1581, "biteq", eq, TYPE_BIT)},
    {COMPARE(1582, "bitne", ne, TYPE_BIT)},
    {COMPARE(1592, "bitge", ge, TYPE_BIT)},
    {COMPARE(1593, "bitgt", gt, TYPE_BIT)},
    {COMPARE(1594, "bitle", le, TYPE_BIT)},
    {COMPARE(1595, "bitlt", lt, TYPE_BIT)},
    {FUNC(1596, "bitcmp", TYPE_INT4, generic_compare, TYPE_BIT, TYPE_BIT)},
    {COMPARE(1666, "varbiteq", eq, TYPE_VARBIT)},
    {COMPARE(1667, "varbitne", ne, TYPE_VARBIT)},
    {COMPARE(1668, "varbitge", ge, TYPE_VARBIT)},
    {COMPARE(1669, "varbitgt", gt, TYPE_VARBIT)},
    {COMPARE(1670, "varbitle", le, TYPE_VARBIT)},
    {COMPARE(1671, "varbitlt", lt, TYPE_VARBIT)},
    {FUNC(1672, "varbitcmp", TYPE_INT4, generic_compare, TYPE_VARBIT, TYPE_VARBIT)},
    {FUNC(1685, "bit", TYPE_BIT, bit_length_cast, TYPE_BIT, TYPE_INT4, TYPE_BOOL)},
    {FUNC(1687, "varbit", TYPE_VARBIT, varbit_length_cast, TYPE_VARBIT, TYPE_INT4, TYPE_BOOL)},
    {FUNC(2456, "bit_recv", TYPE_BIT, generic_recv, TYPE_INTERNAL, TYPE_OID, TYPE_INT4)},
    {FUNC(2457, "bit_send", TYPE_BYTEA, generic_send, TYPE_BIT)},
    {FUNC(2458, "varbit_recv", TYPE_VARBIT, generic_recv, TYPE_INTERNAL, TYPE_OID, TYPE_INT4)},
    {FUNC(2459, "varbit_send", TYPE_BYTEA, generic_send, TYPE_VARBIT)},
    {FUNC(2902, "varbittypmodin", TYPE_INT4, generic_typmod_in, TYPE_CSTRING_ARRAY)},
    {FUNC(2919, "bittypmodin", TYPE_INT4, generic_typmod_in, TYPE_CSTRING_ARRAY)},
    {FUNC(2920, "bittypmodout", TYPE_CSTRING, generic_typmod_out, TYPE_INT4)},
    {FUNC(2921, "varbittypmodout", TYPE_CSTRING, generic_typmod_out, TYPE_INT4)},
};

static const struct operator_info operators[] = {
    {1784, "=", TYPE_BIT, TYPE_BIT, TYPE_BOOL, 1581, 1784, 1785, false, true, "eqsel", "eqjoinsel"},
    {1785, "<>", TYPE_BIT, TYPE_BIT, TYPE_BOOL, 1582, 1785, 1784, false, false, "neqsel",
     "neqjoinsel"},
    {1786, "<", TYPE_BIT, TYPE_BIT, TYPE_BOOL, 1595, 1787, 1789, false, false, "scalarltsel",
     "scalarltjoinsel"},
    {1787, ">", TYPE_BIT, TYPE_BIT, TYPE_BOOL, 1593, 1786, 1788, false, false, "scalargtsel",
     "scalargtjoinsel"},
    {1788, "<=", TYPE_BIT, TYPE_BIT, TYPE_BOOL, 1594, 1789, 1787, false, false, "scalarlesel",
     "scalarlejoinsel"},
    {1789, ">=", TYPE_BIT, TYPE_BIT, TYPE_BOOL, 1592, 1788, 1786, false, false, "scalargesel",
     "scalargejoinsel"},
    {1804, "=", TYPE_VARBIT, TYPE_VARBIT, TYPE_BOOL, 1666, 1804, 1805, false, true, "eqsel",
     "eqjoinsel"},
    {1805, "<>", TYPE_VARBIT, TYPE_VARBIT, TYPE_BOOL, 1667, 1805, 1804, false, false, "neqsel",
     "neqjoinsel"},
    {1806, "<", TYPE_VARBIT, TYPE_VARBIT, TYPE_BOOL, 1671, 1807, 1809, false, false, "scalarltsel",
     "scalarltjoinsel"},
    {1807, ">", TYPE_VARBIT, TYPE_VARBIT, TYPE_BOOL, 1669, 1806, 1808, false, false, "scalargtsel",
     "scalargtjoinsel"},
    {1808, "<=", TYPE_VARBIT, TYPE_VARBIT, TYPE_BOOL, 1670, 1809, 1807, false, false, "scalarlesel",
     "scalarlejoinsel"},
    {1809, ">=", TYPE_VARBIT, TYPE_VARBIT, TYPE_BOOL, 1668, 1808, 1806, false, false, "scalargesel",
     "scalargejoinsel"},
};

static const struct cast_info casts[] = {
    {TYPE_BIT, TYPE_VARBIT, OID_NONE, CAST_IMPLICIT, CAST_BINARY},
    {TYPE_VARBIT, TYPE_BIT, OID_NONE, CAST_IMPLICIT, CAST_BINARY},
    {TYPE_BIT, TYPE_BIT, 1685, CAST_IMPLICIT, CAST_FUNC},
    {TYPE_VARBIT, TYPE_VARBIT, 1687, CAST_IMPLICIT, CAST_FUNC},
};

const struct type_tables bit_tables = {
    .types = types,
    .type_count = COUNT_OF(types),
    .funcs = funcs,
    .func_count = COUNT_OF(funcs),
    .operators = operators,
    .operator_count = COUNT_OF(operators),
    .casts = casts,
    .cast_count = COUNT_OF(casts),
};
