/*
 * table.h: what the database knows of a table, an index, a constraint, a sequence, a view, a
 * schema.
 *
 * Objects are immutable once loaded and live as long as the catalog that handed them out
 * (catalog.h). Expressions (defaults, checks, index expressions, view queries) are kept as SQL
 * text, written so that they mean the same under any search_path; sql analyses them where they are
 * used.
 */
#pragma once

#include "base/column.h"
#include "store/page_ref.h"
#include "type/items.h"
#include "type/oid.h"
#include <stdbool.h>
#include <stdint.h>

#define NAME_BYTES_MAX 63 /* longer identifiers are cut, with a notice, as in PostgreSQL */
#define TABLE_COLUMNS_MAX 1600
#define INDEX_COLUMNS_MAX 32

enum schema_oid {
    SCHEMA_PG_CATALOG = 11,
    SCHEMA_PUBLIC = 2200,
    SCHEMA_INFORMATION = 13000,
    SCHEMA_ROWAN = 13001
};

/* The schema of a session's temporary objects, whatever its name; it has an oid of theirs. */
#define OID_TEMP_FIRST 0xC0000000u
#define SCHEMA_TEMP (OID_TEMP_FIRST + 1)

typedef int16_t attr_no; /* 1, 2, ... as pg_attribute.attnum; never reused */

enum identity { IDENTITY_NONE = 0, IDENTITY_ALWAYS = 'a', IDENTITY_BY_DEFAULT = 'd' };

struct column_def {
    attr_no attr;
    const char *name;
    oid type;
    int32_t typmod;
    oid collation;
    bool is_not_null;
    bool is_dropped; /* keeps its place in stored rows; invisible */
    enum identity identity;
    oid sequence;              /* owned by it: serial, identity; OID_NONE else */
    const char *default_sql;   /* null: none */
    const char *generated_sql; /* null: not generated; STORED */
    bool has_missing;          /* rows from before ADD COLUMN have this value */
    bool missing_is_null;
    const char *missing_text; /* the value in output form */
    const char *comment;
    bool is_local;          /* defined for this table itself, not only by parents */
    uint16_t inherit_count; /* parents that have it */
    uint16_t statistics;    /* 1 + ANALYZE's target for it; 0: default_statistics_target */
    char storage;           /* p, e, x, m, as pg_attribute.attstorage; 0: the type's own */
    char compression;       /* p pglz, l lz4; 0: the default */
};

struct index_key {
    attr_no attr; /* 0: an expression */
    const char *expr_sql;
    oid type; /* of the key */
    oid collation;
    bool is_descending, is_nulls_first;
    const char *opclass; /* as it was named; null: the default one */
};

/*
 * An index. `tree` holds its entries; a new number each time it is built anew. A primary key's
 * index is the table itself: its `tree` is the table's.
 */
struct index_def {
    oid index, table;
    tree_no tree;
    const char *name;
    bool is_unique, is_primary, is_nulls_distinct;
    uint16_t key_count;
    const struct index_key *keys;
    uint16_t include_count;
    const attr_no *include;
    const char *predicate_sql; /* partial; null: all rows */
    oid constraint;            /* that it enforces; OID_NONE */
    const char *comment;
    oid parent;               /* the partitioned index that it is a part of; OID_NONE */
    enum index_method method; /* else than INDEX_BTREE: entries by items (type/items.h) */
};

enum constraint_kind {
    CONSTRAINT_CHECK = 'c',
    CONSTRAINT_FOREIGN = 'f',
    CONSTRAINT_PRIMARY = 'p',
    CONSTRAINT_UNIQUE = 'u',
    CONSTRAINT_EXCLUSION = 'x'
};

struct constraint_def {
    oid constraint;
    const char *name;
    enum constraint_kind kind;
    uint16_t attr_count;
    const attr_no *attrs;
    const char *check_sql;
    oid index;         /* primary, unique: enforcing index */
    oid foreign_table; /* foreign key */
    const attr_no *foreign_attrs;
    char on_update, on_delete, match; /* pg_constraint's letters */
    bool is_deferrable, is_deferred, is_validated, is_no_inherit;
    const char *comment;
    bool is_local;          /* as a column's */
    uint16_t inherit_count; /* parents that have it */
    oid parent;             /* the partitioned table's constraint that it is a part of; OID_NONE */
};

/* How a partitioned table's rows are shared out. */
struct partition_key {
    char strategy; /* l list, r range, h hash */
    uint16_t count;
    const attr_no *attrs;        /* 0: an expression */
    const char *const *expr_sql; /* null where attrs is not 0 */
    const oid *types, *collations;
};

enum partition_datum_kind {
    PARTITION_VALUE,
    PARTITION_MINVALUE,
    PARTITION_MAXVALUE,
    PARTITION_LIST_NULL, /* where NULL stands among the values of a list */
};

/* An end of a range, or a value of a list; text is the output form of the key's type. */
struct partition_datum {
    enum partition_datum_kind kind;
    const char *text; /* PARTITION_VALUE; else null */
};

/* Which rows of its parent a partition holds. */
struct partition_bound {
    char strategy; /* the parent's; what follows is by it */
    bool is_default;
    bool has_null;                           /* l: NULL is one of the values */
    uint16_t count;                          /* l: values; r: columns of the key */
    const struct partition_datum *values;    /* l */
    const struct partition_datum *from, *to; /* r */
    int32_t modulus, remainder;              /* h */
};

enum table_kind {
    TABLE_PLAIN = 'r',
    TABLE_VIEW = 'v',
    TABLE_SEQUENCE = 'S',
    TABLE_INDEX = 'i',
    TABLE_MATERIALISED = 'm',
    TABLE_PARTITIONED = 'p',
    TABLE_COMPOSITE = 'c',
    TABLE_VIRTUAL = 'V'
};

/*
 * A relation. Plain tables: rows are in `tree` (a number of its own: a rewrite makes a new one);
 * the key of a row is the encoded primary key (columns in `primary`'s order) or, without one, the
 * hidden 8-byte row id (big-endian). Columns are in attr order; columns[i].attr == i + 1.
 * Of two tables that are linked by inheritance each names the other: `parents` and `children` are
 * always changed together (session/ddl_inherit.h). A partition has one parent.
 */
struct table {
    oid table, schema, owner;
    tree_no tree;
    const char *name, *schema_name;
    enum table_kind kind;
    char persistence;      /* p permanent, t temporary, u unlogged */
    uint16_t column_count; /* dropped ones included */
    const struct column_def *columns;
    const struct index_def *primary; /* null: hidden row id */
    uint16_t index_count;            /* the primary included, first */
    const struct index_def *const *indexes;
    uint16_t constraint_count;
    const struct constraint_def *constraints;
    uint16_t referenced_count; /* foreign keys of other tables that point here: */
    const oid *referencing;    /* those tables */
    const char *view_sql;      /* views, materialised ones too: the query */
    bool is_unpopulated;       /* materialised views: never filled, or emptied */
    char check_option;         /* views: 0, 'l' LOCAL, 'c' CASCADED */
    bool is_security_barrier;  /* views: no condition is asked before their own */
    const char *options;       /* pg_class.reloptions: "a=1,b=2"; null: none */
    oid row_type, array_type;
    oid of_type; /* typed tables: the composite type; OID_NONE */
    const char *comment;
    uint16_t parent_count; /* that it inherits from, in the order of INHERITS */
    const oid *parents;
    uint32_t child_count; /* that inherit from it, oldest link first */
    const oid *children;
    const struct partition_key *partition_key; /* TABLE_PARTITIONED; else null */
    const struct partition_bound *bound;       /* a partition; else null */
    /* TABLE_VIRTUAL, TABLE_SEQUENCE: how rows are made (exec); else null */
    const struct virtual_table *virtual_table;
};

/* Whether its rows are kept in a tree. */
static inline bool
table_is_stored(const struct table *table)
{
    return table->kind == TABLE_PLAIN || table->kind == TABLE_MATERIALISED;
}

struct schema_def {
    oid schema, owner;
    const char *name, *comment;
};

struct sequence_def {
    oid sequence, schema, owner;
    const char *name, *schema_name;
    oid type;
    int64_t start, increment, min, max, cache;
    bool can_cycle;
    oid owner_table; /* OWNED BY; OID_NONE */
    attr_no owner_attr;
    const char *comment;
};
