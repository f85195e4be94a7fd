/*
 * conflict.c: INSERT ... ON CONFLICT: which unique indexes arbitrate, and what DO UPDATE sets.
 */
#include "sql/analysis_int.h"

struct inference {
    struct level *level; /* a level of its own: the table alone is visible */
    const struct table *table;
    uint32_t column_count;
    int16_t *columns;
    uint32_t expr_count;
    struct expr **exprs;
    struct expr *where;
    int32_t at;
};

static void
take_element(struct inference *inf, const PgQuery__IndexElem *elem)
{
    struct analysis *an = inf->level->an;
    if (elem->ordering != PG_QUERY__SORT_BY_DIR__SORTBY_DEFAULT)
        fail(an, -1, SQLSTATE_INVALID_COLUMN_REFERENCE,
             "ASC/DESC is not allowed in ON CONFLICT clause");
    if (elem->nulls_ordering != PG_QUERY__SORT_BY_NULLS__SORTBY_NULLS_DEFAULT)
        fail(an, -1, SQLSTATE_INVALID_COLUMN_REFERENCE,
             "NULLS FIRST/LAST is not allowed in ON CONFLICT clause");
    struct expr *e;
    if (tree_text(elem->name) != NULL) {
        e = column_find(inf->level, elem->name, inf->at, true);
        if (e == NULL)
            fail(an, inf->at, SQLSTATE_UNDEFINED_COLUMN, "column \"%s\" does not exist",
                 elem->name);
    } else {
        e = bind_in_clause(inf->level, elem->expr, CLAUSE_INDEX_KEY);
    }
    if (e->kind == EXPR_COLUMN && e->column.number > 0)
        inf->columns[inf->column_count++] = e->column.number;
    else
        inf->exprs[inf->expr_count++] = e;
}

static bool
has_expr(const struct inference *inf, const struct expr *e)
{
    for (uint32_t i = 0; i < inf->expr_count; i++) {
        if (expr_equal(inf->exprs[i], e))
            return true;
    }
    return false;
}

static bool
has_column(const struct inference *inf, int16_t column)
{
    for (uint32_t i = 0; i < inf->column_count; i++) {
        if (inf->columns[i] == column)
            return true;
    }
    return false;
}

/* The same set of columns and expressions, and a predicate that the clause's implies. */
static bool
is_arbiter(const struct inference *inf, const struct index_def *index)
{
    struct analysis *an = inf->level->an;
    if (!index->is_unique || index->key_count != inf->column_count + inf->expr_count)
        return false;
    for (uint16_t i = 0; i < index->key_count; i++) {
        const struct index_key *key = &index->keys[i];
        if (key->attr != 0
                ? !has_column(inf, key->attr)
                : !has_expr(inf, bind_stored(an, inf->table, key->expr_sql, CLAUSE_INDEX_KEY)))
            return false;
    }
    if (index->predicate_sql == NULL)
        return true;
    struct expr *predicate =
        bind_stored(an, inf->table, index->predicate_sql, CLAUSE_INDEX_PREDICATE);
    return inf->where != NULL && expr_equal(predicate, inf->where);
}

static const struct constraint_def *
constraint_of(const struct table *table, const struct index_def *index)
{
    for (uint16_t i = 0; i < table->constraint_count; i++) {
        if (table->constraints[i].index == index->index)
            return &table->constraints[i];
    }
    return NULL;
}

static void
add_arbiter(struct inference *inf, struct on_conflict *conflict, const struct index_def *index)
{
    const struct constraint_def *constraint = constraint_of(inf->table, index);
    if (constraint != NULL && constraint->is_deferrable)
        fail(inf->level->an, -1, SQLSTATE_OBJECT_NOT_IN_PREREQUISITE_STATE,
             "ON CONFLICT does not support deferrable unique constraints/exclusion constraints as "
             "arbiters");
    oid *arbiters =
        arena_alloc_array(inf->level->an->arena, conflict->arbiter_count + 1, sizeof *arbiters);
    if (conflict->arbiter_count > 0)
        memcpy(arbiters, conflict->arbiters, conflict->arbiter_count * sizeof *arbiters);
    arbiters[conflict->arbiter_count++] = index->index;
    conflict->arbiters = arbiters;
}

static void
infer_by_name(struct inference *inf, struct on_conflict *conflict, const char *name)
{
    const struct table *table = inf->table;
    for (uint16_t i = 0; i < table->constraint_count; i++) {
        if (strcmp(table->constraints[i].name, name) != 0)
            continue;
        for (uint16_t j = 0; j < table->index_count; j++) {
            if (table->indexes[j]->index == table->constraints[i].index) {
                add_arbiter(inf, conflict, table->indexes[j]);
                return;
            }
        }
        fail(inf->level->an, -1, SQLSTATE_WRONG_OBJECT_TYPE,
             "constraint in ON CONFLICT clause has no associated index");
    }
    fail(inf->level->an, -1, SQLSTATE_UNDEFINED_OBJECT,
         "constraint \"%s\" for table \"%s\" does not exist", name, table->name);
}

static void
infer(struct level *level, const struct table *table, const PgQuery__InferClause *node,
      struct on_conflict *conflict)
{
    struct analysis *an = level->an;
    struct inference inf = {.table = table, .at = node->location};
    inf.level = level_of_change(level);
    if (tree_text(node->conname) != NULL) {
        inf.table = level->change->named;
        infer_by_name(&inf, conflict, node->conname);
        return;
    }
    inf.columns = arena_alloc_array(an->arena, node->n_index_elems, sizeof *inf.columns);
    inf.exprs = arena_alloc_array(an->arena, node->n_index_elems, sizeof *inf.exprs);
    for (size_t i = 0; i < node->n_index_elems; i++)
        take_element(&inf, node->index_elems[i]->index_elem);
    inf.where = bind_where(inf.level, node->where_clause, CLAUSE_INDEX_PREDICATE);
    for (uint16_t i = 0; i < table->index_count; i++) {
        if (is_arbiter(&inf, table->indexes[i]))
            add_arbiter(&inf, conflict, table->indexes[i]);
    }
    if (conflict->arbiter_count == 0)
        fail(an, -1, SQLSTATE_INVALID_COLUMN_REFERENCE,
             "there is no unique or exclusion constraint matching the ON CONFLICT specification");
}

static void
bind_conflict_update(struct level *level, const struct table *table,
                     const PgQuery__OnConflictClause *node, struct on_conflict *conflict)
{
    struct arena *arena = level->an->arena;
    conflict->excluded = range_add_table(level, table, "excluded", -1);
    struct list outer = level->items;
    level->items = (struct list){.count = 0};
    item_show(level, level->result_item);
    struct item *excluded = item_of_range(level, conflict->excluded);
    if (level->change->map != NULL) {
        excluded = view_item_over(level, level->change, conflict->excluded);
        excluded->name = "excluded";
    }
    /* Bare names mean the row that is there. */
    excluded->are_columns_visible = false;
    item_show(level, excluded);
    struct list targets = {.count = 0};
    bind_set_list(level, table, NODES(node, target_list), &targets);
    conflict->where = bind_where(level, node->where_clause, CLAUSE_WHERE);
    level->items = outer;
    conflict->view_count = level->change->wheres.count;
    conflict->views = list_flatten(arena, &level->change->wheres, sizeof(struct view_check));
    conflict->target_count = targets.count;
    conflict->targets = list_flatten(arena, &targets, sizeof(struct target));
}

void
bind_on_conflict(struct level *level, const struct table *table,
                 const PgQuery__OnConflictClause *node)
{
    struct analysis *an = level->an;
    struct on_conflict *conflict = arena_alloc_zero(an->arena, sizeof *conflict);
    conflict->excluded = RANGE_NONE;
    conflict->is_update = node->action == PG_QUERY__ON_CONFLICT_ACTION__ONCONFLICT_UPDATE;
    if (conflict->is_update && node->infer == NULL)
        fail_hint(an, node->location, SQLSTATE_SYNTAX_ERROR,
                  "For example, ON CONFLICT (column_name).",
                  "ON CONFLICT DO UPDATE requires inference specification or constraint name");
    if (node->infer != NULL)
        infer(level, table, node->infer, conflict);
    if (conflict->is_update)
        bind_conflict_update(level, table, node, conflict);
    level->query->on_conflict = conflict;
}
