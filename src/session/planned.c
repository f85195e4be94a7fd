/*
 * planned.c: analysis and planning, and the cache of their results.
 *
 * Entries are found by a statement's text, or by the key that its literals were lifted out of. The
 * plan of a key knows no values. So keys whose plan is dear, or would be another for some values,
 * are noted as such, and their texts are planned one by one. Prepared statements of that kind are
 * planned for the values that each execution has (plan_cache_mode).
 *
 * An entry is right as long as the catalog's version and the analysis context are those of its key;
 * and useful as long as its tables are of about the size that the plan was made for. Sizes are
 * compared at most once in PLAN_CHECK_US for each entry.
 */
#include "session/planned.h"
#include "exec/point.h"

#include "base/clock.h"
#include "base/raise.h"
#include "session/feed.h"
#include "session/scope.h"
#include "session/transaction.h"
#include "sql/fingerprint.h"
#include <ctype.h>
#include <strings.h>

/* A lifted plan of a higher cost is not used: planning for the values is little beside running. */
#define LIFT_COST_MAX 200.0
#define PLAN_CHECK_US 50000
#define PLAN_GROWTH_MIN 1000 /* rows: below this any plan is fast */

/* ---- the planner's view of the catalog ---- */

static const struct table *
context_table(void *object, oid table)
{
    const struct extra_table *extra = extra_table_find(object, NULL, table);
    return extra != NULL ? &extra->table
                         : catalog_table(((struct session *)object)->catalog, table);
}

static const struct row_format *
context_format(void *object, const struct table *table)
{
    const struct extra_table *extra = extra_table_find(object, NULL, table->table);
    return extra != NULL ? extra->format
                         : catalog_row_format(((struct session *)object)->catalog, table);
}

static const struct table **
context_children(void *object, const struct table *table, uint32_t *count)
{
    struct session *session = object;
    return catalog_children(session->catalog, table, session->statement_arena, count);
}

static double
context_row_count(void *object, const struct table *table)
{
    uint64_t count;
    enum status st = txn_row_count(((struct session *)object)->txn, table->tree, &count);
    return st == ST_OK ? (double)count : -1;
}

static const struct table_stats *
context_stats(void *object, oid table)
{
    return catalog_stats(((struct session *)object)->catalog, table);
}

/* Threads that may help a step: as many as there are processors, but those whom a user without
 * regard for cost asks for. */
static uint32_t
parallel_workers(const struct session *session)
{
    const struct settings *s = &session->settings;
    int64_t workers = settings_int(s, SETTING_MAX_PARALLEL_WORKERS_PER_GATHER);
    int64_t all = settings_int(s, SETTING_MAX_PARALLEL_WORKERS);
    int64_t others = (int64_t)session->engine->processors - 1;

    if (session->engine->pool == NULL)
        return 0;
    if (workers > all)
        workers = all;
    if (workers > others && settings_real(s, SETTING_PARALLEL_SETUP_COST) != 0)
        workers = others;
    return (uint32_t)workers;
}

void
planned_context(struct session *session, struct arena *arena, struct plan_context *context,
                struct plan_settings *settings)
{
    const struct settings *s = &session->settings;
    *settings = plan_settings_default;
    settings->seq_page_cost = settings_real(s, SETTING_SEQ_PAGE_COST);
    settings->random_page_cost = settings_real(s, SETTING_RANDOM_PAGE_COST);
    settings->work_mem_bytes = (double)settings_int(s, SETTING_WORK_MEM) * 1024;
    settings->min_parallel_table_scan_bytes =
        (double)settings_int(s, SETTING_MIN_PARALLEL_TABLE_SCAN_SIZE) * 8192;
    settings->parallel_setup_cost = settings_real(s, SETTING_PARALLEL_SETUP_COST);
    settings->parallel_tuple_cost = settings_real(s, SETTING_PARALLEL_TUPLE_COST);
    settings->parallel_workers = parallel_workers(session);
    settings->enable_seqscan = settings_bool(s, SETTING_ENABLE_SEQSCAN);
    settings->enable_indexscan = settings_bool(s, SETTING_ENABLE_INDEXSCAN);
    settings->enable_indexonlyscan = settings_bool(s, SETTING_ENABLE_INDEXONLYSCAN);
    settings->enable_bitmapscan = settings_bool(s, SETTING_ENABLE_BITMAPSCAN);
    settings->enable_nestloop = settings_bool(s, SETTING_ENABLE_NESTLOOP);
    settings->enable_hashjoin = settings_bool(s, SETTING_ENABLE_HASHJOIN);
    settings->enable_mergejoin = settings_bool(s, SETTING_ENABLE_MERGEJOIN);
    settings->enable_hashagg = settings_bool(s, SETTING_ENABLE_HASHAGG);
    settings->excludes_by_checks =
        strcmp(settings_text(s, SETTING_CONSTRAINT_EXCLUSION), "off") != 0;
    settings->enable_sort = settings_bool(s, SETTING_ENABLE_SORT);
    settings->enable_material = settings_bool(s, SETTING_ENABLE_MATERIAL);
    settings->join_collapse_limit = (uint32_t)settings_int(s, SETTING_JOIN_COLLAPSE_LIMIT);
    settings->from_collapse_limit = (uint32_t)settings_int(s, SETTING_FROM_COLLAPSE_LIMIT);
    *context = (struct plan_context){.arena = arena,
                                     .scope = &session->scope,
                                     .object = session,
                                     .table = context_table,
                                     .format = context_format,
                                     .children = context_children,
                                     .row_count = context_row_count,
                                     .stats = context_stats,
                                     .settings = settings};
}

/* ---- what the client is told ---- */

void
planned_describe(struct session *session, const struct query *query,
                 const struct param_types *params, struct arena *arena, struct statement_info *info)
{
    *info = (struct statement_info){0};
    if (params != NULL) {
        info->param_count = params->count;
        info->param_types = arena_copy(arena, params->types, params->count * sizeof(oid));
    }
    const struct target *targets;
    uint32_t count = query_result_columns(query, &targets);
    info->returns_rows = query->command == COMMAND_SELECT || query->returning_count != 0;
    info->column_count = count;
    struct result_column *columns = arena_alloc_array(arena, count + 1, sizeof *columns);
    for (uint32_t i = 0; i < count; i++) {
        const struct expr *expr = targets[i].expr;
        const struct type_info *type = scope_type(&session->scope, expr->type);
        int32_t typmod = expr->typmod;
        while (type != NULL && type->kind == 'd') { /* clients are told what a domain is over */
            const struct domain_part *domain = &user_type_of(type)->domain;
            typmod = domain->typmod;
            type = scope_type(&session->scope, domain->base);
        }
        columns[i] = (struct result_column){.name = arena_text(arena, targets[i].name),
                                            .table = targets[i].origin_table,
                                            .attr = targets[i].origin_column,
                                            .type = type == NULL ? expr->type : type->type,
                                            .length = type == NULL ? -1 : type->length,
                                            .typmod = typmod};
    }
    info->columns = columns;
}

/* ---- making entries ---- */

static struct cache_entry *
entry_new(void)
{
    struct arena *arena =
        arena_new(&(struct arena_options){.name = "cached statement", .on_full = raise_arena_full});
    if (arena == NULL)
        raise(SQLSTATE_OUT_OF_MEMORY, "out of memory");
    struct cache_entry *entry = arena_try_alloc(arena, sizeof *entry);
    if (entry == NULL) {
        arena_free(arena);
        raise(SQLSTATE_OUT_OF_MEMORY, "out of memory");
    }
    *entry = (struct cache_entry){.arena = arena};
    entry->refs = 1;
    return entry;
}

/* Notes how large the plan's tables are now. */
static void
entry_note_sizes(struct session *session, struct cache_entry *entry)
{
    const struct query *query = entry->query;
    entry->trees = arena_alloc_array(entry->arena, query->range_count + 1, sizeof *entry->trees);
    entry->row_counts =
        arena_alloc_array(entry->arena, query->range_count + 1, sizeof *entry->row_counts);
    for (uint32_t i = 0; i < query->range_count; i++) {
        const struct range *range = query->ranges[i];
        if (range->kind != RANGE_TABLE || !table_is_stored(range->table.table))
            continue;
        tree_no tree = range->table.table->tree;
        uint64_t rows;
        if (txn_row_count(session->txn, tree, &rows) != ST_OK)
            continue;
        entry->trees[entry->table_count] = tree;
        entry->row_counts[entry->table_count++] = rows;
    }
    entry->checked_us = session->statement_began_us;
}

static void
entry_plan(struct session *session, struct cache_entry *entry, const struct query_params *params)
{
    struct plan_context context;
    struct plan_settings *settings = arena_alloc(entry->arena, sizeof *settings);
    planned_context(session, entry->arena, &context, settings);
    if (params != NULL) {
        context.param_count = params->count;
        context.params = params->values;
        context.param_nulls = params->nulls;
    }
    entry->plan = plan_query(&context, entry->query);
    entry->program = exec_compile(entry->arena, entry->plan, &session->scope);
    entry->verb = arena_text(entry->arena, query_tag(entry->query));
    entry->command = entry->query->command;
    entry->is_read_only = query_is_read_only(entry->query);
    entry->has_returning = entry->query->returning_count != 0;
    entry_note_sizes(session, entry);
}

void
planned_need_write(struct session *session, const struct cache_entry *entry)
{
    const struct query *query = entry->query;
    if (entry->is_read_only || !session->is_read_only)
        return;
    if (query == NULL || query->has_modifying_cte || query->result == RANGE_NONE ||
        query->command == COMMAND_SELECT ||
        query->ranges[query->result]->table.table->table < OID_TEMP_FIRST)
        transaction_need_write(session, entry->verb);
}

/* More than twice, or less than half, of what the plan was made for is too much. */
bool
planned_fits(struct session *session, struct cache_entry *entry)
{
    int64_t now_us = session->statement_began_us;
    if (entry->program == NULL)
        return true; /* a text that cannot be kept: there is no plan to grow old */
    if (program_point(entry->program) != NULL)
        return true; /* however large the table, there is no other plan */
    if (now_us - entry->checked_us < PLAN_CHECK_US)
        return true;
    entry->checked_us = now_us;
    for (uint32_t i = 0; i < entry->table_count; i++) {
        uint64_t rows, then = entry->row_counts[i];
        if (txn_row_count(session->txn, entry->trees[i], &rows) != ST_OK)
            continue;
        uint64_t small = rows < then ? rows : then, large = rows < then ? then : rows;
        if (large > PLAN_GROWTH_MIN && large / 2 > small)
            return false;
    }
    return true;
}

/* Analyses into the entry's arena; raises with the entry freed. A utility frees it too and is
 * analysed again into `arena`. */
static bool
entry_analyze(struct session *session, struct cache_entry *entry, const struct raw_statement *raw,
              const struct param_types *given, bool is_lifted)
{
    struct param_types *params = NULL;
    if (given != NULL) {
        params = arena_copy(entry->arena, given, sizeof *given);
        params->types = arena_copy(entry->arena, given->types, given->count * sizeof(oid));
        params->can_infer = true;
    }
    struct analyze_options options = {
        .arena = entry->arena, .scope = &session->scope, .params = params, .is_lifted = is_lifted};
    entry->query = analyze(&options, raw);
    if (entry->query->command == COMMAND_UTILITY)
        return false;
    planned_describe(session, entry->query, params, entry->arena, &entry->info);
    entry_plan(session, entry, NULL);
    return true;
}

struct guard {
    struct session *session;
    struct cache_entry *entry;
};

/* Frees an entry that an error has left half made: registered with the statement's arena until it
 * is whole. */
static void
guard_end(void *object)
{
    struct guard *guard = object;
    if (guard->entry != NULL)
        statement_cache_release(guard->session->engine->statements, guard->entry);
}

/* Makes an entry, guarded. */
static struct guard *
guard_begin(struct session *session)
{
    session->ran_long = true;
    struct guard *guard = arena_alloc(session->statement_arena, sizeof *guard);
    *guard = (struct guard){.session = session};
    arena_on_end(session->statement_arena, guard_end, guard);
    guard->entry = entry_new();
    return guard;
}

static struct query *
analyze_utility(struct session *session, const struct raw_statement *raw,
                const struct param_types *given, struct arena *arena)
{
    struct param_types *params = NULL;
    if (given != NULL) {
        params = arena_copy(arena, given, sizeof *given);
        params->types = arena_copy(arena, given->types, given->count * sizeof(oid));
        params->can_infer = true;
    }
    struct analyze_options options = {.arena = arena, .scope = &session->scope, .params = params};
    return analyze(&options, raw);
}

/* True if a string of the text may be a date or time that is another with each statement. */
static bool
names_a_moment(struct slice text)
{
    static const char *const words[] = {"now", "today", "tomorrow", "yesterday"};
    for (size_t at = 0; at < text.bytes; at++) {
        if (text.data[at] != '\'' && text.data[at] != '$')
            continue;
        size_t from = at + 1;
        while (from < text.bytes && isspace(text.data[from]))
            from++;
        for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
            size_t bytes = strlen(words[i]);
            if (text.bytes - from >= bytes &&
                strncasecmp((const char *)text.data + from, words[i], bytes) == 0)
                return true;
        }
    }
    return false;
}

/* Puts a new entry into the cache. */
static void
entry_list(struct session *session, struct cache_entry *entry, const struct cache_key *key)
{
    entry->key = *key;
    entry->key.text = arena_slice(entry->arena, key->text);
    entry->key.param_types =
        arena_copy(entry->arena, key->param_types, key->param_count * sizeof(oid));
    entry->kept = catalog_keep(session->catalog);
    statement_cache_add(session->engine->statements, entry);
}

static struct cache_key
key_of(struct session *session, struct slice text, const struct param_types *given)
{
    struct cache_key key = {.catalog_version = catalog_version(session->catalog),
                            .path_version = session->path_version,
                            .text = text};
    if (given != NULL) {
        key.param_count = given->count;
        key.param_types = given->types;
    }
    return key;
}

struct cache_entry *
planned_known(struct session *session, struct slice text, const struct param_types *given)
{
    struct cache_key key = key_of(session, text, given);
    if (key.catalog_version == 0)
        return NULL;
    struct statement_cache *cache = session->engine->statements;
    struct cache_entry *entry = statement_cache_find(cache, &key);
    if (entry == NULL || planned_fits(session, entry))
        return entry;
    statement_cache_release(cache, entry);
    return NULL;
}

struct cache_entry *
planned_find(struct session *session, const struct raw_statement *raw,
             const struct param_types *given, struct arena *arena, struct query **utility)
{
    struct cache_entry *entry = planned_known(session, raw->source, given);
    if (entry != NULL)
        return entry;
    if (raw_is_utility(raw)) {
        session->ran_long = true;
        *utility = analyze_utility(session, raw, given, arena);
        return NULL;
    }
    struct cache_key key = key_of(session, raw->source, given);
    struct guard *guard = guard_begin(session);
    entry = guard->entry;
    (void)entry_analyze(session, entry, raw, given, false);
    if (key.catalog_version != 0 && !names_a_moment(key.text))
        entry_list(session, entry, &key);
    guard->entry = NULL;
    return entry;
}

/* ---- texts whose literals are lifted ---- */

/* True for what a statement of another text, or the same one with its literals, may do without. */
static bool
is_of_the_text(sqlstate code)
{
    static const sqlstate classes[] = {SQLSTATE_DATA_EXCEPTION,
                                       SQLSTATE_SYNTAX_ERROR_OR_ACCESS_RULE_VIOLATION,
                                       SQLSTATE_FEATURE_NOT_SUPPORTED};
    for (size_t i = 0; i < sizeof classes / sizeof *classes; i++)
        if (sqlstate_class(code) == sqlstate_class(classes[i]))
            return true;
    return false;
}

struct lift {
    struct session *session;
    struct cache_entry *entry;
    const struct param_types *types;
    struct slice key;
    bool has_notice;
};

static void
note_notice(void *object, const struct error *error)
{
    (void)error;
    ((struct lift *)object)->has_notice = true;
}

/* Analyses and plans the key. False: texts of this key are to be planned as they are. */
static bool
lift_fill(struct lift *lift)
{
    struct session *session = lift->session;
    struct raw_list *list = parse_sql(session->query_arena, lift->key);
    if (list->count != 1 ||
        !entry_analyze(session, lift->entry, &list->statements[0], lift->types, true))
        return false;
    return !lift->has_notice && !lift->entry->plan->wants_values &&
           lift->entry->plan->root->total_cost <= LIFT_COST_MAX;
}

/* As lift_fill, with errors that come of the text caught. */
static bool
lift_try(struct lift *lift)
{
    struct notice_sink outer =
        notice_sink_set((struct notice_sink){.receive = note_notice, .object = lift});
    struct catch frame;
    volatile bool is_filled = false;
    if (catch_begin(&frame, lift->session->query_arena)) {
        is_filled = lift_fill(lift);
        catch_end(&frame);
        notice_sink_set(outer);
        return is_filled;
    }
    notice_sink_set(outer);
    if (!is_of_the_text(frame.error->code))
        raise_again(frame.error);
    return false;
}

static struct cache_entry *
lifted_make(struct session *session, const struct cache_key *key)
{
    struct statement_cache *cache = session->engine->statements;
    struct param_types types = {.count = key->param_count, .types = (oid *)key->param_types};
    struct guard *guard = guard_begin(session);
    struct cache_entry *entry = guard->entry;
    struct lift lift = {.session = session, .entry = entry, .types = &types, .key = key->text};
    if (!lift_try(&lift)) {
        guard->entry = NULL;
        statement_cache_release(cache, entry);
        entry = guard->entry = entry_new(); /* without a program */
    }
    entry_list(session, entry, key);
    guard->entry = NULL;
    return entry;
}

struct cache_entry *
planned_lifted(struct session *session, struct slice key, const struct fingerprint *print)
{
    struct statement_cache *cache = session->engine->statements;
    oid types[LITERALS_MAX];
    for (uint32_t i = 0; i < print->count; i++)
        types[i] = print->literals[i].type;
    struct cache_key whole = {.catalog_version = catalog_version(session->catalog),
                              .path_version = session->path_version,
                              .text = key,
                              .param_count = print->count,
                              .param_types = types,
                              .is_lifted = true};
    if (whole.catalog_version == 0)
        return NULL;
    struct cache_entry *entry = statement_cache_find(cache, &whole);
    if (entry != NULL && !planned_fits(session, entry)) {
        statement_cache_release(cache, entry);
        entry = NULL;
    }
    if (entry == NULL && !names_a_moment(key))
        entry = lifted_make(session, &whole);
    if (entry == NULL || entry->program != NULL)
        return entry;
    statement_cache_release(cache, entry);
    return NULL;
}

struct cache_entry *
planned_make(struct session *session, struct query *query, const struct param_types *params)
{
    struct guard *guard = guard_begin(session);
    struct cache_entry *entry = guard->entry;
    entry->query = query;
    planned_describe(session, query, params, entry->arena, &entry->info);
    entry_plan(session, entry, NULL);
    guard->entry = NULL;
    return entry;
}

static bool
wants_custom(const struct session *session, const struct cache_entry *entry)
{
    switch (settings_int(&session->settings, SETTING_PLAN_CACHE_MODE)) {
    case 0:
        return entry->plan->wants_values;
    case 1:
        return true;
    default:
        return false;
    }
}

struct cache_entry *
planned_custom(struct session *session, struct cache_entry *entry,
               const struct query_params *params)
{
    if (params->count == 0 || entry->program == NULL || !wants_custom(session, entry))
        return entry;
    struct guard *guard = guard_begin(session);
    struct cache_entry *custom = guard->entry;
    custom->query = entry->query;
    custom->info = entry->info;
    custom->base = entry; /* its hold is the custom one's from here on */
    statement_cache_hold(session->engine->statements, entry);
    entry_plan(session, custom, params);
    guard->entry = NULL;
    statement_cache_release(session->engine->statements, entry);
    return custom;
}
