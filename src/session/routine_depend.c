/*
 * routine_depend.c: who needs a function or an operator.
 *
 * What views, bodies of statements, operators, casts and aggregates need is noted when they are
 * made. Expressions kept with tables are looked through when a function is dropped: they are few,
 * and change in many ways.
 */
#include "session/ddl_routine.h"
#include "session/scope.h"

/* ---- noting ---- */

static const struct func_ref *
ref_of(const struct expr *e)
{
    switch (e->kind) {
    case EXPR_FUNC:
    case EXPR_DISTINCT:
    case EXPR_NULLIF:
        return &e->func;
    case EXPR_AGGREGATE:
        return &e->aggregate.ref;
    case EXPR_WINDOW:
        return &e->window.ref;
    case EXPR_ARRAY_COMPARE:
        return &e->array_compare.ref;
    default:
        return NULL;
    }
}

static void
depend(struct session *session, struct object_ref object, oid class_oid, oid on)
{
    catalog_depend(session->catalog,
                   &(struct dependency){.object = object,
                                        .on = {.class_oid = class_oid, .object = on},
                                        .kind = 'n'});
}

void
routine_depend_on_node(struct session *session, struct object_ref object, const struct expr *e)
{
    const struct func_ref *ref = ref_of(e);
    if (ref == NULL || ref->func == NULL)
        return;
    if (ref->func->routine != NULL)
        depend(session, object, CLASS_PROC, ref->func->func);
    if (ref->op != NULL && ref->op->op >= OID_USER_FIRST)
        depend(session, object, CLASS_OPERATOR, ref->op->op);
}

struct noting {
    struct session *session;
    struct object_ref object;
};

static bool
note(void *object, const struct expr *e)
{
    const struct noting *noting = object;
    routine_depend_on_node(noting->session, noting->object, e);
    return expr_walk(e, note, object);
}

void
routine_depend_on_expr(struct session *session, struct object_ref object, const struct expr *e)
{
    struct noting noting = {.session = session, .object = object};
    (void)note(&noting, e);
}

/* ---- looking ---- */

struct search {
    struct session *session;
    struct object_ref on;
    const char *name; /* that a text must have in it, to be worth binding */
    struct dependency *found;
    uint32_t count, room;
};

static bool
calls(void *object, const struct expr *e)
{
    const struct search *search = object;
    const struct func_ref *ref = ref_of(e);
    if (ref != NULL && search->on.class_oid == CLASS_PROC && ref->func != NULL &&
        ref->func->func == search->on.object)
        return true;
    if (ref != NULL && search->on.class_oid == CLASS_OPERATOR && ref->op != NULL &&
        ref->op->op == search->on.object)
        return true;
    return expr_walk(e, calls, object);
}

static void
found(struct search *search, struct object_ref object)
{
    if (search->count == search->room) {
        uint32_t room = search->room == 0 ? 8 : 2 * search->room;
        search->found =
            arena_resize(search->session->statement_arena, search->found,
                         search->room * sizeof *search->found, room * sizeof *search->found);
        search->room = room;
    }
    search->found[search->count++] =
        (struct dependency){.object = object, .on = search->on, .kind = 'n'};
}

/* Whether the stored text calls it. */
static bool
text_calls(struct search *search, const struct table *table, const char *sql)
{
    if (sql == NULL || strstr(sql, search->name) == NULL)
        return false;
    struct analyze_options options = {.arena = search->session->statement_arena,
                                      .scope = &search->session->scope};
    return calls(search, analyze_expr(&options, table, sql, OID_NONE, -1));
}

static bool
index_calls(struct search *search, const struct table *table, const struct index_def *index)
{
    for (uint16_t k = 0; k < index->key_count; k++)
        if (index->keys[k].attr == 0 && text_calls(search, table, index->keys[k].expr_sql))
            return true;
    return text_calls(search, table, index->predicate_sql);
}

static void
search_table(struct search *search, const struct table *table)
{
    for (uint16_t i = 0; i < table->column_count; i++) {
        const struct column_def *column = &table->columns[i];
        if (!column->is_dropped && (text_calls(search, NULL, column->default_sql) ||
                                    text_calls(search, table, column->generated_sql)))
            found(search, (struct object_ref){.class_oid = CLASS_ATTRDEF,
                                              .object = table->table,
                                              .sub = column->attr});
    }
    for (uint16_t i = 0; i < table->constraint_count; i++)
        if (text_calls(search, table, table->constraints[i].check_sql))
            found(search, (struct object_ref){.class_oid = CLASS_CONSTRAINT,
                                              .object = table->constraints[i].constraint});
    for (uint16_t i = 0; i < table->index_count; i++)
        if (index_calls(search, table, table->indexes[i]))
            found(search, (struct object_ref){.class_oid = CLASS_RELATION,
                                              .object = table->indexes[i]->index});
}

struct dependency *
routine_stored_uses(struct session *session, struct object_ref on, uint32_t *count)
{
    struct search search = {.session = session, .on = on};
    if (on.class_oid == CLASS_PROC) {
        const struct routine *routine = catalog_routine(session->catalog, on.object);
        search.name = routine == NULL ? NULL : routine->info.name;
        /* A cast or an operator may call it by another name. */
        if (routine != NULL && routine->info.arg_count <= 3)
            search.name = "";
    } else {
        const struct user_operator *op = catalog_operator(session->catalog, on.object);
        search.name = op == NULL ? NULL : op->info.name;
    }
    uint32_t table_count = 0;
    const struct table **tables =
        search.name == NULL
            ? NULL
            : catalog_relations(session->catalog, session->statement_arena, &table_count);
    for (uint32_t i = 0; i < table_count; i++)
        if (tables[i]->table >= OID_USER_FIRST)
            search_table(&search, tables[i]);
    *count = search.count;
    return search.found;
}
