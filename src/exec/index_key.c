/*
 * index_key.c: see index_key.h.
 */
#include "exec/index_key.h"
#include "base/raise.h"
#include "store/tree.h"

static void
put_value(struct buf *to, const struct type_info *type, union datum value)
{
    if (type->key_put == NULL || !type->key_put(value, to))
        raise(SQLSTATE_FEATURE_NOT_SUPPORTED, "type %s cannot be the key of an index",
              type->sql_name);
}

void
primary_key_put(struct buf *to, const struct type_info *type, union datum value)
{
    put_value(to, type, value);
}

void
index_key_put(struct buf *to, const struct index_key *key, const struct type_info *type,
              union datum value, bool is_null)
{
    if (is_null) {
        buf_put_u8(to, key->is_nulls_first ? INDEX_MARK_NULL_FIRST : INDEX_MARK_NULL_LAST);
        return;
    }
    buf_put_u8(to, INDEX_MARK_VALUE);
    size_t start = to->bytes;
    put_value(to, type, value);
    if (key->is_descending) {
        for (size_t i = start; i < to->bytes; i++)
            to->data[i] = (uint8_t)~to->data[i];
    }
}

void
index_key_check_size(const struct buf *key, const char *name)
{
    if (key->bytes > KEY_BYTES_MAX)
        raise_error(.code = SQLSTATE_PROGRAM_LIMIT_EXCEEDED,
                    .message = raise_text("index row size %zu exceeds maximum %u for index \"%s\"",
                                          key->bytes, KEY_BYTES_MAX, name),
                    .hint = "Values larger than the maximum cannot be indexed.");
}

bool
index_entry_primary(struct slice key, struct slice value, struct slice *primary)
{
    if (value.bytes < 2)
        return false;
    size_t tail = be16_get(value.data);
    if (tail == 0) {
        *primary = slice_of(value.data + 2, value.bytes - 2);
        return primary->bytes != 0;
    }
    if (tail >= key.bytes || value.bytes != 2)
        return false;
    *primary = slice_of(key.data + key.bytes - tail, tail);
    return true;
}

bool
key_after_prefix(struct buf *key)
{
    while (key->bytes != 0 && key->data[key->bytes - 1] == 0xff)
        key->bytes--;
    if (key->bytes == 0)
        return false;
    key->data[key->bytes - 1]++;
    return true;
}
