/*
 * cte.c: WITH: the named queries of a query, recursive ones included.
 *
 * Without RECURSIVE an item sees those before it. With RECURSIVE it sees all; they are bound in
 * the order of their mentions of each other, found by walking the parser's tree by its own
 * description (so no list of node kinds is kept here). An item that mentions itself must be a
 * UNION: its left arm is bound first and gives the columns.
 */
#include "sql/analysis_int.h"

/* ---- mentions ---- */

struct mentions {
    const char *name;
    uint32_t count;
};

static void count_in(struct mentions *mentions, const ProtobufCMessage *message);

static void
count_field(struct mentions *mentions, const ProtobufCMessage *message,
            const ProtobufCFieldDescriptor *field)
{
    const uint8_t *base = (const uint8_t *)message;
    if (field->type != PROTOBUF_C_TYPE_MESSAGE)
        return;
    if (field->label == PROTOBUF_C_LABEL_REPEATED) {
        size_t count;
        memcpy(&count, base + field->quantifier_offset, sizeof count);
        ProtobufCMessage *const *list;
        memcpy(&list, base + field->offset, sizeof list);
        for (size_t i = 0; i < count; i++)
            count_in(mentions, list[i]);
        return;
    }
    if ((field->flags & PROTOBUF_C_FIELD_FLAG_ONEOF) != 0) {
        uint32_t which;
        memcpy(&which, base + field->quantifier_offset, sizeof which);
        if (which != field->id)
            return;
    }
    const ProtobufCMessage *part;
    memcpy(&part, base + field->offset, sizeof part);
    if (part != NULL)
        count_in(mentions, part);
}

static void
count_in(struct mentions *mentions, const ProtobufCMessage *message)
{
    if (message->descriptor == &pg_query__range_var__descriptor) {
        const PgQuery__RangeVar *var = (const PgQuery__RangeVar *)message;
        if (tree_text(var->schemaname) == NULL && strcmp(var->relname, mentions->name) == 0)
            mentions->count++;
        return;
    }
    for (unsigned i = 0; i < message->descriptor->n_fields; i++)
        count_field(mentions, message, &message->descriptor->fields[i]);
}

static uint32_t
mention_count(const ProtobufCMessage *message, const char *name)
{
    struct mentions mentions = {.name = name};
    if (message != NULL)
        count_in(&mentions, message);
    return mentions.count;
}

/* ---- finding ---- */

struct cte *
cte_find(struct level *level, const char *name, uint32_t *number, uint32_t *levels_up,
         bool *is_self)
{
    *levels_up = 0;
    for (; level != NULL; level = level->parent, (*levels_up)++) {
        for (uint32_t i = level->ctes.count; i > 0; i--) {
            struct cte *cte = level->ctes.items[i - 1];
            if (strcmp(cte->name, name) != 0)
                continue;
            *number = i - 1;
            *is_self = cte->query == NULL;
            return cte;
        }
    }
    return NULL;
}

void
cte_check_use(struct level *level, const struct cte *cte, bool is_self, int32_t at)
{
    struct analysis *an = level->an;
    for (struct level *around = level; is_self && around != NULL && around->self_cte != cte;
         around = around->parent) {
        if (around->is_sublink)
            fail(an, at, SQLSTATE_INVALID_RECURSION,
                 "recursive reference to query \"%s\" must not appear within a subquery",
                 cte->name);
    }
    if (is_self && cte->columns == NULL)
        fail(an, at, SQLSTATE_INVALID_RECURSION,
             "recursive reference to query \"%s\" must not appear within its non-recursive term",
             cte->name);
    if (!is_self && cte->query->command != COMMAND_SELECT && cte->query->returning_count == 0)
        fail(an, at, SQLSTATE_FEATURE_NOT_SUPPORTED,
             "WITH query \"%s\" does not have a RETURNING clause", cte->name);
}

void
fail_missing_relation(struct level *level, const PgQuery__RangeVar *node)
{
    struct analysis *an = level->an;
    const char *schema = tree_text(node->schemaname);
    for (struct level *around = level; schema == NULL && around != NULL; around = around->parent) {
        for (uint32_t i = 0; i < around->later_ctes.count; i++) {
            if (strcmp(around->later_ctes.items[i], node->relname) != 0)
                continue;
            raise_error(.code = SQLSTATE_UNDEFINED_TABLE,
                        .message = raise_text("relation \"%s\" does not exist", node->relname),
                        .detail = raise_text("There is a WITH item named \"%s\", but it cannot be "
                                             "referenced from this part of the query.",
                                             node->relname),
                        .hint = "Use WITH RECURSIVE, or re-order the WITH items to remove forward "
                                "references.",
                        .position = place_of(an, node->location));
        }
    }
    if (schema != NULL && an->scope->has_schema != NULL &&
        !an->scope->has_schema(an->scope->object, schema))
        fail(an, node->location, SQLSTATE_UNDEFINED_TABLE, "relation \"%s.%s\" does not exist",
             schema, node->relname);
    relation_get(an, node);
    fail(an, node->location, SQLSTATE_UNDEFINED_TABLE, "relation \"%s\" does not exist",
         node->relname);
}

/* ---- columns ---- */

static void
name_columns(struct level *level, struct cte *cte, const PgQuery__CommonTableExpr *node)
{
    if (node->n_aliascolnames > cte->column_count)
        fail(level->an, node->location, SQLSTATE_INVALID_COLUMN_REFERENCE,
             "WITH query \"%s\" has %u columns available but %zu columns specified", cte->name,
             cte->column_count, node->n_aliascolnames);
    for (size_t i = 0; i < node->n_aliascolnames; i++)
        cte->columns[i].name = tree_string(node->aliascolnames[i]);
}

void
cte_take_columns(struct level *level, struct cte *cte, const struct range_column *columns,
                 uint32_t count, const PgQuery__CommonTableExpr *node)
{
    cte->column_count = count;
    cte->columns = arena_alloc_zero(level->an->arena, (count + 1) * sizeof *cte->columns);
    if (count > 0)
        memcpy(cte->columns, columns, count * sizeof *columns);
    name_columns(level, cte, node);
}

/* ---- binding ---- */

static const PgQuery__SelectStmt *
recursive_body(struct level *level, const PgQuery__CommonTableExpr *node)
{
    struct analysis *an = level->an;
    if (node->ctequery->node_case != PG_QUERY__NODE__NODE_SELECT_STMT)
        fail(an, node->location, SQLSTATE_INVALID_RECURSION,
             "recursive query \"%s\" must not contain data-modifying statements", node->ctename);
    const PgQuery__SelectStmt *stmt = node->ctequery->select_stmt;
    if (stmt->op != PG_QUERY__SET_OPERATION__SETOP_UNION)
        fail(an, node->location, SQLSTATE_INVALID_RECURSION,
             "recursive query \"%s\" does not have the form non-recursive-term UNION [ALL] "
             "recursive-term",
             node->ctename);
    if (stmt->n_sort_clause > 0)
        fail(an, tree_at(stmt->sort_clause[0]), SQLSTATE_FEATURE_NOT_SUPPORTED,
             "ORDER BY in a recursive query is not implemented");
    if (stmt->limit_offset != NULL)
        fail(an, tree_at(stmt->limit_offset), SQLSTATE_FEATURE_NOT_SUPPORTED,
             "OFFSET in a recursive query is not implemented");
    if (stmt->limit_count != NULL)
        fail(an, tree_at(stmt->limit_count), SQLSTATE_FEATURE_NOT_SUPPORTED,
             "LIMIT in a recursive query is not implemented");
    if (stmt->n_locking_clause > 0)
        fail(an, -1, SQLSTATE_FEATURE_NOT_SUPPORTED,
             "FOR UPDATE/SHARE in a recursive query is not implemented");
    if (mention_count(&stmt->rarg->base, node->ctename) > 1)
        fail(an, node->location, SQLSTATE_INVALID_RECURSION,
             "recursive reference to query \"%s\" must not appear more than once", node->ctename);
    return stmt;
}

static void
bind_cte(struct level *level, const PgQuery__CommonTableExpr *node, bool is_recursive)
{
    struct analysis *an = level->an;
    struct cte *cte = arena_alloc_zero(an->arena, sizeof *cte);
    cte->name = node->ctename;
    cte->at = node->location;
    cte->materialize =
        node->ctematerialized == PG_QUERY__CTEMATERIALIZE__CTEMaterializeAlways  ? CTE_ALWAYS
        : node->ctematerialized == PG_QUERY__CTEMATERIALIZE__CTEMaterializeNever ? CTE_NEVER
                                                                                 : CTE_DEFAULT;
    struct subquery_options options = {.self_cte = NULL};
    const PgQuery__SelectStmt *body = is_recursive ? recursive_body(level, node) : NULL;
    node = cte_expand_search(level, node, body, cte);
    if (is_recursive) {
        options.self_cte = cte;
        options.self_node = node;
        list_add(an->arena, &level->ctes, cte);
    }
    if (node->ctequery->node_case == PG_QUERY__NODE__NODE_MERGE_STMT)
        fail(an, node->location, SQLSTATE_FEATURE_NOT_SUPPORTED,
             "MERGE not supported in WITH query");
    struct query *q = bind_query_node(an, level, node->ctequery, &options);
    if (q->command != COMMAND_SELECT) {
        level->query->has_modifying_cte = true;
        if (level->parent != NULL)
            fail(an, node->location, SQLSTATE_FEATURE_NOT_SUPPORTED,
                 "WITH clause containing a data-modifying statement must be at the top level");
    }
    if (!is_recursive) {
        const struct target *targets;
        uint32_t count = query_result_columns(q, &targets);
        struct range_column *columns = arena_alloc_zero(an->arena, count * sizeof *columns);
        for (uint32_t i = 0; i < count; i++)
            columns[i] = (struct range_column){.name = targets[i].name,
                                               .type = targets[i].expr->type,
                                               .typmod = targets[i].expr->typmod,
                                               .collation = targets[i].expr->collation};
        cte_take_columns(level, cte, columns, count, node);
        list_add(an->arena, &level->ctes, cte);
    }
    cte->query = q;
}

/* One after which nothing unbound is mentioned; those left over mention each other. */
static void
bind_in_order(struct level *level, const PgQuery__WithClause *with)
{
    struct analysis *an = level->an;
    bool *is_bound = arena_alloc_zero(an->arena, with->n_ctes);
    for (size_t done = 0; done < with->n_ctes; done++) {
        size_t next = with->n_ctes;
        for (size_t i = 0; i < with->n_ctes && next == with->n_ctes; i++) {
            const PgQuery__CommonTableExpr *node = with->ctes[i]->common_table_expr;
            bool is_ready = !is_bound[i];
            for (size_t j = 0; j < with->n_ctes && is_ready; j++) {
                const char *other = with->ctes[j]->common_table_expr->ctename;
                is_ready =
                    j == i || is_bound[j] || mention_count(&node->ctequery->base, other) == 0;
            }
            if (is_ready)
                next = i;
        }
        if (next == with->n_ctes) {
            for (next = 0; is_bound[next]; next++)
                ;
            fail(an, with->ctes[next]->common_table_expr->location, SQLSTATE_FEATURE_NOT_SUPPORTED,
                 "mutual recursion between WITH items is not implemented");
        }
        const PgQuery__CommonTableExpr *node = with->ctes[next]->common_table_expr;
        bind_cte(level, node, mention_count(&node->ctequery->base, node->ctename) > 0);
        is_bound[next] = true;
    }
}

static void
check_names(struct level *level, const PgQuery__WithClause *with)
{
    for (size_t i = 0; i < with->n_ctes; i++) {
        const PgQuery__CommonTableExpr *node = with->ctes[i]->common_table_expr;
        for (size_t j = 0; j < i; j++) {
            if (strcmp(with->ctes[j]->common_table_expr->ctename, node->ctename) == 0)
                fail(level->an, node->location, SQLSTATE_DUPLICATE_ALIAS,
                     "WITH query name \"%s\" specified more than once", node->ctename);
        }
    }
}

void
bind_with(struct level *level, const PgQuery__WithClause *with)
{
    struct analysis *an = level->an;
    check_names(level, with);
    level->query->is_recursive = with->recursive;
    if (with->recursive) {
        bind_in_order(level, with);
        return;
    }
    for (size_t i = 0; i < with->n_ctes; i++)
        list_add(an->arena, &level->later_ctes, with->ctes[i]->common_table_expr->ctename);
    for (size_t i = 0; i < with->n_ctes; i++) {
        bind_cte(level, with->ctes[i]->common_table_expr, false);
        /* It is found as a WITH item from here on. */
        level->later_ctes.items++;
        level->later_ctes.count--;
        level->later_ctes.room = level->later_ctes.count;
    }
}
