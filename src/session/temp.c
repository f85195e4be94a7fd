/*
 * temp.c: a session's temporary objects: their database, and its part in transactions (temp.h).
 */
#include "session/temp.h"

#include "base/check.h"
#include "base/mem.h"
#include "base/raise.h"
#include "session/ddl_draft.h"
#include "session/transaction.h"

/* What a session's temporary tables may take. Addresses are reserved for it: 10,000 sessions'
 * must fit, and memory is used as tables grow only. */
#define TEMP_BYTES_MAX ((uint64_t)4 << 30)

/* ON COMMIT of one table; rows of tables that are gone are left out at the next commit. */
struct commit_action {
    oid table;
    enum on_commit action;
};

struct temp_space {
    struct db *db;
    struct branch *branch;
    uint64_t source;        /* in the engine's catalog cache */
    struct txn *committing; /* while the branch's part is with the writer */
    bool is_branch_changed; /* that part has changes */
    struct commit_action *actions;
    uint32_t action_count, action_room;
};

static void
space_free(struct temp_space *space)
{
    if (space->branch != NULL)
        branch_release(space->branch);
    /* In memory: there is nothing to save, and so nothing that can fail. */
    if (space->db != NULL && db_close(space->db) != ST_OK)
        return;
    mem_free(space->actions);
    mem_free(space);
}

static struct temp_space *
space_new(struct session *session)
{
    struct temp_space *space = mem_alloc_zero(sizeof *space);
    if (space == NULL)
        raise(SQLSTATE_OUT_OF_MEMORY, "out of memory");
    struct db_options options = {.store.log = session->engine->log,
                                 .store.memory_bytes_max = TEMP_BYTES_MAX};
    enum status st = db_open(NULL, &options, &space->db);
    if (st == ST_OK)
        st = branch_open(space->db, "main", &space->branch);
    if (st != ST_OK) {
        space_free(space);
        raise_status(st, "could not make room for temporary tables");
    }
    space->source = catalog_new_source(session->engine->catalogs);
    return space;
}

void
temp_free(struct session *session)
{
    if (session->temp == NULL)
        return;
    check(session->temp->committing == NULL);
    space_free(session->temp);
    session->temp = NULL;
}

bool
temp_is_alias(const char *schema)
{
    return strcmp(schema, "pg_temp") == 0;
}

void
temp_join(struct session *session)
{
    struct temp_space *space = session->temp;
    if (space == NULL || session->txn == NULL || txn_temp(session->txn) != NULL)
        return;
    struct txn_options options = {.isolation = ISOLATION_READ_COMMITTED};
    struct txn *temp;
    enum status st = txn_begin(space->branch, &options, &temp);
    if (st != ST_OK)
        raise_status(st, "could not begin a transaction on temporary tables");
    st = txn_attach_temp(session->txn, temp);
    if (st != ST_OK) {
        txn_rollback(temp);
        raise_status(st, "could not begin a transaction on temporary tables");
    }
}

void
temp_join_catalog(struct session *session)
{
    if (session->temp != NULL)
        catalog_attach_temp(session->catalog, txn_temp(session->txn), session->temp->source);
}

const struct schema_def *
temp_schema(struct session *session)
{
    if (session->temp == NULL) {
        session->temp = space_new(session);
        temp_join(session);
        temp_join_catalog(session);
    }
    const struct schema_def *schema = catalog_schema(session->catalog, SCHEMA_TEMP);
    if (schema != NULL)
        return schema;
    struct schema_def made = {
        .schema = SCHEMA_TEMP,
        .owner = 10,
        .name = arena_format(session->statement_arena, "pg_temp_%u", session->pid)};
    catalog_put_schema(session->catalog, &made);
    return catalog_schema(session->catalog, SCHEMA_TEMP);
}

/* ---- ON COMMIT ---- */

void
temp_note_on_commit(struct session *session, oid table, enum on_commit on_commit)
{
    struct temp_space *space = session->temp;
    if (on_commit == ON_COMMIT_PRESERVE)
        return;
    if (space->action_count == space->action_room) {
        uint32_t room = space->action_room == 0 ? 8 : space->action_room * 2;
        struct commit_action *actions = mem_resize(space->actions, room * sizeof *actions);
        if (actions == NULL)
            raise(SQLSTATE_OUT_OF_MEMORY, "out of memory");
        space->actions = actions;
        space->action_room = room;
    }
    space->actions[space->action_count++] =
        (struct commit_action){.table = table, .action = on_commit};
}

static void
empty_table(struct session *session, const struct table *table)
{
    uint64_t rows;
    enum status st = txn_row_count(session->txn, table->tree, &rows);
    if (st == ST_OK && rows != 0)
        st = txn_tree_clear(session->txn, table->tree);
    for (uint16_t i = 0; st == ST_OK && rows != 0 && i < table->index_count; i++)
        if (!table->indexes[i]->is_primary)
            st = txn_tree_clear(session->txn, table->indexes[i]->tree);
    if (st != ST_OK)
        raise_status(st, "could not empty temporary table \"%s\"", table->name);
}

void
temp_before_commit(struct session *session)
{
    struct temp_space *space = session->temp;
    if (space == NULL || space->action_count == 0 || session->catalog == NULL)
        return;
    bool begins = !session->in_statement;
    if (begins)
        statement_begin(session);
    uint32_t kept = 0;
    for (uint32_t i = 0; i < space->action_count; i++) {
        struct commit_action action = space->actions[i];
        const struct table *table = catalog_table(session->catalog, action.table);
        if (table == NULL)
            continue;
        space->actions[kept++] = action; /* dropped ones too: the commit may yet fail */
        if (action.action == ON_COMMIT_DELETE)
            empty_table(session, table);
        else
            ddl_drop_quietly(session, table);
    }
    space->action_count = kept;
    if (begins)
        statement_end(session);
}

/* ---- the end of a transaction ---- */

void
temp_commit_begin(struct session *session, struct txn *txn)
{
    struct txn *temp = txn_detach_temp(txn);
    if (temp == NULL)
        return;
    session->temp->committing = temp;
    session->temp->is_branch_changed = txn_has_changes(txn);
}

enum status
temp_commit_end(struct session *session, enum status st)
{
    struct txn *temp = session->temp == NULL ? NULL : session->temp->committing;
    if (temp == NULL)
        return st;
    session->temp->committing = NULL;
    if (st != ST_OK) {
        txn_rollback(temp);
        return st;
    }
    st = txn_commit(temp, false);
    if (st == ST_OK || !session->temp->is_branch_changed)
        return st;
    /* The branch has its part: an error now would say that it has not. */
    notice(SEVERITY_WARNING, SQLSTATE_WARNING,
           "what the transaction did to temporary tables is lost: %s", status_name(st));
    return ST_OK;
}

void
temp_discard(struct session *session)
{
    if (session->temp == NULL)
        return;
    uint32_t count;
    const struct table **tables =
        catalog_relations(session->catalog, session->statement_arena, &count);
    for (uint32_t i = count; i-- > 0;)
        if (tables[i]->schema == SCHEMA_TEMP &&
            catalog_table(session->catalog, tables[i]->table) != NULL)
            ddl_drop_quietly(session, tables[i]);
}
