/*
 * test_jsonb.c: the format of jsonb: what is put is found, whatever the order of putting; order,
 * hashes and keys agree; depth has a bound; text is refused wherever it is cut; no memory.
 */
#include "fixture.h"

#include "base/raise.h"
#include "type/json_value.h"
#include "type/jsonb.h"
#include "type/jsonpath.h"
#include "type/numeric.h"
#include "type/record.h"

static const char *
show(struct fixture *f, union datum value)
{
    return type_output_text(&f->env, f->arena, TYPE_JSONB, value);
}

/* In the arena, since short values lie in the datum. */
static union datum *
parsed(struct fixture *f, const char *text)
{
    union datum *value = arena_alloc(f->arena, sizeof *value);
    *value = jsonb_parse(f->arena, slice_text(text));
    return value;
}

static void
members_are_found_by_key(void **state)
{
    struct fixture *f = *state;
    enum { COUNT = 500 };
    struct jsonb_builder *builder = jsonb_build(f->arena);
    jsonb_begin(builder, true);
    for (uint32_t i = 0; i < COUNT; i++) {
        uint32_t shuffled = i * 307 % COUNT;
        jsonb_put_key(builder, slice_text(arena_format(f->arena, "k%u", shuffled)));
        jsonb_put_number(builder, numeric_of_i64(f->arena, shuffled));
    }
    jsonb_put_key(builder, slice_text("k9")); /* again: the last one stays */
    jsonb_put_string(builder, slice_text("nine"));
    jsonb_end(builder);
    union datum value = jsonb_finish(builder);
    struct jsonb object = jsonb_read(&value);
    assert_int_equal(object.count, COUNT);
    for (uint32_t i = 0; i < COUNT; i++) {
        uint32_t at;
        struct slice key = slice_text(arena_format(f->arena, "k%u", i));
        assert_true(jsonb_find(&object, key, &at));
        assert_true(slice_equal(jsonb_key(&object, at), key));
        struct jsonb item = jsonb_item(&object, at);
        if (i == 9)
            assert_true(slice_equal(jsonb_string(&item), slice_text("nine")));
        else
            assert_int_equal(numeric_i64(f->arena, jsonb_number(&item), "int8"), i);
    }
    uint32_t none;
    assert_false(jsonb_find(&object, slice_text("k500"), &none));
    assert_false(jsonb_find(&object, slice_text(""), &none));
}

static void
whole_values_have_an_order(void **state)
{
    struct fixture *f = *state;
    static const char *const rising[] = {
        "[]",
        "null",
        "\"\"",
        "\"a\"",
        "\"aa\"",
        "\"b\"",
        "-1e30",
        "-1",
        "0",
        "1.50",
        "12345678901234567890.5",
        "false",
        "true",
        "[null]",
        "[1]",
        "[[]]",
        "[{}]",
        "[1, \"x\"]",
        "[1, 2]",
        "[1, true]",
        "{}",
        "{\"a\": null}",
        "{\"a\": 1}",
        "{\"b\": 0}",
        "{\"a\": 1, \"b\": 2}",
    };
    enum { COUNT = sizeof rising / sizeof *rising };
    for (size_t i = 0; i < COUNT; i++) {
        for (size_t j = 0; j < COUNT; j++) {
            union datum *a = parsed(f, rising[i]), *b = parsed(f, rising[j]);
            int order = jsonb_compare(*a, *b), wanted = (i > j) - (i < j);
            if ((order > 0) - (order < 0) != wanted)
                fail_msg("%s against %s gives %d", rising[i], rising[j], order);
            struct buf *x = buf_new(f->arena), *y = buf_new(f->arena);
            assert_true(jsonb_key_put(*a, x) && jsonb_key_put(*b, y));
            int keys = slice_compare(buf_slice(x), buf_slice(y));
            assert_int_equal((keys > 0) - (keys < 0), wanted);
        }
    }
}

static void
equal_values_have_equal_hashes_and_keys(void **state)
{
    struct fixture *f = *state;
    union datum *a = parsed(f, "{\"b\": [1.0, \"x\"], \"a\": 1e2}");
    union datum *b = parsed(f, "{\"a\": 100, \"b\": [1.000, \"\\u0078\"]}");
    struct buf *x = buf_new(f->arena), *y = buf_new(f->arena);
    assert_int_equal(jsonb_compare(*a, *b), 0);
    assert_int_equal(jsonb_hash(*a), jsonb_hash(*b));
    assert_true(jsonb_key_put(*a, x) && jsonb_key_put(*b, y));
    assert_true(slice_equal(buf_slice(x), buf_slice(y)));
    assert_string_not_equal(show(f, *a), show(f, *b)); /* each keeps how its numbers were written */
}

/* The SQLSTATE that reading raises; 0: none. */
static sqlstate
error_of(struct fixture *f, struct slice text)
{
    struct catch frame;
    if (catch_begin(&frame, f->arena)) {
        jsonb_parse(f->arena, text);
        catch_end(&frame);
        return (sqlstate)0;
    }
    return frame.error->code;
}

static void
text_that_is_cut_is_refused(void **state)
{
    struct fixture *f = *state;
    const char *text = "{\"a\": [1.5e-3, \"x\\u00e9\\n\", true, null, {}], \"b\": {\"c\": false}}";
    size_t bytes = strlen(text);
    for (size_t i = 0; i < bytes; i++)
        assert_int_equal(error_of(f, slice_of(text, i)), SQLSTATE_INVALID_TEXT_REPRESENTATION);
    assert_int_equal(error_of(f, slice_of(text, bytes)), 0);
}

static void
depth_has_a_bound(void **state)
{
    struct fixture *f = *state;
    enum { DEEP = JSON_DEPTH_MAX };
    char *text = arena_alloc(f->arena, 2 * (DEEP + 1));
    memset(text, '[', DEEP + 1);
    memset(text + DEEP + 1, ']', DEEP + 1);
    assert_int_equal(error_of(f, slice_of(text + 1, 2 * DEEP)), 0);
    assert_int_equal(error_of(f, slice_of(text, 2 * DEEP + 2)), SQLSTATE_STATEMENT_TOO_COMPLEX);
    union datum *deep = arena_alloc(f->arena, sizeof *deep);
    *deep = jsonb_parse(f->arena, slice_of(text + 1, 2 * DEEP));
    assert_int_equal(jsonb_compare(*deep, *deep), 0);
    assert_int_equal(strlen(show(f, *deep)), 2 * DEEP);
    /* Built deeper than text may be, it is refused by whoever walks through it. */
    struct jsonb_builder *builder = jsonb_build(f->arena);
    struct jsonb node = jsonb_read(deep);
    jsonb_begin(builder, false);
    jsonb_begin(builder, false);
    jsonb_put_node(builder, &node);
    jsonb_end(builder);
    jsonb_end(builder);
    union datum *deeper = arena_alloc(f->arena, sizeof *deeper);
    *deeper = jsonb_finish(builder);
    struct catch frame;
    volatile bool is_refused = false;
    if (catch_begin(&frame, f->arena)) {
        show(f, *deeper);
        catch_end(&frame);
    } else {
        is_refused = frame.error->code == SQLSTATE_STATEMENT_TOO_COMPLEX;
    }
    assert_true(is_refused);
}

static void
a_row_becomes_an_object(void **state)
{
    struct fixture *f = *state;
    const oid types[] = {TYPE_INT4, TYPE_TEXT, TYPE_BOOL};
    const char *const names[] = {"id", "a name", "is_it"};
    struct record_shape shape = {.type = TYPE_RECORD, .count = 3, .types = types, .names = names};
    union datum values[] = {i32_datum(7), slice_datum(slice_text("x\"y")), bool_datum(false)};
    const bool nulls[] = {false, false, true};
    union datum row = record_make(&f->env, f->arena, &shape, values, nulls);
    struct json_writer writer = {.arena = f->arena, .env = &f->env};
    assert_string_equal(show(f, jsonb_of_record(&writer, row)),
                        "{\"id\": 7, \"is_it\": null, \"a name\": \"x\\\"y\"}");
}

static void
paths_print_as_they_read(void **state)
{
    struct fixture *f = *state;
    const char *text = "strict $.a[*]?(@.\"b c\" > 1 && !(@ == $v)).size() + -3";
    struct buf *once = buf_new(f->arena), *twice = buf_new(f->arena);
    jsonpath_print(f->arena, once, jsonpath_parse(f->arena, slice_text(text)));
    jsonpath_print(f->arena, twice, jsonpath_parse(f->arena, buf_slice(once)));
    assert_true(slice_equal(buf_slice(once), buf_slice(twice)));
}

#ifdef ROWAN_FAULTS
static void
parse_and_print(struct fixture *f, struct arena *arena)
{
    struct buf *text = buf_new(f->arena);
    buf_put_text(text, "{\"a\": [1, {\"b\": \"\\u0041\"}], \"c\": 1e300");
    for (int i = 0; i < 300; i++)
        buf_format(text, ", \"k%d\": [%d]", i, i);
    buf_put_u8(text, '}');
    union datum value = jsonb_parse(arena, buf_slice(text));
    struct jsonb node = jsonb_read(&value);
    assert_int_equal(node.count, 302);
    assert_true(jsonb_text(arena, &node).bytes > 3000);
}

/* Quiet paths keep the path's own errors to themselves, and no others. */
static void
run_quiet_path(struct fixture *f, struct arena *arena)
{
    const char *path = "$[*] ? (@.datetime().type() == \"date\" || @.double() / 2 > 1)";
    union datum *array = parsed(f, "[\"2024-07-01\", \"7\"]"), *vars = parsed(f, "{}");
    struct jsonb root = jsonb_read(array);
    struct path_options options = {.env = &f->env, .vars = jsonb_read(vars), .is_silent = true};
    struct path_items found = {.arena = arena};
    for (uint32_t i = 0; i < 40; i++)
        jsonpath_run(arena, jsonpath_parse(arena, slice_text(path)), &options, &root, &found);
    assert_int_equal(found.count, 80);
}

static void
no_memory_is_an_error(void **state)
{
    fixture_fail_allocations(*state, 1, parse_and_print);
    fixture_fail_allocations(*state, 1, run_quiet_path);
}
#endif

int
main(void)
{
    const struct CMUnitTest tests[] = {
        FIXTURE_TEST(members_are_found_by_key),
        FIXTURE_TEST(whole_values_have_an_order),
        FIXTURE_TEST(equal_values_have_equal_hashes_and_keys),
        FIXTURE_TEST(text_that_is_cut_is_refused),
        FIXTURE_TEST(depth_has_a_bound),
        FIXTURE_TEST(a_row_becomes_an_object),
        FIXTURE_TEST(paths_print_as_they_read),
#ifdef ROWAN_FAULTS
        FIXTURE_TEST(no_memory_is_an_error),
#endif
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
