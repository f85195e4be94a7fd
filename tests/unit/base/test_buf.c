/*
 * Goal: a buf holds what was put, in order; after a failure it keeps what it had and takes nothing
 * more. Method: examples and a fault loop.
 */
#include "base/buf.h"
#include "base/raise.h"
#include "unit/unit.h"

static void
puts_arrive_in_order(void **state)
{
    (void)state;
    struct buf buf;
    buf_init(&buf);
    buf_put_u8(&buf, 0xab);
    buf_put_be16(&buf, 0x0102);
    buf_put_be32(&buf, 0x03040506);
    buf_put_be64(&buf, 0x0708090a0b0c0d0e);
    buf_put_text(&buf, "oak");
    buf_put_slice(&buf, slice_of(NULL, 0));
    static const uint8_t expected[] = {0xab, 1,  2,  3,  4,  5,  6,   7,   8,
                                       9,    10, 11, 12, 13, 14, 'o', 'a', 'k'};
    assert_int_equal(buf.bytes, sizeof expected);
    assert_memory_equal(buf.data, expected, sizeof expected);
    assert_int_equal(be32_get(buf.data + 3), 0x03040506);
    assert_int_equal(le16_get(buf.data + 1), 0x0201);
    buf_clear(&buf);
    for (int i = 0; i < 1000; i++)
        buf_format(&buf, "%03d,", i);
    assert_int_equal(buf.bytes, 4000);
    assert_memory_equal(buf.data + 4 * 777, "777,", 4);
    buf_format(&buf, "%s", "");
    buf_format(&buf, "%5000d", 1);
    assert_int_equal(buf_slice(&buf).bytes, 9000);
    assert_false(buf.is_failed);
    buf_deinit(&buf);
}

static void
impossible_size_fails_and_the_rest_is_ignored(void **state)
{
    (void)state;
    struct buf buf;
    buf_init(&buf);
    buf_put_text(&buf, "kept");
    assert_null(buf_reserve(&buf, SIZE_MAX));
    assert_null(buf_reserve(&buf, SIZE_MAX / 2));
    buf_put_text(&buf, "x");
    buf_format(&buf, "%d", 1);
    assert_true(buf.is_failed);
    assert_int_equal(buf.bytes, 4);
    assert_memory_equal(buf.data, "kept", 4);
    buf_clear(&buf);
    buf_put_text(&buf, "anew, and longer than what was kept");
    assert_false(buf.is_failed);
    assert_int_equal(buf.bytes, 35);
    buf_deinit(&buf);
}

static void
nothing_has_a_place_too(void **state)
{
    (void)state;
    struct buf buf;
    buf_init(&buf);
    assert_non_null(buf_reserve(&buf, 0));
    while (buf.bytes < 5000) {
        uint8_t *place = buf_reserve(&buf, 7);
        assert_ptr_equal(place, buf.data + buf.bytes);
        buf.bytes += 7;
        assert_true(buf.capacity > buf.bytes);
    }
    buf_deinit(&buf);
}

static bool
fill_attempt(void *object, uint64_t nth)
{
    (void)object;
    (void)nth;
    struct buf buf;
    buf_init(&buf);
    for (int i = 0; i < 500; i++)
        buf_format(&buf, "%04d", i);
    bool is_done = !buf.is_failed;
    assert_true(buf.bytes <= 2000 && buf.bytes % 4 == 0);
    for (size_t i = 0; i < buf.bytes / 4; i++) {
        char expected[32];
        snprintf(expected, sizeof expected, "%04zu", i);
        assert_memory_equal(buf.data + 4 * i, expected, 4);
    }
    assert_true(!is_done || buf.bytes == 2000);
    buf_deinit(&buf);
    return is_done;
}

static void
each_failed_growth_keeps_a_prefix(void **state)
{
    (void)state;
    assert_true(fault_loop(FAULT_ALLOC, fill_attempt, NULL) >= 4);
}

static void
raising_buf_raises_out_of_memory(void **state)
{
    (void)state;
    struct arena *arena = arena_new(&(struct arena_options){.name = "test"});
    struct buf buf;
    buf_init(&buf);
    buf.raise_on_full = true;
    struct catch frame;
    if (catch_begin(&frame, arena)) {
        buf_reserve(&buf, SIZE_MAX);
        fail_msg("no error was raised");
    }
    assert_int_equal(frame.error->code, SQLSTATE_OUT_OF_MEMORY);
    assert_string_equal(frame.error->message, "out of memory");
    buf_deinit(&buf);
    arena_free(arena);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(puts_arrive_in_order),
        cmocka_unit_test(impossible_size_fails_and_the_rest_is_ignored),
        cmocka_unit_test(nothing_has_a_place_too),
        cmocka_unit_test(each_failed_growth_keeps_a_prefix),
        cmocka_unit_test(raising_buf_raises_out_of_memory),
    };
    return cmocka_run_group_tests_name("buf", tests, NULL, NULL);
}
