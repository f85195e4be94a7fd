/*
 * checkpointer.h: when checkpoints are taken, and what else is done in the background.
 *
 * With threads a thread of that name does it all. Without, checkpoints are taken when somebody
 * asks, and at the end; in memory, a commit does the jobs that it has made.
 */
#pragma once

#include "base/status.h"
#include <stdbool.h>
#include <stdint.h>

struct checkpointer;
struct db;

MUST_CHECK enum status checkpointer_new(struct db *db, struct checkpointer **checkpointer);
void checkpointer_free(struct checkpointer *checkpointer);
MUST_CHECK enum status checkpointer_start(struct checkpointer *checkpointer);
void checkpointer_stop(struct checkpointer *checkpointer);

/*
 * Does a slice of what is due: writes up to `pages_max` pages of the checkpoint under way, begins
 * one, or does a job. *is_idle: there was nothing to do. Any thread.
 */
MUST_CHECK enum status checkpointer_step(struct checkpointer *checkpointer, uint32_t pages_max,
                                         bool *is_idle);
/* Finishes the checkpoint under way and takes another, whole. Any thread. */
MUST_CHECK enum status checkpointer_take(struct checkpointer *checkpointer);
/* Does all jobs there are. */
MUST_CHECK enum status checkpointer_do_jobs(struct checkpointer *checkpointer);
/* Between the two no checkpoint goes on and no job is done. */
void checkpointer_pause(struct checkpointer *checkpointer);
void checkpointer_resume(struct checkpointer *checkpointer);
