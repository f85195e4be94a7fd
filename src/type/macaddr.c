/*
 * macaddr.c: the types macaddr and macaddr8: hardware addresses of 6 and 8 bytes.
 *
 * A value is a view of its bytes, which order as bytes do. A macaddr becomes a macaddr8 by ff:fe
 * in its middle.
 */
#include "base/hash.h"
#include "base/raise.h"
#include "type/digits.h"
#include "type/generic.h"
#include "type/input.h"
#include "type/tables.h"
#include "type/values.h"
#include <stdio.h>

#define MAC_BYTES 6
#define MAC8_BYTES 8

static union datum
bytes_datum(const uint8_t *bytes, size_t count)
{
    return slice_datum(slice_of(bytes, count));
}

/* ---- text ---- */

/* All forms in which six bytes may be written; "%1s" is what may not follow them. */
static bool
scan_bytes(const char *text, int *byte)
{
    static const char *const forms[] = {
        "%x:%x:%x:%x:%x:%x%1s",   "%x-%x-%x-%x-%x-%x%1s",    "%2x%2x%2x:%2x%2x%2x%1s",
        "%2x%2x%2x-%2x%2x%2x%1s", "%2x%2x.%2x%2x.%2x%2x%1s", "%2x%2x-%2x%2x-%2x%2x%1s",
        "%2x%2x%2x%2x%2x%2x%1s",
    };
    char junk[2];
    for (size_t i = 0; i < COUNT_OF(forms); i++) {
        int count =
            sscanf(text, forms[i], (unsigned *)&byte[0], (unsigned *)&byte[1], (unsigned *)&byte[2],
                   (unsigned *)&byte[3], (unsigned *)&byte[4], (unsigned *)&byte[5], junk);
        if (count == MAC_BYTES)
            return true;
    }
    return false;
}

static union datum
macaddr_input(struct type_call *call, struct slice text)
{
    int parts[MAC_BYTES];
    const char *terminated = (const char *)arena_slice(call->arena, text).data;
    if (!scan_bytes(terminated, parts))
        raise_syntax("macaddr", text);
    uint8_t bytes[MAC_BYTES];
    for (int i = 0; i < MAC_BYTES; i++) {
        if (parts[i] < 0 || parts[i] > 255)
            raise(SQLSTATE_NUMERIC_VALUE_OUT_OF_RANGE,
                  "invalid octet value in \"macaddr\" value: \"%s\"", terminated);
        bytes[i] = (uint8_t)parts[i];
    }
    return bytes_datum(bytes, MAC_BYTES);
}

static void
macaddr_output(struct type_call *call, union datum value, struct buf *to)
{
    (void)call;
    struct slice bytes = datum_slice(&value);
    for (size_t i = 0; i < bytes.bytes; i++)
        buf_format(to, i == 0 ? "%02x" : ":%02x", bytes.data[i]);
}

static bool
at_blank_to_end(struct slice text, size_t at)
{
    while (at < text.bytes && is_space(text.data[at]))
        at++;
    return at == text.bytes;
}

/* Pairs of digits, any one of : - . between them or nothing; blanks around all. The count of
   bytes; 0: not an address. A last single byte is not looked at. */
static uint32_t
read_pairs(struct slice text, uint8_t *bytes)
{
    uint32_t count = 0;
    size_t at = 0;
    uint8_t spacer = 0;
    while (at < text.bytes && is_space(text.data[at]))
        at++;
    while (at + 1 < text.bytes) {
        int high = hex_value(text.data[at]), low = hex_value(text.data[at + 1]);
        if (high < 0 || low < 0 || count == MAC8_BYTES)
            return 0;
        bytes[count++] = (uint8_t)(high << 4 | low);
        at += 2;
        uint8_t c = at < text.bytes ? text.data[at] : 0;
        if (c == ':' || c == '-' || c == '.') {
            if (spacer != 0 && spacer != c)
                return 0;
            spacer = c;
            at++;
        }
        if ((count == MAC_BYTES || count == MAC8_BYTES) && at < text.bytes &&
            is_space(text.data[at])) {
            if (!at_blank_to_end(text, at))
                return 0;
            at = text.bytes;
        }
    }
    return count;
}

/* ff:fe goes into the middle of six bytes. */
static void
widen(uint8_t *bytes)
{
    memmove(bytes + 5, bytes + 3, 3);
    bytes[3] = 0xff;
    bytes[4] = 0xfe;
}

static union datum
macaddr8_input(struct type_call *call, struct slice text)
{
    (void)call;
    uint8_t bytes[MAC8_BYTES];
    uint32_t count = read_pairs(text, bytes);
    if (count != MAC_BYTES && count != MAC8_BYTES)
        raise_syntax("macaddr8", text);
    if (count == MAC_BYTES)
        widen(bytes);
    return bytes_datum(bytes, MAC8_BYTES);
}

/* ---- binary, order, keys ---- */

static union datum
macaddr_recv(struct type_call *call, struct slice bytes)
{
    (void)call;
    recv_expect(bytes, MAC_BYTES);
    return slice_datum(bytes);
}

static union datum
macaddr8_recv(struct type_call *call, struct slice bytes)
{
    (void)call;
    uint8_t wide[MAC8_BYTES];
    if (bytes.bytes == MAC_BYTES) {
        memcpy(wide, bytes.data, MAC_BYTES);
        widen(wide);
        return bytes_datum(wide, MAC8_BYTES);
    }
    recv_expect(bytes, MAC8_BYTES);
    return slice_datum(bytes);
}

static void
macaddr_send(struct type_call *call, union datum value, struct buf *to)
{
    (void)call;
    buf_put_slice(to, datum_slice(&value));
}

static int
macaddr_compare(union datum a, union datum b)
{
    return view_compare(&a.view, &b.view);
}

static uint64_t
macaddr_hash(union datum value)
{
    struct slice bytes = datum_slice(&value);
    return hash_bytes(bytes.data, bytes.bytes);
}

static bool
macaddr_key_put(union datum value, struct buf *to)
{
    buf_put_slice(to, datum_slice(&value));
    return true;
}

static bool
key_get(const uint8_t **at, const uint8_t *end, size_t count, union datum *value)
{
    if ((size_t)(end - *at) < count)
        return false;
    *value = bytes_datum(*at, count);
    *at += count;
    return true;
}

static bool
macaddr_key_get(const uint8_t **at, const uint8_t *end, struct arena *arena, union datum *value)
{
    (void)arena;
    return key_get(at, end, MAC_BYTES, value);
}

static bool
macaddr8_key_get(const uint8_t **at, const uint8_t *end, struct arena *arena, union datum *value)
{
    (void)arena;
    return key_get(at, end, MAC8_BYTES, value);
}

/* ---- functions: one for both types, since a value knows its length ---- */

static union datum
mac_not(struct func_call *call, const union datum *args)
{
    (void)call;
    union datum value = args[0];
    for (uint32_t i = 0; i < value.view.bytes; i++)
        value.view.inlined[i] = (uint8_t)~value.view.inlined[i];
    return value;
}

static union datum
mac_and(struct func_call *call, const union datum *args)
{
    (void)call;
    union datum value = args[0];
    for (uint32_t i = 0; i < value.view.bytes; i++)
        value.view.inlined[i] &= args[1].view.inlined[i];
    return value;
}

static union datum
mac_or(struct func_call *call, const union datum *args)
{
    (void)call;
    union datum value = args[0];
    for (uint32_t i = 0; i < value.view.bytes; i++)
        value.view.inlined[i] |= args[1].view.inlined[i];
    return value;
}

/* The maker's part: the first three bytes. */
static union datum
mac_trunc(struct func_call *call, const union datum *args)
{
    (void)call;
    union datum value = args[0];
    memset(value.view.inlined + 3, 0, value.view.bytes - 3);
    return value;
}

static union datum
macaddr8_set7bit(struct func_call *call, const union datum *args)
{
    (void)call;
    union datum value = args[0];
    value.view.inlined[0] |= 2;
    return value;
}

static union datum
macaddrtomacaddr8(struct func_call *call, const union datum *args)
{
    (void)call;
    uint8_t bytes[MAC8_BYTES];
    memcpy(bytes, args[0].view.inlined, MAC_BYTES);
    widen(bytes);
    return bytes_datum(bytes, MAC8_BYTES);
}

static union datum
macaddr8tomacaddr(struct func_call *call, const union datum *args)
{
    (void)call;
    uint8_t bytes[MAC8_BYTES];
    memcpy(bytes, args[0].view.inlined, MAC8_BYTES);
    if (bytes[3] != 0xff || bytes[4] != 0xfe)
        raise_error(.code = SQLSTATE_NUMERIC_VALUE_OUT_OF_RANGE,
                    .message = "macaddr8 data out of range to convert to macaddr",
                    .hint = "Only addresses that have FF and FE as values in the 4th and 5th bytes "
                            "from the left, for example xx:xx:xx:ff:fe:xx:xx:xx, are eligible to "
                            "be converted from macaddr8 to macaddr.");
    memmove(bytes + 3, bytes + 5, 3);
    return bytes_datum(bytes, MAC_BYTES);
}

/* ---- what this file brings ---- */

static const struct type_info types[] = {
    {.type = TYPE_MACADDR,
     .array = TYPE_MACADDR_ARRAY,
     .name = "macaddr",
     .sql_name = "macaddr",
     .length = 6,
     .align = 'i',
     .category = 'U',
     .kind = 'b',
     .storage = 'p',
     .delimiter = ',',
     .phys = PHYS_VIEW,
     .input_oid = 436,
     .output_oid = 437,
     .recv_oid = 2494,
     .send_oid = 2495,
     .input = macaddr_input,
     .output = macaddr_output,
     .recv = macaddr_recv,
     .send = macaddr_send,
     .compare = macaddr_compare,
     .hash = macaddr_hash,
     .key_put = macaddr_key_put,
     .key_get = macaddr_key_get},
    {.type = TYPE_MACADDR8,
     .array = TYPE_MACADDR8_ARRAY,
     .name = "macaddr8",
     .sql_name = "macaddr8",
     .length = 8,
     .align = 'i',
     .category = 'U',
     .kind = 'b',
     .storage = 'p',
     .delimiter = ',',
     .phys = PHYS_VIEW,
     .input_oid = 4110,
     .output_oid = 4111,
     .recv_oid = 3446,
     .send_oid = 3447,
     .input = macaddr8_input,
     .output = macaddr_output,
     .recv = macaddr8_recv,
     .send = macaddr_send,
     .compare = macaddr_compare,
     .hash = macaddr_hash,
     .key_put = macaddr_key_put,
     .key_get = macaddr8_key_get},
};

static const struct func_info funcs[] = {
    {FUNC(436, "macaddr_in", TYPE_MACADDR, generic_in, TYPE_CSTRING)},
    {FUNC(437, "macaddr_out", TYPE_CSTRING, generic_out, TYPE_MACADDR)},
    {FUNC(753, "trunc", TYPE_MACADDR, mac_trunc, TYPE_MACADDR)},
    {FUNC(830, "macaddr_eq", TYPE_BOOL, generic_eq, TYPE_MACADDR, TYPE_MACADDR)},
    {FUNC(831, "macaddr_lt", TYPE_BOOL, generic_lt, TYPE_MACADDR, TYPE_MACADDR)},
    {FUNC(832, "macaddr_le", TYPE_BOOL, generic_le, TYPE_MACADDR, TYPE_MACADDR)},
    {FUNC(833, "macaddr_gt", TYPE_BOOL, generic_gt, TYPE_MACADDR, TYPE_MACADDR)},
    {FUNC(834, "macaddr_ge", TYPE_BOOL, generic_ge, TYPE_MACADDR, TYPE_MACADDR)},
    {FUNC(835, "macaddr_ne", TYPE_BOOL, generic_ne, TYPE_MACADDR, TYPE_MACADDR)},
    {FUNC(836, "macaddr_cmp", TYPE_INT4, generic_compare, TYPE_MACADDR, TYPE_MACADDR)},
    {FUNC(2494, "macaddr_recv", TYPE_MACADDR, generic_recv, TYPE_INTERNAL)},
    {FUNC(2495, "macaddr_send", TYPE_BYTEA, generic_send, TYPE_MACADDR)},
    {FUNC(3144, "macaddr_not", TYPE_MACADDR, mac_not, TYPE_MACADDR)},
    {FUNC(3145, "macaddr_and", TYPE_MACADDR, mac_and, TYPE_MACADDR, TYPE_MACADDR)},
    {FUNC(3146, "macaddr_or", TYPE_MACADDR, mac_or, TYPE_MACADDR, TYPE_MACADDR)},
    {FUNC(3446, "macaddr8_recv", TYPE_MACADDR8, generic_recv, TYPE_INTERNAL)},
    {FUNC(3447, "macaddr8_send", TYPE_BYTEA, generic_send, TYPE_MACADDR8)},
    {FUNC(4110, "macaddr8_in", TYPE_MACADDR8, generic_in, TYPE_CSTRING)},
    {FUNC(4111, "macaddr8_out", TYPE_CSTRING, generic_out, TYPE_MACADDR8)},
    {FUNC(4112, "trunc", TYPE_MACADDR8, mac_trunc, TYPE_MACADDR8)},
    {FUNC(4113, "macaddr8_eq", TYPE_BOOL, generic_eq, TYPE_MACADDR8, TYPE_MACADDR8)},
    {FUNC(4114, "macaddr8_lt", TYPE_BOOL, generic_lt, TYPE_MACADDR8, TYPE_MACADDR8)},
    {FUNC(4115, "macaddr8_le", TYPE_BOOL, generic_le, TYPE_MACADDR8, TYPE_MACADDR8)},
    {FUNC(4116, "macaddr8_gt", TYPE_BOOL, generic_gt, TYPE_MACADDR8, TYPE_MACADDR8)},
    {FUNC(4117, "macaddr8_ge", TYPE_BOOL, generic_ge, TYPE_MACADDR8, TYPE_MACADDR8)},
    {FUNC(4118, "macaddr8_ne", TYPE_BOOL, generic_ne, TYPE_MACADDR8, TYPE_MACADDR8)},
    {FUNC(4119, "macaddr8_cmp", TYPE_INT4, generic_compare, TYPE_MACADDR8, TYPE_MACADDR8)},
    {FUNC(4120, "macaddr8_not", TYPE_MACADDR8, mac_not, TYPE_MACADDR8)},
    {FUNC(4121, "macaddr8_and", TYPE_MACADDR8, mac_and, TYPE_MACADDR8, TYPE_MACADDR8)},
    {FUNC(4122, "macaddr8_or", TYPE_MACADDR8, mac_or, TYPE_MACADDR8, TYPE_MACADDR8)},
    {FUNC(4123, "macaddr8", TYPE_MACADDR8, macaddrtomacaddr8, TYPE_MACADDR)},
    {FUNC(4124, "macaddr", TYPE_MACADDR, macaddr8tomacaddr, TYPE_MACADDR8)},
    {FUNC(4125, "macaddr8_set7bit", TYPE_MACADDR8, macaddr8_set7bit, TYPE_MACADDR8)},
};

static const struct operator_info operators[] = {
    {1220, "=", TYPE_MACADDR, TYPE_MACADDR, TYPE_BOOL, 830, 1220, 1221, true, true, "eqsel",
     "eqjoinsel"},
    {1221, "<>", TYPE_MACADDR, TYPE_MACADDR, TYPE_BOOL, 835, 1221, 1220, false, false, "neqsel",
     "neqjoinsel"},
    {1222, "<", TYPE_MACADDR, TYPE_MACADDR, TYPE_BOOL, 831, 1224, 1225, false, false, "scalarltsel",
     "scalarltjoinsel"},
    {1223, "<=", TYPE_MACADDR, TYPE_MACADDR, TYPE_BOOL, 832, 1225, 1224, false, false,
     "scalarlesel", "scalarlejoinsel"},
    {1224, ">", TYPE_MACADDR, TYPE_MACADDR, TYPE_BOOL, 833, 1222, 1223, false, false, "scalargtsel",
     "scalargtjoinsel"},
    {1225, ">=", TYPE_MACADDR, TYPE_MACADDR, TYPE_BOOL, 834, 1223, 1222, false, false,
     "scalargesel", "scalargejoinsel"},
    {3147, "~", OID_NONE, TYPE_MACADDR, TYPE_MACADDR, 3144, 0, 0, false, false, NULL, NULL},
    {3148, "&", TYPE_MACADDR, TYPE_MACADDR, TYPE_MACADDR, 3145, 0, 0, false, false, NULL, NULL},
    {3149, "|", TYPE_MACADDR, TYPE_MACADDR, TYPE_MACADDR, 3146, 0, 0, false, false, NULL, NULL},
    {3362, "=", TYPE_MACADDR8, TYPE_MACADDR8, TYPE_BOOL, 4113, 3362, 3363, true, true, "eqsel",
     "eqjoinsel"},
    {3363, "<>", TYPE_MACADDR8, TYPE_MACADDR8, TYPE_BOOL, 4118, 3363, 3362, false, false, "neqsel",
     "neqjoinsel"},
    {3364, "<", TYPE_MACADDR8, TYPE_MACADDR8, TYPE_BOOL, 4114, 3366, 3367, false, false,
     "scalarltsel", "scalarltjoinsel"},
    {3365, "<=", TYPE_MACADDR8, TYPE_MACADDR8, TYPE_BOOL, 4115, 3367, 3366, false, false,
     "scalarlesel", "scalarlejoinsel"},
    {3366, ">", TYPE_MACADDR8, TYPE_MACADDR8, TYPE_BOOL, 4116, 3364, 3365, false, false,
     "scalargtsel", "scalargtjoinsel"},
    {3367, ">=", TYPE_MACADDR8, TYPE_MACADDR8, TYPE_BOOL, 4117, 3365, 3364, false, false,
     "scalargesel", "scalargejoinsel"},
    {3368, "~", OID_NONE, TYPE_MACADDR8, TYPE_MACADDR8, 4120, 0, 0, false, false, NULL, NULL},
    {3369, "&", TYPE_MACADDR8, TYPE_MACADDR8, TYPE_MACADDR8, 4121, 0, 0, false, false, NULL, NULL},
    {3370, "|", TYPE_MACADDR8, TYPE_MACADDR8, TYPE_MACADDR8, 4122, 0, 0, false, false, NULL, NULL},
};

static const struct cast_info casts[] = {
    {TYPE_MACADDR8, TYPE_MACADDR, 4124, CAST_IMPLICIT, CAST_FUNC},
    {TYPE_MACADDR, TYPE_MACADDR8, 4123, CAST_IMPLICIT, CAST_FUNC},
};

const struct type_tables macaddr_tables = {
    .types = types,
    .type_count = COUNT_OF(types),
    .funcs = funcs,
    .func_count = COUNT_OF(funcs),
    .operators = operators,
    .operator_count = COUNT_OF(operators),
    .casts = casts,
    .cast_count = COUNT_OF(casts),
};
