/*
 * utility_run.h: the statements that are not queries, a function each. All raise; the transaction
 * is open and a statement has begun, and what a function changes in the catalog goes through
 * session->catalog.
 */
#pragma once

#include "session/session_int.h"

/*
 * Runs any utility statement but COPY FROM STDIN, BEGIN, COMMIT and ROLLBACK. Rows (SHOW, EXPLAIN,
 * FETCH, EXECUTE) go to the sink. Returns the command tag, in the statement's arena.
 */
const char *utility_run(struct session *session, const struct query *query,
                        const struct raw_statement *raw, const struct portal *portal);
/* True if it returns rows; then *info has their columns (in `arena`). For Describe. */
bool utility_describe(struct session *session, const struct utility *utility, struct arena *arena,
                      struct statement_info *info);

/* ---- tables and their kin (ddl_*.c) ---- */
void ddl_create_table(struct session *session, const struct create_table *create);
/* Tells the number of rows filled in; false: there is such a relation, and that is all right. */
bool ddl_create_table_as(struct session *session, const struct create_table_as *create,
                         uint64_t *row_count);
void ddl_alter_table(struct session *session, const struct alter_table *alter);
void ddl_create_index(struct session *session, const struct create_index *create);
void ddl_create_sequence(struct session *session, const struct create_sequence *create);
void ddl_alter_sequence(struct session *session, const struct alter_sequence *alter);
void ddl_create_view(struct session *session, const struct create_view *create);
void ddl_refresh_view(struct session *session, const struct refresh_view *refresh);
void ddl_reindex(struct session *session, const struct reindex *reindex);
void ddl_create_schema(struct session *session, const struct create_schema *create);
void ddl_create_composite(struct session *session, const struct create_table *create);
void ddl_create_domain(struct session *session, const struct create_domain *create);
void ddl_alter_domain(struct session *session, const struct alter_domain *alter);
void ddl_create_enum(struct session *session, const struct enum_spec *spec);
void ddl_create_range(struct session *session, const struct range_spec *spec);
void ddl_alter_enum(struct session *session, const struct alter_enum *alter);
/* The type that DROP TYPE or DOMAIN names; null, with a notice: there is none. */
const struct user_type *ddl_find_droppable(struct session *session, const struct drop *drop,
                                           const struct object_name *name);
void ddl_drop(struct session *session, const struct drop *drop);
void ddl_rename(struct session *session, const struct rename *rename);
void ddl_set_schema(struct session *session, const struct alter_object *alter);
void ddl_set_owner(struct session *session, const struct alter_object *alter);
void ddl_comment(struct session *session, const struct comment *comment);
void ddl_truncate(struct session *session, const struct truncate *truncate);

/* ---- upkeep (upkeep.c) ---- */
void upkeep_vacuum(struct session *session, const struct vacuum *vacuum);

/* ---- branches as databases (database.c) ---- */
void database_create(struct session *session, const struct create_database *create);
void database_drop(struct session *session, const struct drop_database *drop);
void database_rename(struct session *session, const char *name, const char *new_name);

/* A portal for EXECUTE, planned for its arguments; it lasts until the next one, or portal_free. */
struct portal *execute_portal(struct session *session, const struct execute *execute);

/* ---- EXPLAIN (explain_run.c): rows go to the sink ---- */
uint64_t explain_run(struct session *session, const struct explain *explain,
                     const struct portal *portal);

/* ---- COPY (copy_*.c) ---- */
/* TO STDOUT and files, FROM files: whole. Returns the row count. */
uint64_t copy_run(struct session *session, const struct copy *copy);
/* FROM STDIN: makes session->copy_in, which lives until copy_in_finish or copy_in_free. */
void copy_in_begin(struct session *session, const struct copy *copy);
void copy_in_data(struct session *session, struct slice data);
uint64_t copy_in_finish(struct session *session);
void copy_in_free(struct session *session);
/* Raises that the client has given up. */
_Noreturn void copy_in_fail(const struct session *session, const char *reason);

/* ---- rows made here ---- */

/* Sends one column of texts (SHOW, EXPLAIN) to the sink: columns first if it is a simple query. */
void send_texts(struct session *session, const char *column_name, uint32_t count,
                const char *const *texts, bool with_columns);
