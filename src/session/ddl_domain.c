/*
 * ddl_domain.c: CREATE and ALTER DOMAIN. What a domain comes to refuse must not be stored: columns
 * of the domain, and of domains over it, are searched before a condition is taken.
 */
#include "base/raise.h"
#include "session/ddl_draft.h"
#include "session/ddl_type.h"
#include "session/definition.h"
#include "session/scope.h"
#include "session/type_use.h"
#include "session/utility_run.h"
#include "type/domain.h"
#include <stdlib.h>

/* ---- making ---- */

static const struct domain_check *
find_check(const struct domain_check *checks, uint32_t count, const char *name)
{
    for (uint32_t i = 0; i < count; i++)
        if (strcmp(checks[i].name, name) == 0)
            return &checks[i];
    return NULL;
}

/* "domain_check", with a number behind it from the second on. */
static const char *
choose_name(struct session *session, const char *domain, const struct domain_check *checks,
            uint32_t count)
{
    struct arena *arena = session->statement_arena;
    const char *name = NULL;
    for (uint32_t number = 0; name == NULL; number++) {
        const char *suffix = number == 0 ? "check" : arena_format(arena, "check%u", number);
        int room = (int)(NAME_BYTES_MAX - 1 - strlen(suffix));
        const char *one = arena_format(arena, "%.*s_%s", room, domain, suffix);
        if (find_check(checks, count, one) == NULL)
            name = one;
    }
    return name;
}

static int
compare_checks(const void *a, const void *b)
{
    return strcmp(((const struct domain_check *)a)->name, ((const struct domain_check *)b)->name);
}

/* The checks with one more. */
static const struct domain_check *
with_check(struct session *session, const char *domain, const struct domain_check *checks,
           uint32_t count, const struct domain_check_spec *spec)
{
    struct domain_check *all = arena_alloc_array(session->statement_arena, count + 1u, sizeof *all);
    if (count != 0)
        memcpy(all, checks, count * sizeof *all);
    const char *name = spec->name;
    if (name == NULL)
        name = choose_name(session, domain, checks, count);
    else if (find_check(checks, count, name) != NULL)
        raise(SQLSTATE_DUPLICATE_OBJECT, "constraint \"%s\" for domain \"%s\" already exists", name,
              domain);
    all[count] = (struct domain_check){.constraint = catalog_new_oid(session->catalog),
                                       .name = name,
                                       .sql = spec->check.sql,
                                       .is_validated = !spec->is_not_valid};
    qsort(all, count + 1u, sizeof *all, compare_checks);
    return all;
}

void
ddl_create_domain(struct session *session, const struct create_domain *create)
{
    const struct schema_def *schema = session_target_schema(session, &create->name);
    const char *name = create->name.name;
    if (schema->schema == SCHEMA_TEMP)
        raise(SQLSTATE_FEATURE_NOT_SUPPORTED, "temporary domains are not supported yet");
    if (ddl_type_exists(session, schema->schema, name))
        raise(SQLSTATE_DUPLICATE_OBJECT, "type \"%s\" already exists", name);
    struct domain_part part = {.base = create->base,
                               .typmod = create->typmod,
                               .collation = create->collation,
                               .dim_count = create->dim_count,
                               .is_not_null = create->is_not_null,
                               .default_sql = create->default_expr.sql};
    for (uint32_t i = 0; i < create->check_count; i++)
        part.checks =
            with_check(session, name, part.checks, part.check_count++, &create->checks[i]);
    struct domain_traits traits =
        domain_traits_of(session->scope.env, type_get(session->scope.env, create->base));
    struct user_type type = {.schema = schema->schema, .owner = ROLE_OWNER};
    oid number = catalog_new_oid(session->catalog), array = catalog_new_oid(session->catalog);
    domain_type_init(&type, number, array, name, ddl_array_name(session, schema->schema, name),
                     &traits, &part);
    catalog_put_user_type(session->catalog, &type);
}

/* ---- stored values ---- */

static const char *
column_text(const struct table *table, const struct column_def *column, struct arena *arena)
{
    return arena_format(arena, "\"%s.%s\"", table->name, column->name);
}

/* A stored column whose values hold the type inside others: they are not searched. */
static void
refuse_inside(struct session *session, const struct user_type *domain, oid array_or_row)
{
    const struct user_type *outer = catalog_user_type(session->catalog, array_or_row);
    const struct table *owner;
    const struct column_def *column =
        outer == NULL ? NULL : type_stored_use(session, outer, &owner);
    if (column != NULL)
        raise(SQLSTATE_FEATURE_NOT_SUPPORTED, "cannot alter type %s because column %s uses it",
              raise_text("\"%s\"", domain->info.name),
              column_text(owner, column, session->statement_arena));
}

/* Calls test for every stored column of the domain or of a domain over it. */
static void
visit_columns(struct session *session, const struct user_type *domain, const char *condition,
              void (*test)(struct session *session, const struct table *table,
                           const struct column_def *column, const char *condition))
{
    uint32_t count;
    struct object_ref *uses = type_uses(session, domain, &count);
    for (uint32_t i = 0; i < count; i++) {
        if (uses[i].class_oid == CLASS_TYPE) {
            const struct user_type *over = catalog_user_type(session->catalog, uses[i].object);
            if (over->info.kind != 'd' || over->domain.base != domain->info.type)
                refuse_inside(session, domain, over->info.type);
            else
                visit_columns(session, over, condition, test);
            continue;
        }
        const struct table *table = catalog_table(session->catalog, uses[i].object);
        const struct column_def *column =
            uses[i].sub == 0 ? NULL : &table->columns[uses[i].sub - 1];
        if (table->kind == TABLE_COMPOSITE) {
            refuse_inside(session, domain, table->row_type);
        } else if (column != NULL && column->type != domain->info.type) {
            raise(SQLSTATE_FEATURE_NOT_SUPPORTED, "cannot alter type %s because column %s uses it",
                  raise_text("\"%s\"", domain->info.name),
                  column_text(table, column, session->statement_arena));
        } else if (column != NULL) {
            test(session, table, column, condition);
        }
    }
}

/* The table alone: those that inherit from it have such a column of their own. */
static const char *
from_text(const struct table *table, struct arena *arena)
{
    return arena_format(arena, "ONLY %s", definition_qualified_name(table, arena));
}

static void
test_not_null(struct session *session, const struct table *table, const struct column_def *column,
              const char *condition)
{
    struct arena *arena = session->statement_arena;
    (void)condition;
    if (ddl_finds_row(session,
                      arena_format(arena, "SELECT 1 FROM %s WHERE %s IS NULL LIMIT 1",
                                   from_text(table, arena), definition_name(column->name, arena))))
        raise(SQLSTATE_NOT_NULL_VIOLATION, "column \"%s\" of table \"%s\" contains null values",
              column->name, table->name);
}

/* The values are given the name that they have in the condition. */
static void
test_check(struct session *session, const struct table *table, const struct column_def *column,
           const char *condition)
{
    struct arena *arena = session->statement_arena;
    if (ddl_finds_row(session,
                      arena_format(arena,
                                   "SELECT 1 FROM (SELECT %s AS value FROM %s) s WHERE NOT (%s) "
                                   "LIMIT 1",
                                   definition_name(column->name, arena), from_text(table, arena),
                                   condition)))
        raise(SQLSTATE_CHECK_VIOLATION,
              "column \"%s\" of table \"%s\" contains values that violate the new constraint",
              column->name, table->name);
}

/* ---- changing ---- */

static void
add_check(struct session *session, const struct user_type *type, struct user_type *changed,
          const struct alter_domain *alter)
{
    changed->domain.checks = with_check(session, type->info.name, type->domain.checks,
                                        type->domain.check_count, &alter->check);
    changed->domain.check_count++;
    if (!alter->check.is_not_valid)
        visit_columns(session, type, alter->check.check.sql, test_check);
}

static struct domain_check *
copy_checks(struct session *session, const struct user_type *type)
{
    uint32_t count = type->domain.check_count;
    struct domain_check *copy =
        arena_alloc_array(session->statement_arena, count + 1u, sizeof *copy);
    if (count != 0)
        memcpy(copy, type->domain.checks, count * sizeof *copy);
    return copy;
}

static void
drop_check(struct session *session, struct user_type *changed, const struct alter_domain *alter)
{
    struct domain_check *left = copy_checks(session, changed);
    uint32_t count = 0;
    for (uint32_t i = 0; i < changed->domain.check_count; i++)
        if (strcmp(left[i].name, alter->constraint) != 0)
            left[count++] = left[i];
    if (count == changed->domain.check_count) {
        if (!alter->if_exists)
            raise(SQLSTATE_UNDEFINED_OBJECT, "constraint \"%s\" of domain \"%s\" does not exist",
                  alter->constraint, changed->info.name);
        notice(SEVERITY_NOTICE, SQLSTATE_SUCCESSFUL_COMPLETION,
               "constraint \"%s\" of domain \"%s\" does not exist, skipping", alter->constraint,
               changed->info.name);
        return;
    }
    changed->domain.checks = left;
    changed->domain.check_count = count;
}

static void
validate_check(struct session *session, struct user_type *changed, const char *name)
{
    struct domain_check *checks = copy_checks(session, changed);
    struct domain_check *found =
        (struct domain_check *)(uintptr_t)find_check(checks, changed->domain.check_count, name);
    if (found == NULL)
        raise(SQLSTATE_UNDEFINED_OBJECT, "constraint \"%s\" of domain \"%s\" does not exist", name,
              changed->info.name);
    visit_columns(session, changed, found->sql, test_check);
    found->is_validated = true;
    changed->domain.checks = checks;
}

void
ddl_alter_domain(struct session *session, const struct alter_domain *alter)
{
    const struct user_type *type = catalog_user_type(session->catalog, alter->domain);
    struct user_type changed = *type;
    switch (alter->kind) {
    case 'T':
        changed.domain.default_sql = alter->default_expr.sql;
        break;
    case 'O':
        if (!type->domain.is_not_null)
            visit_columns(session, type, NULL, test_not_null);
        changed.domain.is_not_null = true;
        break;
    case 'N':
        changed.domain.is_not_null = false;
        break;
    case 'C':
        add_check(session, type, &changed, alter);
        break;
    case 'X':
        drop_check(session, &changed, alter);
        break;
    default:
        validate_check(session, &changed, alter->constraint);
    }
    catalog_put_user_type(session->catalog, &changed);
}

void
ddl_rename_domain_constraint(struct session *session, const struct rename *rename)
{
    const struct user_type *type =
        scope_user_type(session, rename->item.name.schema, rename->item.name.name);
    if (type == NULL)
        ddl_fail_no_type(&rename->item.name);
    if (type->info.kind != 'd')
        raise(SQLSTATE_WRONG_OBJECT_TYPE, "%s is not a domain", type->info.name);
    struct user_type changed = *type;
    uint32_t count = type->domain.check_count;
    struct domain_check *checks = copy_checks(session, type);
    struct domain_check *found =
        (struct domain_check *)(uintptr_t)find_check(checks, count, rename->item.column);
    if (found == NULL)
        raise(SQLSTATE_UNDEFINED_OBJECT, "constraint \"%s\" for domain %s does not exist",
              rename->item.column, type->info.name);
    if (find_check(checks, count, rename->new_name) != NULL)
        raise(SQLSTATE_DUPLICATE_OBJECT, "constraint \"%s\" for domain %s already exists",
              rename->new_name, type->info.name);
    found->name = rename->new_name;
    qsort(checks, count, sizeof *checks, compare_checks);
    changed.domain.checks = checks;
    catalog_put_user_type(session->catalog, &changed);
}
