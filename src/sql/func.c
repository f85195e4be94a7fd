/*
 * func.c: functions: which one a call means, given its name and the types of its arguments.
 */
#include "sql/analysis_int.h"

struct lookup {
    struct analysis *an;
    const struct func_use *use;
    struct list found; /* struct candidate */
};

/* Where a named argument goes, or -1. */
static int
named_place(const struct func_info *func, const char *name)
{
    for (uint32_t i = 0; func->arg_names != NULL && i < func->arg_count; i++) {
        if (func->arg_names[i] != NULL && strcmp(func->arg_names[i], name) == 0)
            return (int)i;
    }
    return -1;
}

/* The places of the arguments given, null if they do not fit the function. */
static uint16_t *
match_names(const struct lookup *look, const struct func_info *func)
{
    const struct func_use *use = look->use;
    if (use->arg_count > func->arg_count)
        return NULL;
    uint16_t *places = arena_alloc_array(look->an->arena, use->arg_count, sizeof *places);
    bool *is_taken = arena_alloc_zero(look->an->arena, func->arg_count + 1);
    for (uint32_t i = 0; i < use->arg_count; i++) {
        int place = use->names[i] == NULL ? (int)i : named_place(func, use->names[i]);
        if (place < 0 || is_taken[place])
            return NULL;
        is_taken[place] = true;
        places[i] = (uint16_t)place;
    }
    for (uint32_t i = 0; i < func->arg_count; i++) {
        if (!is_taken[i] && i < (uint32_t)(func->arg_count - func->default_count))
            return NULL;
    }
    return places;
}

static bool
has_names(const struct func_use *use)
{
    for (uint32_t i = 0; i < use->arg_count; i++) {
        if (use->names != NULL && use->names[i] != NULL)
            return true;
    }
    return false;
}

/* The function as a candidate for this use; null if the number or names of arguments do not fit. */
static struct candidate *
candidate_of(const struct lookup *look, const struct func_info *func)
{
    const struct func_use *use = look->use;
    struct arena *arena = look->an->arena;
    struct candidate *c = arena_alloc_zero(arena, sizeof *c);
    c->func = func;
    c->types = arena_alloc_array(arena, use->arg_count + 1, sizeof(oid));
    if (has_names(use)) {
        c->places = match_names(look, func);
        if (c->places == NULL || (func->variadic != OID_NONE && !use->is_variadic))
            return NULL;
        for (uint32_t i = 0; i < use->arg_count; i++)
            c->types[i] = func->args[c->places[i]];
        c->default_count = func->arg_count - use->arg_count;
        return c;
    }
    bool is_spread = func->variadic != OID_NONE && !use->is_variadic &&
                     use->arg_count + 1 > func->arg_count && use->arg_count >= func->arg_count;
    if (is_spread) {
        c->spread = use->arg_count - func->arg_count + 1;
    } else if (use->arg_count > func->arg_count ||
               use->arg_count + func->default_count < func->arg_count) {
        return NULL;
    }
    c->default_count = use->arg_count < func->arg_count ? func->arg_count - use->arg_count : 0;
    for (uint32_t i = 0; i < use->arg_count; i++)
        c->types[i] = is_spread && i + 1 >= func->arg_count ? func->variadic : func->args[i];
    return c;
}

/* Keeps one of two candidates that want the same types: fewer tricks first, then the earlier. */
static void
add_candidate(struct lookup *look, struct candidate *c)
{
    for (uint32_t i = 0; i < look->found.count; i++) {
        struct candidate *other = look->found.items[i];
        if (memcmp(other->types, c->types, look->use->arg_count * sizeof(oid)) != 0)
            continue;
        bool is_better = (other->spread > 0 && c->spread == 0) ||
                         ((other->spread > 0) == (c->spread > 0) && other->default_count > 0 &&
                          c->default_count == 0);
        if (is_better)
            look->found.items[i] = c;
        else if (other->default_count > 0 && c->default_count > 0)
            other->is_ambiguous = true;
        return;
    }
    list_add(look->an->arena, &look->found, c);
}

static void
gather(struct lookup *look, const struct func_info *const *funcs)
{
    for (; *funcs != NULL; funcs++) {
        struct candidate *c = candidate_of(look, *funcs);
        if (c != NULL)
            add_candidate(look, c);
    }
}

/* f(x) where f is a type's name: a cast written as a call. */
static bool
is_cast_call(struct analysis *an, const struct func_use *use, oid *target)
{
    if (use->arg_count != 1 || has_names(use) || use->is_variadic || use->has_decoration)
        return false;
    const struct type_info *info = scope_type_named(an->scope, use->name.schema, use->name.name);
    if (info == NULL || info->kind == 'p')
        return false;
    *target = info->type;
    oid source = use->types[0];
    if (source == TYPE_UNKNOWN)
        return true;
    struct path path = path_find(an, info->type, source, CAST_EXPLICIT);
    if (path.kind == PATH_RELABEL)
        return true;
    return path.kind == PATH_INOUT && !(type_is_row(an, source) && info->category == 'S');
}

struct func_choice
func_choose(struct analysis *an, const struct func_use *use)
{
    struct lookup look = {.an = an, .use = use};
    gather(&look, scope_funcs_builtin(an->scope, use->name.schema, use->name.name));
    gather(&look, scope_funcs_user(an->scope, use->name.schema, use->name.name));
    struct candidate **list = (struct candidate **)look.found.items;
    uint32_t count = look.found.count;

    struct func_choice choice = {.kind = CHOICE_NONE};
    struct candidate *best = NULL;
    for (uint32_t i = 0; i < count && best == NULL; i++) {
        if (memcmp(list[i]->types, use->types, use->arg_count * sizeof(oid)) == 0)
            best = list[i];
    }
    if (best == NULL && is_cast_call(an, use, &choice.cast_target)) {
        choice.kind = CHOICE_CAST;
        return choice;
    }
    if (best == NULL) {
        count = candidates_match(an, list, count, use->types, use->arg_count);
        if (count == 1)
            best = list[0];
        else if (count > 1)
            best = candidates_select(an, list, count, use->types, use->arg_count);
        if (count > 1 && best == NULL)
            choice.kind = CHOICE_AMBIGUOUS;
    }
    if (best != NULL) {
        choice.kind = best->is_ambiguous ? CHOICE_AMBIGUOUS : CHOICE_FUNC;
        choice.candidate = best;
    }
    return choice;
}

const char *
func_signature_text(const struct analysis *an, struct object_name name, uint32_t count,
                    const oid *types, const char *const *arg_names)
{
    const char *text = arena_format(an->arena, "%s(", dotted_name(an, name.schema, name.name));
    for (uint32_t i = 0; i < count; i++) {
        const char *label = arg_names != NULL && arg_names[i] != NULL
                                ? arena_format(an->arena, "%s => ", arg_names[i])
                                : "";
        text = arena_format(an->arena, "%s%s%s%s", text, i == 0 ? "" : ", ", label,
                            type_text(an, types[i], -1));
    }
    return arena_format(an->arena, "%s)", text);
}

void
fail_function(const struct analysis *an, const struct func_use *use, bool is_ambiguous)
{
    const char *text = func_signature_text(an, use->name, use->arg_count, use->types, use->names);
    const char *what = use->is_procedure ? "procedure" : "function";
    if (is_ambiguous)
        fail_hint(an, use->name.at, SQLSTATE_AMBIGUOUS_FUNCTION,
                  arena_format(an->arena,
                               "Could not choose a best candidate %s. You might need to add "
                               "explicit type casts.",
                               what),
                  "%s %s is not unique", what, text);
    if (use->has_order && use->arg_count > 0)
        fail_hint(an, use->name.at, SQLSTATE_UNDEFINED_FUNCTION,
                  "No aggregate function matches the given name and argument types. Perhaps you "
                  "misplaced ORDER BY; ORDER BY must appear after all regular arguments of the "
                  "aggregate.",
                  "%s %s does not exist", what, text);
    fail_hint(an, use->name.at, SQLSTATE_UNDEFINED_FUNCTION,
              arena_format(an->arena,
                           "No %s matches the given name and argument types. You might need to "
                           "add explicit type casts.",
                           what),
              "%s %s does not exist", what, text);
}
