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

/*
 * Begins a row; the puts below fill its columns from left to right, each of the column's kind
 * (checked). Columns that are not reached are null.
 */
void row_begin(struct system_rows *rows);
/* oid, xid and the reg* types. */
void put_oid(struct system_rows *rows, oid value);
void put_i16(struct system_rows *rows, int16_t value);
void put_i32(struct system_rows *rows, int32_t value);
void put_i64(struct system_rows *rows, int64_t value);
void put_f32(struct system_rows *rows, float value);
void put_f64(struct system_rows *rows, double value);
void put_interval(struct system_rows *rows, int64_t us);
void put_inet(struct system_rows *rows, const char *value); /* null: none */
void put_bool(struct system_rows *rows, bool value);
void put_char(struct system_rows *rows, char value); /* type "char" */
/* text, name, pg_node_tree, copied; null: null. put_fixed: of a text that outlives the scan. */
void put_text(struct system_rows *rows, const char *value);
void put_fixed(struct system_rows *rows, const char *value);
void put_null(struct system_rows *rows);
void put_nulls(struct system_rows *rows, uint32_t count);
/* Zero, false and the empty text, as the column's type has it. */
void put_zeros(struct system_rows *rows, uint32_t count);
/* int2vector, oidvector (lower bound 0) or a plain array of them (1), as the column's type has it.
 */
void put_numbers(struct system_rows *rows, const int16_t *values, uint32_t count);
void put_oids(struct system_rows *rows, const oid *values, uint32_t count);
/* float4[]; of none: null. */
void put_fractions(struct system_rows *rows, const double *values, uint32_t count);
/* text[], "char"[]: a string a letter. */
void put_texts(struct system_rows *rows, const char *const *values, uint32_t count);

struct made_column {
    const char *name;
    oid type;
};

struct system_table {
    struct virtual_table virtual_table; /* first: the scan's table points to it */
    struct table table;
    void (*fill)(struct system_rows *rows);
    uint8_t *phys; /* [column_count]: enum phys of each column */
};

/*
 * A relation of the lists below. Its columns are given as a table, or as `text`: "name type, name
 * type[], ...". It has either a function that makes its rows, or a query over other relations of
 * these lists: a view.
 */
struct system_source {
    oid table, schema;
    const char *name;
    const struct made_column *columns;
    uint16_t column_count;
    void (*fill)(struct system_rows *rows);
    const char *text, *view;
};

#define SYSTEM_SOURCE(oid_, schema_, name_, columns_, fill_)                                       \
    {                                                                                              \
        .table = oid_, .schema = schema_, .name = name_, .columns = columns_,                      \
        .column_count = sizeof(columns_) / sizeof *(columns_), .fill = fill_                       \
    }
#define SYSTEM_RELATION(oid_, name_, text_, fill_)                                                 \
    {                                                                                              \
        .table = oid_, .schema = SCHEMA_PG_CATALOG, .name = name_, .text = text_, .fill = fill_    \
    }
#define SYSTEM_VIEW(oid_, schema_, name_, text_, view_)                                            \
    {                                                                                              \
        .table = oid_, .schema = schema_, .name = name_, .text = text_, .view = view_              \
    }

extern const struct system_source system_activity_sources[];
extern const uint32_t system_activity_source_count;
extern const struct system_source system_class_sources[];
extern const uint32_t system_class_source_count;
extern const struct system_source system_depend_sources[];
extern const uint32_t system_depend_source_count;
extern const struct system_source system_empty_sources[];
extern const uint32_t system_empty_source_count;
extern const struct system_source system_information_sources[];
extern const uint32_t system_information_source_count;
extern const struct system_source system_partition_sources[];
extern const uint32_t system_partition_source_count;
extern const struct system_source system_inherit_sources[];
extern const uint32_t system_inherit_source_count;
extern const struct system_source system_opclass_sources[];
extern const uint32_t system_opclass_source_count;
extern const struct system_source system_proc_sources[];
extern const uint32_t system_proc_source_count;
extern const struct system_source system_server_sources[];
extern const uint32_t system_server_source_count;
extern const struct system_source system_stats_sources[];
extern const uint32_t system_stats_source_count;
extern const struct system_source system_type_sources[];
extern const uint32_t system_type_source_count;
extern const struct system_source system_views_sources[];
extern const uint32_t system_views_source_count;
