/*
 * range_user.c: see range_user.h.
 */
#include "type/range_user.h"

uint32_t
range_constructor_count(char kind)
{
    return kind == 'r' ? 2 : 3;
}

/* The arguments of the constructors, as many as each has. */
static const oid *
constructor_args(const struct range_part *part, char kind, uint32_t place, struct arena *arena)
{
    oid *args = arena_alloc_array(arena, 3, sizeof *args);
    args[0] = kind == 'r' ? part->type.subtype : place == 2 ? part->range_array : part->type.range;
    args[1] = part->type.subtype;
    args[2] = TYPE_TEXT;
    return args;
}

static void
make_constructors(struct user_type *type, char kind, struct arena *arena)
{
    static const func_scalar of_range[] = {range_construct, range_construct_with_flags};
    static const func_scalar of_multirange[] = {multirange_construct_empty,
                                                multirange_construct_one, multirange_construct};
    struct range_part *part = &type->range;
    uint32_t count = part->constructor_count;
    struct func_info *funcs = arena_alloc_zero(arena, count * sizeof *funcs);
    for (uint32_t i = 0; i < count; i++) {
        bool is_range = kind == 'r';
        funcs[i] = (struct func_info){
            .func = part->constructor_oids[i],
            .name = type->info.name,
            .result = type->info.type,
            .arg_count = (uint16_t)(is_range ? i + 2
                                    : i == 0 ? 0
                                             : 1),
            .args = constructor_args(part, kind, i, arena),
            .is_strict = !is_range,
            .variadic = !is_range && i == 2 ? part->type.range : OID_NONE,
            .scalar = is_range ? of_range[i] : of_multirange[i],
        };
    }
    part->constructors = funcs;
}

void
range_type_init(struct user_type *type, char kind, oid array, const char *name,
                const char *array_name, char align, struct arena *arena)
{
    bool is_range = kind == 'r';
    oid contract = is_range ? TYPE_INT4RANGE : TYPE_INT4MULTIRANGE;
    type->info = *types_builtin(contract);
    type->info.type = is_range ? type->range.type.range : type->range.type.multirange;
    type->info.name = type->info.sql_name = name;
    type->info.align = align == 'd' ? 'd' : 'i';
    type->info.range = arena_copy(arena, &type->range.type, sizeof type->range.type);
    type->contract = contract;
    type->range.constructor_count = range_constructor_count(kind);
    type->range.cast = (struct cast_info){.source = type->range.type.range,
                                          .target = type->range.type.multirange,
                                          .func = type->range.constructor_oids[1],
                                          .context = CAST_EXPLICIT,
                                          .method = CAST_FUNC};
    user_type_init_array(type, array, array_name);
    make_constructors(type, kind, arena);
}
