/*
 * timezone_load.c: makes a zone from a TZif file (RFC 8536) or from a POSIX specification.
 *
 *   TZif:  "TZif" | version 1 | unused 15 | six counts 4 (big-endian): ut, std, leap, time, type,
 * char time x change 4 (8 in version 2 and later), time x type 1, type x (offset 4, is_dst 1, name
 * index 1), names, leap x (4 or 8, 4), std, ut Version 2 and later repeat header and data with
 * 8-byte times, then "\n" rule "\n".
 *
 * The rule after the last change is written out up to the year RULE_YEAR_LAST, so that look-ups in
 * our time are one binary search whether the system's tables are "fat" or "slim".
 */
#include "base/check.h"
#include "base/mem.h"
#include "type/calendar.h"
#include "type/timezone_int.h"

#define HEADER_BYTES 44
#define OFFSET_SECONDS_MAX (167 * 3600 + 59 * 60 + 60)
#define RULE_YEAR_FIRST 1970
#define RULE_YEAR_LAST 2100

struct tzif_header {
    uint8_t version;
    uint32_t ut_count, std_count, leap_count, time_count, type_count, name_bytes;
};

static bool
header_read(struct slice bytes, struct tzif_header *header)
{
    if (bytes.bytes < HEADER_BYTES || memcmp(bytes.data, "TZif", 4) != 0)
        return false;
    const uint8_t *at = bytes.data + 20;
    *header = (struct tzif_header){
        .version = bytes.data[4],
        .ut_count = be32_get(at),
        .std_count = be32_get(at + 4),
        .leap_count = be32_get(at + 8),
        .time_count = be32_get(at + 12),
        .type_count = be32_get(at + 16),
        .name_bytes = be32_get(at + 20),
    };
    return header->time_count < ZONE_CHANGES_MAX / 2 && header->type_count < ZONE_TYPES_MAX - 2 &&
           header->name_bytes < 512 && header->leap_count < 1000 &&
           header->ut_count <= header->type_count && header->std_count <= header->type_count;
}

static size_t
body_bytes(const struct tzif_header *h, size_t time_bytes)
{
    return h->time_count * (time_bytes + 1) + h->type_count * (size_t)6 + h->name_bytes +
           h->leap_count * (time_bytes + 4) + h->std_count + h->ut_count;
}

/* The index of a name in names, added if need be; false if there is no room. */
static bool
draft_name(struct zone_draft *draft, struct slice name, uint32_t *name_idx)
{
    if (draft->name_bytes + name.bytes + 1 > sizeof draft->names)
        return false;
    *name_idx = draft->name_bytes;
    if (name.bytes != 0)
        memcpy(draft->names + draft->name_bytes, name.data, name.bytes);
    draft->names[draft->name_bytes + name.bytes] = '\0';
    draft->name_bytes += (uint32_t)name.bytes + 1;
    return true;
}

static bool
draft_type(struct zone_draft *draft, int32_t seconds_east, bool is_dst, struct slice name,
           uint8_t *type_idx)
{
    for (uint32_t i = 0; i < draft->type_count; i++) {
        const char *other = draft->names + draft->types[i].name_idx;
        if (draft->types[i].seconds_east == seconds_east && draft->types[i].is_dst == is_dst &&
            slice_equal(name, slice_text(other))) {
            *type_idx = (uint8_t)i;
            return true;
        }
    }
    if (draft->type_count == ZONE_TYPES_MAX)
        return false;
    uint32_t i = draft->type_count;
    if (!draft_name(draft, name, &draft->types[i].name_idx))
        return false;
    draft->types[i].seconds_east = seconds_east;
    draft->types[i].is_dst = is_dst;
    draft->type_count++;
    *type_idx = (uint8_t)i;
    return true;
}

static bool
draft_change(struct zone_draft *draft, int64_t at, uint8_t type_idx)
{
    if (draft->change_count == ZONE_CHANGES_MAX)
        return false;
    if (draft->change_count != 0 && at <= draft->changes[draft->change_count - 1])
        return false;
    draft->changes[draft->change_count] = at;
    draft->change_types[draft->change_count++] = type_idx;
    return true;
}

/* The type before the first change; files don't say, so this follows the tz project's own code. */
static uint8_t
first_type(const struct zone_draft *draft)
{
    uint32_t i = 0;
    while (i < draft->change_count && draft->change_types[i] != 0)
        i++;
    if (i == draft->change_count)
        return 0; /* type 0 is there for nothing else */
    if (draft->types[draft->change_types[0]].is_dst) {
        for (i = draft->change_types[0]; i > 0; i--) {
            if (!draft->types[i - 1].is_dst)
                return (uint8_t)(i - 1);
        }
    }
    for (i = 0; i < draft->type_count; i++) {
        if (!draft->types[i].is_dst)
            return (uint8_t)i;
    }
    return 0;
}

/* Writes a year's two changes out, those after the last change so far only. */
static bool
draft_year(struct zone_draft *draft, const struct zone_spec *spec, int64_t year)
{
    int64_t start = zone_rule_local(&spec->start, year) - spec->std_east;
    int64_t end = zone_rule_local(&spec->end, year) - spec->dst_east;
    for (int turn = 0; turn < 2; turn++) {
        bool is_start = (turn == 0) == (start < end);
        int64_t at = is_start ? start : end;
        if (draft->change_count != 0 && at <= draft->changes[draft->change_count - 1])
            continue;
        if (!draft_change(draft, at, is_start ? draft->dst_type : draft->std_type))
            return false;
    }
    return true;
}

/* Summer time all year round: it would end when or after it begins anew. */
static bool
spec_is_all_summer(const struct zone_spec *spec)
{
    int64_t start = zone_rule_local(&spec->start, 2001) - spec->std_east;
    int64_t end = zone_rule_local(&spec->end, 2001) - spec->dst_east;
    int64_t year = INT64_C(365) * SECONDS_PER_DAY;
    return start < end && end - start >= year + (spec->std_east - spec->dst_east);
}

/* Adds what the specification says to a draft that may have changes already. */
bool
zone_draft_spec(struct zone_draft *draft, const struct zone_spec *spec)
{
    if (!draft_type(draft, spec->std_east, false, spec->std_name, &draft->std_type))
        return false;
    if (!spec->has_dst)
        return true;
    if (!draft_type(draft, spec->dst_east, true, spec->dst_name, &draft->dst_type))
        return false;
    if (spec_is_all_summer(spec)) {
        if (draft->change_count == 0)
            draft->first_type = draft->dst_type;
        return true;
    }
    draft->has_rule = true;
    draft->start = spec->start;
    draft->end = spec->end;
    if (draft->change_count == 0)
        return true; /* the rule holds at all times */
    for (int64_t year = RULE_YEAR_FIRST; year <= RULE_YEAR_LAST; year++) {
        if (!draft_year(draft, spec, year))
            return false;
    }
    return true;
}

static bool
draft_types(struct zone_draft *draft, const struct tzif_header *h, const uint8_t *types)
{
    const uint8_t *names = types + h->type_count * (size_t)6;
    if (h->name_bytes == 0 || names[h->name_bytes - 1] != '\0')
        return false;
    memcpy(draft->names, names, h->name_bytes);
    draft->name_bytes = h->name_bytes;
    for (uint32_t i = 0; i < h->type_count; i++, types += 6) {
        int32_t offset = (int32_t)be32_get(types);
        if (offset < -OFFSET_SECONDS_MAX || offset > OFFSET_SECONDS_MAX || types[4] > 1 ||
            types[5] >= h->name_bytes)
            return false;
        draft->types[i].seconds_east = offset;
        draft->types[i].is_dst = types[4] == 1;
        draft->types[i].name_idx = types[5];
    }
    draft->type_count = h->type_count;
    return true;
}

static bool
draft_body(struct zone_draft *draft, const struct tzif_header *h, const uint8_t *body,
           size_t time_bytes)
{
    /* Zones that count leap seconds are refused: SQL's days have 86,400 seconds. */
    if (h->type_count == 0 || h->leap_count != 0)
        return false;
    const uint8_t *change_types = body + h->time_count * time_bytes;
    if (!draft_types(draft, h, change_types + h->time_count))
        return false;
    for (uint32_t i = 0; i < h->time_count; i++) {
        const uint8_t *at = body + i * time_bytes;
        int64_t change = time_bytes == 8 ? (int64_t)be64_get(at) : (int32_t)be32_get(at);
        if (change_types[i] >= h->type_count || !draft_change(draft, change, change_types[i]))
            return false;
    }
    draft->first_type = first_type(draft);
    return true;
}

/* Drops changes at the end that change nothing: a rule may say what comes in their place. */
static void
draft_trim(struct zone_draft *draft)
{
    while (draft->change_count > 1 && draft->change_types[draft->change_count - 1] ==
                                          draft->change_types[draft->change_count - 2])
        draft->change_count--;
}

static bool
draft_footer(struct zone_draft *draft, struct slice footer)
{
    if (footer.bytes < 2 || footer.data[0] != '\n')
        return true;
    const uint8_t *end = memchr(footer.data + 1, '\n', footer.bytes - 1);
    if (end == NULL || end == footer.data + 1)
        return true;
    struct zone_spec spec;
    struct slice text = slice_of(footer.data + 1, (size_t)(end - footer.data - 1));
    if (!zone_spec_parse(text, &spec))
        return false;
    if (!spec.has_dst)
        return true; /* the last change has said so */
    draft_trim(draft);
    return zone_draft_spec(draft, &spec);
}

bool
zone_draft_file(struct zone_draft *draft, struct slice bytes)
{
    struct tzif_header h;
    if (!header_read(bytes, &h))
        return false;
    size_t body = body_bytes(&h, 4);
    if (bytes.bytes - HEADER_BYTES < body)
        return false;
    if (h.version == '\0')
        return draft_body(draft, &h, bytes.data + HEADER_BYTES, 4);

    size_t second = HEADER_BYTES + body;
    struct slice rest = slice_of(bytes.data + second, bytes.bytes - second);
    if (!header_read(rest, &h))
        return false;
    body = body_bytes(&h, 8);
    if (rest.bytes - HEADER_BYTES < body)
        return false;
    size_t footer = HEADER_BYTES + body;
    return draft_body(draft, &h, rest.data + HEADER_BYTES, 8) &&
           draft_footer(draft, slice_of(rest.data + footer, rest.bytes - footer));
}

struct timezone *
zone_from_draft(const struct zone_draft *draft, struct slice name)
{
    check(draft->type_count > 0);
    size_t changes = draft->change_count * sizeof(int64_t);
    size_t types = draft->type_count * sizeof(struct timezone_span);
    size_t bytes = sizeof(struct timezone) + changes + types + draft->change_count +
                   draft->name_bytes + name.bytes + 1;
    struct timezone *zone = mem_alloc_zero(bytes);
    if (zone == NULL)
        return NULL;

    uint8_t *at = (uint8_t *)(zone + 1);
    zone->changes = memcpy(at, draft->changes, changes);
    at += changes;
    struct timezone_span *spans = (struct timezone_span *)at;
    at += types;
    zone->change_types = memcpy(at, draft->change_types, draft->change_count);
    at += draft->change_count;
    char *names = memcpy(at, draft->names, draft->name_bytes);
    at += draft->name_bytes;
    memcpy(at, name.data, name.bytes);
    zone->name = (char *)at;

    for (uint32_t i = 0; i < draft->type_count; i++) {
        spans[i].seconds_east = draft->types[i].seconds_east;
        spans[i].is_dst = draft->types[i].is_dst;
        spans[i].abbrev = names + draft->types[i].name_idx;
    }
    zone->types = spans;
    zone->change_count = draft->change_count;
    zone->type_count = draft->type_count;
    zone->first_type = draft->first_type;
    zone->has_rule = draft->has_rule;
    zone->std_type = draft->std_type;
    zone->dst_type = draft->dst_type;
    zone->start = draft->start;
    zone->end = draft->end;
    return zone;
}
