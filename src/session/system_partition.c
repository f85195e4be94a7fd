/*
 * system_partition.c: pg_partitioned_table: what tables are shared out, and by what.
 */
#include "catalog/partition.h"
#include "session/system_int.h"
#include "session/system_opclass.h"

static const char partitioned_columns[] =
    "partrelid oid, partstrat char, partnatts int2, partdefid oid, partattrs int2vector, "
    "partclass oidvector, partcollation oidvector, partexprs pg_node_tree";

static oid
default_partition(struct system_rows *rows, const struct table *table)
{
    for (uint32_t i = 0; i < table->child_count; i++) {
        const struct table *child = catalog_table(rows->catalog, table->children[i]);
        if (child != NULL && child->bound != NULL && child->bound->is_default)
            return child->table;
    }
    return OID_NONE;
}

static void
fill_partitioned(struct system_rows *rows)
{
    uint32_t count;
    const struct table **tables = catalog_relations(rows->catalog, rows->arena, &count);
    for (uint32_t i = 0; i < count; i++) {
        const struct partition_key *key = tables[i]->partition_key;
        if (key == NULL)
            continue;
        oid classes[INDEX_COLUMNS_MAX];
        const char *exprs = NULL;
        for (uint16_t k = 0; k < key->count; k++) {
            classes[k] = system_default_opclass(catalog_types(rows->catalog), key->types[k]);
            if (key->attrs[k] == 0)
                exprs = exprs == NULL
                            ? key->expr_sql[k]
                            : arena_format(rows->arena, "%s, %s", exprs, key->expr_sql[k]);
        }
        row_begin(rows);
        put_oid(rows, tables[i]->table);
        put_char(rows, key->strategy);
        put_i16(rows, (int16_t)key->count);
        put_oid(rows, default_partition(rows, tables[i]));
        put_numbers(rows, key->attrs, key->count);
        put_oids(rows, classes, key->count);
        put_oids(rows, key->collations, key->count);
        put_text(rows, exprs);
    }
}

const struct system_source system_partition_sources[] = {
    SYSTEM_RELATION(3350, "pg_partitioned_table", partitioned_columns, fill_partitioned),
};
const uint32_t system_partition_source_count =
    sizeof system_partition_sources / sizeof *system_partition_sources;
