/*
 * branch_functions.c: see branch_functions.h.
 */
#include "session/branch_functions.h"

#include "base/check.h"
#include "base/raise.h"
#include "session/transaction.h"
#include "type/access.h"
#include "type/values.h"

static struct session *
session_of(struct func_call *call)
{
    return call->env->access->object;
}

static const char *
text_arg(struct session *session, union datum arg)
{
    return (const char *)arena_slice(session->statement_arena, view_slice(&arg.view)).data;
}

/* ---- functions that return rows ---- */

void
answer_row(struct answer *answer)
{
    if (answer->row_count == answer->room) {
        uint32_t room = answer->room == 0 ? 64 : answer->room * 2;
        size_t old_cells = (size_t)answer->room * answer->column_count;
        size_t cells = (size_t)room * answer->column_count;
        answer->values =
            arena_resize(answer->arena, answer->values, old_cells * sizeof *answer->values,
                         cells * sizeof *answer->values);
        answer->nulls = arena_resize(answer->arena, answer->nulls, old_cells, cells);
        answer->room = room;
    }
    size_t at = (size_t)answer->row_count++ * answer->column_count;
    memset(answer->values + at, 0, answer->column_count * sizeof *answer->values);
    memset(answer->nulls + at, true, answer->column_count);
    answer->column = 0;
}

static union datum *
next_cell(struct answer *answer, bool is_null)
{
    check(answer->column < answer->column_count);
    size_t at = (size_t)(answer->row_count - 1) * answer->column_count + answer->column++;
    answer->nulls[at] = is_null;
    return &answer->values[at];
}

void
answer_text(struct answer *answer, const char *text)
{
    union datum *cell = next_cell(answer, text == NULL);
    if (text == NULL)
        return;
    struct slice copy = arena_slice(answer->arena, slice_text(text));
    cell->view = view_of(copy.data, copy.bytes);
}

void
answer_i64(struct answer *answer, int64_t value)
{
    next_cell(answer, false)->i64 = value;
}

static void
make_rows(struct func_call *call, const union datum *args, void (*fill)(struct branch_call *call))
{
    struct session *session = session_of(call);
    struct answer *rows = arena_alloc_zero(call->state_arena, sizeof *rows);
    struct arena *work =
        arena_new(&(struct arena_options){.name = "branches", .on_full = raise_arena_full});
    if (work == NULL)
        raise(SQLSTATE_OUT_OF_MEMORY, "out of memory");
    arena_on_end(call->state_arena, (void (*)(void *))arena_free, work);
    rows->arena = call->state_arena;
    rows->column_count = call->func->out_count;
    struct branch_call made = {.session = session, .work = work, .rows = rows};
    for (uint32_t i = 0; i < call->arg_count; i++)
        made.args[i] = text_arg(session, args[i]);
    fill(&made);
    arena_reset(work);
    call->state = rows;
}

static bool
next_row(struct func_call *call, union datum *values, bool *nulls)
{
    struct answer *rows = call->state;
    if (rows->next == rows->row_count)
        return false;
    size_t at = (size_t)rows->next++ * rows->column_count;
    memcpy(values, rows->values + at, rows->column_count * sizeof *values);
    memcpy(nulls, rows->nulls + at, rows->column_count);
    return true;
}

static bool
set_of_diff(struct func_call *call, const union datum *args, union datum *values, bool *nulls)
{
    if (call->state == NULL)
        make_rows(call, args, branch_diff_fill);
    return next_row(call, values, nulls);
}

static bool
set_of_diff_summary(struct func_call *call, const union datum *args, union datum *values,
                    bool *nulls)
{
    if (call->state == NULL)
        make_rows(call, args, branch_diff_summary_fill);
    return next_row(call, values, nulls);
}

static bool
set_of_merge(struct func_call *call, const union datum *args, union datum *values, bool *nulls)
{
    if (call->state == NULL)
        make_rows(call, args, branch_merge_fill);
    return next_row(call, values, nulls);
}

/* ---- create_branch ---- */

void
branch_make(struct session *session, const char *name, const char *source)
{
    if (*name == '\0' || strlen(name) > BRANCH_NAME_BYTES_MAX)
        raise(SQLSTATE_INVALID_NAME, "a branch's name has 1 to %d bytes", BRANCH_NAME_BYTES_MAX);
    enum status st = branch_create(session->engine->db, name, source);
    if (st == ST_EXISTS)
        raise(SQLSTATE_DUPLICATE_DATABASE, "branch \"%s\" already exists", name);
    if (st == ST_NOT_FOUND)
        raise(SQLSTATE_INVALID_CATALOG_NAME, "branch \"%s\" does not exist", source);
    if (st != ST_OK)
        raise_status(st, "could not create branch \"%s\"", name);
}

static union datum
create_branch(struct func_call *call, const union datum *args)
{
    struct session *session = session_of(call);
    transaction_need_write(session, "rowan.create_branch()");
    branch_make(session, text_arg(session, args[0]), text_arg(session, args[1]));
    return args[0];
}

/* ---- what there is ---- */

#define TEXTS(count)                                                                               \
    .arg_count = (count), .args = (const oid[])                                                    \
    {                                                                                              \
        TYPE_TEXT, TYPE_TEXT, TYPE_TEXT                                                            \
    }
#define NAMES(...)                                                                                 \
    (const char *const[])                                                                          \
    {                                                                                              \
        __VA_ARGS__                                                                                \
    }
#define HERE .default_count = 1, .defaults = NAMES("current_database()::text")
#define COMMON .is_strict = true, .volatility = FUNC_VOLATILE
#define ROWS(count) .is_set = true, .result = TYPE_RECORD, .out_count = (count)

static const oid texts[] = {TYPE_TEXT, TYPE_TEXT, TYPE_TEXT, TYPE_TEXT,
                            TYPE_TEXT, TYPE_TEXT, TYPE_TEXT};
static const oid summary_types[] = {TYPE_TEXT, TYPE_INT8, TYPE_INT8, TYPE_INT8, TYPE_TEXT};

static const struct func_info funcs[] = {
    {.func = 8000,
     .name = "create_branch",
     .result = TYPE_TEXT,
     TEXTS(2),
     COMMON,
     HERE,
     .arg_names = NAMES("name", "source"),
     .scalar = create_branch},
    {.func = 8001,
     .name = "diff_summary",
     TEXTS(2),
     COMMON,
     HERE,
     .arg_names = NAMES("from_branch", "to_branch"),
     ROWS(5),
     .out_types = summary_types,
     .out_names =
         NAMES("table_name", "rows_inserted", "rows_deleted", "rows_updated", "schema_change"),
     .set = set_of_diff_summary},
    {.func = 8002,
     .name = "diff",
     TEXTS(3),
     COMMON,
     .arg_names = NAMES("from_branch", "to_branch", "table_name"),
     ROWS(4),
     .out_types = texts,
     .out_names = NAMES("key", "kind", "before", "after"),
     .set = set_of_diff},
    {.func = 8003,
     .name = "merge",
     TEXTS(2),
     COMMON,
     HERE,
     .arg_names = NAMES("source", "target"),
     ROWS(7),
     .out_types = texts,
     .out_names = NAMES("kind", "table_name", "key", "base", "source", "target", "detail"),
     .set = set_of_merge},
};

#define FUNC_COUNT (sizeof funcs / sizeof *funcs)

static const struct func_info *const by_name[FUNC_COUNT][2] = {
    {&funcs[0], NULL}, {&funcs[1], NULL}, {&funcs[2], NULL}, {&funcs[3], NULL}};

const struct func_info *const *
branch_functions_named(const char *name)
{
    static const struct func_info *const none[] = {NULL};
    for (size_t i = 0; i < FUNC_COUNT; i++)
        if (strcmp(funcs[i].name, name) == 0)
            return by_name[i];
    return none;
}

const struct func_info *
branch_function(oid func)
{
    for (size_t i = 0; i < FUNC_COUNT; i++)
        if (funcs[i].func == func)
            return &funcs[i];
    return NULL;
}

const struct func_info *
branch_function_at(uint32_t func_idx)
{
    return func_idx < FUNC_COUNT ? &funcs[func_idx] : NULL;
}
