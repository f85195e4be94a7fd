/*
 * limit.h: the values of LIMIT and OFFSET.
 */
#pragma once

#include "exec/exec_int.h"

struct limit_exprs {
    const struct expr_code *code; /* null: neither is given */
    bool has_limit, has_offset;
};

void limit_exprs_compile(struct compiler *compiler, struct limit_exprs *exprs, struct expr *limit,
                         struct expr *offset);
/* Null means no limit, no offset; negative ones are 2201W and 2201X. limit: UINT64_MAX for all. */
void limit_exprs_value(const struct limit_exprs *exprs, struct expr_state *state, uint64_t *limit,
                       uint64_t *offset);
