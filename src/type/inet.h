/*
 * inet.h: addresses of hosts and networks, of type inet and cidr.
 *
 * A value is a view of its family (2: IPv4, 3: IPv6), the length of its mask in bits, and the 4 or
 * 16 bytes of the address. A cidr has no bits set to the right of its mask. Order: the bits that
 * both masks cover, then the shorter mask, then the rest of the address.
 */
#pragma once

#include "type/types.h"
#include "type/values.h"

#define INET_V4 2
#define INET_V6 3

struct inet {
    uint8_t family, bits;
    uint8_t address[16]; /* the first 4 for INET_V4, the rest zero */
};

static inline uint32_t
inet_bytes(const struct inet *inet)
{
    return inet->family == INET_V4 ? 4 : 16;
}

static inline uint8_t
inet_bits_max(const struct inet *inet)
{
    return inet->family == INET_V4 ? 32 : 128;
}

struct inet datum_inet(const union datum *value);
union datum inet_datum(struct arena *arena, const struct inet *inet);

/* As bytes of a mask: the leading `bits` of each byte of the address. */
uint8_t inet_mask_byte(uint32_t bits, uint32_t byte_idx);

/* Clears the bits to the right of the mask. */
void inet_clear_host(struct inet *inet);

/* How the first `bits` of both, of one family, compare. */
int inet_compare_bits(const struct inet *a, const struct inet *b, uint32_t bits);

/* False if the text is none: then *inet is undefined. A cidr may leave out zero bytes. */
bool inet_read(struct slice text, bool is_cidr, struct inet *inet);

/* The address; its mask only if that is shorter than the address. */
void inet_write(const struct inet *inet, struct buf *to);

/* A cidr as short as it can be: IPv4 without zero bytes to the right of the mask. */
void inet_write_short(const struct inet *inet, struct buf *to);
