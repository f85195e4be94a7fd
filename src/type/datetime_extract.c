/*
 * datetime_extract.c: extract (numeric) and date_part (double precision): one field of a date,
 * time, timestamp or interval.
 *
 * Each type first names its field as a fraction of integers, "unscaled / 10^scale"; the two
 * functions differ only in what they make of it. Fields that repeat (a month) of an infinite value
 * are null, those that grow for ever (a year) are infinite.
 */
#include "base/raise.h"
#include "type/generic.h"
#include "type/numeric.h"
#include "type/tables.h"
#include "type/timestamp.h"

enum part_kind { PART_NUMBER, PART_NULL, PART_INFINITY, PART_MINUS_INFINITY };

struct part {
    enum part_kind kind;
    __int128 unscaled;
    uint32_t scale;  /* 0, 3 or 6 */
    int64_t seconds; /* to be added to it */
    int64_t day_us;  /* julian days: to be added as a part of a day, if has_day_us */
    bool has_day_us;
};

/* What is asked for, and of which type. */
struct part_request {
    enum datetime_unit unit;
    oid type;
    const char *name; /* in lower case, for errors */
    struct func_call *call;
};

_Noreturn static void
fail_unsupported(const struct part_request *request)
{
    struct func_call *call = request->call;
    raise(SQLSTATE_FEATURE_NOT_SUPPORTED, "unit \"%s\" not supported for type %s", request->name,
          type_format(call->env->types, call->arena, request->type, -1));
}

_Noreturn static void
fail_unknown(struct func_call *call, oid type, const char *name)
{
    raise(SQLSTATE_INVALID_PARAMETER_VALUE, "unit \"%s\" not recognized for type %s", name,
          type_format(call->env->types, call->arena, type, -1));
}

enum datetime_unit
datetime_unit_parse(struct func_call *call, struct slice text, oid type, const char **name)
{
    char *lower = (char *)arena_slice(call->arena, text).data;
    for (char *c = lower; *c != '\0'; c++)
        *c = *c >= 'A' && *c <= 'Z' ? (char)(*c - 'A' + 'a') : *c;
    *name = lower;
    int32_t unit;
    enum datetime_word word = interval_word_find(slice_text(lower), &unit);
    if (word != WORD_UNIT)
        word = datetime_word_find(slice_text(lower), &unit);
    if (word == WORD_UNIT || word == WORD_RESERVED)
        return (enum datetime_unit)unit;
    fail_unknown(call, type, lower);
}

static struct part
part_of(int64_t value)
{
    return (struct part){.unscaled = value};
}

static struct part
part_scaled(__int128 unscaled, uint32_t scale)
{
    return (struct part){.unscaled = unscaled, .scale = scale};
}

/* Of -infinity if is_negative. */
static struct part
infinite_part(const struct part_request *request, bool is_negative)
{
    switch (request->unit) {
    case UNIT_YEAR:
    case UNIT_DECADE:
    case UNIT_CENTURY:
    case UNIT_MILLENNIUM:
    case UNIT_JULIAN:
    case UNIT_ISO_YEAR:
    case UNIT_EPOCH:
        return (struct part){.kind = is_negative ? PART_MINUS_INFINITY : PART_INFINITY};
    default:
        return (struct part){.kind = PART_NULL};
    }
}

/* Years are counted without a year 0; so are what years make up. */
static int64_t
year_in(int64_t year, int64_t unit)
{
    return year > 0 ? (year + unit - 1) / unit : -((unit - 1 - (year - 1)) / unit);
}

/* Fields of a date; false if the unit is none. */
static bool
date_part(const struct part_request *request, struct civil civil, struct part *part)
{
    int64_t day = civil_day(civil.year, civil.month, civil.day);
    int64_t year = civil.year;
    switch (request->unit) {
    case UNIT_DAY:
        *part = part_of(civil.day);
        return true;
    case UNIT_MONTH:
        *part = part_of(civil.month);
        return true;
    case UNIT_QUARTER:
        *part = part_of((civil.month - 1) / 3 + 1);
        return true;
    case UNIT_WEEK:
        *part = part_of(civil_iso_week(civil));
        return true;
    case UNIT_YEAR:
        *part = part_of(year > 0 ? year : year - 1);
        return true;
    case UNIT_DECADE:
        *part = part_of(year >= 0 ? year / 10 : -((8 - (year - 1)) / 10));
        return true;
    case UNIT_CENTURY:
        *part = part_of(year_in(year, 100));
        return true;
    case UNIT_MILLENNIUM:
        *part = part_of(year_in(year, 1000));
        return true;
    case UNIT_JULIAN:
        *part = part_of(day + JULIAN_OF_DAY_0);
        return true;
    case UNIT_ISO_YEAR: {
        int64_t iso = civil_iso_year(civil);
        *part = part_of(iso > 0 ? iso : iso - 1);
        return true;
    }
    case UNIT_DOW:
        *part = part_of(day_weekday(day));
        return true;
    case UNIT_ISO_DOW:
        *part = part_of((day_weekday(day) + 6) % 7 + 1);
        return true;
    case UNIT_DOY:
        *part = part_of(civil_year_day(civil));
        return true;
    default:
        return false;
    }
}

/* Fields of a time of day; false if the unit is none. */
static bool
time_part(const struct part_request *request, int64_t us, struct part *part)
{
    switch (request->unit) {
    case UNIT_MICROSECOND:
        *part = part_of(us % US_PER_MINUTE);
        return true;
    case UNIT_MILLISECOND:
        *part = part_scaled(us % US_PER_MINUTE, 3);
        return true;
    case UNIT_SECOND:
        *part = part_scaled(us % US_PER_MINUTE, 6);
        return true;
    case UNIT_MINUTE:
        *part = part_of(us / US_PER_MINUTE % 60);
        return true;
    case UNIT_HOUR:
        *part = part_of(us / US_PER_HOUR);
        return true;
    default:
        return false;
    }
}

/* Fields of a zone's offset; false if the unit is none. */
static bool
zone_part(const struct part_request *request, int32_t seconds_east, struct part *part)
{
    switch (request->unit) {
    case UNIT_TIMEZONE:
        *part = part_of(seconds_east);
        return true;
    case UNIT_TIMEZONE_HOUR:
        *part = part_of(seconds_east / 3600);
        return true;
    case UNIT_TIMEZONE_MINUTE:
        *part = part_of(seconds_east / 60 % 60);
        return true;
    default:
        return false;
    }
}

static struct part
part_of_date(const struct part_request *request, int32_t date)
{
    struct part part;
    if (!date_is_finite(date)) {
        bool is_date_unit =
            request->unit == UNIT_EPOCH || date_part(request, (struct civil){2000, 1, 1}, &part);
        if (!is_date_unit)
            fail_unsupported(request);
        return infinite_part(request, date == DATE_MIN);
    }
    if (request->unit == UNIT_EPOCH)
        return part_of(((int64_t)date + EPOCH_SHIFT_DAYS) * SECONDS_PER_DAY);
    if (!date_part(request, day_civil(date), &part))
        fail_unsupported(request);
    return part;
}

static struct part
part_of_time(const struct part_request *request, int64_t us)
{
    struct part part;
    if (request->unit == UNIT_EPOCH)
        return part_scaled(us, 6);
    if (!time_part(request, us, &part))
        fail_unsupported(request);
    return part;
}

static struct part
part_of_timetz(const struct part_request *request, struct timetz time)
{
    struct part part;
    if (request->unit == UNIT_EPOCH)
        return (struct part){.unscaled = time.us, .scale = 6, .seconds = time.seconds_west};
    if (!time_part(request, time.us, &part) && !zone_part(request, -time.seconds_west, &part))
        fail_unsupported(request);
    return part;
}

/* Fields common to both kinds of timestamps. */
static struct part
part_of_datetime(const struct part_request *request, const struct datetime *dt, bool has_zone)
{
    struct part part;
    struct civil civil = {dt->year, dt->month, dt->day};
    int64_t us = datetime_time_us(dt);
    if (date_part(request, civil, &part)) {
        part.has_day_us = request->unit == UNIT_JULIAN;
        part.day_us = us;
        return part;
    }
    if (!time_part(request, us, &part) &&
        !(has_zone && zone_part(request, dt->seconds_east, &part)))
        fail_unsupported(request);
    return part;
}

/* Units that no timestamp has are refused of infinite ones too. */
static void
require_timestamp_unit(const struct part_request *request)
{
    struct part part;
    bool is_good = request->unit == UNIT_EPOCH ||
                   date_part(request, (struct civil){2000, 1, 1}, &part) ||
                   time_part(request, 0, &part) || zone_part(request, 0, &part);
    if (!is_good)
        fail_unsupported(request);
}

static struct part
part_of_timestamp(const struct part_request *request, int64_t timestamp, bool has_zone)
{
    if (!timestamp_is_finite(timestamp)) {
        require_timestamp_unit(request);
        return infinite_part(request, timestamp == TIMESTAMP_MIN);
    }
    if (request->unit == UNIT_EPOCH)
        return part_scaled((__int128)timestamp + EPOCH_SHIFT_US, 6);
    struct datetime dt = {.year = 0};
    if (has_zone)
        datetime_set_timestamptz(&dt, datetime_session_zone(request->call->env), timestamp);
    else
        datetime_set_timestamp(&dt, timestamp);
    return part_of_datetime(request, &dt, has_zone);
}

static struct part
part_of_interval(const struct part_request *request, struct interval span)
{
    struct part part;
    int64_t years = span.months / MONTHS_PER_YEAR, months = span.months % MONTHS_PER_YEAR;
    switch (request->unit) {
    case UNIT_DAY:
        return part_of(span.days);
    case UNIT_MONTH:
        return part_of(months);
    case UNIT_QUARTER:
        return part_of(months / 3 + 1);
    case UNIT_YEAR:
        return part_of(years);
    case UNIT_DECADE:
        return part_of(years / 10);
    case UNIT_CENTURY:
        return part_of(years / 100);
    case UNIT_MILLENNIUM:
        return part_of(years / 1000);
    case UNIT_EPOCH: {
        /* A year counts 365.25 days. */
        int64_t quarter_days =
            years * 4 * 365 + years + months * 4 * DAYS_PER_MONTH + span.days * INT64_C(4);
        int64_t seconds = quarter_days * (SECONDS_PER_DAY / 4);
        return (struct part){.unscaled = span.us, .scale = 6, .seconds = seconds};
    }
    default:
        if (!time_part(request, span.us, &part))
            fail_unsupported(request);
        return part;
    }
}

static struct part
find_part(struct func_call *call, const union datum *args)
{
    union datum value = args[1];
    struct part_request request = {.call = call, .type = call->func->args[1]};
    if (request.type == TYPE_DATE && call->func->result == TYPE_FLOAT8) {
        /* PostgreSQL defines date_part of a date by that of its midnight. */
        request.type = TYPE_TIMESTAMP;
        value = i64_datum(date_to_timestamp(value.i32));
    }
    request.unit = datetime_unit_parse(call, datum_slice(&args[0]), request.type, &request.name);
    bool is_word = request.unit >= UNIT_NOW && request.unit != UNIT_EPOCH;
    switch (request.type) {
    case TYPE_DATE:
        return part_of_date(&request, value.i32);
    case TYPE_TIMESTAMP:
    case TYPE_TIMESTAMPTZ:
        return part_of_timestamp(&request, value.i64, request.type == TYPE_TIMESTAMPTZ);
    default:
        break;
    }
    if (is_word)
        fail_unknown(call, request.type, request.name);
    if (request.type == TYPE_TIME)
        return part_of_time(&request, value.i64);
    return request.type == TYPE_TIMETZ ? part_of_timetz(&request, datum_timetz(value))
                                       : part_of_interval(&request, datum_interval(value));
}

static union datum
extract(struct func_call *call, const union datum *args)
{
    struct part part = find_part(call, args);
    switch (part.kind) {
    case PART_NULL:
        call->result_is_null = true;
        return i64_datum(0);
    case PART_INFINITY:
        return numeric_special(NUMERIC_INFINITY);
    case PART_MINUS_INFINITY:
        return numeric_special(NUMERIC_MINUS_INFINITY);
    case PART_NUMBER:
        break;
    }
    part.unscaled += (__int128)part.seconds * US_PER_SECOND;
    union datum value = numeric_of_i128(call->arena, part.unscaled, part.scale);
    if (!part.has_day_us)
        return value;
    union datum fraction = numeric_divide(call->arena, numeric_of_i64(call->arena, part.day_us),
                                          numeric_of_i64(call->arena, US_PER_DAY));
    return numeric_add(call->arena, value, fraction);
}

static union datum
date_part_double(struct func_call *call, const union datum *args)
{
    struct part part = find_part(call, args);
    static const double scales[] = {1, 10, 100, 1e3, 1e4, 1e5, 1e6};
    switch (part.kind) {
    case PART_NULL:
        call->result_is_null = true;
        return f64_datum(0);
    case PART_INFINITY:
        return f64_datum(__builtin_inf());
    case PART_MINUS_INFINITY:
        return f64_datum(-__builtin_inf());
    case PART_NUMBER:
        break;
    }
    double value = (double)part.unscaled / scales[part.scale] + (double)part.seconds;
    if (part.has_day_us)
        value += (double)part.day_us / (double)US_PER_DAY;
    return f64_datum(value);
}

/* ---- what this file brings ---- */

static const struct func_info funcs[] = {
    {FUNC(1171, "date_part", TYPE_FLOAT8, date_part_double, TYPE_TEXT, TYPE_TIMESTAMPTZ),
     .volatility = FUNC_STABLE},
    {FUNC(1172, "date_part", TYPE_FLOAT8, date_part_double, TYPE_TEXT, TYPE_INTERVAL)},
    {FUNC(1273, "date_part", TYPE_FLOAT8, date_part_double, TYPE_TEXT, TYPE_TIMETZ)},
    {FUNC(1384, "date_part", TYPE_FLOAT8, date_part_double, TYPE_TEXT, TYPE_DATE)},
    {FUNC(1385, "date_part", TYPE_FLOAT8, date_part_double, TYPE_TEXT, TYPE_TIME)},
    {FUNC(2021, "date_part", TYPE_FLOAT8, date_part_double, TYPE_TEXT, TYPE_TIMESTAMP)},
    {FUNC(6199, "extract", TYPE_NUMERIC, extract, TYPE_TEXT, TYPE_DATE)},
    {FUNC(6200, "extract", TYPE_NUMERIC, extract, TYPE_TEXT, TYPE_TIME)},
    {FUNC(6201, "extract", TYPE_NUMERIC, extract, TYPE_TEXT, TYPE_TIMETZ)},
    {FUNC(6202, "extract", TYPE_NUMERIC, extract, TYPE_TEXT, TYPE_TIMESTAMP)},
    {FUNC(6203, "extract", TYPE_NUMERIC, extract, TYPE_TEXT, TYPE_TIMESTAMPTZ),
     .volatility = FUNC_STABLE},
    {FUNC(6204, "extract", TYPE_NUMERIC, extract, TYPE_TEXT, TYPE_INTERVAL)},
};

const struct type_tables datetime_extract_tables = {
    .funcs = funcs,
    .func_count = COUNT_OF(funcs),
};
