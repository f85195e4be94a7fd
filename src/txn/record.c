/*
 * record.c: writing and reading the bytes of log records.
 */
#include "txn/record.h"
#include "base/bytes.h"
#include "txn/write_set.h"

#define VARINT_BYTES_MAX 10

uint64_t
record_get_long_varint(struct record_reader *reader)
{
    uint64_t v = 0;
    for (uint32_t i = 0; i < VARINT_BYTES_MAX; i++) {
        uint8_t byte = record_get_u8(reader);
        v |= (uint64_t)(byte & 0x7f) << (7 * i);
        if ((byte & 0x80) == 0)
            return v;
    }
    reader->is_bad = true;
    return 0;
}

uint8_t
record_get_u8(struct record_reader *reader)
{
    struct slice slice = record_get_slice(reader, 1);
    return slice.bytes == 1 ? slice.data[0] : 0;
}

uint32_t
record_get_u32(struct record_reader *reader)
{
    struct slice slice = record_get_slice(reader, 4);
    return slice.bytes == 4 ? le32_get(slice.data) : 0;
}

uint64_t
record_get_u64(struct record_reader *reader)
{
    struct slice slice = record_get_slice(reader, 8);
    return slice.bytes == 8 ? le64_get(slice.data) : 0;
}

void
record_put_varint(struct buf *to, uint64_t v)
{
    uint8_t *at = buf_reserve(to, VARINT_BYTES_MAX);
    if (at == NULL)
        return;
    uint32_t i = 0;
    for (; v >= 0x80; v >>= 7)
        at[i++] = (uint8_t)(v | 0x80);
    at[i++] = (uint8_t)v;
    to->bytes += i;
}

void
record_put_u32(struct buf *to, uint32_t v)
{
    uint8_t bytes[4];
    le32_set(bytes, v);
    buf_put(to, bytes, sizeof bytes);
}

void
record_put_u64(struct buf *to, uint64_t v)
{
    uint8_t bytes[8];
    le64_set(bytes, v);
    buf_put(to, bytes, sizeof bytes);
}

void
record_put_head(struct buf *to, enum record_kind kind, uint64_t moment)
{
    buf_put_u8(to, (uint8_t)kind);
    record_put_u64(to, moment);
}

static void
put_key(struct buf *to, const struct change_key *key)
{
    const struct change *change = key->newest;
    record_put_varint(to, (uint64_t)key->key_bytes << 1 | (change->kind == CHANGE_DELETE));
    buf_put_slice(to, change_key_slice(key));
    if (change->kind == CHANGE_PUT) {
        record_put_varint(to, change->bytes);
        buf_put(to, change->value, change->bytes);
    }
}

/* One tree's part; nothing for a tree that was not changed after all. */
static void
put_tree(struct buf *to, const struct changed_tree *tree)
{
    const struct generation *generation = tree->newest;
    if (generation == NULL || generation->base == BASE_PRIVATE)
        return;
    size_t start = to->bytes;
    record_put_u64(to, tree->tree);
    buf_put_u8(to, (uint8_t)generation->base);
    size_t count_at = to->bytes;
    record_put_u32(to, 0);

    uint32_t count = 0;
    for (struct change_key *key = generation->first; key != NULL; key = key->next) {
        /* What was put and deleted again in an empty tree never was. */
        if (key->newest == NULL ||
            (generation->base == BASE_EMPTY && key->newest->kind == CHANGE_DELETE))
            continue;
        put_key(to, key);
        count++;
    }
    if (to->is_failed)
        return;
    if (count == 0 && generation->base == BASE_SNAPSHOT)
        to->bytes = start;
    else
        le32_set(to->data + count_at, count);
}

enum status
record_put_changes(struct buf *to, struct write_set *set)
{
    for (const struct changed_tree *tree = set->trees; tree != NULL; tree = tree->next)
        put_tree(to, tree);
    return to->is_failed ? ST_NO_MEMORY : ST_OK;
}
