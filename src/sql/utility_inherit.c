/*
 * utility_inherit.c: what tables in making take over from the tables that they inherit from:
 * columns, defaults, checks; merged by name, as PostgreSQL merges them.
 *
 * Inherited columns come before a table's own, in the order of the parents. Where parents disagree
 * on a default, the table must say which it wants.
 */
#include "base/raise.h"
#include "sql/utility_int.h"

/* What is told when the statement runs: analysis may come more than once. */
static void
note(struct sketch *sketch, const char *message, const char *detail)
{
    struct merge_notice *told = arena_alloc(sketch->an->arena, sizeof *told);
    *told = (struct merge_notice){.message = message, .detail = detail};
    list_add(sketch->an->arena, &sketch->notices, told);
}

/* An error is about to end the statement: what was merged before it is told now. */
static void
tell_notes(const struct sketch *sketch)
{
    for (uint32_t i = 0; i < sketch->notices.count; i++) {
        const struct merge_notice *told = sketch->notices.items[i];
        notice_fields(&(struct error){.severity = SEVERITY_NOTICE,
                                      .code = SQLSTATE_SUCCESSFUL_COMPLETION,
                                      .message = told->message,
                                      .detail = told->detail});
    }
}

/* ---- columns of parents ---- */

static struct column_spec *
inherited_spec(struct sketch *sketch, const char *name)
{
    struct column_spec *spec = sketch_spec(sketch, name);
    return spec != NULL && spec->inherit_count != 0 ? spec : NULL;
}

static struct column_def *
sketch_def(struct sketch *sketch, const char *name)
{
    for (uint32_t i = 0; i < sketch->columns.count; i++) {
        struct column_def *def = sketch->columns.items[i];
        if (!def->is_dropped && strcmp(def->name, name) == 0)
            return def;
    }
    return NULL;
}

/* `what` is what the column is called in errors: "inherited column", "column". */
static void
check_same_type(struct sketch *sketch, const char *what, const struct column_spec *spec, oid type,
                int32_t typmod, oid collation)
{
    struct analysis *an = sketch->an;
    if (spec->type != type || spec->typmod != typmod || spec->collation != collation)
        tell_notes(sketch);
    if (spec->type != type || spec->typmod != typmod)
        fail_detail(an, -1, SQLSTATE_DATATYPE_MISMATCH,
                    arena_format(an->arena, "%s versus %s", type_text(an, spec->type, spec->typmod),
                                 type_text(an, type, typmod)),
                    "%s \"%s\" has a type conflict", what, spec->name);
    if (spec->collation != collation)
        fail_detail(an, -1, SQLSTATE_COLLATION_MISMATCH,
                    arena_format(an->arena, "\"%s\" versus \"%s\"",
                                 collation_text(an, spec->collation),
                                 collation_text(an, collation)),
                    "%s \"%s\" has a collation conflict", what, spec->name);
}

static bool
same_text(const char *a, const char *b)
{
    return a == b || (a != NULL && b != NULL && strcmp(a, b) == 0);
}

/* The column of one more parent into the one of the same name that came before. */
static void
merge_parents(struct sketch *sketch, const struct column_def *from, struct column_spec *spec)
{
    struct analysis *an = sketch->an;
    note(sketch,
         arena_format(an->arena, "merging multiple inherited definitions of column \"%s\"",
                      from->name),
         NULL);
    check_same_type(sketch, "inherited column", spec, from->type, from->typmod, from->collation);
    if ((spec->generated.sql != NULL) != (from->generated_sql != NULL))
        fail(an, -1, SQLSTATE_DATATYPE_MISMATCH,
             "inherited column \"%s\" has a generation conflict", spec->name);
    spec->inherit_count++;
    spec->is_not_null |= from->is_not_null;
    sketch_def(sketch, spec->name)->is_not_null = spec->is_not_null;
    const char **sql = from->generated_sql != NULL ? &spec->generated.sql : &spec->default_expr.sql;
    const char *theirs = from->generated_sql != NULL ? from->generated_sql : from->default_sql;
    if (*sql == NULL)
        *sql = theirs;
    else if (theirs != NULL && !same_text(*sql, theirs))
        spec->has_conflict = true;
}

static void
take_column(struct sketch *sketch, const struct column_def *from)
{
    struct column_spec *spec = inherited_spec(sketch, from->name);
    if (spec != NULL) {
        merge_parents(sketch, from, spec);
        return;
    }
    spec = arena_alloc_zero(sketch->an->arena, sizeof *spec);
    *spec = (struct column_spec){.name = from->name,
                                 .type = from->type,
                                 .typmod = from->typmod,
                                 .collation = from->collation,
                                 .is_not_null = from->is_not_null,
                                 .default_expr.sql = from->default_sql,
                                 .generated.sql = from->generated_sql,
                                 .is_inherited = true,
                                 .inherit_count = 1,
                                 .at = -1};
    sketch_add(sketch, spec);
    sketch_def(sketch, spec->name)->generated_sql = from->generated_sql;
}

/* ---- checks of parents ---- */

static void
take_check(struct sketch *sketch, const struct table *parent, const struct constraint_def *from)
{
    struct analysis *an = sketch->an;
    for (uint32_t i = 0; i < sketch->constraints.count; i++) {
        struct constraint_spec *other = sketch->constraints.items[i];
        if (strcmp(other->name, from->name) != 0)
            continue;
        if (strcmp(other->check.sql, from->check_sql) != 0)
            fail(an, -1, SQLSTATE_DUPLICATE_OBJECT,
                 "check constraint name \"%s\" appears multiple times but with different "
                 "expressions",
                 from->name);
        other->inherit_count++;
        return;
    }
    struct constraint_spec *spec = arena_alloc_zero(an->arena, sizeof *spec);
    *spec =
        (struct constraint_spec){.kind = CONSTRAINT_CHECK,
                                 .name = from->name,
                                 .is_named = true,
                                 .columns = attr_names(an, parent, from->attrs, from->attr_count),
                                 .check.sql = from->check_sql,
                                 .is_inherited = true,
                                 .inherit_count = 1,
                                 .at = -1};
    list_add(an->arena, &sketch->constraints, spec);
}

bool
sketch_merge_check(struct sketch *sketch, const struct constraint_spec *spec)
{
    for (uint32_t i = 0; i < sketch->constraints.count; i++) {
        struct constraint_spec *other = sketch->constraints.items[i];
        if (other->inherit_count == 0 || spec->name == NULL || strcmp(other->name, spec->name) != 0)
            continue;
        if (strcmp(other->check.sql, spec->check.sql) != 0)
            fail(sketch->an, -1, SQLSTATE_DUPLICATE_OBJECT,
                 "constraint \"%s\" for relation \"%s\" already exists", spec->name,
                 sketch->name.name);
        if (spec->is_no_inherit)
            fail(sketch->an, -1, SQLSTATE_INVALID_OBJECT_DEFINITION,
                 "constraint \"%s\" conflicts with inherited constraint on relation \"%s\"",
                 spec->name, sketch->name.name);
        note(sketch,
             arena_format(sketch->an->arena, "merging constraint \"%s\" with inherited definition",
                          spec->name),
             NULL);
        other->is_inherited = false;
        return true;
    }
    return false;
}

/* ---- a table's own columns ---- */

struct column_spec *
sketch_merge(struct sketch *sketch, struct column_spec *own)
{
    struct analysis *an = sketch->an;
    struct column_spec *spec = inherited_spec(sketch, own->name);
    sketch->own_count++;
    if (spec == NULL || !spec->is_inherited)
        return NULL;
    uint32_t place = 0;
    while (sketch->specs.items[place] != spec)
        place++;
    bool is_moved = sketch->own_count != place + 1;
    note(sketch,
         arena_format(an->arena, "%smerging column \"%s\" with inherited definition",
                      is_moved ? "moving and " : "", own->name),
         is_moved ? "User-specified column moved to the position of the inherited column." : NULL);
    check_same_type(sketch, "column", spec, own->type, own->typmod, own->collation);
    spec->is_inherited = false;
    spec->is_not_null |= own->is_not_null;
    sketch_def(sketch, spec->name)->is_not_null = spec->is_not_null;
    if (own->generated.sql != NULL || own->default_expr.sql != NULL || own->serial != SERIAL_NONE)
        sketch_own_value(sketch, spec, own->generated.sql != NULL, own->identity != IDENTITY_NONE);
    if (own->generated.sql != NULL)
        spec->generated = own->generated;
    if (own->default_expr.sql != NULL)
        spec->default_expr = own->default_expr;
    spec->identity = own->identity;
    spec->serial = own->serial;
    spec->sequence_name = own->sequence_name;
    spec->sequence = own->sequence;
    return spec;
}

void
sketch_own_value(struct sketch *sketch, struct column_spec *spec, bool is_generated,
                 bool is_identity)
{
    struct analysis *an = sketch->an;
    spec->has_conflict = false;
    if (spec->inherit_count == 0 || spec->generated.sql == NULL)
        return;
    if (is_generated)
        fail_hint(an, -1, SQLSTATE_INVALID_COLUMN_DEFINITION,
                  "Omit the generation expression in the definition of the child table column to "
                  "inherit the generation expression from the parent table.",
                  "child column \"%s\" specifies generation expression", spec->name);
    fail(an, -1, SQLSTATE_INVALID_COLUMN_DEFINITION,
         "column \"%s\" inherits from generated column but specifies %s", spec->name,
         is_identity ? "identity" : "default");
}

/* ---- parents ---- */

static void
check_parent(struct sketch *sketch, const struct table *parent)
{
    struct analysis *an = sketch->an;
    if (parent->kind != TABLE_PLAIN && parent->kind != TABLE_PARTITIONED)
        fail(an, -1, SQLSTATE_WRONG_OBJECT_TYPE,
             "inherited relation \"%s\" is not a table or foreign table", parent->name);
    if (parent->kind == TABLE_PARTITIONED)
        fail(an, -1, SQLSTATE_WRONG_OBJECT_TYPE, "cannot inherit from partitioned table \"%s\"",
             parent->name);
    if (parent->bound != NULL)
        fail(an, -1, SQLSTATE_WRONG_OBJECT_TYPE, "cannot inherit from partition \"%s\"",
             parent->name);
    if (parent->persistence == 't' && sketch->persistence != 't')
        fail(an, -1, SQLSTATE_WRONG_OBJECT_TYPE, "cannot inherit from temporary relation \"%s\"",
             parent->name);
    for (uint32_t i = 0; i < sketch->parents.count; i++) {
        const struct table *other = sketch->parents.items[i];
        if (other->table == parent->table)
            fail(an, -1, SQLSTATE_DUPLICATE_TABLE,
                 "relation \"%s\" would be inherited from more than once", parent->name);
    }
}

void
sketch_take_parent(struct sketch *sketch, const struct table *parent)
{
    list_add(sketch->an->arena, &sketch->parents, (void *)(uintptr_t)parent);
    for (uint16_t i = 0; i < parent->column_count; i++) {
        if (!parent->columns[i].is_dropped)
            take_column(sketch, &parent->columns[i]);
    }
    for (uint16_t i = 0; i < parent->constraint_count; i++) {
        const struct constraint_def *def = &parent->constraints[i];
        if (def->kind == CONSTRAINT_CHECK && !def->is_no_inherit)
            take_check(sketch, parent, def);
    }
}

void
sketch_parents(struct sketch *sketch, struct nodes nodes)
{
    for (size_t i = 0; i < nodes.count; i++) {
        const struct table *parent = relation_get(sketch->an, nodes.items[i]->range_var);
        check_parent(sketch, parent);
        sketch_take_parent(sketch, parent);
    }
}

void
sketch_check_defaults(struct sketch *sketch)
{
    for (uint32_t i = 0; i < sketch->specs.count; i++) {
        const struct column_spec *spec = sketch->specs.items[i];
        if (!spec->has_conflict)
            continue;
        tell_notes(sketch);
        bool is_generated = spec->generated.sql != NULL;
        fail_hint(sketch->an, -1, SQLSTATE_INVALID_COLUMN_DEFINITION,
                  is_generated
                      ? "To resolve the conflict, specify a generation expression explicitly."
                      : "To resolve the conflict, specify a default explicitly.",
                  "column \"%s\" inherits conflicting %s", spec->name,
                  is_generated ? "generation expressions" : "default values");
    }
}
