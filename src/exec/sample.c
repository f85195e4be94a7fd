/*
 * sample.c: see sample.h.
 */
#include "exec/sample.h"
#include "base/hash.h"
#include "base/random.h"

void
sample_compile(struct compiler *compiler, struct sample_code *code, const struct plan_scan *plan)
{
    struct expr *args[2];
    uint32_t count = 0;

    if (plan->sample_percent == NULL)
        return;
    args[count++] = plan->sample_percent;
    if (plan->sample_seed != NULL)
        args[count++] = plan->sample_seed;
    code->args = expr_compile(compiler, args, count);
    code->is_system = plan->is_system_sample;
    code->has_seed = plan->sample_seed != NULL;
}

struct sample_state *
sample_open(struct exec *exec, const struct sample_code *code, struct arena *arena)
{
    if (code->args == NULL)
        return NULL;
    struct sample_state *state = arena_alloc_zero(exec->arena, sizeof *state);
    state->args = expr_open(exec, code->args, 1, arena);
    random_secret(&state->seed, sizeof state->seed);
    return state;
}

static void
begin(const struct sample_code *code, struct sample_state *state)
{
    struct batch one = {.count = 1};
    bool is_null;

    expr_run(state->args, &one);
    float percent = expr_value(state->args, 0, 0, &is_null).f32;
    if (is_null)
        raise(SQLSTATE_INVALID_TABLESAMPLE_ARGUMENT, "TABLESAMPLE parameter cannot be null");
    if (!(percent >= 0 && percent <= 100))
        raise(SQLSTATE_INVALID_TABLESAMPLE_ARGUMENT, "sample percentage must be between 0 and 100");
    if (code->has_seed) {
        union datum seed = expr_value(state->args, 1, 0, &is_null);
        if (is_null)
            raise(SQLSTATE_INVALID_TABLESAMPLE_REPEAT,
                  "TABLESAMPLE REPEATABLE parameter cannot be null");
        /* -0 is 0. */
        if (seed.f64 == 0)
            seed.f64 = 0;
        state->seed = (uint64_t)seed.i64;
    }
    state->is_all = percent >= 100;
    state->bound = state->is_all ? UINT64_MAX : (uint64_t)((double)percent / 100 * 0x1p64);
    state->is_begun = true;
}

void
sample_narrow(const struct sample_code *code, struct sample_state *state, struct batch *batch)
{
    uint32_t kept = 0;

    if (!state->is_begun)
        begin(code, state);
    if (state->is_all)
        return;
    for (uint32_t i = 0; i < batch->count; i++, state->at++) {
        uint64_t place = code->is_system ? state->at / SAMPLE_RUN_ROWS : state->at;
        state->rows[kept] = (uint16_t)sel_row(batch->sel, i);
        kept += hash_combine(hash_u64(state->seed), hash_u64(place)) < state->bound;
    }
    batch->sel = state->rows;
    batch->count = kept;
}

void
sample_rewind(struct sample_state *state)
{
    if (state == NULL)
        return;
    state->at = 0;
    state->is_begun = false;
}
