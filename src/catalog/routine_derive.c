/*
 * routine_derive.c: what a call needs to know of a routine, from its definition.
 */
#include "catalog/routine.h"

#include <string.h>

struct derived {
    oid *args, *outs;
    const char **arg_names, **out_names, **defaults;
    uint16_t arg_count, out_count, default_count;
    bool has_names;
};

static void
take_arg(struct derived *d, const struct routine_arg *arg, bool is_procedure)
{
    bool is_given = routine_arg_is_given(arg->mode);
    if (is_given || (is_procedure && arg->mode == ARG_OUT)) {
        d->args[d->arg_count] = arg->type;
        d->arg_names[d->arg_count++] = arg->name;
        d->has_names |= arg->name != NULL;
        if (arg->default_sql != NULL)
            d->defaults[d->default_count++] = arg->default_sql;
    }
    if (arg->mode == ARG_OUT || arg->mode == ARG_INOUT || arg->mode == ARG_TABLE) {
        d->outs[d->out_count] = arg->type;
        d->out_names[d->out_count++] = arg->name;
    }
}

/* The built-in function that a routine in language internal is another name of. */
static const struct func_info *
find_builtin(const struct routine *routine, const struct types *types)
{
    const struct func_info *const *list = types_funcs_named(types, routine->source);
    const struct func_info *found = NULL;
    for (; *list != NULL; list++) {
        if ((*list)->arg_count != routine->info.arg_count)
            continue;
        if (found == NULL ||
            memcmp((*list)->args, routine->info.args, routine->info.arg_count * sizeof(oid)) == 0)
            found = *list;
    }
    return found;
}

static void
name_outs(struct derived *d, struct arena *arena)
{
    for (uint16_t i = 0; i < d->out_count; i++)
        if (d->out_names[i] == NULL && d->out_count > 1)
            d->out_names[i] = arena_format(arena, "column%u", i + 1u);
}

void
routine_derive(struct routine *routine, const struct types *types, struct arena *arena)
{
    struct func_info *info = &routine->info;
    bool is_procedure = routine->kind == 'p';
    size_t room = routine->arg_count + 1u;
    struct derived d = {.args = arena_alloc_array(arena, room, sizeof(oid)),
                        .outs = arena_alloc_array(arena, room, sizeof(oid)),
                        .arg_names = arena_alloc_array(arena, room, sizeof(char *)),
                        .out_names = arena_alloc_array(arena, room, sizeof(char *)),
                        .defaults = arena_alloc_array(arena, room, sizeof(char *))};
    for (uint16_t i = 0; i < routine->arg_count; i++)
        take_arg(&d, &routine->args[i], is_procedure);
    name_outs(&d, arena);
    info->args = d.args;
    info->arg_count = d.arg_count;
    info->arg_names = d.has_names ? d.arg_names : NULL;
    info->defaults = d.defaults;
    info->default_count = d.default_count;
    info->out_types = d.outs;
    info->out_names = d.out_names;
    info->out_count = d.out_count;
    info->kind = is_procedure           ? FUNC_PROCEDURE
                 : routine->kind == 'a' ? FUNC_AGGREGATE
                 : routine->kind == 'w' ? FUNC_WINDOW
                                        : FUNC_PLAIN;
    info->routine = routine;
    info->scalar = info->is_set ? NULL : routine_call_scalar;
    info->set = info->is_set ? routine_call_set : NULL;
    info->vector = NULL;
    /* An ordered-set aggregate is a built-in one by another name. */
    const struct aggregate_def *agg = routine->aggregate;
    const struct func_info *like =
        agg == NULL || agg->kind == 'n' ? NULL : types_func(types, agg->step);
    if (agg != NULL)
        info->aggregate = like == NULL ? &agg->info : like->aggregate;
    if (routine->language != LANGUAGE_INTERNAL || routine->kind == 'a')
        return;
    const struct func_info *builtin = find_builtin(routine, types);
    info->scalar = builtin == NULL ? NULL : builtin->scalar;
    info->vector = builtin == NULL ? NULL : builtin->vector;
    info->set = builtin == NULL ? NULL : builtin->set;
}
