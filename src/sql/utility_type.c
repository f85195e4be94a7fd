/*
 * utility_type.c: CREATE TYPE of composite types, CREATE and ALTER DOMAIN.
 */
#include "sql/deparse.h"
#include "sql/utility_int.h"
#include "type/user_type.h"

void
bind_create_composite(struct analysis *an, struct utility *u,
                      const PgQuery__CompositeTypeStmt *stmt)
{
    u->kind = UTILITY_CREATE_COMPOSITE;
    u->tag = "CREATE TYPE";
    an->text = NULL; /* errors in it have no place, as in PostgreSQL */
    struct object_name name = range_name(an, stmt->typevar);
    const char *schema = create_schema(an, &name);
    struct sketch sketch = {
        .an = an, .persistence = 'p', .schema = schema, .name = {schema, name.name, name.at}};
    for (size_t i = 0; i < stmt->n_coldeflist; i++) {
        const PgQuery__ColumnDef *def = stmt->coldeflist[i]->column_def;
        (void)sketch_column(&sketch, def);
    }
    struct create_table *create = &u->create_table;
    create->name = sketch.name;
    create->persistence = 'p';
    create->column_count = sketch.specs.count;
    create->columns = list_flatten(an->arena, &sketch.specs, sizeof(struct column_spec));
}

/* ---- domains ---- */

/* The default, converted to the base; sql null: it is null, so there is none. */
static struct stored_expr
domain_default_of(struct analysis *an, const PgQuery__Node *node, const char *domain, oid base,
                  int32_t typmod)
{
    struct level *level = level_new(an, NULL, COMMAND_SELECT);
    struct expr *e = bind_in_clause(level, node, CLAUSE_DEFAULT);
    struct assignment to = {.column = domain, .type = base, .typmod = typmod, .at = -1};
    e = assign_value(level, e, &to);
    struct deparse_options options = {.arena = an->arena, .scope = an->scope, .qualify_all = true};
    bool is_null = e->kind == EXPR_CONST && e->constant.is_null;
    return (struct stored_expr){is_null ? NULL : deparse_expr(&options, NULL, e), e};
}

static struct stored_expr
domain_check_of(struct analysis *an, const PgQuery__Node *node, oid base, int32_t typmod)
{
    struct deparse_options options = {.arena = an->arena, .scope = an->scope, .qualify_all = true};
    struct expr *e = bind_domain_check(an, node, base, typmod);
    return (struct stored_expr){deparse_expr(&options, NULL, e), e};
}

static bool
is_base_type(const struct type_info *info)
{
    return info != NULL && info->kind != 'p' && info->kind != 0;
}

struct domain_bind {
    struct analysis *an;
    struct create_domain *create;
    bool saw_default, saw_not_null, saw_null;
};

static _Noreturn void
fail_constraint(struct analysis *an, const PgQuery__Constraint *node, const char *what)
{
    fail(an, -1,
         node->contype == PG_QUERY__CONSTR_TYPE__CONSTR_FOREIGN ||
                 node->contype == PG_QUERY__CONSTR_TYPE__CONSTR_PRIMARY ||
                 node->contype == PG_QUERY__CONSTR_TYPE__CONSTR_UNIQUE
             ? SQLSTATE_SYNTAX_ERROR
             : SQLSTATE_FEATURE_NOT_SUPPORTED,
         "%s for domains", what);
}

static void
take_check(struct domain_bind *bind, const PgQuery__Constraint *node)
{
    struct create_domain *create = bind->create;
    if (node->is_no_inherit)
        fail(bind->an, -1, SQLSTATE_INVALID_OBJECT_DEFINITION,
             "check constraints for domains cannot be marked NO INHERIT");
    create->checks[create->check_count++] = (struct domain_check_spec){
        .name = tree_text(node->conname),
        .check = domain_check_of(bind->an, node->raw_expr, create->base, create->typmod),
        .is_not_valid = node->skip_validation};
}

static void
take_domain_constraint(struct domain_bind *bind, const PgQuery__Constraint *node)
{
    struct analysis *an = bind->an;
    struct create_domain *create = bind->create;
    switch (node->contype) {
    case PG_QUERY__CONSTR_TYPE__CONSTR_DEFAULT:
        if (bind->saw_default)
            fail(an, -1, SQLSTATE_SYNTAX_ERROR, "multiple default expressions");
        bind->saw_default = true;
        create->default_expr =
            domain_default_of(an, node->raw_expr, create->name.name, create->base, create->typmod);
        break;
    case PG_QUERY__CONSTR_TYPE__CONSTR_NOTNULL:
    case PG_QUERY__CONSTR_TYPE__CONSTR_NULL:
        bind->saw_null |= node->contype == PG_QUERY__CONSTR_TYPE__CONSTR_NULL;
        bind->saw_not_null |= node->contype == PG_QUERY__CONSTR_TYPE__CONSTR_NOTNULL;
        if (bind->saw_null && bind->saw_not_null)
            fail(an, -1, SQLSTATE_SYNTAX_ERROR, "conflicting NULL/NOT NULL constraints");
        create->is_not_null = bind->saw_not_null;
        break;
    case PG_QUERY__CONSTR_TYPE__CONSTR_CHECK:
        take_check(bind, node);
        break;
    case PG_QUERY__CONSTR_TYPE__CONSTR_UNIQUE:
        fail_constraint(an, node, "unique constraints not possible");
    case PG_QUERY__CONSTR_TYPE__CONSTR_PRIMARY:
        fail_constraint(an, node, "primary key constraints not possible");
    case PG_QUERY__CONSTR_TYPE__CONSTR_EXCLUSION:
        fail_constraint(an, node, "exclusion constraints not possible");
    case PG_QUERY__CONSTR_TYPE__CONSTR_FOREIGN:
        fail_constraint(an, node, "foreign key constraints not possible");
    default:
        fail_constraint(an, node, "specifying constraint deferrability not supported");
    }
}

void
bind_create_domain(struct analysis *an, struct utility *u, const PgQuery__CreateDomainStmt *stmt)
{
    u->kind = UTILITY_CREATE_DOMAIN;
    u->tag = "CREATE DOMAIN";
    struct create_domain *create = &u->create_domain;
    an->text = NULL; /* errors in it have no place, as in PostgreSQL */
    create->name = object_name(an, NODES(stmt, domainname), -1);
    create->name.schema = create_schema(an, &create->name);
    create->base = typename_get(an, stmt->type_name, &create->typmod);
    create->dim_count = (uint32_t)stmt->type_name->n_array_bounds;
    const struct type_info *info = scope_type(an->scope, create->base);
    if (!is_base_type(info))
        fail(an, -1, SQLSTATE_DATATYPE_MISMATCH, "\"%s\" is not a valid base type for a domain",
             type_text(an, create->base, -1));
    PgQuery__ColumnDef column = PG_QUERY__COLUMN_DEF__INIT;
    column.coll_clause = stmt->coll_clause;
    create->collation = column_collation(an, &column, create->base);
    create->checks = arena_alloc_array(an->arena, stmt->n_constraints + 1, sizeof *create->checks);
    struct domain_bind bind = {.an = an, .create = create};
    for (size_t i = 0; i < stmt->n_constraints; i++)
        take_domain_constraint(&bind, stmt->constraints[i]->constraint);
}

void
bind_alter_domain(struct analysis *an, struct utility *u, const PgQuery__AlterDomainStmt *stmt)
{
    u->kind = UTILITY_ALTER_DOMAIN;
    u->tag = "ALTER DOMAIN";
    struct alter_domain *alter = &u->alter_domain;
    an->text = NULL;
    alter->name = object_name(an, NODES(stmt, type_name), -1);
    alter->kind = stmt->subtype[0];
    alter->constraint = tree_text(stmt->name);
    alter->if_exists = stmt->missing_ok;
    alter->is_cascade = stmt->behavior == PG_QUERY__DROP_BEHAVIOR__DROP_CASCADE;
    const struct type_info *info =
        scope_type_named(an->scope, alter->name.schema, alter->name.name);
    if (info == NULL)
        fail(an, -1, SQLSTATE_UNDEFINED_OBJECT, "type \"%s\" does not exist",
             dotted_name(an, alter->name.schema, alter->name.name));
    if (info->kind != 'd')
        fail(an, -1, SQLSTATE_WRONG_OBJECT_TYPE, "%s is not a domain",
             type_text(an, info->type, -1));
    alter->domain = info->type;
    const struct domain_part *domain = &user_type_of(info)->domain;
    if (alter->kind == 'T' && stmt->def != NULL)
        alter->default_expr =
            domain_default_of(an, stmt->def, info->name, domain->base, domain->typmod);
    if (alter->kind != 'C')
        return;
    const PgQuery__Constraint *node = stmt->def->constraint;
    struct create_domain create = {.name = alter->name,
                                   .base = domain->base,
                                   .typmod = domain->typmod,
                                   .checks = &alter->check};
    struct domain_bind bind = {.an = an, .create = &create};
    if (node->contype == PG_QUERY__CONSTR_TYPE__CONSTR_NOTNULL ||
        node->contype == PG_QUERY__CONSTR_TYPE__CONSTR_NULL ||
        node->contype == PG_QUERY__CONSTR_TYPE__CONSTR_DEFAULT)
        fail_unsupported(an, -1, "this kind of domain constraint");
    take_domain_constraint(&bind, node);
}
