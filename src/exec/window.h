/*
 * window.h: what the files of window functions share.
 *
 * A node's rows pass through a buffer (window_buffer.h), in which each knows whether it begins a
 * partition or a group of peers. Results are made a run of rows at a time: rows of one partition
 * and of one page. For a run, window_frame.c says where the peers and the frame of each row lie;
 * then each call fills its result column: functions in window_func.c, aggregates in window_fold.c.
 * Who needs rows that have not been read yet asks for them (window_has_row), so what looks only
 * backwards streams.
 */
#pragma once

#include "exec/window_buffer.h"
#include "sql/query.h"

#define WINDOW_UNKNOWN UINT64_MAX /* an end of partition or group that has not been read yet */
#define WINDOW_NO_COLUMN UINT32_MAX

enum window_func {
    WINDOW_ROW_NUMBER,
    WINDOW_RANK,
    WINDOW_DENSE_RANK,
    WINDOW_PERCENT_RANK,
    WINDOW_CUME_DIST,
    WINDOW_NTILE,
    WINDOW_LAG,
    WINDOW_LEAD,
    WINDOW_FIRST_VALUE,
    WINDOW_LAST_VALUE,
    WINDOW_NTH_VALUE,
    WINDOW_AGGREGATE,
};

struct window_call_code {
    const struct plan_window_call *plan;
    enum window_func func;
    const struct aggregate_info *info; /* WINDOW_AGGREGATE */
    const struct call_site *site;
    uint32_t arg_count;
    const uint32_t *args; /* columns of the buffer */
    uint32_t filter;      /* the same; WINDOW_NO_COLUMN: none */
    int64_t distance;     /* lag, lead: rows onwards, if it is known; WINDOW_LAG's is negative */
    bool has_distance;
    enum phys phys; /* of the result */
};

struct window_code {
    struct node_code node;
    const struct window *window;
    const struct expr_code *computed; /* arguments that are no columns of the child; null: none */
    const struct expr_code *offsets;  /* of the frame; null: none */
    uint32_t child_columns, column_count;
    enum phys *phys; /* [column_count]: of the buffer */
    struct key_code *partition_keys, *order_keys;
    bool needs_frame, needs_peers, needs_peer_end;
    struct window_call_code *calls;
};

/* A bound of the frame that moves over the partition. */
struct window_bound {
    uint64_t at;   /* a row */
    int64_t group; /* its group of peers, from 0 */
};

/* The pieces of a frame that its exclusion leaves. */
struct window_pieces {
    uint32_t count;
    uint64_t from[3], to[3];
};

struct window_call_state {
    struct func_call call;
    struct column result;
    /* Aggregates: rows [base, end) are folded into `state`. */
    void *state;
    void **states;       /* [capacity]: `state` for each row */
    struct arena *arena; /* of the state */
    uint64_t base, end;
    struct window_pieces pieces; /* what `value` is of, if has_value */
    bool has_value, is_null;
    union datum value;
    struct arena *keep; /* the value's bytes between batches */
    /* ntile: the bucket, its rows so far, how many it gets, buckets that get one more */
    int64_t tile, tile_rows, tile_bound, tile_rest;
};

struct window_state {
    struct node_state node;
    struct expr_state *computed, *offsets;
    struct arena *input_arena;   /* of computed arguments of a batch */
    struct arena *scratch_arena; /* of aggregates' steps */
    struct window_buffer buffer;
    bool is_begun, is_input_done;
    uint64_t part_start, part_end; /* part_end may be WINDOW_UNKNOWN */
    uint64_t scanned;              /* no partition begins after part_start and before this row */
    uint64_t next;                 /* row to put out */
    uint64_t group_start, group_end;
    int64_t group; /* of the current row */
    struct window_bound start, end;
    int64_t start_rows, end_rows; /* offsets in ROWS and GROUPS */
    union datum start_span, end_span;
    struct func_call in_range;
    /* Of the rows of the run at hand, by their place in it: */
    uint64_t *peer_start, *peer_end, *frame_start, *frame_end;
    int64_t *groups;
    struct window_call_state *calls;
    struct column *columns; /* of the batch put out */
};

/* Rows [from, to) of one partition, all on one page, whose first row is page_first. */
struct window_run {
    uint64_t from, to, page_first;
    struct window_page *page;
};

/* ---- node_window.c ---- */

/* True if the row is in the current partition; reads on if that is not known. */
bool window_has_row(struct window_state *state, uint64_t row);
/* The partition's end; reads on to it. */
uint64_t window_partition_end(struct window_state *state);

/* ---- window_frame.c ---- */

/* Evaluates the frame's offsets; raises 22004, 22013. */
void window_frame_begin(struct window_state *state);
void window_frame_begin_partition(struct window_state *state);
/* Fills in peers and frames of the run's rows. */
void window_frame_locate(struct window_state *state, const struct window_run *run);
/* What row `i` of the run sees of its frame. */
void window_frame_pieces(const struct window_state *state, const struct window_run *run, uint32_t i,
                         struct window_pieces *pieces);
/* The lowest row that a bound stands at; is_read: or that a later frame may hold. */
uint64_t window_frame_lowest(const struct window_state *state, bool is_read);

/* ---- window_func.c, window_fold.c: results of the run's rows ---- */

void window_func_run(struct window_state *state, uint32_t call_idx, const struct window_run *run);
void window_fold_run(struct window_state *state, uint32_t call_idx, const struct window_run *run);
void window_fold_begin_partition(struct window_state *state, uint32_t call_idx);
/* Before and after the batch's arena is emptied: the value at hand outlives it. */
void window_fold_keep(struct window_state *state, uint32_t call_idx);
void window_fold_take(struct window_state *state, uint32_t call_idx);
/* The lowest row that the call will read again. */
uint64_t window_fold_lowest(const struct window_state *state, uint32_t call_idx);
