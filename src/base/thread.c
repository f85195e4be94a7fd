/*
 * thread.c: pthread, with names set and errors turned into broken promises.
 */
#include "base/thread.h"

#include "base/check.h"
#include "base/mem.h"
#include <errno.h>
#include <limits.h>
#include <signal.h>
#include <string.h>
#include <time.h>

void
mutex_init(struct mutex *mutex)
{
    int error = pthread_mutex_init(&mutex->os, NULL);
    check(error == 0);
}

void
mutex_deinit(struct mutex *mutex)
{
    int error = pthread_mutex_destroy(&mutex->os);
    check(error == 0);
}

void
mutex_lock(struct mutex *mutex)
{
    int error = pthread_mutex_lock(&mutex->os);
    check(error == 0);
}

bool
mutex_try_lock(struct mutex *mutex)
{
    int error = pthread_mutex_trylock(&mutex->os);
    check(error == 0 || error == EBUSY);
    return error == 0;
}

void
mutex_unlock(struct mutex *mutex)
{
    int error = pthread_mutex_unlock(&mutex->os);
    check(error == 0);
}

void
condition_init(struct condition *condition)
{
    pthread_condattr_t attributes;
    int error = pthread_condattr_init(&attributes);
    check(error == 0);
    error = pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    check(error == 0);
    error = pthread_cond_init(&condition->os, &attributes);
    check(error == 0);
    pthread_condattr_destroy(&attributes);
}

void
condition_deinit(struct condition *condition)
{
    int error = pthread_cond_destroy(&condition->os);
    check(error == 0);
}

void
condition_wait(struct condition *condition, struct mutex *mutex)
{
    int error = pthread_cond_wait(&condition->os, &mutex->os);
    check(error == 0);
}

bool
condition_wait_until(struct condition *condition, struct mutex *mutex, int64_t until_us)
{
    if (until_us < 0)
        until_us = 0;
    struct timespec until = {.tv_sec = until_us / 1000000,
                             .tv_nsec = (long)(until_us % 1000000) * 1000};
    int error = pthread_cond_timedwait(&condition->os, &mutex->os, &until);
    check(error == 0 || error == ETIMEDOUT);
    return error == 0;
}

void
condition_signal(struct condition *condition)
{
    int error = pthread_cond_signal(&condition->os);
    check(error == 0);
}

void
condition_broadcast(struct condition *condition)
{
    int error = pthread_cond_broadcast(&condition->os);
    check(error == 0);
}

/* What a new thread needs to know; it frees it. */
struct thread_start {
    void (*fn)(void *object);
    void *object;
    char name[THREAD_NAME_BYTES_MAX + 1];
};

static void *
thread_main(void *argument)
{
    struct thread_start start = *(struct thread_start *)argument;
    mem_free(argument);
    /* A name is for people; a kernel that refuses it is no reason to stop. */
    (void)pthread_setname_np(pthread_self(), start.name);
    start.fn(start.object);
    return NULL;
}

/* Creates the thread with all signals blocked: a new thread inherits its creator's mask. */
static int
thread_create(pthread_t *os, const pthread_attr_t *attributes, struct thread_start *start)
{
    sigset_t all, before;
    sigfillset(&all);
    int error = pthread_sigmask(SIG_SETMASK, &all, &before);
    check(error == 0);
    int create_error = pthread_create(os, attributes, thread_main, start);
    error = pthread_sigmask(SIG_SETMASK, &before, NULL);
    check(error == 0);
    return create_error;
}

enum status
thread_start(struct thread *thread, const char *name, size_t stack_bytes, void (*fn)(void *object),
             void *object)
{
    size_t name_bytes = strlen(name);
    check(name_bytes <= THREAD_NAME_BYTES_MAX);

    struct thread_start *start = mem_alloc(sizeof *start);
    if (start == NULL)
        return ST_NO_MEMORY;
    start->fn = fn;
    start->object = object;
    memcpy(start->name, name, name_bytes + 1);

    pthread_attr_t attributes;
    int error = pthread_attr_init(&attributes);
    check(error == 0);
    if (stack_bytes != 0) {
        size_t least = (size_t)PTHREAD_STACK_MIN;
        error = pthread_attr_setstacksize(&attributes, stack_bytes < least ? least : stack_bytes);
        check(error == 0);
    }
    error = thread_create(&thread->os, &attributes, start);
    pthread_attr_destroy(&attributes);
    if (error != 0) {
        mem_free(start);
        return ST_NO_MEMORY; /* EAGAIN: no memory, or no more threads allowed */
    }
    return ST_OK;
}

void
thread_join(struct thread *thread)
{
    int error = pthread_join(thread->os, NULL);
    check(error == 0);
}
