/*
 * range_user.h: range types of users and their multiranges.
 */
#pragma once

#include "type/user_type.h"

/*
 * Fills in the infos and constructors of a range (kind r) or a multirange (kind m) from
 * type->range, whose type, range_array and constructor_oids are given. What it makes is in `arena`.
 * `align` is the subtype's.
 */
void range_type_init(struct user_type *type, char kind, oid array, const char *name,
                     const char *array_name, char align, struct arena *arena);

/* How many constructors the kind has. */
uint32_t range_constructor_count(char kind);
