/*
 * inet.c: the types inet and cidr: their values, order and keys, functions and operators.
 *
 * A key is the family, the network part, the length of the mask, the whole address: memcmp order
 * of it is the order of the values.
 */
#include "type/inet.h"

#include "base/hash.h"
#include "base/raise.h"
#include "type/access.h"
#include "type/generic.h"
#include "type/input.h"
#include "type/tables.h"

/* ---- values ---- */

struct inet
datum_inet(const union datum *value)
{
    struct slice bytes = datum_slice(value);
    struct inet inet = {.family = bytes.data[0], .bits = bytes.data[1]};
    memcpy(inet.address, bytes.data + 2, inet_bytes(&inet));
    return inet;
}

union datum
inet_datum(struct arena *arena, const struct inet *inet)
{
    uint32_t bytes = 2 + inet_bytes(inet);
    return slice_datum(slice_of(arena_copy(arena, inet, bytes), bytes));
}

uint8_t
inet_mask_byte(uint32_t bits, uint32_t byte_idx)
{
    uint32_t before = byte_idx * 8;
    uint32_t here = bits <= before ? 0 : bits - before >= 8 ? 8 : bits - before;
    return (uint8_t)(0xff00 >> here);
}

void
inet_clear_host(struct inet *inet)
{
    for (uint32_t i = 0; i < inet_bytes(inet); i++)
        inet->address[i] &= inet_mask_byte(inet->bits, i);
}

static bool
has_host_bits(const struct inet *inet)
{
    struct inet net = *inet;
    inet_clear_host(&net);
    return memcmp(net.address, inet->address, sizeof net.address) != 0;
}

int
inet_compare_bits(const struct inet *a, const struct inet *b, uint32_t bits)
{
    for (uint32_t i = 0; i * 8 < bits; i++) {
        uint8_t mask = inet_mask_byte(bits, i);
        int order = (a->address[i] & mask) - (b->address[i] & mask);
        if (order != 0)
            return order;
    }
    return 0;
}

static inline uint32_t
common_mask(const struct inet *a, const struct inet *b)
{
    return a->bits < b->bits ? a->bits : b->bits;
}

/* ---- text and binary ---- */

static union datum
read_value(struct type_call *call, struct slice text, bool is_cidr)
{
    struct inet inet;
    if (!inet_read(text, is_cidr, &inet))
        raise_syntax(call->type->name, text);
    if (is_cidr && has_host_bits(&inet))
        raise_error(.code = SQLSTATE_INVALID_TEXT_REPRESENTATION,
                    .message = arena_format(call->arena, "invalid cidr value: \"%.*s\"",
                                            (int)text.bytes, (const char *)text.data),
                    .detail = "Value has bits set to right of mask.");
    return inet_datum(call->arena, &inet);
}

static union datum
inet_input(struct type_call *call, struct slice text)
{
    return read_value(call, text, false);
}

static union datum
cidr_input(struct type_call *call, struct slice text)
{
    return read_value(call, text, true);
}

static void
inet_output(struct type_call *call, union datum value, struct buf *to)
{
    (void)call;
    struct inet inet = datum_inet(&value);
    inet_write(&inet, to);
}

static void
write_with_mask(const struct inet *inet, struct buf *to)
{
    inet_write(inet, to);
    if (inet->bits == inet_bits_max(inet))
        buf_format(to, "/%u", inet->bits);
}

static void
cidr_output(struct type_call *call, union datum value, struct buf *to)
{
    (void)call;
    struct inet inet = datum_inet(&value);
    write_with_mask(&inet, to);
}

/* Family, mask, whether it is a cidr, the number of bytes, the bytes. */
static union datum
recv_value(struct type_call *call, struct slice bytes, bool is_cidr)
{
    if (bytes.bytes < 4)
        raise(SQLSTATE_PROTOCOL_VIOLATION, "insufficient data left in message");
    struct inet inet = {.family = bytes.data[0], .bits = bytes.data[1]};
    const char *name = is_cidr ? "cidr" : "inet";
    if (inet.family != INET_V4 && inet.family != INET_V6)
        raise(SQLSTATE_INVALID_BINARY_REPRESENTATION,
              "invalid address family in external \"%s\" value", name);
    if (inet.bits > inet_bits_max(&inet))
        raise(SQLSTATE_INVALID_BINARY_REPRESENTATION, "invalid bits in external \"%s\" value",
              name);
    if (bytes.data[3] != inet_bytes(&inet))
        raise(SQLSTATE_INVALID_BINARY_REPRESENTATION, "invalid length in external \"%s\" value",
              name);
    recv_expect(bytes, 4 + inet_bytes(&inet));
    memcpy(inet.address, bytes.data + 4, inet_bytes(&inet));
    if (is_cidr && has_host_bits(&inet))
        raise_error(.code = SQLSTATE_INVALID_BINARY_REPRESENTATION,
                    .message = "invalid external \"cidr\" value",
                    .detail = "Value has bits set to right of mask.");
    return inet_datum(call->arena, &inet);
}

static union datum
inet_recv(struct type_call *call, struct slice bytes)
{
    return recv_value(call, bytes, false);
}

static union datum
cidr_recv(struct type_call *call, struct slice bytes)
{
    return recv_value(call, bytes, true);
}

static void
send_value(union datum value, uint8_t is_cidr, struct buf *to)
{
    struct inet inet = datum_inet(&value);
    const uint8_t head[] = {inet.family, inet.bits, is_cidr, (uint8_t)inet_bytes(&inet)};
    buf_put(to, head, sizeof head);
    buf_put(to, inet.address, inet_bytes(&inet));
}

static void
inet_send(struct type_call *call, union datum value, struct buf *to)
{
    (void)call;
    send_value(value, 0, to);
}

static void
cidr_send(struct type_call *call, union datum value, struct buf *to)
{
    (void)call;
    send_value(value, 1, to);
}

/* ---- order, hash, keys: cidr's too ---- */

static int
inet_compare(union datum x, union datum y)
{
    struct inet a = datum_inet(&x), b = datum_inet(&y);
    if (a.family != b.family)
        return a.family - b.family;
    int order = inet_compare_bits(&a, &b, common_mask(&a, &b));
    if (order == 0)
        order = a.bits - b.bits;
    return order != 0 ? order : memcmp(a.address, b.address, sizeof a.address);
}

static uint64_t
inet_hash(union datum value)
{
    struct slice bytes = datum_slice(&value);
    return hash_bytes(bytes.data, bytes.bytes);
}

static bool
inet_key_put(union datum value, struct buf *to)
{
    struct inet inet = datum_inet(&value), net = inet;
    inet_clear_host(&net);
    buf_put_u8(to, inet.family);
    buf_put(to, net.address, inet_bytes(&net));
    buf_put_u8(to, inet.bits);
    buf_put(to, inet.address, inet_bytes(&inet));
    return true;
}

static bool
inet_key_get(const uint8_t **at, const uint8_t *end, struct arena *arena, union datum *value)
{
    if (*at == end || (**at != INET_V4 && **at != INET_V6))
        return false;
    struct inet inet = {.family = **at};
    uint32_t bytes = inet_bytes(&inet);
    if ((size_t)(end - *at) < 2 + 2 * (size_t)bytes)
        return false;
    inet.bits = (*at)[1 + bytes];
    memcpy(inet.address, *at + 2 + bytes, bytes);
    *at += 2 + 2 * (size_t)bytes;
    *value = inet_datum(arena, &inet);
    return inet.bits <= inet_bits_max(&inet);
}

/* ---- parts of an address ---- */

static union datum
inet_text(struct func_call *call, struct inet inet,
          void (*write)(const struct inet *inet, struct buf *to))
{
    struct buf *text = buf_new(call->arena);
    write(&inet, text);
    return generic_buf_datum(call->arena, text);
}

static union datum
inet_abbrev(struct func_call *call, const union datum *args)
{
    return inet_text(call, datum_inet(&args[0]), inet_write);
}

static union datum
cidr_abbrev(struct func_call *call, const union datum *args)
{
    return inet_text(call, datum_inet(&args[0]), inet_write_short);
}

static union datum
network_host(struct func_call *call, const union datum *args)
{
    struct inet inet = datum_inet(&args[0]);
    inet.bits = inet_bits_max(&inet);
    return inet_text(call, inet, inet_write);
}

static union datum
network_show(struct func_call *call, const union datum *args)
{
    return inet_text(call, datum_inet(&args[0]), write_with_mask);
}

static union datum
network_family(struct func_call *call, const union datum *args)
{
    (void)call;
    return i32_datum(datum_inet(&args[0]).family == INET_V4 ? 4 : 6);
}

static union datum
network_masklen(struct func_call *call, const union datum *args)
{
    (void)call;
    return i32_datum(datum_inet(&args[0]).bits);
}

static union datum
network_broadcast(struct func_call *call, const union datum *args)
{
    struct inet inet = datum_inet(&args[0]);
    for (uint32_t i = 0; i < inet_bytes(&inet); i++)
        inet.address[i] |= (uint8_t)~inet_mask_byte(inet.bits, i);
    return inet_datum(call->arena, &inet);
}

static union datum
network_network(struct func_call *call, const union datum *args)
{
    struct inet inet = datum_inet(&args[0]);
    inet_clear_host(&inet);
    return inet_datum(call->arena, &inet);
}

static union datum
network_netmask(struct func_call *call, const union datum *args)
{
    struct inet inet = datum_inet(&args[0]);
    for (uint32_t i = 0; i < inet_bytes(&inet); i++)
        inet.address[i] = inet_mask_byte(inet.bits, i);
    inet.bits = inet_bits_max(&inet);
    return inet_datum(call->arena, &inet);
}

static union datum
network_hostmask(struct func_call *call, const union datum *args)
{
    struct inet inet = datum_inet(&args[0]);
    for (uint32_t i = 0; i < inet_bytes(&inet); i++)
        inet.address[i] = (uint8_t)~inet_mask_byte(inet.bits, i);
    inet.bits = inet_bits_max(&inet);
    return inet_datum(call->arena, &inet);
}

/* -1 stands for the whole address. */
static struct inet
with_mask(const union datum *args)
{
    struct inet inet = datum_inet(&args[0]);
    int32_t bits = args[1].i32 == -1 ? inet_bits_max(&inet) : args[1].i32;
    if (bits < 0 || bits > inet_bits_max(&inet))
        raise(SQLSTATE_INVALID_PARAMETER_VALUE, "invalid mask length: %d", bits);
    inet.bits = (uint8_t)bits;
    return inet;
}

static union datum
inet_set_masklen(struct func_call *call, const union datum *args)
{
    struct inet inet = with_mask(args);
    return inet_datum(call->arena, &inet);
}

static union datum
cidr_set_masklen(struct func_call *call, const union datum *args)
{
    struct inet inet = with_mask(args);
    inet_clear_host(&inet);
    return inet_datum(call->arena, &inet);
}

/* ---- two addresses ---- */

static union datum
inet_same_family(struct func_call *call, const union datum *args)
{
    (void)call;
    return bool_datum(datum_inet(&args[0]).family == datum_inet(&args[1]).family);
}

static union datum
inet_merge(struct func_call *call, const union datum *args)
{
    struct inet a = datum_inet(&args[0]), b = datum_inet(&args[1]);
    if (a.family != b.family)
        raise(SQLSTATE_INVALID_PARAMETER_VALUE, "cannot merge addresses from different families");
    uint32_t bits = common_mask(&a, &b);
    while (inet_compare_bits(&a, &b, bits) != 0)
        bits--;
    a.bits = (uint8_t)bits;
    inet_clear_host(&a);
    return inet_datum(call->arena, &a);
}

/* Whether both are in the network of the one whose mask is `bits` long. */
static bool
shares(const struct inet *a, const struct inet *b, uint32_t bits)
{
    return a->family == b->family && inet_compare_bits(a, b, bits) == 0;
}

#define NETWORK_TEST(name_, test_)                                                                 \
    static union datum name_(struct func_call *call, const union datum *args)                      \
    {                                                                                              \
        (void)call;                                                                                \
        struct inet a = datum_inet(&args[0]), b = datum_inet(&args[1]);                            \
        return bool_datum(test_);                                                                  \
    }

NETWORK_TEST(network_sub, a.bits > b.bits && shares(&a, &b, b.bits))
NETWORK_TEST(network_subeq, a.bits >= b.bits && shares(&a, &b, b.bits))
NETWORK_TEST(network_sup, a.bits < b.bits && shares(&a, &b, a.bits))
NETWORK_TEST(network_supeq, a.bits <= b.bits && shares(&a, &b, a.bits))
NETWORK_TEST(network_overlap, shares(&a, &b, common_mask(&a, &b)))

/* ---- arithmetic ---- */

static union datum
inetnot(struct func_call *call, const union datum *args)
{
    struct inet inet = datum_inet(&args[0]);
    for (uint32_t i = 0; i < inet_bytes(&inet); i++)
        inet.address[i] = (uint8_t)~inet.address[i];
    return inet_datum(call->arena, &inet);
}

static void
need_same_size(const struct inet *a, const struct inet *b, const char *what)
{
    if (a->family != b->family)
        raise(SQLSTATE_INVALID_PARAMETER_VALUE, "cannot %s inet values of different sizes", what);
}

static union datum
inetand(struct func_call *call, const union datum *args)
{
    struct inet a = datum_inet(&args[0]), b = datum_inet(&args[1]);
    need_same_size(&a, &b, "AND");
    for (uint32_t i = 0; i < sizeof a.address; i++)
        a.address[i] &= b.address[i];
    a.bits = a.bits > b.bits ? a.bits : b.bits;
    return inet_datum(call->arena, &a);
}

static union datum
inetor(struct func_call *call, const union datum *args)
{
    struct inet a = datum_inet(&args[0]), b = datum_inet(&args[1]);
    need_same_size(&a, &b, "OR");
    for (uint32_t i = 0; i < sizeof a.address; i++)
        a.address[i] |= b.address[i];
    a.bits = a.bits > b.bits ? a.bits : b.bits;
    return inet_datum(call->arena, &a);
}

static unsigned __int128
address_number(const struct inet *inet)
{
    unsigned __int128 number = 0;
    for (uint32_t i = 0; i < inet_bytes(inet); i++)
        number = number << 8 | inet->address[i];
    return number;
}

static union datum
shift_address(struct func_call *call, const union datum *address, __int128 by)
{
    struct inet inet = datum_inet(address);
    unsigned __int128 number = address_number(&inet), sum = number + (unsigned __int128)by;
    bool is_out = by < 0 ? sum > number : sum < number;
    if (is_out || (inet.family == INET_V4 && sum > UINT32_MAX))
        raise(SQLSTATE_NUMERIC_VALUE_OUT_OF_RANGE, "result is out of range");
    for (uint32_t i = inet_bytes(&inet); i-- > 0; sum >>= 8)
        inet.address[i] = (uint8_t)sum;
    return inet_datum(call->arena, &inet);
}

static union datum
inetpl(struct func_call *call, const union datum *args)
{
    return shift_address(call, &args[0], args[1].i64);
}

static union datum
int8pl_inet(struct func_call *call, const union datum *args)
{
    return shift_address(call, &args[1], args[0].i64);
}

static union datum
inetmi_int8(struct func_call *call, const union datum *args)
{
    return shift_address(call, &args[0], (int64_t)(0 - (uint64_t)args[1].i64));
}

static union datum
inetmi(struct func_call *call, const union datum *args)
{
    (void)call;
    struct inet a = datum_inet(&args[0]), b = datum_inet(&args[1]);
    if (a.family != b.family)
        raise(SQLSTATE_INVALID_PARAMETER_VALUE, "cannot subtract inet values of different sizes");
    /* Modulo 2^128, as PostgreSQL's. */
    __int128 gap = (__int128)(address_number(&a) - address_number(&b));
    if (gap != (int64_t)gap)
        raise(SQLSTATE_NUMERIC_VALUE_OUT_OF_RANGE, "result is out of range");
    return i64_datum((int64_t)gap);
}

/* ---- the connection ---- */

static const char *
connection_address(struct func_call *call, bool is_server, int32_t *port)
{
    const struct db_access *access = call->env->access;
    if (access == NULL || access->address == NULL)
        return NULL;
    return access->address(access->object, is_server, port);
}

static union datum
own_address(struct func_call *call, bool is_server)
{
    int32_t port;
    struct inet inet;
    const char *text = connection_address(call, is_server, &port);
    if (text == NULL || !inet_read(slice_text(text), false, &inet))
        return func_null(call);
    return inet_datum(call->arena, &inet);
}

static union datum
own_port(struct func_call *call, bool is_server)
{
    int32_t port;
    if (connection_address(call, is_server, &port) == NULL)
        return func_null(call);
    return i32_datum(port);
}

static union datum
inet_client_addr(struct func_call *call, const union datum *args)
{
    (void)args;
    return own_address(call, false);
}

static union datum
inet_server_addr(struct func_call *call, const union datum *args)
{
    (void)args;
    return own_address(call, true);
}

static union datum
inet_client_port(struct func_call *call, const union datum *args)
{
    (void)args;
    return own_port(call, false);
}

static union datum
inet_server_port(struct func_call *call, const union datum *args)
{
    (void)args;
    return own_port(call, true);
}

/* ---- what this file brings ---- */

static const struct type_info types[] = {
    {.type = TYPE_INET,
     .array = TYPE_INET_ARRAY,
     .name = "inet",
     .sql_name = "inet",
     .length = -1,
     .align = 'i',
     .category = 'I',
     .kind = 'b',
     .storage = 'm',
     .delimiter = ',',
     .phys = PHYS_VIEW,
     .is_preferred = true,
     .input_oid = 910,
     .output_oid = 911,
     .recv_oid = 2496,
     .send_oid = 2497,
     .input = inet_input,
     .output = inet_output,
     .recv = inet_recv,
     .send = inet_send,
     .compare = inet_compare,
     .hash = inet_hash,
     .key_put = inet_key_put,
     .key_get = inet_key_get},
    {.type = TYPE_CIDR,
     .array = TYPE_CIDR_ARRAY,
     .name = "cidr",
     .sql_name = "cidr",
     .length = -1,
     .align = 'i',
     .category = 'I',
     .kind = 'b',
     .storage = 'm',
     .delimiter = ',',
     .phys = PHYS_VIEW,
     .input_oid = 1267,
     .output_oid = 1427,
     .recv_oid = 2498,
     .send_oid = 2499,
     .input = cidr_input,
     .output = cidr_output,
     .recv = cidr_recv,
     .send = cidr_send,
     .compare = inet_compare,
     .hash = inet_hash,
     .key_put = inet_key_put,
     .key_get = inet_key_get},
};

static const struct func_info funcs[] = {
    {.func = 2196,
     .name = "inet_client_addr",
     .result = TYPE_INET,
     .scalar = inet_client_addr,
     .volatility = FUNC_STABLE},
    {.func = 2197,
     .name = "inet_client_port",
     .result = TYPE_INT4,
     .scalar = inet_client_port,
     .volatility = FUNC_STABLE},
    {.func = 2198,
     .name = "inet_server_addr",
     .result = TYPE_INET,
     .scalar = inet_server_addr,
     .volatility = FUNC_STABLE},
    {.func = 2199,
     .name = "inet_server_port",
     .result = TYPE_INT4,
     .scalar = inet_server_port,
     .volatility = FUNC_STABLE},
    {FUNC(598, "abbrev", TYPE_TEXT, inet_abbrev, TYPE_INET)},
    {FUNC(599, "abbrev", TYPE_TEXT, cidr_abbrev, TYPE_CIDR)},
    {FUNC(605, "set_masklen", TYPE_INET, inet_set_masklen, TYPE_INET, TYPE_INT4)},
    {FUNC(635, "set_masklen", TYPE_CIDR, cidr_set_masklen, TYPE_CIDR, TYPE_INT4)},
    {FUNC(683, "network", TYPE_CIDR, network_network, TYPE_INET)},
    {FUNC(696, "netmask", TYPE_INET, network_netmask, TYPE_INET)},
    {FUNC(697, "masklen", TYPE_INT4, network_masklen, TYPE_INET)},
    {FUNC(698, "broadcast", TYPE_INET, network_broadcast, TYPE_INET)},
    {FUNC(699, "host", TYPE_TEXT, network_host, TYPE_INET)},
    {FUNC(711, "family", TYPE_INT4, network_family, TYPE_INET)},
    {FUNC(730, "text", TYPE_TEXT, network_show, TYPE_INET)},
    {FUNC(910, "inet_in", TYPE_INET, generic_in, TYPE_CSTRING)},
    {FUNC(911, "inet_out", TYPE_CSTRING, generic_out, TYPE_INET)},
    {FUNC(920, "network_eq", TYPE_BOOL, generic_eq, TYPE_INET, TYPE_INET)},
    {FUNC(921, "network_lt", TYPE_BOOL, generic_lt, TYPE_INET, TYPE_INET)},
    {FUNC(922, "network_le", TYPE_BOOL, generic_le, TYPE_INET, TYPE_INET)},
    {FUNC(923, "network_gt", TYPE_BOOL, generic_gt, TYPE_INET, TYPE_INET)},
    {FUNC(924, "network_ge", TYPE_BOOL, generic_ge, TYPE_INET, TYPE_INET)},
    {FUNC(925, "network_ne", TYPE_BOOL, generic_ne, TYPE_INET, TYPE_INET)},
    {FUNC(926, "network_cmp", TYPE_INT4, generic_compare, TYPE_INET, TYPE_INET)},
    {FUNC(927, "network_sub", TYPE_BOOL, network_sub, TYPE_INET, TYPE_INET)},
    {FUNC(928, "network_subeq", TYPE_BOOL, network_subeq, TYPE_INET, TYPE_INET)},
    {FUNC(929, "network_sup", TYPE_BOOL, network_sup, TYPE_INET, TYPE_INET)},
    {FUNC(930, "network_supeq", TYPE_BOOL, network_supeq, TYPE_INET, TYPE_INET)},
    {FUNC(1267, "cidr_in", TYPE_CIDR, generic_in, TYPE_CSTRING)},
    {FUNC(1362, "hostmask", TYPE_INET, network_hostmask, TYPE_INET)},
    {FUNC(1427, "cidr_out", TYPE_CSTRING, generic_out, TYPE_CIDR)},
    {FUNC(1715, "cidr", TYPE_CIDR, network_network, TYPE_INET)},
    {FUNC(2496, "inet_recv", TYPE_INET, generic_recv, TYPE_INTERNAL)},
    {FUNC(2497, "inet_send", TYPE_BYTEA, generic_send, TYPE_INET)},
    {FUNC(2498, "cidr_recv", TYPE_CIDR, generic_recv, TYPE_INTERNAL)},
    {FUNC(2499, "cidr_send", TYPE_BYTEA, generic_send, TYPE_CIDR)},
    {FUNC(2627, "inetnot", TYPE_INET, inetnot, TYPE_INET)},
    {FUNC(2628, "inetand", TYPE_INET, inetand, TYPE_INET, TYPE_INET)},
    {FUNC(2629, "inetor", TYPE_INET, inetor, TYPE_INET, TYPE_INET)},
    {FUNC(2630, "inetpl", TYPE_INET, inetpl, TYPE_INET, TYPE_INT8)},
    {FUNC(2631, "int8pl_inet", TYPE_INET, int8pl_inet, TYPE_INT8, TYPE_INET)},
    {FUNC(2632, "inetmi_int8", TYPE_INET, inetmi_int8, TYPE_INET, TYPE_INT8)},
    {FUNC(2633, "inetmi", TYPE_INT8, inetmi, TYPE_INET, TYPE_INET)},
    {FUNC(3551, "network_overlap", TYPE_BOOL, network_overlap, TYPE_INET, TYPE_INET)},
    {FUNC(3562, "network_larger", TYPE_INET, generic_larger, TYPE_INET, TYPE_INET)},
    {FUNC(3563, "network_smaller", TYPE_INET, generic_smaller, TYPE_INET, TYPE_INET)},
    {FUNC(4063, "inet_merge", TYPE_CIDR, inet_merge, TYPE_INET, TYPE_INET)},
    {FUNC(4071, "inet_same_family", TYPE_BOOL, inet_same_family, TYPE_INET, TYPE_INET)},
};

static const struct operator_info operators[] = {
    {931, "<<", TYPE_INET, TYPE_INET, TYPE_BOOL, 927, 933, 0, false, false, "networksel",
     "networkjoinsel"},
    {932, "<<=", TYPE_INET, TYPE_INET, TYPE_BOOL, 928, 934, 0, false, false, "networksel",
     "networkjoinsel"},
    {933, ">>", TYPE_INET, TYPE_INET, TYPE_BOOL, 929, 931, 0, false, false, "networksel",
     "networkjoinsel"},
    {934, ">>=", TYPE_INET, TYPE_INET, TYPE_BOOL, 930, 932, 0, false, false, "networksel",
     "networkjoinsel"},
    {1201, "=", TYPE_INET, TYPE_INET, TYPE_BOOL, 920, 1201, 1202, true, true, "eqsel", "eqjoinsel"},
    {1202, "<>", TYPE_INET, TYPE_INET, TYPE_BOOL, 925, 1202, 1201, false, false, "neqsel",
     "neqjoinsel"},
    {1203, "<", TYPE_INET, TYPE_INET, TYPE_BOOL, 921, 1205, 1206, false, false, "scalarltsel",
     "scalarltjoinsel"},
    {1204, "<=", TYPE_INET, TYPE_INET, TYPE_BOOL, 922, 1206, 1205, false, false, "scalarlesel",
     "scalarlejoinsel"},
    {1205, ">", TYPE_INET, TYPE_INET, TYPE_BOOL, 923, 1203, 1204, false, false, "scalargtsel",
     "scalargtjoinsel"},
    {1206, ">=", TYPE_INET, TYPE_INET, TYPE_BOOL, 924, 1204, 1203, false, false, "scalargesel",
     "scalargejoinsel"},
    {2634, "~", OID_NONE, TYPE_INET, TYPE_INET, 2627, 0, 0, false, false, NULL, NULL},
    {2635, "&", TYPE_INET, TYPE_INET, TYPE_INET, 2628, 0, 0, false, false, NULL, NULL},
    {2636, "|", TYPE_INET, TYPE_INET, TYPE_INET, 2629, 0, 0, false, false, NULL, NULL},
    {2637, "+", TYPE_INET, TYPE_INT8, TYPE_INET, 2630, 2638, 0, false, false, NULL, NULL},
    {2638, "+", TYPE_INT8, TYPE_INET, TYPE_INET, 2631, 2637, 0, false, false, NULL, NULL},
    {2639, "-", TYPE_INET, TYPE_INT8, TYPE_INET, 2632, 0, 0, false, false, NULL, NULL},
    {2640, "-", TYPE_INET, TYPE_INET, TYPE_INT8, 2633, 0, 0, false, false, NULL, NULL},
    {3552, "&&", TYPE_INET, TYPE_INET, TYPE_BOOL, 3551, 3552, 0, false, false, "networksel",
     "networkjoinsel"},
};

static const struct cast_info casts[] = {
    {TYPE_CIDR, TYPE_TEXT, 730, CAST_ASSIGNMENT, CAST_FUNC},
    {TYPE_CIDR, TYPE_BPCHAR, 730, CAST_ASSIGNMENT, CAST_FUNC},
    {TYPE_CIDR, TYPE_VARCHAR, 730, CAST_ASSIGNMENT, CAST_FUNC},
    {TYPE_INET, TYPE_TEXT, 730, CAST_ASSIGNMENT, CAST_FUNC},
    {TYPE_INET, TYPE_CIDR, 1715, CAST_ASSIGNMENT, CAST_FUNC},
    {TYPE_INET, TYPE_BPCHAR, 730, CAST_ASSIGNMENT, CAST_FUNC},
    {TYPE_INET, TYPE_VARCHAR, 730, CAST_ASSIGNMENT, CAST_FUNC},
    {TYPE_CIDR, TYPE_INET, OID_NONE, CAST_IMPLICIT, CAST_BINARY},
};

const struct type_tables inet_tables = {
    .types = types,
    .type_count = COUNT_OF(types),
    .funcs = funcs,
    .func_count = COUNT_OF(funcs),
    .operators = operators,
    .operator_count = COUNT_OF(operators),
    .casts = casts,
    .cast_count = COUNT_OF(casts),
};
