/*
 * plan.h: the physical plan: what the executor runs.
 *
 * A plan is a tree of nodes made by plan_query in one arena, immutable afterwards; any number of
 * executions, in any threads, may run it at once with parameters of their own. It points into the
 * query that it was made from and into the catalog snapshot that the query was analysed with: who
 * keeps a plan keeps these.
 *
 * Expressions in a node read the node's input: EXPR_COLUMN with range 0, levels_up 0 and `number`
 * = 1 + the place of the column in the input. The input of a join's conditions is the columns of
 * its left child, then those of its right child. `filter` of every node reads the node's own
 * output.
 *
 *   N1  A node puts out columns [0..column_count), of the physical kinds in `columns`
 *   N2  PARAM_EXEC slots below exec_param_count: set by a nested-loop join (for its right side), by
 *       a subplan call (for the subplan), or computed once on first use (init plans)
 *   N3  ids are 0..node_count-1, each once; a child's id is above its parent's
 */
#pragma once

#include "catalog/table.h"
#include "sql/expr.h"
#include <stdint.h>

struct row_format;
struct partition_map; /* catalog/partition.h */
struct plan_prune;    /* plan/prune.h */

enum plan_kind {
    PLAN_RESULT,        /* one row of no columns (or the child's rows) if `condition` holds */
    PLAN_VALUES,        /* rows of expressions */
    PLAN_SEQ_SCAN,      /* all rows of a table */
    PLAN_INDEX_SCAN,    /* rows of key ranges of the primary tree or of an index */
    PLAN_UNION_SCAN,    /* rows that any of several indexes' ranges has */
    PLAN_FUNCTION_SCAN, /* rows of set-returning functions */
    PLAN_VIRTUAL_SCAN,  /* rows of a catalog table */
    PLAN_CTE_SCAN,      /* rows of a common table expression, computed once */
    PLAN_WORK_SCAN,     /* the working table of the recursive union around it */
    PLAN_PROJECT,       /* expressions over the child's rows */
    PLAN_PROJECT_SET,   /* ... where some return sets */
    PLAN_MATERIAL,      /* the child's rows, kept for rescans */
    PLAN_NEST_LOOP,
    PLAN_HASH_JOIN,
    PLAN_MERGE_JOIN,
    PLAN_AGGREGATE,
    PLAN_WINDOW,
    PLAN_SORT, /* with a limit: top-N */
    PLAN_LIMIT,
    PLAN_UNIQUE, /* the first of each run of rows with equal keys */
    PLAN_APPEND, /* one child after the other, or merged: UNION ALL, trees of tables */
    PLAN_SETOP,  /* INTERSECT, EXCEPT, by hash */
    PLAN_RECURSIVE_UNION,
    PLAN_GATHER, /* the child's rows, by several threads, in any order */
    PLAN_LOCK_ROWS,
    PLAN_INSERT,
    PLAN_UPDATE,
    PLAN_DELETE,
    PLAN_MERGE,
    PLAN_KIND_COUNT
};

struct plan_column {
    oid type;
    int32_t typmod;
    oid collation;
    enum phys phys;
    const char *name; /* for EXPLAIN VERBOSE; may be null */
};

struct plan_list {
    uint32_t count;
    struct expr **exprs;
};

#define ROWS_UNBOUNDED UINT64_MAX

/*
 * Threads help a node to take in its child's rows (parallel.c): an aggregate's or a sort's left
 * child, a hash join's right one, a gather's. Each runs the nodes from the child down to `source`,
 * left children all the way, in an execution of its own, over a share of the source's rows.
 */
struct plan_parallel {
    uint32_t worker_count; /* beside the session's own thread */
    uint32_t source;       /* id: a sequential scan, which is cut into ranges of keys; or */
    bool is_by_rows;       /* any node of few rows, which are kept and handed out in runs */
    uint32_t init_count;   /* exec params of init plans that are read: computed before */
    const uint32_t *inits;
};

struct plan_node {
    enum plan_kind kind;
    uint32_t id;
    uint32_t column_count;
    struct plan_column *columns;
    struct plan_list filter; /* conjuncts over the output; count 0: none */
    uint64_t row_bound;      /* never more rows than this before the filter; ROWS_UNBOUNDED */
    double startup_cost, total_cost, rows;
    uint32_t width;
    struct plan_node *left, *right; /* null: none */
    /* What the rows of the node and all below it depend on: exec params by number, then (from
     * exec_param_count on) work tables. */
    uint32_t depend_count;
    const uint32_t *depends;
    const char *relation_name; /* EXPLAIN: "Parent Relationship"; may be null */
    uint32_t subplan_count;    /* EXPLAIN: subplans first used here */
    const uint32_t *subplans;
    const struct plan_parallel *parallel; /* null: the session's thread does all */
    bool is_shared;                       /* it is the source of a plan_parallel */
};

/* How rows are ordered, or told apart: a column of the input. */
struct plan_key {
    uint32_t column; /* 0-based */
    const struct operator_info *less, *equal;
    const struct type_info *type;
    oid collation;
    bool is_descending, nulls_first;
};

struct plan_result {
    struct plan_node node;
    struct plan_list condition; /* conjuncts without columns: the one-time filter */
};

struct plan_values {
    struct plan_node node;
    uint32_t row_count;
    struct expr ***rows; /* [row_count][column_count] */
};

struct plan_project {
    struct plan_node node;
    struct expr **exprs; /* [column_count] */
};

/* What a scan puts out beside a table's columns (numbers 1, 2, ... as attr_no). */
enum scan_read {
    READ_WHOLE_ROW = 0,   /* a record of all columns */
    READ_TABLE_OID = -6,  /* as SYSTEM_TABLEOID */
    READ_CTID = -1,       /* text form of a row's place: always (0,0) but unique in no way */
    READ_XMIN = -2,       /* 0 */
    READ_ROW_KEY = -7,    /* bytea: the key under which the row is stored */
    READ_ROW_ID = 0x7fff, /* int8: the hidden row id of a table without a primary key */
};

struct plan_scan {
    struct plan_node node;
    const struct table *table;
    const struct row_format *format; /* catalog_row_format's */
    const char *alias;
    attr_no *reads; /* [column_count]: a column, or enum scan_read */
    /* TABLESAMPLE, a sequential scan's: float4 and (null: none given) float8, without columns. */
    struct expr *sample_percent, *sample_seed;
    bool is_system_sample;
    struct plan_list
        quals; /* all conditions on this table, over the output: EXPLAIN and statistics */
};

/*
 * One condition on an index's key column: key op value. Equalities on a prefix of the index's
 * columns, then at most one column with other operators; then only IS NOT NULL.
 */
enum bound_kind {
    BOUND_OP,       /* op: the value, never null here */
    BOUND_ANY,      /* op is BTREE_EQ: the elements of an array */
    BOUND_NULL,     /* IS NULL */
    BOUND_NOT_NULL, /* IS NOT NULL */
    BOUND_ITEM,     /* what an index by items answers: item_op, whose left side is the column */
};

struct plan_bound {
    enum bound_kind kind;
    enum btree_op op;
    uint16_t key;       /* place in the index's keys */
    struct expr *value; /* no columns; of the key's type, or another integer type */
    oid item_op;        /* BOUND_ITEM */
};

/* If the index goes by items, bounds are BOUND_ITEM, and all conditions are in the filter too. */
struct plan_index_scan {
    struct plan_scan scan;
    const struct index_def *index; /* a primary key's, or a secondary index */
    bool is_backward;
    bool is_index_only; /* every column read is in the index's entries */
    uint32_t bound_count;
    struct plan_bound *bounds;
    struct plan_list conditions; /* the same over the index's table, for EXPLAIN */
};

struct plan_index_arm {
    const struct index_def *index;
    uint32_t bound_count;
    struct plan_bound *bounds;
    struct plan_list conditions; /* over the table, for EXPLAIN */
};

/* Each row once, in the order of primary keys. All conditions are in the node's filter too. */
struct plan_union_scan {
    struct plan_scan scan;
    uint32_t arm_count;
    struct plan_index_arm *arms;
};

struct plan_function {
    struct expr *call;     /* no columns, but EXEC params */
    uint32_t first_column; /* of the output */
    uint32_t column_count;
    bool is_record;
};

struct plan_function_scan {
    struct plan_node node;
    const char *alias;
    uint32_t function_count;
    struct plan_function *functions;
    bool has_ordinality;
};

struct plan_virtual_scan {
    struct plan_node node;
    const struct table *table;
    const char *alias;
    attr_no *reads;
};

struct plan_cte_scan {
    struct plan_node node;
    const char *name, *alias;
    uint32_t cte;      /* index into plan.ctes; WORK_SCAN: the recursive union's work table */
    uint32_t *columns; /* [column_count]: which of the CTE's */
};

/* ---- joins ---- */

enum plan_join {
    PLAN_JOIN_INNER,
    PLAN_JOIN_LEFT,
    PLAN_JOIN_RIGHT, /* hash joins only */
    PLAN_JOIN_FULL,  /* hash joins only */
    PLAN_JOIN_SEMI,
    PLAN_JOIN_ANTI
};

struct plan_param_set {
    uint32_t param;  /* PARAM_EXEC slot */
    uint32_t column; /* of the left child, 0-based */
};

struct plan_join_node {
    struct plan_node node;
    enum plan_join join;
    uint32_t *outputs;          /* [column_count]: places in left ++ right */
    struct plan_list condition; /* conjuncts over left ++ right, beyond the keys */
    /* Nested loop: */
    uint32_t param_count;
    struct plan_param_set *params;
    bool is_inner_unique; /* at most one match a left row: stop at the first */
    /* Hash and merge join: */
    uint32_t key_count;
    struct expr **left_keys, **right_keys; /* each over its child's columns */
    const struct operator_info **equal;
    const struct operator_info **less; /* merge */
    oid *collations;
    bool is_null_aware; /* ANTI for NOT IN: a null key on the right matches all, on the left none */
};

/* ---- aggregation ---- */

enum plan_group { GROUP_PLAIN, GROUP_HASH, GROUP_SORTED };

struct plan_aggregate_call {
    const struct expr *expr; /* EXPR_AGGREGATE as planned, for EXPLAIN and the call's types */
    uint32_t arg_count;      /* those that step gets */
    struct expr **args;      /* over the child; then those that only `order` needs */
    uint32_t order_arg_count;
    uint32_t direct_count;
    struct expr **direct;
    struct expr *filter; /* null: none */
    bool is_distinct;
    uint32_t order_count;
    struct plan_key *order; /* column: index into args (order args included) */
};

struct plan_grouping_set {
    uint32_t count;
    uint32_t *keys; /* indexes into plan_aggregate.keys */
};

/* Puts out: the group keys' columns, then the aggregates, then (with sets) GROUPING bits as int4.
 */
struct plan_aggregate {
    struct plan_node node;
    enum plan_group strategy;
    uint32_t key_count;
    struct plan_key *keys; /* columns of the child */
    uint32_t set_count;    /* 0: one set, of all keys */
    struct plan_grouping_set *sets;
    uint32_t call_count;
    struct plan_aggregate_call *calls;
    bool has_grouping_column; /* the last column: bit i is set if key i is not in the row's set */
};

/* ---- windows: puts out the child's columns, then the calls ---- */

struct plan_window_call {
    const struct expr *expr; /* EXPR_WINDOW */
    uint32_t arg_count;
    struct expr **args; /* over the child */
    struct expr *filter;
};

struct plan_window {
    struct plan_node node;
    uint32_t partition_count;
    struct plan_key *partition;
    uint32_t order_count;
    struct plan_key *order;
    const struct window *window; /* frame; sql/query.h */
    struct expr *start_offset, *end_offset;
    uint32_t call_count;
    struct plan_window_call *calls;
};

/* ---- order ---- */

struct plan_sort {
    struct plan_node node;
    uint32_t key_count;
    struct plan_key *keys;
    uint32_t presorted; /* keys that the child is sorted by already */
    /* Top-N: only the first limit + offset rows are wanted; null: all. int8, without columns. */
    struct expr *limit, *offset;
};

struct plan_limit {
    struct plan_node node;
    struct expr *limit, *offset; /* null: none; int8, without columns */
    bool has_ties;               /* then keys tell which rows tie */
    uint32_t key_count;
    struct plan_key *keys;
};

struct plan_unique {
    struct plan_node node;
    uint32_t key_count;
    struct plan_key *keys;
};

struct plan_append {
    struct plan_node node;
    uint32_t child_count;
    struct plan_node **children;
    bool is_merge; /* children are sorted by keys; so is the output */
    uint32_t key_count;
    struct plan_key *keys;
    /* A tree of tables, for EXPLAIN: the table that was named, and its columns; else null. */
    const struct table *table;
    const char *alias;
    uint32_t read_count;  /* the columns from there on are expressions that it is merged by */
    const attr_no *reads; /* [column_count] */
    const struct plan_prune *prune; /* plan/prune.h: children that need not run; null: none */
};

enum plan_setop_kind { PLAN_INTERSECT, PLAN_EXCEPT };

struct plan_setop {
    struct plan_node node;
    enum plan_setop_kind op;
    bool is_all; /* rows compare by all columns, as their types' default equality does */
};

/* left: the non-recursive term; right: the recursive one, which reads work table `work`. */
struct plan_recursive {
    struct plan_node node;
    uint32_t work;
    bool is_all;
    struct plan_key *keys; /* [column_count] unless is_all */
};

/* ---- rows locked and changed ---- */

/* One of the tables whose rows are a tree's. */
struct plan_member {
    const struct table *table;
    const struct row_format *format;
    const attr_no *map; /* its column for each of the named table's; null: the same */
};

/*
 * Where a row's identity stands in the input: the primary key's columns, or the row id. Of a tree
 * of tables: the key as it is stored (READ_ROW_KEY), then the table (READ_TABLE_OID).
 */
struct plan_row_ref {
    const struct table *table;
    const struct row_format *format; /* null for a tree */
    uint32_t key_count;
    uint32_t *keys; /* columns of the input; a null in the first: no row (outer join) */
    bool is_tree;
    uint32_t member_count;
    struct plan_member *members;
};

enum plan_lock { PLAN_LOCK_KEY_SHARE, PLAN_LOCK_SHARE, PLAN_LOCK_NO_KEY_UPDATE, PLAN_LOCK_UPDATE };
enum plan_wait { PLAN_WAIT, PLAN_NOWAIT, PLAN_SKIP_LOCKED };

/* A table of the input whose rows may turn out to have changed: how to put the new version in. */
struct plan_reread {
    uint32_t count;
    uint32_t *columns; /* of the input */
    attr_no *reads;
};

struct plan_lock_mark {
    struct plan_row_ref row;
    enum plan_lock strength;
    enum plan_wait wait;
    struct plan_reread reread;
};

struct plan_lock_rows {
    struct plan_node node;
    uint32_t mark_count;
    struct plan_lock_mark *marks;
    struct plan_list
        recheck;    /* over the input: holds for the new version too, or the row is left out */
    bool is_single; /* a limit stands above: no row is locked before it is asked for */
};

/* The expressions of one index: key expressions and predicate, over the table's columns by number.
 */
struct plan_index_exprs {
    const struct index_def *index;
    struct expr **keys; /* [key_count]; null where the key is a column */
    struct expr *predicate;
};

/* A foreign key, from either side. */
struct plan_foreign {
    const struct constraint_def *def;
    const struct table *referencing, *referenced;
    const struct index_def *index; /* of the referenced table: its keys are the foreign attrs */
    const uint16_t *key_attr; /* [index->key_count]: which of the constraint's attrs key i is */
    /* `referencing`, or the partitioned table above it that the foreign key was written for. */
    const struct table *owner;
    const struct plan_route *route; /* the referenced table is partitioned; else null */
};

/*
 * Where rows of a partitioned table go: one level. Keys read the columns of the level's table by
 * number; `columns` leads from those to the columns of the table that rows are written to.
 */
struct plan_route {
    const struct table *table;
    const struct partition_map *map;
    struct expr **keys;      /* [map->key->count] */
    struct expr *check;      /* the first level's, if it is a partition itself: what holds there */
    const uint16_t *columns; /* [table->column_count]: 0-based; of dropped ones any */
    const struct plan_route **children; /* [map->count]: partitions that are partitioned; or null */
    uint32_t first_leaf, leaf_count;    /* its partitions, and all below, are numbered from here */
};

/* What every row written to a table must go through. Expressions read columns by attr number. */
struct plan_table_rules {
    const struct table *table;
    const struct row_format *format;
    uint32_t generated_count;
    attr_no *generated;
    struct expr **generated_exprs;
    uint32_t check_count;
    const char **check_names;
    struct expr **checks;
    uint32_t index_count; /* those with expressions or a predicate only */
    struct plan_index_exprs *indexes;
    uint32_t foreign_count; /* foreign keys of the table */
    struct plan_foreign *foreign;
    uint32_t referencing_count; /* foreign keys that point to it, its own too */
    struct plan_foreign *referencing;
};

struct plan_assign {
    attr_no attr;
    struct expr *value;
};

/* Conditions of views, by the views' names. */
struct plan_view_checks {
    uint32_t count;
    const char **names;
    struct expr **exprs;
};

struct plan_conflict {
    bool is_update;
    uint32_t arbiter_count; /* 0: any */
    const oid *arbiters;
    /* Over the old row's columns by number, then the proposed row's: */
    uint32_t assign_count;
    struct plan_assign *assigns;
    struct plan_list where;
    struct plan_view_checks views; /* that must show the old row */
};

struct plan_merge_action {
    bool is_matched;
    enum plan_kind kind; /* INSERT, UPDATE, DELETE; RESULT: DO NOTHING */
    struct plan_list condition;
    uint32_t assign_count;
    struct plan_assign *assigns; /* INSERT: every column */
};

/*
 * INSERT: the child's column i goes to column targets[i] of the table; others are null.
 * UPDATE, DELETE: `row` tells which row; assigns read the child. After a concurrent change the new
 * version's columns are put in by `reread` and `recheck` is asked first.
 * RETURNING reads the table's row by number (new, or deleted), then the child's columns. Of a tree
 * the attrs of assigns and what RETURNING reads are the named table's.
 */
struct plan_modify {
    struct plan_node node;
    const struct table *table;
    const char *alias;
    struct plan_table_rules rules;
    struct plan_table_rules
        *member_rules; /* [row.member_count]: of a tree; `rules` is empty then */
    uint32_t target_count;
    attr_no *targets;
    struct plan_row_ref row;
    struct plan_reread reread;
    struct plan_list recheck;
    uint32_t assign_count;
    struct plan_assign *assigns;
    struct plan_conflict *conflict; /* INSERT; null: none */
    const struct plan_route *route; /* into a partitioned table: its root's; null: it is none */
    uint32_t action_count;          /* MERGE */
    struct plan_merge_action *actions;
    struct plan_view_checks views; /* INSERT, UPDATE: over the table's columns; of rows written */
    bool has_returning;
    struct expr **returning; /* [column_count] */
};

/* ---- the whole ---- */

struct plan_subplan {
    enum sublink_kind kind;
    struct plan_node *root;
    bool is_init; /* uncorrelated: the value of exec param `init_param`, computed once */
    uint32_t init_param;
    bool is_hashed;       /* ANY, uncorrelated: the rows are hashed once */
    uint32_t param_count; /* EXPR_SUBPLAN's args go to these slots, in order */
    uint32_t *params;
    struct expr *test; /* ANY, ALL: over the root's columns; null else */
    /* is_hashed: the test is the conjunction of args[i] = keys[i]; params and test are unused */
    uint32_t key_count;
    struct expr **keys; /* over the root's columns */
    const char *name;   /* "SubPlan 1", "InitPlan 1 (returns $0)" */
};

struct plan_exec_param {
    oid type;
    enum phys phys;
    int32_t init_plan;        /* index of the subplan that computes it; -1: somebody sets it */
    const char *alias, *name; /* the column that it holds, for EXPLAIN; null: none, or not one */
};

struct plan_cte {
    const char *name;
    struct plan_node *root;
    bool is_modifying; /* run to the end even if nobody reads it */
};

struct plan {
    struct plan_node *root;
    uint32_t node_count;
    uint32_t exec_param_count;
    struct plan_exec_param *exec_params;
    uint32_t subplan_count;
    struct plan_subplan *subplans;
    uint32_t cte_count;
    struct plan_cte *ctes;
    uint32_t work_count;     /* work tables of recursive unions */
    uint32_t external_count; /* external parameters: highest number used */
    bool is_modifying;       /* a node writes */
    bool has_locks;          /* writes or FOR UPDATE: row locks are taken */
    bool wants_values; /* with the external parameters' values it might be another, and better */
};

/* A node's children as EXPLAIN and walkers see them: left, right, then an append's. Null past the
 * end. */
struct plan_node *plan_child(const struct plan_node *node, uint32_t child_idx);
