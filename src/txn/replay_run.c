/*
 * replay_run.c: gathering the changes of many commits, and applying them tree by tree in key order.
 *
 * Most of what a small commit costs is finding and copying the pages on its way. Of a run of many
 * commits only the last change of each key counts, and changes in the order of their keys find each
 * leaf once. So the bodies of records are kept as they are, each tree of each branch notes where
 * its changes begin in them, and when the run is applied these places are sorted by key:
 *
 *   - by the 8 bytes behind what all keys of the tree begin with, by radix; in most tables that
 *     is the whole key
 *   - then, where these are equal and there are more bytes, by merging
 *
 * Both are stable, so the last of several changes of a key stays the last.
 *
 * The order among trees is of no account: nothing is seen before the group is published, and what
 * must stay in its place (a tree that is replaced, a fork) is not of a run; replay.c sees to that.
 */
#include "txn/replay_run.h"
#include "base/check.h"
#include "base/hash.h"
#include "base/mem.h"
#include "txn/record.h"

#define RUN_NONE UINT32_MAX
#define CHANGE_ROOM 64u /* bytes of a run that a change stands for, at least */
#define CHANGES_AT_ONCE 256u
#define RUN_BRANCHES 256u /* more would take a search */
#define HEAD_BYTES 8u
#define PREFETCHED 16u

/* A change to be sorted. */
struct run_item {
    uint64_t head; /* of the key, behind the common prefix; big-endian, zeros behind it */
    uint32_t at;
    uint32_t key_bytes;
};

void
replay_run_init(struct replay_run *run, uint64_t bytes_max)
{
    *run = (struct replay_run){.bytes_max = bytes_max};
    buf_init(&run->bytes);
    map_init(&run->by_hash);
}

void
replay_run_deinit(struct replay_run *run)
{
    for (uint32_t i = 0; i < run->stream_used; i++)
        buf_deinit(&run->streams[i].items);
    mem_free(run->streams);
    mem_free(run->branches);
    mem_free(run->spare);
    map_deinit(&run->by_hash);
    buf_deinit(&run->bytes);
}

bool
replay_run_is_full(const struct replay_run *run, size_t bytes)
{
    return run->bytes.bytes != 0 &&
           (run->bytes.bytes + bytes > run->bytes_max ||
            run->change_count > run->bytes_max / CHANGE_ROOM || run->branch_count >= RUN_BRANCHES);
}

/* ---- gathering ---- */

static enum status
branch_find(struct replay_run *run, branch_no no, uint32_t *branch_idx)
{
    for (uint32_t i = 0; i < run->branch_count; i++) {
        if (run->branches[i].no == no) {
            *branch_idx = i;
            return ST_OK;
        }
    }
    void *array = run->branches;
    if (!array_grow(&array, &run->branch_capacity, run->branch_count, sizeof *run->branches))
        return ST_NO_MEMORY;
    run->branches = array;
    *branch_idx = run->branch_count++;
    run->branches[*branch_idx] = (struct run_branch){.no = no};
    return ST_OK;
}

static enum status
stream_add(struct replay_run *run, uint32_t branch_idx, tree_no tree, uint32_t next)
{
    void *array = run->streams;
    if (!array_grow(&array, &run->stream_capacity, run->stream_count, sizeof *run->streams))
        return ST_NO_MEMORY;
    run->streams = array;
    struct run_stream *stream = &run->streams[run->stream_count];
    if (run->stream_count == run->stream_used) {
        buf_init(&stream->items);
        run->stream_used++;
    }
    stream->branch_idx = branch_idx;
    stream->tree = tree;
    stream->next = next;
    stream->common = KEY_BYTES_MAX;
    stream->key_bytes_max = 0;
    buf_clear(&stream->items);
    run->last_stream = run->stream_count++;
    return ST_OK;
}

/* Makes last_stream that of the tree. */
static enum status
stream_find(struct replay_run *run, uint32_t branch_idx, tree_no tree)
{
    uint64_t hash = hash_combine(run->branches[branch_idx].no, tree);
    uintptr_t first = (uintptr_t)map_find(&run->by_hash, hash);
    for (uint32_t i = first == 0 ? RUN_NONE : (uint32_t)first - 1; i != RUN_NONE;
         i = run->streams[i].next) {
        if (run->streams[i].tree == tree && run->streams[i].branch_idx == branch_idx) {
            run->last_stream = i;
            return ST_OK;
        }
    }
    TRY(stream_add(run, branch_idx, tree, first == 0 ? RUN_NONE : (uint32_t)first - 1));
    return map_put(&run->by_hash, hash, (void *)((uintptr_t)run->last_stream + 1)); // NOLINT
}

/* Reads a change; the reader is bad if there is none. */
static bool
change_read(struct record_reader *reader, struct tree_change *change)
{
    uint64_t head = record_get_varint(reader);
    change->key = record_get_slice(reader, head >> 1);
    change->is_delete = (head & 1) != 0;
    change->value = slice_of(NULL, 0);
    if (!change->is_delete)
        change->value = record_get_slice(reader, record_get_varint(reader));
    return !reader->is_bad && change->key.bytes != 0 && change->key.bytes <= KEY_BYTES_MAX &&
           change->value.bytes <= VALUE_BYTES_MAX;
}

/* Of the varint before a key. */
static uint32_t
length_bytes(const uint8_t *at)
{
    return (*at & 0x80) != 0 ? 2 : 1;
}
static_assert(KEY_BYTES_MAX * 2 + 1 < 1 << 14, "two bytes of a varint hold it");

static uint64_t
key_head(struct slice key, uint32_t from)
{
    uint8_t head[HEAD_BYTES] = {0};
    size_t bytes = key.bytes - from;
    if (LIKELY(bytes >= HEAD_BYTES))
        return be64_get(key.data + from);
    memcpy(head, key.data + from, bytes);
    return be64_get(head);
}

static inline struct slice
item_key(const struct replay_run *run, const struct run_item *item)
{
    const uint8_t *at = run->bytes.data + item->at;
    return slice_of(at + length_bytes(at), item->key_bytes);
}

static void
stream_add_item(struct replay_run *run, struct run_stream *stream, uint32_t at, struct slice key)
{
    struct run_item item = {.head = key_head(key, 0), .at = at, .key_bytes = (uint32_t)key.bytes};
    const struct run_item *first = (const struct run_item *)(const void *)stream->items.data;
    size_t common = stream->common < key.bytes ? stream->common : key.bytes;
    if (stream->items.bytes != 0) {
        const uint8_t *other = item_key(run, first).data;
        while (common > 0 && memcmp(key.data, other, common) != 0)
            common--;
    }
    stream->common = (uint32_t)common;
    if (stream->key_bytes_max < key.bytes)
        stream->key_bytes_max = (uint32_t)key.bytes;
    buf_put(&stream->items, &item, sizeof item);
}

/* The tree parts of one transaction. */
static enum status
parts_add(struct replay_run *run, uint32_t branch_idx, struct record_reader *parts)
{
    while (record_left(parts) != 0) {
        tree_no tree = record_get_u64(parts);
        uint8_t base = record_get_u8(parts);
        uint32_t count = record_get_u32(parts);
        if (parts->is_bad || tree == TREE_MERGES || base != 0)
            return ST_CORRUPT;
        TRY(stream_find(run, branch_idx, tree));
        struct run_stream *stream = &run->streams[run->last_stream];
        for (uint32_t i = 0; i < count; i++) {
            struct tree_change change;
            const uint8_t *from = parts->at;
            /* item_key relies on the shortest form of the length. */
            if (!change_read(parts, &change) || change.key.data != from + length_bytes(from))
                return ST_CORRUPT;
            stream_add_item(run, stream, (uint32_t)(from - run->bytes.data), change.key);
        }
        run->change_count += count;
        if (stream->items.is_failed)
            return ST_NO_MEMORY;
    }
    return ST_OK;
}

enum status
replay_run_add(struct replay_run *run, birth_seq moment, struct slice body)
{
    size_t start = run->bytes.bytes;
    if (start + body.bytes > UINT32_MAX)
        return ST_LIMIT;
    buf_put_slice(&run->bytes, body);
    if (run->bytes.is_failed)
        return ST_NO_MEMORY;
    struct record_reader reader = record_reader_of(slice_of(run->bytes.data + start, body.bytes));
    while (record_left(&reader) != 0) {
        uint32_t branch_idx;
        branch_no no = record_get_u32(&reader);
        struct record_reader parts =
            record_reader_of(record_get_slice(&reader, record_get_u32(&reader)));
        if (reader.is_bad)
            return ST_CORRUPT;
        TRY(branch_find(run, no, &branch_idx));
        TRY(parts_add(run, branch_idx, &parts));
        run->branches[branch_idx].commit_count++;
        run->branches[branch_idx].moment = moment;
    }
    return ST_OK;
}

/* ---- sorting ---- */

/* Sorts by head: a byte a turn, the lowest first, those left out that are the same everywhere. The
 * result is in `items` or in `spare`. */
static struct run_item *
items_sort_heads(struct run_item *items, struct run_item *spare, uint32_t count)
{
    uint32_t counts[HEAD_BYTES][256] = {{0}};
    for (uint32_t i = 0; i < count; i++) {
        for (uint32_t b = 0; b < HEAD_BYTES; b++)
            counts[b][items[i].head >> (8 * b) & 0xff]++;
    }
    for (uint32_t b = 0; b < HEAD_BYTES; b++) {
        uint32_t *places = counts[b], sum = 0;
        if (places[items[0].head >> (8 * b) & 0xff] == count)
            continue;
        for (uint32_t v = 0; v < 256; v++) {
            uint32_t here = places[v];
            places[v] = sum;
            sum += here;
        }
        for (uint32_t i = 0; i < count; i++)
            spare[places[items[i].head >> (8 * b) & 0xff]++] = items[i];
        struct run_item *sorted = spare;
        spare = items;
        items = sorted;
    }
    return items;
}

/* Sorts some items by their whole keys, by merging. */
static void
items_sort_keys(const struct replay_run *run, struct run_item *items, struct run_item *spare,
                uint32_t count)
{
    for (uint32_t width = 1; width < count; width *= 2) {
        for (uint32_t low = 0; low < count; low += 2 * width) {
            uint32_t middle = count - low < width ? count : low + width;
            uint32_t high = count - low < 2 * width ? count : low + 2 * width;
            uint32_t a = low, b = middle;
            for (uint32_t to = low; to < high; to++) {
                bool is_first =
                    a < middle && (b == high || slice_compare(item_key(run, &items[a]),
                                                              item_key(run, &items[b])) <= 0);
                spare[to] = is_first ? items[a++] : items[b++];
            }
        }
        memcpy(items, spare, count * sizeof *items);
    }
}

/* A stream's items by key, those of one key in the order of the log. */
struct sorted {
    struct run_item *items;
    uint32_t count;
    uint32_t common; /* bytes of a key ahead of its head */
};

/* Whether two neighbours' heads are their whole keys, but for what all have. */
static bool
are_heads_whole(const struct sorted *sorted, const struct run_item *a, const struct run_item *b)
{
    return a->key_bytes == b->key_bytes && a->key_bytes <= sorted->common + HEAD_BYTES;
}

/* Puts what heads leave open in order. */
static void
sorted_settle(const struct replay_run *run, struct sorted *sorted, struct run_item *spare)
{
    struct run_item *items = sorted->items;
    for (uint32_t first = 0, end; first < sorted->count; first = end) {
        bool is_open = false;
        for (end = first + 1; end < sorted->count && items[end].head == items[first].head; end++)
            is_open = is_open || !are_heads_whole(sorted, &items[first], &items[end]);
        if (is_open)
            items_sort_keys(run, items + first, spare + first, end - first);
    }
}

static enum status
stream_sort(struct replay_run *run, struct run_stream *stream, struct sorted *sorted)
{
    struct run_item *items = (struct run_item *)(void *)stream->items.data;
    uint32_t count = (uint32_t)(stream->items.bytes / sizeof *items);
    if (run->spare_capacity < count) {
        mem_free(run->spare);
        run->spare = mem_alloc(count * sizeof *run->spare);
        run->spare_capacity = run->spare != NULL ? count : 0;
        if (run->spare == NULL)
            return ST_NO_MEMORY;
    }
    *sorted = (struct sorted){.items = items, .count = count};
    if (stream->key_bytes_max > HEAD_BYTES) {
        sorted->common = stream->common;
        for (uint32_t i = 0; i < count; i++)
            items[i].head = key_head(item_key(run, &items[i]), stream->common);
    }
    bool is_sorted = true;
    for (uint32_t i = 1; i < count && is_sorted; i++)
        is_sorted = items[i - 1].head <= items[i].head;
    if (!is_sorted)
        sorted->items = items_sort_heads(items, run->spare, count);
    sorted_settle(run, sorted, sorted->items == items ? run->spare : items);
    return ST_OK;
}

/* ---- applying ---- */

/* Whether the next item is a newer change of the same key. */
static bool
is_outdone(const struct replay_run *run, const struct sorted *sorted, uint32_t i)
{
    const struct run_item *item = &sorted->items[i], *next = item + 1;
    if (i + 1 == sorted->count || item->head != next->head)
        return false;
    return are_heads_whole(sorted, item, next) ||
           slice_equal(item_key(run, item), item_key(run, next));
}

static enum status
stream_apply(struct replay_run *run, struct run_stream *stream, struct group *group)
{
    struct branch *branch = run->branches[stream->branch_idx].branch;
    struct tree_change changes[CHANGES_AT_ONCE];
    struct group_changes some = {.tree = stream->tree, .changes = changes};
    struct sorted sorted;
    TRY(stream_sort(run, stream, &sorted));
    for (uint32_t i = 0; i < sorted.count; i++) {
        if (i + PREFETCHED < sorted.count)
            __builtin_prefetch(run->bytes.data + sorted.items[i + PREFETCHED].at);
        if (!is_outdone(run, &sorted, i)) {
            uint32_t at = sorted.items[i].at;
            struct record_reader reader =
                record_reader_of(slice_of(run->bytes.data + at, run->bytes.bytes - at));
            if (!change_read(&reader, &changes[some.change_count++]))
                return ST_CORRUPT;
        }
        if (some.change_count == CHANGES_AT_ONCE || i + 1 == sorted.count) {
            TRY(group_apply_sorted(group, branch, &some));
            some.change_count = 0;
        }
    }
    return ST_OK;
}

static void
run_clear(struct replay_run *run)
{
    buf_clear(&run->bytes);
    run->change_count = 0;
    run->branch_count = 0;
    run->stream_count = 0;
    map_deinit(&run->by_hash);
    map_init(&run->by_hash);
}

enum status
replay_run_apply(struct replay_run *run, struct group *group,
                 enum status (*hold)(void *object, branch_no no, struct branch **branch),
                 void *object)
{
    enum status st = ST_OK;
    group->change_count += run->change_count;
    for (uint32_t i = 0; st == ST_OK && i < run->branch_count; i++) {
        struct run_branch *at = &run->branches[i];
        st = hold(object, at->no, &at->branch);
        if (st == ST_OK)
            st = group_note_commits(group, at->branch, at->commit_count, at->moment);
    }
    for (uint32_t i = 0; st == ST_OK && i < run->stream_count; i++)
        st = stream_apply(run, &run->streams[i], group);
    run_clear(run);
    return st;
}
