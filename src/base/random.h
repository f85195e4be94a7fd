/*
 * random.h: the only source of chance. Seeded generators repeat; random_secret asks the kernel.
 */
#pragma once

#include "base/status.h"
#include <stddef.h>
#include <stdint.h>

struct random {
    uint64_t state[4]; /* xoshiro256++, Blackman and Vigna 2019 */
};

void random_init(struct random *random, uint64_t seed);
uint64_t random_next(struct random *random);
uint64_t random_below(struct random *random, uint64_t bound); /* uniform in [0, bound); bound > 0 */
double random_unit(struct random *random);                    /* uniform in [0, 1) */

/* Bytes that nobody can guess, from the kernel. Never fails short of a broken kernel (check). */
void random_secret(void *to, size_t bytes);
