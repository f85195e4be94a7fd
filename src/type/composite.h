/*
 * composite.h: row types of relations: records whose columns are known beforehand.
 *
 * A value is a record (record.h) of the type's number, without names. It has a column for each of
 * the relation that there were when it was made, those dropped by then being nulls without a type:
 * columns added since are missing at its end and count as null.
 */
#pragma once

#include "type/record.h"
#include "type/user_type.h"

/* Fills in all but owner, schema and comment. The shape's types are OID_NONE where dropped. */
void composite_type_init(struct user_type *type, oid number, oid array, const char *name,
                         const char *array_name, oid relation, const struct record_shape *shape);

/*
 * The value, of a composite type or of one that holds such, at any depth, with the columns that its
 * type has now: dropped ones are null, later ones are there. Others are given back as they are.
 */
union datum composite_refresh(const struct type_env *env, struct arena *arena, oid type,
                              union datum value);

/* The columns of a composite type; null: it is none. Follows domains to what they are over. */
const struct record_shape *composite_shape(const struct type_env *env, oid type);
