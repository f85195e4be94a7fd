/*
 * test_tree.c: trees against a model.
 *
 * Goal: whatever the keys and values are, and in whatever order rows come and go, a tree holds what
 * a plain sorted array holds. Method: random changes to both, in edits that are published from time
 * to time; after each round all rows are compared by cursor in both directions, by seeks and by
 * lookups, published trees of before are compared with what they held then, and no page is lost.
 */
#include "base/random.h"
#include "stand_in.h"
#include "store/space.h"
#include "store/tree_int.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

struct model_row {
    struct slice key, value; /* own memory */
};

struct model {
    struct model_row *rows;
    uint32_t count, capacity;
};

static struct slice
slice_copy(struct slice from)
{
    uint8_t *data = malloc(from.bytes + 1);
    assert_non_null(data);
    memcpy(data, from.data, from.bytes);
    return slice_of(data, from.bytes);
}

static uint32_t
model_find(const struct model *model, struct slice key, bool *is_found)
{
    uint32_t lo = 0, hi = model->count;
    *is_found = false;
    while (lo < hi) {
        uint32_t mid = (lo + hi) / 2;
        int order = slice_compare(model->rows[mid].key, key);
        if (order == 0)
            *is_found = true;
        if (order < 0)
            lo = mid + 1;
        else
            hi = mid;
    }
    return lo;
}

static void
model_put(struct model *model, struct slice key, struct slice value)
{
    bool is_found;
    uint32_t at = model_find(model, key, &is_found);
    if (is_found) {
        free((void *)model->rows[at].value.data);
        model->rows[at].value = slice_copy(value);
        return;
    }
    if (model->count == model->capacity) {
        model->capacity = model->capacity * 2 + 64;
        model->rows = realloc(model->rows, model->capacity * sizeof *model->rows);
        assert_non_null(model->rows);
    }
    memmove(model->rows + at + 1, model->rows + at, (model->count - at) * sizeof *model->rows);
    model->rows[at] = (struct model_row){slice_copy(key), slice_copy(value)};
    model->count++;
}

static void
model_delete(struct model *model, uint32_t at)
{
    free((void *)model->rows[at].key.data);
    free((void *)model->rows[at].value.data);
    model->count--;
    memmove(model->rows + at, model->rows + at + 1, (model->count - at) * sizeof *model->rows);
}

static void
model_clear(struct model *model)
{
    while (model->count > 0)
        model_delete(model, model->count - 1);
    free(model->rows);
    *model = (struct model){0};
}

static struct model
model_copy(const struct model *from)
{
    struct model copy = {0};
    for (uint32_t i = 0; i < from->count; i++)
        model_put(&copy, from->rows[i].key, from->rows[i].value);
    return copy;
}

/* ---- keys and values of many sorts ---- */

enum key_sort { KEY_TINY, KEY_INT, KEY_RISING, KEY_FALLING, KEY_PREFIXED, KEY_LONG, KEY_GROUPED };

struct workload {
    enum key_sort keys;
    uint32_t key_range;
    uint32_t value_bytes_max;
    uint32_t delete_percent;
    uint32_t ops, rounds;
};

static struct slice
make_key(struct random *random, const struct workload *load, uint64_t *serial, uint8_t *to)
{
    uint64_t n = random_below(random, load->key_range);
    switch (load->keys) {
    case KEY_TINY: {
        size_t bytes = 1 + random_below(random, 3);
        for (size_t i = 0; i < bytes; i++)
            to[i] = (uint8_t)(random_below(random, 4) * 85);
        return slice_of(to, bytes);
    }
    case KEY_INT:
        be64_set(to, n);
        return slice_of(to, 8);
    case KEY_RISING:
        be64_set(to, ++*serial);
        return slice_of(to, 8);
    case KEY_FALLING:
        be64_set(to, UINT64_MAX - ++*serial);
        return slice_of(to, 8);
    case KEY_PREFIXED: {
        size_t shared = random_below(random, 4) * 200;
        memset(to, 'p', shared);
        be32_set(to + shared, (uint32_t)n);
        return slice_of(to, shared + 4);
    }
    case KEY_LONG: {
        size_t bytes = 1 + random_below(random, KEY_BYTES_MAX);
        memset(to, 'x', bytes);
        size_t at = random_below(random, bytes);
        to[at] = (uint8_t)n;
        return slice_of(to, bytes);
    }
    default:
        be32_set(to, (uint32_t)(n % 7));
        be64_set(to + 4, ++*serial);
        return slice_of(to, 12);
    }
}

static struct slice
make_value(struct random *random, uint32_t bytes_max, uint8_t *to)
{
    size_t bytes = random_below(random, 8) == 0 ? random_below(random, bytes_max + 1)
                                                : random_below(random, 1 + bytes_max / 16);
    for (size_t i = 0; i < bytes; i++)
        to[i] = (uint8_t)(i % 251 + bytes);
    if (bytes > 8)
        le64_set(to, random_next(random));
    return slice_of(to, bytes);
}

/* ---- comparing ---- */

static void
assert_slice(struct slice is, struct slice should)
{
    assert_int_equal(is.bytes, should.bytes);
    if (is.bytes > 0)
        assert_memory_equal(is.data, should.data, is.bytes);
}

static void
assert_row(struct cursor *cursor, const struct model_row *row)
{
    struct slice key, value;
    assert_false(cursor->is_at_end);
    assert_int_equal(cursor_key(cursor, &key), ST_OK);
    assert_slice(key, row->key);
    assert_int_equal(cursor_value(cursor, &value), ST_OK);
    assert_slice(value, row->value);
}

static void
assert_cursor_both_ways(struct cursor *cursor, const struct model *model)
{
    assert_int_equal(cursor_first(cursor), ST_OK);
    for (uint32_t i = 0; i < model->count; i++) {
        assert_row(cursor, &model->rows[i]);
        if (i % 97 == 0) {
            reader_refresh(cursor->reader);
            assert_int_equal(cursor_restore(cursor), ST_OK);
            assert_row(cursor, &model->rows[i]);
        }
        assert_int_equal(cursor_next(cursor), ST_OK);
    }
    assert_true(cursor->is_at_end);
    assert_int_equal(cursor_last(cursor), ST_OK);
    for (uint32_t i = model->count; i > 0; i--) {
        assert_row(cursor, &model->rows[i - 1]);
        assert_int_equal(cursor_prev(cursor), ST_OK);
    }
    assert_true(cursor->is_at_end);
}

static void
assert_seeks(struct cursor *cursor, const struct model *model, struct slice key)
{
    bool is_found;
    uint32_t at = model_find(model, key, &is_found);
    assert_int_equal(cursor_seek(cursor, key), ST_OK);
    if (at < model->count)
        assert_row(cursor, &model->rows[at]);
    else
        assert_true(cursor->is_at_end);
    assert_int_equal(cursor_seek_before(cursor, key), ST_OK);
    if (at > 0)
        assert_row(cursor, &model->rows[at - 1]);
    else
        assert_true(cursor->is_at_end);
}

struct setting {
    struct store *store;
    struct reader *reader;
    struct random random;
    const struct workload *load;
    uint64_t serial;
};

static void
assert_tree(struct setting *s, const struct tree_root *root, const struct model *model)
{
    assert_int_equal(root->row_count, model->count);
    struct cursor cursor;
    cursor_init(&cursor, s->store, s->reader, root);
    assert_cursor_both_ways(&cursor, model);
    struct buf spill;
    buf_init(&spill);
    uint8_t room[KEY_BYTES_MAX];
    for (uint32_t i = 0; i < 200; i++) {
        struct slice key = make_key(&s->random, s->load, &s->serial, room), value;
        if (i % 2 == 0 && model->count > 0)
            key = model->rows[random_below(&s->random, model->count)].key;
        bool is_found;
        uint32_t at = model_find(model, key, &is_found);
        enum status st = tree_get(s->store, s->reader, root, key, &spill, &value);
        assert_int_equal(st, is_found ? ST_OK : ST_NOT_FOUND);
        if (is_found)
            assert_slice(value, model->rows[at].value);
        assert_seeks(&cursor, model, key);
    }
    buf_deinit(&spill);
    cursor_deinit(&cursor);
    assert_int_equal(tree_check(s->store, s->reader, root), ST_OK);
}

/* ---- differences and bulk builds ---- */

struct diff_expect {
    const struct model *from, *to;
    uint32_t from_at, to_at;
};

/* Moves on over rows that both models have; the next differing row must be the one visited. */
static enum status
expect_difference(void *object, struct slice key, struct slice before, struct slice after)
{
    struct diff_expect *e = object;
    for (;;) {
        const struct model_row *a = e->from_at < e->from->count ? &e->from->rows[e->from_at] : NULL;
        const struct model_row *b = e->to_at < e->to->count ? &e->to->rows[e->to_at] : NULL;
        assert_true(a != NULL || b != NULL);
        int order = a == NULL ? 1 : b == NULL ? -1 : slice_compare(a->key, b->key);
        e->from_at += order <= 0;
        e->to_at += order >= 0;
        if (order == 0 && slice_equal(a->value, b->value))
            continue;
        assert_slice(key, order <= 0 ? a->key : b->key);
        assert_true((before.data != NULL) == (order <= 0));
        assert_true((after.data != NULL) == (order >= 0));
        if (order <= 0)
            assert_slice(before, a->value);
        if (order >= 0)
            assert_slice(after, b->value);
        return ST_OK;
    }
}

static void
assert_diff(struct setting *s, const struct tree_root *from, const struct model *from_model,
            const struct tree_root *to, const struct model *to_model)
{
    struct diff_expect e = {.from = from_model, .to = to_model};
    assert_int_equal(tree_diff(s->store, s->reader, from, to, expect_difference, &e), ST_OK);
    for (; e.from_at < from_model->count && e.to_at < to_model->count; e.from_at++, e.to_at++) {
        assert_slice(from_model->rows[e.from_at].key, to_model->rows[e.to_at].key);
        assert_slice(from_model->rows[e.from_at].value, to_model->rows[e.to_at].value);
    }
    assert_int_equal(e.from_at, from_model->count);
    assert_int_equal(e.to_at, to_model->count);
}

static void
assert_estimates(struct setting *s, const struct tree_root *root, const struct model *model)
{
    struct slice none = {0};
    double rows;
    assert_int_equal(tree_estimate(s->store, s->reader, root, none, none, &rows), ST_OK);
    assert_true(rows >= model->count * 0.99 && rows <= model->count * 1.01);
    if (model->count == 0)
        return;
    uint32_t a = (uint32_t)random_below(&s->random, model->count);
    uint32_t b = (uint32_t)random_below(&s->random, model->count);
    struct slice from = model->rows[a < b ? a : b].key, to = model->rows[a < b ? b : a].key;
    assert_int_equal(tree_estimate(s->store, s->reader, root, from, to, &rows), ST_OK);
    assert_true(rows >= 0 && rows <= model->count);
}

/* Keys that cut the tree rise, lie within it, and leave ranges of no more rows than so many leaves
 * can have; with one leaf each, there are as many as leaves. */
static void
assert_split(struct setting *s, const struct tree_root *root, const struct model *model)
{
    struct arena *arena = arena_new(&(struct arena_options){.name = "split"});
    struct slice *keys;
    uint32_t count, finer;
    assert_non_null(arena);
    assert_int_equal(tree_split(s->store, root, 4, arena, &keys, &count), ST_OK);
    for (uint32_t i = 0; i < count; i++) {
        assert_true(i == 0 || slice_compare(keys[i - 1], keys[i]) < 0);
        assert_true(slice_compare(model->rows[0].key, keys[i]) < 0);
        assert_true(slice_compare(keys[i], model->rows[model->count - 1].key) <= 0);
    }
    assert_int_equal(tree_split(s->store, root, 1, arena, &keys, &finer), ST_OK);
    assert_true(finer == 0 ? count == 0 : count <= finer / 4 + 1 && count >= finer / 4);
    arena_free(arena);
}

static void
build(struct edit *edit, const struct model *model, struct tree_root *root)
{
    struct tree_builder *builder;
    assert_int_equal(tree_builder_new(edit, &builder), ST_OK);
    for (uint32_t i = 0; i < model->count; i++) {
        assert_int_equal(tree_builder_add(builder, model->rows[i].key, model->rows[i].value),
                         ST_OK);
        assert_int_equal(tree_builder_add(builder, model->rows[i].key, model->rows[i].value),
                         ST_INVALID);
    }
    assert_int_equal(tree_builder_finish(builder, root), ST_OK);
}

/* The same rows in a tree of its own, which is then cleared. */
static void
assert_rebuild(struct setting *s, struct edit *edit, const struct tree_root *root,
               const struct model *model)
{
    uint32_t taken_before = edit->taken.count;
    struct tree_root built;
    struct model none = {0};
    build(edit, model, &built);
    assert_tree(s, &built, model);
    assert_diff(s, root, model, &built, model);
    assert_diff(s, &built, model, &(struct tree_root){0}, &none);
    assert_int_equal(tree_clear(edit, &built, 0), ST_OK);
    assert_int_equal(edit->taken.count, taken_before);
}

/* ---- changing ---- */

static void
change_once(struct setting *s, struct edit *edit, struct tree_root *root, struct model *model)
{
    static uint8_t value_room[1 << 20];
    uint8_t room[KEY_BYTES_MAX];
    bool is_found;
    if (random_below(&s->random, 100) < s->load->delete_percent && model->count > 0) {
        struct slice key = make_key(&s->random, s->load, &s->serial, room);
        uint32_t at = model_find(model, key, &is_found);
        if (!is_found)
            at = (uint32_t)random_below(&s->random, model->count);
        assert_int_equal(tree_delete(edit, root, model->rows[at].key), ST_OK);
        if (!is_found)
            assert_int_equal(tree_delete(edit, root, key), ST_NOT_FOUND);
        model_delete(model, at);
        return;
    }
    struct slice key = make_key(&s->random, s->load, &s->serial, room);
    struct slice value = make_value(&s->random, s->load->value_bytes_max, value_room);
    uint32_t place = model_find(model, key, &is_found);
    if (tree_is_behind(edit, root, key))
        assert_true(!is_found && place == model->count);
    enum put_mode mode = (enum put_mode)random_below(&s->random, 3);
    enum status should = mode == PUT_INSERT && is_found    ? ST_EXISTS
                         : mode == PUT_UPDATE && !is_found ? ST_NOT_FOUND
                                                           : ST_OK;
    assert_int_equal(tree_put(edit, root, key, value, mode), should);
    if (should == ST_OK)
        model_put(model, key, value);
    else
        assert_int_equal(tree_put(edit, root, key, value, PUT_UPSERT), ST_OK),
            model_put(model, key, value);
}

/* Puts a run of rows in key order at once; whether some are there already decides what comes of it.
 */
static void
put_many(struct setting *s, struct edit *edit, struct tree_root *root, struct model *model)
{
    struct model batch = {0};
    uint8_t room[KEY_BYTES_MAX], value_room[2000];
    struct slice keys[100], values[100];
    for (uint32_t i = 0; i < 100; i++)
        model_put(&batch, make_key(&s->random, s->load, &s->serial, room),
                  make_value(&s->random, sizeof value_room, value_room));
    for (uint32_t i = 0; i < batch.count; i++) {
        keys[i] = batch.rows[i].key;
        values[i] = batch.rows[i].value;
    }
    enum put_mode mode = random_below(&s->random, 2) == 0 ? PUT_INSERT : PUT_UPSERT;
    for (uint32_t at = 0, done; at < batch.count; at += done + 1) {
        enum status st =
            tree_put_many(edit, root, keys + at, values + at, batch.count - at, mode, &done);
        for (uint32_t i = at; i < at + done; i++) {
            bool is_found;
            (void)model_find(model, keys[i], &is_found);
            assert_true(mode == PUT_UPSERT || !is_found);
            model_put(model, keys[i], values[i]);
        }
        if (st == ST_OK) {
            assert_int_equal(at + done, batch.count);
            break;
        }
        bool is_found;
        (void)model_find(model, keys[at + done], &is_found);
        assert_int_equal(st, ST_EXISTS);
        assert_true(mode == PUT_INSERT && is_found);
    }
    model_clear(&batch);
}

/* Makes a run of changes in key order at once: new rows, others in place of old ones, rows that go
 * and some that were never there. */
static void
change_many(struct setting *s, struct edit *edit, struct tree_root *root, struct model *model)
{
    struct model batch = {0};
    uint8_t room[KEY_BYTES_MAX], value_room[5000];
    struct tree_change changes[200];
    for (uint32_t i = 0; i < 200; i++) {
        struct slice key = make_key(&s->random, s->load, &s->serial, room);
        if (random_below(&s->random, 2) == 0 && model->count > 0)
            key = model->rows[random_below(&s->random, model->count)].key;
        model_put(&batch, key, make_value(&s->random, sizeof value_room, value_room));
    }
    for (uint32_t i = 0; i < batch.count; i++)
        changes[i] = (struct tree_change){.key = batch.rows[i].key,
                                          .value = batch.rows[i].value,
                                          .is_delete = random_below(&s->random, 3) == 0};
    assert_int_equal(tree_change_many(edit, root, changes, batch.count), ST_OK);
    for (uint32_t i = 0; i < batch.count; i++) {
        bool is_found;
        uint32_t at = model_find(model, changes[i].key, &is_found);
        if (!changes[i].is_delete)
            model_put(model, changes[i].key, changes[i].value);
        else if (is_found)
            model_delete(model, at);
    }
    model_clear(&batch);
}

static void
empty_tree(struct setting *s, struct edit *edit, struct tree_root *root, struct model *model)
{
    while (model->count > 0) {
        uint32_t at = (uint32_t)random_below(&s->random, model->count);
        assert_int_equal(tree_delete(edit, root, model->rows[at].key), ST_OK);
        model_delete(model, at);
    }
    assert_int_equal(root->ref.page, PAGE_NONE);
    assert_int_equal(root->row_count, 0);
}

static void
run(const struct workload *load, uint64_t seed)
{
    struct setting s = {.store = stand_in_open(NULL, 0), .load = load};
    random_init(&s.random, seed);
    assert_int_equal(reader_new(s.store, &s.reader), ST_OK);
    struct tree_root root = {0};
    struct model model = {0};
    struct edit edit;
    for (uint32_t round = 0; round < load->rounds; round++) {
        struct tree_root old_root = root;
        struct model old = model_copy(&model);
        reader_enter(s.reader);
        edit_init(&edit, s.store, s.reader, round + 1);
        for (uint32_t i = 0; i < load->ops; i++)
            change_once(&s, &edit, &root, &model);
        for (uint32_t i = 0; i < load->ops / 100; i++)
            put_many(&s, &edit, &root, &model);
        for (uint32_t i = 0; i < load->ops / 200; i++)
            change_many(&s, &edit, &root, &model);
        assert_tree(&s, &root, &model);
        assert_tree(&s, &old_root, &old);
        assert_diff(&s, &old_root, &old, &root, &model);
        assert_diff(&s, &root, &model, &old_root, &old);
        assert_estimates(&s, &root, &model);
        assert_split(&s, &root, &model);
        assert_rebuild(&s, &edit, &root, &model);
        reader_leave(s.reader);
        stand_in_publish(&edit);
        edit_deinit(&edit);
        model_clear(&old);
    }
    reader_enter(s.reader);
    edit_init(&edit, s.store, s.reader, load->rounds + 1);
    empty_tree(&s, &edit, &root, &model);
    reader_leave(s.reader);
    stand_in_publish(&edit);
    edit_deinit(&edit);
    assert_int_equal(s.store->space->used_count, 0);
    assert_int_equal(s.store->space->corrupt_count, 0);
    model_clear(&model);
    reader_free(s.reader);
    stand_in_close(s.store);
}

static void
tree_holds_tiny_keys(void **state)
{
    (void)state;
    run(&(struct workload){KEY_TINY, 1, 100, 40, 500, 8}, 1);
}

static void
tree_holds_random_integers(void **state)
{
    (void)state;
    run(&(struct workload){KEY_INT, 20000, 40, 30, 6000, 4}, 2);
    run(&(struct workload){KEY_INT, 3000, 2000, 55, 3000, 4}, 3);
}

static void
tree_holds_keys_in_order(void **state)
{
    (void)state;
    run(&(struct workload){KEY_RISING, 1, 40, 10, 6000, 3}, 4);
    run(&(struct workload){KEY_FALLING, 1, 40, 10, 6000, 3}, 5);
    run(&(struct workload){KEY_GROUPED, 1000, 40, 5, 6000, 3}, 6);
}

static void
tree_holds_keys_with_common_prefixes(void **state)
{
    (void)state;
    run(&(struct workload){KEY_PREFIXED, 4000, 60, 30, 4000, 4}, 7);
}

static void
tree_holds_long_keys(void **state)
{
    (void)state;
    run(&(struct workload){KEY_LONG, 256, 3000, 30, 1500, 4}, 8);
}

static void
tree_holds_long_values(void **state)
{
    (void)state;
    run(&(struct workload){KEY_INT, 100, 300000, 30, 150, 4}, 9);
}

static void
rows_in_rising_order_fill_pages(void **state)
{
    (void)state;
    struct setting s = {.store = stand_in_open(NULL, 0)};
    assert_int_equal(reader_new(s.store, &s.reader), ST_OK);
    reader_enter(s.reader);
    struct edit edit;
    edit_init(&edit, s.store, s.reader, 1);
    struct tree_root root = {0};
    uint8_t key[8], value[90] = {1};
    for (uint64_t i = 0; i < 20000; i++) {
        be64_set(key, i);
        assert_int_equal(
            tree_put(&edit, &root, slice_of(key, 8), slice_of(value, sizeof value), PUT_INSERT),
            ST_OK);
    }
    uint64_t row_bytes = 8 + 2 + 2 + sizeof value;
    assert_true(edit.taken.count * (uint64_t)PAGE_BYTES < 20000 * row_bytes * 106 / 100);
    edit_drop(&edit);
    edit_deinit(&edit);
    assert_int_equal(s.store->space->used_count, 0);
    reader_leave(s.reader);
    stand_in_close(s.store);
}

static void
rising_rows_put_many_at_a_time_fill_pages(void **state)
{
    (void)state;
    struct setting s = {.store = stand_in_open(NULL, 0)};
    assert_int_equal(reader_new(s.store, &s.reader), ST_OK);
    reader_enter(s.reader);
    struct edit edit;
    edit_init(&edit, s.store, s.reader, 1);
    struct tree_root root = {0};
    uint8_t room[200][8], value[90] = {1};
    struct slice keys[200], values[200];
    for (uint64_t i = 0; i < 100; i++) {
        uint32_t done;
        for (uint32_t k = 0; k < 200; k++) {
            be64_set(room[k], i * 200 + k);
            keys[k] = slice_of(room[k], 8);
            values[k] = slice_of(value, sizeof value);
        }
        assert_int_equal(tree_put_many(&edit, &root, keys, values, 200, PUT_INSERT, &done), ST_OK);
        assert_int_equal(done, 200);
        assert_int_equal(tree_put_many(&edit, &root, keys, values, 200, PUT_INSERT, &done),
                         ST_EXISTS);
        assert_int_equal(done, 0);
    }
    assert_int_equal(root.row_count, 20000);
    assert_int_equal(tree_check(s.store, s.reader, &root), ST_OK);
    uint64_t row_bytes = 8 + 2 + 2 + sizeof value;
    assert_true(edit.taken.count * (uint64_t)PAGE_BYTES < 20000 * row_bytes * 106 / 100);
    edit_drop(&edit);
    edit_deinit(&edit);
    assert_int_equal(s.store->space->used_count, 0);
    reader_leave(s.reader);
    stand_in_close(s.store);
}

static void
bad_requests_are_refused(void **state)
{
    (void)state;
    struct store *store = stand_in_open(NULL, 0);
    struct reader *reader;
    assert_int_equal(reader_new(store, &reader), ST_OK);
    reader_enter(reader);
    struct edit edit;
    edit_init(&edit, store, reader, 1);
    struct tree_root root = {0};
    uint8_t key[KEY_BYTES_MAX + 1] = {0};
    struct slice none = slice_of("", 0);
    assert_int_equal(tree_put(&edit, &root, none, none, PUT_UPSERT), ST_INVALID);
    assert_int_equal(tree_put(&edit, &root, slice_of(key, sizeof key), none, PUT_UPSERT), ST_LIMIT);
    assert_int_equal(
        tree_put(&edit, &root, slice_of(key, 1), slice_of(key, VALUE_BYTES_MAX + 1ul), PUT_UPSERT),
        ST_LIMIT);
    assert_int_equal(tree_put(&edit, &root, slice_of(key, 1), none, PUT_UPDATE), ST_NOT_FOUND);
    assert_int_equal(tree_delete(&edit, &root, slice_of(key, 1)), ST_NOT_FOUND);
    assert_int_equal(root.ref.page, PAGE_NONE);
    edit_deinit(&edit);
    reader_leave(reader);
    stand_in_close(store);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tree_holds_tiny_keys),
        cmocka_unit_test(tree_holds_random_integers),
        cmocka_unit_test(tree_holds_keys_in_order),
        cmocka_unit_test(tree_holds_keys_with_common_prefixes),
        cmocka_unit_test(tree_holds_long_keys),
        cmocka_unit_test(tree_holds_long_values),
        cmocka_unit_test(rows_in_rising_order_fill_pages),
        cmocka_unit_test(rising_rows_put_many_at_a_time_fill_pages),
        cmocka_unit_test(bad_requests_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
