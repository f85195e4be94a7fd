/*
 * test_cases.c: functions and input functions answer as PostgreSQL does.
 *
 * The cases are lines of cases/<topic>.tsv, whose answers expect.py got from PostgreSQL 15; its
 * head says how a line is written. Each case runs the scalar form, and the vector form too where
 * there is one, over a vector that holds the arguments in every row. An error is compared by
 * SQLSTATE and message. A file without cases fails.
 */
#include "base/arena.h"
#include "base/raise.h"
#include "type/timezone.h"
#include "type/types.h"
#include "type/values.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#define FIELDS_MAX 16
#define LINE_BYTES_MAX 300000
#define VECTOR_ROWS 7

struct suite {
    struct types *types;
    struct arena *arena;
    struct type_env env;
    struct random random;
    uint32_t case_count, failed_count;
    const char *path;
    uint32_t line;
};

/* In place: the result is never longer. */
static struct slice
unescape(char *text)
{
    char *to = text;
    for (const char *from = text; *from != 0; from++) {
        if (*from == '\\' && from[1] != 0) {
            from++;
            *to++ = *from == 'n' ? '\n' : *from == 't' ? '\t' : *from;
        } else {
            *to++ = *from;
        }
    }
    *to = 0;
    return slice_of(text, (size_t)(to - text));
}

static bool
is_any_array(oid type)
{
    return type == TYPE_ANYARRAY || type == TYPE_ANYCOMPATIBLEARRAY;
}

static bool
is_polymorphic(oid type)
{
    return type == TYPE_ANY || type == TYPE_ANYELEMENT || type == TYPE_ANYNONARRAY ||
           type == TYPE_ANYCOMPATIBLE || type == TYPE_ANYCOMPATIBLENONARRAY || is_any_array(type);
}

/* What a polymorphic result is with arguments of these types. */
static oid
resolve_result(struct suite *suite, const struct func_info *func, const oid *types)
{
    if (!is_polymorphic(func->result))
        return func->result;
    for (uint32_t i = 0; i < func->arg_count; i++) {
        if (is_polymorphic(func->args[i]) &&
            is_any_array(func->args[i]) == is_any_array(func->result))
            return types[i];
    }
    const struct type_info *info = types_find(suite->types, types[0]);
    return is_any_array(func->result) ? info->array : info->element;
}

static bool
is_array(struct suite *suite, oid type)
{
    return types_find(suite->types, type)->category == 'A';
}

static bool
fits_any(struct suite *suite, oid wanted, oid type)
{
    if (is_any_array(wanted))
        return is_array(suite, type);
    return (wanted != TYPE_ANYNONARRAY && wanted != TYPE_ANYCOMPATIBLENONARRAY) ||
           !is_array(suite, type);
}

static const struct func_info *
find_func(struct suite *suite, const char *name, const oid *args, uint32_t count)
{
    const struct func_info *const *candidate = types_funcs_named(suite->types, name);
    for (; *candidate != NULL; candidate++) {
        const struct func_info *func = *candidate;
        bool fits =
            func->variadic == OID_NONE ? func->arg_count == count : func->arg_count <= count;
        for (uint32_t i = 0; fits && i < count; i++) {
            oid wanted = func->args[i < func->arg_count ? i : func->arg_count - 1u];
            fits =
                wanted == args[i] || (is_polymorphic(wanted) && fits_any(suite, wanted, args[i]));
        }
        if (fits)
            return func;
    }
    return NULL;
}

static void
fail_case(struct suite *suite, const char *what, const char *got, const char *expected)
{
    suite->failed_count++;
    print_error("%s:%u: %s: got \"%s\", expected \"%s\"\n", suite->path, suite->line, what, got,
                expected);
}

/* Runs the vector form over constant and repeated arguments; false if some row differs. */
static bool
vector_agrees(struct func_call *call, const union datum *args, const char *expected, oid type,
              bool first_const)
{
    struct column columns[FIELDS_MAX];
    for (uint32_t i = 0; i < call->arg_count; i++) {
        const struct type_info *info = types_find(call->env->types, call->arg_types[i]);
        columns[i] = (struct column){.phys = info->phys, .is_const = first_const && i == 0};
        columns[i].data = arena_alloc_zero(call->arena, COLUMN_ROWS_MAX * 16);
        for (uint32_t row = 0; row < VECTOR_ROWS; row++)
            column_set(&columns[i], row, args[i]);
    }
    struct column result = {.phys = types_find(call->env->types, type)->phys};
    result.data = arena_alloc_zero(call->arena, COLUMN_ROWS_MAX * 16);
    const uint16_t some[] = {1, 3, 6};
    for (int pass = 0; pass < 2; pass++) {
        call->func->vector(call, pass == 0 ? VECTOR_ROWS : 3, pass == 0 ? NULL : some, columns,
                           &result);
        for (uint32_t i = 0; i < (pass == 0 ? VECTOR_ROWS : 3); i++) {
            const char *text = type_output_text(call->env, call->arena, type,
                                                column_get(&result, pass == 0 ? i : some[i]));
            if (strcmp(text, expected) != 0)
                return false;
        }
    }
    return true;
}

/* The rows of a set-returning function, split by ";"; null if there are none. */
static const char *
all_rows(struct func_call *call, const union datum *args)
{
    union datum value;
    bool is_null;
    char *text = NULL;
    while (call->func->set(call, args, &value, &is_null)) {
        const char *row =
            is_null ? "NULL" : type_output_text(call->env, call->arena, call->result_type, value);
        text = text == NULL ? arena_text(call->arena, row)
                            : arena_format(call->arena, "%s;%s", text, row);
    }
    return text == NULL ? "\\N" : text;
}

static const char *
run_func(struct suite *suite, const struct func_info *func, const oid *types, uint32_t count,
         char **texts, bool *forms_agree)
{
    union datum args[FIELDS_MAX];
    bool nulls[FIELDS_MAX];
    int32_t typmods[FIELDS_MAX];
    bool any_null = false;
    for (uint32_t i = 0; i < count; i++) {
        nulls[i] = strcmp(texts[i], "\\N") == 0;
        any_null |= nulls[i];
        args[i] = (union datum){.words = {0, 0}};
        typmods[i] = -1;
        if (!nulls[i])
            args[i] = type_input(&suite->env, suite->arena, types[i], -1, unescape(texts[i]));
    }
    if (any_null && func->is_strict)
        return "\\N";
    struct func_call call = {.arena = suite->arena,
                             .env = &suite->env,
                             .func = func,
                             .result_type = resolve_result(suite, func, types),
                             .result_typmod = -1,
                             .arg_types = types,
                             .arg_typmods = typmods,
                             .arg_count = count,
                             .arg_nulls = func->is_strict ? NULL : nulls,
                             .state_arena = suite->arena};
    if (func->set != NULL)
        return all_rows(&call, args);
    union datum result = func->scalar(&call, args);
    if (call.result_is_null)
        return "\\N";
    oid type = call.result_type;
    const char *text = type_output_text(&suite->env, suite->arena, type, result);
    *forms_agree = func->vector == NULL || (vector_agrees(&call, args, text, type, false) &&
                                            vector_agrees(&call, args, text, type, true));
    return text;
}

/* Splits "name(types)" and looks the types up. */
static uint32_t
read_types(struct suite *suite, char *signature, oid *types)
{
    uint32_t type_count = 0;
    char *open = strchr(signature, '(');
    *open = 0;
    char *rest = open + 1;
    rest[strlen(rest) - 1] = 0;
    for (char *type = strsep(&rest, ","); type != NULL && *type != 0; type = strsep(&rest, ",")) {
        const struct type_info *info = types_find_name(suite->types, type);
        if (info == NULL)
            raise(SQLSTATE_UNDEFINED_OBJECT, "type \"%s\" does not exist", type);
        types[type_count++] = info->type;
    }
    return type_count;
}

struct rows {
    uint32_t count, column_count;
    union datum *values; /* [row * column_count + column] */
    bool *nulls;
};

/* Reads one column of values split by ';' into rows; all columns must have as many. */
static void
read_column(struct suite *suite, struct rows *rows, uint32_t column, oid type, char *texts)
{
    uint32_t row = 0;
    for (char *text = strsep(&texts, ";"); text != NULL; text = strsep(&texts, ";"), row++) {
        uint32_t at = row * rows->column_count + column;
        rows->nulls[at] = strcmp(text, "\\N") == 0;
        rows->values[at] = (union datum){.words = {0, 0}};
        if (!rows->nulls[at])
            rows->values[at] = type_input(&suite->env, suite->arena, type, -1, unescape(text));
    }
    rows->count = row;
}

static bool
row_counts(const struct rows *rows, const struct aggregate_info *info, uint32_t row)
{
    for (uint32_t i = 0; info->is_strict && i < rows->column_count; i++) {
        if (rows->nulls[row * rows->column_count + i])
            return false;
    }
    return true;
}

/* Folds rows [first, end) in one by one. */
static void
step_rows(struct func_call *call, void *state, const struct rows *rows, uint32_t first,
          uint32_t end)
{
    const struct aggregate_info *info = call->func->aggregate;
    for (uint32_t row = first; row < end; row++) {
        call->arg_nulls = info->is_strict ? NULL : rows->nulls + row * rows->column_count;
        if (row_counts(rows, info, row))
            info->step(call, state, rows->values + row * rows->column_count);
    }
}

/* Folds all rows in at once, by selection of those without nulls. */
static void
step_vector(struct func_call *call, void *state, const struct rows *rows)
{
    struct column columns[FIELDS_MAX];
    uint16_t sel[COLUMN_ROWS_MAX];
    void *states[COLUMN_ROWS_MAX];
    uint32_t count = 0;
    for (uint32_t i = 0; i < rows->column_count; i++) {
        columns[i].phys = types_find(call->env->types, call->arg_types[i])->phys;
        columns[i].is_const = false;
        columns[i].has_nulls = false;
        columns[i].data = arena_alloc_zero(call->arena, COLUMN_ROWS_MAX * 16);
        for (uint32_t row = 0; row < rows->count; row++)
            column_set(&columns[i], row, rows->values[row * rows->column_count + i]);
    }
    for (uint32_t row = 0; row < rows->count; row++) {
        states[count] = state;
        if (row_counts(rows, call->func->aggregate, row))
            sel[count++] = (uint16_t)row;
    }
    bool all = count == rows->count;
    call->func->aggregate->step_vector(call, count, all ? NULL : sel, states, columns);
}

static const char *
finish(struct suite *suite, struct func_call *call, void *state)
{
    call->result_is_null = false;
    union datum result = call->func->aggregate->finish(call, state);
    if (call->result_is_null)
        return "\\N";
    oid type = is_polymorphic(call->result_type) ? call->arg_types[0] : call->result_type;
    return type_output_text(&suite->env, suite->arena, type, result);
}

/* A copy of the state by way of its saved bytes. */
static void *
reload(struct func_call *call, const void *state)
{
    const struct aggregate_info *info = call->func->aggregate;
    void *copy = arena_alloc_zero(call->arena, info->state_bytes);
    if (info->save == NULL) {
        memcpy(copy, state, info->state_bytes);
        return copy;
    }
    struct buf saved;
    buf_init(&saved);
    info->save(call, state, &saved);
    struct slice bytes = arena_slice(call->arena, buf_slice(&saved));
    buf_deinit(&saved);
    info->load(call, copy, bytes);
    return copy;
}

/*
 * The rows one by one; then all at once; then, but for floating point, which may round otherwise,
 * in two halves that are combined after one was saved and loaded.
 */
static const char *
run_aggregate(struct suite *suite, const struct func_info *func, const oid *types,
              const struct rows *rows, bool *same)
{
    const struct aggregate_info *info = func->aggregate;
    int32_t typmods[FIELDS_MAX] = {-1, -1};
    struct func_call call = {.arena = suite->arena,
                             .env = &suite->env,
                             .func = func,
                             .result_type = resolve_result(suite, func, types),
                             .arg_types = types,
                             .arg_typmods = typmods,
                             .arg_count = func->arg_count,
                             .state_arena = suite->arena};
    void *state = arena_alloc_zero(suite->arena, info->state_bytes);
    step_rows(&call, state, rows, 0, rows->count);
    const char *answer = finish(suite, &call, state);
    if (info->step_vector != NULL) {
        void *again = arena_alloc_zero(suite->arena, info->state_bytes);
        step_vector(&call, again, rows);
        *same = *same && strcmp(answer, finish(suite, &call, again)) == 0;
    }
    bool is_float = func->result == TYPE_FLOAT8 || func->result == TYPE_FLOAT4;
    void *halves[2];
    for (int i = 0; i < 2; i++) {
        uint32_t middle = rows->count / 2;
        halves[i] = arena_alloc_zero(suite->arena, info->state_bytes);
        step_rows(&call, halves[i], rows, i == 0 ? 0 : middle, i == 0 ? middle : rows->count);
        halves[i] = reload(&call, halves[i]);
    }
    if (info->combine != NULL && !is_float) {
        info->combine(&call, halves[0], halves[1]);
        *same = *same && strcmp(answer, finish(suite, &call, halves[0])) == 0;
    }
    return answer;
}

/* call <tab> name(types) <tab> arguments; returns the answer as the file writes it. */
static const char *
answer_call(struct suite *suite, char **fields, uint32_t count, bool *forms_agree)
{
    oid types[FIELDS_MAX];
    uint32_t type_count = read_types(suite, fields[1], types);
    if (type_count != count - 2)
        raise(SQLSTATE_SYNTAX_ERROR, "%u types, %u arguments", type_count, count - 2);
    const struct func_info *func = find_func(suite, fields[1], types, type_count);
    if (func == NULL)
        raise(SQLSTATE_UNDEFINED_FUNCTION, "function %s does not exist", fields[1]);
    return run_func(suite, func, types, type_count, fields + 2, forms_agree);
}

/* agg <tab> name(types) <tab> values; count(*) has values but no types. */
static const char *
answer_agg(struct suite *suite, char **fields, uint32_t count, bool *same)
{
    oid types[FIELDS_MAX] = {TYPE_TEXT};
    uint32_t type_count = read_types(suite, fields[1], types);
    const struct func_info *func = find_func(suite, fields[1], types, type_count);
    if (func == NULL || func->aggregate == NULL)
        raise(SQLSTATE_UNDEFINED_FUNCTION, "aggregate %s does not exist", fields[1]);
    struct rows rows = {.column_count = count - 2};
    rows.values = arena_alloc_zero(suite->arena, COLUMN_ROWS_MAX * 16 * sizeof *rows.values);
    rows.nulls = arena_alloc_zero(suite->arena, COLUMN_ROWS_MAX * 16);
    for (uint32_t i = 0; i < rows.column_count; i++)
        read_column(suite, &rows, i, i < type_count ? types[i] : TYPE_TEXT, fields[2 + i]);
    if (type_count == 0)
        memset(rows.nulls, 0, rows.count);
    return run_aggregate(suite, func, types, &rows, same);
}

static const char *
answer_in(struct suite *suite, char **fields)
{
    const struct type_info *info = types_find_name(suite->types, fields[1]);
    if (info == NULL)
        raise(SQLSTATE_UNDEFINED_OBJECT, "type \"%s\" does not exist", fields[1]);
    union datum value = type_input(&suite->env, suite->arena, info->type,
                                   (int32_t)strtol(fields[2], NULL, 10), unescape(fields[3]));
    return type_output_text(&suite->env, suite->arena, info->type, value);
}

static const char *
escape(struct arena *arena, const char *text)
{
    char *out = arena_alloc(arena, 2 * strlen(text) + 1), *to = out;
    for (; *text != 0; text++) {
        const char *code = *text == '\n' ? "\\n" : *text == '\t' ? "\\t" : "\\\\";
        if (*text == '\n' || *text == '\t' || *text == '\\') {
            memcpy(to, code, 2);
            to += 2;
        } else {
            *to++ = *text;
        }
    }
    *to = 0;
    return out;
}

/* "sql, dmy" */
static bool
set_date_style(struct type_env *env, const char *value)
{
    static const char *const styles[] = {"iso", "sql", "postgres", "german"};
    static const char *const orders[] = {"mdy", "dmy", "ymd"};
    for (int i = 0; i < 12; i++) {
        char text[32];
        snprintf(text, sizeof text, "%s, %s", styles[i / 3], orders[i % 3]);
        if (strcmp(text, value) == 0) {
            env->date_style = (enum date_style)(i / 3);
            env->date_order = (enum date_order)(i % 3);
            return true;
        }
    }
    return false;
}

static bool
set_interval_style(struct type_env *env, const char *value)
{
    static const char *const styles[] = {"postgres", "postgres_verbose", "sql_standard",
                                         "iso_8601"};
    for (int i = 0; i < 4; i++) {
        if (strcmp(styles[i], value) == 0) {
            env->interval_style = (enum interval_style)i;
            return true;
        }
    }
    return false;
}

/* set <tab> name <tab> value */
static void
run_set(struct suite *suite, char *line)
{
    strsep(&line, "\t");
    const char *name = strsep(&line, "\t");
    struct type_env *env = &suite->env;
    bool is_known = false;
    if (strcmp(name, "timezone") == 0)
        is_known = timezones_find(types_timezones(suite->types), slice_text(line),
                                  &env->timezone) == ST_OK;
    else if (strcmp(name, "datestyle") == 0)
        is_known = set_date_style(env, line);
    else if (strcmp(name, "intervalstyle") == 0)
        is_known = set_interval_style(env, line);
    if (!is_known)
        fail_case(suite, "set", name, line);
}

static void
run_case(struct suite *suite, char *line)
{
    if (strncmp(line, "set\t", 4) == 0) {
        run_set(suite, line);
        return;
    }
    char *fields[FIELDS_MAX];
    uint32_t count = 0;
    char what[120];
    snprintf(what, sizeof what, "%s", line);
    for (char *field = strsep(&line, "\t"); field != NULL && count < FIELDS_MAX;
         field = strsep(&line, "\t"))
        fields[count++] = field;
    const char *expected = fields[--count] + 2;
    suite->case_count++;
    arena_reset(suite->arena);
    struct catch frame;
    volatile bool forms_agree = true;
    if (catch_begin(&frame, suite->arena)) {
        bool ok = true;
        const char *got = strcmp(fields[0], "in") == 0    ? answer_in(suite, fields)
                          : strcmp(fields[0], "agg") == 0 ? answer_agg(suite, fields, count, &ok)
                                                          : answer_call(suite, fields, count, &ok);
        forms_agree = ok;
        got = strcmp(got, "\\N") == 0 ? got : escape(suite->arena, got);
        catch_end(&frame);
        if (strcmp(got, expected) != 0)
            fail_case(suite, what, got, expected);
    } else {
        char code[6];
        sqlstate_text(frame.error->code, code);
        const char *got =
            arena_format(suite->arena, "!%s %s", code, escape(suite->arena, frame.error->message));
        if (strcmp(got, expected) != 0)
            fail_case(suite, what, got, expected);
    }
    if (!forms_agree)
        fail_case(suite, what, "other values from another form", expected);
}

static void
run_file(const char *topic)
{
    struct suite suite = {0};
    char path[1024];
    snprintf(path, sizeof path, "%s/%s.tsv", CASES_FOLDER, topic);
    suite.path = path;
    suite.types = types_new();
    suite.arena = arena_new(&(struct arena_options){.name = "case", .on_full = raise_arena_full});
    assert_non_null(suite.types);
    random_init(&suite.random, 1);
    suite.env = (struct type_env){.types = suite.types,
                                  .extra_float_digits = 1,
                                  .standard_conforming_strings = true,
                                  .random = &suite.random};
    char *line = malloc(LINE_BYTES_MAX);
    assert_non_null(line);
    FILE *file = fopen(path, "r");
    assert_non_null(file);
    while (fgets(line, LINE_BYTES_MAX, file) != NULL) {
        suite.line++;
        line[strcspn(line, "\n")] = 0;
        if (line[0] != 0 && line[0] != '#')
            run_case(&suite, line);
    }
    fclose(file);
    free(line);
    arena_free(suite.arena);
    types_free(suite.types);
    assert_true(suite.case_count > 0);
    assert_int_equal(suite.failed_count, 0);
}

static void
file_answers_as_postgresql(void **state)
{
    run_file(*state);
}

int
main(void)
{
    /* One a line, so that parallel changes merge. */
    /* clang-format off */
    static const char *const topics[] = {
        "aggregate",
        "array",
        "array_in",
        "datetime_func",
        "datetime_in",
        "float",
        "format_date",
        "format_number",
        "ident",
        "int",
        "interval",
        "numeric",
        "numeric_math",
        "regexp",
        "regexp_array",
        "series",
        "text",
        "text_func",
    };
    /* clang-format on */
    struct CMUnitTest tests[sizeof topics / sizeof topics[0]];
    for (size_t i = 0; i < sizeof topics / sizeof topics[0]; i++)
        tests[i] = (struct CMUnitTest){topics[i], file_answers_as_postgresql, NULL, NULL,
                                       (void *)topics[i]};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
