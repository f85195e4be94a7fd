/*
 * utility_index.c: CREATE INDEX.
 */
#include "sql/utility_int.h"

struct index_bind {
    struct analysis *an;
    const PgQuery__IndexStmt *stmt;
    const struct table *table;
    struct sketch sketch; /* the table as it is */
    struct create_index *create;
    enum index_method method;
};

/* The table's columns, for binding. */
static void
sketch_of_table(struct sketch *sketch, struct analysis *an, const struct table *table)
{
    *sketch = (struct sketch){.an = an, .before = table, .schema = table->schema_name};
    sketch->name = (struct object_name){table->schema_name, table->name, -1};
    for (uint16_t i = 0; i < table->column_count; i++)
        list_add(an->arena, &sketch->columns,
                 arena_copy(an->arena, &table->columns[i], sizeof table->columns[i]));
}

static void
check_immutable(struct analysis *an, const struct expr *e, const char *what)
{
    if (!expr_is_immutable(an, e))
        fail(an, -1, SQLSTATE_INVALID_OBJECT_DEFINITION,
             "functions in index %s must be marked IMMUTABLE", what);
}

/* A key of an index by items: whether the method has a class for it, and takes what is asked. */
static void
check_item_key(const struct index_bind *bind, const PgQuery__IndexElem *elem,
               const struct index_key_spec *key)
{
    struct analysis *an = bind->an;
    const char *method = bind->create->method;
    const struct type_info *type = scope_type(an->scope, base_type(an, key->type));
    const struct type_info *element =
        type->element == OID_NONE ? NULL : scope_type(an->scope, type->element);
    if (elem->ordering != PG_QUERY__SORT_BY_DIR__SORTBY_DEFAULT)
        fail(an, -1, SQLSTATE_FEATURE_NOT_SUPPORTED,
             "access method \"%s\" does not support ASC/DESC options", method);
    if (elem->nulls_ordering != PG_QUERY__SORT_BY_NULLS__SORTBY_NULLS_DEFAULT)
        fail(an, -1, SQLSTATE_FEATURE_NOT_SUPPORTED,
             "access method \"%s\" does not support NULLS FIRST/LAST options", method);
    if (item_class_of(bind->method, type, element, key->opclass) != ITEMS_NONE)
        return;
    if (key->opclass != NULL)
        fail(an, -1, SQLSTATE_UNDEFINED_OBJECT,
             "operator class \"%s\" does not exist for access method \"%s\"", key->opclass, method);
    fail_hint(an, -1, SQLSTATE_UNDEFINED_OBJECT,
              "You must specify an operator class for the index or define a default operator "
              "class for the data type.",
              "data type %s has no default operator class for access method \"%s\"",
              type_text(an, key->type, -1), method);
}

static void
take_key(struct index_bind *bind, const PgQuery__IndexElem *elem, struct index_key_spec *key)
{
    struct analysis *an = bind->an;
    key->at = -1;
    if (tree_text(elem->name) != NULL) {
        key->column = elem->name;
        const struct column_def *def = NULL;
        for (uint16_t i = 0; i < bind->table->column_count && def == NULL; i++) {
            const struct column_def *other = &bind->table->columns[i];
            if (!other->is_dropped && strcmp(other->name, elem->name) == 0)
                def = other;
        }
        if (def == NULL)
            fail(an, -1, SQLSTATE_UNDEFINED_COLUMN, "column \"%s\" does not exist", elem->name);
        key->type = def->type;
        key->collation = def->collation;
    } else {
        key->expr = sketch_expr(&bind->sketch, elem->expr, CLAUSE_INDEX_KEY);
        if (key->expr.expr->type == TYPE_UNKNOWN)
            key->expr.expr = coerce_implicit(an, key->expr.expr, TYPE_TEXT);
        check_immutable(an, key->expr.expr, "expression");
        key->type = key->expr.expr->type;
        key->collation = key->expr.expr->collation;
    }
    if (elem->n_collation > 0)
        key->collation = collation_get(an, NODES(elem, collation), -1);
    if (elem->n_opclass > 0)
        key->opclass = tree_string(elem->opclass[elem->n_opclass - 1]);
    if (bind->method != INDEX_BTREE) {
        check_item_key(bind, elem, key);
        return;
    }
    if (order_operators(an, key->type).less == NULL)
        fail_hint(an, -1, SQLSTATE_UNDEFINED_OBJECT,
                  "You must specify an operator class for the index or define a default operator "
                  "class for the data type.",
                  "data type %s has no default operator class for access method \"%s\"",
                  type_text(an, key->type, -1), bind->create->method);
    key->is_descending = elem->ordering == PG_QUERY__SORT_BY_DIR__SORTBY_DESC;
    key->nulls_first =
        elem->nulls_ordering == PG_QUERY__SORT_BY_NULLS__SORTBY_NULLS_FIRST ||
        (elem->nulls_ordering != PG_QUERY__SORT_BY_NULLS__SORTBY_NULLS_LAST && key->is_descending);
}

/* The name of a key as index names show it. */
static const char *
key_name(const PgQuery__IndexElem *elem)
{
    if (tree_text(elem->name) != NULL)
        return elem->name;
    const char *name = figure_name(elem->expr);
    return strcmp(name, "?column?") == 0 ? "expr" : name;
}

static const char *
chosen_name(struct index_bind *bind)
{
    struct analysis *an = bind->an;
    const char *columns = "";
    for (size_t i = 0; i < bind->stmt->n_index_params && strlen(columns) < NAME_BYTES_MAX; i++) {
        const char *name = key_name(bind->stmt->index_params[i]->index_elem);
        const char *numbered = name;
        /* Two expressions of one name: expr, expr1. */
        uint32_t same = 0;
        for (size_t j = 0; j < i; j++)
            same += strcmp(key_name(bind->stmt->index_params[j]->index_elem), name) == 0;
        if (same > 0)
            numbered = arena_format(an->arena, "%s%u", name, same);
        columns = arena_format(an->arena, "%s%s%s", columns, i == 0 ? "" : "_", numbered);
    }
    return choose_relation_name(an, bind->table->schema_name, &bind->sketch.taken,
                                bind->table->name, columns, "idx");
}

static void
take_method(struct index_bind *bind)
{
    struct analysis *an = bind->an;
    const PgQuery__IndexStmt *stmt = bind->stmt;
    const char *name = tree_text(stmt->access_method);
    name = name == NULL ? "btree" : strcmp(name, "rtree") == 0 ? "gist" : name;
    bind->create->method = name;
    bind->method = index_method_of(name);
    if (bind->method == INDEX_METHODS)
        fail(an, -1, SQLSTATE_UNDEFINED_OBJECT, "access method \"%s\" does not exist", name);
    if (bind->method == INDEX_BTREE)
        return;
    bool takes_many = bind->method != INDEX_HASH && bind->method != INDEX_SPGIST;
    bool takes_included = bind->method == INDEX_GIST || bind->method == INDEX_SPGIST;
    if (stmt->unique)
        fail(an, -1, SQLSTATE_FEATURE_NOT_SUPPORTED,
             "access method \"%s\" does not support unique indexes", name);
    if (stmt->n_index_including_params > 0 && !takes_included)
        fail(an, -1, SQLSTATE_FEATURE_NOT_SUPPORTED,
             "access method \"%s\" does not support included columns", name);
    if (stmt->n_index_params > 1 && !takes_many)
        fail(an, -1, SQLSTATE_FEATURE_NOT_SUPPORTED,
             "access method \"%s\" does not support multicolumn indexes", name);
}

void
bind_create_index(struct analysis *an, struct utility *u, const PgQuery__IndexStmt *stmt)
{
    u->kind = UTILITY_CREATE_INDEX;
    u->tag = "CREATE INDEX";
    struct create_index *create = &u->create_index;
    struct index_bind bind = {.an = an, .stmt = stmt, .create = create};
    bind.table = relation_find(an, stmt->relation);
    if (bind.table == NULL)
        fail(an, -1, SQLSTATE_UNDEFINED_TABLE, "relation \"%s\" does not exist",
             dotted_name(an, tree_text(stmt->relation->schemaname), stmt->relation->relname));
    if (bind.table->kind != TABLE_PLAIN && bind.table->kind != TABLE_MATERIALISED &&
        bind.table->kind != TABLE_PARTITIONED)
        fail(an, -1, SQLSTATE_WRONG_OBJECT_TYPE, "cannot create index on relation \"%s\"",
             bind.table->name);
    sketch_of_table(&bind.sketch, an, bind.table);
    create->table =
        (struct object_name){bind.table->schema_name, bind.table->name, stmt->relation->location};
    create->is_unique = stmt->unique;
    create->if_not_exists = stmt->if_not_exists;
    create->is_concurrent = stmt->concurrent;
    create->nulls_not_distinct = stmt->nulls_not_distinct;
    create->is_only = !stmt->relation->inh;
    take_method(&bind);
    if (stmt->n_index_params > INDEX_COLUMNS_MAX)
        fail(an, -1, SQLSTATE_TOO_MANY_COLUMNS, "cannot use more than %d columns in an index",
             INDEX_COLUMNS_MAX);
    create->key_count = (uint32_t)stmt->n_index_params;
    create->keys = arena_alloc_zero(an->arena, create->key_count * sizeof *create->keys);
    for (uint32_t i = 0; i < create->key_count; i++)
        take_key(&bind, stmt->index_params[i]->index_elem, &create->keys[i]);
    create->include.names =
        arena_alloc_array(an->arena, stmt->n_index_including_params, sizeof *create->include.names);
    for (size_t i = 0; i < stmt->n_index_including_params; i++) {
        const PgQuery__IndexElem *elem = stmt->index_including_params[i]->index_elem;
        if (tree_text(elem->name) == NULL)
            fail(an, -1, SQLSTATE_FEATURE_NOT_SUPPORTED,
                 "expressions are not supported in included columns");
        (void)column_number_get(an, bind.table, elem->name, -1);
        create->include.names[create->include.count++] = elem->name;
    }
    if (stmt->where_clause != NULL) {
        create->where = sketch_expr(&bind.sketch, stmt->where_clause, CLAUSE_INDEX_PREDICATE);
        check_immutable(an, create->where.expr, "predicate");
    }
    create->options = def_options(an, NODES(stmt, options));
    create->is_named = tree_text(stmt->idxname) != NULL;
    create->name = create->is_named ? stmt->idxname : chosen_name(&bind);
}
