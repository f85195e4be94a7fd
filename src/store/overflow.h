/*
 * overflow.h: values too long for a leaf.
 *
 * A value is cut into pieces of OVERFLOW_PIECE_BYTES; each piece, packed with lz4 where that saves
 * room, fills an extent: pages in a row. The leaf keeps a stub (leaf.h). overflow.c draws the
 * pages.
 */
#pragma once

#include "store/leaf.h"
#include "store/tree.h"

#define OVERFLOW_PIECE_BYTES (1u << 20)

/*
 * Puts a value into new pages of the edit. Values of one piece are young pages in the cache; longer
 * ones go past it to the device, so that memory is bounded. On failure nothing is taken.
 */
MUST_CHECK enum status overflow_write(struct edit *edit, struct slice value,
                                      struct overflow_stub *stub);
/* The value, into stub.value_bytes bytes at `to`. ST_CORRUPT, ST_IO, ST_NO_MEMORY. */
MUST_CHECK enum status overflow_read(struct store *store, struct overflow_stub stub, uint8_t *to);
/* The same into a buf, which is cleared first. */
MUST_CHECK enum status overflow_read_buf(struct store *store, struct overflow_stub stub,
                                         struct buf *spill, struct slice *value);
/* Appends every page of the value to `refs`. */
MUST_CHECK enum status overflow_list(struct store *store, struct overflow_stub stub,
                                     struct page_refs *refs);
/* Takes back what overflow_write has just made. */
void overflow_undo(struct edit *edit, uint32_t taken_before);
