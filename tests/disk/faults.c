/*
 * faults.c: a library to preload under a server, so that its disk fails when a test says so.
 *
 * The file that DISK_FAULTS names is mapped; each of its bytes that is '1' makes calls fail:
 *
 *   byte 0  fdatasync, fsync: EIO       byte 1  pwrite behind the end, fallocate: ENOSPC
 *   byte 2  pread: EIO                  byte 3  pwrite of single pages: says that it has written
 *
 * The server is built with offsets of 64 bits, hence the names.
 */
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <unistd.h>

#define FAULT_SYNC 0
#define FAULT_FULL 1
#define FAULT_READ 2
#define FAULT_LOST 3
#define PAGE_BYTES 8192u

static const volatile char *switches;

__attribute__((constructor)) static void
faults_map(void)
{
    const char *path = getenv("DISK_FAULTS");
    int fd = path == NULL ? -1 : open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return;
    void *at = mmap(NULL, 4096, PROT_READ, MAP_SHARED, fd, 0);
    close(fd);
    if (at != MAP_FAILED)
        switches = at;
}

static int
is_on(int fault)
{
    return switches != NULL && switches[fault] == '1';
}

static void *
real(const char *name)
{
    void *function = dlsym(RTLD_NEXT, name);
    if (function == NULL)
        abort();
    return function;
}

static int
failed(int error)
{
    errno = error;
    return -1;
}

int
fdatasync(int fd)
{
    int (*call)(int) = (int (*)(int))real("fdatasync");
    return is_on(FAULT_SYNC) ? failed(EIO) : call(fd);
}

int
fsync(int fd)
{
    int (*call)(int) = (int (*)(int))real("fsync");
    return is_on(FAULT_SYNC) ? failed(EIO) : call(fd);
}

ssize_t
pwrite64(int fd, const void *from, size_t bytes, off64_t at)
{
    ssize_t (*call)(int, const void *, size_t, off64_t) =
        (ssize_t(*)(int, const void *, size_t, off64_t))real("pwrite64");
    struct stat64 about;
    if (is_on(FAULT_FULL) && fstat64(fd, &about) == 0 && at + (off64_t)bytes > about.st_size)
        return failed(ENOSPC);
    if (is_on(FAULT_LOST) && bytes % PAGE_BYTES == 0)
        return (ssize_t)bytes;
    return call(fd, from, bytes, at);
}

ssize_t
pread64(int fd, void *to, size_t bytes, off64_t at)
{
    ssize_t (*call)(int, void *, size_t, off64_t) =
        (ssize_t(*)(int, void *, size_t, off64_t))real("pread64");
    return is_on(FAULT_READ) ? failed(EIO) : call(fd, to, bytes, at);
}

int
fallocate64(int fd, int mode, off64_t at, off64_t bytes)
{
    int (*call)(int, int, off64_t, off64_t) =
        (int (*)(int, int, off64_t, off64_t))real("fallocate64");
    return is_on(FAULT_FULL) && mode == 0 ? failed(ENOSPC) : call(fd, mode, at, bytes);
}
