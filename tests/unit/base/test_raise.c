/*
 * Goal: an error reaches the innermost frame with every field, whatever memory is left; frames nest
 * and end; notices reach the sink of their thread. Method: examples, and a fault loop over an error
 * that is built, caught, and raised again.
 */
#include "base/raise.h"
#include "base/thread.h"
#include "unit/unit.h"

static struct arena *
arena_raising(const char *name)
{
    struct arena *arena =
        arena_new(&(struct arena_options){.name = name, .on_full = raise_arena_full});
    assert_non_null(arena);
    return arena;
}

static void
error_arrives_with_its_fields(void **state)
{
    (void)state;
    struct arena *arena = arena_raising("test");
    struct catch frame;
    if (catch_begin(&frame, arena)) {
        char column[] = "a";
        raise_error(.code = SQLSTATE_NOT_NULL_VIOLATION,
                    .message = raise_text("null value in column \"%s\"", column),
                    .detail = "Failing row contains (null).", .hint = "H.", .context = "C",
                    .schema_name = "public", .table_name = "t", .column_name = column,
                    .type_name = "int4", .constraint_name = "k", .internal_query = "q",
                    .position = 7, .internal_position = 8);
    }
    const struct error *error = frame.error;
    assert_int_equal(error->severity, SEVERITY_ERROR);
    assert_int_equal(error->code, SQLSTATE_NOT_NULL_VIOLATION);
    assert_string_equal(error->message, "null value in column \"a\"");
    assert_string_equal(error->detail, "Failing row contains (null).");
    assert_string_equal(error->hint, "H.");
    assert_string_equal(error->context, "C");
    assert_string_equal(error->schema_name, "public");
    assert_string_equal(error->table_name, "t");
    assert_string_equal(error->column_name, "a");
    assert_string_equal(error->type_name, "int4");
    assert_string_equal(error->constraint_name, "k");
    assert_string_equal(error->internal_query, "q");
    assert_int_equal(error->position, 7);
    assert_int_equal(error->internal_position, 8);
    assert_non_null(strstr(error->file, "test_raise.c"));
    assert_string_equal(error->function, "error_arrives_with_its_fields");
    arena_free(arena);
}

static void
frames_nest_and_errors_pass_outwards(void **state)
{
    (void)state;
    struct arena *outer_arena = arena_raising("outer"), *inner_arena = arena_raising("inner");
    struct catch outer, inner;
    volatile int steps = 0;
    if (catch_begin(&outer, outer_arena)) {
        if (catch_begin(&inner, inner_arena)) {
            steps++;
            catch_end(&inner);
        }
        if (catch_begin(&inner, inner_arena)) {
            raise(SQLSTATE_DIVISION_BY_ZERO, "division by %s", "zero");
        } else {
            assert_int_equal(inner.error->code, SQLSTATE_DIVISION_BY_ZERO);
            steps++;
            raise_again(inner.error);
        }
    } else {
        arena_free(inner_arena);
        steps++;
        assert_string_equal(outer.error->message, "division by zero");
        assert_string_equal(outer.error->function, "frames_nest_and_errors_pass_outwards");
    }
    assert_int_equal(steps, 3);
    arena_free(outer_arena);
}

struct status_case {
    enum status st;
    sqlstate code;
    const char *message;
};

static void
statuses_become_errors(void **state)
{
    (void)state;
    static const struct status_case cases[] = {
        {ST_NOT_FOUND, SQLSTATE_UNDEFINED_OBJECT, "could not read \"t\": it does not exist"},
        {ST_EXISTS, SQLSTATE_DUPLICATE_OBJECT, "could not read \"t\": it exists already"},
        {ST_NO_MEMORY, SQLSTATE_OUT_OF_MEMORY, "out of memory"},
        {ST_IO, SQLSTATE_IO_ERROR, "could not read \"t\": input/output error"},
        {ST_NO_SPACE, SQLSTATE_DISK_FULL, "could not read \"t\": no space left on device"},
        {ST_CORRUPT, SQLSTATE_DATA_CORRUPTED, "could not read \"t\": stored data is damaged"},
        {ST_READ_ONLY, SQLSTATE_READ_ONLY_SQL_TRANSACTION,
         "could not read \"t\": the database is read-only"},
        {ST_IN_USE, SQLSTATE_OBJECT_IN_USE, "could not read \"t\": it is in use"},
        {ST_NOT_ROWAN, SQLSTATE_OBJECT_NOT_IN_PREREQUISITE_STATE,
         "could not read \"t\": the file is not a Rowan database"},
        {ST_VERSION, SQLSTATE_FEATURE_NOT_SUPPORTED,
         "could not read \"t\": the file has a format of another version"},
        {ST_LOCK_BUSY, SQLSTATE_LOCK_NOT_AVAILABLE, "could not read \"t\""},
        {ST_LOCK_TIMEOUT, SQLSTATE_LOCK_NOT_AVAILABLE, "canceling statement due to lock timeout"},
        {ST_DEADLOCK, SQLSTATE_DEADLOCK_DETECTED, "deadlock detected"},
        {ST_CONFLICT, SQLSTATE_SERIALIZATION_FAILURE,
         "could not serialize access due to concurrent update"},
        {ST_CANCELED, SQLSTATE_QUERY_CANCELED, "canceling statement due to user request"},
        {ST_LIMIT, SQLSTATE_PROGRAM_LIMIT_EXCEEDED, "could not read \"t\": a limit was exceeded"},
        {ST_INVALID, SQLSTATE_INTERNAL_ERROR, "could not read \"t\": ST_INVALID"},
    };
    struct arena *arena = arena_raising("test");
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct catch frame;
        if (catch_begin(&frame, arena))
            raise_status(cases[i].st, "could not read \"%s\"", "t");
        assert_int_equal(frame.error->code, cases[i].code);
        assert_string_equal(frame.error->message, cases[i].message);
    }
    arena_free(arena);
}

static bool
raise_attempt(void *object, uint64_t nth)
{
    (void)object;
    (void)nth;
    struct arena *outer_arena =
        arena_new(&(struct arena_options){.name = "outer", .on_full = raise_arena_full});
    if (outer_arena == NULL)
        return false;
    /* Without on_full: the frame itself must see that the arena gave nothing. */
    struct arena *inner_arena = arena_new(&(struct arena_options){.name = "inner"});
    if (inner_arena == NULL) {
        arena_free(outer_arena);
        return false;
    }
    struct catch outer, inner;
    if (catch_begin(&outer, outer_arena)) {
        if (catch_begin(&inner, inner_arena))
            raise(SQLSTATE_DIVISION_BY_ZERO, "%9000d", 1);
        raise_again(inner.error);
    }
    bool is_done = outer.error->code == SQLSTATE_DIVISION_BY_ZERO;
    if (is_done)
        assert_int_equal(strlen(outer.error->message), 9000);
    else
        assert_int_equal(outer.error->code, SQLSTATE_OUT_OF_MEMORY);
    arena_free(inner_arena);
    arena_free(outer_arena);
    return is_done;
}

static void
errors_without_memory_say_so(void **state)
{
    (void)state;
    assert_true(fault_loop(FAULT_ALLOC, raise_attempt, NULL) >= 5);
}

struct heard {
    int count;
    sqlstate code;
    size_t message_bytes;
};

static void
hear(void *object, const struct error *error)
{
    struct heard *heard = object;
    heard->count++;
    heard->code = error->code;
    heard->message_bytes = strlen(error->message);
}

static void
send_notice_elsewhere(void *object)
{
    (void)object;
    notice(SEVERITY_NOTICE, SQLSTATE_WARNING, "nobody listens on this thread");
}

static void
notices_reach_the_thread_s_sink(void **state)
{
    (void)state;
    struct heard heard = {.count = 0};
    notice(SEVERITY_NOTICE, SQLSTATE_WARNING, "nobody listens");
    struct notice_sink before = notice_sink_set((struct notice_sink){hear, &heard});
    assert_null(before.receive);
    notice(SEVERITY_WARNING, SQLSTATE_WARNING, "five%d", 5);
    assert_int_equal(heard.count, 1);
    assert_int_equal(heard.code, SQLSTATE_WARNING);
    assert_int_equal(heard.message_bytes, 5);

    struct arena *arena = arena_raising("test");
    struct catch frame;
    if (catch_begin(&frame, arena)) {
        notice(SEVERITY_NOTICE, SQLSTATE_WARNING, "%3000d", 1);
        catch_end(&frame);
    }
    assert_int_equal(heard.message_bytes, 3000);

    struct thread thread;
    assert_int_equal(thread_start(&thread, "other", 0, send_notice_elsewhere, NULL), ST_OK);
    thread_join(&thread);
    notice_sink_set(before);
    notice(SEVERITY_NOTICE, SQLSTATE_WARNING, "nobody listens");
    assert_int_equal(heard.count, 2);
    arena_free(arena);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(error_arrives_with_its_fields),
        cmocka_unit_test(frames_nest_and_errors_pass_outwards),
        cmocka_unit_test(statuses_become_errors),
        cmocka_unit_test(errors_without_memory_say_so),
        cmocka_unit_test(notices_reach_the_thread_s_sink),
    };
    return cmocka_run_group_tests_name("raise", tests, NULL, NULL);
}
