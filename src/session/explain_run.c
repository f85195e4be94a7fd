/*
 * explain_run.c: EXPLAIN [ANALYZE]: the plan of a query as rows of text.
 */
#include "base/clock.h"
#include "base/raise.h"
#include "plan/explain.h"
#include "session/planned.h"
#include "session/query.h"
#include "session/utility_run.h"

static void
actual_of(void *object, uint32_t node_id, struct explain_actual *actual)
{
    struct exec_node_report report;
    exec_report(object, node_id, &report);
    *actual = (struct explain_actual){.startup_us = report.startup_us,
                                      .total_us = report.total_us,
                                      .rows = report.rows,
                                      .loops = report.loops,
                                      .filtered = report.filtered,
                                      .workers = report.workers,
                                      .note = report.note};
}

static const bool *
live_of(void *object, uint32_t node_id)
{
    return exec_live_children(object, node_id);
}

static bool
has_pruning(const struct plan_node *node)
{
    const struct plan_node *child;
    if (node->kind == PLAN_APPEND && ((const struct plan_append *)node)->prune != NULL)
        return true;
    for (uint32_t i = 0; (child = plan_child(node, i)) != NULL; i++)
        if (has_pruning(child))
            return true;
    return false;
}

/* The plan as it stands before it runs, with its parameters, or after it has. */
static struct exec *
run_for_figures(struct session *session, struct cache_entry *entry, const struct portal *portal,
                bool is_run)
{
    struct exec_context context = session_exec_context(session, session->statement_arena);
    context.is_timed = true; /* rows and loops are counted with the time */
    if (portal != NULL) {
        context.param_count = portal->param_count;
        context.params = portal->params;
        context.param_nulls = portal->param_nulls;
    }
    struct exec *exec = exec_open(entry->program, &context);
    struct batch batch;
    while (is_run && exec_next(exec, &batch)) {
    }
    return exec;
}

/* The text's lines as rows; a JSON document is one row. */
static uint64_t
send_lines(struct session *session, struct buf *text, bool is_one, bool with_columns)
{
    struct arena *arena = session->statement_arena;
    char *all = (char *)(uintptr_t)arena_slice(arena, buf_slice(text)).data;
    uint32_t count = 1;
    for (const char *p = all; !is_one && *p != '\0'; p++)
        count += *p == '\n';
    const char **lines = arena_alloc_array(arena, count, sizeof *lines);
    for (uint32_t i = 0; i < count; i++) {
        lines[i] = all;
        size_t bytes = is_one ? strlen(all) : strcspn(all, "\n");
        all += bytes + (all[bytes] != '\0');
        if (!is_one)
            ((char *)(uintptr_t)lines[i])[bytes] = '\0';
    }
    send_texts(session, "QUERY PLAN", count, lines, with_columns);
    return count;
}

/* The plan to show. EXECUTE's portal takes the place of *portal: it has the parameters. */
static struct cache_entry *
explained(struct session *session, const struct explain *explain, const struct portal **portal)
{
    struct query *query = explain->query;
    if (query->command == COMMAND_UTILITY) {
        const struct utility *utility = query->utility;
        if (utility->kind == UTILITY_EXECUTE) {
            *portal = execute_portal(session, &utility->execute);
            if ((*portal)->kind == PORTAL_QUERY)
                return (*portal)->entry;
        }
        query = utility->kind == UTILITY_CREATE_TABLE_AS ? utility->create_table_as.query : NULL;
        if (query == NULL || explain->is_analyze)
            raise(SQLSTATE_FEATURE_NOT_SUPPORTED, "EXPLAIN of this statement is not supported yet");
    }
    struct cache_entry *entry = planned_make(session, query, NULL);
    session_release_later(session, entry);
    return entry;
}

static bool
changes_plans(const char *name)
{
    static const char *const names[] = {
        "constraint_exclusion",
        "cpu_",
        "effective_cache_size",
        "effective_io_concurrency",
        "enable_",
        "from_collapse",
        "geqo",
        "hash_mem_multiplier",
        "jit",
        "join_collapse",
        "max_parallel_workers",
        "min_parallel_",
        "parallel_",
        "plan_cache_mode",
        "random_page_cost",
        "search_path",
        "seq_page_cost",
        "temp_buffers",
        "work_mem",
    };
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        if (strncmp(name, names[i], strlen(names[i])) == 0)
            return true;
    }
    return false;
}

/* Those that plans depend on and that are not at their defaults. */
static void
take_settings(struct session *session, struct explain_plan_options *options)
{
    struct arena *arena = session->statement_arena;
    const char **names = arena_alloc_array(arena, SETTING_COUNT, sizeof *names);
    const char **values = arena_alloc_array(arena, SETTING_COUNT, sizeof *values);
    for (uint32_t id = 0; id < SETTING_COUNT; id++) {
        const char *text = settings_text(&session->settings, (enum setting_id)id);
        if (!changes_plans(setting_defs[id].name) || strcmp(text, setting_defs[id].start) == 0)
            continue;
        names[options->setting_count] = setting_defs[id].name;
        values[options->setting_count++] = text;
    }
    options->setting_names = names;
    options->setting_values = values;
}

static void
end_buf(void *object)
{
    buf_deinit(object);
}

uint64_t
explain_run(struct session *session, const struct explain *explain, const struct portal *portal)
{
    bool with_columns = portal == NULL;
    if (explain->has_buffers || explain->has_wal)
        raise(SQLSTATE_FEATURE_NOT_SUPPORTED,
              "EXPLAIN's options BUFFERS and WAL are not supported yet");
    int64_t began_us = clock_monotonic_us();
    struct cache_entry *entry = explained(session, explain, &portal);
    struct explain_plan_options options = {.scope = &session->scope,
                                           .env = &session->env,
                                           .format = explain->format,
                                           .is_verbose = explain->is_verbose,
                                           .has_costs = explain->has_costs,
                                           .is_analyze = explain->is_analyze,
                                           .has_timing = explain->has_timing,
                                           .has_summary = explain->has_summary,
                                           .planning_us = -1,
                                           .execution_us = -1};
    if (explain->has_settings)
        take_settings(session, &options);
    if (explain->has_summary)
        options.planning_us = (double)(clock_monotonic_us() - began_us);
    if (explain->is_analyze) {
        began_us = clock_monotonic_us();
        options.object = run_for_figures(session, entry, portal, true);
        options.actual = actual_of;
        options.live_object = options.object;
        options.live = live_of;
        if (explain->has_summary)
            options.execution_us = (double)(clock_monotonic_us() - began_us);
    }
    if (!explain->is_analyze && !entry->plan->is_modifying && has_pruning(entry->plan->root)) {
        options.live_object = run_for_figures(session, entry, portal, false);
        options.live = live_of;
    }
    struct buf *text = arena_alloc(session->statement_arena, sizeof *text);
    buf_init(text);
    text->raise_on_full = true;
    arena_on_end(session->statement_arena, end_buf, text);
    explain_plan(session->statement_arena, entry->plan, &options, text);
    return send_lines(session, text, explain->format != EXPLAIN_TEXT, with_columns);
}
