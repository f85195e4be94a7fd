/*
 * cursor.c: DECLARE, FETCH, MOVE, CLOSE, and the row that WHERE CURRENT OF means.
 *
 * A cursor's query puts out, behind what the client sees, what tells the rows of its tables apart:
 * the primary key or the row id of each, if the rows it puts out are rows of tables at all.
 */
#include "session/cursor.h"
#include "session/planned.h"
#include "session/portal.h"
#include "session/query.h"
#include "session/row_buffer.h"
#include "session/scope.h"
#include "session/transaction.h"

/* Where a table's row identity stands in the rows of a cursor. */
struct cursor_table {
    oid table;
    uint32_t range;
    uint32_t first, count; /* columns of the execution's rows */
    bool is_locked;        /* FOR UPDATE or SHARE */
    struct cursor_table *next;
};

/* ---- what the rows are rows of ---- */

/* Not if rows are put together, or a change of one would be another's. */
static bool
has_row_identity(const struct query *q)
{
    return q->command == COMMAND_SELECT && !q->has_aggregates && !q->has_windows &&
           !q->has_set_functions && q->group_count == 0 && !q->has_group_by && q->having == NULL &&
           q->distinct == DISTINCT_NONE && q->from_count != 0;
}

static struct expr *
identity_column(struct arena *arena, const struct query *q, uint32_t range, int16_t number)
{
    struct expr *e = expr_new(arena, EXPR_COLUMN, TYPE_INT8, -1);
    e->column = (struct column_ref){.range = range, .number = number};
    if (number != SYSTEM_ROW_ID) {
        const struct range_column *column = &q->ranges[range]->columns[number - 1];
        e->type = column->type;
        e->typmod = column->typmod;
        e->collation = column->collation;
    }
    expr_measure(e);
    return e;
}

static bool
is_locked(const struct query *q, uint32_t range)
{
    for (uint32_t i = 0; i < q->row_mark_count; i++) {
        if (q->row_marks[i].range == range)
            return true;
    }
    return false;
}

/* Adds the identity of the rows of one range to the targets that are being made. */
static void
add_identity(struct portal *portal, const struct query *q, uint32_t range, struct target *targets,
             uint32_t *count)
{
    const struct table *table = q->ranges[range]->table.table;
    struct cursor_table *entry = arena_alloc_zero(portal->arena, sizeof *entry);
    *entry = (struct cursor_table){.table = table->table,
                                   .range = range,
                                   .first = *count,
                                   .count = table->primary == NULL ? 1 : table->primary->key_count,
                                   .is_locked = is_locked(q, range),
                                   .next = portal->tables};
    portal->tables = entry;
    for (uint32_t i = 0; i < entry->count; i++) {
        int16_t number = table->primary == NULL ? SYSTEM_ROW_ID : table->primary->keys[i].attr;
        targets[(*count)++] = (struct target){
            .expr = identity_column(portal->arena, q, range, number), .name = "?column?"};
    }
}

static bool
has_identity(const struct range *range)
{
    return range->kind == RANGE_TABLE && range->table.table->kind == TABLE_PLAIN &&
           (range->table.table->child_count == 0 || range->table.is_only);
}

/* Before the targets that only ORDER BY needs, which stay the last ones. */
static void
add_identities(struct portal *portal, struct query *q)
{
    const struct target *shown;
    uint32_t shown_count = query_result_columns(q, &shown), count = shown_count, room = 0;
    if (!has_row_identity(q))
        return;
    for (uint32_t i = 0; i < q->range_count; i++)
        room += has_identity(q->ranges[i]) ? INDEX_COLUMNS_MAX : 0;
    struct target *targets =
        arena_alloc_array(portal->arena, q->target_count + room + 1, sizeof *targets);
    memcpy(targets, q->targets, shown_count * sizeof *targets);
    for (uint32_t i = 0; i < q->range_count; i++) {
        if (has_identity(q->ranges[i]))
            add_identity(portal, q, i, targets, &count);
    }
    uint32_t added = count - shown_count;
    memcpy(targets + count, q->targets + shown_count,
           (q->target_count - shown_count) * sizeof *targets);
    struct sort_key *order = arena_copy(portal->arena, q->order, q->order_count * sizeof *order);
    for (uint32_t i = 0; i < q->order_count; i++)
        order[i].item += order[i].item >= shown_count ? added : 0;
    q->order = order;
    q->targets = targets;
    q->target_count += added;
    portal->is_single = q->from_count == 1 && !q->from[0]->is_join;
    portal->has_marks = q->row_mark_count != 0;
}

/* The identity of the batch's last row: a cursor that goes forward keeps no rows. */
static void
cursor_keep_keys(struct portal *portal, const struct batch *batch)
{
    struct batch last = *batch;
    uint16_t row = (uint16_t)(batch->sel != NULL ? batch->sel[batch->count - 1] : batch->count - 1);
    if (portal->tables == NULL || batch->count == 0)
        return;
    last.sel = &row;
    last.count = 1;
    if (portal->row_arena == NULL)
        portal->row_arena =
            arena_new(&(struct arena_options){.name = "cursor's row", .on_full = raise_arena_full});
    if (portal->row_arena == NULL)
        raise(SQLSTATE_OUT_OF_MEMORY, "out of memory");
    arena_reset(portal->row_arena);
    portal->row = batch_keep(portal->row_arena, &last);
}

static void
raise_state(const char *message)
{
    raise(SQLSTATE_INVALID_CURSOR_STATE, "%s", message);
}

static const struct cursor_table *
table_of(const struct portal *portal, oid table, const char *name)
{
    const struct cursor_table *found = NULL;
    for (const struct cursor_table *t = portal->tables; t != NULL; t = t->next) {
        if (t->table != table || (portal->has_marks && !t->is_locked))
            continue;
        if (found != NULL)
            raise_state(raise_text("cursor \"%s\" has multiple FOR UPDATE/SHARE references to "
                                   "table \"%s\"",
                                   portal->name, name));
        found = t;
    }
    if (found == NULL && portal->has_marks)
        raise_state(raise_text("cursor \"%s\" does not have a FOR UPDATE/SHARE reference to table "
                               "\"%s\"",
                               portal->name, name));
    if (found == NULL || (!portal->has_marks && !portal->is_single))
        raise_state(raise_text("cursor \"%s\" is not a simply updatable scan of table \"%s\"",
                               portal->name, name));
    return found;
}

bool
cursor_current_key(void *object, const char *cursor, oid table, uint32_t key, union datum *value)
{
    struct session *session = object;
    const struct portal *portal = cursor_get(session, cursor);
    const struct table *def = catalog_table(session->catalog, table);
    if (portal->is_held)
        raise_state(raise_text("cursor \"%s\" is held from a previous transaction", cursor));
    const struct cursor_table *found = table_of(portal, table, def->name);
    const struct batch *row = NULL;
    if (portal->rows == NULL)
        row = portal->position == 0 || portal->is_past ? NULL : portal->row;
    else if (portal->position >= 1 && portal->position <= row_buffer_count(portal->rows))
        row = row_buffer_row(portal->rows, portal->position - 1, session->statement_arena);
    if (row == NULL)
        raise_state(raise_text("cursor \"%s\" is not positioned on a row", cursor));
    const struct column *column = &row->columns[found->first + key];
    uint32_t at = row->sel != NULL ? row->sel[0] : 0;
    if (column_is_null(column, at))
        return false;
    *value = column_get(column, at);
    return true;
}

/* ---- statements ---- */

void
cursor_declare(struct session *session, const struct declare *declare)
{
    if (session->state == TRANSACTION_NONE && !declare->is_hold)
        raise(SQLSTATE_NO_ACTIVE_SQL_TRANSACTION,
              "DECLARE CURSOR can only be used in transaction blocks");
    if (declare->is_binary)
        raise_error(.code = SQLSTATE_FEATURE_NOT_SUPPORTED,
                    .message = "binary cursors are not supported",
                    .hint = "Ask for binary results in the extended protocol.");
    struct portal *portal = portal_new(session, declare->name);
    portal->kind = PORTAL_QUERY;
    portal->is_cursor = true;
    portal->is_hold = declare->is_hold;
    portal->declared_us = session->statement_began_us;
    portal->sql = (const char *)arena_slice(portal->arena, declare->source).data;
    /* Analysed again into the cursor's own memory: the statement's ends before it. */
    struct raw_list *list = parse_sql(portal->arena, declare->source);
    const struct raw_statement *raw = &list->statements[0];
    struct analyze_options options = {.arena = portal->arena, .scope = &session->scope};
    struct query *query = analyze(&options, raw);
    if (query->command == COMMAND_UTILITY)
        query = query->utility->declare.query;
    /* Its own: a held cursor outlives the entry. */
    planned_describe(session, query, NULL, portal->arena, &portal->info);
    add_identities(portal, query);
    portal->is_scroll = !declare->is_no_scroll && query->row_mark_count == 0;
    portal->entry = planned_make(session, query, NULL);
    portal->raw = raw;
    struct catalog_kept *kept = NULL;
    if (catalog_version(session->catalog) != 0)
        kept = catalog_keep(session->catalog);
    portal->entry->kept = kept;
    if (portal->entry->is_read_only)
        portal->view = txn_view_keep(session->txn);
}

struct portal *
cursor_get(struct session *session, const char *name)
{
    struct portal *portal = portal_find(session, name);
    if (portal == NULL || !portal->is_cursor)
        raise(SQLSTATE_INVALID_CURSOR_NAME, "cursor \"%s\" does not exist", name);
    return portal;
}

/*
 * A cursor stands before its first row (0), on row n (n) or past the last (count + 1). Moving back,
 * or anywhere but forward, needs all rows: they are kept from the first such call on, so a cursor
 * that only goes forward keeps none.
 */
static uint64_t
cursor_forward(struct portal *portal, uint64_t limit, bool is_move)
{
    uint64_t count = 0;
    while (limit == 0 || count < limit) {
        const struct batch *batch = portal_next(portal, limit == 0 ? 0 : limit - count);
        if (batch == NULL) {
            portal->position += !portal->is_past;
            portal->is_past = true;
            break;
        }
        count += batch->count;
        portal->position += batch->count;
        cursor_keep_keys(portal, batch);
        if (!is_move)
            portal_put_rows(portal, batch);
    }
    return count;
}

static bool
cursor_send_row(struct session *session, struct portal *portal, uint64_t position, bool is_move)
{
    uint64_t rows = row_buffer_count(portal->rows);
    if (position < 1 || position > rows)
        return false;
    const struct batch *batch =
        row_buffer_row(portal->rows, position - 1, session->statement_arena);
    if (!is_move)
        portal_put_rows(portal, batch);
    return true;
}

/* Rows kept: `count` rows on from the position, backward if negative. */
static uint64_t
cursor_kept(struct session *session, struct portal *portal, int64_t count, bool is_move)
{
    uint64_t rows = row_buffer_count(portal->rows), sent = 0;
    bool is_backward = count < 0;
    uint64_t limit = count == FETCH_COUNT_ALL || count == -FETCH_COUNT_ALL
                         ? UINT64_MAX
                         : (uint64_t)(is_backward ? -count : count);
    if (count == 0)
        return cursor_send_row(session, portal, portal->position, is_move);
    while (sent < limit) {
        uint64_t to = is_backward ? portal->position - 1 : portal->position + 1;
        if (is_backward ? portal->position == 0 : portal->position > rows)
            break;
        portal->position = to;
        if (to < 1 || to > rows)
            break;
        sent += cursor_send_row(session, portal, to, is_move);
    }
    return sent;
}

/* Keeps all rows, those before the position too: the query is run again from its start. */
static void
cursor_keep(struct portal *portal)
{
    if (portal->rows != NULL)
        return;
    if (!portal->is_scroll)
        raise_error(.code = SQLSTATE_OBJECT_NOT_IN_PREREQUISITE_STATE,
                    .message = "cursor can only scan forward",
                    .hint = "Declare it with SCROLL option to enable backward scan.");
    portal_restart(portal);
    row_buffer_fill(portal);
}

static uint64_t
fetch_rows(struct session *session, struct portal *portal, const struct fetch *fetch)
{
    int64_t count = fetch->count;
    bool is_move = fetch->is_move;
    if (fetch->direction == FETCH_TO_BACKWARD)
        count = count == FETCH_COUNT_ALL ? -FETCH_COUNT_ALL : -count;
    if (fetch->direction <= FETCH_TO_BACKWARD) {
        if (count > 0 && portal->rows == NULL)
            return cursor_forward(portal, count == FETCH_COUNT_ALL ? 0 : (uint64_t)count, is_move);
        cursor_keep(portal);
        return cursor_kept(session, portal, count, is_move);
    }
    cursor_keep(portal);
    uint64_t rows = row_buffer_count(portal->rows);
    int64_t to = fetch->direction == FETCH_TO_RELATIVE ? (int64_t)portal->position + count
                 : count < 0                           ? (int64_t)rows + 1 + count
                                                       : count;
    portal->position = to < 0 ? 0 : (uint64_t)to > rows ? rows + 1 : (uint64_t)to;
    return cursor_send_row(session, portal, portal->position, is_move);
}

const char *
cursor_fetch(struct session *session, const struct fetch *fetch, bool with_columns)
{
    struct portal *portal = cursor_get(session, fetch->cursor);
    if (portal->is_done && portal->entry == NULL && portal->rows == NULL)
        raise(SQLSTATE_OBJECT_NOT_IN_PREREQUISITE_STATE, "cursor \"%s\" cannot be read any more",
              fetch->cursor);
    if (!fetch->is_move && with_columns)
        session->sink.columns(session->sink.object, portal->info.columns,
                              portal->info.column_count);
    uint64_t count = fetch_rows(session, portal, fetch);
    return arena_format(session->statement_arena, "%s %llu", fetch->is_move ? "MOVE" : "FETCH",
                        (unsigned long long)count);
}

void
cursor_close(struct session *session, const char *name)
{
    if (name != NULL) {
        portal_free(cursor_get(session, name));
        return;
    }
    struct portal *next;
    for (struct portal *portal = session->portals; portal != NULL; portal = next) {
        next = portal->next;
        if (portal->is_cursor)
            portal_free(portal);
    }
}
