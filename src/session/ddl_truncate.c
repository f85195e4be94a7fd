/*
 * ddl_truncate.c: TRUNCATE: the tables named, those that inherit from them, and with CASCADE those
 * that refer to them.
 */
#include "base/raise.h"
#include "session/ddl_draft.h"
#include "session/ddl_sequence.h"
#include "session/scope.h"
#include "session/utility_run.h"

struct truncated {
    struct session *session;
    const struct table **tables;
    uint32_t count, room;
};

static bool
is_listed(const struct truncated *list, oid table)
{
    for (uint32_t i = 0; i < list->count; i++)
        if (list->tables[i]->table == table)
            return true;
    return false;
}

/* The table and, unless it is alone, all below it. */
static void
add(struct truncated *list, const struct table *table, bool is_only)
{
    if (is_listed(list, table->table))
        return;
    if (list->count == list->room) {
        uint32_t room = list->room == 0 ? 16 : list->room * 2;
        list->tables = arena_resize(list->session->statement_arena, list->tables,
                                    list->room * sizeof *list->tables, room * sizeof *list->tables);
        list->room = room;
    }
    list->tables[list->count++] = table;
    uint32_t count = 0;
    const struct table **children = is_only
                                        ? NULL
                                        : catalog_children(list->session->catalog, table,
                                                           list->session->statement_arena, &count);
    for (uint32_t i = 0; i < count; i++)
        add(list, children[i], false);
}

static void
add_named(struct truncated *list, const struct truncate *truncate)
{
    for (uint32_t i = 0; i < truncate->count; i++) {
        const struct table *table = session_find_table(list->session, &truncate->tables[i]);
        if (table->kind != TABLE_PLAIN && table->kind != TABLE_PARTITIONED)
            raise(SQLSTATE_WRONG_OBJECT_TYPE, "\"%s\" is not a table", table->name);
        if (table->kind == TABLE_PARTITIONED && truncate->is_only[i])
            raise_error(.code = SQLSTATE_WRONG_OBJECT_TYPE,
                        .message = "cannot truncate only a partitioned table",
                        .hint = "Do not specify the ONLY keyword, or use TRUNCATE ONLY on the "
                                "partitions directly.");
        add(list, table, truncate->is_only[i]);
    }
}

/* Tables that refer to those of the list are in it too, or the statement is refused. */
static void
add_referencing(struct truncated *list, bool is_cascade)
{
    for (uint32_t i = 0; i < list->count; i++) {
        for (uint16_t k = 0; k < list->tables[i]->referenced_count; k++) {
            const struct table *table = list->tables[i];
            if (is_listed(list, table->referencing[k]))
                continue;
            const struct table *other =
                catalog_table(list->session->catalog, table->referencing[k]);
            if (!is_cascade)
                raise_error(.code = SQLSTATE_FEATURE_NOT_SUPPORTED,
                            .message = "cannot truncate a table referenced in a foreign key "
                                       "constraint",
                            .detail = raise_text("Table \"%s\" references \"%s\".", other->name,
                                                 table->name),
                            .hint = raise_text("Truncate table \"%s\" at the same time, or use "
                                               "TRUNCATE ... CASCADE.",
                                               other->name));
            uint32_t first = list->count;
            add(list, other, false);
            for (uint32_t n = first; n < list->count; n++)
                notice(SEVERITY_NOTICE, SQLSTATE_SUCCESSFUL_COMPLETION,
                       "truncate cascades to table \"%s\"", list->tables[n]->name);
        }
    }
}

static void
truncate_one(struct session *session, const struct table *table, bool restart_identity)
{
    enum status st = ST_OK;
    if (table->kind != TABLE_PARTITIONED) {
        st = txn_lock_table(session->txn, table->tree, TABLE_ACCESS_EXCLUSIVE, LOCK_WAIT);
        if (st == ST_OK)
            st = txn_tree_clear(session->txn, table->tree);
        for (uint16_t i = 0; st == ST_OK && i < table->index_count; i++)
            if (!table->indexes[i]->is_primary)
                st = txn_tree_clear(session->txn, table->indexes[i]->tree);
    }
    if (st != ST_OK)
        raise_status(st, "could not truncate table \"%s\"", table->name);
    for (uint16_t i = 0; restart_identity && i < table->column_count; i++)
        if (table->columns[i].sequence != OID_NONE && !table->columns[i].is_dropped)
            sequence_restart(session, table->columns[i].sequence);
}

void
ddl_truncate(struct session *session, const struct truncate *truncate)
{
    struct truncated list = {.session = session};
    add_named(&list, truncate);
    add_referencing(&list, truncate->is_cascade);
    for (uint32_t i = 0; i < list.count; i++)
        truncate_one(session, list.tables[i], truncate->restart_identity);
}
