/*
 * reg.h: what the types of object identifiers share: an oid's bytes, order and hash.
 */
#pragma once

#include "type/types.h"

union datum oid_recv(struct type_call *call, struct slice bytes);
void oid_send(struct type_call *call, union datum value, struct buf *to);
int oid_compare(union datum a, union datum b);
uint64_t oid_hash(union datum value);
bool oid_key_put(union datum value, struct buf *to);
bool oid_key_get(const uint8_t **at, const uint8_t *end, struct arena *arena, union datum *value);
