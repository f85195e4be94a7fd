/*
 * prune.h: which partitions of a table may have the rows that conditions leave: by values that are
 * known when a statement is planned, or when it runs.
 *
 * Conditions on the partition key become steps, once a level of partitioning. A step is answered by
 * the level's map (catalog/partition.h); what a step asks for may be unknown yet: then all
 * partitions match.
 */
#pragma once

#include "catalog/partition.h"
#include "plan/plan.h"

enum prune_kind { PRUNE_PROBE, PRUNE_ANY, PRUNE_NULL, PRUNE_AND, PRUNE_OR };

struct prune_step {
    enum prune_kind kind;
    /* PROBE: a condition on the first `count` columns of the key: all but the last are equal to
     * their values, the last compares by op (is_not: <>, lists only). ANY: the last value is an
     * array, of whose elements one, or with is_all each, is meant. */
    enum btree_op op;
    bool is_not, is_all;
    bool is_row; /* those before the last compare by op or its weaker form */
    uint16_t count;
    const uint32_t *values; /* [count]: of prune_level.values; UINT32_MAX: IS NULL (hashes) */
    uint16_t column;        /* NULL: of the key; with is_not IS NOT NULL */
    uint32_t step_count;    /* AND, OR */
    const struct prune_step *const *steps;
};

struct prune_level {
    const struct plan_route *route;
    const struct prune_step *step; /* null: nothing is known of this level */
    uint32_t value_count;
    struct expr **values; /* no columns; of the keys' types, or other integers, or arrays */
    const struct prune_level **children; /* [map->count]; null: leaves */
};

struct plan_prune {
    const struct prune_level *root;
    const uint32_t *child_of; /* [leaf number]: of the append; UINT32_MAX: it has none */
    bool is_once;             /* no exec param is read: the answer holds for an execution */
};

/* A value of a level; false: it is not known now. */
typedef bool (*prune_value)(void *object, const struct prune_level *level, uint32_t value_idx,
                            union datum *value, bool *is_null);

/* Sets the bits of the leaves (by their numbers) that may have rows. `arena` takes scratch. */
void prune_match(const struct prune_level *level, const struct type_env *env, struct arena *arena,
                 prune_value value, void *object, uint64_t *leaves);
