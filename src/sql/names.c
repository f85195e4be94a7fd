/*
 * names.c: the name that a result column gets when none is given, PostgreSQL's rules.
 */
#include "sql/analysis_int.h"

/* How good the name is: a cast's type name or "case" gives way to what is inside. */
enum goodness { NAME_NONE, NAME_WEAK, NAME_GOOD };

static enum goodness find_name(const PgQuery__Node *node, const char **name);

static enum goodness
good(const char **name, const char *found)
{
    *name = found;
    return NAME_GOOD;
}

static const char *
last_string(struct nodes list)
{
    for (size_t i = list.count; i > 0; i--) {
        if (tree_string(list.items[i - 1]) != NULL)
            return tree_string(list.items[i - 1]);
    }
    return NULL;
}

static enum goodness
sublink_name(const PgQuery__SubLink *node, const char **name)
{
    switch (node->sub_link_type) {
    case PG_QUERY__SUB_LINK_TYPE__EXISTS_SUBLINK:
        return good(name, "exists");
    case PG_QUERY__SUB_LINK_TYPE__ARRAY_SUBLINK:
        return good(name, "array");
    case PG_QUERY__SUB_LINK_TYPE__EXPR_SUBLINK: {
        if (node->subselect->node_case != PG_QUERY__NODE__NODE_SELECT_STMT)
            return NAME_NONE;
        const PgQuery__SelectStmt *select = node->subselect->select_stmt;
        while (select->larg != NULL)
            select = select->larg;
        if (select->n_target_list == 0)
            return NAME_NONE;
        const PgQuery__ResTarget *target = select->target_list[0]->res_target;
        if (tree_text(target->name) != NULL)
            return good(name, target->name);
        return good(name, figure_name(target->val));
    }
    default:
        return NAME_NONE;
    }
}

static const char *
value_func_name(PgQuery__SQLValueFunctionOp op)
{
    switch (op) {
    case PG_QUERY__SQLVALUE_FUNCTION_OP__SVFOP_CURRENT_DATE:
        return "current_date";
    case PG_QUERY__SQLVALUE_FUNCTION_OP__SVFOP_CURRENT_TIME:
    case PG_QUERY__SQLVALUE_FUNCTION_OP__SVFOP_CURRENT_TIME_N:
        return "current_time";
    case PG_QUERY__SQLVALUE_FUNCTION_OP__SVFOP_CURRENT_TIMESTAMP:
    case PG_QUERY__SQLVALUE_FUNCTION_OP__SVFOP_CURRENT_TIMESTAMP_N:
        return "current_timestamp";
    case PG_QUERY__SQLVALUE_FUNCTION_OP__SVFOP_LOCALTIME:
    case PG_QUERY__SQLVALUE_FUNCTION_OP__SVFOP_LOCALTIME_N:
        return "localtime";
    case PG_QUERY__SQLVALUE_FUNCTION_OP__SVFOP_LOCALTIMESTAMP:
    case PG_QUERY__SQLVALUE_FUNCTION_OP__SVFOP_LOCALTIMESTAMP_N:
        return "localtimestamp";
    case PG_QUERY__SQLVALUE_FUNCTION_OP__SVFOP_CURRENT_ROLE:
        return "current_role";
    case PG_QUERY__SQLVALUE_FUNCTION_OP__SVFOP_CURRENT_USER:
        return "current_user";
    case PG_QUERY__SQLVALUE_FUNCTION_OP__SVFOP_USER:
        return "user";
    case PG_QUERY__SQLVALUE_FUNCTION_OP__SVFOP_SESSION_USER:
        return "session_user";
    case PG_QUERY__SQLVALUE_FUNCTION_OP__SVFOP_CURRENT_CATALOG:
        return "current_catalog";
    default:
        return "current_schema";
    }
}

static enum goodness
weaker(const PgQuery__Node *inner, const char *own, const char **name)
{
    enum goodness goodness = find_name(inner, name);
    if (goodness > NAME_WEAK || own == NULL)
        return goodness;
    *name = own;
    return NAME_WEAK;
}

static enum goodness
find_name(const PgQuery__Node *node, const char **name)
{
    if (node == NULL)
        return NAME_NONE;
    switch (node->node_case) {
    case PG_QUERY__NODE__NODE_COLUMN_REF: {
        const char *last = last_string(NODES(node->column_ref, fields));
        return last == NULL ? NAME_NONE : good(name, last);
    }
    case PG_QUERY__NODE__NODE_A_INDIRECTION: {
        const char *last = last_string(NODES(node->a_indirection, indirection));
        return last != NULL ? good(name, last) : find_name(node->a_indirection->arg, name);
    }
    case PG_QUERY__NODE__NODE_FUNC_CALL:
        return good(name, last_string(NODES(node->func_call, funcname)));
    case PG_QUERY__NODE__NODE_A_EXPR:
        return node->a_expr->kind == PG_QUERY__A__EXPR__KIND__AEXPR_NULLIF ? good(name, "nullif")
                                                                           : NAME_NONE;
    case PG_QUERY__NODE__NODE_TYPE_CAST:
        return weaker(node->type_cast->arg, last_string(NODES(node->type_cast->type_name, names)),
                      name);
    case PG_QUERY__NODE__NODE_COLLATE_CLAUSE:
        return find_name(node->collate_clause->arg, name);
    case PG_QUERY__NODE__NODE_GROUPING_FUNC:
        return good(name, "grouping");
    case PG_QUERY__NODE__NODE_SUB_LINK:
        return sublink_name(node->sub_link, name);
    case PG_QUERY__NODE__NODE_CASE_EXPR:
        return weaker(node->case_expr->defresult, "case", name);
    case PG_QUERY__NODE__NODE_A_ARRAY_EXPR:
        return good(name, "array");
    case PG_QUERY__NODE__NODE_ROW_EXPR:
        return good(name, "row");
    case PG_QUERY__NODE__NODE_COALESCE_EXPR:
        return good(name, "coalesce");
    case PG_QUERY__NODE__NODE_MIN_MAX_EXPR:
        return good(name, node->min_max_expr->op == PG_QUERY__MIN_MAX_OP__IS_GREATEST ? "greatest"
                                                                                      : "least");
    case PG_QUERY__NODE__NODE_SQLVALUE_FUNCTION:
        return good(name, value_func_name(node->sqlvalue_function->op));
    default:
        return NAME_NONE;
    }
}

const char *
figure_name(const PgQuery__Node *node)
{
    const char *name = NULL;
    find_name(node, &name);
    return name == NULL ? "?column?" : name;
}
