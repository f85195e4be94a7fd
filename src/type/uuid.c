/*
 * uuid.c: universally unique identifiers: 16 bytes in the order in which they are written.
 */
#include "base/hash.h"
#include "type/digits.h"
#include "type/generic.h"
#include "type/input.h"
#include "type/kernel.h"
#include "type/tables.h"
#include "type/values.h"

#define UUID_BYTES 16

/* 32 hexadecimal digits, a dash allowed after every fourth, all perhaps in braces. */
static bool
uuid_read(struct slice text, uint8_t *to)
{
    const uint8_t *at = text.data, *end = text.data + text.bytes;
    bool is_braced = at < end && *at == '{';
    at += is_braced;
    for (int i = 0; i < UUID_BYTES; i++) {
        if (end - at < 2)
            return false;
        int high = hex_value(at[0]), low = hex_value(at[1]);
        if (high < 0 || low < 0)
            return false;
        to[i] = (uint8_t)(high << 4 | low);
        at += 2;
        if (at < end && *at == '-' && i % 2 == 1 && i < UUID_BYTES - 1)
            at++;
    }
    if (is_braced) {
        if (at == end || *at != '}')
            return false;
        at++;
    }
    return at == end;
}

static union datum
uuid_input(struct type_call *call, struct slice text)
{
    (void)call;
    union datum value;
    if (!uuid_read(text, value.wide))
        raise_syntax("uuid", text);
    return value;
}

static void
uuid_output(struct type_call *call, union datum value, struct buf *to)
{
    (void)call;
    static const char hex[] = "0123456789abcdef";
    uint8_t *at = buf_reserve(to, 36);
    if (at == NULL)
        return;
    for (int i = 0; i < UUID_BYTES; i++) {
        if (i == 4 || i == 6 || i == 8 || i == 10)
            *at++ = '-';
        *at++ = (uint8_t)hex[value.wide[i] >> 4];
        *at++ = (uint8_t)hex[value.wide[i] & 15];
    }
    to->bytes += 36;
}

static union datum
uuid_recv(struct type_call *call, struct slice bytes)
{
    (void)call;
    recv_expect(bytes, UUID_BYTES);
    union datum value;
    memcpy(value.wide, bytes.data, UUID_BYTES);
    return value;
}

static void
uuid_send(struct type_call *call, union datum value, struct buf *to)
{
    (void)call;
    buf_put(to, value.wide, UUID_BYTES);
}

static int
uuid_compare(union datum a, union datum b)
{
    return memcmp(a.wide, b.wide, UUID_BYTES);
}

static uint64_t
uuid_hash(union datum value)
{
    return hash_bytes(value.wide, UUID_BYTES);
}

static bool
uuid_key_put(union datum value, struct buf *to)
{
    buf_put(to, value.wide, UUID_BYTES);
    return true;
}

static bool
uuid_key_get(const uint8_t **at, const uint8_t *end, struct arena *arena, union datum *value)
{
    (void)arena;
    if (end - *at < UUID_BYTES)
        return false;
    memcpy(value->wide, *at, UUID_BYTES);
    *at += UUID_BYTES;
    return true;
}

struct uuid {
    uint8_t bytes[UUID_BYTES];
};

static inline int
order(const void *a, const void *b)
{
    return memcmp(a, b, UUID_BYTES);
}

#define EQUAL(a, b) (order(&(a), &(b)) == 0)
#define LESS(a, b) (order(&(a), &(b)) < 0)
#define MORE(a, b) (order(&(a), &(b)) > 0)
#define PREFIX uuid
#define LEFT struct uuid
#define RIGHT struct uuid
#define LEFT_FIELD wide
#define RIGHT_FIELD wide
#include "type/kernel_compare.inc"

/* Version 4: 122 random bits. */
static union datum
uuid_random(struct func_call *call, const union datum *args)
{
    (void)call;
    (void)args;
    union datum value;
    random_secret(value.wide, UUID_BYTES);
    value.wide[6] = (uint8_t)((value.wide[6] & 0x0f) | 0x40);
    value.wide[8] = (uint8_t)((value.wide[8] & 0x3f) | 0x80);
    return value;
}

/* ---- what this file brings ---- */

static const struct type_info types[] = {
    {.type = TYPE_UUID,
     .array = TYPE_UUID_ARRAY,
     .name = "uuid",
     .sql_name = "uuid",
     .length = 16,
     .align = 'c',
     .category = 'U',
     .kind = 'b',
     .storage = 'p',
     .delimiter = ',',
     .phys = PHYS_WIDE,
     .input_oid = 2952,
     .output_oid = 2953,
     .recv_oid = 2961,
     .send_oid = 2962,
     .input = uuid_input,
     .output = uuid_output,
     .recv = uuid_recv,
     .send = uuid_send,
     .compare = uuid_compare,
     .hash = uuid_hash,
     .key_put = uuid_key_put,
     .key_get = uuid_key_get},
};

static const struct func_info funcs[] = {
    {FUNC(2952, "uuid_in", TYPE_UUID, generic_in, TYPE_CSTRING)},
    {FUNC(2953, "uuid_out", TYPE_CSTRING, generic_out, TYPE_UUID)},
    {FUNC(2954, "uuid_lt", TYPE_BOOL, uuid_lt, TYPE_UUID, TYPE_UUID), .vector = uuid_lt_vector},
    {FUNC(2955, "uuid_le", TYPE_BOOL, uuid_le, TYPE_UUID, TYPE_UUID), .vector = uuid_le_vector},
    {FUNC(2956, "uuid_eq", TYPE_BOOL, uuid_eq, TYPE_UUID, TYPE_UUID), .vector = uuid_eq_vector},
    {FUNC(2957, "uuid_ge", TYPE_BOOL, uuid_ge, TYPE_UUID, TYPE_UUID), .vector = uuid_ge_vector},
    {FUNC(2958, "uuid_gt", TYPE_BOOL, uuid_gt, TYPE_UUID, TYPE_UUID), .vector = uuid_gt_vector},
    {FUNC(2959, "uuid_ne", TYPE_BOOL, uuid_ne, TYPE_UUID, TYPE_UUID), .vector = uuid_ne_vector},
    {FUNC(2960, "uuid_cmp", TYPE_INT4, generic_compare, TYPE_UUID, TYPE_UUID)},
    {FUNC(2961, "uuid_recv", TYPE_UUID, generic_recv, TYPE_INTERNAL)},
    {FUNC(2962, "uuid_send", TYPE_BYTEA, generic_send, TYPE_UUID)},
    {FUNC(3432, "gen_random_uuid", TYPE_UUID, uuid_random), .volatility = FUNC_VOLATILE},
};

static const struct operator_info operators[] = {
    {2972, "=", TYPE_UUID, TYPE_UUID, TYPE_BOOL, 2956, 2972, 2973, true, true, "eqsel",
     "eqjoinsel"},
    {2973, "<>", TYPE_UUID, TYPE_UUID, TYPE_BOOL, 2959, 2973, 2972, false, false, "neqsel",
     "neqjoinsel"},
    {2974, "<", TYPE_UUID, TYPE_UUID, TYPE_BOOL, 2954, 2975, 2977, false, false, "scalarltsel",
     "scalarltjoinsel"},
    {2975, ">", TYPE_UUID, TYPE_UUID, TYPE_BOOL, 2958, 2974, 2976, false, false, "scalargtsel",
     "scalargtjoinsel"},
    {2976, "<=", TYPE_UUID, TYPE_UUID, TYPE_BOOL, 2955, 2977, 2975, false, false, "scalarlesel",
     "scalarlejoinsel"},
    {2977, ">=", TYPE_UUID, TYPE_UUID, TYPE_BOOL, 2957, 2976, 2974, false, false, "scalargesel",
     "scalargejoinsel"},
};

const struct type_tables uuid_tables = {
    .types = types,
    .type_count = COUNT_OF(types),
    .funcs = funcs,
    .func_count = COUNT_OF(funcs),
    .operators = operators,
    .operator_count = COUNT_OF(operators),
};
