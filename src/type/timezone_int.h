/*
 * timezone_int.h: what a zone is made of; for the files timezone*.c.
 */
#pragma once

#include "base/buf.h"
#include "type/timezone.h"

/* When the clocks change each year, by POSIX's rules for TZ. */
enum zone_rule_kind {
    ZONE_RULE_JULIAN, /* day 1 to 365, 29 February not counted */
    ZONE_RULE_DAY,    /* day 0 to 365 */
    ZONE_RULE_WEEK    /* weekday `day` of week 1 to 5 (5: the last) of the month */
};

struct zone_rule {
    enum zone_rule_kind kind;
    int32_t day, week, month;
    int32_t seconds; /* after midnight; may be negative or over a day */
};

/* A POSIX specification: standard time and, if has_dst, summer time from `start` to `end`. */
struct zone_spec {
    struct slice std_name, dst_name; /* in the text that was parsed */
    int32_t std_east, dst_east;
    bool has_dst;
    struct zone_rule start, end;
};

#define ZONE_TYPES_MAX 256
#define ZONE_CHANGES_MAX 4000

/*
 * A zone: `changes[i]` is the instant from which types[change_types[i]] holds; before the first it
 * is types[first_type]; after the last, if has_rule, std_type and dst_type take turns.
 *
 *   Z1  changes rise strictly; every type index is below type_count; type_count is at least 1
 *   Z2  abbreviations lie in `names`, terminated
 *
 * One allocation holds it all.
 */
struct timezone {
    const char *name;
    uint32_t change_count, type_count;
    const int64_t *changes;
    const uint8_t *change_types;
    const struct timezone_span *types;
    uint8_t first_type;
    bool has_rule;
    uint8_t std_type, dst_type;
    struct zone_rule start, end;
};

/* A zone under construction; plain memory of the caller's stack or heap. */
struct zone_draft {
    uint32_t change_count, type_count, name_bytes;
    int64_t changes[ZONE_CHANGES_MAX];
    uint8_t change_types[ZONE_CHANGES_MAX];
    struct {
        int32_t seconds_east;
        bool is_dst;
        uint32_t name_idx; /* of its abbreviation in names */
    } types[ZONE_TYPES_MAX];
    char names[1024];
    uint8_t first_type;
    bool has_rule;
    uint8_t std_type, dst_type;
    struct zone_rule start, end;
};

/* False if the text is not wholly a POSIX specification. */
bool zone_spec_parse(struct slice text, struct zone_spec *spec);
/* Seconds since 1970-01-01 of local standard time at which the rule falls in `year`. */
int64_t zone_rule_local(const struct zone_rule *rule, int64_t year);

/* Each fills a zeroed draft; false if the bytes make no zone. */
bool zone_draft_file(struct zone_draft *draft, struct slice bytes);
bool zone_draft_spec(struct zone_draft *draft, const struct zone_spec *spec);

/* On the heap, freed with mem_free; null: no memory. */
struct timezone *zone_from_draft(const struct zone_draft *draft, struct slice name);
