/*
 * branch_merge.h: what the files of a merge share.
 *
 * A merge compares three states: the base, which both branches come from, the source as it was
 * frozen for this transaction, and the target as the statement's snapshot has it. Everything that
 * the source alone has changed is written into the target's transaction; whatever cannot be decided
 * becomes a conflict, a row of the result, and then nothing is kept.
 *
 *   M1  callbacks of a comparison only copy bytes or write to the transaction: they must not raise
 *   M2  schema first: rows are written by the definitions that the merge leaves
 *   M3  once there is a conflict nothing more is written, only looked for
 */
#pragma once

#include "exec/row_merge.h"
#include "session/branch_functions.h"
#include "session/branch_view.h"

/* One row that differs, copied out of the pages. Null data: no row on that side. */
struct kept_row {
    struct kept_row *next;
    enum merge_side side;
    struct slice key, base, source, target;
};

/* Definitions of a table that either side has changed; null: not there. */
struct table_sides {
    struct table_sides *next;
    oid table;
    const struct table *base, *source, *target;
    bool is_copied; /* its rows were taken as a whole */
};

struct merge {
    struct session *session;
    struct branch *source;
    const char *source_name, *target_name;
    struct arena *work;
    struct answer *conflicts;
    struct table_sides *sides;
    struct exec *exec;
    bool has_changes; /* something of the source's has been written */
};

static inline bool
merge_has_conflicts(const struct merge *merge)
{
    return merge->conflicts->row_count != 0;
}

/* Which rows a comparison keeps. */
enum keep { KEEP_ALL, KEEP_BY_SOURCE, KEEP_BY_TARGET, KEEP_CHANGED_SOURCE, KEEP_CHANGED_TARGET };

/*
 * The rows of a tree that differ, in key order, in an arena of their own that is freed with `work`.
 * KEEP_BY_...: those that the side has changed and the other has not, and conflicts.
 * KEEP_CHANGED_...: those where the side differs from the base, whatever the other.
 */
struct kept_row *merge_collect(struct merge *merge, tree_no tree, enum keep keep);

/* One row of the result; texts may be null. */
struct conflict {
    const char *kind, *table, *key, *base, *source, *target, *detail;
};
void merge_conflict(struct merge *merge, const struct conflict *conflict);

/* The schema: names, objects, dependencies. Leaves merge->sides. */
void merge_schema(struct merge *merge);
/* The rows of all tables, and the sequences. */
void merge_tables(struct merge *merge);
void merge_sequences(struct merge *merge);
