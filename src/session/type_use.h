/*
 * type_use.h: what has a type of users: columns, attributes of composite types, domains and ranges
 * over it, tables of it.
 */
#pragma once

#include "session/session_int.h"

/*
 * All that is made of the type or of arrays of it, in the statement's arena: columns of stored
 * tables and composite types, {CLASS_TYPE} for domains and ranges, a whole {CLASS_RELATION} for
 * typed tables.
 * Views are not among them: they have dependencies.
 */
struct object_ref *type_uses(struct session *session, const struct user_type *type,
                             uint32_t *count);

/*
 * A stored column whose values are of the type or hold values of it, at any depth, and its table;
 * null: there is none.
 */
const struct column_def *type_stored_use(struct session *session, const struct user_type *type,
                                         const struct table **owner);

/* A column of the row type was dropped: stored values of it, also within others, lose it. */
void type_refresh_stored(struct session *session, oid type);

/*
 * Refuses to change the row type of the relation if values of it are stored somewhere, also within
 * other types: "cannot alter table ..." (0A000).
 */
void type_refuse_stored(struct session *session, const struct table *table);
