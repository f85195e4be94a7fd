/*
 * timezone.h: time zones by name, and what a zone's clocks show when.
 *
 * Zones come from the system's tables (/usr/share/zoneinfo, TZif version 2 and later), from POSIX
 * specifications ("EST5EDT,M3.2.0,M11.1.0") and as fixed offsets. A zone is immutable and lives as
 * long as the cache that gave it out. Offsets are in seconds east of Greenwich throughout; SQL's
 * timetz stores them west. Instants are seconds since 1970-01-01 UTC.
 */
#pragma once

#include "base/slice.h"
#include "base/status.h"
#include <stdbool.h>
#include <stdint.h>

#define TIMEZONE_NAME_BYTES_MAX 255
#define TIMEZONE_ABBREV_BYTES_MAX 10 /* of the abbreviations that input knows */

struct timezone;
struct timezones; /* a cache of zones, guarded by its own lock */

struct timezones *timezones_new(void); /* null: no memory */
void timezones_free(struct timezones *zones);

/*
 * The zone of a name, in any case: a file's name, else a POSIX specification.
 *
 *   returns  ST_OK; ST_NOT_FOUND for a name that means no zone (also one that counts leap seconds);
 *            ST_NO_MEMORY; ST_LIMIT if too many distinct zones were asked for
 */
MUST_CHECK enum status timezones_find(struct timezones *zones, struct slice name,
                                      const struct timezone **zone);
/* The zone of one offset for ever; |seconds_east| below a week. Its name is such as "<+05>-05". */
MUST_CHECK enum status timezones_fixed(struct timezones *zones, int32_t seconds_east,
                                       const struct timezone **zone);
/* Greenwich, which needs no tables. Named "GMT". */
const struct timezone *timezones_gmt(const struct timezones *zones);

/* Calls visit for each name of the system's tables until it returns false. */
MUST_CHECK enum status timezones_list(bool (*visit)(void *object, const char *name), void *object);

const char *timezone_name(const struct timezone *zone);

/* What clocks show for a while. */
struct timezone_span {
    int32_t seconds_east;
    bool is_dst;
    const char *abbrev; /* lives as long as the zone */
};

struct timezone_span timezone_at(const struct timezone *zone, int64_t instant);

/* Whether the zone has had one offset at all times, and which. */
bool timezone_is_fixed(const struct timezone *zone, int32_t *seconds_east);

/*
 * The offset that clocks had which showed `local` (seconds since 1970-01-01 of the zone's own
 * time). A time that clocks skipped counts as before the change; one that they showed twice as
 * after it.
 */
struct timezone_span timezone_local(const struct timezone *zone, int64_t local);

/*
 * The offset that `abbrev` (any case) means in the zone for clocks that showed `local`: its meaning
 * at that time or last before it, else its first later. If the zone never used it: the zone's.
 */
struct timezone_span timezone_local_abbrev(const struct timezone *zone, const char *abbrev,
                                           int64_t local);
/* The same for an instant. */
struct timezone_span timezone_at_abbrev(const struct timezone *zone, const char *abbrev,
                                        int64_t instant);

/* An abbreviation that date and time input knows (PostgreSQL's default set). */
struct timezone_abbrev {
    const char *name; /* lower case */
    const char *zone; /* the zone that says what it means at a time; null: fixed */
    int32_t seconds_east;
    bool is_dst;
};

/* `name` in lower case; null if there is none. */
const struct timezone_abbrev *timezone_abbrev_find(struct slice name);
/* The i-th in order of name; null past the end. */
const struct timezone_abbrev *timezone_abbrev_at(uint32_t abbrev_idx);
