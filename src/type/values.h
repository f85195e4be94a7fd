/*
 * values.h: how the values of the types that other parts look into are laid out.
 *
 *   bool      b                     int2/4/8  i16, i32, i64     float4/8  f32, f64
 *   oid, reg* i32 (as uint32_t)     date      i32: days since 2000-01-01; DATE_MIN/MAX are
 * -/+infinity time      i64: microseconds     timestamp, timestamptz  i64: microseconds since
 * 2000-01-01 (UTC) timetz    wide: int64 us, int32 zone (seconds west) interval  wide: struct
 * interval uuid      wide: 16 bytes in text order text, varchar, bpchar, name, bytea, json,
 * unknown, cstring   view: the bytes (bpchar keeps its trailing blanks; "char" is a view of 0 or 1
 * byte) numeric   view: type/numeric.c owns the format. Values of up to 18 digits are inline.
 *   arrays    view: type/array.c owns the format
 *   record    view: type/record.c owns the format
 */
#pragma once

#include "base/column.h"
#include <limits.h>

struct interval {
    int64_t us;
    int32_t days;
    int32_t months;
};

static_assert(sizeof(struct interval) == 16, "an interval fits a datum");

struct timetz {
    int64_t us;
    int32_t seconds_west;
    int32_t zero;
};

static_assert(sizeof(struct timetz) == 16, "a timetz fits a datum");

#define DATE_MIN INT32_MIN
#define DATE_MAX INT32_MAX
#define TIMESTAMP_MIN INT64_MIN
#define TIMESTAMP_MAX INT64_MAX
#define US_PER_SECOND INT64_C(1000000)
#define US_PER_DAY INT64_C(86400000000)
/* 2000-01-01 minus 1970-01-01. */
#define EPOCH_SHIFT_US INT64_C(946684800000000)

/* A datum of each physical kind; the bytes beyond the value are zero. */
static inline union datum
bool_datum(bool value)
{
    union datum datum = {.words = {0, 0}};
    datum.b = value;
    return datum;
}

static inline union datum
i16_datum(int16_t value)
{
    union datum datum = {.words = {0, 0}};
    datum.i16 = value;
    return datum;
}

static inline union datum
i32_datum(int32_t value)
{
    union datum datum = {.words = {0, 0}};
    datum.i32 = value;
    return datum;
}

static inline union datum
i64_datum(int64_t value)
{
    union datum datum = {.words = {0, 0}};
    datum.i64 = value;
    return datum;
}

static inline union datum
f32_datum(float value)
{
    union datum datum = {.words = {0, 0}};
    datum.f32 = value;
    return datum;
}

static inline union datum
f64_datum(double value)
{
    union datum datum = {.words = {0, 0}};
    datum.f64 = value;
    return datum;
}

/* The datum keeps pointing to the bytes if there are more than VIEW_INLINE_BYTES. */
static inline union datum
slice_datum(struct slice slice)
{
    return (union datum){.view = view_of(slice.data, slice.bytes)};
}

static inline struct slice
datum_slice(const union datum *datum)
{
    return view_slice(&datum->view);
}

static inline struct interval
datum_interval(union datum value)
{
    struct interval interval;
    memcpy(&interval, value.wide, sizeof interval);
    return interval;
}

static inline union datum
interval_datum(struct interval interval)
{
    union datum value;
    memcpy(value.wide, &interval, sizeof interval);
    return value;
}

static inline struct timetz
datum_timetz(union datum value)
{
    struct timetz timetz;
    memcpy(&timetz, value.wide, sizeof timetz);
    return timetz;
}

static inline union datum
timetz_datum(int64_t us, int32_t seconds_west)
{
    struct timetz timetz = {.us = us, .seconds_west = seconds_west};
    union datum value;
    memcpy(value.wide, &timetz, sizeof timetz);
    return value;
}
