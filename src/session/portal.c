/*
 * portal.c: portals: made, run in pieces, ended.
 */
#include "session/portal.h"

#include "base/check.h"
#include "base/mem.h"
#include "session/row_buffer.h"
#include "session/statement_cache.h"

struct portal *
portal_find(struct session *session, const char *name)
{
    struct portal *portal = session->portals;
    while (portal != NULL && strcmp(portal->name, name) != 0)
        portal = portal->next;
    return portal;
}

struct portal *
portal_new(struct session *session, const char *name)
{
    struct portal *old = portal_find(session, name);
    if (old != NULL && *name != '\0')
        raise(SQLSTATE_DUPLICATE_CURSOR, "cursor \"%s\" already exists", name);
    if (old != NULL)
        portal_free(old);
    struct arena *arena =
        arena_new(&(struct arena_options){.name = "portal", .on_full = raise_arena_full});
    if (arena == NULL)
        raise(SQLSTATE_OUT_OF_MEMORY, "out of memory");
    struct portal *portal = arena_alloc_zero(arena, sizeof *portal);
    portal->session = session;
    portal->arena = arena;
    portal->name = arena_text(arena, name);
    portal->next = session->portals;
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
    statement_cache_release(portal->session->engine->statements, portal->entry);
    portal->entry = NULL;
}

void
portal_free(struct portal *portal)
{
    struct portal **link = &portal->session->portals;
    while (*link != portal)
        link = &(*link)->next;
    *link = portal->next;
    if (portal->statement != NULL && portal->statement->portal == portal)
        portal->statement->portal = NULL; /* COMMIT ends its own */
    portal_stop(portal);
    arena_free(portal->rest_arena);
    arena_free(portal->arena); /* the portal itself lies in it */
}

void
portals_hold(struct session *session)
{
    for (struct portal *portal = session->portals; portal != NULL; portal = portal->next)
        if (portal->is_hold && portal->entry != NULL && !portal->is_done)
            row_buffer_fill(portal);
}

void
portals_end_transaction(struct session *session)
{
    struct portal *next;
    for (struct portal *portal = session->portals; portal != NULL; portal = next) {
        next = portal->next;
        if (portal->is_hold && portal->rows != NULL)
            portal_stop(portal);
        else
            portal_free(portal);
    }
}

void
portals_fail_savepoint(struct session *session)
{
    for (struct portal *portal = session->portals; portal != NULL; portal = portal->next)
        if (portal->rows == NULL || portal->entry != NULL)
            portal_stop(portal);
}

static void
portal_start(struct portal *portal)
{
    struct session *session = portal->session;
    struct exec_context context = {
        .arena = portal->arena,
        .txn = session->txn,
        .catalog = session->catalog,
        .env = &session->env,
        .param_count = portal->param_count,
        .params = portal->params,
        .param_nulls = portal->param_nulls,
        .cancel = &session->cancel,
        .work_mem_bytes = (uint64_t)settings_int(&session->settings, SETTING_WORK_MEM) * 1024,
    };
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
    if (portal->exec == NULL)
        portal_start(portal);
    if (!exec_next(portal->exec, batch)) {
        portal->is_done = true;
        return NULL;
    }
    batch_cut(portal, batch, limit);
    return batch;
}

bool
portal_run(struct portal *portal, uint64_t limit, uint64_t *row_count)
{
    struct session *session = portal->session;
    bool sends_rows = portal->info.returns_rows;
    *row_count = 0;
    for (;;) {
        uint64_t left = limit == 0 ? 0 : limit - *row_count;
        if (limit != 0 && left == 0)
            return true;
        const struct batch *batch = portal_next(portal, left);
        if (batch == NULL)
            return false;
        *row_count += batch->count;
        portal->row_count += batch->count;
        if (sends_rows && !session->sink.rows(session->sink.object, session, batch))
            raise(SQLSTATE_CONNECTION_FAILURE, "the client has gone");
    }
}
