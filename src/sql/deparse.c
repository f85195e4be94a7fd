/*
 * deparse.c: expressions back to SQL.
 *
 * Every operator is in parentheses and every conversion is written out, as PostgreSQL prints stored
 * expressions, so that reading the text again meets no choice. Implicit conversions are shown below
 * operators and functions (where they decide which one is meant) and left out at the top.
 */
#include "sql/deparse_int.h"

#include "base/raise.h"
#include "type/quote.h"

static void
put(struct deparse *d, const char *text)
{
    buf_put_text(d->to, text);
}

/* ---- names and literals ---- */

static const char *
quoted(struct arena *arena, const char *text, char quote, const char *prefix)
{
    size_t bytes = strlen(text), prefix_bytes = strlen(prefix);
    char *out = arena_alloc(arena, 2 * bytes + prefix_bytes + 3);
    char *at = out;
    memcpy(at, prefix, prefix_bytes);
    at += prefix_bytes;
    *at++ = quote;
    for (size_t i = 0; i < bytes; i++) {
        if (text[i] == quote || (prefix_bytes > 0 && text[i] == '\\'))
            *at++ = text[i];
        *at++ = text[i];
    }
    *at++ = quote;
    *at = '\0';
    return out;
}

const char *
deparse_name(struct arena *arena, const char *name)
{
    return !quote_ident_needed(slice_text(name)) ? name : quoted(arena, name, '"', "");
}

const char *
deparse_literal(struct arena *arena, const char *text)
{
    return quoted(arena, text, '\'', strchr(text, '\\') != NULL ? "E" : "");
}

static const char *
name_of(struct deparse *d, const char *name)
{
    return deparse_name(d->options->arena, name);
}

/*
 * As users write it, but for the types whose plain name would mean a length of 1: read again, the
 * text must give the same type.
 */
static const char *
type_of(struct deparse *d, oid type, int32_t typmod)
{
    if (typmod < 0) {
        switch (type) {
        case TYPE_BIT:
            return "\"bit\"";
        case TYPE_BIT_ARRAY:
            return "\"bit\"[]";
        case TYPE_BPCHAR:
            return "bpchar";
        case TYPE_BPCHAR_ARRAY:
            return "bpchar[]";
        default:
            break;
        }
    }
    const struct deparse_options *options = d->options;
    return options->qualify_all ? scope_type_full_text(options->scope, options->arena, type, typmod)
                                : scope_type_text(options->scope, options->arena, type, typmod);
}

/* ---- parentheses ---- */

/* An operator between two arguments, of + - or * / %, by its first character; 0: none of these. */
static char
simple_operator(const struct expr *e)
{
    bool is_operator = e->kind == EXPR_FUNC && e->func.form == FORM_OPERATOR && e->arg_count == 2;
    const char *name = is_operator ? e->func.op->name : "";
    return strlen(name) == 1 && strchr("+-*/%", *name) != NULL ? *name : '\0';
}

static bool
is_multiplication(char op)
{
    return op == '*' || op == '/' || op == '%';
}

/* Whether what stands around the arguments of `parent` keeps them apart. */
static bool
separates(const struct expr *parent)
{
    switch (parent->kind) {
    case EXPR_FUNC:
        return parent->func.form == FORM_CALL;
    case EXPR_SUBSCRIPT:
    case EXPR_ARRAY:
    case EXPR_ROW:
    case EXPR_COALESCE:
    case EXPR_MINMAX:
    case EXPR_NULLIF:
    case EXPR_AGGREGATE:
    case EXPR_GROUPING:
    case EXPR_WINDOW:
    case EXPR_CASE:
        return true;
    default:
        return false;
    }
}

/* Whether `e` needs no parentheses as an argument of `parent`; after PostgreSQL's rules, so that
 * what is shown is what its users know. */
static bool
is_simple(const struct expr *e, const struct expr *parent)
{
    bool is_bool = parent->kind == EXPR_AND || parent->kind == EXPR_OR || parent->kind == EXPR_NOT;
    switch (e->kind) {
    case EXPR_FUNC: {
        if (e->func.form != FORM_OPERATOR)
            return true;
        bool is_in_operator = parent->kind == EXPR_FUNC && parent->func.form == FORM_OPERATOR;
        char op = simple_operator(e), outer = simple_operator(parent);
        if (!is_in_operator)
            return is_bool || separates(parent);
        if (op == '\0' || outer == '\0' || is_multiplication(op) < is_multiplication(outer))
            return false;
        return is_multiplication(op) > is_multiplication(outer) || e == parent->args[0];
    }
    case EXPR_NULL_TEST:
    case EXPR_BOOL_TEST:
    case EXPR_DISTINCT:
    case EXPR_SUBLINK:
        return is_bool || separates(parent);
    case EXPR_AND:
    case EXPR_NOT:
        return parent->kind == EXPR_AND || parent->kind == EXPR_OR || separates(parent);
    case EXPR_OR:
        return parent->kind == EXPR_OR || separates(parent);
    case EXPR_ARRAY_COMPARE:
    case EXPR_ROW_COMPARE:
    case EXPR_COLLATE:
        return false;
    default:
        return true;
    }
}

/* A parenthesis that only the full form has. */
static void
full(struct deparse *d, const char *text)
{
    if (!d->options->is_pretty)
        put(d, text);
}

/* An argument: in the pretty form the parent knows whether it needs parentheses. */
static void
deparse_arg(struct deparse *d, const struct expr *e, bool show_implicit, const struct expr *parent)
{
    bool has_parentheses = d->options->is_pretty && !is_simple(e, parent);
    put(d, has_parentheses ? "(" : "");
    deparse_one(d, e, show_implicit);
    put(d, has_parentheses ? ")" : "");
}

static void
deparse_list(struct deparse *d, struct expr *const *list, uint32_t count, bool show_implicit)
{
    for (uint32_t i = 0; i < count; i++) {
        put(d, i == 0 ? "" : ", ");
        deparse_one(d, list[i], show_implicit);
    }
}

/* ---- constants, columns ---- */

static const char *
constant_text(struct deparse *d, const struct expr *e)
{
    if (e->type == TYPE_UNKNOWN) {
        struct slice text = view_slice(&e->constant.value.view);
        return (const char *)arena_slice(d->options->arena, text).data;
    }
    return type_output_text(d->options->scope->env, d->options->arena, e->type, e->constant.value);
}

static void
deparse_constant(struct deparse *d, const struct expr *e)
{
    if (e->constant.is_null) {
        put(d, "NULL");
        if (e->type != TYPE_UNKNOWN)
            buf_format(d->to, "::%s", type_of(d, e->type, e->typmod));
        return;
    }
    const char *text = constant_text(d, e);
    bool has_label = true;
    if (e->type == TYPE_BOOL) {
        put(d, e->constant.value.b ? "true" : "false");
        return;
    }
    bool is_digits = text[0] >= '0' && text[0] <= '9';
    if (e->type == TYPE_INT4 && is_digits) {
        put(d, text);
        has_label = false;
    } else if (e->type == TYPE_NUMERIC && is_digits && strpbrk(text, "eE.") != NULL) {
        put(d, text);
        has_label = e->typmod >= 0;
    } else {
        put(d, deparse_literal(d->options->arena, text));
        has_label = e->type != TYPE_UNKNOWN;
    }
    if (has_label)
        buf_format(d->to, "::%s", type_of(d, e->type, e->typmod));
}

static const char *
system_column_name(int16_t number)
{
    static const char *const names[] = {"ctid", "xmin", "cmin", "xmax", "cmax", "tableoid"};
    return names[-number - 1];
}

static void
deparse_column(struct deparse *d, const struct expr *e)
{
    const struct deparse_level *level = d->level;
    for (uint32_t i = 0; i < e->column.levels_up; i++)
        level = level->parent;
    if (level->query == NULL) {
        if (e->column.number == 0)
            put(d, name_of(d, level->table->name));
        else
            put(d, e->column.number < 0
                       ? system_column_name(e->column.number)
                       : name_of(d, level->table->columns[e->column.number - 1].name));
        return;
    }
    const struct range *range = level->query->ranges[e->column.range];
    const char *prefix = level->names[e->column.range];
    if (e->column.number == 0) {
        put(d, name_of(d, prefix));
        return;
    }
    if (level->has_prefix || e->column.levels_up > 0)
        buf_format(d->to, "%s.", name_of(d, prefix));
    put(d, e->column.number < 0 ? system_column_name(e->column.number)
                                : name_of(d, range->columns[e->column.number - 1].name));
}

/* ---- casts ---- */

static void
deparse_cast(struct deparse *d, const struct expr *e, enum func_form form, bool show_implicit)
{
    const struct expr *arg = e->args[0];
    if (form == FORM_CAST_IMPLICIT && !show_implicit) {
        deparse_one(d, arg, show_implicit);
        return;
    }
    bool is_bare = d->options->is_pretty && is_simple(arg, e);
    /* A constant of the type itself shows its type already. */
    if (arg->kind == EXPR_CONST && arg->type == e->type && !arg->constant.is_null &&
        arg->typmod != e->typmod) {
        put(d, deparse_literal(d->options->arena, constant_text(d, arg)));
    } else {
        put(d, is_bare ? "" : "(");
        deparse_one(d, arg, false);
        put(d, is_bare ? "" : ")");
    }
    buf_format(d->to, "::%s", type_of(d, e->type, e->typmod));
}

/* ---- functions and operators ---- */

static void
deparse_operator(struct deparse *d, const struct expr *e, const char *op)
{
    full(d, "(");
    if (e->arg_count == 2) {
        deparse_arg(d, e->args[0], true, e);
        buf_format(d->to, " %s ", op);
        deparse_arg(d, e->args[1], true, e);
    } else {
        buf_format(d->to, "%s ", op);
        deparse_arg(d, e->args[0], true, e);
    }
    full(d, ")");
}

static const char *
text_of(struct deparse *d, const struct expr *e)
{
    return e->kind == EXPR_CONST && !e->constant.is_null ? constant_text(d, e) : NULL;
}

/* The constructors of a user's range type go by the type's name and schema. */
static const char *
function_name(struct deparse *d, const struct func_info *func)
{
    const struct type_info *made =
        func->func < OID_USER_FIRST ? NULL : scope_type(d->options->scope, func->result);
    bool is_constructor =
        made != NULL && made->range != NULL && strcmp(made->name, func->name) == 0;
    return is_constructor ? type_of(d, func->result, -1) : name_of(d, func->name);
}

/* SQL's own syntax for some calls; false: write it as a call. */
static bool
deparse_syntax(struct deparse *d, const struct expr *e)
{
    const char *name = e->func.func->name;
    if (strcmp(name, "extract") == 0 && e->arg_count == 2 && text_of(d, e->args[0]) != NULL) {
        buf_format(d->to, "EXTRACT(%s FROM ", text_of(d, e->args[0]));
        deparse_one(d, e->args[1], false);
        put(d, ")");
        return true;
    }
    if (strcmp(name, "timezone") == 0 && e->arg_count == 2) {
        put(d, "(");
        deparse_one(d, e->args[1], false);
        put(d, " AT TIME ZONE ");
        deparse_one(d, e->args[0], false);
        put(d, ")");
        return true;
    }
    if (strcmp(name, "position") == 0 && e->arg_count == 2) {
        put(d, "POSITION((");
        deparse_one(d, e->args[1], false);
        put(d, ") IN (");
        deparse_one(d, e->args[0], false);
        put(d, "))");
        return true;
    }
    if (strcmp(name, "substring") == 0 && e->arg_count >= 2 && e->args[1]->type == TYPE_INT4) {
        put(d, "SUBSTRING(");
        deparse_one(d, e->args[0], false);
        put(d, " FROM ");
        deparse_one(d, e->args[1], false);
        if (e->arg_count == 3) {
            put(d, " FOR ");
            deparse_one(d, e->args[2], false);
        }
        put(d, ")");
        return true;
    }
    static const char *const trims[][2] = {
        {"btrim", "BOTH"}, {"ltrim", "LEADING"}, {"rtrim", "TRAILING"}};
    for (int i = 0; i < 3; i++) {
        if (strcmp(name, trims[i][0]) != 0)
            continue;
        buf_format(d->to, "TRIM(%s", trims[i][1]);
        if (e->arg_count == 2) {
            put(d, " ");
            deparse_one(d, e->args[1], false);
        }
        put(d, " FROM ");
        deparse_one(d, e->args[0], false);
        put(d, ")");
        return true;
    }
    return false;
}

static void
deparse_call_args(struct deparse *d, const struct func_ref *ref, struct expr *const *args,
                  uint32_t count)
{
    bool is_array = ref->is_variadic && ref->func->variadic != TYPE_ANY && count > 0;
    for (uint32_t i = 0; i < count; i++) {
        put(d, i == 0 ? "" : ", ");
        put(d, is_array && i + 1 == count ? "VARIADIC " : "");
        deparse_one(d, args[i], true);
    }
}

static void
deparse_func(struct deparse *d, const struct expr *e, bool show_implicit)
{
    switch (e->func.form) {
    case FORM_OPERATOR:
        deparse_operator(d, e, e->func.op->name);
        return;
    case FORM_CAST_EXPLICIT:
    case FORM_CAST_IMPLICIT:
        deparse_cast(d, e, e->func.form, show_implicit);
        return;
    case FORM_SYNTAX:
        if (deparse_syntax(d, e))
            return;
        break;
    default:
        break;
    }
    /* Built in, but not in pg_catalog: found under any search_path by its schema alone. */
    if (e->func.func->func >= FUNC_ROWAN_FIRST && e->func.func->func <= FUNC_ROWAN_LAST)
        put(d, "rowan.");
    buf_format(d->to, "%s(", function_name(d, e->func.func));
    deparse_call_args(d, &e->func, e->args, e->arg_count);
    put(d, ")");
}

static void
deparse_aggregate(struct deparse *d, const struct expr *e)
{
    const struct aggregate_call *a = &e->aggregate;
    buf_format(d->to, "%s(%s", name_of(d, a->ref.func->name), a->is_distinct ? "DISTINCT " : "");
    if (a->is_star)
        put(d, "*");
    bool is_ordered_set =
        a->ref.func->aggregate != NULL &&
        (a->ref.func->aggregate->agg_kind == 'o' || a->ref.func->aggregate->agg_kind == 'h');
    if (is_ordered_set) {
        deparse_call_args(d, &a->ref, a->direct, a->direct_count);
        put(d, ") WITHIN GROUP (ORDER BY ");
        deparse_keys(d, a->order, a->order_count, e->args, NULL, true);
    } else {
        deparse_call_args(d, &a->ref, e->args, a->call_arg_count);
    }
    if (a->order_count > 0 && !a->is_distinct && !is_ordered_set) {
        put(d, " ORDER BY ");
        deparse_keys(d, a->order, a->order_count, e->args, NULL, true);
    }
    put(d, ")");
    if (a->filter != NULL) {
        put(d, " FILTER (WHERE ");
        deparse_one(d, a->filter, false);
        put(d, ")");
    }
}

static void
deparse_window(struct deparse *d, const struct expr *e)
{
    buf_format(d->to, "%s(%s", name_of(d, e->window.ref.func->name), e->window.is_star ? "*" : "");
    deparse_call_args(d, &e->window.ref, e->args, e->arg_count);
    put(d, ")");
    if (e->window.filter != NULL) {
        put(d, " FILTER (WHERE ");
        deparse_one(d, e->window.filter, false);
        put(d, ")");
    }
    const struct query *q = d->level->query;
    const struct window *w = &q->windows[e->window.window];
    put(d, " OVER ");
    if (w->name != NULL) {
        put(d, name_of(d, w->name));
        return;
    }
    deparse_window_definition(d, w);
}

/* ---- constructs ---- */

static void
deparse_joined(struct deparse *d, const struct expr *e, const char *word)
{
    full(d, "(");
    for (uint32_t i = 0; i < e->arg_count; i++) {
        put(d, i == 0 ? "" : word);
        deparse_arg(d, e->args[i], false, e);
    }
    full(d, ")");
}

static void
deparse_case(struct deparse *d, const struct expr *e)
{
    deparse_word(d, "CASE", 0, 4, 0);
    const char *gap = d->options->is_laid_out ? "" : " ";
    if (e->case_.operand != NULL) {
        put(d, " ");
        deparse_one(d, e->case_.operand, true);
    }
    for (uint32_t i = 0; i + 1 < e->arg_count; i += 2) {
        const struct expr *when = e->args[i];
        put(d, gap);
        deparse_word(d, "WHEN ", 0, 0, 0);
        /* "operand = value" was written as the value. */
        if (e->case_.operand != NULL && when->kind == EXPR_FUNC && when->arg_count == 2)
            when = when->args[1];
        deparse_one(d, when, false);
        put(d, " THEN ");
        deparse_one(d, e->args[i + 1], true);
    }
    put(d, gap);
    deparse_word(d, "ELSE ", 0, 0, 0);
    deparse_one(d, e->args[e->arg_count - 1], true);
    put(d, gap);
    deparse_word(d, "END", -4, 0, 0);
}

static void
deparse_suffix(struct deparse *d, const struct expr *e, const char *suffix)
{
    full(d, "(");
    deparse_arg(d, e->args[0], true, e);
    buf_format(d->to, " %s", suffix);
    full(d, ")");
}

static void
deparse_call_like(struct deparse *d, const struct expr *e, const char *name, const char *open,
                  const char *close)
{
    buf_format(d->to, "%s%s", name, open);
    deparse_list(d, e->args, e->arg_count, true);
    put(d, close);
}

static void
deparse_array_compare(struct deparse *d, const struct expr *e)
{
    full(d, "(");
    deparse_arg(d, e->args[0], true, e);
    buf_format(d->to, " %s %s (", e->array_compare.ref.op->name,
               e->array_compare.is_all ? "ALL" : "ANY");
    deparse_one(d, e->args[1], true);
    put(d, ")");
    full(d, ")");
}

static void
deparse_row_compare(struct deparse *d, const struct expr *e)
{
    uint32_t count = e->row_compare.column_count;
    put(d, "(ROW(");
    deparse_list(d, e->args, count, true);
    buf_format(d->to, ") %s ROW(", e->row_compare.operators[0]->name);
    deparse_list(d, e->args + count, count, true);
    put(d, "))");
}

static void
deparse_subscript(struct deparse *d, const struct expr *e)
{
    bool is_bare = e->args[0]->kind == EXPR_COLUMN;
    put(d, is_bare ? "" : "(");
    deparse_one(d, e->args[0], false);
    put(d, is_bare ? "" : ")");
    for (uint32_t i = 0; i < e->subscript.part_count; i++) {
        const struct subscript_part *part = &e->subscript.parts[i];
        put(d, "[");
        if (part->lower != NULL)
            deparse_one(d, part->lower, false);
        put(d, e->subscript.is_slice ? ":" : "");
        if (part->upper != NULL)
            deparse_one(d, part->upper, false);
        put(d, "]");
    }
}

static void
deparse_field(struct deparse *d, const struct expr *e)
{
    put(d, "(");
    deparse_one(d, e->args[0], true);
    buf_format(d->to, ").%s", name_of(d, e->field.name));
}

static void
deparse_value_func(struct deparse *d, const struct expr *e)
{
    static const char *const names[] = {
        "CURRENT_DATE",   "CURRENT_TIME",    "CURRENT_TIMESTAMP", "LOCALTIME",
        "LOCALTIMESTAMP", "CURRENT_ROLE",    "CURRENT_USER",      "USER",
        "SESSION_USER",   "CURRENT_CATALOG", "CURRENT_SCHEMA",
    };
    put(d, names[e->value_func]);
    if (e->typmod >= 0)
        buf_format(d->to, "(%d)", e->typmod);
}

/* The left side of a comparison with a subquery's columns: what the pairs begin with. */
static void
deparse_test_left(struct deparse *d, const struct expr *test)
{
    if (test->kind == EXPR_AND || test->kind == EXPR_OR) {
        put(d, "(");
        for (uint32_t i = 0; i < test->arg_count; i++) {
            put(d, i == 0 ? "" : ", ");
            deparse_one(d, test->args[i]->args[0], true);
        }
        put(d, ")");
    } else if (test->kind == EXPR_ROW_COMPARE) {
        put(d, "(");
        deparse_list(d, test->args, test->row_compare.column_count, true);
        put(d, ")");
    } else {
        deparse_one(d, test->args[0], true);
    }
}

static void
deparse_sublink(struct deparse *d, const struct expr *e)
{
    switch (e->sublink.kind) {
    case SUBLINK_EXISTS:
        put(d, "(EXISTS ( ");
        break;
    case SUBLINK_ARRAY:
        put(d, "ARRAY( ");
        break;
    case SUBLINK_ANY:
    case SUBLINK_ALL:
        put(d, "(");
        deparse_test_left(d, e->args[0]);
        if (e->sublink.kind == SUBLINK_ANY && strcmp(e->sublink.op_name, "=") == 0)
            put(d, " IN ( ");
        else
            buf_format(d->to, " %s %s ( ", e->sublink.op_name,
                       e->sublink.kind == SUBLINK_ANY ? "ANY" : "ALL");
        break;
    default:
        put(d, "( ");
    }
    d->hides_unnamed = d->options->is_laid_out;
    deparse_select(d, e->sublink.query, d->level);
    bool is_double = e->sublink.kind == SUBLINK_EXISTS || e->sublink.kind == SUBLINK_ANY ||
                     e->sublink.kind == SUBLINK_ALL;
    put(d, is_double ? "))" : ")");
}

static void
deparse_nextval(struct deparse *d, const struct expr *e)
{
    const struct name_scope *scope = d->options->scope;
    const struct sequence_def *sequence =
        scope->sequence == NULL ? NULL : scope->sequence(scope->object, e->nextval.sequence);
    const struct table *relation = sequence == NULL || scope->relation_oid == NULL
                                       ? NULL
                                       : scope->relation_oid(scope->object, sequence->sequence);
    bool is_bare = relation == NULL || (!d->options->qualify_all && scope->is_visible != NULL &&
                                        scope->is_visible(scope->object, relation));
    const char *name = sequence == NULL ? "?" : name_of(d, sequence->name);
    if (!is_bare)
        name = arena_format(d->options->arena, "%s.%s", name_of(d, sequence->schema_name), name);
    buf_format(d->to, "nextval(%s::regclass)", deparse_literal(d->options->arena, name));
}

static void
deparse_collate(struct deparse *d, const struct expr *e)
{
    const struct name_scope *scope = d->options->scope;
    const char *name =
        scope->collation_name == NULL ? NULL : scope->collation_name(scope->object, e->collation);
    put(d, "(");
    deparse_one(d, e->args[0], true);
    buf_format(d->to, " COLLATE %s)", name_of(d, name == NULL ? "default" : name));
}

static const char *const bool_tests[] = {"IS TRUE",      "IS NOT TRUE", "IS FALSE",
                                         "IS NOT FALSE", "IS UNKNOWN",  "IS NOT UNKNOWN"};

static void
deparse_param(struct deparse *d, const struct expr *e)
{
    buf_format(d->to, "$%u", e->param.number);
}

static void
deparse_rest(struct deparse *d, const struct expr *e, bool show_implicit)
{
    switch (e->kind) {
    case EXPR_COALESCE:
        deparse_call_like(d, e, "COALESCE", "(", ")");
        break;
    case EXPR_MINMAX:
        deparse_call_like(d, e, e->minmax.is_greatest ? "GREATEST" : "LEAST", "(", ")");
        break;
    case EXPR_NULLIF:
        deparse_call_like(d, e, "NULLIF", "(", ")");
        break;
    case EXPR_GROUPING:
        deparse_call_like(d, e, "GROUPING", "(", ")");
        break;
    case EXPR_ROW:
        deparse_call_like(d, e, "ROW", "(", ")");
        if (e->type != TYPE_RECORD)
            buf_format(d->to, "::%s", type_of(d, e->type, -1));
        break;
    case EXPR_ARRAY:
        deparse_call_like(d, e, "ARRAY", "[", "]");
        if (e->arg_count == 0)
            buf_format(d->to, "::%s", type_of(d, e->type, -1));
        break;
    case EXPR_DISTINCT:
        deparse_operator(d, e, "IS DISTINCT FROM");
        break;
    case EXPR_ROW_COMPARE:
        deparse_row_compare(d, e);
        break;
    case EXPR_SUBSCRIPT:
        deparse_subscript(d, e);
        break;
    case EXPR_FIELD:
        deparse_field(d, e);
        break;
    case EXPR_RELABEL:
    case EXPR_CAST_INOUT:
    case EXPR_CAST_ARRAY:
    case EXPR_CAST_DOMAIN:
    case EXPR_CAST_ROW:
        deparse_cast(d, e, e->cast_form, show_implicit);
        break;
    case EXPR_COLLATE:
        deparse_collate(d, e);
        break;
    case EXPR_VALUE_FUNC:
        deparse_value_func(d, e);
        break;
    case EXPR_NEXTVAL:
        deparse_nextval(d, e);
        break;
    case EXPR_PLACEHOLDER:
        put(d, "VALUE");
        break;
    case EXPR_CURRENT_OF:
        buf_format(d->to, "CURRENT OF %s", name_of(d, e->current_of.cursor));
        break;
    default:
        put(d, "DEFAULT");
    }
}

void
deparse_one(struct deparse *d, const struct expr *e, bool show_implicit)
{
    switch (e->kind) {
    case EXPR_CONST:
        deparse_constant(d, e);
        break;
    case EXPR_PARAM:
        deparse_param(d, e);
        break;
    case EXPR_COLUMN:
        deparse_column(d, e);
        break;
    case EXPR_FUNC:
        deparse_func(d, e, show_implicit);
        break;
    case EXPR_AND:
        deparse_joined(d, e, " AND ");
        break;
    case EXPR_OR:
        deparse_joined(d, e, " OR ");
        break;
    case EXPR_NOT:
        full(d, "(");
        put(d, "NOT ");
        deparse_arg(d, e->args[0], false, e);
        full(d, ")");
        break;
    case EXPR_NULL_TEST:
        deparse_suffix(d, e, e->null_test.is_not ? "IS NOT NULL" : "IS NULL");
        break;
    case EXPR_BOOL_TEST:
        deparse_suffix(d, e, bool_tests[e->bool_test]);
        break;
    case EXPR_CASE:
        deparse_case(d, e);
        break;
    case EXPR_ARRAY_COMPARE:
        deparse_array_compare(d, e);
        break;
    case EXPR_SUBLINK:
        deparse_sublink(d, e);
        break;
    case EXPR_AGGREGATE:
        deparse_aggregate(d, e);
        break;
    case EXPR_WINDOW:
        deparse_window(d, e);
        break;
    default:
        deparse_rest(d, e, show_implicit);
    }
}

static const char *
finish(struct deparse *d)
{
    const char *text = (const char *)arena_slice(d->options->arena, buf_slice(d->to)).data;
    buf_deinit(d->to);
    return text;
}

static void
end_buf(void *object)
{
    buf_deinit(object);
}

/* A buffer that the arena's end frees if an error gets in the way. */
static struct buf *
buf_in_arena(struct arena *arena)
{
    struct buf *to = arena_alloc(arena, sizeof *to);
    buf_init(to);
    to->raise_on_full = true;
    arena_on_end(arena, end_buf, to);
    return to;
}

const char *
deparse_expr(const struct deparse_options *options, const struct table *table, const struct expr *e)
{
    struct deparse_level level = {.table = table};
    struct deparse d = {.options = options, .to = buf_in_arena(options->arena), .level = &level};
    deparse_one(&d, e, false);
    return finish(&d);
}

const char *
deparse_query(const struct deparse_options *options, const struct query *q)
{
    struct deparse d = {.options = options, .to = buf_in_arena(options->arena)};
    deparse_select(&d, q, NULL);
    return finish(&d);
}
