/*
 * merge.c: MERGE: a target joined to a source, and what is done with each pair.
 *
 * The source's names and the target's are visible to conditions and values of WHEN MATCHED, the
 * source's alone to those of WHEN NOT MATCHED. The join is outer, the source's rows all staying, if
 * some action is for rows without a match.
 */
#include "sql/analysis_int.h"

struct merge {
    struct level *level;
    const PgQuery__MergeStmt *stmt;
    const struct table *table;
    struct list source_items; /* struct item */
    struct list actions;      /* struct merge_action */
    bool has_unmatched;
};

static const char *
unmergeable_kind(const struct table *table)
{
    switch (table->kind) {
    case TABLE_PLAIN:
    case TABLE_PARTITIONED:
        return NULL;
    case TABLE_VIEW:
        return "views";
    case TABLE_MATERIALISED:
        return "materialized views";
    case TABLE_SEQUENCE:
        return "sequences";
    default:
        return NULL;
    }
}

static void
check_target(struct analysis *an, const PgQuery__RangeVar *node)
{
    const struct table *table = relation_get(an, node);
    const char *kind = unmergeable_kind(table);
    if (kind != NULL)
        fail_detail(an, -1, SQLSTATE_FEATURE_NOT_SUPPORTED,
                    arena_format(an->arena, "This operation is not supported for %s.", kind),
                    "cannot execute MERGE on relation \"%s\"", table->name);
}

/* A WHEN after one of its kind that takes all rows is never asked. */
static void
check_reachable(struct analysis *an, const PgQuery__MergeStmt *stmt)
{
    bool is_taken[2] = {false, false};
    for (size_t i = 0; i < stmt->n_merge_when_clauses; i++) {
        const PgQuery__MergeWhenClause *when = stmt->merge_when_clauses[i]->merge_when_clause;
        if (is_taken[when->matched != 0])
            fail(an, -1, SQLSTATE_SYNTAX_ERROR,
                 "unreachable WHEN clause specified after unconditional WHEN clause");
        is_taken[when->matched != 0] = when->condition == NULL;
    }
}

static void
check_source_names(const struct merge *m)
{
    const struct item *target = m->level->result_item;
    for (uint32_t i = 0; i < m->source_items.count; i++) {
        const struct item *item = m->source_items.items[i];
        if (item->is_name_visible && item->name != NULL && strcmp(item->name, target->name) == 0)
            raise_error(.code = SQLSTATE_DUPLICATE_ALIAS,
                        .message = raise_text("name \"%s\" specified more than once", target->name),
                        .detail = "The name is used both as MERGE target table and data source.");
    }
}

static void
bind_join_of(struct merge *m)
{
    struct level *level = m->level;
    struct arena *arena = level->an->arena;
    struct query *q = level->query;
    struct join_tree *target = arena_alloc_zero(arena, sizeof *target);
    target->range = q->result;
    struct join_tree *join = arena_alloc_zero(arena, sizeof *join);
    join->is_join = true;
    join->kind = m->has_unmatched ? JOIN_LEFT : JOIN_INNER;
    join->left = q->from[0];
    join->right = target;
    range_add(level, RANGE_JOIN, "unnamed_join", 0, &join->range);
    join->on = bind_where(level, m->stmt->join_condition, CLAUSE_JOIN_ON);
    q->from[0] = q->merge_join = join;
}

static void
bind_action(struct merge *m, const PgQuery__MergeWhenClause *when)
{
    struct level *level = m->level;
    struct merge_action *action = arena_alloc_zero(level->an->arena, sizeof *action);
    struct list targets = {.count = 0};
    action->match = when->matched ? MATCH_FOUND : MATCH_NONE;
    level->items = (struct list){.count = 0};
    for (uint32_t i = 0; i < m->source_items.count; i++)
        item_show(level, m->source_items.items[i]);
    if (when->matched)
        item_show(level, level->result_item);
    action->condition = bind_where(level, when->condition, CLAUSE_MERGE_WHEN);
    switch (when->command_type) {
    case PG_QUERY__CMD_TYPE__CMD_INSERT:
        action->command = COMMAND_INSERT;
        bind_merge_insert(level, m->table, when, &targets);
        break;
    case PG_QUERY__CMD_TYPE__CMD_UPDATE:
        action->command = COMMAND_UPDATE;
        bind_set_list(level, m->table, NODES(when, target_list), &targets);
        break;
    case PG_QUERY__CMD_TYPE__CMD_DELETE:
        action->command = COMMAND_DELETE;
        break;
    default:
        action->command = COMMAND_SELECT;
        break;
    }
    targets_finish(level, &targets, &action->targets, &action->target_count);
    list_add(level->an->arena, &m->actions, action);
}

struct query *
bind_merge(struct analysis *an, struct level *parent, const PgQuery__MergeStmt *stmt)
{
    struct level *level = level_new(an, parent, COMMAND_MERGE);
    struct query *q = level->query;
    struct merge m = {.level = level, .stmt = stmt};
    if (stmt->with_clause != NULL && stmt->with_clause->recursive)
        fail(an, -1, SQLSTATE_SYNTAX_ERROR, "WITH RECURSIVE is not supported for MERGE statement");
    if (stmt->with_clause != NULL)
        bind_with(level, stmt->with_clause);
    check_reachable(an, stmt);
    check_target(an, stmt->relation);
    m.table = bind_result_table(level, stmt->relation);
    for (size_t i = 0; i < stmt->n_merge_when_clauses; i++)
        m.has_unmatched |= !stmt->merge_when_clauses[i]->merge_when_clause->matched;
    bind_from(level, (struct nodes){1, (PgQuery__Node **)&stmt->source_relation});
    m.source_items = level->items;
    check_source_names(&m);
    level->items = (struct list){.count = 0};
    for (uint32_t i = 0; i < m.source_items.count; i++)
        item_show(level, m.source_items.items[i]);
    item_show(level, level->result_item);
    bind_join_of(&m);
    for (size_t i = 0; i < stmt->n_merge_when_clauses; i++)
        bind_action(&m, stmt->merge_when_clauses[i]->merge_when_clause);
    q->merge_action_count = m.actions.count;
    q->merge_actions = list_flatten(an->arena, &m.actions, sizeof(struct merge_action));
    q->rules = bind_row_rules(an, m.table, q->result);
    level_finish(level);
    return q;
}
