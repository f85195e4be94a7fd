/*
 * node_item_scan.c: the rows that an index by items (item_index.h) finds for its conditions.
 *
 * Each condition's value becomes a tree of items; its rows are a sorted list of primary keys.
 * Lists of AND are intersected, the shortest first, where a short list is looked up key by key in
 * the others' entries; lists of OR are merged. The rows are then read in the order of their keys,
 * and the node's filter asks all conditions again. A condition that no item narrows is left to it;
 * if none is narrowed, all rows are read.
 */
#include "exec/index_key.h"
#include "exec/item_index.h"
#include "exec/key_list.h"
#include "exec/nodes.h"
#include "exec/scan.h"

#define PROBE_ENTRIES 128u    /* how many entries are counted to find the rarest item */
#define LOOKUP_KEYS_MAX 2048u /* lists up to this length are looked up in another item's entries */
#define KEYS_A_CHECK 1024u

struct item_scan_code {
    struct node_code node;
    struct scan_reads reads;
    const struct expr_code *values; /* output i: the value of bound i */
    const struct type_info **types; /* of the column of bound i */
    enum item_class *classes;
};

struct item_scan_state {
    struct node_state node;
    struct scan_output output;
    struct expr_state *values;
    struct arena *list_arena;
    bool has_list, is_all; /* is_all: every row of the table, by `cursor` */
    struct key_list list;
    uint32_t at;
    struct txn_cursor *cursor;
    struct buf *spill;
};

static void
item_scan_compile(struct compiler *compiler, struct node_code *node)
{
    struct item_scan_code *code = (struct item_scan_code *)node;
    const struct plan_index_scan *plan = (const struct plan_index_scan *)node->plan;
    struct expr **values = arena_alloc_array(compiler->arena, plan->bound_count, sizeof *values);

    scan_reads_compile(compiler, &code->reads, &plan->scan);
    code->types = arena_alloc_array(compiler->arena, plan->bound_count, sizeof *code->types);
    code->classes = arena_alloc_array(compiler->arena, plan->bound_count, sizeof *code->classes);
    for (uint32_t i = 0; i < plan->bound_count; i++) {
        const struct index_key *key = &plan->index->keys[plan->bounds[i].key];
        const struct type_info *type = compiler_type(compiler, key->type);
        const struct type_info *element =
            type->element == OID_NONE ? NULL : compiler_type(compiler, type->element);
        values[i] = plan->bounds[i].value;
        code->types[i] = type;
        code->classes[i] = item_class_of(plan->index->method, type, element, key->opclass);
    }
    code->values = expr_compile(compiler, values, plan->bound_count);
}

static void
item_scan_open(struct exec *exec, struct node_state *node)
{
    struct item_scan_state *state = (struct item_scan_state *)node;
    const struct item_scan_code *code = (const struct item_scan_code *)node->code;

    scan_output_open(exec, &code->reads, (const struct plan_scan *)node->plan, node->code->capacity,
                     &state->output);
    node_arena(exec, node);
    state->list_arena = exec_new_arena(exec, "items");
    state->values = expr_open(exec, code->values, 1, state->list_arena);
    state->spill = arena_alloc(exec->arena, sizeof *state->spill);
    buf_init(state->spill);
    arena_on_end(exec->arena, (void (*)(void *))buf_deinit, state->spill);
}

/* ---- lists of keys ---- */

struct finder {
    struct exec *exec;
    struct item_scan_state *state;
    const struct plan_index_scan *plan;
    uint8_t column; /* the entries' first byte */
};

/* ---- entries ---- */

/* Bytes of entries: the column's place, then those of an item. */
static struct slice
entry_bytes(struct finder *f, struct slice item)
{
    uint8_t *bytes = arena_alloc(f->state->list_arena, item.bytes + 1);

    bytes[0] = f->column;
    if (item.bytes != 0)
        memcpy(bytes + 1, item.data, item.bytes);
    return slice_of(bytes, item.bytes + 1);
}

static struct key_range
entry_range(struct finder *f, const struct item_query *query)
{
    struct key_range range = {.from = entry_bytes(f, query->from)};
    struct buf *end = buf_new(f->state->list_arena);

    if (query->to.data != NULL) {
        range.to = entry_bytes(f, query->to);
        return range;
    }
    buf_put_u8(end, f->column);
    if (query->is_exact)
        buf_put_slice(end, query->from);
    if (key_after_prefix(end))
        range.to = arena_slice(f->state->list_arena, buf_slice(end));
    buf_deinit(end);
    return range;
}

/* Appends the rows of up to `max` entries of a range, unsorted; returns how many entries. */
static uint32_t
read_range(struct finder *f, const struct item_query *query, uint32_t max, struct key_list *list)
{
    struct exec *exec = f->exec;
    struct slice key, value, primary;
    struct txn_cursor *cursor;
    uint32_t count = 0;

    enum status st = txn_cursor_open(exec->txn, f->plan->index->tree, entry_range(f, query), false,
                                     exec->arena, &cursor);
    while (st == ST_OK && count < max) {
        st = txn_cursor_next(cursor, &key, &value);
        if (st != ST_OK)
            break;
        if (!index_entry_primary(key, value, &primary))
            raise(SQLSTATE_INDEX_CORRUPTED, "index \"%s\" has an entry that names no row",
                  f->plan->index->name);
        if (list != NULL)
            key_list_add(list, f->state->list_arena, arena_slice(f->state->list_arena, primary));
        if (++count % KEYS_A_CHECK == 0) {
            exec_check(exec);
            exec_refresh(exec);
        }
    }
    if (st != ST_OK && st != ST_NOT_FOUND)
        raise_read_status(st, f->plan->scan.table->name);
    txn_cursor_close(cursor);
    return count;
}

/* Keeps of a list the rows that have an item. */
static void
look_up(struct finder *f, const struct item_query *item, struct key_list *list)
{
    struct buf *key = buf_new(f->state->list_arena);
    uint32_t kept = 0;

    for (uint32_t i = 0; i < list->count; i++) {
        struct slice value;
        buf_clear(key);
        buf_put_u8(key, f->column);
        buf_put_slice(key, item->from);
        buf_put_slice(key, list->keys[i]);
        enum status st =
            txn_get(f->exec->txn, f->plan->index->tree, buf_slice(key), f->state->spill, &value);
        if (st != ST_OK && st != ST_NOT_FOUND)
            raise_read_status(st, f->plan->scan.table->name);
        if (st == ST_OK)
            list->keys[kept++] = list->keys[i];
        if (i % KEYS_A_CHECK == 0) {
            exec_check(f->exec);
            exec_refresh(f->exec);
        }
    }
    list->count = kept;
    buf_deinit(key);
}

static struct key_list find_rows(struct finder *f, const struct item_query *query);

/* The part with the fewest rows, as far as a short look tells. */
static uint32_t
rarest_part(struct finder *f, const struct item_query *query)
{
    uint32_t best = 0, least = UINT32_MAX;

    for (uint32_t i = 0; i < query->count && least != 0; i++) {
        const struct item_query *part = query->parts[i];
        uint32_t count = part->kind == ITEM_QUERY_RANGE ? read_range(f, part, PROBE_ENTRIES, NULL)
                                                        : PROBE_ENTRIES;
        if (count < least) {
            least = count;
            best = i;
        }
    }
    return best;
}

static struct key_list
find_all_of(struct finder *f, const struct item_query *query)
{
    uint32_t first = rarest_part(f, query);
    struct key_list list = find_rows(f, query->parts[first]);

    for (uint32_t i = 0; i < query->count && list.count != 0; i++) {
        const struct item_query *part = query->parts[i];
        if (i == first)
            continue;
        if (part->kind == ITEM_QUERY_RANGE && part->is_exact && list.count <= LOOKUP_KEYS_MAX) {
            look_up(f, part, &list);
            continue;
        }
        struct key_list other = find_rows(f, part);
        list = key_list_intersect(&list, &other);
    }
    return list;
}

static struct key_list
find_rows(struct finder *f, const struct item_query *query)
{
    struct key_list list = {0};

    switch (query->kind) {
    case ITEM_QUERY_RANGE:
        (void)read_range(f, query, UINT32_MAX, &list);
        if (!query->is_exact)
            key_list_sort(&list);
        return list;
    case ITEM_QUERY_AND:
        return find_all_of(f, query);
    case ITEM_QUERY_OR:
        for (uint32_t i = 0; i < query->count; i++) {
            struct key_list part = find_rows(f, query->parts[i]);
            list = key_list_union(&list, &part, f->state->list_arena);
        }
        return list;
    case ITEM_QUERY_ALL: /* never inside another */
    case ITEM_QUERY_NONE:
        break;
    }
    return list;
}

/* ---- rows ---- */

static void
find_list(struct exec *exec, struct item_scan_state *state)
{
    const struct item_scan_code *code = (const struct item_scan_code *)state->node.code;
    const struct plan_index_scan *plan = (const struct plan_index_scan *)state->node.plan;
    struct finder f = {exec, state, plan, 0};
    struct batch none = {.count = 1};

    arena_reset(state->list_arena);
    expr_run(state->values, &none);
    state->is_all = true;
    state->list = (struct key_list){0};
    for (uint32_t i = 0; i < plan->bound_count; i++) {
        bool is_null;
        union datum value = expr_value(state->values, i, 0, &is_null);
        const struct item_query *query =
            is_null ? item_query_none(state->list_arena)
                    : items_of_query(exec->context.env, state->list_arena, code->classes[i],
                                     code->types[i], plan->bounds[i].item_op, &value);
        if (query->kind == ITEM_QUERY_ALL)
            continue;
        f.column = (uint8_t)plan->bounds[i].key;
        struct key_list found = {0};
        if (state->is_all || state->list.count != 0)
            found = find_rows(&f, query);
        state->list = state->is_all ? found : key_list_intersect(&state->list, &found);
        state->is_all = false;
    }
    state->has_list = true;
    state->at = 0;
}

static void
decode(struct item_scan_state *state, struct slice key, struct slice value, uint32_t at)
{
    const struct item_scan_code *code = (const struct item_scan_code *)state->node.code;

    /* A row that was read from overflow pages, or through a cursor, is gone with the next. */
    key = arena_slice(state->node.arena, key);
    value = arena_slice(state->node.arena, value);
    enum status st = row_decode_columns(&code->reads.layout, key, value, state->output.stored, at);
    if (st != ST_OK)
        raise_read_status(st, ((const struct plan_scan *)state->node.plan)->table->name);
}

static uint32_t
read_listed(struct exec *exec, struct item_scan_state *state)
{
    const struct plan_scan *plan = (const struct plan_scan *)state->node.plan;
    uint32_t count = 0;

    while (count < state->node.code->capacity && state->at < state->list.count) {
        struct slice value, key = state->list.keys[state->at++];
        enum status st = txn_get(exec->txn, plan->table->tree, key, state->spill, &value);
        if (st != ST_OK && st != ST_NOT_FOUND)
            raise_read_status(st, plan->table->name);
        if (st == ST_OK)
            decode(state, key, value, count++);
    }
    return count;
}

static uint32_t
read_all(struct exec *exec, struct item_scan_state *state)
{
    const struct plan_scan *plan = (const struct plan_scan *)state->node.plan;
    struct key_range all = {.from = {NULL, 0}};
    struct slice key, value;
    uint32_t count = 0;
    enum status st = ST_OK;

    if (state->cursor == NULL)
        st = txn_cursor_open(exec->txn, plan->table->tree, all, false, exec->arena, &state->cursor);
    else if (state->at == 0)
        st = txn_cursor_reset(state->cursor, all);
    state->at = 1;
    while (st == ST_OK && count < state->node.code->capacity) {
        st = txn_cursor_next(state->cursor, &key, &value);
        if (st == ST_OK)
            decode(state, key, value, count++);
    }
    if (st != ST_OK && st != ST_NOT_FOUND)
        raise_read_status(st, plan->table->name);
    return count;
}

static bool
item_scan_next(struct exec *exec, struct node_state *node, struct batch *out)
{
    struct item_scan_state *state = (struct item_scan_state *)node;
    const struct item_scan_code *code = (const struct item_scan_code *)node->code;

    node_begin_batch(exec, node);
    if (!state->has_list)
        find_list(exec, state);
    exec_refresh(exec);
    exec_check(exec);
    for (uint32_t i = 0; i < state->output.stored_count; i++)
        state->output.stored[i].has_nulls = false;
    uint32_t count = state->is_all ? read_all(exec, state) : read_listed(exec, state);
    scan_output_finish(&code->reads, &state->output, count, node->arena);
    *out = (struct batch){
        .count = count, .column_count = code->reads.column_count, .columns = state->output.columns};
    return count != 0;
}

static void
item_scan_rewind(struct exec *exec, struct node_state *node)
{
    (void)exec;
    ((struct item_scan_state *)node)->has_list = false;
}

static void
item_scan_close(struct exec *exec, struct node_state *node)
{
    struct item_scan_state *state = (struct item_scan_state *)node;

    (void)exec;
    if (state->cursor != NULL)
        txn_cursor_close(state->cursor);
    state->cursor = NULL;
}

const struct node_kind node_item_scan = {
    .code_bytes = sizeof(struct item_scan_code),
    .state_bytes = sizeof(struct item_scan_state),
    .compile = item_scan_compile,
    .open = item_scan_open,
    .next = item_scan_next,
    .rewind = item_scan_rewind,
    .close = item_scan_close,
    .reads_pages = true,
};
