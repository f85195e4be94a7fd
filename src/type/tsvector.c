/*
 * tsvector.c: the type tsvector: its value, text and binary forms, order and keys.
 *
 * Values order as in PostgreSQL: by the size that they have there, the number of lexemes, then by
 * lexemes, where one with places, and more of them, comes first.
 */
#include "type/tsvector.h"

#include "base/hash.h"
#include "base/raise.h"
#include "type/digits.h"
#include "type/generic.h"
#include "type/input.h"
#include "type/tables.h"
#include "type/utf8.h"
#include <stdlib.h>

#define HEAD_BYTES 4
#define ENTRY_BYTES 8

/* ---- values ---- */

struct tsvector
datum_tsvector(struct arena *arena, const union datum *value)
{
    struct slice bytes = datum_slice(value);
    struct tsvector vector = {.count = le32_get(bytes.data)};
    vector.lexemes = arena_alloc_array(arena, vector.count + 1u, sizeof *vector.lexemes);
    const uint8_t *entry = bytes.data + HEAD_BYTES;
    for (uint32_t i = 0; i < vector.count; i++, entry += ENTRY_BYTES) {
        struct lexeme *lexeme = &vector.lexemes[i];
        const uint8_t *text = bytes.data + le32_get(entry);
        lexeme->text = slice_of(text, (size_t)(entry[4] | entry[5] << 8));
        lexeme->place_count = (uint32_t)(entry[6] | entry[7] << 8);
        lexeme->places = arena_copy(arena, text + lexeme->text.bytes,
                                    lexeme->place_count * sizeof(uint16_t) + 1);
    }
    return vector;
}

/* The bytes that PostgreSQL keeps of the lexemes, which bound a vector and order vectors. */
static size_t
stored_bytes(const struct tsvector *vector)
{
    size_t bytes = 0;
    for (uint32_t i = 0; i < vector->count; i++) {
        bytes += vector->lexemes[i].text.bytes;
        if (vector->lexemes[i].place_count != 0)
            bytes += bytes % 2 + 2 + 2 * (size_t)vector->lexemes[i].place_count;
    }
    return bytes;
}

union datum
tsvector_datum(struct arena *arena, const struct tsvector *vector)
{
    size_t stored = stored_bytes(vector);
    if (stored > TS_TEXT_BYTES_MAX)
        raise(SQLSTATE_PROGRAM_LIMIT_EXCEEDED,
              "string is too long for tsvector (%zu bytes, max %d bytes)", stored,
              TS_TEXT_BYTES_MAX);
    size_t at = HEAD_BYTES + (size_t)vector->count * ENTRY_BYTES, bytes = at + 1;
    for (uint32_t i = 0; i < vector->count; i++)
        bytes += vector->lexemes[i].text.bytes + 2 * (size_t)vector->lexemes[i].place_count;
    uint8_t *to = arena_alloc_zero(arena, bytes); /* a byte more, so that places can be copied */
    memcpy(to, &vector->count, sizeof vector->count);
    for (uint32_t i = 0; i < vector->count; i++) {
        const struct lexeme *lexeme = &vector->lexemes[i];
        uint8_t *entry = to + HEAD_BYTES + (size_t)i * ENTRY_BYTES;
        uint32_t start = (uint32_t)at;
        memcpy(entry, &start, sizeof start);
        entry[4] = (uint8_t)lexeme->text.bytes;
        entry[5] = (uint8_t)(lexeme->text.bytes >> 8);
        entry[6] = (uint8_t)lexeme->place_count;
        entry[7] = (uint8_t)(lexeme->place_count >> 8);
        if (lexeme->text.bytes != 0)
            memcpy(to + at, lexeme->text.data, lexeme->text.bytes);
        at += lexeme->text.bytes;
        if (lexeme->place_count != 0)
            memcpy(to + at, lexeme->places, 2 * (size_t)lexeme->place_count);
        at += 2 * (size_t)lexeme->place_count;
    }
    return slice_datum(slice_of(to, bytes));
}

int
lexeme_compare(const void *a, const void *b)
{
    return slice_compare(((const struct lexeme *)a)->text, ((const struct lexeme *)b)->text);
}

static int
compare_places(const void *a, const void *b)
{
    uint32_t x = place_position(*(const uint16_t *)a), y = place_position(*(const uint16_t *)b);
    return (x > y) - (x < y);
}

/* Sorts places; of those at one position the heaviest stays. */
static void
sort_places(struct lexeme *lexeme)
{
    uint32_t kept = 0;
    if (lexeme->place_count < 2)
        return;
    qsort(lexeme->places, lexeme->place_count, sizeof *lexeme->places, compare_places);
    for (uint32_t i = 1; i < lexeme->place_count; i++) {
        uint16_t place = lexeme->places[i], *last = &lexeme->places[kept];
        if (place_position(place) == place_position(*last)) {
            if (place_weight(place) > place_weight(*last))
                *last = place;
            continue;
        }
        lexeme->places[++kept] = place;
        if (kept >= TS_PLACES_MAX || place_position(place) == TS_POSITION_MAX)
            break;
    }
    lexeme->place_count = kept + 1;
}

/* All places of two lexemes of one text. */
static void
join_places(struct arena *arena, struct lexeme *to, const struct lexeme *from)
{
    uint32_t count = to->place_count + from->place_count;
    uint16_t *places = arena_alloc_array(arena, count + 1u, sizeof *places);
    if (to->place_count != 0)
        memcpy(places, to->places, to->place_count * sizeof *places);
    memcpy(places + to->place_count, from->places, from->place_count * sizeof *places);
    to->places = places;
    to->place_count = count;
}

union datum
tsvector_make(struct arena *arena, struct tsvector *vector)
{
    uint32_t kept = 0;
    if (vector->count == 0)
        return tsvector_datum(arena, vector);
    qsort(vector->lexemes, vector->count, sizeof *vector->lexemes, lexeme_compare);
    for (uint32_t i = 0; i < vector->count; i++) {
        struct lexeme *lexeme = &vector->lexemes[i];
        if (kept > 0 && slice_equal(vector->lexemes[kept - 1].text, lexeme->text)) {
            if (lexeme->place_count != 0)
                join_places(arena, &vector->lexemes[kept - 1], lexeme);
            continue;
        }
        vector->lexemes[kept++] = *lexeme;
    }
    vector->count = kept;
    for (uint32_t i = 0; i < kept; i++)
        sort_places(&vector->lexemes[i]);
    return tsvector_datum(arena, vector);
}

uint32_t
tsvector_first_from(const struct tsvector *vector, struct slice text)
{
    uint32_t low = 0, high = vector->count;
    while (low < high) {
        uint32_t middle = (low + high) / 2;
        if (slice_compare(vector->lexemes[middle].text, text) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

uint32_t
tsvector_find(const struct tsvector *vector, struct slice text)
{
    uint32_t at = tsvector_first_from(vector, text);
    return at < vector->count && slice_equal(vector->lexemes[at].text, text) ? at : vector->count;
}

uint32_t
ts_weight_of(union datum letter)
{
    struct slice text = datum_slice(&letter);
    uint8_t c = text.bytes == 0 ? 0 : text.data[0];
    if ((c | 0x20) < 'a' || (c | 0x20) > 'd')
        raise(SQLSTATE_INVALID_PARAMETER_VALUE, "unrecognized weight: \"%c\"", c);
    return (uint32_t)('d' - (c | 0x20));
}

/* ---- words as users write them ---- */

_Noreturn void
ts_raise_syntax(struct slice text, bool is_query)
{
    raise(SQLSTATE_SYNTAX_ERROR, "syntax error in %s: \"%.*s\"", is_query ? "tsquery" : "tsvector",
          (int)text.bytes, (const char *)text.data);
}

void
ts_words_init(struct ts_words *words, struct arena *arena, struct slice text, bool is_query)
{
    *words = (struct ts_words){.arena = arena,
                               .whole = text,
                               .at = text.data,
                               .end = text.data + text.bytes,
                               .is_query = is_query,
                               .word = buf_new(arena)};
}

static bool
is_operator(uint8_t c)
{
    return c == '!' || c == '&' || c == '|' || c == '(' || c == ')' || c == '<';
}

static void
take_escaped(struct ts_words *words)
{
    if (++words->at == words->end)
        raise(SQLSTATE_SYNTAX_ERROR, "there is no escaped character: \"%.*s\"",
              (int)words->whole.bytes, (const char *)words->whole.data);
    buf_put_u8(words->word, *words->at++);
}

/* 'it''s' */
static void
take_quoted(struct ts_words *words)
{
    words->at++;
    for (;;) {
        if (words->at == words->end)
            ts_raise_syntax(words->whole, words->is_query);
        if (*words->at == '\\') {
            take_escaped(words);
        } else if (*words->at != '\'') {
            buf_put_u8(words->word, *words->at++);
        } else if (words->at + 1 < words->end && words->at[1] == '\'') {
            buf_put_u8(words->word, '\'');
            words->at += 2;
        } else {
            words->at++;
            return;
        }
    }
}

static void
take_plain(struct ts_words *words)
{
    while (words->at < words->end) {
        uint8_t c = *words->at;
        if (is_space(c) || (words->is_query && is_operator(c)) || (words->is_web && c == '"') ||
            c == ':')
            return;
        if (c == '\\' && !words->is_web)
            take_escaped(words);
        else
            buf_put_u8(words->word, *words->at++);
    }
}

static void
add_place(struct ts_words *words, uint32_t position)
{
    if (words->place_count == words->place_capacity) {
        words->place_capacity = words->place_capacity == 0 ? 4 : words->place_capacity * 2;
        uint16_t *places =
            arena_alloc_array(words->arena, words->place_capacity, sizeof *words->places);
        if (words->place_count != 0)
            memcpy(places, words->places, words->place_count * sizeof *places);
        words->places = places;
    }
    words->places[words->place_count++] = place_of(position, 0);
}

/* 1A,2 */
static void
take_places(struct ts_words *words)
{
    for (;;) {
        if (words->at == words->end || !is_digit(*words->at))
            ts_raise_syntax(words->whole, false);
        uint32_t position = 0;
        for (; words->at < words->end && is_digit(*words->at); words->at++)
            position = position > TS_POSITION_MAX ? position : position * 10 + (*words->at - '0');
        if (position == 0)
            raise(SQLSTATE_SYNTAX_ERROR, "wrong position info in tsvector: \"%.*s\"",
                  (int)words->whole.bytes, (const char *)words->whole.data);
        add_place(words, position);
        uint16_t *place = &words->places[words->place_count - 1];
        for (; words->at < words->end && *words->at != ','; words->at++) {
            uint8_t c = *words->at == '*' ? 'a' : (uint8_t)(*words->at | 0x20);
            if (is_space(*words->at))
                return;
            if (is_digit(*words->at))
                continue;
            if (c < 'a' || c > 'd' || place_weight(*place) != 0)
                ts_raise_syntax(words->whole, false);
            *place = place_of(place_position(*place), (uint32_t)('d' - c));
        }
        if (words->at == words->end)
            return;
        words->at++;
    }
}

bool
ts_words_next(struct ts_words *words)
{
    buf_clear(words->word);
    words->place_count = words->place_capacity = 0;
    while (words->at < words->end && is_space(*words->at))
        words->at++;
    if (words->at == words->end)
        return false;
    bool is_quoted = *words->at == '\'' && !words->is_web;
    if (!is_quoted && words->is_query && is_operator(*words->at))
        ts_raise_syntax(words->whole, true);
    if (is_quoted) {
        take_quoted(words);
    } else {
        if (*words->at == ':')
            buf_put_u8(words->word, *words->at++); /* the first byte is part of the word */
        take_plain(words);
    }
    if (words->word->bytes == 0)
        ts_raise_syntax(words->whole, words->is_query);
    if (!words->is_query && words->at < words->end && *words->at == ':') {
        words->at++;
        take_places(words);
    }
    return true;
}

void
ts_put_quoted(struct buf *to, struct slice text)
{
    buf_put_u8(to, '\'');
    for (size_t i = 0; i < text.bytes; i++) {
        if (text.data[i] == '\'' || text.data[i] == '\\')
            buf_put_u8(to, text.data[i]);
        buf_put_u8(to, text.data[i]);
    }
    buf_put_u8(to, '\'');
}

/* ---- text and binary ---- */

static union datum
tsvector_input(struct type_call *call, struct slice text)
{
    struct ts_words words;
    struct tsvector vector = {0};
    uint32_t capacity = 0;
    ts_words_init(&words, call->arena, text, false);
    while (ts_words_next(&words)) {
        if (words.word->bytes > LEXEME_BYTES_MAX)
            raise(SQLSTATE_PROGRAM_LIMIT_EXCEEDED, "word is too long (%zu bytes, max %d bytes)",
                  words.word->bytes, LEXEME_BYTES_MAX);
        if (vector.count == capacity) {
            capacity = capacity == 0 ? 16 : capacity * 2;
            struct lexeme *more = arena_alloc_array(call->arena, capacity, sizeof *more);
            if (vector.count != 0)
                memcpy(more, vector.lexemes, vector.count * sizeof *more);
            vector.lexemes = more;
        }
        vector.lexemes[vector.count++] = (struct lexeme){
            arena_slice(call->arena, buf_slice(words.word)), words.place_count, words.places};
    }
    return tsvector_make(call->arena, &vector);
}

static void
tsvector_output(struct type_call *call, union datum value, struct buf *to)
{
    struct tsvector vector = datum_tsvector(call->arena, &value);
    for (uint32_t i = 0; i < vector.count; i++) {
        const struct lexeme *lexeme = &vector.lexemes[i];
        if (i != 0)
            buf_put_u8(to, ' ');
        ts_put_quoted(to, lexeme->text);
        for (uint32_t k = 0; k < lexeme->place_count; k++) {
            buf_format(to, k == 0 ? ":%u" : ",%u", place_position(lexeme->places[k]));
            if (place_weight(lexeme->places[k]) != 0)
                buf_put_u8(to, (uint8_t)('D' - place_weight(lexeme->places[k])));
        }
    }
}

static _Noreturn void
raise_bad_binary(const char *what)
{
    raise(SQLSTATE_INVALID_BINARY_REPRESENTATION, "invalid tsvector: %s", what);
}

/* A lexeme's text up to a zero byte, its number of places, and these. */
static struct slice
recv_lexeme(struct arena *arena, struct slice bytes, struct lexeme *lexeme)
{
    const uint8_t *zero = bytes.bytes == 0 ? NULL : memchr(bytes.data, 0, bytes.bytes);
    if (zero == NULL || (size_t)(bytes.data + bytes.bytes - zero) < 3)
        raise(SQLSTATE_PROTOCOL_VIOLATION, "insufficient data left in message");
    lexeme->text = slice_of(bytes.data, (size_t)(zero - bytes.data));
    utf8_require(lexeme->text);
    if (lexeme->text.bytes > LEXEME_BYTES_MAX)
        raise_bad_binary("lexeme too long");
    lexeme->place_count = be16_get(zero + 1);
    bytes = slice_of(zero + 3, (size_t)(bytes.data + bytes.bytes - zero) - 3);
    if (lexeme->place_count > TS_PLACES_MAX)
        raise(SQLSTATE_INVALID_BINARY_REPRESENTATION, "unexpected number of tsvector positions");
    if (bytes.bytes < 2 * (size_t)lexeme->place_count)
        raise(SQLSTATE_PROTOCOL_VIOLATION, "insufficient data left in message");
    lexeme->places = arena_alloc_array(arena, lexeme->place_count + 1u, sizeof *lexeme->places);
    for (uint32_t i = 0; i < lexeme->place_count; i++) {
        lexeme->places[i] = be16_get(bytes.data + (size_t)2 * i);
        uint32_t before = i == 0 ? 0 : place_position(lexeme->places[i - 1]);
        if (place_position(lexeme->places[i]) <= before)
            raise(SQLSTATE_INVALID_BINARY_REPRESENTATION, "position information is misordered");
    }
    return slice_of(bytes.data + (size_t)2 * lexeme->place_count,
                    bytes.bytes - (size_t)2 * lexeme->place_count);
}

static union datum
tsvector_recv(struct type_call *call, struct slice bytes)
{
    if (bytes.bytes < 4)
        raise(SQLSTATE_PROTOCOL_VIOLATION, "insufficient data left in message");
    struct tsvector vector = {.count = be32_get(bytes.data)};
    bytes = slice_of(bytes.data + 4, bytes.bytes - 4);
    if (vector.count > bytes.bytes / 3)
        raise(SQLSTATE_INVALID_BINARY_REPRESENTATION, "invalid size of tsvector");
    vector.lexemes = arena_alloc_array(call->arena, vector.count + 1u, sizeof *vector.lexemes);
    for (uint32_t i = 0; i < vector.count; i++)
        bytes = recv_lexeme(call->arena, bytes, &vector.lexemes[i]);
    recv_expect(bytes, 0);
    return tsvector_make(call->arena, &vector);
}

static void
tsvector_send(struct type_call *call, union datum value, struct buf *to)
{
    struct tsvector vector = datum_tsvector(call->arena, &value);
    buf_put_be32(to, vector.count);
    for (uint32_t i = 0; i < vector.count; i++) {
        const struct lexeme *lexeme = &vector.lexemes[i];
        buf_put_slice(to, lexeme->text);
        buf_put_u8(to, 0);
        buf_put_be16(to, (uint16_t)lexeme->place_count);
        for (uint32_t k = 0; k < lexeme->place_count; k++)
            buf_put_be16(to, lexeme->places[k]);
    }
}

/* ---- order, hash, keys ---- */

/* Lexemes as they lie in a value: order needs no memory. */
static struct lexeme
lexeme_at(struct slice bytes, uint32_t i)
{
    const uint8_t *entry = bytes.data + HEAD_BYTES + (size_t)i * ENTRY_BYTES;
    const uint8_t *text = bytes.data + le32_get(entry);
    struct lexeme lexeme = {.text = slice_of(text, (size_t)(entry[4] | entry[5] << 8)),
                            .place_count = (uint32_t)(entry[6] | entry[7] << 8)};
    lexeme.places = (uint16_t *)(uintptr_t)(text + lexeme.text.bytes); /* perhaps not aligned */
    return lexeme;
}

static uint16_t
place_in(const struct lexeme *lexeme, uint32_t i)
{
    uint16_t place;
    memcpy(&place, (const uint8_t *)lexeme->places + (size_t)2 * i, sizeof place);
    return place;
}

static size_t
size_in_order(struct slice bytes)
{
    uint32_t count = le32_get(bytes.data);
    size_t stored = 8 + (size_t)4 * count;
    for (uint32_t i = 0; i < count; i++) {
        struct lexeme lexeme = lexeme_at(bytes, i);
        stored += lexeme.text.bytes;
        if (lexeme.place_count != 0)
            stored += stored % 2 + 2 + 2 * (size_t)lexeme.place_count;
    }
    return stored;
}

/* What is larger in the order of `compare` where it is less is inverted. */
static bool
tsvector_key_put(union datum value, struct buf *to)
{
    struct slice bytes = datum_slice(&value);
    uint32_t count = le32_get(bytes.data);
    buf_put_be32(to, (uint32_t)size_in_order(bytes));
    buf_put_be32(to, count);
    for (uint32_t i = 0; i < count; i++) {
        struct lexeme lexeme = lexeme_at(bytes, i);
        buf_put_u8(to, lexeme.place_count == 0);
        buf_put_slice(to, lexeme.text);
        buf_put_u8(to, 0);
        buf_put_be16(to, (uint16_t)~lexeme.place_count);
        for (uint32_t k = 0; k < lexeme.place_count; k++) {
            uint16_t place = place_in(&lexeme, k);
            buf_put_be16(to, (uint16_t)~place_position(place));
            buf_put_u8(to, (uint8_t)~place_weight(place));
        }
    }
    return true;
}

static int
compare_lexemes(const struct lexeme *a, const struct lexeme *b)
{
    if ((a->place_count == 0) != (b->place_count == 0))
        return a->place_count != 0 ? -1 : 1;
    int order = slice_compare(a->text, b->text);
    if (order != 0)
        return order;
    if (a->place_count != b->place_count)
        return a->place_count > b->place_count ? -1 : 1;
    for (uint32_t i = 0; i < a->place_count; i++) {
        uint16_t x = place_in(a, i), y = place_in(b, i);
        if (place_position(x) != place_position(y))
            return place_position(x) > place_position(y) ? -1 : 1;
        if (place_weight(x) != place_weight(y))
            return place_weight(x) > place_weight(y) ? -1 : 1;
    }
    return 0;
}

static int
tsvector_compare(union datum x, union datum y)
{
    struct slice a = datum_slice(&x), b = datum_slice(&y);
    size_t a_size = size_in_order(a), b_size = size_in_order(b);
    if (a_size != b_size)
        return a_size < b_size ? -1 : 1;
    uint32_t count = le32_get(a.data);
    if (count != le32_get(b.data))
        return count < le32_get(b.data) ? -1 : 1;
    for (uint32_t i = 0; i < count; i++) {
        struct lexeme p = lexeme_at(a, i), q = lexeme_at(b, i);
        int order = compare_lexemes(&p, &q);
        if (order != 0)
            return order;
    }
    return 0;
}

static uint64_t
tsvector_hash(union datum value)
{
    struct slice bytes = datum_slice(&value);
    return hash_bytes(bytes.data, bytes.bytes);
}

/* ---- what this file brings ---- */

static const struct type_info types[] = {
    {.type = TYPE_TSVECTOR,
     .array = TYPE_TSVECTOR_ARRAY,
     .name = "tsvector",
     .sql_name = "tsvector",
     .length = -1,
     .align = 'i',
     .category = 'U',
     .kind = 'b',
     .storage = 'x',
     .delimiter = ',',
     .phys = PHYS_VIEW,
     .input_oid = 3610,
     .output_oid = 3611,
     .recv_oid = 3639,
     .send_oid = 3638,
     .input = tsvector_input,
     .output = tsvector_output,
     .recv = tsvector_recv,
     .send = tsvector_send,
     .compare = tsvector_compare,
     .hash = tsvector_hash,
     .key_put = tsvector_key_put},
};

static const struct func_info funcs[] = {
    {FUNC(3610, "tsvectorin", TYPE_TSVECTOR, generic_in, TYPE_CSTRING)},
    {FUNC(3611, "tsvectorout", TYPE_CSTRING, generic_out, TYPE_TSVECTOR)},
    {FUNC(3616, "tsvector_lt", TYPE_BOOL, generic_lt, TYPE_TSVECTOR, TYPE_TSVECTOR)},
    {FUNC(3617, "tsvector_le", TYPE_BOOL, generic_le, TYPE_TSVECTOR, TYPE_TSVECTOR)},
    {FUNC(3618, "tsvector_eq", TYPE_BOOL, generic_eq, TYPE_TSVECTOR, TYPE_TSVECTOR)},
    {FUNC(3619, "tsvector_ne", TYPE_BOOL, generic_ne, TYPE_TSVECTOR, TYPE_TSVECTOR)},
    {FUNC(3620, "tsvector_ge", TYPE_BOOL, generic_ge, TYPE_TSVECTOR, TYPE_TSVECTOR)},
    {FUNC(3621, "tsvector_gt", TYPE_BOOL, generic_gt, TYPE_TSVECTOR, TYPE_TSVECTOR)},
    {FUNC(3622, "tsvector_cmp", TYPE_INT4, generic_compare, TYPE_TSVECTOR, TYPE_TSVECTOR)},
    {FUNC(3638, "tsvectorsend", TYPE_BYTEA, generic_send, TYPE_TSVECTOR)},
    {FUNC(3639, "tsvectorrecv", TYPE_TSVECTOR, generic_recv, TYPE_INTERNAL)},
};

static const struct operator_info operators[] = {
    {3627, "<", TYPE_TSVECTOR, TYPE_TSVECTOR, TYPE_BOOL, 3616, 3632, 3631, false, false,
     "scalarltsel", "scalarltjoinsel"},
    {3628, "<=", TYPE_TSVECTOR, TYPE_TSVECTOR, TYPE_BOOL, 3617, 3631, 3632, false, false,
     "scalarlesel", "scalarlejoinsel"},
    {3629, "=", TYPE_TSVECTOR, TYPE_TSVECTOR, TYPE_BOOL, 3618, 3629, 3630, false, true, "eqsel",
     "eqjoinsel"},
    {3630, "<>", TYPE_TSVECTOR, TYPE_TSVECTOR, TYPE_BOOL, 3619, 3630, 3629, false, false, "neqsel",
     "neqjoinsel"},
    {3631, ">=", TYPE_TSVECTOR, TYPE_TSVECTOR, TYPE_BOOL, 3620, 3628, 3627, false, false,
     "scalargesel", "scalargejoinsel"},
    {3632, ">", TYPE_TSVECTOR, TYPE_TSVECTOR, TYPE_BOOL, 3621, 3627, 3628, false, false,
     "scalargtsel", "scalargtjoinsel"},
};

const struct type_tables tsvector_tables = {
    .types = types,
    .type_count = COUNT_OF(types),
    .funcs = funcs,
    .func_count = COUNT_OF(funcs),
    .operators = operators,
    .operator_count = COUNT_OF(operators),
};
