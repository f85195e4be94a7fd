/*
 * expr.h: a bound, typed expression: what analysis makes of SQL text and planner and executor read.
 *
 * Nodes live in one arena (the statement's, or the cached plan's) and are immutable once analysis
 * has returned; subtrees may be shared, so a pass that changes something makes new nodes
 * (expr_map). Every implicit conversion stands in the tree: whoever evaluates a node may rely on
 * the argument types being those that the function, operator or construct wants.
 *
 * Placeholders. Some constructs evaluate a sub-expression over a value of their own; in it that
 * value is an EXPR_PLACEHOLDER, and belongs to the innermost construct around it:
 *   EXPR_CASE with an operand   the WHENs compare the placeholder, the operand's value
 *   EXPR_CAST_ARRAY             case_element converts the placeholder, one element
 *   EXPR_CAST_DOMAIN            the tests read the placeholder, the value
 *
 * Columns never refer to a join: analysis replaces a join's column by what it stands for (a side's
 * column, or COALESCE of both for FULL JOIN USING).
 */
#pragma once

#include "base/arena.h"
#include "base/column.h"
#include "type/types.h"

struct query; /* sql/query.h */

enum expr_kind {
    EXPR_CONST,
    EXPR_PARAM,
    EXPR_COLUMN,
    EXPR_FUNC,      /* function, operator or cast function; set-returning ones too */
    EXPR_AND,       /* args: two or more */
    EXPR_OR,        /* args: two or more */
    EXPR_NOT,       /* args: 1 */
    EXPR_NULL_TEST, /* args: 1; IS [NOT] NULL */
    EXPR_BOOL_TEST, /* args: 1; IS [NOT] TRUE, FALSE, UNKNOWN */
    EXPR_DISTINCT,  /* args: 2; IS DISTINCT FROM by the equality in func (NOT: under EXPR_NOT) */
    EXPR_NULLIF,    /* args: 2; by the equality in func; type is the first argument's */
    EXPR_CASE,      /* args: when, then, when, then, ..., else; else is always there */
    EXPR_COALESCE,  /* args: one or more of one type */
    EXPR_MINMAX,    /* args: one or more of one type; GREATEST, LEAST */
    EXPR_ARRAY_COMPARE, /* args: scalar, array; scalar op ANY/ALL (array) */
    EXPR_ROW_COMPARE,   /* args: the left row's columns, then the right row's */
    EXPR_SUBLINK,       /* args: none, or the test (ANY, ALL) */
    EXPR_AGGREGATE,     /* args: arguments, then columns that only ORDER BY needs */
    EXPR_WINDOW,        /* args: arguments */
    EXPR_GROUPING,      /* GROUPING(...): args are the group expressions; grouping.groups */
    EXPR_ROW,           /* args: columns; ROW(...), type RECORD or a composite type */
    EXPR_ARRAY,         /* args: elements (or sub-arrays if array.is_nested) */
    EXPR_SUBSCRIPT,     /* args: the container; subscripts in subscript */
    EXPR_FIELD,         /* args: a record; field.number of it */
    EXPR_FIELD_ASSIGN,  /* args: the record, new values; for UPDATE t SET c.f = x */
    EXPR_RELABEL,       /* args: 1; same bytes, another type */
    EXPR_CAST_INOUT,    /* args: 1; by the output function of one type, the input of the other */
    EXPR_CAST_ARRAY,    /* args: an array, the conversion of a placeholder that is one element */
    EXPR_CAST_DOMAIN,   /* args: the value, then tests of a placeholder that is it */
    EXPR_CAST_ROW,      /* args: 1; a composite value to another composite type, by name */
    EXPR_COLLATE,       /* args: 1; COLLATE; collation is the node's */
    EXPR_VALUE_FUNC,    /* CURRENT_DATE and kin; typmod is the precision */
    EXPR_NEXTVAL,       /* the next value of an identity column's sequence */
    EXPR_CURRENT_OF,    /* WHERE CURRENT OF cursor */
    EXPR_PLACEHOLDER,   /* see above */
    EXPR_DEFAULT,       /* DEFAULT in INSERT or UPDATE; analysis replaces all of them */
    EXPR_SUBPLAN,       /* made by the planner from EXPR_SUBLINK: args go to the subplan's params */
};

enum param_kind {
    PARAM_EXTERNAL, /* $number, 1-based: the client's, or a literal lifted by the statement cache */
    PARAM_EXEC,     /* executor slot, 0-based: made by the planner for subplans and correlation */
    PARAM_SUBLINK,  /* column `number` (1-based) of a row of the sublink around this test */
};

/* How a call was written; for deparsing and EXPLAIN only. */
enum func_form {
    FORM_CALL,          /* f(x) */
    FORM_OPERATOR,      /* a op b, op a */
    FORM_CAST_EXPLICIT, /* x::t */
    FORM_CAST_IMPLICIT, /* not shown */
    FORM_SYNTAX,        /* EXTRACT(... FROM ...), SUBSTRING(... FOR ...), ... */
};

enum bool_test {
    TEST_TRUE,
    TEST_NOT_TRUE,
    TEST_FALSE,
    TEST_NOT_FALSE,
    TEST_UNKNOWN,
    TEST_NOT_UNKNOWN
};

enum sublink_kind {
    SUBLINK_EXISTS, /* bool */
    SUBLINK_ANY,    /* args[0] compares PARAM_SUBLINKs; true if it is true for a row (IN, = ANY) */
    SUBLINK_ALL,    /* ... if it is true for all rows */
    SUBLINK_SCALAR, /* the first column of the only row; null if there is none; else 21000 */
    SUBLINK_ROW,    /* as SCALAR, but the whole row as a record: UPDATE SET (a, b) = (SELECT ...),
                       where one node is shared by several targets under EXPR_FIELD */
    SUBLINK_ARRAY,  /* all values of the first column */
};

enum value_func {
    VALUE_CURRENT_DATE,
    VALUE_CURRENT_TIME,
    VALUE_CURRENT_TIMESTAMP,
    VALUE_LOCALTIME,
    VALUE_LOCALTIMESTAMP,
    VALUE_CURRENT_ROLE,
    VALUE_CURRENT_USER,
    VALUE_USER,
    VALUE_SESSION_USER,
    VALUE_CURRENT_CATALOG,
    VALUE_CURRENT_SCHEMA,
};

/* Column numbers as PostgreSQL's attnum: 1-based; system columns below zero. */
#define COLUMN_WHOLE_ROW 0
enum system_column {
    SYSTEM_CTID = -1,
    SYSTEM_XMIN = -2,
    SYSTEM_CMIN = -3,
    SYSTEM_XMAX = -4,
    SYSTEM_CMAX = -5,
    SYSTEM_TABLEOID = -6,
    SYSTEM_ROW_ID = 0x7fff, /* the hidden row id, int8; no name means it */
};

/*
 * One sort, group or partition key. `item` is an index, 0-based: into the query's targets, or into
 * an aggregate's args. `less` orders (DESC: the ">" operator); null if the type has equality only
 * and the key is used for nothing but grouping. `equal` is never null.
 */
struct sort_key {
    uint32_t item;
    const struct operator_info *less;
    const struct operator_info *equal;
    bool is_descending; /* `less` is a ">" of its family */
    bool nulls_first;
    bool can_hash; /* equality and hash of the type go together */
    oid collation;
};

/* What a column reference names. */
struct column_ref {
    uint32_t range;     /* index into the query's ranges */
    uint32_t levels_up; /* 0: this query; n: the n-th query around it */
    int16_t number;     /* see COLUMN_WHOLE_ROW, enum system_column */
};

struct func_ref {
    const struct func_info *func;
    const struct operator_info *op; /* null unless written (or chosen) as an operator */
    enum func_form form;
    bool is_variadic; /* VARIADIC was written, or the last argument was built from loose ones */
    bool is_variadic_array; /* VARIADIC "any" was given an array */
    oid input_collation;    /* for functions that compare; OID_NONE: none derived */
    /* Of functions returning record in FROM: what the column definition list says; else null. */
    const struct record_shape *columns;
};

struct aggregate_call {
    struct func_ref ref;     /* ref.func->aggregate is not null */
    uint32_t call_arg_count; /* of args: those that step gets; the rest are for `order` only */
    uint32_t direct_count;   /* ordered-set aggregates: how many direct arguments, else 0 */
    struct expr **direct;
    bool is_star;     /* count(*) */
    bool is_distinct; /* by all call arguments; `order` then begins with them */
    uint32_t order_count;
    struct sort_key *order;
    struct expr *filter; /* null: none */
    uint32_t levels_up;  /* the query that it aggregates over: 0 this one */
};

/* Where a node's collation comes from; what analysis derives that of nodes above by. */
enum collation_strength {
    COLLATION_NONE,
    COLLATION_IMPLICIT,
    COLLATION_CONFLICT, /* two implicit ones: an error for whoever needs one */
    COLLATION_EXPLICIT, /* COLLATE */
};

struct window_call {
    struct func_ref ref; /* FUNC_WINDOW or FUNC_AGGREGATE */
    bool is_star;
    struct expr *filter;
    uint32_t window; /* index into the query's windows */
};

struct subscript_part {
    struct expr *lower; /* null: left out, or not a slice */
    struct expr *upper; /* null: left out in a slice */
};

struct expr {
    enum expr_kind kind;
    oid type;
    int32_t typmod; /* -1: none */
    oid collation;  /* OID_NONE: type not collatable, or undetermined */
    enum collation_strength strength;
    int32_t at; /* byte offset in the statement's text; -1: none */
    uint32_t
        depth; /* height of the tree below this node, a leaf's is 0: EXPR_DEPTH_MAX bounds it */
    uint32_t arg_count;
    struct expr **args;
    union {
        struct {
            union datum value; /* zero if null; bytes live as long as the node */
            enum phys phys;    /* of the value; PHYS_NONE: not told */
            bool is_null;
        } constant;
        struct {
            enum param_kind kind;
            uint32_t number;
        } param;
        struct column_ref column;
        struct func_ref func; /* FUNC, DISTINCT, NULLIF; collation of MINMAX in input_collation */
        struct {
            bool is_not;
            bool is_row; /* the argument is a row: IS NULL if all its columns are */
        } null_test;
        enum bool_test bool_test;
        struct {
            struct expr *operand; /* null: searched CASE */
        } case_;
        struct {
            bool is_greatest;
            const struct operator_info *less;
            oid input_collation;
        } minmax;
        struct {
            struct func_ref ref; /* boolean operator: scalar, element */
            bool is_all;
            bool is_list; /* written x [NOT] IN (list) */
        } array_compare;
        struct {
            enum btree_op op; /* LT, LE, GE, GT: = and <> become AND/OR of comparisons */
            uint32_t column_count;
            const struct operator_info **operators; /* a column */
            oid *input_collations;
        } row_compare;
        struct {
            enum sublink_kind kind;
            struct query *query;
            const char *op_name; /* ANY, ALL: as written, "=" for IN */
        } sublink;
        struct aggregate_call aggregate;
        struct window_call window;
        struct {
            uint32_t levels_up;
            uint32_t *groups; /* a key of query.groups for each arg */
        } grouping;
        struct {
            const char **names; /* a name a column; null if none were given */
            bool is_implicit;   /* (a, b) rather than ROW(a, b) */
        } row;
        struct {
            oid element;
            bool is_nested;
        } array;
        struct {
            uint32_t part_count;
            struct subscript_part *parts;
            bool is_slice;
            oid container, element;
            struct expr *assign; /* not null: the container with this stored into it */
        } subscript;
        struct {
            int16_t number; /* 1-based */
            const char *name;
        } field;
        struct {
            uint32_t count;
            int16_t *numbers;
        } field_assign;
        enum func_form cast_form; /* RELABEL, CAST_*: explicit or implicit */
        struct {
            enum func_form form; /* the same as cast_form */
            bool is_not_null;
            const char *name;    /* of the domain */
            const char **checks; /* names, one for each test */
        } domain;
        enum value_func value_func;
        struct {
            oid sequence;
        } nextval;
        struct {
            const char *cursor;
            oid table;
            uint32_t key; /* the value is this column of the primary key of the row, or its id */
        } current_of;
        uint32_t subplan; /* index into the plan's subplans */
    };
};

/*
 * The deepest expression that analysis lets through (54001 past it), so that recursion over one
 * needs no checks of its own: 1 KiB of stack a level fits 2 MiB.
 */
#define EXPR_DEPTH_MAX 2000

/* ---- walking ---- */

/* Called for each direct child; true stops the walk. */
typedef bool (*expr_visit)(void *object, const struct expr *child);

/*
 * Visits the direct children of `e` in the order of evaluation: args, then those in the union
 * (filter, operand, subscripts, ...). Does not enter a sublink's query. True if a visit said so.
 */
bool expr_walk(const struct expr *e, expr_visit visit, void *object);

/* Returns what stands for `child` now: itself if nothing changed. */
typedef struct expr *(*expr_change)(void *object, struct expr *child);

/* `e` with every direct child passed through `change`: itself if none changed, else a new node. */
struct expr *expr_map(struct arena *arena, struct expr *e, expr_change change, void *object);

/*
 * Same meaning by structure: positions, forms and names given to columns do not count. Sublinks are
 * compared by their queries as printed (print.h).
 */
bool expr_equal(const struct expr *a, const struct expr *b);

/* True if a node of the kind is in the tree (itself included); sublinks' queries not entered. */
bool expr_contains(const struct expr *e, enum expr_kind kind);

/* The leftmost place in the text of the node and its parts, as errors show it; -1: none. */
int32_t expr_start(const struct expr *e);

/* ---- making ---- */

/* A node all zero but for these, with typmod -1. */
struct expr *expr_new(struct arena *arena, enum expr_kind kind, oid type, int32_t at);

/* Fills in `depth`, from the children. */
void expr_measure(struct expr *e);

struct expr *expr_const(struct arena *arena, oid type, int32_t typmod, union datum value,
                        int32_t at);
struct expr *expr_null(struct arena *arena, oid type, int32_t typmod, int32_t at);
struct expr *expr_bool(struct arena *arena, bool value);
