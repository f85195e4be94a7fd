/*
 * candidates.c: choosing among overloaded functions or operators, PostgreSQL's chapter 10.
 *
 * A candidate is the list of types that it would want for the arguments given (defaults left out,
 * variadic spread), and what it stands for.
 */
#include "sql/analysis_int.h"

/* Drops those with keep[i] false; if that leaves none, changes nothing. */
static uint32_t
retain(struct candidate **list, uint32_t count, const bool *keep)
{
    uint32_t kept = 0;
    for (uint32_t i = 0; i < count; i++)
        kept += keep[i];
    if (kept == 0)
        return count;
    kept = 0;
    for (uint32_t i = 0; i < count; i++) {
        if (keep[i])
            list[kept++] = list[i];
    }
    return kept;
}

uint32_t
candidates_match(struct analysis *an, struct candidate **list, uint32_t count, const oid *types,
                 uint32_t arg_count)
{
    uint32_t kept = 0;
    for (uint32_t i = 0; i < count; i++) {
        if (can_coerce(an, arg_count, types, list[i]->types, CAST_IMPLICIT))
            list[kept++] = list[i];
    }
    return kept;
}

/* How many known arguments fit exactly, or (with `preferred`) at least by a preferred type. */
static uint32_t
fit_count(struct analysis *an, const struct candidate *candidate, const oid *types,
          uint32_t arg_count, bool preferred)
{
    uint32_t fits = 0;
    for (uint32_t i = 0; i < arg_count; i++) {
        if (types[i] == TYPE_UNKNOWN)
            continue;
        oid wanted = candidate->types[i];
        fits += wanted == types[i] ||
                (preferred && type_is_preferred(an, type_category(an, types[i]), wanted));
    }
    return fits;
}

static uint32_t
retain_best_fit(struct analysis *an, struct candidate **list, uint32_t count, const oid *types,
                uint32_t arg_count, bool preferred, bool *keep)
{
    uint32_t best = 0;
    for (uint32_t i = 0; i < count; i++) {
        uint32_t fits = fit_count(an, list[i], types, arg_count, preferred);
        best = fits > best ? fits : best;
    }
    for (uint32_t i = 0; i < count; i++)
        keep[i] = fit_count(an, list[i], types, arg_count, preferred) == best;
    return retain(list, count, keep);
}

/* The category that the candidates want for an unknown argument; 0 if they differ. */
static char
wanted_category(struct analysis *an, struct candidate **list, uint32_t count, uint32_t arg,
                bool *has_preferred)
{
    char category = 0;
    bool is_split = false, has_string = false;
    *has_preferred = false;
    for (uint32_t i = 0; i < count; i++) {
        const struct type_info *info = scope_type(an->scope, list[i]->types[arg]);
        char own = info == NULL ? 'X' : info->category;
        bool is_preferred = info != NULL && info->is_preferred;
        has_string |= own == 'S';
        if (category == 0)
            category = own;
        if (own == category)
            *has_preferred |= is_preferred;
        else if (own == 'S') {
            category = 'S';
            *has_preferred = is_preferred;
        } else if (category != 'S') {
            is_split = true;
        }
    }
    return is_split && !has_string ? 0 : category;
}

/* Narrows by the categories wanted for unknown arguments; false: they differ, give up. */
static bool
retain_by_category(struct analysis *an, struct candidate **list, uint32_t *count, const oid *types,
                   uint32_t arg_count, bool *keep)
{
    for (uint32_t i = 0; i < *count; i++)
        keep[i] = true;
    for (uint32_t arg = 0; arg < arg_count; arg++) {
        if (types[arg] != TYPE_UNKNOWN)
            continue;
        bool has_preferred;
        char category = wanted_category(an, list, *count, arg, &has_preferred);
        if (category == 0)
            return false;
        for (uint32_t i = 0; i < *count; i++) {
            const struct type_info *info = scope_type(an->scope, list[i]->types[arg]);
            char own = info == NULL ? 'X' : info->category;
            bool is_preferred = info != NULL && info->is_preferred;
            if (own != category || (has_preferred && !is_preferred))
                keep[i] = false;
        }
    }
    *count = retain(list, *count, keep);
    return true;
}

/* Unknown arguments taken to be of the one type that all known ones have. */
static struct candidate *
by_known_type(struct analysis *an, struct candidate **list, uint32_t count, const oid *types,
              uint32_t arg_count)
{
    oid known = TYPE_UNKNOWN;
    for (uint32_t i = 0; i < arg_count; i++) {
        if (types[i] == TYPE_UNKNOWN)
            continue;
        if (known != TYPE_UNKNOWN && known != types[i])
            return NULL;
        known = types[i];
    }
    if (known == TYPE_UNKNOWN)
        return NULL;
    oid *assumed = arena_alloc_array(an->arena, arg_count, sizeof *assumed);
    for (uint32_t i = 0; i < arg_count; i++)
        assumed[i] = known;
    struct candidate *found = NULL;
    for (uint32_t i = 0; i < count; i++) {
        if (!can_coerce(an, arg_count, assumed, list[i]->types, CAST_IMPLICIT))
            continue;
        if (found != NULL)
            return NULL;
        found = list[i];
    }
    return found;
}

struct candidate *
candidates_select(struct analysis *an, struct candidate **list, uint32_t count, const oid *types,
                  uint32_t arg_count)
{
    oid *bases = arena_alloc_array(an->arena, arg_count, sizeof *bases);
    bool *keep = arena_alloc_array(an->arena, count, sizeof *keep);
    uint32_t unknowns = 0;
    for (uint32_t i = 0; i < arg_count; i++) {
        bases[i] = types[i] == TYPE_UNKNOWN ? TYPE_UNKNOWN : base_type(an, types[i]);
        unknowns += types[i] == TYPE_UNKNOWN;
    }
    count = retain_best_fit(an, list, count, bases, arg_count, false, keep);
    if (count > 1)
        count = retain_best_fit(an, list, count, bases, arg_count, true, keep);
    if (count == 1)
        return list[0];
    if (unknowns == 0)
        return NULL;
    if (retain_by_category(an, list, &count, bases, arg_count, keep) && count == 1)
        return list[0];
    return unknowns < arg_count ? by_known_type(an, list, count, bases, arg_count) : NULL;
}
