/*
 * format_date.c: to_char of dates, times and intervals.
 *
 * An interval has no calendar: patterns that need one are refused, years have no era, and its hours
 * go beyond a day.
 */
#include "base/raise.h"
#include "type/format.h"
#include "type/generic.h"
#include "type/tables.h"

#include <inttypes.h>
#include <stdlib.h>

struct date_writer {
    const struct date_fields *fields;
    const struct template_node *node;
    struct buf *to;
    size_t start; /* of the field in `to` */
};

static const char *const roman_months[] = {"I",   "II",   "III", "IV", "V",  "VI",
                                           "VII", "VIII", "IX",  "X",  "XI", "XII"};

_Noreturn static void
fail_interval(void)
{
    raise_error(.code = SQLSTATE_INVALID_DATETIME_FORMAT,
                .message = "invalid format specification for an interval value",
                .hint = "Intervals are not tied to specific calendar dates.");
}

static void
require_calendar(const struct date_writer *w)
{
    if (w->fields->is_interval)
        fail_interval();
}

static char
in_case(char c, bool is_upper)
{
    if (is_upper)
        return c >= 'a' && c <= 'z' ? (char)(c - 'a' + 'A') : c;
    return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

/* A name in the pattern's case, padded with blanks to `width` unless filled. */
static void
put_name(struct date_writer *w, const char *name, size_t bytes, size_t width)
{
    enum pattern_case letter_case = w->node->key->letter_case;
    for (size_t i = 0; i < bytes; i++) {
        bool is_upper = letter_case == CASE_UPPER || (letter_case == CASE_INITIAL && i == 0);
        buf_put_u8(w->to, (uint8_t)in_case(name[i], is_upper));
    }
    if (w->node->is_fill || w->node->is_translated)
        return;
    for (; bytes < width; bytes++)
        buf_put_u8(w->to, ' ');
}

/* A number with leading zeros, its sign among them, unless filled. */
static void
put_number(struct date_writer *w, int64_t value, int width)
{
    buf_format(w->to, "%0*" PRId64, w->node->is_fill ? 0 : width, value);
}

/* What follows the number just written: TH or th. */
static void
put_ordinal(struct date_writer *w)
{
    if (!w->node->has_ordinal || w->to->is_failed)
        return;
    struct slice number = slice_of(w->to->data + w->start, w->to->bytes - w->start);
    buf_put_text(w->to, ordinal_suffix(number, w->node->ordinal_is_lower));
}

static void
put_counted(struct date_writer *w, int64_t value, int width)
{
    put_number(w, value, width);
    put_ordinal(w);
}

/* The same with room for a sign. */
static void
put_signed(struct date_writer *w, int64_t value, int width)
{
    put_counted(w, value, value < 0 ? width + 1 : width);
}

/* A.D. if the pattern has points, else AD. */
static void
put_dotted(struct date_writer *w, const char *plain, const char *dotted)
{
    const char *text = strchr(w->node->key->name, '.') != NULL ? dotted : plain;
    bool is_upper = w->node->key->letter_case == CASE_UPPER;
    for (; *text != '\0'; text++)
        buf_put_u8(w->to, (uint8_t)in_case(*text, is_upper));
}

/* ---- years and what they are made of ---- */

/* Without a year 0, but for intervals. */
static int64_t
shown_year(const struct date_writer *w, int64_t year)
{
    return w->fields->is_interval || year > 0 ? year : 1 - year;
}

static struct civil
civil_of(const struct date_writer *w)
{
    const struct datetime *dt = &w->fields->dt;
    return (struct civil){dt->year, dt->month, dt->day};
}

static void
put_year(struct date_writer *w, int64_t year)
{
    int64_t shown = shown_year(w, year);
    size_t digits = strlen(w->node->key->name);
    int width = (int)digits + (shown_year(w, w->fields->dt.year) < 0);
    static const int64_t cuts[] = {1, 10, 100, 1000, INT64_MAX};
    if (digits == 1)
        buf_format(w->to, "%" PRId64, shown % 10);
    else
        put_number(w, shown % cuts[digits], width);
    put_ordinal(w);
}

static void
put_century(struct date_writer *w)
{
    int64_t year = w->fields->dt.year, century;
    if (w->fields->is_interval)
        century = year / 100;
    else if (year > 0)
        century = (year - 1) / 100 + 1;
    else
        century = year / 100 - 1;
    if (century <= 99 && century >= -99)
        put_number(w, century, century < 0 ? 3 : 2);
    else
        buf_format(w->to, "%" PRId64, century);
    put_ordinal(w);
}

static void
put_roman(struct date_writer *w)
{
    int32_t month = w->fields->dt.month, year = w->fields->dt.year;
    if (month == 0 && year == 0)
        return;
    int32_t idx = month - 1; /* of intervals also 0, for full years, and negative ones */
    if (month == 0)
        idx = year >= 0 ? 11 : 0;
    else if (month < 0)
        idx = 12 + month;
    size_t bytes = strlen(roman_months[idx]);
    put_name(w, roman_months[idx], bytes, 4);
    for (; w->node->is_translated && bytes < 4; bytes++)
        buf_put_u8(w->to, ' ');
}

/* ---- fields ---- */

static void
put_zone_field(struct date_writer *w, enum date_pattern pattern)
{
    require_calendar(w);
    const struct datetime *dt = &w->fields->dt;
    int32_t size = abs(dt->seconds_east);
    char sign = dt->seconds_east < 0 ? '-' : '+';
    switch (pattern) {
    case DATE_ZONE:
        if (!w->fields->has_zone || dt->abbrev == NULL)
            return;
        for (const char *c = dt->abbrev; *c != '\0'; c++)
            buf_put_u8(w->to, (uint8_t)(w->node->key->letter_case == CASE_LOWER ? in_case(*c, false)
                                                                                : *c));
        return;
    case DATE_ZONE_HOUR:
        buf_format(w->to, "%c%02d", sign, size / 3600);
        return;
    case DATE_ZONE_MINUTE:
        buf_format(w->to, "%02d", size % 3600 / 60);
        return;
    default:
        buf_format(w->to, "%c%0*d", sign, w->node->is_fill ? 0 : 2, size / 3600);
        if (size % 3600 != 0)
            buf_format(w->to, ":%02d", size % 3600 / 60);
        return;
    }
}

/* Digits of the fraction: one for FF1 to six for FF6 and US. */
static void
put_fraction(struct date_writer *w, int digits)
{
    int32_t value = w->fields->dt.us;
    for (int i = digits; i < 6; i++)
        value /= 10;
    buf_format(w->to, "%0*d", digits, value);
    put_ordinal(w);
}

static void
put_time_field(struct date_writer *w, enum date_pattern pattern)
{
    const struct datetime *dt = &w->fields->dt;
    int64_t hour = w->fields->hour, hour12 = hour % 12;
    switch (pattern) {
    case DATE_HALF: {
        bool is_pm = hour % 24 >= 12;
        put_dotted(w, is_pm ? "PM" : "AM", is_pm ? "P.M." : "A.M.");
        return;
    }
    case DATE_HOUR12:
        put_counted(w, hour12 == 0 ? 12 : hour12, hour < 0 ? 3 : 2);
        return;
    case DATE_HOUR24:
        put_signed(w, hour, 2);
        return;
    case DATE_MINUTE:
        put_signed(w, dt->minute, 2);
        return;
    case DATE_SECOND:
        put_signed(w, dt->second, 2);
        return;
    case DATE_FRACTION:
        put_fraction(w, w->node->key->name[2] - '0');
        return;
    case DATE_MILLISECOND:
        put_fraction(w, 3);
        return;
    case DATE_MICROSECOND:
        put_fraction(w, 6);
        return;
    default: /* DATE_DAY_SECOND */
        buf_format(w->to, "%" PRId64, (hour * 60 + dt->minute) * 60 + dt->second);
        put_ordinal(w);
        return;
    }
}

static void
put_name_field(struct date_writer *w, enum date_pattern pattern)
{
    require_calendar(w);
    struct civil civil = civil_of(w);
    const char *month = month_names[civil.month - 1];
    const char *day = day_names[day_weekday(civil_day(civil.year, civil.month, civil.day))];
    if (pattern == DATE_MONTH_NAME)
        put_name(w, month, strlen(month), 9);
    else if (pattern == DATE_MONTH_SHORT)
        put_name(w, month, 3, 3);
    else if (pattern == DATE_DAY_NAME)
        put_name(w, day, strlen(day), 9);
    else
        put_name(w, day, 3, 3);
}

static int32_t
iso_year_day(struct civil civil)
{
    int64_t day = civil_day(civil.year, civil.month, civil.day);
    return (int32_t)(day - iso_week_day(civil_iso_year(civil), 1)) + 1;
}

/* Of an interval too, whose months may be 0 or less: by an average length of months. */
static int64_t
julian_of(const struct date_writer *w)
{
    struct civil civil = civil_of(w);
    if (!w->fields->is_interval)
        return civil_day(civil.year, civil.month, civil.day) + JULIAN_OF_DAY_0;
    int64_t month = civil.month > 2 ? civil.month + 1 : civil.month + 13;
    int64_t year = civil.year + (civil.month > 2 ? INT64_C(4800) : 4799), century = year / 100;
    return year * 365 - 32167 + year / 4 - century + century / 4 + 7834 * month / 256 + civil.day;
}

static void
put_day_field(struct date_writer *w, enum date_pattern pattern)
{
    struct civil civil = civil_of(w);
    int32_t weekday = day_weekday(julian_of(w) - JULIAN_OF_DAY_0);
    switch (pattern) {
    case DATE_MONTH_DAY:
        put_counted(w, civil.day, 2);
        return;
    case DATE_YEAR_DAY:
        put_counted(w, w->fields->year_day, 3);
        return;
    case DATE_YEAR_WEEK:
        put_counted(w, (w->fields->year_day - 1) / 7 + 1, 2);
        return;
    case DATE_MONTH_WEEK:
        buf_format(w->to, "%d", (civil.day - 1) / 7 + 1);
        put_ordinal(w);
        return;
    case DATE_WEEKDAY:
        require_calendar(w);
        buf_format(w->to, "%d", weekday + 1);
        put_ordinal(w);
        return;
    case DATE_ISO_WEEKDAY:
        require_calendar(w);
        buf_format(w->to, "%d", weekday == 0 ? 7 : weekday);
        put_ordinal(w);
        return;
    case DATE_ISO_YEAR_DAY:
        put_counted(w, iso_year_day(civil), 3);
        return;
    case DATE_ISO_WEEK:
        put_counted(w, civil_iso_week(civil), 2);
        return;
    default: /* DATE_JULIAN */
        buf_format(w->to, "%" PRId64, julian_of(w));
        put_ordinal(w);
        return;
    }
}

static void
put_year_field(struct date_writer *w, enum date_pattern pattern)
{
    const struct datetime *dt = &w->fields->dt;
    int64_t shown = shown_year(w, dt->year);
    switch (pattern) {
    case DATE_ERA:
        require_calendar(w);
        put_dotted(w, dt->year > 0 ? "AD" : "BC", dt->year > 0 ? "A.D." : "B.C.");
        return;
    case DATE_CENTURY:
        put_century(w);
        return;
    case DATE_YEAR_COMMA:
        buf_format(w->to, "%" PRId64 ",%03" PRId64, shown / 1000, shown % 1000);
        put_ordinal(w);
        return;
    case DATE_YEAR:
        put_year(w, dt->year);
        return;
    case DATE_ISO_YEAR:
        put_year(w, civil_iso_year(civil_of(w)));
        return;
    case DATE_QUARTER:
        if (dt->month == 0)
            return;
        buf_format(w->to, "%d", (dt->month - 1) / 3 + 1);
        put_ordinal(w);
        return;
    case DATE_MONTH:
        put_signed(w, dt->month, 2);
        return;
    default: /* DATE_ROMAN */
        put_roman(w);
        return;
    }
}

static void
put_field(struct date_writer *w)
{
    enum date_pattern pattern = (enum date_pattern)w->node->key->pattern;
    switch (pattern) {
    case DATE_HALF:
    case DATE_HOUR12:
    case DATE_HOUR24:
    case DATE_MINUTE:
    case DATE_SECOND:
    case DATE_FRACTION:
    case DATE_MILLISECOND:
    case DATE_MICROSECOND:
    case DATE_DAY_SECOND:
        put_time_field(w, pattern);
        return;
    case DATE_ZONE:
    case DATE_ZONE_HOUR:
    case DATE_ZONE_MINUTE:
    case DATE_OFFSET:
        put_zone_field(w, pattern);
        return;
    case DATE_MONTH_NAME:
    case DATE_MONTH_SHORT:
    case DATE_DAY_NAME:
    case DATE_DAY_SHORT:
        put_name_field(w, pattern);
        return;
    case DATE_ERA:
    case DATE_CENTURY:
    case DATE_YEAR_COMMA:
    case DATE_YEAR:
    case DATE_ISO_YEAR:
    case DATE_QUARTER:
    case DATE_MONTH:
    case DATE_ROMAN:
        put_year_field(w, pattern);
        return;
    case DATE_FIXED:
        return;
    default:
        put_day_field(w, pattern);
        return;
    }
}

void
date_format(const struct template *template, const struct date_fields *fields, struct buf *to)
{
    for (uint32_t i = 0; i < template->count; i++) {
        const struct template_node *node = &template->nodes[i];
        struct date_writer w = {.fields = fields, .node = node, .to = to, .start = to->bytes};
        if (node->kind == NODE_PATTERN)
            put_field(&w);
        else
            buf_put(to, node->text, node->text_bytes);
    }
}

/* ---- functions ---- */

static union datum
format_fields(struct func_call *call, const struct date_fields *fields, union datum template_text)
{
    struct template template = template_of_date(call->arena, datum_slice(&template_text));
    struct buf *text = buf_new(call->arena);
    date_format(&template, fields, text);
    return generic_buf_datum(call->arena, text);
}

/* to_char(timestamp, template), to_char(timestamptz, template) */
static union datum
timestamp_to_char(struct func_call *call, const union datum *args)
{
    if (args[1].view.bytes == 0 || !timestamp_is_finite(args[0].i64)) {
        call->result_is_null = true;
        return i64_datum(0);
    }
    struct date_fields fields = {.has_zone = call->func->args[0] == TYPE_TIMESTAMPTZ};
    if (fields.has_zone)
        datetime_set_timestamptz(&fields.dt, datetime_session_zone(call->env), args[0].i64);
    else
        datetime_set_timestamp(&fields.dt, args[0].i64);
    const struct datetime *dt = &fields.dt;
    fields.hour = dt->hour;
    fields.year_day = civil_year_day((struct civil){dt->year, dt->month, dt->day});
    return format_fields(call, &fields, args[1]);
}

static union datum
interval_to_char(struct func_call *call, const union datum *args)
{
    if (args[1].view.bytes == 0) {
        call->result_is_null = true;
        return i64_datum(0);
    }
    struct interval span = datum_interval(args[0]);
    struct date_fields fields = {.is_interval = true, .hour = span.us / US_PER_HOUR};
    fields.dt.year = span.months / MONTHS_PER_YEAR;
    fields.dt.month = span.months % MONTHS_PER_YEAR;
    fields.dt.day = span.days;
    fields.dt.minute = (int32_t)(span.us / US_PER_MINUTE % 60);
    fields.dt.second = (int32_t)(span.us / US_PER_SECOND % 60);
    fields.dt.us = (int32_t)(span.us % US_PER_SECOND);
    fields.year_day = (int32_t)((uint32_t)span.months * DAYS_PER_MONTH + (uint32_t)span.days);
    return format_fields(call, &fields, args[1]);
}

/* ---- what this file brings ---- */

static const struct func_info funcs[] = {
    {FUNC(1768, "to_char", TYPE_TEXT, interval_to_char, TYPE_INTERVAL, TYPE_TEXT),
     .volatility = FUNC_STABLE},
    {FUNC(1770, "to_char", TYPE_TEXT, timestamp_to_char, TYPE_TIMESTAMPTZ, TYPE_TEXT),
     .volatility = FUNC_STABLE},
    {FUNC(2049, "to_char", TYPE_TEXT, timestamp_to_char, TYPE_TIMESTAMP, TYPE_TEXT),
     .volatility = FUNC_STABLE},
};

const struct type_tables format_date_tables = {
    .funcs = funcs,
    .func_count = COUNT_OF(funcs),
};
