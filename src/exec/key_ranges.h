/*
 * key_ranges.h: from conditions on an index's columns to ranges of its keys.
 */
#pragma once

#include "exec/exec_int.h"

struct scan_range {
    struct slice from, to; /* null data: no bound */
    bool is_point;         /* one key, `from`, at most: look it up */
};

struct range_list {
    uint32_t count;
    struct scan_range *ranges; /* rising, disjoint */
};

/* What an index's ranges are made from; immutable. */
struct ranges_code {
    const struct index_def *index;
    const struct type_info **types; /* [key_count] */
    uint32_t bound_count;
    const struct plan_bound *bounds;
    const struct expr_code *values; /* output i: the value of bound i (a null for IS NULL) */
    bool is_simple_point;           /* primary key, all columns equal to one value each */
};

void ranges_compile(struct compiler *compiler, struct ranges_code *code,
                    const struct index_def *index, const struct plan_bound *bounds,
                    uint32_t bound_count);

/* For a simple point, whose values have been computed: appends the key; false: no row has it. */
bool ranges_point_key(const struct ranges_code *code, struct expr_state *values, struct buf *to);

/* Computes the ranges with the current parameters; memory from `arena`. `values` is a state of
 * code->values (null if there are no bounds). */
void ranges_make(struct exec *exec, const struct ranges_code *code, struct expr_state *values,
                 struct arena *arena, struct range_list *list);
