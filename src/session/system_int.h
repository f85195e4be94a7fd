/*
 * system_int.h: how relations whose rows are made on demand are written.
 *
 * A struct system_table names the columns and a function that makes all rows at once, into the
 * scan's arena, when it is opened; the executor then takes them one by one. Rows are few: objects
 * of one branch.
 */
#pragma once

#include "exec/virtual.h"
#include "session/session_int.h"

struct system_rows {
    struct virtual_scan *scan;
    struct session *session;
    struct catalog *catalog;
    struct arena *arena;
    uint32_t column_count, row_count, room, next;
    union datum *values;
    bool *nulls;
    uint32_t column; /* of the row being written */
};

/* Begins a row; the puts below fill its columns from left to right. */
void row_begin(struct system_rows *rows);
void put_oid(struct system_rows *rows, oid value);
void put_i16(struct system_rows *rows, int16_t value);
void put_i32(struct system_rows *rows, int32_t value);
void put_i64(struct system_rows *rows, int64_t value);
void put_f32(struct system_rows *rows, float value);
void put_bool(struct system_rows *rows, bool value);
void put_char(struct system_rows *rows, char value);        /* type "char" */
void put_text(struct system_rows *rows, const char *value); /* text, name; null: null */
void put_null(struct system_rows *rows);
/* int2vector, as PostgreSQL prints it: "1 2". */
void put_numbers(struct system_rows *rows, const int16_t *values, uint32_t count);

struct made_column {
    const char *name;
    oid type;
};

struct system_table {
    struct virtual_table virtual_table; /* first: the scan's table points to it */
    struct table table;
    void (*fill)(struct system_rows *rows);
};

/* A relation of the list in system_relations.c. */
struct system_source {
    oid table, schema;
    const char *name;
    const struct made_column *columns;
    uint16_t column_count;
    void (*fill)(struct system_rows *rows);
};

#define SYSTEM_SOURCE(oid_, schema_, name_, columns_, fill_)                                       \
    {                                                                                              \
        oid_, schema_, name_, columns_, sizeof(columns_) / sizeof *(columns_), fill_               \
    }

extern const struct system_source system_class_sources[];
extern const uint32_t system_class_source_count;
extern const struct system_source system_server_sources[];
extern const uint32_t system_server_source_count;
