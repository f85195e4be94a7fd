/*
 * jsonpath.c: the type jsonpath, printing its trees, and the functions and operators that run
 * paths.
 */
#include "type/jsonpath.h"

#include "base/raise.h"
#include "type/generic.h"
#include "type/numeric.h"
#include "type/tables.h"

/* ---- printing ---- */

struct printer {
    struct arena *arena;
    struct buf *to;
};

static int
priority(enum path_kind kind)
{
    switch (kind) {
    case PATH_OR:
        return 0;
    case PATH_AND:
        return 1;
    case PATH_EQ:
    case PATH_NE:
    case PATH_LT:
    case PATH_GT:
    case PATH_LE:
    case PATH_GE:
    case PATH_STARTS_WITH:
        return 2;
    case PATH_ADD:
    case PATH_SUB:
        return 3;
    case PATH_MUL:
    case PATH_DIV:
    case PATH_MOD:
        return 4;
    case PATH_PLUS:
    case PATH_MINUS:
        return 5;
    default:
        return 6;
    }
}

const char *
path_operator_name(enum path_kind kind)
{
    static const char *const names[] = {[PATH_OR] = "||",   [PATH_AND] = "&&",
                                        [PATH_EQ] = "==",   [PATH_NE] = "!=",
                                        [PATH_LT] = "<",    [PATH_GT] = ">",
                                        [PATH_LE] = "<=",   [PATH_GE] = ">=",
                                        [PATH_ADD] = "+",   [PATH_SUB] = "-",
                                        [PATH_MUL] = "*",   [PATH_DIV] = "/",
                                        [PATH_MOD] = "%",   [PATH_PLUS] = "+",
                                        [PATH_MINUS] = "-", [PATH_STARTS_WITH] = "starts with"};
    return names[kind];
}

static void put_node(const struct printer *p, const struct path_node *node, bool is_step,
                     bool brackets);

static void
put_operand(const struct printer *p, const struct path_node *operand, enum path_kind outer)
{
    put_node(p, operand, false, priority(operand->kind) <= priority(outer));
}

static void
put_level(const struct printer *p, uint32_t level)
{
    if (level == PATH_LEVEL_LAST)
        buf_put_text(p->to, "last");
    else
        buf_format(p->to, "%u", level);
}

static void
put_any_path(const struct printer *p, const struct path_node *node)
{
    buf_put_text(p->to, "**");
    if (node->first == 0 && node->last == PATH_LEVEL_LAST)
        return;
    buf_put_u8(p->to, '{');
    put_level(p, node->first);
    if (node->first != node->last) {
        buf_put_text(p->to, " to ");
        put_level(p, node->last);
    }
    buf_put_u8(p->to, '}');
}

static void
put_ranges(const struct printer *p, const struct path_node *node)
{
    buf_put_u8(p->to, '[');
    for (uint32_t i = 0; i < node->range_count; i++) {
        buf_put_text(p->to, i == 0 ? "" : ",");
        put_node(p, node->ranges[i].from, false, false);
        if (node->ranges[i].to != NULL) {
            buf_put_text(p->to, " to ");
            put_node(p, node->ranges[i].to, false, false);
        }
    }
    buf_put_u8(p->to, ']');
}

static void
put_wrapped(const struct printer *p, const char *before, const struct path_node *inner,
            const char *after)
{
    buf_put_text(p->to, before);
    put_node(p, inner, false, false);
    buf_put_text(p->to, after);
}

static void
put_predicate(const struct printer *p, const struct path_node *node)
{
    static const char letters[] = "ismxq";
    if (node->kind == PATH_NOT) {
        put_wrapped(p, "!(", node->left, ")");
    } else if (node->kind == PATH_IS_UNKNOWN) {
        put_wrapped(p, "(", node->left, ") is unknown");
    } else if (node->kind == PATH_EXISTS) {
        put_wrapped(p, "exists (", node->left, ")");
    } else {
        put_operand(p, node->left, node->kind);
        buf_put_text(p->to, " like_regex ");
        json_put_string(p->to, node->text);
        buf_put_text(p->to, node->flags.bytes > 0 ? " flag \"" : "");
        for (size_t i = 0; node->flags.bytes > 0 && i < sizeof letters - 1; i++) {
            if (memchr(node->flags.data, letters[i], node->flags.bytes) != NULL)
                buf_put_u8(p->to, (uint8_t)letters[i]);
        }
        buf_put_text(p->to, node->flags.bytes > 0 ? "\"" : "");
    }
}

static void
put_operator(const struct printer *p, const struct path_node *node)
{
    if (node->right != NULL) {
        put_operand(p, node->left, node->kind);
        buf_format(p->to, " %s ", path_operator_name(node->kind));
        put_operand(p, node->right, node->kind);
    } else {
        buf_put_text(p->to, path_operator_name(node->kind));
        put_operand(p, node->left, node->kind);
    }
}

static void
put_literal(const struct printer *p, const struct path_node *node)
{
    switch (node->kind) {
    case PATH_NULL:
        buf_put_text(p->to, "null");
        break;
    case PATH_BOOL:
        buf_put_text(p->to, node->boolean ? "true" : "false");
        break;
    case PATH_NUMBER:
        buf_put_text(p->to, node->next != NULL ? "(" : "");
        numeric_write(p->arena, node->number, p->to);
        buf_put_text(p->to, node->next != NULL ? ")" : "");
        break;
    case PATH_VARIABLE:
        buf_put_u8(p->to, '$');
        json_put_string(p->to, node->text);
        break;
    default:
        json_put_string(p->to, node->text);
    }
}

static void
put_step(const struct printer *p, const struct path_node *node, bool is_step)
{
    switch (node->kind) {
    case PATH_ROOT:
        buf_put_u8(p->to, '$');
        break;
    case PATH_CURRENT:
        buf_put_u8(p->to, '@');
        break;
    case PATH_LAST:
        buf_put_text(p->to, "last");
        break;
    case PATH_KEY:
        buf_put_text(p->to, is_step ? "." : "");
        json_put_string(p->to, node->text);
        break;
    case PATH_ANY_KEY:
        buf_put_text(p->to, is_step ? ".*" : "*");
        break;
    case PATH_ANY_ELEMENT:
        buf_put_text(p->to, "[*]");
        break;
    case PATH_INDEX:
        put_ranges(p, node);
        break;
    case PATH_ANY:
        buf_put_text(p->to, is_step ? "." : "");
        put_any_path(p, node);
        break;
    case PATH_FILTER:
        put_wrapped(p, "?(", node->left, ")");
        break;
    default:
        buf_format(p->to, ".%s(", path_method_name(node->method));
        if (node->left != NULL)
            put_node(p, node->left, false, false);
        buf_put_u8(p->to, ')');
    }
}

static void
put_node(const struct printer *p, const struct path_node *node, bool is_step, bool brackets)
{
    for (; node != NULL; node = node->next, is_step = brackets = true) {
        bool is_predicate =
            node->kind == PATH_NOT || node->kind == PATH_IS_UNKNOWN || node->kind == PATH_EXISTS;
        if (node->kind < PATH_ROOT) {
            put_literal(p, node);
        } else if (node->kind < PATH_OR) {
            put_step(p, node, is_step);
        } else if (is_predicate) {
            put_predicate(p, node);
        } else {
            buf_put_text(p->to, brackets ? "(" : "");
            if (node->kind == PATH_LIKE_REGEX)
                put_predicate(p, node);
            else
                put_operator(p, node);
            buf_put_text(p->to, brackets ? ")" : "");
        }
    }
}

void
jsonpath_print(struct arena *arena, struct buf *to, const struct jsonpath *path)
{
    buf_put_text(to, path->is_lax ? "" : "strict ");
    put_node(&(struct printer){.arena = arena, .to = to}, path->root, false, true);
}

/* ---- the type ---- */

static union datum
path_input(struct type_call *call, struct slice text)
{
    struct jsonpath *path = jsonpath_parse(call->arena, arena_slice(call->arena, text));
    struct buf *printed = buf_new(call->arena);
    jsonpath_print(call->arena, printed, path);
    return generic_buf_datum(call->arena, printed);
}

static void
path_output(struct type_call *call, union datum value, struct buf *to)
{
    (void)call;
    buf_put_slice(to, datum_slice(&value));
}

static union datum
path_recv(struct type_call *call, struct slice bytes)
{
    return path_input(call, json_wire_text(bytes, "jsonpath version number:"));
}

static void
path_send(struct type_call *call, union datum value, struct buf *to)
{
    buf_put_u8(to, JSON_WIRE_VERSION);
    path_output(call, value, to);
}

/* ---- the functions ---- */

/* The tree of a call site's first path is kept; others are read for the call. */
struct kept_path {
    struct slice text;
    struct jsonpath *path;
};

static const struct jsonpath *
path_of(struct func_call *call, const union datum *arg)
{
    struct kept_path *kept = call->state;
    struct slice text = datum_slice(arg);
    if (kept != NULL)
        return slice_equal(kept->text, text) ? kept->path : jsonpath_parse(call->arena, text);
    kept = arena_alloc_zero(call->state_arena, sizeof *kept);
    kept->text = arena_slice(call->state_arena, text);
    kept->path = jsonpath_parse(call->state_arena, kept->text);
    call->state = kept;
    return kept->path;
}

/* What a call runs; vars and silent may be left out (operators: silent). */
static enum path_result
run(struct func_call *call, const struct jsonpath *path, const union datum *args,
    struct path_items *found)
{
    bool is_operator = call->func->arg_count == 2;
    struct jsonb root = jsonb_read(&args[0]);
    size_t name_bytes = strlen(call->func->name);
    union datum none = {.words = {0, 0}};
    struct path_options options = {
        .env = call->env,
        .is_silent = is_operator || args[3].b,
        .uses_zone = name_bytes > 3 && strcmp(call->func->name + name_bytes - 3, "_tz") == 0};
    if (is_operator)
        none = jsonb_parse(call->arena, slice_text("{}"));
    options.vars = jsonb_read(is_operator ? &none : &args[2]);
    if (options.vars.kind != JSONB_OBJECT)
        raise_error(.code = SQLSTATE_INVALID_PARAMETER_VALUE,
                    .message = "\"vars\" argument is not an object",
                    .detail = "Jsonpath parameters should be encoded as key-value pairs of "
                              "\"vars\" object.");
    return jsonpath_run(call->arena, path, &options, &root, found);
}

static union datum
path_exists(struct func_call *call, const union datum *args)
{
    enum path_result result = run(call, path_of(call, &args[1]), args, NULL);
    return result == PATH_FAILED ? func_null(call) : bool_datum(result == PATH_FOUND);
}

static union datum
path_match(struct func_call *call, const union datum *args)
{
    struct path_items found = {.arena = call->arena};
    bool is_silent = call->func->arg_count == 2 || args[3].b;
    run(call, path_of(call, &args[1]), args, &found);
    if (found.count == 1 && jsonb_is_bool(&found.items[0].node))
        return bool_datum(found.items[0].node.kind == JSONB_TRUE);
    if (!is_silent && !(found.count == 1 && found.items[0].node.kind == JSONB_NULL))
        raise(SQLSTATE_SINGLETON_SQL_JSON_ITEM_REQUIRED, "single boolean result is expected");
    return func_null(call);
}

static union datum
path_query_array(struct func_call *call, const union datum *args)
{
    struct path_items found = {.arena = call->arena};
    struct jsonb_builder *builder = jsonb_build(call->arena);
    run(call, path_of(call, &args[1]), args, &found);
    jsonb_begin(builder, false);
    for (uint32_t i = 0; i < found.count; i++)
        jsonb_put_node(builder, &found.items[i].node);
    jsonb_end(builder);
    return jsonb_finish(builder);
}

static union datum
path_query_first(struct func_call *call, const union datum *args)
{
    struct path_items found = {.arena = call->arena};
    run(call, path_of(call, &args[1]), args, &found);
    if (found.count == 0)
        return func_null(call);
    return slice_datum(arena_slice(call->arena, found.items[0].node.bytes));
}

struct query_rows {
    struct path_items found;
    uint32_t next;
};

static bool
path_query(struct func_call *call, const union datum *args, union datum *values, bool *nulls)
{
    struct query_rows *rows = call->state;
    if (rows == NULL) {
        struct func_call kept = *call;
        kept.arena = call->state_arena;
        rows = arena_alloc_zero(call->state_arena, sizeof *rows);
        rows->found.arena = call->state_arena;
        struct slice text = datum_slice(&args[1]);
        run(&kept, jsonpath_parse(call->state_arena, text), args, &rows->found);
        call->state = rows;
    }
    if (rows->next == rows->found.count)
        return false;
    values[0] = jsonb_datum(&rows->found.items[rows->next++].node);
    nulls[0] = false;
    return true;
}

/* ---- what this file brings ---- */

static const struct type_info types[] = {
    {.type = TYPE_JSONPATH,
     .array = 4073,
     .name = "jsonpath",
     .sql_name = "jsonpath",
     .length = -1,
     .align = 'i',
     .category = 'U',
     .kind = 'b',
     .storage = 'x',
     .delimiter = ',',
     .phys = PHYS_VIEW,
     .input_oid = 4001,
     .output_oid = 4003,
     .recv_oid = 4002,
     .send_oid = 4004,
     .input = path_input,
     .output = path_output,
     .recv = path_recv,
     .send = path_send},
};

#define PATH_ARGS                                                                                  \
    .arg_names = (const char *const[]){"target", "path", "vars", "silent"}, .default_count = 2,    \
    .defaults = (const char *const[])                                                              \
    {                                                                                              \
        "'{}'", "false"                                                                            \
    }
#define RUN(oid_, name_, result_, scalar_)                                                         \
    FUNC(oid_, name_, result_, scalar_, TYPE_JSONB, TYPE_JSONPATH, TYPE_JSONB, TYPE_BOOL), PATH_ARGS
#define STABLE .volatility = FUNC_STABLE
#define SET .is_set = true, .set = path_query

static const struct func_info funcs[] = {
    {FUNC(4001, "jsonpath_in", TYPE_JSONPATH, generic_in, TYPE_CSTRING)},
    {FUNC(4002, "jsonpath_recv", TYPE_JSONPATH, generic_recv, TYPE_INTERNAL)},
    {FUNC(4003, "jsonpath_out", TYPE_CSTRING, generic_out, TYPE_JSONPATH)},
    {FUNC(4004, "jsonpath_send", TYPE_BYTEA, generic_send, TYPE_JSONPATH)},
    {RUN(4005, "jsonb_path_exists", TYPE_BOOL, path_exists)},
    {RUN(4006, "jsonb_path_query", TYPE_JSONB, NULL), SET},
    {RUN(4007, "jsonb_path_query_array", TYPE_JSONB, path_query_array)},
    {RUN(4008, "jsonb_path_query_first", TYPE_JSONB, path_query_first)},
    {RUN(4009, "jsonb_path_match", TYPE_BOOL, path_match)},
    {RUN(1177, "jsonb_path_exists_tz", TYPE_BOOL, path_exists), STABLE},
    {RUN(1179, "jsonb_path_query_tz", TYPE_JSONB, NULL), STABLE, SET},
    {RUN(1180, "jsonb_path_query_array_tz", TYPE_JSONB, path_query_array), STABLE},
    {RUN(2023, "jsonb_path_query_first_tz", TYPE_JSONB, path_query_first), STABLE},
    {RUN(2030, "jsonb_path_match_tz", TYPE_BOOL, path_match), STABLE},
    {FUNC(4010, "jsonb_path_exists_opr", TYPE_BOOL, path_exists, TYPE_JSONB, TYPE_JSONPATH)},
    {FUNC(4011, "jsonb_path_match_opr", TYPE_BOOL, path_match, TYPE_JSONB, TYPE_JSONPATH)},
};

static const struct operator_info operators[] = {
    {4012, "@?", TYPE_JSONB, TYPE_JSONPATH, TYPE_BOOL, 4010, 0, 0, false, false, "matchingsel",
     "matchingjoinsel"},
    {4013, "@@", TYPE_JSONB, TYPE_JSONPATH, TYPE_BOOL, 4011, 0, 0, false, false, "matchingsel",
     "matchingjoinsel"},
};

const struct type_tables jsonpath_tables = {
    .types = types,
    .type_count = COUNT_OF(types),
    .funcs = funcs,
    .func_count = COUNT_OF(funcs),
    .operators = operators,
    .operator_count = COUNT_OF(operators),
};
