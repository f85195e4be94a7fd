/*
 * jsonpath_time.c: see jsonpath_time.h.
 *
 * The forms are: a date, a time, or both with a blank or a T between; times may have a fraction,
 * and a zone as hours or hours and minutes.
 */
#include "type/jsonpath_time.h"

#include "base/raise.h"
#include "type/timestamp.h"

struct scan {
    const uint8_t *at, *end;
};

static bool
take_digits(struct scan *s, int count)
{
    for (int i = 0; i < count; i++, s->at++) {
        if (s->at == s->end || *s->at < '0' || *s->at > '9')
            return false;
    }
    return true;
}

static bool
take(struct scan *s, char c)
{
    if (s->at == s->end || *s->at != (uint8_t)c)
        return false;
    s->at++;
    return true;
}

static bool
take_date(struct scan *s)
{
    struct scan before = *s;
    if (take_digits(s, 4) && take(s, '-') && take_digits(s, 2) && take(s, '-') && take_digits(s, 2))
        return true;
    *s = before;
    return false;
}

/* hh:mm:ss[.fraction]; *end is where it ends without the zeros that the fraction ends with. */
static bool
take_clock(struct scan *s, const uint8_t **end)
{
    if (!take_digits(s, 2) || !take(s, ':') || !take_digits(s, 2) || !take(s, ':') ||
        !take_digits(s, 2))
        return false;
    *end = s->at;
    if (!take(s, '.'))
        return true;
    const uint8_t *first = s->at;
    for (; s->at < s->end && *s->at >= '0' && *s->at <= '9' && s->at - first < 6; s->at++) {
        if (*s->at != '0')
            *end = s->at + 1;
    }
    return s->at > first;
}

/* Appends the zone as +hh:mm. */
static bool
take_zone(struct scan *s, struct buf *text)
{
    const uint8_t *start = s->at;
    if (!take(s, '+') && !take(s, '-'))
        return false;
    const uint8_t *hours = s->at;
    while (s->at < s->end && s->at - hours < 2 && *s->at >= '0' && *s->at <= '9')
        s->at++;
    if (s->at == hours)
        return false;
    buf_put(text, start, 1);
    buf_put_text(text, s->at - hours == 1 ? "0" : "");
    buf_put(text, hours, (size_t)(s->at - hours));
    const uint8_t *minutes = s->at;
    if (take(s, ':')) {
        if (!take_digits(s, 2))
            return false;
        buf_put(text, minutes, 3);
    } else {
        buf_put_text(text, ":00");
    }
    return true;
}

/* The type that the text has the form of, and how ISO 8601 writes it. */
static oid
form_of(struct slice input, struct buf *text)
{
    struct scan s = {.at = input.data, .end = input.data + input.bytes};
    bool has_date = take_date(&s);
    if (has_date) {
        buf_put(text, input.data, (size_t)(s.at - input.data));
        if (s.at == s.end)
            return TYPE_DATE;
        if (!take(&s, ' ') && !take(&s, 'T'))
            return OID_NONE;
        buf_put_u8(text, 'T');
    }
    const uint8_t *clock = s.at, *end;
    if (!take_clock(&s, &end))
        return OID_NONE;
    buf_put(text, clock, (size_t)(end - clock));
    if (s.at == s.end)
        return has_date ? TYPE_TIMESTAMP : TYPE_TIME;
    if (!take_zone(&s, text) || s.at != s.end)
        return OID_NONE;
    return has_date ? TYPE_TIMESTAMPTZ : TYPE_TIMETZ;
}

bool
path_time_read(struct arena *arena, const struct type_env *env, struct slice text,
               struct path_item *item)
{
    struct buf *iso = buf_new(arena);
    oid type = form_of(text, iso);
    if (type == OID_NONE)
        return false;
    struct slice kept = arena_slice(arena, buf_slice(iso));
    struct catch frame;
    if (catch_begin(&frame, arena)) {
        item->time = type_input(env, arena, type, -1, kept);
        catch_end(&frame);
    } else {
        if (sqlstate_class(frame.error->code) != sqlstate_class(SQLSTATE_DATA_EXCEPTION))
            raise_again(frame.error);
        return false; /* a field is out of its range */
    }
    item->time_type = type;
    struct jsonb_builder *builder = jsonb_build(arena);
    jsonb_put_string(builder, kept);
    union datum *value = arena_alloc(arena, sizeof *value);
    *value = jsonb_finish(builder);
    item->node = jsonb_read(value);
    return true;
}

const char *
path_time_name(oid type)
{
    return types_builtin(type)->sql_name;
}

static void
require_zone(const struct path_options *options, oid from, oid to)
{
    if (!options->uses_zone)
        raise_error(.code = SQLSTATE_FEATURE_NOT_SUPPORTED,
                    .message = raise_text("cannot convert value from %s to %s without time zone "
                                          "usage",
                                          types_builtin(from)->name, types_builtin(to)->name),
                    .hint = "Use *_tz() function for time zone support.");
}

static int
order_of(int64_t a, int64_t b)
{
    return (a > b) - (a < b);
}

static bool
is_clock(oid type)
{
    return type == TYPE_TIME || type == TYPE_TIMETZ;
}

/* As a timestamp, or as one with a zone. */
static int64_t
moment_of(const struct path_options *options, const struct path_item *item, bool has_zone)
{
    if (item->time_type == TYPE_TIMESTAMPTZ || (item->time_type == TYPE_TIMESTAMP && !has_zone))
        return item->time.i64;
    if (has_zone)
        require_zone(options, item->time_type, TYPE_TIMESTAMPTZ);
    if (item->time_type == TYPE_TIMESTAMP)
        return timestamp_to_timestamptz(options->env, item->time.i64);
    return has_zone ? date_to_timestamptz(options->env, item->time.i32)
                    : date_to_timestamp(item->time.i32);
}

static struct timetz
clock_of(const struct path_options *options, const struct path_item *item)
{
    struct timetz clock = timetz_current(options->env, -1);
    if (item->time_type == TYPE_TIMETZ) {
        memcpy(&clock, item->time.wide, sizeof clock);
        return clock;
    }
    require_zone(options, TYPE_TIME, TYPE_TIMETZ);
    clock.us = item->time.i64;
    return clock;
}

bool
path_time_compare(const struct path_options *options, const struct path_item *a,
                  const struct path_item *b, int *order)
{
    if (is_clock(a->time_type) != is_clock(b->time_type))
        return false;
    if (a->time_type == TYPE_TIME && b->time_type == TYPE_TIME) {
        *order = order_of(a->time.i64, b->time.i64);
    } else if (is_clock(a->time_type)) {
        *order = timetz_order(clock_of(options, a), clock_of(options, b));
    } else if (a->time_type == TYPE_DATE && b->time_type == TYPE_DATE) {
        *order = order_of(a->time.i32, b->time.i32);
    } else {
        bool has_zone = a->time_type == TYPE_TIMESTAMPTZ || b->time_type == TYPE_TIMESTAMPTZ;
        *order = order_of(moment_of(options, a, has_zone), moment_of(options, b, has_zone));
    }
    return true;
}
