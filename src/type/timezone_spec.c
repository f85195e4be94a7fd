/*
 * timezone_spec.c: reads POSIX specifications of a zone, such as "CET-1CEST,M3.5.0,M10.5.0/3".
 *
 * The grammar is POSIX's for the variable TZ with the usual extensions: names in angle brackets,
 * times of change from -167 to 167 hours, and an empty name of standard time. Summer time without
 * rules changes on the dates of the United States.
 */
#include "type/calendar.h"
#include "type/timezone_int.h"

#define HOURS_MAX 167
#define DEFAULT_RULES ",M3.2.0,M11.1.0"

struct spec_reader {
    const uint8_t *at, *end;
};

static bool
reader_has(const struct spec_reader *r)
{
    return r->at < r->end;
}

static bool
reader_take(struct spec_reader *r, char c)
{
    if (!reader_has(r) || *r->at != (uint8_t)c)
        return false;
    r->at++;
    return true;
}

static bool
reader_number(struct spec_reader *r, int32_t min, int32_t max, int32_t *value)
{
    const uint8_t *start = r->at;
    int32_t v = 0;
    for (; reader_has(r) && *r->at >= '0' && *r->at <= '9'; r->at++) {
        v = v * 10 + (*r->at - '0');
        if (v > max)
            return false;
    }
    *value = v;
    return r->at != start && v >= min;
}

static bool
reader_name(struct spec_reader *r, struct slice *name)
{
    bool is_quoted = reader_take(r, '<');
    const uint8_t *start = r->at;
    for (; reader_has(r); r->at++) {
        uint8_t c = *r->at;
        bool is_end = (c >= '0' && c <= '9') || c == ',' || c == '+' || c == '-';
        if (is_quoted ? c == '>' : is_end)
            break;
    }
    *name = slice_of(start, (size_t)(r->at - start));
    return !is_quoted || reader_take(r, '>');
}

/* [+-]hh[:mm[:ss]] */
static bool
reader_seconds(struct spec_reader *r, int32_t *seconds)
{
    bool is_negative = reader_take(r, '-');
    if (!is_negative)
        reader_take(r, '+');
    int32_t hours, minutes = 0, rest = 0;
    if (!reader_number(r, 0, HOURS_MAX, &hours))
        return false;
    if (reader_take(r, ':')) {
        if (!reader_number(r, 0, 59, &minutes))
            return false;
        if (reader_take(r, ':') && !reader_number(r, 0, 60, &rest))
            return false;
    }
    int32_t sum = hours * 3600 + minutes * 60 + rest;
    *seconds = is_negative ? -sum : sum;
    return true;
}

static bool
reader_rule(struct spec_reader *r, struct zone_rule *rule)
{
    *rule = (struct zone_rule){.seconds = 2 * 3600};
    if (reader_take(r, 'J') || reader_take(r, 'j')) {
        rule->kind = ZONE_RULE_JULIAN;
        if (!reader_number(r, 1, 365, &rule->day))
            return false;
    } else if (reader_take(r, 'M') || reader_take(r, 'm')) {
        rule->kind = ZONE_RULE_WEEK;
        if (!reader_number(r, 1, 12, &rule->month) || !reader_take(r, '.') ||
            !reader_number(r, 1, 5, &rule->week) || !reader_take(r, '.') ||
            !reader_number(r, 0, 6, &rule->day))
            return false;
    } else {
        rule->kind = ZONE_RULE_DAY;
        if (!reader_number(r, 0, 365, &rule->day))
            return false;
    }
    return !reader_take(r, '/') || reader_seconds(r, &rule->seconds);
}

static bool
reader_rules(struct spec_reader *r, struct zone_spec *spec)
{
    return (reader_take(r, ',') || reader_take(r, ';')) && reader_rule(r, &spec->start) &&
           reader_take(r, ',') && reader_rule(r, &spec->end) && !reader_has(r);
}

bool
zone_spec_parse(struct slice text, struct zone_spec *spec)
{
    struct spec_reader r = {.at = text.data, .end = text.data + text.bytes};
    *spec = (struct zone_spec){.has_dst = false};
    int32_t west;
    if (!reader_name(&r, &spec->std_name) || !reader_seconds(&r, &west))
        return false;
    spec->std_east = -west;
    if (!reader_has(&r))
        return true;

    spec->has_dst = true;
    if (!reader_name(&r, &spec->dst_name) || spec->dst_name.bytes == 0)
        return false;
    spec->dst_east = spec->std_east + 3600;
    if (reader_has(&r) && *r.at != ',' && *r.at != ';') {
        if (!reader_seconds(&r, &west))
            return false;
        spec->dst_east = -west;
    }
    if (reader_has(&r))
        return reader_rules(&r, spec);
    struct slice rules = slice_text(DEFAULT_RULES);
    r = (struct spec_reader){.at = rules.data, .end = rules.data + rules.bytes};
    return reader_rules(&r, spec);
}

int64_t
zone_rule_local(const struct zone_rule *rule, int64_t year)
{
    int64_t day = 0;
    switch (rule->kind) {
    case ZONE_RULE_JULIAN:
        day = civil_day(year, 1, 1) + rule->day - 1;
        if (year_is_leap(year) && rule->day >= 60)
            day++;
        break;
    case ZONE_RULE_DAY:
        day = civil_day(year, 1, 1) + rule->day;
        break;
    case ZONE_RULE_WEEK: {
        int64_t first = civil_day(year, rule->month, 1);
        int32_t month_day = 1 + (rule->day - day_weekday(first) + 7) % 7 + 7 * (rule->week - 1);
        while (month_day > month_days(year, rule->month))
            month_day -= 7;
        day = first + month_day - 1;
        break;
    }
    }
    return (day + EPOCH_SHIFT_DAYS) * SECONDS_PER_DAY + rule->seconds;
}
