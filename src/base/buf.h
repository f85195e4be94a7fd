/*
 * buf.h: a growing byte buffer on the heap. Owned by one thread at a time.
 *
 * A buf that could not grow keeps what it has, sets is_failed and ignores further puts, so that a
 * caller checks once at the end; buf_reserve tells at once. `raise_on_full` bufs raise 53200.
 */
#pragma once

#include "base/bytes.h"
#include "base/slice.h"
#include "base/status.h"
#include <stdarg.h>

struct arena;

struct buf {
    uint8_t *data;
    size_t bytes, capacity;
    bool is_failed;
    bool raise_on_full;
};

void buf_init(struct buf *buf); /* no allocation yet */
/* One that ends with the arena, and raises when it is full. Emptied early by buf_deinit. */
struct buf *buf_new(struct arena *arena);
void buf_deinit(struct buf *buf);
/* Its bytes, copied into `arena`, a zero behind them; gives back the buffer's memory. */
struct slice buf_take(struct buf *buf, struct arena *arena);
void buf_clear(struct buf *buf); /* keeps the memory */
bool buf_grow(struct buf *buf, size_t more);

/* Room for `more` bytes at data + bytes; null (and is_failed) if there is no memory. Always leaves
 * a byte of room, so that no bytes at all have a place too. */
static inline uint8_t *
buf_reserve(struct buf *buf, size_t more)
{
    if (UNLIKELY(more >= buf->capacity - buf->bytes) && !buf_grow(buf, more))
        return NULL;
    return buf->data + buf->bytes;
}

static inline void
buf_put(struct buf *buf, const void *data, size_t bytes)
{
    uint8_t *to = buf_reserve(buf, bytes);
    if (to != NULL && bytes != 0) {
        memcpy(to, data, bytes);
        buf->bytes += bytes;
    }
}

static inline void
buf_put_slice(struct buf *buf, struct slice slice)
{
    buf_put(buf, slice.data, slice.bytes);
}

static inline void
buf_put_u8(struct buf *buf, uint8_t v)
{
    buf_put(buf, &v, 1);
}

/* Little-endian, as in files. */
static inline void
buf_put_u16(struct buf *buf, uint16_t v)
{
    buf_put(buf, &v, sizeof v);
}

static inline void
buf_put_u32(struct buf *buf, uint32_t v)
{
    buf_put(buf, &v, sizeof v);
}

static inline void
buf_put_u64(struct buf *buf, uint64_t v)
{
    buf_put(buf, &v, sizeof v);
}

static inline void
buf_put_be16(struct buf *buf, uint16_t v)
{
    v = __builtin_bswap16(v);
    buf_put(buf, &v, sizeof v);
}

static inline void
buf_put_be32(struct buf *buf, uint32_t v)
{
    v = __builtin_bswap32(v);
    buf_put(buf, &v, sizeof v);
}

static inline void
buf_put_be64(struct buf *buf, uint64_t v)
{
    v = __builtin_bswap64(v);
    buf_put(buf, &v, sizeof v);
}

static inline void
buf_put_text(struct buf *buf, const char *text)
{
    buf_put(buf, text, strlen(text));
}

void buf_format(struct buf *buf, const char *format, ...) PRINTF_LIKE(2, 3);
void buf_vformat(struct buf *buf, const char *format, va_list args);

static inline struct slice
buf_slice(const struct buf *buf)
{
    return slice_of(buf->data, buf->bytes);
}
