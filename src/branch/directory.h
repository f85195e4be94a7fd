/*
 * directory.h: a branch's directory: the tree of its trees.
 *
 *   key    tree_no, 8 bytes big-endian
 *   value  page 8 | birth 8 | row_count 8, little-endian: the tree's root
 *
 * Functions that take a root read any published directory (or the edit's own); those that take an
 * edit change it.
 */
#pragma once

#include "store/reader.h"
#include "store/tree.h"

/* ST_NOT_FOUND: there is no such tree. */
MUST_CHECK enum status directory_find(struct store *store, struct reader *reader,
                                      const struct tree_root *directory, tree_no tree,
                                      struct tree_root *root);
MUST_CHECK enum status directory_put(struct edit *edit, struct tree_root *directory, tree_no tree,
                                     const struct tree_root *root);
MUST_CHECK enum status directory_delete(struct edit *edit, struct tree_root *directory,
                                        tree_no tree); /* ST_NOT_FOUND */

/* The first tree whose number is at least `from`; ST_NOT_FOUND. */
MUST_CHECK enum status directory_next(struct store *store, struct reader *reader,
                                      const struct tree_root *directory, tree_no from,
                                      tree_no *tree, struct tree_root *root);

/* Calls visit for each tree, by number. A status other than ST_OK ends the walk. */
typedef enum status (*directory_visit)(void *object, tree_no tree, const struct tree_root *root);
MUST_CHECK enum status directory_each(struct store *store, struct reader *reader,
                                      const struct tree_root *directory, directory_visit visit,
                                      void *object);

/*
 * Calls visit for every page that the directory and its trees reach and whose birth is after
 * `since`: a branch's own pages. Subtrees without such pages are not read: they may be gone.
 */
MUST_CHECK enum status directory_walk(struct store *store, struct reader *reader,
                                      const struct tree_root *directory, birth_seq since,
                                      tree_page_visit visit, void *object);

/* A root in 24 bytes, as directories and the file's tree hold it. */
#define ROOT_BYTES 24
void root_encode(const struct tree_root *root, uint8_t to[ROOT_BYTES]);
void root_decode(const uint8_t from[ROOT_BYTES], struct tree_root *root);
