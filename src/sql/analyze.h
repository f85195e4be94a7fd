/*
 * analyze.h: from SQL text to bound statements; the front door of this part.
 *
 *     struct raw_list *list = parse_sql(arena, text);          // 42601 raised here
 *     for each raw in list:
 *         struct query *q = analyze(&options, &list->statements[i]);
 *
 * All functions raise. Errors carry the position in characters of the text given to parse_sql.
 * A raw list may be kept (PREPARE) and analysed again, with other parameter types or after the
 * catalog has changed: analysis never changes it. Nothing here reads data: a query made for a
 * scope stays right as long as that scope would answer the same.
 *
 * Bounds: a text that nests deeper than can be parsed safely is refused with 54001 before it is
 * parsed; an expression deeper than EXPR_DEPTH_MAX is refused with 54001 by analysis.
 */
#pragma once

#include "sql/query.h"
#include "sql/scope.h"

struct raw_statement {
    const void *node;    /* the parser's tree; in the raw list's arena */
    const char *text;    /* the whole text, zero-terminated: positions refer to it */
    struct slice source; /* this statement within the text, outer blanks and comments trimmed */
};

struct raw_list {
    uint32_t count;
    struct raw_statement *statements;
};

/*
 * Parses a text of any number of statements (none: count 0) into `arena`. `text` is copied.
 * Thread-safe. Cost: a few microseconds for a short statement.
 */
struct raw_list *parse_sql(struct arena *arena, struct slice text);

/*
 * The types of $1, $2, ... On entry those given by the client: OID_NONE or TYPE_UNKNOWN where it
 * left them open. With can_infer, analysis fills these in as PostgreSQL does, and grows the list;
 * a parameter whose type stays open is 42P18. Without it, a number past count is 42P02.
 * Initialise to zero for "none known".
 */
struct param_types {
    uint32_t count;
    oid *types; /* grown in the arena of struct analyze_options */
    bool can_infer;
};

struct analyze_options {
    struct arena *arena;
    const struct name_scope *scope;
    struct param_types *params; /* null: the statement must have none */
    /*
     * The statement is kept and its literals were lifted into parameters: an unknown-typed
     * parameter that no context types becomes text, and lifted[] says what each was.
     */
    bool is_lifted;
};

/* True if analysis makes a utility statement of it. */
bool raw_is_utility(const struct raw_statement *raw);

/* Analyses one statement. The query lives in options->arena. */
struct query *analyze(const struct analyze_options *options, const struct raw_statement *raw);

/*
 * An expression stored as SQL text with a table (default, check, generated, index key or
 * predicate), bound to the table's columns as range 0, levels_up 0. `table` null: no columns may
 * be named. type OID_NONE: whatever comes; else the result is assigned to that type.
 */
struct expr *analyze_expr(const struct analyze_options *options, const struct table *table,
                          const char *sql, oid type, int32_t typmod);

/* A check of a domain over the base, stored as text; VALUE is a placeholder (expr.h). */
struct expr *analyze_domain_check(const struct analyze_options *options, oid base, int32_t typmod,
                                  const char *sql);

/* The rules for rows of `table`, read as columns of range `range`; see struct row_rules. */
struct row_rules *analyze_row_rules(const struct analyze_options *options,
                                    const struct table *table, uint32_t range);

/* The default of a column as INSERT uses it: its default, identity's next value, or null. */
struct expr *analyze_default(const struct analyze_options *options, const struct table *table,
                             int16_t column);

/* Why rows cannot be changed through a view, a full sentence; null: they can. */
const char *analyze_view_reason(const struct analyze_options *options, const struct table *view);
/* What may be done to the rows of a relation: 4 update, 8 insert, 16 delete; column not 0: with
 * that column written to. */
uint32_t analyze_updatable(const struct analyze_options *options, const struct table *table,
                           int16_t column);

/* A type as a user writes it, "numeric(10,2)": false if there is no such type; 42601 if the text
 * cannot be one. */
bool analyze_type_name(const struct analyze_options *options, const char *text, oid *type,
                       int32_t *typmod);

/* The command tag that the statement completes with, such as "CREATE TABLE" (DML: the verb). */
const char *query_tag(const struct query *q);

/* True if the statement writes nothing: allowed in a read-only transaction. */
bool query_is_read_only(const struct query *q);
