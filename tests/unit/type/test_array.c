/*
 * test_array.c: subscripts and slices of arrays, fetched and stored, as PostgreSQL 15 answers; the
 * keys' order; binary forms that lead back and survive any bytes; no memory.
 */
#include "fixture.h"

#include "base/raise.h"
#include "type/array.h"

#include <stdio.h>

static union datum
read_array(struct fixture *f, oid type, const char *text)
{
    return type_input(&f->env, f->arena, type, -1, slice_text(text));
}

static const char *
show(struct fixture *f, oid type, union datum value)
{
    return type_output_text(&f->env, f->arena, type, value);
}

#define ARRAY_2D "[2:4][0:1]={{1,2},{3,NULL},{5,6}}"

static void
elements_are_fetched(void **state)
{
    struct fixture *f = *state;
    union datum value = read_array(f, TYPE_INT4_ARRAY, ARRAY_2D), element;
    struct array array = array_read(&value);
    assert_true(array_fetch(&array, 2, (const int32_t[]){3, 0}, &element));
    assert_int_equal(element.i32, 3);
    assert_false(array_fetch(&array, 2, (const int32_t[]){3, 1}, &element));
    assert_false(array_fetch(&array, 2, (const int32_t[]){5, 0}, &element));
    assert_false(array_fetch(&array, 1, (const int32_t[]){3}, &element));
    union datum empty = read_array(f, TYPE_INT4_ARRAY, "{}");
    array = array_read(&empty);
    assert_false(array_fetch(&array, 1, (const int32_t[]){1}, &element));
}

/* "l:u,l:u" with bounds left out. */
static uint32_t
read_ranges(const char *text, struct array_range *ranges)
{
    uint32_t count = 0;
    while (*text != '\0') {
        struct array_range range = {.has_lower = false};
        int used = 0;
        range.has_lower = sscanf(text, "%d%n", &range.lower, &used) == 1;
        text += range.has_lower ? used : 0;
        assert_true(*text++ == ':');
        range.has_upper = sscanf(text, "%d%n", &range.upper, &used) == 1;
        text += range.has_upper ? used : 0;
        ranges[count++] = range;
        if (*text == ',')
            text++;
    }
    return count;
}

static void
slices_are_fetched(void **state)
{
    struct fixture *f = *state;
    static const char *const cases[][2] = {
        {"3:4", "{{3,NULL},{5,6}}"},
        {"3:4,1:1", "{{NULL},{6}}"},
        {":3", "{{1,2},{3,NULL}}"},
        {"2:9,0:0", "{{1},{3},{5}}"},
        {"5:6", "{}"},
        {":,1:", "{{2},{NULL},{6}}"},
        {":,:,:", "{}"},
    };
    union datum value = read_array(f, TYPE_INT4_ARRAY, ARRAY_2D);
    struct array array = array_read(&value);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct array_range ranges[ARRAY_DIMS_MAX];
        uint32_t count = read_ranges(cases[i][0], ranges);
        union datum slice = array_slice(&f->env, f->arena, &array, count, ranges);
        assert_string_equal(show(f, TYPE_INT4_ARRAY, slice), cases[i][1]);
    }
}

static void
elements_are_stored(void **state)
{
    struct fixture *f = *state;
    static const struct {
        const char *array;
        uint32_t count;
        int32_t subscripts[2];
        const char *result;
    } cases[] = {
        {"{1,2,3}", 1, {5}, "{1,2,3,NULL,9}"},
        {"{1,2,3}", 1, {-1}, "[-1:3]={9,NULL,1,2,3}"},
        {"{1,2,3}", 1, {2}, "{1,9,3}"},
        {"{}", 1, {-1}, "[-1:-1]={9}"},
        {"{}", 2, {1, 1}, "{{9}}"},
        {ARRAY_2D, 2, {3, 1}, "[2:4][0:1]={{1,2},{3,9},{5,6}}"},
        {ARRAY_2D, 2, {9, 1}, "2202E"},
        {ARRAY_2D, 1, {9}, "2202E"},
        {"{1}", 1, {2147483647}, "54000"},
        {"{1}", 1, {-2147483647}, "54000"},
    };
    for (volatile size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const char *volatile got;
        struct catch frame;
        if (catch_begin(&frame, f->arena)) {
            union datum value = read_array(f, TYPE_INT4_ARRAY, cases[i].array);
            struct array array = array_read(&value);
            value = array_store(&f->env, f->arena, TYPE_INT4, &array, cases[i].count,
                                cases[i].subscripts, (union datum){.i32 = 9}, false);
            got = show(f, TYPE_INT4_ARRAY, value);
            catch_end(&frame);
        } else {
            char *code = arena_alloc(f->arena, 6);
            sqlstate_text(frame.error->code, code);
            got = code;
        }
        assert_string_equal(got, cases[i].result);
    }
}

static void
slices_are_stored(void **state)
{
    struct fixture *f = *state;
    static const struct {
        const char *array, *ranges, *source, *result;
    } cases[] = {
        {"{1,2,3}", "2:3", "{8,9}", "{1,8,9}"},
        {"{}", "2:3", "{8,9}", "[2:3]={8,9}"},
        {"{1,2,3}", "5:6", "{8,9}", "{1,2,3,NULL,8,9}"},
        {"{1,2,3}", "2:", "{8,9}", "{1,8,9}"},
        {"{}", "2:", "{8,9}", "2202E"},
        {"{1,2,3}", "3:2", "{8,9}", "2202E"},
        {"{1,2,3}", "1:3", "{8,9}", "2202E"},
        {ARRAY_2D, "2:3,1:1", "{{8},{9}}", "[2:4][0:1]={{1,8},{3,9},{5,6}}"},
        {ARRAY_2D, "2:3", "{8,9,10,11}", "[2:4][0:1]={{8,9},{10,11},{5,6}}"},
        {ARRAY_2D, "2:5,1:1", "{8,9,10,11}", "2202E"},
        {"{}", "1:2,1:2", "{8,9,10,11}", "{{8,9},{10,11}}"},
    };
    for (volatile size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const char *volatile got;
        struct catch frame;
        if (catch_begin(&frame, f->arena)) {
            union datum value = read_array(f, TYPE_INT4_ARRAY, cases[i].array);
            union datum source = read_array(f, TYPE_INT4_ARRAY, cases[i].source);
            struct array array = array_read(&value), from = array_read(&source);
            struct array_range ranges[ARRAY_DIMS_MAX];
            uint32_t count = read_ranges(cases[i].ranges, ranges);
            value = array_store_slice(&f->env, f->arena, TYPE_INT4, &array, count, ranges, &from);
            got = show(f, TYPE_INT4_ARRAY, value);
            catch_end(&frame);
        } else {
            char *code = arena_alloc(f->arena, 6);
            sqlstate_text(frame.error->code, code);
            got = code;
        }
        assert_string_equal(got, cases[i].result);
    }
}

static void
arrays_are_nested(void **state)
{
    struct fixture *f = *state;
    union datum parts[] = {read_array(f, TYPE_TEXT_ARRAY, "{a,NULL}"),
                           read_array(f, TYPE_TEXT_ARRAY, "{a long text of its own,d}")};
    union datum whole = array_make_nested(&f->env, f->arena, TYPE_TEXT, parts, NULL, 2);
    assert_string_equal(show(f, TYPE_TEXT_ARRAY, whole),
                        "{{a,NULL},{\"a long text of its own\",d}}");
    const bool nulls[] = {true, true};
    whole = array_make_nested(&f->env, f->arena, TYPE_TEXT, parts, nulls, 2);
    assert_string_equal(show(f, TYPE_TEXT_ARRAY, whole), "{}");
    struct catch frame;
    if (catch_begin(&frame, f->arena)) {
        const bool one_null[] = {false, true};
        array_make_nested(&f->env, f->arena, TYPE_TEXT, parts, one_null, 2);
        catch_end(&frame);
        fail();
    }
    assert_int_equal(frame.error->code, SQLSTATE_ARRAY_SUBSCRIPT_ERROR);
}

static union datum
some_array(struct fixture *f, oid element)
{
    struct array_dim dims[2];
    uint32_t dim_count = (uint32_t)random_below(&f->random, 3), count = dim_count == 0 ? 0 : 1;
    for (uint32_t i = 0; i < dim_count; i++) {
        dims[i].length = 1 + (int32_t)random_below(&f->random, 2);
        dims[i].lower = (int32_t)random_below(&f->random, 3) - 1;
        count *= (uint32_t)dims[i].length;
    }
    static const char *const texts[] = {"", "a", "ab", "b", "quite a long text"};
    union datum values[4];
    bool nulls[4];
    for (uint32_t i = 0; i < count; i++) {
        uint64_t pick = random_below(&f->random, 5);
        nulls[i] = random_below(&f->random, 5) == 0;
        values[i] = element == TYPE_TEXT
                        ? (union datum){.view = view_of(texts[pick], strlen(texts[pick]))}
                        : (union datum){.i32 = (int32_t)pick - 2};
    }
    return array_make(&f->env, f->arena, element, values, nulls, dim_count, dims);
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
    for (uint32_t round = 0; round < 20000; round++) {
        oid element = round % 2 == 0 ? TYPE_TEXT : TYPE_INT4;
        union datum x = some_array(f, element), y = some_array(f, element);
        buf_clear(&a);
        buf_clear(&b);
        assert_true(array_key_put(x, &a));
        assert_true(array_key_put(y, &b));
        int order = sign(array_order(x, y));
        assert_int_equal(order, sign(slice_compare(buf_slice(&a), buf_slice(&b))));
        assert_int_equal(order == 0, array_equal(x, y));
        if (order == 0)
            assert_true(array_hash(x) == array_hash(y));
        if (round % 1000 == 0)
            arena_reset(f->arena);
    }
    buf_deinit(&a);
    buf_deinit(&b);
}

static bool
receives(struct fixture *f, const struct type_info *info, struct slice bytes, union datum *value)
{
    struct type_call call = {
        .arena = f->arena, .env = &f->env, .type = info, .typmod = -1, .element = info->element};
    struct catch frame;
    if (catch_begin(&frame, f->arena)) {
        *value = info->recv(&call, bytes);
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
    for (uint32_t round = 0; round < 3000; round++) {
        oid element = round % 2 == 0 ? TYPE_TEXT : TYPE_INT4;
        const struct type_info *info =
            types_find(f->types, round % 2 == 0 ? TYPE_TEXT_ARRAY : TYPE_INT4_ARRAY);
        struct type_call call = {.arena = f->arena, .env = &f->env, .type = info, .typmod = -1};
        union datum x = some_array(f, element), back;
        buf_clear(&bytes);
        info->send(&call, x, &bytes);
        assert_true(receives(f, info, buf_slice(&bytes), &back));
        assert_true(array_equal(x, back));
        assert_false(receives(f, info, slice_of(bytes.data, bytes.bytes - 1), &back));
        uint64_t at = random_below(&f->random, bytes.bytes);
        bytes.data[at] = (uint8_t)random_next(&f->random);
        if (receives(f, info, buf_slice(&bytes), &back))
            assert_non_null(show(f, info->type, back));
        if (round % 100 == 0)
            arena_reset(f->arena);
    }
    buf_deinit(&bytes);
}

#ifdef ROWAN_FAULTS
static void
read_and_write(struct fixture *f, struct arena *arena)
{
    const char *given = "{a,\"another text\",NULL}";
    union datum value = type_input(&f->env, arena, TYPE_TEXT_ARRAY, -1, slice_text(given));
    assert_string_equal(type_output_text(&f->env, arena, TYPE_TEXT_ARRAY, value), given);
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
        FIXTURE_TEST(elements_are_fetched),   FIXTURE_TEST(slices_are_fetched),
        FIXTURE_TEST(elements_are_stored),    FIXTURE_TEST(slices_are_stored),
        FIXTURE_TEST(arrays_are_nested),      FIXTURE_TEST(keys_are_ordered_as_values),
        FIXTURE_TEST(binary_forms_lead_back),
#ifdef ROWAN_FAULTS
        FIXTURE_TEST(no_memory_is_an_error),
#endif
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
