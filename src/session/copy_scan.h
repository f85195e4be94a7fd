/*
 * copy_scan.h: COPY data cut into lines and fields.
 *
 * A scanner looks at one line at a time, and remembers how far it came when the end of the line has
 * not arrived yet: places are offsets from the line's first byte, so that the line may be moved to
 * a larger buffer meanwhile. All functions raise.
 */
#pragma once

#include "sql/utility.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* How lines end; the first one decides. */
enum copy_eol { EOL_UNKNOWN, EOL_NL, EOL_CR, EOL_CRNL };

/* A field as it stands in the line. */
struct copy_field {
    size_t at, bytes;
    bool is_marked; /* text: there is a backslash in it; CSV: a quote */
};

struct copy_scanner {
    bool is_csv;
    uint8_t delimiter, quote, escape;
    enum copy_eol eol;
    uint32_t field_room; /* of `fields`; further ones are counted only */
    struct copy_field *fields;

    /* The line at hand. */
    uint32_t field_count;
    size_t line_bytes, next_at; /* its length, where the next one begins */
    bool is_odd;                /* a byte of it is 0 or not ASCII */
    bool is_end;                /* it ends with the mark \. , which is not counted as part of it */
    uint64_t line_breaks;       /* within quotes */
    /* How far it is known. */
    size_t scanned, field_at, escaped_at;
    bool is_quoted, is_marked;
};

void copy_scanner_init(struct copy_scanner *scanner, const struct copy *copy,
                       struct copy_field *fields, uint32_t field_room);
/* Before the first byte of a line. */
void copy_scan_begin(struct copy_scanner *scanner);
/*
 * Looks for the end of the line in its first `bytes` bytes; is_last: no more will come, which ends
 * the line too. True: the line's part of the scanner is filled in. 22P04 for line ends that do not
 * belong there.
 */
bool copy_scan(struct copy_scanner *scanner, const uint8_t *line, size_t bytes, bool is_last);
