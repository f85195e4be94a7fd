/*
 * ddl_rebind_type.c: see ddl_rebind.h. What names a type is text that is stored: views, defaults,
 * generated columns, checks, keys and predicates of indexes, partition keys, checks and defaults of
 * domains. All that contain the type's name are bound before it changes, and printed after.
 */
#include "session/ddl_draft.h"
#include "session/ddl_rebind.h"
#include "sql/deparse.h"

struct bound_text {
    struct bound_text *next;
    struct expr *expr;   /* null: */
    struct query *query; /* a view's */
};

struct type_rebind {
    struct session *session;
    const char *name; /* as it was */
    const oid *relations, *domains;
    uint32_t relation_count, domain_count;
    struct bound_text *first, **last; /* in the order of the visits */
    bool is_printing, has_changed;
};

static bool
names_type(const struct type_rebind *rebind, const char *sql)
{
    return sql != NULL && strstr(sql, rebind->name) != NULL;
}

static struct bound_text *
next_text(struct type_rebind *rebind)
{
    struct bound_text *text = rebind->first;
    rebind->first = text->next;
    rebind->has_changed = true;
    return text;
}

static struct bound_text *
add_text(struct type_rebind *rebind)
{
    struct bound_text *text = arena_alloc_zero(rebind->session->statement_arena, sizeof *text);
    *rebind->last = text;
    rebind->last = &text->next;
    return text;
}

/* An expression over the table's columns, or (with a null table) over none. */
static void
visit_expr(struct type_rebind *rebind, const struct table *table, const char **sql)
{
    struct session *session = rebind->session;
    if (!names_type(rebind, *sql))
        return;
    if (!rebind->is_printing) {
        struct analyze_options options = {.arena = session->statement_arena,
                                          .scope = &session->scope};
        add_text(rebind)->expr = analyze_expr(&options, table, *sql, OID_NONE, -1);
        return;
    }
    struct deparse_options options = {
        .arena = session->statement_arena, .scope = &session->scope, .qualify_all = true};
    *sql = deparse_expr(&options, table, next_text(rebind)->expr);
}

static void
visit_view(struct type_rebind *rebind, const char **sql)
{
    struct session *session = rebind->session;
    if (!names_type(rebind, *sql))
        return;
    if (!rebind->is_printing) {
        struct raw_list *list = parse_sql(session->statement_arena, slice_text(*sql));
        struct analyze_options options = {.arena = session->statement_arena,
                                          .scope = &session->scope};
        add_text(rebind)->query = analyze(&options, &list->statements[0]);
        return;
    }
    struct deparse_options options = {
        .arena = session->statement_arena, .scope = &session->scope, .qualify_all = true};
    *sql = deparse_query(&options, next_text(rebind)->query);
}

static void
visit_relation(struct type_rebind *rebind, oid relation)
{
    struct session *session = rebind->session;
    const struct table *table = catalog_table(session->catalog, relation);
    if (table == NULL || table->kind == TABLE_SEQUENCE)
        return;
    struct draft draft;
    draft_of(&draft, session, table);
    rebind->has_changed = false;
    visit_view(rebind, &draft.table.view_sql);
    for (uint16_t i = 0; i < draft.table.column_count; i++) {
        if (draft.columns[i].is_dropped)
            continue;
        visit_expr(rebind, NULL, &draft.columns[i].default_sql);
        visit_expr(rebind, table, &draft.columns[i].generated_sql);
    }
    for (uint16_t i = 0; i < draft.table.constraint_count; i++)
        visit_expr(rebind, table, &draft.constraints[i].check_sql);
    for (uint16_t i = 0; i < draft.table.index_count; i++) {
        struct index_def *index = draft.indexes[i];
        struct index_key *keys =
            arena_copy(session->statement_arena, index->keys, index->key_count * sizeof *keys);
        for (uint16_t k = 0; k < index->key_count; k++)
            visit_expr(rebind, table, &keys[k].expr_sql);
        index->keys = keys;
        visit_expr(rebind, table, &index->predicate_sql);
    }
    const char **texts = draft_partition_texts(&draft);
    for (uint16_t i = 0; texts != NULL && i < table->partition_key->count; i++)
        visit_expr(rebind, table, &texts[i]);
    if (rebind->has_changed)
        (void)draft_put(&draft);
}

static void
visit_check(struct type_rebind *rebind, const struct domain_part *domain, const char **sql)
{
    struct session *session = rebind->session;
    if (!names_type(rebind, *sql))
        return;
    struct analyze_options options = {.arena = session->statement_arena, .scope = &session->scope};
    if (rebind->is_printing)
        visit_expr(rebind, NULL, sql);
    else
        add_text(rebind)->expr = analyze_domain_check(&options, domain->base, domain->typmod, *sql);
}

static void
visit_domain(struct type_rebind *rebind, oid number)
{
    struct session *session = rebind->session;
    const struct user_type *type = catalog_user_type(session->catalog, number);
    if (type == NULL || type->info.kind != 'd')
        return;
    struct user_type changed = *type;
    struct domain_check *checks = arena_copy(session->statement_arena, type->domain.checks,
                                             type->domain.check_count * sizeof *checks);
    rebind->has_changed = false;
    visit_expr(rebind, NULL, &changed.domain.default_sql);
    for (uint32_t i = 0; i < type->domain.check_count; i++)
        visit_check(rebind, &type->domain, &checks[i].sql);
    changed.domain.checks = checks;
    if (rebind->has_changed)
        catalog_put_user_type(session->catalog, &changed);
}

static void
visit_all(struct type_rebind *rebind)
{
    for (uint32_t i = 0; i < rebind->relation_count; i++)
        visit_relation(rebind, rebind->relations[i]);
    for (uint32_t i = 0; i < rebind->domain_count; i++)
        visit_domain(rebind, rebind->domains[i]);
}

struct type_rebind *
type_rebind_begin(struct session *session, const char *name)
{
    struct arena *arena = session->statement_arena;
    struct type_rebind *rebind = arena_alloc_zero(arena, sizeof *rebind);
    rebind->session = session;
    rebind->name = arena_text(arena, name);
    rebind->last = &rebind->first;
    uint32_t count;
    const struct table **tables = catalog_relations(session->catalog, arena, &count);
    oid *relations = arena_alloc_array(arena, count + 1u, sizeof *relations);
    for (uint32_t i = 0; i < count; i++)
        if (tables[i]->table >= OID_USER_FIRST)
            relations[rebind->relation_count++] = tables[i]->table;
    const struct user_type **types = catalog_user_types(session->catalog, arena, &count);
    oid *domains = arena_alloc_array(arena, count + 1u, sizeof *domains);
    for (uint32_t i = 0; i < count; i++)
        domains[rebind->domain_count++] = types[i]->info.type;
    rebind->relations = relations;
    rebind->domains = domains;
    visit_all(rebind);
    return rebind;
}

void
type_rebind_end(struct type_rebind *rebind)
{
    rebind->is_printing = true;
    visit_all(rebind);
}
