/*
 * deparse.h: bound trees back to SQL, as pg_get_expr and pg_get_viewdef print them.
 *
 * What comes out can be analysed again to the same meaning: this is how expressions and views are
 * stored, and shown.
 */
#pragma once

#include "sql/query.h"

struct deparse_options {
    struct arena *arena; /* of the result */
    const struct name_scope *scope;
    bool qualify_all; /* every relation with its schema: stored text, good under any search_path;
                         else where search_path would not find it */
    bool is_pretty;   /* without parentheses that say nothing new */
    bool is_laid_out; /* a query on many lines, its columns with their tables' names */
};

/* An expression whose columns are those of range 0, `table` (may be null); names stand alone. */
const char *deparse_expr(const struct deparse_options *options, const struct table *table,
                         const struct expr *e);

/* A whole SELECT, on one line unless it is to be laid out: then it begins with a space. */
const char *deparse_query(const struct deparse_options *options, const struct query *q);

/* An identifier, in quotes if it needs them. */
const char *deparse_name(struct arena *arena, const char *name);
/* A string constant. */
const char *deparse_literal(struct arena *arena, const char *text);
