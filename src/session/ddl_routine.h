/*
 * ddl_routine.h: functions, procedures, aggregates, operators and casts made, changed, dropped.
 * All raise.
 */
#pragma once

#include "session/session_int.h"
#include "sql/routine.h"

#define CLASS_OPERATOR 2617
#define CLASS_CAST 2605

void ddl_create_routine(struct session *session, const struct create_routine *create,
                        const struct raw_statement *raw);
void ddl_alter_routine(struct session *session, const struct alter_routine *alter);

/* True for kinds of objects that the functions below know. */
bool ddl_is_routine_kind(enum object_kind object);
/*
 * The routine that a statement names. Null: there is none, and may_miss said that this is told
 * by a notice. 42883, 42725, 42809. A built-in one is refused.
 */
const struct routine *ddl_find_routine(struct session *session, enum object_kind object,
                                       const struct object_item *item, bool may_miss);
void ddl_rename_routine(struct session *session, const struct rename *rename);
void ddl_set_routine_schema(struct session *session, const struct alter_object *alter);
void ddl_comment_routine(struct session *session, const struct comment *comment);
/* Dropped, with what it depends on forgotten. */
void ddl_remove_routine(struct session *session, oid routine);

/* f(integer,text), with its schema where search_path does not find it. In `arena`. */
const char *routine_text(struct session *session, const struct routine *routine,
                         struct arena *arena);
/* "function f(integer)", as PostgreSQL calls routines of every kind. */
const char *routine_kind_text(struct session *session, const struct routine *routine,
                              struct arena *arena);

/* ---- operators and casts (ddl_operator.c) ---- */

void ddl_create_operator(struct session *session, const struct create_operator *create);
void ddl_alter_operator(struct session *session, const struct alter_operator *alter);
/* As ddl_find_routine. */
const struct user_operator *ddl_find_operator(struct session *session,
                                              const struct object_item *item, bool may_miss);
void ddl_set_operator_schema(struct session *session, const struct alter_object *alter);
void ddl_comment_operator(struct session *session, const struct comment *comment);
void ddl_remove_operator(struct session *session, oid number);
/* "operator +(integer,integer)", "cast from integer to text"; in the statement's arena. */
const char *operator_text(struct session *session, const struct user_operator *op);
const char *cast_text(struct session *session, const struct cast_info *cast);
void ddl_create_cast(struct session *session, const struct cast_statement *statement);
void ddl_drop_cast(struct session *session, const struct cast_statement *statement);
void ddl_comment_cast(struct session *session, const struct cast_statement *statement);
void ddl_remove_cast(struct session *session, oid number);
const struct user_cast *ddl_cast_numbered(struct session *session, oid number); /* or null */

/* ---- dependencies (routine_depend.c) ---- */

/* `object` needs the users' functions and operators that a node of the expression calls. */
void routine_depend_on_node(struct session *session, struct object_ref object,
                            const struct expr *e);
/* The same for the whole expression. */
void routine_depend_on_expr(struct session *session, struct object_ref object,
                            const struct expr *e);
/*
 * What calls the function or operator `on` in stored expressions of tables: defaults and generated
 * columns (CLASS_ATTRDEF: the table, sub its column), checks, indexes. In the statement's arena.
 */
struct dependency *routine_stored_uses(struct session *session, struct object_ref on,
                                       uint32_t *count);
