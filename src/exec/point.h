/*
 * point.h: the short path: statements that read or write one row by its primary key.
 *
 *     SELECT ... FROM t WHERE key = $1      INSERT INTO t VALUES ($1, $2)
 *     UPDATE t SET ... WHERE key = $1       DELETE FROM t WHERE key = $1
 *
 * exec_compile recognises such plans (program_point is not null). Whoever runs one many times opens
 * it once and keeps it: a run then builds no nodes and takes no memory but for the row itself. What
 * cannot be decided in one go is left to the ordinary executor, which comes to the same outcome.
 */
#pragma once

#include "exec/exec.h"

struct point_code;
struct point;

/* The program's short path; null: it has none. */
const struct point_code *program_point(const struct program *program);

/*
 * Opens it; all its memory is in `arena`, which must not outlive the program and is the caller's to
 * free. Parameters, transaction and catalog come with each run. One thread at a time. Raises.
 */
struct point *point_open(const struct program *program, const struct exec_context *context,
                         struct arena *arena);

enum point_outcome {
    POINT_DONE,
    POINT_ROW,      /* and there is a row, in *out: it lives until the next run */
    POINT_LONG_WAY, /* nothing was done: use exec_open; another transaction is at the row */
};

/* Runs once, in a statement that has done nothing yet. context->arena is not used. Raises. */
enum point_outcome point_run(struct point *point, const struct exec_context *context,
                             struct batch *out, uint64_t *modified_count);

/* Whether it must be closed and opened anew for the next run: some function has kept a state. */
bool point_is_spent(const struct point *point);
