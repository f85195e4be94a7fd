/*
 * mem.h: the heap. malloc and free are called in base/ only; all other code allocates here or in an
 * arena, so that tests can fail the n-th allocation (fault.h) and count what is live.
 *
 * Any thread. Each function returns null when there is no memory; nothing here ends the process.
 */
#pragma once

#include <stddef.h>

void *mem_alloc(size_t bytes);      /* not cleared; bytes 0 gives a unique pointer */
void *mem_alloc_zero(size_t bytes); /* cleared */
void *mem_resize(void *p,
                 size_t bytes); /* as realloc: on failure `p` stays valid and the caller's */
void mem_free(void *p);         /* null is fine */

/* Memory of whole system pages, cleared, `bytes` rounded up; freed with mem_unmap of the same size.
 */
void *mem_map(size_t bytes);
void mem_unmap(void *p, size_t bytes);
