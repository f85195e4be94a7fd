/*
 * items.h: what indexes of many entries a row keep of a value, and what a condition asks of it.
 *
 * An index that is no btree keeps, of each value, a set of items: byte strings of which none is a
 * prefix of another. A GIN index keeps the elements of an array, the keys and scalars of a jsonb,
 * the lexemes of a tsvector; a hash index one hash; a GiST, SP-GiST or BRIN index one place in an
 * order: the left edge of a figure, the lower bound of a range, an address, a value itself. What an
 * operator asks becomes a tree of items and ranges of items that rows must have. All rows for which
 * the operator is true have them; others may too, so the condition is asked again of what is found.
 */
#pragma once

#include "type/types.h"

enum index_method {
    INDEX_BTREE, /* one ordered entry a row; not by items */
    INDEX_HASH,
    INDEX_GIN,
    INDEX_GIST,
    INDEX_SPGIST,
    INDEX_BRIN,
};
#define INDEX_METHODS 6

/* What a value's items are. */
enum item_class {
    ITEMS_NONE,       /* the method cannot index the type */
    ITEMS_HASH,       /* its hash */
    ITEMS_VALUE,      /* its key, so that its order is kept */
    ITEMS_ARRAY,      /* its elements */
    ITEMS_JSONB,      /* keys and scalars */
    ITEMS_JSONB_PATH, /* hashes of scalars with the keys that lead to them */
    ITEMS_POINT,      /* x */
    ITEMS_BOX,        /* the left edge, also of what is around others: */
    ITEMS_POLYGON,
    ITEMS_CIRCLE,
    ITEMS_RANGE,    /* the lower bound */
    ITEMS_INET,     /* its key */
    ITEMS_TSVECTOR, /* its lexemes, each with a zero byte */
};

/* "btree", "hash", ...; INDEX_METHODS: it is none. */
enum index_method index_method_of(const char *name);
const char *index_method_name(enum index_method method);
/* The number of pg_am. */
oid index_method_oid(enum index_method method);

/* Whether an operator class need not be named: it is what the type has anyway. */
bool index_is_default_opclass(enum index_method method, oid type, const char *opclass);

/*
 * How a method indexes a type, with an operator class that is named or null. ITEMS_NONE: the type
 * has no (default) class of that name. `element` is that of an array type.
 */
enum item_class item_class_of(enum index_method method, const struct type_info *type,
                              const struct type_info *element, const char *opclass);

/* Whether `column op value` can be answered by the class. */
bool item_class_answers(enum item_class class, oid op);

struct item_list {
    struct arena *arena;
    uint32_t count, capacity;
    struct slice *items;
};

/* Appends a value's items, each once, rising. */
void items_of_value(const struct type_env *env, enum item_class class, const struct type_info *type,
                    const union datum *value, struct item_list *list);

enum item_query_kind {
    ITEM_QUERY_ALL,   /* nothing is asked */
    ITEM_QUERY_NONE,  /* no row can have it */
    ITEM_QUERY_RANGE, /* an item of from <= item < to */
    ITEM_QUERY_AND,
    ITEM_QUERY_OR,
};

struct item_query {
    enum item_query_kind kind;
    bool is_exact;         /* one item: `from` */
    struct slice from, to; /* null data: no bound */
    uint32_t count;        /* of AND and OR: at least two */
    struct item_query **parts;
};

/* What `column op value` asks; `type` is the column's. */
const struct item_query *items_of_query(const struct type_env *env, struct arena *arena,
                                        enum item_class class, const struct type_info *type, oid op,
                                        const union datum *value);

/* ---- for the files of the classes (items_*.c) ---- */

void item_add(struct item_list *list, struct slice item); /* copies it */
struct item_query *item_query_all(struct arena *arena);
struct item_query *item_query_none(struct arena *arena);
struct item_query *item_query_exact(struct arena *arena, struct slice item);
struct item_query *item_query_range(struct arena *arena, struct slice from, struct slice to);
/* Either may be null: the other. */
struct item_query *item_query_and(struct arena *arena, struct item_query *a, struct item_query *b);
struct item_query *item_query_or(struct arena *arena, struct item_query *a, struct item_query *b);

void items_of_jsonb(const struct type_env *env, bool has_paths, const union datum *value,
                    struct item_list *list);
struct item_query *items_of_jsonb_query(const struct type_env *env, struct arena *arena,
                                        bool has_paths, oid op, const union datum *value);
void items_of_tsvector(const union datum *value, struct item_list *list);
struct item_query *items_of_tsquery(struct arena *arena, const union datum *value);
void items_of_figure(const struct type_env *env, enum item_class class, const union datum *value,
                     struct item_list *list);
struct item_query *items_of_figure_query(const struct type_env *env, struct arena *arena,
                                         enum item_class class, oid op, const union datum *value);
