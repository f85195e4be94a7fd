/*
 * copy_scan.c: see copy_scan.h.
 *
 * Sixty-four bytes are compared at once with the few bytes that mean something; a mask says where
 * those are, and only they are looked at one by one. Quoting is followed as PostgreSQL's reader
 * does: in CSV a quote toggles unless it is escaped, in text a backslash takes the next byte along.
 */
#include "session/copy_scan.h"

#include "base/raise.h"
#include <string.h>
#ifdef __SSE2__
#include <emmintrin.h>
#endif

#define BLOCK_BYTES 64u
#define NOWHERE SIZE_MAX

/* What a byte that was found stands for. */
enum found { FOUND_NOTHING, FOUND_LINE, FOUND_NEED_MORE };

void
copy_scanner_init(struct copy_scanner *scanner, const struct copy *copy, struct copy_field *fields,
                  uint32_t field_room)
{
    *scanner = (struct copy_scanner){.is_csv = copy->format == COPY_CSV,
                                     .delimiter = (uint8_t)copy->delimiter,
                                     .quote = (uint8_t)copy->quote,
                                     .escape = (uint8_t)copy->escape,
                                     .field_room = field_room,
                                     .fields = fields};
    copy_scan_begin(scanner);
}

void
copy_scan_begin(struct copy_scanner *scanner)
{
    scanner->field_count = 0;
    scanner->is_odd = scanner->is_end = false;
    scanner->line_breaks = 0;
    scanner->scanned = scanner->field_at = 0;
    scanner->escaped_at = NOWHERE;
    scanner->is_quoted = scanner->is_marked = false;
}

/* ---- sixty-four bytes ---- */

/* Bits of the bytes that mean something, and in *odd of those that are 0 or not ASCII. */
#ifdef __SSE2__
static inline uint64_t
block_look(const uint8_t *at, const uint8_t marks[4], uint64_t *odd)
{
    const __m128i a = _mm_set1_epi8((char)marks[0]), b = _mm_set1_epi8((char)marks[1]);
    const __m128i c = _mm_set1_epi8((char)marks[2]), nl = _mm_set1_epi8('\n');
    const __m128i cr = _mm_set1_epi8('\r'), zero = _mm_setzero_si128();
    uint64_t found = 0, strange = 0;
    for (uint32_t i = 0; i < 4; i++) {
        __m128i v = _mm_loadu_si128((const __m128i *)(const void *)(at + (size_t)i * 16));
        __m128i hit = _mm_or_si128(_mm_cmpeq_epi8(v, a), _mm_cmpeq_epi8(v, b));
        hit = _mm_or_si128(hit, _mm_or_si128(_mm_cmpeq_epi8(v, c), _mm_cmpeq_epi8(v, nl)));
        hit = _mm_or_si128(hit, _mm_cmpeq_epi8(v, cr));
        __m128i bad = _mm_or_si128(v, _mm_cmpeq_epi8(v, zero));
        found |= (uint64_t)(uint32_t)_mm_movemask_epi8(hit) << (16 * i);
        strange |= (uint64_t)(uint32_t)_mm_movemask_epi8(bad) << (16 * i);
    }
    *odd = strange;
    return found;
}
#else
static inline uint64_t
block_look(const uint8_t *at, const uint8_t marks[4], uint64_t *odd)
{
    uint64_t found = 0, strange = 0;
    for (uint32_t i = 0; i < BLOCK_BYTES; i++) {
        uint8_t v = at[i];
        bool is_hit = v == marks[0] || v == marks[1] || v == marks[2] || v == '\n' || v == '\r';
        found |= (uint64_t)is_hit << i;
        strange |= (uint64_t)(v == 0 || v >= 0x80) << i;
    }
    *odd = strange;
    return found;
}
#endif

/* The bits of the first `count` bytes. */
static inline uint64_t
first_bits(size_t count)
{
    return count >= BLOCK_BYTES ? UINT64_MAX : ((uint64_t)1 << count) - 1;
}

/* ---- what was found ---- */

static inline void
field_end(struct copy_scanner *scanner, size_t at)
{
    if (scanner->field_count < scanner->field_room)
        scanner->fields[scanner->field_count] =
            (struct copy_field){scanner->field_at, at - scanner->field_at, scanner->is_marked};
    scanner->field_count++;
    scanner->field_at = at + 1;
    scanner->is_marked = false;
}

static enum found
line_end(struct copy_scanner *scanner, size_t at, size_t eol_bytes)
{
    field_end(scanner, at);
    scanner->line_bytes = at;
    scanner->next_at = at + eol_bytes;
    return FOUND_LINE;
}

static _Noreturn void
raise_stray(const struct copy_scanner *scanner, bool is_newline)
{
    const char *name = is_newline ? "newline" : "carriage return";
    if (scanner->is_csv)
        raise_error(.code = SQLSTATE_BAD_COPY_FILE_FORMAT,
                    .message = raise_text("unquoted %s found in data", name),
                    .hint = raise_text("Use quoted CSV field to represent %s.", name));
    raise_error(.code = SQLSTATE_BAD_COPY_FILE_FORMAT,
                .message = raise_text("literal %s found in data", name),
                .hint = raise_text("Use \"\\%c\" to represent %s.", is_newline ? 'n' : 'r', name));
}

/* A line feed or carriage return outside of quotes. */
static enum found
take_eol(struct copy_scanner *scanner, const uint8_t *line, size_t at, size_t bytes, bool is_last)
{
    if (line[at] == '\n') {
        if (scanner->eol == EOL_CR || scanner->eol == EOL_CRNL)
            raise_stray(scanner, true);
        scanner->eol = EOL_NL;
        return line_end(scanner, at, 1);
    }
    if (scanner->eol == EOL_NL)
        raise_stray(scanner, false);
    if (scanner->eol == EOL_CR)
        return line_end(scanner, at, 1);
    if (at + 1 == bytes && !is_last)
        return FOUND_NEED_MORE;
    if (at + 1 < bytes && line[at + 1] == '\n') {
        scanner->eol = EOL_CRNL;
        return line_end(scanner, at, 2);
    }
    if (scanner->eol == EOL_CRNL)
        raise_stray(scanner, false);
    scanner->eol = EOL_CR;
    return line_end(scanner, at, 1);
}

/* A mark \. that ends all data: nothing but the line's end may follow. */
static enum found
take_end(struct copy_scanner *scanner, const uint8_t *line, size_t at, size_t bytes, bool is_last)
{
    size_t behind = at + 2;
    if (behind >= bytes && !is_last)
        return FOUND_NEED_MORE;
    if (behind < bytes && line[behind] == '\r') {
        if (behind + 1 >= bytes && !is_last && scanner->eol != EOL_CR)
            return FOUND_NEED_MORE;
    } else if (behind < bytes && line[behind] != '\n') {
        raise(SQLSTATE_BAD_COPY_FILE_FORMAT, "end-of-copy marker corrupt");
    }
    scanner->is_end = true;
    return line_end(scanner, at, bytes - at);
}

static enum found
take_backslash(struct copy_scanner *scanner, const uint8_t *line, size_t at, size_t bytes,
               bool is_last)
{
    if (at == scanner->escaped_at)
        return FOUND_NOTHING;
    if (at + 1 == bytes && !is_last)
        return FOUND_NEED_MORE;
    if (at + 1 < bytes && line[at + 1] == '.')
        return take_end(scanner, line, at, bytes, is_last);
    scanner->is_marked = true;
    scanner->escaped_at = at + 1;
    return FOUND_NOTHING;
}

static enum found
take_text(struct copy_scanner *scanner, const uint8_t *line, size_t at, size_t bytes, bool is_last)
{
    uint8_t c = line[at];
    if (c == '\\')
        return take_backslash(scanner, line, at, bytes, is_last);
    if (at == scanner->escaped_at)
        return FOUND_NOTHING;
    if (c == scanner->delimiter) {
        field_end(scanner, at);
        return FOUND_NOTHING;
    }
    return take_eol(scanner, line, at, bytes, is_last);
}

static enum found
take_csv(struct copy_scanner *scanner, const uint8_t *line, size_t at, size_t bytes, bool is_last)
{
    uint8_t c = line[at];
    bool is_escaped = at == scanner->escaped_at;
    if (c == scanner->delimiter && !scanner->is_quoted) {
        field_end(scanner, at);
        return FOUND_NOTHING;
    }
    if (c == scanner->escape && c != scanner->quote && scanner->is_quoted) {
        if (!is_escaped)
            scanner->escaped_at = at + 1;
        return FOUND_NOTHING;
    }
    if (c == scanner->quote) {
        scanner->is_marked = true;
        if (!is_escaped)
            scanner->is_quoted = !scanner->is_quoted;
        return FOUND_NOTHING;
    }
    if (!scanner->is_quoted && (c == '\n' || c == '\r'))
        return take_eol(scanner, line, at, bytes, is_last);
    scanner->line_breaks += scanner->is_quoted && c == (scanner->eol == EOL_NL ? '\n' : '\r');
    return FOUND_NOTHING;
}

/* ---- a line ---- */

/* Looks at the bytes of a block that mean something; *taken: how many of its bytes are done. */
static inline enum found
block_take(struct copy_scanner *scanner, const uint8_t *line, size_t bytes, bool is_last,
           uint64_t found, size_t *taken)
{
    for (; found != 0; found &= found - 1) {
        size_t at = scanner->scanned + (size_t)__builtin_ctzll(found);
        enum found what;
        if (line[at] == scanner->delimiter && !scanner->is_quoted && at != scanner->escaped_at) {
            field_end(scanner, at);
            continue;
        }
        what = scanner->is_csv ? take_csv(scanner, line, at, bytes, is_last)
                               : take_text(scanner, line, at, bytes, is_last);
        if (what != FOUND_NOTHING) {
            *taken = at - scanner->scanned;
            return what;
        }
    }
    return FOUND_NOTHING;
}

bool
copy_scan(struct copy_scanner *scanner, const uint8_t *line, size_t bytes, bool is_last)
{
    const uint8_t marks[4] = {scanner->delimiter, scanner->is_csv ? scanner->quote : '\\',
                              scanner->is_csv ? scanner->escape : '\\'};
    while (scanner->scanned < bytes) {
        size_t left = bytes - scanner->scanned;
        size_t taken = left < BLOCK_BYTES ? left : BLOCK_BYTES;
        const uint8_t *at = line + scanner->scanned;
        uint8_t tail[BLOCK_BYTES] = {0};
        if (left < BLOCK_BYTES)
            at = memcpy(tail, at, left);
        uint64_t odd, known = first_bits(taken), found = block_look(at, marks, &odd) & known;
        enum found what = block_take(scanner, line, bytes, is_last, found, &taken);
        scanner->is_odd |= (odd & first_bits(taken)) != 0;
        scanner->scanned += taken;
        if (what != FOUND_NOTHING)
            return what == FOUND_LINE;
    }
    if (!is_last)
        return false;
    (void)line_end(scanner, bytes, 0);
    return true;
}
