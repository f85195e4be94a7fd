/*
 * private.c: private trees begun, changed, rolled back and handed over.
 *
 *   V1  a page of the edit whose birth is before edit.birth is never changed: some version, or the
 *       base, may reach it
 *   V2  edit.retired holds pages of the base that the root no longer reaches, and pages of the
 *       edit's own that only versions reach; the latter go back when the versions are dropped
 *   V3  births are drawn from the file's moments, so they are before that of the group that adopts
 */
#include "txn/private.h"
#include "base/bytes.h"
#include "base/check.h"
#include "txn/record.h"
#include "txn/txn_int.h"

/* The objects of the user: the catalog's own trees stay in write sets. */
#define FIRST_TREE 16384u
#define ROWS_AN_EPOCH 256u

static enum status version_make(struct private_tree *own);
static bool is_in_force(const struct private_tree *own, bool is_newest);

static birth_seq
new_birth(struct db *db)
{
    return atomic_fetch_add(&db->last_moment, 1) + 1;
}

/* ---- beginning ---- */

/* Keeps other writers off all tables that the transaction writes; ST_LOCK_BUSY: some are at it. */
static enum status
lock_out_writers(struct txn *txn, tree_no tree)
{
    TRY(txn_lock_table(txn, tree, TABLE_EXCLUSIVE, LOCK_NOWAIT));
    for (uint32_t i = 0; i < txn->table_hold_count; i++) {
        if ((txn->table_holds[i].modes >> TABLE_ROW_EXCLUSIVE & 1) != 0)
            TRY(txn_lock_table(txn, txn->table_holds[i].tree, TABLE_EXCLUSIVE, LOCK_NOWAIT));
    }
    return ST_OK;
}

/* Finds what the private tree begins from. ST_CONFLICT: the transaction's snapshot is not the
 * newest state, and must not move. */
static enum status
base_find(struct private_tree *own, const struct generation *generation)
{
    struct txn *txn = own->txn;
    struct store *store = txn->db->store;
    snapshot_take(own->base, txn->branch);
    own->is_replacing = generation != NULL && generation->base == BASE_EMPTY;
    if (own->is_replacing)
        return ST_OK;
    snapshot_enter(own->base);
    enum status st = snapshot_root(own->base, store, own->tree, &own->base_root);
    snapshot_leave(own->base);
    if (st == ST_NOT_FOUND)
        st = ST_OK;
    if (st == ST_OK && txn->options.isolation != ISOLATION_READ_COMMITTED) {
        struct tree_root seen = {0};
        st = snapshot_root(txn_statement(txn)->snapshot, store, own->tree, &seen);
        if (st == ST_NOT_FOUND)
            st = ST_OK;
        if (st == ST_OK && !page_ref_equal(seen.ref, own->base_root.ref))
            st = ST_CONFLICT;
    }
    own->root = own->base_root;
    return st;
}

static enum status
tree_change(struct private_tree *own, struct slice key, const struct slice *value)
{
    reader_enter(own->edit.reader);
    enum status st = value != NULL ? tree_put(&own->edit, &own->root, key, *value, PUT_UPSERT)
                                   : tree_delete(&own->edit, &own->root, key);
    reader_leave(own->edit.reader);
    return st == ST_NOT_FOUND ? ST_OK : st;
}

/* Puts the newest changes of the write set into the tree. */
static enum status
changes_move(struct private_tree *own, const struct generation *generation)
{
    if (generation == NULL)
        return ST_OK;
    for (struct change_key *key = generation->first; key != NULL; key = key->next) {
        if (key->newest == NULL)
            continue;
        struct slice value = slice_of(key->newest->value, key->newest->bytes);
        TRY(tree_change(own, change_key_slice(key),
                        key->newest->kind == CHANGE_PUT ? &value : NULL));
    }
    return ST_OK;
}

static void
private_free(struct private_tree *own)
{
    if (!own->adoption.is_adopted)
        edit_drop(&own->edit);
    edit_deinit(&own->edit);
    snapshot_free(own->base);
}

/* All that can fail on the way; what was made is freed by the caller. */
static enum status
private_fill(struct private_tree *own)
{
    struct txn *txn = own->txn;
    const struct changed_tree *changed = write_set_find(&txn->set, own->tree);
    const struct generation *newest = changed == NULL ? NULL : changed->newest;
    TRY(base_find(own, newest));
    own->first_birth = new_birth(txn->db);
    own->edit.birth = own->first_birth;
    TRY(changes_move(own, newest));
    return write_set_begin(&txn->set, own->tree, BASE_PRIVATE, own, txn->command);
}

/* Writers are locked out. On failure everything is as before. */
static enum status
private_make(struct txn *txn, tree_no tree)
{
    struct private_tree *own = arena_alloc_zero(txn->arena, sizeof *own);
    if (own == NULL)
        return ST_NO_MEMORY;
    TRY(snapshot_new(txn->db->store, &own->base));
    own->txn = txn;
    own->tree = tree;
    own->command = txn->command;
    edit_init(&own->edit, txn->db->store, own->base->reader, 0);
    enum status st = private_fill(own);
    if (st != ST_OK) {
        private_free(own);
        return st;
    }
    own->next = txn->privates;
    txn->privates = own;
    return ST_OK;
}

void
private_begin(struct txn *txn, struct changed_tree *tree)
{
    /* Whatever comes of it, not again before the write set has grown as much. */
    txn->set.bytes = 0;
    if (tree->tree < FIRST_TREE || txn->statement_count == 0)
        return;
    if (lock_out_writers(txn, tree->tree) != ST_OK)
        return;
    if (private_make(txn, tree->tree) != ST_OK)
        return; /* the write set grows on */
}

/* ---- bulk loads ---- */

struct private_tree *
private_of(const struct txn *txn, tree_no tree)
{
    const struct private_tree *own = txn->privates;
    while (own != NULL && (own->tree != tree || !is_in_force(own, true)))
        own = own->next;
    return (struct private_tree *)(uintptr_t)own;
}

bool
txn_is_bulk(const struct txn *txn, tree_no tree)
{
    const struct txn *owner = tree >= TREE_TEMP_FIRST && txn->temp != NULL ? txn->temp : txn;
    return private_of(owner, tree) != NULL;
}

enum status
txn_bulk_begin(struct txn *txn, tree_no table, tree_no tree)
{
    txn = txn_for(txn, tree);
    if (txn->options.is_read_only)
        return ST_READ_ONLY;
    TRY(txn_lock_table(txn, table, TABLE_EXCLUSIVE, LOCK_NOWAIT));
    return private_of(txn, tree) != NULL ? ST_OK : private_make(txn, tree);
}

enum status
txn_insert_many(struct txn *txn, tree_no tree, const struct slice *keys, const struct slice *values,
                uint32_t count, uint32_t *done)
{
    txn = txn_for(txn, tree);
    struct private_tree *own = private_of(txn, tree);
    check(own != NULL);
    TRY(version_make(own));
    enum status st = ST_OK;
    for (*done = 0; st == ST_OK && *done < count;) {
        uint32_t left = count - *done, step = left < ROWS_AN_EPOCH ? left : ROWS_AN_EPOCH, put;
        reader_enter(own->edit.reader);
        st = tree_put_many(&own->edit, &own->root, keys + *done, values + *done, step, PUT_INSERT,
                           &put);
        reader_leave(own->edit.reader);
        *done += put;
    }
    return st;
}

/* ---- versions ---- */

/* Gives back the own pages that only versions reach (V2). */
static void
versions_drop(struct private_tree *own)
{
    struct page_refs *retired = &own->edit.retired;
    uint32_t kept = 0;
    for (uint32_t i = 0; i < retired->count; i++) {
        if (retired->refs[i].birth >= own->first_birth)
            edit_give_back(&own->edit, retired->refs[i]);
        else
            retired->refs[kept++] = retired->refs[i];
    }
    retired->count = kept;
    while (own->versions != NULL) {
        struct private_version *version = own->versions;
        own->versions = version->older;
        version->older = own->spare;
        own->spare = version;
    }
}

/* Before the first change of a command: keeps the root as it is. */
static enum status
version_make(struct private_tree *own)
{
    struct txn *txn = own->txn;
    if (own->command == txn->command)
        return ST_OK;
    if (txn->cursors == NULL && txn->view_count == 0 && txn->savepoint == NULL &&
        txn->statement_count <= 1)
        versions_drop(own);
    if (own->versions == NULL && txn->savepoint == NULL && txn->has_ended_reading) {
        own->command = txn->command; /* nobody looks at what was before */
        return ST_OK;
    }
    struct private_version *version = own->spare;
    if (version != NULL)
        own->spare = version->older;
    else
        version = arena_alloc(txn->arena, sizeof *version);
    if (version == NULL)
        return ST_NO_MEMORY;
    *version = (struct private_version){.older = own->versions,
                                        .command = txn->command,
                                        .retired_count = own->edit.retired.count,
                                        .birth = own->edit.birth,
                                        .root = own->root};
    own->versions = version;
    own->edit.birth = new_birth(txn->db);
    own->command = txn->command;
    return ST_OK;
}

enum status
private_put(struct private_tree *own, struct slice key, struct slice value)
{
    TRY(version_make(own));
    return tree_change(own, key, &value);
}

enum status
private_delete(struct private_tree *own, struct slice key)
{
    TRY(version_make(own));
    return tree_change(own, key, NULL);
}

struct tree_root
private_root(const struct private_tree *own, uint32_t visible)
{
    struct tree_root root = own->root;
    for (const struct private_version *v = own->versions; v != NULL && v->command >= visible;
         v = v->older)
        root = v->root;
    return root;
}

/* Whether the tree's newest generations lead to this private tree. */
static bool
is_in_force(const struct private_tree *own, bool is_newest)
{
    const struct changed_tree *tree = write_set_find(&own->txn->set, own->tree);
    const struct generation *generation = tree->newest;
    while (!is_newest && generation != NULL && generation->private != own)
        generation = generation->older;
    return generation != NULL && generation->private == own;
}

static void
private_rollback(struct private_tree *own, uint32_t command)
{
    struct edit *edit = &own->edit;
    while (own->versions != NULL && own->versions->command >= command) {
        struct private_version *version = own->versions;
        own->root = version->root;
        edit->retired.count = version->retired_count;
        edit->birth = version->birth;
        own->versions = version->older;
        version->older = own->spare;
        own->spare = version;
    }
    for (uint32_t i = edit->taken.count; i > 0; i--) {
        struct page_ref ref = edit->taken.refs[i - 1];
        if (ref.birth > edit->birth)
            edit_give_back(edit, ref);
    }
    if (own->command >= command)
        own->command = command - 1;
}

void
privates_rollback(struct txn *txn, uint32_t command)
{
    struct private_tree **at = &txn->privates;
    while (*at != NULL) {
        struct private_tree *own = *at;
        if (is_in_force(own, false)) {
            private_rollback(own, command);
            at = &own->next;
        } else {
            *at = own->next;
            private_free(own);
        }
    }
}

/* ---- commit ---- */

struct row_writer {
    struct buf *to;
    uint32_t count;
};

static enum status
row_write(void *object, struct slice key, struct slice before, struct slice after)
{
    (void)before;
    struct row_writer *writer = object;
    struct buf *to = writer->to;
    record_put_varint(to, (uint64_t)key.bytes << 1 | (after.data == NULL));
    buf_put_slice(to, key);
    if (after.data != NULL) {
        record_put_varint(to, after.bytes);
        buf_put_slice(to, after);
    }
    writer->count++;
    return to->is_failed ? ST_NO_MEMORY : ST_OK;
}

/* The tree's part of the log as rows. */
static enum status
put_rows(struct private_tree *own, struct buf *to)
{
    record_put_u64(to, own->tree);
    buf_put_u8(to, own->is_replacing ? BASE_EMPTY : BASE_SNAPSHOT);
    size_t count_at = to->bytes;
    record_put_u32(to, 0);
    struct row_writer writer = {.to = to};
    struct reader *reader = own->edit.reader;
    reader_enter(reader);
    enum status st =
        tree_diff(own->txn->db->store, reader, &own->base_root, &own->root, row_write, &writer);
    reader_leave(reader);
    if (st == ST_OK && to->is_failed)
        st = ST_NO_MEMORY;
    if (st == ST_OK)
        le32_set(to->data + count_at, writer.count);
    return st;
}

/* The tree's part of the log as a list of its pages, which are durable by now and in order. */
static enum status
put_named(struct private_tree *own, struct buf *to)
{
    TRY(edit_write(&own->edit));
    uint8_t root[ROOT_BYTES];
    root_encode(&own->root, root);
    record_put_u64(to, own->tree);
    buf_put_u8(to, BASE_PRIVATE);
    buf_put(to, root, sizeof root);
    size_t count_at = to->bytes;
    record_put_u32(to, 0);
    const struct page_refs *taken = &own->edit.taken;
    uint32_t extents = 0;
    for (uint32_t i = 0; i < taken->count;) {
        uint32_t run = 1;
        while (i + run < taken->count && taken->refs[i + run].page == taken->refs[i].page + run)
            run++;
        record_put_u64(to, taken->refs[i].page);
        record_put_u32(to, run);
        extents++;
        i += run;
    }
    if (to->is_failed)
        return ST_NO_MEMORY;
    le32_set(to->data + count_at, extents);
    return ST_OK;
}

static enum status
private_hand_over(struct private_tree *own, struct buf *to)
{
    struct txn *txn = own->txn;
    bool is_named = txn->db->has_device && own->base_root.ref.page == PAGE_NONE;
    own->adoption = (struct adoption){.next = txn->adoptions,
                                      .tree = own->tree,
                                      .edit = &own->edit,
                                      .first_birth = own->first_birth,
                                      .is_replacing = own->is_replacing,
                                      .is_named = is_named,
                                      .base = own->base_root,
                                      .root = own->root};
    if (is_named)
        TRY(put_named(own, to));
    else if (txn->db->has_device)
        TRY(put_rows(own, to));
    txn->adoptions = &own->adoption;
    return ST_OK;
}

enum status
privates_put(struct txn *txn, struct buf *to, bool is_by_rows)
{
    txn->adoptions = NULL;
    for (struct private_tree *own = txn->privates; own != NULL; own = own->next) {
        if (!is_in_force(own, true))
            continue;
        versions_drop(own);
        TRY(is_by_rows ? put_rows(own, to) : private_hand_over(own, to));
    }
    return ST_OK;
}

void
privates_end(struct txn *txn)
{
    while (txn->privates != NULL) {
        struct private_tree *own = txn->privates;
        txn->privates = own->next;
        private_free(own);
    }
    txn->adoptions = NULL;
}
