/*
 * deferred.h: checks of constraints put off to the end of the transaction, or to SET CONSTRAINTS.
 *
 * A key that a foreign key misses at the end of its statement is noted, with the constraint: a row
 * points to it, or did, and no row has it. When it is looked at again, what counts is what the
 * tables hold by then. So notes of changes that were rolled back to a savepoint do no harm; what
 * was checked since is to be looked at again, for it is the changes before that count then.
 */
#pragma once

#include "exec/exec.h"

struct deferred_key;

/* What SET CONSTRAINTS has said of one. */
struct deferred_choice {
    struct deferred_choice *next;
    oid constraint;
    bool is_deferred;
};

/* A transaction's; all in `arena`, which ends with it. */
struct deferral {
    struct arena *arena;
    struct deferred_key *first, *last;
    struct deferred_key *checked;    /* by SET CONSTRAINTS, newest first */
    struct deferred_choice *choices; /* newest first */
    bool has_all, all_deferred;      /* SET CONSTRAINTS ALL */
};

/* Whether the constraint is checked later than at the end of the statement. `deferral` may be null:
 * nothing is. */
bool deferral_has(const struct deferral *deferral, const struct constraint_def *def);
/* SET CONSTRAINTS for one (OID_NONE: for all); what is due then is checked by deferral_check. */
void deferral_choose(struct deferral *deferral, oid constraint, bool is_deferred);
/* Undoes what SET CONSTRAINTS has chosen and checked since `then`, a copy of the transaction's. */
void deferral_undo(struct deferral *deferral, const struct deferral *then);
/* Whether keys of the table's constraints wait for their check. */
bool deferral_waits(const struct deferral *deferral, oid table);
/*
 * Checks what is due: all of it at a commit, else the keys of constraints that are not deferred any
 * more. Within a statement of its own; `exec` is any execution that is open. Raises 23503.
 */
void deferral_check(struct exec *exec, struct deferral *deferral, bool is_commit);
