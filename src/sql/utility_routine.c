/*
 * utility_routine.c: CREATE and ALTER FUNCTION and PROCEDURE, CALL; naming routines by their
 * signatures.
 */
#include "sql/deparse.h"
#include "sql/routine.h"
#include "sql/utility_int.h"

#include <strings.h>

/* ---- signatures ---- */

/* A missing operand of an operator (NONE) is a node without content: type 0. */
static oid
signature_type(struct analysis *an, const PgQuery__Node *node, bool may_miss,
               struct func_signature *signature)
{
    oid type;
    int32_t typmod;
    if (node->node_case == PG_QUERY__NODE__NODE__NOT_SET)
        return OID_NONE;
    const PgQuery__TypeName *name = node->type_name;
    if (!may_miss)
        return typename_get(an, name, &typmod);
    struct object_name object = object_name(an, NODES(name, names), name->location);
    bool has_schema = object.schema == NULL || an->scope->has_schema == NULL ||
                      an->scope->has_schema(an->scope->object, object.schema);
    if (typename_find(an, name, &type, &typmod))
        return type;
    if (signature->missing == NULL)
        signature->missing =
            has_schema
                ? arena_format(an->arena, "type \"%s\" does not exist, skipping",
                               tree_dotted(an->arena, NODES(name, names)))
                : arena_format(an->arena, "schema \"%s\" does not exist, skipping", object.schema);
    return OID_NONE;
}

/* The types as they were written, for notices. */
static const char *
types_text(struct analysis *an, struct nodes types)
{
    const char *text = "";
    for (size_t i = 0; i < types.count; i++) {
        const PgQuery__Node *node = types.items[i];
        bool is_none = node->node_case == PG_QUERY__NODE__NODE__NOT_SET;
        text =
            arena_format(an->arena, "%s%s%s%s", text, i == 0 ? "" : ",",
                         is_none ? "NONE" : tree_dotted(an->arena, NODES(node->type_name, names)),
                         !is_none && node->type_name->n_array_bounds > 0 ? "[]" : "");
    }
    return text;
}

struct object_item
routine_item(struct analysis *an, const PgQuery__ObjectWithArgs *node, bool may_miss)
{
    struct object_item item = {.name = object_name(an, NODES(node, objname), -1)};
    struct func_signature *signature = &item.signature;
    signature->has_args = !node->args_unspecified;
    signature->args = arena_alloc_array(an->arena, node->n_objargs + 1, sizeof(oid));
    for (size_t i = 0; i < node->n_objargs; i++)
        signature->args[signature->arg_count++] =
            signature_type(an, node->objargs[i], may_miss, signature);
    signature->text = types_text(an, NODES(node, objargs));
    bool has_outs = node->n_objfuncargs > node->n_objargs;
    signature->all = arena_alloc_array(an->arena, node->n_objfuncargs + 1, sizeof(oid));
    for (size_t i = 0; has_outs && i < node->n_objfuncargs; i++) {
        PgQuery__Node type = {.node_case = PG_QUERY__NODE__NODE_TYPE_NAME,
                              .type_name = node->objfuncargs[i]->function_parameter->arg_type};
        signature->all[signature->all_count++] = signature_type(an, &type, may_miss, signature);
    }
    return item;
}

/* ---- arguments ---- */

struct making {
    struct analysis *an;
    struct create_routine *create;
    struct routine *routine;
    struct routine_arg *args;
    bool is_procedure, is_sql;
    uint32_t given; /* bits of enum routine_option_bits */
    uint32_t default_count, out_count;
    const char *text; /* AS */
    const char *link; /* AS 'file', 'symbol': the symbol */
    bool has_as, has_transform, is_window;
    struct list sets; /* struct set */
};

static enum routine_arg_mode
mode_of(const PgQuery__FunctionParameter *node)
{
    switch (node->mode) {
    case PG_QUERY__FUNCTION_PARAMETER_MODE__FUNC_PARAM_OUT:
        return ARG_OUT;
    case PG_QUERY__FUNCTION_PARAMETER_MODE__FUNC_PARAM_INOUT:
        return ARG_INOUT;
    case PG_QUERY__FUNCTION_PARAMETER_MODE__FUNC_PARAM_VARIADIC:
        return ARG_VARIADIC;
    case PG_QUERY__FUNCTION_PARAMETER_MODE__FUNC_PARAM_TABLE:
        return ARG_TABLE;
    default:
        return ARG_IN;
    }
}

static _Noreturn void
fail_definition(struct making *m, int32_t at, const char *message)
{
    fail(m->an, at, SQLSTATE_INVALID_FUNCTION_DEFINITION, "%s", message);
}

static oid
arg_type(struct making *m, const PgQuery__TypeName *name)
{
    int32_t typmod;
    if (name->setof)
        fail_definition(m, -1,
                        m->is_procedure ? "procedures cannot accept set arguments"
                                        : "functions cannot accept set arguments");
    return typename_get(m->an, name, &typmod);
}

static void
check_variadic(struct making *m, oid type)
{
    if (type == TYPE_ANYARRAY)
        m->routine->info.variadic = TYPE_ANYELEMENT;
    else if (type == TYPE_ANYCOMPATIBLEARRAY)
        m->routine->info.variadic = TYPE_ANYCOMPATIBLE;
    else if (type == TYPE_ANY)
        m->routine->info.variadic = TYPE_ANY;
    else
        m->routine->info.variadic = array_element(m->an, type);
    if (m->routine->info.variadic == OID_NONE)
        fail_definition(m, -1, "VARIADIC parameter must be an array");
}

static void
check_arg_name(struct making *m, uint32_t idx)
{
    const struct routine_arg *arg = &m->args[idx];
    for (uint32_t i = 0; arg->name != NULL && i < idx; i++) {
        const struct routine_arg *other = &m->args[i];
        /* An input and an output may share a name. */
        bool is_apart = (arg->mode == ARG_IN || arg->mode == ARG_VARIADIC)
                            ? other->mode == ARG_OUT || other->mode == ARG_TABLE
                            : (arg->mode == ARG_OUT || arg->mode == ARG_TABLE) &&
                                  (other->mode == ARG_IN || other->mode == ARG_VARIADIC);
        if (!is_apart && other->name != NULL && strcmp(other->name, arg->name) == 0)
            fail_definition(
                m, -1,
                arena_format(m->an->arena, "parameter name \"%s\" used more than once", arg->name));
    }
}

static bool
reads_columns(void *object, const struct expr *e)
{
    return e->kind == EXPR_COLUMN || expr_walk(e, reads_columns, object);
}

static void
take_default(struct making *m, struct routine_arg *arg, const PgQuery__Node *node)
{
    struct analysis *an = m->an;
    if (!routine_arg_is_given(arg->mode))
        fail_definition(m, -1, "only input parameters can have default values");
    struct level *level = level_new(an, NULL, COMMAND_SELECT);
    struct expr *e = bind_in_clause(level, node, CLAUSE_NONE);
    e = coerce_specific(an, e, arg->type, -1, "DEFAULT");
    if (reads_columns(NULL, e))
        fail(an, -1, SQLSTATE_INVALID_COLUMN_REFERENCE,
             "cannot use table references in parameter default value");
    struct deparse_options deparse = {.arena = an->arena, .scope = an->scope, .qualify_all = true};
    arg->default_sql = deparse_expr(&deparse, NULL, e);
    m->create->defaults[m->create->default_count++] = e;
    m->default_count++;
}

static void
take_arg(struct making *m, const PgQuery__FunctionParameter *node)
{
    uint32_t idx = m->routine->arg_count++;
    struct routine_arg *arg = &m->args[idx];
    *arg = (struct routine_arg){.name = tree_text(node->name), .mode = mode_of(node)};
    arg->type = arg_type(m, node->arg_type);
    if (m->routine->info.variadic != OID_NONE && arg->mode != ARG_TABLE && arg->mode != ARG_OUT)
        fail_definition(m, -1, "VARIADIC parameter must be the last input parameter");
    if (m->is_procedure && m->routine->info.variadic != OID_NONE)
        fail_definition(m, -1, "VARIADIC parameter must be the last parameter");
    if (m->is_procedure && arg->mode == ARG_OUT && m->default_count > 0)
        fail_definition(m, -1,
                        "procedure OUT parameters cannot appear after one with a default "
                        "value");
    if (arg->mode == ARG_VARIADIC)
        check_variadic(m, arg->type);
    check_arg_name(m, idx);
    m->out_count += arg->mode == ARG_OUT || arg->mode == ARG_INOUT || arg->mode == ARG_TABLE;
    if (node->defexpr != NULL)
        take_default(m, arg, node->defexpr);
    else if (routine_arg_is_given(arg->mode) && m->default_count > 0 && arg->mode != ARG_VARIADIC)
        fail_definition(m, -1,
                        "input parameters after one with a default value must also have "
                        "defaults");
}

static void
take_args(struct making *m, struct nodes parameters)
{
    struct arena *arena = m->an->arena;
    if (parameters.count > FUNC_ARGS_MAX)
        fail(m->an, -1, SQLSTATE_TOO_MANY_ARGUMENTS,
             m->is_procedure ? "procedures cannot have more than %d arguments"
                             : "functions cannot have more than %d arguments",
             FUNC_ARGS_MAX);
    m->args = arena_alloc_zero(arena, (parameters.count + 1) * sizeof *m->args);
    m->routine->args = m->args;
    m->create->defaults =
        arena_alloc_array(arena, parameters.count + 1, sizeof *m->create->defaults);
    for (size_t i = 0; i < parameters.count; i++)
        take_arg(m, parameters.items[i]->function_parameter);
}

void
bind_routine_args(struct analysis *an, struct create_routine *create, struct nodes parameters)
{
    struct making m = {.an = an, .create = create, .routine = &create->routine};
    take_args(&m, parameters);
}

/* ---- the result ---- */

/* What the out arguments make of the result. */
static oid
out_result(const struct making *m)
{
    oid result = OID_NONE;
    for (uint16_t i = 0; i < m->routine->arg_count; i++) {
        enum routine_arg_mode mode = m->args[i].mode;
        if (mode == ARG_OUT || mode == ARG_INOUT || mode == ARG_TABLE)
            result = result == OID_NONE ? m->args[i].type : TYPE_RECORD;
    }
    return m->is_procedure && result != OID_NONE ? TYPE_RECORD : result;
}

static bool
is_compatible_family(oid type)
{
    return type == TYPE_ANYCOMPATIBLE || type == TYPE_ANYCOMPATIBLEARRAY ||
           type == TYPE_ANYCOMPATIBLENONARRAY || type == 5080 || type == 4538;
}

static bool
is_range_family(oid type)
{
    return type == TYPE_ANYRANGE || type == 4537 || type == 5080 || type == 4538;
}

/* A polymorphic result needs an argument of its family that tells what it is. */
static void
check_polymorphic(struct making *m, oid type)
{
    if (!type_is_polymorphic(type))
        return;
    bool has_any = false, has_range = false;
    for (uint16_t i = 0; i < m->routine->arg_count; i++) {
        oid arg = m->args[i].type;
        if (!routine_arg_is_given(m->args[i].mode) || !type_is_polymorphic(arg) ||
            is_compatible_family(arg) != is_compatible_family(type))
            continue;
        has_any = true;
        has_range |= is_range_family(arg);
    }
    if (is_range_family(type) ? has_range : has_any)
        return;
    const char *name = type_text(m->an, type, -1);
    const char *family = is_compatible_family(type) ? "anycompatible" : "any";
    const char *detail;
    if (is_range_family(type))
        detail = arena_format(m->an->arena,
                              "A result of type %s requires at least one input of type %srange or "
                              "%smultirange.",
                              name, family, family);
    else if (is_compatible_family(type))
        detail = arena_format(m->an->arena,
                              "A result of type %s requires at least one input of type "
                              "anycompatible, anycompatiblearray, anycompatiblenonarray, "
                              "anycompatiblerange, or anycompatiblemultirange.",
                              name);
    else
        detail = arena_format(m->an->arena,
                              "A result of type %s requires at least one input of type "
                              "anyelement, anyarray, anynonarray, anyenum, anyrange, or "
                              "anymultirange.",
                              name);
    fail_detail(m->an, -1, SQLSTATE_INVALID_FUNCTION_DEFINITION, detail,
                "cannot determine result data type");
}

static void
take_result(struct making *m, const PgQuery__TypeName *node)
{
    struct func_info *info = &m->routine->info;
    oid out = out_result(m);
    if (m->is_procedure) {
        info->result = out == OID_NONE ? TYPE_VOID : TYPE_RECORD;
        return;
    }
    if (node != NULL) {
        PgQuery__TypeName plain = *node;
        plain.setof = 0;
        int32_t typmod;
        info->is_set = node->setof;
        info->result = typename_get(m->an, &plain, &typmod);
        if (out != OID_NONE && out != info->result)
            fail_definition(m, -1,
                            arena_format(m->an->arena,
                                         "function result type must be %s because of OUT "
                                         "parameters",
                                         type_text(m->an, out, -1)));
    } else if (out != OID_NONE) {
        info->result = out;
    } else {
        fail_definition(m, -1, "function result type must be specified");
    }
    check_polymorphic(m, info->result);
    for (uint16_t i = 0; i < m->routine->arg_count; i++)
        if (!routine_arg_is_given(m->args[i].mode))
            check_polymorphic(m, m->args[i].type);
    if (info->result == TYPE_INTERNAL)
        fail_detail(m->an, -1, SQLSTATE_INVALID_FUNCTION_DEFINITION,
                    "A function returning \"internal\" must have at least one \"internal\" "
                    "argument.",
                    "unsafe use of pseudo-type \"internal\"");
}

/* ---- options ---- */

static void
check_once(struct making *m, const PgQuery__DefElem *def, uint32_t bit)
{
    if (m->given & bit)
        fail(m->an, def->location, SQLSTATE_SYNTAX_ERROR, "conflicting or redundant options");
    m->given |= bit;
}

static float
positive(struct making *m, const PgQuery__DefElem *def, const char *what)
{
    const char *text = def_text(m->an, def);
    float value = text == NULL ? 0 : strtof(text, NULL);
    if (value <= 0)
        fail(m->an, -1, SQLSTATE_INVALID_PARAMETER_VALUE, "%s must be positive", what);
    return value;
}

static void
take_volatility(struct making *m, const char *text)
{
    m->routine->info.volatility = strcmp(text, "immutable") == 0 ? FUNC_IMMUTABLE
                                  : strcmp(text, "stable") == 0  ? FUNC_STABLE
                                                                 : FUNC_VOLATILE;
}

/* Options that ALTER has too; false: it is another. */
static bool
take_common(struct making *m, const PgQuery__DefElem *def)
{
    const char *name = def->defname;
    if (strcmp(name, "volatility") == 0) {
        check_once(m, def, OPTION_VOLATILITY);
        take_volatility(m, def_text(m->an, def));
    } else if (strcmp(name, "strict") == 0) {
        check_once(m, def, OPTION_STRICT);
        m->routine->info.is_strict = def_bool(m->an, def);
    } else if (strcmp(name, "security") == 0) {
        check_once(m, def, OPTION_SECURITY);
        m->routine->is_security_definer = def_bool(m->an, def);
        return true; /* procedures have it */
    } else if (strcmp(name, "leakproof") == 0) {
        check_once(m, def, OPTION_LEAKPROOF);
        m->routine->is_leakproof = def_bool(m->an, def);
    } else if (strcmp(name, "cost") == 0) {
        check_once(m, def, OPTION_COST);
        m->routine->cost = positive(m, def, "COST");
    } else if (strcmp(name, "rows") == 0) {
        check_once(m, def, OPTION_ROWS);
        m->routine->rows = positive(m, def, "ROWS");
    } else if (strcmp(name, "parallel") == 0) {
        const char *text = def_text(m->an, def);
        check_once(m, def, OPTION_PARALLEL);
        m->routine->parallel = text[0];
        if (strcmp(text, "safe") != 0 && strcmp(text, "unsafe") != 0 &&
            strcmp(text, "restricted") != 0)
            fail(m->an, -1, SQLSTATE_SYNTAX_ERROR,
                 "parameter \"parallel\" must be SAFE, RESTRICTED, or UNSAFE");
    } else if (strcmp(name, "set") == 0) {
        struct set *set = arena_alloc(m->an->arena, sizeof *set);
        *set = set_of(m->an, def->arg->variable_set_stmt);
        list_add(m->an->arena, &m->sets, set);
        return true;
    } else if (strcmp(name, "support") == 0) {
        fail_unsupported(m->an, def->location, "SUPPORT");
    } else {
        return false;
    }
    if (m->is_procedure)
        fail(m->an, def->location, SQLSTATE_INVALID_FUNCTION_DEFINITION,
             "invalid attribute in procedure definition");
    return true;
}

static void
take_as(struct making *m, const PgQuery__DefElem *def)
{
    struct nodes parts = tree_list(def->arg);
    if (m->has_as)
        fail(m->an, def->location, SQLSTATE_SYNTAX_ERROR, "conflicting or redundant options");
    m->has_as = true;
    m->create->body_at = def->location;
    m->text = parts.count > 0 ? tree_string(parts.items[0]) : def_text(m->an, def);
    m->link = parts.count > 1 ? tree_string(parts.items[1]) : NULL;
}

static void
take_option(struct making *m, const PgQuery__DefElem *def)
{
    const char *name = def->defname;
    if (strcmp(name, "as") == 0) {
        take_as(m, def);
    } else if (strcmp(name, "language") == 0) {
        if (m->create->language != NULL)
            fail(m->an, def->location, SQLSTATE_SYNTAX_ERROR, "conflicting or redundant options");
        m->create->language = def_text(m->an, def);
    } else if (strcmp(name, "window") == 0) {
        if (m->is_procedure)
            fail(m->an, def->location, SQLSTATE_INVALID_FUNCTION_DEFINITION,
                 "invalid attribute in procedure definition");
        m->is_window = true;
    } else if (strcmp(name, "transform") == 0) {
        fail_unsupported(m->an, def->location, "TRANSFORM");
    } else if (!take_common(m, def)) {
        fail(m->an, def->location, SQLSTATE_SYNTAX_ERROR, "option \"%s\" not recognized", name);
    }
}

/* ---- the body ---- */

static void
take_language(struct making *m, bool has_body)
{
    const char *name = m->create->language;
    if (name == NULL && !has_body)
        fail_definition(m, -1, "no language specified");
    if (name == NULL)
        name = m->create->language = "sql";
    if (strcasecmp(name, "sql") == 0) {
        m->routine->language = LANGUAGE_SQL;
    } else if (strcasecmp(name, "internal") == 0) {
        m->routine->language = LANGUAGE_INTERNAL;
    } else if (strcasecmp(name, "c") == 0) {
        fail_hint(m->an, -1, SQLSTATE_FEATURE_NOT_SUPPORTED,
                  "Shared libraries are not loaded. Write the function in SQL.",
                  "functions in language \"%s\" are not supported", name);
    } else if (strcasecmp(name, "plpgsql") == 0) {
        fail_hint(m->an, -1, SQLSTATE_FEATURE_NOT_SUPPORTED,
                  "PL/pgSQL is still to come. Write the function in SQL, if it can do without "
                  "variables and control structures.",
                  "functions in language \"%s\" are not supported yet", name);
    } else {
        bool is_known = strncasecmp(name, "plp", 3) == 0 || strncasecmp(name, "pltcl", 5) == 0;
        fail_hint(m->an, -1, SQLSTATE_UNDEFINED_OBJECT,
                  is_known ? "Use CREATE EXTENSION to load the language into the database." : NULL,
                  "language \"%s\" does not exist", name);
    }
}

static struct query *
bind_return(struct analysis *an, const PgQuery__ReturnStmt *node)
{
    struct level *level = level_new(an, NULL, COMMAND_SELECT);
    struct expr *e = bind_in_clause(level, node->returnval, CLAUSE_TARGET);
    target_add(level, &level->targets, e, "?column?", false);
    settle_unknown_targets(level, &level->targets);
    targets_finish(level, &level->targets, &level->query->targets, &level->query->target_count);
    level_finish(level);
    return level->query;
}

static void
add_statement(struct making *m, struct query *q)
{
    struct analysis *an = m->an;
    if (q->command == COMMAND_UTILITY)
        fail(an, -1, SQLSTATE_FEATURE_NOT_SUPPORTED,
             "%s is not yet supported in unquoted SQL function body", q->utility->tag);
    struct deparse_options deparse = {.arena = an->arena, .scope = an->scope, .qualify_all = true};
    m->routine->source =
        arena_format(an->arena, "%s%s%s", m->routine->source,
                     m->create->query_count == 0 ? "" : ";\n", deparse_query(&deparse, q));
    m->create->queries[m->create->query_count++] = q;
}

static void
take_statements(struct making *m, const struct raw_statement *raw, const PgQuery__Node *body)
{
    struct analysis *an = m->an;
    struct arena *arena = an->arena;
    const struct routine *routine = m->routine;
    for (uint16_t i = 0; i < routine->arg_count; i++)
        if (routine_arg_is_given(routine->args[i].mode) &&
            type_is_polymorphic(routine->args[i].type))
            fail_definition(m, -1,
                            "SQL function with unquoted function body cannot have "
                            "polymorphic arguments");
    const char **names = arena_alloc_zero(arena, (routine->arg_count + 1u) * sizeof *names);
    struct routine_names known = {.function = m->create->name.name, .names = names};
    struct param_types params = {.types = routine_signature(routine, arena, &params.count)};
    for (uint16_t i = 0; i < routine->arg_count; i++)
        if (routine_arg_is_given(routine->args[i].mode))
            names[known.count++] = routine->args[i].name;
    an->params = &params;
    an->routine = &known;
    m->routine->source = "";
    bool is_return = body->node_case == PG_QUERY__NODE__NODE_RETURN_STMT;
    m->routine->body = is_return ? BODY_RETURN : BODY_ATOMIC;
    struct nodes statements = is_return ? (struct nodes){0, NULL} : tree_list(body);
    if (statements.count == 1 && statements.items[0]->node_case == PG_QUERY__NODE__NODE_LIST)
        statements = tree_list(statements.items[0]);
    m->create->queries = arena_alloc_array(arena, statements.count + 1, sizeof *m->create->queries);
    if (is_return)
        add_statement(m, bind_return(an, body->return_stmt));
    for (size_t i = 0; i < statements.count; i++) {
        const PgQuery__Node *node = statements.items[i];
        bool is_node_return = node->node_case == PG_QUERY__NODE__NODE_RETURN_STMT;
        if (node->node_case == PG_QUERY__NODE__NODE__NOT_SET)
            continue;
        add_statement(m, is_node_return ? bind_return(an, node->return_stmt)
                                        : bind_statement(an, raw, node));
    }
    an->params = NULL;
    an->routine = NULL;
}

static void
take_body(struct making *m, const struct raw_statement *raw, const PgQuery__Node *body)
{
    bool has_body = body != NULL && body->node_case != PG_QUERY__NODE__NODE__NOT_SET;
    if (has_body && m->routine->language != LANGUAGE_SQL)
        fail_definition(m, -1, "inline SQL function body only valid for language SQL");
    if (has_body && m->has_as)
        fail_definition(m, -1, "duplicate function body specified");
    if (!has_body && !m->has_as)
        fail_definition(m, -1, "no function body specified");
    if (m->link != NULL)
        fail_definition(m, -1,
                        arena_format(m->an->arena, "only one AS item needed for language \"%s\"",
                                     m->create->language));
    m->routine->body = BODY_TEXT;
    m->routine->source = m->text;
    if (!has_body)
        return;
    m->create->body_at = -1;
    take_statements(m, raw, body);
}

static void
check_types(struct making *m)
{
    const struct routine *routine = m->routine;
    struct analysis *an = m->an;
    if (routine->language != LANGUAGE_SQL)
        return;
    if (!routine_type_is_usable(an->scope, routine->info.result, true))
        fail(an, -1, SQLSTATE_INVALID_FUNCTION_DEFINITION, "SQL functions cannot return type %s",
             type_text(an, routine->info.result, -1));
    for (uint16_t i = 0; i < routine->arg_count; i++)
        if (!routine_type_is_usable(an->scope, routine->args[i].type, false))
            fail(an, -1, SQLSTATE_INVALID_FUNCTION_DEFINITION,
                 "SQL functions cannot have arguments of type %s",
                 type_text(an, routine->args[i].type, -1));
}

void
bind_create_routine(struct analysis *an, struct utility *u, const struct raw_statement *raw,
                    const PgQuery__CreateFunctionStmt *stmt)
{
    struct create_routine *create = arena_alloc_zero(an->arena, sizeof *create);
    struct making m = {.an = an,
                       .create = create,
                       .routine = &create->routine,
                       .is_procedure = stmt->is_procedure};
    u->kind = UTILITY_CREATE_FUNCTION;
    u->tag = stmt->is_procedure ? "CREATE PROCEDURE" : "CREATE FUNCTION";
    u->create_routine = create;
    create->name = object_name(an, NODES(stmt, funcname), -1);
    create->or_replace = stmt->replace;
    create->body_at = -1;
    m.routine->kind = stmt->is_procedure ? 'p' : 'f';
    m.routine->parallel = 'u';
    m.routine->info.volatility = FUNC_VOLATILE;
    m.routine->info.name = create->name.name;
    for (size_t i = 0; i < stmt->n_options; i++)
        take_option(&m, stmt->options[i]->def_elem);
    take_language(&m, stmt->sql_body != NULL);
    if (m.is_window)
        fail_unsupported(an, -1, "a window function of one's own");
    take_args(&m, NODES(stmt, parameters));
    take_result(&m, stmt->return_type);
    if (!(m.given & OPTION_COST))
        m.routine->cost = m.routine->language == LANGUAGE_SQL ? 100 : 1;
    if ((m.given & OPTION_ROWS) && !m.routine->info.is_set)
        fail(an, -1, SQLSTATE_INVALID_PARAMETER_VALUE,
             "ROWS is not applicable when function does not return a set");
    if (!(m.given & OPTION_ROWS))
        m.routine->rows = m.routine->info.is_set ? 1000 : 0;
    take_body(&m, raw, stmt->sql_body);
    check_types(&m);
    create->set_count = m.sets.count;
    create->sets = list_flatten(an->arena, &m.sets, sizeof(struct set));
}

void
bind_alter_routine(struct analysis *an, struct utility *u, const PgQuery__AlterFunctionStmt *stmt)
{
    struct alter_routine *alter = arena_alloc_zero(an->arena, sizeof *alter);
    u->kind = UTILITY_ALTER_FUNCTION;
    u->alter_routine = alter;
    alter->object = object_kind_of(an, stmt->objtype);
    u->tag = arena_format(an->arena, "ALTER %s", object_kind_name(alter->object));
    alter->item = routine_item(an, stmt->func, false);
    struct making m = {.an = an, .routine = &alter->routine};
    for (size_t i = 0; i < stmt->n_actions; i++) {
        const PgQuery__DefElem *def = stmt->actions[i]->def_elem;
        if (!take_common(&m, def))
            fail(an, def->location, SQLSTATE_SYNTAX_ERROR, "option \"%s\" not recognized",
                 def->defname);
    }
    alter->given = m.given;
    alter->set_count = m.sets.count;
    alter->sets = list_flatten(an->arena, &m.sets, sizeof(struct set));
}

/* ---- CALL ---- */

/* What stands for an argument that is only given back is not computed. */
static void
drop_outs(struct analysis *an, struct expr *call)
{
    const struct routine *routine = call->func.func->routine;
    for (uint32_t i = 0; routine != NULL && i < routine->arg_count && i < call->arg_count; i++) {
        if (routine->args[i].mode != ARG_OUT)
            continue;
        call->args[i] = expr_null(an->arena, call->args[i]->type, -1, -1);
        expr_done(an, call->args[i]);
    }
}

void
bind_call_statement(struct analysis *an, struct utility *u, const PgQuery__CallStmt *stmt)
{
    u->kind = UTILITY_CALL;
    u->tag = "CALL";
    struct call_routine *call = arena_alloc_zero(an->arena, sizeof *call);
    u->call_routine = call;
    struct level *level = level_new(an, NULL, COMMAND_SELECT);
    level->clause = CLAUSE_CALL;
    level->calls_procedure = true;
    call->call = bind_call(level, stmt->funccall);
    level->clause = CLAUSE_NONE;
    drop_outs(an, call->call);
    for (uint32_t i = 0; i < call->call->arg_count; i++)
        target_add(level, &level->targets, call->call->args[i], "?column?", false);
    settle_unknown_targets(level, &level->targets);
    targets_finish(level, &level->targets, &level->query->targets, &level->query->target_count);
    level_finish(level);
    call->query = level->query;
}
