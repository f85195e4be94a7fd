/*
 * db_check.h: is everything in the file as it must be? For `rowan check`, and the simulator.
 */
#pragma once

#include "store/check_file.h"
#include "txn/db.h"

struct db_check_report {
    struct check_report pages;
    uint64_t branch_count, node_count, job_count, dead_count;
    uint64_t problem_count;  /* of rows of the file's tree; pages have their own counts */
    char first_problem[160]; /* empty: none */
};

/*
 * Checks every page and every tree, and that the rows about forks agree with one another. Commits
 * and checkpoints wait meanwhile; readers go on. ST_OK: all is well. ST_CORRUPT: the report, and
 * the log, say what is wrong. Others: the check could not be done.
 */
MUST_CHECK enum status db_check(struct db *db, struct db_check_report *report);
