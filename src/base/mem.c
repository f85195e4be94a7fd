/*
 * mem.c: the heap, with a fault point at each way in.
 */
#include "base/mem.h"

#include "base/check.h"
#include "base/fault.h"
#include <stdlib.h>
#include <sys/mman.h>

/* No request is that large on purpose; refusing it here spares the allocator's opinion. */
#define MEM_BYTES_MAX ((size_t)1 << 40)

static bool
is_refused(size_t bytes)
{
    return bytes > MEM_BYTES_MAX || fault_hit(FAULT_ALLOC);
}

void *
mem_alloc(size_t bytes)
{
    if (is_refused(bytes))
        return NULL;
    void *p = malloc(bytes == 0 ? 1 : bytes);
    fault_live_add(p != NULL);
    return p;
}

void *
mem_alloc_zero(size_t bytes)
{
    if (is_refused(bytes))
        return NULL;
    void *p = calloc(1, bytes == 0 ? 1 : bytes);
    fault_live_add(p != NULL);
    return p;
}

void *
mem_resize(void *p, size_t bytes)
{
    if (is_refused(bytes))
        return NULL;
    void *moved = realloc(p, bytes == 0 ? 1 : bytes);
    fault_live_add(p == NULL && moved != NULL);
    return moved;
}

void
mem_free(void *p)
{
    fault_live_add(-(p != NULL));
    free(p);
}

void *
mem_map(size_t bytes)
{
    if (fault_hit(FAULT_ALLOC))
        return NULL;
    void *p = mmap(NULL, bytes == 0 ? 1 : bytes, PROT_READ | PROT_WRITE,
                   MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (p == MAP_FAILED)
        return NULL;
    fault_live_add(1);
    return p;
}

void
mem_unmap(void *p, size_t bytes)
{
    if (p == NULL)
        return;
    fault_live_add(-1);
    int error = munmap(p, bytes == 0 ? 1 : bytes);
    check(error == 0);
}
