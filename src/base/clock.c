/*
 * clock.c: the system's clocks.
 */
#include "base/clock.h"

#include "base/check.h"
#include <errno.h>
#include <time.h>

static struct timespec
clock_read(clockid_t clock)
{
    struct timespec now;
    int error = clock_gettime(clock, &now);
    check(error == 0);
    return now;
}

int64_t
clock_monotonic_us(void)
{
    struct timespec now = clock_read(CLOCK_MONOTONIC);
    return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

int64_t
clock_monotonic_ns(void)
{
    struct timespec now = clock_read(CLOCK_MONOTONIC);
    return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

int64_t
clock_wall_us(void)
{
    struct timespec now = clock_read(CLOCK_REALTIME);
    return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

int64_t
clock_thread_us(const struct thread *thread)
{
    clockid_t clock;
    int error = pthread_getcpuclockid(thread->os, &clock);
    check(error == 0);
    struct timespec used = clock_read(clock);
    return (int64_t)used.tv_sec * 1000000 + used.tv_nsec / 1000;
}

void
clock_sleep_us(int64_t wait_us)
{
    if (wait_us <= 0)
        return;
    struct timespec until = clock_read(CLOCK_MONOTONIC);
    until.tv_sec += wait_us / 1000000;
    until.tv_nsec += (long)(wait_us % 1000000) * 1000;
    if (until.tv_nsec >= 1000000000) {
        until.tv_nsec -= 1000000000;
        until.tv_sec++;
    }
    /* An absolute time, so that a signal in between does not lengthen the sleep. */
    int error;
    do {
        error = clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &until, NULL);
    } while (error == EINTR);
    check(error == 0);
}
