/*
 * routine.h: functions and procedures of users: what CREATE says of one, and its body, bound.
 *
 * A body is a list of statements. Its parameters are external ones, numbered by the arguments
 * that a call gives, and have names besides: `name`, `function.name`, and `name.field` for rows.
 * Columns of the same name come first. The last statement's columns are the result; conversions
 * to the result's type stand in the bound statement.
 */
#pragma once

#include "catalog/routine.h"
#include "sql/utility.h"

/* The names that a body's parameters go by. */
struct routine_names {
    const char *function;
    uint32_t count;
    const char *const *names; /* null where there is none */
};

enum routine_result {
    RESULT_NOTHING, /* void */
    RESULT_VALUE,   /* the first column is the value */
    RESULT_ROW,     /* the columns are those of the record */
};

struct routine_statement {
    struct query *query; /* a utility statement too */
    const struct raw_statement *raw;
};

struct routine_body {
    uint32_t count;
    struct routine_statement *statements;
    enum routine_result result;
    struct query *last; /* that gives the result; null: RESULT_NOTHING */
};

/* A call's types: of the arguments that it gives (in, inout, variadic), and of what it returns. */
struct routine_use {
    uint32_t arg_count;
    const oid *args;
    oid result;
    uint32_t out_count; /* the columns of a record; 0: not told */
    const oid *outs;
    const char *const *out_names;
};

/* As declared. */
struct routine_use routine_use_of(const struct routine *routine, struct arena *arena);

/*
 * Parses and binds a body. Raises 42P13 if the last statement does not give the result. Errors
 * of a body of text have places in that text.
 */
struct routine_body *analyze_routine(const struct analyze_options *options,
                                     const struct routine *routine, const struct routine_use *use);

/*
 * What stands for a call of a user's function in SQL (EXPR_FUNC, its arguments as they are now):
 * its body over the arguments. Null: the call stays. It may call functions that can be inlined
 * in turn.
 */
struct expr *routine_inline(const struct analyze_options *options, const struct expr *call);

/* CREATE [OR REPLACE] FUNCTION, PROCEDURE. */
struct create_routine {
    struct object_name name;
    bool or_replace, has_result;
    struct routine routine; /* without numbers, schema, owner, config */
    const char *language;   /* as written */
    uint32_t set_count;
    struct set *sets; /* SET clauses */
    int32_t body_at;  /* where the text of the body was written; -1: a body of statements */
    /* What it names: a body of statements, bound, and defaults. */
    uint32_t query_count;
    struct query **queries;
    uint32_t default_count;
    struct expr **defaults;
};

enum routine_option_bits {
    OPTION_VOLATILITY = 1,
    OPTION_STRICT = 2,
    OPTION_SECURITY = 4,
    OPTION_LEAKPROOF = 8,
    OPTION_COST = 16,
    OPTION_ROWS = 32,
    OPTION_PARALLEL = 64,
};

/* ALTER FUNCTION, PROCEDURE, ROUTINE ... options. */
struct alter_routine {
    enum object_kind object;
    struct object_item item;
    uint32_t given; /* bits of enum routine_option_bits: fields of `routine` that are set */
    struct routine routine;
    uint32_t set_count;
    struct set *sets; /* SET and RESET, in order */
};

/* CALL: the call with its arguments converted, and what comes back. */
struct call_routine {
    struct expr *call;   /* EXPR_FUNC */
    struct query *query; /* SELECT of the arguments that are given, in order */
};

struct create_operator {
    struct object_name name;
    struct operator_info info;              /* types, function, what it can do, estimators */
    struct object_name commutator, negator; /* name null: none */
};

struct alter_operator {
    struct object_item item;
    bool sets_restrict, sets_join;
    const char *restrict_est, *join_est; /* null: NONE */
};

/* CREATE and DROP CAST, COMMENT ON CAST. */
struct cast_statement {
    struct cast_info info;
    bool if_exists, is_cascade;
    const char *missing; /* IF EXISTS: why there is none */
    const char *comment;
};

/* True if the type is anyelement or kin. */
bool routine_type_is_polymorphic(oid type);
/* May a routine of the language SQL take or return it? */
bool routine_type_is_usable(const struct name_scope *scope, oid type, bool is_result);
