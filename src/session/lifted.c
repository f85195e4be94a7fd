/*
 * lifted.c: see lifted.h. A text becomes a key and values; the key finds a plan, the values become
 * its parameters through their types' input, as the literals would have.
 *
 * Whatever fails before the plan runs is left to the text itself: it fails in the same way, and its
 * error tells the place.
 */
#include "session/lifted.h"
#include "base/raise.h"
#include "session/planned.h"
#include "session/query.h"
#include "session/transaction.h"
#include "sql/fingerprint.h"
#include "type/values.h"

/* Longer texts are seldom sent twice. */
#define LIFT_BYTES_MAX 16384u

static union datum
literal_datum(struct session *session, struct slice text, const struct literal *literal, oid type)
{
    struct arena *arena = session->statement_arena;
    if (literal->type == TYPE_INT4 && type == TYPE_INT4)
        return (union datum){.i32 = (int32_t)literal->integer};
    if (literal->type == TYPE_INT8 && type == TYPE_INT8)
        return (union datum){.i64 = literal->integer};
    return type_input(&session->env, arena, type, -1, literal_value(arena, text, literal));
}

/* The literals as the plan's parameters; false if one of them cannot be read. */
static bool
params_take(struct session *session, struct slice text, const struct fingerprint *print,
            const struct statement_info *info, struct query_params *params)
{
    struct arena *arena = session->statement_arena;
    struct catch frame;
    if (catch_begin(&frame, session->query_arena)) {
        union datum *values = arena_alloc_array(arena, print->count + 1, sizeof *values);
        for (uint32_t i = 0; i < print->count; i++)
            values[i] = literal_datum(session, text, &print->literals[i], info->param_types[i]);
        *params =
            (struct query_params){.count = print->count,
                                  .values = values,
                                  .nulls = arena_alloc_zero(arena, print->count + sizeof(bool))};
        catch_end(&frame);
        return true;
    }
    return false;
}

bool
lifted_run(struct session *session, struct slice text, enum session_state *state)
{
    struct fingerprint print;
    struct buf *key = &session->lift_key;
    buf_clear(key);
    key->is_failed = false;
    if (session->state == TRANSACTION_FAILED || text.bytes > LIFT_BYTES_MAX ||
        !fingerprint_make(text, key, &print))
        return false;
    session_arm(session);
    transaction_ensure(session);
    statement_begin(session);
    struct query_params params;
    struct cache_entry *entry = planned_lifted(session, buf_slice(key), &print);
    if (entry != NULL)
        session_release_later(session, entry);
    if (entry == NULL || !params_take(session, text, &print, &entry->info, &params)) {
        statement_end(session);
        session_disarm(session);
        return false;
    }
    session->query_ran = true;
    *state = session_run_planned(session, entry, &params, true);
    return true;
}
