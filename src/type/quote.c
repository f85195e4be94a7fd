/*
 * quote.c: quoting of names and literals, and the functions that build text from values: concat,
 * concat_ws, format.
 */
#include "type/quote.h"

#include "base/raise.h"
#include "type/digits.h"
#include "type/generic.h"
#include "type/tables.h"
#include "type/text.h"
#include "type/utf8.h"
#include "type/variadic.h"

/* PostgreSQL's keywords that cannot be a name everywhere, in order. */
static const char *const keywords[] = {
    "all",
    "analyse",
    "analyze",
    "and",
    "any",
    "array",
    "as",
    "asc",
    "asymmetric",
    "authorization",
    "between",
    "bigint",
    "binary",
    "bit",
    "boolean",
    "both",
    "case",
    "cast",
    "char",
    "character",
    "check",
    "coalesce",
    "collate",
    "collation",
    "column",
    "concurrently",
    "constraint",
    "create",
    "cross",
    "current_catalog",
    "current_date",
    "current_role",
    "current_schema",
    "current_time",
    "current_timestamp",
    "current_user",
    "dec",
    "decimal",
    "default",
    "deferrable",
    "desc",
    "distinct",
    "do",
    "else",
    "end",
    "except",
    "exists",
    "extract",
    "false",
    "fetch",
    "float",
    "for",
    "foreign",
    "freeze",
    "from",
    "full",
    "grant",
    "greatest",
    "group",
    "grouping",
    "having",
    "ilike",
    "in",
    "initially",
    "inner",
    "inout",
    "int",
    "integer",
    "intersect",
    "interval",
    "into",
    "is",
    "isnull",
    "join",
    "lateral",
    "leading",
    "least",
    "left",
    "like",
    "limit",
    "localtime",
    "localtimestamp",
    "national",
    "natural",
    "nchar",
    "none",
    "normalize",
    "not",
    "notnull",
    "null",
    "nullif",
    "numeric",
    "offset",
    "on",
    "only",
    "or",
    "order",
    "out",
    "outer",
    "overlaps",
    "overlay",
    "placing",
    "position",
    "precision",
    "primary",
    "real",
    "references",
    "returning",
    "right",
    "row",
    "select",
    "session_user",
    "setof",
    "similar",
    "smallint",
    "some",
    "substring",
    "symmetric",
    "table",
    "tablesample",
    "then",
    "time",
    "timestamp",
    "to",
    "trailing",
    "treat",
    "trim",
    "true",
    "union",
    "unique",
    "user",
    "using",
    "values",
    "varchar",
    "variadic",
    "verbose",
    "when",
    "where",
    "window",
    "with",
    "xmlattributes",
    "xmlconcat",
    "xmlelement",
    "xmlexists",
    "xmlforest",
    "xmlnamespaces",
    "xmlparse",
    "xmlpi",
    "xmlroot",
    "xmlserialize",
    "xmltable",
};

static bool
is_keyword(struct slice name)
{
    size_t first = 0, end = COUNT_OF(keywords);
    while (first < end) {
        size_t middle = (first + end) / 2;
        int order = slice_compare(slice_text(keywords[middle]), name);
        if (order == 0)
            return true;
        if (order < 0)
            first = middle + 1;
        else
            end = middle;
    }
    return false;
}

bool
quote_ident_needed(struct slice name)
{
    if (name.bytes == 0 || is_digit(name.data[0]))
        return true;
    for (size_t i = 0; i < name.bytes; i++) {
        uint8_t c = name.data[i];
        if ((c < 'a' || c > 'z') && c != '_' && !is_digit(c))
            return true;
    }
    return is_keyword(name);
}

void
quote_ident(struct buf *to, struct slice name)
{
    if (!quote_ident_needed(name)) {
        buf_put_slice(to, name);
        return;
    }
    buf_put_u8(to, '"');
    for (size_t i = 0; i < name.bytes; i++) {
        if (name.data[i] == '"')
            buf_put_u8(to, '"');
        buf_put_u8(to, name.data[i]);
    }
    buf_put_u8(to, '"');
}

void
quote_literal(struct buf *to, struct slice text)
{
    if (text.bytes > 0 && memchr(text.data, '\\', text.bytes) != NULL)
        buf_put_u8(to, 'E');
    buf_put_u8(to, '\'');
    for (size_t i = 0; i < text.bytes; i++) {
        uint8_t c = text.data[i];
        if (c == '\'' || c == '\\')
            buf_put_u8(to, c);
        buf_put_u8(to, c);
    }
    buf_put_u8(to, '\'');
}

static union datum
text_quote_ident(struct func_call *call, const union datum *args)
{
    if (!quote_ident_needed(datum_slice(&args[0])))
        return args[0];
    struct buf *to = buf_new(call->arena);
    quote_ident(to, datum_slice(&args[0]));
    return generic_buf_datum(call->arena, to);
}

/* Of any type: a text, or a value that is cast to text first. */
static union datum
any_quote_literal(struct func_call *call, const union datum *args)
{
    struct buf *to = buf_new(call->arena);
    quote_literal(to, call->arg_types[0] == TYPE_TEXT
                          ? datum_slice(&args[0])
                          : generic_cast_text(call, args[0], call->arg_types[0]));
    return generic_buf_datum(call->arena, to);
}

static union datum
any_quote_nullable(struct func_call *call, const union datum *args)
{
    if (func_arg_is_null(call, 0))
        return slice_datum(slice_text("NULL"));
    return any_quote_literal(call, args);
}

/* ---- concat ---- */

/* The texts of all arguments from `first` on that are not null. */
static union datum
concat_from(struct func_call *call, const union datum *args, uint32_t first, struct slice separator)
{
    struct variadic rest;
    if (!variadic_args(call, args, first, &rest))
        return func_null(call);
    struct buf *to = buf_new(call->arena);
    bool is_first = true;
    for (uint32_t i = 0; i < rest.count; i++) {
        if (variadic_is_null(&rest, i))
            continue;
        if (!is_first)
            buf_put_slice(to, separator);
        is_first = false;
        type_output(call->env, call->arena, rest.types[i], rest.values[i], to);
    }
    return generic_buf_datum(call->arena, to);
}

static union datum
any_concat(struct func_call *call, const union datum *args)
{
    return concat_from(call, args, 0, slice_of(NULL, 0));
}

static union datum
any_concat_ws(struct func_call *call, const union datum *args)
{
    if (func_arg_is_null(call, 0))
        return func_null(call);
    return concat_from(call, args, 1, datum_slice(&args[0]));
}

static union datum
count_nulls(struct func_call *call, const union datum *args, bool wanted)
{
    struct variadic rest;
    if (!variadic_args(call, args, 0, &rest))
        return func_null(call);
    int32_t count = 0;
    for (uint32_t i = 0; i < rest.count; i++)
        count += variadic_is_null(&rest, i) == wanted;
    return i32_datum(count);
}

static union datum
any_num_nulls(struct func_call *call, const union datum *args)
{
    return count_nulls(call, args, true);
}

static union datum
any_num_nonnulls(struct func_call *call, const union datum *args)
{
    return count_nulls(call, args, false);
}

/* ---- format ---- */

/* One specifier: %[position$][-][width]type. */
struct specifier {
    uint32_t position; /* 0: the next argument */
    bool is_left;      /* flag - */
    int32_t width;
    bool has_width_argument; /* width is * or *position$ */
    uint32_t width_position;
    uint8_t type;
};

static _Noreturn void
raise_unterminated(void)
{
    raise_error(.code = SQLSTATE_INVALID_PARAMETER_VALUE,
                .message = "unterminated format() type specifier",
                .hint = "For a single \"%\" use \"%%\".");
}

static uint8_t
at_or_end(struct slice format, size_t at)
{
    if (at >= format.bytes)
        raise_unterminated();
    return format.data[at];
}

/* Digits at *at, if there are any. */
static bool
read_number(struct slice format, size_t *at, int32_t *value)
{
    int64_t number = 0;
    size_t first = *at;
    for (; is_digit(at_or_end(format, *at)); ++*at) {
        number = number * 10 + (format.data[*at] - '0');
        if (number > INT32_MAX)
            raise(SQLSTATE_NUMERIC_VALUE_OUT_OF_RANGE, "number is out of range");
    }
    *value = (int32_t)number;
    return *at > first;
}

static uint32_t
require_position(int32_t position)
{
    if (position == 0)
        raise(SQLSTATE_INVALID_PARAMETER_VALUE,
              "format specifies argument 0, but arguments are numbered from 1");
    return (uint32_t)position;
}

/* From behind the %; leaves *at behind the type. */
static struct specifier
read_specifier(struct slice format, size_t *at)
{
    struct specifier specifier = {0};
    int32_t number;
    if (read_number(format, at, &number)) {
        if (at_or_end(format, *at) == '$') {
            specifier.position = require_position(number);
            ++*at;
        } else {
            specifier.width = number;
            specifier.type = at_or_end(format, *at);
            ++*at;
            return specifier;
        }
    }
    for (; at_or_end(format, *at) == '-'; ++*at)
        specifier.is_left = true;
    if (at_or_end(format, *at) == '*') {
        ++*at;
        specifier.has_width_argument = true;
        if (read_number(format, at, &number)) {
            if (at_or_end(format, *at) != '$')
                raise(SQLSTATE_INVALID_PARAMETER_VALUE,
                      "width argument position must be ended by \"$\"");
            specifier.width_position = require_position(number);
            ++*at;
        }
    } else if (read_number(format, at, &number)) {
        specifier.width = number;
    }
    specifier.type = at_or_end(format, *at);
    ++*at;
    return specifier;
}

/* The argument of that position (1: the first), or the next one. */
static uint32_t
take_argument(const struct variadic *rest, uint32_t position, uint32_t *next)
{
    uint32_t arg = position != 0 ? position - 1 : *next;
    if (arg >= rest->count)
        raise(SQLSTATE_INVALID_PARAMETER_VALUE, "too few arguments for format()");
    *next = arg + 1;
    return arg;
}

static int32_t
width_argument(struct func_call *call, const struct variadic *rest, uint32_t arg)
{
    if (variadic_is_null(rest, arg))
        return 0;
    union datum value = rest->values[arg];
    if (rest->types[arg] == TYPE_INT4)
        return value.i32;
    if (rest->types[arg] == TYPE_INT2)
        return value.i16;
    const char *text = type_output_text(call->env, call->arena, rest->types[arg], value);
    return type_input(call->env, call->arena, TYPE_INT4, -1, slice_text(text)).i32;
}

static void
put_padded(struct buf *to, struct slice text, int64_t width, bool is_left)
{
    if (width < 0) {
        is_left = true;
        width = -width;
    }
    int64_t missing = width - (int64_t)utf8_count(text);
    if (is_left)
        buf_put_slice(to, text);
    for (; missing > 0; missing--)
        buf_put_u8(to, ' ');
    if (!is_left)
        buf_put_slice(to, text);
}

/* What a type letter makes of the argument. */
static struct slice
converted(struct func_call *call, const struct variadic *rest, uint32_t arg, uint8_t type)
{
    bool null = variadic_is_null(rest, arg);
    if (null && type == 'I')
        raise(SQLSTATE_NULL_VALUE_NOT_ALLOWED,
              "null values cannot be formatted as an SQL identifier");
    if (null)
        return type == 'L' ? slice_text("NULL") : slice_of(NULL, 0);
    struct slice text =
        slice_text(type_output_text(call->env, call->arena, rest->types[arg], rest->values[arg]));
    if (type == 's')
        return text;
    struct buf *quoted = buf_new(call->arena);
    if (type == 'I')
        quote_ident(quoted, text);
    else
        quote_literal(quoted, text);
    return arena_slice(call->arena, buf_slice(quoted));
}

/* The bytes of the character at `at`. */
static size_t
type_bytes(struct slice format, size_t at)
{
    size_t bytes = utf8_bytes(format.data[at]);
    return bytes > format.bytes - at ? format.bytes - at : bytes;
}

static union datum
any_format(struct func_call *call, const union datum *args)
{
    if (func_arg_is_null(call, 0))
        return func_null(call);
    struct variadic rest;
    if (call->arg_count == 1 || !variadic_args(call, args, 1, &rest))
        rest.count = 0;
    struct slice format = datum_slice(&args[0]);
    struct buf *to = buf_new(call->arena);
    uint32_t next = 0;
    for (size_t at = 0; at < format.bytes;) {
        uint8_t c = format.data[at++];
        if (c != '%') {
            buf_put_u8(to, c);
            continue;
        }
        if (at_or_end(format, at) == '%') {
            buf_put_u8(to, '%');
            at++;
            continue;
        }
        struct specifier specifier = read_specifier(format, &at);
        if (specifier.type != 's' && specifier.type != 'I' && specifier.type != 'L')
            raise_error(.code = SQLSTATE_INVALID_PARAMETER_VALUE,
                        .message = raise_text("unrecognized format() type specifier \"%.*s\"",
                                              (int)type_bytes(format, at - 1),
                                              (const char *)format.data + at - 1),
                        .hint = "For a single \"%\" use \"%%\".");
        if (specifier.has_width_argument)
            specifier.width =
                width_argument(call, &rest, take_argument(&rest, specifier.width_position, &next));
        uint32_t arg = take_argument(&rest, specifier.position, &next);
        put_padded(to, converted(call, &rest, arg, specifier.type), specifier.width,
                   specifier.is_left);
    }
    return generic_buf_datum(call->arena, to);
}

/* ---- what this file brings ---- */

static const struct func_info funcs[] = {
    {FUNC_NULLS(438, "num_nulls", TYPE_INT4, any_num_nulls, TYPE_ANY), .variadic = TYPE_ANY},
    {FUNC_NULLS(440, "num_nonnulls", TYPE_INT4, any_num_nonnulls, TYPE_ANY), .variadic = TYPE_ANY},
    {FUNC(1282, "quote_ident", TYPE_TEXT, text_quote_ident, TYPE_TEXT)},
    {FUNC(1283, "quote_literal", TYPE_TEXT, any_quote_literal, TYPE_TEXT)},
    {FUNC(1285, "quote_literal", TYPE_TEXT, any_quote_literal, TYPE_ANYELEMENT),
     .volatility = FUNC_STABLE},
    {FUNC_NULLS(1289, "quote_nullable", TYPE_TEXT, any_quote_nullable, TYPE_TEXT)},
    {FUNC_NULLS(1290, "quote_nullable", TYPE_TEXT, any_quote_nullable, TYPE_ANYELEMENT),
     .volatility = FUNC_STABLE},
    {FUNC_NULLS(3058, "concat", TYPE_TEXT, any_concat, TYPE_ANY), .volatility = FUNC_STABLE,
     .variadic = TYPE_ANY},
    {FUNC_NULLS(3059, "concat_ws", TYPE_TEXT, any_concat_ws, TYPE_TEXT, TYPE_ANY),
     .volatility = FUNC_STABLE, .variadic = TYPE_ANY},
    {FUNC_NULLS(3539, "format", TYPE_TEXT, any_format, TYPE_TEXT, TYPE_ANY),
     .volatility = FUNC_STABLE, .variadic = TYPE_ANY},
    {FUNC_NULLS(3540, "format", TYPE_TEXT, any_format, TYPE_TEXT), .volatility = FUNC_STABLE},
};

const struct type_tables quote_tables = {
    .funcs = funcs,
    .func_count = COUNT_OF(funcs),
};
