/*
 * access.h: what functions that look at the database ask the session for. Raise on errors.
 *
 * type_env.access is null outside a session: functions that need it then raise 55000.
 */
#pragma once

#include "base/arena.h"
#include "base/column.h"
#include "type/oid.h"

struct func_call; /* type/types.h */
struct func_info;
struct type_info;

enum partition_text { PARTITION_TEXT_KEY, PARTITION_TEXT_CONSTRAINT };

/* A table or an index in a tree of partitions. */
struct partition_place {
    oid relation, parent; /* parent OID_NONE: the root */
    bool is_leaf;
    int32_t level; /* from where the tree was asked for */
};

enum routine_text_kind {
    ROUTINE_NAME,      /* with its schema where search_path does not find it */
    ROUTINE_SIGNATURE, /* f(integer,text) */
    ROUTINE_ARGUMENTS,
    ROUTINE_IDENTITY, /* the arguments without defaults */
    ROUTINE_RESULT,
    ROUTINE_BODY, /* of statements */
    ROUTINE_DEFINITION,
};

struct db_access {
    void *object; /* passed to each function */

    /* A type that is not built in; null: there is none. */
    const struct type_info *(*user_type)(void *object, oid type);

    /* A function of any kind; null: there is none. */
    const struct func_info *(*func)(void *object, oid func);
    /* Calls of functions whose bodies the session runs: func_scalar's and func_set's contracts. */
    union datum (*routine_value)(void *object, struct func_call *call, const union datum *args);
    bool (*routine_row)(void *object, struct func_call *call, const union datum *args,
                        union datum *values, bool *nulls);
    /* Raises if the value is none that the domain allows: 23514, 23502. */
    void (*domain_check)(void *object, oid domain, union datum value, bool is_null);

    /* Users' functions (or operators) of a name as written; args null: of any. How many, the
     * last one in *found. */
    uint32_t (*routines_named)(void *object, const char *name, bool is_operator, uint32_t arg_count,
                               const oid *args, oid *found);
    /* Of a user's function, as a text in `arena`; null: no such function, or it has none. */
    const char *(*routine_text)(void *object, oid routine, enum routine_text_kind what,
                                struct arena *arena);
    const char *(*operator_text)(void *object, oid op, bool with_types, struct arena *arena);

    int64_t (*sequence_next)(void *object, oid sequence);
    int64_t (*sequence_current)(void *object, oid sequence); /* 55000 before the first nextval */
    int64_t (*sequence_last)(void *object);                  /* lastval() */
    /* What nextval gave last, in any session; false: nothing yet. */
    bool (*sequence_peek)(void *object, oid sequence, int64_t *value);
    void (*sequence_set)(void *object, oid sequence, int64_t value, bool is_called);

    /* Settings; null: there is none. set: is_local undoes it at the transaction's end. */
    const char *(*setting)(void *object, const char *name, struct arena *arena);
    const char *(*set_setting)(void *object, const char *name, const char *value, bool is_local,
                               struct arena *arena);

    /* Relations by a name as written (quoted parts, schema or search_path): OID_NONE if there is
     * none. And back, quoted and qualified where needed. */
    oid (*relation_named)(void *object, const char *name);
    const char *(*relation_name)(void *object, oid relation, struct arena *arena); /* null: none */
    bool (*relation_is_visible)(void *object, oid relation);
    /* WHERE CURRENT OF: what tells apart the row of the table that the cursor stands on, column
     * `key` of its primary key or the row id; false: null. Raises 24000, 34000. */
    bool (*current_key)(void *object, const char *cursor, oid table, uint32_t key,
                        union datum *value);
    char (*relation_kind)(void *object, oid relation); /* pg_class.relkind; 0: none */
    /* Bits of pg_relation_is_updatable; attr not 0: with that column written to. */
    uint32_t (*relation_updatable)(void *object, oid relation, int attr);
    /* A column by its name or, if that is null, by its number. */
    bool (*has_column)(void *object, oid relation, const char *name, int attr);
    /* A type as written, "numeric(10,2)", "public.t[]": OID_NONE if there is none; 42601 if it
     * cannot be one. And back, for types that are not built in; null: none. */
    oid (*type_named)(void *object, const char *text);
    const char *(*type_name)(void *object, oid type, struct arena *arena);
    oid (*role_named)(void *object, const char *name);
    const char *(*role_name)(void *object, oid role, struct arena *arena);
    oid (*schema_named)(void *object, const char *name);
    const char *(*schema_name)(void *object, oid schema, struct arena *arena);

    const char *(*database_name)(void *object);
    oid (*database_named)(void *object, const char *name);
    bool (*has_database)(void *object, oid database);
    int64_t (*database_bytes)(void *object, oid database); /* negative: not known */
    const char *(*user_name)(void *object, bool is_session_user);
    /* search_path's existing schemas in order; with `is_implicit` pg_catalog too. */
    const char **(*schemas)(void *object, bool is_implicit, struct arena *arena, uint32_t *count);
    uint32_t (*pid)(void *object);
    /* The client's address, or the server's as the client reached it; null: not by an address. */
    const char *(*address)(void *object, bool is_server, int32_t *port);
    uint64_t (*transaction_id)(void *object);
    bool (*cancel)(void *object, uint32_t pid, bool is_terminate);
    int64_t (*relation_bytes)(void *object, oid relation, bool with_indexes);
    int64_t (*started_us)(void *object); /* the server's start: timestamptz */

    /* SQL text of stored definitions, in `arena`; null: no such object. */
    const char *(*index_def)(void *object, oid index, int column, bool is_pretty,
                             struct arena *arena);
    const char *(*constraint_def)(void *object, oid constraint, bool is_pretty,
                                  struct arena *arena);
    /* Of a partitioned table its key, of a partition what holds for its rows. */
    const char *(*partition_text)(void *object, oid relation, enum partition_text what,
                                  struct arena *arena);
    /* The relation, a table or an index, and all below it, or above it up to the root; none if it
     * is no part of any such tree. */
    struct partition_place *(*partition_places)(void *object, oid relation, bool is_upwards,
                                                struct arena *arena, uint32_t *count);
    /* The types of the key of a table that is partitioned by hash; raises if it is not. */
    const oid *(*hash_key)(void *object, oid relation, int32_t modulus, struct arena *arena,
                           uint32_t *count);
    const char *(*view_def)(void *object, oid view, bool is_pretty, struct arena *arena);
    /* An expression kept as SQL text with the relation (OID_NONE: with none). */
    const char *(*expr_def)(void *object, const char *sql, oid relation, bool is_pretty,
                            struct arena *arena);
    const char *(*comment)(void *object, oid object_oid, oid class_oid, int sub,
                           struct arena *arena);
    /* "table t", "column a of table t"; null: no such object. */
    const char *(*describe)(void *object, oid class_oid, oid object_oid, int sub,
                            struct arena *arena);
    const char *(*serial_sequence)(void *object, const char *table, const char *column,
                                   struct arena *arena);
    /* Sleeps, ending early with 57014 when cancelled. */
    void (*sleep)(void *object, double seconds);
};
