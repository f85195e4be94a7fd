/*
 * exclude.c: members of a tree that no row wanted can be in, by their CHECK constraints.
 */
#include "plan/planner_int.h"

bool
member_is_excluded(struct level *level, const struct rel *member)
{
    const struct expr_list *quals = &member->tree->quals;

    (void)level;
    for (uint32_t i = 0; i < quals->count; i++) {
        if (expr_is_false_or_null(quals->items[i]))
            return true;
    }
    return false;
}
