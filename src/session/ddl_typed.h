/*
 * ddl_typed.h: typed tables, whose columns are those of a composite type, and change with it alone.
 */
#pragma once

#include "session/ddl_alter.h"

/* The typed tables of a composite type, given its relation; in the statement's arena. */
const struct table **typed_tables(struct session *session, const struct table *row,
                                  uint32_t *count);
/* 2BP01 if there are typed tables, and CASCADE was not written. */
void typed_require_cascade(const struct table *row, uint32_t typed_count, bool is_cascade);
/* Refuses to do to a typed table what its type decides. */
void typed_refuse(const struct table *table, enum alter_kind kind);
/* A subcommand of ALTER TYPE is about to be done to `row`: `run` does it to the typed tables. */
void typed_follow(const struct alter_step *step, const struct table *row,
                  void (*run)(const struct alter_step *step, const struct table *table));

/* ALTER TABLE ... OF, NOT OF. */
void alter_of(const struct alter_step *step, const struct table *table);
void alter_not_of(const struct alter_step *step, const struct table *table);
