/*
 * file.c: reads small files and folders of the system.
 */
#include "base/file.h"

#include "base/fault.h"
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

static enum status
read_all(int fd, size_t bytes, struct buf *to)
{
    uint8_t *at = buf_reserve(to, bytes + 1);
    if (at == NULL) {
        to->is_failed = false;
        return ST_NO_MEMORY;
    }
    size_t done = 0;
    while (done < bytes) {
        ssize_t got = read(fd, at + done, bytes - done);
        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0)
            return ST_IO; /* it shrank while we read, or could not be read */
        done += (size_t)got;
    }
    to->bytes += bytes;
    return ST_OK;
}

enum status
file_read(const char *path, size_t bytes_max, struct buf *to)
{
    if (fault_hit(FAULT_IO))
        return ST_IO;
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
    if (fd < 0)
        return errno == ENOENT || errno == ENOTDIR || errno == ENAMETOOLONG ? ST_NOT_FOUND : ST_IO;

    struct stat info;
    enum status st;
    if (fstat(fd, &info) != 0)
        st = ST_IO;
    else if (!S_ISREG(info.st_mode))
        st = ST_NOT_FOUND;
    else if (info.st_size < 0 || (uint64_t)info.st_size > bytes_max)
        st = ST_LIMIT;
    else
        st = read_all(fd, (size_t)info.st_size, to);
    close(fd);
    return st;
}

enum status
file_list(const char *folder, bool (*visit)(void *object, const char *name), void *object)
{
    if (fault_hit(FAULT_IO))
        return ST_IO;
    DIR *dir = opendir(folder);
    if (dir == NULL)
        return errno == ENOENT || errno == ENOTDIR ? ST_NOT_FOUND : ST_IO;

    enum status st = ST_OK;
    for (;;) {
        errno = 0;
        const struct dirent *entry = readdir(dir);
        if (entry == NULL) {
            st = errno == 0 ? ST_OK : ST_IO;
            break;
        }
        if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
            continue;
        if (!visit(object, entry->d_name))
            break;
    }
    closedir(dir);
    return st;
}
