/*
 * query.h: a bound statement: SELECT, INSERT, UPDATE, DELETE, MERGE, or a utility statement.
 *
 * The shape of a query, in the order of evaluation:
 *
 *   ctes -> ranges, from -> where -> groups, grouping_sets, aggregates -> having -> windows ->
 *   targets -> distinct -> order -> offset, limit -> row marks
 *
 *   S1  A column reference (range, number, levels_up) names ranges[range] of the query levels_up
 *       queries out. Ranges of kind RANGE_JOIN exist for their names only: no column refers to one.
 *   S2  A set operation is one range (RANGE_SETOP) that holds the tree of its branches; the query
 *       around it selects all its columns, so ORDER BY and LIMIT are those of any query.
 *   S3  sort_key.item indexes `targets`; expressions that only ORDER BY, GROUP BY, DISTINCT or a
 *       window need are targets with is_junk, after all others.
 *   S4  With groups, grouping sets, aggregates or having, an expression of targets, having or
 *       order outside aggregates reads only group expressions (compare with expr_equal) or, if
 *       grouped by a primary key, columns that depend on it.
 *   S5  INSERT has a target for every column of the table but dropped and generated ones, in their
 *       order: defaults are filled in. UPDATE has one for each assigned column.
 *   S6  Views are expanded: a range of kind RANGE_SUBQUERY whose `view` names it.
 *
 * Nodes live as expr.h says. Texts are zero-terminated and live as long.
 */
#pragma once

#include "sql/expr.h"
#include "sql/scope.h"

struct utility; /* sql/utility.h */

enum command {
    COMMAND_SELECT,
    COMMAND_INSERT,
    COMMAND_UPDATE,
    COMMAND_DELETE,
    COMMAND_MERGE,
    COMMAND_UTILITY
};

/* ---- ranges ---- */

#define RANGE_NONE UINT32_MAX

enum range_kind {
    RANGE_TABLE,
    RANGE_SUBQUERY,
    RANGE_VALUES,
    RANGE_FUNCTION,
    RANGE_JOIN,
    RANGE_CTE,
    RANGE_SETOP,
};

enum join_kind { JOIN_INNER, JOIN_LEFT, JOIN_RIGHT, JOIN_FULL };

struct range_column {
    const char *name;
    oid type;
    int32_t typmod;
    oid collation;
    bool is_dropped; /* a table's dropped column: keeps the numbers of the others */
    bool is_hidden;  /* found by its name, but by no star */
};

/* One function of ROWS FROM, or the only one. */
struct range_function {
    struct expr *call;     /* EXPR_FUNC mostly; any expression: one row */
    uint32_t first_column; /* its columns among the range's, 0-based */
    uint32_t column_count;
    bool is_record; /* the call's result is a record or composite whose fields are the columns */
};

struct table_sample {
    const char *method; /* "system", "bernoulli" */
    uint32_t arg_count;
    struct expr **args;
    struct expr *repeatable; /* null: none */
};

enum setop_kind { SETOP_UNION, SETOP_INTERSECT, SETOP_EXCEPT };

/*
 * A node of a set operation: a branch (query not null), or two of them combined. All nodes of a
 * tree give the same types. Without ALL, keys tell how columns compare: item is the column,
 * 0-based.
 */
struct setop {
    struct query *query;
    enum setop_kind kind;
    bool is_all;
    struct setop *left, *right;
    uint32_t column_count;
    struct sort_key *keys; /* [column_count]; null if is_all */
};

struct range {
    enum range_kind kind;
    const char
        *name;     /* alias, or the object's own name; never null; unnamed joins: "unnamed_join" */
    bool is_alias; /* the name was given by AS */
    bool is_lateral; /* may refer to ranges left of it */
    uint32_t column_count;
    struct range_column *columns;
    int32_t at;
    bool is_used; /* a column of it is read (all analysis can tell) */

    union {
        struct {
            const struct table *table;
            bool is_only;                /* ONLY t */
            struct table_sample *sample; /* null: none */
        } table;
        struct {
            struct query *query;
            oid view; /* OID_NONE: written as a subquery */
        } subquery;
        struct {
            uint32_t row_count;
            struct expr ***rows; /* [row_count][column_count], types already those of columns */
        } values;
        struct {
            uint32_t function_count;
            struct range_function *functions;
            bool has_ordinality; /* the last column counts rows from 1 */
        } function;
        struct {
            enum join_kind kind;
            struct expr **exprs; /* what each column stands for */
        } join;
        struct {
            uint32_t levels_up; /* the query that has it */
            uint32_t cte;       /* index into its ctes */
            bool is_self;       /* a recursive reference: the working table */
        } cte;
        struct setop *setop;
    };
};

/* The join tree: a range, or a join of two trees. A list of trees is a cross join, left to right.
 */
struct join_tree {
    uint32_t range; /* leaf: the range; join: its RANGE_JOIN */
    bool is_join;
    enum join_kind kind;
    struct join_tree *left, *right;
    struct expr *on; /* null: none (CROSS JOIN) */
};

/* ---- clauses ---- */

struct target {
    struct expr *expr;
    const char *name; /* the result column's; null if is_junk */
    bool is_junk;     /* not part of the result */
    int16_t column;   /* INSERT, UPDATE: the table's column that it sets; else 0 */
    bool is_part; /* UPDATE, while it is bound: parts of the column are set, others may follow */
    oid origin_table; /* the table column that it shows, for the client; else OID_NONE, 0 */
    int16_t origin_column;
};

enum frame_mode { FRAME_RANGE, FRAME_ROWS, FRAME_GROUPS };
enum frame_bound {
    BOUND_UNBOUNDED_PRECEDING,
    BOUND_OFFSET_PRECEDING,
    BOUND_CURRENT_ROW,
    BOUND_OFFSET_FOLLOWING,
    BOUND_UNBOUNDED_FOLLOWING
};
enum frame_exclude { EXCLUDE_NONE, EXCLUDE_CURRENT_ROW, EXCLUDE_GROUP, EXCLUDE_TIES };

struct window {
    const char *name; /* null: written after OVER */
    uint32_t partition_count;
    struct sort_key *partition;
    uint32_t order_count;
    struct sort_key *order;
    enum frame_mode mode;
    enum frame_bound start, end;
    enum frame_exclude exclude;
    bool has_default_frame;    /* none was written */
    struct expr *start_offset; /* BOUND_OFFSET_*; int8 in ROWS and GROUPS */
    struct expr *end_offset;
    const struct func_info *in_range_start; /* RANGE with offset: PostgreSQL's in_range function */
    const struct func_info *in_range_end;
};

/* One grouping set, CUBE and ROLLUP expanded: indexes into query.groups. */
struct grouping_set {
    uint32_t count;
    uint32_t *groups;
};

enum cte_materialize { CTE_DEFAULT, CTE_ALWAYS, CTE_NEVER };

struct cte {
    const char *name;
    struct query *query; /* recursive: its range is a RANGE_SETOP of UNION [ALL] */
    enum cte_materialize materialize;
    bool is_recursive;
    uint32_t reference_count; /* from outside itself */
    uint32_t added_count;     /* the last columns, of SEARCH and CYCLE: no star in it finds them, */
    uint32_t hidden_count;    /* and of these the last ones no star at all */
    uint32_t column_count;
    struct range_column *columns;
    int32_t at;
};

enum mark_strength { MARK_KEY_SHARE, MARK_SHARE, MARK_NO_KEY_UPDATE, MARK_UPDATE };
enum mark_wait { MARK_WAIT, MARK_SKIP_LOCKED, MARK_NOWAIT };

struct row_mark {
    uint32_t range;
    enum mark_strength strength;
    enum mark_wait wait;
};

enum distinct_kind { DISTINCT_NONE, DISTINCT_ALL, DISTINCT_ON };

/* ---- changes ---- */

struct check_rule {
    const char *name;  /* null: the constraint of a partition */
    struct expr *expr; /* passes unless false */
};

struct generated_rule {
    int16_t column;
    struct expr *expr;
};

/*
 * What a table wants of every row written to it. Expressions read the new row as columns of range
 * `range`, levels_up 0. generated come first, then not null, then checks.
 */
struct row_rules {
    uint32_t range;
    uint32_t generated_count;
    struct generated_rule *generated;
    uint32_t check_count;
    struct check_rule *checks;
};

/* What a view that says WITH CHECK OPTION wants of a row written through it; read as the columns
 * of query.result. Holds if true. */
struct view_check {
    const char *view;
    struct expr *expr;
};

struct on_conflict {
    bool is_update;         /* else DO NOTHING */
    uint32_t arbiter_count; /* 0: any conflict will do (DO NOTHING without a target) */
    const oid *arbiters;    /* indexes' OIDs */
    uint32_t excluded;      /* the range of the row proposed; RANGE_NONE for DO NOTHING */
    uint32_t target_count;
    struct target *targets; /* as those of UPDATE */
    struct expr *where;
    /* DO UPDATE through views: what each shows; a row that is there and not shown is 55000. */
    uint32_t view_count;
    struct view_check *views;
};

enum merge_match { MATCH_FOUND, MATCH_NONE };

struct merge_action {
    enum merge_match match;
    enum command command; /* INSERT, UPDATE, DELETE; SELECT stands for DO NOTHING */
    struct expr *condition;
    uint32_t target_count;
    struct target *targets;
};

/* INSERT OVERRIDING. */
enum overriding { OVERRIDING_NONE, OVERRIDING_USER, OVERRIDING_SYSTEM };

struct query {
    enum command command;
    struct utility *utility; /* COMMAND_UTILITY: all else is empty */

    bool has_aggregates, has_windows, has_sublinks, has_set_functions;
    bool is_recursive;      /* WITH RECURSIVE */
    bool has_modifying_cte; /* here or in a query around */

    uint32_t cte_count;
    struct cte *ctes;
    uint32_t range_count;
    struct range **ranges;
    uint32_t from_count;
    struct join_tree **from; /* UPDATE, DELETE: the other tables; the result range is not in it */
    struct expr *where;

    uint32_t group_count;
    struct sort_key *groups;
    bool has_group_by; /* GROUP BY () counts */
    bool is_group_distinct;
    uint32_t grouping_set_count; /* 0: one set, of all groups */
    struct grouping_set *grouping_sets;
    struct expr *having;
    uint32_t window_count;
    struct window *windows;

    uint32_t target_count;
    struct target *targets;
    enum distinct_kind distinct;
    uint32_t distinct_count;
    struct sort_key
        *distinct_keys; /* DISTINCT_ALL: every column; ON: a prefix of order, extended */
    uint32_t order_count;
    struct sort_key *order;
    struct expr *offset; /* int8 */
    struct expr *limit;  /* int8 */
    bool has_ties;       /* FETCH FIRST ... WITH TIES */
    uint32_t row_mark_count;
    struct row_mark *row_marks;

    /* INSERT, UPDATE, DELETE, MERGE */
    uint32_t result; /* the range written to, else RANGE_NONE */
    enum overriding overriding;
    struct row_rules *rules;   /* INSERT, UPDATE, MERGE */
    uint32_t view_check_count; /* INSERT, UPDATE: asked once the row is written */
    struct view_check *view_checks;
    struct on_conflict *on_conflict; /* null: none */
    uint32_t returning_count;
    struct target *returning;
    struct join_tree *merge_join; /* MERGE: the source joined to the target; is from[0] */
    uint32_t merge_action_count;
    struct merge_action *merge_actions;
};

/* ---- reading ---- */

/*
 * The columns that the client gets: RETURNING of a change, else the targets without junk; none for
 * a change without RETURNING. They come first in *targets.
 */
uint32_t query_result_columns(const struct query *q, const struct target **targets);

/*
 * Visits every expression of the query at its own level: targets, where, join conditions, having,
 * limits, values, functions, windows' offsets, returning, on_conflict, ...; neither the queries in
 * ranges and ctes nor those of sublinks. True stops, and is returned.
 */
bool query_walk(const struct query *q, expr_visit visit, void *object);

/* Called for a range; true stops the walk. */
typedef bool (*range_visit)(void *object, struct range *range);

/* Visits every range of the query and of those inside it (subqueries, CTEs, sublinks); the queries
 * of views are not entered. True if a visit said so. */
bool query_walk_ranges(const struct query *q, range_visit visit, void *object);

/* Called for a relation that a query names; true stops the walk. */
typedef bool (*relation_visit)(void *object, oid relation);

/*
 * Visits every relation that the query or one inside it (subqueries, CTEs, sublinks) names; one as
 * often as it is named. Views are not entered. True if a visit said so.
 */
bool query_walk_relations(const struct query *q, relation_visit visit, void *object);

/* Visits every expression of the query and of those inside it, whole trees of them; as above. */
bool query_walk_deep(const struct query *q, expr_visit visit, void *object);
