/*
 * buf.c: growth of buffers. Capacities double, so n bytes cost O(n) however they arrive.
 */
#include "base/buf.h"

#include "base/arena.h"
#include "base/mem.h"
#include "base/raise.h"
#include <stdio.h>

#define BUF_BYTES_MIN ((size_t)128)

/* A value of 1 GiB with what belongs to it. Nothing longer is stored or sent in one piece. */
#define BUF_BYTES_MAX ((size_t)1 << 31)

void
buf_init(struct buf *buf)
{
    *buf = (struct buf){.data = NULL};
}

void
buf_deinit(struct buf *buf)
{
    mem_free(buf->data);
    *buf = (struct buf){.data = NULL};
}

static void
buf_end(void *object)
{
    buf_deinit(object);
}

struct buf *
buf_new(struct arena *arena)
{
    struct buf *buf = arena_alloc(arena, sizeof *buf);
    buf_init(buf);
    buf->raise_on_full = true;
    arena_on_end(arena, buf_end, buf);
    return buf;
}

struct slice
buf_take(struct buf *buf, struct arena *arena)
{
    struct slice bytes = arena_slice(arena, buf_slice(buf));
    buf_deinit(buf);
    buf_init(buf);
    return bytes;
}

void
buf_clear(struct buf *buf)
{
    buf->bytes = 0;
    buf->is_failed = false;
}

bool
buf_grow(struct buf *buf, size_t more)
{
    size_t need = buf->bytes + more;
    if (!buf->is_failed && need >= more && need <= BUF_BYTES_MAX) {
        size_t capacity = buf->capacity < BUF_BYTES_MIN ? BUF_BYTES_MIN : buf->capacity;
        while (capacity <= need)
            capacity *= 2;
        uint8_t *data = mem_resize(buf->data, capacity);
        if (data != NULL) {
            buf->data = data;
            buf->capacity = capacity;
            return true;
        }
    }
    /* No room from here on, so that a shorter put does not slip in after a lost one. */
    buf->is_failed = true;
    buf->capacity = buf->bytes;
    if (buf->raise_on_full)
        raise_arena_full(NULL, more);
    return false;
}

void
buf_vformat(struct buf *buf, const char *format, va_list args)
{
    va_list again;
    va_copy(again, args);
    size_t room = buf->capacity - buf->bytes;
    int bytes = vsnprintf(room == 0 ? NULL : (char *)buf->data + buf->bytes, room, format, args);
    if (bytes >= 0 && (size_t)bytes < room) {
        buf->bytes += (size_t)bytes;
    } else if (bytes >= 0 && buf_reserve(buf, (size_t)bytes + 1) != NULL) {
        vsnprintf((char *)buf->data + buf->bytes, (size_t)bytes + 1, format, again);
        buf->bytes += (size_t)bytes;
    }
    va_end(again);
}

void
buf_format(struct buf *buf, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    buf_vformat(buf, format, args);
    va_end(args);
}
