/*
 * domain_check.c: see domain_check.h. A test is a query of one row, "SELECT $1::domain", planned
 * once a statement and domain.
 */
#include "session/domain_check.h"

#include "base/raise.h"
#include "session/planned.h"
#include "session/query.h"
#include "type/domain.h"

struct domain_tester {
    struct domain_tester *next;
    oid domain;
    const struct cache_entry *entry;
    struct arena *arena; /* of one execution */
};

static void
free_arena(void *object)
{
    arena_free(object);
}

static void
forget_testers(void *object)
{
    ((struct session *)object)->domain_testers = NULL;
}

static struct domain_tester *
make_tester(struct session *session, const struct type_info *info)
{
    struct arena *arena = session->statement_arena;
    struct domain_tester *tester = arena_alloc_zero(arena, sizeof *tester);
    tester->arena =
        arena_new(&(struct arena_options){.name = "domain", .on_full = raise_arena_full});
    if (tester->arena == NULL)
        raise(SQLSTATE_OUT_OF_MEMORY, "out of memory");
    arena_on_end(arena, free_arena, tester->arena);
    if (session->domain_testers == NULL)
        arena_on_end(arena, forget_testers, session);

    oid *types = arena_alloc(arena, sizeof *types);
    *types = domain_root(session->scope.env, info)->type;
    struct param_types params = {.count = 1, .types = types};
    const char *sql = arena_format(arena, "SELECT $1::%s",
                                   scope_type_full_text(&session->scope, arena, info->type, -1));
    struct analyze_options options = {.arena = arena, .scope = &session->scope, .params = &params};
    struct raw_list *list = parse_sql(arena, slice_text(sql));
    struct query *query = analyze(&options, &list->statements[0]);
    struct cache_entry *entry = planned_make(session, query, &params);
    session_release_later(session, entry);
    tester->entry = entry;
    tester->domain = info->type;
    tester->next = session->domain_testers;
    session->domain_testers = tester;
    return tester;
}

/* Whether the domain, or one that it is over, refuses anything: nulls alone, if so. */
static bool
has_tests(struct session *session, const struct type_info *info, bool *is_not_null)
{
    bool has_checks = false;
    *is_not_null = false;
    while (info->kind == 'd') {
        const struct domain_part *domain = &user_type_of(info)->domain;
        *is_not_null |= domain->is_not_null;
        has_checks |= domain->check_count != 0;
        info = type_get(session->scope.env, domain->base);
    }
    return has_checks;
}

void
session_domain_check(void *object, oid domain, union datum value, bool is_null)
{
    struct session *session = object;
    const struct type_info *info = type_get(session->scope.env, domain);
    bool is_not_null, has_checks = has_tests(session, info, &is_not_null);
    if (is_not_null && is_null)
        raise(SQLSTATE_NOT_NULL_VIOLATION, "domain %s does not allow null values",
              scope_type_text(&session->scope, session->statement_arena, domain, -1));
    if (!has_checks)
        return;
    struct domain_tester *tester = session->domain_testers;
    while (tester != NULL && tester->domain != domain)
        tester = tester->next;
    if (tester == NULL)
        tester = make_tester(session, info);
    arena_reset(tester->arena);
    struct exec_context context = session_exec_context(session, tester->arena);
    context.param_count = 1;
    context.params = &value;
    context.param_nulls = &is_null;
    struct exec *exec = exec_open(tester->entry->program, &context);
    struct batch batch;
    (void)exec_next(exec, &batch);
    exec_close(exec);
}
