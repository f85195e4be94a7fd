/*
 * domain.c: conversions to domains, and the expressions that a domain keeps: checks over VALUE and
 * the default.
 *
 * A conversion goes to what the domain is over at last, with that's length, and then tests the
 * conditions of all domains on the way, the innermost domain's first.
 */
#include "sql/analysis_int.h"
#include "type/user_type.h"

#define DOMAIN_DEPTH_MAX 100

/* A level in which VALUE stands for a value of the type. */
static struct level *
level_of_value(struct analysis *an, oid type, int32_t typmod)
{
    struct level *level = level_new(an, NULL, COMMAND_SELECT);
    struct expr *value = expr_new(an->arena, EXPR_PLACEHOLDER, type, -1);
    value->typmod = typmod;
    expr_done(an, value);
    level->value_name = "value";
    level->value_expr = value;
    return level;
}

struct expr *
bind_domain_check(struct analysis *an, const PgQuery__Node *node, oid base, int32_t typmod)
{
    struct expr *e = bind_in_clause(level_of_value(an, base, typmod), node, CLAUSE_CHECK);
    return coerce_boolean(an, e, "CHECK");
}

static struct expr *
stored_check(struct analysis *outer, const struct domain_part *domain, const char *sql)
{
    if (outer->view_depth >= DOMAIN_DEPTH_MAX)
        raise(SQLSTATE_STATEMENT_TOO_COMPLEX, "stack depth limit exceeded");
    struct analysis an = {.arena = outer->arena,
                          .scope = outer->scope,
                          .types = outer->types,
                          .env = stored_env(outer),
                          .depth = outer->depth,
                          .view_depth = outer->view_depth + 1};
    return bind_domain_check(&an, parse_expression(&an, sql), domain->base, domain->typmod);
}

struct domain_tests {
    bool is_not_null;
    struct list names, checks;
};

static void
gather_tests(struct analysis *an, oid type, struct domain_tests *tests)
{
    const struct type_info *info = scope_type(an->scope, type);
    if (info == NULL || info->kind != 'd')
        return;
    const struct domain_part *domain = &user_type_of(info)->domain;
    gather_tests(an, domain->base, tests);
    tests->is_not_null |= domain->is_not_null;
    for (uint32_t i = 0; i < domain->check_count; i++) {
        list_add(an->arena, &tests->names, arena_text(an->arena, domain->checks[i].name));
        list_add(an->arena, &tests->checks, stored_check(an, domain, domain->checks[i].sql));
    }
}

/* `value` is of what the domain is over at last. */
static struct expr *
domain_node(struct analysis *an, struct expr *value, oid domain, const struct coercion *how)
{
    struct domain_tests tests = {.is_not_null = false};
    gather_tests(an, domain, &tests);
    bool has_tests = tests.is_not_null || tests.checks.count > 0;
    struct expr *e =
        expr_new(an->arena, has_tests ? EXPR_CAST_DOMAIN : EXPR_RELABEL, domain, how->at);
    e->arg_count = 1 + tests.checks.count;
    e->args = arena_alloc_array(an->arena, e->arg_count, sizeof *e->args);
    e->args[0] = value;
    for (uint32_t i = 0; i < tests.checks.count; i++)
        e->args[1 + i] = tests.checks.items[i];
    e->cast_form = how->form;
    if (has_tests) {
        e->domain.is_not_null = tests.is_not_null;
        e->domain.name = type_text(an, domain, -1);
        e->domain.checks = (const char **)tests.names.items;
    }
    expr_done(an, e);
    const struct type_info *info = scope_type(an->scope, domain);
    oid collation = user_type_of(info)->domain.collation;
    if (e->strength != COLLATION_EXPLICIT && collation != COLLATION_DEFAULT)
        e->collation = collation;
    return e;
}

struct expr *
coerce_domain(struct analysis *an, struct expr *e, oid domain, const struct coercion *how)
{
    struct coercion inner = *how;
    inner.typmod = -1;
    inner.form = FORM_CAST_IMPLICIT; /* one cast was written: the domain's shows it */
    oid base = base_type_typmod(an, domain, &inner.typmod);
    struct expr *value = coerce_type(an, e, base, &inner);
    return domain_node(an, coerce_typmod(an, value, &inner), domain, how);
}

struct expr *
domain_default(struct analysis *an, oid type)
{
    const struct type_info *info = scope_type(an->scope, type);
    while (info != NULL && info->kind == 'd') {
        const struct domain_part *domain = &user_type_of(info)->domain;
        if (domain->default_sql != NULL)
            return bind_stored(an, NULL, domain->default_sql, CLAUSE_DEFAULT);
        info = scope_type(an->scope, domain->base);
    }
    return NULL;
}

struct expr *
analyze_domain_check(const struct analyze_options *options, oid base, int32_t typmod,
                     const char *sql)
{
    struct analysis an = analysis_begin(options, NULL);
    an.env = stored_env(&an);
    return bind_domain_check(&an, parse_expression(&an, sql), base, typmod);
}
