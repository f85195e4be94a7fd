/*
 * explain.h: plans as EXPLAIN shows them, in PostgreSQL's formats.
 */
#pragma once

#include "base/buf.h"
#include "plan/plan.h"
#include "sql/utility.h"

struct type_env;

/* What running a node took, as EXPLAIN ANALYZE shows it: totals over all loops. */
struct explain_actual {
    double startup_us, total_us;
    uint64_t rows, loops, filtered;
    uint32_t workers; /* that helped */
    const char *note; /* a line of its own, "Sort Method: ..."; null: none */
};

struct explain_plan_options {
    const struct name_scope *scope; /* names of types */
    const struct type_env *env;     /* constants are printed as its session sees them */
    enum explain_format format;
    bool is_verbose, has_costs, is_analyze, has_timing, has_summary;
    uint32_t setting_count; /* SETTINGS: those that are not at their defaults */
    const char *const *setting_names, *const *setting_values;
    double planning_us;  /* negative: not shown */
    double execution_us; /* negative: not shown */
    /* ANALYZE: what node `id` did. */
    void *object;
    void (*actual)(void *object, uint32_t node_id, struct explain_actual *actual);
    /* Which children of an append over partitions parameters leave, one a child; null: all, or it
     * is told only row by row. */
    void *live_object;
    const bool *(*live)(void *object, uint32_t node_id);
};

/* Appends the whole result: text, lines ended by \n but the last; or one document. */
void explain_plan(struct arena *arena, const struct plan *plan,
                  const struct explain_plan_options *options, struct buf *to);
