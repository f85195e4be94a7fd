/*
 * hash_value.h: the hash functions that SQL shows: hashint4, hashtextextended and their kin.
 *
 * They give PostgreSQL's numbers, bit for bit, because hash partitions are told apart by them and a
 * user may ask for them. Inside the executor type_info.hash serves, which is faster.
 */
#pragma once

#include "type/types.h"

#define HASH_PARTITION_SEED UINT64_C(0x7A5B22367996DCFD) /* what hash partitioning starts from */

/* Whether values of the type have an extended hash; arrays: whether their elements have. */
bool value_can_hash(const struct type_env *env, const struct type_info *info);
/* The extended hash of a value of the type, for which value_can_hash; raises 42883 if not. */
uint64_t value_hash_extended(const struct type_env *env, struct arena *arena,
                             const struct type_info *info, union datum value, uint64_t seed);
/* The hash of a row of keys, from that of those before and that of one that is not null. */
static inline uint64_t
hash_combine(uint64_t before, uint64_t hash)
{
    return before ^ (hash + UINT64_C(0x49a0f4dd15e5a8e3) + (before << 54) + (before >> 7));
}

/* Bob Jenkins' lookup3 over bytes, as PostgreSQL seeds and reads it. */
uint32_t hash_bytes_short(struct slice bytes);
uint64_t hash_bytes_extended(struct slice bytes, uint64_t seed);
