/*
 * random.c: xoshiro256++ (Blackman and Vigna, "Scrambled linear pseudorandom number generators",
 * 2019), seeded by splitmix64 as its authors advise; and the kernel's generator for secrets.
 */
#include "base/random.h"

#include "base/check.h"
#include <errno.h>
#include <sys/random.h>

static uint64_t
splitmix_next(uint64_t *state)
{
    uint64_t z = *state += 0x9e3779b97f4a7c15u;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return z ^ (z >> 31);
}

void
random_init(struct random *random, uint64_t seed)
{
    for (int i = 0; i < 4; i++)
        random->state[i] = splitmix_next(&seed);
}

static inline uint64_t
rotate_left(uint64_t v, int bits)
{
    return (v << bits) | (v >> (64 - bits));
}

uint64_t
random_next(struct random *random)
{
    uint64_t *s = random->state;
    uint64_t result = rotate_left(s[0] + s[3], 23) + s[0];
    uint64_t t = s[1] << 17;
    s[2] ^= s[0];
    s[3] ^= s[1];
    s[1] ^= s[2];
    s[0] ^= s[3];
    s[2] ^= t;
    s[3] = rotate_left(s[3], 45);
    return result;
}

/* Multiply and shift (Lemire, "Fast random integer generation in an interval", 2019): the high word
 * of the product is the result; low words below 2^64 mod bound would favour some, so draw again. */
uint64_t
random_below(struct random *random, uint64_t bound)
{
    check(bound > 0);
    for (;;) {
        __uint128_t product = (__uint128_t)random_next(random) * bound;
        uint64_t low = (uint64_t)product;
        if (low >= bound || low >= -bound % bound)
            return (uint64_t)(product >> 64);
    }
}

double
random_unit(struct random *random)
{
    return (double)(random_next(random) >> 11) * 0x1.0p-53;
}

void
random_secret(void *to, size_t bytes)
{
    uint8_t *next = to;
    while (bytes > 0) {
        ssize_t got = getrandom(next, bytes, 0);
        if (got < 0 && errno == EINTR)
            continue;
        check(got > 0);
        next += got;
        bytes -= (size_t)got;
    }
}
