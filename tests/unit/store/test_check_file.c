/*
 * Goal: a whole file passes, to the page; each kind of damage is found, named and counted, and does
 * not end the check. Method: two trees that share most of their pages, as a branch and its fork
 * do, then one damage at a time.
 */
#include "base/bytes.h"
#include "base/mem.h"
#include "store/check_file.h"
#include "store/space_int.h"
#include "store/store.h"
#include "store/tree.h"
#include "unit/store/crash_device.h"
#include "unit/unit.h"
#include <string.h>

#define ROWS 3000u

static void
ignore_line(void *object, enum log_level level, const char *line)
{
    (void)object;
    (void)level;
    (void)line;
}

static const struct log_sink quiet = {.write = ignore_line};
static const struct store_options options = {.log = &quiet};

struct world {
    struct crash_device *device;
    struct store *store;
    struct reader *reader;
    struct tree_root roots[2]; /* the second was made from the first */
    struct page_refs dead;     /* pages that only the first reaches: the fork's dead list */
    _Atomic birth_seq moment;
};

static void
open_world(struct world *w)
{
    assert_int_equal(store_open(&w->device->device, &options, &w->store), ST_OK);
    assert_int_equal(reader_new(w->store, &w->reader), ST_OK);
    assert_int_equal(store_recover(w->store, NULL, NULL, NULL), ST_OK);
}

static void
put_rows(struct edit *edit, struct tree_root *root, uint32_t first, uint32_t step, uint32_t bytes)
{
    uint8_t key[4], *value = test_malloc(bytes + 1);
    memset(value, (int)bytes, bytes);
    reader_enter(edit->reader);
    for (uint32_t i = first; i < ROWS; i += step) {
        be32_set(key, i);
        assert_int_equal(tree_put(edit, root, slice_of(key, 4), slice_of(value, bytes), PUT_UPSERT),
                         ST_OK);
    }
    be32_set(key, ROWS);
    uint8_t *longer = test_malloc(300000);
    for (uint32_t i = 0; i < 300000; i++)
        longer[i] = (uint8_t)(i * i >> 7);
    assert_int_equal(tree_put(edit, root, slice_of(key, 4), slice_of(longer, 300000), PUT_UPSERT),
                     ST_OK);
    reader_leave(edit->reader);
    test_free(longer);
    test_free(value);
}

static void
publish(struct world *w, struct edit *edit)
{
    assert_int_equal(space_retire_reserve(w->store, edit->retired.count), ST_OK);
    space_publish(w->store, edit);
    atomic_store(&w->moment, edit->birth);
}

static void
save(struct world *w)
{
    struct store_state state = {.moment = w->moment};
    assert_int_equal(checkpoint_begin(w->store, &state), ST_OK);
    for (bool is_done = false; !is_done;)
        assert_int_equal(checkpoint_step(w->store, 64, &is_done), ST_OK);
}

static void
begin(struct world *w)
{
    *w = (struct world){.device = crash_device_new()};
    open_world(w);
    struct edit edit;
    edit_init(&edit, w->store, w->reader, 1);
    put_rows(&edit, &w->roots[0], 0, 1, 100);
    publish(w, &edit);
    edit_deinit(&edit);
    w->roots[1] = w->roots[0];
    edit_init(&edit, w->store, w->reader, 2);
    put_rows(&edit, &w->roots[1], 0, ROWS / 5, 50);
    publish(w, &edit);
    w->dead = edit.retired; /* still the first tree's: not for space */
    edit.retired = (struct page_refs){0};
    edit_deinit(&edit);
    save(w);
}

static void
end(struct world *w)
{
    store_close(w->store);
    mem_free(w->dead.refs);
    crash_device_free(w->device);
}

static enum status
sources(void *object, struct file_check *check)
{
    struct world *w = object;
    TRY(check_tree(check, "first", &w->roots[0]));
    TRY(check_tree(check, "second", &w->roots[1]));
    for (uint32_t i = 0; i < w->dead.count; i++)
        TRY(check_dead(check, w->dead.refs[i]));
    return ST_OK;
}

static void
assert_sum(const struct check_report *r)
{
    assert_int_equal(r->page_count, r->tree_pages + r->dead_pages + r->map_pages + r->free_pages +
                                        r->lost_pages + r->stolen_pages);
}

static void
whole_file_passes(void **state)
{
    (void)state;
    struct world w;
    struct check_report r;
    begin(&w);
    for (int i = 0; i < 2; i++) {
        assert_int_equal(store_check(w.store, w.reader, sources, &w, &r), ST_OK);
        assert_sum(&r);
        assert_int_equal(r.tree_count, 2);
        assert_int_equal(r.row_count, 2 * (ROWS + 1));
        assert_int_equal(r.corrupt_count, 0);
        assert_int_equal(r.map_pages, 4);
        assert_true(r.shared_count > 10);
        assert_true(r.tree_pages > 50);
        assert_int_equal(r.dead_pages, 0); /* the first tree reaches them */
        store_close(w.store);
        open_world(&w);
    }
    end(&w);
}

static enum status
second_alone(void *object, struct file_check *check)
{
    struct world *w = object;
    TRY(check_tree(check, "second", &w->roots[1]));
    for (uint32_t i = 0; i < w->dead.count; i++)
        TRY(check_dead(check, w->dead.refs[i]));
    return ST_OK;
}

static void
dead_lists_account_for_pages(void **state)
{
    (void)state;
    struct world w;
    struct check_report r;
    begin(&w);
    assert_int_equal(store_check(w.store, w.reader, second_alone, &w, &r), ST_OK);
    assert_sum(&r);
    assert_int_equal(r.dead_pages, w.dead.count);
    uint32_t count = w.dead.count;
    w.dead.count = 0;
    assert_int_equal(store_check(w.store, w.reader, second_alone, &w, &r), ST_CORRUPT);
    assert_sum(&r);
    assert_int_equal(r.lost_pages, count);
    assert_int_equal(r.corrupt_count, 0);
    w.dead.count = count;
    end(&w);
}

static void
taken_and_forgotten_pages_are_lost(void **state)
{
    (void)state;
    struct world w;
    struct check_report r;
    page_no first;
    begin(&w);
    assert_int_equal(space_take_run(w.store, 7, &first), ST_OK);
    assert_int_equal(store_check(w.store, w.reader, sources, &w, &r), ST_CORRUPT);
    assert_sum(&r);
    assert_int_equal(r.lost_pages, 7);
    end(&w);
}

static void
page_that_the_map_has_as_free_is_stolen(void **state)
{
    (void)state;
    struct world w;
    struct check_report r;
    begin(&w);
    assert_int_equal(space_retire_reserve(w.store, 1), ST_OK);
    space_retire(w.store, w.dead.refs, 1, 3);
    assert_int_equal(store_check(w.store, w.reader, sources, &w, &r), ST_CORRUPT);
    assert_sum(&r);
    assert_int_equal(r.stolen_pages, 1);
    assert_int_equal(r.lost_pages, 0);
    end(&w);
}

/* Every byte of some pages broken, one page at a time: counted, and the rest is still checked. */
static void
broken_pages_are_counted_and_passed_by(void **state)
{
    (void)state;
    struct world w;
    struct check_report r;
    begin(&w);
    uint64_t broken_files = 0;
    page_no top = w.roots[0].ref.page;
    for (page_no page = 2; page < 90; page += 3) {
        if (page == top || page == w.roots[1].ref.page || !map_is_live(w.store->space, page) ||
            w.device->pages.pages[page].now == NULL)
            continue;
        bool is_map = w.device->pages.pages[page].now[24] >= PAGE_FOREIGN;
        store_close(w.store);
        w.device->pages.pages[page].now[1000] ^= 0x10;
        if (is_map) {
            assert_int_equal(store_open(&w.device->device, &options, &w.store), ST_CORRUPT);
            w.device->pages.pages[page].now[1000] ^= 0x10;
            open_world(&w);
            continue;
        }
        open_world(&w);
        assert_int_equal(store_check(w.store, w.reader, sources, &w, &r), ST_CORRUPT);
        assert_sum(&r);
        assert_true(r.corrupt_count >= 1);
        assert_int_equal(r.tree_count, 2);
        assert_true(r.tree_pages > 40);
        w.device->pages.pages[page].now[1000] ^= 0x10;
        broken_files++;
    }
    assert_true(broken_files > 5);
    store_close(w.store);
    open_world(&w);
    assert_int_equal(store_check(w.store, w.reader, sources, &w, &r), ST_OK);
    end(&w);
}

static void
wrong_row_count_is_told(void **state)
{
    (void)state;
    struct world w;
    struct check_report r;
    begin(&w);
    w.roots[1].row_count++;
    assert_int_equal(store_check(w.store, w.reader, sources, &w, &r), ST_CORRUPT);
    assert_int_equal(r.corrupt_count, 1);
    assert_int_equal(r.lost_pages + r.stolen_pages, 0);
    end(&w);
}

static void
page_outside_the_file_in_a_dead_list_is_told(void **state)
{
    (void)state;
    struct world w;
    struct check_report r;
    begin(&w);
    page_no good = w.dead.refs[0].page;
    w.dead.refs[0].page = (page_no)1 << 50;
    assert_int_equal(store_check(w.store, w.reader, sources, &w, &r), ST_CORRUPT);
    assert_int_equal(r.corrupt_count, 1);
    w.dead.refs[0].page = good;
    end(&w);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(whole_file_passes),
        cmocka_unit_test(dead_lists_account_for_pages),
        cmocka_unit_test(taken_and_forgotten_pages_are_lost),
        cmocka_unit_test(page_that_the_map_has_as_free_is_stolen),
        cmocka_unit_test(broken_pages_are_counted_and_passed_by),
        cmocka_unit_test(wrong_row_count_is_told),
        cmocka_unit_test(page_outside_the_file_in_a_dead_list_is_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
