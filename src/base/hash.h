/*
 * hash.h: 64-bit hashes (xxh3). Page checksums and hash tables; not for secrets.
 */
#pragma once

#include "base/slice.h"
#include <stdint.h>

uint64_t hash_bytes(const void *data, size_t bytes);
uint64_t hash_bytes_seed(const void *data, size_t bytes, uint64_t seed);

/* One 64-bit word, mixed well enough for tables whose size is a power of two. */
static inline uint64_t
hash_u64(uint64_t v)
{
    v ^= v >> 32;
    v *= 0xd6e8feb86659fd93u;
    v ^= v >> 32;
    v *= 0xd6e8feb86659fd93u;
    return v ^ (v >> 32);
}

static inline uint64_t
hash_combine(uint64_t a, uint64_t b)
{
    return hash_u64(a ^ (b + 0x9e3779b97f4a7c15u + (a << 6) + (a >> 2)));
}
