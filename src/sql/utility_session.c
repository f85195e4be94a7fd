/*
 * utility_session.c: transaction control, SET, PREPARE and EXECUTE, cursors, LOCK, EXPLAIN,
 * DISCARD.
 */
#include "sql/lexer.h"
#include "sql/utility_int.h"
#include "type/calendar.h"
#include "type/values.h"

/* ---- transactions ---- */

static const struct {
    PgQuery__TransactionStmtKind from;
    enum utility_kind kind;
    const char *tag;
} transaction_kinds[] = {
    {PG_QUERY__TRANSACTION_STMT_KIND__TRANS_STMT_BEGIN, UTILITY_BEGIN, "BEGIN"},
    {PG_QUERY__TRANSACTION_STMT_KIND__TRANS_STMT_START, UTILITY_BEGIN, "START TRANSACTION"},
    {PG_QUERY__TRANSACTION_STMT_KIND__TRANS_STMT_COMMIT, UTILITY_COMMIT, "COMMIT"},
    {PG_QUERY__TRANSACTION_STMT_KIND__TRANS_STMT_ROLLBACK, UTILITY_ROLLBACK, "ROLLBACK"},
    {PG_QUERY__TRANSACTION_STMT_KIND__TRANS_STMT_SAVEPOINT, UTILITY_SAVEPOINT, "SAVEPOINT"},
    {PG_QUERY__TRANSACTION_STMT_KIND__TRANS_STMT_RELEASE, UTILITY_RELEASE, "RELEASE"},
    {PG_QUERY__TRANSACTION_STMT_KIND__TRANS_STMT_ROLLBACK_TO, UTILITY_ROLLBACK_TO, "ROLLBACK"},
    {PG_QUERY__TRANSACTION_STMT_KIND__TRANS_STMT_PREPARE, UTILITY_PREPARE_TRANSACTION,
     "PREPARE TRANSACTION"},
    {PG_QUERY__TRANSACTION_STMT_KIND__TRANS_STMT_COMMIT_PREPARED, UTILITY_COMMIT_PREPARED,
     "COMMIT PREPARED"},
    {PG_QUERY__TRANSACTION_STMT_KIND__TRANS_STMT_ROLLBACK_PREPARED, UTILITY_ROLLBACK_PREPARED,
     "ROLLBACK PREPARED"},
};

static void
take_modes(struct analysis *an, struct nodes options, struct transaction *t)
{
    for (size_t i = 0; i < options.count; i++) {
        const PgQuery__DefElem *def = options.items[i]->def_elem;
        if (strcmp(def->defname, "transaction_isolation") == 0) {
            t->has_isolation = true;
            t->isolation = def_text(an, def);
        } else if (strcmp(def->defname, "transaction_read_only") == 0) {
            t->has_read_only = true;
            t->is_read_only = def_bool(an, def);
        } else if (strcmp(def->defname, "transaction_deferrable") == 0) {
            t->has_deferrable = true;
            t->is_deferrable = def_bool(an, def);
        }
    }
}

void
bind_transaction(struct analysis *an, struct utility *u, const PgQuery__TransactionStmt *stmt)
{
    for (size_t i = 0; i < sizeof transaction_kinds / sizeof transaction_kinds[0]; i++) {
        if (transaction_kinds[i].from == stmt->kind) {
            u->kind = transaction_kinds[i].kind;
            u->tag = transaction_kinds[i].tag;
        }
    }
    struct transaction *t = &u->transaction;
    t->name = tree_text(stmt->savepoint_name) != NULL ? stmt->savepoint_name : tree_text(stmt->gid);
    t->is_chain = stmt->chain;
    take_modes(an, NODES(stmt, options), t);
}

void
bind_set_constraints(struct analysis *an, struct utility *u,
                     const PgQuery__ConstraintsSetStmt *stmt)
{
    struct set_constraints *set = &u->set_constraints;
    u->kind = UTILITY_SET_CONSTRAINTS;
    u->tag = "SET CONSTRAINTS";
    set->is_all = stmt->n_constraints == 0;
    set->is_deferred = stmt->deferred;
    set->count = (uint32_t)stmt->n_constraints;
    set->names = arena_alloc_array(an->arena, set->count, sizeof *set->names);
    for (uint32_t i = 0; i < set->count; i++)
        set->names[i] = range_name(an, stmt->constraints[i]->range_var);
}

/* ---- SET ---- */

/* INTERVAL '...' in SET TIME ZONE, as a number of hours. */
static const char *
zone_value(struct analysis *an, const PgQuery__TypeCast *cast)
{
    int32_t typmod, at = tree_at(cast->arg);
    oid type = typename_get(an, cast->type_name, &typmod);
    struct slice text = slice_text(cast->arg->a_const->sval->sval);
    struct interval span = datum_interval(const_input(an, text, type, typmod, at)->constant.value);
    if (span.months != 0 || span.days != 0)
        fail(an, at, SQLSTATE_INVALID_PARAMETER_VALUE,
             "a time zone interval cannot have months or days");
    return arena_format(an->arena, "%.17g", (double)span.us / (double)US_PER_HOUR);
}

/* A value of SET: a constant, or an interval for a time zone. */
static const char *
set_value(struct analysis *an, const PgQuery__Node *node, bool *is_quoted)
{
    if (node->node_case == PG_QUERY__NODE__NODE_TYPE_CAST)
        return zone_value(an, node->type_cast);
    PgQuery__DefElem def = PG_QUERY__DEF_ELEM__INIT;
    def.arg = (PgQuery__Node *)node;
    *is_quoted = node->node_case == PG_QUERY__NODE__NODE_A_CONST &&
                 node->a_const->val_case == PG_QUERY__A__CONST__VAL_SVAL;
    const char *text = def_text(an, &def);
    if (text == NULL)
        fail(an, tree_at(node), SQLSTATE_INVALID_PARAMETER_VALUE, "invalid value for SET");
    return text;
}

static void
take_values(struct analysis *an, const PgQuery__VariableSetStmt *stmt, struct set *set)
{
    set->values.count = (uint32_t)stmt->n_args;
    set->values.names = arena_alloc_array(an->arena, stmt->n_args, sizeof *set->values.names);
    set->is_quoted = arena_alloc_zero(an->arena, stmt->n_args + 1);
    for (size_t i = 0; i < stmt->n_args; i++)
        set->values.names[i] = set_value(an, stmt->args[i], &set->is_quoted[i]);
}

static void
take_multi(struct analysis *an, const PgQuery__VariableSetStmt *stmt, struct set *set)
{
    if (strcmp(stmt->name, "TRANSACTION SNAPSHOT") == 0) {
        set->kind = SET_TRANSACTION_SNAPSHOT;
        take_values(an, stmt, set);
        return;
    }
    set->kind =
        strcmp(stmt->name, "TRANSACTION") == 0 ? SET_TRANSACTION : SET_SESSION_CHARACTERISTICS;
    take_modes(an, NODES(stmt, args), &set->modes);
}

struct set
set_of(struct analysis *an, const PgQuery__VariableSetStmt *stmt)
{
    struct set set = {.is_local = stmt->is_local, .name = tree_text(stmt->name)};
    switch (stmt->kind) {
    case PG_QUERY__VARIABLE_SET_KIND__VAR_SET_VALUE:
        set.kind = SET_VALUE;
        take_values(an, stmt, &set);
        break;
    case PG_QUERY__VARIABLE_SET_KIND__VAR_SET_DEFAULT:
        set.kind = SET_DEFAULT;
        break;
    case PG_QUERY__VARIABLE_SET_KIND__VAR_SET_CURRENT:
        set.kind = SET_FROM_CURRENT;
        break;
    case PG_QUERY__VARIABLE_SET_KIND__VAR_SET_MULTI:
        take_multi(an, stmt, &set);
        break;
    case PG_QUERY__VARIABLE_SET_KIND__VAR_RESET:
        set.kind = SET_RESET;
        break;
    default:
        set.kind = SET_RESET_ALL;
    }
    return set;
}

void
bind_set(struct analysis *an, struct utility *u, const PgQuery__VariableSetStmt *stmt)
{
    u->kind = UTILITY_SET;
    u->set = set_of(an, stmt);
    u->tag = u->set.kind == SET_RESET || u->set.kind == SET_RESET_ALL ? "RESET" : "SET";
}

/* ---- PREPARE, EXECUTE ---- */

/* What follows PREPARE name [(types)] AS. */
static struct slice
prepared_source(const struct raw_statement *raw)
{
    struct lexer lexer;
    lexer_init(&lexer, raw->source);
    uint32_t open = 0;
    for (;;) {
        struct token token = lexer_next(&lexer);
        if (token.kind == TOKEN_END)
            return raw->source;
        if (token_is(&lexer, &token, "("))
            open++;
        else if (token_is(&lexer, &token, ")"))
            open--;
        else if (open == 0 && token_is_word(&lexer, &token, "as"))
            break;
    }
    uint32_t skip = lexer.at;
    while (skip < raw->source.bytes && strchr(" \t\r\n\f\v", raw->source.data[skip]) != NULL)
        skip++;
    return slice_of(raw->source.data + skip, raw->source.bytes - skip);
}

void
bind_prepare(struct analysis *an, struct utility *u, const struct raw_statement *raw,
             const PgQuery__PrepareStmt *stmt)
{
    u->kind = UTILITY_PREPARE;
    u->tag = "PREPARE";
    struct prepare *prepare = &u->prepare;
    prepare->name = stmt->name;
    prepare->params.count = (uint32_t)stmt->n_argtypes;
    prepare->params.types = arena_alloc_array(an->arena, stmt->n_argtypes, sizeof(oid));
    prepare->params.can_infer = true;
    for (size_t i = 0; i < stmt->n_argtypes; i++) {
        int32_t typmod;
        prepare->params.types[i] = typename_get(an, stmt->argtypes[i]->type_name, &typmod);
    }
    /* Analysed for its errors, and for the types of its parameters. */
    struct analyze_options options = {
        .arena = an->arena, .scope = an->scope, .params = &prepare->params};
    struct raw_statement whole = {.node = stmt->query, .text = raw->text, .source = raw->source};
    (void)analyze(&options, &whole);
    prepare->statement = (struct raw_statement){
        .node = stmt->query, .text = raw->text, .source = prepared_source(raw)};
}

void
bind_execute(struct analysis *an, struct utility *u, const PgQuery__ExecuteStmt *stmt)
{
    u->kind = UTILITY_EXECUTE;
    u->tag = "EXECUTE";
    u->execute.name = stmt->name;
    u->execute.arg_count = (uint32_t)stmt->n_params;
    u->execute.args = arena_alloc_array(an->arena, stmt->n_params, sizeof *u->execute.args);
    struct level *level = level_new(an, NULL, COMMAND_SELECT);
    for (size_t i = 0; i < stmt->n_params; i++)
        u->execute.args[i] = bind_in_clause(level, stmt->params[i], CLAUSE_EXECUTE);
}

/* ---- cursors ---- */

/* The bits of DeclareCursorStmt.options. */
enum cursor_option {
    CURSOR_BINARY = 0x1,
    CURSOR_SCROLL = 0x2,
    CURSOR_NO_SCROLL = 0x4,
    CURSOR_INSENSITIVE = 0x8,
    CURSOR_ASENSITIVE = 0x10,
    CURSOR_HOLD = 0x20,
};

void
bind_declare(struct analysis *an, struct utility *u, const struct raw_statement *raw,
             const PgQuery__DeclareCursorStmt *stmt)
{
    u->kind = UTILITY_DECLARE;
    u->tag = "DECLARE CURSOR";
    struct declare *declare = &u->declare;
    int32_t options = stmt->options;
    if ((options & CURSOR_SCROLL) != 0 && (options & CURSOR_NO_SCROLL) != 0)
        fail(an, -1, SQLSTATE_INVALID_CURSOR_DEFINITION, "cannot specify both %s and %s", "SCROLL",
             "NO SCROLL");
    if ((options & CURSOR_ASENSITIVE) != 0 && (options & CURSOR_INSENSITIVE) != 0)
        fail(an, -1, SQLSTATE_INVALID_CURSOR_DEFINITION, "cannot specify both %s and %s",
             "ASENSITIVE", "INSENSITIVE");
    declare->name = stmt->portalname;
    declare->is_binary = (options & CURSOR_BINARY) != 0;
    declare->is_scroll = (options & CURSOR_SCROLL) != 0;
    declare->is_no_scroll = (options & CURSOR_NO_SCROLL) != 0;
    declare->is_insensitive = (options & CURSOR_INSENSITIVE) != 0;
    declare->is_asensitive = (options & CURSOR_ASENSITIVE) != 0;
    declare->is_hold = (options & CURSOR_HOLD) != 0;
    declare->source = raw->source;
    declare->query = bind_query_node(an, NULL, stmt->query, NULL);
    if (declare->query->has_modifying_cte)
        fail(an, -1, SQLSTATE_FEATURE_NOT_SUPPORTED,
             "DECLARE CURSOR must not contain data-modifying statements in WITH");
    const char *what = declare->is_hold          ? "WITH HOLD"
                       : declare->is_scroll      ? "SCROLL"
                       : declare->is_insensitive ? "INSENSITIVE"
                                                 : NULL;
    if (declare->query->row_mark_count > 0 && what != NULL)
        fail(an, -1, SQLSTATE_FEATURE_NOT_SUPPORTED, "DECLARE %s CURSOR ... %s is not supported",
             what, "FOR UPDATE");
}

void
bind_fetch(struct utility *u, const PgQuery__FetchStmt *stmt)
{
    u->kind = UTILITY_FETCH;
    u->tag = stmt->ismove ? "MOVE" : "FETCH";
    struct fetch *fetch = &u->fetch;
    fetch->cursor = stmt->portalname;
    fetch->is_move = stmt->ismove;
    fetch->count = stmt->how_many;
    switch (stmt->direction) {
    case PG_QUERY__FETCH_DIRECTION__FETCH_BACKWARD:
        fetch->direction = FETCH_TO_BACKWARD;
        break;
    case PG_QUERY__FETCH_DIRECTION__FETCH_ABSOLUTE:
        fetch->direction = FETCH_TO_ABSOLUTE;
        break;
    case PG_QUERY__FETCH_DIRECTION__FETCH_RELATIVE:
        fetch->direction = FETCH_TO_RELATIVE;
        break;
    default:
        fetch->direction = FETCH_TO_FORWARD;
    }
}

/* ---- LOCK, DISCARD ---- */

void
bind_lock(struct analysis *an, struct utility *u, const PgQuery__LockStmt *stmt)
{
    u->kind = UTILITY_LOCK;
    u->tag = "LOCK TABLE";
    struct lock_tables *lock = &u->lock;
    lock->count = (uint32_t)stmt->n_relations;
    lock->tables = arena_alloc_array(an->arena, lock->count, sizeof *lock->tables);
    lock->is_only = arena_alloc_zero(an->arena, lock->count + 1);
    for (uint32_t i = 0; i < lock->count; i++) {
        lock->tables[i] = range_name(an, stmt->relations[i]->range_var);
        lock->is_only[i] = !stmt->relations[i]->range_var->inh;
    }
    lock->mode = stmt->mode;
    lock->is_nowait = stmt->nowait;
}

void
bind_discard(struct utility *u, const PgQuery__DiscardStmt *stmt)
{
    u->kind = UTILITY_DISCARD;
    switch (stmt->target) {
    case PG_QUERY__DISCARD_MODE__DISCARD_PLANS:
        u->discard = DISCARD_PLANS;
        u->tag = "DISCARD PLANS";
        break;
    case PG_QUERY__DISCARD_MODE__DISCARD_SEQUENCES:
        u->discard = DISCARD_SEQUENCES;
        u->tag = "DISCARD SEQUENCES";
        break;
    case PG_QUERY__DISCARD_MODE__DISCARD_TEMP:
        u->discard = DISCARD_TEMP;
        u->tag = "DISCARD TEMP";
        break;
    default:
        u->discard = DISCARD_ALL;
        u->tag = "DISCARD ALL";
    }
}

/* ---- EXPLAIN ---- */

static enum explain_format
explain_format(struct analysis *an, const PgQuery__DefElem *def)
{
    static const char *const names[] = {"text", "xml", "json", "yaml"};
    const char *text = def_text(an, def);
    for (int i = 0; text != NULL && i < 4; i++) {
        if (strcmp(text, names[i]) == 0)
            return (enum explain_format)i;
    }
    fail(an, def->location, SQLSTATE_INVALID_PARAMETER_VALUE,
         "unrecognized value for EXPLAIN option \"%s\": \"%s\"", def->defname,
         text == NULL ? "" : text);
}

static void
take_explain_option(struct analysis *an, const PgQuery__DefElem *def, struct explain *explain,
                    bool *has_timing, bool *has_summary)
{
    const char *name = def->defname;
    if (strcmp(name, "analyze") == 0) {
        explain->is_analyze = def_bool(an, def);
    } else if (strcmp(name, "verbose") == 0) {
        explain->is_verbose = def_bool(an, def);
    } else if (strcmp(name, "costs") == 0) {
        explain->has_costs = def_bool(an, def);
    } else if (strcmp(name, "buffers") == 0) {
        explain->has_buffers = def_bool(an, def);
    } else if (strcmp(name, "settings") == 0) {
        explain->has_settings = def_bool(an, def);
    } else if (strcmp(name, "wal") == 0) {
        explain->has_wal = def_bool(an, def);
    } else if (strcmp(name, "timing") == 0) {
        explain->has_timing = def_bool(an, def);
        *has_timing = true;
    } else if (strcmp(name, "summary") == 0) {
        explain->has_summary = def_bool(an, def);
        *has_summary = true;
    } else if (strcmp(name, "format") == 0) {
        explain->format = explain_format(an, def);
    } else {
        fail(an, def->location, SQLSTATE_SYNTAX_ERROR, "unrecognized EXPLAIN option \"%s\"", name);
    }
}

void
bind_explain(struct analysis *an, struct utility *u, const struct raw_statement *raw,
             const PgQuery__ExplainStmt *stmt)
{
    u->kind = UTILITY_EXPLAIN;
    u->tag = "EXPLAIN";
    struct explain *explain = &u->explain;
    bool has_timing = false, has_summary = false;
    explain->has_costs = true;
    for (size_t i = 0; i < stmt->n_options; i++)
        take_explain_option(an, stmt->options[i]->def_elem, explain, &has_timing, &has_summary);
    if (explain->has_wal && !explain->is_analyze)
        fail(an, -1, SQLSTATE_INVALID_PARAMETER_VALUE, "EXPLAIN option WAL requires ANALYZE");
    if (has_timing && explain->has_timing && !explain->is_analyze)
        fail(an, -1, SQLSTATE_INVALID_PARAMETER_VALUE, "EXPLAIN option TIMING requires ANALYZE");
    if (!has_timing)
        explain->has_timing = explain->is_analyze;
    if (!has_summary)
        explain->has_summary = explain->is_analyze;
    explain->query = bind_statement(an, raw, stmt->query);
}
