/*
 * branch_merge_schema.c: merging the catalog: its trees row by row, like any others.
 *
 * The rows of names and dependencies are independent of each other. An object that both sides have
 * changed is a conflict, except for a table of which only the list of tables that point to it
 * differs: that list follows from the others' foreign keys. Beyond equal rows, what one side has
 * made must not need what the other has changed: a view over a table that has another definition,
 * anything over what has been dropped.
 */
#include "base/raise.h"
#include "catalog/merge.h"
#include "session/branch_merge.h"

#define KIND "schema"

static void
schema_conflict(struct merge *merge, const char *name, const char *detail)
{
    merge_conflict(merge, &(struct conflict){.kind = KIND, .table = name, .detail = detail});
}

/* ---- names ---- */

static bool
is_index_name(const struct kept_row *row)
{
    struct slice value = row->source.data != NULL ? row->source : row->target;
    return value.bytes == 5 && value.data[4] == CATALOG_INDEX;
}

static void
check_names(struct merge *merge, const struct kept_row *names)
{
    /* Names of indexes mostly follow from those of tables: they are told only if that is all. */
    for (int wants_indexes = 0; wants_indexes <= 1; wants_indexes++) {
        if (wants_indexes == 1 && merge_has_conflicts(merge))
            return;
        for (const struct kept_row *row = names; row != NULL; row = row->next) {
            if (row->side != MERGE_CONFLICT || is_index_name(row) != (wants_indexes == 1))
                continue;
            bool is_gone = row->source.data == NULL || row->target.data == NULL;
            schema_conflict(merge, catalog_name_of_key(row->key, merge->work),
                            is_gone ? "the name was given up in one branch and given to something "
                                      "else in the other"
                                    : "both branches have something of this name, made apart");
        }
    }
}

/* ---- objects ---- */

static const char *
object_name(struct merge *merge, enum catalog_row_kind kind, const struct kept_row *row)
{
    struct catalog *catalog = merge->session->catalog;
    struct slice value = row->target.data != NULL   ? row->target
                         : row->source.data != NULL ? row->source
                                                    : row->base;
    if (kind == CATALOG_TABLE)
        return branch_table_name(catalog_read_table(catalog, value, merge->work), merge->work);
    if (kind == CATALOG_SEQUENCE)
        return catalog_read_sequence(catalog, value, merge->work)->name;
    return catalog_read_routine_name(kind, value, merge->work);
}

static const struct table *
read_side(struct merge *merge, struct slice row)
{
    return row.data == NULL ? NULL : catalog_read_table(merge->session->catalog, row, merge->work);
}

/* The row of a table with no tables pointing to it or inheriting from it. */
static struct slice
own_row(struct merge *merge, const struct table *table)
{
    struct table copy = *table;
    copy.referenced_count = 0;
    copy.child_count = 0;
    return catalog_table_row(&copy, merge->work);
}

struct oid_list {
    const oid *oids;
    uint32_t count;
};

static struct oid_list
referencing_of(const struct table *table)
{
    return (struct oid_list){.oids = table->referencing, .count = table->referenced_count};
}

static struct oid_list
children_of(const struct table *table)
{
    return (struct oid_list){.oids = table->children, .count = table->child_count};
}

static bool
is_listed(struct oid_list list, oid wanted)
{
    for (uint32_t i = 0; i < list.count; i++)
        if (list.oids[i] == wanted)
            return true;
    return false;
}

/* The base's list with what each side has added to it, without what either has taken away. */
static struct oid_list
join_lists(struct merge *merge, struct oid_list base, struct oid_list source,
           struct oid_list target)
{
    oid *list = arena_alloc_array(merge->work, source.count + target.count + 1, sizeof *list);
    uint32_t count = 0;
    for (uint32_t i = 0; i < target.count; i++)
        if (is_listed(source, target.oids[i]) || !is_listed(base, target.oids[i]))
            list[count++] = target.oids[i];
    for (uint32_t i = 0; i < source.count; i++)
        if (!is_listed(target, source.oids[i]) && !is_listed(base, source.oids[i]))
            list[count++] = source.oids[i];
    return (struct oid_list){.oids = list, .count = count};
}

static bool
adds_to_list(struct oid_list base, struct oid_list side)
{
    for (uint32_t i = 0; i < side.count; i++)
        if (!is_listed(base, side.oids[i]))
            return true;
    return false;
}

/* What one side has put below a table is not as the other has made that table, or, of partitions,
 * may be meant for the same rows. */
static bool
children_conflict(struct merge *merge, const struct table *base, const struct table *source,
                  const struct table *target)
{
    bool source_adds = adds_to_list(children_of(base), children_of(source));
    bool target_adds = adds_to_list(children_of(base), children_of(target));
    struct slice of_base = own_row(merge, base);
    if (source_adds && target_adds && base->kind == TABLE_PARTITIONED)
        return true;
    return (source_adds && !slice_equal(own_row(merge, target), of_base)) ||
           (target_adds && !slice_equal(own_row(merge, source), of_base));
}

/*
 * Both sides have changed the table. True if they agree, or one has only other tables pointing to
 * it or inheriting from it: *row is then the merged definition.
 */
static bool
join_tables(struct merge *merge, struct kept_row *row, const struct table *base)
{
    const struct table *source = read_side(merge, row->source);
    const struct table *target = read_side(merge, row->target);
    if (base == NULL || source == NULL || target == NULL ||
        children_conflict(merge, base, source, target))
        return false;
    struct slice of_base = own_row(merge, base), of_source = own_row(merge, source),
                 of_target = own_row(merge, target);
    bool takes_source = slice_equal(of_target, of_base);
    if (!takes_source && !slice_equal(of_source, of_base) && !slice_equal(of_source, of_target))
        return false;
    struct table joined = takes_source ? *source : *target;
    struct oid_list list =
        join_lists(merge, referencing_of(base), referencing_of(source), referencing_of(target));
    joined.referencing = list.oids;
    joined.referenced_count = (uint16_t)list.count;
    list = join_lists(merge, children_of(base), children_of(source), children_of(target));
    joined.children = list.oids;
    joined.child_count = list.count;
    row->source = catalog_table_row(&joined, merge->work);
    row->side = MERGE_SOURCE;
    return true;
}

static void
note_sides(struct merge *merge, oid table, const struct kept_row *row)
{
    struct table_sides *sides = arena_alloc(merge->work, sizeof *sides);
    *sides = (struct table_sides){.next = merge->sides,
                                  .table = table,
                                  .base = read_side(merge, row->base),
                                  .source = read_side(merge, row->source),
                                  .target = read_side(merge, row->target)};
    merge->sides = sides;
}

static void
check_object(struct merge *merge, struct kept_row *row)
{
    enum catalog_row_kind kind;
    oid object;
    if (!catalog_object_key(row->key, &kind, &object))
        raise(SQLSTATE_DATA_CORRUPTED, "the catalog has a row that cannot be read");
    if (row->side == MERGE_BOTH_SAME)
        return;
    bool is_joined = false;
    if (kind == CATALOG_TABLE) {
        note_sides(merge, object, row);
        is_joined = row->side == MERGE_CONFLICT && join_tables(merge, row, merge->sides->base);
    }
    if (row->side != MERGE_CONFLICT || is_joined || kind == CATALOG_INDEX)
        return;
    schema_conflict(merge, object_name(merge, kind, row),
                    row->source.data == NULL
                        ? arena_format(merge->work, "dropped in branch \"%s\", changed in \"%s\"",
                                       merge->source_name, merge->target_name)
                    : row->target.data == NULL
                        ? arena_format(merge->work, "changed in branch \"%s\", dropped in \"%s\"",
                                       merge->source_name, merge->target_name)
                        : "its definition was changed in both branches");
}

/* ---- dependencies ---- */

static const struct table_sides *
find_sides(const struct merge *merge, oid table)
{
    const struct table_sides *sides = merge->sides;
    while (sides != NULL && sides->table != table)
        sides = sides->next;
    return sides;
}

static bool
is_redefined(struct merge *merge, const struct table *from, const struct table *to)
{
    return from == NULL || to == NULL || !slice_equal(own_row(merge, from), own_row(merge, to));
}

/* What one side has made to need what the other has changed. */
static void
check_dependency(struct merge *merge, const struct kept_row *row)
{
    struct object_ref on, object;
    if (row->base.data != NULL || !catalog_dependency_key(row->key, &on, &object))
        return;
    bool is_sources = row->source.data != NULL;
    const struct table_sides *sides = find_sides(merge, on.object);
    if (sides == NULL || sides->base == NULL ||
        (row->source.data != NULL) == (row->target.data != NULL))
        return;
    const struct table *other = is_sources ? sides->target : sides->source;
    const char *branch = is_sources ? merge->target_name : merge->source_name;
    if (!is_redefined(merge, sides->base, other))
        return;
    const struct table_sides *user = find_sides(merge, object.object);
    const struct table *view = user == NULL ? NULL : is_sources ? user->source : user->target;
    bool is_view = view != NULL && view->kind == TABLE_VIEW;
    bool loses_column = other != NULL && on.sub > 0 && on.sub <= other->column_count &&
                        other->columns[on.sub - 1].is_dropped;
    if (other != NULL && !is_view && !loses_column)
        return;
    schema_conflict(merge, branch_table_name(sides->base, merge->work),
                    arena_format(merge->work,
                                 "%s in branch \"%s\", while %s%s%s in \"%s\" came to depend on it",
                                 other == NULL ? "dropped" : "changed", branch,
                                 view == NULL ? "something"
                                 : is_view    ? "view \""
                                              : "table \"",
                                 view == NULL ? "" : view->name, view == NULL ? "" : "\"",
                                 is_sources ? merge->source_name : merge->target_name));
}

/* ---- writing ---- */

static void
take_rows(struct merge *merge, tree_no tree, const struct kept_row *rows)
{
    for (const struct kept_row *row = rows; row != NULL; row = row->next) {
        if (row->side != MERGE_SOURCE)
            continue;
        catalog_merge_row(merge->session->catalog, tree, row->key, row->source);
        merge->has_changes = true;
    }
}

/* Each foreign key finds the index that it needs, whichever side has made them. */
static void
check_foreign_keys(struct merge *merge)
{
    struct catalog *catalog = merge->session->catalog;
    uint32_t count;
    const struct table **tables = catalog_relations(catalog, merge->work, &count);
    for (uint32_t i = 0; i < count; i++)
        for (uint16_t c = 0; c < tables[i]->constraint_count; c++) {
            const struct constraint_def *def = &tables[i]->constraints[c];
            if (def->kind != CONSTRAINT_FOREIGN)
                continue;
            const struct table *to = catalog_table(catalog, def->foreign_table);
            bool is_there = false;
            for (uint16_t k = 0; to != NULL && k < to->index_count; k++)
                is_there |= to->indexes[k]->index == def->index;
            if (!is_there)
                schema_conflict(merge, branch_table_name(tables[i], merge->work),
                                arena_format(merge->work,
                                             "foreign key \"%s\" refers to a key that the other "
                                             "branch has dropped",
                                             def->name));
        }
}

void
merge_schema(struct merge *merge)
{
    struct kept_row *names = merge_collect(merge, TREE_NAMES, KEEP_BY_SOURCE);
    struct kept_row *objects = merge_collect(merge, TREE_OBJECTS, KEEP_ALL);
    struct kept_row *dependencies = merge_collect(merge, TREE_DEPENDENCIES, KEEP_ALL);
    for (struct kept_row *row = objects; row != NULL; row = row->next)
        check_object(merge, row);
    check_names(merge, names);
    for (const struct kept_row *row = dependencies; row != NULL; row = row->next)
        check_dependency(merge, row);
    if (merge_has_conflicts(merge))
        return;
    take_rows(merge, TREE_OBJECTS, objects);
    take_rows(merge, TREE_NAMES, names);
    take_rows(merge, TREE_DEPENDENCIES, dependencies);
    bool has_changes = merge->has_changes;
    take_rows(merge, TREE_STATISTICS, merge_collect(merge, TREE_STATISTICS, KEEP_BY_SOURCE));
    merge->has_changes = has_changes; /* statistics alone are no reason for a commit */
    catalog_merge_end(merge->session->catalog);
    if (has_changes)
        check_foreign_keys(merge);
}
