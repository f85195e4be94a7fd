/*
 * write_set.c: the skip lists of a write set.
 *
 * Why a skip list: keys never move, so cursors need no protection against the changes that their
 * own statement makes; rising keys append in O(1) by the tails; and a look-up in the small sets of
 * usual transactions touches a handful of cache lines. Keys carry their first 8 bytes in the node,
 * so most comparisons read nothing else.
 *
 *   W1  keys of a generation are in strictly rising order along every level
 *   W2  a key's changes are in falling order of command, one a command
 *   W3  the chain from write_set.newest over `undo` holds each change that is in force, and no
 * other
 */
#include "txn/write_set.h"
#include "base/bytes.h"
#include "base/check.h"

static struct changed_tree *tree_make(struct write_set *set, tree_no tree);
static enum status generation_change(struct write_set *set, struct generation *generation,
                                     struct slice key, struct change *change);

void
write_set_init(struct write_set *set, struct arena *arena)
{
    *set = (struct write_set){.arena = arena, .random = 0x9e3779b97f4a7c15u};
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
    for (uint32_t i = 0; i < WRITE_SET_LEVELS_MAX; i++)
        generation->tails[i] = &generation->first[i];
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

/* ---- the skip list ---- */

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

static uint32_t
random_level_count(struct write_set *set)
{
    set->random ^= set->random << 13;
    set->random ^= set->random >> 7;
    set->random ^= set->random << 17;
    /* Two bits a level, both zero to rise. */
    uint32_t zeros = (uint32_t)__builtin_ctzll(set->random | (1ull << 62)) / 2;
    return zeros + 1 < WRITE_SET_LEVELS_MAX ? zeros + 1 : WRITE_SET_LEVELS_MAX;
}

/*
 * Fills links[level] with the place of the link that leads to the first key >= `key`, on every
 * level, and *before with the last key before it.
 */
static void
links_find(struct generation *generation, struct slice key, uint64_t head,
           struct change_key **links[], struct change_key **before)
{
    struct change_key **next = generation->first;
    *before = NULL;
    for (uint32_t level = WRITE_SET_LEVELS_MAX; level-- > 0;) {
        if (level >= generation->level_count) {
            links[level] = &generation->first[level];
            continue;
        }
        while (next[level] != NULL && is_before(next[level], head, key)) {
            *before = next[level];
            next = next[level]->next;
        }
        links[level] = &next[level];
    }
}

static struct change_key *
key_make(struct write_set *set, struct slice key, uint64_t head)
{
    uint32_t levels = random_level_count(set);
    struct change_key *node =
        arena_alloc(set->arena, sizeof *node + levels * sizeof(node->next[0]) + key.bytes);
    if (node == NULL)
        return NULL;
    *node = (struct change_key){
        .head = head, .key_bytes = (uint16_t)key.bytes, .level_count = (uint8_t)levels};
    if (key.bytes != 0)
        memcpy(&node->next[levels], key.data, key.bytes);
    return node;
}

static void
key_link(struct generation *generation, struct change_key *node, struct change_key **links[],
         struct change_key *before)
{
    node->prev = before;
    node->generation = generation;
    for (uint32_t level = 0; level < node->level_count; level++) {
        node->next[level] = *links[level];
        *links[level] = node;
        if (node->next[level] == NULL)
            generation->tails[level] = &node->next[level];
    }
    if (node->next[0] != NULL)
        node->next[0]->prev = node;
    else
        generation->last = node;
    if (node->level_count > generation->level_count)
        generation->level_count = node->level_count;
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

static enum status
generation_change(struct write_set *set, struct generation *generation, struct slice key,
                  struct change *change)
{
    check(key.bytes != 0 && key.bytes <= UINT16_MAX);
    uint64_t head = key_head(key);
    struct change_key **links[WRITE_SET_LEVELS_MAX], *before;
    struct change_key ***places = links;
    if (generation->last == NULL || is_before(generation->last, head, key)) {
        places = generation->tails; /* rising keys: behind all others */
        before = generation->last;
    } else {
        links_find(generation, key, head, links, &before);
        struct change_key *found = *links[0];
        if (found != NULL && found->head == head && slice_equal(change_key_slice(found), key)) {
            key_push(set, found, change);
            return ST_OK;
        }
    }

    struct change_key *node = key_make(set, key, head);
    if (node == NULL)
        return ST_NO_MEMORY;
    key_link(generation, node, places, before);
    set->bytes += sizeof *node + 2 * sizeof(void *) + key.bytes;
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

/* The first key >= `key`, and the one before it. */
static struct change_key *
seek(const struct generation *generation, struct slice key, struct change_key **before)
{
    uint64_t head = key_head(key);
    struct change_key *const *next = generation->first;
    *before = NULL;
    for (uint32_t level = generation->level_count; level-- > 0;) {
        while (next[level] != NULL && is_before(next[level], head, key)) {
            *before = next[level];
            next = next[level]->next;
        }
    }
    return next[0];
}

struct change_key *
generation_find(const struct generation *generation, struct slice key)
{
    struct change_key *before;
    if (generation->last == NULL || is_before(generation->last, key_head(key), key))
        return NULL; /* rising keys are looked for before they are put */
    struct change_key *found = seek(generation, key, &before);
    return found != NULL && slice_equal(change_key_slice(found), key) ? found : NULL;
}

struct change_key *
generation_seek(const struct generation *generation, struct slice key)
{
    struct change_key *before;
    return key.data == NULL ? generation->first[0] : seek(generation, key, &before);
}

struct change_key *
generation_seek_before(const struct generation *generation, struct slice key)
{
    if (key.data == NULL)
        return generation->last;
    struct change_key *before;
    (void)seek(generation, key, &before);
    return before;
}
