/*
 * ddl_type.h: what the statements about types of users share.
 */
#pragma once

#include "session/session_int.h"

_Noreturn void ddl_fail_no_type(const struct object_name *name); /* 42704 */
/* Whether a type or a relation of the schema has the name. */
bool ddl_type_exists(struct session *session, oid schema, const char *name);
/* A free name for arrays of the type: cut to what names may have, underscores before it. */
const char *ddl_array_name(struct session *session, oid schema, const char *name);

/* RENAME TO, SET SCHEMA, OWNER TO and COMMENT ON of types and domains. */
void ddl_rename_type(struct session *session, const struct rename *rename);
void ddl_set_type_schema(struct session *session, const struct alter_object *alter);
void ddl_set_type_owner(struct session *session, const struct alter_object *alter);
void ddl_rename_domain_constraint(struct session *session, const struct rename *rename);
void ddl_comment_type(struct session *session, const struct comment *comment);
