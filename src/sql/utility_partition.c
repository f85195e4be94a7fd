/*
 * utility_partition.c: PARTITION BY, PARTITION OF and the bounds of partitions.
 */
#include "sql/deparse.h"
#include "sql/utility_int.h"
#include "type/hash_value.h"

#include <strings.h>

/* ---- PARTITION BY ---- */

static char
strategy_of(struct analysis *an, const PgQuery__PartitionSpec *spec)
{
    static const struct {
        const char *name;
        char strategy;
    } known[] = {{"range", 'r'}, {"list", 'l'}, {"hash", 'h'}};
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++) {
        if (strcasecmp(spec->strategy, known[i].name) == 0)
            return known[i].strategy;
    }
    fail(an, -1, SQLSTATE_INVALID_PARAMETER_VALUE, "unrecognized partitioning strategy \"%s\"",
         spec->strategy);
}

static void
key_of_column(struct sketch *sketch, const PgQuery__PartitionElem *node,
              struct partition_elem *elem)
{
    struct analysis *an = sketch->an;
    if (is_system_column(node->name))
        fail(an, node->location, SQLSTATE_INVALID_OBJECT_DEFINITION,
             "cannot use system column \"%s\" in partition key", node->name);
    for (uint32_t i = 0; i < sketch->columns.count; i++) {
        const struct column_def *def = sketch->columns.items[i];
        if (def->is_dropped || strcmp(def->name, node->name) != 0)
            continue;
        if (def->generated_sql != NULL)
            fail_detail(an, node->location, SQLSTATE_INVALID_OBJECT_DEFINITION,
                        arena_format(an->arena, "Column \"%s\" is a generated column.", def->name),
                        "cannot use generated column in partition key");
        elem->column = def->name;
        elem->type = def->type;
        elem->collation = def->collation;
        return;
    }
    fail(an, node->location, SQLSTATE_UNDEFINED_COLUMN,
         "column \"%s\" named in partition key does not exist", node->name);
}

struct key_reads {
    struct sketch *sketch;
    int32_t at;
    bool any;
};

static bool
check_key_column(void *object, const struct expr *e)
{
    struct key_reads *reads = object;
    struct analysis *an = reads->sketch->an;
    if (e->kind == EXPR_COLUMN) {
        reads->any = true;
        if (e->column.number == COLUMN_WHOLE_ROW)
            fail(an, -1, SQLSTATE_INVALID_TABLE_DEFINITION,
                 "partition key expressions cannot contain whole-row references");
        if (e->column.number < 0)
            fail(an, -1, SQLSTATE_INVALID_OBJECT_DEFINITION,
                 "partition key expressions cannot contain system column references");
        const struct column_def *def = reads->sketch->columns.items[e->column.number - 1];
        if (def->generated_sql != NULL)
            fail_detail(an, reads->at, SQLSTATE_INVALID_OBJECT_DEFINITION,
                        arena_format(an->arena, "Column \"%s\" is a generated column.", def->name),
                        "cannot use generated column in partition key");
    }
    return expr_walk(e, check_key_column, object);
}

static void
key_of_expression(struct sketch *sketch, const PgQuery__PartitionElem *node, uint32_t place,
                  struct partition_elem *elem)
{
    struct analysis *an = sketch->an;
    elem->expr = sketch_expr(sketch, node->expr, CLAUSE_PARTITION_KEY);
    struct expr *e = elem->expr.expr;
    const struct type_info *info = scope_type(an->scope, e->type);
    if (info == NULL || info->kind == 'p')
        fail(an, -1, SQLSTATE_INVALID_TABLE_DEFINITION,
             "partition key column %u has pseudo-type %s", place + 1, type_text(an, e->type, -1));
    elem->type = e->type;
    elem->collation = e->collation;
    /* A column in parentheses is a column. */
    if (e->kind == EXPR_COLUMN && e->column.number > 0) {
        const struct column_def *def = sketch->columns.items[e->column.number - 1];
        struct key_reads reads = {.sketch = sketch, .at = node->location};
        (void)check_key_column(&reads, e);
        elem->column = def->name;
        elem->expr = (struct stored_expr){NULL, NULL};
        return;
    }
    if (!expr_is_immutable(sketch->an, e))
        fail(an, -1, SQLSTATE_INVALID_OBJECT_DEFINITION,
             "functions in partition key expression must be marked IMMUTABLE");
    struct key_reads reads = {.sketch = sketch, .at = node->location};
    (void)check_key_column(&reads, e);
    if (!reads.any)
        fail(an, -1, SQLSTATE_INVALID_OBJECT_DEFINITION,
             "cannot use constant expression as partition key");
}

static void
check_class(struct analysis *an, char strategy, const struct partition_elem *elem)
{
    const struct type_info *info = scope_type(an->scope, elem->type);
    bool is_hash = strategy == 'h';
    if (is_hash ? value_can_hash(an->env, info)
                : order_operators(an, elem->type).less != NULL && info->compare != NULL)
        return;
    const char *method = is_hash ? "hash" : "btree";
    fail_hint(an, -1, SQLSTATE_UNDEFINED_OBJECT,
              arena_format(an->arena,
                           "You must specify a %s operator class or define a default %s operator "
                           "class for the data type.",
                           method, method),
              "data type %s has no default operator class for access method \"%s\"",
              type_text(an, elem->type, -1), method);
}

/* The name of the class that a type goes by, without its ending. */
static const char *
class_of_type(const struct analysis *an, oid type)
{
    oid base = base_type(an, type);
    const struct type_info *info = scope_type(an->scope, base);
    if (info == NULL)
        return "";
    if (info->element != OID_NONE)
        return strcmp(info->name, "oidvector") == 0 ? "oidvector" : "array";
    switch (info->kind) {
    case 'e':
        return "enum";
    case 'r':
        return "range";
    case 'm':
        return "multirange";
    case 'c':
        return "record";
    default:
        break;
    }
    return base == TYPE_VARCHAR                 ? "text"
           : base == TYPE_CIDR                  ? "inet"
           : strncmp(info->name, "reg", 3) == 0 ? "oid"
                                                : info->name;
}

struct class_name {
    const char *name;
    char method; /* b, h; or a: both */
};

static bool
is_class(const char *name, bool is_hash)
{
    static const struct class_name classes[] = {
        {"aclitem", 'h'},      {"array", 'a'},        {"bit", 'b'},
        {"bool", 'a'},         {"bpchar", 'a'},       {"bpchar_pattern", 'a'},
        {"bytea", 'a'},        {"char", 'a'},         {"cid", 'h'},
        {"cidr", 'a'},         {"date", 'a'},         {"enum", 'a'},
        {"float4", 'a'},       {"float8", 'a'},       {"inet", 'a'},
        {"int2", 'a'},         {"int4", 'a'},         {"int8", 'a'},
        {"interval", 'a'},     {"jsonb", 'a'},        {"macaddr", 'a'},
        {"macaddr8", 'a'},     {"money", 'b'},        {"multirange", 'a'},
        {"name", 'a'},         {"numeric", 'a'},      {"oid", 'a'},
        {"oidvector", 'a'},    {"pg_lsn", 'a'},       {"range", 'a'},
        {"record", 'a'},       {"record_image", 'b'}, {"text", 'a'},
        {"text_pattern", 'a'}, {"tid", 'a'},          {"time", 'a'},
        {"timestamp", 'a'},    {"timestamptz", 'a'},  {"timetz", 'a'},
        {"tsquery", 'b'},      {"tsvector", 'b'},     {"uuid", 'a'},
        {"varbit", 'b'},       {"varchar", 'a'},      {"varchar_pattern", 'a'},
        {"xid", 'h'},          {"xid8", 'a'},
    };
    size_t bytes = strlen(name);
    if (bytes < 4 || strcmp(name + bytes - 4, "_ops") != 0)
        return false;
    for (size_t i = 0; i < sizeof classes / sizeof *classes; i++) {
        if (strlen(classes[i].name) == bytes - 4 && strncmp(classes[i].name, name, bytes - 4) == 0)
            return classes[i].method == 'a' || (classes[i].method == 'h') == is_hash;
    }
    return false;
}

/* True if the class `name`, which is not the type's own, takes values of types that go by `own`. */
static bool
takes_type(const char *name, const char *own)
{
    static const char *const texts[] = {"text", "varchar", "bpchar"};
    if (strcmp(own, "text") == 0 || strcmp(own, "bpchar") == 0) {
        for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
            if (strncmp(name, texts[i], strlen(texts[i])) == 0)
                return true;
    }
    return strcmp(own, "record") == 0 && strcmp(name, "record_image_ops") == 0;
}

/* True if the class is the type's own, or another name of what that does. */
static bool
is_own_class(struct analysis *an, const char *name, const char *own)
{
    return strcmp(name, arena_format(an->arena, "%s_ops", own)) == 0 ||
           (strcmp(own, "text") == 0 && strcmp(name, "varchar_ops") == 0) ||
           (strcmp(own, "inet") == 0 && strcmp(name, "cidr_ops") == 0);
}

/* A class that is named must do what the type's own does. */
static void
check_named_class(struct analysis *an, char strategy, const struct partition_elem *elem,
                  struct nodes names)
{
    const struct name_scope *scope = an->scope;
    struct object_name class = object_name(an, names, -1);
    bool is_hash = strategy == 'h';
    if (class.schema != NULL && scope->has_schema != NULL &&
        !scope->has_schema(scope->object, class.schema))
        fail(an, -1, SQLSTATE_UNDEFINED_SCHEMA, "schema \"%s\" does not exist", class.schema);
    if ((class.schema != NULL && strcmp(class.schema, "pg_catalog") != 0) ||
        !is_class(class.name, is_hash))
        fail(an, -1, SQLSTATE_UNDEFINED_OBJECT,
             "operator class \"%s\" does not exist for access method \"%s\"",
             dotted_name(an, class.schema, class.name), is_hash ? "hash" : "btree");
    const char *own = class_of_type(an, elem->type);
    if (is_own_class(an, class.name, own))
        return;
    if (!takes_type(class.name, own))
        fail(an, -1, SQLSTATE_DATATYPE_MISMATCH,
             "operator class \"%s\" does not accept data type %s",
             dotted_name(an, class.schema, class.name), type_text(an, elem->type, -1));
    fail(an, -1, SQLSTATE_FEATURE_NOT_SUPPORTED,
         "operator class \"%s\" of a partition key is not supported yet", class.name);
}

struct partition_spec *
bind_partition_by(struct sketch *sketch, const PgQuery__PartitionSpec *node)
{
    struct analysis *an = sketch->an;
    struct partition_spec *spec = arena_alloc_zero(an->arena, sizeof *spec);
    spec->strategy = strategy_of(an, node);
    if (spec->strategy == 'l' && node->n_part_params > 1)
        fail(an, -1, SQLSTATE_INVALID_OBJECT_DEFINITION,
             "cannot use \"list\" partition strategy with more than one column");
    if (node->n_part_params > INDEX_COLUMNS_MAX)
        fail(an, node->location, SQLSTATE_TOO_MANY_COLUMNS,
             "cannot partition using more than %d columns", INDEX_COLUMNS_MAX);
    spec->count = (uint32_t)node->n_part_params;
    spec->elems = arena_alloc_zero(an->arena, spec->count * sizeof *spec->elems);
    for (uint32_t i = 0; i < spec->count; i++) {
        const PgQuery__PartitionElem *elem = node->part_params[i]->partition_elem;
        struct partition_elem *made = &spec->elems[i];
        if (tree_text(elem->name) != NULL)
            key_of_column(sketch, elem, made);
        else
            key_of_expression(sketch, elem, i, made);
        if (elem->n_collation > 0)
            made->collation = collation_get(an, NODES(elem, collation), elem->location);
        if (elem->n_opclass > 0)
            check_named_class(an, spec->strategy, made, NODES(elem, opclass));
        check_class(an, spec->strategy, made);
    }
    return spec;
}

/* ---- bounds ---- */

static const char *
key_name(const struct table *parent, uint32_t column)
{
    attr_no attr = parent->partition_key->attrs[column];
    return attr != 0 ? parent->columns[attr - 1].name : parent->partition_key->expr_sql[column];
}

static void
bind_value(struct analysis *an, const struct table *parent, uint32_t column,
           const PgQuery__Node *node, struct bound_value *made)
{
    attr_no attr = parent->partition_key->attrs[column];
    oid type = parent->partition_key->types[column];
    int32_t typmod = attr != 0 ? parent->columns[attr - 1].typmod : -1;
    struct level *level = level_of_table(an, NULL, 0);
    struct expr *e = bind_in_clause(level, node, CLAUSE_PARTITION_BOUND);
    int32_t at = expr_start(e);
    struct coercion how = {CAST_ASSIGNMENT, typmod, FORM_CAST_IMPLICIT, -1};
    e = coerce_to(an, e, type, &how);
    if (e == NULL)
        fail(an, at, SQLSTATE_DATATYPE_MISMATCH,
             "specified value cannot be cast to type %s for column \"%s\"", type_text(an, type, -1),
             key_name(parent, column));
    struct deparse_options options = {.arena = an->arena, .scope = an->scope, .qualify_all = true};
    made->kind = PARTITION_VALUE;
    made->value = (struct stored_expr){deparse_expr(&options, NULL, e), e};
    made->is_null = e->kind == EXPR_CONST && e->constant.is_null;
    made->position = place_of(an, at);
}

/* MINVALUE and MAXVALUE are names to the parser. */
static enum partition_datum_kind
infinity_of(const PgQuery__Node *node)
{
    if (node->node_case != PG_QUERY__NODE__NODE_COLUMN_REF || node->column_ref->n_fields != 1)
        return PARTITION_VALUE;
    const char *name = tree_string(node->column_ref->fields[0]);
    if (name != NULL && strcmp(name, "minvalue") == 0)
        return PARTITION_MINVALUE;
    return name != NULL && strcmp(name, "maxvalue") == 0 ? PARTITION_MAXVALUE : PARTITION_VALUE;
}

static struct bound_value *
bind_end(struct analysis *an, const struct table *parent, struct nodes nodes, const char *name)
{
    uint32_t count = parent->partition_key->count;
    struct bound_value *values = arena_alloc_zero(an->arena, count * sizeof *values);
    if (nodes.count != count)
        fail(an, -1, SQLSTATE_INVALID_TABLE_DEFINITION,
             "%s must specify exactly one value per partitioning column", name);
    for (uint32_t i = 0; i < count; i++) {
        const PgQuery__Node *node = nodes.items[i];
        enum partition_datum_kind infinity = infinity_of(node);
        if (infinity != PARTITION_VALUE)
            values[i] =
                (struct bound_value){.kind = infinity, .position = place_of(an, tree_at(node))};
        else
            bind_value(an, parent, i, node, &values[i]);
        if (values[i].is_null)
            fail(an, -1, SQLSTATE_INVALID_TABLE_DEFINITION, "cannot specify NULL in range bound");
        if (i == 0 || values[i - 1].kind == PARTITION_VALUE || values[i].kind == values[i - 1].kind)
            continue;
        fail(an, tree_at(node), SQLSTATE_DATATYPE_MISMATCH,
             "every bound following %s must also be %s",
             values[i - 1].kind == PARTITION_MINVALUE ? "MINVALUE" : "MAXVALUE",
             values[i - 1].kind == PARTITION_MINVALUE ? "MINVALUE" : "MAXVALUE");
    }
    return values;
}

static void
bind_hash(struct analysis *an, const PgQuery__PartitionBoundSpec *node, struct bound_spec *spec)
{
    spec->modulus = node->modulus;
    spec->remainder = node->remainder;
    if (spec->modulus <= 0)
        fail(an, -1, SQLSTATE_INVALID_TABLE_DEFINITION,
             "modulus for hash partition must be an integer value greater than zero");
    if (spec->remainder < 0)
        fail(an, -1, SQLSTATE_INVALID_TABLE_DEFINITION,
             "remainder for hash partition must be an integer value greater than or equal to zero");
    if (spec->remainder >= spec->modulus)
        fail(an, -1, SQLSTATE_INVALID_TABLE_DEFINITION,
             "remainder for hash partition must be less than modulus");
}

static const char *
strategy_name(char strategy)
{
    return strategy == 'r' ? "range" : strategy == 'l' ? "list" : "hash";
}

struct bound_spec *
bind_partition_bound(struct analysis *an, const struct table *parent,
                     const PgQuery__PartitionBoundSpec *node)
{
    struct bound_spec *spec = arena_alloc_zero(an->arena, sizeof *spec);
    spec->strategy = parent->partition_key->strategy;
    spec->is_default = node->is_default;
    spec->position = place_of(an, node->location);
    if (node->is_default) {
        if (spec->strategy == 'h')
            fail(an, -1, SQLSTATE_INVALID_TABLE_DEFINITION,
                 "a hash-partitioned table may not have a default partition");
        return spec;
    }
    if (node->strategy[0] != spec->strategy)
        fail(an, node->location, SQLSTATE_INVALID_TABLE_DEFINITION,
             "invalid bound specification for a %s partition", strategy_name(spec->strategy));
    if (spec->strategy == 'h') {
        bind_hash(an, node, spec);
        return spec;
    }
    if (spec->strategy == 'l') {
        spec->count = (uint32_t)node->n_listdatums;
        spec->values = arena_alloc_zero(an->arena, spec->count * sizeof *spec->values);
        for (uint32_t i = 0; i < spec->count; i++)
            bind_value(an, parent, 0, node->listdatums[i], &spec->values[i]);
        return spec;
    }
    spec->count = parent->partition_key->count;
    if (node->n_lowerdatums != spec->count)
        fail(an, -1, SQLSTATE_INVALID_TABLE_DEFINITION,
             "FROM must specify exactly one value per partitioning column");
    if (node->n_upperdatums != spec->count)
        fail(an, -1, SQLSTATE_INVALID_TABLE_DEFINITION,
             "TO must specify exactly one value per partitioning column");
    spec->values = bind_end(an, parent, NODES(node, lowerdatums), "FROM");
    spec->to = bind_end(an, parent, NODES(node, upperdatums), "TO");
    return spec;
}

/* ---- PARTITION OF ---- */

struct column_spec *
sketch_partition_column(struct sketch *sketch, const PgQuery__ColumnDef *def)
{
    struct column_spec *spec = sketch_spec(sketch, def->colname);
    if (spec == NULL)
        fail(sketch->an, -1, SQLSTATE_UNDEFINED_COLUMN, "column \"%s\" does not exist",
             def->colname);
    if (spec->is_local)
        fail(sketch->an, -1, SQLSTATE_DUPLICATE_COLUMN, "column \"%s\" specified more than once",
             def->colname);
    spec->is_local = true;
    return spec;
}
