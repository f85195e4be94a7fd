/*
 * point_int.h: what the short path's two files share.
 */
#pragma once

#include "exec/key_ranges.h"
#include "exec/modify.h"
#include "exec/point.h"
#include "exec/scan.h"

enum point_kind { POINT_READ, POINT_INSERT, POINT_CHANGE };

struct point_code {
    enum point_kind kind;
    /* READ, CHANGE: where the row is, and the columns that the scan would put out. */
    const struct plan_index_scan *scan;
    struct ranges_code key;
    struct scan_reads reads;
    const struct expr_code *filter;  /* over the scan's columns; null: none */
    const struct expr_code *project; /* READ, over the scan's columns; null: as they are */
    uint32_t project_count;
    const struct expr_code *row;      /* INSERT: the row of VALUES; null: none */
    const struct expr_code *targets;  /* INSERT: over that row; null: as it is */
    const struct modify_code *modify; /* INSERT, CHANGE */
};

struct point {
    const struct point_code *code;
    struct exec exec;       /* what expressions and the writer look at; its context is the run's */
    struct arena *scratch;  /* of one run */
    struct node_state scan; /* stands for the node that the plan has there */
    struct expr_state *key_values, *filter, *project, *row, *targets;
    struct scan_output output;
    struct buf key, spill;
    struct modify_state modify;
    bool is_spent;
};

/* INSERT; UPDATE and DELETE. (point_write.c) */
void point_insert(struct point *point);
enum point_outcome point_change(struct point *point);

/* The row's key, in point->key; false: no row can have it. */
bool point_make_key(struct point *point);
