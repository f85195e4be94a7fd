/*
 * cte_search.c: SEARCH and CYCLE of a recursive WITH item, as the recursive query that they stand
 * for. With columns c1.. of the item, each arm of its UNION becomes a subquery:
 *
 *   SELECT l.c1, .., ARRAY[ROW(l.s1, ..)] AS seq, default AS mark, ARRAY[ROW(l.y1, ..)] AS path
 *       FROM (left arm) l
 *   SELECT r.c1, .., array_append(r.seq, ROW(r.s1, ..)),
 *          CASE WHEN ROW(r.y1, ..) = ANY (r.path) THEN value ELSE default END,
 *          array_append(r.path, ROW(r.y1, ..))
 *       FROM (right arm, with seq, mark, path of its reference to the item) r WHERE r.mark <> value
 *
 * SEARCH BREADTH FIRST has ROW(depth, s1, ..) as seq; the depth is a column more, found by no star.
 * The texts are parsed with stand-ins for arms and values, which are then put in their place.
 */
#include "base/buf.h"
#include "sql/analysis_int.h"
#include "type/quote.h"

#define DEPTH_NAME "*DEPTH*"

struct rewrite {
    struct level *level;
    const PgQuery__CommonTableExpr *node;
    const PgQuery__SelectStmt *body;
    uint32_t count; /* columns of the item itself */
    const char **names;
};

/* ---- checks ---- */

static bool
has_name(const struct rewrite *w, const char *name, uint32_t *column)
{
    for (uint32_t i = 0; i < w->count; i++) {
        if (strcmp(w->names[i], name) == 0) {
            *column = i;
            return true;
        }
    }
    return false;
}

static void
check_list(const struct rewrite *w, struct nodes names, const char *what, int32_t at)
{
    uint32_t unused;
    for (size_t i = 0; i < names.count; i++) {
        const char *name = tree_string(names.items[i]);
        if (!has_name(w, name, &unused))
            fail(w->level->an, at, SQLSTATE_SYNTAX_ERROR,
                 "%s column \"%s\" not in WITH query column list", what, name);
        for (size_t j = 0; j < i; j++) {
            if (strcmp(tree_string(names.items[j]), name) == 0)
                fail(w->level->an, at, SQLSTATE_DUPLICATE_COLUMN,
                     "%s column \"%s\" specified more than once", what, name);
        }
    }
}

static void
check_new(const struct rewrite *w, const char *name, const char *what, int32_t at)
{
    uint32_t unused;
    if (has_name(w, name, &unused))
        fail(w->level->an, at, SQLSTATE_SYNTAX_ERROR,
             "%s column name \"%s\" already used in WITH query column list", what, name);
}

static void
check_different(const struct rewrite *w, const char *a, const char *b, const char *what, int32_t at)
{
    if (strcmp(a, b) == 0)
        fail(w->level->an, at, SQLSTATE_SYNTAX_ERROR, "%s column name are the same", what);
}

static void
check_clauses(const struct rewrite *w)
{
    const PgQuery__CTESearchClause *search = w->node->search_clause;
    const PgQuery__CTECycleClause *cycle = w->node->cycle_clause;
    if (search != NULL) {
        check_list(w, NODES(search, search_col_list), "search", search->location);
        check_new(w, search->search_seq_column, "search sequence", search->location);
    }
    if (cycle != NULL) {
        check_list(w, NODES(cycle, cycle_col_list), "cycle", cycle->location);
        check_new(w, cycle->cycle_mark_column, "cycle mark", cycle->location);
        check_new(w, cycle->cycle_path_column, "cycle path", cycle->location);
        check_different(w, cycle->cycle_mark_column, cycle->cycle_path_column,
                        "cycle mark column name and cycle path", cycle->location);
    }
    if (search != NULL && cycle != NULL) {
        check_different(w, search->search_seq_column, cycle->cycle_mark_column,
                        "search sequence column name and cycle mark", search->location);
        check_different(w, search->search_seq_column, cycle->cycle_path_column,
                        "search sequence column name and cycle path", search->location);
    }
}

/* ---- the names of the item's columns ---- */

/* Binds the left arm for the sake of its names alone. */
static void
find_names(struct rewrite *w)
{
    struct analysis *an = w->level->an;
    struct subquery_options options = {.self_cte = NULL};
    PgQuery__Node *node = arena_alloc(an->arena, sizeof *node);
    pg_query__node__init(node);
    node->node_case = PG_QUERY__NODE__NODE_SELECT_STMT;
    node->select_stmt = w->body->larg;
    const struct query *q = bind_query_node(an, w->level, node, &options);
    const struct target *targets;
    w->count = query_result_columns(q, &targets);
    w->names = arena_alloc_array(an->arena, w->count, sizeof *w->names);
    for (uint32_t i = 0; i < w->count; i++)
        w->names[i] = targets[i].name;
    if (w->node->n_aliascolnames > w->count)
        fail(an, w->node->location, SQLSTATE_INVALID_COLUMN_REFERENCE,
             "WITH query \"%s\" has %u columns available but %zu columns specified",
             w->node->ctename, w->count, w->node->n_aliascolnames);
    for (size_t i = 0; i < w->node->n_aliascolnames; i++)
        w->names[i] = tree_string(w->node->aliascolnames[i]);
}

/* ---- texts ---- */

static void
put_name(struct buf *to, const char *name)
{
    quote_ident(to, slice_text(name));
}

/* ROW of the listed columns of `a`, after `first` (which may be ""). */
static void
put_row(const struct rewrite *w, struct buf *to, const char *first, struct nodes names)
{
    buf_format(to, "ROW(%s", first);
    for (size_t i = 0; i < names.count; i++) {
        uint32_t column = 0;
        has_name(w, tree_string(names.items[i]), &column);
        buf_format(to, "%sa.c%u", i == 0 && first[0] == '\0' ? "" : ", ", column);
    }
    buf_put_text(to, ")");
}

static void
put_columns(const struct rewrite *w, struct buf *to)
{
    buf_put_text(to, "SELECT ");
    for (uint32_t i = 0; i < w->count; i++) {
        buf_format(to, "%sa.c%u AS ", i == 0 ? "" : ", ", i);
        put_name(to, w->names[i]);
    }
}

static void
put_from(const struct rewrite *w, struct buf *to)
{
    buf_put_text(to, " FROM (SELECT 1) a(");
    for (uint32_t i = 0; i < w->count; i++)
        buf_format(to, "%sc%u", i == 0 ? "" : ", ", i);
}

static void
put_left(const struct rewrite *w, struct buf *to)
{
    const PgQuery__CTESearchClause *search = w->node->search_clause;
    const PgQuery__CTECycleClause *cycle = w->node->cycle_clause;
    put_columns(w, to);
    if (search != NULL) {
        struct nodes names = NODES(search, search_col_list);
        buf_put_text(to, search->search_breadth_first ? ", " : ", ARRAY[");
        put_row(w, to, search->search_breadth_first ? "0::pg_catalog.int8" : "", names);
        buf_put_text(to, search->search_breadth_first ? " AS " : "] AS ");
        put_name(to, search->search_seq_column);
    }
    if (cycle != NULL) {
        buf_put_text(to, ", NULL AS ");
        put_name(to, cycle->cycle_mark_column);
        buf_put_text(to, ", ARRAY[");
        put_row(w, to, "", NODES(cycle, cycle_col_list));
        buf_put_text(to, "] AS ");
        put_name(to, cycle->cycle_path_column);
    }
    if (search != NULL && search->search_breadth_first)
        buf_put_text(to, ", 0::pg_catalog.int8 AS \"" DEPTH_NAME "\"");
    put_from(w, to);
    buf_put_text(to, ")");
}

static void
put_right(const struct rewrite *w, struct buf *to)
{
    const PgQuery__CTESearchClause *search = w->node->search_clause;
    const PgQuery__CTECycleClause *cycle = w->node->cycle_clause;
    bool is_breadth = search != NULL && search->search_breadth_first;
    put_columns(w, to);
    if (search != NULL) {
        struct nodes names = NODES(search, search_col_list);
        buf_put_text(to, is_breadth ? ", " : ", pg_catalog.array_append(a.seq, ");
        put_row(w, to, is_breadth ? "a.depth + 1" : "", names);
        buf_put_text(to, is_breadth ? "" : ")");
    }
    if (cycle != NULL) {
        struct nodes names = NODES(cycle, cycle_col_list);
        buf_put_text(to, ", CASE WHEN ");
        put_row(w, to, "", names);
        buf_put_text(to, " OPERATOR(pg_catalog.=) ANY (a.path) THEN NULL ELSE NULL END");
        buf_put_text(to, ", pg_catalog.array_append(a.path, ");
        put_row(w, to, "", names);
        buf_put_text(to, ")");
    }
    buf_put_text(to, is_breadth ? ", a.depth + 1" : "");
    put_from(w, to);
    buf_put_text(to, search != NULL ? ", seq" : "");
    buf_put_text(to, cycle != NULL ? ", mark, path" : "");
    buf_put_text(to, is_breadth ? ", depth)" : ")");
    buf_put_text(to, cycle != NULL ? " WHERE a.mark <> NULL" : "");
}

/* What the right arm's reference to the item is called, for the columns taken from it. */
static void
put_carried(const struct rewrite *w, const char *alias, struct buf *to)
{
    const PgQuery__CTESearchClause *search = w->node->search_clause;
    const PgQuery__CTECycleClause *cycle = w->node->cycle_clause;
    const char *names[] = {
        search != NULL ? search->search_seq_column : NULL,
        cycle != NULL ? cycle->cycle_mark_column : NULL,
        cycle != NULL ? cycle->cycle_path_column : NULL,
        search != NULL && search->search_breadth_first ? DEPTH_NAME : NULL,
    };
    const char *gap = "SELECT ";
    for (size_t i = 0; i < 4; i++) {
        if (names[i] == NULL)
            continue;
        buf_put_text(to, gap);
        put_name(to, alias);
        buf_put_text(to, ".");
        put_name(to, names[i]);
        gap = ", ";
    }
}

/* ---- trees ---- */

static PgQuery__SelectStmt *
parse_select(const struct rewrite *w, const struct buf *text)
{
    const struct raw_list *list = parse_sql(w->level->an->arena, buf_slice(text));
    return ((const PgQuery__Node *)list->statements[0].node)->select_stmt;
}

static void
put_arm(PgQuery__SelectStmt *wrap, PgQuery__SelectStmt *arm)
{
    wrap->from_clause[0]->range_subselect->subquery->select_stmt = arm;
}

/* The reference to the item at the top level of FROM. */
static const PgQuery__RangeVar *
find_reference(const struct rewrite *w, const PgQuery__Node *node)
{
    if (node == NULL)
        return NULL;
    if (node->node_case == PG_QUERY__NODE__NODE_RANGE_VAR)
        return tree_text(node->range_var->schemaname) == NULL &&
                       strcmp(node->range_var->relname, w->node->ctename) == 0
                   ? node->range_var
                   : NULL;
    if (node->node_case != PG_QUERY__NODE__NODE_JOIN_EXPR)
        return NULL;
    const PgQuery__RangeVar *left = find_reference(w, node->join_expr->larg);
    return left != NULL ? left : find_reference(w, node->join_expr->rarg);
}

/* The right arm with the columns carried on from its reference to the item. */
static PgQuery__SelectStmt *
carry(const struct rewrite *w)
{
    struct arena *arena = w->level->an->arena;
    const PgQuery__RangeVar *reference = NULL;
    for (size_t i = 0; i < w->body->rarg->n_from_clause && reference == NULL; i++)
        reference = find_reference(w, w->body->rarg->from_clause[i]);
    if (reference == NULL)
        fail(w->level->an, -1, SQLSTATE_FEATURE_NOT_SUPPORTED,
             "with a SEARCH or CYCLE clause, the recursive reference to WITH query \"%s\" must be "
             "at the top level of its right-hand SELECT",
             w->node->ctename);
    struct buf *text = buf_new(arena);
    put_carried(w, reference->alias != NULL ? reference->alias->aliasname : reference->relname,
                text);
    const PgQuery__SelectStmt *more = parse_select(w, text);
    PgQuery__SelectStmt *arm = arena_copy(arena, w->body->rarg, sizeof *arm);
    arm->target_list = arena_alloc_array(arena, arm->n_target_list + more->n_target_list,
                                         sizeof *arm->target_list);
    memcpy(arm->target_list, w->body->rarg->target_list,
           arm->n_target_list * sizeof *arm->target_list);
    memcpy(arm->target_list + arm->n_target_list, more->target_list,
           more->n_target_list * sizeof *arm->target_list);
    arm->n_target_list += more->n_target_list;
    buf_deinit(text);
    return arm;
}

static PgQuery__SelectStmt *
wrap_left(const struct rewrite *w)
{
    const PgQuery__CTECycleClause *cycle = w->node->cycle_clause;
    struct buf *text = buf_new(w->level->an->arena);
    put_left(w, text);
    PgQuery__SelectStmt *wrap = parse_select(w, text);
    buf_deinit(text);
    put_arm(wrap, w->body->larg);
    if (cycle != NULL)
        wrap->target_list[w->count + (w->node->search_clause != NULL)]->res_target->val =
            cycle->cycle_mark_default;
    return wrap;
}

static PgQuery__SelectStmt *
wrap_right(const struct rewrite *w)
{
    const PgQuery__CTECycleClause *cycle = w->node->cycle_clause;
    struct buf *text = buf_new(w->level->an->arena);
    put_right(w, text);
    PgQuery__SelectStmt *wrap = parse_select(w, text);
    buf_deinit(text);
    put_arm(wrap, carry(w));
    if (cycle == NULL)
        return wrap;
    size_t mark = w->count + (w->node->search_clause != NULL);
    PgQuery__CaseExpr *cases = wrap->target_list[mark]->res_target->val->case_expr;
    cases->args[0]->case_when->result = cycle->cycle_mark_value;
    cases->defresult = cycle->cycle_mark_default;
    wrap->where_clause->a_expr->rexpr = cycle->cycle_mark_value;
    return wrap;
}

const PgQuery__CommonTableExpr *
cte_expand_search(struct level *level, const PgQuery__CommonTableExpr *node,
                  const PgQuery__SelectStmt *body, struct cte *cte)
{
    struct analysis *an = level->an;
    struct rewrite w = {.level = level, .node = node, .body = body};
    if (node->search_clause == NULL && node->cycle_clause == NULL)
        return node;
    if (body == NULL)
        fail(an, node->location, SQLSTATE_SYNTAX_ERROR, "WITH query is not recursive");
    if (body->larg->op != PG_QUERY__SET_OPERATION__SETOP_NONE)
        fail(an, -1, SQLSTATE_FEATURE_NOT_SUPPORTED,
             "with a SEARCH or CYCLE clause, the left side of the UNION must be a SELECT");
    if (body->rarg->op != PG_QUERY__SET_OPERATION__SETOP_NONE)
        fail(an, -1, SQLSTATE_FEATURE_NOT_SUPPORTED,
             "with a SEARCH or CYCLE clause, the right side of the UNION must be a SELECT");
    find_names(&w);
    check_clauses(&w);
    bool is_breadth = node->search_clause != NULL && node->search_clause->search_breadth_first;
    cte->added_count =
        (node->search_clause != NULL) + (node->cycle_clause != NULL ? 2 : 0) + is_breadth;
    cte->hidden_count = is_breadth;

    PgQuery__CommonTableExpr *expanded = arena_copy(an->arena, node, sizeof *node);
    PgQuery__SelectStmt *stmt = arena_copy(an->arena, body, sizeof *body);
    stmt->larg = wrap_left(&w);
    stmt->rarg = wrap_right(&w);
    expanded->search_clause = NULL;
    expanded->cycle_clause = NULL;
    expanded->ctequery = arena_copy(an->arena, node->ctequery, sizeof *node->ctequery);
    expanded->ctequery->select_stmt = stmt;
    return expanded;
}
