/*
 * numeric.c: the type numeric: text and binary forms, precision and scale, order, hash, keys.
 *
 * A key is a class byte (order of the enum below), for finite numbers but zero the place of the
 * first digit, then the digits in pairs from the point of the first, each pair plus one, and a zero
 * byte. Of negative numbers all bytes after the class are complemented. Keys of equal numbers are
 * equal, so the scale is not in them and a key does not give the value back.
 *
 *   place + PLACE_MIDDLE  as one byte between PLACE_LOW and PLACE_HIGH, else PLACE_HIGH and the
 *                         place in three bytes (or PLACE_LOW, if it is less than all others)
 */
#include "type/numeric.h"

#include "base/hash.h"
#include "base/raise.h"
#include "type/digits.h"
#include "type/generic.h"
#include "type/input.h"
#include "type/tables.h"
#include <stdlib.h>

enum {
    KEY_MINUS_INFINITY = 1,
    KEY_NEGATIVE,
    KEY_ZERO,
    KEY_POSITIVE,
    KEY_INFINITY,
    KEY_NAN,
};

#define PLACE_LOW 0x10
#define PLACE_HIGH 0xf0
#define PLACE_MIDDLE 0x80
#define PLACE_BIAS (1 << 20)

#define TYPMOD_HEADER 4
#define PRECISION_MAX 1000
#define SCALE_MAX 1000

#define SMALL_DIGITS 18 /* any so many digits fit int64 */

/* ---- text ---- */

/* A number's text taken apart: digits (with a point among them) and what they are worth. */
struct parsed {
    bool is_negative;
    const uint8_t *digits, *digits_end;
    size_t digit_count, fraction_count;
    uint64_t leading; /* the digits as an integer, if at most SMALL_DIGITS */
    int64_t exponent;
};

static bool
parse_exponent(const uint8_t **at, const uint8_t *end, int64_t *exponent)
{
    const uint8_t *p = *at;
    bool is_negative = p < end && *p == '-';
    p += p < end && (*p == '-' || *p == '+');
    const uint8_t *first = p;
    int64_t value = 0;
    for (; p < end && is_digit(*p); p++)
        value = value > INT32_MAX ? value : value * 10 + (*p - '0');
    *exponent = is_negative ? -value : value;
    *at = p;
    return p > first;
}

static bool
parse(struct slice text, struct parsed *parsed)
{
    const uint8_t *at = text.data, *end = at + text.bytes;
    *parsed = (struct parsed){.is_negative = at < end && *at == '-'};
    at += at < end && (*at == '-' || *at == '+');
    parsed->digits = at;
    uint64_t leading = 0;
    for (; at < end && is_digit(*at); at++)
        leading = leading * 10 + (*at - '0');
    parsed->digit_count = (size_t)(at - parsed->digits);
    if (at < end && *at == '.') {
        const uint8_t *point = at++;
        for (; at < end && is_digit(*at); at++)
            leading = leading * 10 + (*at - '0');
        parsed->fraction_count = (size_t)(at - point) - 1;
        parsed->digit_count += parsed->fraction_count;
    }
    parsed->digits_end = at;
    parsed->leading = leading;
    if (parsed->digit_count == 0)
        return false;
    if (at < end && (*at | 0x20) == 'e') {
        at++;
        if (!parse_exponent(&at, end, &parsed->exponent))
            return false;
    }
    return at == end;
}

static bool
is_word(struct slice text, const char *word)
{
    size_t bytes = strlen(word);
    if (text.bytes != bytes)
        return false;
    for (size_t i = 0; i < bytes; i++) {
        if ((text.data[i] | 0x20) != word[i])
            return false;
    }
    return true;
}

static union datum
read_special(struct slice word, struct slice text)
{
    if (is_word(word, "nan"))
        return numeric_special(NUMERIC_NAN);
    bool is_negative = word.bytes > 0 && word.data[0] == '-';
    if (word.bytes > 0 && (*word.data == '-' || *word.data == '+'))
        word = slice_of(word.data + 1, word.bytes - 1);
    if (!is_word(word, "infinity") && !is_word(word, "inf"))
        raise_syntax("numeric", text);
    return numeric_special(is_negative ? NUMERIC_MINUS_INFINITY : NUMERIC_INFINITY);
}

static _Noreturn void
raise_overflow(void)
{
    raise(SQLSTATE_NUMERIC_VALUE_OUT_OF_RANGE, "value overflows numeric format");
}

/* Numbers of many digits, or with an exponent. */
static union datum
read_long(struct arena *arena, const struct parsed *parsed)
{
    if (parsed->exponent >= INT32_MAX / 2 || parsed->exponent <= -(INT32_MAX / 2))
        raise_overflow();
    const uint8_t *at = parsed->digits;
    size_t left = parsed->digit_count;
    while (left > 0 && (*at == '0' || *at == '.')) {
        left -= *at == '0';
        at++;
    }
    int64_t scale = (int64_t)parsed->fraction_count - parsed->exponent;
    if (scale > NUMERIC_SCALE_MAX || (left > 0 && (int64_t)left - scale > NUMERIC_DIGITS_MAX))
        raise_overflow();
    uint8_t *digits = arena_alloc(arena, left + 1);
    size_t count = 0;
    for (; at < parsed->digits_end; at++) {
        if (*at != '.')
            digits[count++] = (uint8_t)(*at - '0');
    }
    struct number number = {.is_negative = parsed->is_negative && count > 0};
    number.magnitude = natural_read(arena, digits, count);
    if (scale >= 0)
        number.scale = (int32_t)scale;
    else
        number.magnitude = natural_scale_up(arena, number.magnitude, (uint32_t)-scale);
    return number_datum(arena, number);
}

union datum
numeric_read(struct arena *arena, struct slice text)
{
    struct slice word = slice_trim(text);
    struct parsed parsed;
    if (UNLIKELY(!parse(word, &parsed)))
        return read_special(word, text);
    if (LIKELY(parsed.digit_count <= SMALL_DIGITS && parsed.exponent == 0)) {
        int64_t unscaled = (int64_t)parsed.leading;
        return numeric_small(parsed.is_negative ? -unscaled : unscaled,
                             (uint32_t)parsed.fraction_count);
    }
    return read_long(arena, &parsed);
}

/* `count` digits ('0' to '9') with the point before the last `scale` of them. */
static void
write_digits(struct buf *to, bool is_negative, const char *digits, size_t count, size_t scale)
{
    size_t whole = count > scale ? count - scale : 0;
    size_t zeros = scale > count ? scale - count : 0;
    char *at = (char *)buf_reserve(to, count + zeros + 3);
    if (at == NULL)
        return;
    char *first = at;
    if (is_negative)
        *at++ = '-';
    if (whole == 0)
        *at++ = '0';
    memcpy(at, digits, whole);
    at += whole;
    if (scale > 0) {
        *at++ = '.';
        memset(at, '0', zeros);
        at += zeros;
        memcpy(at, digits + whole, count - whole);
        at += count - whole;
    }
    to->bytes += (size_t)(at - first);
}

void
numeric_write(struct arena *arena, union datum value, struct buf *to)
{
    static const char *const names[] = {
        [NUMERIC_NAN] = "NaN",
        [NUMERIC_INFINITY] = "Infinity",
        [NUMERIC_MINUS_INFINITY] = "-Infinity",
    };
    enum numeric_kind kind = numeric_kind(value);
    if (kind == NUMERIC_SMALL) {
        char digits[DIGITS_U64_MAX];
        int64_t unscaled = numeric_unscaled(value);
        size_t count = unscaled == 0 ? 0 : digits_write_u64(digits, (uint64_t)llabs(unscaled));
        write_digits(to, unscaled < 0, digits, count, numeric_scale(value));
        return;
    }
    if (kind >= NUMERIC_NAN) {
        buf_put_text(to, names[kind]);
        return;
    }
    struct arena_mark mark = arena_mark(arena);
    size_t count;
    uint8_t *digits = (uint8_t *)natural_write(arena, number_of(arena, value).magnitude, &count);
    for (size_t i = 0; i < count; i++)
        digits[i] += '0';
    write_digits(to, kind == NUMERIC_NEGATIVE, (char *)digits, count, numeric_scale(value));
    arena_rewind(arena, mark);
}

/* ---- precision and scale ---- */

int32_t
numeric_typmod_precision(int32_t typmod)
{
    return (typmod - TYPMOD_HEADER) >> 16 & 0xffff;
}

/* Eleven bits with a sign. */
int32_t
numeric_typmod_scale(int32_t typmod)
{
    return (((typmod - TYPMOD_HEADER) & 0x7ff) ^ 1024) - 1024;
}

static _Noreturn void
raise_too_wide(int32_t precision, int32_t scale, bool is_infinite)
{
    int32_t whole = precision - scale;
    const char *detail =
        is_infinite
            ? raise_text("A field with precision %d, scale %d cannot hold an infinite value.",
                         precision, scale)
            : raise_text("A field with precision %d, scale %d must round to an absolute "
                         "value less than %s%d.",
                         precision, scale, whole != 0 ? "10^" : "", whole != 0 ? whole : 1);
    raise_error(.code = SQLSTATE_NUMERIC_VALUE_OUT_OF_RANGE, .message = "numeric field overflow",
                .detail = detail);
}

static union datum
fit_number(struct arena *arena, union datum value, int32_t precision, int32_t scale)
{
    struct number number = number_of(arena, value);
    number = number_rescale(arena, number, scale, NATURAL_HALF_UP);
    if (!natural_is_zero(number.magnitude) && number_place(arena, number) >= precision - scale)
        raise_too_wide(precision, scale, false);
    if (number.scale < 0)
        number = number_rescale(arena, number, 0, NATURAL_TRUNCATE);
    return number_datum(arena, number);
}

union datum
numeric_fit(struct arena *arena, union datum value, int32_t typmod)
{
    if (typmod < TYPMOD_HEADER)
        return value;
    int32_t precision = numeric_typmod_precision(typmod), scale = numeric_typmod_scale(typmod);
    enum numeric_kind kind = numeric_kind(value);
    if (LIKELY(kind == NUMERIC_SMALL && scale >= (int32_t)numeric_scale(value))) {
        uint32_t shift = (uint32_t)scale - numeric_scale(value);
        int64_t unscaled = numeric_unscaled(value), scaled;
        if (shift <= SMALL_DIGITS && precision <= SMALL_DIGITS &&
            !__builtin_mul_overflow(unscaled, (int64_t)digits_power10[shift], &scaled)) {
            if ((uint64_t)llabs(scaled) >= digits_power10[precision])
                raise_too_wide(precision, scale, false);
            return numeric_small(scaled, (uint32_t)scale);
        }
    }
    if (kind == NUMERIC_NAN)
        return value;
    if (kind == NUMERIC_INFINITY || kind == NUMERIC_MINUS_INFINITY)
        raise_too_wide(precision, scale, true);
    return fit_number(arena, value, precision, scale);
}

static int32_t
numeric_typmod_in(struct type_call *call, const int64_t *args, uint32_t count)
{
    (void)call;
    if (count != 1 && count != 2)
        raise(SQLSTATE_INVALID_PARAMETER_VALUE, "invalid NUMERIC type modifier");
    if (args[0] < 1 || args[0] > PRECISION_MAX)
        raise(SQLSTATE_INVALID_PARAMETER_VALUE, "NUMERIC precision %lld must be between 1 and %d",
              (long long)args[0], PRECISION_MAX);
    int64_t scale = count == 2 ? args[1] : 0;
    if (scale < -SCALE_MAX || scale > SCALE_MAX)
        raise(SQLSTATE_INVALID_PARAMETER_VALUE, "NUMERIC scale %lld must be between %d and %d",
              (long long)scale, -SCALE_MAX, SCALE_MAX);
    return (int32_t)((args[0] << 16 | (scale & 0x7ff)) + TYPMOD_HEADER);
}

static void
numeric_typmod_out(struct type_call *call, int32_t typmod, struct buf *to)
{
    (void)call;
    buf_format(to, "(%d,%d)", (int)numeric_typmod_precision(typmod),
               (int)numeric_typmod_scale(typmod));
}

static union datum
numeric_input(struct type_call *call, struct slice text)
{
    return numeric_fit(call->arena, numeric_read(call->arena, text), call->typmod);
}

static void
numeric_output(struct type_call *call, union datum value, struct buf *to)
{
    numeric_write(call->arena, value, to);
}

/* ---- binary form: groups of four decimal digits ---- */

#define GROUP_DIGITS 4
#define SIGN_POSITIVE 0x0000
#define SIGN_NEGATIVE 0x4000
#define SIGN_NAN 0xc000
#define SIGN_INFINITY 0xd000
#define SIGN_MINUS_INFINITY 0xf000
#define RECV_HEAD_BYTES 8

static _Noreturn void
raise_external(const char *what)
{
    raise(SQLSTATE_INVALID_BINARY_REPRESENTATION, "invalid %s in external \"numeric\" value", what);
}

/* The groups, `count` of them, the first at `weight`, as a number with all their digits. */
static struct number
read_groups(struct arena *arena, const uint8_t *at, uint32_t count, int32_t weight)
{
    uint8_t *digits = arena_alloc(arena, (size_t)count * GROUP_DIGITS + 1);
    for (uint32_t i = 0; i < count; i++) {
        uint32_t group = be16_get(at + 2 * (size_t)i);
        if (group > 9999)
            raise_external("digit");
        for (int k = GROUP_DIGITS - 1; k >= 0; k--) {
            digits[i * GROUP_DIGITS + (uint32_t)k] = (uint8_t)(group % 10);
            group /= 10;
        }
    }
    struct number number = {.scale = ((int32_t)count - 1 - weight) * GROUP_DIGITS};
    number.magnitude = natural_read(arena, digits, (size_t)count * GROUP_DIGITS);
    return number;
}

static union datum
numeric_recv(struct type_call *call, struct slice bytes)
{
    if (bytes.bytes < RECV_HEAD_BYTES)
        raise(SQLSTATE_PROTOCOL_VIOLATION, "insufficient data left in message");
    uint32_t count = be16_get(bytes.data), sign = be16_get(bytes.data + 4);
    int32_t weight = (int16_t)be16_get(bytes.data + 2), scale = be16_get(bytes.data + 6);
    recv_expect(bytes, RECV_HEAD_BYTES + 2 * (size_t)count);
    if (sign == SIGN_NAN)
        return numeric_special(NUMERIC_NAN);
    if (sign == SIGN_INFINITY || sign == SIGN_MINUS_INFINITY)
        return numeric_fit(
            call->arena,
            numeric_special(sign == SIGN_INFINITY ? NUMERIC_INFINITY : NUMERIC_MINUS_INFINITY),
            call->typmod);
    if (sign != SIGN_POSITIVE && sign != SIGN_NEGATIVE)
        raise_external("sign");
    if (scale > NUMERIC_SCALE_MAX)
        raise_external("scale");
    struct number number = read_groups(call->arena, bytes.data + RECV_HEAD_BYTES, count, weight);
    number.is_negative = sign == SIGN_NEGATIVE && !natural_is_zero(number.magnitude);
    number = number_rescale(call->arena, number, scale, NATURAL_TRUNCATE);
    return numeric_fit(call->arena, number_datum(call->arena, number), call->typmod);
}

static uint32_t
special_sign(enum numeric_kind kind)
{
    return kind == NUMERIC_NAN        ? SIGN_NAN
           : kind == NUMERIC_INFINITY ? SIGN_INFINITY
                                      : SIGN_MINUS_INFINITY;
}

static void
send_head(struct buf *to, uint32_t count, int32_t weight, uint32_t sign, int32_t scale)
{
    buf_put_be16(to, (uint16_t)count);
    buf_put_be16(to, (uint16_t)weight);
    buf_put_be16(to, (uint16_t)sign);
    buf_put_be16(to, (uint16_t)scale);
}

static void
numeric_send(struct type_call *call, union datum value, struct buf *to)
{
    struct arena_mark mark = arena_mark(call->arena);
    struct number number = number_of(call->arena, value);
    if (number.is_special) {
        send_head(to, 0, 0, special_sign(number.kind), 0);
        return;
    }
    /* Zeros behind the last digit fill its group; then those before the first one. */
    int32_t scale = number.scale;
    int32_t filled = (scale + GROUP_DIGITS - 1) / GROUP_DIGITS * GROUP_DIGITS;
    number = number_rescale(call->arena, number, filled, NATURAL_TRUNCATE);
    size_t count;
    const uint8_t *digits = natural_write(call->arena, number.magnitude, &count);
    size_t group_count = (count + GROUP_DIGITS - 1) / GROUP_DIGITS;
    size_t missing = group_count * GROUP_DIGITS - count;
    uint16_t *groups = arena_alloc_zero(call->arena, (group_count + 1) * sizeof *groups);
    for (size_t i = 0; i < count; i++) {
        uint16_t *group = &groups[(i + missing) / GROUP_DIGITS];
        *group = (uint16_t)(*group * 10 + digits[i]);
    }
    int32_t weight = count == 0 ? 0 : (int32_t)group_count - 1 - filled / GROUP_DIGITS;
    while (group_count > 0 && groups[group_count - 1] == 0)
        group_count--;
    send_head(to, (uint32_t)group_count, weight, number.is_negative ? SIGN_NEGATIVE : SIGN_POSITIVE,
              scale);
    for (size_t i = 0; i < group_count; i++)
        buf_put_be16(to, groups[i]);
    arena_rewind(call->arena, mark);
}

/* ---- order ---- */

/*
 * Runs fn with an arena of its own, for the parts of the type's contract that are given none.
 */
struct scratch {
    void (*fn)(struct arena *arena, void *object);
    void *object;
};

static void
with_scratch(struct scratch scratch)
{
    struct arena *arena =
        arena_new(&(struct arena_options){.name = "numeric", .on_full = raise_arena_full});
    if (arena == NULL)
        raise(SQLSTATE_OUT_OF_MEMORY, "out of memory");
    struct catch frame;
    if (catch_begin(&frame, arena)) {
        scratch.fn(arena, scratch.object);
        catch_end(&frame);
        arena_free(arena);
        return;
    }
    arena_free(arena);
    raise(SQLSTATE_OUT_OF_MEMORY, "out of memory");
}

struct comparison {
    union datum a, b;
    int order;
};

static void
compare_numbers(struct arena *arena, void *object)
{
    struct comparison *comparison = object;
    comparison->order =
        number_compare(arena, number_of(arena, comparison->a), number_of(arena, comparison->b));
}

/* Specials and zero by class, so that only finite numbers of one sign are left to compare. */
static int
class_of(union datum value)
{
    switch (numeric_kind(value)) {
    case NUMERIC_SMALL:
        return numeric_unscaled(value) < 0    ? KEY_NEGATIVE
               : numeric_unscaled(value) == 0 ? KEY_ZERO
                                              : KEY_POSITIVE;
    case NUMERIC_POSITIVE:
        return KEY_POSITIVE;
    case NUMERIC_NEGATIVE:
        return KEY_NEGATIVE;
    case NUMERIC_NAN:
        return KEY_NAN;
    case NUMERIC_INFINITY:
        return KEY_INFINITY;
    default:
        return KEY_MINUS_INFINITY;
    }
}

/* Two wide magnitudes of one scale, limb by limb from the high end. */
static int
compare_limbs(union datum *a, union datum *b)
{
    struct slice left = datum_slice(a), right = datum_slice(b);
    if (left.bytes != right.bytes)
        return left.bytes > right.bytes ? 1 : -1;
    for (size_t at = left.bytes; at > NUMERIC_HEAD_BYTES; at -= sizeof(mp_limb_t)) {
        uint64_t l = le64_get(left.data + at - sizeof l), r = le64_get(right.data + at - sizeof r);
        if (l != r)
            return l > r ? 1 : -1;
    }
    return 0;
}

static int
compare_slow(union datum a, union datum b)
{
    int a_class = class_of(a), b_class = class_of(b);
    if (a_class != b_class)
        return a_class > b_class ? 1 : -1;
    if (a_class != KEY_POSITIVE && a_class != KEY_NEGATIVE)
        return 0;
    if (numeric_scale(a) == numeric_scale(b) && numeric_kind(a) == numeric_kind(b)) {
        int order = compare_limbs(&a, &b);
        return a_class == KEY_NEGATIVE ? -order : order;
    }
    struct comparison comparison = {a, b, 0};
    with_scratch((struct scratch){compare_numbers, &comparison});
    return comparison.order;
}

int
numeric_compare(union datum a, union datum b)
{
    if (UNLIKELY(!numeric_both_small(a, b)))
        return compare_slow(a, b);
    __int128 left = numeric_unscaled(a), right = numeric_unscaled(b);
    uint32_t a_scale = numeric_scale(a), b_scale = numeric_scale(b);
    if (a_scale != b_scale) {
        /* 10^19 times an int64 fits 128 bits. */
        uint32_t shift = a_scale < b_scale ? b_scale - a_scale : a_scale - b_scale;
        if (shift >= COUNT_OF(digits_power10))
            return compare_slow(a, b);
        if (a_scale < b_scale)
            left *= digits_power10[shift];
        else
            right *= digits_power10[shift];
    }
    return (left > right) - (left < right);
}

/* ---- hash and keys ---- */

struct hashing {
    union datum value;
    uint64_t hash;
};

/* Takes zeros off the end of the digits behind the point: equal numbers become one. */
static void
hash_number(struct arena *arena, void *object)
{
    struct hashing *hashing = object;
    struct number number = number_of(arena, hashing->value);
    struct natural ten = natural_of_u64(arena, 10);
    while (number.scale > 0) {
        struct natural rest, tenth = natural_divide(arena, number.magnitude, ten, &rest);
        if (!natural_is_zero(rest))
            break;
        number.magnitude = tenth;
        number.scale--;
    }
    if (natural_fits_u64(number.magnitude) && natural_u64(number.magnitude) <= INT64_MAX) {
        int64_t unscaled = (int64_t)natural_u64(number.magnitude);
        hashing->hash =
            hash_combine(hash_u64((uint64_t)(number.is_negative ? -unscaled : unscaled)),
                         (uint64_t)number.scale);
        return;
    }
    uint64_t hash = hash_bytes(number.magnitude.limbs, number.magnitude.count * sizeof(mp_limb_t));
    hashing->hash = hash_combine(hash + number.is_negative, (uint64_t)number.scale);
}

static uint64_t
numeric_hash(union datum value)
{
    enum numeric_kind kind = numeric_kind(value);
    if (kind >= NUMERIC_NAN)
        return hash_u64(kind);
    if (kind != NUMERIC_SMALL) {
        struct hashing hashing = {.value = value};
        with_scratch((struct scratch){hash_number, &hashing});
        return hashing.hash;
    }
    int64_t unscaled = numeric_unscaled(value);
    uint32_t scale = unscaled == 0 ? 0 : numeric_scale(value);
    while (scale > 0 && unscaled % 10 == 0) {
        unscaled /= 10;
        scale--;
    }
    return hash_combine(hash_u64((uint64_t)unscaled), scale);
}

static uint32_t
key_place(uint8_t *to, int32_t place)
{
    int32_t middle = place + PLACE_MIDDLE;
    if (middle > PLACE_LOW && middle < PLACE_HIGH) {
        to[0] = (uint8_t)middle;
        return 1;
    }
    uint32_t biased = (uint32_t)(place + PLACE_BIAS);
    to[0] = middle <= PLACE_LOW ? PLACE_LOW : PLACE_HIGH;
    to[1] = (uint8_t)(biased >> 16);
    to[2] = (uint8_t)(biased >> 8);
    to[3] = (uint8_t)biased;
    return 4;
}

/* `digits` are 0 to 9 each, `count` of them, the first not zero. */
static void
put_key(struct buf *to, bool is_negative, int32_t place, const uint8_t *digits, size_t count)
{
    while (count > 0 && digits[count - 1] == 0)
        count--;
    uint8_t *first = buf_reserve(to, 6 + (count + 1) / 2);
    if (first == NULL)
        return;
    uint8_t *at = first;
    *at++ = is_negative ? KEY_NEGATIVE : KEY_POSITIVE;
    at += key_place(at, place);
    for (size_t i = 0; i < count; i += 2)
        *at++ = (uint8_t)(digits[i] * 10 + (i + 1 < count ? digits[i + 1] : 0) + 1);
    *at++ = 0;
    for (uint8_t *p = first + 1; is_negative && p < at; p++)
        *p = (uint8_t) ~*p;
    to->bytes += (size_t)(at - first);
}

struct keying {
    union datum value;
    struct buf *to;
};

static void
put_number_key(struct arena *arena, void *object)
{
    struct keying *keying = object;
    struct number number = number_of(arena, keying->value);
    size_t count;
    const uint8_t *digits = natural_write(arena, number.magnitude, &count);
    put_key(keying->to, number.is_negative, (int32_t)count - 1 - number.scale, digits, count);
}

static bool
numeric_key_put(union datum value, struct buf *to)
{
    int class = class_of(value);
    if (class != KEY_POSITIVE && class != KEY_NEGATIVE) {
        buf_put_u8(to, (uint8_t) class);
        return true;
    }
    if (numeric_kind(value) != NUMERIC_SMALL) {
        struct keying keying = {value, to};
        with_scratch((struct scratch){put_number_key, &keying});
        return true;
    }
    char digits[DIGITS_U64_MAX];
    int64_t unscaled = numeric_unscaled(value);
    uint32_t count = digits_write_u64(digits, (uint64_t)llabs(unscaled));
    for (uint32_t i = 0; i < count; i++)
        digits[i] = (char)(digits[i] - '0');
    put_key(to, unscaled < 0, (int32_t)count - 1 - (int32_t)numeric_scale(value),
            (const uint8_t *)digits, count);
    return true;
}

static union datum
numeric_to_typmod(struct func_call *call, const union datum *args)
{
    return numeric_fit(call->arena, args[0], args[1].i32);
}

/* ---- what this file brings ---- */

static const struct type_info types[] = {
    {.type = TYPE_NUMERIC,
     .array = TYPE_NUMERIC_ARRAY,
     .name = "numeric",
     .sql_name = "numeric",
     .length = -1,
     .align = 'i',
     .category = 'N',
     .kind = 'b',
     .storage = 'm',
     .delimiter = ',',
     .phys = PHYS_VIEW,
     .input_oid = 1701,
     .output_oid = 1702,
     .recv_oid = 2460,
     .send_oid = 2461,
     .typmod_in_oid = 2917,
     .typmod_out_oid = 2918,
     .input = numeric_input,
     .output = numeric_output,
     .recv = numeric_recv,
     .send = numeric_send,
     .typmod_in = numeric_typmod_in,
     .typmod_out = numeric_typmod_out,
     .compare = numeric_compare,
     .hash = numeric_hash,
     .key_put = numeric_key_put},
};

static const struct func_info funcs[] = {
    {FUNC(1701, "numeric_in", TYPE_NUMERIC, generic_in, TYPE_CSTRING, TYPE_OID, TYPE_INT4)},
    {FUNC(1702, "numeric_out", TYPE_CSTRING, generic_out, TYPE_NUMERIC)},
    {FUNC(1703, "numeric", TYPE_NUMERIC, numeric_to_typmod, TYPE_NUMERIC, TYPE_INT4)},
    {FUNC(1766, "numeric_smaller", TYPE_NUMERIC, generic_smaller, TYPE_NUMERIC, TYPE_NUMERIC)},
    {FUNC(1767, "numeric_larger", TYPE_NUMERIC, generic_larger, TYPE_NUMERIC, TYPE_NUMERIC)},
    {FUNC(1769, "numeric_cmp", TYPE_INT4, generic_compare, TYPE_NUMERIC, TYPE_NUMERIC)},
    {FUNC(2460, "numeric_recv", TYPE_NUMERIC, generic_recv, TYPE_INTERNAL, TYPE_OID, TYPE_INT4)},
    {FUNC(2461, "numeric_send", TYPE_BYTEA, generic_send, TYPE_NUMERIC)},
    {FUNC(2917, "numerictypmodin", TYPE_INT4, generic_typmod_in, TYPE_CSTRING_ARRAY)},
    {FUNC(2918, "numerictypmodout", TYPE_CSTRING, generic_typmod_out, TYPE_INT4)},
};

static const struct cast_info casts[] = {
    {TYPE_NUMERIC, TYPE_NUMERIC, 1703, CAST_IMPLICIT, CAST_FUNC},
};

const struct type_tables numeric_tables = {
    .types = types,
    .type_count = COUNT_OF(types),
    .funcs = funcs,
    .func_count = COUNT_OF(funcs),
    .casts = casts,
    .cast_count = COUNT_OF(casts),
};
