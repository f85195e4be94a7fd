/*
 * test_page.c: broken pages within a tree.
 *
 * Goal: whatever bytes a device gives for a page, with a right checksum, no operation on the tree
 * reads or writes outside its pages, and each ends. Method: trees on a memory device; random bytes
 * of random pages are changed and the pages sealed again; then everything that trees can do is
 * done. (Single pages: tests/fuzz/fuzz_page.c.)
 */
#include "base/check.h"
#include "base/random.h"
#include "stand_in.h"
#include "store/tree_int.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define ROWS 3000u

/* A tree on a device, written and thrown out of the cache. */
struct victim {
    struct store *store;
    struct device *device;
    struct reader *reader;
    struct random random;
    struct tree_root root;
    page_no page_count;
    uint8_t *image; /* of all pages, as they were */
};

static struct slice
make_key(uint64_t n, bool is_text, uint8_t *to)
{
    be64_set(to, n);
    if (!is_text)
        return slice_of(to, 8);
    memcpy(to, "a common beginning ", 19);
    be32_set(to + 19, (uint32_t)n);
    return slice_of(to, 23 + n % 40);
}

static void
put_rows(struct victim *victim, struct edit *edit, bool is_text)
{
    static uint8_t value[20000];
    for (uint64_t n = 0; n < ROWS; n++) {
        uint8_t key[80] = {0};
        size_t bytes = n % 100 == 7 ? sizeof value : n % 60;
        assert_int_equal(tree_put(edit, &victim->root, make_key(n * 7 % ROWS, is_text, key),
                                  slice_of(value, bytes), PUT_UPSERT),
                         ST_OK);
    }
}

/* A store whose cache knows nothing of what the device holds. */
static void
open_again(struct victim *victim)
{
    struct store *store = victim->store;
    if (victim->reader != NULL)
        reader_free(victim->reader);
    cache_free(store->cache);
    assert_int_equal(cache_new(store, 1 << 22, &store->cache), ST_OK);
    assert_int_equal(reader_new(store, &victim->reader), ST_OK);
    store->space->next = victim->page_count;
    store->space->free_count = 0;
}

static void
victim_init(struct victim *victim, uint64_t seed, bool is_text)
{
    memset(victim, 0, sizeof *victim);
    random_init(&victim->random, seed);
    assert_int_equal(device_memory_open(&victim->device), ST_OK);
    victim->store = stand_in_open(victim->device, 1 << 22);
    assert_int_equal(reader_new(victim->store, &victim->reader), ST_OK);
    struct edit edit;
    reader_enter(victim->reader);
    edit_init(&edit, victim->store, victim->reader, 5);
    put_rows(victim, &edit, is_text);
    reader_leave(victim->reader);
    stand_in_publish(&edit);
    edit_deinit(&edit);
    struct young_pass pass = {.moment = 5};
    uint32_t written;
    bool is_done = false;
    while (!is_done)
        assert_int_equal(cache_write_young(victim->store->cache, &pass, 64, &written, &is_done),
                         ST_OK);
    victim->page_count = victim->store->space->next;
    victim->image = malloc(victim->page_count * PAGE_BYTES);
    assert_non_null(victim->image);
    assert_int_equal(
        victim->device->ops->read(victim->device, 0, (uint32_t)victim->page_count, victim->image),
        ST_OK);
}

static void
victim_deinit(struct victim *victim)
{
    free(victim->image);
    stand_in_close(victim->store);
}

static struct page *
image_page(struct victim *victim, page_no page)
{
    return (struct page *)(victim->image + page * PAGE_BYTES);
}

/* A change that a random byte would seldom make: to where and how large things are said to be. */
static void
change_cleverly(struct victim *victim, struct page *page)
{
    struct random *random = &victim->random;
    if (page->kind != PAGE_LEAF && page->kind != PAGE_INNER)
        return;
    uint32_t idx = (uint32_t)random_below(random, page->slot_count);
    uint8_t *row = (uint8_t *)page + page_slots(page)[idx].offset;
    page_no other = 2 + random_below(random, victim->page_count - 2);
    switch (random_below(random, 4)) {
    case 0: /* another page takes the place of a child */
        if (page->kind == PAGE_INNER)
            le64_set(row, other);
        break;
    case 1: /* another one of the same level: everything is right but its place */
        if (page->kind == PAGE_INNER)
            memcpy(row, page_row(page, (uint32_t)random_below(random, page->slot_count)), 16);
        break;
    case 2: /* all keys move */
        if (page->prefix_bytes > 0)
            page->body[random_below(random, page->prefix_bytes)] ^= 1;
        break;
    default:
        page->prefix_bytes = (uint16_t)random_below(random, page->prefix_bytes + 2u);
        break;
    }
}

static void
break_page(struct victim *victim)
{
    static _Alignas(64) uint8_t bytes[PAGE_BYTES];
    page_no at = 2 + random_below(&victim->random, victim->page_count - 2);
    struct page *page = (struct page *)bytes;
    memcpy(bytes, image_page(victim, at), PAGE_BYTES);
    if (random_below(&victim->random, 3) > 0) {
        change_cleverly(victim, page);
    } else {
        uint64_t where = random_below(&victim->random, 2) == 0 ? 200 : PAGE_BYTES;
        for (uint32_t i = 0; i < 3; i++)
            bytes[24 + random_below(&victim->random, where - 24)] =
                (uint8_t)random_next(&victim->random);
    }
    page_seal(page);
    assert_int_equal(victim->device->ops->write(victim->device, at, 1, page), ST_OK);
}

static enum status
visit_page(void *object, struct page_ref ref, uint32_t level)
{
    (void)ref;
    (void)level;
    return ++*(uint32_t *)object < 20000 ? ST_OK : ST_LIMIT;
}

static enum status
visit_difference(void *object, struct slice key, struct slice before, struct slice after)
{
    (void)key;
    (void)before;
    (void)after;
    return ++*(uint32_t *)object < 20000 ? ST_OK : ST_LIMIT;
}

/* Everything that only looks. Returns whether something was found to be broken. */
static bool
look(struct victim *victim, const struct tree_root *root, bool is_text)
{
    struct cursor cursor;
    struct buf spill;
    struct slice value, none = {.data = NULL};
    uint32_t count = 0;
    uint64_t before = victim->store->space->corrupt_count;
    double rows;
    buf_init(&spill);
    cursor_init(&cursor, victim->store, victim->reader, root);
    for (uint32_t i = 0; i < 30; i++) {
        uint8_t key[80] = {0};
        struct slice k = make_key(random_below(&victim->random, ROWS + 5), is_text, key);
        (void)!tree_get(victim->store, victim->reader, root, k, &spill, &value);
        (void)!tree_estimate(victim->store, victim->reader, root, k, none, &rows);
        (void)!cursor_seek(&cursor, k);
        (void)!cursor_prev(&cursor);
        (void)!cursor_value(&cursor, &value);
    }
    enum status st = cursor_first(&cursor);
    for (uint32_t i = 0; st == ST_OK && !cursor.is_at_end && i < 20000; i++) {
        st = cursor_key(&cursor, &value);
        if (st == ST_OK)
            st = cursor_value(&cursor, &value);
        if (st == ST_OK)
            st = cursor_next(&cursor);
    }
    (void)!tree_walk(victim->store, victim->reader, root, 0, visit_page, &count);
    count = 0;
    (void)!tree_diff(victim->store, victim->reader, &victim->root, root, visit_difference, &count);
    (void)!tree_check(victim->store, victim->reader, root);
    cursor_deinit(&cursor);
    buf_deinit(&spill);
    return victim->store->space->corrupt_count > before;
}

/* Changes here and there; then everything goes, one by one. */
static void
change(struct victim *victim, bool is_text)
{
    static uint8_t value[3000];
    struct tree_root root = victim->root;
    struct edit edit;
    edit_init(&edit, victim->store, victim->reader, 6);
    for (uint32_t i = 0; i < 600; i++) {
        uint8_t key[80] = {0};
        struct slice k = make_key(random_below(&victim->random, ROWS * 2), is_text, key);
        size_t bytes = random_below(&victim->random, i % 20 == 0 ? sizeof value : 100);
        if (random_below(&victim->random, 3) == 0)
            (void)!tree_delete(&edit, &root, k);
        else
            (void)!tree_put(&edit, &root, k, slice_of(value, bytes), PUT_UPSERT);
    }
    look(victim, &root, is_text);
    for (uint64_t n = 0; n < ROWS * 2; n++) {
        uint8_t key[80] = {0};
        (void)!tree_delete(&edit, &root, make_key(n, is_text, key));
    }
    edit_drop(&edit);
    edit_deinit(&edit);
}

static void
run(uint64_t seed, bool is_text)
{
    struct victim victim;
    uint32_t noticed = 0;
    victim_init(&victim, seed, is_text);
    for (uint32_t round = 0; round < 60; round++) {
        open_again(&victim);
        for (uint32_t i = 0; i <= round % 3; i++)
            break_page(&victim);
        reader_enter(victim.reader);
        noticed += look(&victim, &victim.root, is_text);
        change(&victim, is_text);
        reader_leave(victim.reader);
        assert_int_equal(
            victim.device->ops->write(victim.device, 0, (uint32_t)victim.page_count, victim.image),
            ST_OK);
    }
    assert_true(noticed > 20);
    open_again(&victim);
    reader_enter(victim.reader);
    assert_int_equal(tree_check(victim.store, victim.reader, &victim.root), ST_OK);
    reader_leave(victim.reader);
    victim_deinit(&victim);
}

static void
broken_pages_break_nothing_else(void **state)
{
    (void)state;
    run(1, false);
    run(2, true);
    run(3, true);
}

/* Two children of the root change places: each page by itself is as good as before. */
static void
a_page_out_of_place_is_not_split(void **state)
{
    (void)state;
    static _Alignas(64) uint8_t bytes[PAGE_BYTES];
    struct victim victim;
    victim_init(&victim, 1, false);
    open_again(&victim);
    struct page *top = (struct page *)bytes;
    memcpy(bytes, image_page(&victim, victim.root.ref.page), PAGE_BYTES);
    assert_int_equal(top->kind, PAGE_INNER);
    assert_true(top->slot_count > 8);
    struct page_ref first = inner_child(top, 2), second = inner_child(top, 6);
    inner_set_child(top, 2, second);
    inner_set_child(top, 6, first);
    page_seal(top);
    assert_int_equal(victim.device->ops->write(victim.device, top->page, 1, top), ST_OK);

    uint8_t room[KEY_BYTES_MAX + 4];
    struct slice low = page_key(top, 2, room);
    struct tree_root root = victim.root;
    struct edit edit;
    reader_enter(victim.reader);
    assert_int_equal(tree_check(victim.store, victim.reader, &root), ST_CORRUPT);
    edit_init(&edit, victim.store, victim.reader, 6);
    enum status st = ST_OK;
    uint32_t count = 0;
    for (; st == ST_OK && count < 1000; count++) {
        be32_set(room + low.bytes, count);
        st = tree_put(&edit, &root, slice_of(room, low.bytes + 4), slice_of(bytes, 50), PUT_UPSERT);
    }
    assert_int_equal(st, ST_CORRUPT);
    edit_drop(&edit);
    edit_deinit(&edit);
    reader_leave(victim.reader);
    victim_deinit(&victim);
}

static void
fill_leaf(struct page *leaf, const char *const *keys, uint32_t count)
{
    page_init(leaf, (struct page_ref){.page = 2, .birth = 1}, 0);
    for (uint32_t i = 0; i < count; i++)
        leaf_insert(leaf, i, &(struct leaf_row){.key = slice_text(keys[i])});
    assert_null(page_check(leaf, 100));
}

static void
pages_out_of_order_do_not_merge(void **state)
{
    (void)state;
    static _Alignas(64) uint8_t bytes[2][PAGE_BYTES];
    struct page *a = (struct page *)bytes[0], *b = (struct page *)bytes[1];
    fill_leaf(a, (const char *[]){"a common beginning, 1", "b", "z"}, 3);
    fill_leaf(b, (const char *[]){"a common beginning, 0", "a common beginning, 2"}, 2);
    assert_false(page_can_merge(a, b, slice_text("a common beginning, 1x")));
    assert_false(page_can_merge(b, a, slice_text("a common beginning, 1x")));
    fill_leaf(b, (const char *[]){"zz", "zzz"}, 2);
    assert_true(page_can_merge(a, b, slice_text("zz")));
    assert_false(page_can_merge(a, b, slice_text("z")));
    page_merge(a, a, b, slice_text("zz"));
    assert_null(page_check(a, 100));
    assert_int_equal(a->slot_count, 5);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_page_out_of_place_is_not_split),
        cmocka_unit_test(pages_out_of_order_do_not_merge),
        cmocka_unit_test(broken_pages_break_nothing_else),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
