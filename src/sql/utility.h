/*
 * utility.h: statements that are not queries, analysed: names split, types resolved, options
 * checked, nested queries bound.
 *
 * Whoever runs them (session) finds the objects by name in its own catalog and reports what is
 * missing; analysis looks up only what it needs to resolve types and expressions. Expressions
 * that are to be stored stand here twice: as SQL text that means the same under any search_path
 * (for the catalog), and bound (for filling or checking rows that exist already), with columns
 * of range 0 being those of the table as it will be.
 *
 * Texts are zero-terminated; all lives as expr.h says. A kind that is not here is refused by
 * analysis with 0A000.
 */
#pragma once

#include "sql/analyze.h"

enum utility_kind {
    /* transactions */
    UTILITY_BEGIN, /* START TRANSACTION too */
    UTILITY_COMMIT,
    UTILITY_ROLLBACK,
    UTILITY_SAVEPOINT,
    UTILITY_RELEASE,
    UTILITY_ROLLBACK_TO,
    UTILITY_PREPARE_TRANSACTION,
    UTILITY_COMMIT_PREPARED,
    UTILITY_ROLLBACK_PREPARED,
    UTILITY_SET_CONSTRAINTS,
    /* session */
    UTILITY_SET,
    UTILITY_SHOW,
    UTILITY_DISCARD,
    UTILITY_PREPARE,
    UTILITY_EXECUTE,
    UTILITY_DEALLOCATE,
    UTILITY_DECLARE,
    UTILITY_FETCH, /* MOVE too */
    UTILITY_CLOSE,
    UTILITY_LISTEN,
    UTILITY_UNLISTEN,
    UTILITY_NOTIFY,
    UTILITY_LOCK,
    UTILITY_EXPLAIN,
    UTILITY_COPY,
    UTILITY_CALL,
    UTILITY_DO,
    /* upkeep */
    UTILITY_VACUUM, /* ANALYZE too */
    UTILITY_CHECKPOINT,
    UTILITY_REINDEX,
    UTILITY_CLUSTER,
    UTILITY_ALTER_SYSTEM,
    /* objects */
    UTILITY_CREATE_TABLE,
    UTILITY_CREATE_TABLE_AS, /* SELECT INTO, CREATE MATERIALIZED VIEW too */
    UTILITY_ALTER_TABLE,     /* ALTER INDEX, VIEW, SEQUENCE ... where they share its subcommands */
    UTILITY_TRUNCATE,
    UTILITY_CREATE_INDEX,
    UTILITY_CREATE_SEQUENCE,
    UTILITY_ALTER_SEQUENCE,
    UTILITY_CREATE_VIEW,
    UTILITY_REFRESH_VIEW,
    UTILITY_CREATE_SCHEMA,
    UTILITY_CREATE_DATABASE,
    UTILITY_DROP_DATABASE,
    UTILITY_ALTER_DATABASE,
    UTILITY_DROP,
    UTILITY_RENAME,
    UTILITY_SET_SCHEMA,
    UTILITY_OWNER,
    UTILITY_COMMENT,
    UTILITY_CREATE_DOMAIN,
    UTILITY_ALTER_DOMAIN,
    UTILITY_CREATE_ENUM,
    UTILITY_CREATE_RANGE,
    UTILITY_CREATE_COMPOSITE, /* in create_table */
    UTILITY_ALTER_ENUM,
    UTILITY_CREATE_FUNCTION, /* and PROCEDURE */
    UTILITY_ALTER_FUNCTION,
    UTILITY_CREATE_OPERATOR,
    UTILITY_ALTER_OPERATOR,
    UTILITY_CREATE_CAST,
    UTILITY_DROP_CAST,
    UTILITY_COMMENT_CAST,
    UTILITY_CREATE_ROLE,
    UTILITY_ALTER_ROLE,
    UTILITY_DROP_ROLE,
    UTILITY_GRANT,
    UTILITY_GRANT_ROLE,
};

/* The kinds of objects that DROP, RENAME, COMMENT, ... name. */
enum object_kind {
    OBJECT_KIND_TABLE,
    OBJECT_KIND_INDEX,
    OBJECT_KIND_SEQUENCE,
    OBJECT_KIND_VIEW,
    OBJECT_KIND_MATVIEW,
    OBJECT_KIND_COLUMN,
    OBJECT_KIND_TABLE_CONSTRAINT,
    OBJECT_KIND_DOMAIN_CONSTRAINT,
    OBJECT_KIND_SCHEMA,
    OBJECT_KIND_DATABASE,
    OBJECT_KIND_TYPE,
    OBJECT_KIND_DOMAIN,
    OBJECT_KIND_ATTRIBUTE,
    OBJECT_KIND_FUNCTION,
    OBJECT_KIND_PROCEDURE,
    OBJECT_KIND_ROUTINE,
    OBJECT_KIND_AGGREGATE,
    OBJECT_KIND_OPERATOR,
    OBJECT_KIND_ROLE,
    OBJECT_KIND_TRIGGER,
    OBJECT_KIND_EXTENSION,
    OBJECT_KIND_COLLATION,
    OBJECT_KIND_LANGUAGE,
};

struct object_name {
    const char *schema; /* null: along search_path, or where new objects go */
    const char *name;
    int32_t at;
};

struct name_list {
    uint32_t count;
    const char **names;
};

/* name [= value], as in WITH (...), EXPLAIN (...), COPY (...). */
struct option {
    const char *name_space; /* "toast" in toast.x; null */
    const char *name;
    const char *value; /* as text; null: none given */
    int32_t at;
};

struct option_list {
    uint32_t count;
    struct option *options;
};

/* ---- tables ---- */

/* Sequence options; has_ says which were written. RESTART alone restarts at start. */
struct sequence_options {
    oid type; /* OID_NONE: not written */
    bool has_start, has_increment, has_min, has_max, has_cache, has_cycle, has_restart, has_owned;
    bool no_min, no_max; /* NO MINVALUE, NO MAXVALUE */
    bool restart_at_start;
    bool can_cycle;
    int64_t start, increment, min, max, cache, restart;
    struct object_name owned_table; /* OWNED BY; name null: NONE */
    const char *owned_column;
    struct object_name name; /* SEQUENCE NAME of an identity column; name null: to be chosen */
};

/* A stored expression: see the head comment. sql null: none. */
struct stored_expr {
    const char *sql;
    struct expr *expr;
};

enum serial_kind { SERIAL_NONE, SERIAL_COLUMN, SERIAL_IDENTITY };

struct column_spec {
    const char *name;
    oid type;
    int32_t typmod;
    oid collation;
    bool is_not_null;
    bool is_local; /* a partition's: options of it were written */
    struct stored_expr default_expr;
    struct stored_expr generated;
    enum identity identity;
    /*
     * Serial and identity columns own a sequence of the name `sequence_name`, free when analysed,
     * to be made in the table's schema by `sequence`. A serial's default_expr.sql is
     * nextval('schema.name'::regclass) and its expr is null: the sequence does not exist yet.
     */
    enum serial_kind serial;
    const char *sequence_name;
    struct sequence_options sequence;
    bool is_inherited;      /* it comes from parents alone */
    uint16_t inherit_count; /* parents that have it */
    bool has_conflict;      /* parents disagree on the default, and nothing else was said */
    int32_t at;
};

struct constraint_spec {
    enum constraint_kind kind;
    const char *name; /* as written, or chosen as PostgreSQL does (and free when analysed) */
    bool is_named;    /* written */
    struct name_list columns;
    struct name_list include;
    bool nulls_not_distinct;
    const char *using_index; /* ADD CONSTRAINT ... USING INDEX; null */
    struct stored_expr check;
    struct object_name foreign_table;
    struct name_list foreign_columns; /* count 0: the primary key */
    char on_update, on_delete, match; /* pg_constraint's letters; match s, f, p */
    struct name_list set_columns;     /* ON DELETE SET NULL (columns) */
    bool is_deferrable, is_deferred, is_not_valid, is_no_inherit;
    bool is_inherited;      /* as a column's */
    uint16_t inherit_count; /* parents that have it */
    int32_t at;
};

/* A notice of how columns or checks of parents were merged. */
struct merge_notice {
    const char *message, *detail; /* detail may be null */
};

/* ---- partitions ---- */

/* One column of a partition key. */
struct partition_elem {
    const char *column; /* null: an expression */
    struct stored_expr expr;
    oid type, collation;
};

struct partition_spec {
    char strategy; /* l, r, h */
    uint32_t count;
    struct partition_elem *elems;
};

/* A value of a bound, converted to the key's type; not computed yet. */
struct bound_value {
    enum partition_datum_kind kind;
    bool is_null; /* lists: the constant NULL */
    struct stored_expr value;
    uint32_t position; /* in the statement's text, for errors */
};

struct bound_spec {
    bool is_default;
    char strategy;
    int32_t modulus, remainder;
    uint32_t count;             /* list: values; range: columns */
    struct bound_value *values; /* list, or FROM */
    struct bound_value *to;
    uint32_t position;
};

enum on_commit { ON_COMMIT_PRESERVE, ON_COMMIT_DELETE, ON_COMMIT_DROP };

struct create_table {
    struct object_name name;
    char persistence; /* p, t, u */
    bool if_not_exists;
    uint32_t column_count;
    struct column_spec *columns;
    uint32_t constraint_count;
    struct constraint_spec *constraints; /* columns' included; at most one PRIMARY */
    enum on_commit on_commit;
    struct option_list options;
    oid of_type; /* a typed table's; OID_NONE */
    /* LIKE ... INCLUDING INDEXES: indexes to make after the table. */
    uint32_t index_count;
    struct create_index **indexes;
    uint32_t parent_count; /* INHERITS */
    oid *parents;
    uint32_t notice_count;
    struct merge_notice *notices;
    struct partition_spec *partition_by; /* null: not partitioned */
    struct object_name partition_of;     /* name null: of nothing */
    struct bound_spec *bound;
};

struct create_table_as {
    struct object_name name;
    char persistence;
    bool if_not_exists, with_no_data, is_matview;
    struct query *query;
    /* The columns of the new table: types of the result, names given or those of the result. */
    uint32_t column_count;
    struct column_spec *columns;
    const char *sql; /* matview: the query's text */
    enum on_commit on_commit;
    struct option_list options;
    const char *execute; /* CREATE TABLE ... AS EXECUTE name: then query is null */
};

enum alter_kind {
    ALTER_ADD_COLUMN,
    ALTER_DROP_COLUMN,
    ALTER_COLUMN_TYPE,
    ALTER_SET_DEFAULT,
    ALTER_DROP_DEFAULT,
    ALTER_SET_NOT_NULL,
    ALTER_DROP_NOT_NULL,
    ALTER_DROP_EXPRESSION,
    ALTER_SET_STATISTICS,
    ALTER_SET_STORAGE,
    ALTER_SET_COMPRESSION,
    ALTER_ADD_IDENTITY,
    ALTER_SET_IDENTITY,
    ALTER_DROP_IDENTITY,
    ALTER_ADD_CONSTRAINT,
    ALTER_ALTER_CONSTRAINT,
    ALTER_VALIDATE_CONSTRAINT,
    ALTER_DROP_CONSTRAINT,
    ALTER_OWNER,
    ALTER_SET_OPTIONS,
    ALTER_RESET_OPTIONS,
    ALTER_SET_LOGGED,
    ALTER_SET_UNLOGGED,
    ALTER_SET_COLUMN_OPTIONS,
    ALTER_CLUSTER_ON,
    ALTER_SET_WITHOUT_CLUSTER,
    ALTER_REPLICA_IDENTITY,
    ALTER_ATTACH_PARTITION, /* of an index too: then without a bound */
    ALTER_DETACH_PARTITION,
    ALTER_FINALIZE_DETACH,
    ALTER_OF, /* type is the composite type */
    ALTER_NOT_OF,
    ALTER_WITHOUT_OIDS, /* no table has any: nothing is to be done */
    ALTER_INHERIT,
    ALTER_NO_INHERIT,
};

/*
 * One subcommand. Expressions are bound to the table as it was before the statement, with the
 * columns that earlier subcommands add at its end (numbers go on from column_count).
 */
struct alter_command {
    enum alter_kind kind;
    const char *name; /* the column, constraint, owner, ... */
    bool if_exists, if_not_exists, is_cascade;
    struct column_spec *column;         /* ADD_COLUMN */
    struct constraint_spec *constraint; /* ADD_, ALTER_CONSTRAINT */
    oid type;                           /* COLUMN_TYPE */
    int32_t typmod;
    oid collation;
    struct stored_expr using_expr;   /* COLUMN_TYPE: never null: USING, or the assignment cast */
    struct stored_expr default_expr; /* SET_DEFAULT; COLUMN_TYPE: the default as converted */
    enum identity identity;
    const char *sequence_name;
    struct sequence_options sequence; /* ADD_, SET_IDENTITY */
    struct option_list options;
    const char *value;            /* storage, compression */
    int64_t number;               /* statistics target */
    struct object_name partition; /* ATTACH, DETACH */
    struct bound_spec *bound;
    bool is_concurrent;
    struct object_name parent; /* INHERIT, NO_INHERIT */
    int32_t at;
};

struct alter_table {
    enum object_kind object; /* as written: TABLE, INDEX, VIEW, SEQUENCE, ... */
    struct object_name name;
    bool if_exists, is_only;
    bool is_missing; /* if_exists and there is none: a notice, nothing else */
    uint32_t command_count;
    struct alter_command *commands;
};

struct index_key_spec {
    const char *column; /* null: an expression */
    struct stored_expr expr;
    oid type;
    oid collation;
    const char *opclass; /* null: the default */
    bool is_descending, nulls_first;
    int32_t at;
};

struct create_index {
    const char *name; /* as written, or chosen, and free when analysed */
    bool is_named, is_unique, if_not_exists, is_concurrent, nulls_not_distinct;
    bool is_only;
    struct object_name table;
    const char *method; /* "btree", ... */
    uint32_t key_count;
    struct index_key_spec *keys;
    struct name_list include;
    struct stored_expr where;
    struct option_list options;
};

struct create_sequence {
    struct object_name name;
    char persistence;
    bool if_not_exists;
    struct sequence_options options;
};

struct alter_sequence {
    struct object_name name;
    bool if_exists;
    struct sequence_options options;
};

struct create_view {
    struct object_name name;
    char persistence;
    bool becomes_temporary; /* because its query reads temporary tables */
    bool or_replace;
    const char *not_updatable; /* why the query is not one to change through; null: it is */
    const char *sql;           /* the query as stored */
    struct query *query;
    uint32_t column_count;
    struct column_spec *columns;
    struct option_list options;
};

struct refresh_view {
    struct object_name name;
    bool is_concurrent, with_no_data;
};

struct create_schema {
    const char *name;
    const char *owner;
    bool if_not_exists;
    uint32_t statement_count; /* objects made along, not yet analysed */
    struct raw_statement *statements;
};

/* ---- objects of any kind ---- */

struct func_signature {
    bool has_args; /* else the name alone must be enough */
    uint32_t arg_count;
    oid *args;
    uint32_t all_count; /* those that are only given back too, if any were written; else 0 */
    oid *all;
    const char *text;    /* the types as written */
    const char *missing; /* IF EXISTS: there is no such type; else null */
};

struct object_item {
    struct object_name name;
    const char *column; /* columns, attributes; constraints and triggers: their name */
    struct func_signature signature;
};

struct drop {
    enum object_kind object;
    bool if_exists, is_cascade, is_concurrent;
    uint32_t item_count;
    struct object_item *items;
};

struct rename {
    enum object_kind object;
    enum object_kind relation; /* column, constraint: TABLE, VIEW, ... as written */
    bool if_exists, is_cascade;
    bool is_only; /* column, constraint: not in tables that inherit */
    struct object_item item;
    const char *new_name;
};

/* SET SCHEMA, OWNER TO. */
struct alter_object {
    enum object_kind object;
    bool if_exists;
    struct object_item item;
    const char *value;
};

struct comment {
    enum object_kind object;
    struct object_item item;
    const char *text; /* null: remove */
};

/* ---- session ---- */

struct transaction {
    const char *name; /* savepoint; prepared transaction's id */
    bool has_isolation, has_read_only, has_deferrable;
    const char *isolation; /* "read committed", ... */
    bool is_read_only, is_deferrable;
    bool is_chain; /* COMMIT AND CHAIN */
};

enum set_kind {
    SET_VALUE,
    SET_DEFAULT,
    SET_FROM_CURRENT,
    SET_RESET,
    SET_RESET_ALL,
    SET_TRANSACTION,             /* SET TRANSACTION modes */
    SET_SESSION_CHARACTERISTICS, /* SET SESSION CHARACTERISTICS AS TRANSACTION modes */
    SET_TRANSACTION_SNAPSHOT,
};

struct set {
    enum set_kind kind;
    bool is_local;
    const char *name;
    /* SET_VALUE: the values as written; one mostly (a list for search_path and its like). */
    struct name_list values;
    bool *is_quoted; /* [values.count]: a string constant, else a bare word or number */
    struct transaction modes;
};

struct show {
    const char *name; /* null: ALL */
};

enum discard_kind { DISCARD_ALL, DISCARD_PLANS, DISCARD_SEQUENCES, DISCARD_TEMP };

struct prepare {
    const char *name;
    struct param_types params;
    struct raw_statement statement; /* in the text's raw list: copy what is to outlive it */
};

struct execute {
    const char *name;
    uint32_t arg_count;
    struct expr **args; /* not yet converted to the parameters' types: see analyze_assign */
};

struct declare {
    const char *name;
    struct query *query;
    struct slice source; /* the query's text */
    bool is_binary, is_hold, is_insensitive, is_asensitive;
    bool is_scroll, is_no_scroll;
};

enum fetch_direction { FETCH_TO_FORWARD, FETCH_TO_BACKWARD, FETCH_TO_ABSOLUTE, FETCH_TO_RELATIVE };
#define FETCH_COUNT_ALL INT64_MAX

struct fetch {
    const char *cursor;
    enum fetch_direction direction;
    int64_t count; /* FORWARD, BACKWARD: rows, negative swaps; ABSOLUTE, RELATIVE: the place */
    bool is_move;
};

struct lock_tables {
    uint32_t count;
    struct object_name *tables;
    bool *is_only;
    int mode; /* PostgreSQL's: 1 ACCESS SHARE ... 8 ACCESS EXCLUSIVE */
    bool is_nowait;
};

enum explain_format { EXPLAIN_TEXT, EXPLAIN_XML, EXPLAIN_JSON, EXPLAIN_YAML };

struct explain {
    struct query *query; /* may be a utility: CREATE TABLE AS, DECLARE, EXECUTE */
    enum explain_format format;
    bool is_analyze, is_verbose, has_costs, has_buffers, has_settings, has_wal, has_timing,
        has_summary;
};

enum copy_format { COPY_TEXT, COPY_CSV, COPY_BINARY };
enum copy_header { COPY_HEADER_NONE, COPY_HEADER_YES, COPY_HEADER_MATCH };

/*
 * COPY. From: values go to `columns` (numbers) in order; a column that is not listed gets its
 * entry of defaults; then rules. To: `query` gives the rows (COPY table TO too: SELECT columns).
 */
struct copy {
    bool is_from;
    const struct table *table; /* null: COPY (query) TO */
    struct query *query;       /* TO */
    uint32_t column_count;
    int16_t *columns;
    struct expr **defaults; /* FROM: [table->column_count]; null where the file gives it or it is
                               dropped or generated */
    struct row_rules *rules;
    struct stored_expr where; /* FROM ... WHERE, over range 0; its text names plain columns */
    const char *file;         /* null: the client */
    bool is_program;
    enum copy_format format;
    enum copy_header header;
    bool is_freeze;
    const char *encoding; /* null: the client's */
    char delimiter, quote, escape;
    const char *null_text;
    /* Per table column (by number - 1; COPY query: per result column), null: none. */
    bool force_quote_all;
    bool *force_quote, *force_not_null, *force_null;
};

struct vacuum_table {
    struct object_name table;
    struct name_list columns;
};

struct vacuum {
    bool is_vacuum, is_analyze, is_full, is_freeze, is_verbose, skip_locked;
    uint32_t table_count; /* 0: all */
    struct vacuum_table *tables;
};

struct reindex {
    enum object_kind object; /* INDEX, TABLE, SCHEMA, DATABASE */
    bool is_system;          /* REINDEX SYSTEM */
    struct object_name name;
    bool is_concurrent, is_verbose;
};

struct truncate {
    uint32_t count;
    struct object_name *tables;
    bool *is_only;
    bool restart_identity, is_cascade;
};

struct create_database {
    const char *name;
    struct option_list options; /* template, owner, encoding, ...: lower case */
};

struct drop_database {
    const char *name;
    bool if_exists, is_force;
};

struct alter_database {
    const char *name;
    struct option_list options;
    struct set *set; /* ALTER DATABASE ... SET; null */
};

struct role {
    const char *name;
    const char *kind; /* "role", "user", "group" */
    struct option_list options;
    struct set *set; /* ALTER ROLE ... SET; null */
    const char *database;
};

struct drop_role {
    struct name_list names;
    bool if_exists;
};

/* GRANT and REVOKE of privileges. */
struct privilege {
    const char *name; /* null: ALL */
    struct name_list columns;
};

struct grant {
    bool is_grant, has_grant_option, is_cascade;
    bool is_all_in_schema;
    enum object_kind object;
    uint32_t item_count;
    struct object_item *items;
    uint32_t privilege_count; /* 0: ALL */
    struct privilege *privileges;
    struct name_list grantees; /* "public" is PUBLIC */
};

struct grant_role {
    bool is_grant, has_admin_option, is_cascade;
    struct name_list roles, grantees;
};

struct enum_spec {
    struct object_name name;
    struct name_list labels;
};

struct range_spec {
    struct object_name name;
    oid subtype;
    const char *opclass;           /* null: the subtype's default */
    oid collation, diff;           /* OID_NONE: none */
    struct object_name multirange; /* name null: derived from the range's */
};

/* ALTER TYPE ... ADD VALUE (old_label null), RENAME VALUE. */
struct alter_enum {
    struct object_name name;
    const char *old_label, *new_label;
    const char *neighbour; /* null: at the end */
    bool is_after, if_not_exists;
};

struct domain_check_spec {
    const char *name; /* null: to be chosen */
    struct stored_expr check;
    bool is_not_valid;
};

struct create_domain {
    struct object_name name;
    oid base;
    int32_t typmod;
    oid collation;
    uint32_t dim_count;
    bool is_not_null;
    struct stored_expr default_expr;
    uint32_t check_count;
    struct domain_check_spec *checks;
};

struct alter_domain {
    struct object_name name;
    oid domain;
    char kind; /* the parser's: T default, O and N set and drop NOT NULL, C, X and V add, drop and
                  validate a constraint */
    struct stored_expr default_expr; /* sql null: DROP DEFAULT */
    const char *constraint;
    struct domain_check_spec check;
    bool if_exists, is_cascade;
};

struct notify {
    const char *channel; /* LISTEN, UNLISTEN (null: *), NOTIFY */
    const char *payload;
};

struct set_constraints {
    bool is_all, is_deferred;
    uint32_t count;
    struct object_name *names;
};

struct utility {
    enum utility_kind kind;
    const char *tag; /* the command tag; "SELECT", "FETCH", "COPY" get a count from whoever runs */
    union {
        struct transaction transaction;
        struct set_constraints set_constraints;
        struct set set;
        struct show show;
        enum discard_kind discard;
        struct prepare prepare;
        struct execute execute;
        const char *name; /* DEALLOCATE, CLOSE (null: ALL) */
        struct declare declare;
        struct fetch fetch;
        struct notify notify;
        struct lock_tables lock;
        struct explain explain;
        struct copy copy;
        struct vacuum vacuum;
        struct reindex reindex;
        struct truncate truncate;
        struct create_table create_table;
        struct create_domain create_domain;
        struct alter_domain alter_domain;
        struct create_table_as create_table_as;
        struct alter_table alter_table;
        struct create_index create_index;
        struct create_sequence create_sequence;
        struct alter_sequence alter_sequence;
        struct create_view create_view;
        struct refresh_view refresh_view;
        struct create_schema create_schema;
        struct create_database create_database;
        struct drop_database drop_database;
        struct alter_database alter_database;
        struct drop drop;
        struct rename rename;
        struct alter_object alter_object;
        struct comment comment;
        struct enum_spec create_enum;
        struct range_spec create_range;
        struct alter_enum alter_enum;
        struct role role;
        struct drop_role drop_role;
        struct grant grant;
        struct grant_role grant_role;
        /* sql/routine.h */
        struct create_routine *create_routine;
        struct alter_routine *alter_routine;
        struct call_routine *call_routine;
        struct create_operator *create_operator;
        struct alter_operator *alter_operator;
        struct cast_statement *cast;
    };
};

/* ---- for whoever runs them ---- */

/* `value` converted to the type by assignment, as EXECUTE's arguments are; 42804 if it cannot be.
 */
struct expr *analyze_assign(const struct analyze_options *options, struct expr *value, oid type,
                            int32_t typmod, const char *what);
