/*
 * range_scope.h: what range types of users bring to names: their constructors, and the cast of a
 * range to its multirange.
 */
#pragma once

#include "session/session_int.h"

/* The constructors of the type of this name, null-terminated in the statement's arena; null: none.
 */
const struct func_info *const *range_constructors_named(struct session *session, const char *schema,
                                                        const char *name);
/* By their numbers; null: none. */
const struct func_info *range_constructor(struct session *session, oid func);
const struct cast_info *range_cast(struct session *session, oid source, oid target);
