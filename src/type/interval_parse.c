/*
 * interval_parse.c: reads intervals: PostgreSQL's "1 day 02:03", SQL's "1-2 3 4:05" and ISO 8601's
 * "P1Y2MT3H".
 *
 * Fields are read from right to left, so that a unit is known before its number. A number without
 * a unit counts what the typmod's range ends with, or what comes before the field to its right.
 * All sums are checked: years, months and days in 32 bits, microseconds in 64.
 */
#include "base/raise.h"
#include "type/datetime_lex.h"

#include <math.h>
#include <stdlib.h>

struct interval_reader {
    const struct datetime_text *text;
    struct datetime_fields fields;
    int32_t range;
    enum datetime_unit unit; /* of the next number to the left; UNIT_NONE: not known */
    uint32_t have;           /* 1 << unit */
    int32_t years, months, days;
    int64_t us;
    bool is_negative; /* SQL standard style: one sign for all */
    bool is_ago;
};

/* A number: whole and fraction have the same sign. */
struct amount {
    int64_t whole;
    double fraction;
};

_Noreturn void
interval_fail_range(const struct datetime_text *text)
{
    raise(SQLSTATE_INTERVAL_FIELD_OVERFLOW, "interval field value out of range: \"%.*s\"",
          (int)text->text.bytes, (const char *)text->text.data);
}

/* ---- sums ---- */

static void
add_us(struct interval_reader *r, int64_t us)
{
    if (__builtin_add_overflow(r->us, us, &r->us))
        interval_fail_range(r->text);
}

static void
add_fraction_us(struct interval_reader *r, double fraction, int64_t scale)
{
    double us = fraction * (double)scale;
    int64_t whole = (int64_t)us;
    us -= (double)whole;
    if (us > 0.5)
        whole++;
    else if (us < -0.5)
        whole--;
    add_us(r, whole);
}

static void
add_scaled_us(struct interval_reader *r, struct amount amount, int64_t scale)
{
    int64_t us;
    if (__builtin_mul_overflow(amount.whole, scale, &us))
        interval_fail_range(r->text);
    add_us(r, us);
    add_fraction_us(r, amount.fraction, scale);
}

static void
add_int(struct interval_reader *r, int64_t whole, int32_t scale, int32_t *sum)
{
    int32_t more;
    if (whole < INT32_MIN || whole > INT32_MAX ||
        __builtin_mul_overflow((int32_t)whole, scale, &more) ||
        __builtin_add_overflow(*sum, more, sum))
        interval_fail_range(r->text);
}

static void
add_days(struct interval_reader *r, struct amount amount, int32_t scale)
{
    add_int(r, amount.whole, scale, &r->days);
    double days = amount.fraction * scale;
    int32_t whole = (int32_t)days;
    add_int(r, whole, 1, &r->days);
    add_fraction_us(r, days - whole, US_PER_DAY);
}

static void
add_months(struct interval_reader *r, struct amount amount)
{
    add_int(r, amount.whole, 1, &r->months);
    add_days(r, (struct amount){0, amount.fraction}, DAYS_PER_MONTH);
}

static void
add_years(struct interval_reader *r, struct amount amount, int32_t scale)
{
    add_int(r, amount.whole, scale, &r->years);
    add_int(r, (int64_t)rint(amount.fraction * scale * MONTHS_PER_YEAR), 1, &r->months);
}

/* ---- fields ---- */

/* What the rightmost number counts. */
static enum datetime_unit
range_unit(int32_t range)
{
    const int32_t minute = 1 << INTERVAL_FIELD_MINUTE;
    const int32_t hour = 1 << INTERVAL_FIELD_HOUR, day = 1 << INTERVAL_FIELD_DAY;
    const int32_t month = 1 << INTERVAL_FIELD_MONTH, year = 1 << INTERVAL_FIELD_YEAR;
    if (range == year)
        return UNIT_YEAR;
    if (range == month || range == (year | month))
        return UNIT_MONTH;
    if (range == day)
        return UNIT_DAY;
    if (range == hour || range == (day | hour))
        return UNIT_HOUR;
    if (range == minute || range == (hour | minute) || range == (day | hour | minute))
        return UNIT_MINUTE;
    return UNIT_SECOND;
}

static int64_t
read_whole(const struct interval_reader *r, const char **at, int64_t min, int64_t max)
{
    int64_t value;
    if (number_read(at, min, max, &value) != NUMBER_FITS)
        interval_fail_range(r->text);
    return value;
}

enum clock_fault { CLOCK_GOOD, CLOCK_SYNTAX, CLOCK_RANGE };

/* hh:mm[:ss[.fraction]] or, where it can only be that, mm:ss; `sign` is 1 or -1. */
static enum clock_fault
scan_clock(const struct interval_reader *r, const char *at, int sign, int64_t *us)
{
    int64_t hour, minute, second = 0;
    double fraction = 0;
    if (number_read(&at, INT64_MIN, INT64_MAX, &hour) != NUMBER_FITS)
        return CLOCK_RANGE;
    if (*at != ':')
        return CLOCK_SYNTAX;
    at++;
    if (number_read(&at, INT32_MIN, INT32_MAX, &minute) != NUMBER_FITS)
        return CLOCK_RANGE;
    bool is_minutes = r->range == ((1 << INTERVAL_FIELD_MINUTE) | (1 << INTERVAL_FIELD_SECOND));
    if (*at == '.' || (*at == '\0' && is_minutes)) {
        if (hour > INT32_MAX)
            return CLOCK_RANGE;
        second = minute;
        minute = hour;
        hour = 0;
    } else if (*at == ':') {
        at++;
        if (number_read(&at, INT32_MIN, INT32_MAX, &second) != NUMBER_FITS)
            return CLOCK_RANGE;
    }
    if (*at == '.' ? !fraction_read(at, &fraction) : *at != '\0')
        return CLOCK_SYNTAX;
    if (hour < 0 || minute < 0 || minute > 59 || second < 0 || second > 60)
        return CLOCK_RANGE;
    int64_t rest = minute * US_PER_MINUTE + second * US_PER_SECOND + (int64_t)rint(fraction * 1e6);
    /* With the sign from the beginning, as the smallest value has no opposite. */
    if (__builtin_mul_overflow(hour, sign * US_PER_HOUR, us) ||
        __builtin_add_overflow(*us, sign * rest, us) ||
        (*us == INT64_MIN && r->range != INTERVAL_FULL_RANGE))
        return CLOCK_RANGE;
    return CLOCK_GOOD;
}

/* Takes a number to its unit; returns what it set. */
static uint32_t
add_amount(struct interval_reader *r, struct amount amount)
{
    const uint32_t seconds = 1u << UNIT_SECOND | 1u << UNIT_MILLISECOND | 1u << UNIT_MICROSECOND;
    enum datetime_unit unit = r->unit;
    switch (unit) {
    case UNIT_MICROSECOND:
        add_scaled_us(r, amount, 1);
        break;
    case UNIT_MILLISECOND:
        add_scaled_us(r, amount, 1000);
        break;
    case UNIT_SECOND:
        add_scaled_us(r, amount, US_PER_SECOND);
        return amount.fraction == 0 ? 1u << UNIT_SECOND : seconds;
    case UNIT_MINUTE:
        add_scaled_us(r, amount, US_PER_MINUTE);
        break;
    case UNIT_HOUR:
        add_scaled_us(r, amount, US_PER_HOUR);
        r->unit = UNIT_DAY;
        break;
    case UNIT_DAY:
        add_int(r, amount.whole, 1, &r->days);
        add_fraction_us(r, amount.fraction, US_PER_DAY);
        break;
    case UNIT_WEEK:
        add_days(r, amount, 7);
        break;
    case UNIT_MONTH:
        add_months(r, amount);
        break;
    case UNIT_YEAR:
        add_years(r, amount, 1);
        break;
    case UNIT_DECADE:
        add_years(r, amount, 10);
        break;
    case UNIT_CENTURY:
        add_years(r, amount, 100);
        break;
    case UNIT_MILLENNIUM:
        add_years(r, amount, 1000);
        break;
    default:
        datetime_fail_syntax(r->text);
    }
    return 1u << unit;
}

static uint32_t
read_number(struct interval_reader *r, const char *text)
{
    if (r->unit == UNIT_NONE)
        r->unit = range_unit(r->range);
    const char *at = text;
    struct amount amount = {.whole = read_whole(r, &at, INT64_MIN, INT64_MAX)};
    bool has_minus = *text == '-';
    if (*at == '-') {
        /* SQL's years-months. */
        at++;
        int64_t months = read_whole(r, &at, 0, MONTHS_PER_YEAR - 1);
        if (*at != '\0')
            datetime_fail_syntax(r->text);
        r->unit = UNIT_MONTH;
        if (__builtin_mul_overflow(amount.whole, MONTHS_PER_YEAR, &amount.whole) ||
            __builtin_add_overflow(amount.whole, has_minus ? -months : months, &amount.whole))
            interval_fail_range(r->text);
    } else if (*at == '.') {
        if (!fraction_read(at, &amount.fraction))
            datetime_fail_syntax(r->text);
        if (has_minus)
            amount.fraction = -amount.fraction;
    } else if (*at != '\0') {
        datetime_fail_syntax(r->text);
    }
    if (r->is_negative) {
        if (amount.whole > 0)
            amount.whole = -amount.whole;
        if (amount.fraction > 0)
            amount.fraction = -amount.fraction;
    }
    return add_amount(r, amount);
}

/* Returns what the clock time set: nothing that another field may set too. */
static uint32_t
took_clock(struct interval_reader *r)
{
    if (r->is_negative && r->us > 0)
        r->us = -r->us;
    r->unit = UNIT_DAY;
    return 1u << UNIT_HOUR | 1u << UNIT_MINUTE | 1u << UNIT_SECOND | 1u << UNIT_MILLISECOND |
           1u << UNIT_MICROSECOND;
}

static uint32_t
read_clock(struct interval_reader *r, const char *text)
{
    enum clock_fault fault = scan_clock(r, text, 1, &r->us);
    if (fault == CLOCK_RANGE)
        interval_fail_range(r->text);
    if (fault == CLOCK_SYNTAX)
        datetime_fail_syntax(r->text);
    return took_clock(r);
}

static uint32_t
read_word(struct interval_reader *r, const char *text)
{
    int32_t value;
    switch (interval_word_find(slice_text(text), &value)) {
    case WORD_UNIT:
        r->unit = (enum datetime_unit)value;
        return 0;
    case WORD_AGO:
        r->is_ago = true;
        r->unit = UNIT_NONE;
        return 0;
    default:
        datetime_fail_syntax(r->text);
    }
}

static uint32_t
read_field(struct interval_reader *r, const struct datetime_field *field)
{
    switch (field->kind) {
    case FIELD_TIME:
        return read_clock(r, field->text);
    case FIELD_SIGNED:
        if (strchr(field->text, ':') != NULL &&
            scan_clock(r, field->text + 1, *field->text == '-' ? -1 : 1, &r->us) == CLOCK_GOOD)
            return took_clock(r);
        return read_number(r, field->text);
    case FIELD_NUMBER:
    case FIELD_DATE:
        return read_number(r, field->text);
    default:
        return read_word(r, field->text);
    }
}

static void
negate(struct interval_reader *r)
{
    if (r->years == INT32_MIN || r->months == INT32_MIN || r->days == INT32_MIN ||
        r->us == INT64_MIN)
        interval_fail_range(r->text);
    r->years = -r->years;
    r->months = -r->months;
    r->days = -r->days;
    r->us = -r->us;
}

static void
read_fields(struct interval_reader *r)
{
    struct datetime_field *fields = r->fields.fields;
    if (r->text->env->interval_style == INTERVAL_SQL_STANDARD && r->fields.count != 0 &&
        *fields[0].text == '-') {
        r->is_negative = true;
        for (uint32_t i = 1; i < r->fields.count; i++) {
            if (*fields[i].text == '-' || *fields[i].text == '+')
                r->is_negative = false;
        }
    }
    for (uint32_t i = r->fields.count; i > 0; i--) {
        uint32_t set = read_field(r, &fields[i - 1]);
        if ((set & r->have) != 0)
            datetime_fail_syntax(r->text);
        r->have |= set;
    }
    if (r->have == 0)
        datetime_fail_syntax(r->text);
    if (r->is_ago)
        negate(r);
}

/* ---- ISO 8601 ---- */

struct iso_reader {
    struct interval_reader *sums;
    const char *at, *end;
    const char *number; /* where the last number began */
};

static char
iso_peek(const struct iso_reader *iso)
{
    return iso->at < iso->end ? *iso->at : '\0';
}

static struct amount
iso_number(struct iso_reader *iso)
{
    char digits[64];
    size_t count = 0;
    iso->number = iso->at;
    bool has_digit = false;
    for (; iso->at < iso->end && count + 1 < sizeof digits; iso->at++) {
        char c = *iso->at;
        bool is_exponent = has_digit && (c == 'e' || c == 'E');
        bool is_sign = (c == '-' || c == '+') &&
                       (count == 0 || digits[count - 1] == 'e' || digits[count - 1] == 'E');
        if (!is_digit(c) && c != '.' && !is_exponent && !is_sign)
            break;
        if ((c == '.' && memchr(digits, '.', count) != NULL) || (c == '+' && count == 0))
            break;
        has_digit |= is_digit(c);
        digits[count++] = c;
    }
    digits[count] = '\0';
    if (!has_digit)
        datetime_fail_syntax(iso->sums->text);
    char *stop;
    double value = strtod(digits, &stop);
    iso->at -= count - (size_t)(stop - digits);
    if (!(value >= -1.0e15 && value <= 1.0e15))
        interval_fail_range(iso->sums->text);
    struct amount amount = {.whole = (int64_t)value};
    amount.fraction = value - (double)amount.whole;
    return amount;
}

static size_t
iso_digits(const char *at)
{
    size_t count = 0;
    if (*at == '-')
        at++;
    while (is_digit(at[count]))
        count++;
    return count;
}

static void
iso_day(struct interval_reader *r, struct amount amount)
{
    add_int(r, amount.whole, 1, &r->days);
    add_fraction_us(r, amount.fraction, US_PER_DAY);
}

/* yyyymmdd, or yyyy-mm-dd with parts left out at the end, `amount` being its start. */
static void
iso_plain_date(struct iso_reader *iso, struct amount amount, bool is_first)
{
    struct interval_reader *r = iso->sums;
    if (iso_peek(iso) != '-' && iso_digits(iso->number) == 8 && is_first) {
        add_int(r, amount.whole / 10000, 1, &r->years);
        add_int(r, amount.whole / 100 % 100, 1, &r->months);
        iso_day(r, (struct amount){amount.whole % 100, amount.fraction});
        return;
    }
    if (!is_first)
        datetime_fail_syntax(r->text);
    add_years(r, amount, 1);
    if (iso_peek(iso) != '-')
        return;
    iso->at++;
    add_months(r, iso_number(iso));
    if (iso_peek(iso) != '-')
        return;
    iso->at++;
    iso_day(r, iso_number(iso));
}

/* hhmmss, or hh:mm:ss with parts left out at the end. */
static void
iso_plain_time(struct iso_reader *iso, struct amount amount, bool is_first)
{
    struct interval_reader *r = iso->sums;
    if (iso_peek(iso) != ':' && iso_digits(iso->number) == 6 && is_first) {
        add_scaled_us(r, (struct amount){amount.whole / 10000, 0}, US_PER_HOUR);
        add_scaled_us(r, (struct amount){amount.whole / 100 % 100, 0}, US_PER_MINUTE);
        add_scaled_us(r, (struct amount){amount.whole % 100, amount.fraction}, US_PER_SECOND);
        return;
    }
    if (!is_first)
        datetime_fail_syntax(r->text);
    add_scaled_us(r, amount, US_PER_HOUR);
    if (iso_peek(iso) != ':')
        return;
    iso->at++;
    add_scaled_us(r, iso_number(iso), US_PER_MINUTE);
    if (iso_peek(iso) != ':')
        return;
    iso->at++;
    add_scaled_us(r, iso_number(iso), US_PER_SECOND);
}

/* True if `c` is a designator of the part and took the amount. */
static bool
iso_designated(struct interval_reader *r, char c, bool is_time, struct amount amount)
{
    switch (is_time ? c - 'A' + 'a' : c) {
    case 'Y':
        add_years(r, amount, 1);
        return true;
    case 'M':
        add_months(r, amount);
        return true;
    case 'W':
        add_days(r, amount, 7);
        return true;
    case 'D':
        iso_day(r, amount);
        return true;
    case 'h':
        add_scaled_us(r, amount, US_PER_HOUR);
        return true;
    case 'm':
        add_scaled_us(r, amount, US_PER_MINUTE);
        return true;
    case 's':
        add_scaled_us(r, amount, US_PER_SECOND);
        return true;
    default:
        return false;
    }
}

static void
read_iso(struct interval_reader *r)
{
    const char *text = (const char *)r->text->text.data;
    struct iso_reader iso = {.sums = r, .at = text + 1, .end = text + r->text->text.bytes};
    bool is_time = false, is_first = true;
    while (iso.at < iso.end) {
        if (*iso.at == 'T') {
            is_time = true;
            is_first = true;
            iso.at++;
            continue;
        }
        struct amount amount = iso_number(&iso);
        char c = iso_peek(&iso);
        if (c >= 'A' && c <= 'Z' && iso_designated(r, c, is_time, amount)) {
            iso.at++;
            is_first = false;
            continue;
        }
        if (is_time)
            iso_plain_time(&iso, amount, is_first);
        else
            iso_plain_date(&iso, amount, is_first);
        if (iso.at < iso.end && (is_time || *iso.at != 'T'))
            datetime_fail_syntax(r->text);
        is_first = false;
    }
}

struct interval
interval_parse(const struct datetime_text *text, int32_t range)
{
    struct interval_reader r = {.text = text, .range = range};
    if (text->text.bytes >= 2 && text->text.data[0] == 'P')
        read_iso(&r);
    else if (!datetime_lex(text->text, DATETIME_TEXT_BYTES_MAX, &r.fields))
        datetime_fail_syntax(text);
    else
        read_fields(&r);

    int64_t months = (int64_t)r.years * MONTHS_PER_YEAR + r.months;
    if (months < INT32_MIN || months > INT32_MAX)
        raise(SQLSTATE_DATETIME_FIELD_OVERFLOW, "interval out of range");
    return (struct interval){.us = r.us, .days = r.days, .months = (int32_t)months};
}
