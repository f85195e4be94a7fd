/*
 * fault_device.h: a device whose n-th call of a kind fails, over any other device.
 *
 * What fails does so as real disks do: a read or write that fails has moved part of its bytes, a
 * failed sync is final, a full disk refuses what would make a file longer and nothing else.
 */
#pragma once

#include "store/device.h"
#include <stdatomic.h>

enum fault_kind {
    FAULTY_READ,   /* ST_IO after half of the bytes */
    FAULTY_DAMAGE, /* a page comes back with one bit turned over, and no error */
    FAULTY_WRITE,  /* ST_IO after half of the bytes */
    FAULTY_SYNC,   /* ST_IO; all writes and syncs after it ST_READ_ONLY */
    FAULTY_SPACE,  /* ST_NO_SPACE for what needs more of the disk */
    FAULTY_KIND_COUNT
};

extern const char *const fault_kind_names[FAULTY_KIND_COUNT];

/* The caller's; it outlives the device, and may be armed again while the device is open. */
struct fault_plan {
    enum fault_kind kind;
    uint64_t nth;        /* 1: the next call of the kind; 0: none */
    bool goes_on;        /* and so do all of the kind after it, until nth is 0 */
    atomic_ulong passed; /* calls of the kind since it was armed */
    atomic_bool was_hit;
};

void fault_plan_arm(struct fault_plan *plan, uint64_t nth);

/* Takes `under` over, also on failure. */
MUST_CHECK enum status fault_device_open(struct device *under, struct fault_plan *plan,
                                         struct device **device);
