/*
 * system_relations.c: the list of the relations that are made on demand.
 */
#include "session/system_relations.h"

void
system_relations_add(struct catalog_cache *cache)
{
    catalog_cache_add_virtual(cache, NULL, 0);
}
