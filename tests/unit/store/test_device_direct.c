/*
 * test_device_direct.c: appends past the page cache leave in the file what plain writes would.
 *
 * Goal: whatever the order of appends, plain writes, syncs and openings, every byte is read back,
 * and a segment written to ahead is as any other. Method: random operations on a file device and on
 * a model in memory, from seeds; on file systems that know no such writes the plain way is tested.
 */
#include "unit/unit.h"

#include "base/log.h"
#include "base/random.h"
#include "store/device.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define SEGMENT_BYTES ((size_t)1 << 20)
#define APPEND_BYTES_MAX 3000u

static void
ignore_line(void *object, enum log_level level, const char *line)
{
    (void)object;
    (void)level;
    (void)line;
}

static const struct log_sink quiet = {.write = ignore_line};

/* A segment and what it must hold up to `end`. */
struct model {
    char directory[64], path[96];
    struct device *device;
    struct random random;
    uint64_t segment;
    size_t end;
    uint8_t bytes[SEGMENT_BYTES];
};

static void
model_open(struct model *model)
{
    struct device_file_options options = {.can_create = true, .log = &quiet};
    assert_int_equal(device_file_open(model->path, &options, &model->device), ST_OK);
}

/* The next bytes, at the end of what is there; false: the segment is full. */
static bool
model_put(struct model *model, bool is_append)
{
    const struct device_ops *ops = model->device->ops;
    size_t bytes = 8 + random_below(&model->random, APPEND_BYTES_MAX);
    if (random_below(&model->random, 50) == 0)
        bytes = 300000; /* more than one stage */
    if (model->end + bytes > SEGMENT_BYTES)
        return false;
    uint8_t *at = model->bytes + model->end;
    for (size_t i = 0; i < bytes; i++)
        at[i] = (uint8_t)random_below(&model->random, 256);
    enum status (*put)(struct device *, uint64_t, uint64_t, const void *, size_t) =
        is_append ? ops->log_append : ops->log_write;
    assert_int_equal(put(model->device, model->segment, model->end, at, bytes), ST_OK);
    model->end += bytes;
    if (is_append)
        assert_int_equal(ops->log_sync(model->device, model->segment), ST_OK);
    return true;
}

static void
model_check(struct model *model)
{
    static uint8_t got[SEGMENT_BYTES];
    size_t count;
    assert_int_equal(
        model->device->ops->log_read(model->device, model->segment, 0, got, model->end, &count),
        ST_OK);
    assert_int_equal(count, model->end);
    assert_memory_equal(got, model->bytes, model->end);
}

/* Fills a segment, now and then through a device opened anew. */
static void
model_fill(struct model *model)
{
    model->end = 0;
    while (model_put(model, random_below(&model->random, 4) != 0)) {
        if (random_below(&model->random, 40) != 0)
            continue;
        model_check(model);
        if (random_below(&model->random, 2) == 0) {
            model->device->ops->close(model->device);
            model_open(model);
        }
    }
    model_check(model);
}

static void
appends_and_writes_are_read_back(void **state)
{
    (void)state;
    static struct model model;
    (void)snprintf(model.directory, sizeof model.directory, "/tmp/rowan-direct-XXXXXX");
    assert_non_null(mkdtemp(model.directory));
    (void)snprintf(model.path, sizeof model.path, "%s/db.rowan", model.directory);
    random_init(&model.random, 7);
    model_open(&model);
    for (model.segment = 1; model.segment <= 6; model.segment++) {
        const struct device_ops *ops = model.device->ops;
        /* Made anew, made anew and written to ahead, or made of the one before. */
        uint64_t recycled = model.segment % 3 == 0 ? model.segment - 1 : 0;
        assert_int_equal(ops->log_create(model.device, model.segment, SEGMENT_BYTES, recycled),
                         ST_OK);
        if (model.segment % 3 == 1)
            assert_int_equal(ops->log_prepare(model.device, model.segment), ST_OK);
        model_fill(&model);
    }
    for (uint64_t id = 1; id <= 6; id++)
        (void)model.device->ops->log_remove(model.device, id);
    model.device->ops->close(model.device);
    assert_int_equal(unlink(model.path), 0);
    assert_int_equal(rmdir(model.directory), 0);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(appends_and_writes_are_read_back)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
