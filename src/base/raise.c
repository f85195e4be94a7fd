/*
 * raise.c: each thread's stack of catch frames, and jumps to the innermost.
 *
 * The one file with thread-local state in programs for users, and the one that calls longjmp. An
 * error is built in the arena of the frame that will receive it. That can itself run out of memory;
 * the frame therefore has room of its own for "out of memory".
 */
#include "base/raise.h"

#include "base/check.h"
#include <stdio.h>
#include <string.h>

#define NOTICE_TEXT_BYTES 1024

struct thread_state {
    struct catch *innermost;
    struct notice_sink sink;
    struct error kept; /* catch_keep's copy of a frame's no_memory */
    char kept_detail[sizeof((struct catch *)NULL)->no_memory_detail];
};

static _Thread_local struct thread_state thread_state;

void
catch_push(struct catch *frame, struct arena *arena)
{
    frame->arena = arena;
    frame->error = NULL;
    frame->outer = thread_state.innermost;
    thread_state.innermost = frame;
}

void
catch_end(struct catch *frame)
{
    check(thread_state.innermost == frame);
    thread_state.innermost = frame->outer;
}

struct error *
catch_keep(const struct catch *frame)
{
    if (frame->error != &frame->no_memory)
        return frame->error;
    memcpy(thread_state.kept_detail, frame->no_memory_detail, sizeof thread_state.kept_detail);
    thread_state.kept = frame->no_memory;
    thread_state.kept.detail = thread_state.kept_detail;
    return &thread_state.kept;
}

static struct catch *
innermost_get(void)
{
    check(thread_state.innermost != NULL);
    return thread_state.innermost;
}

static _Noreturn void
frame_enter(struct catch *frame, struct error *error)
{
    frame->error = error;
    thread_state.innermost = frame->outer;
    longjmp(frame->jump, 1);
}

void
raise_arena_full(struct arena *arena, size_t bytes)
{
    (void)arena;
    struct catch *frame = innermost_get();
    snprintf(frame->no_memory_detail, sizeof frame->no_memory_detail,
             "Failed on request of size %zu.", bytes);
    frame->no_memory = (struct error){.severity = SEVERITY_ERROR,
                                      .code = SQLSTATE_OUT_OF_MEMORY,
                                      .message = "out of memory",
                                      .detail = frame->no_memory_detail,
                                      .file = __FILE__,
                                      .function = __func__,
                                      .line = __LINE__};
    frame_enter(frame, &frame->no_memory);
}

/* In the frame's arena, whatever arena `text` is in: inner ones may be gone when it is read. */
static const char *
frame_text(struct catch *frame, const char *text)
{
    if (text == NULL)
        return NULL;
    char *copy = arena_text(frame->arena, text);
    if (copy == NULL)
        raise_arena_full(frame->arena, strlen(text) + 1);
    return copy;
}

static _Noreturn void
frame_raise(struct catch *frame, const struct error *fields)
{
    struct error *error = arena_alloc(frame->arena, sizeof *error);
    if (error == NULL)
        raise_arena_full(frame->arena, sizeof *error);
    *error = *fields;
    if (error->severity < SEVERITY_ERROR)
        error->severity = SEVERITY_ERROR;
    if (error->code == SQLSTATE_SUCCESSFUL_COMPLETION)
        error->code = SQLSTATE_INTERNAL_ERROR;
    error->message = frame_text(frame, error->message);
    error->detail = frame_text(frame, error->detail);
    error->hint = frame_text(frame, error->hint);
    error->context = frame_text(frame, error->context);
    error->schema_name = frame_text(frame, error->schema_name);
    error->table_name = frame_text(frame, error->table_name);
    error->column_name = frame_text(frame, error->column_name);
    error->type_name = frame_text(frame, error->type_name);
    error->constraint_name = frame_text(frame, error->constraint_name);
    error->internal_query = frame_text(frame, error->internal_query);
    frame_enter(frame, error);
}

static const char *
innermost_vformat(const char *format, va_list args)
{
    struct catch *frame = innermost_get();
    const char *text = arena_vformat(frame->arena, format, args);
    if (text == NULL)
        raise_arena_full(frame->arena, 0);
    return text;
}

void
raise_at(const char *file, int line, const char *function, sqlstate code, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    struct error fields = {.severity = SEVERITY_ERROR,
                           .code = code,
                           .message = innermost_vformat(format, args),
                           .file = file,
                           .function = function,
                           .line = line};
    va_end(args);
    frame_raise(innermost_get(), &fields);
}

void
raise_fields(const char *file, int line, const char *function, const struct error *fields)
{
    struct error placed = *fields;
    placed.file = file;
    placed.line = line;
    placed.function = function;
    frame_raise(innermost_get(), &placed);
}

void
raise_again(const struct error *error)
{
    frame_raise(innermost_get(), error);
}

const char *
raise_text(const char *format, ...)
{
    va_list args;
    va_start(args, format);
    const char *text = innermost_vformat(format, args);
    va_end(args);
    return text;
}

/* How a status reads as an error. */
struct status_error {
    sqlstate code;
    const char *message; /* what users of PostgreSQL know it by; null: what was being done, and */
    const char *reason;
    const char *hint;
};

static struct status_error
status_error_of(enum status st)
{
    switch (st) {
    case ST_NO_MEMORY:
        return (struct status_error){SQLSTATE_OUT_OF_MEMORY, "out of memory", NULL, NULL};
    case ST_IO:
        return (struct status_error){SQLSTATE_IO_ERROR, NULL, "input/output error",
                                     "The log has the details."};
    case ST_NO_SPACE:
        return (struct status_error){SQLSTATE_DISK_FULL, NULL, "no space left on device",
                                     "Free some space on the device that holds the database."};
    case ST_CORRUPT:
        return (struct status_error){
            SQLSTATE_DATA_CORRUPTED, NULL, "stored data is damaged",
            "The log names the place; \"rowan check\" says what else is affected."};
    case ST_READ_ONLY:
        return (struct status_error){SQLSTATE_READ_ONLY_SQL_TRANSACTION, NULL,
                                     "the database is read-only", NULL};
    case ST_IN_USE:
        return (struct status_error){SQLSTATE_OBJECT_IN_USE, NULL, "it is in use", NULL};
    case ST_NOT_ROWAN:
        return (struct status_error){SQLSTATE_OBJECT_NOT_IN_PREREQUISITE_STATE, NULL,
                                     "the file is not a Rowan database", NULL};
    case ST_VERSION:
        return (struct status_error){SQLSTATE_FEATURE_NOT_SUPPORTED, NULL,
                                     "the file has a format of another version", NULL};
    case ST_LOCK_BUSY:
        return (struct status_error){SQLSTATE_LOCK_NOT_AVAILABLE, NULL, NULL, NULL};
    case ST_LOCK_TIMEOUT:
        return (struct status_error){SQLSTATE_LOCK_NOT_AVAILABLE,
                                     "canceling statement due to lock timeout", NULL, NULL};
    case ST_DEADLOCK:
        return (struct status_error){SQLSTATE_DEADLOCK_DETECTED, "deadlock detected", NULL, NULL};
    case ST_CONFLICT:
        return (struct status_error){SQLSTATE_SERIALIZATION_FAILURE,
                                     "could not serialize access due to concurrent update", NULL,
                                     NULL};
    case ST_CANCELED:
        return (struct status_error){SQLSTATE_QUERY_CANCELED,
                                     "canceling statement due to user request", NULL, NULL};
    case ST_LIMIT:
        return (struct status_error){SQLSTATE_PROGRAM_LIMIT_EXCEEDED, NULL, "a limit was exceeded",
                                     NULL};
    case ST_NOT_FOUND:
        return (struct status_error){SQLSTATE_UNDEFINED_OBJECT, NULL, "it does not exist", NULL};
    case ST_EXISTS:
        return (struct status_error){SQLSTATE_DUPLICATE_OBJECT, NULL, "it exists already", NULL};
    case ST_OK:
    case ST_INVALID:
        break;
    }
    return (struct status_error){SQLSTATE_INTERNAL_ERROR, NULL, status_name(st), NULL};
}

void
raise_status(enum status st, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    const char *doing = innermost_vformat(format, args);
    va_end(args);

    struct status_error found = status_error_of(st);
    struct error fields = {.severity = SEVERITY_ERROR,
                           .code = found.code,
                           .message = found.message,
                           .hint = found.hint,
                           .file = __FILE__,
                           .function = __func__,
                           .line = __LINE__};
    if (found.message != NULL)
        fields.context = doing;
    else if (found.reason != NULL)
        fields.message = raise_text("%s: %s", doing, found.reason);
    else
        fields.message = doing;
    frame_raise(innermost_get(), &fields);
}

struct notice_sink
notice_sink_set(struct notice_sink sink)
{
    struct notice_sink before = thread_state.sink;
    thread_state.sink = sink;
    return before;
}

void
notice_fields(const struct error *fields)
{
    struct notice_sink sink = thread_state.sink;
    if (sink.receive != NULL)
        sink.receive(sink.object, fields);
}

void
notice(enum severity severity, sqlstate code, const char *format, ...)
{
    if (thread_state.sink.receive == NULL)
        return;

    /* On the stack, for a loop may send a million; in the statement's arena if it is long. */
    char room[NOTICE_TEXT_BYTES];
    const char *message = room;
    va_list args;
    va_start(args, format);
    int bytes = vsnprintf(room, sizeof room, format, args);
    va_end(args);
    if (bytes >= (int)sizeof room && thread_state.innermost != NULL) {
        va_start(args, format);
        message = innermost_vformat(format, args);
        va_end(args);
    }
    notice_fields(&(struct error){.severity = severity, .code = code, .message = message});
}
