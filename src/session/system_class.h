/*
 * system_class.h: numbers of objects that the catalog keeps within others: defaults, rules.
 */
#pragma once

#include "catalog/table.h"

#define CLASS_RULE ((oid)2618)
#define HEAP_METHOD ((oid)2)

/* A column's default or generation expression: pg_attrdef. */
static inline oid
system_default_oid(oid table, attr_no attr)
{
    return (oid)3 << 30 | ((table << 11 | (oid)attr) & 0x3fffffff);
}

/* A view's rule: pg_rewrite. */
static inline oid
system_rule_oid(oid view)
{
    return (oid)1 << 31 | view;
}
