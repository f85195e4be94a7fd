/*
 * exec.h: running plans: the session's door to the executor.
 *
 *     struct program *program = exec_compile(arena, plan, scope);       // once; shared by threads
 *     struct exec *exec = exec_open(program, &context);                 // per execution
 *     while (exec_next(exec, &batch))
 *         ... send the batch's rows ...
 *     exec_close(exec);
 *
 * All functions raise. An execution is used by one thread at a time and needs no exec_close after
 * an error: what it holds is registered with the context's arena.
 *
 *   R1  A batch handed out by a node is valid until that node is asked for its next batch (or is
 *       rewound or closed).
 *   R2  Text in it may point into pages, and then dies as soon as any scan is asked for a batch:
 *       every scan renews the reader's epoch, so that a table of any size can be read in a small
 *       cache. Who needs a child's batches, or what the child holds, beyond another scan's batch
 *       says so when it is compiled (node_keep): then the scans below copy such text.
 *
 * Between two calls of exec_next of a suspended portal the transaction may run other statements:
 * scans re-place themselves by key (txn's cursors do).
 */
#pragma once

#include "base/arena.h"
#include "base/column.h"
#include "catalog/catalog.h"
#include "plan/plan.h"
#include "txn/txn.h"
#include "type/env.h"

struct program;
struct exec;
struct name_scope;

/* Compiles a plan's expressions and lays out its nodes. Immutable; lives in `arena`, which must not
 * outlive the plan. Any thread may run it. */
struct program *exec_compile(struct arena *arena, const struct plan *plan,
                             const struct name_scope *scope);

struct deferral; /* exec/deferred.h */
struct pool;     /* base/pool.h */

struct exec_context {
    struct arena *arena; /* of the execution: all its memory; reset or freed by the caller after */
    struct txn *txn;
    struct catalog *catalog;
    const struct name_scope *scope; /* of the session that runs it; it may not be the planner's */
    const struct type_env *env;
    uint32_t param_count; /* external parameters, $1 first */
    const union datum *params;
    const bool *param_nulls;
    const _Atomic bool *cancel; /* null: none; true raises 57014 */
    uint64_t work_mem_bytes;    /* 0: 4 MiB */
    uint64_t memory_bytes_max;  /* that a node may hold: 53200 past it; 0: any */
    const char *temp_dir;       /* for what outgrows work_mem; null: the system's */
    struct deferral *deferral;  /* checks put off; null: none can be */
    struct pool *pool;          /* threads that help; null: none do */
    uint32_t pool_threads_max;  /* that the pool may have */
    bool is_timed;              /* EXPLAIN ANALYZE */
    bool is_build;              /* the rows are there already: they move to new trees */
    bool may_pause;       /* between two calls of exec_next the statement may end, or others run */
    uint64_t rows_before; /* inserted into the table by the same statement's executions before */
};

struct exec *exec_open(const struct program *program, const struct exec_context *context);
/* The next rows (never none); false at the end: then data-modifying CTEs are done too. */
bool exec_next(struct exec *exec, struct batch *out);
/* Ends scans and frees what is not arena memory. Not needed after an error. */
void exec_close(struct exec *exec);

/* Rows inserted, updated or deleted by the root, for the command tag. */
uint64_t exec_modified_count(const struct exec *exec);
/* After an error: the row of the batch being inserted that it was about; UINT32_MAX: none is
 * known. */
uint32_t exec_fault_row(const struct exec *exec);

/* Which children of an append over partitions run, by the parameters of the execution alone; null:
 * it is told otherwise, or the node is no such one, or has not been opened. */
const bool *exec_live_children(struct exec *exec, uint32_t node_id);

/* What EXPLAIN ANALYZE shows of a node; by plan_node.id. */
struct exec_node_report {
    double startup_us, total_us; /* over all loops; 0 unless is_timed */
    uint64_t rows, loops, filtered;
    uint32_t workers; /* threads that helped */
    const char *note; /* "Sort Method: quicksort  Memory: 25kB"; null: none */
};
void exec_report(const struct exec *exec, uint32_t node_id, struct exec_node_report *report);
