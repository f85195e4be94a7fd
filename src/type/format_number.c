/*
 * format_number.c: to_char of numbers.
 *
 * A number is first written as plain digits with as many behind the point as the template has. The
 * template is then walked, place by place: places before the number's first digit become blanks (or
 * zeros, from the first 0 on), the sign goes before the first digit or where the template wants it.
 * A number that needs more places than there are is shown as ###.
 */
#include "type/format_number.h"

#include "base/raise.h"
#include "type/generic.h"
#include "type/numeric.h"
#include "type/tables.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>

#define ROMAN_WIDTH 15

/* ---- what the template says ---- */

_Noreturn static void
fail_template(const char *message)
{
    raise(SQLSTATE_SYNTAX_ERROR, "%s", message);
}

static void
require(bool is_good, const char *message)
{
    if (!is_good)
        fail_template(message);
}

static void
add_digit(struct number_format *f, bool is_zero)
{
    require(!f->has_bracket,
            is_zero ? "\"0\" must be ahead of \"PR\"" : "\"9\" must be ahead of \"PR\"");
    if (!is_zero && f->is_scaled) {
        f->shift++;
        return;
    }
    if (is_zero && !f->has_zero && !f->has_point) {
        f->has_zero = true;
        f->zero_start = f->before + 1;
    }
    if (f->has_point)
        f->after++;
    else
        f->before++;
    if (is_zero)
        f->zero_end = f->before + f->after;
}

static void
add_point(struct number_format *f)
{
    require(!f->has_point, "multiple decimal points");
    require(!f->is_scaled, "cannot use \"V\" and decimal point together");
    f->has_point = true;
}

static void
add_sign(struct number_format *f)
{
    require(f->sign_place == SIGN_NOWHERE, "cannot use \"S\" twice");
    require(!f->has_plus && !f->has_minus && !f->has_bracket,
            "cannot use \"S\" and \"PL\"/\"MI\"/\"SG\"/\"PR\" together");
    f->sign_place = f->has_point ? SIGN_AFTER : SIGN_BEFORE;
    if (!f->has_point)
        f->places_before_sign = f->before;
}

static void
add_exponent(struct number_format *f)
{
    require(!f->is_scientific, "cannot use \"EEEE\" twice");
    if (f->is_blank || f->is_filled || f->sign_place != SIGN_NOWHERE || f->has_bracket ||
        f->has_minus || f->has_plus || f->is_roman || f->is_scaled)
        raise_error(.code = SQLSTATE_SYNTAX_ERROR,
                    .message = "\"EEEE\" is incompatible with other formats",
                    .detail = "\"EEEE\" may only be used together with digit and decimal point "
                              "patterns.");
    f->is_scientific = true;
}

static void
add_pattern(struct number_format *f, enum number_pattern pattern)
{
    bool has_sign = f->sign_place != SIGN_NOWHERE;
    require(!f->is_scientific || pattern == NUMBER_EXPONENT,
            "\"EEEE\" must be the last pattern used");
    switch (pattern) {
    case NUMBER_NINE:
    case NUMBER_ZERO:
        add_digit(f, pattern == NUMBER_ZERO);
        break;
    case NUMBER_BLANK:
        f->is_blank |= f->before == 0 && f->after == 0 && !f->has_zero;
        break;
    case NUMBER_POINT:
    case NUMBER_LOCALE_POINT:
        add_point(f);
        break;
    case NUMBER_FILL:
        f->is_filled = true;
        break;
    case NUMBER_SIGN:
        add_sign(f);
        break;
    case NUMBER_MINUS:
        require(!has_sign, "cannot use \"S\" and \"MI\" together");
        f->has_minus = true;
        break;
    case NUMBER_PLUS:
        require(!has_sign, "cannot use \"S\" and \"PL\" together");
        f->has_plus = true;
        break;
    case NUMBER_ANY_SIGN:
        require(!has_sign, "cannot use \"S\" and \"SG\" together");
        f->has_minus = true;
        f->has_plus = true;
        break;
    case NUMBER_BRACKET:
        require(!has_sign && !f->has_plus && !f->has_minus,
                "cannot use \"PR\" and \"S\"/\"PL\"/\"MI\"/\"SG\" together");
        f->has_bracket = true;
        break;
    case NUMBER_ROMAN:
        f->is_roman = true;
        break;
    case NUMBER_MULTIPLY:
        require(!f->has_point, "cannot use \"V\" and decimal point together");
        f->is_scaled = true;
        break;
    case NUMBER_EXPONENT:
        add_exponent(f);
        break;
    default:
        break;
    }
}

struct number_format
number_format_of(struct arena *arena, struct slice text)
{
    struct number_format f = {.template = template_of_number(arena, text)};
    for (uint32_t i = 0; i < f.template.count; i++) {
        const struct template_node *node = &f.template.nodes[i];
        if (node->kind == NODE_PATTERN)
            add_pattern(&f, (enum number_pattern)node->key->pattern);
    }
    return f;
}

/* ---- the walk ---- */

struct number_writer {
    const struct number_format *format;
    const char *digits;  /* "123.45", or "###.##" */
    const char *at;      /* the next of them */
    const char *last;    /* the last that is shown, where zeros at the end are not; else null */
    char sign;           /* '+' or '-' */
    int32_t blanks;      /* places before the first digit */
    int32_t place;       /* of the template, from 0 */
    int32_t place_count; /* the place behind which the number ends */
    int32_t zero_start;  /* 0-based */
    enum sign_place sign_place;
    bool has_bracket;
    bool is_sign_done, is_in_number;
    bool is_cut; /* the digits ended before the places: nothing more is written */
    struct buf *to;
};

/* A 0 before the point that stands for "no whole part". */
static bool
is_lone_zero(const struct number_writer *w)
{
    return !w->format->has_zero && w->at == w->digits && *w->digits == '0' && w->format->after != 0;
}

/* The digit before which the last zeros are cut: the point itself if all behind it are zeros. */
static const char *
last_digit(const char *digits)
{
    const char *last = strchr(digits, '.');
    for (const char *at = last; at != NULL && *at != '\0'; at++) {
        if (*at != '0')
            last = at;
    }
    return last;
}

static void
begin(struct number_writer *w)
{
    const struct number_format *f = w->format;
    w->zero_start = f->zero_start > 0 ? f->zero_start - 1 : 0;
    w->sign_place = f->sign_place;
    w->has_bracket = f->has_bracket;
    if (f->has_plus || f->has_minus) {
        w->is_sign_done = f->has_minus || !f->has_plus; /* MI and SG write it themselves */
    } else {
        if (w->sign != '-' && f->has_bracket && f->is_filled)
            w->has_bracket = false;
        w->is_sign_done = w->sign == '+' && f->is_filled && w->sign_place == SIGN_NOWHERE;
        if (w->sign_place == SIGN_BEFORE && f->before == f->places_before_sign)
            w->sign_place = SIGN_AFTER;
    }
    w->place_count = f->before + f->after - 1;
    if (f->is_filled && f->has_point) {
        w->last = last_digit(w->digits);
        if (w->last != NULL && f->zero_end > w->blanks) {
            /* Zeros that the template asks for stay, as far as there are digits. */
            int32_t zero = f->zero_end - w->blanks;
            int32_t end = (int32_t)strlen(w->digits) - 1;
            const char *kept = w->digits + (zero < end ? zero : end);
            w->last = w->last < kept ? kept : w->last;
        }
    }
    if (!w->is_sign_done && w->blanks == 0)
        w->place_count++;
    w->at = w->digits;
}

/* The sign before the first thing that is written of the number. */
static void
put_sign_before(struct number_writer *w)
{
    bool is_at_number = w->place >= w->blanks || (w->format->has_zero && w->zero_start == w->place);
    bool is_shown = !is_lone_zero(w) || (w->last != NULL && *w->last == '.');
    if (w->is_sign_done || !is_at_number || !is_shown || w->sign_place == SIGN_AFTER)
        return;
    w->is_sign_done = true;
    if (w->sign_place == SIGN_BEFORE)
        buf_put_u8(w->to, (uint8_t)w->sign);
    else if (w->has_bracket)
        buf_put_u8(w->to, w->sign == '+' ? ' ' : '<');
    else if (w->sign == '-')
        buf_put_u8(w->to, '-');
    else if (!w->format->is_filled)
        buf_put_u8(w->to, ' ');
}

static void
put_sign_after(struct number_writer *w)
{
    int32_t end = w->place_count + (w->blanks != 0) + w->format->has_point;
    if (w->last != NULL && w->last == w->at)
        end = w->place;
    if (w->place + 1 != end)
        return;
    if (w->is_sign_done && w->has_bracket)
        buf_put_u8(w->to, w->sign == '+' ? ' ' : '>');
    else if (w->sign_place == SIGN_AFTER)
        buf_put_u8(w->to, (uint8_t)w->sign);
}

static void
put_digit(struct number_writer *w, bool is_zero_pattern)
{
    bool is_filled = w->format->is_filled;
    if (*w->at == '.') {
        if (w->last == NULL || *w->last != '.' || is_filled)
            buf_put_u8(w->to, '.');
    } else if (w->last != NULL && w->at > w->last && !is_zero_pattern) {
        /* a zero at the end that is not shown */
    } else if (is_lone_zero(w)) {
        if (!is_filled)
            buf_put_u8(w->to, ' ');
        else if (w->last != NULL && *w->last == '.')
            buf_put_u8(w->to, '0');
    } else if (*w->at == '\0') {
        w->is_cut = true;
    } else {
        buf_put_u8(w->to, (uint8_t)*w->at);
        w->is_in_number = true;
    }
    if (*w->at != '\0')
        w->at++;
}

/* A place of the number, or its point. */
static void
put_place(struct number_writer *w, bool is_zero_pattern)
{
    if (w->format->is_roman)
        return;
    w->is_in_number = false;
    put_sign_before(w);
    bool is_zero = w->format->has_zero && w->zero_start <= w->place;
    if (w->place >= w->blanks) {
        put_digit(w, is_zero_pattern);
    } else if (is_zero) {
        buf_put_u8(w->to, '0');
        w->is_in_number = true;
    } else if (!w->format->is_filled) {
        buf_put_u8(w->to, ' ');
    }
    if (!w->is_cut)
        put_sign_after(w);
    w->place++;
}

/* A character that is shown if `is_shown`; its room is kept unless the template is filled. */
static void
put_or_blank(struct number_writer *w, bool is_shown, char c)
{
    if (is_shown)
        buf_put_u8(w->to, (uint8_t)c);
    else if (!w->format->is_filled)
        buf_put_u8(w->to, ' ');
}

static void
put_roman(struct number_writer *w, const struct template_node *node)
{
    bool is_lower = node->key->letter_case == CASE_LOWER;
    if (!w->format->is_filled) {
        for (size_t i = strlen(w->digits); i < ROMAN_WIDTH; i++)
            buf_put_u8(w->to, ' ');
    }
    for (const char *c = w->digits; *c != '\0'; c++)
        buf_put_u8(w->to, (uint8_t)(is_lower && *c >= 'A' && *c <= 'Z' ? *c - 'A' + 'a' : *c));
}

static void
put_ordinal(struct number_writer *w, const struct template_node *node)
{
    if (w->format->is_roman || *w->digits == '#' || w->sign == '-' || w->format->has_point)
        return;
    bool is_lower = node->key->letter_case == CASE_LOWER;
    buf_put_text(w->to, ordinal_suffix(slice_text(w->digits), is_lower));
}

static void
put_pattern(struct number_writer *w, const struct template_node *node)
{
    switch ((enum number_pattern)node->key->pattern) {
    case NUMBER_NINE:
    case NUMBER_POINT:
    case NUMBER_LOCALE_POINT:
        put_place(w, false);
        break;
    case NUMBER_ZERO:
        put_place(w, true);
        break;
    case NUMBER_COMMA:
    case NUMBER_GROUP:
        put_or_blank(w, w->is_in_number, ',');
        break;
    case NUMBER_CURRENCY:
        buf_put_u8(w->to, ' '); /* the C locale has no symbol */
        break;
    case NUMBER_ROMAN:
        put_roman(w, node);
        break;
    case NUMBER_ORDINAL:
        put_ordinal(w, node);
        break;
    case NUMBER_MINUS:
        put_or_blank(w, w->sign == '-', '-');
        break;
    case NUMBER_PLUS:
        put_or_blank(w, w->sign == '+', '+');
        break;
    case NUMBER_ANY_SIGN:
        if (w->format->is_roman)
            w->is_cut = true; /* such a number has none */
        else
            buf_put_u8(w->to, (uint8_t)w->sign);
        break;
    default:
        break;
    }
}

/* ---- digits ---- */

/* A number as digits: "-12.50"; its sign is taken off at the end. */
struct number_text {
    char *digits;
    char sign;
    int32_t blanks;
};

/* Of signed text: how it fits the template's places, to which those behind V are added. */
static struct number_text
fit_digits(struct arena *arena, struct number_format *f, char *text)
{
    f->before += f->shift;
    struct number_text number = {.digits = text, .sign = '+'};
    if (*text == '-') {
        number.sign = '-';
        number.digits++;
    }
    int32_t before = f->before;
    int32_t length = (int32_t)strcspn(number.digits, ".");
    if (length < before)
        number.blanks = before - length;
    if (length > before) {
        number.digits = arena_alloc(arena, (size_t)before + (size_t)f->after + 2);
        memset(number.digits, '#', (size_t)before + (size_t)f->after + 1);
        number.digits[before + f->after + 1] = '\0';
        number.digits[before] = '.';
    }
    return number;
}

static char *
numeric_text(struct arena *arena, union datum value)
{
    struct buf *text = buf_new(arena);
    numeric_write(arena, value, text);
    return (char *)buf_take(text, arena).data;
}

/* "###.##" for what has no exponent: NaN and infinities. */
static char *
scientific_hashes(struct arena *arena, const struct number_format *f)
{
    size_t bytes = (size_t)f->before + (size_t)f->after + 6;
    char *text = arena_alloc(arena, bytes + 1);
    memset(text, '#', bytes);
    text[0] = ' ';
    text[f->before + 1] = '.';
    text[bytes] = '\0';
    return text;
}

/* " 1.23e+05"; a mantissa that is rounded up to 10 stays so. */
static char *
numeric_scientific(struct arena *arena, const struct number_format *f, union datum value)
{
    if (numeric_kind(value) >= NUMERIC_NAN)
        return scientific_hashes(arena, f);
    struct number number = number_of(arena, value);
    int32_t place = number_place(arena, number);
    number.scale += place; /* all digits but the first stand behind the point now */
    struct number mantissa = number_rescale(arena, number, f->after, NATURAL_HALF_UP);
    const char *text = numeric_text(arena, number_datum(arena, mantissa));
    return arena_format(arena, "%s%se%c%02d", *text == '-' ? "" : " ", text, place < 0 ? '-' : '+',
                        place < 0 ? -place : place);
}

static char *
double_scientific(struct arena *arena, const struct number_format *f, double value)
{
    if (isnan(value) || isinf(value))
        return scientific_hashes(arena, f);
    char *text = arena_format(arena, "%+.*e", f->after, value);
    if (*text == '+')
        *text = ' ';
    return text;
}

static const char *
roman(struct arena *arena, int32_t value)
{
    static const struct {
        int32_t value;
        const char *text;
    } parts[] = {{1000, "M"}, {900, "CM"}, {500, "D"}, {400, "CD"}, {100, "C"},
                 {90, "XC"},  {50, "L"},   {40, "XL"}, {10, "X"},   {9, "IX"},
                 {5, "V"},    {4, "IV"},   {1, "I"}};
    if (value < 1 || value > 3999)
        return "###############";
    char *text = arena_alloc(arena, ROMAN_WIDTH + 1), *to = text;
    for (size_t i = 0; i < COUNT_OF(parts); i++) {
        for (; value >= parts[i].value; value -= parts[i].value)
            to = stpcpy(to, parts[i].text);
    }
    return text;
}

/* ---- functions ---- */

/* The result, of a text that is done (Roman, scientific) or of digits to be put in their places. */
static union datum
write_number(struct func_call *call, const struct number_format *f, struct number_text number)
{
    struct buf *to = buf_new(call->arena);
    struct number_writer w = {.format = f,
                              .digits = number.digits,
                              .sign = number.sign,
                              .blanks = number.blanks,
                              .to = to};
    begin(&w);
    for (uint32_t i = 0; i < f->template.count && !w.is_cut; i++) {
        const struct template_node *node = &f->template.nodes[i];
        if (node->kind == NODE_PATTERN)
            put_pattern(&w, node);
        else
            buf_put(to, node->text, node->text_bytes);
    }
    return generic_buf_datum(call->arena, to);
}

/* In Roman digits the other patterns of a template mean nothing. */
static union datum
write_roman(struct func_call *call, const struct number_format *f, int32_t value)
{
    struct number_format plain = {
        .template = f->template, .is_filled = f->is_filled, .is_roman = true};
    struct number_text number = {.digits = arena_text(call->arena, roman(call->arena, value)),
                                 .sign = '\0'};
    return write_number(call, &plain, number);
}

static int64_t
power_of_ten(int32_t exponent)
{
    int64_t power = 1;
    while (exponent-- > 0 && power <= INT64_MAX / 10)
        power *= 10;
    return power;
}

static union datum
integer_to_char(struct func_call *call, int64_t value, union datum text, bool is_int4)
{
    struct number_format f = number_format_of(call->arena, datum_slice(&text));
    if (text.view.bytes == 0)
        return generic_text(call->arena, "");
    if (f.is_roman) {
        if (value < INT32_MIN || value > INT32_MAX)
            raise(SQLSTATE_NUMERIC_VALUE_OUT_OF_RANGE, "integer out of range");
        return write_roman(call, &f, (int32_t)value);
    }
    if (f.is_scientific)
        return generic_text(
            call->arena,
            is_int4 ? double_scientific(call->arena, &f, (double)value)
                    : numeric_scientific(call->arena, &f, numeric_of_i64(call->arena, value)));
    if (__builtin_mul_overflow(value, power_of_ten(f.shift), &value) ||
        (is_int4 && f.shift > 0 && (value < INT32_MIN || value > INT32_MAX)))
        raise(SQLSTATE_NUMERIC_VALUE_OUT_OF_RANGE, "%s out of range",
              is_int4 ? "integer" : "bigint");
    char *digits = f.after == 0 ? arena_format(call->arena, "%" PRId64, value)
                                : arena_format(call->arena, "%" PRId64 ".%0*d", value, f.after, 0);
    return write_number(call, &f, fit_digits(call->arena, &f, digits));
}

static union datum
int4_to_char(struct func_call *call, const union datum *args)
{
    return integer_to_char(call, args[0].i32, args[1], true);
}

static union datum
int8_to_char(struct func_call *call, const union datum *args)
{
    return integer_to_char(call, args[0].i64, args[1], false);
}

static union datum
numeric_to_char(struct func_call *call, const union datum *args)
{
    struct arena *arena = call->arena;
    union datum value = args[0];
    if (args[1].view.bytes == 0)
        return generic_text(arena, "");
    struct number_format f = number_format_of(arena, datum_slice(&args[1]));
    if (f.is_roman) {
        int64_t whole = numeric_i64(arena, value, "integer");
        if (whole < INT32_MIN || whole > INT32_MAX)
            raise(SQLSTATE_NUMERIC_VALUE_OUT_OF_RANGE, "integer out of range");
        return write_roman(call, &f, (int32_t)whole);
    }
    if (f.is_scientific)
        return generic_text(arena, numeric_scientific(arena, &f, value));
    for (int32_t i = 0; i < f.shift; i++)
        value = numeric_multiply(arena, value, numeric_small(10, 0));
    value = numeric_round(arena, value, f.after, NATURAL_HALF_UP);
    return write_number(call, &f, fit_digits(arena, &f, numeric_text(arena, value)));
}

/* With no more digits than the type has. */
static union datum
double_to_char(struct func_call *call, double value, union datum text, int32_t digits_max)
{
    struct arena *arena = call->arena;
    if (text.view.bytes == 0)
        return generic_text(arena, "");
    struct number_format f = number_format_of(arena, datum_slice(&text));
    if (f.is_roman) {
        double whole = rint(value);
        return write_roman(call, &f, whole >= 0 && whole <= INT32_MAX ? (int32_t)whole : 0);
    }
    if (f.is_scientific)
        return generic_text(arena, double_scientific(arena, &f, value));
    if (f.shift > 0)
        value *= pow(10, f.shift);
    bool is_finite = !isnan(value) && !isinf(value);
    const char *name = isnan(value) ? "NaN" : value > 0 ? "Infinity" : "-Infinity";
    char *digits = is_finite ? arena_format(arena, "%.0f", fabs(value)) : arena_text(arena, name);
    int32_t length = (int32_t)strlen(digits) - (*digits == '-');
    if (length >= digits_max)
        f.after = 0;
    else if (length + f.after > digits_max)
        f.after = digits_max - length;
    if (is_finite)
        digits = arena_format(arena, "%.*f", f.after, value);
    return write_number(call, &f, fit_digits(arena, &f, digits));
}

static union datum
float4_to_char(struct func_call *call, const union datum *args)
{
    return double_to_char(call, args[0].f32, args[1], 6);
}

static union datum
float8_to_char(struct func_call *call, const union datum *args)
{
    return double_to_char(call, args[0].f64, args[1], 15);
}

/* ---- what this file brings ---- */

static const struct func_info funcs[] = {
    {FUNC(1772, "to_char", TYPE_TEXT, numeric_to_char, TYPE_NUMERIC, TYPE_TEXT),
     .volatility = FUNC_STABLE},
    {FUNC(1773, "to_char", TYPE_TEXT, int4_to_char, TYPE_INT4, TYPE_TEXT),
     .volatility = FUNC_STABLE},
    {FUNC(1774, "to_char", TYPE_TEXT, int8_to_char, TYPE_INT8, TYPE_TEXT),
     .volatility = FUNC_STABLE},
    {FUNC(1775, "to_char", TYPE_TEXT, float4_to_char, TYPE_FLOAT4, TYPE_TEXT),
     .volatility = FUNC_STABLE},
    {FUNC(1776, "to_char", TYPE_TEXT, float8_to_char, TYPE_FLOAT8, TYPE_TEXT),
     .volatility = FUNC_STABLE},
};

const struct type_tables format_number_tables = {
    .funcs = funcs,
    .func_count = COUNT_OF(funcs),
};
