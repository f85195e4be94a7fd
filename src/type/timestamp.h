/*
 * timestamp.h: computing with dates, timestamps, times and intervals in C; what the SQL functions
 * of this family share, and what other parts call. All raise SQL errors.
 */
#pragma once

#include "type/datetime.h"
#include "type/types.h"

/* ---- the present, as current_date and its kin see it: the transaction's start ---- */

int32_t date_current(const struct type_env *env);
/* typmod -1: microseconds. */
int64_t time_current(const struct type_env *env, int32_t typmod);
struct timetz timetz_current(const struct type_env *env, int32_t typmod);
int64_t timestamptz_current(const struct type_env *env, int32_t typmod);

/* ---- casts ---- */

int64_t date_to_timestamp(int32_t date);
int64_t date_to_timestamptz(const struct type_env *env, int32_t date);
int32_t timestamp_to_date(int64_t timestamp);
int32_t timestamptz_to_date(const struct type_env *env, int64_t timestamp);
/* The session's zone. */
int64_t timestamp_to_timestamptz(const struct type_env *env, int64_t timestamp);
int64_t timestamptz_to_timestamp(const struct type_env *env, int64_t timestamp);

/* ---- arithmetic ---- */

int64_t timestamp_add(int64_t timestamp, struct interval span);
/* Months and days by the zone's calendar. */
int64_t timestamptz_add(const struct timezone *zone, int64_t timestamp, struct interval span);
struct interval timestamp_difference(int64_t a, int64_t b);

int interval_order(struct interval a, struct interval b);
struct interval interval_negate(struct interval span);
struct interval interval_add(struct interval a, struct interval b);
struct interval interval_subtract(struct interval a, struct interval b);
struct interval interval_multiply(struct interval span, double factor);
struct interval interval_divide(struct interval span, double divisor);
struct interval interval_justify_hours(struct interval span);
int timetz_order(struct timetz a, struct timetz b);

/* ---- typmods ---- */

/* Rounds microseconds half away from zero to the digits of a typmod; -1: as they are. */
int64_t us_round(int64_t us, int32_t typmod);
int64_t timestamp_fit(int64_t timestamp, int32_t typmod);
struct interval interval_fit(struct interval span, int32_t typmod);
/* The typmod of name(digits); `name` as in messages: "TIME", zone: " WITH TIME ZONE" or "". */
int32_t precision_typmod(const int64_t *args, uint32_t count, const char *name, const char *zone);

/*
 * The unit that the text names for extract and date_trunc of a `type`; *name is the text in lower
 * case. Raises 22023.
 */
enum datetime_unit datetime_unit_parse(struct func_call *call, struct slice text, oid type,
                                       const char **name);

/* ---- zones ---- */

/*
 * The offset that `name` (an abbreviation or a zone) has for clocks that show the timestamp, or at
 * the instant. Raises 22023.
 */
int32_t zone_offset_local(const struct type_env *env, struct slice name, int64_t timestamp);
int32_t zone_offset_at(const struct type_env *env, struct slice name, int64_t instant);
/* The zone of a name, or one of the fixed offset that an abbreviation stands for. */
const struct timezone *zone_by_name(const struct type_env *env, struct slice name);
/* Of an interval such as '-08:00'. */
int32_t zone_offset_interval(const struct type_env *env, struct interval span);

_Noreturn void fail_timestamp_range(void); /* 22008 */
_Noreturn void fail_interval_range(void);  /* 22008 */
