/*
 * constraints.c: see constraints.h.
 */
#include "session/constraints.h"

#include "base/raise.h"
#include "session/run_query.h"
#include "session/scope.h"
#include "session/transaction.h"

void
constraints_check(struct session *session, bool is_commit)
{
    if (session->deferral.first == NULL)
        return;
    bool begins = !session->in_statement;
    if (begins)
        statement_begin(session);
    /* A statement of their own: what others have committed by now counts. */
    enum status st = txn_statement_begin(session->txn);
    if (st != ST_OK)
        raise_status(st, "could not check deferred constraints");
    struct inner_query *any = inner_query_open(session, session->statement_arena, "SELECT");
    deferral_check(inner_query_exec(any), session_deferral(session), is_commit);
    inner_query_close(any);
    txn_statement_end(session->txn);
    if (begins)
        statement_end(session);
}

/* Chooses for every constraint of the name in the schema (OID_NONE: any); false: there is none. */
static bool
choose_named(struct session *session, oid schema, const char *name, bool is_deferred)
{
    uint32_t count;
    const struct table **tables =
        catalog_relations(session->catalog, session->statement_arena, &count);
    bool is_found = false;
    for (uint32_t i = 0; i < count; i++) {
        if (tables[i]->schema != schema)
            continue;
        for (uint16_t k = 0; k < tables[i]->constraint_count; k++) {
            const struct constraint_def *def = &tables[i]->constraints[k];
            if (strcmp(def->name, name) != 0)
                continue;
            is_found = true;
            if (!def->is_deferrable && def->kind != CONSTRAINT_CHECK)
                raise(SQLSTATE_WRONG_OBJECT_TYPE, "constraint \"%s\" is not deferrable", name);
            if (def->is_deferrable)
                deferral_choose(session_deferral(session), def->constraint, is_deferred);
        }
    }
    return is_found;
}

static void
choose_one(struct session *session, const struct object_name *name, bool is_deferred)
{
    bool is_found = false;
    if (name->schema != NULL) {
        const struct schema_def *schema = session_find_schema(session, name->schema);
        if (schema == NULL)
            raise(SQLSTATE_UNDEFINED_SCHEMA, "schema \"%s\" does not exist", name->schema);
        is_found = choose_named(session, schema->schema, name->name, is_deferred);
    }
    const oid *path = name->schema != NULL ? NULL : session_search_path(session);
    for (; path != NULL && *path != OID_NONE && !is_found; path++)
        is_found = choose_named(session, *path, name->name, is_deferred);
    if (!is_found)
        raise(SQLSTATE_UNDEFINED_OBJECT, "constraint \"%s\" does not exist", name->name);
}

void
constraints_set(struct session *session, const struct set_constraints *set)
{
    if (session->state == TRANSACTION_NONE) {
        notice(SEVERITY_WARNING, SQLSTATE_NO_ACTIVE_SQL_TRANSACTION,
               "SET CONSTRAINTS can only be used in transaction blocks");
        return;
    }
    if (set->is_all)
        deferral_choose(session_deferral(session), OID_NONE, set->is_deferred);
    for (uint32_t i = 0; i < set->count; i++)
        choose_one(session, &set->names[i], set->is_deferred);
    if (!set->is_deferred)
        constraints_check(session, false);
}

void
constraints_refuse_pending(struct session *session, const struct table *table, const char *what)
{
    if (deferral_waits(&session->deferral, table->table))
        raise(SQLSTATE_OBJECT_IN_USE, "cannot %s \"%s\" because it has pending trigger events",
              what, table->name);
}
