/*
 * json.c: the types json and jsonb: input, output, order and casts.
 *
 * json is text that was checked to be JSON and is kept as it was written; jsonb is parsed into the
 * format of jsonb.h.
 */
#include "base/raise.h"
#include "type/generic.h"
#include "type/jsonb.h"
#include "type/numeric.h"
#include "type/tables.h"
#include "type/utf8.h"

static union datum
json_input(struct type_call *call, struct slice text)
{
    json_parse(call->arena, text, NULL);
    return slice_datum(arena_slice(call->arena, text));
}

static void
json_output(struct type_call *call, union datum value, struct buf *to)
{
    (void)call;
    buf_put_slice(to, datum_slice(&value));
}

static union datum
json_recv(struct type_call *call, struct slice bytes)
{
    utf8_require(bytes);
    return json_input(call, bytes);
}

static union datum
jsonb_input(struct type_call *call, struct slice text)
{
    return jsonb_parse(call->arena, arena_slice(call->arena, text));
}

static void
jsonb_output(struct type_call *call, union datum value, struct buf *to)
{
    struct jsonb node = jsonb_read(&value);
    jsonb_put_text(call->arena, to, &node);
}

static union datum
jsonb_recv(struct type_call *call, struct slice bytes)
{
    return jsonb_input(call, json_wire_text(bytes, "jsonb version number"));
}

static void
jsonb_send(struct type_call *call, union datum value, struct buf *to)
{
    buf_put_u8(to, JSON_WIRE_VERSION);
    jsonb_output(call, value, to);
}

/* ---- casts ---- */

static _Noreturn void
fail_cast(const struct jsonb *node, const char *type_name)
{
    const char *kind = node->kind == JSONB_NUMBER ? "numeric" : jsonb_kind_name(node);
    raise(SQLSTATE_INVALID_PARAMETER_VALUE, "cannot cast jsonb %s to type %s", kind, type_name);
}

static union datum
jsonb_bool(struct func_call *call, const union datum *args)
{
    (void)call;
    struct jsonb node = jsonb_read(&args[0]);
    if (!jsonb_is_bool(&node))
        fail_cast(&node, "boolean");
    return bool_datum(node.kind == JSONB_TRUE);
}

/* To any type of numbers, by the cast from numeric. */
static union datum
jsonb_to_number(struct func_call *call, const union datum *args)
{
    struct jsonb node = jsonb_read(&args[0]);
    oid target = call->func->result;
    if (node.kind != JSONB_NUMBER)
        fail_cast(&node, type_get(call->env, target)->sql_name);
    union datum number = jsonb_number(&node);
    if (target == TYPE_NUMERIC)
        return slice_datum(arena_slice(call->arena, datum_slice(&number)));
    const struct cast_info *cast = types_cast(call->env->types, TYPE_NUMERIC, target);
    const struct func_info *func = types_func(call->env->types, cast->func);
    struct func_call inner = *call;
    inner.func = func;
    inner.arg_types = &(oid){TYPE_NUMERIC};
    return func->scalar(&inner, &number);
}

/* ---- what this file brings ---- */

static const struct type_info types[] = {
    {.type = TYPE_JSON,
     .array = 199,
     .name = "json",
     .sql_name = "json",
     .length = -1,
     .align = 'i',
     .category = 'U',
     .kind = 'b',
     .storage = 'x',
     .delimiter = ',',
     .phys = PHYS_VIEW,
     .input_oid = 321,
     .output_oid = 322,
     .recv_oid = 323,
     .send_oid = 324,
     .input = json_input,
     .output = json_output,
     .recv = json_recv,
     .send = json_output},
    {.type = TYPE_JSONB,
     .array = 3807,
     .name = "jsonb",
     .sql_name = "jsonb",
     .length = -1,
     .align = 'i',
     .category = 'U',
     .kind = 'b',
     .storage = 'x',
     .delimiter = ',',
     .phys = PHYS_VIEW,
     .input_oid = 3806,
     .output_oid = 3804,
     .recv_oid = 3805,
     .send_oid = 3803,
     .input = jsonb_input,
     .output = jsonb_output,
     .recv = jsonb_recv,
     .send = jsonb_send,
     .compare = jsonb_compare,
     .hash = jsonb_hash,
     .key_put = jsonb_key_put},
};

#define COMPARISON(oid_, name_, function_)                                                         \
    FUNC(oid_, name_, TYPE_BOOL, function_, TYPE_JSONB, TYPE_JSONB)
#define CAST(oid_, name_, target_) FUNC(oid_, name_, target_, jsonb_to_number, TYPE_JSONB)

static const struct func_info funcs[] = {
    {FUNC(321, "json_in", TYPE_JSON, generic_in, TYPE_CSTRING)},
    {FUNC(322, "json_out", TYPE_CSTRING, generic_out, TYPE_JSON)},
    {FUNC(323, "json_recv", TYPE_JSON, generic_recv, TYPE_INTERNAL)},
    {FUNC(324, "json_send", TYPE_BYTEA, generic_send, TYPE_JSON)},
    {FUNC(3806, "jsonb_in", TYPE_JSONB, generic_in, TYPE_CSTRING)},
    {FUNC(3804, "jsonb_out", TYPE_CSTRING, generic_out, TYPE_JSONB)},
    {FUNC(3805, "jsonb_recv", TYPE_JSONB, generic_recv, TYPE_INTERNAL)},
    {FUNC(3803, "jsonb_send", TYPE_BYTEA, generic_send, TYPE_JSONB)},
    {COMPARISON(4038, "jsonb_ne", generic_ne)},
    {COMPARISON(4039, "jsonb_lt", generic_lt)},
    {COMPARISON(4040, "jsonb_gt", generic_gt)},
    {COMPARISON(4041, "jsonb_le", generic_le)},
    {COMPARISON(4042, "jsonb_ge", generic_ge)},
    {COMPARISON(4043, "jsonb_eq", generic_eq)},
    {FUNC(4044, "jsonb_cmp", TYPE_INT4, generic_compare, TYPE_JSONB, TYPE_JSONB)},
    {FUNC(3556, "bool", TYPE_BOOL, jsonb_bool, TYPE_JSONB)},
    {CAST(3449, "numeric", TYPE_NUMERIC)},
    {CAST(3450, "int2", TYPE_INT2)},
    {CAST(3451, "int4", TYPE_INT4)},
    {CAST(3452, "int8", TYPE_INT8)},
    {CAST(3453, "float4", TYPE_FLOAT4)},
    {CAST(2580, "float8", TYPE_FLOAT8)},
};

static const struct operator_info operators[] = {
    {3240, "=", TYPE_JSONB, TYPE_JSONB, TYPE_BOOL, 4043, 3240, 3241, true, true, "eqsel",
     "eqjoinsel"},
    {3241, "<>", TYPE_JSONB, TYPE_JSONB, TYPE_BOOL, 4038, 3241, 3240, false, false, "neqsel",
     "neqjoinsel"},
    {3242, "<", TYPE_JSONB, TYPE_JSONB, TYPE_BOOL, 4039, 3243, 3245, false, false, "scalarltsel",
     "scalarltjoinsel"},
    {3243, ">", TYPE_JSONB, TYPE_JSONB, TYPE_BOOL, 4040, 3242, 3244, false, false, "scalargtsel",
     "scalargtjoinsel"},
    {3244, "<=", TYPE_JSONB, TYPE_JSONB, TYPE_BOOL, 4041, 3245, 3243, false, false, "scalarlesel",
     "scalarlejoinsel"},
    {3245, ">=", TYPE_JSONB, TYPE_JSONB, TYPE_BOOL, 4042, 3244, 3242, false, false, "scalargesel",
     "scalargejoinsel"},
};

static const struct cast_info casts[] = {
    {TYPE_JSON, TYPE_JSONB, OID_NONE, CAST_ASSIGNMENT, CAST_INOUT},
    {TYPE_JSONB, TYPE_JSON, OID_NONE, CAST_ASSIGNMENT, CAST_INOUT},
    {TYPE_JSONB, TYPE_BOOL, 3556, CAST_EXPLICIT, CAST_FUNC},
    {TYPE_JSONB, TYPE_NUMERIC, 3449, CAST_EXPLICIT, CAST_FUNC},
    {TYPE_JSONB, TYPE_INT2, 3450, CAST_EXPLICIT, CAST_FUNC},
    {TYPE_JSONB, TYPE_INT4, 3451, CAST_EXPLICIT, CAST_FUNC},
    {TYPE_JSONB, TYPE_INT8, 3452, CAST_EXPLICIT, CAST_FUNC},
    {TYPE_JSONB, TYPE_FLOAT4, 3453, CAST_EXPLICIT, CAST_FUNC},
    {TYPE_JSONB, TYPE_FLOAT8, 2580, CAST_EXPLICIT, CAST_FUNC},
};

const struct type_tables json_tables = {
    .types = types,
    .type_count = COUNT_OF(types),
    .funcs = funcs,
    .func_count = COUNT_OF(funcs),
    .operators = operators,
    .operator_count = COUNT_OF(operators),
    .casts = casts,
    .cast_count = COUNT_OF(casts),
};
