/*
 * routine.c: see routine.h.
 *
 * The state of a user's aggregate is a value in memory of its group's table. One that is text or
 * the like has room of its own there, which at least doubles when a longer value comes, so a
 * state that grows row by row takes memory in proportion to its length.
 */
#include "type/routine.h"

#include "base/raise.h"
#include "type/access.h"
#include "type/values.h"

static struct db_access *
access_of(const struct func_call *call)
{
    struct db_access *access = call->env->access;
    if (access == NULL || access->routine_value == NULL)
        raise(SQLSTATE_OBJECT_NOT_IN_PREREQUISITE_STATE, "function %s needs a session",
              call->func->name);
    return access;
}

union datum
routine_call_scalar(struct func_call *call, const union datum *args)
{
    struct db_access *access = access_of(call);
    return access->routine_value(access->object, call, args);
}

bool
routine_call_set(struct func_call *call, const union datum *args, union datum *values, bool *nulls)
{
    struct db_access *access = access_of(call);
    return access->routine_row(access->object, call, args, values, nulls);
}

/* ---- polymorphic types ---- */

static bool
is_element_like(oid type)
{
    return type == TYPE_ANYELEMENT || type == TYPE_ANYNONARRAY || type == TYPE_ANYENUM ||
           type == TYPE_ANYCOMPATIBLE || type == TYPE_ANYCOMPATIBLENONARRAY;
}

oid
routine_resolve(const struct type_env *env, oid type, uint32_t count, const oid *declared,
                const oid *given)
{
    bool wants_array = type == TYPE_ANYARRAY || type == TYPE_ANYCOMPATIBLEARRAY;
    if (!wants_array && !is_element_like(type)) {
        for (uint32_t i = 0; i < count; i++)
            if (declared[i] == type)
                return given[i];
        return type;
    }
    for (uint32_t i = 0; i < count; i++) {
        bool is_array = declared[i] == TYPE_ANYARRAY || declared[i] == TYPE_ANYCOMPATIBLEARRAY;
        if (!is_array && !is_element_like(declared[i]))
            continue;
        if (is_array == wants_array)
            return given[i];
        const struct type_info *info = type_get(env, given[i]);
        return is_array ? info->element : info->array;
    }
    return OID_NONE;
}

/* ---- aggregates ---- */

struct user_state {
    union datum value;
    bool is_null, has_value; /* has_value false: the first row's argument becomes the state */
    uint32_t room_bytes;
    uint8_t *room; /* where a long view's bytes lie */
};

/* A call site's functions, with calls of their own. */
struct user_site {
    struct arena *scratch; /* results of the step, until they are kept */
    oid state_type;
    bool is_view;
    const struct func_info *step, *finish;
    struct func_call step_call, finish_call;
    bool nulls[FUNC_ARGS_MAX + 1];
    union datum args[FUNC_ARGS_MAX + 1];
};

static void
free_scratch(void *object)
{
    arena_free(object);
}

static const struct aggregate_def *
def_of(const struct func_call *call)
{
    return (const struct aggregate_def *)call->func->aggregate;
}

static const struct func_info *
func_get(const struct func_call *call, oid func)
{
    struct db_access *access = access_of(call);
    const struct func_info *found = func == OID_NONE ? NULL : access->func(access->object, func);
    if (func != OID_NONE && (found == NULL || found->scalar == NULL))
        raise(SQLSTATE_FEATURE_NOT_SUPPORTED, "a function of aggregate %s cannot be run",
              call->func->name);
    return found;
}

static struct func_call
inner_call(const struct func_call *call, struct user_site *site, const struct func_info *func,
           uint32_t arg_count, const oid *types, oid result)
{
    int32_t *typmods = arena_alloc_array(call->state_arena, arg_count + 1, sizeof *typmods);
    for (uint32_t i = 0; i < arg_count; i++)
        typmods[i] = -1;
    return (struct func_call){.arena = site->scratch,
                              .env = call->env,
                              .func = func,
                              .result_type = result,
                              .result_typmod = -1,
                              .arg_types = types,
                              .arg_typmods = typmods,
                              .arg_count = arg_count,
                              .arg_nulls = func->is_strict ? NULL : site->nulls,
                              .state_arena = call->state_arena,
                              .collation = call->collation};
}

static struct user_site *
site_of(struct func_call *call)
{
    if (call->state != NULL)
        return call->state;
    const struct aggregate_def *def = def_of(call);
    struct user_site *site = arena_alloc_zero(call->state_arena, sizeof *site);
    site->scratch =
        arena_new(&(struct arena_options){.name = "aggregate step", .on_full = raise_arena_full});
    if (site->scratch == NULL)
        raise(SQLSTATE_OUT_OF_MEMORY, "out of memory");
    arena_on_end(call->state_arena, free_scratch, site->scratch);
    site->state_type = routine_resolve(call->env, def->state_type, call->arg_count,
                                       call->func->args, call->arg_types);
    site->is_view = type_get(call->env, site->state_type)->phys == PHYS_VIEW;
    oid *types = arena_alloc_array(call->state_arena, call->arg_count + 2u, sizeof *types);
    types[0] = site->state_type;
    memcpy(types + 1, call->arg_types, call->arg_count * sizeof *types);
    site->step = func_get(call, def->step);
    site->step_call =
        inner_call(call, site, site->step, call->arg_count + 1, types, site->state_type);
    site->finish = func_get(call, def->finish);
    if (site->finish != NULL)
        site->finish_call =
            inner_call(call, site, site->finish, def->finish_extra ? call->arg_count + 1 : 1, types,
                       call->result_type);
    call->state = site;
    return site;
}

/* Takes a value over into the state; its bytes may be the state's own. */
static void
state_keep(struct func_call *call, const struct user_site *site, struct user_state *state,
           union datum value, bool is_null)
{
    state->has_value = true;
    state->is_null = is_null;
    state->value = is_null ? (union datum){.words = {0, 0}} : value;
    if (is_null || !site->is_view || value.view.bytes <= VIEW_INLINE_BYTES)
        return;
    struct slice bytes = datum_slice(&value);
    if (bytes.bytes > state->room_bytes) {
        state->room_bytes =
            (uint32_t)(bytes.bytes < UINT32_MAX / 2 ? 2 * bytes.bytes : bytes.bytes);
        state->room = arena_alloc(call->state_arena, state->room_bytes);
    }
    memmove(state->room, bytes.data, bytes.bytes);
    state->value = slice_datum(slice_of(state->room, bytes.bytes));
}

static void
user_init(struct func_call *call, void *object)
{
    const struct aggregate_def *def = def_of(call);
    struct user_state *state = object;
    const struct user_site *site = site_of(call);
    *state = (struct user_state){.is_null = true};
    if (def->init == NULL)
        return;
    union datum value =
        type_input(call->env, site->scratch, site->state_type, -1, slice_text(def->init));
    state_keep(call, site, state, value, false);
    arena_reset(site->scratch);
}

static void
user_step(struct func_call *call, void *object, const union datum *args)
{
    struct user_state *state = object;
    struct user_site *site = site_of(call);
    bool is_strict = site->step->is_strict;
    for (uint32_t i = 0; i < call->arg_count; i++) {
        site->args[i + 1] = args[i];
        site->nulls[i + 1] = call->arg_nulls != NULL && call->arg_nulls[i];
        if (is_strict && site->nulls[i + 1])
            return;
    }
    if (is_strict && !state->has_value && call->arg_count > 0) {
        state_keep(call, site, state, args[0], false);
        return;
    }
    if (is_strict && state->is_null)
        return;
    site->args[0] = state->value;
    site->nulls[0] = state->is_null;
    site->step_call.result_is_null = false;
    union datum value = site->step->scalar(&site->step_call, site->args);
    state_keep(call, site, state, value, site->step_call.result_is_null);
    arena_reset(site->scratch);
}

static union datum
user_finish(struct func_call *call, void *object)
{
    const struct user_state *state = object;
    struct user_site *site = site_of(call);
    if (site->finish == NULL) {
        call->result_is_null = state->is_null;
        return state->value;
    }
    memset(site->nulls, true, sizeof site->nulls);
    memset(site->args, 0, sizeof site->args);
    site->args[0] = state->value;
    site->nulls[0] = state->is_null;
    call->result_is_null =
        site->finish->is_strict && (state->is_null || site->finish_call.arg_count > 1);
    if (call->result_is_null)
        return (union datum){.words = {0, 0}};
    site->finish_call.arena = call->arena;
    site->finish_call.result_is_null = false;
    union datum value = site->finish->scalar(&site->finish_call, site->args);
    call->result_is_null = site->finish_call.result_is_null;
    return value;
}

void
aggregate_def_derive(struct aggregate_def *def)
{
    def->info = (struct aggregate_info){.state_bytes = sizeof(struct user_state),
                                        .init = user_init,
                                        .step = user_step,
                                        .finish = user_finish,
                                        .agg_kind = def->kind,
                                        .direct_count = (uint8_t)def->direct_count,
                                        .sort_operator = def->sort_operator};
}
