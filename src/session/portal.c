/*
 * portal.c: portals: made, run in pieces, ended.
 */
#include "session/portal.h"

#include "base/check.h"
#include "base/mem.h"
#include "session/query.h"
#include "session/row_buffer.h"
#include "session/statement_cache.h"
#include "session/transaction.h"

#define PORTAL_ARENA_KEEP_BYTES 8192u

struct portal *
portal_find(struct session *session, const char *name)
{
    struct portal *portal = session->portals;
    while (portal != NULL && (portal->name == NULL || strcmp(portal->name, name) != 0))
        portal = portal->next;
    return portal;
}

struct portal *
portal_new(struct session *session, const char *name)
{
    struct portal *old = name == NULL ? NULL : portal_find(session, name);
    if (old != NULL && *name != '\0')
        raise(SQLSTATE_DUPLICATE_CURSOR, "cursor \"%s\" already exists", name);
    if (old != NULL)
        portal_free(old);
    struct arena *arena = session->portal_arena;
    session->portal_arena = NULL;
    if (arena == NULL)
        arena = arena_new(&(struct arena_options){.name = "portal", .on_full = raise_arena_full});
    if (arena == NULL)
        raise(SQLSTATE_OUT_OF_MEMORY, "out of memory");
    size_t name_bytes = name == NULL ? 0 : strlen(name) + 1;
    struct portal *portal = arena_try_alloc(arena, sizeof *portal + name_bytes);
    if (portal == NULL) {
        arena_free(arena);
        raise(SQLSTATE_OUT_OF_MEMORY, "out of memory");
    }
    *portal =
        (struct portal){.session = session,
                        .arena = arena,
                        .name = name == NULL ? NULL : memcpy(portal + 1, name, name_bytes),
                        .savepoint = session->savepoint == NULL ? 0 : session->savepoint->number,
                        .next = session->portals};
    session->portals = portal;
    return portal;
}

void
portal_stop(struct portal *portal)
{
    if (portal->exec != NULL)
        exec_close(portal->exec);
    portal->exec = NULL;
    portal->is_done = true;
    portal->rest.count = 0;
    if (portal->view.snapshot != NULL)
        txn_view_drop(portal->session->txn, &portal->view);
    statement_cache_release(portal->session->engine->statements, portal->entry);
    portal->entry = NULL;
    if (portal->session->reading == portal)
        portal->session->reading = NULL;
}

void
portal_unlink(struct portal *portal)
{
    struct portal **link = &portal->session->portals;
    while (*link != NULL && *link != portal)
        link = &(*link)->next;
    if (*link != NULL)
        *link = portal->next;
    portal->next = NULL;
}

/* The end that a transaction or a savepoint makes of it. */
static void
portal_end(struct portal *portal)
{
    struct statement *statement = portal->statement;
    bool is_known = statement != NULL && statement->portal == portal;
    if (portal->name != NULL || !is_known) {
        portal_free(portal);
        return;
    }
    portal_unlink(portal);
    portal_stop(portal);
    portal->is_cut = true;
    if (statement->shown != NULL)
        statement->shown->is_cut = true;
}

/* Kept for the next portal, if it is small and none is kept yet. */
static void
give_arena(struct session *session, struct arena *arena)
{
    if (session->portal_arena != NULL || arena_bytes(arena) > PORTAL_ARENA_KEEP_BYTES) {
        arena_free(arena);
        return;
    }
    arena_reset(arena);
    session->portal_arena = arena;
}

void
portal_free(struct portal *portal)
{
    portal_unlink(portal);
    if (portal->statement != NULL && portal->statement->portal == portal)
        portal->statement->portal = NULL; /* COMMIT ends its own */
    portal_stop(portal);
    if (portal->statement != NULL)
        statement_unbind(portal->statement, portal);
    arena_free(portal->rest_arena);
    arena_free(portal->row_arena);
    give_arena(portal->session, portal->arena); /* the portal itself lies in it */
}

void
portal_restart(struct portal *portal)
{
    if (portal->exec != NULL)
        exec_close(portal->exec);
    portal->exec = NULL;
    portal->is_done = false;
    portal->rest.count = 0;
}

void
portals_hold(struct session *session)
{
    bool has_begun = false;
    for (struct portal *portal = session->portals; portal != NULL; portal = portal->next) {
        if (!portal->is_hold || portal->is_held)
            continue;
        if (portal->rows == NULL && portal->entry != NULL) {
            if (!has_begun && !session->in_statement)
                statement_begin(session);
            has_begun = true;
            portal_restart(portal);
            row_buffer_fill(portal);
        }
        portal->is_held = true;
    }
}

void
portals_end_transaction(struct session *session)
{
    struct portal *next;
    for (struct portal *portal = session->portals; portal != NULL; portal = next) {
        next = portal->next;
        if (portal->is_held)
            portal_stop(portal);
        else
            portal_end(portal);
    }
}

void
portals_fail_savepoint(struct session *session)
{
    struct portal *next;
    for (struct portal *portal = session->portals; portal != NULL; portal = next) {
        next = portal->next;
        if (portal->is_held ||
            (!portal->is_running && portal->savepoint < session->savepoint->number))
            continue;
        if (portal->name == NULL)
            portal_end(portal);
        else
            portal_stop(portal);
    }
}

void
portals_undo_savepoint(struct session *session, uint32_t savepoint)
{
    struct portal *next;
    for (struct portal *portal = session->portals; portal != NULL; portal = next) {
        next = portal->next;
        if (portal->savepoint >= savepoint && !portal->is_held)
            portal_end(portal);
    }
}

void
portals_release_savepoint(struct session *session, uint32_t savepoint)
{
    for (struct portal *portal = session->portals; portal != NULL; portal = portal->next)
        if (portal->savepoint >= savepoint)
            portal->savepoint = savepoint - 1;
}

static void
portal_start(struct portal *portal, bool may_pause)
{
    struct session *session = portal->session;
    session->ran_long = true;
    struct exec_context context = session_exec_context(session, portal->arena);
    context.param_count = portal->param_count;
    context.params = portal->params;
    context.param_nulls = portal->param_nulls;
    context.may_pause = may_pause;
    portal->exec = exec_open(portal->entry->program, &context);
    portal->is_started = true;
}

/*
 * The first `limit` rows of *batch stay in it; the others become the portal's rest, copied because
 * the statement, and with it the pages that text points into, ends before the next piece is asked
 * for.
 */
static void
batch_cut(struct portal *portal, struct batch *batch, uint64_t limit)
{
    if (limit == 0 || batch->count <= limit)
        return;
    if (portal->rest_arena == NULL) {
        portal->rest_arena = arena_new(
            &(struct arena_options){.name = "portal's rest", .on_full = raise_arena_full});
        if (portal->rest_arena == NULL)
            raise(SQLSTATE_OUT_OF_MEMORY, "out of memory");
    }
    arena_reset(portal->rest_arena);
    portal->rest = *batch_keep(portal->rest_arena, batch);
    portal->rest_from = (uint32_t)limit;
    batch->count = (uint32_t)limit;
}

/* Takes up to `limit` rows of the rest into `batch`: a selection over the same columns. */
static void
rest_take(struct portal *portal, struct batch *batch, uint64_t limit)
{
    struct batch *rest = &portal->rest;
    uint32_t left = rest->count - portal->rest_from;
    uint32_t count = limit != 0 && left > limit ? (uint32_t)limit : left;
    uint16_t *sel = arena_alloc_array(portal->session->statement_arena, count, sizeof *sel);
    for (uint32_t i = 0; i < count; i++) {
        uint32_t at = portal->rest_from + i;
        sel[i] = rest->sel != NULL ? rest->sel[at] : (uint16_t)at;
    }
    *batch = *rest;
    batch->sel = sel;
    batch->count = count;
    portal->rest_from += count;
    if (portal->rest_from == rest->count)
        rest->count = 0;
}

/* Goes on with what the portal saw before. An error ends all statements, this one too. */
static bool
portal_view_begin(struct portal *portal)
{
    if (portal->view.snapshot == NULL)
        return false;
    enum status st = txn_view_begin(portal->session->txn, portal->view);
    if (st != ST_OK)
        raise_status(st, "could not go on with portal \"%s\"", portal->name);
    return true;
}

/* What changes rows runs to its end within one statement. */
static void
portal_pause(struct portal *portal)
{
    if (portal->view.snapshot == NULL && portal->entry != NULL && portal->entry->is_read_only)
        portal->view = txn_view_keep(portal->session->txn);
}

const struct batch *
portal_next(struct portal *portal, uint64_t limit)
{
    struct batch *batch = arena_alloc(portal->session->statement_arena, sizeof *batch);
    if (portal->rest.count != 0) {
        rest_take(portal, batch, limit);
        return batch;
    }
    if (portal->is_done)
        return NULL;
    bool has_view = portal_view_begin(portal);
    portal->is_running = true;
    if (portal->exec == NULL)
        portal_start(portal, limit != 0 || portal->name == NULL);
    bool has_rows = exec_next(portal->exec, batch);
    if (has_rows)
        batch_cut(portal, batch, limit);
    if (has_view)
        txn_statement_end(portal->session->txn);
    portal->is_running = false;
    portal->is_done = !has_rows;
    return has_rows ? batch : NULL;
}

void
portal_put_rows(struct portal *portal, const struct batch *batch)
{
    struct batch shown = *batch;
    if (portal->is_cursor)
        shown.column_count = portal->info.column_count;
    session_put_rows(portal->session, &shown);
}

bool
portal_run(struct portal *portal, uint64_t limit, uint64_t *row_count)
{
    bool sends_rows = portal->info.returns_rows;
    *row_count = 0;
    for (;;) {
        uint64_t left = limit == 0 ? 0 : limit - *row_count;
        if (limit != 0 && left == 0) {
            portal_pause(portal);
            return true;
        }
        const struct batch *batch = portal_next(portal, left);
        if (batch == NULL)
            return false;
        *row_count += batch->count;
        portal->row_count += batch->count;
        if (sends_rows)
            portal_put_rows(portal, batch);
    }
}
