/*
 * system_sequence.c: the one row that a sequence has as a relation: where it stands.
 */
#include "base/raise.h"
#include "exec/virtual.h"
#include "session/session_int.h"
#include "session/system_relations.h"

static void
row_open(struct virtual_scan *scan)
{
    if (scan->env->access == NULL)
        raise(SQLSTATE_OBJECT_NOT_IN_PREREQUISITE_STATE, "\"%s\" needs a session",
              scan->table->name);
    scan->state = scan->env->access->object;
}

/* log_cnt is bookkeeping of PostgreSQL's log: 0 here. */
static bool
row_next(struct virtual_scan *scan, union datum *values, bool *nulls)
{
    struct session *session = scan->state;
    struct sequence_state state;
    (void)nulls;
    if (session == NULL)
        return false;
    enum status st = sequence_get(session->txn, scan->table->table, &state);
    if (st != ST_OK)
        raise_status(st, "could not read sequence \"%s\"", scan->table->name);
    values[0].i64 = state.last_value;
    values[1].i64 = 0;
    values[2].b = state.is_called;
    scan->state = NULL;
    return true;
}

const struct virtual_table sequence_rows = {
    .name = "sequence", .open = row_open, .next = row_next, .rows = 1};
