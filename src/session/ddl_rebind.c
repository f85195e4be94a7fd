/*
 * ddl_rebind.c: see ddl_rebind.h.
 */
#include "session/ddl_rebind.h"

#include "session/ddl_draft.h"
#include "sql/deparse.h"

/* A view that reads the table, bound by the names of before. */
struct reader {
    struct reader *next;
    oid view;
    struct query *query;
};

struct rebind {
    struct session *session;
    const struct table *old, *now;
    struct reader *readers;
    /* The table's own expressions, in the order of visit_texts. */
    struct expr **exprs;
    uint32_t expr_count, next;
};

/* ---- the table's own ---- */

/* Calls change for each text of the draft that names columns. */
static void
visit_texts(struct rebind *rebind, struct draft *draft,
            void (*change)(struct rebind *rebind, const char **sql))
{
    struct arena *arena = rebind->session->statement_arena;
    for (uint16_t i = 0; i < draft->table.column_count; i++)
        if (!draft->columns[i].is_dropped && draft->columns[i].generated_sql != NULL)
            change(rebind, &draft->columns[i].generated_sql);
    for (uint16_t i = 0; i < draft->table.constraint_count; i++)
        if (draft->constraints[i].check_sql != NULL)
            change(rebind, &draft->constraints[i].check_sql);
    for (uint16_t i = 0; i < draft->table.index_count; i++) {
        struct index_def *index = draft->indexes[i];
        struct index_key *keys = arena_alloc_array(arena, index->key_count, sizeof *keys);
        memcpy(keys, index->keys, index->key_count * sizeof *keys);
        for (uint16_t k = 0; k < index->key_count; k++)
            if (keys[k].expr_sql != NULL)
                change(rebind, &keys[k].expr_sql);
        index->keys = keys;
        if (index->predicate_sql != NULL)
            change(rebind, &index->predicate_sql);
    }
    const char **texts = draft_partition_texts(draft);
    for (uint16_t i = 0; texts != NULL && i < draft->table.partition_key->count; i++)
        if (texts[i] != NULL)
            change(rebind, &texts[i]);
}

static void
count_text(struct rebind *rebind, const char **sql)
{
    (void)sql;
    rebind->expr_count++;
}

static void
bind_text(struct rebind *rebind, const char **sql)
{
    struct analyze_options options = {.arena = rebind->session->statement_arena,
                                      .scope = &rebind->session->scope};
    rebind->exprs[rebind->next++] = analyze_expr(&options, rebind->old, *sql, OID_NONE, -1);
}

static void
print_text(struct rebind *rebind, const char **sql)
{
    struct deparse_options options = {.arena = rebind->session->statement_arena,
                                      .scope = &rebind->session->scope,
                                      .qualify_all = true};
    *sql = deparse_expr(&options, rebind->now, rebind->exprs[rebind->next++]);
}

/* ---- views ---- */

static void
bind_reader(struct rebind *rebind, const struct table *view)
{
    struct session *session = rebind->session;
    struct arena *arena = session->statement_arena;
    struct raw_list *list = parse_sql(arena, slice_text(view->view_sql));
    struct analyze_options options = {.arena = arena, .scope = &session->scope};
    struct reader *reader = arena_alloc(arena, sizeof *reader);
    *reader = (struct reader){.next = rebind->readers,
                              .view = view->table,
                              .query = analyze(&options, &list->statements[0])};
    rebind->readers = reader;
}

/* A range over the table takes its names of now, but for those that the view gives it. */
static bool
rename_range(void *object, struct range *range)
{
    const struct rebind *rebind = object;
    bool is_table = range->kind == RANGE_TABLE && range->table.table->table == rebind->old->table;
    bool is_view = range->kind == RANGE_SUBQUERY && range->subquery.view == rebind->old->table;
    /* Others may have got a new name along with it: that of their schema. */
    if (range->kind == RANGE_TABLE && range->table.table->table >= OID_USER_FIRST)
        range->table.table = catalog_table(rebind->session->catalog, range->table.table->table);
    if (!is_table && !is_view)
        return false;
    if (!range->is_alias)
        range->name = rebind->now->name;
    for (uint32_t i = 0; i < range->column_count && i < rebind->old->column_count; i++)
        if (strcmp(range->columns[i].name, rebind->old->columns[i].name) == 0)
            range->columns[i].name = rebind->now->columns[i].name;
    return false;
}

static void
print_reader(struct rebind *rebind, const struct reader *reader)
{
    struct session *session = rebind->session;
    struct deparse_options options = {
        .arena = session->statement_arena, .scope = &session->scope, .qualify_all = true};
    (void)query_walk_ranges(reader->query, rename_range, rebind);
    struct draft draft;
    draft_of(&draft, session, catalog_table(session->catalog, reader->view));
    draft.table.view_sql = deparse_query(&options, reader->query);
    (void)draft_put(&draft);
}

/* ---- the whole ---- */

struct rebind *
rebind_begin(struct session *session, const struct table *table)
{
    struct arena *arena = session->statement_arena;
    struct rebind *rebind = arena_alloc_zero(arena, sizeof *rebind);
    rebind->session = session;
    rebind->old = table;
    uint32_t count;
    struct dependency *list = catalog_dependents(
        session->catalog, (struct object_ref){.class_oid = CLASS_RELATION, .object = table->table},
        arena, &count);
    for (uint32_t i = 0; i < count; i++) {
        const struct table *other = list[i].object.class_oid == CLASS_RELATION
                                        ? catalog_table(session->catalog, list[i].object.object)
                                        : NULL;
        if (other != NULL && other->view_sql != NULL)
            bind_reader(rebind, other);
    }
    struct draft draft;
    draft_of(&draft, session, table);
    visit_texts(rebind, &draft, count_text);
    rebind->exprs = arena_alloc_array(arena, rebind->expr_count + 1u, sizeof(struct expr *));
    visit_texts(rebind, &draft, bind_text);
    return rebind;
}

void
rebind_end(struct rebind *rebind)
{
    struct session *session = rebind->session;
    rebind->now = catalog_table(session->catalog, rebind->old->table);
    rebind->next = 0;
    if (rebind->expr_count != 0) {
        struct draft draft;
        draft_of(&draft, session, rebind->now);
        visit_texts(rebind, &draft, print_text);
        rebind->now = draft_put(&draft);
    }
    for (const struct reader *reader = rebind->readers; reader != NULL; reader = reader->next)
        print_reader(rebind, reader);
}
