/*
 * lsn.c: arithmetic of pg_lsn with numeric: distances in bytes between places in the log.
 */
#include "base/raise.h"
#include "type/generic.h"
#include "type/numeric.h"
#include "type/tables.h"

static union datum
numeric_of_lsn(struct func_call *call, union datum lsn)
{
    return numeric_of_i128(call->arena, (__int128)(uint64_t)lsn.i64, 0);
}

_Noreturn static void
fail_range(void)
{
    raise(SQLSTATE_NUMERIC_VALUE_OUT_OF_RANGE, "pg_lsn out of range");
}

static union datum
lsn_of_numeric(struct func_call *call, union datum value)
{
    enum numeric_kind kind = numeric_kind(value);
    if (kind == NUMERIC_NAN || kind == NUMERIC_INFINITY || kind == NUMERIC_MINUS_INFINITY)
        raise(SQLSTATE_FEATURE_NOT_SUPPORTED, "cannot convert %s to pg_lsn",
              kind == NUMERIC_NAN ? "NaN" : "infinity");
    struct buf *text = buf_new(call->arena);
    numeric_write(call->arena, numeric_round(call->arena, value, 0, NATURAL_HALF_UP), text);
    uint64_t lsn = 0;
    for (size_t i = 0; i < text->bytes; i++) {
        uint8_t c = text->data[i];
        if (c < '0' || c > '9' || __builtin_mul_overflow(lsn, UINT64_C(10), &lsn) ||
            __builtin_add_overflow(lsn, (uint64_t)(c - '0'), &lsn))
            fail_range();
    }
    return i64_datum((int64_t)lsn);
}

static union datum
pg_lsn_of_numeric(struct func_call *call, const union datum *args)
{
    return lsn_of_numeric(call, args[0]);
}

static union datum
lsn_distance(struct func_call *call, const union datum *args)
{
    return numeric_subtract(call->arena, numeric_of_lsn(call, args[0]),
                            numeric_of_lsn(call, args[1]));
}

static union datum
lsn_add(struct func_call *call, const union datum *args)
{
    if (numeric_kind(args[1]) == NUMERIC_NAN)
        raise(SQLSTATE_FEATURE_NOT_SUPPORTED, "cannot add NaN to pg_lsn");
    return lsn_of_numeric(call, numeric_add(call->arena, numeric_of_lsn(call, args[0]), args[1]));
}

static union datum
lsn_add_reversed(struct func_call *call, const union datum *args)
{
    union datum turned[2] = {args[1], args[0]};
    return lsn_add(call, turned);
}

static union datum
lsn_subtract(struct func_call *call, const union datum *args)
{
    if (numeric_kind(args[1]) == NUMERIC_NAN)
        raise(SQLSTATE_FEATURE_NOT_SUPPORTED, "cannot subtract NaN from pg_lsn");
    return lsn_of_numeric(call,
                          numeric_subtract(call->arena, numeric_of_lsn(call, args[0]), args[1]));
}

/* ---- what this file brings ---- */

static const struct func_info funcs[] = {
    {FUNC(3165, "pg_wal_lsn_diff", TYPE_NUMERIC, lsn_distance, TYPE_PG_LSN, TYPE_PG_LSN)},
    {FUNC(3237, "pg_lsn_mi", TYPE_NUMERIC, lsn_distance, TYPE_PG_LSN, TYPE_PG_LSN)},
    {FUNC(3251, "pg_lsn_cmp", TYPE_INT4, generic_compare, TYPE_PG_LSN, TYPE_PG_LSN)},
    {FUNC(4187, "pg_lsn_larger", TYPE_PG_LSN, generic_larger, TYPE_PG_LSN, TYPE_PG_LSN)},
    {FUNC(4188, "pg_lsn_smaller", TYPE_PG_LSN, generic_smaller, TYPE_PG_LSN, TYPE_PG_LSN)},
    {FUNC(5022, "pg_lsn_pli", TYPE_PG_LSN, lsn_add, TYPE_PG_LSN, TYPE_NUMERIC)},
    {FUNC(5023, "numeric_pl_pg_lsn", TYPE_PG_LSN, lsn_add_reversed, TYPE_NUMERIC, TYPE_PG_LSN)},
    {FUNC(5024, "pg_lsn_mii", TYPE_PG_LSN, lsn_subtract, TYPE_PG_LSN, TYPE_NUMERIC)},
    {FUNC(6103, "pg_lsn", TYPE_PG_LSN, pg_lsn_of_numeric, TYPE_NUMERIC)},
};

#define PLAIN false, false, NULL, NULL

static const struct operator_info operators[] = {
    {3228, "-", TYPE_PG_LSN, TYPE_PG_LSN, TYPE_NUMERIC, 3237, 0, 0, PLAIN},
    {5025, "+", TYPE_PG_LSN, TYPE_NUMERIC, TYPE_PG_LSN, 5022, 5026, 0, PLAIN},
    {5026, "+", TYPE_NUMERIC, TYPE_PG_LSN, TYPE_PG_LSN, 5023, 5025, 0, PLAIN},
    {5027, "-", TYPE_PG_LSN, TYPE_NUMERIC, TYPE_PG_LSN, 5024, 0, 0, PLAIN},
};

const struct type_tables lsn_tables = {
    .funcs = funcs,
    .func_count = COUNT_OF(funcs),
    .operators = operators,
    .operator_count = COUNT_OF(operators),
};
