/*
 * clause.c: what may stand in which clause: aggregates, window functions and set-returning
 * functions are kept out of most.
 */
#include "sql/analysis_int.h"

/* How errors say where: "%s are not allowed in <place>". */
static const char *const places[CLAUSE_COUNT] = {
    [CLAUSE_NONE] = "this context",
    [CLAUSE_JOIN_ON] = "JOIN conditions",
    [CLAUSE_JOIN_USING] = "JOIN conditions",
    [CLAUSE_FROM_SUBQUERY] = "FROM clause of their own query level",
    [CLAUSE_FROM_FUNCTION] = "functions in FROM",
    [CLAUSE_WHERE] = "WHERE",
    [CLAUSE_HAVING] = "HAVING",
    [CLAUSE_FILTER] = "FILTER",
    [CLAUSE_WINDOW_PARTITION] = "window definitions",
    [CLAUSE_WINDOW_ORDER] = "window definitions",
    [CLAUSE_FRAME_RANGE] = "window RANGE",
    [CLAUSE_FRAME_ROWS] = "window ROWS",
    [CLAUSE_FRAME_GROUPS] = "window GROUPS",
    [CLAUSE_TARGET] = "SELECT",
    [CLAUSE_INSERT_TARGET] = "INSERT",
    [CLAUSE_UPDATE_SOURCE] = "UPDATE",
    [CLAUSE_UPDATE_TARGET] = "UPDATE",
    [CLAUSE_MERGE_WHEN] = "MERGE WHEN conditions",
    [CLAUSE_GROUP_BY] = "GROUP BY",
    [CLAUSE_ORDER_BY] = "ORDER BY",
    [CLAUSE_DISTINCT_ON] = "DISTINCT ON",
    [CLAUSE_LIMIT] = "LIMIT",
    [CLAUSE_OFFSET] = "OFFSET",
    [CLAUSE_RETURNING] = "RETURNING",
    [CLAUSE_VALUES] = "VALUES",
    [CLAUSE_VALUES_ROW] = "VALUES",
    [CLAUSE_CHECK] = "check constraints",
    [CLAUSE_DEFAULT] = "DEFAULT expressions",
    [CLAUSE_INDEX_KEY] = "index expressions",
    [CLAUSE_INDEX_PREDICATE] = "index predicates",
    [CLAUSE_ALTER_TYPE] = "transform expressions",
    [CLAUSE_EXECUTE] = "EXECUTE parameters",
    [CLAUSE_COPY_WHERE] = "COPY FROM WHERE conditions",
    [CLAUSE_GENERATED] = "column generation expressions",
    [CLAUSE_CALL] = "CALL arguments",
    [CLAUSE_PARTITION_KEY] = "partition key expressions",
    [CLAUSE_PARTITION_BOUND] = "partition bound",
};

void
check_aggregate_clause(const struct level *level, int32_t at, bool is_grouping)
{
    switch (level->clause) {
    case CLAUSE_HAVING:
    case CLAUSE_WINDOW_PARTITION:
    case CLAUSE_WINDOW_ORDER:
    case CLAUSE_TARGET:
    case CLAUSE_ORDER_BY:
    case CLAUSE_DISTINCT_ON:
        return;
    default:
        fail(level->an, at, SQLSTATE_GROUPING_ERROR, "%s are not allowed in %s",
             is_grouping ? "grouping operations" : "aggregate functions", places[level->clause]);
    }
}

void
check_window_clause(const struct level *level, int32_t at)
{
    switch (level->clause) {
    case CLAUSE_TARGET:
    case CLAUSE_ORDER_BY:
    case CLAUSE_DISTINCT_ON:
        return;
    default:
        fail(level->an, at, SQLSTATE_WINDOWING_ERROR, "window functions are not allowed in %s",
             places[level->clause]);
    }
}

void
note_set_function(struct level *level, const struct expr *e, int32_t at)
{
    switch (level->clause) {
    case CLAUSE_TARGET:
    case CLAUSE_ORDER_BY:
    case CLAUSE_GROUP_BY:
    case CLAUSE_DISTINCT_ON:
    case CLAUSE_WINDOW_PARTITION:
    case CLAUSE_WINDOW_ORDER:
    case CLAUSE_VALUES_ROW:
    case CLAUSE_INSERT_TARGET:
        level->query->has_set_functions = true;
        break;
    case CLAUSE_FROM_FUNCTION:
        /* At the top of its own item only: range_function.c looks. */
        break;
    default:
        fail(level->an, at, SQLSTATE_FEATURE_NOT_SUPPORTED,
             "set-returning functions are not allowed in %s", places[level->clause]);
    }
    level->last_set_function = e;
}

static bool
is_set_part(void *object, const struct expr *e)
{
    (void)object;
    return expr_returns_set(e);
}

bool
expr_returns_set(const struct expr *e)
{
    if (e->kind == EXPR_FUNC && e->func.func->is_set)
        return true;
    return expr_walk(e, is_set_part, NULL);
}
