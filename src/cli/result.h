/*
 * result.h: a query's result as texts, and how it is printed: as psql prints it.
 */
#pragma once

#include "base/arena.h"
#include "base/buf.h"
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

/* Rows come one after the other; memory is the result's own. */
struct result {
    struct arena *arena;
    uint32_t column_count;
    const char **names;
    bool *is_right; /* numbers stand to the right */
    uint64_t row_count;
    uint64_t cell_room;
    const char **cells; /* [row * column_count + column]; null: SQL null */
};

struct print_style {
    bool is_expanded, is_unaligned, tuples_only;
    const char *null_text, *separator;
};

void result_init(struct result *result);
void result_deinit(struct result *result);
/* Begins a result of `count` columns; what was there goes. */
void result_begin(struct result *result, uint32_t count);
void result_column(struct result *result, uint32_t column, const char *name, bool is_right);
/* Begins a row of nulls; cells are set one by one. */
void result_row(struct result *result);
void result_cell(struct result *result, uint32_t column, const char *text, size_t bytes);
void result_print(const struct result *result, const struct print_style *style, FILE *to);
