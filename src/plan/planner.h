/*
 * planner.h: from a bound query to a plan.
 */
#pragma once

#include "plan/plan.h"
#include "sql/query.h"

struct table_stats;
struct row_format;

/*
 * What the planner asks of the world: tables as they are stored, and what is known of their
 * contents. The session fills it in; `object` is its own. Results live as long as the plan is kept.
 */
struct plan_context {
    struct arena *arena; /* of the plan */
    const struct name_scope *scope;
    void *object;
    const struct table *(*table)(void *object, oid table); /* never null for a table in a query */
    const struct row_format *(*format)(void *object, const struct table *table);
    /* The tables whose rows are `table`'s too: direct children, partitions in the order of their
     * bounds; in `arena`. Null: no table has any. */
    const struct table **(*children)(void *object, const struct table *table, uint32_t *count);
    /* Live rows now; negative: not known. */
    double (*row_count)(void *object, const struct table *table);
    const struct table_stats *(*stats)(void *object, oid table); /* null: never analysed */
    /* Costs and switches, PostgreSQL's names; see plan_settings_default. */
    const struct plan_settings *settings;
    /* Parameter values to plan for (EXPLAIN EXECUTE, one-off plans); null: any. */
    uint32_t param_count;
    const union datum *params;
    const bool *param_nulls;
};

struct plan_settings {
    double seq_page_cost, random_page_cost, cpu_tuple_cost, cpu_index_tuple_cost, cpu_operator_cost;
    double work_mem_bytes;
    double min_parallel_table_scan_bytes, parallel_setup_cost, parallel_tuple_cost;
    uint32_t parallel_workers; /* threads that may help a node; 0: none */
    bool enable_seqscan, enable_indexscan, enable_indexonlyscan, enable_bitmapscan, enable_nestloop,
        enable_hashjoin, enable_mergejoin, enable_hashagg, enable_sort, enable_material;
    bool excludes_by_checks; /* constraint_exclusion */
    uint32_t join_collapse_limit, from_collapse_limit;
};

extern const struct plan_settings plan_settings_default;

/* Plans SELECT, INSERT, UPDATE, DELETE or MERGE; raises. The plan lives in context->arena. */
struct plan *plan_query(const struct plan_context *context, const struct query *query);

/*
 * The rules of a table for those who write to it without a query: foreign keys' actions. Analysed
 * from the catalog's SQL; `rules` lives in context->arena.
 */
void plan_table_rules(const struct plan_context *context, const struct table *table,
                      struct plan_table_rules *rules);
/* The same with a partition's own constraint, as the check without a name. */
void plan_direct_rules(const struct plan_context *context, const struct table *table,
                       struct plan_table_rules *rules);
struct partition_source;
/* How catalog/partition.h finds the planner's tables; as long as the context. */
struct partition_source plan_partition_source(const struct plan_context *context);
/* The columns and expressions of a partitioned table's key, over its columns by number. */
struct expr **partition_keys(const struct plan_context *context, const struct table *table);
/* Where rows of a partitioned table go. */
const struct plan_route *plan_route_make(const struct plan_context *context,
                                         const struct table *table);
/* The same for an UPDATE; null: it changes no column that a partition is told by. */
const struct plan_route *plan_route_change(const struct plan_context *context,
                                           const struct table *table,
                                           const struct plan_assign *assigns, uint32_t count);
/* The value that a column gets by default, over no columns. */
struct expr *plan_column_default(const struct plan_context *context, const struct table *table,
                                 attr_no attr);
