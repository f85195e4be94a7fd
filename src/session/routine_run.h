/*
 * routine_run.h: calls of users' functions and procedures, and the languages that run them.
 *
 * A language is a struct of functions: another one is an entry of the table in language.c. A call
 * comes from the executor through type_env.access (type/access.h), or from CALL.
 */
#pragma once

#include "session/session_int.h"
#include "sql/routine.h"

struct language {
    enum routine_language number;
    const char *name;
    /* CREATE's check of the body: raises. */
    void (*check)(struct session *session, const struct routine *routine);
    /* A call of a routine that returns no set; func_scalar's contract. */
    union datum (*value)(struct session *session, struct func_call *call, const union datum *args);
    /* One that does; func_set's contract. */
    bool (*row)(struct session *session, struct func_call *call, const union datum *args,
                union datum *values, bool *nulls);
};

/* Null: there is none that calls bodies by that number. */
const struct language *language_find(enum routine_language number);

/* db_access's functions. */
const struct func_info *routine_access_func(void *object, oid func);
union datum routine_access_value(void *object, struct func_call *call, const union datum *args);
bool routine_access_row(void *object, struct func_call *call, const union datum *args,
                        union datum *values, bool *nulls);

uint32_t routine_access_named(void *object, const char *name, bool is_operator, uint32_t arg_count,
                              const oid *args, oid *found);
const char *routine_access_text(void *object, oid routine, enum routine_text_kind what,
                                struct arena *arena);
const char *routine_access_operator_text(void *object, oid op, bool with_types,
                                         struct arena *arena);

/* CALL: the row of what a procedure gives back, if anything, goes to the sink. */
void routine_run_call(struct session *session, const struct call_routine *call, bool with_columns);

/* ---- language SQL (routine_sql.c) ---- */

void routine_sql_check(struct session *session, const struct routine *routine);
union datum routine_sql_value(struct session *session, struct func_call *call,
                              const union datum *args);
bool routine_sql_row(struct session *session, struct func_call *call, const union datum *args,
                     union datum *values, bool *nulls);
/* The bodies that the session keeps. */
void routine_sql_forget(struct session *session);
