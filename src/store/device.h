/*
 * device.h: the world below the database: pages at page numbers, and a log in numbered segments.
 *
 * Kinds: file (device_file.c), memory (device_memory.c), simulated (device_sim.c: seeded faults,
 * torn and lost writes, a crash at any point). A distributed store fits the same interface: page
 * batches are written to places never referenced before, the superblock is the only page written
 * over, log segments are numbered objects that are appended to.
 *
 * Calls for different pages may come from several threads at once. A failed sync is final: the
 * device refuses all further writes and syncs with ST_READ_ONLY (never retried as if it had
 * worked).
 */
#pragma once

#include "base/log.h"
#include "base/slice.h"
#include "base/status.h"
#include "store/page_ref.h"

struct device;

struct device_ops {
    const char *kind;
    /* ST_IO if any byte could not be read; reading past the end gives ST_CORRUPT. */
    enum status (*read)(struct device *device, page_no first, uint32_t count, void *to);
    /* Extends the file as needed. ST_NO_SPACE leaves the file usable. */
    enum status (*write)(struct device *device, page_no first, uint32_t count, const void *from);
    enum status (*sync)(struct device *device);
    enum status (*page_count)(struct device *device, uint64_t *count);
    void (*trim)(struct device *device, page_no first,
                 uint64_t count); /* a hint: contents are not needed */
    enum status (*truncate)(struct device *device, uint64_t page_count);

    /* Makes segment `id` of `bytes` bytes, preallocated; its name is durable on return. `recycle`
     * (0: none) is an old segment whose space may be used for it and which is gone afterwards. On
     * failure there is no segment `id`, and the old one stays. */
    enum status (*log_create)(struct device *device, uint64_t id, uint64_t bytes, uint64_t recycle);
    enum status (*log_write)(struct device *device, uint64_t id, uint64_t offset, const void *from,
                             size_t bytes);
    enum status (*log_sync)(struct device *device, uint64_t id);
    /* Null, or: as log_write, for bytes behind which nothing in the segment matters, and which are
     * synced at once. One thread at a time. */
    enum status (*log_append)(struct device *device, uint64_t id, uint64_t offset, const void *from,
                              size_t bytes);
    /* Null, or: writes to all of a segment that was just made, so that what is written to it later
     * is synced in less time. */
    enum status (*log_prepare)(struct device *device, uint64_t id);
    /* *got < bytes only at the segment's end. */
    enum status (*log_read)(struct device *device, uint64_t id, uint64_t offset, void *to,
                            size_t bytes, size_t *got);
    enum status (*log_remove)(struct device *device, uint64_t id);
    /* The ids present, rising; at most `max` are written, *count is how many there are. */
    enum status (*log_list)(struct device *device, uint64_t *ids, uint32_t max, uint32_t *count);

    /* Null, or: ST_NOT_FOUND if what is open is no longer what its name leads to. */
    enum status (*find_name)(struct device *device);

    void (*close)(struct device *device);
};

struct device {
    const struct device_ops *ops;
};

struct device_file_options {
    bool is_read_only;
    bool can_create;
    const struct log_sink *log; /* may be null; outlives the device */
};

/*
 * Opens the database file at `path` (log segments live beside it as PATH-log.N) and locks it
 * against other processes: ST_IN_USE if one has it, ST_NOT_FOUND, ST_READ_ONLY if it may be read
 * and not written, ST_IO with the reason logged.
 */
MUST_CHECK enum status device_file_open(const char *path, const struct device_file_options *options,
                                        struct device **device);

/* A device that keeps pages and log in memory; for databases in memory the cache needs none at all.
 */
MUST_CHECK enum status device_memory_open(struct device **device);
