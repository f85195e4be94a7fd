/*
 * crash_device.c: pages and log segments twice, as written and as synced.
 */
#include "unit/store/crash_device.h"

#include "base/check.h"
#include "base/mem.h"
#include "base/random.h"
#include <string.h>

static struct crash_device *
self(struct device *device)
{
    return (struct crash_device *)device;
}

static bool
bytes_resize(struct crash_bytes *content, size_t bytes)
{
    if (bytes > content->capacity) {
        size_t capacity = bytes * 2;
        uint8_t *now = mem_resize(content->now, capacity);
        if (now == NULL)
            return false;
        content->now = now;
        uint8_t *durable = mem_resize(content->durable, capacity);
        if (durable == NULL)
            return false;
        content->durable = durable;
        memset(now + content->capacity, 0, capacity - content->capacity);
        memset(durable + content->capacity, 0, capacity - content->capacity);
        content->capacity = capacity;
    }
    if (bytes < content->bytes)
        memset(content->now + bytes, 0, content->bytes - bytes);
    content->bytes = bytes;
    return true;
}

static enum status
operation(struct crash_device *d)
{
    d->op_count++;
    if (d->fail_at != 0 &&
        (d->op_count == d->fail_at || (d->is_failing_on && d->op_count > d->fail_at)))
        return d->fail_status;
    return ST_OK;
}

static bool
pages_resize(struct crash_pages *pages, uint64_t count)
{
    if (count > pages->capacity) {
        uint64_t capacity = count * 2;
        struct crash_bytes *larger = mem_resize(pages->pages, capacity * sizeof *larger);
        if (larger == NULL)
            return false;
        memset(larger + pages->capacity, 0, (capacity - pages->capacity) * sizeof *larger);
        pages->pages = larger;
        pages->capacity = capacity;
    }
    for (uint64_t i = count; i < pages->count; i++) {
        if (pages->pages[i].now != NULL)
            memset(pages->pages[i].now, 0, PAGE_BYTES);
    }
    pages->count = count;
    return true;
}

/* The page's two copies, and the page listed as dirty; null if there is no memory. */
static struct crash_bytes *
page_touch(struct crash_pages *pages, page_no page)
{
    struct crash_bytes *content = &pages->pages[page];
    if (content->bytes == 0 && !bytes_resize(content, PAGE_BYTES))
        return NULL;
    if (pages->dirty_count == pages->dirty_capacity) {
        uint64_t capacity = pages->dirty_capacity * 2 + 64;
        page_no *dirty = mem_resize(pages->dirty, capacity * sizeof *dirty);
        if (dirty == NULL)
            return NULL;
        pages->dirty = dirty;
        pages->dirty_capacity = capacity;
    }
    pages->dirty[pages->dirty_count++] = page;
    return content;
}

static enum status
read_pages(struct device *device, page_no first, uint32_t count, void *to)
{
    struct crash_device *d = self(device);
    if (first + count > d->pages.count)
        return ST_CORRUPT;
    for (uint32_t i = 0; i < count; i++) {
        uint8_t *page = (uint8_t *)to + (size_t)i * PAGE_BYTES;
        const uint8_t *now = d->pages.pages[first + i].now;
        if (now != NULL)
            memcpy(page, now, PAGE_BYTES);
        else
            memset(page, 0, PAGE_BYTES);
    }
    return ST_OK;
}

static enum status
write_pages(struct device *device, page_no first, uint32_t count, const void *from)
{
    struct crash_device *d = self(device);
    TRY(operation(d));
    if (d->pages_max != 0 && first + count > d->pages_max)
        return ST_NO_SPACE;
    if (first + count > d->pages.count && !pages_resize(&d->pages, first + count))
        return ST_NO_MEMORY;
    for (uint32_t i = 0; i < count && !d->is_losing_writes; i++) {
        struct crash_bytes *page = page_touch(&d->pages, first + i);
        if (page == NULL)
            return ST_NO_MEMORY;
        memcpy(page->now, (const uint8_t *)from + (size_t)i * PAGE_BYTES, PAGE_BYTES);
    }
    return ST_OK;
}

static enum status
sync_pages(struct device *device)
{
    struct crash_device *d = self(device);
    TRY(operation(d));
    for (uint64_t i = 0; i < d->pages.dirty_count; i++) {
        struct crash_bytes *page = &d->pages.pages[d->pages.dirty[i]];
        memcpy(page->durable, page->now, PAGE_BYTES);
    }
    d->pages.dirty_count = 0;
    d->pages.durable_count = d->pages.count;
    return ST_OK;
}

static enum status
page_count(struct device *device, uint64_t *count)
{
    *count = self(device)->pages.count;
    return ST_OK;
}

static void
trim(struct device *device, page_no first, uint64_t count)
{
    (void)device;
    (void)first;
    (void)count;
}

static enum status
truncate_pages(struct device *device, uint64_t count)
{
    struct crash_device *d = self(device);
    TRY(operation(d));
    if (d->pages_max != 0 && count > d->pages_max)
        return ST_NO_SPACE;
    return pages_resize(&d->pages, count) ? ST_OK : ST_NO_MEMORY;
}

struct crash_segment *
crash_device_segment(struct crash_device *d, uint64_t id)
{
    for (uint32_t i = 0; i < d->segment_count; i++) {
        if (d->segments[i].id == id && !d->segments[i].is_removed)
            return &d->segments[i];
    }
    return NULL;
}

static void
forget_segment(struct crash_device *d, struct crash_segment *segment)
{
    mem_free(segment->content.now);
    mem_free(segment->content.durable);
    *segment = d->segments[--d->segment_count];
}

static enum status
log_create_segment(struct device *device, uint64_t id, uint64_t bytes, uint64_t recycle)
{
    struct crash_device *d = self(device);
    TRY(operation(d));
    check(crash_device_segment(d, id) == NULL);
    struct crash_segment *old = recycle == 0 ? NULL : crash_device_segment(d, recycle);
    check(recycle == 0 || old != NULL);
    if (old != NULL) {
        old->id = id;
        return bytes_resize(&old->content, bytes) ? ST_OK : ST_NO_MEMORY;
    }
    for (uint32_t i = 0; d->segment_count == CRASH_SEGMENTS_MAX && i < CRASH_SEGMENTS_MAX; i++) {
        if (d->segments[i].is_removed)
            forget_segment(d, &d->segments[i]);
    }
    check(d->segment_count < CRASH_SEGMENTS_MAX);
    struct crash_segment *segment = &d->segments[d->segment_count];
    *segment = (struct crash_segment){.id = id};
    if (!bytes_resize(&segment->content, bytes)) {
        mem_free(segment->content.now);
        return ST_NO_MEMORY;
    }
    d->segment_count++;
    return ST_OK;
}

static enum status
log_write_segment(struct device *device, uint64_t id, uint64_t offset, const void *from,
                  size_t bytes)
{
    struct crash_device *d = self(device);
    TRY(operation(d));
    struct crash_segment *segment = crash_device_segment(d, id);
    check(segment != NULL && offset + bytes <= segment->content.bytes);
    memcpy(segment->content.now + offset, from, bytes);
    return ST_OK;
}

static enum status
log_sync_segment(struct device *device, uint64_t id)
{
    struct crash_device *d = self(device);
    TRY(operation(d));
    struct crash_segment *segment = crash_device_segment(d, id);
    check(segment != NULL);
    memcpy(segment->content.durable, segment->content.now, segment->content.bytes);
    return ST_OK;
}

static enum status
log_read_segment(struct device *device, uint64_t id, uint64_t offset, void *to, size_t bytes,
                 size_t *got)
{
    struct crash_segment *segment = crash_device_segment(self(device), id);
    if (segment == NULL)
        return ST_NOT_FOUND;
    size_t rest = segment->content.bytes > offset ? segment->content.bytes - offset : 0;
    *got = bytes < rest ? bytes : rest;
    memcpy(to, segment->content.now + offset, *got);
    return ST_OK;
}

static enum status
log_remove_segment(struct device *device, uint64_t id)
{
    struct crash_device *d = self(device);
    TRY(operation(d));
    struct crash_segment *segment = crash_device_segment(d, id);
    check(segment != NULL);
    segment->is_removed = true;
    return ST_OK;
}

static enum status
log_list_segments(struct device *device, uint64_t *ids, uint32_t max, uint32_t *count)
{
    struct crash_device *d = self(device);
    *count = 0;
    for (uint64_t id = 0;;) {
        uint64_t next = UINT64_MAX;
        for (uint32_t i = 0; i < d->segment_count; i++) {
            if (!d->segments[i].is_removed && d->segments[i].id > id && d->segments[i].id < next)
                next = d->segments[i].id;
        }
        if (next == UINT64_MAX)
            return ST_OK;
        if (*count < max)
            ids[*count] = next;
        ++*count;
        id = next;
    }
}

static void
close_device(struct device *device)
{
    (void)device; /* crash_device_free ends it */
}

static const struct device_ops crash_ops = {
    .kind = "crash",
    .read = read_pages,
    .write = write_pages,
    .sync = sync_pages,
    .page_count = page_count,
    .trim = trim,
    .truncate = truncate_pages,
    .log_create = log_create_segment,
    .log_write = log_write_segment,
    .log_sync = log_sync_segment,
    .log_read = log_read_segment,
    .log_remove = log_remove_segment,
    .log_list = log_list_segments,
    .close = close_device,
};

struct crash_device *
crash_device_new(void)
{
    struct crash_device *d = mem_alloc_zero(sizeof *d);
    check(d != NULL);
    d->device.ops = &crash_ops;
    return d;
}

void
crash_device_free(struct crash_device *d)
{
    while (d->segment_count > 0)
        forget_segment(d, &d->segments[0]);
    for (uint64_t i = 0; i < d->pages.capacity; i++) {
        mem_free(d->pages.pages[i].now);
        mem_free(d->pages.pages[i].durable);
    }
    mem_free(d->pages.pages);
    mem_free(d->pages.dirty);
    mem_free(d);
}

/* Units of `unit` bytes that were not synced: new, old, or a mixture of sectors. */
static void
settle(struct crash_bytes *content, size_t unit, struct random *random)
{
    for (size_t at = 0; at < content->bytes; at += unit) {
        size_t bytes = content->bytes - at < unit ? content->bytes - at : unit;
        if (memcmp(content->now + at, content->durable + at, bytes) == 0)
            continue;
        uint64_t fate = random_below(random, 4);
        for (size_t k = 0; k < bytes; k += SECTOR_BYTES) {
            bool is_lost = fate == 0 || (fate == 1 && random_below(random, 2) == 0);
            if (is_lost) {
                size_t n = bytes - k < SECTOR_BYTES ? bytes - k : SECTOR_BYTES;
                memcpy(content->now + at + k, content->durable + at + k, n);
            }
        }
    }
    memcpy(content->durable, content->now, content->bytes);
}

void
crash_device_crash(struct crash_device *d, uint64_t seed)
{
    struct random random;
    random_init(&random, seed);
    struct crash_pages *pages = &d->pages;
    for (uint64_t i = 0; i < pages->dirty_count; i++)
        settle(&pages->pages[pages->dirty[i]], PAGE_BYTES, &random);
    pages->dirty_count = 0;
    if (pages->durable_count < pages->count && random_below(&random, 2) == 0)
        check(pages_resize(pages, pages->durable_count));
    pages->durable_count = pages->count;
    for (uint32_t i = 0; i < d->segment_count;) {
        struct crash_segment *segment = &d->segments[i];
        settle(&segment->content, SECTOR_BYTES, &random);
        if (segment->is_removed && random_below(&random, 2) == 0) {
            forget_segment(d, segment);
            continue;
        }
        segment->is_removed = false;
        i++;
    }
    d->fail_at = 0;
    d->pages_max = 0;
    d->is_failing_on = d->is_losing_writes = false;
}
