/*
 * write_set.c: the maps of a write set.
 *
 * Keys stand in a list that is in order, and never move, so cursors need no protection against the
 * changes that their own statement makes. A map of few keys is walked. A longer one has an index, a
 * B+tree in memory: blocks of sorted entries, each a key's first 8 bytes and its place, so that a
 * search reads a few neighbouring cache lines a level where a skip list would follow some twenty
 * links, and seldom reads a key but the one it looks for. Entries are never taken out, so there
 * is no merging. A block's first key is its least for ever, but on the left edge: what is before
 * all others goes to the first child, whatever its key says. Rising keys fill blocks to the brim.
 *
 *   W1  keys of a generation are in strictly rising order along the list, and the index has each
 *   W2  a key's changes are in falling order of command, one a command
 *   W3  the chain from write_set.newest over `undo` holds each change that is in force, and no
 *       other
 */
#include "txn/write_set.h"
#include "base/bytes.h"
#include "base/check.h"
#include <stddef.h>

#define BLOCK_KEYS 64u
#define WALKED_KEYS_MAX 8u

struct key_block {
    uint32_t count;
    uint64_t heads[BLOCK_KEYS];
    struct change_key *keys[BLOCK_KEYS];    /* of a child: its first */
    struct key_block *children[BLOCK_KEYS]; /* only above the lowest level */
};

static struct changed_tree *tree_make(struct write_set *set, tree_no tree);
static enum status generation_change(struct write_set *set, struct generation *generation,
                                     struct slice key, struct change *change);

void
write_set_init(struct write_set *set, struct arena *arena)
{
    *set = (struct write_set){.arena = arena};
}

struct changed_tree *
write_set_find(struct write_set *set, tree_no tree)
{
    struct changed_tree *found = set->last_found;
    if (found != NULL && found->tree == tree)
        return found;
    for (found = set->trees; found != NULL; found = found->next) {
        if (found->tree == tree) {
            set->last_found = found;
            return found;
        }
    }
    return NULL;
}

static struct changed_tree *
tree_make(struct write_set *set, tree_no tree)
{
    struct changed_tree *found = write_set_find(set, tree);
    if (found != NULL)
        return found;
    found = arena_alloc(set->arena, sizeof *found);
    if (found == NULL)
        return NULL;
    *found = (struct changed_tree){.next = set->trees, .tree = tree};
    set->trees = found;
    set->last_found = found;
    return found;
}

static struct generation *
generation_make(struct write_set *set, enum tree_base base, struct private_tree *private,
                uint32_t command)
{
    struct generation *generation = arena_alloc(set->arena, sizeof *generation);
    if (generation == NULL)
        return NULL;
    *generation = (struct generation){.base = base, .private = private, .command = command};
    return generation;
}

enum status
write_set_begin(struct write_set *set, tree_no tree, enum tree_base base,
                struct private_tree *private, uint32_t command)
{
    struct changed_tree *changed = tree_make(set, tree);
    struct generation *generation = generation_make(set, base, private, command);
    struct change *change = arena_alloc(set->arena, sizeof *change);
    if (changed == NULL || generation == NULL || change == NULL)
        return ST_NO_MEMORY;

    *change = (struct change){
        .undo = set->newest, .tree = changed, .command = command, .kind = CHANGE_GENERATION};
    set->newest = change;
    generation->older = changed->newest;
    changed->newest = generation;
    return ST_OK;
}

/* The generation that changes go to. */
static enum status
generation_own(struct write_set *set, tree_no tree, uint32_t command,
               struct generation **generation)
{
    struct changed_tree *changed = tree_make(set, tree);
    if (changed == NULL)
        return ST_NO_MEMORY;
    if (changed->newest == NULL)
        TRY(write_set_begin(set, tree, BASE_SNAPSHOT, NULL, command));
    *generation = changed->newest;
    check(*generation != NULL);
    check((*generation)->base != BASE_NONE && (*generation)->base != BASE_PRIVATE);
    return ST_OK;
}

static struct change *
change_make(struct write_set *set, struct slice value, enum change_kind kind, uint32_t command)
{
    struct change *change = arena_alloc(set->arena, sizeof *change + value.bytes);
    if (change == NULL)
        return NULL;
    *change = (struct change){.value = (uint8_t *)(change + 1),
                              .bytes = (uint32_t)value.bytes,
                              .command = command,
                              .kind = (uint8_t)kind};
    if (value.bytes != 0)
        memcpy(change->value, value.data, value.bytes);
    return change;
}

enum status
write_set_put(struct write_set *set, tree_no tree, struct slice key, struct slice value,
              uint32_t command)
{
    struct generation *generation;
    TRY(generation_own(set, tree, command, &generation));
    struct change *change = change_make(set, value, CHANGE_PUT, command);
    if (change == NULL)
        return ST_NO_MEMORY;
    return generation_change(set, generation, key, change);
}

enum status
write_set_delete(struct write_set *set, tree_no tree, struct slice key, uint32_t command)
{
    struct generation *generation;
    TRY(generation_own(set, tree, command, &generation));
    struct change *change = change_make(set, slice_of(NULL, 0), CHANGE_DELETE, command);
    if (change == NULL)
        return ST_NO_MEMORY;
    return generation_change(set, generation, key, change);
}

/* ---- keys in order ---- */

static uint64_t
key_head(struct slice key)
{
    uint8_t bytes[8] = {0};
    if (key.bytes >= 8)
        return be64_get(key.data);
    if (key.bytes != 0)
        memcpy(bytes, key.data, key.bytes);
    return be64_get(bytes);
}

static inline bool
is_before(const struct change_key *node, uint64_t head, struct slice key)
{
    if (node->head != head)
        return node->head < head;
    return slice_compare(change_key_slice(node), key) < 0;
}

/* The place in the block of the first key >= `key`; count: there is none. */
static inline uint32_t
block_seek(const struct key_block *block, uint64_t head, struct slice key)
{
    uint32_t low = 0, high = block->count;
    while (low < high) {
        uint32_t middle = (low + high) / 2;
        bool is_less = block->heads[middle] != head
                           ? block->heads[middle] < head
                           : slice_compare(change_key_slice(block->keys[middle]), key) < 0;
        if (is_less)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/* The child that the key belongs to: the last one whose first key is not behind it. */
static inline uint32_t
block_child(const struct key_block *block, uint64_t head, struct slice key)
{
    uint32_t at = block_seek(block, head, key);
    if (at < block->count && block->heads[at] == head &&
        slice_equal(change_key_slice(block->keys[at]), key))
        return at;
    return at == 0 ? 0 : at - 1;
}

/* A way down the index: block and place on each level, 0 the lowest. */
struct index_path {
    struct key_block *blocks[WRITE_SET_LEVELS_MAX];
    uint32_t at[WRITE_SET_LEVELS_MAX];
    bool is_end; /* behind all keys */
};

/* To the first key >= `key`. */
static void
path_find(const struct generation *generation, struct slice key, uint64_t head,
          struct index_path *path)
{
    struct key_block *block = generation->index;
    path->is_end = false;
    for (uint32_t level = generation->level_count; level-- > 0;) {
        path->blocks[level] = block;
        path->at[level] = level == 0 ? block_seek(block, head, key) : block_child(block, head, key);
        if (level != 0)
            block = block->children[path->at[level]];
    }
}

/* To behind the last key. */
static void
path_end(const struct generation *generation, struct index_path *path)
{
    struct key_block *block = generation->index;
    path->is_end = true;
    for (uint32_t level = generation->level_count; level-- > 0;) {
        path->blocks[level] = block;
        path->at[level] = level == 0 ? block->count : block->count - 1;
        if (level != 0)
            block = block->children[path->at[level]];
    }
}

static struct key_block *
block_new(struct write_set *set, uint32_t level)
{
    size_t bytes = level == 0 ? offsetof(struct key_block, children) : sizeof(struct key_block);
    struct key_block *block = arena_alloc(set->arena, bytes);
    if (block != NULL)
        block->count = 0;
    set->bytes += block == NULL ? 0 : bytes;
    return block;
}

static void
block_insert(struct key_block *block, uint32_t at, struct change_key *key, struct key_block *child)
{
    uint32_t behind = block->count - at;
    memmove(&block->heads[at + 1], &block->heads[at], behind * sizeof block->heads[0]);
    memmove(&block->keys[at + 1], &block->keys[at], behind * sizeof block->keys[0]);
    block->heads[at] = key->head;
    block->keys[at] = key;
    if (child != NULL) {
        memmove(&block->children[at + 1], &block->children[at], behind * sizeof block->children[0]);
        block->children[at] = child;
    }
    block->count++;
}

/* Moves the entries from `from` on to the empty block `to`. */
static void
block_move(struct key_block *block, uint32_t from, bool has_children, struct key_block *to)
{
    to->count = block->count - from;
    memcpy(to->heads, &block->heads[from], to->count * sizeof to->heads[0]);
    memcpy(to->keys, &block->keys[from], to->count * sizeof to->keys[0]);
    if (has_children)
        memcpy(to->children, &block->children[from], to->count * sizeof to->children[0]);
    block->count = from;
}

/* The new blocks that an insertion at the path will need. */
static enum status
spares_make(struct write_set *set, const struct generation *generation,
            const struct index_path *path, struct key_block *spares[])
{
    uint32_t level = 0;
    for (; level < generation->level_count && path->blocks[level]->count == BLOCK_KEYS; level++) {
        spares[level] = block_new(set, level);
        if (spares[level] == NULL)
            return ST_NO_MEMORY;
    }
    if (level < generation->level_count)
        return ST_OK;
    if (level == WRITE_SET_LEVELS_MAX)
        return ST_LIMIT;
    spares[level] = block_new(set, level);
    return spares[level] == NULL ? ST_NO_MEMORY : ST_OK;
}

/* Puts the key where the path leads, splitting full blocks with the spares. */
static void
index_insert(struct generation *generation, struct index_path *path, struct change_key *key,
             struct key_block *spares[])
{
    struct key_block *child = NULL;
    for (uint32_t level = 0; level < generation->level_count; level++) {
        struct key_block *block = path->blocks[level];
        uint32_t at = path->at[level] + (level != 0);
        if (block->count < BLOCK_KEYS) {
            block_insert(block, at, key, child);
            return;
        }
        /* Behind all others: the full block stays so, as rising keys leave it. */
        struct key_block *right = spares[level];
        uint32_t half = path->is_end ? BLOCK_KEYS : BLOCK_KEYS / 2;
        block_move(block, half, level != 0, right);
        if (at >= half)
            block_insert(right, at - half, key, child);
        else
            block_insert(block, at, key, child);
        key = right->keys[0];
        child = right;
    }
    struct key_block *root = spares[generation->level_count];
    struct key_block *left = generation->index;
    block_insert(root, 0, left->keys[0], left);
    block_insert(root, 1, key, child);
    generation->index = root;
    generation->level_count++;
}

/* The list has become long: its keys into the first block. */
static enum status
index_begin(struct write_set *set, struct generation *generation)
{
    struct key_block *block = block_new(set, 0);
    if (block == NULL)
        return ST_NO_MEMORY;
    for (struct change_key *key = generation->first; key != NULL; key = key->next)
        block_insert(block, block->count, key, NULL);
    generation->index = block;
    generation->level_count = 1;
    return ST_OK;
}

static struct change_key *
key_make(struct write_set *set, struct slice key, uint64_t head)
{
    struct change_key *node = arena_alloc(set->arena, sizeof *node + key.bytes);
    if (node == NULL)
        return NULL;
    *node = (struct change_key){.head = head, .key_bytes = (uint16_t)key.bytes};
    memcpy(node->bytes, key.data, key.bytes);
    return node;
}

static void
key_link(struct generation *generation, struct change_key *node, struct change_key *before)
{
    node->generation = generation;
    node->prev = before;
    node->next = before == NULL ? generation->first : before->next;
    *(before == NULL ? &generation->first : &before->next) = node;
    *(node->next == NULL ? &generation->last : &node->next->prev) = node;
    generation->key_count++;
}

/* Pushes `change` on the key's changes, or puts it in the place of one by the same command. */
static void
key_push(struct write_set *set, struct change_key *node, struct change *change)
{
    struct change *newest = node->newest;
    set->bytes += change->bytes + sizeof *change;
    if (newest != NULL && newest->command == change->command) {
        newest->kind = change->kind;
        newest->value = change->value;
        newest->bytes = change->bytes;
        return;
    }
    change->key = node;
    change->older = newest;
    change->undo = set->newest;
    node->newest = change;
    set->newest = change;
}

/* The first key >= `key` as the path says that leads to it; null: none. */
static struct change_key *
path_key(const struct index_path *path)
{
    const struct key_block *block = path->blocks[0];
    uint32_t at = path->at[0];
    return at < block->count ? block->keys[at] : block->keys[at - 1]->next;
}

/* The first key >= `key`; *path leads to it, if there is an index. */
static struct change_key *
seek(const struct generation *generation, struct slice key, struct index_path *path)
{
    uint64_t head = key_head(key);
    if (generation->index != NULL) {
        path_find(generation, key, head, path);
        return path_key(path);
    }
    struct change_key *node = generation->first;
    while (node != NULL && is_before(node, head, key))
        node = node->next;
    return node;
}

static enum status
generation_change(struct write_set *set, struct generation *generation, struct slice key,
                  struct change *change)
{
    check(key.bytes != 0 && key.bytes <= UINT16_MAX);
    uint64_t head = key_head(key);
    struct index_path path;
    struct key_block *spares[WRITE_SET_LEVELS_MAX + 1];
    struct change_key *before = generation->last;
    if (generation->index == NULL && generation->key_count == WALKED_KEYS_MAX)
        TRY(index_begin(set, generation));
    if (before == NULL || is_before(before, head, key)) {
        path_end(generation, &path); /* rising keys: behind all others */
    } else {
        struct change_key *found = seek(generation, key, &path);
        if (found->head == head && slice_equal(change_key_slice(found), key)) {
            key_push(set, found, change);
            return ST_OK;
        }
        before = found->prev;
    }

    struct change_key *node = key_make(set, key, head);
    if (node == NULL)
        return ST_NO_MEMORY;
    if (generation->index != NULL) {
        TRY(spares_make(set, generation, &path, spares));
        index_insert(generation, &path, node, spares);
    }
    key_link(generation, node, before);
    set->bytes += sizeof *node + key.bytes;
    key_push(set, node, change);
    return ST_OK;
}

void
write_set_rollback(struct write_set *set, struct change *mark)
{
    while (set->newest != mark) {
        struct change *change = set->newest;
        check(change != NULL);
        set->newest = change->undo;
        if (change->kind == CHANGE_GENERATION) {
            change->tree->newest = change->tree->newest->older;
        } else {
            check(change->key->newest == change);
            change->key->newest = change->older;
        }
    }
    set->rollback_count++;
}

/* ---- looking ---- */

struct generation *
write_set_generation(struct write_set *set, tree_no tree, uint32_t visible)
{
    struct changed_tree *changed = write_set_find(set, tree);
    if (changed == NULL)
        return NULL;
    struct generation *generation = changed->newest;
    while (generation != NULL && generation->command >= visible)
        generation = generation->older;
    return generation;
}

struct change_key *
generation_find(const struct generation *generation, struct slice key)
{
    struct index_path path;
    if (generation->last == NULL || is_before(generation->last, key_head(key), key))
        return NULL; /* rising keys are looked for before they are put */
    struct change_key *found = seek(generation, key, &path);
    return found != NULL && slice_equal(change_key_slice(found), key) ? found : NULL;
}

struct change_key *
generation_seek(const struct generation *generation, struct slice key)
{
    struct index_path path;
    return key.data == NULL ? generation->first : seek(generation, key, &path);
}

struct change_key *
generation_seek_before(const struct generation *generation, struct slice key)
{
    struct index_path path;
    if (key.data == NULL)
        return generation->last;
    const struct change_key *found = seek(generation, key, &path);
    return found == NULL ? generation->last : found->prev;
}
