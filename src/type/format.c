/*
 * format.c: cuts the templates of to_char and its kin into nodes.
 *
 * Texts in double quotes stand for themselves, with backslashes as quotes of single characters;
 * outside of them a backslash is an ordinary character unless a double quote follows it.
 */
#include "type/format.h"

#include "base/raise.h"
#include "type/utf8.h"

#define NONE CONVENTION_NONE
#define GREGORIAN CONVENTION_GREGORIAN
#define ISO CONVENTION_ISO

/* Of patterns that begin alike the longer comes first. */
static const struct template_key date_keys[] = {
    {"A.D.", DATE_ERA, false, CASE_UPPER, NONE},
    {"A.M.", DATE_HALF, false, CASE_UPPER, NONE},
    {"AD", DATE_ERA, false, CASE_UPPER, NONE},
    {"AM", DATE_HALF, false, CASE_UPPER, NONE},
    {"B.C.", DATE_ERA, false, CASE_UPPER, NONE},
    {"BC", DATE_ERA, false, CASE_UPPER, NONE},
    {"CC", DATE_CENTURY, true, CASE_UPPER, NONE},
    {"DAY", DATE_DAY_NAME, false, CASE_UPPER, NONE},
    {"DDD", DATE_YEAR_DAY, true, CASE_UPPER, GREGORIAN},
    {"DD", DATE_MONTH_DAY, true, CASE_UPPER, GREGORIAN},
    {"DY", DATE_DAY_SHORT, false, CASE_UPPER, NONE},
    {"Day", DATE_DAY_NAME, false, CASE_INITIAL, NONE},
    {"Dy", DATE_DAY_SHORT, false, CASE_INITIAL, NONE},
    {"D", DATE_WEEKDAY, true, CASE_UPPER, GREGORIAN},
    {"FF1", DATE_FRACTION, true, CASE_UPPER, NONE},
    {"FF2", DATE_FRACTION, true, CASE_UPPER, NONE},
    {"FF3", DATE_FRACTION, true, CASE_UPPER, NONE},
    {"FF4", DATE_FRACTION, true, CASE_UPPER, NONE},
    {"FF5", DATE_FRACTION, true, CASE_UPPER, NONE},
    {"FF6", DATE_FRACTION, true, CASE_UPPER, NONE},
    {"FX", DATE_FIXED, false, CASE_UPPER, NONE},
    {"HH24", DATE_HOUR24, true, CASE_UPPER, NONE},
    {"HH12", DATE_HOUR12, true, CASE_UPPER, NONE},
    {"HH", DATE_HOUR12, true, CASE_UPPER, NONE},
    {"IDDD", DATE_ISO_YEAR_DAY, true, CASE_UPPER, ISO},
    {"ID", DATE_ISO_WEEKDAY, true, CASE_UPPER, ISO},
    {"IW", DATE_ISO_WEEK, true, CASE_UPPER, ISO},
    {"IYYY", DATE_ISO_YEAR, true, CASE_UPPER, ISO},
    {"IYY", DATE_ISO_YEAR, true, CASE_UPPER, ISO},
    {"IY", DATE_ISO_YEAR, true, CASE_UPPER, ISO},
    {"I", DATE_ISO_YEAR, true, CASE_UPPER, ISO},
    {"J", DATE_JULIAN, true, CASE_UPPER, NONE},
    {"MI", DATE_MINUTE, true, CASE_UPPER, NONE},
    {"MM", DATE_MONTH, true, CASE_UPPER, GREGORIAN},
    {"MONTH", DATE_MONTH_NAME, false, CASE_UPPER, GREGORIAN},
    {"MON", DATE_MONTH_SHORT, false, CASE_UPPER, GREGORIAN},
    {"MS", DATE_MILLISECOND, true, CASE_UPPER, NONE},
    {"Month", DATE_MONTH_NAME, false, CASE_INITIAL, GREGORIAN},
    {"Mon", DATE_MONTH_SHORT, false, CASE_INITIAL, GREGORIAN},
    {"OF", DATE_OFFSET, false, CASE_UPPER, NONE},
    {"P.M.", DATE_HALF, false, CASE_UPPER, NONE},
    {"PM", DATE_HALF, false, CASE_UPPER, NONE},
    {"Q", DATE_QUARTER, true, CASE_UPPER, NONE},
    {"RM", DATE_ROMAN, false, CASE_UPPER, GREGORIAN},
    {"SSSSS", DATE_DAY_SECOND, true, CASE_UPPER, NONE},
    {"SSSS", DATE_DAY_SECOND, true, CASE_UPPER, NONE},
    {"SS", DATE_SECOND, true, CASE_UPPER, NONE},
    {"TZH", DATE_ZONE_HOUR, false, CASE_UPPER, NONE},
    {"TZM", DATE_ZONE_MINUTE, true, CASE_UPPER, NONE},
    {"TZ", DATE_ZONE, false, CASE_UPPER, NONE},
    {"US", DATE_MICROSECOND, true, CASE_UPPER, NONE},
    {"WW", DATE_YEAR_WEEK, true, CASE_UPPER, GREGORIAN},
    {"W", DATE_MONTH_WEEK, true, CASE_UPPER, GREGORIAN},
    {"Y,YYY", DATE_YEAR_COMMA, true, CASE_UPPER, GREGORIAN},
    {"YYYY", DATE_YEAR, true, CASE_UPPER, GREGORIAN},
    {"YYY", DATE_YEAR, true, CASE_UPPER, GREGORIAN},
    {"YY", DATE_YEAR, true, CASE_UPPER, GREGORIAN},
    {"Y", DATE_YEAR, true, CASE_UPPER, GREGORIAN},
    {"a.d.", DATE_ERA, false, CASE_LOWER, NONE},
    {"a.m.", DATE_HALF, false, CASE_LOWER, NONE},
    {"ad", DATE_ERA, false, CASE_LOWER, NONE},
    {"am", DATE_HALF, false, CASE_LOWER, NONE},
    {"b.c.", DATE_ERA, false, CASE_LOWER, NONE},
    {"bc", DATE_ERA, false, CASE_LOWER, NONE},
    {"cc", DATE_CENTURY, true, CASE_LOWER, NONE},
    {"day", DATE_DAY_NAME, false, CASE_LOWER, NONE},
    {"ddd", DATE_YEAR_DAY, true, CASE_LOWER, GREGORIAN},
    {"dd", DATE_MONTH_DAY, true, CASE_LOWER, GREGORIAN},
    {"dy", DATE_DAY_SHORT, false, CASE_LOWER, NONE},
    {"d", DATE_WEEKDAY, true, CASE_LOWER, GREGORIAN},
    {"ff1", DATE_FRACTION, true, CASE_LOWER, NONE},
    {"ff2", DATE_FRACTION, true, CASE_LOWER, NONE},
    {"ff3", DATE_FRACTION, true, CASE_LOWER, NONE},
    {"ff4", DATE_FRACTION, true, CASE_LOWER, NONE},
    {"ff5", DATE_FRACTION, true, CASE_LOWER, NONE},
    {"ff6", DATE_FRACTION, true, CASE_LOWER, NONE},
    {"fx", DATE_FIXED, false, CASE_LOWER, NONE},
    {"hh24", DATE_HOUR24, true, CASE_LOWER, NONE},
    {"hh12", DATE_HOUR12, true, CASE_LOWER, NONE},
    {"hh", DATE_HOUR12, true, CASE_LOWER, NONE},
    {"iddd", DATE_ISO_YEAR_DAY, true, CASE_LOWER, ISO},
    {"id", DATE_ISO_WEEKDAY, true, CASE_LOWER, ISO},
    {"iw", DATE_ISO_WEEK, true, CASE_LOWER, ISO},
    {"iyyy", DATE_ISO_YEAR, true, CASE_LOWER, ISO},
    {"iyy", DATE_ISO_YEAR, true, CASE_LOWER, ISO},
    {"iy", DATE_ISO_YEAR, true, CASE_LOWER, ISO},
    {"i", DATE_ISO_YEAR, true, CASE_LOWER, ISO},
    {"j", DATE_JULIAN, true, CASE_LOWER, NONE},
    {"mi", DATE_MINUTE, true, CASE_LOWER, NONE},
    {"mm", DATE_MONTH, true, CASE_LOWER, GREGORIAN},
    {"month", DATE_MONTH_NAME, false, CASE_LOWER, GREGORIAN},
    {"mon", DATE_MONTH_SHORT, false, CASE_LOWER, GREGORIAN},
    {"ms", DATE_MILLISECOND, true, CASE_LOWER, NONE},
    {"of", DATE_OFFSET, false, CASE_LOWER, NONE},
    {"p.m.", DATE_HALF, false, CASE_LOWER, NONE},
    {"pm", DATE_HALF, false, CASE_LOWER, NONE},
    {"q", DATE_QUARTER, true, CASE_LOWER, NONE},
    {"rm", DATE_ROMAN, false, CASE_LOWER, GREGORIAN},
    {"sssss", DATE_DAY_SECOND, true, CASE_LOWER, NONE},
    {"ssss", DATE_DAY_SECOND, true, CASE_LOWER, NONE},
    {"ss", DATE_SECOND, true, CASE_LOWER, NONE},
    {"tzh", DATE_ZONE_HOUR, false, CASE_LOWER, NONE},
    {"tzm", DATE_ZONE_MINUTE, true, CASE_LOWER, NONE},
    {"tz", DATE_ZONE, false, CASE_LOWER, NONE},
    {"us", DATE_MICROSECOND, true, CASE_LOWER, NONE},
    {"ww", DATE_YEAR_WEEK, true, CASE_LOWER, GREGORIAN},
    {"w", DATE_MONTH_WEEK, true, CASE_LOWER, GREGORIAN},
    {"y,yyy", DATE_YEAR_COMMA, true, CASE_LOWER, GREGORIAN},
    {"yyyy", DATE_YEAR, true, CASE_LOWER, GREGORIAN},
    {"yyy", DATE_YEAR, true, CASE_LOWER, GREGORIAN},
    {"yy", DATE_YEAR, true, CASE_LOWER, GREGORIAN},
    {"y", DATE_YEAR, true, CASE_LOWER, GREGORIAN},
};

/* The case matters to RN and TH alone. */
static const struct template_key number_keys[] = {
    {",", NUMBER_COMMA, false, CASE_UPPER, NONE},
    {".", NUMBER_POINT, false, CASE_UPPER, NONE},
    {"0", NUMBER_ZERO, true, CASE_UPPER, NONE},
    {"9", NUMBER_NINE, true, CASE_UPPER, NONE},
    {"B", NUMBER_BLANK, false, CASE_UPPER, NONE},
    {"C", NUMBER_ISO, false, CASE_UPPER, NONE},
    {"D", NUMBER_LOCALE_POINT, false, CASE_UPPER, NONE},
    {"EEEE", NUMBER_EXPONENT, false, CASE_UPPER, NONE},
    {"FM", NUMBER_FILL, false, CASE_UPPER, NONE},
    {"G", NUMBER_GROUP, false, CASE_UPPER, NONE},
    {"L", NUMBER_CURRENCY, false, CASE_UPPER, NONE},
    {"MI", NUMBER_MINUS, false, CASE_UPPER, NONE},
    {"PL", NUMBER_PLUS, false, CASE_UPPER, NONE},
    {"PR", NUMBER_BRACKET, false, CASE_UPPER, NONE},
    {"RN", NUMBER_ROMAN, false, CASE_UPPER, NONE},
    {"SG", NUMBER_ANY_SIGN, false, CASE_UPPER, NONE},
    {"SP", NUMBER_SPELL, false, CASE_UPPER, NONE},
    {"S", NUMBER_SIGN, false, CASE_UPPER, NONE},
    {"TH", NUMBER_ORDINAL, false, CASE_UPPER, NONE},
    {"V", NUMBER_MULTIPLY, false, CASE_UPPER, NONE},
    {"b", NUMBER_BLANK, false, CASE_LOWER, NONE},
    {"c", NUMBER_ISO, false, CASE_LOWER, NONE},
    {"d", NUMBER_LOCALE_POINT, false, CASE_LOWER, NONE},
    {"eeee", NUMBER_EXPONENT, false, CASE_LOWER, NONE},
    {"fm", NUMBER_FILL, false, CASE_LOWER, NONE},
    {"g", NUMBER_GROUP, false, CASE_LOWER, NONE},
    {"l", NUMBER_CURRENCY, false, CASE_LOWER, NONE},
    {"mi", NUMBER_MINUS, false, CASE_LOWER, NONE},
    {"pl", NUMBER_PLUS, false, CASE_LOWER, NONE},
    {"pr", NUMBER_BRACKET, false, CASE_LOWER, NONE},
    {"rn", NUMBER_ROMAN, false, CASE_LOWER, NONE},
    {"sg", NUMBER_ANY_SIGN, false, CASE_LOWER, NONE},
    {"sp", NUMBER_SPELL, false, CASE_LOWER, NONE},
    {"s", NUMBER_SIGN, false, CASE_LOWER, NONE},
    {"th", NUMBER_ORDINAL, false, CASE_LOWER, NONE},
    {"v", NUMBER_MULTIPLY, false, CASE_LOWER, NONE},
};

struct template_reader {
    struct slice rest;
    const struct template_key *keys;
    size_t key_count;
    bool is_date;
    struct template template;
};

static bool
starts_with(struct slice text, const char *word)
{
    size_t bytes = strlen(word);
    return text.bytes >= bytes && memcmp(text.data, word, bytes) == 0;
}

static void
advance(struct template_reader *r, size_t bytes)
{
    r->rest.data += bytes;
    r->rest.bytes -= bytes;
}

/* Takes a word in either case; *is_lower says which. */
static bool
take_affix(struct template_reader *r, const char *upper, const char *lower, bool *is_lower)
{
    *is_lower = starts_with(r->rest, lower);
    if (!*is_lower && !starts_with(r->rest, upper))
        return false;
    advance(r, strlen(upper));
    return true;
}

static const struct template_key *
find_key(const struct template_reader *r)
{
    for (size_t i = 0; i < r->key_count; i++) {
        if (starts_with(r->rest, r->keys[i].name))
            return &r->keys[i];
    }
    return NULL;
}

static struct template_node *
new_node(struct template_reader *r, enum node_kind kind)
{
    struct template_node *node = &r->template.nodes[r->template.count++];
    *node = (struct template_node){.kind = kind};
    return node;
}

/* Takes one character. */
static void
add_text(struct template_reader *r, enum node_kind kind)
{
    struct template_node *node = new_node(r, kind);
    uint32_t bytes = utf8_bytes(r->rest.data[0]);
    node->text_bytes = (uint8_t)(bytes < r->rest.bytes ? bytes : r->rest.bytes);
    memcpy(node->text, r->rest.data, node->text_bytes);
    advance(r, node->text_bytes);
}

static void
add_quoted(struct template_reader *r)
{
    advance(r, 1);
    while (r->rest.bytes != 0 && r->rest.data[0] != '"') {
        if (r->rest.data[0] == '\\' && r->rest.bytes > 1)
            advance(r, 1);
        add_text(r, NODE_TEXT);
    }
    if (r->rest.bytes != 0)
        advance(r, 1);
}

static enum node_kind
kind_of(const struct template_reader *r, uint8_t c)
{
    bool is_letter_or_digit =
        (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
    if (r->is_date && c > ' ' && c < 0x7f && !is_letter_or_digit)
        return NODE_SEPARATOR;
    return c == ' ' || (c >= '\t' && c <= '\r') ? NODE_BLANK : NODE_TEXT;
}

static void
read_node(struct template_reader *r)
{
    bool is_fill = false, is_translated = false, is_lower;
    if (r->is_date) {
        is_fill = take_affix(r, "FM", "fm", &is_lower);
        is_translated = !is_fill && take_affix(r, "TM", "tm", &is_lower);
    }
    const struct template_key *key = r->rest.bytes == 0 ? NULL : find_key(r);
    if (key != NULL) {
        struct template_node *node = new_node(r, NODE_PATTERN);
        node->key = key;
        node->is_fill = is_fill;
        node->is_translated = is_translated;
        advance(r, strlen(key->name));
        if (r->is_date && take_affix(r, "TH", "th", &node->ordinal_is_lower))
            node->has_ordinal = true;
        else if (r->is_date)
            take_affix(r, "SP", "SP", &is_lower);
    } else if (r->rest.bytes != 0 && r->rest.data[0] == '"') {
        add_quoted(r);
    } else if (r->rest.bytes != 0) {
        if (starts_with(r->rest, "\\\""))
            advance(r, 1);
        add_text(r, kind_of(r, r->rest.data[0]));
    }
}

static struct template read_template(struct arena *arena, struct template_reader *r)
{
    r->template.nodes = arena_alloc_array(arena, r->rest.bytes + 1, sizeof *r->template.nodes);
    while (r->rest.bytes != 0)
        read_node(r);
    return r->template;
}

struct template template_of_date(struct arena *arena, struct slice text)
{
    struct template_reader r = {.rest = text,
                                .keys = date_keys,
                                .key_count = sizeof date_keys / sizeof date_keys[0],
                                .is_date = true};
    return read_template(arena, &r);
}

struct template template_of_number(struct arena *arena, struct slice text)
{
    struct template_reader r = {
        .rest = text, .keys = number_keys, .key_count = sizeof number_keys / sizeof number_keys[0]};
    return read_template(arena, &r);
}

const char *
ordinal_suffix(struct slice number, bool is_lower)
{
    static const char *const suffixes[2][4] = {{"TH", "ST", "ND", "RD"}, {"th", "st", "nd", "rd"}};
    char last = number.bytes == 0 ? '\0' : (char)number.data[number.bytes - 1];
    if (last < '0' || last > '9')
        raise(SQLSTATE_INVALID_TEXT_REPRESENTATION, "\"%.*s\" is not a number", (int)number.bytes,
              (const char *)number.data);
    bool is_teen = number.bytes > 1 && number.data[number.bytes - 2] == '1';
    return suffixes[is_lower][is_teen || last > '3' ? 0 : last - '0'];
}
