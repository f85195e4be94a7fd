/*
 * exec_int.h: what the files of this folder share: executions, nodes, and how nodes are made.
 *
 * A node kind is a struct node_kind: `compile` once per plan, `open` per execution, then next,
 * rewind and close on the state. States live in the execution's arena. Memory for a node's batches:
 * node_arena, which the node empties when it is asked for its next batch.
 */
#pragma once

#include "base/check.h"
#include "base/raise.h"
#include "exec/exec.h"
#include "exec/expr_code.h"
#include "exec/vector.h"

struct node_state;

/* A plan node compiled: what all kinds have; a kind's own struct begins with it. */
struct node_code {
    const struct plan_node *plan;
    const struct node_kind *kind;
    const struct expr_code *filter; /* null: none */
    uint32_t capacity;              /* rows a batch of it may number: 1 to COLUMN_ROWS_MAX */
    bool has_own_arena;             /* many batches, or many rescans: see node_arena */
    uint8_t keeps;                  /* enum keep_when: see node_keep */
    const struct node_code *left, *right;
};

/* When text in pages is copied (R2). */
enum keep_when {
    KEEP_ALWAYS = 1,
    KEEP_INIT = 2,  /* while an init plan has not run that may be asked for its value */
    KEEP_PAUSE = 4, /* what is held between batches, not these: who asks for them copies them */
    KEEP_HELD = 8,  /* if the execution may pause (exec_context.may_pause) */
};

struct node_kind {
    size_t code_bytes;  /* of the kind's struct */
    size_t state_bytes; /* of the kind's state */
    /* Fills in what the kind adds to the code; may be null. */
    void (*compile)(struct compiler *compiler, struct node_code *code);
    /* Fills in the state (cleared before, children not opened: node_open does); may be null. */
    void (*open)(struct exec *exec, struct node_state *state);
    /* The next batch of the node, before its filter. */
    bool (*next)(struct exec *exec, struct node_state *state, struct batch *out);
    /* Starts over, with the current exec params. */
    void (*rewind)(struct exec *exec, struct node_state *state);
    void (*close)(struct exec *exec, struct node_state *state); /* may be null */
    /* node_keep for the children whose batches the node hands on or holds between its own; null:
     * there are none, what it hands out is its own. */
    void (*keep)(struct compiler *compiler, const struct node_code *code, uint32_t when);
    /* Parallel sections (parallel.h), for nodes between who takes the rows and their source:
     * computes what threads share, on the session's thread; false: it cannot be shared. Null:
     * there is nothing. */
    bool (*prepare)(struct exec *exec, struct node_state *state);
    /* Lets a helper's state use what the session's state has prepared. */
    void (*share)(struct node_state *state, const struct node_state *prepared);
    bool reads_pages; /* a source of rows, in columns of its own, whose text may lie in pages */
};

struct node_state {
    const struct node_code *code;
    const struct plan_node *plan;
    struct expr_state *filter;
    struct node_state *left, *right;
    struct arena *arena; /* of its batches; null until node_arena */
    bool is_at_end;
    /* For EXPLAIN ANALYZE. */
    int64_t startup_ns, total_ns;
    uint64_t rows, loops, filtered;
    bool is_running;
    uint32_t workers; /* that helped it, the last time */
    const char *note;
};

struct param_slot {
    union datum value;
    uint8_t is_null;
    bool is_set;      /* init plans: computed */
    uint64_t version; /* exec->clock when it was set */
};

#define EXEC_SCRATCH_COUNT 4

struct subplan_state;
struct cte_state;
struct work_table;

struct exec {
    const struct program *program;
    const struct plan *plan;
    struct exec_context context;
    struct arena *arena;
    struct txn *txn;
    struct node_state *root;
    struct node_state **nodes; /* by id; null where not opened (yet) */
    struct param_slot *params; /* exec params */
    struct subplan_state **subplans;
    struct cte_state **ctes;
    struct work_table **works;
    uint64_t clock;          /* counts changes of params and work tables */
    uint32_t init_pending;   /* init plans that run once and have not yet */
    uint64_t modified_count; /* by the node at the root */
    uint32_t fault_row;      /* UINT32_MAX: none */
    uint64_t work_mem_bytes;
    struct spill_file *spill_file;    /* null until something outgrows work_mem */
    struct fk_queue *foreign_keys;    /* checks left for the statement's end; null: none */
    struct side_writer *side_writers; /* side_writer.h */
    bool is_timed;
    bool is_helper; /* of a parallel section: the session's execution is another */
    struct buf scratch[EXEC_SCRATCH_COUNT]; /* for building keys: never across a call of a node */
};

struct program {
    const struct plan *plan;
    const struct node_code *root;
    struct node_code **nodes; /* by plan node id */
    struct subplan_code **subplans;
    const struct node_code **ctes;
    const struct point_code *point; /* null: not a plan of one row by its key */
    uint32_t init_count;            /* init plans that run once at most */
};

extern const struct node_kind *const node_kinds[PLAN_KIND_COUNT];

/* Codes of a plan's node and all below it. Kinds with further children compile them themselves. */
const struct node_code *node_compile(struct compiler *compiler, const struct plan_node *plan);
/* The same for what is run many times in an execution: the inner side of a nested loop. */
const struct node_code *node_compile_rescanned(struct compiler *compiler,
                                               const struct plan_node *plan);
/*
 * The node's batches, and what it holds between them, must outlive other scans' batches (R2). Asked
 * for by who calls other nodes meanwhile, or computes expressions that run subplans: `when` is then
 * their expr_code's. 0: nothing. Null code: nothing.
 */
void node_keep(struct compiler *compiler, const struct node_code *code, uint32_t when);
/* node_kind.keep of nodes that hand on their left child's rows; their left and right ones'. */
void node_keep_left(struct compiler *compiler, const struct node_code *code, uint32_t when);
void node_keep_both(struct compiler *compiler, const struct node_code *code, uint32_t when);
/* Opens a node and its left and right children. */
struct node_state *node_open(struct exec *exec, const struct node_code *code);
/* The node's next batch: never empty; false at the end. */
bool node_next(struct exec *exec, struct node_state *state, struct batch *out);
void node_rewind(struct exec *exec, struct node_state *state);
/* An arena for the node's batches, emptied by node_begin_batch. Nodes of few rows get the
 * execution's. */
struct arena *node_arena(struct exec *exec, struct node_state *state);
void node_begin_batch(struct exec *exec, struct node_state *state);

/* 57014 if cancel was asked for. */
static inline void
exec_check(struct exec *exec)
{
    if (exec->context.cancel != NULL &&
        UNLIKELY(__atomic_load_n((const bool *)exec->context.cancel, __ATOMIC_RELAXED)))
        raise(SQLSTATE_QUERY_CANCELED, "canceling statement due to user request");
}

/* Lets the pages go that the last batch was made of. Every source of rows asks for it between its
 * batches, also one that reads no page: the rows may go into a tree that outgrows the cache. */
static inline void
exec_refresh(struct exec *exec)
{
    if (exec->txn != NULL)
        txn_refresh(exec->txn);
}

/* An execution without nodes: exec_open but for them. */
struct exec *exec_new(const struct program *program, const struct exec_context *context);

/* The plan's short path, or null; after its nodes have been compiled (point.c). */
const struct point_code *point_compile(struct compiler *compiler, const struct plan *plan);

/* The value of an exec param; an init plan is run at its first use (subplan.c). */
const struct param_slot *exec_param(struct exec *exec, uint32_t param);
void exec_set_param(struct exec *exec, uint32_t param, union datum value, bool is_null);

/* True if something that the node's rows depend on has changed after `since`, a reading of
 * exec->clock. */
bool exec_is_stale(const struct exec *exec, const struct plan_node *plan, uint64_t since);

/* An arena that ends with the execution's. */
struct arena *exec_new_arena(struct exec *exec, const char *name);
