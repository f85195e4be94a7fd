/*
 * utility_constraint.c: constraints of tables in making: keys, checks, foreign keys, and the names
 * that those without one get.
 */
#include "sql/utility_int.h"

static const struct column_def *
column_named(const struct sketch *sketch, const char *name)
{
    for (uint32_t i = 0; i < sketch->columns.count; i++) {
        const struct column_def *def = sketch->columns.items[i];
        if (!def->is_dropped && strcmp(def->name, name) == 0)
            return def;
    }
    return NULL;
}

static void
check_columns(struct sketch *sketch, const struct constraint_spec *spec,
              const struct name_list *names)
{
    struct analysis *an = sketch->an;
    for (uint32_t i = 0; i < names->count; i++) {
        if (column_named(sketch, names->names[i]) == NULL && !is_system_column(names->names[i])) {
            if (spec->kind == CONSTRAINT_FOREIGN)
                fail(an, -1, SQLSTATE_UNDEFINED_COLUMN,
                     "column \"%s\" referenced in foreign key constraint does not exist",
                     names->names[i]);
            if (spec->kind == CONSTRAINT_PRIMARY && sketch->before != NULL)
                fail(an, -1, SQLSTATE_UNDEFINED_COLUMN,
                     "column \"%s\" of relation \"%s\" does not exist", names->names[i],
                     sketch->name.name);
            fail(an, spec->at, SQLSTATE_UNDEFINED_COLUMN,
                 "column \"%s\" named in key does not exist", names->names[i]);
        }
        for (uint32_t j = 0; j < i && spec->kind != CONSTRAINT_FOREIGN; j++) {
            if (strcmp(names->names[i], names->names[j]) == 0)
                fail(an, spec->at, SQLSTATE_DUPLICATE_COLUMN,
                     "column \"%s\" appears twice in %s constraint", names->names[i],
                     spec->kind == CONSTRAINT_PRIMARY ? "primary key" : "unique");
        }
    }
}

static void
take_key(struct sketch *sketch, const PgQuery__Constraint *node, struct constraint_spec *spec)
{
    struct analysis *an = sketch->an;
    spec->nulls_not_distinct = node->nulls_not_distinct;
    spec->include = names_of(an, NODES(node, including));
    spec->using_index = tree_text(node->indexname);
    if (node->n_keys > 0)
        spec->columns = names_of(an, NODES(node, keys));
    check_columns(sketch, spec, &spec->columns);
    check_columns(sketch, spec, &spec->include);
    if (spec->kind != CONSTRAINT_PRIMARY)
        return;
    bool has_one =
        sketch->has_primary || (sketch->before != NULL && sketch->before->primary != NULL);
    if (has_one)
        fail(an, spec->at, SQLSTATE_INVALID_TABLE_DEFINITION,
             "multiple primary keys for table \"%s\" are not allowed", sketch->name.name);
    sketch->has_primary = true;
    for (uint32_t i = 0; i < spec->columns.count; i++) {
        struct column_spec *column = sketch_spec(sketch, spec->columns.names[i]);
        if (column != NULL)
            column->is_not_null = true;
    }
}

static void
take_foreign(struct sketch *sketch, const PgQuery__Constraint *node, struct constraint_spec *spec)
{
    struct analysis *an = sketch->an;
    if (node->n_fk_attrs > 0)
        spec->columns = names_of(an, NODES(node, fk_attrs));
    spec->foreign_table = range_name(an, node->pktable);
    spec->foreign_columns = names_of(an, NODES(node, pk_attrs));
    spec->set_columns = names_of(an, NODES(node, fk_del_set_cols));
    spec->match = node->fk_matchtype[0] == '\0' ? 's' : node->fk_matchtype[0];
    spec->on_update = node->fk_upd_action[0] == '\0' ? 'a' : node->fk_upd_action[0];
    spec->on_delete = node->fk_del_action[0] == '\0' ? 'a' : node->fk_del_action[0];
    spec->is_not_valid = node->skip_validation && !node->initially_valid;
    check_columns(sketch, spec, &spec->columns);
    if (spec->foreign_columns.count > 0 && spec->foreign_columns.count != spec->columns.count)
        fail(an, -1, SQLSTATE_INVALID_FOREIGN_KEY,
             "number of referencing and referenced columns for foreign key disagree");
}

struct name_walk {
    const struct sketch *sketch;
    struct list names;
};

static bool
note_name(void *object, const struct expr *e)
{
    struct name_walk *walk = object;
    if (e->kind == EXPR_COLUMN && e->column.number > 0) {
        const struct column_def *def = walk->sketch->columns.items[e->column.number - 1];
        bool is_known = false;
        for (uint32_t i = 0; i < walk->names.count; i++)
            is_known |= strcmp(walk->names.items[i], def->name) == 0;
        if (!is_known)
            list_add(walk->sketch->an->arena, &walk->names, (char *)(uintptr_t)def->name);
    }
    return expr_walk(e, note_name, object);
}

/* The columns that an expression reads. */
static struct name_list
names_read(const struct sketch *sketch, const struct expr *e)
{
    struct name_walk walk = {.sketch = sketch};
    note_name(&walk, e);
    return (struct name_list){walk.names.count, (const char **)walk.names.items};
}

struct name_list
attr_names(struct analysis *an, const struct table *table, const attr_no *attrs, uint32_t count)
{
    struct name_list names = {.count = count};
    names.names = arena_alloc_array(an->arena, count + 1, sizeof *names.names);
    for (uint32_t i = 0; i < count; i++)
        names.names[i] = table->columns[attrs[i] - 1].name;
    return names;
}

static enum constraint_kind
kind_of(struct sketch *sketch, const PgQuery__Constraint *node)
{
    switch (node->contype) {
    case PG_QUERY__CONSTR_TYPE__CONSTR_PRIMARY:
        return CONSTRAINT_PRIMARY;
    case PG_QUERY__CONSTR_TYPE__CONSTR_UNIQUE:
        return CONSTRAINT_UNIQUE;
    case PG_QUERY__CONSTR_TYPE__CONSTR_CHECK:
        return CONSTRAINT_CHECK;
    case PG_QUERY__CONSTR_TYPE__CONSTR_FOREIGN:
        return CONSTRAINT_FOREIGN;
    default:
        fail_unsupported(sketch->an, node->location, "EXCLUDE");
    }
}

struct constraint_spec *
sketch_constraint(struct sketch *sketch, const PgQuery__Constraint *node, const char *column)
{
    struct analysis *an = sketch->an;
    struct constraint_spec *spec = arena_alloc_zero(an->arena, sizeof *spec);
    spec->kind = kind_of(sketch, node);
    spec->name = tree_text(node->conname);
    spec->is_named = spec->name != NULL;
    spec->at = node->location;
    spec->is_deferrable = node->deferrable;
    spec->is_deferred = node->initdeferred;
    spec->is_no_inherit = node->is_no_inherit;
    if (column != NULL) {
        spec->columns.names = arena_copy(an->arena, &column, sizeof column);
        spec->columns.count = 1;
    }
    if (spec->kind == CONSTRAINT_CHECK) {
        spec->columns.count = 0;
        spec->is_not_valid = node->skip_validation && !node->initially_valid;
        spec->check = sketch_expr(sketch, node->raw_expr, CLAUSE_CHECK);
        spec->columns = names_read(sketch, spec->check.expr);
    } else if (spec->kind == CONSTRAINT_FOREIGN) {
        take_foreign(sketch, node, spec);
    } else {
        take_key(sketch, node, spec);
    }
    if (spec->kind == CONSTRAINT_CHECK && sketch_merge_check(sketch, spec))
        return spec;
    list_add(an->arena, &sketch->constraints, spec);
    return spec;
}

/* ---- names ---- */

static bool
is_constraint_name_taken(const struct sketch *sketch, const char *name)
{
    for (uint32_t i = 0; i < sketch->constraints.count; i++) {
        const struct constraint_spec *other = sketch->constraints.items[i];
        if (other->name != NULL && strcmp(other->name, name) == 0)
            return true;
    }
    for (uint16_t i = 0; sketch->before != NULL && i < sketch->before->constraint_count; i++) {
        if (strcmp(sketch->before->constraints[i].name, name) == 0)
            return true;
    }
    return false;
}

static bool
note_column(void *object, const struct expr *e)
{
    int32_t *column = object;
    if (e->kind == EXPR_COLUMN && e->column.number > 0)
        *column = *column == 0 || *column == e->column.number ? e->column.number : -1;
    return expr_walk(e, note_column, object);
}

/* The only column of the expression, or null. */
static const char *
only_column(const struct sketch *sketch, const struct expr *e)
{
    int32_t column = 0;
    note_column(&column, e);
    if (column <= 0)
        return NULL;
    return ((const struct column_def *)sketch->columns.items[column - 1])->name;
}

static const char *
joined_names(struct sketch *sketch, const struct name_list *names)
{
    const char *text = "";
    for (uint32_t i = 0; i < names->count && strlen(text) < NAME_BYTES_MAX; i++)
        text = arena_format(sketch->an->arena, "%s%s%s", text, i == 0 ? "" : "_", names->names[i]);
    return text;
}

static const char *
constraint_name(struct sketch *sketch, const char *column, const char *label)
{
    /* Constraints share no name space with relations: only those of the table count. */
    struct analysis *an = sketch->an;
    for (int pass = 0;; pass++) {
        const char *numbered = pass == 0 ? label : arena_format(an->arena, "%s%d", label, pass);
        const char *name = compose_name(an, sketch->name.name, column, numbered);
        if (!is_constraint_name_taken(sketch, name))
            return name;
    }
}

static const char *
index_name(struct sketch *sketch, const struct constraint_spec *spec)
{
    struct analysis *an = sketch->an;
    bool is_primary = spec->kind == CONSTRAINT_PRIMARY;
    const char *columns = is_primary ? NULL : joined_names(sketch, &spec->columns);
    for (;;) {
        const char *name =
            choose_relation_name(an, sketch->schema, &sketch->taken, sketch->name.name, columns,
                                 is_primary ? "pkey" : "key");
        if (!is_constraint_name_taken(sketch, name))
            return name;
    }
}

static void
choose_name(struct sketch *sketch, struct constraint_spec *spec)
{
    switch (spec->kind) {
    case CONSTRAINT_CHECK:
        spec->name = constraint_name(sketch, only_column(sketch, spec->check.expr), "check");
        break;
    case CONSTRAINT_FOREIGN:
        spec->name = constraint_name(sketch, joined_names(sketch, &spec->columns), "fkey");
        break;
    default:
        spec->name = spec->using_index != NULL ? spec->using_index : index_name(sketch, spec);
    }
}

static bool
is_key(const struct constraint_spec *spec)
{
    return spec->kind == CONSTRAINT_PRIMARY || spec->kind == CONSTRAINT_UNIQUE;
}

static bool
same_names(const struct name_list *a, const struct name_list *b)
{
    if (a->count != b->count)
        return false;
    for (uint32_t i = 0; i < a->count; i++) {
        if (strcmp(a->names[i], b->names[i]) != 0)
            return false;
    }
    return true;
}

/* UNIQUE beside PRIMARY KEY or another UNIQUE of the same columns says nothing new. */
static bool
is_redundant(struct sketch *sketch, uint32_t number)
{
    const struct constraint_spec *spec = sketch->constraints.items[number];
    for (uint32_t i = 0; i < sketch->constraints.count; i++) {
        struct constraint_spec *other = sketch->constraints.items[i];
        bool goes_before = other->kind == CONSTRAINT_PRIMARY || i < number;
        if (other == spec || !is_key(other) || !goes_before ||
            !same_names(&other->columns, &spec->columns) ||
            !same_names(&other->include, &spec->include) ||
            other->nulls_not_distinct != spec->nulls_not_distinct ||
            other->is_deferrable != spec->is_deferrable)
            continue;
        if (!other->is_named && spec->is_named) {
            other->name = spec->name;
            other->is_named = true;
        }
        return true;
    }
    return false;
}

void
sketch_finish(struct sketch *sketch)
{
    struct analysis *an = sketch->an;
    struct list kept = {.count = 0};
    for (uint32_t i = 0; i < sketch->constraints.count; i++) {
        struct constraint_spec *spec = sketch->constraints.items[i];
        if (spec->kind != CONSTRAINT_UNIQUE || !is_redundant(sketch, i))
            list_add(an->arena, &kept, spec);
    }
    sketch->constraints = kept;
    for (uint32_t i = 0; i < kept.count; i++) {
        struct constraint_spec *spec = kept.items[i];
        if (sketch->before == NULL)
            spec->is_not_valid = false; /* no row of a new table is against it */
        for (uint32_t j = 0; j < i && spec->is_named; j++) {
            const struct constraint_spec *other = kept.items[j];
            if (other->is_named && strcmp(other->name, spec->name) == 0)
                fail(an, -1, SQLSTATE_DUPLICATE_OBJECT,
                     "constraint \"%s\" for relation \"%s\" already exists", spec->name,
                     sketch->name.name);
        }
        if (spec->is_named && is_key(spec))
            list_add(an->arena, &sketch->taken, (char *)spec->name);
    }
    for (uint32_t i = 0; i < kept.count; i++) {
        struct constraint_spec *spec = kept.items[i];
        if (spec->name == NULL)
            choose_name(sketch, spec);
    }
}
