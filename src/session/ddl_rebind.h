/*
 * ddl_rebind.h: texts that name a relation or its columns, written anew when those get other names.
 *
 * Views, checks, generated columns and indexes keep expressions as SQL text. Before a relation or a
 * column of it is renamed, the texts that read it are bound; afterwards they are printed again,
 * with the names of then. Both raise; memory is the statement's.
 */
#pragma once

#include "session/session_int.h"

struct rebind;

/* Binds what reads the table, which is as the catalog has it. */
struct rebind *rebind_begin(struct session *session, const struct table *table);
/* The table has its new names: those who read it learn of them. */
void rebind_end(struct rebind *rebind);

/* The same for a type that is renamed or moved, or whose label is: `name` is the one it had. */
struct type_rebind *type_rebind_begin(struct session *session, const char *name);
void type_rebind_end(struct type_rebind *rebind);
