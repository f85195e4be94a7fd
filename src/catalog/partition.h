/*
 * partition.h: which partition of a partitioned table a row belongs to.
 *
 * A map is one level of partitioning made ready: the bounds of all partitions as values, in order,
 * so that a row is routed by one binary search (ranges, lists) or one division (hashes). A map is
 * immutable and lives in the arena that it was made in, beside the catalog's tables.
 *
 * Partitions are numbered in the order of their bounds, as PostgreSQL shows them: ranges by their
 * lower ends, lists by their least value, hashes by modulus and remainder; the partition of NULL
 * alone comes after the values, the default partition last.
 */
#pragma once

#include "base/arena.h"
#include "catalog/table.h"
#include "type/types.h"

#define PARTITION_NONE UINT32_MAX

/* Where tables are found by their numbers. */
struct partition_source {
    const struct type_env *env;
    const struct table *(*table)(void *object, oid table);
    void *object;
};

/* One end of a range: a value, or an infinity, for each column of the key. */
struct partition_end {
    const enum partition_datum_kind *kinds;
    const union datum *values;
};

struct partition_list_value {
    union datum value;
    uint32_t partition;
};

struct partition_map {
    const struct table *table;
    const struct partition_key *key;
    const struct type_info *const *types; /* [key->count] */
    uint32_t count;
    const struct table *const *partitions; /* [count] */
    uint32_t null_partition, default_partition;
    uint32_t value_count; /* l: in their order */
    const struct partition_list_value *values;
    uint32_t range_count; /* r: partitions 0 to range_count - 1 have these ends */
    const struct partition_end *from, *to;
    uint32_t modulus;           /* h: the greatest, 0: no partition yet */
    const uint32_t *remainders; /* [modulus] */
};

/*
 * The map of a partitioned table. `without` is left out (OID_NONE: none). Raises.
 */
const struct partition_map *partition_map_make(const struct partition_source *source,
                                               struct arena *arena, const struct table *table,
                                               oid without);

/* The partition of a row's key; PARTITION_NONE: there is none. `scratch` may grow a little. */
uint32_t partition_find(const struct partition_map *map, const struct type_env *env,
                        struct arena *scratch, const union datum *values, const bool *nulls);

/*
 * The first partition whose rows could be those of `bound`, which is not the default's: they
 * overlap; PARTITION_NONE: none could. *value: the place in a list, 0 else.
 */
uint32_t partition_overlap(const struct partition_map *map, const struct type_env *env,
                           struct arena *arena, const struct partition_bound *bound,
                           uint32_t *value);

/* The order of two ends of ranges. Of infinite columns those that follow do not count. */
int partition_compare_ends(const struct partition_map *map, const struct partition_end *a,
                           const struct partition_end *b);
/* A bound's texts as values. */
struct partition_end partition_end_read(const struct partition_map *map, const struct type_env *env,
                                        struct arena *arena, const struct partition_datum *data);

/* ---- pruning: what partitions a condition leaves ---- */

/* A condition on the first `count` columns of the key: all but the last are equal to the values,
 * the last compares with its value by `op`. In lists `is_not` stands for <>. */
struct partition_probe {
    enum btree_op op;
    bool is_not;
    bool is_row; /* all columns together compare by op, as a row does */
    uint16_t count;
    const union datum *values;
    const bool *is_null; /* hashes: IS NULL in place of a value; null: none is */
};

/* Bits, one a partition. */
#define PARTITION_WORDS(count) (((count) + 63) / 64)

static inline bool
partition_bit(const uint64_t *set, uint32_t partition)
{
    return (set[partition / 64] >> partition % 64 & 1) != 0;
}

static inline void
partition_bit_set(uint64_t *set, uint32_t partition)
{
    set[partition / 64] |= UINT64_C(1) << partition % 64;
}

/*
 * Conditions are answered in slots, finer than partitions, so that what several say can be joined:
 * of a list each value, NULL, and all other values; of ranges each range, each gap between two, and
 * what the default partition holds besides (NULLs); of hashes each partition.
 */
uint32_t partition_slot_count(const struct partition_map *map);
/* All slots into `slots`. */
void partition_match_all(const struct partition_map *map, uint64_t *slots);
/* Those into empty `slots` that may have rows for which the condition holds. */
void partition_match(const struct partition_map *map, const struct type_env *env,
                     struct arena *scratch, const struct partition_probe *probe, uint64_t *slots);
/* The same for IS NULL, or IS NOT NULL, of a column of the key. */
void partition_match_null(const struct partition_map *map, bool is_not, uint64_t *slots);
/* The slot of values that no partition names: it is the default partition's. */
void partition_match_other(const struct partition_map *map, uint64_t *slots);
/* The partitions of slots, into an empty `set`. */
void partition_of_slots(const struct partition_map *map, const uint64_t *slots, uint64_t *set);

/* ---- as text (partition_text.c), in `arena` ---- */

/* A column of the key as it stands in expressions: calls without parentheses around. */
const char *partition_column_text(struct arena *arena, const struct table *table, uint16_t column);
/* The same as pg_get_partkeydef shows it: in parentheses of its own unless it is a call. */
const char *partition_key_column_text(struct arena *arena, const struct table *table,
                                      uint16_t column);
/* "a, lower(b)". */
const char *partition_columns_text(struct arena *arena, const struct table *table);
/* "FOR VALUES FROM (1) TO (10)", "DEFAULT", ...; `key`: the parent's. */
const char *partition_bound_text(struct arena *arena, const struct partition_key *key,
                                 const struct partition_bound *bound);
/* "(1, MINVALUE)". */
const char *partition_end_text(struct arena *arena, const struct partition_key *key,
                               const struct partition_datum *data);
/*
 * What holds for all rows of a partition by `bound` of the table `parent`, as a condition over
 * columns by their names; null: all rows may be there. `without`: as in partition_map_make, for
 * default partitions.
 */
const char *partition_condition(const struct partition_source *source, struct arena *arena,
                                const struct table *parent, const struct partition_bound *bound,
                                oid without);
/* The same for a partition under all tables above it; null: none. */
const char *partition_constraint_text(const struct partition_source *source, struct arena *arena,
                                      const struct table *table);
