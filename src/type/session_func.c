/*
 * session_func.c: functions about the session, and about values as they are kept: pg_sleep_for,
 * pg_collation_for, pg_column_size, width_bucket over thresholds.
 */
#include "base/clock.h"
#include "base/raise.h"
#include "type/access.h"
#include "type/array.h"
#include "type/datetime.h"
#include "type/generic.h"
#include "type/tables.h"
#include "type/timestamp.h"

static const struct db_access *
access_of(const struct func_call *call)
{
    if (call->env->access == NULL)
        raise(SQLSTATE_OBJECT_NOT_IN_PREREQUISITE_STATE,
              "this function needs a session of a database");
    return call->env->access;
}

/* ---- time ---- */

static void
sleep_until(const struct func_call *call, int64_t until_us)
{
    int64_t now_us = clock_wall_us() - EPOCH_SHIFT_US;
    const struct db_access *access = access_of(call);
    if (until_us > now_us)
        access->sleep(access->object, (double)(until_us - now_us) / (double)US_PER_SECOND);
}

static union datum
pg_sleep_for(struct func_call *call, const union datum *args)
{
    int64_t now_us = clock_wall_us() - EPOCH_SHIFT_US;
    sleep_until(call,
                timestamptz_add(datetime_session_zone(call->env), now_us, datum_interval(args[0])));
    return (union datum){.words = {0, 0}};
}

static union datum
pg_sleep_until(struct func_call *call, const union datum *args)
{
    sleep_until(call, args[0].i64);
    return (union datum){.words = {0, 0}};
}

/* ---- values ---- */

static union datum
pg_collation_for(struct func_call *call, const union datum *args)
{
    (void)args;
    if (func_arg_is_null(call, 0) && call->arg_types[0] == TYPE_UNKNOWN)
        return func_null(call);
    const struct type_info *info = type_get(call->env, call->arg_types[0]);
    if (!info->is_collatable && info->type != TYPE_UNKNOWN)
        raise(SQLSTATE_DATATYPE_MISMATCH, "collations are not supported by type %s",
              type_format(call->env->types, call->arena, info->type, -1));
    switch (call->collation) {
    case 100:
        return generic_text(call->arena, "\"default\"");
    case 950:
        return generic_text(call->arena, "\"C\"");
    case 951:
        return generic_text(call->arena, "\"POSIX\"");
    default:
        return func_null(call);
    }
}

/* As many bytes as PostgreSQL's type has or, of those of any length, as the value takes here. */
static union datum
pg_column_size(struct func_call *call, const union datum *args)
{
    const struct type_info *info = type_get(call->env, call->arg_types[0]);
    if (info->length > 0)
        return i32_datum(info->length);
    return i32_datum((int32_t)(args[0].view.bytes + (info->length == -1 ? 4 : 1)));
}

static union datum
pg_trigger_depth(struct func_call *call, const union datum *args)
{
    (void)call;
    (void)args;
    return i32_datum(0);
}

/* The number of thresholds, which rise, that are not above the value. */
static union datum
width_bucket_array(struct func_call *call, const union datum *args)
{
    struct array thresholds = array_read(&args[1]);
    if (thresholds.dim_count > 1)
        raise(SQLSTATE_ARRAY_SUBSCRIPT_ERROR, "thresholds must be one-dimensional array");
    if (thresholds.nulls != NULL)
        raise(SQLSTATE_NULL_VALUE_NOT_ALLOWED, "thresholds array must not contain NULLs");
    const struct type_info *info = type_get(call->env, thresholds.element);
    if (info->compare == NULL)
        raise(SQLSTATE_UNDEFINED_FUNCTION, "could not identify a comparison function for type %s",
              info->sql_name);
    uint32_t from = 0, to = thresholds.count;
    while (from < to) {
        uint32_t middle = from + (to - from) / 2;
        if (info->compare(args[0], array_get(&thresholds, middle)) < 0)
            to = middle;
        else
            from = middle + 1;
    }
    return i32_datum((int32_t)from);
}

/* ---- encodings ---- */

/* Texts are UTF-8, from which PostgreSQL converts to ASCII neither. */
static union datum
to_ascii(struct func_call *call, const union datum *args)
{
    (void)call;
    (void)args;
    raise(SQLSTATE_FEATURE_NOT_SUPPORTED, "encoding conversion from %s to ASCII not supported",
          "UTF8");
}

/* ---- what this file brings ---- */

#define NO_ARGS(oid_, name_, result_, scalar_)                                                     \
    .func = oid_, .name = name_, .result = result_, .scalar = scalar_, .is_strict = true

static const struct func_info funcs[] = {
    {FUNC(1269, "pg_column_size", TYPE_INT4, pg_column_size, TYPE_ANY), .volatility = FUNC_STABLE},
    {FUNC(1845, "to_ascii", TYPE_TEXT, to_ascii, TYPE_TEXT)},
    {FUNC_NULLS(3162, "pg_collation_for", TYPE_TEXT, pg_collation_for, TYPE_ANY),
     .volatility = FUNC_STABLE},
    {NO_ARGS(3163, "pg_trigger_depth", TYPE_INT4, pg_trigger_depth), .volatility = FUNC_STABLE},
    {FUNC(3218, "width_bucket", TYPE_INT4, width_bucket_array, TYPE_ANYCOMPATIBLE,
          TYPE_ANYCOMPATIBLEARRAY)},
    {FUNC(3935, "pg_sleep_for", TYPE_VOID, pg_sleep_for, TYPE_INTERVAL),
     .volatility = FUNC_VOLATILE},
    {FUNC(3936, "pg_sleep_until", TYPE_VOID, pg_sleep_until, TYPE_TIMESTAMPTZ),
     .volatility = FUNC_VOLATILE},
};

const struct type_tables session_func_tables = {
    .funcs = funcs,
    .func_count = COUNT_OF(funcs),
};
