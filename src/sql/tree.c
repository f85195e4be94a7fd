/*
 * tree.c: see tree.h.
 */
#include "sql/tree.h"

const char *
tree_string(const PgQuery__Node *node)
{
    if (node == NULL || node->node_case != PG_QUERY__NODE__NODE_STRING)
        return NULL;
    return node->string->sval;
}

struct nodes
tree_list(const PgQuery__Node *node)
{
    if (node == NULL || node->node_case != PG_QUERY__NODE__NODE_LIST)
        return (struct nodes){0, NULL};
    return NODES(node->list, items);
}

static int32_t
list_at(struct nodes list, int32_t (*at)(const PgQuery__Node *node))
{
    for (size_t i = 0; i < list.count; i++) {
        int32_t found = at(list.items[i]);
        if (found >= 0)
            return found;
    }
    return -1;
}

/* Of kinds that are not expressions, and of lists. */
static int32_t
tree_at_rest(const PgQuery__Node *node)
{
    switch (node->node_case) {
    case PG_QUERY__NODE__NODE_MULTI_ASSIGN_REF:
        return tree_at(node->multi_assign_ref->source);
    case PG_QUERY__NODE__NODE_COMMON_TABLE_EXPR:
        return node->common_table_expr->location;
    case PG_QUERY__NODE__NODE_DEF_ELEM:
        return node->def_elem->location;
    case PG_QUERY__NODE__NODE_COLUMN_DEF:
        return node->column_def->location;
    case PG_QUERY__NODE__NODE_CONSTRAINT:
        return node->constraint->location;
    case PG_QUERY__NODE__NODE_LIST:
        return list_at(tree_list(node), tree_at);
    default:
        return -1;
    }
}

int32_t
tree_at(const PgQuery__Node *node)
{
    if (node == NULL)
        return -1;
    switch (node->node_case) {
    case PG_QUERY__NODE__NODE_RANGE_VAR:
        return node->range_var->location;
    case PG_QUERY__NODE__NODE_COLUMN_REF:
        return node->column_ref->location;
    case PG_QUERY__NODE__NODE_PARAM_REF:
        return node->param_ref->location;
    case PG_QUERY__NODE__NODE_A_CONST:
        return node->a_const->location;
    case PG_QUERY__NODE__NODE_A_EXPR:
        return node->a_expr->location;
    case PG_QUERY__NODE__NODE_BOOL_EXPR:
        return node->bool_expr->location;
    case PG_QUERY__NODE__NODE_FUNC_CALL:
        return node->func_call->location;
    case PG_QUERY__NODE__NODE_NAMED_ARG_EXPR:
        return node->named_arg_expr->location;
    case PG_QUERY__NODE__NODE_A_ARRAY_EXPR:
        return node->a_array_expr->location;
    case PG_QUERY__NODE__NODE_A_INDIRECTION:
        return tree_at(node->a_indirection->arg);
    case PG_QUERY__NODE__NODE_RES_TARGET:
        return node->res_target->location;
    case PG_QUERY__NODE__NODE_TYPE_CAST:
        return node->type_cast->location >= 0 ? node->type_cast->location
                                              : tree_at(node->type_cast->arg);
    case PG_QUERY__NODE__NODE_COLLATE_CLAUSE:
        return node->collate_clause->location;
    case PG_QUERY__NODE__NODE_SORT_BY:
        return tree_at(node->sort_by->node);
    case PG_QUERY__NODE__NODE_WINDOW_DEF:
        return node->window_def->location;
    case PG_QUERY__NODE__NODE_TYPE_NAME:
        return node->type_name->location;
    case PG_QUERY__NODE__NODE_SUB_LINK:
        return node->sub_link->location;
    case PG_QUERY__NODE__NODE_ROW_EXPR:
        return node->row_expr->location;
    case PG_QUERY__NODE__NODE_CASE_EXPR:
        return node->case_expr->location;
    case PG_QUERY__NODE__NODE_COALESCE_EXPR:
        return node->coalesce_expr->location;
    case PG_QUERY__NODE__NODE_MIN_MAX_EXPR:
        return node->min_max_expr->location;
    case PG_QUERY__NODE__NODE_SQLVALUE_FUNCTION:
        return node->sqlvalue_function->location;
    case PG_QUERY__NODE__NODE_XML_EXPR:
        return node->xml_expr->location;
    case PG_QUERY__NODE__NODE_NULL_TEST:
        return node->null_test->location;
    case PG_QUERY__NODE__NODE_BOOLEAN_TEST:
        return node->boolean_test->location;
    case PG_QUERY__NODE__NODE_SET_TO_DEFAULT:
        return node->set_to_default->location;
    case PG_QUERY__NODE__NODE_GROUPING_FUNC:
        return node->grouping_func->location;
    case PG_QUERY__NODE__NODE_GROUPING_SET:
        return node->grouping_set->location;
    default:
        return tree_at_rest(node);
    }
}

static int32_t
leftmost(int32_t a, int32_t b)
{
    if (a < 0)
        return b;
    return b < 0 || a < b ? a : b;
}

int32_t
tree_start(const PgQuery__Node *node)
{
    int32_t at = tree_at(node);
    if (node == NULL)
        return at;
    switch (node->node_case) {
    case PG_QUERY__NODE__NODE_A_EXPR:
        return leftmost(at, tree_start(node->a_expr->lexpr));
    case PG_QUERY__NODE__NODE_BOOL_EXPR:
        return leftmost(at, list_at(NODES(node->bool_expr, args), tree_start));
    case PG_QUERY__NODE__NODE_TYPE_CAST:
        return leftmost(tree_start(node->type_cast->arg),
                        leftmost(tree_at(node), node->type_cast->type_name == NULL
                                                    ? -1
                                                    : node->type_cast->type_name->location));
    case PG_QUERY__NODE__NODE_COLLATE_CLAUSE:
        return leftmost(at, tree_start(node->collate_clause->arg));
    case PG_QUERY__NODE__NODE_NULL_TEST:
        return leftmost(at, tree_start(node->null_test->arg));
    case PG_QUERY__NODE__NODE_BOOLEAN_TEST:
        return leftmost(at, tree_start(node->boolean_test->arg));
    case PG_QUERY__NODE__NODE_SUB_LINK:
        return leftmost(at, tree_start(node->sub_link->testexpr));
    case PG_QUERY__NODE__NODE_A_INDIRECTION:
        return tree_start(node->a_indirection->arg);
    default:
        return at;
    }
}

const char *
tree_dotted(struct arena *arena, struct nodes names)
{
    const char *text = "";
    for (size_t i = 0; i < names.count; i++) {
        const char *name = tree_string(names.items[i]);
        if (name == NULL)
            name = names.items[i]->node_case == PG_QUERY__NODE__NODE_A_STAR ? "*" : "?";
        text = i == 0 ? name : arena_format(arena, "%s.%s", text, name);
    }
    return text;
}
