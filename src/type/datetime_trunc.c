/*
 * datetime_trunc.c: date_trunc, which cuts a timestamp or interval to a unit, and date_bin, which
 * cuts it to a multiple of an interval.
 */
#include "base/raise.h"
#include "type/generic.h"
#include "type/tables.h"
#include "type/timestamp.h"

_Noreturn static void
fail_unsupported(struct func_call *call, const char *name, const char *detail)
{
    const char *type = type_format(call->env->types, call->arena, call->func->args[1], -1);
    raise_error(.code = SQLSTATE_FEATURE_NOT_SUPPORTED,
                .message = raise_text("unit \"%s\" not supported for type %s", name, type),
                .detail = detail);
}

/* The unit to cut to; raises if there is none of the name. */
static enum datetime_unit
read_unit(struct func_call *call, struct slice text, const char **name)
{
    enum datetime_unit unit = datetime_unit_parse(call, text, call->func->args[1], name);
    int32_t ignored;
    if (interval_word_find(slice_text(*name), &ignored) != WORD_UNIT)
        raise(SQLSTATE_INVALID_PARAMETER_VALUE, "unit \"%s\" not recognized for type %s", *name,
              type_format(call->env->types, call->arena, call->func->args[1], -1));
    return unit;
}

/* The first year of the century or other run of `count` years that holds the year. */
static int64_t
first_year(int64_t year, int64_t count)
{
    if (year > 0)
        return (year + count - 1) / count * count - (count - 1);
    return -((count - 1 - (year - 1)) / count) * count + 1;
}

/* The first day of the unit that holds the day; false if the unit is shorter than a day. */
static bool
first_day(enum datetime_unit unit, int64_t day, int64_t *first)
{
    struct civil civil = day_civil(day);
    int64_t year = civil.year;
    int32_t month = 1;
    switch (unit) {
    case UNIT_WEEK:
        *first = day - (day_weekday(day) + 6) % 7;
        return true;
    case UNIT_MILLENNIUM:
        year = first_year(year, 1000);
        break;
    case UNIT_CENTURY:
        year = first_year(year, 100);
        break;
    case UNIT_DECADE:
        year = year > 0 ? year / 10 * 10 : -((8 - (year - 1)) / 10) * 10;
        break;
    case UNIT_YEAR:
        break;
    case UNIT_QUARTER:
        month = (civil.month - 1) / 3 * 3 + 1;
        break;
    case UNIT_MONTH:
        month = civil.month;
        break;
    case UNIT_DAY:
        *first = day;
        return true;
    default:
        return false;
    }
    *first = civil_day(year, month, 1);
    return true;
}

/* The length of a unit below a day; 0 if it is none. */
static int64_t
unit_us(enum datetime_unit unit)
{
    switch (unit) {
    case UNIT_HOUR:
        return US_PER_HOUR;
    case UNIT_MINUTE:
        return US_PER_MINUTE;
    case UNIT_SECOND:
        return US_PER_SECOND;
    case UNIT_MILLISECOND:
        return 1000;
    case UNIT_MICROSECOND:
        return 1;
    default:
        return 0;
    }
}

/* The result may be out of range. */
static int64_t
cut_timestamp(struct func_call *call, enum datetime_unit unit, const char *name, int64_t timestamp,
              bool *is_day)
{
    int64_t day = floor_div(timestamp, US_PER_DAY), first;
    *is_day = first_day(unit, day, &first);
    if (*is_day) {
        int64_t cut;
        if (__builtin_mul_overflow(first, US_PER_DAY, &cut))
            fail_timestamp_range();
        return cut;
    }
    int64_t us = unit_us(unit);
    if (us == 0)
        fail_unsupported(call, name, NULL);
    return timestamp - floor_mod(timestamp, us);
}

static union datum
trunc_timestamp(struct func_call *call, const union datum *args)
{
    if (!timestamp_is_finite(args[1].i64))
        return args[1];
    const char *name;
    bool is_day;
    enum datetime_unit unit = read_unit(call, datum_slice(&args[0]), &name);
    int64_t cut = cut_timestamp(call, unit, name, args[1].i64, &is_day);
    if (!timestamp_is_valid(cut))
        fail_timestamp_range();
    return i64_datum(cut);
}

/*
 * On the zone's clocks. Units below a day keep the offset that was in force, so that the second of
 * two equal hours stays the second.
 */
static int64_t
cut_instant(struct func_call *call, struct slice unit_name, int64_t instant,
            const struct timezone *zone)
{
    const char *name;
    bool is_day;
    enum datetime_unit unit = read_unit(call, unit_name, &name);
    int64_t local = timestamp_local(zone, instant);
    int64_t cut = cut_timestamp(call, unit, name, local, &is_day);
    if (is_day)
        return timestamp_to_instant(zone, cut);
    return timestamp_shift(cut, (instant - local) / US_PER_SECOND);
}

static union datum
trunc_timestamptz(struct func_call *call, const union datum *args)
{
    if (!timestamp_is_finite(args[1].i64))
        return args[1];
    const struct timezone *zone = datetime_session_zone(call->env);
    return i64_datum(cut_instant(call, datum_slice(&args[0]), args[1].i64, zone));
}

/* date_trunc(unit, timestamptz, zone) */
static union datum
trunc_timestamptz_zone(struct func_call *call, const union datum *args)
{
    if (!timestamp_is_finite(args[1].i64))
        return args[1];
    struct slice name = datum_slice(&args[2]);
    return i64_datum(
        cut_instant(call, datum_slice(&args[0]), args[1].i64, zone_by_name(call->env, name)));
}

static union datum
trunc_interval(struct func_call *call, const union datum *args)
{
    const char *name;
    enum datetime_unit unit = read_unit(call, datum_slice(&args[0]), &name);
    struct interval span = datum_interval(args[1]);
    int32_t months = 1;
    switch (unit) {
    case UNIT_MILLENNIUM:
        months = 12000;
        break;
    case UNIT_CENTURY:
        months = 1200;
        break;
    case UNIT_DECADE:
        months = 120;
        break;
    case UNIT_YEAR:
        months = 12;
        break;
    case UNIT_QUARTER:
        months = 3;
        break;
    case UNIT_MONTH:
        break;
    case UNIT_DAY:
        return interval_datum((struct interval){.days = span.days, .months = span.months});
    case UNIT_WEEK:
        fail_unsupported(call, name, "Months usually have fractional weeks.");
    default: {
        int64_t us = unit_us(unit);
        if (us == 0)
            fail_unsupported(call, name, NULL);
        span.us = span.us / us * us;
        return interval_datum(span);
    }
    }
    return interval_datum((struct interval){.months = span.months / months * months});
}

/* date_bin(stride, value, origin), of both timestamps. */
static union datum
bin_timestamp(struct func_call *call, const union datum *args)
{
    (void)call;
    struct interval stride = datum_interval(args[0]);
    int64_t value = args[1].i64, origin = args[2].i64;
    if (!timestamp_is_finite(value))
        return args[1];
    if (!timestamp_is_finite(origin))
        raise(SQLSTATE_DATETIME_FIELD_OVERFLOW, "origin out of range");
    if (stride.months != 0)
        raise(SQLSTATE_FEATURE_NOT_SUPPORTED,
              "timestamps cannot be binned into intervals containing months or years");
    int64_t us, past;
    if (__builtin_mul_overflow(stride.days, US_PER_DAY, &us) ||
        __builtin_add_overflow(us, stride.us, &us))
        fail_interval_range();
    if (us <= 0)
        raise(SQLSTATE_DATETIME_FIELD_OVERFLOW, "stride must be greater than zero");
    if (__builtin_sub_overflow(value, origin, &past))
        fail_interval_range();
    int64_t cut;
    if (__builtin_sub_overflow(value, floor_mod(past, us), &cut) || !timestamp_is_valid(cut))
        fail_timestamp_range();
    return i64_datum(cut);
}

/* ---- what this file brings ---- */

static const struct func_info funcs[] = {
    {FUNC(1217, "date_trunc", TYPE_TIMESTAMPTZ, trunc_timestamptz, TYPE_TEXT, TYPE_TIMESTAMPTZ),
     .volatility = FUNC_STABLE},
    {FUNC(1218, "date_trunc", TYPE_INTERVAL, trunc_interval, TYPE_TEXT, TYPE_INTERVAL)},
    {FUNC(1284, "date_trunc", TYPE_TIMESTAMPTZ, trunc_timestamptz_zone, TYPE_TEXT, TYPE_TIMESTAMPTZ,
          TYPE_TEXT),
     .volatility = FUNC_STABLE},
    {FUNC(2020, "date_trunc", TYPE_TIMESTAMP, trunc_timestamp, TYPE_TEXT, TYPE_TIMESTAMP)},
    {FUNC(6177, "date_bin", TYPE_TIMESTAMP, bin_timestamp, TYPE_INTERVAL, TYPE_TIMESTAMP,
          TYPE_TIMESTAMP)},
    {FUNC(6178, "date_bin", TYPE_TIMESTAMPTZ, bin_timestamp, TYPE_INTERVAL, TYPE_TIMESTAMPTZ,
          TYPE_TIMESTAMPTZ)},
};

const struct type_tables datetime_trunc_tables = {
    .funcs = funcs,
    .func_count = COUNT_OF(funcs),
};
