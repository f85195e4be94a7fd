/*
 * raise.h: SQL errors that unwind to the statement. Used by type, catalog, sql, plan, exec, pl,
 * session and above; never crosses a frame of store, branch or txn.
 *
 *     struct catch frame;
 *     if (catch_begin(&frame, arena)) {      // true the first time
 *         ...                                // may raise
 *         catch_end(&frame);
 *     } else {
 *         use(frame.error);                  // lives in `arena`; the frame is ended already
 *     }
 *
 * Locals changed between catch_begin and the error and read after it are volatile. Frames nest;
 * each thread has its own stack of them. A raise without a frame ends the process (check). Besides
 * errors, this is where notices go: see notice() and struct error's severity.
 */
#pragma once

#include "base/arena.h"
#include "base/sqlstate.h"
#include <setjmp.h>
#include <signal.h> /* declares a raise of its own: it must come before the macro */
#include <stdint.h>

enum severity {
    SEVERITY_DEBUG,
    SEVERITY_LOG,
    SEVERITY_INFO,
    SEVERITY_NOTICE,
    SEVERITY_WARNING,
    SEVERITY_ERROR,
    SEVERITY_FATAL,
    SEVERITY_PANIC
};

/* One error or notice; every field of PostgreSQL's ErrorResponse. Absent texts are null. */
struct error {
    enum severity severity;
    sqlstate code;
    const char *message, *detail, *hint, *context;
    const char *schema_name, *table_name, *column_name, *type_name, *constraint_name;
    const char *internal_query;
    uint32_t position; /* 1-based, in characters of the statement's text; 0: none */
    uint32_t internal_position;
    const char *file, *function; /* where in our source */
    int line;
};

struct catch
{
    jmp_buf jump;
    struct arena *arena; /* errors are built here */
    struct error *error; /* after an error: what was raised */
    struct catch *outer;
    struct error no_memory; /* room for the one error that must not need any */
    char no_memory_detail[64];
};

#define catch_begin(frame, arena) (catch_push((frame), (arena)), setjmp((frame)->jump) == 0)
void catch_push(struct catch *frame, struct arena *arena);
void catch_end(struct catch *frame);

/*
 * frame->error for who reads it when the frame is gone: in the frame's arena, or of the thread and
 * valid until the thread next calls this.
 */
struct error *catch_keep(const struct catch *frame);

/*
 * Raises an ERROR. Message by PostgreSQL's rules: short, lower case, no full stop.
 * raise_error takes the fields beyond the message: designated initialisers in `fields`, whose
 * message, code and severity (default ERROR) count too.
 */
#define raise(code, ...) raise_at(__FILE__, __LINE__, __func__, (code), __VA_ARGS__)
#define raise_error(...) raise_fields(__FILE__, __LINE__, __func__, &(struct error){__VA_ARGS__})
_Noreturn void raise_at(const char *file, int line, const char *function, sqlstate code,
                        const char *format, ...) PRINTF_LIKE(5, 6);
_Noreturn void raise_fields(const char *file, int line, const char *function,
                            const struct error *fields);
_Noreturn void raise_again(const struct error *error); /* as caught, to the next frame outside */

/*
 * A format for a field of raise_error: the text lives in the innermost frame's arena.
 *     raise_error(.code = SQLSTATE_..., .message = raise_text("..."), .detail = raise_text("..."))
 */
const char *raise_text(const char *format, ...) PRINTF_LIKE(1, 2);

/* Turns a status into the error that it stands for; `format` says what could not be done. */
_Noreturn void raise_status(enum status st, const char *format, ...) PRINTF_LIKE(2, 3);

/* For arena_options.on_full: raises 53200 without allocating. `arena` may be null. */
void raise_arena_full(struct arena *arena, size_t bytes);

/*
 * The thread's receiver of notices and warnings, installed by the session for the time of a
 * statement. Without one they are dropped. `error` is only valid during the call.
 */
struct notice_sink {
    void (*receive)(void *object, const struct error *error);
    void *object;
};
struct notice_sink notice_sink_set(struct notice_sink sink); /* returns the one before */
void notice(enum severity severity, sqlstate code, const char *format, ...) PRINTF_LIKE(3, 4);
void notice_fields(const struct error *fields);
