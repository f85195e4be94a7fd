/*
 * directory.c: looking up, changing and walking a branch's tree of trees.
 */
#include "branch/directory.h"
#include "base/bytes.h"
#include "store/store.h"

#define TREE_KEY_BYTES 8

void
root_encode(const struct tree_root *root, uint8_t to[ROOT_BYTES])
{
    le64_set(to, root->ref.page);
    le64_set(to + 8, root->ref.birth);
    le64_set(to + 16, root->row_count);
}

void
root_decode(const uint8_t from[ROOT_BYTES], struct tree_root *root)
{
    root->ref.page = le64_get(from);
    root->ref.birth = le64_get(from + 8);
    root->row_count = le64_get(from + 16);
}

/* The row's tree and root. */
static enum status
row_decode_root(struct store *store, struct slice key, struct slice value, tree_no *tree,
                struct tree_root *root)
{
    if (key.bytes != TREE_KEY_BYTES || value.bytes != ROOT_BYTES)
        return store_corrupt(store, PAGE_NONE, "a directory row has %zu and %zu bytes", key.bytes,
                             value.bytes);
    *tree = be64_get(key.data);
    root_decode(value.data, root);
    return ST_OK;
}

enum status
directory_find(struct store *store, struct reader *reader, const struct tree_root *directory,
               tree_no tree, struct tree_root *root)
{
    uint8_t key[TREE_KEY_BYTES];
    be64_set(key, tree);
    struct slice value;
    TRY(tree_get(store, reader, directory, slice_of(key, sizeof key), NULL, &value));
    tree_no found;
    return row_decode_root(store, slice_of(key, sizeof key), value, &found, root);
}

enum status
directory_put(struct edit *edit, struct tree_root *directory, tree_no tree,
              const struct tree_root *root)
{
    uint8_t key[TREE_KEY_BYTES], value[ROOT_BYTES];
    be64_set(key, tree);
    root_encode(root, value);
    return tree_put(edit, directory, slice_of(key, sizeof key), slice_of(value, sizeof value),
                    PUT_UPSERT);
}

enum status
directory_delete(struct edit *edit, struct tree_root *directory, tree_no tree)
{
    uint8_t key[TREE_KEY_BYTES];
    be64_set(key, tree);
    return tree_delete(edit, directory, slice_of(key, sizeof key));
}

enum status
directory_next(struct store *store, struct reader *reader, const struct tree_root *directory,
               tree_no from, tree_no *tree, struct tree_root *root)
{
    uint8_t bytes[TREE_KEY_BYTES];
    be64_set(bytes, from);
    struct cursor cursor;
    struct slice key, value;
    cursor_init(&cursor, store, reader, directory);
    enum status st = cursor_seek(&cursor, slice_of(bytes, sizeof bytes));
    if (st == ST_OK && cursor.is_at_end)
        st = ST_NOT_FOUND;
    if (st == ST_OK)
        st = cursor_key(&cursor, &key);
    if (st == ST_OK)
        st = cursor_value(&cursor, &value);
    if (st == ST_OK)
        st = row_decode_root(store, key, value, tree, root);
    cursor_deinit(&cursor);
    return st;
}

enum status
directory_each(struct store *store, struct reader *reader, const struct tree_root *directory,
               directory_visit visit, void *object)
{
    struct cursor cursor;
    cursor_init(&cursor, store, reader, directory);
    enum status st = cursor_first(&cursor);
    while (st == ST_OK && !cursor.is_at_end) {
        struct slice key, value;
        tree_no tree = 0;
        struct tree_root root = {0};
        st = cursor_key(&cursor, &key);
        if (st == ST_OK)
            st = cursor_value(&cursor, &value);
        if (st == ST_OK)
            st = row_decode_root(store, key, value, &tree, &root);
        if (st == ST_OK)
            st = visit(object, tree, &root);
        if (st == ST_OK)
            st = cursor_next(&cursor);
    }
    cursor_deinit(&cursor);
    return st;
}

struct walk {
    struct store *store;
    struct reader *reader;
    birth_seq since;
    tree_page_visit visit;
    void *object;
};

static enum status
walk_tree(void *object, tree_no tree, const struct tree_root *root)
{
    (void)tree;
    const struct walk *walk = object;
    if (root->ref.page == PAGE_NONE || root->ref.birth <= walk->since)
        return ST_OK;
    return tree_walk(walk->store, walk->reader, root, walk->since, walk->visit, walk->object);
}

/* A leaf is a directory of its own. A tree that it names is not younger than the leaf, so leaves
 * that are not visited name no tree of interest: they may belong to others, who may have freed
 * them. */
static enum status
walk_directory_page(void *object, struct page_ref ref, uint32_t level)
{
    struct walk *walk = object;
    if (level == 0) {
        struct tree_root leaf = {.ref = ref};
        TRY(directory_each(walk->store, walk->reader, &leaf, walk_tree, walk));
    }
    return walk->visit(walk->object, ref, level);
}

enum status
directory_walk(struct store *store, struct reader *reader, const struct tree_root *directory,
               birth_seq since, tree_page_visit visit, void *object)
{
    if (directory->ref.page == PAGE_NONE || directory->ref.birth <= since)
        return ST_OK;
    struct walk walk = {store, reader, since, visit, object};
    return tree_walk(store, reader, directory, since, walk_directory_page, &walk);
}
