/*
 * test_row_list.c: rows kept in memory and in a file: readers at different paces see all rows, also
 * of a list that grows while it is read; clearing; cancelling; no memory.
 */
#include "exec/row_list.h"

#include "../unit.h"

#define BATCH_ROWS 100u
#define TEXT_BYTES 40u

struct fixture {
    struct arena *arena;
    struct exec exec;
    struct plan_column plan_columns[2];
    struct plan_node plan;
    _Atomic bool cancel;
};

static void
fixture_begin(struct fixture *f, uint64_t work_mem_bytes)
{
    memset(f, 0, sizeof *f);
    f->arena = arena_new(&(struct arena_options){.name = "test", .on_full = raise_arena_full});
    f->exec.arena = f->arena;
    f->exec.work_mem_bytes = work_mem_bytes;
    f->exec.context.cancel = &f->cancel;
    f->plan_columns[0].phys = PHYS_I64;
    f->plan_columns[1].phys = PHYS_VIEW;
    f->plan.column_count = 2;
    f->plan.columns = f->plan_columns;
}

/* The text of a row: longer than a view holds inline; that of each seventh is null. */
static struct view
text_of(struct arena *arena, int64_t number)
{
    char *text = arena_alloc(arena, TEXT_BYTES);

    memset(text, 'a' + (int)(number % 26), TEXT_BYTES);
    return view_of(text, TEXT_BYTES);
}

static void
add_batch(struct fixture *f, struct row_list *list, int64_t first)
{
    struct column columns[2];

    for (uint32_t c = 0; c < 2; c++)
        vector_init(&columns[c], f->plan_columns[c].phys, BATCH_ROWS, f->arena);
    columns[1].has_nulls = true;
    for (uint32_t i = 0; i < BATCH_ROWS; i++) {
        int64_t number = first + (int64_t)i;
        vector_set(&columns[0], i, (union datum){.i64 = number});
        vector_set(&columns[1], i, (union datum){.view = text_of(f->arena, number)});
        columns[1].nulls[i] = number % 7 == 0;
    }
    struct batch batch = {.count = BATCH_ROWS, .column_count = 2, .columns = columns};
    row_list_add(list, &batch);
}

/* Reads up to `capacity` rows, which must go on from *next. */
static uint32_t
read_some(struct fixture *f, struct row_list *list, struct row_reader *reader, uint32_t capacity,
          int64_t *next)
{
    struct column columns[2];

    for (uint32_t c = 0; c < 2; c++)
        vector_init(&columns[c], f->plan_columns[c].phys, capacity, f->arena);
    uint32_t count = row_list_read(list, reader, capacity, NULL, 2, columns);
    for (uint32_t i = 0; i < count; i++, ++*next) {
        assert_int_equal(vector_get(&columns[0], i).i64, *next);
        assert_int_equal(column_is_null(&columns[1], i), *next % 7 == 0);
        if (*next % 7 == 0)
            continue;
        union datum text = vector_get(&columns[1], i);
        assert_int_equal(text.view.bytes, TEXT_BYTES);
        for (uint32_t b = 0; b < TEXT_BYTES; b++)
            assert_int_equal(view_data(&text.view)[b], 'a' + *next % 26);
    }
    return count;
}

static void
readers_go_at_their_own_pace(void **state)
{
    struct fixture f;
    struct row_list list;
    struct row_reader readers[3] = {{.at = 0}};
    int64_t next[3] = {0, 0, 0};

    (void)state;
    fixture_begin(&f, 20000); /* some three batches */
    row_list_init(&f.exec, &list, &f.plan);
    for (int64_t first = 0; first < 5000; first += BATCH_ROWS) {
        add_batch(&f, &list, first);
        (void)read_some(&f, &list, &readers[0], 1024, &next[0]); /* keeps up */
        (void)read_some(&f, &list, &readers[1], 17, &next[1]);   /* falls behind */
    }
    assert_true(list.spill.row_count > 4000);
    assert_int_equal(row_list_count(&list), 5000);
    for (uint32_t r = 0; r < 3; r++) {
        while (read_some(&f, &list, &readers[r], 100 + r, &next[r]) != 0)
            ;
        assert_int_equal(next[r], 5000);
        row_reader_restart(&readers[r]);
        next[r] = 0;
        assert_true(read_some(&f, &list, &readers[r], 1000, &next[r]) != 0);
    }
    row_list_clear(&list);
    assert_int_equal(row_list_count(&list), 0);
    row_reader_restart(&readers[0]);
    next[0] = 0;
    assert_int_equal(read_some(&f, &list, &readers[0], 10, &next[0]), 0);
    add_batch(&f, &list, 0);
    assert_int_equal(read_some(&f, &list, &readers[0], 1024, &next[0]), BATCH_ROWS);
    arena_free(f.arena);
}

static void
a_cancel_ends_reading(void **state)
{
    struct fixture f;
    struct row_list list;
    struct row_reader reader = {.at = 0};
    struct catch frame;
    int64_t next = 0;

    (void)state;
    fixture_begin(&f, 20000);
    row_list_init(&f.exec, &list, &f.plan);
    for (int64_t first = 0; first < 2000; first += BATCH_ROWS)
        add_batch(&f, &list, first);
    f.cancel = true;
    if (catch_begin(&frame, f.arena)) {
        (void)read_some(&f, &list, &reader, 100, &next);
        catch_end(&frame);
        fail_msg("read on");
    }
    assert_int_equal(frame.error->code, SQLSTATE_QUERY_CANCELED);
    f.cancel = false;
    arena_free(f.arena);
}

static bool
fill_and_read(void *object, uint64_t nth)
{
    struct fixture f;
    struct catch frame;
    volatile bool is_done = false;

    (void)nth;
    (void)object;
    fault_arm(FAULT_ALLOC, 0);
    fixture_begin(&f, 5000);
    struct arena *errors =
        arena_new(&(struct arena_options){.name = "errors", .on_full = raise_arena_full});
    fault_arm(FAULT_ALLOC, nth);
    if (catch_begin(&frame, errors)) {
        struct row_list list;
        struct row_reader reader = {.at = 0};
        int64_t next = 0;
        row_list_init(&f.exec, &list, &f.plan);
        for (int64_t first = 0; first < 1000; first += BATCH_ROWS)
            add_batch(&f, &list, first);
        while (read_some(&f, &list, &reader, 300, &next) != 0)
            ;
        assert_int_equal(next, 1000);
        is_done = true;
        catch_end(&frame);
    } else {
        assert_int_equal(frame.error->code, SQLSTATE_OUT_OF_MEMORY);
    }
    arena_free(f.arena);
    arena_free(errors);
    return is_done;
}

static void
no_memory_leaves_nothing_behind(void **state)
{
    (void)state;
    assert_true(fault_loop(FAULT_ALLOC, fill_and_read, NULL) > 5);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(readers_go_at_their_own_pace),
        cmocka_unit_test(a_cancel_ends_reading),
        cmocka_unit_test(no_memory_leaves_nothing_behind),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
