/*
 * device_file.c: pages in a file, log segments in files beside it.
 *
 * The database file is locked against other processes, and against a second opening in this one, as
 * long as it is open. Log segment N of PATH is PATH-log.N. A new segment gets its blocks at once,
 * and zeros are written ahead of the log by LOG_AHEAD_BYTES: a sync then seldom has to note that
 * blocks have been written for the first time, which costs a second write on most file systems.
 *
 * After a sync that failed the kernel may have dropped what it could not write, so nothing is
 * written or synced from then on (is_failed).
 */
#include "base/buf.h"
#include "base/clock.h"
#include "base/fault.h"
#include "base/mem.h"
#include "base/thread.h"
#include "store/device.h"
#include "store/device_direct.h"
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#define LOG_AHEAD_BYTES ((uint64_t)256 << 10)
#define SEGMENTS_OPEN_MAX 8u
#define LOCK_WAIT_US 1000000
#define LOCK_POLL_US 10000

/* An open log segment. */
struct segment {
    uint64_t id; /* 0: free */
    int fd;
    int direct_fd;      /* for appends past the page cache; -1: not open, or not to be had */
    bool is_direct_old; /* opening it was tried */
    uint32_t use_count; /* calls that use fd just now */
    uint64_t bytes;
    uint64_t written_end; /* blocks before it have been written */
    uint64_t used_at;
};

struct file_device {
    struct device device;
    int fd;
    bool is_read_only;
    _Atomic bool is_failed;
    const struct log_sink *log;
    char *path, *directory;
    const char *name;  /* the part of path behind the directory */
    struct mutex lock; /* guards the rest */
    struct segment segments[SEGMENTS_OPEN_MAX];
    uint64_t clock;
    struct direct direct; /* log_append's */
};

static struct file_device *
file_of(struct device *device)
{
    return (struct file_device *)device;
}

static enum status
status_of(int error)
{
    switch (error) {
    case ENOENT:
        return ST_NOT_FOUND;
    case ENOSPC:
    case EDQUOT:
    case EFBIG:
        return ST_NO_SPACE;
    case ENOMEM:
        return ST_NO_MEMORY;
    default:
        return ST_IO;
    }
}

/* Logs why a call failed; returns its status. */
static enum status
failed(const struct file_device *file, const char *what)
{
    int error = errno;
    char reason[128];
    log_line(file->log, LOG_ERROR, "could not %s \"%s\": %s", what, file->path,
             strerror_r(error, reason, sizeof reason));
    return status_of(error);
}

static enum status
injected(const struct file_device *file, const char *what)
{
    errno = EIO;
    return failed(file, what);
}

static bool
can_write(const struct file_device *file)
{
    return !file->is_read_only && !atomic_load(&file->is_failed);
}

/* ---- bytes of any of the files ---- */

static enum status
read_all(const struct file_device *file, int fd, uint64_t at, void *to, size_t bytes, size_t *got)
{
    *got = 0;
    if (fault_hit(FAULT_IO))
        return injected(file, "read from");
    while (*got < bytes) {
        ssize_t n = pread(fd, (uint8_t *)to + *got, bytes - *got, (off_t)(at + *got));
        if (n == 0)
            break;
        if (n > 0)
            *got += (size_t)n;
        else if (errno != EINTR)
            return failed(file, "read from");
    }
    return ST_OK;
}

static enum status
write_all(const struct file_device *file, int fd, uint64_t at, const void *from, size_t bytes)
{
    if (fault_hit(FAULT_IO))
        return injected(file, "write to");
    for (size_t done = 0; done < bytes;) {
        ssize_t n = pwrite(fd, (const uint8_t *)from + done, bytes - done, (off_t)(at + done));
        if (n > 0)
            done += (size_t)n;
        else if (n == 0 || errno != EINTR)
            return failed(file, "write to");
    }
    return ST_OK;
}

static enum status
sync_fd(struct file_device *file, int fd)
{
    if (!can_write(file))
        return ST_READ_ONLY;
    bool is_injected = fault_hit(FAULT_IO);
    if (!is_injected && fdatasync(fd) == 0)
        return ST_OK;
    atomic_store(&file->is_failed, true);
    return is_injected ? injected(file, "sync") : failed(file, "sync");
}

/* Makes names that have come and gone durable. */
static enum status
sync_directory(struct file_device *file)
{
    int fd = open(file->directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0)
        return failed(file, "open the directory of");
    bool is_injected = fault_hit(FAULT_IO);
    int result = is_injected ? -1 : fsync(fd);
    enum status st = ST_OK;
    if (result != 0)
        st = is_injected ? injected(file, "sync the directory of")
                         : failed(file, "sync the directory of");
    close(fd);
    return st;
}

/* ---- pages ---- */

static enum status
file_read(struct device *device, page_no first, uint32_t count, void *to)
{
    struct file_device *file = file_of(device);
    size_t bytes = (size_t)count * PAGE_BYTES, got;
    TRY(read_all(file, file->fd, first * PAGE_BYTES, to, bytes, &got));
    return got == bytes ? ST_OK : ST_CORRUPT;
}

static enum status
file_write(struct device *device, page_no first, uint32_t count, const void *from)
{
    struct file_device *file = file_of(device);
    if (!can_write(file))
        return ST_READ_ONLY;
    return write_all(file, file->fd, first * PAGE_BYTES, from, (size_t)count * PAGE_BYTES);
}

static enum status
file_sync(struct device *device)
{
    return sync_fd(file_of(device), file_of(device)->fd);
}

static enum status
file_page_count(struct device *device, uint64_t *count)
{
    struct file_device *file = file_of(device);
    struct stat about;
    if (fstat(file->fd, &about) != 0)
        return failed(file, "ask for the size of");
    *count = (uint64_t)about.st_size / PAGE_BYTES;
    return ST_OK;
}

static void
file_trim(struct device *device, page_no first, uint64_t count)
{
    struct file_device *file = file_of(device);
    /* A hint: a file system that cannot do it keeps the blocks. */
    if (can_write(file) && count > 0)
        (void)fallocate(file->fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE,
                        (off_t)(first * PAGE_BYTES), (off_t)(count * PAGE_BYTES));
}

static enum status
file_truncate(struct device *device, uint64_t page_count)
{
    struct file_device *file = file_of(device);
    if (!can_write(file))
        return ST_READ_ONLY;
    if (fault_hit(FAULT_IO))
        return injected(file, "truncate");
    return ftruncate(file->fd, (off_t)(page_count * PAGE_BYTES)) == 0 ? ST_OK
                                                                      : failed(file, "truncate");
}

/* Whoever opens the path must find this file, with all that has been committed. */
static enum status
file_find_name(struct device *device)
{
    const struct file_device *file = file_of(device);
    struct stat named, opened;
    if (fstat(file->fd, &opened) != 0)
        return failed(file, "look at");
    if (stat(file->path, &named) != 0)
        return errno == ENOENT ? ST_NOT_FOUND : failed(file, "look at");
    return named.st_dev == opened.st_dev && named.st_ino == opened.st_ino ? ST_OK : ST_NOT_FOUND;
}

/* ---- log segments ---- */

/* The path of a segment, in a buf of the caller's. Null if there is no memory. */
static const char *
segment_path(const struct file_device *file, uint64_t id, struct buf *to)
{
    buf_init(to);
    buf_format(to, "%s-log.%llu", file->path, (unsigned long long)id);
    buf_put_u8(to, 0);
    return to->is_failed ? NULL : (const char *)to->data;
}

static void
segment_close(struct segment *segment)
{
    close(segment->fd);
    if (segment->direct_fd >= 0)
        close(segment->direct_fd);
    segment->id = 0;
}

/* A place for one more open segment: a free one, or the one that was not used for longest. */
static struct segment *
segment_place(struct file_device *file)
{
    struct segment *oldest = NULL;
    for (uint32_t i = 0; i < SEGMENTS_OPEN_MAX; i++) {
        struct segment *segment = &file->segments[i];
        if (segment->id == 0)
            return segment;
        if (segment->use_count == 0 && (oldest == NULL || segment->used_at < oldest->used_at))
            oldest = segment;
    }
    if (oldest != NULL) {
        segment_close(oldest);
    }
    return oldest;
}

/* Opens a segment whose name is there. Lock held. */
static enum status
segment_open(struct file_device *file, uint64_t id, struct segment **segment)
{
    struct segment *place = segment_place(file);
    if (place == NULL)
        return ST_LIMIT; /* more threads than there can be are reading the log */
    struct buf path;
    const char *name = segment_path(file, id, &path);
    if (name == NULL) {
        buf_deinit(&path);
        return ST_NO_MEMORY;
    }
    int fd = open(name, (file->is_read_only ? O_RDONLY : O_RDWR) | O_CLOEXEC);
    struct stat about;
    enum status st = ST_OK;
    if (fd < 0)
        st = errno == ENOENT ? ST_NOT_FOUND : failed(file, "open a log segment of");
    else if (fstat(fd, &about) != 0)
        st = failed(file, "ask for the size of a log segment of");
    buf_deinit(&path);
    if (st != ST_OK) {
        if (fd >= 0)
            close(fd);
        return st;
    }
    *place = (struct segment){.id = id,
                              .fd = fd,
                              .direct_fd = -1,
                              .bytes = (uint64_t)about.st_size,
                              .written_end = (uint64_t)about.st_size};
    *segment = place;
    return ST_OK;
}

/* The segment, open, until segment_done. */
static enum status
segment_use(struct file_device *file, uint64_t id, struct segment **segment)
{
    enum status st = ST_OK;
    mutex_lock(&file->lock);
    *segment = NULL;
    for (uint32_t i = 0; i < SEGMENTS_OPEN_MAX; i++) {
        if (id != 0 && file->segments[i].id == id)
            *segment = &file->segments[i];
    }
    if (*segment == NULL)
        st = segment_open(file, id, segment);
    if (st == ST_OK) {
        (*segment)->use_count++;
        (*segment)->used_at = ++file->clock;
    }
    mutex_unlock(&file->lock);
    return st;
}

static void
segment_done(struct file_device *file, struct segment *segment)
{
    mutex_lock(&file->lock);
    segment->use_count--;
    mutex_unlock(&file->lock);
}

/* Forgets an open segment whose name goes away. */
static void
segment_forget(struct file_device *file, uint64_t id)
{
    mutex_lock(&file->lock);
    for (uint32_t i = 0; i < SEGMENTS_OPEN_MAX; i++) {
        struct segment *segment = &file->segments[i];
        if (segment->id == id && segment->use_count == 0) {
            segment_close(segment);
        }
    }
    mutex_unlock(&file->lock);
}

/* Gives the new file its blocks, as far as the file system knows how to. */
static enum status
segment_allocate(struct file_device *file, int fd, uint64_t bytes)
{
    if (fault_hit(FAULT_IO))
        return injected(file, "allocate a log segment of");
    if (fallocate(fd, 0, 0, (off_t)bytes) == 0)
        return ST_OK;
    if (errno != EOPNOTSUPP && errno != ENOSYS)
        return failed(file, "allocate a log segment of");
    return ftruncate(fd, (off_t)bytes) == 0 ? ST_OK : failed(file, "allocate a log segment of");
}

/* Makes the file of a segment, or renames an old one to it. */
static enum status
segment_make(struct file_device *file, const char *name, const char *old, uint64_t bytes)
{
    if (old != NULL) {
        if (fault_hit(FAULT_IO))
            return injected(file, "rename a log segment of");
        if (rename(old, name) == 0)
            return ST_OK;
        if (errno != ENOENT)
            return failed(file, "rename a log segment of");
    }
    int fd = open(name, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (fd < 0)
        return failed(file, "create a log segment of");
    enum status st = segment_allocate(file, fd, bytes);
    if (st == ST_OK)
        st = sync_fd(file, fd);
    close(fd);
    if (st != ST_OK)
        unlink(name);
    return st;
}

/* Undoes segment_make. */
static void
segment_unmake(struct file_device *file, uint64_t id, const char *name, const char *old)
{
    segment_forget(file, id);
    if (old == NULL || rename(name, old) != 0)
        (void)unlink(name);
}

/* What was just made holds nothing yet: all of it is to be written ahead. */
static enum status
segment_mark_new(struct file_device *file, uint64_t id)
{
    struct segment *segment;
    TRY(segment_use(file, id, &segment));
    segment->written_end = 0;
    segment_done(file, segment);
    return ST_OK;
}

static enum status
file_log_create(struct device *device, uint64_t id, uint64_t bytes, uint64_t recycle)
{
    struct file_device *file = file_of(device);
    if (!can_write(file))
        return ST_READ_ONLY;
    struct buf path, old_path;
    const char *name = segment_path(file, id, &path);
    const char *recycled = segment_path(file, recycle, &old_path);
    const char *old = recycle != 0 ? recycled : NULL;
    enum status st = name == NULL || recycled == NULL ? ST_NO_MEMORY : ST_OK;
    if (recycle != 0)
        segment_forget(file, recycle);
    if (st == ST_OK) {
        st = segment_make(file, name, old, bytes);
        bool is_made = st == ST_OK;
        if (st == ST_OK)
            st = sync_directory(file);
        if (st == ST_OK && recycle == 0)
            st = segment_mark_new(file, id);
        if (is_made && st != ST_OK)
            segment_unmake(file, id, name, old);
    }
    buf_deinit(&path);
    buf_deinit(&old_path);
    return st;
}

/* Writes zeros from `end` to the end of its stretch, if that was never written to. */
static enum status
write_ahead(struct file_device *file, struct segment *segment, uint64_t end)
{
    static const uint8_t zeros[64 << 10];
    uint64_t to = (end + LOG_AHEAD_BYTES - 1) / LOG_AHEAD_BYTES * LOG_AHEAD_BYTES;
    if (to > segment->bytes)
        to = segment->bytes;
    for (uint64_t at = end; at < to;) {
        size_t bytes = to - at < sizeof zeros ? (size_t)(to - at) : sizeof zeros;
        TRY(write_all(file, segment->fd, at, zeros, bytes));
        at += bytes;
    }
    segment->written_end = to > end ? to : end;
    return ST_OK;
}

static enum status
file_log_write(struct device *device, uint64_t id, uint64_t offset, const void *from, size_t bytes)
{
    struct file_device *file = file_of(device);
    if (!can_write(file))
        return ST_READ_ONLY;
    struct segment *segment;
    TRY(segment_use(file, id, &segment));
    enum status st = write_all(file, segment->fd, offset, from, bytes);
    if (st == ST_OK && offset + bytes > segment->written_end)
        st = write_ahead(file, segment, offset + bytes);
    segment_done(file, segment);
    return st;
}

static int
direct_fd(struct file_device *file, struct segment *segment)
{
    struct buf path;
    if (segment->is_direct_old)
        return segment->direct_fd;
    segment->is_direct_old = true;
    const char *name = segment_path(file, segment->id, &path);
    if (name != NULL)
        segment->direct_fd = direct_open(&file->direct, name);
    buf_deinit(&path);
    return segment->direct_fd;
}

static enum status
file_log_append(struct device *device, uint64_t id, uint64_t offset, const void *from, size_t bytes)
{
    struct file_device *file = file_of(device);
    if (!can_write(file))
        return ST_READ_ONLY;
    if (fault_hit(FAULT_IO))
        return injected(file, "write to");
    struct segment *segment;
    TRY(segment_use(file, id, &segment));
    struct direct_append append = {.fd = direct_fd(file, segment),
                                   .plain_fd = segment->fd,
                                   .segment = id,
                                   .room = segment->bytes,
                                   .offset = offset,
                                   .from = from,
                                   .bytes = bytes};
    enum status st = ST_OK;
    if (append.fd < 0 || !direct_write(&file->direct, &append))
        st = write_all(file, segment->fd, offset, from, bytes);
    if (st == ST_OK && offset + bytes > segment->written_end)
        st = write_ahead(file, segment, offset + bytes);
    segment_done(file, segment);
    return st;
}

static enum status
file_log_prepare(struct device *device, uint64_t id)
{
    struct file_device *file = file_of(device);
    struct segment *segment;
    TRY(segment_use(file, id, &segment));
    enum status st = ST_OK;
    struct buf path;
    const char *name = segment_path(file, id, &path);
    if (name != NULL && segment->written_end == 0 && direct_zero(name, segment->bytes)) {
        st = sync_fd(file, segment->fd);
        segment->written_end = segment->bytes;
    }
    buf_deinit(&path);
    segment_done(file, segment);
    return st;
}

static enum status
file_log_sync(struct device *device, uint64_t id)
{
    struct file_device *file = file_of(device);
    struct segment *segment;
    TRY(segment_use(file, id, &segment));
    enum status st = sync_fd(file, segment->fd);
    segment_done(file, segment);
    return st;
}

static enum status
file_log_read(struct device *device, uint64_t id, uint64_t offset, void *to, size_t bytes,
              size_t *got)
{
    struct file_device *file = file_of(device);
    struct segment *segment;
    TRY(segment_use(file, id, &segment));
    enum status st = read_all(file, segment->fd, offset, to, bytes, got);
    segment_done(file, segment);
    return st;
}

static enum status
file_log_remove(struct device *device, uint64_t id)
{
    struct file_device *file = file_of(device);
    if (!can_write(file))
        return ST_READ_ONLY;
    segment_forget(file, id);
    struct buf path;
    const char *name = segment_path(file, id, &path);
    enum status st = ST_OK;
    if (name == NULL)
        st = ST_NO_MEMORY;
    else if (fault_hit(FAULT_IO))
        st = injected(file, "remove a log segment of");
    else if (unlink(name) != 0)
        st = errno == ENOENT ? ST_NOT_FOUND : failed(file, "remove a log segment of");
    buf_deinit(&path);
    return st;
}

static int
compare_ids(const void *a, const void *b)
{
    uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
    return (x > y) - (x < y);
}

/* The id in a directory entry's name; 0 if it is no segment of this file. */
static uint64_t
segment_id(const struct file_device *file, const char *name)
{
    size_t base_bytes = strlen(file->name);
    if (strncmp(name, file->name, base_bytes) != 0 || strncmp(name + base_bytes, "-log.", 5) != 0)
        return 0;
    const char *digits = name + base_bytes + 5;
    uint64_t id = 0;
    for (const char *c = digits; *c != 0; c++) {
        if (*c < '0' || *c > '9' || id > UINT64_MAX / 10 - 10)
            return 0;
        id = id * 10 + (uint64_t)(*c - '0');
    }
    return digits[0] == '0' ? 0 : id;
}

static enum status
file_log_list(struct device *device, uint64_t *ids, uint32_t max, uint32_t *count)
{
    struct file_device *file = file_of(device);
    if (fault_hit(FAULT_IO))
        return injected(file, "list the directory of");
    DIR *directory = opendir(file->directory);
    if (directory == NULL)
        return failed(file, "open the directory of");
    *count = 0;
    for (const struct dirent *entry; (entry = readdir(directory)) != NULL;) {
        uint64_t id = segment_id(file, entry->d_name);
        if (id == 0)
            continue;
        if (*count < max)
            ids[*count] = id;
        ++*count;
    }
    closedir(directory);
    uint32_t stored = *count < max ? *count : max;
    if (stored > 1)
        qsort(ids, stored, sizeof *ids, compare_ids);
    return ST_OK;
}

static void
free_file(struct file_device *file)
{
    mem_free(file->directory);
    mem_free(file->path);
    mem_free(file);
}

static void
file_close(struct device *device)
{
    struct file_device *file = file_of(device);
    for (uint32_t i = 0; i < SEGMENTS_OPEN_MAX; i++) {
        if (file->segments[i].id != 0)
            segment_close(&file->segments[i]);
    }
    direct_deinit(&file->direct);
    close(file->fd); /* and with it the lock */
    mutex_deinit(&file->lock);
    free_file(file);
}

static const struct device_ops file_ops = {
    .kind = "file",
    .read = file_read,
    .write = file_write,
    .sync = file_sync,
    .page_count = file_page_count,
    .trim = file_trim,
    .truncate = file_truncate,
    .log_create = file_log_create,
    .log_write = file_log_write,
    .log_sync = file_log_sync,
    .log_append = file_log_append,
    .log_prepare = file_log_prepare,
    .log_read = file_log_read,
    .log_remove = file_log_remove,
    .log_list = file_log_list,
    .find_name = file_find_name,
    .close = file_close,
};

/*
 * Less than a page counts as no page: the store would take the file for an empty one, and make a
 * database of it. That is right only if the making of one was cut off there: the first bytes are
 * zeros or a superblock's.
 */
static bool
is_begun(const struct file_device *file)
{
    char start[8] = {0};
    ssize_t got = pread(file->fd, start, sizeof start, 0);
    bool is_ours = got >= 0 && (start[0] == 0 || memcmp(start, "ROWAN\r\n", 7) == 0);
    if (!is_ours)
        log_line(file->log, LOG_ERROR, "the file \"%s\" is not a Rowan database", file->path);
    return is_ours;
}

static bool
is_write_refused(int error)
{
    return error == EACCES || error == EPERM || error == EROFS;
}

/* Locks the file. A process that was killed just now has it until its memory has been given back:
 * that is waited for. */
static bool
lock_file(const struct file_device *file)
{
    int mode = (file->is_read_only ? LOCK_SH : LOCK_EX) | LOCK_NB;
    int64_t until = clock_monotonic_us() + LOCK_WAIT_US;
    while (flock(file->fd, mode) != 0) {
        if (errno != EWOULDBLOCK || clock_monotonic_us() >= until)
            return false;
        clock_sleep_us(LOCK_POLL_US);
    }
    return true;
}

/* Opens and locks the file; *is_new if it was made. */
static enum status
open_locked(struct file_device *file, bool can_create, bool *is_new)
{
    *is_new = false;
    int flags = (file->is_read_only ? O_RDONLY : O_RDWR) | O_CLOEXEC;
    if (fault_hit(FAULT_IO))
        return injected(file, "open");
    file->fd = open(file->path, flags);
    if (file->fd < 0 && errno == ENOENT && can_create && !file->is_read_only) {
        file->fd = open(file->path, flags | O_CREAT, 0600);
        *is_new = true;
    }
    if (file->fd < 0 && !file->is_read_only && is_write_refused(errno) &&
        access(file->path, R_OK) == 0)
        return ST_READ_ONLY;
    if (file->fd < 0)
        return errno == ENOENT ? ST_NOT_FOUND : failed(file, "open");
    struct stat about;
    if (fstat(file->fd, &about) != 0)
        return failed(file, "open");
    if (!S_ISREG(about.st_mode)) {
        errno = S_ISDIR(about.st_mode) ? EISDIR : EINVAL;
        return failed(file, "open");
    }
    if (about.st_size > 0 && about.st_size < PAGE_BYTES && !is_begun(file))
        return ST_NOT_ROWAN;
    if (lock_file(file))
        return ST_OK;
    if (errno != EWOULDBLOCK)
        return failed(file, "lock");
    log_line(file->log, LOG_ERROR, "the file \"%s\" is in use by another process", file->path);
    return ST_IN_USE;
}

/* A device for `path`, not open yet; null if there is no memory. */
static struct file_device *
new_file(const char *path, const struct device_file_options *options)
{
    struct file_device *file = mem_alloc_zero(sizeof *file);
    if (file == NULL)
        return NULL;
    size_t bytes = strlen(path) + 1;
    file->path = mem_alloc(bytes);
    file->directory = mem_alloc(bytes + 2);
    if (file->path == NULL || file->directory == NULL) {
        free_file(file);
        return NULL;
    }
    memcpy(file->path, path, bytes);
    const char *slash = strrchr(file->path, '/');
    size_t directory_bytes = slash == NULL ? 0 : (size_t)(slash + 1 - file->path);
    file->name = file->path + directory_bytes;
    memcpy(file->directory, directory_bytes == 0 ? "." : file->path, directory_bytes + 1);
    file->directory[directory_bytes == 0 ? 1 : directory_bytes] = 0;
    file->device.ops = &file_ops;
    file->fd = -1;
    direct_init(&file->direct);
    file->is_read_only = options->is_read_only;
    file->log = options->log;
    return file;
}

enum status
device_file_open(const char *path, const struct device_file_options *options,
                 struct device **device)
{
    struct file_device *file = new_file(path, options);
    if (file == NULL)
        return ST_NO_MEMORY;
    bool is_new;
    enum status st = open_locked(file, options->can_create, &is_new);
    if (st == ST_OK && is_new)
        st = sync_directory(file);
    if (st != ST_OK) {
        if (file->fd >= 0)
            close(file->fd);
        free_file(file);
        return st;
    }
    mutex_init(&file->lock);
    *device = &file->device;
    return ST_OK;
}
