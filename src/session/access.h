/*
 * access.h: fills session->access: what functions like nextval and current_setting ask the session
 * for.
 */
#pragma once

#include "session/session_int.h"

void session_access_init(struct session *session);
/* Splits `schema.name` or `name`, quoted parts and all, in the statement's arena. Raises. */
struct object_name session_split_name(struct session *session, const char *text);

/* ---- partitions (partition_access.c); as struct db_access says ---- */

const char *access_partition_text(void *object, oid relation, enum partition_text what,
                                  struct arena *arena);
struct partition_place *access_partition_places(void *object, oid relation, bool is_upwards,
                                                struct arena *arena, uint32_t *count);
const oid *access_hash_key(void *object, oid relation, int32_t modulus, struct arena *arena,
                           uint32_t *count);
