/*
 * jsonpath_time.h: the times of jsonpath: what datetime() reads, and comparing them.
 */
#pragma once

#include "type/jsonpath.h"

/* Reads a time in ISO form; false: the text is none. */
bool path_time_read(struct arena *arena, const struct type_env *env, struct slice text,
                    struct path_item *item);
/* "date", "timestamp with time zone", ... */
const char *path_time_name(oid type);
/*
 * The order of two times; false: they cannot be compared. Raises 0A000 where that takes the
 * session's time zone and the caller must not use it.
 */
bool path_time_compare(const struct path_options *options, const struct path_item *a,
                       const struct path_item *b, int *order);
