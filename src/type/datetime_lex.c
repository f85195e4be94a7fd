/*
 * datetime_lex.c: cuts the text of a date, time or interval into fields, and knows the words.
 *
 * A field's kind follows from its first character and the first separator after it. A word that
 * runs into a separator or digit is taken whole with what follows ("jan-08-99", "europe/rome"),
 * unless it is a known word that a digit follows ("jan08", "t0405").
 */
#include "type/datetime_lex.h"

#include <math.h>

#define WORD_BYTES_MAX 10 /* words are told apart by as much */

struct lexer {
    const char *at, *end;
    char *to, *to_end;
    bool is_full;
};

static char
peek(const struct lexer *lexer)
{
    return lexer->at < lexer->end ? *lexer->at : '\0';
}

static void
take(struct lexer *lexer)
{
    char c = *lexer->at++;
    if (lexer->to + 1 >= lexer->to_end) {
        lexer->is_full = true;
        return;
    }
    *lexer->to++ = c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

static void
take_digits(struct lexer *lexer)
{
    while (is_digit(peek(lexer)))
        take(lexer);
}

static void
take_letters(struct lexer *lexer)
{
    while (is_letter(peek(lexer)))
        take(lexer);
}

static enum datetime_field_kind
lex_after_digits(struct lexer *lexer)
{
    char separator = peek(lexer);
    if (separator == ':') {
        while (is_digit(peek(lexer)) || peek(lexer) == ':' || peek(lexer) == '.')
            take(lexer);
        return FIELD_TIME;
    }
    if (separator != '-' && separator != '/' && separator != '.')
        return FIELD_NUMBER;

    take(lexer);
    if (!is_digit(peek(lexer))) {
        while (is_digit(peek(lexer)) || is_letter(peek(lexer)) || peek(lexer) == separator)
            take(lexer);
        return FIELD_DATE;
    }
    take_digits(lexer);
    if (peek(lexer) != separator)
        return separator == '.' ? FIELD_NUMBER : FIELD_DATE;
    take(lexer);
    while (is_digit(peek(lexer)) || peek(lexer) == separator)
        take(lexer);
    return FIELD_DATE;
}

static enum datetime_field_kind
lex_word(struct lexer *lexer)
{
    const char *start = lexer->to;
    take_letters(lexer);
    char c = peek(lexer);
    bool is_run = c == '-' || c == '/' || c == '.';
    if (c == '+' || is_digit(c)) {
        int32_t value;
        struct slice word = slice_of(start, (size_t)(lexer->to - start));
        is_run = datetime_word_find(word, &value) == WORD_NONE;
    }
    if (!is_run)
        return FIELD_WORD;
    while (lexer->at < lexer->end &&
           (is_digit(*lexer->at) || is_letter(*lexer->at) || strchr("+-/_.:", *lexer->at) != NULL))
        take(lexer);
    return FIELD_DATE;
}

/* False if neither a number nor a word follows the sign. */
static bool
lex_signed(struct lexer *lexer, enum datetime_field_kind *kind)
{
    take(lexer);
    while (is_blank(peek(lexer)))
        lexer->at++;
    if (is_digit(peek(lexer))) {
        *kind = FIELD_SIGNED;
        while (lexer->at < lexer->end && (is_digit(*lexer->at) || *lexer->at == ':' ||
                                          *lexer->at == '.' || *lexer->at == '-'))
            take(lexer);
        return true;
    }
    *kind = FIELD_SPECIAL;
    if (!is_letter(peek(lexer)))
        return false;
    take_letters(lexer);
    return true;
}

static bool
lex_field(struct lexer *lexer, enum datetime_field_kind *kind)
{
    char c = peek(lexer);
    if (is_digit(c)) {
        take_digits(lexer);
        *kind = lex_after_digits(lexer);
        return true;
    }
    if (c == '.') {
        *kind = FIELD_NUMBER;
        take(lexer);
        take_digits(lexer);
        return true;
    }
    if (is_letter(c)) {
        *kind = lex_word(lexer);
        return true;
    }
    return lex_signed(lexer, kind);
}

/* Blanks and such punctuation as begins no field. */
static bool
is_between(char c)
{
    return is_blank(c) || (c > ' ' && c < 0x7f && !is_digit(c) && !is_letter(c) && c != '.' &&
                           c != '+' && c != '-');
}

bool
datetime_lex(struct slice text, uint32_t bytes_max, struct datetime_fields *fields)
{
    struct lexer lexer = {
        .at = (const char *)text.data,
        .end = (const char *)text.data + text.bytes,
        .to = fields->bytes,
        .to_end = fields->bytes + bytes_max,
    };
    fields->count = 0;
    while (lexer.at < lexer.end) {
        char c = peek(&lexer);
        if (is_between(c)) {
            lexer.at++;
            continue;
        }
        if (!is_digit(c) && !is_letter(c) && c != '.' && c != '+' && c != '-')
            return false;
        if (fields->count == DATETIME_FIELDS_MAX)
            return false;
        struct datetime_field *field = &fields->fields[fields->count++];
        field->text = lexer.to;
        if (!lex_field(&lexer, &field->kind) || lexer.is_full)
            return false;
        *lexer.to++ = '\0';
    }
    return true;
}

enum number_fit
number_read(const char **at, int64_t min, int64_t max, int64_t *value)
{
    const char *p = *at;
    bool is_negative = *p == '-';
    if (*p == '-' || *p == '+')
        p++;
    *value = 0;
    if (!is_digit(*p))
        return NUMBER_FITS;
    __int128 v = 0;
    bool is_too_big = false;
    for (; is_digit(*p); p++) {
        v = v * 10 + (*p - '0');
        if (v > (__int128)INT64_MAX + 1) {
            is_too_big = true;
            v = (__int128)INT64_MAX + 1;
        }
    }
    *at = p;
    if (is_negative)
        v = -v;
    if (is_too_big || v < min || v > max)
        return NUMBER_TOO_BIG;
    *value = (int64_t)v;
    return NUMBER_FITS;
}

bool
fraction_read(const char *at, double *fraction)
{
    /* 18 digits hold more than a double tells apart; the rest is read past. */
    uint64_t digits = 0;
    double scale = 1;
    int count = 0;
    for (at++; is_digit(*at); at++) {
        if (count++ < 18) {
            digits = digits * 10 + (uint64_t)(*at - '0');
            scale *= 10;
        }
    }
    *fraction = (double)digits / scale;
    return *at == '\0';
}

/* ---- words ---- */

struct word {
    const char *text;
    enum datetime_word kind;
    int32_t value;
};

/* In order of text. */
static const struct word datetime_words[] = {
    {"-infinity", WORD_RESERVED, UNIT_EARLY},
    {"ad", WORD_ERA, 0},
    {"allballs", WORD_RESERVED, UNIT_ZULU},
    {"am", WORD_HALF, 0},
    {"apr", WORD_MONTH, 4},
    {"april", WORD_MONTH, 4},
    {"at", WORD_IGNORED, 0},
    {"aug", WORD_MONTH, 8},
    {"august", WORD_MONTH, 8},
    {"bc", WORD_ERA, 1},
    {"d", WORD_UNIT, UNIT_DAY},
    {"dec", WORD_MONTH, 12},
    {"december", WORD_MONTH, 12},
    {"dow", WORD_UNIT, UNIT_DOW},
    {"doy", WORD_UNIT, UNIT_DOY},
    {"dst", WORD_SUMMER, 3600},
    {"epoch", WORD_RESERVED, UNIT_EPOCH},
    {"feb", WORD_MONTH, 2},
    {"february", WORD_MONTH, 2},
    {"fri", WORD_WEEKDAY, 5},
    {"friday", WORD_WEEKDAY, 5},
    {"h", WORD_UNIT, UNIT_HOUR},
    {"infinity", WORD_RESERVED, UNIT_LATE},
    {"isodow", WORD_UNIT, UNIT_ISO_DOW},
    {"isoyear", WORD_UNIT, UNIT_ISO_YEAR},
    {"j", WORD_UNIT, UNIT_JULIAN},
    {"jan", WORD_MONTH, 1},
    {"january", WORD_MONTH, 1},
    {"jd", WORD_UNIT, UNIT_JULIAN},
    {"jul", WORD_MONTH, 7},
    {"julian", WORD_UNIT, UNIT_JULIAN},
    {"july", WORD_MONTH, 7},
    {"jun", WORD_MONTH, 6},
    {"june", WORD_MONTH, 6},
    {"m", WORD_UNIT, UNIT_MONTH},
    {"mar", WORD_MONTH, 3},
    {"march", WORD_MONTH, 3},
    {"may", WORD_MONTH, 5},
    {"mm", WORD_UNIT, UNIT_MINUTE},
    {"mon", WORD_WEEKDAY, 1},
    {"monday", WORD_WEEKDAY, 1},
    {"nov", WORD_MONTH, 11},
    {"november", WORD_MONTH, 11},
    {"now", WORD_RESERVED, UNIT_NOW},
    {"oct", WORD_MONTH, 10},
    {"october", WORD_MONTH, 10},
    {"on", WORD_IGNORED, 0},
    {"pm", WORD_HALF, 1},
    {"s", WORD_UNIT, UNIT_SECOND},
    {"sat", WORD_WEEKDAY, 6},
    {"saturday", WORD_WEEKDAY, 6},
    {"sep", WORD_MONTH, 9},
    {"sept", WORD_MONTH, 9},
    {"september", WORD_MONTH, 9},
    {"sun", WORD_WEEKDAY, 0},
    {"sunday", WORD_WEEKDAY, 0},
    {"t", WORD_ISO_TIME, UNIT_TIME},
    {"thu", WORD_WEEKDAY, 4},
    {"thur", WORD_WEEKDAY, 4},
    {"thurs", WORD_WEEKDAY, 4},
    {"thursday", WORD_WEEKDAY, 4},
    {"today", WORD_RESERVED, UNIT_TODAY},
    {"tomorrow", WORD_RESERVED, UNIT_TOMORROW},
    {"tue", WORD_WEEKDAY, 2},
    {"tues", WORD_WEEKDAY, 2},
    {"tuesday", WORD_WEEKDAY, 2},
    {"wed", WORD_WEEKDAY, 3},
    {"wednesday", WORD_WEEKDAY, 3},
    {"weds", WORD_WEEKDAY, 3},
    {"y", WORD_UNIT, UNIT_YEAR},
    {"yesterday", WORD_RESERVED, UNIT_YESTERDAY},
};

/* In order of text. */
static const struct word interval_words[] = {
    {"ago", WORD_AGO, 0},
    {"c", WORD_UNIT, UNIT_CENTURY},
    {"cent", WORD_UNIT, UNIT_CENTURY},
    {"centuries", WORD_UNIT, UNIT_CENTURY},
    {"century", WORD_UNIT, UNIT_CENTURY},
    {"d", WORD_UNIT, UNIT_DAY},
    {"day", WORD_UNIT, UNIT_DAY},
    {"days", WORD_UNIT, UNIT_DAY},
    {"dec", WORD_UNIT, UNIT_DECADE},
    {"decade", WORD_UNIT, UNIT_DECADE},
    {"decades", WORD_UNIT, UNIT_DECADE},
    {"decs", WORD_UNIT, UNIT_DECADE},
    {"h", WORD_UNIT, UNIT_HOUR},
    {"hour", WORD_UNIT, UNIT_HOUR},
    {"hours", WORD_UNIT, UNIT_HOUR},
    {"hr", WORD_UNIT, UNIT_HOUR},
    {"hrs", WORD_UNIT, UNIT_HOUR},
    {"m", WORD_UNIT, UNIT_MINUTE},
    {"microsecon", WORD_UNIT, UNIT_MICROSECOND},
    {"mil", WORD_UNIT, UNIT_MILLENNIUM},
    {"millennia", WORD_UNIT, UNIT_MILLENNIUM},
    {"millennium", WORD_UNIT, UNIT_MILLENNIUM},
    {"millisecon", WORD_UNIT, UNIT_MILLISECOND},
    {"mils", WORD_UNIT, UNIT_MILLENNIUM},
    {"min", WORD_UNIT, UNIT_MINUTE},
    {"mins", WORD_UNIT, UNIT_MINUTE},
    {"minute", WORD_UNIT, UNIT_MINUTE},
    {"minutes", WORD_UNIT, UNIT_MINUTE},
    {"mon", WORD_UNIT, UNIT_MONTH},
    {"mons", WORD_UNIT, UNIT_MONTH},
    {"month", WORD_UNIT, UNIT_MONTH},
    {"months", WORD_UNIT, UNIT_MONTH},
    {"ms", WORD_UNIT, UNIT_MILLISECOND},
    {"msec", WORD_UNIT, UNIT_MILLISECOND},
    {"msecond", WORD_UNIT, UNIT_MILLISECOND},
    {"mseconds", WORD_UNIT, UNIT_MILLISECOND},
    {"msecs", WORD_UNIT, UNIT_MILLISECOND},
    {"qtr", WORD_UNIT, UNIT_QUARTER},
    {"quarter", WORD_UNIT, UNIT_QUARTER},
    {"s", WORD_UNIT, UNIT_SECOND},
    {"sec", WORD_UNIT, UNIT_SECOND},
    {"second", WORD_UNIT, UNIT_SECOND},
    {"seconds", WORD_UNIT, UNIT_SECOND},
    {"secs", WORD_UNIT, UNIT_SECOND},
    {"timezone", WORD_UNIT, UNIT_TIMEZONE},
    {"timezone_h", WORD_UNIT, UNIT_TIMEZONE_HOUR},
    {"timezone_m", WORD_UNIT, UNIT_TIMEZONE_MINUTE},
    {"us", WORD_UNIT, UNIT_MICROSECOND},
    {"usec", WORD_UNIT, UNIT_MICROSECOND},
    {"usecond", WORD_UNIT, UNIT_MICROSECOND},
    {"useconds", WORD_UNIT, UNIT_MICROSECOND},
    {"usecs", WORD_UNIT, UNIT_MICROSECOND},
    {"w", WORD_UNIT, UNIT_WEEK},
    {"week", WORD_UNIT, UNIT_WEEK},
    {"weeks", WORD_UNIT, UNIT_WEEK},
    {"y", WORD_UNIT, UNIT_YEAR},
    {"year", WORD_UNIT, UNIT_YEAR},
    {"years", WORD_UNIT, UNIT_YEAR},
    {"yr", WORD_UNIT, UNIT_YEAR},
    {"yrs", WORD_UNIT, UNIT_YEAR},
};

static enum datetime_word
word_find(const struct word *words, size_t count, struct slice text, int32_t *value)
{
    if (text.bytes > WORD_BYTES_MAX)
        text.bytes = WORD_BYTES_MAX;
    size_t low = 0, high = count;
    while (low < high) {
        size_t mid = low + (high - low) / 2;
        int order = slice_compare(slice_text(words[mid].text), text);
        if (order == 0) {
            *value = words[mid].value;
            return words[mid].kind;
        }
        if (order < 0)
            low = mid + 1;
        else
            high = mid;
    }
    return WORD_NONE;
}

enum datetime_word
datetime_word_find(struct slice word, int32_t *value)
{
    size_t count = sizeof datetime_words / sizeof datetime_words[0];
    return word_find(datetime_words, count, word, value);
}

enum datetime_word
interval_word_find(struct slice word, int32_t *value)
{
    size_t count = sizeof interval_words / sizeof interval_words[0];
    return word_find(interval_words, count, word, value);
}
