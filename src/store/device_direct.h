/*
 * device_direct.h: appends to a log segment's file past the system's page cache.
 *
 * A sync after it has no pages to look for, and the device is given the sectors that changed and
 * not pages. Belongs to device_file.c, which writes in the usual way wherever this one refuses.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct direct {
    uint8_t *stage; /* aligned; null until first needed */
    uint32_t block; /* what offsets, sizes and addresses are multiples of */
    bool is_refused;
    /* The bytes of the block that the last append ended in, up to where it ended. */
    uint8_t *tail;
    uint64_t tail_segment, tail_at;
    uint32_t tail_bytes; /* 0: none */
};

void direct_init(struct direct *direct);
void direct_deinit(struct direct *direct);

/* The file at `path`, opened for appends; -1: it cannot be. */
int direct_open(struct direct *direct, const char *path);

/* What is to be appended, and where. */
struct direct_append {
    int fd;           /* direct_open's */
    int plain_fd;     /* the same file opened in the usual way: to read from */
    uint64_t segment; /* its number: never 0 */
    uint64_t room;    /* bytes of the file */
    uint64_t offset;
    const uint8_t *from;
    size_t bytes;
};

/*
 * Writes bytes behind which nothing in the file matters: the rest of their last block becomes
 * zeros. False: part of it was written or nothing, and all of it is to be written in another way.
 * Durable after a sync of either descriptor. One thread at a time.
 */
bool direct_write(struct direct *direct, const struct direct_append *append);

/* Writes zeros over the first `bytes` bytes of a file; false: not all of it. To be synced. Any
 * thread. */
bool direct_zero(const char *path, uint64_t bytes);
