/*
 * snapshot.c: pinning a head and finding trees in it.
 *
 * The publisher first publishes heads, then advances db->published to their moment. A reader that
 * pins the published moment and then finds a head of a later one has come in between: it pins
 * again, until the head is not younger than the pin. From there on the head's pages stay.
 */
#include "txn/snapshot.h"
#include "base/check.h"
#include "base/mem.h"
#include "branch/directory.h"
#include "txn/db_int.h"

enum status
snapshot_new(struct store *store, struct snapshot **out)
{
    struct snapshot *snapshot = mem_alloc_zero(sizeof *snapshot);
    if (snapshot == NULL)
        return ST_NO_MEMORY;
    enum status st = reader_new(store, &snapshot->reader);
    if (st != ST_OK) {
        mem_free(snapshot);
        return st;
    }
    *out = snapshot;
    return ST_OK;
}

void
snapshot_free(struct snapshot *snapshot)
{
    snapshot_leave(snapshot);
    snapshot_unpin(snapshot);
    reader_free(snapshot->reader);
    mem_free(snapshot);
}

/* Roots looked up before are of use if the head is still the same. */
static void
forget_roots(struct snapshot *snapshot)
{
    if (snapshot->roots_moment != snapshot->head.moment ||
        !page_ref_equal(snapshot->roots_of, snapshot->head.root.ref)) {
        snapshot->roots_of = snapshot->head.root.ref;
        snapshot->roots_moment = snapshot->head.moment;
        snapshot->root_count = 0;
        snapshot->root_next = 0;
    }
}

void
snapshot_take(struct snapshot *snapshot, struct branch *branch)
{
    birth_seq pin;
    do {
        pin = reader_pin(snapshot->reader, &branch->db->published);
        snapshot->head = head_read(&branch->head);
    } while (UNLIKELY(snapshot->head.moment > pin));
    snapshot->pin = pin;
    snapshot->is_pinned = true;
    forget_roots(snapshot);
}

void
snapshot_join(struct snapshot *snapshot, const struct snapshot *other)
{
    check(other->is_pinned);
    reader_pin_at(snapshot->reader, other->pin);
    snapshot->pin = other->pin;
    snapshot->head = other->head;
    snapshot->is_pinned = true;
    forget_roots(snapshot);
}

void
snapshot_unpin(struct snapshot *snapshot)
{
    if (snapshot->is_pinned)
        reader_unpin(snapshot->reader);
    snapshot->is_pinned = false;
}

void
snapshot_enter(struct snapshot *snapshot)
{
    if (snapshot->is_entered)
        return;
    reader_enter(snapshot->reader);
    snapshot->is_entered = true;
}

void
snapshot_leave(struct snapshot *snapshot)
{
    if (!snapshot->is_entered)
        return;
    reader_leave(snapshot->reader);
    snapshot->is_entered = false;
    snapshot->renewals++;
}

void
snapshot_renew(struct snapshot *snapshot)
{
    if (reader_refresh(snapshot->reader))
        snapshot->renewals++;
}

enum status
snapshot_root(struct snapshot *snapshot, struct store *store, tree_no tree, struct tree_root *root)
{
    for (uint32_t i = 0; i < snapshot->root_count; i++) {
        if (snapshot->roots[i].tree == tree) {
            *root = snapshot->roots[i].root;
            return snapshot->roots[i].exists ? ST_OK : ST_NOT_FOUND;
        }
    }
    struct tree_root found = {0};
    enum status st = directory_find(store, snapshot->reader, &snapshot->head.root, tree, &found);
    if (st != ST_OK && st != ST_NOT_FOUND)
        return st;
    uint32_t idx = snapshot->root_next++ % SNAPSHOT_ROOTS;
    if (snapshot->root_count < SNAPSHOT_ROOTS)
        snapshot->root_count++;
    snapshot->roots[idx].tree = tree;
    snapshot->roots[idx].exists = st == ST_OK;
    snapshot->roots[idx].root = found;
    *root = found;
    return st;
}
