/*
 * enum.h: types of users that are lists of labels.
 *
 * A value is PHYS_I64: the label's place in the order, as a sortable number, in the high 32 bits,
 * the label's oid in the low ones. So values compare, hash and become keys as int8 does, without
 * the labels, and stay what they are when a label is renamed or others come between.
 */
#pragma once

#include "type/user_type.h"

/* Fills in both infos from the numbers, the name ("_name" is the array's) and the labels. */
void enum_type_init(struct user_type *type, oid number, oid array, const char *name,
                    const char *array_name);
union datum enum_datum(const struct enum_label *label);
