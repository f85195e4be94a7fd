/*
 * size.c: numbers of bytes as people write them: pg_size_pretty and pg_size_bytes.
 *
 * A size is shown in the unit in which it is below 10240 bytes or 20480 halves of another unit,
 * which are then rounded to whole ones.
 */
#include "base/raise.h"
#include "type/digits.h"
#include "type/generic.h"
#include "type/numeric.h"
#include "type/tables.h"
#include "type/text.h"
#include <stdlib.h>

struct unit {
    const char *name;
    int64_t limit; /* shown in this unit if less; in halves if is_halved */
    bool is_halved;
    uint32_t bits; /* of bytes in the unit */
};

static const struct unit units[] = {
    {"bytes", 10 * 1024, false, 0},  {"kB", 20 * 1024 - 1, true, 10},
    {"MB", 20 * 1024 - 1, true, 20}, {"GB", 20 * 1024 - 1, true, 30},
    {"TB", 20 * 1024 - 1, true, 40}, {"PB", 20 * 1024 - 1, true, 50},
};

#define UNIT_LAST (COUNT_OF(units) - 1)

/* How often a size in the unit (or its halves) is halved to be in the next one's halves. */
static uint32_t
bits_to_next(size_t unit_idx)
{
    return units[unit_idx + 1].bits - units[unit_idx].bits - units[unit_idx + 1].is_halved +
           units[unit_idx].is_halved;
}

static union datum
size_pretty_int8(struct func_call *call, const union datum *args)
{
    int64_t size = args[0].i64;
    size_t unit_idx = 0;
    for (; unit_idx < UNIT_LAST; unit_idx++) {
        uint64_t magnitude = size < 0 ? 0 - (uint64_t)size : (uint64_t)size;
        if (magnitude < (uint64_t)units[unit_idx].limit)
            break;
        size /= INT64_C(1) << bits_to_next(unit_idx);
    }
    if (units[unit_idx].is_halved)
        size = (size + (size < 0 ? -1 : 1)) / 2;
    return generic_text(
        call->arena, arena_format(call->arena, "%lld %s", (long long)size, units[unit_idx].name));
}

/* The whole part of size / 2^bits. */
static union datum
shift_down(struct arena *arena, union datum size, uint32_t bits)
{
    struct number number = number_of(arena, size);
    number = number_rescale(arena, number, 0, NATURAL_TRUNCATE);
    number.magnitude = natural_shift_right(arena, number.magnitude, bits);
    number.is_negative = number.is_negative && !natural_is_zero(number.magnitude);
    return number_datum(arena, number);
}

static union datum
size_pretty_numeric(struct func_call *call, const union datum *args)
{
    struct arena *arena = call->arena;
    union datum size = args[0];
    if (numeric_kind(size) >= NUMERIC_NAN) {
        const char *text = type_output_text(call->env, arena, TYPE_NUMERIC, size);
        return generic_text(arena, arena_format(arena, "%s PB", text));
    }
    size_t unit_idx = 0;
    for (; unit_idx < UNIT_LAST; unit_idx++) {
        union datum limit = numeric_small(units[unit_idx].limit, 0);
        if (numeric_compare(size, limit) < 0 &&
            numeric_compare(numeric_negate(arena, size), limit) < 0)
            break;
        size = shift_down(arena, size, bits_to_next(unit_idx));
    }
    if (units[unit_idx].is_halved) {
        int sign = numeric_compare(size, numeric_small(0, 0)) < 0 ? -1 : 1;
        size = shift_down(arena, numeric_add(arena, size, numeric_small(sign, 0)), 1);
    }
    const char *text = type_output_text(call->env, arena, TYPE_NUMERIC, size);
    return generic_text(arena, arena_format(arena, "%s %s", text, units[unit_idx].name));
}

/* ---- pg_size_bytes ---- */

static _Noreturn void
raise_size(struct slice text, struct slice unit)
{
    const char *message =
        raise_text("invalid size: \"%.*s\"", (int)text.bytes, (const char *)text.data);
    if (unit.bytes == 0)
        raise_error(.code = SQLSTATE_INVALID_PARAMETER_VALUE, .message = message);
    raise_error(.code = SQLSTATE_INVALID_PARAMETER_VALUE, .message = message,
                .detail = raise_text("Invalid size unit: \"%.*s\".", (int)unit.bytes,
                                     (const char *)unit.data),
                .hint = "Valid units are \"bytes\", \"kB\", \"MB\", \"GB\", \"TB\", and \"PB\".");
}

/* The bytes of the number at the front: sign, digits, point, digits, exponent; 0: there is none. */
static size_t
number_bytes(struct slice text)
{
    size_t at = 0, digits = 0;
    at += text.bytes > 0 && (text.data[0] == '-' || text.data[0] == '+');
    for (; at < text.bytes && is_digit(text.data[at]); at++)
        digits++;
    if (at < text.bytes && text.data[at] == '.') {
        for (at++; at < text.bytes && is_digit(text.data[at]); at++)
            digits++;
    }
    if (digits == 0)
        return 0;
    size_t exponent = at + 1;
    if (at < text.bytes && (text.data[at] | 0x20) == 'e') {
        exponent +=
            exponent < text.bytes && (text.data[exponent] == '-' || text.data[exponent] == '+');
        if (exponent < text.bytes && is_digit(text.data[exponent])) {
            for (at = exponent; at < text.bytes && is_digit(text.data[at]); at++) {
            }
        }
    }
    return at;
}

static bool
is_unit(struct slice name, const char *unit)
{
    if (name.bytes != strlen(unit))
        return false;
    for (size_t i = 0; i < name.bytes; i++) {
        if ((name.data[i] | 0x20) != (unit[i] | 0x20))
            return false;
    }
    return true;
}

static union datum
size_bytes(struct func_call *call, const union datum *args)
{
    struct slice text = datum_slice(&args[0]), trimmed = slice_trim(text);
    size_t bytes = number_bytes(trimmed);
    if (bytes == 0)
        raise_size(text, slice_of(NULL, 0));
    union datum size = numeric_read(call->arena, slice_of(trimmed.data, bytes));
    struct slice unit = slice_trim(slice_of(trimmed.data + bytes, trimmed.bytes - bytes));
    if (unit.bytes > 0) {
        size_t unit_idx = 0;
        while (unit_idx <= UNIT_LAST && !is_unit(unit, units[unit_idx].name))
            unit_idx++;
        if (unit_idx > UNIT_LAST)
            raise_size(text, unit);
        size = numeric_multiply(call->arena, size,
                                numeric_small(INT64_C(1) << units[unit_idx].bits, 0));
    }
    return i64_datum(numeric_i64(call->arena, size, "bigint"));
}

/* ---- what this file brings ---- */

static const struct func_info funcs[] = {
    {FUNC(2288, "pg_size_pretty", TYPE_TEXT, size_pretty_int8, TYPE_INT8)},
    {FUNC(3166, "pg_size_pretty", TYPE_TEXT, size_pretty_numeric, TYPE_NUMERIC)},
    {FUNC(3334, "pg_size_bytes", TYPE_INT8, size_bytes, TYPE_TEXT)},
};

const struct type_tables size_tables = {
    .funcs = funcs,
    .func_count = COUNT_OF(funcs),
};
