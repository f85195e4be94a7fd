/*
 * page_ref.h: the names of pages and moments.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#define PAGE_BYTES 8192u
#define PAGE_NONE ((page_no)0) /* pages 0 and 1 are the superblocks: no tree points there */

typedef uint64_t page_no;   /* a page's place in the file: offset / PAGE_BYTES */
typedef uint64_t birth_seq; /* a commit batch: the file's moments are numbered 1, 2, 3, ... */
typedef uint64_t tree_no;   /* a tree within a branch's directory */

/* How a parent points to a child. birth is the moment in which the page was made. */
struct page_ref {
    page_no page;
    birth_seq birth;
};

/* A whole tree: what a branch's directory holds for each. An empty tree has ref.page PAGE_NONE. */
struct tree_root {
    struct page_ref ref;
    uint64_t row_count;
};

static inline bool
page_ref_equal(struct page_ref a, struct page_ref b)
{
    return a.page == b.page && a.birth == b.birth;
}
