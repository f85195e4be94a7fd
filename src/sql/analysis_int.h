/*
 * analysis_int.h: the state of analysis, and what its files offer each other.
 *
 * One struct analysis a statement; one struct level a query in it, linked to the level around.
 * All of it lives in the statement's arena; no function frees anything. Every function may raise.
 * `at` is always a byte offset in the statement's text, -1 if there is none.
 */
#pragma once

#include "base/raise.h"
#include "sql/analyze.h"
#include "sql/tree.h"
#include "sql/utility.h"
#include <stdlib.h>

/* A growing list of pointers in an arena. */
struct list {
    void **items;
    uint32_t count, room;
};

struct analysis {
    struct arena *arena;
    const struct name_scope *scope;
    const struct types *types;
    const struct type_env *env;
    struct param_types *params;
    uint32_t param_capacity; /* of params->types, once they have grown here */
    bool is_lifted;
    const char *text;                    /* null: places are not to be shown (stored text) */
    uint32_t depth;                      /* of expressions and queries being bound now */
    uint32_t view_depth;                 /* of views in views */
    const struct routine_names *routine; /* the body of a function: sql/routine.h; else null */
    struct list open_params; /* struct expr: parameters whose type was open when they were bound */
};

/* Where an expression stands: decides what may be in it, and how errors name the place. */
enum clause {
    CLAUSE_NONE,
    CLAUSE_JOIN_ON,
    CLAUSE_JOIN_USING,
    CLAUSE_FROM_SUBQUERY,
    CLAUSE_FROM_FUNCTION,
    CLAUSE_WHERE,
    CLAUSE_HAVING,
    CLAUSE_FILTER,
    CLAUSE_WINDOW_PARTITION,
    CLAUSE_WINDOW_ORDER,
    CLAUSE_FRAME_RANGE,
    CLAUSE_FRAME_ROWS,
    CLAUSE_FRAME_GROUPS,
    CLAUSE_TARGET,
    CLAUSE_INSERT_TARGET,
    CLAUSE_UPDATE_SOURCE,
    CLAUSE_UPDATE_TARGET,
    CLAUSE_MERGE_WHEN,
    CLAUSE_GROUP_BY,
    CLAUSE_ORDER_BY,
    CLAUSE_DISTINCT_ON,
    CLAUSE_LIMIT,
    CLAUSE_OFFSET,
    CLAUSE_RETURNING,
    CLAUSE_VALUES,
    CLAUSE_VALUES_ROW,
    CLAUSE_CHECK,
    CLAUSE_DEFAULT,
    CLAUSE_INDEX_KEY,
    CLAUSE_INDEX_PREDICATE,
    CLAUSE_ALTER_TYPE,
    CLAUSE_EXECUTE,
    CLAUSE_COPY_WHERE,
    CLAUSE_GENERATED,
    CLAUSE_CALL,
    CLAUSE_PARTITION_KEY,
    CLAUSE_PARTITION_BOUND,
    CLAUSE_COUNT
};

struct item_column {
    const char *name;  /* null: dropped */
    struct expr *expr; /* levels_up 0 */
    bool is_hidden;    /* from stars */
};

/* A name in FROM, and the columns reached through it. */
struct item {
    const char *name, *schema; /* name null: an unnamed join; schema null: an alias */
    uint32_t range;
    uint32_t column_count;
    struct item_column *columns;
    bool is_name_visible, are_columns_visible;
    bool is_lateral_only;     /* seen by LATERAL ranges only, while FROM is being bound */
    bool is_lateral_ok;       /* they may really refer to it */
    const struct table *view; /* that is changed through the range, its base table; null: none */
};

/* A view's column as its base table has it. */
struct base_column {
    int16_t number;            /* of the base table; 0: it cannot be changed, */
    const char *reason;        /* as a full sentence says, */
    const char *column, *view; /* because of this column of the view, or of one beneath it */
};

/* The table or view that a statement names to be changed. */
struct change_target {
    const struct table *named, *base;   /* the same but for a view */
    const struct base_column *map;      /* [named->column_count]; null: a table */
    const struct column_def **defaults; /* [base->column_count]: whose default a column has */
    struct list wheres; /* struct view_check: of all views on the way, inner ones first */
};

struct level {
    struct analysis *an;
    struct level *parent;
    struct query *query;
    enum clause clause;
    struct list ranges;      /* struct range */
    struct list items;       /* struct item: visible now */
    struct list row_marks;   /* struct row_mark */
    struct list window_defs; /* PgQuery__WindowDef; window_call.window is the number here */
    struct list groupings;   /* struct expr of GROUPING() */
    struct list ctes;        /* struct cte */
    struct list later_ctes;  /* char: names of WITH items that are not visible yet */
    struct list targets;     /* struct target, in making */
    struct item *result_item;
    const struct change_target *change; /* what result_item is; null: nothing is changed */
    struct cte *self_cte; /* the recursive WITH item that this query is the body of, or null */
    const PgQuery__CommonTableExpr *self_node;
    const struct expr *last_set_function;
    const char *value_name; /* a name that stands for value_expr: VALUE in a domain's check */
    struct expr *value_expr;
    bool is_lateral_active;
    bool calls_procedure;    /* CALL: the next call bound is a procedure's */
    bool is_sublink;         /* the query of an expression, not of FROM */
    bool is_aggregate_order; /* an aggregate's ORDER BY: names and numbers mean nothing there */
    bool keep_unknown; /* unknown-typed targets stay so: INSERT ... SELECT, UNION's branches */
};

struct subquery_options {
    bool keep_unknown, is_sublink;
    struct cte *self_cte;
    const PgQuery__CommonTableExpr *self_node;
};

/* ---- analysis.c ---- */

void list_add(struct arena *arena, struct list *list, void *item);
/* A copy of the items, of `bytes` each, as one array. */
void *list_flatten(struct arena *arena, const struct list *list, size_t bytes);

/* The place as errors count it: characters from 1; 0 if unknown. */
uint32_t place_of(const struct analysis *an, int32_t at);
_Noreturn void fail(const struct analysis *an, int32_t at, sqlstate code, const char *format, ...)
    PRINTF_LIKE(4, 5);
/* `hint` and `detail` may be null. */
_Noreturn void fail_hint(const struct analysis *an, int32_t at, sqlstate code, const char *hint,
                         const char *format, ...) PRINTF_LIKE(5, 6);
_Noreturn void fail_detail(const struct analysis *an, int32_t at, sqlstate code, const char *detail,
                           const char *format, ...) PRINTF_LIKE(5, 6);
_Noreturn void fail_unsupported(const struct analysis *an, int32_t at, const char *what);
/* Calls call(object); an error that has no place gets this one. */
void located(const struct analysis *an, int32_t at, void (*call)(void *object), void *object);

void depth_enter(struct analysis *an, uint32_t weight);
void depth_leave(struct analysis *an, uint32_t weight);

struct level *level_new(struct analysis *an, struct level *parent, enum command command);
/* Moves what was gathered in lists into the query. */
void level_finish(struct level *level);

const char *type_text(const struct analysis *an, oid type, int32_t typmod);
const char *dotted_name(const struct analysis *an, const char *schema, const char *name);

/* ---- typename.c ---- */

void check_database(struct analysis *an, const char *database, const char *full_name, int32_t at);
struct object_name object_name(struct analysis *an, struct nodes names, int32_t at);
struct object_name range_name(struct analysis *an, const PgQuery__RangeVar *name);
bool typename_find(struct analysis *an, const PgQuery__TypeName *type, oid *found, int32_t *typmod);
oid typename_get(struct analysis *an, const PgQuery__TypeName *type, int32_t *typmod);

/* ---- coerce.c ---- */

struct coercion {
    enum cast_context context;
    int32_t typmod;
    enum func_form form;
    int32_t at;
};

enum path_kind { PATH_NONE, PATH_RELABEL, PATH_FUNC, PATH_INOUT, PATH_ARRAY };

struct path {
    enum path_kind kind;
    oid func;
};

/* What the type is a domain over at last: itself if it is none. */
oid base_type(const struct analysis *an, oid type);
/* The same; *typmod is set to the length that the domain gives it. */
oid base_type_typmod(const struct analysis *an, oid type, int32_t *typmod);
bool type_is_domain(const struct analysis *an, oid type);
/* To a domain, tested. */
struct expr *coerce_domain(struct analysis *an, struct expr *e, oid domain,
                           const struct coercion *how);
/* A check over VALUE, of the type and length, that is being made. */
struct expr *bind_domain_check(struct analysis *an, const PgQuery__Node *node, oid base,
                               int32_t typmod);
/* The default of a domain, or of what it is over; null: none. */
struct expr *domain_default(struct analysis *an, oid type);
const PgQuery__Node *parse_expression(struct analysis *an, const char *sql);

char type_category(const struct analysis *an, oid type);
bool type_is_preferred(const struct analysis *an, char category, oid type);
oid array_element(const struct analysis *an, oid type); /* OID_NONE: no array */
/* What a[i] has of type `a`: of arrays, and of types such as point that are rows of numbers. */
oid subscript_element(const struct analysis *an, oid type);
oid array_of(const struct analysis *an, oid type);
bool type_is_row(const struct analysis *an, oid type);

struct path path_find(const struct analysis *an, oid target, oid source, enum cast_context context);
bool can_coerce(const struct analysis *an, uint32_t count, const oid *from, const oid *to,
                enum cast_context context);
struct expr *const_input(struct analysis *an, struct slice text, oid type, int32_t typmod,
                         int32_t at);
/* To the type, without its length; must be possible. */
struct expr *coerce_type(struct analysis *an, struct expr *e, oid target,
                         const struct coercion *how);
struct expr *coerce_typmod(struct analysis *an, struct expr *e, const struct coercion *how);
/* To the type and length; null if there is no such conversion. */
struct expr *coerce_to(struct analysis *an, struct expr *e, oid target, const struct coercion *how);
struct expr *coerce_implicit(struct analysis *an, struct expr *e, oid target);
/* `construct` is what errors call it: "argument of WHERE must be ...". */
struct expr *coerce_boolean(struct analysis *an, struct expr *e, const char *construct);
struct expr *coerce_specific(struct analysis *an, struct expr *e, oid target, int32_t typmod,
                             const char *construct);
/* As UNION, CASE and VALUES find it. context null: OID_NONE instead of an error. */
oid common_type(struct analysis *an, struct expr *const *exprs, uint32_t count, const char *context,
                uint32_t *which);
struct expr *coerce_common(struct analysis *an, struct expr *e, oid target, const char *context);
int32_t common_typmod(struct expr *const *exprs, uint32_t count, oid type);

/* ---- generic.c ---- */

bool type_is_polymorphic(oid type);
bool generic_is_consistent(const struct analysis *an, const oid *actual, const oid *declared,
                           uint32_t count);
/* Replaces polymorphic types in `declared` by what they stand for; the result's type. */
oid generic_resolve(struct analysis *an, const oid *actual, oid *declared, uint32_t count,
                    oid result);

/* ---- collation.c ---- */

#define COLLATION_DEFAULT ((oid)100)

const char *collation_text(const struct analysis *an, oid collation);
/* To be called for each node once its parts are set: derives collation, measures depth. */
void expr_done(struct analysis *an, struct expr *e);
struct expr *collate_node(struct analysis *an, struct expr *arg, oid collation, int32_t at);
struct expr *bind_collate(struct level *level, const PgQuery__CollateClause *node);
oid collation_get(struct analysis *an, struct nodes names, int32_t at);

/* ---- candidates.c, func.c, op.c ---- */

struct candidate {
    oid *types; /* wanted for each argument given */
    const struct func_info *func;
    const struct operator_info *op;
    uint16_t *places;       /* named notation: where each argument goes; else null */
    uint32_t spread;        /* how many arguments the variadic one takes; 0: not spread */
    uint32_t default_count; /* left out */
    bool is_ambiguous;
};

/* Those that the types can be converted to, kept at the front; how many. */
uint32_t candidates_match(struct analysis *an, struct candidate **list, uint32_t count,
                          const oid *types, uint32_t arg_count);
/* The best of several that match; null: ambiguous. Reorders the list. */
struct candidate *candidates_select(struct analysis *an, struct candidate **list, uint32_t count,
                                    const oid *types, uint32_t arg_count);

struct func_use {
    struct object_name name;
    uint32_t arg_count;
    const oid *types;
    const char *const *names; /* named notation; entries or all may be null */
    bool is_variadic, has_decoration, has_order, is_procedure;
};

enum choice_kind { CHOICE_NONE, CHOICE_AMBIGUOUS, CHOICE_FUNC, CHOICE_CAST };

struct func_choice {
    enum choice_kind kind;
    struct candidate *candidate;
    oid cast_target;
};

struct func_choice func_choose(struct analysis *an, const struct func_use *use);
const char *func_signature_text(const struct analysis *an, struct object_name name, uint32_t count,
                                const oid *types, const char *const *arg_names);
_Noreturn void fail_function(const struct analysis *an, const struct func_use *use,
                             bool is_ambiguous);

const struct operator_info *operator_choose(struct analysis *an, struct object_name name, oid left,
                                            oid right, bool may_miss);
struct object_name operator_name(struct analysis *an, struct nodes names, int32_t at);
/* left null: prefix. */
struct expr *bind_operator(struct level *level, struct object_name name, struct expr *left,
                           struct expr *right);
struct expr *operator_node(struct level *level, const struct operator_info *op,
                           struct expr *const *args, uint32_t arg_count, int32_t at);

struct order_operators {
    const struct operator_info *less, *equal, *greater; /* null: the type has none */
    bool can_hash;
};

struct order_operators order_operators(const struct analysis *an, oid type);

/* ---- expressions: bind_expr.c, bind_op.c, bind_case.c, subscript.c, subquery.c, call.c ---- */

struct expr *bind_expr(struct level *level, const PgQuery__Node *node);
struct expr *bind_in_clause(struct level *level, const PgQuery__Node *node, enum clause clause);
struct expr *cast_explicit(struct analysis *an, struct expr *e, oid type, int32_t typmod,
                           int32_t at);
struct expr *not_node(struct analysis *an, struct expr *arg, int32_t at);
struct expr *null_test_node(struct analysis *an, struct expr *arg, bool is_not, int32_t at);

struct expr *bind_a_expr(struct level *level, const PgQuery__AExpr *node);
/* One condition is itself; more are joined by `kind`, EXPR_AND or EXPR_OR. */
struct expr *join_conditions(struct analysis *an, enum expr_kind kind, struct expr **args,
                             uint32_t count, int32_t at);
struct expr *compare_rows(struct level *level, struct object_name op, struct expr *const *left,
                          uint32_t left_count, struct expr *const *right, uint32_t right_count);
struct expr *array_compare(struct level *level, struct object_name name, bool is_all,
                           struct expr *left, struct expr *right);

struct expr *bind_case(struct level *level, const PgQuery__CaseExpr *node);
struct expr *bind_coalesce(struct level *level, const PgQuery__CoalesceExpr *node);
struct expr *bind_minmax(struct level *level, const PgQuery__MinMaxExpr *node);
struct expr *bind_row(struct level *level, const PgQuery__RowExpr *node);
struct expr *bind_array(struct level *level, const PgQuery__AArrayExpr *node, oid array,
                        oid element, int32_t typmod);

/* What a column, or part of one, is assigned. */
struct assignment {
    const char *column;
    oid type;
    int32_t typmod;
    int32_t at;
    bool is_element, is_field; /* column is then the field, or what the element is of */
};

struct expr *bind_subscripts(struct level *level, struct expr *container, oid container_type,
                             struct nodes indices, struct expr *assign);
struct expr *bind_indirection(struct level *level, const PgQuery__AIndirection *node);
struct expr *bind_indirection_on(struct level *level, struct expr *e, struct nodes steps);
/* Takes the subscripts at the beginning of the rest of an indirection. */
struct nodes take_indices(struct nodes *rest);
/* The value converted to the part of the target that the steps lead to. */
struct expr *assign_part(struct level *level, const struct assignment *to, struct nodes steps,
                         struct expr *value);
/* What parts were stored into, before it was tested as a domain's value: others may follow. */
struct expr *without_domain(struct expr *e);
/* `base`, the target as it is, with the value stored into that part. */
struct expr *assign_through(struct level *level, struct expr *base, const struct assignment *to,
                            struct nodes steps, struct expr *value);

struct expr *bind_sublink(struct level *level, const PgQuery__SubLink *node);
struct expr *bind_row_sublink(struct level *level, const PgQuery__SubLink *node);
struct expr **row_fields(struct level *level, struct expr *row, uint32_t *count);

/* A call of an aggregate or window function, arguments bound and converted. */
struct bound_call {
    const PgQuery__FuncCall *node;
    struct func_ref ref;
    struct expr **args;
    uint32_t arg_count;
    oid type;
};

struct expr *bind_call(struct level *level, const PgQuery__FuncCall *node);
/* A plain call of a function of pg_catalog; or of one found along search_path. */
struct expr *call_named(struct level *level, const char *name, struct expr **args, uint32_t count,
                        int32_t at);
struct expr *call_named_anywhere(struct level *level, const char *name, struct expr **args,
                                 uint32_t count, int32_t at);
struct expr *bind_aggregate(struct level *level, struct bound_call *call);
struct expr *bind_grouping(struct level *level, const PgQuery__GroupingFunc *node);
struct expr *bind_window_call(struct level *level, struct bound_call *call);
void bind_windows(struct level *level);

/* ---- clause.c ---- */

void check_aggregate_clause(const struct level *level, int32_t at, bool is_grouping);
void check_window_clause(const struct level *level, int32_t at);
/* `e` returns a set: allowed here? */
void note_set_function(struct level *level, const struct expr *e, int32_t at);
bool expr_returns_set(const struct expr *e);

/* ---- levels.c ---- */

enum visit { VISIT_INTO, VISIT_SKIP, VISIT_STOP };

/* `depth`: how many queries further in than where the walk began. */
typedef enum visit (*level_visit)(void *object, const struct expr *e, uint32_t depth);

/* Visits e and all below it, the queries of sublinks included. True if stopped. */
bool levels_walk(const struct expr *e, level_visit visit, void *object);

/* ---- range.c, column.c, missing.c ---- */

struct range *range_add(struct level *level, enum range_kind kind, const char *name,
                        uint32_t column_count, uint32_t *number);
struct range *range_get(const struct level *level, uint32_t range);
struct expr *range_column_expr(struct level *level, uint32_t number, uint32_t column, int32_t at);
/* An item whose columns are those of the range. */
struct item *item_of_range(struct level *level, uint32_t number);
void item_show(struct level *level, struct item *item);
uint32_t range_add_table(struct level *level, const struct table *table, const char *alias,
                         int32_t at);
uint32_t range_add_subquery(struct level *level, struct query *q, const char *name);
void range_alias_columns(struct level *level, struct range *range, struct nodes names,
                         const char *what);
const struct table *relation_find(struct analysis *an, const PgQuery__RangeVar *name);
const struct table *relation_get(struct analysis *an, const PgQuery__RangeVar *name);

struct expr *bind_column_ref(struct level *level, const PgQuery__ColumnRef *ref);
struct expr *column_find(struct level *level, const char *name, int32_t at, bool is_local_only);
struct item *item_find(struct level *level, const char *schema, const char *name, int32_t at,
                       uint32_t *levels_up);
struct expr *item_column_expr(struct level *level, const struct item *item, uint32_t column,
                              uint32_t levels_up, int32_t at);
struct expr *item_whole_row(struct level *level, const struct item *item, uint32_t levels_up,
                            int32_t at);
bool is_system_column(const char *name);
/* `e` as seen from `levels` queries further in. */
struct expr *expr_sink(struct arena *arena, struct expr *e, uint32_t levels);
/* Column `name` of a record; null if it has none. */
struct expr *field_find(struct level *level, struct expr *record, const char *name, int32_t at);
struct expr *field_node(struct analysis *an, struct expr *record, const struct range_column *column,
                        uint32_t number, int32_t at);
/* The columns of a record-typed expression; null if they cannot be told. */
struct range_column *record_columns(struct level *level, const struct expr *record,
                                    uint32_t *count);

_Noreturn void fail_missing_item(struct level *level, const char *schema, const char *name,
                                 int32_t at);
_Noreturn void fail_missing_column(struct level *level, const char *table, const char *column,
                                   int32_t at);
_Noreturn void fail_missing_relation(struct level *level, const PgQuery__RangeVar *node);

/* ---- routine_body.c: parameters of a function's body. Null: no such name. ---- */

struct expr *routine_param_named(struct analysis *an, const char *name, int32_t at);
struct expr *routine_param_qualified(struct level *level, const char *first, const char *second,
                                     int32_t at);

/* ---- from.c, range_function.c, view.c ---- */

void bind_from(struct level *level, struct nodes from);
/* A condition; null for a null node. */
struct expr *bind_where(struct level *level, const PgQuery__Node *node, enum clause clause);
uint32_t bind_range_function(struct level *level, const PgQuery__RangeFunction *node);
struct query *bind_view(struct analysis *an, const struct table *view);

/* ---- names.c, target.c, sort.c, group.c ---- */

const char *figure_name(const PgQuery__Node *node);
struct target *target_add(struct level *level, struct list *targets, struct expr *e,
                          const char *name, bool is_junk);
void bind_expr_or_star(struct level *level, const PgQuery__Node *node, struct list *exprs);
void bind_targets(struct level *level, struct nodes nodes, enum clause clause,
                  struct list *targets);
void settle_unknown_targets(struct level *level, struct list *targets);
void targets_finish(struct level *level, const struct list *targets, struct target **out,
                    uint32_t *count);

/* The target that is the expression; or that the item means by SQL-92's rules. Added if new. */
uint32_t target_of_expr(struct level *level, const PgQuery__Node *node, struct list *targets,
                        enum clause clause);
uint32_t target_of_item(struct level *level, const PgQuery__Node *node, struct list *targets,
                        enum clause clause);
void sort_key_add(struct level *level, struct list *keys, struct list *targets, uint32_t item,
                  const PgQuery__SortBy *node);
struct sort_key *group_key_new(struct level *level, const struct list *targets, uint32_t item,
                               int32_t at);
void bind_sort(struct level *level, struct nodes nodes, struct list *targets, struct list *keys,
               enum clause clause);
void bind_distinct_all(struct level *level, struct list *targets, const struct list *order,
                       struct list *keys, bool is_aggregate);
void bind_distinct_on(struct level *level, struct nodes nodes, struct list *targets,
                      const struct list *order, struct list *keys);
void bind_groups(struct level *level, const PgQuery__SelectStmt *stmt, const struct list *order);
/* After level_finish: a grouped query reads only what it groups by. */
void check_grouping(struct level *level);

/* ---- select.c, setop.c, cte.c ---- */

struct query *bind_select(struct analysis *an, struct level *parent,
                          const PgQuery__SelectStmt *stmt, const struct subquery_options *options);
struct query *bind_query_node(struct analysis *an, struct level *parent, const PgQuery__Node *node,
                              const struct subquery_options *options);
struct query *bind_subselect(struct level *level, const PgQuery__Node *node);
void bind_limits(struct level *level, const PgQuery__SelectStmt *stmt);
const char *lock_name(const PgQuery__LockingClause *lock);
void bind_setop(struct level *level, const PgQuery__SelectStmt *stmt);

void bind_with(struct level *level, const PgQuery__WithClause *with);
struct cte *cte_find(struct level *level, const char *name, uint32_t *number, uint32_t *levels_up,
                     bool *is_self);
/* The item with SEARCH and CYCLE written out; itself if it has none. body null: not recursive. */
const PgQuery__CommonTableExpr *cte_expand_search(struct level *level,
                                                  const PgQuery__CommonTableExpr *node,
                                                  const PgQuery__SelectStmt *body, struct cte *cte);
void cte_check_use(struct level *level, const struct cte *cte, bool is_self, int32_t at);
void cte_take_columns(struct level *level, struct cte *cte, const struct range_column *columns,
                      uint32_t count, const PgQuery__CommonTableExpr *node);

/* ---- insert.c, change.c, conflict.c, stored.c ---- */

struct query *bind_insert(struct analysis *an, struct level *parent,
                          const PgQuery__InsertStmt *stmt);
struct query *bind_update(struct analysis *an, struct level *parent,
                          const PgQuery__UpdateStmt *stmt);
struct query *bind_delete(struct analysis *an, struct level *parent,
                          const PgQuery__DeleteStmt *stmt);
struct query *bind_merge(struct analysis *an, struct level *parent, const PgQuery__MergeStmt *stmt);
/* WHEN NOT MATCHED THEN INSERT: a target for every column, as INSERT has. */
void bind_merge_insert(struct level *level, const struct table *table,
                       const PgQuery__MergeWhenClause *when, struct list *targets);
/* The table to be changed, under a view the base table; sets level->change. */
const struct table *bind_result_table(struct level *level, const PgQuery__RangeVar *node);

/* ---- updatable.c ---- */

/* The range of a view's base table, its item under the view's names and with its checks in the
 * query; 55000 if the view cannot be changed so. */
struct item *bind_updatable_view(struct level *level, const struct table *view, int32_t at);
/* The item of the view that level->change names over another range of its base table. */
struct item *view_item_over(struct level *level, const struct change_target *change,
                            uint32_t range);
/* Why rows cannot be changed through a view of this query, a full sentence; null: they can. */
const char *updatable_reason(const struct query *q, uint32_t column_count);
/* The base table's column for a column of what is changed; 0A000 if it is not to be changed. */
int16_t base_column_get(struct level *level, int16_t column);
/* The column whose default a column of the changed table has: its own, or a view's. */
const struct column_def *default_column(const struct level *level, int16_t column);
void bind_returning(struct level *level, struct nodes nodes);
void bind_set_list(struct level *level, const struct table *table, struct nodes nodes,
                   struct list *targets);
void bind_on_conflict(struct level *level, const struct table *table,
                      const PgQuery__OnConflictClause *node);
int16_t column_number_get(struct analysis *an, const struct table *table, const char *name,
                          int32_t at);
struct expr *assign_value(struct level *level, struct expr *value, const struct assignment *to);
struct assignment assignment_of(const struct table *table, int16_t number, int32_t at);

struct analysis analysis_begin(const struct analyze_options *options, const char *text);
struct level *level_of_table(struct analysis *an, const struct table *table, uint32_t range);
/* The same under the names of what `level` changes, the table or a view: range 0. */
struct level *level_of_change(const struct level *level);
struct expr *bind_stored(struct analysis *an, const struct table *table, const char *sql,
                         enum clause clause);
/* The settings that stored text is read under. */
const struct type_env *stored_env(const struct analysis *an);
struct expr *bind_default(struct analysis *an, const struct column_def *column);
struct row_rules *bind_row_rules(struct analysis *an, const struct table *table, uint32_t range);
struct row_rules *bind_direct_rules(struct analysis *an, const struct table *table, uint32_t range);

/* ---- analyze.c, utility.c ---- */

struct query *bind_statement(struct analysis *an, const struct raw_statement *raw,
                             const PgQuery__Node *node);
struct query *bind_utility(struct analysis *an, const struct raw_statement *raw,
                           const PgQuery__Node *node);
oid column_collation(struct analysis *an, const PgQuery__ColumnDef *def, oid type);
