/*
 * catalog_int.h: the generation: all objects loaded so far from one pair of object and name trees.
 */
#pragma once

#include "base/map.h"
#include "base/thread.h"
#include "catalog/catalog.h"

/* A relation with what is derived from it. `table` comes first. */
struct relation {
    struct table table;
    struct generation *generation; /* that it belongs to */
    struct row_format *format;     /* made when first asked for */
    struct table_stats *stats;
    bool stats_are_loaded;
};

/* One name; chained where hashes meet. */
struct name_entry {
    struct name_entry *next;
    oid schema;
    const char *name;
    const struct table *table;
};

/*
 * Shared by every catalog whose trees have these roots; private (version 0) to a transaction that
 * has changed them. Objects in it never change. `mutex` guards the maps and the arena.
 */
struct generation {
    struct mutex mutex;
    struct arena *arena;
    struct tree_root objects, names, stats_root;
    uint64_t source; /* the database of the roots: 0, or a session's temporary tables */
    uint64_t version;
    uint32_t refs;            /* guarded by the cache's mutex */
    struct map relations;     /* oid -> struct relation */
    struct map indexes;       /* oid -> struct index_def */
    struct map sequences;     /* oid -> struct sequence_def */
    struct map schemas;       /* oid -> struct schema_def */
    struct map user_types;    /* oid, and oid of the array -> struct user_type */
    struct map names_by_hash; /* hash of schema and name -> struct name_entry */
    struct generation *next;  /* in the cache: newest first; in a catalog: those of before */
};

#define GENERATIONS_KEPT_MAX 64

struct catalog_cache {
    struct types *types;
    struct mutex mutex; /* guards the list and the counts below */
    struct generation *newest;
    uint32_t generation_count;
    uint64_t next_version, last_source;
    struct map virtuals;      /* oid -> const struct table */
    struct map virtual_names; /* hash -> struct name_entry */
    const struct virtual_table *sequence_rows;
    struct arena *arena;
};

/* A generation that the catalog showed before: its objects are still readable. */
struct past {
    struct generation *generation;
    struct past *next;
};

struct catalog {
    struct catalog_cache *cache;
    struct txn *txn;
    struct arena *arena; /* the transaction's */
    struct generation *generation;
    struct past *past;
    struct trees_stamp stamp; /* of the last refresh */
    uint64_t source;          /* see struct generation */
    struct catalog *temp;     /* the session's temporary objects; null: none */
};

/* The catalog that has, or is to have, the object. */
static inline struct catalog *
catalog_for(struct catalog *catalog, oid object)
{
    return object < OID_TEMP_FIRST || catalog->temp == NULL ? catalog : catalog->temp;
}

/* The kinds of rows in TREE_OBJECTS (key: kind, oid big-endian) and TREE_NAMES (kind, schema,
 * name). */
enum row_kind {
    ROW_SCHEMA = 's',
    ROW_TABLE = 't',
    ROW_INDEX = 'i',
    ROW_SEQUENCE = 'q',
    ROW_RELATION_NAME = 'r',
    ROW_TYPE = 'y',       /* in TREE_NAMES, too: names of types and of their arrays */
    ROW_ARRAY_TYPE = 'z', /* an array's number -> the type's */
    ROW_ROW_TYPE = 'w', /* number of a relation's row type, or of arrays of it -> the relation's */
};

#define NAME_KEY_BYTES_MAX (5 + NAME_BYTES_MAX + 1)
#define OBJECT_KEY_BYTES 5

struct slice object_key(uint8_t to[OBJECT_KEY_BYTES], enum row_kind kind, oid object);
struct slice name_key(uint8_t to[NAME_KEY_BYTES_MAX], enum row_kind kind, oid schema,
                      const char *name);
uint64_t name_hash(oid schema, const char *name);

struct generation *generation_new(uint64_t version);
void generation_free(struct generation *generation);
void generation_release(struct catalog_cache *cache, struct generation *generation);
/* After a change: own rows become visible, and what was loaded is loaded anew. */
void catalog_changed(struct catalog *catalog);
/* The types of a table's columns, null where there is none. */
const struct type_info *const *row_format_types(struct catalog *catalog, const struct table *table,
                                                struct arena *arena);
/* Builds the row format of a plain table whose columns have these types. Raises. */
struct row_format *row_format_make(const struct types *types, const struct table *table,
                                   const struct type_info *const *infos, struct arena *arena);
