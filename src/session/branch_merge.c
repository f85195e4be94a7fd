/*
 * branch_merge.c: rowan.merge: one branch's changes into another.
 *
 * Into the session's own branch it is part of the session's transaction. Into another it is a
 * transaction of that branch, run by a session of its own, and committed before the function
 * returns; so it is refused in a transaction block, which could not take it back.
 */
#include "session/branch_merge.h"

#include "base/raise.h"
#include "session/planned.h"
#include "session/query.h"
#include "session/session_set.h"
#include "session/transaction.h"

/* ---- collecting what differs ---- */

struct collection {
    struct arena *arena; /* gives null when it is full */
    enum keep keep;
    struct kept_row *first, **link;
    struct session *session;
};

static bool
is_same(struct slice a, struct slice b)
{
    return (a.data == NULL) == (b.data == NULL) && slice_equal(a, b);
}

static bool
is_wanted(enum keep keep, const struct merge_row *row)
{
    switch (keep) {
    case KEEP_BY_SOURCE:
        return row->side == MERGE_SOURCE || row->side == MERGE_CONFLICT;
    case KEEP_BY_TARGET:
        return row->side == MERGE_TARGET || row->side == MERGE_CONFLICT;
    case KEEP_CHANGED_SOURCE:
        return !is_same(row->base, row->source);
    case KEEP_CHANGED_TARGET:
        return !is_same(row->base, row->target);
    default:
        return true;
    }
}

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
keep_row(void *object, const struct merge_row *row)
{
    struct collection *rows = object;
    if (*session_cancel_flag(rows->session))
        return ST_CANCELED;
    if (!is_wanted(rows->keep, row))
        return ST_OK;
    struct kept_row *kept = arena_alloc(rows->arena, sizeof *kept);
    if (kept == NULL || !keep_slice(rows->arena, row->key, &kept->key) ||
        !keep_slice(rows->arena, row->base, &kept->base) ||
        !keep_slice(rows->arena, row->source, &kept->source) ||
        !keep_slice(rows->arena, row->target, &kept->target))
        return ST_NO_MEMORY;
    kept->side = row->side;
    kept->next = NULL;
    *rows->link = kept;
    rows->link = &kept->next;
    return ST_OK;
}

struct kept_row *
merge_collect(struct merge *merge, tree_no tree, enum keep keep)
{
    struct collection rows = {.keep = keep, .session = merge->session};
    rows.link = &rows.first;
    rows.arena = arena_new(&(struct arena_options){.name = "rows to merge"});
    if (rows.arena == NULL)
        raise(SQLSTATE_OUT_OF_MEMORY, "out of memory");
    arena_on_end(merge->work, (void (*)(void *))arena_free, rows.arena);
    enum status st = branch_merge_rows(merge->session->txn, merge->source, tree, keep_row, &rows);
    if (st == ST_INVALID)
        raise(SQLSTATE_INVALID_PARAMETER_VALUE, "branches \"%s\" and \"%s\" share no history",
              merge->source_name, merge->target_name);
    if (st != ST_OK)
        raise_status(st, "could not compare branches \"%s\" and \"%s\"", merge->source_name,
                     merge->target_name);
    return rows.first;
}

void
merge_conflict(struct merge *merge, const struct conflict *conflict)
{
    struct answer *rows = merge->conflicts;
    answer_row(rows);
    answer_text(rows, conflict->kind);
    answer_text(rows, conflict->table);
    answer_text(rows, conflict->key);
    answer_text(rows, conflict->base);
    answer_text(rows, conflict->source);
    answer_text(rows, conflict->target);
    answer_text(rows, conflict->detail);
}

/* ---- into the session's own branch ---- */

/* An execution without a query: what writes rows needs one. */
static struct exec *
open_exec(struct session *session, struct arena *arena)
{
    struct raw_list *list = parse_sql(arena, slice_text("SELECT"));
    struct analyze_options options = {.arena = arena, .scope = &session->scope};
    struct cache_entry *entry =
        planned_make(session, analyze(&options, &list->statements[0]), NULL);
    session_release_later(session, entry);
    struct exec_context context = session_exec_context(session, arena);
    return exec_open(entry->program, &context);
}

/* Foreign keys of all tables: those that do not hold are conflicts. */
static void
finish_foreign_keys(struct merge *merge)
{
    volatile bool is_done = false;
    while (!is_done) {
        struct catch frame;
        if (catch_begin(&frame, merge->work)) {
            row_merge_finish(merge->exec);
            catch_end(&frame);
            is_done = true;
            continue;
        }
        if (frame.error->code != SQLSTATE_FOREIGN_KEY_VIOLATION)
            raise_again(frame.error);
        struct conflict conflict = {
            .kind = "foreign key",
            .table = frame.error->table_name,
            .detail =
                arena_format(merge->work, "%s. %s", frame.error->message, frame.error->detail)};
        merge_conflict(merge, &conflict);
    }
}

static void
merge_all(struct merge *merge)
{
    merge_schema(merge);
    if (merge_has_conflicts(merge))
        return;
    merge->exec = open_exec(merge->session, merge->work);
    merge_tables(merge);
    if (!merge_has_conflicts(merge))
        finish_foreign_keys(merge);
    if (!merge_has_conflicts(merge))
        merge_sequences(merge);
    exec_close(merge->exec);
}

static void
tell(const struct merge *merge)
{
    const char *source = merge->source_name, *target = merge->target_name;
    if (merge_has_conflicts(merge))
        notice(SEVERITY_WARNING, SQLSTATE_WARNING,
               "branch \"%s\" was not merged into \"%s\": conflicts: %u", source, target,
               merge->conflicts->row_count);
    else if (!merge->has_changes)
        notice(SEVERITY_NOTICE, SQLSTATE_SUCCESSFUL_COMPLETION,
               "branch \"%s\" has nothing new for \"%s\"", source, target);
    else
        notice(SEVERITY_NOTICE, SQLSTATE_SUCCESSFUL_COMPLETION,
               "branch \"%s\" was merged into \"%s\"", source, target);
}

static void
merge_here(struct branch_call *call)
{
    struct session *session = call->session;
    struct merge merge = {.session = session,
                          .source_name = call->args[0],
                          .target_name = call->args[1],
                          .work = call->work,
                          .conflicts = call->rows};
    /* What the transaction has changed itself is not part of the comparison. */
    if (txn_has_changes(session->txn))
        raise(SQLSTATE_ACTIVE_SQL_TRANSACTION,
              "rowan.merge must come before the other changes of its transaction");
    if (session->savepoint != NULL)
        raise(SQLSTATE_ACTIVE_SQL_TRANSACTION, "rowan.merge cannot run after a savepoint");
    merge.source = branch_get(session, call->work, call->args[0]);
    uint32_t savepoint;
    enum status st = txn_savepoint(session->txn, &savepoint);
    if (st != ST_OK)
        raise_status(st, "could not begin a merge");
    merge_all(&merge);
    if (merge_has_conflicts(&merge)) {
        txn_rollback_to(session->txn, savepoint);
    } else if (merge.has_changes) {
        st = branch_merge_done(session->txn, merge.source);
        if (st != ST_OK)
            raise_status(st, "could not merge branch \"%s\"", merge.source_name);
    }
    txn_release(session->txn, savepoint);
    catalog_refresh(session->catalog);
    tell(&merge);
}

/* ---- into another branch ---- */

/* What the other session has to say, kept until it is done. */
struct listener {
    struct session *outer;
    struct arena *arena; /* gives null when it is full */
    struct error error, notice;
    bool has_error, has_notice, is_full;
    struct kept_row *first, **link; /* cells, one after the other: key is the text, or null data */
};

static void
on_columns(void *object, const struct result_column *columns, uint32_t count)
{
    (void)object;
    (void)columns;
    (void)count;
}

static bool
on_rows(void *object, const struct session *session, const struct batch *batch)
{
    struct listener *listener = object;
    (void)session;
    for (uint32_t i = 0; i < batch->count; i++) {
        uint32_t row = batch->sel != NULL ? batch->sel[i] : i;
        for (uint32_t c = 0; c < batch->column_count; c++) {
            struct kept_row *cell = arena_alloc_zero(listener->arena, sizeof *cell);
            union datum value = column_get(&batch->columns[c], row);
            if (cell == NULL) {
                listener->is_full = true;
                return false;
            }
            if (!column_is_null(&batch->columns[c], row))
                cell->key = arena_slice(listener->arena, view_slice(&value.view));
            *listener->link = cell;
            listener->link = &cell->next;
        }
    }
    return true;
}

static void
on_complete(void *object, const char *tag)
{
    (void)object;
    (void)tag;
}

static void
on_end(void *object)
{
    (void)object;
}

static const char *
keep_text(struct listener *listener, const char *text)
{
    return text == NULL ? NULL : arena_text(listener->arena, text);
}

static void
keep_error(struct listener *listener, const struct error *from, struct error *to)
{
    *to = (struct error){.severity = from->severity,
                         .code = from->code,
                         .message = keep_text(listener, from->message),
                         .detail = keep_text(listener, from->detail),
                         .hint = keep_text(listener, from->hint)};
}

static void
on_error(void *object, const struct error *error)
{
    struct listener *listener = object;
    keep_error(listener, error, &listener->error);
    listener->has_error = true;
}

static void
on_notice(void *object, const struct error *error)
{
    struct listener *listener = object;
    keep_error(listener, error, &listener->notice);
    listener->has_notice = true;
}

static void
on_parameter(void *object, const char *name, const char *value)
{
    (void)object;
    (void)name;
    (void)value;
}

static void
on_block(void *object)
{
    struct listener *listener = object;
    if (listener->outer->on_block != NULL)
        listener->outer->on_block(listener->outer->sink.object);
}

static void
free_session(void *object)
{
    session_free(object);
}

static const char *
quoted(const char *text, struct arena *arena)
{
    char *copy = arena_alloc(arena, 2 * strlen(text) + 3), *to = copy;
    *to++ = '\'';
    for (; *text != '\0'; text++) {
        if (*text == '\'')
            *to++ = '\'';
        *to++ = *text;
    }
    *to++ = '\'';
    *to = '\0';
    return copy;
}

/* What the caller's session has set that a merge in another one is to keep to. */
static const char *const passed_on[] = {"lock_timeout", "statement_timeout", "synchronous_commit",
                                        "default_transaction_isolation"};
#define PASSED_ON_COUNT (sizeof passed_on / sizeof *passed_on)

static void
merge_elsewhere(struct branch_call *call)
{
    struct session *session = call->session;
    struct setting_text settings[PASSED_ON_COUNT];
    if (session->state != TRANSACTION_NONE)
        raise_error(.code = SQLSTATE_ACTIVE_SQL_TRANSACTION,
                    .message = "rowan.merge into another branch cannot run inside a transaction "
                               "block",
                    .hint = "End the transaction first, or connect to the target.");
    (void)branch_get(session, call->work, call->args[0]);
    (void)branch_get(session, call->work, call->args[1]);
    struct listener *listener = arena_alloc_zero(call->work, sizeof *listener);
    listener->outer = session;
    listener->link = &listener->first;
    listener->arena = arena_new(&(struct arena_options){.name = "merge"});
    if (listener->arena == NULL)
        raise(SQLSTATE_OUT_OF_MEMORY, "out of memory");
    arena_on_end(call->work, (void (*)(void *))arena_free, listener->arena);
    for (size_t i = 0; i < PASSED_ON_COUNT; i++)
        settings[i] =
            (struct setting_text){passed_on[i], session_show(session, passed_on[i], call->work)};
    struct session_options options = {.engine = session->engine,
                                      .branch = call->args[1],
                                      .user = session->user,
                                      .setting_count = PASSED_ON_COUNT,
                                      .settings = settings,
                                      .application_name = "rowan.merge",
                                      .sink = {.object = listener,
                                               .columns = on_columns,
                                               .rows = on_rows,
                                               .complete = on_complete,
                                               .empty = on_end,
                                               .error = on_error,
                                               .notice = on_notice,
                                               .parameter = on_parameter},
                                      .on_block = on_block};
    struct error *error;
    struct session *other = session_new(&options, call->work, &error);
    if (other == NULL)
        raise_again(error);
    arena_on_end(call->work, free_session, other);
    other->outer_session = session;
    const char *sql = arena_format(call->work, "SELECT * FROM rowan.merge(%s)",
                                   quoted(call->args[0], call->work));
    (void)session_query(other, sql);
    if (listener->is_full)
        raise(SQLSTATE_OUT_OF_MEMORY, "out of memory");
    if (listener->has_error)
        raise_again(&listener->error);
    for (const struct kept_row *cell = listener->first; cell != NULL;) {
        answer_row(call->rows);
        for (uint32_t c = 0; c < call->rows->column_count; c++, cell = cell->next)
            answer_text(call->rows, (const char *)cell->key.data);
    }
    if (listener->has_notice)
        notice_fields(&listener->notice);
}

void
branch_merge_fill(struct branch_call *call)
{
    const char *source = call->args[0], *target = call->args[1];
    transaction_need_write(call->session, "rowan.merge()");
    if (strcmp(source, target) == 0)
        raise(SQLSTATE_INVALID_PARAMETER_VALUE, "cannot merge branch \"%s\" into itself", source);
    if (strcmp(target, call->session->branch_name) == 0)
        merge_here(call);
    else
        merge_elsewhere(call);
}
