/*
 * crash_device.h: a device in memory that outlives its store, for tests that crash and reopen.
 *
 * It keeps what was written apart from what was synced. crash_device_crash makes of both what a
 * power failure might leave: each unsynced page or log sector is there, or not, or (pages) some of
 * its sectors are; the file has its old or new length; removed log segments may be back. One
 * thread, or several if nothing is armed.
 */
#pragma once

#include "base/status.h"
#include "store/device.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define SECTOR_BYTES 512u

/* Bytes as they are, and as they were when last synced. Null: zeros. */
struct crash_bytes {
    uint8_t *now, *durable;
    size_t bytes, capacity;
};

/* Pages take memory when they are written; a page is in `dirty` while its copies differ. */
struct crash_pages {
    struct crash_bytes *pages; /* [capacity], PAGE_BYTES each */
    uint64_t count, durable_count, capacity;
    page_no *dirty;
    uint64_t dirty_count, dirty_capacity;
};

struct crash_segment {
    uint64_t id;
    struct crash_bytes content;
    bool is_removed; /* not seen any more; a crash may bring it back */
};

#define CRASH_SEGMENTS_MAX 256

struct crash_device {
    struct device device;
    struct crash_pages pages;
    struct crash_segment segments[CRASH_SEGMENTS_MAX];
    uint32_t segment_count;
    uint64_t op_count;       /* writes, syncs, creations, truncations so far */
    uint64_t fail_at;        /* the operation of this number fails; 0: none */
    enum status fail_status; /* with this */
    bool is_failing_on;      /* and so do all after it: the power is gone */
    uint64_t pages_max;      /* 0: no bound */
    bool is_losing_writes;   /* page writes tell success and do nothing */
};

struct crash_device *crash_device_new(void);
void crash_device_free(struct crash_device *device);
/* After this the device holds what a crash left; nothing is armed any more. */
void crash_device_crash(struct crash_device *device, uint64_t seed);
/* The segment's bytes, to be damaged; null: there is none of that id. */
struct crash_segment *crash_device_segment(struct crash_device *device, uint64_t id);
