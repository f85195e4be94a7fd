/*
 * test_record.c: rows as values: columns come out as they went in, texts and binary forms, order
 * and keys, composite types' input; no memory.
 */
#include "fixture.h"

#include "base/raise.h"
#include "type/record.h"

static const oid column_types[] = {TYPE_INT4, TYPE_TEXT, TYPE_UUID, TYPE_NUMERIC, TYPE_BOOL};
static const char *const column_names[] = {"a", "b", "an id", "n", "is_it"};

static struct record_shape
shape_of(oid type, uint32_t count)
{
    return (struct record_shape){
        .type = type, .count = count, .types = column_types, .names = column_names};
}

static const char *
show(struct fixture *f, union datum value)
{
    return type_output_text(&f->env, f->arena, TYPE_RECORD, value);
}

static void
columns_come_out_as_they_went_in(void **state)
{
    struct fixture *f = *state;
    struct record_shape shape = shape_of(TYPE_RECORD, 5);
    const char *text = "(-7,\"a text, with \"\"quotes\"\" and \\\\\","
                       "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11,12.50,)";
    union datum value = record_parse(&f->env, f->arena, &shape, slice_text(text));
    assert_string_equal(show(f, value), text);
    struct record record = record_read(&value);
    bool is_null;
    assert_int_equal(record_get(&record, 0, &is_null).i32, -7);
    assert_false(is_null);
    union datum column = record_get(&record, 1, &is_null);
    assert_string_equal(type_output_text(&f->env, f->arena, TYPE_TEXT, column),
                        "a text, with \"quotes\" and \\");
    record_get(&record, 4, &is_null);
    assert_true(is_null);
    assert_int_equal(record_column_type(&record, 2), TYPE_UUID);
    assert_string_equal(record_column_name(&record, 2, f->arena), "an id");
    shape.names = NULL;
    value = record_parse(&f->env, f->arena, &shape, slice_text("(1,\"\",,,t)"));
    assert_string_equal(show(f, value), "(1,\"\",,,t)");
    record = record_read(&value);
    assert_string_equal(record_column_name(&record, 2, f->arena), "f3");
}

static const char *
parse_code(struct fixture *f, const char *text)
{
    struct catch frame;
    if (catch_begin(&frame, f->arena)) {
        struct record_shape shape = shape_of(TYPE_RECORD, 2);
        union datum value = record_parse(&f->env, f->arena, &shape, slice_text(text));
        const char *shown = show(f, value);
        catch_end(&frame);
        return shown;
    }
    char *code = arena_alloc(f->arena, 6);
    sqlstate_text(frame.error->code, code);
    return code;
}

/* As PostgreSQL 15 reads them into a type of an integer and a text. */
static void
literals_are_read_or_refused(void **state)
{
    struct fixture *f = *state;
    static const char *const cases[][2] = {
        {" (1,a) ", "(1,a)"},
        {"(1,)", "(1,)"},
        {"(,\"\")", "(,\"\")"},
        {"(1, a b )", "(1,\" a b \")"},
        {"(1,a\\,b)", "(1,\"a,b\")"},
        {"(1,x\"y,z\"w)", "(1,\"xy,zw\")"},
        {"(1,\"a\"\"b\")", "(1,\"a\"\"b\")"},
        {"1,a)", "22P02"},
        {"(1)", "22P02"},
        {"(1,a,b)", "22P02"},
        {"(1,a", "22P02"},
        {"(1,a) x", "22P02"},
        {"(1,\"a)", "22P02"},
        {"(x,a)", "22P02"},
        {"", "22P02"},
        {"(1,a\\", "22P02"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        assert_string_equal(parse_code(f, cases[i][0]), cases[i][1]);
}

static union datum
some_record(struct fixture *f)
{
    static const char *const texts[] = {"", "a", "ab", "b"};
    struct record_shape shape = shape_of(TYPE_RECORD, 2);
    union datum values[2];
    bool nulls[2] = {random_below(&f->random, 4) == 0, random_below(&f->random, 4) == 0};
    values[0] = (union datum){.i32 = (int32_t)random_below(&f->random, 3) - 1};
    const char *text = texts[random_below(&f->random, 4)];
    values[1] = (union datum){.view = view_of(text, strlen(text))};
    return record_make(&f->env, f->arena, &shape, values, nulls);
}

static int
sign(int order)
{
    return (order > 0) - (order < 0);
}

static void
keys_are_ordered_as_values(void **state)
{
    struct fixture *f = *state;
    struct buf a, b;
    buf_init(&a);
    buf_init(&b);
    for (uint32_t round = 0; round < 10000; round++) {
        union datum x = some_record(f), y = some_record(f);
        buf_clear(&a);
        buf_clear(&b);
        assert_true(record_key_put(x, &a));
        assert_true(record_key_put(y, &b));
        int order = sign(record_order(x, y));
        assert_int_equal(order, sign(slice_compare(buf_slice(&a), buf_slice(&b))));
        if (order == 0)
            assert_true(record_hash(x) == record_hash(y));
        if (round % 1000 == 0)
            arena_reset(f->arena);
    }
    buf_deinit(&a);
    buf_deinit(&b);
}

static bool
receives(struct fixture *f, struct slice bytes, union datum *value)
{
    struct record_shape shape = shape_of(TYPE_RECORD, 2);
    struct catch frame;
    if (catch_begin(&frame, f->arena)) {
        *value = record_receive(&f->env, f->arena, &shape, bytes);
        catch_end(&frame);
        return true;
    }
    return false;
}

static void
binary_forms_lead_back(void **state)
{
    struct fixture *f = *state;
    struct buf bytes;
    buf_init(&bytes);
    struct type_call call = {.arena = f->arena, .env = &f->env, .typmod = -1};
    for (uint32_t round = 0; round < 2000; round++) {
        union datum x = some_record(f), back;
        buf_clear(&bytes);
        record_send(&call, x, &bytes);
        assert_true(receives(f, buf_slice(&bytes), &back));
        assert_int_equal(record_order(x, back), 0);
        assert_false(receives(f, slice_of(bytes.data, bytes.bytes - 1), &back));
        bytes.data[random_below(&f->random, bytes.bytes)] = (uint8_t)random_next(&f->random);
        if (receives(f, buf_slice(&bytes), &back))
            assert_non_null(show(f, back));
    }
    buf_deinit(&bytes);
}

static void
rows_of_other_columns_do_not_compare(void **state)
{
    struct fixture *f = *state;
    struct record_shape two = shape_of(TYPE_RECORD, 2), one = shape_of(TYPE_RECORD, 1);
    union datum values[2] = {{.i32 = 1}, {.view = view_of("x", 1)}};
    union datum a = record_make(&f->env, f->arena, &two, values, NULL);
    union datum b = record_make(&f->env, f->arena, &one, values, NULL);
    one.types = &column_types[4];
    union datum c = record_make(&f->env, f->arena, &one, values, NULL);
    const union datum others[] = {b, c};
    for (volatile int i = 0; i < 2; i++) {
        struct catch frame;
        if (catch_begin(&frame, f->arena)) {
            record_order(a, others[i]);
            catch_end(&frame);
            fail();
        }
        assert_int_equal(frame.error->code, SQLSTATE_DATATYPE_MISMATCH);
    }
}

#ifdef ROWAN_FAULTS
static void
read_and_write(struct fixture *f, struct arena *arena)
{
    const char *given = "(1,\"a longer text\")";
    struct record_shape shape = shape_of(TYPE_RECORD, 2);
    union datum value = record_parse(&f->env, arena, &shape, slice_text(given));
    assert_string_equal(type_output_text(&f->env, arena, TYPE_RECORD, value), given);
}

static void
no_memory_is_an_error(void **state)
{
    fixture_fail_allocations(*state, 1, read_and_write);
}
#endif

int
main(void)
{
    const struct CMUnitTest tests[] = {
        FIXTURE_TEST(columns_come_out_as_they_went_in),
        FIXTURE_TEST(literals_are_read_or_refused),
        FIXTURE_TEST(keys_are_ordered_as_values),
        FIXTURE_TEST(binary_forms_lead_back),
        FIXTURE_TEST(rows_of_other_columns_do_not_compare),
#ifdef ROWAN_FAULTS
        FIXTURE_TEST(no_memory_is_an_error),
#endif
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
