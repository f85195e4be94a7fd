/*
 * ddl_alter.h: the subcommands of ALTER TABLE, a function each; all raise.
 *
 * A subcommand is done to the table that the statement names, then, unless ONLY was written, to the
 * tables that inherit from it: there it finds `is_heir` set.
 */
#pragma once

#include "session/session_int.h"

struct alter_step {
    struct session *session;
    const struct alter_command *command;
    bool is_only; /* tables that inherit are left as they are */
    bool is_heir; /* the table was come to by way of a parent */
};

/* The step for tables that inherit. */
static inline struct alter_step
alter_heir_step(const struct alter_step *step)
{
    struct alter_step heir = *step;
    heir.is_heir = true;
    return heir;
}

/* ---- columns (ddl_alter_column.c, ddl_alter_drop.c, ddl_alter_type.c) ---- */

void alter_add_column(const struct alter_step *step, const struct table *table);
/* SET and DROP of DEFAULT, NOT NULL, IDENTITY, EXPRESSION. */
void alter_column(const struct alter_step *step, const struct table *table);
/* SET STATISTICS, STORAGE, COMPRESSION. */
void alter_column_property(const struct alter_step *step, const struct table *table);
void alter_drop_column(const struct alter_step *step, const struct table *table);
void alter_column_type(const struct alter_step *step, const struct table *table);

/* ---- constraints (ddl_alter_constraint.c) ---- */

void alter_add_constraint(const struct alter_step *step, const struct table *table);
void alter_constraint(const struct alter_step *step, const struct table *table);
void alter_validate_constraint(const struct alter_step *step, const struct table *table);
void alter_drop_constraint(const struct alter_step *step, const struct table *table);

/* ---- inheritance (ddl_inherit.c) ---- */

void alter_inherit(const struct alter_step *step, const struct table *table);
void alter_no_inherit(const struct alter_step *step, const struct table *table);

/* ---- what a definition reads (ddl_alter_drop.c) ---- */

/* Whether an expression kept with the table reads its column; null: no. */
bool alter_text_reads(struct session *session, const struct table *table, const char *sql,
                      attr_no attr);
bool alter_index_reads(struct session *session, const struct table *table,
                       const struct index_def *index, attr_no attr);
bool alter_check_reads(struct session *session, const struct table *table,
                       const struct constraint_def *constraint, attr_no attr);
/* The views that read the column, in the statement's arena. */
const struct table **alter_views_of(struct session *session, const struct table *table,
                                    attr_no attr, uint32_t *count);
