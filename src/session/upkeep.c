/*
 * upkeep.c: VACUUM and ANALYZE.
 *
 * Rows have no dead versions here, so VACUUM's work is giving back pages: it takes a checkpoint,
 * after which pages that only the one before needed are free. ANALYZE samples rows (algorithm R,
 * Vitter 1985) and keeps, per column: the share of nulls, the number of distinct values (Haas and
 * Stokes' estimator, as PostgreSQL), common values, a histogram of the others, and how far storage
 * order is value order.
 */
#include "base/clock.h"
#include "base/raise.h"
#include "session/definition.h"
#include "session/run_query.h"
#include "session/scope.h"
#include "session/utility_run.h"
#include <math.h>
#include <stdlib.h>

#define SAMPLE_ROWS_PER_TARGET 300
#define COST_PAGE_BYTES 8192.0
#define WIDTH_MAX 1024 /* values longer than this are counted, not kept */

/* One column's sampled values, nulls left out; `place` is the row's number among all. */
struct sampled {
    union datum value;
    double place;
};

struct sample {
    uint32_t target; /* common values and histogram buckets of a column */
    double spent;    /* of vacuum_cost_limit, since the last rest */
    uint32_t column_count;
    uint32_t row_count, row_room;
    uint64_t seen;        /* rows in all */
    union datum **values; /* [column][row] */
    bool **nulls;
    uint64_t *places; /* [row] */
};

static void
keep_row(struct session *session, struct sample *sample, const struct batch *batch, uint32_t row,
         uint32_t to)
{
    for (uint32_t c = 0; c < sample->column_count; c++) {
        const struct column *column = &batch->columns[c];
        sample->nulls[c][to] = column_is_null(column, row);
        union datum value = column_get(column, row);
        if (column->phys == PHYS_VIEW && !sample->nulls[c][to] &&
            value.view.bytes > VIEW_INLINE_BYTES)
            value.view =
                view_of(arena_copy(session->statement_arena, value.view.far.data, value.view.bytes),
                        value.view.bytes);
        sample->values[c][to] = value;
    }
    sample->places[to] = sample->seen;
}

/* Bytes of a batch's rows. */
static double
batch_bytes(const struct batch *batch, uint32_t column_count)
{
    double bytes = 0;
    for (uint32_t c = 0; c < column_count; c++) {
        const struct column *column = &batch->columns[c];
        bytes += (double)batch->count * phys_bytes(column->phys);
        for (uint32_t i = 0; column->phys == PHYS_VIEW && i < batch->count; i++) {
            uint32_t row = batch->sel != NULL ? batch->sel[i] : i;
            if (!column_is_null(column, row))
                bytes += column_get(column, row).view.bytes;
        }
    }
    return bytes;
}

/* Rests in proportion to what was read, at most four times vacuum_cost_delay in one go. */
static void
rest(struct session *session, struct sample *sample, const struct batch *batch)
{
    double delay_ms = settings_real(&session->settings, SETTING_VACUUM_COST_DELAY);
    if (delay_ms <= 0)
        return;
    double limit = (double)settings_int(&session->settings, SETTING_VACUUM_COST_LIMIT);
    double page_cost = (double)settings_int(&session->settings, SETTING_VACUUM_COST_PAGE_HIT);
    sample->spent += batch_bytes(batch, sample->column_count) / COST_PAGE_BYTES * page_cost;
    if (sample->spent < limit)
        return;
    clock_sleep_us((int64_t)(1e3 * delay_ms * fmin(sample->spent / limit, 4)));
    sample->spent = 0;
}

static void
take_sample(struct session *session, const char *sql, struct sample *sample)
{
    struct arena *arena = session->statement_arena;
    sample->row_room = SAMPLE_ROWS_PER_TARGET * sample->target;
    sample->values = arena_alloc_array(arena, sample->column_count + 1, sizeof *sample->values);
    sample->nulls = arena_alloc_array(arena, sample->column_count + 1, sizeof *sample->nulls);
    sample->places = arena_alloc_array(arena, sample->row_room, sizeof *sample->places);
    for (uint32_t c = 0; c < sample->column_count; c++) {
        sample->values[c] = arena_alloc_array(arena, sample->row_room, sizeof(union datum));
        sample->nulls[c] = arena_alloc_array(arena, sample->row_room, sizeof(bool));
    }
    struct inner_query *query = inner_query_open(session, arena, sql);
    struct batch batch;
    while (inner_query_next(query, &batch)) {
        rest(session, sample, &batch);
        for (uint32_t i = 0; i < batch.count; i++) {
            uint32_t row = batch.sel != NULL ? batch.sel[i] : i;
            if (sample->row_count < sample->row_room) {
                keep_row(session, sample, &batch, row, sample->row_count++);
            } else {
                uint64_t at = random_below(&session->random, sample->seen + 1);
                if (at < sample->row_room)
                    keep_row(session, sample, &batch, row, (uint32_t)at);
            }
            sample->seen++;
        }
    }
    inner_query_close(query);
}

/* ---- from values to statistics ---- */

struct run {
    uint32_t first, count;
};

/* Sorts by bottom-up merging: qsort has no place for the type. */
static void
sort_values(struct sampled *values, struct sampled *room, uint32_t count,
            const struct type_info *type)
{
    for (uint32_t width = 1; width < count; width *= 2) {
        for (uint32_t low = 0; low < count; low += 2 * width) {
            uint32_t middle = low + width < count ? low + width : count;
            uint32_t high = low + 2 * width < count ? low + 2 * width : count;
            uint32_t a = low, b = middle;
            for (uint32_t to = low; to < high; to++) {
                bool takes_left = a < middle && (b >= high || type->compare(values[a].value,
                                                                            values[b].value) <= 0);
                room[to] = takes_left ? values[a++] : values[b++];
            }
        }
        memcpy(values, room, count * sizeof *values);
    }
}

static int
compare_runs(const void *a, const void *b)
{
    const struct run *x = a, *y = b;
    return (x->count < y->count) - (x->count > y->count);
}

/* Runs of equal values; returns how many. */
static uint32_t
find_runs(const struct sampled *values, uint32_t count, const struct type_info *type,
          struct run *runs)
{
    uint32_t run_count = 0;
    for (uint32_t i = 0; i < count; i++) {
        if (i != 0 && type->compare(values[i - 1].value, values[i].value) == 0)
            runs[run_count - 1].count++;
        else
            runs[run_count++] = (struct run){.first = i, .count = 1};
    }
    return run_count;
}

/* n*d / (n - f1 + f1*n/N), Haas and Stokes' Duj1; f1 values were seen once. */
static double
estimate_distinct(double sampled_count, double distinct, double once, double total)
{
    if (once == 0 || sampled_count >= total)
        return distinct;
    if (once == distinct)
        return -1; /* all different: a key */
    double estimate =
        sampled_count * distinct / (sampled_count - once + once * sampled_count / total);
    estimate = estimate < distinct ? distinct : estimate > total ? total : floor(estimate + 0.5);
    return estimate > 0.1 * total ? -estimate / total : estimate;
}

static double
correlation(const struct sampled *values, uint32_t count)
{
    /* Places are compared through their rank among the sampled, which is their order of arrival
     * scaled. */
    double sum_xy = 0, sum_y = 0, sum_yy = 0, n = count;
    for (uint32_t i = 0; i < count; i++) {
        sum_xy += (double)i * values[i].place;
        sum_y += values[i].place;
        sum_yy += values[i].place * values[i].place;
    }
    double sum_x = n * (n - 1) / 2, sum_xx = (n - 1) * n * (2 * n - 1) / 6;
    double below = sqrt((n * sum_xx - sum_x * sum_x) * (n * sum_yy - sum_y * sum_y));
    return below <= 0 ? 0 : (n * sum_xy - sum_x * sum_y) / below;
}

/* Values seen clearly more often than the average one, at most `target`. */
static void
take_common(struct session *session, struct column_stats *stats, const struct sampled *values,
            uint32_t count, struct run *runs, uint32_t run_count, double row_count, uint32_t target)
{
    struct arena *arena = session->statement_arena;
    qsort(runs, run_count, sizeof *runs, compare_runs);
    double average = (double)count / run_count;
    uint32_t wanted = 0;
    bool is_all = run_count <= target;
    while (wanted < run_count && wanted < target && runs[wanted].count > 1 &&
           (is_all || runs[wanted].count > 1.25 * average))
        wanted++;
    union datum *common = arena_alloc_array(arena, wanted + 1, sizeof *common);
    double *fractions = arena_alloc_array(arena, wanted + 1, sizeof *fractions);
    for (uint32_t i = 0; i < wanted; i++) {
        common[i] = values[runs[i].first].value;
        fractions[i] = runs[i].count / row_count;
    }
    stats->common_count = wanted;
    stats->common = common;
    stats->common_fraction = fractions;
}

/* Bounds of equally full buckets of the values that are not common. */
static void
take_bounds(struct session *session, struct column_stats *stats, const struct sampled *values,
            uint32_t count, const struct run *runs, uint32_t target)
{
    struct arena *arena = session->statement_arena;
    bool *is_common = arena_alloc_zero(arena, count + 1);
    for (uint32_t i = 0; i < stats->common_count; i++)
        memset(is_common + runs[i].first, 1, runs[i].count);
    union datum *rest = arena_alloc_array(arena, count + 1, sizeof *rest);
    uint32_t rest_count = 0;
    for (uint32_t i = 0; i < count; i++)
        if (!is_common[i])
            rest[rest_count++] = values[i].value;
    uint32_t bounds = rest_count < target + 1 ? rest_count : target + 1;
    if (bounds < 2)
        return;
    union datum *chosen = arena_alloc_array(arena, bounds, sizeof *chosen);
    for (uint32_t i = 0; i < bounds; i++)
        chosen[i] = rest[(uint64_t)i * (rest_count - 1) / (bounds - 1)];
    stats->bounds = chosen;
    stats->bound_count = bounds;
}

static void
column_statistics(struct session *session, const struct sample *sample, uint32_t column,
                  const struct column_def *def, struct column_stats *stats)
{
    struct arena *arena = session->statement_arena;
    const struct type_info *type = scope_type(&session->scope, def->type);
    struct sampled *values = arena_alloc_array(arena, sample->row_count + 1, sizeof *values);
    struct sampled *room = arena_alloc_array(arena, sample->row_count + 1, sizeof *room);
    uint32_t count = 0, null_count = 0;
    double width = 0;
    *stats = (struct column_stats){.attr = def->attr, .distinct = -1};
    for (uint32_t i = 0; i < sample->row_count; i++) {
        if (sample->nulls[column][i]) {
            null_count++;
            continue;
        }
        union datum value = sample->values[column][i];
        bool is_view = type->phys == PHYS_VIEW;
        width += is_view ? value.view.bytes : phys_bytes(type->phys);
        if (!is_view || value.view.bytes <= WIDTH_MAX)
            values[count++] = (struct sampled){.value = value, .place = (double)sample->places[i]};
    }
    double rows = sample->row_count;
    stats->null_fraction = rows == 0 ? 0 : null_count / rows;
    stats->width = rows == null_count ? phys_bytes(type->phys) : width / (rows - null_count);
    if (type->compare == NULL || count == 0)
        return;
    sort_values(values, room, count, type);
    struct run *runs = arena_alloc_array(arena, count + 1, sizeof *runs);
    uint32_t run_count = find_runs(values, count, type, runs);
    double once = 0;
    for (uint32_t i = 0; i < run_count; i++)
        once += runs[i].count == 1;
    double total = (double)sample->seen * (1 - stats->null_fraction);
    stats->distinct = estimate_distinct(count, run_count, once, total);
    stats->correlation = correlation(values, count);
    /* Values of users' types are kept for enums only: the catalog cannot read and write others. */
    if (def->type >= OID_USER_FIRST && type->kind != 'e')
        return;
    uint32_t target = def->statistics != 0 ? def->statistics - 1u : sample->target;
    take_common(session, stats, values, count, runs, run_count, rows, target);
    take_bounds(session, stats, values, count, runs, target);
}

static void
analyze_table(struct session *session, const struct table *table)
{
    struct arena *arena = session->statement_arena;
    struct sample sample = {
        .target = (uint32_t)settings_int(&session->settings, SETTING_DEFAULT_STATISTICS_TARGET)};
    const struct column_def **defs =
        arena_alloc_array(arena, table->column_count + 1u, sizeof *defs);
    const char *columns = "";
    for (uint16_t i = 0; i < table->column_count; i++) {
        const struct column_def *column = &table->columns[i];
        if (column->is_dropped || column->statistics == 1) /* a target of none */
            continue;
        if (column->statistics > sample.target + 1)
            sample.target = column->statistics - 1u;
        columns = arena_format(arena, "%s%s%s", columns, sample.column_count == 0 ? "" : ", ",
                               definition_name(table->columns[i].name, arena));
        defs[sample.column_count++] = &table->columns[i];
    }
    if (sample.column_count == 0)
        return;
    const char *sql = arena_format(arena, "SELECT %s FROM ONLY %s.%s", columns,
                                   definition_name(table->schema_name, arena),
                                   definition_name(table->name, arena));
    take_sample(session, sql, &sample);
    struct column_stats *stats = arena_alloc_array(arena, sample.column_count, sizeof *stats);
    for (uint32_t c = 0; c < sample.column_count; c++)
        column_statistics(session, &sample, c, defs[c], &stats[c]);
    struct table_stats all = {.rows = (double)sample.seen,
                              .column_count = (uint16_t)sample.column_count,
                              .columns = stats};
    catalog_put_stats(session->catalog, table->table, &all);
}

/* The table or, of a partitioned one that was named, its partitions. */
static void
analyze_parts(struct session *session, const struct table *table, bool is_named)
{
    if (table->kind != TABLE_PARTITIONED) {
        analyze_table(session, table);
        return;
    }
    for (uint32_t i = 0; is_named && i < table->child_count; i++)
        analyze_parts(session, catalog_table(session->catalog, table->children[i]), true);
}

static void
check_columns(const struct table *table, const struct name_list *names)
{
    for (uint32_t i = 0; i < names->count; i++) {
        bool is_there = false;
        for (uint16_t c = 0; c < table->column_count; c++)
            is_there |= !table->columns[c].is_dropped &&
                        strcmp(table->columns[c].name, names->names[i]) == 0;
        if (!is_there)
            raise(SQLSTATE_UNDEFINED_COLUMN, "column \"%s\" of relation \"%s\" does not exist",
                  names->names[i], table->name);
    }
}

void
upkeep_vacuum(struct session *session, const struct vacuum *vacuum)
{
    struct arena *arena = session->statement_arena;
    uint32_t count = vacuum->table_count;
    const struct table **tables;
    if (count == 0) {
        tables = catalog_relations(session->catalog, arena, &count);
    } else {
        tables = arena_alloc_array(arena, count, sizeof *tables);
        for (uint32_t i = 0; i < count; i++) {
            tables[i] = session_find_table(session, &vacuum->tables[i].table);
            check_columns(tables[i], &vacuum->tables[i].columns);
        }
    }
    for (uint32_t i = 0; i < count; i++) {
        bool has_rows = table_is_stored(tables[i]) || tables[i]->kind == TABLE_PARTITIONED;
        if (has_rows && vacuum->is_analyze)
            analyze_parts(session, tables[i], vacuum->table_count != 0);
        else if (!has_rows && vacuum->table_count != 0)
            notice(SEVERITY_WARNING, SQLSTATE_WARNING,
                   "skipping \"%s\" --- cannot %s non-tables or special system tables",
                   tables[i]->name, vacuum->is_vacuum ? "vacuum" : "analyze");
    }
    if (!vacuum->is_vacuum)
        return;
    enum status st = db_checkpoint(session->engine->db);
    if (st != ST_OK)
        raise_status(st, "could not take a checkpoint");
}
