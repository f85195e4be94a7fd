/*
 * utility_column.c: columns of tables in making: type, default, identity, generated expression; the
 * names of sequences and indexes that are chosen for the user.
 */
#include "sql/deparse.h"
#include "sql/routine.h"
#include "sql/utility_int.h"

#include <stdio.h>

/* ---- the table in making ---- */

const struct table *
sketch_table(struct sketch *sketch)
{
    struct table *table = arena_alloc_zero(sketch->an->arena, sizeof *table);
    if (sketch->before != NULL)
        *table = *sketch->before;
    table->name = sketch->name.name;
    table->schema_name = sketch->schema;
    table->kind = sketch->before != NULL ? sketch->before->kind : TABLE_PLAIN;
    table->column_count = (uint16_t)sketch->columns.count;
    table->columns = list_flatten(sketch->an->arena, &sketch->columns, sizeof(struct column_def));
    return table;
}

struct column_spec *
sketch_spec(struct sketch *sketch, const char *name)
{
    for (uint32_t i = 0; i < sketch->specs.count; i++) {
        struct column_spec *spec = sketch->specs.items[i];
        if (strcmp(spec->name, name) == 0)
            return spec;
    }
    return NULL;
}

struct column_spec *
sketch_add(struct sketch *sketch, struct column_spec *spec)
{
    struct analysis *an = sketch->an;
    struct column_spec *merged = spec->is_inherited ? NULL : sketch_merge(sketch, spec);
    if (merged != NULL)
        return merged;
    for (uint32_t i = 0; i < sketch->columns.count; i++) {
        const struct column_def *other = sketch->columns.items[i];
        if (other->is_dropped || strcmp(other->name, spec->name) != 0)
            continue;
        if (sketch->before != NULL)
            fail(an, -1, SQLSTATE_DUPLICATE_COLUMN,
                 "column \"%s\" of relation \"%s\" already exists", spec->name, sketch->name.name);
        fail(an, -1, SQLSTATE_DUPLICATE_COLUMN, "column \"%s\" specified more than once",
             spec->name);
    }
    if (is_system_column(spec->name))
        fail(an, -1, SQLSTATE_DUPLICATE_COLUMN,
             "column name \"%s\" conflicts with a system column name", spec->name);
    if (sketch->columns.count >= TABLE_COLUMNS_MAX)
        fail(an, -1, SQLSTATE_TOO_MANY_COLUMNS, "tables can have at most %d columns",
             TABLE_COLUMNS_MAX);
    const struct type_info *info = scope_type(an->scope, spec->type);
    if (info == NULL || info->kind == 'p')
        fail(an, -1, SQLSTATE_INVALID_TABLE_DEFINITION, "column \"%s\" has pseudo-type %s",
             spec->name, type_text(an, spec->type, -1));
    struct column_def *def = arena_alloc_zero(an->arena, sizeof *def);
    *def = (struct column_def){.attr = (attr_no)(sketch->columns.count + 1),
                               .name = spec->name,
                               .type = spec->type,
                               .typmod = spec->typmod,
                               .collation = spec->collation,
                               .is_not_null = spec->is_not_null};
    list_add(an->arena, &sketch->columns, def);
    list_add(an->arena, &sketch->specs, spec);
    return spec;
}

struct stored_expr
sketch_expr(struct sketch *sketch, const PgQuery__Node *node, enum clause clause)
{
    struct analysis *an = sketch->an;
    const struct table *table = sketch_table(sketch);
    struct level *level = level_of_table(an, clause == CLAUSE_DEFAULT ? NULL : table, 0);
    struct stored_expr stored = {.expr = bind_in_clause(level, node, clause)};
    struct deparse_options options = {.arena = an->arena, .scope = an->scope, .qualify_all = true};
    if (clause == CLAUSE_CHECK || clause == CLAUSE_INDEX_PREDICATE)
        stored.expr = coerce_boolean(an, stored.expr, clause == CLAUSE_CHECK ? "CHECK" : "WHERE");
    stored.sql = deparse_expr(&options, table, stored.expr);
    return stored;
}

/* ---- chosen names ---- */

const char *
compose_name(struct analysis *an, const char *a, const char *b, const char *label)
{
    size_t a_bytes = strlen(a), b_bytes = b == NULL ? 0 : strlen(b);
    size_t overhead = (b == NULL ? 0 : 1) + (label == NULL ? 0 : strlen(label) + 1);
    size_t room = overhead < NAME_BYTES_MAX ? NAME_BYTES_MAX - overhead : 0;
    while (a_bytes + b_bytes > room) {
        if (a_bytes > b_bytes)
            a_bytes--;
        else
            b_bytes--;
    }
    while (a_bytes > 0 && ((uint8_t)a[a_bytes] & 0xc0) == 0x80)
        a_bytes--;
    while (b_bytes > 0 && ((uint8_t)b[b_bytes] & 0xc0) == 0x80)
        b_bytes--;
    return arena_format(an->arena, "%.*s%s%.*s%s%s", (int)a_bytes, a, b == NULL ? "" : "_",
                        (int)b_bytes, b == NULL ? "" : b, label == NULL ? "" : "_",
                        label == NULL ? "" : label);
}

static bool
is_listed(const struct list *names, const char *name)
{
    for (uint32_t i = 0; i < names->count; i++) {
        if (strcmp(names->items[i], name) == 0)
            return true;
    }
    return false;
}

const char *
choose_relation_name(struct analysis *an, const char *schema, struct list *taken, const char *base,
                     const char *column, const char *label)
{
    const char *name = compose_name(an, base, column, label);
    for (int pass = 1;; pass++) {
        bool is_used = is_listed(taken, name) ||
                       (an->scope->relation != NULL &&
                        an->scope->relation(an->scope->object, schema, name) != NULL);
        if (!is_used)
            break;
        name = compose_name(an, base, column, arena_format(an->arena, "%s%d", label, pass));
    }
    list_add(an->arena, taken, (char *)name);
    return name;
}

/* ---- columns ---- */

static oid
serial_type(const PgQuery__TypeName *type)
{
    static const struct {
        const char *name;
        oid type;
    } serials[] = {
        {"smallserial", TYPE_INT2}, {"serial2", TYPE_INT2},   {"serial", TYPE_INT4},
        {"serial4", TYPE_INT4},     {"bigserial", TYPE_INT8}, {"serial8", TYPE_INT8},
    };
    if (type->n_names != 1 || type->pct_type)
        return OID_NONE;
    for (size_t i = 0; i < sizeof serials / sizeof serials[0]; i++) {
        if (strcmp(tree_string(type->names[0]), serials[i].name) == 0)
            return serials[i].type;
    }
    return OID_NONE;
}

static void
make_serial(struct sketch *sketch, struct column_spec *spec, oid type)
{
    struct analysis *an = sketch->an;
    spec->serial = SERIAL_COLUMN;
    spec->is_not_null = true;
    spec->type = type;
    spec->sequence.type = type;
    spec->sequence_name = choose_relation_name(an, sketch->schema, &sketch->taken,
                                               sketch->name.name, spec->name, "seq");
    const char *full = arena_format(an->arena, "%s.%s", deparse_name(an->arena, sketch->schema),
                                    deparse_name(an->arena, spec->sequence_name));
    spec->default_expr.sql =
        arena_format(an->arena, "nextval(%s::regclass)", deparse_literal(an->arena, full));
}

struct column_spec *
sketch_column(struct sketch *sketch, const PgQuery__ColumnDef *def)
{
    struct analysis *an = sketch->an;
    struct column_spec *spec = arena_alloc_zero(an->arena, sizeof *spec);
    spec->name = def->colname;
    spec->at = def->location;
    spec->typmod = -1;
    oid serial = serial_type(def->type_name);
    if (serial != OID_NONE && def->type_name->n_array_bounds > 0)
        fail(an, def->type_name->location, SQLSTATE_FEATURE_NOT_SUPPORTED,
             "array of serial is not implemented");
    if (def->type_name->setof)
        fail(an, def->type_name->location, SQLSTATE_INVALID_TABLE_DEFINITION,
             "column \"%s\" cannot be declared SETOF", def->colname);
    if (serial != OID_NONE)
        make_serial(sketch, spec, serial);
    else
        spec->type = typename_get(an, def->type_name, &spec->typmod);
    spec->collation = column_collation(an, def, spec->type);
    return sketch_add(sketch, spec);
}

/* ---- what is written with a column ---- */

struct seen {
    bool null, not_null, has_default, has_identity, has_generated;
};

static _Noreturn void
fail_column(struct sketch *sketch, const struct column_spec *spec, int32_t at, const char *what)
{
    fail(sketch->an, at, SQLSTATE_SYNTAX_ERROR, "%s for column \"%s\" of table \"%s\"", what,
         spec->name, sketch->name.name);
}

struct mutability {
    const struct analysis *an;
    uint32_t depth; /* of calls inlined */
};

#define INLINED_DEPTH_MAX 20

static bool
is_mutable(void *object, const struct expr *e)
{
    struct mutability *m = object;
    if (e->kind == EXPR_VALUE_FUNC || e->kind == EXPR_NEXTVAL)
        return true;
    if (e->kind != EXPR_FUNC || e->func.func->volatility == FUNC_IMMUTABLE)
        return expr_walk(e, is_mutable, object);
    /* A function that says too much of itself counts as what it stands for. */
    struct analyze_options options = {.arena = m->an->arena, .scope = m->an->scope};
    const struct expr *body = m->depth == INLINED_DEPTH_MAX ? NULL : routine_inline(&options, e);
    if (body == NULL)
        return true;
    m->depth++;
    bool found = is_mutable(object, body);
    m->depth--;
    return found;
}

bool
expr_is_immutable(const struct analysis *an, const struct expr *e)
{
    struct mutability m = {.an = an};
    return !is_mutable(&m, e);
}

/* The generated columns that the expression reads must be none. */
static bool
reads_generated(void *object, const struct expr *e)
{
    const struct sketch *sketch = object;
    if (e->kind == EXPR_COLUMN && e->column.number > 0) {
        const struct column_def *def = sketch->columns.items[e->column.number - 1];
        if (def->generated_sql != NULL)
            raise_error(.code = SQLSTATE_INVALID_OBJECT_DEFINITION,
                        .message = raise_text(
                            "cannot use generated column \"%s\" in column generation expression",
                            def->name),
                        .detail = "A generated column cannot reference another generated column.",
                        .position = place_of(sketch->an, e->at));
    }
    return expr_walk(e, reads_generated, object);
}

struct stored_expr
sketch_default(struct sketch *sketch, const PgQuery__Node *node, const struct column_spec *spec,
               bool is_generated)
{
    struct analysis *an = sketch->an;
    const struct table *table = sketch_table(sketch);
    enum clause clause = is_generated ? CLAUSE_GENERATED : CLAUSE_DEFAULT;
    struct stored_expr stored = sketch_expr(sketch, node, clause);
    struct coercion how = {CAST_ASSIGNMENT, spec->typmod, FORM_CAST_IMPLICIT, -1};
    oid from = stored.expr->type;
    struct expr *made = coerce_to(an, stored.expr, spec->type, &how);
    if (made == NULL)
        fail_hint(an, -1, SQLSTATE_DATATYPE_MISMATCH,
                  "You will need to rewrite or cast the expression.",
                  "column \"%s\" is of type %s but default expression is of type %s", spec->name,
                  type_text(an, spec->type, -1), type_text(an, from, -1));
    if (is_generated) {
        reads_generated(sketch, made);
        if (!expr_is_immutable(an, made))
            fail(an, -1, SQLSTATE_INVALID_OBJECT_DEFINITION,
                 "generation expression is not immutable");
    }
    /* A default that is null is none, but over a domain, which may have another. */
    const struct type_info *info = scope_type(an->scope, spec->type);
    bool is_null = made->kind == EXPR_CONST && made->constant.is_null;
    if (!is_generated && is_null && info->kind != 'd')
        return (struct stored_expr){.sql = NULL};
    stored.expr = made;
    struct deparse_options options = {.arena = an->arena, .scope = an->scope, .qualify_all = true};
    stored.sql = deparse_expr(&options, table, made);
    return stored;
}

static void
take_identity(struct sketch *sketch, const PgQuery__Constraint *node, struct column_spec *spec)
{
    struct analysis *an = sketch->an;
    if (spec->type != TYPE_INT2 && spec->type != TYPE_INT4 && spec->type != TYPE_INT8)
        fail(an, -1, SQLSTATE_INVALID_PARAMETER_VALUE,
             "identity column type must be smallint, integer, or bigint");
    spec->identity = node->generated_when[0] == 'a' ? IDENTITY_ALWAYS : IDENTITY_BY_DEFAULT;
    spec->serial = SERIAL_IDENTITY;
    spec->is_not_null = true;
    bind_sequence_options(an, NODES(node, options), true, &spec->sequence);
    spec->sequence.type = spec->type;
    if (spec->sequence.name.name != NULL)
        spec->sequence_name = spec->sequence.name.name;
    else
        spec->sequence_name = choose_relation_name(an, sketch->schema, &sketch->taken,
                                                   sketch->name.name, spec->name, "seq");
}

static void
check_combination(struct sketch *sketch, const struct column_spec *spec, const struct seen *seen,
                  int32_t at)
{
    if (seen->has_default && seen->has_identity)
        fail_column(sketch, spec, at, "both default and identity specified");
    if (seen->has_default && seen->has_generated)
        fail_column(sketch, spec, at, "both default and generation expression specified");
    if (seen->has_identity && seen->has_generated)
        fail_column(sketch, spec, at, "both identity and generation expression specified");
}

static struct column_def *
def_of(struct sketch *sketch, const struct column_spec *spec)
{
    for (uint32_t i = sketch->columns.count; i > 0; i--) {
        struct column_def *def = sketch->columns.items[i - 1];
        if (!def->is_dropped && strcmp(def->name, spec->name) == 0)
            return def;
    }
    return NULL;
}

static void
take_null(struct sketch *sketch, const PgQuery__Constraint *node, struct column_spec *spec,
          struct seen *seen)
{
    bool is_not = node->contype == PG_QUERY__CONSTR_TYPE__CONSTR_NOTNULL;
    if (is_not ? seen->null : seen->not_null)
        fail_column(sketch, spec, node->location, "conflicting NULL/NOT NULL declarations");
    if (is_not)
        seen->not_null = true;
    else
        seen->null = true;
    spec->is_not_null = is_not || spec->is_not_null;
    def_of(sketch, spec)->is_not_null = spec->is_not_null;
}

static bool
take_own(struct sketch *sketch, const PgQuery__Constraint *node, struct column_spec *spec,
         struct seen *seen)
{
    switch (node->contype) {
    case PG_QUERY__CONSTR_TYPE__CONSTR_NULL:
    case PG_QUERY__CONSTR_TYPE__CONSTR_NOTNULL:
        take_null(sketch, node, spec, seen);
        break;
    case PG_QUERY__CONSTR_TYPE__CONSTR_DEFAULT:
        if (seen->has_default)
            fail_column(sketch, spec, spec->serial == SERIAL_COLUMN ? -1 : node->location,
                        "multiple default values specified");
        seen->has_default = true;
        sketch_own_value(sketch, spec, false, false);
        spec->default_expr = sketch_default(sketch, node->raw_expr, spec, false);
        break;
    case PG_QUERY__CONSTR_TYPE__CONSTR_IDENTITY:
        if (seen->has_identity)
            fail_column(sketch, spec, node->location, "multiple identity specifications");
        seen->has_identity = true;
        sketch_own_value(sketch, spec, false, true);
        take_identity(sketch, node, spec);
        break;
    case PG_QUERY__CONSTR_TYPE__CONSTR_GENERATED:
        if (seen->has_generated)
            fail_column(sketch, spec, node->location, "multiple generation clauses specified");
        seen->has_generated = true;
        sketch_own_value(sketch, spec, true, false);
        spec->generated = sketch_default(sketch, node->raw_expr, spec, true);
        def_of(sketch, spec)->generated_sql = spec->generated.sql;
        break;
    default:
        return false;
    }
    check_combination(sketch, spec, seen, node->location);
    return true;
}

static void
take_attribute(struct sketch *sketch, const PgQuery__Constraint *node, struct constraint_spec *last)
{
    static const char *const names[] = {"DEFERRABLE", "NOT DEFERRABLE", "INITIALLY DEFERRED",
                                        "INITIALLY IMMEDIATE"};
    int which = (int)node->contype - (int)PG_QUERY__CONSTR_TYPE__CONSTR_ATTR_DEFERRABLE;
    if (last == NULL || last->kind == CONSTRAINT_CHECK)
        fail(sketch->an, node->location, SQLSTATE_SYNTAX_ERROR, "misplaced %s clause",
             names[which]);
    if (which == 0)
        last->is_deferrable = true;
    else if (which == 2)
        last->is_deferrable = last->is_deferred = true;
}

void
sketch_column_constraints(struct sketch *sketch, const PgQuery__ColumnDef *def,
                          struct column_spec *spec)
{
    struct seen seen = {.has_default = spec->serial == SERIAL_COLUMN,
                        .not_null = spec->serial == SERIAL_COLUMN};
    struct constraint_spec *last = NULL;
    for (size_t i = 0; i < def->n_constraints; i++) {
        const PgQuery__Constraint *node = def->constraints[i]->constraint;
        if (node->contype >= PG_QUERY__CONSTR_TYPE__CONSTR_ATTR_DEFERRABLE)
            take_attribute(sketch, node, last);
        else if (!take_own(sketch, node, spec, &seen))
            last = sketch_constraint(sketch, node, spec->name);
    }
    if (def->raw_default != NULL)
        spec->default_expr = sketch_default(sketch, def->raw_default, spec, false);
}
