/*
 * routine_text.c: users' functions and operators by their names, and as PostgreSQL's functions of
 * the catalog print them.
 */
#include "base/raise.h"
#include "session/ddl_routine.h"
#include "session/definition.h"
#include "session/routine_run.h"
#include "session/scope.h"

#define COST_DEFAULT 100
#define ROWS_DEFAULT 1000

/* ---- names ---- */

/* One part of a name as written: unquoted, or folded. Ends at a dot outside quotes. */
static const char *
name_part(const char **at, struct arena *arena)
{
    const char *p = *at;
    char *to = arena_alloc(arena, strlen(p) + 1), *end = to;
    bool is_quoted = false;
    for (; *p != '\0' && (is_quoted || *p != '.'); p++) {
        if (*p == '"')
            is_quoted = !is_quoted;
        else
            *end++ = (char)(!is_quoted && *p >= 'A' && *p <= 'Z' ? *p + 32 : *p);
    }
    *end = '\0';
    *at = *p == '.' ? p + 1 : p;
    return to;
}

/* "schema.name" or "name"; an operator's name may have dots of no schema. */
static struct object_name
split_name(const char *text, struct arena *arena)
{
    const char *at = text;
    struct object_name name = {.at = -1};
    bool is_symbol = strchr("+-*/<>=~!@#%^&|`?", *text) != NULL;
    name.name = is_symbol ? text : name_part(&at, arena);
    if (!is_symbol && *at != '\0') {
        name.schema = name.name;
        name.name = strchr("+-*/<>=~!@#%^&|`?", *at) != NULL ? at : name_part(&at, arena);
    }
    return name;
}

static uint32_t
match_operators(const struct operator_info *const *list, uint32_t arg_count, const oid *args,
                oid *found)
{
    uint32_t count = 0;
    for (; *list != NULL; list++) {
        if (args != NULL &&
            (arg_count != 2 || (*list)->left != args[0] || (*list)->right != args[1]))
            continue;
        *found = (*list)->op;
        count++;
    }
    return count;
}

uint32_t
routine_access_named(void *object, const char *text, bool is_operator, uint32_t arg_count,
                     const oid *args, oid *found)
{
    struct session *session = object;
    struct object_name name = split_name(text, session->statement_arena);
    if (is_operator)
        return match_operators(scope_operators_user(&session->scope, name.schema, name.name),
                               arg_count, args, found);
    const struct func_info *const *list = scope_funcs_user(&session->scope, name.schema, name.name);
    uint32_t count = 0;
    for (; *list != NULL; list++) {
        uint32_t own_count = (*list)->arg_count;
        const oid *own = (*list)->args;
        if ((*list)->routine != NULL)
            own = routine_signature((*list)->routine, session->statement_arena, &own_count);
        if (args != NULL && (own_count != arg_count ||
                             (arg_count != 0 && memcmp(own, args, arg_count * sizeof *own) != 0)))
            continue;
        *found = (*list)->func;
        count++;
    }
    return count;
}

/* ---- arguments and results ---- */

struct printing {
    struct session *session;
    struct arena *arena;
    const struct routine *routine;
};

static const char *
type_name(const struct printing *p, oid type)
{
    return scope_type_text(&p->session->scope, p->arena, type, -1);
}

static const char *
mode_word(const struct routine *routine, enum routine_arg_mode mode)
{
    switch (mode) {
    case ARG_OUT:
        return "OUT ";
    case ARG_INOUT:
        return "INOUT ";
    case ARG_VARIADIC:
        return "VARIADIC ";
    default:
        return mode == ARG_IN && routine->kind == 'p' ? "IN " : "";
    }
}

static const char *
arguments(const struct printing *p, bool of_table, bool with_defaults)
{
    const struct routine *routine = p->routine;
    const char *text = "";
    uint32_t printed = 0;
    for (uint16_t i = 0; i < routine->arg_count; i++) {
        const struct routine_arg *arg = &routine->args[i];
        if (of_table != (arg->mode == ARG_TABLE))
            continue;
        bool begins_order = routine->aggregate != NULL && routine->aggregate->kind != 'n' &&
                            i == routine->aggregate->direct_count;
        text = arena_format(p->arena, "%s%s%s%s%s%s%s%s%s", text,
                            begins_order   ? printed == 0 ? "ORDER BY " : " ORDER BY "
                            : printed == 0 ? ""
                                           : ", ",
                            mode_word(routine, arg->mode),
                            arg->name == NULL ? "" : definition_name(arg->name, p->arena),
                            arg->name == NULL ? "" : " ", type_name(p, arg->type),
                            with_defaults && arg->default_sql != NULL ? " DEFAULT " : "",
                            with_defaults && arg->default_sql != NULL ? arg->default_sql : "", "");
        printed++;
    }
    return text;
}

static const char *
result(const struct printing *p)
{
    const struct routine *routine = p->routine;
    if (routine->kind == 'p')
        return NULL;
    const char *columns = arguments(p, true, false);
    if (columns[0] != '\0')
        return arena_format(p->arena, "TABLE(%s)", columns);
    return arena_format(p->arena, "%s%s", routine->info.is_set ? "SETOF " : "",
                        type_name(p, routine->info.result));
}

/* ---- bodies and definitions ---- */

/* Where $n of a body of statements stands, the name of the parameter if it has one; without the
 * names of columns that were given none. */
static const char *
with_names(const struct printing *p, const char *sql)
{
    struct buf *text = arena_alloc(p->arena, sizeof *text);
    buf_init(text);
    static const char unnamed[] = " AS \"?column?\"";
    char quote = '\0';
    for (const char *at = sql; *at != '\0'; at++) {
        if (quote == '\0' && strncmp(at, unnamed, sizeof unnamed - 1) == 0) {
            at += sizeof unnamed - 2;
            continue;
        }
        if (quote != '\0' || *at == '\'' || *at == '"') {
            quote = quote == '\0' ? *at : quote == *at ? '\0' : quote;
            buf_put_u8(text, (uint8_t)*at);
            continue;
        }
        char *end = NULL;
        unsigned long number = *at == '$' ? strtoul(at + 1, &end, 10) : 0;
        uint32_t place = 0;
        const struct routine_arg *arg = NULL;
        for (uint16_t i = 0; number != 0 && i < p->routine->arg_count; i++)
            if (routine_arg_is_given(p->routine->args[i].mode) && ++place == number)
                arg = &p->routine->args[i];
        if (arg == NULL || arg->name == NULL) {
            buf_put_u8(text, (uint8_t)*at);
            continue;
        }
        buf_put_text(text, definition_name(arg->name, p->arena));
        at = end - 1;
    }
    const char *made = (const char *)arena_slice(p->arena, buf_slice(text)).data;
    bool is_failed = text->is_failed;
    buf_deinit(text);
    if (is_failed)
        raise(SQLSTATE_OUT_OF_MEMORY, "out of memory");
    return made;
}

/* The statements, a line each. */
static const char *
body(const struct printing *p)
{
    const struct routine *routine = p->routine;
    if (routine->body == BODY_TEXT || routine->source == NULL)
        return NULL;
    const char *sql = with_names(p, routine->source);
    if (routine->body == BODY_RETURN)
        return arena_format(p->arena, "RETURN %s", strncmp(sql, "SELECT ", 7) == 0 ? sql + 7 : sql);
    const char *text = "BEGIN ATOMIC\n";
    while (*sql != '\0') {
        const char *end = strstr(sql, ";\n");
        size_t bytes = end == NULL ? strlen(sql) : (size_t)(end - sql);
        text = arena_format(p->arena, "%s %.*s;\n", text, (int)bytes, sql);
        sql += bytes + (end == NULL ? 0 : 2);
    }
    return arena_format(p->arena, "%sEND", text);
}

static const char *
options(const struct printing *p)
{
    static const char *const volatilities[] = {" IMMUTABLE", " STABLE", ""};
    const struct routine *routine = p->routine;
    const struct func_info *info = &routine->info;
    float usual = routine->language == LANGUAGE_INTERNAL ? 1 : COST_DEFAULT;
    const char *text = arena_format(p->arena, "%s%s%s%s%s", volatilities[info->volatility],
                                    routine->parallel == 's'   ? " PARALLEL SAFE"
                                    : routine->parallel == 'r' ? " PARALLEL RESTRICTED"
                                                               : "",
                                    info->is_strict ? " STRICT" : "",
                                    routine->is_security_definer ? " SECURITY DEFINER" : "",
                                    routine->is_leakproof ? " LEAKPROOF" : "");
    if (routine->cost != usual)
        text = arena_format(p->arena, "%s COST %g", text, (double)routine->cost);
    if (routine->rows > 0 && routine->rows != ROWS_DEFAULT)
        text = arena_format(p->arena, "%s ROWS %g", text, (double)routine->rows);
    return text[0] == '\0' ? "" : arena_format(p->arena, "%s\n", text);
}

static const char *
settings_text_of(const struct printing *p)
{
    const char *text = "";
    for (uint16_t i = 0; i < p->routine->config_count; i++) {
        const char *equals = strchr(p->routine->config[i], '=');
        int bytes = (int)(equals - p->routine->config[i]);
        const char *value = equals + 1, *list = "";
        bool is_list = strncmp(p->routine->config[i], "search_path=", 12) == 0;
        const char *name;
        while (is_list && name_list_next(&value, p->arena, &name))
            list = arena_format(p->arena, "%s%s'%s'", list, list[0] == '\0' ? "" : ", ", name);
        text = arena_format(p->arena, "%s SET %.*s TO %s\n", text, bytes, p->routine->config[i],
                            is_list ? list : arena_format(p->arena, "'%s'", equals + 1));
    }
    return text;
}

static const char *
definition(const struct printing *p)
{
    const struct routine *routine = p->routine;
    bool is_procedure = routine->kind == 'p';
    if (routine->kind == 'a')
        raise(SQLSTATE_WRONG_OBJECT_TYPE, "\"%s\" is an aggregate function", routine->info.name);
    const struct schema_def *schema = catalog_schema(p->session->catalog, routine->schema);
    const char *head = arena_format(
        p->arena, "CREATE OR REPLACE %s %s.%s(%s)\n", is_procedure ? "PROCEDURE" : "FUNCTION",
        schema == NULL ? "?" : definition_name(schema->name, p->arena),
        definition_name(routine->info.name, p->arena), arguments(p, false, true));
    if (!is_procedure)
        head = arena_format(p->arena, "%s RETURNS %s\n", head, result(p));
    head = arena_format(p->arena, "%s LANGUAGE %s\n%s%s", head,
                        routine->language == LANGUAGE_INTERNAL ? "internal" : "sql", options(p),
                        settings_text_of(p));
    const char *statements = body(p);
    if (statements != NULL)
        return arena_format(p->arena, "%s%s\n", head, statements);
    const char *tag = is_procedure ? "procedure" : "function";
    return arena_format(p->arena, "%sAS $%s$%s$%s$\n", head, tag, routine->source, tag);
}

const char *
routine_access_text(void *object, oid number, enum routine_text_kind what, struct arena *arena)
{
    struct session *session = object;
    const struct routine *routine = catalog_routine(session->catalog, number);
    struct printing p = {.session = session, .arena = arena, .routine = routine};
    if (routine == NULL)
        return NULL;
    switch (what) {
    case ROUTINE_ARGUMENTS:
        return arguments(&p, false, true);
    case ROUTINE_IDENTITY:
        return arguments(&p, false, false);
    case ROUTINE_RESULT:
        return result(&p);
    case ROUTINE_BODY:
        return body(&p);
    case ROUTINE_DEFINITION:
        return definition(&p);
    case ROUTINE_SIGNATURE:
        return routine_text(session, routine, arena);
    default: {
        const char *text = routine_text(session, routine, arena);
        const char *end = strchr(text, '(');
        return (const char *)arena_slice(arena, slice_of(text, (size_t)(end - text))).data;
    }
    }
}

const char *
routine_access_operator_text(void *object, oid number, bool with_types, struct arena *arena)
{
    struct session *session = object;
    const struct user_operator *op = catalog_operator(session->catalog, number);
    if (op == NULL)
        return NULL;
    const char *name = op->info.name;
    oid found = OID_NONE;
    const oid types[] = {op->info.left, op->info.right};
    if (routine_access_named(session, name, true, 2, types, &found) == 0 || found != number) {
        const struct schema_def *schema = catalog_schema(session->catalog, op->schema);
        name = arena_format(arena, "%s.%s",
                            schema == NULL ? "?" : definition_name(schema->name, arena), name);
    }
    if (!with_types)
        return arena_text(arena, name);
    const char *left = op->info.left == OID_NONE
                           ? "NONE"
                           : scope_type_text(&session->scope, arena, op->info.left, -1);
    return arena_format(arena, "%s(%s,%s)", name, left,
                        op->info.right == OID_NONE
                            ? "NONE"
                            : scope_type_text(&session->scope, arena, op->info.right, -1));
}
