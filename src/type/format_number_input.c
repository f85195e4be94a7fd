/*
 * format_number_input.c: to_number: reads a number by a template.
 *
 * Each pattern takes what it stands for from the front of the text, or nothing if that is not
 * there; characters between patterns skip one character each, whatever it is. What was taken, a
 * sign and digits, is then read as a numeric.
 */
#include "base/raise.h"
#include "type/datetime_lex.h"
#include "type/format_number.h"
#include "type/generic.h"
#include "type/numeric.h"
#include "type/tables.h"
#include "type/utf8.h"

#define SHIFT_DIGITS 16

struct number_reader {
    struct number_format format;
    const char *at, *end;
    char sign;    /* ' ' until one was read */
    char *digits; /* what was read */
    size_t used;
    int32_t before, after; /* digits read before and behind the point */
    bool has_point;
};

static char
peek(const struct number_reader *r)
{
    return r->at < r->end ? *r->at : '\0';
}

static void
skip_character(struct number_reader *r)
{
    if (r->at < r->end) {
        /* Patterns skip bytes, so that this may be the middle of a character. */
        uint32_t bytes = utf8_is_lead((uint8_t)*r->at) ? utf8_bytes((uint8_t)*r->at) : 1;
        r->at = (size_t)(r->end - r->at) > bytes ? r->at + bytes : r->end;
    }
}

/* Skips up to `count` characters that cannot be part of a number. */
static void
skip_foreign(struct number_reader *r, int count)
{
    while (count-- > 0 && r->at < r->end && strchr("0123456789.,+-", *r->at) == NULL)
        skip_character(r);
}

static void
read_sign_before(struct number_reader *r)
{
    const struct number_format *f = &r->format;
    char c = peek(r);
    bool is_bracket = f->sign_place != SIGN_BEFORE && f->has_bracket && c == '<';
    if (f->sign_place == SIGN_AFTER && (c == '-' || c == '+'))
        is_bracket = false;
    if (c == '-' || is_bracket)
        r->sign = '-';
    else if (c == '+')
        r->sign = '+';
    else
        return;
    r->at++;
}

/* A digit or the point; false if neither is there. Does not advance past it. */
static bool
read_digit(struct number_reader *r)
{
    const struct number_format *f = &r->format;
    char c = peek(r);
    if (is_digit(c)) {
        if (r->has_point && r->after == f->after)
            return false;
        r->digits[r->used++] = c;
        if (r->has_point)
            r->after++;
        else
            r->before++;
        return true;
    }
    if (c != '.' || !f->has_point || r->has_point)
        return false;
    r->digits[r->used++] = c;
    r->has_point = true;
    return true;
}

/* A sign behind the last digit. `at` stays on the last character that belongs to the number. */
static void
read_sign_after(struct number_reader *r, bool is_read)
{
    const struct number_format *f = &r->format;
    if (f->sign_place != SIGN_NOWHERE) {
        if (!is_read || r->at + 1 >= r->end || is_digit(r->at[1]))
            return;
        if (r->at[1] == '-' || r->at[1] == '+')
            r->sign = *++r->at;
        return;
    }
    if (!is_read && (f->has_plus || f->has_minus) && (peek(r) == '-' || peek(r) == '+'))
        r->sign = peek(r);
}

/* One place of the template. */
static void
read_place(struct number_reader *r, bool is_point)
{
    if (peek(r) == ' ')
        r->at++;
    if (r->at == r->end)
        return;
    if (r->sign == ' ' && !is_point && r->before + r->after == 0)
        read_sign_before(r);
    if (r->at == r->end)
        return;
    bool had_point = r->has_point;
    size_t used = r->used;
    bool is_read = read_digit(r);
    if (!is_read && had_point && r->used == used && is_digit(peek(r)))
        return; /* more digits than places behind the point: left alone, and skipped */
    if (r->sign == ' ' && r->before + r->after > 0)
        read_sign_after(r, is_read);
}

/* Takes the pattern's text; true if the character at the front is part of it. */
static bool
read_pattern(struct number_reader *r, enum number_pattern pattern)
{
    char c = peek(r);
    switch (pattern) {
    case NUMBER_NINE:
    case NUMBER_ZERO:
        read_place(r, false);
        return true;
    case NUMBER_POINT:
    case NUMBER_LOCALE_POINT:
        read_place(r, true);
        return true;
    case NUMBER_COMMA:
    case NUMBER_GROUP:
        return !r->format.is_filled && c == ',';
    case NUMBER_CURRENCY:
        skip_foreign(r, 1);
        return false;
    case NUMBER_ORDINAL:
        if (!r->format.has_point && r->sign != '-')
            skip_foreign(r, 2);
        return false;
    case NUMBER_MINUS:
    case NUMBER_PLUS:
    case NUMBER_ANY_SIGN: {
        bool takes = (c == '-' && pattern != NUMBER_PLUS) || (c == '+' && pattern != NUMBER_MINUS);
        if (takes)
            r->sign = c;
        else
            skip_foreign(r, 1);
        return takes;
    }
    default:
        return false;
    }
}

/* Divides by a power of ten, with the 16 digits that PostgreSQL's power has. */
static union datum
shift_back(struct arena *arena, union datum value, int32_t shift)
{
    int64_t power = 1;
    for (; shift > SHIFT_DIGITS; shift--)
        value = numeric_divide(arena, value, numeric_small(10, 0));
    for (int32_t i = shift; i < SHIFT_DIGITS; i++)
        power *= 10;
    return numeric_multiply(arena, value, numeric_small(power, SHIFT_DIGITS));
}

static union datum
to_number(struct func_call *call, const union datum *args)
{
    struct slice text = datum_slice(&args[0]);
    if (args[1].view.bytes == 0) {
        call->result_is_null = true;
        return i64_datum(0);
    }
    struct number_reader r = {
        .format = number_format_of(call->arena, datum_slice(&args[1])),
        .at = (const char *)text.data,
        .end = (const char *)text.data + text.bytes,
        .sign = ' ',
        .digits = arena_alloc(call->arena, text.bytes + args[1].view.bytes + 8),
    };
    const struct number_format *f = &r.format;
    if (f->is_scientific)
        raise(SQLSTATE_FEATURE_NOT_SUPPORTED, "\"EEEE\" not supported for input");
    if (f->is_roman)
        raise(SQLSTATE_FEATURE_NOT_SUPPORTED, "\"RN\" not supported for input");
    r.used = 1;
    for (uint32_t i = 0; i < f->template.count && r.at < r.end; i++) {
        const struct template_node *node = &f->template.nodes[i];
        if (node->kind != NODE_PATTERN)
            skip_character(&r);
        else if (read_pattern(&r, (enum number_pattern)node->key->pattern) && r.at < r.end)
            r.at++;
    }
    if (r.digits[r.used - 1] == '.' && r.used > 1)
        r.used--;
    r.digits[0] = r.sign;
    union datum value = numeric_read(call->arena, slice_of(r.digits, r.used));
    int32_t precision = f->before + f->shift + r.after;
    value = numeric_fit(call->arena, value, (precision << 16 | r.after) + 4);
    return f->is_scaled ? shift_back(call->arena, value, f->shift) : value;
}

/* ---- what this file brings ---- */

static const struct func_info funcs[] = {
    {FUNC(1777, "to_number", TYPE_NUMERIC, to_number, TYPE_TEXT, TYPE_TEXT),
     .volatility = FUNC_STABLE},
};

const struct type_tables format_number_input_tables = {
    .funcs = funcs,
    .func_count = COUNT_OF(funcs),
};
