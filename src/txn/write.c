/*
 * write.c: puts, deletes and whole trees, into the write set.
 */
#include "txn/private.h"
#include "txn/txn_int.h"

static enum status
write_check(const struct txn *txn, struct slice key, size_t value_bytes)
{
    if (txn->options.is_read_only)
        return ST_READ_ONLY;
    if (key.bytes == 0 || key.bytes > KEY_BYTES_MAX || value_bytes > VALUE_BYTES_MAX)
        return ST_LIMIT;
    return ST_OK;
}

/* The private tree that the tree's changes go to, or null. */
static struct private_tree *
private_find(struct txn *txn, tree_no tree)
{
    if (LIKELY(txn->privates == NULL))
        return NULL;
    const struct changed_tree *own = write_set_find(&txn->set, tree);
    return own != NULL && own->newest != NULL ? own->newest->private : NULL;
}

/* Keeps the write set within its memory, if it can. */
static void
set_bound(struct txn *txn, tree_no tree)
{
    if (UNLIKELY(txn->set.bytes > txn->db->options.write_set_bytes))
        private_begin(txn, write_set_find(&txn->set, tree));
}

enum status
txn_put(struct txn *txn, tree_no tree, struct slice key, struct slice value)
{
    txn = txn_for(txn, tree);
    TRY(write_check(txn, key, value.bytes));
    struct private_tree *private = private_find(txn, tree);
    if (private != NULL)
        return private_put(private, key, value);
    TRY(write_set_put(&txn->set, tree, key, value, txn->command));
    set_bound(txn, tree);
    return ST_OK;
}

enum status
txn_delete(struct txn *txn, tree_no tree, struct slice key)
{
    txn = txn_for(txn, tree);
    TRY(write_check(txn, key, 0));
    struct private_tree *private = private_find(txn, tree);
    if (private != NULL)
        return private_delete(private, key);
    TRY(write_set_delete(&txn->set, tree, key, txn->command));
    set_bound(txn, tree);
    return ST_OK;
}

static enum status
tree_begin(struct txn *txn, tree_no tree, enum tree_base base)
{
    txn = txn_for(txn, tree);
    if (txn->options.is_read_only)
        return ST_READ_ONLY;
    return write_set_begin(&txn->set, tree, base, NULL, txn->command);
}

enum status
txn_tree_create(struct txn *txn, tree_no tree)
{
    return tree_begin(txn, tree, BASE_EMPTY);
}

enum status
txn_tree_drop(struct txn *txn, tree_no tree)
{
    return tree_begin(txn, tree, BASE_NONE);
}

enum status
txn_tree_clear(struct txn *txn, tree_no tree)
{
    return tree_begin(txn, tree, BASE_EMPTY);
}
