/*
 * text_case.h: upper and lower case of text.
 */
#pragma once

#include "base/arena.h"
#include "base/slice.h"

/* Each character in lower case (upper case), by Unicode's simple mapping; shared if nothing
 * changes. */
struct slice text_lower(struct arena *arena, struct slice text);
struct slice text_upper(struct arena *arena, struct slice text);
