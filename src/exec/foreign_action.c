/*
 * foreign_action.c: what becomes of rows that point to a row which is gone or has another key.
 *
 * They are looked for in a statement of its own, so that what others have committed meanwhile is
 * seen: by an index whose first columns are the foreign key's, or else in the whole table. All are
 * found before the first is changed.
 */
#include "exec/foreign_key_int.h"
#include "exec/modify.h"
#include "exec/side_writer.h"

struct found_row {
    struct found_row *next;
    struct slice key;
};

struct search {
    struct exec *exec;
    const struct fk_code *fk;
    struct arena *arena;
    union datum *values; /* the key, in the referencing columns' types */
    struct side_writer *target;
    struct found_row *first, **link;
    uint32_t limit; /* rows wanted */
};

/* ---- finding rows that point to a key ---- */

static void
decode_old(struct search *s, struct slice key, struct slice value)
{
    enum status st =
        row_decode_columns(&s->target->writer->code->all, key, value, s->target->old_columns, 0);

    if (st != ST_OK)
        raise_write_status(st, s->target->table->name);
}

/* True if the row in old_columns points to the key. */
static bool
points_to(const struct search *s)
{
    const struct constraint_def *def = s->fk->plan->def;

    for (uint32_t i = 0; i < def->attr_count; i++) {
        const struct column *column = &s->target->old_columns[def->attrs[i] - 1];
        if (column_is_null(column, 0) ||
            s->fk->types[i]->compare(vector_get(column, 0), s->values[i]) != 0)
            return false;
    }
    return true;
}

static bool
note_row(struct search *s, struct slice key)
{
    struct found_row *row = arena_alloc(s->arena, sizeof *row);

    *row = (struct found_row){NULL, arena_slice(s->arena, key)};
    *s->link = row;
    s->link = &row->next;
    return --s->limit != 0;
}

/* An index whose first keys are the foreign key's columns, in any order; its prefix for the key. */
static const struct index_def *
find_index(const struct search *s, struct buf *prefix)
{
    const struct constraint_def *def = s->fk->plan->def;
    const struct table *table = s->target->table;

    for (uint32_t x = 0; x < table->index_count; x++) {
        const struct index_def *index = table->indexes[x];
        uint32_t k = 0;
        buf_clear(prefix);
        if (index->predicate_sql != NULL || index->method != INDEX_BTREE ||
            index->key_count < def->attr_count)
            continue;
        for (; k < def->attr_count; k++) {
            uint32_t i = 0;
            while (i < def->attr_count && def->attrs[i] != index->keys[k].attr)
                i++;
            if (i == def->attr_count)
                break;
            if (index->is_primary)
                primary_key_put(prefix, s->fk->types[i], s->values[i]);
            else
                index_key_put(prefix, &index->keys[k], s->fk->types[i], s->values[i], false);
        }
        if (k == def->attr_count)
            return index;
    }
    return NULL;
}

/* Looks at one entry of the scan; false ends it. */
static bool
visit(struct search *s, const struct index_def *index, struct slice key, struct slice value,
      struct buf *spill)
{
    struct slice primary = key, row = value;

    if (index != NULL && !index->is_primary) {
        if (!index_entry_primary(key, value, &primary))
            raise(SQLSTATE_INDEX_CORRUPTED, "index \"%s\" has an entry that names no row",
                  index->name);
        primary = arena_slice(s->arena, primary);
        enum status st = txn_get(s->exec->txn, s->target->table->tree, primary, spill, &row);
        if (st == ST_NOT_FOUND)
            return true;
        if (st != ST_OK)
            raise_write_status(st, s->target->table->name);
    }
    decode_old(s, primary, row);
    return !points_to(s) || note_row(s, primary);
}

static void
search_rows(struct search *s)
{
    const struct table *table = s->target->table;
    struct buf *prefix = buf_new(s->arena), *end = buf_new(s->arena), *spill = buf_new(s->arena);
    struct key_range range = {{NULL, 0}, {NULL, 0}};
    struct txn_cursor *cursor;
    struct slice key, value;

    s->link = &s->first;
    const struct index_def *index = find_index(s, prefix);
    tree_no tree = index != NULL && !index->is_primary ? index->tree : table->tree;
    if (index != NULL) {
        range.from = buf_slice(prefix);
        buf_put_slice(end, buf_slice(prefix));
        if (key_after_prefix(end))
            range.to = buf_slice(end);
    }
    enum status st = txn_cursor_open(s->exec->txn, tree, range, false, s->arena, &cursor);
    while (st == ST_OK && (st = txn_cursor_next(cursor, &key, &value)) == ST_OK) {
        if (!visit(s, index, key, value, spill))
            break;
        exec_check(s->exec);
        exec_refresh(s->exec);
    }
    if (st == ST_OK || st == ST_NOT_FOUND)
        txn_cursor_close(cursor);
    if (st != ST_OK && st != ST_NOT_FOUND)
        raise_write_status(st, table->name);
}

/* ---- acting ---- */

static _Noreturn void
raise_still_referenced(struct exec *exec, const struct fk_code *fk, const union datum *values)
{
    const struct constraint_def *def = fk->plan->def;

    raise_error(.code = SQLSTATE_FOREIGN_KEY_VIOLATION,
                .message =
                    raise_text("update or delete on table \"%s\" violates foreign key constraint "
                               "\"%s\" on table \"%s\"",
                               fk->plan->referenced->name, def->name, fk->plan->owner->name),
                .detail = raise_text("Key %s is still referenced from table \"%s\".",
                                     fk_key_text(exec, fk->plan->referenced, def->foreign_attrs,
                                                 fk->referenced_types, values, def->attr_count),
                                     fk->plan->owner->name),
                .schema_name = fk->plan->owner->schema_name, .table_name = fk->plan->owner->name,
                .constraint_name = def->name);
}

/* NO ACTION asks only now: another row may have taken the key's place. */
static bool
key_is_back(struct exec *exec, const struct fk_event *event)
{
    struct fk_queue *queue = fk_queue_of(exec);
    const struct index_def *index = event->fk->plan->index;
    struct slice value;

    buf_clear(&queue->key);
    for (uint32_t k = 0; k < index->key_count; k++) {
        uint32_t i = event->fk->plan->key_attr[k];
        if (index->is_primary)
            primary_key_put(&queue->key, event->fk->referenced_types[i], event->old_values[i]);
        else
            index_key_put(&queue->key, &index->keys[k], event->fk->referenced_types[i],
                          event->old_values[i], false);
    }
    enum status st =
        txn_get_newest(exec->txn, index->tree, buf_slice(&queue->key), &queue->spill, &value);
    if (st != ST_OK && st != ST_NOT_FOUND)
        raise_write_status(st, event->fk->plan->referenced->name);
    return st == ST_OK;
}

static void
set_value(struct column *column, union datum value, bool is_null)
{
    column->has_nulls = true;
    column->nulls[0] = is_null;
    vector_set(column, 0, is_null ? (union datum){.words = {0, 0}} : value);
}

/* The referencing columns' values after an update: the new key, null, or the default. */
static void
set_columns(struct search *s, const struct fk_event *event, char action)
{
    const struct constraint_def *def = s->fk->plan->def;
    const struct table *table = s->target->table;

    for (uint32_t i = 0; i < def->attr_count; i++) {
        struct column *column = &s->target->new_columns[def->attrs[i] - 1];
        if (action == 'n') {
            set_value(column, (union datum){.words = {0, 0}}, true);
        } else if (action == 'c') {
            union datum value = event->new_values[i];
            if (!event->new_nulls[i] &&
                !fk_convert(s->fk->referenced_types[i], s->fk->types[i], &value))
                raise(SQLSTATE_NUMERIC_VALUE_OUT_OF_RANGE, "%s out of range",
                      s->fk->types[i]->sql_name);
            set_value(column, value, event->new_nulls[i]);
        } else {
            struct plan_context context = side_plan_context(s->exec);
            struct compiler compiler = side_compiler(s->exec);
            struct expr *e = plan_column_default(&context, table, def->attrs[i]);
            struct expr_state *state =
                expr_open(s->exec, expr_compile(&compiler, &e, 1), 1, s->exec->arena);
            struct batch one = {.count = 1};
            bool is_null;
            expr_run(state, &one);
            union datum value = expr_value(state, 0, 0, &is_null);
            set_value(column, value, is_null);
        }
    }
}

/* Takes a changed row out of its partition and puts it into the one that it belongs to; false: it
 * stays. */
static bool
move_row(struct search *s, struct slice key, const struct batch *old_rows,
         const struct batch *new_rows)
{
    const struct table *root = s->fk->plan->owner;
    struct side_writer *target = s->target;

    if (target->table->bound == NULL || root->kind != TABLE_PARTITIONED)
        return false;
    struct side_route *route = side_route_of(s->exec, target, root);
    struct batch one = {.count = 1, .column_count = root->column_count, .columns = route->columns};
    for (uint32_t i = 0; i < one.column_count; i++)
        one.columns[i] = route->from_root[i] != ROUTE_DROPPED
                             ? new_rows->columns[route->from_root[i]]
                             : modify_null_column(PHYS_I32);
    router_find(route->router, &one);
    struct leaf *leaf = router_leaf(route->router, route->router->found[0]);
    if (leaf->table->table == target->table->table)
        return false;
    table_index_exprs(target->writer, old_rows);
    table_writer_move(target->writer, key, old_rows, new_rows, 0);
    one = router_rows(leaf, &one);
    table_writer_check(leaf->writer, &one);
    table_writer_insert(leaf->writer, &one);
    return true;
}

static void
change_row(struct search *s, const struct fk_event *event, struct slice key, struct slice value,
           char action)
{
    const struct table_code *code = s->target->writer->code;
    uint32_t count = code->table->column_count;
    struct batch old_rows = {.count = 1, .column_count = count, .columns = s->target->old_columns};
    struct batch new_rows = old_rows;

    decode_old(s, key, value);
    if (action == 'c' && !event->is_update) {
        table_index_exprs(s->target->writer, &old_rows);
        table_writer_delete(s->target->writer, key, &old_rows, 0);
        return;
    }
    struct arena *arena = s->target->writer->arena;
    struct column *columns =
        arena_alloc_array(arena, code->format->column_count + 1u, sizeof *columns);
    for (uint32_t i = 0; i < code->format->column_count; i++) {
        vector_init(&columns[i], code->format->columns[i].phys, 1, arena);
        if (i < count)
            set_value(&columns[i], vector_get(&s->target->old_columns[i], 0),
                      column_is_null(&s->target->old_columns[i], 0));
        else
            set_value(&columns[i], (union datum){.words = {0, 0}}, true);
    }
    s->target->new_columns = columns;
    set_columns(s, event, action);
    new_rows.columns = columns;
    if (move_row(s, key, &old_rows, &new_rows))
        return;
    table_writer_check(s->target->writer, &new_rows);
    table_writer_update(s->target->writer, key, &old_rows, &new_rows, 0, NULL);
}

/* Locks a row that was found and changes it as it is now, if it still points to the key. */
static void
act_on_row(struct search *s, const struct fk_event *event, struct slice key, char action)
{
    struct exec *exec = s->exec;
    struct fk_queue *queue = fk_queue_of(exec);
    struct row_now now;

    table_writer_begin(s->target->writer);
    enum status st = txn_lock_row(exec->txn, s->target->table->tree, key, LOCK_UPDATE, LOCK_WAIT,
                                  &queue->spill, &now);
    if (st != ST_OK)
        raise_write_status(st, s->target->table->name);
    if (!now.exists)
        return;
    struct slice value = arena_slice(s->target->writer->arena, now.value);
    decode_old(s, key, value);
    if (points_to(s))
        change_row(s, event, key, value, action);
}

static void
search_begin(struct search *s, struct exec *exec, const struct fk_code *fk, uint32_t limit)
{
    struct fk_queue *queue = fk_queue_of(exec);

    if (queue->action_arena == NULL)
        queue->action_arena = exec_new_arena(exec, "foreign key action");
    arena_reset(queue->action_arena);
    *s = (struct search){.exec = exec,
                         .fk = fk,
                         .arena = queue->action_arena,
                         .target = side_writer_of(exec, fk->plan->referencing),
                         .limit = limit};
}

void
fk_act(struct exec *exec, struct fk_event *event)
{
    const struct fk_code *fk = event->fk;
    const struct constraint_def *def = fk->plan->def;
    char action = event->is_update ? def->on_update : def->on_delete;
    bool is_refused =
        (action != 'c' && action != 'n' && action != 'd') || fk_queue_of(exec)->is_refusing;
    struct search search;

    search_begin(&search, exec, fk, is_refused ? 1 : UINT32_MAX);
    search.values = arena_alloc_array(search.arena, def->attr_count, sizeof *search.values);
    for (uint32_t i = 0; i < def->attr_count; i++) {
        search.values[i] = event->old_values[i];
        if (!fk_convert(fk->referenced_types[i], fk->types[i], &search.values[i]))
            return; /* no referencing row can have this key */
    }
    enum status st = txn_statement_begin(exec->txn);
    if (st != ST_OK)
        raise_write_status(st, fk->plan->referencing->name);
    search_rows(&search);
    if (is_refused && search.first != NULL && (action == 'r' || !key_is_back(exec, event))) {
        if (action != 'a' || !deferral_has(exec->context.deferral, def))
            raise_still_referenced(exec, fk, event->old_values);
        deferral_add(exec->context.deferral, fk, search.values, false);
    }
    for (struct found_row *row = search.first; row != NULL && !is_refused; row = row->next) {
        act_on_row(&search, event, row->key, action);
        exec_check(exec);
        exec_refresh(exec);
    }
    txn_statement_end(exec->txn);
}

void
fk_check_key(struct exec *exec, const struct fk_code *fk, const union datum *values,
             bool is_missing)
{
    union datum referenced[INDEX_COLUMNS_MAX];
    struct search search;

    if (fk_is_referenced_there(exec, fk, values))
        return;
    search_begin(&search, exec, fk, 1);
    search.values = arena_alloc_array(search.arena, fk->plan->def->attr_count, sizeof *values);
    memcpy(search.values, values, fk->plan->def->attr_count * sizeof *values);
    search_rows(&search);
    if (search.first == NULL)
        return;
    if (is_missing)
        fk_raise_missing(exec, fk, values);
    for (uint32_t i = 0; i < fk->plan->def->attr_count; i++) {
        referenced[i] = values[i];
        bool is_there = fk_convert(fk->types[i], fk->referenced_types[i], &referenced[i]);
        check(is_there); /* a row with it was */
    }
    raise_still_referenced(exec, fk, referenced);
}
