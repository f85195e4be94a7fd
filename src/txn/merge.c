/*
 * merge.c: comparing branches, row by row.
 *
 * Differences are found by walking two trees together and skipping what they share. A three-way
 * comparison is two walks: base against source, looking up each key in the target, and base against
 * target, for the keys that the source left alone.
 */
#include "txn/merge_point.h"
#include "txn/txn_int.h"

/* The tree's root; an empty one if there is no such tree. */
static enum status
root_or_empty(struct snapshot *snapshot, struct store *store, tree_no tree, struct tree_root *root)
{
    enum status st = snapshot_root(snapshot, store, tree, root);
    if (st == ST_NOT_FOUND)
        *root = (struct tree_root){0};
    return st == ST_NOT_FOUND ? ST_OK : st;
}

enum status
txn_diff(struct txn *from, tree_no from_tree, struct txn *to, tree_no to_tree,
         tree_diff_visit visit, void *object)
{
    struct store *store = from->db->store;
    struct snapshot *before = txn_statement(from)->snapshot, *after = txn_statement(to)->snapshot;
    struct tree_root old_root, new_root;
    snapshot_enter(before);
    snapshot_enter(after);
    TRY(root_or_empty(before, store, from_tree, &old_root));
    TRY(root_or_empty(after, store, to_tree, &new_root));
    return tree_diff(store, before->reader, &old_root, &new_root, visit, object);
}

/* ---- three ways ---- */

struct three {
    struct store *store;
    struct reader *reader;
    struct tree_root base, source, target;
    struct buf spill;
    merge_visit visit;
    void *object;
};

/* Present and absent are told apart by data; an empty value has data that is not null. */
static bool
side_equal(struct slice a, struct slice b)
{
    return (a.data == NULL) == (b.data == NULL) && slice_equal(a, b);
}

static enum status
side_get(struct three *three, const struct tree_root *root, struct slice key, struct slice *value)
{
    static const uint8_t empty[1];
    enum status st = tree_get(three->store, three->reader, root, key, &three->spill, value);
    if (st == ST_NOT_FOUND)
        *value = slice_of(NULL, 0);
    else if (st == ST_OK && value->data == NULL)
        *value = slice_of(empty, 0);
    return st == ST_NOT_FOUND ? ST_OK : st;
}

static enum status
source_changed(void *object, struct slice key, struct slice before, struct slice after)
{
    struct three *three = object;
    struct merge_row row = {.key = key, .base = before, .source = after};
    TRY(side_get(three, &three->target, key, &row.target));
    if (side_equal(row.target, before))
        row.side = MERGE_SOURCE;
    else if (side_equal(row.target, after))
        row.side = MERGE_BOTH_SAME;
    else
        row.side = MERGE_CONFLICT;
    return three->visit(three->object, &row);
}

static enum status
target_changed(void *object, struct slice key, struct slice before, struct slice after)
{
    struct three *three = object;
    struct merge_row row = {.side = MERGE_TARGET, .key = key, .base = before, .target = after};
    TRY(side_get(three, &three->source, key, &row.source));
    /* What the source changed too was seen on the first walk. */
    return side_equal(row.source, before) ? three->visit(three->object, &row) : ST_OK;
}

enum status
branch_merge_rows(struct txn *txn, struct branch *source, tree_no tree, merge_visit visit,
                  void *object)
{
    struct statement *statement = txn_statement(txn);
    struct store *store = txn->db->store;
    struct merge_note *note;
    TRY(merge_note_get(txn, source, &note));
    snapshot_enter(note->at);
    snapshot_enter(statement->snapshot);
    struct three three = {
        .store = store, .reader = note->at->reader, .visit = visit, .object = object};
    TRY(root_or_empty(note->at, store, tree, &three.source));
    TRY(root_or_empty(statement->snapshot, store, tree, &three.target));
    enum status st = directory_find(store, note->at->reader, &note->base, tree, &three.base);
    if (st != ST_OK && st != ST_NOT_FOUND)
        return st;
    buf_init(&three.spill);
    st = tree_diff(store, three.reader, &three.base, &three.source, source_changed, &three);
    if (st == ST_OK)
        st = tree_diff(store, three.reader, &three.base, &three.target, target_changed, &three);
    buf_deinit(&three.spill);
    return st;
}

enum status
branch_merge_done(struct txn *txn, struct branch *source)
{
    struct merge_note *note;
    TRY(merge_note_get(txn, source, &note));
    note->is_done = true;
    return ST_OK;
}
