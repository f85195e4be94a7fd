/*
 * write_set.h: a transaction's own changes: an ordered map a tree, with versions by command.
 *
 * A tree's map is a list of keys in order, with an index of sorted blocks over it once it is long;
 * each key has its changes, newest first, numbered by the
 * command that made them, so that a reader asks for what was visible at a command. Keys are never
 * unlinked (a change that was rolled back leaves a key without changes), so a cursor may stand
 * anywhere while the map grows. Creating, clearing and dropping a tree starts a new *generation* of
 * it with an empty map; the generation says what lies below. All changes of all trees hang on one
 * chain in the order they were made, which is what rolling back to a savepoint walks.
 *
 * Memory comes from the transaction's arena and goes with it. One thread at a time.
 */
#pragma once

#include "base/arena.h"
#include "base/slice.h"
#include "base/status.h"
#include "store/page_ref.h"

#define WRITE_SET_LEVELS_MAX 8 /* of the index: blocks are half full at least */

/* What a tree's map lies upon. */
enum tree_base {
    BASE_SNAPSHOT, /* the tree in the snapshot */
    BASE_EMPTY,    /* nothing: the tree was created or cleared by the transaction */
    BASE_NONE,     /* nothing, and the tree itself is gone */
    BASE_PRIVATE,  /* a private tree, which has all changes: the map stays empty */
};

enum change_kind { CHANGE_PUT, CHANGE_DELETE, CHANGE_GENERATION };

/* Whether the key is in the tree below; found out when rows are counted. */
enum base_row { BASE_ROW_UNKNOWN, BASE_ROW_ABSENT, BASE_ROW_PRESENT };

struct change_key;
struct key_block; /* of the index */
struct changed_tree;
struct generation;
struct private_tree;

struct change {
    struct change *older; /* of the same key */
    struct change *undo;  /* what was changed before this, in any tree */
    union {
        struct change_key *key;
        struct changed_tree *tree; /* CHANGE_GENERATION */
    };
    uint8_t *value;
    uint32_t bytes;
    uint32_t command;
    uint8_t kind;
};

struct change_key {
    uint64_t head;         /* the first 8 bytes of the key, big-endian, zeros if it is shorter */
    struct change *newest; /* null: rolled back, nothing changed */
    struct change_key *prev, *next;
    struct generation *generation; /* that it is of */
    uint16_t key_bytes;
    uint8_t base_row;
    uint8_t bytes[]; /* [key_bytes] */
};

struct generation {
    struct generation *older;
    enum tree_base base;
    struct private_tree *private; /* BASE_PRIVATE */
    uint32_t command;             /* that began it */
    uint64_t key_count;
    /* What its visible changes add to the rows below: as of command counted_visible, up to the
     * change counted_mark of the chain, while nothing has been rolled back since. */
    int64_t counted_rows;
    struct change *counted_mark;
    uint32_t counted_visible;
    uint64_t counted_rollbacks;
    struct change_key *first, *last;
    struct key_block *index; /* null: few keys, found by walking the list */
    uint32_t level_count;    /* of the index */
};

struct changed_tree {
    struct changed_tree *next;
    tree_no tree;
    struct generation *newest; /* null: every one was rolled back */
};

struct write_set {
    struct arena *arena;
    struct changed_tree *trees, *last_found;
    struct change *newest; /* the chain's end */
    uint64_t rollback_count;
    uint64_t bytes; /* of keys and values held, an estimate of memory */
};

void write_set_init(struct write_set *set, struct arena *arena);

/* The tree's changes, or null. */
struct changed_tree *write_set_find(struct write_set *set, tree_no tree);

/*
 * Records a change by `command` (>= all before). The slices are copied. ST_NO_MEMORY: nothing has
 * changed. A put into a tree that was dropped is the caller's mistake (check).
 */
MUST_CHECK enum status write_set_put(struct write_set *set, tree_no tree, struct slice key,
                                     struct slice value, uint32_t command);
MUST_CHECK enum status write_set_delete(struct write_set *set, tree_no tree, struct slice key,
                                        uint32_t command);
/* Begins a new generation of the tree; `private`: for BASE_PRIVATE. */
MUST_CHECK enum status write_set_begin(struct write_set *set, tree_no tree, enum tree_base base,
                                       struct private_tree *private, uint32_t command);

/* Undoes what was changed after `mark`, a value that set->newest had. */
void write_set_rollback(struct write_set *set, struct change *mark);

/* The newest generation that began before command `visible`; null: the tree is as below. */
struct generation *write_set_generation(struct write_set *set, tree_no tree, uint32_t visible);

/* Exactly this key, the first one at or behind it, the last one before it; null if there is none.
 * A null `key.data` stands for the ends: the very first, the very last. */
struct change_key *generation_find(const struct generation *generation, struct slice key);
struct change_key *generation_seek(const struct generation *generation, struct slice key);
struct change_key *generation_seek_before(const struct generation *generation, struct slice key);

static inline struct slice
change_key_slice(const struct change_key *key)
{
    return slice_of(key->bytes, key->key_bytes);
}

/* The newest change of the key made before command `visible`; null if there is none. */
static inline const struct change *
change_visible(const struct change_key *key, uint32_t visible)
{
    const struct change *change = key->newest;
    while (change != NULL && change->command >= visible)
        change = change->older;
    return change;
}
