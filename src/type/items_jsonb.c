/*
 * items_jsonb.c: the items of jsonb values, and what conditions on them and paths ask.
 *
 * A key, or a string that is an element, is 1 and its bytes and a zero; another string 2 and the
 * same; a number 3 and its key; null, false and true are 4, 5, 6; long strings 7 and their hash.
 * With paths an item is the hash of a scalar and of the keys that lead to it, arrays not counted.
 */
#include "base/hash.h"
#include "type/array.h"
#include "type/items.h"
#include "type/jsonb.h"
#include "type/jsonpath.h"

#define LONG_BYTES 200
#define JSONB_HOLDS 3246
#define JSONB_HAS_KEY 3247
#define JSONB_HAS_ANY 3248
#define JSONB_HAS_ALL 3249
#define JSONB_PATH_EXISTS 4012

enum mark { MARK_KEY = 1, MARK_STRING, MARK_NUMBER, MARK_NULL, MARK_FALSE, MARK_TRUE, MARK_LONG };

struct walk {
    const struct type_env *env;
    struct arena *arena;
    struct buf *item;
    bool has_paths;
    struct item_list *list;   /* values: where items go; else null */
    struct item_query *query; /* queries: all of them */
};

static struct walk
walk_of(const struct type_env *env, struct arena *arena, bool has_paths)
{
    return (struct walk){
        .env = env, .arena = arena, .item = buf_new(arena), .has_paths = has_paths};
}

/* ---- items, in w->item ---- */

static void
make_text(struct walk *w, enum mark mark, struct slice text)
{
    buf_clear(w->item);
    if (text.bytes > LONG_BYTES) {
        buf_put_u8(w->item, MARK_LONG);
        buf_put_u8(w->item, (uint8_t)mark);
        buf_put_be64(w->item, hash_bytes(text.data, text.bytes));
        return;
    }
    buf_put_u8(w->item, (uint8_t)mark);
    buf_put_slice(w->item, text);
    buf_put_u8(w->item, 0);
}

static void
make_scalar(struct walk *w, const struct jsonb *node, bool is_element)
{
    switch (node->kind) {
    case JSONB_STRING:
        make_text(w, is_element ? MARK_KEY : MARK_STRING, jsonb_string(node));
        return;
    case JSONB_NUMBER:
        buf_clear(w->item);
        buf_put_u8(w->item, MARK_NUMBER);
        (void)types_find(w->env->types, TYPE_NUMERIC)->key_put(jsonb_number(node), w->item);
        return;
    default:
        buf_clear(w->item);
        buf_put_u8(w->item, (uint8_t)(node->kind == JSONB_NULL    ? MARK_NULL
                                      : node->kind == JSONB_FALSE ? MARK_FALSE
                                                                  : MARK_TRUE));
    }
}

static uint64_t
path_key(uint64_t path, struct slice key)
{
    return hash_combine(path, hash_bytes(key.data, key.bytes));
}

static void
make_path(struct walk *w, uint64_t path, const struct jsonb *scalar)
{
    buf_clear(w->item);
    buf_put_be64(w->item, hash_combine(path, jsonb_hash(jsonb_datum(scalar))));
}

/* The item goes to the list, or is asked for. */
static void
take_item(struct walk *w)
{
    if (w->list != NULL)
        item_add(w->list, buf_slice(w->item));
    else
        w->query =
            item_query_and(w->arena, w->query, item_query_exact(w->arena, buf_slice(w->item)));
}

static void
walk_node(struct walk *w, const struct jsonb *node, uint64_t path, bool is_element, uint32_t depth)
{
    jsonb_check_depth(depth);
    if (!jsonb_is_list(node)) {
        if (w->has_paths)
            make_path(w, path, node);
        else
            make_scalar(w, node, is_element);
        take_item(w);
        return;
    }
    bool is_object = node->kind == JSONB_OBJECT;
    for (uint32_t i = 0; i < node->count; i++) {
        struct jsonb item = jsonb_item(node, i);
        uint64_t inner = path;
        if (is_object) {
            struct slice key = jsonb_key(node, i);
            inner = path_key(path, key);
            if (!w->has_paths) {
                make_text(w, MARK_KEY, key);
                take_item(w);
            }
        }
        walk_node(w, &item, inner, !is_object, depth + 1);
    }
}

void
items_of_jsonb(const struct type_env *env, bool has_paths, const union datum *value,
               struct item_list *list)
{
    struct walk w = walk_of(env, list->arena, has_paths);
    struct jsonb root = jsonb_read(value);
    w.list = list;
    walk_node(&w, &root, 0, true, 0);
    buf_deinit(w.item);
}

/* ---- keys that must be there ---- */

static struct item_query *
key_query(struct walk *w, struct slice key)
{
    make_text(w, MARK_KEY, key);
    return item_query_exact(w->arena, buf_slice(w->item));
}

static struct item_query *
keys_query(struct walk *w, const union datum *value, bool is_all)
{
    struct array array = array_read(value);
    struct item_query *query = NULL;
    for (uint32_t i = 0; i < array.count; i++) {
        if (array_is_null(&array, i))
            continue;
        union datum element = array_get(&array, i);
        struct item_query *key = key_query(w, datum_slice(&element));
        query = is_all ? item_query_and(w->arena, query, key) : item_query_or(w->arena, query, key);
    }
    return query != NULL ? query : is_all ? item_query_all(w->arena) : item_query_none(w->arena);
}

/* ---- paths ---- */

/* Where a path leads. */
struct place {
    uint64_t path;            /* the keys so far */
    bool is_known;            /* what is there is told by the path: keys alone lead there */
    struct item_query *query; /* what must be there for it to lead anywhere; null: nothing */
};

static struct item_query *predicate_query(struct walk *w, const struct path_node *node,
                                          const struct place *current);

/* Follows a path from the root or from `current`; false: it is none. */
static bool
follow(struct walk *w, const struct path_node *node, const struct place *current,
       struct place *place)
{
    if (node->kind != PATH_ROOT && node->kind != PATH_CURRENT)
        return false;
    *place = node->kind == PATH_ROOT ? (struct place){.is_known = true} : *current;
    for (node = node->next; node != NULL; node = node->next) {
        switch (node->kind) {
        case PATH_KEY:
            place->path = path_key(place->path, node->text);
            if (!w->has_paths)
                place->query = item_query_and(w->arena, place->query, key_query(w, node->text));
            break;
        case PATH_ANY_ELEMENT:
        case PATH_INDEX:
            break;
        case PATH_FILTER:
            place->query =
                item_query_and(w->arena, place->query, predicate_query(w, node->left, place));
            break;
        case PATH_ANY_KEY:
        case PATH_ANY:
            place->is_known = place->is_known && !w->has_paths;
            break;
        default: /* a method makes values of its own */
            place->is_known = false;
            return true;
        }
    }
    return true;
}

/* A scalar that is written out; false: the node is none. */
static bool
constant_node(struct walk *w, const struct path_node *node, union datum *value)
{
    struct jsonb_builder *builder = jsonb_build(w->arena);
    if (node->next != NULL)
        return false;
    switch (node->kind) {
    case PATH_NULL:
        jsonb_put_null(builder);
        break;
    case PATH_BOOL:
        jsonb_put_bool(builder, node->boolean);
        break;
    case PATH_NUMBER:
        jsonb_put_number(builder, node->number);
        break;
    case PATH_STRING:
        jsonb_put_string(builder, node->text);
        break;
    default:
        return false;
    }
    *value = jsonb_finish(builder);
    return true;
}

static struct item_query *
value_query(struct walk *w, const struct place *place, const union datum *value)
{
    struct jsonb node = jsonb_read(value);
    if (w->has_paths) {
        make_path(w, place->path, &node);
        return item_query_exact(w->arena, buf_slice(w->item));
    }
    make_scalar(w, &node, true);
    struct item_query *query = item_query_exact(w->arena, buf_slice(w->item));
    if (node.kind != JSONB_STRING)
        return query;
    make_scalar(w, &node, false);
    return item_query_or(w->arena, query, item_query_exact(w->arena, buf_slice(w->item)));
}

/* A comparison that holds needs both sides to lead somewhere. */
static struct item_query *
comparison_query(struct walk *w, const struct path_node *node, const struct place *current)
{
    struct item_query *query = item_query_all(w->arena);
    for (int side = 0; side < 2; side++) {
        const struct path_node *path = side == 0 ? node->left : node->right;
        const struct path_node *other = side == 0 ? node->right : node->left;
        struct place place;
        union datum value;
        if (path == NULL || !follow(w, path, current, &place))
            continue;
        query = item_query_and(w->arena, query, place.query);
        if (node->kind == PATH_EQ && place.is_known && constant_node(w, other, &value))
            query = item_query_and(w->arena, query, value_query(w, &place, &value));
    }
    return query;
}

static struct item_query *
predicate_query(struct walk *w, const struct path_node *node, const struct place *current)
{
    struct place place;
    switch (node->kind) {
    case PATH_AND:
        return item_query_and(w->arena, predicate_query(w, node->left, current),
                              predicate_query(w, node->right, current));
    case PATH_OR:
        return item_query_or(w->arena, predicate_query(w, node->left, current),
                             predicate_query(w, node->right, current));
    case PATH_EXISTS:
        if (!follow(w, node->left, current, &place) || place.query == NULL)
            return item_query_all(w->arena);
        return place.query;
    case PATH_EQ:
    case PATH_NE:
    case PATH_LT:
    case PATH_GT:
    case PATH_LE:
    case PATH_GE:
    case PATH_STARTS_WITH:
    case PATH_LIKE_REGEX:
        return comparison_query(w, node, current);
    default:
        return item_query_all(w->arena);
    }
}

static struct item_query *
path_query(struct walk *w, oid op, const union datum *value)
{
    const struct jsonpath *path = jsonpath_parse(w->arena, datum_slice(value));
    struct place root = {.is_known = true}, place;
    if (follow(w, path->root, &root, &place))
        return place.query == NULL ? item_query_all(w->arena) : place.query;
    /* A predicate always gives something: whether it is true is another matter. */
    if (op == JSONB_PATH_EXISTS || path->root->next != NULL)
        return item_query_all(w->arena);
    return predicate_query(w, path->root, &root);
}

struct item_query *
items_of_jsonb_query(const struct type_env *env, struct arena *arena, bool has_paths, oid op,
                     const union datum *value)
{
    struct walk w = walk_of(env, arena, has_paths);
    struct jsonb root;
    switch (op) {
    case JSONB_HOLDS:
        root = jsonb_read(value);
        walk_node(&w, &root, 0, true, 0);
        return w.query != NULL ? w.query : item_query_all(arena);
    case JSONB_HAS_KEY:
        return key_query(&w, datum_slice(value));
    case JSONB_HAS_ANY:
    case JSONB_HAS_ALL:
        return keys_query(&w, value, op == JSONB_HAS_ALL);
    default:
        return path_query(&w, op, value);
    }
}
