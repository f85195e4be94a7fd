/*
 * tables.h: the const tables that the files of this folder bring, and the shorthand in which their
 * rows are written. types.c builds the registry from the list in it.
 *
 * A row of functions reads {FUNC(oid, name, result, scalar, argument types...)}, further fields
 * follow it as designated initialisers: .volatility (immutable unless said), .vector, .variadic.
 * FUNC is for strict functions, FUNC_NULLS for those that see their nulls, AGGREGATE_FUNC for
 * aggregates (whose info says how they take nulls).
 */
#pragma once

#include "type/types.h"

#define ARGS(...)                                                                                  \
    .arg_count = sizeof((const oid[]){__VA_ARGS__}) / sizeof(oid), .args = (const oid[])           \
    {                                                                                              \
        __VA_ARGS__                                                                                \
    }
#define FUNC_NULLS(oid_, name_, result_, scalar_, ...)                                             \
    .func = oid_, .name = name_, .result = result_, .scalar = scalar_, ARGS(__VA_ARGS__)
#define FUNC(oid_, ...) .is_strict = true, FUNC_NULLS(oid_, __VA_ARGS__)
#define AGGREGATE_FUNC(oid_, name_, result_, info_, ...)                                           \
    .kind = FUNC_AGGREGATE, .aggregate = info_, FUNC_NULLS(oid_, name_, result_, NULL, __VA_ARGS__)
#define COUNT_OF(array) (sizeof(array) / sizeof(array)[0])

extern const struct type_tables accumulate_tables;
extern const struct type_tables aggregate_tables;
extern const struct type_tables aggregate_float_tables;
extern const struct type_tables aggregate_minmax_tables;
extern const struct type_tables aggregate_numeric_tables;
extern const struct type_tables aggregate_text_tables;
extern const struct type_tables array_func_tables;
extern const struct type_tables array_set_tables;
extern const struct type_tables array_types_tables;
extern const struct type_tables bit_tables;
extern const struct type_tables bit_func_tables;
extern const struct type_tables bool_tables;
extern const struct type_tables bytea_tables;
extern const struct type_tables catalog_func_tables;
extern const struct type_tables catalog_types_tables;
extern const struct type_tables date_tables;
extern const struct type_tables datetime_compare_tables;
extern const struct type_tables datetime_extract_tables;
extern const struct type_tables datetime_now_tables;
extern const struct type_tables datetime_range_tables;
extern const struct type_tables datetime_trunc_tables;
extern const struct type_tables digest_tables;
extern const struct type_tables encode_tables;
extern const struct type_tables enum_tables;
extern const struct type_tables composite_tables;
extern const struct type_tables domain_tables;
extern const struct type_tables float_math_tables;
extern const struct type_tables float_tables;
extern const struct type_tables float_math_tables;
extern const struct type_tables format_date_tables;
extern const struct type_tables format_input_tables;
extern const struct type_tables format_number_tables;
extern const struct type_tables format_number_input_tables;
extern const struct type_tables geo_box_tables;
extern const struct type_tables geo_circle_tables;
extern const struct type_tables geo_path_tables;
extern const struct type_tables geo_point_tables;
extern const struct type_tables geo_polygon_tables;
extern const struct type_tables hash_value_tables;
extern const struct type_tables ident_tables;
extern const struct type_tables inet_tables;
extern const struct type_tables int_tables;
extern const struct type_tables int_ops_tables;
extern const struct type_tables interval_tables;
extern const struct type_tables interval_ops_tables;
extern const struct type_tables json_tables;
extern const struct type_tables json_agg_tables;
extern const struct type_tables json_get_tables;
extern const struct type_tables json_record_tables;
extern const struct type_tables json_value_tables;
extern const struct type_tables jsonb_ops_tables;
extern const struct type_tables jsonb_set_tables;
extern const struct type_tables jsonpath_tables;
extern const struct type_tables like_tables;
extern const struct type_tables lsn_tables;
extern const struct type_tables macaddr_tables;
extern const struct type_tables money_tables;
extern const struct type_tables numeric_tables;
extern const struct type_tables numeric_cast_tables;
extern const struct type_tables numeric_math_tables;
extern const struct type_tables numeric_ops_tables;
extern const struct type_tables oid_tables;
extern const struct type_tables ordered_set_tables;
extern const struct type_tables partition_func_tables;
extern const struct type_tables privilege_tables;
extern const struct type_tables pseudo_tables;
extern const struct type_tables quote_tables;
extern const struct type_tables range_agg_tables;
extern const struct type_tables range_func_tables;
extern const struct type_tables range_types_tables;
extern const struct type_tables record_tables;
extern const struct type_tables reg_tables;
extern const struct type_tables regexp_tables;
extern const struct type_tables regexp_array_tables;
extern const struct type_tables series_tables;
extern const struct type_tables server_func_tables;
extern const struct type_tables session_func_tables;
extern const struct type_tables similar_tables;
extern const struct type_tables size_tables;
extern const struct type_tables snapshot_tables;
extern const struct type_tables system_tables;
extern const struct type_tables text_tables;
extern const struct type_tables text_case_tables;
extern const struct type_tables text_func_tables;
extern const struct type_tables text_ops_tables;
extern const struct type_tables time_tables;
extern const struct type_tables timestamp_tables;
extern const struct type_tables timestamp_ops_tables;
extern const struct type_tables timetz_tables;
extern const struct type_tables ts_func_tables;
extern const struct type_tables ts_text_tables;
extern const struct type_tables tsquery_tables;
extern const struct type_tables tsvector_tables;
extern const struct type_tables uuid_tables;
extern const struct type_tables window_func_tables;
