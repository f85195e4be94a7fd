/*
 * directory.c: looking up, changing and walking a branch's tree of trees.
 */
#include "branch/directory.h"
#include "base/bytes.h"
#include "base/check.h"
#include "base/mem.h"
#include "store/store.h"

#define TREE_KEY_BYTES 8
/* A row in a leaf takes its value at least. */
#define LEAF_TREES_MAX (PAGE_BYTES / ROOT_BYTES)

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

/* The pages of a directory itself that are younger than `since`. */
struct page_collection {
    struct page_ref *refs;
    uint32_t *levels;
    uint32_t count, capacity;
};

static enum status
collect_page(void *object, struct page_ref ref, uint32_t level)
{
    struct page_collection *pages = object;
    if (pages->count == pages->capacity) {
        uint32_t wanted = pages->capacity == 0 ? 16 : 2 * pages->capacity;
        struct page_ref *refs = mem_resize(pages->refs, wanted * sizeof *refs);
        if (refs == NULL)
            return ST_NO_MEMORY;
        pages->refs = refs;
        uint32_t *levels = mem_resize(pages->levels, wanted * sizeof *levels);
        if (levels == NULL)
            return ST_NO_MEMORY;
        pages->levels = levels;
        pages->capacity = wanted;
    }
    pages->refs[pages->count] = ref;
    pages->levels[pages->count++] = level;
    return ST_OK;
}

/* The trees that a leaf names. */
struct leaf_trees {
    uint32_t count;
    struct tree_root roots[LEAF_TREES_MAX];
};

static enum status
collect_tree(void *object, tree_no tree, const struct tree_root *root)
{
    (void)tree;
    struct leaf_trees *trees = object;
    check(trees->count < LEAF_TREES_MAX);
    trees->roots[trees->count++] = *root;
    return ST_OK;
}

enum status
directory_walk(struct store *store, struct reader *reader, const struct tree_root *directory,
               birth_seq since, tree_page_visit visit, void *object)
{
    /* Walks renew the epoch, so what they find is noted first and followed afterwards. A leaf is a
     * directory of its own. A tree that it names is not younger than the leaf, so leaves that are
     * not walked name no tree of interest: they may belong to others, who may have freed them. */
    struct page_collection pages = {0};
    enum status st = tree_walk(store, reader, directory, since, collect_page, &pages);
    for (uint32_t i = 0; i < pages.count && st == ST_OK; i++) {
        struct leaf_trees trees = {.count = 0};
        struct tree_root leaf = {.ref = pages.refs[i]};
        st = visit(object, leaf.ref, pages.levels[i]);
        if (st == ST_OK && pages.levels[i] == 0)
            st = directory_each(store, reader, &leaf, collect_tree, &trees);
        for (uint32_t t = 0; t < trees.count && st == ST_OK; t++)
            st = tree_walk(store, reader, &trees.roots[t], since, visit, object);
    }
    mem_free(pages.refs);
    mem_free(pages.levels);
    return st;
}
