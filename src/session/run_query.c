/*
 * run_query.c: the session's own queries.
 */
#include "session/run_query.h"

#include "session/planned.h"
#include "session/query.h"

struct inner_query {
    struct exec *exec;
    const struct query *query;
};

struct inner_query *
inner_query_open(struct session *session, struct arena *arena, const char *sql)
{
    struct raw_list *list = parse_sql(arena, slice_text(sql));
    struct analyze_options options = {.arena = arena, .scope = &session->scope};
    struct query *query = analyze(&options, &list->statements[0]);
    struct cache_entry *entry = planned_make(session, query, NULL);
    session_release_later(session, entry);
    struct exec_context context = session_exec_context(session, arena);
    struct inner_query *inner = arena_alloc(arena, sizeof *inner);
    inner->exec = exec_open(entry->program, &context);
    inner->query = query;
    return inner;
}

oid
inner_query_type(const struct inner_query *query, uint32_t column, int32_t *typmod)
{
    const struct expr *e = query->query->targets[column].expr;
    *typmod = e->typmod;
    return e->type;
}

bool
inner_query_next(struct inner_query *query, struct batch *batch)
{
    return exec_next(query->exec, batch);
}

struct exec *
inner_query_exec(struct inner_query *query)
{
    return query->exec;
}

void
inner_query_close(struct inner_query *query)
{
    exec_close(query->exec);
}
