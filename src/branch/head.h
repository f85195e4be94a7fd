/*
 * head.h: a root that one thread publishes and any thread reads without a lock.
 *
 * A sequence lock: the version is odd while the writer is at work, and a reader that saw it odd or
 * changed reads again. Every word is an atomic and the order is carried by the words themselves
 * (acquire loads, release stores), so there is no fence and no data race.
 */
#pragma once

#include "store/page_ref.h"
#include <stdatomic.h>

/* What a head says: the tree as of `moment`. */
struct head_state {
    birth_seq moment;
    struct tree_root root;
};

struct head {
    _Atomic uint64_t version;
    _Atomic uint64_t words[4];
};

static inline struct head_state
head_read(const struct head *head)
{
    for (;;) {
        uint64_t before = atomic_load_explicit(&head->version, memory_order_acquire);
        uint64_t words[4];
        for (int i = 0; i < 4; i++)
            words[i] = atomic_load_explicit(&head->words[i], memory_order_acquire);
        uint64_t after = atomic_load_explicit(&head->version, memory_order_relaxed);
        if (before == after && (before & 1) == 0)
            return (struct head_state){
                .moment = words[0],
                .root = {.ref = {.page = words[1], .birth = words[2]}, .row_count = words[3]}};
    }
}

/* One thread at a time. */
static inline void
head_publish(struct head *head, const struct head_state *state)
{
    uint64_t version = atomic_load_explicit(&head->version, memory_order_relaxed);
    const uint64_t words[4] = {state->moment, state->root.ref.page, state->root.ref.birth,
                               state->root.row_count};
    atomic_store_explicit(&head->version, version + 1, memory_order_relaxed);
    for (int i = 0; i < 4; i++)
        atomic_store_explicit(&head->words[i], words[i], memory_order_release);
    atomic_store_explicit(&head->version, version + 2, memory_order_release);
}
