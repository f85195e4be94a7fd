/*
 * fault_device.c: counts the calls that pass through, and fails those that the plan names.
 */
#include "faults/fault_device.h"
#include "base/mem.h"
#include "store/page.h"
#include <string.h>

const char *const fault_kind_names[FAULTY_KIND_COUNT] = {"read", "damage", "write", "sync",
                                                         "space"};

struct fault_device {
    struct device device;
    struct device *under;
    struct fault_plan *plan;
    atomic_bool sync_has_failed;
};

static struct fault_device *
of(struct device *device)
{
    return (struct fault_device *)device;
}

void
fault_plan_arm(struct fault_plan *plan, uint64_t nth)
{
    atomic_store(&plan->passed, 0);
    atomic_store(&plan->was_hit, false);
    plan->nth = nth;
}

static bool
must_fail(struct fault_device *d, enum fault_kind kind)
{
    struct fault_plan *plan = d->plan;
    if (plan->kind != kind || plan->nth == 0)
        return false;
    uint64_t passed = atomic_fetch_add(&plan->passed, 1) + 1;
    bool fails = passed == plan->nth || (plan->goes_on && passed > plan->nth);
    if (fails)
        atomic_store(&plan->was_hit, true);
    return fails;
}

static enum status
fault_read(struct device *device, page_no first, uint32_t count, void *to)
{
    struct fault_device *d = of(device);
    TRY(d->under->ops->read(d->under, first, count, to));
    size_t bytes = (size_t)count * PAGE_BYTES;
    if (must_fail(d, FAULTY_READ)) {
        memset((uint8_t *)to + bytes / 2, 0xa5, bytes - bytes / 2);
        return ST_IO;
    }
    if (must_fail(d, FAULTY_DAMAGE))
        ((uint8_t *)to)[(size_t)(first * 911) % bytes] ^= 0x20;
    return ST_OK;
}

static enum status
fault_write(struct device *device, page_no first, uint32_t count, const void *from)
{
    struct fault_device *d = of(device);
    uint64_t end;
    if (atomic_load(&d->sync_has_failed))
        return ST_READ_ONLY;
    TRY(d->under->ops->page_count(d->under, &end));
    if (first + count > end && must_fail(d, FAULTY_SPACE))
        return ST_NO_SPACE;
    if (must_fail(d, FAULTY_WRITE)) {
        if (count > 1)
            (void)d->under->ops->write(d->under, first, count / 2, from);
        return ST_IO;
    }
    return d->under->ops->write(d->under, first, count, from);
}

/* True: this sync fails, and so does all that would be written from now on. */
static bool
sync_fails(struct fault_device *d)
{
    if (!must_fail(d, FAULTY_SYNC))
        return false;
    atomic_store(&d->sync_has_failed, true);
    return true;
}

static enum status
fault_sync(struct device *device)
{
    struct fault_device *d = of(device);
    if (atomic_load(&d->sync_has_failed))
        return ST_READ_ONLY;
    return sync_fails(d) ? ST_IO : d->under->ops->sync(d->under);
}

static enum status
fault_page_count(struct device *device, uint64_t *count)
{
    return of(device)->under->ops->page_count(of(device)->under, count);
}

static void
fault_trim(struct device *device, page_no first, uint64_t count)
{
    of(device)->under->ops->trim(of(device)->under, first, count);
}

static enum status
fault_truncate(struct device *device, uint64_t page_count)
{
    struct fault_device *d = of(device);
    uint64_t end;
    if (atomic_load(&d->sync_has_failed))
        return ST_READ_ONLY;
    TRY(d->under->ops->page_count(d->under, &end));
    if (page_count > end && must_fail(d, FAULTY_SPACE))
        return ST_NO_SPACE;
    return must_fail(d, FAULTY_WRITE) ? ST_IO : d->under->ops->truncate(d->under, page_count);
}

static enum status
fault_log_create(struct device *device, uint64_t id, uint64_t bytes, uint64_t recycle)
{
    struct fault_device *d = of(device);
    if (atomic_load(&d->sync_has_failed))
        return ST_READ_ONLY;
    if (recycle == 0 && must_fail(d, FAULTY_SPACE))
        return ST_NO_SPACE;
    if (must_fail(d, FAULTY_WRITE))
        return ST_IO;
    return d->under->ops->log_create(d->under, id, bytes, recycle);
}

static enum status
fault_log_write(struct device *device, uint64_t id, uint64_t offset, const void *from, size_t bytes)
{
    struct fault_device *d = of(device);
    if (atomic_load(&d->sync_has_failed))
        return ST_READ_ONLY;
    if (must_fail(d, FAULTY_WRITE)) {
        if (bytes > 1)
            (void)d->under->ops->log_write(d->under, id, offset, from, bytes / 2);
        return ST_IO;
    }
    return d->under->ops->log_write(d->under, id, offset, from, bytes);
}

static enum status
fault_log_sync(struct device *device, uint64_t id)
{
    struct fault_device *d = of(device);
    if (atomic_load(&d->sync_has_failed))
        return ST_READ_ONLY;
    return sync_fails(d) ? ST_IO : d->under->ops->log_sync(d->under, id);
}

static enum status
fault_log_read(struct device *device, uint64_t id, uint64_t offset, void *to, size_t bytes,
               size_t *got)
{
    struct fault_device *d = of(device);
    if (must_fail(d, FAULTY_READ)) {
        *got = 0;
        return ST_IO;
    }
    return d->under->ops->log_read(d->under, id, offset, to, bytes, got);
}

static enum status
fault_log_remove(struct device *device, uint64_t id)
{
    struct fault_device *d = of(device);
    if (atomic_load(&d->sync_has_failed))
        return ST_READ_ONLY;
    return must_fail(d, FAULTY_WRITE) ? ST_IO : d->under->ops->log_remove(d->under, id);
}

static enum status
fault_log_list(struct device *device, uint64_t *ids, uint32_t max, uint32_t *count)
{
    struct fault_device *d = of(device);
    return must_fail(d, FAULTY_READ) ? ST_IO : d->under->ops->log_list(d->under, ids, max, count);
}

static void
fault_close(struct device *device)
{
    struct fault_device *d = of(device);
    d->under->ops->close(d->under);
    mem_free(d);
}

static const struct device_ops fault_ops = {
    .kind = "faulty",
    .read = fault_read,
    .write = fault_write,
    .sync = fault_sync,
    .page_count = fault_page_count,
    .trim = fault_trim,
    .truncate = fault_truncate,
    .log_create = fault_log_create,
    .log_write = fault_log_write,
    .log_sync = fault_log_sync,
    .log_read = fault_log_read,
    .log_remove = fault_log_remove,
    .log_list = fault_log_list,
    .close = fault_close,
};

enum status
fault_device_open(struct device *under, struct fault_plan *plan, struct device **device)
{
    struct fault_device *d = mem_alloc_zero(sizeof *d);
    if (d == NULL) {
        under->ops->close(under);
        return ST_NO_MEMORY;
    }
    d->device.ops = &fault_ops;
    d->under = under;
    d->plan = plan;
    *device = &d->device;
    return ST_OK;
}
