/*
 * clock.h: the only place that asks the system for time.
 */
#pragma once

#include "base/thread.h"
#include <stdint.h>

int64_t clock_monotonic_us(void);
int64_t clock_monotonic_ns(void);
int64_t clock_wall_us(void); /* microseconds since 1970-01-01 00:00:00 UTC */
int64_t
clock_thread_us(const struct thread *thread); /* of CPU that it has used; it has not ended */
void clock_sleep_us(int64_t wait_us);         /* at least that long; 0 or less returns at once */
