/*
 * jsonpath.h: the path language of SQL/JSON: its tree, reading and printing it, running it.
 *
 * A value of type jsonpath is its text, printed from the tree: so equal paths look the same however
 * they were written, and the text reads back as the same tree.
 */
#pragma once

#include "type/jsonb.h"

enum path_kind {
    PATH_NULL,
    PATH_BOOL,
    PATH_NUMBER,
    PATH_STRING,
    PATH_VARIABLE,
    PATH_ROOT,
    PATH_CURRENT,
    PATH_LAST,
    PATH_KEY,
    PATH_ANY_KEY,
    PATH_ANY_ELEMENT,
    PATH_INDEX,
    PATH_ANY, /* **{first to last} */
    PATH_FILTER,
    PATH_METHOD,
    PATH_OR,
    PATH_AND,
    PATH_NOT,
    PATH_IS_UNKNOWN,
    PATH_EXISTS,
    PATH_EQ,
    PATH_NE,
    PATH_LT,
    PATH_GT,
    PATH_LE,
    PATH_GE,
    PATH_STARTS_WITH,
    PATH_LIKE_REGEX,
    PATH_ADD,
    PATH_SUB,
    PATH_MUL,
    PATH_DIV,
    PATH_MOD,
    PATH_PLUS,
    PATH_MINUS,
};

enum path_method {
    METHOD_ABS,
    METHOD_SIZE,
    METHOD_TYPE,
    METHOD_FLOOR,
    METHOD_DOUBLE,
    METHOD_CEILING,
    METHOD_KEYVALUE,
    METHOD_DATETIME,
};

#define PATH_LEVEL_LAST UINT32_MAX

struct path_range {
    struct path_node *from, *to; /* to null: one element */
};

/* One step; `next` is applied to what it gives. */
struct path_node {
    enum path_kind kind;
    enum path_method method;
    bool boolean;
    struct path_node *next;
    struct path_node *left, *right; /* operands; the filter; datetime's template */
    struct slice text;              /* strings, keys, variables, patterns */
    struct slice flags;             /* of like_regex: each letter once */
    union datum number;
    uint32_t range_count;
    struct path_range *ranges;
    uint32_t first, last; /* levels */
};

struct jsonpath {
    bool is_lax;
    struct path_node *root;
};

/* Raises 42601 and 22P02. The tree lives in `arena` and may point into the text. */
struct jsonpath *jsonpath_parse(struct arena *arena, struct slice text);
void jsonpath_print(struct arena *arena, struct buf *to, const struct jsonpath *path);
/* The expression of a like_regex; raises 2201B. */
struct regex *path_regex(struct arena *arena, const struct path_node *node);
const char *path_method_name(enum path_method method);
/* "==", "+", ...: of operators with two operands, and the signs. */
const char *path_operator_name(enum path_kind kind);

/* ---- running ---- */

struct path_options {
    const struct type_env *env;
    struct jsonb vars; /* an object */
    bool is_silent;    /* errors of the path give no rows instead */
    bool uses_zone;    /* the *_tz functions */
};

/* What a step gives. A time is a string too, in ISO form. */
struct path_item {
    struct jsonb node;
    oid time_type; /* what datetime() made of a string; else OID_NONE */
    union datum time;
};

/* A row of items that grows. */
struct path_items {
    struct arena *arena;
    struct path_item *items;
    uint32_t count, capacity;
};

enum path_result { PATH_FOUND, PATH_NOTHING, PATH_FAILED };

/* `found` null: only whether there is something is asked for. */
enum path_result jsonpath_run(struct arena *arena, const struct jsonpath *path,
                              const struct path_options *options, const struct jsonb *root,
                              struct path_items *found);
