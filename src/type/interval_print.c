/*
 * interval_print.c: writes intervals in the session's IntervalStyle.
 */
#include "type/datetime.h"

#include <inttypes.h>
#include <stdlib.h>

/* An interval in fields that all have the sign of what they belong to. */
struct interval_parts {
    int64_t years, months, days, hours, minutes, seconds, us;
};

static struct interval_parts
parts_of(struct interval value)
{
    return (struct interval_parts){
        .years = value.months / MONTHS_PER_YEAR,
        .months = value.months % MONTHS_PER_YEAR,
        .days = value.days,
        .hours = value.us / US_PER_HOUR,
        .minutes = value.us / US_PER_MINUTE % 60,
        .seconds = value.us / US_PER_SECOND % 60,
        .us = value.us % US_PER_SECOND,
    };
}

static bool
has_time(const struct interval_parts *p)
{
    return p->hours != 0 || p->minutes != 0 || p->seconds != 0 || p->us != 0;
}

static bool
is_time_negative(const struct interval_parts *p)
{
    return p->hours < 0 || p->minutes < 0 || p->seconds < 0 || p->us < 0;
}

static bool
has_negative(const struct interval_parts *p)
{
    return p->years < 0 || p->months < 0 || p->days < 0 || is_time_negative(p);
}

static bool
has_positive(const struct interval_parts *p)
{
    return p->years > 0 || p->months > 0 || p->days > 0 || p->hours > 0 || p->minutes > 0 ||
           p->seconds > 0 || p->us > 0;
}

/* Seconds without sign, their fraction without zeros at the end. */
static void
put_seconds(struct buf *to, const struct interval_parts *p, bool has_two_digits)
{
    buf_format(to, has_two_digits ? "%02" PRId64 : "%" PRId64, labs(p->seconds));
    if (p->us == 0)
        return;
    char digits[8];
    int64_t us = labs(p->us);
    size_t count = 6;
    for (size_t i = 6; i > 0; i--) {
        digits[i - 1] = (char)('0' + us % 10);
        us /= 10;
    }
    while (digits[count - 1] == '0')
        count--;
    buf_put_u8(to, '.');
    buf_put(to, digits, count);
}

static void
put_minutes(struct buf *to, const struct interval_parts *p)
{
    buf_format(to, ":%02" PRId64 ":", labs(p->minutes));
    put_seconds(to, p, true);
}

/* "1 year -2 mons +3 days -04:05:06" */
static void
print_postgres(const struct interval_parts *p, struct buf *to)
{
    const struct {
        int64_t value;
        const char *unit;
    } units[] = {{p->years, "year"}, {p->months, "mon"}, {p->days, "day"}};
    bool is_first = true, was_negative = false;
    for (size_t i = 0; i < sizeof units / sizeof units[0]; i++) {
        int64_t value = units[i].value;
        if (value == 0)
            continue;
        buf_format(to, "%s%s%" PRId64 " %s%s", is_first ? "" : " ",
                   was_negative && value > 0 ? "+" : "", value, units[i].unit,
                   value == 1 ? "" : "s");
        was_negative = value < 0;
        is_first = false;
    }
    if (!is_first && !has_time(p))
        return;
    const char *sign = is_time_negative(p) ? "-" : was_negative ? "+" : "";
    buf_format(to, "%s%s%02" PRId64, is_first ? "" : " ", sign, labs(p->hours));
    put_minutes(to, p);
}

/* "@ 1 year 2 mons 3.5 secs ago" */
static void
print_verbose(const struct interval_parts *p, struct buf *to)
{
    const struct {
        int64_t value;
        const char *unit;
    } units[] = {{p->years, "year"},
                 {p->months, "mon"},
                 {p->days, "day"},
                 {p->hours, "hour"},
                 {p->minutes, "min"}};
    bool is_zero = true, is_ago = false;
    buf_put_u8(to, '@');
    for (size_t i = 0; i < sizeof units / sizeof units[0]; i++) {
        int64_t value = units[i].value;
        if (value == 0)
            continue;
        if (is_zero)
            is_ago = value < 0;
        if (is_ago)
            value = -value;
        buf_format(to, " %" PRId64 " %s%s", value, units[i].unit, value == 1 ? "" : "s");
        is_zero = false;
    }
    if (p->seconds != 0 || p->us != 0) {
        bool is_negative = p->seconds < 0 || p->us < 0;
        if (is_zero)
            is_ago = is_negative;
        buf_put_text(to, is_negative != is_ago ? " -" : " ");
        put_seconds(to, p, false);
        buf_put_text(to, labs(p->seconds) != 1 || p->us != 0 ? " secs" : " sec");
        is_zero = false;
    }
    if (is_zero)
        buf_put_text(to, " 0");
    if (is_ago)
        buf_put_text(to, " ago");
}

/* "+1-2 -3 +4:05:06", or less where one sign does for all */
static void
print_sql(const struct interval_parts *p, struct buf *to)
{
    bool is_negative = has_negative(p);
    bool has_months = p->years != 0 || p->months != 0;
    bool is_mixed =
        (is_negative && has_positive(p)) || (has_months && (p->days != 0 || has_time(p)));
    if (!is_negative && !has_positive(p)) {
        buf_put_u8(to, '0');
        return;
    }
    if (is_mixed) {
        buf_format(to, "%c%" PRId64 "-%" PRId64 " %c%" PRId64 " %c%" PRId64,
                   p->years < 0 || p->months < 0 ? '-' : '+', labs(p->years), labs(p->months),
                   p->days < 0 ? '-' : '+', labs(p->days), is_time_negative(p) ? '-' : '+',
                   labs(p->hours));
        put_minutes(to, p);
        return;
    }
    if (is_negative)
        buf_put_u8(to, '-');
    if (has_months) {
        buf_format(to, "%" PRId64 "-%" PRId64, labs(p->years), labs(p->months));
        return;
    }
    if (p->days != 0)
        buf_format(to, "%" PRId64 " ", labs(p->days));
    buf_format(to, "%" PRId64, labs(p->hours));
    put_minutes(to, p);
}

/* "P1Y2M3DT4H5M6.7S" */
static void
print_iso(const struct interval_parts *p, struct buf *to)
{
    if (!has_negative(p) && !has_positive(p)) {
        buf_put_text(to, "PT0S");
        return;
    }
    const struct {
        int64_t value;
        char unit;
    } units[] = {
        {p->years, 'Y'}, {p->months, 'M'}, {p->days, 'D'}, {p->hours, 'H'}, {p->minutes, 'M'}};
    buf_put_u8(to, 'P');
    for (size_t i = 0; i < sizeof units / sizeof units[0]; i++) {
        if (i == 3 && has_time(p))
            buf_put_u8(to, 'T');
        if (units[i].value != 0)
            buf_format(to, "%" PRId64 "%c", units[i].value, units[i].unit);
    }
    if (p->seconds == 0 && p->us == 0)
        return;
    if (p->seconds < 0 || p->us < 0)
        buf_put_u8(to, '-');
    put_seconds(to, p, false);
    buf_put_u8(to, 'S');
}

void
interval_print(const struct type_env *env, struct interval value, struct buf *to)
{
    struct interval_parts parts = parts_of(value);
    switch (env->interval_style) {
    case INTERVAL_POSTGRES:
        print_postgres(&parts, to);
        break;
    case INTERVAL_POSTGRES_VERBOSE:
        print_verbose(&parts, to);
        break;
    case INTERVAL_SQL_STANDARD:
        print_sql(&parts, to);
        break;
    case INTERVAL_ISO_8601:
        print_iso(&parts, to);
        break;
    }
}
