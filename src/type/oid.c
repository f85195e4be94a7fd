/*
 * oid.c: object identifiers: an unsigned integer of 32 bits.
 */
#include "base/hash.h"
#include "type/digits.h"
#include "type/generic.h"
#include "type/input.h"
#include "type/kernel.h"
#include "type/reg.h"
#include "type/tables.h"
#include "type/values.h"

/* As C's strtoul reads it: a sign is allowed, and -1 is the largest. */
static union datum
oid_input(struct type_call *call, struct slice text)
{
    (void)call;
    int64_t value;
    enum digits_result result = digits_read_i64(text, &value);
    if (result == DIGITS_SYNTAX)
        raise_syntax("oid", text);
    if (result == DIGITS_RANGE || value < INT32_MIN || value > UINT32_MAX)
        raise_range("oid", text);
    return i32_datum((int32_t)(uint32_t)value);
}

static void
oid_output(struct type_call *call, union datum value, struct buf *to)
{
    (void)call;
    uint8_t *at = buf_reserve(to, DIGITS_U64_MAX);
    if (at != NULL)
        to->bytes += digits_write_u64((char *)at, (uint32_t)value.i32);
}

union datum
oid_recv(struct type_call *call, struct slice bytes)
{
    (void)call;
    recv_expect(bytes, 4);
    return i32_datum((int32_t)be32_get(bytes.data));
}

void
oid_send(struct type_call *call, union datum value, struct buf *to)
{
    (void)call;
    buf_put_be32(to, (uint32_t)value.i32);
}

int
oid_compare(union datum a, union datum b)
{
    uint32_t left = (uint32_t)a.i32, right = (uint32_t)b.i32;
    return (left > right) - (left < right);
}

uint64_t
oid_hash(union datum value)
{
    return hash_u64((uint32_t)value.i32);
}

bool
oid_key_put(union datum value, struct buf *to)
{
    buf_put_be32(to, (uint32_t)value.i32);
    return true;
}

bool
oid_key_get(const uint8_t **at, const uint8_t *end, struct arena *arena, union datum *value)
{
    (void)arena;
    if (end - *at < 4)
        return false;
    *value = i32_datum((int32_t)be32_get(*at));
    *at += 4;
    return true;
}

#define EQUAL(a, b) ((a) == (b))
#define LESS(a, b) ((uint32_t)(a) < (uint32_t)(b))
#define MORE(a, b) ((uint32_t)(a) > (uint32_t)(b))
#define PREFIX oid
#define LEFT int32_t
#define RIGHT int32_t
#define LEFT_FIELD i32
#define RIGHT_FIELD i32
#include "type/kernel_compare.inc"

static union datum
int8_of_oid(struct func_call *call, const union datum *args)
{
    (void)call;
    return i64_datum((uint32_t)args[0].i32);
}

static union datum
oid_of_int8(struct func_call *call, const union datum *args)
{
    (void)call;
    if (args[0].i64 < 0 || args[0].i64 > UINT32_MAX)
        raise(SQLSTATE_NUMERIC_VALUE_OUT_OF_RANGE, "OID out of range");
    return i32_datum((int32_t)(uint32_t)args[0].i64);
}

/* ---- what this file brings ---- */

static const struct type_info types[] = {
    {.type = TYPE_OID,
     .array = TYPE_OID_ARRAY,
     .name = "oid",
     .sql_name = "oid",
     .length = 4,
     .is_by_value = true,
     .align = 'i',
     .category = 'N',
     .kind = 'b',
     .storage = 'p',
     .is_preferred = true,
     .delimiter = ',',
     .phys = PHYS_I32,
     .input_oid = 1798,
     .output_oid = 1799,
     .recv_oid = 2418,
     .send_oid = 2419,
     .input = oid_input,
     .output = oid_output,
     .recv = oid_recv,
     .send = oid_send,
     .compare = oid_compare,
     .hash = oid_hash,
     .key_put = oid_key_put,
     .key_get = oid_key_get},
};

static const struct func_info funcs[] = {
    {FUNC(184, "oideq", TYPE_BOOL, oid_eq, TYPE_OID, TYPE_OID), .vector = oid_eq_vector},
    {FUNC(185, "oidne", TYPE_BOOL, oid_ne, TYPE_OID, TYPE_OID), .vector = oid_ne_vector},
    {FUNC(356, "btoidcmp", TYPE_INT4, generic_compare, TYPE_OID, TYPE_OID)},
    {FUNC(716, "oidlt", TYPE_BOOL, oid_lt, TYPE_OID, TYPE_OID), .vector = oid_lt_vector},
    {FUNC(717, "oidle", TYPE_BOOL, oid_le, TYPE_OID, TYPE_OID), .vector = oid_le_vector},
    {FUNC(1287, "oid", TYPE_OID, oid_of_int8, TYPE_INT8)},
    {FUNC(1288, "int8", TYPE_INT8, int8_of_oid, TYPE_OID)},
    {FUNC(1638, "oidgt", TYPE_BOOL, oid_gt, TYPE_OID, TYPE_OID), .vector = oid_gt_vector},
    {FUNC(1639, "oidge", TYPE_BOOL, oid_ge, TYPE_OID, TYPE_OID), .vector = oid_ge_vector},
    {FUNC(1798, "oidin", TYPE_OID, generic_in, TYPE_CSTRING)},
    {FUNC(1799, "oidout", TYPE_CSTRING, generic_out, TYPE_OID)},
    {FUNC(1965, "oidlarger", TYPE_OID, generic_larger, TYPE_OID, TYPE_OID)},
    {FUNC(1966, "oidsmaller", TYPE_OID, generic_smaller, TYPE_OID, TYPE_OID)},
    {FUNC(2418, "oidrecv", TYPE_OID, generic_recv, TYPE_INTERNAL)},
    {FUNC(2419, "oidsend", TYPE_BYTEA, generic_send, TYPE_OID)},
};

static const struct operator_info operators[] = {
    {607, "=", TYPE_OID, TYPE_OID, TYPE_BOOL, 184, 607, 608, true, true, "eqsel", "eqjoinsel"},
    {608, "<>", TYPE_OID, TYPE_OID, TYPE_BOOL, 185, 608, 607, false, false, "neqsel", "neqjoinsel"},
    {609, "<", TYPE_OID, TYPE_OID, TYPE_BOOL, 716, 610, 612, false, false, "scalarltsel",
     "scalarltjoinsel"},
    {610, ">", TYPE_OID, TYPE_OID, TYPE_BOOL, 1638, 609, 611, false, false, "scalargtsel",
     "scalargtjoinsel"},
    {611, "<=", TYPE_OID, TYPE_OID, TYPE_BOOL, 717, 612, 610, false, false, "scalarlesel",
     "scalarlejoinsel"},
    {612, ">=", TYPE_OID, TYPE_OID, TYPE_BOOL, 1639, 611, 609, false, false, "scalargesel",
     "scalargejoinsel"},
};

static const struct cast_info casts[] = {
    {TYPE_INT8, TYPE_REGPROC, 1287, CAST_IMPLICIT, CAST_FUNC},
    {TYPE_INT8, TYPE_OID, 1287, CAST_IMPLICIT, CAST_FUNC},
    {TYPE_INT8, 2202, 1287, CAST_IMPLICIT, CAST_FUNC},
    {TYPE_INT8, 2203, 1287, CAST_IMPLICIT, CAST_FUNC},
    {TYPE_INT8, 2204, 1287, CAST_IMPLICIT, CAST_FUNC},
    {TYPE_INT8, TYPE_REGCLASS, 1287, CAST_IMPLICIT, CAST_FUNC},
    {TYPE_INT8, TYPE_REGTYPE, 1287, CAST_IMPLICIT, CAST_FUNC},
    {TYPE_INT8, 3734, 1287, CAST_IMPLICIT, CAST_FUNC},
    {TYPE_INT8, 3769, 1287, CAST_IMPLICIT, CAST_FUNC},
    {TYPE_INT8, 4089, 1287, CAST_IMPLICIT, CAST_FUNC},
    {TYPE_INT8, 4096, 1287, CAST_IMPLICIT, CAST_FUNC},
    {TYPE_INT8, 4191, 1287, CAST_IMPLICIT, CAST_FUNC},
    {TYPE_INT4, TYPE_OID, OID_NONE, CAST_IMPLICIT, CAST_BINARY},
    {TYPE_REGPROC, TYPE_INT8, 1288, CAST_ASSIGNMENT, CAST_FUNC},
    {TYPE_OID, TYPE_INT8, 1288, CAST_ASSIGNMENT, CAST_FUNC},
    {TYPE_OID, TYPE_INT4, OID_NONE, CAST_ASSIGNMENT, CAST_BINARY},
    {2202, TYPE_INT8, 1288, CAST_ASSIGNMENT, CAST_FUNC},
    {2203, TYPE_INT8, 1288, CAST_ASSIGNMENT, CAST_FUNC},
    {2204, TYPE_INT8, 1288, CAST_ASSIGNMENT, CAST_FUNC},
    {TYPE_REGCLASS, TYPE_INT8, 1288, CAST_ASSIGNMENT, CAST_FUNC},
    {TYPE_REGTYPE, TYPE_INT8, 1288, CAST_ASSIGNMENT, CAST_FUNC},
    {3734, TYPE_INT8, 1288, CAST_ASSIGNMENT, CAST_FUNC},
    {3769, TYPE_INT8, 1288, CAST_ASSIGNMENT, CAST_FUNC},
    {4089, TYPE_INT8, 1288, CAST_ASSIGNMENT, CAST_FUNC},
    {4096, TYPE_INT8, 1288, CAST_ASSIGNMENT, CAST_FUNC},
    {4191, TYPE_INT8, 1288, CAST_ASSIGNMENT, CAST_FUNC},
};

const struct type_tables oid_tables = {
    .types = types,
    .type_count = COUNT_OF(types),
    .funcs = funcs,
    .func_count = COUNT_OF(funcs),
    .operators = operators,
    .operator_count = COUNT_OF(operators),
    .casts = casts,
    .cast_count = COUNT_OF(casts),
};
