/*
 * datetime_lex.h: cuts the text of a date, time or interval into fields.
 */
#pragma once

#include "type/datetime.h"

#define DATETIME_FIELDS_MAX 25
#define DATETIME_TEXT_BYTES_MAX 256

enum datetime_field_kind {
    FIELD_NUMBER,  /* digits, perhaps with one point; or day.month, which is told later */
    FIELD_WORD,    /* letters */
    FIELD_DATE,    /* digits or letters with separators; also a zone's name such as europe/rome */
    FIELD_TIME,    /* digits with colons and points */
    FIELD_SIGNED,  /* a sign, then digits, colons, points, dashes: a zone's offset */
    FIELD_SPECIAL, /* a sign, then letters: "-infinity" */
};

/* One field; its text is in lower case, terminated, and the reader's to cut up. */
struct datetime_field {
    enum datetime_field_kind kind;
    char *text;
};

struct datetime_fields {
    uint32_t count;
    struct datetime_field fields[DATETIME_FIELDS_MAX];
    char bytes[DATETIME_TEXT_BYTES_MAX];
};

/* False if the text has a foreign character or is too long (bytes_max with a terminator a field).
 */
bool datetime_lex(struct slice text, uint32_t bytes_max, struct datetime_fields *fields);

static inline bool
is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static inline bool
is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static inline bool
is_blank(char c)
{
    return c == ' ' || (c >= '\t' && c <= '\r');
}

enum number_fit { NUMBER_FITS, NUMBER_TOO_BIG };

/*
 * Reads an integer (an optional sign, digits) at *at and advances it; without digits the value is 0
 * and *at stays.
 */
enum number_fit number_read(const char **at, int64_t min, int64_t max, int64_t *value);

/* Reads ".digits" (or "." alone) that must end the text; false if anything else follows. */
bool fraction_read(const char *at, double *fraction);
