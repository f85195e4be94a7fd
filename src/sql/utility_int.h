/*
 * utility_int.h: what the files that bind utility statements offer each other.
 */
#pragma once

#include "sql/analysis_int.h"

/* ---- utility.c: reading the parser's option lists ---- */

/* An option's value as text; null: none was given. */
const char *def_text(struct analysis *an, const PgQuery__DefElem *def);
bool def_bool(struct analysis *an, const PgQuery__DefElem *def);
int64_t def_int(struct analysis *an, const PgQuery__DefElem *def);
struct option_list def_options(struct analysis *an, struct nodes nodes);
struct name_list names_of(struct analysis *an, struct nodes nodes);
const char *role_name(const PgQuery__RoleSpec *role);
enum object_kind object_kind_of(struct analysis *an, PgQuery__ObjectType type);
const char *object_kind_name(enum object_kind kind); /* "TABLE" */
/* A name as pg_class prints it in error messages, of a relation in the schema it goes to. */
const char *create_schema(struct analysis *an, const struct object_name *name);
/* The same for a relation of the persistence; pg_temp for temporary ones. */
const char *create_schema_for(struct analysis *an, const struct object_name *name,
                              char persistence);

/* ---- a file each ---- */

void bind_transaction(struct analysis *an, struct utility *u, const PgQuery__TransactionStmt *stmt);
void bind_set(struct analysis *an, struct utility *u, const PgQuery__VariableSetStmt *stmt);
struct set set_of(struct analysis *an, const PgQuery__VariableSetStmt *stmt);
void bind_prepare(struct analysis *an, struct utility *u, const struct raw_statement *raw,
                  const PgQuery__PrepareStmt *stmt);
void bind_execute(struct analysis *an, struct utility *u, const PgQuery__ExecuteStmt *stmt);
void bind_declare(struct analysis *an, struct utility *u, const struct raw_statement *raw,
                  const PgQuery__DeclareCursorStmt *stmt);
void bind_fetch(struct utility *u, const PgQuery__FetchStmt *stmt);
void bind_lock(struct analysis *an, struct utility *u, const PgQuery__LockStmt *stmt);
void bind_explain(struct analysis *an, struct utility *u, const struct raw_statement *raw,
                  const PgQuery__ExplainStmt *stmt);
void bind_discard(struct utility *u, const PgQuery__DiscardStmt *stmt);
void bind_set_constraints(struct analysis *an, struct utility *u,
                          const PgQuery__ConstraintsSetStmt *stmt);

void bind_vacuum(struct analysis *an, struct utility *u, const PgQuery__VacuumStmt *stmt);
void bind_reindex(struct analysis *an, struct utility *u, const PgQuery__ReindexStmt *stmt);
void bind_truncate(struct analysis *an, struct utility *u, const PgQuery__TruncateStmt *stmt);

void bind_drop(struct analysis *an, struct utility *u, const PgQuery__DropStmt *stmt);
void bind_rename(struct analysis *an, struct utility *u, const PgQuery__RenameStmt *stmt);
void bind_set_schema(struct analysis *an, struct utility *u,
                     const PgQuery__AlterObjectSchemaStmt *stmt);
void bind_owner(struct analysis *an, struct utility *u, const PgQuery__AlterOwnerStmt *stmt);
void bind_comment(struct analysis *an, struct utility *u, const PgQuery__CommentStmt *stmt);
void bind_create_schema(struct analysis *an, struct utility *u, const struct raw_statement *raw,
                        const PgQuery__CreateSchemaStmt *stmt);
void bind_create_database(struct analysis *an, struct utility *u,
                          const PgQuery__CreatedbStmt *stmt);
void bind_drop_database(struct analysis *an, struct utility *u, const PgQuery__DropdbStmt *stmt);
void bind_create_role(struct analysis *an, struct utility *u, const PgQuery__CreateRoleStmt *stmt);
void bind_alter_role(struct analysis *an, struct utility *u, const PgQuery__AlterRoleStmt *stmt);
void bind_alter_role_set(struct analysis *an, struct utility *u,
                         const PgQuery__AlterRoleSetStmt *stmt);
void bind_drop_role(struct analysis *an, struct utility *u, const PgQuery__DropRoleStmt *stmt);
void bind_grant(struct analysis *an, struct utility *u, const PgQuery__GrantStmt *stmt);
void bind_grant_role(struct analysis *an, struct utility *u, const PgQuery__GrantRoleStmt *stmt);

void bind_create_routine(struct analysis *an, struct utility *u, const struct raw_statement *raw,
                         const PgQuery__CreateFunctionStmt *stmt);
void bind_alter_routine(struct analysis *an, struct utility *u,
                        const PgQuery__AlterFunctionStmt *stmt);
void bind_call_statement(struct analysis *an, struct utility *u, const PgQuery__CallStmt *stmt);
/* DROP of what no database has (utility_absent.c); false: of another kind. */
bool bind_drop_absent(struct analysis *an, struct utility *u, const PgQuery__DropStmt *stmt);
/* CREATE AGGREGATE, OPERATOR, ...; false: of another kind. */
bool bind_define(struct analysis *an, struct utility *u, const PgQuery__DefineStmt *stmt);
void bind_alter_operator(struct analysis *an, struct utility *u,
                         const PgQuery__AlterOperatorStmt *stmt);
void bind_create_cast(struct analysis *an, struct utility *u, const PgQuery__CreateCastStmt *stmt);
/* DROP CAST, COMMENT ON CAST: the pair of types that a node names. */
void bind_drop_cast(struct analysis *an, struct utility *u, const PgQuery__DropStmt *stmt);
void bind_comment_cast(struct analysis *an, struct utility *u, const PgQuery__CommentStmt *stmt);
/* The arguments of a new routine, from struct FunctionParameters. */
struct create_routine;
void bind_routine_args(struct analysis *an, struct create_routine *create, struct nodes parameters);
/* An object named with the types of its arguments. may_miss: a type that is not there is noted. */
struct object_item routine_item(struct analysis *an, const PgQuery__ObjectWithArgs *node,
                                bool may_miss);

void bind_copy(struct analysis *an, struct utility *u, const PgQuery__CopyStmt *stmt);

void bind_create_table(struct analysis *an, struct utility *u, const PgQuery__CreateStmt *stmt);
void bind_create_table_as(struct analysis *an, struct utility *u, const struct raw_statement *raw,
                          const PgQuery__CreateTableAsStmt *stmt);
void bind_select_into(struct analysis *an, struct utility *u, const PgQuery__SelectStmt *stmt);
/* The relation of a composite type; 42809 for any other type. */
const struct table *composite_table(struct analysis *an, const PgQuery__TypeName *name, oid *type);
void bind_create_view(struct analysis *an, struct utility *u, const PgQuery__ViewStmt *stmt);
void bind_create_composite(struct analysis *an, struct utility *u,
                           const PgQuery__CompositeTypeStmt *stmt);
void bind_create_range(struct analysis *an, struct utility *u,
                       const PgQuery__CreateRangeStmt *stmt);
void bind_create_domain(struct analysis *an, struct utility *u,
                        const PgQuery__CreateDomainStmt *stmt);
void bind_alter_domain(struct analysis *an, struct utility *u,
                       const PgQuery__AlterDomainStmt *stmt);
void bind_create_enum(struct analysis *an, struct utility *u, const PgQuery__CreateEnumStmt *stmt);
void bind_alter_enum(struct analysis *an, struct utility *u, const PgQuery__AlterEnumStmt *stmt);
void bind_create_sequence(struct analysis *an, struct utility *u,
                          const PgQuery__CreateSeqStmt *stmt);
void bind_alter_sequence(struct analysis *an, struct utility *u, const PgQuery__AlterSeqStmt *stmt);
void bind_sequence_options(struct analysis *an, struct nodes nodes, bool is_identity,
                           struct sequence_options *options);
void bind_create_index(struct analysis *an, struct utility *u, const PgQuery__IndexStmt *stmt);
void bind_alter_table(struct analysis *an, struct utility *u, const PgQuery__AlterTableStmt *stmt);

/* ---- tables in making (utility_column.c, utility_constraint.c) ---- */

/*
 * A table as CREATE or ALTER TABLE is about to make it: what expressions are bound to. Columns
 * that are to be are added to `columns` before the expressions over them are bound.
 */
struct sketch {
    struct analysis *an;
    struct object_name name;
    const char *schema;
    const struct table *before; /* ALTER TABLE: the table as it is; null for CREATE */
    struct list columns;        /* struct column_def, all of them in order */
    struct list specs;          /* struct column_spec: new ones */
    struct list constraints;    /* struct constraint_spec: new ones */
    struct list indexes;        /* struct create_index: LIKE's */
    struct list taken;          /* char: relation names that this statement will take */
    struct list parents;        /* struct table: that the new table inherits from */
    struct list notices;        /* struct merge_notice */
    uint32_t own_count;         /* columns written, or LIKE's, so far */
    bool has_primary;
    char persistence;
};

/* The table as sketched so far, for binding. */
const struct table *sketch_table(struct sketch *sketch);
struct column_spec *sketch_column(struct sketch *sketch, const PgQuery__ColumnDef *def);
/* The constraints written with a column; after sketch_column. */
void sketch_column_constraints(struct sketch *sketch, const PgQuery__ColumnDef *def,
                               struct column_spec *spec);
/* Returns the column: `spec`, or the inherited one that it was merged into. */
struct column_spec *sketch_add(struct sketch *sketch, struct column_spec *spec);
struct column_spec *sketch_spec(struct sketch *sketch, const char *name);
/* The inherited column that PARTITION OF writes options for; 42703 (utility_partition.c). */
struct column_spec *sketch_partition_column(struct sketch *sketch, const PgQuery__ColumnDef *def);
struct partition_spec *bind_partition_by(struct sketch *sketch, const PgQuery__PartitionSpec *node);
/* `parent` is partitioned. */
struct bound_spec *bind_partition_bound(struct analysis *an, const struct table *parent,
                                        const PgQuery__PartitionBoundSpec *node);
struct constraint_spec *sketch_constraint(struct sketch *sketch, const PgQuery__Constraint *node,
                                          const char *column);
/* The names of some columns. */
struct name_list attr_names(struct analysis *an, const struct table *table, const attr_no *attrs,
                            uint32_t count);
/* Names for constraints that were given none; marks primary key columns not null. */
void sketch_finish(struct sketch *sketch);
struct stored_expr sketch_expr(struct sketch *sketch, const PgQuery__Node *node,
                               enum clause clause);
struct stored_expr sketch_default(struct sketch *sketch, const PgQuery__Node *node,
                                  const struct column_spec *spec, bool is_generated);
bool expr_is_immutable(const struct analysis *an, const struct expr *e);

/* ---- inheritance (utility_inherit.c) ---- */

/* INHERITS (...): before all columns of the table's own. */
void sketch_parents(struct sketch *sketch, struct nodes nodes);
/* The columns and checks of one parent. */
void sketch_take_parent(struct sketch *sketch, const struct table *parent);
/* Merges a column of the table's own into the inherited one of its name; null: there is none. */
struct column_spec *sketch_merge(struct sketch *sketch, struct column_spec *own);
/* The column was given a default, or kin, of its own. */
void sketch_own_value(struct sketch *sketch, struct column_spec *spec, bool is_generated,
                      bool is_identity);
/* True if the check is one that was inherited: it is not to be made. */
bool sketch_merge_check(struct sketch *sketch, const struct constraint_spec *spec);
/* Refuses parents' defaults that disagree. */
void sketch_check_defaults(struct sketch *sketch);

/* a_b_label, a and b cut so that it fits a name; b and label may be null. */
const char *compose_name(struct analysis *an, const char *a, const char *b, const char *label);
/* `name`, cut and numbered so that no relation of the schema has it: base_column_label. */
const char *choose_relation_name(struct analysis *an, const char *schema, struct list *taken,
                                 const char *base, const char *column, const char *label);
