/*
 * subplan.h: queries inside expressions, run when their value is asked for.
 */
#pragma once

#include "exec/exec_int.h"

struct hashed_code;
struct hashed_rows;

struct subplan_code {
    const struct plan_subplan *plan;
    const struct node_code *root;
    const struct expr_code *test; /* ANY, ALL: over the root's rows; null else */
    struct hashed_code *hashed;   /* null: not hashed */
    enum phys phys;               /* of a scalar result */
    bool is_once;                 /* an init plan that nothing makes stale */
};

/* True for an init plan that runs once at most: nothing makes its value stale. */
static inline bool
subplan_is_once(const struct plan_subplan *plan)
{
    return plan->is_init && plan->root->depend_count == 0;
}

struct subplan_code *subplan_compile(struct compiler *compiler, const struct plan_subplan *plan);

/* ---- hashed_subplan.c ---- */

struct hashed_code *hashed_compile(struct compiler *compiler, const struct plan_subplan *plan);
/* expr_code.scans of the keys. */
uint32_t hashed_scans(const struct hashed_code *code);
/* capacity: of the root's batches. */
struct hashed_rows *hashed_open(struct exec *exec, const struct hashed_code *code,
                                uint32_t capacity);
/* Runs the root, unless its rows are there and still what they were. */
void hashed_build(struct exec *exec, struct hashed_rows *rows, const struct hashed_code *code,
                  struct node_state *root);
/* Whether the values are IN the rows; phys: of the values. */
bool hashed_find(const struct hashed_rows *rows, const struct hashed_code *code,
                 const enum phys *phys, const union datum *values, const bool *nulls,
                 bool *is_null);
