/*
 * system_inherit.c: pg_inherits: which tables inherit from which.
 */
#include "session/system_int.h"

static const char inherits_columns[] =
    "inhrelid oid, inhparent oid, inhseqno int4, inhdetachpending bool";

static void
put_inherits(struct system_rows *rows, oid child, oid parent, uint16_t place)
{
    row_begin(rows);
    put_oid(rows, child);
    put_oid(rows, parent);
    put_i32(rows, place + 1);
    put_bool(rows, false);
}

static void
fill_inherits(struct system_rows *rows)
{
    uint32_t count;
    const struct table **tables = catalog_relations(rows->catalog, rows->arena, &count);
    for (uint32_t i = 0; i < count; i++) {
        for (uint16_t k = 0; k < tables[i]->parent_count; k++)
            put_inherits(rows, tables[i]->table, tables[i]->parents[k], k);
        for (uint16_t k = 0; k < tables[i]->index_count; k++) {
            const struct index_def *index = tables[i]->indexes[k];
            if (index->parent != OID_NONE)
                put_inherits(rows, index->index, index->parent, 0);
        }
    }
}

const struct system_source system_inherit_sources[] = {
    SYSTEM_RELATION(2611, "pg_inherits", inherits_columns, fill_inherits),
};
const uint32_t system_inherit_source_count =
    sizeof system_inherit_sources / sizeof *system_inherit_sources;
