/*
 * catalog_types.c: types that hardly anything but the system catalogs has: xid, xid8, cid, tid,
 * pg_lsn, pg_node_tree, aclitem and what extended statistics are kept in.
 *
 * Transactions, commands and places in the log are numbers. Rowan has no row versions and keeps
 * expressions as text, so tid and pg_node_tree are there for the columns that clients select.
 */
#include "base/hash.h"
#include "base/raise.h"
#include "type/array.h"
#include "type/digits.h"
#include "type/generic.h"
#include "type/input.h"
#include "type/kernel.h"
#include "type/reg.h"
#include "type/tables.h"
#include "type/text.h"
#include "type/values.h"
#include <stdlib.h>

#define TYPE_NODE_TREE 194
#define TYPE_ACLITEM 1033
#define TYPE_ACLITEM_ARRAY 1034
#define TYPE_NDISTINCT 3361
#define TYPE_DEPENDENCIES 3402
#define TYPE_MCV_LIST 5017

/* ---- numbers of transactions and commands ---- */

/* As C's strtoul: what follows the digits is passed over, and wraps at 32 bits. */
static union datum
xid_input(struct type_call *call, struct slice text)
{
    const char *start = (const char *)arena_slice(call->arena, text).data;
    return i32_datum((int32_t)(uint32_t)strtoul(start, NULL, 0));
}

static void
xid_output(struct type_call *call, union datum value, struct buf *to)
{
    (void)call;
    buf_format(to, "%u", (uint32_t)value.i32);
}

static union datum
xid8_input(struct type_call *call, struct slice text)
{
    const char *start = (const char *)arena_slice(call->arena, text).data;
    return i64_datum((int64_t)strtoull(start, NULL, 0));
}

static void
xid8_output(struct type_call *call, union datum value, struct buf *to)
{
    (void)call;
    buf_format(to, "%llu", (unsigned long long)value.i64);
}

static union datum
u64_recv(struct type_call *call, struct slice bytes)
{
    (void)call;
    recv_expect(bytes, 8);
    return i64_datum((int64_t)be64_get(bytes.data));
}

static void
u64_send(struct type_call *call, union datum value, struct buf *to)
{
    (void)call;
    buf_put_be64(to, (uint64_t)value.i64);
}

static int
u64_compare(union datum a, union datum b)
{
    uint64_t left = (uint64_t)a.i64, right = (uint64_t)b.i64;
    return (left > right) - (left < right);
}

static uint64_t
u64_hash(union datum value)
{
    return hash_u64((uint64_t)value.i64);
}

static bool
u64_key_put(union datum value, struct buf *to)
{
    buf_put_be64(to, (uint64_t)value.i64);
    return true;
}

static bool
u64_key_get(const uint8_t **at, const uint8_t *end, struct arena *arena, union datum *value)
{
    (void)arena;
    if (end - *at < 8)
        return false;
    *value = i64_datum((int64_t)be64_get(*at));
    *at += 8;
    return true;
}

static union datum
xid_eq_int4(struct func_call *call, const union datum *args)
{
    (void)call;
    return bool_datum(args[0].i32 == args[1].i32);
}

static union datum
xid_ne_int4(struct func_call *call, const union datum *args)
{
    (void)call;
    return bool_datum(args[0].i32 != args[1].i32);
}

static union datum
xid_of_xid8(struct func_call *call, const union datum *args)
{
    (void)call;
    return i32_datum((int32_t)(uint32_t)args[0].i64);
}

/* ---- places in the log: two hexadecimal halves ---- */

static bool
read_half(const uint8_t **at, const uint8_t *end, uint32_t *half)
{
    const uint8_t *start = *at;
    for (*half = 0; *at < end && *at - start <= 8; ++*at) {
        uint8_t c = **at;
        uint8_t digit = c >= '0' && c <= '9'   ? (uint8_t)(c - '0')
                        : c >= 'a' && c <= 'f' ? (uint8_t)(c - 'a' + 10)
                        : c >= 'A' && c <= 'F' ? (uint8_t)(c - 'A' + 10)
                                               : 16;
        if (digit == 16)
            break;
        *half = *half << 4 | digit;
    }
    return *at > start && *at - start <= 8;
}

static union datum
lsn_input(struct type_call *call, struct slice text)
{
    (void)call;
    const uint8_t *at = text.data, *end = text.data + text.bytes;
    uint32_t high, low;
    bool is_good = read_half(&at, end, &high) && at < end && *at++ == '/' &&
                   read_half(&at, end, &low) && at == end;
    if (!is_good)
        raise_syntax("pg_lsn", text);
    return i64_datum((int64_t)((uint64_t)high << 32 | low));
}

static void
lsn_output(struct type_call *call, union datum value, struct buf *to)
{
    (void)call;
    buf_format(to, "%X/%X", (uint32_t)((uint64_t)value.i64 >> 32), (uint32_t)value.i64);
}

/* ---- what is kept as text and only the server writes ---- */

static union datum
closed_input(struct type_call *call, struct slice text)
{
    (void)text;
    raise(SQLSTATE_FEATURE_NOT_SUPPORTED, "cannot accept a value of type %s", call->type->name);
}

static void
closed_output(struct type_call *call, union datum value, struct buf *to)
{
    (void)call;
    struct slice text = datum_slice(&value);
    buf_put(to, text.data, text.bytes);
}

/* ---- what this file brings ---- */

#define NUMBER(oid_, array_, name_, in_, out_, recv_, send_)                                       \
    .type = oid_, .array = array_, .name = name_, .sql_name = name_, .is_by_value = true,          \
    .category = 'U', .kind = 'b', .storage = 'p', .delimiter = ',', .input_oid = in_,              \
    .output_oid = out_, .recv_oid = recv_, .send_oid = send_
#define NUMBER32                                                                                   \
    .length = 4, .align = 'i', .phys = PHYS_I32, .input = xid_input, .output = xid_output,         \
    .recv = oid_recv, .send = oid_send, .compare = oid_compare, .hash = oid_hash
#define NUMBER64                                                                                   \
    .length = 8, .align = 'd', .phys = PHYS_I64, .recv = u64_recv, .send = u64_send,               \
    .compare = u64_compare, .hash = u64_hash, .key_put = u64_key_put, .key_get = u64_key_get
#define CLOSED(oid_, name_, in_, out_, recv_, send_)                                               \
    .type = oid_, .name = name_, .sql_name = name_, .align = 'i', .kind = 'b', .delimiter = ',',   \
    .phys = PHYS_VIEW, .input_oid = in_, .output_oid = out_, .recv_oid = recv_, .send_oid = send_, \
    .input = closed_input, .output = closed_output, .recv = closed_input, .send = closed_output
#define STORED .length = -1, .category = 'Z', .storage = 'x', .is_collatable = true
#define ARRAY(array_, element_, name_, sql_name_, align_)                                          \
    .type = array_, .element = element_, .name = name_, .sql_name = sql_name_, .align = align_,    \
    .length = -1, .category = 'A', .kind = 'b', .storage = 'x', .delimiter = ',',                  \
    .phys = PHYS_VIEW, .input_oid = 750, .output_oid = 751, .recv_oid = 2400, .send_oid = 2401,    \
    .input = array_input, .output = array_output, .recv = array_recv, .send = array_send

static const struct type_info types[] = {
    {NUMBER(TYPE_XID, 1011, "xid", 50, 51, 2440, 2441), NUMBER32},
    {NUMBER(TYPE_CID, 1012, "cid", 52, 53, 2442, 2443), NUMBER32},
    {NUMBER(TYPE_XID8, 271, "xid8", 5070, 5081, 5082, 5083), NUMBER64, .input = xid8_input,
     .output = xid8_output},
    {NUMBER(TYPE_PG_LSN, 3221, "pg_lsn", 3229, 3230, 3238, 3239), NUMBER64, .input = lsn_input,
     .output = lsn_output},
    {CLOSED(TYPE_NODE_TREE, "pg_node_tree", 195, 196, 197, 198), STORED},
    {CLOSED(TYPE_NDISTINCT, "pg_ndistinct", 3355, 3356, 3357, 3358), STORED},
    {CLOSED(TYPE_DEPENDENCIES, "pg_dependencies", 3404, 3405, 3406, 3407), STORED},
    {CLOSED(TYPE_MCV_LIST, "pg_mcv_list", 5018, 5019, 5020, 5021), STORED},
    {CLOSED(TYPE_ACLITEM, "aclitem", 1031, 1032, 0, 0), .array = TYPE_ACLITEM_ARRAY, .length = 12,
     .category = 'U', .storage = 'p'},
    {ARRAY(271, TYPE_XID8, "_xid8", "xid8[]", 'd')},
    {ARRAY(1011, TYPE_XID, "_xid", "xid[]", 'i')},
    {ARRAY(1012, TYPE_CID, "_cid", "cid[]", 'i')},
    {ARRAY(TYPE_ACLITEM_ARRAY, TYPE_ACLITEM, "_aclitem", "aclitem[]", 'i')},
    {ARRAY(3221, TYPE_PG_LSN, "_pg_lsn", "pg_lsn[]", 'd')},
};

#define CONVERSIONS(in_, out_, recv_, send_, name_, type_)                                         \
    {FUNC(in_, name_ "in", type_, generic_in, TYPE_CSTRING)},                                      \
        {FUNC(out_, name_ "out", TYPE_CSTRING, generic_out, type_)},                               \
        {FUNC(recv_, name_ "recv", type_, generic_recv, TYPE_INTERNAL)},                           \
    {                                                                                              \
        FUNC(send_, name_ "send", TYPE_BYTEA, generic_send, type_)                                 \
    }
#define COMPARE(oid_, name_, func_, type_)                                                         \
    {                                                                                              \
        FUNC(oid_, name_, TYPE_BOOL, func_, type_, type_)                                          \
    }

static const struct func_info funcs[] = {
    CONVERSIONS(50, 51, 2440, 2441, "xid", TYPE_XID),
    CONVERSIONS(52, 53, 2442, 2443, "cid", TYPE_CID),
    CONVERSIONS(5070, 5081, 5082, 5083, "xid8", TYPE_XID8),
    CONVERSIONS(3229, 3230, 3238, 3239, "pg_lsn_", TYPE_PG_LSN),
    {FUNC(1031, "aclitemin", TYPE_ACLITEM, generic_in, TYPE_CSTRING), .volatility = FUNC_STABLE},
    {FUNC(1032, "aclitemout", TYPE_CSTRING, generic_out, TYPE_ACLITEM), .volatility = FUNC_STABLE},
    {FUNC(195, "pg_node_tree_in", TYPE_NODE_TREE, generic_in, TYPE_CSTRING)},
    {FUNC(196, "pg_node_tree_out", TYPE_CSTRING, generic_out, TYPE_NODE_TREE)},
    COMPARE(68, "xideq", generic_eq, TYPE_XID),
    COMPARE(3308, "xidneq", generic_ne, TYPE_XID),
    {FUNC(1319, "xideqint4", TYPE_BOOL, xid_eq_int4, TYPE_XID, TYPE_INT4)},
    {FUNC(3309, "xidneqint4", TYPE_BOOL, xid_ne_int4, TYPE_XID, TYPE_INT4)},
    COMPARE(69, "cideq", generic_eq, TYPE_CID),
    {FUNC(5071, "xid", TYPE_XID, xid_of_xid8, TYPE_XID8)},
    COMPARE(5034, "xid8lt", generic_lt, TYPE_XID8),
    COMPARE(5035, "xid8gt", generic_gt, TYPE_XID8),
    COMPARE(5036, "xid8le", generic_le, TYPE_XID8),
    COMPARE(5037, "xid8ge", generic_ge, TYPE_XID8),
    COMPARE(5084, "xid8eq", generic_eq, TYPE_XID8),
    COMPARE(5085, "xid8ne", generic_ne, TYPE_XID8),
    COMPARE(3231, "pg_lsn_lt", generic_lt, TYPE_PG_LSN),
    COMPARE(3232, "pg_lsn_le", generic_le, TYPE_PG_LSN),
    COMPARE(3233, "pg_lsn_eq", generic_eq, TYPE_PG_LSN),
    COMPARE(3234, "pg_lsn_ge", generic_ge, TYPE_PG_LSN),
    COMPARE(3235, "pg_lsn_gt", generic_gt, TYPE_PG_LSN),
    COMPARE(3236, "pg_lsn_ne", generic_ne, TYPE_PG_LSN),
};

#define EQ "eqsel", "eqjoinsel"
#define NE "neqsel", "neqjoinsel"

static const struct operator_info operators[] = {
    {352, "=", TYPE_XID, TYPE_XID, TYPE_BOOL, 68, 352, 3315, true, false, EQ},
    {353, "=", TYPE_XID, TYPE_INT4, TYPE_BOOL, 1319, 0, 3316, false, false, EQ},
    {385, "=", TYPE_CID, TYPE_CID, TYPE_BOOL, 69, 385, 0, true, false, EQ},
    {3315, "<>", TYPE_XID, TYPE_XID, TYPE_BOOL, 3308, 3315, 352, false, false, NE},
    {3316, "<>", TYPE_XID, TYPE_INT4, TYPE_BOOL, 3309, 0, 353, false, false, NE},
    {5068, "=", TYPE_XID8, TYPE_XID8, TYPE_BOOL, 5084, 5068, 5072, true, true, EQ},
    {5072, "<>", TYPE_XID8, TYPE_XID8, TYPE_BOOL, 5085, 5072, 5068, false, false, NE},
    {5073, "<", TYPE_XID8, TYPE_XID8, TYPE_BOOL, 5034, 5074, 5076, false, false, "scalarltsel",
     "scalarltjoinsel"},
    {5074, ">", TYPE_XID8, TYPE_XID8, TYPE_BOOL, 5035, 5073, 5075, false, false, "scalargtsel",
     "scalargtjoinsel"},
    {5075, "<=", TYPE_XID8, TYPE_XID8, TYPE_BOOL, 5036, 5076, 5074, false, false, "scalarlesel",
     "scalarlejoinsel"},
    {5076, ">=", TYPE_XID8, TYPE_XID8, TYPE_BOOL, 5037, 5075, 5073, false, false, "scalargesel",
     "scalargejoinsel"},
    {3222, "=", TYPE_PG_LSN, TYPE_PG_LSN, TYPE_BOOL, 3233, 3222, 3223, true, true, EQ},
    {3223, "<>", TYPE_PG_LSN, TYPE_PG_LSN, TYPE_BOOL, 3236, 3223, 3222, false, false, NE},
    {3224, "<", TYPE_PG_LSN, TYPE_PG_LSN, TYPE_BOOL, 3231, 3225, 3227, false, false, "scalarltsel",
     "scalarltjoinsel"},
    {3225, ">", TYPE_PG_LSN, TYPE_PG_LSN, TYPE_BOOL, 3235, 3224, 3226, false, false, "scalargtsel",
     "scalargtjoinsel"},
    {3226, "<=", TYPE_PG_LSN, TYPE_PG_LSN, TYPE_BOOL, 3232, 3227, 3225, false, false, "scalarlesel",
     "scalarlejoinsel"},
    {3227, ">=", TYPE_PG_LSN, TYPE_PG_LSN, TYPE_BOOL, 3234, 3226, 3224, false, false, "scalargesel",
     "scalargejoinsel"},
};

static const struct cast_info casts[] = {
    {TYPE_NODE_TREE, TYPE_TEXT, OID_NONE, CAST_IMPLICIT, CAST_BINARY},
    {TYPE_XID8, TYPE_XID, 5071, CAST_EXPLICIT, CAST_FUNC},
    {TYPE_NDISTINCT, TYPE_BYTEA, OID_NONE, CAST_IMPLICIT, CAST_BINARY},
    {TYPE_NDISTINCT, TYPE_TEXT, OID_NONE, CAST_IMPLICIT, CAST_INOUT},
    {TYPE_DEPENDENCIES, TYPE_BYTEA, OID_NONE, CAST_IMPLICIT, CAST_BINARY},
    {TYPE_DEPENDENCIES, TYPE_TEXT, OID_NONE, CAST_IMPLICIT, CAST_INOUT},
    {TYPE_MCV_LIST, TYPE_BYTEA, OID_NONE, CAST_IMPLICIT, CAST_BINARY},
    {TYPE_MCV_LIST, TYPE_TEXT, OID_NONE, CAST_IMPLICIT, CAST_INOUT},
};

const struct type_tables catalog_types_tables = {
    .types = types,
    .type_count = COUNT_OF(types),
    .funcs = funcs,
    .func_count = COUNT_OF(funcs),
    .operators = operators,
    .operator_count = COUNT_OF(operators),
    .casts = casts,
    .cast_count = COUNT_OF(casts),
};
