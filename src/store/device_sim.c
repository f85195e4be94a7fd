/*
 * device_sim.c: the disk that device_sim.h promises.
 *
 * Each file (the pages, and each log segment) exists twice: as the machine sees it, and as it would
 * be after a crash that loses all that was not synced; between the two lies the list of changes
 * since the last sync. A sync makes the second like the first and empties the list. A crash goes
 * through the list, applies some changes to the durable image, whole or by sectors, and makes the
 * first like the second.
 */
#include "store/device_sim.h"
#include "base/fault.h"
#include "base/mem.h"
#include "base/random.h"
#include "base/thread.h"

#define SECTOR_BYTES 512u
#define SEGMENTS_MAX 256u

/* A growing run of bytes. */
struct image {
    uint8_t *data;
    uint64_t bytes, capacity;
};

/* A write, or (is_cut) a new end of the file. */
struct change {
    bool is_cut;
    uint64_t at;
    uint64_t bytes;
    uint8_t *data;
};

struct sim_file {
    struct image now, durable;
    struct change *changes;
    uint32_t change_count, change_capacity;
};

struct sim_segment {
    uint64_t id;
    bool is_removed; /* the name is gone, but that is not durable yet */
    struct sim_file file;
};

struct sim_device {
    struct device device;
    struct sim_disk *disk; /* null after a crash */
};

struct sim_disk {
    struct mutex lock;
    struct random random;
    struct sim_device *device;
    struct sim_file pages;
    struct sim_segment segments[SEGMENTS_MAX];
    uint32_t segment_count;
    uint64_t fail_in, stop_in, page_limit, change_count;
    bool has_stopped, is_failed; /* a sync has failed */
};

/* ---- files ---- */

/* Makes the image at least `bytes` long, with zeros. */
static bool
image_grow(struct image *image, uint64_t bytes)
{
    if (bytes <= image->bytes)
        return true;
    if (bytes > image->capacity) {
        uint64_t capacity = bytes + bytes / 2;
        uint8_t *data = mem_resize(image->data, capacity);
        if (data == NULL)
            return false;
        image->data = data;
        image->capacity = capacity;
    }
    memset(image->data + image->bytes, 0, bytes - image->bytes);
    image->bytes = bytes;
    return true;
}

static void
image_cut(struct image *image, uint64_t bytes)
{
    if (bytes < image->bytes)
        image->bytes = bytes;
}

static bool
image_copy(struct image *to, const struct image *from)
{
    if (!image_grow(to, from->bytes))
        return false;
    to->bytes = from->bytes;
    if (from->bytes > 0)
        memcpy(to->data, from->data, from->bytes);
    return true;
}

static void
changes_clear(struct sim_file *file)
{
    for (uint32_t i = 0; i < file->change_count; i++)
        mem_free(file->changes[i].data);
    file->change_count = 0;
}

static void
sim_file_deinit(struct sim_file *file)
{
    changes_clear(file);
    mem_free(file->changes);
    mem_free(file->now.data);
    mem_free(file->durable.data);
    *file = (struct sim_file){0};
}

/* Notes a change; its data is copied. */
static bool
note_change(struct sim_file *file, struct change change, const void *from)
{
    if (file->change_count == file->change_capacity) {
        uint32_t capacity = file->change_capacity * 2 + 16;
        struct change *grown = mem_resize(file->changes, capacity * sizeof *grown);
        if (grown == NULL)
            return false;
        file->changes = grown;
        file->change_capacity = capacity;
    }
    if (!change.is_cut) {
        change.data = mem_alloc(change.bytes);
        if (change.data == NULL)
            return false;
        memcpy(change.data, from, change.bytes);
    }
    file->changes[file->change_count++] = change;
    return true;
}

static enum status
sim_file_write(struct sim_file *file, uint64_t at, const void *from, uint64_t bytes)
{
    /* Both images have room in advance, so that a crash and a sync need no memory. */
    uint64_t durable_bytes = file->durable.bytes;
    if (!image_grow(&file->durable, at + bytes) || !image_grow(&file->now, at + bytes))
        return ST_NO_MEMORY;
    file->durable.bytes = durable_bytes;
    if (!note_change(file, (struct change){.at = at, .bytes = bytes}, from))
        return ST_NO_MEMORY;
    memcpy(file->now.data + at, from, bytes);
    return ST_OK;
}

static enum status
sim_file_cut(struct sim_file *file, uint64_t bytes)
{
    uint64_t durable_bytes = file->durable.bytes;
    if (!image_grow(&file->durable, bytes) || !image_grow(&file->now, bytes))
        return ST_NO_MEMORY;
    file->durable.bytes = durable_bytes;
    if (!note_change(file, (struct change){.is_cut = true, .at = bytes}, NULL))
        return ST_NO_MEMORY;
    image_cut(&file->now, bytes);
    return ST_OK;
}

static enum status
sim_file_sync(struct sim_file *file)
{
    if (!image_copy(&file->durable, &file->now))
        return ST_NO_MEMORY;
    changes_clear(file);
    return ST_OK;
}

/* How much of the unsynced a crash spares. */
enum mercy { MERCY_NONE, MERCY_ALL, MERCY_SOME, MERCY_FIRST };

/* Applies a write to the durable image; torn: each sector by a throw of the dice. */
static void
apply_write(struct sim_disk *disk, struct image *to, const struct change *change, bool is_torn)
{
    (void)image_grow(to, change->at + change->bytes); /* has the room */
    for (uint64_t at = 0; at < change->bytes;) {
        uint64_t next = (change->at + at) / SECTOR_BYTES * SECTOR_BYTES + SECTOR_BYTES - change->at;
        if (next > change->bytes)
            next = change->bytes;
        if (!is_torn || random_below(&disk->random, 2) == 0)
            memcpy(to->data + change->at + at, change->data + at, next - at);
        at = next;
    }
}

static void
sim_file_crash(struct sim_disk *disk, struct sim_file *file)
{
    enum mercy mercy = (enum mercy)random_below(&disk->random, 4);
    uint64_t kept = random_below(&disk->random, (uint64_t)file->change_count + 1);
    for (uint32_t i = 0; i < file->change_count; i++) {
        const struct change *change = &file->changes[i];
        bool is_kept = mercy == MERCY_ALL || (mercy == MERCY_FIRST && i < kept) ||
                       (mercy == MERCY_SOME && random_below(&disk->random, 2) == 0);
        bool is_torn = (mercy == MERCY_SOME && random_below(&disk->random, 3) == 0) ||
                       (mercy == MERCY_FIRST && i == kept);
        if (!is_kept && !is_torn)
            continue;
        if (!change->is_cut) {
            apply_write(disk, &file->durable, change, is_torn);
        } else {
            image_cut(&file->durable, change->at);
            (void)image_grow(&file->durable, change->at);
        }
    }
    changes_clear(file);
    (void)image_copy(&file->now, &file->durable); /* `now` was as long, or has the room */
}

/* ---- calls ---- */

/*
 * Enters the disk for a call, with its lock, which stays with the caller on ST_OK. ST_IO if the
 * device is gone or the call is to fail.
 */
static enum status
call_begin(struct device *device, struct sim_disk **disk)
{
    struct sim_device *sim = (struct sim_device *)device;
    if (sim->disk == NULL || fault_hit(FAULT_IO))
        return ST_IO;
    mutex_lock(&sim->disk->lock);
    bool is_failing = sim->disk->has_stopped;
    if (sim->disk->fail_in > 0 && --sim->disk->fail_in == 0)
        is_failing = true;
    if (is_failing) {
        mutex_unlock(&sim->disk->lock);
        return ST_IO;
    }
    *disk = sim->disk;
    return ST_OK;
}

static enum status
call_end(struct sim_disk *disk, enum status st)
{
    mutex_unlock(&disk->lock);
    return st;
}

/* The same for calls that change the disk. */
static enum status
change_begin(struct device *device, struct sim_disk **disk)
{
    TRY(call_begin(device, disk));
    return (*disk)->is_failed ? call_end(*disk, ST_READ_ONLY) : ST_OK;
}

/* A change was made: perhaps the last one. Its caller is not told that it was. */
static enum status
change_end(struct sim_disk *disk, enum status st)
{
    disk->change_count++;
    if (disk->stop_in > 0 && --disk->stop_in == 0) {
        disk->has_stopped = true;
        st = ST_IO;
    }
    return call_end(disk, st);
}

static enum status
sim_read(struct device *device, page_no first, uint32_t count, void *to)
{
    struct sim_disk *disk;
    TRY(call_begin(device, &disk));
    uint64_t at = first * PAGE_BYTES, bytes = (uint64_t)count * PAGE_BYTES;
    const struct image *image = &disk->pages.now;
    if (at > image->bytes || bytes > image->bytes - at)
        return call_end(disk, ST_CORRUPT);
    memcpy(to, image->data + at, bytes);
    return call_end(disk, ST_OK);
}

static enum status
sim_write(struct device *device, page_no first, uint32_t count, const void *from)
{
    struct sim_disk *disk;
    TRY(change_begin(device, &disk));
    if (disk->page_limit != 0 && first + count > disk->page_limit)
        return call_end(disk, ST_NO_SPACE);
    return change_end(
        disk, sim_file_write(&disk->pages, first * PAGE_BYTES, from, (uint64_t)count * PAGE_BYTES));
}

/* As change_begin; a failure is remembered: the device stays read-only. */
static enum status
sync_begin(struct device *device, struct sim_disk **disk)
{
    struct sim_device *sim = (struct sim_device *)device;
    enum status st = change_begin(device, disk);
    if (st == ST_IO && sim->disk != NULL) {
        mutex_lock(&sim->disk->lock);
        sim->disk->is_failed = true;
        mutex_unlock(&sim->disk->lock);
    }
    return st;
}

static enum status
sim_sync(struct device *device)
{
    struct sim_disk *disk;
    TRY(sync_begin(device, &disk));
    return change_end(disk, sim_file_sync(&disk->pages));
}

static enum status
sim_page_count(struct device *device, uint64_t *count)
{
    struct sim_disk *disk;
    TRY(call_begin(device, &disk));
    *count = disk->pages.now.bytes / PAGE_BYTES;
    return call_end(disk, ST_OK);
}

static void
sim_trim(struct device *device, page_no first, uint64_t count)
{
    struct sim_disk *disk;
    if (change_begin(device, &disk) != ST_OK)
        return;
    /* Contents that are not needed are best replaced with something that nobody expects. */
    uint8_t page[PAGE_BYTES];
    memset(page, (int)random_below(&disk->random, 256), sizeof page);
    enum status st = ST_OK;
    for (uint64_t i = 0; i < count && (first + i + 1) * PAGE_BYTES <= disk->pages.now.bytes; i++) {
        if (st == ST_OK)
            st = sim_file_write(&disk->pages, (first + i) * PAGE_BYTES, page, PAGE_BYTES);
    }
    (void)change_end(disk, st);
}

static enum status
sim_truncate(struct device *device, uint64_t page_count)
{
    struct sim_disk *disk;
    TRY(change_begin(device, &disk));
    if (disk->page_limit != 0 && page_count > disk->page_limit)
        return call_end(disk, ST_NO_SPACE);
    return change_end(disk, sim_file_cut(&disk->pages, page_count * PAGE_BYTES));
}

/* ---- log segments ---- */

static struct sim_segment *
find_segment(struct sim_disk *disk, uint64_t id)
{
    for (uint32_t i = 0; i < disk->segment_count; i++) {
        if (disk->segments[i].id == id && !disk->segments[i].is_removed)
            return &disk->segments[i];
    }
    return NULL;
}

static void
drop_segment(struct sim_disk *disk, uint32_t at)
{
    sim_file_deinit(&disk->segments[at].file);
    memmove(&disk->segments[at], &disk->segments[at + 1],
            (disk->segment_count - at - 1) * sizeof disk->segments[0]);
    disk->segment_count--;
}

/* Names that went away are durably gone. */
static void
forget_removed(struct sim_disk *disk)
{
    for (uint32_t i = disk->segment_count; i > 0; i--) {
        if (disk->segments[i - 1].is_removed)
            drop_segment(disk, i - 1);
    }
}

static enum status
create_segment(struct sim_disk *disk, uint64_t id, uint64_t bytes, uint64_t recycle)
{
    if (find_segment(disk, id) != NULL)
        return ST_EXISTS;
    struct sim_segment *old = recycle != 0 ? find_segment(disk, recycle) : NULL;
    if (old != NULL) {
        old->id = id;
        forget_removed(disk);
        return ST_OK;
    }
    if (disk->page_limit != 0 && disk->pages.now.bytes >= disk->page_limit * PAGE_BYTES)
        return ST_NO_SPACE;
    forget_removed(disk);
    if (disk->segment_count == SEGMENTS_MAX)
        return ST_NO_SPACE;
    struct sim_segment segment = {.id = id};
    if (!image_grow(&segment.file.now, bytes) || !image_grow(&segment.file.durable, bytes)) {
        sim_file_deinit(&segment.file);
        return ST_NO_MEMORY;
    }
    disk->segments[disk->segment_count++] = segment;
    return ST_OK;
}

static enum status
sim_log_create(struct device *device, uint64_t id, uint64_t bytes, uint64_t recycle)
{
    struct sim_disk *disk;
    TRY(change_begin(device, &disk));
    return change_end(disk, create_segment(disk, id, bytes, recycle));
}

static enum status
sim_log_write(struct device *device, uint64_t id, uint64_t offset, const void *from, size_t bytes)
{
    struct sim_disk *disk;
    TRY(change_begin(device, &disk));
    struct sim_segment *segment = find_segment(disk, id);
    if (segment == NULL)
        return call_end(disk, ST_NOT_FOUND);
    return change_end(disk, sim_file_write(&segment->file, offset, from, bytes));
}

static enum status
sim_log_sync(struct device *device, uint64_t id)
{
    struct sim_disk *disk;
    TRY(sync_begin(device, &disk));
    struct sim_segment *segment = find_segment(disk, id);
    if (segment == NULL)
        return call_end(disk, ST_NOT_FOUND);
    return change_end(disk, sim_file_sync(&segment->file));
}

static enum status
sim_log_read(struct device *device, uint64_t id, uint64_t offset, void *to, size_t bytes,
             size_t *got)
{
    struct sim_disk *disk;
    *got = 0;
    TRY(call_begin(device, &disk));
    struct sim_segment *segment = find_segment(disk, id);
    if (segment == NULL)
        return call_end(disk, ST_NOT_FOUND);
    const struct image *image = &segment->file.now;
    if (offset < image->bytes) {
        *got = image->bytes - offset < bytes ? (size_t)(image->bytes - offset) : bytes;
        memcpy(to, image->data + offset, *got);
    }
    return call_end(disk, ST_OK);
}

static enum status
sim_log_remove(struct device *device, uint64_t id)
{
    struct sim_disk *disk;
    TRY(change_begin(device, &disk));
    struct sim_segment *segment = find_segment(disk, id);
    if (segment == NULL)
        return call_end(disk, ST_NOT_FOUND);
    segment->is_removed = true;
    return change_end(disk, ST_OK);
}

static enum status
sim_log_list(struct device *device, uint64_t *ids, uint32_t max, uint32_t *count)
{
    struct sim_disk *disk;
    TRY(call_begin(device, &disk));
    *count = 0;
    uint64_t last = 0;
    for (;;) {
        uint64_t next = UINT64_MAX;
        for (uint32_t i = 0; i < disk->segment_count; i++) {
            uint64_t id = disk->segments[i].id;
            if (!disk->segments[i].is_removed && id > last && id < next)
                next = id;
        }
        if (next == UINT64_MAX)
            break;
        if (*count < max)
            ids[*count] = next;
        ++*count;
        last = next;
    }
    return call_end(disk, ST_OK);
}

static void
sim_close(struct device *device)
{
    struct sim_device *sim = (struct sim_device *)device;
    if (sim->disk != NULL) {
        mutex_lock(&sim->disk->lock);
        sim->disk->device = NULL;
        sim->disk->is_failed = false;
        mutex_unlock(&sim->disk->lock);
    }
    mem_free(sim);
}

static const struct device_ops sim_ops = {
    .kind = "simulated",
    .read = sim_read,
    .write = sim_write,
    .sync = sim_sync,
    .page_count = sim_page_count,
    .trim = sim_trim,
    .truncate = sim_truncate,
    .log_create = sim_log_create,
    .log_write = sim_log_write,
    .log_sync = sim_log_sync,
    .log_read = sim_log_read,
    .log_remove = sim_log_remove,
    .log_list = sim_log_list,
    .close = sim_close,
};

/* ---- the disk ---- */

enum status
sim_disk_new(uint64_t seed, struct sim_disk **disk)
{
    struct sim_disk *d = mem_alloc_zero(sizeof *d);
    if (d == NULL)
        return ST_NO_MEMORY;
    random_init(&d->random, seed);
    mutex_init(&d->lock);
    *disk = d;
    return ST_OK;
}

void
sim_disk_free(struct sim_disk *disk)
{
    if (disk == NULL)
        return;
    sim_file_deinit(&disk->pages);
    while (disk->segment_count > 0)
        drop_segment(disk, disk->segment_count - 1);
    mutex_deinit(&disk->lock);
    mem_free(disk);
}

enum status
device_sim_open(struct sim_disk *disk, struct device **device)
{
    if (disk->device != NULL)
        return ST_IN_USE;
    struct sim_device *sim = mem_alloc_zero(sizeof *sim);
    if (sim == NULL)
        return ST_NO_MEMORY;
    sim->device.ops = &sim_ops;
    sim->disk = disk;
    disk->device = sim;
    *device = &sim->device;
    return ST_OK;
}

void
sim_disk_crash(struct sim_disk *disk)
{
    mutex_lock(&disk->lock);
    if (disk->device != NULL)
        disk->device->disk = NULL;
    disk->device = NULL;
    sim_file_crash(disk, &disk->pages);
    for (uint32_t i = disk->segment_count; i > 0; i--) {
        struct sim_segment *segment = &disk->segments[i - 1];
        if (segment->is_removed && random_below(&disk->random, 2) == 0) {
            drop_segment(disk, i - 1);
            continue;
        }
        segment->is_removed = false;
        sim_file_crash(disk, &segment->file);
    }
    disk->has_stopped = disk->is_failed = false;
    disk->fail_in = disk->stop_in = 0;
    mutex_unlock(&disk->lock);
}

void
sim_disk_fail_nth(struct sim_disk *disk, uint64_t nth)
{
    disk->fail_in = nth;
}

void
sim_disk_stop_after(struct sim_disk *disk, uint64_t nth)
{
    disk->stop_in = nth;
}

void
sim_disk_limit(struct sim_disk *disk, uint64_t page_count)
{
    disk->page_limit = page_count;
}

uint64_t
sim_disk_change_count(const struct sim_disk *disk)
{
    return disk->change_count;
}

bool
sim_disk_has_stopped(const struct sim_disk *disk)
{
    return disk->has_stopped;
}

bool
sim_disk_flip(struct sim_disk *disk, page_no page, uint32_t byte, uint8_t mask)
{
    uint64_t at = page * PAGE_BYTES + byte;
    if (at >= disk->pages.now.bytes)
        return false;
    disk->pages.now.data[at] ^= mask;
    if (at < disk->pages.durable.bytes)
        disk->pages.durable.data[at] ^= mask;
    return true;
}
