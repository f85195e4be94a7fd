/*
 * branch_diff.c: rowan.diff and rowan.diff_summary: what differs between two branches' heads.
 *
 * Both sides are read through views, each with its own catalog, so a row is always shown by the
 * definition that it was written under. Tables are matched by their object's number (a renamed
 * table is the same table), and compared tree against tree, which skips what they share. Callbacks
 * of the comparison must not raise: they only copy bytes.
 */
#include "base/raise.h"
#include "catalog/merge.h"
#include "session/branch_functions.h"
#include "session/branch_view.h"

struct pair {
    struct branch_view *from, *to;
};

static struct pair
open_pair(struct branch_call *call)
{
    struct pair pair;
    pair.from = branch_view_open(call->session, call->work, call->args[0]);
    pair.to = branch_view_open(call->session, call->work, call->args[1]);
    return pair;
}

/* ---- diff_summary ---- */

struct tally {
    uint64_t inserted, deleted, updated;
};

static enum status
tally_row(void *object, struct slice key, struct slice before, struct slice after)
{
    struct tally *tally = object;
    (void)key;
    if (before.data == NULL)
        tally->inserted++;
    else if (after.data == NULL)
        tally->deleted++;
    else
        tally->updated++;
    return ST_OK;
}

/* Equal definitions have equal rows, but for the list of tables that point here, which says
 * nothing of this table, and the numbers of trees, which change when it is written anew. */
static bool
is_altered(const struct table *from, const struct table *to, struct arena *arena)
{
    struct table a = *from, b = *to;
    a.referenced_count = b.referenced_count = 0;
    a.tree = b.tree;
    if (a.index_count != b.index_count)
        return true;
    for (uint16_t i = 0; i < a.index_count; i++)
        if (a.indexes[i]->index != b.indexes[i]->index)
            return true;
    a.indexes = b.indexes;
    a.primary = b.primary;
    return !slice_equal(catalog_table_row(&a, arena), catalog_table_row(&b, arena));
}

static void
compare_table(struct branch_call *call, const struct pair *pair, const struct table *from,
              const struct table *to)
{
    struct tally tally = {0};
    const char *change = from == NULL                       ? "created"
                         : to == NULL                       ? "dropped"
                         : is_altered(from, to, call->work) ? "altered"
                                                            : NULL;
    const struct table *shown = to != NULL ? to : from;
    if (table_is_stored(shown)) {
        enum status st = txn_diff(pair->from->txn, from == NULL ? 0 : from->tree, pair->to->txn,
                                  to == NULL ? 0 : to->tree, tally_row, &tally);
        if (st != ST_OK)
            raise_status(st, "could not compare table \"%s\"", shown->name);
    }
    if (change == NULL && tally.inserted + tally.deleted + tally.updated == 0)
        return;
    answer_row(call->rows);
    answer_text(call->rows, branch_table_name(shown, call->work));
    answer_i64(call->rows, (int64_t)tally.inserted);
    answer_i64(call->rows, (int64_t)tally.deleted);
    answer_i64(call->rows, (int64_t)tally.updated);
    answer_text(call->rows, change);
}

static bool
is_compared(const struct table *table)
{
    return table_is_stored(table) || table->kind == TABLE_VIEW;
}

void
branch_diff_summary_fill(struct branch_call *call)
{
    struct pair pair = open_pair(call);
    uint32_t from_count, to_count;
    const struct table **from = catalog_relations(pair.from->catalog, call->work, &from_count);
    const struct table **to = catalog_relations(pair.to->catalog, call->work, &to_count);
    /* Both in the order of their numbers. */
    for (uint32_t f = 0, t = 0; f < from_count || t < to_count;) {
        bool takes_from = f < from_count && (t == to_count || from[f]->table <= to[t]->table);
        bool takes_to = t < to_count && (f == from_count || to[t]->table <= from[f]->table);
        const struct table *a = takes_from ? from[f++] : NULL, *b = takes_to ? to[t++] : NULL;
        if (is_compared(b != NULL ? b : a))
            compare_table(call, &pair, a, b);
        if (call->session->cancel)
            raise(SQLSTATE_QUERY_CANCELED, "canceling statement due to user request");
    }
}

/* ---- diff ---- */

struct changed_row {
    struct changed_row *next;
    struct slice key, before, after;
};

struct changed_rows {
    struct arena *arena; /* gives null when it is full */
    struct changed_row *first, **link;
};

static bool
keep_slice(struct arena *arena, struct slice from, struct slice *to)
{
    *to = slice_of(NULL, 0);
    if (from.data == NULL)
        return true;
    uint8_t *data = arena_copy(arena, from.bytes == 0 ? (const void *)"" : from.data,
                               from.bytes == 0 ? 1 : from.bytes);
    *to = slice_of(data, from.bytes);
    return data != NULL;
}

static enum status
keep_row(void *object, struct slice key, struct slice before, struct slice after)
{
    struct changed_rows *rows = object;
    struct changed_row *row = arena_alloc(rows->arena, sizeof *row);
    if (row == NULL || !keep_slice(rows->arena, key, &row->key) ||
        !keep_slice(rows->arena, before, &row->before) ||
        !keep_slice(rows->arena, after, &row->after))
        return ST_NO_MEMORY;
    row->next = NULL;
    *rows->link = row;
    rows->link = &row->next;
    return ST_OK;
}

static struct row_reader *
reader_of(struct branch_call *call, struct branch_view *view, const struct table *table)
{
    if (table == NULL)
        return NULL;
    struct row_reader *reader = arena_alloc(call->work, sizeof *reader);
    row_reader_init(reader, call->session, table, catalog_row_format(view->catalog, table),
                    call->work);
    row_reader_use_types(reader, view, call->work);
    return reader;
}

static void
put_row(struct branch_call *call, const struct changed_row *row, struct row_reader *from,
        struct row_reader *to)
{
    struct arena *arena = call->rows->arena;
    bool was = row->before.data != NULL, is = row->after.data != NULL;
    const char *before = was ? row_json(from, row->key, row->before, arena) : NULL;
    const char *after = is ? row_json(to, row->key, row->after, arena) : NULL;
    if (was && is && strcmp(before, after) == 0)
        return; /* stored otherwise, the same to read */
    const char *key = row_reader_key_json(is ? to : from, arena);
    answer_row(call->rows);
    answer_text(call->rows, key);
    answer_text(call->rows, !was ? "insert" : is ? "update" : "delete");
    answer_text(call->rows, before);
    answer_text(call->rows, after);
}

static const struct table *
find_table(struct branch_view *view, const char *name)
{
    const struct table *table = branch_view_table(view, name);
    if (table != NULL && !table_is_stored(table))
        raise(SQLSTATE_WRONG_OBJECT_TYPE, "\"%s\" is not a table", table->name);
    return table;
}

void
branch_diff_fill(struct branch_call *call)
{
    struct pair pair = open_pair(call);
    const struct table *from = find_table(pair.from, call->args[2]);
    const struct table *to = find_table(pair.to, call->args[2]);
    if (from == NULL && to == NULL)
        raise(SQLSTATE_UNDEFINED_TABLE, "relation \"%s\" does not exist in branch \"%s\" or \"%s\"",
              call->args[2], pair.from->name, pair.to->name);
    struct arena *kept = arena_new(&(struct arena_options){.name = "changed rows"});
    if (kept == NULL)
        raise(SQLSTATE_OUT_OF_MEMORY, "out of memory");
    arena_on_end(call->work, (void (*)(void *))arena_free, kept);
    struct changed_rows rows = {.arena = kept, .link = &rows.first};
    enum status st = txn_diff(pair.from->txn, from == NULL ? 0 : from->tree, pair.to->txn,
                              to == NULL ? 0 : to->tree, keep_row, &rows);
    if (st != ST_OK)
        raise_status(st, "could not compare table \"%s\"", call->args[2]);
    struct row_reader *old_reader = reader_of(call, pair.from, from);
    struct row_reader *new_reader = reader_of(call, pair.to, to);
    for (const struct changed_row *row = rows.first; row != NULL; row = row->next) {
        put_row(call, row, old_reader, new_reader);
        if (call->session->cancel)
            raise(SQLSTATE_QUERY_CANCELED, "canceling statement due to user request");
    }
}
