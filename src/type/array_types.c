/*
 * array_types.c: the array types of the built-in types, and int2vector and oidvector, which the
 * catalogs are made of: arrays of one dimension that begins at 0, written as "1 2 3".
 */
#include "base/hash.h"
#include "base/raise.h"
#include "type/array.h"
#include "type/generic.h"
#include "type/tables.h"

/* ---- int2vector and oidvector ---- */

static union datum
make_vector(struct type_call *call, const struct array_builder *builder)
{
    struct array_dim dim = {.length = (int32_t)builder->count, .lower = 0};
    return array_make(call->env, call->arena, call->element, builder->values, builder->nulls, 1,
                      &dim);
}

static bool
is_blank(uint8_t c)
{
    return c == ' ' || (c >= '\t' && c <= '\r');
}

static union datum
vector_input(struct type_call *call, struct slice text)
{
    const struct type_info *info = type_get(call->env, call->element);
    struct type_call element = {.arena = call->arena, .env = call->env, .type = info, .typmod = -1};
    struct array_builder builder;
    array_builder_init(&builder, call->env, call->arena, call->element);
    const uint8_t *at = text.data, *end = text.data + text.bytes;
    while (at < end) {
        const uint8_t *start = at;
        while (at < end && !is_blank(*at))
            at++;
        if (at != start)
            array_builder_add(&builder,
                              info->input(&element, slice_of(start, (size_t)(at - start))), false);
        else
            at++;
    }
    return make_vector(call, &builder);
}

static void
vector_output(struct type_call *call, union datum value, struct buf *to)
{
    struct array array = array_read(&value);
    for (uint32_t i = 0; i < array.count; i++) {
        if (i != 0)
            buf_put_u8(to, ' ');
        type_output(call->env, call->arena, array.element, array_get(&array, i), to);
    }
}

static union datum
vector_recv(struct type_call *call, struct slice bytes)
{
    union datum value = array_recv(call, bytes);
    struct array array = array_read(&value);
    bool is_vector = array.dim_count == 0 || (array.dim_count == 1 && array.nulls == NULL &&
                                              array_dim(&array, 0).lower == 0);
    if (!is_vector)
        raise(SQLSTATE_INVALID_BINARY_REPRESENTATION, "invalid %s data", call->type->name);
    return value;
}

/* By length, then by elements as unsigned numbers. */
static int
oidvector_compare(union datum a, union datum b)
{
    struct array x = array_read(&a), y = array_read(&b);
    if (x.count != y.count)
        return x.count < y.count ? -1 : 1;
    for (uint32_t i = 0; i < x.count; i++) {
        uint32_t v = (uint32_t)array_get(&x, i).i32, w = (uint32_t)array_get(&y, i).i32;
        if (v != w)
            return v < w ? -1 : 1;
    }
    return 0;
}

static bool
oidvector_key_put(union datum value, struct buf *to)
{
    struct array array = array_read(&value);
    buf_put_be32(to, array.count);
    for (uint32_t i = 0; i < array.count; i++)
        buf_put_be32(to, (uint32_t)array_get(&array, i).i32);
    return true;
}

/* "integer, text": the names of the types, as in the arguments of a function. */
static union datum
oidvector_types(struct func_call *call, const union datum *args)
{
    struct array array = array_read(&args[0]);
    struct buf *text = buf_new(call->arena);
    for (uint32_t i = 0; i < array.count; i++) {
        oid type = (uint32_t)array_get(&array, i).i32;
        buf_format(text, "%s%s", i == 0 ? "" : ", ",
                   type_format(call->env->types, call->arena, type, -1));
    }
    return generic_buf_datum(call->arena, text);
}

/* ---- what this file brings ---- */

#define FORM .length = -1, .category = 'A', .kind = 'b', .storage = 'x', .phys = PHYS_VIEW
#define OIDS .input_oid = 750, .output_oid = 751, .recv_oid = 2400, .send_oid = 2401
#define TEXTS .input = array_input, .output = array_output, .recv = array_recv, .send = array_send
#define ORDER .compare = array_order, .hash = array_hash, .key_put = array_key_put
#define DELIMITED(array_, element_, name_, sql_name_, align_, delimiter_)                          \
    .type = array_, .element = element_, .name = name_, .sql_name = sql_name_, .align = align_,    \
    .delimiter = delimiter_, FORM, OIDS, TEXTS
#define UNORDERED(...) DELIMITED(__VA_ARGS__, ',')
#define ARRAY(...) UNORDERED(__VA_ARGS__), ORDER

static const struct type_info types[] = {
    {UNORDERED(199, TYPE_JSON, "_json", "json[]", 'i')},
    {ARRAY(TYPE_BOOL_ARRAY, TYPE_BOOL, "_bool", "boolean[]", 'i')},
    {ARRAY(TYPE_BYTEA_ARRAY, TYPE_BYTEA, "_bytea", "bytea[]", 'i')},
    {ARRAY(TYPE_CHAR_ARRAY, TYPE_CHAR, "_char", "\"char\"[]", 'i')},
    {ARRAY(TYPE_NAME_ARRAY, TYPE_NAME, "_name", "name[]", 'i'), .is_collatable = true},
    {ARRAY(TYPE_INT2_ARRAY, TYPE_INT2, "_int2", "smallint[]", 'i')},
    {ARRAY(1006, TYPE_INT2VECTOR, "_int2vector", "int2vector[]", 'i')},
    {ARRAY(TYPE_INT4_ARRAY, TYPE_INT4, "_int4", "integer[]", 'i')},
    {ARRAY(1008, TYPE_REGPROC, "_regproc", "regproc[]", 'i')},
    {ARRAY(TYPE_TEXT_ARRAY, TYPE_TEXT, "_text", "text[]", 'i'), .is_collatable = true},
    {ARRAY(1013, TYPE_OIDVECTOR, "_oidvector", "oidvector[]", 'i')},
    {ARRAY(TYPE_BPCHAR_ARRAY, TYPE_BPCHAR, "_bpchar", "character[]", 'i'), .is_collatable = true,
     .typmod_in_oid = 2913, .typmod_out_oid = 2914},
    {ARRAY(TYPE_VARCHAR_ARRAY, TYPE_VARCHAR, "_varchar", "character varying[]", 'i'),
     .is_collatable = true, .typmod_in_oid = 2915, .typmod_out_oid = 2916},
    {ARRAY(TYPE_INT8_ARRAY, TYPE_INT8, "_int8", "bigint[]", 'd')},
    {ARRAY(TYPE_FLOAT4_ARRAY, TYPE_FLOAT4, "_float4", "real[]", 'i')},
    {ARRAY(TYPE_FLOAT8_ARRAY, TYPE_FLOAT8, "_float8", "double precision[]", 'd')},
    {ARRAY(TYPE_OID_ARRAY, TYPE_OID, "_oid", "oid[]", 'i')},
    {ARRAY(TYPE_TIMESTAMP_ARRAY, TYPE_TIMESTAMP, "_timestamp", "timestamp without time zone[]",
           'd'),
     .typmod_in_oid = 2905, .typmod_out_oid = 2906},
    {ARRAY(TYPE_DATE_ARRAY, TYPE_DATE, "_date", "date[]", 'i')},
    {ARRAY(TYPE_TIME_ARRAY, TYPE_TIME, "_time", "time without time zone[]", 'd'),
     .typmod_in_oid = 2909, .typmod_out_oid = 2910},
    {ARRAY(TYPE_TIMESTAMPTZ_ARRAY, TYPE_TIMESTAMPTZ, "_timestamptz", "timestamp with time zone[]",
           'd'),
     .typmod_in_oid = 2907, .typmod_out_oid = 2908},
    {ARRAY(TYPE_INTERVAL_ARRAY, TYPE_INTERVAL, "_interval", "interval[]", 'd'),
     .typmod_in_oid = 2903, .typmod_out_oid = 2904},
    {ARRAY(TYPE_NUMERIC_ARRAY, TYPE_NUMERIC, "_numeric", "numeric[]", 'i'), .typmod_in_oid = 2917,
     .typmod_out_oid = 2918},
    {ARRAY(TYPE_BIT_ARRAY, TYPE_BIT, "_bit", "bit[]", 'i'), .typmod_in_oid = 2919,
     .typmod_out_oid = 2920},
    {ARRAY(TYPE_VARBIT_ARRAY, TYPE_VARBIT, "_varbit", "bit varying[]", 'i'), .typmod_in_oid = 2902,
     .typmod_out_oid = 2921},
    {ARRAY(TYPE_CSTRING_ARRAY, TYPE_CSTRING, "_cstring", "cstring[]", 'i')},
    {ARRAY(TYPE_TIMETZ_ARRAY, TYPE_TIMETZ, "_timetz", "time with time zone[]", 'd'),
     .typmod_in_oid = 2911, .typmod_out_oid = 2912},
    {ARRAY(TYPE_REGCLASS_ARRAY, TYPE_REGCLASS, "_regclass", "regclass[]", 'i')},
    {ARRAY(2211, TYPE_REGTYPE, "_regtype", "regtype[]", 'i')},
    {ARRAY(TYPE_RECORD_ARRAY, TYPE_RECORD, "_record", "record[]", 'd')},
    {ARRAY(TYPE_UUID_ARRAY, TYPE_UUID, "_uuid", "uuid[]", 'i')},
    {ARRAY(3807, TYPE_JSONB, "_jsonb", "jsonb[]", 'i')},
    {ARRAY(4073, TYPE_JSONPATH, "_jsonpath", "jsonpath[]", 'i')},
    {ARRAY(TYPE_CIDR_ARRAY, TYPE_CIDR, "_cidr", "cidr[]", 'i')},
    {ARRAY(TYPE_INET_ARRAY, TYPE_INET, "_inet", "inet[]", 'i')},
    {ARRAY(TYPE_MACADDR_ARRAY, TYPE_MACADDR, "_macaddr", "macaddr[]", 'i')},
    {ARRAY(TYPE_MACADDR8_ARRAY, TYPE_MACADDR8, "_macaddr8", "macaddr8[]", 'i')},
    {ARRAY(TYPE_TSVECTOR_ARRAY, TYPE_TSVECTOR, "_tsvector", "tsvector[]", 'i')},
    {ARRAY(TYPE_TSQUERY_ARRAY, TYPE_TSQUERY, "_tsquery", "tsquery[]", 'i')},
    {UNORDERED(TYPE_POINT_ARRAY, TYPE_POINT, "_point", "point[]", 'd')},
    {UNORDERED(TYPE_LSEG_ARRAY, TYPE_LSEG, "_lseg", "lseg[]", 'd')},
    {UNORDERED(TYPE_PATH_ARRAY, TYPE_PATH, "_path", "path[]", 'd')},
    {DELIMITED(TYPE_BOX_ARRAY, TYPE_BOX, "_box", "box[]", 'd', ';')},
    {UNORDERED(TYPE_POLYGON_ARRAY, TYPE_POLYGON, "_polygon", "polygon[]", 'd')},
    {UNORDERED(TYPE_LINE_ARRAY, TYPE_LINE, "_line", "line[]", 'd')},
    {UNORDERED(TYPE_CIRCLE_ARRAY, TYPE_CIRCLE, "_circle", "circle[]", 'd')},
    {.type = TYPE_INT2VECTOR,
     .array = 1006,
     .element = TYPE_INT2,
     .name = "int2vector",
     .sql_name = "int2vector",
     .length = -1,
     .category = 'A',
     .kind = 'b',
     .align = 'i',
     .storage = 'p',
     .delimiter = ',',
     .phys = PHYS_VIEW,
     .input_oid = 40,
     .output_oid = 41,
     .recv_oid = 2410,
     .send_oid = 2411,
     .input = vector_input,
     .output = vector_output,
     .recv = vector_recv,
     .send = array_send,
     .compare = array_order,
     .hash = array_hash,
     .key_put = array_key_put},
    {.type = TYPE_OIDVECTOR,
     .array = 1013,
     .element = TYPE_OID,
     .name = "oidvector",
     .sql_name = "oidvector",
     .length = -1,
     .category = 'A',
     .kind = 'b',
     .align = 'i',
     .storage = 'p',
     .delimiter = ',',
     .phys = PHYS_VIEW,
     .input_oid = 54,
     .output_oid = 55,
     .recv_oid = 2420,
     .send_oid = 2421,
     .input = vector_input,
     .output = vector_output,
     .recv = vector_recv,
     .send = array_send,
     .compare = oidvector_compare,
     .hash = array_hash,
     .key_put = oidvector_key_put},
};

static const struct func_info funcs[] = {
    {FUNC(40, "int2vectorin", TYPE_INT2VECTOR, generic_in, TYPE_CSTRING)},
    {FUNC(41, "int2vectorout", TYPE_CSTRING, generic_out, TYPE_INT2VECTOR)},
    {FUNC(54, "oidvectorin", TYPE_OIDVECTOR, generic_in, TYPE_CSTRING)},
    {FUNC(55, "oidvectorout", TYPE_CSTRING, generic_out, TYPE_OIDVECTOR)},
    {FUNC(404, "btoidvectorcmp", TYPE_INT4, generic_compare, TYPE_OIDVECTOR, TYPE_OIDVECTOR)},
    {FUNC(619, "oidvectorne", TYPE_BOOL, generic_ne, TYPE_OIDVECTOR, TYPE_OIDVECTOR)},
    {FUNC(677, "oidvectorlt", TYPE_BOOL, generic_lt, TYPE_OIDVECTOR, TYPE_OIDVECTOR)},
    {FUNC(678, "oidvectorle", TYPE_BOOL, generic_le, TYPE_OIDVECTOR, TYPE_OIDVECTOR)},
    {FUNC(679, "oidvectoreq", TYPE_BOOL, generic_eq, TYPE_OIDVECTOR, TYPE_OIDVECTOR)},
    {FUNC(680, "oidvectorge", TYPE_BOOL, generic_ge, TYPE_OIDVECTOR, TYPE_OIDVECTOR)},
    {FUNC(681, "oidvectorgt", TYPE_BOOL, generic_gt, TYPE_OIDVECTOR, TYPE_OIDVECTOR)},
    {FUNC(750, "array_in", TYPE_ANYARRAY, generic_in, TYPE_CSTRING, TYPE_OID, TYPE_INT4),
     .volatility = FUNC_STABLE},
    {FUNC(751, "array_out", TYPE_CSTRING, generic_out, TYPE_ANYARRAY), .volatility = FUNC_STABLE},
    {FUNC(1349, "oidvectortypes", TYPE_TEXT, oidvector_types, TYPE_OIDVECTOR),
     .volatility = FUNC_STABLE},
    {FUNC(2400, "array_recv", TYPE_ANYARRAY, generic_recv, TYPE_INTERNAL, TYPE_OID, TYPE_INT4),
     .volatility = FUNC_STABLE},
    {FUNC(2401, "array_send", TYPE_BYTEA, generic_send, TYPE_ANYARRAY), .volatility = FUNC_STABLE},
    {FUNC(2410, "int2vectorrecv", TYPE_INT2VECTOR, generic_recv, TYPE_INTERNAL)},
    {FUNC(2411, "int2vectorsend", TYPE_BYTEA, generic_send, TYPE_INT2VECTOR)},
    {FUNC(2420, "oidvectorrecv", TYPE_OIDVECTOR, generic_recv, TYPE_INTERNAL)},
    {FUNC(2421, "oidvectorsend", TYPE_BYTEA, generic_send, TYPE_OIDVECTOR)},
};

static const struct operator_info operators[] = {
    {644, "<>", TYPE_OIDVECTOR, TYPE_OIDVECTOR, TYPE_BOOL, 619, 644, 649, false, false, "neqsel",
     "neqjoinsel"},
    {645, "<", TYPE_OIDVECTOR, TYPE_OIDVECTOR, TYPE_BOOL, 677, 646, 648, false, false,
     "scalarltsel", "scalarltjoinsel"},
    {646, ">", TYPE_OIDVECTOR, TYPE_OIDVECTOR, TYPE_BOOL, 681, 645, 647, false, false,
     "scalargtsel", "scalargtjoinsel"},
    {647, "<=", TYPE_OIDVECTOR, TYPE_OIDVECTOR, TYPE_BOOL, 678, 648, 646, false, false,
     "scalarlesel", "scalarlejoinsel"},
    {648, ">=", TYPE_OIDVECTOR, TYPE_OIDVECTOR, TYPE_BOOL, 680, 647, 645, false, false,
     "scalargesel", "scalargejoinsel"},
    {649, "=", TYPE_OIDVECTOR, TYPE_OIDVECTOR, TYPE_BOOL, 679, 649, 644, true, true, "eqsel",
     "eqjoinsel"},
};

const struct type_tables array_types_tables = {
    .types = types,
    .type_count = COUNT_OF(types),
    .funcs = funcs,
    .func_count = COUNT_OF(funcs),
    .operators = operators,
    .operator_count = COUNT_OF(operators),
};
