/*
 * sqlstate.h: the five-character codes of SQL errors, packed into an integer.
 *
 * Each character takes six bits, the first the lowest, as PostgreSQL packs them; so 00000 is 0 and
 * a class is the lowest twelve bits. The constants are SQLSTATE_ and PostgreSQL's condition name in
 * upper case, all of them in sqlstate_list.inc.
 */
#pragma once

#include "base/slice.h"
#include <stdbool.h>
#include <stdint.h>

typedef uint32_t sqlstate;

#define SQLSTATE_TEXT_BYTES 5

#define SQLSTATE_CHAR(c, place) (((uint32_t)((c) - '0') & 0x3f) << (6 * (place)))
#define SQLSTATE_OF(a, b, c, d, e)                                                                 \
    (SQLSTATE_CHAR(a, 0) | SQLSTATE_CHAR(b, 1) | SQLSTATE_CHAR(c, 2) | SQLSTATE_CHAR(d, 3) |       \
     SQLSTATE_CHAR(e, 4))

#define CONDITION(name, ...) SQLSTATE_##name = SQLSTATE_OF(__VA_ARGS__),
enum {
#include "base/sqlstate_list.inc"

    /* Second names, by which PostgreSQL's own sources know some of them. */
    SQLSTATE_ARRAY_ELEMENT_ERROR = SQLSTATE_ARRAY_SUBSCRIPT_ERROR,
    SQLSTATE_DATETIME_VALUE_OUT_OF_RANGE = SQLSTATE_DATETIME_FIELD_OVERFLOW,
    SQLSTATE_UNDEFINED_CURSOR = SQLSTATE_INVALID_CURSOR_NAME,
    SQLSTATE_UNDEFINED_DATABASE = SQLSTATE_INVALID_CATALOG_NAME,
    SQLSTATE_UNDEFINED_PSTATEMENT = SQLSTATE_INVALID_SQL_STATEMENT_NAME,
    SQLSTATE_UNDEFINED_SCHEMA = SQLSTATE_INVALID_SCHEMA_NAME,
};
#undef CONDITION

/* Writes the five characters and a terminator. */
void sqlstate_text(sqlstate code, char out[6]);

/* True, and *code set, if `text` is five digits or upper-case letters; else *code is untouched. */
bool sqlstate_parse(struct slice text, sqlstate *code);

/* The code whose condition is called `name`, such as "unique_violation". False: there is none. */
bool sqlstate_find(struct slice name, sqlstate *code);

/* The first two characters of the code, as the code that ends in 000. */
static inline sqlstate
sqlstate_class(sqlstate code)
{
    return code & 0xfff;
}
