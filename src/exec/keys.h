/*
 * keys.h: columns by which rows are grouped or joined: hashing and equality, by the kind of value.
 */
#pragma once

#include "exec/exec_int.h"
#include "exec/row_store.h"

/* How the values of a key compare. Both sides of a join have the same class. */
enum key_class {
    KEY_INT,     /* integers of any width, bool, dates and times: by value */
    KEY_FLOAT,   /* float4 and float8: -0 is 0, NaN is NaN */
    KEY_BYTES,   /* views, equal if their bytes are */
    KEY_PADDED,  /* the same but for spaces at their ends */
    KEY_WIDE,    /* 16 bytes */
    KEY_GENERIC, /* by the type's own functions */
};

struct key_code {
    enum key_class class;
    const struct type_info *type; /* KEY_GENERIC */
};

struct key_code key_code_of(const struct type_info *type);

/* hashes[i] for the i-th row of the selection; `is_first` starts, else combines. Nulls hash alike.
 */
void key_hash(const struct key_code *key, const struct column *column, uint32_t count,
              const uint16_t *sel, bool is_first, uint64_t *hashes);

/* Equality of a value of a vector and one of a stored row; neither is null. */
bool key_equal_row(const struct key_code *key, const struct column *column, uint32_t row,
                   const void *stored, enum phys stored_phys);

/* The same for all keys, nulls equal to nulls. key_columns[k] is where key k stands in the shape.
 */
bool keys_equal_row(const struct key_code *keys, uint32_t key_count, const struct column *columns,
                    uint32_t row, const struct row_shape *shape, const uint8_t *stored,
                    const uint32_t *key_columns);
