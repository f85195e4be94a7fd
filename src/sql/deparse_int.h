/*
 * deparse_int.h: what deparse.c (expressions) and deparse_query.c share.
 */
#pragma once

#include "base/buf.h"
#include "sql/deparse.h"

/* The ranges of one query and their names as printed; queries around are linked. */
struct deparse_level {
    const struct deparse_level *parent;
    const struct query *query;
    const struct table *table; /* no query: columns of this */
    const char **names;        /* of the query's ranges, made unique */
    bool has_prefix;           /* columns are written with the range's name */
};

struct deparse {
    const struct deparse_options *options;
    struct buf *to;
    const struct deparse_level *level;
};

void deparse_one(struct deparse *d, const struct expr *e, bool show_implicit);
void deparse_select(struct deparse *d, const struct query *q, const struct deparse_level *parent);
void deparse_keys(struct deparse *d, const struct sort_key *keys, uint32_t count,
                  struct expr *const *items, const struct target *targets, bool has_order);
/* (PARTITION BY ... ORDER BY ... frame) */
void deparse_window_definition(struct deparse *d, const struct window *w);
