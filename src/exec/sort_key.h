/*
 * sort_key.h: rows' sort keys as byte strings whose memcmp order is the rows' order.
 *
 *   for each key: marker (nulls first: 0 null, 1 value; last: 1 value, 2 null), then key_put of the
 *   value, inverted if descending
 *
 * Types that have no such encoding are compared by their own function instead.
 */
#pragma once

#include "exec/exec_int.h"

struct sort_code {
    uint32_t key_count;
    const struct plan_key *keys;
    bool can_encode; /* all key types have key_put; else rows are compared */
};

void sort_code_init(struct sort_code *code, const struct plan_key *keys, uint32_t key_count);
/* Appends the encoding of a row's keys; columns are those the keys name. */
void sort_key_put(const struct sort_code *code, const struct column *columns, uint32_t row,
                  struct buf *to);
/* Order of two values of one key, nulls placed as it says. */
int sort_compare_value(const struct plan_key *key, union datum a, bool a_null, union datum b,
                       bool b_null);
