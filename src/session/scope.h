/*
 * scope.h: names as the session's search_path resolves them. All functions raise; what they hand
 * out lives as long as the session's catalog.
 */
#pragma once

#include "sql/scope.h"
#include "sql/utility.h"

struct session;

/* Fills session->scope; it reads session->catalog as it is at each call. */
void session_scope_init(struct session *session);
/* To be called after a setting that analysis depends on has changed. */
void session_path_changed(struct session *session);
/* The next name of a comma-separated list of identifiers; false at the end. */
bool name_list_next(const char **at, struct arena *arena, const char **name);

/* The schema of the name, pg_temp being the session's own; null: there is none. */
const struct schema_def *session_find_schema(struct session *session, const char *name);
/* The schemas to search, in order, OID_NONE-terminated, in the statement's arena. */
const oid *session_search_path(struct session *session);
/* A user's type by its name or its array's, along search_path if schema is null; null: none. */
const struct user_type *scope_user_type(struct session *session, const char *schema,
                                        const char *name);
/* Any relation; 42P01 if there is none. */
const struct table *session_find_table(struct session *session, const struct object_name *name);
/* Where an object of this name is to be made; 3F000, 42501. */
const struct schema_def *session_target_schema(struct session *session,
                                               const struct object_name *name);
