/*
 * jsonb.c: reading jsonb values where they lie; their order, hashes, keys and text. jsonb.h has the
 * format.
 *
 * The order is PostgreSQL's: objects > arrays > booleans > numbers > strings > null; lists by their
 * counts first, then member by member; but an empty array that is a whole value comes before all
 * else, and a scalar that is a whole value before any other array.
 *
 * A key is a rank, then: strings by their bytes and a zero; numbers by the numeric's key; lists by
 * the count (4 bytes, big-endian) and what they hold. It does not lead back, since 1.0 and 1.00 are
 * equal.
 */
#include "type/jsonb.h"

#include "base/hash.h"
#include "type/numeric.h"

#define KIND_BITS 4
#define HEAD_BYTES 4
#define END_BYTES 4

struct jsonb
jsonb_node(struct slice bytes)
{
    uint32_t head = le32_get(bytes.data);
    return (struct jsonb){.kind = (enum jsonb_kind)(head & ((1u << KIND_BITS) - 1)),
                          .count = head >> KIND_BITS,
                          .bytes = bytes};
}

struct jsonb
jsonb_read(const union datum *value)
{
    return jsonb_node(datum_slice(value));
}

struct slice
jsonb_string(const struct jsonb *node)
{
    return slice_of(node->bytes.data + HEAD_BYTES, node->count);
}

union datum
jsonb_number(const struct jsonb *node)
{
    return slice_datum(jsonb_string(node));
}

static struct slice
part(const uint8_t *ends, const uint8_t *data, uint32_t i)
{
    uint32_t start = i == 0 ? 0 : le32_get(ends + (size_t)(i - 1) * END_BYTES);
    return slice_of(data + start, le32_get(ends + (size_t)i * END_BYTES) - start);
}

struct jsonb
jsonb_item(const struct jsonb *list, uint32_t i)
{
    const uint8_t *ends = list->bytes.data + HEAD_BYTES;
    size_t table = (size_t)list->count * END_BYTES;
    if (list->kind == JSONB_ARRAY)
        return jsonb_node(part(ends, ends + table, i));
    const uint8_t *keys = ends + 2 * table;
    return jsonb_node(part(ends + table, keys + le32_get(ends + table - END_BYTES), i));
}

struct slice
jsonb_key(const struct jsonb *object, uint32_t i)
{
    const uint8_t *ends = object->bytes.data + HEAD_BYTES;
    return part(ends, ends + 2 * (size_t)object->count * END_BYTES, i);
}

int
jsonb_key_order(struct slice a, struct slice b)
{
    if (a.bytes != b.bytes)
        return a.bytes < b.bytes ? -1 : 1;
    return a.bytes == 0 ? 0 : memcmp(a.data, b.data, a.bytes);
}

bool
jsonb_find(const struct jsonb *object, struct slice key, uint32_t *member_idx)
{
    uint32_t low = 0, high = object->count;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        int order = jsonb_key_order(key, jsonb_key(object, middle));
        if (order == 0) {
            *member_idx = middle;
            return true;
        }
        if (order < 0)
            high = middle;
        else
            low = middle + 1;
    }
    return false;
}

const char *
jsonb_kind_name(const struct jsonb *node)
{
    static const char *const names[] = {
        [JSONB_NULL] = "null",     [JSONB_FALSE] = "boolean", [JSONB_TRUE] = "boolean",
        [JSONB_STRING] = "string", [JSONB_NUMBER] = "number", [JSONB_ARRAY] = "array",
        [JSONB_OBJECT] = "object"};
    return names[node->kind];
}

/* ---- order ---- */

/* By type alone; equal for both truth values. */
static int
type_rank(enum jsonb_kind kind)
{
    static const uint8_t ranks[] = {
        [JSONB_NULL] = 1, [JSONB_STRING] = 2, [JSONB_NUMBER] = 3, [JSONB_FALSE] = 4,
        [JSONB_TRUE] = 4, [JSONB_ARRAY] = 5,  [JSONB_OBJECT] = 6};
    return ranks[kind];
}

static int
order_of(uint64_t a, uint64_t b)
{
    return (a > b) - (a < b);
}

static int
compare_nodes(const struct jsonb *a, const struct jsonb *b, uint32_t depth)
{
    int order = order_of((uint64_t)type_rank(a->kind), (uint64_t)type_rank(b->kind));
    if (order != 0 || a->kind == JSONB_NULL)
        return order;
    if (a->kind == JSONB_STRING)
        return slice_compare(jsonb_string(a), jsonb_string(b));
    if (a->kind == JSONB_NUMBER)
        return numeric_compare(jsonb_number(a), jsonb_number(b));
    if (!jsonb_is_list(a))
        return order_of(a->kind, b->kind);
    if (a->count != b->count)
        return order_of(a->count, b->count);
    jsonb_check_depth(depth);
    for (uint32_t i = 0; i < a->count && order == 0; i++) {
        if (a->kind == JSONB_OBJECT)
            order = slice_compare(jsonb_key(a, i), jsonb_key(b, i));
        if (order != 0)
            break;
        struct jsonb x = jsonb_item(a, i), y = jsonb_item(b, i);
        order = compare_nodes(&x, &y, depth + 1);
    }
    return order;
}

/* Of whole values: [] < scalars < other arrays < objects. */
static uint64_t
root_rank(const struct jsonb *node)
{
    if (node->kind == JSONB_ARRAY)
        return node->count == 0 ? 1 : 3;
    return node->kind == JSONB_OBJECT ? 4 : 2;
}

int
jsonb_compare(union datum a, union datum b)
{
    struct jsonb x = jsonb_read(&a), y = jsonb_read(&b);
    int order = order_of(root_rank(&x), root_rank(&y));
    return order != 0 ? order : compare_nodes(&x, &y, 0);
}

bool
jsonb_equal(const struct jsonb *a, const struct jsonb *b)
{
    return compare_nodes(a, b, 0) == 0;
}

static uint64_t
hash_node(const struct jsonb *node, uint32_t depth)
{
    uint64_t hash = node->kind;
    if (node->kind == JSONB_STRING) {
        struct slice text = jsonb_string(node);
        return hash_combine(hash, hash_bytes(text.data, text.bytes));
    }
    if (node->kind == JSONB_NUMBER)
        return hash_combine(hash, types_builtin(TYPE_NUMERIC)->hash(jsonb_number(node)));
    if (!jsonb_is_list(node))
        return hash_combine(hash, 0);
    jsonb_check_depth(depth);
    for (uint32_t i = 0; i < node->count; i++) {
        if (node->kind == JSONB_OBJECT) {
            struct slice key = jsonb_key(node, i);
            hash = hash_combine(hash, hash_bytes(key.data, key.bytes));
        }
        struct jsonb item = jsonb_item(node, i);
        hash = hash_combine(hash, hash_node(&item, depth + 1));
    }
    return hash_combine(hash, node->count);
}

uint64_t
jsonb_hash(union datum value)
{
    struct jsonb node = jsonb_read(&value);
    return hash_node(&node, 0);
}

static void
put_string_key(struct slice text, struct buf *to)
{
    buf_put_slice(to, text);
    buf_put_u8(to, 0); /* J3 */
}

static void
put_node_key(const struct jsonb *node, struct buf *to, uint32_t depth)
{
    buf_put_u8(to, (uint8_t)type_rank(node->kind));
    if (node->kind == JSONB_STRING)
        put_string_key(jsonb_string(node), to);
    else if (node->kind == JSONB_NUMBER)
        types_builtin(TYPE_NUMERIC)->key_put(jsonb_number(node), to);
    else if (jsonb_is_bool(node))
        buf_put_u8(to, node->kind == JSONB_TRUE);
    if (!jsonb_is_list(node))
        return;
    jsonb_check_depth(depth);
    buf_put_be32(to, node->count);
    for (uint32_t i = 0; i < node->count; i++) {
        if (node->kind == JSONB_OBJECT)
            put_string_key(jsonb_key(node, i), to);
        struct jsonb item = jsonb_item(node, i);
        put_node_key(&item, to, depth + 1);
    }
}

bool
jsonb_key_put(union datum value, struct buf *to)
{
    struct jsonb node = jsonb_read(&value);
    buf_put_u8(to, (uint8_t)root_rank(&node));
    put_node_key(&node, to, 0);
    return true;
}

/* ---- text ---- */

#define INDENT_COMPACT (-1)

struct text_writer {
    struct arena *arena;
    struct buf *to;
};

static void
put_line(const struct text_writer *w, int indent)
{
    if (indent == INDENT_COMPACT)
        return;
    buf_put_u8(w->to, '\n');
    for (int i = 0; i < indent; i++)
        buf_put_text(w->to, "    ");
}

static void put_node(const struct text_writer *w, const struct jsonb *node, int indent,
                     uint32_t depth);

static void
put_list(const struct text_writer *w, const struct jsonb *node, int indent, uint32_t depth)
{
    bool is_object = node->kind == JSONB_OBJECT;
    int inner = indent == INDENT_COMPACT ? INDENT_COMPACT : indent + 1;
    jsonb_check_depth(depth);
    buf_put_u8(w->to, is_object ? '{' : '[');
    for (uint32_t i = 0; i < node->count; i++) {
        if (i != 0)
            buf_put_text(w->to, indent == INDENT_COMPACT ? ", " : ",");
        put_line(w, inner);
        if (is_object) {
            json_put_string(w->to, jsonb_key(node, i));
            buf_put_text(w->to, ": ");
        }
        struct jsonb item = jsonb_item(node, i);
        put_node(w, &item, inner, depth + 1);
    }
    put_line(w, indent);
    buf_put_u8(w->to, is_object ? '}' : ']');
}

static void
put_node(const struct text_writer *w, const struct jsonb *node, int indent, uint32_t depth)
{
    if (jsonb_is_list(node))
        put_list(w, node, indent, depth);
    else if (node->kind == JSONB_STRING)
        json_put_string(w->to, jsonb_string(node));
    else if (node->kind == JSONB_NUMBER)
        numeric_write(w->arena, jsonb_number(node), w->to);
    else
        buf_put_text(w->to, node->kind == JSONB_NULL   ? "null"
                            : node->kind == JSONB_TRUE ? "true"
                                                       : "false");
}

void
jsonb_put_text(struct arena *arena, struct buf *to, const struct jsonb *node)
{
    put_node(&(struct text_writer){.arena = arena, .to = to}, node, INDENT_COMPACT, 0);
}

void
jsonb_put_pretty(struct arena *arena, struct buf *to, const struct jsonb *node)
{
    put_node(&(struct text_writer){.arena = arena, .to = to}, node, 0, 0);
}

struct slice
jsonb_source(struct arena *arena, const struct jsonb *node)
{
    struct buf *text = buf_new(arena);
    jsonb_put_text(arena, text, node);
    return buf_take(text, arena);
}

struct slice
jsonb_text(struct arena *arena, const struct jsonb *node)
{
    return node->kind == JSONB_STRING ? jsonb_string(node) : jsonb_source(arena, node);
}
