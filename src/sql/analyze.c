/*
 * analyze.c: one raw statement to a bound query; parameters settled at the end.
 */
#include "sql/analysis_int.h"

/* $n whose type nothing told: text if they stand for literals, else an error. */
static void
settle_params(struct analysis *an)
{
    struct param_types *params = an->params;
    for (uint32_t i = 0; i < an->open_params.count; i++) {
        struct expr *e = an->open_params.items[i];
        oid *type = &params->types[e->param.number - 1];
        if (an->is_lifted && (*type == OID_NONE || *type == TYPE_UNKNOWN))
            *type = TYPE_TEXT;
        if (*type == OID_NONE || *type == TYPE_UNKNOWN)
            continue;
        if (an->is_lifted && e->type == TYPE_UNKNOWN) {
            e->type = *type;
            expr_done(an, e);
        }
        if (e->type != *type)
            fail(an, e->at, SQLSTATE_AMBIGUOUS_PARAMETER,
                 "could not determine data type of parameter $%u", e->param.number);
    }
    for (uint32_t i = 0; params != NULL && params->can_infer && i < params->count; i++) {
        if (params->types[i] == OID_NONE || params->types[i] == TYPE_UNKNOWN)
            raise(SQLSTATE_INDETERMINATE_DATATYPE, "could not determine data type of parameter $%u",
                  i + 1);
    }
}

static bool
is_into(const PgQuery__Node *node)
{
    if (node->node_case != PG_QUERY__NODE__NODE_SELECT_STMT)
        return false;
    const PgQuery__SelectStmt *select = node->select_stmt;
    while (select->larg != NULL)
        select = select->larg;
    return select->into_clause != NULL;
}

bool
raw_is_utility(const struct raw_statement *raw)
{
    const PgQuery__Node *node = raw->node;
    switch (node->node_case) {
    case PG_QUERY__NODE__NODE_SELECT_STMT:
        return is_into(node);
    case PG_QUERY__NODE__NODE_INSERT_STMT:
    case PG_QUERY__NODE__NODE_UPDATE_STMT:
    case PG_QUERY__NODE__NODE_DELETE_STMT:
    case PG_QUERY__NODE__NODE_MERGE_STMT:
        return false;
    default:
        return true;
    }
}

struct query *
bind_statement(struct analysis *an, const struct raw_statement *raw, const PgQuery__Node *node)
{
    switch (node->node_case) {
    case PG_QUERY__NODE__NODE_SELECT_STMT:
        if (is_into(node))
            return bind_utility(an, raw, node);
        return bind_query_node(an, NULL, node, NULL);
    case PG_QUERY__NODE__NODE_INSERT_STMT:
    case PG_QUERY__NODE__NODE_UPDATE_STMT:
    case PG_QUERY__NODE__NODE_DELETE_STMT:
    case PG_QUERY__NODE__NODE_MERGE_STMT:
        return bind_query_node(an, NULL, node, NULL);
    default:
        return bind_utility(an, raw, node);
    }
}

struct query *
analyze(const struct analyze_options *options, const struct raw_statement *raw)
{
    struct analysis an = analysis_begin(options, raw->text);
    struct query *q = bind_statement(&an, raw, raw->node);
    settle_params(&an);
    return q;
}

struct expr *
analyze_assign(const struct analyze_options *options, struct expr *value, oid type, int32_t typmod,
               const char *what)
{
    struct analysis an = analysis_begin(options, NULL);
    struct coercion how = {CAST_ASSIGNMENT, typmod, FORM_CAST_IMPLICIT, -1};
    oid from = value->type;
    struct expr *made = coerce_to(&an, value, type, &how);
    if (made == NULL)
        fail_hint(&an, -1, SQLSTATE_DATATYPE_MISMATCH,
                  "You will need to rewrite or cast the expression.",
                  "%s of type %s cannot be coerced to the expected type %s", what,
                  type_text(&an, from, -1), type_text(&an, type, -1));
    return made;
}

/* ---- about bound statements ---- */

const char *
query_tag(const struct query *q)
{
    switch (q->command) {
    case COMMAND_SELECT:
        return "SELECT";
    case COMMAND_INSERT:
        return "INSERT";
    case COMMAND_UPDATE:
        return "UPDATE";
    case COMMAND_DELETE:
        return "DELETE";
    case COMMAND_MERGE:
        return "MERGE";
    default:
        return q->utility->tag;
    }
}

static bool
is_read_only_utility(const struct utility *u)
{
    switch (u->kind) {
    case UTILITY_BEGIN:
    case UTILITY_COMMIT:
    case UTILITY_ROLLBACK:
    case UTILITY_SAVEPOINT:
    case UTILITY_RELEASE:
    case UTILITY_ROLLBACK_TO:
    case UTILITY_SET_CONSTRAINTS:
    case UTILITY_SET:
    case UTILITY_SHOW:
    case UTILITY_DISCARD:
    case UTILITY_PREPARE:
    case UTILITY_EXECUTE:
    case UTILITY_DEALLOCATE:
    case UTILITY_FETCH:
    case UTILITY_CLOSE:
    case UTILITY_LISTEN:
    case UTILITY_UNLISTEN:
    case UTILITY_NOTIFY:
    case UTILITY_LOCK:
    case UTILITY_CHECKPOINT:
        return true;
    case UTILITY_DECLARE:
        return query_is_read_only(u->declare.query);
    case UTILITY_EXPLAIN:
        return !u->explain.is_analyze || query_is_read_only(u->explain.query);
    case UTILITY_COPY:
        return !u->copy.is_from && (u->copy.query == NULL || query_is_read_only(u->copy.query));
    default:
        return false;
    }
}

bool
query_is_read_only(const struct query *q)
{
    if (q->command == COMMAND_UTILITY)
        return is_read_only_utility(q->utility);
    if (q->command != COMMAND_SELECT || q->has_modifying_cte || q->row_mark_count > 0)
        return false;
    return true;
}
