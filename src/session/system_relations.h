/*
 * system_relations.h: the relations of pg_catalog, information_schema and rowan, whose rows are
 * made on demand.
 */
#pragma once

#include "catalog/catalog.h"

/* The row of a sequence as a relation. */
extern const struct virtual_table sequence_rows;

/* Adds all of them; once per cache. */
void system_relations_add(struct catalog_cache *cache, const struct types *types);
