/*
 * feed.h: rows that the session has in hand, inserted into a table through the executor: COPY FROM,
 * CREATE TABLE AS, rewrites.
 *
 * A feed is an INSERT, planned once, whose source is a table that exists for this session and
 * statement only: its rows are the batch that feed_put was given. So defaults, generated columns,
 * checks, keys, indexes and foreign keys are INSERT's own. All functions raise.
 */
#pragma once

#include "session/session_int.h"

struct feed;

/* A relation that only this session sees, for the time of a statement, by a name that no other can
 * have. */
struct extra_table {
    struct extra_table *next;
    struct table table;
    struct row_format *format; /* plain ones */
};

/* Makes the table visible until the statement's memory is reset. */
void extra_table_show(struct session *session, struct extra_table *extra);
const struct extra_table *extra_table_find(const struct session *session, const char *name,
                                           oid table);

/*
 * Opens a feed into the columns `attrs` of `table`; others get their defaults. batches given to
 * feed_put have one column for each, of its type.
 */
struct feed *feed_open(struct session *session, const struct table *table, const attr_no *attrs,
                       uint32_t attr_count);
/*
 * The same, for those rows only that pass `where`, a condition over the table's columns: `sql` is
 * its text, `expr` the same bound to range 0.
 */
struct feed *feed_open_where(struct session *session, const struct table *table,
                             const attr_no *attrs, uint32_t attr_count,
                             const struct stored_expr *where);
void feed_put(struct feed *feed, const struct batch *batch);
/* The same for rows whose long views may lie in pages: they are copied, in place of the views. */
void feed_put_read(struct feed *feed, struct batch *batch);
/* After an error of feed_put: the row of its batch that it was about; UINT32_MAX: unknown. */
uint32_t feed_fault_row(const struct feed *feed);
/* Rows inserted so far. */
uint64_t feed_count(const struct feed *feed);

/* Fills the new tree of an index of `table`, as the catalog has both now, from the table's rows. */
void feed_build_index(struct session *session, const struct table *table,
                      const struct index_def *index);

/*
 * Fills the (new, empty) trees of `table`, as the catalog has it now, from the rows of `old`, its
 * definition before: `columns_sql` is the list of expressions over old columns for `attrs`. The old
 * trees are dropped.
 */
void feed_rewrite(struct session *session, const struct table *old, const struct table *table,
                  const char *columns_sql, const attr_no *attrs, uint32_t attr_count);
