/*
 * snapshot.c: pg_snapshot and its older twin txid_snapshot: what transactions a statement sees,
 * written "xmin:xmax:xip,xip"; and what can be asked of xid and xid8.
 *
 * A value is a view of xmin, xmax and the numbers in between that were running, each 8 bytes,
 * little-endian, in rising order. A statement of Rowan sees all that was committed before it and
 * nothing else, so its own snapshot has no numbers in between.
 */
#include "base/raise.h"
#include "type/access.h"
#include "type/array.h"
#include "type/generic.h"
#include "type/input.h"
#include "type/tables.h"
#include "type/values.h"

#define TYPE_TXID_SNAPSHOT 2970
#define TYPE_TXID_SNAPSHOT_ARRAY 2949
#define TYPE_PG_SNAPSHOT_ARRAY 5039
#define NUMBER_BYTES 8

struct snapshot {
    uint64_t xmin, xmax;
    uint32_t count;
    const uint8_t *running;
};

static struct snapshot
read_snapshot(const union datum *value)
{
    struct slice bytes = datum_slice(value);
    return (struct snapshot){.xmin = le64_get(bytes.data),
                             .xmax = le64_get(bytes.data + NUMBER_BYTES),
                             .count = (uint32_t)(bytes.bytes / NUMBER_BYTES) - 2,
                             .running = bytes.data + 2 * NUMBER_BYTES};
}

static uint64_t
running_at(const struct snapshot *snapshot, uint32_t place)
{
    return le64_get(snapshot->running + (size_t)place * NUMBER_BYTES);
}

/* Decimal digits; false if there are none or too many. */
static bool
read_number(const uint8_t **at, const uint8_t *end, uint64_t *number)
{
    const uint8_t *start = *at;
    for (*number = 0; *at < end && **at >= '0' && **at <= '9'; ++*at) {
        if (__builtin_mul_overflow(*number, UINT64_C(10), number) ||
            __builtin_add_overflow(*number, (uint64_t)(**at - '0'), number))
            return false;
    }
    return *at > start && *number <= INT64_MAX;
}

/* "xmin:xmax:" and rising numbers between them; twice the same counts once. */
static bool
read_text(struct slice text, struct buf *to)
{
    const uint8_t *at = text.data, *end = text.data + text.bytes;
    uint64_t xmin, xmax, last = 0;
    if (!read_number(&at, end, &xmin) || at == end || *at++ != ':' ||
        !read_number(&at, end, &xmax) || at == end || *at++ != ':')
        return false;
    if (xmin == 0 || xmax == 0 || xmin > xmax)
        return false;
    buf_put_u64(to, xmin);
    buf_put_u64(to, xmax);
    while (at < end) {
        uint64_t number;
        if (!read_number(&at, end, &number) || number < xmin || number >= xmax || number < last)
            return false;
        if (number != last)
            buf_put_u64(to, number);
        last = number;
        if (at < end && *at++ != ',')
            return false;
    }
    return true;
}

static union datum
snapshot_input(struct type_call *call, struct slice text)
{
    struct buf *bytes = buf_new(call->arena);
    if (!read_text(text, bytes))
        raise_syntax("pg_snapshot", text);
    return generic_buf_datum(call->arena, bytes);
}

static void
snapshot_output(struct type_call *call, union datum value, struct buf *to)
{
    (void)call;
    struct snapshot snapshot = read_snapshot(&value);
    buf_format(to, "%llu:%llu:", (unsigned long long)snapshot.xmin,
               (unsigned long long)snapshot.xmax);
    for (uint32_t i = 0; i < snapshot.count; i++)
        buf_format(to, "%s%llu", i == 0 ? "" : ",", (unsigned long long)running_at(&snapshot, i));
}

static union datum
snapshot_recv(struct type_call *call, struct slice bytes)
{
    if (bytes.bytes < 4)
        raise(SQLSTATE_PROTOCOL_VIOLATION, "insufficient data left in message");
    uint32_t count = be32_get(bytes.data);
    recv_expect(bytes, 4 + ((size_t)count + 2) * NUMBER_BYTES);
    struct buf *text = buf_new(call->arena);
    for (uint32_t i = 0; i < count + 2; i++)
        buf_format(text, "%llu%s",
                   (unsigned long long)be64_get(bytes.data + 4 + (size_t)i * NUMBER_BYTES),
                   i < 2           ? ":"
                   : i < count + 1 ? ","
                                   : "");
    struct buf *made = buf_new(call->arena);
    if (!read_text(buf_slice(text), made))
        raise(SQLSTATE_INVALID_BINARY_REPRESENTATION, "invalid external pg_snapshot data");
    return generic_buf_datum(call->arena, made);
}

static void
snapshot_send(struct type_call *call, union datum value, struct buf *to)
{
    (void)call;
    struct snapshot snapshot = read_snapshot(&value);
    buf_put_be32(to, snapshot.count);
    buf_put_be64(to, snapshot.xmin);
    buf_put_be64(to, snapshot.xmax);
    for (uint32_t i = 0; i < snapshot.count; i++)
        buf_put_be64(to, running_at(&snapshot, i));
}

/* ---- functions ---- */

static uint64_t
current_number(struct func_call *call)
{
    const struct db_access *access = call->env->access;
    if (access == NULL)
        raise(SQLSTATE_OBJECT_NOT_IN_PREREQUISITE_STATE,
              "this function needs a session of a database");
    return access->transaction_id(access->object);
}

static union datum
current_snapshot(struct func_call *call, const union datum *args)
{
    (void)args;
    uint64_t number = current_number(call);
    struct buf *bytes = buf_new(call->arena);
    buf_put_u64(bytes, number);
    buf_put_u64(bytes, number);
    return generic_buf_datum(call->arena, bytes);
}

static union datum
snapshot_xmin(struct func_call *call, const union datum *args)
{
    (void)call;
    return i64_datum((int64_t)read_snapshot(&args[0]).xmin);
}

static union datum
snapshot_xmax(struct func_call *call, const union datum *args)
{
    (void)call;
    return i64_datum((int64_t)read_snapshot(&args[0]).xmax);
}

static bool
snapshot_running(struct func_call *call, const union datum *args, union datum *values, bool *nulls)
{
    if (call->state == NULL)
        call->state = arena_alloc_zero(call->state_arena, sizeof(uint32_t));
    uint32_t *next = call->state;
    struct snapshot snapshot = read_snapshot(&args[0]);
    if (*next >= snapshot.count)
        return false;
    values[0] = i64_datum((int64_t)running_at(&snapshot, (*next)++));
    nulls[0] = false;
    return true;
}

static union datum
is_visible(struct func_call *call, const union datum *args)
{
    (void)call;
    uint64_t number = (uint64_t)args[0].i64;
    struct snapshot snapshot = read_snapshot(&args[1]);
    if (number < snapshot.xmin || number >= snapshot.xmax)
        return bool_datum(number < snapshot.xmin);
    for (uint32_t i = 0; i < snapshot.count; i++) {
        if (running_at(&snapshot, i) == number)
            return bool_datum(false);
    }
    return bool_datum(true);
}

/* How many transactions ago; the three numbers that PostgreSQL keeps for itself are ages ago. */
static union datum
xid_age(struct func_call *call, const union datum *args)
{
    uint32_t number = (uint32_t)args[0].i32;
    if (number < 3)
        return i32_datum(INT32_MAX);
    return i32_datum((int32_t)((uint32_t)current_number(call) - number));
}

/* ---- what this file brings ---- */

#define CONTRACT                                                                                   \
    .length = -1, .align = 'd', .category = 'U', .kind = 'b', .storage = 'x', .delimiter = ',',    \
    .phys = PHYS_VIEW, .input = snapshot_input, .output = snapshot_output, .recv = snapshot_recv,  \
    .send = snapshot_send
#define ARRAY_CONTRACT                                                                             \
    .length = -1, .align = 'd', .category = 'A', .kind = 'b', .storage = 'x', .delimiter = ',',    \
    .phys = PHYS_VIEW, .input_oid = 750, .output_oid = 751, .recv_oid = 2400, .send_oid = 2401,    \
    .input = array_input, .output = array_output, .recv = array_recv, .send = array_send

static const struct type_info types[] = {
    {.type = TYPE_PG_SNAPSHOT,
     .array = TYPE_PG_SNAPSHOT_ARRAY,
     .name = "pg_snapshot",
     .sql_name = "pg_snapshot",
     .input_oid = 5055,
     .output_oid = 5056,
     .recv_oid = 5057,
     .send_oid = 5058,
     CONTRACT},
    {.type = TYPE_TXID_SNAPSHOT,
     .array = TYPE_TXID_SNAPSHOT_ARRAY,
     .name = "txid_snapshot",
     .sql_name = "txid_snapshot",
     .input_oid = 2939,
     .output_oid = 2940,
     .recv_oid = 2941,
     .send_oid = 2942,
     CONTRACT},
    {.type = TYPE_PG_SNAPSHOT_ARRAY,
     .element = TYPE_PG_SNAPSHOT,
     .name = "_pg_snapshot",
     .sql_name = "pg_snapshot[]",
     ARRAY_CONTRACT},
    {.type = TYPE_TXID_SNAPSHOT_ARRAY,
     .element = TYPE_TXID_SNAPSHOT,
     .name = "_txid_snapshot",
     .sql_name = "txid_snapshot[]",
     ARRAY_CONTRACT},
};

static const struct func_info funcs[] = {
    {FUNC(1181, "age", TYPE_INT4, xid_age, TYPE_XID), .volatility = FUNC_STABLE},
    {FUNC(2939, "txid_snapshot_in", TYPE_TXID_SNAPSHOT, generic_in, TYPE_CSTRING)},
    {FUNC(2940, "txid_snapshot_out", TYPE_CSTRING, generic_out, TYPE_TXID_SNAPSHOT)},
    {FUNC(2941, "txid_snapshot_recv", TYPE_TXID_SNAPSHOT, generic_recv, TYPE_INTERNAL)},
    {FUNC(2942, "txid_snapshot_send", TYPE_BYTEA, generic_send, TYPE_TXID_SNAPSHOT)},
    {FUNC(2944, "txid_current_snapshot", TYPE_TXID_SNAPSHOT, current_snapshot),
     .volatility = FUNC_STABLE},
    {FUNC(2945, "txid_snapshot_xmin", TYPE_INT8, snapshot_xmin, TYPE_TXID_SNAPSHOT)},
    {FUNC(2946, "txid_snapshot_xmax", TYPE_INT8, snapshot_xmax, TYPE_TXID_SNAPSHOT)},
    {FUNC(2947, "txid_snapshot_xip", TYPE_INT8, NULL, TYPE_TXID_SNAPSHOT), .is_set = true,
     .set = snapshot_running},
    {FUNC(2948, "txid_visible_in_snapshot", TYPE_BOOL, is_visible, TYPE_INT8, TYPE_TXID_SNAPSHOT)},
    {FUNC(5055, "pg_snapshot_in", TYPE_PG_SNAPSHOT, generic_in, TYPE_CSTRING)},
    {FUNC(5056, "pg_snapshot_out", TYPE_CSTRING, generic_out, TYPE_PG_SNAPSHOT)},
    {FUNC(5057, "pg_snapshot_recv", TYPE_PG_SNAPSHOT, generic_recv, TYPE_INTERNAL)},
    {FUNC(5058, "pg_snapshot_send", TYPE_BYTEA, generic_send, TYPE_PG_SNAPSHOT)},
    {FUNC(5061, "pg_current_snapshot", TYPE_PG_SNAPSHOT, current_snapshot),
     .volatility = FUNC_STABLE},
    {FUNC(5062, "pg_snapshot_xmin", TYPE_XID8, snapshot_xmin, TYPE_PG_SNAPSHOT)},
    {FUNC(5063, "pg_snapshot_xmax", TYPE_XID8, snapshot_xmax, TYPE_PG_SNAPSHOT)},
    {FUNC(5064, "pg_snapshot_xip", TYPE_XID8, NULL, TYPE_PG_SNAPSHOT), .is_set = true,
     .set = snapshot_running},
    {FUNC(5065, "pg_visible_in_snapshot", TYPE_BOOL, is_visible, TYPE_XID8, TYPE_PG_SNAPSHOT)},
    {FUNC(5096, "xid8cmp", TYPE_INT4, generic_compare, TYPE_XID8, TYPE_XID8)},
    {FUNC(5097, "xid8_larger", TYPE_XID8, generic_larger, TYPE_XID8, TYPE_XID8)},
    {FUNC(5098, "xid8_smaller", TYPE_XID8, generic_smaller, TYPE_XID8, TYPE_XID8)},
};

const struct type_tables snapshot_tables = {
    .types = types,
    .type_count = COUNT_OF(types),
    .funcs = funcs,
    .func_count = COUNT_OF(funcs),
};
