/*
 * jobs.h: work on pages that is done later: freeing what dropped trees and branches leave behind.
 */
#pragma once

#include "txn/db_int.h"

/* Does one job, if there is any; *has_done tells. One thread at a time. A failure leaves the job.
 */
MUST_CHECK enum status jobs_step(struct db *db, struct reader *reader, bool *has_done);
