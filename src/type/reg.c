/*
 * reg.c: the types that are an oid but are read and written as a name: regproc, regprocedure,
 * regoper, regoperator, regtype, regnamespace, regrole, regcollation. (regclass is in system.c.)
 *
 * Functions and operators are the registry's: all in pg_catalog, which is always searched. Types,
 * schemas and roles are asked of the session. A number is taken as it is, and "-" is none.
 */
#include "type/reg.h"

#include "base/raise.h"
#include "base/sqlstate.h"
#include "type/access.h"
#include "type/array.h"
#include "type/digits.h"
#include "type/generic.h"
#include "type/input.h"
#include "type/quote.h"
#include "type/tables.h"
#include "type/ts_config.h"
#include "type/values.h"
#include <strings.h>

#define TYPE_REGPROCEDURE 2202
#define TYPE_REGOPER 2203
#define TYPE_REGOPERATOR 2204
#define TYPE_REGNAMESPACE 4089
#define TYPE_REGROLE 4096
#define TYPE_REGCOLLATION 4191
#define TYPE_REGCONFIG 3734
#define TYPE_REGDICTIONARY 3769
#define REG_ARGS_MAX 100

/* How a look-up by name ended; `oid` is set if it was FOUND. */
enum found { FOUND, FOUND_NONE, FOUND_MANY };

/* A look-up that to_reg* makes quiet about what is missing. */
struct look_up {
    const struct type_env *env;
    struct arena *arena;
    const char *text;
    oid object;
};

typedef enum found (*look_up_func)(struct look_up *look_up);

static const char *
quote_identifier(struct arena *arena, const char *name)
{
    struct buf *text = buf_new(arena);
    quote_ident(text, slice_text(name));
    return (const char *)arena_slice(arena, buf_slice(text)).data;
}

static const struct db_access *
access_of(const struct type_env *env)
{
    if (env == NULL || env->access == NULL)
        raise(SQLSTATE_OBJECT_NOT_IN_PREREQUISITE_STATE, "names of objects need a database");
    return env->access;
}

/* The name without "pg_catalog." and outer blanks, in the arena; null: another schema's. */
static char *
bare_name(struct arena *arena, const char *text, size_t bytes)
{
    static const char prefix[] = "pg_catalog.";
    while (bytes != 0 && *text == ' ')
        text++, bytes--;
    while (bytes != 0 && text[bytes - 1] == ' ')
        bytes--;
    if (bytes > sizeof prefix && memcmp(text, prefix, sizeof prefix - 1) == 0)
        text += sizeof prefix - 1, bytes -= sizeof prefix - 1;
    bool is_quoted = bytes >= 2 && text[0] == '"' && text[bytes - 1] == '"';
    if (is_quoted)
        text++, bytes -= 2;
    char *name = (char *)(uintptr_t)arena_slice(arena, slice_of(text, bytes)).data;
    for (char *p = name; !is_quoted && *p != '\0'; p++) {
        if (*p == '.' && ((p[1] >= 'a' && p[1] <= 'z') || p[1] == '_' || p[1] == '"'))
            return NULL;
        if (*p >= 'A' && *p <= 'Z')
            *p = (char)(*p + 32);
    }
    return name;
}

/* "name(type, type)": cuts it at the parenthesis and reads the types; false without one. */
static bool
split_args(struct look_up *look_up, const char *what, char **name, oid *args, uint32_t *count)
{
    const char *open = strchr(look_up->text, '(');
    size_t bytes = strlen(look_up->text);
    if (open == NULL || look_up->text[bytes - 1] != ')')
        raise(SQLSTATE_INVALID_TEXT_REPRESENTATION,
              open == NULL ? "expected a left parenthesis" : "expected a right parenthesis");
    *name = bare_name(look_up->arena, look_up->text, (size_t)(open - look_up->text));
    *count = 0;
    const char *at = open + 1, *end = look_up->text + bytes - 1;
    const struct db_access *access = access_of(look_up->env);
    while (at < end) {
        const char *start = at;
        for (int depth = 0; at < end && (depth > 0 || *at != ','); at++)
            depth += *at == '(' || *at == '[' ? 1 : *at == ')' || *at == ']' ? -1 : 0;
        const char *type =
            (const char *)arena_slice(look_up->arena, slice_of(start, (size_t)(at - start))).data;
        while (*type == ' ')
            type++;
        if (*type == '\0' && *count == 0 && at == end)
            return true;
        if (*count == REG_ARGS_MAX)
            raise(SQLSTATE_TOO_MANY_ARGUMENTS, "too many arguments");
        bool is_none = strcasecmp(type, "none") == 0;
        oid found = is_none ? OID_NONE : access->type_named(access->object, type);
        if (found == OID_NONE && !(is_none && strcmp(what, "operator") == 0))
            raise(SQLSTATE_UNDEFINED_OBJECT, "type \"%s\" does not exist", type);
        args[(*count)++] = found;
        if (at < end)
            at++;
    }
    return true;
}

/* ---- finding ---- */

/* What users have made of the name, up to a parenthesis; args null: whatever its arguments. */
static enum found
find_made(struct look_up *look_up, bool is_operator, uint32_t arg_count, const oid *args)
{
    const struct db_access *access = look_up->env == NULL ? NULL : look_up->env->access;
    if (access == NULL || access->routines_named == NULL)
        return FOUND_NONE;
    size_t bytes = args == NULL ? strlen(look_up->text) : strcspn(look_up->text, "(");
    while (bytes != 0 && look_up->text[bytes - 1] == ' ')
        bytes--;
    const char *text =
        (const char *)arena_slice(look_up->arena, slice_of(look_up->text, bytes)).data;
    while (*text == ' ')
        text++;
    uint32_t count = access->routines_named(access->object, text, is_operator, arg_count, args,
                                            &look_up->object);
    return count == 0 ? FOUND_NONE : count == 1 ? FOUND : FOUND_MANY;
}

static enum found
find_proc(struct look_up *look_up)
{
    const char *name = bare_name(look_up->arena, look_up->text, strlen(look_up->text));
    if (name == NULL)
        return find_made(look_up, false, 0, NULL);
    const struct func_info *const *funcs = types_funcs_named(look_up->env->types, name);
    if (funcs[0] == NULL)
        return find_made(look_up, false, 0, NULL);
    look_up->object = funcs[0]->func;
    return funcs[1] == NULL ? FOUND : FOUND_MANY;
}

static enum found
find_procedure(struct look_up *look_up)
{
    oid args[REG_ARGS_MAX];
    uint32_t count;
    char *name;
    split_args(look_up, "function", &name, args, &count);
    if (name == NULL)
        return find_made(look_up, false, count, args);
    for (const struct func_info *const *func = types_funcs_named(look_up->env->types, name);
         *func != NULL; func++)
        if ((*func)->arg_count == count &&
            (count == 0 || memcmp((*func)->args, args, count * sizeof *args) == 0)) {
            look_up->object = (*func)->func;
            return FOUND;
        }
    return find_made(look_up, false, count, args);
}

static enum found
find_oper(struct look_up *look_up)
{
    const char *name = bare_name(look_up->arena, look_up->text, strlen(look_up->text));
    if (name == NULL)
        return find_made(look_up, true, 0, NULL);
    const struct operator_info *const *ops = types_operators_named(look_up->env->types, name);
    if (ops[0] == NULL)
        return find_made(look_up, true, 0, NULL);
    look_up->object = ops[0]->op;
    return ops[1] == NULL ? FOUND : FOUND_MANY;
}

static enum found
find_operator(struct look_up *look_up)
{
    oid args[REG_ARGS_MAX];
    uint32_t count;
    char *name;
    split_args(look_up, "operator", &name, args, &count);
    if (count == 1)
        raise_error(.code = SQLSTATE_UNDEFINED_PARAMETER, .message = "missing argument",
                    .hint = "Use NONE to denote the missing argument of a unary operator.");
    if (count > 2)
        raise_error(.code = SQLSTATE_TOO_MANY_ARGUMENTS, .message = "too many arguments",
                    .hint = "Provide two argument types for operator.");
    if (name == NULL || count != 2)
        return find_made(look_up, true, count, args);
    for (const struct operator_info *const *op = types_operators_named(look_up->env->types, name);
         *op != NULL; op++)
        if ((*op)->left == args[0] && (*op)->right == args[1]) {
            look_up->object = (*op)->op;
            return FOUND;
        }
    return find_made(look_up, true, count, args);
}

static enum found
find_type(struct look_up *look_up)
{
    const struct db_access *access = access_of(look_up->env);
    look_up->object = access->type_named(access->object, look_up->text);
    return look_up->object == OID_NONE ? FOUND_NONE : FOUND;
}

static enum found
find_namespace(struct look_up *look_up)
{
    const struct db_access *access = access_of(look_up->env);
    look_up->object = access->schema_named(access->object, look_up->text);
    return look_up->object == OID_NONE ? FOUND_NONE : FOUND;
}

static enum found
find_role(struct look_up *look_up)
{
    const struct db_access *access = access_of(look_up->env);
    const char *name = bare_name(look_up->arena, look_up->text, strlen(look_up->text));
    if (name == NULL)
        raise(SQLSTATE_INVALID_NAME, "invalid name syntax");
    look_up->object = access->role_named(access->object, name);
    return look_up->object == OID_NONE ? FOUND_NONE : FOUND;
}

static const struct {
    oid collation;
    const char *name;
} collations[] = {{100, "default"}, {950, "C"}, {951, "POSIX"}};

static enum found
find_collation(struct look_up *look_up)
{
    const char *name = bare_name(look_up->arena, look_up->text, strlen(look_up->text));
    for (size_t i = 0; name != NULL && i < COUNT_OF(collations); i++)
        if (strcmp(name, collations[i].name) == 0) {
            look_up->object = collations[i].collation;
            return FOUND;
        }
    return FOUND_NONE;
}

static enum found
find_config(struct look_up *look_up)
{
    const char *name = bare_name(look_up->arena, look_up->text, strlen(look_up->text));
    for (uint32_t i = 0; name != NULL && ts_config_at(i) != NULL; i++)
        if (strcmp(name, ts_config_at(i)->name) == 0) {
            look_up->object = ts_config_at(i)->config;
            return FOUND;
        }
    return FOUND_NONE;
}

static enum found
find_dictionary(struct look_up *look_up)
{
    const char *name = bare_name(look_up->arena, look_up->text, strlen(look_up->text));
    for (uint32_t i = 0; name != NULL && ts_dict_at(i) != NULL; i++)
        if (strcmp(name, ts_dict_at(i)->name) == 0) {
            look_up->object = ts_dict_at(i)->dict;
            return FOUND;
        }
    return FOUND_NONE;
}

/* ---- names ---- */

static const char *
name_of_made(const struct type_env *env, struct arena *arena, oid object,
             enum routine_text_kind what)
{
    return env->access == NULL || env->access->routine_text == NULL
               ? NULL
               : env->access->routine_text(env->access->object, object, what, arena);
}

static const char *
name_of_made_operator(const struct type_env *env, struct arena *arena, oid object, bool with_types)
{
    return env->access == NULL || env->access->operator_text == NULL
               ? NULL
               : env->access->operator_text(env->access->object, object, with_types, arena);
}

static const char *
name_of_proc(const struct type_env *env, struct arena *arena, oid object)
{
    const struct func_info *func = types_func(env->types, object);
    if (func == NULL)
        return name_of_made(env, arena, object, ROUTINE_NAME);
    bool is_single = types_funcs_named(env->types, func->name)[1] == NULL;
    return arena_format(arena, "%s%s", is_single ? "" : "pg_catalog.",
                        quote_identifier(arena, func->name));
}

static const char *
name_of_procedure(const struct type_env *env, struct arena *arena, oid object)
{
    const struct func_info *func = types_func(env->types, object);
    if (func == NULL)
        return name_of_made(env, arena, object, ROUTINE_SIGNATURE);
    const char *text = arena_format(arena, "%s(", quote_identifier(arena, func->name));
    for (uint16_t i = 0; i < func->arg_count; i++)
        text = arena_format(arena, "%s%s%s", text, i == 0 ? "" : ",",
                            type_format(env->types, arena, func->args[i], -1));
    return arena_format(arena, "%s)", text);
}

static const char *
name_of_oper(const struct type_env *env, struct arena *arena, oid object)
{
    const struct operator_info *op = types_operator(env->types, object);
    if (op == NULL)
        return name_of_made_operator(env, arena, object, false);
    bool is_single = types_operators_named(env->types, op->name)[1] == NULL;
    return arena_format(arena, "%s%s", is_single ? "" : "pg_catalog.", op->name);
}

static const char *
name_of_operator(const struct type_env *env, struct arena *arena, oid object)
{
    const struct operator_info *op = types_operator(env->types, object);
    if (op == NULL)
        return name_of_made_operator(env, arena, object, true);
    return arena_format(
        arena, "%s(%s,%s)", op->name,
        op->left == OID_NONE ? "NONE" : type_format(env->types, arena, op->left, -1),
        op->right == OID_NONE ? "NONE" : type_format(env->types, arena, op->right, -1));
}

static const char *
name_of_type(const struct type_env *env, struct arena *arena, oid object)
{
    const struct type_info *info = types_find(env->types, object);
    if (info != NULL)
        return type_format(env->types, arena, object, -1);
    return env->access == NULL ? NULL : env->access->type_name(env->access->object, object, arena);
}

static const char *
name_of_namespace(const struct type_env *env, struct arena *arena, oid object)
{
    const char *name =
        env->access == NULL ? NULL : env->access->schema_name(env->access->object, object, arena);
    return name == NULL ? NULL : quote_identifier(arena, name);
}

static const char *
name_of_role(const struct type_env *env, struct arena *arena, oid object)
{
    const char *name =
        env->access == NULL ? NULL : env->access->role_name(env->access->object, object, arena);
    return name == NULL ? NULL : quote_identifier(arena, name);
}

static const char *
name_of_collation(const struct type_env *env, struct arena *arena, oid object)
{
    (void)env;
    for (size_t i = 0; i < COUNT_OF(collations); i++)
        if (collations[i].collation == object)
            return quote_identifier(arena, collations[i].name);
    return NULL;
}

static const char *
name_of_config(const struct type_env *env, struct arena *arena, oid object)
{
    (void)env;
    for (uint32_t i = 0; ts_config_at(i) != NULL; i++)
        if (ts_config_at(i)->config == object)
            return quote_identifier(arena, ts_config_at(i)->name);
    return NULL;
}

static const char *
name_of_dictionary(const struct type_env *env, struct arena *arena, oid object)
{
    (void)env;
    for (uint32_t i = 0; ts_dict_at(i) != NULL; i++)
        if (ts_dict_at(i)->dict == object)
            return quote_identifier(arena, ts_dict_at(i)->name);
    return NULL;
}

/* ---- the types ---- */

static const struct kind {
    oid type;
    const char *noun;
    sqlstate code, code_many;
    look_up_func find;
    const char *(*name)(const struct type_env *env, struct arena *arena, oid object);
} kinds[] = {
    {TYPE_REGPROC, "function", SQLSTATE_UNDEFINED_FUNCTION, SQLSTATE_AMBIGUOUS_FUNCTION, find_proc,
     name_of_proc},
    {TYPE_REGPROCEDURE, "function", SQLSTATE_UNDEFINED_FUNCTION, SQLSTATE_AMBIGUOUS_FUNCTION,
     find_procedure, name_of_procedure},
    {TYPE_REGOPER, "operator", SQLSTATE_UNDEFINED_FUNCTION, SQLSTATE_AMBIGUOUS_FUNCTION, find_oper,
     name_of_oper},
    {TYPE_REGOPERATOR, "operator", SQLSTATE_UNDEFINED_FUNCTION, SQLSTATE_AMBIGUOUS_FUNCTION,
     find_operator, name_of_operator},
    {TYPE_REGTYPE, "type", SQLSTATE_UNDEFINED_OBJECT, 0, find_type, name_of_type},
    {TYPE_REGNAMESPACE, "schema", SQLSTATE_UNDEFINED_SCHEMA, 0, find_namespace, name_of_namespace},
    {TYPE_REGROLE, "role", SQLSTATE_UNDEFINED_OBJECT, 0, find_role, name_of_role},
    {TYPE_REGCOLLATION, "collation", SQLSTATE_UNDEFINED_OBJECT, 0, find_collation,
     name_of_collation},
    {TYPE_REGCONFIG, "text search configuration", SQLSTATE_UNDEFINED_OBJECT, 0, find_config,
     name_of_config},
    {TYPE_REGDICTIONARY, "text search dictionary", SQLSTATE_UNDEFINED_OBJECT, 0, find_dictionary,
     name_of_dictionary},
};

static const struct kind *
kind_of(oid type)
{
    for (size_t i = 0; i < COUNT_OF(kinds); i++)
        if (kinds[i].type == type)
            return &kinds[i];
    raise(SQLSTATE_INTERNAL_ERROR, "type %u is not a type of names", type);
}

/* A number, or "-"; false: a name. */
static bool
read_number(struct slice text, oid *number)
{
    int64_t value;
    if (slice_equal(text, slice_text("-"))) {
        *number = OID_NONE;
        return true;
    }
    for (size_t i = 0; i < text.bytes; i++)
        if (text.data[i] < '0' || text.data[i] > '9')
            return false;
    if (digits_read_i64(text, &value) != DIGITS_OK || value > UINT32_MAX)
        return false;
    *number = (oid)value;
    return true;
}

static union datum
reg_input(struct type_call *call, struct slice text)
{
    const struct kind *kind = kind_of(call->type->type);
    oid number;
    if (read_number(text, &number))
        return i32_datum((int32_t)number);
    struct look_up look_up = {.env = call->env,
                              .arena = call->arena,
                              .text = (const char *)arena_slice(call->arena, text).data};
    switch (kind->find(&look_up)) {
    case FOUND:
        return i32_datum((int32_t)look_up.object);
    case FOUND_MANY:
        raise(kind->code_many, "more than one %s named %s", kind->noun, look_up.text);
    default:
        break;
    }
    bool is_collation = kind->type == TYPE_REGCOLLATION;
    bool is_quoted = kind->type == TYPE_REGTYPE || kind->type == TYPE_REGNAMESPACE ||
                     kind->type == TYPE_REGROLE || kind->noun[0] == 'f' ||
                     kind->type == TYPE_REGCONFIG || kind->type == TYPE_REGDICTIONARY;
    raise(kind->code,
          is_collation ? "%s \"%s\" for encoding \"UTF8\" does not exist"
          : is_quoted  ? "%s \"%s\" does not exist"
                       : "%s does not exist: %s",
          kind->noun, look_up.text);
}

static void
reg_output(struct type_call *call, union datum value, struct buf *to)
{
    oid object = (oid)value.i32;
    const char *name = NULL;
    if (object != OID_NONE && call->env != NULL)
        name = kind_of(call->type->type)->name(call->env, call->arena, object);
    if (name != NULL)
        buf_put_text(to, name);
    else if (object == OID_NONE)
        buf_put_u8(to, '-');
    else
        buf_format(to, "%u", object);
}

/* to_regtype and kin: null where the casts raise. */
static union datum
to_reg(struct func_call *call, const union datum *args)
{
    struct look_up look_up = {
        .env = call->env,
        .arena = call->arena,
        .text = (const char *)arena_slice(call->arena, datum_slice(&args[0])).data};
    oid number;
    if (read_number(datum_slice(&args[0]), &number)) {
        call->result_is_null = true;
        return i32_datum(0);
    }
    call->result_is_null = kind_of(call->func->result)->find(&look_up) != FOUND;
    return i32_datum((int32_t)look_up.object);
}

/* ---- what this file brings ---- */

#define REG(oid_, array_, name_, in_, out_, recv_, send_)                                          \
    .type = oid_, .array = array_, .name = name_, .sql_name = name_, .length = 4,                  \
    .is_by_value = true, .align = 'i', .category = 'N', .kind = 'b', .storage = 'p',               \
    .delimiter = ',', .phys = PHYS_I32, .input_oid = in_, .output_oid = out_, .recv_oid = recv_,   \
    .send_oid = send_, .input = reg_input, .output = reg_output, .recv = oid_recv,                 \
    .send = oid_send, .compare = oid_compare, .hash = oid_hash, .key_put = oid_key_put,            \
    .key_get = oid_key_get

#define ARRAY(array_, element_, name_, sql_name_)                                                  \
    .type = array_, .element = element_, .name = name_, .sql_name = sql_name_, .align = 'i',       \
    .length = -1, .category = 'A', .kind = 'b', .storage = 'x', .delimiter = ',',                  \
    .phys = PHYS_VIEW, .input_oid = 750, .output_oid = 751, .recv_oid = 2400, .send_oid = 2401,    \
    .input = array_input, .output = array_output, .recv = array_recv, .send = array_send,          \
    .compare = array_order, .hash = array_hash, .key_put = array_key_put

static const struct type_info types[] = {
    {REG(TYPE_REGPROC, 1008, "regproc", 44, 45, 2444, 2445)},
    {REG(TYPE_REGPROCEDURE, 2207, "regprocedure", 2212, 2213, 2446, 2447)},
    {REG(TYPE_REGOPER, 2208, "regoper", 2214, 2215, 2448, 2449)},
    {REG(TYPE_REGOPERATOR, 2209, "regoperator", 2216, 2217, 2450, 2451)},
    {REG(TYPE_REGTYPE, 2211, "regtype", 2220, 2221, 2454, 2455)},
    {REG(TYPE_REGNAMESPACE, 4090, "regnamespace", 4084, 4085, 4087, 4088)},
    {REG(TYPE_REGROLE, 4097, "regrole", 4098, 4092, 4094, 4095)},
    {REG(TYPE_REGCOLLATION, 4192, "regcollation", 4193, 4194, 4196, 4197)},
    {REG(TYPE_REGCONFIG, 3735, "regconfig", 3736, 3737, 3738, 3739)},
    {REG(TYPE_REGDICTIONARY, 3770, "regdictionary", 3771, 3772, 3773, 3774)},
    {ARRAY(3735, TYPE_REGCONFIG, "_regconfig", "regconfig[]")},
    {ARRAY(3770, TYPE_REGDICTIONARY, "_regdictionary", "regdictionary[]")},
    {ARRAY(2207, TYPE_REGPROCEDURE, "_regprocedure", "regprocedure[]")},
    {ARRAY(2208, TYPE_REGOPER, "_regoper", "regoper[]")},
    {ARRAY(2209, TYPE_REGOPERATOR, "_regoperator", "regoperator[]")},
    {ARRAY(4090, TYPE_REGNAMESPACE, "_regnamespace", "regnamespace[]")},
    {ARRAY(4097, TYPE_REGROLE, "_regrole", "regrole[]")},
    {ARRAY(4192, TYPE_REGCOLLATION, "_regcollation", "regcollation[]")},
};

#define STABLE .volatility = FUNC_STABLE
#define CONVERSIONS(in_, out_, recv_, send_, name_, type_)                                         \
    {FUNC(in_, name_ "in", type_, generic_in, TYPE_CSTRING), STABLE},                              \
        {FUNC(out_, name_ "out", TYPE_CSTRING, generic_out, type_), STABLE},                       \
        {FUNC(recv_, name_ "recv", type_, generic_recv, TYPE_INTERNAL)},                           \
    {                                                                                              \
        FUNC(send_, name_ "send", TYPE_BYTEA, generic_send, type_)                                 \
    }

static const struct func_info funcs[] = {
    CONVERSIONS(44, 45, 2444, 2445, "regproc", TYPE_REGPROC),
    CONVERSIONS(2212, 2213, 2446, 2447, "regprocedure", TYPE_REGPROCEDURE),
    CONVERSIONS(2214, 2215, 2448, 2449, "regoper", TYPE_REGOPER),
    CONVERSIONS(2216, 2217, 2450, 2451, "regoperator", TYPE_REGOPERATOR),
    CONVERSIONS(2220, 2221, 2454, 2455, "regtype", TYPE_REGTYPE),
    CONVERSIONS(4084, 4085, 4087, 4088, "regnamespace", TYPE_REGNAMESPACE),
    CONVERSIONS(4098, 4092, 4094, 4095, "regrole", TYPE_REGROLE),
    CONVERSIONS(4193, 4194, 4196, 4197, "regcollation", TYPE_REGCOLLATION),
    CONVERSIONS(3736, 3737, 3738, 3739, "regconfig", TYPE_REGCONFIG),
    CONVERSIONS(3771, 3772, 3773, 3774, "regdictionary", TYPE_REGDICTIONARY),
    {FUNC(3494, "to_regproc", TYPE_REGPROC, to_reg, TYPE_TEXT), STABLE},
    {FUNC(3479, "to_regprocedure", TYPE_REGPROCEDURE, to_reg, TYPE_TEXT), STABLE},
    {FUNC(3492, "to_regoper", TYPE_REGOPER, to_reg, TYPE_TEXT), STABLE},
    {FUNC(3476, "to_regoperator", TYPE_REGOPERATOR, to_reg, TYPE_TEXT), STABLE},
    {FUNC(3493, "to_regtype", TYPE_REGTYPE, to_reg, TYPE_TEXT), STABLE},
    {FUNC(4086, "to_regnamespace", TYPE_REGNAMESPACE, to_reg, TYPE_TEXT), STABLE},
    {FUNC(4093, "to_regrole", TYPE_REGROLE, to_reg, TYPE_TEXT), STABLE},
    {FUNC(4195, "to_regcollation", TYPE_REGCOLLATION, to_reg, TYPE_TEXT), STABLE},
};

/* Casts from bigint and to it are in oid.c, those from smallint in int.c. */
#define CASTS(type_)                                                                               \
    {TYPE_INT4, type_, OID_NONE, CAST_IMPLICIT, CAST_BINARY},                                      \
        {TYPE_OID, type_, OID_NONE, CAST_IMPLICIT, CAST_BINARY},                                   \
        {type_, TYPE_OID, OID_NONE, CAST_IMPLICIT, CAST_BINARY},                                   \
    {                                                                                              \
        type_, TYPE_INT4, OID_NONE, CAST_ASSIGNMENT, CAST_BINARY                                   \
    }

static const struct cast_info casts[] = {
    CASTS(TYPE_REGPROC),
    CASTS(TYPE_REGPROCEDURE),
    CASTS(TYPE_REGOPER),
    CASTS(TYPE_REGOPERATOR),
    CASTS(TYPE_REGTYPE),
    CASTS(TYPE_REGNAMESPACE),
    CASTS(TYPE_REGROLE),
    CASTS(TYPE_REGCOLLATION),
    CASTS(TYPE_REGCONFIG),
    CASTS(TYPE_REGDICTIONARY),
    {TYPE_REGPROC, TYPE_REGPROCEDURE, OID_NONE, CAST_IMPLICIT, CAST_BINARY},
    {TYPE_REGPROCEDURE, TYPE_REGPROC, OID_NONE, CAST_IMPLICIT, CAST_BINARY},
    {TYPE_REGOPER, TYPE_REGOPERATOR, OID_NONE, CAST_IMPLICIT, CAST_BINARY},
    {TYPE_REGOPERATOR, TYPE_REGOPER, OID_NONE, CAST_IMPLICIT, CAST_BINARY},
};

const struct type_tables reg_tables = {
    .types = types,
    .type_count = COUNT_OF(types),
    .funcs = funcs,
    .func_count = COUNT_OF(funcs),
    .casts = casts,
    .cast_count = COUNT_OF(casts),
};
