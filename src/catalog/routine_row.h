/*
 * routine_row.h: routines, operators and casts to and from the bytes of their rows, in the form
 * that object.h tells.
 */
#pragma once

#include "catalog/object.h"
#include "catalog/routine.h"

void routine_write(const struct routine *routine, struct buf *to);
void operator_write(const struct user_operator *op, struct buf *to);
void cast_write(const struct user_cast *cast, struct buf *to);

/* Null for bytes that no writer here made. A routine is not derived yet. */
struct routine *routine_read(struct slice row, struct arena *arena);
struct user_operator *operator_read(struct slice row, struct arena *arena);
struct user_cast *cast_read(struct slice row, struct arena *arena);
