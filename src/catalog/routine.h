/*
 * routine.h: what users make that is called or applied: functions, procedures, aggregates,
 * operators and casts.
 *
 * Each holds, as its first part, the struct that a built-in one of its kind would be
 * (type/types.h), so whoever resolves names and runs calls sees no difference. A routine's
 * functions pass the call on to the session (type/routine.h); which language runs it is the
 * session's matter.
 *
 * Objects are immutable once loaded and live as long as the catalog that handed them out. Texts
 * of bodies and defaults are SQL. A body of BEGIN ATOMIC or RETURN is kept as statements that
 * mean the same under any search_path, and names its parameters by number.
 */
#pragma once

#include "type/routine.h"

struct catalog;

enum routine_language { LANGUAGE_INTERNAL = 12, LANGUAGE_C = 13, LANGUAGE_SQL = 14 };

/* How the body stands in `source`. */
enum routine_body_kind {
    BODY_TEXT = 's',   /* as the user wrote it */
    BODY_ATOMIC = 'a', /* BEGIN ATOMIC: its statements */
    BODY_RETURN = 'r', /* RETURN e: SELECT e */
};

enum routine_arg_mode {
    ARG_IN = 'i',
    ARG_OUT = 'o',
    ARG_INOUT = 'b',
    ARG_VARIADIC = 'v',
    ARG_TABLE = 't'
};

struct routine_arg {
    const char *name; /* null: none */
    oid type;
    enum routine_arg_mode mode;
    const char *default_sql; /* null: none */
};

struct routine {
    struct func_info info; /* .routine points here */
    oid schema, owner;
    enum routine_language language;
    char kind; /* f, p, a, w: pg_proc.prokind */
    enum routine_body_kind body;
    const char *source;
    uint16_t arg_count; /* of all modes */
    const struct routine_arg *args;
    bool is_security_definer, is_leakproof;
    char parallel; /* s, r, u */
    float cost, rows;
    uint16_t config_count;
    const char *const *config;             /* "name=value" */
    const struct aggregate_def *aggregate; /* kind a; else null */
    const char *comment;
};

struct user_operator {
    struct operator_info info;
    oid schema, owner;
    bool is_shell; /* named by another as its commutator or negator; not made yet */
    const char *comment;
};

struct user_cast {
    struct cast_info info;
    oid cast;
    const char *comment;
};

/* True for arguments that a call gives; of a procedure those that it only gives back too. */
static inline bool
routine_arg_is_given(enum routine_arg_mode mode)
{
    return mode == ARG_IN || mode == ARG_INOUT || mode == ARG_VARIADIC;
}

/* Fills what follows from the other fields of `info`: arguments, results, how it is called. The
 * number, name, result, is_set, is_strict and volatility are there. Memory is `arena`'s. */
void routine_derive(struct routine *routine, const struct types *types, struct arena *arena);

/* ---- finding. Null if there is none. ---- */

const struct routine *catalog_routine(struct catalog *catalog, oid routine);
const struct user_operator *catalog_operator(struct catalog *catalog, oid op);
const struct user_cast *catalog_cast(struct catalog *catalog, oid source, oid target);
/* All of a name in the schema, a null-terminated array. */
const struct func_info *const *catalog_routines_named(struct catalog *catalog, oid schema,
                                                      const char *name);
/* Without shells. */
const struct operator_info *const *catalog_operators_named(struct catalog *catalog, oid schema,
                                                           const char *name);
/* By its signature: the types of the arguments that a call gives, without those that a procedure
 * only gives back. */
const struct routine *catalog_find_routine(struct catalog *catalog, oid schema, const char *name,
                                           uint32_t arg_count, const oid *args);
/* Shells too. */
const struct user_operator *catalog_find_operator(struct catalog *catalog, oid schema,
                                                  const char *name, oid left, oid right);

/* ---- all of a kind, in oid order, in `arena` ---- */

const struct routine **catalog_routines(struct catalog *catalog, struct arena *arena,
                                        uint32_t *count);
const struct user_operator **catalog_operators(struct catalog *catalog, struct arena *arena,
                                               uint32_t *count);
const struct user_cast **catalog_casts(struct catalog *catalog, struct arena *arena,
                                       uint32_t *count);

/* ---- changing: the object is copied; put replaces one of the same number ---- */

void catalog_put_routine(struct catalog *catalog, const struct routine *routine);
void catalog_drop_routine(struct catalog *catalog, oid routine);
void catalog_put_operator(struct catalog *catalog, const struct user_operator *op);
void catalog_drop_operator(struct catalog *catalog, oid op);
void catalog_put_cast(struct catalog *catalog, const struct user_cast *cast);
void catalog_drop_cast(struct catalog *catalog, oid source, oid target);

/* The types of a routine's signature, in `arena`. */
oid *routine_signature(const struct routine *routine, struct arena *arena, uint32_t *count);
