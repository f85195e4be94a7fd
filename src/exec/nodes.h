/*
 * nodes.h: the node kinds, one file each.
 */
#pragma once

#include "exec/exec_int.h"

extern const struct node_kind node_result;     /* node_result.c */
extern const struct node_kind node_values;     /* node_values.c */
extern const struct node_kind node_project;    /* node_project.c */
extern const struct node_kind node_seq_scan;   /* node_seq_scan.c */
extern const struct node_kind node_index_scan; /* node_index_scan.c */
extern const struct node_kind node_limit;      /* node_limit.c */
extern const struct node_kind node_insert;     /* node_insert.c */
extern const struct node_kind node_update;     /* node_update.c: DELETE too */
