/*
 * enum.c: see enum.h. Input and output of enums, their operators, enum_first and kin.
 */
#include "type/enum.h"

#include "base/raise.h"
#include "type/array.h"
#include "type/generic.h"
#include "type/tables.h"
#include "type/text.h"

union datum
enum_datum(const struct enum_label *label)
{
    uint32_t bits;
    memcpy(&bits, &label->order, sizeof bits);
    /* Of negative numbers all bits turn, so that larger ones come first. */
    int32_t sortable = (int32_t)(bits >> 31 != 0 ? ~bits ^ 0x80000000u : bits);
    return i64_datum((int64_t)((uint64_t)(uint32_t)sortable << 32 | label->label));
}

static union datum
enum_input(struct type_call *call, struct slice text)
{
    const struct enum_part *type = &user_type_of(call->type)->enumeration;
    for (uint32_t i = 0; i < type->label_count; i++) {
        if (slice_equal(slice_text(type->labels[i].name), text))
            return enum_datum(&type->labels[i]);
    }
    raise(SQLSTATE_INVALID_TEXT_REPRESENTATION, "invalid input value for enum %s: \"%.*s\"",
          call->type->sql_name, (int)text.bytes, (const char *)text.data);
}

static const struct enum_label *
label_of(const struct enum_part *type, union datum value)
{
    for (uint32_t i = 0; i < type->label_count; i++) {
        if (type->labels[i].label == (oid)value.i64)
            return &type->labels[i];
    }
    raise(SQLSTATE_INVALID_BINARY_REPRESENTATION, "invalid internal value for enum: %u",
          (oid)value.i64);
}

static void
enum_output(struct type_call *call, union datum value, struct buf *to)
{
    buf_put_text(to, label_of(&user_type_of(call->type)->enumeration, value)->name);
}

void
enum_type_init(struct user_type *type, oid number, oid array, const char *name,
               const char *array_name)
{
    const struct type_info *like = types_builtin(TYPE_INT8);
    type->info = (struct type_info){.type = number,
                                    .array = array,
                                    .name = name,
                                    .sql_name = name,
                                    .length = 4,
                                    .is_by_value = true,
                                    .align = 'i',
                                    .category = 'E',
                                    .kind = 'e',
                                    .storage = 'p',
                                    .delimiter = ',',
                                    .phys = like->phys,
                                    .input_oid = 3506,
                                    .output_oid = 3507,
                                    .recv_oid = 3532,
                                    .send_oid = 3533,
                                    .input = enum_input,
                                    .output = enum_output,
                                    .recv = enum_input,
                                    .send = enum_output,
                                    .compare = like->compare,
                                    .hash = like->hash,
                                    .key_put = like->key_put,
                                    .key_get = like->key_get};
    type->contract = TYPE_INT8;
    user_type_init_array(type, array, array_name);
}

/* ---- functions ---- */

static union datum
enum_eq(struct func_call *call, const union datum *args)
{
    (void)call;
    return bool_datum(args[0].i64 == args[1].i64);
}

static union datum
enum_ne(struct func_call *call, const union datum *args)
{
    (void)call;
    return bool_datum(args[0].i64 != args[1].i64);
}

static union datum
enum_lt(struct func_call *call, const union datum *args)
{
    (void)call;
    return bool_datum(args[0].i64 < args[1].i64);
}

static union datum
enum_le(struct func_call *call, const union datum *args)
{
    (void)call;
    return bool_datum(args[0].i64 <= args[1].i64);
}

static union datum
enum_gt(struct func_call *call, const union datum *args)
{
    (void)call;
    return bool_datum(args[0].i64 > args[1].i64);
}

static union datum
enum_ge(struct func_call *call, const union datum *args)
{
    (void)call;
    return bool_datum(args[0].i64 >= args[1].i64);
}

static union datum
enum_cmp(struct func_call *call, const union datum *args)
{
    (void)call;
    return i32_datum((args[0].i64 > args[1].i64) - (args[0].i64 < args[1].i64));
}

static union datum
enum_smaller(struct func_call *call, const union datum *args)
{
    (void)call;
    return args[0].i64 < args[1].i64 ? args[0] : args[1];
}

static union datum
enum_larger(struct func_call *call, const union datum *args)
{
    (void)call;
    return args[0].i64 > args[1].i64 ? args[0] : args[1];
}

/* The enum that a call's argument is of, whatever its value. */
static const struct enum_part *
arg_type(struct func_call *call)
{
    const struct type_info *info = type_get(call->env, call->arg_types[0]);
    if (info->kind != 'e')
        raise(SQLSTATE_FEATURE_NOT_SUPPORTED, "could not determine actual enum type");
    return &user_type_of(info)->enumeration;
}

static union datum
enum_first(struct func_call *call, const union datum *args)
{
    (void)args;
    const struct enum_part *type = arg_type(call);
    return type->label_count == 0 ? func_null(call) : enum_datum(&type->labels[0]);
}

static union datum
enum_last(struct func_call *call, const union datum *args)
{
    (void)args;
    const struct enum_part *type = arg_type(call);
    return type->label_count == 0 ? func_null(call)
                                  : enum_datum(&type->labels[type->label_count - 1]);
}

/* All labels, or those between two, of which a null stands for an end. */
static union datum
enum_range(struct func_call *call, const union datum *args)
{
    const struct enum_part *type = arg_type(call);
    bool is_bounded = call->arg_count == 2;
    struct array_builder builder;
    array_builder_init(&builder, call->env, call->arena, call->arg_types[0]);
    for (uint32_t i = 0; i < type->label_count; i++) {
        union datum value = enum_datum(&type->labels[i]);
        if (is_bounded && !call->arg_nulls[0] && value.i64 < args[0].i64)
            continue;
        if (is_bounded && !call->arg_nulls[1] && value.i64 > args[1].i64)
            continue;
        array_builder_add(&builder, value, false);
    }
    return array_builder_finish(&builder);
}

/* ---- what this file brings ---- */

#define COMPARE(oid_, name_, scalar_)                                                              \
    FUNC(oid_, name_, TYPE_BOOL, scalar_, TYPE_ANYENUM, TYPE_ANYENUM)
#define STABLE .volatility = FUNC_STABLE

static const struct func_info funcs[] = {
    {FUNC(3506, "enum_in", TYPE_ANYENUM, generic_in, TYPE_CSTRING, TYPE_OID), STABLE},
    {FUNC(3507, "enum_out", TYPE_CSTRING, generic_out, TYPE_ANYENUM), STABLE},
    {FUNC(3532, "enum_recv", TYPE_ANYENUM, generic_recv, TYPE_INTERNAL, TYPE_OID), STABLE},
    {FUNC(3533, "enum_send", TYPE_BYTEA, generic_send, TYPE_ANYENUM), STABLE},
    {COMPARE(3508, "enum_eq", enum_eq)},
    {COMPARE(3509, "enum_ne", enum_ne)},
    {COMPARE(3510, "enum_lt", enum_lt)},
    {COMPARE(3511, "enum_gt", enum_gt)},
    {COMPARE(3512, "enum_le", enum_le)},
    {COMPARE(3513, "enum_ge", enum_ge)},
    {FUNC(3514, "enum_cmp", TYPE_INT4, enum_cmp, TYPE_ANYENUM, TYPE_ANYENUM)},
    {FUNC(3524, "enum_smaller", TYPE_ANYENUM, enum_smaller, TYPE_ANYENUM, TYPE_ANYENUM)},
    {FUNC(3525, "enum_larger", TYPE_ANYENUM, enum_larger, TYPE_ANYENUM, TYPE_ANYENUM)},
    {FUNC_NULLS(3528, "enum_first", TYPE_ANYENUM, enum_first, TYPE_ANYENUM), STABLE},
    {FUNC_NULLS(3529, "enum_last", TYPE_ANYENUM, enum_last, TYPE_ANYENUM), STABLE},
    {FUNC_NULLS(3530, "enum_range", TYPE_ANYARRAY, enum_range, TYPE_ANYENUM, TYPE_ANYENUM), STABLE},
    {FUNC_NULLS(3531, "enum_range", TYPE_ANYARRAY, enum_range, TYPE_ANYENUM), STABLE},
};

static const struct operator_info operators[] = {
    {3516, "=", TYPE_ANYENUM, TYPE_ANYENUM, TYPE_BOOL, 3508, 3516, 3517, true, true, "eqsel",
     "eqjoinsel"},
    {3517, "<>", TYPE_ANYENUM, TYPE_ANYENUM, TYPE_BOOL, 3509, 3517, 3516, false, false, "neqsel",
     "neqjoinsel"},
    {3518, "<", TYPE_ANYENUM, TYPE_ANYENUM, TYPE_BOOL, 3510, 3519, 3521, false, false,
     "scalarltsel", "scalarltjoinsel"},
    {3519, ">", TYPE_ANYENUM, TYPE_ANYENUM, TYPE_BOOL, 3511, 3518, 3520, false, false,
     "scalargtsel", "scalargtjoinsel"},
    {3520, "<=", TYPE_ANYENUM, TYPE_ANYENUM, TYPE_BOOL, 3512, 3521, 3519, false, false,
     "scalarlesel", "scalarlejoinsel"},
    {3521, ">=", TYPE_ANYENUM, TYPE_ANYENUM, TYPE_BOOL, 3513, 3520, 3518, false, false,
     "scalargesel", "scalargejoinsel"},
};

const struct type_tables enum_tables = {
    .funcs = funcs,
    .func_count = COUNT_OF(funcs),
    .operators = operators,
    .operator_count = COUNT_OF(operators),
};
