/*
 * branch_view.h: another branch seen from a session: its newest head, its tables, its rows as JSON.
 *
 * A view is a transaction of its own that only reads; it ends with the arena that it was opened in.
 * All functions raise.
 */
#pragma once

#include "session/session_int.h"

struct branch_view {
    struct session *session;
    const char *name;
    struct branch *branch;
    struct txn *txn;
    struct catalog *catalog;
    struct arena *arena;
    bool is_begun;
};

/* 3D000: no such branch. */
struct branch_view *branch_view_open(struct session *session, struct arena *arena,
                                     const char *name);
/* The branch, held until the arena ends. */
struct branch *branch_get(struct session *session, struct arena *arena, const char *name);
/* A relation of the view by a name as SQL writes it, found along the session's search_path;
 * null: none. */
const struct table *branch_view_table(struct branch_view *view, const char *name);

/* The table's name, with its schema unless that is public, quoted where it must be. */
const char *branch_table_name(const struct table *table, struct arena *arena);

/* How rows of a table are decoded. */
struct row_reader {
    const struct type_env *env;
    const struct table *table;
    struct layout layout;
    union datum *values; /* [table->column_count]: of the row decoded last */
    bool *nulls;
};

void row_reader_init(struct row_reader *reader, struct session *session, const struct table *table,
                     const struct row_format *format, struct arena *arena);
/* From now on types of users are those of the view's branch. `arena` outlives the reader. */
void row_reader_use_types(struct row_reader *reader, struct branch_view *view, struct arena *arena);
/* Decodes a stored row; its views point into the slices. */
void row_reader_read(struct row_reader *reader, struct slice key, struct slice value);
/* The decoded row as a JSON object, or the columns of its primary key (null: it has none). */
const char *row_reader_json(struct row_reader *reader, struct arena *arena);
const char *row_reader_key_json(struct row_reader *reader, struct arena *arena);
/* Both steps; null for no row. */
const char *row_json(struct row_reader *reader, struct slice key, struct slice value,
                     struct arena *arena);
