/*
 * device_memory.c: a device in memory: nothing survives the process, nothing is ever torn.
 *
 * For tests and for tools that need a device without a file. Contents lie in growing buffers behind
 * one lock.
 */
#include "base/buf.h"
#include "base/fault.h"
#include "base/mem.h"
#include "base/thread.h"
#include "store/device.h"

/* A log segment. */
struct memory_segment {
    uint64_t id;
    uint8_t *data;
    uint64_t bytes;
};

struct memory_device {
    struct device device;
    struct mutex lock; /* guards the rest */
    uint8_t **pages;   /* [page_count], null: zeros */
    uint64_t page_count, page_capacity;
    struct memory_segment *segments; /* [segment_count], rising */
    uint32_t segment_count, segment_capacity;
};

static struct memory_device *
memory_of(struct device *device)
{
    return (struct memory_device *)device;
}

static enum status
grow_pages(struct memory_device *memory, uint64_t count)
{
    if (count > memory->page_capacity) {
        uint64_t capacity = count + count / 2 + 64;
        uint8_t **pages = mem_resize(memory->pages, capacity * sizeof *pages);
        if (pages == NULL)
            return ST_NO_SPACE;
        memory->pages = pages;
        memory->page_capacity = capacity;
    }
    for (; memory->page_count < count; memory->page_count++)
        memory->pages[memory->page_count] = NULL;
    return ST_OK;
}

static enum status
memory_read(struct device *device, page_no first, uint32_t count, void *to)
{
    struct memory_device *memory = memory_of(device);
    if (fault_hit(FAULT_IO))
        return ST_IO;
    mutex_lock(&memory->lock);
    bool is_inside = first <= memory->page_count && count <= memory->page_count - first;
    for (uint32_t i = 0; is_inside && i < count; i++) {
        uint8_t *page = (uint8_t *)to + (size_t)i * PAGE_BYTES;
        if (memory->pages[first + i] == NULL)
            memset(page, 0, PAGE_BYTES);
        else
            memcpy(page, memory->pages[first + i], PAGE_BYTES);
    }
    mutex_unlock(&memory->lock);
    return is_inside ? ST_OK : ST_CORRUPT;
}

/* Lock held. */
static enum status
write_page(struct memory_device *memory, page_no page, const uint8_t *from)
{
    if (memory->pages[page] == NULL)
        memory->pages[page] = mem_alloc(PAGE_BYTES);
    if (memory->pages[page] == NULL)
        return ST_NO_SPACE;
    memcpy(memory->pages[page], from, PAGE_BYTES);
    return ST_OK;
}

static enum status
memory_write(struct device *device, page_no first, uint32_t count, const void *from)
{
    struct memory_device *memory = memory_of(device);
    if (fault_hit(FAULT_IO))
        return ST_IO;
    mutex_lock(&memory->lock);
    enum status st = ST_OK;
    if (first + count > memory->page_count)
        st = grow_pages(memory, first + count);
    for (uint32_t i = 0; st == ST_OK && i < count; i++)
        st = write_page(memory, first + i, (const uint8_t *)from + (size_t)i * PAGE_BYTES);
    mutex_unlock(&memory->lock);
    return st;
}

static enum status
memory_sync(struct device *device)
{
    (void)device;
    return fault_hit(FAULT_IO) ? ST_IO : ST_OK;
}

static enum status
memory_page_count(struct device *device, uint64_t *count)
{
    struct memory_device *memory = memory_of(device);
    mutex_lock(&memory->lock);
    *count = memory->page_count;
    mutex_unlock(&memory->lock);
    return ST_OK;
}

/* Lock held. */
static void
drop_pages(struct memory_device *memory, page_no first, uint64_t end)
{
    for (page_no page = first; page < end && page < memory->page_count; page++) {
        mem_free(memory->pages[page]);
        memory->pages[page] = NULL;
    }
}

static void
memory_trim(struct device *device, page_no first, uint64_t count)
{
    struct memory_device *memory = memory_of(device);
    mutex_lock(&memory->lock);
    drop_pages(memory, first, first + count);
    mutex_unlock(&memory->lock);
}

static enum status
memory_truncate(struct device *device, uint64_t page_count)
{
    struct memory_device *memory = memory_of(device);
    if (fault_hit(FAULT_IO))
        return ST_IO;
    mutex_lock(&memory->lock);
    enum status st = grow_pages(memory, page_count);
    if (st == ST_OK) {
        drop_pages(memory, page_count, memory->page_count);
        memory->page_count = page_count;
    }
    mutex_unlock(&memory->lock);
    return st;
}

/* ---- log segments ---- */

/* Lock held. Null if there is none. */
static struct memory_segment *
find_segment(struct memory_device *memory, uint64_t id)
{
    for (uint32_t i = 0; i < memory->segment_count; i++) {
        if (memory->segments[i].id == id)
            return &memory->segments[i];
    }
    return NULL;
}

/* Lock held. */
static bool
remove_segment(struct memory_device *memory, uint64_t id)
{
    struct memory_segment *segment = find_segment(memory, id);
    if (segment == NULL)
        return false;
    mem_free(segment->data);
    uint32_t at = (uint32_t)(segment - memory->segments);
    memmove(segment, segment + 1, (memory->segment_count - at - 1) * sizeof *segment);
    memory->segment_count--;
    return true;
}

/* Lock held. Keeps the segments in the order of their ids. */
static enum status
add_segment(struct memory_device *memory, uint64_t id, uint64_t bytes)
{
    if (find_segment(memory, id) != NULL)
        return ST_EXISTS;
    if (memory->segment_count == memory->segment_capacity) {
        uint32_t capacity = memory->segment_capacity * 2 + 8;
        struct memory_segment *grown =
            mem_resize(memory->segments, capacity * sizeof *memory->segments);
        if (grown == NULL)
            return ST_NO_SPACE;
        memory->segments = grown;
        memory->segment_capacity = capacity;
    }
    uint8_t *data = mem_alloc_zero(bytes);
    if (data == NULL)
        return ST_NO_SPACE;
    uint32_t at = memory->segment_count++;
    for (; at > 0 && memory->segments[at - 1].id > id; at--)
        memory->segments[at] = memory->segments[at - 1];
    memory->segments[at] = (struct memory_segment){.id = id, .data = data, .bytes = bytes};
    return ST_OK;
}

static enum status
memory_log_create(struct device *device, uint64_t id, uint64_t bytes, uint64_t recycle)
{
    struct memory_device *memory = memory_of(device);
    if (fault_hit(FAULT_IO))
        return ST_IO;
    mutex_lock(&memory->lock);
    enum status st = add_segment(memory, id, bytes);
    if (st == ST_OK && recycle != 0)
        remove_segment(memory, recycle);
    mutex_unlock(&memory->lock);
    return st;
}

static enum status
memory_log_write(struct device *device, uint64_t id, uint64_t offset, const void *from,
                 size_t bytes)
{
    struct memory_device *memory = memory_of(device);
    if (fault_hit(FAULT_IO))
        return ST_IO;
    mutex_lock(&memory->lock);
    struct memory_segment *segment = find_segment(memory, id);
    enum status st = ST_OK;
    if (segment == NULL)
        st = ST_NOT_FOUND;
    else if (offset > segment->bytes || bytes > segment->bytes - offset)
        st = ST_NO_SPACE;
    else
        memcpy(segment->data + offset, from, bytes);
    mutex_unlock(&memory->lock);
    return st;
}

static enum status
memory_log_sync(struct device *device, uint64_t id)
{
    (void)id;
    return memory_sync(device);
}

static enum status
memory_log_read(struct device *device, uint64_t id, uint64_t offset, void *to, size_t bytes,
                size_t *got)
{
    struct memory_device *memory = memory_of(device);
    *got = 0;
    if (fault_hit(FAULT_IO))
        return ST_IO;
    mutex_lock(&memory->lock);
    struct memory_segment *segment = find_segment(memory, id);
    if (segment != NULL && offset < segment->bytes) {
        *got = segment->bytes - offset < bytes ? (size_t)(segment->bytes - offset) : bytes;
        memcpy(to, segment->data + offset, *got);
    }
    mutex_unlock(&memory->lock);
    return segment == NULL ? ST_NOT_FOUND : ST_OK;
}

static enum status
memory_log_remove(struct device *device, uint64_t id)
{
    struct memory_device *memory = memory_of(device);
    if (fault_hit(FAULT_IO))
        return ST_IO;
    mutex_lock(&memory->lock);
    bool is_removed = remove_segment(memory, id);
    mutex_unlock(&memory->lock);
    return is_removed ? ST_OK : ST_NOT_FOUND;
}

static enum status
memory_log_list(struct device *device, uint64_t *ids, uint32_t max, uint32_t *count)
{
    struct memory_device *memory = memory_of(device);
    mutex_lock(&memory->lock);
    *count = memory->segment_count;
    for (uint32_t i = 0; i < *count && i < max; i++)
        ids[i] = memory->segments[i].id;
    mutex_unlock(&memory->lock);
    return ST_OK;
}

static void
memory_close(struct device *device)
{
    struct memory_device *memory = memory_of(device);
    drop_pages(memory, 0, memory->page_count);
    mem_free(memory->pages);
    while (memory->segment_count > 0)
        remove_segment(memory, memory->segments[0].id);
    mem_free(memory->segments);
    mutex_deinit(&memory->lock);
    mem_free(memory);
}

static const struct device_ops memory_ops = {
    .kind = "memory",
    .read = memory_read,
    .write = memory_write,
    .sync = memory_sync,
    .page_count = memory_page_count,
    .trim = memory_trim,
    .truncate = memory_truncate,
    .log_create = memory_log_create,
    .log_write = memory_log_write,
    .log_sync = memory_log_sync,
    .log_read = memory_log_read,
    .log_remove = memory_log_remove,
    .log_list = memory_log_list,
    .close = memory_close,
};

enum status
device_memory_open(struct device **device)
{
    struct memory_device *memory = mem_alloc_zero(sizeof *memory);
    if (memory == NULL)
        return ST_NO_MEMORY;
    memory->device.ops = &memory_ops;
    mutex_init(&memory->lock);
    *device = &memory->device;
    return ST_OK;
}
