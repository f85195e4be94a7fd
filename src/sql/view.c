/*
 * view.c: views, from the text of their query.
 *
 * The text is analysed anew where a view is used, as if by its creator: it means the same under any
 * search_path, and its places in errors are not those of the user's text.
 */
#include "sql/analysis_int.h"

#define VIEW_DEPTH_MAX 100

struct query *
bind_view(struct analysis *an, const struct table *view)
{
    if (an->view_depth >= VIEW_DEPTH_MAX)
        raise(SQLSTATE_STATEMENT_TOO_COMPLEX, "stack depth limit exceeded");
    if (view->view_sql == NULL)
        fail_unsupported(an, -1, arena_format(an->arena, "view \"%s\"", view->name));
    struct analysis inner = {.arena = an->arena,
                             .scope = an->scope,
                             .types = an->types,
                             .env = stored_env(an),
                             .depth = an->depth,
                             .view_depth = an->view_depth + 1};
    struct raw_list *list = parse_sql(an->arena, slice_text(view->view_sql));
    const PgQuery__Node *node = list->count == 1 ? list->statements[0].node : NULL;
    if (node == NULL || node->node_case != PG_QUERY__NODE__NODE_SELECT_STMT)
        raise(SQLSTATE_DATA_CORRUPTED, "view \"%s\" is not stored as a query", view->name);
    return bind_select(&inner, NULL, node->select_stmt, NULL);
}
