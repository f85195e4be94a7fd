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
    const struct table *table;         /* no query: columns of this */
    const char **names;                /* of the query's ranges, made unique */
    bool has_prefix;                   /* columns are written with the range's name */
    const struct target *column_names; /* of the arms of a set operation; null: their own */
};

struct deparse {
    const struct deparse_options *options;
    struct buf *to;
    const struct deparse_level *level;
    int32_t indent; /* of the query at hand, as deparse_query.c counts it */
    /* Laid out: names of the next query's columns, null for its own; and whether what has no name
     * is told to have none. */
    const struct target *column_names;
    bool hides_unnamed;
};

void deparse_one(struct deparse *d, const struct expr *e, bool show_implicit);
void deparse_select(struct deparse *d, const struct query *q, const struct deparse_level *parent);
void deparse_keys(struct deparse *d, const struct sort_key *keys, uint32_t count,
                  struct expr *const *items, const struct target *targets, bool has_order);
/*
 * A word that begins a line, if the query is laid out: the indent changes by `before`, then the
 * line is indented by it and `plus`, then it changes by `after`.
 */
void deparse_word(struct deparse *d, const char *word, int32_t before, int32_t after, int32_t plus);
/* (PARTITION BY ... ORDER BY ... frame) */
void deparse_window_definition(struct deparse *d, const struct window *w);
