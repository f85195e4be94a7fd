/*
 * rules.c: what a table asks of rows written to it, from its definition: expressions of its
 * indexes, foreign keys of both directions, generated columns, checks.
 */
#include "catalog/partition.h"
#include "plan/planner_int.h"
#include "sql/analyze.h"

/* ---- indexes ---- */

static void
add_index(const struct plan_context *context, struct planner *planner, const struct table *table,
          const struct index_def *index, struct plan_table_rules *rules)
{
    struct analyze_options options = {.arena = context->arena, .scope = context->scope};
    struct plan_index_exprs *exprs = &rules->indexes[rules->index_count];
    bool has_exprs = index->predicate_sql != NULL;

    *exprs = (struct plan_index_exprs){.index = index};
    exprs->keys = arena_alloc_zero(context->arena, index->key_count * sizeof *exprs->keys);
    for (uint32_t k = 0; k < index->key_count; k++) {
        const struct index_key *key = &index->keys[k];
        if (key->expr_sql == NULL)
            continue;
        exprs->keys[k] =
            fold_expr(planner, analyze_expr(&options, table, key->expr_sql, key->type, -1));
        has_exprs = true;
    }
    if (index->predicate_sql != NULL)
        exprs->predicate =
            fold_expr(planner, analyze_expr(&options, table, index->predicate_sql, TYPE_BOOL, -1));
    rules->index_count += has_exprs;
}

struct plan_index_exprs *
rules_index_exprs(struct planner *planner, const struct table *table, uint32_t *count)
{
    struct plan_table_rules rules = {.table = table};

    rules.indexes = arena_alloc_array(planner->arena, table->index_count, sizeof *rules.indexes);
    for (uint32_t i = 0; i < table->index_count; i++)
        add_index(planner->context, planner, table, table->indexes[i], &rules);
    *count = rules.index_count;
    return rules.indexes;
}

/* ---- foreign keys ---- */

/* The index of the referenced table whose keys are the foreign key's columns, in any order. */
static bool
match_index(const struct plan_context *context, const struct index_def *index,
            struct plan_foreign *foreign)
{
    const struct constraint_def *def = foreign->def;
    uint16_t *key_attr;

    if (!index->is_unique || index->key_count != def->attr_count || index->predicate_sql != NULL)
        return false;
    key_attr = arena_alloc_array(context->arena, index->key_count, sizeof *key_attr);
    for (uint16_t k = 0; k < index->key_count; k++) {
        uint16_t i = 0;
        while (i < def->attr_count && def->foreign_attrs[i] != index->keys[k].attr)
            i++;
        if (i == def->attr_count || index->keys[k].attr == 0)
            return false;
        key_attr[k] = i;
    }
    foreign->index = index;
    foreign->key_attr = key_attr;
    return true;
}

/* The table above all partitions whose constraints this one is a part of. */
static const struct table *
constraint_owner(const struct plan_context *context, const struct table *table,
                 const struct constraint_def *def)
{
    oid parent = def->parent;

    while (parent != OID_NONE && table->parent_count != 0) {
        const struct table *above = context->table(context->object, table->parents[0]);
        uint16_t i = 0;
        while (i < above->constraint_count && above->constraints[i].constraint != parent)
            i++;
        if (i == above->constraint_count)
            break;
        table = above;
        parent = above->constraints[i].parent;
    }
    return table;
}

static void
make_foreign(const struct plan_context *context, const struct table *referencing,
             const struct table *referenced, const struct constraint_def *def,
             struct plan_foreign *foreign)
{
    *foreign = (struct plan_foreign){.def = def,
                                     .referencing = referencing,
                                     .referenced = referenced,
                                     .owner = constraint_owner(context, referencing, def)};
    if (referenced != NULL && referenced->kind == TABLE_PARTITIONED)
        foreign->route = plan_route_make(context, referenced);
    for (uint32_t i = 0; referenced != NULL && i < referenced->index_count; i++) {
        if (match_index(context, referenced->indexes[i], foreign))
            return;
    }
    raise(SQLSTATE_INVALID_FOREIGN_KEY,
          "there is no unique constraint matching given keys for referenced table \"%s\"",
          referenced != NULL ? referenced->name : "?");
}

/* The foreign key of the table `above` as one of its partition `table`. */
static const struct constraint_def *
def_of_partition(const struct plan_context *context, const struct constraint_def *def,
                 const struct table *above, const struct table *table)
{
    if (above == table)
        return def;
    struct constraint_def *own = arena_alloc(context->arena, sizeof *own);
    attr_no *attrs = arena_alloc_zero(context->arena, def->attr_count * sizeof *attrs);
    for (uint16_t i = 0; i < def->attr_count; i++) {
        const char *name = above->columns[def->foreign_attrs[i] - 1].name;
        for (uint16_t k = 0; k < table->column_count; k++) {
            if (!table->columns[k].is_dropped && strcmp(table->columns[k].name, name) == 0)
                attrs[i] = table->columns[k].attr;
        }
    }
    *own = *def;
    own->foreign_attrs = attrs;
    return own;
}

/* Foreign keys of `other`, which holds rows, that point to `above`, which is the table or one that
 * it is a partition of. A null list: they are counted only. */
static void
add_inward(const struct plan_context *context, const struct table *table, const struct table *above,
           const struct table *other, struct plan_foreign *list, uint32_t *count)
{
    for (uint32_t i = 0; other->kind != TABLE_PARTITIONED && i < other->constraint_count; i++) {
        const struct constraint_def *def = &other->constraints[i];
        if (def->kind != CONSTRAINT_FOREIGN || def->foreign_table != above->table)
            continue;
        if (list != NULL)
            make_foreign(context, other, table, def_of_partition(context, def, above, table),
                         &list[*count]);
        ++*count;
    }
}

static void
find_inward(const struct plan_context *context, const struct table *table,
            struct plan_foreign *list, uint32_t *count)
{
    *count = 0;
    for (const struct table *above = table; above != NULL;) {
        add_inward(context, table, above, above, list, count);
        for (uint32_t i = 0; i < above->referenced_count; i++) {
            if (above->referencing[i] != above->table)
                add_inward(context, table, above,
                           context->table(context->object, above->referencing[i]), list, count);
        }
        above = above->bound == NULL ? NULL : context->table(context->object, above->parents[0]);
    }
}

static void
find_foreign(const struct plan_context *context, const struct table *table,
             struct plan_table_rules *rules)
{
    uint32_t count;

    rules->foreign =
        arena_alloc_array(context->arena, table->constraint_count, sizeof *rules->foreign);
    for (uint32_t i = 0; i < table->constraint_count; i++) {
        const struct constraint_def *def = &table->constraints[i];
        if (def->kind == CONSTRAINT_FOREIGN)
            make_foreign(context, table,
                         def->foreign_table == table->table
                             ? table
                             : context->table(context->object, def->foreign_table),
                         def, &rules->foreign[rules->foreign_count++]);
    }
    find_inward(context, table, NULL, &count);
    rules->referencing = arena_alloc_array(context->arena, count, sizeof *rules->referencing);
    find_inward(context, table, rules->referencing, &rules->referencing_count);
}

void
rules_begin(const struct plan_context *context, const struct table *table,
            struct plan_table_rules *rules)
{
    struct planner planner = {.context = context,
                              .scope = context->scope,
                              .types = context->scope->types,
                              .arena = context->arena};

    *rules = (struct plan_table_rules){.table = table,
                                       .format = context->format(context->object, table)};
    rules->indexes = arena_alloc_array(context->arena, table->index_count, sizeof *rules->indexes);
    for (uint32_t i = 0; i < table->index_count; i++)
        add_index(context, &planner, table, table->indexes[i], rules);
    find_foreign(context, table, rules);
}

/* ---- without a query ---- */

static struct expr *
rule_expr(const struct plan_context *context, struct expr *e)
{
    struct planner planner = {.context = context,
                              .scope = context->scope,
                              .types = context->scope->types,
                              .arena = context->arena};

    return fold_expr(&planner, e);
}

void
plan_table_rules(const struct plan_context *context, const struct table *table,
                 struct plan_table_rules *rules)
{
    struct analyze_options options = {.arena = context->arena, .scope = context->scope};
    const struct row_rules *from = analyze_row_rules(&options, table, 0);

    rules_begin(context, table, rules);
    if (from == NULL)
        return;
    rules->generated_count = from->generated_count;
    rules->generated =
        arena_alloc_array(context->arena, from->generated_count, sizeof *rules->generated);
    rules->generated_exprs =
        arena_alloc_array(context->arena, from->generated_count, sizeof(struct expr *));
    for (uint32_t i = 0; i < from->generated_count; i++) {
        rules->generated[i] = from->generated[i].column;
        rules->generated_exprs[i] = rule_expr(context, from->generated[i].expr);
    }
    rules->check_count = from->check_count;
    rules->check_names = arena_alloc_array(context->arena, from->check_count, sizeof(char *));
    rules->checks = arena_alloc_array(context->arena, from->check_count, sizeof(struct expr *));
    for (uint32_t i = 0; i < from->check_count; i++) {
        rules->check_names[i] = from->checks[i].name;
        rules->checks[i] = rule_expr(context, from->checks[i].expr);
    }
}

void
plan_direct_rules(const struct plan_context *context, const struct table *table,
                  struct plan_table_rules *rules)
{
    struct analyze_options options = {.arena = context->arena, .scope = context->scope};
    struct partition_source source = plan_partition_source(context);

    plan_table_rules(context, table, rules);
    const char *sql =
        table->bound == NULL ? NULL : partition_constraint_text(&source, context->arena, table);
    if (sql == NULL)
        return;
    uint32_t count = rules->check_count + 1;
    const char **names = arena_alloc_zero(context->arena, count * sizeof *names);
    struct expr **checks = arena_alloc_zero(context->arena, count * sizeof *checks);
    for (uint32_t i = 0; i < rules->check_count; i++) {
        names[i] = rules->check_names[i];
        checks[i] = rules->checks[i];
    }
    checks[rules->check_count] =
        rule_expr(context, analyze_expr(&options, table, sql, TYPE_BOOL, -1));
    rules->check_names = names;
    rules->checks = checks;
    rules->check_count = count;
}

struct expr *
plan_column_default(const struct plan_context *context, const struct table *table, attr_no attr)
{
    struct analyze_options options = {.arena = context->arena, .scope = context->scope};

    return rule_expr(context, analyze_default(&options, table, attr));
}
