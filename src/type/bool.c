/*
 * bool.c: boolean.
 */
#include "base/hash.h"
#include "type/digits.h"
#include "type/generic.h"
#include "type/input.h"
#include "type/kernel.h"
#include "type/tables.h"
#include "type/values.h"

/* True if `text` is an abbreviation of `word`, at least `shortest` letters long, in any case. */
static bool
abbreviates(struct slice text, const char *word, size_t shortest)
{
    if (text.bytes < shortest || text.bytes > strlen(word))
        return false;
    for (size_t i = 0; i < text.bytes; i++) {
        if ((text.data[i] | 0x20) != word[i])
            return false;
    }
    return true;
}

static union datum
bool_input(struct type_call *call, struct slice text)
{
    (void)call;
    struct slice word = slice_trim(text);
    if (abbreviates(word, "true", 1) || abbreviates(word, "yes", 1) || abbreviates(word, "on", 2) ||
        (word.bytes == 1 && word.data[0] == '1'))
        return bool_datum(true);
    if (abbreviates(word, "false", 1) || abbreviates(word, "no", 1) ||
        abbreviates(word, "off", 2) || (word.bytes == 1 && word.data[0] == '0'))
        return bool_datum(false);
    raise_syntax("boolean", text);
}

static void
bool_output(struct type_call *call, union datum value, struct buf *to)
{
    (void)call;
    buf_put_u8(to, value.b ? 't' : 'f');
}

static union datum
bool_recv(struct type_call *call, struct slice bytes)
{
    (void)call;
    recv_expect(bytes, 1);
    return bool_datum(bytes.data[0] != 0);
}

static void
bool_send(struct type_call *call, union datum value, struct buf *to)
{
    (void)call;
    buf_put_u8(to, value.b);
}

static int
bool_compare(union datum a, union datum b)
{
    return (int)a.b - (int)b.b;
}

static uint64_t
bool_hash(union datum value)
{
    return hash_u64(value.b);
}

static bool
bool_key_put(union datum value, struct buf *to)
{
    buf_put_u8(to, value.b);
    return true;
}

static bool
bool_key_get(const uint8_t **at, const uint8_t *end, struct arena *arena, union datum *value)
{
    (void)arena;
    if (*at == end || **at > 1)
        return false;
    *value = bool_datum(**at != 0);
    ++*at;
    return true;
}

#define EQUAL(a, b) ((a) == (b))
#define LESS(a, b) ((a) < (b))
#define MORE(a, b) ((a) > (b))

#define PREFIX boolean
#define LEFT uint8_t
#define RIGHT uint8_t
#define LEFT_FIELD b
#define RIGHT_FIELD b
#include "type/kernel_compare.inc"

static union datum
text_of_bool(struct func_call *call, const union datum *args)
{
    (void)call;
    return slice_datum(args[0].b ? slice_of("true", 4) : slice_of("false", 5));
}

static union datum
bool_and(struct func_call *call, const union datum *args)
{
    (void)call;
    return bool_datum(args[0].b && args[1].b);
}

static union datum
bool_or(struct func_call *call, const union datum *args)
{
    (void)call;
    return bool_datum(args[0].b || args[1].b);
}

/* ---- what this file brings ---- */

static const struct type_info types[] = {
    {.type = TYPE_BOOL,
     .array = TYPE_BOOL_ARRAY,
     .name = "bool",
     .sql_name = "boolean",
     .length = 1,
     .is_by_value = true,
     .align = 'c',
     .category = 'B',
     .kind = 'b',
     .storage = 'p',
     .is_preferred = true,
     .delimiter = ',',
     .phys = PHYS_BOOL,
     .input_oid = 1242,
     .output_oid = 1243,
     .recv_oid = 2436,
     .send_oid = 2437,
     .input = bool_input,
     .output = bool_output,
     .recv = bool_recv,
     .send = bool_send,
     .compare = bool_compare,
     .hash = bool_hash,
     .key_put = bool_key_put,
     .key_get = bool_key_get},
};

static const struct func_info funcs[] = {
    {FUNC(56, "boollt", TYPE_BOOL, boolean_lt, TYPE_BOOL, TYPE_BOOL), .vector = boolean_lt_vector},
    {FUNC(57, "boolgt", TYPE_BOOL, boolean_gt, TYPE_BOOL, TYPE_BOOL), .vector = boolean_gt_vector},
    {FUNC(60, "booleq", TYPE_BOOL, boolean_eq, TYPE_BOOL, TYPE_BOOL), .vector = boolean_eq_vector},
    {FUNC(84, "boolne", TYPE_BOOL, boolean_ne, TYPE_BOOL, TYPE_BOOL), .vector = boolean_ne_vector},
    {FUNC(1242, "boolin", TYPE_BOOL, generic_in, TYPE_CSTRING)},
    {FUNC(1243, "boolout", TYPE_CSTRING, generic_out, TYPE_BOOL)},
    {FUNC(1691, "boolle", TYPE_BOOL, boolean_le, TYPE_BOOL, TYPE_BOOL),
     .vector = boolean_le_vector},
    {FUNC(1692, "boolge", TYPE_BOOL, boolean_ge, TYPE_BOOL, TYPE_BOOL),
     .vector = boolean_ge_vector},
    {FUNC(1693, "btboolcmp", TYPE_INT4, generic_compare, TYPE_BOOL, TYPE_BOOL)},
    {FUNC(2436, "boolrecv", TYPE_BOOL, generic_recv, TYPE_INTERNAL)},
    {FUNC(2437, "boolsend", TYPE_BYTEA, generic_send, TYPE_BOOL)},
    {FUNC(2515, "booland_statefunc", TYPE_BOOL, bool_and, TYPE_BOOL, TYPE_BOOL)},
    {FUNC(2516, "boolor_statefunc", TYPE_BOOL, bool_or, TYPE_BOOL, TYPE_BOOL)},
    {FUNC(2971, "text", TYPE_TEXT, text_of_bool, TYPE_BOOL)},
};

static const struct operator_info operators[] = {
    {58, "<", TYPE_BOOL, TYPE_BOOL, TYPE_BOOL, 56, 59, 1695, false, false, "scalarltsel",
     "scalarltjoinsel"},
    {59, ">", TYPE_BOOL, TYPE_BOOL, TYPE_BOOL, 57, 58, 1694, false, false, "scalargtsel",
     "scalargtjoinsel"},
    {85, "<>", TYPE_BOOL, TYPE_BOOL, TYPE_BOOL, 84, 85, 91, false, false, "neqsel", "neqjoinsel"},
    {91, "=", TYPE_BOOL, TYPE_BOOL, TYPE_BOOL, 60, 91, 85, true, true, "eqsel", "eqjoinsel"},
    {1694, "<=", TYPE_BOOL, TYPE_BOOL, TYPE_BOOL, 1691, 1695, 59, false, false, "scalarlesel",
     "scalarlejoinsel"},
    {1695, ">=", TYPE_BOOL, TYPE_BOOL, TYPE_BOOL, 1692, 1694, 58, false, false, "scalargesel",
     "scalargejoinsel"},
};

static const struct cast_info casts[] = {
    {TYPE_BOOL, TYPE_TEXT, 2971, CAST_ASSIGNMENT, CAST_FUNC},
    {TYPE_BOOL, TYPE_BPCHAR, 2971, CAST_ASSIGNMENT, CAST_FUNC},
    {TYPE_BOOL, TYPE_VARCHAR, 2971, CAST_ASSIGNMENT, CAST_FUNC},
};

const struct type_tables bool_tables = {
    .types = types,
    .type_count = COUNT_OF(types),
    .funcs = funcs,
    .func_count = COUNT_OF(funcs),
    .operators = operators,
    .operator_count = COUNT_OF(operators),
    .casts = casts,
    .cast_count = COUNT_OF(casts),
};
