/*
 * sort_key.c: see sort_key.h.
 */
#include "exec/sort_key.h"
#include "base/bytes.h"

void
sort_code_init(struct sort_code *code, const struct plan_key *keys, uint32_t key_count)
{
    code->keys = keys;
    code->key_count = key_count;
    code->can_encode = true;
    for (uint32_t i = 0; i < key_count; i++)
        code->can_encode &= keys[i].type->key_put != NULL;
}

/* Integers without a call: big-endian, sign flipped; as key_put makes them. */
static bool
put_int(const struct plan_key *key, const struct column *column, uint32_t row, struct buf *to)
{
    oid type = key->type->type;
    uint32_t at = column->is_const ? 0 : row;

    if (type == TYPE_INT4 || type == TYPE_DATE) {
        buf_put_be32(to, ((const uint32_t *)column->data)[at] ^ UINT32_C(0x80000000));
        return true;
    }
    if (type == TYPE_INT8 || type == TYPE_TIMESTAMP || type == TYPE_TIMESTAMPTZ) {
        buf_put_be64(to, ((const uint64_t *)column->data)[at] ^ (UINT64_C(1) << 63));
        return true;
    }
    return false;
}

void
sort_key_put(const struct sort_code *code, const struct column *columns, uint32_t row,
             struct buf *to)
{
    for (uint32_t k = 0; k < code->key_count; k++) {
        const struct plan_key *key = &code->keys[k];
        const struct column *column = &columns[key->column];
        if (column_is_null(column, row)) {
            buf_put_u8(to, key->nulls_first ? 0 : 2);
            continue;
        }
        buf_put_u8(to, 1);
        size_t start = to->bytes;
        if (!put_int(key, column, row, to) && !key->type->key_put(vector_get(column, row), to))
            raise(SQLSTATE_FEATURE_NOT_SUPPORTED, "could not sort values of type %s",
                  key->type->sql_name);
        for (size_t i = start; key->is_descending && i < to->bytes; i++)
            to->data[i] = (uint8_t)~to->data[i];
    }
}

int
sort_compare_value(const struct plan_key *key, union datum a, bool a_null, union datum b,
                   bool b_null)
{
    if (a_null || b_null) {
        if (a_null && b_null)
            return 0;
        return a_null == key->nulls_first ? -1 : 1;
    }
    int order = key->type->compare(a, b);
    return key->is_descending ? -order : order;
}
