/*
 * index_key.h: the bytes of primary keys and of index entries.
 *
 * Primary tree of a table:
 *
 *   key    key_put of each primary key column; or the row id, 8 bytes big-endian
 *   value  the row (store/layout.h)
 *
 * Secondary index: a row's entry is
 *
 *   key    for each key column a marker and, unless null, key_put of it; then, unless the index is
 *          unique and no column is null, the row's primary key bytes
 *   value  be16: how many bytes at the end of the key are the primary key's; if 0, its bytes follow
 *
 *   K1  marker: 1 value, 2 null (nulls last); in a column with nulls first, 1 value and 0 null
 *   K2  a descending column's key_put bytes are inverted, its marker is not
 *   K3  no column's encoding is a prefix of another value's, so equal prefixes are equal columns
 *
 * An index's entries with NULLS NOT DISTINCT go without the primary key even with nulls.
 */
#pragma once

#include "base/buf.h"
#include "catalog/table.h"
#include "type/types.h"

#define INDEX_MARK_NULL_FIRST 0
#define INDEX_MARK_VALUE 1
#define INDEX_MARK_NULL_LAST 2

struct row_format;

/* Appends one key column of a secondary index. Raises 54000 for a type that cannot be a key. */
void index_key_put(struct buf *to, const struct index_key *key, const struct type_info *type,
                   union datum value, bool is_null);
/* Appends one primary key column; the caller has ruled out null. */
void primary_key_put(struct buf *to, const struct type_info *type, union datum value);
/* Raises 54000 if `key` (of index or table `name`) is longer than trees take. */
void index_key_check_size(const struct buf *key, const char *name);

/* The primary key's bytes of an entry; false if the bytes are not an entry's. */
bool index_entry_primary(struct slice key, struct slice value, struct slice *primary);

/* Makes `key` the first key after all that begin with it: false if there is none (all 0xff). */
bool key_after_prefix(struct buf *key);

/* The row id's key and back from how a scan shows it (catalog_row_format). */
static inline void
row_id_key_put(struct buf *to, uint64_t row_id)
{
    buf_put_be64(to, row_id);
}

static inline uint64_t
row_id_of_column(int64_t shown)
{
    return (uint64_t)shown ^ (UINT64_C(1) << 63);
}
