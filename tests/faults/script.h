/*
 * script.h: what io_faults.c runs: statements of every kind, each a transaction or several.
 */
#pragma once

struct step {
    const char *sql; /* "reopen": the file is closed and opened again */
    const char *copy_data;
};

extern const struct step script_steps[];
extern const int script_step_count;

/* Where to look afterwards, and at what: COPY's lines are compared. */
extern const char *const script_branches[];
extern const int script_branch_count;
extern const char *const script_queries[];
extern const int script_query_count;
