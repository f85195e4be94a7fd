/*
 * parallel.h: sections of an execution in which threads of the engine's pool help.
 *
 * A node whose plan has a plan_parallel takes its child's rows in on several threads: *members*.
 * Member 0 is the session's own thread with the node's own state. Each other one has an execution
 * of its own (memory, transaction share, exec params, states of the nodes from its copy of the node
 * down), so the nodes in between know nothing of it. Only three things are shared, and none is
 * written while the section runs: the program, what nodes on the way have prepared (a hash join's
 * table), and the source's rows, which are handed out in pieces:
 *
 *     parallel = parallel_begin(exec, node, &state->parallel, make);    // null: do it alone
 *     parallel_run(parallel, take);      // take(exec, state) once a member, all at the same time
 *     ...                                // more runs over what the members now hold
 *     parallel_end(parallel);
 *
 *   P1  The session's thread waits in parallel_run until all members are done, also after an error
 *       or a cancel: nothing of a section goes on outside it
 *   P2  What members have made (their arenas) stays until the node begins its next section
 *   P3  An error of any member is raised again on the session's thread; the first one wins
 *   P4  Helpers never begin sections of their own
 */
#pragma once

#include "base/pool.h"
#include "exec/exec_int.h"
#include "exec/scan.h"

struct parallel;
struct shared_rows;

struct parallel_member {
    struct parallel *parallel;
    struct exec *exec;
    struct arena *arena;                       /* of a helper's execution; null of member 0 */
    struct txn *txn;                           /* a helper's share; null outside a section */
    struct node_state *state;                  /* the node's, in this execution */
    struct node_state **source_place, *source; /* where the source hangs, and itself */
    struct error error;                        /* what it has raised */
    char error_detail[64];
};

struct parallel {
    struct exec *exec; /* the session's */
    const struct plan_node *plan;
    uint32_t member_count, ran_count; /* with member 0; those that the last run had */
    struct parallel_member *members;
    struct arena *arena; /* of what is handed out */
    _Atomic bool stop;
    struct morsels morsels;
    struct shared_rows *rows; /* is_by_rows */
    struct pool_job job;
    void (*take)(struct exec *exec, struct node_state *state);
    const struct error *_Atomic error; /* a member's */
};

/*
 * Begins a section; null if the node is to do it alone. `make` makes a helper's state of the node,
 * with its children, in the helper's execution.
 */
struct parallel *
parallel_begin(struct exec *exec, struct node_state *node, struct parallel **parallel,
               struct node_state *(*make)(struct exec *exec, const struct node_code *code));
void parallel_run(struct parallel *parallel,
                  void (*take)(struct exec *exec, struct node_state *state));
/* Helpers' transactions go, their counts are added to the session's nodes. */
void parallel_end(struct parallel *parallel);

/* ---- parallel_rows.c: the rows of a source that is no scan ---- */

/* All rows of `source`, kept. `capacity` is how many a batch has at most. */
struct shared_rows *shared_rows_new(struct exec *exec, struct node_state *source,
                                    struct arena *arena, uint32_t member_count,
                                    const _Atomic bool *stop);
/* What stands in the source's place: hands out runs of them. */
struct node_state *shared_rows_open(struct exec *exec, struct shared_rows *rows,
                                    const struct node_state *source);
