/*
 * text_case.c: upper, lower, initcap; Unicode normalisation.
 *
 * Case is changed a character at a time by Unicode's simple mapping (ICU's), as the C library does
 * for PostgreSQL's default locale; ASCII text never asks ICU.
 */
#include "type/text_case.h"

#include "base/raise.h"
#include "type/generic.h"
#include "type/tables.h"
#include "type/text.h"
#include "type/utf8.h"
#include <unicode/uchar.h>
#include <unicode/unorm2.h>
#include <unicode/ustring.h>

static struct slice
map_wide(struct arena *arena, struct slice text, UChar32 (*map)(UChar32))
{
    /* A character's simple mapping may take one byte more, of three: not more than 4 in all. */
    uint8_t *mapped = text_alloc(arena, (uint64_t)text.bytes * 2), *to = mapped;
    for (size_t at = 0; at < text.bytes;)
        to += utf8_put(to, (uint32_t)map((UChar32)utf8_next(text, &at)));
    return slice_of(mapped, (size_t)(to - mapped));
}

static struct slice
map_ascii(struct arena *arena, struct slice text, uint8_t first, uint8_t last)
{
    uint8_t *mapped = text_alloc(arena, text.bytes);
    for (size_t i = 0; i < text.bytes; i++) {
        uint8_t c = text.data[i];
        mapped[i] = (uint8_t)(c ^ (c >= first && c <= last ? 0x20 : 0));
    }
    return slice_of(mapped, text.bytes);
}

struct slice
text_lower(struct arena *arena, struct slice text)
{
    return utf8_is_ascii(text) ? map_ascii(arena, text, 'A', 'Z')
                               : map_wide(arena, text, u_tolower);
}

struct slice
text_upper(struct arena *arena, struct slice text)
{
    return utf8_is_ascii(text) ? map_ascii(arena, text, 'a', 'z')
                               : map_wide(arena, text, u_toupper);
}

static union datum
text_op_lower(struct func_call *call, const union datum *args)
{
    return slice_datum(text_lower(call->arena, datum_slice(&args[0])));
}

static union datum
text_op_upper(struct func_call *call, const union datum *args)
{
    return slice_datum(text_upper(call->arena, datum_slice(&args[0])));
}

/* The first letter of each run of letters and digits in upper case, the others in lower case. */
static union datum
text_initcap(struct func_call *call, const union datum *args)
{
    struct slice text = datum_slice(&args[0]);
    uint8_t *mapped = text_alloc(call->arena, (uint64_t)text.bytes * 2), *to = mapped;
    bool in_word = false;
    for (size_t at = 0; at < text.bytes;) {
        UChar32 c = (UChar32)utf8_next(text, &at);
        to += utf8_put(to, (uint32_t)(in_word ? u_tolower(c) : u_toupper(c)));
        in_word = u_isalnum(c);
    }
    return slice_datum(slice_of(mapped, (size_t)(to - mapped)));
}

/* ---- normalisation ---- */

static const UNormalizer2 *
normalizer_of(struct slice form)
{
    static const struct {
        const char *name;
        const UNormalizer2 *(*get)(UErrorCode *);
    } forms[] = {{"nfc", unorm2_getNFCInstance},
                 {"nfd", unorm2_getNFDInstance},
                 {"nfkc", unorm2_getNFKCInstance},
                 {"nfkd", unorm2_getNFKDInstance}};
    UErrorCode error = U_ZERO_ERROR;
    for (size_t i = 0; i < COUNT_OF(forms); i++) {
        bool is_same = form.bytes == strlen(forms[i].name);
        for (size_t k = 0; is_same && k < form.bytes; k++)
            is_same = (form.data[k] | 0x20) == forms[i].name[k];
        if (is_same)
            return forms[i].get(&error);
    }
    raise(SQLSTATE_INVALID_PARAMETER_VALUE, "invalid normalization form: %.*s", (int)form.bytes,
          (const char *)form.data);
}

static _Noreturn void
raise_icu(UErrorCode error)
{
    raise(SQLSTATE_INTERNAL_ERROR, "could not normalize text: %s", u_errorName(error));
}

/* UTF-16 in the arena. */
static const UChar *
to_utf16(struct arena *arena, struct slice text, int32_t *units)
{
    UErrorCode error = U_ZERO_ERROR;
    UChar *wide = arena_alloc_array(arena, text.bytes + 1, sizeof *wide);
    u_strFromUTF8(wide, (int32_t)text.bytes + 1, units, (const char *)text.data,
                  (int32_t)text.bytes, &error);
    if (U_FAILURE(error))
        raise_icu(error);
    return wide;
}

static union datum
text_normalize(struct func_call *call, const union datum *args)
{
    struct slice text = datum_slice(&args[0]);
    const UNormalizer2 *normalizer = normalizer_of(datum_slice(&args[1]));
    if (utf8_is_ascii(text))
        return args[0];
    int32_t units, needed, bytes;
    const UChar *wide = to_utf16(call->arena, text, &units);
    UErrorCode error = U_ZERO_ERROR;
    needed = unorm2_normalize(normalizer, wide, units, NULL, 0, &error);
    if (error != U_BUFFER_OVERFLOW_ERROR && U_FAILURE(error))
        raise_icu(error);
    UChar *normal = arena_alloc_array(call->arena, (size_t)needed + 1, sizeof *normal);
    error = U_ZERO_ERROR;
    unorm2_normalize(normalizer, wide, units, normal, needed + 1, &error);
    uint8_t *narrow = text_alloc(call->arena, (uint64_t)needed * 3 + 1);
    u_strToUTF8((char *)narrow, needed * 3 + 1, &bytes, normal, needed, &error);
    if (U_FAILURE(error))
        raise_icu(error);
    return slice_datum(slice_of(narrow, (size_t)bytes));
}

static union datum
text_is_normalized(struct func_call *call, const union datum *args)
{
    struct slice text = datum_slice(&args[0]);
    const UNormalizer2 *normalizer = normalizer_of(datum_slice(&args[1]));
    int32_t units;
    const UChar *wide = to_utf16(call->arena, text, &units);
    UErrorCode error = U_ZERO_ERROR;
    bool is_normal = unorm2_isNormalized(normalizer, wide, units, &error);
    if (U_FAILURE(error))
        raise_icu(error);
    return bool_datum(is_normal);
}

/* ---- what this file brings ---- */

static const struct func_info funcs[] = {
    {FUNC(870, "lower", TYPE_TEXT, text_op_lower, TYPE_TEXT)},
    {FUNC(871, "upper", TYPE_TEXT, text_op_upper, TYPE_TEXT)},
    {FUNC(872, "initcap", TYPE_TEXT, text_initcap, TYPE_TEXT)},
    {FUNC(4350, "normalize", TYPE_TEXT, text_normalize, TYPE_TEXT, TYPE_TEXT), .default_count = 1,
     .defaults = (const char *const[]){"'NFC'::text"}},
    {FUNC(4351, "is_normalized", TYPE_BOOL, text_is_normalized, TYPE_TEXT, TYPE_TEXT),
     .default_count = 1, .defaults = (const char *const[]){"'NFC'::text"}},
};

const struct type_tables text_case_tables = {
    .funcs = funcs,
    .func_count = COUNT_OF(funcs),
};
