/*
 * cursor.h: see cursor.c.
 */
#pragma once

#include "session/session_int.h"
#include "sql/utility.h"

struct portal *cursor_get(struct session *session, const char *name); /* 34000: there is none */
void cursor_declare(struct session *session, const struct declare *declare);
/* FETCH or MOVE; its tag. */
const char *cursor_fetch(struct session *session, const struct fetch *fetch, bool with_columns);
void cursor_close(struct session *session, const char *name); /* null: all */

/* db_access's current_key. */
bool cursor_current_key(void *object, const char *cursor, oid table, uint32_t key,
                        union datum *value);
