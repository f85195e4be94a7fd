/*
 * reader.c: who is looking: epochs against eviction, pins against reuse.
 *
 * Both are one idea twice: a reader says in a place of its own where it stands, and whoever wants
 * to take something away looks at all places first. What makes it safe is the order:
 *
 *   epochs  The evictor marks pages, then advances the epoch, then looks at the readers. A reader
 *           writes its epoch, then looks at page states. If the evictor did not see the reader, the
 *           reader sees the marks, and rescues what it needs (cache.c).
 *   pins    The publisher advances the moment, then looks at the pins. A reader pins the moment it
 *           saw, then looks again: if the moment has not moved, the publisher's next look sees the
 *           pin.
 *           A moment may also be handed over (reader_pin_at): its old holder lets go of it only
 *           after the new one has it, but a look at all pins might see the new holder before and
 *           the old one after. So hand-overs are counted, and a look during which one was
 *           completed begins anew.
 *
 * Slots are reserved for all readers there can be; those in use are below `high`.
 */
#include "base/check.h"
#include "base/mem.h"
#include "store/store_int.h"

#define NO_SLOT UINT32_MAX

enum status
readers_init(struct store *store)
{
    struct readers *readers = &store->readers;
    readers->slots = mem_map(READERS_MAX * sizeof *readers->slots);
    if (readers->slots == NULL)
        return ST_NO_MEMORY;
    atomic_init(&readers->high, 0);
    atomic_init(&readers->epoch, 1);
    readers->first_free = NO_SLOT;
    mutex_init(&readers->lock);
    return ST_OK;
}

void
readers_deinit(struct store *store)
{
    struct readers *readers = &store->readers;
    if (readers->slots == NULL)
        return;
    mutex_deinit(&readers->lock);
    mem_unmap(readers->slots, READERS_MAX * sizeof *readers->slots);
    readers->slots = NULL;
}

uint64_t
readers_advance(struct store *store)
{
    return atomic_fetch_add(&store->readers.epoch, 1) + 1;
}

bool
readers_have_reached(const struct store *store, uint64_t epoch)
{
    uint32_t high = atomic_load(&store->readers.high);
    for (uint32_t i = 0; i < high; i++) {
        uint64_t at = atomic_load(&store->readers.slots[i].epoch);
        if (at != EPOCH_OUTSIDE && at < epoch)
            return false;
    }
    return true;
}

uint32_t
readers_pins(const struct store *store, birth_seq *moments, uint32_t max)
{
    const struct readers *readers = &store->readers;
    for (;;) {
        uint64_t hand_over_count = atomic_load(&readers->hand_over_count);
        uint32_t high = atomic_load(&readers->high), count = 0;
        for (uint32_t i = 0; i < high; i++) {
            birth_seq pin = atomic_load(&readers->slots[i].pin);
            if (pin == PIN_NONE)
                continue;
            if (count < max)
                moments[count] = pin;
            count++;
        }
        if (atomic_load(&readers->hand_over_count) == hand_over_count)
            return count;
    }
}

birth_seq
readers_oldest_pin(const struct store *store)
{
    uint32_t high = atomic_load(&store->readers.high);
    birth_seq oldest = PIN_NONE;
    for (uint32_t i = 0; i < high; i++) {
        birth_seq pin = atomic_load(&store->readers.slots[i].pin);
        if (pin < oldest)
            oldest = pin;
    }
    return oldest;
}

enum status
reader_new(struct store *store, struct reader **reader)
{
    struct readers *readers = &store->readers;
    mutex_lock(&readers->lock);
    uint32_t idx = readers->first_free, high = atomic_load(&readers->high);
    if (idx != NO_SLOT) {
        readers->first_free = readers->slots[idx].next_free;
    } else if (high < READERS_MAX) {
        idx = high;
        atomic_init(&readers->slots[idx].epoch, EPOCH_OUTSIDE);
        atomic_init(&readers->slots[idx].pin, PIN_NONE);
        atomic_store(&readers->high, high + 1);
    }
    mutex_unlock(&readers->lock);
    if (idx == NO_SLOT)
        return ST_LIMIT;
    struct reader *slot = &readers->slots[idx];
    slot->store = store;
    slot->depth = 0;
    *reader = slot;
    return ST_OK;
}

void
reader_free(struct reader *reader)
{
    if (reader == NULL)
        return;
    struct readers *readers = &reader->store->readers;
    atomic_store(&reader->epoch, EPOCH_OUTSIDE);
    atomic_store(&reader->pin, PIN_NONE);
    mutex_lock(&readers->lock);
    reader->next_free = readers->first_free;
    readers->first_free = (uint32_t)(reader - readers->slots);
    mutex_unlock(&readers->lock);
}

/* Stands in the newest epoch, before any page state is looked at. */
static void
epoch_set(struct reader *reader)
{
    uint64_t newest = atomic_load(&reader->store->readers.epoch);
    atomic_exchange(&reader->epoch, newest);
}

void
reader_enter(struct reader *reader)
{
    if (reader->depth++ == 0)
        epoch_set(reader);
}

void
reader_leave(struct reader *reader)
{
    check(reader->depth > 0);
    if (--reader->depth == 0)
        atomic_store_explicit(&reader->epoch, EPOCH_OUTSIDE, memory_order_release);
}

bool
reader_refresh(struct reader *reader)
{
    check(reader->depth > 0);
    uint64_t newest = atomic_load_explicit(&reader->store->readers.epoch, memory_order_relaxed);
    if (atomic_load_explicit(&reader->epoch, memory_order_relaxed) == newest)
        return false;
    epoch_set(reader);
    return true;
}

birth_seq
reader_pin(struct reader *reader, const _Atomic birth_seq *current)
{
    birth_seq moment = atomic_load(current);
    for (;;) {
        atomic_exchange(&reader->pin, moment);
        birth_seq now = atomic_load(current);
        if (now == moment)
            return moment;
        moment = now;
    }
}

void
reader_pin_at(struct reader *reader, birth_seq moment)
{
    atomic_exchange(&reader->pin, moment);
    atomic_fetch_add(&reader->store->readers.hand_over_count, 1);
}

void
reader_unpin(struct reader *reader)
{
    atomic_store_explicit(&reader->pin, PIN_NONE, memory_order_release);
}
