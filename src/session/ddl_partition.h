/*
 * ddl_partition.h: partitioned tables and their partitions as DDL sees them.
 *
 * Partitions are tables of their own, linked to their parent as inheriting tables are. What a
 * parent has (columns, checks, indexes, keys, foreign keys) its partitions have too; their copies
 * name the parent's object that they belong to. All functions raise.
 */
#pragma once

#include "session/ddl_draft.h"

struct partition_source;

/* How catalog/partition.h finds this session's tables. */
struct partition_source partition_source_of(struct session *session);

/* The draft becomes a partitioned table. Its columns are there; constraints are not yet. */
void partition_take_key(struct draft *draft, const struct partition_spec *spec);
/* Refuses a unique key over these columns where it leaves out columns of the partition key. */
void partition_check_key(struct draft *draft, const char *kind, const struct index_key *keys,
                         uint16_t count);
/*
 * The bound as values. Refuses one that is empty or overlaps another partition's of the parent;
 * `partition` is the name in errors.
 */
const struct partition_bound *partition_take_bound(struct session *session,
                                                   const struct table *parent,
                                                   const struct bound_spec *spec,
                                                   const char *partition);
/* Refuses to `what` ("drop", "alter") a column of the partition key. */
void partition_refuse_column(struct session *session, const struct table *table, attr_no attr,
                             const char *what);
/* The draft becomes a partition of the parent; linked by partition_link after draft_put. */
void partition_become(struct draft *draft, const struct table *parent,
                      const struct partition_bound *bound);
/*
 * The parent learns of its partition, the default partition's rows are looked through, and the
 * partition gets the parent's indexes, keys and foreign keys.
 */
void partition_link(struct session *session, oid parent, oid partition);

/* ALTER TABLE ... ATTACH PARTITION, DETACH PARTITION. */
void partition_attach(struct session *session, const struct table *table,
                      const struct alter_command *command);
void partition_detach(struct session *session, const struct table *table,
                      const struct alter_command *command);

/* ---- indexes (ddl_partition_index.c) ---- */

/* The partition gets what it lacks of the parent's indexes, keys and foreign keys; those that it
 * has already are taken for them. */
void partition_match_indexes(struct session *session, oid parent, oid partition);
void partition_match_foreign(struct session *session, oid parent, oid partition);
/* The new index of a partitioned table, made in all partitions; ON ONLY: in none. */
void partition_spread_index(struct session *session, oid table, oid index);
/* All partitions get the parent's new foreign key. */
void partition_spread_foreign(struct session *session, oid table, oid constraint);
/* The parts of a partitioned table's index, or foreign key, in all its partitions go, with their
 * constraints. */
void partition_drop_parts(struct session *session, const struct table *table, oid index);
void partition_drop_foreign(struct session *session, const struct table *table, oid constraint);
/* The indexes and constraints of a table that is a partition no longer are its own. */
void partition_release(struct session *session, oid partition);
/* ALTER INDEX ... ATTACH PARTITION. */
void partition_attach_index(struct session *session, const struct table *index,
                            const struct alter_command *command);
/* Whether the index of a partitioned table has a part in every partition. */
bool partition_index_is_valid(struct session *session, const struct table *table,
                              const struct index_def *index);
