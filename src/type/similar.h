/*
 * similar.h: SIMILAR TO patterns as regular expressions.
 */
#pragma once

#include "base/arena.h"
#include "base/slice.h"

/* is_lazy: the part before the first quote matches as little as it can (substring). */
struct slice similar_regex(struct arena *arena, struct slice pattern, struct slice escape,
                           bool is_lazy);
