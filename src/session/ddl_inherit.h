/*
 * ddl_inherit.h: tables that inherit from others: the links between parents and children.
 *
 * All functions raise.
 */
#pragma once

#include "session/session_int.h"

/* Locks tables that are to have a child; 42P01 if one is gone. */
void ddl_lock_parents(struct session *session, const oid *parents, uint32_t count);
/* The parent learns of a child that names it in `parents`; nothing if it knows it. After the
 * child's draft_put. */
void ddl_add_child(struct session *session, oid parent, oid child);
/* The parent, if it is there, has no such child any more. */
void ddl_forget_child(struct session *session, oid parent, oid child);
/* The tables that inherit from `table` directly, locked, in the statement's arena. */
const oid *ddl_heirs(struct session *session, const struct table *table, uint32_t *count);
/* How many of the tables are parents of `table`. */
uint16_t ddl_parents_among(const struct table *table, const oid *tables, uint32_t count);
/* The table and all that inherit from it, each once. */
const oid *ddl_descendants(struct session *session, const struct table *table, uint32_t *count);
