/*
 * constraints.h: constraints whose checks can be put off: SET CONSTRAINTS, and the end of the
 * transaction. All raise.
 */
#pragma once

#include "session/session_int.h"

void constraints_set(struct session *session, const struct set_constraints *set);
/* Checks what is due: at a commit all that was put off. */
void constraints_check(struct session *session, bool is_commit);
/* Refuses to change a table (55006) while checks of its keys wait. */
void constraints_refuse_pending(struct session *session, const struct table *table,
                                const char *what);
