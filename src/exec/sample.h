/*
 * sample.h: TABLESAMPLE: which rows of a scan are in the sample.
 *
 * A row is known by its place in the scan. BERNOULLI decides for each row, SYSTEM for runs of
 * SAMPLE_RUN_ROWS rows, by a hash of the place and the seed: REPEATABLE's, or one by chance for
 * each execution. So the same seed gives the same rows as long as the table stays as it is.
 */
#pragma once

#include "exec/exec_int.h"

#define SAMPLE_RUN_ROWS 64u

struct sample_code {
    const struct expr_code *args; /* the percentage, then the seed; null: no TABLESAMPLE */
    bool is_system, has_seed;
};

struct sample_state {
    struct expr_state *args;
    bool is_begun;
    uint64_t seed, bound; /* a row with a hash below the bound is in */
    bool is_all;
    uint64_t at; /* the place of the scan's next row */
    uint16_t rows[COLUMN_ROWS_MAX];
};

void sample_compile(struct compiler *compiler, struct sample_code *code,
                    const struct plan_scan *plan);
/* Null code->args: gives null. */
struct sample_state *sample_open(struct exec *exec, const struct sample_code *code,
                                 struct arena *arena);
/* Narrows a batch of the scan to the sample; 2202H and 2202G at the first. */
void sample_narrow(const struct sample_code *code, struct sample_state *state, struct batch *batch);
/* The scan starts over. */
void sample_rewind(struct sample_state *state);
