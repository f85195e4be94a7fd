/*
 * items_tsvector.c: the items of text search vectors are their lexemes, each with a zero byte.
 *
 * Of a query, weights and places are left to the condition; what is negated narrows nothing.
 */
#include "type/items.h"
#include "type/tsquery.h"

void
items_of_tsvector(const union datum *value, struct item_list *list)
{
    struct tsvector vector = datum_tsvector(list->arena, value);
    struct buf *item = buf_new(list->arena);
    for (uint32_t i = 0; i < vector.count; i++) {
        buf_clear(item);
        buf_put_slice(item, vector.lexemes[i].text);
        buf_put_u8(item, 0);
        item_add(list, buf_slice(item));
    }
    buf_deinit(item);
}

static struct item_query *
lexeme_query(struct arena *arena, const struct ts_node *node)
{
    struct buf *item = buf_new(arena);
    buf_put_slice(item, node->text);
    if (!node->is_prefix) {
        buf_put_u8(item, 0);
        return item_query_exact(arena, buf_slice(item));
    }
    struct slice from = arena_slice(arena, buf_slice(item)), to = slice_of(NULL, 0);
    if (item->bytes != 0) {
        item->data[item->bytes - 1]++; /* UTF-8 has no byte 0xff */
        to = buf_slice(item);
    }
    return item_query_range(arena, from, to);
}

static struct item_query *
node_query(struct arena *arena, const struct ts_node *node)
{
    switch (node->op) {
    case TS_LEXEME:
        return lexeme_query(arena, node);
    case TS_NOT:
        return item_query_all(arena);
    case TS_OR:
        return item_query_or(arena, node_query(arena, node->left), node_query(arena, node->right));
    default:
        return item_query_and(arena, node_query(arena, node->left), node_query(arena, node->right));
    }
}

struct item_query *
items_of_tsquery(struct arena *arena, const union datum *value)
{
    const struct ts_node *root = datum_tsquery(arena, value);
    return root == NULL ? item_query_none(arena) : node_query(arena, root);
}
