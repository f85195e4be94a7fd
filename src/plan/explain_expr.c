/*
 * explain_expr.c: expressions of plans as text, in PostgreSQL's manner: operators in parentheses,
 * constants as 'text'::type, params as $n.
 */
#include "plan/explain_int.h"
#include "sql/scope.h"

static void
put_name(const char *name, struct buf *to)
{
    bool is_plain = *name != '\0' && !(*name >= '0' && *name <= '9');

    for (const char *c = name; *c != '\0'; c++)
        is_plain &= (*c >= 'a' && *c <= 'z') || (*c >= '0' && *c <= '9') || *c == '_';
    if (is_plain) {
        buf_put_text(to, name);
        return;
    }
    buf_put_u8(to, '"');
    for (const char *c = name; *c != '\0'; c++) {
        if (*c == '"')
            buf_put_u8(to, '"');
        buf_put_u8(to, (uint8_t)*c);
    }
    buf_put_u8(to, '"');
}

static void
put_table_column(struct explainer *x, const char *alias, const struct table *table, attr_no attr,
                 struct buf *to)
{
    if (x->has_prefixes) {
        put_name(alias, to);
        buf_put_u8(to, '.');
    }
    if (attr == READ_TABLE_OID)
        buf_put_text(to, "tableoid");
    else if (attr == READ_ROW_ID || attr == READ_CTID || attr == READ_ROW_KEY)
        buf_put_text(to, "ctid");
    else if (attr == READ_XMIN)
        buf_put_text(to, "xmin");
    else if (attr == READ_WHOLE_ROW)
        buf_put_text(to, "*");
    else
        put_name(table->columns[attr - 1].name, to);
}

static void
put_alias_column(struct explainer *x, const char *alias, const struct plan_node *node,
                 uint32_t column, struct buf *to)
{
    if (x->has_prefixes && alias != NULL) {
        put_name(alias, to);
        buf_put_u8(to, '.');
    }
    if (node->columns[column].name != NULL)
        put_name(node->columns[column].name, to);
    else
        buf_format(to, "column%u", column + 1);
}

static void
put_aggregate(struct explainer *x, const struct explain_input *input,
              const struct plan_aggregate_call *call, struct buf *to)
{
    const struct aggregate_call *from = &call->expr->aggregate;

    put_name(from->ref.func->name, to);
    buf_put_u8(to, '(');
    if (from->is_distinct)
        buf_put_text(to, "DISTINCT ");
    if (from->is_star)
        buf_put_u8(to, '*');
    for (uint32_t i = 0; i < call->arg_count; i++) {
        buf_put_text(to, i == 0 ? "" : ", ");
        explain_expr(x, input, call->args[i], to);
    }
    buf_put_u8(to, ')');
}

/* Goes down to the node that has a column of its own and does not pass on its child's. */
static const struct plan_node *
column_maker(const struct plan_node *node, uint32_t *column)
{
    for (;;) {
        switch (node->kind) {
        case PLAN_PROJECT: {
            const struct expr *e = ((const struct plan_project *)node)->exprs[*column];
            if (e->kind != EXPR_COLUMN || node->left == NULL)
                return node;
            *column = (uint32_t)e->column.number - 1;
            break;
        }
        case PLAN_NEST_LOOP:
        case PLAN_HASH_JOIN:
        case PLAN_MERGE_JOIN: {
            uint32_t left = node->left->column_count;
            *column = ((const struct plan_join_node *)node)->outputs[*column];
            if (*column >= left) {
                *column -= left;
                node = node->right;
                continue;
            }
            break;
        }
        case PLAN_AGGREGATE: {
            const struct plan_aggregate *agg = (const struct plan_aggregate *)node;
            if (*column >= agg->key_count)
                return node;
            *column = agg->keys[*column].column;
            break;
        }
        case PLAN_WINDOW:
            if (*column >= node->left->column_count)
                return node;
            break;
        case PLAN_MATERIAL:
        case PLAN_SORT:
        case PLAN_LIMIT:
        case PLAN_UNIQUE:
        case PLAN_LOCK_ROWS:
            break;
        default:
            return node;
        }
        node = node->left;
    }
}

/* A child's column as its parent passes it on: what is computed below stands in parentheses. */
static void
put_passed(struct explainer *x, const struct plan_node *child, uint32_t column, struct buf *to)
{
    const struct plan_node *maker = column_maker(child, &column);
    bool is_computed = maker->kind == PLAN_PROJECT || maker->kind == PLAN_PROJECT_SET ||
                       maker->kind == PLAN_AGGREGATE || maker->kind == PLAN_WINDOW;

    if (maker->kind == PLAN_PROJECT) {
        const struct expr *e = ((const struct plan_project *)maker)->exprs[column];
        is_computed = e->kind != EXPR_COLUMN && e->kind != EXPR_CONST && e->kind != EXPR_PARAM;
    }
    buf_put_text(to, is_computed ? "(" : "");
    explain_column(x, maker, column, to);
    buf_put_text(to, is_computed ? ")" : "");
}

void
explain_column(struct explainer *x, const struct plan_node *node, uint32_t column, struct buf *to)
{
    struct explain_input input = {.left = node->left, .right = node->right};

    switch (node->kind) {
    case PLAN_SEQ_SCAN:
    case PLAN_INDEX_SCAN:
    case PLAN_UNION_SCAN: {
        const struct plan_scan *scan = (const struct plan_scan *)node;
        put_table_column(x, scan->alias, scan->table, scan->reads[column], to);
        break;
    }
    case PLAN_VIRTUAL_SCAN:
        put_alias_column(x, ((const struct plan_virtual_scan *)node)->alias, node, column, to);
        break;
    case PLAN_FUNCTION_SCAN:
        put_alias_column(x, ((const struct plan_function_scan *)node)->alias, node, column, to);
        break;
    case PLAN_CTE_SCAN:
    case PLAN_WORK_SCAN:
        put_alias_column(x, ((const struct plan_cte_scan *)node)->alias, node, column, to);
        break;
    case PLAN_VALUES:
        put_alias_column(x, "*VALUES*", node, column, to);
        break;
    case PLAN_PROJECT:
    case PLAN_PROJECT_SET:
        explain_expr(x, &input, ((const struct plan_project *)node)->exprs[column], to);
        break;
    case PLAN_NEST_LOOP:
    case PLAN_HASH_JOIN:
    case PLAN_MERGE_JOIN: {
        uint32_t place = ((const struct plan_join_node *)node)->outputs[column];
        bool is_left = place < node->left->column_count;
        put_passed(x, is_left ? node->left : node->right,
                   is_left ? place : place - node->left->column_count, to);
        break;
    }
    case PLAN_AGGREGATE: {
        const struct plan_aggregate *agg = (const struct plan_aggregate *)node;
        if (column < agg->key_count)
            put_passed(x, node->left, agg->keys[column].column, to);
        else if (column < agg->key_count + agg->call_count)
            put_aggregate(x, &input, &agg->calls[column - agg->key_count], to);
        else
            buf_put_text(to, "GROUPING()");
        break;
    }
    case PLAN_WINDOW:
        if (column < node->left->column_count)
            put_passed(x, node->left, column, to);
        else
            buf_put_text(to, "window function");
        break;
    case PLAN_APPEND: {
        const struct plan_append *append = (const struct plan_append *)node;
        if (append->table != NULL && column < append->read_count)
            put_table_column(x, append->alias, append->table, append->reads[column], to);
        else
            explain_column(x, append->children[0], column, to);
        break;
    }
    default:
        if (node->left != NULL && column < node->left->column_count)
            put_passed(x, node->left, column, to);
        else
            put_alias_column(x, NULL, node, column, to);
        break;
    }
}

static void
put_input_column(struct explainer *x, const struct explain_input *input, uint32_t column,
                 struct buf *to)
{
    if (input->table != NULL)
        put_table_column(x, input->alias, input->table, (attr_no)(column + 1), to);
    else if (input->own != NULL)
        explain_column(x, input->own, column, to);
    else if (input->left != NULL && column < input->left->column_count)
        put_passed(x, input->left, column, to);
    else if (input->left != NULL && input->right != NULL)
        put_passed(x, input->right, column - input->left->column_count, to);
    else
        buf_format(to, "column%u", column + 1);
}

static void
put_const(struct explainer *x, const struct expr *e, struct buf *to)
{
    const struct type_info *type = scope_type(x->options->scope, e->type);

    if (e->constant.is_null) {
        buf_format(to, "NULL::%s",
                   scope_type_text(x->options->scope, x->arena, e->type, e->typmod));
        return;
    }
    if (e->type == TYPE_BOOL) {
        buf_put_text(to, e->constant.value.b ? "true" : "false");
        return;
    }
    const char *text = type_output_text(x->options->env, x->arena, e->type, e->constant.value);
    bool is_bare = e->type == TYPE_INT4 && text[0] != '-';
    bool is_number = type != NULL && type->category == 'N' && text[0] != '-';
    if (is_bare || (is_number && e->type == TYPE_NUMERIC)) {
        buf_put_text(to, text);
        return;
    }
    buf_put_u8(to, '\'');
    for (const char *c = text; *c != '\0'; c++) {
        if (*c == '\'')
            buf_put_u8(to, '\'');
        buf_put_u8(to, (uint8_t)*c);
    }
    buf_format(to, "'::%s", scope_type_text(x->options->scope, x->arena, e->type, e->typmod));
}

static void
put_list(struct explainer *x, const struct explain_input *input, const char *before,
         struct expr *const *args, uint32_t count, const char *between, const char *after,
         struct buf *to)
{
    buf_put_text(to, before);
    for (uint32_t i = 0; i < count; i++) {
        buf_put_text(to, i == 0 ? "" : between);
        explain_expr(x, input, args[i], to);
    }
    buf_put_text(to, after);
}

static void
put_func(struct explainer *x, const struct explain_input *input, const struct expr *e,
         struct buf *to)
{
    const struct operator_info *op = e->func.op;

    if (op != NULL && e->arg_count == 2) {
        buf_put_u8(to, '(');
        explain_expr(x, input, e->args[0], to);
        buf_format(to, " %s ", op->name);
        explain_expr(x, input, e->args[1], to);
        buf_put_u8(to, ')');
    } else if (op != NULL && e->arg_count == 1) {
        buf_format(to, "(%s ", op->name);
        explain_expr(x, input, e->args[0], to);
        buf_put_u8(to, ')');
    } else if (e->func.form == FORM_CAST_IMPLICIT && e->arg_count != 0) {
        explain_expr(x, input, e->args[0], to);
    } else if (e->func.form == FORM_CAST_EXPLICIT && e->arg_count != 0) {
        buf_put_u8(to, '(');
        explain_expr(x, input, e->args[0], to);
        buf_format(to, ")::%s", scope_type_text(x->options->scope, x->arena, e->type, e->typmod));
    } else {
        put_name(e->func.func->name, to);
        put_list(x, input, "(", e->args, e->arg_count, ", ", ")", to);
    }
}

static void
put_case(struct explainer *x, const struct explain_input *input, const struct expr *e,
         struct buf *to)
{
    buf_put_text(to, "CASE");
    if (e->case_.operand != NULL) {
        buf_put_u8(to, ' ');
        explain_expr(x, input, e->case_.operand, to);
    }
    for (uint32_t i = 0; i + 1 < e->arg_count; i += 2) {
        buf_put_text(to, " WHEN ");
        explain_expr(x, input, e->args[i], to);
        buf_put_text(to, " THEN ");
        explain_expr(x, input, e->args[i + 1], to);
    }
    buf_put_text(to, " ELSE ");
    explain_expr(x, input, e->args[e->arg_count - 1], to);
    buf_put_text(to, " END");
}

static void
put_param(struct explainer *x, const struct expr *e, struct buf *to)
{
    if (e->param.kind == PARAM_EXEC && x->plan->exec_params[e->param.number].name != NULL) {
        const struct plan_exec_param *param = &x->plan->exec_params[e->param.number];
        put_name(param->alias, to);
        buf_put_u8(to, '.');
        put_name(param->name, to);
        return;
    }
    buf_format(to, "$%u", e->param.number);
}

static const char *const bool_tests[] = {
    [TEST_TRUE] = "TRUE",       [TEST_NOT_TRUE] = "NOT TRUE",
    [TEST_FALSE] = "FALSE",     [TEST_NOT_FALSE] = "NOT FALSE",
    [TEST_UNKNOWN] = "UNKNOWN", [TEST_NOT_UNKNOWN] = "NOT UNKNOWN",
};

/* IS NULL, IS TRUE, NOT. */
static void
put_test(struct explainer *x, const struct explain_input *input, const struct expr *e,
         struct buf *to)
{
    buf_put_text(to, e->kind == EXPR_NOT ? "(NOT " : "(");
    explain_expr(x, input, e->args[0], to);
    if (e->kind == EXPR_NULL_TEST)
        buf_put_text(to, e->null_test.is_not ? " IS NOT NULL" : " IS NULL");
    else if (e->kind == EXPR_BOOL_TEST)
        buf_format(to, " IS %s", bool_tests[e->bool_test]);
    buf_put_u8(to, ')');
}

static void
put_array_compare(struct explainer *x, const struct explain_input *input, const struct expr *e,
                  struct buf *to)
{
    const struct operator_info *op = e->array_compare.ref.op;

    buf_put_u8(to, '(');
    explain_expr(x, input, e->args[0], to);
    buf_format(to, " %s %s (", op != NULL ? op->name : "=",
               e->array_compare.is_all ? "ALL" : "ANY");
    explain_expr(x, input, e->args[1], to);
    buf_put_text(to, "))");
}

/* What is written as a word and its arguments. */
static void
put_listed(struct explainer *x, const struct explain_input *input, const struct expr *e,
           struct buf *to)
{
    const char *open = e->kind == EXPR_COALESCE ? "COALESCE("
                       : e->kind == EXPR_ARRAY  ? "ARRAY["
                       : e->kind == EXPR_ROW    ? "ROW("
                       : e->minmax.is_greatest  ? "GREATEST("
                                                : "LEAST(";

    put_list(x, input, open, e->args, e->arg_count, ", ", e->kind == EXPR_ARRAY ? "]" : ")", to);
}

static void
put_row_compare(struct explainer *x, const struct explain_input *input, const struct expr *e,
                struct buf *to)
{
    uint32_t count = e->row_compare.column_count;

    put_list(x, input, "(ROW(", e->args, count, ", ", ")", to);
    buf_format(to, " %s ", e->row_compare.operators[0]->name);
    put_list(x, input, "ROW(", e->args + count, count, ", ", "))", to);
}

void
explain_expr(struct explainer *x, const struct explain_input *input, const struct expr *e,
             struct buf *to)
{
    switch (e->kind) {
    case EXPR_CONST:
        put_const(x, e, to);
        break;
    case EXPR_PARAM:
        put_param(x, e, to);
        break;
    case EXPR_COLUMN:
        put_input_column(x, input, (uint32_t)e->column.number - 1, to);
        break;
    case EXPR_FUNC:
        put_func(x, input, e, to);
        break;
    case EXPR_AND:
        put_list(x, input, "(", e->args, e->arg_count, " AND ", ")", to);
        break;
    case EXPR_OR:
        put_list(x, input, "(", e->args, e->arg_count, " OR ", ")", to);
        break;
    case EXPR_NOT:
    case EXPR_NULL_TEST:
    case EXPR_BOOL_TEST:
        put_test(x, input, e, to);
        break;
    case EXPR_DISTINCT:
        put_list(x, input, "(", e->args, 2, " IS DISTINCT FROM ", ")", to);
        break;
    case EXPR_NULLIF:
        put_list(x, input, "NULLIF(", e->args, 2, ", ", ")", to);
        break;
    case EXPR_COALESCE:
    case EXPR_MINMAX:
    case EXPR_ARRAY:
    case EXPR_ROW:
        put_listed(x, input, e, to);
        break;
    case EXPR_CASE:
        put_case(x, input, e, to);
        break;
    case EXPR_ARRAY_COMPARE:
        put_array_compare(x, input, e, to);
        break;
    case EXPR_ROW_COMPARE:
        put_row_compare(x, input, e, to);
        break;
    case EXPR_SUBPLAN:
        buf_format(to, "(%s%s)", x->plan->subplans[e->subplan].is_hashed ? "hashed " : "",
                   x->plan->subplans[e->subplan].name);
        break;
    case EXPR_RELABEL:
    case EXPR_CAST_INOUT:
        buf_put_u8(to, '(');
        explain_expr(x, input, e->args[0], to);
        buf_format(to, ")::%s", scope_type_text(x->options->scope, x->arena, e->type, e->typmod));
        break;
    case EXPR_PLACEHOLDER:
        buf_put_text(to, "CASE_TEST_EXPR");
        break;
    default:
        put_list(x, input, "(", e->args, e->arg_count, ", ", ")", to);
        break;
    }
}

void
explain_conditions(struct explainer *x, const struct explain_input *input,
                   struct plan_list conditions, struct buf *to)
{
    if (conditions.count == 1)
        explain_expr(x, input, conditions.exprs[0], to);
    else
        put_list(x, input, "(", conditions.exprs, conditions.count, " AND ", ")", to);
}
