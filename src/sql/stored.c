/*
 * stored.c: expressions kept as SQL text with a table: defaults, checks, generated columns, index
 * keys and predicates; and the rules for rows that they make up.
 */
#include "catalog/partition.h"
#include "sql/analysis_int.h"

struct analysis
analysis_begin(const struct analyze_options *options, const char *text)
{
    return (struct analysis){.arena = options->arena,
                             .scope = options->scope,
                             .types = options->scope->types,
                             .env = options->scope->env,
                             .params = options->params,
                             .is_lifted = options->is_lifted,
                             .text = text};
}

/* A level where only the table is visible, its columns those of range `range`. */
struct level *
level_of_table(struct analysis *an, const struct table *table, uint32_t range)
{
    struct level *level = level_new(an, NULL, COMMAND_SELECT);
    if (table == NULL)
        return level;
    while (level->ranges.count < range) {
        uint32_t unused;
        range_add(level, RANGE_VALUES, "", 0, &unused);
    }
    uint32_t number = range_add_table(level, table, NULL, -1);
    struct item *item = item_of_range(level, number);
    item->schema = table->schema_name;
    item_show(level, item);
    return level;
}

struct level *
level_of_change(const struct level *of)
{
    struct level *level = level_of_table(of->an, of->change->base, 0);
    if (of->change->map == NULL)
        return level;
    level->query->command = of->query->command;
    level->items = (struct list){.count = 0};
    item_show(level, view_item_over(level, of->change, 0));
    return level;
}

const PgQuery__Node *
parse_expression(struct analysis *an, const char *sql)
{
    const char *text = arena_format(an->arena, "SELECT %s", sql);
    struct raw_list *list = parse_sql(an->arena, slice_text(text));
    const PgQuery__Node *node = list->count == 1 ? list->statements[0].node : NULL;
    if (node == NULL || node->node_case != PG_QUERY__NODE__NODE_SELECT_STMT ||
        node->select_stmt->n_target_list != 1)
        raise(SQLSTATE_DATA_CORRUPTED, "stored expression is not an expression: %s", sql);
    return node->select_stmt->target_list[0]->res_target->val;
}

const struct type_env *
stored_env(const struct analysis *an)
{
    struct type_env *env = arena_copy(an->arena, an->env, sizeof *env);
    env->pads_records = true;
    return env;
}

static struct expr *
bind_stored_in(struct analysis *outer, const struct table *table, uint32_t range, const char *sql,
               enum clause clause)
{
    struct analysis an = {.arena = outer->arena,
                          .scope = outer->scope,
                          .types = outer->types,
                          .env = stored_env(outer),
                          .depth = outer->depth,
                          .view_depth = outer->view_depth};
    struct level *level = level_of_table(&an, table, range);
    return bind_in_clause(level, parse_expression(&an, sql), clause);
}

struct expr *
bind_stored(struct analysis *an, const struct table *table, const char *sql, enum clause clause)
{
    return bind_stored_in(an, table, 0, sql, clause);
}

static struct expr *
to_column_type(struct analysis *an, struct expr *e, const struct column_def *column)
{
    struct assignment to = {
        .column = column->name, .type = column->type, .typmod = column->typmod, .at = -1};
    struct level level = {.an = an};
    return assign_value(&level, e, &to);
}

struct expr *
bind_default(struct analysis *an, const struct column_def *column)
{
    struct expr *e;
    if (column->identity != IDENTITY_NONE) {
        e = expr_new(an->arena, EXPR_NEXTVAL, TYPE_INT8, -1);
        e->nextval.sequence = column->sequence;
        expr_done(an, e);
    } else if (column->default_sql != NULL) {
        e = bind_stored(an, NULL, column->default_sql, CLAUSE_DEFAULT);
    } else if (type_is_domain(an, column->type)) {
        e = domain_default(an, column->type);
        if (e == NULL)
            e = expr_null(an->arena, TYPE_UNKNOWN, -1, -1);
    } else {
        e = expr_null(an->arena, column->type, column->typmod, -1);
        expr_done(an, e);
        return e;
    }
    return to_column_type(an, e, column);
}

struct oid_of_table {
    struct analysis *an;
    const struct table *table;
};

static struct expr *
to_oid(void *object, struct expr *e)
{
    const struct oid_of_table *of = object;
    if (e->kind != EXPR_COLUMN)
        return expr_map(of->an->arena, e, to_oid, object);
    if (e->column.number != SYSTEM_TABLEOID)
        return e;
    struct expr *constant = expr_new(of->an->arena, EXPR_CONST, TYPE_OID, e->at);
    constant->constant.value.i32 = (int32_t)of->table->table;
    return constant;
}

/* A check may ask for the table's number: a row to be written has no other. */
static struct expr *
with_table_oid(struct analysis *an, const struct table *table, struct expr *e)
{
    struct oid_of_table of = {an, table};
    return to_oid(&of, e);
}

static int
compare_checks(const void *a, const void *b)
{
    const struct check_rule *x = a, *y = b;
    return strcmp(x->name, y->name);
}

struct row_rules *
bind_row_rules(struct analysis *an, const struct table *table, uint32_t range)
{
    struct row_rules *rules = arena_alloc_zero(an->arena, sizeof *rules);
    rules->range = range;
    rules->generated = arena_alloc_array(an->arena, table->column_count, sizeof *rules->generated);
    rules->checks = arena_alloc_array(an->arena, table->constraint_count, sizeof *rules->checks);
    for (uint16_t i = 0; i < table->column_count; i++) {
        const struct column_def *column = &table->columns[i];
        if (column->is_dropped || column->generated_sql == NULL)
            continue;
        struct expr *e = bind_stored_in(an, table, range, column->generated_sql, CLAUSE_GENERATED);
        rules->generated[rules->generated_count++] =
            (struct generated_rule){(int16_t)(i + 1), to_column_type(an, e, column)};
    }
    for (uint16_t i = 0; i < table->constraint_count; i++) {
        const struct constraint_def *constraint = &table->constraints[i];
        if (constraint->kind != CONSTRAINT_CHECK)
            continue;
        struct expr *e = bind_stored_in(an, table, range, constraint->check_sql, CLAUSE_CHECK);
        rules->checks[rules->check_count++] = (struct check_rule){
            constraint->name, with_table_oid(an, table, coerce_boolean(an, e, "CHECK"))};
    }
    /* Whichever order they were made in, the same one is told of. */
    qsort(rules->checks, rules->check_count, sizeof *rules->checks, compare_checks);
    return rules;
}

/* What is asked of rows that are written to a partition itself, and not to a table above it. */
struct row_rules *
bind_direct_rules(struct analysis *an, const struct table *table, uint32_t range)
{
    struct row_rules *rules = bind_row_rules(an, table, range);
    if (table->bound == NULL)
        return rules;
    struct partition_source source = {
        .env = an->env, .table = an->scope->relation_oid, .object = an->scope->object};
    const char *sql = partition_constraint_text(&source, an->arena, table);
    if (sql == NULL)
        return rules;
    struct check_rule *checks =
        arena_alloc_array(an->arena, rules->check_count + 1, sizeof *checks);
    if (rules->check_count != 0)
        memcpy(checks, rules->checks, rules->check_count * sizeof *checks);
    struct expr *e = bind_stored_in(an, table, range, sql, CLAUSE_CHECK);
    checks[rules->check_count++] = (struct check_rule){NULL, coerce_boolean(an, e, "CHECK")};
    rules->checks = checks;
    return rules;
}

/* ---- for other parts ---- */

struct expr *
analyze_expr(const struct analyze_options *options, const struct table *table, const char *sql,
             oid type, int32_t typmod)
{
    struct analysis an = analysis_begin(options, NULL);
    enum clause clause = table == NULL ? CLAUSE_DEFAULT : CLAUSE_INDEX_KEY;
    struct expr *e = bind_stored(&an, table, sql, clause);
    if (type == OID_NONE)
        return e;
    struct assignment to = {.column = "?column?", .type = type, .typmod = typmod, .at = -1};
    struct level level = {.an = &an};
    return assign_value(&level, e, &to);
}

struct row_rules *
analyze_row_rules(const struct analyze_options *options, const struct table *table, uint32_t range)
{
    struct analysis an = analysis_begin(options, NULL);
    return bind_row_rules(&an, table, range);
}

struct expr *
analyze_default(const struct analyze_options *options, const struct table *table, int16_t column)
{
    struct analysis an = analysis_begin(options, NULL);
    return bind_default(&an, &table->columns[column - 1]);
}
