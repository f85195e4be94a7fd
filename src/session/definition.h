/*
 * definition.h: stored objects written out as SQL, as pg_get_indexdef and its kin print them.
 * `object` is the session; texts live in `arena`; null: no such object. All raise.
 */
#pragma once

#include "session/session_int.h"

/* An identifier, quoted where it must be. */
const char *definition_name(const char *name, struct arena *arena);
/* The same for a list such as search_path: '$user' keeps its quotes. */
const char *definition_name_in_list(const char *name, struct arena *arena);
/* A relation's name, with its schema. */
const char *definition_qualified_name(const struct table *table, struct arena *arena);
/* A relation's name, with its schema where search_path does not find it. */
const char *definition_relation_name(struct session *session, const struct table *table,
                                     struct arena *arena);

const char *definition_index(void *object, oid index, int column, bool is_pretty,
                             struct arena *arena);
const char *definition_constraint(void *object, oid constraint, bool is_pretty,
                                  struct arena *arena);
const char *definition_view(void *object, oid view, bool is_pretty, struct arena *arena);
const char *definition_expr(void *object, const char *sql, oid relation, bool is_pretty,
                            struct arena *arena);
const char *definition_comment(void *object, oid object_oid, oid class_oid, int sub,
                               struct arena *arena);
const char *definition_serial_sequence(void *object, const char *table, const char *column,
                                       struct arena *arena);
/* Bytes of the relation's trees; 0: no such relation. */
int64_t definition_relation_bytes(void *object, oid relation, bool with_indexes);
