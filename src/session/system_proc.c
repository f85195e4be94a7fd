/*
 * system_proc.c: pg_proc and pg_aggregate: the built-in functions, from the registry of types, and
 * those of the schema rowan.
 */
#include "catalog/routine.h"
#include "session/branch_functions.h"
#include "session/system_int.h"

#define LANGUAGE_INTERNAL 12
#define SET_ROWS 1000 /* what PostgreSQL, too, expects of a set */

/* ---- pg_proc ---- */

static const char proc_columns[] =
    "oid oid, proname name, pronamespace oid, proowner oid, prolang oid, procost float4, "
    "prorows float4, provariadic oid, prosupport regproc, prokind char, prosecdef bool, "
    "proleakproof bool, proisstrict bool, proretset bool, provolatile char, proparallel char, "
    "pronargs int2, pronargdefaults int2, prorettype oid, proargtypes oidvector, "
    "proallargtypes oid[], proargmodes char[], proargnames text[], proargdefaults pg_node_tree, "
    "protrftypes oid[], prosrc text, probin text, prosqlbody pg_node_tree, proconfig text[], "
    "proacl aclitem[]";

/* All arguments, results too, where a function has columns as results; else nulls. */
static void
put_arguments(struct system_rows *rows, const struct func_info *func)
{
    uint32_t count = (uint32_t)func->arg_count + func->out_count;
    oid *types = arena_alloc_array(rows->arena, count + 1, sizeof *types);
    const char **modes = arena_alloc_array(rows->arena, count + 1, sizeof *modes);
    const char **names = arena_alloc_array(rows->arena, count + 1, sizeof *names);
    for (uint32_t i = 0; i < count; i++) {
        bool is_in = i < func->arg_count;
        uint32_t out = i - func->arg_count;
        bool is_variadic = is_in && func->variadic != OID_NONE && i + 1 == func->arg_count;
        types[i] = is_in ? func->args[i] : func->out_types[out];
        modes[i] = is_variadic ? "v" : is_in ? "i" : "o";
        names[i] = !is_in                    ? func->out_names[out]
                   : func->arg_names == NULL ? ""
                                             : func->arg_names[i];
    }
    bool has_modes = func->out_count != 0 || func->variadic != OID_NONE;
    if (has_modes) {
        put_oids(rows, types, count);
        put_texts(rows, modes, count);
    } else {
        put_nulls(rows, 2);
    }
    if (func->arg_names != NULL || func->out_count != 0)
        put_texts(rows, names, count);
    else
        put_null(rows);
}

static const char *
defaults_of(struct system_rows *rows, const struct func_info *func)
{
    const char *text = NULL;
    for (uint16_t i = 0; i < func->default_count; i++)
        text = text == NULL ? func->defaults[i]
                            : arena_format(rows->arena, "%s, %s", text, func->defaults[i]);
    return text;
}

/* Arguments of a user's function, of all modes. */
static void
put_routine_arguments(struct system_rows *rows, const struct routine *routine)
{
    uint32_t count = routine->arg_count, given = 0;
    oid *types = arena_alloc_array(rows->arena, count + 1, sizeof *types);
    const char **modes = arena_alloc_array(rows->arena, count + 1, sizeof *modes);
    const char **names = arena_alloc_array(rows->arena, count + 1, sizeof *names);
    bool has_names = false;
    for (uint32_t i = 0; i < count; i++) {
        const struct routine_arg *arg = &routine->args[i];
        types[i] = arg->type;
        modes[i] = arena_format(rows->arena, "%c", arg->mode);
        names[i] = arg->name == NULL ? "" : arg->name;
        has_names |= arg->name != NULL;
        given += arg->mode == ARG_IN;
    }
    if (given != count) {
        put_oids(rows, types, count);
        put_texts(rows, modes, count);
    } else {
        put_nulls(rows, 2);
    }
    if (has_names)
        put_texts(rows, names, count);
    else
        put_null(rows);
}

static void
put_routine(struct system_rows *rows, const struct routine *routine)
{
    const struct func_info *func = &routine->info;
    uint32_t count;
    const oid *types = routine_signature(routine, rows->arena, &count);
    row_begin(rows);
    put_oid(rows, func->func);
    put_text(rows, func->name);
    put_oid(rows, routine->schema);
    put_oid(rows, routine->owner);
    put_oid(rows, routine->language);
    put_f32(rows, routine->cost);
    put_f32(rows, routine->rows);
    put_oid(rows, func->variadic);
    put_oid(rows, OID_NONE);
    put_char(rows, routine->kind);
    put_bool(rows, routine->is_security_definer);
    put_bool(rows, routine->is_leakproof);
    put_bool(rows, func->is_strict);
    put_bool(rows, func->is_set);
    put_char(rows, "isv"[func->volatility]);
    put_char(rows, routine->parallel);
    put_i16(rows, (int16_t)count);
    put_i16(rows, (int16_t)func->default_count);
    put_oid(rows, func->result);
    put_oids(rows, types, count);
    put_routine_arguments(rows, routine);
    put_text(rows, defaults_of(rows, func));
    put_null(rows);
    bool is_text = routine->body == BODY_TEXT;
    put_text(rows, routine->kind == 'a' ? "aggregate_dummy" : is_text ? routine->source : "");
    put_null(rows);
    put_text(rows, is_text ? NULL : routine->source);
    if (routine->config_count == 0)
        put_null(rows);
    else
        put_texts(rows, routine->config, routine->config_count);
}

static void
put_proc(struct system_rows *rows, const struct func_info *func, oid schema)
{
    row_begin(rows);
    put_oid(rows, func->func);
    put_fixed(rows, func->name);
    put_oid(rows, schema);
    put_oid(rows, ROLE_OWNER);
    put_oid(rows, LANGUAGE_INTERNAL);
    put_f32(rows, 1);
    put_f32(rows, func->is_set ? SET_ROWS : 0);
    put_oid(rows, func->variadic);
    put_oid(rows, OID_NONE);
    put_char(rows, "fawp"[func->kind]);
    put_zeros(rows, 2);
    put_bool(rows, func->is_strict);
    put_bool(rows, func->is_set);
    put_char(rows, "isv"[func->volatility]);
    put_char(rows, 's');
    put_i16(rows, (int16_t)func->arg_count);
    put_i16(rows, (int16_t)func->default_count);
    put_oid(rows, func->result);
    put_oids(rows, func->args, func->arg_count);
    put_arguments(rows, func);
    put_text(rows, defaults_of(rows, func));
    put_null(rows);
    put_fixed(rows, func->kind == FUNC_AGGREGATE ? "aggregate_dummy" : func->name);
}

static void
fill_proc(struct system_rows *rows)
{
    const struct types *types = catalog_types(rows->catalog);
    const struct func_info *func;
    for (uint32_t i = 0; (func = types_func_at(types, i)) != NULL; i++)
        put_proc(rows, func, SCHEMA_PG_CATALOG);
    for (uint32_t i = 0; (func = branch_function_at(i)) != NULL; i++)
        put_proc(rows, func, SCHEMA_ROWAN);
    uint32_t count;
    const struct user_type **users = catalog_user_types(rows->catalog, rows->arena, &count);
    for (uint32_t i = 0; i < count; i++) {
        bool is_range = users[i]->info.kind == 'r' || users[i]->info.kind == 'm';
        for (uint32_t k = 0; is_range && k < users[i]->range.constructor_count; k++)
            put_proc(rows, &users[i]->range.constructors[k], users[i]->schema);
    }
    const struct routine **routines = catalog_routines(rows->catalog, rows->arena, &count);
    for (uint32_t i = 0; i < count; i++)
        put_routine(rows, routines[i]);
}

/* ---- pg_aggregate ---- */

static const char aggregate_columns[] =
    "aggfnoid regproc, aggkind char, aggnumdirectargs int2, aggtransfn regproc, "
    "aggfinalfn regproc, aggcombinefn regproc, aggserialfn regproc, aggdeserialfn regproc, "
    "aggmtransfn regproc, aggminvtransfn regproc, aggmfinalfn regproc, aggfinalextra bool, "
    "aggmfinalextra bool, aggfinalmodify char, aggmfinalmodify char, aggsortop oid, "
    "aggtranstype oid, aggtransspace int4, aggmtranstype oid, aggmtransspace int4, "
    "agginitval text, aggminitval text";

static void
put_aggregate(struct system_rows *rows, const struct routine *routine)
{
    const struct aggregate_def *def = routine->aggregate;
    const oid functions[] = {def->step,           def->finish,       def->combine,
                             def->serial,         def->deserial,     def->moving_step,
                             def->moving_inverse, def->moving_finish};
    row_begin(rows);
    put_oid(rows, routine->info.func);
    put_char(rows, def->kind);
    put_i16(rows, (int16_t)def->direct_count);
    for (size_t i = 0; i < sizeof functions / sizeof *functions; i++)
        put_oid(rows, functions[i]);
    put_bool(rows, def->finish_extra);
    put_bool(rows, def->moving_finish_extra);
    put_char(rows, def->finish_modify);
    put_char(rows, def->moving_finish_modify);
    put_oid(rows, def->sort_operator);
    put_oid(rows, def->state_type);
    put_i32(rows, def->state_bytes);
    put_oid(rows, def->moving_state_type);
    put_i32(rows, def->moving_state_bytes);
    put_text(rows, def->init);
    put_text(rows, def->moving_init);
}

/* States and their functions are C's here: no row of pg_proc stands for them. */
static void
fill_aggregate(struct system_rows *rows)
{
    const struct types *types = catalog_types(rows->catalog);
    const struct func_info *func;
    for (uint32_t i = 0; (func = types_func_at(types, i)) != NULL; i++) {
        if (func->kind != FUNC_AGGREGATE)
            continue;
        row_begin(rows);
        put_oid(rows, func->func);
        put_char(rows, func->aggregate->agg_kind);
        put_zeros(rows, 11);
        put_char(rows, 'r');
        put_char(rows, 'r');
        put_oid(rows, func->aggregate->sort_operator);
        put_oid(rows, TYPE_INTERNAL);
        put_zeros(rows, 3);
    }
    uint32_t count;
    const struct routine **routines = catalog_routines(rows->catalog, rows->arena, &count);
    for (uint32_t k = 0; k < count; k++)
        if (routines[k]->aggregate != NULL)
            put_aggregate(rows, routines[k]);
}

const struct system_source system_proc_sources[] = {
    SYSTEM_RELATION(1255, "pg_proc", proc_columns, fill_proc),
    SYSTEM_RELATION(2600, "pg_aggregate", aggregate_columns, fill_aggregate),
};
const uint32_t system_proc_source_count = sizeof system_proc_sources / sizeof *system_proc_sources;
