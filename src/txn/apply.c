/*
 * apply.c: a transaction's changes, as bytes, into a branch's trees. Commit and replay alike.
 *
 * The bytes come from our own encoder or from a log record whose checksum is right, and are judged
 * all the same: what makes no sense is ST_CORRUPT.
 */
#include "store/store.h"
#include "txn/group.h"
#include "txn/merge_point.h"
#include "txn/record.h"
#include "txn/write_set.h"

#define CHANGES_AN_EPOCH 256u

/* Makes the tree what the part's changes lie upon. */
static enum status
apply_base(struct group *group, struct branch *branch, struct group_tree *tree, enum tree_base base)
{
    if (base != BASE_SNAPSHOT) {
        struct tree_root old = tree->root;
        tree->root = (struct tree_root){0};
        TRY(group_free_tree(group, branch, &old));
    }
    tree->exists = base != BASE_NONE;
    tree->is_changed = true;
    return ST_OK;
}

static enum status
apply_change(struct edit *edit, struct tree_root *root, struct record_reader *reader)
{
    uint64_t head = record_get_varint(reader);
    struct slice key = record_get_slice(reader, head >> 1);
    if (reader->is_bad || key.bytes == 0 || key.bytes > KEY_BYTES_MAX)
        return ST_CORRUPT;
    if ((head & 1) != 0) {
        enum status st = tree_delete(edit, root, key);
        return st == ST_NOT_FOUND ? ST_OK : st;
    }
    struct slice value = record_get_slice(reader, record_get_varint(reader));
    if (reader->is_bad || value.bytes > VALUE_BYTES_MAX)
        return ST_CORRUPT;
    return tree_put(edit, root, key, value, PUT_UPSERT);
}

/* A tree whose pages the log names: replay alone, since the scan has claimed them (replay.c). */
static enum status
apply_named(struct group *group, struct group_branch *part, struct group_tree *tree,
            struct record_reader *reader)
{
    struct slice root = record_get_slice(reader, ROOT_BYTES);
    uint32_t extent_count = record_get_u32(reader);
    (void)record_get_slice(reader, (size_t)extent_count * RECORD_EXTENT_BYTES);
    if (reader->is_bad)
        return ST_CORRUPT;
    TRY(apply_base(group, part->branch, tree, BASE_EMPTY));
    root_decode(root.data, &tree->root);
    return ST_OK;
}

enum status
group_adopt(struct group *group, struct branch *branch, struct adoption *adoption)
{
    struct group_branch *part;
    struct group_tree *tree;
    TRY(group_branch_get(group, branch, &part));
    TRY(group_tree_get(group, part, adoption->tree, &tree));
    bool is_same = adoption->is_replacing || page_ref_equal(tree->root.ref, adoption->base.ref);
    /* Pages born before a fork would count as shared with it. */
    if (!is_same || branch->ref.since >= adoption->first_birth)
        return ST_IN_USE;
    TRY(apply_base(group, branch, tree, adoption->is_replacing ? BASE_EMPTY : BASE_SNAPSHOT));
    part->moment = group->moment;
    tree->root = adoption->root;
    adoption->branch = branch;
    adoption->next_in_group = group->adoptions;
    group->adoptions = adoption;
    return ST_OK;
}

static enum status
apply_tree(struct group *group, struct group_branch *part, struct record_reader *reader)
{
    tree_no number = record_get_u64(reader);
    if (number == TREE_MERGES)
        return merge_point_apply(group, part->branch, reader);
    uint8_t base = record_get_u8(reader);
    struct group_tree *tree;
    if (base == BASE_PRIVATE && !reader->is_bad) {
        TRY(group_tree_get(group, part, number, &tree));
        return apply_named(group, part, tree, reader);
    }
    uint32_t count = record_get_u32(reader);
    if (reader->is_bad || base > BASE_NONE || (base == BASE_NONE && count != 0))
        return ST_CORRUPT;
    TRY(group_tree_get(group, part, number, &tree));
    TRY(apply_base(group, part->branch, tree, (enum tree_base)base));
    group->change_count += count;
    for (uint32_t i = 0; i < count; i++) {
        TRY(apply_change(&part->edit, &tree->root, reader));
        if (i % CHANGES_AN_EPOCH == CHANGES_AN_EPOCH - 1)
            reader_refresh(group->reader); /* large commits need no more cache than small ones */
    }
    return ST_OK;
}

enum status
group_apply(struct group *group, struct branch *branch, struct slice changes)
{
    struct group_branch *part;
    TRY(group_branch_get(group, branch, &part));
    part->commit_count++;
    part->moment = group->moment;
    struct record_reader reader = record_reader_of(changes);
    while (record_left(&reader) != 0) {
        enum status st = apply_tree(group, part, &reader);
        if (st == ST_CORRUPT)
            return store_corrupt(group->db->store, PAGE_NONE,
                                 "changes of branch %u at moment %llu make no sense", branch->no,
                                 (unsigned long long)group->moment);
        if (st != ST_OK)
            return st;
    }
    return ST_OK;
}

enum status
group_note_commits(struct group *group, struct branch *branch, uint64_t count, birth_seq moment)
{
    struct group_branch *part;
    TRY(group_branch_get(group, branch, &part));
    part->commit_count += count;
    part->moment = moment;
    return ST_OK;
}

enum status
group_apply_sorted(struct group *group, struct branch *branch, const struct group_changes *changes)
{
    struct group_branch *part;
    struct group_tree *tree;
    TRY(group_branch_get(group, branch, &part));
    TRY(group_tree_get(group, part, changes->tree, &tree));
    TRY(apply_base(group, branch, tree, BASE_SNAPSHOT));
    TRY(tree_change_many(&part->edit, &tree->root, changes->changes, changes->change_count));
    reader_refresh(group->reader);
    return ST_OK;
}
