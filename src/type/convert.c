/*
 * convert.c: whole conversions of values from and to text by type number, and the names of types as
 * users write them.
 */
#include "base/raise.h"
#include "type/access.h"
#include "type/generic.h"
#include "type/user_type.h"

const struct type_info *
type_get(const struct type_env *env, oid type)
{
    const struct type_info *info = types_find(env->types, type);
    const struct db_access *access = env->access;
    if (info == NULL && access != NULL && access->user_type != NULL)
        info = access->user_type(access->object, type);
    if (info == NULL)
        raise(SQLSTATE_INTERNAL_ERROR, "cache lookup failed for type %u", type);
    return info;
}

oid
type_contract(const struct type_env *env, const struct type_info *info)
{
    (void)env;
    if (info->type < OID_USER_FIRST)
        return info->type;
    /* The functions of all arrays are the same. */
    bool is_array = info->kind == 'b' && info->category == 'A';
    return is_array ? TYPE_INT8_ARRAY : user_type_of(info)->contract;
}

union datum
type_input(const struct type_env *env, struct arena *arena, oid type, int32_t typmod,
           struct slice text)
{
    const struct type_info *info = type_get(env, type);
    struct type_call call = {
        .arena = arena, .env = env, .type = info, .typmod = typmod, .element = info->element};
    return info->input(&call, text);
}

void
type_output(const struct type_env *env, struct arena *arena, oid type, union datum value,
            struct buf *to)
{
    const struct type_info *info = type_get(env, type);
    struct type_call call = {
        .arena = arena, .env = env, .type = info, .typmod = -1, .element = info->element};
    info->output(&call, value, to);
}

const char *
type_output_text(const struct type_env *env, struct arena *arena, oid type, union datum value)
{
    struct buf *text = buf_new(arena);
    type_output(env, arena, type, value, text);
    return (char *)buf_take(text, arena).data;
}

/*
 * Where a typmod goes: behind the name, but before " with time zone" and " without time zone",
 * which the type's typmod_out then brings itself.
 */
static size_t
bare_name_bytes(const char *name)
{
    const char *zone = strstr(name, " with");
    return zone == NULL ? strlen(name) : (size_t)(zone - name);
}

static const char *
format_with_typmod(struct arena *arena, const struct type_info *info, int32_t typmod)
{
    struct buf *suffix = buf_new(arena);
    struct type_call call = {.arena = arena, .type = info, .typmod = typmod};
    info->typmod_out(&call, typmod, suffix);
    int bare = (int)bare_name_bytes(info->sql_name);
    const char *text = suffix->bytes == 0
                           ? info->sql_name
                           : arena_format(arena, "%.*s%.*s", bare, info->sql_name,
                                          (int)suffix->bytes, (const char *)suffix->data);
    buf_deinit(suffix);
    buf_init(suffix);
    return text;
}

const char *
type_format(const struct types *types, struct arena *arena, oid type, int32_t typmod)
{
    const struct type_info *info = types_find(types, type);
    if (info == NULL)
        return type == OID_NONE ? "-" : "???";
    if (info->element != OID_NONE && info->category == 'A')
        return arena_format(arena, "%s[]", type_format(types, arena, info->element, typmod));
    if (typmod >= 0 && info->typmod_out != NULL)
        return format_with_typmod(arena, info, typmod);
    return info->sql_name;
}
