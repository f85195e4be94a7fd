/*
 * foreign_key.c: the referencing side, and the queue for the statement's end.
 */
#include "exec/foreign_key_int.h"

#include "catalog/partition.h"

const struct fk_code *
fk_compile(struct compiler *compiler, const struct plan_foreign *plan, uint32_t count)
{
    struct fk_code *list = arena_alloc_zero(compiler->arena, count * sizeof *list);

    for (uint32_t f = 0; f < count; f++) {
        const struct constraint_def *def = plan[f].def;
        list[f].plan = &plan[f];
        list[f].types = arena_alloc_array(compiler->arena, def->attr_count, sizeof *list[f].types);
        list[f].referenced_types =
            arena_alloc_array(compiler->arena, def->attr_count, sizeof *list[f].types);
        for (uint32_t i = 0; i < def->attr_count; i++) {
            list[f].types[i] =
                compiler_type(compiler, plan[f].referencing->columns[def->attrs[i] - 1].type);
            list[f].referenced_types[i] = compiler_type(
                compiler, plan[f].referenced->columns[def->foreign_attrs[i] - 1].type);
        }
    }
    return list;
}

static void
end_queue(void *object)
{
    struct fk_queue *queue = object;

    buf_deinit(&queue->key);
    buf_deinit(&queue->spill);
}

struct fk_queue *
fk_queue_of(struct exec *exec)
{
    if (exec->foreign_keys == NULL) {
        struct fk_queue *queue = arena_alloc_zero(exec->arena, sizeof *queue);
        queue->arena = exec_new_arena(exec, "foreign keys");
        arena_on_end(exec->arena, end_queue, queue);
        exec->foreign_keys = queue;
    }
    return exec->foreign_keys;
}

/* ---- values between the two sides' types ---- */

static bool
is_int(oid type)
{
    return type == TYPE_INT2 || type == TYPE_INT4 || type == TYPE_INT8;
}

static bool
is_text(oid type)
{
    return type == TYPE_TEXT || type == TYPE_VARCHAR;
}

/* False: the other type has no such value. */
bool
fk_convert(const struct type_info *from, const struct type_info *to, union datum *value)
{
    if (from->type == to->type || (is_text(from->type) && is_text(to->type)))
        return true;
    if (!is_int(from->type) || !is_int(to->type))
        raise(SQLSTATE_FEATURE_NOT_SUPPORTED,
              "foreign keys between columns of types %s and %s are not supported yet",
              from->sql_name, to->sql_name);
    int64_t v = from->type == TYPE_INT2   ? value->i16
                : from->type == TYPE_INT4 ? value->i32
                                          : value->i64;
    *value = (union datum){.words = {0, 0}};
    if (to->type == TYPE_INT8) {
        value->i64 = v;
        return true;
    }
    if (to->type == TYPE_INT4) {
        value->i32 = (int32_t)v;
        return v >= INT32_MIN && v <= INT32_MAX;
    }
    value->i16 = (int16_t)v;
    return v >= INT16_MIN && v <= INT16_MAX;
}

/* ---- the referenced row ---- */

/* The key of the referenced row in its index; false if no row can have it. */
static bool
referenced_key(const struct fk_code *fk, const union datum *values, struct buf *key)
{
    const struct index_def *index = fk->plan->index;

    buf_clear(key);
    for (uint32_t k = 0; k < index->key_count; k++) {
        uint32_t i = fk->plan->key_attr[k];
        union datum value = values[i];
        if (!fk_convert(fk->types[i], fk->referenced_types[i], &value))
            return false;
        if (index->is_primary)
            primary_key_put(key, fk->referenced_types[i], value);
        else
            index_key_put(key, &index->keys[k], fk->referenced_types[i], value, false);
    }
    return true;
}

static void
lock_referenced(struct exec *exec, const struct fk_code *fk, struct slice key, struct buf *spill,
                struct row_now *now)
{
    const struct table *table = fk->plan->referenced;
    enum status st =
        txn_lock_row(exec->txn, table->tree, key, LOCK_KEY_SHARE, LOCK_WAIT, spill, now);

    /* Under REPEATABLE READ a row that came after the snapshot may be pointed to all the same. */
    if (st == ST_CONFLICT) {
        st = txn_get_newest(exec->txn, table->tree, key, spill, &now->value);
        now->exists = st == ST_OK;
        st = st == ST_NOT_FOUND ? ST_OK : st;
    }
    if (st != ST_OK)
        raise_write_status(st, table->name);
}

/* ---- the partition of a referenced row ---- */

/* The level's key, which is part of every unique key; false: no row can have it. */
static bool
route_values(const struct fk_code *fk, const struct plan_route *route, const union datum *values,
             union datum *keys)
{
    const struct constraint_def *def = fk->plan->def;

    for (uint16_t k = 0; k < route->map->key->count; k++) {
        uint16_t root = route->columns[route->map->key->attrs[k] - 1], i = 0;
        while (i < def->attr_count && def->foreign_attrs[i] != root + 1)
            i++;
        check(i < def->attr_count);
        keys[k] = values[i];
        if (!fk_convert(fk->types[i], fk->referenced_types[i], &keys[k]))
            return false;
    }
    return true;
}

/* The foreign key as one to the partition that the row would be in; false: there is none. */
static bool
find_leaf(struct exec *exec, const struct fk_code *fk, const union datum *values,
          struct plan_foreign *plan)
{
    static const bool no_nulls[INDEX_COLUMNS_MAX];
    const struct plan_route *route = fk->plan->route;
    const struct table *table = NULL;
    union datum keys[INDEX_COLUMNS_MAX];

    while (route != NULL) {
        if (!route_values(fk, route, values, keys))
            return false;
        uint32_t partition =
            partition_find(route->map, exec->context.env, fk_queue_of(exec)->arena, keys, no_nulls);
        if (partition == PARTITION_NONE)
            return false;
        table = route->map->partitions[partition];
        route = route->children[partition];
    }
    *plan = *fk->plan;
    plan->referenced = table;
    plan->route = NULL;
    for (uint16_t i = 0; i < table->index_count; i++) {
        const struct index_def *index = table->indexes[i];
        while (index != NULL && index->index != fk->plan->index->index)
            index = index->parent == OID_NONE ? NULL
                                              : catalog_index(exec->context.catalog, index->parent);
        if (index == NULL)
            continue;
        plan->index = table->indexes[i];
        return true;
    }
    return false;
}

static bool is_there(struct exec *exec, const struct fk_code *fk, const union datum *values);

/* True if the referenced row is there now; it is locked then. */
bool
fk_is_referenced_there(struct exec *exec, const struct fk_code *fk, const union datum *values)
{
    struct plan_foreign plan;
    struct fk_code leaf = *fk;

    if (fk->plan->route == NULL)
        return is_there(exec, fk, values);
    leaf.plan = &plan;
    return find_leaf(exec, fk, values, &plan) && is_there(exec, &leaf, values);
}

static bool
is_there(struct exec *exec, const struct fk_code *fk, const union datum *values)
{
    struct fk_queue *queue = fk_queue_of(exec);
    const struct index_def *index = fk->plan->index;
    struct row_now now = {.exists = false};
    struct slice value, primary;

    if (!referenced_key(fk, values, &queue->key))
        return false;
    if (index->is_primary) {
        lock_referenced(exec, fk, buf_slice(&queue->key), &queue->spill, &now);
        return now.exists;
    }
    enum status st =
        txn_get_newest(exec->txn, index->tree, buf_slice(&queue->key), &queue->spill, &value);
    if (st == ST_NOT_FOUND)
        return false;
    if (st != ST_OK)
        raise_write_status(st, fk->plan->referenced->name);
    if (!index_entry_primary(buf_slice(&queue->key), value, &primary))
        raise(SQLSTATE_INDEX_CORRUPTED, "index \"%s\" has an entry that names no row", index->name);
    primary = arena_slice(queue->arena, primary);
    lock_referenced(exec, fk, primary, &queue->spill, &now);
    /* The row may have got another key while its lock was waited for. */
    st = txn_get_newest(exec->txn, index->tree, buf_slice(&queue->key), &queue->spill, &value);
    return now.exists && st == ST_OK;
}

/* "(a, b)=(1, 2)", for details. */
const char *
fk_key_text(struct exec *exec, const struct table *table, const attr_no *attrs,
            const struct type_info *const *types, const union datum *values, uint32_t count)
{
    struct buf *text = buf_new(exec->arena);

    buf_put_text(text, "(");
    for (uint32_t i = 0; i < count; i++)
        buf_format(text, "%s%s", i == 0 ? "" : ", ", table->columns[attrs[i] - 1].name);
    buf_put_text(text, ")=(");
    for (uint32_t i = 0; i < count; i++) {
        struct type_call call = {.arena = exec->arena,
                                 .env = exec->context.env,
                                 .type = types[i],
                                 .typmod = -1,
                                 .element = types[i]->element};
        buf_put_text(text, i == 0 ? "" : ", ");
        types[i]->output(&call, values[i], text);
    }
    buf_put_text(text, ")");
    buf_put_u8(text, 0);
    return (const char *)text->data;
}

_Noreturn void
fk_raise_missing(struct exec *exec, const struct fk_code *fk, const union datum *values)
{
    const struct constraint_def *def = fk->plan->def;
    const struct table *table = fk->plan->referencing;

    raise_error(.code = SQLSTATE_FOREIGN_KEY_VIOLATION,
                .message = raise_text(
                    "insert or update on table \"%s\" violates foreign key constraint \"%s\"",
                    table->name, def->name),
                .detail = raise_text(
                    "Key %s is not present in table \"%s\".",
                    fk_key_text(exec, table, def->attrs, fk->types, values, def->attr_count),
                    fk->plan->referenced->name),
                .schema_name = table->schema_name, .table_name = table->name,
                .constraint_name = def->name);
}

/* The row's values of the key; false if they refer to nothing. */
static bool
referencing_values(const struct fk_code *fk, const struct batch *rows, uint32_t row,
                   union datum *values)
{
    const struct constraint_def *def = fk->plan->def;
    uint32_t null_count = 0;

    for (uint32_t i = 0; i < def->attr_count; i++) {
        const struct column *column = &rows->columns[def->attrs[i] - 1];
        null_count += column_is_null(column, row);
        values[i] = vector_get(column, row);
    }
    if (null_count != 0 && null_count != def->attr_count && def->match == 'f')
        raise_error(.code = SQLSTATE_FOREIGN_KEY_VIOLATION,
                    .message = raise_text(
                        "insert or update on table \"%s\" violates foreign key constraint \"%s\"",
                        fk->plan->referencing->name, def->name),
                    .detail = "MATCH FULL does not allow mixing of null and nonnull key values.",
                    .table_name = fk->plan->referencing->name, .constraint_name = def->name);
    return null_count == 0;
}

void
fk_row_written(struct table_writer *writer, const struct batch *rows, uint32_t row)
{
    const struct table_code *code = writer->code;
    struct exec *exec = writer->exec;
    union datum values[INDEX_COLUMNS_MAX];

    for (uint32_t f = 0; f < code->foreign_count; f++) {
        const struct fk_code *fk = &code->foreign[f];
        if (!referencing_values(fk, rows, row, values) || fk_is_referenced_there(exec, fk, values))
            continue;
        struct fk_queue *queue = fk_queue_of(exec);
        struct fk_event *event = fk_event_add(queue, fk, values);
        event->is_missing = true;
        for (uint32_t i = 0; i < fk->plan->def->attr_count; i++)
            event->old_values[i] =
                datum_copy(fk->types[i]->phys, event->old_values[i], queue->arena);
    }
}

/* ---- the queue ---- */

struct fk_event *
fk_event_add(struct fk_queue *queue, const struct fk_code *fk, const union datum *values)
{
    uint32_t count = fk->plan->def->attr_count;
    struct fk_event *event = arena_alloc_zero(queue->arena, sizeof *event);

    event->fk = fk;
    event->old_values = arena_alloc_array(queue->arena, count, sizeof *values);
    memcpy(event->old_values, values, count * sizeof *values);
    if (queue->last != NULL)
        queue->last->next = event;
    else
        queue->first = event;
    queue->last = event;
    return event;
}

/* True if the key is the same before and after. */
static bool
is_same_key(const struct fk_code *fk, const struct batch *old_rows, const struct batch *new_rows,
            uint32_t row)
{
    const struct constraint_def *def = fk->plan->def;

    for (uint32_t i = 0; i < def->attr_count; i++) {
        const struct column *before = &old_rows->columns[def->foreign_attrs[i] - 1];
        const struct column *after = &new_rows->columns[def->foreign_attrs[i] - 1];
        if (column_is_null(before, row) || column_is_null(after, row))
            return false;
        if (fk->referenced_types[i]->compare(vector_get(before, row), vector_get(after, row)) != 0)
            return false;
    }
    return true;
}

void
fk_row_removed(struct table_writer *writer, const struct batch *old_rows,
               const struct batch *new_rows, uint32_t row)
{
    const struct table_code *code = writer->code;
    union datum values[INDEX_COLUMNS_MAX];

    for (uint32_t f = 0; f < code->referencing_count; f++) {
        const struct fk_code *fk = &code->referencing[f];
        const struct constraint_def *def = fk->plan->def;
        struct fk_queue *queue = fk_queue_of(writer->exec);
        bool has_null = false;
        if (new_rows != NULL && is_same_key(fk, old_rows, new_rows, row))
            continue;
        for (uint32_t i = 0; i < def->attr_count; i++) {
            const struct column *column = &old_rows->columns[def->foreign_attrs[i] - 1];
            has_null |= column_is_null(column, row);
            values[i] = datum_copy(column->phys, vector_get(column, row), queue->arena);
        }
        if (has_null)
            continue; /* nothing can point to it */
        struct fk_event *event = fk_event_add(queue, fk, values);
        event->is_update = new_rows != NULL;
        if (new_rows == NULL)
            continue;
        event->new_values =
            arena_alloc_array(queue->arena, def->attr_count, sizeof *event->new_values);
        event->new_nulls = arena_alloc_array(queue->arena, def->attr_count, sizeof(bool));
        for (uint32_t i = 0; i < def->attr_count; i++) {
            const struct column *column = &new_rows->columns[def->foreign_attrs[i] - 1];
            event->new_nulls[i] = column_is_null(column, row);
            event->new_values[i] = datum_copy(column->phys, vector_get(column, row), queue->arena);
        }
    }
}

/* At the end: the referenced row is there now, or the question is put off; else 23503. */
static void
check_missing(struct exec *exec, const struct fk_event *event)
{
    if (fk_is_referenced_there(exec, event->fk, event->old_values))
        return;
    if (!deferral_has(exec->context.deferral, event->fk->plan->def))
        fk_raise_missing(exec, event->fk, event->old_values);
    deferral_add(exec->context.deferral, event->fk, event->old_values, true);
}

void
fk_finish(struct exec *exec)
{
    struct fk_queue *queue = exec->foreign_keys;

    if (queue == NULL || queue->is_running)
        return;
    queue->is_running = true;
    while (queue->first != NULL) {
        struct fk_event *event = queue->first;
        queue->first = event->next;
        if (queue->first == NULL)
            queue->last = NULL;
        exec_check(exec);
        if (event->is_missing) {
            check_missing(exec, event);
        } else {
            fk_act(exec, event);
        }
    }
    queue->is_running = false;
}
