/*
 * keys.c: see keys.h.
 */
#include "exec/keys.h"
#include "base/hash.h"
#include <math.h>

#define NULL_HASH UINT64_C(0x9e3779b97f4a7c15)

struct key_code
key_code_of(const struct type_info *type)
{
    struct key_code key = {KEY_GENERIC, type};

    switch (type->phys) {
    case PHYS_BOOL:
    case PHYS_I16:
    case PHYS_I32:
    case PHYS_I64:
        key.class = KEY_INT;
        break;
    case PHYS_F32:
    case PHYS_F64:
        key.class = KEY_FLOAT;
        break;
    case PHYS_VIEW:
        if (type->type == TYPE_TEXT || type->type == TYPE_VARCHAR || type->type == TYPE_NAME ||
            type->type == TYPE_BYTEA || type->type == TYPE_CHAR)
            key.class = KEY_BYTES;
        else if (type->type == TYPE_BPCHAR)
            key.class = KEY_PADDED;
        break;
    case PHYS_WIDE:
        if (type->type == TYPE_UUID)
            key.class = KEY_WIDE;
        break;
    case PHYS_NONE:
        break;
    }
    return key;
}

static inline int64_t
load_int(enum phys phys, const void *at)
{
    switch (phys) {
    case PHYS_BOOL:
        return *(const uint8_t *)at;
    case PHYS_I16:
        return *(const int16_t *)at;
    case PHYS_I32:
        return *(const int32_t *)at;
    default:
        return *(const int64_t *)at;
    }
}

static inline double
load_float(enum phys phys, const void *at)
{
    return phys == PHYS_F32 ? (double)*(const float *)at : *(const double *)at;
}

static inline uint64_t
hash_float(double v)
{
    uint64_t bits;

    if (isnan(v))
        return hash_u64(UINT64_C(0x7ff8000000000000));
    if (v == 0)
        v = 0;
    memcpy(&bits, &v, sizeof bits);
    return hash_u64(bits);
}

/* Short texts as two words: equal ones are the same words. */
static inline uint64_t
hash_view(const struct view *view)
{
    uint64_t words[2];

    if (view->bytes > VIEW_INLINE_BYTES)
        return hash_bytes(view_data(view), view->bytes);
    memcpy(words, view, sizeof words);
    return hash_u64(words[0] ^ hash_u64(words[1]));
}

static inline struct slice
unpadded(const struct view *view)
{
    struct slice text = view_slice(view);

    while (text.bytes != 0 && text.data[text.bytes - 1] == ' ')
        text.bytes--;
    return text;
}

static inline bool
padded_equal(const struct view *a, const struct view *b)
{
    if (a->bytes <= VIEW_INLINE_BYTES && memcmp(a, b, sizeof *a) == 0)
        return true;
    return slice_equal(unpadded(a), unpadded(b));
}

static uint64_t
hash_one(const struct key_code *key, const struct column *column, uint32_t row)
{
    const uint8_t *at = (const uint8_t *)column->data + (size_t)row * phys_bytes(column->phys);
    union datum datum;

    switch (key->class) {
    case KEY_INT:
        return hash_u64((uint64_t)load_int(column->phys, at));
    case KEY_FLOAT:
        return hash_float(load_float(column->phys, at));
    case KEY_BYTES:
        return hash_view((const struct view *)at);
    case KEY_PADDED: {
        struct slice text = unpadded((const struct view *)at);
        struct view view = view_of(text.data, text.bytes);
        return hash_view(&view);
    }
    case KEY_WIDE:
        return hash_bytes(at, 16);
    case KEY_GENERIC:
        datum = column_get(column, row);
        return hash_u64(key->type->hash(datum));
    }
    return 0;
}

void
key_hash(const struct key_code *key, const struct column *column, uint32_t count,
         const uint16_t *sel, bool is_first, uint64_t *hashes)
{
    for (uint32_t i = 0; i < count; i++) {
        uint32_t row = column->is_const ? 0 : sel_row(sel, i);
        uint64_t hash =
            column->has_nulls && column->nulls[row] ? NULL_HASH : hash_one(key, column, row);
        hashes[i] = is_first ? hash : hash_combine(hashes[i], hash);
    }
}

bool
key_equal_row(const struct key_code *key, const struct column *column, uint32_t row,
              const void *stored, enum phys stored_phys)
{
    uint32_t place = column->is_const ? 0 : row;
    const uint8_t *at = (const uint8_t *)column->data + (size_t)place * phys_bytes(column->phys);

    switch (key->class) {
    case KEY_INT:
        return load_int(column->phys, at) == load_int(stored_phys, stored);
    case KEY_FLOAT: {
        double a = load_float(column->phys, at), b = load_float(stored_phys, stored);
        return a == b || (isnan(a) && isnan(b));
    }
    case KEY_BYTES:
        return view_equal((const struct view *)at, stored);
    case KEY_PADDED:
        return padded_equal((const struct view *)at, stored);
    case KEY_WIDE:
        return memcmp(at, stored, 16) == 0;
    case KEY_GENERIC: {
        union datum a = column_get(column, row), b = {.words = {0, 0}};
        memcpy(&b, stored, phys_bytes(stored_phys));
        return key->type->compare(a, b) == 0;
    }
    }
    return false;
}

bool
keys_equal_row(const struct key_code *keys, uint32_t key_count, const struct column *columns,
               uint32_t row, const struct row_shape *shape, const uint8_t *stored,
               const uint32_t *key_columns)
{
    for (uint32_t k = 0; k < key_count; k++) {
        uint32_t column = key_columns[k];
        bool is_null = column_is_null(&columns[k], row);
        if (is_null != row_is_null(shape, stored, column))
            return false;
        if (!is_null && !key_equal_row(&keys[k], &columns[k], row, row_value(shape, stored, column),
                                       shape->phys[column]))
            return false;
    }
    return true;
}
