/*
 * table_code.c: what a table asks of the rows written to it, compiled.
 */
#include "exec/foreign_key.h"
#include "exec/item_index.h"

static void
compile_columns(struct compiler *compiler, struct table_code *code)
{
    const struct table *table = code->table;
    uint16_t *column_idx =
        arena_alloc_array(compiler->arena, table->column_count, sizeof *column_idx);

    code->types = arena_alloc_zero(compiler->arena, table->column_count * sizeof *code->types);
    for (uint32_t i = 0; i < table->column_count; i++) {
        column_idx[i] = (uint16_t)i;
        if (!table->columns[i].is_dropped)
            code->types[i] = compiler_type(compiler, table->columns[i].type);
    }
    code->all = (struct layout){code->format, table->column_count, column_idx};
    if (table->primary == NULL)
        return;
    code->key_count = table->primary->key_count;
    code->key_columns =
        arena_alloc_array(compiler->arena, code->key_count, sizeof *code->key_columns);
    for (uint32_t i = 0; i < code->key_count; i++)
        code->key_columns[i] = (uint32_t)table->primary->keys[i].attr - 1;
}

static const struct plan_index_exprs *
find_exprs(const struct plan_table_rules *rules, const struct index_def *index)
{
    for (uint32_t i = 0; i < rules->index_count; i++) {
        if (rules->indexes[i].index == index)
            return &rules->indexes[i];
    }
    return NULL;
}

void
index_compile(struct compiler *compiler, struct index_code *code, const struct index_def *def,
              const struct plan_table_rules *rules)
{
    const struct plan_index_exprs *plan = find_exprs(rules, def);
    struct expr **exprs =
        arena_alloc_array(compiler->arena, def->key_count + 1u, sizeof(struct expr *));
    uint32_t expr_count = 0;

    code->def = def;
    code->types = arena_alloc_array(compiler->arena, def->key_count, sizeof *code->types);
    code->columns = arena_alloc_array(compiler->arena, def->key_count, sizeof *code->columns);
    code->expr_outputs =
        arena_alloc_array(compiler->arena, def->key_count, sizeof *code->expr_outputs);
    for (uint32_t i = 0; i < def->key_count; i++) {
        code->types[i] = compiler_type(compiler, def->keys[i].type);
        code->columns[i] = UINT32_MAX;
        if (def->keys[i].attr != 0) {
            code->columns[i] = (uint32_t)def->keys[i].attr - 1;
            continue;
        }
        check(plan != NULL && plan->keys[i] != NULL);
        code->expr_outputs[i] = expr_count;
        exprs[expr_count++] = plan->keys[i];
    }
    if (plan != NULL && plan->predicate != NULL) {
        code->has_predicate = true;
        code->predicate_output = expr_count;
        exprs[expr_count++] = plan->predicate;
    }
    if (expr_count != 0)
        code->exprs = expr_compile(compiler, exprs, expr_count);
}

const struct table_code *
table_compile(struct compiler *compiler, const struct plan_table_rules *rules)
{
    struct table_code *code = arena_alloc_zero(compiler->arena, sizeof *code);
    const struct table *table = rules->table;

    code->table = table;
    code->format = rules->format;
    compile_columns(compiler, code);
    code->generated_count = rules->generated_count;
    code->generated_columns =
        arena_alloc_array(compiler->arena, rules->generated_count, sizeof *code->generated_columns);
    for (uint32_t i = 0; i < rules->generated_count; i++)
        code->generated_columns[i] = (uint32_t)rules->generated[i] - 1;
    if (rules->generated_count != 0)
        code->generated = expr_compile(compiler, rules->generated_exprs, rules->generated_count);
    code->check_count = rules->check_count;
    code->check_names = rules->check_names;
    if (rules->check_count != 0)
        code->checks = expr_compile(compiler, rules->checks, rules->check_count);
    code->indexes = arena_alloc_zero(compiler->arena, table->index_count * sizeof *code->indexes);
    /* A partitioned table's indexes are its partitions'. */
    for (uint32_t i = 0; table_is_stored(table) && i < table->index_count; i++) {
        if (!table->indexes[i]->is_primary && table->indexes[i]->method == INDEX_BTREE)
            index_compile(compiler, &code->indexes[code->index_count++], table->indexes[i], rules);
    }
    item_indexes_compile(compiler, code, rules);
    code->foreign_count = rules->foreign_count;
    code->foreign = fk_compile(compiler, rules->foreign, rules->foreign_count);
    code->referencing_count = rules->referencing_count;
    code->referencing = fk_compile(compiler, rules->referencing, rules->referencing_count);
    return code;
}
