/*
 * system_opclass.h: what pg_index needs to know of the operator classes.
 */
#pragma once

#include "type/types.h"

#define BTREE_METHOD ((oid)403)

/* The b-tree class of a column's type; OID_NONE: none is known. */
oid system_default_opclass(const struct types *types, oid type);
/* The b-tree class of this name that takes the type; OID_NONE: there is none. */
oid system_btree_opclass(const struct types *types, const char *name, oid type);
