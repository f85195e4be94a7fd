/*
 * datetime.h: dates and times as people write them: reading, writing, and the step between fields
 * and values. Shared by the files of date, time, timetz, timestamp, timestamptz and interval.
 *
 * Reading follows PostgreSQL's rules for input in any of its styles: the text is cut into fields
 * (datetime_lex.c), the fields are given meaning (datetime_parse.c, interval_parse.c), and the
 * caller makes a value of them. All functions here may raise.
 */
#pragma once

#include "base/buf.h"
#include "type/calendar.h"
#include "type/env.h"
#include "type/timezone.h"
#include "type/values.h"

/* A moment in fields. Years are astronomical: 0 is 1 BC. */
struct datetime {
    int32_t year, month, day;
    int32_t hour, minute, second, us;
    int32_t seconds_east; /* of its zone, where it has one */
    bool is_dst;
    const char *abbrev; /* of its zone, for output; null if not known */
};

enum datetime_kind {
    DATETIME_FIELDS,
    DATETIME_EPOCH, /* "epoch": 1970-01-01 00:00:00 UTC */
    DATETIME_INFINITY,
    DATETIME_MINUS_INFINITY
};

/* Text being read: kept whole for the error's message. */
struct datetime_text {
    const struct type_env *env;
    const char *type_name; /* "timestamp with time zone" */
    struct slice text;
};

/* Reads a date with or without a time of day. Without a zone in the text it is the session's. */
enum datetime_kind datetime_parse(const struct datetime_text *text, struct datetime *out);
/* Reads a time of day. The date is of no matter but for the zone's offset. */
void time_parse(const struct datetime_text *text, struct datetime *out);

/* The fields of an interval's typmod: 1 << field. */
enum interval_field {
    INTERVAL_FIELD_MONTH = 1,
    INTERVAL_FIELD_YEAR = 2,
    INTERVAL_FIELD_DAY = 3,
    INTERVAL_FIELD_HOUR = 10,
    INTERVAL_FIELD_MINUTE = 11,
    INTERVAL_FIELD_SECOND = 12
};
#define INTERVAL_FULL_RANGE 0x7fff
#define INTERVAL_FULL_PRECISION 0xffff

/* Reads an interval; `range` (bits of the typmod) says what a number without unit counts. */
struct interval interval_parse(const struct datetime_text *text, int32_t range);

/* Errors of reading. */
_Noreturn void datetime_fail_syntax(const struct datetime_text *text);     /* 22007 */
_Noreturn void datetime_fail_range(const struct datetime_text *text);      /* 22008 */
_Noreturn void datetime_fail_order(const struct datetime_text *text);      /* with a hint */
_Noreturn void datetime_fail_zone_range(const struct datetime_text *text); /* 22009 */
_Noreturn void interval_fail_range(const struct datetime_text *text);      /* 22015 */

/* ---- fields and values ---- */

static inline int64_t
datetime_time_us(const struct datetime *dt)
{
    return ((dt->hour * INT64_C(60) + dt->minute) * 60 + dt->second) * US_PER_SECOND + dt->us;
}

/* Splits 0 to 24 hours. */
void datetime_set_time(struct datetime *dt, int64_t us);

/* False if out of range. The zone's offset is not looked at. */
bool datetime_timestamp(const struct datetime *dt, int64_t *timestamp);
/* With it: an instant. */
bool datetime_timestamptz(const struct datetime *dt, int64_t *timestamp);

/* `timestamp` must be finite and valid. The zone's fields are left alone. */
void datetime_set_timestamp(struct datetime *dt, int64_t timestamp);
/* An instant as the zone's clocks show it. */
void datetime_set_timestamptz(struct datetime *dt, const struct timezone *zone, int64_t timestamp);

/* Sets the zone's fields from date and time of day. */
void datetime_set_zone(struct datetime *dt, const struct timezone *zone);

/* True if hour (to 24), minute, second (to 60) and fraction make no time of day. */
bool time_fields_overflow(int64_t hour, int64_t minute, int64_t second, int64_t us);

/* Between timestamps of the zone's clocks and instants; raise 22008. Infinities pass. */
int64_t timestamp_to_instant(const struct timezone *zone, int64_t timestamp);
int64_t timestamp_from_instant(const struct timezone *zone, int64_t instant);
/* What the zone's clocks show at an instant; may be a little out of range. Finite values only. */
int64_t timestamp_local(const struct timezone *zone, int64_t instant);
/* Both at once for a fixed offset: adds seconds, keeps infinities; raises 22008. */
int64_t timestamp_shift(int64_t timestamp, int64_t seconds);

/*
 * Reads a numeric offset such as "+01:30"; false if the text is none. Raises 22023 if it is out of
 * range or starts with a digit.
 */
bool offset_parse(struct slice text, int32_t *seconds_east);

/* Raises 22023 if the name is of no zone. */
const struct timezone *datetime_zone(const struct type_env *env, struct slice name);
/* The zone of the session; GMT if it has none. */
const struct timezone *datetime_session_zone(const struct type_env *env);

/* ---- writing ---- */

void datetime_print_date(const struct type_env *env, const struct datetime *dt, struct buf *to);
void datetime_print_time(const struct datetime *dt, bool has_zone, struct buf *to);
void datetime_print(const struct type_env *env, const struct datetime *dt, bool has_zone,
                    struct buf *to);
void interval_print(const struct type_env *env, struct interval value, struct buf *to);

extern const char *const month_names[12]; /* "January" */
extern const char *const day_names[7];    /* "Sunday" */

/* ---- words of input ---- */

enum datetime_word {
    WORD_NONE,
    WORD_IGNORED, /* "at", "on" */
    WORD_RESERVED,
    WORD_MONTH,
    WORD_WEEKDAY,
    WORD_UNIT,
    WORD_ISO_TIME, /* "t" */
    WORD_SUMMER,   /* "dst" */
    WORD_HALF,     /* "am", "pm" */
    WORD_ERA,      /* "ad", "bc" */
    WORD_AGO
};

/* What units and reserved words stand for; also the fields of extract and date_trunc. */
enum datetime_unit {
    UNIT_NONE,
    UNIT_MICROSECOND,
    UNIT_MILLISECOND,
    UNIT_SECOND,
    UNIT_MINUTE,
    UNIT_HOUR,
    UNIT_DAY,
    UNIT_WEEK,
    UNIT_MONTH,
    UNIT_QUARTER,
    UNIT_YEAR,
    UNIT_DECADE,
    UNIT_CENTURY,
    UNIT_MILLENNIUM,
    UNIT_JULIAN,
    UNIT_DOW,
    UNIT_ISO_DOW,
    UNIT_DOY,
    UNIT_ISO_YEAR,
    UNIT_TIMEZONE,
    UNIT_TIMEZONE_HOUR,
    UNIT_TIMEZONE_MINUTE,
    UNIT_TIME, /* of "t" */
    UNIT_NOW,
    UNIT_TODAY,
    UNIT_TOMORROW,
    UNIT_YESTERDAY,
    UNIT_EPOCH,
    UNIT_LATE,
    UNIT_EARLY,
    UNIT_ZULU
};

/* Looks a lower-case word up among those of dates and times; *value: month, unit, ... */
enum datetime_word datetime_word_find(struct slice word, int32_t *value);
/* The same among the units of intervals. */
enum datetime_word interval_word_find(struct slice word, int32_t *value);
