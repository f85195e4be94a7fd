/*
 * virtual.h: tables whose rows are made when they are read: pg_catalog, information_schema, rowan.
 *
 * struct table.virtual_table of a TABLE_VIRTUAL names one. Functions raise.
 */
#pragma once

#include "base/arena.h"
#include "base/column.h"
#include "catalog/catalog.h"
#include "type/env.h"

/*
 * One reading of a virtual table. `state` is the table's own, null at open; `arena` lives until the
 * scan ends (memory of `next`'s values too, unless they live longer anyway).
 */
struct virtual_scan {
    struct catalog *catalog;
    const struct type_env *env; /* env->access: the session, its settings, the engine */
    struct arena *arena;
    const struct table *table;
    const bool
        *is_wanted; /* [column_count]: columns that somebody reads; others may be left null */
    void *state;
};

struct virtual_table {
    const char *name;
    /* Prepares the scan; may be null. Called again (with state null) for each rescan. */
    void (*open)(struct virtual_scan *scan);
    /* The next row: values[i], nulls[i] for each column of the table; false at the end. */
    bool (*next)(struct virtual_scan *scan, union datum *values, bool *nulls);
    /* In place of next, if not null: a batch of all the table's columns, which lives until the
     * next call; false at the end. */
    bool (*next_batch)(struct virtual_scan *scan, struct batch *batch);
    /* What a plan should assume; 0: 100. */
    double rows;
};
