/*
 * reader.h: threads that look at pages: epochs against eviction, pins against reuse.
 *
 * A reader is a slot in the store, used by one thread at a time. Standing in an epoch keeps every
 * page that the reader has looked at in its place in memory. A pinned moment keeps every page that
 * the trees of that moment reach from being used again on the device. reader_refresh leaves the
 * epoch and enters a new one: long scans call it between batches, so that eviction goes on; every
 * pointer into pages is dead afterwards.
 */
#pragma once

#include "base/status.h"
#include "store/page_ref.h"
#include <stdbool.h>

struct store;
struct reader;

MUST_CHECK enum status reader_new(struct store *store,
                                  struct reader **reader); /* ST_LIMIT, ST_NO_MEMORY */
void reader_free(struct reader *reader);

/* Nest: the outermost pair counts. */
void reader_enter(struct reader *reader);
void reader_leave(struct reader *reader);
/* False if the epoch is still the newest one: then pointers are as good as before. */
bool reader_refresh(struct reader *reader);

/*
 * Pins the moment *current (an atomic that the publisher advances after it has published a root of
 * that moment) and returns it: the newest moment such that nothing of it has been given up.
 * Replaces the pin before.
 */
birth_seq reader_pin(struct reader *reader, const _Atomic birth_seq *current);
void reader_pin_at(struct reader *reader,
                   birth_seq moment); /* a moment that somebody else keeps pinned */
void reader_unpin(struct reader *reader);
