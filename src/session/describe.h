/*
 * describe.h: what db_access (type/access.h) says of objects beside their definitions. `object` is
 * the session.
 */
#pragma once

#include "session/session_int.h"

char describe_relation_kind(void *object, oid relation);
uint32_t describe_updatable(void *object, oid relation, int attr);
bool describe_has_column(void *object, oid relation, const char *name, int attr);
/* In `arena`; null: no such object. */
const char *describe_object(void *object, oid class_oid, oid object_oid, int sub,
                            struct arena *arena);
oid describe_database_named(void *object, const char *name);
bool describe_has_database(void *object, oid database);
int64_t describe_database_bytes(void *object, oid database);
bool describe_sequence_value(void *object, oid sequence, int64_t *value);
