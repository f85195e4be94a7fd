/*
 * deadlock.c: finding who waits for himself.
 *
 * An owner that has waited for deadlock_timeout looks at the graph of who waits for whom: a waiter
 * waits for every holder whose mode conflicts with the one it wants, and for every waiter ahead of
 * it in the queue whose wanted mode does. All partitions are locked meanwhile, so the graph stands
 * still; that is dear, and rare. Whoever finds itself on a circle gives up: that is the last one to
 * have come, or the first whose patience ends, and the others go on.
 *
 * Unless somebody on the circle waits only for one ahead of it in a queue. Then it is put ahead of
 * that one, if this ends the circle and makes no other: all that is new in the graph are edges to
 * the one that was moved, so another circle would pass through it. The places are tried from the
 * circle's end, one by one; where two queues would have to change at once, the owner gives up.
 *
 * The search is depth first with a stack of its own: each owner is pushed at most once (it is
 * marked), linked through the owners themselves, so nothing is allocated.
 */
#include "txn/lock_int.h"

struct search {
    uint64_t mark;
    struct lock_owner *start;
    struct lock_owner *stack;
    struct lock_owner *last; /* who waits for `start`, if one was found; else null */
    bool keeps_way;          /* in search_from */
};

static void
search_push(struct search *search, struct lock_owner *from, struct lock_owner *owner)
{
    if (owner == search->start && search->last == NULL)
        search->last = from;
    if (owner->search_mark == search->mark || owner->waits_for == NULL)
        return;
    owner->search_mark = search->mark;
    owner->search_next = search->stack;
    search->stack = owner;
    if (search->keeps_way)
        owner->search_from = from;
}

/* Pushes all that `owner` waits for. */
static void
search_expand(struct search *search, struct lock_owner *owner)
{
    struct lock *lock = owner->waits_for;
    uint8_t conflicts = lock_conflicts(lock->class, owner->wanted_mode);
    for (struct lock_hold *hold = lock->holds; hold != NULL; hold = hold->next_in_lock) {
        if (hold->owner != owner && (hold->modes & conflicts) != 0)
            search_push(search, owner, hold->owner);
    }
    for (struct lock_owner *w = lock->first_waiter; w != NULL && w != owner; w = w->next_waiter) {
        if ((conflicts >> w->wanted_mode & 1) != 0)
            search_push(search, owner, w);
    }
}

/* The one that waits for `owner` and that `owner` waits for, by way of others; null: nobody. */
static struct lock_owner *
circle_find(struct lock_table *table, struct lock_owner *owner, bool keeps_way)
{
    struct search search = {.mark = ++table->search_count, .start = owner, .keeps_way = keeps_way};
    if (owner->waits_for != NULL)
        search_expand(&search, owner);
    while (search.stack != NULL && search.last == NULL) {
        struct lock_owner *next = search.stack;
        search.stack = next->search_next;
        search_expand(&search, next);
    }
    return search.last;
}

/* Puts `waiter` ahead of `ahead`, if it stands behind it, and leaves it there if that ends the
 * circle of `start`. */
static bool
queue_turn(struct lock_table *table, struct lock_owner *start, struct lock_owner *waiter,
           struct lock_owner *ahead)
{
    struct lock *lock = waiter->waits_for;
    struct lock_owner **from = &ahead->next_waiter, **to = &lock->first_waiter;
    while (*from != NULL && *from != waiter)
        from = &(*from)->next_waiter;
    if (*from == NULL)
        return false;
    while (*to != ahead)
        to = &(*to)->next_waiter;

    *from = waiter->next_waiter;
    waiter->next_waiter = ahead;
    *to = waiter;
    if (circle_find(table, start, false) == NULL && circle_find(table, waiter, false) == NULL) {
        lock_queue_wake(lock);
        return true;
    }
    *to = ahead;
    waiter->next_waiter = *from;
    *from = waiter;
    return false;
}

/* `last` waits for `start`, and the way from `start` to it is kept. */
static bool
circle_open(struct lock_table *table, struct lock_owner *start, struct lock_owner *last)
{
    struct lock_owner *ahead = start;
    for (struct lock_owner *waiter = last;; waiter = waiter->search_from) {
        if (waiter->waits_for == ahead->waits_for && queue_turn(table, start, waiter, ahead))
            return true;
        if (waiter == start)
            return false;
        ahead = waiter;
    }
}

bool
deadlock_search(struct lock_table *table, struct lock_owner *owner)
{
    for (uint32_t i = 0; i < LOCK_PARTITIONS; i++)
        mutex_lock(&table->partitions[i].mutex);

    struct lock_owner *last = circle_find(table, owner, true);
    bool is_dead = last != NULL && !circle_open(table, owner, last);

    for (uint32_t i = LOCK_PARTITIONS; i-- > 0;)
        mutex_unlock(&table->partitions[i].mutex);
    return is_dead;
}
