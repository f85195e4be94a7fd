/*
 * device_direct.c: see device_direct.h.
 *
 * Writes past the page cache are made of whole blocks of the device. An append seldom begins at a
 * block's first byte, so it is put together in a stage: what the block held before, the bytes,
 * zeros. What it held is remembered from the append before, or read.
 *
 * A block is 512 bytes until the file system refuses that, then 4,096; if it refuses these too, or
 * the file cannot be opened this way at all, nothing is tried again.
 */
#include "store/device_direct.h"

#include "base/mem.h"
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#define BLOCK_BYTES_MIN 512u
#define BLOCK_BYTES_MAX 4096u
#define STAGE_BYTES ((size_t)256 << 10)
#define ZEROS_BYTES ((size_t)64 << 10)
#define MAP_BYTES (STAGE_BYTES + BLOCK_BYTES_MAX)

void
direct_init(struct direct *direct)
{
    *direct = (struct direct){.block = BLOCK_BYTES_MIN};
}

void
direct_deinit(struct direct *direct)
{
    if (direct->stage != NULL)
        mem_unmap(direct->stage, MAP_BYTES);
    direct->stage = NULL;
}

static void
refuse(struct direct *direct)
{
    direct->is_refused = true;
    direct_deinit(direct);
}

int
direct_open(struct direct *direct, const char *path)
{
    if (direct->is_refused)
        return -1;
    if (direct->stage == NULL)
        direct->stage = mem_map(MAP_BYTES);
    if (direct->stage == NULL)
        return -1;
    direct->tail = direct->stage + STAGE_BYTES;
    int fd = open(path, O_WRONLY | O_DIRECT | O_CLOEXEC);
    if (fd < 0)
        refuse(direct);
    return fd;
}

static bool
write_blocks(int fd, const uint8_t *from, size_t bytes, uint64_t at)
{
    for (size_t done = 0; done < bytes;) {
        ssize_t n = pwrite(fd, from + done, bytes - done, (off_t)(at + done));
        if (n > 0)
            done += (size_t)n;
        else if (n == 0 || errno != EINTR)
            return false;
    }
    return true;
}

/* Puts what the block at `at` holds before its byte `bytes` into the stage. */
static bool
take_head(struct direct *direct, const struct direct_append *append, uint64_t at, uint32_t bytes)
{
    if (bytes == 0)
        return true;
    bool is_known = direct->tail_segment == append->segment && direct->tail_at == at &&
                    direct->tail_bytes == bytes;
    if (is_known) {
        memcpy(direct->stage, direct->tail, bytes);
        return true;
    }
    return pread(append->plain_fd, direct->stage, bytes, (off_t)at) == (ssize_t)bytes;
}

/* Remembers the last block of the stage, which `bytes` bytes from file offset `at` were put in. */
static void
keep_tail(struct direct *direct, uint64_t segment, uint64_t at, size_t bytes)
{
    size_t whole = bytes & ~(size_t)(direct->block - 1);
    direct->tail_segment = segment;
    direct->tail_at = at + whole;
    direct->tail_bytes = (uint32_t)(bytes - whole);
    memcpy(direct->tail, direct->stage + whole, direct->tail_bytes);
}

/* Writes one stageful, from append->offset on; *taken bytes of it are written then. */
static bool
write_stage(struct direct *direct, const struct direct_append *append, size_t *taken)
{
    size_t block = direct->block;
    uint64_t at = append->offset & ~(uint64_t)(block - 1);
    size_t head = (size_t)(append->offset - at);
    size_t bytes = append->bytes < STAGE_BYTES - head ? append->bytes : STAGE_BYTES - head;
    size_t end = head + bytes, padded = (end + block - 1) & ~(block - 1);
    if (at + padded > append->room || !take_head(direct, append, at, (uint32_t)head))
        return false;
    memcpy(direct->stage + head, append->from, bytes);
    memset(direct->stage + end, 0, padded - end);
    direct->tail_bytes = 0;
    if (!write_blocks(append->fd, direct->stage, padded, at))
        return false;
    keep_tail(direct, append->segment, at, end);
    *taken = bytes;
    return true;
}

bool
direct_write(struct direct *direct, const struct direct_append *append)
{
    struct direct_append rest = *append;
    while (rest.bytes > 0 && !direct->is_refused) {
        size_t taken;
        if (write_stage(direct, &rest, &taken)) {
            rest.offset += taken;
            rest.from += taken;
            rest.bytes -= taken;
        } else if (errno == EINVAL && direct->block < BLOCK_BYTES_MAX) {
            direct->block = BLOCK_BYTES_MAX;
        } else {
            if (errno == EINVAL)
                refuse(direct);
            return false;
        }
    }
    return rest.bytes == 0;
}

bool
direct_zero(const char *path, uint64_t bytes)
{
    static const uint8_t zeros[ZEROS_BYTES] __attribute__((aligned(BLOCK_BYTES_MAX)));
    if (bytes % BLOCK_BYTES_MAX != 0)
        return false;
    int fd = open(path, O_WRONLY | O_DIRECT | O_CLOEXEC);
    bool is_good = fd >= 0;
    for (uint64_t at = 0; at < bytes && is_good; at += sizeof zeros) {
        size_t count = bytes - at < sizeof zeros ? (size_t)(bytes - at) : sizeof zeros;
        is_good = write_blocks(fd, zeros, count, at);
    }
    if (fd >= 0)
        close(fd);
    return is_good;
}
