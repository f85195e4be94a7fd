/*
 * types.h: the registry of SQL types, functions, operators, casts and aggregates that are built in.
 *
 * Each type's file (int.c, numeric.c, text.c, ...) ends with const tables of what it brings;
 * types.c names all tables and builds the look-up maps. The registry is a value of the engine,
 * immutable once made (but for its cache of time zones, which locks), so any thread reads it. All
 * OIDs are PostgreSQL's.
 *
 * User-made types come from the catalog as further struct type_info with the same contract.
 */
#pragma once

#include "base/arena.h"
#include "base/buf.h"
#include "base/column.h"
#include "type/env.h"
#include "type/oid.h"

struct types;
struct timezones;  /* type/timezone.h */
struct range_type; /* type/range.h */

/* Everything a conversion may need beside the value. Results live in `arena`. */
struct type_call {
    struct arena *arena;
    const struct type_env *env;
    const struct type_info *type;
    int32_t typmod; /* -1: none; PostgreSQL's encoding (numeric: ((p << 16) | s) + 4, varchar: n +
                       4, ...) */
    oid element;    /* arrays: the element type; else OID_NONE */
};

/*
 * A type. Functions raise SQL errors. None is called with null.
 *
 *   input    text as a user writes it -> value, typmod applied (PostgreSQL's typinput)
 *   output   appends the value's text to `to` (PostgreSQL's typoutput)
 *   recv     binary format -> value; must survive any bytes (22P03, 08P01)
 *   send     appends the binary format
 *   compare  total order as btree's default operator class; both values of this type
 *   hash     equal values hash equal, across all types of one hash family (int2/4/8;
 * char/varchar/text) key_put  appends the order-preserving encoding: memcmp order = compare order,
 * no encoding is a prefix of another's; false if the type cannot be a key key_get  reads one
 * encoding back from *at (bounded by end), advances *at; null if key_put loses information (then
 * the value is stored beside the key); false on bytes that no key_put made
 */
struct type_info {
    oid type, array, element; /* element: of arrays, else OID_NONE */
    const char *name;         /* pg_type.typname: "int4" */
    const char *sql_name;     /* format_type's: "integer" */
    int16_t length;           /* typlen: -1 varlena, -2 cstring */
    bool is_by_value;
    char align, category, kind; /* typalign; typcategory; typtype b, c, d, e, p, r, m */
    char storage;               /* typstorage */
    bool is_preferred;
    bool is_collatable;
    char delimiter;
    enum phys phys;
    oid input_oid, output_oid, recv_oid, send_oid, typmod_in_oid,
        typmod_out_oid;             /* pg_proc's, for the catalog */
    const struct range_type *range; /* of kinds r and m, see type/range.h; else null */

    union datum (*input)(struct type_call *call, struct slice text);
    void (*output)(struct type_call *call, union datum value, struct buf *to);
    union datum (*recv)(struct type_call *call, struct slice bytes);
    void (*send)(struct type_call *call, union datum value, struct buf *to);
    int32_t (*typmod_in)(struct type_call *call, const int64_t *args, uint32_t count);
    void (*typmod_out)(struct type_call *call, int32_t typmod, struct buf *to); /* "(10,2)" */
    int (*compare)(union datum a, union datum b);
    uint64_t (*hash)(union datum value);
    bool (*key_put)(union datum value, struct buf *to);
    bool (*key_get)(const uint8_t **at, const uint8_t *end, struct arena *arena,
                    union datum *value);
};

/* ---- functions ---- */

enum func_kind { FUNC_PLAIN, FUNC_AGGREGATE, FUNC_WINDOW, FUNC_PROCEDURE };
enum func_volatility { FUNC_IMMUTABLE, FUNC_STABLE, FUNC_VOLATILE };

#define FUNC_ARGS_MAX 100 /* PostgreSQL's FUNC_MAX_ARGS */

/* One call site. The expression compiler fills in the const part once; the interpreter the rest. */
struct func_call {
    struct arena *arena; /* results live here: until the batch is consumed */
    const struct type_env *env;
    const struct func_info *func;
    oid result_type; /* polymorphic functions: what was resolved */
    int32_t result_typmod;
    const oid *arg_types;
    const int32_t *arg_typmods; /* -1 each if unknown */
    uint32_t arg_count;
    bool is_variadic_array; /* VARIADIC "any": the last argument is the array of the rest */
    const bool *arg_nulls;  /* FUNC not strict: which arguments are null; else null pointer */
    /* The columns of the rows that a function returning record makes, where the query says them;
       else null. (type/record.h) */
    const struct record_shape *columns;
    bool result_is_null;       /* set by the function to return null; false on entry */
    void *state;               /* the function's own, per call site and execution; null at first.
                                  Allocate it in state_arena */
    struct arena *state_arena; /* lives as long as the execution */
    oid collation;
};

static inline bool
func_arg_is_null(const struct func_call *call, uint32_t arg_idx)
{
    return call->arg_nulls != NULL && call->arg_nulls[arg_idx];
}

/* Null from a function: what it returns. */
static inline union datum
func_null(struct func_call *call)
{
    call->result_is_null = true;
    return (union datum){.words = {0, 0}};
}

/* One value from values. args[i] of a null argument (not strict only) is all zero. */
typedef union datum (*func_scalar)(struct func_call *call, const union datum *args);

/*
 * A vector at once; optional beside the scalar form, for what hot queries call. Arguments are never
 * null at the rows asked for (strict functions only). Computes result->data[row] for each row of
 * the selection (sel[0..count) or, if sel is null, 0..count). An argument with is_const has its
 * value at 0. The result is never const; its nulls are the caller's.
 */
typedef void (*func_vector)(struct func_call *call, uint32_t count, const uint16_t *sel,
                            const struct column *args, struct column *result);

/*
 * Set-returning functions: called until it returns false. Writes one row (1 value, or the columns
 * of its record) into values and nulls. call->state is null at the first call.
 */
typedef bool (*func_set)(struct func_call *call, const union datum *args, union datum *values,
                         bool *nulls);

struct func_info {
    oid func;
    const char *name;
    oid result;
    uint16_t arg_count; /* those that a caller may give; variadic counts as one */
    const oid *args;
    bool is_strict;
    bool is_set;
    oid variadic;                 /* element type of the last argument if VARIADIC, else OID_NONE */
    uint16_t default_count;       /* trailing arguments that may be left out; see `defaults` */
    const char *const *defaults;  /* SQL text of each */
    const char *const *arg_names; /* null if unnamed */
    enum func_kind kind;
    enum func_volatility volatility;
    func_scalar scalar;
    func_vector vector;
    func_set set;
    const struct aggregate_info *aggregate; /* kind FUNC_AGGREGATE */
    const oid *out_types;                   /* record-returning: columns */
    const char *const *out_names;
    uint16_t out_count;
    const struct routine *routine; /* what a user has made (catalog/routine.h); null: built in */
};

/*
 * An aggregate's implementation over states of fixed size, so that the hash table keeps them
 * inline.
 *
 *   state_bytes   at most 64 for hot ones; zero bytes are a valid fresh state before init
 *   init          optional
 *   step          folds one row in; args of nulls only if not strict (strict: rows with a null
 * argument are skipped) step_vector   optional: states[i] is the state of row i of the selection
 *   inverse       optional: takes a row away that was folded in, as if it never had been
 *                 (windows); false if that cannot be told exactly: the state is then void
 *   combine       folds `from` into `into` (parallel, spilling); may be null
 *   finish        result; sets call->result_is_null
 *   save, load    state <-> bytes for spilling; null if the state is plain bytes without pointers
 * Memory that a state points to lives in call->state_arena, which belongs to the group's table.
 */
struct aggregate_info {
    uint32_t state_bytes;
    bool is_strict;
    void (*init)(struct func_call *call, void *state);
    void (*step)(struct func_call *call, void *state, const union datum *args);
    void (*step_vector)(struct func_call *call, uint32_t count, const uint16_t *sel,
                        void *const *states, const struct column *args);
    bool (*inverse)(struct func_call *call, void *state, const union datum *args);
    void (*combine)(struct func_call *call, void *into, const void *from);
    union datum (*finish)(struct func_call *call, void *state);
    void (*save)(struct func_call *call, const void *state, struct buf *to);
    void (*load)(struct func_call *call, void *state, struct slice from);
    char agg_kind;        /* 'n' plain, 'o' ordered-set, 'h' hypothetical; these have no step */
    uint8_t direct_count; /* 'o', 'h': arguments before WITHIN GROUP, as the catalog counts them */
    bool is_in_order;     /* the result follows the order of the rows, also where combined */
    oid sort_operator;    /* min and max: the operator whose first value it is; else OID_NONE */
};

struct operator_info {
    oid op;
    const char *name;
    oid left, right; /* left OID_NONE: prefix */
    oid result;
    oid func;
    oid commutator, negator;
    bool can_hash, can_merge;
    const char *restrict_est, *join_est; /* "eqsel", "scalarltsel", ...; null: none */
};

enum cast_context { CAST_EXPLICIT, CAST_ASSIGNMENT, CAST_IMPLICIT };
enum cast_method { CAST_FUNC, CAST_BINARY, CAST_INOUT };

struct cast_info {
    oid source, target;
    oid func; /* OID_NONE unless CAST_FUNC. A func of 2 or 3 arguments gets typmod (int4),
                 is_explicit (bool). */
    enum cast_context context;
    enum cast_method method;
};

/* What a type's file brings. */
struct type_tables {
    const struct type_info *types;
    uint32_t type_count;
    const struct func_info *funcs;
    uint32_t func_count;
    const struct operator_info *operators;
    uint32_t operator_count;
    const struct cast_info *casts;
    uint32_t cast_count;
};

struct types *types_new(void); /* null: no memory */
void types_free(struct types *types);

/* The registry's cache of time zones; it locks, so any thread may ask it. */
struct timezones *types_timezones(const struct types *types);

const struct type_info *types_find(const struct types *types, oid type); /* null: none */
const struct type_info *types_find_name(const struct types *types, const char *name); /* typname */
const struct func_info *types_func(const struct types *types, oid func);
const struct operator_info *types_operator(const struct types *types, oid op);
const struct cast_info *types_cast(const struct types *types, oid source, oid target);
/* The cast that applies a length, such as varchar(n): source = target; null if the type has none.
 */
const struct cast_info *types_length_cast(const struct types *types, oid type);

/* All functions or operators of a name; a null-terminated array owned by the registry, empty if
 * none. */
const struct func_info *const *types_funcs_named(const struct types *types, const char *name);
const struct operator_info *const *types_operators_named(const struct types *types,
                                                         const char *name);

/* The operators of the type's default btree order: "<", "<=", "=", ">=", ">"; null if it has none.
 */
enum btree_op { BTREE_LT = 1, BTREE_LE, BTREE_EQ, BTREE_GE, BTREE_GT };
const struct operator_info *types_btree_operator(const struct types *types, oid left, oid right,
                                                 enum btree_op op);
/* If `op` is a member of a default btree family, which; else 0. */
int types_btree_strategy(const struct types *types, oid op);

/* For pg_catalog: the i-th of each table, null past the end. */
const struct type_info *types_at(const struct types *types, uint32_t type_idx);
const struct func_info *types_func_at(const struct types *types, uint32_t func_idx);
const struct operator_info *types_operator_at(const struct types *types, uint32_t operator_idx);
const struct cast_info *types_cast_at(const struct types *types, uint32_t cast_idx);

/* The type of a number: built in, or a user's, whom env->access knows. Raises XX000. */
const struct type_info *type_get(const struct type_env *env, oid type);
/* The built-in type whose order, hash and layout a type has: itself, or what a user's borrows. */
oid type_contract(const struct type_env *env, const struct type_info *info);
/* A built-in type without a registry; null: none. A search: not for inner loops. */
const struct type_info *types_builtin(oid type);

/* Convenience: whole conversions with the right struct type_call. */
union datum type_input(const struct type_env *env, struct arena *arena, oid type, int32_t typmod,
                       struct slice text);
void type_output(const struct type_env *env, struct arena *arena, oid type, union datum value,
                 struct buf *to);
const char *type_output_text(const struct type_env *env, struct arena *arena, oid type,
                             union datum value);
/* format_type: "character varying(10)", "integer[]", ... in arena. */
const char *type_format(const struct types *types, struct arena *arena, oid type, int32_t typmod);
