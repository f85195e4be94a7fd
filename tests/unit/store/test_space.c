/*
 * Goal: a page is never handed out while somebody may still need it, every page that nobody needs
 * comes back, and the map that a checkpoint saves is the map that is loaded.
 * Method: random edits, pins, checkpoints and reopenings beside a model that knows of each page
 * who owns it, when it was born and when it died; then examples of the bitmap's search.
 */
#include "base/mem.h"
#include "base/random.h"
#include "store/cache.h"
#include "store/space_int.h"
#include "store/store.h"
#include "store/tree.h"
#include "unit/store/crash_device.h"
#include "unit/unit.h"
#include <string.h>

#define READERS 6
#define PAGES_MAX 400000u
#define EDIT_PAGES_MAX 64u

enum owner { FREE, TAKEN, LIVE, DEAD };

struct model_page {
    enum owner owner;
    birth_seq birth, death;
};

struct world {
    struct random random;
    struct store *store;
    struct crash_device *device; /* null: in memory */
    struct reader *readers[READERS];
    birth_seq pins[READERS]; /* PIN_NONE or the moment */
    _Atomic birth_seq current;
    birth_seq durable, capturing; /* 0: none */
    struct model_page *pages;
    page_no *live;
    uint32_t live_count;
    uint64_t taken_count;
};

static bool
is_needed(const struct world *w, const struct model_page *page)
{
    birth_seq moments[READERS + 2];
    uint32_t count = 0;
    for (int i = 0; i < READERS; i++)
        moments[count++] = w->pins[i];
    moments[count++] = w->durable == 0 ? PIN_NONE : w->durable;
    moments[count++] = w->capturing == 0 ? PIN_NONE : w->capturing;
    for (uint32_t i = 0; i < count; i++) {
        if (moments[i] != PIN_NONE && page->birth <= moments[i] && moments[i] < page->death)
            return true;
    }
    return false;
}

static void
take_one(struct world *w, struct edit *edit, page_no page)
{
    assert_true(page >= 2 && page < PAGES_MAX);
    struct model_page *p = &w->pages[page];
    assert_int_not_equal(p->owner, TAKEN);
    assert_int_not_equal(p->owner, LIVE);
    assert_false(p->owner == DEAD && is_needed(w, p));
    *p = (struct model_page){.owner = TAKEN, .birth = edit->birth};
    w->taken_count++;
    /* Most pages have frames; some never had one, so that both ways back are used. */
    struct page *frame;
    if (w->device != NULL || page % 5 != 0) {
        assert_int_equal(cache_add(w->store->cache, page, &frame), ST_OK);
        memset(frame, 0, PAGE_BYTES);
        frame->page = page;
        frame->birth = edit->birth;
        frame->kind = PAGE_FOREIGN + 9;
    }
    edit->taken.refs[edit->taken.count++] = (struct page_ref){.page = page, .birth = edit->birth};
}

static void
give_back_one(struct world *w, struct edit *edit)
{
    page_no page = edit->taken.refs[--edit->taken.count].page;
    w->pages[page].owner = FREE;
    w->taken_count--;
    cache_drop(w->store->cache, page);
    space_give_back(w->store, page);
}

/* Takes pages, gives some back, and drops or publishes the rest while live pages die. */
static void
run_edit(struct world *w)
{
    struct page_ref taken[EDIT_PAGES_MAX], retired[EDIT_PAGES_MAX];
    struct edit edit = {.store = w->store, .birth = w->current + 1, .taken = {.refs = taken}};
    uint32_t wanted = (uint32_t)random_below(&w->random, EDIT_PAGES_MAX);
    while (edit.taken.count < wanted) {
        page_no first;
        uint32_t run = random_below(&w->random, 8) == 0 ? wanted - edit.taken.count : 1;
        assert_int_equal(space_take_run(w->store, run, &first), ST_OK);
        for (uint32_t i = 0; i < run; i++)
            take_one(w, &edit, first + i);
    }
    uint64_t fate = random_below(&w->random, 10);
    while (edit.taken.count > 0 && (fate == 0 || random_below(&w->random, 10) == 0))
        give_back_one(w, &edit);
    if (fate == 0)
        return;

    birth_seq now = edit.birth;
    uint32_t dying = (uint32_t)random_below(&w->random, EDIT_PAGES_MAX), retired_count = 0;
    while (retired_count < dying && w->live_count > 0) {
        uint32_t i = (uint32_t)random_below(&w->random, w->live_count);
        page_no page = w->live[i];
        w->live[i] = w->live[--w->live_count];
        w->pages[page].owner = DEAD;
        w->pages[page].death = now;
        retired[retired_count++] = (struct page_ref){.page = page, .birth = w->pages[page].birth};
    }
    assert_int_equal(space_retire_reserve(w->store, retired_count), ST_OK);
    space_publish(w->store, &edit);
    for (uint32_t i = 0; i < edit.taken.count; i++) {
        w->pages[taken[i].page].owner = LIVE;
        w->live[w->live_count++] = taken[i].page;
        w->taken_count--;
    }
    atomic_store(&w->current, now);
    space_retire(w->store, retired, retired_count, now);
}

static void
move_pin(struct world *w)
{
    uint32_t i = (uint32_t)random_below(&w->random, READERS);
    uint32_t other = (uint32_t)random_below(&w->random, READERS);
    switch (random_below(&w->random, 4)) {
    case 0:
        reader_unpin(w->readers[i]);
        w->pins[i] = PIN_NONE;
        break;
    case 1:
        if (w->pins[other] == PIN_NONE)
            break;
        reader_pin_at(w->readers[i], w->pins[other]);
        w->pins[i] = w->pins[other];
        break;
    default:
        w->pins[i] = reader_pin(w->readers[i], &w->current);
        assert_int_equal(w->pins[i], w->current);
    }
}

static void
step_checkpoint(struct world *w)
{
    if (w->device == NULL)
        return;
    if (w->capturing == 0) {
        if (random_below(&w->random, 10) != 0 || w->current == 0)
            return;
        struct store_state state = {.moment = w->current};
        assert_int_equal(checkpoint_begin(w->store, &state), ST_OK);
        w->capturing = w->current;
        return;
    }
    bool is_done;
    assert_int_equal(checkpoint_step(w->store, 64, &is_done), ST_OK);
    if (!is_done) {
        struct store_state state;
        store_state(w->store, &state);
        if (state.moment != w->capturing)
            return;
        /* The superblock is there, so the checkpoint before is not needed any more. */
        w->durable = w->capturing;
        return;
    }
    w->durable = w->capturing;
    w->capturing = 0;
}

static void
finish_checkpoint(struct world *w)
{
    while (w->capturing != 0)
        step_checkpoint(w);
}

static void
open_world(struct world *w)
{
    static const struct store_options options = {.cache_bytes = 8u << 20};
    assert_int_equal(store_open(w->device == NULL ? NULL : &w->device->device, &options, &w->store),
                     ST_OK);
    for (int i = 0; i < READERS; i++) {
        assert_int_equal(reader_new(w->store, &w->readers[i]), ST_OK);
        w->pins[i] = PIN_NONE;
    }
}

static void
begin(struct world *w, uint64_t seed, bool is_in_memory)
{
    *w = (struct world){.device = is_in_memory ? NULL : crash_device_new()};
    random_init(&w->random, seed);
    w->pages = mem_alloc_zero(PAGES_MAX * sizeof *w->pages);
    w->live = mem_alloc(PAGES_MAX * sizeof *w->live);
    open_world(w);
}

static void
end(struct world *w)
{
    store_close(w->store);
    if (w->device != NULL)
        crash_device_free(w->device);
    mem_free(w->pages);
    mem_free(w->live);
}

static uint64_t
map_pages(const struct world *w)
{
    if (w->device == NULL)
        return 0;
    const struct space *space = w->store->space;
    uint64_t count = space->directory_count;
    for (uint32_t i = 0; i < space->chunk_count; i++)
        count += space->chunks[i].saved.page != PAGE_NONE;
    return count;
}

/* With no pins left, and the newest moment durable, only live pages are used. */
static void
all_comes_back(struct world *w)
{
    for (int i = 0; i < READERS; i++) {
        reader_unpin(w->readers[i]);
        w->pins[i] = PIN_NONE;
    }
    finish_checkpoint(w);
    if (w->device != NULL) {
        struct store_state state = {.moment = w->current};
        assert_int_equal(checkpoint_begin(w->store, &state), ST_OK);
        w->capturing = w->current;
        finish_checkpoint(w);
    }
    while (space_recheck(w->store->space, 1000))
        ;
    struct space_report report;
    space_report(w->store, &report);
    assert_int_equal(report.pending_count, 0);
    assert_int_equal(report.used_count, w->live_count + 2 + map_pages(w));
    assert_int_equal(report.page_count, report.used_count + report.free_count);
    for (page_no page = 2; page < report.page_count; page++) {
        if (w->pages[page].owner == LIVE)
            assert_true(map_is_live(w->store->space, page));
    }
}

/* Closes and opens again: what the durable checkpoint saved is what is there. */
static void
reopen(struct world *w)
{
    all_comes_back(w);
    uint64_t live_before = w->store->space->live_count;
    store_close(w->store);
    open_world(w);
    struct space *space = w->store->space;
    assert_int_equal(space->live_count, live_before);
    for (page_no page = 2; page < space->capacity; page++) {
        bool is_ours = w->pages[page].owner == LIVE;
        if (is_ours)
            assert_true(map_is_live(space, page));
        assert_int_equal(map_is_live(space, page), map_is_used(space, page));
        if (!is_ours)
            w->pages[page].owner = FREE;
    }
}

/* Some thousand live pages all over four chunks, so that the map has several. */
static void
scatter(struct world *w)
{
    uint32_t pages = 4 * CHUNK_PAGES;
    page_no first;
    assert_int_equal(space_take_run(w->store, pages, &first), ST_OK);
    struct page_ref ref;
    struct edit edit = {.store = w->store, .birth = 1, .taken = {.refs = &ref, .count = 1}};
    for (uint32_t i = 0; i < pages; i++) {
        ref = (struct page_ref){.page = first + i, .birth = 1};
        if (random_below(&w->random, 100) != 0) {
            space_give_back(w->store, ref.page);
            continue;
        }
        w->pages[ref.page] = (struct model_page){.owner = LIVE, .birth = 1};
        w->live[w->live_count++] = ref.page;
        space_publish(w->store, &edit);
    }
    atomic_store(&w->current, 1);
}

static void
run_world(uint64_t seed, bool is_in_memory, int rounds)
{
    struct world w;
    begin(&w, seed, is_in_memory);
    if (seed % 2 == 0)
        scatter(&w);
    for (int round = 0; round < rounds; round++) {
        run_edit(&w);
        move_pin(&w);
        step_checkpoint(&w);
        if (!is_in_memory && random_below(&w.random, 400) == 0)
            reopen(&w);
    }
    all_comes_back(&w);
    end(&w);
}

static void
model_in_memory_agrees(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= 5; seed++)
        run_world(seed, true, 2000);
}

static void
model_with_checkpoints_agrees(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= 10; seed++)
        run_world(seed, false, 1200);
}

static void
runs_lie_in_a_row_and_long_ones_at_the_end(void **state)
{
    (void)state;
    struct world w;
    begin(&w, 7, true);
    page_no first, long_run, single;
    assert_int_equal(space_take_run(w.store, 100, &first), ST_OK);
    assert_int_equal(first, 2);
    for (page_no page = first + 10; page < first + 50; page++)
        space_give_back(w.store, page);
    /* Longer than a chunk: it cannot lie anywhere but at the end. */
    assert_int_equal(space_take_run(w.store, 3 * CHUNK_PAGES, &long_run), ST_OK);
    assert_int_equal(long_run, first + 100);
    assert_int_equal(space_take_run(w.store, 41, &first), ST_OK);
    assert_int_equal(first, long_run + 3 * CHUNK_PAGES);
    assert_int_equal(space_take_run(w.store, 40, &first), ST_OK);
    assert_int_equal(first, 12);
    assert_int_equal(space_take(w.store, &single), ST_OK);
    assert_int_equal(single, long_run + 3 * CHUNK_PAGES + 41);
    for (uint32_t i = 0; i < 3 * CHUNK_PAGES; i++)
        space_give_back(w.store, long_run + i);
    assert_int_equal(space_take_run(w.store, CHUNK_PAGES, &first), ST_OK);
    assert_int_equal(first % CHUNK_PAGES, 0);
    end(&w);
}

static void
warm_pages_come_first(void **state)
{
    (void)state;
    struct world w;
    begin(&w, 8, true);
    page_no pages[3], again;
    struct page *frame;
    for (int i = 0; i < 3; i++) {
        assert_int_equal(space_take(w.store, &pages[i]), ST_OK);
        assert_int_equal(cache_add(w.store->cache, pages[i], &frame), ST_OK);
    }
    cache_drop(w.store->cache, pages[0]);
    space_give_back(w.store, pages[0]);
    cache_drop(w.store->cache, pages[2]);
    space_give_back(w.store, pages[2]);
    assert_int_equal(space_take(w.store, &again), ST_OK);
    assert_int_equal(again, pages[2]);
    assert_int_equal(space_take(w.store, &again), ST_OK);
    assert_int_equal(again, pages[0]);
    end(&w);
}

static void
page_given_up_twice_stops_writes(void **state)
{
    (void)state;
    struct world w;
    begin(&w, 9, false);
    struct page_ref ref = {.page = 5, .birth = 1};
    assert_int_equal(space_retire_reserve(w.store, 1), ST_OK);
    space_retire(w.store, &ref, 1, 2);
    const char *reason;
    assert_true(store_is_read_only(w.store, &reason));
    assert_non_null(strstr(reason, "given up twice"));
    page_no page;
    assert_int_equal(space_take(w.store, &page), ST_READ_ONLY);
    end(&w);
}

static void
named_pages_wait_for_a_checkpoint_after_their_death(void **state)
{
    (void)state;
    struct world w;
    begin(&w, 10, false);
    struct page_ref refs[1] = {{.birth = 1}};
    assert_int_equal(space_take(w.store, &refs[0].page), ST_OK);
    struct edit edit = {.store = w.store, .birth = 1, .taken = {.refs = refs, .count = 1}};
    struct page *frame;
    assert_int_equal(cache_add(w.store->cache, refs[0].page, &frame), ST_OK);
    memset(frame, 0, PAGE_BYTES);
    frame->page = refs[0].page;
    frame->birth = 1;
    assert_int_equal(space_name(w.store, refs[0].page, 1), ST_OK);
    space_publish(w.store, &edit);
    assert_int_equal(space_retire_reserve(w.store, 1), ST_OK);
    space_retire(w.store, refs, 1, 2);
    struct space_report report;
    space_report(w.store, &report);
    assert_int_equal(report.pending_count, 1);
    struct store_state at_two = {.moment = 2};
    assert_int_equal(checkpoint_begin(w.store, &at_two), ST_OK);
    bool is_done = false;
    while (!is_done) {
        space_report(w.store, &report);
        assert_true(report.pending_count >= 1 || w.store->space->durable == 2);
        assert_int_equal(checkpoint_step(w.store, 1, &is_done), ST_OK);
    }
    space_report(w.store, &report);
    assert_int_equal(report.pending_count, 0);
    end(&w);
}

/* A page that only a log record names: replay claims it, and it outlives a death in the log. */
static void
claimed_pages_are_kept_for_the_next_replay(void **state)
{
    (void)state;
    struct world w;
    begin(&w, 12, false);
    assert_int_equal(w.device->device.ops->truncate(&w.device->device, 50), ST_OK);
    store_close(w.store);
    open_world(&w);
    assert_int_equal(space_claim(w.store, 10, 5), ST_OK);
    assert_int_equal(space_claim(w.store, 12, 5), ST_OK);
    assert_int_equal(space_claim(w.store, 1, 1), ST_CORRUPT);
    assert_int_equal(space_claim(w.store, 49, 2), ST_CORRUPT);
    assert_int_equal(space_claim(w.store, 20, UINT64_MAX), ST_CORRUPT);
    struct page_ref dead = {.page = 14, .birth = 3};
    assert_int_equal(space_retire_reserve(w.store, 1), ST_OK);
    space_retire(w.store, &dead, 1, 4);
    for (int i = 0; i < 30; i++) {
        page_no page;
        assert_int_equal(space_take(w.store, &page), ST_OK);
        assert_true(page < 10 || page > 16);
    }
    assert_true(map_is_live(w.store->space, 13));
    assert_false(map_is_live(w.store->space, 14));
    assert_int_equal(w.store->space->live_count, 2 + 6);
    end(&w);
}

static bool
capture_attempt(void *object, uint64_t nth)
{
    (void)nth;
    struct world *w = object;
    uint64_t live_before = w->store->space->live_count;
    uint64_t free_before = w->store->space->free_count + w->store->space->warm_count;
    uint64_t capacity_before = w->store->space->capacity;
    enum status st = space_capture(w->store->space, 1);
    if (st == ST_OK)
        return true;
    assert_int_equal(w->store->space->live_count, live_before);
    assert_int_equal(w->store->space->free_count + w->store->space->warm_count -
                         (w->store->space->capacity - capacity_before),
                     free_before);
    return false;
}

/* The loop in unit.h counts live allocations; arrays that grew here are the space's to keep. */
static void
capture_without_memory_changes_nothing(void **state)
{
    (void)state;
    struct world w;
    begin(&w, 11, false);
    page_no first;
    assert_int_equal(space_take_run(w.store, 2 * CHUNK_PAGES, &first), ST_OK);
    uint64_t rounds = 0;
    for (bool is_done = false; !is_done; rounds++) {
        assert_true(rounds < 1000);
        fault_arm(FAULT_ALLOC, rounds + 1);
        is_done = capture_attempt(&w, rounds);
        fault_arm(FAULT_ALLOC, 0);
    }
    assert_true(rounds > 3);
    end(&w);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(model_in_memory_agrees),
        cmocka_unit_test(model_with_checkpoints_agrees),
        cmocka_unit_test(runs_lie_in_a_row_and_long_ones_at_the_end),
        cmocka_unit_test(warm_pages_come_first),
        cmocka_unit_test(page_given_up_twice_stops_writes),
        cmocka_unit_test(named_pages_wait_for_a_checkpoint_after_their_death),
        cmocka_unit_test(claimed_pages_are_kept_for_the_next_replay),
        cmocka_unit_test(capture_without_memory_changes_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
