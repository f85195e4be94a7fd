/*
 * index_only.h: the columns of a row out of a secondary index's entry, without the row.
 *
 * An entry has the key columns and the primary key (index_key.h); those whose type's key_put loses
 * nothing (key_get is there) can be read back. Entries are as transactional as rows, so nothing
 * needs to be looked up.
 */
#pragma once

#include "exec/exec_int.h"

struct index_only_part {
    const struct type_info *type;
    uint32_t output; /* the scan's stored column; UINT32_MAX: passed over */
};

struct index_only_code {
    uint32_t key_count; /* parts of the key, up to the last one that is wanted */
    struct index_only_part *keys;
    uint32_t primary_count;
    struct index_only_part *primary;
    uint32_t row_id_output; /* UINT32_MAX: not wanted, or the table has a primary key */
};

/* The plan's columns must be such as can be read back: the planner has seen to it. */
void index_only_compile(struct compiler *compiler, struct index_only_code *code,
                        const struct plan_index_scan *plan);

/*
 * Decodes an entry into row `row` of the stored columns; texts are in `arena`. False: bytes that
 * are no entry's.
 */
bool index_only_put(const struct index_only_code *code, struct slice key, struct slice primary,
                    struct column *stored, uint32_t row, struct arena *arena);
