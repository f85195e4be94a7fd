/*
 * env.h: what the value of a function may depend on besides its arguments: a session's settings
 * and the statement's clock. Owned by the session; read-only while a statement runs (but random
 * and sequences, which are the session's own).
 */
#pragma once

#include "base/random.h"
#include "type/oid.h"
#include <stdbool.h>
#include <stdint.h>

enum date_style { DATE_STYLE_ISO, DATE_STYLE_SQL, DATE_STYLE_POSTGRES, DATE_STYLE_GERMAN };
enum date_order { DATE_ORDER_MDY, DATE_ORDER_DMY, DATE_ORDER_YMD };
enum interval_style {
    INTERVAL_POSTGRES,
    INTERVAL_POSTGRES_VERBOSE,
    INTERVAL_SQL_STANDARD,
    INTERVAL_ISO_8601
};

struct timezone;  /* type/timezone.h: an immutable zone, owned by the registry's cache */
struct types;     /* type/types.h */
struct db_access; /* what functions that look at the database need; filled in by session, null in
                     tests */

struct type_env {
    struct types *types;
    const struct timezone *timezone;
    enum date_style date_style;
    enum date_order date_order;
    enum interval_style interval_style;
    int extra_float_digits; /* PostgreSQL's meaning; default 1: shortest exact */
    bool bytea_is_escape;   /* bytea_output = escape */
    bool standard_conforming_strings;
    /* Texts of composite values may lack columns at the end: null. For SQL text that was stored
       before the type got them. */
    bool pads_records;
    int64_t transaction_us; /* PostgreSQL's timestamptz: microseconds since 2000-01-01 UTC */
    int64_t statement_us;
    struct random *random; /* random(), setseed() */
    struct db_access *access;
};
