/*
 * interval.c: spans of time: months, days and microseconds, kept apart.
 *
 * For order and equality a month counts 30 days and a day 24 hours. A key is that count as a 96-bit
 * integer in big-endian with its sign bit flipped; which months, days and microseconds made it up
 * is lost, so there is no way back from it.
 */
#include "base/hash.h"
#include "type/generic.h"
#include "type/input.h"
#include "type/kernel.h"
#include "type/tables.h"
#include "type/timestamp.h"

#define TYPMOD_RANGE(typmod) ((typmod) >> 16 & 0x7fff)
#define TYPMOD_PRECISION(typmod) ((typmod)&0xffff)

#define YEAR (1 << INTERVAL_FIELD_YEAR)
#define MONTH (1 << INTERVAL_FIELD_MONTH)
#define DAY (1 << INTERVAL_FIELD_DAY)
#define HOUR (1 << INTERVAL_FIELD_HOUR)
#define MINUTE (1 << INTERVAL_FIELD_MINUTE)
#define SECOND (1 << INTERVAL_FIELD_SECOND)

/* ---- typmods ---- */

/* The ranges that a typmod may name, and how. */
static const struct {
    int32_t range;
    const char *text;
} ranges[] = {
    {YEAR, " year"},
    {MONTH, " month"},
    {DAY, " day"},
    {HOUR, " hour"},
    {MINUTE, " minute"},
    {SECOND, " second"},
    {YEAR | MONTH, " year to month"},
    {DAY | HOUR, " day to hour"},
    {DAY | HOUR | MINUTE, " day to minute"},
    {DAY | HOUR | MINUTE | SECOND, " day to second"},
    {HOUR | MINUTE, " hour to minute"},
    {HOUR | MINUTE | SECOND, " hour to second"},
    {MINUTE | SECOND, " minute to second"},
    {INTERVAL_FULL_RANGE, ""},
};

/* Null: there is no such range. */
static const char *
range_text(int64_t range)
{
    for (size_t i = 0; i < COUNT_OF(ranges); i++) {
        if (ranges[i].range == range)
            return ranges[i].text;
    }
    return NULL;
}

static int32_t
interval_typmod_in(struct type_call *call, const int64_t *args, uint32_t count)
{
    (void)call;
    if (count == 0 || count > 2 || range_text(args[0]) == NULL)
        raise(SQLSTATE_INVALID_PARAMETER_VALUE, "invalid INTERVAL type modifier");
    int32_t range = (int32_t)args[0];
    if (count == 1)
        return range == INTERVAL_FULL_RANGE ? -1 : range << 16 | INTERVAL_FULL_PRECISION;
    return range << 16 | precision_typmod(&args[1], 1, "INTERVAL", "");
}

static void
interval_typmod_out(struct type_call *call, int32_t typmod, struct buf *to)
{
    (void)call;
    if (typmod < 0)
        return;
    const char *text = range_text(TYPMOD_RANGE(typmod));
    if (text == NULL)
        raise(SQLSTATE_INTERNAL_ERROR, "invalid INTERVAL typmod: 0x%x", (unsigned)typmod);
    buf_put_text(to, text);
    if (TYPMOD_PRECISION(typmod) != INTERVAL_FULL_PRECISION)
        buf_format(to, "(%d)", TYPMOD_PRECISION(typmod));
}

struct interval
interval_fit(struct interval span, int32_t typmod)
{
    if (typmod < 0)
        return span;
    int32_t range = TYPMOD_RANGE(typmod), precision = TYPMOD_PRECISION(typmod);
    if (range_text(range) == NULL)
        raise(SQLSTATE_INTERNAL_ERROR, "unrecognized interval typmod: %d", typmod);
    int64_t unit = 1;
    if (range == YEAR || range == MONTH || range == (YEAR | MONTH)) {
        span.us = 0;
        span.days = 0;
        if (range == YEAR)
            span.months = span.months / MONTHS_PER_YEAR * MONTHS_PER_YEAR;
    } else if (range == DAY) {
        span.us = 0;
    } else if (range == HOUR || range == (DAY | HOUR)) {
        unit = US_PER_HOUR;
    } else if ((range & SECOND) == 0) {
        unit = US_PER_MINUTE;
    }
    span.us = span.us / unit * unit;
    if (precision == INTERVAL_FULL_PRECISION)
        return span;
    if (precision > 6)
        raise(SQLSTATE_INVALID_PARAMETER_VALUE, "interval(%d) precision must be between %d and %d",
              precision, 0, 6);
    span.us = us_round(span.us, precision);
    return span;
}

/* ---- input and output ---- */

static union datum
interval_input(struct type_call *call, struct slice text)
{
    struct datetime_text source = {.env = call->env, .type_name = "interval", .text = text};
    int32_t range = call->typmod < 0 ? INTERVAL_FULL_RANGE : TYPMOD_RANGE(call->typmod);
    return interval_datum(interval_fit(interval_parse(&source, range), call->typmod));
}

static void
interval_output(struct type_call *call, union datum value, struct buf *to)
{
    interval_print(call->env, datum_interval(value), to);
}

static union datum
interval_recv(struct type_call *call, struct slice bytes)
{
    recv_expect(bytes, 16);
    struct interval span = {
        .us = (int64_t)be64_get(bytes.data),
        .days = (int32_t)be32_get(bytes.data + 8),
        .months = (int32_t)be32_get(bytes.data + 12),
    };
    return interval_datum(interval_fit(span, call->typmod));
}

static void
interval_send(struct type_call *call, union datum value, struct buf *to)
{
    (void)call;
    struct interval span = datum_interval(value);
    buf_put_be64(to, (uint64_t)span.us);
    buf_put_be32(to, (uint32_t)span.days);
    buf_put_be32(to, (uint32_t)span.months);
}

/* ---- order ---- */

static __int128
interval_length(struct interval span)
{
    __int128 days = (__int128)span.months * DAYS_PER_MONTH + span.days;
    return days * US_PER_DAY + span.us;
}

int
interval_order(struct interval a, struct interval b)
{
    __int128 al = interval_length(a), bl = interval_length(b);
    return (al > bl) - (al < bl);
}

static int
interval_compare(union datum a, union datum b)
{
    return interval_order(datum_interval(a), datum_interval(b));
}

static uint64_t
interval_hash(union datum value)
{
    __int128 length = interval_length(datum_interval(value));
    return hash_combine((uint64_t)length, (uint64_t)(length >> 64));
}

static bool
interval_key_put(union datum value, struct buf *to)
{
    __int128 length = interval_length(datum_interval(value));
    buf_put_be32(to, (uint32_t)(length >> 64) ^ 0x80000000u);
    buf_put_be64(to, (uint64_t)length);
    return true;
}

static inline int
order(const void *a, const void *b)
{
    struct interval as, bs;
    memcpy(&as, a, sizeof as);
    memcpy(&bs, b, sizeof bs);
    return interval_order(as, bs);
}

#define EQUAL(a, b) (order(&(a), &(b)) == 0)
#define LESS(a, b) (order(&(a), &(b)) < 0)
#define MORE(a, b) (order(&(a), &(b)) > 0)
#define PREFIX interval
#define LEFT struct interval
#define RIGHT struct interval
#define LEFT_FIELD wide
#define RIGHT_FIELD wide
#include "type/kernel_compare.inc"

/* ---- what this file brings ---- */

static const struct type_info types[] = {
    {.type = TYPE_INTERVAL,
     .array = TYPE_INTERVAL_ARRAY,
     .name = "interval",
     .sql_name = "interval",
     .length = 16,
     .align = 'd',
     .category = 'T',
     .kind = 'b',
     .storage = 'p',
     .is_preferred = true,
     .delimiter = ',',
     .phys = PHYS_WIDE,
     .input_oid = 1160,
     .output_oid = 1161,
     .recv_oid = 2478,
     .send_oid = 2479,
     .typmod_in_oid = 2903,
     .typmod_out_oid = 2904,
     .input = interval_input,
     .output = interval_output,
     .recv = interval_recv,
     .send = interval_send,
     .typmod_in = interval_typmod_in,
     .typmod_out = interval_typmod_out,
     .compare = interval_compare,
     .hash = interval_hash,
     .key_put = interval_key_put},
};

static const struct func_info funcs[] = {
    {FUNC(1160, "interval_in", TYPE_INTERVAL, generic_in, TYPE_CSTRING, TYPE_OID, TYPE_INT4),
     .volatility = FUNC_STABLE},
    {FUNC(1161, "interval_out", TYPE_CSTRING, generic_out, TYPE_INTERVAL),
     .volatility = FUNC_STABLE},
    {FUNC(1162, "interval_eq", TYPE_BOOL, interval_eq, TYPE_INTERVAL, TYPE_INTERVAL),
     .vector = interval_eq_vector},
    {FUNC(1163, "interval_ne", TYPE_BOOL, interval_ne, TYPE_INTERVAL, TYPE_INTERVAL),
     .vector = interval_ne_vector},
    {FUNC(1164, "interval_lt", TYPE_BOOL, interval_lt, TYPE_INTERVAL, TYPE_INTERVAL),
     .vector = interval_lt_vector},
    {FUNC(1165, "interval_le", TYPE_BOOL, interval_le, TYPE_INTERVAL, TYPE_INTERVAL),
     .vector = interval_le_vector},
    {FUNC(1166, "interval_ge", TYPE_BOOL, interval_ge, TYPE_INTERVAL, TYPE_INTERVAL),
     .vector = interval_ge_vector},
    {FUNC(1167, "interval_gt", TYPE_BOOL, interval_gt, TYPE_INTERVAL, TYPE_INTERVAL),
     .vector = interval_gt_vector},
    {FUNC(1197, "interval_smaller", TYPE_INTERVAL, generic_smaller, TYPE_INTERVAL, TYPE_INTERVAL)},
    {FUNC(1198, "interval_larger", TYPE_INTERVAL, generic_larger, TYPE_INTERVAL, TYPE_INTERVAL)},
    {FUNC(1315, "interval_cmp", TYPE_INT4, generic_compare, TYPE_INTERVAL, TYPE_INTERVAL)},
    {FUNC(2478, "interval_recv", TYPE_INTERVAL, generic_recv, TYPE_INTERNAL, TYPE_OID, TYPE_INT4)},
    {FUNC(2479, "interval_send", TYPE_BYTEA, generic_send, TYPE_INTERVAL)},
    {FUNC(2903, "intervaltypmodin", TYPE_INT4, generic_typmod_in, TYPE_CSTRING_ARRAY)},
    {FUNC(2904, "intervaltypmodout", TYPE_CSTRING, generic_typmod_out, TYPE_INT4)},
};

static const struct operator_info operators[] = {
    {1330, "=", TYPE_INTERVAL, TYPE_INTERVAL, TYPE_BOOL, 1162, 1330, 1331, true, true, "eqsel",
     "eqjoinsel"},
    {1331, "<>", TYPE_INTERVAL, TYPE_INTERVAL, TYPE_BOOL, 1163, 1331, 1330, false, false, "neqsel",
     "neqjoinsel"},
    {1332, "<", TYPE_INTERVAL, TYPE_INTERVAL, TYPE_BOOL, 1164, 1334, 1335, false, false,
     "scalarltsel", "scalarltjoinsel"},
    {1333, "<=", TYPE_INTERVAL, TYPE_INTERVAL, TYPE_BOOL, 1165, 1335, 1334, false, false,
     "scalarlesel", "scalarlejoinsel"},
    {1334, ">", TYPE_INTERVAL, TYPE_INTERVAL, TYPE_BOOL, 1167, 1332, 1333, false, false,
     "scalargtsel", "scalargtjoinsel"},
    {1335, ">=", TYPE_INTERVAL, TYPE_INTERVAL, TYPE_BOOL, 1166, 1333, 1332, false, false,
     "scalargesel", "scalargejoinsel"},
};

const struct type_tables interval_tables = {
    .types = types,
    .type_count = COUNT_OF(types),
    .funcs = funcs,
    .func_count = COUNT_OF(funcs),
    .operators = operators,
    .operator_count = COUNT_OF(operators),
};
