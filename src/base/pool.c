/*
 * pool.c: see pool.h.
 *
 * A thread that rests waits on a condition of its own, so waking one wakes no other. Jobs end on
 * one condition for all: few callers wait at a time.
 */
#include "base/pool.h"
#include "base/check.h"
#include "base/mem.h"
#include "base/thread.h"
#include <sched.h>

#define POOL_STACK_BYTES ((size_t)8 << 20)

struct pool_thread {
    struct pool *pool;
    struct thread os;
    struct pool_thread *next; /* among those that rest */
    struct condition wake;
    struct pool_job *job; /* null: it rests */
    uint32_t share;
};

struct pool {
    struct mutex mutex; /* guards all below, and jobs' counts */
    struct condition ended;
    struct pool_thread *threads[POOL_THREADS_MAX];
    uint32_t thread_count;
    struct pool_thread *resting;
    bool is_ending;
};

uint32_t
pool_processors(void)
{
    cpu_set_t set;

    if (sched_getaffinity(0, sizeof set, &set) != 0)
        return 1;
    int count = CPU_COUNT(&set);
    return count < 1 ? 1 : (uint32_t)count;
}

struct pool *
pool_new(void)
{
    struct pool *pool = mem_alloc_zero(sizeof *pool);

    if (pool == NULL)
        return NULL;
    mutex_init(&pool->mutex);
    condition_init(&pool->ended);
    return pool;
}

static void
thread_run(void *object)
{
    struct pool_thread *thread = object;
    struct pool *pool = thread->pool;

    mutex_lock(&pool->mutex);
    for (;;) {
        while (thread->job == NULL && !pool->is_ending)
            condition_wait(&thread->wake, &pool->mutex);
        struct pool_job *job = thread->job;
        if (job == NULL)
            break;
        mutex_unlock(&pool->mutex);
        job->run(job->object, thread->share);
        mutex_lock(&pool->mutex);
        thread->job = NULL;
        thread->next = pool->resting;
        pool->resting = thread;
        job->done++;
        condition_broadcast(&pool->ended);
    }
    mutex_unlock(&pool->mutex);
}

void
pool_free(struct pool *pool)
{
    if (pool == NULL)
        return;
    mutex_lock(&pool->mutex);
    pool->is_ending = true;
    for (uint32_t i = 0; i < pool->thread_count; i++)
        condition_signal(&pool->threads[i]->wake);
    mutex_unlock(&pool->mutex);
    for (uint32_t i = 0; i < pool->thread_count; i++) {
        thread_join(&pool->threads[i]->os);
        condition_deinit(&pool->threads[i]->wake);
        mem_free(pool->threads[i]);
    }
    condition_deinit(&pool->ended);
    mutex_deinit(&pool->mutex);
    mem_free(pool);
}

/* One more thread, which has the job from its start; the mutex is held. */
static bool
thread_add(struct pool *pool, struct pool_job *job, uint32_t share)
{
    struct pool_thread *thread = mem_alloc_zero(sizeof *thread);

    if (thread == NULL)
        return false;
    thread->pool = pool;
    thread->job = job;
    thread->share = share;
    condition_init(&thread->wake);
    if (thread_start(&thread->os, "parallel", POOL_STACK_BYTES, thread_run, thread) != ST_OK) {
        condition_deinit(&thread->wake);
        mem_free(thread);
        return false;
    }
    pool->threads[pool->thread_count++] = thread;
    return true;
}

uint32_t
pool_start(struct pool *pool, struct pool_job *job, uint32_t wanted, uint32_t thread_max)
{
    if (thread_max > POOL_THREADS_MAX)
        thread_max = POOL_THREADS_MAX;
    job->taken = job->done = 0;
    mutex_lock(&pool->mutex);
    while (job->taken < wanted) {
        struct pool_thread *thread = pool->resting;
        if (thread != NULL) {
            /* Those at work count too: fewer may be wanted now than there are. */
            pool->resting = thread->next;
            thread->share = job->taken + 1;
            thread->job = job;
            condition_signal(&thread->wake);
        } else if (pool->thread_count >= thread_max || !thread_add(pool, job, job->taken + 1)) {
            break;
        }
        job->taken++;
    }
    uint32_t taken = job->taken;
    mutex_unlock(&pool->mutex);
    return taken;
}

bool
pool_wait(struct pool *pool, struct pool_job *job, int64_t until_us)
{
    bool is_in_time = true;

    mutex_lock(&pool->mutex);
    while (job->done < job->taken && is_in_time)
        is_in_time = condition_wait_until(&pool->ended, &pool->mutex, until_us);
    bool is_done = job->done == job->taken;
    mutex_unlock(&pool->mutex);
    return is_done;
}
