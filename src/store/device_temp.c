/*
 * device_temp.c: see temp_file.h. O_TMPFILE where the file system has it, else a file that loses
 * its name at once.
 */
#include "base/mem.h"
#include "base/random.h"
#include "store/temp_file.h"
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

struct temp_file {
    int fd;
};

static int
open_named(const char *directory)
{
    char path[4096];
    uint64_t name;

    random_secret(&name, sizeof name);
    int length =
        snprintf(path, sizeof path, "%s/rowan-temp-%016llx", directory, (unsigned long long)name);
    if (length < 0 || (size_t)length >= sizeof path)
        return -1;
    int fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (fd >= 0)
        (void)unlink(path);
    return fd;
}

enum status
temp_file_open(const char *directory, struct temp_file **file)
{
    struct temp_file *made = mem_alloc_zero(sizeof *made);

    if (made == NULL)
        return ST_NO_MEMORY;
    made->fd = open(directory, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
    if (made->fd < 0)
        made->fd = open_named(directory);
    if (made->fd < 0) {
        mem_free(made);
        return ST_IO;
    }
    *file = made;
    return ST_OK;
}

enum status
temp_file_write(struct temp_file *file, uint64_t offset, const void *from, size_t bytes)
{
    const uint8_t *at = from;

    while (bytes != 0) {
        ssize_t done = pwrite(file->fd, at, bytes, (off_t)offset);
        if (done < 0 && errno == EINTR)
            continue;
        if (done <= 0)
            return errno == ENOSPC || errno == EDQUOT || errno == EFBIG ? ST_NO_SPACE : ST_IO;
        at += done;
        offset += (uint64_t)done;
        bytes -= (size_t)done;
    }
    return ST_OK;
}

enum status
temp_file_read(struct temp_file *file, uint64_t offset, void *to, size_t bytes)
{
    uint8_t *at = to;

    while (bytes != 0) {
        ssize_t done = pread(file->fd, at, bytes, (off_t)offset);
        if (done < 0 && errno == EINTR)
            continue;
        if (done <= 0)
            return ST_IO;
        at += done;
        offset += (uint64_t)done;
        bytes -= (size_t)done;
    }
    return ST_OK;
}

void
temp_file_close(struct temp_file *file)
{
    if (file == NULL)
        return;
    (void)close(file->fd);
    mem_free(file);
}
