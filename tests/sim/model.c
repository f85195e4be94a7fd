/*
 * model.c: copying and changing models, and the bytes that rows are made of.
 */
#include "sim/model.h"
#include "base/check.h"
#include "base/hash.h"
#include <stdlib.h>

void
model_history_init(struct model_history *history, const struct model *first)
{
    *history = (struct model_history){0};
    model_history_push(history, first, true);
}

void
model_history_deinit(struct model_history *history)
{
    free(history->states);
}

void
model_history_push(struct model_history *history, const struct model *state, bool is_durable)
{
    if (is_durable)
        history->count = 0;
    if (history->count == history->capacity) {
        history->capacity = history->capacity == 0 ? 8 : 2 * history->capacity;
        history->states = realloc(history->states, history->capacity * sizeof *history->states);
        check(history->states != NULL);
    }
    history->states[history->count++] = *state;
}

void
model_apply(struct model_rows *rows, const struct model_changes *changes)
{
    for (uint32_t t = 0; t < SIM_TREES; t++) {
        for (uint32_t n = 0; n < SIM_KEYS; n++) {
            if (changes->is_cleared[t])
                rows->tag[t][n] = 0;
            if (changes->is_changed[t][n])
                rows->tag[t][n] = changes->tag[t][n];
        }
    }
}

struct slice
model_key(uint32_t n, uint8_t bytes[512])
{
    uint32_t length = 4 + n % 7 * 13 + (n % 16 == 5 ? 300 : 0);
    memset(bytes, 'a' + (int)(n % 5), length);
    be32_set(bytes, n * 77777);
    return slice_of(bytes, length);
}

uint32_t
model_key_number(struct slice key)
{
    if (key.bytes < 4)
        return SIM_KEYS;
    uint32_t n = be32_get(key.data) / 77777;
    uint8_t bytes[512];
    return n < SIM_KEYS && slice_equal(key, model_key(n, bytes)) ? n : SIM_KEYS;
}

void
model_value(uint32_t tag, struct buf *value)
{
    uint64_t word = hash_u64(tag);
    uint32_t length = (uint32_t)(word % 120);
    if (word % 13 == 0)
        length = (uint32_t)(word >> 8) % 1500;
    if (word % 41 == 0)
        length = (uint32_t)(word >> 8) % 30000;
    buf_clear(value);
    buf_put(value, &tag, sizeof tag); /* no two are alike */
    for (uint32_t i = 0; i < length; i += 8) {
        word = hash_u64(word + 1);
        /* Half of them compress well. */
        if ((tag & 1) != 0)
            word &= 0x0f0f;
        buf_put(value, &word, length - i < 8 ? length - i : 8);
    }
}
