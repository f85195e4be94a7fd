/*
 * thread.h: named threads, mutexes, conditions. Thin over pthread so that errors and names are
 * handled in one place; a failed lock is a broken promise (check), never a status.
 */
#pragma once

#include "base/status.h"
#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

struct mutex {
    pthread_mutex_t os;
};

struct condition {
    pthread_cond_t os; /* on the monotonic clock */
};

void mutex_init(struct mutex *mutex);
void mutex_deinit(struct mutex *mutex);
void mutex_lock(struct mutex *mutex);
bool mutex_try_lock(struct mutex *mutex);
void mutex_unlock(struct mutex *mutex);

void condition_init(struct condition *condition);
void condition_deinit(struct condition *condition);
void condition_wait(struct condition *condition, struct mutex *mutex);
/* False if `until_us` (clock_monotonic_us) passed without a signal. */
bool condition_wait_until(struct condition *condition, struct mutex *mutex, int64_t until_us);
void condition_signal(struct condition *condition);
void condition_broadcast(struct condition *condition);

struct thread {
    pthread_t os;
};

#define THREAD_NAME_BYTES_MAX 15

/* Starts fn(object) on a new thread that `ps -T` shows as `name`; all signals are blocked in it. */
MUST_CHECK enum status thread_start(struct thread *thread, const char *name, size_t stack_bytes,
                                    void (*fn)(void *object), void *object);
void thread_join(struct thread *thread);
