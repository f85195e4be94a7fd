/*
 * datetime_parse.c: gives the fields of a date or time their meaning.
 *
 * Fields are read from left to right. `have` remembers what is known so far (the HAVE_ bits), and
 * decides with the DateStyle's order what the next number means; what is said twice is an error.
 * A word before a number may label it ("J2451187", "T040506"). Zones are resolved at the end, when
 * the date is known. The rules, with all their corners, are those of PostgreSQL 15.
 */
#include "base/raise.h"
#include "type/datetime_lex.h"
#include "type/types.h"

#include <math.h>

enum {
    HAVE_YEAR = 1 << 0,
    HAVE_MONTH = 1 << 1,
    HAVE_DAY = 1 << 2,
    HAVE_YEAR_DAY = 1 << 3,
    HAVE_HOUR = 1 << 4,
    HAVE_MINUTE = 1 << 5,
    HAVE_SECOND = 1 << 6,
    HAVE_FRACTION = 1 << 7,
    HAVE_ZONE = 1 << 8,
    HAVE_SUMMER_ZONE = 1 << 9,
    HAVE_SUMMER = 1 << 10,
    HAVE_HALF = 1 << 11,
    HAVE_ERA = 1 << 12,
    HAVE_WEEKDAY = 1 << 13,
    HAVE_RESERVED = 1 << 14,
    HAVE_DYNAMIC_ZONE = 1 << 15,
    HAVE_DATE = HAVE_YEAR | HAVE_MONTH | HAVE_DAY,
    HAVE_SECONDS = HAVE_SECOND | HAVE_FRACTION,
    HAVE_TIME = HAVE_HOUR | HAVE_MINUTE | HAVE_SECONDS,
};

enum half { HALF_NONE, HALF_AM, HALF_PM };

struct reader {
    const struct datetime_text *text;
    struct datetime *dt;
    struct datetime_fields fields;
    bool is_time_only;
    uint32_t have;
    enum datetime_unit label; /* of the next number; UNIT_NONE */
    enum datetime_kind kind;
    enum half half;
    bool has_month_name, is_julian, is_short_year, is_bc;
    int32_t year_day;
    const struct timezone *zone;          /* named in full */
    const struct timezone_abbrev *abbrev; /* one whose meaning depends on the date */
};

_Noreturn void
datetime_fail_syntax(const struct datetime_text *text)
{
    raise(SQLSTATE_INVALID_DATETIME_FORMAT, "invalid input syntax for type %s: \"%.*s\"",
          text->type_name, (int)text->text.bytes, (const char *)text->text.data);
}

_Noreturn void
datetime_fail_range(const struct datetime_text *text)
{
    raise(SQLSTATE_DATETIME_FIELD_OVERFLOW, "date/time field value out of range: \"%.*s\"",
          (int)text->text.bytes, (const char *)text->text.data);
}

_Noreturn void
datetime_fail_order(const struct datetime_text *text)
{
    raise_error(.code = SQLSTATE_DATETIME_FIELD_OVERFLOW,
                .message = raise_text("date/time field value out of range: \"%.*s\"",
                                      (int)text->text.bytes, (const char *)text->text.data),
                .hint = "Perhaps you need a different \"datestyle\" setting.");
}

_Noreturn void
datetime_fail_zone_range(const struct datetime_text *text)
{
    raise(SQLSTATE_INVALID_TIME_ZONE_DISPLACEMENT_VALUE,
          "time zone displacement out of range: \"%.*s\"", (int)text->text.bytes,
          (const char *)text->text.data);
}

const struct timezone *
datetime_session_zone(const struct type_env *env)
{
    return env->timezone != NULL ? env->timezone : timezones_gmt(types_timezones(env->types));
}

const struct timezone *
datetime_zone(const struct type_env *env, struct slice name)
{
    const struct timezone *zone;
    enum status st = timezones_find(types_timezones(env->types), name, &zone);
    if (st == ST_NOT_FOUND)
        raise(SQLSTATE_INVALID_PARAMETER_VALUE, "time zone \"%.*s\" not recognized",
              (int)name.bytes, (const char *)name.data);
    if (st != ST_OK)
        raise_status(st, "could not load time zone \"%.*s\"", (int)name.bytes,
                     (const char *)name.data);
    return zone;
}

bool
time_fields_overflow(int64_t hour, int64_t minute, int64_t second, int64_t us)
{
    if (hour < 0 || hour > 24 || minute < 0 || minute > 59 || second < 0 || second > 60 || us < 0 ||
        us > US_PER_SECOND)
        return true;
    return ((hour * 60 + minute) * 60 + second) * US_PER_SECOND + us > US_PER_DAY;
}

/* ---- numbers ---- */

/* An integer at *at, 0 to the greatest int4. */
static int32_t
read_int(const struct reader *r, const char **at)
{
    int64_t value;
    if (number_read(at, INT32_MIN, INT32_MAX, &value) != NUMBER_FITS)
        datetime_fail_range(r->text);
    return (int32_t)value;
}

static int32_t
read_fraction_us(const struct reader *r, const char *at)
{
    double fraction;
    if (!fraction_read(at, &fraction))
        datetime_fail_syntax(r->text);
    return (int32_t)rint(fraction * 1e6);
}

/* Reads digits that are known to be few; too many are cut to what fits. */
static int32_t
digits_value(const char *digits, size_t count)
{
    int64_t value = 0;
    for (size_t i = 0; i < count && value < INT32_MAX; i++)
        value = value * 10 + (digits[i] - '0');
    return value > INT32_MAX ? INT32_MAX : (int32_t)value;
}

/*
 * Digits run together: yyyymmdd or yymmdd if there is no date yet, else hhmmss or hhmm; a point
 * makes it a time with a fraction. Returns what it set.
 */
static uint32_t
read_run(struct reader *r, char *text, uint32_t have)
{
    struct datetime *dt = r->dt;
    char *point = strchr(text, '.');
    size_t count = strlen(text);
    if (point != NULL) {
        dt->us = read_fraction_us(r, point);
        *point = '\0';
        count = (size_t)(point - text);
    } else if ((have & HAVE_DATE) != HAVE_DATE && count >= 6) {
        dt->day = digits_value(text + count - 2, 2);
        dt->month = digits_value(text + count - 4, 2);
        dt->year = digits_value(text, count - 4);
        if (count == 6)
            r->is_short_year = true;
        return HAVE_DATE;
    }
    if ((have & HAVE_TIME) != HAVE_TIME && (count == 6 || count == 4)) {
        dt->hour = digits_value(text, 2);
        dt->minute = digits_value(text + 2, 2);
        dt->second = count == 6 ? digits_value(text + 4, 2) : 0;
        return HAVE_TIME;
    }
    datetime_fail_syntax(r->text);
}

/* Which part of a date a number is, from what is there already. */
static uint32_t
number_role(const struct reader *r, size_t digits, uint32_t have, bool has_month_name)
{
    enum date_order order = r->text->env->date_order;
    bool is_year = digits >= 3 || order == DATE_ORDER_YMD;
    switch (have & HAVE_DATE) {
    case 0:
        if (is_year)
            return HAVE_YEAR;
        return order == DATE_ORDER_DMY ? HAVE_DAY : HAVE_MONTH;
    case HAVE_YEAR:
    case HAVE_DAY:
        return HAVE_MONTH;
    case HAVE_MONTH:
        return has_month_name && is_year ? HAVE_YEAR : HAVE_DAY;
    case HAVE_YEAR | HAVE_MONTH:
        return HAVE_DAY;
    case HAVE_MONTH | HAVE_DAY:
        return HAVE_YEAR;
    default:
        datetime_fail_syntax(r->text);
    }
}

/* A single number of a date, or a run. Returns what it set. */
static uint32_t
read_number(struct reader *r, char *text, uint32_t have, bool has_month_name)
{
    struct datetime *dt = r->dt;
    size_t count = strlen(text);
    const char *at = text;
    int32_t value = read_int(r, &at);
    if (at == text)
        datetime_fail_syntax(r->text);
    if (*at == '.') {
        if (at - text > 2)
            return read_run(r, text, have | HAVE_DATE);
        dt->us = read_fraction_us(r, at);
    } else if (*at != '\0') {
        datetime_fail_syntax(r->text);
    }

    if (count == 3 && (have & HAVE_DATE) == HAVE_YEAR && value >= 1 && value <= 366) {
        r->year_day = value;
        return HAVE_YEAR_DAY | HAVE_MONTH | HAVE_DAY;
    }
    if ((have & HAVE_DATE) == HAVE_DATE)
        return read_run(r, text, have);

    bool was_day = (have & HAVE_DATE) == (HAVE_YEAR | HAVE_MONTH) && has_month_name && count >= 3 &&
                   r->is_short_year;
    if (was_day) {
        /* "08-jan-1999" where years come first: what seemed the year was the day. */
        dt->day = dt->year;
        dt->year = value;
        r->is_short_year = false;
        return HAVE_DAY;
    }
    uint32_t role = number_role(r, count, have, has_month_name);
    if (role == HAVE_YEAR) {
        dt->year = value;
        r->is_short_year = count <= 2;
    } else if (role == HAVE_MONTH) {
        dt->month = value;
    } else {
        dt->day = value;
    }
    return role;
}

/* A whole date in one field. Returns what it set. */
static uint32_t
read_date(struct reader *r, char *text)
{
    char *parts[DATETIME_FIELDS_MAX];
    uint32_t count = 0;
    char *at = text;
    while (*at != '\0' && count < DATETIME_FIELDS_MAX) {
        while (*at != '\0' && !is_digit(*at) && !is_letter(*at))
            at++;
        if (*at == '\0')
            datetime_fail_syntax(r->text);
        parts[count++] = at;
        bool has_digits = is_digit(*at);
        while (has_digits ? is_digit(*at) : is_letter(*at))
            at++;
        if (*at != '\0')
            *at++ = '\0';
    }

    /* The month's name first, for it cannot mean anything else. */
    uint32_t set = 0;
    bool has_month_name = false;
    for (uint32_t i = 0; i < count; i++) {
        if (!is_letter(*parts[i]))
            continue;
        int32_t value;
        enum datetime_word word = datetime_word_find(slice_text(parts[i]), &value);
        if (word == WORD_IGNORED)
            continue;
        if (word != WORD_MONTH || ((r->have | set) & HAVE_MONTH) != 0)
            datetime_fail_syntax(r->text);
        r->dt->month = value;
        has_month_name = true;
        set |= HAVE_MONTH;
        parts[i] = NULL;
    }
    for (uint32_t i = 0; i < count; i++) {
        if (parts[i] == NULL)
            continue;
        uint32_t more = read_number(r, parts[i], r->have | set, has_month_name);
        if ((more & (r->have | set)) != 0)
            datetime_fail_syntax(r->text);
        set |= more;
    }
    if (((r->have | set) & ~(uint32_t)(HAVE_YEAR_DAY | HAVE_ZONE)) != HAVE_DATE)
        datetime_fail_syntax(r->text);
    return set;
}

/* hh:mm, hh:mm:ss.fraction, or mm:ss.fraction. */
static void
read_clock(struct reader *r, const char *at)
{
    struct datetime *dt = r->dt;
    dt->hour = read_int(r, &at);
    if (*at != ':')
        datetime_fail_syntax(r->text);
    at++;
    dt->minute = read_int(r, &at);
    dt->second = 0;
    dt->us = 0;
    if (*at == '.') {
        dt->us = read_fraction_us(r, at);
        dt->second = dt->minute;
        dt->minute = dt->hour;
        dt->hour = 0;
    } else if (*at == ':') {
        at++;
        dt->second = read_int(r, &at);
        if (*at == '.')
            dt->us = read_fraction_us(r, at);
        else if (*at != '\0')
            datetime_fail_syntax(r->text);
    } else if (*at != '\0') {
        datetime_fail_syntax(r->text);
    }
    if (dt->minute > 59 || dt->second > 60)
        datetime_fail_range(r->text);
}

enum offset_fault { OFFSET_GOOD, OFFSET_SYNTAX, OFFSET_RANGE };

/* "+hh", "+hhmm", "+hh:mm", "+hh:mm:ss": seconds east. */
static enum offset_fault
scan_offset(const char *text, int32_t *seconds_east)
{
    int64_t parts[3] = {0, 0, 0};
    const char *at = text + 1;
    if (*text != '+' && *text != '-')
        return OFFSET_SYNTAX;
    for (int i = 0; i < 3; i++) {
        if (number_read(&at, INT32_MIN, INT32_MAX, &parts[i]) != NUMBER_FITS)
            return OFFSET_RANGE;
        if (*at != ':' || i == 2)
            break;
        at++;
    }
    if (*at == '\0' && strlen(text) > 3 && strchr(text, ':') == NULL) {
        parts[1] = parts[0] % 100;
        parts[0] = parts[0] / 100;
    }
    if (parts[0] < 0 || parts[0] > 15 || parts[1] < 0 || parts[1] > 59 || parts[2] < 0 ||
        parts[2] > 59)
        return OFFSET_RANGE;
    int32_t seconds = (int32_t)((parts[0] * 60 + parts[1]) * 60 + parts[2]);
    *seconds_east = *text == '-' ? -seconds : seconds;
    return *at == '\0' ? OFFSET_GOOD : OFFSET_SYNTAX;
}

static int32_t
read_offset(const struct reader *r, const char *text)
{
    int32_t seconds_east;
    enum offset_fault fault = scan_offset(text, &seconds_east);
    if (fault == OFFSET_RANGE)
        datetime_fail_zone_range(r->text);
    if (fault == OFFSET_SYNTAX)
        datetime_fail_syntax(r->text);
    return seconds_east;
}

bool
offset_parse(struct slice text, int32_t *seconds_east)
{
    if (text.bytes != 0 && is_digit((char)text.data[0]))
        raise_error(.code = SQLSTATE_INVALID_PARAMETER_VALUE,
                    .message =
                        raise_text("invalid input syntax for type %s: \"%.*s\"",
                                   "numeric time zone", (int)text.bytes, (const char *)text.data),
                    .hint = "Numeric time zones must have \"-\" or \"+\" as first character.");
    char copy[TIMEZONE_NAME_BYTES_MAX + 1];
    size_t bytes = text.bytes < sizeof copy ? text.bytes : sizeof copy - 1;
    if (bytes != 0)
        memcpy(copy, text.data, bytes);
    copy[bytes] = '\0';
    enum offset_fault fault = scan_offset(copy, seconds_east);
    if (fault == OFFSET_RANGE)
        raise(SQLSTATE_INVALID_PARAMETER_VALUE, "numeric time zone \"%s\" out of range", copy);
    return fault == OFFSET_GOOD;
}

/* ---- days that are named or counted ---- */

static void
set_day(struct datetime *dt, int64_t day)
{
    struct civil civil = day_civil(day);
    dt->year = civil.year;
    dt->month = civil.month;
    dt->day = civil.day;
}

/* The transaction's time on the session's clocks. */
static void
set_now(const struct reader *r, struct datetime *dt)
{
    const struct type_env *env = r->text->env;
    datetime_set_timestamptz(dt, datetime_session_zone(env), env->transaction_us);
}

static void
set_today(struct reader *r, int32_t shift)
{
    struct datetime now = {.year = 0};
    set_now(r, &now);
    set_day(r->dt, civil_day(now.year, now.month, now.day) + shift);
}

static void
set_julian(struct reader *r, int32_t julian)
{
    if (julian < 0)
        datetime_fail_range(r->text);
    set_day(r->dt, (int64_t)julian - JULIAN_OF_DAY_0);
    r->is_julian = true;
}

/* ---- fields ---- */

/* The number after a label such as "J" or "T". Returns what it set. */
static uint32_t
read_labelled(struct reader *r, char *text)
{
    struct datetime *dt = r->dt;
    const char *at = text;
    int32_t value = read_int(r, &at);
    enum datetime_unit label = r->label;
    bool has_point = label == UNIT_JULIAN || label == UNIT_TIME || label == UNIT_SECOND;
    if (*at != '\0' && (*at != '.' || !has_point))
        datetime_fail_syntax(r->text);
    r->label = UNIT_NONE;
    r->kind = DATETIME_FIELDS;
    switch (label) {
    case UNIT_YEAR:
        dt->year = value;
        return HAVE_YEAR;
    case UNIT_MONTH:
        if ((r->have & HAVE_MONTH) != 0 && (r->have & HAVE_HOUR) != 0) {
            dt->minute = value;
            return HAVE_MINUTE;
        }
        dt->month = value;
        return HAVE_MONTH;
    case UNIT_DAY:
        dt->day = value;
        return HAVE_DAY;
    case UNIT_HOUR:
        dt->hour = value;
        return HAVE_HOUR;
    case UNIT_MINUTE:
        dt->minute = value;
        return HAVE_MINUTE;
    case UNIT_SECOND:
        dt->second = value;
        if (*at != '.')
            return HAVE_SECOND;
        dt->us = read_fraction_us(r, at);
        return HAVE_SECONDS;
    case UNIT_JULIAN: {
        set_julian(r, value);
        if (*at != '.')
            return HAVE_DATE;
        double fraction;
        if (!fraction_read(at, &fraction))
            datetime_fail_syntax(r->text);
        datetime_set_time(dt, (int64_t)(fraction * (double)US_PER_DAY));
        return HAVE_DATE | HAVE_TIME;
    }
    case UNIT_TIME: {
        uint32_t set = read_run(r, text, r->have | HAVE_DATE);
        if (set != HAVE_TIME)
            datetime_fail_syntax(r->text);
        return set;
    }
    default:
        datetime_fail_syntax(r->text);
    }
}

static uint32_t
read_number_field(struct reader *r, uint32_t field_idx)
{
    struct datetime_field *field = &r->fields.fields[field_idx];
    char *text = field->text;
    if (r->label != UNIT_NONE)
        return read_labelled(r, text);

    size_t count = strlen(text);
    const char *point = strchr(text, '.');
    bool is_long_point = point != NULL && point - text > 2;
    if (r->is_time_only) {
        uint32_t last = r->fields.count - 1;
        uint32_t have = r->have | HAVE_DATE;
        if (point == NULL)
            return count > 4 ? read_run(r, text, have) : read_number(r, text, have, false);
        if (field_idx == 0 && last >= 1 && r->fields.fields[last].kind == FIELD_DATE)
            return read_date(r, text);
        if (!is_long_point)
            datetime_fail_syntax(r->text);
        return read_run(r, text, have);
    }
    if (point != NULL && (r->have & HAVE_DATE) == 0)
        return read_date(r, text);
    bool is_run = count >= 6 && ((r->have & HAVE_DATE) == 0 || (r->have & HAVE_TIME) == 0);
    if (is_long_point || is_run)
        return read_run(r, text, r->have);
    return read_number(r, text, r->have, r->has_month_name);
}

/* A run-together time with an offset behind it, "040506-08"; or a zone's name. */
static uint32_t
read_time_with_zone(struct reader *r, char *text)
{
    if (!is_digit(*text) && r->label == UNIT_NONE) {
        r->zone = datetime_zone(r->text->env, slice_text(text));
        return HAVE_ZONE;
    }
    if (r->label != UNIT_NONE && r->label != UNIT_TIME)
        datetime_fail_syntax(r->text);
    r->label = UNIT_NONE;
    char *dash = strchr(text, '-');
    if ((r->have & HAVE_TIME) == HAVE_TIME || dash == NULL)
        datetime_fail_syntax(r->text);
    r->dt->seconds_east = read_offset(r, dash);
    *dash = '\0';
    uint32_t have = r->is_time_only ? r->have | HAVE_DATE : r->have;
    return read_run(r, text, have) | HAVE_ZONE;
}

static uint32_t
read_date_field(struct reader *r, uint32_t field_idx)
{
    char *text = r->fields.fields[field_idx].text;
    if (r->is_time_only) {
        const struct datetime_field *fields = r->fields.fields;
        uint32_t last = r->fields.count - 1;
        bool has_date = field_idx == 0 && last >= 1 &&
                        (fields[last].kind == FIELD_DATE || fields[1].kind == FIELD_TIME);
        r->label = UNIT_NONE;
        return has_date ? read_date(r, text) : read_time_with_zone(r, text);
    }
    if (r->label == UNIT_JULIAN) {
        const char *at = text;
        set_julian(r, read_int(r, &at));
        if (*at != '-' && *at != '+')
            datetime_fail_syntax(r->text);
        r->dt->seconds_east = read_offset(r, at);
        r->label = UNIT_NONE;
        return HAVE_DATE | HAVE_TIME | HAVE_ZONE;
    }
    bool has_month_day = (r->have & (HAVE_MONTH | HAVE_DAY)) == (HAVE_MONTH | HAVE_DAY);
    if (r->label != UNIT_NONE || has_month_day)
        return read_time_with_zone(r, text);
    return read_date(r, text);
}

static uint32_t
read_reserved(struct reader *r, enum datetime_unit what)
{
    struct datetime *dt = r->dt;
    r->kind = DATETIME_FIELDS;
    if (r->is_time_only && what != UNIT_NOW && what != UNIT_ZULU)
        datetime_fail_syntax(r->text);
    switch (what) {
    case UNIT_NOW:
        set_now(r, dt);
        return r->is_time_only ? HAVE_TIME : HAVE_DATE | HAVE_TIME | HAVE_ZONE;
    case UNIT_YESTERDAY:
        set_today(r, -1);
        return HAVE_DATE;
    case UNIT_TODAY:
        set_today(r, 0);
        return HAVE_DATE;
    case UNIT_TOMORROW:
        set_today(r, 1);
        return HAVE_DATE;
    case UNIT_ZULU:
        dt->hour = dt->minute = dt->second = dt->us = 0;
        dt->seconds_east = 0;
        return HAVE_TIME | HAVE_ZONE;
    case UNIT_EPOCH:
        r->kind = DATETIME_EPOCH;
        break;
    case UNIT_LATE:
        r->kind = DATETIME_INFINITY;
        break;
    default:
        r->kind = DATETIME_MINUS_INFINITY;
        break;
    }
    return HAVE_RESERVED;
}

static uint32_t
read_month_name(struct reader *r, int32_t month)
{
    uint32_t set = HAVE_MONTH;
    if ((r->have & HAVE_MONTH) != 0 && !r->has_month_name && (r->have & HAVE_DAY) == 0 &&
        r->dt->month >= 1 && r->dt->month <= 31) {
        r->dt->day = r->dt->month; /* what seemed the month was the day */
        set = HAVE_DAY;
    }
    r->has_month_name = true;
    r->dt->month = month;
    return set;
}

/* The "t" between date and time. */
static void
read_iso_t(struct reader *r, uint32_t field_idx)
{
    if (!r->is_time_only && (r->have & HAVE_DATE) != HAVE_DATE)
        datetime_fail_syntax(r->text);
    if (field_idx + 1 >= r->fields.count)
        datetime_fail_syntax(r->text);
    enum datetime_field_kind next = r->fields.fields[field_idx + 1].kind;
    if (next != FIELD_NUMBER && next != FIELD_TIME && next != FIELD_DATE)
        datetime_fail_syntax(r->text);
    r->label = UNIT_TIME;
}

static uint32_t
read_abbrev(struct reader *r, const struct timezone_abbrev *abbrev)
{
    if (abbrev->zone != NULL) {
        r->abbrev = abbrev;
        return HAVE_ZONE | HAVE_DYNAMIC_ZONE;
    }
    r->dt->seconds_east = abbrev->seconds_east;
    return abbrev->is_dst ? HAVE_ZONE | HAVE_SUMMER_ZONE : HAVE_ZONE;
}

static uint32_t
read_word(struct reader *r, uint32_t field_idx)
{
    struct slice text = slice_text(r->fields.fields[field_idx].text);
    const struct timezone_abbrev *abbrev = timezone_abbrev_find(text);
    if (abbrev != NULL)
        return read_abbrev(r, abbrev);

    int32_t value;
    switch (datetime_word_find(text, &value)) {
    case WORD_IGNORED:
        return 0;
    case WORD_RESERVED:
        return read_reserved(r, (enum datetime_unit)value);
    case WORD_MONTH:
        if (r->is_time_only)
            break;
        return read_month_name(r, value);
    case WORD_SUMMER:
        r->dt->seconds_east += value;
        return HAVE_SUMMER | HAVE_SUMMER_ZONE;
    case WORD_HALF:
        r->half = value == 0 ? HALF_AM : HALF_PM;
        return HAVE_HALF;
    case WORD_ERA:
        r->is_bc = value == 1;
        return HAVE_ERA;
    case WORD_WEEKDAY:
        if (r->is_time_only)
            break;
        return HAVE_WEEKDAY;
    case WORD_UNIT:
        r->label = (enum datetime_unit)value;
        return 0;
    case WORD_ISO_TIME:
        read_iso_t(r, field_idx);
        return 0;
    default: {
        const struct timezone *zone;
        enum status st = timezones_find(types_timezones(r->text->env->types), text, &zone);
        if (st != ST_OK)
            break;
        r->zone = zone;
        return HAVE_ZONE;
    }
    }
    datetime_fail_syntax(r->text);
}

static uint32_t
read_field(struct reader *r, uint32_t field_idx)
{
    char *text = r->fields.fields[field_idx].text;
    switch (r->fields.fields[field_idx].kind) {
    case FIELD_NUMBER:
        return read_number_field(r, field_idx);
    case FIELD_DATE:
        return read_date_field(r, field_idx);
    case FIELD_TIME:
        if (r->label != UNIT_NONE && r->label != UNIT_TIME && !r->is_time_only)
            datetime_fail_syntax(r->text);
        r->label = UNIT_NONE;
        read_clock(r, text);
        if (!r->is_time_only &&
            time_fields_overflow(r->dt->hour, r->dt->minute, r->dt->second, r->dt->us))
            datetime_fail_range(r->text);
        return HAVE_TIME;
    case FIELD_SIGNED:
        r->dt->seconds_east = read_offset(r, text);
        return HAVE_ZONE;
    default:
        return read_word(r, field_idx);
    }
}

/* ---- at the end ---- */

static void
settle_date(struct reader *r)
{
    struct datetime *dt = r->dt;
    if ((r->have & HAVE_YEAR) != 0 && !r->is_julian) {
        if (r->is_short_year && !r->is_bc)
            dt->year += dt->year < 70 ? 2000 : dt->year < 100 ? 1900 : 0;
        else if (dt->year <= 0)
            datetime_fail_range(r->text);
        if (r->is_bc)
            dt->year = 1 - dt->year;
    }
    if ((r->have & HAVE_YEAR_DAY) != 0)
        set_day(dt, civil_day(dt->year, 1, 1) + r->year_day - 1);
    if ((r->have & HAVE_MONTH) != 0 && (dt->month < 1 || dt->month > 12))
        datetime_fail_order(r->text);
    if ((r->have & HAVE_DAY) != 0 && (dt->day < 1 || dt->day > 31))
        datetime_fail_order(r->text);
    if ((r->have & HAVE_DATE) == HAVE_DATE && dt->day > month_days(dt->year, dt->month))
        datetime_fail_range(r->text);
}

static void
settle_half(struct reader *r)
{
    struct datetime *dt = r->dt;
    if (r->half != HALF_NONE && dt->hour > 12)
        datetime_fail_range(r->text);
    if (r->half == HALF_AM && dt->hour == 12)
        dt->hour = 0;
    else if (r->half == HALF_PM && dt->hour != 12)
        dt->hour += 12;
}

static int64_t
local_seconds(const struct datetime *dt)
{
    int64_t day = civil_day(dt->year, dt->month, dt->day) + EPOCH_SHIFT_DAYS;
    return day * SECONDS_PER_DAY + (dt->hour * INT64_C(60) + dt->minute) * 60 + dt->second;
}

static void
settle_zone(struct reader *r)
{
    struct datetime *dt = r->dt;
    const struct type_env *env = r->text->env;
    bool is_named = r->zone != NULL || r->abbrev != NULL || (r->have & HAVE_ZONE) == 0;
    if (is_named && (r->have & HAVE_SUMMER) != 0)
        datetime_fail_syntax(r->text);
    if (is_named && r->abbrev == NULL && !civil_is_near(dt->year, dt->month)) {
        dt->seconds_east = 0; /* so far away no zone is known */
    } else if (r->abbrev != NULL) {
        const struct timezone *zone = datetime_zone(env, slice_text(r->abbrev->zone));
        struct timezone_span span = timezone_local_abbrev(zone, r->abbrev->name, local_seconds(dt));
        dt->seconds_east = span.seconds_east;
        dt->is_dst = span.is_dst;
    } else if (r->zone != NULL) {
        datetime_set_zone(dt, r->zone);
    } else if ((r->have & HAVE_ZONE) == 0) {
        datetime_set_zone(dt, datetime_session_zone(env));
    }
}

/* For the zone of a time without a date: today's. */
static void
settle_time_zone(struct reader *r)
{
    bool has_date = (r->have & HAVE_DATE) == HAVE_DATE;
    if (r->zone != NULL) {
        int32_t seconds_east;
        if ((r->have & HAVE_SUMMER) == 0 && timezone_is_fixed(r->zone, &seconds_east)) {
            r->dt->seconds_east = seconds_east;
            return;
        }
        if (!has_date)
            datetime_fail_syntax(r->text); /* a zone that changes its clocks needs to know when */
    }
    bool needs_date = (r->have & HAVE_ZONE) == 0 || r->abbrev != NULL;
    if (needs_date && (r->have & HAVE_DATE) != 0 && !has_date)
        datetime_fail_syntax(r->text);
    if (!has_date)
        set_today(r, 0);
    settle_zone(r);
}

static void
read_fields(struct reader *r)
{
    for (uint32_t i = 0; i < r->fields.count; i++) {
        uint32_t set = read_field(r, i);
        if ((set & r->have) != 0)
            datetime_fail_syntax(r->text);
        r->have |= set;
    }
}

enum datetime_kind
datetime_parse(const struct datetime_text *text, struct datetime *out)
{
    struct reader r = {.text = text, .dt = out};
    *out = (struct datetime){.year = 0};
    /* Room as PostgreSQL's, where the same texts are too long. */
    uint32_t bytes_max = 128 + DATETIME_FIELDS_MAX;
    if (!datetime_lex(text->text, bytes_max, &r.fields))
        datetime_fail_syntax(text);
    read_fields(&r);
    settle_date(&r);
    settle_half(&r);
    if (r.kind != DATETIME_FIELDS)
        return r.kind;
    if ((r.have & HAVE_DATE) != HAVE_DATE)
        datetime_fail_syntax(text);
    settle_zone(&r);
    return DATETIME_FIELDS;
}

void
time_parse(const struct datetime_text *text, struct datetime *out)
{
    struct reader r = {.text = text, .dt = out, .is_time_only = true};
    *out = (struct datetime){.year = 0};
    if (!datetime_lex(text->text, 129, &r.fields))
        datetime_fail_syntax(text);
    read_fields(&r);
    settle_date(&r);
    settle_half(&r);
    if (time_fields_overflow(out->hour, out->minute, out->second, out->us))
        datetime_fail_range(text);
    if ((r.have & HAVE_TIME) != HAVE_TIME)
        datetime_fail_syntax(text);
    settle_time_zone(&r);
}
