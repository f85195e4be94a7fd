/*
 * bytes.h: integers at any address, little-endian (files) or big-endian (network, keys).
 */
#pragma once

#include <assert.h>
#include <stdint.h>
#include <string.h>

static inline uint16_t
le16_get(const void *p)
{
    uint16_t v;
    memcpy(&v, p, sizeof v);
    return v;
}

static inline uint32_t
le32_get(const void *p)
{
    uint32_t v;
    memcpy(&v, p, sizeof v);
    return v;
}

static inline uint64_t
le64_get(const void *p)
{
    uint64_t v;
    memcpy(&v, p, sizeof v);
    return v;
}

static inline void
le16_set(void *p, uint16_t v)
{
    memcpy(p, &v, sizeof v);
}

static inline void
le32_set(void *p, uint32_t v)
{
    memcpy(p, &v, sizeof v);
}

static inline void
le64_set(void *p, uint64_t v)
{
    memcpy(p, &v, sizeof v);
}

static inline uint16_t
be16_get(const void *p)
{
    return __builtin_bswap16(le16_get(p));
}

static inline uint32_t
be32_get(const void *p)
{
    return __builtin_bswap32(le32_get(p));
}

static inline uint64_t
be64_get(const void *p)
{
    return __builtin_bswap64(le64_get(p));
}

static inline void
be16_set(void *p, uint16_t v)
{
    le16_set(p, __builtin_bswap16(v));
}

static inline void
be32_set(void *p, uint32_t v)
{
    le32_set(p, __builtin_bswap32(v));
}

static inline void
be64_set(void *p, uint64_t v)
{
    le64_set(p, __builtin_bswap64(v));
}

static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__,
              "files are little-endian, and so is the host");
