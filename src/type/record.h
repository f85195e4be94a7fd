/*
 * record.h: rows as values: the format, reading and making one.
 *
 * A value is a view of
 *
 *   byte 0  type 4      TYPE_RECORD, or the composite type
 *        4  count 4     columns
 *        8  names 4     where the names of the columns begin; 0: they have none
 *       12  columns x (type 4, contract 3, phys 1, end 4)
 *           end: where the column's value ends; it begins where the one before ends, the first
 *           after this table. The highest bit is set for a null, which has no bytes.
 *           values: of fixed kinds phys_bytes each, of views their bytes
 *           names, each ended by a zero byte
 *
 * in little-endian, without padding. A contract is the built-in type whose order and layout the
 * column has, so that comparing needs no registry.
 *
 * A value taken out of a record points into it.
 */
#pragma once

#include "type/types.h"
#include "type/values.h"

#define RECORD_COLUMNS_MAX 1664 /* PostgreSQL's MaxTupleAttributeNumber */

/* A decoded record; points into the value. */
struct record {
    oid type;
    uint32_t count;
    const uint8_t *start;
    const char *names; /* null: none */
};

/* The value must be a record and outlive the result. */
struct record record_read(const union datum *value);

oid record_column_type(const struct record *record, uint32_t column_idx);
/* The value of a column; all zero and *is_null for a null. */
union datum record_get(const struct record *record, uint32_t column_idx, bool *is_null);
/* "f1", "f2", ... where the columns have no names. In `arena` or the value. */
const char *record_column_name(const struct record *record, uint32_t column_idx,
                               struct arena *arena);

/* What the columns of a record are. */
struct record_shape {
    oid type; /* TYPE_RECORD or the composite type */
    uint32_t count;
    const oid *types;         /* OID_NONE: a dropped column, always null */
    const int32_t *typmods;   /* null: -1 each; for input only */
    const char *const *names; /* null: none; kept in values of TYPE_RECORD only */
};

/*
 * The columns of a value as its type has them now: dropped ones left out, those that were added
 * after it was made null. `value` must outlive the walk.
 */
struct record_walk {
    struct record record;
    const struct record_shape *shape; /* null: TYPE_RECORD */
    struct arena *arena;
    uint32_t next;
};
struct record_column {
    oid type;
    bool is_null;
    union datum value;
    uint32_t column_idx;
};

struct record_walk record_walk_begin(const struct type_env *env, struct arena *arena,
                                     const union datum *value);
bool record_walk_next(struct record_walk *walk, struct record_column *column);
/* The name of the column that the walk stands at. */
const char *record_walk_name(const struct record_walk *walk, const struct record_column *column);

/* Raises 54011 if there are too many columns. The result lives in `arena`. */
union datum record_make(const struct type_env *env, struct arena *arena,
                        const struct record_shape *shape, const union datum *values,
                        const bool *nulls);

/* Composite types: their input and recv, which know the columns. Raise 22P02, 42804, ... */
union datum record_parse(const struct type_env *env, struct arena *arena,
                         const struct record_shape *shape, struct slice text);
union datum record_receive(const struct type_env *env, struct arena *arena,
                           const struct record_shape *shape, struct slice bytes);

/* The contract of records and of composite types: type_info's functions. */
void record_output(struct type_call *call, union datum value, struct buf *to);
void record_send(struct type_call *call, union datum value, struct buf *to);
int record_order(union datum a, union datum b); /* raises 42804 for rows of other columns */
uint64_t record_hash(union datum value);
bool record_key_put(union datum value, struct buf *to);
