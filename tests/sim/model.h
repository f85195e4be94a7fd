/*
 * model.h: what the database must hold: plain arrays, copied whole.
 *
 * The world of a run is small: a handful of branches, each with the same few trees of a few dozen
 * possible keys. A row is a tag; key and value bytes are made from it.
 */
#pragma once

#include "base/buf.h"
#include "base/slice.h"
#include <stdbool.h>
#include <stdint.h>

#define SIM_BRANCHES 6
#define SIM_TREES 3
#define SIM_KEYS 48
#define SIM_FIRST_TREE 20000
#define SIM_SEQUENCE 17000

struct model_rows {
    uint32_t tag[SIM_TREES][SIM_KEYS]; /* 0: no row */
};

struct model_branch {
    bool exists;
    char name[16];
    struct model_rows rows;
    int64_t sequence; /* the highest value given */
};

struct model {
    struct model_branch branches[SIM_BRANCHES];
    uint32_t highest_id;
};

/*
 * The states that the database may be in after a crash: [0] is known to be durable, the others came
 * after it, one commit each, in this order.
 */
struct model_history {
    struct model *states;
    uint32_t count, capacity;
};

void model_history_init(struct model_history *history, const struct model *first);
void model_history_deinit(struct model_history *history);
void model_history_push(struct model_history *history, const struct model *state, bool is_durable);

/* What a transaction has changed. */
struct model_changes {
    bool is_cleared[SIM_TREES];
    bool is_changed[SIM_TREES][SIM_KEYS];
    uint32_t tag[SIM_TREES][SIM_KEYS];
};

void model_apply(struct model_rows *rows, const struct model_changes *changes);

/* The key of row `n`: rising with n, of 4 to about 400 bytes. */
struct slice model_key(uint32_t n, uint8_t bytes[512]);
/* Which row a key belongs to; SIM_KEYS if to none. */
uint32_t model_key_number(struct slice key);
/* A value that its tag determines: mostly short, now and then longer than a page. */
void model_value(uint32_t tag, struct buf *value);
