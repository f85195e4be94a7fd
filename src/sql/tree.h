/*
 * tree.h: reading the parser's tree (libpg_query's protobuf structs), which is internal to sql.
 *
 * An absent node is a null pointer, an absent text "" (protobuf's rule); a node list is the pair of
 * fields n_x and x, passed as a struct nodes. Enumerations begin with UNDEFINED = 0.
 */
#pragma once

#include "base/arena.h"
#include <pg_query/pg_query.pb-c.h>
#include <stdbool.h>

struct nodes {
    size_t count;
    PgQuery__Node **items;
};

#define NODES(object, field) ((struct nodes){(object)->n_##field, (object)->field})

/* Null for "". */
static inline const char *
tree_text(const char *text)
{
    return text == NULL || text[0] == '\0' ? NULL : text;
}

/* The text of a String node; null for anything else. */
const char *tree_string(const PgQuery__Node *node);

/* The items of a List node; none for anything else. */
struct nodes tree_list(const PgQuery__Node *node);

/*
 * The place of the node in the text, -1 if it has none: for an operator the operator's, for a list
 * that of its first item that has one.
 */
int32_t tree_at(const PgQuery__Node *node);

/* The leftmost place among the node and its parts: where the expression begins. */
int32_t tree_start(const PgQuery__Node *node);

/* A dotted name, "a.b.c", in `arena`. */
const char *tree_dotted(struct arena *arena, struct nodes names);
