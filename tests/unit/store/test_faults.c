/*
 * test_faults.c: each operation of a tree with its n-th allocation, its n-th device call and its
 * n-th page failing, for every n.
 *
 * Goal: a call that fails leaves the tree as it was, leaks neither memory nor pages, and works when
 * it is called again. Method: a tree on a device, whose cache is emptied before each try; the
 * failure moves on by one until the operation comes through. (Random changes under faults, in long
 * runs: test_cache.c.)
 */
#include "base/fault.h"
#include "stand_in.h"
#include "store/space.h"
#include "store/tree_int.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define ROWS 2000u
#define LONG_BYTES 30000u

static uint8_t bytes_of_values[LONG_BYTES];

struct setting {
    struct store *store;
    struct reader *reader;
    struct tree_root root;  /* rows 0, 2, 4 ...; each 40th has a long value */
    struct tree_root other; /* the same with changes, in pages of its own where they are */
    struct edit edit;       /* of the try */
};

/* One operation; what it changes is *root. */
typedef enum status (*operation)(struct setting *s, struct tree_root *root);

static struct slice
key_of(uint64_t n, uint8_t *to)
{
    be64_set(to, n);
    return slice_of(to, 8);
}

static struct slice
value_of(uint64_t n)
{
    return slice_of(bytes_of_values, n % 40 == 0 ? LONG_BYTES : 100);
}

static void
write_all(struct store *store, birth_seq moment)
{
    struct young_pass pass = {.moment = moment};
    bool is_done = false;
    uint32_t written;
    while (!is_done)
        assert_int_equal(cache_write_young(store->cache, &pass, 64, &written, &is_done), ST_OK);
}

/* All pages out of memory. */
static void
empty_cache(struct setting *s)
{
    if (s->reader != NULL) {
        reader_leave(s->reader);
        reader_free(s->reader);
    }
    cache_free(s->store->cache);
    assert_int_equal(cache_new(s->store, 1 << 24, &s->store->cache), ST_OK);
    assert_int_equal(reader_new(s->store, &s->reader), ST_OK);
    reader_enter(s->reader);
}

static void
setting_init(struct setting *s)
{
    memset(s, 0, sizeof *s);
    struct device *device;
    uint8_t key[8];
    assert_int_equal(device_memory_open(&device), ST_OK);
    s->store = stand_in_open(device, 1 << 24);
    empty_cache(s);
    for (birth_seq birth = 1; birth <= 2; birth++) {
        edit_init(&s->edit, s->store, s->reader, birth);
        for (uint64_t n = 0; n < ROWS; n += birth == 1 ? 2 : 301) {
            assert_int_equal(
                tree_put(&s->edit, &s->other, key_of(n, key), value_of(n + birth - 1), PUT_UPSERT),
                ST_OK);
        }
        if (birth == 1)
            s->root = s->other;
        for (uint32_t i = 0; i < s->edit.taken.count; i++)
            cache_seal(s->store->cache, s->edit.taken.refs[i].page);
        edit_deinit(&s->edit);
    }
    write_all(s->store, 2);
}

static void
setting_deinit(struct setting *s)
{
    reader_leave(s->reader);
    stand_in_close(s->store);
}

enum failing { FAIL_ALLOC, FAIL_IO, FAIL_SPACE, FAILING_COUNT };

/* One try; true if it came through. Whatever it was, nothing is left of it. */
static bool
try_once(struct setting *s, operation operate, enum failing failing, uint64_t n)
{
    empty_cache(s);
    struct space *space = s->store->space;
    struct tree_root root = s->root;
    uint64_t used = space->used_count, corrupt_count = space->corrupt_count;
    edit_init(&s->edit, s->store, s->reader, 3);
    int64_t live = fault_live_count();
    if (failing == FAIL_SPACE)
        space->limit = space->next + n - 1;
    else
        fault_arm(failing == FAIL_ALLOC ? FAULT_ALLOC : FAULT_IO, n);
    enum status st = operate(s, &root);
    fault_arm(FAULT_ALLOC, 0);
    fault_arm(FAULT_IO, 0);
    space->limit = 0;
    assert_true(st == ST_OK || st == ST_NO_MEMORY || st == ST_IO || st == ST_NO_SPACE);
    assert_int_equal(space->corrupt_count, corrupt_count);
    if (st != ST_OK) {
        assert_int_equal(root.row_count, s->root.row_count);
        assert_int_equal(tree_check(s->store, s->reader, &root), ST_OK);
    }
    assert_int_equal(tree_check(s->store, s->reader, &s->root), ST_OK);
    assert_int_equal(space->used_count, used + s->edit.taken.count);
    edit_drop(&s->edit);
    edit_deinit(&s->edit);
    assert_int_equal(fault_live_count(), live);
    assert_int_equal(space->used_count, used);
    return st == ST_OK;
}

static void
fail_each(operation operate)
{
    struct setting s;
    setting_init(&s);
    for (enum failing failing = FAIL_ALLOC; failing < FAILING_COUNT; failing++) {
        uint64_t n = 1;
        while (!try_once(&s, operate, failing, n)) {
            n++;
            assert_true(n < 2000);
        }
    }
    setting_deinit(&s);
}

/* ---- the operations ---- */

static enum status
put_one(struct setting *s, struct tree_root *root)
{
    uint8_t key[8];
    return tree_put(&s->edit, root, key_of(777, key), value_of(777), PUT_INSERT);
}

/* Into a full page: the fillers come first, and must come through. */
static enum status
put_splitting(struct setting *s, struct tree_root *root)
{
    uint8_t key[9];
    uint32_t before = s->edit.taken.count;
    struct tree_root now = *root;
    be64_set(key, 1000);
    for (uint32_t i = 0; i < 100; i++) {
        key[8] = (uint8_t)i;
        enum status st = tree_put(&s->edit, &now, slice_of(key, 9), value_of(1), PUT_INSERT);
        if (st != ST_OK) {
            assert_int_equal(now.row_count, s->root.row_count + i);
            assert_int_equal(tree_check(s->store, s->reader, &now), ST_OK);
            return st;
        }
    }
    assert_true(s->edit.taken.count > before + 3);
    *root = now;
    return ST_OK;
}

static enum status
put_long(struct setting *s, struct tree_root *root)
{
    uint8_t key[8];
    return tree_put(&s->edit, root, key_of(777, key), value_of(0), PUT_INSERT);
}

static enum status
put_over_long(struct setting *s, struct tree_root *root)
{
    uint8_t key[8];
    return tree_put(&s->edit, root, key_of(800, key), value_of(0), PUT_UPDATE);
}

static enum status
delete_long(struct setting *s, struct tree_root *root)
{
    uint8_t key[8];
    return tree_delete(&s->edit, root, key_of(800, key));
}

/* All rows but a few, so that pages merge, empty and leave. */
static enum status
delete_most(struct setting *s, struct tree_root *root)
{
    struct tree_root now = *root;
    uint8_t key[8];
    for (uint64_t n = 100; n < 400; n += 2) {
        enum status st = tree_delete(&s->edit, &now, key_of(n, key));
        if (st != ST_OK) {
            assert_int_equal(now.row_count, s->root.row_count - (n - 100) / 2);
            assert_int_equal(tree_check(s->store, s->reader, &now), ST_OK);
            return st;
        }
    }
    *root = now;
    return ST_OK;
}

static enum status
clear(struct setting *s, struct tree_root *root)
{
    return tree_clear(&s->edit, root, 0);
}

/* A builder gives back all that it took, whenever it is freed. */
static enum status
build(struct setting *s, struct tree_root *root)
{
    struct tree_builder *builder;
    struct tree_root built;
    uint8_t key[8];
    TRY(tree_builder_new(&s->edit, &builder));
    for (uint64_t n = 0; n < 500; n++) {
        enum status st = tree_builder_add(builder, key_of(n, key), value_of(n));
        if (st != ST_OK) {
            fault_arm(FAULT_ALLOC, 0);
            fault_arm(FAULT_IO, 0);
            tree_builder_free(builder);
            assert_int_equal(s->edit.taken.count, 0);
            return st;
        }
    }
    TRY(tree_builder_finish(builder, &built));
    (void)root;
    return tree_check(s->store, s->reader, &built);
}

static enum status
count_difference(void *object, struct slice key, struct slice before, struct slice after)
{
    (void)key;
    (void)before;
    (void)after;
    ++*(uint32_t *)object;
    return ST_OK;
}

static enum status
diff(struct setting *s, struct tree_root *root)
{
    uint32_t count = 0;
    TRY(tree_diff(s->store, s->reader, root, &s->other, count_difference, &count));
    assert_int_equal(count, 4); /* rows 0, 301, 903 and 1505: the rest were put as they were */
    return ST_OK;
}

static enum status
count_page(void *object, struct page_ref ref, uint32_t level)
{
    (void)ref;
    (void)level;
    ++*(uint32_t *)object;
    return ST_OK;
}

static enum status
walk(struct setting *s, struct tree_root *root)
{
    uint32_t count = 0;
    return tree_walk(s->store, s->reader, root, 0, count_page, &count);
}

static enum status
check_tree(struct setting *s, struct tree_root *root)
{
    return tree_check(s->store, s->reader, root);
}

static enum status
read_long(struct setting *s, struct tree_root *root)
{
    struct buf spill;
    struct slice value;
    uint8_t key[8];
    buf_init(&spill);
    enum status st = tree_get(s->store, s->reader, root, key_of(800, key), &spill, &value);
    if (st == ST_OK)
        assert_int_equal(value.bytes, LONG_BYTES);
    buf_deinit(&spill);
    return st;
}

/* A cursor goes back and forth; after a failure it is at no row. */
static enum status
scan(struct setting *s, struct tree_root *root)
{
    struct cursor cursor;
    struct slice key, value;
    uint8_t room[8];
    cursor_init(&cursor, s->store, s->reader, root);
    enum status st = cursor_seek(&cursor, key_of(501, room));
    for (uint32_t i = 0; st == ST_OK && i < 200; i++) {
        st = cursor_key(&cursor, &key);
        if (st == ST_OK)
            st = cursor_value(&cursor, &value);
        if (st != ST_OK)
            break;
        st = i < 100 ? cursor_next(&cursor) : cursor_prev(&cursor);
        if (st != ST_OK)
            assert_true(cursor.is_at_end);
    }
    cursor_deinit(&cursor);
    return st;
}

static enum status
absorb(struct setting *s, struct tree_root *root)
{
    struct edit from;
    uint8_t key[8];
    struct tree_root now = *root;
    edit_init(&from, s->store, s->reader, 3);
    enum status st = tree_put(&from, &now, key_of(1001, key), value_of(1), PUT_INSERT);
    uint32_t taken = from.taken.count, retired = from.retired.count;
    if (st == ST_OK)
        st = edit_absorb(&s->edit, &from);
    if (st == ST_OK) {
        assert_int_equal(s->edit.taken.count, taken);
        assert_int_equal(s->edit.retired.count, retired);
        assert_int_equal(from.taken.count + from.retired.count, 0);
        /* What was the other's is this edit's own now. */
        st = tree_delete(&s->edit, &now, key_of(1001, key));
    }
    edit_drop(&from);
    edit_deinit(&from);
    return st;
}

#define EACH(name, operate)                                                                        \
    static void name(void **state)                                                                 \
    {                                                                                              \
        (void)state;                                                                               \
        fail_each(operate);                                                                        \
    }

EACH(a_put_fails_whole, put_one)
EACH(a_splitting_put_fails_whole, put_splitting)
EACH(a_long_put_fails_whole, put_long)
EACH(a_put_over_a_long_value_fails_whole, put_over_long)
EACH(a_delete_of_a_long_value_fails_whole, delete_long)
EACH(merging_deletes_fail_whole, delete_most)
EACH(a_clear_fails_whole, clear)
EACH(a_build_fails_whole, build)
EACH(a_diff_fails_whole, diff)
EACH(a_walk_fails_whole, walk)
EACH(a_check_fails_whole, check_tree)
EACH(a_long_read_fails_whole, read_long)
EACH(a_scan_fails_whole, scan)
EACH(an_absorption_fails_whole, absorb)

static void
a_cache_is_made_or_not(void **state)
{
    (void)state;
    struct store store = {.device = NULL};
    struct cache *cache = NULL;
    enum status st = ST_NO_MEMORY;
    int64_t live = fault_live_count();
    for (uint64_t n = 1; st != ST_OK; n++) {
        assert_true(n < 20);
        fault_arm(FAULT_ALLOC, n);
        st = cache_new(&store, 0, &cache);
        fault_arm(FAULT_ALLOC, 0);
        if (st == ST_OK)
            cache_free(cache);
        assert_int_equal(fault_live_count(), live);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_put_fails_whole),
        cmocka_unit_test(a_splitting_put_fails_whole),
        cmocka_unit_test(a_long_put_fails_whole),
        cmocka_unit_test(a_put_over_a_long_value_fails_whole),
        cmocka_unit_test(a_delete_of_a_long_value_fails_whole),
        cmocka_unit_test(merging_deletes_fail_whole),
        cmocka_unit_test(a_clear_fails_whole),
        cmocka_unit_test(a_build_fails_whole),
        cmocka_unit_test(a_diff_fails_whole),
        cmocka_unit_test(a_walk_fails_whole),
        cmocka_unit_test(a_check_fails_whole),
        cmocka_unit_test(a_long_read_fails_whole),
        cmocka_unit_test(a_scan_fails_whole),
        cmocka_unit_test(an_absorption_fails_whole),
        cmocka_unit_test(a_cache_is_made_or_not),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
