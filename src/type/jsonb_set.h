/*
 * jsonb_set.h: changing what lies at a path of a jsonb, for functions and for subscripts.
 */
#pragma once

#include "type/jsonb.h"

/* What to do at the path; several may be asked for. */
enum jsonb_change {
    JSONB_CREATE = 1, /* replace, or add where there is nothing */
    JSONB_DELETE = 2,
    JSONB_REPLACE = 4,
    JSONB_INSERT_BEFORE = 8,
    JSONB_INSERT_AFTER = 16,
    JSONB_FILL_GAPS = 32,   /* make the lists that the path names; nothing may lie in a scalar */
    JSONB_KEEP_PLACES = 64, /* an array cannot grow at its front */
};

struct jsonb_path {
    uint32_t count;
    const struct slice *steps; /* of a null step data is a null pointer */
};

/* `value` is null for JSONB_DELETE. Raises 22P02, 22004, 22023. The result lives in `arena`. */
union datum jsonb_change(struct arena *arena, const struct jsonb *root,
                         const struct jsonb_path *path, const struct jsonb *value,
                         unsigned changes);

/* container[path]: false: there is nothing. */
bool jsonb_fetch(const struct jsonb *root, const struct jsonb_path *path, struct jsonb *value);
/* An empty list, for an assignment into a null. */
union datum jsonb_empty(struct arena *arena, bool is_object);
