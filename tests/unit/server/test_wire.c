/*
 * test_wire.c: messages are cut out of bytes as they come, and nothing is read past an end.
 *
 * Each message is offered from its first byte to all of them; lengths that no honest client sends
 * are refused at once; a reader of a body that is too short says so and gives zeros. What is
 * written without memory is marked as failed and never half a message that looks whole.
 */
#include "unit/unit.h"

#include "server/wire.h"
#include <string.h>

static void
messages_arrive_byte_by_byte(void **state)
{
    (void)state;
    static const uint8_t bytes[] = "Q\0\0\0\x0dselect 1\0Z";
    struct message message;
    for (size_t n = 0; n < 14; n++)
        assert_int_equal(message_frame(slice_of(bytes, n), &message), FRAME_PARTIAL);
    for (size_t n = 14; n <= 15; n++) {
        assert_int_equal(message_frame(slice_of(bytes, n), &message), FRAME_WHOLE);
        assert_int_equal(message.type, 'Q');
        assert_int_equal(message.bytes, 14);
        assert_string_equal((const char *)message.body.data, "select 1");
    }
}

static void
absurd_lengths_are_refused(void **state)
{
    (void)state;
    static const uint32_t broken[] = {0, 1, 2, 3, MESSAGE_BYTES_MAX + 1, 0x80000000u, UINT32_MAX};
    uint8_t bytes[8] = {'Q'};
    struct message message;
    for (size_t i = 0; i < sizeof broken / sizeof *broken; i++) {
        be32_set(bytes + 1, broken[i]);
        assert_int_equal(message_frame(slice_of(bytes, 5), &message), FRAME_BROKEN);
    }
    be32_set(bytes + 1, MESSAGE_BYTES_MAX);
    assert_int_equal(message_frame(slice_of(bytes, 8), &message), FRAME_PARTIAL);
    be32_set(bytes + 1, 4);
    assert_int_equal(message_frame(slice_of(bytes, 5), &message), FRAME_WHOLE);
    assert_int_equal(message.body.bytes, 0);
}

static void
startup_packets_are_short(void **state)
{
    (void)state;
    static const uint32_t broken[] = {0, 4, 7, STARTUP_BYTES_MAX + 1, UINT32_MAX};
    uint8_t bytes[16] = {0};
    struct message message;
    for (size_t i = 0; i < sizeof broken / sizeof *broken; i++) {
        be32_set(bytes, broken[i]);
        assert_int_equal(startup_frame(slice_of(bytes, 8), &message), FRAME_BROKEN);
    }
    be32_set(bytes, 9);
    for (size_t n = 0; n < 9; n++)
        assert_int_equal(startup_frame(slice_of(bytes, n), &message), FRAME_PARTIAL);
    assert_int_equal(startup_frame(slice_of(bytes, 16), &message), FRAME_WHOLE);
    assert_int_equal(message.bytes, 9);
    assert_int_equal(message.body.bytes, 5);
}

static void
readers_stop_at_the_end(void **state)
{
    (void)state;
    static const uint8_t body[] = {1, 0, 2, 0, 0, 0, 3, 'a', 0, 'b', 'c'};
    struct message_reader reader;
    reader_init(&reader, slice_of(body, sizeof body));
    assert_int_equal(reader_u8(&reader), 1);
    assert_int_equal(reader_u16(&reader), 2);
    assert_int_equal(reader_u32(&reader), 3);
    assert_string_equal(reader_text(&reader), "a");
    assert_int_equal(reader_bytes(&reader, 2).bytes, 2);
    assert_true(reader_is_done(&reader));
    assert_int_equal(reader_u8(&reader), 0);
    assert_false(reader_is_done(&reader));

    for (size_t bytes = 0; bytes < sizeof body; bytes++) {
        reader_init(&reader, slice_of(body, bytes));
        (void)reader_u8(&reader);
        (void)reader_u16(&reader);
        (void)reader_u32(&reader);
        (void)reader_text(&reader);
        (void)reader_bytes(&reader, 2);
        assert_false(reader_is_done(&reader));
        assert_true(reader.is_broken && reader.at <= body + bytes);
    }
    reader_init(&reader, slice_of(body, sizeof body));
    assert_int_equal(reader_bytes(&reader, UINT32_MAX).bytes, 0);
    assert_true(reader.is_broken);
    reader_init(&reader, slice_of("abc", 3)); /* no end of text */
    assert_string_equal(reader_text(&reader), "");
    assert_true(reader.is_broken);
}

static const struct error some_error = {.severity = SEVERITY_ERROR,
                                        .code = SQLSTATE_SYNTAX_ERROR,
                                        .message = "syntax error",
                                        .hint = "There is none.",
                                        .position = 7,
                                        .file = "file.c",
                                        .function = "f",
                                        .line = 3};
static const struct result_column some_columns[] = {
    {.name = "a", .table = 7, .attr = 1, .type = TYPE_INT4, .length = 4, .typmod = -1},
    {.name = "a rather long name of a column", .type = TYPE_TEXT, .length = -1, .typmod = -1}};

/* Messages of all kinds, one after the other. */
static void
write_all(struct buf *out)
{
    struct formats formats = {0};
    static const oid types[] = {TYPE_INT4, TYPE_TEXT};
    write_parameter(out, "client_encoding", "UTF8");
    write_key_data(out, 1, 2);
    write_ready(out, 'I');
    write_row_description(out, some_columns, 2, &formats);
    write_error(out, &some_error, false);
    write_error(out, &some_error, true);
    write_param_types(out, 2, types);
    write_notification(out, 5, "channel", "payload");
    write_copy_begin(out, 'G', false, 3);
    write_copy_data(out, slice_text("1\t2\n"));
    write_empty_message(out, '1');
    write_complete(out, "SELECT 1");
}

/* What is written is whole messages, and those of before a failure are as they were. */
static void
written_messages_are_whole(void **state)
{
    (void)state;
    static const char types[] = "SKZTENtAGd1C";
    struct buf out;
    buf_init(&out);
    write_all(&out);
    assert_false(out.is_failed);
    struct slice rest = buf_slice(&out);
    for (size_t i = 0; i < sizeof types - 1; i++) {
        struct message message;
        assert_int_equal(message_frame(rest, &message), FRAME_WHOLE);
        assert_int_equal(message.type, types[i]);
        rest = slice_of(rest.data + message.bytes, rest.bytes - message.bytes);
    }
    assert_int_equal(rest.bytes, 0);
    buf_deinit(&out);
}

static bool
write_without(void *object, uint64_t nth)
{
    (void)object;
    (void)nth;
    struct buf out;
    buf_init(&out);
    write_all(&out);
    bool is_done = !out.is_failed;
    buf_deinit(&out);
    return is_done;
}

static void
writing_without_memory_fails(void **state)
{
    (void)state;
    assert_true(fault_loop(FAULT_ALLOC, write_without, NULL) > 1);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(messages_arrive_byte_by_byte),
        cmocka_unit_test(absurd_lengths_are_refused),
        cmocka_unit_test(startup_packets_are_short),
        cmocka_unit_test(readers_stop_at_the_end),
        cmocka_unit_test(written_messages_are_whole),
        cmocka_unit_test(writing_without_memory_fails),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
