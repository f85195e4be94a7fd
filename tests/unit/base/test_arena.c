/*
 * Goal: memory of an arena is distinct, aligned, and freed exactly when promised, in any order of
 * use. Method: a random walk beside a model (every allocation filled with its own byte and checked
 * before it is released), examples for each edge, a fault loop.
 */
#include "base/arena.h"
#include "base/mem.h"
#include "base/random.h"
#include "unit/unit.h"

static struct arena *
arena_plain(void)
{
    struct arena *arena = arena_new(&(struct arena_options){.name = "test"});
    assert_non_null(arena);
    return arena;
}

struct piece {
    uint8_t *p;
    size_t bytes;
    uint8_t fill;
};

struct level {
    struct arena_mark mark;
    int piece_count;
    int cleanup_count;
};

#define PIECES_MAX 4096
#define LEVELS_MAX 16

struct model {
    struct arena *arena;
    struct random random;
    struct piece pieces[PIECES_MAX];
    int piece_count;
    struct level levels[LEVELS_MAX];
    int level_count;
    int cleanup_count;
    int cleanups_run;
};

static void
count_cleanup(void *object)
{
    struct model *model = object;
    model->cleanups_run++;
}

static void
pieces_check(const struct model *model, int from)
{
    for (int i = from; i < model->piece_count; i++) {
        const struct piece *piece = &model->pieces[i];
        for (size_t k = 0; k < piece->bytes; k++)
            assert_int_equal(piece->p[k], piece->fill);
    }
}

static void
model_allocate(struct model *model)
{
    if (model->piece_count == PIECES_MAX)
        return;
    size_t bytes_max = random_below(&model->random, 20) == 0 ? 100000 : 300;
    struct piece *piece = &model->pieces[model->piece_count++];
    piece->bytes = random_below(&model->random, bytes_max);
    piece->fill = (uint8_t)random_next(&model->random);
    piece->p = arena_alloc(model->arena, piece->bytes);
    assert_non_null(piece->p);
    assert_int_equal((uintptr_t)piece->p % 16, 0);
    memset(piece->p, piece->fill, piece->bytes);
}

static void
model_resize(struct model *model)
{
    int base = model->level_count == 0 ? 0 : model->levels[model->level_count - 1].piece_count;
    if (model->piece_count == base)
        return;
    struct piece *piece = &model->pieces[model->piece_count - 1];
    size_t bytes = random_below(&model->random, 3 * piece->bytes + 50);
    piece->p = arena_resize(model->arena, piece->p, piece->bytes, bytes);
    assert_non_null(piece->p);
    if (bytes > piece->bytes)
        memset(piece->p + piece->bytes, piece->fill, bytes - piece->bytes);
    piece->bytes = bytes;
}

static void
model_rewind(struct model *model)
{
    struct level *level = &model->levels[--model->level_count];
    pieces_check(model, level->piece_count);
    arena_rewind(model->arena, level->mark);
    model->piece_count = level->piece_count;
    assert_int_equal(model->cleanups_run, model->cleanup_count - level->cleanup_count);
    model->cleanup_count = level->cleanup_count;
    model->cleanups_run = 0;
}

static void
model_reset(struct model *model)
{
    pieces_check(model, 0);
    arena_reset(model->arena);
    assert_true(arena_bytes(model->arena) <= 65536);
    assert_int_equal(model->cleanups_run, model->cleanup_count);
    model->piece_count = model->level_count = 0;
    model->cleanup_count = model->cleanups_run = 0;
}

static void
random_walk_keeps_every_byte(void **state)
{
    (void)state;
    int64_t live = fault_live_count();
    struct model *model = mem_alloc_zero(sizeof *model);
    random_init(&model->random, 7);
    model->arena = arena_plain();
    for (int step = 0; step < 50000; step++) {
        uint64_t action = random_below(&model->random, 100);
        if (action < 70) {
            model_allocate(model);
        } else if (action < 80) {
            model_resize(model);
        } else if (action < 84) {
            arena_on_end(model->arena, count_cleanup, model);
            model->cleanup_count++;
        } else if (action < 92 && model->level_count < LEVELS_MAX) {
            model->levels[model->level_count++] =
                (struct level){.mark = arena_mark(model->arena),
                               .piece_count = model->piece_count,
                               .cleanup_count = model->cleanup_count};
        } else if (action < 99 && model->level_count > 0) {
            model_rewind(model);
        } else if (action == 99 && random_below(&model->random, 5) == 0) {
            model_reset(model);
        }
    }
    pieces_check(model, 0);
    arena_free(model->arena);
    assert_int_equal(model->cleanups_run, model->cleanup_count);
    mem_free(model);
    assert_int_equal(fault_live_count(), live);
}

static void
equal_statements_need_no_heap(void **state)
{
    (void)state;
    struct arena *arena = arena_plain();
    for (int round = 0; round < 10; round++) {
        /* From the third round on no passage to the heap is needed, so a fault is not met. */
        if (round == 3)
            fault_arm(FAULT_ALLOC, 1);
        for (int i = 0; i < 100; i++)
            assert_non_null(arena_alloc(arena, 200));
        arena_reset(arena);
    }
    assert_false(fault_was_hit(FAULT_ALLOC));
    fault_arm(FAULT_ALLOC, 0);
    arena_free(arena);
}

static void
rewinding_loop_needs_no_heap(void **state)
{
    (void)state;
    struct arena *arena = arena_plain();
    arena_alloc(arena, 1900);
    arena_alloc(arena, 1900);
    struct arena_mark mark = arena_mark(arena);
    for (int round = 0; round < 100; round++) {
        if (round == 1)
            fault_arm(FAULT_ALLOC, 1);
        assert_non_null(arena_alloc(arena, 1000));
        arena_rewind(arena, mark);
    }
    assert_false(fault_was_hit(FAULT_ALLOC));
    fault_arm(FAULT_ALLOC, 0);
    arena_free(arena);
}

static char order[8];

static void
note_order(void *object)
{
    size_t n = strlen(order);
    order[n] = *(const char *)object;
}

static void
cleanups_run_newest_first_and_once(void **state)
{
    (void)state;
    memset(order, 0, sizeof order);
    struct arena *arena = arena_plain();
    arena_on_end(arena, note_order, "a");
    struct arena_mark mark = arena_mark(arena);
    arena_on_end(arena, note_order, "b");
    arena_alloc(arena, 1 << 20);
    arena_on_end(arena, note_order, "c");
    arena_rewind(arena, mark);
    assert_string_equal(order, "cb");
    arena_reset(arena);
    assert_string_equal(order, "cba");
    arena_free(arena);
    assert_string_equal(order, "cba");
}

static void
limit_is_kept_and_can_be_lifted(void **state)
{
    (void)state;
    struct arena *arena = arena_plain();
    arena_limit(arena, 100000);
    assert_null(arena_alloc(arena, 100001));
    size_t got = 0;
    while (arena_alloc(arena, 1000) != NULL)
        got += 1000;
    assert_true(got > 30000 && arena_bytes(arena) <= 100000);
    void *p = arena_alloc(arena, 16);
    assert_null(arena_resize(arena, p, 16, 200000));
    arena_limit(arena, 0);
    assert_non_null(arena_alloc(arena, 200000));
    arena_free(arena);
}

static void
absurd_sizes_are_refused(void **state)
{
    (void)state;
    struct arena *arena = arena_plain();
    assert_null(arena_alloc(arena, SIZE_MAX));
    assert_null(arena_alloc(arena, SIZE_MAX - 40));
    assert_null(arena_alloc(arena, SIZE_MAX / 2));
    assert_null(arena_alloc_array(arena, SIZE_MAX / 4, 8));
    assert_null(arena_slice(arena, slice_of(NULL, SIZE_MAX)).data);
    assert_non_null(arena_alloc(arena, 0));
    arena_free(arena);
}

static void
large_allocation_grows_where_it_is_newest(void **state)
{
    (void)state;
    struct arena *arena = arena_plain();
    uint8_t *p = arena_alloc(arena, 100000);
    memset(p, 1, 100000);
    size_t held = arena_bytes(arena);
    p = arena_resize(arena, p, 100000, 300000);
    assert_int_equal(arena_bytes(arena), held + 200000);
    assert_int_equal(p[0] + p[99999], 2);
    arena_alloc(arena, 100000);
    uint8_t *moved = arena_resize(arena, p, 300000, 400000);
    assert_ptr_not_equal(moved, p);
    assert_int_equal(moved[99999], 1);
    arena_free(arena);
}

static void
texts_are_copies(void **state)
{
    (void)state;
    struct arena *arena = arena_plain();
    char from[] = "oak";
    char *copy = arena_text(arena, from);
    struct slice slice = arena_slice(arena, slice_text(from));
    uint8_t *zero = arena_alloc_zero(arena, 33);
    from[0] = 'x';
    assert_string_equal(copy, "oak");
    assert_int_equal(slice.bytes, 3);
    assert_string_equal((const char *)slice.data, "oak");
    assert_int_equal(zero[0] | zero[32], 0);
    assert_string_equal(arena_format(arena, "%s-%05d", copy, 42), "oak-00042");
    char *wide = arena_format(arena, "%10000d", 7);
    assert_int_equal(strlen(wide), 10000);
    assert_int_equal(arena_slice(arena, slice_of(NULL, 0)).bytes, 0);
    arena_free(arena);
}

static bool
statement_attempt(void *object, uint64_t nth)
{
    (void)object;
    (void)nth;
    bool is_done = false;
    int ended = 0;
    struct model counter = {.cleanups_run = 0};
    struct arena *arena = arena_new(&(struct arena_options){.name = "fault"});
    if (arena == NULL)
        return false;
    arena_on_end(arena, count_cleanup, &counter);
    ended++;
    void *p = arena_alloc(arena, 3000);
    void *large = p == NULL ? NULL : arena_alloc(arena, 50000);
    void *more = large == NULL ? NULL : arena_resize(arena, large, 50000, 90000);
    void *block = more == NULL ? NULL : arena_alloc(arena, 9000);
    is_done = block != NULL;
    arena_free(arena);
    /* Also a cleanup that could not be remembered has run, once. */
    assert_int_equal(counter.cleanups_run, ended);
    return is_done;
}

static void
each_failed_allocation_is_survived(void **state)
{
    (void)state;
    int64_t live = fault_live_count();
    uint64_t nth;
    int failures = 0;
    for (nth = 1; nth < 100; nth++) {
        fault_arm(FAULT_ALLOC, nth);
        bool is_done = statement_attempt(NULL, nth);
        bool was_hit = fault_was_hit(FAULT_ALLOC);
        fault_arm(FAULT_ALLOC, 0);
        assert_int_equal(fault_live_count(), live);
        failures += !is_done;
        if (!was_hit)
            break;
    }
    assert_true(failures >= 3);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(random_walk_keeps_every_byte),
        cmocka_unit_test(equal_statements_need_no_heap),
        cmocka_unit_test(rewinding_loop_needs_no_heap),
        cmocka_unit_test(cleanups_run_newest_first_and_once),
        cmocka_unit_test(limit_is_kept_and_can_be_lifted),
        cmocka_unit_test(absurd_sizes_are_refused),
        cmocka_unit_test(large_allocation_grows_where_it_is_newest),
        cmocka_unit_test(texts_are_copies),
        cmocka_unit_test(each_failed_allocation_is_survived),
    };
    return cmocka_run_group_tests_name("arena", tests, NULL, NULL);
}
