/*
 * merge.h: the catalog's rows when branches are compared and merged: what a row is about, and rows
 * taken over as they are.
 *
 * The trees are TREE_OBJECTS, TREE_NAMES and TREE_DEPENDENCIES, and TREE_STATISTICS, whose keys are
 * those of objects. All raise.
 */
#pragma once

#include "catalog/catalog.h"

enum catalog_row_kind {
    CATALOG_SCHEMA = 's',
    CATALOG_TABLE = 't',
    CATALOG_INDEX = 'i',
    CATALOG_SEQUENCE = 'q'
};

/* What a row of TREE_OBJECTS is about; false for bytes that no writer here made. */
bool catalog_object_key(struct slice key, enum catalog_row_kind *kind, oid *object);
/* The name in a key of TREE_NAMES, in `arena`. */
const char *catalog_name_of_key(struct slice key, struct arena *arena);
/* What is needed, and by whom, in a key of TREE_DEPENDENCIES; false: not the row from that end. */
bool catalog_dependency_key(struct slice key, struct object_ref *on, struct object_ref *object);

/*
 * A table, or a sequence, as a row of TREE_OBJECTS has it, in `arena`; its schema's name comes from
 * the catalog ("?" if it has no such schema).
 */
struct table *catalog_read_table(struct catalog *catalog, struct slice row, struct arena *arena);
struct sequence_def *catalog_read_sequence(struct catalog *catalog, struct slice row,
                                           struct arena *arena);
/* The name of a function or an operator, as a row of TREE_OBJECTS of that kind has it, in `arena`;
 * null: the row is of another kind. */
const char *catalog_read_routine_name(enum catalog_row_kind kind, struct slice row,
                                      struct arena *arena);
/* How rows of such a table are stored. */
const struct row_format *catalog_read_format(struct catalog *catalog, const struct table *table,
                                             struct arena *arena);
/* The row that stands for the table. */
struct slice catalog_table_row(const struct table *table, struct arena *arena);

/* Puts a row (value data null: deletes it) of another branch; 40001 if another transaction has
 * changed it. Seen after catalog_merge_end. */
void catalog_merge_row(struct catalog *catalog, tree_no tree, struct slice key, struct slice value);
void catalog_merge_end(struct catalog *catalog);
