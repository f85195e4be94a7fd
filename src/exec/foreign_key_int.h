/*
 * foreign_key_int.h: what foreign_key.c and foreign_action.c share.
 */
#pragma once

#include "exec/deferred.h"
#include "exec/foreign_key.h"
#include "exec/index_key.h"

/* Something to be looked at when the statement ends. */
struct fk_event {
    struct fk_event *next;
    const struct fk_code *fk;
    bool is_missing;         /* a referencing row whose referenced row was not there */
    bool is_update;          /* the referenced row got another key; else it was deleted */
    union datum *old_values; /* [attr_count]: the key: as referencing (is_missing) or referenced */
    union datum *new_values; /* is_update: the referenced row's new key */
    bool *new_nulls;
};

struct fk_queue {
    struct arena *arena;
    struct arena *action_arena; /* of the action under way; null: there was none yet */
    struct fk_event *first, *last;
    struct buf key, spill;
    bool is_running;
    bool is_refusing; /* actions do not run: a row that is still pointed to is an error */
};

struct fk_queue *fk_queue_of(struct exec *exec);
struct fk_event *fk_event_add(struct fk_queue *queue, const struct fk_code *fk,
                              const union datum *values);
bool fk_convert(const struct type_info *from, const struct type_info *to, union datum *value);
const char *fk_key_text(struct exec *exec, const struct table *table, const attr_no *attrs,
                        const struct type_info *const *types, const union datum *values,
                        uint32_t count);
/* The key, in the referencing columns' types, is looked at again: raises 23503 if a row points to
 * it and none has it. is_missing: it was noted when a row that points to it was written. */
void fk_check_key(struct exec *exec, const struct fk_code *fk, const union datum *values,
                  bool is_missing);
bool fk_is_referenced_there(struct exec *exec, const struct fk_code *fk, const union datum *values);
_Noreturn void fk_raise_missing(struct exec *exec, const struct fk_code *fk,
                                const union datum *values);
/* Notes a key for later (deferred.c). */
void deferral_add(struct deferral *deferral, const struct fk_code *fk, const union datum *values,
                  bool is_missing);
/* A referenced row is gone, or has another key: what its constraint says (foreign_action.c). */
void fk_act(struct exec *exec, struct fk_event *event);
