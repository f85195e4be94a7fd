/*
 * in_place.h: the commit of a small transaction of a database in memory, without copying pages.
 */
#pragma once

#include "txn/group.h"
#include "txn/writer.h"

/*
 * Applies and publishes the work as `moment`, if it can be done by changing pages where they are;
 * false: nothing was done. The writer's turn is held, and no thread of the database's own runs.
 * *moment is drawn from the database when it is needed.
 */
MUST_CHECK bool in_place_commit(struct db *db, struct reader *reader, const struct work *work,
                                birth_seq *moment);
