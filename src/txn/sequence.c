/*
 * sequence.c: values of sequences, and hidden row ids.
 *
 *   row of TREE_SEQUENCES: key: object id 4, big-endian
 *   value: last_value 8 | start 8 | increment 8 | min 8 | max 8 | cache 8 | is_called 1 | can_cycle
 * 1
 *
 * A sequence whose row the transaction itself has written (created or altered in it) is worked on
 * in the write set until the commit: nobody else can see it.
 */
#include "txn/sequence.h"
#include "base/bytes.h"
#include "base/check.h"
#include "base/mem.h"
#include "store/store.h"
#include "txn/record.h"
#include "txn/txn_int.h"

#define BLOCK_VALUES 32u
#define SEQUENCE_KEY_BYTES 4
#define SEQUENCE_ROW_BYTES 50

struct sequence {
    struct sequence_state state;
    uint32_t left; /* values that the row in the tree is ahead */
};

struct row_counter {
    uint64_t next;
};

/* A commit of one sequence's row. */
struct row_work {
    struct work work;
    struct buf block;
};

static void
state_encode(const struct sequence_state *state, uint8_t to[SEQUENCE_ROW_BYTES])
{
    le64_set(to, (uint64_t)state->last_value);
    le64_set(to + 8, (uint64_t)state->start);
    le64_set(to + 16, (uint64_t)state->increment);
    le64_set(to + 24, (uint64_t)state->min);
    le64_set(to + 32, (uint64_t)state->max);
    le64_set(to + 40, (uint64_t)state->cache);
    to[48] = state->is_called;
    to[49] = state->can_cycle;
}

static enum status
state_decode(struct store *store, struct slice row, struct sequence_state *state)
{
    if (row.bytes != SEQUENCE_ROW_BYTES)
        return store_corrupt(store, PAGE_NONE, "the row of a sequence has %zu bytes", row.bytes);
    *state = (struct sequence_state){
        .last_value = (int64_t)le64_get(row.data),
        .start = (int64_t)le64_get(row.data + 8),
        .increment = (int64_t)le64_get(row.data + 16),
        .min = (int64_t)le64_get(row.data + 24),
        .max = (int64_t)le64_get(row.data + 32),
        .cache = (int64_t)le64_get(row.data + 40),
        .is_called = row.data[48] != 0,
        .can_cycle = row.data[49] != 0,
    };
    return ST_OK;
}

/* Moves on to the next value, which is last_value afterwards. */
static enum status
state_advance(struct sequence_state *state)
{
    if (!state->is_called) {
        state->is_called = true;
        return ST_OK;
    }
    int64_t next;
    bool is_past = __builtin_add_overflow(state->last_value, state->increment, &next) ||
                   (state->increment > 0 ? next > state->max : next < state->min);
    if (is_past && !state->can_cycle)
        return ST_LIMIT;
    if (is_past)
        next = state->increment > 0 ? state->min : state->max;
    state->last_value = next;
    return ST_OK;
}

/* ---- rows queued ahead of commits ---- */

static void
row_work_done(struct work *work)
{
    struct row_work *row = work->object;
    struct branch *branch = work->branch;
    buf_deinit(&row->block);
    mem_free(row);
    branch_work_end(branch);
}

/* Queues a commit that makes `state` the sequence's row. */
static enum status
row_queue(struct branch *branch, uint32_t id, const struct sequence_state *state)
{
    struct row_work *row = mem_alloc_zero(sizeof *row);
    if (row == NULL)
        return ST_NO_MEMORY;
    struct buf *block = &row->block;
    uint8_t value[SEQUENCE_ROW_BYTES];
    state_encode(state, value);
    buf_init(block);
    record_put_u32(block, branch->no);
    record_put_u32(block, 0);
    record_put_u64(block, TREE_SEQUENCES);
    buf_put_u8(block, BASE_SNAPSHOT);
    record_put_u32(block, 1);
    record_put_varint(block, SEQUENCE_KEY_BYTES << 1);
    buf_put_be32(block, id);
    record_put_varint(block, sizeof value);
    buf_put(block, value, sizeof value);
    if (block->is_failed) {
        buf_deinit(block);
        mem_free(row);
        return ST_NO_MEMORY;
    }
    uint32_t bytes = (uint32_t)block->bytes - RECORD_PART_HEAD;
    le32_set(block->data + 4, bytes);
    row->work = (struct work){.branch = branch_work_begin(branch),
                              .changes = slice_of(block->data + RECORD_PART_HEAD, bytes),
                              .log_part = buf_slice(block),
                              .is_async = true,
                              .is_relied_on = true,
                              .done = row_work_done,
                              .object = row};
    writer_queue(branch->db->writer, &row->work);
    return ST_OK;
}

/* Writes the row a block of values ahead. */
static enum status
block_queue(struct branch *branch, uint32_t id, struct sequence *sequence)
{
    struct sequence_state ahead = sequence->state;
    uint32_t count = 0;
    while (count < BLOCK_VALUES && state_advance(&ahead) == ST_OK)
        count++;
    TRY(row_queue(branch, id, &ahead));
    sequence->left = count;
    return ST_OK;
}

/* ---- finding a sequence ---- */

/* The row that the transaction itself has written; ST_NOT_FOUND: none. */
static enum status
own_state(struct txn *txn, struct slice key, struct sequence_state *state)
{
    struct changed_tree *tree = write_set_find(&txn->set, TREE_SEQUENCES);
    if (tree == NULL || tree->newest == NULL)
        return ST_NOT_FOUND;
    struct change_key *found = generation_find(tree->newest, key);
    if (found == NULL || found->newest == NULL || found->newest->kind != CHANGE_PUT)
        return ST_NOT_FOUND;
    return state_decode(txn->db->store, slice_of(found->newest->value, found->newest->bytes),
                        state);
}

static enum status
own_put(struct txn *txn, struct slice key, const struct sequence_state *state)
{
    uint8_t value[SEQUENCE_ROW_BYTES];
    state_encode(state, value);
    return txn_put(txn, TREE_SEQUENCES, key, slice_of(value, sizeof value));
}

/* The branch's state of the sequence, loaded from its row if need be. On ST_OK the counters' mutex
 * is held. */
static enum status
sequence_lock(struct txn *txn, uint32_t id, struct slice key, struct sequence **sequence)
{
    struct branch *branch = txn->branch;
    mutex_lock(&branch->counters_mutex);
    *sequence = map_find(&branch->sequences, id);
    if (*sequence != NULL)
        return ST_OK;
    mutex_unlock(&branch->counters_mutex);

    struct buf row;
    struct slice value;
    struct sequence loaded = {.left = 0};
    buf_init(&row);
    enum status st = txn_get_published(txn, TREE_SEQUENCES, key, &row, &value);
    if (st == ST_OK)
        st = state_decode(branch->db->store, value, &loaded.state);
    buf_deinit(&row);
    if (st != ST_OK)
        return st;

    mutex_lock(&branch->counters_mutex);
    *sequence = map_find(&branch->sequences, id);
    if (*sequence != NULL)
        return ST_OK;
    struct sequence *made = mem_alloc(sizeof *made);
    st = made == NULL ? ST_NO_MEMORY : map_put(&branch->sequences, id, made);
    if (st != ST_OK) {
        mutex_unlock(&branch->counters_mutex);
        mem_free(made);
        return st;
    }
    *made = loaded;
    *sequence = made;
    return ST_OK;
}

/* ---- what txn.h offers ---- */

enum status
sequence_next(struct txn *txn, uint32_t id, int64_t *value)
{
    txn = txn_for(txn, id);
    uint8_t bytes[SEQUENCE_KEY_BYTES];
    be32_set(bytes, id);
    struct slice key = slice_of(bytes, sizeof bytes);
    struct sequence_state own = {.is_called = false};
    enum status st = own_state(txn, key, &own);
    if (st == ST_OK) {
        TRY(state_advance(&own));
        *value = own.last_value;
        return own_put(txn, key, &own);
    }
    if (st != ST_NOT_FOUND)
        return st;

    struct sequence *sequence;
    TRY(sequence_lock(txn, id, key, &sequence));
    if (sequence->left == 0) {
        st = block_queue(txn->branch, id, sequence);
        txn->needs_sync = true;
    } else {
        st = ST_OK;
    }
    if (st == ST_OK)
        st = state_advance(&sequence->state);
    if (st == ST_OK) {
        sequence->left--;
        *value = sequence->state.last_value;
    }
    mutex_unlock(&txn->branch->counters_mutex);
    return st;
}

enum status
sequence_set(struct txn *txn, uint32_t id, int64_t value, bool is_called)
{
    txn = txn_for(txn, id);
    uint8_t bytes[SEQUENCE_KEY_BYTES];
    be32_set(bytes, id);
    struct slice key = slice_of(bytes, sizeof bytes);
    struct sequence_state state = {.is_called = false};
    enum status st = own_state(txn, key, &state);
    if (st == ST_OK) {
        state.last_value = value;
        state.is_called = is_called;
        return own_put(txn, key, &state);
    }
    if (st != ST_NOT_FOUND)
        return st;

    struct sequence *sequence;
    TRY(sequence_lock(txn, id, key, &sequence));
    state = sequence->state;
    state.last_value = value;
    state.is_called = is_called;
    st = row_queue(txn->branch, id, &state);
    if (st == ST_OK) {
        sequence->state = state;
        sequence->left = 0;
        txn->needs_sync = true;
    }
    mutex_unlock(&txn->branch->counters_mutex);
    return st;
}

enum status
sequence_get(struct txn *txn, uint32_t id, struct sequence_state *state)
{
    txn = txn_for(txn, id);
    uint8_t bytes[SEQUENCE_KEY_BYTES];
    be32_set(bytes, id);
    struct slice key = slice_of(bytes, sizeof bytes);
    enum status st = own_state(txn, key, state);
    if (st != ST_NOT_FOUND)
        return st;
    struct sequence *sequence;
    TRY(sequence_lock(txn, id, key, &sequence));
    *state = sequence->state;
    mutex_unlock(&txn->branch->counters_mutex);
    return ST_OK;
}

enum status
sequence_put(struct txn *txn, uint32_t id, const struct sequence_state *state)
{
    txn = txn_for(txn, id);
    uint8_t bytes[SEQUENCE_KEY_BYTES];
    be32_set(bytes, id);
    return own_put(txn, slice_of(bytes, sizeof bytes), state);
}

enum status
sequence_read(struct txn *txn, struct slice row, struct sequence_state *state)
{
    return state_decode(txn->db->store, row, state);
}

/* ---- what the rest of txn asks ---- */

void
sequences_forget_changed(struct txn *txn)
{
    struct changed_tree *tree = write_set_find(&txn->set, TREE_SEQUENCES);
    if (tree == NULL || tree->newest == NULL)
        return;
    struct branch *branch = txn->branch;
    mutex_lock(&branch->counters_mutex);
    for (struct change_key *key = tree->newest->first; key != NULL; key = key->next) {
        struct slice bytes = change_key_slice(key);
        if (key->newest != NULL && bytes.bytes == SEQUENCE_KEY_BYTES)
            mem_free(map_remove(&branch->sequences, be32_get(bytes.data)));
    }
    mutex_unlock(&branch->counters_mutex);
}

void
sequences_settle(struct branch *branch)
{
    mutex_lock(&branch->counters_mutex);
    for (uint32_t i = 0; i < branch->sequences.capacity; i++) {
        const struct map_entry *entry = &branch->sequences.entries[i];
        struct sequence *sequence = entry->value;
        if (sequence == NULL || sequence->left == 0)
            continue;
        /* Without memory the row stays ahead: a gap, nothing worse. */
        if (row_queue(branch, (uint32_t)entry->key, &sequence->state) == ST_OK)
            sequence->left = 0;
    }
    mutex_unlock(&branch->counters_mutex);
}

static void
map_free_values(struct map *map)
{
    for (uint32_t i = 0; i < map->capacity; i++)
        mem_free(map->entries[i].value);
    map_deinit(map);
}

void
counters_free(struct branch *branch)
{
    map_free_values(&branch->sequences);
    map_free_values(&branch->row_ids);
}

/* ---- row ids ---- */

/* One more than the last row id in the tree as published. Ids are keys as layout.h has them: 8
 * bytes, big-endian, sign flipped. */
static enum status
row_id_load(struct txn *txn, tree_no tree, uint64_t *next)
{
    struct slice key;
    struct buf bytes;
    buf_init(&bytes);
    *next = 1;
    enum status st = txn_last_key_published(txn, tree, &bytes, &key);
    if (st == ST_OK && key.bytes == 8)
        *next = (be64_get(key.data) & INT64_MAX) + 1;
    buf_deinit(&bytes);
    return st == ST_NOT_FOUND ? ST_OK : st;
}

/* The tree's counter, loaded if need be. On ST_OK the counters' mutex is held. */
static enum status
row_counter_lock(struct txn *txn, tree_no tree, struct row_counter **counter)
{
    struct branch *branch = txn->branch;
    mutex_lock(&branch->counters_mutex);
    *counter = map_find(&branch->row_ids, tree);
    if (*counter != NULL)
        return ST_OK;
    mutex_unlock(&branch->counters_mutex);

    struct row_counter *made = mem_alloc(sizeof *made);
    enum status st = made == NULL ? ST_NO_MEMORY : row_id_load(txn, tree, &made->next);
    if (st != ST_OK) {
        mem_free(made);
        return st;
    }
    mutex_lock(&branch->counters_mutex);
    *counter = map_find(&branch->row_ids, tree);
    if (*counter != NULL) {
        mem_free(made);
        return ST_OK;
    }
    if (map_put(&branch->row_ids, tree, made) != ST_OK) {
        mutex_unlock(&branch->counters_mutex);
        mem_free(made);
        return ST_NO_MEMORY;
    }
    *counter = made;
    return ST_OK;
}

enum status
txn_new_row_id(struct txn *txn, tree_no tree, uint64_t count, uint64_t *first)
{
    txn = txn_for(txn, tree);
    struct row_counter *counter;
    TRY(row_counter_lock(txn, tree, &counter));
    *first = counter->next;
    counter->next += count;
    mutex_unlock(&txn->branch->counters_mutex);
    return ST_OK;
}

enum status
txn_pass_row_id(struct txn *txn, tree_no tree, uint64_t row_id)
{
    txn = txn_for(txn, tree);
    struct row_counter *counter;
    TRY(row_counter_lock(txn, tree, &counter));
    if (counter->next <= row_id)
        counter->next = row_id + 1;
    mutex_unlock(&txn->branch->counters_mutex);
    return ST_OK;
}
