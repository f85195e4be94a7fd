/*
 * format.h: the templates of to_char, to_date, to_timestamp and to_number, cut into nodes.
 *
 * A template is a text in which patterns ("YYYY", "9", "MI") stand for fields. Patterns are found
 * from left to right, the longest first; anything else stands for itself.
 */
#pragma once

#include "type/datetime.h"
#include "type/types.h"

/* Patterns of dates. Those of a group are told apart by their case and length. */
enum date_pattern {
    DATE_HALF,      /* AM, a.m. */
    DATE_ERA,       /* AD, b.c. */
    DATE_CENTURY,   /* CC */
    DATE_DAY_NAME,  /* DAY */
    DATE_DAY_SHORT, /* DY */
    DATE_YEAR_DAY,  /* DDD */
    DATE_MONTH_DAY, /* DD */
    DATE_WEEKDAY,   /* D */
    DATE_FRACTION,  /* FF1 to FF6 */
    DATE_FIXED,     /* FX */
    DATE_HOUR24,    /* HH24 */
    DATE_HOUR12,    /* HH12, HH */
    DATE_ISO_YEAR_DAY,
    DATE_ISO_WEEKDAY,
    DATE_ISO_WEEK,
    DATE_ISO_YEAR, /* IYYY, IYY, IY, I: key_digits says which */
    DATE_JULIAN,
    DATE_MINUTE,
    DATE_MONTH,       /* MM */
    DATE_MONTH_NAME,  /* MONTH */
    DATE_MONTH_SHORT, /* MON */
    DATE_MILLISECOND,
    DATE_OFFSET, /* OF */
    DATE_QUARTER,
    DATE_ROMAN,      /* RM */
    DATE_DAY_SECOND, /* SSSS, SSSSS */
    DATE_SECOND,
    DATE_ZONE_HOUR,   /* TZH */
    DATE_ZONE_MINUTE, /* TZM */
    DATE_ZONE,        /* TZ */
    DATE_MICROSECOND,
    DATE_YEAR_WEEK,  /* WW */
    DATE_MONTH_WEEK, /* W */
    DATE_YEAR_COMMA, /* Y,YYY */
    DATE_YEAR        /* YYYY, YYY, YY, Y */
};

enum number_pattern {
    NUMBER_COMMA,
    NUMBER_POINT,
    NUMBER_ZERO,
    NUMBER_NINE,
    NUMBER_BLANK,        /* B */
    NUMBER_ISO,          /* C: nothing */
    NUMBER_LOCALE_POINT, /* D */
    NUMBER_EXPONENT,     /* EEEE */
    NUMBER_FILL,         /* FM */
    NUMBER_GROUP,        /* G */
    NUMBER_CURRENCY,
    NUMBER_MINUS,    /* MI */
    NUMBER_PLUS,     /* PL */
    NUMBER_BRACKET,  /* PR */
    NUMBER_ROMAN,    /* RN */
    NUMBER_SIGN,     /* S */
    NUMBER_ANY_SIGN, /* SG */
    NUMBER_SPELL,    /* SP: nothing */
    NUMBER_ORDINAL,  /* TH */
    NUMBER_MULTIPLY  /* V */
};

/* The case in which names are written. */
enum pattern_case { CASE_LOWER, CASE_UPPER, CASE_INITIAL };

/* Which calendar's fields a pattern sets when text is read. */
enum date_convention { CONVENTION_NONE, CONVENTION_GREGORIAN, CONVENTION_ISO };

struct template_key {
    const char *name;
    uint8_t pattern; /* enum date_pattern or number_pattern */
    bool is_digits;  /* its text begins with a digit */
    enum pattern_case letter_case;
    enum date_convention convention;
};

enum node_kind { NODE_PATTERN, NODE_TEXT, NODE_SEPARATOR, NODE_BLANK };

struct template_node {
    enum node_kind kind;
    const struct template_key *key;     /* NODE_PATTERN */
    bool is_fill, is_translated;        /* prefixes FM, TM */
    bool has_ordinal, ordinal_is_lower; /* suffixes TH, th */
    uint8_t text_bytes;                 /* other nodes: one character */
    char text[4];
};

struct template
{
    uint32_t count;
    struct template_node *nodes;
};

/* In `arena`. */
struct template template_of_date(struct arena *arena, struct slice text);
struct template template_of_number(struct arena *arena, struct slice text);

/* "st", "nd", "rd", "th" for a number that ends in these digits; raises 22023 if it does not. */
const char *ordinal_suffix(struct slice number, bool is_lower);

/* What a date's to_char is given. */
struct date_fields {
    struct datetime dt; /* of an interval: hour may lie outside of a day, so it stands in `hour` */
    int64_t hour;
    int32_t year_day;
    bool is_interval;
    bool has_zone; /* dt's zone means something */
};

void date_format(const struct template *template, const struct date_fields *fields, struct buf *to);

/* What to_timestamp and to_date read. */
struct date_parsed {
    struct datetime dt;
    bool has_zone;     /* TZH: dt.seconds_east */
    int32_t precision; /* of FF1 to FF6; 0: none */
};

/* Raises 22007, 22008, 0A000. */
void date_unformat(const struct type_env *env, const struct template *template, struct slice text,
                   struct date_parsed *parsed);
