/*
 * session_set.h: SET and SHOW as a session does them.
 */
#pragma once

#include "session/session_int.h"

/* Checks, sets and makes effective; value null: RESET. Raises with nothing changed. */
void session_set(struct session *session, const char *name, const char *value,
                 enum setting_source source, bool is_local);
/* The value as SHOW prints it; null: no such setting. */
const char *session_show(struct session *session, const char *name, struct arena *arena);
