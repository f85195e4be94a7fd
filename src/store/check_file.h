/*
 * check_file.h: is the file whole, and what becomes of each of its pages? For `rowan check`.
 *
 * The caller knows where the trees begin; this part walks them, checks every page that it reaches
 * once (however many trees share it) and then asks of every page of the file whether the space map
 * and the walk agree on it. Findings are logged as they are found (store_corrupt) and counted; the
 * check goes on with what does not depend on them.
 *
 * While it runs nobody may commit: open the file for it alone, or stop the writer.
 */
#pragma once

#include "base/status.h"
#include "store/page_ref.h"
#include "store/reader.h"
#include <stdbool.h>
#include <stdint.h>

struct store;
struct file_check;

struct check_report {
    uint64_t page_count;            /* the file's size in pages */
    uint64_t tree_pages;            /* reached from some tree */
    uint64_t shared_count;          /* times that a tree led to a page that another had led to */
    uint64_t dead_pages;            /* in a dead list alone */
    uint64_t map_pages;             /* the space map's own, and the two superblocks */
    uint64_t free_pages;            /* free, or pending */
    uint64_t tree_count, row_count; /* of all trees; rows of shared trees count each time */
    uint64_t corrupt_count;         /* broken pages, rows and counts */
    uint64_t lost_pages;            /* used by the map's account, and nothing leads to them */
    uint64_t stolen_pages;          /* free by the map's account, and something leads to them */
    bool is_log_damaged;            /* commits that were acknowledged are missing from the log */
};

/*
 * The caller's part: calls check_tree for every root of every tree of the file, and check_dead for
 * every page of every dead list; returns the first status that is not ST_OK.
 */
typedef enum status (*check_sources)(void *object, struct file_check *check);

/* A tree; broken pages in it are counted, and ST_OK returned. `name` is for the log. */
MUST_CHECK enum status check_tree(struct file_check *check, const char *name,
                                  const struct tree_root *root);
/* A page of a dead list: it need not be reached by a tree, and may be. */
MUST_CHECK enum status check_dead(struct file_check *check, struct page_ref ref);

/*
 * ST_OK: checked, and all is well. ST_CORRUPT: checked, and something is wrong; *report says how
 * much. Others (ST_IO, ST_NO_MEMORY, ...): could not be checked to the end. The reader is the
 * thread's; it stands in no epoch. Takes 8 bytes of memory for each page that is reached.
 */
MUST_CHECK enum status store_check(struct store *store, struct reader *reader,
                                   check_sources sources, void *object,
                                   struct check_report *report);
