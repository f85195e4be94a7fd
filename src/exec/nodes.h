/*
 * nodes.h: the node kinds, one file each.
 */
#pragma once

#include "exec/exec_int.h"

extern const struct node_kind node_result;   /* node_result.c */
extern const struct node_kind node_values;   /* node_values.c */
extern const struct node_kind node_project;  /* node_project.c */
extern const struct node_kind node_seq_scan; /* node_seq_scan.c */
extern const struct node_kind node_index_scan;
extern const struct node_kind node_item_scan;    /* node_item_scan.c: indexes by items */
extern const struct node_kind node_union_scan;   /* node_union_scan.c */
extern const struct node_kind node_limit;        /* node_limit.c */
extern const struct node_kind node_insert;       /* node_insert.c */
extern const struct node_kind node_insert_route; /* node_insert_route.c: by partitions */
extern const struct node_kind node_update;       /* node_update.c: DELETE too */
extern const struct node_kind node_merge;        /* node_merge.c */
extern const struct node_kind node_function_scan, node_virtual_scan, node_material, node_nest_loop,
    node_hash_join, node_aggregate, node_sort, node_unique, node_append, node_setop, node_lock_rows;
extern const struct node_kind node_cte_scan, node_work_scan, node_recursive_union; /* node_cte.c */

/* Runs a CTE to its end, unless it has been (node_cte.c). */
void cte_run(struct exec *exec, uint32_t cte);
/* exec->clock when the table's rows changed last; 0: it is not there yet. */
uint64_t work_table_version(const struct work_table *work);
extern const struct node_kind node_window;      /* node_window.c */
extern const struct node_kind node_project_set; /* node_project_set.c */
extern const struct node_kind node_gather;
