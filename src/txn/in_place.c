/*
 * in_place.c: committing where the rows are.
 *
 * The ordinary commit copies each page that it changes, and those above it, since readers may stand
 * in them. The only transaction of a database in memory has no such readers: it has given up its
 * own snapshots, and others cannot begin while db.pool_mutex is held. If its few changes fit into
 * the leaves that they belong to, those leaves are changed, with the trees' row counts in the
 * directory, and only the head's moment is new.
 *
 *   I1  pages of a branch born after its last fork are in no other branch, node or merge point:
 *       they would be freed at once if they were replaced (B2), so nobody needs them as they were
 *   I2  all places are found before the first change, and no change moves the place of another:
 *       they are in leaves of their own, or take the room of what they replace; none can fail
 *   I3  the fixed trees are never changed so: equal roots of theirs mean equal contents, which the
 *       catalog's cache relies on
 */
#include "txn/in_place.h"
#include "base/bytes.h"
#include "branch/directory.h"
#include "store/tree_place.h"
#include "txn/record.h"
#include "txn/write_set.h"

#define CHANGES_MAX 8u
#define TREES_MAX 4u

struct place_change {
    struct tree_place place;
    struct slice key, value;
};

struct place_tree {
    struct tree_root root;
    uint8_t key[8], value[ROOT_BYTES]; /* its row of the directory */
};

struct in_place {
    struct store *store;
    struct branch *branch;
    struct head_state head;
    uint32_t change_count, tree_count;
    struct place_change changes[CHANGES_MAX + TREES_MAX];
    struct place_tree trees[TREES_MAX];
};

/* Finds a change's place; true if it can be made there. */
static bool
change_find(struct in_place *commit, const struct tree_root *root, struct slice key,
            struct slice value)
{
    struct place_change *change = &commit->changes[commit->change_count];
    *change = (struct place_change){.key = key, .value = value};
    if (tree_place_find(commit->store, root, commit->branch->ref.since, key, value,
                        &change->place) != ST_OK)
        return false;
    for (uint32_t i = 0; i < commit->change_count; i++) {
        const struct tree_place *other = &commit->changes[i].place;
        if (other->leaf == change->place.leaf && !(other->is_still && change->place.is_still))
            return false;
    }
    commit->change_count++;
    return true;
}

static bool
tree_row(struct in_place *commit, struct place_tree *tree, struct record_reader *reader)
{
    uint64_t head = record_get_varint(reader);
    struct slice value = {.data = NULL}, key = record_get_slice(reader, head >> 1);
    bool is_delete = (head & 1) != 0;
    if (!is_delete)
        value = record_get_slice(reader, record_get_varint(reader));
    if (reader->is_bad || commit->change_count == CHANGES_MAX ||
        !change_find(commit, &tree->root, key, value))
        return false;
    bool is_found = commit->changes[commit->change_count - 1].place.is_found;
    if (is_delete && is_found)
        tree->root.row_count--;
    else if (!is_delete && !is_found)
        tree->root.row_count++;
    return true;
}

/* A tree's part of the changes (record.h). */
static bool
tree_part(struct in_place *commit, struct reader *pages, struct record_reader *reader)
{
    tree_no number = record_get_u64(reader);
    uint8_t base = record_get_u8(reader);
    uint32_t count = record_get_u32(reader);
    if (reader->is_bad || number < FIRST_USER_ID || base != BASE_SNAPSHOT || count > CHANGES_MAX ||
        commit->tree_count == TREES_MAX)
        return false;
    struct place_tree *tree = &commit->trees[commit->tree_count++];
    if (directory_find(commit->store, pages, &commit->head.root, number, &tree->root) != ST_OK)
        return false;
    be64_set(tree->key, number);
    uint64_t rows = tree->root.row_count;
    for (uint32_t i = 0; i < count; i++) {
        if (!tree_row(commit, tree, reader))
            return false;
    }
    if (tree->root.row_count == rows)
        commit->tree_count--; /* its row of the directory stays as it is */
    return true;
}

/* Finds all places; true if the whole of the changes can be made so. */
static bool
changes_find(struct in_place *commit, struct reader *pages, struct slice changes)
{
    struct record_reader reader = record_reader_of(changes);
    while (record_left(&reader) != 0) {
        if (!tree_part(commit, pages, &reader))
            return false;
    }
    for (uint32_t i = 0; i < commit->tree_count; i++) {
        struct place_tree *tree = &commit->trees[i];
        root_encode(&tree->root, tree->value);
        if (!change_find(commit, &commit->head.root, slice_of(tree->key, sizeof tree->key),
                         slice_of(tree->value, sizeof tree->value)))
            return false;
    }
    return true;
}

bool
in_place_commit(struct db *db, struct reader *reader, const struct work *work, birth_seq *moment)
{
    if (work->changes.bytes == 0 || work->adoptions != NULL || work->branch->is_gone)
        return false;
    struct in_place commit;
    commit.store = db->store;
    commit.branch = work->branch;
    commit.change_count = commit.tree_count = 0;
    mutex_lock(&db->pool_mutex);
    bool is_alone = db->active_count == 1;
    bool is_good = false;
    if (is_alone) {
        reader_enter(reader);
        commit.head = head_read(&work->branch->head);
        is_good = changes_find(&commit, reader, work->changes);
        for (uint32_t i = 0; is_good && i < commit.change_count; i++) {
            const struct place_change *change = &commit.changes[i];
            tree_place_change(&change->place, change->key, change->value);
        }
        reader_leave(reader);
    }
    if (is_good) {
        *moment = atomic_fetch_add(&db->last_moment, 1) + 1;
        commit.head.moment = *moment;
        branch_head_publish(work->branch, &commit.head, 1);
        atomic_store(&db->published, *moment);
    }
    mutex_unlock(&db->pool_mutex);
    return is_good;
}
