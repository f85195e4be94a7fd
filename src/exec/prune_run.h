/*
 * prune_run.h: which children of an append over partitions need not run (plan/prune.h), by values
 * of parameters.
 */
#pragma once

#include "exec/exec_int.h"

struct prune_code;
struct prune_state;

const struct prune_code *prune_compile(struct compiler *compiler, const struct plan_prune *plan);
struct prune_state *prune_open(struct exec *exec, const struct prune_code *code);
/* The answer for the parameters as they are now, into `is_live`, one a child of the append. */
void prune_run(struct exec *exec, struct prune_state *state, bool *is_live, uint32_t child_count);
