/*
 * limit.c: see limit.h.
 */
#include "exec/limit.h"

void
limit_exprs_compile(struct compiler *compiler, struct limit_exprs *exprs, struct expr *limit,
                    struct expr *offset)
{
    struct expr *list[2];
    uint32_t count = 0;

    exprs->has_limit = limit != NULL;
    exprs->has_offset = offset != NULL;
    if (limit != NULL)
        list[count++] = limit;
    if (offset != NULL)
        list[count++] = offset;
    exprs->code = count != 0 ? expr_compile(compiler, list, count) : NULL;
}

void
limit_exprs_value(const struct limit_exprs *exprs, struct expr_state *state, uint64_t *limit,
                  uint64_t *offset)
{
    struct batch one = {.count = 1};
    bool is_null;

    *limit = UINT64_MAX;
    *offset = 0;
    if (exprs->code == NULL)
        return;
    expr_run(state, &one);
    if (exprs->has_limit) {
        union datum value = expr_value(state, 0, 0, &is_null);
        if (!is_null && value.i64 < 0)
            raise(SQLSTATE_INVALID_ROW_COUNT_IN_LIMIT_CLAUSE, "LIMIT must not be negative");
        if (!is_null)
            *limit = (uint64_t)value.i64;
    }
    if (exprs->has_offset) {
        union datum value = expr_value(state, exprs->has_limit, 0, &is_null);
        if (!is_null && value.i64 < 0)
            raise(SQLSTATE_INVALID_ROW_COUNT_IN_RESULT_OFFSET_CLAUSE,
                  "OFFSET must not be negative");
        if (!is_null)
            *offset = (uint64_t)value.i64;
    }
}
