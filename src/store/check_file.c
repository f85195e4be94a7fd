/*
 * check_file.c: every page of the file accounted for.
 *
 * One word a page says which tree was the last to lead to it and how many rows lie below it. A tree
 * that comes to a page which an earlier tree has led to need not go further down: the subtree has
 * been checked, its rows are known. A tree that comes to a page twice is broken.
 */
#include "store/check_file.h"

#include "base/check.h"
#include "base/mem.h"
#include "store/log_int.h"
#include "store/space_int.h"
#include "store/store.h"
#include "store/tree_int.h"
#include <inttypes.h>

/* The word of a page: 0, or the number of the tree that led to it last and the rows below it. */
#define ROWS_BITS 40
#define ROWS_MASK (((uint64_t)1 << ROWS_BITS) - 1)
#define TREE_DEAD ((uint64_t)1) /* not a tree: a dead list */
#define TREE_MAP ((uint64_t)2)  /* the space map's pages and the superblocks */
#define TREE_FIRST ((uint64_t)3)
#define TREE_LAST ((uint64_t)1 << (64 - ROWS_BITS))

struct file_check {
    struct store *store;
    struct reader *reader;
    struct check_report *report;
    uint64_t *words; /* [page_count] */
    uint64_t page_count;
    uint64_t tree; /* the number of the one at hand */
};

static enum status enter_page(void *object, struct page_ref ref, bool *is_known, uint64_t *rows);
static void leave_page(void *object, struct page_ref ref, uint64_t rows);
static void count_broken(void *object);
static void mark_map(struct file_check *check);
static void mark_page(struct file_check *check, page_no page, uint64_t tree);
static void compare_with_map(struct file_check *check);
static void judge_page(struct file_check *check, page_no page);

enum status
store_check(struct store *store, struct reader *reader, check_sources sources, void *object,
            struct check_report *report)
{
    *report = (struct check_report){.page_count = store->space->capacity};
    struct file_check check = {
        .store = store,
        .reader = reader,
        .report = report,
        .page_count = store->space->capacity,
        .tree = TREE_FIRST,
    };
    size_t bytes = check.page_count * sizeof *check.words;
    check.words = mem_map(bytes);
    if (check.words == NULL)
        return ST_NO_MEMORY;
    mark_map(&check);
    enum status st = sources(object, &check);
    if (st == ST_OK)
        compare_with_map(&check);
    mem_unmap(check.words, bytes);
    if (st != ST_OK)
        return st;
    report->is_log_damaged = store->log != NULL && store->log->is_damaged;
    bool is_whole = report->corrupt_count == 0 && report->lost_pages == 0 &&
                    report->stolen_pages == 0 && !report->is_log_damaged;
    return is_whole ? ST_OK : ST_CORRUPT;
}

enum status
check_tree(struct file_check *check, const char *name, const struct tree_root *root)
{
    if (check->tree == TREE_LAST)
        return ST_LIMIT;
    struct tree_check_hooks hooks = {
        .enter = enter_page, .leave = leave_page, .broken = count_broken, .object = check};
    uint64_t broken_before = check->report->corrupt_count;
    reader_enter(check->reader);
    enum status st = tree_check_with(check->store, check->reader, root, &hooks);
    reader_leave(check->reader);
    check->tree++;
    check->report->tree_count++;
    check->report->row_count += root->row_count;
    if (check->report->corrupt_count != broken_before)
        log_line(check->store->log_sink, LOG_ERROR, "%s is damaged", name);
    return st;
}

enum status
check_dead(struct file_check *check, struct page_ref ref)
{
    if (ref.page < 2 || ref.page >= check->page_count) {
        check->report->corrupt_count++;
        (void)store_corrupt(check->store, ref.page, "a dead list has a page outside the file");
        return ST_OK;
    }
    if (check->words[ref.page] == 0)
        mark_page(check, ref.page, TREE_DEAD);
    return ST_OK;
}

static enum status
enter_page(void *object, struct page_ref ref, bool *is_known, uint64_t *rows)
{
    struct file_check *check = object;
    if (ref.page < 2 || ref.page >= check->page_count)
        return store_corrupt(check->store, ref.page, "a tree leads outside the file");
    uint64_t word = check->words[ref.page], last = word >> ROWS_BITS;
    if (last == check->tree)
        return store_corrupt(check->store, ref.page, "a tree leads twice to the page");
    if (last == TREE_MAP)
        return store_corrupt(check->store, ref.page, "a tree leads to a page of the space map");
    *is_known = last >= TREE_FIRST;
    *rows = *is_known ? word & ROWS_MASK : 0;
    check->words[ref.page] = check->tree << ROWS_BITS | *rows;
    check->report->shared_count += *is_known;
    return ST_OK;
}

static void
leave_page(void *object, struct page_ref ref, uint64_t rows)
{
    struct file_check *check = object;
    check->words[ref.page] = check->tree << ROWS_BITS | (rows & ROWS_MASK);
}

static void
count_broken(void *object)
{
    struct file_check *check = object;
    check->report->corrupt_count++;
}

static void
mark_map(struct file_check *check)
{
    const struct space *space = check->store->space;
    mark_page(check, 0, TREE_MAP);
    mark_page(check, 1, TREE_MAP);
    for (uint32_t i = 0; i < space->directory_count; i++)
        mark_page(check, space->directories[i].page, TREE_MAP);
    for (uint32_t i = 0; i < space->chunk_count; i++) {
        if (space->chunks[i].saved.page != PAGE_NONE)
            mark_page(check, space->chunks[i].saved.page, TREE_MAP);
    }
}

static void
mark_page(struct file_check *check, page_no page, uint64_t tree)
{
    check->words[page] = tree << ROWS_BITS;
}

static void
compare_with_map(struct file_check *check)
{
    struct space *space = check->store->space;
    mutex_lock(&space->lock);
    for (page_no page = 0; page < check->page_count; page++)
        judge_page(check, page);
    /* Used, and neither live nor waiting for somebody: no edit is under way, so nobody has them. */
    uint64_t waiting = space->pending.page_count + space->warm_count;
    if (space->capture.is_active)
        waiting += space->capture.old_count;
    uint64_t unused = check->report->free_pages > space->free_count
                          ? check->report->free_pages - space->free_count
                          : 0; /* pages were stolen */
    if (unused > waiting) {
        check->report->lost_pages += unused - waiting;
        check->report->free_pages -= unused - waiting;
        (void)store_corrupt(check->store, PAGE_NONE, "%" PRIu64 " pages were taken and forgotten",
                            unused - waiting);
    }
    mutex_unlock(&space->lock);
}

static void
judge_page(struct file_check *check, page_no page)
{
    struct check_report *report = check->report;
    uint64_t tree = check->words[page] >> ROWS_BITS;
    bool is_live = map_is_live(check->store->space, page);
    if (tree == 0 && !is_live) {
        report->free_pages++;
    } else if (tree == 0) {
        report->lost_pages++;
        (void)store_corrupt(check->store, page, "the page is used, and nothing leads to it");
    } else if (!is_live) {
        report->stolen_pages++;
        (void)store_corrupt(check->store, page, "the page is in use, and the map has it as free");
    } else if (tree == TREE_MAP) {
        report->map_pages++;
    } else if (tree == TREE_DEAD) {
        report->dead_pages++;
    } else {
        report->tree_pages++;
    }
}
