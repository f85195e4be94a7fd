/*
 * format_input.c: to_timestamp and to_date with a template.
 *
 * The template leads: each of its patterns takes its field from the front of the text. Unless FX
 * was given blanks are skipped freely, and separators of the template match any or none. The fields
 * found are put together at the end: years and centuries, weeks, days of the year.
 */
#include "base/raise.h"
#include "type/datetime_lex.h"
#include "type/format.h"
#include "type/generic.h"
#include "type/tables.h"
#include "type/timestamp.h"
#include "type/utf8.h"

/* The fields as found; 0: not given. */
struct found {
    int32_t hour, is_pm, minute, second, day_second;
    int32_t millisecond, microsecond, fraction_digits;
    int32_t weekday; /* 1 is Sunday */
    int32_t day, year_day, month, year, is_bc, month_week, week, century, julian;
    int32_t year_digits;
    bool has_half_day_clock;
    int32_t zone_sign, zone_hour, zone_minute;
    enum date_convention convention;
};

struct date_reader {
    struct slice whole;
    const char *at, *end;
    const struct template *template;
    const struct template_node *node;
    struct found found;
    bool is_fixed;      /* FX */
    int32_t extra_skip; /* characters skipped beyond those of the template */
};

static struct datetime_text
text_of(const struct date_reader *r)
{
    return (struct datetime_text){.type_name = "timestamp", .text = r->whole};
}

static char
peek(const struct date_reader *r)
{
    return r->at < r->end ? *r->at : '\0';
}

static void
skip_character(struct date_reader *r)
{
    if (r->at < r->end) {
        uint32_t bytes = utf8_bytes((uint8_t)*r->at);
        r->at = (size_t)(r->end - r->at) > bytes ? r->at + bytes : r->end;
    }
}

static int32_t
skip_blanks(struct date_reader *r)
{
    int32_t count = 0;
    while (is_blank(peek(r))) {
        r->at++;
        count++;
    }
    return count;
}

/* ---- fields ---- */

static void
set_field(const struct date_reader *r, int32_t *field, int32_t value)
{
    if (*field != 0 && *field != value)
        raise_error(.code = SQLSTATE_INVALID_DATETIME_FORMAT,
                    .message =
                        raise_text("conflicting values for \"%s\" field in formatting string",
                                   r->node->key->name),
                    .detail = "This value contradicts a previous setting for the same field type.");
    *field = value;
}

/* Whether something that is no digit ends the field, so that its length does not matter. */
static bool
is_delimited(const struct date_reader *r)
{
    const struct template_node *node = r->node;
    if (node->has_ordinal || node->is_fill)
        return true;
    if (node + 1 == r->template->nodes + r->template->count)
        return true;
    node++;
    if (node->kind == NODE_PATTERN)
        return !node->key->is_digits;
    return !(node->text_bytes == 1 && is_digit(node->text[0]));
}

_Noreturn static void
fail_range(const struct date_reader *r)
{
    raise_error(.code = SQLSTATE_DATETIME_FIELD_OVERFLOW,
                .message = raise_text("value for \"%s\" in source string is out of range",
                                      r->node->key->name),
                .detail = raise_text("Value must be in the range %d to %d.", INT32_MIN, INT32_MAX));
}

_Noreturn static void
fail_value(const struct date_reader *r, const char *text, size_t bytes, const char *detail,
           const char *hint)
{
    raise_error(.code = SQLSTATE_INVALID_DATETIME_FORMAT,
                .message = raise_text("invalid value \"%.*s\" for \"%s\"", (int)bytes, text,
                                      r->node->key->name),
                .detail = detail, .hint = hint);
}

/* Blanks, a sign, digits, of at most `bytes`: how many were read, 0 if they are no integer. */
static size_t
scan_integer(const struct date_reader *r, const char *at, size_t bytes, int64_t *value)
{
    const char *start = at, *end = (size_t)(r->end - at) > bytes ? at + bytes : r->end;
    while (at < end && is_blank(*at))
        at++;
    bool is_negative = at < end && *at == '-';
    if (at < end && (*at == '-' || *at == '+'))
        at++;
    if (at == end || !is_digit(*at))
        return 0;
    int64_t sum = 0;
    for (; at < end && is_digit(*at); at++) {
        sum = sum * 10 + (*at - '0');
        if (sum > (int64_t)INT32_MAX + 1)
            sum = (int64_t)INT32_MAX + 2; /* too large, whatever follows */
    }
    *value = is_negative ? -sum : sum;
    return (size_t)(at - start);
}

/*
 * An integer of `width` digits, or of any number where something ends it. Returns the number of
 * characters taken.
 */
static int32_t
read_integer_of(struct date_reader *r, int32_t *field, size_t width)
{
    static const char hint[] =
        "If your source string is not fixed-width, try using the \"FM\" modifier.";
    const char *start = r->at;
    skip_blanks(r);
    const char *first = r->at;
    size_t left = (size_t)(r->end - r->at), shown = utf8_clip(slice_of(r->at, left), width);
    int64_t value = 0;
    size_t taken;
    if (is_delimited(r)) {
        taken = scan_integer(r, r->at, left, &value);
        if (taken == 0)
            r->at = start;
    } else {
        if (left < width)
            raise_error(.code = SQLSTATE_INVALID_DATETIME_FORMAT,
                        .message = raise_text("source string too short for \"%s\" formatting field",
                                              r->node->key->name),
                        .detail = raise_text("Field requires %d characters, but only %d remain.",
                                             (int)width, (int)left),
                        .hint = hint);
        taken = scan_integer(r, r->at, width, &value);
        if (taken > 0 && taken < width)
            fail_value(r, r->at, shown,
                       raise_text("Field requires %d characters, but only %d could be parsed.",
                                  (int)width, (int)taken),
                       hint);
    }
    if (r->at + taken == start)
        fail_value(r, first, shown, "Value must be an integer.", NULL);
    r->at += taken;
    if (value < INT32_MIN || value > INT32_MAX)
        fail_range(r);
    if (field != NULL)
        set_field(r, field, (int32_t)value);
    return (int32_t)(r->at - start);
}

static int32_t
read_integer(struct date_reader *r, int32_t *field)
{
    return read_integer_of(r, field, strlen(r->node->key->name));
}

static char
lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

/* The name of the list that the text begins with, in any case; `bytes` of each, 0: all. */
static int32_t
read_name(struct date_reader *r, const char *const *names, int32_t count, size_t bytes)
{
    for (int32_t i = 0; i < count; i++) {
        size_t length = bytes == 0 ? strlen(names[i]) : bytes, same = 0;
        while (same < length && r->at + same < r->end &&
               lower(r->at[same]) == lower(names[i][same]))
            same++;
        if (same == length) {
            r->at += length;
            return i;
        }
    }
    size_t shown = 0;
    while (r->at + shown < r->end && !is_blank(r->at[shown]))
        shown++;
    fail_value(r, r->at, shown,
               "The given value did not match any of the allowed values for this field.", NULL);
}

/* Two-digit years and the like belong to the years around 2020. */
static int32_t
full_year(int32_t year)
{
    if (year < 70)
        return year + 2000;
    if (year < 100)
        return year + 1900;
    if (year < 520)
        return year + 2000;
    return year < 1000 ? year + 1000 : year;
}

static void
read_year(struct date_reader *r)
{
    size_t digits = strlen(r->node->key->name);
    int32_t taken = read_integer(r, &r->found.year);
    if (digits < 4 && taken < 4)
        r->found.year = full_year(r->found.year);
    r->found.year_digits = (int32_t)digits;
}

/* "1,998" */
static void
read_comma_year(struct date_reader *r)
{
    int64_t thousands, years = 0;
    size_t taken = scan_integer(r, r->at, (size_t)(r->end - r->at), &thousands), more = 0;
    if (taken != 0 && r->at + taken < r->end && r->at[taken] == ',')
        more = scan_integer(r, r->at + taken + 1, 3, &years);
    if (more == 0)
        raise(SQLSTATE_INVALID_DATETIME_FORMAT, "invalid input string for \"Y,YYY\"");
    int64_t year = thousands * 1000 + years;
    if (year < INT32_MIN || year > INT32_MAX)
        fail_range(r);
    set_field(r, &r->found.year, (int32_t)year);
    r->found.year_digits = 4;
    r->at += taken + 1 + more;
}

/* "25" is a quarter of a second, as "250" is; "025" is not. */
static void
read_fraction(struct date_reader *r, int32_t *field, int32_t digits, int32_t places)
{
    int32_t taken = read_integer_of(r, field, (size_t)digits);
    for (; taken < places; taken++)
        *field *= 10;
}

static void
read_zone_hour(struct date_reader *r)
{
    char c = peek(r);
    if (c == '+' || c == '-' || c == ' ') {
        r->found.zone_sign = c == '-' ? -1 : 1;
        r->at++;
    } else {
        /* A minus may have been taken for a separator. */
        bool was_minus = r->extra_skip > 0 && r->at[-1] == '-';
        r->found.zone_sign = was_minus ? -1 : 1;
    }
    read_integer_of(r, &r->found.zone_hour, 2);
}

static void
read_half(struct date_reader *r)
{
    static const char *const plain[] = {"am", "pm"}, *const dotted[] = {"a.m.", "p.m."};
    bool has_dots = strchr(r->node->key->name, '.') != NULL;
    set_field(r, &r->found.is_pm, read_name(r, has_dots ? dotted : plain, 2, 0));
    r->found.has_half_day_clock = true;
}

static void
read_era(struct date_reader *r)
{
    static const char *const plain[] = {"ad", "bc"}, *const dotted[] = {"a.d.", "b.c."};
    bool has_dots = strchr(r->node->key->name, '.') != NULL;
    set_field(r, &r->found.is_bc, read_name(r, has_dots ? dotted : plain, 2, 0));
}

static void
read_roman(struct date_reader *r)
{
    /* Longer ones first. */
    static const char *const months[] = {"xii", "xi", "x",  "ix",  "viii", "vii",
                                         "vi",  "v",  "iv", "iii", "ii",   "i"};
    set_field(r, &r->found.month, 12 - read_name(r, months, 12, 0));
}

static void
read_clock_field(struct date_reader *r, enum date_pattern pattern)
{
    struct found *found = &r->found;
    switch (pattern) {
    case DATE_HALF:
        read_half(r);
        return;
    case DATE_HOUR12:
        read_integer_of(r, &found->hour, 2);
        found->has_half_day_clock = true;
        return;
    case DATE_HOUR24:
        read_integer_of(r, &found->hour, 2);
        return;
    case DATE_MINUTE:
        read_integer(r, &found->minute);
        return;
    case DATE_SECOND:
        read_integer(r, &found->second);
        return;
    case DATE_MILLISECOND:
        read_fraction(r, &found->millisecond, 3, 3);
        return;
    case DATE_FRACTION:
        found->fraction_digits = r->node->key->name[2] - '0';
        read_fraction(r, &found->microsecond, found->fraction_digits, 6);
        return;
    case DATE_MICROSECOND:
        read_fraction(r, &found->microsecond, 6, 6);
        return;
    case DATE_DAY_SECOND:
        read_integer(r, &found->day_second);
        return;
    case DATE_ZONE_HOUR:
        read_zone_hour(r);
        return;
    case DATE_ZONE_MINUTE:
        if (found->zone_sign == 0)
            found->zone_sign = 1;
        read_integer_of(r, &found->zone_minute, 2);
        return;
    default: /* DATE_ZONE, DATE_OFFSET */
        raise(SQLSTATE_FEATURE_NOT_SUPPORTED,
              "formatting field \"%s\" is only supported in to_char", r->node->key->name);
    }
}

static void
read_weekday(struct date_reader *r, enum date_pattern pattern)
{
    struct found *found = &r->found;
    switch (pattern) {
    case DATE_DAY_NAME:
        set_field(r, &found->weekday, read_name(r, day_names, 7, 0));
        found->weekday++;
        return;
    case DATE_DAY_SHORT:
        set_field(r, &found->weekday, read_name(r, day_names, 7, 3));
        found->weekday++;
        return;
    case DATE_WEEKDAY:
        read_integer(r, &found->weekday);
        return;
    default: /* DATE_ISO_WEEKDAY */
        read_integer_of(r, &found->weekday, 1);
        found->weekday = found->weekday >= 7 ? 1 : found->weekday + 1;
        return;
    }
}

static void
read_day_field(struct date_reader *r, enum date_pattern pattern)
{
    struct found *found = &r->found;
    switch (pattern) {
    case DATE_YEAR_DAY:
        read_integer(r, &found->year_day);
        return;
    case DATE_ISO_YEAR_DAY:
        read_integer_of(r, &found->year_day, 3);
        return;
    case DATE_MONTH_DAY:
        read_integer(r, &found->day);
        return;
    case DATE_MONTH:
        read_integer(r, &found->month);
        return;
    case DATE_MONTH_NAME:
        set_field(r, &found->month, read_name(r, month_names, 12, 0) + 1);
        return;
    case DATE_MONTH_SHORT:
        set_field(r, &found->month, read_name(r, month_names, 12, 3) + 1);
        return;
    case DATE_ROMAN:
        read_roman(r);
        return;
    case DATE_YEAR_WEEK:
    case DATE_ISO_WEEK:
        read_integer(r, &found->week);
        return;
    case DATE_MONTH_WEEK:
        read_integer(r, &found->month_week);
        return;
    case DATE_QUARTER:
        read_integer(r, NULL); /* says too little, and may contradict the month */
        return;
    default: /* DATE_JULIAN */
        read_integer(r, &found->julian);
        return;
    }
}

static void
read_field(struct date_reader *r)
{
    enum date_pattern pattern = (enum date_pattern)r->node->key->pattern;
    switch (pattern) {
    case DATE_FIXED:
        r->is_fixed = true;
        return;
    case DATE_HALF:
    case DATE_HOUR12:
    case DATE_HOUR24:
    case DATE_MINUTE:
    case DATE_SECOND:
    case DATE_MILLISECOND:
    case DATE_FRACTION:
    case DATE_MICROSECOND:
    case DATE_DAY_SECOND:
    case DATE_ZONE_HOUR:
    case DATE_ZONE_MINUTE:
    case DATE_ZONE:
    case DATE_OFFSET:
        read_clock_field(r, pattern);
        return;
    case DATE_DAY_NAME:
    case DATE_DAY_SHORT:
    case DATE_WEEKDAY:
    case DATE_ISO_WEEKDAY:
        read_weekday(r, pattern);
        return;
    case DATE_ERA:
        read_era(r);
        return;
    case DATE_CENTURY:
        read_integer(r, &r->found.century);
        return;
    case DATE_YEAR_COMMA:
        read_comma_year(r);
        return;
    case DATE_YEAR:
    case DATE_ISO_YEAR:
        read_year(r);
        return;
    default:
        read_day_field(r, pattern);
        return;
    }
}

/* ---- the walk over the template ---- */

static void
set_convention(struct date_reader *r)
{
    enum date_convention convention = r->node->key->convention;
    if (convention == CONVENTION_NONE)
        return;
    if (r->found.convention != CONVENTION_NONE && r->found.convention != convention)
        raise_error(.code = SQLSTATE_INVALID_DATETIME_FORMAT,
                    .message = "invalid combination of date conventions",
                    .hint = "Do not mix Gregorian and ISO week date conventions in a "
                            "formatting template.");
    r->found.convention = convention;
}

static bool
is_separator(char c)
{
    return c > ' ' && c < 0x7f && !is_digit(c) && !is_letter(c);
}

static void
read_between(struct date_reader *r)
{
    if (r->node->kind == NODE_TEXT) {
        if (!r->is_fixed && r->extra_skip > 0)
            r->extra_skip--; /* a blank skipped before stood for it */
        else
            skip_character(r);
        return;
    }
    if (r->is_fixed) {
        skip_character(r);
        return;
    }
    r->extra_skip--;
    if (is_blank(peek(r)) || is_separator(peek(r))) {
        r->at++;
        r->extra_skip++;
    }
}

/* "st", "nd" and so on, whatever they are in the text; names have none. */
static void
skip_ordinal(struct date_reader *r)
{
    enum date_pattern pattern = (enum date_pattern)r->node->key->pattern;
    bool is_counted = r->node->key->is_digits && pattern != DATE_ZONE_MINUTE;
    if (!r->node->has_ordinal || !is_counted)
        return;
    skip_character(r);
    skip_character(r);
}

static void
read_text(struct date_reader *r)
{
    const struct template *template = r->template;
    for (uint32_t i = 0; i < template->count && r->at < r->end; i++) {
        r->node = &template->nodes[i];
        bool is_pattern = r->node->kind == NODE_PATTERN;
        bool is_fx = is_pattern && r->node->key->pattern == DATE_FIXED;
        if (!r->is_fixed && !is_fx && (is_pattern || i == 0))
            r->extra_skip += skip_blanks(r);
        if (!is_pattern) {
            read_between(r);
            continue;
        }
        set_convention(r);
        read_field(r);
        skip_ordinal(r);
        if (!r->is_fixed) {
            r->extra_skip = 0;
            r->extra_skip = skip_blanks(r);
        }
    }
}

/* ---- putting it together ---- */

static void
settle_time(const struct date_reader *r, struct datetime *dt)
{
    const struct found *found = &r->found;
    if (found->day_second != 0) {
        dt->hour = found->day_second / 3600;
        dt->minute = found->day_second / 60 % 60;
        dt->second = found->day_second % 60;
    }
    if (found->second != 0)
        dt->second = found->second;
    if (found->minute != 0)
        dt->minute = found->minute;
    if (found->hour != 0)
        dt->hour = found->hour;
    if (found->has_half_day_clock) {
        if (dt->hour < 1 || dt->hour > 12)
            raise_error(.code = SQLSTATE_INVALID_DATETIME_FORMAT,
                        .message =
                            raise_text("hour \"%d\" is invalid for the 12-hour clock", dt->hour),
                        .hint = "Use the 24-hour clock, or give an hour between 1 and 12.");
        if (found->is_pm && dt->hour < 12)
            dt->hour += 12;
        else if (!found->is_pm && dt->hour == 12)
            dt->hour = 0;
    }
    dt->us = found->millisecond * 1000 + found->microsecond;
}

/* The year; false if none was given. */
static bool
settle_year(const struct date_reader *r, struct datetime *dt)
{
    const struct found *found = &r->found;
    int32_t century = found->is_bc ? -found->century : found->century;
    if (found->year != 0 && century != 0 && found->year_digits <= 2) {
        /* The last two digits, within a century: 2001 to 2100 is the 21st. */
        int32_t rest = found->year % 100;
        if (rest == 0)
            dt->year = century * 100 + (century >= 0 ? 0 : 1);
        else if (century >= 0)
            dt->year = rest + (century - 1) * 100;
        else
            dt->year = (century + 1) * 100 - rest + 1;
        return true;
    }
    if (found->year != 0) {
        dt->year = found->is_bc ? -found->year : found->year;
        if (dt->year < 0)
            dt->year++; /* 1 BC is year 0 */
        return true;
    }
    if (century == 0)
        return false;
    dt->year = century >= 0 ? (century - 1) * 100 + 1 : century * 100 + 1;
    return true;
}

static void
set_day(struct datetime *dt, int64_t day)
{
    struct civil civil = day_civil(day);
    dt->year = civil.year;
    dt->month = civil.month;
    dt->day = civil.day;
}

/* Months and days, from weeks and days of the year too. Returns whether a date was set at all. */
static bool
settle_day(const struct date_reader *r, struct datetime *dt)
{
    const struct found *found = &r->found;
    bool is_iso = found->convention == CONVENTION_ISO;
    int32_t year_day = found->year_day, day = found->day;
    bool is_set = found->julian != 0;
    if (found->julian != 0)
        set_day(dt, (int64_t)found->julian - JULIAN_OF_DAY_0);
    if (found->week != 0 && is_iso) {
        int64_t first = iso_week_day(dt->year, found->week);
        int32_t weekday = found->weekday;
        set_day(dt, weekday == 0 ? first : first + (weekday > 1 ? weekday - 2 : 6));
        is_set = true;
    } else if (found->week != 0) {
        year_day = (found->week - 1) * 7 + 1;
    }
    if (found->month_week != 0)
        day = (found->month_week - 1) * 7 + 1;
    if (day != 0)
        dt->day = day;
    if (found->month != 0)
        dt->month = found->month;
    is_set = is_set || day != 0 || found->month != 0;
    if (year_day == 0 || (dt->month > 1 && dt->day > 1))
        return is_set;

    if (dt->year == 0 && !found->is_bc)
        raise(SQLSTATE_INVALID_DATETIME_FORMAT,
              "cannot calculate day of year without year information");
    if (is_iso) {
        set_day(dt, iso_week_day(dt->year, 1) + year_day - 1);
        return true;
    }
    int32_t month = 1, rest = year_day;
    while (month <= 12 && rest > month_days(dt->year, month))
        rest -= month_days(dt->year, month++);
    if (dt->month <= 1)
        dt->month = month;
    if (dt->day <= 1)
        dt->day = rest;
    return true;
}

static void
check_fields(const struct date_reader *r, const struct datetime *dt, bool has_date)
{
    struct datetime_text text = text_of(r);
    if (has_date && (dt->month < 1 || dt->month > 12 || dt->day < 1 ||
                     dt->day > month_days(dt->year, dt->month)))
        datetime_fail_range(&text);
    if (dt->hour < 0 || dt->hour >= 24 || dt->minute < 0 || dt->minute >= 60 || dt->second < 0 ||
        dt->second >= 60 || dt->us < 0 || dt->us >= US_PER_SECOND)
        datetime_fail_range(&text);
}

void
date_unformat(const struct type_env *env, const struct template *template, struct slice text,
              struct date_parsed *parsed)
{
    (void)env;
    struct date_reader r = {
        .whole = text,
        .at = (const char *)text.data,
        .end = (const char *)text.data + text.bytes,
        .template = template,
    };
    read_text(&r);
    *parsed = (struct date_parsed){.dt = {.month = 1, .day = 1}};
    struct datetime *dt = &parsed->dt;
    settle_time(&r, dt);
    bool has_year = settle_year(&r, dt);
    bool has_day = settle_day(&r, dt);
    check_fields(&r, dt, has_year || has_day);
    parsed->precision = r.found.fraction_digits;
    if (r.found.zone_sign == 0)
        return;
    if (r.found.zone_hour < 0 || r.found.zone_hour > 15 || r.found.zone_minute < 0 ||
        r.found.zone_minute > 59) {
        struct datetime_text whole = text_of(&r);
        datetime_fail_zone_range(&whole);
    }
    parsed->has_zone = true;
    dt->seconds_east = r.found.zone_sign * (r.found.zone_hour * 60 + r.found.zone_minute) * 60;
}

/* ---- functions ---- */

static void
unformat(struct func_call *call, const union datum *args, struct date_parsed *parsed)
{
    struct template template = template_of_date(call->arena, datum_slice(&args[1]));
    date_unformat(call->env, &template, datum_slice(&args[0]), parsed);
}

static union datum
to_timestamp(struct func_call *call, const union datum *args)
{
    struct date_parsed parsed;
    unformat(call, args, &parsed);
    if (!parsed.has_zone)
        datetime_set_zone(&parsed.dt, datetime_session_zone(call->env));
    int64_t timestamp;
    if (!datetime_timestamptz(&parsed.dt, &timestamp))
        fail_timestamp_range();
    return i64_datum(parsed.precision == 0 ? timestamp : us_round(timestamp, parsed.precision));
}

static union datum
to_date(struct func_call *call, const union datum *args)
{
    struct date_parsed parsed;
    unformat(call, args, &parsed);
    const struct datetime *dt = &parsed.dt;
    int64_t day = civil_day(dt->year, dt->month, dt->day);
    if (!civil_is_near(dt->year, dt->month) || !date_is_valid(day)) {
        struct slice text = datum_slice(&args[0]);
        raise(SQLSTATE_DATETIME_FIELD_OVERFLOW, "date out of range: \"%.*s\"", (int)text.bytes,
              (const char *)text.data);
    }
    return i32_datum((int32_t)day);
}

/* ---- what this file brings ---- */

static const struct func_info funcs[] = {
    {FUNC(1778, "to_timestamp", TYPE_TIMESTAMPTZ, to_timestamp, TYPE_TEXT, TYPE_TEXT),
     .volatility = FUNC_STABLE},
    {FUNC(1780, "to_date", TYPE_DATE, to_date, TYPE_TEXT, TYPE_TEXT), .volatility = FUNC_STABLE},
};

const struct type_tables format_input_tables = {
    .funcs = funcs,
    .func_count = COUNT_OF(funcs),
};
