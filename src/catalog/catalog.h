/*
 * catalog.h: the objects of a branch, as a transaction sees them.
 *
 * Built-in objects are const tables; the user's are rows of the branch's trees TREE_OBJECTS {kind,
 * oid} -> object and TREE_NAMES {kind, schema oid, name} -> oid, so DDL is as transactional as
 * data. A struct catalog is the view of one transaction: objects are loaded on demand and cached.
 * While a transaction has not changed the catalog it shares, with every other session and branch
 * that sees the same roots of these trees, one cache (struct catalog_cache, the engine's).
 *
 * Functions raise SQL errors (raise.h). Pointers handed out live until the catalog ends.
 */
#pragma once

#include "catalog/table.h"
#include "txn/txn.h"
#include "type/enum.h"
#include "type/types.h"

struct catalog_cache; /* the engine's; locks inside */
struct catalog;

struct catalog_cache *catalog_cache_new(struct types *types); /* null: no memory */
void catalog_cache_free(struct catalog_cache *cache);

/*
 * The catalog of a transaction; it ends with `txn_arena`, before the transaction does. Call
 * catalog_refresh after each txn_statement_begin: cheap if nothing has changed. What was handed
 * out before stays readable until the catalog ends, but may be out of date.
 */
struct catalog *catalog_begin(struct catalog_cache *cache, struct txn *txn,
                              struct arena *txn_arena);
void catalog_refresh(struct catalog *catalog);
/*
 * The session's temporary objects, whose oids begin at OID_TEMP_FIRST, from now on: `temp` is the
 * transaction that goes along with the catalog's (txn_attach_temp), `source` the number of its
 * database. A statement is under way.
 */
void catalog_attach_temp(struct catalog *catalog, struct txn *temp, uint64_t source);
/* A number for catalog_attach_temp that no other database has in this cache. */
uint64_t catalog_new_source(struct catalog_cache *cache);
struct txn *catalog_txn(const struct catalog *catalog);
const struct types *catalog_types(const struct catalog *catalog);
/*
 * Two equal versions mean the same catalog contents (whatever the branch); what was planned under
 * one holds under the other. 0: this transaction has changed the catalog; nothing may be kept.
 */
uint64_t catalog_version(const struct catalog *catalog);

/* What the catalog shows now, for comparing: another pointer after each change of it. It is not
 * used for anything else again while the catalog lives. */
const void *catalog_contents(const struct catalog *catalog);

/*
 * Keeps the objects of a catalog with a version alive beyond the transaction (for cached plans):
 * what is handed out stays valid until catalog_unkeep. The catalog must have a version (not 0).
 */
struct catalog_kept;
struct catalog_kept *catalog_keep(struct catalog *catalog);
void catalog_unkeep(struct catalog_kept *kept);

/* Adds built-in relations (pg_catalog's and information_schema's), const tables; before any
 * catalog_begin. */
void catalog_cache_add_virtual(struct catalog_cache *cache, const struct table *const *tables,
                               uint32_t count);

/* How the one row of a sequence, as a relation, is read; before any catalog_begin. */
void catalog_cache_set_sequence_rows(struct catalog_cache *cache, const struct virtual_table *rows);

/* Memory as long-lived as the cache, for them. */
struct arena *catalog_cache_arena(struct catalog_cache *cache);

/* ---- finding. Null if there is none. ---- */

const struct schema_def *catalog_find_schema(struct catalog *catalog, const char *name);
const struct schema_def *catalog_schema(struct catalog *catalog, oid schema);
/* Any relation (table, view, sequence as TABLE_SEQUENCE, index as TABLE_INDEX) of the schema,
 * pg_catalog's and information_schema's virtual ones included. */
const struct table *catalog_find_relation(struct catalog *catalog, oid schema, const char *name);
const struct table *catalog_table(struct catalog *catalog, oid table);
const struct index_def *catalog_index(struct catalog *catalog, oid index);
const struct sequence_def *catalog_sequence(struct catalog *catalog, oid sequence);
/* By its number or its array's; row types of relations, too. */
const struct user_type *catalog_user_type(struct catalog *catalog, oid type);
/* By its name, or its array's. */
const struct user_type *catalog_find_user_type(struct catalog *catalog, oid schema,
                                               const char *name);
/* The info of either number; null: no user's type. */
const struct type_info *catalog_type_info(struct catalog *catalog, oid type);
/* Without row types. */
const struct user_type **catalog_user_types(struct catalog *catalog, struct arena *arena,
                                            uint32_t *count);
/* All of a kind, in oid order, in `arena`. */
const struct table **catalog_relations(struct catalog *catalog, struct arena *arena,
                                       uint32_t *count);
const struct schema_def **catalog_schemas(struct catalog *catalog, struct arena *arena,
                                          uint32_t *count);

/*
 * The tables that inherit from `table` directly, in `arena`: its children[], and temporary tables
 * of this session, which a parent that is not temporary itself does not list.
 */
const struct table **catalog_children(struct catalog *catalog, const struct table *table,
                                      struct arena *arena, uint32_t *count);

/* Rows and distinct values as ANALYZE found them; null: never analysed. The live row count is
 * txn_row_count. */
struct column_stats {
    attr_no attr;
    double null_fraction, distinct; /* distinct < 0: a fraction of the rows, as pg_statistic */
    double width;
    uint32_t common_count;
    const union datum *common;     /* most common values, */
    const double *common_fraction; /* with their share, falling */
    uint32_t bound_count;
    const union datum *bounds; /* histogram of the rest, rising */
    double correlation;
};
struct table_stats {
    double rows;
    uint16_t column_count;
    const struct column_stats *columns;
};
const struct table_stats *catalog_stats(struct catalog *catalog, oid table);
void catalog_put_stats(struct catalog *catalog, oid table, const struct table_stats *stats);

/* ---- changing: rows of the transaction. The object is copied; put replaces one of the same oid.
 * ---- */

oid catalog_new_oid(struct catalog *catalog);
/* For an object of the schema: a temporary one in SCHEMA_TEMP. */
oid catalog_new_oid_in(struct catalog *catalog, oid schema);
void catalog_put_schema(struct catalog *catalog, const struct schema_def *schema);
void catalog_drop_schema(struct catalog *catalog, oid schema);
/* Indexes and constraints travel with their table: put the table with them; trees are the caller's
 * to make and drop. */
void catalog_put_table(struct catalog *catalog, const struct table *table);
void catalog_drop_table(struct catalog *catalog, oid table);
void catalog_put_sequence(struct catalog *catalog, const struct sequence_def *sequence);
void catalog_drop_sequence(struct catalog *catalog, oid sequence);
void catalog_put_user_type(struct catalog *catalog, const struct user_type *type);
void catalog_drop_user_type(struct catalog *catalog, oid type);

/* Dependencies, as pg_depend: `object` needs `on`. kind: n normal, a automatic (dropped along). */
enum object_class {
    CLASS_RELATION = 1259,
    CLASS_TYPE = 1247,
    CLASS_PROC = 1255,
    CLASS_CONSTRAINT = 2606,
    CLASS_SCHEMA = 2615,
    CLASS_ATTRDEF = 2604
};
struct object_ref {
    oid class_oid, object;
    int32_t sub; /* column, 0: whole */
};
struct dependency {
    struct object_ref object, on;
    char kind;
};
void catalog_depend(struct catalog *catalog, const struct dependency *dependency);
void catalog_forget_dependencies(struct catalog *catalog, struct object_ref object);
/* One of them; nothing if there is none. */
void catalog_forget_dependency(struct catalog *catalog, struct object_ref object,
                               struct object_ref on);
/* Those that need `on` (any of its columns if sub is 0), in `arena`. */
struct dependency *catalog_dependents(struct catalog *catalog, struct object_ref on,
                                      struct arena *arena, uint32_t *count);

/* ---- how a table's rows are stored ---- */

/*
 * The row format of a plain table: column i is attr i + 1. A table without a primary key has one
 * more, number column_count: the hidden row id (PHYS_I64, PLACE_KEY). Its key is the 8 bytes of
 * the id, big-endian and as they are; read as a column the id shows with its top bit flipped,
 * and flipping it back gives the key again.
 */
const struct row_format *catalog_row_format(struct catalog *catalog, const struct table *table);
