/*
 * deadlock.c: finding who waits for himself.
 *
 * An owner that has waited for deadlock_timeout looks at the graph of who waits for whom: a waiter
 * waits for every holder whose mode conflicts with the one it wants, and for every waiter ahead of
 * it in the queue whose wanted mode does. All partitions are locked meanwhile, so the graph stands
 * still; that is dear, and rare. Whoever finds itself on a circle gives up: that is the last one to
 * have come, or the first whose patience ends, and the others go on.
 *
 * The search is depth first with a stack of its own: each owner is pushed at most once (it is
 * marked), linked through the owners themselves, so nothing is allocated.
 */
#include "txn/lock_int.h"

struct search {
    uint64_t mark;
    const struct lock_owner *start;
    struct lock_owner *stack;
    bool is_found;
};

static void
search_push(struct search *search, struct lock_owner *owner)
{
    if (owner == search->start)
        search->is_found = true;
    if (owner->search_mark == search->mark || owner->waits_for == NULL)
        return;
    owner->search_mark = search->mark;
    owner->search_next = search->stack;
    search->stack = owner;
}

/* Pushes all that `owner` waits for. */
static void
search_expand(struct search *search, const struct lock_owner *owner)
{
    struct lock *lock = owner->waits_for;
    uint8_t conflicts = lock_conflicts(lock->class, owner->wanted_mode);
    for (struct lock_hold *hold = lock->holds; hold != NULL; hold = hold->next_in_lock) {
        if (hold->owner != owner && (hold->modes & conflicts) != 0)
            search_push(search, hold->owner);
    }
    for (struct lock_owner *w = lock->first_waiter; w != NULL && w != owner; w = w->next_waiter) {
        if ((conflicts >> w->wanted_mode & 1) != 0)
            search_push(search, w);
    }
}

bool
deadlock_search(struct lock_table *table, struct lock_owner *owner)
{
    for (uint32_t i = 0; i < LOCK_PARTITIONS; i++)
        mutex_lock(&table->partitions[i].mutex);

    struct search search = {.mark = ++table->search_count, .start = owner};
    if (owner->waits_for != NULL)
        search_expand(&search, owner);
    while (search.stack != NULL && !search.is_found) {
        struct lock_owner *next = search.stack;
        search.stack = next->search_next;
        search_expand(&search, next);
    }

    for (uint32_t i = LOCK_PARTITIONS; i-- > 0;)
        mutex_unlock(&table->partitions[i].mutex);
    return search.is_found;
}
