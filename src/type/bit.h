/*
 * bit.h: strings of bits as the files about them share them.
 *
 * A value of bit or bit varying is a view of the number of bits (4 bytes, little-endian) and the
 * bits, the first in the highest bit of the first byte. What the last byte has beyond them is zero.
 */
#pragma once

#include "type/types.h"
#include "type/values.h"

#define BIT_HEAD_BYTES 4
#define BITS_MAX (INT32_MAX - 7) /* as many as a value may have */
#define BIT_TYPMOD_MAX 83886080  /* as long as a column may be declared */

struct bits {
    uint32_t count;
    const uint8_t *data;
};

static inline size_t
bits_bytes(uint64_t count)
{
    return (size_t)((count + 7) / 8);
}

/* The value must outlive the result. */
static inline struct bits
bits_read(const union datum *value)
{
    const uint8_t *at = view_data(&value->view);
    return (struct bits){.count = le32_get(at), .data = at + BIT_HEAD_BYTES};
}

static inline bool
bits_get(struct bits bits, uint32_t bit_idx)
{
    return (bits.data[bit_idx / 8] >> (7 - bit_idx % 8) & 1) != 0;
}

/* Room for a value: zeros, which the caller turns into bits; raises 54000 beyond BITS_MAX. */
uint8_t *bits_alloc(struct arena *arena, uint64_t count);
/* The value whose bits are at `data`, where bits_alloc had put them, written in full. */
union datum bits_datum(const uint8_t *data, uint64_t count);
/* `count` bits of `from` into the bits from `at` on of `data`, which are zero there. */
void bits_copy(uint8_t *data, uint32_t at, struct bits from, uint32_t start, uint32_t count);
int bits_compare(union datum a, union datum b);
