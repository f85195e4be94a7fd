/*
 * load.c: see load.h.
 *
 * A row in memory is its lengths, its key and its value, one behind the other in large blocks; what
 * is sorted are pairs of the key's first eight bytes and the row's place. Rows that come in order
 * are seen to be, and not sorted.
 */
#include "txn/load.h"
#include "base/bytes.h"
#include "base/check.h"
#include "base/mem.h"
#include "txn/private.h"
#include "txn/txn_int.h"
#include <stdlib.h>

#define BLOCK_BYTES (1u << 20)
#define MEMORY_MIN (1u << 20)
#define ROWS_AN_EPOCH 256u

struct load_row {
    uint64_t head; /* the key's first bytes, big-endian, zeros behind */
    uint8_t *at;   /* key bytes 4, value bytes 4, key, value */
};

struct load_block {
    struct load_block *next;
    size_t bytes, capacity;
    uint8_t data[];
};

/* A sorted run that was written: its tree, and a cursor when runs are merged. */
struct load_run {
    struct tree_root root;
    struct cursor cursor;
    struct slice key, value; /* where the cursor is */
};

struct tree_load {
    struct txn *txn;
    struct private_tree *to;
    uint64_t memory_bytes, held_bytes;
    struct load_block *blocks;
    struct load_row *rows;
    size_t row_count, row_room;
    bool is_sorted; /* so far */

    struct snapshot *snapshot; /* its reader stands over the runs */
    struct edit runs_edit;
    struct load_run *runs;
    uint32_t run_count, run_room;
    struct buf duplicate_key, duplicate_value;
};

/* ---- rows in memory ---- */

static struct slice
row_key(const uint8_t *at)
{
    return slice_of(at + 8, le32_get(at));
}

static struct slice
row_value(const uint8_t *at)
{
    return slice_of(at + 8 + le32_get(at), le32_get(at + 4));
}

static uint64_t
key_head(struct slice key)
{
    uint8_t bytes[8] = {0};
    memcpy(bytes, key.data, key.bytes < 8 ? key.bytes : 8);
    return be64_get(bytes);
}

static int
compare_rows(const void *a, const void *b)
{
    const struct load_row *first = a, *second = b;
    if (first->head != second->head)
        return first->head < second->head ? -1 : 1;
    return slice_compare(row_key(first->at), row_key(second->at));
}

static void
blocks_free(struct tree_load *load)
{
    while (load->blocks != NULL) {
        struct load_block *block = load->blocks;
        load->blocks = block->next;
        mem_free(block);
    }
    load->held_bytes = 0;
    load->row_count = 0;
    load->is_sorted = true;
}

/* Room for a row's bytes; null: there is no memory. */
static uint8_t *
row_room(struct tree_load *load, size_t bytes)
{
    struct load_block *block = load->blocks;
    if (block == NULL || block->capacity - block->bytes < bytes) {
        size_t capacity = bytes > BLOCK_BYTES ? bytes : BLOCK_BYTES;
        block = mem_alloc(sizeof *block + capacity);
        if (block == NULL)
            return NULL;
        *block = (struct load_block){.next = load->blocks, .capacity = capacity};
        load->blocks = block;
    }
    uint8_t *at = block->data + block->bytes;
    block->bytes += bytes;
    load->held_bytes += bytes + sizeof(struct load_row);
    return at;
}

static enum status
rows_reserve(struct tree_load *load)
{
    if (load->row_count < load->row_room)
        return ST_OK;
    size_t room = load->row_room == 0 ? 1024 : load->row_room * 2;
    struct load_row *rows = mem_resize(load->rows, room * sizeof *rows);
    if (rows == NULL)
        return ST_NO_MEMORY;
    load->rows = rows;
    load->row_room = room;
    return ST_OK;
}

static void
rows_sort(struct tree_load *load)
{
    if (!load->is_sorted)
        qsort(load->rows, load->row_count, sizeof *load->rows, compare_rows);
    load->is_sorted = true;
}

/* ---- building ---- */

static enum status
note_duplicate(struct tree_load *load, struct slice key, struct slice value)
{
    buf_clear(&load->duplicate_key);
    buf_clear(&load->duplicate_value);
    buf_put_slice(&load->duplicate_key, key);
    buf_put_slice(&load->duplicate_value, value);
    return load->duplicate_key.is_failed || load->duplicate_value.is_failed ? ST_NO_MEMORY
                                                                            : ST_EXISTS;
}

static enum status
builder_add(struct tree_load *load, struct tree_builder *builder, struct slice key,
            struct slice value)
{
    enum status st = tree_builder_add(builder, key, value);
    /* Rows come in order: one that does not rise is equal to the one before. */
    return st == ST_INVALID ? note_duplicate(load, key, value) : st;
}

/* The rows in memory, sorted, into a new tree. */
static enum status
rows_build(struct tree_load *load, struct edit *edit, struct tree_root *root)
{
    struct tree_builder *builder;
    snapshots_leave(load->txn);
    rows_sort(load);
    TRY(tree_builder_new(edit, &builder));
    enum status st = ST_OK;
    reader_enter(edit->reader);
    for (size_t i = 0; st == ST_OK && i < load->row_count; i++) {
        const uint8_t *at = load->rows[i].at;
        st = builder_add(load, builder, row_key(at), row_value(at));
        if (i % ROWS_AN_EPOCH == ROWS_AN_EPOCH - 1)
            reader_refresh(edit->reader);
    }
    if (st == ST_OK)
        st = tree_builder_finish(builder, root);
    else
        tree_builder_free(builder);
    reader_leave(edit->reader);
    return st;
}

/* ---- runs ---- */

static enum status
run_write(struct tree_load *load)
{
    if (load->run_count == load->run_room) {
        uint32_t room = load->run_room == 0 ? 16 : load->run_room * 2;
        struct load_run *runs = mem_resize(load->runs, room * sizeof *runs);
        if (runs == NULL)
            return ST_NO_MEMORY;
        load->runs = runs;
        load->run_room = room;
    }
    if (load->snapshot == NULL) {
        TRY(snapshot_new(load->txn->db->store, &load->snapshot));
        edit_init(&load->runs_edit, load->txn->db->store, load->snapshot->reader,
                  load->to->first_birth);
    }
    struct load_run run = {0};
    TRY(rows_build(load, &load->runs_edit, &run.root));
    load->runs[load->run_count++] = run;
    blocks_free(load);
    return ST_OK;
}

/* Reads where the run's cursor is; at its end the run has no root any more. */
static enum status
run_look(struct load_run *run)
{
    if (run->cursor.is_at_end) {
        run->root.ref.page = PAGE_NONE;
        return ST_OK;
    }
    TRY(cursor_key(&run->cursor, &run->key));
    return cursor_value(&run->cursor, &run->value);
}

static enum status
runs_open(struct tree_load *load)
{
    for (uint32_t i = 0; i < load->run_count; i++) {
        struct load_run *run = &load->runs[i];
        cursor_init(&run->cursor, load->txn->db->store, load->snapshot->reader, &run->root);
        TRY(cursor_first(&run->cursor));
        TRY(run_look(run));
    }
    return ST_OK;
}

/* Gives up the pages looked at so far, so that the cache can go on. */
static enum status
runs_renew(struct tree_load *load, struct edit *to)
{
    reader_refresh(load->snapshot->reader);
    reader_refresh(to->reader);
    for (uint32_t i = 0; i < load->run_count; i++) {
        struct load_run *run = &load->runs[i];
        if (run->root.ref.page == PAGE_NONE)
            continue;
        TRY(cursor_restore(&run->cursor));
        TRY(run_look(run));
    }
    return ST_OK;
}

/* The run with the least key; null: all are at their end. There are few: they are just compared. */
static struct load_run *
runs_least(struct tree_load *load)
{
    struct load_run *least = NULL;
    for (uint32_t i = 0; i < load->run_count; i++) {
        struct load_run *run = &load->runs[i];
        if (run->root.ref.page != PAGE_NONE &&
            (least == NULL || slice_compare(run->key, least->key) < 0))
            least = run;
    }
    return least;
}

static enum status
runs_merge(struct tree_load *load, struct edit *edit, struct tree_builder *builder)
{
    TRY(runs_open(load));
    for (uint64_t i = 1;; i++) {
        struct load_run *run = runs_least(load);
        if (run == NULL)
            return ST_OK;
        TRY(builder_add(load, builder, run->key, run->value));
        TRY(cursor_next(&run->cursor));
        TRY(run_look(run));
        if (i % ROWS_AN_EPOCH == 0)
            TRY(runs_renew(load, edit));
    }
}

/* All runs into the tree. */
static enum status
runs_build(struct tree_load *load, struct edit *edit, struct tree_root *root)
{
    struct tree_builder *builder;
    snapshots_leave(load->txn);
    TRY(tree_builder_new(edit, &builder));
    reader_enter(load->snapshot->reader);
    reader_enter(edit->reader);
    enum status st = runs_merge(load, edit, builder);
    if (st == ST_OK)
        st = tree_builder_finish(builder, root);
    else
        tree_builder_free(builder);
    reader_leave(edit->reader);
    reader_leave(load->snapshot->reader);
    for (uint32_t i = 0; i < load->run_count; i++)
        if (load->runs[i].cursor.store != NULL)
            cursor_deinit(&load->runs[i].cursor);
    return st;
}

/* ---- the whole ---- */

enum status
tree_load_new(struct txn *txn, tree_no tree, uint64_t memory_bytes, struct tree_load **out)
{
    txn = txn_for(txn, tree);
    TRY(txn_bulk_begin(txn, tree, tree));
    struct tree_load *load = mem_alloc_zero(sizeof *load);
    if (load == NULL)
        return ST_NO_MEMORY;
    load->txn = txn;
    load->to = private_of(txn, tree);
    check(load->to->is_replacing && load->to->root.ref.page == PAGE_NONE);
    load->memory_bytes = memory_bytes < MEMORY_MIN ? MEMORY_MIN : memory_bytes;
    load->is_sorted = true;
    *out = load;
    return ST_OK;
}

void
tree_load_free(struct tree_load *load)
{
    if (load == NULL)
        return;
    blocks_free(load);
    mem_free(load->rows);
    if (load->snapshot != NULL) {
        edit_drop(&load->runs_edit);
        edit_deinit(&load->runs_edit);
        snapshot_free(load->snapshot);
    }
    mem_free(load->runs);
    buf_deinit(&load->duplicate_key);
    buf_deinit(&load->duplicate_value);
    mem_free(load);
}

enum status
tree_load_add(struct tree_load *load, struct slice key, struct slice value)
{
    if (key.bytes == 0 || key.bytes > KEY_BYTES_MAX || value.bytes > VALUE_BYTES_MAX)
        return ST_LIMIT;
    if (load->held_bytes >= load->memory_bytes)
        TRY(run_write(load));
    TRY(rows_reserve(load));
    uint8_t *at = row_room(load, 8 + key.bytes + value.bytes);
    if (at == NULL)
        return ST_NO_MEMORY;
    le32_set(at, (uint32_t)key.bytes);
    le32_set(at + 4, (uint32_t)value.bytes);
    memcpy(at + 8, key.data, key.bytes);
    if (value.bytes != 0)
        memcpy(at + 8 + key.bytes, value.data, value.bytes);
    struct load_row row = {key_head(key), at};
    if (load->is_sorted && load->row_count != 0)
        load->is_sorted = compare_rows(&load->rows[load->row_count - 1], &row) <= 0;
    load->rows[load->row_count++] = row;
    return ST_OK;
}

enum status
tree_load_finish(struct tree_load *load)
{
    struct tree_root root = {0};
    if (load->run_count == 0) {
        TRY(rows_build(load, &load->to->edit, &root));
    } else {
        if (load->row_count != 0)
            TRY(run_write(load));
        TRY(runs_build(load, &load->to->edit, &root));
    }
    load->to->root = root;
    return ST_OK;
}

void
tree_load_duplicate(const struct tree_load *load, struct slice *key, struct slice *value)
{
    *key = buf_slice(&load->duplicate_key);
    *value = buf_slice(&load->duplicate_value);
}
