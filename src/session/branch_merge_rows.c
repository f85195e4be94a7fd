/*
 * branch_merge_rows.c: merging tables' rows, and sequences.
 *
 * Three cases for a table that both sides have:
 *
 *   the same trees    rows are compared as they are stored; indexes that the source has made are
 *                     filled from the target's rows before those are changed
 *   source rewritten  (ALTER TABLE with a new type, a new key, a computed default) its trees are
 *                     copied, and what the target has changed in the old ones is applied to them
 *   target rewritten  what the source has changed in the old trees is applied to the target's
 *
 * In the last two, rows are matched by key and compared by the columns that both definitions have.
 */
#include "base/bytes.h"
#include "base/raise.h"
#include "catalog/merge.h"
#include "exec/vector.h"
#include "session/branch_merge.h"

/* A table being merged. */
struct table_merge {
    struct merge *merge;
    const struct table *table;       /* as it is to be */
    const struct table_sides *sides; /* null: nobody has changed the definition */
    struct row_merge *writer;
    struct row_reader reader; /* by the definition as it is to be */
    const char *name;
    struct change_list {
        struct row_change change;
        struct change_list *next;
    } * first, **link;
};

static struct table_sides *
find_sides(const struct merge *merge, oid table)
{
    struct table_sides *sides = merge->sides;
    while (sides != NULL && sides->table != table)
        sides = sides->next;
    return sides;
}

static void
check_status(const struct table_merge *t, enum status st)
{
    if (st != ST_OK && st != ST_NOT_FOUND)
        raise_status(st, "could not merge table \"%s\"", t->table->name);
}

static void
add_change(struct table_merge *t, struct slice key, struct slice old_value, struct slice new_value)
{
    struct change_list *entry = arena_alloc(t->merge->work, sizeof *entry);
    *entry = (struct change_list){.change = {key, old_value, new_value}};
    *t->link = entry;
    t->link = &entry->next;
}

static void
table_conflict(struct table_merge *t, const char *detail)
{
    merge_conflict(t->merge,
                   &(struct conflict){.kind = "schema", .table = t->name, .detail = detail});
}

/* ---- writing, with violations as conflicts ---- */

static const char *
violation_kind(sqlstate code)
{
    return code == SQLSTATE_UNIQUE_VIOLATION        ? "unique"
           : code == SQLSTATE_NOT_NULL_VIOLATION    ? "not null"
           : code == SQLSTATE_CHECK_VIOLATION       ? "check"
           : code == SQLSTATE_FOREIGN_KEY_VIOLATION ? "foreign key"
                                                    : NULL;
}

static void
tell_violation(struct table_merge *t, const struct row_change *change, const struct error *error)
{
    struct arena *work = t->merge->work;
    const char *kind = violation_kind(error->code), *row = NULL, *key = NULL;
    if (kind == NULL)
        raise_again(error);
    if (change != NULL && change->new_value.data != NULL) {
        row = row_json(&t->reader, change->key, change->new_value, work);
        key = row_reader_key_json(&t->reader, work);
    }
    struct conflict conflict = {.kind = kind, .table = t->name, .key = key, .source = row};
    conflict.detail = error->detail == NULL
                          ? arena_text(work, error->message)
                          : arena_format(work, "%s. %s", error->message, error->detail);
    merge_conflict(t->merge, &conflict);
}

enum pass { PASS_CLEAR, PASS_PUT, PASS_CHECK };

static void
run_pass(struct table_merge *t, enum pass pass, const struct row_change *change)
{
    struct catch frame;
    if (catch_begin(&frame, t->merge->work)) {
        if (pass == PASS_CLEAR)
            row_merge_clear(t->writer, change);
        else if (pass == PASS_PUT)
            row_merge_put(t->writer, change);
        else
            row_merge_check(t->writer, change->key, change->new_value);
        catch_end(&frame);
        return;
    }
    tell_violation(t, change, frame.error);
}

static void
apply_changes(struct table_merge *t)
{
    struct merge *merge = t->merge;
    if (t->first == NULL || merge_has_conflicts(merge))
        return;
    for (const struct change_list *entry = t->first; entry != NULL; entry = entry->next)
        run_pass(t, PASS_CLEAR, &entry->change);
    for (const struct change_list *entry = t->first; entry != NULL; entry = entry->next)
        run_pass(t, PASS_PUT, &entry->change);
    merge->has_changes = true;
}

static void
open_writer(struct table_merge *t)
{
    if (t->writer == NULL)
        t->writer = row_merge_open(t->merge->exec, t->table);
}

/* ---- the same trees ---- */

static void
row_conflict(struct table_merge *t, const struct kept_row *row)
{
    struct arena *work = t->merge->work;
    struct conflict conflict = {.kind = "row", .table = t->name};
    conflict.base = row_json(&t->reader, row->key, row->base, work);
    conflict.source = row_json(&t->reader, row->key, row->source, work);
    conflict.target = row_json(&t->reader, row->key, row->target, work);
    conflict.key = row_reader_key_json(&t->reader, work); /* of the last row that there was */
    conflict.detail = row->base.data == NULL     ? "inserted in both branches, with other values"
                      : row->source.data == NULL ? "deleted in the source, changed in the target"
                      : row->target.data == NULL ? "changed in the source, deleted in the target"
                                                 : "changed in both branches";
    merge_conflict(t->merge, &conflict);
}

/* Both sides have inserted a row under one hidden number: these are two rows. */
static bool
is_renumbered(const struct table_merge *t, const struct kept_row *row)
{
    return t->table->primary == NULL && row->side == MERGE_CONFLICT && row->base.data == NULL;
}

static void
renumber_row(struct table_merge *t, const struct kept_row *row)
{
    uint64_t row_id;
    uint8_t *key = arena_alloc(t->merge->work, 8);
    check_status(t, txn_new_row_id(t->merge->session->txn, t->table->tree, 1, &row_id));
    be64_set(key, row_id);
    add_change(t, slice_of(key, 8), slice_of(NULL, 0), row->source);
}

static void
take_row(struct table_merge *t, const struct kept_row *row)
{
    if (row->side == MERGE_CONFLICT) {
        row_conflict(t, row);
        return;
    }
    if (t->table->primary == NULL && row->base.data == NULL && row->key.bytes == 8)
        check_status(t, txn_pass_row_id(t->merge->session->txn, t->table->tree,
                                        be64_get(row->key.data) & INT64_MAX));
    add_change(t, row->key, row->target, row->source);
}

/* What the source alone has changed; new numbers are given when all that stay are known. */
static void
take_rows(struct table_merge *t)
{
    struct kept_row *rows = merge_collect(t->merge, t->table->tree, KEEP_BY_SOURCE);
    for (const struct kept_row *row = rows; row != NULL; row = row->next)
        if (!is_renumbered(t, row))
            take_row(t, row);
    for (const struct kept_row *row = rows; row != NULL; row = row->next)
        if (is_renumbered(t, row))
            renumber_row(t, row);
}

static bool
has_tree(const struct table *table, tree_no tree)
{
    for (uint16_t i = 0; i < table->index_count; i++)
        if (table->indexes[i]->tree == tree)
            return true;
    return table->tree == tree;
}

static void
drop_trees(struct table_merge *t, const struct table *from, const struct table *kept)
{
    struct txn *txn = t->merge->session->txn;
    if (kept == NULL || !has_tree(kept, from->tree))
        check_status(t, txn_tree_drop(txn, from->tree));
    for (uint16_t i = 0; i < from->index_count; i++)
        if (!from->indexes[i]->is_primary &&
            (kept == NULL || !has_tree(kept, from->indexes[i]->tree)))
            check_status(t, txn_tree_drop(txn, from->indexes[i]->tree));
}

static void
fill_index(struct table_merge *t, const struct index_def *index)
{
    struct catch frame;
    open_writer(t);
    if (catch_begin(&frame, t->merge->work)) {
        row_merge_index(t->writer, index->index);
        catch_end(&frame);
        return;
    }
    tell_violation(t, NULL, frame.error);
}

/* Indexes that the source alone has made. */
static void
make_indexes(struct table_merge *t, const struct table *before)
{
    for (uint16_t i = 0; i < t->table->index_count; i++) {
        const struct index_def *index = t->table->indexes[i];
        if (index->is_primary || has_tree(before, index->tree))
            continue;
        check_status(t, txn_tree_create(t->merge->session->txn, index->tree));
        fill_index(t, index);
    }
    drop_trees(t, before, t->table);
}

/* The source's constraints, asked of the rows that the target alone has. */
static void
check_targets_rows(struct table_merge *t)
{
    for (const struct kept_row *row = merge_collect(t->merge, t->table->tree, KEEP_BY_TARGET);
         row != NULL; row = row->next) {
        struct row_change change = {.key = row->key, .new_value = row->target};
        if (row->side == MERGE_TARGET && row->target.data != NULL) {
            open_writer(t);
            run_pass(t, PASS_CHECK, &change);
        }
    }
}

static void
merge_same_trees(struct table_merge *t)
{
    const struct table_sides *sides = t->sides;
    take_rows(t);
    if (merge_has_conflicts(t->merge))
        return;
    bool is_sources = sides != NULL && sides->target != NULL && sides->base != NULL;
    if (is_sources)
        make_indexes(t, sides->target);
    if (t->first != NULL)
        open_writer(t);
    apply_changes(t);
    if (is_sources && !merge_has_conflicts(t->merge))
        check_targets_rows(t);
}

/* ---- trees copied from the source ---- */

struct tree_copy {
    struct txn *txn;
    tree_no tree;
    uint8_t last_key[8];
    uint64_t count;
};

static enum status
copy_row(void *object, const struct merge_row *row)
{
    struct tree_copy *copy = object;
    if (row->source.data == NULL)
        return ST_OK;
    copy->count++;
    if (row->key.bytes == sizeof copy->last_key)
        memcpy(copy->last_key, row->key.data, sizeof copy->last_key);
    return txn_put(copy->txn, copy->tree, row->key, row->source);
}

/* A tree that base and target do not have: all rows of the source's are visited. */
static void
copy_tree(struct table_merge *t, tree_no tree, bool has_row_ids)
{
    struct txn *txn = t->merge->session->txn;
    struct tree_copy copy = {.txn = txn, .tree = tree};
    check_status(t, txn_tree_create(txn, tree));
    check_status(t, branch_merge_rows(txn, t->merge->source, tree, copy_row, &copy));
    if (has_row_ids && copy.count != 0)
        check_status(t, txn_pass_row_id(txn, tree, be64_get(copy.last_key) & INT64_MAX));
}

static void
copy_trees(struct table_merge *t, const struct table *before)
{
    t->merge->has_changes = true;
    copy_tree(t, t->table->tree, t->table->primary == NULL);
    for (uint16_t i = 0; i < t->table->index_count; i++) {
        const struct index_def *index = t->table->indexes[i];
        if (!index->is_primary && (before == NULL || !has_tree(before, index->tree)))
            copy_tree(t, index->tree, false);
    }
    txn_step(t->merge->session->txn);
    for (uint16_t i = 0; before != NULL && i < t->table->index_count; i++) {
        const struct index_def *index = t->table->indexes[i];
        if (index->is_primary || !has_tree(before, index->tree))
            continue;
        check_status(t, txn_tree_clear(t->merge->session->txn, index->tree));
        fill_index(t, index);
    }
    if (before != NULL)
        drop_trees(t, before, t->table);
}

/* ---- rows between two definitions ---- */

struct conversion {
    struct table_merge *t;
    const struct table *old_table; /* that base and changed are stored by */
    struct row_reader base, changed;
    bool is_target_changed; /* whose the changed rows are: for conflicts */
};

static bool
has_same_key(const struct table *a, const struct table *b)
{
    if (a->primary == NULL || b->primary == NULL || a->primary->key_count != b->primary->key_count)
        return false;
    for (uint16_t i = 0; i < a->primary->key_count; i++)
        if (a->primary->keys[i].attr != b->primary->keys[i].attr ||
            a->primary->keys[i].type != b->primary->keys[i].type)
            return false;
    return true;
}

/* A column that both definitions have. */
static bool
is_common(const struct conversion *c, uint16_t column)
{
    const struct table *now = c->t->table;
    return column < c->old_table->column_count && column < now->column_count &&
           !c->old_table->columns[column].is_dropped && !now->columns[column].is_dropped;
}

static bool
has_same_types(const struct conversion *c)
{
    for (uint16_t i = 0; i < c->old_table->column_count; i++)
        if (is_common(c, i) && c->old_table->columns[i].type != c->t->table->columns[i].type)
            return false;
    return true;
}

/* True if the two rows decoded last agree in the common columns. */
static bool
is_same_row(const struct conversion *c, const struct row_reader *a, const struct row_reader *b)
{
    struct arena *work = c->t->merge->work;
    for (uint16_t i = 0; i < c->old_table->column_count; i++) {
        if (!is_common(c, i))
            continue;
        if (a->nulls[i] != b->nulls[i])
            return false;
        oid type = c->old_table->columns[i].type;
        if (!a->nulls[i] && strcmp(type_output_text(a->env, work, type, a->values[i]),
                                   type_output_text(b->env, work, type, b->values[i])) != 0)
            return false;
    }
    return true;
}

/* The changed row by the new definition: other columns as in the present row, or by default. */
static struct slice
convert(const struct conversion *c, bool has_present)
{
    struct table_merge *t = c->t;
    uint16_t count = t->table->column_count;
    struct arena *work = t->merge->work;
    union datum *values = arena_alloc_zero(work, (count + 1u) * sizeof *values);
    bool *nulls = arena_alloc(work, count + 1u);
    memset(nulls, true, count + 1u);
    for (uint16_t i = 0; i < count; i++) {
        const struct column_def *column = &t->table->columns[i];
        if (is_common(c, i)) {
            values[i] = c->changed.values[i];
            nulls[i] = c->changed.nulls[i];
        } else if (has_present) {
            values[i] = t->reader.values[i];
            nulls[i] = t->reader.nulls[i];
        } else if (!column->is_dropped &&
                   (column->default_sql != NULL || column->identity != IDENTITY_NONE)) {
            values[i] = row_merge_default(t->writer, column->attr, &nulls[i]);
            const struct type_info *type = type_get(t->reader.env, column->type);
            values[i] = datum_copy(type->phys, values[i], work);
        }
    }
    struct buf row;
    buf_init(&row);
    enum status st = row_encode(t->reader.layout.format, values, nulls, &row);
    struct slice bytes = arena_slice(work, buf_slice(&row));
    buf_deinit(&row);
    check_status(t, st);
    return bytes;
}

static void
conversion_conflict(struct conversion *c, const struct kept_row *row, struct slice changed,
                    struct slice present)
{
    struct arena *work = c->t->merge->work;
    struct conflict conflict = {.kind = "row", .table = c->t->name};
    const char *of_changed = row_json(&c->changed, row->key, changed, work);
    if (of_changed != NULL)
        conflict.key = row_reader_key_json(&c->changed, work);
    conflict.base = row_json(&c->base, row->key, row->base, work);
    if (conflict.key == NULL && conflict.base != NULL)
        conflict.key = row_reader_key_json(&c->base, work);
    const char *of_present = row_json(&c->t->reader, row->key, present, work);
    conflict.source = c->is_target_changed ? of_present : of_changed;
    conflict.target = c->is_target_changed ? of_changed : of_present;
    conflict.detail = "changed in both branches";
    merge_conflict(c->t->merge, &conflict);
}

/* Decides one row that the side with the old definition has changed. */
static void
convert_row(struct conversion *c, const struct kept_row *row)
{
    struct table_merge *t = c->t;
    struct slice changed = c->is_target_changed ? row->target : row->source, present;
    struct buf *spill = arena_alloc(t->merge->work, sizeof *spill);
    buf_init(spill);
    enum status st = txn_get(t->merge->session->txn, t->table->tree, row->key, spill, &present);
    bool has_present = st == ST_OK;
    present = has_present ? arena_slice(t->merge->work, present) : slice_of(NULL, 0);
    buf_deinit(spill);
    check_status(t, st);
    bool had = row->base.data != NULL, has = changed.data != NULL;
    if (had)
        row_reader_read(&c->base, row->key, row->base);
    if (has)
        row_reader_read(&c->changed, row->key, changed);
    if (has_present)
        row_reader_read(&t->reader, row->key, present);
    bool is_agreed = has == has_present && (!has || is_same_row(c, &c->changed, &t->reader));
    bool is_untouched = had == has_present && (!had || is_same_row(c, &c->base, &t->reader));
    if (is_agreed)
        return;
    if (!is_untouched)
        conversion_conflict(c, row, changed, present);
    else
        add_change(t, row->key, present, has ? convert(c, has_present) : slice_of(NULL, 0));
}

static void
merge_converted(struct table_merge *t, bool is_target_changed)
{
    struct merge *merge = t->merge;
    struct conversion c = {.t = t, .is_target_changed = is_target_changed};
    c.old_table = t->sides->base;
    struct kept_row *rows = merge_collect(
        merge, c.old_table->tree, is_target_changed ? KEEP_CHANGED_TARGET : KEEP_CHANGED_SOURCE);
    if (rows == NULL)
        return;
    if (!has_same_key(c.old_table, t->table) || !has_same_types(&c)) {
        table_conflict(t,
                       arena_format(merge->work,
                                    "its key or a column's type was changed in branch \"%s\", "
                                    "and its rows in \"%s\"",
                                    is_target_changed ? merge->source_name : merge->target_name,
                                    is_target_changed ? merge->target_name : merge->source_name));
        return;
    }
    const struct row_format *format =
        catalog_read_format(merge->session->catalog, c.old_table, merge->work);
    row_reader_init(&c.base, merge->session, c.old_table, format, merge->work);
    row_reader_init(&c.changed, merge->session, c.old_table, format, merge->work);
    open_writer(t);
    for (const struct kept_row *row = rows; row != NULL; row = row->next)
        convert_row(&c, row);
    apply_changes(t);
}

/* ---- one table ---- */

static void
lock_table(struct table_merge *t, const struct table *table)
{
    enum status st =
        txn_lock_table(t->merge->session->txn, table->tree, TABLE_ACCESS_EXCLUSIVE, LOCK_WAIT);
    if (st != ST_OK)
        raise_status(st, "could not lock table \"%s\"", table->name);
}

static void
merge_table(struct merge *merge, const struct table *table)
{
    struct table_merge t = {.merge = merge,
                            .table = table,
                            .sides = find_sides(merge, table->table),
                            .name = branch_table_name(table, merge->work)};
    t.link = &t.first;
    row_reader_init(&t.reader, merge->session, table,
                    catalog_row_format(merge->session->catalog, table), merge->work);
    struct table_sides *sides = find_sides(merge, table->table);
    if (sides == NULL) {
        merge_same_trees(&t);
        return;
    }
    if (sides->target != NULL)
        lock_table(&t, sides->target);
    if (sides->base == NULL && sides->target == NULL) {
        sides->is_copied = true;
        copy_trees(&t, NULL);
    } else if (sides->base == NULL || sides->source == NULL || sides->target == NULL) {
        return; /* the target's alone */
    } else if (sides->source->tree == sides->base->tree &&
               sides->target->tree == sides->base->tree) {
        merge_same_trees(&t);
    } else if (sides->target->tree == sides->base->tree) {
        sides->is_copied = true;
        copy_trees(&t, sides->target);
        merge_converted(&t, true);
    } else if (sides->source->tree == sides->base->tree) {
        merge_converted(&t, false);
    } else if (sides->source->tree != sides->target->tree) {
        table_conflict(&t, "its rows were written anew in both branches");
    }
}

/* ---- rows that were not written one by one ---- */

static bool
is_copied(const struct merge *merge, oid table)
{
    const struct table_sides *sides = find_sides(merge, table);
    return sides != NULL && sides->is_copied;
}

/* A constraint that the target did not have. */
static bool
is_new(const struct merge *merge, const struct table *table, oid constraint)
{
    const struct table_sides *sides = find_sides(merge, table->table);
    if (sides == NULL || sides->target == NULL)
        return sides != NULL;
    for (uint16_t i = 0; i < sides->target->constraint_count; i++)
        if (sides->target->constraints[i].constraint == constraint)
            return false;
    return true;
}

/* The default partition of a table that the source has given partitions. */
static bool
has_new_siblings(const struct merge *merge, const struct table *table)
{
    const struct table_sides *sides = NULL;
    if (table->bound != NULL && table->bound->is_default)
        sides = find_sides(merge, table->parents[0]);
    if (sides == NULL || sides->source == NULL || sides->target == NULL)
        return false;
    for (uint32_t i = 0; i < sides->source->child_count; i++) {
        uint32_t k = 0;
        while (k < sides->target->child_count &&
               sides->target->children[k] != sides->source->children[i])
            k++;
        if (k == sides->target->child_count)
            return true;
    }
    return false;
}

/* True if a row that the merge has not written itself may point to nothing now, or belong to
 * another partition. */
static bool
needs_check(const struct merge *merge, const struct table *table)
{
    for (uint16_t i = 0; i < table->constraint_count; i++) {
        const struct constraint_def *def = &table->constraints[i];
        if (def->kind == CONSTRAINT_FOREIGN &&
            (is_copied(merge, table->table) || is_copied(merge, def->foreign_table) ||
             is_new(merge, table, def->constraint)))
            return true;
    }
    return has_new_siblings(merge, table);
}

static void
check_all_rows(struct merge *merge, const struct table *table)
{
    struct table_merge t = {
        .merge = merge, .table = table, .name = branch_table_name(table, merge->work)};
    struct txn *txn = merge->session->txn;
    struct key_range all = {{NULL, 0}, {NULL, 0}};
    struct txn_cursor *cursor;
    struct row_change row = {.key = {NULL, 0}};
    struct arena *one =
        arena_new(&(struct arena_options){.name = "row", .on_full = raise_arena_full});
    if (one == NULL)
        raise(SQLSTATE_OUT_OF_MEMORY, "out of memory");
    arena_on_end(merge->work, (void (*)(void *))arena_free, one);
    row_reader_init(&t.reader, merge->session, table,
                    catalog_row_format(merge->session->catalog, table), merge->work);
    open_writer(&t);
    txn_step(txn);
    check_status(&t, txn_cursor_open(txn, table->tree, all, false, merge->work, &cursor));
    enum status st;
    while ((st = txn_cursor_next(cursor, &row.key, &row.new_value)) == ST_OK) {
        /* Locks are waited for: the row must not lie in a page. */
        row.key = arena_slice(one, row.key);
        row.new_value = arena_slice(one, row.new_value);
        run_pass(&t, PASS_CHECK, &row);
        arena_reset(one);
        txn_refresh(txn);
    }
    check_status(&t, st);
    txn_cursor_close(cursor);
}

/* A table that one side has dropped: the other must not have touched its rows. */
static void
merge_dropped(struct merge *merge, const struct table_sides *sides)
{
    const struct table *base = sides->base;
    struct table_merge t = {.merge = merge, .table = base, .sides = sides};
    if (base == NULL || !table_is_stored(base))
        return;
    t.name = branch_table_name(base, merge->work);
    bool is_sources = sides->source == NULL;
    if (is_sources)
        lock_table(&t, base);
    if (merge_collect(merge, base->tree, is_sources ? KEEP_CHANGED_TARGET : KEEP_CHANGED_SOURCE) !=
        NULL)
        table_conflict(&t, arena_format(merge->work,
                                        "dropped in branch \"%s\", and its rows were changed in "
                                        "\"%s\"",
                                        is_sources ? merge->source_name : merge->target_name,
                                        is_sources ? merge->target_name : merge->source_name));
    else if (is_sources)
        drop_trees(&t, sides->target, NULL);
}

void
merge_tables(struct merge *merge)
{
    uint32_t count;
    const struct table **tables = catalog_relations(merge->session->catalog, merge->work, &count);
    for (uint32_t i = 0; i < count; i++)
        if (table_is_stored(tables[i]))
            merge_table(merge, tables[i]);
    for (const struct table_sides *sides = merge->sides; sides != NULL; sides = sides->next)
        if ((sides->source == NULL) != (sides->target == NULL))
            merge_dropped(merge, sides);
    for (uint32_t i = 0; i < count && !merge_has_conflicts(merge); i++)
        if (table_is_stored(tables[i]) && needs_check(merge, tables[i]))
            check_all_rows(merge, tables[i]);
}

/* ---- sequences ---- */

static bool
has_same_parameters(const struct sequence_state *a, const struct sequence_state *b)
{
    return a->start == b->start && a->increment == b->increment && a->min == b->min &&
           a->max == b->max && a->cache == b->cache && a->can_cycle == b->can_cycle;
}

static bool
is_farther(const struct sequence_state *a, const struct sequence_state *than)
{
    if (a->last_value == than->last_value)
        return a->is_called && !than->is_called;
    return a->increment > 0 ? a->last_value > than->last_value : a->last_value < than->last_value;
}

/* The farther of the two goes on, so that no value is given twice. */
static void
merge_sequence(struct merge *merge, const struct kept_row *row)
{
    struct txn *txn = merge->session->txn;
    struct sequence_state base = {0}, source, target;
    uint32_t id = be32_get(row->key.data);
    enum status st = sequence_read(txn, row->source, &source);
    if (st == ST_OK && row->base.data != NULL)
        st = sequence_read(txn, row->base, &base);
    if (st == ST_OK && row->target.data == NULL) {
        if (catalog_sequence(merge->session->catalog, id) != NULL) {
            st = sequence_put(txn, id, &source);
            merge->has_changes = true;
        }
    } else if (st == ST_OK) {
        st = sequence_get(txn, id, &target);
        bool takes_parameters = row->base.data == NULL || !has_same_parameters(&source, &base);
        bool takes_value = st == ST_OK && is_farther(&source, &target);
        if (st == ST_OK && takes_parameters) {
            if (!takes_value) {
                source.last_value = target.last_value;
                source.is_called = target.is_called;
            }
            st = sequence_put(txn, id, &source);
            merge->has_changes = true;
        } else if (takes_value) {
            st = sequence_set(txn, id, source.last_value, source.is_called);
        }
    }
    if (st != ST_OK)
        raise_status(st, "could not merge a sequence");
}

void
merge_sequences(struct merge *merge)
{
    for (const struct kept_row *row = merge_collect(merge, TREE_SEQUENCES, KEEP_BY_SOURCE);
         row != NULL; row = row->next) {
        if (row->key.bytes != 4)
            continue;
        if (row->source.data != NULL) {
            merge_sequence(merge, row);
        } else {
            enum status st = txn_delete(merge->session->txn, TREE_SEQUENCES, row->key);
            if (st != ST_OK && st != ST_NOT_FOUND)
                raise_status(st, "could not merge a sequence");
        }
    }
}
