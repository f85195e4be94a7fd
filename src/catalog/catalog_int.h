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

/* Whether there is an object of a kind at all. */
enum kind_known { KIND_NOT_ASKED, KIND_NONE, KIND_SOME };

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
    struct map routines;      /* oid -> struct routine */
    struct map operators;     /* oid -> struct user_operator */
    struct map casts;         /* source and target -> struct user_cast */
    struct map overloads;     /* hash of kind, schema and name -> struct overloads */
    enum kind_known has_routines, has_operators, has_casts;
    struct generation *next; /* in the cache: newest first; in a catalog: those of before */
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
    /* In TREE_NAMES these end with what tells objects of one name apart: routine.c. */
    ROW_ROUTINE = 'f',
    ROW_OPERATOR = 'o',
    ROW_CAST = 'c',
};

#define NAME_KEY_BYTES_MAX (5 + NAME_BYTES_MAX + 1)
#define OBJECT_KEY_BYTES 5

struct slice object_key(uint8_t to[OBJECT_KEY_BYTES], enum row_kind kind, oid object);
struct slice name_key(uint8_t to[NAME_KEY_BYTES_MAX], enum row_kind kind, oid schema,
                      const char *name);
uint64_t name_hash(oid schema, const char *name);

/* ---- rows, for other files than find.c and change.c ---- */

typedef const void *(*object_load)(struct catalog *catalog, oid object, struct slice row);
/* The object of the map, or from its row; null: there is none. `load` runs under the mutex. */
const void *catalog_load(struct catalog *catalog, struct map *map, enum row_kind kind, oid object,
                         object_load load);
_Noreturn void catalog_raise_broken(const char *what, oid object);
void catalog_remember(struct map *map, uint64_t key, const void *value);
/* The numbers of a kind's rows, rising, in the catalog's arena. */
oid *catalog_list_rows(struct catalog *catalog, enum row_kind kind, uint32_t *count);
/* The number in a row of TREE_NAMES; OID_NONE: there is none. */
oid catalog_read_name(struct catalog *catalog, struct slice key);
void catalog_put_object(struct catalog *catalog, enum row_kind kind, oid object, struct buf *row,
                        const char *name);
void catalog_delete_object(struct catalog *catalog, enum row_kind kind, oid object,
                           const char *name);
void catalog_put_name(struct catalog *catalog, struct slice key, oid object, const char *name);
void catalog_delete_name(struct catalog *catalog, struct slice key, const char *name);
struct buf *catalog_row_buf(struct catalog *catalog);

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
