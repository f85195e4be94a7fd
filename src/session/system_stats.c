/*
 * system_stats.c: pg_stats: what ANALYZE found, a row a column.
 *
 * Values are shown as texts: an array whose elements have each column's own type would be of a type
 * that changes from row to row.
 */
#include "session/system_int.h"
#include "type/array.h"
#include "type/values.h"

static const char stats_columns[] =
    "schemaname name, tablename name, attname name, inherited bool, null_frac float4, "
    "avg_width int4, n_distinct float4, most_common_vals text[], most_common_freqs float4[], "
    "histogram_bounds text[], correlation float4, most_common_elems text[], "
    "most_common_elem_freqs float4[], elem_count_histogram float4[]";

static void
put_values(struct system_rows *rows, oid type, const union datum *values, uint32_t count)
{
    if (count == 0) {
        put_null(rows);
        return;
    }
    const char **texts = arena_alloc_array(rows->arena, count, sizeof *texts);
    for (uint32_t i = 0; i < count; i++)
        texts[i] = type_output_text(rows->scan->env, rows->arena, type, values[i]);
    put_texts(rows, texts, count);
}

static void
put_stats(struct system_rows *rows, const struct table *table, const struct column_stats *stats)
{
    const struct column_def *column = &table->columns[stats->attr - 1];
    row_begin(rows);
    put_fixed(rows, table->schema_name);
    put_text(rows, table->name);
    put_text(rows, column->name);
    put_bool(rows, false);
    put_f32(rows, (float)stats->null_fraction);
    put_i32(rows, (int32_t)stats->width);
    put_f32(rows, (float)stats->distinct);
    put_values(rows, column->type, stats->common, stats->common_count);
    put_fractions(rows, stats->common_fraction, stats->common_count);
    put_values(rows, column->type, stats->bounds, stats->bound_count);
    put_f32(rows, (float)stats->correlation);
}

static void
fill_stats(struct system_rows *rows)
{
    uint32_t count;
    const struct table **tables = catalog_relations(rows->catalog, rows->arena, &count);
    for (uint32_t i = 0; i < count; i++) {
        const struct table_stats *stats =
            table_is_stored(tables[i]) ? catalog_stats(rows->catalog, tables[i]->table) : NULL;
        for (uint16_t c = 0; stats != NULL && c < stats->column_count; c++) {
            attr_no attr = stats->columns[c].attr;
            if (attr > 0 && attr <= tables[i]->column_count &&
                !tables[i]->columns[attr - 1].is_dropped)
                put_stats(rows, tables[i], &stats->columns[c]);
        }
    }
}

const struct system_source system_stats_sources[] = {
    SYSTEM_RELATION(12053, "pg_stats", stats_columns, fill_stats),
};
const uint32_t system_stats_source_count =
    sizeof system_stats_sources / sizeof *system_stats_sources;
