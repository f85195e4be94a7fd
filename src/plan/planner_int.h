/*
 * planner_int.h: what the files of this folder share.
 *
 * A query is planned as a struct level; a query inside it (sublink, subquery in FROM, CTE) is a
 * level of its own, whose `outer` is the level whose columns it may name. Planning a level:
 *
 *   1  its clauses are prepared: outer columns become PARAM_EXECs, sublinks become joins or
 *      EXPR_SUBPLANs, constants are folded
 *   2  each range of FROM becomes a struct rel with the columns that anybody needs of it and the
 *      conditions on it alone
 *   3  paths (ways to compute a set of rels) are compared by cost; the cheapest is made into nodes
 *   4  aggregation, windows, DISTINCT, ORDER BY, LIMIT go on top
 *
 * Until nodes are made, expressions name columns as the query does: (range, number). A struct flow
 * is a node together with what its columns hold in these terms; flow_bind turns an expression into
 * one over the node's columns.
 */
#pragma once

#include "base/check.h"
#include "base/raise.h"
#include "plan/planner.h"

#define LEVEL_RELS_MAX 128

typedef unsigned __int128 relset; /* rels of a level: bit i is rels[i] */

static inline relset
relset_of(uint32_t rel)
{
    return (relset)1 << rel;
}

static inline uint32_t
relset_count(relset set)
{
    return (uint32_t)(__builtin_popcountll((uint64_t)set) +
                      __builtin_popcountll((uint64_t)(set >> 64)));
}

/* The lowest rel of a set that is not empty. */
static inline uint32_t
relset_first(relset set)
{
    uint64_t low = (uint64_t)set;

    return low != 0 ? (uint32_t)__builtin_ctzll(low)
                    : 64 + (uint32_t)__builtin_ctzll((uint64_t)(set >> 64));
}

/* A growing list of expressions in the plan's arena. */
struct expr_list {
    struct expr **items;
    uint32_t count, capacity;
};

struct flow {
    struct plan_node *node;
    struct expr **outputs; /* [node->column_count]: what each column holds */
};

struct planner {
    const struct plan_context *context;
    const struct plan_settings *settings;
    const struct name_scope *scope;
    const struct types *types;
    struct arena *arena;
    struct plan *plan;
    uint32_t param_capacity, subplan_capacity, cte_capacity;
    uint32_t depth;                /* of nested levels: 54001 past PLAN_DEPTH_MAX */
    const struct query *recursive; /* of the recursive CTE being planned */
    uint32_t recursive_work;
    uint32_t inline_depth; /* of functions whose bodies stand in each other */
};

#define PLAN_DEPTH_MAX 200
#define PLAN_INLINE_MAX 30

/* An outer column that a level reads as a PARAM_EXEC. */
struct outer_ref {
    struct expr *column; /* in the terms of `outer` */
    uint32_t param;
};

/* A condition that more than one rel may take part in: a conjunct of WHERE or of an inner ON. */
struct qual {
    struct expr *expr;
    relset rels;     /* that it reads */
    relset required; /* that must be joined before it is asked: rels, and all of an outer join whose
                        nullable side it reads */
};

struct join_group; /* join.c */

/* A condition whose restriction of one rel is asked at the scan too: `share` of rows pass there. */
struct implied {
    const struct expr *expr;
    double share;
    struct implied *next;
};

/* A base relation of a level: a leaf of its join tree. */
struct rel {
    uint32_t idx;   /* in level->rels */
    uint32_t range; /* in query->ranges */
    const struct range *source;
    const struct table *table;       /* RANGE_TABLE */
    const struct table_stats *stats; /* may be null */
    struct flow subquery;            /* subqueries, VALUES, CTEs, ...: the plan of its rows */
    struct expr_list needed;         /* EXPR_COLUMNs that the level reads */
    relset lateral;                  /* rels whose columns it reads, */
    struct outer_ref *lateral_refs;  /* namely these, as params */
    uint32_t lateral_ref_count;
    struct expr_list quals; /* conditions to ask at the scan */
    double table_rows;      /* before the conditions */
    double rows, width;     /* after */

    /* A table that others inherit from, or that is partitioned (tree.c): the tables whose rows are
     * its, itself among them. */
    bool is_tree;
    uint32_t member_count;
    struct rel *members;
    /* A member: of which tree; and the table's column for each of the range's (null: the same).
     * Expressions name columns as the range does, also in what is said of members. */
    const struct rel *tree;
    const attr_no *map;
    bool is_excluded; /* no row of it can be wanted */
    /* A partitioned table: its partitions' numbers, and those that the conditions leave (bits by
     * number; null: all). A member: its number. */
    const struct plan_route *route;
    bool is_pruned;
    const uint64_t *live;
    uint32_t leaf;
    /* Of those indexes that have expressions or a predicate, over the rel's columns. */
    struct plan_index_exprs *index_exprs;
    uint32_t index_expr_count;
};

/* A subquery of WHERE that became a semi join, or an anti join, with a tree of further ranges. */
struct semi {
    struct join_tree *tree;
    struct expr *on; /* as analysed; null: none */
    bool is_anti;
    struct semi *next;
};

/* What a level is planned for. */
enum level_use {
    USE_TOP,
    USE_SUBLINK, /* columns from outside are passed to it as arguments */
    USE_RANGE,   /* runs inside its outer level, and reads that level's params */
};

struct level {
    struct planner *planner;
    struct level *outer;
    enum level_use use;
    const struct query *query;
    struct arena *arena;

    struct outer_ref *outer_refs;
    uint32_t outer_ref_count, outer_ref_capacity;
    /* What the branches of the set operation being planned read of the level's ranges. */
    struct outer_ref *branch_refs;
    uint32_t branch_ref_count;

    /* Prepared clauses. */
    struct target *targets;
    struct expr_list where; /* conjuncts */
    struct expr_list having;
    struct expr *limit, *offset;

    struct rel *rels;
    uint32_t rel_count;
    uint32_t *rel_of_range;   /* [range_count]; LEVEL_RELS_MAX: none */
    struct semi *semis;       /* taken out of WHERE */
    struct expr *moved;       /* conditions of the last one that are WHERE's; null: none */
    struct join_group *joins; /* FROM and WHERE, as join.c sees them */
    struct implied *implied;  /* of conditions that are asked in part below already */
    int32_t *cte_of;          /* [query->cte_count]: index in plan->ctes; -1: not planned */
    int32_t *work_of;         /* the same for a recursive CTE being planned: its work table */
    double limit_rows;        /* what the level's reader wants at most; negative: all */
    const struct rel *member; /* whose paths are being made: stands for its tree; null: none */
};

/* ---- planner.c: nodes and slots of the plan ---- */

/* A cleared node of `bytes` with `column_count` columns. */
void *plan_node_new(struct planner *planner, enum plan_kind kind, size_t bytes,
                    uint32_t column_count);
#define PLAN_NODE(planner, kind, type, column_count)                                               \
    ((struct type *)plan_node_new((planner), (kind), sizeof(struct type), (column_count)))
/* Column `column` of a node holds an expression's value. */
void plan_column_set(struct planner *planner, struct plan_node *node, uint32_t column,
                     const struct expr *expr);
const struct type_info *plan_type(const struct planner *planner, oid type);
uint32_t plan_new_param(struct planner *planner, const struct expr *expr);
struct plan_subplan *plan_new_subplan(struct planner *planner, uint32_t *idx);
uint32_t plan_new_cte(struct planner *planner, const struct plan_cte *cte);
/* Tells EXPLAIN which column of the level a param holds. */
void plan_param_name(struct level *level, uint32_t param, const struct expr *column);
struct expr *plan_param_expr(struct planner *planner, const struct expr *like, uint32_t param);
/* A column of a node's input. */
struct expr *plan_input(struct planner *planner, uint32_t column, const struct expr *like);

void expr_list_add(struct arena *arena, struct expr_list *list, struct expr *e);
/* True if it has an expression equal to `e`. */
bool expr_list_has(const struct expr_list *list, const struct expr *e);
/* Adds the conjuncts of `e`, flattened, with what all arms of an OR share; constants true are left
 * out. */
void expr_list_add_conjuncts(struct arena *arena, struct expr_list *list, struct expr *e);
struct plan_list expr_list_plan(const struct expr_list *list);

/* ---- or_clause.c ---- */

/* Adds the conjuncts that all arms share to `common`. Returns what is left of the OR: null if that
 * is nothing, itself if they share none. */
struct expr *or_factor(struct arena *arena, struct expr *whole, struct expr_list *common);
/* What the OR says of some rels alone; null if one of its arms says nothing of them. */
struct expr *or_restriction(const struct level *level, const struct expr *whole, relset rels);

/* ---- pull_up.c, minmax.c, unnest.c: queries rewritten before they are planned ---- */

/* The query with its simple subqueries in FROM made part of it; itself if there are none. */
const struct query *query_pull_up(struct planner *planner, const struct query *query);
/* The query with min and max read from the ends of an index; itself if that is not to be. */
const struct query *query_minmax(struct planner *planner, const struct query *query);
/* WHERE without the subqueries that became joins: level->semis, and ranges of level->query. */
struct expr *unnest_where(struct level *level, struct expr *where);

/* ---- depends.c ---- */

/* Fills in the nodes' `depends`, once the plan is whole. */
void plan_note_depends(struct planner *planner);
/* Puts gathers where threads help with what is put out, before nodes have numbers (parallel.c). */
void plan_add_gathers(struct planner *planner);
/* Decides where threads help. */
void plan_note_parallel(struct planner *planner);

/* ---- level.c: a query to a flow ---- */

/* Plans a query: one column a target without junk; outputs are the targets' expressions.
 * limit_rows: how many rows the reader will want; negative: all. */
struct flow level_plan(struct planner *planner, struct level *outer, enum level_use use,
                       const struct query *query, double limit_rows, struct level **level);
struct level *planner_level(struct planner *planner, struct level *outer, enum level_use use,
                            const struct query *query);

/* ---- prepare.c ---- */

/* `e` in the level's terms: outer columns as params, sublinks planned, constants folded. Null gives
 * null. */
struct expr *prepare_expr(struct level *level, struct expr *e);
/* The param through which `level` reads a column, or an aggregate, of a query around it. */
struct expr *prepare_outer(struct level *level, struct expr *column);

/* ---- fold.c ---- */

struct expr *fold_expr(struct planner *planner, struct expr *e);
bool expr_is_volatile(const struct expr *e);
bool expr_has_columns(const struct expr *e);
bool expr_is_true(const struct expr *e); /* the constant */
bool expr_is_false_or_null(const struct expr *e);

/* ---- flow.c ---- */

/* `e` over the flow's columns: raises an internal error if it needs what is not there. */
struct expr *flow_bind(struct planner *planner, const struct flow *flow, struct expr *e);
struct plan_list flow_bind_list(struct planner *planner, const struct flow *flow,
                                const struct expr_list *list);
/* The column that holds `e`; UINT32_MAX: none. */
uint32_t flow_column(const struct flow *flow, const struct expr *e);
/* A projection to the given expressions; the flow itself if its columns are these. */
struct flow flow_project(struct planner *planner, struct flow flow, struct expr **exprs,
                         uint32_t count);
/* The flow's rows kept, for what reads them again and again. */
struct flow flow_keep(struct level *level, struct flow flow);
/* Conditions over the flow's columns. */
void flow_filter(struct planner *planner, struct flow *flow, const struct expr_list *conditions);

/* ---- rels.c ---- */

/* The leaves of the level's FROM, as rels without contents. */
void rels_begin(struct level *level);
struct rel *rels_add(struct level *level, uint32_t range);
/* Notes the columns that `e` reads as needed. */
void rels_need(struct level *level, const struct expr *e);
/* Describes each rel: its table, or the plan of its rows. After all columns have been noted. */
void rels_finish(struct level *level);
/* Adds the columns of rels that `e` reads to `list`, each once. */
void columns_of(struct level *level, const struct expr *e, struct expr_list *list);
relset rels_of_expr(const struct level *level, const struct expr *e);
/* A rel's column as an expression; number may be an enum scan_read. */
struct expr *rel_column(struct level *level, const struct rel *rel, int16_t number);

/* The range's number for a column of the rel's table; 0: it has none. */
int16_t rel_number(const struct rel *rel, attr_no attr);
/* The column of the rel's table for the range's; numbers of enum scan_read are as they are. */
int16_t rel_attr(const struct rel *rel, int16_t number);
/* What is known of a table: its statistics, how many rows it has, how wide they are. */
void rel_measure(struct level *level, struct rel *rel);

/* ---- tree.c ---- */

/* Whether rows of other tables belong to the range's table too, or only they do. */
bool table_is_tree(const struct planner *planner, const struct range *range);
/* Fills in the members of a rel whose table is one. */
void tree_expand(struct level *level, struct rel *rel);
/* The columns of `table` for those of `parent`, by name; null: all have the same numbers. */
const attr_no *tree_map(const struct planner *planner, const struct table *parent,
                        const struct table *table);

/* ---- prune.c ---- */

struct prune_level;
struct plan_prune;
/* What the conditions, over the rel's range, say of its partitions; null: nothing. */
const struct prune_level *prune_build(struct level *level, const struct rel *rel,
                                      const struct expr_list *conditions);
/* Bits of the partitions that the rel's conditions leave by what is known now; null: all. */
const uint64_t *prune_planned(struct level *level, const struct rel *rel);
/* For an append over these members; null: nothing is known only when it runs. */
const struct plan_prune *prune_make(struct level *level, const struct rel *rel,
                                    const struct expr_list *conditions,
                                    const struct rel *const *members, uint32_t member_count);

/* ---- exclude.c ---- */

/* True if no row of the member can pass the tree's conditions: a CHECK of its says the opposite. */
bool member_is_excluded(struct level *level, const struct rel *member);

/* ---- ranges.c ---- */

/* Plans the rows of a range that is not a table: rel->subquery. */
void range_plan(struct level *level, struct rel *rel);
/* The plan of a set operation's tree: columns as those of `range`. */
struct flow setop_plan(struct level *level, const struct setop *setop);
/* The plan, by index in plan->ctes, of a CTE of `level`; made when it is first asked for. */
uint32_t cte_plan(struct level *level, uint32_t cte);
/* True if a CTE is planned where it is read, as a subquery is: it is read once, or asks for it. */
bool cte_is_inlined(const struct query *query, uint32_t cte);

/* ---- join.c ---- */

/* Takes FROM's tree and the level's WHERE apart; notes columns. Then rels_finish, then join_plan.
 */
void join_begin(struct level *level);
/* FROM and WHERE as a flow, in the order wanted if that is cheaper than sorting. */
struct ordering;
struct flow join_plan(struct level *level, const struct expr_list *needed,
                      const struct ordering *wanted, bool *is_ordered);
struct flow join_plan_unordered(struct level *level, const struct expr_list *needed);

/* ---- group.c, order.c ---- */

struct flow group_plan(struct level *level, struct flow flow);
bool level_is_grouped(const struct level *level);

/* ---- window.c ---- */

/* The order in which the first window wants FROM's rows; count 0: any. */
void window_wanted_order(struct level *level, struct ordering *wanted);
/* The flow with the window calls of the targets as further columns. is_ordered: in, the rows come
 * in the order wanted; out, they go in ORDER BY's. */
struct flow window_plan(struct level *level, struct flow flow, bool *is_ordered);

/* Targets, DISTINCT, ORDER BY, LIMIT. is_ordered: the flow's rows come in ORDER BY's order. */
struct flow order_plan(struct level *level, struct flow flow, bool is_ordered);
struct flow sort_flow(struct planner *planner, struct flow flow, struct plan_key *keys,
                      uint32_t key_count, struct expr *limit, struct expr *offset,
                      double limit_rows);
/* Targets of which some return sets. */
struct flow project_sets(struct level *level, struct flow flow);
/* SELECT ... FOR UPDATE. */
struct flow lock_rows_flow(struct level *level, struct flow flow);
/* Columns that lock_rows_flow will want of FROM. */
void lock_rows_need(struct level *level, struct expr_list *needed);
struct plan_key plan_key_of(struct planner *planner, const struct sort_key *key, uint32_t column);

/* ---- modify.c ---- */

/* How a rel's rows are told apart: primary key columns or the row id, which the flow has. */
void row_ref_need(struct level *level, const struct rel *rel, struct expr_list *needed);
void row_ref_make(struct level *level, const struct rel *rel, const struct flow *flow,
                  struct plan_row_ref *ref, struct plan_reread *reread);

struct flow modify_plan(struct level *level);

/* ---- rules.c ---- */

/* Indexes and foreign keys of a table; no generated columns and checks. */
void rules_begin(const struct plan_context *context, const struct table *table,
                 struct plan_table_rules *rules);

/* Key expressions and predicates of the table's indexes that have any, over range 0. */
struct plan_index_exprs *rules_index_exprs(struct planner *planner, const struct table *table,
                                           uint32_t *count);

/* ---- cost.c ---- */

double cost_clamp_rows(double rows);
/* The share of rows that pass a condition. */
double selectivity_of(struct level *level, const struct expr *condition);
double selectivity_of_list(struct level *level, const struct expr_list *conditions);
/* Distinct values of an expression over its rel. */
double distinct_of(struct level *level, const struct expr *e);
double expr_cost(const struct planner *planner, const struct expr *e);
