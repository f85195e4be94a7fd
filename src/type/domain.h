/*
 * domain.h: domains: another type with conditions on its values.
 *
 * Values are the base type's, whose functions read and write them; the conditions are expressions,
 * so that only the session can test them (access.h). Input tests, so does every conversion to the
 * domain; from the domain to its base there is nothing to do.
 */
#pragma once

#include "type/user_type.h"

/* What a domain takes over from its base, kept so that making one needs no look at that. */
struct domain_traits {
    oid contract;
    int16_t length;
    bool is_by_value, is_collatable;
    char align, category, storage, delimiter;
};

struct domain_traits domain_traits_of(const struct type_env *env, const struct type_info *base);

/* Fills in all but owner, schema and comment; `part` is copied, what it points to is kept. */
void domain_type_init(struct user_type *type, oid number, oid array, const char *name,
                      const char *array_name, const struct domain_traits *traits,
                      const struct domain_part *part);

/* What the type is a domain over, at last: itself if it is none. */
const struct type_info *domain_root(const struct type_env *env, const struct type_info *info);

/* Raises if the value (null: *value is not looked at) is not allowed in the type; others than
 * domains allow all. */
void domain_check(const struct type_env *env, const struct type_info *info, union datum value,
                  bool is_null);
