/*
 * test_layout.c: rows to and from columns, one by one and a leaf at a time.
 *
 * Goal: what was encoded is decoded, also by a format that has got columns since; what was not
 * encoded by us is refused or read as something, never past its end. Method: random formats and
 * rows; trees of them read with cursor_read_columns and compared with row_decode; bytes changed at
 * random in blocks of exactly their size, for the sanitizers.
 */
#include "base/mem.h"
#include "base/random.h"
#include "stand_in.h"
#include "store/layout.h"
#include "store/tree_int.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define COLUMNS_MAX 200u

/* A random table. */
struct table {
    struct arena *arena;
    struct random random;
    struct row_format format;
    struct stored_column columns[COLUMNS_MAX];
    uint32_t key_bytes;
    uint16_t all[COLUMNS_MAX];
};

/* A row of it. */
struct row {
    union datum values[COLUMNS_MAX];
    bool nulls[COLUMNS_MAX];
};

static void
table_init(struct table *table, uint64_t seed, uint32_t column_count)
{
    static const enum phys kinds[] = {PHYS_BOOL, PHYS_I16,  PHYS_I32,  PHYS_I64, PHYS_F32,
                                      PHYS_F64,  PHYS_VIEW, PHYS_VIEW, PHYS_WIDE};
    static const enum phys key_kinds[] = {PHYS_I16, PHYS_I32, PHYS_I64};
    memset(table, 0, sizeof *table);
    random_init(&table->random, seed);
    table->arena = arena_new(&(struct arena_options){.name = "test"});
    assert_non_null(table->arena);
    for (uint32_t c = 0; c < column_count; c++) {
        struct stored_column *column = &table->columns[c];
        table->all[c] = (uint16_t)c;
        column->phys = kinds[random_below(&table->random, sizeof kinds / sizeof kinds[0])];
        column->is_missing_null = random_below(&table->random, 2) == 0;
        if (column->phys == PHYS_VIEW)
            column->missing.view = view_of("what old rows have", 18);
        else
            column->missing.i64 = 1;
        if (c < 3 && random_below(&table->random, 2) == 0) {
            column->place = PLACE_KEY;
            column->phys = key_kinds[random_below(&table->random, 3)];
            column->key_offset = (uint16_t)table->key_bytes;
            table->key_bytes += phys_bytes(column->phys);
        }
    }
    table->format = (struct row_format){.column_count = column_count, .columns = table->columns};
    assert_int_equal(row_format_init(&table->format, table->arena), ST_OK);
}

static void
table_deinit(struct table *table)
{
    arena_free(table->arena);
}

static void
make_row(struct table *table, uint32_t text_bytes_max, struct row *row)
{
    static uint8_t text[1 << 20];
    if (text[0] == 0)
        memset(text, 't', sizeof text);
    memset(row, 0, sizeof *row);
    bool has_nulls = random_below(&table->random, 2) == 0;
    for (uint32_t c = 0; c < table->format.column_count; c++) {
        const struct stored_column *column = &table->columns[c];
        uint64_t bits = random_next(&table->random);
        if (has_nulls && column->place == PLACE_VALUE && bits % 3 == 0) {
            row->nulls[c] = true;
            continue;
        }
        if (column->phys == PHYS_VIEW)
            row->values[c].view = view_of(text + bits % 100, (bits >> 8) % (text_bytes_max + 1));
        else
            memcpy(&row->values[c], &(uint64_t[2]){bits >> 3, bits}, phys_bytes(column->phys));
        if (column->phys == PHYS_BOOL)
            row->values[c] = (union datum){.b = bits % 2 == 0};
    }
}

/* The key as its table's key columns say, and a number that makes it unique. */
static struct slice
make_key(const struct table *table, const struct row *row, uint32_t n, uint8_t *to)
{
    for (uint32_t c = 0; c < table->format.column_count; c++) {
        const struct stored_column *column = &table->columns[c];
        if (column->place != PLACE_KEY)
            continue;
        uint32_t bytes = phys_bytes(column->phys);
        uint64_t bits = 0;
        memcpy(&bits, &row->values[c], bytes);
        bits ^= (uint64_t)1 << (8 * bytes - 1);
        for (uint32_t i = 0; i < bytes; i++)
            to[column->key_offset + i] = (uint8_t)(bits >> 8 * (bytes - 1 - i));
    }
    be32_set(to + table->key_bytes, n);
    return slice_of(to, table->key_bytes + 4);
}

static void
assert_datum(enum phys phys, union datum is, bool is_null, union datum should, bool should_null)
{
    assert_int_equal(is_null, should_null);
    if (should_null)
        return;
    if (phys == PHYS_VIEW)
        assert_true(view_equal(&is.view, &should.view));
    else
        assert_memory_equal(&is, &should, phys_bytes(phys));
}

static struct slice
encode(const struct table *table, const struct row *row, struct buf *to)
{
    buf_clear(to);
    assert_int_equal(row_encode(&table->format, row->values, row->nulls, to), ST_OK);
    return buf_slice(to);
}

static void
assert_decodes(const struct table *table, struct slice key, struct slice value,
               const struct row *row, uint32_t stored_count)
{
    struct row got;
    struct layout layout = {.format = &table->format,
                            .column_count = table->format.column_count,
                            .column_idx = table->all};
    assert_int_equal(row_decode(&layout, key, value, got.values, got.nulls), ST_OK);
    for (uint32_t c = 0; c < table->format.column_count; c++) {
        const struct stored_column *column = &table->columns[c];
        bool is_missing = c >= stored_count;
        assert_datum(column->phys, got.values[c], got.nulls[c],
                     is_missing ? column->missing : row->values[c],
                     is_missing ? column->is_missing_null : row->nulls[c]);
    }
}

static void
rows_come_back(void **state)
{
    (void)state;
    struct buf value, again;
    buf_init(&value);
    buf_init(&again);
    for (uint64_t seed = 1; seed <= 60; seed++) {
        struct table table;
        struct row row;
        uint8_t key[40];
        table_init(&table, seed, seed % 10 == 0 ? COLUMNS_MAX : (uint32_t)(1 + seed % 20));
        for (uint32_t i = 0; i < 20; i++) {
            make_row(&table, i == 7 ? 200000 : 60, &row);
            struct slice bytes = encode(&table, &row, &value);
            struct slice key_bytes = make_key(&table, &row, i, key);
            assert_decodes(&table, key_bytes, bytes, &row, UINT32_MAX);

            /* The same through vectors of one row. */
            struct column columns[COLUMNS_MAX];
            uint8_t nulls[COLUMNS_MAX];
            for (uint32_t c = 0; c < table.format.column_count; c++) {
                nulls[c] = row.nulls[c];
                columns[c] = (struct column){.phys = table.columns[c].phys,
                                             .has_nulls = row.nulls[c],
                                             .nulls = &nulls[c],
                                             .data = &row.values[c]};
            }
            buf_clear(&again);
            assert_int_equal(row_encode_columns(&table.format, columns, 0, &again), ST_OK);
            assert_int_equal(again.bytes, bytes.bytes);
            assert_memory_equal(again.data, bytes.data, bytes.bytes);
        }
        table_deinit(&table);
    }
    buf_deinit(&value);
    buf_deinit(&again);
}

static void
old_rows_get_what_is_missing(void **state)
{
    (void)state;
    struct buf value;
    buf_init(&value);
    for (uint64_t seed = 1; seed <= 40; seed++) {
        struct table table;
        struct row row;
        uint8_t key[40];
        table_init(&table, seed, 12);
        for (uint32_t stored = 3; stored <= 12; stored++) {
            make_row(&table, 30, &row);
            struct slice key_bytes = make_key(&table, &row, 1, key);
            struct table old = table;
            old.format.column_count = stored;
            assert_int_equal(row_format_init(&old.format, table.arena), ST_OK);
            struct slice bytes = encode(&old, &row, &value);
            assert_decodes(&table, key_bytes, bytes, &row, stored);
            /* The other way round the row has columns that nobody knows of. */
            struct slice newer = encode(&table, &row, &value);
            union datum datum[12];
            bool nulls[12];
            struct layout layout = {
                .format = &old.format, .column_count = stored, .column_idx = table.all};
            if (table.format.value_column_count > old.format.value_column_count)
                assert_int_equal(row_decode(&layout, key_bytes, newer, datum, nulls), ST_CORRUPT);
        }
        table_deinit(&table);
    }
    buf_deinit(&value);
}

static void
bad_formats_are_refused(void **state)
{
    (void)state;
    struct table table;
    table_init(&table, 1, 1);
    struct stored_column text_key = {.phys = PHYS_VIEW, .place = PLACE_KEY};
    struct row_format format = {.column_count = 1, .columns = &text_key};
    assert_int_equal(row_format_init(&format, table.arena), ST_INVALID);
    format.column_count = 0x8000;
    assert_int_equal(row_format_init(&format, table.arena), ST_LIMIT);
    table_deinit(&table);
}

/* Reads every byte of every column that decoding gave. */
static uint64_t
touch(const struct table *table, const struct row *row)
{
    uint64_t sum = 0;
    for (uint32_t c = 0; c < table->format.column_count; c++) {
        if (table->columns[c].phys != PHYS_VIEW || row->nulls[c])
            continue;
        struct slice bytes = view_slice(&row->values[c].view);
        for (size_t i = 0; i < bytes.bytes; i++)
            sum += bytes.data[i];
    }
    return sum;
}

static void
broken_rows_are_read_within_their_bytes(void **state)
{
    (void)state;
    struct buf value;
    buf_init(&value);
    uint64_t sum = 0;
    uint32_t refused = 0;
    for (uint64_t seed = 1; seed <= 2000; seed++) {
        struct table table;
        struct row row;
        uint8_t key[40];
        table_init(&table, seed, (uint32_t)(1 + seed % 9));
        make_row(&table, 40, &row);
        struct slice bytes = encode(&table, &row, &value);
        struct slice key_bytes = make_key(&table, &row, 1, key);
        size_t length = random_below(&table.random, 3) == 0
                            ? random_below(&table.random, bytes.bytes + 1)
                            : bytes.bytes;
        uint8_t *broken = malloc(length + (length == 0));
        assert_non_null(broken);
        memcpy(broken, bytes.data, length);
        for (uint32_t i = 0; length > 0 && i < 3; i++)
            broken[random_below(&table.random, length)] = (uint8_t)random_next(&table.random);
        struct layout layout = {.format = &table.format,
                                .column_count = table.format.column_count,
                                .column_idx = table.all};
        enum status st =
            row_decode(&layout, key_bytes, slice_of(broken, length), row.values, row.nulls);
        if (st == ST_OK)
            sum += touch(&table, &row);
        else
            assert_int_equal(st, ST_CORRUPT);
        refused += st != ST_OK;
        free(broken);
        table_deinit(&table);
    }
    assert_true(refused > 200 && refused < 1900);
    assert_true(sum > 0);
    buf_deinit(&value);
}

/* ---- a leaf at a time ---- */

struct batch_room {
    _Alignas(64) uint8_t data[COLUMNS_MAX][COLUMN_ROWS_MAX * 16];
    uint8_t nulls[COLUMNS_MAX][COLUMN_ROWS_MAX];
    struct column columns[COLUMNS_MAX];
};

/* Reads the tree in batches and compares each row with what a second cursor decodes. */
static uint64_t
assert_batches(const struct table *table, struct cursor *cursor, struct cursor *single,
               struct slice end, uint32_t max, struct batch_room *room)
{
    uint64_t rows = 0;
    struct layout layout = {.format = &table->format,
                            .column_count = table->format.column_count,
                            .column_idx = table->all};
    for (uint32_t c = 0; c < table->format.column_count; c++) {
        room->columns[c] = (struct column){
            .phys = table->columns[c].phys, .data = room->data[c], .nulls = room->nulls[c]};
    }
    for (;;) {
        uint32_t count;
        assert_int_equal(
            cursor_read_columns(cursor, &layout, end, max, table->arena, room->columns, &count),
            ST_OK);
        assert_true(count <= max);
        if (count == 0)
            return rows;
        for (uint32_t i = 0; i < count; i++) {
            struct slice key, value;
            struct row row;
            assert_int_equal(cursor_key(single, &key), ST_OK);
            assert_int_equal(cursor_value(single, &value), ST_OK);
            assert_true(end.data == NULL || slice_compare(key, end) < 0);
            assert_int_equal(row_decode(&layout, key, value, row.values, row.nulls), ST_OK);
            for (uint32_t c = 0; c < table->format.column_count; c++) {
                assert_datum(table->columns[c].phys, column_get(&room->columns[c], i),
                             column_is_null(&room->columns[c], i), row.values[c], row.nulls[c]);
            }
            assert_int_equal(cursor_next(single), ST_OK);
        }
        rows += count;
    }
}

static void
scan_random_table(uint64_t seed, uint32_t row_count, uint32_t text_bytes_max, bool is_rising)
{
    struct table table;
    struct row row;
    struct buf value;
    struct reader *reader;
    struct edit edit;
    struct tree_root root = {0};
    struct store *store = stand_in_open(NULL, 0);
    struct batch_room *room = malloc(sizeof *room);
    assert_non_null(room);
    table_init(&table, seed, (uint32_t)(2 + seed % 8));
    buf_init(&value);
    assert_int_equal(reader_new(store, &reader), ST_OK);
    reader_enter(reader);
    edit_init(&edit, store, reader, 1);
    struct table old = table;
    old.format.column_count = 3;
    if (table.format.column_count > 3)
        assert_int_equal(row_format_init(&old.format, table.arena), ST_OK);
    bool has_old = seed % 3 == 0 && table.format.column_count > 3;
    uint8_t key[40];
    for (uint32_t i = 0; i < row_count; i++) {
        make_row(&table, text_bytes_max, &row);
        if (is_rising) {
            for (uint32_t c = 0; c < table.format.column_count; c++) {
                if (table.columns[c].place == PLACE_KEY)
                    row.values[c] = (union datum){.words = {i / 3 % 30000, 0}};
            }
        }
        struct slice bytes = encode(has_old && i % 5 == 0 ? &old : &table, &row, &value);
        assert_int_equal(tree_put(&edit, &root, make_key(&table, &row, i, key), bytes, PUT_UPSERT),
                         ST_OK);
    }
    struct cursor cursor, single;
    cursor_init(&cursor, store, reader, &root);
    cursor_init(&single, store, reader, &root);
    for (uint32_t max = 7; max <= COLUMN_ROWS_MAX; max += COLUMN_ROWS_MAX - 7) {
        assert_int_equal(cursor_first(&cursor), ST_OK);
        assert_int_equal(cursor_first(&single), ST_OK);
        uint64_t rows = assert_batches(&table, &cursor, &single, slice_of(NULL, 0), max, room);
        assert_int_equal(rows, root.row_count);
        assert_true(cursor.is_at_end);
        make_row(&table, 10, &row);
        struct slice end = make_key(&table, &row, 500, key);
        assert_int_equal(cursor_first(&cursor), ST_OK);
        assert_int_equal(cursor_first(&single), ST_OK);
        rows = assert_batches(&table, &cursor, &single, end, max, room);
        uint64_t before = 0;
        assert_int_equal(cursor_first(&single), ST_OK);
        for (; !single.is_at_end; before++) {
            struct slice at;
            assert_int_equal(cursor_key(&single, &at), ST_OK);
            if (slice_compare(at, end) >= 0)
                break;
            assert_int_equal(cursor_next(&single), ST_OK);
        }
        assert_int_equal(rows, before);
    }
    cursor_deinit(&cursor);
    cursor_deinit(&single);
    edit_drop(&edit);
    edit_deinit(&edit);
    reader_leave(reader);
    stand_in_close(store);
    buf_deinit(&value);
    table_deinit(&table);
    free(room);
}

static void
leaves_are_read_as_columns(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= 24; seed++)
        scan_random_table(seed, 1500, 50, seed % 2 == 0);
}

static void
long_values_are_read_as_columns(void **state)
{
    (void)state;
    scan_random_table(3, 300, 3000, true);
    scan_random_table(8, 40, 100000, false);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rows_come_back),
        cmocka_unit_test(old_rows_get_what_is_missing),
        cmocka_unit_test(bad_formats_are_refused),
        cmocka_unit_test(broken_rows_are_read_within_their_bytes),
        cmocka_unit_test(leaves_are_read_as_columns),
        cmocka_unit_test(long_values_are_read_as_columns),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
