/*
 * user_type.h: types that users make: what every kind of them has, and the part of each kind.
 *
 * A type's functions (input, output, ...) get a type_info, `info`, and find the rest around it, for
 * it comes first. Values of a user's type have the layout, order, hash and keys of a built-in type,
 * its contract, so that they are compared and stored without the type itself.
 */
#pragma once

#include "type/range.h"
#include "type/types.h"
#include "type/values.h"

struct record_shape; /* type/record.h */

/* Kind e: a list of labels (enum.h). */
struct enum_label {
    oid label;
    float order; /* pg_enum.enumsortorder */
    const char *name;
};

struct enum_part {
    uint32_t label_count;
    const struct enum_label *labels; /* by rising order */
};

/* Kind d: another type with conditions on its values. */
struct domain_check {
    oid constraint;
    const char *name, *sql; /* sql: over VALUE */
    bool is_validated;
    const char *comment;
};

struct domain_part {
    oid base;       /* which may be a domain, too */
    int32_t typmod; /* of the base */
    oid collation;
    uint32_t dim_count; /* pg_type.typndims */
    bool is_not_null;
    const char *default_sql; /* null: none */
    uint32_t check_count;
    const struct domain_check *checks; /* by name */
};

/* Kind c: the row type of a relation, made from its columns. */
struct composite_part {
    oid relation;
    const struct record_shape *shape;
};

/*
 * Kinds r and m: a range type and its multirange (range.h). Each is a type of its own and tells of
 * both; they are made and dropped together.
 */
#define RANGE_CONSTRUCTORS_MAX 3

struct range_part {
    struct range_type type;
    oid range_array; /* of arrays of the range */
    /* r: (a, b), (a, b, flags). m: (), (range), (variadic ranges). Named as the type, in its
       schema. */
    uint32_t constructor_count;
    oid constructor_oids[RANGE_CONSTRUCTORS_MAX];
    const struct func_info *constructors;
    struct cast_info cast; /* m: from the range */
};

struct user_type {
    struct type_info info;  /* comes first; info.kind says which part there is */
    struct type_info array; /* of arrays of it */
    oid contract;
    oid schema, owner;
    const char *comment; /* null: none */
    union {
        struct enum_part enumeration;    /* e */
        struct domain_part domain;       /* d */
        struct composite_part composite; /* c */
        struct range_part range;         /* r, m */
    };
};

/* The type around its info. The info must be a user's, and not that of its arrays. */
static inline const struct user_type *
user_type_of(const struct type_info *info)
{
    return (const struct user_type *)info;
}

/*
 * Fills in `array`, from `info`, which is complete: arrays of the type, with this number
 * (OID_NONE: none) and name.
 */
void user_type_init_array(struct user_type *type, oid array, const char *array_name);
