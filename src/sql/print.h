/*
 * print.h: bound trees as text: for tests, debugging, and comparing subqueries.
 *
 * Not SQL (see deparse.h): every node shows its types and every conversion. Lisp-like, on one line.
 */
#pragma once

#include "base/buf.h"
#include "sql/query.h"

/* `env` prints constants as their types do; null: as bytes. */
void print_query(struct buf *to, const struct type_env *env, const struct query *q);

/* True if the two print the same. */
bool print_equal(const struct query *a, const struct query *b);
