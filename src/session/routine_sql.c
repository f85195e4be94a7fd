/*
 * routine_sql.c: bodies in SQL: bound and planned once for one set of types, and run.
 *
 * The session keeps bodies (struct routine_code) for as long as the catalog is the one that they
 * were bound under; a call site holds the one that it runs. A volatile function's statements
 * each begin a statement of the transaction, and so see what was done before them; a stable or
 * immutable one reads what its caller reads. A set is made whole by the first call and handed
 * out row by row, so no statement is ever left open between two rows.
 */
#include "base/check.h"
#include "base/hash.h"
#include "base/raise.h"
#include "exec/vector.h"
#include "session/planned.h"
#include "session/query.h"
#include "session/routine_run.h"
#include "session/transaction.h"
#include "session/utility_run.h"
#include "type/record.h"

#define ROUTINE_DEPTH_MAX 120 /* nested calls: each takes some 12 KiB of stack */
#define CODES_MAX 128         /* bodies that a session keeps */

struct routine_code {
    struct routine_code *next; /* of the session's */
    struct arena *arena;
    struct session *session;
    const void *catalog; /* the generation that it was bound under */
    uint64_t version, path_version;
    oid func, result;
    uint32_t arg_count;
    const oid *args;
    uint32_t out_count;
    const oid *outs;
    struct routine_body *body;
    struct cache_entry **entries; /* a statement; null until it is first run, and of utilities */
    struct catalog_kept *kept;
    uint32_t refs;
};

/* A call site's. */
struct sql_site {
    struct routine_code *code;
    struct arena *arena; /* of one execution */
    struct arena *kept;  /* rows of a set */
    uint32_t *places;    /* of the body's parameters among the call's arguments */
    uint32_t param_count;
    enum phys *phys; /* of the parameters */
    union datum *params;
    bool *nulls;
    uint32_t column_count; /* of a row in hand */
    enum phys *row_phys;
    union datum *rows;
    bool *row_nulls;
    uint32_t row_count, row_room, next_row;
};

/* ---- codes ---- */

static void
code_release(struct routine_code *code)
{
    if (--code->refs != 0)
        return;
    struct session *session = code->session;
    struct statement_cache *cache = session->engine->statements;
    for (uint32_t i = 0; code->entries != NULL && i < code->body->count; i++)
        if (code->entries[i] != NULL)
            statement_cache_release(cache, code->entries[i]);
    if (code->kept != NULL)
        catalog_unkeep(code->kept);
    arena_free(code->arena);
}

static void
release_later(void *object)
{
    code_release(object);
}

static void
unlist(struct session *session, struct routine_code *code)
{
    for (struct routine_code **at = &session->routine_codes; *at != NULL; at = &(*at)->next) {
        if (*at != code)
            continue;
        *at = code->next;
        code_release(code);
        return;
    }
}

static void
unlist_later(void *object)
{
    struct routine_code *code = object;
    unlist(code->session, code);
    code_release(code);
}

void
routine_sql_forget(struct session *session)
{
    while (session->routine_codes != NULL)
        unlist(session, session->routine_codes);
}

static bool
same_types(uint32_t count, const oid *a, uint32_t other_count, const oid *b)
{
    return count == other_count && memcmp(a, b, count * sizeof *a) == 0;
}

static struct routine_code *
code_find(struct session *session, oid func, const struct routine_use *use)
{
    uint64_t version = catalog_version(session->catalog);
    const void *generation = catalog_contents(session->catalog);
    uint32_t count = 0;
    struct routine_code *next;
    for (struct routine_code *code = session->routine_codes; code != NULL; code = next) {
        next = code->next;
        bool is_current = code->version == version && code->catalog == generation &&
                          code->path_version == session->path_version;
        if (is_current && code->func == func && code->result == use->result &&
            same_types(code->arg_count, code->args, use->arg_count, use->args) &&
            same_types(code->out_count, code->outs, use->out_count, use->outs))
            return code;
        if (!is_current || ++count >= CODES_MAX)
            if (code->version != 0)
                unlist(session, code);
    }
    return NULL;
}

/* An error of the body's text: told with the text and what was under way. */
static _Noreturn void
raise_in_body(const struct error *error, const struct routine *routine, const char *what)
{
    struct error told = *error;
    if (told.position != 0 && told.internal_query == NULL) {
        told.internal_position = told.position;
        told.internal_query = raise_text("%s", routine->source);
    }
    told.position = 0;
    const char *line = raise_text("SQL function \"%s\" %s", routine->info.name, what);
    told.context = told.context == NULL ? line : raise_text("%s\n%s", told.context, line);
    raise_again(&told);
}

static struct routine_body *
bind_body(struct session *session, const struct routine *routine, const struct routine_use *use,
          struct arena *arena)
{
    struct analyze_options options = {.arena = arena, .scope = &session->scope};
    return analyze_routine(&options, routine, use);
}

/* A function that says that it changes nothing has no statement that does. */
static void
refuse_changes(const struct routine *routine, const struct routine_body *body)
{
    if (routine->info.volatility == FUNC_VOLATILE)
        return;
    for (uint32_t i = 0; i < body->count; i++)
        if (!query_is_read_only(body->statements[i].query))
            raise(SQLSTATE_FEATURE_NOT_SUPPORTED, "%s is not allowed in a non-volatile function",
                  query_tag(body->statements[i].query));
}

static struct routine_code *
code_make(struct session *session, const struct routine *routine, const struct routine_use *use)
{
    struct arena *arena =
        arena_new(&(struct arena_options){.name = "function body", .on_full = raise_arena_full});
    if (arena == NULL)
        raise(SQLSTATE_OUT_OF_MEMORY, "out of memory");
    struct catch frame;
    if (catch_begin(&frame, session->statement_arena)) {
        struct routine_code *code = arena_alloc_zero(arena, sizeof *code);
        *code = (struct routine_code){
            .arena = arena,
            .session = session,
            .catalog = catalog_contents(session->catalog),
            .version = catalog_version(session->catalog),
            .path_version = session->path_version,
            .func = routine->info.func,
            .result = use->result,
            .arg_count = use->arg_count,
            .args = arena_copy(arena, use->args, use->arg_count * sizeof(oid)),
            .out_count = use->out_count,
            .outs = arena_copy(arena, use->outs, use->out_count * sizeof(oid)),
            .refs = 1};
        code->body = bind_body(session, routine, use, arena);
        refuse_changes(routine, code->body);
        code->entries = arena_alloc_zero(arena, (code->body->count + 1u) * sizeof *code->entries);
        if (code->version != 0)
            code->kept = catalog_keep(session->catalog);
        catch_end(&frame);
        return code;
    }
    arena_free(arena);
    raise_in_body(frame.error, routine, "during startup");
}

/* The code for a call, held. */
static struct routine_code *
code_get(struct session *session, const struct routine *routine, const struct routine_use *use)
{
    struct routine_code *code = code_find(session, routine->info.func, use);
    if (code == NULL) {
        code = code_make(session, routine, use);
        code->next = session->routine_codes;
        session->routine_codes = code;
        /* What was bound under a catalog of the transaction's own is found in this statement
         * only. */
        if (code->version == 0) {
            code->refs++;
            arena_on_end(session->statement_arena, unlist_later, code);
        }
    }
    code->refs++;
    return code;
}

/* ---- call sites ---- */

static void
free_arena(void *object)
{
    arena_free(object);
}

static struct arena *
arena_of(struct arena *owner, const char *name)
{
    struct arena *arena =
        arena_new(&(struct arena_options){.name = name, .on_full = raise_arena_full});
    if (arena == NULL)
        raise(SQLSTATE_OUT_OF_MEMORY, "out of memory");
    arena_on_end(owner, free_arena, arena);
    return arena;
}

/* The arguments that are parameters: of a procedure not those that it only gives back. */
static void
place_params(struct sql_site *site, const struct func_call *call, struct routine_use *use)
{
    const struct routine *routine = call->func->routine;
    struct arena *arena = call->state_arena;
    oid *types = arena_alloc_array(arena, call->arg_count + 1u, sizeof *types);
    uint32_t place = 0;
    site->places = arena_alloc_array(arena, call->arg_count + 1u, sizeof *site->places);
    for (uint16_t i = 0; i < routine->arg_count && place < call->arg_count; i++) {
        bool is_given = routine_arg_is_given(routine->args[i].mode);
        if (is_given) {
            types[site->param_count] = call->arg_types[place];
            site->places[site->param_count++] = place;
        }
        place += is_given || (routine->kind == 'p' && routine->args[i].mode == ARG_OUT);
    }
    use->args = types;
    use->arg_count = site->param_count;
    site->phys = arena_alloc_array(arena, site->param_count + 1u, sizeof *site->phys);
    for (uint32_t i = 0; i < site->param_count; i++)
        site->phys[i] = type_get(call->env, types[i])->phys;
    site->params = arena_alloc_array(arena, site->param_count + 1u, sizeof *site->params);
    site->nulls = arena_alloc_array(arena, site->param_count + 1u, sizeof *site->nulls);
}

static void
shape_rows(struct sql_site *site, const struct func_call *call)
{
    const struct target *targets;
    if (site->code->body->last == NULL)
        return;
    uint32_t count = query_result_columns(site->code->body->last, &targets);
    site->column_count = site->code->body->result == RESULT_VALUE ? 1 : count;
    site->row_phys =
        arena_alloc_array(call->state_arena, site->column_count + 1u, sizeof *site->row_phys);
    for (uint32_t i = 0; i < site->column_count; i++)
        site->row_phys[i] = type_get(call->env, targets[i].expr->type)->phys;
}

static struct sql_site *
site_of(struct session *session, struct func_call *call)
{
    if (call->state != NULL)
        return call->state;
    struct sql_site *site = arena_alloc_zero(call->state_arena, sizeof *site);
    struct routine_use use = {.result = call->result_type,
                              .out_count = call->func->out_count,
                              .outs = call->func->out_types,
                              .out_names = call->func->out_names};
    if (use.out_count == 0 && call->columns != NULL) {
        use.out_count = call->columns->count;
        use.outs = call->columns->types;
        use.out_names = call->columns->names;
    }
    place_params(site, call, &use);
    site->code = code_get(session, call->func->routine, &use);
    arena_on_end(call->state_arena, release_later, site->code);
    site->arena = arena_of(call->state_arena, "function call");
    shape_rows(site, call);
    call->state = site;
    return site;
}

static void
take_args(struct sql_site *site, const struct func_call *call, const union datum *args)
{
    for (uint32_t i = 0; i < site->param_count; i++) {
        uint32_t place = site->places[i];
        site->nulls[i] = call->arg_nulls != NULL && call->arg_nulls[place];
        site->params[i] = site->nulls[i] ? (union datum){.words = {0, 0}}
                                         : datum_copy(site->phys[i], args[place], site->arena);
    }
}

/* ---- running ---- */

/* Takes a row of the result; false: no more are wanted. */
typedef bool (*row_taker)(void *object, struct sql_site *site, const struct batch *batch,
                          uint32_t row);

struct run {
    struct session *session;
    struct func_call *call;
    struct sql_site *site;
    row_taker take; /* null: the result is not wanted */
    void *object;
};

static struct cache_entry *
entry_of(struct run *run, uint32_t i)
{
    struct routine_code *code = run->site->code;
    if (code->entries[i] == NULL) {
        struct param_types types = {.count = code->arg_count, .types = (oid *)code->args};
        code->entries[i] = planned_make(run->session, code->body->statements[i].query, &types);
    }
    return code->entries[i];
}

static void
run_query(struct run *run, uint32_t i)
{
    struct session *session = run->session;
    struct sql_site *site = run->site;
    struct cache_entry *entry = entry_of(run, i);
    bool is_last = i + 1 == site->code->body->count;
    planned_need_write(session, entry);
    struct exec_context context = session_exec_context(session, site->arena);
    context.param_count = site->param_count;
    context.params = site->params;
    context.param_nulls = site->nulls;
    struct exec *exec = exec_open(entry->program, &context);
    struct batch batch;
    bool takes = is_last && run->take != NULL && site->code->body->last != NULL;
    while (exec_next(exec, &batch))
        for (uint32_t r = 0; takes && r < batch.count; r++)
            takes = run->take(run->object, site, &batch, batch.sel == NULL ? r : batch.sel[r]);
    exec_close(exec);
}

static void
run_statement(struct run *run, uint32_t i)
{
    const struct routine_statement *statement = &run->site->code->body->statements[i];
    if (statement->query->command != COMMAND_UTILITY) {
        run_query(run, i);
        return;
    }
    const struct query_params params = {
        .count = run->site->param_count, .values = run->site->params, .nulls = run->site->nulls};
    const struct query_params *outer = run->session->body_params;
    run->session->body_params = &params;
    (void)utility_run(run->session, statement->query, statement->raw, NULL);
    run->session->body_params = outer;
}

/* One statement of the body, as a statement of the transaction if the function is volatile. */
static void
run_placed(struct run *run, uint32_t i)
{
    struct session *session = run->session;
    bool is_volatile = run->call->func->volatility == FUNC_VOLATILE;
    struct catch frame;
    volatile bool is_begun = false;
    if (catch_begin(&frame, session->statement_arena)) {
        if (is_volatile) {
            enum status st = txn_statement_begin(session->txn);
            if (st != ST_OK)
                raise_status(st, "could not begin a statement of function \"%s\"",
                             run->call->func->name);
            is_begun = true;
        }
        run_statement(run, i);
        catch_end(&frame);
        if (is_begun)
            txn_statement_end(session->txn);
        return;
    }
    if (is_begun)
        txn_statement_end(session->txn);
    raise_in_body(frame.error, run->call->func->routine, raise_text("statement %u", i + 1));
}

static void
enter(struct session *session)
{
    if (session->routine_depth >= ROUTINE_DEPTH_MAX)
        raise_error(.code = SQLSTATE_STATEMENT_TOO_COMPLEX, .message = "stack depth limit exceeded",
                    .hint = "A function calls itself too often, or too many call each other.");
    session->routine_depth++;
}

static void
run_all(struct run *run)
{
    uint32_t count = run->site->code->body->count;
    for (uint32_t i = 0; i < count; i++)
        run_placed(run, i);
}

/* The settings that the function asks for, while it runs. */
struct old_setting {
    const char *name, *value;
};

static void
set_setting(struct session *session, const char *name, const char *value)
{
    settings_set(&session->settings, name, value, SETTING_FROM_SQL, true, savepoint_depth(session));
}

static struct old_setting *
change_settings(struct session *session, const struct routine *routine, struct arena *arena)
{
    struct old_setting *olds = arena_alloc_array(arena, routine->config_count + 1u, sizeof *olds);
    for (uint16_t i = 0; i < routine->config_count; i++) {
        const char *equals = strchr(routine->config[i], '=');
        size_t bytes = equals == NULL ? 0 : (size_t)(equals - routine->config[i]);
        char *name = arena_alloc(arena, bytes + 1);
        memcpy(name, routine->config[i], bytes);
        name[bytes] = '\0';
        const char *old = settings_show(&session->settings, name, arena);
        olds[i] =
            (struct old_setting){.name = name, .value = old == NULL ? "" : arena_text(arena, old)};
        set_setting(session, name, equals + 1);
    }
    session_settings_changed(session);
    return olds;
}

static void
restore_settings(struct session *session, const struct routine *routine,
                 const struct old_setting *olds)
{
    for (uint16_t i = routine->config_count; i-- > 0;)
        set_setting(session, olds[i].name, olds[i].value);
    session_settings_changed(session);
}

/* Runs the body; how deep the session is in calls is what it was, also after an error. */
static void
run_body(struct session *session, struct func_call *call, const union datum *args, row_taker take,
         void *object)
{
    const struct routine *routine = call->func->routine;
    struct catch frame;
    uint32_t depth = session->routine_depth;
    const struct query_params *outer_params = session->body_params;
    enter(session);
    session->body_params = NULL;
    if (catch_begin(&frame, session->statement_arena)) {
        struct arena *arena = call->state_arena;
        const struct old_setting *olds =
            routine->config_count == 0 ? NULL : change_settings(session, routine, arena);
        struct run run = {.session = session, .call = call, .take = take, .object = object};
        run.site = site_of(session, call);
        arena_reset(run.site->arena);
        take_args(run.site, call, args);
        run_all(&run);
        if (olds != NULL)
            restore_settings(session, routine, olds);
        catch_end(&frame);
        session->routine_depth = depth;
        session->body_params = outer_params;
        return;
    }
    session->routine_depth = depth;
    session->body_params = outer_params;
    raise_again(frame.error);
}

/* ---- results ---- */

static union datum
column_value(const struct batch *batch, uint32_t column, uint32_t row, bool *is_null)
{
    const struct column *from = &batch->columns[column];
    *is_null = column_is_null(from, row);
    return *is_null ? (union datum){.words = {0, 0}} : vector_get(from, row);
}

/* The columns of a row as a record of the call's type. */
static union datum
make_record(const struct func_call *call, const struct sql_site *site, const union datum *values,
            const bool *nulls, struct arena *arena)
{
    const struct target *targets;
    uint32_t count = query_result_columns(site->code->body->last, &targets);
    oid *types = arena_alloc_array(arena, count + 1u, sizeof *types);
    const char **names = arena_alloc_array(arena, count + 1u, sizeof *names);
    for (uint32_t i = 0; i < count; i++) {
        types[i] = targets[i].expr->type;
        names[i] = i < call->func->out_count ? call->func->out_names[i] : targets[i].name;
    }
    struct record_shape shape = {
        .type = call->result_type, .count = count, .types = types, .names = names};
    return record_make(call->env, arena, &shape, values, nulls);
}

struct one_value {
    struct func_call *call;
    union datum value;
    bool is_null, has_row;
};

static bool
take_value(void *object, struct sql_site *site, const struct batch *batch, uint32_t row)
{
    struct one_value *one = object;
    struct arena *arena = one->call->arena;
    one->has_row = true;
    if (site->code->body->result == RESULT_VALUE) {
        union datum value = column_value(batch, 0, row, &one->is_null);
        one->value = one->is_null ? value : datum_copy(site->row_phys[0], value, arena);
        return false;
    }
    union datum *values = arena_alloc_array(arena, site->column_count + 1u, sizeof *values);
    bool *nulls = arena_alloc_array(arena, site->column_count + 1u, sizeof *nulls);
    for (uint32_t c = 0; c < site->column_count; c++)
        values[c] = column_value(batch, c, row, &nulls[c]);
    one->value = make_record(one->call, site, values, nulls, arena);
    one->is_null = false;
    return false;
}

union datum
routine_sql_value(struct session *session, struct func_call *call, const union datum *args)
{
    struct one_value one = {.call = call, .is_null = true};
    run_body(session, call, args, take_value, &one);
    call->result_is_null = one.is_null;
    return one.is_null ? (union datum){.words = {0, 0}} : one.value;
}

/* ---- sets ---- */

static bool
keep_row(void *object, struct sql_site *site, const struct batch *batch, uint32_t row)
{
    (void)object;
    uint32_t width = site->column_count;
    if (site->row_count == site->row_room) {
        uint32_t room = site->row_room == 0 ? 64 : 2 * site->row_room;
        size_t old = (size_t)site->row_room * width, new = (size_t)room *width;
        site->rows = arena_resize(site->kept, site->rows, old * sizeof *site->rows,
                                  new * sizeof *site->rows);
        site->row_nulls = arena_resize(site->kept, site->row_nulls, old, new);
        site->row_room = room;
    }
    size_t at = (size_t)site->row_count++ * width;
    for (uint32_t c = 0; c < width; c++) {
        union datum value = column_value(batch, c, row, &site->row_nulls[at + c]);
        site->rows[at + c] =
            site->row_nulls[at + c] ? value : datum_copy(site->row_phys[c], value, site->kept);
    }
    return true;
}

/* One row in hand as the values that the caller wants. */
static void
put_row(const struct func_call *call, const struct sql_site *site, const union datum *row,
        const bool *row_nulls, union datum *values, bool *nulls)
{
    uint32_t outs = call->func->out_count;
    if (outs < 2 && site->code->body->result == RESULT_VALUE) {
        values[0] = row[0];
        nulls[0] = row_nulls[0];
    } else if (outs < 2) {
        values[0] = make_record(call, site, row, row_nulls, call->arena);
        nulls[0] = false;
    } else if (site->code->body->result == RESULT_ROW) {
        memcpy(values, row, outs * sizeof *values);
        memcpy(nulls, row_nulls, outs * sizeof *nulls);
    } else {
        struct record record = {.count = 0};
        if (!row_nulls[0])
            record = record_read(row);
        for (uint32_t c = 0; c < outs; c++) {
            nulls[c] = true;
            values[c] = (union datum){.words = {0, 0}};
            if (c < record.count)
                values[c] = record_get(&record, c, &nulls[c]);
        }
    }
}

bool
routine_sql_row(struct session *session, struct func_call *call, const union datum *args,
                union datum *values, bool *nulls)
{
    if (call->state == NULL) {
        struct sql_site *site = NULL;
        struct arena *kept = arena_of(call->state_arena, "function's rows");
        arena_limit(kept, session_setting_bytes(&session->settings, SETTING_ROWAN_QUERY_MEMORY));
        site = site_of(session, call);
        site->kept = kept;
        run_body(session, call, args, keep_row, NULL);
    }
    struct sql_site *site = call->state;
    if (site->next_row == site->row_count)
        return false;
    size_t at = (size_t)site->next_row++ * site->column_count;
    put_row(call, site, site->rows + at, site->row_nulls + at, values, nulls);
    return true;
}

/* ---- CREATE's check ---- */

void
routine_sql_check(struct session *session, const struct routine *routine)
{
    for (uint16_t i = 0; i < routine->arg_count; i++) {
        if (routine_type_is_polymorphic(routine->args[i].type)) {
            (void)parse_sql(session->statement_arena, slice_text(routine->source));
            return;
        }
    }
    struct routine_use use = routine_use_of(routine, session->statement_arena);
    (void)bind_body(session, routine, &use, session->statement_arena);
}
