/*
 * json_value.h: values of any type as JSON, by PostgreSQL's rules: numbers and truth values as
 * such, arrays and rows as lists, json as it is, times in ISO form, all else as the text that it
 * prints.
 */
#pragma once

#include "type/json_parse.h"
#include "type/jsonb.h"

struct json_writer {
    struct arena *arena;
    const struct type_env *env;
};

/* How arrays and rows are laid out as JSON text. */
enum json_layout { JSON_PLAIN, JSON_LINES };

/* The value as JSON text. */
void json_put_value(const struct json_writer *writer, struct buf *to, oid type, union datum value,
                    bool is_null, enum json_layout layout);
/* As the key of a member; raises 22023 unless it is a plain value. Not null. */
void json_put_key(const struct json_writer *writer, struct buf *to, oid type, union datum value);
/* Whether a value of the type becomes a list. */
bool json_type_is_list(const struct json_writer *writer, oid type);

/* The same for jsonb. */
void jsonb_put_value(const struct json_writer *writer, struct jsonb_builder *builder, oid type,
                     union datum value, bool is_null);
void jsonb_put_value_key(const struct json_writer *writer, struct jsonb_builder *builder, oid type,
                         union datum value);

/* A record as jsonb, each column a member. */
union datum jsonb_of_record(const struct json_writer *writer, union datum record);
