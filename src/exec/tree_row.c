/*
 * tree_row.c: see tree_row.h.
 */
#include "exec/tree_row.h"

#include "base/raise.h"
#include "exec/vector.h"

uint32_t
tree_row_member(const struct plan_row_ref *ref, const struct batch *in, uint32_t row, uint32_t hint)
{
    const struct column *tables = &in->columns[ref->keys[1]];

    if (column_is_null(tables, row))
        return UINT32_MAX;
    oid table = (oid)vector_get(tables, row).i32;
    for (uint32_t i = 0; i < ref->member_count; i++) {
        uint32_t at = (hint + i) % ref->member_count;
        if (ref->members[at].table->table == table)
            return at;
    }
    raise(SQLSTATE_INTERNAL_ERROR, "a row is in table %u, which is not one of the plan", table);
}

void
tree_row_key_put(const struct plan_row_ref *ref, const struct batch *in, uint32_t row,
                 struct buf *key)
{
    union datum value = vector_get(&in->columns[ref->keys[0]], row);

    buf_put(key, view_data(&value.view), value.view.bytes);
}
