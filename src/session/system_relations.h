/*
 * system_relations.h: the relations of pg_catalog, information_schema and rowan, whose rows are
 * made on demand.
 */
#pragma once

#include "catalog/catalog.h"

/* Adds all of them; once per cache. */
void system_relations_add(struct catalog_cache *cache, const struct types *types);
