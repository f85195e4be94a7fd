/*
 * timezone.c: what a zone's clocks show when, and which instant clocks mean.
 *
 * Changes of a zone form one endless sequence: the written ones (binary search), then, if the zone
 * has a rule, two a year. Both are asked for through two questions: which span holds at an instant,
 * and which change comes next.
 */
#include "type/timezone.h"

#include "type/calendar.h"
#include "type/timezone_int.h"
#include <strings.h>

/* A change and the span that begins there. */
struct zone_change {
    int64_t at;
    const struct timezone_span *span;
};

#define RULE_CHANGES 6

/* The rule's changes of the year of `instant` and its neighbours, in order. */
static void
rule_changes(const struct timezone *zone, int64_t instant, struct zone_change *changes)
{
    const struct timezone_span *std = &zone->types[zone->std_type];
    const struct timezone_span *dst = &zone->types[zone->dst_type];
    int64_t day = floor_div(instant, SECONDS_PER_DAY) - EPOCH_SHIFT_DAYS;
    int64_t year = day_civil(day).year;
    for (int i = 0; i < RULE_CHANGES; i += 2) {
        int64_t y = year - 1 + i / 2;
        struct zone_change start = {zone_rule_local(&zone->start, y) - std->seconds_east, dst};
        struct zone_change end = {zone_rule_local(&zone->end, y) - dst->seconds_east, std};
        bool is_north = start.at < end.at;
        changes[i] = is_north ? start : end;
        changes[i + 1] = is_north ? end : start;
    }
}

/* The number of written changes at or before `instant`. */
static uint32_t
changes_until(const struct timezone *zone, int64_t instant)
{
    uint32_t low = 0, high = zone->change_count;
    while (low < high) {
        uint32_t mid = low + (high - low) / 2;
        if (instant < zone->changes[mid])
            high = mid;
        else
            low = mid + 1;
    }
    return low;
}

static const struct timezone_span *
span_written(const struct timezone *zone, uint32_t until)
{
    return &zone->types[until == 0 ? zone->first_type : zone->change_types[until - 1]];
}

static const struct timezone_span *
span_at(const struct timezone *zone, int64_t instant)
{
    uint32_t until = changes_until(zone, instant);
    const struct timezone_span *span = span_written(zone, until);
    if (until != zone->change_count || !zone->has_rule)
        return span;
    struct zone_change changes[RULE_CHANGES];
    rule_changes(zone, instant, changes);
    int64_t last = zone->change_count == 0 ? INT64_MIN : zone->changes[zone->change_count - 1];
    for (int i = 0; i < RULE_CHANGES; i++) {
        if (changes[i].at <= instant && changes[i].at > last)
            span = changes[i].span;
    }
    return span;
}

/* The first change after `instant`; false if there is none. */
static bool
next_change(const struct timezone *zone, int64_t instant, struct zone_change *change)
{
    uint32_t until = changes_until(zone, instant);
    if (until < zone->change_count) {
        change->at = zone->changes[until];
        change->span = &zone->types[zone->change_types[until]];
        return true;
    }
    if (!zone->has_rule)
        return false;
    struct zone_change changes[RULE_CHANGES];
    rule_changes(zone, instant, changes);
    int i = 0;
    while (i < RULE_CHANGES - 1 && changes[i].at <= instant)
        i++;
    *change = changes[i];
    return true;
}

const char *
timezone_name(const struct timezone *zone)
{
    return zone->name;
}

struct timezone_span
timezone_at(const struct timezone *zone, int64_t instant)
{
    return *span_at(zone, instant);
}

bool
timezone_is_fixed(const struct timezone *zone, int32_t *seconds_east)
{
    for (uint32_t i = 1; i < zone->type_count; i++) {
        if (zone->types[i].seconds_east != zone->types[0].seconds_east)
            return false;
    }
    *seconds_east = zone->types[0].seconds_east;
    return true;
}

struct timezone_span
timezone_local(const struct timezone *zone, int64_t local)
{
    /* Clocks are never a day off, so a change that matters is the next one a day earlier. */
    int64_t earlier = local - SECONDS_PER_DAY;
    const struct timezone_span *before = span_at(zone, earlier);
    struct zone_change change;
    if (!next_change(zone, earlier, &change))
        return *before;
    int64_t as_before = local - before->seconds_east;
    int64_t as_after = local - change.span->seconds_east;
    if (as_before < change.at && as_after < change.at)
        return *before;
    if (as_before > change.at && as_after >= change.at)
        return *change.span;
    return as_before > as_after ? *before : *change.span;
}

static bool
span_find_abbrev(const struct timezone *zone, const char *abbrev, int64_t instant,
                 struct timezone_span *span)
{
    uint32_t until = changes_until(zone, instant);
    for (uint32_t i = until + 1; i > 0; i--) {
        *span = *span_written(zone, i - 1);
        if (strcasecmp(span->abbrev, abbrev) == 0)
            return true;
    }
    for (uint32_t i = until + 1; i <= zone->change_count; i++) {
        *span = *span_written(zone, i);
        if (strcasecmp(span->abbrev, abbrev) == 0)
            return true;
    }
    return false;
}

struct timezone_span
timezone_at_abbrev(const struct timezone *zone, const char *abbrev, int64_t instant)
{
    struct timezone_span span;
    return span_find_abbrev(zone, abbrev, instant, &span) ? span : *span_at(zone, instant);
}

struct timezone_span
timezone_local_abbrev(const struct timezone *zone, const char *abbrev, int64_t local)
{
    struct timezone_span plain = timezone_local(zone, local);
    struct timezone_span span;
    if (!span_find_abbrev(zone, abbrev, local - plain.seconds_east, &span))
        return plain;
    return span;
}
