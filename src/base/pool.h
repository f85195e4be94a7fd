/*
 * pool.h: threads that take a share of somebody's work, and rest in between.
 *
 * Who has work calls pool_run: it does a share itself, and up to so many threads that rest, or can
 * be started, do others at the same time. Nothing ever waits for a free thread: if there is none,
 * the caller does the work alone. So pools cannot deadlock, and shares must be of a kind that any
 * number of them, also one, does all there is to do.
 */
#pragma once

#include "base/status.h"
#include <stdbool.h>
#include <stdint.h>

#define POOL_THREADS_MAX 64u

struct pool;

/* A pool without threads: they are started as they are needed. Null: no memory. */
struct pool *pool_new(void);
/* Ends the threads. Nobody runs anything any more. Null is fine. */
void pool_free(struct pool *pool);

/*
 * Work under way. `run` is called with the object and a number: 0 for the caller's share, 1 and up
 * for those of threads. It must not raise out of its frame.
 */
struct pool_job {
    void (*run)(void *object, uint32_t share);
    void *object;
    /* The pool's: */
    uint32_t taken, done;
};

/* Wakes up to `wanted` threads for shares 1 and up; the pool never has more than `thread_max`.
 * Returns how many: pool_wait must be called for them. */
uint32_t pool_start(struct pool *pool, struct pool_job *job, uint32_t wanted, uint32_t thread_max);
/* Waits until all started shares have ended, or `until_us` (clock_monotonic_us) has passed: false.
 */
bool pool_wait(struct pool *pool, struct pool_job *job, int64_t until_us);

/* Processors that this process may use. */
uint32_t pool_processors(void);
