/*
 * sequence.h: what transactions and branches ask of sequences beside txn.h.
 *
 * A branch keeps the state of each sequence in use in memory and hands out values under its mutex.
 * The row in TREE_SEQUENCES runs ahead: it is what the sequence will be after a block of values, so
 * a crash loses at most a block and gives nothing twice. Blocks are written by small commits that
 * are queued ahead of those of the transactions that use the values.
 */
#pragma once

struct branch;
struct txn;

/* After a commit: states whose rows the transaction has written are read anew. */
void sequences_forget_changed(struct txn *txn);
/* Queues rows that say exactly where the branch's sequences stand, ahead of whatever is queued
 * next, so that a fork or a clean close leaves no gap. */
void sequences_settle(struct branch *branch);
/* Frees the branch's states and row counters. */
void counters_free(struct branch *branch);
