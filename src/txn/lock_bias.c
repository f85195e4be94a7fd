/*
 * lock_bias.c: locks of an owner that is alone.
 *
 * While one owner holds locks and nobody else does, nothing can conflict: its locks are noted in a
 * list of its own, which costs a few nanoseconds a lock and nothing to give up. The next owner that
 * comes for a lock first moves them into the table, where they are as if they had been taken there.
 *
 *   A1  table.alone is an owner that holds, or is about to, and then nobody else is in the table:
 *       whoever wants a lock counts himself in owner_count first and looks at `alone` then; whoever
 *       would be alone says so first and looks at owner_count then
 *   A2  `alone` changes under alone_mutex. An owner's is_alone, noted and moved change under its
 *       guard besides, unless the owner's own thread changes them; it reads them under its guard
 *   A3  an owner whose locks were moved holds them in the table as long as all others
 *
 * Moving is dear for many locks, so where owners meet often nobody is alone for some turns.
 */
#include "base/check.h"
#include "base/mem.h"
#include "txn/lock_int.h"

#define NOTED_A_BLOCK 255u
#define SHY_TURNS 64u

struct noted_lock {
    uint64_t hash;
    uint32_t level;
    uint8_t class, mode;
};

struct noted_block {
    struct noted_block *older;
    uint32_t count;
    struct noted_lock locks[NOTED_A_BLOCK];
};

/* Holds that another thread made for the owner. */
struct moved_block {
    struct moved_block *older;
    struct lock_hold holds[];
};

/* The owner is counted; it is alone from here on, if nobody else is there. */
static void
alone_begin(struct lock_table *table, struct lock_owner *owner)
{
    if (atomic_load_explicit(&table->shy_turns, memory_order_relaxed) != 0) {
        atomic_fetch_sub_explicit(&table->shy_turns, 1, memory_order_relaxed);
        return;
    }
    mutex_lock(&table->alone_mutex);
    if (atomic_load(&table->alone) == NULL) {
        owner->is_alone = true;
        atomic_store(&table->alone, owner);
        if (atomic_load(&table->owner_count) != 1) {
            atomic_store(&table->alone, NULL);
            owner->is_alone = false;
        }
    }
    mutex_unlock(&table->alone_mutex);
}

/* The owner's guard is held. */
static enum status
note(struct lock_owner *owner, struct lock_name name, uint32_t mode)
{
    struct noted_block *block = owner->noted;
    if (block != NULL && block->count != 0) {
        const struct noted_lock *last = &block->locks[block->count - 1];
        if (last->hash == name.hash && last->class == name.class && last->mode == mode)
            return ST_OK;
    }
    if (block == NULL || block->count == NOTED_A_BLOCK) {
        block = arena_alloc(owner->arena, sizeof *block);
        if (block == NULL)
            return ST_NO_MEMORY;
        block->older = owner->noted;
        block->count = 0;
        owner->noted = block;
    }
    block->locks[block->count++] = (struct noted_lock){.hash = name.hash,
                                                       .level = owner->level,
                                                       .class = (uint8_t)name.class,
                                                       .mode = (uint8_t)mode};
    owner->noted_count++;
    return ST_OK;
}

/* Turns the list of blocks round. */
static struct noted_block *
blocks_reverse(struct noted_block *block)
{
    struct noted_block *before = NULL;
    while (block != NULL) {
        struct noted_block *older = block->older;
        block->older = before;
        before = block;
        block = older;
    }
    return before;
}

static enum status
block_move(struct lock_table *table, struct lock_owner *owner, const struct noted_block *block,
           struct lock_hold *holds)
{
    for (uint32_t i = 0; i < block->count; i++) {
        const struct noted_lock *lock = &block->locks[i];
        struct lock_name name = {.hash = lock->hash, .class = (enum lock_class)lock->class};
        holds[i].level = lock->level;
        TRY(lock_insert(table, owner, name, lock->mode, &holds[i]));
    }
    return ST_OK;
}

/* Both mutexes are held. After a failure some locks are in the table, and all are noted still. */
static enum status
noted_move(struct lock_table *table, struct lock_owner *owner)
{
    struct moved_block *moved =
        mem_alloc(sizeof *moved + owner->noted_count * sizeof moved->holds[0]);
    if (moved == NULL)
        return ST_NO_MEMORY;
    moved->older = owner->moved;
    owner->moved = moved;
    uint64_t at = 0;
    enum status st = ST_OK;
    /* The oldest first, since levels of holds fall along the owner's list. */
    struct noted_block *oldest = blocks_reverse(owner->noted);
    for (const struct noted_block *b = oldest; b != NULL && st == ST_OK; b = b->older) {
        st = block_move(table, owner, b, &moved->holds[at]);
        at += b->count;
    }
    owner->noted = blocks_reverse(oldest);
    check(st != ST_OK || at == owner->noted_count);
    return st;
}

enum status
lock_alone_end(struct lock_table *table)
{
    enum status st = ST_OK;
    mutex_lock(&table->alone_mutex);
    struct lock_owner *owner = atomic_load(&table->alone);
    if (owner != NULL) {
        mutex_lock(&owner->guard);
        if (owner->noted_count != 0)
            st = noted_move(table, owner);
        if (st == ST_OK) {
            owner->is_alone = false;
            atomic_store(&table->alone, NULL);
            atomic_store_explicit(&table->shy_turns, SHY_TURNS, memory_order_relaxed);
        }
        mutex_unlock(&owner->guard);
    }
    mutex_unlock(&table->alone_mutex);
    return st;
}

enum status
lock_alone_acquire(struct lock_table *table, struct lock_owner *owner, struct lock_name name,
                   uint32_t mode, bool *is_done)
{
    *is_done = false;
    if (!owner->is_counted) {
        owner->is_counted = true;
        if (atomic_fetch_add(&table->owner_count, 1) == 0)
            alone_begin(table, owner);
    }
    struct lock_owner *alone = atomic_load(&table->alone);
    if (alone == NULL)
        return ST_OK;
    if (alone != owner)
        return lock_alone_end(table);
    enum status st = ST_OK;
    mutex_lock(&owner->guard);
    if (owner->is_alone) {
        st = note(owner, name, mode);
        *is_done = st == ST_OK;
    }
    mutex_unlock(&owner->guard);
    return st;
}

void
lock_alone_release(struct lock_table *table, struct lock_owner *owner)
{
    if (atomic_load(&table->alone) == owner) {
        mutex_lock(&table->alone_mutex);
        if (atomic_load(&table->alone) == owner)
            atomic_store(&table->alone, NULL);
        mutex_unlock(&table->alone_mutex);
    }
    /* From here on nobody else looks at the owner. */
    owner->is_alone = false;
    owner->noted = NULL;
    owner->noted_count = 0;
}

bool
lock_alone_release_to(struct lock_owner *owner, uint32_t level)
{
    mutex_lock(&owner->guard);
    bool is_alone = owner->is_alone;
    struct noted_block *block = is_alone ? owner->noted : NULL;
    while (block != NULL && (block->count == 0 || block->locks[block->count - 1].level >= level)) {
        if (block->count == 0) {
            block = block->older;
            owner->noted = block;
            continue;
        }
        block->count--;
        owner->noted_count--;
    }
    mutex_unlock(&owner->guard);
    return is_alone;
}

void
lock_moved_free(struct lock_owner *owner)
{
    while (owner->moved != NULL) {
        struct moved_block *moved = owner->moved;
        owner->moved = moved->older;
        mem_free(moved);
    }
}
