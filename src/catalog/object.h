/*
 * object.h: catalog objects to and from the bytes of their rows.
 *
 * A row begins with a version byte; fields follow in a fixed order, integers little-endian, texts
 * as a 32-bit length (OBJECT_TEXT_NONE: null) and the bytes. Reading copies into `arena` and
 * returns null for bytes that no writer here made.
 */
#pragma once

#include "base/arena.h"
#include "base/buf.h"
#include "catalog/catalog.h"

#define OBJECT_TEXT_NONE UINT32_MAX

void object_write_schema(const struct schema_def *schema, struct buf *to);
void object_write_table(const struct table *table, struct buf *to);
void object_write_sequence(const struct sequence_def *sequence, struct buf *to);
void object_write_type(const struct user_type *type, struct buf *to);
void object_write_stats(const struct types *types, const struct table *table,
                        const struct table_stats *stats, struct arena *arena, struct buf *to);

struct schema_def *object_read_schema(struct slice row, struct arena *arena);
struct table *object_read_table(struct slice row, struct arena *arena);
struct sequence_def *object_read_sequence(struct slice row, struct arena *arena);
struct user_type *object_read_type(struct slice row, struct arena *arena);
struct table_stats *object_read_stats(const struct types *types, const struct table *table,
                                      struct slice row, struct arena *arena);
