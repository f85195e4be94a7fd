/*
 * tree_bench.c: what the operations of a tree cost, in nanoseconds.
 *
 * usage: tree_bench [ROWS [FILE [CACHE_MIB]]]
 *
 * In memory, or on FILE (which is made, and removed afterwards) with a cache of CACHE_MIB. Rows
 * have an 8-byte key and the value of a table (bigint in the key, integer, integer, text of 24
 * bytes). Stands on the tests' stand-in for space, so only the tree and the cache are measured.
 */
#include "base/bytes.h"
#include "base/check.h"
#include "base/clock.h"
#include "base/random.h"
#include "store/cache.h"
#include "store/layout.h"
#include "store/reader.h"
#include "store/space.h"
#include "store/store.h"
#include "store/tree.h"
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

struct bench {
    struct store *store;
    struct reader *reader;
    struct random random;
    struct row_format format;
    struct arena *arena;
    uint64_t rows;
    birth_seq birth;
};

static int64_t started;

static void
start(void)
{
    started = clock_monotonic_ns();
}

static void
report(const char *what, uint64_t count)
{
    double ns = (double)(clock_monotonic_ns() - started) / (double)count;
    printf("%-44s %10.1f ns\n", what, ns);
    fflush(stdout);
}

static void
make_row(struct bench *bench, uint64_t n, uint8_t *key, struct buf *value)
{
    char text[32];
    int bytes = snprintf(text, sizeof text, "row number %013llu", (unsigned long long)n);
    union datum values[4] = {{.i64 = (int64_t)n}, {.i32 = (int32_t)n}, {.i32 = (int32_t)(n * 7)}};
    values[3].view = view_of(text, (size_t)bytes);
    bool nulls[4] = {false, false, false, false};
    be64_set(key, n ^ (uint64_t)1 << 63);
    buf_clear(value);
    check(row_encode(&bench->format, values, nulls, value) == ST_OK);
}

static void
publish(struct bench *bench, struct edit *edit)
{
    space_publish(bench->store, edit);
    check(space_retire_reserve(bench->store, edit->retired.count) == ST_OK);
    space_retire(bench->store, edit->retired.refs, edit->retired.count, edit->birth);
    edit->taken.count = edit->retired.count = 0;
    bench->birth++;
}

static void
insert(struct bench *bench, const char *what, uint64_t count, uint64_t stride, bool is_built,
       struct tree_root *root)
{
    struct edit edit;
    struct tree_builder *builder = NULL;
    struct buf value;
    uint8_t key[8];
    buf_init(&value);
    edit_init(&edit, bench->store, bench->reader, bench->birth);
    if (is_built)
        check(tree_builder_new(&edit, &builder) == ST_OK);
    make_row(bench, 1, key, &value);
    start();
    for (uint64_t i = 0; i < count; i++) {
        be64_set(key, (i * stride % count) ^ (uint64_t)1 << 63);
        enum status st =
            is_built ? tree_builder_add(builder, slice_of(key, 8), buf_slice(&value))
                     : tree_put(&edit, root, slice_of(key, 8), buf_slice(&value), PUT_UPSERT);
        check(st == ST_OK);
        if (i % 64 == 0)
            reader_refresh(bench->reader);
    }
    if (is_built)
        check(tree_builder_finish(builder, root) == ST_OK);
    report(what, count);
    publish(bench, &edit);
    edit_deinit(&edit);
    buf_deinit(&value);
}

static void
lookups(struct bench *bench, const struct tree_root *root, uint64_t count, uint64_t range,
        const char *what)
{
    struct buf spill;
    uint64_t sum = 0;
    buf_init(&spill);
    start();
    for (uint64_t i = 0; i < count; i++) {
        uint8_t key[8];
        struct slice value;
        be64_set(key, random_below(&bench->random, range) ^ (uint64_t)1 << 63);
        check(tree_get(bench->store, bench->reader, root, slice_of(key, 8), &spill, &value) ==
              ST_OK);
        sum += value.data[3];
        if (i % 64 == 0)
            reader_refresh(bench->reader);
    }
    report(what, count);
    check(sum != 1);
    buf_deinit(&spill);
}

static void
updates(struct bench *bench, struct tree_root *root, uint64_t count, const char *what)
{
    struct edit edit;
    struct buf value;
    uint8_t key[8];
    buf_init(&value);
    edit_init(&edit, bench->store, bench->reader, bench->birth);
    make_row(bench, 1, key, &value);
    start();
    for (uint64_t i = 0; i < count; i++) {
        be64_set(key, random_below(&bench->random, bench->rows) ^ (uint64_t)1 << 63);
        check(tree_put(&edit, root, slice_of(key, 8), buf_slice(&value), PUT_UPSERT) == ST_OK);
        if (i % 64 == 0)
            reader_refresh(bench->reader);
    }
    report(what, count);
    publish(bench, &edit);
    edit_deinit(&edit);
    buf_deinit(&value);
}

/* Edits of one row each: the path is copied every time. */
static void
small_edits(struct bench *bench, struct tree_root *root, uint64_t count)
{
    struct buf value;
    uint8_t key[8];
    struct edit edit;
    buf_init(&value);
    make_row(bench, 1, key, &value);
    start();
    edit_init(&edit, bench->store, bench->reader, bench->birth);
    for (uint64_t i = 0; i < count; i++) {
        edit.birth = bench->birth;
        be64_set(key, random_below(&bench->random, bench->rows) ^ (uint64_t)1 << 63);
        check(tree_put(&edit, root, slice_of(key, 8), buf_slice(&value), PUT_UPSERT) == ST_OK);
        publish(bench, &edit);
        reader_refresh(bench->reader);
    }
    report("edit of one row, published", count);
    edit_deinit(&edit);
    buf_deinit(&value);
}

static void
scan_rows(struct bench *bench, const struct tree_root *root)
{
    struct cursor cursor;
    uint64_t sum = 0, count = 0;
    cursor_init(&cursor, bench->store, bench->reader, root);
    start();
    check(cursor_first(&cursor) == ST_OK);
    while (!cursor.is_at_end) {
        struct slice value;
        check(cursor_value(&cursor, &value) == ST_OK);
        sum += value.data[3];
        check(cursor_next(&cursor) == ST_OK);
        if (++count % 1024 == 0) {
            reader_refresh(bench->reader);
            check(cursor_restore(&cursor) == ST_OK);
        }
    }
    report("scan, row by row", count);
    check(sum != 1);
    cursor_deinit(&cursor);
}

static void
scan_columns(struct bench *bench, const struct tree_root *root, const uint16_t *idx, uint32_t count,
             const char *what)
{
    static _Alignas(64) uint8_t data[4][COLUMN_ROWS_MAX * 16], nulls[4][COLUMN_ROWS_MAX];
    struct layout layout = {.format = &bench->format, .column_count = count, .column_idx = idx};
    struct column columns[4];
    struct cursor cursor;
    for (uint32_t i = 0; i < count; i++)
        columns[i] = (struct column){
            .phys = bench->format.columns[idx[i]].phys, .data = data[i], .nulls = nulls[i]};
    uint64_t rows = 0;
    cursor_init(&cursor, bench->store, bench->reader, root);
    start();
    check(cursor_first(&cursor) == ST_OK);
    for (uint32_t got = 1; got > 0; rows += got) {
        reader_refresh(bench->reader);
        check(cursor_restore(&cursor) == ST_OK);
        check(cursor_read_columns(&cursor, &layout, slice_of(NULL, 0), COLUMN_ROWS_MAX,
                                  bench->arena, columns, &got) == ST_OK);
    }
    report(what, rows);
    cursor_deinit(&cursor);
}

static void
make_format(struct bench *bench)
{
    static struct stored_column columns[4] = {{.phys = PHYS_I64, .place = PLACE_KEY},
                                              {.phys = PHYS_I32},
                                              {.phys = PHYS_I32},
                                              {.phys = PHYS_VIEW}};
    bench->arena = arena_new(&(struct arena_options){.name = "bench"});
    check(bench->arena != NULL);
    bench->format = (struct row_format){.column_count = 4, .columns = columns};
    check(row_format_init(&bench->format, bench->arena) == ST_OK);
}

static void
run(struct bench *bench)
{
    uint64_t n = bench->rows;
    struct tree_root built = {0}, rising = {0}, random = {0};
    uint64_t some = n < 2000000 ? n : 2000000;
    insert(bench, "build, per row", n, 1, true, &built);
    insert(bench, "put, rising keys", n, 1, false, &rising);
    insert(bench, "put, random keys into a growing tree", n, 7368787, false, &random);
    lookups(bench, &built, some, n, "get, random, all rows");
    lookups(bench, &built, some, n, "get, random, all rows, again");
    lookups(bench, &built, some, n / 100 + 1, "get, random, 1 % of the rows");
    updates(bench, &rising, some, "put over a random row, one edit");
    updates(bench, &rising, some, "put over a random row, one edit, again");
    small_edits(bench, &rising, some / 10);
    scan_rows(bench, &built);
    scan_columns(bench, &built, (uint16_t[]){1, 2}, 2, "scan, two integer columns");
    scan_columns(bench, &built, (uint16_t[]){0}, 1, "scan, the key column");
    scan_columns(bench, &built, (uint16_t[]){0, 1, 2, 3}, 4, "scan, all four columns");
    struct store_report report_now;
    store_report(bench->store, &report_now);
    printf("%llu pages resident, %llu read, %llu evicted, %llu written\n",
           (unsigned long long)report_now.resident_count,
           (unsigned long long)report_now.cache_reads,
           (unsigned long long)report_now.cache_evictions,
           (unsigned long long)report_now.pages_written);
}

static enum status
ignore_record(void *object, log_pos at, struct slice record)
{
    (void)object;
    (void)at;
    (void)record;
    return ST_OK;
}

int
main(int argc, char **argv)
{
    struct bench bench = {.rows = argc > 1 ? strtoull(argv[1], NULL, 10) : 5000000, .birth = 1};
    struct device *device = NULL;
    uint64_t cache_bytes = (argc > 3 ? strtoull(argv[3], NULL, 10) : 64) << 20;
    if (argc > 2)
        check(device_file_open(argv[2], &(struct device_file_options){.can_create = true},
                               &device) == ST_OK);
    struct store_options options = {.cache_bytes = cache_bytes};
    check(store_open(device, &options, &bench.store) == ST_OK);
    if (device != NULL)
        check(store_recover(bench.store, NULL, ignore_record, NULL) == ST_OK);
    random_init(&bench.random, 1);
    make_format(&bench);
    check(reader_new(bench.store, &bench.reader) == ST_OK);
    reader_enter(bench.reader);
    run(&bench);
    reader_leave(bench.reader);
    store_close(bench.store);
    arena_free(bench.arena);
    if (argc > 2)
        unlink(argv[2]);
    return 0;
}
