/*
 * branch_functions.h: the functions of the schema rowan, as name_scope finds them.
 *
 * A function that returns rows makes all of them at its first call, into the execution's memory,
 * and then hands them out.
 */
#pragma once

#include "session/session_int.h"

/* Null-terminated, empty if there is none of the name in the schema rowan. */
const struct func_info *const *branch_functions_named(const char *name);
const struct func_info *branch_function(oid func); /* null: none */
/* The i-th of all, null past the end. */
const struct func_info *branch_function_at(uint32_t func_idx);

/* The rows of a call, in `arena`; a row's cells are put from left to right. */
struct answer {
    struct arena *arena;
    uint32_t column_count, row_count, room, next;
    union datum *values;
    bool *nulls;
    uint32_t column; /* of the row being written */
};

void answer_row(struct answer *answer);
void answer_text(struct answer *answer, const char *text); /* null: null */
void answer_i64(struct answer *answer, int64_t value);

/*
 * What fills the rows of a call: args are the texts that were given, in the statement's arena;
 * `work` is memory that goes with everything registered in it when the rows are made.
 */
struct branch_call {
    struct session *session;
    struct arena *work;
    const char *args[3];
    struct answer *rows;
};

void branch_diff_summary_fill(struct branch_call *call);
void branch_diff_fill(struct branch_call *call);
void branch_merge_fill(struct branch_call *call);

/* CREATE DATABASE's work under another name; the names' errors say "branch". */
void branch_make(struct session *session, const char *name, const char *source);
