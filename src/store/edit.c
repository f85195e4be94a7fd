/*
 * edit.c: the pages that a set of changes has taken and those that it leaves behind.
 *
 * An edit copies each page that it changes once; after that the page is its own and changes in
 * place, and if the tree lets go of it again, it goes straight back to space. `taken` must then
 * lose its entry: the page's tag in the cache holds its place in the array.
 */
#include "base/check.h"
#include "base/mem.h"
#include "store/space.h"
#include "store/store.h"
#include "store/tree_int.h"
#include <stdlib.h>

enum status
page_refs_reserve(struct page_refs *refs, uint32_t more)
{
    if (more <= refs->capacity - refs->count)
        return ST_OK;
    if (more > UINT32_MAX / 2 - refs->count)
        return ST_LIMIT;
    uint32_t capacity = refs->capacity < 16 ? 16 : refs->capacity + refs->capacity / 2;
    if (capacity < refs->count + more)
        capacity = refs->count + more;
    struct page_ref *grown = mem_resize(refs->refs, (size_t)capacity * sizeof *grown);
    if (grown == NULL)
        return ST_NO_MEMORY;
    refs->refs = grown;
    refs->capacity = capacity;
    return ST_OK;
}

void
page_refs_deinit(struct page_refs *refs)
{
    mem_free(refs->refs);
    *refs = (struct page_refs){0};
}

void
edit_init(struct edit *edit, struct store *store, struct reader *reader, birth_seq birth)
{
    *edit = (struct edit){.store = store, .reader = reader, .birth = birth};
}

void
edit_deinit(struct edit *edit)
{
    page_refs_deinit(&edit->taken);
    page_refs_deinit(&edit->retired);
}

void
edit_drop(struct edit *edit)
{
    /* Backwards, so that what was taken last is given out first again. */
    while (edit->taken.count > 0) {
        struct page_ref ref = edit->taken.refs[--edit->taken.count];
        cache_drop(edit->store->cache, ref.page);
        space_give_back(edit->store, ref.page);
    }
    edit->retired.count = 0;
}

static int
compare_pages(const void *a, const void *b)
{
    page_no first = ((const struct page_ref *)a)->page, second = ((const struct page_ref *)b)->page;
    return (first > second) - (first < second);
}

enum status
edit_write(struct edit *edit)
{
    struct store *store = edit->store;
    if (store->device == NULL || edit->taken.count == 0)
        return ST_OK;
    qsort(edit->taken.refs, edit->taken.count, sizeof *edit->taken.refs, compare_pages);
    for (uint32_t i = 0; i < edit->taken.count; i++)
        store->cache->tags[edit->taken.refs[i].page] = i;
    TRY(cache_write_pages(store->cache, edit->taken.refs, edit->taken.count));
    enum status st = store->device->ops->sync(store->device);
    if (st != ST_OK)
        store_stop_writes(store, "could not sync the file (%s)", status_name(st));
    return st;
}

static void
taken_add(struct edit *edit, struct page_ref ref)
{
    edit->store->cache->tags[ref.page] = edit->taken.count;
    edit->taken.refs[edit->taken.count++] = ref;
}

enum status
edit_absorb(struct edit *edit, struct edit *from)
{
    TRY(page_refs_reserve(&edit->taken, from->taken.count));
    TRY(page_refs_reserve(&edit->retired, from->retired.count));
    for (uint32_t i = 0; i < from->taken.count; i++)
        taken_add(edit, from->taken.refs[i]);
    for (uint32_t i = 0; i < from->retired.count; i++)
        edit->retired.refs[edit->retired.count++] = from->retired.refs[i];
    from->taken.count = 0;
    from->retired.count = 0;
    return ST_OK;
}

enum status
edit_take(struct edit *edit, struct page_ref *ref, struct page **page)
{
    struct page_ref own = {.birth = edit->birth};
    TRY(page_refs_reserve(&edit->taken, 1));
    TRY(space_take(edit->store, &own.page));
    enum status st = cache_add(edit->store->cache, own.page, page);
    if (st != ST_OK) {
        space_give_back(edit->store, own.page);
        return st;
    }
    taken_add(edit, own);
    *ref = own;
    return ST_OK;
}

enum status
edit_take_run(struct edit *edit, uint32_t count, struct page_ref *first)
{
    struct page_ref own = {.birth = edit->birth};
    TRY(page_refs_reserve(&edit->taken, count));
    TRY(space_take_run(edit->store, count, &own.page));
    if (count > edit->store->cache->page_limit ||
        own.page > edit->store->cache->page_limit - count) {
        for (uint32_t i = count; i > 0; i--)
            space_give_back(edit->store, own.page + i - 1);
        return ST_NO_SPACE;
    }
    *first = own;
    for (uint32_t i = 0; i < count; i++, own.page++)
        taken_add(edit, own);
    return ST_OK;
}

/* The page's place among the taken ones; UINT32_MAX if it is not among them. */
static uint32_t
taken_find(const struct edit *edit, struct page_ref ref)
{
    uint32_t at = edit->store->cache->tags[ref.page];
    if (at < edit->taken.count && page_ref_equal(edit->taken.refs[at], ref))
        return at;
    return UINT32_MAX;
}

static void
taken_remove(struct edit *edit, uint32_t at)
{
    struct page_ref last = edit->taken.refs[--edit->taken.count];
    edit->taken.refs[at] = last;
    edit->store->cache->tags[last.page] = at;
}

void
edit_give_back(struct edit *edit, struct page_ref ref)
{
    uint32_t at = taken_find(edit, ref);
    check(at != UINT32_MAX);
    taken_remove(edit, at);
    if (page_ref_equal(ref, edit->append.leaf))
        edit->append.leaf.page = PAGE_NONE;
    cache_drop(edit->store->cache, ref.page);
    space_give_back(edit->store, ref.page);
}

enum status
edit_release_reserve(struct edit *edit, uint32_t count)
{
    return page_refs_reserve(&edit->retired, count);
}

void
edit_release(struct edit *edit, struct page_ref ref)
{
    if (ref.birth == edit->birth && taken_find(edit, ref) != UINT32_MAX) {
        edit_give_back(edit, ref);
        return;
    }
    check(edit->retired.count < edit->retired.capacity);
    edit->retired.refs[edit->retired.count++] = ref;
}

enum status
edit_own_copy(struct edit *edit, struct page_ref *ref, struct page **page)
{
    /* page_check refuses a parent that says so (P6): it can only be the root. */
    if (ref->birth > edit->birth)
        return store_corrupt(edit->store, ref->page, "the tree is younger than the change to it");

    const struct page *old;
    TRY(cache_get(edit->store->cache, *ref, &old));
    TRY(edit_release_reserve(edit, 1));
    struct page_ref own;
    struct page *copy;
    TRY(edit_take(edit, &own, &copy));
    page_copy(copy, old, own);
    edit_release(edit, *ref);
    *ref = own;
    *page = copy;
    return ST_OK;
}
