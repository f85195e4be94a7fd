/*
 * tree_build.c: a tree from rows that come in order.
 *
 * The builder keeps the right edge of the tree: the last page of each level. A row is appended to
 * the last leaf; when that is full a new one begins, and the shortest key between the two goes to
 * the level above, which grows in the same way. A page is entered in its parent as soon as it is
 * made, so at any time all rows hang together below the top page.
 *
 * Leaves come from runs of neighbouring pages, so that a scan in key order is one in page order
 * too. Runs double, so that a small tree does not take more than it needs.
 */
#include "base/check.h"
#include "base/mem.h"
#include "store/overflow.h"
#include "store/tree_int.h"

#define LEAF_RUN_MAX 64u

struct tree_builder {
    struct edit *edit;
    uint32_t level_count;
    struct page_ref edge[TREE_LEVELS_MAX]; /* the last page of each level, leaves first */
    uint64_t row_count;
    struct buf last_key;
    struct page_ref run; /* leaf pages taken and not yet used */
    uint32_t run_left, run_bytes_next;
};

enum status
tree_builder_new(struct edit *edit, struct tree_builder **builder)
{
    struct tree_builder *b = mem_alloc_zero(sizeof *b);
    if (b == NULL)
        return ST_NO_MEMORY;
    b->edit = edit;
    b->run_bytes_next = 1;
    buf_init(&b->last_key);
    *builder = b;
    return ST_OK;
}

/* Pages of the run that were not used go back, the last first. */
static void
give_back_run(struct tree_builder *builder)
{
    while (builder->run_left > 0) {
        struct page_ref ref = builder->run;
        ref.page += --builder->run_left;
        edit_give_back(builder->edit, ref);
    }
}

static enum status
take_leaf(struct tree_builder *builder, struct page_ref *ref, struct page **page)
{
    if (builder->edit->store->device == NULL)
        return edit_take(builder->edit, ref, page); /* warm frames are worth more than order */
    if (builder->run_left == 0) {
        TRY(edit_take_run(builder->edit, builder->run_bytes_next, &builder->run));
        builder->run_left = builder->run_bytes_next;
        if (builder->run_bytes_next < LEAF_RUN_MAX)
            builder->run_bytes_next *= 2;
    }
    TRY(cache_add(builder->edit->store->cache, builder->run.page, page));
    *ref = builder->run;
    builder->run.page++;
    builder->run_left--;
    return ST_OK;
}

/* New pages for a row that does not fit: a leaf, and one for each level that is full too. */
struct new_edge {
    uint32_t count;
    struct page_ref refs[TREE_LEVELS_MAX];
    struct page *pages[TREE_LEVELS_MAX];
};

static void
drop_new_edge(struct tree_builder *builder, struct new_edge *new)
{
    for (uint32_t i = new->count; i > 0; i--)
        edit_give_back(builder->edit, new->refs[i - 1]);
}

/*
 * Takes pages for a new edge, up to the first level with room for `separator`; that level's page is
 * *above, null if the tree grows by a level.
 */
static enum status
take_new_edge(struct tree_builder *builder, struct slice separator, struct new_edge *new,
              struct page **above)
{
    struct cache *cache = builder->edit->store->cache;
    enum status st = take_leaf(builder, &new->refs[0], &new->pages[0]);
    if (st != ST_OK)
        return st;
    *above = NULL;
    for (new->count = 1; new->count < builder->level_count; new->count++) {
        uint32_t level = new->count;
        st = cache_own(cache, builder->edge[level], above);
        if (st != ST_OK)
            break;
        if (page_has_room(*above, separator, INNER_ROW_HEAD))
            return ST_OK;
        *above = NULL;
        st = edit_take(builder->edit, &new->refs[level], &new->pages[level]);
        if (st != ST_OK)
            break;
    }
    if (st == ST_OK && builder->level_count + 1 > TREE_LEVELS_MAX)
        st = ST_LIMIT;
    if (st == ST_OK && builder->level_count > 0) {
        uint32_t top = builder->level_count;
        st = edit_take(builder->edit, &new->refs[top], &new->pages[top]);
        if (st == ST_OK)
            new->count++;
    }
    if (st != ST_OK)
        drop_new_edge(builder, new);
    return st;
}

/* Begins a new leaf behind the last one for `key`. */
static enum status
new_leaf(struct tree_builder *builder, struct slice key, struct page **leaf)
{
    struct slice last = buf_slice(&builder->last_key);
    struct slice separator = builder->row_count == 0 ? key : key_between(last, key);
    struct new_edge new = {0};
    struct page *above;
    TRY(take_new_edge(builder, separator, &new, &above));

    /* From here on nothing fails. new.pages[0] is the leaf; each page is its parent's last child.
     */
    page_init(new.pages[0], new.refs[0], 0);
    if (builder->row_count > 0)
        page_set_prefix(new.pages[0], slice_of(key.data, key_common_bytes(last, key)));
    uint32_t old_levels = builder->level_count;
    for (uint32_t level = 1; level < new.count; level++) {
        page_init(new.pages[level], new.refs[level], level);
        if (level == old_levels)
            inner_insert(new.pages[level], 0, slice_of("", 0), builder->edge[level - 1]);
        inner_insert(new.pages[level], new.pages[level]->slot_count, separator,
                     new.refs[level - 1]);
    }
    if (above != NULL)
        inner_insert(above, above->slot_count, separator, new.refs[new.count - 1]);
    for (uint32_t level = 0; level < new.count; level++)
        builder->edge[level] = new.refs[level];
    if (new.count > old_levels)
        builder->level_count = new.count;
    *leaf = new.pages[0];
    return ST_OK;
}

static enum status
append(struct tree_builder *builder, const struct leaf_row *row)
{
    struct page *leaf = NULL;
    if (builder->level_count > 0)
        TRY(cache_own(builder->edit->store->cache, builder->edge[0], &leaf));
    if (leaf == NULL || !page_has_room(leaf, row->key, leaf_row_extra(row)))
        TRY(new_leaf(builder, row->key, &leaf));
    leaf_insert(leaf, leaf->slot_count, row);
    return ST_OK;
}

/* A row whose value is too long for the leaf. */
static enum status
append_long(struct tree_builder *builder, struct leaf_row row)
{
    /* The value's pages must be the last that were taken, to be undone: no run lies around them. */
    give_back_run(builder);
    struct overflow_stub stub;
    uint32_t taken_before = builder->edit->taken.count;
    TRY(overflow_write(builder->edit, row.value, &stub));
    row.value = slice_of(&stub, sizeof stub);
    row.is_overflow = true;
    enum status st = append(builder, &row);
    if (st != ST_OK) {
        give_back_run(builder);
        overflow_undo(builder->edit, taken_before);
    }
    return st;
}

enum status
tree_builder_add(struct tree_builder *builder, struct slice key, struct slice value)
{
    if (key.bytes == 0)
        return ST_INVALID;
    if (key.bytes > KEY_BYTES_MAX || value.bytes > VALUE_BYTES_MAX)
        return ST_LIMIT;
    if (builder->row_count > 0 && slice_compare(buf_slice(&builder->last_key), key) >= 0)
        return ST_INVALID;
    if (builder->last_key.capacity < KEY_BYTES_MAX &&
        buf_reserve(&builder->last_key, KEY_BYTES_MAX) == NULL)
        return ST_NO_MEMORY;
    struct leaf_row row = {.key = key, .value = value};
    if (value.bytes > leaf_value_bytes_max(key.bytes))
        TRY(append_long(builder, row));
    else
        TRY(append(builder, &row));
    buf_clear(&builder->last_key);
    buf_put_slice(&builder->last_key, key);
    builder->row_count++;
    return ST_OK;
}

static struct tree_root
root_so_far(const struct tree_builder *builder)
{
    struct tree_root root = {.row_count = builder->row_count};
    if (builder->level_count > 0)
        root.ref = builder->edge[builder->level_count - 1];
    return root;
}

static void
free_builder(struct tree_builder *builder)
{
    buf_deinit(&builder->last_key);
    mem_free(builder);
}

enum status
tree_builder_finish(struct tree_builder *builder, struct tree_root *root)
{
    give_back_run(builder);
    *root = root_so_far(builder);
    free_builder(builder);
    return ST_OK;
}

void
tree_builder_free(struct tree_builder *builder)
{
    if (builder == NULL)
        return;
    give_back_run(builder);
    struct tree_root root = root_so_far(builder);
    /* If a page cannot be read again the edit still has them all, and gives them back in the end.
     */
    if (tree_clear(builder->edit, &root, 0) != ST_OK)
        builder->row_count = 0;
    free_builder(builder);
}
