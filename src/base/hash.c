/*
 * hash.c: xxh3, built into this file so that the functions for short inputs are inlined.
 */
#include "base/hash.h"

#define XXH_INLINE_ALL
#include <xxhash.h>

uint64_t
hash_bytes(const void *data, size_t bytes)
{
    return XXH3_64bits(data, bytes);
}

uint64_t
hash_bytes_seed(const void *data, size_t bytes, uint64_t seed)
{
    return XXH3_64bits_withSeed(data, bytes, seed);
}
