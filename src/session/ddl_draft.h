/*
 * ddl_draft.h: a table's definition being changed: a copy that may be written to, put into the
 * catalog when it is whole.
 *
 * Drafts live in the statement's arena. All functions raise.
 */
#pragma once

#include "session/session_int.h"

struct draft {
    struct session *session;
    const struct table *old; /* null: a new table */
    struct table table;      /* column_count and kin count what stands in the arrays below */
    struct column_def *columns;
    struct index_def **indexes;
    struct constraint_def *constraints;
    uint32_t column_room, index_room, constraint_room;
};

void draft_new(struct draft *draft, struct session *session, const struct schema_def *schema,
               const char *name, char persistence);
void draft_of(struct draft *draft, struct session *session, const struct table *table);
struct column_def *draft_add_column(struct draft *draft);
struct index_def *draft_add_index(struct draft *draft);
struct constraint_def *draft_add_constraint(struct draft *draft);
void draft_remove_index(struct draft *draft, oid index);
void draft_remove_constraint(struct draft *draft, oid constraint);
/* The column of the name, not dropped; null: none. */
struct column_def *draft_column(struct draft *draft, const char *name);
struct column_def *draft_get_column(struct draft *draft, const char *name); /* 42703 */
struct constraint_def *draft_constraint(struct draft *draft, const char *name);
/* Puts the draft into the catalog and gives the table as it is now. */
const struct table *draft_put(struct draft *draft);

/*
 * Locks the table, and lets the statement see all that others have committed to it before. Returns
 * the table as it is now; 42P01 if it is gone.
 */
const struct table *ddl_lock_table(struct session *session, const struct table *table,
                                   enum table_lock mode);
/* A new tree, made, for a relation of the schema. */
tree_no ddl_new_tree(struct session *session, oid schema);
/* The column as written, with its sequence (serial, identity) made. */
void draft_take_column(struct draft *draft, const struct column_spec *spec);
/* PRIMARY KEY, UNIQUE, CHECK, FOREIGN KEY as written. The index of a UNIQUE is empty; a PRIMARY
 * KEY's is the table's own tree. */
struct constraint_def *draft_take_constraint(struct draft *draft,
                                             const struct constraint_spec *spec);
/* Foreign keys: the referenced tables learn of the draft's table. After draft_put. */
void draft_link_foreign(struct draft *draft);

/* The tables' dependencies as its definition has them, forgotten and written anew. */
void ddl_write_dependencies(struct session *session, const struct table *table);

/* Puts the draft with new trees and moves the rows of `old`, its table as it was, there: for new
 * keys and indexes. 23505 where they cannot be. */
void ddl_rebuild(struct session *session, const struct table *old, struct draft *draft);
/* Puts the draft, to which `index` was added, and builds that from the table's rows; 23505. */
void ddl_build_index(struct session *session, struct draft *draft, struct index_def *index);
/* Drops what needs `ref` (not ref itself); 2BP01 without CASCADE. */
void ddl_drop_dependents(struct session *session, struct object_ref ref, bool is_cascade,
                         const char *what);
/* The draft's own copy of the expressions of its partition key, null for plain columns; null: the
 * table is not partitioned. */
const char **draft_partition_texts(struct draft *draft);
/* Drops a column of a table or composite type, which nothing needs any more. */
void ddl_drop_column(struct session *session, oid table, attr_no attr);
/* Drops the relation with all that needs it, and tells nothing. */
void ddl_drop_quietly(struct session *session, const struct table *table);
/* The view needs every relation that its query names, and every type of users, at any depth. */
void ddl_depend_on_query(struct session *session, struct object_ref view,
                         const struct query *query);
/* The new, empty table becomes a materialised view, filled or not. Returns its rows. */
uint64_t ddl_become_matview(struct session *session, const struct table *table,
                            const struct create_table_as *create);
/* The same if no foreign key of `referencing` is left that points to it. */
void ddl_forget_foreign(struct session *session, oid target, oid referencing);
/* The table `target` is not referred to by `referencing` any more. */
void ddl_forget_referencing(struct session *session, oid target, oid referencing);
/* True if the query gives a row. */
bool ddl_finds_row(struct session *session, const char *sql);
/* Raise (23502, 23514, 23503) if a row of the table itself is against it. */
void ddl_validate_not_null(struct session *session, const struct table *table, const char *column);
void ddl_validate_check(struct session *session, const struct table *table,
                        const struct constraint_def *constraint);
void ddl_validate_foreign(struct session *session, const struct table *table,
                          const struct constraint_def *constraint);
/* The draft's table has what the parent has, and takes it as inherited; 42804 if it has not. */
void ddl_take_inherited(struct draft *draft, const struct table *parent);
/* The draft's table inherits from the parent no more; draft_put, then ddl_forget_child. */
void ddl_leave_parent(struct draft *draft, const struct table *parent);
